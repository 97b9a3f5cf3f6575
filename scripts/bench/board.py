"""What was measured: times with remarks, printed as they come, and as a table of ratios at the end."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
# The call that others are compared with.
BASE = "corridor, arrays"


@dataclass(frozen=True)
class Time:
    """Seconds that `who` took for `work`.

    `sampled`: measured on a part and scaled up. `stopped`: not done after these seconds. `peak_mb` where memory was
    watched.
    """

    work: str
    who: str
    seconds: float
    remark: str = ""
    sampled: bool = False
    stopped: bool = False
    peak_mb: int | None = None

    def told(self) -> str:
        """Return the seconds as the table shows them."""
        about = "> " if self.stopped else "~" if self.sampled else ""
        return f"{about}{self.seconds:,.3g}" if self.seconds < 1000 else f"{about}{self.seconds:,.0f}"


@dataclass
class Board:
    """All times of one network; `title` says which."""

    threads: int
    title: str = ""
    times: list[Time] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, item: Time) -> None:
        """Keep and print one time."""
        self.times.append(item)
        memory = f"  {item.peak_mb} MB" if item.peak_mb else ""
        print(f"  {item.work:<9} {item.who:<44} {item.told():>12} s  {item.remark}{memory}", flush=True)

    def note(
        self, work: str, who: str, seconds: float, remark: str = "", *, sampled: bool = False, peak: int | None = None
    ) -> None:
        """Keep and print what was measured."""
        self.add(Time(work, who, seconds, remark, sampled=sampled, peak_mb=peak))

    def skip(self, line: str) -> None:
        """Say that something was not measured, and why."""
        self.skipped.append(line)
        print(f"  {line}", flush=True)

    def clock(self, call: Callable[[], T], runs: int = 3) -> tuple[float, T]:
        """Return the least time of a few runs, and the result."""
        now = time.process_time if self.threads == 1 else time.perf_counter
        best = float("inf")
        for _ in range(runs):
            start = now()
            result = call()
            best = min(best, now() - start)
        return best, result

    def base(self, work: str) -> float | None:
        """Our time for a work."""
        return next((time.seconds for time in self.times if time.work == work and time.who == BASE), None)

    def rows(self) -> list[tuple[str, str, str, str, str, str]]:
        """Return work, who, seconds, ratio, megabytes and remark of every time; works in order, the base first."""
        found = []
        for work in dict.fromkeys(item.work for item in self.times):
            mine = sorted((item for item in self.times if item.work == work), key=lambda item: item.who != BASE)
            for item in mine:
                memory = f"{item.peak_mb:,}" if item.peak_mb else ""
                found.append((item.work, item.who, item.told(), self._ratio(item), memory, item.remark))
        return found

    def _ratio(self, item: Time) -> str:
        """Return how many times our seconds something took; what was stopped or had other threads compares with nothing."""
        base = self.base(item.work)
        if base is None or len([one for one in self.times if one.work == item.work]) == 1 or "threads" in item.who:
            return ""
        if item.who == BASE:
            return "1 ×"
        if item.stopped:
            return "–"
        ratio = item.seconds / base
        about = "~" if item.sampled else ""
        return f"{about}{ratio:,.0f} ×" if ratio >= 20 else f"{about}{ratio:,.1f} ×"


def peak_of(call: Callable[[], T]) -> tuple[int, T]:
    """Return the largest memory of this process (MB) during a call, and the call's result.

    What earlier steps gave back to the allocator is first given back to the system: it is nobody's.
    """
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
    reset = Path("/proc/self/clear_refs")
    if reset.exists():
        with contextlib.suppress(OSError):
            reset.write_text("5", encoding="ascii")
    result = call()
    return peak_mb(), result


def peak_mb() -> int:
    """Return the largest memory of this process so far (MB)."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines() if ":" in line)
        if "VmHWM" in lines:
            return int(lines["VmHWM"].split()[0]) // 1024
    with contextlib.suppress(ImportError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return 0
