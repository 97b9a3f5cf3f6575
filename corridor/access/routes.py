"""The way itself: the cheapest walk between two attached points as a line along the streets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.access import _inputs
from corridor.errors import NetworkError
from corridor.network import Network
from corridor.network.model import Floats, Impedance, Ints, Longs, edge_vertices
from corridor.network.points import Ends, Places, places, reads, same_edge, seeds
from corridor.network.states import StateGraph, state_graph

_U, _V = 0, 1


def routes(
    network: Network,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    cutoff_dm: int,
    impedance: Impedance = "cost",
) -> gpd.GeoDataFrame:
    """Trace the cheapest walk from each origin to the destination in the same row.

    The walk is that of `nearest`, to the decimetre: gates, one-way streets and steps count alike. Of several walks
    of equal cost the one over the fewest edges is taken, then the one first in the order of the network's states.

    Parameters
    ----------
    network : Network
    origins, destinations : DataFrame
        As `attach` returns them; row k of one belongs to row k of the other.
    cutoff_dm : int
        Longest walk, whole decimetres, inclusive.
    impedance : {"cost", "length"}
        What is made small: `cost_dm` (steps count more) or `length_dm`.

    Returns
    -------
    GeoDataFrame
        Index of `origins`: `walk_dm` (Int64, in the impedance, connectors included), `length_dm` (Int64, metres × 10
        really walked, connectors included), LineString from foot to foot along the streets. NA and no geometry
        where either end is unattached or nothing leads there within the cutoff.

    Raises
    ------
    NetworkError
        The tables differ in length.
    """
    _inputs.check(origins, destinations, walks_dm={"cutoff_dm": [cutoff_dm]}, impedance=impedance, threads=None)
    cutoff = int(cutoff_dm)
    if len(origins) != len(destinations):
        raise NetworkError.of(
            "routes",
            f"起点{len(origins)}个，终点{len(destinations)}个，应一一对应。",
            f"{len(origins)} origins but {len(destinations)} destinations; they must pair up.",
        )
    ways = network.derived(("ways", impedance), lambda: _ways(state_graph(network, impedance=impedance)))
    found = _traced(network, ways, origins, destinations, cutoff)
    return gpd.GeoDataFrame(
        {
            "walk_dm": pd.array([None if way is None else way.walk for way in found], dtype="Int64"),
            "length_dm": pd.array([None if way is None else way.length for way in found], dtype="Int64"),
        },
        geometry=[None if way is None else way.line for way in found],
        index=origins.index,
        crs=network.crs,
    )


@dataclass(frozen=True)
class _Way:
    walk: int
    length: int
    line: shapely.LineString


@dataclass(frozen=True)
class _Point:
    """One attached point: its edge, offset and connector in length, and the same in the graph's weights."""

    edge: int
    offset: int
    connector: int
    along: int
    rest: int


def _points(table: pd.DataFrame, at: Places) -> dict[int, _Point]:
    """Return the attached rows of a table as points, by their position."""
    offset = table["offset_dm"].to_numpy(dtype=float, na_value=0.0).astype(np.int64)[at.owner]
    columns = (at.owner, at.edge, offset, at.connector, at.along, at.rest)
    return {row: _Point(*rest) for row, *rest in zip(*(column.tolist() for column in columns), strict=True)}


def _traced(
    network: Network, ways: _Ways, origins: pd.DataFrame, destinations: pd.DataFrame, cutoff: int
) -> list[_Way | None]:
    """Return the way of every row; one search each."""
    graph, rows = ways.graph, np.arange(len(origins))
    start, goal = places(network, graph, origins, rows), places(network, graph, destinations, rows)
    first, last = _points(origins, start), _points(destinations, goal)
    seed, read, straight = seeds(graph, start, len(rows)), reads(graph, goal), same_edge(graph, start, goal, len(rows))
    read_state = np.repeat(np.arange(graph.size), np.diff(read.first))
    straight_row = np.repeat(rows, np.diff(straight.first))
    direct = dict(
        zip(*(c[straight_row == straight.other].tolist() for c in (straight_row, straight.cost)), strict=True)
    )
    out: list[_Way | None] = []
    for row in rows.tolist():
        if row not in first or row not in last:
            out.append(None)
            continue
        mine = read.other == row
        ends = _Ends(read_state[mine], read.cost[mine].astype(np.int64), direct.get(row))
        out.append(_way(network, ways, (seed, row), first[row], last[row], ends, cutoff))
    return out


@dataclass(frozen=True)
class _Ends:
    """Where a walk may end: states and what is left from there; and the walk that stays on one edge, if any."""

    state: Longs
    cost: Longs
    direct: int | None


def _way(
    network: Network, ways: _Ways, seed: tuple[Ends, int], first: _Point, last: _Point, ends: _Ends, cutoff: int
) -> _Way | None:
    rows, row = seed
    distance = _distances(ways.graph, rows, row, cutoff)
    total = distance[ends.state].astype(np.int64) + ends.cost
    best = int(total.min(initial=cutoff + 1))
    if ends.direct is not None and ends.direct <= min(best, cutoff):
        length = abs(first.offset - last.offset) + first.connector + last.connector
        return _Way(ends.direct, length, _line([_piece(network, first.edge, first.offset, last.offset)]))
    if best > cutoff:
        return None
    end = int(ends.state[total == best].min())
    span = slice(rows.first[row], rows.first[row + 1])
    begun = dict(zip(rows.other[span].tolist(), rows.cost[span].tolist(), strict=True))
    states = _backtrack(ways, distance, begun, end)
    edges, forward = _edges_of(ways, states, distance)
    length_of = network.edges["length_dm"].to_numpy(dtype=np.int64)
    leave = _side(ways.graph.seed, first, states[0], int(distance[states[0]]))
    enter = _side(ways.graph.read, last, end, best - int(distance[end]))
    out = 0 if leave == _U else int(length_of[first.edge])
    back = 0 if enter == _U else int(length_of[last.edge])
    pieces = [
        _piece(network, first.edge, first.offset, out),
        *(
            _piece(network, edge, 0, int(length_of[edge])) if way else _piece(network, edge, int(length_of[edge]), 0)
            for edge, way in zip(edges, forward, strict=True)
        ),
        _piece(network, last.edge, back, last.offset),
    ]
    length = abs(out - first.offset) + int(length_of[edges].sum()) + abs(back - last.offset)
    return _Way(best, length + first.connector + last.connector, _line(pieces))


def _distances(graph: StateGraph, seed: Ends, row: int, cutoff: int) -> Ints:
    """Return the distance from the seeds of a row to every state: a search in which each state is its own reader."""
    from corridor._kernel import lanes
    from corridor._kernel.arrays import Graph, Rows

    each = Rows(
        np.arange(graph.size + 1, dtype=np.int64),
        np.arange(graph.size, dtype=np.int32),
        np.zeros(graph.size, np.int32),
    )
    none = Rows(np.zeros(row + 2, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32))
    net = Graph(graph.first, graph.arcs)
    found: Ints = lanes.nearest(net, Rows(*seed), row, row + 1, each, none, cutoff, graph.size)[0]
    return found


@dataclass(frozen=True)
class _Ways:
    """A state graph and what it takes to walk it backwards.

    Into state t lead the arcs `into[t]:into[t + 1]` of `tail` and `arc_weight`. Out of state s lead the walks along
    edges `out[s]:out[s + 1]` of `head`, `weight`, `edge` and `forward` (1: from u to v), lowest edge first.
    """

    graph: StateGraph
    into: Longs
    tail: Longs
    arc_weight: Longs
    out: Longs
    head: Longs
    weight: Longs
    edge: Longs
    forward: Longs


def _ways(graph: StateGraph) -> _Ways:
    states = np.arange(graph.size + 1)
    tail = np.repeat(np.arange(graph.size), np.diff(graph.first))
    target = graph.arcs[:, 0].astype(np.int64)
    by_target = np.lexsort([tail, target])
    edge = np.arange(graph.seed.shape[1])
    ends = []
    for layer in (graph.seed.astype(np.int64), graph.read.astype(np.int64)):
        ends.append((layer[_U], layer[_V], edge, np.ones_like(edge), graph.read_open[_U]))
        ends.append((layer[_V], layer[_U], edge, np.zeros_like(edge), graph.read_open[_V]))
    usable = np.concatenate([part[4] for part in ends])
    source, head, number, forward = (np.concatenate([part[n] for part in ends])[usable] for n in range(4))
    weight = graph.weight[number]
    by_source = np.lexsort([number, weight, head, source])
    return _Ways(
        graph=graph,
        into=np.searchsorted(target[by_target], states).astype(np.int64),
        tail=tail[by_target],
        arc_weight=graph.arcs[by_target, 1].astype(np.int64),
        out=np.searchsorted(source[by_source], states).astype(np.int64),
        head=head[by_source],
        weight=weight[by_source],
        edge=number[by_source],
        forward=forward[by_source],
    )


def _backtrack(ways: _Ways, distance: Ints, seed: dict[int, int], end: int) -> list[int]:
    """Return the states of a shortest walk to `end`, first to last: breadth first over the arcs without slack.

    Arcs of weight zero may run in circles; a state is therefore entered once.
    """
    onward = {end: -1}
    ring = [end]
    while ring:
        outer = []
        for state in ring:
            if seed.get(state) == distance[state]:
                way = [state]
                while onward[way[-1]] >= 0:
                    way.append(onward[way[-1]])
                return way
            span = slice(ways.into[state], ways.into[state + 1])
            tail = ways.tail[span]
            # Sums in 64 bits: what is out of reach holds the largest number of 32.
            for before in tail[distance[tail] + ways.arc_weight[span] == distance[state]].tolist():
                if before not in onward:
                    onward[before] = state
                    outer.append(before)
        ring = outer
    raise AssertionError("a settled state leads back to a seed")


def _edges_of(ways: _Ways, states: list[int], distance: Ints) -> tuple[list[int], list[bool]]:
    """Return the edges walked from state to state and whether from u to v; a change of layer walks none."""
    edges, forward = [], []
    for tail, head in pairwise(states):
        span = slice(ways.out[tail], ways.out[tail + 1])
        step = int(distance[head]) - int(distance[tail])
        row = np.flatnonzero((ways.head[span] == head) & (ways.weight[span] == step))
        if len(row):
            edges.append(int(ways.edge[span][row[0]]))
            forward.append(bool(ways.forward[span][row[0]]))
    return edges, forward


def _side(state: Ints, point: _Point, met: int, cost: int) -> int:
    """Return the end of its edge at which a point is left or entered, given the state met and what it costs."""
    at_u = int(state[_U, point.edge]) == met and point.connector + point.along == cost
    return _U if at_u else _V


def _piece(network: Network, edge: int, start: int, stop: int) -> Floats:
    """Return the vertices of an edge from one offset (dm) to another, in walking order; shape (n, 2)."""
    lines = edge_vertices(network)
    span = slice(lines.start[edge], lines.start[edge + 1])
    xy, dm = lines.xy[span], lines.dm[span]
    low, high = min(start, stop), max(start, stop)
    inner = xy[(dm > low) & (dm < high)]
    ends = np.column_stack([np.interp([low, high], dm, xy[:, axis]) for axis in (0, 1)])
    piece: Floats = np.concatenate([ends[:1], inner, ends[1:]])
    return piece if start <= stop else piece[::-1]


def _line(pieces: list[Floats]) -> shapely.LineString:
    xy = np.concatenate(pieces)
    fresh = np.concatenate([[True], np.hypot(*np.diff(xy, axis=0).T) > 1e-6])
    kept = xy[fresh]
    return shapely.LineString(kept if len(kept) > 1 else xy[:2])
