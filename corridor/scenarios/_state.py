"""What the indicators of a scenario are computed from, in arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.access import incremental
from corridor.access.incremental import Opportunity, Origin
from corridor.network.edits import StreetEdit
from corridor.scenarios._crowd import Crowds
from corridor.scenarios._figures import FAR, Floats

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Spot = tuple[int | None, int, int]
"""Edge (None: nowhere), offset and connector (dm)."""
Hours = tuple[bool | None, ...]
"""By moment: open, closed, or not known."""
Spare = Mapping[int, tuple[int, Hours]]
"""Columns of walks that an edit took for itself: the category and the hours of each."""
NOWHERE: Spot = (None, 0, 0)
KINDS = {"places": "p", "firms": "f", "stations": "s", "events": "e"}
"""Records that walks lead from or to, and the first letter of their labels."""


class Unsupported(Exception):  # noqa: N818  (no fault: the scenario is evaluated in full)
    """A scenario that is not evaluated by what it changes."""


@dataclass(frozen=True)
class Records:
    """Carriers and institutes (`ids`, sorted), firms and stations as far as indicators look at them.

    Attributes
    ----------
    ids, stage : list
    core : bool array
    weight : float array
        Floor area or firms, as the study asks; NaN where not known.
    firms, stations, types : list
    spots : dict of dict
        By kind (`KINDS`) and id: where each stands, in the numbers of the street edit.
    """

    ids: list[str]
    stage: list[str | None]
    core: Bools
    weight: Floats
    firms: list[str]
    stations: list[str]
    types: list[str | None]
    spots: dict[str, dict[str, Spot]]

    def attached(self, kind: str, ids: Iterable[str]) -> Bools:
        """Return which records stand on the network."""
        spots = self.spots[kind]
        return np.array([spots[id_][0] is not None for id_ in ids], dtype=bool)


@dataclass(frozen=True)
class Between:
    """Walks between records: `walk[column[label], row[label]]` (dm), `FAR` where none."""

    walk: Ints
    row: dict[str, int]
    column: dict[str, int]

    def of(self, rows: Iterable[str], columns: Iterable[str]) -> Ints:
        """Return the walks from some records to others, by their labels."""
        at, to = [self.row[label] for label in rows], [self.column[label] for label in columns]
        found: Ints = self.walk[np.array(to, np.int64), np.array(at, np.int64)[:, None]]
        return found


@dataclass(frozen=True)
class State:
    """What the indicators are computed from; arrays by building of the scope or by record.

    `told`: which of the stages, the whole chain, the station types and the series there are at all.
    Walks and scores have a row for each category, stage, column or score: what is asked of them is asked row by row.
    `old` is each building's row in the baseline, -1 for one that comes. `clock` are the walks to the columns of `corridor.scenarios._clock`, `spare` what its spare columns hold.
    `turned`: the columns of `clock` in which any walk is another than in the baseline; None where others walk.
    """

    ids: npt.NDArray[np.object_]
    old: Longs
    inside: Bools
    along: Bools
    connected: Bools
    residents: Floats
    workers: Floats
    crowds: Crowds
    life: Ints
    near: Ints
    scores: Floats
    has: Bools
    scored: Bools
    records: Records
    place_near: Ints
    firm_near: Ints
    told: Bools
    between: Between
    on_corridor: frozenset[int]
    clock: Ints
    spare: Spare
    turned: Bools | None


@dataclass
class Edits:
    """An edit of points, gathered."""

    goals_removed: list[str] = field(default_factory=list)
    goals_added: list[Opportunity] = field(default_factory=list)
    origins_removed: list[str] = field(default_factory=list)
    origins_added: list[Origin] = field(default_factory=list)

    def done(self, streets: StreetEdit | None) -> incremental.Edit:
        """Return the edit, with that of the streets."""
        return incremental.Edit(
            streets,
            tuple(self.goals_removed),
            tuple(self.goals_added),
            tuple(self.origins_removed),
            tuple(self.origins_added),
        )

    def __bool__(self) -> bool:
        return bool(self.goals_removed or self.goals_added or self.origins_removed or self.origins_added)


class Homes(NamedTuple):
    """Buildings touched: labels that go, origins that come, their facts, their ids, the outlines of those that are new."""

    removed: tuple[str, ...]
    added: tuple[Origin, ...]
    rows: HomeRows | None
    ids: frozenset[str]
    new: dict[str, Any]


class HomeRows(NamedTuple):
    """Buildings of the scope, sorted by id: in the study area; along its corridor; on the main network; people in them."""

    ids: list[str]
    inside: Bools
    along: Bools
    joined: Bools
    residents: Floats
    workers: Floats


def labelled(table: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Return a table with a prefix before its labels."""
    return table.set_axis(pd.Index([f"{prefix}{id_}" for id_ in table.index], dtype=object))


def spots_of(table: pd.DataFrame) -> dict[str, Spot]:
    """Return edge, offset and connector of the rows of an attach table."""
    edge = table["edge"].to_numpy(dtype=np.int64, na_value=-1).tolist()
    rest = (table[name].to_numpy(dtype=np.int64, na_value=0).tolist() for name in ("offset_dm", "connector_dm"))
    return {
        str(id_): NOWHERE if e < 0 else (e, offset, connector)
        for id_, e, offset, connector in zip(table.index, edge, *rest, strict=True)
    }


def found_again(edit: StreetEdit, spot: Spot) -> Spot:
    """Return where a place of the baseline is after a street edit."""
    if spot[0] is None:
        return spot
    again = edit.found_again(spot[0], spot[1])
    return NOWHERE if again is None else (*again, spot[2])


def grown(found: Ints, more: int) -> Ints:
    """Return a copy of walks, (columns, who), with room for those that come."""
    if not more:
        return found.copy()
    return np.concatenate([found, np.full((len(found), more), FAR, np.int32)], axis=1)


def word(value: Any) -> str | None:
    """Return a cell as text, None where it is empty."""
    return None if pd.isna(value) else str(value)
