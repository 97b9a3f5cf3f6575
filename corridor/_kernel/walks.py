"""Owners' walks read off the kept distances: all of them, or those that a change makes others.

After a repair the owners (buildings) at the states whose distance changed are read anew, and those that are read
elsewhere now; walks that differ are the result.
"""

from __future__ import annotations

import numpy as np

from corridor._kernel._jit import in_place, inlined, jit
from corridor._kernel.arrays import FAR, Ints, Longs, Rows
from corridor._kernel.catchment import Table
from corridor._kernel.change import (
    AFTER,
    ASKED,
    BEFORE,
    FLAG,
    HIT,
    JOB,
    LIST,
    LISTED,
    MOVED,
    NOW,
    OLD,
    SEEN,
    STAMP,
    Bench,
    Change,
    Roads,
    Scene,
)
from corridor._kernel.repair import meet, repair, touched


@inlined
def walk(table: Table, at: Ints, row: int, links: Rows, o: int, count: int) -> tuple[int, int, int]:
    """Return an owner's shortest walk to a row over the states it is read at, before and after the change.

    Last of the three: how many states are met.
    """
    before = after = int(FAR)
    for k in range(links.first[o], links.first[o + 1]):
        s, cost = links.other[k], links.cost[k]
        if at[s, FLAG] == 0:
            count = meet(table, at, row, s, count)
        if at[s, OLD] < FAR:
            before = min(before, at[s, OLD] + cost)
        if at[s, NOW] < FAR:
            after = min(after, at[s, NOW] + cost)
    return before, after, count


@inlined
def alongside(direct: Rows, o: int, row: int) -> int:
    """Return the walk from an owner to a row that never leaves their edge, `FAR` where there is none."""
    for k in range(direct.first[o], direct.first[o + 1]):
        if direct.other[k] == row:
            return int(direct.cost[k])
    return int(FAR)


@inlined
def note(found: Ints, used: int, o: int, row: int, before: int, after: int) -> int:
    """Write down a walk that changes; return how many are."""
    found[used, 0] = o
    found[used, 1] = row
    found[used, 2] = before
    found[used, 3] = after
    return used + 1


@jit
def with_room(found: Ints, used: int, more: int) -> Ints:
    """Return a list that takes `more` walks: the same, or one twice as long."""
    if used + more <= len(found):
        return found
    longer = np.empty((2 * (used + more), 4), np.int32)
    longer[:used] = found[:used]
    return longer


@in_place
def announce(change: Change, bench: Bench) -> None:
    """Mark the owners, states and rows that a change names."""
    for i in range(len(change.owner)):
        bench.who[change.owner[i], MOVED] = i
    for k in range(len(change.links.other)):
        bench.at[change.links.other[k], ASKED] = 1
    for j in range(len(change.job)):
        if change.job[j, 0] >= 0 and not change.job[j, 2]:
            bench.rows[change.job[j, 0], JOB] = j
    for i in range(len(change.dead)):
        bench.rows[change.dead[i], JOB] = -2


@in_place
def withdraw(change: Change, bench: Bench, hit_rows: Ints, hit_count: int) -> None:
    """Take back all marks of `announce`, and those of the rows that were repaired."""
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


@in_place
def readers(reads: Rows, bench: Bench, met: int) -> int:
    """List the owners at states whose distance changed, but for those that changed themselves; return how many."""
    states = len(reads.first) - 1
    bench.serial[0] += 1
    serial = bench.serial[0]
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
    return listed


@in_place
def read_at(scene: Scene, links: Rows, direct: Rows, at: int, side: int, bench: Bench, cutoff: int, listed: int) -> int:
    """Lower the walks of one owner's place in column `side` and list the rows in reach; return how many are listed."""
    table, best = scene.table, bench.rows
    rows = len(scene.seeds.first) - 1
    for k in range(links.first[at], links.first[at + 1]):
        s = links.other[k]
        for p in range(table.first[s], table.first[s + 1]):
            row, d = table.row[p], table.distance[p] + links.cost[k]
            if d <= cutoff:
                if best[row, BEFORE] == FAR and best[row, AFTER] == FAR:
                    best[listed, LISTED] = row
                    listed += 1
                best[row, side] = min(best[row, side], d)
    for k in range(direct.first[at], direct.first[at + 1]):
        row, d = direct.other[k], direct.cost[k]
        if d <= cutoff and row < rows:
            if best[row, BEFORE] == FAR and best[row, AFTER] == FAR:
                best[listed, LISTED] = row
                listed += 1
            best[row, side] = min(best[row, side], d)
    return listed


@in_place
def read_again(
    scene: Scene,
    change: Change,
    bench: Bench,
    row: int,
    name: int,
    gone: int,
    listed: int,
    met: int,
    cutoff: int,
    found: Ints,
    used: int,
) -> int:
    """Write down what changes of one row for the owners listed and for those read elsewhere now; return how many are."""  # fmt: skip
    links, direct, at = scene.links, scene.direct, bench.at
    owners = len(links.first) - 1
    for i in range(listed + len(change.owner)):
        moved = i - listed
        o = bench.who[i, LIST] if moved < 0 else int(change.owner[moved])
        before, after = int(FAR), int(FAR)
        if o < owners:
            before, after, met = walk(scene.table, at, row, links, o, met)
            beside = alongside(direct, o, row)
            before, after = min(before, beside), min(after, beside)
        if moved >= 0 and not gone:
            _, after, met = walk(scene.table, at, row, change.links, moved, met)
            after = min(after, alongside(change.direct, moved, name))
        before = before if before <= cutoff else int(FAR)
        after = after if after <= cutoff and not gone else int(FAR)
        if before != after:
            used = note(found, used, o, name, before, after)
    for i in range(met):
        at[at[i, SEEN], FLAG] = 0
    return used


@in_place
def read_elsewhere(scene: Scene, change: Change, bench: Bench, i: int, cutoff: int, found: Ints, used: int) -> int:
    """Write down what changes for one owner that is read elsewhere, of the rows that keep their distances."""
    best = bench.rows
    o, listed = int(change.owner[i]), 0
    if o < len(scene.links.first) - 1:
        listed = read_at(scene, scene.links, scene.direct, o, BEFORE, bench, cutoff, listed)
    listed = read_at(scene, change.links, change.direct, i, AFTER, bench, cutoff, listed)
    for p in range(listed):
        row = int(best[p, LISTED])
        if best[row, JOB] == -1 and best[row, BEFORE] != best[row, AFTER]:
            used = note(found, used, o, row, int(best[row, BEFORE]), int(best[row, AFTER]))
        best[row, BEFORE] = FAR
        best[row, AFTER] = FAR
    return used


@jit
def changed_walks(roads: Roads, scene: Scene, change: Change, bench: Bench, cutoff: int) -> tuple[Ints, int]:
    """Return every walk (owner to row) that a change makes another, and the states settled for it.

    Returns
    -------
    walks : int32 array, shape (W, 4)
        Owner, name of the row, walk before and after (dm, `FAR` where out of reach); each pair once. An owner among
        the changed is read where it was and where it is now.
    settled : int
        States taken from a queue: the work done, in the unit of a full search.
    """
    found, used, settled = np.empty((256, 4), np.int32), 0, 0
    announce(change, bench)
    hits, hit_rows, hit_count = touched(scene.table, change.arc, cutoff, bench)
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
        # First the owners at states whose distance changed, then the changed owners.
        listed = readers(scene.reads, bench, met)
        found = with_room(found, used, listed + len(change.owner))
        used = read_again(scene, change, bench, row, name, gone, listed, met, cutoff, found, used)
    for i in range(len(change.owner)):
        found = with_room(found, used, len(bench.rows))
        used = read_elsewhere(scene, change, bench, i, cutoff, found, used)
    withdraw(change, bench, hit_rows, hit_count)
    return found[:used].copy(), settled


@jit
def apart(walks: Ints, count: Longs, first: Longs, flat: Ints, place: Ints, gone: Longs) -> tuple[Ints, Ints, Ints]:
    """Return changed walks to rows as walks to what shares each row: owner's place, category, walk after.

    Row r is that of the categories `flat[first[r]:first[r] + count[r]]`. Owners beyond `place` keep their numbers;
    those `gone` are left out.
    """
    most = 0
    for i in range(len(walks)):
        most += count[walks[i, 1]]
    owner, category, after = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    used = 0
    for i in range(len(walks)):
        o, row = walks[i, 0], walks[i, 1]
        stays = True
        for k in range(len(gone)):
            stays &= gone[k] != o
        for k in range(first[row], first[row] + count[row] if stays else first[row]):
            owner[used] = place[o] if o < len(place) else o
            category[used] = flat[k]
            after[used] = walks[i, 3]
            used += 1
    return owner[:used], category[:used], after[:used]


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
