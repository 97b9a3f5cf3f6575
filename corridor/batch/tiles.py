"""A city in tiles: origins cut into squares, each with the streets within reach of it, one after the other.

The halo of a tile is not drawn with a ruler: one search from all its origins finds every edge that any walk within
the cutoff can touch, so a tile's tables are those of the whole city bit for bit, however streets wind or round.

Two measures cannot be had this way. A floating catchment shares what there is among all who reach it, the people
beyond the tile as well, and the fixed point of its sums is as fine as the largest share of the whole city leaves room
for: no tile knows that. Betweenness adds up on a street the trips of origins of many tiles, which a table by origin
does not hold. Both take the whole city in one process, where they need less memory than the pairs they pass over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor import access
from corridor.batch._executors import Progress, Workers, run_all
from corridor.errors import BatchError, Problem, Text
from corridor.network import Network
from corridor.network.model import Impedance, Longs
from corridor.network.points import edge_sides, places, seeds
from corridor.network.states import state_graph

if TYPE_CHECKING:
    Measure = partial[pd.DataFrame]

# Measures that ask nothing of an origin's neighbours: a row of the result depends on its own origin only.
_BY_ORIGIN = (access.nearest, access.cumulative, access.gravity, access.proximity, access.mixed_use)
# Likewise, with a row for each walk instead of one for each origin.
_BY_WALK = (access.k_nearest, access.travel_table)
_POINT = ["edge", "offset_dm", "connector_dm"]
_NODE = ["x_m", "y_m"]
_NOT_SEARCHED = ["geometry", "street_id", "name", "highway"]


@dataclass(frozen=True)
class City:
    """What every tile needs, without geometry: the network, the opportunities and the measures."""

    network: Network
    opportunities: pd.DataFrame
    measures: Mapping[str, Measure]


def tiled(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    measures: Mapping[str, Measure],
    *,
    tile_m: float = 5000.0,
    workers: Workers | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> dict[str, pd.DataFrame]:
    """Take measures of a city tile by tile; equal bit for bit to taking them at once.

    Parameters
    ----------
    network : Network
    origins, opportunities : DataFrame
        As `corridor.network.attach` returns them, attached to the whole network.
    measures : mapping of name to partial
        `functools.partial` of `corridor.access.nearest`, `k_nearest`, `cumulative`, `gravity`, `proximity`,
        `mixed_use` or `travel_table` with everything but the three tables:
        `{"near": partial(access.nearest, cutoff_dm=12_000)}`. Why no other: see `corridor.batch.tiles`.
    tile_m : float
        Side of a tile. Each tile also holds the streets within the largest cutoff around it, so tiles much smaller
        than the cutoff repeat work.
    workers : Workers, optional
        Default: in this process.
    progress : callable, optional
        As for `corridor.batch.run`; a task is a tile.

    Returns
    -------
    dict of str to DataFrame
        What each measure returns for all origins.

    Raises
    ------
    BatchError
        A measure cannot be taken in tiles, or workers failed.
    """
    settled = {name: _settled(name, measure, network, origins, opportunities) for name, measure in measures.items()}
    tiles = cut(network, origins, tile_m)
    city = _city(network, opportunities, settled)
    tasks = {key: origins[_POINT].iloc[rows] for key, rows in tiles.items()}
    parts = run_all(tile, city, tasks, workers=workers, progress=progress)
    tables = {}
    for name, measure in settled.items():
        # No origin at all gives the columns and their kinds.
        empty = measures[name](network, origins.iloc[:0], opportunities)
        joined = pd.concat([part[name] for part in parts.values()]) if parts else empty
        joined = joined.set_axis(empty.columns, axis=1)
        tables[name] = (
            _in_order(
                joined.astype(empty.dtypes.to_dict()),
                origins,
                opportunities,
                by_opportunity=measure.func is access.travel_table,
            )
            if measure.func in _BY_WALK
            else joined.reindex(origins.index.unique())
        )
    return tables


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


def cut(network: Network, origins: pd.DataFrame, tile_m: float) -> dict[str, Longs]:
    """Cut attached origins into square tiles of the metric grid.

    Parameters
    ----------
    tile_m : float
        Side of a tile.

    Returns
    -------
    dict of str to int64 array
        Rows of `origins` by tile. A tile is named after its place on the grid (`2000_E176_N1727`), so the same
        origin is always in the same tile. All doors of an origin are in the tile of the first that is attached.
    """
    if not (np.isfinite(tile_m) and tile_m >= 1.0):
        raise BatchError.of("tile_m", f"瓦片边长{tile_m}须不小于1米。", f"a tile of {tile_m} m is below 1 m.")
    code, _ = pd.factorize(origins.index)
    rows = np.flatnonzero(origins["edge"].notna().to_numpy(dtype=bool))
    edge = origins["edge"].iloc[rows].to_numpy(dtype=np.int64)
    at = network.nodes[_NODE].to_numpy()[network.edges["u"].to_numpy()[edge]]
    square = np.floor(at / tile_m).astype(np.int64)
    owner, first = np.unique(code[rows], return_index=True)
    of_owner = np.zeros((int(code.max(initial=-1)) + 1, 2), np.int64)
    of_owner[owner] = square[first]
    known = np.flatnonzero(np.isin(code, owner))
    grid, member = np.unique(of_owner[code[known]], axis=0, return_inverse=True)
    order = np.argsort(member.reshape(-1), kind="stable")
    parts = np.split(known[order], np.cumsum(np.bincount(member.reshape(-1), minlength=len(grid)))[:-1])
    return {f"{tile_m:g}_E{x}_N{y}": part for (x, y), part in zip(grid.tolist(), parts, strict=False)}


def tile(city: City, origins: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Take the measures of one tile's origins on the streets within their reach."""
    reach = _reach(city.measures)
    tables: dict[str, pd.DataFrame] = {}
    for (impedance, cutoff), names in reach.items():
        network, number = _clip(city.network, origins, impedance, cutoff)
        here = _renumbered(origins, number)
        on = city.opportunities[number[city.opportunities["edge"].to_numpy(dtype=np.int64)] >= 0]
        things = _renumbered(on, number)
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


def _settled(
    name: str, measure: Measure, network: Network, origins: pd.DataFrame, opportunities: pd.DataFrame
) -> Measure:
    """Check a measure and fix its categories: a tile does not see them all."""
    if not isinstance(measure, partial) or measure.func not in _BY_ORIGIN + _BY_WALK or measure.args:
        raise BatchError(
            Problem(
                name,
                Text(f"此指标不能分片计算：{measure}。", f"this measure cannot be taken in tiles: {measure}."),
                Text(
                    "可用 functools.partial 包装的 nearest、k_nearest、cumulative、gravity、proximity、mixed_use、travel_table。",
                    "Use functools.partial of nearest, k_nearest, cumulative, gravity, proximity, mixed_use or travel_table.",
                ),
            )
        )
    nobody = origins.iloc[:0]
    measure(network, nobody, opportunities)  # faults come out before any tile
    if measure.func is access.travel_table:
        return measure
    asked = {key: measure.keywords[key] for key in ("by", "categories") if key in measure.keywords}
    names = access.nearest(network, nobody, opportunities, cutoff_dm=0, **asked).columns
    return partial(measure.func, **{**measure.keywords, "categories": names.tolist()})


def _bare(network: Network) -> Network:
    """Return the network with what a search needs: no geometry, no names."""
    nodes, edges = gpd.GeoDataFrame(network.nodes[_NODE]), gpd.GeoDataFrame(network.edges.drop(columns=_NOT_SEARCHED))
    return Network(nodes.reset_index(drop=True), edges, network.crs, network.gates_policy)


def _city(network: Network, opportunities: pd.DataFrame, measures: Mapping[str, Measure]) -> City:
    """Pack what the tiles share: attached opportunities only, and of their columns those that a measure reads."""
    named = opportunities.assign(source_id=opportunities.get("source_id", opportunities.index))
    columns = {measure.keywords.get("by", "category"): None for measure in measures.values()}
    attached = named[named["edge"].notna()]
    kept = attached[[*_POINT, "source_id", *columns]].copy()
    told: dict[str, Measure] = {}
    for name, measure in measures.items():
        weight, by = measure.keywords.get("weight"), measure.keywords.get("by", "category")
        told[name] = measure
        if weight is not None:
            # The weight of an opportunity with several doors is that of its first row. A tile may not see that row,
            # so every row gets it, under a name of its own: the first row depends on `by`.
            told[name] = partial(measure.func, **{**measure.keywords, "weight": f"{weight} by {by}"})
            kept[f"{weight} by {by}"] = attached.groupby(["source_id", by], observed=True)[weight].transform("first")
    return City(_bare(network), kept, told)


def _clip(network: Network, origins: pd.DataFrame, impedance: Impedance, cutoff: int) -> tuple[Network, Longs]:
    """Return the edges that a walk within the cutoff from any of the origins can touch, and their new numbers (-1: none).

    One search from all origins at once. An edge on such a walk meets a state that the search settles, or is one that
    an origin stands on.
    """
    from corridor._kernel import search as kernel
    from corridor._kernel.arrays import Graph, Rows, Sides

    graph = state_graph(network, impedance=impedance)
    doors = places(network, graph, origins, np.zeros(len(origins), np.int64))
    # Whatever stands at the very end of an edge is read at its node, even where the edge may not be walked from there.
    open_ends = replace(graph, read_open=np.ones_like(graph.read_open))
    sides = network.derived(("all sides", impedance), lambda: edge_sides(open_ends))
    entered, _ = kernel.reached_edges(
        Graph(graph.first, graph.arcs), Rows(*seeds(graph, doors, 1)), 0, cutoff, Sides(*sides), len(network.edges)
    )
    edges = np.unique(np.concatenate([entered.astype(np.int64), doors.edge]))
    number = np.full(len(network.edges), -1, np.int64)
    number[edges] = np.arange(len(edges))
    part = network.edges.iloc[edges].reset_index(drop=True)
    ends, place = np.unique(np.concatenate([part["u"], part["v"]]), return_inverse=True)
    part["u"], part["v"] = place[: len(part)].astype(np.int32), place[len(part) :].astype(np.int32)
    nodes = network.nodes.iloc[ends].reset_index(drop=True)
    return Network(nodes, part, network.crs, network.gates_policy), number


def _renumbered(table: pd.DataFrame, number: Longs) -> pd.DataFrame:
    """Return an attach table with the clip's edges; rows off the clip are unattached."""
    edge = table["edge"].to_numpy(dtype=np.int64, na_value=-1)
    new = np.where(edge >= 0, number[edge], -1)
    return table.assign(edge=pd.arrays.IntegerArray(new, new < 0))
