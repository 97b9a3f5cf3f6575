"""What one more gate of an open space would change."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from corridor import access
from corridor.indicators.open_space._reach import GROUPS, KINDS, LEAST_M2, Reach
from corridor.network import Placer
from corridor.study import StudyArea

# A new gate is looked for every so many metres of a fence, within so many metres of a public street, and not beside
# an entrance that is there.
GATE_STEP_M = 25.0
GATE_STREET_M = 25.0
GATE_APART_M = 20.0


def candidates(study: StudyArea, ways_in: pd.DataFrame) -> gpd.GeoDataFrame:
    """Points of fences at which a gate could be made: every 25 m along the boundary, near a public street.

    Of public spaces that count, away from the entrances they have ("more"); of grounds of 400 m² or more of the
    same kinds that the public may not enter now, or may but cannot ("first"). Where a public space lies open along
    its edge no gate is needed there.

    Parameters
    ----------
    study : StudyArea
    ways_in : DataFrame
        Of `doors`.

    Returns
    -------
    GeoDataFrame
        `source_id`, `name`, `change` ("more", "first"), `area_m2`, Points; sorted, RangeIndex.
    """
    table = study.open_space
    grounds = table[table["kind"].isin(KINDS) & (table["area_m2"] >= LEAST_M2)]
    streets = study.streets
    ground_level = ~(streets["bridge"] | streets["tunnel"] | (streets["layer"] != 0))
    public = streets[(streets["walk"] == "public") & ground_level]
    dense = shapely.segmentize(grounds.geometry.boundary.to_numpy(), GATE_STEP_M)
    coordinates, row = shapely.get_coordinates(dense, return_index=True)
    points = shapely.points(np.round(coordinates, 2))
    near = np.zeros(len(points), dtype=bool)
    if len(public) and len(points):
        tree = shapely.STRtree(public.geometry.to_numpy())
        near[tree.query(points, predicate="dwithin", distance=GATE_STREET_M)[0]] = True
    near &= ~_beside_own(points, grounds.index.to_numpy()[row], ways_in)
    known = set(ways_in["source_id"])
    ids = grounds.index.to_numpy()[row[near]]
    out = pd.DataFrame(
        {
            "source_id": pd.array(ids, dtype="string"),
            "name": grounds["name"].astype("string").reindex(ids).to_numpy(),
            "change": ["more" if one in known else "first" for one in ids],
            "area_m2": grounds["area_m2"].reindex(ids).to_numpy(dtype=float),
            "x": shapely.get_x(points[near]),
            "y": shapely.get_y(points[near]),
        }
    ).drop_duplicates(["source_id", "x", "y"])
    out = out.sort_values(["source_id", "x", "y"], ignore_index=True)
    geometry = gpd.points_from_xy(out.pop("x"), out.pop("y"))
    return gpd.GeoDataFrame(
        out.astype({"name": "string", "change": "string"}), geometry=geometry, crs=study.open_space.crs
    )


def _beside_own(points: NDArray[np.object_], owner: NDArray[np.object_], ways_in: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which points stand beside an entrance of their own space."""
    out = np.zeros(len(points), dtype=bool)
    if len(ways_in) and len(points):
        tree = shapely.STRtree(ways_in["point"].to_numpy())
        point, door = tree.query(points, predicate="dwithin", distance=GATE_APART_M)
        out[point[owner[point] == ways_in["source_id"].to_numpy(dtype=object)[door]]] = True
    return out


def gates(study: StudyArea, attach: Placer, found: Reach) -> gpd.GeoDataFrame:
    """Measure what one more gate would change: people who would then have open space within the walk.

    gain = Σ people of buildings without any mapped one in reach now that walk to the new gate within the cutoff. This equals
    evaluating again with the entrance added: the nearest of all entrances is then the smaller of the two walks.

    Parameters
    ----------
    study : StudyArea
    attach : Placer
    found : Reach

    Returns
    -------
    GeoDataFrame
        Schema OPEN_SPACE_GATES: candidates with any gain, the best first, `best` the best of each space; RangeIndex.
    """
    where = candidates(study, found.doors)
    attached = attach(where.geometry)
    lost = found.without[found.without].index
    origins = found.origins.loc[found.origins.index.isin(lost)]
    keys = [f"{row:06d}" for row in range(len(where))]
    walks = access.nearest(
        attach.network, origins, attached.assign(kind=keys), cutoff_dm=found.cutoff_dm, by="kind", categories=keys
    )
    reached = walks.notna().reindex(lost)
    out = where.assign(
        **{
            group: reached.mul(found.people[group].reindex(lost), axis=0).sum().to_numpy(dtype=float)
            if len(where)
            else pd.Series(dtype=float)
            for group in GROUPS
        }
    )
    out["people"] = out["residents"] + out["workers"]
    order = out["people"].round(6).sort_values(ascending=False, kind="stable").index
    out = out.loc[order]
    out = out[out["people"] > 0].reset_index(drop=True)
    out["best"] = ~out["source_id"].duplicated()
    return out[["source_id", "name", "change", "area_m2", *GROUPS, "people", "best", "geometry"]]
