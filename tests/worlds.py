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
    network: Network
    origins: pd.DataFrame
    opportunities: pd.DataFrame
    streets: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame

    def __repr__(self) -> str:
        shown = ["u", "v", "length_dm", "cost_dm", "private", "oneway_foot"]
        return "\n".join(frame.to_string() for frame in (self.network.edges[shown], self.origins, self.opportunities))


@st.composite
def worlds(draw: st.DrawFn, policy: str | None = None) -> World:
    """Towns of a few blocks with all that makes trouble: parallel streets, loops, islands, ties, zero-length
    pieces, one-way walks, steps, private compounds and gates, several points on one edge."""
    side = st.integers(0, 4)
    n = draw(st.integers(2, 9))
    spots = [(draw(side) * 10.0, draw(side) * 10.0) for _ in range(n)]
    ways = []
    for _ in range(draw(st.integers(1, 14))):
        a, b = draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1))
        stops = [(a + 1, *spots[a])]
        bend = draw(st.integers(0, 3))
        if a == b or bend == 3:
            stops.append((1000 + len(ways), spots[a][0] + 3.0 + bend, spots[a][1] + 4.0))
        stops.append((b + 1, *spots[b]))
        ways.append(
            {
                "stops": stops,
                "walk": draw(st.sampled_from(["public", "public", "public", "private"])),
                "steps": draw(st.integers(0, 5)) == 0,
                "oneway_foot": draw(st.sampled_from([0, 0, 0, 0, 1, -1])),
            }
        )
    passages = {
        node: draw(st.sampled_from(["residents", "shut", "open"]))
        for node in draw(st.lists(st.integers(1, n), max_size=3, unique=True))
    }
    streets, gates = street_table(ways), gate_table(passages)
    chosen = policy or draw(st.sampled_from(["residents", "residents", "open"]))
    factor = draw(st.sampled_from([1.0, 1.7, 2.0]))
    network = build_network(streets, gates, gates_policy=chosen, steps_factor=factor)
    lengths = network.edges["length_dm"].tolist()

    def points(kinds: list[str] | None, most: int) -> pd.DataFrame:
        rows = []
        for _ in range(draw(st.integers(1, most))):
            edge = draw(st.integers(0, len(lengths) - 1))
            offset = draw(st.one_of(st.sampled_from([0, lengths[edge]]), st.integers(0, lengths[edge])))
            row = (edge, offset, draw(st.sampled_from([0, 0, 7, 100])))
            if draw(st.integers(0, 9)) == 0:
                row = (None, 0, 0)
            rows.append(row if kinds is None else (*row, draw(st.sampled_from(kinds))))
        return points_at(rows)

    return World(network, points(None, 6), points(["a", "b"], 5), streets, gates)
