"""Evaluation: every indicator of one study, its tables and its account."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import geopandas as gpd
import pandas as pd

from corridor import isochrones
from corridor.errors import Notice, Text
from corridor.evaluation import _circle, _gate_hours, _gates, _hours, _innovation, _notices, _summary
from corridor.evaluation._footing import Footing, Say, build_footing, edited_footing
from corridor.evaluation._groups import GroupReach, group_reach
from corridor.evaluation._innovation import Innovation, firm_points
from corridor.evaluation._notices import account_table, notice_table, unattached
from corridor.evaluation._parts import PARTS, asked, check_parts
from corridor.evaluation._result import Evaluation
from corridor.evaluation._streets import StreetStudy, street_study, unplaced_survey
from corridor.evaluation._trails import stops as trail_stops
from corridor.indicators import completeness as completeness_
from corridor.study import StudyArea
from corridor.targets import track_study

__all__ = [
    "PARTS",
    "Evaluation",
    "Footing",
    "GroupReach",
    "Innovation",
    "StreetStudy",
    "account_table",
    "build_footing",
    "check_parts",
    "data_completeness",
    "edited_footing",
    "evaluate",
    "firm_points",
    "group_reach",
    "notice_table",
    "street_study",
    "trail_stops",
    "unattached",
    "unplaced_survey",
]


def evaluate(
    study: StudyArea | Footing,
    *,
    only: Collection[str] | None = None,
    baseline: Footing | None = None,
    cache: str | Path | None = None,
    progress: Say | None = None,
) -> Evaluation:
    """Compute every indicator of a study, or only some.

    Parameters
    ----------
    study : StudyArea or Footing
        A footing, such as an evaluation of a few parts, is taken as it stands: its network is not built again.
    only : collection of {"life_circle", "by_time", "isochrones", "innovation"}, optional
        Parts to compute, default all; `by_time` brings `life_circle` with it. Of the others the tables keep their
        columns and have no rows; without the life circle walks and scores are missing and no category is scored.
        Map, report and tables of files need the life circle and the isochrones, and say so.
    baseline : Footing, optional
        Of the study before a scenario's edits: who had a place on the network keeps it, so that a new street takes
        nobody's way and a closed one gives nobody a better one. What it has data of is known: the last place of a kind
        taken away leaves none in reach, not a gap in the data, and what is scored stays the same. Its trails mean the
        places they meant there.
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
    footing = (
        study
        if isinstance(study, Footing)
        else build_footing(study, before=None if baseline is None else baseline.place, cache=cache, progress=say)
    )
    had = None if baseline is None else _circle.has_data(baseline.study, baseline.opportunities)
    circle = _circle.life_circle_of(footing, say, had, asked="life_circle" in parts)
    by_time = _by_time(footing, circle, say, asked="by_time" in parts)
    if "by_time" in parts:

        def again(then: StudyArea) -> pd.DataFrame:
            stood = build_footing(then, before=None if baseline is None else baseline.place, cache=cache)
            quiet = _circle.life_circle_of(stood, lambda _: None, had, asked=True)
            return _by_time(stood, quiet, lambda _: None, asked=True)

        by_time = _gate_hours.by_clock(by_time, footing.study, again)
    rings = _isochrones(footing, say, asked="isochrones" in parts)
    innovation, found = _chain(footing, circle, baseline, say, asked="innovation" in parts)
    return _result(footing, parts, circle, by_time, rings, innovation, found, cache)


def _by_time(footing: Footing, circle: _circle.LifeCircle, say: Say, *, asked: bool) -> pd.DataFrame:
    if not asked:
        return _hours.empty()
    say(Text("按时段计算", "Looking at opening hours"))
    return _hours.by_time(
        footing.study,
        footing.network,
        footing.origins,
        footing.opportunities,
        circle.walks,
        circle.buildings,
        circle.coverage,
    )


def _isochrones(footing: Footing, say: Say, *, asked: bool) -> gpd.GeoDataFrame:
    """Isochrones of the core carriers, or of all of them where the study says so; without a row if not asked for."""
    study, place = footing.study, footing.place
    if asked:
        say(Text("计算等时圈", "Computing isochrones"))
    core = study.carriers[study.carriers.geometry.notna()]
    if study.config.isochrones.origins == "core":
        core = core[core["is_core"].fillna(False).astype(bool)]
    origins = place(core.geometry).head(len(core) if asked else 0)
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


def _chain(
    footing: Footing, circle: _circle.LifeCircle, before: Footing | None, say: Say, *, asked: bool
) -> tuple[Innovation, list[Notice]]:
    if not asked:
        return _innovation.empty(footing.study.crs), []
    say(Text("计算创新链与服务", "Measuring the innovation chain and the services"))
    return _innovation.innovation(
        footing.study,
        footing.place,
        footing.origins,
        circle.buildings,
        footing.opportunities,
        before,
    )


def _result(
    footing: Footing,
    parts: frozenset[str],
    circle: _circle.LifeCircle,
    by_time: pd.DataFrame,
    rings: gpd.GeoDataFrame,
    innovation: Innovation,
    found: list[Notice],
    cache: str | Path | None,
) -> Evaluation:
    """Put the parts together with what is said of them all: completeness, account, notices, key figures."""
    study, opportunities = footing.study, footing.opportunities
    buildings, categories = circle.buildings, circle.categories
    completeness = data_completeness(study, buildings, categories["has_data"])
    aims = track_study(study)
    notices = (
        *_notices.schematic_notice(study),
        *study.notices,
        *footing.network.notices,
        *_notices.attachment_notices(buildings, opportunities, study),
        *_notices.closed_space_notices(study, footing.ways_in),
        *_hours.notices(opportunities),
        *_notices.partial_notices(completeness),
        *(aims.notices if aims else ()),
        *found,
    )
    scored = list(categories.index[categories["scored"]])
    medians = _gates.by_policy(study, opportunities, buildings, scored, cache) if "life_circle" in parts else {}
    return Evaluation(
        **{
            name: getattr(footing, name)
            for name in ("study", "network", "place", "origins", "opportunities", "ways_in")
        },
        categories=study.categories,
        category_table=categories,
        cost_dm=circle.walks.cost_dm,
        length_dm=circle.walks.length_dm,
        access=_circle.long_table(study, circle.walks, categories["has_data"]),
        buildings=buildings,
        coverage=circle.coverage,
        by_time=by_time,
        isochrones=rings,
        innovation=innovation,
        completeness=completeness,
        account=account_table(study.account + aims.account if aims else study.account),
        notices=notice_table(notices),
        parts=parts,
        summary={
            **_summary.summary(study, footing.network, buildings, circle.coverage, categories, innovation),
            "score_median_by_gates": medians,
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
