"""The innovation chain of an evaluation: linkage, chain coverage, services, events, trails, and all of it by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor import schemas
from corridor.access import nearest
from corridor.errors import Notice, Text
from corridor.evaluation import _events, _groups, _hours
from corridor.evaluation._trails import FARTHEST_DM, Walker, walked
from corridor.indicators import chain, coverage, linkage, services
from corridor.network import Placer
from corridor.study import StudyArea

if TYPE_CHECKING:
    import networkx as nx

STATION_TYPES = ("business", "fintech", "ai", "ip", "quality", "talent", "finance")
_PLACE_COLUMNS = (
    "name", "kind", "stage", "is_core", "floor_area_m2", "firms", "industry", "policies", "owner", "uncertainty_m",
    "synthetic", "geometry",
)  # fmt: skip

Basis = Literal["records", "osm", "none"]


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


@dataclass(frozen=True)
class Who:
    """Who walks: attach tables, and what their rows count for.

    `buildings` holds all of them, those off the main network unattached; `counted` the weights of those in the area.
    """

    buildings: pd.DataFrame
    counted: pd.DataFrame
    places: pd.DataFrame
    firms: pd.DataFrame


def innovation(
    study: StudyArea,
    place: Placer,
    origins: pd.DataFrame,
    buildings: gpd.GeoDataFrame,
    opportunities: gpd.GeoDataFrame,
    category_table: pd.DataFrame,
    before: StudyArea | None = None,
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
    opportunities, category_table : GeoDataFrame, DataFrame
        As in `Evaluation`.
    before : StudyArea, optional
        Before a scenario's edits: stops of trails that it takes away are told, not asked for.

    Returns
    -------
    Innovation, list of Notice

    Raises
    ------
    StudyError
        A stop of a trail is not in the records, or several places bear its name.
    """
    walker, network = Walker.of(study, place), place.network
    speed = walker.speed
    records = places_of(study)
    counted = buildings.loc[buildings["in_area"], ["residents", "workers"]].assign(buildings=1.0)
    who = Who(
        buildings=origins.assign(edge=origins["edge"].where(buildings["connected"])),
        counted=counted,
        places=walker.attached(records.geometry),
        firms=walker.attached(firm_points(study.firms, study.carriers)),
    )
    cost = linkage.matrix(network, who.places, who.places, cutoff_dm=FARTHEST_DM)
    length = linkage.matrix(network, who.places, who.places, cutoff_dm=FARTHEST_DM, impedance="length")
    rule = study.config.linkage
    weight = records["floor_area_m2" if rule.weight == "floor_area" else "firms"].astype("Float64")
    links = linkage.links(cost, length, weight, decay=linkage.decay(rule.decay, speed), speed_m_min=speed)

    steps, basis = _stage_places(records, who.places, opportunities, category_table)
    stages = {
        name: chain.stage_walks(network, table, steps, cutoff_dm=walker.near_dm)
        for name, table in (("buildings", who.buildings), ("places", who.places), ("firms", who.firms))
    }
    stations = walker.attached(study.stations.geometry).assign(type=study.stations["type"])
    venues = walker.attached(study.events.geometry).assign(
        series=study.events["series"].fillna(study.events["name"]).astype("string")
    )
    series = sorted(venues["series"].dropna().unique())
    walks = {
        name: {
            "stage": stages[key],
            "station": _nearest(walker, table, stations, "type", STATION_TYPES),
            "event": _nearest(walker, table, venues, "series", series),
        }
        for name, key, table in (("carriers", "places", who.places), ("firms", "firms", who.firms))
    }
    have = {"stage": set(steps["stage"]), "station": _attached(stations, "type"), "event": _attached(venues, "series")}
    places = records.join(
        [
            linkage.reach(links, records.index, weight, speed_m_min=speed),
            belt_of(study, walker, records, who.places, cost),
            chain.coverage(stages["places"], speed_m_min=speed),
        ]
    )
    trips = _trips(study, walker, stations, who, records)
    trails, stops, broken = walked(study, walker, before)
    found = Innovation(
        places=places,
        links=links,
        core_links=linkage.lines(records, links, sorted(records.index[records["is_core"]])),
        chain=chain.coverage(stages["buildings"], speed_m_min=speed),
        chain_coverage=_chain_coverage(stages, who, sorted(steps["stage"].unique()), speed),
        chain_basis=basis,
        ladder=chain.ladder(records, cost, length, speed_m_min=speed),
        service_coverage=_coverage(walker, who, stations, "type", STATION_TYPES, ("firms", "workers", "carriers")),
        event_coverage=_coverage(walker, who, venues, "series", series, ("firms", "residents")),
        one_trip=trips,
        groups=_groups.groups(study, places, stages["firms"], trips, speed),
        group_coverage=_groups.group_coverage(study, places, walks, have, speed),
        trails=trails,
        trail_stops=stops,
        event_times=_events.event_times(study, _hours.centre(study)),
        firm_walks=stages["firms"].join(walks["firms"]["station"].astype("Int32")),
    )
    return found, [*_unattached(records, who.places), *_no_station(study, stations), *broken, *_events.notices(study)]


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


def places_of(study: StudyArea) -> gpd.GeoDataFrame:
    """Return carriers and institutes in one table, sorted by id; an institute whose id a carrier has is "institute|id"."""
    parts = []
    for name in ("carriers", "institutes"):
        table = getattr(study, name)
        part = table.reindex(columns=list(_PLACE_COLUMNS)).assign(table=name)
        clash = part.index.isin(study.carriers.index) & (name != "carriers")
        part.index = pd.Index(np.where(clash, "institute|" + part.index.astype(str), part.index), dtype="object")
        parts.append(pd.DataFrame(part))
    both = pd.concat(parts).sort_index()
    both["is_core"] = both["is_core"].astype("boolean").fillna(False).astype(bool)
    both["synthetic"] = both["synthetic"].astype("boolean").fillna(False).astype(bool)
    types = {"floor_area_m2": "Float64", "firms": "Int64", "uncertainty_m": "Float64"}
    types |= dict.fromkeys(("name", "kind", "stage", "industry", "policies", "owner", "table"), "string")
    both = both.astype(types)
    both.index = both.index.rename("place_id")
    return gpd.GeoDataFrame(both, geometry="geometry", crs=study.crs)


def firm_points(firms: gpd.GeoDataFrame, carriers: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return where each firm sits: its own coordinate, else that of its carrier."""
    own = firms.geometry
    theirs = firms["carrier_id"].map(carriers.geometry)
    points = [a if a is not None and not a.is_empty else b for a, b in zip(own, theirs, strict=True)]
    points = [None if point is None or point is pd.NA or point != point else point for point in points]
    return gpd.GeoSeries(points, index=firms.index, crs=firms.crs)


def _stage_places(
    records: gpd.GeoDataFrame, at: pd.DataFrame, opportunities: gpd.GeoDataFrame, category_table: pd.DataFrame
) -> tuple[pd.DataFrame, Basis]:
    """Return the places that stand for a stage of the chain, attached, with `stage`."""
    known = at.assign(stage=records["stage"])[at["edge"].notna() & records["stage"].isin(chain.STAGES)]
    if len(known):
        return known, "records"
    stage = opportunities["category"].map(category_table["stage"]).astype("string")
    found = opportunities.assign(stage=stage)[stage.isin(chain.STAGES) & opportunities["edge"].notna()]
    return found, "osm" if len(found) else "none"


def belt_of(
    study: StudyArea, walker: Walker, records: gpd.GeoDataFrame, at: pd.DataFrame, cost: pd.DataFrame
) -> pd.DataFrame:
    """Return walks to the nearest core carrier and the corridor, and who is off the belt."""
    core = cost[list(records.index[records["is_core"]])]
    to_core = core.min(axis=1).astype("Int32") if len(core.columns) else pd.Series(pd.NA, cost.index, dtype="Int32")
    # A core carrier is at itself, not a walk out of its door and in again away.
    to_core = to_core.mask(records["is_core"] & at["edge"].notna(), 0)
    to_corridor = linkage.corridor_walks(walker.network, at, study.corridor, cutoff_dm=FARTHEST_DM)
    return linkage.belt(
        to_core, to_corridor, at["edge"].notna(), belt_min=study.config.linkage.belt_min, speed_m_min=walker.speed
    )


def _weights(who: Who, group: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return the attach table of a group, and what each of its rows counts for."""
    if group in ("firms", "carriers"):
        table = who.firms if group == "firms" else who.places
        return table, pd.Series(1.0, index=table.index)
    return who.buildings.loc[who.counted.index], who.counted[group]


def _nearest(
    walker: Walker, table: pd.DataFrame, places: pd.DataFrame, subject: str, known: Sequence[str]
) -> pd.DataFrame:
    """Return decimetres to the nearest of the places by what stands in the column `subject`, NA out of reach."""
    attached = places[places["edge"].notna()]
    return nearest(walker.network, table, attached, cutoff_dm=walker.near_dm, by=subject, categories=list(known))


def _attached(places: pd.DataFrame, subject: str) -> set[str]:
    return set(places.loc[places["edge"].notna(), subject].dropna())


def _coverage(
    walker: Walker, who: Who, places: pd.DataFrame, subject: str, known: Sequence[str], asked: Sequence[str]
) -> pd.DataFrame:
    """Return the shares of each group within reach of places, by what stands in the column `subject`."""
    attached = places[places["edge"].notna()]
    have = _attached(places, subject)
    parts = []
    for group in asked:
        table, weight = _weights(who, group)
        cost = _nearest(walker, table, places, subject, known)
        part = coverage.shares(cost, weight, speed_m_min=walker.speed, subject=subject, known=have)
        part.insert(1, "group", group)
        parts.append(part)
    out = pd.concat(parts, ignore_index=True)
    out[subject] = out[subject].astype("string")
    counts = attached[subject].value_counts()
    out["n_places"] = out[subject].map(counts).fillna(0).astype("int64")
    return out


def _chain_coverage(stages: dict[str, pd.DataFrame], who: Who, known: Sequence[str], speed: float) -> pd.DataFrame:
    """Return the shares of each group that have each stage, and the whole chain, within reach."""
    have = {*known, "all"} if set(known) == set(chain.STAGES) else set(known)
    parts = []
    for group in ("buildings", "residents", "workers", "carriers", "firms"):
        name = {"carriers": "places", "firms": "firms"}.get(group, "buildings")
        _, weight = _weights(who, group)
        cost = stages[name].loc[weight.index]
        both = cost.assign(all=chain.whole_chain(cost))
        part = coverage.shares(both, weight, speed_m_min=speed, subject="stage", known=have)
        part.insert(1, "group", group)
        parts.append(part)
    out = pd.concat(parts, ignore_index=True)
    return out.assign(stage=out["stage"].astype("string"))


def _trips(
    study: StudyArea, walker: Walker, stations: pd.DataFrame, who: Who, records: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return every service chain from every place and every firm."""
    at = stations[stations["edge"].notna() & stations["type"].notna()]
    between = linkage.matrix(walker.network, at, at, cutoff_dm=FARTHEST_DM)
    # Both tables in one search; their ids may be the same, so they are told apart by position.
    both = pd.concat([who.places, who.firms]).reset_index(drop=True)
    to_all = linkage.matrix(walker.network, both, at, cutoff_dm=FARTHEST_DM)
    asks_back = any(asked.back for asked in study.config.service_chains)
    from_all = linkage.matrix(walker.network, at, both, cutoff_dm=FARTHEST_DM).T if asks_back else to_all
    split = len(who.places)
    parts = []
    for table, rows, index, names in (
        ("carriers", slice(split), who.places.index, records["name"]),
        ("firms", slice(split, None), who.firms.index, study.firms["name"]),
    ):
        there, home = to_all.iloc[rows].set_axis(index), from_all.iloc[rows].set_axis(index)
        for number, asked in enumerate(study.config.service_chains, start=1):
            found = services.one_trip(there, between, home, at["type"], asked.stations, back=asked.back)
            limit = coverage.limits_dm(walker.speed, (asked.minutes,))[asked.minutes]
            within = (found["cost_dm"] <= limit).fillna(False).astype("boolean")
            parts.append(
                pd.DataFrame(
                    {
                        "chain": number,
                        "chain_zh": asked.name.zh,
                        "chain_en": asked.name.en,
                        "table": table,
                        "origin_id": pd.array(found.index, dtype="string"),
                        "name": names.reindex(found.index).astype("string").to_numpy(),
                        "walk_s": coverage.walk_s(found["cost_dm"], walker.speed).to_numpy(),
                        # Off the network, or no station of a type: nothing is known, which is not "too far".
                        "within": within.mask(found["cost_dm"].isna()).to_numpy(),
                        "stations": found["stations"].to_numpy(),
                    }
                )
            )
    columns = {
        "chain": "int64", **dict.fromkeys(("chain_zh", "chain_en", "table", "origin_id", "name"), "string"),
        "walk_s": "Float64", "within": "boolean", "stations": "string",
    }  # fmt: skip
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
    return whole.astype(columns)


def _unattached(records: gpd.GeoDataFrame, at: pd.DataFrame) -> list[Notice]:
    """Say which carriers and institutes have a coordinate and no street near it."""
    lost = records.index[records.geometry.notna() & at["edge"].isna()]
    if lost.empty:
        return []
    what = Text(
        f"{len(lost)}处载体或院所离步行道路过远，没有步行距离。",
        f"{len(lost)} carriers or institutes lie too far from any walkable street and have no walks.",
    )
    action = Text("核对坐标与坐标系。", "Check their coordinates and the datum.")
    return [Notice("carrier-not-connected", "W", what, action, value="; ".join(map(str, lost[:20])))]


def _no_station(study: StudyArea, stations: pd.DataFrame) -> list[Notice]:
    """Say which service chains cannot be tested because the records hold no station of a type."""
    if stations.empty:
        return []
    have = set(stations.loc[stations["edge"].notna(), "type"].dropna())
    out = []
    for asked in study.config.service_chains:
        lacking = [name for name in asked.stations if name not in have]
        if not lacking:
            continue
        what = Text(
            f"服务链“{asked.name.zh}”缺少站点类型：{'、'.join(lacking)}，未作“一次办”测算。",
            f"service chain “{asked.name.en}” has no station of type {', '.join(lacking)}; not tested.",
        )
        action = Text("在服务站点表中补上，或改service_chains。", "Add them to the stations, or change service_chains.")
        out.append(Notice("service-chain-incomplete", "W", what, action, file=study.config.file.name))
    return out
