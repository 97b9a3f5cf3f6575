"""Settings of the innovation chain: linkage of carriers, service chains, trails."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from corridor.config._faults import Model, SettingError
from corridor.config._types import Flag, Minutes, Positive, Word, Wording
from corridor.errors import Text

StationType = Literal["business", "fintech", "ai", "ip", "quality", "talent", "finance"]
# The letter names the service and the five workstations, not which of them it takes: a working definition, grade —.
TRANSFER_IN_ONE = Text("科技成果转化一件事", "Transfer of research results in one trip")
_FIVE_STATIONS: tuple[StationType, ...] = ("ip", "quality", "ai", "fintech", "business")


class DecayRule(Model):
    """How much a place still counts at a walk of some minutes.

    `step`: all of it up to `minutes`, then nothing; `linear`: falls in a line to nothing at `minutes`;
    `exponential`: 1/e (37 %) at `minutes`; `gaussian`: `minutes` is sigma (61 %).
    """

    form: Literal["step", "linear", "exponential", "gaussian"] = "exponential"
    minutes: Annotated[Positive, Field(le=120)] = 10.0


class Linkage(Model):
    """What a carrier weighs, how weight decays with the walk, and from how many minutes on one is off the belt."""

    weight: Literal["floor_area", "firms"] = "floor_area"
    decay: DecayRule = DecayRule()
    belt_min: Minutes = 10


class ServiceChain(Model):
    """Services to be had in one trip: all station types within `minutes`; `back`: the walk home counts too."""

    name: Wording
    stations: Annotated[tuple[StationType, ...], Field(min_length=1)] = _FIVE_STATIONS
    minutes: Minutes = 15
    back: Flag = False

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.stations)) < len(self.stations):
            raise SettingError("stations 中有重复的站点类型。", "stations names a type more than once.")
        return self


def _stops(value: Any) -> Any:
    """Accept numbers as names: an id of a table may look like one."""
    return [str(item) if isinstance(item, int) else item for item in value] if isinstance(value, list) else value


class Trail(Model):
    """A walk through stops, named by id or name as in the records (else as in OSM).

    `order`: as given, or the shortest; `round`: back to the first stop.
    """

    name: Wording
    stops: Annotated[tuple[Word, ...], Field(min_length=2, max_length=60), BeforeValidator(_stops)]
    round: Flag = False
    order: Literal["given", "shortest"] = "given"

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.stops)) < len(self.stops):
            raise SettingError("stops 中有重复的站。", "stops names a place more than once.")
        return self
