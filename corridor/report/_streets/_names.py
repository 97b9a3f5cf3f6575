"""What parts and values are called in the study of streets."""

from __future__ import annotations

from typing import Any

from corridor.report._format import NBSP, NONE, estimate, first_upper, missing, number
from corridor.report._words import WORDS
from corridor.schemas import unit_digits, unit_words

PARTS = {part: (zh, first_upper(en)) for part, (zh, en) in WORDS["street_contributions", "part"].items()}
BASES = WORDS["street_contributions", "basis"]
GROUPS = {
    "form": ("形态", "Form"),
    "walking": ("步行", "Walking"),
    "edge": ("沿街界面", "Life at the edge"),
    "stay": ("停留", "Staying"),
    "pull": ("吸引力", "Pull"),
    "appearance": ("市容（踏勘）", "Appearance (survey)"),
}
_UNITS = {
    "share": ("%", "%"), "m": (f"{NBSP}m", f"{NBSP}m"), "m²": (f"{NBSP}m²", f"{NBSP}m²"), "persons": ("人", " people"),
    "0–100": ("分", " of 100"), "kinds": ("种", " kinds"),
}  # fmt: skip
_TIMES = ("倍", " times the straight way")


def bare(value: Any, unit: str, code: str = "") -> str:
    """Return a value without its unit, as a table's column shows it; a dash where it is missing."""
    if missing(value):
        return NONE
    if unit == "share":
        return number(float(value) * 100)
    if unit == "persons":
        return estimate(value)
    return number(value, unit_digits(unit, code))


def shown(value: Any, unit: str, lang: str, code: str = "") -> str:
    """Return a value with its unit, as a sentence shows it."""
    if missing(value):
        return NONE
    words = _TIMES if code == "detour" else _UNITS.get(unit, ("", ""))
    return bare(value, unit, code) + words[lang != "zh"]


def unit_head(unit: str, lang: str) -> str:
    """Return a unit as it stands in a table."""
    return {"share": "%", "m": "m", "m²": "m²", "0–100": "0–100"}.get(unit, unit_words(unit).in_(lang))
