"""An edit in the terms of the repair: arcs, seeds, jobs, and owners read elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from corridor.access.incremental._family import Family
from corridor.access.incremental._points import Points, Spot, Things
from corridor.access.incremental._streets import FAR, Relaid, Way
from corridor.access.incremental._world import World
from corridor.network.model import Longs

if TYPE_CHECKING:
    from corridor._kernel.arrays import Rows
    from corridor._kernel.change import Change

Links = list[tuple[int, int]]


class Jobs:
    """Rows to be looked at whatever the streets do, gathered one by one."""

    def __init__(self) -> None:
        self.job: list[tuple[int, int, int]] = []
        self.seeds: list[list[tuple[int, int, int]]] = []
        self.dead: list[int] = []

    def add(self, row: int, name: int, seeds: list[tuple[int, int, int]], *, gone: bool = False) -> None:
        """Add a job: row whose distances are kept, its name, and its seeds that change."""
        self.job.append((row, name, int(gone)))
        self.seeds.append(seeds)


@dataclass(frozen=True)
class Laid:
    """One family's part of an edit: what the kernel takes, and what the names beyond the rows kept stand for.

    `loads` are those of places, `parted` the categories that an edit parts from others of their row.
    """

    change: Change
    loads: list[list[tuple[int, int]]]
    parted: list[list[int]] = field(default_factory=list)


class Ways:
    """How points enter and leave edges of the edited network."""

    def __init__(self, kept: Family, relaid: Relaid | None) -> None:
        self._base, self._relaid = kept.base, relaid
        self._edges = len(kept.base.length)

    def __getitem__(self, edge: int) -> Way:
        if edge >= self._edges and self._relaid is not None:
            return self._relaid.ways[edge - self._edges]
        return self._base.way(edge)


def by_category(kept: Family, relaid: Relaid | None, at: World, goals: Points, things: Things) -> Laid:
    """Compile for a family whose rows are the categories, those of the same points one row."""
    ways = Ways(kept, relaid)
    jobs = Jobs()
    new = [(goal.category, goal.spot) for goal in at.goals]
    seeds = _seed_changes(kept, ways, at.goals_gone, new, goals)
    told: dict[int, tuple[list[Spot], list[Spot]]] = defaultdict(lambda: ([], []))
    for goal in at.goals_gone:
        told[kept.row_of[goal]][0].append(goals.spot(goal))
    for category, spot in new:
        told[category][1].append(spot)
    rows, apart = kept.shared.rows, dict[int, int]()
    parted: list[list[int]] = []
    for row in sorted({rows[category] for category in told}):
        groups: dict[object, list[int]] = defaultdict(list)
        for category in kept.shared.members[row]:
            gone, came = told.get(category, ((), ()))
            groups[tuple(sorted(gone)), tuple(sorted(came)), tuple(seeds.get(category, ()))].append(category)
        if len(groups) == 1 and not seeds.get(kept.shared.members[row][0]):
            continue
        for alike in groups.values():
            apart |= dict.fromkeys(alike, kept.rows + len(parted))
            jobs.add(row, kept.rows + len(parted), seeds.get(alike[0], []))
            parted.append(alike)

    def name(category: int) -> int:
        return apart[category] if category in apart else rows[category] if category >= 0 else -1

    along = _Along(at, goals, lambda row: name(things.category_of[row]))
    for category, spot in new:
        along[spot[0]].append((name(category), spot))
    return Laid(_change(relaid, ways, jobs, at, along), [], parted)


def by_place(kept: Family, relaid: Relaid | None, at: World, goals: Points, things: Things) -> Laid:
    """Compile for a family whose rows are the places of things."""
    ways = Ways(kept, relaid)
    jobs = Jobs()
    loads: list[list[tuple[int, int]]] = []
    name_of: dict[int, int] = {}

    def name(load: list[tuple[int, int]]) -> int:
        loads.append(load)
        return kept.rows + len(loads) - 1

    gone = set(at.things_gone)
    new = [(int(things.place[goal.thing]), goal.spot) for goal in at.goals if goal.thing is not None]
    seeds = _seed_changes(kept, ways, at.goals_gone, new, goals)
    for row in sorted({int(things.place[thing]) for thing in gone}):
        left = [thing for thing in things.members[row] if thing not in gone]
        if left:
            name_of[row] = name([things.load(thing) for thing in left])
            jobs.add(row, name_of[row], seeds.pop(row, []))
        else:
            seeds.pop(row, None)
            jobs.dead.append(row)
        jobs.add(row, name([things.load(t) for t in things.members[row] if t in gone]), [], gone=True)
    for row, changes in seeds.items():
        jobs.add(row, row, changes)
    along = _Along(at, goals, lambda row: _named(name_of, int(things.place[things.thing[row]])))
    for place, spot in new:
        along[spot[0]].append((_named(name_of, place), spot))
    for thing_ in at.anew:
        number = name([(thing_.category, thing_.weight)])
        first: dict[int, int] = {}
        for spot in thing_.doors:
            along[spot[0]].append((number, spot))
            for state, cost in ways[spot[0]].ends(spot[1], spot[2], seed=True):
                first[state] = min(cost, first.get(state, FAR))
        jobs.add(-1, number, [(state, FAR, cost) for state, cost in sorted(first.items())])
    return Laid(_change(relaid, ways, jobs, at, along), loads)


def _named(names: dict[int, int], row: int) -> int:
    return names.get(row, row)


def _seed_changes(
    kept: Family, ways: Ways, gone: set[int], new: list[tuple[int, Spot]], goals: Points
) -> dict[int, list[tuple[int, int, int]]]:
    """Return (state, old cost, new cost) of the seeds that change, by row."""
    offered: dict[tuple[int, int], int] = {}
    for goal in gone:
        edge, offset, connector = goals.spot(goal)
        for state, _ in ways[edge].ends(offset, connector, seed=True):
            offered[kept.row_of[goal], state] = FAR
    for row, (edge, offset, connector) in new:
        for state, cost in ways[edge].ends(offset, connector, seed=True):
            offered[row, state] = min(cost, offered.get((row, state), FAR))
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for (row, state), cost in sorted(offered.items()):
        old, left = kept.seed(row, state, gone) if state < kept.base.graph.size else (FAR, FAR)
        if old != min(left, cost):
            found[row].append((state, old, min(left, cost)))
    return found


class _Along(dict[int, list[tuple[int, Spot]]]):
    """Goals on each edge, those that stay looked up when first asked for."""

    def __init__(self, at: World, goals: Points, name: Callable[[int], int]) -> None:
        super().__init__()
        self._at, self._goals, self._name = at, goals, name

    def __missing__(self, edge: int) -> list[tuple[int, Spot]]:
        stay = [row for row in self._goals.on(edge) if row not in self._at.goals_gone]
        self[edge] = [(n, self._goals.spot(row)) for row in stay if (n := self._name(row)) >= 0]
        return self[edge]


def _change(
    relaid: Relaid | None,
    ways: Ways,
    jobs: Jobs,
    at: World,
    along: dict[int, list[tuple[int, Spot]]],
) -> Change:
    """Pack everything into arrays."""
    from corridor._kernel.change import Change

    links: list[Links] = []
    direct: list[Links] = []
    for spots in at.owners.values():
        states: dict[int, int] = {}
        beside: dict[int, int] = {}
        for edge, offset, connector in spots:
            way = ways[edge]
            for state, cost in way.ends(offset, connector, seed=False):
                states[state] = min(cost, states.get(state, FAR))
            for name, goal in along[edge]:
                if (walk := _beside(way, (edge, offset, connector), goal)) is not None:
                    beside[name] = min(walk, beside.get(name, FAR))
        links.append(sorted(states.items()))
        direct.append(sorted(beside.items()))
    seed_first = np.zeros(len(jobs.seeds) + 1, np.int64)
    if jobs.seeds:
        seed_first[1:] = np.cumsum([len(seeds) for seeds in jobs.seeds])
    return Change(
        arc=np.zeros((0, 4), np.int32) if relaid is None else relaid.arc,
        job=np.array(jobs.job, np.int32).reshape(-1, 3),
        seed_first=seed_first,
        seed=np.array([seed for seeds in jobs.seeds for seed in seeds], np.int32).reshape(-1, 3),
        dead=np.array(jobs.dead, np.int32),
        owner=np.array(list(at.owners), np.int32),
        links=_ragged(links),
        direct=_ragged(direct),
    )


def _beside(way: Way, home: Spot, goal: Spot) -> int | None:
    """Return the walk from a home to a goal that never leaves their edge, None where it is one-way against it."""
    step = way.along(goal[1]) - way.along(home[1])
    if way.oneway and step and (step > 0) != (way.oneway > 0):
        return None
    return abs(step) + home[2] + goal[2]


def _ragged(rows: list[Links]) -> Rows:
    from corridor._kernel.arrays import Rows

    first: Longs = np.zeros(len(rows) + 1, np.int64)
    if rows:
        np.cumsum([len(row) for row in rows], out=first[1:])
    flat = np.array([link for row in rows for link in row], np.int32).reshape(-1, 2)
    return Rows(first, flat[:, 0].copy(), flat[:, 1].copy())
