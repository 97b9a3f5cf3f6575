"""Tags of buildings as Shanghai's OSM has them: two thirds say only `yes`, few have levels or an address."""

from __future__ import annotations

import random
from itertools import pairwise

from shapely import Point

from dingxi.facts import Facts, Plane
from dingxi.shapes import dice
from dingxi.streets import SCHEMATIC
from dingxi.town import Building, Tags, Town

# kind: (share of plain `yes`, what else it may say, share with levels, levels from, to)
TELLS: dict[str, tuple[float, tuple[str, ...], float, int, int]] = {
    "slab": (0.68, ("apartments", "residential"), 0.09, 5, 6),
    "mixed": (0.70, ("apartments", "residential"), 0.07, 3, 7),
    "tower": (0.50, ("apartments",), 0.34, 16, 32),
    "lane": (0.80, ("residential", "house", "terrace"), 0.03, 2, 3),
    "villa": (0.70, ("house", "detached", "residential"), 0.05, 2, 3),
    "shop": (0.74, ("retail", "commercial"), 0.04, 1, 3),
    "office": (0.25, ("office", "office", "office", "commercial"), 0.45, 8, 30),
    "mall": (0.0, ("retail",), 0.6, 4, 7),
    "market": (0.0, ("retail",), 0.0, 1, 2),
    "school": (0.3, ("school",), 0.1, 3, 5),
    "kinder": (0.3, ("kindergarten",), 0.1, 2, 3),
    "university": (0.2, ("university",), 0.2, 4, 8),
    "institute": (0.6, ("office",), 0.2, 4, 9),
    "works": (0.5, ("commercial", "industrial", "office"), 0.15, 2, 5),
    "hospital": (0.0, ("hospital",), 0.5, 5, 12),
    "clinic": (0.0, ("clinic",), 0.3, 3, 6),
    "culture": (0.0, ("civic",), 0.3, 3, 6),
    "hotel": (0.0, ("hotel",), 0.5, 7, 20),
    "pavilion": (0.8, ("public",), 0.0, 1, 2),
}
HOLDS: dict[str, Tags] = {
    "market": {"amenity": "marketplace", "name": "示意菜场"},
    "clinic": {"amenity": "clinic", "healthcare": "centre", "name": "示意社区卫生服务中心"},
    "culture": {"amenity": "community_centre", "name": "示意社区文化活动中心"},
    "hotel": {"tourism": "hotel", "name": "示意酒店"},
    "mall": {"shop": "mall", "name": "示意购物中心"},
}


def label(town: Town, facts: Facts) -> None:
    """Give every building its tags, and a few an address."""
    counts: dict[str, int] = {}
    for number, building in enumerate(town.buildings):
        rng = dice("tags", number)
        building.tags = _building(building.kind, rng) | building.tags
        if building.kind in HOLDS:
            counts[building.kind] = counts.get(building.kind, 0) + 1
            held = HOLDS[building.kind]
            building.tags |= held | {"name": f"{held['name']}{counts[building.kind]}"}
        building.tags |= SCHEMATIC
    _addresses(town, facts)


def _building(kind: str, rng: random.Random) -> Tags:
    plain, others, with_levels, low, high = TELLS[kind]
    tags = {"building": "yes" if rng.random() < plain else rng.choice(others)}
    if rng.random() < with_levels:
        tags["building:levels"] = str(rng.randint(low, high))
    return tags


def _addresses(town: Town, facts: Facts) -> None:
    """House numbers along the corridor, rising northwards as the facts say; odd ones on the west side."""
    name = facts["area"]["corridor"]
    corridor = next(way for way in town.streets if way.tags.get("name") == name)
    plane = Plane(*facts["origin"])
    known = [(plane.xy([facts["origin"][0], lat])[1], number) for number, lat in facts["house_numbers"]]
    seen: set[int] = set()
    for index, building in enumerate(town.buildings):
        point = building.shape.representative_point()
        if (
            building.kind not in ("shop", "office")
            or point.distance(corridor.line) > 32
            or dice("address", index).random() > 0.45
        ):
            continue
        number = int(_interpolate(known, point.y))
        number += (number % 2 == 0) == _west(building, corridor.line.interpolate(corridor.line.project(point)))
        while number in seen:
            number += 2
        seen.add(number)
        building.tags |= {"addr:street": name, "addr:housenumber": str(number)}


def _west(building: Building, foot: Point) -> bool:
    return bool(building.shape.centroid.x < foot.x)


def _interpolate(known: list[tuple[float, int]], y: float) -> float:
    """Value at `y` on the line through the two known points around it (or the nearest two)."""
    pairs = list(pairwise(known))
    (y0, n0), (y1, n1) = next((p for p in pairs if y <= p[1][0]), pairs[-1])
    return n0 + (n1 - n0) * (y - y0) / (y1 - y0)
