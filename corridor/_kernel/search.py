"""Shortest walks by buckets (Dial's algorithm) on whole decimetres.

One bucket per decimetre up to the cutoff, a bit per bucket to find the next one in use. A search costs the states
it settles and their arcs; nothing is initialised per search, since every array is put back by the list of what
was touched. Arcs of weight zero are fine: they fill the bucket that is being emptied.
"""

from __future__ import annotations

import numpy as np
from numba.cpython.unsafe.numbers import trailing_zeros

from corridor._kernel._jit import jit

FAR = np.int32(2**31 - 1)


@jit
def scratch(states, arcs, seeds, cutoff):  # type: ignore[no-untyped-def]
    """Return the arrays a search works in: (dist, head, bits, link, item, settled).

    Memory: 8 bytes a state, 8 bytes an arc and seed (a state is queued once per arc into it at most; pages that
    are never written are never taken), 4 bytes a decimetre of cutoff.
    """
    dist = np.full(states, FAR, np.int32)
    head = np.full(cutoff + 1, -1, np.int32)
    bits = np.zeros((cutoff >> 6) + 1, np.uint64)
    link = np.empty(arcs + seeds + 1, np.int32)
    item = np.empty(arcs + seeds + 1, np.int32)
    settled = np.empty(states, np.int32)
    return dist, head, bits, link, item, settled


@jit
def spread(first, arcs, seed_state, seed_cost, lo, hi, cutoff, dist, head, bits, link, item, settled):  # type: ignore[no-untyped-def]
    """Settle every state within `cutoff` (inclusive) of the seeds lo … hi - 1; return how many.

    `settled[:count]` lists them by rising distance and `dist` holds the distances; the caller puts `dist` back to
    `FAR`. O(settled states + their arcs + cutoff / 64).
    """
    used = 0
    one = np.uint64(1)
    for k in range(lo, hi):
        s = seed_state[k]
        d = seed_cost[k]
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
            d = np.int32((word << 6) + bit)
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
def nearest(
    first, arcs, seed_state, seed_cost, read_first, read_owner, read_cost, pair_owner, pair_cost, cutoff, owners
):  # type: ignore[no-untyped-def]
    """Return each owner's distance to the nearest of all seeds; shape (owners,), `FAR` where none is in reach.

    One search from all seeds at once; then the owners at each settled state are read, and walks that stay on one
    edge (`pair_*`) are taken where they are shorter. O(states + arcs + reads + pairs).
    """
    out = np.full(owners, FAR, np.int32)
    dist, head, bits, link, item, settled = scratch(len(first) - 1, len(arcs), len(seed_state), cutoff)
    count = spread(
        first, arcs, seed_state, seed_cost, 0, len(seed_state), cutoff, dist, head, bits, link, item, settled
    )
    for i in range(count):
        s = settled[i]
        for k in range(read_first[s], read_first[s + 1]):
            d = dist[s] + read_cost[k]
            if d <= cutoff and d < out[read_owner[k]]:
                out[read_owner[k]] = d
    for k in range(len(pair_owner)):
        if pair_cost[k] <= cutoff and pair_cost[k] < out[pair_owner[k]]:
            out[pair_owner[k]] = pair_cost[k]
    return out


@jit
def reached_edges(first, arcs, seed_state, seed_cost, cutoff, side_first, side_edge, side_end, edges):  # type: ignore[no-untyped-def]
    """Return the edges within `cutoff` of the seeds with the distances of their ends.

    `side_edge[side_first[s]:side_first[s + 1]]` are the edges that a walk may enter at state s, `side_end` tells
    at which end (0: u, 1: v).

    Returns
    -------
    edge : int32 array, shape (K,)
        In the order in which the search met them.
    at : int32 array, shape (K, 2)
        Distance at the u and the v end, `FAR` where the walk does not enter there.
    """
    dist, head, bits, link, item, settled = scratch(len(first) - 1, len(arcs), len(seed_state), cutoff)
    count = spread(
        first, arcs, seed_state, seed_cost, 0, len(seed_state), cutoff, dist, head, bits, link, item, settled
    )
    place = np.full(edges, -1, np.int32)
    total = 0
    for i in range(count):
        total += side_first[settled[i] + 1] - side_first[settled[i]]
    edge = np.empty(total, np.int32)
    at = np.full((total, 2), FAR, np.int32)
    found = 0
    for i in range(count):
        s = settled[i]
        for k in range(side_first[s], side_first[s + 1]):
            e = side_edge[k]
            if place[e] < 0:
                place[e] = found
                edge[found] = e
                found += 1
            if dist[s] < at[place[e], side_end[k]]:
                at[place[e], side_end[k]] = dist[s]
    return edge[:found], at[:found]
