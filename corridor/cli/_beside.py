"""Work on a second processor beside one's own: a forked child has all that is in memory without a copy.

Only where that is cheap and safe, on Linux with one thread of Python; elsewhere (Windows and macOS would start Python
anew, import everything and take the study through a pipe: slower than the work itself) it is simply done when asked
for. What comes out is the same.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")

# A child that has said nothing for so long, in seconds and in times of our own work, is not waited for.
_PATIENCE_S = 60.0
_PATIENCE_TIMES = 10.0


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Start `work`; the function returned waits for it and gives its result, or raises what it raised.

    A child that is killed or hangs costs time, never the result: the work is then done here.
    """
    if not _can_fork():
        return work
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_tell, args=(work, theirs), daemon=True)
    with warnings.catch_warnings():
        # Python 3.12 warns of threads that hold locks; those of the libraries rest, and see `_PATIENCE_S`.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    theirs.close()
    started = time.monotonic()

    def result() -> T:
        answer: tuple[BaseException | None, T] | None = None
        try:
            if ours.poll(_PATIENCE_S + _PATIENCE_TIMES * (time.monotonic() - started)):
                answer = ours.recv()
        except EOFError:
            pass
        finally:
            ours.close()
            if answer is None:
                child.kill()
            child.join()
        if answer is None:
            return work()
        fault, value = answer
        if fault is not None:
            raise fault
        return value

    return result


def _can_fork() -> bool:
    if sys.platform != "linux":
        return False
    return len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def _tell(work: Callable[[], T], pipe: Connection) -> None:
    """Do the work and send (fault, result); an interruption is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        answer: tuple[BaseException | None, T | None] = (None, work())
    except Exception as fault:  # raised again in the parent
        answer = (fault, None)
    pipe.send(answer)
    pipe.close()
