"""The report's section on the targets of the year: figures, pace, evidence, what is in doubt."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridor.report._format import MINUS, NBSP, NONE, bare, missing, number, percent
from corridor.report._target_chart import chart
from corridor.report._words import WORDS

if TYPE_CHECKING:
    from corridor.targets import Progress

# More records of one target than this are for the workbook.
_MOST = 40
_STATES = WORDS["targets", "status"]
_COUNTS = WORDS["targets", "counts"]
_WHY = {
    "double": ("重复", "a double"),
    "undated": ("没有日期", "no date"),
    "no_value": ("没有数值", "no value"),
}
_BASIS = {
    "argument": ("命令中写明", "given on the command line"),
    "study": ("设定中写明", "given in the settings"),
    "records": ("台账中最后的日期", "the last date in the records"),
    "none": ("台账没有日期，取年初", "no dates in the records; the turn of the year"),
}
_DATES = WORDS["targets", "date"]


def section(progress: Progress | None, lang: str) -> dict[str, Any] | None:
    """Return what the template pours out; None where the study has no targets."""
    if progress is None or progress.table.empty:
        return None
    states = {key: state(row["status"], lang) for key, row in progress.table.iterrows()}
    return {
        "title": _title(progress, lang),
        "lead": _lead(progress, lang),
        "warning": _warning(progress, lang),
        "chart": chart(progress, {str(key): words for key, words in states.items()}, lang),
        "rows": [_row(row, progress.settings.items[str(key)].measure, lang) for key, row in progress.table.iterrows()],
        "rules": [_rule(progress, str(key), lang) for key in progress.table.index],
        "months": _months(progress, lang),
        "quarters": _quarters(progress, lang),
        "groups": _groups(progress, lang),
        "left_out": _left_out(progress, lang),
    }


def state(status: str, lang: str) -> str:
    """Return a status in words."""
    return _STATES[status][lang != "zh"]


def day(date: Any, lang: str) -> str:
    """Return a date as a planner writes it; a dash where there is none."""
    if missing(date):
        return NONE
    stamp = pd.Timestamp(date)
    if lang == "zh":
        return f"{stamp.year}年{stamp.month}月{stamp.day}日"
    return f"{stamp.day}{NBSP}{stamp:%B}{NBSP}{stamp.year}"


def basis(progress: Progress, lang: str) -> str:
    """Return whence the day of the count came, in words."""
    return _BASIS[progress.basis][lang != "zh"]


def reading(counts: str, date: str, lang: str) -> str:
    """Return a counting rule in words: new in the year, by date opened."""
    names = [_DATES.get(name, (name, name))[lang != "zh"] for name in date.split("; ")]
    if lang == "zh":
        return f"{_COUNTS[counts][0]}，按{'（缺则按'.join(names)}{'）' * (len(names) - 1)}"
    return f"{_COUNTS[counts][1]}, by {', else '.join(names)}"


def aim(row: Any, measure: str, lang: str) -> str:
    """Return the aim as a plain number with its unit, and whether it is to be passed; "built" for yes or no."""
    if measure == "exists":
        return "建成" if lang == "zh" else "built"
    above = {"zh": ("超过", "不少于"), "en": ("more than ", "at least ")}[lang]
    return f"{above[row['compare'] != 'above']}{bare(row['aim'])}{NBSP}{row[f'unit_{lang}']}"


def achieved(row: Any, measure: str, lang: str) -> str:
    """Return what is achieved: a number, or yes or no; a dash where nothing is known."""
    if measure == "exists" and not missing(row["achieved"]):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][bool(row["achieved"] > 0)]
    return number(row["achieved"])


def signed(value: Any, decimals: int = 0) -> str:
    """Return a difference with its sign; a dash where there is none."""
    if missing(value):
        return NONE
    shown = number(abs(float(value)), decimals)
    if not float(shown.replace(",", "")):
        return shown
    return f"{'+' if value > 0 else MINUS}{shown}"


def _title(progress: Progress, lang: str) -> str:
    years = sorted({target.year for target in progress.settings.items.values()})
    span = "、".join(map(str, years)) if lang == "zh" else ", ".join(map(str, years))
    return f"{span}年目标进展" if lang == "zh" else f"Targets of {span}"


def _lead(progress: Progress, lang: str) -> str:
    table = progress.table
    counts = table["status"].value_counts()
    order = [name for name in _STATES if counts.get(name)]
    if lang == "zh":
        parts = "，".join(f"{_STATES[name][0]}{counts[name]}项" for name in order)
        return (
            f"截至{day(progress.as_of, lang)}（{basis(progress, lang)}），{len(table)}项目标中{parts}。"
            "目标为力争之数；“应完成”按全年直线推算，季度按设定的累计比例。"
        )
    parts = ", ".join(f"{_STATES[name][1]} {counts[name]}" for name in order)
    return (
        f"On {day(progress.as_of, lang)} ({basis(progress, lang)}), of {len(table)} targets: {parts}. The figures are "
        "aims; “due” follows a straight line over the year, and by quarters the shares in the settings."
    )


def _warning(progress: Progress, lang: str) -> str:
    """Return the sentence on invented records, empty where there are none."""
    rows = progress.table[progress.table["synthetic"].fillna(0).astype(int) > 0]
    if rows.empty:
        return ""
    names = [str(name) for name in rows[lang]]
    if lang == "zh":
        return f"下列数字依据示意（虚构）记录，不是实际进展：{'、'.join(names)}。"
    return f"These figures rest on invented records and are no real progress: {', '.join(names)}."


def _digits(row: Any) -> int:
    """Return the decimals in which pace is told: one where few things are counted."""
    return 0 if row["aim"] >= 1000 else 1


def _row(row: Any, measure: str, lang: str) -> dict[str, Any]:
    digits = _digits(row)
    return {
        "name": row[lang],
        "owner": row[f"owner_{lang}"],
        "aim": aim(row, measure, lang),
        "achieved": achieved(row, measure, lang),
        "share": NONE if measure == "exists" else percent(row["share"]),
        "due": number(row["pace"], digits),
        "ahead": signed(row["ahead"], digits),
        "due_quarter": number(row["pace_quarter"], digits),
        "state": ("✓ " if row["status"] == "reached" else "") + state(row["status"], lang),
        "bad": row["status"] in {"behind", "open", "missed"},
        "doubt": doubt(row, lang),
    }


def doubt(row: Any, lang: str) -> str:
    """Return what stands in doubt: invented records, missing evidence, doubles, missing dates; empty where nothing."""
    flags = [
        (row["synthetic"], "示意", "invented"),
        (row["no_evidence"], "缺依据", "no evidence"),
        (row["doubles"], "重复未计", "doubles left out"),
        (row["undated"], "缺日期", "undated"),
    ]
    words = [
        f"{zh}{count}条" if lang == "zh" else f"{en}: {count}"
        for count, zh, en in flags
        if not missing(count) and count
    ]
    return ("；" if lang == "zh" else "; ").join(words)


def _rule(progress: Progress, key: str, lang: str) -> dict[str, Any]:
    row = progress.table.loc[key]
    own = progress.readings[(progress.readings["target"] == key) & ~progress.readings["default"]]
    unit = row[f"unit_{lang}"]
    others = [
        f"{reading(r.counts, r.date, lang)}{'：' if lang == 'zh' else ': '}{number(r.achieved)}{NBSP}{unit}"
        for r in own.itertuples()
    ]
    return {
        "name": row[lang],
        "used": reading(row["counts"], row["date"], lang),
        "definition": row[f"definition_{lang}"],
        "open": row[f"open_{lang}"] or NONE,
        "others": others,
    }


def _months(progress: Progress, lang: str) -> dict[str, Any]:
    snaps = progress.snapshots[progress.snapshots["period"] == "month"]
    rows = []
    for key, own in snaps.groupby("target", sort=False):
        row = progress.table.loc[key]
        rows.append((row[lang], row[f"unit_{lang}"], [number(value) for value in own["achieved"]]))
    heads = [f"{n}月" if lang == "zh" else f"{datetime.date(2000, n, 1):%b}" for n in range(1, 13)]
    return {"heads": heads, "rows": rows}


def _quarters(progress: Progress, lang: str) -> list[dict[str, Any]]:
    snaps = progress.snapshots[progress.snapshots["period"] == "quarter"]
    out = []
    for key, own in snaps.groupby("target", sort=False):
        row = progress.table.loc[key]
        cells = [
            (number(r.added), number(r.achieved), number(r.due, _digits(row)), not r.whole and not missing(r.achieved))
            for r in own.itertuples()
        ]
        out.append({"name": row[lang], "unit": row[f"unit_{lang}"], "cells": cells})
    return out


def _groups(progress: Progress, lang: str) -> list[dict[str, Any]]:
    """Return the records that count, by target, with their evidence."""
    out = []
    for key, row in progress.table.iterrows():
        own = progress.events[(progress.events["target"] == key) & progress.events["counted"]]
        if own.empty:
            continue
        out.append(
            {
                "name": row[lang],
                "rows": [_event(record, lang) for record in own.head(_MOST).itertuples()],
                "more": max(len(own) - _MOST, 0),
            }
        )
    return out


def _event(record: Any, lang: str) -> dict[str, Any]:
    flags = []
    if record.synthetic:
        flags.append("示意" if lang == "zh" else "invented")
    if not missing(record.same_address):
        flags.append(f"与{record.same_address}同地址" if lang == "zh" else f"same address as {record.same_address}")
    return {
        "id": record.record_id,
        "name": NONE if missing(record.name) else record.name,
        "date": NONE if missing(record.date) else f"{record.date:%Y-%m-%d}",
        "value": number(record.value),
        "evidence": ("缺依据" if lang == "zh" else "none") if missing(record.evidence) else record.evidence,
        "bare": missing(record.evidence),
        "owner": NONE if missing(record.owner) else record.owner,
        "flags": ("；" if lang == "zh" else "; ").join(flags),
    }


def _left_out(progress: Progress, lang: str) -> list[dict[str, str]]:
    """Return the records that might have counted and did not: doubles, without date, without value."""
    own = progress.events[progress.events["why"].isin(list(_WHY))]
    out = []
    for record in own.head(_MOST).itertuples():
        why = _WHY[record.why][lang != "zh"]
        if record.why == "double":
            why = f"与{record.double_of}重复" if lang == "zh" else f"double of {record.double_of}"
        out.append(
            {
                "target": progress.table.loc[record.target, lang],
                "id": record.record_id,
                "name": NONE if missing(record.name) else record.name,
                "why": why,
            }
        )
    return out
