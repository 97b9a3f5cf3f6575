"""Which rows of a table are those of an earlier one."""

from __future__ import annotations

from operator import is_

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def same_rows(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> Longs:
    """Return which row of an earlier table each row is, cell by cell; -1 for one that is new or another.

    Parameters
    ----------
    before, after : GeoDataFrame
        Of one kind, on unique ids. A column that only one of them has counts as empty in the other.

    Returns
    -------
    int64 array, shape (len(after),)
        Positions in `before`.
    """
    if before is after:
        return np.arange(len(after))
    at: Longs = before.index.get_indexer(after.index).astype(np.int64)
    there = np.flatnonzero(at >= 0)
    one, other = before.iloc[at[there]], after.iloc[there]
    same = np.ones(len(there), dtype=bool)
    for name in dict.fromkeys((*one.columns, *other.columns)):
        if name in one and name in other:
            same &= _same_cells(one[name], other[name])
        else:
            same &= (one if name in one else other)[name].isna().to_numpy(dtype=bool)
    at[there[~same]] = -1
    return at


def _same_cells(one: pd.Series, other: pd.Series) -> Bools:
    """Return where two columns hold the same; two empty cells do, and shapes of the same coordinates."""
    if isinstance(one, gpd.GeoSeries):
        pair = one.to_numpy(), other.to_numpy()
        same: Bools = np.fromiter(map(is_, *pair), dtype=bool, count=len(one))
        rest = np.flatnonzero(~same)
        same[rest] = shapely.to_wkb(pair[0][rest]) == shapely.to_wkb(pair[1][rest])
        return same
    equal = pd.Series(one.array == other.array).fillna(False).to_numpy(dtype=bool)
    return np.asarray(equal | (one.isna().to_numpy(dtype=bool) & other.isna().to_numpy(dtype=bool)))
