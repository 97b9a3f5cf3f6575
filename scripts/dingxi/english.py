"""English names, as OSM has them beside the Chinese: of parks, stops, schools and services; shops have none."""

from __future__ import annotations

import re

from dingxi.facts import Facts
from dingxi.town import Tags, Town

KINDS = {
    "口袋公园": "Pocket Park",
    "公园": "Park",
    "公厕": "Public Toilet",
    "河": "River",
    "小学": "Primary School",
    "中学": "Middle School",
    "幼儿园": "Kindergarten",
    "托育园": "Nursery",
    "社区卫生服务站": "Community Health Station",
    "社区卫生服务中心": "Community Health Centre",
    "社区文化活动中心": "Community Culture Centre",
    "社区事务受理服务中心": "Community Affairs Centre",
    "社区图书馆": "Community Library",
    "社区食堂": "Community Canteen",
    "日间照料中心": "Day Care Centre",
    "文化活动室": "Culture Room",
    "健身中心": "Sports Centre",
    "邮政支局": "Post Office",
    "展览馆": "Exhibition Hall",
    "历史建筑": "Historic Building",
    "菜场": "Market",
    "超市": "Supermarket",
    "书店": "Bookshop",
    "酒店": "Hotel",
    "购物中心": "Shopping Centre",
}
_SCHEMATIC = re.compile(rf"示意({'|'.join(sorted(KINDS, key=len, reverse=True))})([\d.-]*)")
_STOP = re.compile(r"(.+)（示意站(\d+)）")
_EXIT = re.compile(r"(.+)站(\d)号口")
_BRIDGE = re.compile(r"(.+)人行天桥（示意）")


def name_english(town: Town, facts: Facts) -> None:
    """Give everything an English name that has a Chinese one of these kinds and lacks it."""
    named = [*town.streets, *town.paths, *town.buildings, *town.areas, *town.places]
    known = {park["name"]: park["en"] for park in facts["parks"]}
    known |= {one.tags["name"]: one.tags["name:en"] for one in named if "name:en" in one.tags}
    for one in named:
        english = _english(one.tags, known)
        if english:
            one.tags = one.tags | {"name:en": english}


def _english(tags: Tags, known: dict[str, str]) -> str | None:
    name = tags.get("name", "")
    if not name or "name:en" in tags:
        return None
    if match := _SCHEMATIC.fullmatch(name):
        return f"Schematic {KINDS[match[1]]} {match[2]}".rstrip()
    for pattern, words in (
        (_STOP, "{} (schematic stop {})"),
        (_EXIT, "{} Station, Exit {}"),
        (_BRIDGE, "{} Footbridge (schematic)"),
    ):
        match = pattern.fullmatch(name)
        if match and match[1] in known:
            return words.format(known[match[1]], *match.groups()[1:])
    return known.get(name)
