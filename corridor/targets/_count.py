"""Which records count towards an aim, and why the others do not."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pandas as pd

from corridor.carriers import fold
from corridor.config import Target, Targets
from corridor.errors import Account, Entry, Text

COLUMNS = (
    "target", "table", "record_id", "name", "date", "date_column", "value", "counted", "why", "double_of",
    "same_address", "evidence", "owner", "synthetic",
)  # fmt: skip
OTHER = Text("不属于该项", "of another kind")
UNTOLD = Text("未填是否属于该项", "kind not filled in")
REASONS = {
    "before": Text("早于本年", "before the year"),
    "after": Text("晚于截至日", "after the day of the count"),
    "undated": Text("没有日期", "no date"),
    "no_value": Text("没有数值", "no value"),
    "double": Text("重复", "a double"),
}


def day_of_count(
    settings: Targets, records: Mapping[str, pd.DataFrame], as_of: datetime.date | None
) -> tuple[datetime.date, str]:
    """Return the day of the count and whence it came."""
    if as_of is not None:
        return as_of, "argument"
    if settings.as_of is not None:
        return settings.as_of, "study"
    last = max((target.year for target in settings.items.values()), default=1990)
    dates = [
        day
        for target in settings.items.values()
        if target.table in records
        for day in _dated(target, _fitting(target, records[target.table]))["date"].dropna()
        if day.year <= last
    ]
    if dates:
        return max(dates).date(), "records"
    return datetime.date(last, 1, 1), "none"


def fits(target: Target, frame: pd.DataFrame) -> pd.Series:
    """Return which records the filter takes; NA where a cell it asks for is not filled in."""
    good = pd.Series(True, index=frame.index, dtype="boolean")
    for name, wanted in target.where.items():
        values = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index, dtype="string")
        good &= values.isin(list(wanted)).astype("boolean").mask(values.isna().to_numpy())
    return good


def _fitting(target: Target, frame: pd.DataFrame) -> pd.DataFrame:
    chosen: pd.DataFrame = frame[fits(target, frame).fillna(False).astype(bool)]
    return chosen


def _dated(target: Target, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the date of each record and the column it stands in: the first of the target's that is filled in."""
    date = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]")
    column = pd.Series(pd.NA, index=frame.index, dtype="string")
    for name in target.date:
        if name not in frame:
            continue
        own = pd.to_datetime(frame[name]).astype("datetime64[ns]")
        fresh = (date.isna() & own.notna()).to_numpy()
        date, column = date.mask(fresh, own), column.mask(fresh, name)
    return pd.DataFrame({"date": date, "date_column": column})


def events(key: str, target: Target, frame: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """Return the records of one target with a verdict each, by date and id.

    Returns
    -------
    DataFrame
        Rows numbered; columns of `TARGET_EVENTS`. Records that do not fit the filter are not listed.
    """
    chosen = _fitting(target, frame)
    dated = _dated(target, chosen)
    out = pd.DataFrame(
        {
            "target": key,
            "table": target.table,
            "record_id": chosen.index.astype("string"),
            "name": _text(chosen, "name"),
            "date": dated["date"].to_numpy(),
            "date_column": dated["date_column"].to_numpy(),
            "value": _values(target, chosen),
            "evidence": _text(chosen, "evidence"),
            "owner": _text(chosen, "owner"),
            "synthetic": chosen["synthetic"].fillna(False).astype(bool).to_numpy() if "synthetic" in chosen else False,
            "address": _text(chosen, "address"),
            "mark": _marks(chosen),
            "code": _text(chosen, "credit_code"),
        }
    )
    out = out.sort_values(["date", "record_id"], na_position="last", kind="stable", ignore_index=True)
    out["why"] = _verdicts(out, target, as_of)
    _set_doubles(out)
    out["counted"] = out["why"] == "counted"
    out["same_address"] = _neighbours(out)
    return out[list(COLUMNS)].astype(
        {
            **{
                name: "string"
                for name in ("target", "table", "record_id", "name", "date_column", "why", "evidence", "owner")
            },
            "value": "float64",
            "counted": bool,
            "synthetic": bool,
        }
    )


def _text(frame: pd.DataFrame, name: str) -> Any:
    if name not in frame:
        return pd.array([pd.NA] * len(frame), dtype="string")
    return frame[name].astype("string").to_numpy()


def _values(target: Target, frame: pd.DataFrame) -> Any:
    if target.column is None:
        return 1.0
    if target.column not in frame:
        return float("nan")
    return frame[target.column].astype("Float64").to_numpy(dtype=float, na_value=float("nan"))


def _marks(frame: pd.DataFrame) -> list[str]:
    """Return what tells records of one name apart: their address, or the partners of a project."""
    columns = [_text(frame, name) for name in ("address", "partners", "street") if name in frame]
    rows = zip(*columns, strict=True) if columns else ([],) * len(frame)
    return [fold("".join(part for part in row if not pd.isna(part))) for row in rows]


def _verdicts(rows: pd.DataFrame, target: Target, as_of: datetime.date) -> list[str]:
    start, end = pd.Timestamp(target.year, 1, 1), pd.Timestamp(target.year, 12, 31)
    day = pd.Timestamp(as_of)
    out = []
    for date, value in zip(rows["date"], rows["value"], strict=True):
        if pd.isna(date):
            why = "counted" if target.counts == "total" else "undated"
        elif date > day or (target.counts == "new" and date > end):
            why = "after"
        elif target.counts == "new" and date < start:
            why = "before"
        else:
            why = "counted"
        out.append("no_value" if why == "counted" and pd.isna(value) else why)
    return out


def _set_doubles(rows: pd.DataFrame) -> None:
    """Let a record that doubles an earlier one not count, and name that one. What was there before is not new."""
    why, ids = rows["why"].tolist(), rows["record_id"].tolist()
    codes, names = _folded(rows["code"]), _folded(rows["name"])
    marks = rows["mark"].tolist()
    double_of: list[Any] = [pd.NA] * len(rows)
    by_code: dict[str, int] = {}
    by_name: dict[str, list[int]] = {}
    for number, verdict in enumerate(why):
        if verdict not in {"counted", "before"}:
            continue
        code, name = codes[number], names[number]
        first = by_code.get(code) if code else None
        if first is None and name:
            first = next(
                (
                    other
                    for other in by_name.get(name, ())
                    # Of one name they are one, unless their credit codes or their places tell them apart.
                    if not (code and codes[other]) and len({marks[number], marks[other]} - {""}) < 2
                ),
                None,
            )
        if first is None:
            if code:
                by_code[code] = number
            by_name.setdefault(name, []).append(number)
        elif verdict == "counted":
            why[number], double_of[number] = "double", ids[first]
    rows["why"] = why
    rows["double_of"] = pd.array(double_of, dtype="string")


def _folded(texts: pd.Series) -> list[str]:
    return ["" if pd.isna(text) else fold(text) for text in texts]


def _neighbours(rows: pd.DataFrame) -> Any:
    """Name, for each record that counts, another at the same address: a part may be counted with its whole."""
    seen: dict[str, str] = {}
    found: list[Any] = [pd.NA] * len(rows)
    ids = rows["record_id"].tolist()
    for number, (counted, address) in enumerate(zip(rows["counted"], _folded(rows["address"]), strict=True)):
        if counted and address:
            found[number] = seen.setdefault(address, ids[number])
            if found[number] == ids[number]:
                found[number] = pd.NA
    return pd.array(found, dtype="string")


def event_table(events: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the records of all targets in one table."""
    if not events:
        types: dict[str, Any] = {"counted": bool, "synthetic": bool, "value": "float64", "date": "datetime64[ns]"}
        return pd.DataFrame({name: pd.Series(dtype=types.get(name, "string")) for name in COLUMNS})
    return pd.concat(events.values(), ignore_index=True)


def account(targets: Mapping[str, Target], events: Mapping[str, pd.DataFrame], records: Any) -> Account:
    """Return, for each target, the records read, counted, and left out by reason."""
    entries = []
    for key, target in targets.items():
        good = fits(target, records[target.table])
        verdicts = events[key]["why"].value_counts()
        excluded = [(OTHER, int((~good.fillna(True)).sum())), (UNTOLD, int(good.isna().sum()))]
        excluded += [(reason, int(verdicts.get(why, 0))) for why, reason in REASONS.items()]
        label = Text(f"目标：{target.name.zh}", f"target: {target.name.en}")
        counts = tuple((reason, count) for reason, count in excluded if count)
        entries.append(Entry(f"targets.{key}", label, len(good), counts))
    total = Account(tuple(entries))
    total.check({f"targets.{key}": int(events[key]["counted"].sum()) for key in targets})
    return total
