"""What segments, parts and values are called in the study of streets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridor.indicators.place import english_names
from corridor.report._format import NBSP, NONE, estimate, first_upper, missing, number, pick
from corridor.report._words import WORDS
from corridor.schemas import unit_words

if TYPE_CHECKING:
    from corridor.evaluation import StreetStudy

_GAP = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])\s+(?=[\u4e00-\u9fff])")
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
_ENDS = ("from", "to")
_UNITS = {
    "share": ("%", "%"), "m": (f"{NBSP}m", f"{NBSP}m"), "m²": (f"{NBSP}m²", f"{NBSP}m²"), "persons": ("人", " people"),
    "0–100": ("分", " of 100"), "kinds": ("种", " kinds"),
}  # fmt: skip
_TIMES = ("倍", " times the straight way")
_DECIMALS = {"per 100 m": 1, "ratio": 2, "kinds": 1}


@dataclass(frozen=True, eq=False)
class Names:
    """Names of the segments of a study in one language.

    Attributes
    ----------
    table : DataFrame
        Schema SEGMENTS.
    lang : {"zh", "en"}
    english : dict
        English names of streets, as far as the map has them.
    """

    table: pd.DataFrame
    lang: str
    english: dict[str, str]

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """What names are made of, by segment."""
        columns = ["street", "order", *(f"{end}_street" for end in _ENDS), *(f"chainage_{end}_m" for end in _ENDS)]
        rows = zip(*(self.table[name].tolist() for name in columns), strict=True)
        return {one: dict(zip(columns, row, strict=True)) for one, row in zip(self.table.index, rows, strict=True)}

    def code(self, segment: str) -> str:
        """Return the number of a segment along the corridor, "D4"; "" off the corridor."""
        order = self.rows[segment]["order"]
        return "" if missing(order) else f"D{int(order)}"

    def street(self, name: Any) -> str:
        """Return a street's name in the language, where the map knows it."""
        if missing(name):
            return pick(self.lang, "未命名街道", "unnamed street")
        text = str(name)
        return _GAP.sub("", text) if self.lang == "zh" else self.english.get(text, text)

    def corners(self, segment: str) -> str:
        """Return from where to where a segment runs: 710弄—延安西路."""
        row = self.rows[segment]
        ends = [self._end(row, end) for end in _ENDS]
        if all(ends):
            return f"{ends[0]}{pick(self.lang, '—', ' – ')}{ends[1]}"
        known = ends[0] or ends[1]
        return pick(self.lang, f"{known}一端", f"by {known}") if known else ""

    def _end(self, row: dict[str, Any], which: str) -> str:
        name = row[f"{which}_street"]
        if missing(name):
            at = row[f"chainage_{which}_m"]
            return "" if missing(at) else pick(self.lang, f"{number(at)}{NBSP}m处", f"{number(at)}{NBSP}m")
        own = "" if missing(row["street"]) else str(row["street"])
        names = [one.removeprefix(own).strip() or one for one in str(name).split("、")]
        return pick(self.lang, "、", ", ").join(map(self.street, names))

    def title(self, segment: str) -> str:
        """Return a segment in full: D4 710弄—延安西路, or off the corridor 武夷路（安西路—定西路）."""
        code, corners = self.code(segment), self.corners(segment)
        if code:
            return f"{code}{pick(self.lang, '　', ' ')}{corners}"
        street = self.street(self.rows[segment]["street"])
        return street + (pick(self.lang, f"（{corners}）", f" ({corners})") if corners else "")

    def sentence(self, segment: str) -> str:
        """Return a segment as it stands in a sentence: D4段（710弄—延安西路）."""
        code, corners = self.code(segment), self.corners(segment)
        if not code:
            return self.title(segment)
        return pick(self.lang, f"{code}段（{corners}）", f"{code} ({corners})")


def segment_titles(streets: StreetStudy, lang: str) -> dict[str, str]:
    """Return what the compared segments are called, by id; one that nothing names is told by its id."""
    named = Names(streets.segments.segments, lang, english_names(streets.study.streets))
    return {
        one: named.title(one) if named.corners(one) or named.code(one) else f"{named.title(one)} {one}"
        for one in map(str, streets.compared)
    }


def names(table: pd.DataFrame, lang: str) -> Names:
    """Return the names of a table of segments in a language."""
    known = table.dropna(subset=["street", "street_en"]).drop_duplicates("street")
    return Names(table, lang, dict(zip(known["street"].astype(str), known["street_en"].astype(str), strict=True)))


def bare(value: Any, unit: str, code: str = "") -> str:
    """Return a value without its unit, as a table's column shows it; a dash where it is missing."""
    if missing(value):
        return NONE
    if unit == "share":
        return number(float(value) * 100)
    if unit == "persons":
        return estimate(value)
    return number(value, 1 if code.startswith("footway_m") else _DECIMALS.get(unit, 0))


def shown(value: Any, unit: str, lang: str, code: str = "") -> str:
    """Return a value with its unit, as a sentence shows it."""
    if missing(value):
        return NONE
    words = _TIMES if code == "detour" else _UNITS.get(unit, ("", ""))
    return bare(value, unit, code) + words[lang != "zh"]


def unit_head(unit: str, lang: str) -> str:
    """Return a unit as it stands in a table."""
    return {"share": "%", "m": "m", "m²": "m²", "0–100": "0–100"}.get(unit, unit_words(unit).in_(lang))
