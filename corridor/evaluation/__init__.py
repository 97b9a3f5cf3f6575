"""Evaluation: every indicator of one study, its tables and its account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from corridor import isochrones, taxonomy
from corridor.errors import Text
from corridor.evaluation import _circle, _notices, _summary, _walks
from corridor.evaluation._notices import account_table, notice_table, unattached
from corridor.indicators import completeness as completeness_
from corridor.indicators import public_space
from corridor.network import Network, attach, build_network
from corridor.study import StudyArea
from corridor.targets import Progress, track_study

__all__ = ["Evaluation", "account_table", "data_completeness", "evaluate", "notice_table", "unattached"]

Say = Callable[[Text], None]


@dataclass(frozen=True)
class Evaluation:
    """All indicators of one study.

    Attributes
    ----------
    study, network : StudyArea, Network
        What was evaluated, and the network it was walked on.
    categories : tuple of Category
        In the order of the categories' file.
    category_table : DataFrame
        On `category`: names, tier, source, grade, weight, `n_opportunities`, `has_data`, `scored`, `incomplete`.
    opportunities : GeoDataFrame
        Classified places with where they attach to the network.
    cost_dm, length_dm : DataFrame of Int32
        Buildings × categories, decimetres to the nearest; NA where unreachable within twice the tier at the
        fastest speed.
    access : DataFrame
        Long form of the same: `building_id`, `category`, `walk_s`, `walk_m`, `met`, `within_m`, `m`.
    buildings : GeoDataFrame
        With people, scores and place.
    coverage : DataFrame
        `place`, `category`, `group`, `share`, `share_low`, `share_high`, `count`, `total`.
    isochrones : GeoDataFrame
        `origin`, `minutes`, `area_m2`, polygon.
    completeness, account, notices : DataFrame
        How complete the data are; read = used + excluded; what to look at.
    summary : dict
        The key figures as plain numbers, ready for JSON.
    targets : Progress or None
        The aims of the year and what is achieved; None where the study has none.
    """

    study: StudyArea
    network: Network
    categories: tuple[taxonomy.Category, ...]
    category_table: pd.DataFrame
    opportunities: gpd.GeoDataFrame
    cost_dm: pd.DataFrame
    length_dm: pd.DataFrame
    access: pd.DataFrame
    buildings: gpd.GeoDataFrame
    coverage: pd.DataFrame
    isochrones: gpd.GeoDataFrame
    completeness: pd.DataFrame
    account: pd.DataFrame
    notices: pd.DataFrame
    summary: dict[str, Any]
    targets: Progress | None = None


def evaluate(study: StudyArea, *, progress: Say | None = None) -> Evaluation:
    """Compute every indicator of a study.

    Parameters
    ----------
    study : StudyArea
    progress : callable, optional
        Called with a sentence at the start of each step.

    Returns
    -------
    Evaluation

    Raises
    ------
    NetworkError
        If nothing in the data can be walked on.
    """
    say = progress or (lambda _: None)
    walker = study.config.walker
    say(Text("建立步行网络", "Building the walking network"))
    network = build_network(study.streets, study.gates, gates_policy=walker.gates, steps_factor=walker.steps_factor)
    say(Text("归类设施", "Classifying facilities"))
    ways_in = public_space.entrances(study.open_space, study.streets, study.gates, study.barriers)
    opportunities = _walks.opportunities(study, network, ways_in)
    say(Text("连接建筑", "Attaching buildings"))
    origins = attach(network, _walks.doors(study), tolerance_m=walker.snap_m)
    say(Text("计算步行距离", "Computing walking distances"))
    walks = _walks.walks(study, network, origins, opportunities)
    say(Text("计算得分与覆盖", "Scoring and coverage"))
    categories = _circle.categories(study, opportunities)
    buildings = _circle.buildings(study, walks, categories)
    coverage = _circle.coverage(study, buildings, walks.cost_dm, categories["has_data"])
    say(Text("计算等时圈", "Computing isochrones"))
    rings = _isochrones(study, network)
    completeness = data_completeness(study, buildings, categories["has_data"])
    aims = track_study(study)
    notices = (
        *_notices.schematic_notice(study),
        *study.notices,
        *network.notices,
        *_notices.attachment_notices(buildings, opportunities, study),
        *_notices.closed_space_notices(study, ways_in),
        *_notices.partial_notices(completeness),
        *(aims.notices if aims else ()),
    )
    return Evaluation(
        study=study,
        network=network,
        categories=study.categories,
        category_table=categories,
        opportunities=opportunities,
        cost_dm=walks.cost_dm,
        length_dm=walks.length_dm,
        access=_circle.long_table(study, walks, categories["has_data"]),
        buildings=buildings,
        coverage=coverage,
        isochrones=rings,
        completeness=completeness,
        account=account_table(study.account + aims.account if aims else study.account),
        notices=notice_table(notices),
        summary={**_summary.summary(study, buildings, coverage, categories), "targets": _summary.targets(aims)},
        targets=aims,
    )


def data_completeness(
    study: StudyArea, buildings: gpd.GeoDataFrame | None = None, category_has_data: pd.Series | None = None
) -> pd.DataFrame:
    """Measure how complete a study's data are; before an evaluation only what the data alone tell.

    Parameters
    ----------
    study : StudyArea
    buildings : GeoDataFrame, optional
        Evaluated buildings, default those of the study.
    category_has_data : Series of bool, optional
        On category codes.

    Returns
    -------
    DataFrame
        See `corridor.indicators.completeness.completeness`.
    """
    return completeness_.completeness(
        area=study.area,
        wanted=study.area.buffer(study.margin_m),
        extent=study.extent,
        streets=study.streets,
        amenities=study.amenities,
        entrances=study.entrances,
        buildings=study.buildings if buildings is None else buildings,
        category_has_data=category_has_data,
    )


def _isochrones(study: StudyArea, network: Network) -> gpd.GeoDataFrame:
    """Isochrones of the core carriers, or of all of them where the study says so."""
    core = study.carriers[study.carriers.geometry.notna()]
    if study.config.isochrones.origins == "core":
        core = core[core["is_core"].fillna(False).astype(bool)]
    origins = attach(network, core.geometry, tolerance_m=study.config.walker.snap_m)
    return isochrones.isochrones(
        network,
        origins[origins["edge"].notna()],
        minutes=tuple(study.config.isochrones.minutes),
        speed_m_min=study.config.walker.speed_m_min.middle,
    )
