"""Names near one that nothing bears: typing slips, parts of longer names, the other language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

import geopandas as gpd

MOST = 5
# As alike as this (difflib's ratio) is a slip of the keyboard, not another name.
ALIKE = 0.6
_WORDS = re.compile(r"\w+")


# What kind of street a name says it is: 定西大道 and 定西路 share the rest.
_ENDINGS = ("大道", "大街", "街道", "支路", "公路", "马路", "环路", "胡同", "路", "街", "道", "弄", "巷", "里")
_ENDING_WORDS = frozenset(
    {"road", "rd", "street", "st", "avenue", "ave", "lane", "boulevard", "highway", "alley", "way"}
)


def near_names(asked: str, known: Iterable[tuple[str, str]], most: int = MOST) -> list[str]:
    """Return the names most like one that is asked for.

    Parameters
    ----------
    asked : str
    known : iterable of (name, English name or "")
    most : int

    Returns
    -------
    list of str
        First names that hold what is asked for, or all its words, or differ from it in the kind of street only
        (定西大道, 定西路), the shortest first; then names that are part of it; then names that hold it but for the kind
        of street; then names spelt much alike. A name found by its English form carries that in brackets.
    """
    wanted = _folded(asked)
    words = _WORDS.findall(wanted)
    if not words:
        return []
    forms: dict[str, str] = {}
    for name, english in known:
        for form, shown in ((name, name), (english, name if english in ("", name) else f"{name} ({english})")):
            forms.setdefault(_folded(form), shown)
    forms.pop("", None)
    close = get_close_matches(wanted, forms, n=most, cutoff=ALIKE)
    ranked = sorted(
        (rank, close.index(form) if form in close else len(close), len(form), form)
        for form in forms
        if (rank := _rank(form, wanted, words, close)) is not None
    )
    return list(dict.fromkeys(forms[form] for *_, form in ranked))[:most]


def _rank(form: str, wanted: str, words: list[str], close: list[str]) -> int | None:
    """Return 0 for a slip in one letter or so, 1 for a name with the words, 2 a part, 3 one with the stem, 4 alike."""
    stem = _stem(wanted)
    if close and form == close[0] and abs(len(form) - len(wanted)) <= 1:
        return 0
    own = _WORDS.findall(form)
    if wanted in form or all(any(mine.startswith(word) for mine in own) for word in words):
        return 1
    if len(stem) > 1 and stem == _stem(form):
        return 1
    if len(form) > 1 and (f" {form} " in f" {wanted} " or (not form.isascii() and form in wanted)):
        return 2
    if len(stem) > 1 and not stem.isascii() and stem in form:
        return 3
    return 4 if form in close else None


def _stem(name: str) -> str:
    """Return a folded name without the word for the kind of street at its end."""
    first, _, last = name.rpartition(" ")
    if first and last in _ENDING_WORDS:
        return first
    return next((name.removesuffix(end) for end in _ENDINGS if name.endswith(end)), name)


def _folded(text: str) -> str:
    """Return a name in lower case without accents, full-width letters as plain ones."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def street_names(streets: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """Return each walkable street's name with its English one ("" where the map has none), sorted."""
    named = streets[streets["walk"] != "none"].dropna(subset=["name"])
    return sorted({(str(a), str(b)) for a, b in zip(named["name"], named["name_en"].fillna(""), strict=True)})
