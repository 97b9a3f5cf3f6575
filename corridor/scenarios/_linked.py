"""Indicators of the walks between records: linkage of carriers and institutes, and trips along service chains."""

from __future__ import annotations

import numpy as np

from corridor.access import decay as decays
from corridor.evaluation._trails import FARTHEST_DM
from corridor.indicators import chain, coverage, linkage, services
from corridor.scenarios._figures import FAR, Floats, linkage_values, trip_values
from corridor.scenarios._roads import CORRIDOR
from corridor.scenarios._state import Ints, Longs, Records, Spot, State
from corridor.study import StudyArea


class Linked:
    """The rules of a study for links and trips, ready for any state of its records."""

    def __init__(self, study: StudyArea) -> None:
        self._chains = study.config.service_chains
        self._speed = study.config.walker.speed_m_min.middle
        rule = study.config.linkage
        self._factor = decays.fixed_point(linkage.decay(rule.decay, self._speed), FARTHEST_DM)
        self._near = coverage.limits_dm(self._speed)[coverage.MINUTES[-1]]
        self._belt = coverage.limits_dm(self._speed, (rule.belt_min,))[rule.belt_min]
        self._within = [coverage.limits_dm(self._speed, (asked.minutes,))[asked.minutes] for asked in self._chains]

    def other(self, base: State, state: State) -> bool:
        """Tell whether anything is another on which links rest: places, the walks between them, stages near them."""
        stages = len(chain.STAGES)
        return not (
            _places(state.records) == _places(base.records)
            and np.array_equal(state.records.core, base.records.core)
            and np.array_equal(state.records.weight, base.records.weight, equal_nan=True)
            and state.on_corridor == base.on_corridor
            and np.array_equal(self._to_places(state), self._to_places(base))
            and np.array_equal(state.place_near[:stages], base.place_near[:stages])
        )

    def _to_places(self, state: State) -> Ints:
        """Return the walks from places to places and to the corridor."""
        labels = [f"p|{id_}" for id_ in state.records.ids]
        return state.between.of(labels, [*labels, CORRIDOR] if CORRIDOR in state.between.column else labels)

    def linkage(self, state: State) -> Floats:
        """Return what `corridor.scenarios._indicators` lists of linkage."""
        records = state.records
        labels = [f"p|{id_}" for id_ in records.ids]
        cost = state.between.of(labels, labels)
        others = ~np.eye(len(labels), dtype=bool)
        stages = (state.place_near[: len(chain.STAGES)] <= self._near).sum(axis=0)
        return linkage_values(
            records.core,
            linkage.reached(cost.astype(np.int64), records.weight, self._factor),
            ((cost <= self._near) & others).sum(axis=1).astype(np.float64),
            self._off_belt(state, labels, cost.astype(np.int64)),
            stages.astype(np.float64),
        )

    def _off_belt(self, state: State, labels: list[str], cost: Longs) -> Floats:
        """Return 1 for the places off the belt, 0 for those on it, NaN where nothing is known; see `linkage.belt`."""
        records = state.records
        on = records.attached("places", records.ids)
        core = records.core
        to_core = cost[:, core].min(axis=1) if core.any() else np.full(len(on), FAR, np.int64)
        # A core carrier is at itself, not a walk out of its door and in again away.
        to_core = np.where(core & on, 0, to_core)
        walk = state.between.of(labels, [CORRIDOR])[:, 0] if CORRIDOR in state.between.column else np.full(len(on), FAR)
        spots = [records.spots["places"][id_] for id_ in records.ids]
        stands = np.array([spot[0] in state.on_corridor for spot in spots], dtype=bool)
        to_corridor = np.where(stands, [spot[2] for spot in spots], walk)
        near = (to_core <= self._belt) | (to_corridor <= self._belt)
        lost = ~on | bool((to_core == FAR).all() and (to_corridor == FAR).all())
        return np.where(lost, np.nan, (~near).astype(np.float64))

    def trips(self, base: State, state: State) -> Floats:
        """Return what `corridor.scenarios._indicators` lists of trips."""
        records = state.records
        kinds, before = _kinds(records), set(_kinds(base.records).values())
        anybody = any(
            records.attached(kind, ids).any() for kind, ids in (("places", records.ids), ("firms", records.firms))
        )
        whose = [*(f"p|{id_}" for id_ in records.ids), *(f"f|{id_}" for id_ in records.firms)]
        out: list[float] = []
        for asked, limit in zip(self._chains, self._within, strict=True):
            ids = sorted(id_ for id_, kind in kinds.items() if kind in asked.stations)
            ends = [f"s|{id_}" for id_ in ids]
            there = _far(state.between.of(whose, ends))
            home = _far(state.between.of(ends, whose).T) if asked.back else None
            between = _far(state.between.of(ends, ends))
            cost, found = services.shortest(there, between, home, [kinds[id_] for id_ in ids], asked.stations)
            if services.taken_away(asked.stations, set(kinds.values()), before):
                out += [0.0 if anybody else np.nan, np.nan]
            else:
                out += trip_values(cost[found], limit, self._speed)
        return np.array(out)


def _kinds(records: Records) -> dict[str, str]:
    """Return the types of the stations on the network."""
    on = records.attached("stations", records.stations).tolist()
    return {id_: kind for id_, kind, here in zip(records.stations, records.types, on, strict=True) if here and kind}


def _places(records: Records) -> list[tuple[str, Spot]]:
    return [(id_, records.spots["places"][id_]) for id_ in records.ids]


def _far(walks: object) -> Longs:
    found: Longs = np.where(np.asarray(walks) == FAR, services.FAR, np.asarray(walks, dtype=np.int64))
    return found
