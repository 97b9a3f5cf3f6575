"""What segments of streets are called, in both languages: by their corners, and off the corridor by their street."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from corridor.schemas import figure

_NBSP = "\u00a0"
_GAP = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])\s+(?=[\u4e00-\u9fff])")
_ENDS = ("from", "to")


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
    among : tuple of str
        Segments that are told apart: those that are compared.
    """

    table: pd.DataFrame
    lang: str
    english: dict[str, str]
    among: tuple[str, ...]

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """What names are made of, by segment."""
        columns = ["street", "order", *(f"{end}_street" for end in _ENDS), *(f"chainage_{end}_m" for end in _ENDS)]
        rows = zip(*(self.table[name].tolist() for name in columns), strict=True)
        return {one: dict(zip(columns, row, strict=True)) for one, row in zip(self.table.index, rows, strict=True)}

    def _say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def code(self, segment: str) -> str:
        """Return the number of a segment along the corridor, "D4"; "" off the corridor."""
        order = self.rows[segment]["order"]
        return "" if pd.isna(order) else f"D{int(order)}"

    def street(self, name: Any) -> str:
        """Return a street's name in the language, where the map knows it."""
        if pd.isna(name):
            return self._say("未命名街道", "unnamed street")
        text = str(name)
        return _GAP.sub("", text) if self.lang == "zh" else self.english.get(text, text)

    def corners(self, segment: str) -> str:
        """Return from where to where a segment runs: 710弄—延安西路."""
        row = self.rows[segment]
        ends = [self._end(row, end) for end in _ENDS]
        if all(ends):
            return f"{ends[0]}{self._say('—', ' – ')}{ends[1]}"
        known = ends[0] or ends[1]
        return self._say(f"{known}一端", f"by {known}") if known else ""

    def _end(self, row: dict[str, Any], which: str) -> str:
        name = row[f"{which}_street"]
        if pd.isna(name):
            at = row[f"chainage_{which}_m"]
            if not pd.isna(at) and round(at) == 0:
                return self._say("起点", "start")
            return "" if pd.isna(at) else self._say(f"{figure(at)}{_NBSP}m处", f"{figure(at)}{_NBSP}m")
        own = "" if pd.isna(row["street"]) else str(row["street"])
        return self._say("、", ", ").join(self._corner(one, own) for one in str(name).split("、"))

    def _corner(self, name: str, own: str) -> str:
        """Return a street that is met, in Chinese without the name of the own street it begins with: 710弄."""
        if self.lang != "zh" and name in self.english:
            return self.english[name]
        return self.street(name.removeprefix(own).strip() or name)

    def title(self, segment: str) -> str:
        """Return a segment in full: D4 710弄—延安西路, or off the corridor 武夷路（安西路—定西路）.

        No two of `among` are alike: those called the same tell their length, and then are numbered.
        """
        return self._titles.get(segment) or self._plain(segment)

    def titles(self, segments: Iterable[str]) -> dict[str, str]:
        """Return the titles of some segments."""
        return {one: self.title(one) for one in segments}

    def _plain(self, segment: str) -> str:
        code = self.code(segment)
        return f"{code}{self._say('　', ' ')}{self.corners(segment)}" if code else self.place(segment)

    @cached_property
    def _titles(self) -> dict[str, str]:
        said = {one: self._plain(one) for one in sorted(self.among)}
        often = Counter(said.values())
        length = dict(zip(self.table.index, self.table["length_m"].tolist(), strict=True))
        said = {
            one: f"{title}{self._say('，', ', ')}{figure(length[one])}{_NBSP}m" if often[title] > 1 else title
            for one, title in said.items()
        }
        often, seen = Counter(said.values()), Counter[str]()
        out = {}
        for one, title in said.items():
            seen[title] += 1
            out[one] = title if often[title] == 1 else f"{title}·{seen[title]}"
        return out

    def place(self, segment: str) -> str:
        """Return a segment by its street and corners, on the corridor too: 定西路（710弄—延安西路）."""
        street, corners = self.street(self.rows[segment]["street"]), self.corners(segment)
        return street + (self._say(f"（{corners}）", f" ({corners})") if corners else "")

    def sentence(self, segment: str) -> str:
        """Return a segment as it stands in a sentence: D4段（710弄—延安西路）."""
        code, corners = self.code(segment), self.corners(segment)
        if not code:
            return self.title(segment)
        return self._say(f"{code}段（{corners}）", f"{code} ({corners})")


def names(table: pd.DataFrame, lang: str, compared: Iterable[str] = ()) -> Names:
    """Return the names of a table of segments in a language; those `compared` (by default all) have titles of their own."""
    among = tuple(map(str, compared)) or tuple(table.index)
    known = table.dropna(subset=["street", "street_en"]).drop_duplicates("street")
    return Names(
        table, lang, dict(zip(known["street"].astype(str), known["street_en"].astype(str), strict=True)), among
    )
