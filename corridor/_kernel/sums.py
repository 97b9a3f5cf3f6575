"""Sums over pairs of origins and opportunities, in whole numbers: their order does not matter."""

from __future__ import annotations

from corridor._kernel._jit import jit
from corridor._kernel.arrays import Ints, Longs, Rows


@jit
def count_by_band(first: Longs, owner: Ints, distance: Ints, band: Ints, load: Rows, weight: Longs, out: Longs) -> None:
    """Add each row's loads to the band of every owner it reaches.

    `out[owner, category, band[distance]] += weight` for the loads (category `load.other`, place in `weight`) of
    each row. O(pairs × loads a row).
    """
    for row in range(len(first) - 1):
        for i in range(first[row], first[row + 1]):
            for k in range(load.first[row], load.first[row + 1]):
                out[owner[i], load.other[k], band[distance[i]]] += weight[k]


@jit
def sum_decayed(first: Longs, owner: Ints, distance: Ints, decay: Longs, load: Rows, weight: Longs, out: Longs) -> None:
    """Add each row's loads, decayed with distance: `out[owner, category] += weight × decay[distance]`."""
    for row in range(len(first) - 1):
        for i in range(first[row], first[row + 1]):
            f = decay[distance[i]]
            for k in range(load.first[row], load.first[row + 1]):
                out[owner[i], load.other[k]] += weight[k] * f
