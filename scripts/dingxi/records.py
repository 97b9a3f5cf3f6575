"""The district's tables, carriers to renewal projects, with the headers a district office keeps."""

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
POLICIES = ("孵化器专项政策", "金融贷", "创新券", "算力", "拨投联动", "孵投联动", "科创基金")
OFFICES = ("区科委", "区商务委", "区投促办", "区国资委")
# What the invented carriers do in the year of the plan: level, built, recognised, opened, evidence.
THIS_YEAR = {
    "C20": ("市级", "2026-05-28", "", "2026-07-01", "示意竣工备案 2026-01"),
    "C21": ("区级", "2026-02-27", "", "2026-03-18", ""),
}

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
# (name, lon, lat, field)
INSTITUTES = [
    ("示意材料研究院", 121.4168, 31.2152, "前沿新材料"),
    ("示意微纳研究所", 121.4160, 31.2199, "集成电路应用创新"),
]
# (name, carrier, status): the letter promises the platform, nobody has said that it stands
PLATFORMS = [
    ("上海硅巷科创街区功能性平台", "C03", "实施中"),
    ("示意中试公共服务平台", "C17", "拟建"),
]
# (name, street, from, to, measures, budget in 万元, starts, ends)
RENEWALS = [
    ("智慧定西路", "定西路", 0, 1800, "智慧灯杆、过街改造、座椅、沿街绿化", 1200, "2026-06-01", "2026-12-20"),
    ("静雅武夷路", "武夷路", 300, 1500, "铺装、照明、立面整理、口袋公园", 860, "2026-09-01", "2027-04-30"),
]


def write_records(facts: Facts, folder: Path) -> None:
    """Write the eight tables as CSV in UTF-8 with BOM."""
    carriers = _carriers(facts)
    firms = _firms(carriers)
    _write(folder / "carriers.csv", carriers)
    _write(folder / "institutes.csv", _institutes())
    _write(folder / "platforms.csv", _platforms())
    _write(folder / "stations.csv", _stations())
    _write(folder / "firms.csv", firms)
    _write(folder / "projects.csv", _projects(firms))
    _write(folder / "events.csv", _events())
    _write(folder / "renewals.csv", _renewals())


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
        row = (
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
        rows.append(_furnished(row, plain))
    return rows


def _furnished(row: Row, plain: bool) -> Row:
    """Return a carrier with the figures a district keeps besides; nothing about institutes is invented."""
    number = row["编号"]
    rng = dice("carrier", number, "more")
    level, built, recognised, opened, evidence = THIS_YEAR.get(number, (row["级别"], "", "", row["开业日期"], ""))
    if not plain and not built and opened:
        year, month = int(opened[:4]), int(opened[5:7])
        built = f"{year - (month == 1)}-{(month - 2) % 12 + 1:02d}-20"
        recognised = f"{year + 1}-06-30" if level else ""
        evidence = f"示意台账 {number}"
    share = rng.uniform(0.55, 0.98)
    usable = float(row["可用面积（平方米）"] or 0)
    more = {
        "已租面积（平方米）": f"{round(usable * share, -1):.0f}",
        "入驻率": f"{share:.0%}",
        "工位数": rng.randrange(40, 600, 10),
        "灵活租期": rng.choice(("是", "否")),
        "入驻团队数": rng.randint(2, 40),
        "运营主体": f"示意运营单位{rng.randint(1, 6)}",
        "主管部门": rng.choice(OFFICES),
        "建成日期": built,
        "认定日期": recognised,
        "政策标签": "、".join(sorted(rng.sample(POLICIES, rng.randint(1, 3)), key=POLICIES.index)),
        "依据": evidence,
    }
    given = dict(row, 级别=level, 开业日期=opened)
    last = {key: given.pop(key) for key in ("坐标系", "来源", "示意")}
    return {**given, **{key: "" if plain else value for key, value in more.items()}, **last}


def _institutes() -> list[Row]:
    return [
        {
            "编号": f"I{i:02d}", "名称": name, "类别": "科研院所", "研究方向": field, "主管部门": "",
            "经度": f"{lon:.4f}", "纬度": f"{lat:.4f}", "坐标误差（米）": 400, "坐标系": "WGS84", "来源": INVENTED,
            "示意": "是",
        }
        for i, (name, lon, lat, field) in enumerate(INSTITUTES, 1)
    ]  # fmt: skip


def _platforms() -> list[Row]:
    return [
        {
            "编号": f"P{i:02d}", "平台名称": name, "状态": status, "所在载体编号": carrier, "建成日期": "", "依据": "",
            "主管部门": "区科委", "来源": "平台名称据公开资料；进展为虚构" if i == 1 else INVENTED, "示意": "是",
        }
        for i, (name, carrier, status) in enumerate(PLATFORMS, 1)
    ]  # fmt: skip


def _projects(firms: list[Row]) -> list[Row]:
    """The project list of the year: some signed before it, some without evidence, one without a date."""
    rows = []
    for i in range(1, 25):
        rng = dice("project", i)
        firm = rng.choice(firms)
        status = "计划" if i > 18 else rng.choice(("签约", "签约", "实施中"))
        day = f"2026-{rng.randint(1, 6):02d}-{rng.randint(1, 28):02d}" if i > 4 else f"2025-{rng.randint(7, 12):02d}-15"
        rows.append(
            {
                "编号": f"X{i:02d}", "项目名称": f"示意产学研项目{i:02d}", "年度": 2025 if i <= 4 else 2026,
                "合作单位": f"示意院所{'甲乙丙'[rng.randrange(3)]}、{firm['企业名称']}",
                "签约日期": "" if status == "计划" or i == 11 else day, "进展": status,
                "合同金额（万元）": rng.randrange(20, 400, 5), "产业方向": firm["行业"],
                "所在载体编号": firm["所在载体编号"], "政策标签": rng.choice(POLICIES),
                "依据": f"示意合同 2026-{i:02d}" if status != "计划" and rng.random() < 0.8 else "",
                "主管部门": "区科委", "来源": INVENTED, "示意": "是",
            }
        )  # fmt: skip
    return rows


def _renewals() -> list[Row]:
    return [
        {
            "编号": f"R{i:02d}", "项目名称": name, "街道": street, "起点里程（米）": start, "终点里程（米）": end,
            "更新内容": measures, "预算（万元）": budget, "开工日期": begins, "完工日期": ends, "主管部门": "区商务委",
            "来源": "项目名称据公开资料；范围、内容、预算、日期为虚构", "示意": "是",
        }
        for i, (name, street, start, end, measures, budget, begins, ends) in enumerate(RENEWALS, 1)
    ]  # fmt: skip


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
        rows[-1] |= _arrival(rows[-1])
    return rows


def _arrival(firm: Row) -> Row:
    """When a firm moved in, never before it was registered, and what proves it; some prove nothing."""
    rng = dice("firm", firm["编号"], "arrival")
    founded = int(firm["注册日期"][:4])
    year = max(founded, rng.choice((2022, 2023, 2024, 2025, 2026)))
    day = firm["注册日期"] if year == founded else f"{year}-{rng.randint(1, 6):02d}-{rng.randint(1, 28):02d}"
    return {
        "入驻日期": day,
        "政策标签": rng.choice(POLICIES) if rng.random() < 0.4 else "",
        "主管部门": rng.choice(OFFICES),
        "依据": f"示意入驻协议 {firm['编号']}" if rng.random() < 0.85 else "",
    }


def _events() -> list[Row]:
    return [
        {
            "编号": f"E{i:02d}", "系列": series, "名称": name, "类别": category, "场地": venue, "周期": period,
            "开放时间": hours, "经度": f"{lon:.4f}", "纬度": f"{lat:.4f}", "坐标误差（米）": 400, "坐标系": "WGS84",
            "来源": "系列名称据公开资料；地点与时间为虚构", "示意": "是",
        }
        for i, (series, name, venue, lon, lat, period, hours, category) in enumerate(EVENTS, 1)
    ]  # fmt: skip
