"""The life circle by the clock in scenarios: places of a category that are open at the same moments share a column.

A place is open, closed or of unknown hours at each moment of the study. The nearest of a category is then the nearest
of all its columns, and the nearest one open at a moment that of the columns which say so: one search tells all of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor.evaluation import _events, _hours
from corridor.indicators import by_time, life_circle
from corridor.scenarios._edits import CloseGate, Edit, OpenGate
from corridor.scenarios._figures import FAR, Floats
from corridor.scenarios._indicators import Indicator
from corridor.scenarios._resolve import Target
from corridor.scenarios._rows import missing
from corridor.scenarios._state import Bools, Hours, Ints, Longs, Spare, State, Unsupported
from corridor.study import StudyArea

SPARE = 12
"""Columns for places whose hours no place of their category has in the study as it is."""


class Asked(NamedTuple):
    """Sets of columns that tell together what is open.

    Attributes
    ----------
    column, first : int64 arrays
        Set s has the columns `column[first[s]:first[s + 1]]`.
    category : int64 array, shape (sets,)
    which : int64 array, shape (moments, 2, categories)
        The set that tells open and perhaps open.
    """

    column: Longs
    first: Longs
    category: Longs
    which: Longs

    def having(self, turned: Bools) -> Bools:
        """Return the sets that have any of some columns."""
        count = np.concatenate([[0], np.cumsum(turned[self.column])])
        found: Bools = count[self.first[1:]] > count[self.first[:-1]]
        return found


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
        number = [self._numbers[code] for code in opportunities["category"].to_numpy(dtype=object)]
        mine = list(zip(number, _hours_of(open_at), strict=True))
        # Of an event it is asked as well whether it is held; no edit changes that.
        event = dict(zip(study.events.index, study.events["category"], strict=True))
        self._events = {
            (n, source): hours
            for (n, hours), source, code in zip(
                mine, *(opportunities[name].to_numpy(dtype=object) for name in ("source_id", "category")), strict=True
            )
            if event.get(source) == code
        }
        nobody = self._of_text[None]
        self._pairs = sorted({*mine, *((n, nobody) for n in range(len(study.categories)))}, key=_order)
        self._at = {pair: n for n, pair in enumerate(self._pairs)}
        self._column = np.arange(len(self._pairs))
        self._of_column = np.array([n for n, _ in self._pairs], np.int64)
        self._first = np.searchsorted(self._of_column, np.arange(len(study.categories) + 1))
        self.columns = [f"{n}@{column}" for column, (n, _) in enumerate(self._pairs)]
        self.spare = [f"+@{column}" for column in range(SPARE)]
        self.of_opportunities = [self.columns[self._at[pair]] for pair in mine]
        speed = study.config.walker.speed_m_min.middle
        self._limit = np.floor(life_circle.tier_dm(study.categories, speed).to_numpy(dtype=float)).astype(np.int32)
        self._own = _asked(enumerate(self._pairs), range(len(study.categories)), len(self._moments))
        groups = [row.meaning.group for row in rows]
        start = groups.index("by_time") if "by_time" in groups else 0
        self._slice = slice(start, start + groups.count("by_time"))

    def edited(self) -> EditedClock:
        """Return the columns for one edit."""
        return EditedClock(self)

    def hours_of(self, category: int, source: str, text: str | None) -> Hours:
        """Return when a place is open, by its hours or as the event it is."""
        return self._events.get((category, source)) or self._read(text)

    def _read(self, text: str | None) -> Hours:
        if text not in self._of_text:
            asked = pd.Series([text], dtype="string")
            (self._of_text[text],) = _hours_of(by_time.states(asked, self._moments, lonlat=self._lonlat))
        return self._of_text[text]

    def without(self, targets: tuple[Target, ...]) -> tuple[tuple[Target, ...], dict[tuple[Target, ...], list[int]]]:
        """Return the edits that hold without a clock, and where others hold at moments of the study, these moments.

        A gate opened for some hours is open without a clock, one shut for some hours is as it was; see
        `corridor.evaluation._gate_hours`.
        """
        timed = {
            target: self._read(target.edit.hours)
            for target in targets
            if isinstance(target.edit, (OpenGate, CloseGate)) and target.edit.hours is not None
        }
        usual = tuple(target for target in targets if not (target in timed and isinstance(target.edit, CloseGate)))
        found: dict[tuple[Target, ...], list[int]] = defaultdict(list)
        for number in range(len(self._moments) if timed else 0):
            now = tuple(
                target for target in targets if target not in timed or _holds(target.edit, timed[target][number])
            )
            if now != usual:
                found[now].append(number)
        return usual, found

    def take(self, moments: Sequence[int], source: Floats, value: Floats) -> None:
        """Write what other values say of some moments."""
        shape = self._own.which.shape
        value[self._slice].reshape(shape)[moments] = source[self._slice].reshape(shape)[moments]

    def nearest(self, found: Ints, spare: Spare, longest: int, before: tuple[Ints, Bools] | None = None) -> Ints:
        """Return walks to columns, (columns, who), as walks to categories.

        Parameters
        ----------
        found : int32 array, shape (columns, who)
        spare : mapping
            Whose the spare columns are.
        longest : int
        before : tuple, optional
            Walks to categories without what changes, and the columns that do.
        """
        from corridor._kernel import tables

        asked = np.arange(len(self._numbers)) if before is None else np.flatnonzero(self._touched(before[1], spare))
        cost = np.empty((len(asked), found.shape[1]), np.int32)
        tables.least(found, self._column, self._first, asked, longest, cost)
        if before is not None:
            least, cost = cost, before[0].copy()
            cost[asked] = least
        for column, (category, _) in spare.items():
            nearer = found[column] < cost[category]
            cost[category, nearer] = np.where(found[column, nearer] > longest, FAR, found[column, nearer])
        return cost

    def _touched(self, turned: Bools, spare: Spare) -> Bools:
        """Return the categories that have any of some columns."""
        touched = np.zeros(len(self._numbers), bool)
        touched[self._of_column[np.flatnonzero(turned[: len(self._pairs)])]] = True
        touched[[category for category, _ in spare.values()]] = True
        return touched

    def write(self, base: State, state: State, value: Floats) -> None:
        """Write the shares of residents by moment of the categories whose walks are others than in `base`."""
        from corridor._kernel import tables

        if not self._moments or state is base:
            return
        anew = state.has != base.has
        anew[[category for category, _ in state.spare.values()]] = True
        asked = self._asked_after(state.spare)
        told = anew[asked.category]
        told |= state.turned is None or asked.having(state.turned)
        chosen = np.flatnonzero(told)
        if not len(chosen):
            return
        walk = np.empty((len(chosen), state.clock.shape[1]), np.int32)
        tables.least(state.clock, asked.column, asked.first, chosen, int(FAR), walk)
        met = walk <= self._limit[asked.category[chosen], None]
        share = np.full(len(asked.category), np.nan)
        share[chosen] = state.crowds["inside", "residents"].shares(met)
        grid = value[self._slice].reshape(asked.which.shape)
        other = told[asked.which]
        grid[other] = np.where(state.has, share[asked.which], np.nan)[other]

    def _asked_after(self, spare: Spare) -> Asked:
        """Return what is asked; categories with spare columns are laid out anew, behind the study's own."""
        own = self._own
        if not spare:
            return own
        anew = sorted({category for category, _ in spare.values()})
        more = _asked([*enumerate(self._pairs), *spare.items()], anew, len(self._moments))
        which = own.which.copy()
        which[:, :, anew] = more.which + len(own.category)
        return Asked(
            np.concatenate([own.column, more.column]),
            np.concatenate([own.first, own.first[-1] + more.first[1:]]),
            np.concatenate([own.category, more.category]),
            which,
        )


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


def _holds(edit: Edit, within_hours: bool | None) -> bool:
    """Tell whether an edit of a gate holds at a moment; where that is not known, the gate is open."""
    return within_hours is True if isinstance(edit, CloseGate) else within_hours is not False


def _asked(pairs: Iterable[tuple[int, tuple[int, Hours]]], categories: Sequence[int], moments: int) -> Asked:
    """Lay out which columns tell open and perhaps open, by moment; equal sets of a category are one."""
    of_category: dict[int, list[tuple[int, Hours]]] = defaultdict(list)
    for column, (category, hours) in pairs:
        of_category[category].append((column, hours))
    sets: dict[tuple[int, tuple[int, ...]], int] = {}
    which = np.empty((moments, 2, len(categories)), np.int64)
    for place, category in enumerate(categories):
        for moment in range(moments):
            for kind, counted in enumerate(((True,), (True, None))):
                chosen = tuple(column for column, hours in of_category[category] if hours[moment] in counted)
                which[moment, kind, place] = sets.setdefault((category, chosen), len(sets))
    return Asked(
        np.array([column for _, chosen in sets for column in chosen], np.int64),
        np.cumsum([0, *(len(chosen) for _, chosen in sets)]),
        np.array([category for category, _ in sets], np.int64),
        which,
    )


def _hours_of(open_at: pd.DataFrame) -> list[Hours]:
    columns = [[None if missing(value) else bool(value) for value in open_at[name].tolist()] for name in open_at]
    return list(zip(*columns, strict=True)) if columns else [()] * len(open_at)


def _order(pair: tuple[int, Hours]) -> tuple[int, Sequence[int]]:
    number, hours = pair
    return number, [-1 if value is None else int(value) for value in hours]
