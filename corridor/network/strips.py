"""Streets cut anew where an edit cuts, closes or joins them, and those that come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from corridor.network.model import Bools, Floats, Longs, piece_lengths_dm
from corridor.network.skeleton import Skeleton, Street
from corridor.network.waits import wait_dm

T = TypeVar("T", bound=np.generic)
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
            self.pieces += _Cut.of(street, self._parted(street)).pieces()
        self.pieces = [piece._replace(closed=self.closes(piece)) for piece in self.pieces]

    def _met(self) -> set[int]:
        """Return the streets that are cut at a vertex where they were not."""
        base = self._base
        at = [vertex for node in self._cut_at for vertex in base.vertices_at(node) if not base.breaks[vertex]]
        return set((np.searchsorted(base.start, np.array(at, np.int64), side="right") - 1).tolist())

    def _recut(self, rank: int, cuts: tuple[tuple[int, int], ...]) -> None:
        base = self._base
        street = _with_cuts(base.street(rank), cuts)
        cut = _Cut.of(street, self._parted(street))
        first, last = street.place[cut.at[:-1]], street.place[cut.at[1:]]
        own = range(int(base.first_edge[rank]), int(base.first_edge[rank + 1]))
        parent = own.start + base.first[own.start : own.stop].searchsorted(first, "right") - 1
        known = (base.first[parent] == first) & (base.last[parent] == last)
        for number in np.flatnonzero(~known).tolist():
            of = int(parent[number])
            self.pieces.append(cut.piece(number)._replace(parent=of, private=bool(base.edges["private"][of])))
        if self._closed.get(street.id):
            for number in np.flatnonzero(known & ~base.edges["closed"][parent]).tolist():
                if self.closes(cut.piece(number)):
                    self.shut.add(int(parent[number]))
        self.gone.update(set(own).difference(parent[known].tolist()))

    def _parted(self, street: Street) -> Bools:
        """Return the vertices at which a street is cut into edges."""
        base = self._base
        breaks = np.array([node in self._cut_at for node in street.node.tolist()], dtype=bool)
        rank = base.rank.get(street.id)
        if rank is None:
            breaks[[0, -1]] = True
        else:
            breaks[street.place == np.floor(street.place)] |= base.breaks[base.start[rank] : base.start[rank + 1]]
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


def _with_cuts(street: Street, cuts: tuple[tuple[int, int], ...]) -> Street:
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
        xy, node = _after(xy, at, [between]), _after(node, at, [name])
        length, cost = _after(length, at, [whole - part]), _after(cost, at, [cost[at] - paid])
        length[at], cost[at] = part, paid
        # Cuts are made from the far end: what lies before the next vertex by half the way stays in order.
        place = _after(place, at, [(place[at] + place[at + 1]) / 2])
    return street._replace(xy=xy, node=node, length=length, cost=cost, place=place)


def _after(values: npt.NDArray[T], at: int, more: list[Any]) -> npt.NDArray[T]:
    """Return an array with more after one of its places."""
    found: npt.NDArray[T] = np.concatenate([values[: at + 1], more, values[at + 1 :]])
    return found


class _Cut(NamedTuple):
    """A street cut into edges at the vertices `at`; to each vertex `run` leads and costs `paid`."""

    street: Street
    at: Longs
    run: Longs
    paid: Longs

    @classmethod
    def of(cls, street: Street, breaks: Bools) -> _Cut:
        """Cut a street at some of its vertices."""
        run, paid = np.zeros((2, len(breaks)), np.int64)
        np.cumsum(street.length[:-1], out=run[1:])
        np.cumsum(street.cost[:-1], out=paid[1:])
        paid += street.wait_dm * run // max(int(run[-1]), 1)
        return cls(street, np.flatnonzero(breaks), run, paid)

    def pieces(self) -> list[Piece]:
        """Return all edges."""
        return [self.piece(number) for number in range(len(self.at) - 1)]

    def piece(self, number: int) -> Piece:
        """Return one of the edges."""
        street, run, paid = self.street, self.run, self.paid
        low, high = int(self.at[number]), int(self.at[number + 1])
        return Piece(
            street=street.id,
            first=float(street.place[low]),
            last=float(street.place[high]),
            nodes=(int(street.node[low]), int(street.node[high])),
            from_dm=int(run[low]),
            length_dm=int(run[high] - run[low]),
            cost_dm=int(paid[high] - paid[low]),
            private=False,
            oneway=street.oneway,
            closed=False,
            through=False,
            parent=-1,
            xy=street.xy[low : high + 1],
            dm=run[low : high + 1] - run[low],
        )


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
