"""Scenarios on the bundled belt: milliseconds of each, against the full evaluation, and a batch of thousands.

Times of single scenarios are processor seconds, so that a busy machine does not count as slow work; those of the batch,
run by two processes, and of its resumption are what the clock on the wall says, from the start of Python.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import corridor
from bench.drawing import as_file, drawn
from corridor.batch import store
from corridor.scenarios import Baseline, Resolved, check, read_scenarios
from corridor.study import StudyArea

ROOT = Path(__file__).resolve().parent.parent.parent
_REPEATS = 3
_WARM, _EACH = 60, 20
_PROCESSES = 2
_SETTLED = 1_000
_IN_A_FILE = 4_000
# Streets are left out: they are a matter of seconds a scenario, see `streets`.
_RUN = ["-m", "corridor", "scenarios", "run", "--study", "geodata/dingxi", "--workers", str(_PROCESSES), "--no-streets"]


def run(count: int) -> None:
    """Measure and print."""
    study = corridor.open_study(ROOT / "geodata" / "dingxi")
    start = time.process_time()
    base = Baseline.build(study)
    _as_a_worker()
    print(f"baseline: {time.process_time() - start:.1f} s, {memory_mb(os.getpid()):,.0f} MB", flush=True)
    bundled = check(study, base.evaluation.network, read_scenarios(ROOT / "geodata" / "dingxi" / "scenarios.yaml"))
    one_by_one(base, bundled)
    mixed = drawn(study, base.evaluation.network, count)
    by_kind(base, mixed)
    along(study, base, bundled)
    del base
    batched(mixed)


def along(study: StudyArea, base: Baseline, bundled: Iterable[Resolved]) -> None:
    """Print what street indicators and ranking add to the bundled scenarios, one of each kind."""
    streets = Baseline.build(study, base.evaluation, streets=True)
    _as_a_worker()
    kinds = {tuple(dict.fromkeys(target.edit.op for target in one.targets)): one for one in bundled}
    print(f"\n{'streets ms':>10}  edits")
    for kind, one in kinds.items():
        streets.run(one)
        both = clock(lambda one=one: streets.run(one))
        print(f"{both - clock(lambda one=one: base.run(one)):>10.0f}  {' + '.join(kind)}", flush=True)


def one_by_one(base: Baseline, bundled: Iterable[Resolved]) -> None:
    """Print the time of each bundled scenario: the first time, and again (an edited network is kept)."""
    print(
        f"\n{'first ms':>9}{'again ms':>9}{'full ms':>9}{'ratio':>6}{'settled':>9}{'in full':>9}{'fewer':>8}  scenario"
    )
    seen: dict[tuple[str, ...], float] = {}
    for one in bundled:
        first = clock(lambda one=one: base.run(one))
        again = min(clock(lambda one=one: base.run(one)) for _ in range(_REPEATS))
        kind = tuple(target.edit.op for target in one.targets)
        # Of a sweep the first member stands for all.
        if kind not in seen:
            seen[kind] = clock(lambda one=one: base.run_full(one))
        result = base.run(one)
        fewer = result.nodes_full / max(result.nodes_settled, 1)
        print(
            f"{first:>9.1f}{again:>9.1f}{seen[kind]:>9.0f}{seen[kind] / again:>6.0f}{result.nodes_settled:>9,}"
            f"{result.nodes_full:>9,}{fewer:>7.0f}x  {one.scenario.name.zh} ({' + '.join(dict.fromkeys(kind))})",
            flush=True,
        )


def by_kind(base: Baseline, mixed: Iterable[Resolved]) -> None:
    """Print the time of drawn scenarios by kind of edit, each run once; combinations stand for themselves."""
    times: dict[str, list[float]] = defaultdict(list)
    for number, one in enumerate(mixed):
        kind = one.targets[0].edit.op if len(one.targets) == 1 else "several"
        if number < _WARM or len(times[kind]) < _EACH:
            taken = clock(lambda one=one: base.run(one))
            if number >= _WARM:
                times[kind].append(taken)
    print(f"\n{'edit':<18}{'times':>6}{'p50 ms':>9}{'p95 ms':>9}{'longest':>9}")
    for kind, found in sorted((kind, sorted(found)) for kind, found in times.items() if found):
        late = found[min(len(found) - 1, int(0.95 * len(found)))]
        print(f"{kind:<18}{len(found):>6}{statistics.median(found):>9.1f}{late:>9.1f}{found[-1]:>9.1f}")


def batched(mixed: tuple[Resolved, ...]) -> None:
    """Run the scenarios as a batch in two processes, end it half way, and go on; each time as a process of its own."""
    print(
        f"\n{len({one.scenario.id for one in mixed}):,} different scenarios, {_PROCESSES} processes, "
        f"{os.getloadavg()[0]:.1f} others at work",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as place:
        files = []
        for first in range(0, len(mixed), _IN_A_FILE):
            files.append(Path(place) / f"mixed{first}.yaml")
            files[-1].write_text(as_file(mixed[first : first + _IN_A_FILE]), encoding="utf-8")
        folder, memory = Path(place) / "runs", []
        taken = _until(files, folder, len(mixed) // 2, memory, "fresh: first result after")
        taken += _until(files, folder, len(mixed), memory, "resumed: first new result after")
        stored = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
        print(f"  {taken:,.0f} s in all, {len(mixed) / taken:,.1f} a second; {stored:,.0f} MB stored")
        if memory:
            print(f"  memory after the first {_SETTLED:,} of each run: within {_spread(memory):,.0f} MB")


def _until(files: list[Path], folder: Path, wanted: int, memory: list[list[float]], said: str) -> float:
    """Run a batch until so many scenarios are done; print when the first came, and return the seconds it took."""
    before = _done(folder)
    start = time.perf_counter()
    command = [sys.executable, *_RUN, "-o", str(folder), *map(str, files)]
    quiet = subprocess.DEVNULL
    running = subprocess.Popen(command, cwd=ROOT, stdin=quiet, stdout=quiet, stderr=quiet)
    found: list[float] = []
    marks = iter(range(before + _SETTLED, wanted, _SETTLED))
    mark, first, done, written = next(marks, wanted), None, before, _written(folder)
    while running.poll() is None and done < wanted:
        # To count is to read the whole store: done at every glance it would slow down what is measured.
        time.sleep(0.02 if first is None else 0.5)
        if first is None and written == (written := _written(folder)):
            continue
        done = _done(folder)
        if first is None and done > before:
            first = time.perf_counter() - start
            print(f"  {said} {first:.1f} s", flush=True)
        if done >= mark and mark < wanted:
            found.append(memory_mb(running.pid))
            print(
                f"  {done:>7,}: {time.perf_counter() - start:,.0f} s, {found[-1]:,.0f} MB all processes together",
                flush=True,
            )
            mark = next(marks, wanted)
    taken = time.perf_counter() - start
    if running.poll() is None and wanted < _total(folder):
        running.terminate()
    running.wait()
    if wanted == _total(folder):
        print(f"  all files written {time.perf_counter() - start - taken:,.0f} s later", flush=True)
    memory.append(found)
    return taken


def _written(folder: Path) -> int:
    """Return when the store was last written to (ns); 0 where there is none."""
    return max((path.stat().st_mtime_ns for path in folder.glob("results.sqlite*")), default=0)


def _done(folder: Path) -> int:
    try:
        with store.reading(folder) as kept:
            return len(kept.done())
    except corridor.CorridorError:
        return 0


def _total(folder: Path) -> int:
    with store.reading(folder) as kept:
        return len(kept.note("book"))


def _spread(memory: list[list[float]]) -> float:
    return max((max(found) - min(found) for found in memory if found), default=0.0)


def _as_a_worker() -> None:
    """Look for cycles as seldom as the command does, and not in what is held, as its workers do."""
    gc.set_threshold(200_000, 20, 20)
    gc.freeze()


def clock(work: object) -> float:
    """Return the processor milliseconds a call takes."""
    start = time.process_time()
    work()  # type: ignore[operator]
    return 1000 * (time.process_time() - start)


def memory_mb(process: int) -> float:
    """Return the memory of a process and of those it started; what several share counts once."""
    children = Path(f"/proc/{process}/task/{process}/children")
    all_ = [str(process), *(children.read_text(encoding="utf-8").split() if children.exists() else ())]
    return sum(_memory_mb(Path("/proc") / one / "smaps_rollup") for one in all_)


def _memory_mb(rollup: Path) -> float:
    try:
        lines = rollup.read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))
