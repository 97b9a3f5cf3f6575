"""Achieved to date, month by month and quarter by quarter, and what is due."""

from __future__ import annotations

import calendar
import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from corridor.config import Target, Targets
from corridor.targets import _count

_MISSING = float("nan")


def achieved(target: Target, events: pd.DataFrame, until: datetime.date | None = None) -> float:
    """Return the figure from the records that count, all of them or those dated up to a day (or undated).

    Sums run over exact fractions, so that the order of records never matters.
    """
    return _Counted(target, events).until(until)


class _Counted:
    """Dates and values of the records that count, taken out of their table once."""

    def __init__(self, target: Target, events: pd.DataFrame) -> None:
        counted = events["counted"].to_numpy(dtype=bool)
        self._target = target
        self._dates = events["date"].to_numpy(dtype="datetime64[D]")[counted]
        self._values = events["value"].to_numpy(dtype=float)[counted]

    def until(self, day: datetime.date | None) -> float:
        """Return the figure from the records up to a day, or undated."""
        values = self._values
        if day is not None:
            values = values[np.isnat(self._dates) | (self._dates <= np.datetime64(day))]
        return figure(self._target, values)


def figure(target: Target, values: Iterable[float]) -> float:
    """Return the figure that some values make."""
    total = math.fsum(values)
    return float(total > 0) if target.measure == "exists" else total


def start_of_year(target: Target, events: pd.DataFrame) -> float:
    """Return the figure at the turn of the year: the stock for "total", 0 for "new"."""
    if target.counts == "new":
        return 0.0
    return achieved(target, events, datetime.date(target.year - 1, 12, 31))


def due(target: Target, start: float, day: datetime.date) -> float:
    """Return what a straight line from the turn of the year to the aim asks for on a day; missing for yes or no."""
    if target.measure == "exists":
        return _MISSING
    first, last = datetime.date(target.year, 1, 1), datetime.date(target.year, 12, 31)
    passed = min(max((day - first).days + 1, 0), (last - first).days + 1)
    return start + max(target.aim - start, 0.0) * passed / ((last - first).days + 1)


def _end(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def snapshots(
    key: str, target: Target, events: pd.DataFrame, as_of: datetime.date, quarters: tuple[float, ...]
) -> pd.DataFrame:
    """Return the months and quarters of a target's year: added, achieved by the end, due by the end."""
    start = start_of_year(target, events)
    counted = _Counted(target, events)
    rows = []
    for period, months in (("month", 1), ("quarter", 3)):
        before = start
        for number in range(1, 12 // months + 1):
            ends = _end(target.year, number * months)
            begins = datetime.date(target.year, (number - 1) * months + 1, 1)
            begun = begins <= as_of
            now = counted.until(min(ends, as_of)) if begun else _MISSING
            share = quarters[number - 1] if period == "quarter" else None
            rows.append(
                {
                    "target": key,
                    "period": period,
                    "number": number,
                    "ends": pd.Timestamp(ends),
                    "added": now - before if begun else _MISSING,
                    "achieved": now,
                    "whole": ends <= as_of,
                    "due": due(target, start, ends) if share is None else _by_quarter(target, start, share),
                }
            )
            before = now
    return pd.DataFrame(rows).astype({"target": "string", "period": "string", "number": "Int64"})


def _by_quarter(target: Target, start: float, share: float) -> float:
    return _MISSING if target.measure == "exists" else start + max(target.aim - start, 0.0) * share


def snapshot_table(snapshots: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the snapshots of all targets in one table."""
    if not snapshots:
        types: dict[str, Any] = {"target": "string", "period": "string", "number": "Int64", "ends": "datetime64[ns]"}
        types |= {"added": "float64", "achieved": "float64", "whole": bool, "due": "float64"}
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})
    return pd.concat(snapshots.values(), ignore_index=True)


def table(
    settings: Targets, events: Mapping[str, pd.DataFrame], snapshots: Mapping[str, pd.DataFrame], as_of: datetime.date
) -> pd.DataFrame:
    """Return one row a target: the aim, what is achieved, what is due, what is in doubt. Index `target`."""
    rows = [_row(key, target, events.get(key), snapshots.get(key), as_of) for key, target in settings.items.items()]
    frame = pd.DataFrame(rows).set_index("target") if rows else pd.DataFrame(index=pd.Index([], name="target"))
    frame.index = frame.index.astype("string")
    counts = ("records", "no_evidence", "doubles", "undated", "synthetic", "year")
    return frame.astype({name: "Int64" for name in counts if name in frame})


def _row(
    key: str, target: Target, events: pd.DataFrame | None, periods: pd.DataFrame | None, as_of: datetime.date
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "target": key,
        "zh": target.name.zh, "en": target.name.en, "unit_zh": target.unit.zh, "unit_en": target.unit.en,
        "owner_zh": target.owner.zh, "owner_en": target.owner.en, "year": target.year, "as_of": pd.Timestamp(as_of),
        "aim": target.aim, "compare": target.compare, "counts": target.counts, "date": "; ".join(target.date),
    }  # fmt: skip
    words = {
        "definition_zh": target.definition.zh, "definition_en": target.definition.en,
        "open_zh": target.open.zh if target.open else "", "open_en": target.open.en if target.open else "",
    }  # fmt: skip
    names = ("achieved", "share", "pace", "ahead", "pace_quarter", "no_evidence_value")
    numbers = ("records", "no_evidence", "doubles", "undated", "synthetic")
    if events is None or periods is None:
        nothing = {name: _MISSING for name in names} | {name: pd.NA for name in numbers}
        return {**facts, **nothing, "status": "no_data", **words}
    now, start = achieved(target, events), start_of_year(target, events)
    pace = due(target, start, as_of)
    full = periods[(periods["period"] == "quarter") & periods["whole"]]
    by_quarter = float(full["due"].iloc[-1]) if len(full) else (_MISSING if target.measure == "exists" else start)
    counted = events[events["counted"]]
    bare = counted[counted["evidence"].isna()]
    return {
        **facts,
        "achieved": now,
        "share": now / target.aim,
        "status": _status(target, now, pace, as_of),
        "pace": pace,
        "ahead": now - pace,
        "pace_quarter": by_quarter,
        "records": len(counted),
        "no_evidence": len(bare),
        "no_evidence_value": math.fsum(bare["value"].astype(float)),
        "doubles": int((events["why"] == "double").sum()),
        "undated": int(events["date"].isna().sum()),
        "synthetic": int(counted["synthetic"].sum()),
        **words,
    }


def _status(target: Target, now: float, pace: float, as_of: datetime.date) -> str:
    reached = now > target.aim if target.compare == "above" else now >= target.aim
    if reached:
        return "reached"
    if as_of >= datetime.date(target.year, 12, 31):
        return "missed"
    if as_of < datetime.date(target.year, 1, 1):
        return "early"
    if target.measure == "exists":
        return "open"
    return "on_pace" if now >= pace else "behind"


def readings(settings: Targets, records: Mapping[str, Sequence[_count.Record]], as_of: datetime.date) -> pd.DataFrame:
    """Return the same figures under every reading the letter leaves open: new or total, and each of the dates.

    `records` are those that fit each target.
    """
    rows: list[tuple[Any, ...]] = []
    for key, target in settings.items.items():
        rules = ("total",) if target.measure == "exists" else ("new", "total")
        dates = [target.date, *((name,) for name in target.also if (name,) != target.date)]
        for date in dates:
            for counts in rules:
                used = date == target.date and counts == target.counts
                found: tuple[Any, ...] = (_MISSING, pd.NA)
                if key in records:
                    other = target.model_copy(update={"counts": counts, "date": date, "also": ()})
                    counted = [v for v in _count.verdicts(other, records[key], as_of) if v.counted]
                    if counts == "total" and date != target.date:
                        # Under another date, a record without that date is not there yet.
                        counted = [v for v in counted if v.date is not None]
                    found = (figure(target, [v.record.value for v in counted]), len(counted))
                rows.append((key, counts, "; ".join(date), used, *found))
    columns = ["target", "counts", "date", "default", "achieved", "records"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"target": "string", "counts": "string", "date": "string", "default": bool, "records": "Int64"})
