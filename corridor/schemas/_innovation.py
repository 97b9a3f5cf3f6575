"""Tables that are written: linkage of carriers, chain, services, events, trails."""

from corridor.errors import Text
from corridor.schemas._table import COUNT, SHARE, Column, Rule, Table

# The stages of the chain in words, wherever a user meets them; "all" is where none of them lacks.
STAGE_WORDS = {
    "rd": Text("研发", "research"),
    "transfer": Text("转化", "transfer"),
    "incubation": Text("孵化", "incubation"),
    "industry": Text("产业化", "industry"),
    "all": Text("四阶段齐备", "all four stages"),
}
# The types of service stations in words, the short ones that stand beside a symbol and in a table.
STATION_WORDS = {
    "business": Text("营商", "business"),
    "fintech": Text("科技金融", "fintech"),
    "ai": Text("AI全链接", "AI"),
    "ip": Text("知识产权", "intellectual property"),
    "quality": Text("质量", "quality"),
    "talent": Text("人才", "talent"),
    "finance": Text("融资服务", "finance"),
}
# The one sign each of them bears on a map, Chinese and English.
STATION_MARKS = {
    "business": Text("商", "B"), "fintech": Text("融", "F"), "ai": Text("智", "A"), "ip": Text("知", "I"),
    "quality": Text("质", "Q"), "talent": Text("才", "T"), "finance": Text("资", "C"),
}  # fmt: skip
# Bars filled on a carrier's symbol, by kind: 1 proof of concept, 2 incubation, 3 acceleration, 4 industry.
CARRIER_BARS = {"lab": 1, "poc": 1, "incubator": 2, "coworking": 2, "accelerator": 3, "park": 4, "office": 4}
_STAGES = ("rd", "transfer", "incubation", "industry")
_STAGE = Rule(_STAGES)
_WHOM = ("buildings", "residents", "workers", "carriers", "firms")

# fmt: off
_CHAIN = (
    *(Column(f"{s}_s", "float", "s", f"到最近{STAGE_WORDS[s].zh}步行时间", f"walk to the nearest place of {STAGE_WORDS[s].en}", True, COUNT)
      for s in _STAGES),
    *(Column(f"n_stages_{m}min", "int", "", f"{m}分钟内阶段数", f"stages of the chain within {m} minutes", False, Rule(low=0, high=4))
      for m in (5, 10, 15)),
    Column("missing_stage", "string", "", "断链处（15分钟内缺少的首个阶段）",
           "where the chain breaks: first stage not within 15 minutes; missing: none", True, _STAGE),
)


def _shares(subject: Column) -> tuple[Column, ...]:
    return (
        subject,
        Column("group", "string", "", "对象", "whom", False, Rule(_WHOM)),
        Column("minutes", "int", "min", "分钟", "minutes", False, COUNT),
        Column("share", "float", "share", "覆盖率", "share within the minutes; missing: no such place in the data", True, SHARE),
        Column("count", "float", "", "覆盖数", "number within", True, COUNT),
        Column("total", "float", "", "总数", "number in all", False, COUNT),
    )


_PLACES_WITH = Column("n_places", "int", "", "处数", "places found", False, COUNT)
_WALK = Column("walk_s", "float", "s", "步行时间", "walking time", True, COUNT)
_SHORTEST = Column("walk_m", "float", "m", "最短步行距离", "shortest walk, steps not weighed", True, COUNT)

INNOVATION_PLACES = Table("innovation_places", "载体与院所联系", "carriers and institutes, linked", (
    Column("table", "string", "", "台账", "table of the record", False, Rule(("carriers", "institutes"))),
    Column("name", "string", "", "名称", "name", True),
    Column("kind", "string", "", "类别", "kind", True),
    Column("stage", "string", "", "阶段", "stage of the innovation chain", True, _STAGE),
    Column("is_core", "bool", "", "核心", "core carrier"),
    Column("industry", "string", "", "产业方向", "industries", True),
    Column("policies", "string", "", "政策标签", "policy tags", True),
    Column("owner", "string", "", "主管部门", "department in charge", True),
    Column("floor_area_m2", "float", "m²", "建筑面积", "floor area", True, COUNT),
    Column("firms", "int", "", "企业数", "firms", True, COUNT),
    Column("n_5min", "int", "", "5分钟内载体院所", "others within 5 minutes", False, COUNT),
    Column("n_10min", "int", "", "10分钟内载体院所", "others within 10 minutes", False, COUNT),
    Column("n_15min", "int", "", "15分钟内载体院所", "others within 15 minutes", False, COUNT),
    Column("weight_15min", "float", "", "15分钟内规模（面积m²或企业数）", "floor area (m²) or firms of the others within 15 minutes", False, COUNT),
    Column("reach", "float", "", "联系强度（衰减后的规模）", "floor area or firms of the others, decayed with the walk", False, COUNT),
    Column("core_s", "float", "s", "到核心载体步行时间", "walk to the nearest core carrier", True, COUNT),
    Column("corridor_s", "float", "s", "到主线步行时间", "walk to the corridor", True, COUNT),
    Column("off_belt", "bool", "", "离带", "far from both corridor and core carrier; missing: not on the network", True),
    *_CHAIN,
    Column("uncertainty_m", "float", "m", "坐标误差", "uncertainty of the coordinate", True, COUNT),
    Column("synthetic", "bool", "", "示意数据", "synthetic: invented for the sample"),
    Column("geometry", "point", "", "位置（缺坐标者为空）", "place; missing where no coordinate is known", True),
), Column("place_id", "string", "", "载体或院所编号", "id of the carrier or institute"))

LINKS = Table("links", "载体联系", "links between carriers", (
    Column("origin", "string", "", "起点编号", "from"),
    Column("destination", "string", "", "终点编号", "to"),
    Column("cost_dm", "int", "dm", "步行成本", "cost of the walk; missing: not reachable on foot", True, COUNT),
    _WALK, _SHORTEST,
    Column("decay", "float", "", "衰减", "decay with the walk", False, SHARE),
    Column("link", "float", "", "联系强度", "floor area (m²) or firms of the destination × decay; missing: not known", True, COUNT),
))

CORE_LINKS = Table("core_links", "核心载体联系线", "links from the core carriers", (
    Column("origin", "string", "", "核心载体编号", "core carrier"),
    Column("destination", "string", "", "终点编号", "to"),
    _WALK, _SHORTEST,
    Column("link", "float", "", "联系强度", "floor area (m²) or firms of the destination × decay", True, COUNT),
    Column("geometry", "line", "", "连线（直线）", "straight line"),
))

CHAIN = Table("chain", "建筑的创新链", "the innovation chain of buildings", _CHAIN,
              Column("building_id", "string", "", "建筑编号", "building id"))

CHAIN_COVERAGE = Table("chain_coverage", "创新链覆盖率", "coverage of the innovation chain", _shares(
    Column("stage", "string", "", "阶段（all为四个阶段齐备）", "stage; all: the four together", False, Rule((*_STAGES, "all")))))

LADDER = Table("ladder", "梯度衔接", "ladder to the next stages", (
    Column("place_id", "string", "", "载体或院所编号", "id of the carrier or institute"),
    Column("name", "string", "", "名称", "name", True),
    Column("stage", "string", "", "阶段", "its stage", False, _STAGE),
    Column("step", "int", "", "第几级", "how many stages on", False, COUNT),
    Column("next_stage", "string", "", "后续阶段", "the later stage", False, _STAGE),
    Column("next_id", "string", "", "最近载体编号", "nearest place of it; missing: none in reach", True),
    Column("next_name", "string", "", "最近载体", "its name", True),
    _WALK, _SHORTEST,
))

SERVICE_COVERAGE = Table("service_coverage", "服务站点覆盖率", "coverage by service stations", (
    *_shares(Column("type", "string", "", "站点类型", "type of station")), _PLACES_WITH))

EVENT_COVERAGE = Table("event_coverage", "活动场地覆盖率", "coverage by event venues", (
    *_shares(Column("series", "string", "", "活动系列", "series of events")), _PLACES_WITH))

EVENT_TIMES = Table("event_times", "活动与时段", "events by time", (
    Column("moment", "string", "", "时段", "moment, as named in study.yaml"),
    Column("moment_zh", "string", "", "时段（中文）", "moment in Chinese"),
    Column("moment_en", "string", "", "时段（英文）", "moment in English"),
    Column("at", "string", "", "时刻", "date and local time"),
    Column("event_id", "string", "", "活动编号", "event id"),
    Column("series", "string", "", "系列", "series", True),
    Column("name", "string", "", "名称", "name", True),
    Column("category", "string", "", "类别代码", "category of the life circle", True),
    Column("period", "string", "", "周期（原文）", "period as written", True),
    Column("hours", "string", "", "开放时间（原文）", "hours as written", True),
    Column("period_zh", "string", "", "周期（读作）", "period as understood, in Chinese", True),
    Column("period_en", "string", "", "周期（读作，英文）", "period as understood, in English; missing: not understood", True),
    Column("weeks_share", "float", "share", "举办的周占比", "share of weeks in which it is held; missing: not known", True, SHARE),
    Column("state", "string", "", "该时刻", "at the moment", False, Rule(("open", "closed", "unknown"))),
    Column("why_zh", "string", "", "理由（中文）", "why, in Chinese"),
    Column("why_en", "string", "", "理由（英文）", "why, in English"),
))

ONE_TRIP = Table("one_trip", "服务链一次办", "service chains in one trip", (
    Column("chain", "int", "", "服务链序号", "number of the chain", False, COUNT),
    Column("chain_zh", "string", "", "服务链", "chain in Chinese"),
    Column("chain_en", "string", "", "服务链（英文）", "chain in English"),
    Column("table", "string", "", "台账", "whose walk", False, Rule(("carriers", "firms"))),
    Column("origin_id", "string", "", "起点编号", "from"),
    Column("name", "string", "", "名称", "name", True),
    Column("walk_s", "float", "s", "一次办齐最短步行时间", "shortest walk by way of all stations; missing: not possible", True, COUNT),
    Column("within", "bool", "", "在限时内", "within the chain's minutes; missing: not known", True),
    Column("stations", "string", "", "途经站点编号", "stations in walking order", True),
))

INNOVATION_GROUPS = Table("innovation_groups", "按产业、政策、部门分组", "by industry, policy tag and department", (
    Column("table", "string", "", "台账", "table", False, Rule(("carriers", "firms"))),
    Column("by", "string", "", "分组依据", "grouped by", False, Rule(("industry", "policies", "owner"))),
    Column("group", "string", "", "组（空为未填）", "group; missing: not filled in", True),
    Column("count", "int", "", "数量", "number; a record with several tags counts in each", False, COUNT),
    Column("floor_area_m2", "float", "m²", "建筑面积", "floor area", True, COUNT),
    Column("technology_share", "float", "share", "科技企业占比", "share of technology firms", True, SHARE),
    Column("off_belt_share", "float", "share", "离带占比", "share off the belt", True, SHARE),
    Column("chain_share", "float", "share", "15分钟内四阶段齐备占比", "share with the whole chain within 15 minutes", True, SHARE),
    Column("one_trip_share", "float", "share", "首条服务链一次办占比", "share that does the first service chain in one trip", True, SHARE),
    Column("synthetic_share", "float", "share", "示意数据占比", "share of synthetic records", True, SHARE),
))

INNOVATION_GROUP_COVERAGE = Table("innovation_group_coverage", "分组覆盖率", "coverage by industry, policy tag and department", (
    Column("table", "string", "", "台账", "table", False, Rule(("carriers", "firms"))),
    Column("by", "string", "", "分组依据", "grouped by", False, Rule(("industry", "policies", "owner"))),
    Column("group", "string", "", "组（空为未填）", "group; missing: not filled in", True),
    Column("kind", "string", "", "到什么", "of what", False, Rule(("stage", "station", "event"))),
    *(column for column in _shares(
        Column("subject", "string", "", "阶段、站点类型或活动系列", "stage, type of station or series of events"))
      if column.name != "group"),
))

TRAILS = Table("trails", "微旅游线路", "walking trails", (
    Column("name_zh", "string", "", "名称", "name in Chinese"),
    Column("name_en", "string", "", "名称（英文）", "name in English"),
    Column("round", "bool", "", "环线", "returns to its first stop"),
    Column("order", "string", "", "次序", "given, exact (shortest) or heuristic (short)", False, Rule(("given", "exact", "heuristic"))),
    Column("n_stops", "int", "", "站数", "stops", False, COUNT),
    _WALK,
    Column("length_m", "float", "m", "步行长度", "metres walked; missing: a leg cannot be walked", True, COUNT),
    Column("synthetic", "bool", "", "含示意数据", "has synthetic stops"),
    Column("geometry", "line", "", "线位", "line along the streets", True),
), Column("trail", "int", "", "线路序号", "number of the trail"))

TRAIL_STOPS = Table("trail_stops", "线路站点", "stops of the trails", (
    Column("trail", "int", "", "线路序号", "number of the trail", False, COUNT),
    Column("rank", "int", "", "站序", "order of the stop", False, COUNT),
    Column("stop_id", "string", "", "站点编号", "id of the stop"),
    Column("table", "string", "", "台账", "table of the stop"),
    Column("name", "string", "", "名称", "name", True),
    Column("synthetic", "bool", "", "示意数据", "synthetic: invented for the sample"),
    Column("walk_s", "float", "s", "自上一站步行时间", "walk from the stop before", True, COUNT),
    Column("length_m", "float", "m", "自上一站步行长度", "metres from the stop before", True, COUNT),
    Column("geometry", "point", "", "位置", "place"),
))

INNOVATION = (
    INNOVATION_PLACES, LINKS, CORE_LINKS, CHAIN, CHAIN_COVERAGE, LADDER, SERVICE_COVERAGE, EVENT_COVERAGE,
    EVENT_TIMES, ONE_TRIP,
    INNOVATION_GROUPS, INNOVATION_GROUP_COVERAGE, TRAILS, TRAIL_STOPS,
)
# fmt: on
