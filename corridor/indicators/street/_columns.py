"""Indicators side by side: values and what each rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from corridor.streets.mapped import UNMAPPED

_NOTHING = np.array(None, dtype=object)
Found = Mapping[str, tuple[Any, Any]]


def tables(index: pd.Index, found: Found) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (values, basis) of indicators given as code: (numbers with NaN, basis of each or of all).

    Returns
    -------
    values : DataFrame of Float64
    basis : DataFrame of string
        Missing where the value is, but for what is `UNMAPPED`.
    """
    values, basis = {}, {}
    for code, (numbers, why) in found.items():
        number = np.asarray(numbers, dtype=float)
        lost = np.isnan(number)
        values[code] = pd.arrays.FloatingArray(np.round(np.where(lost, 0.0, number), 6), lost)
        reason = np.asarray(
            why.to_numpy(dtype=object, na_value=None) if isinstance(why, pd.Series) else why, dtype=object
        )
        basis[code] = pd.array(np.where(~lost | (reason == UNMAPPED), reason, _NOTHING), dtype="string")
    return pd.DataFrame(values, index=index), pd.DataFrame(basis, index=index)


def told_where(known: np.ndarray[Any, Any], why: Any) -> np.ndarray[Any, Any]:
    """Return what values rest on: `why` where a kind of thing is `known`, `UNMAPPED` elsewhere."""
    reason = why.to_numpy(dtype=object, na_value=None) if isinstance(why, pd.Series) else why
    return np.where(known, reason, UNMAPPED).astype(object)


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
