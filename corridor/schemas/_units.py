"""Units of indicators in words, and figures as they are written: one rule for workbooks, maps, pages and reports."""

import math
from decimal import ROUND_HALF_UP, Decimal

from corridor.errors import Text

UNITS = {
    "": Text("", ""),
    "share": Text("占比（0–1）", "share (0–1)"),
    "s": Text("秒", "s"),
    "m": Text("米", "m"),
    "m²": Text("平方米", "m²"),
    "persons": Text("人", "people"),
    "buildings": Text("栋", "buildings"),
    "places": Text("处", "places"),
    "pairs": Text("对", "pairs"),
    "stages": Text("个环节", "stages"),
    "count": Text("处", "places"),
    "kinds": Text("种", "kinds"),
    "class": Text("级", "class"),
    "ratio": Text("比值", "ratio"),
    "per 100 m": Text("每百米", "per 100 m"),
    "0–100": Text("分（0–100）", "points (0–100)"),
}


def unit_words(unit: str) -> Text:
    """Return a unit in words: of a code, or of "人次 visits", which holds both; any other stands as it is."""
    if unit in UNITS:
        return UNITS[unit]
    zh, _, en = unit.partition(" ")
    return Text(zh, en) if en and "\u4e00" <= zh[0] <= "\u9fff" else Text(unit, unit)


_DIGITS = {"per 100 m": 1, "ratio": 2, "kinds": 1}


def unit_digits(unit: str, code: str = "") -> int:
    """Return with how many decimals a street indicator is told, wherever it is shown; shares in percent."""
    return 1 if code.startswith("footway_m") else _DIGITS.get(unit, 0)


def figure(value: float, decimals: int = 0) -> str:
    """Return a figure with thousands commas; a half is rounded up, as written: 0.25 is 0.3, 0.45 is 0.5.

    Maps (`C.fixed`) and spreadsheets round so too; Python's own format would say 0.2, and 0.5 of 0.45 by the bits. What
    a product leaves in the last bits is not written: 100 × 0.575 is 57.5 and so 58.
    """
    number = float(value)
    if not math.isfinite(number):
        return f"{number:,}"
    rounded = Decimal(repr(round(number, 9))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded if rounded else abs(rounded):,f}"


def significant(value: float) -> float:
    """Return a number rounded to three significant digits, as an estimate is told; NaN stays."""
    return value if value == 0 or math.isnan(value) else round(value, 2 - math.floor(math.log10(abs(value))))
