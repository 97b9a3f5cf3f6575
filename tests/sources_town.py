"""A small town as OSM elements, and writers that give it in every form a user may have it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.sax.saxutils import quoteattr

import osmium

WEST, SOUTH, STEP = 121.4100000, 31.2000000, 0.0005


def at(column: float, row: float) -> tuple[float, float]:
    return round(WEST + STEP * column, 7), round(SOUTH + STEP * row, 7)


# A viaduct (layer 1) passes over the crossing of 定西路 and 法华镇路 (node 5; its own node 15 at the same place) and
# lands on 定西路 by steps (node 4). Node 20 is a gate on a lane, 31 an entrance on a building.
#
#      6 ── 16            row 2
#      │  ／
#  2 ─ 5 ─ 3              row 1   定西路 runs up: 1, 4, 5, 6
#    ／ │
# 14    4 ─ 20 ─ 21       row 0.5
#       1                 row 0
NODES: dict[int, tuple[tuple[float, float], dict[str, str]]] = {
    1: (at(1, 0), {}),
    2: (at(0, 1), {}),
    3: (at(2, 1), {}),
    4: (at(1, 0.5), {}),
    5: (at(1, 1), {}),
    6: (at(1, 2), {}),
    14: (at(0, 0.5), {}),
    15: (at(1, 1), {}),
    16: (at(2, 1.5), {}),
    20: (at(1.5, 0.5), {"barrier": "gate", "access": "private", "name": "北门"}),
    21: (at(2, 0.5), {}),
    22: (at(1.7, 0.4), {"barrier": "bollard"}),
    30: (at(3, 0), {}),
    31: (at(3.5, 0), {"entrance": "main"}),
    32: (at(4, 0), {}),
    33: (at(4, 1), {}),
    34: (at(3, 1), {}),
    40: (at(5, 0), {}),
    41: (at(8, 0), {}),
    42: (at(8, 3), {}),
    43: (at(5, 3), {}),
    44: (at(6, 1), {}),
    45: (at(7, 1), {}),
    46: (at(7, 2), {}),
    47: (at(6, 2), {}),
    50: (at(0.5, 1.5), {"amenity": "cafe", "name": "<img src=x onerror=alert(1)> ${alert(1)}"}),
    51: (at(0.6, 1.6), {"shop": "convenience", "name": "全家\u202e\u200b便利", "opening_hours": "24/7"}),
    52: (at(0.7, 1.7), {"highway": "bus_stop", "name": "定西路站"}),
    60: (at(0, 4), {}),
    61: (at(9, 4), {}),
    70: (at(10, 0), {}),
    71: (at(11, 0), {}),
    72: (at(11, 1), {}),
    73: (at(10, 1), {}),
}
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    100: ([1, 4, 5, 6], {"highway": "secondary", "name": "定西路", "name:en": "Dingxi Road", "oneway": "yes"}),
    101: ([2, 5, 3], {"highway": "residential", "name": "法华镇路"}),
    102: ([14, 15, 16], {"highway": "footway", "layer": "1", "bridge": "yes"}),
    103: ([14, 4], {"highway": "steps", "layer": "1", "oneway:foot": "yes"}),
    104: ([4, 20, 21], {"highway": "service", "access": "private"}),
    105: ([16, 3], {"highway": "motorway_link"}),
    106: ([2, 6], {"highway": "cycleway", "foot": "designated"}),
    110: ([30, 31, 32, 33, 34, 30], {"building": "apartments", "building:levels": "6", "addr:street": "定西路"}),
    120: ([40, 41, 42], {}),
    121: ([42, 43, 40], {}),
    122: ([44, 45, 46, 47, 44], {}),
    130: ([60, 61], {"railway": "subway", "bridge": "viaduct", "layer": "2"}),
    131: ([60, 2], {"barrier": "wall"}),
    132: ([61, 42], {"waterway": "canal", "name": "新泾港"}),
    140: ([70, 71, 72, 73, 70], {"highway": "pedestrian", "area": "yes", "name": "广场"}),
    141: ([71, 72, 33, 71], {"leisure": "garden", "access": "private"}),
    142: ([70, 73], {"amenity": "parking_entrance", "name": "线"}),
    143: ([44, 45, 46, 44], {"natural": "water", "name": "池"}),
}
RELATIONS: dict[int, tuple[list[tuple[str, int, str]], dict[str, str]]] = {
    200: (
        [("way", 120, "outer"), ("way", 121, "outer"), ("way", 122, "inner")],
        {"type": "multipolygon", "leisure": "park", "name": "公园"},
    ),
    201: (
        [("way", 120, "outer"), ("way", 121, "outer"), ("way", 122, "inner")],
        {"type": "multipolygon", "building": "office", "height": "40'"},
    ),
    202: ([("way", 110, ""), ("node", 50, "")], {"type": "site", "amenity": "university", "name": "大学"}),
    203: ([("way", 100, "")], {"type": "route", "route": "bus", "highway": "secondary"}),
}
DATE = "2026-07-16T00:00:00Z"


def write_xml(path: Path, *, nodes=NODES, ways=WAYS, relations=RELATIONS) -> Path:
    def tags_of(tags: dict[str, str]) -> str:
        return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())

    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<osm version="0.6" timestamp="{DATE}">']
    for id_, ((lon, lat), tags) in nodes.items():
        lines.append(f'<node id="{id_}" version="1" lat="{lat:.7f}" lon="{lon:.7f}">{tags_of(tags)}</node>')
    for id_, (refs, tags) in ways.items():
        nds = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{id_}" version="1">{nds}{tags_of(tags)}</way>')
    for id_, (members, tags) in relations.items():
        inner = "".join(f'<member type="{t}" ref="{ref}" role="{role}"/>' for t, ref, role in members)
        lines.append(f'<relation id="{id_}" version="1">{inner}{tags_of(tags)}</relation>')
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def write_pbf(path: Path, *, nodes=NODES, ways=WAYS, relations=RELATIONS) -> Path:
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", DATE)
    header.set("sorting", "Type_then_ID")
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for id_, (place, tags) in nodes.items():
            writer.add_node(osmium.osm.mutable.Node(id=id_, version=1, location=place, tags=tags))
        for id_, (refs, tags) in ways.items():
            writer.add_way(osmium.osm.mutable.Way(id=id_, version=1, nodes=refs, tags=tags))
        for id_, (members, tags) in relations.items():
            packed = [(kind[0], ref, role) for kind, ref, role in members]
            writer.add_relation(osmium.osm.mutable.Relation(id=id_, version=1, members=packed, tags=tags))
    return path


def overpass(*, ids: bool, nodes=NODES, ways=WAYS, relations=RELATIONS) -> dict:
    """The town as Overpass answers `out body` (ids) or `out tags geom` (places, and ids only of tagged nodes)."""

    def spot(id_: int) -> dict[str, float]:
        lon, lat = nodes[id_][0]
        return {"lat": lat, "lon": lon}

    elements: list[dict] = []
    for id_, (_, tags) in nodes.items():
        if ids or tags:
            elements.append({"type": "node", "id": id_, **spot(id_), **({"tags": tags} if tags else {})})
    for id_, (refs, tags) in ways.items():
        if ids:
            elements.append({"type": "way", "id": id_, "nodes": refs, "tags": tags})
        elif tags:
            elements.append({"type": "way", "id": id_, "geometry": [spot(ref) for ref in refs], "tags": tags})
    for id_, (members, tags) in relations.items():
        listed = []
        for kind, ref, role in members:
            member = {"type": kind, "ref": ref, "role": role}
            if not ids:
                member |= spot(ref) if kind == "node" else {"geometry": [spot(node) for node in ways[ref][0]]}
            listed.append(member)
        elements.append({"type": "relation", "id": id_, "members": listed, "tags": tags})
    return {"version": 0.6, "osm3s": {"timestamp_osm_base": DATE}, "elements": elements}


def write_json(path: Path, *, ids: bool, **parts) -> Path:
    path.write_text(json.dumps(overpass(ids=ids, **parts), ensure_ascii=False), encoding="utf-8")
    return path
