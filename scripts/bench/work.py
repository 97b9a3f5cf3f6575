"""The network and the opportunities that everyone works on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bench.given import CUTOFF, SHARES, Given
from corridor.access.decay import Exponential
from corridor.network import Network, build_network
from corridor.network.gates import components

SIZES = {"5k": 5_000, "100k": 100_000, "1m": 1_000_000}
DECAY = Exponential(4 / (CUTOFF / 10))
CRS = "EPSG:32651"


@dataclass(frozen=True)
class Work:
    """One network with its opportunities, as tables for us and as arrays for the peers.

    Nodes are 0 … n - 1; `u`, `v`, `weight` (dm) are the links, `goal` and `category` the opportunities' nodes and
    categories.
    """

    network: Network
    u: np.ndarray
    v: np.ndarray
    weight: np.ndarray
    origins: pd.DataFrame
    opportunities: pd.DataFrame
    goal: np.ndarray
    category: np.ndarray

    @property
    def n(self) -> int:
        """Nodes."""
        return len(self.network.nodes)

    @property
    def given(self) -> Given:
        """What a peer is given."""
        xy = self.network.nodes[["x_m", "y_m"]].to_numpy()
        return Given(xy, self.u, self.v, self.weight, self.goal, self.category)


def town(target: int, seed: int = 0, cache: Path | None = None) -> Work:
    """Build the network of about `target` nodes, or find it in a folder by the content of its streets."""
    rng = np.random.default_rng(seed)
    network = build_network(_streets(target, rng), _no_gates(), cache=cache)
    u, v = (network.edges[end].to_numpy(dtype=np.int64) for end in ("u", "v"))
    n = len(network.nodes)
    goal = rng.integers(0, n, int(0.05 * n))
    category = rng.choice(len(SHARES), len(goal), p=SHARES / SHARES.sum())
    at_nodes = _at_nodes(network, u, v)
    opportunities = at_nodes.iloc[goal].reset_index(drop=True).assign(category=category)
    return Work(network, u, v, network.edges["length_dm"].to_numpy(), at_nodes, opportunities, goal, category)


def _streets(target: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
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
    return gpd.GeoDataFrame(
        {
            "name": np.full(len(links), None),
            "highway": "footway",
            "walk": "public",
            "steps": False,
            "oneway_foot": np.int8(0),
            "nodes": list(number[links]),
        },
        index=pd.Index(np.arange(len(links)), name="street_id"),
        geometry=shapely.linestrings(xy[links]),
        crs=CRS,
    )


def _no_gates() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"node_id": np.zeros(0, np.int64), "passage": []}, geometry=[], crs=CRS)


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
