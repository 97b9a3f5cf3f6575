"""Any table by industry, policy tag or department: a filter and a grouping."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

# How a list of tags is kept in one cell (`corridor.carriers`).
TAGS = "; "


def by_group(
    table: pd.DataFrame,
    by: str,
    *,
    records: pd.DataFrame | None = None,
    key: str | None = None,
    only: Collection[str] | None = None,
    measures: Mapping[str, tuple[str, str]] | None = None,
) -> pd.DataFrame:
    """Count the rows of a table, and sum up its columns, by the words of a column.

    A cell may hold several words ("a; b"): its row then counts in each group once, so that groups may add up to more
    than the table. Rows without a word stand in a group of their own, NA, last.

    Parameters
    ----------
    table : DataFrame
        Any table of records or results.
    by : str
        Column with the words: `industry`, `policies`, `owner`, `kind`, `level` …
    records : DataFrame, optional
        Where the column stands, if not in `table`: on the ids that `key` holds.
    key : str, optional
        Column of `table` with the ids of `records`; without it, the index of `table`.
    only : collection of str, optional
        Groups to keep; all others are left out.
    measures : mapping, optional
        Result column → (column, how); `how` is "sum", "median", "min", "max", or "share": the share of true among the
        known values of a yes/no column. Missing values count nothing; a group without any known value is NA.

    Returns
    -------
    DataFrame
        RangeIndex; `group` (string), `count` (int64), then the measures; by rising group, NA last.

    Examples
    --------
    >>> firms = pd.DataFrame({"industry": ["芯片; 材料", "材料", pd.NA], "staff": [10, 5, 2]})
    >>> by_group(firms, "industry", measures={"staff": ("staff", "sum")}).values.tolist()
    [['材料', 2, 15.0], ['芯片', 1, 10.0], [<NA>, 1, 2.0]]
    """
    source = table if records is None else records
    at = pd.Series(table.index if key is None else table[key].to_numpy(), index=table.index)
    rows = members(source[by] if records is None else at.map(source[by]))
    if only is not None:
        rows = rows[rows["group"].isin(list(only))]
    groups = rows["group"]
    out = pd.DataFrame({"count": groups.groupby(groups, dropna=False, sort=True).size().astype("int64")})
    for name, (column, how) in (measures or {}).items():
        values = pd.Series(table[column].astype("Float64").array[rows["row"].to_numpy()], index=rows.index)
        of_group = values.groupby(groups, dropna=False, sort=True)
        found = of_group.sum(min_count=1) if how == "sum" else of_group.agg(_HOW[how])
        out[name] = found.astype("Float64")
    out.index = out.index.astype("string").rename("group")
    return out.reset_index()


def members(words: pd.Series) -> pd.DataFrame:
    """Return one line for each group of a row: `row` (its place in the table) and `group` (string; NA: no word)."""
    texts = pd.Series(words.to_numpy(), dtype="string").str.split(TAGS).explode().astype("string").str.strip()
    return texts.mask(texts == "").rename("group").rename_axis("row").reset_index().drop_duplicates()


_HOW = {"share": "mean", "median": "median", "min": "min", "max": "max"}
