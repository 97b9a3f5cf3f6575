"""One seam for all work in many tasks: this process, a pool of processes, or a Dask cluster.

A task is a key and a few values; `work(payload, task)` turns it into rows. The payload travels once to every worker.
All three ways are a `concurrent.futures.Executor` to the one loop below, which holds a window of tasks open, hands
out what ends, and does again only what was not handed out when a worker dies.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sized
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from corridor.batch import _held
from corridor.batch._held import Inherited, Outcome, Parcel
from corridor.batch._pool import Pool
from corridor.batch._signals import Kept
from corridor.batch._workers import Workers
from corridor.errors import BatchError, Problem, Text

R = TypeVar("R")
T = TypeVar("T")

# How often a quiet cluster is asked whether it is still there, and whether the run is to end.
_GLANCE_S = 1.0


@dataclass(frozen=True)
class Progress:
    """How far a run is. Times are for people; no table holds them."""

    done: int
    failed: int
    total: int | None
    elapsed_s: float

    @property
    def per_s(self) -> float:
        """Tasks ended a second."""
        return (self.done + self.failed) / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def remaining_s(self) -> float | None:
        """Time to go at the rate so far; None where the number of tasks or the rate is not known."""
        if self.total is None or not self.per_s:
            return None
        return (self.total - self.done - self.failed) / self.per_s


def run(
    work: Callable[[Any, T], R],
    payload: object,
    tasks: Mapping[str, T] | Iterable[tuple[str, T]],
    *,
    workers: Workers | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Outcome[R]]:
    """Do every task; hand out each one's rows as it ends, in whatever order they end.

    A task that raises becomes a failed outcome and the others go on. When a worker dies, the pool is made again and
    the tasks that were open are done once more, one at a time, so that only the one that kills its worker (or
    outlasts `Workers.task_s`) fails. What has been handed out is never done twice.

    Parameters
    ----------
    work : callable
        `work(payload, task) -> rows`, a function of a module, pure: the same rows wherever it runs.
    payload : object
        What all tasks share. Pickled once, sent once to every worker, checked there by hash and version; processes of
        this machine that can be copies of this one simply have it.
    tasks : mapping or iterable of (key, task)
        Taken up lazily, a window at a time.
    workers : Workers, optional
        Default: in this process.
    progress : callable, optional
        Called with a `Progress` after each task.

    Yields
    ------
    Outcome

    Raises
    ------
    BatchError
        Workers cannot start, the scheduler cannot be reached, or the connection to it is lost.
    """
    pairs: Iterable[tuple[str, T]] = tasks.items() if isinstance(tasks, Mapping) else tasks
    total = len(tasks) if isinstance(tasks, Sized) else None
    begun = time.monotonic()
    done = failed = 0
    where = workers or Workers()
    if where.here:
        outcomes = (_held.attempt(work, lambda: payload, key, task) for key, task in pairs)
    else:
        outcomes = _outcomes(work, payload, iter(pairs), where)
    # Whoever stops asking (or is interrupted) sends the workers home at once.
    with closing(outcomes):
        for outcome in outcomes:
            done, failed = done + (not outcome.failed), failed + outcome.failed
            yield outcome
            if progress is not None:
                progress(Progress(done, failed, total, time.monotonic() - begun))


def run_all(
    work: Callable[[Any, T], R],
    payload: object,
    tasks: Mapping[str, T],
    *,
    workers: Workers | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> dict[str, R]:
    """Do every task and return the rows by key, in the order of the keys.

    Parameters
    ----------
    work, payload, tasks, workers, progress
        As for `run`.

    Raises
    ------
    BatchError
        As `run`; also when any task failed, with the problems of all that did.
    """
    outcomes = {outcome.key: outcome for outcome in run(work, payload, tasks, workers=workers, progress=progress)}
    problems = [problem for key in sorted(outcomes) for problem in outcomes[key].problems]
    if problems:
        raise BatchError(problems)
    return {key: outcomes[key].rows for key in sorted(outcomes)}  # type: ignore[misc]  # none has failed


class Crew(Protocol):
    """Workers that hold the payload: an executor, how many tasks to keep open, and what breaks it."""

    executor: Executor
    window: int

    def lost(self, error: BaseException) -> bool:
        """Whether `error` says that a worker died with the task."""

    def check(self, quiet_s: float) -> None:
        """Raise where the workers as a whole are gone for good; nothing has ended for so many seconds."""

    def renew(self) -> None:
        """Make the workers work again after one died."""

    def overran(self) -> bool:
        """Whether the last worker that died may have been ended by the time limit."""

    def close(self, *, at_once: bool) -> None:
        """Let the workers go; `at_once`: even if they are busy."""


def _outcomes(
    work: Callable[[Any, T], R], payload: object, tasks: Iterator[tuple[str, T]], workers: Workers
) -> Generator[Outcome[R], None, None]:
    """Do the tasks with a crew, a window of them at a time."""
    parcel = Inherited(payload) if workers.processes and _copies() else Parcel.of(payload)
    crew = _crew(workers, parcel)

    def submit(key: str, task: T) -> Future[Outcome[R]]:
        return crew.executor.submit(_held.do, work, parcel.fingerprint, key, task, workers.task_s)

    running: dict[Future[Outcome[R]], tuple[str, T]] = {}
    heard = time.monotonic()
    suspects: deque[tuple[str, T]] = deque()
    with Kept() as signals:
        try:
            while True:
                signals.heed()
                if suspects and not running:
                    yield _alone(crew, submit, signals, *suspects.popleft(), workers.task_s)
                    continue
                while not suspects and len(running) < crew.window and (pair := next(tasks, None)) is not None:
                    try:
                        running[submit(*pair)] = pair
                    except Exception as error:
                        # A worker died since we last looked; the tasks under way tell it, or the next one alone.
                        if not crew.lost(error):
                            raise
                        suspects.append(pair)
                if not running:
                    break
                ended = _ended(crew, signals, running, time.monotonic() - heard)
                heard = time.monotonic() if ended else heard
                for pair, outcome in ended:
                    if outcome is None:
                        suspects.append(pair)
                    else:
                        yield outcome
        finally:
            crew.close(at_once=bool(running))


def _ended(
    crew: Crew, signals: Kept, running: dict[Future[Outcome[R]], tuple[str, T]], quiet_s: float
) -> list[tuple[tuple[str, T], Outcome[R] | None]]:
    """Wait for tasks to end, take them out of `running`, and return what came of each (None: its worker died).

    No future outlives this call: as long as one is held, a cluster keeps its result and makes it again when the
    worker that has it dies.
    """
    ended, _ = wait(running, timeout=_GLANCE_S, return_when=FIRST_COMPLETED)
    signals.heed()
    if not ended:
        crew.check(quiet_s)
    if any(_broken(crew, future) for future in ended):
        # A pool breaks as a whole: what had not ended is given up with it.
        crew.renew()
        ended = {future for future in running if future.done()}
    found = []
    for future in ended:
        pair = running.pop(future)
        found.append((pair, _result(crew, future, pair[0])))
    return found


def _broken(crew: Crew, future: Future[Any]) -> bool:
    """Tell whether a task ended because its worker died."""
    error = None if future.cancelled() else future.exception()
    return error is not None and crew.lost(error)


def _result(crew: Crew, future: Future[Outcome[R]], key: str) -> Outcome[R] | None:
    """Return what came of a task; None where its worker died."""
    try:
        return future.result()
    except CancelledError:
        crew.check(0.0)
        return None
    except Exception as error:
        if crew.lost(error):
            return None
        return Outcome(key, None, (_held.broken_off(key, error),))


def _alone(
    crew: Crew,
    submit: Callable[[str, T], Future[Outcome[R]]],
    signals: Kept,
    key: str,
    task: T,
    limit_s: float | None,
) -> Outcome[R]:
    """Do a task again with nothing else under way; if its worker dies again, the task is at fault."""
    begun = time.monotonic()
    try:
        future = submit(key, task)
    except Exception as error:
        if not crew.lost(error):
            raise
        crew.renew()
        future = submit(key, task)
    while not wait([future], timeout=_GLANCE_S).done:
        signals.heed()
        crew.check(time.monotonic() - begun)
    outcome = _result(crew, future, key)
    if outcome is not None:
        return outcome
    crew.renew()
    if limit_s is not None and time.monotonic() - begun >= limit_s and crew.overran():
        return Outcome(
            key,
            None,
            (
                Problem(
                    key,
                    Text(f"超过时限{limit_s:g}秒，已中止。", f"took longer than the limit of {limit_s:g} s; ended."),
                    Text("请放宽时限或缩小任务。", "Allow more time, or make the task smaller."),
                ),
            ),
        )
    return Outcome(
        key,
        None,
        (
            Problem(
                key,
                Text("工作进程两次在此任务中意外退出。", "the worker died twice while doing this task."),
                Text(
                    "多因内存不足：请减少进程数或缩小任务。",
                    "Most often memory runs out: use fewer processes, or make the task smaller.",
                ),
            ),
        ),
    )


def _copies() -> bool:
    """Whether workers can be copies of this process, at work at once with what it has built.

    That is so on Linux, and safe where nobody else is at work in this process: a copy would wait for ever for a lock
    that another thread held.
    """
    return sys.platform == "linux" and threading.active_count() == 1


def _crew(workers: Workers, parcel: Parcel | Inherited) -> Crew:
    if isinstance(parcel, Inherited) or workers.processes:
        return Pool(workers.processes, parcel, workers.task_s)
    from corridor.batch._dask import Cluster

    return Cluster(workers.dask, workers.scheduler_file, parcel, workers.connect_s)
