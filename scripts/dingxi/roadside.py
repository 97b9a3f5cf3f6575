"""What stands beside the streets for walkers: trees, benches, public toilets, bus shelters."""

from __future__ import annotations

from collections.abc import Iterator

from shapely import Point, STRtree

from dingxi import plan
from dingxi.shapes import XY, beside, dice
from dingxi.streets import SCHEMATIC
from dingxi.town import HALF_WIDTH, KERB, Place, Tags, Town, Way

TAGS: dict[str, Tags] = {"tree": {"natural": "tree"}, "bench": {"amenity": "bench"}}
CORNER_M = 12.0  # nothing stands this near to another street
PATH_M = 3.0  # nor in the way of a path
SHELTERED_M = 500.0  # stops up to here beyond the reporting area are known to have a roof or none


def line_streets(town: Town) -> None:
    """Put trees and benches along the streets of the plan, and trees along some lanes."""
    rows = [*((row, town.street(row.street)) for row in plan.ROWS), *_lanes(town)]
    in_the_way = STRtree([way.line for way in [*town.streets, *town.paths]])
    for row, way in rows:
        for spot in _spots(row, way):
            kerb = Point(spot)
            near = [town.streets[i] for i in in_the_way.query(kerb, "dwithin", CORNER_M) if i < len(town.streets)]
            paths = in_the_way.query(kerb, "dwithin", PATH_M)
            if all(other is way for other in near) and all(i < len(town.streets) for i in paths):
                town.places.append(Place(spot, TAGS[row.what] | SCHEMATIC))


def _lanes(town: Town) -> Iterator[tuple[plan.Row, Way]]:
    for index, way in enumerate(town.streets):
        rng = dice("lane trees", index)
        own = way.highway == "residential" and "name" not in way.tags and way.line.distance(town.reporting) < 1
        if own and rng.random() < 0.4:
            side, every = rng.choice(plan.BOTH), rng.choice((10, 14, 18))
            yield plan.Row("tree", f"lane {index}", 0, way.line.length, every, (side,), 0.8), way


def _spots(row: plan.Row, way: Way) -> Iterator[XY]:
    for side in row.sides:
        rng = dice(row.what, row.street, row.start_m, side)
        at = row.start_m + rng.uniform(0, row.every_m)
        while at < min(row.end_m, way.line.length - 3):
            if rng.random() < row.standing:
                yield beside(way.line, at + rng.uniform(-0.6, 0.6), side * KERB * HALF_WIDTH[way.highway])
            at += row.every_m


def relieve(town: Town) -> None:
    """Put the public toilets of the plan at the building line."""
    for number, (street, at, side, hours) in enumerate(plan.TOILETS, 1):
        way = town.street(street)
        tags = {"amenity": "toilets", "access": "yes", "fee": "no", "name": f"示意公厕{number}"}
        tags |= {"opening_hours": hours} if hours else {}
        town.places.append(Place(beside(way.line, at, side * HALF_WIDTH[way.highway]), tags | SCHEMATIC))


def shelter(town: Town) -> None:
    """Say of most bus stops near the reporting area whether they have a roof."""
    for place in town.places:
        if place.tags.get("highway") == "bus_stop" and Point(place.at).distance(town.reporting) < SHELTERED_M:
            roof = dice("shelter", *place.at).choices(("yes", "no", ""), (5, 3, 2))[0]
            place.tags = place.tags | ({"shelter": roof} if roof else {})
