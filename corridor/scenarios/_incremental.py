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
from corridor.evaluation import Footing, _innovation, _walks, firm_points
from corridor.evaluation._trails import FARTHEST_DM, Walker
from corridor.indicators import chain
from corridor.scenarios import _indicators
from corridor.scenarios._classified import Classifier
from corridor.scenarios._clock import Clock, EditedClock
from corridor.scenarios._edits import AddCrossing, AddStreet, CloseGate, CloseStreet, OpenGate, RemoveCrossing
from corridor.scenarios._homes import HomeBook
from corridor.scenarios._indicators import FAR, Floats
from corridor.scenarios._linked import Linked
from corridor.scenarios._records import SPARE, Edited, RecordBook, series, stages_on
from corridor.scenarios._resolve import Resolved
from corridor.scenarios._roads import Networks, Roads, on_main
from corridor.scenarios._rows import Rows, Tables, rows_after
from corridor.scenarios._state import (
    Between,
    Bools,
    Edits,
    Homes,
    Ints,
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
        self._series = [(str(id_), str(name)) for id_, name in events.dropna().items()]
        self._asked = [
            *(f"stage:{name}" for name in chain.STAGES),
            *(f"type:{name}" for name in _innovation.STATION_TYPES),
            *(f"series:{name}" for name in names),
        ]
        spaces = [self._codes.index(code) for code in _indicators.open_space_codes(study)]
        self._measures = Measures(study, rows, spaces, names)
        self._clock = Clock(study, base.opportunities, rows)
        self._linked = Linked(study)
        self._tables = Tables(study)
        self._classifier = Classifier(study, self._tables, base.opportunities, base.ways_in)
        on = base.opportunities["edge"].notna()
        self._on_network = dict(zip(base.opportunities.index, on.tolist(), strict=True))
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
            _goals(base.opportunities.assign(category=self._clock.of_opportunities), at, {"places": places["stage"], "stations": study.stations["type"], "events": events}, self._asked),
            nearest_dm=max(self._near_dm, self._life_dm),
            counts_dm=(),
            categories=[*self._clock.columns, *self._asked, *self._clock.spare],
            impedances=("cost",),
        )  # fmt: skip
        self._between = _walks_between(base, at, self._networks.corridor)
        self._found = self._access.nearest["cost"]
        self._far = self._between.nearest["cost"]
        self._row = {label: n for n, label in enumerate(self._access.labels)}
        self._far_row = {label: n for n, label in enumerate(self._between.labels)}
        self._columns = {name: n for n, name in enumerate(self._between.categories)}
        self.state = self._first(base.buildings[scope], base, frozenset(events[at["events"]["edge"].notna()].dropna()))

    def _first(self, buildings: gpd.GeoDataFrame, base: Footing, heard: frozenset[str]) -> State:
        """Return the state of the study as it is."""
        connected, records = self._networks.own.connected, self._records.base
        mine = self._found[: len(self._scope)]
        attached = set(base.opportunities["category"][base.opportunities["edge"].notna()])
        has = np.array([code in attached for code in self._codes], dtype=bool)
        known = stages_on(records)
        life, scored = self._life(self._clock.nearest(mine, {}), connected), has & self._scorable
        between = Between(self._far, self._far_row, self._columns)
        return State(
            ids=self._scope.to_numpy(dtype=object),
            inside=buildings["in_area"].to_numpy(dtype=bool),
            along=buildings["on_corridor"].to_numpy(dtype=bool),
            connected=connected,
            residents=buildings["residents"].to_numpy(dtype=float),
            workers=buildings["workers"].to_numpy(dtype=float),
            life=life,
            near=self._near(mine, bool(known), connected, {}),
            scores=self._measures.scored(life, connected, scored),
            has=has,
            scored=scored,
            records=records,
            place_near=self._near(self._found[self._rows("p", records.ids, self._row)], bool(known), None, {}),
            firm_near=self._near(self._found[self._rows("f", records.firms, self._row)], bool(known), None, {}),
            known=known or self._osm_stages(has),
            series=heard,
            between=between,
            on_corridor=self._networks.own.on_corridor,
            clock=self._clock.own(mine, connected),
            spare={},
        )

    def _rows(self, letter: str, ids: list[str], row: dict[str, int]) -> list[int]:
        return [row[f"{letter}|{id_}"] for id_ in ids]

    def _osm_stages(self, has: Bools) -> frozenset[str]:
        return frozenset(s for s, columns in zip(chain.STAGES, self._stage_columns, strict=True) if has[columns].any())

    def _life(self, cost: Ints, connected: Bools) -> Ints:
        """Return the walks of the life circle from those to categories; those off the main network are missing."""
        return np.where((cost > self._life_dm) | ~connected[:, None], FAR, cost).astype(np.int32)

    def _near(self, found: Ints, by_records: bool, connected: Bools | None, spare: Spare) -> Ints:
        """Return the walks to stages, station types and series."""
        count = len(self._clock.columns)
        near = found[:, count : count + len(self._asked)].copy()
        if not by_records:
            cost = self._clock.nearest(found, spare)
            for number, columns in enumerate(self._stage_columns):
                near[:, number] = cost[:, columns].min(axis=1) if columns else FAR
        gone = near > self._near_dm
        return np.where(gone if connected is None else gone | ~connected[:, None], FAR, near).astype(np.int32)

    def run(self, resolved: Resolved) -> Found:
        """Return the values of a scenario, equal to those of the edited study evaluated whole.

        Raises
        ------
        Unsupported
            It has to be evaluated whole.
        """
        streets = tuple(t for t in resolved.targets if isinstance(t.edit, _WALKED))
        points = tuple(t for t in resolved.targets if t.table not in ("streets", "gates"))
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
        delta = self._access.update(goals.done(roads.edit))
        settled = delta.nodes_settled
        state = self._walked(records.records, homes, delta, roads, has, clock.spare)
        if roads.edit is not None or records.between:
            records.between.goals_removed += roads.corridor_gone
            records.between.goals_added += roads.corridor_came
            between = self._between.update(records.between.done(roads.edit))
            settled += between.nodes_settled
            state = replace(state, between=self._far_of(between, records), on_corridor=roads.on_corridor)
        walks = None if state.firm_near is self.state.firm_near else self.firm_walks(state)
        return Found(self._values(state, rows), state, homes.new, walks, settled, self._full)

    @property
    def _full(self) -> int:
        return self._access.nodes_in_full + self._between.nodes_in_full

    def firm_walks(self, state: State) -> dict[str, int]:
        """Return each firm's walks to stages and station types, added up; out of reach counts as the longest walk."""
        count = len(chain.STAGES) + len(_innovation.STATION_TYPES)
        total = np.minimum(state.firm_near[:, :count], self._near_dm).sum(axis=1, dtype=np.int64)
        return dict(zip(state.records.firms, total.tolist(), strict=True))

    def _opportunities(self, rows: Rows, roads: Roads, clock: EditedClock) -> tuple[Edits, Bools]:
        """Return the opportunities that go and come, and which categories have data."""
        edits, counts = Edits(), roads.counts
        touched = {name: of for name, of in rows.items() if of and name != "firms"}
        ways_in = {
            **roads.ways_in,
            **(roads.surroundings.ways_into(spaces) if (spaces := touched.get("open_space")) else {}),
        }
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
        return edits, np.array([counts.get(code, 0) > 0 for code in self._codes])

    def _walked(
        self, records: Records, homes: Homes, delta: incremental.Delta, roads: Roads, has: Bools, spare: Spare
    ) -> State:
        """Write changed walks into the tables and score anew who walks otherwise."""
        base = self.state
        cells = delta.nearest["cost"]
        known = stages_on(records)
        quiet = (
            not len(cells)
            and homes.rows is None
            and not delta.removed
            and roads.edit is None
            and (has == base.has).all()
        )
        if quiet and records is base.records:
            return base
        found = grown(self._found, len(delta.labels))
        found[cells.origin, cells.category] = cells.value
        row = self._row
        if len(delta.labels) > len(row):
            row = {**row, **{label: n for n, label in enumerate(delta.labels[len(row) :], start=len(row))}}
        state, mine, old = replace(base, connected=roads.connected), found[: len(self._scope)], None
        if homes.rows is not None:
            state, old = self._homes.joined(base, state, homes)
            at = old.copy()
            at[old < 0] = self._rows("b", state.ids[old < 0].tolist(), row)
            mine = found[at]
        life = self._life(self._clock.nearest(mine, spare), state.connected)
        scored = has & self._scorable
        return replace(
            state,
            life=life,
            near=self._near(mine, bool(known), state.connected, spare),
            scores=self._measures.scores(base, old, life, state.connected, scored),
            has=has,
            scored=scored,
            records=records,
            place_near=self._near(found[self._rows("p", records.ids, row)], bool(known), None, spare),
            firm_near=self._near(found[self._rows("f", records.firms, row)], bool(known), None, spare),
            known=known or self._osm_stages(has),
            series=self._heard(records),
            clock=self._clock.own(mine, state.connected),
            spare=spare,
        )

    def _heard(self, records: Records) -> frozenset[str]:
        """Return the series of which an event stands on the network."""
        spots = records.spots["events"]
        return frozenset(name for id_, name in self._series if spots[id_][0] is not None)

    def _far_of(self, delta: incremental.Delta, records: Edited) -> Between:
        """Return the walks between records after the edits."""
        found = grown(self._far, len(delta.labels))
        cells = delta.nearest["cost"]
        found[cells.origin, cells.category] = cells.value
        column = self._columns
        if records.renamed:
            column = column | {label: column[name] for label, name in records.renamed.items()}
        row = self._far_row
        if len(delta.labels) > len(row):
            row = row | {label: n for n, label in enumerate(delta.labels[len(row) :], start=len(row))}
        return Between(found, row, column)

    def _values(self, state: State, rows: Rows) -> Floats:
        """Return all values, those that rest on nothing that changed as they were."""
        base, value = self.state, self._value.copy()
        slices = self._measures.slices
        self._measures.write(base, state, value)
        self._clock.write(base, state, value)
        walked = state.between is not base.between
        if walked or state.records is not base.records or state.place_near is not base.place_near:
            value[slices["linkage"]] = self._linked.linkage(state)
        if walked or state.records is not base.records:
            value[slices["one_trip"]] = self._linked.trips(state)
        if self._recount is not None:
            for key, number in self._recount.now(rows).items():
                value[self._targets[f"targets.{key}"]] = number
        return value


def _goals(
    opportunities: gpd.GeoDataFrame, at: dict[str, pd.DataFrame], words: dict[str, pd.Series], columns: list[str]
) -> pd.DataFrame:
    """Return everything one walks to, by category, stage, type and series."""
    names = ["category", "edge", "offset_dm", "connector_dm", "source_id"]
    parts = [pd.DataFrame(opportunities[names]).astype({"category": object, "source_id": object})]
    for prefix, kind in (("stage", "places"), ("type", "stations"), ("series", "events")):
        part = labelled(at[kind], f"{prefix}|")[["edge", "offset_dm", "connector_dm"]]
        own = words[kind].reindex(at[kind].index).to_numpy(dtype=object)
        part = part.assign(category=[f"{prefix}:{w}" for w in own], source_id=part.index)
        parts.append(part[part["category"].isin(columns)][names])
    return pd.concat(parts)


def _walks_between(base: Footing, at: dict[str, pd.DataFrame], corridor: pd.DataFrame) -> incremental.Baseline:
    """Keep the walks from all records to places, stations and the corridor, and home to firms where a chain asks for it."""
    ends = [labelled(at["places"], "p|"), labelled(at["stations"], "s|")]
    if any(asked.back for asked in base.study.config.service_chains):
        ends.append(labelled(at["firms"], "f|"))
    goals = pd.concat(ends)
    goals = goals.assign(category=goals.index, source_id=goals.index)
    ends = [goals] if corridor.empty else [goals, corridor]
    spare = [f"+{number}" for number in range(SPARE)]
    return incremental.Baseline.build(
        base.network,
        pd.concat([labelled(at["places"], "p|"), labelled(at["firms"], "f|"), labelled(at["stations"], "s|")]),
        pd.concat(ends),
        nearest_dm=FARTHEST_DM,
        counts_dm=(),
        categories=[*goals.index, *([] if corridor.empty else corridor["category"].unique()), *spare],
        impedances=("cost",),
    )
