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
graph is. Then the walks of the owners (buildings) read at these states are taken anew; walks that differ are the result.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor._kernel._jit import jit, trailing_zeros
from corridor._kernel.arrays import FAR, Ints, Longs, Rows, Words
from corridor._kernel.catchment import Table


class Roads(NamedTuple):
    """Arcs out of state s: `arcs[start[s]:stop[s]]`; arcs into it: `back_arcs[back_start[s]:back_stop[s]]`.

    Columns: the other state and the weight (dm). Rows may lie anywhere in `arcs`, so that a changed row is written at
    its end and put back by its `start` and `stop`.
    """

    start: Longs
    stop: Longs
    arcs: Ints
    back_start: Longs
    back_stop: Longs
    back_arcs: Ints


class Scene(NamedTuple):
    """What does not change: distances, seeds by row, and owners with their states and walks along their own edge.

    `links` and `direct` have one row an owner (`other`: states; rows, ascending), `reads` one a state (`other`:
    owners). `seeds` are sorted by state within a row.
    """

    table: Table
    seeds: Rows
    links: Rows
    direct: Rows
    reads: Rows


class Change(NamedTuple):
    """What changes.

    Attributes
    ----------
    arc : int32 array, shape (K, 4)
        Tail, head, old and new weight; `FAR` where there is none.
    job : int32 array, shape (J, 3)
        Rows with other seeds: the row whose distances are kept (-1: none yet), the name under which it is reported,
        and 1 where it is given up altogether.
    seed_first : int64 array, shape (J + 1,)
    seed : int32 array, shape (M, 3)
        State, old and new cost of the seeds of each job that change; `FAR` where there is none.
    dead : int32 array
        Rows that nobody asks about any more.
    owner : int32 array, shape (Q,)
        Owners read elsewhere now (or anew); `links` and `direct` have a row for each.
    links, direct : Rows
    """

    arc: Ints
    job: Ints
    seed_first: Longs
    seed: Ints
    dead: Ints
    owner: Ints
    links: Rows
    direct: Rows


class Bench(NamedTuple):
    """Where the repair works; everything is put back before it returns.

    Attributes
    ----------
    at : int32 array, shape (states, 6)
        Of each state the distance before (`OLD`) and after (`NOW`), and what is known of it (`FLAG`: 0 not met, 1 met,
        2 lost, 3 settled, 4 kept for good); in the columns `SEEN` and `LOST` the lists of those met and lost; whether
        a changed owner is read there (`ASKED`).
    head, bits, queue
        Buckets, as in `corridor._kernel.search`; `queue` as long as arcs and seeds allow.
    who : int64 array, shape (owners, 3)
        `STAMP`: the last repair that read the owner; `MOVED`: its place among the changed owners, -1 for others;
        `LIST`: owners to be read.
    rows : int32 array, shape (rows, 5)
        `HIT`: first hit; `JOB`: what is done with the row; best walks before and after, and a list (`BEFORE`, …).
    serial : int64 array, shape (1,)
        Number of the last repair.
    """

    at: Ints
    head: Ints
    bits: Words
    queue: Ints
    who: Longs
    rows: Ints
    serial: Longs


OLD, NOW, FLAG, SEEN, LOST, ASKED = range(6)
STAMP, MOVED, LIST = range(3)
HIT, JOB, BEFORE, AFTER, LISTED = range(5)


@jit
def kept(table: Table, row: int, s: int) -> int:
    """Return the kept distance of a row at a state, `FAR` where it is out of reach."""
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


@jit
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


@jit
def push(queue: Ints, head: Ints, bits: Words, s: int, d: int, used: int) -> int:
    """Put a state into the bucket of its distance."""
    queue[used, 0] = s
    queue[used, 1] = head[d]
    head[d] = used
    bits[d >> 6] |= np.uint64(1) << np.uint64(d & 63)
    return used + 1


@jit
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


@jit
def repair(  # noqa: C901
    roads: Roads, scene: Scene, change: Change, bench: Bench, job: int, row: int, gone: int, hits: Ints, cutoff: int
) -> tuple[int, int]:
    """Bring the distances of one row up to date in column `NOW`; return (states met, states settled)."""
    table, seeds, reads = scene.table, scene.seeds, scene.reads
    at, head, bits, queue = bench.at, bench.head, bench.bits, bench.queue
    count, used, settled, given_up = 0, 0, 0, 0
    gains, asked, states = False, 0, len(reads.first) - 1
    seed_low, seed_high = (change.seed_first[job], change.seed_first[job + 1]) if job >= 0 else (0, 0)

    # Loss.
    k = bench.rows[row, HIT] if row >= 0 else -1
    while k >= 0:
        arc = hits[k, 0]
        tail, tip, before = change.arc[arc, 0], change.arc[arc, 1], change.arc[arc, 2]
        gains |= change.arc[arc, 3] < before
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
    waiting = used
    word = 0
    while waiting > 0:
        if bits[word] == 0:
            word += 1
            continue
        d = (word << 6) + trailing_zeros(bits[word])
        while head[d] >= 0:
            s = queue[head[d], 0]
            head[d] = queue[head[d], 1]
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
                at[given_up, LOST] = s
                given_up += 1
                if at[s, ASKED] != 0 or (s < states and reads.first[s + 1] > reads.first[s]):
                    asked += 1
                for k in range(roads.start[s], roads.stop[s]):
                    t, e = roads.arcs[k, 0], d + roads.arcs[k, 1]
                    if e <= cutoff:
                        if at[t, FLAG] == 0:
                            count = meet(table, at, row, t, count)
                        if at[t, FLAG] != 2 and at[t, OLD] == e:
                            used = push(queue, head, bits, t, e, used)
                            waiting += 1
        bits[word] &= ~(np.uint64(1) << np.uint64(d & 63))
    if gone or (not gains and asked == 0):
        return count, settled

    # Recovery and gain. (A call with arrays costs more than a look at the flag: states met are told here.)
    used = 0
    for i in range(given_up):
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
    for k in range(seed_low, seed_high):
        s, e = change.seed[k, 0], change.seed[k, 2]
        if e <= cutoff and e < at[s, NOW]:
            at[s, NOW] = e
            used = push(queue, head, bits, s, e, used)

    waiting = used
    word = 0
    while waiting > 0:
        if bits[word] == 0:
            word += 1
            continue
        d = (word << 6) + trailing_zeros(bits[word])
        while head[d] >= 0:
            s = queue[head[d], 0]
            head[d] = queue[head[d], 1]
            waiting -= 1
            if at[s, NOW] != d or at[s, FLAG] == 3 or (not gains and asked == 0):
                continue
            settled += 1
            if at[s, FLAG] == 2 and (at[s, ASKED] != 0 or (s < states and reads.first[s + 1] > reads.first[s])):
                asked -= 1
            at[s, FLAG] = 3
            for k in range(roads.start[s], roads.stop[s]):
                t, e = roads.arcs[k, 0], d + roads.arcs[k, 1]
                if e <= cutoff:
                    if at[t, FLAG] == 0:
                        count = meet(table, at, row, t, count)
                    if e < at[t, NOW]:
                        at[t, NOW] = e
                        queue[used, 0] = t
                        queue[used, 1] = head[e]
                        if head[e] < 0:
                            bits[e >> 6] |= np.uint64(1) << np.uint64(e & 63)
                        head[e] = used
                        used += 1
                        waiting += 1
        bits[word] &= ~(np.uint64(1) << np.uint64(d & 63))
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


@jit
def walk(table: Table, at: Ints, row: int, links: Rows, o: int, cutoff: int, count: int, when: int) -> tuple[int, int]:
    """Return an owner's shortest walk to a row, before (`OLD`) or after (`NOW`) the change, and how many states are met."""
    best = int(FAR)
    for k in range(links.first[o], links.first[o + 1]):
        s = links.other[k]
        if at[s, FLAG] == 0:
            count = meet(table, at, row, s, count)
        d = at[s, when]
        if d < FAR and d + links.cost[k] < best:
            best = d + links.cost[k]
    return int(best if best <= cutoff else FAR), count


@jit
def alongside(direct: Rows, o: int, row: int, cutoff: int) -> int:
    """Return the walk from an owner to a row that never leaves their edge, `FAR` where there is none."""
    for k in range(direct.first[o], direct.first[o + 1]):
        if direct.other[k] == row and direct.cost[k] <= cutoff:
            return int(direct.cost[k])
    return int(FAR)


@jit
def noted(found: Ints, used: int, o: int, row: int, before: int, after: int) -> Ints:
    """Write down a walk that changes, in a longer list if need be."""
    if used == len(found):
        more = np.empty((2 * used, 4), np.int32)
        for i in range(used):
            for k in range(4):
                more[i, k] = found[i, k]
        found = more
    found[used, 0] = o
    found[used, 1] = row
    found[used, 2] = before
    found[used, 3] = after
    return found


@jit
def changed_walks(  # noqa: C901
    roads: Roads, scene: Scene, change: Change, bench: Bench, cutoff: int
) -> tuple[Ints, int]:
    """Return every walk (owner to row) that a change makes another, and the states settled for it.

    Returns
    -------
    walks : int32 array, shape (W, 4)
        Owner, name of the row, walk before and after (dm, `FAR` where out of reach); each pair once. An owner among
        the changed is read where it was and where it is now.
    settled : int
        States taken from a queue: the work done, in the unit of a full search.
    """
    table, links, direct, reads = scene.table, scene.links, scene.direct, scene.reads
    states, owners, rows = len(reads.first) - 1, len(links.first) - 1, len(scene.seeds.first) - 1
    found, used, settled = np.empty((256, 4), np.int32), 0, 0
    for i in range(len(change.owner)):
        bench.who[change.owner[i], MOVED] = i
    for k in range(len(change.links.other)):
        bench.at[change.links.other[k], ASKED] = 1
    for j in range(len(change.job)):
        if change.job[j, 0] >= 0 and not change.job[j, 2]:
            bench.rows[change.job[j, 0], JOB] = j
    for i in range(len(change.dead)):
        bench.rows[change.dead[i], JOB] = -2
    hits, hit_rows, hit_count = touched(table, change.arc, cutoff, bench)
    for turn in range(len(change.job) + hit_count):
        if turn < len(change.job):
            job, gone = turn, int(change.job[turn, 2])
            row, name = int(change.job[turn, 0]), int(change.job[turn, 1])
        else:
            job, gone = -1, 0
            row = int(hit_rows[turn - len(change.job)])
            name = row
            if bench.rows[row, JOB] != -1:
                continue
            bench.rows[row, JOB] = -3
        met, work = repair(roads, scene, change, bench, job, row, gone, hits, cutoff)
        settled += work
        bench.serial[0] += 1
        serial = bench.serial[0]
        # First the owners at states whose distance changed, then the changed owners.
        listed = 0
        for i in range(met):
            s = int(bench.at[i, SEEN])
            if bench.at[s, NOW] != bench.at[s, OLD] and s < states:
                for k in range(reads.first[s], reads.first[s + 1]):
                    o = reads.other[k]
                    if bench.who[o, STAMP] != serial and bench.who[o, MOVED] < 0:
                        bench.who[o, STAMP] = serial
                        bench.who[listed, LIST] = o
                        listed += 1
        for i in range(listed + len(change.owner)):
            moved = i - listed
            o = bench.who[i, LIST] if moved < 0 else int(change.owner[moved])
            before, after = int(FAR), int(FAR)
            if o < owners and row >= 0:
                before, met = walk(table, bench.at, row, links, o, cutoff, met, OLD)
                before = min(before, alongside(direct, o, row, cutoff))
            if not gone:
                ends, beside, place = (links, direct, o) if moved < 0 else (change.links, change.direct, moved)
                after, met = walk(table, bench.at, row, ends, place, cutoff, met, NOW)
                after = min(after, alongside(beside, place, row if moved < 0 else name, cutoff))
            if before != after:
                found = noted(found, used, o, name, before, after)
                used += 1
        for i in range(met):
            bench.at[bench.at[i, SEEN], FLAG] = 0

    # Owners read elsewhere, and the rows that kept their distances.
    best = bench.rows
    for i in range(len(change.owner)):
        o = int(change.owner[i])
        listed = 0
        for side in range(2):
            if side == 0 and o >= owners:
                continue
            at = o if side == 0 else i
            ends, along = (links, direct) if side == 0 else (change.links, change.direct)
            for k in range(ends.first[at], ends.first[at + 1]):
                s = ends.other[k]
                for p in range(table.first[s], table.first[s + 1]):
                    row, d = table.row[p], table.distance[p] + ends.cost[k]
                    if d <= cutoff:
                        if best[row, BEFORE] == FAR and best[row, AFTER] == FAR:
                            best[listed, LISTED] = row
                            listed += 1
                        best[row, BEFORE + side] = min(best[row, BEFORE + side], d)
            for k in range(along.first[at], along.first[at + 1]):
                row, d = along.other[k], along.cost[k]
                if d <= cutoff and row < rows:
                    if best[row, BEFORE] == FAR and best[row, AFTER] == FAR:
                        best[listed, LISTED] = row
                        listed += 1
                    best[row, BEFORE + side] = min(best[row, BEFORE + side], d)
        for p in range(listed):
            row = int(best[p, LISTED])
            if bench.rows[row, JOB] == -1 and best[row, BEFORE] != best[row, AFTER]:
                found = noted(found, used, o, row, int(best[row, BEFORE]), int(best[row, AFTER]))
                used += 1
            best[row, BEFORE] = FAR
            best[row, AFTER] = FAR

    for i in range(len(change.owner)):
        bench.who[change.owner[i], MOVED] = -1
    for k in range(len(change.links.other)):
        bench.at[change.links.other[k], ASKED] = 0
    for j in range(len(change.job)):
        if change.job[j, 0] >= 0:
            bench.rows[change.job[j, 0], JOB] = -1
    for i in range(len(change.dead)):
        bench.rows[change.dead[i], JOB] = -1
    for i in range(hit_count):
        bench.rows[hit_rows[i], HIT] = -1
        bench.rows[hit_rows[i], JOB] = -1
    return found[:used].copy(), settled


@jit
def changed_sums(
    walks: Ints, first: Longs, category: Ints, weight: Longs, worth: Longs, base: Longs, total: Longs
) -> tuple[Ints, Longs]:
    """Return the sums that changed walks make others, and their new values.

    Parameters
    ----------
    walks : int32 array, shape (W, 4)
        Owner, row, walk before and after.
    first, category, weight
        Loads of row r: `first[r]:first[r + 1]`.
    worth : int64 array, shape (furthest + 2, sums)
        What one unit of weight adds to each sum at each distance; the last row is for walks out of reach.
    base : int64 array, shape (owners, categories, sums)
        Values before the change; owners beyond have none.
    total : int64 array, shape (owners or more, categories, sums)
        Zero everywhere, before and after.

    Returns
    -------
    cells : int32 array, shape (K, 3)
        Owner, category, sum; each once.
    value : int64 array, shape (K,)
    """
    sums, far = total.shape[2], len(worth) - 1
    most = 0
    for i in range(len(walks)):
        most += (first[walks[i, 1] + 1] - first[walks[i, 1]]) * sums
    cells = np.empty((most, 3), np.int32)
    used = 0
    for i in range(len(walks)):
        o = walks[i, 0]
        before = walks[i, 2] if walks[i, 2] < FAR else far
        after = walks[i, 3] if walks[i, 3] < FAR else far
        for b in range(sums):
            gain = worth[after, b] - worth[before, b]
            if gain != 0:
                for k in range(first[walks[i, 1]], first[walks[i, 1] + 1]):
                    cells[used, 0] = o
                    cells[used, 1] = category[k]
                    cells[used, 2] = b
                    used += 1
                    total[o, category[k], b] += gain * weight[k]
    value = np.empty(used, np.int64)
    count = 0
    for i in range(used):
        # A cell met twice is taken once; one that comes out even is left out.
        o, c, b = cells[i, 0], cells[i, 1], cells[i, 2]
        if total[o, c, b] != 0:
            cells[count, 0], cells[count, 1], cells[count, 2] = o, c, b
            value[count] = total[o, c, b] + (base[o, c, b] if o < len(base) else 0)
            total[o, c, b] = 0
            count += 1
    return cells[:count], value[:count]


@jit
def nearest_all(scene: Scene, cutoff: int, out: Ints) -> None:
    """Read every owner's walk to every row off the table into `out` (owners, rows), `FAR` where out of reach."""
    table, links, direct = scene.table, scene.links, scene.direct
    for o in range(len(links.first) - 1):
        for k in range(links.first[o], links.first[o + 1]):
            s = links.other[k]
            for p in range(table.first[s], table.first[s + 1]):
                d = table.distance[p] + links.cost[k]
                if d <= cutoff and d < out[o, table.row[p]]:
                    out[o, table.row[p]] = d
        for k in range(direct.first[o], direct.first[o + 1]):
            if direct.cost[k] <= cutoff and direct.cost[k] < out[o, direct.other[k]]:
                out[o, direct.other[k]] = direct.cost[k]


@jit
def sum_all(  # noqa: C901
    scene: Scene, cutoff: int, first: Longs, category: Ints, weight: Longs, worth: Longs, out: Longs
) -> None:
    """Sum up the loads of the rows in reach of every owner into `out` (owners, categories, sums), all zero before."""
    table, links, direct = scene.table, scene.links, scene.direct
    rows = len(first) - 1
    best = np.full(rows, FAR, np.int32)
    met = np.empty(rows, np.int32)
    sums = out.shape[2]
    for o in range(len(links.first) - 1):
        count = 0
        for k in range(links.first[o], links.first[o + 1]):
            s = links.other[k]
            for p in range(table.first[s], table.first[s + 1]):
                row, d = table.row[p], table.distance[p] + links.cost[k]
                if d <= cutoff:
                    if best[row] == FAR:
                        met[count] = row
                        count += 1
                    best[row] = min(best[row], d)
        for k in range(direct.first[o], direct.first[o + 1]):
            row = direct.other[k]
            if direct.cost[k] <= cutoff:
                if best[row] == FAR:
                    met[count] = row
                    count += 1
                best[row] = min(best[row], direct.cost[k])
        for i in range(count):
            row = met[i]
            for k in range(first[row], first[row + 1]):
                for b in range(sums):
                    out[o, category[k], b] += weight[k] * worth[best[row], b]
            best[row] = FAR
