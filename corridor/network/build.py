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
from corridor.network.model import Bools, Floats, GatesPolicy, Ints, Longs, Network, piece_lengths_dm, ragged_ranges

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
        metric CRS. Rows with `walk` "none" are left out. The order of the rows does not matter.
    gates : GeoDataFrame
        `node_id` and `passage` ("open", "residents", "shut").
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
    length_dm: Longs
    cost_dm: Longs
    private: Bools
    xy: Floats
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
            length_dm=self.length_dm[edges],
            cost_dm=self.cost_dm[edges],
            private=self.private[edges],
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


def _cut_streets(walkable: gpd.GeoDataFrame, gate_nodes: Longs, steps_factor: Fraction) -> _Draft:
    """Cut streets into edges at ends, shared nodes and gates."""
    xy, street, node = _vertices(walkable)
    is_start = np.concatenate([[True], street[1:] != street[:-1]])
    is_end = np.concatenate([is_start[1:], [True]])
    unique, inverse, uses = np.unique(node, return_inverse=True, return_counts=True)
    is_break = is_start | is_end | (uses[inverse] > 1) | np.isin(node, gate_nodes)
    breaks = np.flatnonzero(is_break)
    opens = ~is_end[breaks]
    first = breaks[opens]
    last = breaks[np.flatnonzero(opens) + 1]

    length = np.append(piece_lengths_dm(xy), 0)
    on_steps = walkable["steps"].to_numpy(dtype=bool)[street]
    top, bottom = steps_factor.numerator, steps_factor.denominator
    cost = np.where(on_steps, (2 * length * top + bottom) // (2 * bottom), length)
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
        length_dm=run_length[last] - run_length[first],
        cost_dm=run_cost[last] - run_cost[first],
        private=(walkable["walk"] == "private").to_numpy(dtype=bool)[street[first]],
        xy=xy,
        node_id=unique[used],
        node_xy=xy[place[used]],
    )


def _vertices(walkable: gpd.GeoDataFrame) -> tuple[Floats, Longs, Longs]:
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

    def standing(passage: str) -> Bools:
        nodes = gates["node_id"].to_numpy(dtype=np.int64)[(gates["passage"] == passage).to_numpy(dtype=bool)]
        return np.isin(draft.node_id, nodes)

    draft = draft.cut(standing("shut"))
    if policy == "open":
        return replace(draft, private=np.zeros(len(draft.street), bool))
    residents = standing("residents")
    draft = replace(
        draft, private=gate_rules.compounds(draft.ends, draft.run, draft.private, residents, draft.length_dm)
    )
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
    component = by_length(joined, ends[:count], draft.length_dm)
    nodes = gpd.GeoDataFrame(
        {"x_m": node_xy[:, 0], "y_m": node_xy[:, 1], "component": component},
        index=pd.Index(node_id, name="node"),
        geometry=shapely.points(node_xy),
        crs=walkable.crs,
    )
    spans = draft.last - draft.first + 1
    lines = shapely.linestrings(draft.xy[ragged_ranges(draft.first, spans)], indices=np.repeat(np.arange(count), spans))
    rows = walkable.iloc[draft.street]
    edges = gpd.GeoDataFrame(
        {
            "u": ends[:count].astype(np.int32),
            "v": ends[count:].astype(np.int32),
            "street_id": rows.index.to_numpy(),
            "name": rows["name"].array,
            "highway": rows["highway"].array,
            "length_dm": draft.length_dm.astype(np.int32),
            "cost_dm": draft.cost_dm.astype(np.int32),
            "private": draft.private,
            "oneway_foot": rows["oneway_foot"].to_numpy(dtype=np.int8),
            "component": component[ends[:count]],
        },
        index=pd.RangeIndex(count, name="edge"),
        geometry=lines,
        crs=walkable.crs,
    )
    return Network(nodes, edges, walkable.crs, policy, _notices(edges))


def by_length(label: Longs, edge_at: Longs, length_dm: Longs) -> Ints:
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
