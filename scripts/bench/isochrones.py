"""W4: isochrones against the recipe of the OSMnx examples, both compared with the exact street buffer."""

from __future__ import annotations

import networkx as nx
import numpy as np
import shapely

from bench.board import BASE, Board
from bench.peers import LARGE
from bench.work import BANDS, Work
from corridor.isochrones import isochrones, reached_streets

ORIGINS = 20
BUFFER_M = 25.0


def run(work: Work, board: Board) -> None:
    """Measure 5, 10 and 15 minutes around 20 origins."""
    origins = work.origins.iloc[np.random.default_rng(2).choice(work.n, ORIGINS, replace=False)]
    isochrones(work.network, origins.iloc[:1])
    seconds, shapes = board.clock(lambda: isochrones(work.network, origins), 2)
    exact = {}
    for key, lines in reached_streets(work.network, origins).groupby(["origin", "minutes"]):
        exact[key] = shapely.union_all(shapely.buffer(lines.geometry.to_numpy(), BUFFER_M, quad_segs=16))
    ours = shapes.set_index(["origin", "minutes"]).geometry
    likeness = min(overlap(ours[key], shape) for key, shape in exact.items())
    board.note("W4", BASE, seconds, f"IoU with the exact buffer at least {likeness:.4f}")
    if work.n > LARGE:
        board.skip("OSMnx's recipe skipped at this size: building its graph takes minutes")
        return
    graph, few = multigraph(work), origins.index[:4].tolist()
    minutes = sorted({key[1] for key in exact})
    seconds, found = board.clock(lambda: [[recipe(graph, node, cutoff) for cutoff in BANDS] for node in few], 1)
    likeness = min(
        overlap(shape, exact[node, time])
        for node, row in zip(few, found, strict=True)
        for time, shape in zip(minutes, row, strict=True)
    )
    remark = f"IoU with the exact buffer at least {likeness:.4f}"
    board.note("W4", "OSMnx's recipe (ego graph, buffers)", seconds * ORIGINS / len(few), remark, sampled=True)


def overlap(a: shapely.Geometry, b: shapely.Geometry) -> float:
    """Return intersection over union."""
    return a.intersection(b).area / a.union(b).area


def multigraph(work: Work) -> nx.MultiDiGraph:
    """Return the network as OSMnx keeps it."""
    graph = nx.MultiDiGraph()
    for node, xy in enumerate(work.network.nodes[["x_m", "y_m"]].to_numpy().tolist()):
        graph.add_node(node, x=xy[0], y=xy[1])
    for a, b, weight in zip(work.u.tolist(), work.v.tolist(), work.weight.tolist(), strict=True):
        graph.add_edge(a, b, w=weight)
        graph.add_edge(b, a, w=weight)
    return graph


def recipe(graph: nx.MultiDiGraph, node: int, cutoff: int) -> shapely.Geometry:
    """Return the union of buffers around the nodes in reach and the links between them."""
    part = nx.ego_graph(graph, node, radius=cutoff, distance="w")
    at = {n: (data["x"], data["y"]) for n, data in part.nodes(data=True)}
    spots = [shapely.Point(xy) for xy in at.values()]
    lines = [shapely.LineString([at[a], at[b]]) for a, b in part.edges()]
    return shapely.union_all([shape.buffer(BUFFER_M) for shape in spots + lines])
