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
    held = np.zeros(len(who))
    for level in range(len(scale.limit)):
        total, weights = np.zeros(len(who)), 0.0
        for kind in range(kinds):
            _hold(walk, who, scale, level, kind, held)
            if scale.whole[kind] > 0:
                weights += scale.share[kind]
                for i in range(len(who)):
                    total[i] += scale.share[kind] * held[i]
            if level == 0:
                for i in range(len(who)):
                    out[1 + kind, i] = held[i]
        for i in range(len(who)):
            out[0 if level == 0 else kinds + level, i] = total[i] / weights if weights > 0 else np.nan


@jit
def _hold(walk: Ints, who: Longs, scale: Scale, level: int, kind: int, held: Floats) -> None:
    """Write the scores of one kind: what is within the limit counts all, in a line down to nothing at twice the limit."""
    for i in range(len(who)):
        held[i] = 0.0
    for n in range(scale.first[kind], scale.first[kind + 1]):
        limit, weight, walks = scale.limit[level, n], scale.weight[n], walk[scale.column[n]]
        for i in range(len(who)):
            # Out of reach is so far beyond twice the limit that it is worth nothing.
            share = (2 * limit - walks[who[i]]) / limit
            held[i] += min(max(share, 0.0), 1.0) * weight
    whole = scale.whole[kind]
    for i in range(len(who)):
        held[i] = 100.0 * held[i] / whole if whole > 0 else np.nan
