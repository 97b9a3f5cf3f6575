"""A network taken apart into its streets and what meets where, so that an edit can be spliced into it.

Made once for a network. Only what an edit touches is looked at afterwards: the vertices of a street, the ends that
meet at a node, the waits there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np

from corridor.network import waits as wait_rules
from corridor.network.build import factors
from corridor.network.draft import pieces
from corridor.network.model import Bools, Floats, GatesPolicy, Ints, Longs, Network, Vertices, edge_vertices

End = tuple[int, int]
"""An edge and its side: 0 where it begins, 1 where it ends."""
# What only scenarios set; a network that has it already is not taken apart.
_EDITED = ("cuts", "closed", "added")


class Street(NamedTuple):
    """A street's vertices; `length` and `cost` of the piece that begins at each (none at the last)."""

    id: str
    xy: Floats
    node: Longs
    length: Longs
    cost: Longs
    place: Floats
    wait_dm: int
    oneway: int
    run: str


@dataclass(frozen=True)
class Gates:
    """Nodes of gates as they are: shut; for residents; standing idle between two public streets."""

    shut: frozenset[int]
    residents: frozenset[int]
    idle: frozenset[int]


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Streets, vertices and ends of a network; see the module.

    Attributes
    ----------
    network : Network
    ids : list of str
        Its streets, in order; `rank` the other way round.
    start : int64 array, shape (S + 1,)
        Street s owns the vertices `start[s]:start[s + 1]` of `xy`, `node`, `length`, `cost`, `breaks`.
    wait_dm, oneway, run : by street
        Wait on the way, direction, and what all streets of one name share.
    first_of_run : dict
        The first street of each run.
    first_edge : int64 array, shape (S + 1,)
        Street s owns the edges `first_edge[s]:first_edge[s + 1]`; `first`, `last` are their vertices.
    edges : dict of arrays
        Columns of `network.edges`, all edges.
    group : int64 array, shape (2, own)
        Node at which an end meets others: behind its wait, where it has one.
    apart : int64 array, shape (2, own)
        Edge of the wait that sets an end apart, -1 where there is none.
    gates : Gates
    waits : dict of int to int
        Decimetres by node.
    class_factors, steps_factor, speed_m_min
        As for `build_network`.
    """

    network: Network
    ids: list[str]
    rank: dict[str, int]
    start: Longs
    xy: Floats
    node: Longs
    length: Longs
    cost: Longs
    breaks: Bools
    wait_dm: Longs
    oneway: Ints
    run: list[str]
    first_of_run: dict[str, str]
    first_edge: Longs
    first: Longs
    last: Longs
    edges: dict[str, Any]
    group: Longs
    apart: Longs
    gates: Gates
    waits: dict[int, int]
    class_factors: dict[str, float]
    steps_factor: float
    speed_m_min: float
    vertices: Vertices
    _by_node: tuple[Longs, Longs]
    _by_end: tuple[Longs, Longs]
    _by_group: tuple[Longs, Longs]
    _arcs: tuple[Longs, Longs, Longs]
    component: Ints
    node_id: Longs
    lengths: Longs

    @property
    def policy(self) -> GatesPolicy:
        """How private streets and gates are treated."""
        return self.network.gates_policy

    def street(self, rank: int) -> Street:
        """Return the vertices of a street."""
        own = slice(int(self.start[rank]), int(self.start[rank + 1]))
        place = np.arange(own.start, own.stop, dtype=np.float64)
        of = self.xy[own], self.node[own], self.length[own], self.cost[own], place
        return Street(self.ids[rank], *of, int(self.wait_dm[rank]), int(self.oneway[rank]), self.run[rank])

    def vertices_at(self, node: int) -> list[int]:
        """Return the vertices of a node, over all streets."""
        return _rows(*self._by_node, node)

    def ends_at(self, node: int) -> list[End]:
        """Return the ends at a node, as it was before gates parted them."""
        return self._ends(_rows(*self._by_end, node))

    def ends_of(self, group: int) -> list[End]:
        """Return the ends that meet at a node of the network, behind their waits."""
        return self._ends(_rows(*self._by_group, group))

    def _ends(self, rows: list[int]) -> list[End]:
        count = len(self.first)
        return [(row % count, row // count) for row in rows]

    def arcs_of(self, node: int) -> list[tuple[int, int]]:
        """Return the edges at a node of the network, and the node at the other end of each."""
        first, edge, other = self._arcs
        low, high = first[node], first[node + 1]
        return list(zip(edge[low:high].tolist(), other[low:high].tolist(), strict=True))

    def node_at(self, end: End) -> int:
        """Return the node at an end, as it was before gates parted it."""
        return int(self.node[(self.first, self.last)[end[1]][end[0]]])


def _rows(sorted_keys: Longs, order: Longs, key: int) -> list[int]:
    low, high = sorted_keys.searchsorted(key), sorted_keys.searchsorted(key, "right")
    found: list[int] = order[low:high].tolist()
    return found


def _index(keys: Longs) -> tuple[Longs, Longs]:
    order = np.argsort(keys, kind="stable")
    return keys[order], order


def skeleton(
    network: Network,
    streets: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    *,
    steps_factor: float | None,
    class_factors: Mapping[str, float],
    signals_wait_dm: int,
    crossing_wait_dm: int,
    speed_m_min: float,
    gates_policy: GatesPolicy,
) -> Skeleton | None:
    """Take a network apart; None where it left streets out, or was edited before.

    Parameters
    ----------
    network : Network
        As `build_network` returns it for the rest.
    streets, gates, steps_factor, class_factors, signals_wait_dm, crossing_wait_dm, speed_m_min, gates_policy
        As for `build_network`.
    """
    edited = "opened" in gates or any(name in streets for name in _EDITED)
    if edited or steps_factor is None or gates_policy != network.gates_policy:
        return None
    walkable = streets[streets["walk"].isin(["public", "private"])].sort_index(kind="stable")
    waits = {"signals": signals_wait_dm, "crossing": crossing_wait_dm}
    xy, street, node, length, cost = pieces(walkable, factors(walkable, steps_factor, class_factors))
    start = np.searchsorted(street, np.arange(len(walkable) + 1)).astype(np.int64)
    breaks = _breaks(street, node, np.asarray(gates["node_id"], dtype=np.int64))
    at = np.flatnonzero(breaks)
    opens = street[at[:-1]] == street[at[1:]]
    first, last = at[:-1][opens], at[1:][opens]
    edges = {name: network.edges[name].to_numpy() for name in network.edges.columns if name != "geometry"}
    own = len(first)
    ids = walkable.index.tolist()
    if not _same(edges, first, last, street, length, ids):
        return None
    run = walkable["name"].fillna(walkable.index.to_series()).tolist()
    first_of_run: dict[str, str] = {}
    for id_, name in zip(ids, run, strict=True):
        first_of_run.setdefault(name, id_)
    group, apart = _behind_waits(edges, own, len(network.nodes))
    ends = np.concatenate([node[first], node[last]])
    count = int(edges["component"].max(initial=-1)) + 1
    return Skeleton(
        network=network,
        ids=ids,
        rank={id_: n for n, id_ in enumerate(ids)},
        start=start,
        xy=xy,
        node=node,
        length=length,
        cost=cost,
        breaks=breaks,
        wait_dm=wait_rules.on_the_way(walkable, waits, speed_m_min),
        oneway=walkable["oneway_foot"].to_numpy(dtype=np.int32),
        run=run,
        first_of_run=first_of_run,
        first_edge=np.searchsorted(street[first], np.arange(len(walkable) + 1)).astype(np.int64),
        first=first,
        last=last,
        edges=edges,
        group=group,
        apart=apart,
        gates=_gates(gates, ends, edges["private"][:own], gates_policy),
        waits=wait_rules.at_nodes(walkable, waits),
        class_factors=dict(class_factors),
        steps_factor=steps_factor,
        speed_m_min=speed_m_min,
        vertices=edge_vertices(network),
        _by_node=_index(node),
        _by_end=_index(ends),
        _by_group=_index(group.ravel()),
        _arcs=_arcs(edges, len(network.nodes)),
        component=network.nodes["component"].to_numpy(),
        node_id=network.nodes.index.to_numpy(),
        lengths=np.bincount(edges["component"], weights=edges["length_dm"], minlength=count).astype(np.int64),
    )


def _arcs(edges: dict[str, Any], nodes: int) -> tuple[Longs, Longs, Longs]:
    """Return edges and nodes at their other ends by node: node n owns `first[n]:first[n + 1]`."""
    count = len(edges["u"])
    tail, head = (np.concatenate([edges[a], edges[b]]).astype(np.int64) for a, b in ("uv", "vu"))
    order = np.argsort(tail, kind="stable")
    first = np.searchsorted(tail[order], np.arange(nodes + 1)).astype(np.int64)
    return first, order % count, head[order]


def _breaks(street: Ints, node: Longs, gates: Longs) -> Bools:
    """Return the vertices at which a street is cut into edges."""
    is_start = np.concatenate([[True], street[1:] != street[:-1]])
    _, inverse, uses = np.unique(node, return_inverse=True, return_counts=True)
    found: Bools = is_start | np.append(is_start[1:], True) | (uses[inverse] > 1) | np.isin(node, gates)
    return found


def _same(edges: dict[str, Any], first: Longs, last: Longs, street: Ints, length: Longs, ids: list[str]) -> bool:
    """Whether the edges are those of the network, in its order; after them only waits."""
    own = len(first)
    along = np.concatenate([[0], np.cumsum(length)])
    names = np.array(ids, dtype=object)[street[first]]
    if len(edges["u"]) < own or edges["through"][:own].any() or edges["length_dm"][own:].any():
        return False
    same = np.array_equal(edges["length_dm"][:own], along[last] - along[first])
    return bool(same and edges["through"][own:].all() and (edges["street_id"][:own] == names).all())


def _behind_waits(edges: dict[str, Any], own: int, nodes: int) -> tuple[Longs, Longs]:
    """Return the node behind the wait of each end, and the edge of that wait."""
    ends = np.stack([edges["u"][:own], edges["v"][:own]]).astype(np.int64)
    direct = np.zeros(nodes, bool)
    direct[ends.ravel()] = True
    wait, hub = np.full((2, nodes), -1, np.int64)
    for number in range(own, len(edges["u"])):
        u, v = int(edges["u"][number]), int(edges["v"][number])
        copy, behind = (u, v) if direct[u] else (v, u)
        wait[copy], hub[copy] = number, behind
    apart = wait[ends]
    return np.where(apart >= 0, hub[ends], ends), apart


def _gates(gates: gpd.GeoDataFrame, ends: Longs, private: Bools, policy: GatesPolicy) -> Gates:
    passage = gates["passage"].to_numpy(dtype=object)
    node = gates["node_id"].to_numpy(dtype=np.int64)
    residents = node[passage == "residents"]
    at, sides = ends[np.isin(ends, residents)], np.tile(private, 2)[np.isin(ends, residents)]
    known = set(residents.tolist()) if policy != "open" else ()
    idle = [n for n in known if (at == n).sum() == 2 and not sides[at == n].any()]
    return Gates(
        frozenset(node[passage == "shut"].tolist()), frozenset(residents.tolist()), frozenset(int(n) for n in idle)
    )
