"""Which vertices of streets are one node: by id where there are ids, else by place and layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corridor.sources._elements import UNIT, Ints, Tags, Way, pack

# Vertices given by place alone get ids of their own below this, far from any real one.
IDLESS = -(1 << 60)


@dataclass
class Vertices:
    """The vertices of all ways, end to end.

    Attributes
    ----------
    way_ids : tuple of int
    offsets : (len(way_ids) + 1,) int64
        Where each way begins.
    ids, rows, x, y : (n,) int64
        Node id, its row among the placed nodes (-1: missing), its place in whole 1e-7 degrees.
    levels : mapping of way id to layer
        Streets only: other ways never decide who meets whom.
    """

    way_ids: tuple[int, ...]
    offsets: Ints
    ids: Ints
    rows: Ints
    x: Ints
    y: Ints
    levels: Mapping[int, int]
    keys: Ints = field(init=False)

    def __post_init__(self) -> None:
        self._by_id: dict[int, int] = {}
        self._by_level: dict[tuple[int, int], int] = {}
        self.keys = np.where(self.rows >= 0, pack(self.x, self.y), 0)
        self._split_places()

    def key_of(self, id_: int, place: int, level: int) -> int:
        """Return the key of the node `id_` at the packed `place`; `level` tells where ways have no ids."""
        return self._by_id.get(id_, self._by_level.get((place, level), place))

    def ways(self, tags: Mapping[int, Tags]) -> dict[int, Way]:
        """Return the ways, with `tags` by way id."""
        lonlat = np.column_stack([self.x, self.y]) / UNIT
        lonlat[self.rows < 0] = np.nan
        spans = zip(self.way_ids, self.offsets[:-1].tolist(), self.offsets[1:].tolist(), strict=True)
        return {id_: Way(id_, self.keys[a:b], lonlat[a:b], tags[id_]) for id_, a, b in spans}

    def _split_places(self) -> None:
        """Give negative keys where several street nodes lie at one place."""
        way = np.repeat(np.arange(len(self.way_ids)), np.diff(self.offsets))
        is_street = np.array([id_ in self.levels for id_ in self.way_ids], dtype=bool)
        level = np.array([self.levels.get(id_, 0) for id_ in self.way_ids], dtype=np.int64)
        rows = np.flatnonzero((self.rows >= 0) & is_street[way]) if len(way) else np.zeros(0, dtype=np.int64)
        extras = 0
        for group in self._shared_places(rows, level[way]):
            if (self.ids[group] < IDLESS).any():
                clusters = self._by_layers(group, level[way[group]], way[group])
            else:
                clusters = self._by_ids(group, level[way[group]])
            for cluster in clusters[1:]:
                extras += 1
                self.keys[cluster] = -extras
                for vertex in cluster:
                    self._by_id[int(self.ids[vertex])] = -extras
                    self._by_level[int(pack(self.x[vertex], self.y[vertex])), int(level[way[vertex]])] = -extras
        if self._by_id:
            # Ways that are no streets but share such a node: the outline of a building with an entrance on it.
            for vertex in np.flatnonzero(np.isin(self.ids, list(self._by_id))).tolist():
                self.keys[vertex] = self._by_id[int(self.ids[vertex])]

    def _shared_places(self, rows: Ints, level: Ints) -> list[Ints]:
        """Return the groups of street vertices at one place that may be several nodes, in the order of places."""
        if not len(rows):
            return []
        rows = rows[np.argsort(self.keys[rows], kind="stable")]
        starts = np.flatnonzero(np.append(True, np.diff(self.keys[rows]) != 0))
        ids, levels = self.ids[rows], level[rows]
        lowest = np.minimum.reduceat(ids, starts)
        several_ids = lowest != np.maximum.reduceat(ids, starts)
        several_levels = np.minimum.reduceat(levels, starts) != np.maximum.reduceat(levels, starts)
        doubtful: NDArray[np.bool_] = np.where(lowest < IDLESS, several_levels, several_ids)
        stops = np.append(starts[1:], len(rows))
        return [rows[a:b] for a, b in zip(starts[doubtful], stops[doubtful], strict=True)]

    def _by_ids(self, group: Ints, level: Ints) -> list[list[int]]:
        """Return the vertices of `group` by node; two nodes in a row of one way at one place are one."""
        same = _Union(self.ids[group].tolist())
        at = {int(vertex): int(self.ids[vertex]) for vertex in group}
        starts = set(self.offsets.tolist())
        for vertex, id_ in at.items():
            if vertex + 1 in at and vertex + 1 not in starts:
                same.join(id_, at[vertex + 1])
        ranks: dict[int, tuple[int, int, int]] = {}
        members: dict[int, list[int]] = {}
        for (vertex, id_), lev in zip(at.items(), level.tolist(), strict=True):
            root = same.root(id_)
            members.setdefault(root, []).append(vertex)
            rank = (abs(lev), lev, id_)
            ranks[root] = min(rank, ranks.get(root, rank))
        return [members[root] for root in sorted(members, key=ranks.__getitem__)]

    def _by_layers(self, group: Ints, level: Ints, way: Ints) -> list[list[int]]:
        """Return the vertices of `group` by layer; a layer that only ends there joins the nearest other layer."""
        at_end = (group == self.offsets[way]) | (group + 1 == self.offsets[way + 1])
        arms: dict[int, int] = {}
        for lev, end in zip(level.tolist(), at_end.tolist(), strict=True):
            arms[lev] = arms.get(lev, 0) + (1 if end else 2)
        same = _Union(list(arms))
        for lev, count in arms.items():
            if count == 1:
                others = [other for other in arms if other != lev]
                same.join(lev, min(others, key=lambda other: (abs(other - lev), abs(other), other)))
        members: dict[int, list[int]] = {}
        ranks: dict[int, tuple[int, int]] = {}
        for vertex, lev in zip(group.tolist(), level.tolist(), strict=True):
            root = same.root(lev)
            members.setdefault(root, []).append(vertex)
            ranks[root] = min((abs(lev), lev), ranks.get(root, (abs(lev), lev)))
        return [members[root] for root in sorted(members, key=ranks.__getitem__)]


class _Union:
    """Sets that grow together."""

    def __init__(self, items: Sequence[int]) -> None:
        self._up = {item: item for item in items}

    def root(self, item: int) -> int:
        while self._up[item] != item:
            item = self._up[item]
        return item

    def join(self, a: int, b: int) -> None:
        self._up[self.root(a)] = self.root(b)
