"""Scenarios on the bundled belt: milliseconds of each, against the full evaluation, and a batch of thousands.

Times of single scenarios are processor seconds, so that a busy machine does not count as slow work; those of the batch,
run by two processes, and of its resumption are what the clock on the wall says.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import corridor
from corridor.batch._executors import Progress, Workers
from corridor.batch.scenarios import run_batch
from corridor.scenarios import Baseline, Resolved, Scenario, check, read_scenarios, scenario
from corridor.study import StudyArea

ROOT = Path(__file__).resolve().parent.parent.parent
_REPEATS = 3
_WARM = 30
_MARKS = (1_000, 5_000, 10_000)
_PROCESSES = 2


def run(count: int) -> None:
    """Measure and print."""
    study = corridor.open_study(ROOT / "geodata" / "dingxi")
    start = time.process_time()
    base = Baseline.build(study)
    print(f"baseline: {time.process_time() - start:.1f} s, {resident_mb():,.0f} MB", flush=True)
    bundled = check(study, base.evaluation.network, read_scenarios(ROOT / "geodata" / "dingxi" / "scenarios.yaml"))
    one_by_one(base, bundled)
    mixed = drawn(base, count)
    by_kind(base, mixed[:_WARM], mixed[_WARM : _WARM + 200])
    del base
    batched(study, mixed)


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


def by_kind(base: Baseline, warm: Iterable[Resolved], mixed: Iterable[Resolved]) -> None:
    """Print the time of drawn scenarios by kind of edit, each run once."""
    for one in warm:
        base.run(one)
    times: dict[str, list[float]] = defaultdict(list)
    for one in mixed:
        times[one.targets[0].edit.op].append(clock(lambda one=one: base.run(one)))
    print(f"\n{'edit':<18}{'times':>6}{'median ms':>11}{'longest ms':>11}")
    for kind, found in sorted(times.items()):
        print(f"{kind:<18}{len(found):>6}{statistics.median(found):>11.1f}{max(found):>11.1f}")


def batched(study: StudyArea, mixed: tuple[Resolved, ...]) -> None:
    """Run the scenarios as a batch in two processes; then resume one that lacks its last hundred."""
    scenarios = [one.scenario for one in mixed]
    distinct = len({one.id for one in scenarios})
    print(
        f"\n{distinct:,} different scenarios, {_PROCESSES} processes, {os.getloadavg()[0]:.1f} others at work",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        seconds, memory = _watched(study, scenarios[:-100], folder, start)
        print(
            f"  {seconds:,.0f} s in all, {(distinct - 100) / seconds:,.1f} a second; {_stored_mb(folder):,.0f} MB stored"
        )
        if len(memory) > 1:
            print(f"  memory after the first {_MARKS[0]:,}: within {max(memory) - min(memory):,.0f} MB")
        start = time.perf_counter()
        again = corridor.open_study(ROOT / "geodata" / "dingxi")
        opened = time.perf_counter() - start
        _watched(again, scenarios, folder, start, name="resumed: first new result after")
        print(f"  (the study opened in {opened:.1f} s of these)")


def _watched(
    study: StudyArea, scenarios: list[Scenario], folder: str, start: float, name: str = "first result after"
) -> tuple[float, list[float]]:
    """Run a batch and print when its first result came and what memory it took; return seconds and memory."""
    memory: list[float] = []
    first: list[float] = []

    def watch(progress: Progress) -> None:
        if not first:
            first.append(time.perf_counter() - start)
            print(f"  {name} {first[0]:.1f} s", flush=True)
        if progress.done in _MARKS or progress.done == progress.total:
            memory.append(resident_mb())
            print(
                f"  {progress.done:>7,}: {time.perf_counter() - start:,.0f} s, {memory[-1]:,.0f} MB all processes together",
                flush=True,
            )

    run_batch(study, *scenarios, folder=folder, workers=Workers(_PROCESSES), progress=watch)
    return time.perf_counter() - start, memory


def _stored_mb(folder: str) -> float:
    return sum(path.stat().st_size for path in Path(folder).iterdir()) / 2**20


def drawn(base: Baseline, count: int) -> tuple[Resolved, ...]:
    """Draw scenarios with a fixed seed: places that come, move and go, and streets that close."""
    study = base.study
    rng = random.Random(7)
    codes = ["food.conv", "elder.canteen"]
    codes = [code for code in codes if any(c.code == code for c in study.categories)]
    box = study.area.buffer(-100)
    spots = study.amenities.geometry[study.amenities.within(box)].to_crs(4326)
    places = [[point.x, point.y] for point in spots if point.geom_type == "Point"]
    streets = sorted(study.streets.index[(study.streets["walk"] == "public") & study.streets.within(study.area)])
    amenities = sorted(study.amenities.index[study.amenities.within(box)])
    stations = sorted(study.stations.index)
    found = []
    for number in range(count):
        spot = rng.choice(places)
        kind = rng.choice(["amenity", "station", "gone", "moved", "carrier", "closed"])
        edits: list[dict[str, object]] = {
            "amenity": [{"op": "add_amenity", "category": rng.choice(codes), "at": spot}],
            "station": [{"op": "add_station", "type": rng.choice(["ip", "quality", "finance"]), "at": spot}],
            "gone": [{"op": "remove_amenity", "id": id_} for id_ in rng.sample(amenities, 2)],
            "moved": [{"op": "move_station", "id": rng.choice(stations), "to": spot}],
            "carrier": [{"op": "add_carrier", "name": f"n{number}", "kind": "incubator", "at": spot}],
            "closed": [{"op": "close_street", "id": id_} for id_ in rng.sample(streets, 2)],
        }[kind]
        found.append(scenario(str(number), *edits))
    return check(study, base.evaluation.network, found)


def clock(work: object) -> float:
    """Return the processor milliseconds a call takes."""
    start = time.process_time()
    work()  # type: ignore[operator]
    return 1000 * (time.process_time() - start)


def resident_mb() -> float:
    """Return the memory of this process and of those it started."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    own = ["self", *(children.read_text(encoding="utf-8").split() if children.exists() else ())]
    return sum(_resident_mb(Path("/proc") / process / "status") for process in own)


def _resident_mb(status: Path) -> float:
    if status.exists():
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return float(line.split()[1]) / 1024
    return 0.0
