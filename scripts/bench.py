"""Measure the engine against its peers on the same work, and check that the answers agree.

    python3 scripts/bench.py [--size 5k|100k|1m] [--peers scipy,networkx,pandana] [--threads 1]

W1  distance to the nearest opportunity of each of 14 categories, for every node, within 1,200 m
W2  opportunities within 400, 800 and 1,200 m and the sum of exp(-4 d / 1200), for every node and category
W4  5, 10 and 15 minute isochrones of 20 origins

Networks are those of the literature's toy: a jittered grid of 58 m, 26.5 % of the links dropped, the largest
component, whole decimetres, ids shuffled. Times are CPU seconds of one process, the best of a few runs; "prepared"
is arrays in, arrays out, "table" the public call. Peers' calls marked ~ are measured on a sample of the origins and
scaled up. Peers are whatever is installed (extra `bench`).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.access import _pairs, cumulative, gravity, nearest, reach
from corridor.access.decay import Exponential, fixed_point
from corridor.isochrones import isochrones, reached_streets
from corridor.network import Network, build_network
from corridor.network.gates import components

SIZES = {"5k": 5_000, "100k": 100_000, "1m": 1_000_000}
SHARES = np.array([22, 16, 12, 10, 8, 7, 6, 5, 4, 3, 2.5, 2, 1.5, 1]) / 100
CUTOFF = 12_000
BANDS = [4_000, 8_000, 12_000]
DECAY = Exponential(4 / 1200)


@dataclass
class Work:
    """One network with its opportunities, as tables for us and as arrays for the peers."""

    network: Network
    u: np.ndarray
    v: np.ndarray
    weight: np.ndarray
    origins: pd.DataFrame
    opportunities: pd.DataFrame
    goal: np.ndarray
    category: np.ndarray
    times: list[tuple[str, str, float, str]] = field(default_factory=list)

    @property
    def n(self) -> int:
        """Nodes."""
        return len(self.network.nodes)

    def note(self, work: str, who: str, seconds: float, remark: str = "") -> None:
        """Print and keep one time."""
        self.times.append((work, who, seconds, remark))
        print(f"  {work:<4} {who:<44} {seconds:10.4f} s  {remark}", flush=True)


def clock(call: Callable[[], object], runs: int = 3) -> tuple[float, object]:
    """Return the least CPU time of a few runs, and the result."""
    best, result = np.inf, None
    for _ in range(runs):
        start = time.process_time()
        result = call()
        best = min(best, time.process_time() - start)
    return best, result


def town(target: int, seed: int = 0) -> Work:
    """Build the network of about `target` nodes."""
    rng = np.random.default_rng(seed)
    side = round(np.sqrt(target * 1.04))
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), -1).reshape(-1, 2) * 58.0
    xy = (xy + rng.normal(0, 9, xy.shape)).round(2)
    grid = np.arange(side * side).reshape(side, side)
    links = np.concatenate(
        [np.c_[grid[:-1].ravel(), grid[1:].ravel()], np.c_[grid[:, :-1].ravel(), grid[:, 1:].ravel()]]
    )
    links = links[rng.random(len(links)) < 0.735]
    label = components(side * side, links[:, 0], links[:, 1])
    links = links[label[links[:, 0]] == np.bincount(label).argmax()]
    number = rng.permutation(side * side) + 1
    links = links[rng.permutation(len(links))]
    streets = gpd.GeoDataFrame(
        {
            "name": pd.array([pd.NA] * len(links), dtype="string"),
            "highway": "footway",
            "walk": "public",
            "steps": False,
            "oneway_foot": np.int8(0),
            "nodes": list(number[links]),
        },
        index=pd.Index(np.arange(len(links)), name="street_id"),
        geometry=shapely.linestrings(xy[links]),
        crs="EPSG:32651",
    )
    gates = gpd.GeoDataFrame({"node_id": np.zeros(0, np.int64), "passage": []}, geometry=[], crs="EPSG:32651")
    start = time.process_time()
    network = build_network(streets, gates)
    print(f"built {len(network.nodes)} nodes, {len(network.edges)} edges in {time.process_time() - start:.2f} s")
    u, v = network.edges["u"].to_numpy(), network.edges["v"].to_numpy()
    n = len(network.nodes)
    goal = rng.integers(0, n, int(0.05 * n))
    category = rng.choice(len(SHARES), len(goal), p=SHARES / SHARES.sum())
    at_nodes = _at_nodes(network, u, v)
    opportunities = at_nodes.iloc[goal].reset_index(drop=True).assign(category=category)
    return Work(network, u, v, network.edges["length_dm"].to_numpy(), at_nodes, opportunities, goal, category)


def _at_nodes(network: Network, u: np.ndarray, v: np.ndarray) -> pd.DataFrame:
    """Return an attach table with one point at each node."""
    edge = np.zeros(len(network.nodes), np.int64)
    offset = np.zeros(len(network.nodes), np.int64)
    edge[v] = np.arange(len(v))
    offset[v] = network.edges["length_dm"].to_numpy()
    edge[u], offset[u] = np.arange(len(u)), 0
    return pd.DataFrame(
        {
            "edge": pd.array(edge, dtype="Int64"),
            "offset_dm": pd.array(offset, dtype="Int32"),
            "connector_dm": pd.array(np.zeros(len(edge)), dtype="Int32"),
        }
    )


def ours(work: Work, threads: int) -> tuple[np.ndarray, np.ndarray]:
    """Return W1 (category, node) and W2 counts (node, category, band), and note our times."""
    rows = np.arange(work.n)
    plan = reach.prepare(work.network, work.origins, rows, work.opportunities, work.category, len(SHARES), "length")
    reach.search(plan, work.n, CUTOFF, threads)
    seconds, w1 = clock(lambda: reach.search(plan, work.n, CUTOFF, threads))
    work.note("W1", "corridor, prepared", seconds)
    common = {"cutoff_dm": CUTOFF, "impedance": "length", "threads": threads}
    seconds, _ = clock(lambda: nearest(work.network, work.origins, work.opportunities, **common))
    work.note("W1", "corridor, table", seconds)

    prepared = _pairs.plan(
        work.network, work.origins, work.opportunities, by="category", categories=range(len(SHARES)), impedance="length"
    )
    loads = _pairs.loads(prepared, work.opportunities, None)
    counts_and_pull(prepared, loads, threads)
    seconds, (counts, _) = clock(lambda: counts_and_pull(prepared, loads, threads))
    work.note("W2", "corridor, prepared", seconds)
    tables = {"impedance": "length", "threads": threads}
    seconds, _ = clock(
        lambda: (
            cumulative(work.network, work.origins, work.opportunities, cutoffs_dm=BANDS, **tables),
            gravity(work.network, work.origins, work.opportunities, DECAY, cutoff_dm=CUTOFF, **tables),
        ),
        1,
    )
    work.note("W2", "corridor, two tables", seconds)
    return np.stack(w1), counts


def counts_and_pull(plan: _pairs.Plan, loads: object, threads: int) -> tuple[np.ndarray, np.ndarray]:
    """Return W2: counts and gravity from one set of searches."""
    from corridor._kernel import sums

    band = np.searchsorted(BANDS, np.arange(CUTOFF + 1)).astype(np.int32)
    decay = fixed_point(DECAY, CUTOFF)
    shape = (len(plan.origins), len(SHARES))

    def use(out: tuple[np.ndarray, np.ndarray], low: int, pairs: object) -> None:
        sums.count_by_band(pairs, low, band, loads, out[0])
        sums.sum_decayed(pairs, low, decay, loads, out[1])

    parts = _pairs.each_batch(
        plan, CUTOFF, threads, lambda: (np.zeros((*shape, 3), np.int64), np.zeros(shape, np.int64)), use
    )
    counts, pull = (sum(part[i] for part in parts[1:]) + parts[0][i] for i in (0, 1))
    return counts.cumsum(axis=2), pull


def with_scipy(work: Work, w1: np.ndarray, counts: np.ndarray) -> None:
    """Run scipy's Dijkstra both ways: from every origin, and from the opportunities."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    # The lattice has no parallel edges; scipy would add them up.
    links = np.r_[work.u, work.v], np.r_[work.v, work.u]
    matrix = csr_matrix((np.r_[work.weight, work.weight].astype(float), links), shape=(work.n, work.n))

    def w1_call() -> np.ndarray:
        found = [
            dijkstra(matrix, indices=np.unique(work.goal[work.category == c]), min_only=True, limit=CUTOFF)
            for c in range(len(SHARES))
        ]
        return np.stack(found)

    seconds, found = clock(w1_call, 2)
    agree = np.array_equal(np.where(np.isinf(found), 2**31 - 1, found).astype(np.int64), w1.astype(np.int64))
    work.note("W1", "scipy from the opportunities, with limit", seconds, f"equal: {agree}")

    nodes, place = np.unique(work.goal, return_inverse=True)
    load = np.zeros((len(nodes), len(SHARES)))
    np.add.at(load, (place, work.category), 1)
    step = max(1, 20_000_000 // work.n)
    limit = len(nodes) if work.n <= 200_000 else 4 * step

    def from_goals() -> np.ndarray:
        total = np.zeros((work.n, len(SHARES), 3))
        pull = np.zeros((work.n, len(SHARES)))
        for low in range(0, limit, step):
            reach_ = dijkstra(matrix, indices=nodes[low : low + step], limit=CUTOFF)
            row, node = np.nonzero(np.isfinite(reach_))
            d = reach_[row, node]
            for c in range(len(SHARES)):
                weight = load[low + row, c]
                for b, cutoff in enumerate(BANDS):
                    total[:, c, b] += np.bincount(node, weights=weight * (d <= cutoff), minlength=work.n)
                pull[:, c] += np.bincount(node, weights=weight * np.exp(-4 * d / CUTOFF), minlength=work.n)
        return total

    seconds, found = clock(from_goals, 1)
    remark = f"equal: {np.array_equal(found, counts)}" if limit >= len(nodes) else "~"
    work.note("W2", "scipy from the opportunities", seconds * len(nodes) / min(limit, len(nodes)), remark)

    sample = np.random.default_rng(1).choice(work.n, min(work.n, 400), replace=False)
    full = np.zeros((work.n, len(SHARES)))
    np.add.at(full, (work.goal, work.category), 1)

    def from_origins() -> np.ndarray:
        reach_ = dijkstra(matrix, indices=sample, limit=CUTOFF)
        np.where(np.isinf(reach_), 0.0, np.exp(-4 * np.minimum(reach_, CUTOFF) / CUTOFF)) @ full
        return np.stack([(reach_ <= cutoff) @ full for cutoff in BANDS], axis=2)

    seconds, found = clock(from_origins, 1)
    equal = np.array_equal(found, counts[sample])
    work.note("W2", "scipy from every origin", seconds * work.n / len(sample), f"~ equal on the sample: {equal}")


def with_networkx(work: Work, w1: np.ndarray, counts: np.ndarray) -> None:
    """Run networkx: multi-source for W1, single-source on a sample for W2."""
    import networkx as nx

    if work.n > 200_000:
        return
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(work.u.tolist(), work.v.tolist(), work.weight.tolist(), strict=True))

    def w1_call() -> list[dict[int, int]]:
        return [
            nx.multi_source_dijkstra_path_length(graph, set(work.goal[work.category == c].tolist()), cutoff=CUTOFF)
            for c in range(len(SHARES))
        ]

    seconds, found = clock(w1_call, 1)
    agree = all(
        len(row) == (w1[c] < 2**31 - 1).sum() and all(w1[c, node] == d for node, d in row.items())
        for c, row in enumerate(found)
    )
    work.note("W1", "networkx", seconds, f"equal: {agree}")
    sample = np.random.default_rng(1).choice(work.n, 100, replace=False).tolist()
    start = time.process_time()
    agree = True
    for node in sample:
        walk = nx.single_source_dijkstra_path_length(graph, node, cutoff=CUTOFF)
        d = np.array([walk.get(goal, CUTOFF + 1) for goal in work.goal.tolist()])
        for b, cutoff in enumerate(BANDS):
            agree &= np.array_equal(np.bincount(work.category[d <= cutoff], minlength=len(SHARES)), counts[node, :, b])
    work.note("W2", "networkx", (time.process_time() - start) * work.n / len(sample), f"~ equal on the sample: {agree}")


def with_pandana(work: Work, w1: np.ndarray, counts: np.ndarray) -> None:
    """Run pandana: contraction hierarchies, then its nearest_pois and aggregate."""
    import pandana

    if work.n > 200_000:
        return
    xy = work.network.nodes[["x_m", "y_m"]].reset_index(drop=True)
    start = time.process_time()
    net = pandana.Network(
        xy["x_m"], xy["y_m"], pd.Series(work.u), pd.Series(work.v), pd.DataFrame({"m": work.weight / 10})
    )
    net.precompute(CUTOFF / 10)
    work.note("prep", "pandana", time.process_time() - start)
    for c in range(len(SHARES)):
        mine = work.goal[work.category == c]
        net.set_pois(f"c{c}", CUTOFF / 10, 1, xy["x_m"].iloc[mine], xy["y_m"].iloc[mine])
        net.set(pd.Series(mine), name=f"c{c}")
    seconds, found = clock(
        lambda: np.stack(
            [net.nearest_pois(CUTOFF / 10, f"c{c}", num_pois=1)[1].to_numpy() for c in range(len(SHARES))]
        ),
        1,
    )
    close = np.isclose(found, np.minimum(w1, CUTOFF) / 10, atol=0.11).mean()
    work.note("W1", "pandana", seconds, f"within 0.1 m: {close:.2%}")
    flat = [
        lambda c=c, t=t: net.aggregate(t / 10, type="count", decay="flat", name=f"c{c}")
        for c in range(len(SHARES))
        for t in BANDS
    ]
    pull = [lambda c=c: net.aggregate(CUTOFF / 10, type="sum", decay="exp", name=f"c{c}") for c in range(len(SHARES))]
    seconds, found = clock(lambda: [call().to_numpy() for call in flat + pull], 1)
    equal = (np.stack(found[: len(flat)], 1).reshape(work.n, len(SHARES), 3) == counts).mean()
    work.note("W2", "pandana", seconds, f"counts equal: {equal:.2%}")


def isochrone_race(work: Work) -> None:
    """Time W4 against the recipe of the OSMnx examples, and compare both with the exact street buffer."""
    import networkx as nx

    origins = work.origins.iloc[np.random.default_rng(2).choice(work.n, 20, replace=False)]
    isochrones(work.network, origins.iloc[:1])
    seconds, shapes = clock(lambda: isochrones(work.network, origins), 2)
    streets = reached_streets(work.network, origins)
    score = []
    for (origin, minutes), lines in streets.groupby(["origin", "minutes"]):
        exact = shapely.union_all(shapely.buffer(lines.geometry.to_numpy(), 25.0, quad_segs=16))
        shape = shapes[(shapes["origin"] == origin) & (shapes["minutes"] == minutes)].geometry.iloc[0]
        score.append(shape.intersection(exact).area / shape.union(exact).area)
    work.note("W4", "corridor, 20 origins × 3 times", seconds, f"IoU with the exact buffer >= {min(score):.4f}")
    if work.n > 200_000:
        return
    graph = nx.MultiDiGraph()
    for node, xy in enumerate(work.network.nodes[["x_m", "y_m"]].to_numpy()):
        graph.add_node(node, x=xy[0], y=xy[1])
    for a, b, w in zip(work.u.tolist(), work.v.tolist(), work.weight.tolist(), strict=True):
        graph.add_edge(a, b, w=w)
        graph.add_edge(b, a, w=w)

    def recipe(node: int) -> None:
        for cutoff in BANDS:
            part = nx.ego_graph(graph, node, radius=cutoff, distance="w")
            spots = [shapely.Point(data["x"], data["y"]) for _, data in part.nodes(data=True)]
            lines = (
                [shapely.LineString([spots_at[a], spots_at[b]]) for a, b in part.edges()]
                if (spots_at := {n: (data["x"], data["y"]) for n, data in part.nodes(data=True)})
                else []
            )
            shapely.union_all([shape.buffer(25) for shape in spots + lines])

    few = origins.index[:4].tolist()
    seconds, _ = clock(lambda: [recipe(node) for node in few], 1)
    work.note("W4", "OSMnx's recipe (ego graph, buffers, union)", seconds * 20 / len(few), "~")


def ratios(work: Work) -> None:
    """Print how many times faster the prepared search is."""
    print("\nratio to corridor")
    for kind in ("W1", "W2", "W4"):
        base = next(seconds for w, who, seconds, _ in work.times if w == kind and who.startswith("corridor"))
        for w, who, seconds, remark in work.times:
            if w == kind and not who.startswith("corridor"):
                print(f"  {kind}  {who:<44} {seconds / base:9.1f} ×  {remark}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="5k")
    parser.add_argument("--peers", default="scipy,networkx,pandana")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    names = [name for name in arguments.peers.split(",") if name]
    print(f"Python {platform.python_version()}, {platform.machine()}, threads {arguments.threads}")
    work = town(SIZES[arguments.size])
    w1, counts = ours(work, arguments.threads)
    for name in names:
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            print(f"  {name} is not installed; skipped")
            continue
        print(f"  {name} {version}")
        {"scipy": with_scipy, "networkx": with_networkx, "pandana": with_pandana}[name](work, w1, counts)
    isochrone_race(work)
    ratios(work)
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
