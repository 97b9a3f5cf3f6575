"""How street segments are ranked: weights, scales, thresholds and the rules of suggested measures, over our defaults."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from corridor.config._called import one_word_one_entry, words_of
from corridor.config._defaults import defaults
from corridor.config._faults import Model, SettingError
from corridor.config._types import Number, Share, Weight, Word
from corridor.config._works import Work, works_over

PARTS = ("need", "potential", "feasibility")
Part = Literal["need", "potential", "feasibility"]
_BY_KEY = ("parts", "weights", "scales", "measures", "mapped_within_m")
MappedKind = Literal["open_space", "toilets", "gates", "walls", "fronts"]


class Scale(Model):
    """From values to 0–100, in proportion between `at_0` and `at_100`; `relative`: 100 at that quantile of the segments."""

    at_0: Number
    at_100: Number | None = None
    relative: Annotated[Share, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.at_100 is None) == (self.relative is None):
            raise SettingError("应写 at_100 或 relative，二者取一。", "give at_100 or relative: one of the two.")
        if self.at_0 == self.at_100:
            raise SettingError("at_0 与 at_100 不能相同。", "at_0 and at_100 must differ.")
        return self


class MeasureRule(Model):
    """A measure that is put forward where an indicator scores `from_score` or more, with the edit that tests it.

    `per_100m` names fields of the edit that are numbers for 100 m of street.
    """

    zh: Word
    en: Word
    because: Annotated[tuple[Word, ...], Field(min_length=1)]
    from_score: Annotated[Number, Field(ge=0, le=100)] = 50.0
    edit: dict[Word, Any]
    per_100m: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _an_edit(self) -> Self:
        if not isinstance(self.edit.get("op"), str):
            raise SettingError("edit 要写 op。", "the edit needs an op.")
        return self


class Streets(Model):
    """The ranking of street segments; what is not given comes from `corridor/data/street_ranking.yaml`.

    `mapped_within_m` says how near to a segment a kind of thing must be mapped for none to mean that there is none; that
    of open space also how near to a building, for its people to be left out rather than unknown.
    Of `parts`, `weights`, `scales`, `measures` and `mapped_within_m` single entries may be given; a measure that is null is left out.
    `works` are those of `corridor/data/street_works.yaml`, changed in the same way.
    """

    parts: dict[Part, Weight]
    weights: dict[Word, Weight]
    mapped_within_m: dict[MappedKind, Annotated[Number, Field(ge=0)]]
    least_data: Share
    least_weight: Share
    least_length_m: Annotated[Number, Field(ge=0)]
    seed: Annotated[int, Field(strict=True, ge=0)]
    spread: Annotated[Number, Field(ge=0, le=1)]
    interval: Annotated[Share, Field(gt=0)]
    unstable_ranks: Annotated[int, Field(strict=True, ge=1)]
    unstable_share: Share
    scales: dict[Word, Scale]
    measures: dict[Word, MeasureRule]
    works: dict[Word, Work]

    @model_validator(mode="before")
    @classmethod
    def _over_defaults(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        ours = defaults("street_ranking.yaml")
        merged = {**ours, **value, "works": works_over(defaults("street_works.yaml"), value.get("works", {}))}
        for key in _BY_KEY:
            if isinstance(value.get(key), dict):
                merged[key] = {**ours[key], **value[key]}
        if isinstance(merged["measures"], dict):
            merged["measures"] = {key: rule for key, rule in merged["measures"].items() if rule is not None}
        return merged

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if sum(self.parts.values()) <= 0:
            raise SettingError("parts 至少一项的权重应大于 0。", "at least one weight of parts must be above 0.")
        return self

    @model_validator(mode="after")
    def _works_by_one_word(self) -> Self:
        one_word_one_entry(self.works)
        return self

    @cached_property
    def _work_words(self) -> dict[str, str]:
        return dict(words_of(self.works))

    def work(self, word: str) -> Work | None:
        """Return the works that a word of a renewal's `measures` stands for, None where it is in no table."""
        code = self._work_words.get(word.strip().casefold())
        return None if code is None else self.works[code]

    def unstable_width(self, ranked: int) -> int:
        """Return how many ranks apart the ends of an interval are from which a rank is not stable."""
        return max(self.unstable_ranks, math.ceil(round(self.unstable_share * ranked, 9)))


__all__ = ["PARTS", "MappedKind", "MeasureRule", "Scale", "Streets"]
