"""Public open space: where one walks in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

# A gate mapped on the fence and the polygon drawn along it rarely agree better than this.
GATE_M = 3.0
# Where a space lies open along a street one may step in anywhere; points this far apart stand for that.
OPEN_EDGE_STEP_M = 25.0
OPEN_EDGE_REACH_M = 25.0


def entrances(open_space: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, gates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Points at which an open space is entered on foot.

    In this order, the first that yields points: gates and entrances mapped on the boundary that are not
    shut; crossings of the boundary by streets open to the public; for a space without either, points along
    its open edge within 25 m of a street.

    Parameters
    ----------
    open_space : GeoDataFrame
        Metric CRS, polygons on `open_space_id`.
    streets : GeoDataFrame
        Metric CRS, with `walk`.
    gates : GeoDataFrame
        Metric CRS, with `passage`.

    Returns
    -------
    GeoDataFrame
        `source_id` (open_space_id), `how` ("gate", "path", "edge") and Points; sorted, RangeIndex. A space that no
        street comes near has no row.
    """
    edges = open_space.geometry.boundary
    walkable = streets[streets["walk"] == "public"]
    found = [
        _gates_on(edges, gates[gates["passage"] == "open"]),
        _paths_across(edges, walkable),
    ]
    known = set(pd.concat([part["source_id"] for part in found])) if found else set()
    found.append(_open_edge(edges[~edges.index.isin(known)], walkable))
    rows = pd.concat(found, ignore_index=True)
    rank = rows["how"].map({"gate": 0, "path": 1, "edge": 2})
    best = rank.groupby(rows["source_id"]).transform("min")
    rows = rows[rank == best]
    points = gpd.GeoSeries(rows["geometry"], crs=open_space.crs)
    order = pd.DataFrame({"id": rows["source_id"], "x": points.x, "y": points.y}).sort_values(["id", "x", "y"]).index
    return gpd.GeoDataFrame(rows.loc[order].reset_index(drop=True), geometry="geometry", crs=open_space.crs)


def _frame(ids: np.ndarray, points: np.ndarray, how: str) -> pd.DataFrame:
    frame = pd.DataFrame({"source_id": pd.array(ids, dtype="string"), "how": how, "geometry": points})
    return frame.drop_duplicates()


def _gates_on(edges: gpd.GeoSeries, gates: gpd.GeoDataFrame) -> pd.DataFrame:
    if edges.empty or gates.empty:
        return _frame(np.array([], dtype=object), np.array([], dtype=object), "gate")
    tree = shapely.STRtree(gates.geometry.to_numpy())
    space, gate = tree.query(edges.to_numpy(), predicate="dwithin", distance=GATE_M)
    return _frame(edges.index.to_numpy()[space], gates.geometry.to_numpy()[gate], "gate")


def _paths_across(edges: gpd.GeoSeries, streets: gpd.GeoDataFrame) -> pd.DataFrame:
    if edges.empty or streets.empty:
        return _frame(np.array([], dtype=object), np.array([], dtype=object), "path")
    tree = shapely.STRtree(streets.geometry.to_numpy())
    space, line = tree.query(edges.to_numpy(), predicate="intersects")
    cut = shapely.intersection(edges.to_numpy()[space], streets.geometry.to_numpy()[line])
    parts, which = shapely.get_parts(cut, return_index=True)
    # A path running along the boundary meets it in a line: its ends are where one can turn in.
    points, index = shapely.get_coordinates(parts, return_index=True)
    return _frame(edges.index.to_numpy()[space][which][index], shapely.points(np.round(points, 2)), "path")


def _open_edge(edges: gpd.GeoSeries, streets: gpd.GeoDataFrame) -> pd.DataFrame:
    if edges.empty or streets.empty:
        return _frame(np.array([], dtype=object), np.array([], dtype=object), "edge")
    dense = shapely.segmentize(edges.to_numpy(), OPEN_EDGE_STEP_M)
    coordinates, space = shapely.get_coordinates(dense, return_index=True)
    points = shapely.points(np.round(coordinates, 2))
    tree = shapely.STRtree(streets.geometry.to_numpy())
    near = np.unique(tree.query(points, predicate="dwithin", distance=OPEN_EDGE_REACH_M)[0])
    return _frame(edges.index.to_numpy()[space[near]], points[near], "edge")
