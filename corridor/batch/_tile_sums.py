"""Measures that add up over the tiles of a city: what tiles hand back are whole numbers, in a scale set beforehand.

A floating catchment takes two passes over the tiles. In the first each sums up what its origins ask of the places in
reach; all together these are what the whole city asks, and from them follow the shares and the fixed point they are
kept in. In the second each tile's origins get their shares. Betweenness takes one: each tile lays the trips of its
origins onto the streets in reach, in units that the weights of the whole city settle, and the sums by street add up.
Every part of a sum is rounded by itself, so that it makes no difference which tile it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from corridor.access import catchment
from corridor.access import flow as flows
from corridor.access.decay import Decay
from corridor.batch._clip import POINT, clip, cut, renumbered, within
from corridor.network import Network, bare
from corridor.network.model import Impedance

# Does a piece of work for each of some tiles, wherever the caller's workers are.
Run = Callable[[Callable[[Any, pd.DataFrame], Any], object, Mapping[str, pd.DataFrame]], dict[str, Any]]


@dataclass(frozen=True)
class _Shops:
    """What every tile needs of a floating catchment: doors in the first pass, entries and `shift` in the second."""

    network: Network
    points: pd.DataFrame
    decay: Decay
    cutoff_dm: int
    impedance: Impedance
    shift: int
    categories: pd.Index


@dataclass(frozen=True)
class _Streets:
    """What every tile needs of betweenness."""

    network: Network
    trips: flows.Trips


def floating_catchment(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    run: Run,
    tile_m: float,
    *,
    decay: Decay,
    demand: pd.Series,
    supply: str,
    cutoff_dm: int,
    by: str = "category",
    impedance: Impedance = "cost",
    categories: Any = None,
) -> list[pd.DataFrame]:
    """Take `corridor.access.floating_catchment` in two passes; return what each tile's origins get."""
    labels = origins.index.dropna().unique()
    heads = pd.Series(catchment.whole_heads(demand, labels), index=labels)
    there = catchment.supplies(opportunities, supply, by=by, categories=categories)
    tasks = {
        key: origins[POINT].iloc[rows].assign(heads=heads.reindex(origins.index[rows]).to_numpy())
        for key, rows in cut(network, origins, tile_m).items()
    }
    shops = _Shops(bare(network), there.doors, decay, int(cutoff_dm), impedance, 0, there.categories)
    asked = np.zeros(len(there.loads.first) - 1, np.int64)
    for part in run(_asked, shops, tasks).values():
        asked[part.index.to_numpy(dtype=np.int64)] += part.to_numpy()
    shares, shift = catchment.shared_out(there.loads, asked)
    entries = there.entries(shares)
    second = replace(shops, points=entries[entries["share"] > 0], shift=shift)
    return list(run(_served, second, tasks).values())


def _asked(shops: _Shops, origins: pd.DataFrame) -> pd.Series:
    """Sum up what one tile's origins ask of each place."""
    return catchment.demand_by_place(*_seen(shops, origins), cutoff_dm=shops.cutoff_dm, impedance=shops.impedance)


def _served(shops: _Shops, origins: pd.DataFrame) -> pd.DataFrame:
    """Return what one tile's origins get."""
    return catchment.served(
        *_seen(shops, origins),
        cutoff_dm=shops.cutoff_dm,
        impedance=shops.impedance,
        shift=shops.shift,
        categories=shops.categories,
    )


def _seen(shops: _Shops, origins: pd.DataFrame) -> tuple[Network, pd.DataFrame, pd.DataFrame, Decay]:
    """Return the streets within reach of a tile's origins, both tables on them, and the decay."""
    network, number = clip(shops.network, origins, shops.impedance, shops.cutoff_dm)
    return network, renumbered(origins, number), within(shops.points, number), shops.decay


def check_betweenness(
    origins: pd.DataFrame, opportunities: pd.DataFrame | None, *, radius_dm: int, **asked: Any
) -> None:
    """Refuse a request that cannot be answered, before any tile."""
    rest = {key: value for key, value in asked.items() if key != "trips"}
    flows.check_trips(origins, opportunities, radii_dm=[radius_dm], **rest)


def betweenness(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame | None,
    run: Run,
    tile_m: float,
    **asked: Any,
) -> pd.Series:
    """Take `corridor.access.betweenness` tile by tile."""
    trips = flows.trips_between(network, origins, opportunities, **asked)
    homes = trips.homes
    tiles = cut(network, homes.set_index("owner"), tile_m)
    streets = _Streets(bare(network), replace(trips, homes=homes.iloc[:0]))
    total = np.zeros(len(network.edges), np.int64)
    for part in run(_laid, streets, {key: homes.iloc[rows] for key, rows in tiles.items()}).values():
        total[part["edge"].to_numpy()] += part["units"].to_numpy()
    return trips.flow(total, network.edges.index)


def _laid(streets: _Streets, homes: pd.DataFrame) -> pd.DataFrame:
    """Lay one tile's trips; return the streets they take and how much each gets, in units of the whole city."""
    trips = streets.trips
    network, number = clip(streets.network, homes, trips.impedance, trips.radius_dm)
    part = trips.part(renumbered(homes, number), within(trips.goals, number))
    total = flows.laid(network, part, threads=1)[0]
    taken = np.flatnonzero(total)
    return pd.DataFrame({"edge": np.flatnonzero(number >= 0)[taken], "units": total[taken]})
