"""How long `corridor study` takes and how much memory: fresh processes, with and without what earlier runs keep.

    python scripts/time_study.py [STUDY.yaml] [--runs 3] [--out DIR]

Rows of the table:

- first:      an empty cache, so that the OSM file is parsed and kept
- again:      the second run and every later one
- no cache:   `--no-cache`
- no bytecode: like "again", but Python compiles every module anew, as on a read-only installation

Wall time counts from the start of the process to its end; on a machine that does other work as well, look at the CPU
seconds. Needs a system that tells a child's memory (not Windows).
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """One run: seconds on the wall and of the processors, peak memory."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def measure(study: Path, out: Path, options: list[str], environment: dict[str, str]) -> Run:
    """Run `corridor study` once in a process of its own."""
    command = [sys.executable, "-m", "corridor", "study", str(study), "-o", str(out), *options]
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # What the caller's shell says about bytecode must not decide what is measured.
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, env={**kept, "PYTHONPATH": os.pathsep.join(paths), **environment}, stdout=said, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(said.read().decode("utf-8", "replace"))
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def row(name: str, runs: list[Run]) -> str:
    """Return a line of the table."""
    wall, cpu, peak = ([getattr(run, column) for run in runs] for column in ("wall_s", "cpu_s", "peak_mb"))
    return (
        f"{name:<12} {len(runs):>4} {min(wall):>9.2f} {statistics.median(wall):>9.2f} "
        f"{min(cpu):>9.2f} {statistics.median(cpu):>9.2f} {max(peak):>8,.0f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", nargs="?", type=Path, default=ROOT / "geodata" / "dingxi")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, help="folder for the results, default a temporary one")
    arguments = parser.parse_args()
    if not hasattr(os, "wait4"):
        sys.exit("this system does not tell a child's memory: run it on Linux or macOS")
    load = os.getloadavg()[0]
    print(f"{arguments.study}  Python {platform.python_version()}  {os.cpu_count()} CPUs, load {load:.1f} at the start")
    print(f"{'':<12} {'runs':>4} {'wall min':>9} {'median':>9} {'cpu min':>9} {'median':>9} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        out, cache, empty = arguments.out or Path(folder, "out"), Path(folder, "cache"), Path(folder, "bytecode")
        kept = ["--cache", str(cache)]
        # Modules and kernels are compiled by whoever runs first; that is the installation's time, not a run's.
        measure(arguments.study, out, ["--no-cache"], {})
        uncompiled = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(empty)}
        for name, count, options, environment in (
            ("first", 1, kept, {}),
            ("again", arguments.runs, kept, {}),
            ("no cache", arguments.runs, ["--no-cache"], {}),
            ("no bytecode", arguments.runs, kept, uncompiled),
        ):
            print(row(name, [measure(arguments.study, out, options, environment) for _ in range(count)]), flush=True)


if __name__ == "__main__":
    main()
