"""Buildings in rows, points and along lines: shapes only, in a yard's turned frame."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TypeAlias

import shapely
from shapely import LineString, MultiPolygon, Polygon, box
from shapely.affinity import rotate, translate
from shapely.ops import unary_union

from dingxi.shapes import XY, clear, straights

Room: TypeAlias = Polygon | MultiPolygon


@dataclass(frozen=True)
class Pattern:
    """Rows of slabs: depth, space between rows, length and space between slabs; all (least, most) in metres."""

    depth: tuple[float, float]
    between: tuple[float, float]
    length: tuple[float, float]
    aside: tuple[float, float]
    ragged: float = 0.0  # how far a slab may stand out of its row
    skip: float = 0.0  # share of slabs left out
    jog: float = 0.0  # share of slabs with a step in plan


SLAB = Pattern((10.5, 13.5), (13.5, 18.5), (28, 60), (5.5, 9.5), ragged=1.2, skip=0.03, jog=0.3)
MIXED = Pattern((11, 16), (11, 17), (22, 46), (7, 13), ragged=3.0, skip=0.12, jog=0.45)
LANE = Pattern((9.0, 11.0), (4.2, 5.6), (16, 38), (3.5, 5.0), skip=0.03)
CAMPUS = Pattern((15, 19), (22, 32), (38, 78), (14, 24), ragged=5.0, skip=0.2, jog=0.5)
WORKS = Pattern((15, 25), (13, 21), (52, 88), (10, 18), ragged=6.0, skip=0.18, jog=0.6)


def rows(room: Room, pattern: Pattern, rng: random.Random) -> tuple[list[Polygon], list[tuple[float, float, float]]]:
    """Fill a room with rows of slabs from south to north.

    Returns
    -------
    tuple of list of Polygon and list of (y, west, east)
        The slabs, and the middle of each space between two rows with its ends.
    """
    slabs: list[Polygon] = []
    gaps: list[tuple[float, float, float]] = []
    if room.is_empty:
        return slabs, gaps
    depth, step = rng.uniform(*pattern.depth), rng.uniform(*pattern.between)
    length = rng.uniform(*pattern.length)
    y = room.bounds[1] + rng.uniform(0, 4)
    last: tuple[float, float, float] | None = None  # top, west, east of the row before
    shapely.prepare(room)
    while y + depth <= room.bounds[3] + 0.01:
        row = [s for west, east in _spans(room, y, depth) for s in _span(west, east, y, depth, length, pattern, rng)]
        row = [s for s in row if room.contains(s)]
        if not row:
            y += 3.0
            continue
        west, east = min(s.bounds[0] for s in row), max(s.bounds[2] for s in row)
        if last and y - last[0] > 6:
            gaps.append(((y + last[0]) / 2, min(west, last[1]), max(east, last[2])))
        slabs += row
        last = (y + depth, west, east)
        y += depth + step * rng.uniform(0.93, 1.07)
    return slabs, gaps


def _spans(room: Room, y: float, depth: float) -> list[tuple[float, float]]:
    """Stretches of x that lie in the room over the whole depth of a row."""
    west, _, east, _ = room.bounds
    strip = box(west - 1, y, east + 1, y + depth)
    outside = strip.difference(room)
    free = LineString([(west, 0), (east, 0)])
    shadows = [LineString([(g.bounds[0], 0), (g.bounds[2], 0)]) for g in shapely.get_parts(outside) if g.area > 0.01]
    for shadow in shadows:
        free = free.difference(shadow)
    return [(g.bounds[0], g.bounds[2]) for g in shapely.get_parts(free) if g.length > 10]


def _span(
    west: float, east: float, y: float, depth: float, length: float, pattern: Pattern, rng: random.Random
) -> list[Polygon]:
    aside = rng.uniform(*pattern.aside)
    room = east - west
    count = max(1, round((room + aside) / (length + aside)))
    each = (room - (count - 1) * aside) / count
    if each > 1.22 * pattern.length[1]:
        count += 1
        each = (room - (count - 1) * aside) / count
    if each < 0.42 * pattern.length[0]:
        return []
    found = []
    for i in range(count):
        x = west + i * (each + aside)
        end = x + each * (1 if rng.random() < 0.7 else rng.uniform(0.86, 1))
        out = rng.uniform(0, pattern.ragged) if pattern.ragged else 0.0
        if rng.random() >= pattern.skip:
            found.append(_slab(x, y + out * 0.4, end, y + depth - out * 0.6, rng.random() < pattern.jog, rng))
    return found


def _slab(x0: float, y0: float, x1: float, y1: float, jog: bool, rng: random.Random) -> Polygon:
    if not jog or x1 - x0 < 22:
        return box(x0, y0, x1, y1)
    xm = x0 + (x1 - x0) * rng.uniform(0.3, 0.7)
    cut = (y1 - y0) * rng.uniform(0.14, 0.26)
    low, high = ((y0 + cut, y1), (y0, y1 - cut))[:: rng.choice((1, -1))]
    return Polygon(
        [
            (x0, low[0]),
            (xm, low[0]),
            (xm, high[0]),
            (x1, high[0]),
            (x1, high[1]),
            (xm, high[1]),
            (xm, low[1]),
            (x0, low[1]),
        ]
    )


def points(
    room: Room, size: tuple[float, float], apart: float, plans: tuple[str, ...], rng: random.Random
) -> list[Polygon]:
    """Single buildings spread over a room, `apart` metres between them, in one of some plans."""
    if room.is_empty:
        return []
    west, south, east, north = room.bounds
    pitch = size[1] + apart
    found: list[Polygon] = []
    shapely.prepare(room)
    y, odd = south, False
    while y < north:
        x = west + (pitch / 2 if odd else 0.0)
        while x < east:
            for _ in range(5):
                w = rng.uniform(*size)
                h = w * rng.uniform(0.72, 0.95)
                spot = (x + rng.uniform(0, 0.35 * pitch), y + rng.uniform(0, 0.3 * pitch))
                shape = translate(rotate(plan_of(rng.choice(plans), w, h, rng), rng.gauss(0, 3)), *spot)
                if room.contains(shape) and clear(shape, found, apart * 0.72):
                    found.append(shape)
                    break
            x += pitch
        y, odd = y + pitch * 0.86, not odd
    return found


def plan_of(name: str, w: float, h: float, rng: random.Random) -> Polygon:
    """Plan of a building with its lower left corner at the origin: bar, cross, notch or ell."""
    if name == "cross":
        a, b = w * rng.uniform(0.2, 0.3), h * rng.uniform(0.2, 0.3)
        return Polygon(
            [
                (a, 0),
                (w - a, 0),
                (w - a, b),
                (w, b),
                (w, h - b),
                (w - a, h - b),
                (w - a, h),
                (a, h),
                (a, h - b),
                (0, h - b),
                (0, b),
                (a, b),
            ]
        )
    if name == "notch":
        a, b, d = w * 0.36, w * 0.64, h * rng.uniform(0.25, 0.4)
        return Polygon([(0, 0), (a, 0), (a, d), (b, d), (b, 0), (w, 0), (w, h), (0, h)])
    if name == "ell":
        a, b = w * rng.uniform(0.4, 0.6), h * rng.uniform(0.4, 0.6)
        return Polygon([(0, 0), (w, 0), (w, b), (a, b), (a, h), (0, h)])
    return box(0, 0, w, h)


def frontage(
    sides: list[LineString], ground: Polygon, keep: list[LineString], depth: tuple[float, float], rng: random.Random
) -> list[Polygon]:
    """Shop buildings along the street sides of a parcel, in the town's frame, clear of `keep` paths."""
    room = ground.buffer(-0.4)
    if keep:
        room = room.difference(unary_union([k.buffer(3.6) for k in keep]))
    if room.is_empty:
        return []
    shapely.prepare(room)
    found: list[Polygon] = []
    for side in sides:
        for a, b in straights(side, 13):
            found += _terrace(a, b, room, found, rng.uniform(*depth), rng)
    return found


def _terrace(a: XY, b: XY, room: Room, others: list[Polygon], depth: float, rng: random.Random) -> list[Polygon]:
    length = math.dist(a, b)
    along = ((b[0] - a[0]) / length, (b[1] - a[1]) / length)
    inner = (-along[1], along[0])
    middle = LineString([a, b]).interpolate(0.5, normalized=True)
    probe = shapely.Point(middle.x + inner[0] * 4, middle.y + inner[1] * 4)
    if not room.contains(probe):
        inner = (along[1], -along[0])
    found: list[Polygon] = []
    at = 0.8
    while at < length - 9:
        wide = min(rng.uniform(15, 52), length - 0.8 - at)
        shape = _lot(a, along, inner, (at, wide), depth * rng.uniform(0.9, 1.1))
        while wide > 9 and not (room.contains(shape) and clear(shape, others + found, 0.5)):
            wide -= 4
            shape = _lot(a, along, inner, (at, wide), depth)
        if wide <= 9:
            at += 4
            continue
        found.append(shape)
        at += wide + (0.6 if rng.random() < 0.72 else rng.uniform(4, 9))
    return found


def _lot(a: XY, along: XY, inner: XY, span: tuple[float, float], depth: float) -> Polygon:
    def at(t: float, d: float) -> XY:
        return (a[0] + along[0] * t + inner[0] * d, a[1] + along[1] * t + inner[1] * d)

    start, end = span[0], span[0] + span[1]
    return Polygon([at(start, 0.7), at(end, 0.7), at(end, 0.7 + depth), at(start, 0.7 + depth)])
