"""Edits made: a study in, the edited study out. The tables are those of the study; nothing of it changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from corridor.network import piece_lengths_dm
from corridor.scenarios._edits import (
    AddAmenity,
    AddBuilding,
    AddCarrier,
    AddCrossing,
    AddFirms,
    AddOpenSpace,
    AddStation,
    AddStreet,
    ChangeAmenity,
    ChangeBuilding,
    ChangeFrontage,
    CloseGate,
    CloseStreet,
    Edit,
    Move,
    OpenGate,
    Remove,
    RenewStreet,
)
from corridor.scenarios._resolve import Joint, Resolved, Target
from corridor.study import StudyArea

# Nodes of new streets are numbered far below those of any source and of the network's own copies.
_NODES_BELOW = -(1 << 61)
_STAGES = {
    "institute": "rd", "university": "rd", "lab": "rd", "poc": "transfer", "incubator": "incubation",
    "coworking": "incubation", "accelerator": "industry", "park": "industry", "office": "industry",
}  # fmt: skip


def apply(study: StudyArea, resolved: Resolved) -> StudyArea:
    """Return the study as it would be with a scenario's edits made.

    Edits are made in a fixed order (what is new, then moves and changes, then what goes), so the order in which
    a file lists edits that can all be made does not matter.

    Parameters
    ----------
    study : StudyArea
    resolved : Resolved

    Returns
    -------
    StudyArea
        Tables no edit touches are the very same objects.
    """
    tables: dict[str, gpd.GeoDataFrame] = {}
    for target in sorted(resolved.targets, key=order_of):
        tables[target.table] = _made(target, tables.get(target.table, getattr(study, target.table)), study)
    if "carriers" not in tables and any(t.table == "firms" for t in resolved.targets):
        tables["carriers"] = _firm_counts(study.carriers, study.firms, tables["firms"])
    return study.replace(**tables) if tables else study


def order_of(target: Target) -> tuple[int, str]:
    """Return when an edit is made: what is new, then moves and changes, then what goes."""
    edit = target.edit
    rank = 0 if edit.op.startswith("add_") else 2 if isinstance(edit, Remove) else 1
    return rank, _digest(edit)


@lru_cache(maxsize=1024)
def _digest(edit: Edit) -> str:
    content = json.dumps(edit.model_dump(mode="json", exclude={"cost"}), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _made(target: Target, table: gpd.GeoDataFrame, study: StudyArea) -> gpd.GeoDataFrame:
    edit = target.edit
    if isinstance(edit, Remove):
        return table.drop(index=list(target.ids))
    if isinstance(edit, Move):
        return _moved(target, table, study)
    if isinstance(edit, (AddStreet, AddCrossing)):
        return _new_street(target, table)
    if isinstance(edit, CloseStreet):
        return _ranges(table, "closed", {id_: (low, high) for id_, low, high in target.stretch})
    if isinstance(edit, (OpenGate, CloseGate)):
        return _gate(target, table)
    if isinstance(edit, ChangeFrontage) or edit.op in ("change_street", "renew_street"):
        return _street_facts(target, table)
    if edit.op == "remove_crossing":
        return _no_crossing(target, table)
    if new := new_rows(target, study):
        return _with_rows(table, new)
    return _set(table, target.ids, facts_of(target, study))


def new_rows(target: Target, study: StudyArea) -> dict[str, dict[str, Any]]:
    """Return the rows that an edit adds, by id, with the columns it knows of; nothing where it adds none."""
    add = _ADD.get(type(target.edit))
    return {} if add is None else add(target, study)


def facts_of(target: Target, study: StudyArea) -> dict[str, Any]:
    """Return what an edit that changes rows sets in them, by column."""
    edit = target.edit
    facts = _building_facts(edit) if isinstance(edit, ChangeBuilding) else edit.given()
    if isinstance(edit, ChangeAmenity) and edit.category is not None:
        facts |= {"tags": json.dumps(_tags(study, edit.category), ensure_ascii=False, sort_keys=True)}
        facts.pop("category")
    return facts


def _set(table: gpd.GeoDataFrame, ids: tuple[str, ...], facts: dict[str, Any]) -> gpd.GeoDataFrame:
    out = table.copy()
    for column, value in facts.items():
        if column not in out:
            out[column] = pd.Series(pd.NA, index=out.index, dtype=object)
        out.loc[list(ids), column] = value
    return out


def _with_rows(table: gpd.GeoDataFrame, rows: dict[str, dict[str, Any]]) -> gpd.GeoDataFrame:
    """Append rows, sorted in by id as every table is; columns not given are missing."""
    out = table.reindex(table.index.append(pd.Index(list(rows), dtype=table.index.dtype)))
    for id_, row in rows.items():
        for column, value in row.items():
            if column not in out:
                out[column] = pd.Series(pd.NA, index=out.index, dtype=object)
            out.at[id_, column] = value
    for column, dtype in table.dtypes.items():
        if column != table.geometry.name:
            out[column] = out[column].fillna(False).astype(dtype) if dtype == np.bool_ else out[column].astype(dtype)
    return gpd.GeoDataFrame(out, geometry=table.geometry.name, crs=table.crs).rename_axis(index=table.index.name)


def _moved(target: Target, table: gpd.GeoDataFrame, study: StudyArea) -> gpd.GeoDataFrame:
    out = table.copy()
    for id_ in target.ids:
        for column, value in moved_shape(target, table.geometry[id_], study).items():
            out.loc[id_, table.geometry.name if column == "geometry" else column] = value
    return out


def moved_shape(target: Target, shape: BaseGeometry | None, study: StudyArea) -> dict[str, Any]:
    """Return what a move sets in a row, by column: where it stands then, and of firms their carrier."""
    edit = target.edit
    assert isinstance(edit, Move)  # noqa: S101
    home = {} if edit.into is None else {"carrier_id": _carrier_id(study, edit.into)}
    if shape is None or shape.geom_type == "Point":
        return {"geometry": target.shape, **home}
    assert target.shape is not None  # noqa: S101
    dx, dy = target.shape.x - shape.centroid.x, target.shape.y - shape.centroid.y
    return {"geometry": shapely.affinity.translate(shape, dx, dy), **home}


def _carrier_id(study: StudyArea, word: str) -> str:
    carriers = study.carriers
    return word if word in carriers.index else str(carriers.index[carriers["name"] == word][0])


def _firm_counts(carriers: gpd.GeoDataFrame, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Let the carriers' own counts of firms follow firms that come, go or move."""
    change = after["carrier_id"].value_counts().sub(before["carrier_id"].value_counts(), fill_value=0)
    change = change[change != 0]
    out = carriers.copy()
    for id_, number in change.items():
        if id_ in out.index and pd.notna(out.at[id_, "firms"]):
            out.at[id_, "firms"] = max(0, out.at[id_, "firms"] + number)
    return out


def _add_carrier(target: Target, _: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddCarrier)  # noqa: S101
    facts = {"stage": _STAGES[edit.kind], "is_core": False, **edit.given()}
    row = {"name": edit.name, "synthetic": False, "source": "scenario", "geometry": target.shape, **facts}
    return {f"scenario/{_digest(edit)}": row}


def _add_amenity(target: Target, study: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddAmenity)  # noqa: S101
    tags = json.dumps(_tags(study, edit.category), ensure_ascii=False, sort_keys=True)
    facts = {k: v for k, v in edit.given().items() if k != "category"}
    return {f"scenario/{_digest(edit)}": {"name": edit.name, "tags": tags, "geometry": target.shape, **facts}}


def _tags(study: StudyArea, code: str) -> dict[str, str]:
    """Return the plainest tags that a category's first rule takes for its own."""
    rule = next(category for category in study.categories if category.code == code).osm[0]
    return {key: (*c.is_, *c.contains, "yes")[0] for key, c in rule.items() if c.required}


def _add_station(target: Target, _: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddStation)  # noqa: S101
    row = {"name": edit.name, "synthetic": False, "source": "scenario", "geometry": target.shape, **edit.given()}
    return {f"scenario/{_digest(edit)}": row}


def _add_firms(target: Target, study: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddFirms)  # noqa: S101
    home = _carrier_id(study, edit.into)
    row = {"carrier_id": home, "synthetic": False, "source": "scenario", "geometry": target.shape, **edit.given()}
    return {f"scenario/{_digest(edit)}/{number:05d}": row for number in range(edit.count)}


def _add_open_space(target: Target, _: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddOpenSpace) and target.shape is not None  # noqa: S101
    facts = {"walk": "public", **edit.given()}
    row = {"name": edit.name, "area_m2": target.shape.area, "tags": "{}", "geometry": target.shape, **facts}
    return {f"scenario/{_digest(edit)}": row}


def _add_building(target: Target, study: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddBuilding) and target.shape is not None  # noqa: S101
    inside = bool(target.shape.representative_point().within(study.area))
    row = {"name": edit.name, "building": "yes", "tags": "{}", "in_area": inside, "geometry": target.shape}
    return {f"scenario/{_digest(edit)}": {**row, **_building_facts(edit)}}


def _building_facts(edit: AddBuilding | ChangeBuilding) -> dict[str, Any]:
    """Return the facts of a building by column; people a planner names go where a study keeps given people."""
    return {f"{k}_given" if k in ("residents", "workers") else k: v for k, v in edit.given().items()}


_ADD: dict[type[Edit], Callable[[Target, StudyArea], dict[str, dict[str, Any]]]] = {
    AddCarrier: _add_carrier,
    AddAmenity: _add_amenity,
    AddStation: _add_station,
    AddFirms: _add_firms,
    AddOpenSpace: _add_open_space,
    AddBuilding: _add_building,
}


def _new_street(target: Target, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add a street and cut the ones it joins where they have no vertex."""
    id_, row = new_street(target)
    out = _with_rows(streets, {id_: row})
    for street, cut in cuts_of(target):
        out = _ranges(out, "cuts", {street: cut})
    return out


def new_street(target: Target) -> tuple[str, dict[str, Any]]:
    """Return the id of a street that comes, and what is known of it by column."""
    edit, line = target.edit, target.shape
    assert isinstance(edit, (AddStreet, AddCrossing)) and line is not None  # noqa: S101
    start, end = (_node(joint) for joint in target.joints)
    digest = _digest(edit)
    inner = [_numbered(f"{digest}:{x:.3f},{y:.3f}") for x, y in list(line.coords)[1:-1]]
    tags = {"highway": getattr(edit, "highway", "footway")}
    if isinstance(edit, AddCrossing):
        tags |= {"footway": "crossing"}
    elif edit.width_m is not None:
        tags |= {"width": f"{edit.width_m:g}"}
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
    return f"scenario/{digest}", row


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
    """Open or shut a gate. Its `passage` stays what it was: it tells who lives behind it."""
    edit = target.edit
    out = (
        gates.copy()
        if "opened" in gates
        else gates.assign(opened=pd.array([pd.NA] * len(gates), "string"), closed=False)
    )
    for id_ in target.ids:
        if isinstance(edit, CloseGate):
            out.loc[id_, ["opened", "closed"]] = [pd.NA, True]
        elif isinstance(edit, OpenGate) and (edit.for_ == "public" or out.at[id_, "passage"] == "shut"):
            out.loc[id_, ["opened", "closed"]] = [edit.for_, False]
    return out


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
