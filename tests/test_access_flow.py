"""Betweenness: numbers worked on paper, and any town against networkx on a physically split graph."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import compress, pairwise, product

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from worlds import gate_table, points_at, street_table, world, worlds

from corridor.access import _passages, betweenness, betweenness_within, flow_by
from corridor.errors import NetworkError
from corridor.network import build_network

FAST = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Finer than a decimetre, so that of equally long walks the one with fewer streets of no length is shorter.
FINE = 512


def split(network, *tables):
    """Return a graph cut at every point, a node in the middle of each piece; whoever stands at an end is its node.

    Arcs hold `weight` and the `piece` they are half of: (edge, share of the edge).
    """
    graph = nx.DiGraph()
    edges = network.edges
    stops = defaultdict(set)
    for number, along in (at for table in tables for at in where(edges, table)):
        stops[number].add(along)
    for number, edge in enumerate(edges.itertuples()):
        weight = edge.cost_dm
        marks = [0, *sorted(stops[number] - {0, weight}), weight]
        names = [("node", edge.u), *(("point", number, at) for at in marks[1:-1]), ("node", edge.v)]
        ways = [open_way or weight == 0 for open_way in (edge.oneway_foot >= 0, edge.oneway_foot <= 0)]
        for (low, a), (high, b) in pairwise(zip(marks, names, strict=True)):
            half, share = FINE * (high - low) or 1, (high - low) / weight if weight else 1.0
            for (start, end), phase in product(compress(((a, b), (b, a)), ways), (0, 2) if edge.private else (1,)):
                middle = ("middle", number, low, start)
                graph.add_edge((start, phase), (middle, phase), weight=half, piece=(number, share))
                graph.add_edge((middle, phase), (end, phase), weight=half)
    for thing in {thing for thing, _ in graph}:
        for phase in (0, 1):
            graph.add_edge((thing, phase), (thing, phase + 1), weight=0)
    return graph


def where(edges, table):
    """Return (edge, place along it in its cost) of each point, None for points off the network."""
    found = []
    for edge, offset in zip(table["edge"], table["offset_dm"], strict=True):
        if pd.isna(edge):
            found.append((None, 0))
        else:
            length, cost = int(edges["length_dm"][edge]), int(edges["cost_dm"][edge])
            found.append((int(edge), (2 * int(offset) * cost + length) // (2 * length) if length else 0))
    return found


def spot(edges, number, along):
    """Return the place of the split graph where a point stands."""
    edge = edges.loc[number]
    ends = {edge["cost_dm"]: ("node", edge["v"]), 0: ("node", edge["u"])}
    return ends.get(along, ("point", number, along))


def pairs_within(network, origins, goals, radius, same):
    """Yield (origin row, goal row, walks): each walk a list of pieces, the same place a walk without any."""
    edges = network.edges
    graph = split(network, origins, goals)
    at = [[None if at[0] is None else spot(edges, *at) for at in where(edges, t)] for t in (origins, goals)]
    # Whoever stands where a public street ends stands outside the compound that begins there.
    private = [edges["private"].reindex(table["edge"].fillna(-1)).fillna(False).tolist() for table in (origins, goals)]
    aside = [table["connector_dm"].fillna(0).astype(int).tolist() for table in (origins, goals)]
    for i, start in enumerate(at[0]):
        if start is None:
            continue
        source = start, 0 if private[0][i] else 1
        before, reach = nx.dijkstra_predecessor_and_distance(graph, source)
        for j, goal in enumerate(at[1]):
            if goal is None or (same and i == j):
                continue
            target = goal, 2 if private[1][j] else 1
            if target in reach and reach[target] // (2 * FINE) + aside[0][i] + aside[1][j] <= radius:
                paths = nx.algorithms.shortest_paths.generic._build_paths_from_predecessors({source}, target, before)
                streets = {
                    tuple(
                        graph.edges[a, b]["piece"] + (a[0],) for a, b in pairwise(path) if "piece" in graph.edges[a, b]
                    )
                    for path in paths
                }
                yield i, j, streets


def expected(network, origins, goals, radius, *, same, produced, drawn, shared):
    """Return the flow on each edge, walk by walk."""
    flow = Counter()
    found = list(pairs_within(network, origins, goals, radius, same))
    reached = Counter()
    for i, j, _ in found:
        reached[i] += drawn[j]
    for i, j, streets in found:
        trips = produced[i] * drawn[j]
        if shared:
            trips = trips / reached[i] if reached[i] else 0.0
        for street in streets:
            for number, share, _ in street:
                flow[number] += trips * share / len(streets)
    return [flow[number] for number in range(len(network.edges))]


@FAST
@given(worlds(), st.sampled_from([120, 400, 3000]), st.booleans(), st.booleans())
def test_every_walk_counted_by_itself(world, radius, same, shared):
    """Ties, loops, parallel streets, one-way streets, compounds, points on one edge, streets of no length."""
    origins = world.origins.assign(people=np.arange(len(world.origins)) % 4)
    goals = None if same else world.opportunities.assign(floor=1 + np.arange(len(world.opportunities)) % 3)
    asked = {
        "origin_weight": "people",
        "opportunity_weight": "people" if same else "floor",
        "trips": "shared" if shared else "product",
    }
    found = betweenness(world.network, origins, goals, radius_dm=radius, threads=2, **asked)
    both = betweenness_within(world.network, origins, goals, radii_dm=[radius, radius // 2], **asked)
    assert both[radius].equals(found.rename(radius))
    nearer = betweenness(world.network, origins, goals, radius_dm=radius // 2, **asked)
    assert both[radius // 2].equals(nearer.rename(radius // 2))
    ends = origins.assign(floor=origins["people"]) if same else goals
    slow = expected(
        world.network,
        origins,
        ends,
        radius,
        same=same,
        produced=origins["people"].tolist(),
        drawn=ends["floor"].tolist(),
        shared=shared,
    )
    assert found.index.equals(world.network.edges.index)
    assert found.tolist() == pytest.approx(slow, abs=1e-6)


def test_radii_in_any_order_twice_or_none():
    drawn = world(11, towns=6, policy="open")
    given = drawn.network, drawn.origins, drawn.opportunities
    found = betweenness_within(*given, radii_dm=(401, 0, 401.0, np.int64(120), 3000))
    assert found.columns.tolist() == [401, 0, 120, 3000]
    for radius in found:
        assert found[radius].equals(betweenness(*given, radius_dm=radius).rename(radius))
    assert found[3000].sum() > found[401].sum() > 0
    for radii, words in (
        ((), "no radius is given"),
        ((400, -1), "cutoff -1 is not a whole number"),
        ((400.5, 800), "cutoff 400.5 is not"),
        ((float("nan"), None, "800"), "cutoff None is not"),
    ):
        with pytest.raises(NetworkError, match=words):
            betweenness_within(*given, radii_dm=radii)


def test_networkx_edge_betweenness_subset():
    """On an open town: the textbook's function, one pair at a time so that the radius can be kept."""
    drawn = world(11, towns=6, policy="open")
    network = drawn.network
    found = betweenness(network, drawn.origins, drawn.opportunities, radius_dm=400)
    graph = split(network, drawn.origins, drawn.opportunities)
    total = Counter()
    for i, j, _ in pairs_within(network, drawn.origins, drawn.opportunities, 400, same=False):
        a, b = (
            spot(network.edges, *where(network.edges, table.iloc[[row]])[0])
            for table, row in ((drawn.origins, i), (drawn.opportunities, j))
        )
        if a != b:
            one_phase = nx.subgraph_view(graph, filter_node=lambda node: node[1] == 1)
            for arc, value in nx.edge_betweenness_centrality_subset(
                one_phase, [(a, 1)], [(b, 1)], weight="weight"
            ).items():
                if "piece" in graph.edges[arc]:
                    number, share = graph.edges[arc]["piece"]
                    total[number] += value * share
    assert found.tolist() == pytest.approx([total[number] for number in range(len(network.edges))], abs=1e-6)


#   A ----100---- B ----200---- C          one street, a junction at B
#
@pytest.fixture
def line():
    streets = street_table(
        [
            {"stops": [(1, 0.0, 0.0), (2, 100.0, 0.0)], "street_id": "way/1"},
            {"stops": [(2, 100.0, 0.0), (3, 300.0, 0.0)], "street_id": "way/2"},
            {"stops": [(2, 100.0, 0.0), (9, 100.0, 50.0)], "street_id": "way/3"},
        ]
    )
    return build_network(streets, gate_table({}))


def test_three_homes_by_hand(line):
    homes = points_at([(0, 0, 0), (1, 0, 0), (1, 2000, 0)])
    assert betweenness(line, homes, radius_dm=3000).tolist() == [4, 4, 0]
    # A and C are 300.0 m apart; the walk of B and C has 200.0 m
    assert betweenness(line, homes, radius_dm=2999).tolist() == [2, 2, 0]
    assert betweenness(line, homes, radius_dm=1999).tolist() == [2, 0, 0]


def test_part_of_a_street_counts_a_part(line):
    home, shop = points_at([(1, 500, 0)]), points_at([(1, 1500, 0), (0, 250, 0)])
    # half of way/2 to the first shop; a quarter of it and three quarters of way/1 to the second
    assert betweenness(line, home, shop, radius_dm=5000).tolist() == [0.75, 0.5 + 0.25, 0]


def test_weights_by_hand(line):
    homes = points_at([(0, 0, 0), (1, 2000, 0)]).assign(people=[10, 2.5])
    shops = points_at([(1, 0, 0), (2, 500, 0)]).assign(floor=[300, 100])
    options = {"radius_dm": 5000, "origin_weight": "people", "opportunity_weight": "floor"}
    assert betweenness(line, homes, shops, **options).tolist() == [10 * 400, 2.5 * 400, 12.5 * 100]
    # 12.5 people walk: all 10 along way/1, all 2.5 along way/2, a quarter of them on to the second shop
    assert betweenness(line, homes, shops, trips="shared", **options).tolist() == [10, 2.5, 3.125]
    assert betweenness(line, homes, shops.iloc[:0], trips="shared", **options).tolist() == [0, 0, 0]


def test_equal_walks_share_equally():
    """A square block: from corner to corner two ways of the same length."""
    streets = street_table(
        [
            {"stops": [(1, 0.0, 0.0), (2, 100.0, 0.0)]},
            {"stops": [(2, 100.0, 0.0), (3, 100.0, 100.0)]},
            {"stops": [(1, 0.0, 0.0), (4, 0.0, 100.0)]},
            {"stops": [(4, 0.0, 100.0), (3, 100.0, 100.0)]},
        ]
    )
    block = build_network(streets, gate_table({}))
    start, end = points_at([(0, 0, 0)]), points_at([(1, 1000, 0)])
    assert betweenness(block, start, end, radius_dm=2000).tolist() == [0.5] * 4


def test_nobody_walks_through_a_closed_street(line):
    """Who stands on it walks off it by either end; who does not goes round or not at all."""
    closed = replace(line, edges=line.edges.assign(closed=line.edges.index == 0), _derived={})
    ends, inside = points_at([(0, 0, 0), (1, 2000, 0)]), points_at([(0, 500, 0), (1, 2000, 0)])
    assert betweenness(closed, ends, radius_dm=9000).tolist() == [0, 0, 0]
    assert betweenness(closed, inside, radius_dm=9000).tolist() == [2 * 0.5, 2, 0]


def test_doors_of_one_building_make_one_trip(line):
    doors = points_at([(0, 500, 0), (1, 1000, 30)])
    doors.index = pd.Index(["tower", "tower"], name="building")
    shop = points_at([(1, 0, 0), (0, 0, 0)]).assign(source_id=["mall", "mall"])
    # from the first door 50 m either way, so half a trip each, over half of way/1 in all
    assert betweenness(line, doors, shop, radius_dm=5000).tolist() == [0.5, 0, 0]


def test_flow_by_street(line):
    flow = pd.Series([4.0, 8.0, 0.0], index=line.edges.index, dtype="Float64")
    group = pd.Series(["main", "main", pd.NA], index=line.edges.index, dtype="str")
    table = flow_by(line, flow, group)
    assert table.loc["main"].tolist() == [300.0, 100 * 4.0 + 200 * 8.0, 2000 / 300, 8.0]
    assert flow_by(line, flow).index.tolist() == ["way/1", "way/2", "way/3"]


def test_requests_that_cannot_be_met_name_all_faults(line):
    homes = points_at([(0, 0, 0)]).assign(people=[-1.0])
    with pytest.raises(NetworkError) as fault:
        betweenness(line, homes, radius_dm=-1, origin_weight="heads", threads=0)
    assert [problem.where for problem in fault.value.problems] == ["origins", "radius_dm", "threads"]
    with pytest.raises(NetworkError, match="not numbers"):
        betweenness(line, homes, radius_dm=5, origin_weight="people")
    with pytest.raises(NetworkError, match="too large"):
        betweenness(line, points_at([(0, 0, 0)] * 4000).assign(w=9e11), radius_dm=5, opportunity_weight="w")


@FAST
@given(worlds(), st.randoms(use_true_random=False))
def test_order_and_threads_change_no_bit(world, random):
    people = world.origins.assign(w=np.arange(len(world.origins)) / 7)
    goals = world.opportunities.assign(v=np.arange(len(world.opportunities)) / 3, source_id=world.opportunities.index)
    rows, columns = list(people.index), list(goals.index)
    random.shuffle(rows)
    random.shuffle(columns)
    for trips in ("product", "shared"):
        options = {"radius_dm": 900, "origin_weight": "w", "opportunity_weight": "v", "trips": trips}
        one = betweenness(world.network, people, goals, threads=1, **options)
        two = betweenness(world.network, people.loc[rows], goals.loc[columns], threads=2, **options)
        pd.testing.assert_series_equal(one, two, check_exact=True)


def whole_streets(real, *arguments, **options):
    pieces = real(*arguments, **options)
    return type(pieces)(pieces.key, pieces.other, pieces.cost, pieces.edge, np.ceil(pieces.share))


def no_direct_walks(real, *arguments):
    pieces = real(*arguments)
    return type(pieces)(*(column[:0] for column in vars(pieces).values()))


def one_layer_too_many(real, found, at, **options):
    """Let walks within a compound also count as walks that leave it."""
    return real(found, at, layers=((0, 1, 2), (0, 1, 2)), leaving=options["leaving"])


@pytest.mark.parametrize(
    ("name", "fault"),
    [("_pieces", whole_streets), ("direct_pieces", no_direct_walks), ("_pieces", one_layer_too_many)],
    ids=["parts taken for wholes", "same-edge walk forgotten", "walks counted twice"],
)
def test_faults_put_in_on_purpose_are_caught(monkeypatch, name, fault):
    def agrees(seed):
        drawn = world(seed, towns=8)
        ones = [1] * len(drawn.origins)
        slow = expected(
            drawn.network,
            drawn.origins,
            drawn.opportunities,
            400,
            same=False,
            produced=ones,
            drawn=ones,
            shared=False,
        )
        return betweenness(drawn.network, drawn.origins, drawn.opportunities, radius_dm=400).tolist() == pytest.approx(
            slow, abs=1e-6
        )

    assert all(agrees(seed) for seed in range(3))
    real = getattr(_passages, name)
    monkeypatch.setattr(_passages, name, lambda *a, **k: fault(real, *a, **k))
    assert not all(agrees(seed) for seed in range(3))
