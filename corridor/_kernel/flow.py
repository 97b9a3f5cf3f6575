"""Trips laid onto all their shortest walks: Brandes' accumulation on whole numbers, one bounded search an origin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor._kernel._jit import jit, trailing_zeros
from corridor._kernel.arrays import FAR, Floats, Ints, Longs


class Passages(NamedTuple):
    """Arcs of state s: `arcs[first[s]:first[s + 1]]`, columns target, weight (at least 1) and edge."""

    first: Longs
    arcs: Ints


class Legs(NamedTuple):
    """First or last pieces of walks: row k owns `first[k]:first[k + 1]`.

    Each leads to or from `other` at `cost` over the `share` of an `edge`.
    """

    first: Longs
    other: Ints
    cost: Ints
    edge: Ints
    share: Floats


# One search stands in one piece: a call with arrays costs more here than the work itself (their reference counts).
@jit
def lay_trips(  # noqa: C901
    passages: Passages,
    starts: Legs,
    reads: Legs,
    direct: Legs,
    rows: Longs,
    not_to: Longs,
    cutoff: int,
    trips: Longs,
    factor: Floats,
    shared: bool,
    flow: Longs,
) -> None:
    """Lay the trips of the origins `rows` onto the edges; each of several equally short walks takes an equal part.

    Forward, a search by buckets counts the shortest walks to every state (doubles: exact up to 2^53 walks);
    backward, each state hands what ends at it or goes through it to the arcs that lead into it. Every part is
    rounded by itself and added up as a whole number, so no order changes a bit. O(ball) for each origin.

    Parameters
    ----------
    passages : Passages
        Each walk along streets is exactly one path of states.
    starts, direct : Legs
        Rows are origins; `other` of `starts` is a state, of `direct` (walks that stay within one edge) a goal.
    reads : Legs
        Rows are states; `other` is a goal.
    rows : int64 array
        The origins to search from.
    not_to : int64 array, shape (origins,)
        A goal that is the origin itself, -1 for none.
    cutoff : int
        Longest walk, inclusive.
    trips : int64 array, shape (goals,)
        Trips that end at each goal, in a fixed point; all together below 2^52.
    factor : float64 array, shape (origins,)
        Units of `flow` for one unit of `trips` or, if `shared`, for all the trips of an origin together.
    shared : bool
        An origin's trips are shared out among the goals in reach, in proportion to `trips`.
    flow : int64 array, shape (edges,)
        Added to in place.
    """
    first, arcs = passages
    states = len(first) - 1
    goals = len(trips)
    dist = np.full(states, FAR, np.int32)
    walks = np.zeros(states)
    load = np.zeros(states, np.int64)
    settled = np.empty(states, np.int32)
    best = np.full(goals, FAR, np.int32)
    ways = np.zeros(goals)
    met = np.empty(goals, np.int32)
    head = np.full(cutoff + 1, -1, np.int32)
    bits = np.zeros((cutoff >> 6) + 1, np.uint64)
    most = 0
    for row in rows:
        most = max(most, starts.first[row + 1] - starts.first[row])
    queue = np.empty((len(arcs) + most + 1, 2), np.int32)
    furthest = np.int32(cutoff)
    for row in rows:
        # Forward: distances and numbers of shortest walks.
        used = np.uint32(0)
        for k in range(np.uint64(starts.first[row]), np.uint64(starts.first[row + 1])):
            t = np.uint32(starts.other[k])
            e = starts.cost[k]
            if e > furthest or e > dist[t]:
                continue
            if e == dist[t]:
                walks[t] += 1.0
                continue
            dist[t] = e
            walks[t] = 1.0
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
                        if e > furthest or e > dist[t]:
                            continue
                        if e == dist[t]:
                            walks[t] += walks[s]
                            continue
                        dist[t] = e
                        walks[t] = walks[s]
                        into = np.uint32(e)
                        queue[used, 0] = t
                        queue[used, 1] = head[into]
                        head[into] = used
                        bits[into >> np.uint32(6)] |= np.uint64(1) << np.uint64(into & np.uint32(63))
                        used += np.uint32(1)
                bits[word] &= ~(np.uint64(1) << np.uint64(bit))

        # Goals: their distances and in how many ways they are reached.
        self = not_to[row]
        reached = np.uint32(0)
        for i in range(np.uint64(count)):
            s = np.uint32(settled[i])
            for k in range(np.uint64(reads.first[s]), np.uint64(reads.first[s + np.uint32(1)])):
                o = np.uint32(reads.other[k])
                e = np.int32(dist[s] + reads.cost[k])
                if e > furthest or e > best[o] or o == self:
                    continue
                if e == best[o]:
                    ways[o] += walks[s]
                    continue
                if best[o] == FAR:
                    met[reached] = o
                    reached += np.uint32(1)
                best[o] = e
                ways[o] = walks[s]
        for k in range(np.uint64(direct.first[row]), np.uint64(direct.first[row + 1])):
            o = np.uint32(direct.other[k])
            e = direct.cost[k]
            if e > furthest or e > best[o] or o == self:
                continue
            if e == best[o]:
                ways[o] += 1.0
                continue
            if best[o] == FAR:
                met[reached] = o
                reached += np.uint32(1)
            best[o] = e
            ways[o] = 1.0
        unit = factor[row]
        if shared:
            total = np.int64(0)
            for i in range(np.uint64(reached)):
                total += trips[np.uint32(met[i])]
            unit = unit / total if total > 0 else 0.0

        # Backward: from the farthest state to the nearest.
        for k in range(np.uint64(direct.first[row]), np.uint64(direct.first[row + 1])):
            o = np.uint32(direct.other[k])
            if direct.cost[k] == best[o]:
                part = np.floor(trips[o] / ways[o] + 0.5)
                flow[np.uint32(direct.edge[k])] += np.int64(np.floor(part * unit * direct.share[k] + 0.5))
        for i in range(np.uint64(count)):
            s = np.uint32(settled[np.uint64(count) - np.uint64(1) - i])
            d = dist[s]
            mine = walks[s]
            through = np.int64(0)
            for k in range(np.uint64(reads.first[s]), np.uint64(reads.first[s + np.uint32(1)])):
                o = np.uint32(reads.other[k])
                if np.int32(d + reads.cost[k]) == best[o]:
                    part = trips[o]
                    if ways[o] != mine:
                        part = np.int64(np.floor(part * (mine / ways[o]) + 0.5))
                    through += part
                    if reads.share[k] > 0.0:
                        flow[np.uint32(reads.edge[k])] += np.int64(np.floor(part * unit * reads.share[k] + 0.5))
            for k in range(np.uint64(first[s]), np.uint64(first[s + np.uint32(1)])):
                t = np.uint32(arcs[k, 0])
                if np.int32(d + arcs[k, 1]) == dist[t] and load[t] > 0:
                    part = load[t]
                    if walks[t] != mine:
                        part = np.int64(np.floor(part * (mine / walks[t]) + 0.5))
                    through += part
                    flow[np.uint32(arcs[k, 2])] += np.int64(np.floor(part * unit + 0.5))
            load[s] = through
        for k in range(np.uint64(starts.first[row]), np.uint64(starts.first[row + 1])):
            t = np.uint32(starts.other[k])
            if starts.cost[k] == dist[t] and starts.share[k] > 0.0:
                part = np.floor(load[t] / walks[t] + 0.5)
                flow[np.uint32(starts.edge[k])] += np.int64(np.floor(part * unit * starts.share[k] + 0.5))
        for i in range(np.uint64(count)):
            s = np.uint32(settled[i])
            dist[s] = FAR
            load[s] = 0
        for i in range(np.uint64(reached)):
            best[np.uint32(met[i])] = FAR
