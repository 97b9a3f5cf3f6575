"""A tile's streets: what any walk from its origins can touch, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from corridor.errors import BatchError
from corridor.network import Network
from corridor.network.model import Impedance, Longs
from corridor.network.points import edge_sides, places, seeds
from corridor.network.states import state_graph

POINT = ["edge", "offset_dm", "connector_dm"]
_NODE = ["x_m", "y_m"]


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


def clip(network: Network, origins: pd.DataFrame, impedance: Impedance, cutoff: int) -> tuple[Network, Longs]:
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


def renumbered(table: pd.DataFrame, number: Longs) -> pd.DataFrame:
    """Return an attach table with the clip's edges; rows off the clip are unattached."""
    edge = table["edge"].to_numpy(dtype=np.int64, na_value=-1)
    new = np.where(edge >= 0, number[edge], -1)
    return table.assign(edge=pd.arrays.IntegerArray(new, new < 0))


def within(table: pd.DataFrame, number: Longs) -> pd.DataFrame:
    """Return the rows of an attach table that stand on the clip; all rows must be attached."""
    return renumbered(table[number[table["edge"].to_numpy(dtype=np.int64)] >= 0], number)
