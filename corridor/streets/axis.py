"""The axis of a corridor: one line from end to end, with chainage, whatever its carriageways."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from corridor.errors import Notice, StudyError, Text
from corridor.network import Network

if TYPE_CHECKING:
    import networkx as nx

Longs = NDArray[np.int64]
# A part wholly within this distance of a longer one is its other carriageway; parts farther from each other than the
# second figure are streets that share a name.
GAP_M = 60.0
APART_M = 500.0
# Shorter than the space between two junctions nothing is a street; a strip of it would be higher than long.
LEAST_LENGTH_M = 20.0


@dataclass(frozen=True)
class Axis:
    """The line of a corridor, running northward or eastward; gaps are bridged straight."""

    line: shapely.LineString
    notices: tuple[Notice, ...] = ()


def axis_of(network: Network, rows: Longs, name: str) -> Axis:
    """Return the axis of the street made of some edges.

    In each connected part, the longest of the shortest ways between its ends; a second carriageway or a
    branch is left aside; a street that is a ring is walked round. Parts follow each other along the main direction.

    Parameters
    ----------
    network : Network
    rows : int64 array
        The street's edges.
    name : str
        What to call it in a fault.

    Raises
    ------
    StudyError
        The street has no length or less than 20 m, or parts more than 500 m away from each other.
    """
    import networkx as nx

    graph: nx.MultiGraph[int] = nx.MultiGraph()
    edges = network.edges.iloc[rows]
    for row, u, v, dm in zip(rows.tolist(), edges["u"], edges["v"], edges["length_dm"], strict=True):
        graph.add_edge(int(u), int(v), dm=int(dm), edge=row)
    parts = [_longest_way(network, graph.subgraph(part)) for part in sorted(nx.connected_components(graph), key=min)]
    known = [part for part in parts if part is not None]
    if not known:
        raise StudyError.of(
            name,
            "主线没有长度。",
            "the corridor has no length.",
            "检查街道资料，或画一条主线：corridor: {file: …}。",
            "Check the street data, or draw a line: corridor: {file: ...}.",
        )
    axis = _one_line(_along(_without_doubles(known)), name)
    if axis.line.length < LEAST_LENGTH_M:
        raise StudyError.of(
            name,
            f"主线只有{axis.line.length:.1f} m长，不足{LEAST_LENGTH_M:.0f} m，分不出街段。",
            f"the corridor is only {axis.line.length:.1f} m long; under {LEAST_LENGTH_M:.0f} m there are no segments to study.",
            "检查街道资料，或画一条主线：corridor: {file: …}。",
            "Check the street data, or draw a line: corridor: {file: ...}.",
        )
    return axis


def _longest_way(network: Network, graph: nx.MultiGraph[int]) -> shapely.LineString | None:
    """Return the longest shortest way of a connected part (two sweeps: exact on a tree, good on a street).

    A street that is nothing but a ring is walked all the way round, from its lowest node.
    """
    import networkx as nx

    if all(degree == 2 for _, degree in graph.degree()):
        return _ring(network, graph)
    end = min(graph.nodes)
    far: Any = {}
    ways: Any = {}
    for _ in range(2):
        far, ways = nx.single_source_dijkstra(graph, end, weight="dm")
        end = max(far, key=lambda node: (far[node], -node))
    path = ways[end]
    if far[end] == 0:
        return None
    steps = [
        min(graph[a][b].values(), key=lambda step: (step["dm"], step["edge"])) for a, b in itertools.pairwise(path)
    ]
    pieces = network.edges.geometry.to_numpy()[[step["edge"] for step in steps]]
    merged = shapely.line_merge(shapely.multilinestrings(pieces))
    return merged if merged.geom_type == "LineString" else shapely.LineString(_points(network, path))


def _ring(network: Network, graph: nx.MultiGraph[int]) -> shapely.LineString | None:
    import networkx as nx

    lines = network.edges.geometry.to_numpy()
    runs = []
    for a, b, key in nx.eulerian_circuit(graph, source=min(graph.nodes), keys=True):
        edge = graph.edges[a, b, key]["edge"]
        run = shapely.get_coordinates(lines[edge])
        forward = a == b or int(network.edges["u"].iloc[edge]) == a
        runs.append(run if forward else run[::-1])
    line = shapely.LineString(np.concatenate(runs))
    return line if line.length > 0 else None


def _points(network: Network, path: list[int]) -> NDArray[np.float64]:
    return network.nodes[["x_m", "y_m"]].to_numpy(dtype=float)[path]


def _without_doubles(parts: list[shapely.LineString]) -> list[shapely.LineString]:
    """Leave out parts that run beside a longer one: the other carriageway."""
    kept: list[shapely.LineString] = []
    for part in sorted(parts, key=lambda line: (-line.length, line.wkb)):
        if not any(part.within(other.buffer(GAP_M)) for other in kept):
            kept.append(part)
    return kept


def _along(parts: list[shapely.LineString]) -> list[shapely.LineString]:
    """Turn parts and put them in order along the main direction."""
    points = np.concatenate([shapely.get_coordinates(part) for part in parts])
    step = points.max(axis=0) - points.min(axis=0)
    axis = int(step[1] >= step[0])
    turned = []
    for part in parts:
        first, last = shapely.get_coordinates(part)[[0, -1]]
        turned.append(part if last[axis] >= first[axis] else shapely.reverse(part))
    return sorted(turned, key=lambda line: (line.coords[0][axis], line.wkb))


def _one_line(parts: list[shapely.LineString], name: str) -> Axis:
    """Join parts by straight bridges, and tell each gap."""
    notices = []
    for one, other in itertools.pairwise(parts):
        gap = float(np.hypot(*np.subtract(one.coords[-1], other.coords[0])))
        if gap > APART_M:
            places = [f"({part.centroid.x:,.0f}, {part.centroid.y:,.0f})" for part in parts]
            raise StudyError.of(
                name,
                f"不同地方有{len(parts)}条同名街道，相距{gap:,.0f} m：{'、'.join(places)}。",
                f"{len(parts)} streets in different places have this name, {gap:,.0f} m apart: {', '.join(places)}.",
                "画一条主线来指明：corridor: {file: 主线.geojson}。",
                "Draw the one that is meant: corridor: {file: line.geojson}.",
            )
        if gap > 1:
            what = Text(f"主线“{name}”中断{gap:,.0f} m，里程按直线接续。", f"The corridor {name} has a gap of {gap:,.0f} m; the chainage goes straight across it.")  # fmt: skip
            notices.append(Notice("corridor-gap", "W", what, value=f"{gap:.0f}"))
    coordinates = np.concatenate([shapely.get_coordinates(part) for part in parts])
    return Axis(shapely.LineString(coordinates), tuple(notices))
