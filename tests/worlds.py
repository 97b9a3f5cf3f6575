"""Small worlds: towns drawn by hand and towns that hypothesis draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st

from corridor.network import Network, build_network

CRS = "EPSG:32651"
COLUMNS = {
    "name": None,
    "highway": "residential",
    "walk": "public",
    "steps": False,
    "oneway_foot": 0,
}


def street_table(ways: Sequence[dict]) -> gpd.GeoDataFrame:
    """Make a streets table; each way has `nodes` as {id: (x, y)} pairs or a list of (id, x, y)."""
    rows = []
    for number, way in enumerate(ways):
        stops = way["stops"]
        rows.append(
            {
                **COLUMNS,
                **{key: value for key, value in way.items() if key != "stops"},
                "street_id": way.get("street_id", f"way/{number:04d}"),
                "nodes": [stop[0] for stop in stops],
                "geometry": shapely.LineString([stop[1:] for stop in stops]),
            }
        )
    frame = pd.DataFrame(rows, columns=["street_id", *COLUMNS, "nodes", "geometry"]).set_index("street_id")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS).astype({"oneway_foot": "int8"})


def gate_table(passages: dict[int, str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"node_id": np.array(list(passages), dtype="int64"), "passage": pd.array(list(passages.values()), dtype="str")},
        geometry=[shapely.Point(0, 0)] * len(passages),
        crs=CRS,
    )


def points_at(rows: Sequence[tuple]) -> pd.DataFrame:
    """Make an attach table from (edge | None, offset_dm, connector_dm[, category])."""
    table = pd.DataFrame(
        {
            "edge": pd.array([row[0] for row in rows], dtype="Int64"),
            "offset_dm": pd.array([None if row[0] is None else row[1] for row in rows], dtype="Int32"),
            "connector_dm": pd.array([None if row[0] is None else row[2] for row in rows], dtype="Int32"),
        }
    )
    if rows and len(rows[0]) > 3:
        table["category"] = [row[3] for row in rows]
    return table


@dataclass(repr=False)
class World:
    """Many small towns as islands of one network: one build and one search test them all."""

    seed: int
    network: Network
    origins: pd.DataFrame
    opportunities: pd.DataFrame

    def __repr__(self) -> str:
        return f"world({self.seed})"


def town(rng: np.random.Generator, first: int) -> tuple[list[dict], dict[int, str]]:
    """Draw a few blocks with all that makes trouble: parallel streets, loops, islands, ties, zero-length pieces,
    one-way walks, steps, private compounds and gates."""
    n = int(rng.integers(2, 9))
    spots = rng.integers(0, 5, (n, 2)) * 10.0
    ways = []
    for number in range(int(rng.integers(1, 15))):
        a, b = rng.integers(0, n, 2)
        bend = rng.integers(0, 4)
        stops = [(first + int(a), *spots[a])]
        if a == b or bend == 3:
            stops.append((first + 20 + number, spots[a][0] + 3.0 + bend, spots[a][1] + 4.0))
        stops.append((first + int(b), *spots[b]))
        ways.append(
            {
                "stops": stops,
                "walk": rng.choice(["public", "private"], p=[0.75, 0.25]),
                "steps": bool(rng.random() < 0.2),
                "oneway_foot": int(rng.choice([0, 1, -1], p=[0.7, 0.15, 0.15])),
            }
        )
    gates = {first + int(k): str(rng.choice(["residents", "shut", "open"])) for k in rng.integers(0, n, 2)}
    return ways, gates


def towns_of(rng: np.random.Generator, towns: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw the streets and gates of several towns that do not meet."""
    ways: list[dict] = []
    passages: dict[int, str] = {}
    for number in range(towns):
        more, gates = town(rng, 1 + 100 * number)
        ways += more
        passages |= gates
    return street_table(ways), gate_table(passages)


def world(seed: int, towns: int = 25, policy: str = "residents") -> World:
    """Draw a network of islands with a few origins and opportunities in each; same seed, same world."""
    rng = np.random.default_rng(seed)
    return _peopled(seed, rng, *towns_of(rng, towns), 4 * towns, policy)


def on_streets(seed: int, streets: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, people: int = 64) -> World:
    """Draw origins and opportunities in towns that are given."""
    return _peopled(seed, np.random.default_rng(seed), streets, gates, people, "residents")


def _peopled(
    seed: int,
    rng: np.random.Generator,
    streets: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    people: int,
    policy: str,
) -> World:
    network = build_network(streets, gates, gates_policy=policy, steps_factor=float(rng.choice([1.0, 1.7, 2.0])))
    return World(seed, network, random_points(rng, network, people), random_points(rng, network, people, "ab"))


def random_points(rng: np.random.Generator, network: Network, count: int, kinds: str = "") -> pd.DataFrame:
    """Attach points at random, many at the very ends of edges, some with connectors, a few nowhere."""
    rows = []
    lengths = network.edges["length_dm"].to_numpy()
    for edge in rng.integers(0, len(lengths), count).tolist():
        offset = int(rng.choice([0, lengths[edge], rng.integers(0, lengths[edge] + 1)]))
        row: tuple = (None if rng.random() < 0.05 else edge, offset, int(rng.choice([0, 0, 7, 100])))
        rows.append((*row, str(rng.choice(list(kinds)))) if kinds else row)
    return points_at(rows)


def worlds(policies: Sequence[str] = ("residents", "open")) -> st.SearchStrategy[World]:
    """Worlds by seed, so that a failure names a seed."""
    return st.builds(world, st.integers(0, 2**32 - 1), policy=st.sampled_from(policies))
