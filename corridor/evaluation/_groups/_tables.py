"""Carriers and firms by industry, policy tag and department."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from corridor.indicators import chain, coverage
from corridor.indicators import groups as groups_
from corridor.study import StudyArea

GROUPINGS = ("industry", "policies", "owner")


def groups(
    study: StudyArea, places: gpd.GeoDataFrame, firm_stages: pd.DataFrame, trips: pd.DataFrame, speed: float
) -> pd.DataFrame:
    """Return carriers and firms by industry, policy tag and department: how many, how large, how well placed."""
    limit = coverage.limits_dm(speed)[coverage.MINUTES[-1]]
    first = trips[trips["chain"] == 1]
    frames = {
        "carriers": pd.DataFrame(places).assign(
            whole=places["missing_stage"].isna().where(places["off_belt"].notna()), technology=pd.NA
        ),
        "firms": pd.DataFrame(study.firms).assign(
            whole=(chain.whole_chain(firm_stages) <= limit).fillna(False), floor_area_m2=pd.NA, off_belt=pd.NA
        ),
    }
    parts = []
    for name, frame in frames.items():
        trip = first[first["table"] == name].set_index("origin_id")["within"]
        ready = frame.assign(trip=frame.index.map(trip))
        for by in GROUPINGS:
            if by not in ready or not ready[by].notna().any():
                continue
            part = groups_.by_group(
                ready,
                by,
                measures={
                    "floor_area_m2": ("floor_area_m2", "sum"),
                    "technology_share": ("technology", "share"),
                    "off_belt_share": ("off_belt", "share"),
                    "chain_share": ("whole", "share"),
                    "one_trip_share": ("trip", "share"),
                    "synthetic_share": ("synthetic", "share"),
                },
            )
            part.insert(0, "table", name)
            part.insert(1, "by", by)
            parts.append(part)
    columns = {
        **dict.fromkeys(("table", "by", "group"), "string"), "count": "int64",
        **dict.fromkeys(
            ("floor_area_m2", "technology_share", "off_belt_share", "chain_share", "one_trip_share", "synthetic_share"),
            "Float64",
        ),
    }  # fmt: skip
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
    return whole.astype(columns)
