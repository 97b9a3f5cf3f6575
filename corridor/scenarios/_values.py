"""Indicators of the life circle and of who has what within 15 minutes, from a state; only what changed is added up."""

from __future__ import annotations

import numpy as np

from corridor.evaluation import _innovation
from corridor.indicators import chain, coverage, life_circle, weighted
from corridor.indicators.people import LEVELS
from corridor.scenarios import _indicators
from corridor.scenarios._indicators import FAR, Floats
from corridor.scenarios._state import Bools, Ints, State
from corridor.study import StudyArea

_GROUPS = ("score", "people", "coverage", "access", "open_space", "linkage", "chain", "services", "events", "one_trip")
_WHO = {
    "chain": ("buildings", "residents", "workers", "carriers", "firms"),
    "services": ("firms", "workers", "carriers"),
    "events": ("firms", "residents"),
}


class Measures:
    """The rules of a study for the indicators of its life circle, chain, services and events.

    Parameters
    ----------
    study : StudyArea
    rows : list of Indicator
        All of the baseline, in their order.
    spaces : list of int
        Categories that are open spaces.
    series : list of str
        Of events, in the order of the columns of walks.
    """

    def __init__(
        self, study: StudyArea, rows: list[_indicators.Indicator], spaces: list[int], series: list[str]
    ) -> None:
        speed = study.config.walker.speed_m_min
        self._speed, self._spaces = speed.middle, spaces
        self._categories, self._weights = study.categories, study.config.score.kind_weights
        self._codes = [category.code for category in study.categories]
        self._limits = {
            level: life_circle.tier_dm(study.categories, getattr(speed, level)).to_numpy(dtype=float)
            for level in LEVELS
        }
        self._near = coverage.limits_dm(speed.middle)[coverage.MINUTES[-1]]
        self._series = series
        self.slices = _slices(rows)

    def write(self, base: State, state: State, value: Floats) -> None:
        """Write the indicators that rest on what is another in `state` than in `base`."""
        if state is not base:
            self._circle(base, state, value)
            self._shares(state, value)

    def _circle(self, base: State, state: State, value: Floats) -> None:
        same_rows = state.ids is base.ids
        inside, along = state.inside, state.along
        if state.scores is not base.scores:
            value[self.slices["score"]] = _indicators.score_values(state.scores, state.residents, inside, along)
        value[self.slices["people"]] = _indicators.people_values(
            state.residents, state.workers, inside, state.connected
        )
        limit = self._limits["middle"]
        columns = np.arange(len(self._codes))
        if same_rows:
            columns = np.flatnonzero((state.life != base.life).any(axis=0) | (state.has != base.has))
        if not len(columns):
            return
        life = state.life[:, columns]
        met = life <= limit[columns]
        grid = value[self.slices["coverage"]].reshape(2, 3, len(self._codes))
        for number, rows in enumerate((inside, along)):
            mine = met[rows]
            for group, heads in enumerate((np.ones(len(rows)), state.residents, state.workers)):
                share = weighted.shares(mine, heads[rows])
                grid[number, group, columns] = np.where(state.has[columns], share, np.nan)
        value[self.slices["coverage"]] = grid.ravel()
        walks = value[self.slices["access"]]
        walks[columns] = _indicators.walk_values(life[inside], self._speed)
        value[self.slices["access"]] = walks
        spaces = state.life[:, self._spaces] <= limit[self._spaces]
        value[self.slices["open_space"]] = _indicators.open_space_values(spaces[inside], state.residents[inside])

    def _shares(self, state: State, value: Floats) -> None:
        """Write shares of chain, services and events within 15 minutes."""
        four, seven = len(chain.STAGES), len(_innovation.STATION_TYPES)
        inside = state.inside
        own = state.near[inside]
        people = {
            "buildings": (own, np.ones(len(own))),
            "residents": (own, state.residents[inside]),
            "workers": (own, state.workers[inside]),
            "carriers": (state.place_near, np.ones(len(state.place_near))),
            "firms": (state.firm_near, np.ones(len(state.firm_near))),
        }
        on = state.records.attached("stations", state.records.stations).tolist()
        types = {kind for kind, here in zip(state.records.types, on, strict=True) if here}
        whole = set(state.known) == set(chain.STAGES)
        columns = {
            "chain": (slice(0, four), [*(stage in state.known for stage in chain.STAGES), whole]),
            "services": (slice(four, four + seven), [kind in types for kind in _innovation.STATION_TYPES]),
            "events": (slice(four + seven, None), [name in state.series for name in self._series]),
        }
        for name, (which, known) in columns.items():
            parts = []
            for group in _WHO[name]:
                walks, heads = people[group]
                mine = walks[:, which]
                if name == "chain":
                    mine = np.column_stack([mine, mine.max(axis=1)])
                parts.append(_share(mine, heads, self._near, np.array(known, dtype=bool)))
            value[self.slices[name]] = np.concatenate(parts)

    def scores(self, base: State, ids: np.ndarray, life: Ints, connected: Bools, scored: Bools) -> Floats:
        """Return scores; only buildings whose walks to a scored category change are scored anew."""
        columns = np.flatnonzero(scored)
        rows = np.arange(len(ids))
        scores = np.empty((len(ids), len(_indicators.SCORES)))
        if (scored == base.scored).all():
            if ids is base.ids:
                at = rows
            else:
                place = {id_: n for n, id_ in enumerate(base.ids.tolist())}
                at = np.array([place.get(id_, -1) for id_ in ids.tolist()], np.int64)
            same = (at >= 0) & (life[:, columns] == base.life[at][:, columns]).all(axis=1)
            same &= connected == base.connected[at]
            scores = base.scores[at].copy()
            rows = np.flatnonzero(~same)
        if not len(rows):
            return base.scores if ids is base.ids else scores
        scores[rows] = self.scored(life[rows], connected[rows], scored)
        return scores

    def scored(self, life: Ints, connected: Bools, scored: Bools) -> Floats:
        """Score buildings from their walks; those off the network have no score."""
        columns = np.flatnonzero(scored)
        cost = life[:, columns]
        values = np.where(cost == FAR, np.nan, cost)
        codes = [self._codes[n] for n in columns]
        parts = {
            level: life_circle.score_columns(
                life_circle.falling(values, self._limits[level][columns]), codes, self._categories, self._weights
            )
            for level in LEVELS
        }
        found: Floats = np.column_stack([parts["middle"], parts["low"][:, 0], parts["high"][:, 0]])
        found[~connected] = np.nan
        return found


def _share(walks: Ints, heads: Floats, limit: int, known: Bools) -> Floats:
    """Return what `corridor.indicators.coverage.shares` gives for one limit."""
    total = weighted.sums(np.ones((len(heads), 1), bool), heads)[0]
    if not total:
        return np.full(walks.shape[1], np.nan)
    return np.where(known, np.minimum(weighted.sums(walks <= limit, heads) / total, 1.0), np.nan)


def _slices(rows: list[_indicators.Indicator]) -> dict[str, slice]:
    groups = [row.meaning.group for row in rows]
    return {
        name: slice(groups.index(name), groups.index(name) + groups.count(name)) if name in groups else slice(0, 0)
        for name in _GROUPS
    }
