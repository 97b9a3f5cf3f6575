"""Properties of the engine that the measures' own tests leave open; each names its row of the table of properties."""

from __future__ import annotations

import json
import math
import os
import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from worlds import CRS, gate_table, points_at, random_points, street_table, town, world, worlds

from corridor.access import cumulative, floating_catchment, gravity, k_nearest, nearest, travel_table
from corridor.access.decay import Exponential, Linear
from corridor.network import Network, attach, build_network

ROOT = Path(__file__).resolve().parent.parent
FAST = settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FAR = 1_000_000
SEEDS = st.integers(0, 2**32 - 1)


def walks(network, a, b, cutoff=FAR):
    table = travel_table(network, a, b, cutoff_dm=cutoff)
    return {(i, j): d for i, j, d in table.itertuples(index=False, name=None)}


def lattice(seed: int, size: int = 9, share: float = 0.75) -> tuple[np.ndarray, np.ndarray]:
    """Draw a jittered grid of streets: coordinates of its nodes, and pairs of nodes."""
    rng = np.random.default_rng(seed)
    xy = np.stack(np.divmod(np.arange(size * size), size), axis=1) * 60.0 + rng.normal(0, 9, (size * size, 2))
    grid = np.arange(size * size).reshape(size, size)
    links = np.concatenate(
        [np.c_[grid[:-1].ravel(), grid[1:].ravel()], np.c_[grid[:, :-1].ravel(), grid[:, 1:].ravel()]]
    )
    return xy, links[rng.random(len(links)) < share]


def built(xy: np.ndarray, links: np.ndarray, **more: object) -> Network:
    ways = [{"stops": [(int(a) + 1, *xy[a]), (int(b) + 1, *xy[b])], **more} for a, b in links]
    return build_network(street_table(ways), gate_table({}))


def node_distances(network: Network) -> np.ndarray:
    """Walks between all nodes by Floyd and Warshall, the slow way that cannot be wrong; inf where there is none."""
    n = len(network.nodes)
    best = np.full((n, n), np.inf)
    np.fill_diagonal(best, 0)
    edges = network.edges
    for u, v, w in zip(edges["u"], edges["v"], edges["cost_dm"], strict=True):
        best[u, v] = best[v, u] = min(best[u, v], w) if u != v else 0
    for k in range(n):
        best = np.minimum(best, best[:, k : k + 1] + best[k : k + 1])
    return best


@FAST
@given(SEEDS)
def test_p1_brute_force_on_small_towns(seed):
    """P1: up to nine nodes, all walks by Floyd and Warshall and both ends of both edges tried."""
    rng = np.random.default_rng(seed)
    ways, _ = town(rng, 1)
    for way in ways:
        way.update(walk="public", oneway_foot=0)
    network = build_network(street_table(ways), gate_table({}))
    a, b = random_points(rng, network, 6), random_points(rng, network, 6)
    best = node_distances(network)
    edges, expected = network.edges, {}
    for i, home in a.iterrows():
        for j, shop in b.iterrows():
            if pd.isna(home["edge"]) or pd.isna(shop["edge"]):
                continue
            ways_ = []
            ends = []
            for point in (home, shop):
                edge = edges.loc[point["edge"]]
                at = (2 * point["offset_dm"] * edge["cost_dm"] + edge["length_dm"]) // max(2 * edge["length_dm"], 1)
                ends.append(((edge["u"], at), (edge["v"], edge["cost_dm"] - at)))
            for u, first in ends[0]:
                for v, last in ends[1]:
                    ways_.append(first + best[u, v] + last)
            if home["edge"] == shop["edge"]:
                ways_.append(abs(ends[0][0][1] - ends[1][0][1]))
            if min(ways_) < np.inf:
                expected[i, j] = int(min(ways_)) + home["connector_dm"] + shop["connector_dm"]
    assert walks(network, a, b) == expected


@FAST
@given(SEEDS)
def test_p5_no_walk_is_shorter_than_the_straight_line_nor_longer_than_a_walk_one_can_name(seed):
    """P5: rounding takes at most 0.05 m a piece; a random walk along edges is never beaten by the engine's answer."""
    xy, links = lattice(seed)
    network = built(xy, links)
    nodes, edges = network.nodes, network.edges
    u, v, length = (edges[name].to_numpy() for name in ("u", "v", "length_dm"))
    rng = np.random.default_rng(seed)
    spots = points_at([(int(e), 0, 0) for e in rng.integers(0, len(edges), 12)])
    found = walks(network, spots, spots)
    at = nodes[["x_m", "y_m"]].to_numpy()[u[spots["edge"].astype(int)]]
    for (i, j), d in found.items():
        assert d / 10 >= np.hypot(*(at[i] - at[j])) - 0.05 * len(edges)
    for i in range(12):
        node, gone, passed = u[spots["edge"][i]], 0, []
        for _ in range(30):
            edge = rng.choice(np.flatnonzero((u == node) | (v == node)))
            node, gone = u[edge] + v[edge] - node, gone + length[edge]
            passed.append((int(edge), 0 if u[edge] == node else int(length[edge]), 0, gone))
        there = walks(network, spots.iloc[[i]], points_at(passed))
        assert all(there[i, j] <= stop[3] for j, stop in enumerate(passed))


@FAST
@given(worlds(policies=["open"]))
def test_p3_walks_are_the_same_both_ways_where_no_street_is_one_way(world):
    """P3."""
    edges = world.network.edges.assign(oneway_foot=np.int8(0))
    network = Network(world.network.nodes, edges, world.network.crs, world.network.gates_policy)
    there = walks(network, world.origins, world.opportunities)
    back = walks(network, world.opportunities, world.origins)
    assert there == {(i, j): d for (j, i), d in back.items()}


@FAST
@given(SEEDS)
def test_p15_a_street_cut_at_any_place_and_drawn_the_other_way_round_changes_nothing(seed):
    """P15: at any vertex, in any direction; and joining what was cut gives the network of before."""
    rng = np.random.default_rng(seed)
    spots = rng.integers(0, 30, (10, 2)) * 10.0
    whole, cut = [], []
    for number in range(16):
        a, b = rng.choice(10, 2, replace=False)
        along = np.sort(rng.random(3))[:, None]
        bends = spots[a] + (spots[b] - spots[a]) * along + rng.normal(0, 3, (3, 2))
        stops = [
            (int(a) + 1, *spots[a]),
            *((100 + 10 * number + k, *bend) for k, bend in enumerate(bends)),
            (int(b) + 1, *spots[b]),
        ]
        name = f"way/{number:02d}"
        whole.append({"stops": stops, "street_id": name})
        at = int(rng.integers(1, 4))
        halves = [stops[: at + 1], stops[at:]]
        for part, half in enumerate(halves):
            cut.append({"stops": half[::-1] if rng.random() < 0.5 else half, "street_id": f"{name}{'ab'[part]}"})
    # Vertices as points: half way between two decimetres the direction would decide which way it rounds.
    vertices = shapely.points(np.array([stop[1:] for way in whole for stop in way["stops"]]))
    places = gpd.GeoSeries(vertices, crs=CRS).sample(30, random_state=seed % 1000).reset_index(drop=True)
    tables = []
    for ways in (whole, cut):
        network = build_network(street_table(ways), gate_table({}))
        at = attach(network, places)
        assert (at["connector_dm"] == 0).all()
        tables.append(travel_table(network, at.iloc[:15], at.iloc[15:], cutoff_dm=FAR))
    pd.testing.assert_frame_equal(*tables)


@pytest.mark.parametrize(
    ("motion", "name"),
    [
        ((1, 0, 0, 1, 4321.7, -987.3), "moved"),
        ((math.cos(0.7), -math.sin(0.7), math.sin(0.7), math.cos(0.7), 0, 0), "turned"),
        ((0, -1, 1, 0, 0, 0), "a quarter turn"),
        ((-1, 0, 0, 1, 0, 0), "mirrored"),
    ],
)
def test_p16_moving_turning_or_mirroring_a_town_keeps_its_walks(motion, name):
    """P16: within the rounding of each piece (0.05 m, twice: before and after) and of the connectors."""
    xy, links = lattice(6)
    rng = np.random.default_rng(6)
    points = rng.uniform(0, 480, (40, 2))
    a, b, c, d, dx, dy = motion
    turn = np.array([[a, b], [c, d]])
    found = []
    for matrix, shift in ((np.eye(2), np.zeros(2)), (turn, np.array([dx, dy]))):
        network = built(xy @ matrix.T + shift, links)
        at = attach(network, gpd.GeoSeries(shapely.points(points @ matrix.T + shift), crs=CRS))
        found.append(walks(network, at.iloc[:20], at.iloc[20:]))
    assert found[0].keys() == found[1].keys()
    assert len(found[0]) > 200
    for pair, walk in found[0].items():
        assert abs(walk - found[1][pair]) <= 0.5 * 2 * 40 + 4
    assert np.median([abs(walk - found[1][pair]) for pair, walk in found[0].items()]) <= 3


@FAST
@given(worlds(), SEEDS)
def test_p17_dead_ends_and_lonely_nodes_change_nothing(world, seed):
    """P17: a dangling street without anything on it at every node, and nodes without streets."""
    rng = np.random.default_rng(seed)
    network = world.network
    n = len(network.nodes)
    ends = rng.choice(n, min(n, 40), replace=False)
    private = network.edges.groupby("u")["private"].first().reindex(ends).fillna(False).to_numpy(dtype=bool)
    stubs = network.edges.iloc[np.zeros(len(ends), int)].assign(
        u=ends.astype(np.int32),
        v=np.arange(n, n + len(ends), dtype=np.int32),
        cost_dm=np.int32(30),
        length_dm=np.int32(30),
        private=private,
        oneway_foot=np.int8(0),
    )
    nodes = pd.concat([network.nodes, network.nodes.iloc[ends], network.nodes.iloc[:3]], ignore_index=True)
    edges = gpd.GeoDataFrame(pd.concat([network.edges, stubs], ignore_index=True), crs=CRS)
    larger = Network(gpd.GeoDataFrame(nodes, crs=CRS), edges, network.crs, network.gates_policy)
    assert walks(larger, world.origins, world.opportunities) == walks(network, world.origins, world.opportunities)


@FAST
@given(SEEDS)
def test_p19_a_small_step_changes_a_walk_by_no_more_than_twice_itself(seed):
    """P19: along as well as off the same edge; each rounding to a decimetre may add one at either end."""
    xy, links = lattice(seed)
    network = built(xy, links)
    rng = np.random.default_rng(seed)
    spots = rng.uniform(60, 420, (40, 2))
    step = rng.normal(0, 1.5, (40, 2))
    here, moved = (attach(network, gpd.GeoSeries(shapely.points(at), crs=CRS)) for at in (spots, spots + step))
    goals = attach(network, gpd.GeoSeries(shapely.points(rng.uniform(0, 480, (20, 2))), crs=CRS))
    before, after = walks(network, here, goals), walks(network, moved, goals)
    same_edge = (here["edge"] == moved["edge"]).to_numpy()
    assert same_edge.sum() > 10
    for (i, j), walk in before.items():
        if same_edge[i]:
            assert abs(walk - after[i, j]) <= 20 * np.hypot(*step[i]) + 2


def test_p19_the_connector_counts_once_at_each_end_and_beyond_the_tolerance_nobody_walks():
    """P19: 10 m off and 20 m off a street, 50 m apart along it: 80 m; a point 151 m off has no walk, and is listed."""
    network = build_network(street_table([{"stops": [(1, 0.0, 0.0), (2, 300.0, 0.0)]}]), gate_table({}))
    spots = gpd.GeoSeries([shapely.Point(50, 10), shapely.Point(100, -20), shapely.Point(100, 151)], crs=CRS)
    at = attach(network, spots, tolerance_m=150)
    assert walks(network, at, at) == {(0, 0): 200, (0, 1): 800, (1, 0): 800, (1, 1): 400}
    assert at.index[at["edge"].isna()].tolist() == [2]
    assert nearest(network, at, at.assign(category="x").iloc[:1], cutoff_dm=FAR)["x"].isna().tolist() == [
        False,
        False,
        True,
    ]


#        5
#        |
#  1 ----+---- 2     a lane (4 - 5) passes under a bridge (1 - 2) at "+" without meeting it
#        |
#        4
#
@pytest.mark.parametrize("swap", [False, True])
def test_p20_a_tie_in_attaching_is_decided_the_same_way_always(swap):
    """P20: on a node, equally far from two streets, on two crossing levels: lowest edge, whatever the rows' order."""
    ways = [
        {"stops": [(1, 0.0, 50.0), (2, 100.0, 50.0)], "street_id": "way/1"},
        {"stops": [(4, 50.0, 0.0), (5, 50.0, 100.0)], "street_id": "way/2"},
        {"stops": [(2, 100.0, 50.0), (6, 100.0, 150.0), (5, 50.0, 100.0)], "street_id": "way/3"},
    ]
    network = build_network(street_table(ways[::-1] if swap else ways), gate_table({}))
    spots = gpd.GeoSeries([shapely.Point(50, 50), shapely.Point(60, 60), shapely.Point(100, 50)], crs=CRS)
    at = attach(network, spots)
    assert at["edge"].tolist() == [0, 0, 0]
    # On a node the value does not hang on which edge was taken.
    goal = points_at([(1, 300, 0)])
    onto_the_other = at.iloc[[2]].assign(edge=pd.array([2], "Int64"), offset_dm=pd.array([0], "Int32"))
    assert walks(network, at.iloc[[2]], goal) == walks(network, onto_the_other, goal)


def test_p22_twice_the_cutoff_is_enough_for_catchments_and_once_is_not():
    """P22: two-step floating catchments need data as far as the people who share one's clinics."""
    xy, links = lattice(8, size=26, share=0.8)
    rng = np.random.default_rng(8)
    homes = gpd.GeoSeries(shapely.points(rng.uniform(0, 1500, (500, 2))), crs=CRS)
    clinics = gpd.GeoSeries(shapely.points(rng.uniform(0, 1500, (60, 2))), crs=CRS)
    core = shapely.box(700, 700, 800, 800)
    cutoff, snap = 300, 60
    found = {}
    for margin in (cutoff, 2 * cutoff + snap, 5000):
        area = core.buffer(margin, join_style="mitre")
        keep = [pair for pair in links if shapely.LineString(xy[pair]).intersects(area)]
        network = built(xy, np.array(keep))
        at = attach(network, homes[homes.within(area)], tolerance_m=snap)
        there = attach(network, clinics[clinics.within(area)], tolerance_m=snap)
        table = floating_catchment(
            network,
            at,
            there.assign(category="clinic", beds=10),
            Linear(300),
            demand=pd.Series(1.0, index=at.index),
            supply="beds",
            cutoff_dm=10 * cutoff,
        )
        found[margin] = table.loc[homes.index[homes.within(core)], "clinic"].to_numpy(dtype=float)
    assert np.array_equal(found[2 * cutoff + snap], found[5000])
    assert not np.allclose(found[cutoff], found[5000])


@FAST
@given(SEEDS)
def test_p29_streets_that_cross_without_a_shared_node_never_connect(seed):
    """P29: bridges over a town in any direction; whoever is on one stays on it, whoever is below stays below."""
    xy, links = lattice(seed, size=6, share=0.9)
    rng = np.random.default_rng(seed)
    ways = [
        {"stops": [(int(a) + 1, *xy[a]), (int(b) + 1, *xy[b])], "street_id": f"way/a{k:03d}"}
        for k, (a, b) in enumerate(links)
    ]
    bridges = []
    for number in range(5):
        start, end = rng.uniform(-50, 400, (2, 2))
        middle = (start + end) / 2
        stops = [(1000 + 3 * number + k, *at) for k, at in enumerate((start, middle, end))]
        bridges.append({"stops": stops, "street_id": f"way/b{number}"})
    ground, both = (build_network(street_table(table), gate_table({})) for table in (ways, ways + bridges))
    below = points_at([(int(e), int(rng.integers(0, 400)), 0) for e in rng.integers(0, len(links), 20)])
    length = both.edges["length_dm"].to_numpy()
    below["offset_dm"] = np.minimum(below["offset_dm"], length[below["edge"].astype(int)])
    assert walks(both, below, below) == walks(ground, below, below)
    on = points_at([(len(links) + number, 0, 0) for number in range(5)])
    assert walks(both, on, below) == {}
    assert set(walks(both, on, on)) == {(number, number) for number in range(5)}


def digest_of_a_town() -> str:
    """Return every measure of one town as text; what a fresh process must give as well."""
    some = world(21, towns=6)
    things = some.opportunities.assign(w=np.arange(len(some.opportunities)) / 7)
    tables = [
        nearest(some.network, some.origins, things, cutoff_dm=400),
        cumulative(some.network, some.origins, things, cutoffs_dm=[100, 400], weight="w"),
        gravity(some.network, some.origins, things, Exponential(0.01), cutoff_dm=400),
        k_nearest(some.network, some.origins, things, k=3, cutoff_dm=400),
        travel_table(some.network, some.origins, things, cutoff_dm=400),
        pd.DataFrame(some.network.edges.drop(columns="geometry")),
    ]
    return json.dumps([table.to_csv(float_format="%.17g") for table in tables])


def test_p27_hash_seeds_locales_threads_and_processes_give_the_same_bytes():
    """P27, and the same bits in two processes."""
    code = "from test_engine_proofs import digest_of_a_town; print(digest_of_a_town())"
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed, locale, zone in (("1", "C", "UTC"), ("4242", "zh_CN.UTF-8", "Asia/Shanghai"))
    ]
    here = digest_of_a_town()
    assert [process.communicate()[0].strip() for process in running] == [here, here]


@FAST
@given(worlds())
def test_p27_a_network_that_was_packed_and_unpacked_is_the_same(world):
    """P27: what a worker receives gives what the coordinator would."""
    world.network.derived("something", dict)
    copy = pickle.loads(pickle.dumps(world.network))
    pd.testing.assert_frame_equal(copy.edges, world.network.edges)
    pd.testing.assert_frame_equal(copy.nodes, world.network.nodes)
    assert (copy.crs, copy.gates_policy, copy.notices) == (
        world.network.crs,
        world.network.gates_policy,
        world.network.notices,
    )
    assert walks(copy, world.origins, world.opportunities) == walks(world.network, world.origins, world.opportunities)


@pytest.mark.parametrize(
    "measure",
    [
        partial(nearest, cutoff_dm=9000),
        partial(cumulative, cutoffs_dm=[3000, 9000], weight="w"),
        partial(gravity, decay=Exponential(0.003), cutoff_dm=9000, weight="w"),
        partial(travel_table, cutoff_dm=3000),
    ],
    ids=["nearest", "cumulative", "gravity", "travel table"],
)
def test_more_batches_than_threads_give_the_same_bits(measure):
    """P12 for threads: enough places that the searches really are shared out (2,048 at a time)."""
    xy, links = lattice(3, size=20)
    network = built(xy, links)
    rng = np.random.default_rng(3)
    homes, shops = random_points(rng, network, 2600), random_points(rng, network, 2600, "abc")
    shops["w"] = rng.integers(0, 99, len(shops)) / 7
    if measure.func is travel_table:
        homes = homes.iloc[:300]
    one, two = (measure(network, homes, shops, threads=threads) for threads in (1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    order, other = rng.permutation(len(homes)), rng.permutation(len(shops))
    mixed = measure(network, homes.iloc[order], shops.iloc[other], threads=2)
    if measure.func is travel_table:
        assert sorted(map(tuple, mixed.to_numpy().tolist())) == sorted(map(tuple, one.to_numpy().tolist()))
    else:
        pd.testing.assert_frame_equal(one, mixed.loc[one.index], check_exact=True)


#  PySAL's hospital toy, scenario 0: three tracts, 1 minute within each, 40 minutes from 1 and from 2 to 3, and 80
#  between 1 and 2. One minute is drawn as 2 dm here: half a minute of connector at each end, streets of 39 minutes.
#
#   1 ---- 39 ---- 3 ---- 39 ---- 2        (between 1 and 2: 79 minutes, beyond the cutoff of 60 as in the original)
#
def test_pysal_hospital_toy_scenario_0():
    """Outside answer: PySAL `access`, two_stage_fca with gravity(1, -1) and 61 minutes."""
    network = build_network(
        street_table([{"stops": [(1, 0.0, 0.0), (3, 7.8, 0.0)]}, {"stops": [(3, 7.8, 0.0), (2, 15.6, 0.0)]}]),
        gate_table({}),
    )
    at = points_at([(0, 0, 1), (1, 78, 1), (0, 78, 1)]).set_index(pd.Index([1, 2, 3], name="tract"))
    doctors = at.assign(category="doc", doctors=[15, 20, 100])
    people = pd.Series({1: 100, 2: 50, 3: 10})
    minutes = travel_table(network, at, doctors, cutoff_dm=200).assign(minutes=lambda t: t["walk_dm"] / 2)
    assert minutes.pivot(index="origin", columns="opportunity", values="minutes").to_numpy().tolist() == [
        [1, 79, 40],
        [79, 1, 40],
        [40, 40, 1],
    ]

    def by_minutes(metres):
        return 1 / np.maximum(metres * 10 / 2, 1.0)

    found = floating_catchment(network, at, doctors, by_minutes, demand=people, supply="doctors", cutoff_dm=60 * 2)
    # Decays are kept in units of 2^-24: 1/40 is a millionth off.
    assert found["doc"].tolist() == pytest.approx([0.331444, 0.579828, 7.286418], rel=2e-6)
