"""The life circle by the clock in scenarios: places of a category that are open at the same moments share a column.

A place is open, closed or of unknown hours at each moment of the study. The nearest of a category is then the nearest
of all its columns, and the nearest one open at a moment that of the columns which say so: one search tells all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.evaluation import _events, _hours
from corridor.indicators import by_time, life_circle
from corridor.scenarios._figures import FAR, Floats
from corridor.scenarios._indicators import Indicator
from corridor.scenarios._rows import missing
from corridor.scenarios._state import Hours, Ints, Spare, State, Unsupported
from corridor.study import StudyArea

Asked = tuple[list[npt.NDArray[np.int64]], npt.NDArray[np.int64]]
"""Sets of columns, and the number of the set for each moment and for (open, perhaps open)."""
SPARE = 12
"""Columns for places whose hours no place of their category has in the study as it is."""


class Clock:
    """The columns of a study's life circle.

    Parameters
    ----------
    study : StudyArea
    opportunities : GeoDataFrame
        Of its evaluation.
    rows : list of Indicator
        All of the baseline, in their order.
    """

    def __init__(self, study: StudyArea, opportunities: gpd.GeoDataFrame, rows: list[Indicator]) -> None:
        self._study = study
        self._moments = {name: moment.at for name, moment in study.config.moments.items()}
        self._lonlat = _hours.centre(study)
        self._numbers = {category.code: n for n, category in enumerate(study.categories)}
        self._of_text: dict[str | None, Hours] = {None: (None,) * len(self._moments)}
        open_at = by_time.states(opportunities["opening_hours"], self._moments, lonlat=self._lonlat)
        open_at = _events.with_periods(opportunities, open_at, study)
        number = [self._numbers[code] for code in opportunities["category"]]
        mine = list(zip(number, _hours_of(open_at), strict=True))
        # Of an event it is asked as well whether it is held; no edit changes that.
        event = dict(zip(study.events.index, study.events["category"], strict=True))
        self._events = {
            (n, source): hours
            for (n, hours), source, code in zip(
                mine, opportunities["source_id"], opportunities["category"], strict=True
            )
            if event.get(source) == code
        }
        nobody = self._of_text[None]
        self._pairs = sorted({*mine, *((n, nobody) for n in range(len(study.categories)))}, key=_order)
        self._at = {pair: n for n, pair in enumerate(self._pairs)}
        self._first = np.searchsorted([n for n, _ in self._pairs], np.arange(len(study.categories)))
        self.columns = [f"{n}@{column}" for column, (n, _) in enumerate(self._pairs)]
        self.spare = [f"+@{column}" for column in range(SPARE)]
        self.of_opportunities = [self.columns[self._at[pair]] for pair in mine]
        self._own: dict[int, Asked] = {}
        speed = study.config.walker.speed_m_min.middle
        self._limit = life_circle.tier_dm(study.categories, speed).to_numpy(dtype=float)
        groups = [row.meaning.group for row in rows]
        start = groups.index("by_time") if "by_time" in groups else 0
        self._slice = slice(start, start + groups.count("by_time"))

    def edited(self) -> EditedClock:
        """Return the columns for one edit."""
        return EditedClock(self)

    def hours_of(self, category: int, source: str, text: str | None) -> Hours:
        """Return when a place is open, by its hours or as the event it is."""
        if (category, source) in self._events:
            return self._events[category, source]
        if text not in self._of_text:
            asked = pd.Series([text], dtype="string")
            (self._of_text[text],) = _hours_of(by_time.states(asked, self._moments, lonlat=self._lonlat))
        return self._of_text[text]

    def nearest(self, found: Ints, spare: Spare) -> Ints:
        """Return walks to columns, (columns, who), as walks to categories; `spare` tells whose the spare columns are."""
        cost: Ints = np.minimum.reduceat(found[: len(self.columns)], self._first, axis=0)
        for column, (category, _) in spare.items():
            np.minimum(cost[category], found[column], out=cost[category])
        return cost

    def own(self, found: Ints) -> Ints:
        """Return the walks to columns alone; spare ones come last."""
        return np.concatenate([found[: len(self.columns)], found[-SPARE:]])

    def write(self, base: State, state: State, value: Floats) -> None:
        """Write the shares of residents by moment of the categories whose walks are others than in `base`."""
        if not self._moments or state is base:
            return
        categories: Iterable[int] = range(len(self._numbers))
        if state.ids is base.ids:
            other = np.flatnonzero((state.clock != base.clock).any(axis=1)).tolist()
            touched = {self._pairs[column][0] for column in other if column < len(self._pairs)}
            touched |= {of for of, _ in state.spare.values()}
            categories = sorted(touched | set(np.flatnonzero(state.has != base.has).tolist()))
        grid = value[self._slice].reshape(len(self._moments), 2, len(self._numbers))
        asked: list[npt.NDArray[np.int64]] = []
        limit: list[float] = []
        places: list[tuple[int, npt.NDArray[np.int64]]] = []
        for category in categories:
            grid[:, :, category] = np.nan
            if state.has[category]:
                chosen, which = self._asked_of(category, state.spare)
                places.append((category, len(asked) + which))
                asked += chosen
                limit += [self._limit[category]] * len(chosen)
        share = state.crowds["inside", "residents"].shares(_nearest(state.clock, asked) <= np.array(limit)[:, None])
        for category, which in places:
            grid[:, :, category] = share[which]

    def _asked_of(self, category: int, spare: Spare) -> Asked:
        """Return the sets of columns that are asked for a category; the study's own are worked out once."""
        came = [(column, hours) for column, (of, hours) in spare.items() if of == category]
        if category not in self._own or came:
            own = [(n, hours) for n, (of, hours) in enumerate(self._pairs) if of == category]
            found = _asked([*own, *came], len(self._moments))
            if came:
                return found
            self._own[category] = found
        return self._own[category]


class EditedClock:
    """Columns for the places of one edit; hours that are new to a category take a spare column."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._taken: dict[tuple[int, Hours], int] = {}

    def column(self, category: int, source: str, text: str | None) -> str:
        """Return the column of a place.

        Raises
        ------
        Unsupported
            No column is left.
        """
        clock = self._clock
        pair = category, clock.hours_of(category, source, text)
        if pair in clock._at:
            return clock.columns[clock._at[pair]]
        number = self._taken.setdefault(pair, len(self._taken))
        if number >= SPARE:
            raise Unsupported
        return clock.spare[number]

    @property
    def spare(self) -> dict[int, tuple[int, Hours]]:
        """The spare columns taken, counted from the end."""
        return {number - SPARE: pair for pair, number in self._taken.items()}


def _nearest(walks: Ints, sets: list[npt.NDArray[np.int64]]) -> Ints:
    """Return the least walk to any column of each set; out of reach where a set is empty."""
    found = np.full((len(sets), walks.shape[1]), FAR, np.int32)
    full = [n for n, columns in enumerate(sets) if len(columns)]
    if full:
        first = np.cumsum([0, *(len(sets[n]) for n in full[:-1])])
        found[full] = np.minimum.reduceat(walks[np.concatenate([sets[n] for n in full])], first, axis=0)
    return found


def _asked(pairs: list[tuple[int, Hours]], moments: int) -> Asked:
    """Return different sets of columns, and which of them tells open and perhaps open at each moment."""
    sets: dict[tuple[int, ...], int] = {}
    which = np.empty((moments, 2), np.int64)
    for moment in range(moments):
        for kind, counted in enumerate(((True,), (True, None))):
            chosen = tuple(column for column, hours in pairs if hours[moment] in counted)
            which[moment, kind] = sets.setdefault(chosen, len(sets))
    return [np.array(chosen, np.int64) for chosen in sets], which


def _hours_of(open_at: pd.DataFrame) -> list[Hours]:
    columns = [[None if missing(value) else bool(value) for value in open_at[name].tolist()] for name in open_at]
    return list(zip(*columns, strict=True)) if columns else [()] * len(open_at)


def _order(pair: tuple[int, Hours]) -> tuple[int, Sequence[int]]:
    number, hours = pair
    return number, [-1 if value is None else int(value) for value in hours]
