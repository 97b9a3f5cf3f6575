"""From `Elements` to the tables: one way for all readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from corridor.errors import Account, Notice, Text
from corridor.sources import _rules
from corridor.sources._elements import Elements, Relation, Tags, Way
from corridor.sources._extract import SCHEMAS, TABLES, clean, frame, json_tags
from corridor.sources._findings import Findings, Tally
from corridor.sources._rings import Ring, area_of, geodesic_area_m2, rings_of

AREA_RELATIONS = frozenset(("multipolygon", "boundary"))
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Area:
    """An area element, built once and used by several tables."""

    id: str
    tags: Tags
    geometry: BaseGeometry | None
    rings: tuple[Ring, ...]
    why_not: str  # a reason of `REASONS` where `geometry` is None


def build_tables(elements: Elements, file: str) -> tuple[dict[str, gpd.GeoDataFrame], tuple[Notice, ...], Account]:
    """Turn elements into `TABLES`.

    Parameters
    ----------
    elements : Elements
    file : str
        Named in notices.

    Returns
    -------
    tables : dict of GeoDataFrame
    notices : tuple of Notice
    account : Account
        One line a table: candidates read = rows used + excluded.
    """
    builder = _Builder(elements)
    makers: dict[str, Callable[[], list[Row]]] = {
        "streets": builder.streets,
        "gates": builder.gates,
        "buildings": builder.buildings,
        "entrances": builder.entrances,
        "amenities": builder.amenities,
        "open_space": builder.open_space,
        "barriers": builder.barriers,
        "water": builder.water,
        "furniture": builder.furniture,
    }
    rows = {name: make() for name, make in makers.items()}
    if not any(row["walk"] != "none" for row in rows["streets"]):
        builder.findings.add("no-walkable-street", f"bbox {elements.bbox}, {elements.date}")
    tables = {name: frame(name, rows[name]) for name in TABLES}
    labels = {name: Text(schema.zh, schema.en) for name, schema in SCHEMAS.items()}
    account = Account(tuple(builder.tallies[name].entry(name, labels[name]) for name in TABLES))
    return tables, builder.findings.notices(file), account


@dataclass
class _Builder:
    elements: Elements
    findings: Findings = field(default_factory=Findings)
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in TABLES})

    def __post_init__(self) -> None:
        self._ways = [way for way in self.elements.ways.values() if way.tags]
        self._relations = [r for r in self.elements.relations if r.tags.get("type") not in _rules.NO_PLACE_RELATIONS]
        self._areas: dict[str, _Area] = {}
        # Which building's outline a node is on, by key.
        self._outlines: dict[int, str] = {}

    # -- streets and barriers: lines

    def streets(self) -> list[Row]:
        rows = self._plain_streets()
        waits = {node.key: kind for node in self.elements.nodes if (kind := _rules.crossing(node.tags))}
        for row in rows:
            at = [(key, waits[key]) for key in row["nodes"] if key in waits]
            row["signals"] = [key for key, kind in at if kind == "signals"]
            row["crossings"] = [key for key, kind in at if kind == "crossing"]
        return rows

    def _plain_streets(self) -> list[Row]:
        rows: list[Row] = []
        for way in self._ways:
            if "highway" in way.tags:
                rows += self._lines("streets", f"way/{way.id}", way, _street_columns(way.tags, way.id))
        for relation in self._relations:
            if "highway" in relation.tags and relation.tags.get("type") in AREA_RELATIONS:
                rows += self._ring_streets(relation)
        return rows

    def _ring_streets(self, relation: Relation) -> list[Row]:
        """Return the boundary rings of a pedestrian area, to walk along."""
        area = self._relation_area(relation)
        tally = self.tallies["streets"]
        tally.read += max(1, len(area.rings))
        if not area.rings:
            tally.drop(area.why_not)
        columns = _street_columns(relation.tags, relation.id)
        return [
            {"id": _part_id(area.id, n), "nodes": keys.tolist(), "geometry": shapely.LineString(lonlat), **columns}
            for n, (keys, lonlat) in enumerate(area.rings)
        ]

    def barriers(self) -> list[Row]:
        rows: list[Row] = []
        for way in self._ways:
            kind = _rules.barrier_kind(way.tags)
            if kind:
                rows += self._lines("barriers", f"way/{way.id}", way, {"kind": kind, **_line_columns(way.tags)})
        return rows

    def _lines(self, table: str, id_: str, way: Way, columns: Row) -> list[Row]:
        """Return a row for each part of a way: several where the file lacks nodes in between."""
        parts = [(keys, lonlat) for keys, lonlat in way.parts() if (lonlat != lonlat[0]).any()]
        tally = self.tallies[table]
        tally.read += max(1, len(parts))
        if not parts and (way.keys == 0).any():
            tally.drop("missing")
        elif not parts:
            self.findings.add("osm-degenerate", id_, way.tags.get("name", ""))
            tally.drop("short")
        rows = []
        for n, (keys, lonlat) in enumerate(parts):
            row = {"id": _part_id(id_, n), "geometry": shapely.LineString(lonlat), **columns}
            rows.append({**row, "nodes": keys.tolist()} if table == "streets" else row)
        return rows

    # -- nodes

    def gates(self) -> list[Row]:
        rows: list[Row] = []
        tally = self.tallies["gates"]
        for node in self.elements.nodes:
            if "barrier" not in node.tags:
                continue
            tally.read += 1
            passage = _rules.passage(node.tags)
            if passage is None:
                tally.drop("free")
                continue
            rows.append(
                {
                    "id": f"node/{node.id}",
                    "node_id": node.key,
                    "barrier": _rules.value(node.tags, "barrier"),
                    "passage": passage,
                    "name": clean(node.tags.get("name")),
                    "tags": json_tags(node.tags),
                    "geometry": shapely.Point(node.lon, node.lat),
                }
            )
        return rows

    def entrances(self) -> list[Row]:
        rows: list[Row] = []
        for node in self.elements.nodes:
            kind = _rules.value(node.tags, "entrance")
            if not kind:
                continue
            self.tallies["entrances"].read += 1
            if kind in _rules.NO:
                self.tallies["entrances"].drop("not-built")
                continue
            rows.append(
                {
                    "id": f"node/{node.id}",
                    "node_id": node.key,
                    "kind": kind,
                    "of": self._outlines.get(node.key),
                    "geometry": shapely.Point(node.lon, node.lat),
                }
            )
        return rows

    def furniture(self) -> list[Row]:
        rows: list[Row] = []
        tally = self.tallies["furniture"]
        for node in self.elements.nodes:
            kind = _rules.furniture_kind(node.tags)
            if kind:
                tally.read += 1
                point = shapely.Point(node.lon, node.lat)
                rows.append({"id": f"node/{node.id}", "kind": kind, "tags": json_tags(node.tags), "geometry": point})
        return rows

    # -- areas

    def buildings(self) -> list[Row]:
        relations = [r for r in self._relations if "building" in r.tags and r.tags.get("type") in AREA_RELATIONS]
        areas = [self._relation_area(relation) for relation in relations]
        # The outer way of a building relation often carries the tag too: one building, not two.
        outer = {
            id_
            for relation, area in zip(relations, areas, strict=True)
            if area.geometry is not None
            for kind, id_, role in relation.members
            if kind == "way" and role != "inner"
        }
        tally, rows, seen = self.tallies["buildings"], [], set()
        ways = [way for way in self._ways if "building" in way.tags]
        for area in [*areas, *(self._way_area(way, close=True) for way in ways)]:
            tally.read += 1
            if _rules.value(area.tags, "building") in _rules.NO_BUILDING:
                tally.drop("not-built")
                continue
            if area.geometry is None:
                if area.why_not == "degenerate":
                    self.findings.add("osm-degenerate", area.id)
                tally.drop(area.why_not)
                continue
            drawn = area.geometry.normalize().wkb
            if drawn in seen or (area.id.startswith("way/") and int(area.id[4:]) in outer):
                self.findings.add("building-twice", area.id)
                tally.drop("twice")
                continue
            seen.add(drawn)
            rows.append({"id": area.id, "geometry": area.geometry, **self._building_columns(area)})
            for keys, _ in area.rings:
                self._outlines.update(dict.fromkeys(keys.tolist(), area.id))
        return rows

    def _building_columns(self, area: _Area) -> Row:
        tags = area.tags
        return {
            "name": clean(tags.get("name")),
            "building": _rules.value(tags, "building"),
            "use": _rules.building_use(tags),
            "levels": self._levels(area),
            "height_m": self._number(area, ("height", "building:height"), _rules.height_m, "building-height"),
            "street": clean(tags.get("addr:street")),
            "housenumber": clean(tags.get("addr:housenumber")),
            "tags": json_tags(tags),
        }

    def _levels(self, area: _Area) -> float | None:
        levels = self._number(area, ("building:levels",), _rules.levels, "building-levels")
        text = area.tags.get("building:levels", "")
        if levels is not None and _rules.names_several(text):
            self.findings.add("building-levels-mean", area.id, text)
        return levels

    def _number(
        self, area: _Area, keys: Sequence[str], parse: Callable[[str], float | None], code: str
    ) -> float | None:
        text = next((area.tags[key] for key in keys if area.tags.get(key)), None)
        if text is None:
            return None
        number = parse(text)
        if number is None:
            self.findings.add(code, area.id, text)
        return number

    def open_space(self) -> list[Row]:
        rows: list[Row] = []
        tally = self.tallies["open_space"]
        for node in self.elements.nodes:
            if _rules.open_space_kind(node.tags, is_area=False):
                tally.read += 1
                tally.drop("point")
        for area, kind in self._areas_with(lambda tags, area: _rules.open_space_kind(tags, is_area=area)):
            tally.read += 1
            if area.geometry is None:
                tally.drop(area.why_not)
                continue
            rows.append(
                {
                    "id": area.id,
                    "name": clean(area.tags.get("name")),
                    "kind": kind,
                    "area_m2": geodesic_area_m2(area.geometry),
                    "walk": _rules.open_space_walk(area.tags),
                    "tags": json_tags(area.tags),
                    "geometry": area.geometry,
                }
            )
        return rows

    def water(self) -> list[Row]:
        rows: list[Row] = []
        tally = self.tallies["water"]
        for area, _ in self._areas_with(lambda tags, _: "area" if _rules.water_kind(tags) == "area" else None):
            tally.read += 1
            if area.geometry is None:
                tally.drop(area.why_not)
                continue
            name = clean(area.tags.get("name"))
            rows.append({"id": area.id, "name": name, "kind": "area", "geometry": area.geometry})
        for way in self._ways:
            if _rules.water_kind(way.tags) == "line":
                columns = {"name": clean(way.tags.get("name")), "kind": "line"}
                rows += self._lines("water", f"way/{way.id}", way, columns)
        return rows

    def _areas_with(self, kind_of: Callable[[Tags, bool], str | None]) -> list[tuple[_Area, str]]:
        """Return the areas (ways, then relations) to which `kind_of(tags, is surely an area)` gives a kind."""
        found = []
        for way in self._ways:
            kind = kind_of(way.tags, _rules.value(way.tags, "area") == "yes")
            if kind:
                found.append((self._way_area(way), kind))
        for relation in self._relations:
            is_area = relation.tags.get("type") in AREA_RELATIONS
            kind = kind_of(relation.tags, True) if is_area else None
            if kind:
                found.append((self._relation_area(relation), kind))
        return found

    # -- amenities: nodes, lines, areas and gatherings, all as points

    def amenities(self) -> list[Row]:
        rows: list[Row] = []
        tally = self.tallies["amenities"]
        for node in self.elements.nodes:
            if _rules.is_amenity(node.tags):
                tally.read += 1
                rows.append(_amenity(f"node/{node.id}", node.tags, shapely.Point(node.lon, node.lat), None))
        for way in self._ways:
            if _rules.is_amenity(way.tags):
                tally.read += 1
                rows += self._place_row(self._way_area(way), [way])
        for relation in self.elements.relations:
            if not _rules.is_amenity(relation.tags):
                continue
            tally.read += 1
            if relation.tags.get("type") in _rules.NO_PLACE_RELATIONS:
                tally.drop("no-place")
                continue
            members = [
                self.elements.ways[i] for kind, i, _ in relation.members if kind == "way" and i in self.elements.ways
            ]
            rows += self._place_row(self._relation_area(relation), members)
        return rows

    def _place_row(self, area: _Area, ways: Sequence[Way]) -> list[Row]:
        """Return the row of an amenity: inside its area, else halfway along its line, else amid its lines."""
        if area.geometry is not None:
            size = geodesic_area_m2(area.geometry)
            return [_amenity(area.id, area.tags, area.geometry.representative_point(), size)]
        lines = [shapely.LineString(lonlat) for way in ways for _, lonlat in way.parts()]
        if not lines:
            self.tallies["amenities"].drop("missing")
            return []
        point = lines[0].interpolate(0.5, normalized=True) if len(lines) == 1 else shapely.union_all(lines).centroid
        return [_amenity(area.id, area.tags, point, None)]

    # -- building areas once

    def _way_area(self, way: Way, *, close: bool = False) -> _Area:
        id_ = f"way/{way.id}"
        key = f"{id_} closed" if close else id_
        if key not in self._areas:
            self._areas[key] = self._make_way_area(id_, way, close=close)
        return self._areas[key]

    def _make_way_area(self, id_: str, way: Way, *, close: bool) -> _Area:
        present = way.keys != 0
        keys, lonlat = way.keys[present], way.lonlat[present]
        if not way.closed or not present.all():
            if not close:
                return _Area(id_, way.tags, None, (), "open")
            if len(np.unique(keys)) < 3:
                return _Area(id_, way.tags, None, (), "missing" if not present.all() else "degenerate")
            self.findings.add("building-unclosed", id_)
            if keys[0] != keys[-1]:
                keys, lonlat = np.append(keys, keys[0]), np.vstack([lonlat, lonlat[:1]])
        return self._area(id_, way.tags, [(keys, lonlat)])

    def _relation_area(self, relation: Relation) -> _Area:
        id_ = f"relation/{relation.id}"
        if id_ not in self._areas:
            self._areas[id_] = self._make_relation_area(id_, relation)
        return self._areas[id_]

    def _make_relation_area(self, id_: str, relation: Relation) -> _Area:
        if relation.tags.get("type") not in AREA_RELATIONS:
            return _Area(id_, relation.tags, None, (), "no-place")
        wanted = list(dict.fromkeys(i for kind, i, _ in relation.members if kind == "way"))
        ways = [self.elements.ways[i] for i in wanted if i in self.elements.ways]
        rings, left = rings_of(ways)
        if len(ways) < len(wanted):
            self.findings.add("osm-missing-members", id_, f"{len(wanted) - len(ways)}/{len(wanted)}")
        elif left:
            self.findings.add("osm-broken-ring", id_, ", ".join(f"way/{i}" for i in left))
        if not rings:
            return _Area(id_, relation.tags, None, (), "open" if ways else "missing")
        return self._area(id_, relation.tags, rings)

    def _area(self, id_: str, tags: Tags, rings: Sequence[Ring]) -> _Area:
        geometry, repaired = area_of([lonlat for _, lonlat in rings])
        if repaired:
            self.findings.add("polygon-repaired", id_)
        return _Area(id_, tags, geometry, tuple(rings), "degenerate" if geometry is None else "")


def _part_id(id_: str, number: int) -> str:
    return id_ if number == 0 else f"{id_}#{number + 1}"


def _line_columns(tags: Tags) -> Row:
    return {
        "name": clean(tags.get("name")),
        "bridge": _rules.is_bridge(tags),
        "tunnel": _rules.is_tunnel(tags),
        "layer": _rules.level(tags),
        "tags": json_tags(tags),
    }


def _street_columns(tags: Tags, osm_id: int) -> Row:
    walk, why_not = _rules.walk(tags)
    highway = _rules.value(tags, "highway")
    return {
        "osm_id": osm_id,
        "name_en": clean(tags.get("name:en")),
        "highway": highway,
        "steps": highway == "steps",
        "crossing": _rules.crossing(tags),
        "ramp": _rules.ramp(tags),
        "walk": walk,
        "why_not": why_not,
        "oneway_foot": _rules.oneway_foot(tags),
        **_line_columns(tags),
    }


def _amenity(id_: str, tags: Tags, point: BaseGeometry, area_m2: float | None) -> Row:
    return {
        "id": id_,
        "name": clean(tags.get("name")),
        "name_en": clean(tags.get("name:en")),
        "opening_hours": clean(tags.get("opening_hours")),
        "area_m2": area_m2,
        "tags": json_tags(tags),
        "geometry": point,
    }
