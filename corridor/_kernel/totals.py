"""Sums over owners' walks: all of them, or those that changed walks make others. Whole numbers throughout."""

from __future__ import annotations

import numpy as np

from corridor._kernel._jit import jit
from corridor._kernel.arrays import FAR, Ints, Longs
from corridor._kernel.change import Scene


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
