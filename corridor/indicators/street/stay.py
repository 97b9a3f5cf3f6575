"""Reasons to stay: open space at hand, seats, trees, light, shelter and toilets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor import access
from corridor.indicators import open_space
from corridor.indicators.street import _reach
from corridor.indicators.street.survey import as_facts, placed
from corridor.network import Network, Placer
from corridor.streets import Facts, Segments, facts
from corridor.streets.sides import beside
from corridor.study import StudyArea

# A walk to open space is looked for up to so many minutes.
FARTHEST_MIN = 15
SHELTER_M = 25.0
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

    Returns
    -------
    values : DataFrame
        Float64 on `segment_id`: `open_space_walk_m`, `open_spaces_5min`, `open_space_m2_5min`, `seats_per_100m`,
        `trees_per_100m`, `lamps_per_100m`, `lit`, `shelters_per_100m`, `toilets_5min`.
    basis : DataFrame
        The same shape: "mapped", "survey", "estimate" (a scenario's), "synthetic" or NA.
    """
    del opportunities  # part of the contract; classes of the life circle leave out areas and toilets
    index = segments.segments.index
    told = _reach.told(study)
    place = _reach.placer_of(study, network, placer)
    surveyed = known
    if surveyed is None:
        surveyed = facts(segments, study, survey=as_facts(placed(segments, study).answers, segments))
        surveyed = replace(surveyed, basis=surveyed.basis.where(surveyed.basis != "survey", _survey_basis(study)))
    rests_on = surveyed.basis
    found: dict[str, tuple[pd.Series, str | pd.Series]] = {}
    for code, fact in (("seats_per_100m", "seats"), ("trees_per_100m", "trees"), ("lamps_per_100m", "lamps")):
        found[code] = (_reach.per_100m(surveyed.values[fact], segments), rests_on[fact])  # noqa: PD011  (a table)
    found["lit"] = (surveyed.values["lit"], rests_on["lit"])  # noqa: PD011
    found["shelters_per_100m"] = (shelters(segments, study), told)
    values, basis = _reach.side_by_side(index, found)
    near, near_basis = at_hand(segments, study, network, placer=place, ways_in=ways_in)
    return pd.concat([near, values], axis=1), pd.concat([near_basis, basis], axis=1)


def at_hand(
    segments: Segments,
    study: StudyArea,
    network: Network,
    *,
    placer: Placer | None = None,
    ways_in: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return those of the indicators that walks decide: open space and toilets within minutes."""
    index = segments.segments.index
    told = _reach.told(study)
    place = _reach.placer_of(study, network, placer)
    origins = _reach.doors(segments, place)
    if ways_in is None:
        ways_in = open_space.doors(study, place)
    return _reach.side_by_side(
        index,
        {
            "open_space_walk_m": (open_space_walk_m(origins, ways_in, network, study, index), told),
            "open_spaces_5min": (_reach.within(network, origins, ways_in, _reach.cutoff_dm(study), index), told),
            "open_space_m2_5min": (open_space_m2(origins, ways_in, network, study, index), told),
            "toilets_5min": (toilets(origins, place, study, index), told),
        },
    )


def open_space_walk_m(
    origins: pd.DataFrame, ways_in: pd.DataFrame, network: Network, study: StudyArea, index: pd.Index
) -> pd.Series:
    """Measure the walk to the nearest entrance of a public open space of 400 m² or more.

    Formula: the cheapest walk from the segment's start, middle or end (steps and waits counted in metres), in m.
    Source: Shanghai planning guide for the 15-minute community life circle (2016). NA: none within 15 minutes.
    """
    cutoff = _reach.cutoff_dm(study, FARTHEST_MIN)
    found = access.nearest(network, origins, ways_in, cutoff_dm=cutoff, by="kind", categories=["all"])
    return (found["all"].astype("Float64") / 10).reindex(index)


def open_space_m2(
    origins: pd.DataFrame, ways_in: pd.DataFrame, network: Network, study: StudyArea, index: pd.Index
) -> pd.Series:
    """Add up the area (m²) of the open spaces of 400 m² or more with an entrance within 5 minutes of the segment.

    A space with several gates counts once. Source: as `open_space_walk_m`.
    """
    return _reach.within(network, origins, ways_in, _reach.cutoff_dm(study), index, weight="area_m2")


def shelters(segments: Segments, study: StudyArea) -> pd.Series:
    """Count shelters on 100 m of street.

    Formula: shelters, and stops with a roof, within 25 m of the segment they are nearest to ÷ length × 100; NA where
    none is mapped on the segment: that nobody drew one does not say that there is none. Source: working definition.
    """
    points = tagged(study.amenities, ("shelter",), lambda t: t.get("amenity") == "shelter" or t.get("shelter") == "yes")
    near = beside(segments.segments, points.geometry, SHELTER_M)
    number = near.groupby("segment").size().reindex(range(len(segments.segments)))
    counted = pd.Series(number.to_numpy(), index=segments.segments.index).astype("Float64")
    return _reach.per_100m(counted, segments).round(6)


def toilets(origins: pd.DataFrame, place: Placer, study: StudyArea, index: pd.Index) -> pd.Series:
    """Count the public toilets within 5 minutes' walk of the segment.

    Source: working definition. NA everywhere in a study that has none mapped at all.
    """
    points = tagged(
        study.amenities, ("toilets",), lambda t: t.get("amenity") == "toilets" and t.get("access") not in _CLOSED
    )
    if points.empty:
        return _reach.missing(index)
    return _reach.within(place.network, origins, place(points.geometry), _reach.cutoff_dm(study), index)


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
