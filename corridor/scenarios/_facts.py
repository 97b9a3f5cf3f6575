"""What edits set in rows: of what is new all that is known of it, of what is there what changes or moves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from corridor.scenarios._edits import (
    AddAmenity,
    AddBuilding,
    AddCarrier,
    AddFirms,
    AddOpenSpace,
    AddStation,
    ChangeAmenity,
    ChangeBuilding,
    Edit,
    Move,
    Remove,
)
from corridor.scenarios._resolve import Target
from corridor.study import StudyArea
from corridor.taxonomy import DOORS

_STAGES = {
    "institute": "rd", "university": "rd", "lab": "rd", "poc": "transfer", "incubator": "incubation",
    "coworking": "incubation", "accelerator": "industry", "park": "industry", "office": "industry",
}  # fmt: skip


def order_of(target: Target) -> tuple[int, str]:
    """Return when an edit is made: what is new, then moves and changes, then what goes."""
    edit = target.edit
    rank = 0 if edit.op.startswith("add_") else 2 if isinstance(edit, Remove) else 1
    return rank, digest(edit)


@lru_cache(maxsize=1024)
def digest(edit: Edit) -> str:
    """Return what tells an edit from all others, whatever it costs."""
    content = json.dumps(edit.model_dump(mode="json", exclude={"cost"}), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def new_rows(target: Target, study: StudyArea) -> dict[str, dict[str, Any]]:
    """Return the rows that an edit adds, by id, with the columns it knows of; nothing where it adds none."""
    add = _ADD.get(type(target.edit))
    return {} if add is None else add(target, study)


def facts_of(target: Target, study: StudyArea) -> dict[str, Any]:
    """Return what an edit that changes rows sets in them, by column."""
    edit = target.edit
    facts = _building_facts(target) if isinstance(edit, ChangeBuilding) else _given(target)
    if isinstance(edit, ChangeAmenity) and edit.category is not None:
        facts |= {"tags": json.dumps(_tags(study, edit.category), ensure_ascii=False, sort_keys=True)}
        facts.pop("category")
    return facts


def moved_shape(target: Target, shape: BaseGeometry | None, study: StudyArea) -> dict[str, Any]:
    """Return what a move sets in a row, by column: where it stands then, and of firms their carrier."""
    edit = target.edit
    assert isinstance(edit, Move)  # noqa: S101
    home = {} if edit.into is None else {"carrier_id": _carrier_id(study, edit.into)}
    if shape is None or shape.geom_type == "Point":
        return {"geometry": target.shape, **home}
    assert target.shape is not None  # noqa: S101
    dx, dy = target.shape.x - shape.centroid.x, target.shape.y - shape.centroid.y
    moved = {"geometry": shapely.affinity.translate(shape, dx, dy), **home}
    if target.doors is None:
        return moved
    return {**moved, DOORS: shapely.affinity.translate(target.doors, dx, dy)}


def _carrier_id(study: StudyArea, word: str) -> str:
    carriers = study.carriers
    return word if word in carriers.index else str(carriers.index[carriers["name"] == word][0])


def _add_carrier(target: Target, _: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddCarrier)  # noqa: S101
    facts = {"stage": _STAGES[edit.kind], "is_core": False, **_given(target)}
    row = {"name": edit.name, "synthetic": False, "source": "scenario", "geometry": target.shape, **facts}
    return {f"scenario/{digest(edit)}": row}


def _add_amenity(target: Target, study: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddAmenity)  # noqa: S101
    tags = json.dumps(_tags(study, edit.category), ensure_ascii=False, sort_keys=True)
    facts = {k: v for k, v in _given(target).items() if k != "category"}
    return {f"scenario/{digest(edit)}": {"name": edit.name, "tags": tags, "geometry": target.shape, **facts}}


def _tags(study: StudyArea, code: str) -> dict[str, str]:
    """Return the plainest tags that a category's first rule takes for its own."""
    rule = next(category for category in study.categories if category.code == code).osm[0]
    return {key: (*c.is_, *c.contains, "yes")[0] for key, c in rule.items() if c.required}


def _add_station(target: Target, _: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddStation)  # noqa: S101
    row = {"name": edit.name, "synthetic": False, "source": "scenario", "geometry": target.shape, **edit.given()}
    return {f"scenario/{digest(edit)}": row}


def _add_firms(target: Target, study: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddFirms)  # noqa: S101
    home = _carrier_id(study, edit.into)
    row = {"carrier_id": home, "synthetic": False, "source": "scenario", "geometry": target.shape, **edit.given()}
    return {f"scenario/{digest(edit)}/{number:05d}": row for number in range(edit.count)}


def _add_open_space(target: Target, _: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddOpenSpace) and target.shape is not None  # noqa: S101
    facts = {"walk": "public", **_given(target)}
    row = {"name": edit.name, "area_m2": target.shape.area, "tags": "{}", "geometry": target.shape, **facts}
    return {f"scenario/{digest(edit)}": row}


def _add_building(target: Target, study: StudyArea) -> dict[str, dict[str, Any]]:
    edit = target.edit
    assert isinstance(edit, AddBuilding) and target.shape is not None  # noqa: S101
    inside = bool(target.shape.representative_point().within(study.area))
    row = {"name": edit.name, "building": "yes", "tags": "{}", "in_area": inside, "geometry": target.shape}
    return {f"scenario/{digest(edit)}": {**row, **_building_facts(target)}}


def _building_facts(target: Target) -> dict[str, Any]:
    """Return the facts of a building by column; people a planner names go where a study keeps given people."""
    return {f"{k}_given" if k in ("residents", "workers") else k: v for k, v in _given(target).items()}


def _given(target: Target) -> dict[str, Any]:
    """Return the facts that were written by column; entrances are points there.

    What is known by a point stands at its main entrance: from there one walks to it and from it.
    """
    facts = target.edit.given()
    if facts.pop("entrances", None) is None:
        return facts
    assert target.doors is not None  # noqa: S101
    at = {"geometry": target.doors.geoms[0]} if target.table in ("carriers", "amenities") else {}
    return {**facts, DOORS: target.doors, **at}


_ADD: dict[type[Edit], Callable[[Target, StudyArea], dict[str, dict[str, Any]]]] = {
    AddCarrier: _add_carrier,
    AddAmenity: _add_amenity,
    AddStation: _add_station,
    AddFirms: _add_firms,
    AddOpenSpace: _add_open_space,
    AddBuilding: _add_building,
}
