"""Streets in, network out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.errors import NetworkError, Notice, Problem, Text
from corridor.network import gates as gate_rules
from corridor.network import waits as wait_rules
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
# Numerators and denominators of each street's factor.
Factors = tuple[Longs, Longs]
MOST_FELT = 1000
# What a way that everybody may walk takes over from the residents' way.
_COPIED = ("street", "run", "first", "last", "from_dm", "length_dm", "cost_dm", "oneway", "closed")
LONGEST_WAIT_DM = 100_000


def build_network(
    streets: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    *,
    gates_policy: GatesPolicy = "residents",
    steps_factor: float | None = 2.0,
    class_factors: Mapping[str, float] | None = None,
    signals_wait_dm: int = 0,
    crossing_wait_dm: int = 0,
    speed_m_min: float = 80.0,
    source: str = "streets",
) -> Network:
    """Build the walkable network of a table of streets.

    A street is cut into edges where it ends, where it shares a node with another street (or itself) and at
    gates. Streets that cross without a shared node do not meet. Every vertex-to-vertex piece is rounded to whole
    decimetres (halves up) and an edge is the sum of its pieces, so distances do not depend on where a street is
    cut. The cost of a piece is its length times the factor of its class, and on steps times `steps_factor`, rounded
    likewise; lengths know neither factors nor waits.

    Waits are added to costs, once for each crossing. A way across a street (column `crossing`) carries its wait along
    its whole length, in proportion to the length walked. A junction of three or more street ends with a node of
    `signals` or `crossings`, and no way across it, lets nobody pass without the wait: half of it on the way into the
    junction, half on the way out, so who starts or ends there pays half. Each half is rounded up to a whole
    decimetre. A crossing along the middle of a street stops nobody who walks along that street.

    Parameters
    ----------
    streets : GeoDataFrame
        Schema of `corridor.sources` (`walk`, `oneway_foot`, `steps`, `nodes`, `name`, `highway`, LineString; where
        they are known `ramp`, `crossing`, `signals`, `crossings`), in a metric CRS. Rows with `walk` "none" are left
        out. The order of the rows does not matter. A scenario adds `cuts` (tuples of (position in dm along the
        street, node)) where a street is to be parted, `closed` (tuples of (from, to) in dm) where nobody walks
        through, and `wait_s` (seconds) on a new way across.
    gates : GeoDataFrame
        `node_id` and `passage` ("open", "residents", "shut"). A scenario adds `opened` ("public" or
        "residents": for whom, else missing) and `closed` (bool).
    gates_policy : {"residents", "public", "open"}
        "residents": private streets are walked only by trips that start or end in them. "public": they are left
        out. "open": they are streets like any other. Shut gates always cut.
    steps_factor : float or None
        How many metres on the level one metre of steps counts for. None: steps cannot be walked, but where they have
        a ramp, which then counts as a street like any other.
    class_factors : mapping of str to float, optional
        How many metres one metre of a class of street (`highway`) is felt as; 1 for those not named.
    signals_wait_dm, crossing_wait_dm : int
        Wait at traffic signals and at other crossings, as decimetres walked in that time.
    speed_m_min : float
        At which a street's own `wait_s` becomes decimetres.
    source : str
        Name of the streets' file for the error message.

    Returns
    -------
    Network

    Raises
    ------
    NetworkError
        There is nothing to walk on, a street's nodes do not fit its geometry, or a wait or a factor is negative.
    """
    if gates_policy not in _POLICIES:
        raise NetworkError.of(
            "walker.gates",
            f"未知的大门规则“{gates_policy}”。",
            f"unknown gates policy {gates_policy!r}.",
            "可用 residents、public、open。",
            "Use residents, public or open.",
        )
    _check_costs(steps_factor, class_factors or {}, signals_wait_dm, crossing_wait_dm)
    walkable = streets[streets["walk"].isin(["public", "private"])].sort_index(kind="stable")
    if walkable.empty:
        raise _nothing_to_walk(source, len(streets))
    waits = {"signals": signals_wait_dm, "crossing": crossing_wait_dm}
    factor = _factors(walkable, steps_factor, class_factors or {})
    draft = _cut_streets(
        walkable,
        np.asarray(gates["node_id"], dtype=np.int64),
        factor,
        wait_rules.on_the_way(walkable, waits, speed_m_min),
    )
    draft = _apply_gates(draft, walkable, gates, gates_policy)
    if steps_factor is None:
        # Only now: which streets lie in a compound is a fact of the place, not of who walks.
        draft = draft.keep(~(_flag(walkable, "steps") & ~_flag(walkable, "ramp"))[draft.street])
    if not len(draft.street):
        raise _nothing_to_walk(source, len(streets))
    draft = replace(draft, closed=_closed(walkable, draft))
    draft = _apply_waits(draft, wait_rules.at_nodes(walkable, waits))
    return _assemble(draft, walkable, gates_policy)


def _check_costs(steps_factor: float | None, class_factors: Mapping[str, float], *waits_dm: int) -> None:
    """Refuse what would make a cost negative or not a whole number."""
    factors = {"steps_factor": steps_factor or 0.0, **class_factors}
    bad = [name for name, factor in factors.items() if not 0 <= factor <= MOST_FELT]
    bad += [f"wait {wait}" for wait in waits_dm if not 0 <= wait <= LONGEST_WAIT_DM or int(wait) != wait]
    if bad:
        raise NetworkError.of(
            "walker",
            f"取值超出范围：{'、'.join(bad)}。",
            f"out of range: {', '.join(bad)}.",
            f"系数应为0–{MOST_FELT}，等候应为0–{LONGEST_WAIT_DM}的整数分米。",
            f"Factors run from 0 to {MOST_FELT}, waits from 0 to {LONGEST_WAIT_DM} whole decimetres.",
        )


def _flag(streets: gpd.GeoDataFrame, name: str) -> Bools:
    """Return a column of truth values; False where the table has none."""
    found: Bools = streets[name].fillna(False).to_numpy(dtype=bool) if name in streets else np.zeros(len(streets), bool)
    return found


def _factors(walkable: gpd.GeoDataFrame, steps_factor: float | None, classes: Mapping[str, float]) -> Factors:
    """Return by how much each street's length is multiplied, as whole numerators and denominators."""
    on_steps = walkable["steps"].to_numpy(dtype=bool)
    steps = Fraction(1) if steps_factor is None else Fraction(str(steps_factor))
    exact = {name: Fraction(str(factor)) for name, factor in classes.items()}
    both = [
        exact.get(name, Fraction(1)) * (steps if stepped else 1)
        for name, stepped in zip(walkable["highway"], on_steps, strict=True)
    ]
    return (
        np.array([factor.numerator for factor in both], np.int64),
        np.array([factor.denominator for factor in both], np.int64),
    )


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
    oneway: Ints
    closed: Bools
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
            oneway=self.oneway[edges],
            closed=self.closed[edges],
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
            **{name: both(name) for name in _COPIED},
            ends=np.concatenate([self.ends[:own], place[:count], self.ends[own:], place[count:]]),
            private=np.concatenate([self.private, np.zeros(count, bool)]),
            through=np.concatenate([self.through, np.ones(count, bool)]),
            node_id=np.concatenate([self.node_id, min(0, int(self.node_id.min())) - 1 - np.arange(len(new))]),
            node_xy=np.concatenate([self.node_xy, self.node_xy[origin[new]]]),
        )


def _cut_streets(walkable: gpd.GeoDataFrame, gate_nodes: Longs, factor: Factors, wait_dm: Longs) -> _Draft:
    """Cut streets into edges at ends, shared nodes and gates."""
    xy, street, node, length, cost = _split_pieces(walkable, *_pieces(walkable, factor))
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
    # A way's wait is shared out along it: what is left behind at a vertex depends on its place alone.
    begin = np.maximum.accumulate(np.where(is_start, np.arange(len(xy)), 0))
    whole = (run_length[np.flatnonzero(is_end)] - run_length[np.flatnonzero(is_start)])[street]
    run_wait = wait_dm[street] * (run_length[:-1] - run_length[begin]) // np.maximum(whole, 1)

    place = np.zeros(len(unique), np.int64)
    place[inverse[::-1]] = np.arange(len(node))[::-1]
    used, ends = np.unique(inverse[np.concatenate([first, last])], return_inverse=True)
    return _Draft(
        ends=ends,
        street=street[first].astype(np.int32),
        run=_runs(walkable)[street[first]],
        first=first,
        last=last,
        from_dm=run_length[first] - run_length[np.flatnonzero(is_start)][street[first]],
        length_dm=run_length[last] - run_length[first],
        cost_dm=run_cost[last] - run_cost[first] + run_wait[last] - run_wait[first],
        private=(walkable["walk"] == "private").to_numpy(dtype=bool)[street[first]],
        oneway=walkable["oneway_foot"].to_numpy(dtype=np.int32)[street[first]],
        closed=np.zeros(len(first), bool),
        through=np.zeros(len(first), bool),
        xy=xy,
        run_dm=run_length,
        node_id=unique[used],
        node_xy=xy[place[used]],
    )


def _runs(walkable: gpd.GeoDataFrame) -> Ints:
    """Number the streets by name, those that a scenario adds last: what it draws elsewhere parts no junction otherwise."""
    names = walkable["name"].fillna(walkable.index.to_series())
    order = np.argsort(_flag(walkable, "added"), kind="stable")
    run = np.empty(len(names), np.int32)
    run[order] = pd.factorize(names.iloc[order])[0]
    return run


def _pieces(walkable: gpd.GeoDataFrame, factor: Factors) -> tuple[Floats, Ints, Longs, Longs, Longs]:
    """Return the vertices and, for each, length and cost of the piece that begins there (none at a street's end)."""
    xy, street, node = _vertices(walkable)
    length = np.append(piece_lengths_dm(xy), 0)
    length[:-1][street[1:] != street[:-1]] = 0
    top, bottom = factor[0][street], factor[1][street]
    return xy, street, node, length, (2 * length * top + bottom) // (2 * bottom)


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


def _apply_gates(draft: _Draft, walkable: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, policy: GatesPolicy) -> _Draft:
    """Cut at gates nobody passes, settle which edges are private, and open what a scenario opens."""
    closed = _flag(gates, "closed")
    opened = gates["opened"].notna().to_numpy(dtype=bool) & ~closed if "opened" in gates else ~closed & False
    everybody = opened & (gates["opened"].fillna("") == "public").to_numpy(dtype=bool) if "opened" in gates else opened
    passage = gates["passage"].to_numpy(dtype=object)

    def standing(rows: Bools) -> Bools:
        return np.isin(draft.node_id, gates["node_id"].to_numpy(dtype=np.int64)[rows])

    shut, residents = standing(passage == "shut"), standing(passage == "residents")
    if policy == "open":
        return replace(
            draft.cut(shut & ~standing(opened) | standing(closed)), private=np.zeros(len(draft.street), bool)
        )
    private, idle = _compounds(draft, ~_flag(walkable, "added")[draft.street], shut, residents, policy)
    draft = replace(draft, private=private).cut((shut | idle) & ~standing(opened) | standing(closed))
    draft = draft.opened(standing((passage == "residents") & ~everybody | closed), standing(everybody))
    return draft.keep(~draft.private) if policy == "public" else draft


def _compounds(draft: _Draft, old: Bools, shut: Bools, residents: Bools, policy: GatesPolicy) -> tuple[Bools, Bools]:
    """Return which edges are private, and the gates that stand idle between two public streets.

    Both are settled by the gates and streets as they were: who lives behind a gate does not change when a scenario
    opens or shuts one, or draws a street, so opening takes no way from anybody and shutting gives none.
    """
    before = draft.keep(old).cut(shut)
    grown = np.zeros(len(before.node_id), bool)
    grown[: len(residents)] = residents
    found = gate_rules.compounds(before.ends, before.run, before.private, grown, before.length_dm)
    before = replace(before, private=found)
    if policy == "public":
        before = before.keep(~found)
    private = draft.private.copy()
    private[old] = found
    return private, gate_rules.idle_gates(before.ends, before.private, grown)[: len(residents)]


def _apply_waits(draft: _Draft, wait_dm: Mapping[int, int]) -> _Draft:
    """Set the ends of streets at a junction with a wait apart from it by edges of no length that cost half the wait."""
    at_node = np.fromiter((wait_dm.get(int(node), 0) for node in draft.node_id), np.int64, len(draft.node_id))
    degree = np.bincount(draft.ends, minlength=len(at_node))
    count, spots = len(draft.street), len(draft.node_id)
    apart = np.flatnonzero(((at_node > 0) & (degree >= 3))[draft.ends])
    if not len(apart):
        return draft
    apart = apart[np.lexsort([apart, draft.node_id[draft.ends[apart]]])]
    node, edge, leaving = draft.ends[apart], apart % count, apart < count
    copy = spots + np.arange(len(apart))
    vertex = len(draft.xy) + 2 * np.arange(len(apart))
    ends = draft.ends.copy()
    ends[apart] = copy
    more = np.stack([np.where(leaving, node, copy), np.where(leaving, copy, node)])
    ids = min(0, int(draft.node_id.min())) - 1 - np.arange(len(apart))
    return replace(
        draft,
        ends=np.concatenate([ends[:count], more[0], ends[count:], more[1]]),
        street=np.append(draft.street, draft.street[edge]),
        run=np.append(draft.run, draft.run[edge]),
        first=np.append(draft.first, vertex),
        last=np.append(draft.last, vertex + 1),
        from_dm=np.append(draft.from_dm, draft.from_dm[edge] + np.where(leaving, 0, draft.length_dm[edge])),
        length_dm=np.append(draft.length_dm, np.zeros(len(apart), np.int64)),
        cost_dm=np.append(draft.cost_dm, (at_node[node] + 1) // 2),
        private=np.append(draft.private, draft.private[edge]),
        # Whoever stands at the end of a one-way street may step into the junction; the street itself stays one-way.
        oneway=np.append(draft.oneway, np.zeros(len(apart), np.int32)),
        closed=np.append(draft.closed, draft.closed[edge]),
        through=np.append(draft.through, np.ones(len(apart), bool)),
        xy=np.concatenate([draft.xy, np.repeat(draft.node_xy[node], 2, axis=0)]),
        run_dm=np.concatenate([draft.run_dm[: len(draft.xy)], np.zeros(2 * len(apart), np.int64)]),
        node_id=np.append(draft.node_id, ids),
        node_xy=np.concatenate([draft.node_xy, draft.node_xy[node]]),
    )


def _assemble(draft: _Draft, walkable: gpd.GeoDataFrame, policy: GatesPolicy) -> Network:
    """Turn a draft into tables."""
    spans = draft.last - draft.first + 1
    rows = ragged_ranges(draft.first, spans)
    vertices = Vertices(
        np.concatenate([[0], np.cumsum(spans)]),
        draft.xy[rows],
        draft.run_dm[rows] - np.repeat(draft.run_dm[draft.first], spans),
    )
    of = walkable.iloc[draft.street]
    columns = {
        "street_id": of.index.to_numpy(),
        "name": of["name"].array,
        "highway": of["highway"].array,
        "from_dm": draft.from_dm.astype(np.int32),
        "length_dm": draft.length_dm.astype(np.int32),
        "cost_dm": draft.cost_dm.astype(np.int32),
        "private": draft.private,
        "closed": draft.closed,
        "through": draft.through,
        "oneway_foot": draft.oneway.astype(np.int8),
    }
    return assemble(draft.ends, draft.node_id, draft.node_xy, columns, vertices, crs=walkable.crs, policy=policy)


def assemble(
    ends: Longs,
    node_id: Longs,
    node_xy: Floats,
    columns: Mapping[str, Any],
    vertices: Vertices,
    *,
    crs: Any,
    policy: GatesPolicy,
) -> Network:
    """Lay out a network's tables: nodes by id, components by length of street.

    Parameters
    ----------
    ends : int64 array, shape (2 E,)
        Positions in `node_id`: first where the edges begin, then where they end. Nodes without an edge are left out.
    node_id : int64 array, shape (N,)
    node_xy : float array, shape (N, 2)
    columns : mapping
        What the edges' table holds beside `u`, `v` and `component`; with `length_dm`.
    vertices : Vertices
        Of all edges, in their order.
    """
    used, ends = np.unique(ends, return_inverse=True)
    order = np.argsort(node_id[used], kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    ends = rank[ends]
    node_id, node_xy = node_id[used][order], node_xy[used][order]
    spans = np.diff(vertices.start)
    count = len(spans)
    lines = shapely.linestrings(vertices.xy, indices=np.repeat(np.arange(count), spans))
    joined = gate_rules.components(len(node_id), ends[:count], ends[count:])
    component = by_length(joined, ends[:count], columns["length_dm"])
    nodes = gpd.GeoDataFrame(
        {"x_m": node_xy[:, 0], "y_m": node_xy[:, 1], "component": component},
        index=pd.Index(node_id, name="node"),
        geometry=shapely.points(node_xy),
        crs=crs,
    )
    edges = gpd.GeoDataFrame(
        {
            "u": ends[:count].astype(np.int32),
            "v": ends[count:].astype(np.int32),
            **columns,
            "component": component[ends[:count]],
        },
        index=pd.RangeIndex(count, name="edge"),
        geometry=lines,
        crs=crs,
    )
    return Network(nodes, edges, crs, policy, _notices(edges), vertices)


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
                    f"{number:,}处街道与主路网不相连，共{metres:,} m；已保留并标记。",
                    f"{number:,} islands of streets ({metres:,} m) do not join the main network; kept and flagged.",
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
                    f"{metres:,} m街道位于仅居民可进入的院落内，只供起点或终点在其中的出行使用。",
                    f"{metres:,} m of street lie in residents' compounds and serve only trips that start or end there.",
                ),
            )
        )
    return tuple(found)
