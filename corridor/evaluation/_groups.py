"""The innovation chain by industry, policy tag and department."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import geopandas as gpd
import pandas as pd

from corridor.indicators import chain, coverage
from corridor.indicators import groups as groups_
from corridor.schemas import INNOVATION_GROUP_COVERAGE
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


def group_coverage(
    study: StudyArea,
    places: gpd.GeoDataFrame,
    walks: Mapping[str, Mapping[str, pd.DataFrame]],
    have: Mapping[str, Collection[str]],
    speed: float,
) -> pd.DataFrame:
    """Measure who of each group is within 5, 10 and 15 minutes of stages, station types and series of events.

    Parameters
    ----------
    study : StudyArea
    places : GeoDataFrame
        Carriers and institutes, with the columns of `GROUPINGS`.
    walks : mapping
        "carriers" and "firms" → "stage", "station", "event" → decimetres to the nearest of each (NA: out of reach).
    have : mapping
        Of each kind the subjects the study has any place of; of others the share is missing.
    speed : float
        Metres a minute.

    Returns
    -------
    DataFrame
        As `corridor.schemas.INNOVATION_GROUP_COVERAGE` says. A record with several tags counts in each.
    """
    parts = []
    for table, records in (("carriers", places), ("firms", study.firms)):
        for by in GROUPINGS:
            if by not in records or not records[by].notna().any():
                continue
            rows = groups_.members(records[by])
            for group, lines in rows.groupby("group", dropna=False, sort=True):
                mine = records.index[lines["row"]]
                for kind, cost in walks[table].items():
                    part = coverage.shares(
                        cost.loc[mine],
                        pd.Series(1.0, index=mine),
                        speed_m_min=speed,
                        subject="subject",
                        known=have[kind],
                    )
                    parts.append(part.assign(table=table, by=by, group=group, kind=kind))
    if not parts:
        return empty()
    whole = pd.concat(parts, ignore_index=True)[[column.name for column in INNOVATION_GROUP_COVERAGE.columns]]
    return whole.astype(_TYPES)


_TYPES = {
    **dict.fromkeys(("table", "by", "group", "kind", "subject"), "string"),
    "minutes": "int64", "share": "Float64", "count": "Float64", "total": "float64",
}  # fmt: skip


def empty() -> pd.DataFrame:
    """Return the table of `group_coverage` without a row."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _TYPES.items()})
