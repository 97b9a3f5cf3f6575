"""What codes and truth values of the tables read as in a workbook: both languages, instead of the code."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.report._content import SEVERITIES, USE_NAMES
from corridor.report._findings import GROUP_NAMES, KIND_NAMES

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
_STAGES = {
    "rd": ("研发", "research"),
    "transfer": ("转化", "transfer"),
    "incubation": ("孵化", "incubation"),
    "industry": ("产业化", "industry"),
}
_LEVELS = {
    "national": ("国家级", "national"),
    "municipal": ("市级", "municipal"),
    "district": ("区级", "district"),
    "subdistrict": ("街道级", "subdistrict"),
}
_DATUMS = {
    "wgs84": ("WGS84", ""),
    "gcj02": ("GCJ-02", "火星坐标"),
    "bd09": ("BD-09", "百度坐标"),
    "cgcs2000": ("CGCS2000", ""),
}
_PLACES = {"area": ("研究范围", "study area"), "corridor": ("主线沿线", "along the corridor")}
_PROGRESS = {
    "planned": ("拟建", "planned"),
    "signed": ("签约", "signed"),
    "running": ("在建", "under way"),
    "done": ("完成", "done"),
}
_STATIONS = {
    "business": ("营商服务", "business"),
    "fintech": ("科技金融", "technology finance"),
    "ai": ("AI全链接", "AI"),
    "ip": ("知识产权", "intellectual property"),
    "quality": ("质量服务", "quality"),
    "talent": ("人才服务", "talent"),
    "finance": ("融资服务", "finance"),
}
_VERDICTS = {
    "matched": ("已对应", "matched"),
    "carrier": ("随所在载体", "as its carrier"),
    "check": ("待核对", "to be checked"),
    "rival": ("两栋相近，待核对", "two alike, to be checked"),
    "next": ("次之", "next best"),
    "none": ("附近无轮廓", "no footprint near"),
    "off_map": ("无坐标", "no coordinate"),
}
_STATES = {"open": ("开", "open"), "closed": ("不开", "closed"), "unknown": ("不详", "unknown")}
_RECORD_TABLES = ("carriers", "institutes", "platforms", "stations", "firms", "projects", "events")
# Words of a table's column by code.
WORDS: dict[tuple[str, str], Mapping[str, tuple[str, str]]] = {
    ("coverage", "place"): _PLACES,
    ("coverage", "group"): GROUP_NAMES,
    ("by_time", "place"): _PLACES,
    ("by_time", "group"): GROUP_NAMES,
    ("category_table", "kind"): KIND_NAMES,
    ("category_table", "stage"): _STAGES,
    ("building_results", "use"): USE_NAMES,
    **{(table, "kind"): _CARRIER_KINDS for table in ("carriers", "institutes", "innovation_places")},
    **{(table, "stage"): _STAGES for table in ("carriers", "institutes", "innovation_places", "ladder")},
    ("innovation_places", "missing_stage"): _STAGES,
    ("ladder", "next_stage"): _STAGES,
    ("carriers", "level"): _LEVELS,
    ("platforms", "status"): _PROGRESS,
    ("projects", "stage"): _PROGRESS,
    ("stations", "type"): _STATIONS,
    ("service_coverage", "type"): _STATIONS,
    ("event_times", "state"): _STATES,
    ("matches", "verdict"): _VERDICTS,
    **{(table, "datum"): _DATUMS for table in _RECORD_TABLES},
    **{(table, "building_verdict"): _VERDICTS for table in _RECORD_TABLES},
    ("notices", "severity"): SEVERITIES,
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
