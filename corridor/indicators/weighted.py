"""Weighted sums that are the same to the last bit, whichever other columns or rows are looked at beside them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def sums(reached: Bools, weight: Floats) -> Floats:
    """Return the weight of the rows where each column is true.

    Parameters
    ----------
    reached : bool array, shape (rows, columns)
    weight : float array, shape (rows,)

    Returns
    -------
    float array, shape (columns,)

    Notes
    -----
    Each column is laid out by itself before it is summed, so numpy adds it up in the same order alone or among
    others; a matrix product would depend on the machine's linear algebra.
    """
    return sums_of(reached.T, weight)


def sums_of(columns: Bools, weight: Floats) -> Floats:
    """Return what `sums` does of columns that lie across, (columns, rows)."""
    total: Floats = np.multiply(columns, weight, order="C").sum(axis=1)
    return total


def whole(weight: Floats) -> float:
    """Return all of the weight, summed like a column, so that a column that is true throughout has exactly 1."""
    return float(np.ascontiguousarray(weight).sum())


def shares(reached: Bools, weight: Floats) -> Floats:
    """Return the share of the weight for which each column is true; NaN where the weight sums to nothing."""
    return shares_of(reached.T, weight, whole(weight))


def shares_of(columns: Bools, weight: Floats, total: float) -> Floats:
    """Return what `shares` does of columns that lie across; `total` is the whole of the weight."""
    if total == 0:
        return np.full(len(columns), np.nan)
    share: Floats = sums_of(columns, weight) / total
    return share


def totals(values: Floats, weight: Floats) -> Floats:
    """Return each row's weighted sum over its columns, added up from the first column to the last.

    Parameters
    ----------
    values : float array, shape (rows, columns)
    weight : float array, shape (columns,)
    """
    total = np.zeros(len(values))
    for column, one in zip(values.T, weight, strict=True):
        total += column * one
    return total
