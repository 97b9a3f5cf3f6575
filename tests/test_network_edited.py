"""Networks after an edit: cuts change nothing, closing never helps, opening and adding never harm."""

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from worlds import gate_table, points_at, random_points, street_table, towns_of

from corridor.access import travel_table
from corridor.network import build_network, transfer

FAST = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SEEDS = st.integers(0, 2**32 - 1)
POLICIES = st.sampled_from(["residents", "open", "public"])
FAR = 1_000_000


def walks(network, a, b, impedance="cost"):
    """Return {(row of a, row of b): decimetres}."""
    table = travel_table(network, a, b, cutoff_dm=FAR, impedance=impedance)
    return {(i, j): d for i, j, d in table.itertuples(index=False, name=None)}


class Before:
    """A drawn town, its network, and points on it."""

    def __init__(self, seed: int, policy: str) -> None:
        self.rng = np.random.default_rng(seed)
        self.streets, self.gates = towns_of(self.rng, 12)
        self.how = {"gates_policy": policy, "steps_factor": float(self.rng.choice([1.0, 1.7, 2.0]))}
        self.network = build_network(self.streets, self.gates, **self.how)
        self.a, self.b = random_points(self.rng, self.network, 60), random_points(self.rng, self.network, 60)

    def after(self, *, streets=None, gates=None):
        """Return the edited network, and the same points on it."""
        new = build_network(
            self.streets if streets is None else streets, self.gates if gates is None else gates, **self.how
        )
        return new, transfer(self.a, self.network, new), transfer(self.b, self.network, new)

    def some_places(self, count: int):
        """Return (street, position in dm) strictly between two vertices, drawn at random."""
        edges = self.network.edges[self.network.edges["length_dm"] > 1]
        for row in self.rng.choice(len(edges), min(count, len(edges)), replace=False):
            edge = edges.iloc[row]
            yield edge["street_id"], int(edge["from_dm"]) + int(self.rng.integers(1, edge["length_dm"]))


def with_pairs(streets, column, found):
    pairs = pd.Series([None] * len(streets), index=streets.index, dtype=object)
    for street, pair in found:
        pairs[street] = tuple(sorted({*(pairs[street] or ()), pair}))
    return streets.assign(**{column: pairs})


@FAST
@given(SEEDS, POLICIES)
def test_p15_a_cut_changes_no_walk(seed, policy):
    before = Before(seed, policy)
    places = list(before.some_places(20))
    cut = with_pairs(before.streets, "cuts", [(s, (p, -(10**9) - i)) for i, (s, p) in enumerate(places)])
    network, a, b = before.after(streets=cut)
    assert len(network.edges) > len(before.network.edges)
    assert walks(network, a, b, "length") == walks(before.network, before.a, before.b, "length")


def test_a_cut_of_steps_keeps_the_cost():
    """Ten metres of steps at factor 1.7 cost 17 m, cut at 3.3 m: 5.6 m and 11.4 m."""
    streets = street_table([{"stops": [(1, 0, 0), (2, 10, 0)], "steps": True}])
    cut = with_pairs(streets, "cuts", [("way/0000", (33, -5))])
    network = build_network(cut, gate_table({}), steps_factor=1.7)
    assert network.edges["length_dm"].tolist() == [33, 67]
    assert network.edges["cost_dm"].tolist() == [56, 114]
    assert network.edges["from_dm"].tolist() == [0, 33]


@FAST
@given(SEEDS, POLICIES)
def test_p9_closing_a_street_never_helps(seed, policy):
    before = Before(seed, policy)
    edges = before.network.edges
    rows = before.rng.choice(len(edges), 6)
    shut = {(edges["street_id"].iloc[r], (int(edges["from_dm"].iloc[r]), int(edges["from_dm"].iloc[r] + edges["length_dm"].iloc[r]))) for r in rows}  # fmt: skip
    parted = [(s, (p, -(10**9) - i)) for i, (s, pair) in enumerate(sorted(shut)) for p in pair]
    streets = with_pairs(with_pairs(before.streets, "closed", sorted(shut)), "cuts", parted)
    network, a, b = before.after(streets=streets)
    assert network.edges["closed"].any()
    known = walks(before.network, before.a, before.b)
    for pair, distance in walks(network, a, b).items():
        assert known[pair] <= distance


@FAST
@given(SEEDS, POLICIES)
def test_p9_opening_gates_never_harms(seed, policy):
    before = Before(seed, policy)
    chosen = before.rng.choice(["public", "residents", ""], len(before.gates))
    gates = before.gates.assign(opened=pd.Series(chosen, before.gates.index).replace("", None), closed=False)
    network, a, b = before.after(gates=gates)
    after = walks(network, a, b)
    for pair, distance in walks(before.network, before.a, before.b).items():
        assert after[pair] <= distance


@FAST
@given(SEEDS, POLICIES)
def test_p9_shutting_gates_never_helps(seed, policy):
    before = Before(seed, policy)
    gates = before.gates.assign(opened=None, closed=before.rng.random(len(before.gates)) < 0.5)
    network, a, b = before.after(gates=gates)
    known = walks(before.network, before.a, before.b)
    for pair, distance in walks(network, a, b).items():
        assert known[pair] <= distance


@FAST
@given(SEEDS, POLICIES)
def test_p9_a_new_street_never_harms(seed, policy):
    before = Before(seed, policy)
    ends = list(before.some_places(2))
    if len({street for street, _ in ends}) < 2:
        return
    streets = with_pairs(before.streets, "cuts", [(s, (p, -(10**9) - i)) for i, (s, p) in enumerate(ends)])
    points = [before.streets.geometry[s].interpolate(p / 10) for s, p in ends]
    new = street_table([{"stops": [(-(10**9) - i, point.x, point.y) for i, point in enumerate(points)]}])
    new.index = ["scenario/new"]
    streets = pd.concat([streets.assign(added=False), new.assign(added=True, cuts=None)]).rename_axis("street_id")
    network, a, b = before.after(streets=streets)
    after = walks(network, a, b)
    for pair, distance in walks(before.network, before.a, before.b).items():
        assert after[pair] <= distance


def test_a_compound_is_walked_through_once_two_gates_stand_open():
    """A compound of 100 m between two streets that otherwise meet 300 m away.

    ::

        a ---- 50 ---- b ---- 300 ---- c        the street round: b-c
                       |g1             |
                       x ---- 80 ----- y g2     private: b-x 10, x-y 80, y-c 10
    """
    streets = street_table(
        [
            {"stops": [(1, 0, 0), (2, 50, 0)]},
            {"stops": [(2, 50, 0), (9, 100, 140), (3, 130, 0)], "name": "round"},
            {"stops": [(2, 50, 0), (4, 50, -10)], "walk": "private"},
            {"stops": [(4, 50, -10), (5, 130, -10)], "walk": "private"},
            {"stops": [(5, 130, -10), (3, 130, 0)], "walk": "private"},
        ]
    )
    gates = gate_table({4: "residents", 5: "residents"})
    network = build_network(streets, gates)
    start, end = points_at([(0, 0, 0)]), points_at([(1, int(network.edges["length_dm"].iloc[1]), 0)])
    home = points_at([(3, 400, 0)])
    round_dm = int(network.edges["length_dm"].iloc[1])
    assert walks(network, start, end) == {(0, 0): 500 + round_dm}
    for opened, expected in (([True, False], 500 + round_dm), ([True, True], 500 + 100 + 800 + 100)):
        new = build_network(
            streets, gates.assign(opened=[{True: "public", False: None}[one] for one in opened], closed=False)
        )
        assert walks(new, transfer(start, network, new), transfer(end, network, new)) == {(0, 0): expected}
        assert walks(new, transfer(home, network, new), transfer(end, network, new)) == {(0, 0): 400 + 100}


def test_who_lives_on_a_closed_street_still_comes_and_goes():
    """Three streets in a row, 100 m each; the middle one is closed."""
    streets = street_table([{"stops": [(k, 100 * k, 0), (k + 1, 100 * k + 100, 0)]} for k in range(3)])
    network = build_network(with_pairs(streets, "closed", [("way/0001", (0, 1000))]), gate_table({}))
    west, middle, east = points_at([(0, 0, 0)]), points_at([(1, 500, 0)]), points_at([(2, 1000, 0)])
    assert walks(network, west, east) == {}
    assert walks(network, west, middle) == {(0, 0): 1500}
    assert walks(network, middle, east) == {(0, 0): 1500}
