"""What is laid out by hand and invented: how streets go on beyond the facts, river, rail, large grounds.

Plane metres east and north of the origin in `facts.yaml`. Nothing here is a fact.
"""

from __future__ import annotations

from dataclasses import dataclass

from dingxi.shapes import XY

# (street of the facts, which end, its course onwards)
CONTINUED: list[tuple[str, int, list[XY]]] = [
    ("延安西路", -1, [(-1300, -265), (-2100, -520), (-2900, -610), (-3900, -980)]),
    ("延安西路", 0, [(1500, 830), (2100, 1150), (2900, 1310), (4300, 1530)]),
    ("武夷路", 0, [(-1420, 420), (-2380, 330)]),
    ("新华路", 0, [(-1420, -560), (-2340, -690)]),
    ("安顺路", 0, [(-1300, -1130)]),
    ("长宁路", 0, [(-1300, 1020), (-2100, 905), (-3000, 1010), (-3900, 880)]),
    ("愚园路", -1, [(1500, 1290), (2150, 1540), (3000, 1930), (4300, 2100)]),
    ("江苏路", -1, [(745, 1690), (690, 2250), (600, 3000), (520, 4400)]),
    ("华山路", -1, [(1660, 470), (2300, 790), (3000, 900), (4300, 1010)]),
    ("淮海西路", 0, [(1800, -470), (2600, -240), (4300, -120)]),
    ("淮海西路", -1, [(-240, -1860), (-330, -2300), (-480, -3200), (-420, -4500)]),
    ("华山路", 0, [(1153, -754)]),
    ("凯旋路", 0, [(120, -2050), (320, -2900), (300, -4500)]),
    ("番禺路", 0, [(480, -1900), (640, -2900), (690, -4500)]),
]

# other main streets: (class, course)
ARTERIALS: list[tuple[str, list[XY]]] = [
    (
        "secondary",
        [
            (-1210, 4400),
            (-1480, 3000),
            (-1345, 1850),
            (-1330, 1000),
            (-1470, 0),
            (-1380, -900),
            (-1120, -1900),
            (-1010, -3000),
            (-1180, -4500),
        ],
    ),
    (
        "tertiary",
        [(-2250, 4400), (-2420, 2900), (-2300, 1700), (-2460, 700), (-2330, -600), (-2480, -2000), (-2290, -4400)],
    ),
    ("tertiary", [(-3150, 3600), (-3230, 2000), (-3080, 700), (-3270, -900), (-3100, -3500)]),
    ("primary", [(1153, -754), (1290, -1350), (1240, -2200), (1430, -3300), (1380, -4500)]),
    ("secondary", [(1830, 4400), (1730, 2600), (1860, 1000), (1990, 250), (1900, -480), (2090, -1800), (2010, -4400)]),
    ("tertiary", [(2700, 4200), (2810, 2600), (2740, 1200), (2920, 0), (2800, -1500), (2930, -4000)]),
    ("tertiary", [(3420, 3600), (3330, 1900), (3500, 500), (3410, -1300), (3520, -3300)]),
    ("tertiary", [(-1346, 1815), (-790, 1725), (-400, 1705), (200, 1630), (752, 1655), (1300, 1790), (1790, 1910)]),
    ("residential", [(-300, 968), (-340, 1300), (-405, 1705)]),
    ("secondary", [(-76, -1530), (-560, -1490), (-1180, -1640), (-2000, -1750), (-3900, -1990)]),
    ("secondary", [(-76, -1530), (520, -1700), (1262, -1740), (2050, -1600), (2850, -1750), (4200, -1580)]),
    (
        "tertiary",
        [
            (-3900, -2560),
            (-2460, -2500),
            (-1060, -2370),
            (-330, -2390),
            (180, -2330),
            (540, -2440),
            (1260, -2390),
            (2080, -2520),
            (2900, -2400),
            (4200, -2480),
        ],
    ),
    (
        "tertiary",
        [
            (-3300, -3300),
            (-2330, -3180),
            (-1050, -3260),
            (-440, -3200),
            (340, -3310),
            (680, -3190),
            (1420, -3260),
            (2060, -3330),
            (3600, -3200),
        ],
    ),
    (
        "tertiary",
        [
            (-3600, 3250),
            (-2400, 3330),
            (-1400, 3420),
            (-800, 3500),
            (560, 3380),
            (1780, 3480),
            (2780, 3350),
            (3700, 3420),
        ],
    ),
    ("tertiary", [(1200, 4300), (1300, 3430), (1290, 2670)]),
    ("tertiary", [(-3900, 60), (-3160, -60), (-2400, 10), (-1470, 0)]),
    ("tertiary", [(1990, 270), (2900, 180), (4200, 330)]),
    ("tertiary", [(1180, -1000), (1960, -1020), (2850, -900), (4200, -960)]),
    ("residential", [(-330, -2330), (-560, -1900), (-560, -1490)]),
]

RIVER: list[XY] = [
    (-4600, 1700),
    (-3700, 2150),
    (-2900, 1980),
    (-2000, 2330),
    (-1300, 2760),
    (-620, 2460),
    (120, 2060),
    (900, 2300),
    (1500, 2760),
    (2300, 2740),
    (3100, 2290),
    (4700, 2550),
]
RIVER_WIDTH_M = 52
BANK_M = 44  # centre line of the bank streets from the river's centre line

# the viaduct beside 凯旋路 goes on beyond it
RAIL_NORTH: list[XY] = [(-661, 985), (-690, 1110), (-760, 1500), (-850, 2000), (-960, 3000), (-900, 4600)]
RAIL_SOUTH: list[XY] = [(-45, -1700), (70, -2050), (270, -2900), (250, -4600)]
RAIL_OFFSET_M = 23

OUTER_STATIONS: list[tuple[str, XY]] = [
    ("示意站一", (-1400, -420)),
    ("示意站二", (-2330, 930)),
    ("示意站三", (1890, 1010)),
    ("示意站四", (1950, -600)),
    ("示意站五", (1240, -1740)),
    ("示意站六", (-1150, -1640)),
    ("示意站七", (600, 2380)),
    ("示意站八", (-960, 2900)),
    ("示意站九", (2880, -900)),
    ("示意站十", (300, -3200)),
    ("示意站十一", (-3080, 900)),
    ("示意站十二", (2780, 1310)),
]


@dataclass(frozen=True)
class Site:
    """A large ground with a use of its own: a rectangle (centre, size, degrees) or a shape, cut from its block."""

    name: str
    kind: str
    centre: XY
    size: XY = (0.0, 0.0)
    degrees: float = 0.0
    shape: tuple[XY, ...] = ()


SITES: list[Site] = [
    Site(
        "中山公园",
        "park",
        (-535, 1370),
        shape=((-590, 980), (-310, 945), (-336, 1300), (-400, 1712), (-740, 1730), (-668, 1300)),
    ),
    Site("华山绿地", "park", (872, -225), (260, 265), -3),
    Site("东华大学国家大学科技园（延安路校区）", "campus", (-440, 105), (250, 230), 8),
    Site("上海交通大学法华校区", "campus", (214, -358), (190, 170), 24),
    Site("中国科学院上海硅酸盐研究所", "institute", (-106, 545), (162, 140), 6),
    Site("中国科学院上海微系统与信息技术研究所", "institute", (-215, 1040), (140, 200), 8),
    Site("上生·新所", "quarter", (400, -8), (185, 236), 4),
    Site("德必易园", "quarter", (-262, 690), (120, 75), 6),
    Site("新微智谷", "quarter", (-128, 850), (100, 80), 8),
    Site("华宁国际广场", "office", (-38, 978), (75, 60), 45),
    Site("金地新华道", "office", (350, -178), (90, 75), 20),
    Site("首信银都国际广场", "office", (535, 60), (85, 80), 10),
    Site("兆丰广场", "office", (-372, 900), (90, 85), 8),
    Site("舜元企业发展大厦", "office", (725, 1062), (80, 70), 15),
    Site("绿地商务中心", "office", (262, 1150), (80, 75), 5),
]


@dataclass(frozen=True)
class Footways:
    """What is mapped along a street up to the street `until`, or its end: widths in metres (0 none, None not mapped)."""

    left_m: float | None
    right_m: float | None
    lit: str = ""  # "yes", "no"; "" not mapped
    until: str = ""


# Along the streets of the facts, in their direction; streets that are not named here were not mapped.
FOOTWAYS: dict[str, tuple[Footways, ...]] = {
    "定西路": (
        Footways(3.0, 3.0, "yes", until="新华路"),
        Footways(2.5, 2.0, "yes", until="延安西路"),
        Footways(2.0, 1.5, "yes", until="武夷路"),
        Footways(None, None, "yes", until="安化路"),
        Footways(2.0, 1.8),
    ),
    "武夷路": (Footways(1.8, 1.8, "yes", until="定西路"), Footways(0, 1.5, "yes")),
    "延安西路": (Footways(4.0, 4.0, "yes"),),
    "新华路": (Footways(3.5, 3.5, "yes"),),
    "法华镇路": (Footways(1.5, 1.2, "yes"),),
    "番禺路": (Footways(2.5, 2.5, "yes"),),
    "幸福路": (Footways(2.0, 2.0),),
    "凯旋路": (Footways(0, 2.0, "yes"),),
    "江苏路": (Footways(3.5, 3.5, "yes"),),
    "长宁路": (Footways(3.5, 3.0, "yes"),),
    "愚园路": (Footways(2.5, 2.5, "yes"),),
    "安化路": (Footways(1.5, 1.5),),
    "安西路": (Footways(1.5, 1.2, "yes"),),
    "利西路": (Footways(0, 0, "no"),),
    "昭化路": (Footways(None, None, "yes", until="定西路"), Footways(2.0, 2.0, "yes")),
    "香花桥路": (Footways(0, 0, "yes"),),
    "平武路": (Footways(0, 1.5),),
    "安顺路": (Footways(2.5, 2.0, "yes"),),
    "淮海西路": (Footways(4.0, 4.0, "yes"),),
    "华山路": (Footways(3.0, 3.0, "yes"),),
}

LEFT, RIGHT = 1, -1
BOTH = (LEFT, RIGHT)


@dataclass(frozen=True)
class Row:
    """Trees or benches at the kerb: every so many metres of a street from one place on it to another, some missing."""

    what: str
    street: str
    start_m: float
    end_m: float
    every_m: float
    sides: tuple[int, ...] = BOTH
    standing: float = 0.9


ROWS: tuple[Row, ...] = (
    Row("tree", "定西路", 0, 315, 9),
    Row("tree", "定西路", 315, 922, 11, (LEFT,), 0.8),
    Row("tree", "定西路", 620, 922, 15, (RIGHT,), 0.7),
    Row("tree", "定西路", 1110, 1300, 18, (RIGHT,), 0.8),
    Row("tree", "定西路", 1300, 1505, 14, (LEFT,), 0.7),
    Row("tree", "定西路", 1505, 1785, 22),
    Row("tree", "武夷路", 300, 1750, 32, (LEFT,)),
    Row("tree", "新华路", 0, 1900, 10, standing=0.95),
    Row("tree", "愚园路", 0, 1000, 11),
    Row("tree", "法华镇路", 500, 900, 13, (LEFT,), 0.7),
    Row("tree", "番禺路", 300, 1500, 12, (RIGHT,), 0.8),
    Row("tree", "江苏路", 0, 900, 14),
    Row("tree", "长宁路", 150, 600, 12, (RIGHT,)),
    Row("tree", "安化路", 0, 260, 14, (RIGHT,), 0.7),
    Row("tree", "安西路", 150, 500, 16, (LEFT,), 0.7),
    Row("tree", "昭化路", 400, 1100, 11, (LEFT,), 0.8),
    Row("tree", "延安西路", 700, 1500, 12, (RIGHT,), 0.8),
    Row("tree", "安顺路", 500, 900, 12),
    Row("bench", "武夷路", 300, 1750, 90, (RIGHT,), 1.0),
    Row("bench", "新华路", 500, 1300, 70, (LEFT,), 0.8),
    Row("bench", "愚园路", 60, 700, 80, (RIGHT,), 0.8),
    Row("bench", "幸福里", 20, 150, 25, standing=1.0),
)

# Public toilets: street, metres along it, side, opening hours ("" not mapped). Two where the survey found one open.
TOILETS: tuple[tuple[str, float, int, str], ...] = (
    ("定西路", 520, RIGHT, "06:00-22:00"),
    ("定西路", 1270, LEFT, "24/7"),
    ("新华路", 500, LEFT, "06:00-21:00"),
    ("武夷路", 420, RIGHT, "06:00-22:00"),
    ("愚园路", 780, RIGHT, ""),
    ("番禺路", 1050, LEFT, "06:00-22:00"),
    ("延安西路", 260, RIGHT, "24/7"),
    ("凯旋路", 1250, RIGHT, ""),
)

# Shops along the corridor that stand empty, beside those drawn by lot: street, metres along it, side.
VACANT: tuple[tuple[str, float, int], ...] = (
    ("定西路", 245, LEFT),
    ("定西路", 1015, RIGHT),
    ("定西路", 1385, LEFT),
    ("定西路", 1450, LEFT),
    ("定西路", 1610, RIGHT),
)
