"""Indicators of the life circle and of who has what within 15 minutes, from a state; only what changed is added up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from corridor.config import KINDS
from corridor.evaluation import _innovation
from corridor.indicators import chain, coverage, life_circle, open_space
from corridor.scenarios._crowd import Crowd
from corridor.scenarios._figures import SCORES, Floats, people_values, score_values, walk_values
from corridor.scenarios._indicators import Indicator
from corridor.scenarios._state import Bools, Ints, Longs, Records, State
from corridor.study import StudyArea

if TYPE_CHECKING:
    from corridor._kernel.scores import Scale

_GROUPS = ("score", "people", "coverage", "access", "open_space", "linkage", "chain", "services", "events", "one_trip")
_WHO = {
    "chain": ("buildings", "residents", "workers", "carriers", "firms"),
    "services": ("firms", "workers", "carriers"),
    "events": ("firms", "residents"),
}
# The tables of walks, and of whom each tells.
_WALKS = {"near": ("buildings", "residents", "workers"), "place_near": ("carriers",), "firm_near": ("firms",)}
# Walking speeds in the order in which scores are listed.
_LEVELS = ("middle", "low", "high")


class Measures:
    """The rules of a study for the indicators of its life circle, chain, services and events.

    Parameters
    ----------
    study : StudyArea
    rows : list of Indicator
        All of the baseline, in their order.
    space : int
        Column of the walks to open space.
    events : mapping of str to str
        The series of each event that has one.
    """

    def __init__(self, study: StudyArea, rows: list[Indicator], space: int, events: Mapping[str, str]) -> None:
        speed = study.config.walker.speed_m_min
        self._speed, self._space = speed.middle, space
        self._to_space = open_space.cutoff_dm(study)
        self._categories, self._kind_weights = study.categories, study.config.score.kind_weights
        limits = [life_circle.tier_dm(study.categories, getattr(speed, level)) for level in _LEVELS]
        self._limits = np.array([limit.to_numpy(dtype=float) for limit in limits])
        # A walk is a whole number of decimetres.
        self._within_dm = np.floor(self._limits[0]).astype(np.int32)
        self._near = coverage.limits_dm(speed.middle)[coverage.MINUTES[-1]]
        # In the order of the columns of walks.
        self._events, self._series = list(events.items()), sorted(set(events.values()))
        self._laid_out: tuple[bytes, Scale] | None = None
        self.slices = _slices(rows)
        self._places = _places_of(self.slices, len(chain.STAGES), len(_innovation.STATION_TYPES))

    def write(self, base: State, state: State, value: Floats) -> None:
        """Write the indicators that rest on what is another in `state` than in `base`."""
        if state is not base:
            self._circle(base, state, value)
            self._open_space(base, state, value)
            self._shares(base, state, value)

    def _circle(self, base: State, state: State, value: Floats) -> None:
        from corridor._kernel import tables

        inside, same_buildings = state.inside, state.ids is base.ids
        if state.scores is not base.scores:
            value[self.slices["score"]] = score_values(state.scores, state.residents, inside, state.along)
        if not (same_buildings and state.connected is base.connected):
            value[self.slices["people"]] = people_values(state.residents, state.workers, inside, state.connected)
        columns = np.arange(len(self._categories))
        if same_buildings:
            turned, _ = tables.turned(state.life, base.life, state.has)
            columns = np.flatnonzero(turned | (state.has != base.has))
        if not len(columns):
            return
        life = state.life[columns]
        walks = value[self.slices["access"]]
        walks[columns] = walk_values(life if inside.all() else np.compress(inside, life, axis=1), self._speed)
        met = life <= self._within_dm[columns, None]
        if same_buildings:
            # Most walks that change are within the limit before and after.
            other = (met != (base.life[columns] <= self._within_dm[columns, None])).any(axis=1)
            other |= state.has[columns] != base.has[columns]
            met, columns = met[other], columns[other]
        grid = value[self.slices["coverage"]].reshape(len(state.crowds), -1)
        for row, crowd in enumerate(state.crowds.values() if len(columns) else ()):
            grid[row, columns] = np.where(state.has[columns], crowd.shares(met), np.nan)

    def _open_space(self, base: State, state: State, value: Floats) -> None:
        """Write who has open space at hand, see `corridor.indicators.open_space.coverage`."""
        if state.turned is not None and not state.turned[self._space] and state.connected is base.connected:
            return
        walk = state.clock[self._space]
        counted = state.inside & state.connected
        reached = walk[counted] <= self._to_space
        found = []
        for heads in (state.residents[counted], state.workers[counted]):
            share, count, total = open_space.covered(reached, heads)
            found += [share, total - count]
        value[self.slices["open_space"]] = found

    def _shares(self, base: State, state: State, value: Floats) -> None:
        """Write shares of chain, services and events within 15 minutes, those whose walks are others."""
        known, other = state.told, state.told != base.told
        for table, who in _WALKS.items():
            walks, was = getattr(state, table), getattr(base, table)
            turned = other | _turned(walks, was, same=table != "near" or state.ids is base.ids)
            if not turned.any():
                continue
            met = _within(walks, self._near)
            if met.shape[1] == was.shape[1] and (table != "near" or state.ids is base.ids):
                turned = other | (met != _within(was, self._near)).any(axis=1)
            for one in who:
                places = self._places[one]
                if len(at := np.flatnonzero(turned & (places >= 0))):
                    crowd = state.crowds["inside", one] if table == "near" else _each(met.shape[1])
                    value[places[at]] = np.where(known[at], crowd.shares(met[at]), np.nan)

    def told(self, records: Records, stages: frozenset[str]) -> Bools:
        """Return which stages, the whole chain, station types and series there are.

        Parameters
        ----------
        records : Records
        stages : frozenset of str
            Of the chain, that anybody has.
        """
        on = records.attached("stations", records.stations).tolist()
        types = {kind for kind, here in zip(records.types, on, strict=True) if here}
        spots = records.spots["events"]
        heard = {name for id_, name in self._events if spots[id_][0] is not None}
        known = [
            *(stage in stages for stage in chain.STAGES),
            stages.issuperset(chain.STAGES),
            *(kind in types for kind in _innovation.STATION_TYPES),
            *(name in heard for name in self._series),
        ]
        return np.array(known, dtype=bool)

    def scores(self, base: State, old: Longs | None, life: Ints, connected: Bools) -> Floats:
        """Return scores, (len(SCORES), buildings); only buildings whose walks to a scored category change are scored anew.

        What is scored in the baseline is scored in every scenario.

        Parameters
        ----------
        old : int64 array, optional
            Each building's row in `base`, -1 for those that come; None where they are the same.
        """
        from corridor._kernel import tables

        before = base.life if old is None else base.life.take(old, axis=1)
        _, turned = tables.turned(life, before, base.scored)
        turned |= connected != (base.connected if old is None else base.connected[old])
        if old is not None:
            turned |= old < 0
        rows = np.flatnonzero(turned)
        if not len(rows) and old is None:
            return base.scores
        scores = base.scores.copy() if old is None else base.scores.take(old, axis=1)
        scores[:, rows] = self._scored(life, rows, connected, base.scored)
        return scores

    def scored(self, life: Ints, connected: Bools, scored: Bools) -> Floats:
        """Score buildings from their walks, (len(SCORES), buildings); those off the network have no score."""
        return self._scored(life, np.arange(life.shape[1]), connected, scored)

    def _scored(self, life: Ints, rows: Longs, connected: Bools, scored: Bools) -> Floats:
        from corridor._kernel.scores import score

        out = np.empty((len(SCORES), len(rows)))
        score(life, rows, self._scale(scored), out)
        out[:, ~connected[rows]] = np.nan
        return out

    def _scale(self, scored: Bools) -> Scale:
        """Return what is scored where only some categories are; the last choice of them is kept."""
        from corridor._kernel.scores import Scale

        key = scored.tobytes()
        if self._laid_out is None or self._laid_out[0] != key:
            of_kind = [
                [n for n, category in enumerate(self._categories) if category.kind == kind and scored[n]]
                for kind in KINDS
            ]
            weights = [np.array([self._categories[n].weight for n in columns], np.float64) for columns in of_kind]
            column = np.array([n for columns in of_kind for n in columns], np.int64)
            scale = Scale(
                column,
                np.concatenate(weights),
                np.ascontiguousarray(self._limits[:, column]),
                np.cumsum([0, *(len(columns) for columns in of_kind)]),
                np.array([one.sum() for one in weights], np.float64),
                np.array([self._kind_weights[kind] for kind in KINDS], np.float64),
            )
            self._laid_out = key, scale
        return self._laid_out[1]


def _turned(walks: Ints, before: Ints, *, same: bool = True) -> Bools:
    """Return the rows of `_within` in which any walk is another; all where those who walk are not the same."""
    from corridor._kernel import tables

    stages = len(chain.STAGES)
    if walks is before:
        return np.zeros(len(walks) + 1, bool)
    if not same or walks.shape != before.shape:
        return np.ones(len(walks) + 1, bool)
    turned, _ = tables.turned(walks, before, np.zeros(len(walks), bool))
    return np.concatenate([turned[:stages], [turned[:stages].any()], turned[stages:]])


def _each(count: int) -> Crowd:
    """Count records, each as one."""
    return Crowd(None, None, float(count))


def _within(walks: Ints, limit: int) -> Bools:
    """Return who is within a walk of the stages, of all of them, and of the station types and series."""
    met = walks <= limit
    stages = len(chain.STAGES)
    return np.concatenate([met[:stages], np.all(met[:stages], axis=0, keepdims=True), met[stages:]])


def _slices(rows: list[Indicator]) -> dict[str, slice]:
    groups = [row.meaning.group for row in rows]
    return {
        name: slice(groups.index(name), groups.index(name) + groups.count(name)) if name in groups else slice(0, 0)
        for name in _GROUPS
    }


def _places_of(slices: dict[str, slice], stages: int, types: int) -> dict[str, Longs]:
    """Return, by who is counted, where the share of each row of `_within` stands among the values, -1: nowhere."""
    first = {"chain": 0, "services": stages + 1, "events": stages + 1 + types}
    wide = {name: (slices[name].stop - slices[name].start) // len(_WHO[name]) for name in first}
    found = {who: np.full(first["events"] + wide["events"], -1, np.int64) for names in _WALKS.values() for who in names}
    for name, start in first.items():
        for row, who in enumerate(_WHO[name]):
            at = slices[name].start + row * wide[name]
            found[who][start : start + wide[name]] = np.arange(at, at + wide[name])
    return found
