"""What a street survey asks, and how its answers become 0–100: items with their scales, over those that come with us."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from corridor.config._called import one_word_one_entry
from corridor.config._defaults import defaults
from corridor.config._faults import Model, SettingError
from corridor.config._types import Flag, Number, Word, Wording
from corridor.errors import Text

Score = Annotated[Number, Field(ge=0, le=100)]


class SurveyItem(Model):
    """One item of a survey.

    Attributes
    ----------
    name : Text
    names : tuple of str
        Other words surveyors write for it.
    unit : Text
        What an answer counts.
    words : dict of word to 0–100
        Answers to choose from, with what each is worth; instead of numbers.
    worst, best : float
        Numbers worth 0 and 100; between them in proportion, beyond them no more.
    per_100_m : bool
        Answers are counts along the stretch; `worst` and `best` are for 100 m of street.
    meaning : Text
        What the surveyor looks at.
    """

    name: Wording
    names: tuple[Word, ...] = ()
    unit: Wording = Text("", "")
    words: dict[Word, Score] = Field(default_factory=dict)
    worst: Number | None = None
    best: Number | None = None
    per_100_m: Flag = False
    meaning: Wording = Text("", "")

    @model_validator(mode="after")
    def _one_scale(self) -> Self:
        numbers = self.worst is not None and self.best is not None
        if numbers == bool(self.words) or (self.worst is None) != (self.best is None):
            raise SettingError(
                "应写 words，或 worst 与 best，二者取一。", "give words, or worst and best: one of the two."
            )
        if numbers and self.worst == self.best:
            raise SettingError("worst 与 best 不能相同。", "worst and best must differ.")
        if self.words and self.per_100_m:
            raise SettingError("per_100_m 只用于数目，不用于词。", "per_100_m is for counts, not for words.")
        return self

    def score(self, amount: float) -> float:
        """Return what a number is worth, 0–100 (for counts: the number on 100 m of street)."""
        assert self.worst is not None and self.best is not None  # noqa: S101  (the validator saw to it)
        return 100.0 * min(max((amount - self.worst) / (self.best - self.worst), 0.0), 1.0)


class Survey(Model):
    """The items of a study's survey.

    Those of `corridor/data/survey.yaml` come first unless `defaults` is false. An item of the same name changes only
    what it gives; null leaves it out.
    """

    defaults: Flag = True
    items: dict[Word, SurveyItem]

    @model_validator(mode="before")
    @classmethod
    def _over_defaults(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        given = value.get("items") or {}
        ours = dict(defaults("survey.yaml")) if value.get("defaults", True) is not False else {}
        if not isinstance(given, dict):
            return value
        merged = {**ours, **{key: _over(ours.get(key, {}), item) for key, item in given.items()}}
        return {**value, "items": {key: item for key, item in merged.items() if item is not None}}

    @model_validator(mode="after")
    def _known_by_one_word(self) -> Self:
        one_word_one_entry(self.items)
        return self


def _over(ours: dict[str, Any], given: Any) -> Any:
    """Lay what a study says of an item over what we say; a scale of the other kind replaces ours."""
    if not isinstance(given, dict):
        return given
    rest = dict(ours)
    if "words" in given:
        rest = {key: value for key, value in rest.items() if key not in ("worst", "best", "per_100_m")}
    elif "worst" in given or "best" in given:
        rest.pop("words", None)
    return {**rest, **given}
