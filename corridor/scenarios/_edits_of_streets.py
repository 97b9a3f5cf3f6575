"""Edits of streets, and of the gates and crossings on them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from corridor.config import Flag, Model, Number, Positive, SettingError, Word
from corridor.scenarios._edit import Change, Count, Edit, Existing, Place
from corridor.streets.facts import ON_FOOT

StreetClass = Literal["footway", "pedestrian", "living_street", "residential", "service", "path", "steps", "tertiary"]


Speed = Annotated[Number, Field(ge=5, le=120)]
"""How fast traffic may go, km/h: the street study tells it; on foot one walks as fast beside it."""


def _check_driven(highway: str | None, speed_kmh: float | None) -> None:
    """Refuse a speed of traffic on a class of way that is for walkers alone."""
    if speed_kmh is not None and highway in ON_FOOT:
        raise SettingError(
            f"{highway} 只供步行，没有车行限速；请改 highway 或去掉 speed_kmh。",
            f"nobody drives on a {highway}; give another highway or leave speed_kmh out.",
        )


class AddStreet(Edit):
    """A new way on foot along `line`; its ends join the nearest walkable street within the tolerance."""

    op: Literal["add_street"]
    line: Annotated[tuple[Place, ...], Field(min_length=2)]
    name: Word | None = None
    highway: StreetClass = "footway"
    steps: Flag = False
    width_m: Positive | None = None
    speed_kmh: Speed | None = None
    noun: ClassVar[str] = "streets"

    @model_validator(mode="after")
    def _driven_on(self) -> Self:
        _check_driven(self.highway, self.speed_kmh)
        return self


class _OfStreet(Existing):
    """An edit of a street: the whole of it, or `between` two of its places (nearest points are meant)."""

    between: tuple[Place, Place] | None = None
    noun: ClassVar[str] = "streets"


class CloseStreet(_OfStreet):
    """Close a street to walking through; who lives on it still comes and goes."""

    op: Literal["close_street"]


class _StreetFacts(Model):
    highway: StreetClass | None = None
    width_m: Positive | None = None
    speed_kmh: Speed | None = None
    footway_m: Positive | None = None
    trees: Count | None = None
    seats: Count | None = None
    lighting: Flag | None = None

    facts: ClassVar[tuple[str, ...]] = ("highway", "width_m", "speed_kmh", "footway_m", "trees", "seats", "lighting")

    @model_validator(mode="after")
    def _driven_on(self) -> Self:
        _check_driven(self.highway, self.speed_kmh)
        return self


class ChangeStreet(_StreetFacts, _OfStreet, Change):
    """Other facts of a street."""

    op: Literal["change_street"]


class OpenGate(Existing):
    """Open a gate: to the `public` (default) or to `residents`; with `hours` only then, by the clock."""

    op: Literal["open_gate"]
    for_: Annotated[Literal["public", "residents"], Field(alias="for")] = "public"
    hours: Word | None = None
    noun: ClassVar[str] = "gates"


class CloseGate(Existing):
    """Shut a gate; with `hours` only then, which the life circle by the clock alone tells."""

    op: Literal["close_gate"]
    hours: Word | None = None
    noun: ClassVar[str] = "gates"


class AddCrossing(Edit):
    """A new crossing along `line` from one side to the other, with the wait in seconds."""

    op: Literal["add_crossing"]
    line: Annotated[tuple[Place, ...], Field(min_length=2)]
    wait_s: Annotated[Number, Field(ge=0, le=600)] = 0.0
    noun: ClassVar[str] = "streets"


class RemoveCrossing(Existing):
    """Take a crossing away."""

    op: Literal["remove_crossing"]
    noun: ClassVar[str] = "streets"


class ChangeFrontage(_OfStreet):
    """Other uses along one side (or both sides) of a street."""

    op: Literal["change_frontage"]
    side: Literal["left", "right", "both"] = "both"
    use: Literal["shop", "food", "culture", "carrier", "closed"]
    share: Annotated[Number, Field(gt=0, le=1)] = 1.0


class RenewStreet(_StreetFacts, _OfStreet, Change):
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
