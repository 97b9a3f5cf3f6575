"""Trails: an ordered walk through chosen stops, as given or in the shortest order, drawn along the streets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridor.access import routes
from corridor.network import Network

Longs = npt.NDArray[np.int64]
Method = Literal["given", "exact", "heuristic"]
# Held and Karp's table has 2^n × n entries; above this many stops a stated heuristic takes over.
MOST_EXACT = 12
_FAR = np.int64(1) << np.int64(50)


def shortest_order(walk_dm: npt.NDArray[np.float64], *, back: bool) -> tuple[list[int], Method]:
    """Find the order of stops that makes the whole walk shortest.

    Exact up to 12 stops (Held and Karp 1962: 2^n × n² steps, whole decimetres). Above: from every stop in turn the
    nearest stop not yet seen is walked to next; the best of these is then improved by reversing stretches (2-opt) and
    by moving stretches of up to three stops (Or-opt) until neither helps. A round walk begins at the first stop of
    the list; an open one begins and ends wherever that is shortest.

    Parameters
    ----------
    walk_dm : float array, shape (n, n)
        Walk from stop i to stop j, whole decimetres; NaN where there is none. It need not be symmetric.
    back : bool
        Whether the walk returns to its first stop.

    Returns
    -------
    order : list of int
        Positions of the stops. Of equal walks one that ends at the lowest position, and so on backwards.
    method : {"exact", "heuristic"}
    """
    walk = np.where(np.isnan(walk_dm), float(_FAR), walk_dm).astype(np.int64)
    if len(walk) <= MOST_EXACT:
        return _held_karp(walk, back=back), "exact"
    return _heuristic(walk, back=back), "heuristic"


def _held_karp(walk: Longs, *, back: bool) -> list[int]:
    n = len(walk)
    best = np.full((1 << n, n), _FAR * (n + 1), np.int64)
    before = np.full((1 << n, n), -1, np.int64)
    for start in [0] if back else range(n):
        best[1 << start, start] = 0
    for seen in range(1, 1 << n):
        for stop in range(n):
            if seen >> stop & 1:
                continue
            reach = best[seen] + walk[:, stop]
            last = int(reach.argmin())
            wider = seen | 1 << stop
            if reach[last] < best[wider, stop]:
                best[wider, stop], before[wider, stop] = reach[last], last
    seen = (1 << n) - 1
    order = [int((best[seen] + (walk[:, 0] if back else 0)).argmin())]
    while (earlier := int(before[seen, order[-1]])) >= 0:
        seen ^= 1 << order[-1]
        order.append(earlier)
    return order[::-1]


def _heuristic(walk: Longs, *, back: bool) -> list[int]:
    found = [_nearest_next(walk, start) for start in ([0] if back else range(len(walk)))]
    order = min(found, key=lambda o: _total(walk, o, back=back))
    while True:
        better = next((o for o in _neighbours(order, fixed=back) if _shorter(walk, o, order, back=back)), None)
        if better is None:
            return order
        order = better


def _shorter(walk: Longs, one: list[int], other: list[int], *, back: bool) -> bool:
    return _total(walk, one, back=back) < _total(walk, other, back=back)


def _nearest_next(walk: Longs, start: int) -> list[int]:
    order, left = [start], [i for i in range(len(walk)) if i != start]
    while left:
        order.append(min(left, key=lambda i: (int(walk[order[-1], i]), i)))
        left.remove(order[-1])
    return order


def _neighbours(order: list[int], *, fixed: bool) -> list[list[int]]:
    """Return the orders one move away; with `fixed` the first stop stays where it is."""
    n, low = len(order), 1 if fixed else 0
    turned = [order[:i] + order[i:j][::-1] + order[j:] for i in range(low, n) for j in range(i + 2, n + 1)]
    moved = []
    for size in (1, 2, 3):
        for i in range(low, n - size + 1):
            part, rest = order[i : i + size], order[:i] + order[i + size :]
            moved += [rest[:k] + part + rest[k:] for k in range(low, len(rest) + 1) if k != i]
    return turned + moved


def _total(walk: Longs, order: list[int], *, back: bool) -> int:
    legs = [*pairwise(order), (order[-1], order[0])] if back else list(pairwise(order))
    return sum(int(walk[a, b]) for a, b in legs)


@dataclass(frozen=True)
class Walked:
    """A trail walked: its stops in order, its legs (`walk_dm`, `length_dm`, line), and how the order was found."""

    order: list[int]
    method: Method
    legs: gpd.GeoDataFrame

    @property
    def complete(self) -> bool:
        """Whether every leg can be walked."""
        return bool(self.legs["walk_dm"].notna().all())

    @property
    def line(self) -> shapely.LineString | None:
        """The whole way in one line; None where a leg is missing."""
        if not self.complete:
            return None
        xy = np.concatenate([shapely.get_coordinates(leg) for leg in self.legs.geometry])
        fresh = np.concatenate([[True], np.hypot(*np.diff(xy, axis=0).T) > 1e-6])
        return shapely.LineString(xy[fresh] if fresh.sum() > 1 else xy[:2])


def trail(
    network: Network,
    stops: pd.DataFrame,
    walk_dm: pd.DataFrame,
    *,
    back: bool,
    order: Literal["given", "shortest"],
    cutoff_dm: int,
) -> Walked:
    """Walk a trail through its stops.

    Parameters
    ----------
    network : Network
    stops : DataFrame
        As `attach` returns it, one row a stop, in the order given.
    walk_dm : DataFrame of Int32
        Stops × stops, in the same order.
    back : bool
        Whether the trail returns to its first stop.
    order : {"given", "shortest"}
    cutoff_dm : int
        Longest leg.

    Returns
    -------
    Walked
        Legs in walking order; the last leads back to the first stop where `back`.
    """
    way = list(range(len(stops)))
    method: Method = "given"
    if order == "shortest":
        way, method = shortest_order(walk_dm.to_numpy(dtype=float, na_value=np.nan), back=back)
    onward = [*way[1:], way[0]] if back else way[1:]
    start = stops.iloc[way[: len(onward)]]
    legs = routes(network, start, stops.iloc[onward], cutoff_dm=cutoff_dm)
    return Walked(way, method, legs)
