"""Streets cut where they meet other streets: the segments a planner names by their two corners."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from corridor.network import Network
from corridor.network.gates import components

Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Ways with a name of their own in people's heads. Lanes into compounds, parking aisles and footways beside a
# carriageway do not cut a street into blocks.
CLASSES = frozenset(
    f"{kind}{link}"
    for kind in ("trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "road")
    for link in ("", "_link")
) | {"pedestrian"}


@dataclass(frozen=True)
class Chains:
    """Runs of edges of one street from junction to junction.

    Attributes
    ----------
    edge : int64 array, shape (K,)
        Edges that belong to a chain.
    chain : int64 array, shape (K,)
        Chain of each.
    street : array of str, shape (C,)
        Key of each chain's street: its name, or the id of an unnamed way.
    stop : bool array, shape (N,)
        Nodes where chains end: see `junctions`.
    """

    edge: Longs
    chain: Longs
    street: NDArray[Any]
    stop: Bools


def street_edges(network: Network) -> Bools:
    """Return which edges are of streets: public, and of a street's class or with a name."""
    edges = network.edges
    named = edges["name"].notna().to_numpy(dtype=bool)
    proper = edges["highway"].isin(CLASSES).to_numpy(dtype=bool)
    own = ~(edges["private"].to_numpy(dtype=bool) | edges["through"].to_numpy(dtype=bool))
    return np.asarray(own & (named | proper))


def street_keys(network: Network) -> NDArray[Any]:
    """Return for every edge the key of its street: its name, or the id of an unnamed way."""

    def keys() -> NDArray[Any]:
        name = network.edges["name"].to_numpy(dtype=object)
        return np.where(pd.isna(name), network.edges["street_id"].to_numpy(dtype=object), name)

    return network.derived("street_keys", keys)


def junctions(network: Network, rows: Longs) -> Bools:
    """Return the nodes where a street ends, forks or meets another; shape (N,).

    Parameters
    ----------
    network : Network
    rows : int64 array
        The edges of streets.
    """
    key = pd.factorize(street_keys(network)[rows])[0]
    ends = network.edges[["u", "v"]].to_numpy(dtype=np.int64)[rows].T.ravel()
    count = np.bincount(ends, minlength=len(network.nodes))
    low, high = np.full((2, len(network.nodes)), -1, dtype=np.int64)
    low[:] = np.iinfo(np.int64).max
    np.minimum.at(low, ends, np.tile(key, 2))
    np.maximum.at(high, ends, np.tile(key, 2))
    return np.asarray((count > 0) & ((count != 2) | (low != high)))


def chains(network: Network) -> Chains:
    """Cut all streets of a network at their junctions."""
    rows = np.flatnonzero(street_edges(network))
    stop = junctions(network, rows)
    u, v = network.edges[["u", "v"]].to_numpy(dtype=np.int64)[rows].T
    label = np.arange(len(rows), dtype=np.int64)
    owner = np.full(len(network.nodes), -1, dtype=np.int64)
    # Two edges that meet at a node without a junction are one chain: join each node's two edges.
    pairs = []
    for ends in (u, v):
        inner = np.flatnonzero(~stop[ends])
        first = owner[ends[inner]]
        again = first >= 0
        pairs.append(np.stack([first[again], inner[again]], axis=1))
        owner[ends[inner[~again]]] = inner[~again]
        late = inner[~again][owner[ends[inner[~again]]] != inner[~again]]
        pairs.append(np.stack([owner[ends[late]], late], axis=1))
    joined = np.concatenate(pairs)
    label = components(len(rows), joined[:, 0], joined[:, 1])
    _, chain = np.unique(label, return_inverse=True)
    street = np.empty(int(chain.max(initial=-1)) + 1, dtype=object)
    street[chain] = street_keys(network)[rows]
    return Chains(rows, chain, street, stop)


def lines(network: Network, found: Chains) -> NDArray[Any]:
    """Return one line for each chain, from its lower end to its higher (by y, then x)."""
    geometry = network.edges.geometry.to_numpy()[found.edge]
    order = np.argsort(found.chain, kind="stable")
    parts = shapely.multilinestrings(geometry[order], indices=found.chain[order])
    merged = shapely.line_merge(parts)
    rings = np.flatnonzero(shapely.get_type_id(merged) != 1)
    for row in rings:  # touching itself: the longest run stands for the street
        merged[row] = max(shapely.get_parts(merged[row]), key=lambda part: (part.length, part.wkb))
    return oriented(merged)


def oriented(geometry: NDArray[Any]) -> NDArray[Any]:
    """Return lines turned so that they run northward, or eastward where they lie more east–west than north–south."""
    start = shapely.get_coordinates(shapely.get_point(geometry, 0))
    end = shapely.get_coordinates(shapely.get_point(geometry, -1))
    step = end - start
    along = np.where(np.abs(step[:, 1]) >= np.abs(step[:, 0]), step[:, 1], step[:, 0])
    turned = geometry.copy()
    back = along < 0
    turned[back] = shapely.reverse(geometry[back])
    return turned


def segment_ids(street: NDArray[Any], geometry: NDArray[Any]) -> pd.Index:
    """Return ids made of the street and where its ends and middle lie, to the metre: the same in any order of rows."""
    places = [
        np.round(shapely.get_coordinates(point)).astype(np.int64)
        for point in (
            shapely.get_point(geometry, 0),
            shapely.line_interpolate_point(geometry, 0.5, normalized=True),
            shapely.get_point(geometry, -1),
        )
    ]
    rows = np.concatenate(places, axis=1)
    digests = [
        hashlib.sha256(f"{key}|{','.join(map(str, row))}".encode()).hexdigest()[:10]
        for key, row in zip(street, rows.tolist(), strict=True)
    ]
    seen: dict[str, int] = {}
    ids = []
    for digest in digests:
        seen[digest] = seen.get(digest, 0) + 1
        ids.append(f"seg/{digest}" if seen[digest] == 1 else f"seg/{digest}.{seen[digest]}")
    return pd.Index(ids, name="segment_id", dtype="string")


def meeting(network: Network, found: Chains) -> gpd.GeoDataFrame:
    """Return which streets meet at which junction: `node`, `key`, `name`, Points; sorted by node and key."""
    rows = found.edge
    key, name = street_keys(network)[rows], network.edges["name"].to_numpy(dtype=object)[rows]
    u, v = network.edges[["u", "v"]].to_numpy(dtype=np.int64)[rows].T
    table = pd.DataFrame({"node": np.concatenate([u, v]), "key": np.tile(key, 2), "name": np.tile(name, 2)})
    table = table[found.stop[table["node"]]].drop_duplicates(["node", "key"]).sort_values(["node", "key"])
    points = network.nodes.geometry.to_numpy()[table["node"]]
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry=points, crs=network.crs)
