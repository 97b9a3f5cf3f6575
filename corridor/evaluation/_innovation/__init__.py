"""The innovation chain of an evaluation: linkage, chain coverage, services, events, trails, and all of it by group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from corridor import schemas
from corridor.errors import Notice
from corridor.evaluation import _events, _groups, _hours
from corridor.evaluation._innovation import _notices
from corridor.evaluation._innovation._before import Before, stations_of, venues_of
from corridor.evaluation._innovation._places import Basis, belt_of, firm_points, places_of, stage_places
from corridor.evaluation._innovation._trips import trips
from corridor.evaluation._innovation._who import Near, Who
from corridor.evaluation._trails import FARTHEST_DM, Walker, walked
from corridor.indicators import chain, linkage
from corridor.network import Placer
from corridor.study import StudyArea

if TYPE_CHECKING:
    import networkx as nx

    from corridor.evaluation._footing import Footing

__all__ = ["STATION_TYPES", "Innovation", "belt_of", "empty", "firm_points", "innovation", "places_of"]

STATION_TYPES = ("business", "fintech", "ai", "ip", "quality", "talent", "finance")


@dataclass(frozen=True)
class Innovation:
    """Linkage, chain, services, events and trails of one study; every table is declared in `corridor.schemas`.

    Attributes
    ----------
    places : GeoDataFrame
        On `place_id`: carriers and institutes, what each has in reach, whether it is off the belt, its stages.
    links : DataFrame
        Every ordered pair of places: `cost_dm`, `walk_s`, `walk_m`, `decay`, `link`.
    core_links : GeoDataFrame
        The links from the core carriers as straight lines.
    chain : DataFrame
        On `building_id`: walks to the four stages, how many are within 5, 10 and 15 minutes, the first one missing.
    chain_coverage : DataFrame
        `stage` (or "all"), `group`, `minutes`, `share`, `count`, `total`.
    chain_basis : {"records", "osm", "none"}
        What counts as a place of a stage: the carriers and institutes of the records; where the records name no stage,
        the places of OSM that the categories give one; or there is none.
    ladder : DataFrame
        From every place the nearest place of each later stage.
    service_coverage, event_coverage : DataFrame
        Shares by station type and by series of events.
    event_times : DataFrame
        Every event at every moment of the study: open, closed or unknown, and why.
    one_trip : DataFrame
        Every service chain from every place and firm: the shortest walk and its stations.
    groups : DataFrame
        Carriers and firms counted by industry, policy tag and department.
    group_coverage : DataFrame
        The same groups: shares within 5, 10 and 15 minutes of each stage, station type and series of events.
    trails : GeoDataFrame
        One row a trail, its line along the streets.
    trail_stops : GeoDataFrame
        The stops of each in walking order.
    firm_walks : DataFrame
        Firms × the four stages and the station types: decimetres to the nearest (Int32; NA out of reach).
    """

    places: gpd.GeoDataFrame
    links: pd.DataFrame
    core_links: gpd.GeoDataFrame
    chain: pd.DataFrame
    chain_coverage: pd.DataFrame
    chain_basis: Basis
    ladder: pd.DataFrame
    service_coverage: pd.DataFrame
    event_coverage: pd.DataFrame
    one_trip: pd.DataFrame
    groups: pd.DataFrame
    trails: gpd.GeoDataFrame
    trail_stops: gpd.GeoDataFrame
    firm_walks: pd.DataFrame = field(default_factory=pd.DataFrame)
    event_times: pd.DataFrame = field(default_factory=_events.empty)
    group_coverage: pd.DataFrame = field(default_factory=_groups.empty)

    def graph(self) -> nx.DiGraph[str]:
        """Return places and links as a networkx graph; see `corridor.indicators.linkage.linkage_graph`."""
        return linkage.linkage_graph(self.places, self.links)


def innovation(
    study: StudyArea,
    place: Placer,
    origins: pd.DataFrame,
    buildings: gpd.GeoDataFrame,
    opportunities: gpd.GeoDataFrame,
    baseline: Footing | None = None,
) -> tuple[Innovation, list[Notice]]:
    """Measure the innovation chain of a study.

    Parameters
    ----------
    study : StudyArea
    place : Placer
        Attaches points to the network.
    origins : DataFrame
        The buildings' attach table.
    buildings : GeoDataFrame
        Evaluated: `in_area`, `connected`, `residents`, `workers`.
    opportunities : GeoDataFrame
        As in `Footing`.
    baseline : Footing, optional
        Before a scenario's edits: what it had is known to be gone where an edit takes it away, and stops of trails that go
        are told, not asked for.

    Returns
    -------
    Innovation, list of Notice

    Raises
    ------
    StudyError
        A stop of a trail is not in the records, or several places bear its name.
    """
    walker, records = Walker.of(study, place), places_of(study)
    speed = walker.speed
    who = Who.of(study, walker, origins, buildings, records)
    before = Before.of(baseline)
    steps, basis = stage_places(study, records, who.places, opportunities, before.basis)
    stages = Near.of(walker, who, steps, "stage", chain.STAGES, before.stages)
    stations, venues = stations_of(study, walker), venues_of(study, walker)
    served = Near.of(walker, who, stations, "type", STATION_TYPES, before.types)
    series = sorted({*venues["series"].dropna(), *before.series})
    held = Near.of(walker, who, venues, "series", series, before.series)
    kinds = {"stage": stages, "station": served, "event": held}
    linked = _linked(study, walker, records, who, stages)
    one_trip = trips(study, walker, stations, who, records, before.types)
    trails, stops, broken = walked(study, walker, before.study)
    found = Innovation(
        **linked,
        chain=chain.coverage(stages.cost_dm["buildings"], speed_m_min=speed),
        chain_coverage=stages.chain_coverage(who, speed),
        chain_basis=basis,
        service_coverage=served.coverage(who, ("firms", "workers", "carriers"), speed),
        event_coverage=held.coverage(who, ("firms", "residents"), speed),
        one_trip=one_trip,
        groups=_groups.groups(study, linked["places"], stages.cost_dm["firms"], one_trip, speed),
        group_coverage=_groups.group_coverage(study, linked["places"], kinds, speed),
        trails=trails,
        trail_stops=stops,
        event_times=_events.event_times(study, _hours.centre(study)),
        firm_walks=stages.cost_dm["firms"].join(served.cost_dm["firms"]),
    )
    lacking = [*_notices.unattached(records, who.places), *_notices.no_station(study, stations)]
    return found, [*lacking, *broken, *_events.notices(study)]


def _linked(
    study: StudyArea, walker: Walker, records: gpd.GeoDataFrame, who: Who, stages: Near
) -> dict[str, pd.DataFrame]:
    """Return the tables of places and of the walks between them: `places`, `links`, `core_links`, `ladder`."""
    speed, rule = walker.speed, study.config.linkage
    cost = linkage.matrix(walker.network, who.places, who.places, cutoff_dm=FARTHEST_DM)
    length = linkage.matrix(walker.network, who.places, who.places, cutoff_dm=FARTHEST_DM, impedance="length")
    weight = records["floor_area_m2" if rule.weight == "floor_area" else "firms"].astype("Float64")
    links = linkage.links(cost, length, weight, decay=linkage.decay(rule.decay, speed), speed_m_min=speed)
    places = records.join(
        [
            linkage.reach(links, records.index, weight, speed_m_min=speed),
            belt_of(study, walker, records, who.places, cost),
            chain.coverage(stages.cost_dm["places"], speed_m_min=speed),
        ]
    )
    return {
        "places": places,
        "links": links,
        "core_links": linkage.lines(records, links, sorted(records.index[records["is_core"]])),
        "ladder": chain.ladder(records, cost, length, speed_m_min=speed),
    }


def empty(crs: Any) -> Innovation:
    """Return all tables without a row, in the shape of their schemas."""
    dtypes = {"string": "string", "int": "Int64", "float": "Float64", "bool": "bool"}
    tables: dict[str, Any] = {}
    for name, table in (
        ("places", schemas.INNOVATION_PLACES), ("links", schemas.LINKS), ("core_links", schemas.CORE_LINKS),
        ("chain", schemas.CHAIN), ("chain_coverage", schemas.CHAIN_COVERAGE), ("ladder", schemas.LADDER),
        ("service_coverage", schemas.SERVICE_COVERAGE), ("event_coverage", schemas.EVENT_COVERAGE),
        ("one_trip", schemas.ONE_TRIP), ("groups", schemas.INNOVATION_GROUPS), ("trails", schemas.TRAILS),
        ("trail_stops", schemas.TRAIL_STOPS),
    ):  # fmt: skip
        columns = {c.name: pd.array([], dtype=dtypes[c.dtype]) for c in table.columns if c.name != "geometry"}
        frame = pd.DataFrame(columns)
        if table.index is not None:
            frame.index = pd.Index([], name=table.index.name, dtype="object")
        if "geometry" in {c.name for c in table.columns}:
            frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], index=frame.index, crs=crs))
        tables[name] = frame
    return Innovation(**tables, chain_basis="none")
