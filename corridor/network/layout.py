"""Edges laid out as the tables of a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor.errors import Notice, Text
from corridor.network import gates as gate_rules
from corridor.network.model import Floats, GatesPolicy, Ints, Longs, Network, Vertices, drawn_edges, drawn_nodes


def assemble(
    ends: Longs,
    node_id: Longs,
    node_xy: Floats,
    columns: Mapping[str, Any],
    vertices: Vertices,
    *,
    crs: Any,
    policy: GatesPolicy,
) -> Network:
    """Lay out a network's tables: nodes by id, components by length of street.

    Parameters
    ----------
    ends : int64 array, shape (2 E,)
        Positions in `node_id`: first where the edges begin, then where they end. Nodes without an edge are left out.
    node_id : int64 array, shape (N,)
    node_xy : float array, shape (N, 2)
    columns : mapping
        What the edges' table holds beside `u`, `v` and `component`; with `length_dm`.
    vertices : Vertices
        Of all edges, in their order.
    """
    used, ends = np.unique(ends, return_inverse=True)
    order = np.argsort(node_id[used], kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    ends = rank[ends]
    node_id, node_xy = node_id[used][order], node_xy[used][order]
    count = len(vertices.start) - 1
    joined = gate_rules.components(len(node_id), ends[:count], ends[count:])
    component = by_length(joined, ends[:count], columns["length_dm"])
    nodes = gpd.GeoDataFrame(
        {"x_m": node_xy[:, 0], "y_m": node_xy[:, 1], "component": component},
        index=pd.Index(node_id, name="node"),
        geometry=drawn_nodes(node_xy[:, 0], node_xy[:, 1]),
        crs=crs,
    )
    edges = gpd.GeoDataFrame(
        {
            "u": ends[:count].astype(np.int32),
            "v": ends[count:].astype(np.int32),
            **columns,
            "component": component[ends[:count]],
        },
        index=pd.RangeIndex(count, name="edge"),
        geometry=drawn_edges(vertices),
        crs=crs,
    )
    return Network(nodes, edges, crs, policy, _notices(edges), vertices)


def by_length(label: Longs, edge_at: Longs, length_dm: Longs) -> Ints:
    """Rank components by falling length of street, ties by lowest node."""
    roots, member = np.unique(label, return_inverse=True)
    length = np.bincount(member[edge_at], weights=length_dm, minlength=len(roots))
    rank = np.empty(len(roots), np.int32)
    rank[np.lexsort([roots, -length])] = np.arange(len(roots), dtype=np.int32)
    return rank[member]


def _notices(edges: gpd.GeoDataFrame) -> tuple[Notice, ...]:
    found = []
    islands = edges[edges["component"] > 0]
    if len(islands):
        number = islands["component"].nunique()
        metres = round(int(islands["length_dm"].sum()) / 10)
        found.append(
            Notice(
                "network.islands",
                "R",
                Text(
                    f"{number:,}处街道与主路网不相连，共{metres:,} m；已保留并标记。",
                    f"{number:,} islands of streets ({metres:,} m) do not join the main network; kept and flagged.",
                ),
            )
        )
    private = edges[edges["private"]]
    if len(private):
        metres = round(int(private["length_dm"].sum()) / 10)
        found.append(
            Notice(
                "network.private",
                "R",
                Text(
                    f"{metres:,} m街道位于仅居民可进入的院落内，只供起点或终点在其中的出行使用。",
                    f"{metres:,} m of street lie in residents' compounds and serve only trips that start or end there.",
                ),
            )
        )
    return tuple(found)
