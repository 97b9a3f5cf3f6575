"""W1 and W2 by others; each checks its answers against ours."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from bench.board import Board
from bench.ours import Answers
from bench.work import BANDS, CUTOFF, SHARES, Work

LARGE = 200_000
FAR = 2**31 - 1
KINDS = range(len(SHARES))


def cells(found: np.ndarray, ours: np.ndarray) -> str:
    """Say how many cells are equal."""
    share = float((found == ours).mean())
    return "every cell equal" if share == 1 else f"{share:.2%} of cells equal"


def with_scipy(work: Work, ours: Answers, board: Board) -> None:
    """Run scipy's Dijkstra from the opportunities (an expert's call) and from every origin (the usual one)."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    # The lattice has no parallel edges; scipy would add them up.
    links = np.r_[work.u, work.v], np.r_[work.v, work.u]
    matrix = csr_matrix((np.r_[work.weight, work.weight].astype(float), links), shape=(work.n, work.n))

    def nearest() -> np.ndarray:
        goals = [np.unique(work.goal[work.category == c]) for c in KINDS]
        return np.stack([dijkstra(matrix, indices=mine, min_only=True, limit=CUTOFF) for mine in goals])

    seconds, found = board.clock(nearest, 1 if work.n > LARGE else 3)
    found = np.where(np.isinf(found), FAR, found).astype(np.int64)
    board.note("W1", "scipy, multi-source with limit", seconds, cells(found, ours.nearest))

    nodes, place = np.unique(work.goal, return_inverse=True)
    load = np.zeros((len(nodes), len(SHARES)))
    np.add.at(load, (place, work.category), 1)
    step = max(1, 20_000_000 // work.n)
    limit = len(nodes) if work.n <= LARGE else 4 * step

    def from_goals() -> tuple[np.ndarray, np.ndarray]:
        total = np.zeros((work.n, len(SHARES), len(BANDS)))
        pull = np.zeros((work.n, len(SHARES)))
        for low in range(0, limit, step):
            walks = dijkstra(matrix, indices=nodes[low : low + step], limit=CUTOFF)
            row, node = np.nonzero(np.isfinite(walks))
            d = walks[row, node]
            for c in KINDS:
                weight = load[low + row, c]
                for b, cutoff in enumerate(BANDS):
                    total[:, c, b] += np.bincount(node, weights=weight * (d <= cutoff), minlength=work.n)
                pull[:, c] += np.bincount(node, weights=weight * np.exp(-4 * d / CUTOFF), minlength=work.n)
        return total, pull

    seconds, (total, pull) = board.clock(from_goals, 1)
    sampled = limit < len(nodes)
    remark = "" if sampled else f"{cells(total, ours.counts)}; gravity {close(pull, ours.pull)}"
    board.note("W2", "scipy, from the opportunities", seconds * len(nodes) / limit, remark, sampled=sampled)
    del total, pull

    sample = np.random.default_rng(1).choice(work.n, min(work.n, max(20, 40_000_000 // work.n), 400), replace=False)
    full = np.zeros((work.n, len(SHARES)))
    np.add.at(full, (work.goal, work.category), 1)

    def from_origins() -> tuple[np.ndarray, np.ndarray]:
        walks = dijkstra(matrix, indices=sample, limit=CUTOFF)
        pull = np.where(np.isinf(walks), 0.0, np.exp(-4 * np.minimum(walks, CUTOFF) / CUTOFF)) @ full
        return np.stack([(walks <= cutoff) @ full for cutoff in BANDS], axis=2), pull

    seconds, (total, pull) = board.clock(from_origins, 1)
    remark = f"{cells(total, ours.counts[sample])}; gravity {close(pull, ours.pull[sample])}"
    board.note("W2", "scipy, from every origin", seconds * work.n / len(sample), remark, sampled=len(sample) < work.n)


def close(found: np.ndarray, ours: np.ndarray) -> str:
    """Say how many decayed sums agree to a millionth (ours are rounded to 2^-24 an opportunity)."""
    share = float((np.abs(found - ours) <= 1e-6 * np.maximum(1, ours)).mean())
    return "equal to 1e-6" if share == 1 else f"{share:.2%} equal to 1e-6"


def with_networkx(work: Work, ours: Answers, board: Board) -> None:
    """Run networkx: multi-source for W1, single-source on a sample for W2."""
    import networkx as nx

    if work.n > LARGE:
        board.skip("networkx skipped at this size: minutes to hours")
        return
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(work.u.tolist(), work.v.tolist(), work.weight.tolist(), strict=True))

    def nearest() -> np.ndarray:
        out = np.full((len(SHARES), work.n), FAR)
        for c in KINDS:
            mine = set(work.goal[work.category == c].tolist())
            walks = nx.multi_source_dijkstra_path_length(graph, mine, cutoff=CUTOFF) if mine else {}
            out[c, list(walks)] = list(walks.values())
        return out

    seconds, found = board.clock(nearest, 1)
    board.note("W1", "networkx, multi-source", seconds, cells(found, ours.nearest))
    sample = np.random.default_rng(1).choice(work.n, min(work.n, 100), replace=False)

    def counts() -> np.ndarray:
        out = np.zeros((len(sample), len(SHARES), len(BANDS)))
        for i, node in enumerate(sample.tolist()):
            d = np.full(work.n, CUTOFF + 1)
            walks = nx.single_source_dijkstra_path_length(graph, node, cutoff=CUTOFF)
            d[list(walks)] = list(walks.values())
            for b, cutoff in enumerate(BANDS):
                out[i, :, b] = np.bincount(work.category[d[work.goal] <= cutoff], minlength=len(SHARES))
        return out

    seconds, found = board.clock(counts, 1)
    seconds *= work.n / len(sample)
    board.note("W2", "networkx, from every origin", seconds, cells(found, ours.counts[sample]), sampled=True)


def with_pandana(work: Work, ours: Answers, board: Board) -> None:
    """Run pandana: contraction hierarchies, then its nearest_pois and aggregate."""
    if work.n > LARGE:
        board.skip("pandana skipped at this size: its preparation alone takes more than eight minutes")
        return
    import pandana

    xy = work.network.nodes[["x_m", "y_m"]].reset_index(drop=True)

    def build() -> object:
        lengths = pd.DataFrame({"m": work.weight / 10})
        net = pandana.Network(xy["x_m"], xy["y_m"], pd.Series(work.u), pd.Series(work.v), lengths)
        net.precompute(CUTOFF / 10)
        return net

    seconds, net = board.clock(build, 1)
    board.note("prepare", "pandana", seconds)
    for c in KINDS:
        mine = work.goal[work.category == c]
        net.set_pois(f"c{c}", CUTOFF / 10, 1, xy["x_m"].iloc[mine], xy["y_m"].iloc[mine])
        net.set(pd.Series(mine), name=f"c{c}")
    w1, found = board.clock(
        lambda: np.stack([net.nearest_pois(CUTOFF / 10, f"c{c}", num_pois=1)[1].to_numpy() for c in KINDS]), 1
    )
    near = np.abs(found - np.minimum(ours.nearest, CUTOFF) / 10) < 0.11
    remark = f"{near.mean():.2%} within 0.1 m (floats; nothing in reach and 1,200 m look alike)"
    board.note("W1", "pandana", w1, remark)
    flat = [(c, t) for c in KINDS for t in BANDS]

    def sums() -> tuple[np.ndarray, np.ndarray]:
        count = [net.aggregate(t / 10, type="count", decay="flat", name=f"c{c}").to_numpy() for c, t in flat]
        pull = [net.aggregate(CUTOFF / 10, type="sum", decay="exp", name=f"c{c}").to_numpy() for c in KINDS]
        return np.stack(count, 1).reshape(work.n, len(SHARES), len(BANDS)), np.stack(pull, 1)

    w2, (total, _) = board.clock(sums, 1)
    board.note("W2", "pandana", w2, f"{cells(total, ours.counts)} (floats at the cutoff); its own decay")
    board.note("W1 + W2", "pandana", w1 + w2)


def with_cityseer(work: Work, ours: Answers, board: Board) -> None:
    """Run cityseer (AGPL) in a process of its own: this one hands over coordinates and links and gets numbers back."""
    if work.n > LARGE:
        board.skip("cityseer skipped at this size: hours")
        return
    script = Path(__file__).with_name("cityseer_process.py")
    with tempfile.TemporaryDirectory() as folder:
        given, got = Path(folder) / "given.npz", Path(folder) / "got.npz"
        np.savez(
            given,
            xy=work.network.nodes[["x_m", "y_m"]].to_numpy(),
            links=np.c_[work.u, work.v],
            goal=work.goal,
            category=work.category,
        )
        environment = {**os.environ, "RAYON_NUM_THREADS": str(board.threads)}
        command = [sys.executable, str(script), str(given), str(got)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["?"])[-1]
            board.skip(f"cityseer failed: {last}")
            return
        with np.load(got) as answer:
            near, total, cpu, wall = (answer[name] for name in ("nearest", "counts", "cpu", "wall"))
    ours_m = np.where(ours.nearest == FAR, np.nan, ours.nearest / 10)
    same = (np.isnan(near) & np.isnan(ours_m)) | (np.abs(near - ours_m) < 1.0)
    remark = f"nearest {same.mean():.2%} within 1 m, counts {cells(total, ours.counts)} (its own float lengths)"
    seconds = float(cpu if board.threads == 1 else wall)
    board.note("W1 + W2", "cityseer, both in one call", seconds, remark)


def all_origins(board: Board) -> None:
    """Say what the sums of scipy's best calls are."""
    found = {(item.work, item.who): item for item in board.times}
    first = found.get(("W1", "scipy, multi-source with limit"))
    for who in ("scipy, from the opportunities", "scipy, from every origin"):
        second = found.get(("W2", who))
        if first and second:
            board.note("W1 + W2", who, first.seconds + second.seconds, sampled=second.sampled)


PEERS = {"scipy": with_scipy, "networkx": with_networkx, "pandana": with_pandana, "cityseer": with_cityseer}
