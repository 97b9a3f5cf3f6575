"""The network as paths to be counted: each walk along streets is exactly one path of states.

A search for distances may change from layer to layer at any node (`corridor.network.states`): several paths of
states then stand for one walk, which does no harm to its length but would count it several times. Here the layer
changes *on* the first public street and *on* the first private one after it, never at a node, and a walk that is
private throughout runs in layer 2 alone::

    layer 0   on private streets, before the first public one
    layer 1   on public streets
    layer 2   on private streets at the end, or all the way

Costs are multiplied by `scale` and a street of no cost becomes 1: it takes part in walks without ever making two
of them differ by a decimetre, and no walk goes in circles for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.network import Network
from corridor.network.model import Bools, Floats, Impedance, Ints, Longs
from corridor.network.points import Places
from corridor.network.states import StateGraph, state_graph

_LARGEST_SCALE = 256


@dataclass(frozen=True)
class Passages:
    """States and arcs for counting walks.

    Attributes
    ----------
    graph : StateGraph
        Whose numbers of states these are.
    state : int32 array, shape (3, N)
        State of each node in each layer, -1 where none.
    private : bool array, shape (E,)
    first : int64 array, shape (S + 1,)
    arcs : int32 array, shape (A, 3)
        Target, cost × scale (1 at least), edge; sorted by source.
    ends : int64 array, shape (2, E)
        Nodes of each edge.
    scale : int
    """

    graph: StateGraph
    state: Ints
    private: Bools
    first: Longs
    arcs: Ints
    ends: Longs
    scale: int

    @property
    def open_ends(self) -> tuple[Bools, Bools]:
        """Whether an edge may be walked from u to v, and from v to u."""
        return self.graph.oneway != -1, self.graph.oneway != 1


def passages(network: Network, impedance: Impedance, scale: int) -> Passages:
    """Return the passages of `network`, made once and kept with it; `scale` as `scale_of` gives it for the whole city."""
    return network.derived(("passages", impedance, scale), lambda: _passages(network, impedance, scale))


def _passages(network: Network, impedance: Impedance, scale: int) -> Passages:
    graph = state_graph(network, impedance=impedance)
    private = network.edges["private"].to_numpy(dtype=bool)
    ends = np.stack([network.edges[end].to_numpy(dtype=np.int64) for end in ("u", "v")])
    state = np.full((3, len(network.nodes)), -1, np.int32)
    for layer, numbers, edges in ((0, graph.seed, private), (1, graph.seed, ~private), (2, graph.read, private)):
        state[layer, ends[:, edges]] = numbers[:, edges]
    free = graph.weight == 0
    cost = np.where(free, 1, graph.weight * scale)

    tails, heads, arcs = [], [], []
    through = ~network.edges["closed"].to_numpy(dtype=bool)
    for way, open_way in ((0, through & (graph.oneway != -1)), (1, through & (graph.oneway != 1))):
        for kind, steps in ((private, ((0, 0), (1, 2), (2, 2))), (~private, ((0, 1), (1, 1)))):
            for before, after in steps:
                edge = np.flatnonzero(kind & open_way & (state[before, ends[way]] >= 0))
                tails.append(state[before, ends[way, edge]])
                heads.append(state[after, ends[1 - way, edge]])
                arcs.append(edge)
    tail, head, edge = np.concatenate(tails), np.concatenate(heads), np.concatenate(arcs)
    order = np.argsort(tail, kind="stable")
    first = np.searchsorted(tail[order], np.arange(graph.size + 1)).astype(np.int64)
    columns = np.stack([head, cost[edge], edge], axis=1)[order].astype(np.int32)
    return Passages(graph, state, private, first, columns, ends, scale)


def scale_of(free: Bools) -> int:
    """Return a scale above the number of streets of no cost, up to a limit."""
    scale = 1
    while scale <= free.sum() and scale < _LARGEST_SCALE:
        scale *= 2
    return scale


@dataclass(frozen=True)
class Pieces:
    """First or last pieces of walks, one row each: owner or state `key`, what it leads to, cost, edge and its share."""

    key: Longs
    other: Longs
    cost: Longs
    edge: Longs
    share: Floats


def first_pieces(found: Passages, at: Places) -> Pieces:
    """Return the ways from each point onto the network: keys are owners, others states."""
    return _pieces(found, at, layers=((0, 2), (1,)), leaving=True)


def last_pieces(found: Passages, at: Places) -> Pieces:
    """Return the ways from the network to each point: keys are states, others owners."""
    pieces = _pieces(found, at, layers=((1, 2), (0, 1)), leaving=False)
    return Pieces(pieces.other, pieces.key, pieces.cost, pieces.edge, pieces.share)


def _pieces(found: Passages, at: Places, layers: tuple[tuple[int, ...], tuple[int, ...]], *, leaving: bool) -> Pieces:
    """Walk from each point to the ends of its edge; whoever stands at an end stands at its node."""
    weight = np.maximum(found.graph.weight[at.edge], 1)
    at_u = at.along == 0
    at_v = (at.rest == 0) & ~at_u
    onward, back = found.open_ends
    from_u, from_v = (back, onward) if leaving else (onward, back)
    inner = ~(at_u | at_v)
    usable = at_u | (inner & from_u[at.edge]), at_v | (inner & from_v[at.edge])
    key, other, cost, edge, share = [], [], [], [], []
    for end, way in ((0, at.along), (1, at.rest)):
        for kind, wanted in ((found.private, layers[0]), (~found.private, layers[1])):
            for layer in wanted:
                state = found.state[layer, found.ends[end, at.edge]]
                rows = np.flatnonzero(usable[end] & kind[at.edge] & (state >= 0))
                key.append(at.owner[rows])
                other.append(state[rows].astype(np.int64))
                cost.append((at.connector + way)[rows] * found.scale)
                edge.append(at.edge[rows])
                share.append((way / weight)[rows])
    return Pieces(*map(np.concatenate, (key, other, cost, edge, share)))


def direct_pieces(found: Passages, sources: Places, points: Places) -> Pieces:
    """Return the walks between points strictly inside one edge that stay on it: keys are sources' owners.

    From or to an end of the edge the same walk is a path of states already.
    """
    order = np.argsort(points.edge, kind="stable")
    edges = points.edge[order]
    low = np.searchsorted(edges, sources.edge, side="left")
    count = np.searchsorted(edges, sources.edge, side="right") - low
    a = np.repeat(np.arange(len(sources.edge)), count)
    start = np.cumsum(count) - count
    b = order[np.repeat(low - start, count) + np.arange(len(a))]
    step = points.along[b] - sources.along[a]
    way = found.graph.oneway[sources.edge[a]]
    fair = (way == 0) | (step == 0) | (np.sign(step) == way)
    for at, rows in ((sources, a), (points, b)):
        fair &= (at.along[rows] > 0) & (at.rest[rows] > 0)
    a, b, step = a[fair], b[fair], np.abs(step[fair])
    edge = sources.edge[a]
    return Pieces(
        sources.owner[a],
        points.owner[b],
        (sources.connector[a] + step + points.connector[b]) * found.scale,
        edge,
        step / np.maximum(found.graph.weight[edge], 1),
    )
