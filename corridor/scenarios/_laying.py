"""Street and gate edits of a scenario in the terms of the network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from corridor.network.skeleton import Skeleton
from corridor.network.splice import Changes
from corridor.network.strips import NewStreet
from corridor.scenarios._edits import AddCrossing, AddStreet, CloseGate, OpenGate
from corridor.scenarios._facts import order_of
from corridor.scenarios._resolve import Target
from corridor.scenarios._ways import cuts_of, ends_of, new_street, opens
from corridor.study import StudyArea


class GateBook:
    """The gates of a study by id: node and passage."""

    def __init__(self, study: StudyArea) -> None:
        gates = study.gates
        self.node = dict(zip(gates.index, gates["node_id"].tolist(), strict=True))
        self._passage = dict(zip(gates.index, gates["passage"].tolist(), strict=True))

    def states(self, targets: Iterable[Target]) -> dict[str, str]:
        """Return what becomes of gates, in the order of `apply`: open to "public" or "residents", or "shut"."""
        found: dict[str, str] = {}
        for target in sorted(targets, key=order_of):
            edit = target.edit
            for id_ in target.ids:
                if isinstance(edit, CloseGate):
                    found[id_] = "shut"
                elif isinstance(edit, OpenGate) and opens(edit, self._passage[id_]):
                    found[id_] = edit.for_
        return found


def changes(base: Skeleton, gates: GateBook, targets: Sequence[Target]) -> Changes:
    """Return what street and gate edits do to a network."""
    cuts: dict[str, set[tuple[int, int]]] = defaultdict(set)
    closed: dict[str, set[tuple[int, int]]] = defaultdict(set)
    added: dict[str, NewStreet] = {}
    for target in targets:
        if isinstance(target.edit, (AddStreet, AddCrossing)):
            new = _new(target)
            added[new.id] = new
            for street, cut in cuts_of(target):
                cuts[street].add(cut)
        for street, low, high in target.stretch:
            if street in base.rank:
                along = base.street(base.rank[street])
                dm = np.concatenate([[0], np.cumsum(along.length[:-1])])
                closed[street].add((low, high))
                cuts[street].update(ends_of(street, along.node.tolist(), dm, (low, high)))
    states = gates.states(target for target in targets if target.table == "gates")
    shut = frozenset(gates.node[id_] for id_, state in states.items() if state == "shut")
    opened: dict[int, str] = {}
    for id_, state in states.items():
        if state != "shut" and opened.get(gates.node[id_]) != "public":
            opened[gates.node[id_]] = state
    return Changes(_sorted(cuts), _sorted(closed), tuple(added[id_] for id_ in sorted(added)), opened, shut)


def _sorted(pairs: dict[str, set[tuple[int, int]]]) -> dict[str, tuple[tuple[int, int], ...]]:
    return {street: tuple(sorted(of)) for street, of in sorted(pairs.items())}


def _new(target: Target) -> NewStreet:
    id_, row = new_street(target)
    xy = shapely.get_coordinates(row["geometry"])
    return NewStreet(id_, row["name"], row["highway"], row["steps"], tuple(row["nodes"]), xy, row.get("wait_s"))
