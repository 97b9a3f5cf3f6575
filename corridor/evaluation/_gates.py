"""What the gates do to the result: the same scores under the other policies."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import geopandas as gpd

from corridor.evaluation._walks import doors, nearest_dm
from corridor.indicators import life_circle
from corridor.network import GatesPolicy, attach, build_network
from corridor.study import StudyArea


def by_policy(
    study: StudyArea,
    opportunities: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    scored: list[str],
    cache: str | Path | None = None,
) -> dict[str, float | None]:
    """Return the median overall score of the area's buildings under each gates policy; None where none is scored.

    Which gates let whom pass is the least certain part of a Chinese street map: a result that hangs on it says so.

    Parameters
    ----------
    study : StudyArea
    opportunities, buildings : GeoDataFrame
        As in `Evaluation`.
    scored : list of str
        Categories that count.
    cache : str or Path, optional
        As for `build_network`.
    """
    walker = study.config.walker
    area = buildings.index[buildings["in_area"]]
    points = doors(study)[area]
    found: dict[str, float | None] = {}
    for policy in get_args(GatesPolicy):
        if policy == walker.gates:
            scores = buildings.loc[area, "score_total"].dropna()
        else:
            network = build_network(
                study.streets, study.gates, **{**walker.network(), "gates_policy": policy}, cache=cache
            )
            homes = attach(network, points, tolerance_m=walker.snap_m)
            homes = homes[homes["edge"].notna() & ~homes["island"].fillna(True)]
            goals = opportunities[["category", "source_id"]].join(
                attach(network, opportunities.geometry, tolerance_m=walker.snap_m)
            )
            cost = nearest_dm(study, network, homes, goals, "cost")[scored]
            share = life_circle.contribution(cost, study.categories, walker.speed_m_min.middle)
            scores = life_circle.scores(share, study.categories, study.config.score.kind_weights)[
                "score_total"
            ].dropna()
        found[policy] = round(float(scores.median()), 1) if len(scores) else None
    return found
