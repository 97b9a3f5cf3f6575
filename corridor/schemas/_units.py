"""Units of indicators in words: one vocabulary for workbooks, pages and reports."""

from corridor.errors import Text

UNITS = {
    "": Text("", ""),
    "share": Text("占比（0–1）", "share (0–1)"),
    "s": Text("秒", "s"),
    "m": Text("米", "m"),
    "m²": Text("平方米", "m²"),
    "persons": Text("人", "people"),
    "buildings": Text("栋", "buildings"),
    "places": Text("处", "places"),
    "pairs": Text("对", "pairs"),
    "stages": Text("个环节", "stages"),
    "count": Text("处", "places"),
    "kinds": Text("种", "kinds"),
    "class": Text("级", "class"),
    "ratio": Text("比值", "ratio"),
    "per 100 m": Text("每百米", "per 100 m"),
    "0–100": Text("分（0–100）", "points (0–100)"),
}


def unit_words(unit: str) -> Text:
    """Return a unit in words: of a code, or of "人次 visits", which holds both; any other stands as it is."""
    if unit in UNITS:
        return UNITS[unit]
    zh, _, en = unit.partition(" ")
    return Text(zh, en) if en and "\u4e00" <= zh[0] <= "\u9fff" else Text(unit, unit)
