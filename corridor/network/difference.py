"""The street edit that turns one built network into another: the exact way for gates, and for anything else.

Opening or closing a gate can turn whole compounds private or public. Where that is so, build the network anew
with the changed gates (or streets) and take the difference: edges are known by their street, where they begin on it
and their length; nodes by the ends of edges they share. What is listed is what differs, and nothing else.
A gate between two named nodes needs no such detour: `StreetDraft.add` with length 0 joins them, `StreetDraft.change`
gives an edge another end or another owner.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from corridor.network.edits import Edge, Part, StreetEdit
from corridor.network.model import Longs, Network

_RULES = ("cost_dm", "private", "oneway_foot", "closed")
_NAME = ["street_id", "from_dm", "length_dm", "through"]


def difference(before: Network, after: Network) -> tuple[StreetEdit, Longs]:
    """Return the edit from one network to another built of (nearly) the same streets.

    Returns
    -------
    edit : StreetEdit
        Of `before`.
    number : int64 array, shape (len(after.edges),)
        What the edit calls each edge of `after`.
    """
    count = len(before.edges)
    old = _matched(before, after)
    node, spots = _nodes(before, after, old)
    ends = {side: node[after.edges[side].to_numpy()] for side in ("u", "v")}
    known = np.flatnonzero(old >= 0)
    same = np.ones(len(known), bool)
    for name in _RULES:
        same &= after.edges[name].to_numpy()[known] == before.edges[name].to_numpy()[old[known]]
    for side in ("u", "v"):
        same &= ends[side][known] == before.edges[side].to_numpy()[old[known]]
    stays = np.full(len(old), False)
    stays[known[same]] = True
    number = np.where(stays, old, count + np.cumsum(~stays) - 1)
    came = np.flatnonzero(~stays)
    kept = {name: after.edges[name].to_numpy()[came] for name in ("length_dm", *_RULES)}
    added = tuple(
        Edge(int(u), int(v), int(length), int(cost), bool(private), int(oneway), bool(closed))
        for u, v, length, cost, private, oneway, closed in zip(
            ends["u"][came], ends["v"][came], *(kept[name] for name in ("length_dm", *_RULES)), strict=True
        )
    )
    gone = np.setdiff1d(np.arange(count), old[stays])
    parts = _parts(before, after, gone, number)
    edit = StreetEdit(count, len(before.nodes), tuple(gone.tolist()), added, spots, parts)
    return edit, number.astype(np.int64)


def _matched(before: Network, after: Network) -> Longs:
    """Return the old edge that each new one is, -1 where there is none."""
    keys = []
    for network in (before, after):
        key = network.edges[_NAME].reset_index(drop=True)
        key["again"] = key.groupby(_NAME).cumcount()
        keys.append(key)
    found = keys[1].merge(keys[0].reset_index(names="old"), how="left", on=list(keys[0].columns))
    matched: Longs = found["old"].fillna(-1).to_numpy(dtype=np.int64)
    return matched


def _nodes(before: Network, after: Network, old: Longs) -> tuple[Longs, tuple[tuple[float, float], ...]]:
    """Return the number of each new node, and where those are that the old network does not have.

    A new node is the old one that its first known edge end stood at, unless an earlier end has claimed that.
    """
    known = np.flatnonzero(old >= 0)
    new_end = np.concatenate([after.edges[side].to_numpy()[known] for side in ("u", "v")]).astype(np.int64)
    old_end = np.concatenate([before.edges[side].to_numpy()[old[known]] for side in ("u", "v")]).astype(np.int64)
    claims = pd.DataFrame({"new": new_end, "old": old_end}).drop_duplicates("new").drop_duplicates("old")
    node = np.full(len(after.nodes), -1, np.int64)
    node[claims["new"]] = claims["old"]
    fresh = np.flatnonzero(node < 0)
    node[fresh] = len(before.nodes) + np.arange(len(fresh))
    xy = after.nodes[["x_m", "y_m"]].to_numpy()[fresh]
    return node, tuple((float(x), float(y)) for x, y in xy)


def _parts(before: Network, after: Network, gone: Longs, number: Longs) -> dict[int, tuple[Part, ...]]:
    """Return where points on edges that go are found again: at the same place along the same street."""
    start, stop = _along(before)
    new_start, new_stop = _along(after)
    own = np.flatnonzero(~after.edges["through"].to_numpy(dtype=bool))
    streets = pd.Series(own).groupby(after.edges["street_id"].to_numpy()[own]).agg(list).to_dict()
    wanted = before.edges["street_id"].to_numpy()

    def found(edge: int) -> Iterator[Part]:
        for other in streets.get(wanted[edge], ()):
            low, high = max(start[edge], new_start[other]), min(stop[edge], new_stop[other])
            if low < high or (low == high and (start[edge] == stop[edge]) == (new_start[other] == new_stop[other])):
                yield Part(
                    int(low - start[edge]), int(high - start[edge]), int(number[other]), int(low - new_start[other])
                )

    # As in `corridor.network.transfer`: who stands where two parts meet is on the later one, as a gate may part them.
    def late(part: Part) -> tuple[bool, int]:
        return part.start_dm == part.stop_dm, -part.start_dm

    return {int(edge): tuple(sorted(found(int(edge)), key=late)) for edge in gone}


def _along(network: Network) -> tuple[Longs, Longs]:
    """Return where each edge begins and ends along its street (dm)."""
    start = network.edges["from_dm"].to_numpy(dtype=np.int64)
    return start, start + network.edges["length_dm"].to_numpy(dtype=np.int64)
