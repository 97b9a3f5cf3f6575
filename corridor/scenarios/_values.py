"""Indicators of the life circle and of who has what within 15 minutes, from a state; only what changed is added up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corridor.config import KINDS
from corridor.evaluation import _innovation
from corridor.indicators import chain, coverage, life_circle, weighted
from corridor.indicators.people import LEVELS
from corridor.scenarios import _indicators
from corridor.scenarios._indicators import Floats
from corridor.scenarios._state import Bools, Ints, Longs, State
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
        self._of_kind = {
            name: np.array([n for n, c in enumerate(study.categories) if c.kind == name], np.int64) for name in KINDS
        }
        self._kinds: Floats | None = None
        self.slices = _slices(rows)

    def write(self, base: State, state: State, value: Floats) -> None:
        """Write the indicators that rest on what is another in `state` than in `base`."""
        if state is not base:
            self._circle(base, state, value)
            self._shares(base, state, value)

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

    def _shares(self, base: State, state: State, value: Floats) -> None:
        """Write shares of chain, services and events within 15 minutes, those whose walks are others."""
        four, seven = len(chain.STAGES), len(_innovation.STATION_TYPES)
        columns = {"chain": slice(0, four), "services": slice(four, four + seven), "events": slice(four + seven, None)}
        before, known = self._known(base), self._known(state)
        inside = state.inside
        whose: dict[str, tuple[str, Bools | slice, Floats | None]] = {
            "buildings": ("near", inside, None),
            "residents": ("near", inside, state.residents),
            "workers": ("near", inside, state.workers),
            "carriers": ("place_near", slice(None), None),
            "firms": ("firm_near", slice(None), None),
        }
        turned = {
            "near": _turned(state.near, base.near, same=state.ids is base.ids),
            "place_near": _turned(state.place_near, base.place_near),
            "firm_near": _turned(state.firm_near, base.firm_near),
        }
        for name, which in columns.items():
            told, other = np.array(known[name], dtype=bool), np.array(known[name]) != before[name]
            grid = value[self.slices[name]].reshape(len(_WHO[name]), -1)
            for row, group in enumerate(_WHO[name]):
                kind, rows, heads = whose[group]
                mine = turned[kind][which]
                at = np.flatnonzero(other | (np.append(mine, mine.any()) if name == "chain" else mine))
                if not len(at):
                    continue
                walks = getattr(state, kind)[rows, which]
                if name == "chain":
                    walks = np.column_stack([walks, walks.max(axis=1)])
                people = np.ones(len(walks)) if heads is None else heads[rows]
                grid[row, at] = _share(walks[:, at], people, self._near, told[at])
            value[self.slices[name]] = grid.ravel()

    def _known(self, state: State) -> dict[str, list[bool]]:
        """Return which stages, station types and series there are; the last of the stages is all of them."""
        on = state.records.attached("stations", state.records.stations).tolist()
        types = {kind for kind, here in zip(state.records.types, on, strict=True) if here}
        whole = set(state.known) == set(chain.STAGES)
        return {
            "chain": [*(stage in state.known for stage in chain.STAGES), whole],
            "services": [kind in types for kind in _innovation.STATION_TYPES],
            "events": [name in state.series for name in self._series],
        }

    def scores(self, base: State, old: Longs | None, life: Ints, connected: Bools, scored: Bools) -> Floats:
        """Return scores; only buildings whose walks to a scored category change are scored anew.

        Parameters
        ----------
        old : int64 array, optional
            Each building's row in `base`, -1 for those that come; None where they are the same.
        """
        if not (scored == base.scored).all():
            return self.scored(life, connected, scored)
        at = np.arange(len(life)) if old is None else old
        other = life != (base.life if old is None else base.life[old])
        other[:, ~scored] = False
        rows = np.flatnonzero((at < 0) | other.any(axis=1) | (connected != base.connected[at]))
        if not len(rows):
            return base.scores if old is None else base.scores[at]
        scores = base.scores[at]
        if self._kinds is None:
            self._kinds = self._by_kind(base.life, scored, range(len(KINDS)))
        kinds = self._kinds[:, :, at[rows]]
        turned = other[rows].any(axis=0)
        touched = [n for n, name in enumerate(KINDS) if (at < 0).any() or turned[self._of_kind[name]].any()]
        kinds[:, touched] = self._by_kind(life[rows], scored, touched)
        scores[rows] = self._together(kinds, connected[rows])
        return scores

    def scored(self, life: Ints, connected: Bools, scored: Bools) -> Floats:
        """Score buildings from their walks; those off the network have no score."""
        return self._together(self._by_kind(life, scored, range(len(KINDS))), connected)

    def _by_kind(self, life: Ints, scored: Bools, kinds: Sequence[int]) -> Floats:
        """Return the scores of some kinds, (levels, kinds, buildings)."""
        out = np.empty((len(LEVELS), len(kinds), len(life)))
        for place, kind in enumerate(kinds):
            of_kind = self._of_kind[KINDS[kind]]
            columns = of_kind[scored[of_kind]]
            weights = np.array([self._categories[n].weight for n in columns], dtype=float)
            # A category after the other, as they are added up.
            cost = np.ascontiguousarray(life[:, columns].T).astype(np.float64)
            for number, level in enumerate(LEVELS):
                limit = self._limits[level][columns][:, None]
                # As `life_circle.falling`: out of reach is so far beyond twice the limit that it adds nothing.
                share = 2 * limit - cost
                share /= limit
                np.clip(share, 0.0, 1.0, out=share)
                out[number, place] = life_circle.kind_score(share.T, weights)
        return out

    def _together(self, kinds: Floats, connected: Bools) -> Floats:
        """Return scores in the order of `SCORES` from those of the kinds by level."""
        total = {level: life_circle.total_score(kinds[n], self._weights) for n, level in enumerate(LEVELS)}
        middle = kinds[LEVELS.index("middle")]
        found: Floats = np.column_stack([total["middle"], *middle, total["low"], total["high"]])
        found[~connected] = np.nan
        return found


def _turned(walks: Ints, before: Ints, *, same: bool = True) -> Bools:
    """Return the columns of walks in which any is another; all of them where those who walk are not the same."""
    if walks is before:
        return np.zeros(walks.shape[1], bool)
    if not same or len(walks) != len(before):
        return np.ones(walks.shape[1], bool)
    turned: Bools = (walks != before).any(axis=0)
    return turned


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
