"""Answers of a street survey: which item, how much, what it is worth; photo files beside the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from corridor.carriers._notes import listed, shown
from corridor.carriers._values import is_missing, plain, read_number
from corridor.carriers._vocabulary import fold, vocabulary
from corridor.config import SurveyItem, did_you_mean
from corridor.errors import Account, Notice, Text

UNFILLED = Text("取值未填", "no value filled in")
UNKNOWN = Text("项目不在标尺中", "item without a scale")
UNREAD = Text("取值读不懂", "value not understood")
OFF_SCALE = Text("取值超出标尺", "value off the scale")
REVERSED = Text("起点里程大于终点里程", "chainage runs backwards")
# A survey and its repetitions lie nearer together than this.
_LATE_YEARS = 10
PHOTO_TYPES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
# A code, not a name: what one may print.
_CODE = re.compile(r"[A-Za-z]{0,4}[-_]?\d{1,6}[A-Za-z]?|[A-Za-z]")
_NUMBER = re.compile(r"([+-]?[\d.,]+)\s*(\D*)")
_SCALE = Text(
    "请用表中“项目与标尺”列出的答案，或在 study.yaml 的 survey.items 中加上。",
    "Use the answers of the sheet 项目与标尺, or add to survey.items in study.yaml.",
)


_OFF_SCALE = Text(
    "请核对；取值无误就在 study.yaml 的 survey.items 中改该项的 worst、best。该行不计入。",
    "Check it; where the value is right, change worst or best of the item in survey.items of study.yaml. The row is left out.",
)
_REVERSED = Text("请改正起点、终点里程；该行不计入。", "Correct the two chainages; the row is left out.")


@dataclass(frozen=True, slots=True)
class _Answer:
    amount: float | None = None
    score: float | None = None
    fault: Text | None = None
    reason: Text = UNREAD
    action: Text = _SCALE


@dataclass
class _Findings:
    """Notices of one file, and rows left out by reason."""

    file: str
    sheet: str
    notices: list[Notice] = field(default_factory=list)
    excluded: dict[Text, list[str]] = field(default_factory=dict)

    def warn(self, code: str, row: Any, column: str, value: str, what: Text, action: Text) -> None:
        self.notices.append(
            Notice(code, "W", what, action, self.file, self.sheet, int(row), column, shown(value))
        )  # fmt: skip

    def leave_out(self, row_id: str, reason: Text) -> None:
        self.excluded.setdefault(reason, []).append(row_id)


def answered(
    table: pd.DataFrame, account: Account, items: Mapping[str, SurveyItem], file: Path, sheet: str
) -> tuple[pd.DataFrame, tuple[Notice, ...], Account]:
    """Return the survey with what each answer is worth.

    Parameters
    ----------
    table : GeoDataFrame
        As `read_records` gives the table `survey`.
    account : Account
        Of the reading; its line for the survey gains the rows left out here.
    items : dict of code to SurveyItem
    file : Path
        The survey's file; photos lie beside it or in folders below.
    sheet : str
        Its sheet, for the notices.

    Returns
    -------
    table : GeoDataFrame
        Rows with an answer, `item` as its code, with `amount` (Float64: the number, NA for words), `score`
        (Float64, 0–100; NA for counts, which are worth something only on 100 m of street) and `sheet` ("" in a CSV).
    notices : tuple of Notice
    account : Account
    """
    found = _Findings(file.name, sheet)
    known = {fold(word): key for key, item in items.items() for word in (key, item.name.zh, item.name.en, *item.names)}
    codes: dict[str, str] = {}
    answers: dict[str, _Answer] = {}
    unknown: dict[str, list[int]] = {}
    for row_id, row in zip(table.index, table.to_dict("records"), strict=True):
        if _text(row["value"]) is None:
            found.leave_out(row_id, UNFILLED)
            continue
        code = known.get(fold(_text(row["item"]) or ""))
        if code is None:
            unknown.setdefault(_text(row["item"]) or "", []).append(int(row["row"]))
            found.leave_out(row_id, UNKNOWN)
            continue
        if _reversed(row, found):
            found.leave_out(row_id, REVERSED)
            continue
        answer = _read(_text(row["value"]) or "", _text(row["unit"]) or "", items[code])
        if answer.fault is not None:
            name, fault = items[code].name, answer.fault
            what = Text(f"“{name.zh}”：{fault.zh}", f"{name.en}: {fault.en}")
            found.warn("survey-value", row["row"], "取值", _text(row["value"]) or "", what, answer.action)
            found.leave_out(row_id, answer.reason)
            continue
        codes[row_id], answers[row_id] = code, answer
    _tell_unknown(unknown, items, found)
    out = table.loc[list(codes)].copy()
    out["item"] = pd.array(list(codes.values()), dtype="string")
    out["amount"] = pd.array([answers[key].amount for key in codes], dtype="Float64")
    out["score"] = pd.array([answers[key].score for key in codes], dtype="Float64")
    out["sheet"] = pd.array([found.sheet] * len(out), dtype="string")
    out["surveyor"] = _codes_only(out, found)
    out["photo"] = _photos(out, file.parent, found)
    _tell_late(out, found)
    more = tuple((reason, len(rows)) for reason, rows in found.excluded.items())
    entries = tuple(
        replace(entry, excluded=(*entry.excluded, *more)) if entry.source == "survey" else entry
        for entry in account.entries
    )
    return out, tuple(sorted(found.notices, key=lambda notice: (notice.row or 0, notice.code))), Account(entries)


def _text(value: Any) -> str | None:
    return None if value is None or value is pd.NA or value != value else str(value)


def _reversed(row: Mapping[str, Any], found: _Findings) -> bool:
    """Whether a stretch ends before it begins, and say so: one of its ends is a slip, and which is not known."""
    start, end = row["from_m"], row["to_m"]
    if pd.isna(start) or pd.isna(end) or start <= end:
        return False
    what = Text(
        f"起点里程 {start:g} m 大于终点里程 {end:g} m。", f"it begins at {start:g} m and ends before, at {end:g} m."
    )
    found.warn("survey-range", row["row"], "起点里程", f"{start:g}–{end:g}", what, _REVERSED)
    return True


def _read(text: str, unit: str, item: SurveyItem) -> _Answer:
    if item.words:
        worth = {fold(word): score for word, score in item.words.items()}.get(fold(text))
        if worth is None:
            known = listed(item.words)
            return _Answer(
                fault=Text(f"答案不在标尺中；可用：{known.zh}。", f"not an answer of the scale: {known.en}.")
            )
        return _Answer(score=float(worth))
    if is_missing(text, vocabulary()):
        return _Answer(fault=Text("没有数。", "there is no number."))
    match = _NUMBER.fullmatch(plain(text))
    number = read_number(match[1]) if match else None
    units = {fold(word) for word in (item.unit.zh, item.unit.en, unit, "个")}
    if match is None or number is None or (match[2].strip() and fold(match[2]) not in units):
        return _Answer(fault=Text("应为数。", "must be a number."))
    if unit and item.unit.zh and fold(unit) not in {fold(word) for word in (item.unit.zh, item.unit.en, "个")}:
        due = item.unit
        return _Answer(
            fault=Text(f"单位“{shown(unit)}”不对，应为“{due.zh}”。", f"the unit is {due.en}, not {shown(unit)}.")
        )
    if item.per_100_m:
        if number < 0:
            return _Answer(fault=Text("数目不能小于 0。", "a count cannot be below 0."))
        if number != int(number):
            return _Answer(
                fault=Text(f"数目应为整数，不是 {number:g}。", f"a count must be a whole number, not {number:g}.")
            )
        return _Answer(amount=number)
    assert item.worst is not None and item.best is not None  # noqa: S101  (no words: the model has both)
    low, high = sorted((item.worst, item.best))
    if not low <= number <= high:
        fault = Text(f"{number:g} 超出标尺 {low:g}–{high:g}。", f"{number:g} is outside the scale {low:g} to {high:g}.")
        return _Answer(fault=fault, reason=OFF_SCALE, action=_OFF_SCALE)
    return _Answer(amount=number, score=item.score(number))


def _tell_unknown(unknown: Mapping[str, list[int]], items: Mapping[str, SurveyItem], found: _Findings) -> None:
    names = [item.name.zh for item in items.values()]
    for word, rows in unknown.items():
        where = listed(rows[:10])
        what = Text(
            f"“{shown(word)}”不是调查项目（第 {where.zh} 行，共 {len(rows)} 行）。",
            f"“{shown(word)}” is no item of the survey (rows {where.en}; {len(rows)} in all).",
        )
        near = did_you_mean(word, names)
        found.warn("survey-item", rows[0], "项目", word, what, Text(f"{near.zh}{_SCALE.zh}", f"{near.en} {_SCALE.en}"))


def _tell_late(table: pd.DataFrame, found: _Findings) -> None:
    """Tell dates long after those of most rows: a slip such as 2062 for 2026 would overrule every later answer."""
    dates = table["date"].dropna().sort_values()
    if dates.empty:
        return
    usual = dates.iloc[(len(dates) - 1) // 2]
    late = dates[dates > usual + pd.DateOffset(years=_LATE_YEARS)]
    for row_id, date in late.items():
        years = date.year - usual.year
        what = Text(
            f"日期 {date:%Y-%m-%d} 比多数行晚{years}年，会作为最新的答案。",
            f"the date {date:%Y-%m-%d} is {years} years after that of most rows; the answer counts as the newest.",
        )
        action = Text("请核对日期。", "Check the date.")
        found.warn("survey-date", table.at[row_id, "row"], "日期", f"{date:%Y-%m-%d}", what, action)


def _codes_only(table: pd.DataFrame, found: _Findings) -> pd.Series:
    """Return the surveyors' codes; what is no code may be a name and is dropped without being repeated."""
    given = table["surveyor"]
    good = given.isna() | given.fillna("").str.fullmatch(_CODE.pattern)
    if not good.all():
        row = int(table.loc[~good, "row"].min())
        found.warn(
            "survey-private", row, "调查员代号", "",
            Text(f"{int((~good).sum())} 行的调查员不是代号，可能是姓名，已去掉。", f"{int((~good).sum())} rows give no code but perhaps a name; dropped."),
            Text("请填代号，如 A01。", "Give a code such as A01."),
        )  # fmt: skip
    return given.where(good)


def _photos(table: pd.DataFrame, folder: Path, found: _Findings) -> pd.Series:
    """Return the photo files that are there; a file outside the survey's folder is not looked at."""
    home = folder.resolve()
    why: dict[str, Text] = {}
    for name in table["photo"].dropna().unique():
        path = (home / name).resolve()
        if not path.is_relative_to(home):
            why[name] = Text("照片不在调查表的文件夹内。", "the photo lies outside the survey's folder.")
        elif path.suffix.lower() not in PHOTO_TYPES:
            why[name] = Text("不是 JPG、PNG 或 WebP 照片。", "not a JPG, PNG or WebP photo.")
        elif not path.is_file():
            why[name] = Text("找不到照片文件。", "the photo file does not exist.")
        elif not _is_picture(path):
            why[name] = Text("照片文件损坏或不是图片。", "the photo file is broken or no picture.")
    for name, what in why.items():
        row = int(table.loc[table["photo"] == name, "row"].min())
        action = Text("请把照片放在调查表旁边；该照片不显示。", "Put it beside the survey's file; it is not shown.")
        found.warn("survey-photo", row, "照片", name, what, action)
    return table["photo"].mask(table["photo"].isin(list(why)))


def _is_picture(path: Path) -> bool:
    """Whether a file begins as a picture does; its pixels are read only where it is shown."""
    # Named one by one, for Pillow loads the fifty formats it knows when one is missing.
    from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")):
            return True
    except Image.DecompressionBombError:
        return True
    except (OSError, ValueError, SyntaxError):
        return False
