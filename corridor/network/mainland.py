"""Which edges lie in the main component once an edit is spliced in: only what may have come apart is walked through."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable

import numpy as np

from corridor.network.edits import StreetEdit
from corridor.network.model import Bools
from corridor.network.skeleton import Skeleton


def mainland(base: Skeleton, edit: StreetEdit) -> Bools | None:
    """Return which edges, old and added, lie in the component with the longest streets; None where two are equal.

    Components that added edges join are one; one that edges leave is looked at where they were (`_parted`).
    """
    known, columns = len(base.node_id), base.edges
    joined = _Union()
    for came in edit.added:
        joined.join(*(int(base.component[n]) if n < known else known + n for n in (came.u, came.v)))
    part_of, edges_of = _parted(base, edit, joined)
    count = len(base.lengths)
    more: dict[int, int] = {}

    def label(node: int) -> int:
        """Return the number of a node's component: that of an old one, or one that follows."""
        whole = joined.root(int(base.component[node]) if node < known else known + node)
        found = part_of.get(node, whole)
        return found if 0 <= found < count else more.setdefault(found, count + len(more))

    of_old = np.arange(count)
    for one in joined.below(count):
        of_old[one] = joined.root(one)
    of_edge = of_old[columns["component"]]
    of_added = [label(came.u) for came in edit.added]
    parts = {edge: label(node) for edge, node in edges_of.items()}
    length = np.zeros(count + len(more), np.int64)
    np.add.at(length, of_old, base.lengths)
    for edge in edit.gone:
        length[of_edge[edge]] -= columns["length_dm"][edge]
    for edge, part in parts.items():
        length[of_edge[edge]] -= columns["length_dm"][edge]
        length[part] += columns["length_dm"][edge]
        of_edge[edge] = part
    for came, part in zip(edit.added, of_added, strict=True):
        length[part] += came.length_dm
    longest = np.flatnonzero(length == length.max(initial=0))
    if len(longest) > 1:
        return None
    found: Bools = np.append(of_edge, np.array(of_added, np.int64)) == longest[0]
    return found


def _parted(base: Skeleton, edit: StreetEdit, joined: _Union) -> tuple[dict[int, int], dict[int, int]]:
    """Return the nodes that come apart from the rest of their component, and a node of each of their edges.

    What comes apart has a negative number: nodes that have it are connected.
    """
    near = _Union()
    for edge in edit.added:
        near.join(edge.u, edge.v)
    u, v = base.edges["u"], base.edges["v"]
    ends = [(int(u[edge]), int(v[edge])) for edge in edit.gone]
    apart = {node for a, b in ends if near.root(a) != near.root(b) for node in (a, b)}
    if not apart:
        return {}, {}
    gone, came = set(edit.gone), defaultdict(list)
    for number, edge in enumerate(edit.added, start=edit.edges):
        came[edge.u].append((number, edge.v))
        came[edge.v].append((number, edge.u))

    def arcs(node: int) -> list[tuple[int, int]]:
        own = base.arcs_of(node) if node < len(base.node_id) else []
        return [arc for arc in own if arc[0] not in gone] + came.get(node, [])

    parts = _Fronts({node: joined.root(int(base.component[node])) for node in sorted(apart)}, arcs).apart()
    return parts, {edge: node for node in parts for edge, _ in arcs(node) if edge < edit.edges}


class _Fronts:
    """Nodes met from several starts, a step here and a step there in turn.

    Parameters
    ----------
    starts : dict
        The component of each start, as it would be if nothing had come apart.
    arcs : callable
        Edges at a node and the nodes at their other ends.
    """

    def __init__(self, starts: dict[int, int], arcs: Callable[[int], list[tuple[int, int]]]) -> None:
        self._whole, self._arcs = starts, arcs
        self._todo = {node: deque([node]) for node in starts}
        self._start = {node: node for node in starts}
        self._met = _Union()

    def apart(self) -> dict[int, int]:
        """Return the nodes that come apart from the rest, those of one part by the same negative number.

        Ends when of each component at most one front is left that has not met the others: that is in the rest.
        """
        while crowded := self._crowded():
            for start in crowded:
                if self._todo.get(start):
                    self._step(start)
        root = {start: self._met.root(start) for start in self._whole}
        return {node: -1 - root[start] for node, start in self._start.items() if not self._todo[root[start]]}

    def _crowded(self) -> list[int]:
        left: dict[int, list[int]] = defaultdict(list)
        for start, queue in self._todo.items():
            if queue:
                left[self._whole[start]].append(start)
        return [start for starts in left.values() if len(starts) > 1 for start in starts]

    def _step(self, here: int) -> None:
        """Meet the neighbours of one node; fronts that meet are one from then on."""
        for _, node in self._arcs(self._todo[here].popleft()):
            if node not in self._start:
                self._start[node] = here
                self._todo[here].append(node)
            elif (there := self._met.root(self._start[node])) != here:
                self._met.join(there, here)
                here, last = sorted((there, here))
                self._todo[here].extend(self._todo.pop(last))


class _Union:
    """What is joined to what."""

    def __init__(self) -> None:
        self._up: dict[int, int] = {}

    def root(self, one: int) -> int:
        """Return the lowest of what one is joined to."""
        while (up := self._up.get(one, one)) != one:
            one = up
        return one

    def join(self, one: int, other: int) -> None:
        """Join two."""
        a, b = sorted((self.root(one), self.root(other)))
        if a != b:
            self._up[b] = a

    def below(self, limit: int) -> list[int]:
        """Return those below a limit that are joined to lower ones."""
        return [one for one in self._up if one < limit]
