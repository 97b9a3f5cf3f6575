"""What all edits of a scenario share: small frozen settings, told apart by `op`, and how they say what they mean.

What is there already is named by `id`, by `name` or by `at` (a place in WGS84 degrees; the nearest one is meant).
What is new is placed by `at`, `line` or `outline`.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from corridor.config import Model, Number, SettingError, Word

Place = tuple[Number, Number]
"""Longitude and latitude, WGS84 degrees."""
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Entrances = Annotated[tuple[Place, ...], Field(min_length=1, max_length=50)]
"""Where something is entered, instead of at its own point or outline; the first is the main one."""
Area = Annotated[Number, Field(ge=0, le=5_000_000)]


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


class Existing(Edit):
    """An edit of something that is there."""

    id: Word | None = None
    name: Word | None = None
    at: Place | None = None

    @model_validator(mode="after")
    def _one_way_to_say_which(self) -> Self:
        if sum(way is not None for way in (self.id, self.name, self.at)) != 1:
            raise SettingError("用 id、name、at 三者之一指明对象。", "say which one by one of id, name, at.")
        return self


class Change(Existing):
    """An edit of the facts of something that is there."""

    @model_validator(mode="after")
    def _something_new(self) -> Self:
        if not self.given():
            words = ", ".join(self.facts)
            raise SettingError(f"没有写要改什么（可改 {words}）。", f"nothing to change is given (one of {words}).")
        return self


class Remove(Existing):
    """Take something away."""

    op: Literal[
        "remove_carrier", "remove_amenity", "remove_station", "remove_firms", "remove_open_space", "remove_building"
    ]


class Move(Existing):
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
