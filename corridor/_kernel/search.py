"""Shortest walks by buckets (Dial's algorithm) on whole decimetres.

One bucket per decimetre up to the cutoff, a bit per bucket to find the next one in use. A search costs the states
it settles and their arcs; nothing is initialised per search, since every array is put back by the list of what
was touched. Arcs of weight zero are fine: they fill the bucket that is being emptied.
"""

from __future__ import annotations

import numpy as np

from corridor._kernel._jit import jit, trailing_zeros
from corridor._kernel.arrays import FAR, Graph, Ints, Pairs, Rows, Scratch, Sides


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
        np.empty(entries, np.int32),
        np.empty(entries, np.int32),
        np.empty(states, np.int32),
    )


@jit
def spread(graph: Graph, seeds: Rows, row: int, cutoff: int, room: Scratch) -> int:
    """Settle every state within `cutoff` (inclusive) of the seeds of `row`; return how many.

    `room.settled[:count]` lists them by rising distance and `room.dist` holds the distances; the caller puts
    `dist` back to `FAR`. O(settled states + their arcs + cutoff / 64).
    """
    first, arcs = graph
    dist, head, bits, link, item, settled = room
    one = np.uint64(1)
    used = 0
    for k in range(seeds.first[row], seeds.first[row + 1]):
        s = seeds.other[k]
        d = seeds.cost[k]
        if d <= cutoff and d < dist[s]:
            dist[s] = d
            item[used] = s
            link[used] = head[d]
            head[d] = used
            bits[d >> 6] |= one << np.uint64(d & 63)
            used += 1
    count = 0
    for word in range(len(bits)):
        while bits[word] != 0:
            bit = trailing_zeros(bits[word])
            d = np.int32((word << 6) + np.int64(bit))
            while head[d] >= 0:
                entry = head[d]
                head[d] = link[entry]
                s = item[entry]
                if dist[s] != d:
                    continue
                settled[count] = s
                count += 1
                for k in range(first[s], first[s + 1]):
                    t = arcs[k, 0]
                    e = d + arcs[k, 1]
                    if e <= cutoff and e < dist[t]:
                        dist[t] = e
                        item[used] = t
                        link[used] = head[e]
                        head[e] = used
                        bits[e >> 6] |= one << np.uint64(e & 63)
                        used += 1
            bits[word] &= ~(one << np.uint64(bit))
    return count


@jit
def nearest(graph: Graph, seeds: Rows, row: int, reads: Rows, direct: Rows, cutoff: int, owners: int) -> Ints:
    """Return each owner's distance to the nearest seed of `row`; shape (owners,), `FAR` where none is in reach.

    One search from all seeds at once; then the owners at each settled state are read, and walks that stay on one
    edge (`direct`) are taken where they are shorter. O(states + arcs + reads).
    """
    out = np.full(owners, FAR, np.int32)
    room = scratch(graph, seeds.first[row + 1] - seeds.first[row], cutoff)
    count = spread(graph, seeds, row, cutoff, room)
    for i in range(count):
        s = room.settled[i]
        for k in range(reads.first[s], reads.first[s + 1]):
            d = room.dist[s] + reads.cost[k]
            if d <= cutoff and d < out[reads.other[k]]:
                out[reads.other[k]] = d
    for k in range(direct.first[row], direct.first[row + 1]):
        if direct.cost[k] <= cutoff and direct.cost[k] < out[direct.other[k]]:
            out[direct.other[k]] = direct.cost[k]
    return out


@jit
def offer(best: Ints, owner: Ints, used: int, o: int, d: int) -> int:
    """Note the walk d to owner o where it is the shortest so far; return the number of owners met."""
    if d < best[o]:
        if best[o] == FAR:
            owner[used] = o
            used += 1
        best[o] = d
    return used


@jit
def roomy(array: Ints, used: int, more: int) -> Ints:
    """Return `array`, or a longer copy of its first `used` items, with space for `more`."""
    if used + more <= len(array):
        return array
    longer = np.empty(2 * (used + more), array.dtype)
    longer[:used] = array[:used]
    return longer


@jit
def reached(
    graph: Graph, seeds: Rows, low: int, high: int, reads: Rows, direct: Rows, cutoff: int, owners: int
) -> Pairs:
    """Return all owners within `cutoff` of each of the rows low … high - 1, with their shortest walks.

    Row r of the seeds is row r - low of the result. 8 bytes a pair; O(balls + owners in them).
    """
    first = np.zeros(high - low + 1, np.int64)
    owner = np.empty(4096, np.int32)
    distance = np.empty(4096, np.int32)
    best = np.full(owners, FAR, np.int32)
    most = 0
    for row in range(low, high):
        most = max(most, seeds.first[row + 1] - seeds.first[row])
    room = scratch(graph, most, cutoff)
    used = 0
    for row in range(low, high):
        start = used
        count = spread(graph, seeds, row, cutoff, room)
        for i in range(count):
            s = room.settled[i]
            base = room.dist[s]
            room.dist[s] = FAR
            owner = roomy(owner, used, reads.first[s + 1] - reads.first[s])
            for k in range(reads.first[s], reads.first[s + 1]):
                if base + reads.cost[k] <= cutoff:
                    used = offer(best, owner, used, reads.other[k], base + reads.cost[k])
        owner = roomy(owner, used, direct.first[row + 1] - direct.first[row])
        for k in range(direct.first[row], direct.first[row + 1]):
            if direct.cost[k] <= cutoff:
                used = offer(best, owner, used, direct.other[k], direct.cost[k])
        distance = roomy(distance, start, used - start)
        for i in range(start, used):
            distance[i] = best[owner[i]]
            best[owner[i]] = FAR
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
    count = spread(graph, seeds, row, cutoff, room)
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
