"""Real streets: the engine against scipy, every cell, and what attaches."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from corridor.access import cumulative, nearest
from corridor.network import Network, attach, build_network
from corridor.sources import Extract, read_osm

CITIES = [
    pytest.param("xinhua", "EPSG:32651", 0.95, id="Xinhua"),
    pytest.param("las_palmas", "EPSG:32628", 0.98, id="Las Palmas", marks=pytest.mark.slow(25)),
]


@pytest.fixture
def xinhua(shared) -> Extract:
    return read_osm(shared / "osm" / "xinhua_dingxi.osm")


def open_town(extract: Extract, crs: str) -> tuple[Network, gpd.GeoDataFrame]:
    network = build_network(extract.streets.to_crs(crs), extract.gates.to_crs(crs), gates_policy="open")
    return network, extract.buildings.to_crs(crs)


def at_nodes(network: Network, nodes: np.ndarray) -> pd.DataFrame:
    """Attach points at nodes: on an edge that starts or ends there."""
    u, v = network.edges["u"].to_numpy(), network.edges["v"].to_numpy()
    edge = np.zeros(len(network.nodes), np.int64)
    edge[v], edge[u] = np.arange(len(v)), np.arange(len(u))
    offset = np.where(u[edge] == np.arange(len(edge)), 0, network.edges["length_dm"].to_numpy()[edge])
    table = pd.DataFrame({"edge": edge, "offset_dm": offset, "connector_dm": 0}).iloc[nodes].reset_index(drop=True)
    return table.astype({"edge": "Int64", "offset_dm": "Int32", "connector_dm": "Int32"})


@pytest.mark.parametrize(("name", "crs", "share"), CITIES)
def test_scipy_agrees_in_every_cell(request, name, crs, share):
    network, buildings = open_town(request.getfixturevalue(name), crs)
    attached = attach(network, buildings.geometry.representative_point())
    assert attached["edge"].notna().mean() >= share

    n, edges = len(network.nodes), network.edges
    # scipy adds up parallel edges and drops those of weight zero: keep the shortest, and count in 1/1000 dm
    both = pd.DataFrame(
        {
            "a": np.r_[edges["u"], edges["v"]],
            "b": np.r_[edges["v"], edges["u"]],
            "w": np.r_[edges["cost_dm"], edges["cost_dm"]] * 1000.0 + 1e-3,
            "open": np.r_[edges["oneway_foot"] >= 0, edges["oneway_foot"] <= 0],
        }
    )
    both = both[both["open"]].groupby(["a", "b"], as_index=False)["w"].min()
    matrix = coo_matrix((both["w"], (both["a"], both["b"])), shape=(n, n)).tocsr()
    rng = np.random.default_rng(3)
    goals = rng.choice(n, 60, replace=False)
    full = np.floor(dijkstra(matrix.T, indices=goals) / 1000 + 1e-3)

    origins = at_nodes(network, np.arange(n))
    kinds = np.arange(60) % 4
    things = at_nodes(network, goals).assign(category=kinds)
    for cutoff in (4_000, 12_000):
        near = nearest(network, origins, things, cutoff_dm=cutoff)
        counts = cumulative(network, origins, things, cutoffs_dm=[cutoff])
        for kind in range(4):
            best = full[kinds == kind].min(axis=0)
            expected = np.where(best <= cutoff, best, -1)
            assert np.array_equal(near[kind].fillna(-1).to_numpy(), expected)
            assert np.array_equal(counts[kind, cutoff].to_numpy(), (full[kinds == kind] <= cutoff).sum(axis=0))
