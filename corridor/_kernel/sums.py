"""Sums over pairs of origins and opportunities, in whole numbers: their order does not matter.

Pairs come by row (a place of opportunities): row r meets `owner[first[r]:first[r + 1]]` (origins) at `distance`.
"""

from __future__ import annotations

import numpy as np

from corridor._kernel._jit import jit
from corridor._kernel.arrays import Ints, Loads, Longs, Pairs


@jit
def count_by_band(pairs: Pairs, low: int, band: Ints, loads: Loads, out: Longs) -> None:
    """Add each row's loads to the band of every owner it meets; row 0 of the pairs is row `low` of the loads.

    `out[owner, category, band[distance]] += weight`. O(pairs × loads a row).
    """
    first, owner, distance = pairs
    load_first, category, weight = loads
    for row in range(len(first) - 1):
        start, stop = np.uint64(load_first[low + row]), np.uint64(load_first[low + row + 1])
        for i in range(np.uint64(first[row]), np.uint64(first[row + 1])):
            o = np.uint32(owner[i])
            b = np.uint32(band[np.uint32(distance[i])])
            for k in range(start, stop):
                out[o, np.uint32(category[k]), b] += weight[k]


@jit
def sum_decayed(pairs: Pairs, low: int, decay: Longs, loads: Loads, out: Longs) -> None:
    """Add each row's loads, decayed with distance: `out[owner, category] += weight × decay[distance]`."""
    first, owner, distance = pairs
    load_first, category, weight = loads
    for row in range(len(first) - 1):
        start, stop = np.uint64(load_first[low + row]), np.uint64(load_first[low + row + 1])
        for i in range(np.uint64(first[row]), np.uint64(first[row + 1])):
            o = np.uint32(owner[i])
            f = decay[np.uint32(distance[i])]
            for k in range(start, stop):
                out[o, np.uint32(category[k])] += weight[k] * f


@jit
def demand_in_reach(pairs: Pairs, low: int, decay: Longs, demand: Longs, out: Longs) -> None:
    """Sum up the decayed demand of the owners each row meets: `out[low + row] += demand[owner] × decay[distance]`."""
    first, owner, distance = pairs
    for row in range(len(first) - 1):
        total = np.int64(0)
        for i in range(np.uint64(first[row]), np.uint64(first[row + 1])):
            total += demand[np.uint32(owner[i])] * decay[np.uint32(distance[i])]
        out[low + row] += total


@jit
def turned(pairs: Pairs, low: int, rows: int) -> Pairs:
    """Turn pairs found from the owners' side round: the result has one row for each of `rows`, owners from `low`."""
    first = np.zeros(rows + 1, np.int64)
    for i in range(len(pairs.owner)):
        first[pairs.owner[i] + 1] += 1
    for row in range(rows):
        first[row + 1] += first[row]
    place = first[:-1].copy()
    owner = np.empty(len(pairs.owner), np.int32)
    distance = np.empty(len(pairs.owner), np.int32)
    for source in range(len(pairs.first) - 1):
        for i in range(pairs.first[source], pairs.first[source + 1]):
            k = place[pairs.owner[i]]
            place[pairs.owner[i]] += 1
            owner[k] = low + source
            distance[k] = pairs.distance[i]
    return Pairs(first, owner, distance)
