"""What a request will need, told before it starts; what cannot fit is refused."""

from __future__ import annotations

import ctypes
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from corridor.access import _inputs, _pairs
from corridor.errors import BatchError, Problem, Text
from corridor.network import Network
from corridor.network.model import Impedance

# Bytes a pair costs at its dearest moment, when the found pairs, their order and the finished table exist at once
# (measured over 3 M pairs: 107 for `travel_table`, 82 for `k_nearest`).
_PAIR_BYTES = 120
# Requests that need less than this in the worst case are not looked at.
_ALWAYS_FINE = 256 * 2**20
_SAMPLE = 64
# Of the memory that is free: the rest of the machine needs some.
_SHARE = 0.8


@dataclass(frozen=True)
class Estimate:
    """What listing every pair within a cutoff would take.

    Attributes
    ----------
    origins : int
        Distinct origins.
    pairs : int
        Pairs within the cutoff, extrapolated from a sample of origins.
    memory_bytes : int
        At the dearest moment.
    seconds : float
        On this machine; for people, never for a table.
    available_bytes : int or None
        Memory free now; None where the system does not tell.
    """

    origins: int
    pairs: int
    memory_bytes: int
    seconds: float
    available_bytes: int | None

    @property
    def parts(self) -> int:
        """Into how many parts the origins must be split for each to fit; 1: it fits as it is."""
        if self.available_bytes is None:
            return 1
        room = max(int(self.available_bytes * _SHARE), 1)
        return max(1, min(-(-self.memory_bytes // room), max(self.origins, 1)))


def estimate(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    *,
    cutoff_dm: int,
    impedance: Impedance = "cost",
) -> Estimate:
    """Estimate memory and time of a table of all walks (`travel_table`, `k_nearest`) without making it.

    The walks of at most 64 origins, evenly spread over the table, are searched and counted; the rest is in
    proportion.

    Parameters
    ----------
    network, origins, opportunities, cutoff_dm, impedance
        As for `corridor.access.travel_table`.
    """
    _inputs.check(origins, opportunities, walks_dm={"cutoff_dm": [cutoff_dm]}, impedance=impedance, threads=None)
    labels = origins.index.unique()
    some = labels[np.unique(np.linspace(0, len(labels) - 1, min(_SAMPLE, len(labels))).astype(np.int64))]
    sample = origins[origins.index.isin(some)]
    plan = _pairs.plan(network, sample, opportunities.assign(_all=0), by="_all", categories=None, impedance=impedance)
    begun = time.perf_counter()
    _, place, _ = _pairs.all_pairs(plan, int(cutoff_dm), 1)
    seconds = time.perf_counter() - begun
    pairs = int(np.bincount(plan.things.place, minlength=plan.places)[place].sum())
    scale = len(labels) / max(len(some), 1)
    return Estimate(
        len(labels), round(pairs * scale), round(pairs * scale) * _PAIR_BYTES, seconds * scale, available_memory()
    )


def check_fits(
    what: str,
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    *,
    cutoff_dm: int,
    impedance: Impedance = "cost",
) -> None:
    """Refuse a table of walks that will not fit into memory, with what it would take and how to split it.

    Raises
    ------
    BatchError
    """
    if len(origins) * len(opportunities) * _PAIR_BYTES <= _ALWAYS_FINE:
        return
    need = estimate(network, origins, opportunities, cutoff_dm=cutoff_dm, impedance=impedance)
    if need.parts == 1 or need.available_bytes is None:
        return
    each = -(-need.origins // need.parts)
    gb, free = need.memory_bytes / 2**30, need.available_bytes / 2**30
    minutes = need.seconds / 60
    raise BatchError(
        Problem(
            what,
            Text(
                f"此请求放不下，未开始计算：约{need.pairs:,}对步行，需内存约{gb:,.1f} GB（可用{free:,.1f} GB），约{minutes:,.1f}分钟。",
                f"this request does not fit and was not started: about {need.pairs:,} walks, {gb:,.1f} GB of memory "
                f"({free:,.1f} GB free) and {minutes:,.1f} minutes.",
            ),
            Text(
                f"请把起点分成{need.parts}份以上，每份不超过{each:,}个；或缩小截止距离；"
                "只需次数、重力或最近距离时，请用 corridor.batch.tiles 分片计算。",
                f"Split the origins into {need.parts} parts or more of at most {each:,}; or shorten the cutoff; for "
                "counts, gravity or the nearest use corridor.batch.tiles.",
            ),
        )
    )


def available_memory() -> int | None:
    """Return the bytes of memory that can be used now, None where the system does not tell."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    if os.name == "nt":
        return _windows_memory()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        *((name, ctypes.c_ulonglong) for name in ("total", "free", "a", "b", "c", "d", "e")),
    )


def _windows_memory() -> int | None:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    library = getattr(ctypes, "windll", None)
    if library is None or not library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.free)
