"""One cell to one value. Each reader returns a `Value`; nothing here guesses silently."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from corridor.carriers._vocabulary import Units, Vocabulary, fold
from corridor.errors import Text


@dataclass(frozen=True, slots=True)
class Value:
    """What a cell says: `value` (None is missing), a fault to warn of, or a repair to count."""

    value: Any = None
    fault: Text | None = None
    mended: Text | None = None


MISSING = Value()

# Controls, bidirectional overrides and zero-width characters. A joiner (U+200D) inside an emoji is part of it.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]|(?<![\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])\u200d"
)
_XLSX_ESCAPE = re.compile(r"_x00(?:0[0-8BbCcEeFf]|1[0-9A-Fa-f]|7[Ff])_")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[, ']\d{3})+|\d+)(?:\.\d*)?(?:e[+-]?\d+)?|[+-]?\.\d+(?:e[+-]?\d+)?")
_SPOILT = re.compile(r"\d(?:\.\d+)?e\+\d+", re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})\s*(?:[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(\d{1,2})\s*[日号]?|月)?|年)?(?:[T ]+\d{1,2}:\d{2}[\d:.]*)?"
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?")
_LOST_ZERO = re.compile(r"\d{4}\.1")
# 30余家, 30多家, 30+; a remark in brackets behind a number.
_MORE = "余多+"
_REMARK = re.compile(r"\([^()\d]*\)$")
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_YEARS = (1850, 2150)


def plain(text: str) -> str:
    """Return a cell ready for reading: NFKC (full-width digits become digits), invisible characters gone, trimmed."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def read_text(text: str) -> Value:
    """Return text fit for display: white space joined, invisible characters stripped (a fault worth a look)."""
    raw = _XLSX_ESCAPE.sub("\u0001", text.replace("_x000D_", " "))
    clean = _INVISIBLE.sub("", raw)
    fault = None
    if clean != raw:
        fault = Text(
            "文字中有看不见的控制字符，显示时已去掉。", "the text holds invisible control characters; stripped."
        )
    return Value(" ".join(clean.split()) or None, fault)


def read_id(text: str) -> Value:
    """Return an id as text. A long number that a spreadsheet has rounded is none: it may stand for several."""
    value = read_text(text)
    if value.value and _SPOILT.fullmatch(value.value):
        return Value(
            None,
            Text(
                f"“{value.value}”是表格软件改写的长编号，末尾数字已丢失，不作编号用。",
                f"“{value.value}” is a long id that a spreadsheet has rounded; its last digits are lost.",
            ),
        )
    return value


def read_number(text: str) -> float | None:
    """Return a plain number ("１，２００．５" is 1200.5), None when `text` is none; may be inf."""
    body = plain(text).casefold().replace("−", "-")
    if not _NUMBER.fullmatch(body):
        return None
    return float(re.sub(r"[, ']", "", body))


def read_quantity(text: str, units: Units, factor: float | None, unit: str, words: Vocabulary) -> Value:
    """Return a quantity in the base unit.

    Parameters
    ----------
    text : str
        The cell: digits, perhaps with thousands separators, a multiplier (千 万 亿) and a unit.
    units : Units
        The units of this kind of quantity.
    factor, unit : float or None, str
        The unit the header states; factor None with a unit is an unknown unit.
    """
    body = plain(text).casefold()
    body, is_approximate = _without_approximate(body, words)
    number = _NUMBER.match(body)
    if number is None:
        return Value(None, _not_a("数", "number"))
    amount = float(re.sub(r"[, ']", "", number[0]))
    tail = body[number.end() :].strip()
    more = tail[:1] in _MORE and bool(tail)
    rest = fold(_REMARK.sub("", tail[1:] if more else tail))
    scale = _scale(rest, units, factor, words)
    if scale is None:
        return Value(None, Text(f"不认识的单位或写法“{rest}”。", f"unit or wording “{rest}” is not known."))
    if factor is None and unit and not rest:
        return Value(None, Text(f"列名中的单位“{unit}”不认识。", f"the header's unit “{unit}” is not known."))
    amount *= scale
    if not math.isfinite(amount):
        return Value(None, Text("数字太大或不是有限数。", "the number is infinite or too large."))
    fault = None
    if rest in units.factors and factor is not None and units.factors[rest] != factor:
        fault = Text(
            f"单位与列名（{unit}）不一致，按单元格中的单位读。",
            f"its unit differs from the header's ({unit}); the cell's is used.",
        )
    mended = None
    if is_approximate or more:
        mended = Text("约数按所写的数读。", "“about” dropped.")
    elif _dressed(text, number[0]):
        mended = Text("已识别全角数字、千分位或单位。", "full-width digits, thousands separators or units understood.")
    return Value(amount, fault, mended)


def _scale(rest: str, units: Units, factor: float | None, words: Vocabulary) -> float | None:
    default = 1.0 if factor is None else factor
    if not rest:
        return default
    if rest in units.factors:
        return units.factors[rest]
    if rest in words.multipliers:
        # 1.2万 under a header in 万平方米 says 万 once, not twice.
        return words.multipliers[rest] if default >= words.multipliers[rest] else words.multipliers[rest] * default
    return None


def _without_approximate(body: str, words: Vocabulary) -> tuple[str, bool]:
    for word in words.approximate:
        if body.startswith(word):
            return body.removeprefix(word).strip(), True
        if body.endswith(word):
            return body.removesuffix(word).strip(), True
    return body, False


def _dressed(text: str, number: str) -> bool:
    return text.strip() != number or "," in number or " " in number


def read_count(text: str, words: Vocabulary) -> Value:
    """Return a whole number of things, zero or more ("12家" is 12)."""
    value = read_quantity(text, words.units["count"], None, "", words)
    if value.value is None:
        return value
    if value.value < 0 or value.value != int(value.value) or value.value > 1e12:
        return Value(None, _not_a("非负整数", "whole number of zero or more"))
    return Value(int(value.value), value.fault, value.mended)


def read_share(text: str, factor: float | None) -> Value:
    """Return a share between 0 and 1 from 0.85, 85% or, with a mended mark, 85."""
    body = plain(text)
    number = read_number(body.removesuffix("%"))
    if number is None or not math.isfinite(number):
        return Value(None, _not_a("百分比", "percentage"))
    mended = None
    if body.endswith("%"):
        number /= 100
    elif factor is not None:
        number *= factor
        if 0 < number <= factor:
            return Value(number, Text(f"按百分数读为 {number:.2%}。", f"read as per cent: {number:.2%}."))
    elif number > 1:
        number /= 100
        mended = Text("大于 1 的数按百分数读。", "numbers above 1 are read as per cent.")
    if not 0 <= number <= 1:
        return Value(None, Text("百分比不在 0–100 之间。", "the percentage is not within 0–100."))
    return Value(number, None, mended)


def read_bool(text: str, words: Vocabulary) -> Value:
    """Return yes or no."""
    body = fold(text)
    if body in words.yes:
        return Value(True)
    if body in words.no:
        return Value(False)
    return Value(None, _not_a("是／否", "yes or no"))


def read_word(text: str, vocabulary: str, words: Vocabulary) -> Value:
    """Return the code of a word of a vocabulary; a longer text that contains the words of one code only will do."""
    known = words.words[vocabulary]
    body = fold(text)
    if body in known:
        return Value(known[body])
    inside = [name for name in known if len(name) > 1 and name in body]
    inside = [name for name in inside if not any(name != other and name in other for other in inside)]
    codes = {known[name] for name in inside}
    if len(codes) == 1:
        code = codes.pop()
        return Value(code, None, Text(f"按所含的词读作 {code}。", f"read as {code} by the words in it."))
    listed = words.listed[vocabulary]
    return Value(
        None,
        Text(f"词不在词表中；可用：{'、'.join(listed)}。", f"not in the vocabulary; known: {', '.join(listed)}."),
    )


def read_tags(text: str) -> Value:
    """Return several words as "a; b", in the file's order, each once."""
    value = read_text(text)
    if value.value is None:
        return value
    parts = dict.fromkeys(part.strip() for part in re.split(r"[、,，;；|]", value.value) if part.strip())
    return Value("; ".join(parts) or None, value.fault)


def read_date(text: str, *, epoch_1904: bool = False) -> Value:
    """Return a date; a month or a year alone is its first day, an Excel serial number is understood."""
    body = plain(text)
    if "年" in body:
        body = body.translate(_CHINESE_DIGITS)
    if _SERIAL.fullmatch(body):
        start = dt.date(1904, 1, 1) if epoch_1904 else dt.date(1899, 12, 30)
        return Value(
            start + dt.timedelta(days=int(float(body))),
            None,
            Text("日期以 Excel 序列号存储，已换算。", "dates stored as Excel serial numbers were converted."),
        )
    if _LOST_ZERO.fullmatch(body):
        return Value(
            None, Text("1 月还是 10 月？表格软件会略去末尾的 0。", "January or October? Spreadsheets drop a last 0.")
        )
    found = _COMPACT_DATE.fullmatch(body) or _DATE.fullmatch(body)
    if found is None:
        return Value(None, _not_a("日期", "date"))
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        value = dt.date(year or 0, month or 1, day or 1)
    except ValueError:
        return Value(None, Text("没有这一天。", "there is no such day."))
    if not _YEARS[0] <= value.year <= _YEARS[1]:
        return Value(None, Text("年份不合理。", "the year is not plausible."))
    mended = None
    if day is None:
        mended = Text("日期只到年或月，按其第一天记。", "only a year or month is given; its first day is taken.")
    return Value(value, None, mended)


def _not_a(zh: str, en: str) -> Text:
    return Text(f"单元格不是{zh}。", f"the cell is not a {en}.")


def areas_out_of_range(value: float, most: float) -> Text | None:
    """Return why a floor area cannot be right, with the ratio to the largest believable one."""
    if value <= 0:
        return Text(f"面积为 {value:g} 平方米，应大于 0。", f"the area is {value:g} m²; it must be above 0.")
    if value > most:
        again = value / 10_000
        twice = Text(f"若“万”重复计算，应为 {again:,.0f} 平方米。", f"If 万 was applied twice it is {again:,.0f} m².")
        return Text(
            f"面积为 {value:,.0f} 平方米，是上限 {most:,.0f} 的 {value / most:.1f} 倍。{twice.zh}",
            f"the area is {value:,.0f} m², {value / most:.1f} times the largest believable {most:,.0f}. {twice.en}",
        )
    return None


def is_missing(text: str, words: Vocabulary) -> bool:
    """Whether a cell of a typed column says that there is no value."""
    return plain(text).casefold() in words.missing
