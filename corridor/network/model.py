"""What a walkable network is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from corridor.errors import Notice

GatesPolicy = Literal["residents", "public", "open"]
Impedance = Literal["cost", "length"]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
T = TypeVar("T")


@dataclass(frozen=True)
class Vertices:
    """All edges' vertices end to end; edge e owns `start[e]:start[e + 1]`.

    `dm` is the integer walking length from the edge's start to each vertex, so the last one of an edge is its
    `length_dm`: positions along an edge are read off the same integers that the searches add up.
    """

    start: Longs
    xy: Floats
    dm: Longs


@dataclass(frozen=True, eq=False)
class Network:
    """A walkable network; made by `build_network`, never changed.

    Attributes
    ----------
    nodes : GeoDataFrame
        Index `node` (int64; the OSM id, negative for the copies that a cut at a gate makes), columns `x_m`,
        `y_m`, `component` (int32; 0 has the longest streets in all), Point geometry.
    edges : GeoDataFrame
        Index `edge` (0 … E-1, in the order of the street ids and along each street; last those of no length that
        carry the waits of junctions), columns `u`, `v` (int32 positions in `nodes`), `street_id`, `name`, `highway`,
        `from_dm` (where on its street it begins), `length_dm`, `cost_dm` (int32 decimetres), `private` (bool),
        `closed` (bool: nobody walks through; who stands on it comes and goes), `through` (bool: no place attaches to
        it: the wait of a junction, or a compound's street as everybody walks it once gates of the compound were
        opened), `oneway_foot` (int8: 1 only from u to v, -1 only from v to u, 0 both),
        `component` (int32), LineString geometry running from u to v.
    crs : pyproj.CRS
        The metric CRS of both tables.
    gates_policy : {"residents", "public", "open"}
        How private ways and gates were treated.
    notices : tuple of Notice
        What a planner should know about the network.
    vertices : Vertices, optional
        The edges' vertices with their integer positions; worked out from the geometry where not given.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    crs: CRS
    gates_policy: GatesPolicy
    notices: tuple[Notice, ...] = ()
    vertices: Vertices | None = None
    _derived: dict[object, Any] = field(default_factory=dict, repr=False)

    def derived(self, key: object, make: Callable[[], T]) -> T:
        """Return what `make` gives, computed once per network and kept under `key`.

        For search graphs and spatial indexes: pure functions of the two tables, so keeping them changes no result.
        """
        if key not in self._derived:
            self._derived[key] = make()
        value: T = self._derived[key]
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        # Spatial indexes do not travel between processes; they are made again where needed.
        return type(self), (self.nodes, self.edges, self.crs, self.gates_policy, self.notices, self.vertices)


def half_up(values: Floats) -> Longs:
    """Round to the nearest integer, halves up (numpy rounds halves to even)."""
    return np.floor(values + 0.5).astype(np.int64)


def piece_lengths_dm(xy: Floats) -> Longs:
    """Return the length of each vertex-to-vertex piece in whole decimetres; shape (len(xy) - 1,)."""
    step = np.diff(xy, axis=0)
    return half_up(np.hypot(step[:, 0], step[:, 1]) * 10.0)


def edge_vertices(network: Network) -> Vertices:
    """Return the vertices of all edges with their integer positions along the edge."""
    if network.vertices is not None:
        return network.vertices
    return network.derived("vertices", lambda: _edge_vertices(network))


def _edge_vertices(network: Network) -> Vertices:
    xy, owner = shapely.get_coordinates(network.edges.geometry.to_numpy(), return_index=True)
    start = np.searchsorted(owner, np.arange(len(network.edges) + 1)).astype(np.int64)
    run = np.concatenate([[0], np.cumsum(piece_lengths_dm(xy))]) if len(xy) else np.zeros(0, np.int64)
    return Vertices(start, xy, run - run[start[owner]])


def drawn_nodes(x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Return the points of nodes."""
    points: npt.NDArray[np.object_] = shapely.points(np.asarray(x_m), np.asarray(y_m))
    return points


def drawn_edges(vertices: Vertices) -> npt.NDArray[np.object_]:
    """Return the lines through the vertices of each edge."""
    spans = np.diff(vertices.start)
    lines: npt.NDArray[np.object_] = shapely.linestrings(vertices.xy, indices=np.repeat(np.arange(len(spans)), spans))
    return lines


def ragged_ranges(start: Longs, count: Longs) -> Longs:
    """Return start[0] … start[0]+count[0]-1, start[1] … end to end."""
    first = np.concatenate([[0], np.cumsum(count)[:-1]]) if len(count) else np.zeros(0, np.int64)
    result: Longs = np.repeat(start - first, count) + np.arange(int(count.sum()))
    return result
