"""What an edit changes: the cells, and nothing else."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.network.model import Ints, Longs


@dataclass(frozen=True)
class Cells:
    """Cells of a table that are another now.

    Attributes
    ----------
    origin, category : int32 arrays, shape (K,)
        Positions in `Delta.labels` and in `Baseline.categories`.
    which : int32 array, shape (K,)
        Of sums: position in `Baseline.counts_dm`, one past its end for gravity; 0 for the nearest.
    value : int64 array, shape (K,)
        The new value: decimetres, a count, or gravity in units of 2^-24 (with weights: thousandths of these).
    missing : bool array, shape (K,)
        True where the new value is NA.
    """

    origin: Ints
    category: Ints
    which: Ints
    value: Longs
    missing: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.origin)

    def where(self, wanted: npt.NDArray[np.bool_]) -> Cells:
        """Return some of the cells."""
        return Cells(
            self.origin[wanted],
            self.category[wanted],
            self.which[wanted],
            self.value[wanted],
            self.missing[wanted],
        )


@dataclass(frozen=True)
class Delta:
    """The exact difference between an edited study and its baseline.

    Attributes
    ----------
    nearest : dict of str to Cells
        By impedance ("cost", "length"): decimetres to the nearest.
    sums : Cells
        Counts and, where the baseline has a decay, gravity; see `counts` and `gravity`.
    before : Index
        Labels of the baseline's origins.
    came : tuple of labels
        Origins that come; their positions follow those of the baseline.
    removed : tuple of labels
        Origins that are no more; no cells are listed for them.
    nodes_settled : int
        States taken from a queue in all repairs.
    nodes_in_full : int
        The same for the searches that made the baseline.
    cutoffs : int
        How many of the sums are counts.
    """

    nearest: dict[str, Cells]
    sums: Cells
    before: pd.Index
    came: tuple[Hashable, ...]
    removed: tuple[Hashable, ...]
    nodes_settled: int
    nodes_in_full: int
    cutoffs: int

    @cached_property
    def labels(self) -> pd.Index:
        """Labels of the origins: the baseline's, then those that came."""
        return self.before.append(pd.Index(list(self.came))) if self.came else self.before

    @property
    def counts(self) -> Cells:
        """Counts that change, by cutoff."""
        return self.sums.where(self.sums.which < self.cutoffs)

    @property
    def gravity(self) -> Cells:
        """Gravity that changes."""
        return self.sums.where(self.sums.which >= self.cutoffs)

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        cells = len(self.sums) + sum(len(cells) for cells in self.nearest.values())
        return not (cells or self.removed)
