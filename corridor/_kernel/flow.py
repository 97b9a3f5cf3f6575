"""Trips laid onto all their shortest walks: Brandes' accumulation on whole numbers, one bounded search an origin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor._kernel._jit import jit
from corridor._kernel.arrays import FAR, Floats, Graph, Ints, Longs, Rows, Scratch
from corridor._kernel.search import scratch, spread


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


class Reached(NamedTuple):
    """What one origin reaches; all put back before the next.

    Attributes
    ----------
    walks : float64 array, shape (states,)
        Shortest walks to each settled state.
    load : int64 array, shape (states,)
        Trips that end at a state or go through it.
    best : int32 array, shape (goals,)
        Distance of each goal met, else `FAR`.
    ways : float64 array, shape (goals,)
        Shortest walks to it.
    met : int32 array, shape (goals,)
        The list of those.
    """

    walks: Floats
    load: Longs
    best: Ints
    ways: Floats
    met: Ints


@jit
def lay_trips(
    passages: Passages,
    starts: Legs,
    reads: Legs,
    direct: Legs,
    rows: Longs,
    not_to: Longs,
    cutoffs: Longs,
    trips: Longs,
    factor: Floats,
    shared: bool,
    flow: Longs,
) -> None:
    """Lay the trips of the origins `rows` onto the edges; each of several equally short walks takes an equal part.

    Forward, a search by buckets counts the shortest walks to every state (doubles: exact up to 2^53 walks);
    backward, each state hands what ends at it or goes through it to the arcs that lead into it. Every part is
    rounded by itself and added up as a whole number, so no order changes a bit. What is asked for within several
    cutoffs is told by one search: the same, bit for bit, as by one for each. O(ball) for each origin.

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
    cutoffs : int64 array, ascending
        Longest walks, inclusive.
    trips : int64 array, shape (goals,)
        Trips that end at each goal, in a fixed point; all together below 2^52.
    factor : float64 array, shape (origins,)
        Units of `flow` for one unit of `trips` or, if `shared`, for all the trips of an origin together.
    shared : bool
        An origin's trips are shared out among the goals in reach, in proportion to `trips`.
    flow : int64 array, shape (cutoffs, edges)
        Added to in place.
    """
    graph = Graph(passages.first, passages.arcs)
    seeds = Rows(starts.first, starts.other, starts.cost)
    states, goals = len(passages.first) - 1, len(trips)
    cutoff = cutoffs[-1]
    most = 0
    for row in rows:
        most = max(most, starts.first[row + 1] - starts.first[row])
    room = scratch(graph, most, cutoff)
    got = Reached(
        np.zeros(states),
        np.zeros(states, np.int64),
        np.full(goals, FAR, np.int32),
        np.zeros(goals),
        np.empty(goals, np.int32),
    )
    for row in rows:
        count = spread(graph, seeds, row, cutoff, room, got.walks)
        reached = meet_goals(reads, direct, row, not_to[row], cutoff, count, room, got)
        # What is within a nearer cutoff was settled first.
        near = 0
        for lane in range(len(cutoffs)):
            furthest = int(cutoffs[lane])
            while near < count and room.dist[np.uint32(room.settled[np.uint64(near)])] <= furthest:
                near += 1
            unit = factor[row]
            if shared:
                total = drawn_within(furthest, reached, got, trips)
                unit = unit / total if total > 0 else 0.0
            hand_back(passages, starts, reads, direct, row, furthest, near, room, got, trips, unit, flow[lane])
            for i in range(np.uint64(near)):
                got.load[np.uint32(room.settled[i])] = 0
        for i in range(np.uint64(count)):
            room.dist[np.uint32(room.settled[i])] = FAR
        for i in range(np.uint64(reached)):
            got.best[np.uint32(got.met[i])] = FAR


@jit
def meet_goals(
    reads: Legs, direct: Legs, row: int, itself: int, cutoff: int, count: int, room: Scratch, got: Reached
) -> int:
    """Find the goals in reach, their distances and in how many ways they are reached; return how many."""
    dist, walks, best, ways, met = room.dist, got.walks, got.best, got.ways, got.met
    furthest = np.int32(cutoff)
    reached = np.uint32(0)
    for i in range(np.uint64(count)):
        s = np.uint32(room.settled[i])
        d, mine = dist[s], walks[s]
        for k in range(np.uint64(reads.first[s]), np.uint64(reads.first[s + np.uint32(1)])):
            o = np.uint32(reads.other[k])
            e = np.int32(d + reads.cost[k])
            if e > furthest or e > best[o] or o == itself:
                continue
            if e == best[o]:
                ways[o] += mine
                continue
            if best[o] == FAR:
                met[reached] = o
                reached += np.uint32(1)
            best[o] = e
            ways[o] = mine
    for k in range(np.uint64(direct.first[row]), np.uint64(direct.first[row + 1])):
        o = np.uint32(direct.other[k])
        e = direct.cost[k]
        if e > furthest or e > best[o] or o == itself:
            continue
        if e == best[o]:
            ways[o] += 1.0
            continue
        if best[o] == FAR:
            met[reached] = o
            reached += np.uint32(1)
        best[o] = e
        ways[o] = 1.0
    return int(reached)


@jit
def drawn_within(furthest: int, reached: int, got: Reached, trips: Longs) -> int:
    """Return the trips that end at the goals met within a distance, all together."""
    total = np.int64(0)
    for i in range(np.uint64(reached)):
        o = np.uint32(got.met[i])
        if got.best[o] <= furthest:
            total += trips[o]
    return int(total)


@jit
def hand_back(  # noqa: C901
    passages: Passages,
    starts: Legs,
    reads: Legs,
    direct: Legs,
    row: int,
    furthest: int,
    count: int,
    room: Scratch,
    got: Reached,
    trips: Longs,
    unit: float,
    flow: Longs,
) -> None:
    """Lay one origin's trips of some length at most onto the edges they take, from the farthest state to the nearest."""
    first, arcs = passages
    dist, walks, load, best, ways = room.dist, got.walks, got.load, got.best, got.ways
    for k in range(np.uint64(direct.first[row]), np.uint64(direct.first[row + 1])):
        o = np.uint32(direct.other[k])
        if direct.cost[k] == best[o] and best[o] <= furthest:
            part = np.floor(trips[o] / ways[o] + 0.5)
            flow[np.uint32(direct.edge[k])] += np.int64(np.floor(part * unit * direct.share[k] + 0.5))
    for i in range(np.uint64(count)):
        s = np.uint32(room.settled[np.uint64(count) - np.uint64(1) - i])
        d = dist[s]
        mine = walks[s]
        through = np.int64(0)
        for k in range(np.uint64(reads.first[s]), np.uint64(reads.first[s + np.uint32(1)])):
            o = np.uint32(reads.other[k])
            if np.int32(d + reads.cost[k]) == best[o] and best[o] <= furthest:
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
