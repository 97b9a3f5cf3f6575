"""Scores of buildings from their walks: the weighted mean of what each category is worth from where they stand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor._kernel._jit import jit
from corridor._kernel.arrays import Floats, Ints, Longs


class Scale(NamedTuple):
    """What is scored, kind after kind: kind k has the categories in `first[k]:first[k + 1]`.

    Attributes
    ----------
    column : int64 array, shape (M,)
        Category of each.
    weight : float array, shape (M,)
    limit : float array, shape (levels, M)
        Walk up to which a category is worth all (dm), by level.
    first : int64 array, shape (kinds + 1,)
    whole, share : float arrays, shape (kinds,)
        Sum of the weights of a kind, and its own weight in the total.
    """

    column: Longs
    weight: Floats
    limit: Floats
    first: Longs
    whole: Floats
    share: Floats


@jit
def score(walk: Ints, who: Longs, scale: Scale, out: Floats) -> None:
    """Score some buildings, 0–100; O(buildings × levels × categories).

    Parameters
    ----------
    walk : int32 array, shape (categories, buildings)
    who : int64 array
        Buildings to be scored.
    scale : Scale
    out : float array, shape (1 + kinds + levels - 1, len(who))
        Gets the total and the kinds at the first level, then the totals of the other levels; NaN where there is none.

    Notes
    -----
    Step by step, and in the same order, what `corridor.indicators.life_circle` does with whole columns.
    """
    kinds = len(scale.whole)
    for i in range(len(who)):
        for level in range(len(scale.limit)):
            total, weights = 0.0, 0.0
            for kind in range(kinds):
                found = np.nan
                if scale.whole[kind] > 0:
                    held = 0.0
                    for n in range(scale.first[kind], scale.first[kind + 1]):
                        cost, limit = np.float64(walk[scale.column[n], who[i]]), scale.limit[level, n]
                        if cost <= limit:
                            held += scale.weight[n]
                        elif cost < 2 * limit:
                            held += (2 * limit - cost) / limit * scale.weight[n]
                    found = 100.0 * held / scale.whole[kind]
                    total += scale.share[kind] * found
                    weights += scale.share[kind]
                if level == 0:
                    out[1 + kind, i] = found
            out[0 if level == 0 else kinds + level, i] = total / weights if weights > 0 else np.nan
