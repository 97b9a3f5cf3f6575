"""Ctrl-C and the system's wish that a run ends, kept until the crew of a batch can be let go in good order.

Python raises KeyboardInterrupt wherever the main thread happens to be. Within `concurrent.futures` that may be while a
future is locked; the lock then stays shut, and the pool can never be closed. And whoever presses Ctrl-C a second time
would interrupt the closing.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

_ENDING = (signal.SIGINT, signal.SIGTERM)


class Kept:
    """While entered, signals to end are noted; `heed` then does what they ask for. In the main thread only."""

    def __init__(self) -> None:
        self._before: dict[int, signal._HANDLER] = {}
        self._came: list[tuple[int, FrameType | None]] = []

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _ENDING:
                if callable(signal.getsignal(number)):
                    self._before[number] = signal.signal(number, lambda *came: self._came.append(came))
        return self

    def heed(self) -> None:
        """Give the first signal that came to whoever would have had it; most raise KeyboardInterrupt."""
        if self._came:
            number, frame = self._came[0]
            self._came.clear()
            answer = self._before[number]
            if callable(answer):
                answer(number, frame)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, answer in self._before.items():
            signal.signal(number, answer)
        if kind is None:
            self.heed()
