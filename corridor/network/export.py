"""The network for networkx and everything built on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor.network.model import Network

if TYPE_CHECKING:
    import networkx as nx


def to_networkx(network: Network) -> nx.MultiDiGraph[int]:
    """Return the network as a MultiDiGraph in the shape OSMnx gives.

    Nodes are the ids of `network.nodes` with `x`, `y` (metres in `graph["crs"]`); every edge stands once for each
    direction it may be walked in, with `osmid` (the street id), `name`, `highway`, `length` (metres),
    `length_dm`, `cost_dm`, `private`, `oneway_foot`, `oneway`, `reversed`, `edge` (row of `network.edges`) and
    `geometry` running in the walking direction.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs=network.crs, simplified=True, gates_policy=network.gates_policy)
    ids = network.nodes.index.to_numpy()
    for node, x, y, component in zip(
        ids.tolist(),
        network.nodes["x_m"].tolist(),
        network.nodes["y_m"].tolist(),
        network.nodes["component"].tolist(),
        strict=True,
    ):
        graph.add_node(node, x=x, y=y, component=component)
    edges = network.edges
    start, end = ids[edges["u"].to_numpy()].tolist(), ids[edges["v"].to_numpy()].tolist()
    backward = edges.geometry.reverse()
    columns = ["street_id", "name", "highway", "length_dm", "cost_dm", "private", "oneway_foot"]
    rows = zip(*(edges[column].tolist() for column in columns), edges.geometry, backward, strict=True)
    for number, (street, name, highway, length, cost, private, oneway, line, reverse) in enumerate(rows):
        shared = {
            "edge": number,
            "osmid": street,
            "name": name,
            "highway": highway,
            "length": length / 10,
            "length_dm": length,
            "cost_dm": cost,
            "private": private,
            "oneway_foot": oneway,
            "oneway": oneway != 0,
        }
        if oneway >= 0:
            graph.add_edge(start[number], end[number], geometry=line, reversed=False, **shared)
        if oneway <= 0:
            graph.add_edge(end[number], start[number], geometry=reverse, reversed=True, **shared)
    return graph
