"""The state graph a search runs on: one directed graph, whatever the policy, the direction and the measure.

A walk under the policy `residents` has the form private* public* private*: out of the start's compound, along
public streets, into the end's compound. Each node therefore stands for up to three states::

    layer 0   nodes of private streets     still in the compound where the search began
    layer 1   nodes of public streets      on public streets
    layer 2   nodes of private streets     in the compound where the search ends

Private edges join states of layer 0 and again states of layer 2, public edges join states of layer 1, and at a
node a walk may move to its next layer at no cost. A compound is thus never walked through. Without private edges
there is one state per node. Compounds that share a gate with each other count as one.

A point on a private edge starts a search in layer 0 and is reached in layer 2; on a public edge, in layer 1 both.
The form reads the same backwards, so a search from the destinations is the same graph with its arcs turned round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.network.model import Bools, Floats, Impedance, Ints, Longs, Network

_HILBERT_BITS = 16


@dataclass(frozen=True)
class StateGraph:
    """A directed graph in rows of arcs, and where edges' points enter and leave it.

    Attributes
    ----------
    first : int64 array, shape (S + 1,)
        Arcs of state s are `arcs[first[s]:first[s + 1]]`.
    arcs : int32 array, shape (A, 2)
        Target state and weight (dm).
    weight : int64 array, shape (E,)
        Weight of each edge.
    seed, read : int32 arrays, shape (2, E)
        State in which a search starting on an edge leaves it, and from which it enters, at its u (0) and v (1) end.
    seed_open, read_open : bool arrays, shape (2, E)
        Whether the edge may be walked that way.
    oneway : int8 array, shape (E,)
        1: only from u to v, -1: only from v to u, 0: both.
    backward : bool
        The search runs from where walks end to where they begin.
    state : int64 array, shape (3, N)
        State of each layer of each node, -1 where there is none.
    """

    first: Longs
    arcs: Ints
    weight: Longs
    seed: Ints
    read: Ints
    seed_open: Bools
    read_open: Bools
    oneway: npt.NDArray[np.int8]
    backward: bool
    state: Longs

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.first) - 1


def state_graph(network: Network, *, impedance: Impedance = "cost", backward: bool = False) -> StateGraph:
    """Return the state graph of `network`, made once and kept with it.

    Parameters
    ----------
    network : Network
    impedance : {"cost", "length"}
        Which integer column of `network.edges` the search adds up.
    backward : bool
        For searches from the destinations: arcs turned round.
    """
    return network.derived(("states", impedance, backward), lambda: _state_graph(network, impedance, backward))


def _state_graph(network: Network, impedance: Impedance, backward: bool) -> StateGraph:
    edges = network.edges
    u, v = edges["u"].to_numpy(dtype=np.int64), edges["v"].to_numpy(dtype=np.int64)
    weight = edges[f"{impedance}_dm"].to_numpy(dtype=np.int64)
    private = edges["private"].to_numpy(dtype=bool)
    # A one-way street of no length holds nobody up: its two ends are one place.
    oneway = np.where(weight == 0, 0, edges["oneway_foot"].to_numpy()).astype(np.int8)
    along, against = oneway != -1, oneway != 1
    state = _states(network, u, v, private)

    # Walking forward one leaves an edge at u against its direction and enters it there along it.
    leave, enter = np.stack([against, along]), np.stack([along, against])
    if backward:
        leave, enter = enter, leave
    ends = np.stack([u, v])
    through = ~edges["closed"].to_numpy(dtype=bool)
    allowed = (against & through, along & through) if backward else (along & through, against & through)
    first, arcs = _arcs(state, u, v, weight, private, allowed)
    return StateGraph(
        first=first,
        arcs=arcs,
        weight=weight,
        seed=state[np.where(private, 0, 1), ends].astype(np.int32),
        read=state[np.where(private, 2, 1), ends].astype(np.int32),
        seed_open=leave,
        read_open=enter,
        oneway=oneway,
        backward=backward,
        state=state,
    )


def _states(network: Network, u: Longs, v: Longs, private: Bools) -> Longs:
    """Lay out the states along a Hilbert curve, the layers of a node side by side; shape (3, N), -1 where none."""
    n = len(network.nodes)
    inside, outside = np.zeros((2, n), bool)
    inside[u[private]] = inside[v[private]] = True
    outside[u[~private]] = outside[v[~private]] = True
    order = np.argsort(hilbert(network.nodes[["x_m", "y_m"]].to_numpy()), kind="stable")
    present = np.stack([inside, outside, inside])
    by_node = present[:, order].T.ravel()
    number = np.where(by_node, np.cumsum(by_node) - 1, -1).reshape(n, 3)
    state = np.empty((3, n), np.int64)
    state[:, order] = number.T
    return state


def _arcs(
    state: Longs, u: Longs, v: Longs, weight: Longs, private: Bools, allowed: tuple[Bools, Bools]
) -> tuple[Longs, Ints]:
    """Return the arcs sorted by source: (first, arcs)."""
    source, target, cost = [], [], []
    for tail, head, open_way in ((u, v, allowed[0]), (v, u, allowed[1])):
        for layer in range(3):
            rows = np.flatnonzero(open_way & (private if layer != 1 else ~private))
            source.append(state[layer, tail[rows]])
            target.append(state[layer, head[rows]])
            cost.append(weight[rows])
    inside = np.flatnonzero(state[0] >= 0)
    meets_public = state[1, inside] >= 0
    mixed, pure = inside[meets_public], inside[~meets_public]
    for lower, upper, nodes in ((0, 1, mixed), (1, 2, mixed), (0, 2, pure)):
        source.append(state[lower, nodes])
        target.append(state[upper, nodes])
        cost.append(np.zeros(len(nodes), np.int64))
    tails, heads, costs = np.concatenate(source), np.concatenate(target), np.concatenate(cost)
    order = np.lexsort([costs, heads, tails])
    size = int(state.max(initial=-1)) + 1
    first = np.searchsorted(tails[order], np.arange(size + 1)).astype(np.int64)
    return first, np.stack([heads[order], costs[order]], axis=1).astype(np.int32)


def hilbert(xy: Floats) -> Longs:
    """Return the place of each point along a Hilbert curve over their bounding square; shape (N,).

    Neighbours on the curve are neighbours in the city, so a search stays within a few cache lines. Curve of
    2^16 × 2^16 cells; algorithm of the usual quadrant rotation, one pass of numpy per bit.
    """
    if not len(xy):
        return np.zeros(0, np.int64)
    low = xy.min(axis=0)
    side = max(float((xy.max(axis=0) - low).max()), 1e-9)
    top = (1 << _HILBERT_BITS) - 1
    x, y = ((xy - low) / side * top).astype(np.int64).T
    place = np.zeros(len(xy), np.int64)
    for bit in range(_HILBERT_BITS - 1, -1, -1):
        right, upper = (x >> bit) & 1, (y >> bit) & 1
        place = (place << 2) | ((3 * right) ^ upper)
        low_bits = (1 << bit) - 1
        x, y = x & low_bits, y & low_bits
        flip = (upper == 0) & (right == 1)
        x, y = np.where(flip, low_bits - x, x), np.where(flip, low_bits - y, y)
        x, y = np.where(upper == 0, y, x), np.where(upper == 0, x, y)
    return place
