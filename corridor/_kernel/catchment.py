"""The kept catchment table: which rows (places or categories) reach a state, and how far they are.

A row's ball is the states within the cutoff of its seeds. The table turns the balls round: the rows at state s stand
in `row[first[s]:first[s + 1]]`, ascending, with their `distance` (dm). What is not listed is out of reach. 8 bytes a
pair. Kept so that a change of the network or of the opportunities is a repair of the pairs that change.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor._kernel._jit import jit
from corridor._kernel.arrays import FAR, Graph, Ints, Longs, Pairs, Rows
from corridor._kernel.search import longer, scratch, spread


class Table(NamedTuple):
    """Rows at state s: `row[first[s]:first[s + 1]]`, ascending, with their `distance` (dm).

    `dense`, where rows are few, has the same by row and state, `FAR` out of reach: one look instead of a search.
    Shape (0, 0) where it is not kept.
    """

    first: Longs
    row: Ints
    distance: Ints
    dense: Ints


@jit
def balls(graph: Graph, seeds: Rows, low: int, high: int, cutoff: int) -> Pairs:
    """Return the states within `cutoff` (inclusive) of each of the rows low … high - 1; row r is row r - low."""
    first = np.zeros(high - low + 1, np.int64)
    state = np.empty(4096, np.int32)
    distance = np.empty(4096, np.int32)
    most = 0
    for row in range(low, high):
        most = max(most, seeds.first[row + 1] - seeds.first[row])
    room = scratch(graph, most, cutoff)
    used = 0
    for row in range(low, high):
        count = spread(graph, seeds, row, cutoff, room, None)
        if used + count > len(state):
            state = longer(state, used, used + count)
            distance = longer(distance, used, used + count)
        for i in range(np.uint64(count)):
            s = np.uint32(room.settled[i])
            state[used] = s
            distance[used] = room.dist[s]
            room.dist[s] = FAR
            used += 1
        first[row - low + 1] = used
    return Pairs(first, state[:used].copy(), distance[:used].copy())


@jit
def count_by_state(part: Pairs, first: Longs) -> None:
    """Add the rows at each state s to `first[s + 1]`."""
    for i in range(len(part.owner)):
        first[part.owner[i] + 1] += 1


@jit
def file_by_state(part: Pairs, low: int, place: Longs, table: Table) -> None:
    """Write balls, of which the first is row `low`, where `place` (the next free place of each state) tells."""
    for r in range(len(part.first) - 1):
        for i in range(part.first[r], part.first[r + 1]):
            s = part.owner[i]
            table.row[place[s]] = low + r
            table.distance[place[s]] = part.distance[i]
            place[s] += 1


@jit
def spread_out(table: Table, dense: Ints) -> None:
    """Write the distances by row and state into `dense`, which holds `FAR`."""
    for s in range(dense.shape[1]):
        for k in range(table.first[s], table.first[s + 1]):
            dense[table.row[k], s] = table.distance[k]
