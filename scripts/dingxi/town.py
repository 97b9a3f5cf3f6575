"""What the town holds while it is built. Coordinates are plane metres in whole centimetres."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import shapely
from shapely import LineString, Point, Polygon, STRtree, box
from shapely.geometry.base import BaseGeometry

from dingxi.shapes import XY, grid

Tags = dict[str, str]

# half of the right of way (carriageway and both footways), by class, in metres
HALF_WIDTH = {
    "motorway": 0.0,
    "primary": 23.0,
    "secondary": 16.0,
    "tertiary": 11.0,
    "residential": 7.5,
    "living_street": 5.5,
    "pedestrian": 6.0,
    "service": 4.5,
    "footway": 3.0,
    "steps": 2.5,
}
# The kerb, where stops and trees stand, lies at this share of it.
KERB = 0.72


@dataclass
class Way:
    """A line of the town: street, path, wall, rail. Points equal at one `level` are one node.

    `cuts`, in the way's direction: from this vertex on it is another way, with these tags.
    """

    points: list[XY]
    tags: Tags
    level: str = "ground"
    cuts: list[tuple[XY, Tags]] = field(default_factory=list)

    _line: tuple[object, LineString] | None = field(default=None, repr=False, compare=False)

    @property
    def line(self) -> LineString:
        """The way as a line; kept until vertices are added."""
        state = (len(self.points), self.points[0], self.points[-1])
        if self._line is None or self._line[0] != state:
            self._line = (state, LineString(self.points))
        return self._line[1]

    @property
    def highway(self) -> str:
        """Value of the highway tag, empty for other ways."""
        return self.tags.get("highway", "")

    def spot(self, point: XY, near: float) -> XY:
        """Nearest vertex within `near` metres of `point`, else the point itself in whole centimetres."""
        close = min(self.points, key=lambda p: (math.dist(p, point), p))
        return close if math.dist(close, point) <= near else grid(point)

    def add(self, point: XY) -> XY:
        """Make `point` a vertex of the way unless it is one; return it."""
        point = grid(point)
        if point not in self.points:
            pieces = shapely.linestrings(list(zip(self.points[:-1], self.points[1:], strict=True)))
            nearest = int(shapely.distance(pieces, Point(point)).argmin())
            self.points.insert(nearest + 1, point)
        return point


@dataclass
class Building:
    """An outline with its tags; `hole` makes it a multipolygon; `doors` are entrance nodes on the outline."""

    shape: Polygon
    tags: Tags
    kind: str
    doors: list[tuple[XY, Tags]] = field(default_factory=list)


@dataclass
class Area:
    """An area that is no building: park, pitch, water, school ground."""

    shape: Polygon
    tags: Tags


@dataclass
class Place:
    """A point with tags: shop, stop, station entrance."""

    at: XY
    tags: Tags


@dataclass
class Parcel:
    """A piece of a block with one use. `front` are its street sides (line, street index)."""

    shape: Polygon
    name: str
    kind: str = ""
    distance: float = 0.0
    front: list[tuple[LineString, int]] = field(default_factory=list)

    @property
    def centre(self) -> Point:
        """A point inside the parcel."""
        return self.shape.representative_point()


@dataclass
class Town:
    """Everything built so far."""

    reporting: Polygon
    extent: Polygon
    streets: list[Way] = field(default_factory=list)
    paths: list[Way] = field(default_factory=list)
    walls: list[Way] = field(default_factory=list)
    rails: list[Way] = field(default_factory=list)
    nodes: dict[XY, Tags] = field(default_factory=dict)
    buildings: list[Building] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)

    _tree: tuple[int, STRtree] | None = field(default=None, repr=False, compare=False)

    def near(self, shape: BaseGeometry, metres: float) -> list[int]:
        """Positions of the streets whose boxes come within `metres` of a shape's box."""
        if self._tree is None or self._tree[0] != len(self.streets):
            self._tree = (len(self.streets), STRtree([way.line for way in self.streets]))
        west, south, east, north = shape.bounds
        reach = box(west - metres, south - metres, east + metres, north + metres)
        return sorted(int(i) for i in self._tree[1].query(reach))

    def street(self, name: str) -> Way:
        """Return the first street of that name."""
        return next(way for way in self.streets if way.tags.get("name") == name)

    def mark(self, point: XY, tags: Tags) -> None:
        """Give a node of a way tags (a gate, a crossing)."""
        self.nodes.setdefault(grid(point), {}).update(tags)
