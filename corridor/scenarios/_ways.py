"""What edits make of streets, crossings and gates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridor.network import piece_lengths_dm
from corridor.scenarios._edits import (
    AddCrossing,
    AddStreet,
    ChangeFrontage,
    CloseGate,
    OpenGate,
    RenewStreet,
)
from corridor.scenarios._facts import digest
from corridor.scenarios._resolve import Joint, Target
from corridor.scenarios._tables import with_rows

# Nodes of new streets are numbered far below those of any source and of the network's own copies.
_NODES_BELOW = -(1 << 61)


def edited_ways(target: Target, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the streets, or the gates, as one edit makes them."""
    op = target.edit.op
    if op in ("add_street", "add_crossing"):
        return _new_street(target, table)
    if op == "close_street":
        return _ranges(table, "closed", {id_: (low, high) for id_, low, high in target.stretch})
    if op == "remove_crossing":
        return _no_crossing(target, table)
    return _gate(target, table) if target.table == "gates" else _street_facts(target, table)


def _new_street(target: Target, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add a street and cut the ones it joins where they have no vertex."""
    id_, row = new_street(target)
    out = with_rows(streets, {id_: row})
    for street, cut in cuts_of(target):
        out = _ranges(out, "cuts", {street: cut})
    return out


def new_street(target: Target) -> tuple[str, dict[str, Any]]:
    """Return the id of a street that comes, and what is known of it by column."""
    edit, line = target.edit, target.shape
    assert isinstance(edit, (AddStreet, AddCrossing)) and line is not None  # noqa: S101
    start, end = (_node(joint) for joint in target.joints)
    own = digest(edit)
    inner = [_numbered(f"{own}:{x:.3f},{y:.3f}") for x, y in list(line.coords)[1:-1]]
    tags = {"highway": getattr(edit, "highway", "footway")}
    if isinstance(edit, AddCrossing):
        tags |= {"footway": "crossing"}
    else:
        given = {"width": edit.width_m, "maxspeed": edit.speed_kmh}
        tags |= {key: f"{value:g}" for key, value in given.items() if value is not None}
    row = {
        "name": getattr(edit, "name", None),
        "highway": tags["highway"],
        "layer": 0,
        "bridge": False,
        "tunnel": False,
        "steps": bool(getattr(edit, "steps", False)) or tags["highway"] == "steps",
        "walk": "public",
        "oneway_foot": 0,
        "added": True,
        "tags": json.dumps(tags, sort_keys=True),
        "nodes": [start, *inner, end],
        "geometry": line,
    }
    if isinstance(edit, AddCrossing) and edit.wait_s:
        row["wait_s"] = edit.wait_s
    return f"scenario/{own}", row


def cuts_of(target: Target) -> list[tuple[str, tuple[int, int]]]:
    """Return where a new street cuts those it joins: street, place (dm) and node."""
    return [(j.street_id, (j.position_dm, _node(j))) for j in target.joints if j.node is None]


def _node(joint: Joint) -> int:
    """Return the number of the node at a joint; joints at one place of one street are one node."""
    return int(joint.node) if joint.node is not None else _node_on(joint.street_id, joint.position_dm)


def _node_on(street_id: str, position_dm: int) -> int:
    return _numbered(f"{street_id}:{position_dm}")


def _numbered(text: str) -> int:
    return _NODES_BELOW - int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def _ranges(streets: gpd.GeoDataFrame, column: str, found: dict[str, tuple[int, int]]) -> gpd.GeoDataFrame:
    """Add one pair to a column of tuples of pairs; a closed stretch is also cut at both ends."""
    out = streets.copy()
    if column not in out:
        out[column] = pd.Series([None] * len(out), index=out.index, dtype=object)
    for id_, pair in found.items():
        known = out.at[id_, column]
        out.at[id_, column] = tuple(sorted({*(known if isinstance(known, tuple) else ()), pair}))
    if column == "closed":
        for id_, pair in found.items():
            out = _cut_at_ends(out, id_, pair)
    return out


def _cut_at_ends(streets: gpd.GeoDataFrame, id_: str, pair: tuple[int, int]) -> gpd.GeoDataFrame:
    street = streets.loc[id_]
    xy, nodes = shapely.get_coordinates(street.geometry), list(street["nodes"])
    keep = [i for i in range(len(nodes)) if i == 0 or nodes[i] != nodes[i - 1]]
    dm = np.concatenate([[0], np.cumsum(piece_lengths_dm(xy[keep]))])
    out = streets
    for cut in ends_of(id_, [nodes[i] for i in keep], dm, pair):
        out = _ranges(out, "cuts", {id_: cut})
    return out


def ends_of(id_: str, nodes: Sequence[int], dm: npt.NDArray[np.int64], pair: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the cuts (dm, node) at both ends of a stretch of a street, of its vertices' nodes and places."""
    found = []
    for position in pair:
        at = int(np.searchsorted(dm, position))
        found.append((position, int(nodes[at]) if dm[at] == position else _node_on(id_, position)))
    return found


def _gate(target: Target, gates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Open or shut a gate. Its `passage` stays what it was: it tells who lives behind it.

    Hours are noted beside: without a clock a gate opened for some hours is open, one shut for some hours as it was.
    """
    edit = target.edit
    out = gates.copy()
    if "opened" not in gates:
        out["opened"], out["closed"] = pd.array([pd.NA] * len(gates), "string"), False
    for id_ in target.ids:
        if isinstance(edit, CloseGate) and edit.hours is None:
            out.loc[id_, ["opened", "closed"]] = [pd.NA, True]
        elif isinstance(edit, OpenGate) and opens(edit, out.at[id_, "passage"]):
            out.loc[id_, ["opened", "closed"]] = [edit.for_, False]
    if isinstance(edit, (OpenGate, CloseGate)) and edit.hours is not None:
        for column in ("open_hours", "shut_hours"):
            if column not in out:
                out[column] = pd.array([pd.NA] * len(out), "string")
        out.loc[list(target.ids), "open_hours" if isinstance(edit, OpenGate) else "shut_hours"] = edit.hours
    return out


def opens(edit: OpenGate, passage: str) -> bool:
    """Tell whether an edit lets more people through a gate than pass it now."""
    return edit.for_ == "public" or passage == "shut"


def _no_crossing(target: Target, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take crossings away: nobody walks through, and they count as crossings no more.

    They stay as closed ways, so that who lives behind which gate is settled as before, as with a closed street.
    """
    out = _ranges(streets, "closed", {id_: (low, high) for id_, low, high in target.stretch})
    for id_ in target.ids:
        tags = json.loads(out.at[id_, "tags"])
        kept = {key: value for key, value in tags.items() if key not in ("footway", "crossing")}
        out.at[id_, "tags"] = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    return out


def _street_facts(target: Target, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Note what a scenario makes of a street, by stretch; the street study reads it."""
    facts = {**target.edit.given()}
    if isinstance(target.edit, RenewStreet) and target.edit.side is not None:
        facts["side"] = target.edit.side
    if isinstance(target.edit, ChangeFrontage):
        facts = {"frontage": {"side": target.edit.side, "use": target.edit.use, "share": target.edit.share}}
    out = streets.copy()
    if "edited" not in out:
        out["edited"] = pd.Series([None] * len(out), index=out.index, dtype=object)
    for id_, low, high in target.stretch:
        known = out.at[id_, "edited"]
        note = (low, high, json.dumps(facts, sort_keys=True, ensure_ascii=False))
        out.at[id_, "edited"] = tuple(sorted({*(known if isinstance(known, tuple) else ()), note}))
    return out
