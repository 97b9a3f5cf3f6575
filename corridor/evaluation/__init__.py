"""Evaluation: every indicator of one study, its tables and its account."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from corridor import isochrones, taxonomy
from corridor.errors import Text
from corridor.evaluation import _circle, _gates, _hours, _innovation, _notices, _summary, _walks
from corridor.evaluation._group_reach import GroupReach, group_reach
from corridor.evaluation._innovation import Innovation, firm_points
from corridor.evaluation._notices import account_table, notice_table, unattached
from corridor.evaluation._parts import PARTS, asked, check_parts
from corridor.evaluation._streets import StreetStudy, street_study, unplaced_survey
from corridor.evaluation._trails import stops as trail_stops
from corridor.indicators import completeness as completeness_
from corridor.indicators import public_space
from corridor.network import Network, Placer, build_network
from corridor.study import StudyArea
from corridor.targets import Progress, track_study

__all__ = [
    "PARTS",
    "Evaluation",
    "GroupReach",
    "Innovation",
    "StreetStudy",
    "account_table",
    "check_parts",
    "data_completeness",
    "evaluate",
    "firm_points",
    "group_reach",
    "notice_table",
    "street_study",
    "trail_stops",
    "unattached",
    "unplaced_survey",
]

Say = Callable[[Text], None]


@dataclass(frozen=True)
class Evaluation:
    """All indicators of one study.

    Attributes
    ----------
    study, network : StudyArea, Network
        What was evaluated, and the network it was walked on.
    place : Placer
        Attaches points to the network, as it did all points of this evaluation.
    origins : DataFrame
        Buildings as they attach to the network.
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
    by_time : DataFrame
        The same by moment: `share` counts places known to be open, `possible` those whose hours are unknown too.
    isochrones : GeoDataFrame
        `origin`, `minutes`, `area_m2`, polygon.
    innovation : Innovation
        Linkage of carriers, chain coverage, services, events, trails.
    completeness, account, notices : DataFrame
        How complete the data are; read = used + excluded; what to look at.
    parts : frozenset of str
        What was computed: see `only` of `evaluate`.
    summary : dict
        The key figures as plain numbers, ready for JSON.
    targets : Progress or None
        The aims of the year and what is achieved; None where the study has none.
    """

    study: StudyArea
    network: Network
    place: Placer
    origins: pd.DataFrame
    categories: tuple[taxonomy.Category, ...]
    category_table: pd.DataFrame
    opportunities: gpd.GeoDataFrame
    cost_dm: pd.DataFrame
    length_dm: pd.DataFrame
    access: pd.DataFrame
    buildings: gpd.GeoDataFrame
    coverage: pd.DataFrame
    by_time: pd.DataFrame
    isochrones: gpd.GeoDataFrame
    innovation: Innovation
    completeness: pd.DataFrame
    parts: frozenset[str]
    account: pd.DataFrame
    notices: pd.DataFrame
    summary: dict[str, Any]
    targets: Progress | None = None


def evaluate(
    study: StudyArea,
    *,
    only: Collection[str] | None = None,
    baseline: Evaluation | None = None,
    cache: str | Path | None = None,
    progress: Say | None = None,
) -> Evaluation:
    """Compute every indicator of a study, or only some.

    Parameters
    ----------
    study : StudyArea
    only : collection of {"life_circle", "by_time", "isochrones", "innovation"}, optional
        Parts to compute, default all; `by_time` brings `life_circle` with it. Of the others the tables keep their
        columns and have no rows; without the life circle walks and scores are missing and no category is scored.
        Map, report and tables of files need the life circle and the isochrones, and say so.
    baseline : Evaluation, optional
        Of the study before a scenario's edits: who had a place on the network keeps it, so that a new street takes
        nobody's way and a closed one gives nobody a better one. Its trails mean the places they meant there.
    cache : str or Path, optional
        Folder that keeps networks already built, as for `corridor.network.build_network`.
    progress : callable, optional
        Called with a sentence at the start of each step.

    Returns
    -------
    Evaluation

    Raises
    ------
    NetworkError
        If nothing in the data can be walked on.
    StudyError
        If `only` names what is no part.
    """
    parts = asked(only)
    say = progress or (lambda _: None)
    walker = study.config.walker
    say(Text("建立步行网络", "Building the walking network"))
    network = build_network(study.streets, study.gates, **walker.network(), cache=cache)
    say(Text("归类设施", "Classifying facilities"))
    ways_in = public_space.entrances(study.open_space, study.streets, study.gates, study.barriers)
    place = Placer(network, walker.snap_m, None if baseline is None else baseline.place)
    opportunities = _walks.opportunities(study, place, ways_in)
    say(Text("连接建筑", "Attaching buildings"))
    origins = place(_walks.doors(study))
    say(Text("计算步行距离", "Computing walking distances"))
    circled = "life_circle" in parts
    walks = _walks.walks(study, network, origins, opportunities) if circled else _walks.no_walks(study, origins)
    say(Text("计算得分与覆盖", "Scoring and coverage"))
    categories = _circle.categories(study, opportunities)
    categories["scored"] &= circled
    buildings = _circle.buildings(study, walks, categories)
    coverage = _circle.coverage(study, buildings, walks.cost_dm, categories["has_data"])
    if not circled:
        walks, coverage = walks.head(0), coverage.head(0)
    say(Text("按时段计算", "Looking at opening hours"))
    by_time = (
        _hours.by_time(study, network, origins, opportunities, walks, buildings, coverage)
        if "by_time" in parts
        else _hours.empty()
    )
    say(Text("计算等时圈", "Computing isochrones"))
    rings = _isochrones(study, place, drawn="isochrones" in parts)
    say(Text("计算创新链与服务", "Measuring the innovation chain and the services"))
    innovation, innovation_notices = (
        _innovation.innovation(
            study, place, origins, buildings, opportunities, categories, None if baseline is None else baseline.study
        )
        if "innovation" in parts
        else (_innovation.empty(study.crs), [])
    )
    completeness = data_completeness(study, buildings, categories["has_data"])
    scored = list(categories.index[categories["scored"]])
    aims = track_study(study)
    notices = (
        *_notices.schematic_notice(study),
        *study.notices,
        *network.notices,
        *_notices.attachment_notices(buildings, opportunities, study),
        *_notices.closed_space_notices(study, ways_in),
        *_hours.notices(opportunities),
        *_notices.partial_notices(completeness),
        *(aims.notices if aims else ()),
        *innovation_notices,
    )
    return Evaluation(
        study=study,
        network=network,
        place=place,
        origins=origins,
        categories=study.categories,
        category_table=categories,
        opportunities=opportunities,
        cost_dm=walks.cost_dm,
        length_dm=walks.length_dm,
        access=_circle.long_table(study, walks, categories["has_data"]),
        buildings=buildings,
        coverage=coverage,
        by_time=by_time,
        isochrones=rings,
        innovation=innovation,
        completeness=completeness,
        account=account_table(study.account + aims.account if aims else study.account),
        notices=notice_table(notices),
        parts=parts,
        summary={
            **_summary.summary(study, buildings, coverage, categories, innovation),
            "score_median_by_gates": _gates.by_policy(study, opportunities, buildings, scored, cache) if circled else {},
            "targets": _summary.targets(aims),
        },
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


def _isochrones(study: StudyArea, place: Placer, *, drawn: bool) -> gpd.GeoDataFrame:
    """Isochrones of the core carriers, or of all of them where the study says so; without a row if not `drawn`."""
    core = study.carriers[study.carriers.geometry.notna()]
    if study.config.isochrones.origins == "core":
        core = core[core["is_core"].fillna(False).astype(bool)]
    origins = place(core.geometry).head(len(core) if drawn else 0)
    walker = study.config.walker
    longest = walker.longest_walk_min
    found = isochrones.isochrones(
        place.network,
        origins[origins["edge"].notna()],
        minutes=tuple(m for m in study.config.isochrones.minutes if longest is None or m <= longest),
        speed_m_min=walker.speed_m_min.middle,
    )
    # Minutes are whole in the settings; a table without a row knows no types of its own.
    return found.astype({"origin": object, "minutes": "int64", "area_m2": "float64"})
