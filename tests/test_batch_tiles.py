"""A city in tiles is the city at once, bit for bit; what a walk can touch is in its tile, however streets round."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from worlds import gate_table, points_at, street_table, world

from corridor import access
from corridor.access.decay import Exponential, Step
from corridor.batch import Workers
from corridor.batch import tiles as tiles_module
from corridor.batch.tiles import tiled
from corridor.errors import BatchError, NetworkError
from corridor.network import Network, bare, build_network

FAST = settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MEASURES = {
    "near": partial(access.nearest, cutoff_dm=200),
    "metres": partial(access.nearest, cutoff_dm=350, impedance="length", categories=["b", "none", "a"]),
    "count": partial(access.cumulative, cutoffs_dm=[120, 10, 300]),
    "floor": partial(access.cumulative, cutoffs_dm=[300], weight="floor", by="kind"),
    "pull": partial(access.gravity, decay=Exponential(0.01), cutoff_dm=300, weight="floor"),
    "mean": partial(access.proximity, k=2, cutoff_dm=300),
    "three": partial(access.k_nearest, k=3, cutoff_dm=250, by="kind"),
    "mix": partial(access.mixed_use, cutoff_dm=250, orders=(0, 1), weight="floor"),
    "walks": partial(access.travel_table, cutoff_dm=150, impedance="length"),
}


ACROSS = {
    "two": partial(access.floating_catchment, decay=Exponential(0.02), supply="floor", cutoff_dm=300),
    "step": partial(access.floating_catchment, decay=Step(20), supply="floor", cutoff_dm=200, by="kind",
                    impedance="length", categories=["z", "none", "x"]),
    "flow": partial(access.betweenness, radius_dm=300),
    "people": partial(access.betweenness, radius_dm=250, origin_weight="people", opportunity_weight="floor",
                      trips="shared", impedance="length"),
}  # fmt: skip


def across(origins):
    """Return the measures over more than one tile, with demand for those origins."""
    rng = np.random.default_rng(len(origins))
    labels = origins.index.unique()
    demand = pd.Series(rng.integers(0, 9999, len(labels)) / 7, index=labels)
    return {
        name: partial(one.func, **one.keywords, demand=demand) if one.func is access.floating_catchment else one
        for name, one in ACROSS.items()
    }


def drawn(some):
    """Return a world's tables with doors (labels that repeat), parks with several gates, and weights."""
    rng = np.random.default_rng(some.seed)
    origins = some.origins.set_axis(pd.Index(rng.integers(0, 70, len(some.origins)), name="building"))
    origins = origins.assign(people=rng.integers(0, 999, len(origins)) / 8)
    things = some.opportunities.assign(
        source_id=rng.integers(0, 60, len(some.opportunities)),
        floor=rng.integers(0, 9999, len(some.opportunities)) / 7,
        kind=rng.choice(["x", "y", "z"], len(some.opportunities)),
    )
    shut = some.network.edges.assign(closed=rng.random(len(some.network.edges)) < 0.1)
    network = Network(some.network.nodes, shut, some.network.crs, some.network.gates_policy)
    return network, origins, things


def same(found, expected):
    assert found.keys() == expected.keys()
    for name, table in expected.items():
        if isinstance(table, pd.Series):
            pd.testing.assert_series_equal(found[name], table, check_exact=True)
        else:
            pd.testing.assert_frame_equal(found[name], table, check_exact=True, check_freq=False)


@FAST
@given(st.integers(0, 2**32 - 1), st.sampled_from(["residents", "open"]), st.sampled_from([13.0, 21.0, 1000.0]))
def test_tiled_equals_untiled(seed, policy, tile_m):
    tables = drawn(world(seed, towns=8, policy=policy))
    measures = MEASURES | across(tables[1])
    same(tiled(*tables, measures, tile_m=tile_m), {name: take(*tables) for name, take in measures.items()})


def test_a_bare_network_gives_the_same():
    network, *tables = drawn(world(3, towns=4))
    measures = MEASURES | across(tables[0])
    same(
        {name: take(bare(network), *tables) for name, take in measures.items()},
        {name: take(network, *tables) for name, take in measures.items()},
    )


@FAST
@given(st.integers(0, 2**32 - 1), st.sampled_from(["residents", "open"]), st.sampled_from([13.0, 21.0]))
def test_trips_between_origins_that_no_one_tile_holds(seed, policy, tile_m):
    """Streets of no length set the scale of the whole city; a tile has fewer of them."""
    network, origins, _ = drawn(world(seed, towns=8, policy=policy))
    free = network.edges.assign(cost_dm=np.where(np.arange(len(network.edges)) % 3, network.edges["cost_dm"], 0))
    network = Network(network.nodes, free.astype({"cost_dm": "int32"}), network.crs, network.gates_policy)
    ask = {
        "all": partial(access.betweenness, radius_dm=300, origin_weight="people"),
        "shared": partial(access.betweenness, radius_dm=150, opportunity_weight="people", trips="shared"),
    }
    expected = {name: take(network, origins) for name, take in ask.items()}
    assert (expected["all"] > 0).any()
    same(tiled(network, origins, None, ask, tile_m=tile_m), expected)


def test_tiled_by_two_processes_equals_untiled():
    tables = drawn(world(11, towns=8))
    few = {name: (MEASURES | across(tables[1]))[name] for name in ("near", "people")}
    seen = []
    found = tiled(*tables, few, tile_m=15, workers=Workers(processes=2), progress=seen.append)
    same(found, {name: take(*tables) for name, take in few.items()})
    assert {one.total for one in seen} == {len(tiles_module.cut(tables[0], tables[1], 15))}
    assert seen[-1].done == seen[-1].total > 4


@pytest.mark.parametrize("cut_short", [0.5, 0.8])
def test_a_halo_that_is_too_small_is_caught(monkeypatch, cut_short):
    """A fault put in on purpose: the search for the halo stops early."""
    real = tiles_module.clip
    monkeypatch.setattr(tiles_module, "clip", lambda n, o, kind, cutoff: real(n, o, kind, int(cutoff * cut_short)))
    tables = drawn(world(11, towns=8))
    with pytest.raises(AssertionError):
        same(tiled(*tables, MEASURES, tile_m=15), {name: take(*tables) for name, take in MEASURES.items()})


def test_streets_that_round_to_nothing_do_not_shrink_the_halo():
    """2,000 pieces of 4 cm are 80 m on the ground and 0 dm of walk: no ruler finds the shop, the search does."""
    stops = [(number, number * 0.04, 0.0) for number in range(1, 2001)]
    network = build_network(
        street_table([{"stops": stops}, {"stops": [(2000, 80.0, 0.0), (3000, 90.0, 0.0)]}]), gate_table({})
    )
    home, shop = points_at([(0, 0, 0)]), points_at([(1, 100, 0, "shop")])
    ask = {"near": partial(access.nearest, cutoff_dm=100)}
    found = tiled(network, home, shop, ask, tile_m=1)
    assert found["near"]["shop"].tolist() == [100]


def test_nobody_and_nothing():
    network, origins, things = drawn(world(5, towns=3))
    measures = MEASURES | across(origins)
    for homes, shops in ((origins.iloc[:0], things), (origins, things.iloc[:0]), (origins.assign(edge=pd.NA), things)):
        homes = homes.astype({"edge": "Int64"})
        same(
            tiled(network, homes, shops, measures, tile_m=15),
            {k: take(network, homes, shops) for k, take in measures.items()},
        )


def test_tiles_are_named_after_their_place():
    network, origins, _ = drawn(world(5, towns=3))
    parts = tiles_module.cut(network, origins, 20)
    assert set(parts) <= {f"20_E{x}_N{y}" for x in range(4) for y in range(4)}
    shuffled = origins.sample(frac=1, random_state=1)
    again = tiles_module.cut(network, shuffled.sort_index(kind="stable"), 20)
    assert {key: sorted(origins.index[rows]) for key, rows in parts.items()}.keys() >= set()
    assert sum(map(len, again.values())) == sum(map(len, parts.values()))


@pytest.mark.parametrize(
    "ask",
    [
        partial(access.routes, cutoff_dm=10),
        partial(access.betweenness, None, radius_dm=10),
        access.nearest,
        lambda *tables: None,
    ],
)
def test_what_cannot_be_tiled_is_refused(ask):
    with pytest.raises(BatchError, match="cannot be taken in tiles"):
        tiled(*drawn(world(5, towns=3)), {"ask": ask})


def test_faults_of_the_measure_come_out_before_any_tile():
    network, origins, things = drawn(world(5, towns=3))
    with pytest.raises(NetworkError, match="weights are not numbers"):
        tiled(network, origins, things.assign(floor=-1.0), MEASURES)
    with pytest.raises(NetworkError, match="radius_dm"):
        tiled(network, origins, things, MEASURES | {"flow": partial(access.betweenness, radius_dm=-1)})
    with pytest.raises(NetworkError, match="demand"):
        tiled(network, origins, things, {"two": across(origins.iloc[:5])["two"]})
    with pytest.raises(BatchError, match="opportunities are missing"):
        tiled(network, origins, None, MEASURES)
    with pytest.raises(BatchError, match="below 1 m"):
        tiled(network, origins, things, MEASURES, tile_m=0)
