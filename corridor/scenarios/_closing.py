"""Streets closed from one junction to another: no edge is cut and nobody moves, so no network has to be built for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from corridor.network import Network
from corridor.network.edits import Edge, Part, StreetEdit
from corridor.scenarios._edits import CloseStreet
from corridor.scenarios._resolve import Target


class Closing:
    """The edges of a network by street."""

    def __init__(self, network: Network) -> None:
        edges = network.edges
        self._columns = {name: edges[name].to_numpy() for name in (*Edge._fields, "from_dm", "through")}
        self._nodes = len(network.nodes)
        length, through = self._columns["length_dm"], self._columns["through"]
        # Of the ways nobody attaches to, those without length carry the waits of junctions: one at each end of a street.
        self._waits = through & (length == 0)
        self._plain = not (through & (length > 0)).any()
        self._of_street: dict[str, list[int]] = defaultdict(list)
        for number, street in enumerate(edges["street_id"].tolist()):
            self._of_street[street].append(number)
        self._waits_at: dict[int, list[int]] = defaultdict(list)
        for number in np.flatnonzero(self._waits).tolist():
            for side in ("u", "v"):
                self._waits_at[int(self._columns[side][number])].append(number)

    def edit(self, targets: Sequence[Target]) -> StreetEdit | None:
        """Return the edit that closes stretches of streets; None where that is not all, or an edge would be cut."""
        if not self._plain or not all(isinstance(target.edit, CloseStreet) for target in targets):
            return None
        shut: set[int] = set()
        for street, low, high in {stretch for target in targets for stretch in target.stretch}:
            found = self._within(street, low, high)
            if found is None:
                return None
            shut |= found
        shut |= {
            wait
            for edge in shut
            for side in ("u", "v")
            for wait in self._waits_at.get(int(self._columns[side][edge]), ())
        }
        gone = tuple(sorted(edge for edge in shut if not self._columns["closed"][edge]))
        added = tuple(
            Edge(*(self._columns[name][e].item() for name in Edge._fields))._replace(closed=True) for e in gone
        )
        first = len(self._waits)
        parts: dict[int, tuple[Part, ...]] = {
            edge: () if self._waits[edge] else (Part(0, added[n].length_dm, first + n),) for n, edge in enumerate(gone)
        }
        return StreetEdit(first, self._nodes, gone, added, (), parts)

    def _within(self, street: str, low: int, high: int) -> set[int] | None:
        """Return the edges of a stretch; None where an end of it lies inside an edge."""
        found = set()
        for edge in self._of_street.get(street, ()):
            if self._waits[edge]:
                continue
            start = int(self._columns["from_dm"][edge])
            stop = start + int(self._columns["length_dm"][edge])
            if start < low < stop or start < high < stop:
                return None
            if low <= start and stop <= high:
                found.add(edge)
        return found
