"""Edits of what the district keeps and the map shows as points: carriers, amenities, stations, firms."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from corridor.config import Flag, Model, Number, Word, read_data
from corridor.scenarios._edit import Area, Change, Count, Edit, Entrances, Place
from corridor.taxonomy import Stage

CarrierKind = Literal[
    "institute", "university", "lab", "poc", "incubator", "coworking", "accelerator", "park", "office"
]
StationType = Literal["business", "fintech", "ai", "ip", "quality", "talent", "finance"]


def _level(value: Any) -> Any:
    """Take the words for a level that district tables use."""
    words = read_data("records.yaml").value["vocabularies"]["level"]
    return next((code for code, names in words.items() if value in names), value)


Level = Annotated[Literal["national", "municipal", "district", "subdistrict"], BeforeValidator(_level)]


class _CarrierFacts(Model):
    kind: CarrierKind | None = None
    stage: Stage | None = None
    floor_area_m2: Area | None = None
    usable_area_m2: Area | None = None
    firms: Count | None = None
    level: Level | None = None
    is_core: Flag | None = None
    entrances: Entrances | None = None

    noun: ClassVar[str] = "carriers"
    facts: ClassVar[tuple[str, ...]] = (
        "kind",
        "stage",
        "floor_area_m2",
        "usable_area_m2",
        "firms",
        "level",
        "is_core",
        "entrances",
    )


class AddCarrier(_CarrierFacts, Edit):
    """A new carrier; without a stage, the one of its kind.

    With `entrances` it is entered there: walks to and from it, and those of its firms, use the first of them.
    """

    op: Literal["add_carrier"]
    name: Word
    kind: CarrierKind
    at: Place


class ChangeCarrier(_CarrierFacts, Change):
    """Other facts of a carrier, or other entrances."""

    op: Literal["change_carrier"]


class _AmenityFacts(Model):
    category: Word | None = None
    opening_hours: Word | None = None
    area_m2: Area | None = None
    entrances: Entrances | None = None

    noun: ClassVar[str] = "amenities"
    facts: ClassVar[tuple[str, ...]] = ("category", "opening_hours", "area_m2", "entrances")


class AddAmenity(_AmenityFacts, Edit):
    """A new amenity of a category of the life circle."""

    op: Literal["add_amenity"]
    name: Word | None = None
    category: Word
    at: Place


class ChangeAmenity(_AmenityFacts, Change):
    """Another category, other hours or other entrances of an amenity."""

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


class ChangeStation(_StationFacts, Change):
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


class ChangeFirms(_FirmFacts, Change):
    """Other facts of a firm."""

    op: Literal["change_firms"]
