"""What must hold in any town, whatever its streets; and faults put in on purpose, which must not pass."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from oracle import distances
from worlds import CRS, gate_table, street_table, world, worlds

from corridor.access import cumulative, nearest, travel_table
from corridor.network import attach, build_network
from corridor.network import points as points_module

FAST = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FAR = 1_000_000


def walks(network, a, b):
    """Return {(row of a, row of b): decimetres}."""
    return {(i, j): d for i, j, d in travel_table(network, a, b, cutoff_dm=FAR).itertuples(index=False, name=None)}


def rebuilt(found, edges):
    """Return the network with another edge table."""
    return type(found)(found.nodes, edges, found.crs, found.gates_policy)


@FAST
@given(worlds())
def test_p2_nobody_walks_to_where_they_stand(world):
    own = walks(world.network, world.origins, world.origins)
    connector = world.origins["connector_dm"]
    for i in world.origins.index[world.origins["edge"].notna()]:
        assert own[i, i] == 2 * connector[i]


@FAST
@given(worlds())
def test_p3_one_way_streets_turned_round_turn_the_walks_round(world):
    there = walks(world.network, world.origins, world.opportunities)
    edges = world.network.edges.assign(oneway_foot=-world.network.edges["oneway_foot"])
    back = walks(rebuilt(world.network, edges), world.opportunities, world.origins)
    assert there == {(i, j): d for (j, i), d in back.items()}


@FAST
@given(worlds(policies=["open"]))
def test_p4_the_triangle_holds(world):
    """Under the open policy; a compound in the middle may bar the way that two walks together take."""
    a, c = world.origins.assign(connector_dm=0), world.opportunities.assign(connector_dm=0)
    ac, ab, bc = walks(world.network, a, c), walks(world.network, a, a), walks(world.network, a, c)
    for (i, j), first in ab.items():
        for k in range(len(c)):
            if (j, k) in bc:
                assert ac[i, k] <= first + bc[j, k]


@FAST
@given(worlds(), st.integers(0, 300))
def test_p6_p28_reach_is_what_lies_within_the_cutoff(world, cutoff):
    full = walks(world.network, world.origins, world.opportunities)
    cut = travel_table(world.network, world.origins, world.opportunities, cutoff_dm=cutoff)
    assert {tuple(row) for row in cut.to_numpy().tolist()} == {(i, j, d) for (i, j), d in full.items() if d <= cutoff}


@FAST
@given(worlds())
def test_p8_one_more_shop_never_hurts(world):
    fewer = world.opportunities.iloc[::2]
    before = cumulative(world.network, world.origins, fewer, cutoffs_dm=[300], categories=["a", "b"])
    after = cumulative(world.network, world.origins, world.opportunities, cutoffs_dm=[300], categories=["a", "b"])
    assert (after - before).fillna(0).min(axis=None) >= 0
    near = nearest(world.network, world.origins, fewer, cutoff_dm=FAR, categories=["a", "b"])
    nearer = nearest(world.network, world.origins, world.opportunities, cutoff_dm=FAR, categories=["a", "b"])
    assert not (nearer.fillna(FAR) > near.fillna(FAR)).any(axis=None)


@FAST
@given(worlds(policies=["open"]), st.data())
def test_p9_longer_or_closed_streets_never_help(world, data):
    edges = world.network.edges
    free = sorted(set(edges.index) - set(world.origins["edge"].dropna()) - set(world.opportunities["edge"].dropna()))
    if not free:
        return
    before = walks(world.network, world.origins, world.opportunities)
    chosen = edges.index.isin(data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=8)))
    longer = edges.assign(cost_dm=(edges["cost_dm"] + 50 * chosen).astype("int32"))
    after = walks(rebuilt(world.network, longer), world.origins, world.opportunities)
    assert after.keys() == before.keys()
    assert all(after[pair] >= d for pair, d in before.items())
    closed = edges.assign(cost_dm=edges["cost_dm"].where(~chosen, FAR + 1).astype("int32"))
    after = walks(rebuilt(world.network, closed), world.origins, world.opportunities)
    assert after.keys() <= before.keys()
    assert all(d >= before[pair] for pair, d in after.items())


@FAST
@given(st.integers(0, 2**32 - 1))
def test_p15_cutting_a_street_changes_nothing(seed):
    """A street with an extra node half way (two ways instead of one) gives the same walks."""
    rng = np.random.default_rng(seed)
    spots = rng.integers(0, 40, (12, 2)) * 10.0
    ways, cut = [], []
    for number in range(20):
        a, b = rng.choice(12, 2, replace=False)
        middle = (spots[a] + spots[b]) / 2
        stops = [(int(a) + 1, *spots[a]), (100 + number, *middle), (int(b) + 1, *spots[b])]
        ways.append({"stops": stops, "street_id": f"way/{number:02d}"})
        cut += [
            {"stops": stops[:2], "street_id": f"way/{number:02d}"},
            {"stops": stops[1:], "street_id": f"way/{number:02d}x"},
        ]
    places = gpd.GeoSeries(shapely.points(rng.integers(0, 400, (30, 2)) + 0.37), crs=CRS)
    tables = []
    for table in (ways, cut):
        network = build_network(street_table(table), gate_table({}))
        at = attach(network, places)
        tables.append(travel_table(network, at.iloc[:15], at.iloc[15:], cutoff_dm=FAR))
    pd.testing.assert_frame_equal(*tables)


@FAST
@given(worlds(), st.integers(0, 2**32 - 1))
def test_p14_p18_numbering_loops_and_parallels_change_nothing(world, seed):
    """Edges drawn the other way round, longer parallels and loops added: the same walks."""
    rng = np.random.default_rng(seed)
    edges = world.network.edges
    flip = rng.random(len(edges)) < 0.5
    turned = edges.assign(
        u=np.where(flip, edges["v"], edges["u"]),
        v=np.where(flip, edges["u"], edges["v"]),
        oneway_foot=np.where(flip, -edges["oneway_foot"], edges["oneway_foot"]),
    )
    parallel = turned.assign(cost_dm=turned["cost_dm"] + 5)
    loops = turned.assign(v=turned["u"], oneway_foot=0)
    more = gpd.GeoDataFrame(pd.concat([turned, parallel, loops], ignore_index=True), crs=world.network.crs)

    def moved(table):
        other = table.copy()
        on = other["edge"].notna()
        edge = other.loc[on, "edge"].astype("int64")
        length = edges["length_dm"].to_numpy()[edge]
        # Half way between two costs, rounding goes up from u: keep to streets whose cost is their length.
        other.loc[on, "offset_dm"] = np.where(
            flip[edge], length - other.loc[on, "offset_dm"], other.loc[on, "offset_dm"]
        )
        return other

    level = edges.assign(cost_dm=edges["length_dm"])
    before = walks(rebuilt(world.network, level), world.origins, world.opportunities)
    more["cost_dm"] = more["length_dm"] + 5 * ((more.index // len(edges)) == 1)
    after = walks(rebuilt(world.network, more), moved(world.origins), moved(world.opportunities))
    assert after == before


@FAST
@given(worlds())
def test_p17_a_far_island_changes_nothing(world):
    edges = world.network.edges
    island = edges.assign(u=edges["u"] + len(world.network.nodes), v=edges["v"] + len(world.network.nodes))
    nodes = gpd.GeoDataFrame(pd.concat([world.network.nodes, world.network.nodes], ignore_index=True), crs=CRS)
    both = gpd.GeoDataFrame(pd.concat([edges, island], ignore_index=True), crs=CRS)
    larger = type(world.network)(nodes, both, world.network.crs, world.network.gates_policy)
    assert walks(larger, world.origins, world.opportunities) == walks(world.network, world.origins, world.opportunities)


def test_p19_a_step_aside_costs_no_more_than_itself():
    network = build_network(street_table([{"stops": [(1, 0.0, 0.0), (2, 300.0, 0.0)]}]), gate_table({}))
    at = attach(network, gpd.GeoSeries([shapely.Point(50, 10), shapely.Point(53, 14), shapely.Point(200, 0)], crs=CRS))
    found = walks(network, at.iloc[:2], at.iloc[2:])
    assert found[0, 2] == 100 + 1500
    assert abs(found[1, 2] - found[0, 2]) <= 2 * 50


def test_p22_a_wide_enough_margin_changes_nothing():
    """Walks of a core area on a clip with margin = cutoff equal those on the whole; on a tight clip they differ."""
    rng = np.random.default_rng(4)
    grid = np.arange(400).reshape(20, 20)
    xy = np.stack(np.divmod(np.arange(400), 20), axis=1) * 50.0 + rng.normal(0, 8, (400, 2))
    links = np.concatenate(
        [np.c_[grid[:-1].ravel(), grid[1:].ravel()], np.c_[grid[:, :-1].ravel(), grid[:, 1:].ravel()]]
    )
    links = links[rng.random(len(links)) < 0.7]
    things = gpd.GeoSeries(shapely.points(rng.uniform(0, 950, (300, 2))), crs=CRS)
    core = shapely.box(400, 400, 550, 550)
    homes = things[things.within(core)]
    found = {}
    for margin in (0, 150 + 40, 1000):
        area = core.buffer(margin, join_style="mitre")
        keep = [pair for pair in links if shapely.LineString(xy[pair]).intersects(area)]
        streets = street_table([{"stops": [(int(a) + 1, *xy[a]), (int(b) + 1, *xy[b])]} for a, b in keep])
        network = build_network(streets, gate_table({}))
        inside = things[things.within(area)]
        table = attach(network, inside, tolerance_m=40).assign(category="x")
        found[margin] = cumulative(network, attach(network, homes, tolerance_m=40), table, cutoffs_dm=[1500])
    pd.testing.assert_frame_equal(found[190], found[1000])
    assert not found[0].equals(found[1000])


def agrees(seed):
    """Tell whether the engine equals networkx on one world."""
    drawn = world(seed, towns=10)
    return walks(drawn.network, drawn.origins, drawn.opportunities) == distances(
        drawn.network.edges, drawn.origins, drawn.opportunities
    )


def no_same_edge(graph, sources, points, count):
    found = points_module.same_edge(graph, sources, points, count)
    return found._replace(first=np.zeros_like(found.first))


def snapped(graph, at, owners):
    near = at.along <= at.rest
    zero = np.zeros_like(at.along)
    moved = points_module.Places(at.owner, at.edge, np.where(near, zero, at.along + at.rest), zero, at.connector)
    return points_module.seeds(graph, moved, owners)


def summed(state, u, v, weight, private, allowed):
    from corridor.network.states import _arcs

    pair = pd.Series(weight).groupby([np.minimum(u, v), np.maximum(u, v), private]).transform("sum")
    return _arcs(state, u, v, pair.to_numpy(), private, allowed)


def through_compounds(state, u, v, weight, private, allowed):
    from corridor.network.states import _arcs

    first, arcs = _arcs(state, u, v, weight, private, allowed)
    inside = np.flatnonzero((state[0] >= 0) & (state[1] >= 0))
    tails = np.repeat(np.arange(len(first) - 1), np.diff(first))
    back = np.stack([state[2, inside], state[0, inside]])
    tails, heads = np.r_[tails, back[0]], np.r_[arcs[:, 0], back[1]]
    costs = np.r_[arcs[:, 1], np.zeros(len(inside), int)]
    order = np.argsort(tails, kind="stable")
    first = np.searchsorted(tails[order], np.arange(len(first)))
    return first.astype(np.int64), np.stack([heads[order], costs[order]], axis=1).astype(np.int32)


def any_way(graph, at, owners):
    from dataclasses import replace

    return points_module.seeds(replace(graph, seed_open=np.ones_like(graph.seed_open)), at, owners)


@pytest.mark.parametrize(
    ("where", "name", "fault"),
    [
        ("corridor.access._pairs", "same_edge", no_same_edge),
        ("corridor.access._pairs", "seeds", snapped),
        ("corridor.access._pairs", "seeds", any_way),
        ("corridor.network.states", "_arcs", summed),
        ("corridor.network.states", "_arcs", through_compounds),
    ],
    ids=["same-edge walk forgotten", "snapped to a node", "one-way ignored", "parallels summed", "through compounds"],
)
def test_faults_put_in_on_purpose_are_caught(monkeypatch, where, name, fault):
    import importlib

    assert all(agrees(seed) for seed in range(3))
    module = importlib.import_module(where)
    if name == "_arcs":
        real = module._arcs
        monkeypatch.setattr(module, "_arcs", lambda *a: fault_with(fault, real, module, a))
    else:
        monkeypatch.setattr(module, name, fault)
    assert not all(agrees(seed) for seed in range(3))


def fault_with(fault, real, module, arguments):
    """Run a fault that builds on the true function while that is replaced."""
    replaced, module._arcs = module._arcs, real
    try:
        return fault(*arguments)
    finally:
        module._arcs = replaced
