"""What every part of an evaluation stands on: the network, and where all that one walks from and to attaches to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor.errors import Text
from corridor.evaluation import _walks
from corridor.indicators import people, place, public_space
from corridor.network import Network, Placer, build_network, transfer
from corridor.study import StudyArea, same_rows

Say = Callable[[Text], None]


@dataclass(frozen=True)
class Footing:
    """A study on its network, before anything is measured.

    Attributes
    ----------
    study, network : StudyArea, Network
        What is evaluated, and the network it is walked on.
    place : Placer
        Attaches points to the network, as it did all points of the study.
    origins : DataFrame
        Buildings as they attach to the network.
    opportunities : GeoDataFrame
        Classified places with where they attach to the network.
    ways_in : GeoDataFrame
        Where the open spaces are entered.
    buildings : GeoDataFrame
        With people and place; those of an evaluation also with scores.
    """

    study: StudyArea
    network: Network
    place: Placer
    origins: pd.DataFrame
    opportunities: gpd.GeoDataFrame
    ways_in: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame


def build_footing(
    study: StudyArea,
    *,
    before: Placer | None = None,
    cache: str | Path | None = None,
    progress: Say | None = None,
) -> Footing:
    """Build the network of a study and attach to it all that one walks from and to.

    Parameters
    ----------
    study : StudyArea
    before : Placer, optional
        Of the study before a scenario's edits: who had a place on the network keeps it.
    cache : str or Path, optional
        Folder that keeps networks already built, as for `corridor.network.build_network`.
    progress : callable, optional
        Called with a sentence at the start of each step.

    Returns
    -------
    Footing

    Raises
    ------
    NetworkError
        If nothing in the data can be walked on.
    """
    say = progress or (lambda _: None)
    walker = study.config.walker
    say(Text("建立步行网络", "Building the walking network"))
    network = build_network(study.streets, study.gates, **walker.network(), cache=cache)
    place = Placer(network, walker.snap_m, before)
    say(Text("归类设施", "Classifying facilities"))
    ways_in = public_space.entrances(study.open_space, study.streets, study.gates, study.barriers)
    opportunities = _walks.opportunities(study, place, ways_in)
    say(Text("连接建筑", "Attaching buildings"))
    origins = place(_walks.doors(study))
    buildings = buildings_known(study, _walks.connected(origins))
    return Footing(study, network, place, origins, opportunities, ways_in, buildings)


def edited_footing(known: Footing, study: StudyArea, *, walked: bool) -> Footing:
    """Return the footing of an edited study: what no edit touches is the known one's own, as it is.

    Whoever has a place on the network keeps it. Where nothing changes for walkers the network is the known one's very
    object, and so is all that rests on it: a street study sees by that what need not be done again.

    Parameters
    ----------
    known : Footing
        Of the study before the edits.
    study : StudyArea
        Tables that no edit touches are those of `known`.
    walked : bool
        Whether the edits change streets or gates as one walks them.

    Returns
    -------
    Footing
        `buildings` hold the people of the study as edited; where only streets change, whether a building is connected
        is told by `origins` alone.
    """

    def same(*names: str) -> bool:
        return all(getattr(study, name) is getattr(known.study, name) for name in names)

    network, place = known.network, known.place.again()
    if walked:
        network = build_network(study.streets, study.gates, **study.config.walker.network())
        place = Placer(network, study.config.walker.snap_m, known.place)
    ways_in = known.ways_in
    if walked or not same("open_space", "barriers"):
        found = public_space.entrances(study.open_space, study.streets, study.gates, study.barriers)
        ways_in = ways_in if found.equals(ways_in) else found
    opportunities, origins, buildings = known.opportunities, known.origins, known.buildings
    changed = [name for name in _walks.CLASSIFIED if not same(name)]
    if ways_in is not known.ways_in:
        changed.append("ways_in")
    if changed:
        opportunities = _walks.opportunities_again(opportunities, study, place, ways_in, changed)
    elif walked:
        opportunities = transfer(opportunities, known.network, network)
    if walked:
        origins = transfer(origins, known.network, network)
    if not same("buildings", "entrances"):
        origins, buildings = _homes(known, origins, study, place, same_doors=same("entrances"))
    return Footing(study, network, place, origins, opportunities, ways_in, buildings)


def _homes(
    known: Footing, origins: pd.DataFrame, study: StudyArea, place: Placer, *, same_doors: bool
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Return origins and buildings after edits; `origins` are the known ones, as they stand on the network now.

    What is known of a building rests on its own row and doors alone: only those that are new or others are looked at.
    """
    row = same_rows(known.study.buildings, study.buildings) if same_doors else np.full(len(study.buildings), -1)
    kept, order = row[row >= 0], np.argsort(np.argsort(row < 0, kind="stable"), kind="stable")
    came = study.replace(buildings=study.buildings[row < 0])
    doors = [origins.iloc[kept]]
    rows = [known.buildings.iloc[kept]]
    if len(came.buildings):
        doors.append(place(_walks.doors(came)))
        rows.append(buildings_known(came, _walks.connected(doors[-1])))
        rows[0] = rows[0].reindex(columns=rows[-1].columns)
    stand = pd.concat(doors).iloc[order]
    return stand, pd.concat(rows).iloc[order].assign(connected=_walks.connected(stand))


def buildings_known(study: StudyArea, connected: pd.Series) -> gpd.GeoDataFrame:
    """Join what is known of each building before anything is walked: place and people."""
    out = study.buildings.copy()
    rules = study.config.people
    named = study.config.corridor
    band = study.corridor.geometry.union_all().buffer(named.side_m) if named is not None else None
    inside = out.geometry.representative_point()
    out["on_corridor"] = inside.within(band) if band is not None else False
    out["connected"] = connected
    out["near_edge"] = inside.distance(study.extent.boundary) < study.margin_m
    out = out.join(place.place(out, study.streets[study.streets["walk"] != "none"]))
    out = out.join(people.floor_area(out, rules))
    return out.join(people.people(out, rules))
