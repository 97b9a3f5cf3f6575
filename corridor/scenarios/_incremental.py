"""A scenario's indicators from what it changes: exact repairs of the baseline's walks, and what depends on them.

Incremental are the walks (life circle, stages, stations and events from every building, place and firm; walks between
records and to the corridor), the places one walks to, the scores of changed buildings, and the coverage of categories
whose walks change. What is asked of few records (linkage, service chains, targets) is worked out anew, in arrays, where
something it rests on changes; street and gate edits are spliced into the baseline's network (`corridor.network.splice`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.access import incremental
from corridor.access.incremental import Opportunity
from corridor.evaluation import Footing, _circle, _innovation, _walks, firm_points
from corridor.evaluation._trails import Walker
from corridor.indicators import chain, open_space
from corridor.scenarios import _indicators
from corridor.scenarios._classified import Classifier
from corridor.scenarios._clock import Clock, EditedClock
from corridor.scenarios._crowd import crowds_of
from corridor.scenarios._edits import AddCrossing, AddStreet, CloseGate, CloseStreet, OpenGate, RemoveCrossing
from corridor.scenarios._figures import FAR, Floats
from corridor.scenarios._goals import all_goals, walks_between
from corridor.scenarios._grounds import OPEN, Grounds
from corridor.scenarios._homes import HomeBook
from corridor.scenarios._linked import Linked
from corridor.scenarios._records import Edited, RecordBook, series, stages_on
from corridor.scenarios._resolve import Resolved, Target
from corridor.scenarios._roads import Networks, Roads, on_main
from corridor.scenarios._rows import Rows, Tables, rows_after
from corridor.scenarios._state import (
    Between,
    Bools,
    Edits,
    Homes,
    Ints,
    Longs,
    Records,
    Spare,
    State,
    Unsupported,
    grown,
    labelled,
)
from corridor.scenarios._values import Measures
from corridor.targets import recount

__all__ = ["Found", "Incremental", "Unsupported"]

_WALKED = (AddStreet, AddCrossing, CloseStreet, RemoveCrossing, OpenGate, CloseGate)


@dataclass(frozen=True)
class Found:
    """A scenario's values and buildings, outlines of new ones by id; `firm_walks` is None where no firm's walks change."""

    value: Floats
    state: State
    new: Mapping[str, Any]
    firm_walks: dict[str, int] | None
    settled: int
    full: int


class Incremental:
    """Walks of a baseline, kept; see the module."""

    def __init__(self, base: Footing, rows: list[_indicators.Indicator]) -> None:
        study = base.study
        self._study = study
        self._codes = [category.code for category in study.categories]
        self._stage_columns = [
            [n for n, c in enumerate(study.categories) if c.stage == stage] for stage in chain.STAGES
        ]  # fmt: skip
        walker = Walker.of(study, base.place)
        self._near_dm, self._life_dm = walker.near_dm, _walks.reach_dm(study)
        events = series(study)
        names = sorted(events.dropna().unique())
        named = {str(id_): str(name) for id_, name in events.dropna().items()}
        self._asked = [
            *(f"stage:{name}" for name in chain.STAGES),
            *(f"type:{name}" for name in _innovation.STATION_TYPES),
            *(f"series:{name}" for name in names),
        ]
        self._clock = Clock(study, base.opportunities, rows)
        self._asked_rows = slice(len(self._clock.columns), len(self._clock.columns) + len(self._asked))
        self._measures = Measures(study, rows, self._asked_rows.stop, named)
        self._grounds = Grounds(study, base)
        self._linked = Linked(study)
        self._tables = Tables(study)
        self._classifier = Classifier(study, self._tables, base.opportunities, base.ways_in)
        on = base.opportunities["edge"].notna()
        self._on_network = dict(zip(base.opportunities.index.to_numpy(dtype=object), on.tolist(), strict=True))
        self._scorable = np.array([c.weight > 0 for c in study.categories], dtype=bool)
        if not study.config.score.score_incomplete:
            self._scorable &= np.array([not c.incomplete for c in study.categories], dtype=bool)
        self._targets = {row.code: number for number, row in enumerate(rows) if row.meaning.group == "targets"}
        self._recount = recount(study)
        self._value = np.array([row.value for row in rows], dtype=np.float64)

        scope = base.buildings["in_area"].to_numpy(dtype=bool) | base.buildings["on_corridor"].to_numpy(dtype=bool)
        self._scope = base.buildings.index[scope]
        self._homes = HomeBook(study, self._scope)
        places = _innovation.places_of(study)
        points = {
            "places": places.geometry,
            "firms": firm_points(study.firms, study.carriers),
            "stations": study.stations.geometry,
            "events": study.events.geometry,
        }
        stand = {kind: base.place(shapes) for kind, shapes in points.items()}
        self._networks = Networks(base, stand, self._scope)
        at = {kind: on_main(table) for kind, table in stand.items()}
        self._records = RecordBook(study, self._networks.own.spots, frozenset(self._asked))
        homes = base.origins.loc[self._scope]
        self._access = incremental.Baseline.build(
            base.network,
            pd.concat([labelled(homes, "b|"), labelled(at["places"], "p|"), labelled(at["firms"], "f|")]),
            pd.concat([all_goals(base.opportunities.assign(category=self._clock.of_opportunities), at, {"places": places["stage"], "stations": study.stations["type"], "events": events}, self._asked), self._grounds.entrances]),
            nearest_dm=max(self._near_dm, self._life_dm),
            counts_dm=(),
            categories=[*self._clock.columns, *self._asked, OPEN, *self._clock.spare],
            impedances=("cost",),
        )  # fmt: skip
        self._between = walks_between(base, at, self._networks.corridor)
        # A row for each column of walks: what changes, and what is asked, are whole rows. Buildings come first.
        self._found = np.ascontiguousarray(self._access.nearest["cost"].T)
        # The chain, the services and the events are not looked for as far as the life circle may be.
        self._longest = np.full(len(self._found), self._access.nearest_dm, np.int64)
        self._longest[self._asked_rows] = self._near_dm
        self._longest[self._asked_rows.stop] = open_space.cutoff_dm(study)
        self._found[self._found > self._longest[:, None]] = FAR
        self._far = np.ascontiguousarray(self._between.nearest["cost"].T)
        self._row = {label: n for n, label in enumerate(self._access.labels)}
        self._far_row = {label: n for n, label in enumerate(self._between.labels)}
        self._columns = {name: n for n, name in enumerate(self._between.categories)}
        self._others = np.ascontiguousarray(self._found[:, len(self._scope) :])
        self._place_rows = self._rows("p", self._records.base.ids, {})
        self._firm_rows = self._rows("f", self._records.base.firms, {})
        self.state = self._first(base.buildings[scope], base)
        self._load()

    def _load(self) -> None:
        """Let what is compiled load now, not in the first scenario's time."""
        for walks in (self._access, self._between):
            walks.update(incremental.Edit())
        self._values(replace(self.state), {})

    def _first(self, buildings: gpd.GeoDataFrame, base: Footing) -> State:
        """Return the state of the study as it is."""
        connected, records = self._networks.own.connected, self._records.base
        mine = self._found[:, : len(self._scope)].copy()
        mine[:, ~connected] = FAR
        # A copy: what pandas holds is read-only, and compiled functions would be compiled for that once more.
        has = _circle.has_data(base.study, base.opportunities).to_numpy(dtype=bool, copy=True)
        known = stages_on(records)
        self._by_records = bool(known)
        self._known_stages = known or self._osm_stages(has)
        life, scored = self._clock.nearest(mine, {}, self._life_dm), has & self._scorable
        inside, along = (buildings[name].to_numpy(dtype=bool) for name in ("in_area", "on_corridor"))
        residents, workers = (buildings[name].to_numpy(dtype=float) for name in ("residents", "workers"))
        return State(
            ids=self._scope.to_numpy(dtype=object),
            old=np.arange(len(self._scope)),
            inside=inside,
            along=along,
            connected=connected,
            residents=residents,
            workers=workers,
            crowds=crowds_of(inside, along, residents, workers),
            life=life,
            near=self._near(mine, {}),
            scores=self._measures.scored(life, connected, scored),
            has=has,
            scored=scored,
            records=records,
            place_near=self._near(self._others.take(self._place_rows - len(self._scope), axis=1), {}),
            firm_near=self._near(self._others.take(self._firm_rows - len(self._scope), axis=1), {}),
            told=self._measures.told(records, self._known_stages),
            between=Between(self._far, self._far_row, self._columns),
            on_corridor=self._networks.own.on_corridor,
            clock=mine,
            spare={},
            turned=np.zeros(len(mine), bool),
        )

    def _rows(self, letter: str, ids: list[str], came: Mapping[str, int]) -> Longs:
        """Return where the walks of some are; `came` tells of those who are not in the baseline."""
        labels = [f"{letter}|{id_}" for id_ in ids]
        return np.array([came[label] if label in came else self._row[label] for label in labels], np.int64)

    def _stages_of(self, records: Records, has: Bools) -> frozenset[str]:
        """Return the stages that are known: those anybody has, or had before the edits."""
        of_osm = frozenset() if self._by_records else self._osm_stages(has)
        return self._known_stages | stages_on(records) | of_osm

    def _osm_stages(self, has: Bools) -> frozenset[str]:
        return frozenset(s for s, columns in zip(chain.STAGES, self._stage_columns, strict=True) if has[columns].any())

    def _of_homes(
        self, cells: incremental.Cells, at: Longs | None, more: int, connected: Bools
    ) -> tuple[Ints, Bools | None]:
        """Return the walks from buildings, and the columns in which any is another; off the main network are none.

        Parameters
        ----------
        at : int64 array, optional
            Where the walks of each building are; None where they are those of the baseline.
        more : int
            How many come that are not in the baseline, of all kinds.
        """
        base, count = self.state, len(self._scope)
        if at is not None:
            found = grown(self._found, more)
            found[cells.category, cells.origin] = cells.value
            mine: Ints = found.take(at, axis=1)
            mine[:, ~connected] = FAR
            return mine, None
        same = connected is base.connected
        mine = base.clock.copy() if same else self._found[:, :count].copy()
        here = cells.where(cells.origin < count)
        mine[here.category, here.origin] = here.value
        mine[:, ~connected] = FAR
        asked = np.flatnonzero(np.bincount(here.category, minlength=len(mine))) if same else np.arange(len(mine))
        turned = np.zeros(len(mine), bool)
        turned[asked] = (mine[asked] != base.clock[asked]).any(axis=1)
        return mine, turned

    def _near(self, found: Ints, spare: Spare) -> Ints:
        """Return the walks to stages, station types and series; see `evaluation._innovation._places.stage_places`."""
        near = found[self._asked_rows]
        if not self._by_records:
            near = near.copy()
            cost = self._clock.nearest(found, spare, self._near_dm)
            for number, columns in enumerate(self._stage_columns):
                near[number] = np.minimum(near[number], cost[columns].min(axis=0, initial=FAR))
        return near

    def run(self, resolved: Resolved) -> Found:
        """Return the values of a scenario, equal to those of the edited study evaluated whole.

        Raises
        ------
        Unsupported
            It has to be evaluated whole.
        """
        usual, by_moment = self._clock.without(resolved.targets)
        found = self._run(usual)
        for then, moments in by_moment.items():
            other = self._run(then)
            found = replace(found, value=found.value.copy(), settled=found.settled + other.settled)
            self._clock.take(moments, other.value, found.value)
        return found

    def _run(self, targets: tuple[Target, ...]) -> Found:
        streets = tuple(t for t in targets if isinstance(t.edit, _WALKED))
        points = tuple(t for t in targets if t.table not in ("streets", "gates"))
        if not streets and not points:
            return Found(self._value, self.state, {}, None, 0, self._full)
        roads = self._networks.of(streets)
        rows = rows_after(self._study, self._tables, points)
        clock = self._clock.edited()
        goals, has = self._opportunities(rows, roads, clock)
        records = self._records.edited(rows, roads)
        homes = self._homes.edited(rows.get("buildings", {}), roads)
        goals.goals_removed += records.access.goals_removed
        goals.goals_added += records.access.goals_added
        goals.origins_removed += [*homes.removed, *records.access.origins_removed]
        goals.origins_added += [*homes.added, *records.access.origins_added]
        state, settled = self.state, 0
        if goals or roads.edit is not None or not self._same_rows(records.records):
            delta = self._access.update(goals.done(roads.edit))
            settled = delta.nodes_settled
            state = self._walked(records.records, homes, delta, roads, has, clock.spare)
        elif records.records is not state.records:
            state = replace(state, records=records.records)
        if roads.edit is not None or records.between:
            records.between.goals_removed += roads.corridor_gone
            records.between.goals_added += roads.corridor_came
            between = self._between.update(records.between.done(roads.edit))
            settled += between.nodes_settled
            if len(between.nearest["cost"]) or records.between or roads.on_corridor != self.state.on_corridor:
                state = replace(state, between=self._far_of(between, records), on_corridor=roads.on_corridor)
        walks = None if state.firm_near is self.state.firm_near else self.firm_walks(state)
        return Found(self._values(state, rows), state, homes.new, walks, settled, self._full)

    def _same_rows(self, records: Records) -> bool:
        base = self.state.records
        return records is base or (records.ids == base.ids and records.firms == base.firms)

    @property
    def _full(self) -> int:
        return self._access.nodes_in_full + self._between.nodes_in_full

    def firm_walks(self, state: State) -> dict[str, int]:
        """Return each firm's walks to stages and station types, added up; out of reach counts as the longest walk."""
        count = len(chain.STAGES) + len(_innovation.STATION_TYPES)
        total = np.minimum(state.firm_near[:count], self._near_dm).sum(axis=0, dtype=np.int64)
        return dict(zip(state.records.firms, total.tolist(), strict=True))

    def _opportunities(self, rows: Rows, roads: Roads, clock: EditedClock) -> tuple[Edits, Bools]:
        """Return the opportunities that go and come, and which categories have data."""
        edits, counts = Edits(), roads.counts
        touched = {name: of for name, of in rows.items() if of and name != "firms"}
        ways_in = {
            **roads.ways_in,
            **(roads.surroundings.ways_into(spaces) if (spaces := touched.get("open_space")) else {}),
        }
        if ways_in:
            self._grounds.edited(touched.get("open_space", {}), ways_in, roads, edits)
        if touched or ways_in:
            change = self._classifier.change(touched, ways_in)
            counts = dict(counts)
            for label, category in change.gone:
                edits.goals_removed.append(label)
                counts[self._codes[category]] = counts.get(self._codes[category], 0) - self._on_network[label]
            points = shapely.points([place.at for place in change.came]) if change.came else np.zeros(0, object)
            for number, (place, spot) in enumerate(zip(change.came, roads.stand(points, islands=True), strict=True)):
                code = self._codes[place.category]
                column = clock.column(place.category, place.source, place.hours)
                edits.goals_added.append(Opportunity(f"+{number}", column, *spot, place.source))
                counts[code] = counts.get(code, 0) + (spot[0] is not None)
        return edits, self.state.has | np.array([counts.get(code, 0) > 0 for code in self._codes])

    def _walked(
        self, records: Records, homes: Homes, delta: incremental.Delta, roads: Roads, has: Bools, spare: Spare
    ) -> State:
        """Write changed walks into the tables and score anew who walks otherwise."""
        base = self.state
        cells = delta.nearest["cost"]
        settled = records is base.records and bool((has == base.has).all())
        quiet = not len(cells) and homes.rows is None and not delta.removed and roads.connected is base.connected
        if settled and quiet:
            return base
        cells = replace(cells, value=np.where(cells.value > self._longest[cells.category], FAR, cells.value))
        came = {str(label): n for n, label in enumerate(delta.came, start=len(self._row))}
        state, old, at = replace(base, connected=roads.connected), None, None
        if homes.rows is not None:
            state, old = self._homes.joined(base, state, homes)
            at = old.copy()
            at[old < 0] = self._rows("b", state.ids[old < 0].tolist(), came)
        mine, turned = self._of_homes(cells, at, len(came), state.connected)
        life = self._clock.nearest(mine, spare, self._life_dm, None if turned is None else (base.life, turned))
        count = len(self._scope)
        others = grown(self._others, len(came))
        there = cells.where(cells.origin >= count)
        others[there.category, there.origin - count] = there.value
        same = records is base.records
        places = self._place_rows if same else self._rows("p", records.ids, came)
        firms = self._firm_rows if same else self._rows("f", records.firms, came)
        place_near, firm_near = (self._near(others.take(rows - count, axis=1), spare) for rows in (places, firms))
        return replace(
            state,
            life=life,
            near=self._near(mine, spare),
            scores=self._measures.scores(base, old, life, state.connected),
            has=has,
            records=records,
            place_near=_or_before(place_near, base.place_near, same=records.ids == base.records.ids),
            firm_near=_or_before(firm_near, base.firm_near, same=records.firms == base.records.firms),
            told=base.told if settled else base.told | self._measures.told(records, self._stages_of(records, has)),
            clock=mine,
            spare=spare,
            turned=turned,
        )

    def _far_of(self, delta: incremental.Delta, records: Edited) -> Between:
        """Return the walks between records after the edits."""
        found = grown(self._far, len(delta.came))
        cells = delta.nearest["cost"]
        found[cells.category, cells.origin] = cells.value
        column = self._columns
        if records.renamed:
            column = column | {label: column[name] for label, name in records.renamed.items()}
        row = self._far_row
        if delta.came:
            row = row | {str(label): n for n, label in enumerate(delta.came, start=len(row))}
        return Between(found, row, column)

    def _values(self, state: State, rows: Rows) -> Floats:
        """Return all values, those that rest on nothing that changed as they were."""
        base, value = self.state, self._value.copy()
        slices = self._measures.slices
        self._measures.write(base, state, value)
        self._clock.write(base, state, value)
        walked = state.between is not base.between
        if (
            walked or state.records is not base.records or state.place_near is not base.place_near
        ) and self._linked.other(base, state):
            value[slices["linkage"]] = self._linked.linkage(state)
        if walked or state.records is not base.records:
            value[slices["one_trip"]] = self._linked.trips(base, state)
        if self._recount is not None:
            for key, number in self._recount.now(rows).items():
                value[self._targets[f"targets.{key}"]] = number
        return value


def _or_before(walks: Ints, before: Ints, *, same: bool) -> Ints:
    """Return the table before where no walk in it is another, so that nothing is added up that rests on it."""
    return before if same and np.array_equal(walks, before) else walks
