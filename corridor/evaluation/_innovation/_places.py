"""Places of the innovation chain: carriers and institutes, those that stand for a stage, who is off the belt."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor.evaluation._trails import FARTHEST_DM, Walker
from corridor.indicators import chain, linkage
from corridor.study import StudyArea

Basis = Literal["records", "osm", "none"]

_PLACE_COLUMNS = (
    "name", "kind", "stage", "is_core", "floor_area_m2", "firms", "industry", "policies", "owner", "uncertainty_m",
    "synthetic", "geometry",
)  # fmt: skip


def places_of(study: StudyArea) -> gpd.GeoDataFrame:
    """Return carriers and institutes in one table, sorted by id; an institute whose id a carrier has is "institute|id"."""
    parts = []
    for name in ("carriers", "institutes"):
        table = getattr(study, name)
        part = table.reindex(columns=list(_PLACE_COLUMNS)).assign(table=name)
        clash = part.index.isin(study.carriers.index) & (name != "carriers")
        part.index = pd.Index(np.where(clash, "institute|" + part.index.astype(str), part.index), dtype="object")
        parts.append(pd.DataFrame(part))
    both = pd.concat(parts).sort_index()
    both["is_core"] = both["is_core"].astype("boolean").fillna(False).astype(bool)
    both["synthetic"] = both["synthetic"].astype("boolean").fillna(False).astype(bool)
    types = {"floor_area_m2": "Float64", "firms": "Int64", "uncertainty_m": "Float64"}
    types |= dict.fromkeys(("name", "kind", "stage", "industry", "policies", "owner", "table"), "string")
    both = both.astype(types)
    both.index = both.index.rename("place_id")
    return gpd.GeoDataFrame(both, geometry="geometry", crs=study.crs)


def firm_points(firms: gpd.GeoDataFrame, carriers: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return where each firm sits: its own coordinate, else that of its carrier."""
    own = firms.geometry
    theirs = firms["carrier_id"].map(carriers.geometry)
    points = [a if a is not None and not a.is_empty else b for a, b in zip(own, theirs, strict=True)]
    points = [None if point is None or point is pd.NA or point != point else point for point in points]
    return gpd.GeoSeries(points, index=firms.index, crs=firms.crs)


def stage_places(
    study: StudyArea,
    records: gpd.GeoDataFrame,
    at: pd.DataFrame,
    opportunities: gpd.GeoDataFrame,
    before: Basis | None = None,
) -> tuple[pd.DataFrame, Basis]:
    """Return the places that stand for a stage of the chain, attached, with `stage`: records, without any those of OSM.

    A scenario keeps to what its baseline rests on (`before`); records that are its first stand beside OSM's places.
    """
    known = at.assign(stage=records["stage"])[at["edge"].notna() & records["stage"].isin(chain.STAGES)]
    if before == "records" or (before is None and len(known)):
        return known, "records"
    stage = opportunities["category"].map({c.code: c.stage for c in study.categories}).astype("string")
    found = opportunities.assign(stage=stage)[stage.isin(chain.STAGES) & opportunities["edge"].notna()]
    found = pd.concat([known, found]) if len(known) else found
    return found, "osm" if len(found) else "none"


def belt_of(
    study: StudyArea, walker: Walker, records: gpd.GeoDataFrame, at: pd.DataFrame, cost: pd.DataFrame
) -> pd.DataFrame:
    """Return walks to the nearest core carrier and the corridor, and who is off the belt."""
    core = cost[list(records.index[records["is_core"]])]
    to_core = core.min(axis=1).astype("Int32") if len(core.columns) else pd.Series(pd.NA, cost.index, dtype="Int32")
    # A core carrier is at itself, not a walk out of its door and in again away.
    to_core = to_core.mask(records["is_core"] & at["edge"].notna(), 0)
    to_corridor = linkage.corridor_walks(walker.network, at, study.corridor, cutoff_dm=FARTHEST_DM)
    return linkage.belt(
        to_core, to_corridor, at["edge"].notna(), belt_min=study.config.linkage.belt_min, speed_m_min=walker.speed
    )
