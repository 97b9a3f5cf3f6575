"""Which records count towards an aim, and why the others do not."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from corridor.carriers import fold
from corridor.config import Target, Targets
from corridor.errors import Account, Entry, Text

COLUMNS = (
    "target", "table", "record_id", "name", "date", "date_column", "value", "counted", "why", "double_of",
    "same_address", "evidence", "owner", "synthetic",
)  # fmt: skip
_TYPES: dict[str, Any] = dict.fromkeys(COLUMNS, "string") | {
    "date": "datetime64[ns]", "value": "float64", "counted": bool, "synthetic": bool,
}  # fmt: skip
# The source of records that a scenario adds.
PLANNED = "scenario"
_MARKS = ("address", "partners", "street")
OTHER = Text("不属于该项", "of another kind")
UNTOLD = Text("未填是否属于该项", "kind not filled in")
REASONS = {
    "before": Text("早于本年", "before the year"),
    "after": Text("晚于截至日", "after the day of the count"),
    "undated": Text("没有日期", "no date"),
    "no_value": Text("没有数值", "no value"),
    "double": Text("重复", "a double"),
}


@dataclass(frozen=True)
class Record:
    """What the verdict on one record rests on.

    `dates` by column where filled in, `mark` tells places apart; `planned` records come with a scenario and, undated,
    count as of the day of the count.
    """

    id: str
    name: str | None
    code: str | None
    address: str | None
    mark: str
    value: float
    evidence: str | None
    owner: str | None
    synthetic: bool
    dates: Mapping[str, pd.Timestamp]
    planned: bool = False


@dataclass(frozen=True)
class Verdict:
    """Whether a record counts: `why` is "counted" or one of `REASONS`; the date it stands under, if any."""

    record: Record
    date: pd.Timestamp | None
    date_column: str | None
    why: str
    double_of: str | None = None

    @property
    def counted(self) -> bool:
        """Whether the record counts."""
        return self.why == "counted"


def day_of_count(
    settings: Targets, records: Mapping[str, Sequence[Record]], as_of: datetime.date | None
) -> tuple[datetime.date, str]:
    """Return the day of the count and whence it came; `records` are those that fit each target."""
    if as_of is not None:
        return as_of, "argument"
    if settings.as_of is not None:
        return settings.as_of, "study"
    last = max((target.year for target in settings.items.values()), default=1990)
    dates = [
        record.dates[column]
        for key, fit in records.items()
        for record in fit
        if (column := _date_column(settings.items[key], record)) and record.dates[column].year <= last
    ]
    if dates:
        return max(dates).date(), "records"
    return datetime.date(last, 1, 1), "none"


def _date_column(target: Target, record: Record) -> str | None:
    """Return where the date of a record stands: in the first of the target's columns that is filled in."""
    return next((name for name in target.date if name in record.dates), None)


def fits(target: Target, frame: pd.DataFrame) -> pd.Series:
    """Return which records the filter takes; NA where a cell it asks for is not filled in."""
    good = pd.Series(True, index=frame.index, dtype="boolean")
    for name, wanted in target.where.items():
        values = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index, dtype="string")
        good &= values.isin(list(wanted)).astype("boolean").mask(values.isna().to_numpy())
    return good


def fitting(target: Target, frame: pd.DataFrame) -> list[Record]:
    """Return the records that the filter takes, with every date the target knows."""
    chosen = frame[fits(target, frame).fillna(False).astype(bool)]
    dates = [
        (name, pd.to_datetime(chosen[name]).astype("datetime64[ns]").tolist())
        for name in dict.fromkeys((*target.date, *target.also))
        if name in chosen
    ]
    dated = [{name: days[number] for name, days in dates if not pd.isna(days[number])} for number in range(len(chosen))]
    synthetic = chosen["synthetic"].fillna(False).astype(bool) if "synthetic" in chosen else [False] * len(chosen)
    columns = (
        chosen.index.astype("string"), _text(chosen, "name"), _text(chosen, "credit_code"), _text(chosen, "address"),
        _marks(chosen), _values(target, chosen), _text(chosen, "evidence"), _text(chosen, "owner"), synthetic, dated,
        [source == PLANNED for source in _text(chosen, "source")],
    )  # fmt: skip
    return [Record(*row) for row in zip(*columns, strict=True)]


def record_of(target: Target, id_: str, row: Mapping[str, Any]) -> Record | None:
    """Return a single record as `fitting` does, None where the filter does not take it."""

    def text(name: str) -> str | None:
        value = row.get(name)
        return None if pd.isna(value) else str(value)

    if any(pd.isna(row.get(name)) or row[name] not in wanted for name, wanted in target.where.items()):
        return None
    value = 1.0 if target.column is None else row.get(target.column)
    dates = {name: row.get(name) for name in dict.fromkeys((*target.date, *target.also))}
    return Record(
        id=id_,
        name=text("name"),
        code=text("credit_code"),
        address=text("address"),
        mark=fold("".join(filter(None, map(text, _MARKS)))),
        value=float("nan") if pd.isna(value) else float(value),  # type: ignore[arg-type]
        evidence=text("evidence"),
        owner=text("owner"),
        synthetic=text("synthetic") == "True",
        dates={name: pd.Timestamp(date) for name, date in dates.items() if not pd.isna(date)},
        planned=text("source") == PLANNED,
    )


def _text(frame: pd.DataFrame, name: str) -> list[str | None]:
    if name not in frame:
        return [None] * len(frame)
    return [None if pd.isna(text) else str(text) for text in frame[name]]


def _values(target: Target, frame: pd.DataFrame) -> list[float]:
    if target.column is None:
        return [1.0] * len(frame)
    if target.column not in frame:
        return [float("nan")] * len(frame)
    values: list[float] = frame[target.column].astype("Float64").to_numpy(dtype=float, na_value=float("nan")).tolist()
    return values


def _marks(frame: pd.DataFrame) -> list[str]:
    """Return what tells records of one name apart: their address, or the partners of a project."""
    columns = [_text(frame, name) for name in _MARKS]
    return [fold("".join(filter(None, row))) for row in zip(*columns, strict=True)]


def verdicts(target: Target, records: Sequence[Record], as_of: datetime.date) -> list[Verdict]:
    """Return a verdict on each record, by date and id, those without a date last."""
    day = pd.Timestamp(as_of)
    year = pd.Timestamp(target.year, 1, 1), pd.Timestamp(target.year, 12, 31)
    dated = []
    for record in records:
        column = _date_column(target, record)
        date = record.dates[column] if column else None
        if date is None and record.planned:
            date = day
        dated.append(
            Verdict(record, date, column, _why(date, record.value, day, year if target.counts == "new" else None))
        )
    dated.sort(key=lambda verdict: (verdict.date or pd.Timestamp.max, verdict.record.id))
    return _without_doubles(dated)


def _why(
    date: pd.Timestamp | None, value: float, day: pd.Timestamp, year: tuple[pd.Timestamp, pd.Timestamp] | None
) -> str:
    """Return what of a date and a value keeps a record from counting; `year`: what is new within it counts."""
    if date is None:
        if year is not None:
            return "undated"
    elif date > day or (year is not None and date > year[1]):
        return "after"
    elif year is not None and date < year[0]:
        return "before"
    return "no_value" if math.isnan(value) else "counted"


def _without_doubles(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Let a record that doubles an earlier one not count, and name that one. What was there before is not new."""
    out = []
    by_code: dict[str, Record] = {}
    by_name: dict[str, list[Record]] = {}
    for verdict in verdicts:
        record = verdict.record
        if verdict.why in {"counted", "before"}:
            code, name = fold(record.code or ""), fold(record.name or "")
            first = by_code.get(code) if code else None
            if first is None and name:
                first = next((other for other in by_name.get(name, ()) if _same(record, other)), None)
            if first is None:
                if code:
                    by_code[code] = record
                by_name.setdefault(name, []).append(record)
            elif verdict.counted:
                verdict = replace(verdict, why="double", double_of=first.id)
        out.append(verdict)
    return out


def _same(record: Record, other: Record) -> bool:
    """Of one name they are one, unless their credit codes or their places tell them apart."""
    both = fold(record.code or "") and fold(other.code or "")
    return not both and len({record.mark, other.mark} - {""}) < 2


def events(key: str, target: Target, verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Return the verdicts on the records of one target as a table.

    Returns
    -------
    DataFrame
        Rows numbered; columns of `TARGET_EVENTS`. Records that do not fit the filter are not listed.
    """
    rows = [
        (
            key, target.table, v.record.id, v.record.name, v.date, v.date_column, v.record.value, v.counted, v.why,
            v.double_of, beside, v.record.evidence, v.record.owner, v.record.synthetic,
        )
        for v, beside in zip(verdicts, _neighbours(verdicts), strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(_TYPES)


def _neighbours(verdicts: Sequence[Verdict]) -> list[str | None]:
    """Name, for each record that counts, another at the same address: a part may be counted with its whole."""
    seen: dict[str, str] = {}
    found: list[str | None] = []
    for verdict in verdicts:
        address = fold(verdict.record.address or "")
        first = seen.setdefault(address, verdict.record.id) if verdict.counted and address else verdict.record.id
        found.append(None if first == verdict.record.id else first)
    return found


def event_table(events: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the records of all targets in one table."""
    if not events:
        return pd.DataFrame(columns=list(COLUMNS)).astype(_TYPES)
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
