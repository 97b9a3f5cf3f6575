"""What was measured: times with remarks, printed as they come, and as a table of ratios at the end."""

from __future__ import annotations

import contextlib
import resource
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
    """Seconds that `who` took for `work`; `peak_mb` where memory was watched."""

    work: str
    who: str
    seconds: float
    remark: str
    sampled: bool
    peak_mb: int | None


@dataclass
class Board:
    """All times of one run."""

    threads: int
    times: list[Time] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def note(
        self, work: str, who: str, seconds: float, remark: str = "", *, sampled: bool = False, peak: int | None = None
    ) -> None:
        """Keep and print one time."""
        self.times.append(Time(work, who, seconds, remark, sampled, peak))
        about = "~" if sampled else " "
        memory = f"  {peak} MB" if peak else ""
        print(f"  {work:<8} {who:<46} {about}{seconds:11.4f} s  {remark}{memory}", flush=True)

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

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Return work, who, seconds, ratio and remark of every time that has something to compare with."""
        found = []
        for item in self.times:
            base = self.base(item.work)
            if base is not None:
                ratio = "1" if item.who == BASE else f"{item.seconds / base:,.1f}"
                about = "~" if item.sampled else ""
                found.append((item.work, item.who, f"{about}{item.seconds:,.4g}", f"{about}{ratio} ×", item.remark))
        return found


def peak_of(call: Callable[[], T]) -> tuple[int, T]:
    """Return the largest memory of this process (MB) during a call, and the call's result."""
    reset = Path("/proc/self/clear_refs")
    if reset.exists():
        with contextlib.suppress(OSError):
            reset.write_text("5", encoding="ascii")
    result = call()
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines() if ":" in line)
        if "VmHWM" in lines:
            return int(lines["VmHWM"].split()[0]) // 1024, result
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, result
