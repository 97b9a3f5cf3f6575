"""A toy town where every edit of a scenario finds something to change.

 huts b5
  |  Far Lane, behind a shut gate (后门)
  |                   e ======= yard, a gate near each end (西门, 东门) ==== y
  |                   | North Lane: I1                          flats b4  |
  w -b6- grove ---a---b------------------ c --- lawn -------------------- d     West Road, Main Road: C1 a, C2 b, C3 d
     crossing (园门)   b1 = court with C5,    | crossing, a way of its own
                      = a gate near each  |
                      g ----- square ---- f ----------------------------- h     South Street: home b3, F4 near g, canteen

Streets end at b and g, and the court between them is closed to others, so one goes round by the crossing.
"""

from pathlib import Path

from chain_study import CARRIERS, FIRMS, YAML, write_chain_study

NODES = {
    # South Street
    51: (121.4110, 31.2090), 52: (121.4120, 31.2090), 53: (121.4130, 31.2090),
    # the yard
    61: (121.4130, 31.2110), 62: (121.4130, 31.2105),
    # the court between Main Road and South Street: its middle
    66: (121.4110, 31.2095),
    # home b3
    71: (121.4113, 31.2091), 72: (121.4114, 31.2091), 73: (121.4114, 31.2092), 74: (121.4113, 31.2092),
    # flats b4, in the yard
    81: (121.4128, 31.2103), 82: (121.4129, 31.2103), 83: (121.4129, 31.2104), 84: (121.4128, 31.2104),
    # the lawn
    91: (121.4122, 31.21012), 92: (121.4127, 31.21012), 93: (121.4127, 31.2105), 94: (121.4122, 31.2105),
    # the grove
    101: (121.4092, 31.2101), 102: (121.4099, 31.2101), 103: (121.4099, 31.2104), 104: (121.4092, 31.2104),
    # the square
    111: (121.4115, 31.20898), 112: (121.4119, 31.20898), 113: (121.4119, 31.2083), 114: (121.4115, 31.2083),
    # the west end of Main Road
    121: (121.4085, 31.2100),
    # a crossing to the green, the green, and the inn b6 beside it
    151: (121.4085, 31.2098),
    161: (121.4083, 31.2094), 162: (121.4087, 31.2094), 163: (121.4087, 31.2097), 164: (121.4083, 31.2097),
    171: (121.4087, 31.2101), 172: (121.4088, 31.2101), 173: (121.4088, 31.21015), 174: (121.4087, 31.21015),
    # Far Lane, behind a shut gate, and the huts b5 on it
    131: (121.4085, 31.2108), 141: (121.4086, 31.2106), 142: (121.4087, 31.2106), 143: (121.4087, 31.2107), 144: (121.4086, 31.2107),
}  # fmt: skip
PLACES = {
    201: (121.4128, 31.2089, {"name": "社区食堂", "amenity": "restaurant", "opening_hours": "Mo-Fr 11:00-13:00"}),
    202: (121.4112, 31.2101, {"name": "夜店", "shop": "convenience", "opening_hours": "Mo-Su 18:00-23:00"}),
    203: (121.4088, 31.2101, {"name": "药店", "amenity": "pharmacy"}),
}
GATES = {
    60: (121.4115, 31.2110, {"barrier": "gate", "access": "private", "name": "西门"}),
    63: (121.4130, 31.2102, {"barrier": "gate", "access": "private", "name": "东门"}),
    64: (121.4110, 31.2098, {"barrier": "gate", "access": "private", "name": "中门"}),
    65: (121.4110, 31.2092, {"barrier": "gate", "access": "private", "name": "南门"}),
    105: (121.4097, 31.2101, {"barrier": "gate", "access": "private", "name": "园门"}),
    132: (121.4085, 31.2103, {"barrier": "gate", "access": "no", "locked": "yes", "name": "后门"}),
}
WAYS = {
    103: ([3, 52], {"highway": "footway", "footway": "crossing"}),
    110: ([121, 151], {"highway": "footway", "footway": "crossing"}),
    104: ([51, 52, 53], {"highway": "residential", "name": "South Street"}),
    106: ([5, 60, 61, 62, 63, 4], {"highway": "service", "access": "private"}),
    109: ([2, 64, 66, 65, 51], {"highway": "service", "access": "private"}),
    107: ([121, 1], {"highway": "residential", "name": "West Road"}),
    108: ([121, 132, 131], {"highway": "residential", "name": "Far Lane"}),
    203: ([71, 72, 73, 74, 71], {"building": "apartments", "building:levels": "3"}),
    204: ([81, 82, 83, 84, 81], {"building": "apartments", "building:levels": "6"}),
    205: ([141, 142, 143, 144, 141], {"building": "apartments", "building:levels": "2"}),
    206: ([171, 172, 173, 174, 171], {"building": "apartments", "building:levels": "3"}),
    304: ([161, 162, 163, 164, 161], {"leisure": "garden", "name": "绿地"}),
    301: ([91, 92, 93, 94, 91], {"leisure": "garden", "name": "草坪"}),
    302: ([101, 105, 102, 103, 104, 101], {"leisure": "park", "name": "树林"}),
    303: ([111, 112, 113, 114, 111], {"place": "square", "name": "广场"}),
}
AIMS = """targets: {as_of: 2026-06-30, items: {carrier_area: {counts: total}, incubators: {counts: total}, firms: {counts: total}}}
walker: {speed_m_min: 20, snap_m: 30}
"""
"""A slow walker makes a small town wide: five minutes are 100 m."""


def extra() -> str:
    """Return what the town has beyond the toy town, as OSM XML."""

    def tagged(tags: dict[str, str]) -> str:
        return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())

    places = {**{i: (*xy, {}) for i, xy in NODES.items()}, **PLACES, **GATES}
    nodes = "".join(
        f'<node id="{i}" version="1" lon="{x}" lat="{y}">{tagged(tags)}</node>' for i, (x, y, tags) in places.items()
    )
    ways = "".join(
        f'<way id="{i}" version="1">{"".join(f"<nd ref={chr(34)}{n}{chr(34)}/>" for n in refs)}{tagged(tags)}</way>'
        for i, (refs, tags) in WAYS.items()
    )
    return nodes + ways


def write_town(folder: Path, yaml: str = "") -> Path:
    """Write the town with its records and targets; return the folder."""
    records = {
        "carriers": CARRIERS
        + "C5,概念验证,概念验证,否,700,1,芯片,科委,121.4110,31.2095,否\nC6,南园,园区,否,800,1,材料,科委,121.4112,31.2090,否\n",
        "firms": FIRMS + "F4,丁,芯片,,否,121.4112,31.2090\nF5,戊,芯片,C5,否,,\n",
    }
    return write_chain_study(folder, YAML.replace("minutes: 5", "minutes: 20") + AIMS + yaml, extra=extra(), **records)
