"""Waits at crossings: which streets and which junctions make a walker wait, and how long."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np

from corridor.network.model import Longs

# Columns of the streets' table that list nodes, and the wait each stands for.
_NODES = {"crossings": "crossing", "signals": "signals"}


def on_the_way(streets: gpd.GeoDataFrame, waits_dm: Mapping[str, int]) -> Longs:
    """Return the wait of each street that is a way across another, 0 for all others; shape (len(streets),).

    Parameters
    ----------
    streets : GeoDataFrame
        With `crossing` ("signals", "crossing" or NA) and `signals` (node numbers), where they are known.
    waits_dm : mapping
        "signals" and "crossing" → decimetres.
    """
    wait = np.zeros(len(streets), np.int64)
    if "crossing" not in streets:
        return wait
    kind = {name: (streets["crossing"] == name).fillna(False).to_numpy(dtype=bool) for name in waits_dm}
    lit = streets["signals"].map(len).to_numpy() > 0 if "signals" in streets else np.zeros(len(streets), bool)
    wait[kind["crossing"]] = waits_dm["crossing"]
    wait[kind["signals"] | (kind["crossing"] & lit)] = waits_dm["signals"]
    return wait


def at_nodes(streets: gpd.GeoDataFrame, waits_dm: Mapping[str, int]) -> dict[int, int]:
    """Return the wait by node number, for nodes that no way across touches: that way has its own wait.

    Where signals and a crossing fall on one node, the signals count.
    """
    found: dict[int, int] = {}
    for column, kind in _NODES.items():
        if column in streets and waits_dm[kind] > 0:
            found.update({int(node): waits_dm[kind] for nodes in streets[column] for node in nodes})
    if found and "crossing" in streets:
        for nodes in streets.loc[streets["crossing"].notna(), "nodes"]:
            for node in nodes:
                found.pop(int(node), None)
    return found
