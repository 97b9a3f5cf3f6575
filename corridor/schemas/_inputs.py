"""Tables that are read: OSM's, and the district's records as far as the engine relies on them."""

from corridor.schemas._table import COUNT, Column, Rule, Table

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


def _id(name: str, zh: str, en: str) -> Column:
    return Column(name, "string", "", zh, en)


# fmt: off
STREETS = Table("streets", "街道", "streets", (
    Column("osm_id", "int", "", "OSM 编号", "OSM number", True),
    _NAME, _NAME_EN,
    Column("highway", "string", "", "道路类别", "class of street (OSM highway)"),
    _LAYER, _BRIDGE, _TUNNEL,
    Column("steps", "bool", "", "台阶", "steps"),
    Column("walk", "string", "", "步行权限", "who may walk here", False, Rule(("public", "private", "none"))),
    Column("why_not", "string", "", "不可步行的原因", "why one may not walk here", True),
    Column("oneway_foot", "int", "", "步行单向", "one-way on foot: 1 along, -1 against", False, Rule((-1, 0, 1))),
    _TAGS,
    Column("nodes", "list", "", "节点号", "node numbers, one for each vertex"),
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
    Column("kind", "string", "", "类别", "kind", True, Rule(
        ("institute", "university", "lab", "poc", "incubator", "coworking", "accelerator", "park", "office"))),
    Column("stage", "string", "", "阶段", "stage of the innovation chain", True,
           Rule(("rd", "transfer", "incubation", "industry"))),
    Column("is_core", "bool", "", "核心", "core carrier"),
    Column("level", "string", "", "级别", "level", True),
    _ADDRESS,
    Column("floor_area_m2", "float", "m²", "建筑面积", "floor area", True, COUNT),
    Column("usable_area_m2", "float", "m²", "可用面积", "usable area", True, COUNT),
    Column("firms", "int", "", "企业数", "firms", True, COUNT),
    Column("opened", "date", "", "开业日期", "date opened", True),
    _UNCERTAINTY,
    Column("datum", "string", "", "坐标系", "datum the coordinate was given in", True),
    _SOURCE, _SYNTHETIC, _PLACE,
), _id("carrier_id", "载体编号", "carrier id"))

STATIONS = Table("stations", "服务站点", "stations", (
    _NAME,
    Column("type", "string", "", "类型", "type", True,
           Rule(("business", "fintech", "ai", "ip", "quality", "talent", "finance"))),
    _ADDRESS,
    Column("hours", "string", "", "开放时间", "opening hours", True),
    Column("capacity", "float", "", "接待能力", "capacity (visits a day)", True, COUNT),
    _UNCERTAINTY, _SOURCE, _SYNTHETIC, _PLACE,
), _id("station_id", "站点编号", "station id"))

FIRMS = Table("firms", "企业", "firms", (
    _NAME,
    Column("industry", "string", "", "行业", "industry", True),
    Column("carrier_id", "string", "", "所在载体编号", "carrier it sits in", True),
    Column("technology", "bool", "", "科技企业", "technology firm", True),
    Column("registered", "date", "", "注册日期", "date registered", True),
    _SYNTHETIC, _PLACE,
), _id("firm_id", "企业编号", "firm id"))

EVENTS = Table("events", "活动", "events", (
    Column("series", "string", "", "系列", "series", True),
    _NAME,
    Column("venue", "string", "", "场地", "venue", True),
    Column("period", "string", "", "周期", "period", True),
    Column("hours", "string", "", "开放时间", "hours", True),
    Column("category", "string", "", "类别", "category of the life circle", True),
    _SYNTHETIC, _PLACE,
), _id("event_id", "活动编号", "event id"))

INPUTS = (
    STREETS, GATES, ENTRANCES, BUILDINGS, AMENITIES, OPEN_SPACE, BARRIERS, WATER, FURNITURE, CARRIERS, STATIONS,
    FIRMS, EVENTS,
)
# fmt: on
