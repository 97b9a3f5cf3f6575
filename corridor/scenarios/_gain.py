"""Who gains and who loses by a scenario: buildings whose score changes, those in them, and firms whose walks change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.scenarios._figures import Bools, Floats
from corridor.scenarios._result import CHANGES, Buildings
from corridor.scenarios._state import Longs

_NOBODY: dict[str, float] = {"buildings": 0, "residents": 0.0, "workers": 0.0, "firms": 0}
LARGEST = 10
"""How many of the largest changes are listed."""
Side = tuple[str | None, str | None]
"""Nearest named street and side of it."""


class Names:
    """Names that may be told, sorted; the code of a name is its place among them, -1 for none."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(set(names))
        self._code: dict[str | None, int] = {None: -1, **{name: number for number, name in enumerate(self.names)}}
        # The last, which -1 leads to, is none.
        self._words = np.array([*self.names, None], dtype=object)

    def codes(self, names: Iterable[str | None]) -> Longs:
        """Return the codes of names."""
        return np.array([self._code[name] for name in names], np.int64)

    def words(self, codes: Longs) -> list[str | None]:
        """Return the names of codes."""
        found: list[str | None] = self._words[codes].tolist()
        return found


class Where(NamedTuple):
    """The nearest street of each, and the side of it, as codes."""

    street: Longs
    side: Longs


@dataclass(frozen=True)
class Map:
    """Where the buildings of a baseline are: those of its study area as codes, all that it may be asked for by id."""

    streets: Names
    sides: Names
    at: Where
    by_id: Mapping[str, Side]

    @classmethod
    def of(cls, streets: Iterable[str], sides: Iterable[str], by_id: Mapping[str, Side], ids: Iterable[str]) -> Map:
        """Lay out where some buildings are that are asked for often."""
        known = cls(Names(streets), Names(sides), Where(np.zeros(0, np.int64), np.zeros(0, np.int64)), by_id)
        return replace(known, at=known.where([by_id[id_] for id_ in ids]))

    def where(self, found: Sequence[Side]) -> Where:
        """Return streets and sides as codes."""
        return Where(self.streets.codes(street for street, _ in found), self.sides.codes(side for _, side in found))

    def of_rows(self, row: Longs, ids: Sequence[str], new: Mapping[str, Side]) -> Where:
        """Return where buildings are by their places in the study area, -1 where they were not in it: those by id."""
        others = np.flatnonzero(row < 0).tolist()
        told = self.where([new.get(ids[n]) or self.by_id[ids[n]] for n in others])
        found = Where(self.at.street[row], self.at.side[row])
        found.street[others], found.side[others] = told
        return found


@dataclass(frozen=True)
class Heads:
    """Buildings of the study area as gains are counted: total score (NaN: none) and people.

    `row` is each one's place among those of the baseline, -1 for one that comes; None: in the same order as there.
    """

    ids: npt.NDArray[np.object_]
    score: Floats
    residents: Floats
    workers: Floats
    row: Longs | None = None

    @cached_property
    def rank(self) -> Longs:
        """Place of each building in the order of the ids."""
        listed = [str(id_) for id_ in self.ids.tolist()]
        rank = np.empty(len(listed), np.int64)
        rank[sorted(range(len(listed)), key=listed.__getitem__)] = np.arange(len(listed))
        return rank

    def found_in(self, before: Heads) -> Heads:
        """Return the same, told where each one is among others."""
        place = {id_: n for n, id_ in enumerate(before.ids.tolist())}
        return replace(self, row=np.array([place.get(id_, -1) for id_ in self.ids.tolist()], np.int64))


class Moved(NamedTuple):
    """Firms, there before and after, whose walks change: by how much (dm), and where each sits."""

    change: Floats
    at: Where


def changed(before: Heads, after: Heads, places: Map, new: Mapping[str, Side]) -> tuple[Buildings, Where]:
    """Return the buildings whose score changes, that come or that go, and where they are.

    Parameters
    ----------
    before, after : Heads
        `after` with the places of its buildings among those of `before`.
    places : Map
    new : mapping
        Street and side of buildings that come.
    """
    none = np.zeros(0, np.int64)
    if after.row is None:
        rows = np.flatnonzero(~_equal(before.score, after.score))
        rows = rows[np.argsort(before.rank[rows])]
        row, gone, one = rows, none, before.score[rows]
    else:
        came = after.row < 0
        was = np.where(came, np.nan, before.score[after.row])
        rows = np.flatnonzero(came | ~_equal(was, after.score))
        left = np.ones(len(before.ids), bool)
        left[after.row[~came]] = False
        gone = np.flatnonzero(left)
        row, one = np.concatenate([after.row[rows], gone]), was[rows]
    parts = {
        "before": (one, before.score[gone]), "after": (after.score[rows], np.full(len(gone), np.nan)),
        "residents": (after.residents[rows], before.residents[gone]),
        "workers": (after.workers[rows], before.workers[gone]),
    }  # fmt: skip
    columns = {name: np.concatenate(pair) for name, pair in parts.items()}
    ids = [*after.ids[rows].tolist(), *before.ids[gone].tolist()]
    if after.row is not None:
        order = sorted(range(len(ids)), key=lambda n: str(ids[n]))
        columns, row = {name: column[order] for name, column in columns.items()}, row[order]
        ids = [ids[n] for n in order]
    columns["change"] = columns["after"] - columns["before"]
    at = places.of_rows(row, ids, new)
    listed = {name: columns[name] for name in CHANGES}
    return Buildings(ids, listed, places.streets.words(at.street), places.sides.words(at.side)), at


def _equal(one: Floats, other: Floats) -> Bools:
    same: Bools = (one == other) | (np.isnan(one) & np.isnan(other))
    return same


def gains(changes: Buildings, at: Where, firms: Moved, places: Map, cost: float | None) -> dict[str, Any]:
    """Count who gains and who loses.

    Parameters
    ----------
    changes, at : Buildings, Where
        A building without a score before or after neither gains nor loses.
    firms : Moved
        A firm gains where its walks to the four stages and the station types, together, become shorter.
    cost : float or None
    """
    change = changes.columns["change"]
    known = ~np.isnan(change)
    points = float((change[known] * changes.columns["residents"][known]).sum())
    rows = np.flatnonzero(known)
    # Rows stand by id, which decides among equals.
    order = rows[np.argsort(-np.abs(change[rows]), kind="stable")][:LARGEST].tolist()
    counts = _Counts(changes, firms)
    everywhere = counts.by(np.zeros(len(change), np.int64), np.zeros(len(firms.change), np.int64), [""])
    return {
        **everywhere.get("", {"gain": _NOBODY.copy(), "lose": _NOBODY.copy()}),
        "by_street": counts.by(at.street, firms.at.street, places.streets.names),
        "by_side": counts.by(at.side, firms.at.side, places.sides.names),
        "largest": [
            {
                "building_id": changes.ids[i],
                **{name: float(changes.columns[name][i]) for name in CHANGES},
                "street": changes.street[i],
                "side": changes.side[i],
            }
            for i in order
        ],
        "points": points,
        "per_cost": points / cost if cost else None,
    }


class _Counts:
    """Who gains and who loses; each sum is added up one after the other, so that it does not depend on who else is counted."""

    def __init__(self, changes: Buildings, firms: Moved) -> None:
        change = changes.columns["change"]
        self._rows = np.flatnonzero((change > 0) | (change < 0))
        self._loses = (change[self._rows] < 0).astype(np.int64)
        self._people = [changes.columns[who][self._rows] for who in ("residents", "workers")]
        self._firms = np.flatnonzero(firms.change != 0)
        self._firm_loses = (firms.change[self._firms] > 0).astype(np.int64)

    def by(self, at: Longs, sit: Longs, names: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
        """Count by name, those where any is counted; each building and firm has its name's number, -1 for none."""
        # Two bins each, those who gain first; the first two are of those without a name.
        size = 2 * len(names) + 2
        bins = 2 * at[self._rows] + 2 + self._loses
        buildings = np.bincount(bins, minlength=size)
        people = [np.bincount(bins, weights=weight, minlength=size).astype(float) for weight in self._people]
        firms = np.bincount(2 * sit[self._firms] + 2 + self._firm_loses, minlength=size)
        places = np.flatnonzero(buildings + firms)
        counted = zip(*(column[places].tolist() for column in (buildings, *people, firms)), strict=True)
        found: dict[str, dict[str, dict[str, float]]] = {}
        for place, row in zip(places.tolist(), counted, strict=True):
            if place > 1:
                both = found.setdefault(names[place // 2 - 1], {"gain": _NOBODY.copy(), "lose": _NOBODY.copy()})
                both["lose" if place % 2 else "gain"] = dict(zip(_NOBODY, row, strict=True))
        return found
