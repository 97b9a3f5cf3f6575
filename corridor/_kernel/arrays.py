"""What the compiled searches take: plain arrays under names. Knows numpy only."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

FAR = np.int32(2**31 - 1)


class Graph(NamedTuple):
    """Arcs of state s: `arcs[first[s]:first[s + 1]]`, columns target and weight (dm)."""

    first: Longs
    arcs: Ints


class Rows(NamedTuple):
    """Links of row k: `other[first[k]:first[k + 1]]` with their `cost` (dm)."""

    first: Longs
    other: Ints
    cost: Ints


class Sides(NamedTuple):
    """Edges entered at state s: `edge[first[s]:first[s + 1]]`, at their u (0) or v (1) `end`."""

    first: Longs
    edge: Ints
    end: Ints


class Scratch(NamedTuple):
    """The arrays a search works in; see `corridor._kernel.search.scratch`."""

    dist: Ints
    head: Ints
    bits: Words
    queue: Ints
    settled: Ints


class Pairs(NamedTuple):
    """Row r meets `owner[first[r]:first[r + 1]]` at `distance` (dm), each owner once."""

    first: Longs
    owner: Ints
    distance: Ints


class Loads(NamedTuple):
    """What row r holds: `weight` (whole numbers) of each `category`, in `first[r]:first[r + 1]`."""

    first: Longs
    category: Ints
    weight: Longs
