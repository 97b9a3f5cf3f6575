"""Geometry without knowledge of towns: plane metres in, plane metres out."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

import shapely
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

XY = tuple[float, float]


def dice(*names: object) -> random.Random:
    """Random generator named after its place: the same names give the same numbers on every machine."""
    return random.Random("dingxi/" + "/".join(str(name) for name in names))


def grid(point: Sequence[float]) -> XY:
    """Point rounded to whole centimetres, the town's finest unit."""
    return (round(point[0], 2), round(point[1], 2))


def along(a: XY, b: XY, distance: float) -> XY:
    """Point `distance` metres from `a` towards `b`."""
    length = math.dist(a, b) or 1.0
    return (a[0] + (b[0] - a[0]) * distance / length, a[1] + (b[1] - a[1]) * distance / length)


def beside(line: LineString, at: float, out: float) -> XY:
    """Point `out` metres to the left of a line (right where negative), `at` metres along it."""
    a, b = line.interpolate(at), line.interpolate(at + 2)
    return grid((a.x - (b.y - a.y) / 2 * out, a.y + (b.x - a.x) / 2 * out))


def turn(a: XY, b: XY, c: XY) -> float:
    """Change of direction at `b` in degrees, 0 to 180."""
    first = math.atan2(b[1] - a[1], b[0] - a[0])
    second = math.atan2(c[1] - b[1], c[0] - b[0])
    return abs(math.degrees(math.remainder(second - first, 2 * math.pi)))


def smooth(points: Sequence[XY], *, step: float = 22.0, corner: float = 50.0) -> list[XY]:
    """Curve through all `points` (centripetal Catmull-Rom); turns sharper than `corner` degrees stay corners."""
    cuts = [0]
    cuts += [i for i in range(1, len(points) - 1) if turn(points[i - 1], points[i], points[i + 1]) > corner]
    cuts.append(len(points) - 1)
    curve: list[XY] = [points[0]]
    for first, last in pairwise(cuts):
        curve += _spline(points[first : last + 1], step)[1:]
    return [grid(p) for p in curve]


def _spline(points: Sequence[XY], step: float) -> list[XY]:
    if len(points) == 2:
        return list(points)
    head = (2 * points[0][0] - points[1][0], 2 * points[0][1] - points[1][1])
    tail = (2 * points[-1][0] - points[-2][0], 2 * points[-1][1] - points[-2][1])
    full = [head, *points, tail]
    curve = [points[0]]
    for p0, p1, p2, p3 in zip(full, full[1:], full[2:], full[3:], strict=False):
        pieces = max(1, round(math.dist(p1, p2) / step))
        curve += [_barry_goldman(p0, p1, p2, p3, k / pieces) for k in range(1, pieces)]
        curve.append(p2)
    return curve


def _barry_goldman(p0: XY, p1: XY, p2: XY, p3: XY, share: float) -> XY:
    knots = [0.0]
    for a, b in ((p0, p1), (p1, p2), (p2, p3)):
        knots.append(knots[-1] + math.sqrt(math.dist(a, b)))
    t = knots[1] + share * (knots[2] - knots[1])

    def mix(a: XY, b: XY, i: int, j: int) -> XY:
        u = (t - knots[i]) / (knots[j] - knots[i])
        return (a[0] + (b[0] - a[0]) * u, a[1] + (b[1] - a[1]) * u)

    a1, a2, a3 = mix(p0, p1, 0, 1), mix(p1, p2, 1, 2), mix(p2, p3, 2, 3)
    return mix(mix(a1, a2, 0, 2), mix(a2, a3, 1, 3), 1, 2)


def parts(shape: BaseGeometry) -> list[Polygon]:
    """Polygons of any geometry, the largest first."""
    found = [g for g in shapely.get_parts(shape) if isinstance(g, Polygon) and g.area > 1]
    return sorted(found, key=lambda g: (-round(g.area, 2), g.bounds))


def largest(shape: BaseGeometry) -> Polygon:
    """Largest polygon of a geometry, an empty one where it has none."""
    found = parts(shape)
    return found[0] if found else Polygon()


def long_axis(shape: Polygon) -> tuple[XY, XY, float]:
    """Find the unit vector of the longer side of the smallest enclosing rectangle, its centre, and its short side."""
    box = shape.minimum_rotated_rectangle
    corners = list(box.exterior.coords)[:4] if isinstance(box, Polygon) else [(0, 0), (1, 0), (1, 1), (0, 1)]
    a, b, c = corners[0], corners[1], corners[2]
    first, second = math.dist(a, b), math.dist(b, c)
    start, end = (a, b) if first >= second else (b, c)
    length = max(first, second) or 1.0
    centre = ((a[0] + c[0]) / 2, (a[1] + c[1]) / 2)
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length), centre, min(first, second)


def compact(shape: Polygon) -> float:
    """Share of the smallest enclosing rectangle that the shape fills, 0 to 1."""
    return float(shape.area / (shape.minimum_rotated_rectangle.area or 1.0))


def chord(shape: Polygon, rng: random.Random, lean: float) -> tuple[XY, XY] | None:
    """Find the ends of a line across a shape's longer side, near its middle, leaning by about `lean` degrees."""
    axis, _, _ = long_axis(shape)
    inner = shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
    shift = rng.uniform(-0.16, 0.16) * math.sqrt(shape.area)
    middle = (inner.x + axis[0] * shift, inner.y + axis[1] * shift)
    angle = math.radians(rng.gauss(90, lean))
    across = unit(axis, angle)
    reach = math.hypot(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1])
    straight = LineString([(middle[0] + across[0] * t, middle[1] + across[1] * t) for t in (-reach, reach)])
    pieces = [g for g in shapely.get_parts(straight.intersection(shape)) if g.distance(Point(middle)) < 0.01]
    return (pieces[0].coords[0], pieces[0].coords[-1]) if pieces and pieces[0].length > 1 else None


def unit(axis: XY, angle: float) -> XY:
    """Turn the unit vector `axis` counter-clockwise by `angle` radians."""
    c, s = math.cos(angle), math.sin(angle)
    return (axis[0] * c - axis[1] * s, axis[0] * s + axis[1] * c)


def bent(a: XY, b: XY, bend: float) -> list[XY]:
    """Line from `a` to `b` whose middle bows out by about half of `bend` metres; straight where that is little."""
    if abs(bend) < 4:
        return [a, b]
    length = math.dist(a, b)
    belly = ((a[0] + b[0]) / 2 - (b[1] - a[1]) / length * bend, (a[1] + b[1]) / 2 + (b[0] - a[0]) / length * bend)
    return [a, *(grid(p) for p in _bezier(a, belly, b)), b]


def halves(shape: Polygon, points: Sequence[XY]) -> list[Polygon]:
    """Pieces of a shape cut by a line that starts and ends on its boundary (or within 2 m of it)."""
    longer = [along(points[0], points[1], -2), *points[1:-1], along(points[-1], points[-2], -2)]
    return parts(split(shape, LineString(longer)))


def _bezier(a: XY, belly: XY, b: XY) -> list[XY]:
    def at(t: float) -> XY:
        u = 1 - t
        return (
            u * u * a[0] + 2 * u * t * belly[0] + t * t * b[0],
            u * u * a[1] + 2 * u * t * belly[1] + t * t * b[1],
        )

    return [at(t) for t in (0.25, 0.5, 0.75)]


def edge_angle(line: LineString, point: XY, direction: XY) -> float:
    """Angle in degrees (0 to 90) between a line near `point` and a unit `direction`."""
    at = line.project(Point(point))
    a, b = line.interpolate(max(0, at - 3)), line.interpolate(min(line.length, at + 3))
    length = a.distance(b) or 1.0
    cosine = abs((b.x - a.x) * direction[0] + (b.y - a.y) * direction[1]) / length
    return math.degrees(math.acos(min(1.0, cosine)))


def box(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    """Rectangle, counter-clockwise."""
    return Polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def grain(shape: Polygon) -> float:
    """Angle of the shape's own grid against east, in degrees from -45 to 45."""
    axis, _, _ = long_axis(shape)
    angle = math.degrees(math.atan2(axis[1], axis[0]))
    return math.remainder(angle, 90.0)


def straights(line: BaseGeometry, shortest: float) -> list[tuple[XY, XY]]:
    """Straight pieces of lines (corners under 8 degrees smoothed away) at least `shortest` metres long."""
    found = []
    for piece in shapely.get_parts(shapely.line_merge(line) if line.geom_type == "MultiLineString" else line):
        if piece.geom_type != "LineString":
            continue
        points = list(piece.simplify(1.5).coords)
        found += [(a, b) for a, b in pairwise(points) if math.dist(a, b) >= shortest]
    return found


def clear(shape: BaseGeometry, others: Iterable[BaseGeometry], gap: float) -> bool:
    """Whether `shape` keeps at least `gap` metres from all others."""
    return all(shape.distance(other) >= gap for other in others)


def outline(shape: Polygon | MultiPolygon) -> list[XY]:
    """Outer ring of a polygon in whole centimetres, closed."""
    ring = [grid(p) for p in largest(shape).exterior.coords]
    kept = [p for i, p in enumerate(ring) if i == 0 or p != ring[i - 1]]
    return kept if kept[0] == kept[-1] else [*kept, kept[0]]
