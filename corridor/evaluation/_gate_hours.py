"""The life circle by the clock where a scenario opens or shuts gates for some hours only.

Without a clock a gate that a scenario opens counts as open, one that it shuts at times as it was. At a moment of the
study each stands as its hours say, and coverage at that moment is walked through the gates as they stand then.
"""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd

from corridor.evaluation._hours import centre
from corridor.indicators import by_time as by_time_
from corridor.study import StudyArea

Gates = tuple[tuple[str, ...], tuple[str, ...]]
"""Gates that are not opened at a moment after all, and gates that are shut then."""


def by_clock(table: pd.DataFrame, study: StudyArea, again: Callable[[StudyArea], pd.DataFrame]) -> pd.DataFrame:
    """Return coverage by moment with the gates as they stand at each.

    Parameters
    ----------
    table : DataFrame
        Schema BY_TIME, as if gates stood the same at all moments.
    study : StudyArea
        `gates` hold `open_hours` and `shut_hours` where a scenario gave some.
    again : callable
        Works out the table of a study whose gates have no hours.
    """
    found = table
    for (closed, shut), moments in moments_by_gates(study).items():
        then = again(study.replace(gates=_standing(study.gates, closed, shut)))
        rows = found["moment"].isin(moments)
        found = pd.concat([found[~rows], then[then["moment"].isin(moments)]])
    order = {name: number for number, name in enumerate(study.config.moments)}
    return (
        found
        if found is table
        else found.sort_values("moment", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    )


def moments_by_gates(study: StudyArea) -> dict[Gates, list[str]]:
    """Return the moments at which gates stand otherwise than without a clock, by how they stand."""
    gates = study.gates
    if "open_hours" not in gates:
        return {}
    at = {name: moment.at for name, moment in study.config.moments.items()}
    opened, shut = (
        by_time_.states(gates[column].astype("string"), at, lonlat=centre(study))
        for column in ("open_hours", "shut_hours")
    )
    found: dict[Gates, list[str]] = {}
    for name in at:
        not_open = tuple(gates.index[(~opened[name]).fillna(False).to_numpy(dtype=bool)])
        now_shut = tuple(gates.index[shut[name].fillna(False).to_numpy(dtype=bool)])
        if not_open or now_shut:
            found.setdefault((not_open, now_shut), []).append(name)
    return found


def _standing(gates: gpd.GeoDataFrame, closed: tuple[str, ...], shut: tuple[str, ...]) -> gpd.GeoDataFrame:
    out = gates.drop(columns=["open_hours", "shut_hours"])
    out.loc[list(closed), "opened"] = pd.NA
    out.loc[list(shut), ["opened", "closed"]] = [pd.NA, True]
    return out
