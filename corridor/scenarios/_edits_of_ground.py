"""Edits of what takes up ground: open spaces and buildings."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from corridor.config import Model, Positive, SettingError, Use, Word
from corridor.scenarios._edit import Area, Change, Count, Edit, Entrances, Place
from corridor.taxonomy import OpenSpaceKind


class _OpenSpaceFacts(Model):
    """Facts of an open space.

    `capacity_m2` is how much of it people can use, for the supply a head; its size stays what decides whether it
    counts. `entrances` are its gates: nobody steps in elsewhere, but by a gate or a path that is opened besides.
    """

    kind: OpenSpaceKind | None = None
    walk: Literal["public", "private"] | None = None
    capacity_m2: Area | None = None
    entrances: Entrances | None = None

    noun: ClassVar[str] = "open_space"
    facts: ClassVar[tuple[str, ...]] = ("kind", "walk", "capacity_m2", "entrances")


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


class ChangeOpenSpace(_OpenSpaceFacts, Change):
    """Another kind of open space, other people who may enter, other gates, or another usable area."""

    op: Literal["change_open_space"]


class _BuildingFacts(Model):
    use: Use | None = None
    levels: Annotated[Positive, Field(le=200)] | None = None
    residents: Count | None = None
    workers: Count | None = None
    entrances: Entrances | None = None

    noun: ClassVar[str] = "buildings"
    facts: ClassVar[tuple[str, ...]] = ("use", "levels", "residents", "workers", "entrances")


class AddBuilding(_BuildingFacts, Edit):
    """A new building: an `outline`, or a square footprint of `area_m2` around `at`."""

    op: Literal["add_building"]
    name: Word | None = None
    use: Use
    outline: Annotated[tuple[Place, ...], Field(min_length=3)] | None = None
    at: Place | None = None
    area_m2: Annotated[Area, Field(gt=0)] | None = None

    _drawn = AddOpenSpace._drawn


class ChangeBuilding(_BuildingFacts, Change):
    """Another use, other storeys, people or entrances of a building."""

    op: Literal["change_building"]
