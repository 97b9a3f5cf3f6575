"""Attached points as a search sees them: where it starts, where it is read, and walks that never leave an edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from corridor.network.model import Bools, Ints, Longs, Network
from corridor.network.states import StateGraph


@dataclass(frozen=True)
class Places:
    """Attached points in the weights of one state graph; unattached ones are left out.

    Attributes
    ----------
    owner : int64 array, shape (P,)
        Whom each point belongs to: a building with three doors owns three points.
    edge, along, rest, connector : int64 arrays, shape (P,)
        Edge; weight from its u end to the point and from the point to its v end (they sum to the edge's weight);
        way off the network.
    """

    owner: Longs
    edge: Longs
    along: Longs
    rest: Longs
    connector: Longs


def places(network: Network, graph: StateGraph, table: pd.DataFrame, owner: Longs) -> Places:
    """Translate an attach table into weights.

    Parameters
    ----------
    table : DataFrame
        As `attach` returns it; more columns may follow.
    owner : int64 array, shape (len(table),)
        Owner of each row.
    """
    attached = table["edge"].notna().to_numpy(dtype=bool)
    rows = table[attached]
    edge = rows["edge"].to_numpy(dtype=np.int64)
    offset = rows["offset_dm"].to_numpy(dtype=np.int64)
    length = network.edges["length_dm"].to_numpy(dtype=np.int64)[edge]
    weight = graph.weight[edge]
    along = np.where(weight == length, offset, (2 * offset * weight + length) // np.maximum(2 * length, 1))
    return Places(owner[attached], edge, along, weight - along, rows["connector_dm"].to_numpy(dtype=np.int64))


class Ends(NamedTuple):
    """Links between owners and states, sorted by one of the two; row k owns `first[k]:first[k + 1]`."""

    first: Longs
    other: Ints
    cost: Ints


def _by_end(at: Places, state: Ints, open_end: Bools) -> tuple[Longs, Longs, Longs]:
    """Return (owner, state, cost) for the ends of each point's edge that it can be walked to or from.

    Whoever stands at the very end of an edge stands at its node, whichever way the edge may be walked, and never
    gains by the other end.
    """
    at_u, at_v = at.along == 0, at.rest == 0
    usable = np.concatenate([at_u | (open_end[0, at.edge] & ~at_v), at_v | (open_end[1, at.edge] & ~at_u)])
    cost = np.concatenate([at.connector + at.along, at.connector + at.rest])
    return np.tile(at.owner, 2)[usable], state[:, at.edge].ravel()[usable].astype(np.int64), cost[usable]


def _rows(key: Longs, other: Longs, cost: Longs, count: int) -> Ends:
    """Sort links by key and keep the cheapest of each (key, other)."""
    order = np.lexsort([cost, other, key])
    key, other, cost = key[order], other[order], cost[order]
    fresh = np.ones(len(key), bool)
    fresh[1:] = (key[1:] != key[:-1]) | (other[1:] != other[:-1])
    key, other, cost = key[fresh], other[fresh], cost[fresh]
    first = np.searchsorted(key, np.arange(count + 1)).astype(np.int64)
    return Ends(first, other.astype(np.int32), cost.astype(np.int32))


def seeds(graph: StateGraph, at: Places, owners: int) -> Ends:
    """Return the states (and their first costs) in which the search of each owner begins; rows are owners."""
    owner, state, cost = _by_end(at, graph.seed, graph.seed_open)
    return _rows(owner, state, cost, owners)


def reads(graph: StateGraph, at: Places) -> Ends:
    """Return the owners (and the last costs) that are read at each state; rows are states."""
    owner, state, cost = _by_end(at, graph.read, graph.read_open)
    return _rows(state, owner, cost, graph.size)


def same_edge(graph: StateGraph, sources: Places, points: Places, sources_count: int) -> Ends:
    """Return the walks from sources to points that stay on one edge; rows are sources.

    Residents and visitors alike may walk along the edge they stand on; a one-way edge only the right way.
    """
    order = np.argsort(points.edge, kind="stable")
    sorted_edges = points.edge[order]
    low = np.searchsorted(sorted_edges, sources.edge, side="left")
    count = np.searchsorted(sorted_edges, sources.edge, side="right") - low
    a = np.repeat(np.arange(len(sources.edge)), count)
    shift = np.concatenate([[0], np.cumsum(count)[:-1]]) if len(count) else count
    b = order[np.repeat(low - shift, count) + np.arange(len(a))]
    step = points.along[b] - sources.along[a]
    step = -step if graph.backward else step
    way = graph.oneway[sources.edge[a]]
    fair = (way == 0) | (step == 0) | (np.sign(step) == way)
    a, b, cost = a[fair], b[fair], np.abs(step[fair])
    cost = cost + sources.connector[a] + points.connector[b]
    return _rows(sources.owner[a], points.owner[b], cost, sources_count)


def edge_sides(graph: StateGraph) -> tuple[Longs, Ints, Ints]:
    """Return (first, edge, end) by state: the edges a walk may enter at a state, and at which end (0: u, 1: v)."""
    count = graph.read.shape[1]
    state = graph.read.ravel().astype(np.int64)
    usable = np.flatnonzero(graph.read_open.ravel())
    order = usable[np.argsort(state[usable], kind="stable")]
    first = np.searchsorted(state[order], np.arange(graph.size + 1)).astype(np.int64)
    return first, (order % count).astype(np.int32), (order // count).astype(np.int32)
