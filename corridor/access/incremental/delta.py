"""What an edit changes: the cells, and nothing else."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

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
    cutoff : int32 array, shape (K,)
        Position in `Baseline.counts_dm`; 0 in tables without cutoffs.
    value : int64 array, shape (K,)
        The new value: decimetres, or a count (with weights: thousandths).
    missing : bool array, shape (K,)
        True where the new value is NA.
    """

    origin: Ints
    category: Ints
    cutoff: Ints
    value: Longs
    missing: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.origin)


@dataclass(frozen=True)
class Delta:
    """The exact difference between an edited study and its baseline.

    Attributes
    ----------
    nearest : dict of str to Cells
        By impedance ("cost", "length"): decimetres to the nearest.
    counts : Cells
    labels : Index
        Labels of the origins: the baseline's, then those that came.
    removed : tuple of labels
        Origins that are no more; no cells are listed for them.
    nodes_settled : int
        States taken from a queue in all repairs.
    nodes_in_full : int
        The same for the searches that made the baseline.
    """

    nearest: dict[str, Cells]
    counts: Cells
    labels: pd.Index
    removed: tuple[Hashable, ...]
    nodes_settled: int
    nodes_in_full: int

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        cells = len(self.counts) + sum(len(cells) for cells in self.nearest.values())
        return not (cells or self.removed)
