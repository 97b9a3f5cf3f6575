"""Shortest walks by buckets (Dial's algorithm) on whole decimetres.

One bucket per decimetre up to the cutoff, a bit per bucket to find the next one in use. A search costs the states
it settles and their arcs; nothing is initialised per search, since every array is put back by the list of what
was touched. Arcs of weight zero are fine: they fill the bucket that is being emptied.
"""

from __future__ import annotations

import numpy as np

from corridor._kernel._jit import jit, trailing_zeros
from corridor._kernel.arrays import FAR, Floats, Graph, Ints, Pairs, Rows, Scratch, Sides


@jit
def scratch(graph: Graph, seeds: int, cutoff: int) -> Scratch:
    """Return the arrays for searches of `graph` from at most `seeds` states.

    Memory: 8 bytes a state, 8 bytes an arc and seed (a state is queued at most once per arc into it; pages that
    are never written are never taken), 4 bytes a decimetre of cutoff.
    """
    states = len(graph.first) - 1
    entries = len(graph.arcs) + seeds + 1
    return Scratch(
        np.full(states, FAR, np.int32),
        np.full(cutoff + 1, -1, np.int32),
        np.zeros((cutoff >> 6) + 1, np.uint64),
        np.empty((entries, 2), np.int32),
        np.empty(states, np.int32),
    )


@jit
def spread(graph: Graph, seeds: Rows, row: int, cutoff: int, room: Scratch, walks: Floats | None) -> int:  # noqa: C901
    """Settle every state within `cutoff` (inclusive) of the seeds of `row`; return how many.

    `room.settled[:count]` lists them by rising distance and `room.dist` holds the distances; the caller puts
    `dist` back to `FAR`. O(settled states + their arcs + cutoff / 64).

    Parameters
    ----------
    walks : float64 array, shape (states,), optional
        Told the number of shortest walks to each state settled; needs arcs that all weigh something. Compiled away
        where it is None.
    """
    # Indices are unsigned throughout: numba tests every signed one for counting from the end.
    first, arcs = graph
    dist, head, bits, queue, settled = room
    furthest = np.int32(cutoff)
    used = np.uint32(0)
    for k in range(np.uint64(seeds.first[row]), np.uint64(seeds.first[row + 1])):
        t = np.uint32(seeds.other[k])
        e = seeds.cost[k]
        if walks is not None and e <= furthest and e <= dist[t]:
            walks[t] = 1.0 if e < dist[t] else walks[t] + 1.0
        if e <= furthest and e < dist[t]:
            dist[t] = e
            queue[used, 0] = t
            queue[used, 1] = head[e]
            head[e] = used
            bits[e >> 6] |= np.uint64(1) << np.uint64(e & 63)
            used += np.uint32(1)
    count = np.uint32(0)
    for word in range(np.uint64(len(bits))):
        while bits[word] != 0:
            bit = trailing_zeros(bits[word])
            bucket = np.uint32((word << np.uint64(6)) + np.uint64(bit))
            d = np.int32(bucket)
            while head[bucket] >= 0:
                entry = np.uint32(head[bucket])
                head[bucket] = queue[entry, 1]
                s = np.uint32(queue[entry, 0])
                if dist[s] != d:
                    continue
                settled[count] = s
                count += np.uint32(1)
                for k in range(np.uint64(first[s]), np.uint64(first[s + np.uint32(1)])):
                    t = np.uint32(arcs[k, 0])
                    e = np.int32(d + arcs[k, 1])
                    if walks is not None and e <= furthest and e == dist[t]:
                        walks[t] += walks[s]
                    if e <= furthest and e < dist[t]:
                        into = np.uint32(e)
                        dist[t] = e
                        if walks is not None:
                            walks[t] = walks[s]
                        queue[used, 0] = t
                        queue[used, 1] = head[into]
                        head[into] = used
                        bits[into >> np.uint32(6)] |= np.uint64(1) << np.uint64(into & np.uint32(63))
                        used += np.uint32(1)
            bits[word] &= ~(np.uint64(1) << np.uint64(bit))
    return int(count)


@jit
def longer(array: Ints, used: int, least: int) -> Ints:
    """Return a copy of the first `used` items with space for at least twice `least`."""
    copy = np.empty(2 * least, array.dtype)
    copy[:used] = array[:used]
    return copy


# A call with arrays costs more here than the work itself (their reference counts), so the loop stands in one piece.
@jit
def reached(  # noqa: C901
    graph: Graph, seeds: Rows, low: int, high: int, reads: Rows, direct: Rows, cutoff: int, owners: int
) -> Pairs:
    """Return all owners within `cutoff` of each of the rows low … high - 1, with their shortest walks.

    Row r of the seeds is row r - low of the result. 8 bytes a pair; O(balls + owners in them).
    """
    read_first, read_other, read_cost = reads
    first = np.zeros(high - low + 1, np.int64)
    owner = np.empty(4096, np.int32)
    distance = np.empty(4096, np.int32)
    best = np.full(owners, FAR, np.int32)
    most = 0
    for row in range(low, high):
        most = max(most, seeds.first[row + 1] - seeds.first[row])
    room = scratch(graph, most, cutoff)
    dist, settled = room.dist, room.settled
    furthest = np.int32(cutoff)
    used = np.uint64(0)
    for row in range(low, high):
        start = used
        count = spread(graph, seeds, row, cutoff, room, None)
        for i in range(np.uint64(count)):
            s = np.uint32(settled[i])
            base = dist[s]
            dist[s] = FAR
            since, until = np.uint64(read_first[s]), np.uint64(read_first[s + np.uint32(1)])
            if used + (until - since) > np.uint64(len(owner)):
                owner = longer(owner, int(used), int(used + (until - since)))
            for k in range(since, until):
                d = np.int32(base + read_cost[k])
                o = np.uint32(read_other[k])
                if d <= furthest and d < best[o]:
                    if best[o] == FAR:
                        owner[used] = o
                        used += np.uint64(1)
                    best[o] = d
        since, until = np.uint64(direct.first[row]), np.uint64(direct.first[row + 1])
        if used + (until - since) > np.uint64(len(owner)):
            owner = longer(owner, int(used), int(used + (until - since)))
        for k in range(since, until):
            d = direct.cost[k]
            o = np.uint32(direct.other[k])
            if d <= furthest and d < best[o]:
                if best[o] == FAR:
                    owner[used] = o
                    used += np.uint64(1)
                best[o] = d
        if used > np.uint64(len(distance)):
            distance = longer(distance, int(start), int(used))
        for i in range(start, used):
            o = np.uint32(owner[i])
            distance[i] = best[o]
            best[o] = FAR
        first[row - low + 1] = used
    return Pairs(first, owner[:used].copy(), distance[:used].copy())


@jit
def reached_edges(graph: Graph, seeds: Rows, row: int, cutoff: int, sides: Sides, edges: int) -> tuple[Ints, Ints]:
    """Return the edges within `cutoff` of the seeds of `row` with the distances of their ends.

    Returns
    -------
    edge : int32 array, shape (K,)
        In the order in which the search met them.
    at : int32 array, shape (K, 2)
        Distance at the u and the v end, `FAR` where the walk does not enter there.
    """
    room = scratch(graph, seeds.first[row + 1] - seeds.first[row], cutoff)
    count = spread(graph, seeds, row, cutoff, room, None)
    total = 0
    for i in range(count):
        total += sides.first[room.settled[i] + 1] - sides.first[room.settled[i]]
    place = np.full(edges, -1, np.int32)
    edge = np.empty(total, np.int32)
    at = np.full((total, 2), FAR, np.int32)
    found = 0
    for i in range(count):
        s = room.settled[i]
        for k in range(sides.first[s], sides.first[s + 1]):
            e = sides.edge[k]
            if place[e] < 0:
                place[e] = found
                edge[found] = e
                found += 1
            if room.dist[s] < at[place[e], sides.end[k]]:
                at[place[e], sides.end[k]] = room.dist[s]
    return edge[:found], at[:found]
