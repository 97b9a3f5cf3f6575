"""Streets in, network out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.errors import NetworkError, Notice, Problem, Text
from corridor.network import gates as gate_rules
from corridor.network.model import (
    Bools,
    Floats,
    GatesPolicy,
    Ints,
    Longs,
    Network,
    Vertices,
    piece_lengths_dm,
    ragged_ranges,
)

_POLICIES = ("residents", "public", "open")


def build_network(
    streets: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    *,
    gates_policy: GatesPolicy = "residents",
    steps_factor: float = 2.0,
    source: str = "streets",
) -> Network:
    """Build the walkable network of a table of streets.

    A street is cut into edges where it ends, where it shares a node with another street (or itself) and at
    gates. Streets that cross without a shared node do not meet. Every vertex-to-vertex piece is rounded to whole
    decimetres (halves up) and an edge is the sum of its pieces, so distances do not depend on where a street is
    cut; the cost of a piece on steps is its length times `steps_factor`, rounded likewise.

    Parameters
    ----------
    streets : GeoDataFrame
        Schema of `corridor.sources` (`walk`, `oneway_foot`, `steps`, `nodes`, `name`, `highway`, LineString), in a
        metric CRS. Rows with `walk` "none" are left out. The order of the rows does not matter. A scenario adds
        `cuts` (tuples of (position in dm along the street, node)) where a street is to be parted, and
        `closed` (tuples of (from, to) in dm) where nobody walks through.
    gates : GeoDataFrame
        `node_id` and `passage` ("open", "residents", "shut"). A scenario adds `opened` (bool): gates through which
        everybody may now walk.
    gates_policy : {"residents", "public", "open"}
        "residents": private streets are walked only by trips that start or end in them. "public": they are left
        out. "open": they are streets like any other. Shut gates always cut.
    steps_factor : float
        How many metres on the level one metre of steps counts for.
    source : str
        Name of the streets' file for the error message.

    Returns
    -------
    Network

    Raises
    ------
    NetworkError
        There is nothing to walk on, or a street's nodes do not fit its geometry.
    """
    if gates_policy not in _POLICIES:
        raise NetworkError.of(
            "walker.gates",
            f"未知的大门规则“{gates_policy}”。",
            f"unknown gates policy {gates_policy!r}.",
            "可用 residents、public、open。",
            "Use residents, public or open.",
        )
    walkable = streets[streets["walk"].isin(["public", "private"])].sort_index(kind="stable")
    if walkable.empty:
        raise _nothing_to_walk(source, len(streets))
    draft = _cut_streets(walkable, np.asarray(gates["node_id"], dtype=np.int64), Fraction(str(steps_factor)))
    draft = _apply_gates(draft, gates, gates_policy)
    if not len(draft.street):
        raise _nothing_to_walk(source, len(streets))
    return _assemble(draft, walkable, gates_policy)


def _nothing_to_walk(source: str, given: int) -> NetworkError:
    what = Text(f"0条可步行街道（共{given}条）。", f"0 walkable streets in {given} streets.")
    hint = Text(
        "请检查数据范围、日期与 access、foot 标签，或把 walker.gates 改为 open。",
        "Check the extent, the date and the access and foot tags of the data, or set walker.gates to open.",
    )
    return NetworkError(Problem(source, what, hint))


@dataclass(frozen=True)
class _Draft:
    """Edges before they become tables: ends (2 E node positions), and the vertices they span.

    `street` is the row of the streets' table, `run` a number shared by all streets of one name: a street often
    changes its way id where a branch leaves it.
    """

    ends: Longs
    street: Ints
    run: Ints
    first: Longs
    last: Longs
    from_dm: Longs
    length_dm: Longs
    cost_dm: Longs
    private: Bools
    through: Bools
    xy: Floats
    run_dm: Longs
    node_id: Longs
    node_xy: Floats

    def keep(self, edges: Bools) -> _Draft:
        """Return the draft with some of its edges."""
        return replace(
            self,
            ends=self.ends[np.tile(edges, 2)],
            street=self.street[edges],
            run=self.run[edges],
            first=self.first[edges],
            last=self.last[edges],
            from_dm=self.from_dm[edges],
            length_dm=self.length_dm[edges],
            cost_dm=self.cost_dm[edges],
            private=self.private[edges],
            through=self.through[edges],
        )

    def cut(self, nodes: Bools) -> _Draft:
        """Return the draft parted at `nodes`; copies of a node get ids below all others."""
        ends = gate_rules.cut_at(self.ends, self.run, nodes)
        copies = np.arange(len(self.node_id), int(ends.max(initial=-1)) + 1)
        if not len(copies):
            return self
        origin = np.empty(len(copies), np.int64)
        moved = ends >= len(self.node_id)
        origin[ends[moved] - len(self.node_id)] = self.ends[moved]
        ids = min(0, int(self.node_id.min())) - 1 - np.arange(len(copies))
        return replace(
            self,
            ends=ends,
            node_id=np.concatenate([self.node_id, ids]),
            node_xy=np.concatenate([self.node_xy, self.node_xy[origin]]),
        )

    def opened(self, barred: Bools, opened: Bools) -> _Draft:
        """Return the draft with the ways that everybody may walk once the `opened` gates stand open."""
        edges, ends = gate_rules.through(self.ends, self.private, barred, opened)
        if not len(edges):
            return self
        count, new = len(edges), np.unique(ends[ends >= len(self.node_id)])
        origin = np.empty(int(ends.max()) + 1, np.int64)
        origin[ends] = self.ends[np.concatenate([edges, len(self.street) + edges])]
        place = np.where(ends < len(self.node_id), ends, len(self.node_id) + np.searchsorted(new, ends))
        own = len(self.street)

        def both(name: str) -> np.ndarray:
            values: np.ndarray = getattr(self, name)
            return np.concatenate([values, values[edges]])

        return replace(
            self,
            **{name: both(name) for name in ("street", "run", "first", "last", "from_dm", "length_dm", "cost_dm")},
            ends=np.concatenate([self.ends[:own], place[:count], self.ends[own:], place[count:]]),
            private=np.concatenate([self.private, np.zeros(count, bool)]),
            through=np.concatenate([self.through, np.ones(count, bool)]),
            node_id=np.concatenate([self.node_id, min(0, int(self.node_id.min())) - 1 - np.arange(len(new))]),
            node_xy=np.concatenate([self.node_xy, self.node_xy[origin[new]]]),
        )


def _cut_streets(walkable: gpd.GeoDataFrame, gate_nodes: Longs, steps_factor: Fraction) -> _Draft:
    """Cut streets into edges at ends, shared nodes and gates."""
    xy, street, node, length, cost = _split_pieces(walkable, *_pieces(walkable, steps_factor))
    is_start = np.concatenate([[True], street[1:] != street[:-1]])
    is_end = np.concatenate([is_start[1:], [True]])
    unique, inverse, uses = np.unique(node, return_inverse=True, return_counts=True)
    is_break = is_start | is_end | (uses[inverse] > 1) | np.isin(node, np.append(gate_nodes, _cut_nodes(walkable)))
    breaks = np.flatnonzero(is_break)
    opens = ~is_end[breaks]
    first = breaks[opens]
    last = breaks[np.flatnonzero(opens) + 1]

    run_length = np.concatenate([[0], np.cumsum(length)])
    run_cost = np.concatenate([[0], np.cumsum(cost)])

    place = np.zeros(len(unique), np.int64)
    place[inverse[::-1]] = np.arange(len(node))[::-1]
    used, ends = np.unique(inverse[np.concatenate([first, last])], return_inverse=True)
    return _Draft(
        ends=ends,
        street=street[first].astype(np.int32),
        run=pd.factorize(walkable["name"].fillna(walkable.index.to_series()))[0].astype(np.int32)[street[first]],
        first=first,
        last=last,
        from_dm=run_length[first] - run_length[np.flatnonzero(is_start)][street[first]],
        length_dm=run_length[last] - run_length[first],
        cost_dm=run_cost[last] - run_cost[first],
        private=(walkable["walk"] == "private").to_numpy(dtype=bool)[street[first]],
        through=np.zeros(len(first), bool),
        xy=xy,
        run_dm=run_length,
        node_id=unique[used],
        node_xy=xy[place[used]],
    )


def _pieces(walkable: gpd.GeoDataFrame, steps_factor: Fraction) -> tuple[Floats, Ints, Longs, Longs, Longs]:
    """Return the vertices and, for each, length and cost of the piece that begins there (none at a street's end)."""
    xy, street, node = _vertices(walkable)
    length = np.append(piece_lengths_dm(xy), 0)
    length[:-1][street[1:] != street[:-1]] = 0
    on_steps = walkable["steps"].to_numpy(dtype=bool)[street]
    top, bottom = steps_factor.numerator, steps_factor.denominator
    return xy, street, node, length, np.where(on_steps, (2 * length * top + bottom) // (2 * bottom), length)


def _cut_nodes(walkable: gpd.GeoDataFrame) -> Longs:
    cuts = walkable["cuts"].dropna() if "cuts" in walkable else ()
    return np.array([node for street in cuts for _, node in street], dtype=np.int64)


def _split_pieces(
    walkable: gpd.GeoDataFrame, xy: Floats, street: Ints, node: Longs, length: Longs, cost: Longs
) -> tuple[Floats, Ints, Longs, Longs, Longs]:
    """Put a vertex at each cut; the two parts of a piece sum to the whole, so nothing else gets longer."""
    if "cuts" not in walkable:
        return xy, street, node, length, cost
    start = np.searchsorted(street, np.arange(len(walkable) + 1))
    for row in np.flatnonzero(walkable["cuts"].notna())[::-1]:
        for position, name in sorted(walkable["cuts"].iloc[row], reverse=True):
            run = np.concatenate([[0], np.cumsum(length[start[row] : start[row + 1] - 1])])
            at = int(start[row] + np.searchsorted(run, position, side="right") - 1)
            part, whole = position - int(run[at - start[row]]), int(length[at])
            if part == 0:
                continue
            paid = (2 * int(cost[at]) * part + whole) // (2 * whole)
            between = xy[at] + (xy[at + 1] - xy[at]) * (part / whole)
            xy, node = np.insert(xy, at + 1, between, axis=0), np.insert(node, at + 1, name)
            street = np.insert(street, at + 1, street[at])
            length, cost = np.insert(length, at + 1, whole - part), np.insert(cost, at + 1, cost[at] - paid)
            length[at], cost[at] = part, paid
            start[row + 1 :] += 1
    return xy, street, node, length, cost


def _closed(walkable: gpd.GeoDataFrame, draft: _Draft) -> Bools:
    """Return which edges nobody walks through."""
    closed = np.zeros(len(draft.street), bool)
    if "closed" not in walkable:
        return closed
    end = draft.from_dm + draft.length_dm
    for row in np.flatnonzero(walkable["closed"].notna()):
        for low, high in walkable["closed"].iloc[row]:
            closed |= (draft.street == row) & (draft.from_dm >= low) & (end <= high)
    return closed


def _vertices(walkable: gpd.GeoDataFrame) -> tuple[Floats, Ints, Longs]:
    """Return coordinates, street position and node id of every vertex, repeated nodes dropped."""
    xy, street = shapely.get_coordinates(walkable.geometry.to_numpy(), return_index=True)
    lists = walkable["nodes"].to_numpy()
    counts = np.fromiter(map(len, lists), np.int64, len(lists))
    drawn = np.bincount(street, minlength=len(lists))
    if not np.array_equal(counts, drawn):
        raise NetworkError(
            Problem(
                str(walkable.index[i]),
                Text(
                    f"街道有{counts[i]}个节点、{drawn[i]}个顶点。",
                    f"the street has {counts[i]} nodes but {drawn[i]} vertices.",
                ),
                Text("请重新读取源数据。", "Read the source again."),
            )
            for i in np.flatnonzero(counts != drawn)
        )
    node = np.fromiter(chain.from_iterable(lists), np.int64, int(counts.sum()))
    repeated = np.concatenate([[False], (street[1:] == street[:-1]) & (node[1:] == node[:-1])])
    keep = ~repeated
    return xy[keep], street[keep], node[keep]


def _apply_gates(draft: _Draft, gates: gpd.GeoDataFrame, policy: GatesPolicy) -> _Draft:
    """Cut at shut gates and settle which edges are private."""

    def standing(rows: pd.Series) -> Bools:
        return np.isin(draft.node_id, gates["node_id"].to_numpy(dtype=np.int64)[rows.to_numpy(dtype=bool)])

    draft = draft.cut(standing(gates["passage"] == "shut"))
    if policy == "open":
        return replace(draft, private=np.zeros(len(draft.street), bool))
    residents = standing(gates["passage"] == "residents")
    draft = replace(
        draft, private=gate_rules.compounds(draft.ends, draft.run, draft.private, residents, draft.length_dm)
    )
    if "opened" in gates:
        opened = gates["opened"].astype(bool)
        draft = draft.opened(standing((gates["passage"] == "residents") & ~opened), standing(opened))
        residents = np.isin(draft.node_id, gates["node_id"].to_numpy(dtype=np.int64)[gates["passage"] == "residents"])
    if policy == "public":
        draft = draft.keep(~draft.private)
    return draft.cut(gate_rules.idle_gates(draft.ends, draft.private, residents))


def _assemble(draft: _Draft, walkable: gpd.GeoDataFrame, policy: GatesPolicy) -> Network:
    """Turn a draft into tables."""
    used, ends = np.unique(draft.ends, return_inverse=True)
    order = np.argsort(draft.node_id[used], kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    ends = rank[ends]
    node_id, node_xy = draft.node_id[used][order], draft.node_xy[used][order]
    count = len(draft.street)
    joined = gate_rules.components(len(node_id), ends[:count], ends[count:])
    component = _by_length(joined, ends[:count], draft.length_dm)
    nodes = gpd.GeoDataFrame(
        {"x_m": node_xy[:, 0], "y_m": node_xy[:, 1], "component": component},
        index=pd.Index(node_id, name="node"),
        geometry=shapely.points(node_xy),
        crs=walkable.crs,
    )
    spans = draft.last - draft.first + 1
    rows = ragged_ranges(draft.first, spans)
    vertices = Vertices(
        np.concatenate([[0], np.cumsum(spans)]),
        draft.xy[rows],
        draft.run_dm[rows] - np.repeat(draft.run_dm[draft.first], spans),
    )
    lines = shapely.linestrings(vertices.xy, indices=np.repeat(np.arange(count), spans))
    of = walkable.iloc[draft.street]
    edges = gpd.GeoDataFrame(
        {
            "u": ends[:count].astype(np.int32),
            "v": ends[count:].astype(np.int32),
            "street_id": of.index.to_numpy(),
            "name": of["name"].array,
            "highway": of["highway"].array,
            "from_dm": draft.from_dm.astype(np.int32),
            "length_dm": draft.length_dm.astype(np.int32),
            "cost_dm": draft.cost_dm.astype(np.int32),
            "private": draft.private,
            "closed": _closed(walkable, draft),
            "through": draft.through,
            "oneway_foot": of["oneway_foot"].to_numpy(dtype=np.int8),
            "component": component[ends[:count]],
        },
        index=pd.RangeIndex(count, name="edge"),
        geometry=lines,
        crs=walkable.crs,
    )
    return Network(nodes, edges, walkable.crs, policy, _notices(edges), vertices)


def _by_length(label: Longs, edge_at: Longs, length_dm: Longs) -> Ints:
    """Rank components by falling length of street, ties by lowest node."""
    roots, member = np.unique(label, return_inverse=True)
    length = np.bincount(member[edge_at], weights=length_dm, minlength=len(roots))
    rank = np.empty(len(roots), np.int32)
    rank[np.lexsort([roots, -length])] = np.arange(len(roots), dtype=np.int32)
    return rank[member]


def _notices(edges: gpd.GeoDataFrame) -> tuple[Notice, ...]:
    found = []
    islands = edges[edges["component"] > 0]
    if len(islands):
        number = islands["component"].nunique()
        metres = round(int(islands["length_dm"].sum()) / 10)
        found.append(
            Notice(
                "network.islands",
                "R",
                Text(
                    f"{number}处街道与主路网不相连，共{metres}米；已保留并标记。",
                    f"{number} islands of streets ({metres} m) do not join the main network; kept and flagged.",
                ),
            )
        )
    private = edges[edges["private"]]
    if len(private):
        metres = round(int(private["length_dm"].sum()) / 10)
        found.append(
            Notice(
                "network.private",
                "R",
                Text(
                    f"{metres}米街道位于仅居民可进入的院落内，只供起点或终点在其中的出行使用。",
                    f"{metres} m of street lie in residents' compounds and serve only trips that start or end there.",
                ),
            )
        )
    return tuple(found)
