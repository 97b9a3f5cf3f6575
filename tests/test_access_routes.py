"""Routes: as long as the walks the engine measures, along streets that are there, and by hand on a small block."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import distances
from worlds import gate_table, points_at, street_table, worlds

from corridor.access import routes
from corridor.errors import NetworkError
from corridor.network import build_network, to_networkx

# A block of 100 m × 60 m with a flight of steps across it; a is 30 m east of node 1, b 20 m north of node 3.
#
#    4 -------- 60 m above -------- 3
#    |                              | b
#    |        steps 1-3             |
#    1 --- a ------ 100 m --------- 2
BLOCK = [
    {"stops": [(1, 0.0, 0.0), (2, 100.0, 0.0)]},
    {"stops": [(2, 100.0, 0.0), (3, 100.0, 60.0)]},
    {"stops": [(3, 100.0, 60.0), (4, 0.0, 60.0)]},
    {"stops": [(4, 0.0, 60.0), (1, 0.0, 0.0)]},
    {"stops": [(1, 0.0, 0.0), (3, 100.0, 60.0)], "steps": True},
]
FAR = 1_000_000


def block(ways=BLOCK, gates=None, policy="residents"):
    return build_network(street_table(ways), gate_table(gates or {}), gates_policy=policy)


def test_by_hand():
    network = block()
    found = routes(network, points_at([(0, 300, 50)]), points_at([(1, 400, 0)]), cutoff_dm=FAR)
    # 5 m off the street, 70 m to node 2, 40 m up
    assert found["walk_dm"].tolist() == [50 + 700 + 400] and found["length_dm"].tolist() == [1150]
    assert found.geometry.iloc[0].equals(shapely.LineString([(30, 0), (100, 0), (100, 40)]))


def test_steps_are_walked_only_where_they_pay():
    network = block()
    start, goal = points_at([(0, 0, 0)]), points_at([(1, 600, 0)])
    by_cost = routes(network, start, goal, cutoff_dm=FAR).iloc[0]
    by_length = routes(network, start, goal, cutoff_dm=FAR, impedance="length").iloc[0]
    assert by_cost["walk_dm"] == by_cost["length_dm"] == 1600
    assert by_length["walk_dm"] == 1166 and by_length.geometry.equals(shapely.LineString([(0, 0), (100, 60)]))


def test_same_edge_goes_straight_and_stands_still():
    network = block()
    found = routes(
        network, points_at([(0, 900, 0), (0, 250, 10)]), points_at([(0, 100, 0), (0, 250, 20)]), cutoff_dm=FAR
    )
    assert found["walk_dm"].tolist() == [800, 30] and found["length_dm"].tolist() == [800, 30]
    assert found.geometry.iloc[0].equals(shapely.LineString([(90, 0), (10, 0)]))
    assert found.geometry.iloc[1].length == 0


def test_a_compound_is_not_walked_through():
    private = [{**way, "walk": "private"} if n == 0 else way for n, way in enumerate(BLOCK)]
    network = block(private)
    edge = int(np.flatnonzero(network.edges["street_id"] == "way/0003")[0])
    corner, goal = points_at([(edge, 0, 0)]), points_at([(1, 0, 0)])
    through = routes(network, corner, goal, cutoff_dm=FAR, impedance="length").iloc[0]
    # Node 4 to node 2: not over 1-2 (60 + 100 m) but over 3 (100 + 60 m); the same length, other streets.
    assert through["walk_dm"] == 1600 and through.geometry.within(shapely.box(-1, -1, 101, 61))
    assert not through.geometry.intersects(shapely.box(10, -1, 90, 1))


def test_nothing_in_reach_is_missing():
    network = block()
    found = routes(network, points_at([(0, 300, 0), (None, 0, 0)]), points_at([(1, 400, 0), (1, 0, 0)]), cutoff_dm=1099)
    assert found["walk_dm"].isna().all() and found["length_dm"].isna().all() and found.geometry.isna().all()
    assert routes(network, points_at([(0, 300, 0)]), points_at([(1, 400, 0)]), cutoff_dm=1100)["walk_dm"].tolist() == [
        1100
    ]


def test_tables_must_pair_up():
    network = block()
    with pytest.raises(NetworkError, match="must pair up"):
        routes(network, points_at([(0, 0, 0)]), points_at([(0, 0, 0), (0, 1, 0)]), cutoff_dm=FAR)


@given(worlds(), st.sampled_from(["cost", "length"]))
@settings(max_examples=10, deadline=None)
def test_as_long_as_the_oracle_says(world, impedance):
    """Every pair of rows: the walk equals networkx's; what is drawn is as long as what is counted."""
    found = routes(world.network, world.origins, world.opportunities, cutoff_dm=FAR, impedance=impedance)
    wanted = distances(world.network.edges, world.origins, world.opportunities, impedance)
    for row in range(len(found)):
        walk = found["walk_dm"].iloc[row]
        assert (None if pd.isna(walk) else int(walk)) == wanted.get((row, row))
        if pd.isna(walk):
            continue
        off = world.origins["connector_dm"].iloc[row] + world.opportunities["connector_dm"].iloc[row]
        line = found.geometry.iloc[row]
        # Each vertex-to-vertex piece is rounded to whole decimetres.
        assert abs(line.length * 10 + off - found["length_dm"].iloc[row]) <= len(line.coords)
        if impedance == "length":
            assert found["length_dm"].iloc[row] == walk


def test_walks_only_where_there_are_streets(shared):
    from test_access_real import open_town

    from corridor.sources import read_osm

    network, buildings = open_town(read_osm(shared / "osm" / "xinhua_dingxi.osm"), "EPSG:32651")
    from corridor.network import attach

    rng = np.random.default_rng(5)
    points = buildings.geometry.representative_point().iloc[rng.choice(len(buildings), 24, replace=False)]
    attached = attach(network, points)
    attached = attached[(~attached["island"]).fillna(False)]
    half = len(attached) // 2
    start, goal = attached.iloc[:half], attached.iloc[half : 2 * half]
    found = routes(network, start, goal, cutoff_dm=FAR)
    graph = to_networkx(network)
    streets = shapely.union_all(network.edges.geometry.to_numpy()).buffer(0.01)
    for row in range(half):
        line = found.geometry.iloc[row]
        assert line.within(streets)
        assert line.coords[0] == pytest.approx((start["x_m"].iloc[row], start["y_m"].iloc[row]), abs=0.11)
        assert line.coords[-1] == pytest.approx((goal["x_m"].iloc[row], goal["y_m"].iloc[row]), abs=0.11)
        assert int(found["walk_dm"].iloc[row]) == _by_networkx(network, graph, start.iloc[row], goal.iloc[row])


def _by_networkx(network, graph, start, goal):
    """Door to door over the nodes at the ends of both edges (the two points stand on different edges)."""
    ids, edges = network.nodes.index, network.edges
    assert start["edge"] != goal["edge"]

    def ends(point):
        edge = edges.loc[point["edge"]]
        along = round(point["offset_dm"] * edge["cost_dm"] / max(edge["length_dm"], 1))
        return [(ids[edge["u"]], along), (ids[edge["v"]], edge["cost_dm"] - along)]

    best = min(
        a + nx.dijkstra_path_length(graph, u, v, weight="cost_dm") + b
        for u, a in ends(start)
        for v, b in ends(goal)
        if nx.has_path(graph, u, v)
    )
    return best + start["connector_dm"] + goal["connector_dm"]
