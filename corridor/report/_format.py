"""Numbers and lists as Chinese and English planners write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from corridor.schemas import figure, significant

NBSP = "\u00a0"
MINUS = "\u2212"
NONE = "—"


def pick(lang: str, zh: str, en: str) -> str:
    """Return the words of a language."""
    return zh if lang == "zh" else en


def missing(value: Any) -> bool:
    """Return whether a table's cell holds nothing: None, NA or NaN."""
    return bool(pd.isna(value))


def number(value: Any, decimals: int = 0) -> str:
    """Return a figure with thousands commas and a true minus; a missing one is a dash."""
    if missing(value):
        return NONE
    return figure(value, decimals).replace("-", MINUS)


def bare(value: Any) -> str:
    """Return a figure without separators, as an aim is written: 10000."""
    return NONE if missing(value) else f"{float(value):.2f}".rstrip("0").rstrip(".")


def estimate(value: Any) -> str:
    """Return an estimate with at most three significant digits."""
    return NONE if missing(value) else number(significant(float(value)))


def percent(share: Any) -> str:
    """Return a share (0–1) in percent with one decimal and no sign."""
    return NONE if missing(share) else number(float(share) * 100, 1)


def band(low: Any, high: Any, decimals: int = 0) -> str:
    """Return a range, low to high, with an en dash; a dash when either end is missing."""
    if missing(low) or missing(high):
        return NONE
    return f"{number(low, decimals)}–{number(high, decimals)}"


def percent_band(low: Any, high: Any) -> str:
    """Return a range of shares (0–1) in percent with one decimal."""
    return NONE if missing(low) or missing(high) else band(float(low) * 100, float(high) * 100, 1)


def listing(parts: Iterable[str], lang: str) -> str:
    """Join words: 、 in Chinese, commas and "and" in English."""
    words = list(parts)
    if lang == "zh":
        return "、".join(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def speed(value: Any) -> str:
    """Return a walking speed in metres a minute, without its unit."""
    return f"{float(value):g}"


def limit(minutes: Any, metres: Any, lang: str) -> str:
    """Return a category's walking limit: 5分钟，300 m / 5 min, 300 m."""
    time = f"{minutes}分钟" if lang == "zh" else f"{minutes}{NBSP}min"
    if missing(metres):
        return time
    return f"{time}{'，' if lang == 'zh' else ', '}{number(metres)}{NBSP}m"


def after_title(text: str, title: str) -> str:
    """Return a note without the title it stands under, where it begins with the very words of the title."""
    if not text.startswith(title):
        return text
    rest = text[len(title) :].lstrip("：: ")
    return rest[:1].upper() + rest[1:]


def first_upper(text: str) -> str:
    """Return a name as it opens a line of a table."""
    return text[:1].upper() + text[1:]


def css_string(text: str) -> str:
    """Quote any text as a CSS string: all but letters and digits are escaped, so that none can close the style."""
    safe = "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in text if c.isprintable())
    return f'"{safe}"'
