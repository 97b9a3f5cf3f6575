"""Tables that are written: what scenarios change."""

from corridor.schemas._table import COUNT, Column, Rule, Table

_ID = Column("scenario_id", "string", "", "情景编号", "scenario id: hash of its edits")
_NAMES = (
    Column("zh", "string", "", "情景（中文）", "scenario in Chinese"),
    Column("en", "string", "", "情景（英文）", "scenario in English"),
)


def _people(verb_zh: str, verb: str) -> tuple[Column, ...]:
    en = {"gain": "gain", "lose": "lose"}[verb]
    return (
        Column(f"buildings_{verb}", "int", "", f"{verb_zh}的建筑", f"buildings that {en}", False, COUNT),
        Column(f"residents_{verb}", "float", "人 persons", f"{verb_zh}的居民", f"residents who {en}", False, COUNT),
        Column(f"workers_{verb}", "float", "人 persons", f"{verb_zh}的就业者", f"workers who {en}", False, COUNT),
        Column(
            f"firms_{verb}",
            "int",
            "",
            f"{verb_zh}的企业",
            f"firms that {en}: those whose walks to the four stages and "
            "the stations, together, become shorter or longer",
            False,
            COUNT,
        ),
    )


def _points(*, missing: bool = False) -> Column:
    zh, en = "得分变化合计（居民与就业者）", "change of the overall score times residents and workers, summed"
    return Column("person_points", "float", "人·分 person-points", zh, en, missing)


_WHO = (*_people("受益", "gain"), *_people("受损", "lose"))

# fmt: off
SCENARIO_INDICATORS = Table("scenario_indicators", "情景指标", "indicators of scenarios", (
    _ID,
    Column("code", "string", "", "指标代码", "indicator code"),
    Column("group", "string", "", "指标组", "group of indicators"),
    Column("unit", "string", "", "单位", "unit"),
    Column("baseline", "float", "", "现状", "today, in the unit of the row", True),
    Column("value", "float", "", "情景", "with the scenario, in the unit of the row", True),
    Column("change", "float", "", "变化", "value less baseline", True),
))

SCENARIO_RANKING = Table("scenario_ranking", "情景排序", "ranking of scenarios", (
    Column("rank", "int", "", "名次", "rank by points_mean; missing: no result", True, Rule(low=1)),
    *_NAMES,
    _ID,
    Column("status", "string", "", "状态", "status", False, Rule(("done", "failed"))),
    Column("points_mean", "float", "分/人 points per person", "人均得分变化",
           "change of the overall score, mean over residents and workers of the area", True),
    *(Column(c.name, c.dtype, c.unit, c.zh, c.en, True, c.rule) for c in _WHO),
    Column("cost", "float", "万元 10,000 yuan", "费用", "cost", True, COUNT),
    _points(missing=True),
    Column("points_per_cost", "float", "人·分/万元 person-points per 10,000 yuan", "每万元的得分变化",
           "person-points for 10,000 yuan", True),
    Column("why_zh", "string", "", "失败原因（中文）", "why it failed, in Chinese", True),
    Column("why_en", "string", "", "失败原因（英文）", "why it failed, in English", True),
))

SCENARIO_STREETS = Table("scenario_streets", "各街道得失", "gains and losses by street", (
    *_NAMES,
    _ID,
    Column("street", "string", "", "街道（空：近旁无有名街道）", "nearest named street; empty: none is near", True),
    *_WHO,
    _points(),
))

SCENARIO_SIDES = Table("scenario_sides", "街道各侧得失", "gains and losses by side of the street", (
    *_NAMES,
    _ID,
    Column("side", "string", "", "侧（空：近旁无有名街道）", "side of the nearest named street; empty: none is near", True),
    *_WHO,
    _points(),
))

SCENARIO_LARGEST = Table("scenario_largest", "最大变化", "largest changes of a scenario, at most ten", (
    *_NAMES,
    _ID,
    Column("place", "int", "", "序号", "number, the largest first", False, Rule(low=1)),
    Column("building_id", "string", "", "建筑编号", "building id"),
    Column("street", "string", "", "街道", "street", True),
    Column("side", "string", "", "侧", "side of the street", True),
    Column("residents", "float", "人 persons", "居民", "residents", True, COUNT),
    Column("workers", "float", "人 persons", "就业者", "workers", True, COUNT),
    Column("before", "float", "0–100", "现状综合得分", "overall score today"),
    Column("after", "float", "0–100", "情景综合得分", "overall score with the scenario"),
    Column("change", "float", "分 points", "变化", "after less before"),
))

SCENARIO_CHANGES = Table("scenario_changes", "逐栋变化", "buildings a scenario changes", (
    Column("street", "string", "", "街道", "street", True),
    Column("side", "string", "", "侧", "side of the street", True),
    Column("residents", "float", "人 persons", "居民", "residents", True, COUNT),
    Column("workers", "float", "人 persons", "就业者", "workers", True, COUNT),
    Column("before", "float", "0–100", "现状综合得分", "overall score today", True),
    Column("after", "float", "0–100", "情景综合得分", "overall score with the scenario", True),
), Column("building_id", "string", "", "建筑编号", "building id"))
# fmt: on

SCENARIO_TABLES = (
    SCENARIO_INDICATORS,
    SCENARIO_RANKING,
    SCENARIO_STREETS,
    SCENARIO_SIDES,
    SCENARIO_LARGEST,
    SCENARIO_CHANGES,
)
