"""What the records lack for the innovation chain."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from corridor.errors import Notice, Text
from corridor.study import StudyArea


def unattached(records: gpd.GeoDataFrame, at: pd.DataFrame) -> list[Notice]:
    """Say which carriers and institutes have a coordinate and no street near it."""
    lost = records.index[records.geometry.notna() & at["edge"].isna()]
    if lost.empty:
        return []
    what = Text(
        f"{len(lost)}处载体或院所离步行道路过远，没有步行距离。",
        f"{len(lost)} carriers or institutes lie too far from any walkable street and have no walks.",
    )
    action = Text("核对坐标与坐标系。", "Check their coordinates and the datum.")
    return [Notice("carrier-not-connected", "W", what, action, value="; ".join(map(str, lost[:20])))]


def no_station(study: StudyArea, stations: pd.DataFrame) -> list[Notice]:
    """Say which service chains cannot be tested because the records hold no station of a type."""
    if stations.empty:
        return []
    have = set(stations.loc[stations["edge"].notna(), "type"].dropna())
    out = []
    for asked in study.config.service_chains:
        lacking = [name for name in asked.stations if name not in have]
        if not lacking:
            continue
        what = Text(
            f"服务链“{asked.name.zh}”缺少站点类型：{'、'.join(lacking)}，未作“一次办”测算。",
            f"service chain “{asked.name.en}” has no station of type {', '.join(lacking)}; not tested.",
        )
        action = Text("在服务站点表中补上，或改service_chains。", "Add them to the stations, or change service_chains.")
        out.append(Notice("service-chain-incomplete", "W", what, action, file=study.config.file.name))
    return out
