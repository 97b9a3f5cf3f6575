"""Walls, gates and inner paths of a parcel."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

import shapely
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from dingxi.shapes import XY, along, clear, dice, grain, grid, largest, outline
from dingxi.streets import SCHEMATIC
from dingxi.town import HALF_WIDTH, Parcel, Tags, Town, Way


@dataclass
class Yard:
    """A parcel's ground in a frame turned so that x runs along the rows and y is (nearly) north."""

    town: Town
    parcel: Parcel
    ground: Polygon
    degrees: float
    rng: random.Random
    paths: list[LineString] = field(default_factory=list)  # in the turned frame
    entries: list[tuple[XY, XY]] = field(default_factory=list)  # inner end of a gate's path and its direction, turned
    joints: list[XY] = field(default_factory=list)  # vertices of paths, in the town
    access: Tags = field(default_factory=dict)
    ring: Way | None = None

    @property
    def centre(self) -> XY:
        """Point the frame turns about."""
        point = self.parcel.shape.centroid
        return (point.x, point.y)

    @property
    def turned(self) -> Polygon:
        """The ground in the turned frame."""
        return self.inward(self.ground)

    def inward(self, shape: BaseGeometry) -> BaseGeometry:
        """Turn a shape of the town into the frame."""
        return rotate(shape, -self.degrees, origin=self.centre)

    def outward(self, shape: BaseGeometry) -> BaseGeometry:
        """Turn a shape of the frame back into the town."""
        return rotate(shape, self.degrees, origin=self.centre)

    def world(self, points: list[XY]) -> list[XY]:
        """Points of the turned frame in the town; those of a path that is there already are the same points."""
        found = []
        for x, y in self.outward(LineString(points)).coords:
            known = (p for p in self.joints if math.dist(p, (x, y)) < 0.05)
            found.append(next(known, grid((x, y))))
        self.joints += found
        return found

    def free(self, gap: float, path_gap: float) -> Polygon | MultiPolygon:
        """Ground at least `gap` metres from the rim and `path_gap` from paths, in the turned frame."""
        room = self.turned.buffer(-gap)
        if self.paths:
            room = room.difference(unary_union([p.buffer(path_gap, cap_style="flat") for p in self.paths]))
        return room


def yard(town: Town, parcel: Parcel, *, strip: float = 0.0, lean: float = 14.0) -> Yard:
    """Ground of a parcel behind a strip of shops on its main fronts (`strip` metres deep, 0 for none)."""
    ground = parcel.shape
    if strip:
        sides = [line.buffer(strip) for line, i in parcel.front if has_shops(town, i) and line.length > 20]
        ground = largest(ground.difference(unary_union(sides))) if sides else ground
    degrees = max(-lean, min(lean, grain(parcel.shape)))
    return Yard(town, parcel, ground, degrees, dice("yard", parcel.name))


def has_shops(town: Town, street: int) -> bool:
    """Whether shops line a street: main streets, and some lanes."""
    way = town.streets[street]
    if way.highway in ("tertiary", "secondary", "pedestrian"):
        return True
    return dice("shops", street).random() < (0.4 if way.highway == "primary" else 0.14)


def enclose(yard_: Yard, kind: str, *, inset_m: float = 0.8) -> None:
    """Put a wall or fence around the ground."""
    shape = largest(yard_.ground.buffer(-inset_m).simplify(0.3))
    yard_.ring = Way(outline(shape), {"barrier": kind} | SCHEMATIC)
    yard_.town.walls.append(yard_.ring)


def gate(yard_: Yard, front: int, share: float, tags: Tags, *, highway: str = "service", depth: float = 13.0) -> bool:
    """Open the ring towards a street: path from the street through a gate node to `depth` metres inside.

    Returns
    -------
    bool
        False where the path would not lead straight in; nothing is built then.
    """
    town, parcel = yard_.town, yard_.parcel
    side, index = parcel.front[front]
    street = town.streets[index]
    spot = side.interpolate(share, normalized=True)
    foot = street.line.interpolate(street.line.project(spot))
    start = street.spot((foot.x, foot.y), 6.0)
    away = math.dist(start, (spot.x, spot.y)) or 1.0
    inward = ((spot.x - start[0]) / away, (spot.y - start[1]) / away)
    ray = LineString([start, (start[0] + inward[0] * 70, start[1] + inward[1] * 70)])
    rim = yard_.ring.line if yard_.ring else yard_.ground.exterior
    hits = [p for p in shapely.get_parts(ray.intersection(rim)) if p.geom_type == "Point"]
    if not hits:
        return False
    at = min(hits, key=lambda p: p.distance(Point(start)))
    end = (at.x + inward[0] * depth, at.y + inward[1] * depth)
    path = LineString([start, (at.x, at.y), end])
    if at.distance(spot) > 18:
        return False
    way_in = parcel.shape.buffer(0.3).union(street.line.buffer(HALF_WIDTH[street.highway] + 1.5))
    if not way_in.contains(LineString([start, (at.x, at.y)])):
        return False
    straight_in = len(shapely.get_parts(path.intersection(rim))) == 1 and yard_.ground.buffer(-3).contains(Point(end))
    if not straight_in or _blocked(yard_, path, index):
        return False
    street.add(start)
    door, end = grid((at.x, at.y)), grid(end)
    if yard_.ring:
        yard_.ring.add(door)
        town.mark(door, {"barrier": "gate"} | tags | SCHEMATIC)
    way = Way([start, door, end], {"highway": highway} | yard_.access | SCHEMATIC)
    town.paths.append(way)
    yard_.joints += way.points
    turned = yard_.inward(LineString([start, door, end]))
    yard_.paths.append(turned)
    (ax, ay), (bx, by) = turned.coords[1], turned.coords[2]
    yard_.entries.append(((bx, by), ((bx - ax) / depth, (by - ay) / depth)))
    return True


def _blocked(yard_: Yard, path: LineString, own: int) -> bool:
    """Whether a path crosses another street, or runs close to an entry that is there already."""
    others = (yard_.town.streets[i].line for i in yard_.town.near(path, 2) if i != own)
    outside = LineString(path.coords[1:])
    if any(outside.distance(line) < 2 for line in others):
        return True
    return any(yard_.inward(path).distance(p) < 16 for p in yard_.paths)


def lead(yard_: Yard, points: list[XY], tags: Tags) -> Way:
    """Add an inner path given in the turned frame; its ends meet what lies there."""
    way = Way(yard_.world(points), tags | yard_.access | SCHEMATIC)
    yard_.paths.append(LineString(points))
    yard_.town.paths.append(way)
    return way


def reach(yard_: Yard, start: XY, goal: XY) -> XY | None:
    """How far a straight path from `start` gets towards `goal` inside the ground; None where not far enough."""
    inner = LineString([start, goal]).intersection(yard_.turned.buffer(-2.2))
    pieces = [p for p in shapely.get_parts(inner) if p.geom_type == "LineString" and p.distance(Point(start)) < 0.1]
    if not pieces or pieces[0].length < 8:
        return None
    end = max(pieces[0].coords, key=lambda c: math.dist(c, start))
    return None if meets(yard_, start, (end[0], end[1])) else (end[0], end[1])


def meets(yard_: Yard, start: XY, end: XY) -> bool:
    """Whether a straight path would meet another one after its first metre (in the turned frame)."""
    line = LineString([along(start, end, 1.0), end])
    return any(line.distance(path) < 0.5 for path in yard_.paths)


def spine(yard_: Yard, *, keep: float = 9.0) -> tuple[Way, float] | None:
    """Inner road from the first gate across the rows.

    Returns
    -------
    tuple of Way and float, or None
        The road and its x in the turned frame; None where there is no room.
    """
    room = largest(yard_.turned.buffer(-keep))
    if room.is_empty:
        return None
    if yard_.entries:
        (x, y), (dx, dy) = yard_.entries[0]
    else:
        (x, y), (dx, dy) = room.representative_point().coords[0], (0.0, 1.0)
    if abs(dx) > abs(dy):
        west, _, east, _ = room.bounds
        goal = west + (east - west) * yard_.rng.uniform(0.35, 0.65)
        end = reach(yard_, (x, y), (goal, y + yard_.rng.uniform(-1, 1))) if (goal - x) * dx > 8 else None
        if end:
            lead(yard_, [(x, y), end], {"highway": "service"})
            x, y = end
    column = LineString([(x, room.bounds[1] - 5), (x, room.bounds[3] + 5)]).intersection(room)
    pieces = [p for p in shapely.get_parts(column) if p.length > 14 and p.distance(Point(x, y)) < 14]
    if not pieces:
        return None
    low, high = sorted(c[1] for c in min(pieces, key=lambda p: p.distance(Point(x, y))).coords)
    stops = sorted({min(low, y), y, max(high, y)})
    line = LineString([(x, stop) for stop in stops]) if len(stops) > 1 else None
    others = yard_.paths[1 : len(yard_.entries)]
    if line is None or not yard_.turned.buffer(-2).contains(line) or not clear(line, others, 0.5):
        return None
    road = lead(yard_, [(x, stop) for stop in stops], {"highway": "service"})
    return road, x


def branches(yard_: Yard, road: Way, x: float, gaps: list[tuple[float, float, float]], chance: float) -> None:
    """Footpaths from the inner road into the gaps between rows: (y, west end, east end) in the turned frame."""
    low, high = (yard_.inward(Point(p)).y for p in (road.points[0], road.points[-1]))
    for y, west, east in gaps:
        if not min(low, high) + 2 < y < max(low, high) - 2:
            continue
        for end in (west, east):
            goal = reach(yard_, (x, y), (end, y)) if abs(end - x) > 22 and yard_.rng.random() < chance else None
            if goal:
                points = yard_.world([(x, y), goal])
                points[0] = road.spot(points[0], 3.0)
                road.add(points[0])
                yard_.town.paths.append(Way(points, {"highway": "footway"} | yard_.access | SCHEMATIC))
                yard_.paths.append(LineString([(x, y), goal]))
