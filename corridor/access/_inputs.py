"""What every measure does first: number the owners, name the categories, check the cutoff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridor.errors import NetworkError
from corridor.network.model import Longs

# A walk must fit the 32 bits of a search with an edge to spare; 1,000 km is beyond any walk.
_LONGEST_DM = 10_000_000


@dataclass(frozen=True)
class Owners:
    """Rows grouped by whom they belong to: labels in order of first appearance, and each row's position."""

    labels: pd.Index
    of_row: Longs


def owners(labels: pd.Index) -> Owners:
    """Group rows by label."""
    code, unique = pd.factorize(labels)
    return Owners(pd.Index(unique, name=labels.name), code.astype(np.int64))


def categories(opportunities: pd.DataFrame, by: str, wanted: Sequence[object] | None) -> tuple[pd.Index, Longs]:
    """Return the categories and each opportunity's position among them (-1: not wanted)."""
    column = opportunities[by]
    if wanted is not None:
        names = pd.Index(list(wanted), name=by)
    elif isinstance(column.dtype, pd.CategoricalDtype):
        names = pd.Index(column.cat.categories, name=by)
    else:
        names = pd.Index(column.dropna().unique(), name=by).sort_values()
    return names, names.get_indexer(pd.Index(column)).astype(np.int64)


def check_cutoff(cutoff_dm: int) -> int:
    """Return the cutoff as an int, or say what is wrong with it."""
    if not 0 <= cutoff_dm <= _LONGEST_DM or int(cutoff_dm) != cutoff_dm:
        raise NetworkError.of(
            "cutoff_dm",
            f"截止距离{cutoff_dm}不是0至{_LONGEST_DM}之间的整数分米。",
            f"cutoff {cutoff_dm} is not a whole number of decimetres between 0 and {_LONGEST_DM}.",
        )
    return int(cutoff_dm)
