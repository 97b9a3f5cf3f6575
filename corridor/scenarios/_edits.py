"""The edits a scenario is made of: small frozen settings, told apart by `op`.

What is there already is named by `id`, by `name` or by `at` (a place in WGS84 degrees; the nearest one is meant).
What is new is placed by `at`, `line` or `outline`.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from corridor.config import Flag, Model, Number, Positive, SettingError, Use, Word, read_data
from corridor.taxonomy import OpenSpaceKind, Stage

Place = tuple[Number, Number]
"""Longitude and latitude, WGS84 degrees."""
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Area = Annotated[Number, Field(ge=0, le=5_000_000)]
CarrierKind = Literal[
    "institute", "university", "lab", "poc", "incubator", "coworking", "accelerator", "park", "office"
]
StationType = Literal["business", "fintech", "ai", "ip", "quality", "talent", "finance"]


def _level(value: Any) -> Any:
    """Take the words for a level that district tables use."""
    words = read_data("records.yaml").value["vocabularies"]["level"]
    return next((code for code, names in words.items() if value in names), value)


Level = Annotated[Literal["national", "municipal", "district", "subdistrict"], BeforeValidator(_level)]
StreetClass = Literal["footway", "pedestrian", "living_street", "residential", "service", "path", "steps", "tertiary"]


class Edit(Model):
    """One change; `cost` in 10,000 yuan (万元) where a planner knows it."""

    op: str
    cost: Annotated[Number, Field(ge=0)] | None = None

    noun: ClassVar[str] = ""
    """The table the edit changes."""
    facts: ClassVar[tuple[str, ...]] = ()
    """Fields that are columns of the table."""

    def given(self) -> dict[str, Any]:
        """Return the facts that were written, by column."""
        return {name: getattr(self, name) for name in self.facts if getattr(self, name) is not None}


class _Existing(Edit):
    """An edit of something that is there."""

    id: Word | None = None
    name: Word | None = None
    at: Place | None = None

    @model_validator(mode="after")
    def _one_way_to_say_which(self) -> Self:
        if sum(way is not None for way in (self.id, self.name, self.at)) != 1:
            raise SettingError("用 id、name、at 三者之一指明对象。", "say which one by one of id, name, at.")
        return self


class _Change(_Existing):
    """An edit of the facts of something that is there."""

    @model_validator(mode="after")
    def _something_new(self) -> Self:
        if not self.given():
            words = ", ".join(self.facts)
            raise SettingError(f"没有写要改什么（可改 {words}）。", f"nothing to change is given (one of {words}).")
        return self


class Remove(_Existing):
    """Take something away."""

    op: Literal[
        "remove_carrier", "remove_amenity", "remove_station", "remove_firms", "remove_open_space", "remove_building"
    ]


class Move(_Existing):
    """Put something elsewhere: `to` a place; firms move `into` a carrier (its id or name)."""

    op: Literal["move_carrier", "move_amenity", "move_station", "move_firms", "move_open_space", "move_building"]
    to: Place | None = None
    into: Word | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.into is not None and self.op != "move_firms":
            raise SettingError("into 只用于 move_firms。", "into is for move_firms only.")
        if (self.to is None) == (self.into is None):
            raise SettingError("写 to: [经度, 纬度]。", "give to: [longitude, latitude].")
        return self


class _CarrierFacts(Model):
    kind: CarrierKind | None = None
    stage: Stage | None = None
    floor_area_m2: Area | None = None
    usable_area_m2: Area | None = None
    firms: Count | None = None
    level: Level | None = None
    is_core: Flag | None = None

    noun: ClassVar[str] = "carriers"
    facts: ClassVar[tuple[str, ...]] = ("kind", "stage", "floor_area_m2", "usable_area_m2", "firms", "level", "is_core")


class AddCarrier(_CarrierFacts, Edit):
    """A new carrier; without a stage, the one of its kind."""

    op: Literal["add_carrier"]
    name: Word
    kind: CarrierKind
    at: Place


class ChangeCarrier(_CarrierFacts, _Change):
    """Other facts of a carrier."""

    op: Literal["change_carrier"]


class _AmenityFacts(Model):
    category: Word | None = None
    opening_hours: Word | None = None
    area_m2: Area | None = None

    noun: ClassVar[str] = "amenities"
    facts: ClassVar[tuple[str, ...]] = ("category", "opening_hours", "area_m2")


class AddAmenity(_AmenityFacts, Edit):
    """A new amenity of a category of the life circle."""

    op: Literal["add_amenity"]
    name: Word | None = None
    category: Word
    at: Place


class ChangeAmenity(_AmenityFacts, _Change):
    """Another category or other hours of an amenity."""

    op: Literal["change_amenity"]


class _StationFacts(Model):
    type: StationType | None = None
    hours: Word | None = None
    capacity: Annotated[Number, Field(ge=0)] | None = None

    noun: ClassVar[str] = "stations"
    facts: ClassVar[tuple[str, ...]] = ("type", "hours", "capacity")


class AddStation(_StationFacts, Edit):
    """A new service station."""

    op: Literal["add_station"]
    name: Word | None = None
    type: StationType
    at: Place


class ChangeStation(_StationFacts, _Change):
    """Another type, other hours or capacity of a station."""

    op: Literal["change_station"]


class _FirmFacts(Model):
    industry: Word | None = None
    technology: Flag | None = None
    staff: Count | None = None

    noun: ClassVar[str] = "firms"
    facts: ClassVar[tuple[str, ...]] = ("industry", "technology", "staff")


class AddFirms(_FirmFacts, Edit):
    """New firms (`count` of them) in a carrier, given by its id or name."""

    op: Literal["add_firms"]
    into: Word
    count: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 1


class ChangeFirms(_FirmFacts, _Change):
    """Other facts of a firm."""

    op: Literal["change_firms"]


class _OpenSpaceFacts(Model):
    kind: OpenSpaceKind | None = None
    walk: Literal["public", "private"] | None = None

    noun: ClassVar[str] = "open_space"
    facts: ClassVar[tuple[str, ...]] = ("kind", "walk")


class AddOpenSpace(_OpenSpaceFacts, Edit):
    """A new open space: an `outline`, or a square of `area_m2` around `at`."""

    op: Literal["add_open_space"]
    name: Word | None = None
    kind: OpenSpaceKind
    outline: Annotated[tuple[Place, ...], Field(min_length=3)] | None = None
    at: Place | None = None
    area_m2: Annotated[Area, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _drawn(self) -> Self:
        square = self.at is not None and self.area_m2 is not None
        if square == (self.outline is not None) or (self.at is None) != (self.area_m2 is None):
            raise SettingError("写 outline，或写 at 与 area_m2。", "give an outline, or at with area_m2.")
        return self


class ChangeOpenSpace(_OpenSpaceFacts, _Change):
    """Another kind of open space, or other people who may enter."""

    op: Literal["change_open_space"]


class _BuildingFacts(Model):
    use: Use | None = None
    levels: Annotated[Positive, Field(le=200)] | None = None
    residents: Count | None = None
    workers: Count | None = None

    noun: ClassVar[str] = "buildings"
    facts: ClassVar[tuple[str, ...]] = ("use", "levels", "residents", "workers")


class AddBuilding(_BuildingFacts, Edit):
    """A new building: an `outline`, or a square footprint of `area_m2` around `at`."""

    op: Literal["add_building"]
    name: Word | None = None
    use: Use
    outline: Annotated[tuple[Place, ...], Field(min_length=3)] | None = None
    at: Place | None = None
    area_m2: Annotated[Area, Field(gt=0)] | None = None

    _drawn = AddOpenSpace._drawn


class ChangeBuilding(_BuildingFacts, _Change):
    """Another use, other storeys or people of a building."""

    op: Literal["change_building"]


class AddStreet(Edit):
    """A new way on foot along `line`; its ends join the nearest walkable street within the tolerance."""

    op: Literal["add_street"]
    line: Annotated[tuple[Place, ...], Field(min_length=2)]
    name: Word | None = None
    highway: StreetClass = "footway"
    steps: Flag = False
    width_m: Positive | None = None
    noun: ClassVar[str] = "streets"


class _OfStreet(_Existing):
    """An edit of a street: the whole of it, or `between` two of its places (nearest points are meant)."""

    between: tuple[Place, Place] | None = None
    noun: ClassVar[str] = "streets"


class CloseStreet(_OfStreet):
    """Close a street to walking through; who lives on it still comes and goes."""

    op: Literal["close_street"]


class _StreetFacts(Model):
    highway: StreetClass | None = None
    width_m: Positive | None = None
    footway_m: Positive | None = None
    trees: Count | None = None
    seats: Count | None = None
    lighting: Flag | None = None

    facts: ClassVar[tuple[str, ...]] = ("highway", "width_m", "footway_m", "trees", "seats", "lighting")


class ChangeStreet(_StreetFacts, _OfStreet, _Change):
    """Other facts of a street."""

    op: Literal["change_street"]


class OpenGate(_Existing):
    """Open a gate: to the `public` (default) or to `residents`."""

    op: Literal["open_gate"]
    for_: Annotated[Literal["public", "residents"], Field(alias="for")] = "public"
    hours: Word | None = None
    noun: ClassVar[str] = "gates"


class CloseGate(_Existing):
    """Shut a gate."""

    op: Literal["close_gate"]
    noun: ClassVar[str] = "gates"


class AddCrossing(Edit):
    """A new crossing along `line` from one side to the other, with the wait in seconds."""

    op: Literal["add_crossing"]
    line: Annotated[tuple[Place, ...], Field(min_length=2)]
    wait_s: Annotated[Number, Field(ge=0, le=600)] = 0.0
    noun: ClassVar[str] = "streets"


class RemoveCrossing(_Existing):
    """Take a crossing away."""

    op: Literal["remove_crossing"]
    noun: ClassVar[str] = "streets"


class ChangeFrontage(_OfStreet):
    """Other uses along one side (or both sides) of a street."""

    op: Literal["change_frontage"]
    side: Literal["left", "right", "both"] = "both"
    use: Literal["shop", "food", "culture", "carrier", "closed"]
    share: Annotated[Number, Field(gt=0, le=1)] = 1.0


class RenewStreet(_StreetFacts, _OfStreet, _Change):
    """A renewal: a bundle of measures on a street or a stretch of it, or on one `side` of it.

    `measures` are words of `streets.works` in the study's settings; a word that is none of them changes nothing.
    """

    op: Literal["renew_street"]
    measures: tuple[Word, ...] = ()
    active_share: Annotated[Number, Field(gt=0, le=1)] | None = None
    side: Literal["left", "right", "both"] | None = None

    facts: ClassVar[tuple[str, ...]] = (*_StreetFacts.facts, "active_share", "measures")

    def given(self) -> dict[str, Any]:
        """Return the facts that were written, by column."""
        return {name: value for name, value in super().given().items() if value != ()}


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
