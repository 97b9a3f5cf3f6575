"""Main streets where they are, their invented continuations, and the lanes between them."""

from __future__ import annotations

import math
import random

import shapely
from shapely import LineString, Point, Polygon
from shapely.ops import polygonize, substring, unary_union

from dingxi import plan
from dingxi.facts import Facts, Plane
from dingxi.shapes import XY, along, bent, chord, compact, dice, edge_angle, grid, halves, long_axis, smooth
from dingxi.town import HALF_WIDTH, Tags, Town, Way

SCHEMATIC: Tags = {"source": "schematic"}
JOIN_M = 60.0  # ends this near to another street meet it


def main_streets(facts: Facts, plane: Plane) -> list[Way]:
    """Streets of the facts, smoothed through their vertices; ends brought onto the street they meet."""
    ways = []
    for street in facts["streets"]:
        tags = {"highway": street["highway"], "name": street["name"], "name:en": street["en"]}
        ways.append(Way(smooth([plane.xy(p) for p in street["at"]]), tags | {"source": "OpenStreetMap, rounded"}))
    going_on = {(name, end) for name, end, _ in plan.CONTINUED}
    for way in ways:
        for end in (0, -1):
            if (way.tags["name"], end) not in going_on:
                _meet(way, end, [other for other in ways if other is not way])
    return ways


def _meet(way: Way, end: int, others: list[Way]) -> None:
    """Trim a way's end to the street it overshoots, or lead it to the street it nearly reaches."""
    points = way.points if end == -1 else way.points[::-1]
    line = LineString(points)
    tail = substring(line, max(0.0, line.length - JOIN_M), line.length)
    tip = Point(points[-1])
    crossed = [o for o in others if o.line.intersects(tail)]
    hits = [p for o in crossed for p in shapely.get_parts(tail.intersection(o.line)) if p.geom_type == "Point"]
    at = line.project(max(hits, key=line.project)) if hits else -math.inf
    nearest = min((o for o in others if o not in crossed), key=lambda o: tip.distance(o.line))
    if tip.distance(nearest.line) <= min(JOIN_M, line.length - at):
        points = [*points, grid(nearest.line.interpolate(nearest.line.project(tip)).coords[0])]
    elif hits:
        points = [*(p for p in points if line.project(Point(p)) < at - 1), grid(line.interpolate(at).coords[0])]
    way.points = points if end == -1 else points[::-1]


def continuations(ways: list[Way]) -> list[Way]:
    """Invented streets beyond the facts, each named as schematic."""
    named = {way.tags["name"]: way for way in ways}
    found = []
    for name, end, course in plan.CONTINUED:
        street = named[name]
        before = street.points[1] if end == 0 else street.points[-2]
        curve = smooth([before, street.points[end], *course], step=60)
        start = curve.index(street.points[end])
        tags = {
            "highway": street.highway,
            "name": f"{name}（示意）",
            "name:en": f"{street.tags['name:en']} (schematic)",
        }
        found.append(Way(curve[start:], tags | SCHEMATIC))
    for number, (highway, course) in enumerate(plan.ARTERIALS, 1):
        tags = {"highway": highway, "name": f"示意{number}路", "name:en": f"Schematic Road {number}"}
        found.append(Way(smooth(course, step=60), tags | SCHEMATIC))
    centre = LineString(smooth(plan.RIVER, step=60, corner=120))
    for side, name in ((plan.BANK_M, "北"), (-plan.BANK_M, "南")):
        bank = centre.offset_curve(side).simplify(0.8)
        tags = {"highway": "residential", "name": f"示意河{name}路", "name:en": "Schematic Riverside"}
        found.append(Way([grid(p) for p in bank.coords], tags | SCHEMATIC))
    return found


def trim_overshoots(ways: list[Way], first: int) -> None:
    """Bring loose ends of ways from index `first` onto the street they nearly reach."""
    for i in range(first, len(ways)):
        others = [w for j, w in enumerate(ways) if j != i]
        for end in (0, -1):
            tip = Point(ways[i].points[end])
            if min(tip.distance(o.line) for o in others) > 0.02:
                _meet(ways[i], end, others)


def finish_dead_ends(ways: list[Way], count: int) -> list[Way]:
    """Lanes that lead the loose ends of the first `count` ways on to the next street, at most 700 m."""
    lanes: list[Way] = []
    for way in ways[:count]:
        for end, before in ((0, 1), (-1, -2)):
            tip = way.points[end]
            others = [w for w in [*ways, *lanes] if w is not way]
            if any(Point(tip).distance(o.line) < 0.05 for o in others):
                continue
            ray = LineString([along(tip, way.points[before], -1), along(tip, way.points[before], -700)])
            hits = [p for o in others for p in shapely.get_parts(ray.intersection(o.line)) if p.geom_type == "Point"]
            if hits:
                hit = min(hits, key=lambda p: p.distance(Point(tip)))
                lanes.append(Way([tip, grid(hit.coords[0])], {"highway": "residential"} | SCHEMATIC))
    return lanes


def knot(ways: list[Way]) -> None:
    """Give crossing ways one shared vertex where they cross or touch."""
    for way in ways:
        for tip in (way.points[0], way.points[-1]):
            for other in ways:
                if other is not way and shapely.dwithin(other.line, Point(tip), 0.05):
                    other.add(tip)
    lines = [way.line for way in ways]
    tree = shapely.STRtree(lines)
    pairs = sorted((int(i), int(j)) for i, j in zip(*tree.query(lines, predicate="intersects"), strict=True) if i < j)
    for i, j in pairs:
        for hit in shapely.get_parts(lines[i].intersection(lines[j])):
            spot = hit.coords[0] if hit.geom_type != "Point" else (hit.x, hit.y)
            ways[j].add(ways[i].add(ways[i].spot(spot, 5.0)))


def reporting_area(facts: Facts, ways: list[Way]) -> Polygon:
    """Ground enclosed by the four roads, and the band along the corridor."""
    rules = facts["area"]
    ring = unary_union([way.line for way in ways if way.tags["name"] in rules["enclosed_by"]])
    corridor = unary_union([way.line for way in ways if way.tags["name"] == rules["corridor"]])
    band = corridor.buffer(rules["band_m"], quad_segs=8)
    held = Point(Plane(*facts["origin"]).xy(rules["holds"]))
    enclosed = next(face for face in polygonize(ring) if face.contains(held))
    area = enclosed.union(band).simplify(0.5)
    return Polygon([grid(p) for p in area.exterior.coords])


def rail_line(ways: list[Way]) -> Way:
    """Centre line of the viaduct: beside 凯旋路 on its west side, and on beyond it."""
    street = next(way for way in ways if way.tags["name"] == "凯旋路").line
    # the facts run from south to north, so west is the left side
    beside = substring(street.offset_curve(plan.RAIL_OFFSET_M), 40, street.length - 30)
    points = [*plan.RAIL_SOUTH[::-1], *list(beside.coords)[::3], *plan.RAIL_NORTH]
    return Way(smooth(points, step=60), {"railway": "light_rail", "bridge": "yes", "layer": "1"} | SCHEMATIC, "viaduct")


class Lanes:
    """Splits the faces between main streets by lanes until they are blocks."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.lines = [way.line for way in town.streets]
        self.blocks: list[Polygon] = []

    def target(self, face: Polygon) -> float:
        """Wanted block size in square metres: small in the belt, larger far out."""
        away = face.distance(self.town.reporting)
        for limit, hectares in ((1, 3.4), (400, 4.2), (1200, 7.0), (2000, 9.5)):
            if away < limit:
                return hectares * 1e4
        return 12.0e4

    def fill(self, face: Polygon, key: str) -> None:
        """Split one face, depth first."""
        rng = dice("lane", key)
        _, _, width = long_axis(face)
        if face.area < self.target(face) * rng.uniform(0.75, 1.45) or width < 95:
            self.blocks.append(face)
            return
        for attempt in range(40):
            found = self._try(face, rng, loose=attempt / 40)
            if found:
                for i, piece in enumerate(found):
                    self.fill(piece, f"{key}{i}")
                return
        self.blocks.append(face)

    def _try(self, face: Polygon, rng: random.Random, loose: float) -> list[Polygon] | None:
        ends = chord(face, rng, 4.0 + 26 * loose)
        if ends is None:
            return None
        met = [self._street_at(end) for end in ends]
        spots = [m.spot(end, 15.0) if m else grid(end) for m, end in zip(met, ends, strict=True)]
        length = math.dist(*spots)
        if length < 40 or not any(met):
            return None
        direction = ((spots[1][0] - spots[0][0]) / length, (spots[1][1] - spots[0][1]) / length)
        if any(m and edge_angle(m.line, s, direction) < 60 - 15 * loose for m, s in zip(met, spots, strict=True)):
            return None
        line = bent(spots[0], spots[1], rng.uniform(-0.07, 0.07) * length)
        pieces = halves(face, line)
        if len(pieces) != 2 or min(p.area for p in pieces) < (0.28 - 0.13 * loose) * face.area:
            return None
        if min(map(compact, pieces)) < 0.62 - 0.2 * loose or min(map(_roomy, pieces)) < 0.8 - 0.4 * loose:
            return None
        if self._beside(line):
            return None
        self._draw(line, met, face.area, rng)
        return pieces

    def _street_at(self, point: XY) -> Way | None:
        touching = shapely.dwithin(self.lines, Point(point), 0.05).nonzero()[0]
        return self.town.streets[touching[0]] if len(touching) else None

    def _beside(self, line: list[XY]) -> bool:
        """Whether a line runs close along a street it does not belong to."""
        whole = LineString(line)
        middle = substring(whole, 0.25, 0.75, normalized=True)
        return bool(shapely.dwithin(self.lines, middle, 34.0).any())

    def _draw(self, line: list[XY], met: list[Way | None], area: float, rng: random.Random) -> None:
        for end, way in zip((0, -1), met, strict=True):
            if way:
                way.add(line[end])
            elif self.town.extent.exterior.distance(Point(line[end])) > 1:
                line[end] = grid(along(line[end], line[1 if end == 0 else -2], 9.0))
        highway = "tertiary" if area > 42e4 and self.town.reporting.distance(Point(line[0])) > 350 else "residential"
        if area < 7e4:
            highway = rng.choices(["residential", "living_street", "service", "pedestrian"], [62, 18, 16, 4])[0]
        self.town.streets.append(Way(line, {"highway": highway} | SCHEMATIC))
        self.lines.append(LineString(line))


def _roomy(shape: Polygon) -> float:
    """Share of the shape that is not a narrow wedge, 0 to 1."""
    return float(shape.buffer(-36, quad_segs=2).buffer(36, quad_segs=2).area / shape.area)


def faces(town: Town, dividers: list[LineString]) -> list[Polygon]:
    """Faces between streets, dividers (rail, extent) and nothing else, ordered from west to east."""
    lines = [way.line for way in town.streets] + dividers
    found = [f for f in polygonize(unary_union(lines)) if town.extent.buffer(1).contains(f.representative_point())]
    return sorted(found, key=lambda f: f.bounds)


def inset(town: Town, face: Polygon) -> list[Polygon]:
    """Ground of a face that is no street."""
    near = [town.streets[i] for i in town.near(face, 30)]
    room = face.difference(unary_union([w.line.buffer(HALF_WIDTH[w.highway]) for w in near]))
    return [p for p in map(_rounded, shapely.get_parts(room)) if p.area > 350 and long_axis(p)[2] > 13]


def _rounded(shape: Polygon) -> Polygon:
    """Free a shape of whiskers; whole centimetres."""
    calm = shape.buffer(-3).buffer(3, quad_segs=2).simplify(0.4)
    pieces = [g for g in shapely.get_parts(calm) if isinstance(g, Polygon)]
    return shapely.set_precision(max(pieces, key=lambda g: g.area), 0.01) if pieces else Polygon()


def dead_ends(town: Town, blocks: list[Polygon]) -> None:
    """Lanes that lead into a block and end there."""
    for number, block in enumerate(blocks):
        rng = dice("dead end", number)
        axis, _, width = long_axis(block)
        if block.area < 2.6e4 or width < 110 or rng.random() > 0.34 or block.distance(town.reporting) > 500:
            continue
        ends = chord(block, rng, 9.0)
        if ends is None:
            continue
        start, goal = ends if rng.random() < 0.5 else ends[::-1]
        met = [
            town.streets[i] for i in town.near(Point(start), 1) if town.streets[i].line.distance(Point(start)) < 0.05
        ]
        if not met:
            continue
        inner = grid(along(start, goal, math.dist(start, goal) * rng.uniform(0.42, 0.62)))
        line = [met[0].spot(start, 15.0), inner]
        if rng.random() < 0.4:
            side = rng.choice((-1, 1)) * rng.uniform(30, 50)
            line.append(grid((inner[0] + axis[0] * side, inner[1] + axis[1] * side)))
        if not block.buffer(0.1).covers(LineString(line)):
            continue
        met[0].add(line[0])
        town.streets.append(Way(line, {"highway": rng.choice(["service", "residential", "living_street"])} | SCHEMATIC))
