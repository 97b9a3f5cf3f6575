"""Who walks: profiles, waits, perceived lengths, steps, and times over the speed band. Numbers worked by hand.

Crossroads, 100 m an arm, signals at the middle (node 5)::

              2
              |
        1 --- 5 --- 3
              |
              4
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import write_study
from worlds import gate_table, points_at, random_points, street_table, town

import corridor
from corridor import access
from corridor.config import SpeedBand, data_file, read_config, read_yaml
from corridor.errors import ConfigError, NetworkError
from corridor.isochrones import isochrones
from corridor.network import build_network
from corridor.sources import read_osm

NO_GATES = gate_table({})
FAR = 1_000_000


def arms(**columns):
    ends = [(-100.0, 0.0), (0.0, 100.0), (100.0, 0.0), (0.0, -100.0)]
    ways = [{"stops": [(number, *end), (5, 0.0, 0.0)]} for number, end in enumerate(ends, 1)]
    table = street_table(ways)
    table["crossing"], table["ramp"] = None, False
    table["signals"], table["crossings"] = [[]] * 4, [[]] * 4
    for name, value in columns.items():
        table[name] = [value] * 4
    return table


def walk(network, start, end, impedance="cost"):
    """Decimetres between two (edge, offset) places."""
    found = access.nearest(
        network,
        points_at([(*start, 0)]),
        points_at([(*end, 0, "x")]),
        cutoff_dm=FAR,
        impedance=impedance,
    )
    return found["x"].iloc[0]


def test_passing_a_junction_with_signals_costs_the_wait_once():
    # 50 m before the signals to 50 m beyond: 500 + 500 dm and a wait of 400 dm
    network = build_network(arms(signals=[5]), NO_GATES, signals_wait_dm=400)
    assert walk(network, (0, 500), (2, 500)) == 500 + 400 + 500
    assert walk(network, (0, 500), (2, 500), "length") == 1000
    # a door just before the signals, and one on the same arm: nobody crosses
    assert walk(network, (0, 500), (0, 900)) == 400
    # away from the signals and back to the arm's outer end: no share of the wait
    assert walk(network, (0, 900), (0, 0)) == 900
    assert len(network.edges) == 8
    assert network.edges["length_dm"].tolist() == [1000] * 4 + [0] * 4
    assert network.edges["cost_dm"].tolist() == [1000] * 4 + [200] * 4
    assert set(network.nodes["component"]) == {0}


def test_an_odd_wait_is_rounded_up_to_an_even_one():
    network = build_network(arms(signals=[5]), NO_GATES, signals_wait_dm=401)
    assert walk(network, (0, 1000), (2, 1000)) == 402


def test_signals_count_before_a_plain_crossing_at_the_same_node():
    both = arms(signals=[5], crossings=[5])
    assert walk(build_network(both, NO_GATES, signals_wait_dm=400, crossing_wait_dm=60), (0, 0), (2, 0)) == 2400
    assert walk(build_network(both, NO_GATES, crossing_wait_dm=60), (0, 0), (2, 0)) == 2060
    plain = arms(crossings=[5])
    assert walk(build_network(plain, NO_GATES, signals_wait_dm=400, crossing_wait_dm=60), (0, 0), (2, 0)) == 2060


def test_a_crossing_in_the_middle_of_a_street_stops_nobody_on_it():
    streets = street_table([{"stops": [(1, 0.0, 0.0), (2, 50.0, 0.0), (3, 100.0, 0.0)]}])
    streets["crossing"], streets["signals"], streets["crossings"] = None, [[]], [[2]]
    network = build_network(streets, NO_GATES, signals_wait_dm=400, crossing_wait_dm=60)
    assert network.edges["cost_dm"].tolist() == [1000]


def test_a_way_across_carries_its_wait_along_its_length():
    #  1 --- 2 ===== 3 --- 4      2-3 is a crossing of 20 m with a wait of 300 dm; 9 is the road's own node on it
    streets = street_table(
        [
            {"stops": [(1, 0.0, 0.0), (2, 100.0, 0.0)]},
            {"stops": [(2, 100.0, 0.0), (9, 110.0, 0.0), (3, 120.0, 0.0)]},
            {"stops": [(3, 120.0, 0.0), (4, 220.0, 0.0)]},
            {"stops": [(7, 110.0, -50.0), (9, 110.0, 0.0), (8, 110.0, 50.0)]},
        ]
    )
    streets["crossing"] = [None, "signals", None, None]
    streets["signals"] = [[], [9], [], [9]]
    streets["crossings"] = [[], [], [], []]
    network = build_network(streets, NO_GATES, signals_wait_dm=300, crossing_wait_dm=60)
    assert walk(network, (0, 0), (3, 1000)) == 1000 + 200 + 300 + 1000
    # half of the way across, half of the wait; along the road nobody waits twice, nor at all
    assert network.edges["cost_dm"].tolist()[1:3] == [100 + 150, 100 + 150]
    assert walk(network, (4, 0), (5, 500)) == 1000
    # the other kind of wait where the data show no signals
    streets["signals"] = [[], [], [], []]
    streets["crossing"] = [None, "crossing", None, None]
    assert walk(build_network(streets, NO_GATES, crossing_wait_dm=60), (0, 0), (3, 1000)) == 2200 + 60


def test_one_way_streets_stay_one_way_through_a_junction_with_a_wait():
    streets = arms(signals=[5])
    streets["oneway_foot"] = np.array([1, -1, -1, 0], "int8")
    network = build_network(streets, NO_GATES, signals_wait_dm=400)
    assert walk(network, (0, 0), (2, 0)) == 2400
    back = access.nearest(network, points_at([(2, 0, 0)]), points_at([(0, 0, 0, "x")]), cutoff_dm=FAR)
    assert back["x"].isna().all()


def test_a_class_is_felt_longer_but_not_measured_longer():
    streets = street_table([{"stops": [(1, 0.0, 0.0), (2, 10.5, 0.0)], "steps": True, "highway": "primary"}])
    network = build_network(streets, NO_GATES, steps_factor=2.0, class_factors={"primary": 1.7, "footway": 9})
    # 105 dm × 2 × 1.7 = 357
    assert network.edges[["length_dm", "cost_dm"]].to_numpy().tolist() == [[105, 357]]


def test_forbidden_steps_are_not_there_but_ramps_are():
    streets = arms()
    streets["steps"] = [True, True, False, False]
    streets["ramp"] = [False, True, False, False]
    network = build_network(streets, NO_GATES, steps_factor=None)
    assert network.edges["street_id"].tolist() == ["way/0001", "way/0002", "way/0003"]
    assert network.edges["cost_dm"].tolist() == [1000, 1000, 1000]


@pytest.mark.parametrize(
    "wrong",
    [{"signals_wait_dm": -1}, {"crossing_wait_dm": 0.5}, {"class_factors": {"primary": -1.0}}, {"steps_factor": 2e6}],
)
def test_costs_out_of_range_are_refused(wrong):
    with pytest.raises(NetworkError):
        build_network(arms(), NO_GATES, **wrong)


def test_isochrones_stop_at_the_wait():
    # 1,200 dm from 100 m before the signals: 1,000 dm to them, then 200 dm of the wait: nothing beyond
    network = build_network(arms(signals=[5]), NO_GATES, signals_wait_dm=400)
    short = isochrones(network, points_at([(0, 0, 0)]), minutes=[12], speed_m_min=10)
    none = isochrones(network, points_at([(0, 0, 0)]), minutes=[10], speed_m_min=10)
    assert short["area_m2"].iloc[0] == none["area_m2"].iloc[0]
    further = isochrones(network, points_at([(0, 0, 0)]), minutes=[16], speed_m_min=10)
    assert further["area_m2"].iloc[0] > short["area_m2"].iloc[0]


def crossed_town(seed):
    """A random town whose nodes hold signals and crossings and whose steps sometimes have ramps."""
    rng = np.random.default_rng(seed)
    ways, passages = town(rng, 1)
    table = street_table(ways)
    table["crossing"] = rng.choice([None, "crossing", "signals"], len(table), p=[0.8, 0.1, 0.1])
    table["ramp"] = rng.random(len(table)) < 0.3
    for name in ("signals", "crossings"):
        table[name] = [[node for node in nodes if rng.random() < 0.4] for nodes in table["nodes"]]
    return table, gate_table(passages), rng


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_longer_waits_never_shorten_a_walk(seed):
    streets, gates, rng = crossed_town(seed)
    waits = sorted(rng.integers(0, 300, 2).tolist())
    plain = build_network(streets, gates)
    origins, goals = random_points(rng, plain, 5), random_points(rng, plain, 5, "ab")
    found = [
        access.nearest(
            build_network(streets, gates, signals_wait_dm=wait, crossing_wait_dm=wait // 2),
            origins,
            goals,
            cutoff_dm=FAR,
            categories=["a", "b"],
        )
        for wait in (0, *waits)
    ]
    for less, more in itertools.pairwise(found):
        assert (less.isna() == more.isna()).all(axis=None)
        assert (less.fillna(0) <= more.fillna(0)).all(axis=None)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_wheelchair_reaches_no_more_than_an_adult_at_the_same_speed(seed):
    streets, gates, rng = crossed_town(seed)
    try:
        wheels = build_network(streets, gates, steps_factor=None)
    except NetworkError:
        return
    adult = build_network(streets, gates, steps_factor=1.0)
    # places on edges both may walk, named by street and offset
    ids = wheels.edges.index[wheels.edges["length_dm"] > 0]
    if not len(ids):
        return
    spot = {}
    for name, network in (("wheels", wheels), ("adult", adult)):
        ends = network.nodes.geometry.to_numpy()
        spot[name] = {
            (row.street_id, ends[row.u].wkt, ends[row.v].wkt): number
            for number, row in enumerate(network.edges.itertuples())
        }
    shared = [key for key in spot["wheels"] if key in spot["adult"]]
    if not shared:
        return
    chosen = [shared[i] for i in rng.integers(0, len(shared), 8)]
    cost = {
        name: access.nearest(
            network,
            points_at([(spot[name][key], 0, 0) for key in chosen[:4]]),
            points_at([(spot[name][key], 0, 0, "x") for key in chosen[4:]]),
            cutoff_dm=FAR,
            categories=["x"],
        )["x"]
        for name, network in (("wheels", wheels), ("adult", adult))
    }
    reached = cost["wheels"].notna()
    assert cost["adult"][reached].notna().all()
    assert (cost["adult"][reached] <= cost["wheels"][reached]).all()


def test_osm_says_where_one_waits(tmp_path):
    extra = (
        '<node id="61" version="1" lon="121.4110" lat="31.2120"><tag k="highway" v="crossing"/></node>'
        '<node id="62" version="1" lon="121.4110" lat="31.2130"><tag k="highway" v="traffic_signals"/></node>'
        '<node id="63" version="1" lon="121.4110" lat="31.2140"><tag k="highway" v="crossing"/><tag k="crossing" v="no"/></node>'
        '<way id="301" version="1"><nd ref="5"/><nd ref="61"/><nd ref="62"/><nd ref="63"/><tag k="highway" v="footway"/>'
        '<tag k="footway" v="crossing"/><tag k="crossing" v="traffic_signals"/></way>'
        '<way id="302" version="1"><nd ref="61"/><nd ref="4"/><tag k="highway" v="steps"/>'
        '<tag k="ramp:wheelchair" v="yes"/></way>'
    )
    streets = read_osm(write_study(tmp_path / "town", extra=extra) / "town.osm").streets
    way = streets.loc["way/301"]
    assert (way["crossing"], way["crossings"], way["signals"]) == ("signals", way["nodes"][1:2], way["nodes"][2:3])
    assert streets.loc["way/302", "ramp"]
    assert streets.loc["way/302", "crossings"] == way["crossings"]
    assert streets.loc["way/101", "signals"] == []
    assert streets.drop("way/301")["crossing"].isna().all()


# -- settings


def walker(tmp_path, text):
    (tmp_path / "data.osm").write_text("<osm/>")
    (tmp_path / "study.yaml").write_text(f"name: x\nosm: data.osm\nwalker: {text}\n", encoding="utf-8")
    return read_config(tmp_path).walker


def test_profiles_are_data_and_an_adult_walks_as_before(tmp_path):
    adult = walker(tmp_path, "{profile: adult}")
    assert adult.network() == {
        "gates_policy": "residents",
        "steps_factor": 2.0,
        "class_factors": {},
        "signals_wait_dm": 0,
        "crossing_wait_dm": 0,
        "speed_m_min": 80.0,
    }
    assert adult.longest_dm is None
    assert adult.name.zh == "成年人"
    assert set(read_yaml(data_file("walkers.yaml")).value) == {"adult", "elder", "child", "wheelchair"}
    assert walker(tmp_path, "{profile: wheelchair}").network()["steps_factor"] is None


def test_single_values_are_overridden(tmp_path):
    elder = walker(
        tmp_path,
        "{profile: elder, speed_m_min: {middle: 45}, steps_factor: forbidden, signals_wait_s: 31, longest_walk_min: 10, "
        "class_factors: {primary: 1.5}}",
    )
    assert (elder.speed_m_min.low, elder.speed_m_min.middle, elder.speed_m_min.high) == (40, 45, 60)
    # 31 s at 45 m/min: 31 × 450 / 60 = 232.5, half up 233
    assert elder.network()["signals_wait_dm"] == 233
    assert elder.network()["crossing_wait_dm"] == 0
    assert elder.network()["class_factors"] == {"primary": 1.5}
    assert elder.steps_factor is None
    assert elder.longest_dm == 4500


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{profile: eldr}", "elder"),
        ("{signal_wait_s: 3}", "signals_wait_s"),
        ("{class_factors: {primery: 2}}", "primary"),
        ("{steps_factor: closed}", "forbidden"),
        ("{steps_factor: 0.5}", "1"),
        ("{longest_walk_min: far}", "none"),
        ("{signals_wait_s: -3}", "0"),
    ],
)
def test_a_wrong_word_is_told_with_the_right_one(tmp_path, text, word):
    with pytest.raises(ConfigError) as caught:
        walker(tmp_path, text)
    (problem,) = caught.value.problems
    assert "study.yaml" in problem.where
    assert word in problem.what.en + (problem.hint.en if problem.hint else "")


def test_the_longest_walk_ends_every_walk(tmp_path):
    def run(name, text):
        return corridor.evaluate(corridor.open_study(write_study(tmp_path / name, text)))

    free = run("free", "walker: {gates: open}\n")
    # the toy's longest walk is well over a minute at 80 m/min: 800 dm
    short = run("short", "walker: {gates: open, longest_walk_min: 1}\n")
    assert (free.cost_dm > 800).any(axis=None)
    assert (short.cost_dm.dropna(how="all") <= 800).any(axis=None) or short.cost_dm.isna().all(axis=None)
    assert short.cost_dm.fillna(0).max(axis=None) <= 800
    near = free.cost_dm.where(free.cost_dm <= 800)
    assert short.cost_dm.equals(near)


# -- times over the speed band


def test_a_walk_takes_longer_at_a_lower_speed():
    # 720 m at 60, 80, 90 m/min: 12, 9, 8 minutes
    cost = pd.DataFrame({"x": pd.array([7200, None], "Int32"), "y": pd.array([0, 1], "Int32")}, index=["a", "b"])
    band = SpeedBand(low=60, middle=80, high=90)
    found = access.times(cost, band)
    assert found.index.names == ["origin", "category"]
    assert found.loc[("a", "x")].tolist() == [540.0, 480.0, 720.0]
    assert list(found.columns) == ["walk_s", "walk_s_fast", "walk_s_slow"]
    assert found.loc[("b", "x")].isna().all()
    assert found.loc[("b", "y")].tolist() == [0.1, 0.1, 0.1]
    one = access.at_speed(cost, 80)
    assert one.loc["a", "x"] == 540.0
    assert one.index.equals(cost.index) and one.columns.equals(cost.columns)
    assert access.times(cost["x"], band).loc["a"].tolist() == [540.0, 480.0, 720.0]


@pytest.mark.parametrize("speed", [0, -80, float("nan")])
def test_no_speed_no_time(speed):
    with pytest.raises(NetworkError):
        access.at_speed(pd.Series([1]), speed)


def test_a_scenarios_crossing_has_a_wait_of_its_own():
    # 30 s at 80 m/min are 40 m: 400 dm; the street of the edit has no lists of nodes
    streets = street_table([{"stops": [(1, 0.0, 0.0), (2, 20.0, 0.0)]}, {"stops": [(2, 20.0, 0.0), (3, 120.0, 0.0)]}])
    streets["wait_s"], streets["crossing"] = [30.0, None], None
    streets["signals"] = [float("nan"), []]
    network = build_network(streets, NO_GATES, signals_wait_dm=100, speed_m_min=80)
    assert network.edges["cost_dm"].tolist() == [600, 1000]
