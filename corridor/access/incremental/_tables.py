"""Whole tables of a baseline, with what an edit changes written into them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridor.access import _inputs
from corridor.access.decay import FIXED_POINT
from corridor.access.incremental._streets import FAR
from corridor.access.incremental.delta import Cells
from corridor.network.model import Bools, Ints, Longs


@dataclass(frozen=True)
class Tables:
    """Whole tables: as `access.nearest` (by impedance), `access.cumulative` and `access.gravity` return them.

    `gravity` is None where the baseline has no decay.
    """

    nearest: dict[str, pd.DataFrame]
    counts: pd.DataFrame
    gravity: pd.DataFrame | None


@dataclass(frozen=True)
class Shape:
    """Rows and columns of the tables: labels, of which some stay; categories, under the name `by`; cutoffs (dm)."""

    labels: pd.Index
    stays: Bools
    categories: pd.Index
    counts_dm: tuple[int, ...]
    by: str
    weighted: bool


def nearest_table(before: Ints, shape: Shape, cells: Cells | None) -> pd.DataFrame:
    """Return distances to the nearest (dm), NA out of reach; `before` has the rows of the baseline."""
    more = len(shape.labels) - len(before)
    values = np.concatenate([before, np.full((more, before.shape[1]), FAR, np.int32)])
    if cells is not None:
        values[cells.origin, cells.category] = cells.value
    columns = {
        kind: pd.arrays.IntegerArray(column, column == FAR)
        for kind, column in zip(shape.categories, np.ascontiguousarray(values[shape.stays].T), strict=True)
    }
    return pd.DataFrame(columns, index=shape.labels[shape.stays], columns=shape.categories)


def sums_tables(
    before: Longs, attached: Bools, shape: Shape, cells: Cells | None
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return counts, and gravity where the sums have it; NA for who is not attached."""
    more = len(shape.labels) - len(before)
    total = np.concatenate([before, np.zeros((more, *before.shape[1:]), np.int64)])
    missing = np.zeros(total.shape, bool)
    missing[: len(before)] = ~attached[:, None, None]
    if cells is not None:
        total[cells.origin, cells.category, cells.which] = cells.value
        missing[cells.origin, cells.category, cells.which] = cells.missing
    total, missing, labels = total[shape.stays], missing[shape.stays], shape.labels[shape.stays]
    gravity = None
    if total.shape[2] > len(shape.counts_dm):
        unit = FIXED_POINT * (_inputs.WEIGHT_UNIT if shape.weighted else 1)
        flat = pd.DataFrame(total[:, :, -1] / unit, index=labels, columns=shape.categories)
        gravity = flat.astype("Float64").mask(missing[:, :, -1])
    return _counts(total, missing, labels, shape), gravity


def _counts(total: Longs, missing: Bools, labels: pd.Index, shape: Shape) -> pd.DataFrame:
    cutoffs = len(shape.counts_dm)
    columns = pd.MultiIndex.from_product([shape.categories, list(shape.counts_dm)], names=[shape.by, "cutoff_dm"])
    flat, gaps = (array[:, :, :cutoffs].reshape(len(labels), len(columns)) for array in (total, missing))
    if shape.weighted:
        return pd.DataFrame(flat / _inputs.WEIGHT_UNIT, index=labels, columns=columns).astype("Float64").mask(gaps)
    return pd.DataFrame(flat, index=labels, columns=columns).astype("Int64").mask(gaps)
