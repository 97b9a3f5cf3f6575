"""Reasons to stay: open space at hand, seats, trees, light, shelter and toilets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor import access
from corridor.indicators import open_space
from corridor.indicators.street import _reach
from corridor.indicators.street._columns import told_where
from corridor.indicators.street.survey import as_facts, placed
from corridor.network import Network, Placer
from corridor.streets import Facts, Segments, facts
from corridor.streets.mapped import Mapped
from corridor.streets.sides import beside
from corridor.study import StudyArea

# A walk to open space is looked for up to so many minutes.
FARTHEST_MIN = 15
SHELTER_M = 25.0
Hand = tuple[pd.DataFrame, pd.DataFrame]
_CLOSED = frozenset(("private", "no", "employees", "residents"))


def table(
    segments: Segments,
    study: StudyArea,
    network: Network,
    opportunities: gpd.GeoDataFrame,
    *,
    placer: Placer | None = None,
    known: Facts | None = None,
    ways_in: pd.DataFrame | None = None,
    at: Hand | None = None,
    mapped: Mapped | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the indicators of staying and what each rests on.

    Parameters
    ----------
    segments : Segments
    study, network : StudyArea, Network
    opportunities : GeoDataFrame
        Classified places; open space and amenities are read from the study, with the entrances and areas they need.
    placer : Placer, optional
        Of the evaluation; a scenario's keeps everybody's place.
    known : Facts, optional
        As `streets.facts` returns them with the survey over the tags, where they are at hand.
    ways_in : DataFrame, optional
        As `open_space.doors` returns them, where they are at hand.
    at : (values, basis), optional
        One of those of `at_hand`, where it is known; other segments than its own have none of its values.
    mapped : Mapped, optional
        What the baseline of a scenario has on its map.

    Returns
    -------
    values : DataFrame
        Float64 on `segment_id`: `open_space_walk_m`, `open_spaces_5min`, `open_space_m2_5min`, `seats_per_100m`,
        `trees_per_100m`, `lamps_per_100m`, `lit`, `shelters_per_100m`, `toilets_5min`.
    basis : DataFrame
        The same shape: "mapped", "survey", "estimate" (a scenario's), "synthetic" or NA; "unmapped" where a value is
        missing because nobody mapped open space or a toilet near.
    """
    del opportunities  # part of the contract; classes of the life circle leave out areas and toilets
    index = segments.segments.index
    told = _reach.told(study)
    surveyed = known
    if surveyed is None:
        surveyed = facts(segments, study, survey=as_facts(placed(segments, study).answers, segments), mapped=mapped)
        surveyed = replace(surveyed, basis=surveyed.basis.where(surveyed.basis != "survey", _survey_basis(study)))
    rests_on = surveyed.basis
    found: dict[str, tuple[pd.Series, str | pd.Series]] = {}
    for code, fact in (("seats_per_100m", "seats"), ("trees_per_100m", "trees"), ("lamps_per_100m", "lamps")):
        found[code] = (_reach.per_100m(surveyed.values[fact], segments), rests_on[fact])  # noqa: PD011  (a table)
    found["lit"] = (surveyed.values["lit"], rests_on["lit"])  # noqa: PD011
    found["shelters_per_100m"] = (shelters(segments, study, mapped), told)
    values, basis = _reach.side_by_side(index, found)
    near, near_basis = (
        at_hand(segments, study, network, placer=placer, ways_in=ways_in, mapped=mapped)[0]
        if at is None
        else (part.reindex(index) for part in at)
    )
    return pd.concat([near, values], axis=1), pd.concat([near_basis, basis], axis=1)


def at_hand(
    segments: Segments,
    study: StudyArea,
    network: Network,
    *,
    placer: Placer | None = None,
    ways_in: pd.DataFrame | None = None,
    speeds: Sequence[float] | None = None,
    mapped: Mapped | None = None,
) -> list[Hand]:
    """Return those of the indicators that walks decide, (values, basis) for each walking speed.

    - `open_space_walk_m`: as `open_space_walk_m` measures it.
    - `open_spaces_5min`, `open_space_m2_5min`: the open spaces of 400 m² or more with an entrance within 5 minutes of
      the segment, and their area; one with several gates counts once. Source: as `open_space_walk_m`.
    - `toilets_5min`: the public toilets within 5 minutes. Source: working definition.

    Open space and toilets are known where one is within 5 minutes, or mapped within `streets.mapped_within_m`; farther
    off nobody may have mapped them, and all of it is NA: a long walk as well as a count of none.

    Parameters
    ----------
    speeds : sequence of float, optional
        Metres a minute; by default the middle one of the study.
    mapped : Mapped, optional
        What the baseline of a scenario has on its map.
    """
    index = segments.segments.index
    told = _reach.told(study)
    place = _reach.placer_of(study, network, placer)
    origins = _reach.doors(segments, place)
    ways_in = open_space.doors(study, place) if ways_in is None else ways_in
    cutoffs, farthest = _reach.cutoffs_dm(study, speeds), _reach.cutoffs_dm(study, speeds, FARTHEST_MIN)
    walks = open_space_walk_m(origins, ways_in, network, farthest, index)
    things: _reach.Things = {"open_spaces_5min": (ways_in, None), "open_space_m2_5min": (ways_in, "area_m2")}
    relief = toilets(study)
    if len(relief):
        things["toilets_5min"] = place(relief.geometry), None
    near = _reach.within(network, origins, things, cutoffs, index)
    before = mapped or Mapped()
    frame = segments.segments
    by_space = before.near(frame, "open_space", open_space.spaces(study).geometry.to_numpy(), study.config)
    by_toilets = before.near(frame, "toilets", relief.geometry.to_numpy(), study.config)
    out = []
    for walk, cutoff in zip(walks, cutoffs, strict=True):
        none = 0 * near["open_spaces_5min", cutoff]
        counts = {code: near.get((code, cutoff), none) for code in (*things, "toilets_5min")}
        found = {}
        for code, values in {"open_space_walk_m": walk, **counts}.items():
            mine, one = (by_toilets, "toilets_5min") if code == "toilets_5min" else (by_space, "open_spaces_5min")
            known = mine | counts[one].gt(0).fillna(False).to_numpy(dtype=bool)
            found[code] = values.where(known), pd.Series(told_where(known, told), index=index, dtype="string")
        out.append(_reach.side_by_side(index, found))
    return out


def open_space_walk_m(
    origins: pd.DataFrame, ways_in: pd.DataFrame, network: Network, cutoffs_dm: Sequence[int], index: pd.Index
) -> list[pd.Series]:
    """Measure the walk to the nearest entrance of a public open space of 400 m² or more, once for each farthest walk.

    Formula: the cheapest walk from the segment's start, middle or end (steps and waits counted in metres), in m.
    Source: Shanghai planning guide for the 15-minute community life circle (2016). NA: none within the walk.
    """
    found = access.nearest(network, origins, ways_in, cutoff_dm=max(cutoffs_dm), by="kind", categories=["all"])
    walk = found["all"].astype("Float64").reindex(index)
    return [walk.where(walk <= cutoff) / 10 for cutoff in cutoffs_dm]


def shelters(segments: Segments, study: StudyArea, mapped: Mapped | None = None) -> pd.Series:
    """Count shelters on 100 m of street.

    Formula: shelters, and stops with a roof, within 25 m of the segment they are nearest to ÷ length × 100; NA where
    none is mapped on the segment: that nobody drew one does not say that there is none. Source: working definition.
    In a scenario those that `mapped` has and the study has not are known to be gone.
    """
    rows, points = range(len(segments.segments)), sheltered(study).geometry
    number = _on_each(segments, points)
    before = (mapped or Mapped()).shapes.get("shelters")
    if before is not None:
        had = _on_each(segments, gpd.GeoSeries(before, crs=points.crs))
        number = pd.concat([number, 0 * had[~had.index.isin(number.index)]])
    counted = pd.Series(number.reindex(rows).to_numpy(), index=segments.segments.index).astype("Float64")
    return _reach.per_100m(counted, segments).round(6)


def _on_each(segments: Segments, points: gpd.GeoSeries) -> pd.Series:
    """Count points beside segments, by position; without a row where there is none."""
    return beside(segments.segments, points, SHELTER_M).groupby("segment").size()


def sheltered(study: StudyArea) -> gpd.GeoDataFrame:
    """Return the shelters, and stops with a roof."""
    return tagged(study.amenities, ("shelter",), lambda t: t.get("amenity") == "shelter" or t.get("shelter") == "yes")


def toilets(study: StudyArea) -> gpd.GeoDataFrame:
    """Return the public toilets."""
    return tagged(
        study.amenities, ("toilets",), lambda t: t.get("amenity") == "toilets" and t.get("access") not in _CLOSED
    )


def tagged(
    amenities: gpd.GeoDataFrame, words: tuple[str, ...], fits: Callable[[Mapping[str, str]], bool]
) -> gpd.GeoDataFrame:
    """Return the amenities whose tags fit; only those with one of the words in their tags are looked at."""
    likely = amenities["tags"].str.contains("|".join(words)).fillna(False).astype(bool)
    rows = amenities[likely]
    return rows[np.array([fits(json.loads(text)) for text in rows["tags"]], dtype=bool)]


def _survey_basis(study: StudyArea) -> str:
    """Return what a survey's counts rest on."""
    return "synthetic" if len(study.survey) and bool(study.survey["synthetic"].all()) else "survey"
