"""The town's ground plan: streets, rail, river and blocks, before anything is built."""

from __future__ import annotations

import shapely
from shapely import LineString, Polygon
from shapely.affinity import rotate
from shapely.ops import unary_union

from dingxi import plan
from dingxi.facts import Facts, Plane
from dingxi.shapes import box, long_axis, parts, smooth
from dingxi.streets import (
    SCHEMATIC,
    Lanes,
    continuations,
    dead_ends,
    faces,
    finish_dead_ends,
    inset,
    knot,
    main_streets,
    rail_line,
    reporting_area,
    trim_overshoots,
)
from dingxi.town import Area, Town, Way


def lay_out(facts: Facts) -> tuple[Town, list[Polygon], dict[str, Polygon]]:
    """Streets, rail and river of the town.

    Returns
    -------
    tuple of Town, list of Polygon and dict of str to Polygon
        The town with its streets, the building blocks (no street on them), and the large grounds by name.
    """
    plane = Plane(*facts["origin"])
    known = main_streets(facts, plane)
    town = Town(reporting=reporting_area(facts, known), extent=Polygon())
    town.extent = town.reporting.buffer(facts["area"]["margin_m"], quad_segs=12).simplify(5)
    ways = known + continuations(known)
    trim_overshoots(ways, len(known))
    ways += finish_dead_ends(ways, len(known))
    knot(ways)
    town.streets = _within(ways, town.extent.buffer(15))
    town.rails = _within([rail_line(known)], town.extent.buffer(15))
    river = LineString(smooth(plan.RIVER, step=60, corner=120))
    water = river.buffer(plan.RIVER_WIDTH_M / 2, quad_segs=4).intersection(town.extent)
    town.areas.append(Area(water, {"natural": "water", "water": "river", "name": "示意河"} | SCHEMATIC))
    kept = {site.name: _ground(site) for site in plan.SITES}
    blocks = _blocks(town, river, kept)
    return town, blocks, kept


def _within(ways: list[Way], extent: Polygon) -> list[Way]:
    """Ways cut to the extent; vertices inside stay as they are."""
    found = []
    for way in ways:
        pieces = shapely.get_parts(way.line.intersection(extent))
        for piece in pieces:
            if piece.length > 15:
                points = [(round(x, 2), round(y, 2)) for x, y in piece.coords]
                found.append(Way(points, way.tags, way.level))
    return found


def _ground(site: plan.Site) -> Polygon:
    if site.shape:
        return Polygon(site.shape)
    (x, y), (w, h) = site.centre, site.size
    return rotate(box(x - w / 2, y - h / 2, x + w / 2, y + h / 2), site.degrees)


def _blocks(town: Town, river: LineString, kept: dict[str, Polygon]) -> list[Polygon]:
    lanes = Lanes(town)
    grounds = unary_union(list(kept.values()))
    dividers = [town.extent.exterior, *(way.line for way in town.rails)]
    for number, face in enumerate(faces(town, dividers)):
        if face.intersects(river) and face.intersection(river).length > 60:
            continue
        if long_axis(face)[2] < 34 or face.buffer(-15).is_empty:
            continue
        for i, piece in enumerate(parts(face.difference(grounds))):
            lanes.fill(piece, f"{number}.{i}.")
    dead_ends(town, lanes.blocks)
    return [room for block in lanes.blocks for room in inset(town, block)]
