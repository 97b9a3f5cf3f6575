"""Tables that are written: the aims of the year, what counts towards them, and how far they are."""

from corridor.schemas._table import COUNT, Column, Rule, Table

_TARGET = Column("target", "string", "", "目标代码", "target code")
_READING = (
    Column("counts", "string", "", "口径", "counting rule", False, Rule(("new", "total"))),
    Column("date", "string", "", "计入日期", "column that dates a record"),
)

# fmt: off
TARGETS = Table("targets", "年度目标", "targets of the year", (
    Column("zh", "string", "", "名称（中文）", "name in Chinese"),
    Column("en", "string", "", "名称（英文）", "name in English"),
    Column("unit_zh", "string", "", "单位（中文）", "unit in Chinese"),
    Column("unit_en", "string", "", "单位（英文）", "unit in English"),
    Column("owner_zh", "string", "", "责任部门（中文）", "department in charge, in Chinese"),
    Column("owner_en", "string", "", "责任部门（英文）", "department in charge, in English"),
    Column("year", "int", "", "年度", "year", False, COUNT),
    Column("as_of", "date", "", "截至", "day of the count"),
    Column("aim", "float", "", "目标值", "aim", False, COUNT),
    Column("compare", "string", "", "比较", "reach it or pass it", False, Rule(("at_least", "above"))),
    *_READING,
    Column("achieved", "float", "", "已完成", "achieved to date; missing: no records", True, COUNT),
    Column("share", "float", "share", "完成比例", "achieved over aim", True, COUNT),
    Column("status", "string", "", "状态", "status", False,
           Rule(("reached", "early", "on_pace", "behind", "open", "missed", "no_data"))),
    Column("pace", "float", "", "按天应完成", "due by the day, in a line over the year", True, COUNT),
    Column("ahead", "float", "", "与按天进度之差", "achieved less what is due by the day", True),
    Column("pace_quarter", "float", "", "按季应完成", "due by the end of the last full quarter", True, COUNT),
    Column("records", "int", "", "计入记录数", "records that count", True, COUNT),
    Column("no_evidence", "int", "", "缺依据的记录", "counted records without evidence", True, COUNT),
    Column("no_evidence_value", "float", "", "缺依据的数量", "of the achieved, without evidence", True, COUNT),
    Column("doubles", "int", "", "重复的记录", "records left out as doubles", True, COUNT),
    Column("undated", "int", "", "缺日期的记录", "records without a date", True, COUNT),
    Column("synthetic", "int", "", "示意的记录", "counted records that are invented", True, COUNT),
    Column("definition_zh", "string", "", "定义（中文）", "definition in Chinese"),
    Column("definition_en", "string", "", "定义（英文）", "definition in English"),
    Column("open_zh", "string", "", "待明确（中文）", "what is left open, in Chinese"),
    Column("open_en", "string", "", "待明确（英文）", "what is left open, in English"),
), _TARGET)

TARGET_EVENTS = Table("target_events", "目标逐条记录", "records behind the targets", (
    _TARGET,
    Column("table", "string", "", "表", "table"),
    Column("record_id", "string", "", "记录编号", "record id"),
    Column("name", "string", "", "名称", "name", True),
    Column("date", "date", "", "日期", "date", True),
    Column("date_column", "string", "", "日期列", "column of the date", True),
    Column("value", "float", "", "数量", "value", True),
    Column("counted", "bool", "", "计入", "counted"),
    Column("why", "string", "", "结论", "verdict", False,
           Rule(("counted", "before", "after", "undated", "no_value", "double"))),
    Column("double_of", "string", "", "与哪条重复", "the record it doubles", True),
    Column("same_address", "string", "", "同地址的记录", "counted record at the same address", True),
    Column("evidence", "string", "", "依据", "evidence", True),
    Column("owner", "string", "", "主管部门", "department in charge", True),
    Column("synthetic", "bool", "", "示意数据", "synthetic: invented for the sample"),
))

TARGET_SNAPSHOTS = Table("target_snapshots", "目标按月按季", "targets by month and quarter", (
    _TARGET,
    Column("period", "string", "", "周期", "period", False, Rule(("month", "quarter"))),
    Column("number", "int", "", "第几", "month or quarter of the year", False, COUNT),
    Column("ends", "date", "", "期末", "last day"),
    Column("added", "float", "", "本期新增", "added in the period; missing: not yet begun", True, COUNT),
    Column("achieved", "float", "", "累计完成", "achieved by its end; missing: not yet begun", True, COUNT),
    Column("whole", "bool", "", "已满期", "the period is over"),
    Column("due", "float", "", "应完成", "due by its end: months in a line, quarters by their shares", True, COUNT),
))

TARGET_READINGS = Table("target_readings", "目标的其他口径", "other readings of the targets", (
    _TARGET, *_READING,
    Column("default", "bool", "", "本报告采用", "the reading used"),
    Column("achieved", "float", "", "已完成", "achieved to date; missing: no records", True, COUNT),
    Column("records", "int", "", "计入记录数", "records that count", True, COUNT),
))
# fmt: on

TARGET_TABLES = (TARGETS, TARGET_EVENTS, TARGET_SNAPSHOTS, TARGET_READINGS)
