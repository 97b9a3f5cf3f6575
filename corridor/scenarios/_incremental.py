"""A scenario's indicators from what it changes: exact repairs of the baseline's walks, and what depends on them.

Incremental are the walks (life circle, stages, stations and events from every building, place and firm; walks between
records), the places one walks to, the scores of changed buildings, and the coverage of categories whose walks change.
In full, but only where something they rest on changes: the network (once for each distinct set of street and gate
edits, then kept), links between records, service chains, targets.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.access import incremental
from corridor.access.incremental import Opportunity, Origin, origins_of
from corridor.evaluation import Evaluation, _innovation, _walks, firm_points
from corridor.evaluation._trails import FARTHEST_DM, Walker
from corridor.indicators import chain, coverage, life_circle, linkage, people, public_space, services, weighted
from corridor.indicators.people import LEVELS
from corridor.indicators.place import doors
from corridor.network import Placer, attach, build_network
from corridor.network.difference import difference
from corridor.network.edits import StreetEdit
from corridor.network.model import Longs
from corridor.scenarios import _indicators
from corridor.scenarios._apply import apply
from corridor.scenarios._classified import Classifier
from corridor.scenarios._edits import AddCrossing, AddStreet, CloseGate, CloseStreet, OpenGate, RemoveCrossing
from corridor.scenarios._file import Scenario
from corridor.scenarios._indicators import FAR, Floats
from corridor.scenarios._resolve import Resolved, Target
from corridor.study import StudyArea
from corridor.targets import achieved_now

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Spot = tuple[int | None, int, int]
_WALKED = (AddStreet, AddCrossing, CloseStreet, RemoveCrossing, OpenGate, CloseGate)
_RECORDS = ("carriers", "institutes", "stations", "firms")
# Rows kept free for places that come, and networks kept for edits that come again.
_SPARE = 64
_NETWORKS = 24
_NOBODY = Scenario("", (), (), ())


@dataclass(frozen=True)
class Roads:
    """A network, edited or not, and what attaches to it there.

    `edit` and `number` lead from the baseline's edges to its own (None: nothing is edited).
    """

    place: Placer
    ways_in: gpd.GeoDataFrame
    edit: StreetEdit | None
    number: Longs | None
    connected: Bools
    has: frozenset[str]
    records: dict[str, pd.DataFrame]
    spots: dict[str, dict[str, Spot]]
    study: StudyArea

    def at(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return an attach table of this network in the numbers of the street edit."""
        if self.number is None:
            return table
        edge = table["edge"].to_numpy(dtype=np.int64, na_value=-1)
        return table.assign(edge=pd.arrays.IntegerArray(self.number[edge], edge < 0))


@dataclass(frozen=True)
class State:
    """What the indicators are computed from; arrays by building of the scope, by record, by category."""

    ids: npt.NDArray[np.object_]
    inside: Bools
    along: Bools
    connected: Bools
    residents: Floats
    workers: Floats
    life: Ints
    near: Ints
    scores: Floats
    has: Bools
    scored: Bools
    records: gpd.GeoDataFrame
    firms: gpd.GeoDataFrame
    stations: pd.DataFrame
    place_near: Ints
    firm_near: Ints
    known: frozenset[str]
    series: frozenset[str]
    place_at: pd.DataFrame
    firm_at: pd.DataFrame
    far: pd.DataFrame


@dataclass(frozen=True)
class Found:
    """A scenario's values and buildings."""

    value: Floats
    state: State
    study: StudyArea
    new: gpd.GeoSeries
    firm_walks: pd.Series | None
    settled: int
    full: int


class Unsupported(Exception):  # noqa: N818  (no fault: the scenario is evaluated in full)
    """A scenario with more new places than there are rows kept free."""


class _Homes(NamedTuple):
    """Buildings touched: labels that go, origins that come, their facts, their ids."""

    removed: tuple[str, ...]
    added: tuple[Origin, ...]
    rows: pd.DataFrame | None
    ids: frozenset[str] | None


@dataclass
class _Edits:
    """An edit of points, gathered."""

    goals_removed: list[str] = field(default_factory=list)
    goals_added: list[Opportunity] = field(default_factory=list)
    origins_removed: list[str] = field(default_factory=list)
    origins_added: list[Origin] = field(default_factory=list)

    def done(self) -> incremental.Edit:
        return incremental.Edit(
            None,
            tuple(self.goals_removed),
            tuple(self.goals_added),
            tuple(self.origins_removed),
            tuple(self.origins_added),
        )


class Incremental:
    """Walks of a baseline, kept; see the module."""

    def __init__(self, base: Evaluation, rows: list[_indicators.Indicator]) -> None:
        study = base.study
        self._base, self._study = base, study
        self._speed = study.config.walker.speed_m_min
        self._codes = [category.code for category in study.categories]
        self._stage_columns = [
            [n for n, c in enumerate(study.categories) if c.stage == stage] for stage in chain.STAGES
        ]  # fmt: skip
        walker = Walker.of(study, base.place)
        self._near_dm, self._life_dm = walker.near_dm, _walks.reach_dm(study)
        self._limits = {
            level: life_circle.tier_dm(study.categories, getattr(self._speed, level)).to_numpy(dtype=float)
            for level in LEVELS
        }
        self._stages = [f"stage:{name}" for name in chain.STAGES]
        self._types = [f"type:{name}" for name in _innovation.STATION_TYPES]
        series = study.events["series"].fillna(study.events["name"]).astype("string")
        self._series = [f"series:{name}" for name in sorted(series.dropna().unique())]
        self._columns = [*self._codes, *self._stages, *self._types, *self._series]
        named = study.config.corridor
        self._band = None if named is None else study.corridor.geometry.union_all().buffer(named.side_m)
        self._spaces = [self._codes.index(code) for code in _indicators.open_space_codes(base)]
        self._back = any(asked.back for asked in study.config.service_chains)
        self._trails_rest_on = {stop for trail in study.config.trails for stop in trail.stops}
        ways_in = public_space.entrances(study.open_space, study.streets, study.gates, study.barriers)
        self._classifier = Classifier(study, ways_in)
        self._attached = base.opportunities["edge"].notna()
        self._counts = base.opportunities[self._attached].groupby("category").size().to_dict()
        self._scorable = np.array([c.weight > 0 for c in study.categories], dtype=bool)
        if not study.config.score.score_incomplete:
            self._scorable &= np.array([not c.incomplete for c in study.categories], dtype=bool)
        self._targets = {row.code: number for number, row in enumerate(rows) if row.meaning.group == "targets"}
        self._slices = _slices(rows)
        self._value = np.array([row.value for row in rows], dtype=np.float64)
        self._networks: OrderedDict[Hashable, Roads] = OrderedDict()

        scope = base.buildings["in_area"].to_numpy(dtype=bool) | base.buildings["on_corridor"].to_numpy(dtype=bool)
        self._scope = base.buildings.index[scope]
        buildings = base.buildings[scope]
        records = _innovation.places_of(study)
        at = {
            "places": walker.attached(records.geometry),
            "firms": walker.attached(firm_points(study.firms, study.carriers)),
            "stations": walker.attached(study.stations.geometry),
            "events": walker.attached(study.events.geometry),
        }
        self._roads = Roads(
            base.place, ways_in, None, None, buildings["connected"].to_numpy(dtype=bool),
            frozenset(self._counts), at, {name: _spots(table) for name, table in at.items()}, study,
        )  # fmt: skip
        homes = base.origins.loc[self._scope]
        self._access = incremental.Baseline.build(
            base.network,
            pd.concat([_labelled(homes, "b|"), _labelled(at["places"], "p|"), _labelled(at["firms"], "f|")]),
            self._goals(base.opportunities, records, at, study.stations["type"], series),
            nearest_dm=max(self._near_dm, self._life_dm),
            counts_dm=(),
            categories=self._columns,
            impedances=("cost",),
        )
        ends = [_labelled(at["places"], "p|"), _labelled(at["stations"], "s|")]
        if self._back:
            ends.append(_labelled(at["firms"], "f|"))
        goals = pd.concat(ends)
        self._spare = [f"+{number}" for number in range(_SPARE)]
        self._between = incremental.Baseline.build(
            base.network,
            pd.concat([_labelled(at["places"], "p|"), _labelled(at["firms"], "f|"), _labelled(at["stations"], "s|")]),
            goals.assign(category=goals.index),
            nearest_dm=FARTHEST_DM,
            counts_dm=(),
            categories=[*goals.index, *self._spare],
            impedances=("cost",),
        )
        found = self._access.nearest["cost"]
        place = pd.Index(self._access.labels).get_indexer
        mine = found[: len(self._scope)]
        far = pd.DataFrame(
            self._between.nearest["cost"][:, : len(goals)], index=self._between.labels, columns=list(goals.index)
        )
        has = base.category_table["has_data"].to_numpy(dtype=bool)
        known, basis = self._known(records, at["places"])
        state = State(
            ids=self._scope.to_numpy(dtype=object),
            inside=buildings["in_area"].to_numpy(dtype=bool),
            along=buildings["on_corridor"].to_numpy(dtype=bool),
            connected=self._roads.connected,
            residents=buildings["residents"].to_numpy(dtype=float),
            workers=buildings["workers"].to_numpy(dtype=float),
            life=self._life(mine, self._roads.connected),
            near=self._near(mine, basis, self._roads.connected),
            scores=_indicators.scores_of(buildings),
            has=has,
            scored=base.category_table["scored"].to_numpy(dtype=bool),
            records=records,
            firms=study.firms,
            stations=at["stations"].assign(type=study.stations["type"]),
            place_near=self._near(found[place([f"p|{id_}" for id_ in records.index])], basis, None),
            firm_near=self._near(found[place([f"f|{id_}" for id_ in study.firms.index])], basis, None),
            known=known or self._osm_stages(has),
            series=frozenset(series[at["events"]["edge"].notna()].dropna()),
            place_at=at["places"],
            firm_at=at["firms"],
            far=far,
        )
        self.state = state

    def _goals(
        self,
        opportunities: gpd.GeoDataFrame,
        records: gpd.GeoDataFrame,
        at: dict[str, pd.DataFrame],
        types: pd.Series,
        series: pd.Series,
    ) -> pd.DataFrame:
        """Return everything one walks to, by category, stage, type and series."""
        columns = ["category", "edge", "offset_dm", "connector_dm", "source_id"]
        parts = [pd.DataFrame(opportunities[columns]).astype({"category": object, "source_id": object})]
        for prefix, table, word in (
            ("stage", at["places"], records["stage"]),
            ("type", at["stations"], types),
            ("series", at["events"], series),
        ):
            part = _labelled(table, f"{prefix}|")[["edge", "offset_dm", "connector_dm"]]
            words = word.reindex(table.index).to_numpy(dtype=object)
            part = part.assign(category=[f"{prefix}:{w}" for w in words], source_id=part.index)
            parts.append(part[part["category"].isin(self._columns)][columns])
        return pd.concat(parts)

    def _known(self, records: gpd.GeoDataFrame, at: pd.DataFrame) -> tuple[frozenset[str], bool]:
        """Return the stages that records on the network have, and whether there are any."""
        stage = records["stage"][at["edge"].notna()]
        found = frozenset(stage[stage.isin(chain.STAGES)])
        return found, bool(found)

    def _osm_stages(self, has: Bools) -> frozenset[str]:
        return frozenset(s for s, columns in zip(chain.STAGES, self._stage_columns, strict=True) if has[columns].any())

    def _life(self, found: Ints, connected: Bools) -> Ints:
        """Return the walks of the life circle; those off the main network are missing."""
        cost = found[:, : len(self._codes)]
        return np.where((cost > self._life_dm) | ~connected[:, None], FAR, cost).astype(np.int32)

    def _near(self, found: Ints, by_records: bool, connected: Bools | None) -> Ints:
        """Return the walks to stages, station types and series."""
        count = len(self._codes)
        near = found[:, count:].copy()
        if not by_records:
            for number, columns in enumerate(self._stage_columns):
                near[:, number] = found[:, columns].min(axis=1) if columns else FAR
        gone = near > self._near_dm
        return np.where(gone if connected is None else gone | ~connected[:, None], FAR, near).astype(np.int32)

    def run(self, resolved: Resolved) -> Found:
        """Return the values of a scenario, equal to those of the edited study evaluated whole."""
        streets = tuple(t for t in resolved.targets if isinstance(t.edit, _WALKED))
        points = tuple(t for t in resolved.targets if t.table not in ("streets", "gates"))
        base = self.state
        if not streets and not points:
            return Found(self._value, base, self._study, self._study.buildings.geometry.iloc[:0], None, 0, self._full)
        roads = self._network(streets) if streets else self._roads
        study, touched = self._small(resolved, points, roads.study)
        goals_gone, goals_came, has = self._opportunities(study, touched, roads)
        state, access_edit, between_edit, renamed = self._records(study, touched, roads)
        homes, new = self._buildings(study, touched, roads)
        edit = incremental.Edit(
            streets=roads.edit,
            opportunities_removed=(*goals_gone, *access_edit.opportunities_removed),
            opportunities_added=(*goals_came, *access_edit.opportunities_added),
            origins_removed=(*homes.removed, *access_edit.origins_removed),
            origins_added=(*homes.added, *access_edit.origins_added),
        )
        delta = self._access.update(edit)
        settled = delta.nodes_settled
        state = self._walked(state, homes, delta, roads, has)
        if between_edit is not None or streets:
            far_edit = between_edit or incremental.Edit()
            between = self._between.update(replace(far_edit, streets=roads.edit))
            settled += between.nodes_settled
            state = replace(state, far=self._far(between, state, renamed))
        value = self._values(state, study, roads, touched)
        walks = None
        if state.firm_near is not base.firm_near:
            walks = self.firm_walks(state)
        return Found(value, state, study, new, walks, settled, self._full)

    @property
    def _full(self) -> int:
        return self._access.nodes_in_full + self._between.nodes_in_full

    def firm_walks(self, state: State) -> pd.Series:
        """Return each firm's walks to stages and station types, added up; out of reach counts as the longest walk."""
        count = len(self._stages) + len(self._types)
        total = np.minimum(state.firm_near[:, :count], self._near_dm).sum(axis=1, dtype=np.int64)
        return pd.Series(total, index=state.firms.index)

    def _network(self, targets: tuple[Target, ...]) -> Roads:
        """Return the network with some street and gate edits; built once for each set of them."""
        key = frozenset(targets)
        if key in self._networks:
            self._networks.move_to_end(key)
            return self._networks[key]
        base = self._base
        study = apply(self._study, Resolved(_NOBODY, targets))
        walker = study.config.walker
        network = build_network(study.streets, study.gates, **walker.network())
        edit, number = difference(base.network, network)
        place = Placer(network, walker.snap_m, base.place)
        ways_in = public_space.entrances(study.open_space, study.streets, study.gates, study.barriers)
        walked = Walker.of(study, place)
        homes = place(doors(study.buildings.loc[self._scope], study.entrances))
        goals = place(base.opportunities.geometry)
        records = {
            "places": walked.attached(self.state.records.geometry),
            "firms": walked.attached(firm_points(study.firms, study.carriers)),
            "stations": walked.attached(study.stations.geometry),
            "events": walked.attached(study.events.geometry),
        }
        again = self._roads.spots
        spots = {
            name: {id_: _found_again(edit, spot) for id_, spot in of_table.items()} for name, of_table in again.items()
        }
        roads = Roads(
            place=place,
            ways_in=ways_in,
            edit=edit,
            number=number,
            connected=(homes["edge"].notna() & ~homes["island"]).to_numpy(dtype=bool),
            has=frozenset(base.opportunities["category"][goals["edge"].notna().to_numpy()]),
            records=records,
            spots=spots,
            study=study,
        )
        self._networks[key] = roads
        if len(self._networks) > _NETWORKS:
            self._networks.popitem(last=False)
        return roads

    def _place(self, roads: Roads, points: gpd.GeoSeries) -> pd.DataFrame:
        """Attach points; the baseline's own memory of who was asked stays as it is."""
        if roads.edit is None:
            return attach(roads.place.network, points, tolerance_m=roads.place.tolerance_m)
        return roads.place(points)

    def _small(
        self, resolved: Resolved, targets: tuple[Target, ...], study: StudyArea
    ) -> tuple[StudyArea, dict[str, set[str]]]:
        """Return the study after the edits of points, OSM's tables with the rows touched only, and what is touched."""
        touched: dict[str, set[str]] = {}
        for target in targets:
            touched.setdefault(target.table, set()).update(target.ids)
        small = {
            name: getattr(study, name).loc[sorted(touched.get(name, ()))]
            for name in ("amenities", "open_space", "buildings")
        }
        edited = apply(study.replace(**small), Resolved(resolved.scenario, targets))
        for target in targets:
            touched[target.table] |= set(getattr(edited, target.table).index) - set(
                getattr(self._study, target.table).index
            )
        if "firms" in touched:
            # Firms bring their carriers' own counts with them.
            touched.setdefault("carriers", set())
        return edited, touched

    def _opportunities(
        self, study: StudyArea, touched: dict[str, set[str]], roads: Roads
    ) -> tuple[tuple[str, ...], tuple[Opportunity, ...], Bools]:
        """Return the opportunities that go and come, and which categories have data."""
        ways_in = roads.ways_in
        edited = {name: getattr(study, name) for name in touched}
        spaces = touched.get("open_space", set())
        if spaces:
            new = public_space.entrances(study.open_space, study.streets, study.gates, study.barriers)
            ways_in = pd.concat([ways_in[~ways_in["source_id"].isin(spaces)], new], ignore_index=True)
        touched = {name: set(ids) for name, ids in touched.items()}
        if roads.edit is not None:
            others = _spaces_entered_elsewhere(self._roads.ways_in, roads.ways_in) - spaces
            if others:
                rows = self._study.open_space.loc[sorted(others)]
                edited["open_space"] = pd.concat([edited["open_space"], rows]) if "open_space" in edited else rows
                touched.setdefault("open_space", set()).update(others)
        has = {code: code in roads.has for code in self._codes}
        looked_at = {name for name in touched if name != "firms"} - (
            {"carriers"} if not touched.get("carriers") else set()
        )
        if not looked_at:
            return (), (), np.array([has[code] for code in self._codes])
        change = self._classifier.change(
            {name: edited[name] for name in looked_at},
            {name: touched[name] for name in looked_at},
            self._study.categories,
            ways_in,
        )
        table = change.came
        at = roads.at(self._place(roads, table.geometry)) if len(table) else None
        came: tuple[Opportunity, ...] = ()
        if at is not None:
            came = tuple(
                Opportunity(label, category, None if pd.isna(edge) else int(edge), 0 if pd.isna(edge) else int(offset), 0 if pd.isna(edge) else int(connector), source)
                for label, category, source, edge, offset, connector in zip(
                    table.index, table["category"], table["source_id"], at["edge"], at["offset_dm"], at["connector_dm"], strict=True
                )
            )  # fmt: skip
        counts = dict(self._counts)
        gone = self._base.opportunities.loc[list(change.gone)]
        for code, attached in zip(gone["category"], self._attached.loc[gone.index], strict=True):
            counts[code] = counts.get(code, 0) - bool(attached)
        for goal in came:
            code = str(goal.category)
            counts[code] = counts.get(code, 0) + (goal.edge is not None)
        for code in {*gone["category"], *table["category"]}:
            has[code] = counts[code] > 0
        return change.gone, came, np.array([has[code] for code in self._codes])

    def _records(  # noqa: C901  (four tables, two sets of walks)
        self, study: StudyArea, touched: dict[str, set[str]], roads: Roads
    ) -> tuple[State, incremental.Edit, incremental.Edit | None, dict[str, str]]:
        """Return the records after the edits, and what that means for both tables of walks."""
        state, before = self.state, self._roads.records
        own = bool(set(touched) & set(_RECORDS))
        if not own and roads.edit is None:
            return state, incremental.Edit(), None, {}
        at = dict(roads.records)
        records, types = state.records, self._study.stations["type"]
        if own:
            records = _innovation.places_of(study)
            types = study.stations["type"]
            points = {
                "places": records.geometry,
                "firms": firm_points(study.firms, study.carriers),
                "stations": study.stations.geometry,
            }
            for name, table in points.items():
                known = at[name]
                moved = table.index[~_same_points(table, self._points(name))]
                new = _on_the_main(self._place(roads, table.loc[moved]))
                at[name] = pd.concat([known[known.index.isin(table.index) & ~known.index.isin(moved)], new]).loc[
                    table.index
                ]
        here = {name: roads.at(table) for name, table in at.items()}
        access = _Edits()
        between = _Edits()
        renamed: dict[str, str] = {}
        spare = iter(self._spare)
        words = {"places": records["stage"], "stations": types}
        old_words = {"places": state.records["stage"], "stations": self._study.stations["type"]}
        for name, prefix in (("places", "p"), ("firms", "f"), ("stations", "s"), ("events", "e")):
            spots = _spots(here[name])
            was = roads.spots[name]
            same = {id_: id_ in was and was[id_] == spot for id_, spot in spots.items()}
            for id_ in before[name].index:
                if same.get(id_, False):
                    continue
                if name in ("places", "firms"):
                    access.origins_removed.append(f"{prefix}|{id_}")
                if name != "events":
                    between.origins_removed.append(f"{prefix}|{id_}")
                if name in ("places", "stations") or (name == "firms" and self._back):
                    between.goals_removed.append(f"{prefix}|{id_}")
            for id_, spot in spots.items():
                if same[id_]:
                    continue
                if name in ("places", "firms"):
                    access.origins_added.append(Origin(f"{prefix}|{id_}", *spot))
                if name != "events":
                    between.origins_added.append(Origin(f"{prefix}|{id_}", *spot))
                if name in ("places", "stations") or (name == "firms" and self._back):
                    label = f"{prefix}|{id_}"
                    column = label if label in self.state.far.columns else next(spare, None)
                    if column is None:
                        raise Unsupported
                    renamed[label] = column
                    between.goals_added.append(Opportunity(label, column, *spot))
            if name in ("places", "stations", "events"):
                kind = {"places": "stage", "stations": "type", "events": "series"}[name]
                self._recategorised(access, kind, name, words, old_words, spots, same)
        known, by_records = self._known(records, at["places"])
        new_state = replace(
            state,
            records=records,
            firms=study.firms,
            stations=at["stations"].assign(type=types),
            place_at=at["places"],
            firm_at=at["firms"],
            known=known if by_records else frozenset(),
            series=self._heard(at["events"]),
        )
        return new_state, access.done(), between.done(), renamed

    def _heard(self, at: pd.DataFrame) -> frozenset[str]:
        events = self._study.events
        series = events["series"].fillna(events["name"]).astype("string")
        return frozenset(series[at["edge"].notna()].dropna())

    def _points(self, name: str) -> gpd.GeoSeries:
        if name == "places":
            return self.state.records.geometry
        if name == "firms":
            return firm_points(self._study.firms, self._study.carriers)
        return self._study.stations.geometry

    def _recategorised(
        self,
        access: _Edits,
        kind: str,
        name: str,
        words: dict[str, pd.Series],
        old_words: dict[str, pd.Series],
        spots: dict[str, Spot],
        same: dict[str, bool],
    ) -> None:
        """Take away and add the goals of stages, types and series that moved, came, went or are another kind."""
        if name == "events":
            events = self._study.events
            series = events["series"].fillna(events["name"]).astype("string")
            now, was = series, series
        else:
            now, was = words[name], old_words[name]
        before = {id_: _word(word) for id_, word in was.items()}
        after = {id_: _word(word) for id_, word in now.items()}
        for id_, word in before.items():
            stays = id_ in after and after[id_] == word and same[id_]
            if not stays and f"{kind}:{word}" in self._columns:
                access.goals_removed.append(f"{kind}|{id_}")
        for id_, spot in spots.items():
            word = after[id_]
            stays = id_ in before and before[id_] == word and same[id_]
            if not stays and f"{kind}:{word}" in self._columns:
                access.goals_added.append(Opportunity(f"{kind}|{id_}", f"{kind}:{word}", *spot))

    def _buildings(self, study: StudyArea, touched: dict[str, set[str]], roads: Roads) -> tuple[_Homes, gpd.GeoSeries]:
        """Return the buildings touched, evaluated as far as their own facts go, and the outlines of those that come."""
        ids = touched.get("buildings", set())
        nobody = self._study.buildings.geometry.iloc[:0]
        if not ids:
            return _Homes((), (), None, None), nobody
        rows = study.buildings
        rules = study.config.people
        inside = rows.geometry.representative_point()
        along = inside.within(self._band) if self._band is not None else pd.Series(False, index=rows.index)
        rows = rows.join(people.floor_area(rows, rules))
        rows = rows.join(people.people(rows, rules)).assign(along=along)
        rows = rows[rows["in_area"].astype(bool) | rows["along"]]
        at = self._place(roads, doors(rows, study.entrances))
        here = roads.at(at)
        known = set(self._scope) & ids
        homes = _Homes(
            tuple(f"b|{id_}" for id_ in sorted(known)),
            origins_of(_labelled(here, "b|")),
            rows.assign(joined=(at["edge"].notna() & ~at["island"].fillna(False)).to_numpy(dtype=bool)),
            frozenset(ids),
        )
        new = rows.geometry[~rows.index.isin(self._study.buildings.index)]
        return homes, new

    def _walked(self, state: State, homes: _Homes, delta: incremental.Delta, roads: Roads, has: Bools) -> State:
        """Write changed walks into the tables and score anew who walks otherwise."""
        base = self.state
        cells = delta.nearest["cost"]
        count = len(self._scope)
        by_records = bool(self._known(state.records, state.place_at)[0])
        own = homes.rows is not None
        quiet = not len(cells) and not own and not delta.removed and roads.edit is None and (has == base.has).all()
        if quiet and state.records is base.records and state.firms is base.firms:
            return state
        found = _grown(self._access.nearest["cost"], len(delta.labels))
        found[cells.origin, cells.category] = cells.value
        labels = delta.labels
        ids, inside, along, connected = base.ids, base.inside, base.along, roads.connected
        residents, workers = base.residents, base.workers
        rows = np.arange(count)
        if own:
            assert homes.rows is not None and homes.ids is not None  # noqa: S101
            table = homes.rows
            # Buildings keep their place in the table; those that come stand at its end.
            kept = [id_ for id_ in base.ids if id_ not in homes.ids or id_ in table.index]
            order = [*kept, *(id_ for id_ in table.index if id_ not in set(self._scope))]
            order = _as_in_study(order, self._study.buildings.index)
            at = pd.Index(labels).get_indexer([f"b|{id_}" for id_ in order])
            old = pd.Index(base.ids).get_indexer(order)
            fresh = np.array([id_ in table.index for id_ in order], dtype=bool)
            new = table.reindex(order)

            def joined(before: npt.NDArray[Any], column: str) -> npt.NDArray[Any]:
                value = before[np.maximum(old, 0)].copy()
                value[fresh] = new[column].to_numpy(dtype=object)[fresh].astype(before.dtype)
                return value

            inside, along = joined(base.inside, "in_area"), joined(base.along, "along")
            connected = joined(roads.connected, "joined")
            residents, workers = joined(base.residents, "residents"), joined(base.workers, "workers")
            ids, rows = np.array(order, dtype=object), at
        mine = found[rows]
        life = self._life(mine, connected)
        near = self._near(mine, by_records, connected)
        scored = has & self._scorable
        scores = self._scores(ids, life, connected, scored)
        place = pd.Index(labels).get_indexer
        place_near = self._near(found[place([f"p|{id_}" for id_ in state.records.index])], by_records, None)
        firm_near = self._near(found[place([f"f|{id_}" for id_ in state.firms.index])], by_records, None)
        return replace(
            state, ids=ids, inside=inside, along=along, connected=connected, residents=residents, workers=workers,
            life=life, near=near, scores=scores, has=has, scored=scored, place_near=place_near, firm_near=firm_near,
            known=self._known(state.records, state.place_at)[0] or self._osm_stages(has),
        )  # fmt: skip

    def _scores(self, ids: npt.NDArray[np.object_], life: Ints, connected: Bools, scored: Bools) -> Floats:
        """Return scores; only buildings whose walks to a scored category change are scored anew."""
        base = self.state
        columns = np.flatnonzero(scored)
        if (scored == base.scored).all():
            at = pd.Index(base.ids).get_indexer(ids) if ids is not base.ids else np.arange(len(ids))
            same = (at >= 0) & (life[:, columns] == base.life[at][:, columns]).all(axis=1)
            same &= connected == base.connected[at]
            scores = base.scores[at].copy()
            rows = np.flatnonzero(~same)
        else:
            scores = np.empty((len(ids), len(_indicators.SCORES)))
            rows = np.arange(len(ids))
        if not len(rows):
            return scores if ids is not base.ids else base.scores
        cost = life[np.ix_(rows, columns)]
        values = np.where(cost == FAR, np.nan, cost)
        codes = [self._codes[n] for n in columns]
        weights = self._study.config.score.kind_weights
        parts = {
            level: life_circle.score_columns(
                life_circle.falling(values, self._limits[level][columns]), codes, self._study.categories, weights
            )
            for level in LEVELS
        }
        new = np.column_stack([parts["middle"], parts["low"][:, 0], parts["high"][:, 0]])
        new[~connected[rows]] = np.nan
        scores[rows] = new
        return scores

    def _far(self, delta: incremental.Delta, state: State, renamed: dict[str, str]) -> pd.DataFrame:
        """Return the walks between records after the edits."""
        found = _grown(self._between.nearest["cost"], len(delta.labels))
        cells = delta.nearest["cost"]
        found[cells.origin, cells.category] = cells.value
        places = [f"p|{id_}" for id_ in state.records.index]
        firms = [f"f|{id_}" for id_ in state.firms.index]
        stations = [f"s|{id_}" for id_ in state.stations.index]
        rows = [*places, *firms, *stations]
        columns = [*places, *stations, *(firms if self._back else ())]
        at = pd.Index(delta.labels).get_indexer(rows)
        to = self._between.categories.get_indexer([renamed.get(label, label) for label in columns])
        return pd.DataFrame(found[np.ix_(at, to)], index=rows, columns=columns)

    def _values(self, state: State, study: StudyArea, roads: Roads, touched: dict[str, set[str]]) -> Floats:
        """Return all values, those that rest on nothing that changed as they were."""
        base, value = self.state, self._value.copy()
        if state is not base:
            self._circle_values(state, value)
            self._share_values(state, value)
        if state.far is not base.far or state.records is not base.records or roads.edit is not None or (
            state.place_near is not base.place_near
        ):  # fmt: skip
            value[self._slices["linkage"]] = self._linkage(state, study, roads)
        if state.far is not base.far:
            value[self._slices["one_trip"]] = self._trips(state)
        if set(touched) & set(_RECORDS) and self._base.targets is not None:
            for key, number in achieved_now(study, self._base.targets, touched).items():
                value[self._targets[f"targets.{key}"]] = number
        return value

    def _circle_values(self, state: State, value: Floats) -> None:
        base = self.state
        inside, along = state.inside, state.along
        value[self._slices["score"]] = _indicators.score_values(state.scores, state.residents, inside, along)
        value[self._slices["people"]] = _indicators.people_values(
            state.residents, state.workers, inside, state.connected
        )
        same_rows = state.ids is base.ids
        limit = self._limits["middle"]
        codes = len(self._codes)
        if same_rows:
            columns = np.flatnonzero((state.life != base.life).any(axis=0) | (state.has != base.has))
        else:
            columns = np.arange(codes)
        if len(columns):
            met = state.life[:, columns] <= limit[columns]
            grid = value[self._slices["coverage"]].reshape(2, 3, codes)
            for number, rows in enumerate((inside, along)):
                mine = met[rows]
                for group, heads in enumerate((np.ones(len(rows)), state.residents, state.workers)):
                    share = weighted.shares(mine, heads[rows])
                    grid[number, group, columns] = np.where(state.has[columns], share, np.nan)
            value[self._slices["coverage"]] = grid.ravel()
            walks = value[self._slices["access"]]
            walks[columns] = _indicators.walk_values(state.life[:, columns][inside], self._speed.middle)
            value[self._slices["access"]] = walks
        spaces = state.life[:, self._spaces] <= limit[self._spaces]
        value[self._slices["open_space"]] = _indicators.open_space_values(spaces[inside], state.residents[inside])

    def _share_values(self, state: State, value: Floats) -> None:
        """Shares of chain, services and events within 15 minutes."""
        limit = coverage.limits_dm(self._speed.middle)[coverage.MINUTES[-1]]
        four, seven = len(chain.STAGES), len(self._types)
        inside = state.inside
        own = state.near[inside]
        people_of = {
            "buildings": (own, np.ones(len(own))),
            "residents": (own, state.residents[inside]),
            "workers": (own, state.workers[inside]),
            "carriers": (state.place_near, np.ones(len(state.place_near))),
            "firms": (state.firm_near, np.ones(len(state.firm_near))),
        }
        whole = set(state.known) == set(chain.STAGES)
        known = np.array([*(stage in state.known for stage in chain.STAGES), whole], dtype=bool)
        parts = []
        for group in ("buildings", "residents", "workers", "carriers", "firms"):
            walks, heads = people_of[group]
            stages = walks[:, :four]
            parts.append(_share(np.column_stack([stages, stages.max(axis=1)]), heads, limit, known))
        value[self._slices["chain"]] = np.concatenate(parts)
        types = set(state.stations["type"][state.stations["edge"].notna()].dropna())
        known = np.array([name.partition(":")[2] in types for name in self._types], dtype=bool)
        parts = [_share(people_of[g][0][:, four : four + seven], people_of[g][1], limit, known) for g in ("firms", "workers", "carriers")]  # fmt: skip
        value[self._slices["services"]] = np.concatenate(parts)
        known = np.array([name.partition(":")[2] in state.series for name in self._series], dtype=bool)
        parts = [_share(people_of[g][0][:, four + seven :], people_of[g][1], limit, known) for g in ("firms", "residents")]  # fmt: skip
        value[self._slices["events"]] = np.concatenate(parts)

    def _matrix(self, state: State, rows: list[str], columns: list[str]) -> Floats:
        table = state.far
        found = table.to_numpy()[np.ix_(table.index.get_indexer(rows), table.columns.get_indexer(columns))]
        return np.where(found == FAR, np.nan, found)

    def _linkage(self, state: State, study: StudyArea, roads: Roads) -> Floats:
        records, speed = state.records, self._speed.middle
        ids = [f"p|{id_}" for id_ in records.index]
        cost = pd.DataFrame(self._matrix(state, ids, ids), index=records.index, columns=records.index)
        rule = study.config.linkage
        weight = records["floor_area_m2" if rule.weight == "floor_area" else "firms"].astype("Float64")
        links = linkage.links(cost, cost, weight, decay=linkage.decay(rule.decay, speed), speed_m_min=speed)
        reach = linkage.reach(links, records.index, weight, speed_m_min=speed)
        walker = Walker.of(study, roads.place)
        belt = _innovation.belt_of(study, walker, records, state.place_at, cost)
        limit = coverage.limits_dm(speed)[coverage.MINUTES[-1]]
        table = reach.assign(
            is_core=records["is_core"],
            off_belt=belt["off_belt"],
            n_stages_15min=(state.place_near[:, : len(chain.STAGES)] <= limit).sum(axis=1),
        )
        return _indicators.linkage_values(table)

    def _trips(self, state: State) -> Floats:
        stations = state.stations
        at = stations[stations["edge"].notna() & stations["type"].notna()]
        ends = [f"s|{id_}" for id_ in at.index]
        between = pd.DataFrame(self._matrix(state, ends, ends), index=at.index, columns=at.index)
        whose = {"p": state.records.index, "f": state.firms.index}
        walks = {}
        for prefix, index in whose.items():
            rows = [f"{prefix}|{id_}" for id_ in index]
            there = pd.DataFrame(self._matrix(state, rows, ends), index=index, columns=at.index)
            home = (
                pd.DataFrame(self._matrix(state, ends, rows).T, index=index, columns=at.index) if self._back else there
            )
            walks[prefix] = (there, home)
        out: list[float] = []
        for asked in self._study.config.service_chains:
            found = [
                services.one_trip(there, between, home, at["type"], asked.stations, back=asked.back)["cost_dm"]
                for there, home in walks.values()
            ]
            cost = pd.concat(found, ignore_index=True)
            limit = coverage.limits_dm(self._speed.middle, (asked.minutes,))[asked.minutes]
            within = (cost <= limit).fillna(False).astype("boolean").mask(cost.isna())
            out += _indicators.trip_values(within, coverage.walk_s(cost, self._speed.middle))
        return np.array(out)


def _share(walks: Ints, heads: Floats, limit: int, known: Bools) -> Floats:
    """Return what `corridor.indicators.coverage.shares` gives for one limit."""
    total = weighted.sums(np.ones((len(heads), 1), bool), heads)[0]
    if not total:
        return np.full(walks.shape[1], np.nan)
    return np.where(known, np.minimum(weighted.sums(walks <= limit, heads) / total, 1.0), np.nan)


def _slices(rows: list[_indicators.Indicator]) -> dict[str, slice]:
    groups = [row.meaning.group for row in rows]
    names = (
        "score",
        "people",
        "coverage",
        "access",
        "open_space",
        "linkage",
        "chain",
        "services",
        "events",
        "one_trip",
    )
    return {
        name: slice(groups.index(name), groups.index(name) + groups.count(name)) if name in groups else slice(0, 0)
        for name in names
    }


def _labelled(table: pd.DataFrame, prefix: str) -> pd.DataFrame:
    return table.set_axis(pd.Index([f"{prefix}{id_}" for id_ in table.index], dtype=object))


def _spots(table: pd.DataFrame) -> dict[str, Spot]:
    """Return edge, offset and connector of the rows of an attach table."""
    edge = table["edge"].to_numpy(dtype=np.int64, na_value=-1).tolist()
    rest = (table[name].to_numpy(dtype=np.int64, na_value=0).tolist() for name in ("offset_dm", "connector_dm"))
    return {
        id_: (None, 0, 0) if e < 0 else (e, offset, connector)
        for id_, e, offset, connector in zip(table.index, edge, *rest, strict=True)
    }


def _found_again(edit: StreetEdit, spot: Spot) -> Spot:
    if spot[0] is None:
        return spot
    again = edit.found_again(spot[0], spot[1])
    return (None, 0, 0) if again is None else (*again, spot[2])


def _word(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _grown(found: Ints, rows: int) -> Ints:
    """Return a copy with room for those that come."""
    out = np.full((rows, found.shape[1]), FAR, np.int32)
    out[: len(found)] = found
    return out


def _same_points(points: gpd.GeoSeries, before: gpd.GeoSeries) -> Bools:
    keys = {id_: (None if p is None or p.is_empty else p.wkb) for id_, p in before.items()}
    return np.array(
        [id_ in keys and keys[id_] == (None if p is None or p.is_empty else p.wkb) for id_, p in points.items()],
        dtype=bool,
    )


def _on_the_main(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(edge=table["edge"].mask(table["island"].fillna(False).astype(bool)))


def _spaces_entered_elsewhere(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> set[str]:
    """Return the open spaces that are entered elsewhere, or otherwise, than before."""
    one, other = (set(zip(t["source_id"], t.geometry.x, t.geometry.y, strict=True)) for t in (before, after))
    return {str(key[0]) for key in one ^ other}


def _as_in_study(ids: list[str], index: pd.Index) -> list[str]:
    """Return ids in the order of the study's table; those that come last, as they come."""
    at = index.get_indexer(pd.Index(ids))
    return [ids[n] for n in np.argsort(np.where(at < 0, len(index), at), kind="stable")]
