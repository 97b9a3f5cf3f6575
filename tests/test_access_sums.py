"""Counts, gravity, catchments, tables: numbers worked on paper, and any town against networkx."""

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from oracle import distances
from worlds import gate_table, points_at, street_table, worlds

from corridor.access import cumulative, floating_catchment, gravity, hill, k_nearest, mixed_use, proximity, travel_table
from corridor.access.decay import Exponential, Gaussian, Linear, Logistic, Step, Zones, fixed_point
from corridor.errors import NetworkError
from corridor.network import build_network

# A world is named by its seed, so there is nothing to shrink.
FAST = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


#   home A           home B
#   |                |
#   0 ----100-----300----400-401----------1000 m      one street; shops at 100, 400 and 401 m
#
@pytest.fixture
def street():
    return build_network(street_table([{"stops": [(1, 0.0, 0.0), (2, 1000.0, 0.0)]}]), gate_table({}))


@pytest.fixture
def homes():
    table = points_at([(0, 0, 0), (0, 3000, 0), (None, 0, 0)])
    table.index = pd.Index(["A", "B", "C"], name="home")
    return table


@pytest.fixture
def shops():
    return points_at([(0, 1000, 0, "shop"), (0, 4000, 0, "shop"), (0, 4010, 0, "shop")]).assign(
        floor=[50.0, 20.5, 10.0]
    )


def test_cumulative_by_hand(street, homes, shops):
    found = cumulative(street, homes, shops, cutoffs_dm=[4000, 1000, 4010])
    assert found.columns.names == ["category", "cutoff_dm"]
    assert found.loc["A"].tolist() == [2, 1, 3]
    assert found.loc["B"].tolist() == [3, 1, 3]
    assert found.loc["C"].isna().all()
    weighed = cumulative(street, homes, shops, cutoffs_dm=[1000, 4000], weight="floor")
    assert weighed.loc["A"].tolist() == [50.0, 70.5]


def test_gravity_by_hand(street, homes, shops):
    found = gravity(street, homes, shops, Linear(1000), cutoff_dm=4000)
    assert found.loc["A", "shop"] == pytest.approx(0.9 + 0.6, abs=1e-6)
    assert found.loc["B", "shop"] == pytest.approx(0.8 + 0.9 + 0.899, abs=1e-6)
    assert pd.isna(found.loc["C", "shop"])
    steps = gravity(street, homes, shops, Step(400), cutoff_dm=9000, weight="floor")
    assert steps.loc["A", "shop"] == 70.5


def test_catchment_by_hand(street, homes):
    # a clinic of 10 places and people at two homes in reach: 10 / (4 + 1) = 2 a head; a second clinic serves B only
    clinics = points_at([(0, 1000, 0, "clinic"), (0, 8000, 0, "clinic")]).assign(places=[10, 3])
    people = pd.Series({"A": 4, "B": 1, "C": 9})
    found = floating_catchment(street, homes, clinics, Step(2000), demand=people, supply="places", cutoff_dm=5000)
    assert found["clinic"].tolist()[:2] == pytest.approx([2.0, 2.0 + 3.0])
    assert pd.isna(found.loc["C", "clinic"])
    zones = Zones((150, 250), (1.0, 0.5))
    found = floating_catchment(street, homes, clinics.iloc[:1], zones, demand=people, supply="places", cutoff_dm=5000)
    # A at 100 m weighs 1, B at 200 m weighs 1/2: 10 / (4 + 0.5)
    assert found["clinic"].tolist()[:2] == pytest.approx([10 / 4.5, 5 / 4.5])


def test_mixed_use_by_hand(street, homes, shops):
    # within 401 m of A: three shops and one school, in shares 3/4 and 1/4
    things = pd.concat([shops, points_at([(0, 500, 0, "school")])], ignore_index=True)
    found = mixed_use(street, homes, things, cutoff_dm=4010)
    assert found.columns.tolist() == ["hill_0", "hill_1", "hill_2"]
    assert found.loc["A"].tolist() == pytest.approx([2, 4 / 3**0.75, 1.6])
    # within 100 m: one of each; under 50 m: nothing
    assert mixed_use(street, homes, things, cutoff_dm=1000).loc["A"].tolist() == pytest.approx([2, 2, 2])
    assert mixed_use(street, homes, things, cutoff_dm=499).loc["A"].tolist() == [0, 0, 0]
    assert found.loc["C"].isna().all()
    # by floor area: 50 of shops within 100 m against 150 of the school
    weighed = mixed_use(street, homes, things.fillna({"floor": 150}), cutoff_dm=1000, weight="floor", orders=[2])
    assert weighed.loc["A", "hill_2"] == pytest.approx(1 / (0.25**2 + 0.75**2))
    with pytest.raises(NetworkError, match="from 0 on"):
        mixed_use(street, homes, things, cutoff_dm=9, orders=[-1])


def test_travel_table_by_hand(street):
    found = travel_table(street, points_at([(0, 100, 0)]), points_at([(0, 400, 50)]), cutoff_dm=350)
    assert found.to_numpy().tolist() == [[0, 0, 350]]


def test_faults_of_a_request_are_told_together(street, homes, shops):
    with pytest.raises(NetworkError) as fault:
        k_nearest(street, homes.drop(columns="edge"), shops, k=0, cutoff_dm=-1, by="kind", impedance="steps")
    assert [problem.where for problem in fault.value.problems] == [
        "origins",
        "opportunities",
        "cutoff_dm",
        "k",
        "impedance",
    ]


def test_k_nearest_and_proximity_by_hand(street, homes, shops):
    near = k_nearest(street, homes, shops, k=2, cutoff_dm=4005)
    assert near.to_numpy().tolist() == [
        ["A", "shop", 1, 0, 1000],
        ["A", "shop", 2, 1, 4000],
        ["B", "shop", 1, 1, 1000],
        ["B", "shop", 2, 2, 1010],
    ]
    mean = proximity(street, homes, shops, k=2, cutoff_dm=4005)
    assert mean["shop"].tolist()[:2] == [2500.0, 1005.0]
    assert pd.isna(mean.loc["C", "shop"])
    assert pd.isna(proximity(street, homes, shops, k=3, cutoff_dm=4005).loc["A", "shop"])


def test_a_park_with_two_gates_is_one_park(street, homes):
    gates = points_at([(0, 1000, 0, "park"), (0, 2000, 0, "park"), (0, 2000, 0, "park")])
    gates["source_id"] = ["p", "p", "q"]
    assert cumulative(street, homes, gates, cutoffs_dm=[1500, 3000]).loc["A"].tolist() == [1, 2]
    walks = travel_table(street, homes, gates, cutoff_dm=9000)
    assert walks.to_numpy().tolist() == [["A", "p", 1000], ["A", "q", 2000], ["B", "p", 1000], ["B", "q", 1000]]


def test_hill_by_hand():
    counts = pd.DataFrame({"a": [2, 3, 0, None], "b": [2, 1, 0, 1]}, dtype="Int64")
    for q, values in {0: [2, 2, 0], 1: [2, 4 / 3**0.75, 0], 2: [2, 1.6, 0]}.items():
        found = hill(counts, q)
        assert found.tolist()[:3] == pytest.approx(values)
        assert pd.isna(found.iloc[3])


@pytest.mark.parametrize(
    ("decay", "metres", "value"),
    [
        (Step(500), 500.0, 1.0),
        (Step(500), 500.1, 0.0),
        (Linear(1000), 250.0, 0.75),
        (Linear(1000), 2000.0, 0.0),
        (Exponential(0.001), 1000.0, math.exp(-1)),
        (Gaussian(400), 400.0, math.exp(-0.5)),
        (Logistic(600, 100), 600.0, 0.5),
        (Zones((300, 600), (1.0, 0.5)), 300.0, 1.0),
        (Zones((300, 600), (1.0, 0.5)), 600.1, 0.0),
    ],
)
def test_decays(decay, metres, value):
    assert decay(np.array([metres]))[0] == pytest.approx(value)
    assert fixed_point(decay, 30000)[round(metres * 10)] == math.floor(value * 2**24 + 0.5)
    assert hash(decay) == hash(type(decay)(**vars(decay)))


def test_bad_requests_are_refused(street, homes, shops):
    for make in (
        lambda: Step(0),
        lambda: Exponential(-1),
        lambda: Zones((2, 1), (1, 1)),
        lambda: Logistic(1, math.nan),
    ):
        with pytest.raises(NetworkError):
            make()
    with pytest.raises(NetworkError, match="between 0 and 1"):
        gravity(street, homes, shops, lambda metres: metres, cutoff_dm=100)
    with pytest.raises(NetworkError, match="2 weights are not numbers"):
        cumulative(street, homes, shops.assign(floor=[1, -1, None]), cutoffs_dm=[5], weight="floor")
    with pytest.raises(NetworkError, match="too large"):
        gravity(street, homes, shops.assign(floor=9e11), Step(9), cutoff_dm=100, weight="floor")


def test_empty_sides(street, homes, shops):
    assert cumulative(street, homes, shops.iloc[:0], cutoffs_dm=[9], categories=["shop"]).loc["A"].tolist() == [0]
    assert cumulative(street, homes.iloc[:0], shops, cutoffs_dm=[9]).shape == (0, 1)
    assert gravity(street, homes, shops.iloc[:0], Step(5), cutoff_dm=9).shape == (3, 0)
    assert travel_table(street, homes, shops.iloc[:0], cutoff_dm=9).empty
    assert proximity(street, homes, shops.iloc[:0], k=1, cutoff_dm=9, categories=["x"])["x"].isna().all()


@FAST
@given(worlds(), st.sampled_from([100, 350, 2000]), st.booleans())
def test_all_measures_equal_networkx(world, cutoff, few_origins):
    """Whichever side the search starts from."""
    origins = world.origins.iloc[:12] if few_origins else world.origins
    things = world.opportunities if few_origins else world.opportunities.iloc[:40]
    walks = distances(world.network.edges, origins, things)
    within = {pair: d for pair, d in walks.items() if d <= cutoff}

    table = travel_table(world.network, origins, things, cutoff_dm=cutoff)
    assert list(table.itertuples(index=False, name=None)) == [(i, j, d) for (i, j), d in sorted(within.items())]

    kinds = things["category"].tolist()
    cutoffs = [cutoff // 3, cutoff]
    found = cumulative(world.network, origins, things, cutoffs_dm=cutoffs, categories=["a", "b"], threads=2)
    decay = Exponential(0.01)
    factor = fixed_point(decay, cutoff)
    pull = gravity(world.network, origins, things, decay, cutoff_dm=cutoff, categories=["a", "b"])
    expected = Counter((i, kinds[j], t) for (i, j), d in within.items() for t in cutoffs if d <= t)
    sums = Counter()
    for (i, j), d in within.items():
        sums[i, kinds[j]] += int(factor[d])
    for i in origins.index[origins["edge"].notna()]:
        for kind in "ab":
            assert [found.loc[i, (kind, t)] for t in cutoffs] == [expected[i, kind, t] for t in cutoffs]
            assert pull.loc[i, kind] == sums[i, kind] / 2**24


@FAST
@given(worlds(), st.randoms(use_true_random=False))
def test_order_and_threads_change_no_bit(world, random):
    """P14: shuffled tables, one or two threads."""
    things = world.opportunities.assign(w=np.arange(len(world.opportunities)) / 7, source_id=world.opportunities.index)
    rows, columns = list(world.origins.index), list(things.index)
    random.shuffle(rows)
    random.shuffle(columns)
    people = pd.Series(1.0, index=world.origins.index)
    for measure in (
        lambda o, p, n: cumulative(world.network, o, p, cutoffs_dm=[99, 500], weight="w", threads=n),
        lambda o, p, n: gravity(world.network, o, p, Gaussian(30), cutoff_dm=500, weight="w", threads=n),
        lambda o, p, n: floating_catchment(
            world.network, o, p, Linear(60), demand=people, supply="w", cutoff_dm=500, threads=n
        ),
        lambda o, p, n: proximity(world.network, o, p, k=2, cutoff_dm=500, threads=n),
    ):
        one = measure(world.origins, things, 1)
        two = measure(world.origins.loc[rows], things.loc[columns], 2)
        pd.testing.assert_frame_equal(one, two.loc[one.index], check_exact=True)


@FAST
@given(worlds())
def test_supply_is_shared_out_whole(world):
    """P24: demand times access adds up to the supply that has demand in reach."""
    things = world.opportunities.assign(places=10)
    people = pd.Series(3.0, index=world.origins.index)
    found = floating_catchment(
        world.network, world.origins, things, Step(50), demand=people, supply="places", cutoff_dm=500
    )
    served = travel_table(world.network, world.origins, things, cutoff_dm=500)["opportunity"].unique()
    for kind in "ab":
        supply = 10 * (things.loc[served, "category"] == kind).sum()
        assert (found[kind] * 3).sum() == pytest.approx(supply, rel=1e-6)
