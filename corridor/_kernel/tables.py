"""Tables of walks, a row for each thing walked to: what is nearest of some, and which walks are others than before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corridor._kernel._jit import jit
from corridor._kernel.arrays import FAR, Ints, Longs

Bools = npt.NDArray[np.bool_]


@jit
def least(walk: Ints, row: Longs, first: Longs, asked: Longs, longest: int, out: Ints) -> None:
    """Write the least walk to any row of each set asked for; O(rows × columns).

    `out[n] = min(walk[row[first[s]:first[s + 1]]])` of the set `s = asked[n]`; `FAR` where that is longer than
    `longest`, or there is no row.
    """
    for n in range(len(asked)):
        s, found = asked[n], out[n]
        found[:] = FAR
        for k in range(first[s], first[s + 1]):
            one = walk[row[k]]
            for i in range(len(found)):
                found[i] = min(found[i], one[i])
        for i in range(len(found)):
            found[i] = found[i] if found[i] <= longest else FAR


@jit
def turned(walk: Ints, before: Ints, chosen: Bools) -> tuple[Bools, Bools]:
    """Return the rows in which any walk is another, and the columns in which any walk in a chosen row is."""
    rows, columns = np.zeros(len(walk), np.bool_), np.zeros(walk.shape[1], np.bool_)
    for k in range(len(walk)):
        other = False
        for i in range(walk.shape[1]):
            other |= walk[k, i] != before[k, i]
        rows[k] = other
        if other and chosen[k]:
            for i in range(walk.shape[1]):
                columns[i] |= walk[k, i] != before[k, i]
    return rows, columns
