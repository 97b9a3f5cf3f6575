"""Show that a city in tiles equals the city at once, bit for bit, on a real Dask cluster of two processes.

    python3 scripts/prove_tiles.py [--size 5k|100k|1m] [--tile 4000] [--on here,processes,dask]

The network is that of scripts/bench.py. Every node is an origin; nearest, counts at three distances, gravity, a
floating catchment of all people and opportunities, and betweenness are taken at once and in tiles, and the tables
compared cell by cell and as Parquet bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import resource
import time
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from bench.given import BANDS, CUTOFF
from bench.work import DECAY, SIZES, Work, town

from corridor import access
from corridor.batch import Workers
from corridor.batch.tiles import tiled


def measures_of(work: Work) -> dict[str, partial]:
    """Return what is taken: two measures whose sums go beyond a tile, and three that do not."""
    people = pd.Series(np.arange(len(work.origins)) % 7 + 1, index=work.origins.index)
    common = {"cutoff_dm": CUTOFF, "impedance": "length"}
    return {
        "nearest": partial(access.nearest, **common),
        "counts": partial(access.cumulative, cutoffs_dm=BANDS, impedance="length"),
        "gravity": partial(access.gravity, decay=DECAY, **common),
        "2SFCA": partial(access.floating_catchment, decay=DECAY, demand=people, supply="places", **common),
        "flow": partial(access.betweenness, radius_dm=CUTOFF, impedance="length"),
    }


def digest(table: pd.DataFrame | pd.Series) -> str:
    """Return the hash of the table's Parquet bytes."""
    file = io.BytesIO()
    table = pd.DataFrame(table)
    table.set_axis(
        ["|".join(map(str, c)) if isinstance(c, tuple) else str(c) for c in table.columns], axis=1
    ).to_parquet(file)
    return hashlib.sha256(file.getvalue()).hexdigest()[:16]


def compare(
    work: Work,
    measures: dict[str, partial],
    expected: dict[str, pd.DataFrame],
    tile_m: float,
    workers: Workers,
    where: str,
) -> bool:
    """Take the measures in tiles, compare, and print."""
    start = time.perf_counter()
    steps = []
    found = tiled(
        work.network, work.origins, work.opportunities, measures, tile_m=tile_m, workers=workers, progress=steps.append
    )
    seconds = time.perf_counter() - start
    equal = True
    for name, table in expected.items():
        pd.testing.assert_frame_equal(pd.DataFrame(found[name]), pd.DataFrame(table), check_exact=True)
        equal &= digest(found[name]) == digest(table)
        print(f"  {where:<10} {name:<8} {table.size:>10,} cells equal  {digest(table)}  bytes equal: {equal}")
    print(f"  {where:<10} {len(steps)} tasks in {seconds:.1f} s", flush=True)
    return equal


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="100k")
    parser.add_argument("--tile", type=float, default=4000.0)
    parser.add_argument("--on", default="here,processes,dask")
    arguments = parser.parse_args()
    work = town(SIZES[arguments.size])
    work = replace(work, opportunities=work.opportunities.assign(places=np.arange(len(work.opportunities)) % 50 + 1))
    measures = measures_of(work)
    start = time.perf_counter()
    expected = {name: take(work.network, work.origins, work.opportunities) for name, take in measures.items()}
    print(f"  at once: {time.perf_counter() - start:.1f} s", flush=True)
    equal = True
    for where in arguments.on.split(","):
        if where == "dask":
            from distributed import LocalCluster

            with LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL
            ) as cluster:
                there = Workers(dask=cluster.scheduler_address, connect_s=120)
                equal &= compare(work, measures, expected, arguments.tile, there, where)
        else:
            here = Workers(processes=2 if where == "processes" else 0)
            equal &= compare(work, measures, expected, arguments.tile, here, where)
    print(f"peak memory of the coordinator {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print("tiled equals untiled" if equal else "TILED DIFFERS")
    raise SystemExit(not equal)


if __name__ == "__main__":
    main()
