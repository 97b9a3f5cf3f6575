"""Tables as a planner reads them in a notebook: headings and codes in words, minutes, per cent, thousands."""

from __future__ import annotations

from typing import Any

import pandas as pd

from corridor.errors import Language
from corridor.report._format import NONE, missing, number, percent
from corridor.report._words import WORDS
from corridor.schemas import Column, Table

_TRUTH = {True: ("是", "yes"), False: ("否", "no")}
# Decimals of figures by unit; others have none when whole, else one.
_LARGE = 1000
_DECIMALS = {"s": 1, "m": 0, "m²": 0, "": 2}


def readable(frame: pd.DataFrame, table: Table, lang: Language = "zh") -> pd.DataFrame:
    """Return a table to be looked at: every cell as text, headings and codes in words.

    Parameters
    ----------
    frame : DataFrame
        Any columns of `table`, and others.
    table : Table
        One of `corridor.schemas`.
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame of str
        The same rows in the same order, without geometry and without columns in the other language. Seconds become
        minutes, shares per cent, a missing value is a dash; columns that the schema does not know stay as they are.
    """
    known = {column.name: column for column in table.columns}
    other = "_en" if lang == "zh" else "_zh"
    out: dict[str, Any] = {}
    for name in frame.columns:
        column = known.get(name)
        if column is None:
            out[name] = frame[name].to_numpy()
        elif name != "geometry" and not name.endswith(other):
            words = WORDS.get((table.name, name), {})
            out[_heading(column, lang)] = [_cell(value, column, words, lang) for value in frame[name]]
    return pd.DataFrame(out, index=frame.index)


def _heading(column: Column, lang: Language) -> str:
    if column.unit == "s":
        return f"{column.zh}（分钟）" if lang == "zh" else f"{column.en} (min)"
    if column.unit == "share":
        return f"{column.zh}（%）" if lang == "zh" else f"{column.en} (%)"
    return column.label.in_(lang)


def _cell(value: Any, column: Column, words: Any, lang: Language) -> str:
    if missing(value):
        return NONE
    if column.dtype == "bool":
        return _TRUTH[bool(value)][lang != "zh"]
    if column.dtype == "date":
        return f"{pd.Timestamp(value):%Y-%m-%d}"
    if column.unit == "share":
        return percent(value)
    if column.dtype in ("int", "float"):
        amount = float(value) / 60 if column.unit == "s" else float(value)
        whole = column.dtype == "int" or abs(amount) >= _LARGE or (column.unit != "s" and amount == round(amount))
        decimals = 0 if whole else None
        return number(amount, _DECIMALS.get(column.unit, 1) if decimals is None else decimals)
    parts = str(value).split("; ")
    known = all(part in words for part in parts)
    return ("；" if lang == "zh" else "; ").join(words[part][lang != "zh"] for part in parts) if known else str(value)
