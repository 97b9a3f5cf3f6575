"""What-if edits: repaired access equals access built from scratch, cell by cell, whatever happens to a town."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from worlds import gate_table, points_at, street_table, world

from corridor.access import cumulative, gravity, nearest
from corridor.access.decay import Linear
from corridor.access.incremental import Baseline, Edit, Opportunity, Origin, opportunities_of, origins_of
from corridor.errors import NetworkError
from corridor.network import build_network
from corridor.network.edits import StreetDraft, edited, nothing, renumbered

FAST = settings(
    max_examples=6,
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
    goals["source"] = goals["source_id"] if "source_id" in goals else goals.index
    goals["weight"] = goals["weight"] if "weight" in goals else 1.0
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
