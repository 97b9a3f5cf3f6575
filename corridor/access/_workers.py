"""Batches of searches on several threads, each with an accumulator of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Condition, Lock
from typing import TypeVar

from corridor.network.model import Longs

T = TypeVar("T")


def workers(threads: int | None, tasks: int) -> int:
    """Return how many threads to use: those asked for, else one a processor, and never more than tasks."""
    return max(1, min(threads or os.cpu_count() or 1, tasks))


def each_batch(
    work: Callable[[T, int, int], None], rows: int, batch: int, threads: int | None, start: Callable[[], T]
) -> list[T]:
    """Call `work(accumulator, low, high)` for all rows in batches, and return the accumulators, one a worker.

    Each worker begins with a stretch of its own, so that its accumulator stays in one part of town, and then takes
    batches from the ends of the others' stretches: none waits while another has work left. Which worker did what
    depends on chance, so whatever is made of the accumulators must not.
    """
    count = workers(threads, -(-rows // batch))
    if count == 1:
        mine = start()
        for low in range(0, rows, batch):
            work(mine, low, min(low + batch, rows))
        return [mine]
    lock = Lock()
    left = [[rows * k // count, rows * (k + 1) // count] for k in range(count)]

    def take(worker: int) -> tuple[int, int] | None:
        with lock:
            own = left[worker]
            if own[0] < own[1]:
                low, own[0] = own[0], min(own[0] + batch, own[1])
                return low, own[0]
            other = max(left, key=lambda span: span[1] - span[0])
            if other[0] >= other[1]:
                return None
            high, other[1] = other[1], max(other[1] - batch, other[0])
            return other[1], high

    def run(worker: int) -> T:
        mine = start()
        while (span := take(worker)) is not None:
            work(mine, *span)
        return mine

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


class Spans:
    """One accumulator for all workers: each holds the stretch it writes on, others write elsewhere meanwhile."""

    def __init__(self) -> None:
        self._held: list[tuple[int, int]] = []
        self._change = Condition()

    @contextmanager
    def hold(self, low: int, high: int) -> Iterator[None]:
        """Wait until nobody writes on the places low … high, and keep others off them."""
        mine = (low, high)
        with self._change:
            self._change.wait_for(lambda: all(high < a or b < low for a, b in self._held))
            self._held.append(mine)
        try:
            yield
        finally:
            with self._change:
                self._held.remove(mine)
                self._change.notify_all()


def joined(parts: list[Longs]) -> Longs:
    """Add up the workers' sums, in the first of them; whole numbers, so any order gives the same."""
    total = parts[0]
    for part in parts[1:]:
        total += part
    return total
