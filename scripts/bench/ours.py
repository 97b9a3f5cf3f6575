"""W1 and W2 by the engine."""

from __future__ import annotations

import os
import time

import numpy as np

from bench.board import BASE, Board, peak_of
from bench.given import BANDS, CUTOFF, SHARES, Answers
from bench.work import DECAY, Work
from corridor._kernel import sums
from corridor.access import _pairs, cumulative, gravity, nearest, reach
from corridor.access.decay import FIXED_POINT, fixed_point


def run(work: Work, board: Board) -> Answers:
    """Measure W1 and W2 and return the answers."""
    threads = board.threads
    w1_plan = reach.prepare(
        work.network, work.origins, np.arange(work.n), work.opportunities, work.category, len(SHARES), "length"
    )
    w2_plan = _pairs.plan(
        work.network, work.origins, work.opportunities, by="category", categories=range(len(SHARES)), impedance="length"
    )
    loads = _pairs.loads(w2_plan.things, work.opportunities, None)
    runs = 3 if work.n > 200_000 else 7

    def w1() -> np.ndarray:
        return reach.search(w1_plan, work.n, CUTOFF, threads)

    def w2() -> tuple[np.ndarray, np.ndarray]:
        return counts_and_pull(w2_plan, loads, threads)

    w1(), w2()  # compiled, or read from the cache
    peak = peak_of(lambda: (w1(), w2()))[0]
    two = threads == 1 and (os.cpu_count() or 1) > 1
    if two:
        peak_two, wall = peak_of(lambda: _wall(w1_plan, w2_plan, loads, work.n))
        wall = min(wall, *(_wall(w1_plan, w2_plan, loads, work.n) for _ in range(runs - 1)))
    first, near = board.clock(w1, runs)
    second, (counts, pull) = board.clock(w2, runs)
    board.note("W1", BASE, first)
    board.note("W2", BASE, second)
    board.note("W1 + W2", BASE, first + second, peak=peak)
    if two:
        board.note("W1 + W2", "corridor, two threads (wall)", wall, peak=peak_two)
    tables = {"impedance": "length", "threads": threads}
    if work.n <= 200_000:
        seconds, _ = board.clock(
            lambda: nearest(work.network, work.origins, work.opportunities, cutoff_dm=CUTOFF, **tables)
        )
        board.note("W1", "corridor, table", seconds)
        seconds, _ = board.clock(
            lambda: (
                cumulative(work.network, work.origins, work.opportunities, cutoffs_dm=BANDS, **tables),
                gravity(work.network, work.origins, work.opportunities, DECAY, cutoff_dm=CUTOFF, **tables),
            ),
            1,
        )
        board.note("W2", "corridor, two tables", seconds)
    seat = w2_plan.seat
    return Answers(near, counts[seat], pull[seat] / FIXED_POINT)


def _wall(w1_plan: reach.Plan, w2_plan: _pairs.Plan, loads: object, nodes: int) -> float:
    """Return the wall seconds of both works on two threads."""
    start = time.perf_counter()
    reach.search(w1_plan, nodes, CUTOFF, 2)
    counts_and_pull(w2_plan, loads, 2)
    return time.perf_counter() - start


def counts_and_pull(plan: _pairs.Plan, loads: object, threads: int) -> tuple[np.ndarray, np.ndarray]:
    """Return counts and decayed sums from one set of searches; rows by seat."""
    band = np.searchsorted(BANDS, np.arange(CUTOFF + 1)).astype(np.int32)
    decay = fixed_point(DECAY, CUTOFF)
    shape = (len(plan.origins), len(SHARES))

    def use(out: tuple[np.ndarray, np.ndarray], low: int, pairs: object) -> None:
        sums.count_by_band(pairs, low, band, loads, out[0])
        sums.sum_decayed(pairs, low, decay, loads, out[1])

    out = np.zeros((*shape, len(BANDS)), np.int32), np.zeros(shape, np.int64)
    counts, pull = _pairs.into(plan, CUTOFF, threads, out, use)
    for wider in range(1, len(BANDS)):
        counts[:, :, wider] += counts[:, :, wider - 1]
    return counts, pull
