"""Blocks, and the parcels they are split into; each parcel gets one use."""

from __future__ import annotations

import random
from dataclasses import dataclass

import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from dingxi import plan
from dingxi.facts import Facts, Plane
from dingxi.shapes import chord, compact, dice, halves, largest, long_axis
from dingxi.streets import inset
from dingxi.town import HALF_WIDTH, Parcel, Town

BUILT_UP_M = 325.0  # blocks this near to the reporting area are built up whole
FADE_M = 190.0  # and fewer and fewer over this distance beyond


@dataclass(frozen=True)
class Quota:
    """How many parcels of a kind there are: sizes in hectares, distance between two in metres."""

    kind: str
    count: int
    hectares: tuple[float, float]
    apart_m: float


QUOTAS = (
    Quota("middle", 5, (1.0, 2.9), 750),
    Quota("primary", 9, (0.8, 2.4), 480),
    Quota("health", 3, (0.3, 1.2), 1100),
    Quota("culture", 3, (0.3, 1.2), 1100),
    Quota("market", 5, (0.25, 0.9), 700),
    Quota("kinder", 14, (0.25, 0.9), 330),
    Quota("mall", 4, (0.7, 1.8), 700),
    Quota("hotel", 5, (0.3, 0.9), 500),
    Quota("commons", 2, (1.0, 2.2), 900),
    Quota("pocket", 15, (0.1, 0.7), 300),
)

HOMES = ("slab", "tower", "lane", "villa", "mixed")


def parcels(town: Town, blocks: list[Polygon], kept: dict[str, Polygon], facts: Facts) -> list[Parcel]:
    """Split blocks near the reporting area and give every parcel a use; far blocks stay whole (kind "far")."""
    found: list[Parcel] = []
    for site in plan.SITES:
        free = kept[site.name].difference(unary_union([p.shape for p in found]))
        ground = max(inset(town, largest(free)), key=lambda g: g.area)
        found.append(Parcel(ground, site.name, site.kind))
    for number, block in enumerate(blocks):
        away = block.distance(town.reporting)
        near = away < BUILT_UP_M or dice("edge", number).random() < 1.1 - (away - BUILT_UP_M) / FADE_M
        rim = _street_rim(block, town)
        pieces = _divide(block, rim, dice("parcel", number), 0) if near else [block]
        for i, piece in enumerate(pieces):
            found.append(Parcel(piece, f"{number}-{i}", "" if near else "far"))
    for parcel in found:
        parcel.distance = parcel.shape.distance(town.reporting)
        parcel.front = _fronts(parcel.shape, town)
    _use(town, found, facts)
    return found


def _street_rim(block: Polygon, town: Town) -> BaseGeometry:
    near = [town.streets[i] for i in town.near(block, 30)]
    return block.exterior.intersection(unary_union([w.line.buffer(HALF_WIDTH[w.highway] + 1.5) for w in near]))


def _divide(shape: Polygon, rim: BaseGeometry, rng: random.Random, depth: int) -> list[Polygon]:
    wanted = 1.15e4 * rng.uniform(0.55, 1.75)
    if shape.area < wanted or long_axis(shape)[2] < 40:
        return [shape]
    for attempt in range(24):
        loose = attempt / 24 if shape.area > 2.2e4 else 0.0
        ends = chord(shape, rng, 3.0 + 40 * loose)
        pieces = halves(shape, ends) if ends else []
        if len(pieces) == 2 and all(_stands(p, rim, loose) for p in pieces) and pieces[1].area > 0.2 * shape.area:
            return [small for p in pieces for small in _divide(p, rim, rng, depth + 1)]
    return [shape]


def _stands(shape: Polygon, rim: BaseGeometry, loose: float) -> bool:
    """Whether a piece has a street side, some depth and no odd form."""
    if compact(shape) < 0.6 - 0.3 * loose or shape.buffer(-15).is_empty:
        return False
    return bool(rim.intersection(shape.buffer(0.3)).length > 22)


def _fronts(shape: Polygon, town: Town) -> list[tuple[LineString, int]]:
    """Street sides of a parcel, the longest first."""
    found = []
    for i in town.near(shape, 26):
        way = town.streets[i]
        reach = way.line.buffer(HALF_WIDTH[way.highway] + 3.5, cap_style="flat")
        side = shapely.line_merge(shape.exterior.intersection(reach))
        pieces = [g for g in shapely.get_parts(side) if g.geom_type == "LineString" and g.length > 9]
        if pieces:
            found.append((max(pieces, key=lambda g: g.length), i))
    return sorted(found, key=lambda f: -round(f[0].length, 2))


def _use(town: Town, found: list[Parcel], facts: Facts) -> None:
    open_ = [p for p in found if not p.kind and p.front]
    hospital = Point(Plane(*facts["origin"]).xy(next(s["at"] for s in facts["services"] if "healthcare" in s["tags"])))
    min(open_, key=lambda p: p.shape.distance(hospital)).kind = "hospital"
    _lonely(town, open_)
    for quota in QUOTAS:
        _scatter(quota, open_)
    for parcel in open_:
        if not parcel.kind:
            parcel.kind = _common_use(town, parcel)
    for parcel in found:
        parcel.kind = parcel.kind or "green"


def _lonely(town: Town, open_: list[Parcel]) -> None:
    """One compound whose link to the street is not mapped: its paths are an island."""
    fitting = [p for p in open_ if p.distance == 0 and not p.kind and 1.3e4 < p.shape.area < 2.2e4]
    centre = town.reporting.centroid
    min(fitting, key=lambda p: p.shape.distance(centre)).kind = "island"


def _scatter(quota: Quota, open_: list[Parcel]) -> None:
    low, high = (h * 1e4 for h in quota.hectares)
    fitting = [p for p in open_ if not p.kind and low <= p.shape.area <= high and compact(p.shape) > 0.68]
    dice("scatter", quota.kind).shuffle(fitting)
    taken: list[Parcel] = []
    for parcel in fitting:
        if len(taken) < quota.count and all(parcel.shape.distance(t.shape) > quota.apart_m for t in taken):
            parcel.kind = quota.kind
            taken.append(parcel)


def _common_use(town: Town, parcel: Parcel) -> str:
    rng = dice("use", parcel.name)
    area = parcel.shape.area
    classes = {town.streets[i].highway for line, i in parcel.front if line.length > 25}
    if area < 1500:
        return rng.choice(("green", "shops"))
    if area < 3200:
        return rng.choices(("shops", "lane", "villa", "mixed"), (3, 4, 2, 3))[0]
    if classes & {"primary", "secondary"} and rng.random() < 0.30:
        return "office"
    weights = (44, 16, 17, 9, 14) if area < 1.5e4 else (58, 26, 6, 3, 7)
    return rng.choices(HOMES, weights)[0]
