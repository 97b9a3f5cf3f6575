"""W3: a thousand scenarios one after another, each exact, against our own full recompute.

A third of the scenarios adds an opportunity, a third closes a street, a third adds a street of 100 to 300 m between
two junctions. After each, the distance to the nearest opportunity of 14 categories and the counts within 400, 800
and 1,200 m with the gravity sum are exact again for every node. "prepared" is arrays in, changed cells out; "whole"
starts from the edit as a planner's table would give it. The full recompute is W1 + W2, arrays in, arrays out. Some
scenarios are built from scratch and compared cell by cell.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from bench.board import BASE, Board
from bench.given import BANDS, CUTOFF, SHARES
from bench.work import DECAY, Work
from corridor.access import cumulative, gravity, nearest
from corridor.access.incremental import Baseline, Edit, Opportunity
from corridor.network.edits import StreetDraft, edited, nothing, renumbered

KINDS = list(range(len(SHARES)))


def scenarios(work: Work, count: int, seed: int = 5) -> list[Edit]:
    """Draw scenarios."""
    rng = np.random.default_rng(seed)
    xy = work.network.nodes[["x_m", "y_m"]].to_numpy()
    order = np.argsort(xy[:, 0], kind="stable")
    edges = work.origins["edge"].to_numpy(dtype=np.int64)
    offsets = work.origins["offset_dm"].to_numpy(dtype=np.int64)
    found = []
    for number in range(count):
        draft = StreetDraft(work.network)
        if number % 3 == 0:
            node = int(rng.integers(work.n))
            kind = int(rng.choice(len(SHARES), p=SHARES / SHARES.sum()))
            found.append(Edit(opportunities_added=(Opportunity("new", kind, int(edges[node]), int(offsets[node]), 0),)))
            continue
        if number % 3 == 1:
            draft.close(int(rng.integers(len(work.u))))
            found.append(Edit(draft.done()))
            continue
        while True:
            a = int(rng.integers(work.n))
            near = order[max(0, np.searchsorted(xy[order, 0], xy[a, 0] - 300)) :][:20_000]
            away = np.hypot(*(xy[near] - xy[a]).T)
            near, away = near[(away > 100) & (away < 300)], away[(away > 100) & (away < 300)]
            if len(near):
                break
        pick = int(rng.integers(len(near)))
        draft.add(a, int(near[pick]), length_dm=round(float(away[pick]) * 10))
        found.append(Edit(draft.done()))
    return found


def agrees(work: Work, base: Baseline, edit: Edit) -> bool:
    """Tell whether a scenario equals the edited town built and searched from scratch."""
    streets = edit.streets or nothing(work.network)
    network = edited(work.network, streets)
    goals = work.opportunities
    if edit.opportunities_added:
        new = pd.DataFrame(list(edit.opportunities_added)).astype({"edge": "Int64", "offset_dm": "Int32"})
        goals = pd.concat([goals, new[["edge", "offset_dm", "connector_dm", "category"]]], ignore_index=True)
    homes, goals = renumbered(streets, work.origins), renumbered(streets, goals)
    found = base.tables(base.update(edit))
    near = nearest(network, homes, goals, cutoff_dm=CUTOFF, categories=KINDS)
    counts = cumulative(network, homes, goals, cutoffs_dm=BANDS, categories=KINDS)
    pull = gravity(network, homes, goals, DECAY, cutoff_dm=CUTOFF, categories=KINDS)
    return found.nearest["cost"].equals(near) and found.counts.equals(counts) and found.gravity.equals(pull)


def run(work: Work, board: Board, count: int = 1000, checks: int = 3) -> None:
    """Measure and note seconds for `count` scenarios, and what a full recompute of each would take."""
    whole = board.base("W1 + W2")
    assert whole is not None
    seconds, base = board.clock(lambda: _baseline(work, board.threads), 1)
    print(f"  W3 baseline built in {seconds:.2f} s; {base.nodes_in_full:,} states settled", flush=True)
    edits = scenarios(work, count)
    base.update(edits[1])
    preparing, prepared = board.clock(lambda: [base.prepare(edit) for edit in edits], 1)
    names = ("add an opportunity", "close a street", "add a street")
    by_kind, settled = np.zeros((3, 2)), np.zeros(3)
    for number, one in enumerate(prepared):
        start = time.process_time()
        delta = base.run(one)
        by_kind[number % 3] += time.process_time() - start, 1
        settled[number % 3] += delta.nodes_settled
    running = float(by_kind[:, 0].sum())
    for name, (took, many), nodes in zip(names, by_kind, settled, strict=True):
        print(f"  {name:<20} {took / many * 1e6:8.0f} us a scenario, {nodes / many:8.0f} states settled")
    fewer = base.nodes_in_full / (settled.sum() / count)
    equal = all(agrees(work, base, edits[number]) for number in range(checks))
    remark = f"{count:,} scenarios; {checks} built from scratch: {'equal' if equal else 'DIFFERENT'}"
    board.note("W3", BASE, running, f"{remark}; {fewer:,.0f} times fewer states settled")
    board.note("W3", "corridor, from the edits", running + preparing)
    board.note("W3", "corridor, each in full", whole * count, "W1 + W2 times the number of scenarios", sampled=True)


def _baseline(work: Work, threads: int) -> Baseline:
    return Baseline.build(
        work.network,
        work.origins,
        work.opportunities,
        nearest_dm=CUTOFF,
        counts_dm=BANDS,
        categories=KINDS,
        decay=DECAY,
        impedances=("cost",),
        threads=threads,
    )
