"""The edits a scenario is made of, by `op`."""

from __future__ import annotations

import types

from corridor.scenarios._edit import Edit, Move, Place, Remove
from corridor.scenarios._edits_of_ground import AddBuilding, AddOpenSpace, ChangeBuilding, ChangeOpenSpace
from corridor.scenarios._edits_of_records import (
    AddAmenity,
    AddCarrier,
    AddFirms,
    AddStation,
    ChangeAmenity,
    ChangeCarrier,
    ChangeFirms,
    ChangeStation,
)
from corridor.scenarios._edits_of_streets import (
    AddCrossing,
    AddStreet,
    ChangeFrontage,
    ChangeStreet,
    CloseGate,
    CloseStreet,
    OpenGate,
    RemoveCrossing,
    RenewStreet,
)

__all__ = [
    "EDITS",
    "AddAmenity",
    "AddBuilding",
    "AddCarrier",
    "AddCrossing",
    "AddFirms",
    "AddOpenSpace",
    "AddStation",
    "AddStreet",
    "ChangeAmenity",
    "ChangeBuilding",
    "ChangeFrontage",
    "CloseGate",
    "CloseStreet",
    "Edit",
    "Move",
    "OpenGate",
    "Place",
    "Remove",
    "RemoveCrossing",
    "RenewStreet",
    "table_of",
]

_CLASSES: tuple[type[Edit], ...] = (
    Remove, Move, AddCarrier, ChangeCarrier, AddAmenity, ChangeAmenity, AddStation, ChangeStation, AddFirms,
    ChangeFirms, AddOpenSpace, ChangeOpenSpace, AddBuilding, ChangeBuilding, AddStreet, CloseStreet, ChangeStreet,
    OpenGate, CloseGate, AddCrossing, RemoveCrossing, ChangeFrontage, RenewStreet,
)  # fmt: skip
EDITS: types.MappingProxyType[str, type[Edit]] = types.MappingProxyType(
    {op: kind for kind in _CLASSES for op in kind.model_fields["op"].annotation.__args__}  # type: ignore[union-attr]
)
"""The model of each op."""
_NOUNS = {
    "carrier": "carriers", "amenity": "amenities", "station": "stations", "firms": "firms", "open_space": "open_space",
    "building": "buildings",
}  # fmt: skip


def table_of(edit: Edit) -> str:
    """Return the name of the table an edit changes."""
    return edit.noun or _NOUNS[edit.op.partition("_")[2]]
