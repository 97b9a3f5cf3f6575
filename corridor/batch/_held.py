"""The worker's side of the seam: the shared input it holds, and one task done with it.

A worker is a process of its own (or a Dask worker). It keeps what all tasks share from the moment it starts, so
that a task carries only its own few values.
"""

from __future__ import annotations

import faulthandler
import gc
import hashlib
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import parent_process
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

from corridor import __version__
from corridor.errors import BatchError, CorridorError, Problem, Text

R = TypeVar("R")

# Exit code of a worker whose task outlasted its limit (faulthandler's), and of one whose coordinator is gone.
ALARM = 1
ORPHAN = 3


@dataclass(frozen=True)
class Outcome(Generic[R]):
    """One task's end.

    Attributes
    ----------
    key : str
    rows : object or None
        What the task returned; None where it failed.
    problems : tuple of Problem
        Why it failed; empty where it did not.
    seconds : float
        Time it took its worker; for progress, never for a table.
    """

    key: str
    rows: R | None
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether there are no rows."""
        return bool(self.problems)


@dataclass(frozen=True)
class Parcel:
    """The shared input on its way: pickled once, with the hash and version its receiver checks."""

    data: bytes
    fingerprint: str
    version: str

    @classmethod
    def of(cls, payload: object) -> Parcel:
        """Pack `payload`."""
        data = pickle.dumps(payload, protocol=pickle.HIGHEST_PROTOCOL)
        return cls(data, hashlib.sha256(data).hexdigest(), __version__)

    def opened(self) -> object:
        """Unpack the payload, or say why it must not be used."""
        if self.version != __version__:
            raise BatchError.of(
                "worker",
                f"工作进程的 corridor 版本为{__version__}，主进程为{self.version}。",
                f"the worker runs corridor {__version__}, the coordinator {self.version}.",
                "请在所有机器上安装同一版本。",
                "Install the same version on all machines.",
            )
        found = hashlib.sha256(self.data).hexdigest()
        if found != self.fingerprint:
            raise BatchError.of(
                "worker",
                f"共享数据在传送中受损：指纹应为{self.fingerprint[:12]}，实为{found[:12]}。",
                f"the shared input was damaged on its way: fingerprint {found[:12]} instead of {self.fingerprint[:12]}.",
                "请重新运行。",
                "Run again.",
            )
        return pickle.loads(self.data)  # noqa: S301  # our own bytes, checked against the coordinator's hash


@dataclass(frozen=True)
class Inherited:
    """The shared input as workers find it that are copies of this process: nothing travels, nothing is packed."""

    payload: object
    fingerprint: str = "shared"

    def opened(self) -> object:
        """Return the payload."""
        return self.payload


# What this process holds, by fingerprint; an error in its place where the parcel could not be opened. A process pool
# has no other way to hand something to all tasks of a worker.
_held: dict[str, object] = {}


def take(parcel: Parcel | Inherited) -> None:
    """Open a parcel and keep it; a fault is kept as well and comes out with the first task."""
    try:
        _held[parcel.fingerprint] = parcel.opened()
    except CorridorError as error:
        _held[parcel.fingerprint] = error
    except Exception as error:
        _held[parcel.fingerprint] = BatchError.of(
            "worker",
            f"工作进程无法读取共享数据：{type(error).__name__}：{error}",
            f"the worker cannot read the shared input: {type(error).__name__}: {error}",
        )


def drop(fingerprint: str) -> None:
    """Forget a payload."""
    _held.pop(fingerprint, None)


def start(parcel: Parcel | Inherited) -> None:
    """Begin a worker process: keep the payload, leave Ctrl-C to the coordinator, end when that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A copy of the coordinator has its answer to SIGTERM too, and it is not the worker's to give.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    take(parcel)
    # It lives as long as the worker: to look through it for cycles costs time, and a copy of every page it shares.
    gc.freeze()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(ORPHAN)


def held(fingerprint: str) -> Any:
    """Return the payload this worker holds."""
    if fingerprint not in _held:
        raise BatchError.of(
            "worker",
            f"工作进程没有指纹为{fingerprint[:12]}的共享数据。",
            f"the worker does not hold the shared input {fingerprint[:12]}.",
            "请重新运行。",
            "Run again.",
        )
    payload = _held[fingerprint]
    if isinstance(payload, CorridorError):
        raise payload
    return payload


def ready(fingerprint: str) -> tuple[Problem, ...]:
    """Tell what keeps this worker from working; nothing where it holds the payload."""
    try:
        held(fingerprint)
    except CorridorError as error:
        return error.problems
    return ()


def do(work: Callable[[Any, Any], R], fingerprint: str, key: str, task: object, limit_s: float | None) -> Outcome[R]:
    """Do one task with the payload held here. A task that outlasts `limit_s` ends its worker."""
    with _limited(limit_s):
        return attempt(work, lambda: held(fingerprint), key, task)


def attempt(work: Callable[[Any, Any], R], payload: Callable[[], Any], key: str, task: object) -> Outcome[R]:
    """Do one task; whatever it raises becomes the problems of its outcome."""
    begun = time.perf_counter()
    try:
        rows = work(payload(), task)
    except CorridorError as error:
        return Outcome(key, None, error.problems, time.perf_counter() - begun)
    except Exception as error:
        return Outcome(key, None, (broken_off(key, error),), time.perf_counter() - begun)
    return Outcome(key, rows, (), time.perf_counter() - begun)


def broken_off(key: str, error: BaseException) -> Problem:
    """Word an error nobody foresaw."""
    kind = type(error).__name__
    return Problem(key, Text(f"任务中断：{kind}：{error}", f"the task broke off: {kind}: {error}"))


_deadlines: dict[object, float] = {}
_deadlines_lock = threading.Lock()


@cache
def _nowhere() -> IO[str]:
    """Where the alarm writes what a planner need not see; stays open as long as the process."""
    return Path(os.devnull).open("w")


@contextmanager
def _limited(seconds: float | None) -> Iterator[None]:
    """End this process when the block takes longer; works inside compiled code and without the interpreter's lock."""
    if seconds is None:
        yield
        return
    token = object()
    _set_alarm(token, time.monotonic() + seconds)
    try:
        yield
    finally:
        _set_alarm(token, None)


def _set_alarm(token: object, deadline: float | None) -> None:
    """Add or remove a deadline; the process has one alarm, set for the earliest."""
    with _deadlines_lock:
        if deadline is None:
            del _deadlines[token]
        else:
            _deadlines[token] = deadline
        faulthandler.cancel_dump_traceback_later()
        if _deadlines:
            left = max(min(_deadlines.values()) - time.monotonic(), 0.001)
            faulthandler.dump_traceback_later(left, exit=True, file=_nowhere())
