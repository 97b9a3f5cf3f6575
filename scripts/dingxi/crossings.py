"""What crosses without meeting: the elevated road, river bridges, a footbridge; and signals where main streets meet."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise, product

import shapely
from shapely import LineString, Point

from dingxi.facts import Facts
from dingxi.shapes import XY, along, grid
from dingxi.streets import SCHEMATIC
from dingxi.town import Town, Way

BRIDGE_HALF_M = 32.0
ELEVATED_OFFSET_M = 3.6  # beside the street's own centre line, so that no two nodes coincide


def elevated(town: Town, facts: Facts) -> None:
    """Elevated road above its street: no vertex in common with anything."""
    rule = facts["elevated"]
    below = [w.line for w in town.streets if w.tags.get("name", "").split("（")[0] == rule["above"]]
    deck = shapely.line_merge(shapely.union_all(below))
    line = max(shapely.get_parts(deck), key=lambda g: g.length).offset_curve(ELEVATED_OFFSET_M).simplify(0.6)
    tags = {"highway": "motorway", "bridge": "yes", "layer": "2", "name": rule["name"], "name:en": rule["en"]}
    town.paths.append(Way([grid(p) for p in line.coords], tags | SCHEMATIC, "elevated"))


def footbridge(town: Town, over: str) -> None:
    """Build steps up, a bridge across the street `over` without meeting it, and steps down to the lane opposite."""
    main = next(w for w in town.streets if w.tags.get("name") == over)
    ends = []
    for way in town.streets:
        for end, nxt in ((0, 1), (-1, -2)):
            joint = way.points[end]
            if (
                way is not main
                and joint in main.points
                and way.line.length > 60
                and town.reporting.distance(Point(joint)) < 5
            ):
                side = _side(main.line, along(joint, way.points[nxt], 8))
                ends.append((joint, side, way, end == -1))
    pairs = [(a, b) for a, b in product(ends, ends) if a[1] > 0 > b[1] and 6 < math.dist(a[0], b[0]) < 170]
    north, south = min(pairs, key=lambda p: (round(abs(math.dist(p[0][0], p[1][0]) - 30)), p[0][0]))
    feet, tops = [], []
    for joint, _, way, backwards in (north, south):
        line = LineString(way.points[::-1]) if backwards else way.line
        foot = grid(line.interpolate(34).coords[0])
        way.add(foot)
        near = line.interpolate(19)
        beside = along((near.x, near.y), joint, 0)
        dx, dy = (foot[0] - beside[0]) / 15, (foot[1] - beside[1]) / 15
        tops.append(grid((beside[0] - dy * 4, beside[1] + dx * 4)))
        feet.append(foot)
    steps = {"highway": "steps", "step_count": "28"} | SCHEMATIC
    town.paths.append(Way([feet[0], tops[0]], steps))
    town.paths.append(
        Way(tops, {"highway": "footway", "bridge": "yes", "layer": "1", "name": f"{over}人行天桥（示意）"} | SCHEMATIC)
    )
    town.paths.append(Way([tops[1], feet[1]], steps))


def under_viaduct(town: Town, facts: Facts) -> None:
    """Footways under the viaduct from lanes that end at it to the street beside: one where crossings are few."""
    rail = shapely.union_all([w.line for w in town.rails])
    name = facts["viaduct"]["beside"]
    beside = [w for w in town.streets if w.tags.get("name", "").startswith(name)]
    low, high = (_height(town, name, other) for other in facts["viaduct"]["few_crossings_between"])
    lanes = sorted({w.points[e] for w in town.streets for e in (0, -1) if 8 < rail.distance(Point(w.points[e])) < 10})
    few = [p for p in lanes if low < p[1] < high]
    kept = min(few, key=lambda p: abs(p[1] - (low + high) / 2), default=None)
    for point in lanes:
        street = min(beside, key=lambda w: w.line.distance(Point(point)))
        foot = street.line.interpolate(street.line.project(Point(point)))
        path = LineString([point, foot])
        if not (15 < path.length < 60 and path.crosses(rail)) or (point in few and point != kept):
            continue
        end = street.add(street.spot((foot.x, foot.y), 6.0))
        town.paths.append(Way([point, end], {"highway": "footway", "covered": "yes"} | SCHEMATIC))


def _height(town: Town, first: str, second: str) -> float:
    """How far north two streets meet."""
    named = [
        shapely.union_all([w.line for w in town.streets if w.tags.get("name") == name]) for name in (first, second)
    ]
    return float(named[0].intersection(named[1]).centroid.y)


def _side(line: LineString, point: XY) -> float:
    """Above 0 where the point lies north of the line."""
    foot = line.interpolate(line.project(Point(point)))
    return point[1] - foot.y


def river_bridges(town: Town, river: LineString) -> None:
    """Split streets at the river: the piece across it is a bridge."""
    reach = river.buffer(BRIDGE_HALF_M)
    found: list[Way] = []
    for way in town.streets:
        if not way.line.intersects(river):
            found.append(way)
            continue
        cuts = [p for p in shapely.get_parts(way.line.intersection(reach.exterior)) if p.geom_type == "Point"]
        cuts = sorted((way.line.project(p), grid((p.x, p.y))) for p in cuts)
        for _, cut in cuts:
            way.add(cut)
        found += _pieces(way, [cut for _, cut in cuts], river)
    town.streets = found


def _pieces(way: Way, cuts: list[XY], river: LineString) -> list[Way]:
    places = [0, *sorted(way.points.index(c) for c in cuts), len(way.points) - 1]
    found = []
    for first, last in pairwise(places):
        if last > first:
            piece = Way(way.points[first : last + 1], dict(way.tags), way.level)
            if piece.line.intersects(river):
                piece.tags |= {"bridge": "yes", "layer": "1"}
            found.append(piece)
    return found


def signals(town: Town) -> None:
    """Traffic signals and crossings where main streets meet."""
    count: Counter[XY] = Counter()
    for way in town.streets:
        if way.highway in ("primary", "secondary", "tertiary"):
            count.update(set(way.points))
    for point, ways in count.items():
        if ways >= 2:
            town.mark(point, {"highway": "traffic_signals", "crossing": "traffic_signals"})
