"""What every measure does first: check what it was given, number the owners, name the categories, read weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from corridor.errors import NetworkError, Problem, Text
from corridor.network.model import Impedance, Longs

# A walk must fit the 32 bits of a search with an edge to spare; 1,000 km is beyond any walk.
_LONGEST_DM = 10_000_000
_ATTACHED = ("edge", "offset_dm", "connector_dm")
# Weights are kept in thousandths.
WEIGHT_UNIT = 1000


def check(
    origins: pd.DataFrame,
    opportunities: pd.DataFrame | None,
    *,
    walks_dm: Mapping[str, Iterable[int]],
    impedance: Impedance,
    threads: int | None,
    columns: Sequence[str | None] = (),
    origin_columns: Sequence[str | None] = (),
    k: int = 1,
) -> None:
    """Refuse a request that cannot be answered, with all that is wrong with it.

    Parameters
    ----------
    walks_dm : mapping
        Cutoffs and radii by the name of their argument.
    columns, origin_columns : sequence of str or None
        What the two tables must hold beside what `attach` returns.

    Raises
    ------
    NetworkError
        Columns are missing, or a number is none from the range it must be from.
    """
    problems = [*_missing("origins", origins, origin_columns)]
    if opportunities is not None:
        problems += _missing("opportunities", opportunities, columns)
    for name, walks in walks_dm.items():
        for walk in walks:
            if not _is_whole(walk, 0, _LONGEST_DM):
                zh = f"截止距离{walk}不是0至{_LONGEST_DM}之间的整数分米。"
                en = f"cutoff {walk} is not a whole number of decimetres between 0 and {_LONGEST_DM}."
                problems.append(Problem(name, Text(zh, en)))
    for name, count in (("k", k), ("threads", 1 if threads is None else threads)):
        if not _is_whole(count, 1, _LONGEST_DM):
            text = Text(f"{count}不是1以上的整数。", f"{count} is not a whole number from 1 on.")
            problems.append(Problem(name, text))
    if impedance not in get_args(Impedance):
        known = ", ".join(get_args(Impedance))
        text = Text(f"没有“{impedance}”这种阻抗，可用：{known}。", f"no impedance '{impedance}'; there are: {known}.")
        problems.append(Problem("impedance", text))
    if problems:
        raise NetworkError(problems)


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int | float | np.number) and bool(low <= value <= high) and int(value) == value


def _missing(where: str, table: pd.DataFrame, columns: Sequence[str | None]) -> list[Problem]:
    """Return a problem if columns are missing."""
    lost = [name for name in (*_ATTACHED, *columns) if name is not None and name not in table]
    if not lost:
        return []
    names = ", ".join(map(str, lost))
    what = Text(f"表中没有这些列：{names}。", f"the table has no columns {names}.")
    hint = Text("请先用attach把点接到路网上，再加上所需的列。", "Attach the points first, then add the columns.")
    return [Problem(where, what, hint)]


@dataclass(frozen=True)
class Owners:
    """Rows grouped by whom they belong to: labels in order of first appearance, and each row's position."""

    labels: pd.Index
    of_row: Longs


def owners(labels: pd.Index | pd.Series) -> Owners:
    """Group rows by label; position -1 for rows without one."""
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


def whole_weights(values: pd.Series, name: str) -> Longs:
    """Return weights in whole thousandths, halves up; anything but numbers from 0 on is refused."""
    number = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero(~((number >= 0) & (number < 1e12)))
    if len(bad):
        raise NetworkError.of(
            f"{name}: {values.index[bad[0]]}",
            f"{len(bad)}个权重不是0至1e12之间的数，例如{values.iloc[bad[0]]}。",
            f"{len(bad)} weights are not numbers from 0 to 1e12, such as {values.iloc[bad[0]]}.",
            "请补上或排除这些行。",
            "Fill in or leave out these rows.",
        )
    return np.floor(number * WEIGHT_UNIT + 0.5).astype(np.int64)


def owner_weights(table: pd.DataFrame, column: str | None, who: Owners) -> tuple[Longs, int]:
    """Return each owner's weight, of several doors the first row's, and how many units make one (ones: 1)."""
    if column is None:
        return np.ones(len(who.labels), np.int64), 1
    owned = np.flatnonzero(who.of_row >= 0)
    _, first = np.unique(who.of_row[owned], return_index=True)
    return whole_weights(table[column].iloc[owned[first]], column), WEIGHT_UNIT


def check_sum(total: float, what: str, limit: float = 2.0**62) -> None:
    """Refuse sums that would not fit the whole numbers they are kept in."""
    if total >= limit:
        raise NetworkError.of(
            what,
            "权重之和过大，无法精确相加。",
            "the weights are too large to be summed exactly.",
            "请换用较大的单位，如公顷。",
            "Use a larger unit, such as hectares.",
        )


def along_the_curve(owner: Longs, state: Longs, count: int) -> Longs:
    """Return each owner's rank along the Hilbert curve (state numbers follow it), those without a state last."""
    lowest = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(lowest, owner, state)
    rank = np.empty(count, np.int64)
    rank[np.argsort(lowest, kind="stable")] = np.arange(count)
    return rank
