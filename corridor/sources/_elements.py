"""The seam between readers and tables: `Elements`, the same whichever way the same elements came.

- Coordinates are whole 1e-7 degrees, as OSM stores them.
- Of several versions the newest counts; deleted elements are gone.
- A node's *key* is made from its place, not from its id, because Overpass ``out geom`` has no ids: 31 bits of latitude
  and 32 of longitude packed into a positive int64. Nodes at one place that are not one node get negative keys, counted
  in the order of their places: with ids, where ids differ; without, where the layers of the streets differ and neither
  ends there (a bridge meets the street it lands on, and only crosses the one below).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor.errors import Account, Notice

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Tags = dict[str, str]

UNIT = 10_000_000
_ROW = 2_500_000_000  # more than the 1.8e9 latitudes; times 3.6e9 longitudes it still fits an int64


@dataclass(frozen=True, slots=True)
class Node:
    """A tagged node that a table may take."""

    id: int
    key: int
    lon: float
    lat: float
    tags: Tags


@dataclass(frozen=True, slots=True)
class Way:
    """A way: `keys` (n,) of its nodes and `lonlat` (n, 2); a missing node has key 0 and NaN."""

    id: int
    keys: Ints
    lonlat: Floats
    tags: Tags

    @property
    def closed(self) -> bool:
        """Whether it ends where it began."""
        return len(self.keys) > 2 and bool(self.keys[0] == self.keys[-1] != 0)

    def parts(self) -> list[tuple[Ints, Floats]]:
        """Return the runs between missing nodes, repeated nodes taken once; only runs of two nodes and more."""
        present = self.keys != 0
        if present.all():
            runs = [slice(0, len(self.keys))]
        else:
            edges = np.flatnonzero(np.diff(np.concatenate(([False], present, [False]))))
            runs = [slice(start, stop) for start, stop in edges.reshape(-1, 2)]
        found = []
        for run in runs:
            keys, lonlat = self.keys[run], self.lonlat[run]
            fresh = np.concatenate(([True], keys[1:] != keys[:-1])) if len(keys) else np.zeros(0, bool)
            if fresh.sum() > 1:
                found.append((keys[fresh], lonlat[fresh]))
        return found


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation: members are (kind, id, role)."""

    id: int
    members: tuple[tuple[str, int, str], ...]
    tags: Tags


@dataclass(frozen=True)
class Elements:
    """All elements a table may take, resolved, in the order of their ids.

    `ways` also holds untagged member ways that relations need. `bbox` (west, south, east, north) is the file's own
    or that of its nodes; `date` the file's own or that of its newest element.
    """

    nodes: tuple[Node, ...]
    ways: Mapping[int, Way]
    relations: tuple[Relation, ...]
    bbox: tuple[float, float, float, float] | None
    date: str | None
    account: Account
    notices: tuple[Notice, ...]


def pack(x: Any, y: Any) -> Any:
    """Return the key of a place given in whole 1e-7 degrees (numbers or arrays)."""
    return (x + 180 * UNIT) * _ROW + (y + 90 * UNIT)


def keys_of(lonlat: Floats) -> Ints:
    """Return the keys of places (n, 2) in degrees."""
    whole = np.rint(lonlat * UNIT).astype(np.int64)
    keys: Ints = pack(whole[:, 0], whole[:, 1])
    return keys
