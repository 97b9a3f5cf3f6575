"""W4: isochrones against the recipe of the OSMnx examples, both compared with the exact street buffer."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import shapely

from bench.board import BASE, Board
from corridor.isochrones import isochrones, reached_streets
from corridor.network import Network, to_networkx

ORIGINS = 20
MINUTES = (5, 10, 15)
METRES_A_MINUTE = 80
BUFFER_M = 25.0


def run(network: Network, places: pd.DataFrame, board: Board, recipes: int = ORIGINS) -> None:
    """Measure 5, 10 and 15 minutes around 20 of the places; the recipe around so many of them."""
    attached = np.flatnonzero(places["edge"].notna().to_numpy(dtype=bool))
    chosen = np.random.default_rng(2).choice(attached, ORIGINS, replace=False)
    origins = places.iloc[chosen].set_axis(pd.RangeIndex(ORIGINS))
    isochrones(network, origins.iloc[:1])
    seconds, shapes = board.clock(lambda: isochrones(network, origins, minutes=MINUTES))
    exact = {}
    for key, lines in reached_streets(network, origins, minutes=MINUTES).groupby(["origin", "minutes"]):
        exact[key] = shapely.union_all(shapely.buffer(lines.geometry.to_numpy(), BUFFER_M, quad_segs=16))
    ours = shapes.set_index(["origin", "minutes"]).geometry
    likeness = min(overlap(ours[key], shape) for key, shape in exact.items())
    remark = f"{ORIGINS} origins × {len(MINUTES)}: IoU with the exact buffer at least {likeness:.4f}"
    board.note("W4", BASE, seconds, remark)
    graph = to_networkx(network)
    starts = _nearer_end(network, origins)

    def by_recipe() -> list[list[shapely.Geometry]]:
        return [[recipe(graph, node, 10 * METRES_A_MINUTE * time) for time in MINUTES] for node in starts[:recipes]]

    seconds, found = board.clock(by_recipe, 1)
    likeness = [
        overlap(shape, exact[node, time])
        for node, row in enumerate(found)
        for time, shape in zip(MINUTES, row, strict=True)
    ]
    remark = f"IoU with the exact buffer at least {min(likeness):.4f}, median {np.median(likeness):.4f}"
    sampled = recipes < ORIGINS
    who = "OSMnx's recipe (ego graph, buffers)"
    board.note("W4", who, seconds * ORIGINS / len(found), remark, sampled=sampled)


def overlap(a: shapely.Geometry, b: shapely.Geometry) -> float:
    """Return intersection over union."""
    return a.intersection(b).area / a.union(b).area


def _nearer_end(network: Network, origins: pd.DataFrame) -> list[int]:
    """Return the node each origin is snapped to, as the recipe does it: the nearer end of its edge."""
    edge = network.edges.iloc[origins["edge"].to_numpy(dtype=np.int64)]
    behind = origins["offset_dm"].to_numpy(dtype=np.int64)
    ahead = edge["length_dm"].to_numpy(dtype=np.int64) - behind
    ends = np.where(behind <= ahead, edge["u"].to_numpy(), edge["v"].to_numpy())
    return network.nodes.index.to_numpy()[ends].tolist()


def recipe(graph: nx.MultiDiGraph, node: int, cutoff_dm: int) -> shapely.Geometry:
    """Return the union of buffers around the nodes in reach and the streets between them."""
    part = nx.ego_graph(graph, node, radius=cutoff_dm, distance="cost_dm")
    spots = [shapely.Point(data["x"], data["y"]) for _, data in part.nodes(data=True)]
    lines = [data["geometry"] for _, _, data in part.edges(data=True)]
    return shapely.union_all([shape.buffer(BUFFER_M) for shape in spots + lines])
