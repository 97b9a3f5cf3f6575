"""Nearest: a street worked by hand, and any small town against networkx."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from oracle import distances
from worlds import CRS, World, gate_table, points_at, street_table, worlds

from corridor.access import nearest
from corridor.errors import NetworkError
from corridor.network import attach, build_network

# A world is named by its seed, so there is nothing to shrink.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
FAST = settings(max_examples=10, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))


def expected(world: World, cutoff: int, impedance: str = "cost") -> pd.DataFrame:
    kinds = world.opportunities["category"].tolist()
    best: dict[str, dict[int, int]] = {"a": {}, "b": {}}
    for (i, j), d in distances(world.network.edges, world.origins, world.opportunities, impedance).items():
        if d <= cutoff:
            best[kinds[j]][i] = min(d, best[kinds[j]].get(i, d))
    columns = {kind: pd.Series(best[kind], index=world.origins.index, dtype="Int32") for kind in best}
    return pd.DataFrame(columns)


@FAST
@given(worlds(), st.sampled_from([0, 99, 100, 101, 200, 350, 3000]), st.sampled_from(["cost", "length"]))
def test_equals_networkx_on_the_split_graph(world, cutoff, impedance):
    found = nearest(
        world.network,
        world.origins,
        world.opportunities,
        cutoff_dm=cutoff,
        impedance=impedance,
        categories=["a", "b"],
        threads=1,
    )
    pd.testing.assert_frame_equal(found, expected(world, cutoff, impedance), check_names=False, check_index_type=False)


@FAST
@given(worlds(), st.data())
def test_a_cutoff_hit_exactly_is_reached(world, data):
    pairs = distances(world.network.edges, world.origins, world.opportunities)
    if not pairs:
        return
    (i, j), d = data.draw(st.sampled_from(sorted(pairs.items())))
    only = world.opportunities.iloc[[j]]
    at = nearest(world.network, world.origins, only, cutoff_dm=d, threads=1)
    assert at.iloc[i, 0] == d
    if d:
        below = nearest(world.network, world.origins, only, cutoff_dm=d - 1, threads=1)
        assert pd.isna(below.iloc[i, 0])


#   west                    east
#    1 ---------100 m-------- 2
#    |                        |
#   50 m                     50 m
#    |                        |
#    3 ---------100 m-------- 4          5 --20 m-- 6   an island
#
@pytest.fixture
def ring():
    return build_network(
        street_table(
            [
                {"stops": [(1, 0.0, 50.0), (2, 100.0, 50.0)]},
                {"stops": [(1, 0.0, 50.0), (3, 0.0, 0.0)]},
                {"stops": [(3, 0.0, 0.0), (4, 100.0, 0.0)]},
                {"stops": [(4, 100.0, 0.0), (2, 100.0, 50.0)]},
                {"stops": [(5, 900.0, 0.0), (6, 920.0, 0.0)]},
            ]
        ),
        gate_table({}),
    )


def test_by_hand(ring):
    homes = points_at([(0, 100, 50), (2, 0, 0), (4, 10, 0), (None, 0, 0)])
    shops = points_at([(0, 300, 0, "shop"), (3, 0, 20, "school")])
    found = nearest(ring, homes, shops, cutoff_dm=2000)
    # home 0: 5 m to the street + 20 m along it; school: west 10 + 50 + 100 = 160 m, east 90 + 50 = 140 m, + 5 + 2 m
    assert found["shop"].tolist()[:2] == [250, 500 + 300]
    assert found["school"].tolist()[:2] == [50 + 1400 + 20, 1000 + 20]
    assert found.iloc[2:].isna().all(axis=None)


def test_the_way_around_can_be_shorter_than_the_edge():
    # a bowed street of 100 m from 1 to 2 and a straight one of 60 m between the same nodes
    network = build_network(
        street_table(
            [
                {"stops": [(1, 0.0, 0.0), (9, 30.0, 40.0), (2, 60.0, 0.0)]},
                {"stops": [(1, 0.0, 0.0), (2, 60.0, 0.0)]},
            ]
        ),
        gate_table({}),
    )
    home, shop = points_at([(0, 50, 0)]), points_at([(0, 950, 0, "shop")])
    assert nearest(network, home, shop, cutoff_dm=5000)["shop"].tolist() == [50 + 600 + 50]


def test_an_escalator_runs_one_way():
    #  1 ==50 m escalator up==> 2, and 150 m of ramp back
    network = build_network(
        street_table(
            [
                {"stops": [(1, 0.0, 0.0), (2, 50.0, 0.0)], "oneway_foot": 1},
                {"stops": [(1, 0.0, 0.0), (8, 0.0, 50.0), (9, 50.0, 50.0), (2, 50.0, 0.0)]},
            ]
        ),
        gate_table({}),
    )
    low, high = points_at([(0, 100, 0, "x")]), points_at([(0, 400, 0, "x")])
    assert nearest(network, low, high, cutoff_dm=9000)["x"].tolist() == [300]
    assert nearest(network, high, low, cutoff_dm=9000)["x"].tolist() == [100 + 1500 + 100]


#                residents' gates at G and H; a home at 3, a kiosk at 8
#
#   1 --100-- 2 --50-- G --100-- 3 --50-- 8 --50-- H --50-- 4 --100-- 5
#             |           (no way out of 3 and 8)           |
#            300                                           300
#             6 -------------------- 300 ----------------- 7
#
def gated_town(policy):
    streets = street_table(
        [
            {"stops": [(1, 0.0, 0.0), (2, 100.0, 0.0)]},
            {"stops": [(2, 100.0, 0.0), (10, 150.0, 0.0), (3, 250.0, 0.0), (11, 350.0, 0.0), (4, 400.0, 0.0)]},
            {"stops": [(4, 400.0, 0.0), (5, 500.0, 0.0)]},
            {"stops": [(2, 100.0, 0.0), (6, 100.0, -300.0), (7, 400.0, -300.0), (4, 400.0, 0.0)]},
        ]
    )
    return build_network(streets, gate_table({10: "residents", 11: "residents"}), gates_policy=policy)


SPOTS = {"1": (0, 0), "3": (250, 0), "8": (300, 0), "5": (500, 0)}


@pytest.mark.parametrize(
    ("policy", "walks"),
    [
        # from 1 to 5: around the compound 100 + 900 + 100 m, or through it 100 + 300 + 100 m
        ("residents", {"15": 11000, "13": 2500, "31": 2500, "38": 500, "83": 500, "85": 2000}),
        ("open", {"15": 5000, "13": 2500, "31": 2500, "38": 500, "83": 500, "85": 2000}),
        ("public", {"15": 11000, "13": None, "31": None, "38": None, "83": None, "85": None}),
    ],
)
def test_a_compound_is_entered_and_left_but_never_walked_through(policy, walks):
    network = gated_town(policy)
    at = attach(network, gpd.GeoSeries({k: shapely.Point(p) for k, p in SPOTS.items()}, crs=CRS), tolerance_m=20)
    for pair, dm in walks.items():
        there = at.loc[[pair[1]]].assign(category="there")
        found = nearest(network, at.loc[[pair[0]]], there, cutoff_dm=20000)["there"].iloc[0]
        assert (dm is None and pd.isna(found)) or found == dm, pair


def test_categories_without_opportunities_are_all_missing(ring):
    home = points_at([(0, 0, 0)])
    shops = points_at([(None, 0, 0, "shop")])
    found = nearest(ring, home, shops, cutoff_dm=1000, categories=["shop", "bank"])
    assert found.columns.tolist() == ["shop", "bank"]
    assert found.isna().all(axis=None)
    assert found.dtypes.astype(str).tolist() == ["Int32", "Int32"]
    assert nearest(ring, home, shops.iloc[:0], cutoff_dm=1000).shape == (1, 0)
    assert nearest(ring, home.iloc[:0], shops, cutoff_dm=1000).shape == (0, 1)


def test_doors_of_one_building_count_as_one_origin(ring):
    doors = points_at([(0, 100, 0), (0, 900, 0), (1, 0, 0)])
    doors.index = pd.Index(["A", "A", "B"], name="building_id")
    shop = points_at([(0, 1000, 0, "shop")])
    found = nearest(ring, doors, shop, cutoff_dm=5000)
    assert found["shop"].to_dict() == {"A": 100, "B": 1000}
    assert found.index.name == "building_id"


def test_threads_and_order_change_nothing(ring):
    rng = np.random.default_rng(1)
    homes = points_at([(int(rng.integers(4)), int(rng.integers(500)), 3) for _ in range(40)])
    shops = points_at([(int(rng.integers(4)), int(rng.integers(500)), 0, kind) for kind in "abcabcabc"])
    one = nearest(ring, homes, shops, cutoff_dm=900, threads=1)
    mixed = rng.permutation(40)
    two = nearest(ring, homes.iloc[mixed], shops.iloc[::-1], cutoff_dm=900, threads=2)
    pd.testing.assert_frame_equal(one, two.loc[one.index])


@pytest.mark.parametrize("cutoff", [-1, 10.5, 10**9])
def test_a_cutoff_that_is_none_is_refused(ring, cutoff):
    with pytest.raises(NetworkError, match="cutoff"):
        nearest(ring, points_at([(0, 0, 0)]), points_at([(0, 0, 0, "x")]), cutoff_dm=cutoff)
