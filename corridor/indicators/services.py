"""Services 就近办: the one-trip test of a chain of services, exact on the network."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.errors import NetworkError

Longs = npt.NDArray[np.int64]
# Beyond any walk, and twice of it still fits 63 bits.
FAR = np.int64(1) << np.int64(60)


def one_trip(
    to_stations: pd.DataFrame,
    between: pd.DataFrame,
    from_stations: pd.DataFrame,
    types: pd.Series,
    wanted: Sequence[str],
    *,
    back: bool = False,
) -> pd.DataFrame:
    """Find the shortest walk from every origin that calls at one station of each wanted type, in any order.

    A generalised shortest path: with D[M, a, b] the shortest walk from station a to station b that has met the set of
    types M,

        D[{type(a)}, a, a] = 0
        D[M ∪ {type(c)}, a, c] = min over b of D[M, a, b] + walk(b, c), type(c) not in M

    and the answer for an origin o is min over a, b of walk(o, a) + D[all, a, b] (+ walk(b, o) where `back`). Exact:
    2^|types| × stations³ steps in whole decimetres, once for all origins.

    Parameters
    ----------
    to_stations, from_stations : DataFrame of Int32
        Origins × station ids: the walk there, and the walk back (dm; NA unreachable).
    between : DataFrame of Int32
        Station ids × station ids.
    types : Series of str
        Type of each station, on station ids.
    wanted : sequence of str
        Types to be met, each once.
    back : bool
        Whether the walk home counts.

    Returns
    -------
    DataFrame
        On the index of `to_stations`: `cost_dm` (Int64; NA where a type has no station in reach) and `stations`
        (string, ids in walking order joined by "; "). Of equal walks the one whose first, then last station comes first.

    Raises
    ------
    NetworkError
        `wanted` is empty or names a type twice.
    """
    if not len(wanted) or len(set(wanted)) < len(wanted):
        raise NetworkError.of("service_chains", "服务链为空或有重复类型。", "the chain is empty or repeats a type.")
    ids = sorted(types.index[types.isin(list(wanted))])
    nothing = pd.DataFrame(
        {
            "cost_dm": pd.array([pd.NA] * len(to_stations), dtype="Int64"),
            "stations": pd.array([pd.NA] * len(to_stations), dtype="string"),
        },
        index=to_stations.index,
    )
    if set(types[ids]) != set(wanted):
        return nothing
    tour = _tours(_longs(between.loc[ids, ids]), [list(wanted).index(types[i]) for i in ids], len(wanted))
    flat = _trips(_longs(to_stations[ids]), tour.walk[-1], _longs(from_stations[ids]) if back else None)
    best = flat.argmin(axis=1)
    cost = flat[np.arange(len(flat)), best]
    found = cost < FAR
    named: dict[int, str] = {}
    for pair in np.unique(best[found]).tolist():
        named[pair] = "; ".join(ids[i] for i in tour.order(pair // len(ids), pair % len(ids)))
    out = nothing.copy()
    out["cost_dm"] = pd.arrays.IntegerArray(np.where(found, cost, 0), ~found)
    stations = [named[pair] if good else None for pair, good in zip(best.tolist(), found.tolist(), strict=True)]
    out["stations"] = pd.array(stations, dtype="string")
    return out


def taken_away(asked: Collection[str], now: Collection[str], before: Collection[str]) -> bool:
    """Tell whether a chain lacks a type of station that was there before a scenario: nobody makes it any more.

    Parameters
    ----------
    asked, now, before : collections of str
        Types of the chain, and those that have a station on the network.
    """
    return not set(asked) <= set(now) and set(asked) <= {*now, *before}


def shortest(
    there: Longs, between: Longs, home: Longs | None, types: Sequence[str], wanted: Sequence[str]
) -> tuple[Longs, npt.NDArray[np.bool_]]:
    """Return the shortest trips of `one_trip`, of arrays.

    Parameters
    ----------
    there, home : int64 arrays, shape (origins, stations)
        Decimetres; 2^60 where out of reach. `home` None: the walk home does not count.
    between : int64 array, shape (stations, stations)
    types : sequence of str
        Of the stations, each one of `wanted`.
    wanted : sequence of str

    Returns
    -------
    cost_dm : int64 array, shape (origins,)
    found : bool array
        Whether there is a trip at all.
    """
    if set(types) != set(wanted):
        return np.full(len(there), FAR), np.zeros(len(there), bool)
    tour = _tours(between, [list(wanted).index(kind) for kind in types], len(wanted))
    cost = _trips(there, tour.walk[-1], home).min(axis=1)
    return cost, cost < FAR


def _trips(there: Longs, tour: Longs, home: Longs | None) -> Longs:
    """Return every trip by its first and last station; shape (origins, stations²)."""
    trip = there[:, :, None] + tour[None]
    if home is not None:
        trip = trip + home[:, None, :]
    return trip.reshape(len(trip), -1)


@dataclass(frozen=True)
class _Tours:
    """`walk[M][a, b]` as in `one_trip`, and the station before b (`before[M][a, b]`, -1 for none)."""

    walk: Longs
    before: Longs
    bit: list[int]

    def order(self, first: int, last: int) -> list[int]:
        """Return the stations of the shortest tour from `first` to `last` that meets all types."""
        met, way = len(self.walk) - 1, [last]
        while (earlier := int(self.before[met, first, way[-1]])) >= 0:
            met &= ~(1 << self.bit[way[-1]])
            way.append(earlier)
        return way[::-1]


def _tours(between: Longs, bit: list[int], types: int) -> _Tours:
    from corridor._kernel.tours import tours

    walk, before = tours(np.ascontiguousarray(between), np.array(bit, np.int64), types, int(FAR))
    return _Tours(walk, before, bit)


def _longs(matrix: pd.DataFrame) -> Longs:
    """Return a matrix of decimetres in 64 bits, `FAR` for what is out of reach."""
    values = matrix.to_numpy(dtype=np.float64, na_value=np.nan)
    out: Longs = np.where(np.isnan(values), float(FAR), values).astype(np.int64)
    return out
