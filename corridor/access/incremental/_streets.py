"""A street edit in the arcs of one state graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from corridor.network.edits import StreetEdit, cost_along, parts_of
from corridor.network.model import Bools, Impedance, Ints, Longs, Network
from corridor.network.states import StateGraph, state_graph

FAR = 2**31 - 1
Arcs = list[tuple[int, int]]


class Way(NamedTuple):
    """How points enter and leave one edge: states and openness at its u and v ends, for seeds and for reads."""

    length: int
    weight: int
    oneway: int
    seed: tuple[int, int]
    read: tuple[int, int]
    seed_open: tuple[bool, bool]
    read_open: tuple[bool, bool]

    def along(self, offset_dm: int) -> int:
        """Return the weight from the u end to a point."""
        return cost_along(self.length, self.weight, offset_dm)

    def ends(self, offset_dm: int, connector_dm: int, *, seed: bool) -> Arcs:
        """Return (state, cost) where a point's walk begins (`seed`) or is read; the rule of `corridor.network.points`."""
        along = self.along(offset_dm)
        rest = self.weight - along
        states, open_ = (self.seed, self.seed_open) if seed else (self.read, self.read_open)
        found = []
        if along == 0 or (open_[0] and rest != 0):
            found.append((states[0], connector_dm + along))
        if rest == 0 or (open_[1] and along != 0):
            found.append((states[1], connector_dm + rest))
        return found


@dataclass(frozen=True)
class Base:
    """One state graph of the baseline, its arcs turned round, and its edges' ends."""

    graph: StateGraph
    impedance: Impedance
    u: Ints
    v: Ints
    length: Ints
    private: Bools
    closed: Bools
    back_first: Longs
    back_arcs: Ints
    _last: list[tuple[StreetEdit, Relaid]] = field(default_factory=list, repr=False)
    _ways: dict[int, Way] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, network: Network, impedance: Impedance) -> Base:
        """Lay out what edits of the streets need, once for each network."""
        return network.derived(("edited", impedance), lambda: cls._of(network, impedance))

    @classmethod
    def _of(cls, network: Network, impedance: Impedance) -> Base:
        graph = state_graph(network, impedance=impedance, backward=True)
        edges = network.edges
        tails = np.repeat(np.arange(graph.size), np.diff(graph.first))
        heads = graph.arcs[:, 0].astype(np.int64)
        order = np.lexsort((graph.arcs[:, 1], tails, heads))
        return cls(
            graph=graph,
            impedance=impedance,
            u=edges["u"].to_numpy(),
            v=edges["v"].to_numpy(),
            length=edges["length_dm"].to_numpy(),
            private=edges["private"].to_numpy(dtype=bool),
            closed=edges["closed"].to_numpy(dtype=bool),
            back_first=np.searchsorted(heads[order], np.arange(graph.size + 1)).astype(np.int64),
            back_arcs=np.stack([tails[order], graph.arcs[order, 1]], axis=1).astype(np.int32),
        )

    def way(self, edge: int) -> Way:
        """Return how points enter and leave an edge of the baseline; those asked for are kept."""
        if edge not in self._ways:
            self._ways[edge] = self._way(edge)
        return self._ways[edge]

    def _way(self, edge: int) -> Way:
        graph = self.graph
        return Way(
            int(self.length[edge]),
            int(graph.weight[edge]),
            int(graph.oneway[edge]),
            tuple(graph.seed[:, edge].tolist()),
            tuple(graph.read[:, edge].tolist()),
            tuple(graph.seed_open[:, edge].tolist()),
            tuple(graph.read_open[:, edge].tolist()),
        )

    def relaid(self, edit: StreetEdit) -> Relaid:
        """Return a street edit in arcs. The last is kept: several tables of walks are asked for one edit in turn."""
        for known, found in self._last:
            if known is edit:
                return found
        found = relay(self, edit)
        self._last[:] = [(edit, found)]
        return found

    def row(self, state: int) -> Arcs:
        """Return the arcs out of a state; none of a new one."""
        if state >= self.graph.size:
            return []
        low, high = self.graph.first[state], self.graph.first[state + 1]
        return [(t, w) for t, w in self.graph.arcs[low:high].tolist()]

    def back_row(self, state: int) -> Arcs:
        """Return the arcs into a state."""
        if state >= self.graph.size:
            return []
        low, high = self.back_first[state], self.back_first[state + 1]
        return [(t, w) for t, w in self.back_arcs[low:high].tolist()]


class Rewritten(NamedTuple):
    """Rows of arcs after an edit: state `state[k]` (ascending) owns `arcs[first[k]:first[k + 1]]`."""

    state: Longs
    first: Longs
    arcs: Ints


@dataclass(frozen=True)
class Relaid:
    """A street edit in arcs: rows written anew, arcs that weigh something else, and the new edges.

    Attributes
    ----------
    states : int
        Of the edited graph.
    out, into : Rewritten
        Whole rows, after the edit.
    arc : int32 array, shape (K, 4)
        As `corridor._kernel.change.Change.arc`.
    ways : tuple of Way
        Of the edges added.
    """

    states: int
    out: Rewritten
    into: Rewritten
    arc: Ints
    ways: tuple[Way, ...]


class _Numbers:
    """States by layer and node; new ones are numbered as they are asked for."""

    def __init__(self, base: Base) -> None:
        self._state = base.graph.state
        self.size = base.graph.size
        self.new: dict[tuple[int, int], int] = {}

    def get(self, layer: int, node: int) -> int:
        """Return a state, -1 where there is none."""
        if node < self._state.shape[1] and (found := int(self._state[layer, node])) >= 0:
            return found
        return self.new.get((layer, node), -1)

    def make(self, layer: int, node: int) -> int:
        """Return a state, new if need be."""
        found = self.get(layer, node)
        if found < 0:
            found = self.new[layer, node] = self.size
            self.size += 1
        return found

    def layer_arcs(self) -> list[tuple[int, int, int]]:
        """Return the arcs to the next layer that the new states bring."""
        found = []
        for node in sorted({node for _, node in self.new}):
            at = [self.get(layer, node) for layer in range(3)]
            fresh = [(layer, node) in self.new for layer in range(3)]
            steps = ((0, 1), (1, 2)) if at[1] >= 0 else ((0, 2),)
            found += [
                (at[low], at[high], 0)
                for low, high in steps
                if at[low] >= 0 and at[high] >= 0 and (fresh[low] or fresh[high])
            ]
        return found


def relay(base: Base, edit: StreetEdit) -> Relaid:
    """Translate a street edit into arcs of a (backward) state graph."""
    numbers = _Numbers(base)
    gone: list[tuple[int, int, int]] = []
    come: list[tuple[int, int, int]] = []
    ways = []
    for edge in edit.added:
        weight = edge.cost_dm if base.impedance == "cost" else edge.length_dm
        oneway = 0 if weight == 0 else int(edge.oneway_foot)
        arcs = _edge_arcs(numbers, edge.u, edge.v, weight, oneway, private=edge.private)
        come += [] if edge.closed else arcs
        ends = (edge.u, edge.v)
        layer = (0, 2) if edge.private else (1, 1)
        # Walking backward one leaves an edge at u along it, and enters it there against it.
        leave, enter = (oneway != -1, oneway != 1), (oneway != 1, oneway != -1)
        ways.append(
            Way(
                edge.length_dm,
                weight,
                oneway,
                (numbers.get(layer[0], ends[0]), numbers.get(layer[0], ends[1])),
                (numbers.get(layer[1], ends[0]), numbers.get(layer[1], ends[1])),
                leave,
                enter,
            )
        )
    for number in edit.gone:
        if base.closed[number] or _only_cut(base, edit, number):
            continue
        weight, oneway = int(base.graph.weight[number]), int(base.graph.oneway[number])
        gone += _edge_arcs(
            numbers, int(base.u[number]), int(base.v[number]), weight, oneway, private=bool(base.private[number])
        )
    come += numbers.layer_arcs()
    out, arc = _rows(base.row, gone, come)
    into, _ = _rows(base.back_row, [(v, u, w) for u, v, w in gone], [(v, u, w) for u, v, w in come])
    return Relaid(numbers.size, out, into, arc, tuple(ways))


def _only_cut(base: Base, edit: StreetEdit, number: int) -> bool:
    """Tell whether an edge lives on in parts that add up to it: its arcs may then stay, they shorten nothing."""
    parts = parts_of(edit, number)
    if not parts or parts[0].u != base.u[number] or parts[-1].v != base.v[number]:
        return False
    name = "cost_dm" if base.impedance == "cost" else "length_dm"
    whole = all(a.v == b.u for a, b in pairwise(parts))
    same = all(
        p.private == base.private[number]
        and not p.closed
        and (p.oneway_foot == base.graph.oneway[number] or getattr(p, name) == 0)
        for p in parts
    )
    total = sum(getattr(part, name) for part in parts)
    return whole and same and total == base.graph.weight[number] and total > 0


def _edge_arcs(
    numbers: _Numbers, u: int, v: int, weight: int, oneway: int, *, private: bool
) -> list[tuple[int, int, int]]:
    """Return the arcs (tail, head, weight) of one edge, turned round: walks are searched from where they end."""
    found = []
    for layer in (0, 2) if private else (1,):
        a, b = numbers.make(layer, u), numbers.make(layer, v)
        if oneway != 1:
            found.append((a, b, weight))
        if oneway != -1:
            found.append((b, a, weight))
    return found


def _rows(
    row: Callable[[int], Arcs], gone: list[tuple[int, int, int]], come: list[tuple[int, int, int]]
) -> tuple[Rewritten, Ints]:
    """Return the rows that change, and arcs by (tail, head, least weight before, after) where that differs."""
    lost: dict[int, Arcs] = defaultdict(list)
    won: dict[int, Arcs] = defaultdict(list)
    for tail, head, weight in gone:
        lost[tail].append((head, weight))
    for tail, head, weight in come:
        won[tail].append((head, weight))
    rows: dict[int, Arcs] = {}
    arcs = []
    for tail in sorted({*lost, *won}):
        before = row(tail)
        after = list(before)
        for arc in lost[tail]:
            after.remove(arc)
        after += won[tail]
        rows[tail] = after
        for head in sorted({head for head, _ in (*lost[tail], *won[tail])}):
            old = min((w for h, w in before if h == head), default=FAR)
            new = min((w for h, w in after if h == head), default=FAR)
            if old != new:
                arcs.append((tail, head, old, new))
    first = np.zeros(len(rows) + 1, np.int64)
    first[1:] = np.cumsum([len(after) for after in rows.values()])
    flat = np.array([arc for after in rows.values() for arc in after], np.int32).reshape(-1, 2)
    return Rewritten(np.array(list(rows), np.int64), first, flat), np.array(arcs, np.int32).reshape(-1, 4)
