"""Weighted sums that are the same to the last bit, whichever other columns or rows are looked at beside them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def sums(reached: npt.NDArray[np.bool_], weight: Floats) -> Floats:
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
    columns = np.ascontiguousarray(reached.T)
    total: Floats = np.where(columns, weight, 0.0).sum(axis=1)
    return total


def shares(reached: npt.NDArray[np.bool_], weight: Floats) -> Floats:
    """Return the share of the weight for which each column is true; NaN where the weight sums to nothing.

    The whole is summed like a column, so that a column that is true throughout has exactly 1.
    """
    whole = sums(np.ones((len(weight), 1), bool), weight)[0]
    if whole == 0:
        return np.full(reached.shape[1], np.nan)
    share: Floats = sums(reached, weight) / whole
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
