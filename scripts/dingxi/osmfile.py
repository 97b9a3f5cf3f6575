"""The town as .osm.pbf: the same town gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path

import osmium
from shapely import Polygon, get_parts

from dingxi.facts import Plane
from dingxi.shapes import XY, grid, outline
from dingxi.town import Tags, Town, Way

# far above every real OSM id, so that nobody takes these elements for real ones
FIRST_NODE, FIRST_WAY, FIRST_RELATION = 900_000_000_001, 910_000_000_001, 920_000_000_001
DATE = "2026-05-01T00:00:00Z"


class Elements:
    """Nodes, ways and relations collected from a town; equal points at one level are one node."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.nodes: dict[tuple[str, XY], int] = {}
        self.node_tags: dict[int, Tags] = {}
        self.ways: list[tuple[list[int], Tags]] = []
        self.relations: list[tuple[list[tuple[int, str]], Tags]] = []

    def node(self, point: XY, level: str = "ground", tags: Tags | None = None) -> int:
        """Id of the node at a point, made where there is none."""
        key = (level, grid(point))
        number = self.nodes.setdefault(key, FIRST_NODE + len(self.nodes))
        if tags:
            self.node_tags.setdefault(number, {}).update(tags)
        return number

    def way(self, points: list[XY], tags: Tags, level: str = "ground") -> int:
        """Add a way; return its id."""
        refs = [self.node(p, level) for p in points]
        kept = [r for i, r in enumerate(refs) if i == 0 or r != refs[i - 1]]
        self.ways.append((kept, tags))
        return FIRST_WAY + len(self.ways) - 1

    def area(self, shape: Polygon, tags: Tags, level: str) -> None:
        """Add an area: a closed way, or a multipolygon where it has holes."""
        if not shape.interiors:
            self.way(outline(shape), tags, level)
            return
        members = [(self.way(outline(shape), {}, level), "outer")]
        members += [(self.way([grid(p) for p in hole.coords], {}, level), "inner") for hole in shape.interiors]
        self.relations.append((members, {"type": "multipolygon"} | tags))


def collect(town: Town, plane: Plane) -> Elements:
    """All elements of a town."""
    elements = Elements(plane)
    further = list(chain.from_iterable(_street(way, elements) for way in [*town.streets, *town.paths]))
    _walls(town.walls, elements)
    for rail in town.rails:
        elements.way(rail.points, rail.tags, "viaduct")
    for point, tags in town.nodes.items():
        elements.node(point, "ground", tags)
    for number, building in enumerate(town.buildings):
        shape = _with_doors(building.shape, [door for door, _ in building.doors])
        elements.area(shape, building.tags, f"building {number}")
        for door, tags in building.doors:
            elements.node(door, f"building {number}", tags)
    for number, area in enumerate(town.areas):
        for part in get_parts(area.shape):
            elements.area(part, area.tags, f"area {number}")
    for number, place in enumerate(town.places):
        elements.node(place.at, f"place {number}", place.tags)
    for way in further:
        elements.way(way.points, way.tags, way.level)
    return elements


def _street(way: Way, elements: Elements) -> list[Way]:
    """Add a street as far as its first cut; return its further pieces.

    Its nodes are numbered along the whole of it, and further pieces come after all else: a cut changes no other id.
    """
    for point in way.points:
        elements.node(point, way.level)
    starts = [0, *(way.points.index(at) for at, _ in way.cuts), len(way.points) - 1]
    tags = [way.tags, *(own for _, own in way.cuts)]
    ends = zip(pairwise(starts), tags, strict=True)
    first, *further = [Way(way.points[low : high + 1], own, way.level) for (low, high), own in ends]
    elements.way(first.points, first.tags, first.level)
    return further


def _walls(walls: list[Way], elements: Elements) -> None:
    """Walls share their gate nodes with the paths, and no other node."""
    for wall in walls:
        elements.way(wall.points, wall.tags)


def _with_doors(shape: Polygon, doors: list[XY]) -> Polygon:
    """Outline with a vertex at every door."""
    if not doors:
        return shape
    ring = Way(outline(shape), {})
    for door in doors:
        ring.add(door)
    return Polygon(ring.points, [list(hole.coords) for hole in shape.interiors])


def write(elements: Elements, path: Path) -> None:
    """Write the elements, sorted by type and id, with a fixed date in the header."""
    header = osmium.io.Header()
    header.set("generator", "scripts/build_dingxi.py (schematic sample)")
    header.set("sorting", "Type_then_ID")
    header.set("osmosis_replication_timestamp", DATE)
    west, south, east, north = _bounds(elements)
    header.add_box(osmium.osm.Box(west, south, east, north))
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for number, lonlat in _nodes(elements):
            tags = elements.node_tags.get(number, {})
            writer.add_node(osmium.osm.mutable.Node(id=number, version=1, location=lonlat, tags=sorted(tags.items())))
        for place, (refs, tags) in enumerate(elements.ways):
            writer.add_way(
                osmium.osm.mutable.Way(id=FIRST_WAY + place, version=1, nodes=refs, tags=sorted(tags.items()))
            )
        for place, (members, tags) in enumerate(elements.relations):
            listed = [("w", ref, role) for ref, role in members]
            writer.add_relation(
                osmium.osm.mutable.Relation(
                    id=FIRST_RELATION + place, version=1, members=listed, tags=sorted(tags.items())
                )
            )


def _nodes(elements: Elements) -> Iterator[tuple[int, XY]]:
    for (_, point), number in elements.nodes.items():
        yield number, elements.plane.lonlat(point)


def _bounds(elements: Elements) -> tuple[float, float, float, float]:
    spots = [lonlat for _, lonlat in _nodes(elements)]
    lons, lats = [s[0] for s in spots], [s[1] for s in spots]
    return min(lons), min(lats), max(lons), max(lats)
