"""Tables that are written: which building a record is, and which records are not on the map."""

from corridor.schemas._table import COUNT, SHARE, Column, Rule, Table

_RECORD = (
    Column("table", "string", "", "表", "table"),
    Column("record_id", "string", "", "记录编号", "record id"),
    Column("name", "string", "", "名称", "name", True),
    Column("address", "string", "", "地址", "address", True),
)

# fmt: off
MATCHES = Table("matches", "记录与建筑的对应", "records and buildings", (
    *_RECORD,
    Column("building_id", "string", "", "建筑编号", "building id", True),
    Column("building", "string", "", "建筑名称", "name of the building", True),
    Column("rank", "int", "", "名次", "1: the likeliest", True, COUNT),
    Column("distance_m", "float", "m", "距离", "distance", True, COUNT),
    Column("distance_score", "float", "", "距离分", "what the distance says", True, SHARE),
    Column("address_score", "float", "", "地址分", "what the addresses say; missing: nothing to compare", True, SHARE),
    Column("name_score", "float", "", "名称分", "what the names say; missing: nothing to compare", True, SHARE),
    Column("confidence", "float", "", "置信度", "confidence", True, SHARE),
    Column("verdict", "string", "", "结论", "verdict", False,
           Rule(("matched", "check", "rival", "next", "none", "off_map", "carrier"))),
    Column("why_zh", "string", "", "理由（中文）", "why, in Chinese"),
    Column("why_en", "string", "", "理由（英文）", "why, in English"),
))

OFF_MAP = Table("off_map", "未上图的记录", "records not on the map", (
    *_RECORD,
    Column("row", "int", "", "文件行号", "row of the file", True, COUNT),
    Column("synthetic", "bool", "", "示意数据", "synthetic: invented for the sample"),
))
# fmt: on
