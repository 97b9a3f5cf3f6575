"""What every part of an evaluation stands on: the network, and where all that one walks from and to attaches to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from corridor.errors import Text
from corridor.evaluation import _circle, _walks
from corridor.indicators import public_space
from corridor.network import Network, Placer, build_network
from corridor.study import StudyArea

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
    say(Text("归类设施", "Classifying facilities"))
    ways_in = public_space.entrances(study.open_space, study.streets, study.gates, study.barriers)
    place = Placer(network, walker.snap_m, before)
    opportunities = _walks.opportunities(study, place, ways_in)
    say(Text("连接建筑", "Attaching buildings"))
    origins = place(_walks.doors(study))
    return Footing(
        study=study,
        network=network,
        place=place,
        origins=origins,
        opportunities=opportunities,
        ways_in=ways_in,
        buildings=_circle.buildings(study, _walks.connected(origins)),
    )
