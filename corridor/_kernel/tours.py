"""Shortest tours that meet one of each kind, in any order: dynamic programming over the sets of kinds met."""

from __future__ import annotations

import numpy as np

from corridor._kernel._jit import jit
from corridor._kernel.arrays import Longs


@jit
def tours(between: Longs, kind: Longs, kinds: int, far: int) -> tuple[Longs, Longs]:
    """Find the shortest walk from every station to every other that has met a set of kinds; O(2^kinds × stations³).

    Parameters
    ----------
    between : int64 array, shape (stations, stations)
        `far` or more where out of reach.
    kind : int64 array, shape (stations,)
        0 … kinds - 1.
    kinds, far : int

    Returns
    -------
    walk, before : int64 arrays, shape (2^kinds, stations, stations)
        By the kinds met (bits), first and last station: the walk (`far`: none) and the station before the last (-1:
        none); of equal walks the one by the lowest station.
    """
    count = len(kind)
    walk = np.full((1 << kinds, count, count), far, np.int64)
    before = np.full((1 << kinds, count, count), -1, np.int64)
    for station in range(count):
        walk[1 << kind[station], station, station] = 0
    for met in range(1, 1 << kinds):
        for following in range(count):
            if met & (1 << kind[following]):
                continue
            wider = met | (1 << kind[following])
            for first in range(count):
                for last in range(count):
                    if walk[met, first, last] < far:
                        cost = walk[met, first, last] + between[last, following]
                        if cost < walk[wider, first, following]:
                            walk[wider, first, following] = cost
                            before[wider, first, following] = last
    return walk, before
