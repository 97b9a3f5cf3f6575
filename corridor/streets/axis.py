"""The axis of a corridor: one line from end to end, with chainage, whatever its carriageways."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from corridor import crs as systems
from corridor.errors import Notice, StudyError, Text
from corridor.network import Network
from corridor.streets.chains import oriented

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


def axis_of(network: Network, rows: Longs, name: str, where: str = "corridor.names") -> Axis:
    """Return the axis of the street made of some edges.

    In each connected part, the longest of the shortest ways between its ends; a second carriageway or a
    branch is left aside; a street that is a ring is walked round. Parts follow each other along the main direction.

    Parameters
    ----------
    network : Network
    rows : int64 array
        The street's edges.
    name : str
        What the street is called.
    where : str
        Where it was chosen, for a fault.

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
            where,
            "主线没有长度。",
            "the corridor has no length.",
            "检查街道资料，或画一条主线：corridor: {file: …}。",
            "Check the street data, or draw a line: corridor: {file: ...}.",
        )
    return _long_enough(_one_line(_along(_without_doubles(known)), name, where, network.crs), where)


def drawn_axis(lines: NDArray[Any], crs: Any, name: str, where: str) -> Axis:
    """Return the axis of a corridor that was drawn, as it was drawn: also where it crosses itself.

    Lines that join end to end are one; others follow each other along the main direction.

    Parameters
    ----------
    lines : array of LineString or MultiLineString
        In metres.
    crs : pyproj.CRS
        Of the lines.
    name, where : str
        What the corridor is called, and the file it was drawn in.

    Raises
    ------
    StudyError
        Less than 20 m long, or parts more than 500 m away from each other.
    """
    merged = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines)))
    parts = list(shapely.get_parts(merged))
    if len(parts) == 1:
        return _long_enough(Axis(oriented(np.array(parts, dtype=object))[0]), where)
    return _long_enough(_one_line(_along(_without_doubles(parts)), name, where, crs), where)


def _long_enough(axis: Axis, where: str) -> Axis:
    if axis.line.length < LEAST_LENGTH_M:
        raise StudyError.of(
            where,
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


def _one_line(parts: list[shapely.LineString], name: str, where: str, crs: Any) -> Axis:
    """Join parts by straight bridges, and tell each gap."""
    notices = []
    for one, other in itertools.pairwise(parts):
        gap = float(np.hypot(*np.subtract(one.coords[-1], other.coords[0])))
        if gap > APART_M:
            raise _apart(parts, gap, name, where, crs)
        if gap > 1:
            what = Text(f"主线“{name}”中断{gap:,.0f} m，里程按直线接续。", f"The corridor {name} has a gap of {gap:,.0f} m; the chainage goes straight across it.")  # fmt: skip
            hint = Text("若不应相接，请画一条主线：corridor: {file: …}。", "If the parts do not belong together, draw a line: corridor: {file: ...}.")  # fmt: skip
            notices.append(Notice("corridor-gap", "W", what, hint, value=f"{gap:.0f}"))
    coordinates = np.concatenate([shapely.get_coordinates(part) for part in parts])
    return Axis(shapely.LineString(coordinates), tuple(notices))


def _apart(parts: list[shapely.LineString], gap_m: float, name: str, where: str, crs: Any) -> StudyError:
    """Return the fault of parts in different places; each with its length and where its middle lies on a map."""
    middles = gpd.GeoSeries([part.interpolate(0.5, normalized=True) for part in parts], crs=crs)
    degrees = shapely.get_coordinates(systems.to_wgs84(middles).to_numpy()).tolist()
    told = [f"{part.length:,.0f} m ({lon:.4f}, {lat:.4f})" for part, (lon, lat) in zip(parts, degrees, strict=True)]
    return StudyError.of(
        where,
        f"“{name}”在不同地方有{len(parts)}条，相距{gap_m:,.0f} m；各条的长度与中点经纬度：{'、'.join(told)}。",
        f"{len(parts)} streets in different places have the name {name}, {gap_m:,.0f} m apart; "
        f"length of each, with longitude and latitude of its middle: {'; '.join(told)}.",
        "画一条主线来指明：corridor: {file: 主线.geojson}。",
        "Draw the one that is meant: corridor: {file: line.geojson}.",
    )
