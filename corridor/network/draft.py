"""Streets cut into edges, before they become a network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.errors import NetworkError, Problem, Text
from corridor.network import gates as gate_rules
from corridor.network.model import Bools, Floats, Ints, Longs, piece_lengths_dm

# Numerators and denominators of each street's factor.
Factors = tuple[Longs, Longs]
# What a way that everybody may walk takes over from the residents' way.
_COPIED = ("street", "run", "first", "last", "from_dm", "length_dm", "cost_dm", "oneway", "closed")


@dataclass(frozen=True)
class Draft:
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

    def keep(self, edges: Bools) -> Draft:
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

    def cut(self, nodes: Bools) -> Draft:
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

    def opened(self, barred: Bools, opened: Bools) -> Draft:
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


def cut_streets(walkable: gpd.GeoDataFrame, gate_nodes: Longs, factor: Factors, wait_dm: Longs) -> Draft:
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
    return Draft(
        ends=ends,
        street=street[first].astype(np.int32),
        run=pd.factorize(walkable["name"].fillna(walkable.index.to_series()))[0].astype(np.int32)[street[first]],
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


def closed_edges(walkable: gpd.GeoDataFrame, draft: Draft) -> Bools:
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


def flag(streets: gpd.GeoDataFrame, name: str) -> Bools:
    """Return a column of truth values; False where the table has none."""
    found: Bools = streets[name].fillna(False).to_numpy(dtype=bool) if name in streets else np.zeros(len(streets), bool)
    return found
