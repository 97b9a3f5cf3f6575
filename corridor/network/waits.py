"""Waits at crossings: which streets and which junctions make a walker wait, and how long."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np

from corridor.network.model import Longs

# Columns of the streets' table that list nodes, and the wait each stands for.
_NODES = {"crossings": "crossing", "signals": "signals"}


def wait_dm(seconds: float, speed_m_min: float) -> int:
    """Return a wait as the decimetres walked in that time, halves up."""
    return int(Fraction(str(seconds)) * Fraction(str(speed_m_min)) / 6 + Fraction(1, 2))


def on_the_way(streets: gpd.GeoDataFrame, waits_dm: Mapping[str, int], speed_m_min: float) -> Longs:
    """Return the wait of each street that is a way across another, 0 for all others; shape (len(streets),).

    Parameters
    ----------
    streets : GeoDataFrame
        With `crossing` ("signals", "crossing" or NA) and `signals` (node numbers), where they are known, and
        `wait_s` where a street has a wait of its own.
    waits_dm : mapping
        "signals" and "crossing" → decimetres.
    """
    wait = np.zeros(len(streets), np.int64)
    if "crossing" in streets:
        wait = _by_kind(streets, waits_dm)
    if "wait_s" in streets:
        for row in np.flatnonzero(streets["wait_s"].notna()):
            wait[row] = wait_dm(float(streets["wait_s"].iloc[row]), speed_m_min)
    return wait


def _by_kind(streets: gpd.GeoDataFrame, waits_dm: Mapping[str, int]) -> Longs:
    wait = np.zeros(len(streets), np.int64)
    kind = {name: (streets["crossing"] == name).fillna(False).to_numpy(dtype=bool) for name in waits_dm}
    lit = np.array([len(nodes) > 0 for nodes in _lists(streets, "signals")], bool)
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
            found.update({int(node): waits_dm[kind] for nodes in _lists(streets, column) for node in nodes})
    if found and "crossing" in streets:
        for nodes in streets.loc[streets["crossing"].notna(), "nodes"]:
            for node in nodes:
                found.pop(int(node), None)
    return found


def _lists(streets: gpd.GeoDataFrame, column: str) -> list[Any]:
    """Return a column of lists; an empty one where there is none, as for a scenario's new street."""
    if column not in streets:
        return [()] * len(streets)
    return [nodes if isinstance(nodes, (list, tuple, np.ndarray)) else () for nodes in streets[column]]
