"""How far one gets: streets cut exactly at the cutoff, and the ground within 25 m of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.errors import NetworkError
from corridor.network import Network
from corridor.network.model import Bools, Floats, Ints, Longs, edge_vertices, ragged_ranges
from corridor.network.points import Ends, Places, edge_sides, places, seeds
from corridor.network.states import StateGraph, state_graph

CELL_M = 5.0
REACH_M = 25.0


def isochrones(
    network: Network,
    origins: pd.DataFrame,
    *,
    minutes: Sequence[float] = (5, 10, 15),
    speed_m_min: float = 80,
) -> gpd.GeoDataFrame:
    """Ground within 25 m of the streets one reaches in so many minutes.

    The boundary is the 25 m contour of the distance from the reached streets on a grid of 5 m; ground across a
    river without a bridge is not covered beyond those 25 m. Later minutes contain earlier ones. Intersection over
    union with the exact union of 25 m street buffers is at least 0.99.

    Parameters
    ----------
    network : Network
    origins : DataFrame
        As `attach` returns it. Rows that share an index label are one origin with several doors; one label for
        many origins gives their union.
    minutes : sequence of float
        Walking times.
    speed_m_min : float
        Walking speed, metres a minute.

    Returns
    -------
    GeoDataFrame
        One row for each (origin, minutes), sorted as given: `origin`, `minutes`, `area_m2`, `geometry`
        (MultiPolygon, valid). An unattached origin has NA and no geometry; one that reaches no street an empty one.
    """
    cutoffs = _cutoffs(minutes, speed_m_min)
    rows: list[tuple[object, float, float, shapely.Geometry | None]] = []
    search = _Search.prepare(network, origins, max(cutoffs.values(), default=0))
    for label, reach in search.each():
        shapes = {} if reach is None else _bands(network, reach, cutoffs)
        for minute in minutes:
            shape = shapes.get(minute)
            rows.append((label, minute, np.nan if shape is None else float(shapely.area(shape)), shape))
    return gpd.GeoDataFrame(
        {"origin": [row[0] for row in rows], "minutes": [row[1] for row in rows], "area_m2": [row[2] for row in rows]},
        geometry=gpd.GeoSeries([row[3] for row in rows], crs=network.crs),
        crs=network.crs,
    )


def reached_streets(
    network: Network,
    origins: pd.DataFrame,
    *,
    minutes: Sequence[float] = (5, 10, 15),
    speed_m_min: float = 80,
) -> gpd.GeoDataFrame:
    """Streets one reaches in so many minutes, cut exactly where the time runs out.

    Parameters
    ----------
    network, origins, minutes, speed_m_min
        As for `isochrones`.

    Returns
    -------
    GeoDataFrame
        One row for each reached piece of an edge, sorted by origin, minutes, edge and position: `origin`,
        `minutes`, `edge`, `from_m`, `to_m` (along the edge from u), `length_m`, `geometry` (LineString).
    """
    cutoffs = _cutoffs(minutes, speed_m_min)
    search = _Search.prepare(network, origins, max(cutoffs.values(), default=0))
    parts = []
    lines: list[np.ndarray] = []
    for label, reach in search.each():
        if reach is None:
            continue
        for minute in minutes:
            pieces = reach.pieces(cutoffs[minute])
            parts.append(
                pd.DataFrame(
                    {
                        "origin": np.full(len(pieces.edge), label, dtype=object),
                        "minutes": minute,
                        "edge": pieces.edge,
                        "from_m": pieces.start_dm / 10,
                        "to_m": pieces.end_dm / 10,
                        "length_m": (pieces.end_dm - pieces.start_dm) / 10,
                    }
                )
            )
            xy, owner = _cut_lines(network, pieces)
            lines.append(np.asarray(shapely.linestrings(xy, indices=owner)))
    columns = ["origin", "minutes", "edge", "from_m", "to_m", "length_m"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    geometry = gpd.GeoSeries(np.concatenate(lines) if lines else [], crs=network.crs)
    return gpd.GeoDataFrame(table, geometry=geometry, crs=network.crs)


def _cutoffs(minutes: Sequence[float], speed_m_min: float) -> dict[float, int]:
    """Return the cutoff of each time in whole decimetres, rounded down: what takes longer is not reached."""
    if speed_m_min <= 0 or any(minute < 0 for minute in minutes):
        raise NetworkError.of(
            "isochrones",
            f"步行速度须大于0、时间不得为负：速度{speed_m_min}，时间{list(minutes)}。",
            f"speed must be positive and minutes not negative: speed {speed_m_min}, minutes {list(minutes)}.",
        )
    pace = Fraction(str(speed_m_min)) * 10
    return {minute: int(Fraction(str(minute)) * pace) for minute in minutes}


@dataclass(frozen=True)
class _Pieces:
    """Parts of edges, in decimetres along them."""

    edge: Longs
    start_dm: Floats
    end_dm: Floats


@dataclass(frozen=True)
class _Reach:
    """One origin's search: edges met, distances of their ends, and the origin's own doors."""

    edge: Longs
    at: Longs
    weight: Longs
    length: Longs
    doors: Places
    oneway: Longs

    def pieces(self, cutoff: int) -> _Pieces:
        """Return the parts of edges within `cutoff`, merged, sorted by edge and position."""
        weight = self.weight[self.edge]
        from_u = np.clip(cutoff - self.at[:, 0], 0, weight)
        from_v = np.clip(cutoff - self.at[:, 1], 0, weight)
        doors = self.doors
        left = cutoff - doors.connector
        back = np.where(self.oneway[doors.edge] == 1, 0, np.minimum(left, doors.along))
        ahead = np.where(self.oneway[doors.edge] == -1, 0, np.minimum(left, doors.rest))
        edge = np.concatenate([self.edge, self.edge, doors.edge])
        start = np.concatenate([np.zeros_like(from_u), weight - from_v, doors.along - back])
        end = np.concatenate([from_u, weight, doors.along + ahead])
        real = end > start
        edge, start, end = _merge(edge[real], start[real], end[real])
        scale = self.length[edge] / np.maximum(self.weight[edge], 1)
        return _Pieces(edge, start * scale, end * scale)


def _merge(edge: Longs, start: Longs, end: Longs) -> tuple[Longs, Longs, Longs]:
    """Join intervals of one edge that touch or overlap."""
    order = np.lexsort([end, start, edge])
    edge, start, end = edge[order], start[order], end[order]
    # Intervals of one edge are few, so "the furthest end so far" is a running maximum kept apart by edge.
    span = int(end.max(initial=0)) + 1
    place = np.searchsorted(np.unique(edge), edge)
    furthest = np.maximum.accumulate(end + place * span) - place * span
    fresh = np.ones(len(edge), bool)
    fresh[1:] = (edge[1:] != edge[:-1]) | (start[1:] > furthest[:-1])
    last = np.flatnonzero(np.append(fresh[1:], True)) if len(edge) else np.zeros(0, np.int64)
    return edge[fresh], start[fresh], furthest[last]


@dataclass(frozen=True)
class _Search:
    """What all origins share."""

    network: Network
    graph: StateGraph
    labels: pd.Index
    doors: Places
    start: Ends
    sides: tuple[Longs, Ints, Ints]
    cutoff: int

    @classmethod
    def prepare(cls, network: Network, origins: pd.DataFrame, cutoff: int) -> _Search:
        graph = state_graph(network)
        code, labels = pd.factorize(origins.index)
        doors = places(network, graph, origins, code.astype(np.int64))
        sides = network.derived(("sides", "cost", False), lambda: edge_sides(graph))
        return cls(network, graph, pd.Index(labels), doors, seeds(graph, doors, len(labels)), sides, cutoff)

    def each(self) -> Iterator[tuple[object, _Reach | None]]:
        """Yield every origin with its reach, None where it is not attached."""
        from corridor._kernel import search as kernel
        from corridor._kernel.arrays import Graph, Rows, Sides

        graph = Graph(self.graph.first, self.graph.arcs)
        edges = self.network.edges
        length = edges["length_dm"].to_numpy(dtype=np.int64)
        oneway = edges["oneway_foot"].to_numpy(dtype=np.int64)
        for row, label in enumerate(self.labels):
            mine: Bools = self.doors.owner == row
            if not mine.any():
                yield label, None
                continue
            edge, at = kernel.reached_edges(graph, Rows(*self.start), row, self.cutoff, Sides(*self.sides), len(edges))
            doors = Places(
                self.doors.owner[mine],
                self.doors.edge[mine],
                self.doors.along[mine],
                self.doors.rest[mine],
                self.doors.connector[mine],
            )
            yield label, _Reach(edge.astype(np.int64), at.astype(np.int64), self.graph.weight, length, doors, oneway)


def _cut_lines(network: Network, pieces: _Pieces) -> tuple[Floats, Longs]:
    """Return the vertices of the pieces end to end, and which piece each belongs to."""
    lines = edge_vertices(network)
    first, count = lines.start[pieces.edge], np.diff(lines.start)[pieces.edge]
    vertex = ragged_ranges(first, count)
    owner = np.repeat(np.arange(len(count)), count)
    inner = (lines.dm[vertex] > pieces.start_dm[owner]) & (lines.dm[vertex] < pieces.end_dm[owner])
    xy = np.concatenate(
        [
            _along(network, pieces.edge, pieces.start_dm, last=True),
            lines.xy[vertex[inner]],
            _along(network, pieces.edge, pieces.end_dm, last=False),
        ]
    )
    number = np.arange(len(count))
    owner = np.concatenate([number, owner[inner], number])
    order = np.argsort(owner, kind="stable")
    return xy[order], owner[order]


def _along(network: Network, edge: Longs, dm: Floats, *, last: bool) -> Floats:
    """Return the points so many decimetres along edges; of several there, the last or the first."""
    lines = edge_vertices(network)
    count = np.diff(lines.start)[edge] - 1
    a = ragged_ranges(lines.start[edge], count)
    owner = np.repeat(np.arange(len(edge)), count)
    passed = lines.dm[a + 1] <= dm[owner] if last else lines.dm[a + 1] < dm[owner]
    piece = np.minimum(np.bincount(owner, weights=passed, minlength=len(edge)).astype(np.int64), count - 1)
    a = lines.start[edge] + piece
    span = lines.dm[a + 1] - lines.dm[a]
    t = np.divide(dm - lines.dm[a], span, out=np.zeros(len(a)), where=span > 0)
    point: Floats = lines.xy[a] + (lines.xy[a + 1] - lines.xy[a]) * np.clip(t, 0.0, 1.0)[:, None]
    return point


def _bands(network: Network, reach: _Reach, cutoffs: dict[float, int]) -> dict[float, shapely.Geometry]:
    """Return one polygon a cutoff, each containing the nearer ones: the field is only ever lowered."""
    import contourpy

    from corridor._kernel.field import lower_field

    rising = sorted(cutoffs, key=lambda minute: cutoffs[minute])
    segments = {minute: _segments(network, reach.pieces(cutoffs[minute])) for minute in rising}
    if not rising:
        return {}
    furthest = segments[rising[-1]]
    shapes: dict[float, shapely.Geometry] = dict.fromkeys(rising, shapely.MultiPolygon())
    if not len(furthest):
        return shapes
    radius = REACH_M + 2 * CELL_M
    low = np.floor((furthest.reshape(-1, 2).min(axis=0) - radius) / CELL_M) * CELL_M
    size = np.ceil((furthest.reshape(-1, 2).max(axis=0) + radius - low) / CELL_M).astype(int) + 1
    field = np.full((size[1], size[0]), radius)
    x, y = (low[axis] + np.arange(size[axis]) * CELL_M for axis in (0, 1))
    for minute in rising:
        lower_field(field, segments[minute], low[0], low[1], CELL_M, radius)
        contours = contourpy.contour_generator(x, y, field, fill_type=contourpy.FillType.ChunkCombinedOffsetOffset)
        points, rings, polygons = (chunk[0] for chunk in contours.filled(-1.0, REACH_M))
        if points is None or rings is None or polygons is None:
            continue
        offsets = (rings.astype(np.int64), polygons.astype(np.int64), np.array([0, len(polygons) - 1]))
        shape = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, points, offsets)[0]
        shapes[minute] = shape if shape.is_valid else shapely.make_valid(shape)
    return shapes


def _segments(network: Network, pieces: _Pieces) -> Floats:
    """Return the pieces as straight segments; shape (S, 4)."""
    xy, owner = _cut_lines(network, pieces)
    same = owner[1:] == owner[:-1]
    return np.concatenate([xy[:-1][same], xy[1:][same]], axis=1)
