"""What one walks to in a baseline: opportunities, stages, station types and series; records from each other."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from corridor.access import incremental
from corridor.evaluation import Footing
from corridor.evaluation._trails import FARTHEST_DM
from corridor.scenarios._records import SPARE
from corridor.scenarios._state import labelled


def all_goals(
    opportunities: gpd.GeoDataFrame, at: dict[str, pd.DataFrame], words: dict[str, pd.Series], columns: list[str]
) -> pd.DataFrame:
    """Return everything one walks to, by category, stage, type and series."""
    names = ["category", "edge", "offset_dm", "connector_dm", "source_id"]
    parts = [pd.DataFrame(opportunities[names]).astype({"category": object, "source_id": object})]
    for prefix, kind in (("stage", "places"), ("type", "stations"), ("series", "events")):
        part = labelled(at[kind], f"{prefix}|")[["edge", "offset_dm", "connector_dm"]]
        own = words[kind].reindex(at[kind].index).to_numpy(dtype=object)
        part = part.assign(category=[f"{prefix}:{w}" for w in own], source_id=part.index)
        parts.append(part[part["category"].isin(columns)][names])
    return pd.concat(parts)


def walks_between(base: Footing, at: dict[str, pd.DataFrame], corridor: pd.DataFrame) -> incremental.Baseline:
    """Keep the walks from all records to places, stations and the corridor, and home to firms where a chain asks for it."""
    ends = [labelled(at["places"], "p|"), labelled(at["stations"], "s|")]
    if any(asked.back for asked in base.study.config.service_chains):
        ends.append(labelled(at["firms"], "f|"))
    to = pd.concat(ends)
    to = to.assign(category=to.index, source_id=to.index)
    ends = [to] if corridor.empty else [to, corridor]
    spare = [f"+{number}" for number in range(SPARE)]
    return incremental.Baseline.build(
        base.network,
        pd.concat([labelled(at["places"], "p|"), labelled(at["firms"], "f|"), labelled(at["stations"], "s|")]),
        pd.concat(ends),
        nearest_dm=FARTHEST_DM,
        counts_dm=(),
        categories=[*to.index, *([] if corridor.empty else corridor["category"].unique()), *spare],
        impedances=("cost",),
    )
