"""Street and gate edits spliced into a network: what `build_network` would change, from what they touch.

    laid = splice(skeleton, Changes(...))      # laid.edit: edges that go and come, where their points are found again

Exactly the edit between the network and that built of the edited streets and gates (`corridor.network.difference`), but
for the numbers of what is new: streets that are cut or closed are cut into edges anew, nodes are parted anew at which
they end or whose gate opens or shuts, and a compound is walked through from the gate that opens. Cost: what is touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from corridor.network.edits import Edge, Part, StreetEdit
from corridor.network.mainland import mainland
from corridor.network.model import Bools
from corridor.network.skeleton import End, Skeleton
from corridor.network.strips import NewStreet, Piece, Strips

Pairs = Mapping[str, tuple[tuple[int, int], ...]]


@dataclass(frozen=True)
class Changes:
    """What edits do to streets and gates; in the terms of `build_network`.

    Attributes
    ----------
    cuts : mapping of street to tuple of (dm, node)
    closed : mapping of street to tuple of (from, to) in dm
    added : tuple of NewStreet
    opened : mapping of node to {"public", "residents"}
        Gates that open, and for whom.
    shut : frozenset of int
        Nodes of gates that shut.
    """

    cuts: Pairs = field(default_factory=dict)
    closed: Pairs = field(default_factory=dict)
    added: tuple[NewStreet, ...] = ()
    opened: Mapping[int, str] = field(default_factory=dict)
    shut: frozenset[int] = frozenset()


class Spliced(NamedTuple):
    """An edit of the network, what each added edge is of a street, and which edges lie in the main component."""

    edit: StreetEdit
    pieces: tuple[Piece, ...]
    main: Bools


def splice(base: Skeleton, changes: Changes) -> Spliced | None:
    """Return the edit that changes make; None where two islands are equally long: which is the main one a build decides."""
    work = _Work(base, changes)
    work.part_nodes()
    work.open_compounds()
    work.set_apart()
    edit, pieces = work.done()
    main = mainland(base, edit)
    return None if main is None else Spliced(edit, pieces, main)


class _Work:
    """One edit in the making. An edge is its number in the base, or -1, -2, … for the pieces that come."""

    def __init__(self, base: Skeleton, changes: Changes) -> None:
        self.base, self.changes = base, changes
        self.strips = Strips(base, changes.cuts, changes.closed, changes.added)
        self.pieces: list[Piece] = list(self.strips.pieces)
        self.waits: list[tuple[End, Edge]] = []
        self.no_longer: set[int] = set()
        self.spots: list[tuple[float, float]] = []
        self.ends: dict[End, int] = {}
        self.met: dict[int, list[End]] = {}
        self.named: dict[int, int] = {}
        self.group_of: dict[End, int] = {}
        self.copied: dict[int, list[End]] = defaultdict(list)
        coming: dict[int, list[End]] = defaultdict(list)
        for number, piece in enumerate(self.pieces):
            for side, node in enumerate(piece.nodes):
                coming[node].append((-1 - number, side))
        gates = {node for node in (*changes.opened, *changes.shut) if base.ends_at(node)}
        self.touched = {node: coming.get(node, []) for node in sorted({*coming, *gates, *self._left()})}

    def _left(self) -> set[int]:
        return {self.base.node_at((edge, side)) for edge in self.strips.gone for side in range(2)}

    def piece(self, edge: int) -> Piece:
        """Return what comes, by its negative number."""
        return self.pieces[-1 - edge]

    def private(self, edge: int) -> bool:
        """Whether an edge is private."""
        return self.piece(edge).private if edge < 0 else bool(self.base.edges["private"][edge])

    def closed(self, edge: int) -> bool:
        """Whether an edge is closed after the edit."""
        if edge < 0:
            return self.piece(edge).closed
        return edge in self.strips.shut or bool(self.base.edges["closed"][edge])

    def order(self, end: End) -> tuple[int, str, float]:
        """Return where an end comes among the ends of a built network."""
        if end[0] < 0:
            piece = self.piece(end[0])
            return end[1], piece.street, piece.first
        return end[1], self.base.edges["street_id"][end[0]], float(self.base.first[end[0]])

    def was(self, end: End) -> End | None:
        """Return the end of the base that an end is, or continues; None for a new one."""
        if end[0] >= 0:
            return end
        piece = self.piece(end[0])
        if piece.parent < 0:
            return None
        old = ((self.base.first, self.base.last)[end[1]][piece.parent], (piece.first, piece.last)[end[1]])
        return (piece.parent, end[1]) if old[0] == old[1] else None

    def new_node(self, xy: tuple[float, float]) -> int:
        """Number a node that comes."""
        self.spots.append(xy)
        return len(self.base.node_id) + len(self.spots) - 1

    # -- nodes at which ends are parted

    def part_nodes(self) -> None:
        """Say which ends meet at the nodes touched: all of them, or at a gate nobody passes those of one street."""
        for node, coming in self.touched.items():
            stay = [end for end in self.base.ends_at(node) if end[0] not in self.strips.gone]
            ends = sorted([*stay, *coming], key=self.order)
            for group in {int(self.base.group[side, edge]) for edge, side in self.base.ends_at(node)}:
                self.met[group] = []
            claimed: set[int] = set()
            for number, together in enumerate(self._groups(node, ends)):
                old = (self.base.group[end[1], end[0]] for end in map(self.was, together) if end is not None)
                group = next((int(place) for place in old if place not in claimed), -1)
                if group < 0:
                    group = self.new_node(self._spot(together[0]))
                claimed.add(group)
                self.met[group] = together
                self.group_of |= dict.fromkeys(together, group)
                if not number:
                    self.named[group] = node

    def _groups(self, node: int, ends: list[End]) -> list[list[End]]:
        if not self._cut(node):
            return [ends] if ends else []
        if len(ends) <= 2:
            return [[end] for end in ends]
        runs: dict[str, list[End]] = defaultdict(list)
        for end in ends:
            runs[self.strips.run_of(end[0])].append(end)
        return [runs[run] for run in sorted(runs, key=self.strips.order_of)]

    def _cut(self, node: int) -> bool:
        gates = self.base.gates
        opened = node in self.changes.opened
        return node in self.changes.shut or ((node in gates.shut or node in gates.idle) and not opened)

    def _spot(self, end: End) -> tuple[float, float]:
        if end[0] < 0:
            x, y = self.piece(end[0]).xy[0 if end[1] == 0 else -1]
        else:
            x, y = self.base.xy[(self.base.first, self.base.last)[end[1]][end[0]]]
        return float(x), float(y)

    def _ends(self, group: int) -> list[End]:
        return self.met[group] if group in self.met else self.base.ends_of(group)

    def _name(self, group: int) -> int:
        """Return the node that a group is, where gates stand and junctions make wait; 0 for what was parted from one."""
        if group in self.met:
            return self.named.get(group, 0)
        return int(self.base.node_id[group])

    # -- compounds walked through

    def open_compounds(self) -> None:
        """Let everybody walk a compound's ways from each gate that opens to everybody, as copies of the residents' own."""
        everybody = {node for node, who in self.changes.opened.items() if who == "public"} - self.changes.shut
        if self.base.policy == "open":
            return
        groups = sorted(group for group, node in self.named.items() if node in everybody)
        seen: set[int] = set()
        for group in groups:
            for edge in dict.fromkeys(edge for edge, _ in self._ends(group)):
                if self.private(edge) and edge not in seen:
                    inside, ways_in = self._compound(edge, everybody)
                    seen |= set(inside)
                    if len(ways_in) > 1:
                        self._copy(sorted(inside), ways_in, everybody)

    def _barred(self, node: int, everybody: set[int]) -> bool:
        return node in self.changes.shut or (node in self.base.gates.residents and node not in everybody)

    def _public(self, group: int) -> bool:
        return any(not self.private(edge) for edge, _ in self._ends(group))

    def _compound(self, edge: int, everybody: set[int]) -> tuple[list[int], set[int]]:
        """Return the private edges joined with one, and the public nodes at which they are entered."""
        inside, ways_in, todo = {edge}, set(), [edge]
        while todo:
            here = todo.pop()
            for side in range(2):
                group = self._group((here, side))
                public, barred = self._public(group), self._barred(self._name(group), everybody)
                if public and not barred:
                    ways_in.add(group)
                if not public and not barred:
                    more = {e for e, _ in self._ends(group) if self.private(e)} - inside
                    inside |= more
                    todo += sorted(more)
        return list(inside), ways_in

    def _group(self, end: End) -> int:
        return self.group_of[end] if end in self.group_of else int(self.base.group[end[1], end[0]])

    def _copy(self, inside: list[int], ways_in: set[int], everybody: set[int]) -> None:
        joined: dict[int, int] = {}
        for edge in inside:
            at = []
            for side in range(2):
                group = self._group((edge, side))
                if group not in ways_in and not self._barred(self._name(group), everybody):
                    if group not in joined:
                        joined[group] = self.new_node(self._spot((edge, side)))
                    at.append(joined[group])
                else:
                    at.append(group if group in ways_in else self.new_node(self._spot((edge, side))))
            piece = self.strips.again(edge) if edge >= 0 else self.piece(edge)
            closed = self.strips.closes(piece)
            copy = piece._replace(private=False, through=True, parent=-1, closed=closed, at=(at[0], at[1]))
            self.pieces.append(copy)
            for side in range(2):
                if at[side] in ways_in:
                    self.copied[at[side]].append((-len(self.pieces), side))

    # -- waits

    def set_apart(self) -> None:
        """Give every end its node: set apart by its wait at a junction that makes wait, else where it meets the others."""
        for group in sorted({*self.met, *self.copied}):
            ends = [*self._ends(group), *self.copied.get(group, ())]
            wait = self.base.waits.get(self._name(group), 0)
            for end in ends:
                self.ends[end] = self._behind(end, group, wait) if wait and len(ends) > 2 else self._met(end, group)
        for edge in self.strips.shut:
            for side in range(2):
                number = int(self.base.apart[side, edge])
                if number >= 0 and (edge, side) not in self.ends:
                    self._again(number, (edge, side))

    def _met(self, end: End, group: int) -> int:
        old = self.was(end)
        if old is not None and self.base.apart[old[1], old[0]] >= 0:
            self.no_longer.add(int(self.base.apart[old[1], old[0]]))
        return group

    def _behind(self, end: End, group: int, wait_dm: int) -> int:
        edge, side = end
        old = self.was(end)
        number = -1 if old is None else int(self.base.apart[old[1], old[0]])
        if old is not None and number >= 0:
            u, v = int(self.base.edges["u"][number]), int(self.base.edges["v"][number])
            if group == (u if side == 0 else v):
                if self.closed(edge) != bool(self.base.edges["closed"][number]):
                    self._again(number, (edge, side))
                return v if side == 0 else u
            self.no_longer.add(number)
        node = self.new_node(self._spot(end))
        u, v = (group, node) if side == 0 else (node, group)
        self.waits.append((end, Edge(u, v, 0, (wait_dm + 1) // 2, self.private(edge), 0, self.closed(edge))))
        return node

    def _again(self, number: int, end: End) -> None:
        """Let a wait come again, closed as its edge is."""
        columns = self.base.edges
        known = Edge(*(columns[name][number].item() for name in Edge._fields))
        self.no_longer.add(number)
        self.waits.append((end, known._replace(closed=self.closed(end[0]))))

    # -- the edit

    def done(self) -> tuple[StreetEdit, tuple[Piece, ...]]:
        """Return the edit, and the pieces that its added edges are."""
        base, columns = self.base, self.base.edges
        for edge in sorted({*self.strips.shut, *(e for e, _ in self.ends if e >= 0)}):
            at = self._at((edge, 0)), self._at((edge, 1))
            old = (int(columns["u"][edge]), int(columns["v"][edge]))
            if at != old or self.closed(edge) != columns["closed"][edge]:
                self.pieces.append(self.strips.again(edge)._replace(closed=self.closed(edge), at=at))
                self.strips.gone.add(edge)
        count = len(columns["u"])
        added, parts = [], dict[int, list[Part]]()
        for number, piece in enumerate(self.pieces):
            at = piece.at or (self.ends[-1 - number, 0], self.ends[-1 - number, 1])
            u, v = (self.ends.get((-1 - number, side), at[side]) for side in range(2)) if piece.through else at
            added.append(Edge(u, v, piece.length_dm, piece.cost_dm, piece.private, piece.oneway, piece.closed))
            if piece.parent >= 0:
                self._part(parts, piece, count + number)
        pieces = list(self.pieces)
        for (edge, side), wait in self.waits:
            added.append(wait)
            piece = self.piece(edge) if edge < 0 else self.strips.again(edge)
            spot = piece.xy[[-side, -side]]
            pieces.append(piece._replace(through=True, parent=-1, length_dm=0, closed=wait.closed, xy=spot))
        gone = sorted({*self.strips.gone, *self.no_longer})
        found = {edge: tuple(sorted(parts.get(edge, ()), key=_late)) for edge in gone}
        edit = StreetEdit(count, len(base.node_id), tuple(gone), tuple(added), tuple(self.spots), found)
        return edit, tuple(pieces)

    def _at(self, end: End) -> int:
        known = self.ends.get(end)
        return int(self.base.edges[("u", "v")[end[1]]][end[0]]) if known is None else known

    def _part(self, parts: dict[int, list[Part]], piece: Piece, into: int) -> None:
        columns = self.base.edges
        start, length = int(columns["from_dm"][piece.parent]), int(columns["length_dm"][piece.parent])
        low = piece.from_dm - start
        if piece.length_dm or not length:
            parts.setdefault(piece.parent, []).append(Part(low, low + piece.length_dm, into, 0))


def _late(part: Part) -> tuple[bool, int]:
    """Who stands where two parts meet is on the later one, as a gate may part them; see `corridor.network.transfer`."""
    return part.start_dm == part.stop_dm, -part.start_dm
