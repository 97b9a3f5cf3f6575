"""The district's tables: carriers, stations, firms, events, with the headers a district office keeps."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from dingxi.facts import Facts
from dingxi.shapes import dice

Row = dict[str, Any]
NOTICE = "名称与位置据公开资料；面积、企业数、日期为虚构"
INVENTED = "示意数据，虚构"
STAGE = {
    "科研院所": "研发", "高校": "研发", "实验室": "研发", "概念验证": "转化", "孵化器": "孵化", "众创空间": "孵化",
    "加速器": "产业化", "园区": "产业化", "商务楼宇": "产业化",
}  # fmt: skip
INDUSTRIES = ("工业互联网", "电子材料", "集成电路应用创新", "前沿新材料")

# invented carriers along the belt: kind, lon, lat
MORE_CARRIERS = [
    ("示意联合实验室", "实验室", 121.4171, 31.2155),
    ("示意材料测试实验室", "实验室", 121.4163, 31.2203),
    ("示意加速器", "加速器", 121.4221, 31.2189),
    ("示意孵化器二号", "孵化器", 121.4196, 31.2069),
    ("示意众创空间", "众创空间", 121.4188, 31.2072),
]
# (name, type, lon, lat, hours): at most two of each kind and uneven, so that siting has something to do
STATIONS = [
    ("硅巷营商服务工作站", "营商服务", 121.4179, 31.2170, "Mo-Fr 09:00-17:30"),
    ("硅巷营商服务工作站（东）", "营商服务", 121.4264, 31.2196, "Mo-Fr 09:00-17:30"),
    ("科技金融服务站", "科技金融", 121.4262, 31.2204, "Mo-Fr 09:00-17:00"),
    ("AI全链接服务站", "AI全链接", 121.4173, 31.2187, "Mo-Fr 09:00-18:00"),
    ("知识产权保护法官工作室", "知识产权", 121.4183, 31.2162, "We 13:30-17:00"),
    ("质量服务工作站", "质量服务", 121.4146, 31.2194, "Mo-Fr 09:00-17:00"),
    ("“虹桥人才荟”站点", "人才服务", 121.4187, 31.2129, "Mo-Fr 09:00-17:30"),
    ("“虹桥人才荟”站点（北）", "人才服务", 121.4210, 31.2215, "Mo-Fr 09:00-17:30"),
    ("区融资服务中心", "融资服务", 121.4281, 31.2158, "Mo-Fr 09:00-17:00"),
]
# (series, name, venue, lon, lat, period, hours, category)
EVENTS = [
    ("飞乐夜校", "飞乐夜校", "定西路示意教室", 121.4181, 31.2150, "每周", "Tu,Th 18:30-21:00", "夜校"),
    ("科创市集", "科创市集", "上生·新所广场", 121.4229, 31.2104, "每周末", "Sa,Su 10:00-18:00", "市集"),
    ("产业领军荟", "产业领军荟", "硅酸盐所1号楼报告厅", 121.4180, 31.2158, "双周", "Fr 14:00-17:00", "论坛"),
    ("创新说", "创新说", "NO.1创新空间", 121.4187, 31.2147, "双周", "We 15:00-17:00", "路演"),
    ("青创联沙龙", "青创联沙龙", "硅巷创客厅", 121.4183, 31.2155, "双周", "Th 18:30-20:30", "沙龙"),
    ("硅巷早餐会", "硅巷早餐会", "新微智谷", 121.4175, 31.2189, "每月", "Tu 08:00-09:30", "早餐会"),
    ("创新创业大赛", "创新创业大赛路演", "示意路演厅", 121.4194, 31.2091, "每季度", "Sa 09:00-17:00", "会议路演"),
    ("季度峰会", "硅巷季度峰会", "示意会议中心", 121.4240, 31.2116, "每季度", "Fr 09:00-17:00", "会议路演"),
    ("科普微旅游", "材料科普角", "硅酸盐所", 121.4178, 31.2157, "常设", "Sa,Su 09:30-16:30", "展览科普"),
    ("科普微旅游", "微技术展示厅", "微系统所", 121.4154, 31.2203, "常设", "Sa 09:30-16:30", "展览科普"),
    ("科普微旅游", "数字硅巷展厅", "定西路", 121.4184, 31.2146, "常设", "Tu-Su 09:30-17:00", "展览科普"),
    ("历史微旅游", "武夷路历史建筑（示意）", "武夷路", 121.4216, 31.2154, "常设", "Tu-Su 10:00-17:00", "历史文化"),
    ("历史微旅游", "法华老街石牌（示意）", "法华镇路", 121.4186, 31.2077, "常设", "24/7", "历史文化"),
    ("历史微旅游", "愚园路里弄（示意）", "愚园路", 121.4199, 31.2212, "常设", "24/7", "历史文化"),
]


def write_records(facts: Facts, folder: Path) -> None:
    """Write the four tables as CSV in UTF-8 with BOM."""
    carriers = _carriers(facts)
    _write(folder / "carriers.csv", carriers)
    _write(folder / "stations.csv", _stations())
    _write(folder / "firms.csv", _firms(carriers))
    _write(folder / "events.csv", _events())


def _write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _carriers(facts: Facts) -> list[Row]:
    real = [
        (c["id"], c["name"], c["kind"], c["at"], c["pm"], c["address"], c.get("core", False)) for c in facts["carriers"]
    ]
    more = [
        (f"C{i}", name, kind, [lon, lat], 400, "", False)
        for i, (name, kind, lon, lat) in enumerate(MORE_CARRIERS, len(real) + 1)
    ]
    rows = []
    for number, name, kind, at, uncertain, address, core in real + more:
        plain = kind in ("科研院所", "高校")  # nothing about these is invented
        rng = dice("carrier", number)
        area = round(rng.uniform(1800, 26000), -2)
        rows.append(
            {
                "编号": number, "名称": name, "类别": kind, "阶段": STAGE[kind], "核心": "是" if core else "否",
                "级别": "" if plain or kind in ("商务楼宇", "实验室") else rng.choice(("市级", "区级", "区级")),
                "地址": address, "经度": f"{at[0]:.4f}", "纬度": f"{at[1]:.4f}", "坐标误差（米）": uncertain,
                "建筑面积（平方米）": "" if plain else f"{area:.0f}",
                "可用面积（平方米）": "" if plain else f"{round(area * rng.uniform(0.55, 0.8), -1):.0f}",
                "入驻企业数": "" if plain else rng.randint(4, 60),
                "产业方向": rng.choice(INDUSTRIES),
                "开业日期": "" if plain else f"{rng.randint(2012, 2025)}-{rng.randint(1, 12):02d}-01",
                "坐标系": "WGS84",
                "来源": INVENTED if number > "C16" else "公开资料" if plain else NOTICE,
                "示意": "否" if plain else "是",
            }
        )  # fmt: skip
    return rows


def _stations() -> list[Row]:
    return [
        {
            "编号": f"S{i:02d}", "名称": name, "类型": kind, "地址": "", "经度": f"{lon:.4f}", "纬度": f"{lat:.4f}",
            "坐标误差（米）": 400, "开放时间": hours, "接待能力": dice("station", i).randrange(20, 90, 10),
            "坐标系": "WGS84", "来源": "站点种类据公开资料；位置、时间、能力为虚构", "示意": "是",
        }
        for i, (name, kind, lon, lat, hours) in enumerate(STATIONS, 1)
    ]  # fmt: skip


def _firms(carriers: list[Row]) -> list[Row]:
    hosts = [row for row in carriers if row["入驻企业数"]]
    rows = []
    for i in range(1, 67):
        rng = dice("firm", i)
        host = rng.choice(hosts)
        rows.append(
            {
                "编号": f"F{i:03d}", "企业名称": f"示意企业{i:02d}号", "行业": rng.choice(INDUSTRIES),
                "所在载体编号": host["编号"], "科技企业": "是" if rng.random() < 0.7 else "否",
                "注册日期": f"{rng.randint(2015, 2026)}-{rng.randint(1, 4):02d}-{rng.randint(1, 28):02d}",
                "从业人数": rng.randint(3, 120), "经度": host["经度"], "纬度": host["纬度"],
                "坐标误差（米）": host["坐标误差（米）"], "坐标系": "WGS84", "来源": INVENTED, "示意": "是",
            }
        )  # fmt: skip
    return rows


def _events() -> list[Row]:
    return [
        {
            "编号": f"E{i:02d}", "系列": series, "名称": name, "类别": category, "场地": venue, "周期": period,
            "开放时间": hours, "经度": f"{lon:.4f}", "纬度": f"{lat:.4f}", "坐标误差（米）": 400, "坐标系": "WGS84",
            "来源": "系列名称据公开资料；地点与时间为虚构", "示意": "是",
        }
        for i, (series, name, venue, lon, lat, period, hours, category) in enumerate(EVENTS, 1)
    ]  # fmt: skip
