"""Streets cut anew where an edit cuts, closes or joins them, and those that come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from corridor.network.model import Bools, Floats, Longs, piece_lengths_dm
from corridor.network.skeleton import Skeleton, Street
from corridor.network.waits import wait_dm

Pairs = Mapping[str, tuple[tuple[int, int], ...]]


class NewStreet(NamedTuple):
    """A public street that comes; `wait_s` where it is a way across with a wait of its own."""

    id: str
    name: str | None
    highway: str
    steps: bool
    nodes: tuple[int, ...]
    xy: Floats
    wait_s: float | None = None


class Piece(NamedTuple):
    """An edge that comes.

    `first`, `last` are its places on the street (vertices of the base; between two of them a fraction), `nodes` the
    nodes there, `xy` and `dm` its vertices, `parent` the edge of the base it is part of, -1 for none, `at` its nodes
    in the network where they are settled.
    """

    street: str
    first: float
    last: float
    nodes: tuple[int, int]
    from_dm: int
    length_dm: int
    cost_dm: int
    private: bool
    oneway: int
    closed: bool
    through: bool
    parent: int
    xy: Floats
    dm: Longs
    at: tuple[int, int] | None = None


class Strips:
    """The streets of an edit as edges.

    Attributes
    ----------
    gone : set of int
        Edges of the base that are cut.
    shut : set of int
        Edges of the base that close whole.
    pieces : list of Piece
        What comes: parts of those, and edges of new streets.
    """

    def __init__(self, base: Skeleton, cuts: Pairs, closed: Pairs, added: tuple[NewStreet, ...]) -> None:
        self._base, self._closed = base, closed
        self.gone: set[int] = set()
        self.shut: set[int] = set()
        self.pieces: list[Piece] = []
        new = [_of(street, base) for street in added]
        uses = Counter(int(node) for street in new for node in street.node)
        cut_nodes = {node for pairs in cuts.values() for _, node in pairs}
        self._cut_at = cut_nodes | {node for node, times in uses.items() if times > 1 or base.vertices_at(node)}
        self._runs = {street.id: street.run for street in new}
        self._first_of_run: dict[str, str] = {}
        for street in sorted(new, key=lambda street: street.id):
            self._first_of_run.setdefault(street.run, street.id)
        ranks = {base.rank[id_] for id_ in (*cuts, *closed) if id_ in base.rank} | self._met()
        for rank in sorted(ranks):
            self._recut(rank, cuts.get(base.ids[rank], ()))
        for street in new:
            self.pieces += _edges(street, self._parted(street), private=False)
        self.pieces = [piece._replace(closed=self.closes(piece)) for piece in self.pieces]

    def _met(self) -> set[int]:
        """Return the streets that are cut at a vertex where they were not."""
        base = self._base
        at = [vertex for node in self._cut_at for vertex in base.vertices_at(node) if not base.breaks[vertex]]
        return set((np.searchsorted(base.start, np.array(at, np.int64), side="right") - 1).tolist())

    def _recut(self, rank: int, cuts: tuple[tuple[int, int], ...]) -> None:
        base = self._base
        street = with_cuts(base.street(rank), cuts)
        own = range(int(base.first_edge[rank]), int(base.first_edge[rank + 1]))
        old = {(float(base.first[edge]), float(base.last[edge])): edge for edge in own}
        firsts = base.first[own.start : own.stop]
        kept = set()
        for piece in _edges(street, self._parted(street), private=False):
            edge = old.get((piece.first, piece.last))
            if edge is None:
                parent = own.start + int(np.searchsorted(firsts, piece.first, side="right")) - 1
                private = bool(base.edges["private"][parent])
                self.pieces.append(piece._replace(parent=parent, private=private))
            else:
                kept.add(edge)
                if self.closes(piece) and not base.edges["closed"][edge]:
                    self.shut.add(edge)
        self.gone |= set(own) - kept

    def _parted(self, street: Street) -> Bools:
        """Return the vertices at which a street is cut into edges."""
        base = self._base
        known = street.place[street.place == np.floor(street.place)].astype(np.int64)
        breaks = np.array([int(node) in self._cut_at for node in street.node], dtype=bool)
        if street.id in base.rank:
            breaks[street.place == np.floor(street.place)] |= base.breaks[known]
        else:
            breaks[[0, -1]] = True
        return breaks

    def closes(self, piece: Piece) -> bool:
        """Whether a piece lies in a stretch that closes."""
        stop = piece.from_dm + piece.length_dm
        return any(low <= piece.from_dm and stop <= high for low, high in self._closed.get(piece.street, ()))

    def run_of(self, edge: int) -> str:
        """Return what all streets share that bear the name of an edge's street."""
        street = self.pieces[-1 - edge].street if edge < 0 else self._base.edges["street_id"][edge]
        return self._runs[street] if street in self._runs else self._base.run[self._base.rank[street]]

    def order_of(self, run: str) -> tuple[bool, str]:
        """Return where a name comes among others: by its first street, new names last."""
        known = self._base.first_of_run.get(run)
        return (True, self._first_of_run[run]) if known is None else (False, known)

    def again(self, edge: int) -> Piece:
        """Return an edge of the base as a piece that comes."""
        base, columns = self._base, self._base.edges
        own = slice(int(base.vertices.start[edge]), int(base.vertices.start[edge + 1]))
        first, last = int(base.first[edge]), int(base.last[edge])
        return Piece(
            street=columns["street_id"][edge],
            first=float(first),
            last=float(last),
            nodes=(int(base.node[first]), int(base.node[last])),
            from_dm=int(columns["from_dm"][edge]),
            length_dm=int(columns["length_dm"][edge]),
            cost_dm=int(columns["cost_dm"][edge]),
            private=bool(columns["private"][edge]),
            oneway=int(columns["oneway_foot"][edge]),
            closed=bool(columns["closed"][edge]),
            through=False,
            parent=edge,
            xy=base.vertices.xy[own],
            dm=base.vertices.dm[own],
        )


def with_cuts(street: Street, cuts: tuple[tuple[int, int], ...]) -> Street:
    """Put a vertex at each cut of a street, as `corridor.network.build` does."""
    _, xy, node, length, cost, place, *_ = street
    for position, name in sorted(cuts, reverse=True):
        run = np.concatenate([[0], np.cumsum(length[:-1])])
        at = int(np.searchsorted(run, position, side="right")) - 1
        part, whole = position - int(run[at]), int(length[at])
        if part == 0:
            continue
        paid = (2 * int(cost[at]) * part + whole) // (2 * whole)
        between = xy[at] + (xy[at + 1] - xy[at]) * (part / whole)
        xy, node = np.insert(xy, at + 1, between, axis=0), np.insert(node, at + 1, name)
        length, cost = np.insert(length, at + 1, whole - part), np.insert(cost, at + 1, cost[at] - paid)
        length[at], cost[at] = part, paid
        # Cuts are made from the far end: what lies before the next vertex by half the way stays in order.
        place = np.insert(place, at + 1, (place[at] + place[at + 1]) / 2)
    return street._replace(xy=xy, node=node, length=length, cost=cost, place=place)


def _edges(street: Street, breaks: Bools, *, private: bool) -> list[Piece]:
    """Cut a street into edges at some of its vertices."""
    at = np.flatnonzero(breaks).tolist()
    run = np.concatenate([[0], np.cumsum(street.length[:-1])])
    paid = np.concatenate([[0], np.cumsum(street.cost[:-1])])
    paid += street.wait_dm * run // max(int(run[-1]), 1)
    return [
        Piece(
            street=street.id,
            first=float(street.place[low]),
            last=float(street.place[high]),
            nodes=(int(street.node[low]), int(street.node[high])),
            from_dm=int(run[low]),
            length_dm=int(run[high] - run[low]),
            cost_dm=int(paid[high] - paid[low]),
            private=private,
            oneway=street.oneway,
            closed=False,
            through=False,
            parent=-1,
            xy=street.xy[low : high + 1],
            dm=run[low : high + 1] - run[low],
        )
        for low, high in pairwise(at)
    ]


def _of(new: NewStreet, base: Skeleton) -> Street:
    """Return a new street's vertices, repeated nodes dropped."""
    keep = [n for n, node in enumerate(new.nodes) if n == 0 or node != new.nodes[n - 1]]
    xy, node = new.xy[keep], np.array(new.nodes, np.int64)[keep]
    length = np.append(piece_lengths_dm(xy), 0)
    felt = Fraction(str(base.class_factors.get(new.highway, 1))) * (
        Fraction(str(base.steps_factor)) if new.steps else 1
    )
    top, bottom = felt.numerator, felt.denominator
    cost = (2 * length * top + bottom) // (2 * bottom)
    wait = 0 if not new.wait_s else wait_dm(new.wait_s, base.speed_m_min)
    place = np.arange(len(node), dtype=np.float64)
    return Street(new.id, xy, node, length, cost, place, wait, 0, new.id if new.name is None else new.name)
