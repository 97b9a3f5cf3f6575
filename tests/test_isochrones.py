"""Isochrones against exact street buffers and against networkx."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from oracle import distances
from worlds import CRS, gate_table, points_at, street_table, worlds

from corridor.errors import NetworkError
from corridor.isochrones import isochrones, reached_streets
from corridor.network import attach, build_network

# A world is named by its seed, so there is nothing to shrink.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
FAST = settings(max_examples=8, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))


#            3
#            |
#           100 m            river        4 --100 m-- 5    no bridge
#            |                 ~
#   1 --100 m-- 2               ~
#
@pytest.fixture
def town():
    return build_network(
        street_table(
            [
                {"stops": [(1, 0.0, 0.0), (2, 100.0, 0.0)]},
                {"stops": [(2, 100.0, 0.0), (3, 100.0, 100.0)], "steps": True},
                {"stops": [(4, 160.0, 0.0), (5, 260.0, 0.0)]},
            ]
        ),
        gate_table({}),
    )


def test_streets_are_cut_exactly_where_the_time_runs_out(town):
    # 80 m/min: 0.5 min = 40 m, 1.75 min = 140 m; 10 m to the street, 20 m to node 1, 80 m to node 2;
    # on the steps a metre counts twice
    origin = points_at([(0, 200, 100)])
    found = reached_streets(town, origin, minutes=[0.5, 1.75], speed_m_min=80)
    rows = found[["minutes", "edge", "from_m", "to_m"]].to_numpy().tolist()
    assert rows == [[0.5, 0, 0.0, 50.0], [1.75, 0, 0.0, 100.0], [1.75, 1, 0.0, 25.0]]
    assert found.geometry.length.tolist() == pytest.approx([50, 100, 25])
    assert found.geometry.iloc[2].equals(shapely.LineString([(100, 0), (100, 25)]))


def test_ground_beyond_a_river_without_a_bridge_is_not_covered(town):
    far = isochrones(town, points_at([(0, 900, 0)]), minutes=[15])
    assert not far.geometry.iloc[0].intersects(shapely.Point(140, 0))
    assert not far.geometry.iloc[0].intersects(town.edges.geometry.iloc[2])


def test_unattached_and_empty_reaches(town):
    table = isochrones(town, points_at([(None, 0, 0), (0, 0, 900)]), minutes=[1, 5])
    assert table["area_m2"].isna().tolist() == [True, True, False, False]
    assert table.geometry.isna().tolist() == [True, True, False, False]
    assert table.geometry.iloc[2].is_empty
    assert table["area_m2"].iloc[2] == 0
    assert isochrones(town, points_at([])).empty
    assert reached_streets(town, points_at([])).empty


def test_doors_of_one_origin_are_joined(town):
    doors = points_at([(0, 0, 0), (2, 0, 0)])
    doors.index = pd.Index(["core", "core"])
    both = isochrones(town, doors, minutes=[1])
    assert len(both) == 1
    assert both.geometry.iloc[0].intersects(town.edges.geometry.iloc[0])
    assert both.geometry.iloc[0].intersects(town.edges.geometry.iloc[2])


@pytest.mark.parametrize(("minutes", "speed"), [([5], 0), ([-1], 80)])
def test_impossible_requests_are_refused(town, minutes, speed):
    with pytest.raises(NetworkError, match="speed"):
        isochrones(town, points_at([(0, 0, 0)]), minutes=minutes, speed_m_min=speed)


def test_polygons_match_exact_buffers_and_are_nested():
    rng = np.random.default_rng(7)
    size = 14
    xy = np.stack(np.meshgrid(np.arange(size), np.arange(size), indexing="ij"), -1).reshape(-1, 2) * 58.0
    xy += rng.normal(0, 9, xy.shape)
    grid = np.arange(size * size).reshape(size, size)
    pairs = np.concatenate(
        [np.c_[grid[:-1].ravel(), grid[1:].ravel()], np.c_[grid[:, :-1].ravel(), grid[:, 1:].ravel()]]
    )
    pairs = pairs[rng.random(len(pairs)) < 0.75]
    network = build_network(
        street_table([{"stops": [(int(a) + 1, *xy[a]), (int(b) + 1, *xy[b])]} for a, b in pairs]), gate_table({})
    )
    origins = attach(network, gpd.GeoSeries(shapely.points(xy[[20, 90, 150]] + 12.0), crs=CRS))
    shapes = isochrones(network, origins, minutes=(3, 5, 8))
    streets = reached_streets(network, origins, minutes=(3, 5, 8))
    assert shapes.is_valid.all()
    for (origin, minutes), lines in streets.groupby(["origin", "minutes"]):
        exact = shapely.union_all(shapely.buffer(lines.geometry.to_numpy(), 25.0, quad_segs=32))
        shape = shapes[(shapes["origin"] == origin) & (shapes["minutes"] == minutes)].geometry.iloc[0]
        assert shape.intersection(exact).area / shape.union(exact).area >= 0.99
    for _, bands in shapes.groupby("origin"):
        small, middle, large = bands.geometry
        assert small.difference(middle).area < 1e-6
        assert middle.difference(large).area < 1e-6
        assert bands["area_m2"].is_monotonic_increasing


@FAST
@given(worlds(), st.integers(0, 400))
def test_reached_streets_are_what_the_split_graph_reaches(world, cutoff):
    """P23: on the level, a mark on an edge is on a reached piece if and only if networkx reaches it in time."""
    edges = world.network.edges
    level = edges.index[(edges["length_dm"] == edges["cost_dm"]) & (edges["length_dm"] > 0)]
    marks = points_at([(e, o, 0) for e in level for o in range(3, int(edges["length_dm"].iloc[e]), 9)])
    origins = world.origins.iloc[:8]
    found = reached_streets(world.network, origins, minutes=[1], speed_m_min=cutoff / 10 or 0.01)
    walks = distances(edges, origins, marks)
    for i in range(len(origins)):
        pieces = found[found["origin"] == i].groupby("edge")[["from_m", "to_m"]].agg(list)
        for j, (edge, offset) in enumerate(zip(marks["edge"], marks["offset_dm"], strict=True)):
            spans = zip(*pieces.loc[edge], strict=True) if edge in pieces.index else ()
            inside = any(low * 10 - 1e-6 <= offset <= high * 10 + 1e-6 for low, high in spans)
            walk = walks.get((i, j), cutoff + 1)
            # Where the time runs out at a corner the piece beyond has no length and is not listed.
            assert walk <= cutoff if inside else walk >= cutoff
