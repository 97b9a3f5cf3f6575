"""Work on a second processor beside one's own: a forked child has all that is in memory without a copy.

Only where that is cheap and safe, on Linux with one thread of Python; elsewhere (Windows and macOS would start Python
anew, import everything and take the study through a pipe: slower than the work itself) it is simply done when asked
for. What comes out is the same.
"""

from __future__ import annotations

import io
import os
import pickle
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# A child that has said nothing for so long, in seconds and in times of our own work, is not waited for.
_PATIENCE_S = 60.0
_PATIENCE_TIMES = 10.0


def beside(work: Callable[[], T], *, held: Sequence[object] = ()) -> Work[T]:
    """Start `work`; what is returned waits for it when called and gives its result, or raises what it raised.

    A child that is killed or hangs costs time, never the result: the work is then done here.

    Parameters
    ----------
    work : callable
    held : sequence of object
        What the result refers to and is here already, such as the study: it comes back as this very object.
    """
    if not _can_fork():
        return Work(work)
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_tell, args=(work, theirs, held), daemon=True)
    with warnings.catch_warnings():
        # Python 3.12 warns of threads that hold locks; those of the libraries rest, and see `_PATIENCE_S`.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    theirs.close()
    return _Forked(work, held, child, ours)


class Work(Generic[T]):
    """Work that is done when its result is asked for."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work

    def __call__(self) -> T:
        """Return the result, or raise what was raised."""
        return self._work()

    def done(self) -> bool:
        """Tell whether nothing is to be waited for."""
        return True


class _Forked(Work[T]):
    """Work that a child does."""

    def __init__(self, work: Callable[[], T], held: Sequence[object], child: ForkProcess, pipe: Connection) -> None:
        super().__init__(work)
        self._held, self._child, self._pipe = held, child, pipe
        self._started = time.monotonic()

    def done(self) -> bool:
        return self._pipe.poll()

    def __call__(self) -> T:
        answer: tuple[BaseException | None, T] | None = None
        try:
            if self._pipe.poll(_PATIENCE_S + _PATIENCE_TIMES * (time.monotonic() - self._started)):
                answer = _Receiver(self._pipe.recv_bytes(), self._held).load()
        except EOFError:
            pass
        finally:
            self._pipe.close()
            if answer is None:
                self._child.kill()
            self._child.join()
        if answer is None:
            return self._work()
        fault, value = answer
        if fault is not None:
            raise fault
        return value


def _can_fork() -> bool:
    if sys.platform != "linux":
        return False
    return len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def _tell(work: Callable[[], T], pipe: Connection, held: Sequence[object]) -> None:
    """Do the work and send (fault, result); an interruption is the parent's to handle.

    An answer that cannot be sent is none: the parent then does the work, or no longer wants it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        answer: tuple[BaseException | None, T | None] = (None, work())
    except Exception as fault:  # raised again in the parent
        answer = (fault, None)
    with suppress(pickle.PicklingError, TypeError, AttributeError, BrokenPipeError):
        pipe.send_bytes(_sent(answer, held))
    pipe.close()


def _sent(answer: object, held: Sequence[object]) -> bytes:
    buffer = io.BytesIO()
    _Sender(buffer, held).dump(answer)
    return buffer.getvalue()


class _Sender(pickle.Pickler):
    """Sends what the parent holds as its number."""

    def __init__(self, file: io.BytesIO, held: Sequence[object]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._numbers = {id(one): number for number, one in enumerate(held)}

    def persistent_id(self, obj: object) -> int | None:
        return self._numbers.get(id(obj))


class _Receiver(pickle.Unpickler):
    """Takes what it holds for its number."""

    def __init__(self, sent: bytes, held: Sequence[object]) -> None:
        super().__init__(io.BytesIO(sent))
        self._held = held

    def persistent_load(self, pid: Any) -> object:
        return self._held[pid]
