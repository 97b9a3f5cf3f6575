"""Indicators side by side: values and what each rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

Found = Mapping[str, tuple[Any, Any]]


def tables(index: pd.Index, found: Found) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (values, basis) of indicators given as code: (numbers with NaN, basis of each or of all).

    Returns
    -------
    values : DataFrame of Float64
    basis : DataFrame of string
        Missing where the value is.
    """
    values = pd.DataFrame(index=index)
    basis = pd.DataFrame(index=index)
    for code, (numbers, why) in found.items():
        series = pd.Series(pd.array(np.asarray(numbers, dtype=float), dtype="Float64"), index=index)
        series = series.mask(series.isna())
        values[code] = series.round(6)
        reason = why.to_numpy(dtype=object) if isinstance(why, pd.Series) else why
        told = pd.Series(reason, index=index, dtype="string")
        basis[code] = told.where(series.notna())
    return values, basis


def plain(column: pd.Series) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a nullable column as floats with NaN."""
    return column.to_numpy(dtype=float, na_value=np.nan)


def both(left: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the mean of two sides; of one where the other is unknown."""
    sides = np.stack([left, right])
    known = ~np.isnan(sides)
    number = known.sum(axis=0)
    total = np.where(known, sides, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, number, out=np.full(len(left), np.nan), where=number > 0))
