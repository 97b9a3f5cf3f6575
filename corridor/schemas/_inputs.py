"""Tables that are read: OSM's, and the district's records as far as the engine relies on them."""

from corridor.schemas._table import COUNT, SCORE, SHARE, Column, Rule, Table

# The uses known to the settings, which this module must not import.
USES = (
    "residential", "office", "commercial", "education", "health", "industrial", "hotel", "civic", "religious", "other",
    "unknown",
)  # fmt: skip
_NAME = Column("name", "string", "", "名称", "name", True)
_NAME_EN = Column("name_en", "string", "", "英文名", "name in English", True)
_TAGS = Column("tags", "string", "", "OSM 标签（JSON）", "OSM tags as JSON")
_NODE = Column("node_id", "int", "", "节点号（由位置得出）", "node number, made from its place")
_POINT = Column("geometry", "point", "", "位置", "place")
_LINE = Column("geometry", "line", "", "线位", "line")
_AREA = Column("geometry", "polygon", "", "范围", "outline")
_PLACE = Column("geometry", "point", "", "位置（缺坐标者为空）", "place; missing where no coordinate is known", True)
_LAYER = Column("layer", "int", "", "层", "layer; 0 is the ground")
_BRIDGE = Column("bridge", "bool", "", "桥", "on a bridge")
_TUNNEL = Column("tunnel", "bool", "", "隧道", "in a tunnel")
_SOURCE = Column("source", "string", "", "来源", "source", True)
_SYNTHETIC = Column("synthetic", "bool", "", "示意数据", "synthetic: invented for the sample")
_ADDRESS = Column("address", "string", "", "地址", "address", True)
_UNCERTAINTY = Column("uncertainty_m", "float", "m", "坐标误差", "uncertainty of the coordinate", True, COUNT)

_DATUM = Column("datum", "string", "", "坐标系", "datum the coordinate was given in", True)
_INDUSTRY = Column("industry", "string", "", "产业方向", "industries", True)
_OWNER = Column("owner", "string", "", "主管部门", "department in charge", True)
_POLICIES = Column("policies", "string", "", "政策标签", "policy tags", True)
_EVIDENCE = Column("evidence", "string", "", "依据", "evidence", True)
_CARRIER = Column("carrier_id", "string", "", "所在载体编号", "carrier it sits in", True)
_KINDS = Rule(("institute", "university", "lab", "poc", "incubator", "coworking", "accelerator", "park", "office"))
_STAGES = Rule(("rd", "transfer", "incubation", "industry"))
_PROGRESS = Rule(("planned", "signed", "running", "done"))


def _id(name: str, zh: str, en: str) -> Column:
    return Column(name, "string", "", zh, en)


# fmt: off
STREETS = Table("streets", "街道", "streets", (
    Column("osm_id", "int", "", "OSM 编号", "OSM number", True),
    _NAME, _NAME_EN,
    Column("highway", "string", "", "道路类别", "class of street (OSM highway)"),
    _LAYER, _BRIDGE, _TUNNEL,
    Column("steps", "bool", "", "台阶", "steps"),
    Column("ramp", "bool", "", "有坡道", "steps with a ramp for wheels"),
    Column("crossing", "string", "", "过街", "a way across a street", True, Rule(("signals", "crossing"))),
    Column("walk", "string", "", "步行权限", "who may walk here", False, Rule(("public", "private", "none"))),
    Column("why_not", "string", "", "不可步行的原因", "why one may not walk here", True),
    Column("oneway_foot", "int", "", "步行单向", "one-way on foot: 1 along, -1 against", False, Rule((-1, 0, 1))),
    _TAGS,
    Column("nodes", "list", "", "节点号", "node numbers, one for each vertex"),
    Column("signals", "list", "", "信号灯节点", "node numbers with traffic signals"),
    Column("crossings", "list", "", "人行横道节点", "node numbers of crossings without signals"),
    _LINE,
), _id("street_id", "街道编号", "street id"))

GATES = Table("gates", "门禁", "gates", (
    _NODE,
    Column("barrier", "string", "", "类别", "kind of barrier"),
    Column("passage", "string", "", "通行", "who passes", False, Rule(("open", "residents", "shut"))),
    _NAME, _TAGS, _POINT,
), _id("gate_id", "门编号", "gate id"))

ENTRANCES = Table("entrances", "出入口", "entrances", (
    _NODE,
    Column("kind", "string", "", "类别", "kind of entrance"),
    Column("of", "string", "", "所属建筑", "the building it opens", True),
    _POINT,
), _id("entrance_id", "出入口编号", "entrance id"))

BUILDINGS = Table("buildings", "建筑", "buildings", (
    _NAME,
    Column("building", "string", "", "OSM 建筑类别", "OSM building tag", True),
    Column("use", "string", "", "用途", "use", False, Rule(USES)),
    Column("levels", "float", "", "层数", "storeys", True, COUNT),
    Column("height_m", "float", "m", "高度", "height", True, COUNT),
    Column("street", "string", "", "所在街道", "street of the address", True),
    Column("housenumber", "string", "", "门牌号", "house number", True),
    _TAGS, _AREA,
), _id("building_id", "建筑编号", "building id"))

AMENITIES = Table("amenities", "设施", "amenities", (
    _NAME, _NAME_EN,
    Column("opening_hours", "string", "", "开放时间", "opening hours", True),
    Column("area_m2", "float", "m²", "占地面积", "area; missing for points", True, COUNT),
    _TAGS, _POINT,
), _id("amenity_id", "设施编号", "amenity id"))

OPEN_SPACE = Table("open_space", "公共空间", "open space", (
    _NAME,
    Column("kind", "string", "", "类别", "kind", False,
           Rule(("park", "garden", "square", "playground", "nature", "pitch", "grass"))),
    Column("area_m2", "float", "m²", "面积", "area", False, COUNT),
    Column("walk", "string", "", "进入权限", "who may enter", False, Rule(("public", "private"))),
    _TAGS, _AREA,
), _id("open_space_id", "公共空间编号", "open space id"))

BARRIERS = Table("barriers", "阻隔", "barriers", (
    Column("kind", "string", "", "类别", "kind", False, Rule(("rail", "wall", "fence", "hedge"))),
    _NAME, _BRIDGE, _TUNNEL, _LAYER, _TAGS, _LINE,
), _id("barrier_id", "阻隔编号", "barrier id"))

WATER = Table("water", "水系", "water", (
    _NAME,
    Column("kind", "string", "", "类别", "kind", False, Rule(("area", "line"))),
    Column("geometry", "area_or_line", "", "范围或线位", "outline or line"),
), _id("water_id", "水系编号", "water id"))

FURNITURE = Table("furniture", "街道家具", "street furniture", (
    Column("kind", "string", "", "类别", "kind", False, Rule(("tree", "seat", "lamp", "crossing"))),
    _TAGS, _POINT,
), _id("furniture_id", "街道家具编号", "street furniture id"))

CARRIERS = Table("carriers", "科创载体", "carriers", (
    _NAME,
    Column("kind", "string", "", "类别", "kind", True, _KINDS),
    Column("stage", "string", "", "阶段", "stage of the innovation chain", True, _STAGES),
    Column("is_core", "bool", "", "核心", "core carrier"),
    Column("level", "string", "", "级别", "level", True, Rule(("national", "municipal", "district", "subdistrict"))),
    _ADDRESS,
    Column("floor_area_m2", "float", "m²", "建筑面积", "floor area", True, COUNT),
    Column("usable_area_m2", "float", "m²", "可用面积", "usable area", True, COUNT),
    Column("let_area_m2", "float", "m²", "已租面积", "let area", True, COUNT),
    Column("occupancy", "float", "share", "入驻率", "share of the usable area in use", True, SHARE),
    Column("desks", "int", "", "工位数", "desks", True, COUNT),
    Column("flexible", "bool", "", "灵活租期", "flexible terms", True),
    Column("tenants", "int", "", "入驻团队数", "tenant teams", True, COUNT),
    Column("firms", "int", "", "企业数", "firms", True, COUNT),
    _INDUSTRY,
    Column("operator", "string", "", "运营主体", "operator", True),
    _OWNER,
    Column("opened", "date", "", "开业日期", "date opened", True),
    Column("built", "date", "", "建成日期", "date built", True),
    Column("recognised", "date", "", "认定日期", "date recognised", True),
    _POLICIES, _UNCERTAINTY, _DATUM, _EVIDENCE, _SOURCE, _SYNTHETIC, _PLACE,
), _id("carrier_id", "载体编号", "carrier id"))

INSTITUTES = Table("institutes", "科研院所", "institutes", (
    _NAME,
    Column("kind", "string", "", "类别", "kind", True, _KINDS),
    Column("stage", "string", "", "阶段", "stage of the innovation chain", True, _STAGES),
    _ADDRESS, _INDUSTRY, _OWNER, _UNCERTAINTY, _DATUM, _EVIDENCE, _SOURCE, _SYNTHETIC, _PLACE,
), _id("institute_id", "院所编号", "institute id"))

PLATFORMS = Table("platforms", "功能性平台", "platforms", (
    _NAME,
    Column("status", "string", "", "状态", "status", True, _PROGRESS),
    _ADDRESS, _CARRIER,
    Column("built", "date", "", "建成日期", "date built", True),
    _OWNER, _UNCERTAINTY, _DATUM, _EVIDENCE, _SOURCE, _SYNTHETIC, _PLACE,
), _id("platform_id", "平台编号", "platform id"))

STATIONS = Table("stations", "服务站点", "stations", (
    _NAME,
    Column("type", "string", "", "类型", "type", True,
           Rule(("business", "fintech", "ai", "ip", "quality", "talent", "finance"))),
    _ADDRESS,
    Column("hours", "string", "", "开放时间", "opening hours", True),
    Column("capacity", "float", "", "接待能力", "capacity (visits a day)", True, COUNT),
    Column("operator", "string", "", "运营主体", "operator", True),
    _OWNER, _UNCERTAINTY, _DATUM, _SOURCE, _SYNTHETIC, _PLACE,
), _id("station_id", "站点编号", "station id"))

FIRMS = Table("firms", "企业", "firms", (
    _NAME,
    Column("industry", "string", "", "行业", "industry", True),
    _CARRIER,
    Column("technology", "bool", "", "科技企业", "technology firm", True),
    Column("registered", "date", "", "注册日期", "date registered", True),
    Column("arrived", "date", "", "入驻日期", "date moved in", True),
    Column("staff", "int", "", "从业人数", "staff", True, COUNT),
    _ADDRESS, _OWNER, _POLICIES, _UNCERTAINTY, _DATUM, _EVIDENCE, _SOURCE, _SYNTHETIC, _PLACE,
), _id("firm_id", "企业编号", "firm id"))

PROJECTS = Table("projects", "产学研合作项目", "university-industry projects", (
    _NAME,
    Column("partners", "string", "", "合作单位", "partners", True),
    Column("year", "int", "", "年度", "year of the project list", True, COUNT),
    Column("contracted", "date", "", "签约日期", "contract date", True),
    Column("stage", "string", "", "进展", "stage", True, _PROGRESS),
    Column("amount_yuan", "float", "元 yuan", "合同金额", "contract sum", True, COUNT),
    _INDUSTRY, _CARRIER, _ADDRESS, _OWNER, _POLICIES, _EVIDENCE, _SOURCE, _SYNTHETIC, _PLACE,
), _id("project_id", "项目编号", "project id"))

EVENTS = Table("events", "活动", "events", (
    Column("series", "string", "", "系列", "series", True),
    _NAME,
    Column("venue", "string", "", "场地", "venue", True),
    Column("period", "string", "", "周期", "period", True),
    Column("hours", "string", "", "开放时间", "hours", True),
    Column("category", "string", "", "类别", "category of the life circle", True),
    Column("starts", "date", "", "开始日期", "first day", True),
    Column("ends", "date", "", "结束日期", "last day", True),
    _ADDRESS, _OWNER, _UNCERTAINTY, _SOURCE, _SYNTHETIC, _PLACE,
), _id("event_id", "活动编号", "event id"))

RENEWALS = Table("renewals", "街区更新项目", "renewal projects", (
    _NAME,
    Column("street", "string", "", "街道", "street", True),
    Column("from_m", "float", "m", "起点里程", "chainage from", True, COUNT),
    Column("to_m", "float", "m", "终点里程", "chainage to", True, COUNT),
    Column("measures", "string", "", "更新内容", "measures", True),
    Column("budget_yuan", "float", "元 yuan", "预算", "budget", True, COUNT),
    Column("starts", "date", "", "开工日期", "start of works", True),
    Column("ends", "date", "", "完工日期", "end of works", True),
    _OWNER, _EVIDENCE, _SOURCE, _SYNTHETIC,
), _id("renewal_id", "项目编号", "renewal id"))

SURVEY = Table("survey", "街道调查", "street survey", (
    Column("segment_id", "string", "", "街段编号", "segment id", True),
    Column("street", "string", "", "街道", "street", True),
    Column("from_m", "float", "m", "起点里程", "chainage from", True),
    Column("to_m", "float", "m", "终点里程", "chainage to", True),
    Column("side", "string", "", "侧", "side", True,
           Rule(("left", "right", "both", "east", "west", "north", "south"))),
    Column("item", "string", "", "项目（survey.items 中的名称）", "item, as named in survey.items"),
    Column("value", "string", "", "取值（原文）", "value as written"),
    Column("unit", "string", "", "单位", "unit as written", True),
    Column("amount", "float", "", "数", "the number of a value that is one", True),
    Column("score", "float", "0–100", "得分（数目类须按长度计，此处为空）", "what it is worth; missing for counts", True,
           SCORE),
    Column("date", "date", "", "调查日期", "date", True),
    Column("photo", "string", "", "照片文件", "photo file", True),
    Column("surveyor", "string", "", "调查员代号", "surveyor's code", True),
    Column("row", "int", "", "文件行号", "row of the file", True, COUNT),
    Column("sheet", "string", "", "工作表", "sheet of the file", True),
    _EVIDENCE, _SOURCE, _SYNTHETIC,
), _id("survey_id", "记录编号", "survey id"))

INPUTS = (
    STREETS, GATES, ENTRANCES, BUILDINGS, AMENITIES, OPEN_SPACE, BARRIERS, WATER, FURNITURE,
    CARRIERS, INSTITUTES, PLATFORMS, STATIONS, FIRMS, PROJECTS, EVENTS, RENEWALS,
    SURVEY,
)
# fmt: on
