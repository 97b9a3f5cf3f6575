"""The network for networkx and everything built on it, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from corridor.errors import CrsError, NetworkError
from corridor.network.layout import assemble
from corridor.network.model import GatesPolicy, Network, Vertices, edge_vertices, piece_lengths_dm

if TYPE_CHECKING:
    import networkx as nx

_EDITED = ("from_dm", "closed", "through")


def to_networkx(network: Network) -> nx.MultiDiGraph[int]:
    """Return the network as a MultiDiGraph in the shape OSMnx gives.

    Nodes are the ids of `network.nodes` with `x`, `y` (metres in `graph["crs"]`); every edge stands once for each
    direction it may be walked in, with `osmid` (the street id), `name`, `highway`, `length` (metres),
    `length_dm`, `cost_dm`, `private`, `oneway_foot`, `oneway`, `reversed`, `edge` (row of `network.edges`),
    `from_dm`, `closed`, `through`, `along_dm` (positions of the vertices from u) and `geometry` running in the
    walking direction. A closed edge is there all the same: leave it out to walk as the searches do.
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
    vertices = edge_vertices(network)
    along = np.split(vertices.dm, vertices.start[1:-1])
    columns = ["street_id", "name", "highway", "length_dm", "cost_dm", "private", "oneway_foot", *_EDITED]
    rows = zip(*(edges[column].tolist() for column in columns), along, edges.geometry, backward, strict=True)
    for number, row in enumerate(rows):
        street, name, highway, length, cost, private, oneway, from_dm, closed, through, at, line, reverse = row
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
            "from_dm": from_dm,
            "closed": closed,
            "through": through,
            "along_dm": tuple(at.tolist()),
        }
        if oneway >= 0:
            graph.add_edge(start[number], end[number], geometry=line, reversed=False, **shared)
        if oneway <= 0:
            graph.add_edge(end[number], start[number], geometry=reverse, reversed=True, **shared)
    return graph


@dataclass
class _Street:
    """An edge as a network has it: once, with the direction it is drawn in."""

    start: int
    end: int
    line: shapely.LineString
    oneway: int
    data: dict[str, Any]
    key: tuple[Any, ...]


def from_networkx(graph: nx.MultiDiGraph[int], *, gates_policy: GatesPolicy | None = None) -> Network:
    """Return a MultiDiGraph in the shape OSMnx gives as a network.

    What `to_networkx` made comes back as it was. In any other graph two edges that run against each other along the
    same line, with the same `osmid`, become one that is walked both ways; all others are one-way. Lengths are taken
    from the geometry (a straight line where an edge has none) in whole decimetres, as `build_network` does, never
    from `length`; costs are lengths where the edges have no `cost_dm`.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Whole numbers as nodes, with `x` and `y`; `graph.graph["crs"]` projected and in metres: for OSMnx's own
        graphs call `osmnx.project_graph` first. Edges may have `osmid`, `name`, `highway`, `private` (bool) and
        `geometry`. Nodes without an edge are left out.
    gates_policy : {"residents", "public", "open"}, optional
        Default: what the graph says, else "open".

    Returns
    -------
    Network
        Edges in the order they had, else by `osmid` and nodes.

    Raises
    ------
    CrsError
        The graph's CRS is missing, in degrees, or not in metres.
    NetworkError
        There is no edge, a node is no whole number or has no place, or an edge does not begin and end at its nodes.
    """
    crs = _metric(graph)
    spots = _spots(graph)
    every = [
        (int(u), int(v), data, _line(data, spots, u, v)) for u, v, data in sorted(graph.edges(data=True), key=_by_ends)
    ]
    if not every:
        raise NetworkError.of("from_networkx", "图里没有边。", "the graph has no edge.")
    numbered = all("edge" in data for _, _, data, _ in every)
    streets = _numbered(every) if numbered else _paired(every)
    streets.sort(key=lambda street: street.key)
    ids = np.array(sorted(spots), np.int64)
    vertices = _vertices(streets)
    length = vertices.dm[vertices.start[1:] - 1]
    cost = [s.data.get("cost_dm") for s in streets]
    columns = {
        "street_id": np.array([_text(s.data.get("osmid"), "way/") or "" for s in streets], dtype=object),
        "name": pd.array([_text(s.data.get("name")) for s in streets], dtype="string"),
        "highway": pd.array([_text(s.data.get("highway")) for s in streets], dtype="string"),
        "from_dm": np.array([s.data.get("from_dm", 0) for s in streets], np.int32),
        "length_dm": length.astype(np.int32),
        "cost_dm": np.array([n if c is None else c for c, n in zip(cost, length, strict=True)], np.int32),
        "private": np.array([bool(s.data.get("private", False)) for s in streets]),
        "closed": np.array([bool(s.data.get("closed", False)) for s in streets]),
        "through": np.array([bool(s.data.get("through", False)) for s in streets]),
        "oneway_foot": np.array([s.oneway for s in streets], np.int8),
    }
    ends = np.searchsorted(ids, [s.start for s in streets] + [s.end for s in streets])
    policy = gates_policy or graph.graph.get("gates_policy") or "open"
    xy = np.array([spots[node] for node in ids.tolist()])
    return assemble(ends, ids, xy, columns, vertices, crs=crs, policy=cast("GatesPolicy", policy))


def _vertices(streets: list[_Street]) -> Vertices:
    """Return all vertices with their positions: those the edges carry, else read off the geometry."""
    xy = [shapely.get_coordinates(street.line) for street in streets]
    run = [
        np.asarray(s.data.get("along_dm") or np.append(0, np.cumsum(piece_lengths_dm(at))), np.int64)
        for s, at in zip(streets, xy, strict=True)
    ]
    start = np.concatenate([[0], np.cumsum([len(at) for at in xy])]).astype(np.int64)
    return Vertices(start, np.concatenate(xy), np.concatenate(run))


def _by_ends(edge: tuple[Any, Any, dict[str, Any]]) -> tuple[Any, ...]:
    start, end, data = edge
    return start, end, str(data.get("osmid")), bool(data.get("reversed", False))


def _metric(graph: nx.MultiDiGraph[int]) -> CRS:
    named = graph.graph.get("crs")
    crs = CRS(named) if named is not None else None
    if crs is None or not crs.is_projected or crs.axis_info[0].unit_conversion_factor != 1.0:
        raise CrsError.of(
            "from_networkx",
            f"图的坐标系是{crs.to_string() if crs else '（未声明）'}，应为以米计的投影坐标系。",
            f"the graph is in {crs.to_string() if crs else 'no declared system'}, not in a projected one in metres.",
            "请先用 osmnx.project_graph 转换。",
            "Call osmnx.project_graph first.",
        )
    return crs


def _spots(graph: nx.MultiDiGraph[int]) -> dict[int, tuple[float, float]]:
    spots = {}
    for node, data in graph.nodes(data=True):
        if not isinstance(node, (int, np.integer)) or "x" not in data or "y" not in data:
            raise NetworkError.of(
                f"from_networkx: {node}",
                "节点编号应为整数，并带有 x、y。",
                "a node must be a whole number with x and y.",
                "请用 networkx.convert_node_labels_to_integers 重新编号。",
                "Number the nodes with networkx.convert_node_labels_to_integers.",
            )
        spots[int(node)] = (float(data["x"]), float(data["y"]))
    return spots


def _line(data: dict[str, Any], spots: dict[int, tuple[float, float]], u: int, v: int) -> shapely.LineString:
    line = data.get("geometry")
    if line is None:
        return shapely.LineString([spots[u], spots[v]])
    if line.geom_type != "LineString" or (line.coords[0][:2], line.coords[-1][:2]) != (spots[u], spots[v]):
        raise NetworkError.of(
            f"from_networkx: ({u}, {v})",
            "边的线形没有从起点画到终点。",
            "the line of the edge does not run from its first node to its second.",
        )
    return shapely.force_2d(line)


_Record = tuple[int, int, dict[str, Any], shapely.LineString]


def _numbered(every: Iterable[_Record]) -> list[_Street]:
    """Take the edges of `to_networkx`: those of one number are one edge, drawn the way that is not reversed."""
    found: dict[int, _Street] = {}
    for u, v, data, line in every:
        number, back = int(data["edge"]), bool(data.get("reversed", False))
        start, end, drawn = (v, u, line.reverse()) if back else (u, v, line)
        found.setdefault(number, _Street(start, end, drawn, int(data.get("oneway_foot", 0)), data, (number,)))
    return list(found.values())


def _paired(every: Iterable[_Record]) -> list[_Street]:
    """Join edges that run against each other along one line; what is left over is one-way."""
    waiting: dict[tuple[Any, ...], list[_Street]] = {}
    found: list[_Street] = []
    for u, v, data, line in every:
        osmid = _text(data.get("osmid"), "way/") or ""
        partners = waiting.get((u, v, osmid, line.wkb))
        if partners:
            partner = partners.pop()
            partner.oneway = 0
            if partner.data.get("reversed", False) and not data.get("reversed", False):
                partner.start, partner.end, partner.line, partner.data = u, v, line, data
            continue
        street = _Street(u, v, line, 1, data, (osmid, u, v, line.wkb))
        found.append(street)
        waiting.setdefault((v, u, osmid, line.reverse().wkb), []).append(street)
    return found


def _text(value: Any, prefix: str = "") -> str | None:
    """Return what OSMnx keeps of a tag as text: several values joined by a semicolon, numbers with a prefix."""
    if isinstance(value, (list, tuple, set)):
        return ";".join(sorted(filter(None, (_text(part, prefix) for part in value)))) or None
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value if isinstance(value, str) else f"{prefix}{value}"
