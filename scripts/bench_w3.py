"""W3: a thousand scenarios one after another, each exact, against our own full recompute.

    python3 scripts/bench_w3.py [--size 5k|100k] [--threads 1] [--scenarios 1000]

A third of the scenarios adds an opportunity, a third closes a street, a third adds a street of 100 to 300 m between
two junctions. After each, the distance to the nearest opportunity of 14 categories and the counts within 400, 800
and 1,200 m with the gravity sum are exact again for every node. "prepared" is arrays in, changed cells out; "whole"
starts from the edit as a planner's table would give it. The full recompute is the prepared search of `scripts/bench.py`
(W1 and W2, arrays in, arrays out). Some scenarios are built from scratch and compared cell by cell.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
from bench import BANDS, CUTOFF, DECAY, SHARES, SIZES, Work, ours, town

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


def full(work: Work, threads: int) -> float:
    """Return the seconds of our own full recompute: W1 and W2, prepared."""
    ours(work, threads)
    return sum(
        min(t for w, who, t, _ in work.times if w == kind and who == "corridor, prepared") for kind in ("W1", "W2")
    )


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


def run(size: str, threads: int = 1, count: int = 1000, checks: int = 3) -> dict[str, float]:
    """Measure, print and return seconds a scenario, seconds of a full recompute, and states settled."""
    work = town(SIZES[size])
    whole = full(work, threads)
    start = time.process_time()
    base = Baseline.build(
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
    print(f"  baseline built in {time.process_time() - start:.2f} s; {base.nodes_in_full:,} states settled")
    edits = scenarios(work, count)
    base.update(edits[1])
    start = time.process_time()
    prepared = [base.prepare(edit) for edit in edits]
    preparing = time.process_time() - start
    names = ("add an opportunity", "close a street", "add a street")
    by_kind, settled = np.zeros((3, 2)), np.zeros(3)
    for number, one in enumerate(prepared):
        start = time.process_time()
        delta = base.run(one)
        by_kind[number % 3] += time.process_time() - start, 1
        settled[number % 3] += delta.nodes_settled
    running = float(by_kind[:, 0].sum())
    for name, (seconds, many), nodes in zip(names, by_kind, settled, strict=True):
        print(f"  {name:<20} {seconds / many * 1e6:8.0f} us a scenario, {nodes / many:8.0f} states settled")
    print(f"  W3   corridor, prepared  {running:8.3f} s for {count}: {whole * count / running:,.0f} x a full recompute")
    print(f"  W3   corridor, whole     {running + preparing:8.3f} s for {count}")
    print(f"  states settled: full recompute {base.nodes_in_full / (settled.sum() / count):,.0f} x as many")
    equal = all(agrees(work, base, edits[number]) for number in range(checks))
    print(f"  {checks} scenarios built from scratch: equal {equal}")
    return {
        "prepared_s": running / count,
        "whole_s": (running + preparing) / count,
        "full_s": whole,
        "settled": float(settled.sum() / count),
        "settled_full": float(base.nodes_in_full),
        "equal": float(equal),
    }


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=("5k", "100k"), default="5k")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--scenarios", type=int, default=1000)
    arguments = parser.parse_args()
    run(arguments.size, arguments.threads, arguments.scenarios)


if __name__ == "__main__":
    main()
