"""Processes of this machine as workers."""

from __future__ import annotations

import math
import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess

from corridor.batch import _held
from corridor.batch._held import Inherited, Parcel
from corridor.errors import BatchError

# So much longer than twice the time limit of a task nothing may end.
_GRACE_S = 10.0


class Pool:
    """Processes on this machine: copies of this one (fork), or started afresh (spawn) and given the payload."""

    executor: Executor

    def __init__(self, processes: int, parcel: Parcel | Inherited, task_s: float | None) -> None:
        self.window = 2 * processes
        self._context = multiprocessing.get_context("fork" if isinstance(parcel, Inherited) else "spawn")
        self._processes = processes
        self._parcel = parcel
        self._patience_s = math.inf if task_s is None else 2 * task_s + _GRACE_S
        self._exit_codes: set[int | None] = set()
        self._children: set[BaseProcess] = set()
        self._open()

    def _open(self) -> None:
        self._others = set(multiprocessing.active_children())
        pool = ProcessPoolExecutor(
            self._processes,
            mp_context=self._context,
            initializer=_held.start,
            initargs=(self._parcel,),
        )
        self.executor = pool
        # A probe each, so that all are started now: one started by a later task may miss the end of a broken pool.
        probes = [pool.submit(_held.ready, self._parcel.fingerprint) for _ in range(self._processes)]
        self._children = self._alive()
        try:
            problems = probes[0].result()
        except BrokenProcessPool as error:
            self.close(at_once=True)
            raise BatchError.of(
                "workers",
                "工作进程无法启动。",
                "the worker processes cannot start.",
                "在脚本中调用时，请放在 if __name__ == '__main__': 之内；否则请检查内存。",
                "In a script, call from within if __name__ == '__main__':; otherwise look at the memory.",
            ) from error
        if problems:
            self.close(at_once=True)
            raise BatchError(problems)

    def _alive(self) -> set[BaseProcess]:
        return set(multiprocessing.active_children()) - self._others

    def lost(self, error: BaseException) -> bool:
        return isinstance(error, BrokenProcessPool)

    def check(self, quiet_s: float) -> None:
        """End workers that stand still: a stopped process does not hear its own time limit. The dead tell themselves."""
        if quiet_s > self._patience_s:
            self._kill()

    def renew(self) -> None:
        self.close(at_once=True)
        self._exit_codes = {child.exitcode for child in self._children}
        self._open()

    def overran(self) -> bool:
        return _held.ALARM in self._exit_codes

    def close(self, *, at_once: bool) -> None:
        if at_once:
            self._kill()
        self.executor.shutdown(wait=True, cancel_futures=True)

    def _kill(self) -> None:
        for child in self._children | self._alive():
            child.kill()
