"""Points attach along the nearest edge, never to the nearest node."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridor.errors import CrsError, NetworkError
from corridor.network.model import Bools, Floats, Longs, Network, Vertices, edge_vertices, half_up, ragged_ranges

ATTACHED = ("edge", "offset_dm", "connector_dm", "island", "x_m", "y_m")
"""Columns of an attach table."""
_TIE_SLACK_M = 1e-3
_REACH_SLACK_M = 0.1
# So many points at most are attached one by one: arrays of pairs would cost more than they save.
_FEW = 4


def attach(network: Network, points: gpd.GeoSeries, *, tolerance_m: float = 150.0) -> pd.DataFrame:
    """Attach points to their nearest place along the network.

    The largest component is preferred wherever it lies within `tolerance_m`; otherwise the nearest island is
    taken and flagged. Distances are compared in whole micrometres (coarser, and the place would depend on where a
    street is cut); among equals the lowest edge id wins.

    Parameters
    ----------
    network : Network
    points : GeoSeries
        Points in the network's CRS. Missing and empty ones stay unattached.
    tolerance_m : float
        Longest way off the network, inclusive.

    Returns
    -------
    DataFrame
        Index of `points`; `edge` (Int64, NA where nothing is within tolerance), `offset_dm` (Int32, along the
        edge from u), `connector_dm` (Int32, off the network), `island` (boolean), `x_m`, `y_m` (the foot on the
        edge, NaN where unattached).

    Raises
    ------
    CrsError
        The points are in another CRS than the network, or in none.
    NetworkError
        A geometry is not a point.
    """
    check_points(network, points)
    edge, offset, connector, island, foot = attached(network, points.to_numpy(), tolerance_m=tolerance_m)
    missing = edge < 0
    return pd.DataFrame(
        {
            "edge": pd.arrays.IntegerArray(edge, missing),
            "offset_dm": pd.arrays.IntegerArray(offset.astype(np.int32), missing),
            "connector_dm": pd.arrays.IntegerArray(connector.astype(np.int32), missing),
            "island": pd.arrays.BooleanArray(island, missing),
            "x_m": foot[:, 0],
            "y_m": foot[:, 1],
        },
        index=points.index,
    )


def attached(
    network: Network, geometry: npt.NDArray[np.object_], *, tolerance_m: float
) -> tuple[Longs, Longs, Longs, Bools, Floats]:
    """Attach points as `attach` does, arrays in, arrays out.

    Returns
    -------
    edge, offset_dm, connector_dm : int64 arrays, shape (points,)
        Edge -1 where nothing is within tolerance; the others mean nothing there.
    island : bool array, shape (points,)
    foot : float array, shape (points, 2)
    """
    tolerance_dm = int(half_up(np.array([tolerance_m * 10.0]))[0])
    edge = np.full(len(geometry), -1, np.int64)
    offset, connector = np.zeros((2, len(geometry)), np.int64)
    foot = np.full((len(geometry), 2), np.nan)

    usable = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    if len(usable) <= _FEW:
        for row in usable.tolist():
            if (alone := _alone(network, geometry[row], tolerance_dm)) is not None:
                edge[row], offset[row], connector[row] = alone[:3]
                foot[row] = alone[3]
        usable = usable[:0]
    for main in (True, False):
        open_points = usable[edge[usable] < 0]
        if not len(open_points):
            break
        who, found, along, off, at = _nearest(network, geometry[open_points], tolerance_dm, main=main)
        rows = open_points[who]
        edge[rows], offset[rows], connector[rows], foot[rows] = found, along, off, at

    component = network.derived("component", lambda: network.edges["component"].to_numpy())
    return edge, offset, connector, component[edge] > 0, foot


def check_points(network: Network, points: gpd.GeoSeries) -> None:
    """Refuse what cannot be attached: points in another CRS, geometries that are no points."""
    if points.crs is None or points.crs != network.crs:
        raise CrsError.of(
            "attach",
            f"点的坐标系为{points.crs}，路网为{network.crs}。",
            f"the points are in {points.crs}, the network in {network.crs}.",
            "请先转换到同一坐标系。",
            "Reproject the points first.",
        )
    kinds = shapely.get_type_id(points.to_numpy())
    odd = np.flatnonzero(kinds > 0)
    if len(odd):
        raise NetworkError.of(
            f"attach: {points.index[odd[0]]}",
            f"{len(odd)}个几何对象不是点。",
            f"{len(odd)} geometries are not points.",
            "请取代表点或出入口。",
            "Take representative points or entrances.",
        )


def _nearest(
    network: Network, geometry: np.ndarray, tolerance_dm: int, *, main: bool
) -> tuple[Longs, Longs, Longs, Longs, Floats]:
    """Return (point, edge, offset, connector, foot) of the points with an edge of the wanted kind in tolerance."""
    ids, tree = edges_near(network, main=main)
    if not len(ids):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing, nothing, np.zeros((0, 2))
    # Some slack on both queries: whole decimetres and micrometres decide below, nothing may be lost here.
    (near, _), distance = tree.query_nearest(
        geometry, max_distance=tolerance_dm / 10 + _REACH_SLACK_M, return_distance=True, all_matches=False
    )
    point, position = tree.query(geometry[near], predicate="dwithin", distance=distance + _TIE_SLACK_M)
    point, edge = near[point], ids[position]
    along, gap, foot = feet(edge_vertices(network), shapely.get_coordinates(geometry[point]), edge)
    connector = half_up(gap * 10.0)
    order = np.lexsort([edge, half_up(gap * 1e6), point])
    order = order[connector[order] <= tolerance_dm]
    best = order[_first_of_each(point[order])]
    return point[best], edge[best], along[best], connector[best], foot[best]


def _alone(
    network: Network, point: shapely.Point, tolerance_dm: int
) -> tuple[int, int, int, npt.NDArray[np.float64]] | None:
    """Return edge, offset, connector and foot of one point by the rule of `_nearest`, without arrays of pairs."""
    lines, xy = edge_vertices(network), shapely.get_coordinates(point)[0]
    for main in (True, False):
        ids, tree = edges_near(network, main=main)
        reach = tolerance_dm / 10 + _REACH_SLACK_M
        _, distance = tree.query_nearest(point, max_distance=reach, return_distance=True, all_matches=False)
        if not len(distance):
            continue
        near = np.sort(ids[tree.query(point, predicate="dwithin", distance=distance[0] + _TIE_SLACK_M)])
        feet_on = [_foot_on(lines, xy, edge) for edge in near.tolist()]
        gaps = np.array([gap for _, gap, _ in feet_on])
        fits = np.flatnonzero(half_up(gaps * 10.0) <= tolerance_dm)
        if len(fits):
            best = int(fits[half_up(gaps[fits] * 1e6).argmin()])
            along, gap, foot = feet_on[best]
            return int(near[best]), along, int(half_up(np.array(gap * 10.0))), foot
    return None


def edges_near(network: Network, *, main: bool) -> tuple[Longs, shapely.STRtree]:
    """Return the edges of the main component, or those of islands, that places attach to; and a tree of them."""
    return network.derived(("tree", main), lambda: _tree(network, main=main))


def _tree(network: Network, *, main: bool) -> tuple[Longs, shapely.STRtree]:
    own = ~network.edges["through"].to_numpy(dtype=bool)
    ids = np.flatnonzero(own & ((network.edges["component"].to_numpy() == 0) == main))
    return ids, shapely.STRtree(network.edges.geometry.to_numpy()[ids])


def _first_of_each(sorted_keys: Longs) -> Bools:
    return np.concatenate([np.ones(min(1, len(sorted_keys)), bool), sorted_keys[1:] != sorted_keys[:-1]])


def feet(lines: Vertices, xy: Floats, edge: Longs) -> tuple[Longs, Floats, Floats]:
    """Return offset (dm), distance (m) and foot of each point on its edge; arrays of (pairs,) and (pairs, 2)."""
    pieces = lines.start[edge + 1] - lines.start[edge] - 1
    a = ragged_ranges(lines.start[edge], pieces)
    pair = np.repeat(np.arange(len(edge)), pieces)
    origin, step = lines.xy[a], lines.xy[a + 1] - lines.xy[a]
    square = (step**2).sum(axis=1)
    dot = ((xy[pair] - origin) * step).sum(axis=1)
    t = np.clip(np.divide(dot, square, out=np.zeros(len(a)), where=square > 0), 0.0, 1.0)
    foot = origin + step * t[:, None]
    gap = np.hypot(*(xy[pair] - foot).T)
    order = np.lexsort([a, gap, pair])
    best = order[_first_of_each(pair[order])]
    a, t = a[best], t[best]
    along = lines.dm[a] + half_up(t * (lines.dm[a + 1] - lines.dm[a]))
    return along, gap[best], foot[best]


def _foot_on(lines: Vertices, xy: Floats, edge: int) -> tuple[int, float, Floats]:
    """Return what `feet` gives for one point and one edge."""
    low, high = int(lines.start[edge]), int(lines.start[edge + 1]) - 1
    origin = lines.xy[low:high]
    step, away = lines.xy[low + 1 : high + 1] - origin, xy - origin
    square, dot = (step**2).sum(axis=1), (away * step).sum(axis=1)
    t = np.divide(dot, square, out=np.zeros(high - low), where=square > 0).clip(0.0, 1.0)
    foot = origin + step * t[:, None]
    gap = np.hypot(xy[0] - foot[:, 0], xy[1] - foot[:, 1])
    a = int(gap.argmin())
    start, stop = int(lines.dm[low + a]), int(lines.dm[low + a + 1])
    return start + int(half_up(t[a] * (stop - start))), float(gap[a]), foot[a]
