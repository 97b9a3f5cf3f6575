"""Seams for analysts: graphs in and out, hexagons, categories and weights from tables, parts of an evaluation."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from toy import osm_xml, write_study
from worlds import CRS, gate_table, points_at, street_table, world

import corridor
from corridor import access, schemas, taxonomy
from corridor.errors import ConfigError, CrsError, NetworkError, StudyError
from corridor.network import attach, build_network, from_networkx, to_networkx
from corridor.report import write_tables

FAR = 1_000_000


def same(one, two):
    assert_frame_equal(pd.DataFrame(one.nodes), pd.DataFrame(two.nodes))
    left, right = (
        pd.DataFrame(n.edges).assign(name=n.edges["name"].astype("string"), highway=n.edges["highway"].astype("string"))
        for n in (one, two)
    )
    assert_frame_equal(left, right)
    assert one.crs == two.crs
    assert one.gates_policy == two.gates_policy
    assert one.notices == two.notices


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), policy=st.sampled_from(["residents", "open"]))
def test_there_and_back_is_the_same_network(seed, policy):
    network = world(seed, towns=6, policy=policy).network
    graph = to_networkx(network)
    back = from_networkx(graph)
    same(network, back)
    again = to_networkx(back)
    assert list(again.nodes(data=True)) == list(graph.nodes(data=True))
    assert list(again.edges(keys=True)) == list(graph.edges(keys=True))


def test_waits_survive_the_way_there_and_back():
    streets = street_table(
        [{"stops": [(n, 100.0 * x, 100.0 * y), (5, 0.0, 0.0)]} for n, (x, y) in enumerate([(1, 0), (0, 1), (-1, 0)], 1)]
    )
    streets["signals"], streets["crossings"], streets["crossing"] = [[5]] * 3, [[]] * 3, None
    network = build_network(streets, gate_table({}), signals_wait_dm=300)
    assert len(network.edges) == 6
    same(network, from_networkx(to_networkx(network)))


@pytest.fixture(scope="module")
def osmnx_graph(tmp_path_factory):
    """The toy town as OSMnx itself reads, simplifies and projects it; no network needed."""
    path = tmp_path_factory.mktemp("osmnx") / "town.osm"
    path.write_text(osm_xml(), encoding="utf-8")
    graph = osmnx.graph_from_xml(path, bidirectional=True, simplify=True, retain_all=True)
    return osmnx.project_graph(graph, to_crs="EPSG:32651")


def test_a_graph_of_osmnx_is_a_network(osmnx_graph):
    network = from_networkx(osmnx_graph)
    # two-way edges of OSMnx become one
    assert 2 * len(network.edges) == osmnx_graph.number_of_edges()
    assert (network.edges["oneway_foot"] == 0).all()
    assert set(network.nodes.index) == {n for n, degree in osmnx_graph.degree() if degree}
    assert network.gates_policy == "open"
    total = sum(data["geometry"].length for *_, data in osmnx_graph.edges(data=True) if "geometry" in data) / 2
    assert network.edges.geometry.length.sum() >= total
    assert (network.edges["length_dm"] / 10 - network.edges.geometry.length).abs().max() <= 0.2
    # distances agree with networkx on the same whole decimetres
    graph = to_networkx(network)
    want = nx.single_source_dijkstra_path_length(graph, 1, weight="length_dm")
    start = gpd.GeoSeries([shapely.Point(graph.nodes[1]["x"], graph.nodes[1]["y"])], crs=network.crs)
    ends = gpd.GeoSeries(
        [shapely.Point(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in want], index=list(want), crs=network.crs
    )
    goals = attach(network, ends).assign(category=list(want))
    got = access.nearest(network, attach(network, start), goals, cutoff_dm=FAR).iloc[0]
    assert {int(node): int(d) for node, d in got.items()} == want
    same(network, from_networkx(to_networkx(network)))


def test_one_way_and_parallel_edges_of_a_plain_graph():
    graph = nx.MultiDiGraph(crs=CRS)
    for node, x, y in ((1, 0.0, 0.0), (2, 100.0, 0.0), (3, 100.0, 50.0)):
        graph.add_node(node, x=x, y=y)
    graph.add_edge(1, 2, osmid=7)
    graph.add_edge(2, 1, osmid=7)
    graph.add_edge(2, 1, osmid=8)
    graph.add_edge(2, 3, osmid=[9, 10], highway=["steps", "footway"], name="阶")
    network = from_networkx(graph)
    assert network.edges[["street_id", "oneway_foot", "length_dm"]].to_numpy().tolist() == [
        ["way/10;way/9", 1, 500],
        ["way/7", 0, 1000],
        ["way/8", 1, 1000],
    ]
    assert network.edges["highway"].iloc[0] == "footway;steps"
    assert network.edges["name"].isna().tolist() == [False, True, True]


def test_graphs_that_are_none_are_refused(osmnx_graph):
    plain = nx.MultiDiGraph()
    plain.add_edge(1, 2)
    with pytest.raises(CrsError, match="project_graph"):
        from_networkx(plain)
    degrees = nx.MultiDiGraph(crs="EPSG:4326")
    with pytest.raises(CrsError):
        from_networkx(degrees)
    with pytest.raises(NetworkError, match="no edge"):
        from_networkx(nx.MultiDiGraph(crs=CRS))
    named = nx.MultiDiGraph(crs=CRS)
    named.add_node("a", x=0, y=0)
    with pytest.raises(NetworkError, match="whole number"):
        from_networkx(named)
    torn = osmnx_graph.copy()
    u, v, key = next(iter(torn.edges(keys=True)))
    torn.edges[u, v, key]["geometry"] = shapely.LineString([(0, 0), (1, 1)])
    with pytest.raises(NetworkError, match="does not run"):
        from_networkx(torn)


# -- hexagons


def test_hexagons_tile_an_area():
    area = shapely.box(300_000, 3_400_000, 301_000, 3_401_000)
    cells = access.hexagons(area, 100, crs=CRS)
    size = np.sqrt(3) / 2 * 100**2
    assert np.allclose(cells.area, size)
    # a thousand by a thousand metres, give or take the rim
    assert abs(len(cells) - 1e6 / size) < 25
    assert cells.geometry.union_all().area == pytest.approx(len(cells) * size)
    assert area.difference(cells.geometry.union_all()).area < 0.06 * area.area
    assert cells["centre"].intersects(area).all()
    assert cells.geometry.centroid.distance(cells["centre"]).max() < 1e-6
    assert cells.index.is_unique
    assert cells["centre"].crs == CRS


def test_a_cell_has_the_same_id_in_every_area():
    small = access.hexagons(shapely.box(0, 0, 500, 500), 50, crs=CRS)
    large = access.hexagons(shapely.box(-300, -200, 900, 800), 50, crs=CRS)
    assert set(small.index) < set(large.index)
    assert small.geometry.geom_equals(large.geometry.loc[small.index]).all()
    assert access.hexagons(shapely.Polygon(), 50, crs=CRS).empty


def test_hexagons_want_metres_and_sense():
    with pytest.raises(CrsError):
        access.hexagons(shapely.box(0, 0, 1, 1), 100, crs=4326)
    for cell in (0, -5, float("nan"), 0.01):
        with pytest.raises(NetworkError):
            access.hexagons(shapely.box(0, 0, 5000, 5000), cell, crs=CRS)


# -- tables in


def test_any_table_with_categories_and_weights():
    """A street of 1,000 m; desks at 100 m (20 of them) and 600 m (60), a café at 300 m. Seen from its west end."""
    network = build_network(street_table([{"stops": [(1, 0.0, 0.0), (2, 1000.0, 0.0)]}]), gate_table({}))
    places = pd.DataFrame({"what": ["desk", "desk", "café"], "seats": [20, 60, 8], "x": [100.0, 600.0, 300.0]})
    spots = gpd.GeoSeries.from_xy(places["x"], np.zeros(3), crs=CRS)
    goals = places.join(attach(network, spots))
    home = points_at([(0, 0, 0)])
    near = access.nearest(network, home, goals, cutoff_dm=FAR, by="what")
    assert near.iloc[0].to_dict() == {"café": 3000, "desk": 1000}
    many = access.cumulative(network, home, goals, cutoffs_dm=[2000, 6000], by="what", weight="seats")
    assert many.iloc[0].tolist() == [0.0, 8.0, 20.0, 80.0]
    # 20 × (1 - 0.1) + 60 × (1 - 0.6) = 42
    pull = access.gravity(network, home, goals, access.decay.Linear(1000), cutoff_dm=10_000, by="what", weight="seats")
    assert pull.loc[0, "desk"] == pytest.approx(42, abs=1e-5)


def test_categories_from_a_table():
    table = pd.DataFrame(
        {
            "kind": ["LIFE", "WORK"],
            "zh": ["咖啡", "工位"],
            "en": ["café", "desk"],
            "tier_min": [5, 15],
            "tier_m": [300, None],
            "source": ["本项目", "本项目"],
            "grade": ["—", "—"],
            "weight": [2.0, 1.0],
            "osm": [[{"amenity": "cafe"}], None],
        },
        index=["my.cafe", "my.desk"],
    )
    cafe, desk = taxonomy.categories_from(table)
    assert (cafe.code, cafe.tier_m, cafe.weight, desk.tier_m, desk.osm) == ("my.cafe", 300, 2.0, None, ())
    with pytest.raises(ConfigError) as caught:
        taxonomy.categories_from(table.assign(tier_min=[5, 0], kind=["LIVE", "WORK"]).rename(columns={"grade": "grad"}))
    text = " ".join(p.where + p.what.en + (p.hint.en if p.hint else "") for p in caught.value.problems)
    for word in ("my.cafe", "my.desk", "'grade'", "LIFE", "tier_min", "'grad'"):
        assert word in text, word
    with pytest.raises(ConfigError, match="twice"):
        taxonomy.categories_from(pd.concat([table, table]))


# -- parts of an evaluation


@pytest.fixture(scope="module")
def toy_study(tmp_path_factory):
    return corridor.open_study(write_study(tmp_path_factory.mktemp("toy"), "corridor: {names: [Main Road]}\n"))


@pytest.fixture(scope="module")
def whole(toy_study):
    return corridor.evaluate(toy_study)


@pytest.mark.parametrize("only", [{"life_circle"}, {"by_time"}, {"isochrones"}, "isochrones", set()])
def test_only_the_parts_asked_for(toy_study, whole, only):
    found = corridor.evaluate(toy_study, only=only)
    asked = {only} if isinstance(only, str) else set(only)
    assert found.parts == asked | ({"life_circle"} if "by_time" in asked else set())
    for part, names in {
        "life_circle": ("cost_dm", "length_dm", "access", "coverage", "buildings"),
        "by_time": ("by_time",),
        "isochrones": ("isochrones",),
    }.items():
        for name in names:
            table, full = getattr(found, name), getattr(whole, name)
            assert list(table.columns) == list(full.columns), name
            if part in found.parts:
                assert_frame_equal(pd.DataFrame(table), pd.DataFrame(full))
            elif name != "buildings":
                assert len(table) == 0
    for name, table in schemas_of(found).items():
        table.check(getattr(found, name))
    if "life_circle" not in found.parts:
        assert found.buildings["score_total"].isna().all()
        assert found.buildings["residents"].equals(whole.buildings["residents"])
        assert found.summary["score_median"] is None
    # what every evaluation has
    assert found.category_table["n_opportunities"].equals(whole.category_table["n_opportunities"])
    assert len(found.opportunities) == len(whole.opportunities)


def test_what_is_evaluated_further_stands_on_the_same_network(toy_study, whole):
    begun = corridor.evaluate(toy_study, only=())
    found = corridor.evaluate(begun)
    assert found.network is begun.network and found.origins is begun.origins
    for name in (*schemas_of(found), "cost_dm", "length_dm", "opportunities", "completeness", "account", "notices"):
        assert_frame_equal(pd.DataFrame(getattr(found, name)), pd.DataFrame(getattr(whole, name)))
    assert found.parts == whole.parts and found.summary == whole.summary
    # Scores of an evaluation that is taken as a footing are made anew.
    assert corridor.evaluate(found, only=()).buildings.equals(begun.buildings)


def schemas_of(evaluation):
    return {
        "access": schemas.ACCESS,
        "coverage": schemas.COVERAGE,
        "by_time": schemas.BY_TIME,
        "isochrones": schemas.ISOCHRONES,
        "buildings": schemas.BUILDING_RESULTS,
        "category_table": schemas.CATEGORY_TABLE,
    }


def test_an_unknown_part_is_told_with_the_known(toy_study):
    with pytest.raises(StudyError) as caught:
        corridor.evaluate(toy_study, only={"isochrons"})
    assert "isochrones" in caught.value.problems[0].hint.en


def test_map_and_report_say_what_is_missing(toy_study, tmp_path):
    part = corridor.evaluate(toy_study, only={"isochrones"})
    for write in (corridor.write_map, corridor.write_report, write_tables):
        with pytest.raises(StudyError, match="life circle"):
            write(part, tmp_path / "out.html")
    assert not (tmp_path / "out.html").exists()
    # without the clock a report is whole, but for that table
    timeless = corridor.evaluate(toy_study, only={"life_circle", "isochrones"})
    corridor.write_map(timeless, tmp_path / "map.html")
    corridor.write_report(timeless, tmp_path / "report.html")
    write_tables(timeless, tmp_path / "tables")
    assert "表5续" not in (tmp_path / "report.html").read_text(encoding="utf-8")
