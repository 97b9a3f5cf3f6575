"""A city in tiles: origins cut into squares, each with the streets within reach of it, one after the other.

The halo of a tile is not drawn with a ruler: one search from all its origins finds every edge that any walk within
the cutoff can touch, so a tile's tables are those of the whole city bit for bit, however streets wind or round.

Floating catchments and betweenness add up over tiles what concerns more than one: `corridor.batch._tile_sums`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridor import access
from corridor.batch import _tile_sums
from corridor.batch._clip import POINT, clip, cut, renumbered, within
from corridor.batch._executors import Progress, run_all
from corridor.batch._workers import Workers
from corridor.errors import BatchError, Problem, Text
from corridor.network import Network, bare
from corridor.network.model import Impedance

if TYPE_CHECKING:
    Measure = partial[Any]

# Measures that ask nothing of an origin's neighbours: a row of the result depends on its own origin only.
_BY_ORIGIN = (access.nearest, access.cumulative, access.gravity, access.proximity, access.mixed_use)
# Likewise, with a row for each walk instead of one for each origin.
_BY_WALK = (access.k_nearest, access.travel_table)
# Sums over more than one tile; the second need not be told opportunities.
_ACROSS = (access.floating_catchment, access.betweenness)


@dataclass(frozen=True)
class City:
    """What every tile needs, without geometry: the network, the opportunities and the measures."""

    network: Network
    opportunities: pd.DataFrame
    measures: Mapping[str, Measure]


def tiled(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame | None,
    measures: Mapping[str, Measure],
    *,
    tile_m: float = 5000.0,
    workers: Workers | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """Take measures of a city tile by tile; equal bit for bit to taking them at once.

    Parameters
    ----------
    network : Network
    origins, opportunities : DataFrame
        As `corridor.network.attach` returns them, attached to the whole network. `opportunities` may be None where
        all measures are betweenness between the origins.
    measures : mapping of name to partial
        `functools.partial` of `corridor.access.nearest`, `k_nearest`, `cumulative`, `gravity`, `proximity`,
        `mixed_use`, `travel_table`, `floating_catchment` or `betweenness` with everything but the three tables:
        `{"near": partial(access.nearest, cutoff_dm=12_000)}`.
    tile_m : float
        Side of a tile. Each tile also holds the streets within the largest cutoff around it, so tiles much smaller
        than the cutoff repeat work.
    workers : Workers, optional
        Default: in this process.
    progress : callable, optional
        As for `corridor.batch.run`; a task is a tile, twice for each floating catchment.

    Returns
    -------
    dict of str to DataFrame or Series
        What each measure returns for all origins.

    Raises
    ------
    BatchError
        A measure cannot be taken in tiles, or workers failed.
    """
    for name, measure in measures.items():
        _check(name, measure, network, origins, opportunities)
    run = partial(run_all, workers=workers, progress=progress)
    apart = {name: measure for name, measure in measures.items() if measure.func not in _ACROSS}
    found = _by_tile(network, origins, opportunities, apart, run, tile_m) if opportunities is not None else {}
    for name, measure in measures.items():
        asked = {key: value for key, value in measure.keywords.items() if key != "threads"}  # a tile takes one
        if measure.func is access.betweenness:
            found[name] = _tile_sums.betweenness(network, origins, opportunities, run, tile_m, **asked)
        elif measure.func is access.floating_catchment:
            parts = _tile_sums.floating_catchment(network, origins, opportunities, run, tile_m, **asked)
            found[name] = _joined(parts, measure(network, origins.iloc[:0], opportunities), origins)
    return {name: found[name] for name in measures}


def _by_tile(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    measures: Mapping[str, Measure],
    run: _tile_sums.Run,
    tile_m: float,
) -> dict[str, Any]:
    """Take measures whose rows depend on their own origin only, all at once on each tile."""
    if not measures:
        return {}
    settled = {name: _settled(measure, network, origins, opportunities) for name, measure in measures.items()}
    city = _city(network, opportunities, settled)
    parts = run(tile, city, {key: origins[POINT].iloc[rows] for key, rows in cut(network, origins, tile_m).items()})
    tables = {}
    for name, measure in measures.items():
        # No origin at all gives the columns and their kinds.
        empty = measure(network, origins.iloc[:0], opportunities)
        mine = [part[name] for part in parts.values()]
        if measure.func in _BY_WALK:
            by_opportunity = measure.func is access.travel_table
            tables[name] = _in_order(_stacked(mine, empty), origins, opportunities, by_opportunity=by_opportunity)
        else:
            tables[name] = _joined(mine, empty, origins)
    return tables


def _stacked(parts: list[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    """Put the tiles' tables below each other, under the columns that `empty` has."""
    return pd.concat(parts).set_axis(empty.columns, axis=1).astype(empty.dtypes.to_dict()) if parts else empty


def _joined(parts: list[pd.DataFrame], empty: pd.DataFrame, origins: pd.DataFrame) -> pd.DataFrame:
    """Put the tiles' rows into the order of the origins; missing for those of no tile."""
    return _stacked(parts, empty).reindex(origins.index.unique())


def _in_order(
    walks: pd.DataFrame, origins: pd.DataFrame, opportunities: pd.DataFrame, *, by_opportunity: bool
) -> pd.DataFrame:
    """Put the walks of all tiles into the order of the two tables, those of one origin as they stand or by goal."""
    origin = origins.index.unique().get_indexer(pd.Index(walks["origin"]))
    goal = np.arange(len(walks))
    if by_opportunity:
        labels = pd.Index(opportunities.get("source_id", opportunities.index)).unique()
        goal = labels.get_indexer(pd.Index(walks["opportunity"]))
    return walks.iloc[np.lexsort([goal, origin])].reset_index(drop=True)


def tile(city: City, origins: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Take the measures of one tile's origins on the streets within their reach."""
    reach = _reach(city.measures)
    tables: dict[str, pd.DataFrame] = {}
    for (impedance, cutoff), names in reach.items():
        network, number = clip(city.network, origins, impedance, cutoff)
        here, things = renumbered(origins, number), within(city.opportunities, number)
        for name in names:
            tables[name] = city.measures[name](network, here, things, threads=1)
    return tables


def _reach(measures: Mapping[str, Measure]) -> dict[tuple[Impedance, int], list[str]]:
    """Group measures by what they add up; each group gets the halo of its largest cutoff."""
    groups: dict[Impedance, list[str]] = {}
    for name, measure in measures.items():
        groups.setdefault(measure.keywords.get("impedance", "cost"), []).append(name)
    return {(kind, max(_cutoff(measures[name]) for name in names)): names for kind, names in groups.items()}


def _cutoff(measure: Measure) -> int:
    return int(max([measure.keywords.get("cutoff_dm", 0), *measure.keywords.get("cutoffs_dm", ())]))


def _check(
    name: str, measure: Measure, network: Network, origins: pd.DataFrame, opportunities: pd.DataFrame | None
) -> None:
    """Refuse what cannot be taken in tiles; faults of the measure come out before any tile."""
    known = (*_BY_ORIGIN, *_BY_WALK, *_ACROSS)
    if not isinstance(measure, partial) or measure.func not in known or measure.args:
        raise BatchError(
            Problem(
                name,
                Text(f"此指标不能分片计算：{measure}。", f"this measure cannot be taken in tiles: {measure}."),
                Text(
                    f"可用 functools.partial 包装的 {'、'.join(one.__name__ for one in known)}。",
                    f"Use functools.partial of {', '.join(one.__name__ for one in known)}.",
                ),
            )
        )
    if opportunities is None and measure.func is not access.betweenness:
        raise BatchError.of(name, "缺少设施表。", "the opportunities are missing.")
    if measure.func is access.betweenness:
        _tile_sums.check_betweenness(origins, opportunities, **measure.keywords)
    else:
        measure(network, origins.iloc[:0], opportunities)


def _settled(measure: Measure, network: Network, origins: pd.DataFrame, opportunities: pd.DataFrame) -> Measure:
    """Fix the categories of a measure: a tile does not see them all."""
    if measure.func is access.travel_table:
        return measure
    asked = {key: measure.keywords[key] for key in ("by", "categories") if key in measure.keywords}
    names = access.nearest(network, origins.iloc[:0], opportunities, cutoff_dm=0, **asked).columns
    return partial(measure.func, **{**measure.keywords, "categories": names.tolist()})


def _city(network: Network, opportunities: pd.DataFrame, measures: Mapping[str, Measure]) -> City:
    """Pack what the tiles share: attached opportunities only, and of their columns those that a measure reads."""
    named = opportunities.assign(source_id=opportunities.get("source_id", opportunities.index))
    columns = {measure.keywords.get("by", "category"): None for measure in measures.values()}
    attached = named[named["edge"].notna()]
    kept = attached[[*POINT, "source_id", *columns]].copy()
    told: dict[str, Measure] = {}
    for name, measure in measures.items():
        weight, by = measure.keywords.get("weight"), measure.keywords.get("by", "category")
        told[name] = measure
        if weight is not None:
            # The weight of an opportunity with several doors is that of its first row. A tile may not see that row,
            # so every row gets it, under a name of its own: the first row depends on `by`.
            told[name] = partial(measure.func, **{**measure.keywords, "weight": f"{weight} by {by}"})
            kept[f"{weight} by {by}"] = attached.groupby(["source_id", by], observed=True)[weight].transform("first")
    return City(bare(network), kept, told)
