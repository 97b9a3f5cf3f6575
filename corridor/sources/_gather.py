"""Takes elements in any order, from any reader, and resolves versions, places, clip and keys into `Elements`."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from corridor.errors import Account, Text
from corridor.sources import _rules
from corridor.sources._elements import UNIT, Elements, Ints, Node, Relation, Tags, Way, pack
from corridor.sources._findings import Findings, Tally
from corridor.sources._keys import IDLESS, Vertices

LONGEST_TAG = 4096
# With a clip and nodes complete, tags of ways outside are let go after so many ways, to bound memory.
_BATCH = 10_000
KIND_LABELS = {
    "node": Text("OSM点", "OSM nodes"),
    "way": Text("OSM线", "OSM ways"),
    "relation": Text("OSM关系", "OSM relations"),
}


@dataclass(slots=True)
class _RawWay:
    version: int
    tags: Tags | None  # None: no tag in use, or outside the clip
    start: int
    stop: int
    inside: bool = True


@dataclass
class _Located:
    """Nodes sorted by id, newest version only."""

    ids: Ints
    x: Ints
    y: Ints
    inside: NDArray[np.bool_]

    def rows(self, refs: Ints) -> Ints:
        """Return the row of each reference, -1 where it is missing."""
        if not len(self.ids):
            return np.full(len(refs), -1, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self.ids, refs), len(self.ids) - 1)
        return np.where(self.ids[rows] == refs, rows, -1)


@dataclass
class Gatherer:
    """Takes elements in any order and resolves them.

    Parameters
    ----------
    clip : polygon in WGS84, optional
        Nodes inside, ways with a node inside (whole), and relations with a member inside are kept.
    nodes_first : bool
        The file promises all nodes before the first way.
    """

    clip: BaseGeometry | None = None
    nodes_first: bool = False
    bbox: tuple[float, float, float, float] | None = None
    date: str | None = None
    newest: str = ""
    findings: Findings = field(default_factory=Findings)

    def __post_init__(self) -> None:
        self._ids, self._x, self._y, self._versions = array("q"), array("i"), array("i"), array("i")
        self._node_tags: dict[int, tuple[int, Tags]] = {}
        self._refs, self._ref_x, self._ref_y = array("q"), array("i"), array("i")
        self._ways: dict[int, _RawWay] = {}
        self._relations: dict[int, tuple[int, Relation]] = {}
        self._gone: dict[tuple[str, int], int] = {}
        self._tallies = {kind: Tally() for kind in KIND_LABELS}
        self._fresh: list[int] = []
        self._nodes: _Located | None = None
        self._unplaced = 0
        self._bounds = self.clip.bounds if self.clip is not None else (-180.0, -90.0, 180.0, 90.0)

    # -- taking

    def node(self, id_: int, x: int, y: int, tags: Tags | None = None, version: int = 0) -> None:
        """Take a node at `x`, `y` (whole 1e-7 degrees)."""
        self._tallies["node"].read += 1
        if not _on_globe(x, y):
            self._tallies["node"].drop("place")
            self.findings.add("osm-node-place", f"node/{id_}", f"{y / UNIT:g}, {x / UNIT:g}")
            return
        self._place(id_, x, y, version)
        if tags and _rules.is_relevant(tags) and self._near(x, y):
            known = self._node_tags.get(id_)
            if known is None or known[0] <= version:
                self._node_tags[id_] = (version, self._short(tags, f"node/{id_}"))
        elif id_ in self._node_tags and self._node_tags[id_][0] <= version:
            del self._node_tags[id_]

    def borrowed_node(self, id_: int, x: int, y: int) -> None:
        """Take the place of a node that is only told as a relation's member."""
        if _on_globe(x, y):
            self._place(id_, x, y, -1)

    def unplaced_node(self, id_: int, value: str) -> None:
        """Take a node whose coordinates are missing or no numbers."""
        self._tallies["node"].read += 1
        self._tallies["node"].drop("place")
        self.findings.add("osm-node-place", f"node/{id_}", value)

    def way(
        self,
        id_: int,
        refs: Sequence[int] | None,
        tags: Tags | None,
        version: int = 0,
        places: Sequence[tuple[int, int] | None] | None = None,
        *,
        borrowed: bool = False,
    ) -> None:
        """Take a way by its node ids, or by places (None for one not given) where there are no ids.

        Parameters
        ----------
        borrowed : bool
            The way is only told as a relation's member: it counts as nothing read, and yields to the way itself.
        """
        tally = self._tallies["way"]
        tally.read += not borrowed
        version = -1 if borrowed else version
        known = self._ways.get(id_)
        if known is not None:
            if not borrowed and known.version >= 0:
                tally.drop("versions")
                self.findings.add("osm-versions", f"way/{id_}")
            if known.version > version:
                return
        start = len(self._refs)
        self._take_vertices(refs, places)
        relevant = bool(tags) and _rules.is_relevant(tags or {})
        kept = self._short(tags or {}, f"way/{id_}") if relevant else None
        self._ways[id_] = _RawWay(version, kept, start, len(self._refs))
        if self.clip is not None and self.nodes_first:
            self._fresh.append(id_)
            if len(self._fresh) >= _BATCH:
                self._clip_ways()

    def relation(self, id_: int, members: Iterable[tuple[str, int, str]], tags: Tags, version: int = 0) -> None:
        """Take a relation."""
        self._tallies["relation"].read += 1
        known = self._relations.get(id_)
        if known is not None:
            self._tallies["relation"].drop("versions")
            self.findings.add("osm-versions", f"relation/{id_}")
            if known[0] > version:
                return
        relevant = _rules.is_relevant(tags)
        kept = Relation(id_, tuple(members) if relevant else (), self._short(tags, f"relation/{id_}"))
        self._relations[id_] = (version, kept)

    def deleted(self, kind: str, id_: int, version: int = 0) -> None:
        """Take the news that an element is gone as of `version`."""
        self._tallies[kind].read += 1
        self._tallies[kind].drop("deleted")
        self.findings.add("osm-deleted", f"{kind}/{id_}")
        self._gone[kind, id_] = max(version, self._gone.get((kind, id_), version))

    @property
    def count(self) -> int:
        """Elements taken so far."""
        return sum(tally.read for tally in self._tallies.values())

    # -- resolving

    def finish(self, file: str) -> Elements:
        """Resolve everything taken; `file` names the source in notices."""
        for (kind, id_), version in self._gone.items():
            self._remove(kind, id_, version)
        located = self._locate()
        self._fresh = list(self._ways) if self.clip is not None and not self.nodes_first else self._fresh
        self._clip_ways()
        relations = self._kept_relations(located)
        ways = self._kept_ways(relations)
        vertices = self._vertices(located, ways, _street_levels(ways, relations))
        built = vertices.ways({id_: raw.tags or {} for id_, raw in ways.items()})
        nodes = self._kept_nodes(located, vertices)
        self._report_missing(built)
        self._count_nodes(located, vertices, nodes)
        account = Account(tuple(tally.entry(f"osm.{kind}", KIND_LABELS[kind]) for kind, tally in self._tallies.items()))
        return Elements(
            nodes=nodes,
            ways=built,
            relations=relations,
            bbox=self.bbox or _extent(located),
            date=self.date or self.newest or None,
            account=account,
            notices=self.findings.notices(file),
        )

    def _near(self, x: int, y: int) -> bool:
        """Return whether a place may be inside the clip, so that tags far from it are never held."""
        west, south, east, north = self._bounds
        return west <= x / UNIT <= east and south <= y / UNIT <= north

    def _place(self, id_: int, x: int, y: int, version: int) -> None:
        self._ids.append(id_)
        self._x.append(x)
        self._y.append(y)
        self._versions.append(version)

    def _take_vertices(self, refs: Sequence[int] | None, places: Sequence[tuple[int, int] | None] | None) -> None:
        """Note node ids, or places under the id 0; ids with places also place their nodes."""
        if refs is not None:
            self._refs.extend(refs)
            for ref, place in zip(refs, places or (), strict=False):
                if place is not None:
                    self.borrowed_node(ref, *place)
            return
        for place in places or ():
            self._unplaced += 1
            self._refs.append(IDLESS - self._unplaced)
            if place is not None:
                self.borrowed_node(IDLESS - self._unplaced, *place)

    def _short(self, tags: Tags, where: str) -> Tags:
        if all(len(text) <= LONGEST_TAG for text in tags.values()):
            return tags
        for key, text in tags.items():
            if len(text) > LONGEST_TAG:
                self.findings.add("tag-cut", where, key)
        return {key: text[:LONGEST_TAG] for key, text in tags.items()}

    def _remove(self, kind: str, id_: int, version: int) -> None:
        if kind == "way" and id_ in self._ways and self._ways[id_].version <= version:
            del self._ways[id_]
            self._tallies["way"].drop("versions")
        elif kind == "relation" and id_ in self._relations and self._relations[id_][0] <= version:
            del self._relations[id_]
            self._tallies["relation"].drop("versions")
        elif kind == "node" and self._node_tags.get(id_, (version + 1,))[0] <= version:
            del self._node_tags[id_]

    def _locate(self) -> _Located:
        if self._nodes is not None:
            return self._nodes
        ids = np.frombuffer(self._ids, dtype=np.int64)
        versions = np.frombuffer(self._versions, dtype=np.int32)
        if len(ids) and not (ids[1:] > ids[:-1]).all():
            order = np.lexsort((versions, ids))  # stable: of equal versions the one that came last
            last = np.append(ids[order][1:] != ids[order][:-1], True)
            own = versions[order] >= 0
            self._note_old_nodes(ids[order][~last & own])
            rows = order[last]
        else:
            rows = np.arange(len(ids))
        gone = {id_: version for (kind, id_), version in self._gone.items() if kind == "node"}
        if gone:
            alive = np.array([gone.get(int(i), -2) < v for i, v in zip(ids[rows], versions[rows], strict=True)], bool)
            self._tallies["node"].drop("versions", int((~alive).sum()))
            rows = rows[alive]
        x = np.frombuffer(self._x, dtype=np.int32)[rows].astype(np.int64)
        y = np.frombuffer(self._y, dtype=np.int32)[rows].astype(np.int64)
        self._nodes = _Located(ids[rows], x, y, self._inside(x, y))
        return self._nodes

    def _note_old_nodes(self, ids: Ints) -> None:
        self._tallies["node"].drop("versions", len(ids))
        for id_ in ids.tolist():
            self.findings.add("osm-versions", f"node/{id_}")

    def _inside(self, x: Ints, y: Ints) -> NDArray[np.bool_]:
        if self.clip is None:
            return np.ones(len(x), dtype=bool)
        west, south, east, north = self._bounds
        lon, lat = x / UNIT, y / UNIT
        inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        shapely.prepare(self.clip)
        inside[inside] = shapely.intersects_xy(self.clip, lon[inside], lat[inside])
        return inside

    def _clip_ways(self) -> None:
        """Let go of the tags of ways without a node inside."""
        located = self._locate()
        raws = [self._ways[id_] for id_ in self._fresh if id_ in self._ways]
        self._fresh = []
        if not raws:
            return
        refs = np.frombuffer(self._refs, dtype=np.int64)
        spans = np.array([(raw.start, raw.stop) for raw in raws], dtype=np.int64)
        low, high = int(spans[:, 0].min()), int(spans[:, 1].max())
        rows = located.rows(refs[low:high])
        hits = np.concatenate(([0], np.cumsum((rows >= 0) & located.inside[rows] if len(located.ids) else rows * 0)))
        within = hits[spans[:, 1] - low] > hits[spans[:, 0] - low]
        del refs  # a view would forbid the array to grow
        for raw, inside in zip(raws, within.tolist(), strict=True):
            raw.inside = inside
            if not inside:
                raw.tags = None

    def _kept_relations(self, located: _Located) -> tuple[Relation, ...]:
        tally, kept = self._tallies["relation"], []
        for _, relation in sorted(self._relations.values(), key=lambda pair: pair[1].id):
            if not _rules.is_relevant(relation.tags):
                tally.drop("unused")
            elif self.clip is not None and not self._has_inside(relation, located):
                tally.drop("outside")
            else:
                kept.append(relation)
        return tuple(kept)

    def _has_inside(self, relation: Relation, located: _Located) -> bool:
        for kind, id_, _ in relation.members:
            if kind == "way" and id_ in self._ways and self._ways[id_].inside:
                return True
            if kind == "node":
                row = int(located.rows(np.array([id_]))[0])
                if row >= 0 and located.inside[row]:
                    return True
        return False

    def _kept_ways(self, relations: Sequence[Relation]) -> dict[int, _RawWay]:
        needed = {id_ for relation in relations for kind, id_, _ in relation.members if kind == "way"}
        kept, tally = {}, self._tallies["way"]
        for id_, raw in sorted(self._ways.items()):
            if raw.tags is not None or id_ in needed:
                kept[id_] = raw
            elif raw.version >= 0:
                tally.drop("unused" if raw.inside else "outside")
        return kept

    def _vertices(self, located: _Located, ways: Mapping[int, _RawWay], levels: Mapping[int, int]) -> Vertices:
        refs = np.frombuffer(self._refs, dtype=np.int64)
        spans = [refs[raw.start : raw.stop] for raw in ways.values()]
        ids = np.concatenate(spans) if spans else np.zeros(0, dtype=np.int64)
        offsets = np.cumsum([0, *(len(span) for span in spans)], dtype=np.int64)
        rows = located.rows(ids)
        present = rows >= 0
        x = np.where(present, located.x[rows], 0) if len(located.ids) else np.zeros(len(ids), np.int64)
        y = np.where(present, located.y[rows], 0) if len(located.ids) else np.zeros(len(ids), np.int64)
        return Vertices(tuple(ways), offsets, ids, rows, x, y, levels)

    def _kept_nodes(self, located: _Located, vertices: Vertices) -> tuple[Node, ...]:
        ids = np.array(sorted(self._node_tags), dtype=np.int64)
        rows = located.rows(ids)
        found = []
        for id_, row in zip(ids.tolist(), rows.tolist(), strict=True):
            if row >= 0 and located.inside[row]:
                x, y, tags = int(located.x[row]), int(located.y[row]), self._node_tags[id_][1]
                key = vertices.key_of(id_, pack(x, y), _rules.level(tags))
                found.append(Node(id_, key, x / UNIT, y / UNIT, tags))
        return tuple(found)

    def _report_missing(self, ways: Mapping[int, Way]) -> None:
        for way in ways.values():
            missing = int((way.keys == 0).sum())
            if missing and way.tags:
                self.findings.add("osm-missing-nodes", f"way/{way.id}", f"{missing}/{len(way.keys)}")

    def _count_nodes(self, located: _Located, vertices: Vertices, nodes: Sequence[Node]) -> None:
        used = np.zeros(len(located.ids), dtype=bool)
        used[vertices.rows[vertices.rows >= 0]] = True
        used[located.rows(np.array([node.id for node in nodes], dtype=np.int64))] |= True
        # Nodes made here for ways without ids, or told only by a way, were never read as nodes.
        read = np.frombuffer(self._versions, dtype=np.int32) >= 0
        own = np.isin(located.ids, np.frombuffer(self._ids, dtype=np.int64)[read])
        self._tallies["node"].drop("outside", int((own & ~used & ~located.inside).sum()))
        self._tallies["node"].drop("unused", int((own & ~used & located.inside).sum()))


def _on_globe(x: int, y: int) -> bool:
    return -180 * UNIT <= x <= 180 * UNIT and -90 * UNIT <= y <= 90 * UNIT


def _extent(located: _Located) -> tuple[float, float, float, float] | None:
    x, y = located.x[located.inside] / UNIT, located.y[located.inside] / UNIT
    return (float(x.min()), float(y.min()), float(x.max()), float(y.max())) if len(x) else None


def _street_levels(ways: Mapping[int, _RawWay], relations: Sequence[Relation]) -> dict[int, int]:
    """Return the layer of every way that is a street or the ring of one."""
    levels = {
        id_: _rules.level(relation.tags)
        for relation in relations
        if "highway" in relation.tags
        for kind, id_, _ in relation.members
        if kind == "way" and id_ in ways
    }
    return levels | {id_: _rules.level(raw.tags) for id_, raw in ways.items() if raw.tags and "highway" in raw.tags}
