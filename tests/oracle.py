"""The slow, obvious answer: networkx on a graph that is physically split at every point.

Shares with the engine only the integer tables of edges and attached points. Walks are kept to the form
private* public* private* by walking through three copies of the split graph, one a phase.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import networkx as nx
import pandas as pd

PHASES = (0, 1, 2)


def split_graph(edges: pd.DataFrame, points: dict[str, pd.DataFrame], impedance: str = "cost") -> nx.DiGraph:
    """Return the directed graph in which every attached point is a node of its own, in three phases."""
    graph = nx.DiGraph()
    weights = edges[f"{impedance}_dm"].tolist()
    stops_on = _stops(edges["length_dm"].tolist(), weights, points)
    for number, edge in enumerate(edges.itertuples()):
        stops = [(0, ("node", edge.u)), *stops_on[number], (weights[number], ("node", edge.v))]
        for (low, a), (high, b) in pairwise(stops):
            for phase in (0, 2) if edge.private else (1,):
                if edge.oneway_foot >= 0 or low == high:
                    _link(graph, (a, phase), (b, phase), high - low)
                if edge.oneway_foot <= 0 or low == high:
                    _link(graph, (b, phase), (a, phase), high - low)
    for thing in {thing for thing, _ in graph}:
        _link(graph, (thing, 0), (thing, 1), 0)
        _link(graph, (thing, 1), (thing, 2), 0)
    return graph


def _link(graph: nx.DiGraph, a: object, b: object, weight: int) -> None:
    """Of parallel links the shortest counts."""
    if not graph.has_edge(a, b) or graph.edges[a, b]["weight"] > weight:
        graph.add_edge(a, b, weight=weight)


def _stops(
    lengths: list[int], weights: list[int], points: dict[str, pd.DataFrame]
) -> dict[int, list[tuple[int, object]]]:
    """Return the points on each edge in order, placed half up as a fraction of the edge's weight."""
    found = defaultdict(list)
    for kind, table in points.items():
        for row, (edge, offset) in enumerate(zip(table["edge"], table["offset_dm"], strict=True)):
            if not pd.isna(edge):
                length, weight = lengths[edge], weights[edge]
                at = (2 * int(offset) * weight + length) // (2 * length) if length else 0
                found[edge].append((at, (kind, row)))
    for inner in found.values():
        inner.sort()
    return found


def distances(
    edges: pd.DataFrame, origins: pd.DataFrame, opportunities: pd.DataFrame, impedance: str = "cost"
) -> dict[tuple[int, int], int]:
    """Return {(origin row, opportunity row): decimetres door to door} for all pairs that are joined."""
    graph = split_graph(edges, {"o": origins, "p": opportunities}, impedance)
    found = {}
    first, last = (table["connector_dm"].fillna(0).tolist() for table in (origins, opportunities))
    for i in range(len(origins)):
        if not pd.isna(origins["edge"].iloc[i]):
            reach = nx.single_source_dijkstra_path_length(graph, (("o", i), 0))
            for (thing, phase), walk in reach.items():
                if thing[0] == "p" and phase == 2:
                    found[i, thing[1]] = first[i] + int(walk) + last[thing[1]]
    return found
