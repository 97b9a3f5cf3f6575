"""W1 and W2 by others; each checks its answers against ours. Run as `peer_process`, without the package."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.board import Board
from bench.given import BANDS, CUTOFF, SHARES, Answers, Given

LARGE = 200_000
FAR = 2**31 - 1
KINDS = range(len(SHARES))
MULTI_SOURCE, FROM_GOALS, FROM_ORIGINS = (
    "scipy, multi-source with limit",
    "scipy, from the opportunities",
    "scipy, from every origin",
)


def cells(found: np.ndarray, ours: np.ndarray) -> str:
    """Say how many cells are equal."""
    share = float((found == ours).mean())
    return "every cell equal" if share == 1 else f"{share:.2%} of cells equal"


def close(found: np.ndarray, ours: np.ndarray) -> str:
    """Say how many decayed sums agree to a millionth (ours are rounded to 2^-24 an opportunity)."""
    share = float((np.abs(found - ours) <= 1e-6 * np.maximum(1, ours)).mean())
    return "equal to 1e-6" if share == 1 else f"{share:.2%} equal to 1e-6"


def with_scipy(given: Given, ours: Answers, board: Board) -> None:
    """Run scipy's Dijkstra from the opportunities (an expert's call) and from every origin (the usual one)."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    # The lattice has no parallel edges; scipy would add them up.
    links = np.r_[given.u, given.v], np.r_[given.v, given.u]
    matrix = csr_matrix((np.r_[given.weight, given.weight].astype(float), links), shape=(given.n, given.n))

    def nearest() -> np.ndarray:
        goals = [np.unique(given.goal[given.category == c]) for c in KINDS]
        return np.stack([dijkstra(matrix, indices=mine, min_only=True, limit=CUTOFF) for mine in goals])

    first, found = board.clock(nearest, 1 if given.n > LARGE else 3)
    found = np.where(np.isinf(found), FAR, found).astype(np.int64)
    board.note("W1", MULTI_SOURCE, first, cells(found, ours.nearest))

    nodes, place = np.unique(given.goal, return_inverse=True)
    load = np.zeros((len(nodes), len(SHARES)))
    np.add.at(load, (place, given.category), 1)
    step = max(1, 20_000_000 // given.n)
    limit = len(nodes) if given.n <= LARGE else 2 * step

    def from_goals() -> tuple[np.ndarray, np.ndarray]:
        total = np.zeros((given.n, len(SHARES), len(BANDS)))
        pull = np.zeros((given.n, len(SHARES)))
        for low in range(0, limit, step):
            walks = dijkstra(matrix, indices=nodes[low : low + step], limit=CUTOFF)
            row, node = np.nonzero(np.isfinite(walks))
            d = walks[row, node]
            for c in KINDS:
                weight = load[low + row, c]
                for b, cutoff in enumerate(BANDS):
                    total[:, c, b] += np.bincount(node, weights=weight * (d <= cutoff), minlength=given.n)
                pull[:, c] += np.bincount(node, weights=weight * np.exp(-4 * d / CUTOFF), minlength=given.n)
        return total, pull

    seconds, (total, pull) = board.clock(from_goals, 1)
    sampled = limit < len(nodes)
    remark = "not compared" if sampled else f"{cells(total, ours.counts)}; gravity {close(pull, ours.pull)}"
    seconds *= len(nodes) / min(limit, len(nodes))
    board.note("W2", FROM_GOALS, seconds, remark, sampled=sampled)
    board.note("W1 + W2", FROM_GOALS, first + seconds, remark, sampled=sampled)
    del total, pull

    sample = np.random.default_rng(1).choice(given.n, min(given.n, max(20, 40_000_000 // given.n), 400), replace=False)
    full = np.zeros((given.n, len(SHARES)))
    np.add.at(full, (given.goal, given.category), 1)

    def from_origins() -> tuple[np.ndarray, np.ndarray]:
        walks = dijkstra(matrix, indices=sample, limit=CUTOFF)
        pull = np.where(np.isinf(walks), 0.0, np.exp(-4 * np.minimum(walks, CUTOFF) / CUTOFF)) @ full
        return np.stack([(walks <= cutoff) @ full for cutoff in BANDS], axis=2), pull

    seconds, (total, pull) = board.clock(from_origins, 1)
    remark = f"{cells(total, ours.counts[sample])}; gravity {close(pull, ours.pull[sample])}"
    sampled = len(sample) < given.n
    seconds *= given.n / len(sample)
    board.note("W2", FROM_ORIGINS, seconds, remark, sampled=sampled)
    board.note("W1 + W2", FROM_ORIGINS, first + seconds, remark, sampled=sampled)


def with_networkx(given: Given, ours: Answers, board: Board) -> None:
    """Run networkx: multi-source for W1 (some categories where the town is large), single-source on a sample for W2."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(given.u.tolist(), given.v.tolist(), given.weight.tolist(), strict=True))
    kinds = list(KINDS) if given.n <= LARGE else [0, len(SHARES) - 1]

    def nearest() -> np.ndarray:
        out = np.full((len(kinds), given.n), FAR)
        for row, c in enumerate(kinds):
            mine = set(given.goal[given.category == c].tolist())
            walks = nx.multi_source_dijkstra_path_length(graph, mine, cutoff=CUTOFF) if mine else {}
            out[row, list(walks)] = list(walks.values())
        return out

    seconds, found = board.clock(nearest, 1)
    whole = len(kinds) == len(SHARES)
    remark = cells(found, ours.nearest[kinds])
    board.note("W1", "networkx, multi-source", seconds * len(SHARES) / len(kinds), remark, sampled=not whole)
    sample = np.random.default_rng(1).choice(given.n, min(given.n, 100), replace=False)

    def counts() -> np.ndarray:
        out = np.zeros((len(sample), len(SHARES), len(BANDS)))
        d = np.full(given.n, CUTOFF + 1)
        for i, node in enumerate(sample.tolist()):
            walks = nx.single_source_dijkstra_path_length(graph, node, cutoff=CUTOFF)
            met = list(walks)
            d[met] = list(walks.values())
            for b, cutoff in enumerate(BANDS):
                out[i, :, b] = np.bincount(given.category[d[given.goal] <= cutoff], minlength=len(SHARES))
            d[met] = CUTOFF + 1
        return out

    seconds, found = board.clock(counts, 1)
    seconds *= given.n / len(sample)
    board.note("W2", "networkx, from every origin", seconds, cells(found, ours.counts[sample]), sampled=True)


def with_pandana(given: Given, ours: Answers, board: Board) -> None:
    """Run pandana: contraction hierarchies, then its nearest_pois and aggregate."""
    import pandana

    x, y = pd.Series(given.xy[:, 0]), pd.Series(given.xy[:, 1])

    def build() -> pandana.Network:
        lengths = pd.DataFrame({"m": given.weight / 10})
        net = pandana.Network(x, y, pd.Series(np.array(given.u)), pd.Series(np.array(given.v)), lengths)
        net.precompute(CUTOFF / 10)
        return net

    seconds, net = board.clock(build, 1)
    board.note("prepare", "pandana", seconds)
    for c in KINDS:
        mine = np.array(given.goal[given.category == c])
        net.set_pois(f"c{c}", CUTOFF / 10, 1, x.iloc[mine], y.iloc[mine])
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
        return np.stack(count, 1).reshape(given.n, len(SHARES), len(BANDS)), np.stack(pull, 1)

    w2, (total, _) = board.clock(sums, 1)
    remark = f"{cells(total, ours.counts)} (floats at the cutoff); its own decay"
    board.note("W2", "pandana", w2, remark)
    board.note("W1 + W2", "pandana", w1 + w2, remark)


PEERS = {"scipy": with_scipy, "networkx": with_networkx, "pandana": with_pandana}
