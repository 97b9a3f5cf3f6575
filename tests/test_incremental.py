"""What-if edits: repaired access equals access built from scratch, cell by cell, whatever happens to a town."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from worlds import gate_table, points_at, random_points, street_table, towns_of, world

from corridor.access import cumulative, gravity, nearest
from corridor.access.decay import Linear
from corridor.access.incremental import Baseline, Edit, Opportunity, Origin, opportunities_of, origins_of
from corridor.errors import NetworkError
from corridor.network import build_network, transfer
from corridor.network.difference import difference
from corridor.network.edits import StreetDraft, edited, nothing, renumbered

FAST = settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
NEAREST, COUNTED = 900, (60, 150, 400)
KINDS = ["a", "b"]


def baseline(town, **more):
    return Baseline.build(
        town.network,
        town.origins,
        town.opportunities,
        nearest_dm=NEAREST,
        counts_dm=COUNTED,
        categories=KINDS,
        decay=Linear(30),
        threads=1,
        **more,
    )


def table_after(table, removed, added, fields):
    """Return the rows that stay, then those that came."""
    more = pd.DataFrame(list(added), columns=fields).set_index("label")
    more = more.astype({"edge": "Int64", "offset_dm": "Int32", "connector_dm": "Int32"})
    stay = table[~table.index.isin(removed)].rename_axis("label")
    return pd.concat([stay, more]) if len(more) else stay


def from_scratch(town, edit, weight=None):
    """Build the edited network and search it whole; the slow, plain answer."""
    streets = edit.streets or nothing(town.network)
    network = edited(town.network, streets)
    goals = town.opportunities.copy()
    goals["source"] = goals.get("source_id", goals.index)
    goals["weight"] = goals.get("weight", 1.0)
    goals = table_after(
        goals.drop(columns=["source_id"], errors="ignore"),
        edit.opportunities_removed,
        [p._replace(source=p.label if p.source is None else p.source) for p in edit.opportunities_added],
        Opportunity._fields,
    ).rename(columns={"source": "source_id"})
    homes = table_after(town.origins, edit.origins_removed, edit.origins_added, Origin._fields)
    goals, homes = renumbered(streets, goals), renumbered(streets, homes)
    near = {
        name: nearest(network, homes, goals, cutoff_dm=NEAREST, impedance=name, categories=KINDS, threads=1)
        for name in ("cost", "length")
    }
    same = {"categories": KINDS, "weight": weight, "threads": 1}
    counts = cumulative(network, homes, goals, cutoffs_dm=COUNTED, **same)
    return near, counts, gravity(network, homes, goals, Linear(30), cutoff_dm=COUNTED[-1], **same)


def check(town, base, edit, weight=None):
    """Compare a repair with the search from scratch; return the delta."""
    delta = base.update(edit)
    found = base.tables(delta)
    near, counts, pull = from_scratch(town, edit, weight)
    for name, full in near.items():
        pd.testing.assert_frame_equal(found.nearest[name].sort_index(), full.sort_index(), check_names=False)
    pd.testing.assert_frame_equal(found.counts.sort_index(), counts.sort_index(), check_names=False)
    pd.testing.assert_frame_equal(found.gravity.sort_index(), pull.sort_index(), check_names=False, check_exact=True)
    return delta


def exactly_the_changed(base, delta):
    """Tell that every cell listed differs from the baseline, and none is listed twice."""
    for name, cells in delta.nearest.items():
        known = cells.origin < len(base.labels)
        old = base.nearest[name][cells.origin[known], cells.category[known]]
        assert (old != cells.value[known]).all()
        assert len(set(zip(cells.origin.tolist(), cells.category.tolist(), strict=True))) == len(cells)
    cells = delta.sums
    known = cells.origin < len(base.labels)
    at = cells.origin[known], cells.category[known], cells.which[known]
    was_missing = ~base.attached[cells.origin[known]]
    assert ((base.sums[at] != cells.value[known]) | (was_missing != cells.missing[known])).all()


def draw_streets(rng, network, edits):
    """Draw a few changes of streets, of all kinds and on top of one another."""
    draft = StreetDraft(network)
    length = network.edges["length_dm"].to_numpy()
    component = network.nodes["component"].to_numpy()

    def spot(edge):
        return draft.node_on(edge, int(rng.integers(0, length[edge] + 1)))

    for _ in range(edits):
        edge = int(rng.integers(0, len(length)))
        kind = rng.integers(0, 8)
        if kind == 0:
            draft.close(edge)
        elif kind == 1:
            a, b = sorted(rng.integers(0, length[edge] + 1, 2).tolist())
            draft.close(edge, a, b)
        elif kind == 2:
            draft.change(edge, cost_dm=int(rng.choice([0, length[edge], 2 * length[edge] + 3])))
        elif kind == 3:
            draft.change(edge, private=bool(rng.random() < 0.5))
        elif kind == 4:
            draft.change(edge, oneway_foot=int(rng.integers(-1, 2)))
        elif kind == 5:
            draft.change(edge, **{str(rng.choice(["u", "v"])): draft.node(0.0, 0.0)})
        else:
            near = np.flatnonzero(component == network.edges["component"].iloc[edge])
            other = int(rng.integers(0, len(length)))
            ends = (spot(edge), spot(other) if kind == 6 else int(rng.choice(near)))
            draft.add(
                *ends,
                length_dm=int(rng.choice([0, rng.integers(1, 90)])),
                private=bool(rng.random() < 0.3),
                oneway_foot=int(rng.choice([0, 0, 1, -1])),
            )
    return draft.done()


def draw_points(rng, town, streets, count):
    """Draw points on old and new edges: (edge, offset, connector)."""
    lengths = [*town.network.edges["length_dm"].tolist(), *(edge.length_dm for edge in streets.added)]
    for edge in rng.integers(0, len(lengths), count).tolist():
        offset = int(rng.choice([0, lengths[edge], rng.integers(0, lengths[edge] + 1)]))
        yield None if rng.random() < 0.1 else edge, offset, int(rng.choice([0, 7, 100]))


def draw_edit(rng, town, streets=3, points=3):
    """Draw a scenario with everything in it."""
    change = draw_streets(rng, town.network, int(rng.integers(0, streets + 1)))
    goals, homes = town.opportunities.index.tolist(), town.origins.index.tolist()
    gone = rng.choice(goals, int(rng.integers(0, points + 1)), replace=False).tolist()
    left = rng.choice(homes, int(rng.integers(0, points + 1)), replace=False).tolist()
    came = [
        Opportunity(
            gone[i] if i < len(gone) and rng.random() < 0.5 else 10_000 + i,
            str(rng.choice(["a", "b", "z"])),
            *at,
            source=rng.choice([None, 3, "new"]),
            weight=float(rng.integers(0, 5)),
        )
        for i, at in enumerate(draw_points(rng, town, change, int(rng.integers(0, points + 1))))
    ]
    moved = [
        Origin(left[i] if i < len(left) and rng.random() < 0.5 else int(rng.choice([20_000 + i, homes[0]])), *at)
        for i, at in enumerate(draw_points(rng, town, change, int(rng.integers(0, points + 1))))
    ]
    return Edit(change, tuple(gone), tuple(came), tuple(left), tuple(moved))


def peopled(town, rng):
    """Give a world opportunities with several doors and origins with several doors."""
    town.opportunities["source_id"] = rng.integers(0, int(0.8 * len(town.opportunities)), len(town.opportunities))
    town.opportunities["weight"] = rng.integers(0, 9, len(town.opportunities)) / 4
    town.origins.index = rng.integers(0, int(0.9 * len(town.origins)), len(town.origins))
    return town


@FAST
@given(st.integers(0, 2**32 - 1), st.sampled_from(["residents", "open"]), st.booleans())
def test_p13_repaired_is_built_from_scratch(seed, policy, weighted):
    rng = np.random.default_rng(seed)
    town = peopled(world(seed, towns=8, policy=policy), rng)
    weight = "weight" if weighted else None
    base = baseline(town, weight=weight)
    for _ in range(4):
        exactly_the_changed(base, check(town, base, draw_edit(rng, town), weight))
    assert base.update(Edit()).empty


class Scenarios(RuleBasedStateMachine):
    """Edits pile up in one scenario, are taken back, moved and replaced; at every step repair equals rebuilding."""

    @initialize(seed=st.integers(0, 2**32 - 1))
    def begin(self, seed):
        self.rng = np.random.default_rng(seed)
        self.town = peopled(world(seed, towns=5, policy=str(self.rng.choice(["residents", "open"]))), self.rng)
        self.base = baseline(self.town)
        self.steps = []
        self.goals, self.homes = {}, {}
        self.gone, self.left = [], []
        self.number = 0

    def edge(self):
        return int(self.rng.integers(len(self.town.network.edges)))

    def spot(self):
        edge = self.edge()
        return edge, int(self.rng.integers(self.town.network.edges["length_dm"].iloc[edge] + 1)), 7

    @rule()
    def close_street(self):
        edge = self.edge()
        self.steps.append(lambda draft: draft.close(edge))

    @rule()
    def add_street(self):
        a, b = self.spot(), self.spot()
        self.steps.append(lambda draft: draft.add(draft.node_on(*a[:2]), draft.node_on(*b[:2]), length_dm=35))

    @rule(factor=st.integers(0, 3))
    def change_street(self, factor):
        edge = self.edge()
        cost = factor * int(self.town.network.edges["length_dm"].iloc[edge])
        self.steps.append(lambda draft: draft.change(edge, cost_dm=cost, private=factor == 1))

    @rule(kind=st.sampled_from(KINDS))
    def add_opportunity(self, kind):
        self.number += 1
        self.goals[f"new {self.number}"] = Opportunity(f"new {self.number}", kind, *self.spot())

    @rule()
    def remove_opportunity(self):
        self.gone.append(int(self.rng.integers(len(self.town.opportunities))))

    @rule()
    def move_origin(self):
        label = self.town.origins.index[self.rng.integers(len(self.town.origins))].item()
        self.left.append(label)
        self.homes[label] = Origin(label, *self.spot())

    @rule()
    def move_opportunity(self):
        if self.goals:
            label = next(iter(self.goals))
            self.goals[label] = self.goals[label]._replace(
                **dict(zip(("edge", "offset_dm"), self.spot(), strict=False))
            )

    @rule()
    def undo(self):
        for done in (self.steps, self.gone):
            if done:
                done.pop()
        if self.goals:
            self.goals.popitem()

    @rule()
    def undo_all(self):
        self.steps, self.gone, self.left = [], [], []
        self.goals, self.homes = {}, {}

    @invariant()
    def repaired_is_built_from_scratch(self):
        if not hasattr(self, "base"):
            return
        draft = StreetDraft(self.town.network)
        for step in self.steps:
            step(draft)
        gone, left = tuple(dict.fromkeys(self.gone)), tuple(dict.fromkeys(self.left))
        edit = Edit(draft.done(), gone, tuple(self.goals.values()), left, tuple(self.homes.values()))
        delta = check(self.town, self.base, edit)
        assert delta.empty or self.steps or gone or self.goals or left


def test_p13_scenarios_as_they_are_edited():
    run_state_machine_as_test(
        Scenarios,
        settings=settings(
            max_examples=4,
            stateful_step_count=8,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def values(base, delta):
    """Return distances (out of reach: far) and counts (not attached: none) as plain arrays."""
    tables = base.tables(delta)
    near = np.stack([tables.nearest[name].fillna(10**6).to_numpy(dtype=np.int64) for name in ("cost", "length")])
    return near, tables.counts.fillna(0).to_numpy(dtype=np.int64)


@FAST
@given(st.integers(0, 2**32 - 1))
def test_p8_p9_adding_never_worsens_and_closing_never_improves(seed):
    rng = np.random.default_rng(seed)
    town = peopled(world(seed, towns=8, policy="open"), rng)
    base = baseline(town)
    near, counts = values(base, None)
    network = town.network
    draft = StreetDraft(network)
    edge, other = rng.integers(0, len(network.edges), 2).tolist()
    draft.add(draft.node_on(edge, 0), draft.node_on(other, 0), length_dm=20)
    goal = Opportunity("new", "a", edge, 0, 0)
    more = values(base, base.update(Edit(draft.done(), opportunities_added=(goal,))))
    assert (more[0] <= near).all()
    assert (more[1] >= counts).all()
    draft = StreetDraft(network)
    taken = {*town.origins["edge"].dropna(), *town.opportunities["edge"].dropna()}
    for edge in rng.permutation([e for e in network.edges.index if e not in taken])[:3].tolist():
        draft.close(edge)
    less = values(base, base.update(Edit(draft.done(), opportunities_removed=(0, 5))))
    assert (less[0] >= near).all()
    assert (less[1] <= counts).all()


@FAST
@given(st.integers(0, 2**32 - 1))
def test_p12_the_order_of_edits_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    town = peopled(world(seed, towns=8), rng)
    base = baseline(town)
    edges = rng.choice(len(town.network.edges), 4, replace=False).tolist()
    steps = [
        lambda draft: draft.close(edges[0]),
        lambda draft: draft.change(edges[1], cost_dm=3),
        lambda draft: draft.node_on(edges[2], int(town.network.edges["length_dm"].iloc[edges[2]]) // 2),
        lambda draft: draft.change(edges[3], private=True),
    ]
    goals = [Opportunity(f"new {i}", "a", edges[3], 0, i) for i in range(3)]
    found = []
    for order in (range(4), [3, 1, 0, 2]):
        draft = StreetDraft(town.network)
        for i in order:
            steps[i](draft)
        mixed = tuple(goals[i] for i in order if i < 3)
        found.append(values(base, base.update(Edit(draft.done(), (4, 9)[:: 1 if order[0] else -1], mixed))))
    assert all((a == b).all() for a, b in zip(*found, strict=True))


def test_p10_p11_nothing_out_of_reach_and_undone_are_the_baseline():
    town = peopled(world(3, towns=8), np.random.default_rng(3))
    base = baseline(town)
    before = values(base, None)
    assert base.update(Edit()).empty
    assert base.update(Edit(nothing(town.network))).empty
    # A new island with a shop on it: nobody gets there.
    draft = StreetDraft(town.network)
    draft.add(draft.node(9e5, 9e5), draft.node(9e5, 9.1e5), length_dm=1000)
    island = Edit(draft.done(), opportunities_added=(Opportunity("new", "a", len(town.network.edges), 10, 0),))
    delta = base.update(island)
    assert delta.empty
    assert delta.nodes_settled > 0
    # Nothing of a scenario stays behind, also where it closed streets and brought people.
    again = draw_edit(np.random.default_rng(1), town, 5, 5)
    first, second = values(base, base.update(again)), values(base, base.update(again))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert all((a == b).all() for a, b in zip(before, values(base, base.update(Edit())), strict=True))
    # Take everything away and bring it back the same.
    same = Edit(
        opportunities_removed=tuple(town.opportunities.index),
        opportunities_added=opportunities_of(town.opportunities),
        origins_removed=tuple(dict.fromkeys(town.origins.index)),
        origins_added=origins_of(town.origins),
    )
    assert base.update(same).empty


def square():
    """Draw a square block, 100 m a side, with a shop and a home; worked by hand below.

    3 ---- s ---- 4        s: shop, 40 m from 3 on the north street, 2 m off it
    |             |        h: home, 30 m from 1 on the south street, 5 m off it
    |             |
    1 -- h ------ 2        by 1 and 3: 5 + 30 + 100 + 40 + 2 = 177 m; by 2 and 4: 5 + 70 + 100 + 60 + 2 = 237 m
    """
    corners = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (0.0, 100.0), 4: (100.0, 100.0)}
    ways = [{"stops": [(a, *corners[a]), (b, *corners[b])]} for a, b in ((1, 2), (1, 3), (2, 4), (3, 4))]
    network = build_network(street_table(ways), gate_table({}))
    homes = points_at([(0, 300, 50)])
    shops = points_at([(3, 400, 20, "shop")])
    return network, Baseline.build(network, homes, shops, nearest_dm=3000, counts_dm=[1800, 2400], threads=1)


def of(base, edit):
    """Return (distance, count within 180 m, count within 240 m) of the only home; None where NA."""
    tables = base.tables(base.update(edit))
    near = tables.nearest["cost"].iloc[0, 0]
    return (None if pd.isna(near) else int(near), *tables.counts.iloc[0].tolist())


def test_the_square_by_hand():
    network, base = square()
    assert of(base, Edit()) == (1770, 1, 1)
    draft = StreetDraft(network)
    draft.close(1)
    assert of(base, Edit(draft.done())) == (2370, 0, 1)
    draft.close(2)
    assert of(base, Edit(draft.done())) == (None, 0, 0)
    # A lane of 101 m from the home's own spot to the shop's, through the block: 5 + 101 + 2 m.
    draft = StreetDraft(network)
    draft.add(draft.node_on(0, 300), draft.node_on(3, 400), length_dm=1010)
    assert of(base, Edit(draft.done())) == (1080, 1, 1)
    # A second shop next door to the home, 10 m on and 1 m off: 5 + 10 + 1 m. It is nearest, and both count.
    second = Opportunity("second", "shop", 0, 400, 10)
    assert of(base, Edit(opportunities_added=(second,))) == (160, 2, 2)
    assert of(base, Edit(opportunities_removed=(0,), opportunities_added=(second,))) == (160, 1, 1)
    # The street closed from 20 m to 35 m: who lives inside still walks off it, the shorter way round.
    draft = StreetDraft(network)
    draft.close(0, 200, 350)
    assert of(base, Edit(draft.done())) == (1770, 1, 1)
    # Closed beyond it, it walks the one way that is left.
    draft = StreetDraft(network)
    draft.close(0, 500, 600)
    draft.close(1)
    assert of(base, Edit(draft.done())) == (None, 0, 0)


def test_work_is_that_of_what_changes():
    """Closing a street in a big town settles a small part of what a search from scratch settles."""
    rng = np.random.default_rng(0)
    grid = np.arange(1600).reshape(40, 40)
    ways = [
        {"stops": [(int(a) + 1, *np.array(divmod(a, 40)) * 50.0), (int(b) + 1, *np.array(divmod(b, 40)) * 50.0)]}
        for a, b in np.r_[np.c_[grid[:-1].ravel(), grid[1:].ravel()], np.c_[grid[:, :-1].ravel(), grid[:, 1:].ravel()]]
    ]
    network = build_network(street_table(ways), gate_table({}))
    spots = [(int(e), int(rng.integers(500)), 0, "ab"[int(e) % 2]) for e in rng.integers(0, len(network.edges), 300)]
    points = points_at(spots)
    base = Baseline.build(network, points, points, nearest_dm=9000, counts_dm=[4000], threads=1)
    draft = StreetDraft(network)
    draft.close(700)
    delta = base.update(Edit(draft.done()))
    assert 0 < delta.nodes_settled * 20 < delta.nodes_in_full


def test_what_cannot_be_is_refused():
    network, base = square()
    with pytest.raises(NetworkError, match="nowhere"):
        base.update(Edit(opportunities_removed=("nowhere",)))
    with pytest.raises(NetworkError, match="another network"):
        base.update(Edit(StreetDraft(world(1, towns=2).network).done()))
    with pytest.raises(NetworkError, match="no edge 99"):
        StreetDraft(network).close(99)
    with pytest.raises(NetworkError, match="9999 dm"):
        StreetDraft(network).node_on(0, 9999)
    with pytest.raises(NetworkError, match="negative length"):
        StreetDraft(network).add(0, 1, length_dm=-1)


def rebuilt_otherwise(rng):
    """Draw a town and build it twice: as it is, and with gates changed and opened, streets cut and closed."""
    streets, gates = towns_of(rng, 6)
    before = build_network(streets, gates, steps_factor=1.7)
    turned = gates.assign(
        passage=[str(rng.choice([old, "residents", "shut", "open"])) for old in gates["passage"]],
        opened=rng.random(len(gates)) < 0.3,
    )
    cuts, closed = {}, {}
    long = before.edges[(before.edges["length_dm"] > 4) & ~before.edges["through"]]
    for number, row in enumerate(rng.choice(len(long), 4, replace=False)):
        edge = long.iloc[row]
        low, high = (int(edge["from_dm"]) + part for part in (1, int(edge["length_dm"]) // 2 + 1))
        cuts.setdefault(edge["street_id"], []).extend([(low, 90_000 + number), (high, 91_000 + number)])
        closed.setdefault(edge["street_id"], []).append((low, high))
    columns = {
        name: pd.Series([tuple(sorted(found.get(street, ()))) or None for street in streets.index], streets.index)
        for name, found in (("cuts", cuts), ("closed", closed))
    }
    return before, build_network(streets.assign(**columns), turned, steps_factor=1.7)


@FAST
@given(st.integers(0, 2**32 - 1))
def test_a_network_built_otherwise_is_an_edit(seed):
    """Gates opened and shut, streets cut and closed by `build_network`: the difference as an edit, access as built."""
    rng = np.random.default_rng(seed)
    before, after = rebuilt_otherwise(rng)
    points = [random_points(rng, before, 24), random_points(rng, before, 24, "ab")]
    edit, number = difference(before, after)
    base = Baseline.build(before, *points, nearest_dm=NEAREST, counts_dm=COUNTED, categories=KINDS, threads=1)
    found = base.tables(base.update(Edit(edit)))
    moved = [transfer(table, before, after) for table in points]
    for name in ("cost", "length"):
        full = nearest(after, *moved, cutoff_dm=NEAREST, impedance=name, categories=KINDS, threads=1)
        pd.testing.assert_frame_equal(found.nearest[name], full)
    full = cumulative(after, *moved, cutoffs_dm=COUNTED, categories=KINDS, threads=1)
    pd.testing.assert_frame_equal(found.counts, full)
    assert sorted({*range(len(before.edges))} - {*edit.gone}) == sorted(n for n in number if n < len(before.edges))
    same, kept = difference(before, before)
    assert (same.gone, same.added, kept.tolist()) == ((), (), list(range(len(before.edges))))


def test_a_gate_on_a_lane_by_hand():
    """Two streets joined by a lane through a compound; its gate shut, then open, then the lane public.

       1 ---- 2      north street, home at 1          lane 2-4: 100 m, private, gate at 2
    9         |      a long way round by 9: 2 × 206.2 m
       3 ---- 4      south street, shop at 3
    """
    ways = [
        {"stops": [(1, 0.0, 100.0), (2, 100.0, 100.0)]},
        {"stops": [(2, 100.0, 100.0), (4, 100.0, 0.0)], "walk": "private"},
        {"stops": [(3, 0.0, 0.0), (4, 100.0, 0.0)]},
        {"stops": [(1, 0.0, 100.0), (9, -200.0, 50.0), (3, 0.0, 0.0)]},
    ]
    shut = build_network(street_table(ways), gate_table({2: "shut"}))
    base = Baseline.build(
        shut, points_at([(0, 0, 0), (1, 500, 0)]), points_at([(2, 0, 0, "shop")]), nearest_dm=9000, counts_dm=[2000]
    )
    assert base.tables().nearest["cost"]["shop"].tolist() == [4124, 1500]
    opened = build_network(street_table(ways), gate_table({2: "residents"}))
    edit, _ = difference(shut, opened)
    # Residents only: nobody walks through.
    assert base.tables(base.update(Edit(edit))).nearest["cost"]["shop"].tolist() == [4124, 1500]
    # The same by hand, and the lane public: the home walks 100 + 100 + 100 m.
    draft = StreetDraft(shut)
    here, there = int(shut.edges["v"].iloc[0]), int(shut.edges["u"].iloc[1])
    draft.add(here, there, length_dm=0)
    assert base.tables(base.update(Edit(draft.done()))).nearest["cost"]["shop"].tolist() == [4124, 1500]
    draft.change(1, private=False)
    assert base.tables(base.update(Edit(draft.done()))).nearest["cost"]["shop"].tolist() == [3000, 1500]
