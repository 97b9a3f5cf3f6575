"""Show that a city in tiles equals the city at once, bit for bit, on a real Dask cluster of two processes.

    python3 scripts/prove_tiles.py [--size 5k|100k|1m] [--tile 4000] [--on here,processes,dask]

The network is that of scripts/bench.py. Every node is an origin; nearest, counts at three distances and gravity are
taken at once and in tiles, and the tables compared cell by cell and as Parquet bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import resource
import time
from functools import partial

import bench
import pandas as pd

from corridor import access
from corridor.batch import Workers
from corridor.batch.tiles import tiled

MEASURES = {
    "nearest": partial(access.nearest, cutoff_dm=bench.CUTOFF, impedance="length"),
    "counts": partial(access.cumulative, cutoffs_dm=bench.BANDS, impedance="length"),
    "gravity": partial(access.gravity, decay=bench.DECAY, cutoff_dm=bench.CUTOFF, impedance="length"),
}


def digest(table: pd.DataFrame) -> str:
    """Return the hash of the table's Parquet bytes."""
    file = io.BytesIO()
    table.set_axis(
        ["|".join(map(str, c)) if isinstance(c, tuple) else str(c) for c in table.columns], axis=1
    ).to_parquet(file)
    return hashlib.sha256(file.getvalue()).hexdigest()[:16]


def compare(work: bench.Work, expected: dict[str, pd.DataFrame], tile_m: float, workers: Workers, where: str) -> bool:
    """Take the measures in tiles, compare, and print."""
    start = time.perf_counter()
    steps = []
    found = tiled(
        work.network, work.origins, work.opportunities, MEASURES, tile_m=tile_m, workers=workers, progress=steps.append
    )
    seconds = time.perf_counter() - start
    equal = True
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table, check_exact=True)
        equal &= digest(found[name]) == digest(table)
        print(f"  {where:<10} {name:<8} {table.size:>10,} cells equal  {digest(table)}  bytes equal: {equal}")
    print(f"  {where:<10} {len(steps)} tiles in {seconds:.1f} s", flush=True)
    return equal


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=bench.SIZES, default="100k")
    parser.add_argument("--tile", type=float, default=4000.0)
    parser.add_argument("--on", default="here,processes,dask")
    arguments = parser.parse_args()
    work = bench.town(bench.SIZES[arguments.size])
    start = time.perf_counter()
    expected = {name: take(work.network, work.origins, work.opportunities) for name, take in MEASURES.items()}
    print(f"  at once: {time.perf_counter() - start:.1f} s", flush=True)
    equal = True
    for where in arguments.on.split(","):
        if where == "dask":
            from distributed import LocalCluster

            with LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL
            ) as cluster:
                there = Workers(dask=cluster.scheduler_address, connect_s=120)
                equal &= compare(work, expected, arguments.tile, there, where)
        else:
            here = Workers(processes=2 if where == "processes" else 0)
            equal &= compare(work, expected, arguments.tile, here, where)
    print(f"peak memory of the coordinator {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print("tiled equals untiled" if equal else "TILED DIFFERS")
    raise SystemExit(not equal)


if __name__ == "__main__":
    main()
