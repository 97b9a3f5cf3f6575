"""What codes and truth values of the tables read as in a workbook: both languages, instead of the code."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.report._content import SEVERITIES, USE_NAMES
from corridor.report._findings import GROUP_NAMES, KIND_NAMES
from corridor.schemas import STAGE_WORDS, STATION_WORDS

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
_STATIONS = {code: (words.zh, words.en) for code, words in STATION_WORDS.items()}
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
_WHOM = {**GROUP_NAMES, "carriers": ("载体院所", "carriers and institutes"), "firms": ("企业", "firms")}
_TABLES = {
    "carriers": ("科创载体", "carriers"),
    "institutes": ("科研院所", "institutes"),
    "platforms": ("功能性平台", "platforms"),
    "stations": ("服务站点", "stations"),
    "firms": ("企业", "firms"),
    "projects": ("产学研项目", "projects"),
    "events": ("活动", "events"),
    "amenities": ("OSM设施", "amenities of OSM"),
}
_BY = {
    "industry": ("产业方向", "industry"),
    "policies": ("政策标签", "policy tag"),
    "owner": ("主管部门", "department"),
}
_SUBJECTS = {
    "stage": ("创新链阶段", "stage of the chain"),
    "station": ("服务站点", "service station"),
    "event": ("活动系列", "series of events"),
}
_ORDERS = {
    "given": ("按给定次序", "in the order given"),
    "exact": ("最短次序（精确）", "shortest order (exact)"),
    "heuristic": ("较短次序（启发式）", "short order (heuristic)"),
}
_STATUS = {
    "reached": ("已达到", "reached"),
    "early": ("尚未开始", "not begun"),
    "on_pace": ("进度正常", "on pace"),
    "behind": ("落后", "behind"),
    "open": ("未完成", "not yet"),
    "missed": ("未达到", "missed"),
    "no_data": ("无台账", "no records"),
}
_COUNTED = {
    "counted": ("计入", "counted"),
    "before": ("早于本年", "before the year"),
    "after": ("晚于截至日", "after the day of the count"),
    "undated": ("没有日期", "no date"),
    "no_value": ("没有数值", "no value"),
    "double": ("重复", "a double"),
}
_RULES = {"new": ("本年新增", "new in the year"), "total": ("存量", "total")}
_COMPARE = {"at_least": ("不少于", "at least"), "above": ("超过", "more than")}
_PERIODS = {"month": ("月", "month"), "quarter": ("季度", "quarter")}
_DATES = {
    "opened": ("开业日期", "date opened"),
    "built": ("建成日期", "date built"),
    "recognised": ("认定日期", "date recognised"),
    "arrived": ("入驻日期", "date moved in"),
    "registered": ("注册日期", "date registered"),
    "contracted": ("签约日期", "contract date"),
    "starts": ("开始日期", "first day"),
    "ends": ("结束日期", "last day"),
}
_RECORD_TABLES = ("carriers", "institutes", "platforms", "stations", "firms", "projects", "events")
_STREET_PARTS = {
    "need": ("需求", "need"), "potential": ("潜力", "potential"), "feasibility": ("可行性", "feasibility"),
}  # fmt: skip
_BASES = {
    "mapped": ("地图", "mapped"),
    "survey": ("踏勘", "survey"),
    "estimate": ("估计", "estimate"),
    "synthetic": ("示意", "synthetic"),
}
_UNMAPPED = {"unmapped": ("附近未绘", "none mapped near")}
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
    ("chain_coverage", "stage"): {code: (words.zh, words.en) for code, words in STAGE_WORDS.items()},
    **{(table, "group"): _WHOM for table in ("chain_coverage", "service_coverage", "event_coverage")},
    **{
        (table, "table"): _TABLES
        for table in (
            "innovation_places",
            "one_trip",
            "innovation_groups",
            "trail_stops",
            "matches",
            "off_map",
            "target_events",
        )
    },
    ("innovation_groups", "by"): _BY,
    ("innovation_group_coverage", "by"): _BY,
    ("innovation_group_coverage", "table"): _TABLES,
    ("innovation_group_coverage", "kind"): _SUBJECTS,
    ("innovation_group_coverage", "subject"): {**_STAGES, **_STATIONS},
    ("trails", "order"): _ORDERS,
    ("targets", "status"): _STATUS,
    ("targets", "compare"): _COMPARE,
    ("targets", "counts"): _RULES,
    ("target_readings", "counts"): _RULES,
    ("target_events", "why"): _COUNTED,
    **{key: _DATES for key in (("targets", "date"), ("target_readings", "date"), ("target_events", "date_column"))},
    ("target_snapshots", "period"): _PERIODS,
    ("matches", "verdict"): _VERDICTS,
    **{(table, "datum"): _DATUMS for table in _RECORD_TABLES},
    **{(table, "building_verdict"): _VERDICTS for table in _RECORD_TABLES},
    ("notices", "severity"): SEVERITIES,
    ("street_contributions", "part"): _STREET_PARTS,
    ("street_contributions", "basis"): _BASES,
    ("street_indicators", "part"): _STREET_PARTS,
    ("street_basis", "basis"): {**_BASES, **_UNMAPPED},
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
    """Return the words of a code, or of several set apart by “; ”; a code nobody gave words to stays as it is."""
    words = WORDS.get((table, column), {})
    parts = code.split("; ")
    return "; ".join(both(words[part]) for part in parts) if all(part in words for part in parts) else code


def legend(table: str, column: str) -> str:
    """Return what the codes of a column mean, for the data dictionary; empty for a column without codes."""
    return " | ".join(f"{code} = {both(words)}" for code, words in WORDS.get((table, column), {}).items())
