"""What a study means to reach in a year: figures with their counting rules, over those of the letter."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, Strict, field_validator, model_validator

from corridor.config._defaults import defaults
from corridor.config._faults import Model, SettingError
from corridor.config._types import Word, Wording, date_text

Number = Annotated[float, Strict(), Field(allow_inf_nan=False, gt=0)]
Date = Annotated[datetime.date, BeforeValidator(date_text)]
TargetTable = Literal[
    "carriers", "institutes", "platforms", "stations", "firms", "projects", "events", "renewals"
]  # fmt: skip
Wanted = str | bool | int


def _tuple(value: Any) -> Any:
    """Accept one value for a list of one."""
    return value if isinstance(value, (list, tuple)) else [value]


Words = Annotated[tuple[Word, ...], BeforeValidator(_tuple), Field(min_length=1)]


class Target(Model):
    """One figure to reach.

    Attributes
    ----------
    name, unit, definition, owner : Text
        What it is called, counted in, how it is understood, and which department answers for it.
    aim : float
        The figure as a plain number; `compare` says whether it must be reached ("at_least") or passed ("above").
    table, where : str, dict of column to allowed values
        Which records: those of a table whose columns hold one of the values.
    measure, column : str
        "count" records, "sum" a column of theirs, or "exists": one record is enough.
    date : tuple of str
        The column that dates a record; of several the first that is filled in.
    also : tuple of str
        Other date columns under which the figure is given beside, kept apart.
    counts : {"new", "total"}
        Records dated within `year`, or all up to the day of the count.
    open : Text
        What the letter leaves open, and how it is read here.
    """

    name: Wording
    unit: Wording
    aim: Number
    compare: Literal["at_least", "above"] = "at_least"
    owner: Wording
    table: TargetTable
    where: dict[Word, Annotated[tuple[Wanted, ...], BeforeValidator(_tuple)]] = Field(default_factory=dict)
    measure: Literal["count", "sum", "exists"] = "count"
    column: Word | None = None
    date: Words
    also: tuple[Word, ...] = ()
    counts: Literal["new", "total"] = "new"
    year: Annotated[int, Strict(), Field(ge=1990, le=2100)] = 2026
    definition: Wording
    open: Wording | None = None

    @model_validator(mode="after")
    def _summed(self) -> Self:
        if (self.measure == "sum") != (self.column is not None):
            raise SettingError(
                "measure: sum 须写明 column，其他 measure 不写。", "measure: sum needs a column, and no other does."
            )
        return self


class Targets(Model):
    """The figures of one study.

    `items` holds figures by name; those of the letter (`corridor/data/targets.yaml`) come first unless `letter` is
    false. An item of the same name changes only what it gives; null leaves it out. `as_of` is the day of the count,
    by default the last date in the records. `quarters` are the shares of the aim due by the end of each quarter.
    `file` names a file that holds all this instead.
    """

    file: Word | None = None
    as_of: Date | None = None
    letter: Annotated[bool, Strict()] = True
    quarters: tuple[Number, Number, Number, Number] = (0.25, 0.5, 0.75, 1.0)
    items: dict[Word, Target]

    @model_validator(mode="before")
    @classmethod
    def _over_the_letter(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        given = value.get("items") or {}
        letter = dict(defaults("targets.yaml")) if value.get("letter", True) is not False else {}
        if not isinstance(given, dict):
            return value
        merged = {
            **letter,
            **{key: {**letter.get(key, {}), **item} if isinstance(item, dict) else item for key, item in given.items()},
        }
        return {**value, "items": {key: item for key, item in merged.items() if item is not None}}

    @field_validator("quarters", mode="after")
    @classmethod
    def _rising(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if list(value) != sorted(value) or value[-1] != 1:
            raise SettingError("四个季度的累计比例应递增到 1。", "the shares of the quarters must rise to 1.")
        return value
