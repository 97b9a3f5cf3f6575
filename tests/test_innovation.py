"""Linkage, chain, services, trails and groups: a street worked by hand, brute force, networkx."""

from itertools import pairwise, permutations, product

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import distances
from worlds import gate_table, points_at, street_table, worlds

from corridor.access import decay
from corridor.config import DecayRule
from corridor.errors import NetworkError
from corridor.indicators import chain, coverage, linkage, services, trails
from corridor.indicators.groups import by_group
from corridor.network import build_network

FAR = 200_000
SPEED = 80.0
# One street of 2,000 m, houses on it, metres from its west end; 15 minutes at 80 m/min are 1,200 m, 5 are 400 m.
#
#    0      200     500         900            1500     1900
#    lab    poc    core         park            lab2    shop (in no table)
#    L      P      C (incub.)   I               M
#    ├──────┼──────┼────────────┼───────────────┼────────┤
PLACES = pd.DataFrame(
    {
        "name": ["lab", "poc", "core", "park", "far lab"],
        "kind": ["lab", "poc", "incubator", "park", "lab"],
        "stage": pd.array(["rd", "transfer", "incubation", "industry", "rd"], dtype="string"),
        "is_core": [False, False, True, False, False],
        "floor_area_m2": pd.array([1000.0, 2000.0, pd.NA, 4000.0, 500.5], dtype="Float64"),
    },
    index=list("LPCIM"),
)
AT = {"L": 0, "P": 2000, "C": 5000, "I": 9000, "M": 15000}


@pytest.fixture(scope="module")
def street():
    return build_network(street_table([{"stops": [(1, 0.0, 0.0), (2, 2000.0, 0.0)]}]), gate_table({}))


def houses(offsets):
    return points_at([(0, offset, 0) for offset in offsets.values()]).set_axis(list(offsets))


@pytest.fixture(scope="module")
def walks(street):
    return linkage.matrix(street, houses(AT), houses(AT), cutoff_dm=FAR)


@pytest.fixture(scope="module")
def links(walks):
    return linkage.links(walks, walks, PLACES["floor_area_m2"], decay=decay.Linear(1000.0), speed_m_min=SPEED)


def test_links_by_hand(links):
    rows = links.set_index(["origin", "destination"])
    assert len(rows) == 20
    there = rows.loc[("L", "P")]
    assert (there["cost_dm"], there["walk_s"], there["walk_m"]) == (2000, 150.0, 200.0)
    assert there["decay"] == pytest.approx(0.8, abs=2**-24)
    assert there["link"] == pytest.approx(2000 * 0.8, abs=1e-3) and rows.loc[("P", "L"), "link"] == pytest.approx(
        800, abs=1e-3
    )
    assert pd.isna(rows.loc[("L", "C"), "link"]), "the core's floor area is not known"
    assert rows.loc[("L", "M"), "link"] == 0.0, "1,500 m are beyond the reach of the decay"


def test_reach_by_hand(links):
    found = linkage.reach(links, PLACES.index, PLACES["floor_area_m2"], speed_m_min=SPEED)
    # From the core: lab 500 m, poc 300, park 400 (the limit of 5 minutes counts), far lab 1,000
    assert found.loc["C", ["n_5min", "n_10min", "n_15min"]].tolist() == [2, 3, 4]
    assert found.loc["C", "weight_15min"] == 7500.5
    assert found.loc["C", "reach"] == pytest.approx(1000 * 0.5 + 2000 * 0.7 + 4000 * 0.6 + 0, abs=0.01)
    assert found.loc["L", ["n_5min", "n_10min", "n_15min"]].tolist() == [1, 2, 3]


def test_reach_does_not_depend_on_the_order_of_links(links):
    one = linkage.reach(links, PLACES.index, PLACES["floor_area_m2"], speed_m_min=SPEED)
    mixed = links.sample(frac=1, random_state=3).reset_index(drop=True)
    pd.testing.assert_frame_equal(one, linkage.reach(mixed, PLACES.index, PLACES["floor_area_m2"], speed_m_min=SPEED))


@pytest.mark.parametrize(
    ("form", "at_reach"), [("step", 1.0), ("linear", 0.0), ("exponential", np.exp(-1)), ("gaussian", np.exp(-0.5))]
)
def test_decay_in_minutes(form, at_reach):
    """10 minutes at 80 m/min are 800 m of cost."""
    rule = linkage.decay(DecayRule(form=form, minutes=10), SPEED)
    assert float(rule(np.array([800.0]))[0]) == pytest.approx(at_reach)
    assert float(rule(np.array([0.0]))[0]) == 1.0


def test_belt_by_hand(street, walks):
    import geopandas as gpd

    corridor = gpd.GeoDataFrame(geometry=street.edges.geometry.to_numpy(), crs=street.crs).set_axis(["way/0000"])
    at = points_at([(0, 0, 30), (0, 15000, 9000), (None, 0, 0)]).set_axis(list("abc"))
    to_corridor = linkage.corridor_walks(street, at, corridor, cutoff_dm=FAR)
    assert to_corridor.tolist()[:2] == [30, 9000] and pd.isna(to_corridor["c"])
    to_core = pd.Series([9000, 8000, pd.NA], list("abc"), dtype="Int32")
    found = linkage.belt(to_core, to_corridor, at["edge"].notna(), belt_min=10, speed_m_min=SPEED)
    # a: at the corridor. b: 900 m from it, 800 m from the core, the limit itself. c: not on the network.
    assert found["off_belt"].tolist()[:2] == [False, False] and pd.isna(found.loc["c", "off_belt"])
    strict = linkage.belt(to_core, to_corridor, at["edge"].notna(), belt_min=9, speed_m_min=SPEED)
    assert strict["off_belt"].tolist()[:2] == [False, True]


def test_a_drawn_corridor_is_found_beside_its_street(street):
    import geopandas as gpd
    import shapely

    near = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 9), (2000, 9)])], crs=street.crs)
    across = gpd.GeoDataFrame(geometry=[shapely.LineString([(900, -50), (900, 50)])], crs=street.crs)
    at = points_at([(0, 500, 20)])
    assert linkage.corridor_walks(street, at, near, cutoff_dm=FAR).tolist() == [20]
    assert linkage.corridor_walks(street, at, across, cutoff_dm=FAR).isna().all()


@given(worlds())
@settings(max_examples=15, deadline=None)
def test_matrix_is_what_networkx_walks(world):
    found = linkage.matrix(world.network, world.origins, world.opportunities, cutoff_dm=FAR)
    wanted = distances(world.network.edges, world.origins, world.opportunities)
    for row, column in product(range(len(found)), range(0, len(world.opportunities), 7)):
        value = found.iloc[row, column]
        assert (None if pd.isna(value) else int(value)) == wanted.get((row, column))


def test_graph_carries_the_walks(links):
    import geopandas as gpd

    points = gpd.GeoDataFrame(
        PLACES, geometry=gpd.points_from_xy([offset / 10 for offset in AT.values()], [0] * 5), crs="EPSG:32651"
    )
    graph = linkage.linkage_graph(points, links)
    assert sorted(graph) == sorted(PLACES.index) and graph.number_of_edges() == 20
    assert graph.nodes["C"]["is_core"] and graph.nodes["C"]["x"] == 500.0
    assert graph.edges["L", "C"]["link"] is None and graph.edges["L", "P"]["walk_m"] == 200.0
    assert nx.dijkstra_path_length(graph, "L", "M", weight="cost_dm") == 15000


def test_chain_by_hand(street):
    steps = houses(AT).assign(stage=PLACES["stage"])
    who = points_at([(0, 0, 0), (0, 19000, 0), (None, 0, 0)]).set_axis(["west", "east", "nowhere"])
    cost = chain.stage_walks(street, who, steps, cutoff_dm=FAR)
    assert cost.loc["west"].tolist() == [0, 2000, 5000, 9000]
    assert cost.loc["east"].tolist() == [4000, 17000, 14000, 10000]
    found = chain.coverage(cost, speed_m_min=SPEED)
    assert found.loc["west", [f"n_stages_{m}min" for m in (5, 10, 15)]].tolist() == [2, 3, 4]
    assert pd.isna(found.loc["west", "missing_stage"])
    assert found.loc["east", "missing_stage"] == "transfer", "incubation lacks too; the chain breaks at the first"
    assert found.loc["nowhere", "missing_stage"] == "rd" and found.loc["nowhere", "n_stages_15min"] == 0
    assert chain.whole_chain(cost).tolist()[:2] == [9000, 17000] and pd.isna(chain.whole_chain(cost)["nowhere"])


def test_ladder_by_hand(walks):
    found = chain.ladder(PLACES, walks, walks, speed_m_min=SPEED)
    steps = found.set_index(["place_id", "step"])
    assert steps.loc[("M", 1), "next_id"] == "P" and steps.loc[("M", 1), "walk_m"] == 1300.0
    assert steps.loc[("L", 3), "next_id"] == "I" and steps.loc[("L", 3), "walk_s"] == 675.0
    assert found.loc[found["place_id"] == "C", "next_stage"].tolist() == ["industry"]
    assert "I" not in set(found["place_id"])
    without = chain.ladder(
        PLACES.drop("P"), walks.drop("P").drop(columns="P"), walks.drop("P").drop(columns="P"), speed_m_min=SPEED
    )
    gap = without.set_index(["place_id", "step"]).loc[("L", 1)]
    assert gap["next_stage"] == "transfer" and pd.isna(gap["next_id"]) and pd.isna(gap["walk_s"])


def test_shares_by_hand():
    cost = pd.DataFrame({"ip": [4000, 4001, pd.NA], "ai": [pd.NA] * 3}, index=list("abc"), dtype="Int32")
    heads = pd.Series([1.0, 3.0, 6.0], index=list("abc"))
    found = coverage.shares(cost, heads, speed_m_min=SPEED, subject="type", known=["ip"]).set_index(["type", "minutes"])
    assert found.loc[("ip", 5), ["share", "count", "total"]].tolist() == [0.1, 1.0, 10.0]
    assert found.loc[("ip", 10), "share"] == 0.4 and found.loc[("ip", 15), "share"] == 0.4
    assert found.loc["ai"][["share", "count"]].isna().all(axis=None), "no such station: nothing is known"
    assert coverage.shares(cost, heads * 0, speed_m_min=SPEED, subject="type")["share"].isna().all()


def matrices(origins, stations, values):
    """Station ids s0 …, walks there and back, and between stations, from a flat list of whole numbers or None."""
    ids = [f"s{n}" for n in range(stations)]
    take = iter(values)

    def block(rows, columns):
        return pd.DataFrame([[next(take) for _ in columns] for _ in rows], index=rows, columns=columns).astype("Int32")

    names = [f"o{n}" for n in range(origins)]
    return block(names, ids), block(ids, ids), block(names, ids)


def by_brute_force(there, between, home, types, wanted, back):
    """Try every choice of one station a type in every order."""
    best = {}
    for origin in there.index:
        for choice in product(*([i for i in types.index if types[i] == t] for t in wanted)):
            for order in permutations(choice):
                legs = [
                    there.loc[origin, order[0]],
                    *(between.loc[a, b] for a, b in pairwise(order)),
                ]
                if back:
                    legs.append(home.loc[origin, order[-1]])
                if not any(pd.isna(leg) for leg in legs):
                    total = int(sum(legs))
                    best[origin] = min(best.get(origin, total), total)
    return best


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=2 * 6 * 2 + 36, max_size=2 * 6 * 2 + 36),
    st.lists(st.sampled_from("abc"), min_size=6, max_size=6),
    st.sampled_from(["a", "ab", "cab"]),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_one_trip_is_what_brute_force_finds(values, kinds, wanted, back):
    there, between, home = matrices(2, 6, values)
    types = pd.Series(kinds, index=there.columns)
    found = services.one_trip(there, between, home, types, list(wanted), back=back)
    best = by_brute_force(there, between, home, types, list(wanted), back)
    for origin in there.index:
        cost = found.loc[origin, "cost_dm"]
        assert (None if pd.isna(cost) else int(cost)) == best.get(origin)
        if pd.notna(cost):
            order = found.loc[origin, "stations"].split("; ")
            assert sorted(types[order]) == sorted(wanted)
            legs = [there.loc[origin, order[0]], *(between.loc[a, b] for a, b in pairwise(order))]
            assert int(cost) == sum(legs) + (home.loc[origin, order[-1]] if back else 0)


def test_one_trip_by_hand(street):
    """From C (500 m): quality at 300 m, ip at 600 and at 100, ai at 900: west first costs 200 + 600, east first more."""
    at = {"q": 3000, "ip": 6000, "ip2": 1000, "ai": 9000}
    stations, origin = houses(at), houses({"C": 5000})
    types = pd.Series({"q": "quality", "ip": "ip", "ip2": "ip", "ai": "ai"})
    there = linkage.matrix(street, origin, stations, cutoff_dm=FAR)
    home = linkage.matrix(street, stations, origin, cutoff_dm=FAR).T
    between = linkage.matrix(street, stations, stations, cutoff_dm=FAR)
    found = services.one_trip(there, between, home, types, ["ip", "ai", "quality"])
    assert found.loc["C"].tolist() == [8000, "q; ip; ai"]
    round_trip = services.one_trip(there, between, home, types, ["ip", "ai", "quality"], back=True)
    assert round_trip.loc["C", "cost_dm"] == 12000
    assert services.one_trip(there, between, home, types, ["ip", "fintech"])["cost_dm"].isna().all()
    with pytest.raises(NetworkError):
        services.one_trip(there, between, home, types, ["ip", "ip"])


def tour_length(walk, order, back):
    legs = [*pairwise(order), *([(order[-1], order[0])] if back else [])]
    return sum(walk[a, b] for a, b in legs)


@given(st.integers(2, 6), st.integers(0, 10**6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_shortest_order_is_what_brute_force_finds(n, seed, back):
    walk = np.random.default_rng(seed).integers(0, 30, (n, n)).astype(float)
    order, method = trails.shortest_order(walk, back=back)
    assert method == "exact" and sorted(order) == list(range(n)) and (not back or order[0] == 0)
    assert tour_length(walk, order, back) == min(tour_length(walk, p, back) for p in permutations(range(n)))


def test_many_stops_are_ordered_by_a_stated_heuristic():
    """Twenty stops mixed along a line: the best open walk runs from one end to the other."""
    spots = np.random.default_rng(1).permutation(20) * 100.0
    walk = np.abs(spots[:, None] - spots[None])
    order, method = trails.shortest_order(walk, back=False)
    assert method == "heuristic" and tour_length(walk, order, False) == 1900
    ring, _ = trails.shortest_order(walk, back=True)
    assert ring[0] == 0 and tour_length(walk, ring, True) == 3800


def test_a_leg_without_a_way_is_avoided_where_possible():
    walk = np.array([[0, 10, np.nan], [10, 0, 10], [np.nan, 10, 0]])
    assert trails.shortest_order(walk, back=False)[0] in ([0, 1, 2], [2, 1, 0])


def test_trail_by_hand(street):
    stops = houses({"a": 9000, "b": 1000, "c": 5000})
    walk = linkage.matrix(street, stops, stops, cutoff_dm=FAR)
    given_ = trails.trail(street, stops, walk, back=False, order="given", cutoff_dm=FAR)
    assert given_.legs["walk_dm"].tolist() == [8000, 4000] and given_.method == "given"
    best = trails.trail(street, stops, walk, back=False, order="shortest", cutoff_dm=FAR)
    assert best.legs["walk_dm"].sum() == 8000 and best.order in ([0, 2, 1], [1, 2, 0])
    ring = trails.trail(street, stops, walk, back=True, order="given", cutoff_dm=FAR)
    assert ring.legs["length_dm"].tolist() == [8000, 4000, 4000] and ring.line.length == 1600
    assert ring.line.coords[0] == ring.line.coords[-1] == (900.0, 0.0)
    lost = trails.trail(
        street, points_at([(0, 0, 0), (None, 0, 0)]), walk.iloc[:2, :2], back=False, order="given", cutoff_dm=FAR
    )
    assert not lost.complete and lost.line is None


def test_groups_by_hand():
    firms = pd.DataFrame(
        {
            "industry": pd.array(["芯片; 材料", "材料; 材料", pd.NA, "; 软件"], dtype="string"),
            "staff": pd.array([10, 5, 2, pd.NA], dtype="Int64"),
            "technology": pd.array([True, False, pd.NA, pd.NA], dtype="boolean"),
        },
        index=list("abcd"),
    )
    measures = {"staff": ("staff", "sum"), "tech": ("technology", "share")}
    found = by_group(firms, "industry", measures=measures).set_index("group")
    assert found["count"].to_dict() == {"材料": 2, "芯片": 1, "软件": 1, pd.NA: 2}
    assert found.loc["材料", ["staff", "tech"]].tolist() == [15.0, 0.5]
    assert found.loc["软件", ["staff", "tech"]].isna().all(), "nothing known is not nothing"
    assert by_group(firms, "industry", only=["芯片"])["group"].tolist() == ["芯片"]
    trips = pd.DataFrame({"origin": ["a", "a", "c"], "within": [True, False, True]})
    by_record = by_group(trips, "industry", records=firms, key="origin", measures={"w": ("within", "share")})
    assert by_record.set_index("group")["w"].to_dict() == {"材料": 0.5, "芯片": 0.5, pd.NA: 1.0}
    assert by_group(firms.iloc[:0], "industry", measures=measures).columns.tolist() == [
        "group",
        "count",
        "staff",
        "tech",
    ]
