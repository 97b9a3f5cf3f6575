"""Who gains and who loses by a scenario: buildings whose score changes, those in them, and firms whose walks change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.scenarios._figures import Bools, Floats
from corridor.scenarios._result import CHANGES, Buildings

LARGEST = 10
"""How many of the largest changes are listed."""
Side = tuple[str | None, str | None]
"""Nearest named street and side of it."""


@dataclass(frozen=True)
class Heads:
    """Buildings of the study area as gains are counted: total score (NaN: none) and people."""

    ids: npt.NDArray[np.object_]
    score: Floats
    residents: Floats
    workers: Floats

    @cached_property
    def rank(self) -> npt.NDArray[np.int64]:
        """Place of each building in the order of the ids."""
        listed = [str(id_) for id_ in self.ids.tolist()]
        rank = np.empty(len(listed), np.int64)
        rank[sorted(range(len(listed)), key=listed.__getitem__)] = np.arange(len(listed))
        return rank


class Moved(NamedTuple):
    """Firms, there before and after, whose walks change: by how much (dm), and where each sits."""

    change: Floats
    street: list[str | None]
    side: list[str | None]


def changed(before: Heads, after: Heads, places: Mapping[str, Side]) -> Buildings:
    """Return the buildings whose score changes, that come or that go.

    Parameters
    ----------
    before, after : Heads
    places : mapping
        Street and side by the ids of both.
    """
    if before.ids is after.ids or np.array_equal(before.ids, after.ids):
        ids, one, other = before.ids, before.score, after.score
        residents, workers = after.residents, after.workers
        rows = np.flatnonzero(~_equal(one, other))
        rows = rows[np.argsort(before.rank[rows])]
    else:
        old, new = ({id_: n for n, id_ in enumerate(heads.ids.tolist())} for heads in (before, after))
        ids = np.array([*old, *(id_ for id_ in new if id_ not in old)], dtype=object)
        at, to = (np.array([known.get(id_, -1) for id_ in ids.tolist()], np.int64) for known in (old, new))
        one, other = (np.where(place >= 0, heads.score[place], np.nan) for place, heads in ((at, before), (to, after)))
        residents, workers = (
            np.where(to >= 0, getattr(after, who)[to], getattr(before, who)[at]) for who in ("residents", "workers")
        )
        rows = np.flatnonzero(~_equal(one, other) | (at < 0) | (to < 0))
        rows = np.array(sorted(rows.tolist(), key=lambda row: str(ids[row])), np.int64)
    found = ids[rows].tolist()
    stand = [places[id_] for id_ in found]
    columns = {
        "before": one[rows], "after": other[rows], "change": other[rows] - one[rows],
        "residents": residents[rows], "workers": workers[rows],
    }  # fmt: skip
    return Buildings(found, columns, [street for street, _ in stand], [side for _, side in stand])


def _equal(one: Floats, other: Floats) -> Bools:
    same: Bools = (one == other) | (np.isnan(one) & np.isnan(other))
    return same


def gains(changes: Buildings, firms: Moved, cost: float | None) -> dict[str, Any]:
    """Count who gains and who loses.

    Parameters
    ----------
    changes : Buildings
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
    everywhere = [""] * len(change), [""] * len(firms.change)
    return {
        **_by(changes, firms, *everywhere).get("", _nobody()),
        "by_street": _by(changes, firms, changes.street, firms.street),
        "by_side": _by(changes, firms, changes.side, firms.side),
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


def _nobody() -> dict[str, dict[str, float]]:
    none: dict[str, float] = {"buildings": 0, "residents": 0.0, "workers": 0.0, "firms": 0}
    return {"gain": {**none}, "lose": {**none}}


def _by(
    changes: Buildings, firms: Moved, where: Sequence[str | None], firms_where: Sequence[str | None]
) -> dict[str, dict[str, dict[str, float]]]:
    """Count gains and losses by street, by side, or together; of each row and firm it is told where it is counted."""
    names = sorted({*where, *firms_where} - {None})  # type: ignore[type-var]
    code: dict[str | None, int] = {name: number for number, name in enumerate(names)}
    at, firms_at = (np.array([code.get(name, -1) for name in all_], np.int64) for all_ in (where, firms_where))
    change, sit = changes.columns["change"], -firms.change
    counted: dict[str, dict[str, dict[str, float]]] = {str(name): _nobody() for name in names}
    seen: set[str] = set()
    for word, rows, sitting in (("gain", change > 0, sit > 0), ("lose", change < 0, sit < 0)):
        mine, theirs = at[rows & (at >= 0)], firms_at[sitting & (firms_at >= 0)]
        # Added up one after the other, so that the sums do not depend on who else is counted.
        people = {
            who: np.bincount(mine, weights=changes.columns[who][rows & (at >= 0)], minlength=len(names))
            for who in ("residents", "workers")
        }
        buildings, moved = (np.bincount(who, minlength=len(names)) for who in (mine, theirs))
        for number in np.flatnonzero(buildings + moved).tolist():
            name = str(names[number])
            seen.add(name)
            counted[name][word] = {
                "buildings": int(buildings[number]),
                **{who: float(total[number]) for who, total in people.items()},
                "firms": int(moved[number]),
            }
    return {name: found for name, found in counted.items() if name in seen}
