"""Who walks in the innovation chain, and how near everybody is to places of a kind."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from corridor.access import nearest
from corridor.evaluation._innovation._places import firm_points
from corridor.evaluation._trails import Walker
from corridor.indicators import chain, coverage
from corridor.study import StudyArea

# Whose walks each group's are.
_TABLE = {
    **dict.fromkeys(("buildings", "residents", "workers"), "buildings"), "carriers": "places", "firms": "firms",
}  # fmt: skip


@dataclass(frozen=True)
class Who:
    """Who walks: attach tables, and what their rows count for.

    `buildings` holds all of them, those off the main network unattached; `counted` the weights of those in the area.
    """

    buildings: pd.DataFrame
    counted: pd.DataFrame
    places: pd.DataFrame
    firms: pd.DataFrame

    @classmethod
    def of(
        cls,
        study: StudyArea,
        walker: Walker,
        origins: pd.DataFrame,
        buildings: gpd.GeoDataFrame,
        records: gpd.GeoDataFrame,
    ) -> Who:
        """Attach the records; of the buildings those off the main network lose their place."""
        return cls(
            buildings=origins.assign(edge=origins["edge"].where(buildings["connected"])),
            counted=buildings.loc[buildings["in_area"], ["residents", "workers"]].assign(buildings=1.0),
            places=walker.attached(records.geometry),
            firms=walker.attached(firm_points(study.firms, study.carriers)),
        )

    def weights(self, group: str) -> pd.Series:
        """Return what each row of a group counts for."""
        if group in ("firms", "carriers"):
            return pd.Series(1.0, index=getattr(self, _TABLE[group]).index)
        return self.counted[group]


@dataclass(frozen=True)
class Near:
    """Everybody's walks to the nearest place of each subject (a stage, a station type, a series of events).

    Attributes
    ----------
    subject : str
        Column that tells the places apart.
    have : set
        Subjects of which any place attaches to the network, or did before a scenario's edits.
    n_places : Series
        How many do, on the subjects.
    cost_dm : dict of DataFrame
        "buildings", "places", "firms" → origins × subjects, Int32 decimetres; NA out of reach.
    """

    subject: str
    have: set[str]
    n_places: pd.Series
    cost_dm: dict[str, pd.DataFrame]

    @classmethod
    def of(
        cls,
        walker: Walker,
        who: Who,
        places: pd.DataFrame,
        subject: str,
        subjects: Sequence[str],
        before: Collection[str] = (),
    ) -> Near:
        """Search once for all who walk; their ids may be the same, so they are told apart by position."""
        attached = places[places["edge"].notna()]
        tables = {"buildings": who.buildings, "places": who.places, "firms": who.firms}
        found = nearest(
            walker.network,
            pd.concat(tables.values(), ignore_index=True),
            attached,
            cutoff_dm=walker.near_dm,
            by=subject,
            categories=list(subjects),
        )
        cost, start = {}, 0
        for name, table in tables.items():
            cost[name] = found.iloc[start : start + len(table)].set_axis(table.index)
            start += len(table)
        return cls(subject, {*attached[subject].dropna(), *before}, attached[subject].value_counts(), cost)

    def coverage(self, who: Who, groups: Sequence[str], speed: float) -> pd.DataFrame:
        """Return the shares of each group that have each subject within reach, and how many places there are."""
        out = pd.concat([self._shares(who, group, speed, self.have) for group in groups], ignore_index=True)
        out[self.subject] = out[self.subject].astype("string")
        out["n_places"] = out[self.subject].map(self.n_places).fillna(0).astype("int64")
        return out

    def chain_coverage(self, who: Who, speed: float) -> pd.DataFrame:
        """Return the shares of each group that have each stage, and the whole chain, within reach."""
        have = {*self.have, "all"} if self.have == set(chain.STAGES) else self.have
        cost = {name: table.assign(all=chain.whole_chain(table)) for name, table in self.cost_dm.items()}
        whole = Near(self.subject, have, self.n_places, cost)
        out = pd.concat([whole._shares(who, group, speed, have) for group in _TABLE], ignore_index=True)
        return out.assign(stage=out["stage"].astype("string"))

    def _shares(self, who: Who, group: str, speed: float, have: Collection[str]) -> pd.DataFrame:
        weight = who.weights(group)
        cost = self.cost_dm[_TABLE[group]].loc[weight.index]
        part = coverage.shares(cost, weight, speed_m_min=speed, subject=self.subject, known=have)
        part.insert(1, "group", group)
        return part
