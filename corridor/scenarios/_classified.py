"""What an edit does to the places one walks to: only rows are classified anew that it can touch, each once."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.scenarios._rows import Row, Rows, Tables, missing
from corridor.study import StudyArea
from corridor.taxonomy import DOORS, RowRules, plain, rank, repeats

_OSM = ("amenities", "open_space", "buildings")
_RECORDS = ("carriers", "institutes", "stations", "events")
# Where a table keeps opening hours; the others have none.
_HOURS = {"amenities": "opening_hours", **dict.fromkeys(_RECORDS, "hours")}
Key = tuple[str, str]
Group = tuple[int, str]
Point = tuple[float, float]
Points = Mapping[str, tuple[Point, ...]]
Stand = tuple[Point, str | None]
"""Where an opportunity is, and its opening hours."""


class Place(NamedTuple):
    """A row as a place of one category (its number), before duplicates are told."""

    category: int
    source: str
    name: str
    order: tuple[int, int, str]
    points: tuple[Point, ...]
    radius: float
    hours: str | None


class Came(NamedTuple):
    """An opportunity that comes."""

    category: int
    source: str
    at: Point
    hours: str | None


@dataclass(frozen=True)
class Change:
    """Opportunities that go (their ids and categories' numbers) and that come."""

    gone: tuple[tuple[str, int], ...]
    came: tuple[Came, ...]


class Classifier:
    """Knows which rows of a study can be duplicates of which.

    Two places are the same where they share a category and a name, or where one is a node inside the outline of the
    other (`taxonomy.classify`). So a change of one row concerns the rows of its name, old and new, and the nodes
    inside it; of these only the categories are looked at that the row has, or had.
    """

    def __init__(
        self, study: StudyArea, tables: Tables, opportunities: pd.DataFrame, ways_in: gpd.GeoDataFrame
    ) -> None:
        self._rules = RowRules(study.categories)
        number = {category.code: n for n, category in enumerate(study.categories)}
        self._tables = {name: tables[name] for name in (*_OSM, *_RECORDS)}
        # One table of both holds only what both have; see `with_institutes`.
        shared = {*(set(study.carriers.columns) & set(study.institutes.columns)), DOORS}
        self._of_carriers = None if study.institutes.empty else shared
        self._of_key: dict[str, list[Key]] = defaultdict(list)
        for name, table in self._tables.items():
            for id_, word in zip(table.at, table.names, strict=True):
                if word:
                    self._of_key[word].append((name, id_))
        self._labels: dict[tuple[int, str], list[tuple[str, Stand]]] = defaultdict(list)
        xy = shapely.get_coordinates(opportunities.geometry.to_numpy()).tolist()
        # Text kept by Arrow is slow to go through one by one.
        facts = (opportunities[name].to_numpy(dtype=object) for name in ("category", "source_id", "opening_hours"))
        for label, code, source, hours, (x, y) in zip(
            opportunities.index.to_numpy(dtype=object), *facts, xy, strict=True
        ):
            self._labels[number[code], source].append((label, ((x, y), _text(hours))))
        doors = study.entrances[study.entrances["of"].notna() & study.entrances.geometry.notna()]
        self._doors = points_by(doors["of"], doors.geometry.to_numpy())
        self._ways_in = points_by(ways_in["source_id"], ways_in.geometry.to_numpy())
        self._known: dict[Key, tuple[Place, ...]] = {}
        amenities = study.amenities
        nodes = np.array([str(id_).startswith("node/") for id_ in amenities.index.to_numpy(dtype=object)], dtype=bool)
        self._node_ids = amenities.index.to_numpy(dtype=object)[nodes]
        self._node_points = amenities.geometry.to_numpy()[nodes]
        self._node_tree = shapely.STRtree(self._node_points)
        self._outlines = study.buildings.geometry.to_numpy()
        self._outline_ids = study.buildings.index.to_numpy(dtype=object)
        self._outline_tree = shapely.STRtree(self._outlines)

    def change(self, rows: Rows, ways_in: Points) -> Change:
        """Return what becomes of the opportunities.

        Parameters
        ----------
        rows : mapping
            By table and id, the rows touched as they are after the edit, None for those that go.
        ways_in : mapping
            Where open spaces are entered after the edit; only those need be listed that are entered otherwise.
        """
        return _Edited(self, rows, ways_in).change()

    def before(self, key: Key) -> tuple[Place, ...]:
        """Return a row of the study as places."""
        if key not in self._known:
            row = self._tables[key[0]].row(key[1])
            self._known[key] = () if row is None else self.places(key, row, self._ways_in)
        return self._known[key]

    def places(self, key: Key, row: Row, ways_in: Points) -> tuple[Place, ...]:
        """Return a row as places, one for each of its categories."""
        table, id_ = key
        shape: Any = row.get("geometry")
        area = 0.0
        points: tuple[Point, ...] = ()
        if table == "amenities":
            area = _number(row.get("area_m2"))
            tags = row.get("tags")
            found, points = self._rules.of_tags(None if missing(tags) else tags, area), doors_of(row) or (_xy(shape),)
        elif table == "open_space":
            points = ways_in.get(id_, ())
            area = _number(row.get("area_m2"))
            found = self._rules.of_space(row.get("kind"), area) if points and row.get("walk") == "public" else []
        elif table == "buildings":
            area = shape.area
            found = self._rules.of_building(row.get("use"), area)
            points = doors_of(row) or self._doors.get(id_) or (_xy(shape.representative_point()),) if found else ()
        else:
            name = table
            if table in ("carriers", "institutes"):
                name = "carriers"
                row = row if self._of_carriers is None else {k: v for k, v in row.items() if k in self._of_carriers}
            placed = not missing(shape) and not shape.is_empty
            found = self._rules.of_record(name, row) if placed else []
            points = (doors_of(row) or (_xy(shape),)) if placed else ()
        if not found:
            return ()
        word, order = row.get("name"), rank(id_, record=table in _RECORDS)
        radius = 0.0 if math.isnan(area) else math.sqrt(area / math.pi)
        name = "" if missing(word) else plain(str(word))
        hours = _text(row.get(_HOURS.get(table, "")))
        return tuple(Place(number, id_, name, order, points, radius, hours) for number in found)

    def ids(self, id_: str) -> list[Key]:
        """Return the rows that bear an id, in whatever table."""
        return [(name, id_) for name, table in self._tables.items() if id_ in table.at]

    def named(self, word: str) -> list[Key]:
        """Return the rows of a name."""
        return self._of_key.get(word, [])

    def opportunities(self, category: int, source: str) -> list[tuple[str, Stand]]:
        """Return the opportunities of a source in a category: id, place and hours."""
        return self._labels.get((category, source), [])

    def around(self, point: Any) -> list[str]:
        """Return the buildings that hold a point."""
        found: list[str] = self._outline_ids[self._outline_tree.query(point, predicate="within")].tolist()
        return found

    def inside(self, outline: Any) -> list[str]:
        """Return the nodes inside an outline."""
        found: list[str] = self._node_ids[self._node_tree.query(outline, predicate="contains")].tolist()
        return found

    def outline(self, id_: str) -> Any:
        """Return the outline of a building, None where there is none of this id."""
        place = self._tables["buildings"].at.get(id_)
        return None if place is None else self._outlines[place]


@dataclass
class _Edited:
    """One edit, looked at; what is worked out is kept for as long as it is looked at."""

    base: Classifier
    rows: Rows
    ways_in: Points
    now: dict[Key, tuple[Place, ...]] = field(default_factory=dict)
    kept: dict[Group, set[str]] = field(default_factory=dict)
    outlines: dict[str, Any] = field(default_factory=dict)

    def change(self) -> Change:
        touched = {(name, id_) for name, rows in self.rows.items() for id_ in rows if name in (*_OSM, *_RECORDS)}
        touched |= {("open_space", id_) for id_ in self.ways_in}
        for name, id_ in touched:
            row = self.rows.get(name, {}).get(id_, self.base._tables[name].row(id_) if name == "open_space" else None)
            ways = {**self.base._ways_in, **self.ways_in} if name == "open_space" else {}
            self.now[name, id_] = () if row is None else self.base.places((name, id_), row, ways)
        self.outlines = {
            id_: None if row is None else row["geometry"] for id_, row in self.rows.get("buildings", {}).items()
        }
        looked_at = touched | set(self._nodes_concerned(touched))
        pairs: set[tuple[int, str]] = set()
        for key in looked_at:
            for place in (*self.base.before(key), *self._of(key)):
                pairs |= {(place.category, other) for other in self._sources(place)}
        gone: list[tuple[str, int]] = []
        came: list[Came] = []
        for category, source in sorted(pairs):
            old = self.base.opportunities(category, source)
            new = self._points(category, source)
            was = {at for _, at in old}
            gone += [(label, category) for label, at in old if at not in new]
            came += [Came(category, source, *at) for at in sorted(new - was, key=_in_order)]
        return Change(tuple(gone), tuple(came))

    def _of(self, key: Key) -> tuple[Place, ...]:
        return self.now[key] if key in self.now else self.base.before(key)

    def _nodes_concerned(self, touched: set[Key]) -> Iterable[Key]:
        """Return the nodes inside what is touched, before and after: whether they are its duplicates may change."""
        for id_ in {id_ for _, id_ in touched}:
            for outline in (self.base.outline(id_), self.outlines.get(id_)):
                if outline is not None:
                    yield from (("amenities", node) for node in self.base.inside(outline))

    def _sources(self, place: Place) -> set[str]:
        """Return whose fate hangs on a place: its own, and that of all of its name."""
        if not place.name:
            return {place.source}
        return {place.source, *(p.source for p in self._members((place.category, place.name)))}

    def _members(self, group: Group) -> list[Place]:
        category, name = group
        keys = dict.fromkeys([*self.base.named(name), *self.now])
        return [p for key in keys for p in self._of(key) if p.category == category and p.name == name]

    def _points(self, category: int, source: str) -> set[Stand]:
        """Return where, and with what hours, a source is an opportunity of a category after the edit."""
        keys = {*self.base.ids(source), *(key for key in self.now if key[1] == source)}
        found: set[Stand] = set()
        for key in keys:
            for place in self._of(key):
                if place.category == category and self._is_kept(place):
                    found.update((point, place.hours) for point in self._outside_its_own(key, place))
        return found

    def _is_kept(self, place: Place) -> bool:
        if not place.name:
            return True
        group = (place.category, place.name)
        if group not in self.kept:
            left = [p._replace(points=self._outside_its_own(("amenities", p.source), p)) for p in self._members(group)]
            self.kept[group] = _best([place for place in left if place.points])
        return place.source in self.kept[group]

    def _outside_its_own(self, key: Key, place: Place) -> tuple[Point, ...]:
        """Return a place's points that are not those of a building of its category: of all but nodes these are all."""
        if key[0] != "amenities" or not key[1].startswith("node/"):
            return place.points
        return tuple(at for at in place.points if not self._inside_its_own(place, shapely.Point(at)))

    def _inside_its_own(self, place: Place, point: shapely.Point) -> bool:
        """Whether a point of a place without a name of its own is inside a building of its category."""
        around = [id_ for id_ in self.base.around(point) if id_ not in self.outlines]
        around += [id_ for id_, outline in self.outlines.items() if outline is not None and point.within(outline)]
        for id_ in around:
            for other in {*self.base.ids(id_), *(k for k in self.now if k[1] == id_)}:
                for p in self._of(other):
                    if p.category == place.category and place.name in ("", p.name):
                        return True
        return False


def doors_of(row: Row) -> tuple[Point, ...]:
    """Return the entrances that a scenario gives a thing."""
    given: Any = row.get(DOORS)
    return () if missing(given) else tuple(_xy(point) for point in given.geoms)


def points_by(owner: Iterable[Any], points: Iterable[Any]) -> dict[str, tuple[Point, ...]]:
    """Return points by owner, in their order."""
    found: dict[str, list[Point]] = defaultdict(list)
    for id_, point in zip(owner, points, strict=True):
        found[str(id_)].append(_xy(point))
    return {id_: tuple(listed) for id_, listed in found.items()}


def _best(places: list[Place]) -> set[str]:
    """Return the sources of one category and name that are not duplicates of a better one."""
    if len({place.source for place in places}) < 2:
        return {place.source for place in places}
    rows = [(place, at) for place in sorted(places, key=lambda place: place.order) for at in place.points]
    number: dict[str, int] = {}
    source = np.array([number.setdefault(place.source, len(number)) for place, _ in rows], np.int64)
    xy = np.array([at for _, at in rows], np.float64)
    repeated = repeats(xy, np.array([place.radius for place, _ in rows]), source)
    return {place.source for (place, _), again in zip(rows, repeated.tolist(), strict=True) if not again}


def _xy(point: Any) -> Point:
    return point.x, point.y


def _in_order(stand: Stand) -> tuple[Point, str]:
    return stand[0], stand[1] or ""


def _text(value: Any) -> str | None:
    return None if missing(value) else str(value)


def _number(value: Any) -> float:
    return float("nan") if missing(value) else float(value)
