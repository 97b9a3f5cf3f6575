"""Building: where streets are cut, what they cost, and how gates part them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from worlds import CRS, gate_table, street_table, towns_of

from corridor.errors import CrsError, NetworkError
from corridor.network import attach, attached, build_network, to_networkx
from corridor.network.gates import components

NO_GATES = gate_table({})


def edge_list(network):
    ids = network.nodes.index.to_numpy()
    edges = network.edges
    return list(zip(ids[edges["u"]], ids[edges["v"]], edges["length_dm"].tolist(), strict=True))


def test_streets_are_cut_where_they_meet():
    #        5
    #        |
    #  1 --- 2 --- 3 --- 4     street a runs 1-2-3-4, street b leaves it at 2; 3 is only a bend
    streets = street_table(
        [
            {"stops": [(1, 0.0, 0.0), (2, 10.0, 0.0), (3, 20.0, 0.0), (4, 30.0, 0.0)]},
            {"stops": [(2, 10.0, 0.0), (5, 10.0, 10.0)]},
        ]
    )
    assert edge_list(build_network(streets, NO_GATES)) == [(1, 2, 100), (2, 4, 200), (2, 5, 100)]


def test_crossing_streets_without_a_shared_node_do_not_meet():
    # an elevated road over a lane (P29)
    streets = street_table(
        [
            {"stops": [(1, 0.0, 0.0), (2, 100.0, 0.0)]},
            {"stops": [(3, 50.0, -50.0), (4, 50.0, 50.0)]},
        ]
    )
    network = build_network(streets, NO_GATES)
    assert len(network.edges) == 2
    assert network.nodes["component"].nunique() == 2
    assert [notice.code for notice in network.notices] == ["network.islands"]


def test_pieces_round_half_up_and_sum():
    # 10.25 m twice: 102.5 dm rounds to 103 a piece, so 206 whether or not the street is cut in the middle
    line = [(1, 0.0, 0.0), (2, 10.25, 0.0), (3, 20.5, 0.0)]
    whole = build_network(street_table([{"stops": line}]), NO_GATES)
    cut = build_network(street_table([{"stops": line[:2]}, {"stops": line[1:]}]), NO_GATES)
    assert whole.edges["length_dm"].tolist() == [206]
    assert cut.edges["length_dm"].tolist() == [103, 103]


def test_steps_cost_more():
    # 10.5 m of steps at 1.7: 105 dm × 1.7 = 178.5, half up 179
    streets = street_table([{"stops": [(1, 0.0, 0.0), (2, 10.5, 0.0)], "steps": True}])
    network = build_network(streets, NO_GATES, steps_factor=1.7)
    assert network.edges[["length_dm", "cost_dm"]].to_numpy().tolist() == [[105, 179]]


def test_odd_streets_survive():
    streets = street_table(
        [
            {"stops": [(1, 0.0, 0.0), (2, 10.0, 0.0), (3, 10.0, 10.0), (1, 0.0, 0.0)]},  # a loop
            {"stops": [(1, 0.0, 0.0), (9, 0.0, 0.0)]},  # zero length between two nodes
            {"stops": [(1, 0.0, 0.0), (1, 0.0, 0.0), (4, 0.0, 5.0)]},  # a node drawn twice
            {"stops": [(1, 0.0, 0.0), (4, 0.0, 5.0)]},  # parallel
        ]
    )
    assert edge_list(build_network(streets, NO_GATES)) == [(1, 1, 100 + 100 + 141), (1, 9, 0), (1, 4, 50), (1, 4, 50)]


def test_the_order_of_the_tables_does_not_matter():
    streets = street_table(
        [{"stops": [(i, i * 10.0, 0.0), (i + 1, i * 10.0 + 10, 0.0), (i + 7, 3.0, i * 2.0)]} for i in range(1, 30)]
    )
    one = build_network(streets, NO_GATES)
    two = build_network(streets.sample(frac=1, random_state=3), NO_GATES)
    pd.testing.assert_frame_equal(one.edges, two.edges)
    pd.testing.assert_frame_equal(one.nodes, two.nodes)


def test_nothing_to_walk_on_is_an_error():
    streets = street_table([{"stops": [(1, 0.0, 0.0), (2, 9.0, 0.0)], "walk": "none"}])
    with pytest.raises(NetworkError, match=r"city\.osm.*0 walkable streets in 1 streets"):
        build_network(streets, NO_GATES, source="city.osm")
    private = street_table([{"stops": [(1, 0.0, 0.0), (2, 9.0, 0.0)], "walk": "private"}])
    with pytest.raises(NetworkError, match="0 walkable"):
        build_network(private, NO_GATES, gates_policy="public")
    with pytest.raises(NetworkError, match="unknown gates policy"):
        build_network(private, NO_GATES, gates_policy="closed")


def test_nodes_must_fit_the_line():
    streets = street_table([{"stops": [(1, 0.0, 0.0), (2, 9.0, 0.0)]}])
    streets.at[streets.index[0], "nodes"] = [1]
    with pytest.raises(NetworkError, match="1 nodes but 2 vertices"):
        build_network(streets, NO_GATES)


#   1 --------- 2 --------- 3       a street; at 2 a lane leaves it: 2 - 4 - 5
#               |
#               4 gate
#               |
#               5 --- 6             behind the gate
#
def lane(**more):
    return street_table(
        [
            {"stops": [(1, 0.0, 0.0), (2, 50.0, 0.0), (3, 100.0, 0.0)]},
            {"stops": [(2, 50.0, 0.0), (4, 50.0, -10.0), (5, 50.0, -30.0)]},
            {"stops": [(5, 50.0, -30.0), (6, 70.0, -30.0)], **more},
        ]
    )


def test_a_residents_gate_makes_what_lies_behind_it_private():
    network = build_network(lane(), gate_table({4: "residents"}))
    assert network.edges["private"].tolist() == [False, False, False, True, True]
    assert network.nodes["component"].max() == 0
    assert len(build_network(lane(), gate_table({4: "residents"}), gates_policy="public").edges) == 3
    assert not build_network(lane(), gate_table({4: "residents"}), gates_policy="open").edges["private"].any()
    assert not build_network(lane(), gate_table({4: "open"})).edges["private"].any()


def test_a_gate_drawn_on_the_junction_belongs_to_the_branch():
    network = build_network(lane(), gate_table({2: "residents"}))
    assert network.edges["private"].tolist() == [False, False, True, True]
    shut = build_network(lane(), gate_table({2: "shut"}))
    assert shut.edges["component"].tolist() == [0, 0, 1, 1]


def test_a_shut_gate_cuts_and_names_the_copy_below_zero():
    network = build_network(lane(), gate_table({4: "shut"}))
    assert sorted(network.edges["component"].tolist()) == [0, 0, 0, 1, 1]
    assert network.nodes.index.tolist() == [-1, 1, 2, 3, 4, 5, 6]
    assert network.nodes.loc[-1, "x_m"] == 50
    assert network.nodes.loc[-1, "y_m"] == -10


def test_public_lanes_behind_a_private_street_are_private():
    streets = lane(walk="public")
    streets.loc["way/0001", "walk"] = "private"
    assert build_network(streets, NO_GATES).edges["private"].tolist() == [False, False, True, True]


def test_a_residents_gate_between_public_streets_is_shut():
    # a ring with one gate: both sides are public, nobody passes the gate itself
    ring = street_table(
        [
            {"stops": [(1, 0.0, 0.0), (2, 100.0, 0.0), (3, 100.0, 100.0)]},
            {"stops": [(3, 100.0, 100.0), (4, 0.0, 100.0), (1, 0.0, 0.0)]},
        ]
    )
    network = build_network(ring, gate_table({2: "residents"}))
    assert not network.edges["private"].any()
    assert len(network.nodes) == 4
    assert network.edges["component"].max() == 0


def test_components_of_random_graphs_match_networkx():
    import networkx as nx

    rng = np.random.default_rng(5)
    for _ in range(40):
        n = int(rng.integers(1, 60))
        u, v = rng.integers(0, n, (2, int(rng.integers(0, 70))))
        graph = nx.Graph()
        graph.add_nodes_from(range(n))
        graph.add_edges_from(zip(u.tolist(), v.tolist(), strict=True))
        expected = {node: min(part) for part in nx.connected_components(graph) for node in part}
        assert components(n, u, v).tolist() == [expected[node] for node in range(n)]


def test_points_attach_along_edges():
    network = build_network(lane(), NO_GATES)
    points = gpd.GeoSeries(
        {
            "beside": shapely.Point(30.04, 8.0),
            "end": shapely.Point(-30.0, 40.0),
            "corner": shapely.Point(50.0, 0.0),
            "far": shapely.Point(0.0, 150.06),
            "edge of reach": shapely.Point(0.0, 150.04),
            "none": None,
        },
        crs=CRS,
    )
    at = attach(network, points)
    assert at["edge"].tolist()[:3] == [0, 0, 0]
    assert at["offset_dm"].tolist()[:3] == [300, 0, 500]
    assert at["connector_dm"].tolist()[:3] == [80, 500, 0]
    assert at["edge"].isna().tolist() == [False, False, False, True, False, True]
    assert at.loc["edge of reach", "connector_dm"] == 1500
    assert at.loc["beside", ["x_m", "y_m"]].tolist() == pytest.approx([30.04, 0.0])
    assert at["x_m"].isna().tolist() == [False, False, False, True, False, True]


def test_points_attach_alone_as_they_do_together():
    rng = np.random.default_rng(11)
    for _ in range(3):
        network = build_network(*towns_of(rng, 2), gates_policy="open")
        corners = network.nodes[["x_m", "y_m"]].to_numpy()
        spots = rng.uniform(corners.min(axis=0) - 40, corners.max(axis=0) + 40, (60, 2))
        points = shapely.points(np.concatenate([spots, np.round(spots[:30]), corners[:10]]))
        together = attached(network, np.append(points, [None, shapely.Point()]), tolerance_m=30.0)
        alone = [attached(network, points[n : n + 1], tolerance_m=30.0) for n in range(len(points))]
        assert {-1} < set(together[0].tolist())
        for column, one in zip(together, zip(*alone, strict=True), strict=True):
            np.testing.assert_array_equal(column[:-2], np.concatenate(one))
        for column in attached(network, np.array([None, shapely.Point()]), tolerance_m=30.0)[:3]:
            assert column.tolist() in ([-1, -1], [0, 0])


def test_the_main_network_is_preferred_within_tolerance():
    streets = street_table(
        [
            {"stops": [(1, 0.0, 0.0), (2, 100.0, 0.0), (3, 200.0, 0.0)]},
            {"stops": [(2, 100.0, 0.0), (7, 100.0, -50.0)]},
            {"stops": [(5, 0.0, 60.0), (6, 100.0, 60.0)]},
        ]
    )
    network = build_network(streets, NO_GATES)
    at = attach(network, gpd.GeoSeries([shapely.Point(50, 55), shapely.Point(50, 155)], crs=CRS), tolerance_m=100)
    assert at["edge"].tolist() == [0, 3]
    assert at["island"].tolist() == [False, True]


def test_equal_distances_go_to_the_lowest_edge():
    streets = street_table(
        [
            {"stops": [(1, 0.0, 20.0), (2, 100.0, 20.0)]},
            {"stops": [(3, 0.0, 0.0), (4, 100.0, 0.0)]},
            {"stops": [(2, 100.0, 20.0), (4, 100.0, 0.0)]},
        ]
    )
    network = build_network(streets, NO_GATES)
    spots = gpd.GeoSeries([shapely.Point(50, 10.0), shapely.Point(50, 9.99), shapely.Point(100, 20)], crs=CRS)
    assert attach(network, spots)["edge"].tolist() == [0, 1, 0]


def test_offsets_are_read_off_the_integers_of_the_edge():
    # pieces of 10.25 m round to 103 dm; a point at the bend stands at 103 of 206
    network = build_network(street_table([{"stops": [(1, 0.0, 0.0), (2, 10.25, 0.0), (3, 20.5, 0.0)]}]), NO_GATES)
    spots = gpd.GeoSeries([shapely.Point(10.25, 1), shapely.Point(20.5, 1), shapely.Point(15.375, 1)], crs=CRS)
    assert attach(network, spots)["offset_dm"].tolist() == [103, 206, 103 + 52]


def test_attach_refuses_other_crs_and_other_shapes():
    network = build_network(lane(), NO_GATES)
    with pytest.raises(CrsError, match="EPSG:4326"):
        attach(network, gpd.GeoSeries([shapely.Point(0, 0)], crs="EPSG:4326"))
    with pytest.raises(NetworkError, match="not points"):
        attach(network, gpd.GeoSeries([shapely.box(0, 0, 1, 1)], crs=CRS))
    assert attach(network, gpd.GeoSeries([], crs=CRS)).empty


def test_networkx_has_the_shape_osmnx_gives():
    streets = lane(oneway_foot=1)
    network = build_network(streets, gate_table({4: "open"}))
    graph = to_networkx(network)
    assert graph.graph["crs"] == network.crs
    assert set(graph.nodes) == set(network.nodes.index)
    assert graph.nodes[4]["x"] == 50.0
    assert graph.number_of_edges() == 2 * len(network.edges) - 1
    assert graph.has_edge(5, 6)
    assert not graph.has_edge(6, 5)
    back = graph.edges[2, 1, 0]
    assert back["length"] == 50.0
    assert back["osmid"] == "way/0000"
    assert back["geometry"].coords[0] == (50.0, 0.0)
    assert back["reversed"]
