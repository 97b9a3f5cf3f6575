"""Tables of the street study: ranking, what it is made of, how stable it is, measures."""

from corridor.schemas._table import COUNT, SCORE, SHARE, Column, Rule, Table

_SEGMENT = Column("segment_id", "string", "", "街段编号", "segment id")
_RANK = Rule(low=1)
_PARTS = Rule(("need", "potential", "feasibility"))

# fmt: off
STREET_RANKING = Table("street_ranking", "街段排序", "ranking of street segments", (
    Column("need", "float", "0–100", "需求", "need", True, SCORE),
    Column("potential", "float", "0–100", "潜力", "potential", True, SCORE),
    Column("feasibility", "float", "0–100", "可行性", "feasibility", True, SCORE),
    Column("score", "float", "0–100", "优先度", "priority: weighted mean of the parts", True, SCORE),
    Column("rank", "int", "", "名次", "rank; missing: not ranked", True, _RANK),
    Column("rank_low", "int", "", "名次区间上端", "best rank of the interval", True, _RANK),
    Column("rank_high", "int", "", "名次区间下端", "worst rank of the interval", True, _RANK),
    Column("stable", "bool", "", "名次稳定", "rank is stable", True),
    Column("rank_corridor", "int", "", "主线内名次", "rank among the corridor's segments", True, _RANK),
    Column("known_share", "float", "share", "已知权重占比", "share of the weight whose indicators are known", True, SHARE),
), _SEGMENT)

STREET_CONTRIBUTIONS = Table("street_contributions", "得分构成", "what the scores are made of", (
    _SEGMENT,
    Column("part", "string", "", "部分", "part of the score", False, _PARTS),
    Column("code", "string", "", "指标代码", "indicator code"),
    Column("value", "float", "", "指标值", "value, in the unit of the indicator"),
    Column("score", "float", "0–100", "指标得分", "score: (value − at_0) ÷ (at_100 − at_0) × 100, within 0–100", False, SCORE),
    Column("weight", "float", "", "权重（部分内合计为1）", "weight within the part; the part's weights sum up to 1", False, SHARE),
    Column("points", "float", "0–100", "得分贡献", "weight × score; a part's points sum up to it", False, SCORE),
    Column("basis", "string", "", "依据", "what the value rests on", False,
           Rule(("mapped", "survey", "estimate", "synthetic"))),
))

STREET_MEASURES = Table("street_measures", "建议措施", "suggested measures", (
    _SEGMENT,
    Column("measure", "string", "", "措施代码", "measure"),
    Column("zh", "string", "", "措施（中文）", "measure in Chinese"),
    Column("en", "string", "", "措施（英文）", "measure in English"),
    Column("because", "string", "", "原因（指标代码）", "the indicator it answers"),
    Column("priority", "int", "", "次序", "order of the segment's measures", False, _RANK),
    Column("edit", "string", "", "情景改动", "scenario edit that tests it (YAML)"),
))

STREET_ROBUSTNESS = Table("street_robustness", "名次稳定性", "stability of the ranks", (
    Column("top_quarter_share", "float", "share", "居前四分之一的抽样占比", "share of draws in the first quarter", True, SHARE),
    Column("top_5_share", "float", "share", "居前5名的抽样占比", "share of draws among the first five", True, SHARE),
    Column("draw_low", "int", "", "权重抽样区间上端", "best rank of the draws' interval", True, _RANK),
    Column("draw_high", "int", "", "权重抽样区间下端", "worst rank of the draws' interval", True, _RANK),
    Column("rank_slow", "int", "", "慢速时名次", "rank at the slow end of the speed band", True, _RANK),
    Column("rank_fast", "int", "", "快速时名次", "rank at the fast end of the speed band", True, _RANK),
), _SEGMENT)

STREET_INDICATORS = Table("street_indicators", "街段指标说明", "indicators of street segments", (
    Column("group", "string", "", "指标组", "group of indicators"),
    Column("zh", "string", "", "名称（中文）", "name in Chinese"),
    Column("en", "string", "", "名称（英文）", "name in English"),
    Column("unit", "string", "", "单位", "unit"),
    Column("better", "string", "", "何者为好", "which is better: high or low", True, Rule(("high", "low"))),
    Column("part", "string", "", "所属部分", "part of the ranking it feeds", True, _PARTS),
    Column("weight", "float", "", "权重", "weight within its part", False, COUNT),
    Column("at_0", "float", "", "得0分的值", "value worth 0", True),
    Column("at_100", "float", "", "得100分的值", "value worth 100", True),
    Column("data_share", "float", "share", "有数据的街段占比", "share of segments with data", False, SHARE),
    Column("ranked", "bool", "", "参与排序", "ranked on"),
    Column("formula_zh", "string", "", "算法（中文）", "formula in Chinese"),
    Column("formula_en", "string", "", "算法（英文）", "formula in English"),
    Column("source_zh", "string", "", "依据（中文）", "source in Chinese"),
    Column("source_en", "string", "", "依据（英文）", "source in English"),
    Column("grade", "string", "", "依据等级", "evidence grade", False, Rule(("A", "B", "C", "—"))),
), Column("code", "string", "", "指标代码", "indicator code"))
# fmt: on

STREET_TABLES = (
    STREET_RANKING,
    STREET_CONTRIBUTIONS,
    STREET_MEASURES,
    STREET_ROBUSTNESS,
    STREET_INDICATORS,
)
