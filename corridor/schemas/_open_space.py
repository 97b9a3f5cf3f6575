"""Tables about public open space: coverage, supply, who is left out, gates."""

from corridor.schemas._table import COUNT, SHARE, Column, Rule, Table

_RESIDENTS = Column("residents", "float", "人", "居民", "residents", False, COUNT)
_WORKERS = Column("workers", "float", "人", "从业人员", "workers", False, COUNT)
_RESIDENTS_OUT = Column("residents_left_out", "float", "人", "未覆盖居民", "residents left out", False, COUNT)
_WORKERS_OUT = Column("workers_left_out", "float", "人", "未覆盖从业人员", "workers left out", False, COUNT)
_UNKNOWN = Column(
    "unknown", "float", "人", "不详（附近未绘公共空间）", "people near whom no open space is mapped", False, COUNT
)
_SHARE_OUT = Column(
    "share_left_out", "float", "share", "未覆盖占比（不计不详者）", "share left out, of the people known", True, SHARE
)
_STREET = Column("street", "string", "", "街道", "street", True)

# fmt: off
OPEN_SPACE_COVERAGE = Table("open_space_coverage", "公共空间5分钟覆盖", "open space within 5 minutes", (
    Column("group", "string", "", "人群", "group", False, Rule(("residents", "workers"))),
    Column("share", "float", "share", "覆盖率", "share covered", True, SHARE),
    Column("share_high", "float", "share", "覆盖率上限（不详者全部计入）", "share covered, had all unknown an open space", True, SHARE),
    Column("count", "float", "人", "已覆盖", "people covered", False, COUNT),
    Column("total", "float", "人", "总数", "people", False, COUNT),
    Column("left_out", "float", "人", "未覆盖", "people left out", False, COUNT),
    _UNKNOWN,
    Column("aim", "float", "share", "目标", "aim", False, SHARE),
    Column("met", "bool", "", "达标", "aim reached", True),
))

OPEN_SPACE_BUILDINGS = Table("open_space_buildings", "建筑的公共空间", "open space by building", (
    _RESIDENTS, _WORKERS,
    Column("walk_m", "float", "m", "至最近公共空间（5分钟内）", "walk to the nearest open space, within 5 minutes", True,
           COUNT),
    Column("left_out", "bool", "", "未覆盖", "left out", True),
    Column("m2_per_person", "float", "m²/人", "人均可达面积（两步移动搜索）", "m² a head, two-step floating catchment",
           True, COUNT),
), Column("building_id", "string", "", "建筑编号", "building id"))

OPEN_SPACE_LEFT_OUT = Table("open_space_left_out", "公共空间未覆盖（按街段）", "left out of open space, by segment", (
    _STREET, _RESIDENTS, _WORKERS, _RESIDENTS_OUT, _WORKERS_OUT, _UNKNOWN, _SHARE_OUT,
    Column("m2_per_person", "float", "m²/人", "人均可达面积", "m² a head", True, COUNT),
), Column("segment_id", "string", "", "街段编号", "segment id"))

OPEN_SPACE_STREETS = Table("open_space_streets", "公共空间未覆盖（按街道）", "left out of open space, by street", (
    _STREET, _RESIDENTS, _WORKERS, _RESIDENTS_OUT, _WORKERS_OUT, _UNKNOWN, _SHARE_OUT,
))

OPEN_SPACE_GATES = Table("open_space_gates", "增开一处门的效果", "what one more gate would change", (
    Column("source_id", "string", "", "公共空间编号", "open space id"),
    Column("name", "string", "", "名称", "name", True),
    Column("change", "string", "", "增开（more）或首次开放（first）", "one more gate, or the first", False,
           Rule(("more", "first"))),
    Column("area_m2", "float", "m²", "面积", "area", False, COUNT),
    Column("residents", "float", "人", "新覆盖居民", "residents gained", False, COUNT),
    Column("workers", "float", "人", "新覆盖从业人员", "workers gained", False, COUNT),
    Column("people", "float", "人", "新覆盖人数", "people gained", False, COUNT),
    Column("best", "bool", "", "该空间最佳位置", "the best place of its space"),
    Column("geometry", "point", "", "位置", "place"),
))
# fmt: on

OPEN_SPACE_TABLES = (
    OPEN_SPACE_COVERAGE,
    OPEN_SPACE_BUILDINGS,
    OPEN_SPACE_LEFT_OUT,
    OPEN_SPACE_STREETS,
    OPEN_SPACE_GATES,
)
