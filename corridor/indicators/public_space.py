"""Public open space: where one walks in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from corridor.taxonomy import given_doors

# A gate mapped on the fence and the polygon drawn along it rarely agree better than this.
GATE_M = 3.0
# Where a space lies open along a street one may step in anywhere; points this far apart stand for that.
OPEN_EDGE_STEP_M = 25.0
OPEN_EDGE_REACH_M = 25.0
# An edge this close to a wall is the wall's.
WALLED_M = 3.0
WALLS = ("wall", "fence", "hedge")


def entrances(
    open_space: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Points at which an open space is entered on foot.

    In this order, the first that yields points: gates and entrances mapped on the boundary that are open to the
    public; crossings of the boundary by public streets, away from gates that are not open; for a space whose
    boundary has neither these nor any gate, points along its open edge within 25 m of a public street and more than
    3 m from a wall, fence or hedge. A street on a bridge, in a tunnel or on another layer passes over or under a
    space: it leads in only where one of its vertices lies in or on the space.

    Which of the three holds is settled by the streets and gates as they were before a scenario's edits, and who had
    an open edge keeps it: a new path across the boundary or a gate opened on it leads in besides, what is closed or
    taken away leads in no more and reveals nothing. So adding never takes an entrance and closing never gives one.
    Gates of its own that a scenario gives a space (`doors`) count like gates that were open to the public before it.

    Parameters
    ----------
    open_space : GeoDataFrame
        Metric CRS, polygons on `open_space_id`.
    streets : GeoDataFrame
        Metric CRS, with `walk`, `bridge`, `tunnel`, `layer`; of a scenario also `added`.
    gates : GeoDataFrame
        Metric CRS, with `passage`; of a scenario also `opened` and `closed`.
    barriers : GeoDataFrame, optional
        Metric CRS, with `kind`. Without them every edge is taken to be open.

    Returns
    -------
    GeoDataFrame
        `source_id` (open_space_id), `how` ("gate", "path", "edge") and Points; sorted, RangeIndex. A space that no
        street comes near, or that walls or gates not open to the public close off, has no row.
    """
    edges = open_space.geometry.boundary
    level = ~(streets["bridge"] | streets["tunnel"] | (streets["layer"] != 0))
    public = streets["walk"] == "public"
    added = streets["added"].fillna(False).astype(bool) if "added" in streets else public & False
    was_open, is_open = open_gates(gates)
    gated = _gates_on(edges, gates[was_open])
    closed = _gates_on(edges, gates[~was_open])
    shut = _gates_on(edges, gates[~is_open])

    def paths(rows: pd.Series, barred: pd.DataFrame) -> pd.DataFrame:
        return _without(_paths_across(open_space.geometry, streets[rows], level[rows]), barred)

    crossed = paths(public & ~added, closed)
    given = given_doors(open_space)
    of_its_own = _frame(given["of"].to_numpy(dtype=object), given.geometry.to_numpy(), "gate")
    gated = pd.concat([gated, of_its_own], ignore_index=True)
    known = set(pd.concat([part["source_id"] for part in (gated, crossed, closed)]))
    rows = pd.concat(
        [
            _gates_on(edges, gates[is_open]),
            of_its_own,
            crossed[~crossed["source_id"].isin(set(gated["source_id"]))],
            paths(added & public, shut),
            _open_edge(edges[~edges.index.isin(known)], streets[public & level], barriers),
        ],
        ignore_index=True,
    )
    points = gpd.GeoSeries(rows["geometry"], crs=open_space.crs)
    order = pd.DataFrame({"id": rows["source_id"], "x": points.x, "y": points.y})
    order = order[~order.duplicated()].sort_values(["id", "x", "y"])
    return gpd.GeoDataFrame(rows.loc[order.index].reset_index(drop=True), geometry="geometry", crs=open_space.crs)


def open_gates(gates: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """Return which gates were open to the public before a scenario, and which are now."""
    was_open = gates["passage"] == "open"
    if "opened" not in gates:
        return was_open, was_open
    opened = (gates["opened"].fillna("") == "public").astype(bool)
    return was_open, (was_open | opened) & ~gates["closed"].astype(bool)


def _frame(ids: np.ndarray, points: np.ndarray, how: str) -> pd.DataFrame:
    frame = pd.DataFrame({"source_id": pd.array(ids, dtype="string"), "how": how, "geometry": points})
    return frame.drop_duplicates()


def _gates_on(edges: gpd.GeoSeries, gates: gpd.GeoDataFrame) -> pd.DataFrame:
    if edges.empty or gates.empty:
        return _frame(np.array([], dtype=object), np.array([], dtype=object), "gate")
    tree = shapely.STRtree(gates.geometry.to_numpy())
    space, gate = tree.query(edges.to_numpy(), predicate="dwithin", distance=GATE_M)
    return _frame(edges.index.to_numpy()[space], gates.geometry.to_numpy()[gate], "gate")


def _paths_across(spaces: gpd.GeoSeries, streets: gpd.GeoDataFrame, level: pd.Series) -> pd.DataFrame:
    if spaces.empty or streets.empty:
        return _frame(np.array([], dtype=object), np.array([], dtype=object), "path")
    lines, edges = streets.geometry.to_numpy(), spaces.boundary.to_numpy()
    space, line = shapely.STRtree(lines).query(edges, predicate="intersects")
    leads_in = level.to_numpy(dtype=bool)[line]
    above = np.flatnonzero(~leads_in)
    vertices = shapely.extract_unique_points(lines[line[above]])
    leads_in[above] = shapely.intersects(vertices, spaces.to_numpy()[space[above]])
    space, line = space[leads_in], line[leads_in]
    cut = shapely.intersection(edges[space], lines[line])
    parts, which = shapely.get_parts(cut, return_index=True)
    # A path running along the boundary meets it in a line: its ends are where one can turn in.
    points, index = shapely.get_coordinates(parts, return_index=True)
    return _frame(spaces.index.to_numpy()[space][which][index], shapely.points(np.round(points, 2)), "path")


def _without(paths: pd.DataFrame, closed: pd.DataFrame) -> pd.DataFrame:
    """Return the paths that do not pass one of the space's own gates that are closed."""
    if paths.empty or closed.empty:
        return paths
    tree = shapely.STRtree(closed["geometry"].to_numpy())
    path, gate = tree.query(paths["geometry"].to_numpy(), predicate="dwithin", distance=GATE_M)
    own = paths["source_id"].to_numpy()[path] == closed["source_id"].to_numpy()[gate]
    return paths.drop(paths.index[np.unique(path[own])])


def _open_edge(edges: gpd.GeoSeries, streets: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame | None) -> pd.DataFrame:
    if edges.empty or streets.empty:
        return _frame(np.array([], dtype=object), np.array([], dtype=object), "edge")
    dense = shapely.segmentize(edges.to_numpy(), OPEN_EDGE_STEP_M)
    coordinates, space = shapely.get_coordinates(dense, return_index=True)
    points = shapely.points(np.round(coordinates, 2))
    near = _within(points, streets, OPEN_EDGE_REACH_M)
    if barriers is not None:
        near &= ~_within(points, barriers[barriers["kind"].isin(WALLS)], WALLED_M)
    return _frame(edges.index.to_numpy()[space[near]], points[near], "edge")


def _within(points: NDArray[np.object_], lines: gpd.GeoDataFrame, distance: float) -> NDArray[np.bool_]:
    """Return which points lie within a distance of any of the lines."""
    out = np.zeros(len(points), dtype=bool)
    out[shapely.STRtree(lines.geometry.to_numpy()).query(points, predicate="dwithin", distance=distance)[0]] = True
    return out
