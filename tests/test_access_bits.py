"""The same bits: in another process with another hash seed, on shuffled streets and tables, on one thread or two."""

import hashlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from worlds import on_streets, towns_of

from corridor import access
from corridor.access import _pairs, _workers, flow
from corridor.access.decay import Gaussian


def digest(shuffle: int, threads: int, batch: int) -> str:
    """Return a hash of the network and of every measure's table on one world, all its tables shuffled."""
    _pairs._BATCH = flow._BATCH = batch
    streets, gates = towns_of(np.random.default_rng(5), towns=16)
    streets = streets.sample(frac=1, random_state=shuffle)
    drawn = on_streets(5, streets, gates.sample(frac=1, random_state=shuffle))
    rng = np.random.default_rng(shuffle)
    origins = drawn.origins.assign(people=np.arange(len(drawn.origins)) / 7)
    goals = drawn.opportunities.assign(floor=np.arange(len(drawn.opportunities)) / 3)
    goals["source_id"] = goals.index
    people = origins["people"]
    a, b = origins.iloc[rng.permutation(len(origins))], goals.iloc[rng.permutation(len(goals))]
    options = {"threads": threads}
    tables = [
        access.nearest(drawn.network, a, b, cutoff_dm=900, **options),
        access.cumulative(drawn.network, a, b, cutoffs_dm=[90, 900], weight="floor", **options),
        access.gravity(drawn.network, a, b, Gaussian(40), cutoff_dm=900, weight="floor", **options),
        access.floating_catchment(
            drawn.network, a, b, Gaussian(40), demand=people, supply="floor", cutoff_dm=900, **options
        ),
        access.proximity(drawn.network, a, b, k=2, cutoff_dm=900, **options),
        access.mixed_use(drawn.network, a, b, cutoff_dm=900, **options),
    ]
    tables = [table.loc[origins.index] for table in tables]
    tables += [pd.DataFrame(part.drop(columns="geometry")) for part in (drawn.network.nodes, drawn.network.edges)]
    tables += [
        access.betweenness(
            drawn.network, a, b, radius_dm=900, origin_weight="people", opportunity_weight="floor", **options
        ).to_frame(),
        access.travel_table(drawn.network, a, b, cutoff_dm=900, **options).sort_values(
            ["origin", "opportunity"], ignore_index=True
        ),
    ]
    text = "".join(pd.DataFrame(table).to_csv(float_format="%a") for table in tables)
    return hashlib.sha256(text.encode()).hexdigest()


def test_shuffled_tables_another_process_and_two_threads_give_the_same_bits():
    here = Path(__file__).parent
    # On two threads in batches of seven, so that both have many, and in whatever order.
    code = "from test_access_bits import digest; print(digest(2, 2, 7))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    usual = _pairs._BATCH, flow._BATCH
    try:
        assert run.stdout.strip() == digest(1, 1, usual[0])
    finally:
        _pairs._BATCH, flow._BATCH = usual


def test_two_workers_never_write_on_the_same_stretch():
    """Threads that add to one table by reading, waiting and writing: without the spans most of it would be lost."""
    spans, table = _workers.Spans(), [0] * 12

    def add(worker: int) -> None:
        for turn in range(40):
            low = (worker * 3 + turn) % 9
            with spans.hold(low, low + 3):
                for place in range(low, low + 4):
                    seen = table[place]
                    time.sleep(0)
                    table[place] = seen + 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))
    assert sum(table) == 4 * 40 * 4


def test_stretches_apart_are_held_at_once_and_others_wait():
    spans, order = _workers.Spans(), []

    def write(low: int, high: int) -> None:
        with spans.hold(low, high):
            order.append((low, high))

    with ThreadPoolExecutor(2) as pool:
        with spans.hold(0, 4):
            waiting = pool.submit(write, 4, 6)
            pool.submit(write, 7, 9).result(timeout=10)
            assert order == [(7, 9)]
        waiting.result(timeout=10)
    assert order == [(7, 9), (4, 6)]
