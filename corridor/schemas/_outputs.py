"""Tables that are written: the evaluation of a study."""

from corridor.schemas._inputs import BUILDINGS
from corridor.schemas._table import COUNT, SCORE, SHARE, Column, Rule, Table

_CATEGORY = Column("category", "string", "", "类别代码", "category code")


def _band(name: str, unit: str, zh: str, en: str, rule: Rule) -> tuple[Column, ...]:
    return (
        Column(name, "float", unit, zh, en, True, rule),
        Column(f"{name}_low", "float", unit, f"{zh}，低值", f"{en}, low", True, rule),
        Column(f"{name}_high", "float", unit, f"{zh}，高值", f"{en}, high", True, rule),
    )


def _score(kind: str, zh: str, en: str) -> Column:
    return Column(f"score_{kind}", "float", "0–100", zh, en, True, SCORE)


# fmt: off
OPPORTUNITIES = Table("opportunities", "可达设施", "opportunities", (
    _CATEGORY,
    Column("source_id", "string", "", "来源编号", "id in the source table"),
    Column("source", "string", "", "来源", "source", False, Rule(("osm", "record"))),
    Column("name", "string", "", "名称", "name", True),
    Column("weight", "float", "", "权重", "size in measures that count size", False, COUNT),
    Column("opening_hours", "string", "", "开放时间", "opening hours", True),
    Column("synthetic", "bool", "", "示意数据", "synthetic: invented for the sample"),
    Column("geometry", "point", "", "位置", "place"),
), Column("opportunity_id", "string", "", "设施编号", "category|source, with |n for the n-th entrance"))

BUILDING_RESULTS = Table("building_results", "建筑评价", "buildings, evaluated", (
    *(column for column in BUILDINGS.columns if column.name not in ("tags", "geometry")),
    Column("in_area", "bool", "", "在研究范围内", "inside the reporting area"),
    Column("on_corridor", "bool", "", "在主线沿线", "within the corridor's band"),
    Column("connected", "bool", "", "已接入步行网络", "attached to the walking network"),
    Column("near_edge", "bool", "", "邻近数据边界", "nearer to the data's edge than the margin"),
    Column("street_name", "string", "", "所在街道", "street of its address, else the nearest", True),
    Column("place_zh", "string", "", "位置（中文）", "place in Chinese", True),
    Column("place_en", "string", "", "位置（英文）", "place in English", True),
    Column("footprint_m2", "float", "m²", "基底面积", "footprint", False, COUNT),
    Column("floor_area_m2", "float", "m²", "建筑面积", "floor area", False, COUNT),
    Column("floor_area_assumed", "bool", "", "层数为假定", "floor area rests on assumed storeys"),
    *_band("residents", "人 persons", "居民", "residents", COUNT),
    *_band("workers", "人 persons", "就业者", "workers", COUNT),
    Column("people_assumed", "bool", "", "人数为假定", "people rest on assumed use or storeys"),
    *_band("score_total", "0–100", "综合得分", "total score", SCORE),
    _score("life", "生活得分", "LIFE score"),
    _score("work", "工作得分", "WORK score"),
    _score("service", "服务得分", "SERVICE score"),
    _score("exchange", "交流得分", "EXCHANGE score"),
    Column("n_met", "int", "", "达标类别数", "categories met", False, COUNT),
    Column("n_scored", "int", "", "计分类别数", "categories scored", False, COUNT),
    Column("geometry", "polygon", "", "范围", "outline"),
), Column("building_id", "string", "", "建筑编号", "building id"))

ACCESS = Table("access", "可达性", "access", (
    Column("building_id", "string", "", "建筑编号", "building id"),
    _CATEGORY,
    Column("walk_s", "float", "s", "步行时间", "walking time to the nearest at the profile's speed", True, COUNT),
    Column("walk_m", "float", "m", "最短步行距离", "shortest walk to the nearest, steps not weighed", True, COUNT),
    *(
        Column(f"n_{minutes}min", "int", "", f"{minutes}分钟内处数", f"places within {minutes} minutes", True, COUNT)
        for minutes in (5, 10, 15)
    ),
    Column("met", "bool", "", "达标", "within the category's minutes; missing: no data", True),
    Column("within_m", "bool", "", "在规范距离内", "within the clause's metres; missing: it gives none", True),
    Column("m", "float", "", "得分贡献", "contribution to the score; missing: no data", True, SHARE),
))

COVERAGE = Table("coverage", "覆盖率", "coverage", (
    Column("place", "string", "", "范围", "place", False, Rule(("area", "corridor"))),
    _CATEGORY,
    Column("group", "string", "", "对象", "whom", False, Rule(("buildings", "residents", "workers"))),
    *_band("share", "share", "覆盖率", "share covered within the tier", SHARE),
    Column("count", "float", "", "覆盖数", "number covered", True, COUNT),
    Column("total", "float", "", "总数", "number in all", False, COUNT),
))

BY_TIME = Table("by_time", "按时段覆盖率", "coverage by time", (
    Column("moment", "string", "", "时段", "moment, as named in study.yaml"),
    Column("moment_zh", "string", "", "时段（中文）", "moment in Chinese"),
    Column("moment_en", "string", "", "时段（英文）", "moment in English"),
    Column("at", "string", "", "时刻", "date and local time"),
    Column("place", "string", "", "范围", "place", False, Rule(("area", "corridor"))),
    _CATEGORY,
    Column("group", "string", "", "对象", "whom", False, Rule(("buildings", "residents", "workers"))),
    Column("n_open", "int", "", "开放处数", "places known to be open", False, COUNT),
    Column("n_closed", "int", "", "关闭处数", "places known to be closed", False, COUNT),
    Column("n_unknown", "int", "", "不详处数", "places whose hours are not known", False, COUNT),
    *_band("share", "share", "覆盖率（仅计确知开放）", "share covered by places known to be open", SHARE),
    *_band("possible", "share", "覆盖率（不详者计为开放）", "share covered if unknown hours count as open", SHARE),
))

CATEGORY_TABLE = Table("category_table", "类别", "categories", (
    Column("kind", "string", "", "类", "kind", False, Rule(("LIFE", "WORK", "SERVICE", "EXCHANGE"))),
    Column("zh", "string", "", "中文名", "name in Chinese"),
    Column("en", "string", "", "英文名", "name in English"),
    Column("tier_min", "int", "min", "标准时间", "minutes of the tier", False, COUNT),
    Column("tier_m", "int", "m", "规范距离", "metres of the clause", True, COUNT),
    Column("grade", "string", "", "依据等级", "evidence grade", False, Rule(("A", "B", "C", "—"))),
    Column("source_zh", "string", "", "依据（中文）", "source in Chinese"),
    Column("source_en", "string", "", "依据（英文）", "source in English"),
    Column("clause_zh", "string", "", "条文（中文）", "clause in Chinese"),
    Column("clause_en", "string", "", "条文（英文）", "clause in English"),
    Column("weight", "float", "", "权重", "weight in its kind", False, COUNT),
    Column("stage", "string", "", "创新链阶段", "stage of the innovation chain", True),
    Column("n_opportunities", "int", "", "设施数", "places found", False, COUNT),
    Column("has_data", "bool", "", "有数据", "any place found"),
    Column("scored", "bool", "", "计分", "counts in the score"),
    Column("incomplete", "bool", "", "数据不全", "OSM data known to be incomplete"),
), Column("category", "string", "", "类别代码", "category code"))

ISOCHRONES = Table("isochrones", "等时圈", "isochrones", (
    Column("origin", "string", "", "起点", "origin"),
    Column("minutes", "int", "min", "分钟", "minutes", False, COUNT),
    Column("area_m2", "float", "m²", "面积", "area", False, COUNT),
    Column("geometry", "polygon", "", "范围", "outline"),
))

COMPLETENESS = Table("completeness", "数据完整度", "completeness of the data", (
    Column("zh", "string", "", "名称（中文）", "name in Chinese"),
    Column("en", "string", "", "名称（英文）", "name in English"),
    Column("share", "float", "share", "完整度", "share known", True, SHARE),
    Column("basis_zh", "string", "", "口径（中文）", "what is counted, in Chinese"),
    Column("basis_en", "string", "", "口径（英文）", "what is counted, in English"),
), Column("item", "string", "", "项目", "item"))

ACCOUNT = Table("account", "数据账目", "account: read = used + excluded", (
    Column("source", "string", "", "来源", "source"),
    Column("zh", "string", "", "名称（中文）", "name in Chinese"),
    Column("en", "string", "", "名称（英文）", "name in English"),
    Column("read", "int", "", "读入", "read", False, COUNT),
    Column("used", "int", "", "使用", "used", False, COUNT),
    Column("excluded", "int", "", "排除", "excluded for this reason", False, COUNT),
    Column("reason_zh", "string", "", "原因（中文）", "reason in Chinese"),
    Column("reason_en", "string", "", "原因（英文）", "reason in English"),
))

NOTICES = Table("notices", "提示", "notices", (
    Column("code", "string", "", "代码", "code"),
    Column("severity", "string", "", "级别", "W: kept, look at it; R: recovered", False, Rule(("W", "R"))),
    Column("file", "string", "", "文件", "file"),
    Column("sheet", "string", "", "工作表", "sheet"),
    Column("row", "int", "", "行", "row", True, COUNT),
    Column("column", "string", "", "列", "column"),
    Column("value", "string", "", "值", "value"),
    Column("what_zh", "string", "", "说明（中文）", "what it is, in Chinese"),
    Column("what_en", "string", "", "说明（英文）", "what it is, in English"),
    Column("action_zh", "string", "", "处理（中文）", "what to do, in Chinese"),
    Column("action_en", "string", "", "处理（英文）", "what to do, in English"),
))

SEGMENTS = Table("segments", "街段", "street segments", (
    Column("street", "string", "", "街道", "street", True),
    Column("street_en", "string", "", "街道英文名", "street in English", True),
    Column("highway", "string", "", "道路类别", "class of street (OSM highway)"),
    Column("role", "string", "", "位置", "place in the study", False, Rule(("corridor", "side", "other"))),
    Column("order", "int", "", "主线次序", "place in the order of the corridor", True, COUNT),
    Column("chainage_from_m", "float", "m", "起点里程", "chainage of the start", True, COUNT),
    Column("chainage_to_m", "float", "m", "终点里程", "chainage of the end", True, COUNT),
    Column("from_street", "string", "", "起点相交街道", "streets met at the start", True),
    Column("to_street", "string", "", "终点相交街道", "streets met at the end", True),
    Column("length_m", "float", "m", "长度", "length", False, COUNT),
    Column("geometry", "line", "", "线位", "line, in the direction of the chainage"),
), Column("segment_id", "string", "", "街段编号", "segment id"))

SURVEY_VALUES = Table("survey_values", "街段调查值", "survey by segment", (
    Column("segment_id", "string", "", "街段编号", "segment id"),
    Column("item", "string", "", "项目", "item"),
    Column("side", "string", "", "侧（整段、左、右）", "side, or the whole", False, Rule(("whole", "left", "right"))),
    Column("score", "float", "0–100", "得分", "score", False, SCORE),
    Column("per_100m", "float", "1/100 m", "每百米数目", "number on 100 m of street; counts only", True, COUNT),
    Column("covered_share", "float", "share", "已调查长度占比", "share of the length surveyed", False, SHARE),
    Column("date", "date", "", "最近调查日期", "date of the newest answer", True),
    Column("synthetic", "bool", "", "示意数据", "synthetic: invented for the sample"),
))

SURVEY_PHOTOS = Table("survey_photos", "街段照片", "photos by segment", (
    Column("segment_id", "string", "", "街段编号", "segment id"),
    Column("item", "string", "", "项目", "item"),
    Column("side", "string", "", "侧", "side", False, Rule(("both", "left", "right"))),
    Column("photo", "string", "", "照片文件", "photo file, beside the survey's"),
    Column("date", "date", "", "调查日期", "date", True),
))

OUTPUTS = (
    BUILDING_RESULTS, ACCESS, COVERAGE, BY_TIME, CATEGORY_TABLE, OPPORTUNITIES, ISOCHRONES, COMPLETENESS, ACCOUNT, NOTICES,
    SEGMENTS, SURVEY_VALUES, SURVEY_PHOTOS,
)
# fmt: on
