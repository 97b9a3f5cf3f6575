"""What a scenario's baseline has: stages, station types and series that are known, whatever an edit takes away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from corridor.evaluation._innovation._places import Basis, places_of, stage_places
from corridor.evaluation._trails import Walker
from corridor.study import StudyArea

if TYPE_CHECKING:
    from corridor.evaluation._footing import Footing


@dataclass(frozen=True)
class Before:
    """What is known of the innovation chain before a scenario's edits; nothing of a study that is none's scenario.

    Attributes
    ----------
    study : StudyArea or None
    basis : str or None
        What the stages rest on; see `stage_places`.
    stages, types, series : frozenset of str
        Those of which any place attaches to the network.
    """

    study: StudyArea | None = None
    basis: Basis | None = None
    stages: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    series: frozenset[str] = frozenset()

    @classmethod
    def of(cls, baseline: Footing | None) -> Before:
        """Look at a baseline, evaluated or not."""
        if baseline is None:
            return cls()
        study = baseline.study
        walker, records = Walker.of(study, baseline.place), places_of(study)
        at = walker.attached(records.geometry)
        steps, basis = stage_places(study, records, at, baseline.opportunities)
        return cls(
            study=study,
            basis=basis,
            stages=frozenset(steps["stage"]),
            types=_there(stations_of(study, walker), "type"),
            series=_there(venues_of(study, walker), "series"),
        )


def stations_of(study: StudyArea, walker: Walker) -> pd.DataFrame:
    """Return the service stations, attached, with `type`."""
    return walker.attached(study.stations.geometry).assign(type=study.stations["type"])


def venues_of(study: StudyArea, walker: Walker) -> pd.DataFrame:
    """Return where events are held, attached, with `series`: its own, else the event's name."""
    series = study.events["series"].fillna(study.events["name"]).astype("string")
    return walker.attached(study.events.geometry).assign(series=series)


def _there(places: pd.DataFrame | gpd.GeoDataFrame, subject: str) -> frozenset[str]:
    return frozenset(places.loc[places["edge"].notna(), subject].dropna())
