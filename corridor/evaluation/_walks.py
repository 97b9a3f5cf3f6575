"""The walks of an evaluation: from every building to every place, as decimetres and as counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor import access, taxonomy
from corridor.indicators import life_circle, place
from corridor.network import Network, Placer
from corridor.study import StudyArea
from corridor.taxonomy import Category

DM_PER_M = 10.0
COUNTED_MIN = (5, 10, 15)
CLASSIFIED = ("amenities", "open_space", "buildings", "entrances", "carriers", "institutes", "stations", "events")
"""Tables of a study that `opportunities` are taken from."""


@dataclass(frozen=True)
class Walks:
    """Buildings × categories: decimetres to the nearest (`cost_dm`, `length_dm`) and places within reach (`counts`).

    `connected` tells which buildings attach to the main network; a walk from any other is missing.
    """

    connected: pd.Series
    cost_dm: pd.DataFrame
    length_dm: pd.DataFrame
    counts: pd.DataFrame

    def head(self, count: int) -> Walks:
        """Return the walks of the first buildings."""
        return Walks(*(part.head(count) for part in (self.connected, self.cost_dm, self.length_dm, self.counts)))


def walks(study: StudyArea, network: Network, origins: pd.DataFrame, opportunities: gpd.GeoDataFrame) -> Walks:
    """Walk from every building to every category."""
    attached = connected(origins)
    return Walks(
        connected=attached,
        cost_dm=nearest_dm(study, network, origins, opportunities, "cost").where(attached),
        length_dm=nearest_dm(study, network, origins, opportunities, "length").where(attached),
        counts=_counts(study, network, origins, opportunities),
    )


def connected(origins: pd.DataFrame) -> pd.Series:
    """Tell which buildings attach to the main network.

    One off it has no walk that means anything: it is unscored, and its walks are missing.
    """
    return origins["edge"].notna() & ~origins["island"]


def no_walks(study: StudyArea, origins: pd.DataFrame) -> Walks:
    """Return walks that are all missing, for an evaluation that does not ask for them."""
    codes = [c.code for c in study.categories]
    missing = pd.DataFrame(pd.NA, index=origins.index, columns=pd.Index(codes, name="category"), dtype="Int32")
    columns = pd.MultiIndex.from_product([codes, COUNTED_MIN], names=["category", "cutoff_dm"])
    return Walks(
        connected=connected(origins),
        cost_dm=missing,
        length_dm=missing,
        counts=pd.DataFrame(pd.NA, index=origins.index, columns=columns, dtype="Int64"),
    )


def opportunities(study: StudyArea, place: Placer, ways_in: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Classify everything one can walk to, and attach it to the network."""
    found = _classified(study, study.categories, ways_in)
    return found.join(place(found.geometry))


def opportunities_again(
    known: gpd.GeoDataFrame, study: StudyArea, place: Placer, ways_in: gpd.GeoDataFrame, changed: Collection[str]
) -> gpd.GeoDataFrame:
    """Return the opportunities of an edited study: classified anew are the categories that look at what changed.

    Parameters
    ----------
    known : GeoDataFrame
        The opportunities before the edits.
    study, place, ways_in
        After them.
    changed : collection of str
        The tables of `CLASSIFIED` that hold other rows, and "ways_in" where these are others.
    """
    names = {"ways_in": "access_points", "institutes": "carriers"}
    again = taxonomy.concerned(study.categories, {names.get(name, name) for name in changed})
    came = _classified(study, again, ways_in)
    kept = known.loc[~known["category"].isin([category.code for category in again]), came.columns]
    order = {category.code: number for number, category in enumerate(study.categories)}
    both = pd.concat([kept, came])
    found = both.iloc[np.argsort(both["category"].map(order).to_numpy(dtype=np.int64), kind="stable")]
    return found.join(place(found.geometry))


def _classified(study: StudyArea, categories: Sequence[Category], ways_in: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return taxonomy.classify(
        categories,
        amenities=study.amenities,
        open_space=study.open_space,
        buildings=study.buildings,
        entrances=study.entrances,
        carriers=with_institutes(study.carriers, study.institutes),
        stations=study.stations,
        events=study.events,
        access_points=ways_in,
    )


def with_institutes(carriers: gpd.GeoDataFrame, institutes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return carriers and institutes as one table: both are places of work; one kept in both tables counts once."""
    if institutes.empty:
        return carriers
    shared = [name for name in carriers.columns if name in institutes.columns or name == taxonomy.DOORS]
    both = pd.concat([carriers[shared], institutes.reindex(columns=shared)])
    return gpd.GeoDataFrame(both, geometry="geometry", crs=carriers.crs)


def doors(study: StudyArea) -> gpd.GeoSeries:
    """Return the point at which each building is left: its first main entrance where mapped, else a point inside."""
    return place.doors(study.buildings, study.entrances)


def nearest_dm(
    study: StudyArea,
    network: Network,
    origins: pd.DataFrame,
    opportunities: gpd.GeoDataFrame,
    impedance: Literal["cost", "length"],
) -> pd.DataFrame:
    """Distance to the nearest opportunity of each category, one search cutoff for all."""
    found = access.nearest(
        network, origins, opportunities, cutoff_dm=reach_dm(study), by="category", impedance=impedance
    )
    return found.reindex(columns=[c.code for c in study.categories]).astype("Int32")


def reach_dm(study: StudyArea) -> int:
    """Return how far the life circle is searched: twice the longest tier at the fastest speed."""
    fastest = life_circle.tier_dm(study.categories, study.config.walker.speed_m_min.high)
    return _within_reach(study, 2 * int(fastest.max()))


def _counts(study: StudyArea, network: Network, origins: pd.DataFrame, opportunities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count the places of each category within 5, 10 and 15 minutes at the profile's speed, the limit included."""
    speed = study.config.walker.speed_m_min.middle
    cutoffs = {m: _within_reach(study, int(np.floor(m * speed * DM_PER_M + 1e-9))) for m in COUNTED_MIN}
    codes = [c.code for c in study.categories]
    found = access.cumulative(
        network, origins, opportunities, cutoffs_dm=sorted(set(cutoffs.values())), by="category", categories=codes
    )
    columns = pd.MultiIndex.from_product([codes, COUNTED_MIN], names=["category", "cutoff_dm"])
    counts = found[[(code, cutoffs[m]) for code, m in columns]]
    return counts.set_axis(columns, axis=1)


def _within_reach(study: StudyArea, cutoff_dm: int) -> int:
    """Return the cutoff, no longer than the walker's longest walk."""
    longest = study.config.walker.longest_dm
    return cutoff_dm if longest is None else min(cutoff_dm, longest)
