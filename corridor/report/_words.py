"""What codes and truth values of the tables read as in a workbook: both languages, instead of the code."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.report._content import SEVERITIES, USE_NAMES
from corridor.report._findings import GROUP_NAMES, KIND_NAMES
from corridor.schemas import STAGE_WORDS

_CARRIER_KINDS = {
    "institute": ("科研院所", "institute"),
    "university": ("高校", "university"),
    "lab": ("实验室", "laboratory"),
    "poc": ("概念验证", "proof of concept"),
    "incubator": ("孵化器", "incubator"),
    "coworking": ("众创空间", "co-working space"),
    "accelerator": ("加速器", "accelerator"),
    "park": ("园区", "innovation park"),
    "office": ("商务楼宇", "office building"),
}
_STAGES = {code: (words.zh, words.en) for code, words in STAGE_WORDS.items() if code != "all"}
_LEVELS = {
    "national": ("国家级", "national"),
    "municipal": ("市级", "municipal"),
    "district": ("区级", "district"),
}
_DATUMS = {
    "wgs84": ("WGS84", ""),
    "gcj02": ("GCJ-02", "火星坐标"),
    "bd09": ("BD-09", "百度坐标"),
    "cgcs2000": ("CGCS2000", ""),
}
_PLACES = {"area": ("研究范围", "study area"), "corridor": ("主线沿线", "along the corridor")}
_STREET_PARTS = {
    "need": ("需求", "need"), "potential": ("潜力", "potential"), "feasibility": ("可行性", "feasibility"),
}  # fmt: skip
_BASES = {
    "mapped": ("地图", "mapped"),
    "survey": ("踏勘", "survey"),
    "estimate": ("估计", "estimate"),
    "synthetic": ("示意", "synthetic"),
}
_SIDES = {
    "whole": ("整段", "whole"), "left": ("左侧", "left"), "right": ("右侧", "right"), "both": ("两侧", "both"),
}  # fmt: skip
_ROLES = {"corridor": ("主线", "corridor"), "side": ("支路", "side street"), "other": ("其他", "other")}
# Words of a table's column by code.
WORDS: dict[tuple[str, str], Mapping[str, tuple[str, str]]] = {
    ("coverage", "place"): _PLACES,
    ("coverage", "group"): GROUP_NAMES,
    ("by_time", "place"): _PLACES,
    ("by_time", "group"): GROUP_NAMES,
    ("category_table", "kind"): KIND_NAMES,
    ("category_table", "stage"): _STAGES,
    ("building_results", "use"): USE_NAMES,
    ("carriers", "kind"): _CARRIER_KINDS,
    ("carriers", "stage"): _STAGES,
    ("carriers", "level"): _LEVELS,
    ("carriers", "datum"): _DATUMS,
    ("notices", "severity"): SEVERITIES,
    ("street_contributions", "part"): _STREET_PARTS,
    ("street_contributions", "basis"): _BASES,
    ("street_indicators", "part"): _STREET_PARTS,
    ("street_basis", "basis"): _BASES,
    ("segments", "role"): _ROLES,
    ("street_ranking", "role"): _ROLES,
    ("survey_values", "side"): _SIDES,
    ("survey_photos", "side"): _SIDES,
    ("open_space_coverage", "group"): GROUP_NAMES,
}
YES, NO = "是 yes", "否 no"


def both(pair: tuple[str, str]) -> str:
    """Return both languages as one phrase."""
    return " ".join(word for word in pair if word)


def readable(table: str, column: str, code: str) -> str:
    """Return the words of a code; a code nobody gave words to stays as it is."""
    words = WORDS.get((table, column), {}).get(code)
    return both(words) if words else code


def legend(table: str, column: str) -> str:
    """Return what the codes of a column mean, for the data dictionary; empty for a column without codes."""
    return " | ".join(f"{code} = {both(words)}" for code, words in WORDS.get((table, column), {}).items())
