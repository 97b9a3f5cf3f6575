"""What a peer is given and what its answers are compared with: plain arrays, handed over as files."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np

# Shares of the categories of opportunities; walks and bands in decimetres.
SHARES = np.array([22, 16, 12, 10, 8, 7, 6, 5, 4, 3, 2.5, 2, 1.5, 1]) / 100
CUTOFF = 12_000
BANDS = [4_000, 8_000, 12_000]


class _Filed:
    """Arrays under names, one `.npy` file each."""

    def save(self, folder: Path) -> None:
        """Write every array."""
        for one in fields(self):  # type: ignore[arg-type]
            np.save(folder / f"{type(self).__name__}.{one.name}.npy", getattr(self, one.name))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every array; large ones are mapped, not copied."""
        names: Any = fields(cls)  # type: ignore[arg-type]
        return cls(*(np.load(folder / f"{cls.__name__}.{one.name}.npy", mmap_mode="r") for one in names))


@dataclass(frozen=True)
class Given(_Filed):
    """Nodes 0 … n - 1 at `xy` (metres), links `u`–`v` of `weight` (dm), opportunities at nodes `goal` with `category`."""

    xy: np.ndarray
    u: np.ndarray
    v: np.ndarray
    weight: np.ndarray
    goal: np.ndarray
    category: np.ndarray

    @property
    def n(self) -> int:
        """Nodes."""
        return len(self.xy)


@dataclass(frozen=True)
class Answers(_Filed):
    """What the peers are checked against.

    `nearest` (categories, n) in dm, beyond the cutoff 2^31 - 1; `counts` (n, categories, bands); `pull`
    (n, categories), the decayed sums.
    """

    nearest: np.ndarray
    counts: np.ndarray
    pull: np.ndarray
