"""The bundled study: the same bytes every time, the promised size, and what makes Shanghai hard."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import ROOT

from corridor.config import read_config
from corridor.sources import Extract, read_osm
from corridor.study import StudyArea

METRIC = "EPSG:32651"
FACTS = ROOT / "geodata" / "dingxi" / "facts.yaml"


@pytest.fixture(scope="module")
def extract(belt: Path) -> Extract:
    return read_osm(belt / "dingxi.osm.pbf")


@pytest.fixture(scope="module")
def streets(extract: Extract) -> gpd.GeoDataFrame:
    return extract.streets.to_crs(METRIC)


@pytest.fixture(scope="module")
def walkable(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return streets[streets["walk"] != "none"]


@pytest.fixture(scope="module")
def area(belt: Path) -> shapely.Polygon:
    return gpd.read_file(belt / "boundary.geojson").to_crs(METRIC).geometry.union_all()


@pytest.fixture(scope="module")
def buildings(extract: Extract) -> gpd.GeoDataFrame:
    return extract.buildings.to_crs(METRIC)


@pytest.mark.slow(20)
def test_rebuilding_gives_the_same_bytes(belt: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "build_dingxi.py", tmp_path], check=True, capture_output=True)
    for made in sorted(tmp_path.iterdir()):
        assert made.read_bytes() == (belt / made.name).read_bytes(), made.name
    assert len(list(tmp_path.iterdir())) == 12


def test_size(belt: Path, extract: Extract, walkable: gpd.GeoDataFrame, area: shapely.Polygon) -> None:
    ends = Counter(chain.from_iterable((n[0], n[-1]) for n in walkable["nodes"]))
    inner = Counter(chain.from_iterable(n[1:-1] for n in walkable["nodes"]))
    junctions = sum(ends[n] + 2 * inner[n] != 2 for n in ends.keys() | inner.keys())
    assert 3000 <= junctions <= 5000
    assert 3800 <= len(extract.buildings) <= 4600
    assert extract.buildings.to_crs(METRIC).intersects(area).sum() > 1100
    assert (belt / "dingxi.osm.pbf").stat().st_size < 1_400_000
    assert 2.0e6 < area.area < 2.5e6


def test_nothing_is_lost_or_repaired_on_reading(extract: Extract) -> None:
    assert extract.notices == ()
    assert all(not entry.excluded for entry in extract.account.entries)


def test_ids_are_no_real_osm_ids(extract: Extract) -> None:
    assert extract.amenities.index.str.extract(r"(\d+)")[0].astype("int64").min() > 900_000_000_000
    assert extract.streets["osm_id"].min() > 910_000_000_000


def test_data_reach_the_whole_margin(walkable: gpd.GeoDataFrame, extract: Extract, area: shapely.Polygon) -> None:
    extent = area.buffer(2900)
    west, south, east, north = extent.bounds
    grid = [shapely.Point(x, y) for x in np.arange(west, east, 300) for y in np.arange(south, north, 300)]
    inside = gpd.GeoSeries([p for p in grid if extent.buffer(-100).contains(p)], crs=METRIC)
    lines = walkable.geometry.union_all()
    # the rest is water, park and railway land
    assert (inside.distance(lines) < 150).mean() > 0.98
    food = extract.amenities.to_crs(METRIC)[lambda a: a["tags"].str.contains('"restaurant"')].geometry.union_all()
    assert (inside.distance(food) < 600).mean() > 0.97


def test_one_island_and_no_other(walkable: gpd.GeoDataFrame) -> None:
    import networkx as nx

    graph = nx.Graph()
    for nodes in walkable["nodes"]:
        nx.add_path(graph, nodes)
    sizes = sorted(map(len, nx.connected_components(graph)), reverse=True)
    assert len(sizes) == 2
    assert 5 < sizes[1] < 40 < 0.99 * sizes[0]


def test_lines_at_ground_level_share_a_node_where_they_cross(streets: gpd.GeoDataFrame) -> None:
    ground = streets[(streets["layer"] == 0) & ~streets["bridge"]]
    lines = ground.geometry.to_numpy()
    nodes = [set(n) for n in ground["nodes"]]
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    bare = [(i, j) for i, j in zip(first, second, strict=True) if i < j and not nodes[i] & nodes[j]]
    assert bare == []
    crossing = [(i, j) for i, j in zip(first, second, strict=True) if i < j and shapely.crosses(lines[i], lines[j])]
    for i, j in crossing:
        shared = {n: p for n, p in zip(ground["nodes"].iloc[i], lines[i].coords, strict=True) if n in nodes[j]}
        met = shapely.MultiPoint(list(shared.values())).buffer(0.1)
        assert shapely.intersection(lines[i], lines[j]).difference(met).is_empty, ground.index[[i, j]].tolist()


def test_elevated_road_shares_no_node(streets: gpd.GeoDataFrame) -> None:
    elevated = streets[streets["name"] == "延安高架路"]
    below = streets[streets["name"] != "延安高架路"]
    assert (elevated["layer"] == 2).all() and elevated["bridge"].all() and (elevated["walk"] == "none").all()
    assert not set(chain.from_iterable(elevated["nodes"])) & set(chain.from_iterable(below["nodes"]))
    assert below.crosses(elevated.geometry.union_all()).sum() > 5


def test_footbridge_crosses_without_meeting(streets: gpd.GeoDataFrame) -> None:
    bridge = streets[streets["bridge"] & (streets["highway"] == "footway")].iloc[0]
    road = streets[streets["name"] == "延安西路"].iloc[0]
    assert bridge.geometry.crosses(road.geometry)
    assert not set(bridge["nodes"]) & set(road["nodes"])
    steps = streets[streets["steps"]]
    assert {steps.iloc[0]["nodes"][-1], steps.iloc[1]["nodes"][0]} == set(bridge["nodes"])


def test_viaduct_has_few_crossings_between_two_streets(extract: Extract, streets: gpd.GeoDataFrame) -> None:
    rail = extract.barriers[extract.barriers["kind"] == "rail"].to_crs(METRIC)
    assert rail["bridge"].all() and (rail["layer"] == 1).all()
    line = rail.geometry.union_all()
    kaixuan = streets[streets["name"] == "凯旋路"].geometry.union_all()
    met = [streets[streets["name"] == n].geometry.union_all().intersection(kaixuan).y for n in ("延安西路", "武夷路")]
    hits = streets[streets.intersects(line)].intersection(line).explode()
    between = hits[(hits.y > met[0] + 40) & (hits.y < met[1] - 40)]
    assert 1 <= len(between) <= 2


def test_gates_of_all_kinds_stand_on_walls_and_paths(extract: Extract, streets: gpd.GeoDataFrame) -> None:
    passage = extract.gates["passage"].value_counts()
    assert passage["residents"] > passage["open"] > 20
    assert 1 <= passage["shut"] <= 6
    on_paths = set(chain.from_iterable(streets["nodes"]))
    assert set(extract.gates["node_id"]) <= on_paths
    walls = extract.barriers[extract.barriers["kind"].isin(["wall", "fence"])].to_crs(METRIC)
    points = extract.gates.to_crs(METRIC).geometry
    assert points.distance(walls.geometry.union_all()).max() < 0.05


def test_paths_pass_walls_only_at_gates(extract: Extract, streets: gpd.GeoDataFrame) -> None:
    walls = extract.barriers[extract.barriers["kind"].isin(["wall", "fence"])].to_crs(METRIC)
    ground = streets[~streets["bridge"]]
    gates = extract.gates.to_crs(METRIC).geometry.buffer(0.1).union_all()
    through = ground.intersection(walls.geometry.union_all()).difference(gates)
    assert through[~through.is_empty].empty


def test_park_has_few_gates(extract: Extract, streets: gpd.GeoDataFrame) -> None:
    for name, hectares in (("中山公园", 21), ("华山绿地", 4)):
        park = extract.open_space[extract.open_space["name"] == name].to_crs(METRIC).geometry.iloc[0]
        assert park.area / 1e4 == pytest.approx(hectares, rel=0.15)
        gates = extract.gates.to_crs(METRIC).geometry
        assert 2 <= gates.within(park.buffer(1)).sum() <= 4


def test_buildings_keep_clear_of_streets_and_of_each_other(
    buildings: gpd.GeoDataFrame, streets: gpd.GeoDataFrame
) -> None:
    ground = streets[~streets["bridge"]]
    shapes = buildings.geometry.to_numpy()
    assert shapely.STRtree(ground.geometry.to_numpy()).query(shapes, predicate="intersects").size == 0
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = [(i, j) for i, j in zip(first, second, strict=True) if i < j]
    assert sum(shapely.area(shapely.intersection(shapes[i], shapes[j])) > 0.05 for i, j in pairs) == 0


def test_trees_and_benches_stand_at_kerbs_and_in_nobodys_way(
    extract: Extract, buildings: gpd.GeoDataFrame, streets: gpd.GeoDataFrame
) -> None:
    kerb = extract.furniture[extract.furniture["kind"].isin(["tree", "seat"])].to_crs(METRIC).geometry
    assert len(kerb) > 1000
    ground = streets[~streets["bridge"]].geometry.to_numpy()
    _, away = shapely.STRtree(ground).query_nearest(kerb.to_numpy(), return_distance=True, all_matches=False)
    assert away.min() >= 3 and away.max() < 20
    assert not shapely.STRtree(buildings.geometry.to_numpy()).query(kerb.to_numpy(), predicate="intersects").size


def test_open_spaces_and_streets_have_english_names(extract: Extract) -> None:
    named = extract.open_space[extract.open_space["name"].notna()]
    assert len(named) > 15 and named["tags"].str.contains('"name:en"').all()
    streets = extract.streets[extract.streets["name"].notna()]
    assert streets["name_en"].notna().all() and not streets["name_en"].str.contains("[\u4e00-\u9fff]").any()


def test_building_tags_are_as_poor_as_in_shanghai(buildings: gpd.GeoDataFrame) -> None:
    assert 0.6 < (buildings["building"] == "yes").mean() < 0.72
    assert 0.05 < buildings["levels"].notna().mean() < 0.2
    assert buildings.geometry.geom_type.eq("Polygon").all()
    assert sum(len(g.interiors) > 0 for g in buildings.geometry) >= 3


def test_grain_is_no_graph_paper(buildings: gpd.GeoDataFrame) -> None:
    boxes = shapely.minimum_rotated_rectangle(buildings.geometry.to_numpy())
    angles = []
    for box in boxes:
        (x0, y0), (x1, y1) = box.exterior.coords[:2]
        angles.append(np.degrees(np.arctan2(y1 - y0, x1 - x0)) % 90)
    counts, _ = np.histogram(angles, bins=30, range=(0, 90))
    assert counts.max() < 0.25 * len(angles)
    assert np.std(np.log(buildings.area)) > 0.6


def test_main_streets_pass_their_facts(extract: Extract) -> None:
    from ruamel.yaml import YAML

    facts = YAML(typ="safe").load(FACTS.read_text(encoding="utf-8"))
    for street in facts["streets"]:
        line = extract.streets[extract.streets["name"] == street["name"]].to_crs(METRIC).geometry.union_all()
        spots = gpd.GeoSeries(gpd.points_from_xy(*zip(*street["at"], strict=True)), crs=4326).to_crs(METRIC)
        away = spots.distance(line)
        assert (away.iloc[1:-1] < 12).all(), street["name"]
        assert (away < 60).all(), street["name"]


def test_corridor_is_one_named_street(belt: Path, extract: Extract, streets: gpd.GeoDataFrame) -> None:
    config = read_config(belt)
    assert config.schematic is not None and config.corridor is not None
    corridor = streets[streets["name"].isin(config.corridor.names)]
    assert 1700 < corridor.length.sum() < 1900


def test_tables_say_what_is_invented(belt: Path) -> None:
    least_of = {
        "carriers": 18,
        "institutes": 2,
        "platforms": 1,
        "stations": 8,
        "firms": 60,
        "projects": 20,
        "events": 12,
    }
    for name, least in {**least_of, "renewals": 2}.items():
        raw = (belt / f"{name}.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
        assert len(rows) >= least
        for row in rows:
            figures = [row.get(key) for key in ("建筑面积（平方米）", "入驻企业数", "开业日期")]
            assert row["示意"] == "是" or not any(figures)
    survey = list(csv.DictReader((belt / "survey.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(survey) >= 300 and {row["示意"] for row in survey} == {"是"}
    assert all(len(row["调查员代号"]) == 3 for row in survey)
    stations = list(csv.DictReader((belt / "stations.csv").read_text(encoding="utf-8-sig").splitlines()))
    kinds = Counter(row["类型"] for row in stations)
    assert len(kinds) == 7 and max(kinds.values()) <= 2
    events = list(csv.DictReader((belt / "events.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert Counter(row["类别"] for row in events)["历史文化"] == Counter(row["类别"] for row in events)["展览科普"] == 3


def test_every_default_category_has_places(belt_study: StudyArea) -> None:
    from corridor.taxonomy import classify

    study = belt_study
    tables = ("amenities", "open_space", "buildings", "carriers", "stations", "events", "entrances")
    found = classify(study.categories, **{name: getattr(study, name) for name in tables})
    near = found[found.within(study.area.buffer(1200))]
    assert {c.code for c in study.categories} <= set(near["category"])


def test_boundary_holds_the_belt(belt: Path, area: shapely.Polygon) -> None:
    raw = json.loads((belt / "boundary.geojson").read_text(encoding="utf-8"))
    assert raw["features"][0]["geometry"]["type"] == "Polygon"
    spots = gpd.GeoSeries(gpd.points_from_xy([121.4178, 121.4200], [31.2033, 31.2165]), crs=4326).to_crs(METRIC)
    assert spots.within(area).all()
