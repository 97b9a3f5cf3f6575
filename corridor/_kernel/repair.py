"""Repair of catchments after a change: only the distances that change are touched, and all of those.

A row (a place, or a category with all its places) has a distance at each state; a change is a list of arcs that
weigh something else now (or are new, or gone) and of seeds that do. For each row that a change can touch:

1.  *Loss.* Heads of heavier arcs and dearer seeds that the old distance rested on are visited by rising old
    distance. A state keeps its distance if a seed, or an arc of the new graph out of a strictly nearer state that
    keeps its own, still accounts for it; otherwise it is lost, and so may be what rested on it.
    (Strictly nearer: states joined by arcs of no weight must not vouch for one another. What is given up too
    readily comes back in step 2 with its old distance.)
2.  *Recovery.* A lost state gets the best that its seeds and the states that were kept offer.
3.  *Gain.* Heads of lighter arcs and cheaper seeds get what is better than they have.
4.  Both spread by Dijkstra's algorithm over the new graph. Where nothing gains, only lost states get another
    distance, and the search ends when the last of them has it at which anybody is read.

Everything is whole decimetres, so the distances are those of a search from scratch, bit for bit (Ramalingam and Reps
1996 for a batch of changes). The cost is that of the states whose distance changes and their arcs, however large the
graph is. What owners (buildings) make of it: `corridor._kernel.walks`.
"""

from __future__ import annotations

import numpy as np

from corridor._kernel._jit import in_place, inlined, jit, trailing_zeros
from corridor._kernel.arrays import FAR, Ints, Rows, Words
from corridor._kernel.catchment import Table
from corridor._kernel.change import ASKED, FLAG, HIT, LOST, NOW, OLD, SEEN, Bench, Change, Roads, Scene


@inlined
def kept(table: Table, row: int, s: int) -> int:
    """Return the kept distance of a row at a state, `FAR` where it is out of reach."""
    if table.dense.shape[0] > 0:
        return int(table.dense[row, s]) if s < table.dense.shape[1] else int(FAR)
    low, high = np.uint64(table.first[s]), np.uint64(table.first[s + 1])
    end = high
    while low < high:
        middle = (low + high) >> np.uint64(1)
        if table.row[middle] < row:
            low = middle + np.uint64(1)
        else:
            high = middle
    if low < end and table.row[low] == row:
        return int(table.distance[low])
    return int(FAR)


@inlined
def meet(table: Table, at: Ints, row: int, s: int, count: int) -> int:
    """Fetch a state's kept distance when it is first met; return how many states are met."""
    if at[s, FLAG] == 0:
        d = kept(table, row, s) if row >= 0 else FAR
        at[s, OLD] = d
        at[s, NOW] = d
        at[s, FLAG] = 1
        at[count, SEEN] = s
        return count + 1
    return count


@inlined
def push(queue: Ints, head: Ints, bits: Words, s: int, d: int, used: int) -> int:
    """Put a state into the bucket of its distance."""
    queue[used, 0] = s
    queue[used, 1] = head[d]
    head[d] = used
    bits[d >> 6] |= np.uint64(1) << np.uint64(d & 63)
    return used + 1


@inlined
def pop(queue: Ints, head: Ints, bits: Words, word: int) -> tuple[int, int]:
    """Take a state out of the first bucket in use, from `word` of the bits on; return it and its bucket."""
    while bits[word] == 0:
        word += 1
    d = (word << 6) + trailing_zeros(bits[word])
    s = queue[head[d], 0]
    head[d] = queue[head[d], 1]
    if head[d] < 0:
        bits[word] &= ~(np.uint64(1) << np.uint64(d & 63))
    return s, d


@inlined
def seed_cost(seeds: Rows, change: Change, job: int, row: int, s: int) -> int:
    """Return what the seed of a row at a state costs after the change, `FAR` where there is none."""
    if job >= 0:
        for k in range(change.seed_first[job], change.seed_first[job + 1]):
            if change.seed[k, 0] == s:
                return change.seed[k, 2]
    if row < 0:
        return int(FAR)
    low, end = seeds.first[row], seeds.first[row + 1]
    high = end
    while low < high:
        middle = (low + high) >> 1
        if seeds.other[middle] < s:
            low = middle + 1
        else:
            high = middle
    if low < end and seeds.other[low] == s:
        return seeds.cost[low]
    return int(FAR)


@inlined
def is_asked(reads: Rows, at: Ints, s: int) -> int:
    """Tell (1 or 0) whether anybody is read at a state."""
    if at[s, ASKED] != 0:
        return 1
    return int(s < len(reads.first) - 1 and reads.first[s + 1] > reads.first[s])


@in_place
def repair(
    roads: Roads, scene: Scene, change: Change, bench: Bench, job: int, row: int, gone: int, hits: Ints, cutoff: int
) -> tuple[int, int]:
    """Bring the distances of one row up to date in column `NOW`; return (states met, states settled)."""
    count, settled, lost, asked, gains = lose(roads, scene, change, bench, job, row, gone, hits, cutoff)
    if gone or (not gains and asked == 0):
        return count, settled
    count, more = regain(roads, scene, change, bench, job, row, hits, cutoff, count, lost, asked, gains)
    return count, settled + more


@in_place
def lose(  # noqa: C901
    roads: Roads, scene: Scene, change: Change, bench: Bench, job: int, row: int, gone: int, hits: Ints, cutoff: int
) -> tuple[int, int, int, int, bool]:
    """Give up what nothing accounts for any more (step 1).

    Returns
    -------
    met, settled, lost : int
        States met, settled and lost.
    asked : int
        Lost states at which anybody is read.
    gains : bool
        Whether any arc or seed is lighter than before.
    """
    table, seeds = scene.table, scene.seeds
    at, head, bits, queue = bench.at, bench.head, bench.bits, bench.queue
    count, used, settled, lost = 0, 0, 0, 0
    asked, gains = 0, False
    seed_low, seed_high = (change.seed_first[job], change.seed_first[job + 1]) if job >= 0 else (0, 0)
    k = bench.rows[row, HIT] if row >= 0 else -1
    while k >= 0:
        arc = hits[k, 0]
        tail, tip, before = change.arc[arc, 0], change.arc[arc, 1], change.arc[arc, 2]
        gains |= change.arc[arc, 3] < before
        # (A call with arrays costs more than a look at the flag: states met are told before it.)
        if at[tail, FLAG] == 0:
            count = meet(table, at, row, tail, count)
        if at[tip, FLAG] == 0:
            count = meet(table, at, row, tip, count)
        if before < FAR and at[tail, OLD] < FAR and at[tail, OLD] + before == at[tip, OLD]:
            used = push(queue, head, bits, tip, at[tip, OLD], used)
        k = hits[k, 1]
    for k in range(seed_low, seed_high):
        s = change.seed[k, 0]
        gains |= change.seed[k, 2] < change.seed[k, 1]
        if at[s, FLAG] == 0:
            count = meet(table, at, row, s, count)
        if change.seed[k, 1] < FAR and change.seed[k, 1] == at[s, OLD] and change.seed[k, 2] > change.seed[k, 1]:
            used = push(queue, head, bits, s, at[s, OLD], used)
    if gone:
        for k in range(seeds.first[row], seeds.first[row + 1]):
            s = seeds.other[k]
            if at[s, FLAG] == 0:
                count = meet(table, at, row, s, count)
            if at[s, OLD] < FAR and seeds.cost[k] == at[s, OLD]:
                used = push(queue, head, bits, s, at[s, OLD], used)
    waiting, d = used, 0
    while waiting > 0:
        s, d = pop(queue, head, bits, d >> 6)
        waiting -= 1
        if at[s, FLAG] == 2 or at[s, FLAG] == 4:
            continue
        settled += 1
        stays = False
        if not gone:
            stays = seed_cost(seeds, change, job, row, s) <= d
            k, stop = roads.back_start[s], roads.back_stop[s]
            while not stays and k < stop:
                t, e = roads.back_arcs[k, 0], roads.back_arcs[k, 1]
                if at[t, FLAG] == 0:
                    count = meet(table, at, row, t, count)
                stays = at[t, FLAG] != 2 and at[t, OLD] < d and at[t, OLD] + e <= d
                k += 1
        if stays:
            at[s, FLAG] = 4
        else:
            at[s, FLAG] = 2
            at[s, NOW] = FAR
            at[lost, LOST] = s
            lost += 1
            asked += is_asked(scene.reads, at, s)
            for k in range(roads.start[s], roads.stop[s]):
                t, e = roads.arcs[k, 0], d + roads.arcs[k, 1]
                if e <= cutoff:
                    if at[t, FLAG] == 0:
                        count = meet(table, at, row, t, count)
                    if at[t, FLAG] != 2 and at[t, OLD] == e:
                        used = push(queue, head, bits, t, e, used)
                        waiting += 1
    return count, settled, lost, asked, gains


@in_place
def regain(  # noqa: C901
    roads: Roads,
    scene: Scene,
    change: Change,
    bench: Bench,
    job: int,
    row: int,
    hits: Ints,
    cutoff: int,
    count: int,
    lost: int,
    asked: int,
    gains: bool,
) -> tuple[int, int]:
    """Find the best there is for what was lost and what gains (steps 2 to 4); return (states met, states settled)."""
    table, seeds = scene.table, scene.seeds
    at, head, bits, queue = bench.at, bench.head, bench.bits, bench.queue
    used, settled = 0, 0
    for i in range(lost):
        s = at[i, LOST]
        best = seed_cost(seeds, change, job, row, s)
        for k in range(roads.back_start[s], roads.back_stop[s]):
            t, e = roads.back_arcs[k, 0], roads.back_arcs[k, 1]
            if at[t, FLAG] == 0:
                count = meet(table, at, row, t, count)
            if at[t, FLAG] != 2 and at[t, NOW] < FAR and at[t, NOW] + e < best:
                best = at[t, NOW] + e
        if best <= cutoff:
            at[s, NOW] = best
            used = push(queue, head, bits, s, best, used)
    k = bench.rows[row, HIT] if row >= 0 else -1
    while k >= 0:
        arc = hits[k, 0]
        tail, tip, after = change.arc[arc, 0], change.arc[arc, 1], change.arc[arc, 3]
        if after < FAR and at[tail, FLAG] != 2 and at[tail, NOW] < FAR:
            e = at[tail, NOW] + after
            if e <= cutoff and e < at[tip, NOW]:
                at[tip, NOW] = e
                used = push(queue, head, bits, tip, e, used)
        k = hits[k, 1]
    if job >= 0:
        for k in range(change.seed_first[job], change.seed_first[job + 1]):
            s, e = change.seed[k, 0], change.seed[k, 2]
            if e <= cutoff and e < at[s, NOW]:
                at[s, NOW] = e
                used = push(queue, head, bits, s, e, used)
    waiting, d = used, 0
    while waiting > 0:
        s, d = pop(queue, head, bits, d >> 6)
        waiting -= 1
        if at[s, NOW] != d or at[s, FLAG] == 3 or (not gains and asked == 0):
            continue
        settled += 1
        if at[s, FLAG] == 2:
            asked -= is_asked(scene.reads, at, s)
        at[s, FLAG] = 3
        for k in range(roads.start[s], roads.stop[s]):
            t, e = roads.arcs[k, 0], d + roads.arcs[k, 1]
            if e <= cutoff:
                if at[t, FLAG] == 0:
                    count = meet(table, at, row, t, count)
                if e < at[t, NOW]:
                    at[t, NOW] = e
                    used = push(queue, head, bits, t, e, used)
                    waiting += 1
    return count, settled


@jit
def touched(table: Table, arc: Ints, cutoff: int, bench: Bench) -> tuple[Ints, Ints, int]:
    """Find the rows whose distances an arc's change can touch: they rested on it, or gain by it.

    Returns
    -------
    hits : int32 array, shape (H, 2)
        Arc and next hit of the same row; `bench.rows[row, HIT]` is the first.
    rows : int32 array
        The rows hit, in `rows[:found]`.
    found : int
    """
    most = 0
    for i in range(len(arc)):
        most += table.first[arc[i, 0] + 1] - table.first[arc[i, 0]]
    hits = np.empty((most, 2), np.int32)
    rows = np.empty(most, np.int32)
    used, found = 0, 0
    for i in range(len(arc)):
        tail, tip, before, after = arc[i, 0], arc[i, 1], arc[i, 2], arc[i, 3]
        other, stop = table.first[tip], table.first[tip + 1]
        for k in range(table.first[tail], table.first[tail + 1]):
            row, d = table.row[k], table.distance[k]
            while other < stop and table.row[other] < row:
                other += 1
            there = table.distance[other] if other < stop and table.row[other] == row else FAR
            rested = before < FAR and d + before == there
            gains = after < FAR and d + after <= cutoff and d + after < there
            if rested or gains:
                if bench.rows[row, HIT] < 0:
                    rows[found] = row
                    found += 1
                hits[used, 0] = i
                hits[used, 1] = bench.rows[row, HIT]
                bench.rows[row, HIT] = used
                used += 1
    return hits, rows, found
