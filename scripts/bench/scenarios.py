"""Scenarios on the bundled belt: milliseconds by kind of edit, against the full evaluation, and memory over thousands.

Times are processor seconds, so that a busy machine does not count as slow work.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import defaultdict
from pathlib import Path

import corridor
from corridor.scenarios import Baseline, Resolved, check, read_scenarios, scenario

ROOT = Path(__file__).resolve().parent.parent.parent
_REPEATS = 2
_MARK = 500


def run(count: int) -> None:
    """Measure and print."""
    study = corridor.open_study(ROOT / "geodata" / "dingxi")
    start = time.process_time()
    base = Baseline.build(study)
    print(f"baseline: {time.process_time() - start:.1f} s, {resident_mb():,.0f} MB", flush=True)
    bundled = check(study, base.evaluation.network, read_scenarios(ROOT / "geodata" / "dingxi" / "scenarios.yaml"))
    by_kind(base, bundled)
    many(base, count)


def by_kind(base: Baseline, bundled: tuple[Resolved, ...]) -> None:
    """Print the time of each kind of edit: the first time, and again (the edited network is kept)."""
    groups: dict[str, list[Resolved]] = defaultdict(list)
    for one in bundled:
        groups[" + ".join(dict.fromkeys(target.edit.op for target in one.targets))].append(one)
    print(f"\n{'edits':<32}{'first ms':>10}{'again ms':>10}{'full ms':>10}{'ratio':>8}{'settled':>10}{'in full':>10}")
    for kind, members in groups.items():
        one = members[0]
        first = clock(lambda one=one: base.run(one))
        again = min(clock(lambda one=one: base.run(one)) for _ in range(_REPEATS))
        full = clock(lambda one=one: base.run_full(one))
        result = base.run(one)
        print(
            f"{kind:<32}{first:>10.1f}{again:>10.1f}{full:>10.0f}{full / again:>8.0f}"
            f"{result.nodes_settled:>10,}{result.nodes_full:>10,}",
            flush=True,
        )


def many(base: Baseline, count: int) -> None:
    """Run mixed scenarios one after another and watch memory."""
    scenarios = drawn(base, count)
    print(f"\n{count:,} mixed scenarios", flush=True)
    start, wall = time.process_time(), time.perf_counter()
    settled = full = 0
    memory = []
    for number, one in enumerate(scenarios, start=1):
        result = base.run(one)
        settled, full = settled + result.nodes_settled, full + result.nodes_full
        if number % _MARK == 0 or number == count:
            memory.append(resident_mb())
            print(f"  {number:>7,}: {time.perf_counter() - wall:,.0f} s, {memory[-1]:,.0f} MB", flush=True)
    seconds = time.process_time() - start
    print(
        f"  {1000 * seconds / count:.1f} ms each; nodes settled {settled:,} against {full:,} ({full / max(settled, 1):.0f}x)"
    )
    print(f"  memory within {max(memory) - min(memory):.0f} MB, median {statistics.median(memory):,.0f} MB")


def drawn(base: Baseline, count: int) -> tuple[Resolved, ...]:
    """Draw scenarios with a fixed seed: places that come, move and go, and now and then a street that closes."""
    study = base.study
    rng = random.Random(7)
    codes = ["food.conv", "elder.canteen"]
    codes = [code for code in codes if any(c.code == code for c in study.categories)]
    box = study.area.buffer(-100)
    spots = study.amenities.geometry[study.amenities.within(box)].to_crs(4326)
    places = [[point.x, point.y] for point in spots if point.geom_type == "Point"]
    streets = sorted(study.streets.index[(study.streets["walk"] == "public") & study.streets.within(study.area)])[:10]
    amenities = sorted(study.amenities.index[study.amenities.within(box)])
    stations = sorted(study.stations.index)
    found = []
    for number in range(count):
        spot = rng.choice(places)
        kind = rng.choice(["amenity", "station", "gone", "moved", "carrier", "closed"])
        edit: dict[str, object] = {
            "amenity": {"op": "add_amenity", "category": rng.choice(codes), "at": spot},
            "station": {"op": "add_station", "type": rng.choice(["ip", "quality", "finance"]), "at": spot},
            "gone": {"op": "remove_amenity", "id": rng.choice(amenities)},
            "moved": {"op": "move_station", "id": rng.choice(stations), "to": spot},
            "carrier": {"op": "add_carrier", "name": f"n{number}", "kind": "incubator", "at": spot},
            "closed": {"op": "close_street", "id": rng.choice(streets)},
        }[kind]
        found.append(scenario(str(number), edit))
    return check(study, base.evaluation.network, found)


def clock(work: object) -> float:
    """Return the processor milliseconds a call takes."""
    start = time.process_time()
    work()  # type: ignore[operator]
    return 1000 * (time.process_time() - start)


def resident_mb() -> float:
    """Return the memory of this process."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1]) / 1024
    return 0.0
