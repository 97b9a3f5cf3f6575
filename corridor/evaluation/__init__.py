"""Evaluation: every indicator of one study, its tables and its account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor import access, isochrones, taxonomy
from corridor.errors import Text
from corridor.evaluation import _notices, _summary
from corridor.evaluation._notices import account_table, notice_table, unattached
from corridor.indicators import completeness as completeness_
from corridor.indicators import life_circle, people, place, public_space
from corridor.indicators.people import LEVELS, SUFFIX
from corridor.network import Network, attach, build_network
from corridor.study import StudyArea

SECONDS_PER_MINUTE = 60.0
DM_PER_M = 10.0
COUNTED_MIN = (5, 10, 15)
__all__ = ["Evaluation", "account_table", "data_completeness", "evaluate", "notice_table", "unattached"]

Progress = Callable[[Text], None]


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


def evaluate(study: StudyArea, *, progress: Progress | None = None) -> Evaluation:
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
    opportunities = _opportunities(study, network, ways_in)
    say(Text("连接建筑", "Attaching buildings"))
    origins = attach(network, _doors(study), tolerance_m=walker.snap_m)
    say(Text("计算步行距离", "Computing walking distances"))
    # A building off the main network has no walk that means anything: it is unscored, and its walks are missing.
    connected = origins["edge"].notna() & ~origins["island"]
    cost_dm = _nearest(study, network, origins, opportunities, "cost").where(connected)
    length_dm = _nearest(study, network, origins, opportunities, "length").where(connected)
    counts = _counts(study, network, origins, opportunities)
    say(Text("计算得分与覆盖", "Scoring and coverage"))
    category_table = _category_table(study, opportunities)
    buildings = _buildings(study, connected, cost_dm, category_table)
    coverage = _coverage(study, buildings, cost_dm, category_table["has_data"])
    say(Text("计算等时圈", "Computing isochrones"))
    rings = _isochrones(study, network)
    completeness = data_completeness(study, buildings, category_table["has_data"])
    notices = (
        *_notices.schematic_notice(study),
        *study.notices,
        *network.notices,
        *_notices.attachment_notices(buildings, opportunities, study),
        *_notices.closed_space_notices(study, ways_in),
        *_notices.partial_notices(completeness),
    )
    return Evaluation(
        study=study,
        network=network,
        categories=study.categories,
        category_table=category_table,
        opportunities=opportunities,
        cost_dm=cost_dm,
        length_dm=length_dm,
        access=_long(study, cost_dm, length_dm, counts, category_table["has_data"]),
        buildings=buildings,
        coverage=coverage,
        isochrones=rings,
        completeness=completeness,
        account=account_table(study.account),
        notices=notice_table(notices),
        summary=_summary.summary(study, buildings, coverage, category_table),
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


def _opportunities(study: StudyArea, network: Network, ways_in: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Classify everything one can walk to, and attach it to the network."""
    found = taxonomy.classify(
        study.categories,
        amenities=study.amenities,
        open_space=study.open_space,
        buildings=study.buildings,
        entrances=study.entrances,
        carriers=study.carriers,
        stations=study.stations,
        events=study.events,
        access_points=ways_in,
    )
    return found.join(attach(network, found.geometry, tolerance_m=study.config.walker.snap_m))


def _doors(study: StudyArea) -> gpd.GeoSeries:
    """Return the point at which each building is left: its first main entrance where mapped, else a point inside."""
    doors = study.buildings.geometry.representative_point()
    mapped = study.entrances[study.entrances["of"].isin(study.buildings.index)]
    rank = mapped["kind"].map({"main": 0, "yes": 1}).fillna(2)
    mapped = mapped.assign(rank=rank).sort_values(["of", "rank", "node_id"]).drop_duplicates("of").set_index("of")
    doors.loc[mapped.index] = mapped.geometry
    return doors


def _nearest(
    study: StudyArea,
    network: Network,
    origins: pd.DataFrame,
    opportunities: gpd.GeoDataFrame,
    impedance: Literal["cost", "length"],
) -> pd.DataFrame:
    """Distance to the nearest opportunity of each category, one search cutoff for all."""
    fastest = life_circle.tier_dm(study.categories, study.config.walker.speed_m_min.high)
    found = access.nearest(
        network, origins, opportunities, cutoff_dm=2 * int(fastest.max()), by="category", impedance=impedance
    )
    return found.reindex(columns=[c.code for c in study.categories]).astype("Int32")


def _counts(study: StudyArea, network: Network, origins: pd.DataFrame, opportunities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count the places of each category within 5, 10 and 15 minutes at the profile's speed, the limit included."""
    cutoffs = [int(np.floor(m * study.config.walker.speed_m_min.middle * DM_PER_M + 1e-9)) for m in COUNTED_MIN]
    codes = [c.code for c in study.categories]
    found = access.cumulative(network, origins, opportunities, cutoffs_dm=cutoffs, by="category", categories=codes)
    minutes = dict(zip(cutoffs, COUNTED_MIN, strict=True))
    return found.rename(columns=minutes, level="cutoff_dm")


def _category_table(study: StudyArea, opportunities: gpd.GeoDataFrame) -> pd.DataFrame:
    attached = opportunities[opportunities["edge"].notna()]
    counts = attached.groupby("category")["source_id"].nunique()
    codes = [c.code for c in study.categories]
    table = pd.DataFrame(
        {
            "kind": [c.kind for c in study.categories],
            "zh": [c.zh for c in study.categories],
            "en": [c.en for c in study.categories],
            "tier_min": [c.tier_min for c in study.categories],
            "tier_m": pd.array([c.tier_m for c in study.categories], dtype="Int64"),
            "source_zh": [c.source.zh for c in study.categories],
            "source_en": [c.source.en for c in study.categories],
            "clause_zh": [c.clause.zh for c in study.categories],
            "clause_en": [c.clause.en for c in study.categories],
            "grade": [c.grade for c in study.categories],
            "weight": [float(c.weight) for c in study.categories],
            "stage": pd.array([c.stage for c in study.categories], dtype="string"),
            "n_opportunities": counts.reindex(codes).fillna(0).astype("int64").to_numpy(),
            "incomplete": [c.incomplete for c in study.categories],
        },
        index=pd.Index(codes, name="category", dtype="string"),
    )
    table["has_data"] = table["n_opportunities"] > 0
    table["scored"] = table["has_data"] & (table["weight"] > 0)
    if not study.config.score.score_incomplete:
        table["scored"] &= ~table["incomplete"]
    return table


def _buildings(
    study: StudyArea, connected: pd.Series, cost_dm: pd.DataFrame, category_table: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Join what is known of each building: place, people, scores over the speed band."""
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
    out = out.join(people.people(out, rules))
    scored = list(category_table.index[category_table["scored"]])
    weights = study.config.score.kind_weights
    speeds = study.config.walker.speed_m_min
    for level in LEVELS:
        share = life_circle.contribution(cost_dm[scored], study.categories, getattr(speeds, level))
        found = life_circle.scores(share, study.categories, weights).where(out["connected"])
        out = out.join(
            found if level == "middle" else found[["score_total"]].rename(columns=lambda c, s=level: f"{c}_{s}")
        )
    met = life_circle.met(cost_dm[scored], study.categories, speeds.middle)
    out["n_met"] = met.sum(axis=1).astype("int64")
    out["n_scored"] = len(scored)
    return out


def _coverage(
    study: StudyArea, buildings: gpd.GeoDataFrame, cost_dm: pd.DataFrame, has_data: pd.Series
) -> pd.DataFrame:
    """Coverage of the area and of the corridor; a category without data has no share."""
    speeds = study.config.walker.speed_m_min
    met = {level: life_circle.met(cost_dm, study.categories, getattr(speeds, level)) for level in LEVELS}
    heads = {
        level: pd.DataFrame(
            {
                "buildings": 1.0,
                "residents": buildings[f"residents{SUFFIX[level]}"],
                "workers": buildings[f"workers{SUFFIX[level]}"],
            },
            index=buildings.index,
        )
        for level in LEVELS
    }
    parts = []
    for name, rows in (("area", buildings["in_area"]), ("corridor", buildings["on_corridor"])):
        part = life_circle.coverage(met, heads, rows)
        part.insert(0, "place", name)
        parts.append(part)
    out = pd.concat(parts, ignore_index=True)
    unknown = ~out["category"].map(has_data).astype(bool)
    out.loc[unknown, ["share", "share_low", "share_high"]] = pd.NA
    out["count"] = out["count"].astype("Float64").mask(unknown)
    return out


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


def _long(
    study: StudyArea, cost_dm: pd.DataFrame, length_dm: pd.DataFrame, counts: pd.DataFrame, has_data: pd.Series
) -> pd.DataFrame:
    """Lay the two matrices out as one long table, sorted by building and category.

    Where the study has no data of a category nothing is known: all values are NA. Where there are data and
    none is in reach, the walks are NA and `met` is false.
    """
    speed = study.config.walker.speed_m_min.middle
    codes = list(cost_dm.columns)
    cost = cost_dm.to_numpy(dtype=float, na_value=np.nan)
    length = length_dm.to_numpy(dtype=float, na_value=np.nan)
    metres = np.array([np.nan if c.tier_m is None else c.tier_m for c in study.categories], dtype=float)
    reached = life_circle.met(cost_dm, study.categories, speed).to_numpy()
    share = life_circle.contribution(cost_dm, study.categories, speed).to_numpy()
    within = pd.array((length / DM_PER_M <= metres).ravel(), dtype="boolean")
    within[np.broadcast_to(np.isnan(metres), cost.shape).ravel()] = pd.NA
    rows = len(cost_dm)
    unknown = np.tile(~has_data[codes].to_numpy(), rows)
    within[unknown] = pd.NA
    walk_s = np.round(cost / DM_PER_M / speed * SECONDS_PER_MINUTE, 1)
    return pd.DataFrame(
        {
            "building_id": pd.Categorical.from_codes(
                np.repeat(np.arange(rows), len(codes)), cost_dm.index.astype(object)
            ),
            "category": pd.Categorical.from_codes(np.tile(np.arange(len(codes)), rows), codes),
            "walk_s": _nullable(walk_s),
            "walk_m": _nullable(length / DM_PER_M),
            **{f"n_{m}min": _count(counts.xs(m, axis=1, level="cutoff_dm")[codes], unknown) for m in COUNTED_MIN},
            "met": pd.arrays.BooleanArray(reached.ravel(), unknown),
            "within_m": within,
            "m": pd.arrays.FloatingArray(share.ravel(), unknown),
        }
    )


def _count(counts: pd.DataFrame, unknown: np.ndarray) -> pd.arrays.IntegerArray:
    flat = counts.to_numpy(dtype=float, na_value=np.nan).ravel()
    missing = np.isnan(flat) | unknown
    return pd.arrays.IntegerArray(np.where(missing, 0, flat).astype("int64"), missing)


def _nullable(values: np.ndarray) -> pd.arrays.FloatingArray:
    flat = values.ravel()
    missing = np.isnan(flat)
    return pd.arrays.FloatingArray(np.where(missing, 0.0, flat), missing)
