"""Edits of streets: which edges go, which come, and where the points on the edges that go are found again.

Everything that happens to streets has this one form. A street that costs more is an edge that goes and one that
comes; so is one that becomes private or public behind a gate that shuts or opens; a street cut by a new junction is
one that goes and two that come. Old edges keep their numbers, new ones go on from the last; so do nodes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.errors import NetworkError
from corridor.network.gates import components
from corridor.network.layout import by_length
from corridor.network.model import Network


class Edge(NamedTuple):
    """What walks need to know about an edge; the columns of `Network.edges` of these names."""

    u: int
    v: int
    length_dm: int
    cost_dm: int
    private: bool
    oneway_foot: int
    closed: bool = False


class Part(NamedTuple):
    """Points of an old edge from `start_dm` to `stop_dm` (inclusive) lie on the edge `into`, from its `at_dm` on."""

    start_dm: int
    stop_dm: int
    into: int
    at_dm: int = 0


@dataclass(frozen=True)
class StreetEdit:
    """A change of the network in its normal form.

    Attributes
    ----------
    edges, nodes : int
        How many the network had: new ones are numbered from here.
    gone : tuple of int
        Edges that are no more. Points on them that no part takes are off the network.
    added : tuple of Edge
        Edges `edges`, `edges + 1`, …
    spots : tuple of (float, float)
        Coordinates (m) of the nodes `nodes`, `nodes + 1`, …
    parts : mapping of int to tuple of Part
        By edge that is gone.
    """

    edges: int
    nodes: int
    gone: tuple[int, ...] = ()
    added: tuple[Edge, ...] = ()
    spots: tuple[tuple[float, float], ...] = ()
    parts: dict[int, tuple[Part, ...]] = field(default_factory=dict)

    def found_again(self, edge: int, offset_dm: int) -> tuple[int, int] | None:
        """Return where a point at `offset_dm` of `edge` is now: (edge, offset), or None off the network."""
        if edge not in self.parts and edge not in self.gone:
            return edge, offset_dm
        for part in self.parts.get(edge, ()):
            if part.start_dm <= offset_dm <= part.stop_dm:
                return part.into, part.at_dm + offset_dm - part.start_dm
        return None


class StreetDraft:
    """Collects what happens to the streets of one network; `done` gives the edit.

    Edges are named by their numbers in `network.edges`. The order of the calls does not matter, except that of two
    changes of one edge the later counts.

    Examples
    --------
    >>> draft = StreetDraft(network)                      # doctest: +SKIP
    >>> a, b = draft.node_on(12, 340), draft.node_on(40, 0)
    >>> draft.add(a, b, length_dm=520)
    >>> draft.close(7)
    >>> edit = draft.done()
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._edges = {name: network.edges[name].to_numpy() for name in Edge._fields}
        self._changed: dict[int, Edge] = {}
        self._cuts: dict[int, dict[int, int]] = {}
        self._closed: dict[int, list[tuple[int, int]]] = {}
        self._added: list[Edge] = []
        self._spots: list[tuple[float, float]] = []

    def edge(self, number: int) -> Edge:
        """Return an edge as it is in the draft, before cuts."""
        if not 0 <= number < len(self._edges["u"]):
            raise NetworkError.of("edge", f"没有第{number}条路段。", f"there is no edge {number}.")
        if number in self._changed:
            return self._changed[number]
        return Edge(*(column[number].item() for column in self._edges.values()))

    def close(self, edge: int, start_dm: int = 0, stop_dm: int | None = None) -> None:
        """Close an edge, or the part of it between two offsets: nobody walks through.

        Who stands on the part still walks off it by either end, as under `closed` in `build_network`.
        """
        length = self.edge(edge).length_dm
        stop = length if stop_dm is None else stop_dm
        self._check_offset(edge, start_dm)
        self._check_offset(edge, stop)
        self.node_on(edge, start_dm)
        self.node_on(edge, stop)
        self._closed.setdefault(edge, []).append((start_dm, stop))

    def change(
        self,
        edge: int,
        *,
        cost_dm: int | None = None,
        private: bool | None = None,
        oneway_foot: int | None = None,
        closed: bool | None = None,
        u: int | None = None,
        v: int | None = None,
    ) -> None:
        """Change what an edge costs, who may walk it and which way, or the nodes it ends at."""
        wanted: dict[str, Any] = {
            "cost_dm": cost_dm,
            "private": private,
            "oneway_foot": oneway_foot,
            "closed": closed,
            "u": u,
            "v": v,
        }
        self._changed[edge] = self.edge(edge)._replace(**{k: x for k, x in wanted.items() if x is not None})

    def node(self, x_m: float, y_m: float) -> int:
        """Put a node where there is no street yet, and return its number."""
        self._spots.append((x_m, y_m))
        return len(self._network.nodes) + len(self._spots) - 1

    def node_on(self, edge: int, offset_dm: int) -> int:
        """Return the node at an offset of an edge; between its ends the edge is cut there."""
        at = self.edge(edge)
        self._check_offset(edge, offset_dm)
        if offset_dm == 0:
            return at.u
        if offset_dm == at.length_dm:
            return at.v
        cuts = self._cuts.setdefault(edge, {})
        if offset_dm not in cuts:
            point = shapely.line_interpolate_point(self._network.edges.geometry.iloc[edge], offset_dm / 10)
            cuts[offset_dm] = self.node(float(point.x), float(point.y)) if point is not None else self.node(0.0, 0.0)
        return cuts[offset_dm]

    def add(
        self,
        u: int,
        v: int,
        *,
        length_dm: int,
        cost_dm: int | None = None,
        private: bool = False,
        oneway_foot: int = 0,
    ) -> int:
        """Add a street between two nodes; return its place among the added (its number is known when done)."""
        if length_dm < 0 or (cost_dm is not None and cost_dm < 0):
            raise NetworkError.of("length_dm", "街道长度不能为负。", "a street cannot have a negative length.")
        self._added.append(Edge(u, v, length_dm, length_dm if cost_dm is None else cost_dm, private, oneway_foot))
        return len(self._added) - 1

    def done(self) -> StreetEdit:
        """Return the edit: streets added first, then what is left of edges that were changed, cut or closed."""
        edges = len(self._edges["u"])
        added = list(self._added)
        parts: dict[int, tuple[Part, ...]] = {}
        touched = sorted({*self._changed, *self._cuts, *self._closed})
        for number in touched:
            left = []
            for start, stop, piece in self._pieces(number):
                closed = any(low <= start and stop <= high for low, high in self._closed.get(number, ()))
                left.append(Part(start, stop, edges + len(added)))
                added.append(piece._replace(closed=piece.closed or closed))
            parts[number] = tuple(left)
        return StreetEdit(edges, len(self._network.nodes), tuple(touched), tuple(added), tuple(self._spots), parts)

    def _pieces(self, number: int) -> Iterable[tuple[int, int, Edge]]:
        """Yield (start, stop, piece) of an edge between its cuts; whole offsets that sum to the whole."""
        whole = self.edge(number)
        stops = [(0, whole.u), *sorted(self._cuts.get(number, {}).items()), (whole.length_dm, whole.v)]
        for (start, u), (stop, v) in pairwise(stops):
            cost = cost_at(whole, stop) - cost_at(whole, start)
            yield start, stop, whole._replace(u=u, v=v, length_dm=stop - start, cost_dm=cost)

    def _check_offset(self, edge: int, offset_dm: int) -> None:
        length = self.edge(edge).length_dm
        if not 0 <= offset_dm <= length:
            raise NetworkError.of(
                f"edge {edge}",
                f"位置{offset_dm}分米不在该路段（{length}分米）上。",
                f"{offset_dm} dm is not on this edge of {length} dm.",
            )


def cost_at(edge: Edge, offset_dm: int) -> int:
    """Return the cost from an edge's u end to an offset, halves up (as points along edges are placed)."""
    return cost_along(edge.length_dm, edge.cost_dm, offset_dm)


def cost_along(length_dm: int, cost_dm: int, offset_dm: int) -> int:
    """Return the cost of the first `offset_dm` of an edge of this length and cost, halves up."""
    if length_dm == cost_dm or offset_dm == 0:
        return offset_dm
    if offset_dm == length_dm:
        return cost_dm
    return (2 * offset_dm * cost_dm + length_dm) // (2 * length_dm)


def edited(network: Network, edit: StreetEdit) -> Network:
    """Return the network after an edit, built whole: edges that stay in their order, then those that came.

    The slow, plain way that fast repairs are checked against.
    """
    stays = np.ones(len(network.edges), bool)
    stays[list(edit.gone)] = False
    kept = network.edges[stays]
    new = pd.DataFrame(list(edit.added), columns=list(Edge._fields))
    spots = np.asarray(edit.spots, dtype=np.float64).reshape(-1, 2)
    xy = np.concatenate([network.nodes[["x_m", "y_m"]].to_numpy(), spots])
    low = min(0, int(network.nodes.index.min())) - 1
    index = np.concatenate([network.nodes.index.to_numpy(), low - np.arange(len(spots))])
    ends = np.concatenate([kept[["u", "v"]].to_numpy(np.int64), new[["u", "v"]].to_numpy(np.int64)])
    label = components(len(xy), ends[:, 0], ends[:, 1])
    length = np.concatenate([kept["length_dm"].to_numpy(np.int64), new["length_dm"].to_numpy(np.int64)])
    component = by_length(label, ends[:, 0], length)
    lines = shapely.linestrings(xy[new[["u", "v"]].to_numpy(np.int64)]) if len(new) else np.zeros(0, object)
    more = {"through": False, "from_dm": 0}
    joined = {name: np.concatenate([kept[name].to_numpy(), new[name].to_numpy()]) for name in Edge._fields}
    edges = gpd.GeoDataFrame(
        {
            **{name: joined[name].astype(network.edges[name].dtype) for name in Edge._fields},
            **{name: np.append(kept[name].to_numpy(), [value] * len(new)) for name, value in more.items()},
            "component": component[ends[:, 0]].astype(np.int32),
        },
        index=pd.RangeIndex(len(ends), name="edge"),
        geometry=np.concatenate([kept.geometry.to_numpy(), lines]),
        crs=network.crs,
    )
    nodes = gpd.GeoDataFrame(
        {"x_m": xy[:, 0], "y_m": xy[:, 1], "component": component.astype(np.int32)},
        index=pd.Index(index, name="node"),
        geometry=shapely.points(xy),
        crs=network.crs,
    )
    return Network(nodes, edges, network.crs, network.gates_policy)


def renumbered(edit: StreetEdit, table: pd.DataFrame) -> pd.DataFrame:
    """Return an attach table as the edited network numbers its edges; points nowhere lose their edge.

    `table` names edges by their old numbers and new ones from `edit.edges` on.
    """
    stays = np.ones(edit.edges, bool)
    stays[list(edit.gone)] = False
    number = np.append(np.cumsum(stays) - 1, int(stays.sum()) + np.arange(len(edit.added)))
    found = [
        None if pd.isna(edge) else edit.found_again(int(edge), int(offset))
        for edge, offset in zip(table["edge"], table["offset_dm"], strict=True)
    ]
    edge = pd.array([pd.NA if at is None else int(number[at[0]]) for at in found], dtype="Int64")
    offset = pd.array([pd.NA if at is None else at[1] for at in found], dtype="Int32")
    return table.assign(edge=edge, offset_dm=offset)


def nothing(network: Network) -> StreetEdit:
    """Return the edit that changes nothing."""
    return StreetEdit(len(network.edges), len(network.nodes))


def parts_of(edit: StreetEdit, edge: int) -> tuple[Edge, ...]:
    """Return the new edges on which points of an old one are found, in order."""
    return tuple(edit.added[part.into - edit.edges] for part in edit.parts.get(edge, ()) if part.into >= edit.edges)
