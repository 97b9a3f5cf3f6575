"""What is kept of the baseline for one question: a table of distances, and who is read where."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridor.access.incremental._alike import Alike, Goals
from corridor.access.incremental._streets import FAR, Base, Relaid
from corridor.network.model import Longs
from corridor.network.points import Ends, Places, reads, same_edge, seeds

if TYPE_CHECKING:
    from corridor._kernel.arrays import Pairs, Rows
    from corridor._kernel.catchment import Table
    from corridor._kernel.change import Bench, Roads, Scene

_BATCH = 1024
# Distances kept by row and state as well, 4 bytes each, where they are no more than this.
_DENSE = 1 << 23


@dataclass(frozen=True)
class Family:
    """The distances of some rows (categories or places) at every state, and the seeds and owners that belong to them.

    Categories that stand at the same points are searched, and kept, as one row.

    Attributes
    ----------
    base : Base
    cutoff : int
    scene : Scene
        What the repair reads.
    row_of : list
        The goals' own rows.
    key, goal, cost : arrays, shape (L,)
        All ways in which goals seed their own rows, by `row × states + state`; the cheapest of each key is the seed.
    shared : Alike
        The rows that are kept for them.
    pairs : int
        States that searches from every goal row settle: those that share a row count each.
    """

    base: Base
    cutoff: int
    scene: Scene
    row_of: list[int]
    key: Longs
    goal: Longs
    cost: Longs
    shared: Alike
    pairs: int

    @property
    def rows(self) -> int:
        """How many rows are kept."""
        return len(self.scene.seeds.first) - 1

    def seed(self, row: int, state: int, without: set[int]) -> tuple[int, int]:
        """Return what a seed costs, and what it would cost without some goals; `FAR` where there is none."""
        wanted = row * self.base.graph.size + state
        low, high = self.key.searchsorted(wanted), self.key.searchsorted(wanted + 1)
        costs = self.cost[low:high].tolist()
        left = [c for c, g in zip(costs, self.goal[low:high].tolist(), strict=True) if g not in without]
        return min(costs, default=FAR), min(left, default=FAR)


def family(
    base: Base, goals: Goals, homes: Places, owners: int, shared: Alike, cutoff: int, threads: int | None
) -> Family:
    """Search from every row and keep what is found.

    Parameters
    ----------
    homes : Places
        Points of the owners.
    owners : int
    shared : Alike
    cutoff : int
        Decimetres.
    """
    from corridor._kernel.arrays import Rows
    from corridor._kernel.change import Scene

    graph = base.graph
    usable = np.flatnonzero((goals.edge >= 0) & (goals.row >= 0))
    rows = len(shared.members)
    at = _placed(base, goals, usable, shared.row[goals.row[usable]])
    single = seeds(graph, _placed(base, goals, usable, usable), len(goals.edge))
    goal = np.repeat(np.arange(len(goals.edge)), np.diff(single.first))
    key = goals.row[goal] * graph.size + single.other
    order = np.argsort(key, kind="stable")
    start = seeds(graph, at, rows)
    read = reads(graph, homes)
    links = turned(read, owners)
    direct = turned(same_edge(graph, at, homes, rows), owners)
    table = _table(base, Rows(*start), cutoff, threads)
    scene = Scene(table, Rows(*start), Rows(*links), Rows(*direct), Rows(*read))
    pairs = int(np.bincount(table.row, minlength=rows)[shared.row].sum())
    cost = single.cost[order].astype(np.int64)
    return Family(base, cutoff, scene, goals.row.tolist(), key[order], goal[order], cost, shared, pairs)


def _placed(base: Base, goals: Goals, which: Longs, owner: Longs) -> Places:
    """Lay goals onto their edges, as `corridor.network.points.places` does with a table."""
    edge, offset = goals.edge[which], goals.offset[which]
    length, weight = base.length[edge].astype(np.int64), base.graph.weight[edge]
    along = np.where(weight == length, offset, (2 * offset * weight + length) // np.maximum(2 * length, 1))
    return Places(owner, edge, along, weight - along, goals.connector[which])


def turned(ends: Ends, count: int) -> Ends:
    """Turn rows round: the result has a row for each of `count` others, ascending within."""
    row = np.repeat(np.arange(len(ends.first) - 1), np.diff(ends.first))
    order = np.argsort(ends.other, kind="stable")
    first = np.searchsorted(ends.other[order], np.arange(count + 1)).astype(np.int64)
    return Ends(first, row[order].astype(np.int32), ends.cost[order])


def _table(base: Base, start: Rows, cutoff: int, threads: int | None) -> Table:
    """Search from every row, in batches, and file the balls by state."""
    from corridor._kernel import catchment
    from corridor._kernel.arrays import Graph

    graph = Graph(base.graph.first, base.graph.arcs)
    rows = len(start.first) - 1
    lows = range(0, rows, _BATCH)
    workers = max(1, min(threads or os.cpu_count() or 1, len(lows)))

    def search(low: int) -> Pairs:
        return catchment.balls(graph, start, low, min(low + _BATCH, rows), cutoff)

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(search, lows))
    first = np.zeros(base.graph.size + 1, np.int64)
    for part in parts:
        catchment.count_by_state(part, first)
    first = np.cumsum(first)
    none = np.zeros((0, 0), np.int32)
    table = catchment.Table(first, np.empty(first[-1], np.int32), np.empty(first[-1], np.int32), none)
    place = first[:-1].copy()
    for low, part in zip(lows, parts, strict=True):
        catchment.file_by_state(part, low, place, table)
    if not 0 < rows * base.graph.size <= _DENSE:
        return table
    table = table._replace(dense=np.full((rows, base.graph.size), FAR, np.int32))
    catchment.spread_out(table, table.dense)
    return table


class Workbench:
    """Arrays that a repair writes on: one for each thread at work, put back after every scenario.

    Attributes
    ----------
    roads : Roads
        Of one state graph, with room for rows written anew.
    states : int
        How many states there is room for.
    """

    def __init__(self, base: Base, states: int, arcs: int) -> None:
        from corridor._kernel.change import Roads

        graph = base.graph
        self.base, self.states, self.spare = base, states, arcs
        more = np.zeros(states - graph.size, np.int64)
        empty = np.zeros((arcs, 2), np.int32)
        self.roads: Roads = Roads(
            np.concatenate([graph.first[:-1], more]),
            np.concatenate([graph.first[1:], more]),
            np.concatenate([graph.arcs, empty]),
            np.concatenate([base.back_first[:-1], more]),
            np.concatenate([base.back_first[1:], more]),
            np.concatenate([base.back_arcs, empty]),
        )

    def lay(self, relaid: Relaid) -> None:
        """Write rows anew."""
        roads, end = self.roads, len(self.base.graph.arcs)
        for rows, start, stop, arcs in (
            (relaid.out, roads.start, roads.stop, roads.arcs),
            (relaid.into, roads.back_start, roads.back_stop, roads.back_arcs),
        ):
            start[rows.state], stop[rows.state] = end + rows.first[:-1], end + rows.first[1:]
            arcs[end : end + len(rows.arcs)] = rows.arcs

    def put_back(self, relaid: Relaid) -> None:
        """Undo `lay`."""
        roads, size = self.roads, self.base.graph.size
        for rows, first, start, stop in (
            (relaid.out, self.base.graph.first, roads.start, roads.stop),
            (relaid.into, self.base.back_first, roads.back_start, roads.back_stop),
        ):
            start[size:] = stop[size:] = 0
            known = rows.state[: rows.state.searchsorted(size)]
            start[known], stop[known] = first[known], first[known + 1]


def bench(kept: Family, states: int, arcs: int, owners: int) -> tuple[Bench, Scene]:
    """Return the arrays a repair of a family works in, and its scene with room for new states."""
    from corridor._kernel.change import Bench

    table = kept.scene.table
    first = np.concatenate([table.first, np.full(states - kept.base.graph.size, table.first[-1])])
    most = int(np.diff(kept.scene.seeds.first).max(initial=0))
    at = np.zeros((states, 6), np.int32)
    rows = np.full((max(kept.rows, 1), 5), -1, np.int32)
    rows[:, 2:4] = FAR
    space = Bench(
        at=at,
        head=np.full(kept.cutoff + 1, -1, np.int32),
        bits=np.zeros((kept.cutoff >> 6) + 1, np.uint64),
        queue=np.empty((len(kept.base.graph.arcs) + 3 * arcs + 2 * states + most, 2), np.int32),
        who=np.full((owners, 3), -1, np.int64),
        rows=rows,
        serial=np.zeros(1, np.int64),
    )
    return space, kept.scene._replace(table=table._replace(first=first))
