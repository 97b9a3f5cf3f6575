"""What works on a street bring: words of a renewal and fields of an edit, with the survey's answers when they are done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from corridor.config._faults import Model, SettingError, did_you_mean
from corridor.config._survey import Survey, SurveyItem
from corridor.config._types import Number, Positive, Word, Wording
from corridor.config._yaml import Document
from corridor.errors import Problem, Text

Answer = Word | Number


class Work(Model):
    """One kind of works; see the head of `corridor/data/street_works.yaml`.

    Attributes
    ----------
    name : Text
    names : tuple of str
        Other words for it.
    field : str, optional
        The field of an edit of a street that does the same.
    amount : float, optional
        What the word means for the field: trees, seats on 100 m; metres of footway; share of active front.
    after : dict of survey item to answer
        What the survey would find when it is done, on the item's own scale (counts: on 100 m).
    """

    name: Wording
    names: tuple[Word, ...] = ()
    field: Literal["trees", "seats", "lighting", "footway_m", "active_share"] | None = None
    amount: Positive | None = None
    after: dict[Word, Answer] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.field is None and not self.after:
            raise SettingError("应写 after 或 field。", "give after or field.")
        if (self.amount is not None) != (self.field not in (None, "lighting")):
            raise SettingError(
                "amount 与 field 同写（lighting 不用数）。", "amount goes together with field (lighting has none)."
            )
        return self

    def answers(self, survey: Survey) -> dict[str, float]:
        """Return what an item's answers are worth when it is done, 0–100; of counts the number on 100 m.

        Items that a study's survey does not have, or has on a scale without the answer, are left out.
        """
        found = {
            item: _worth(survey.items[item], answer) for item, answer in self.after.items() if item in survey.items
        }
        return {item: worth for item, worth in found.items() if worth is not None}


def works_over(ours: Mapping[str, Any], given: Any) -> Any:
    """Lay a study's works over ours, key by key; null leaves a work out."""
    if not isinstance(given, Mapping):
        return given
    merged = {**ours, **{code: _over(ours.get(code, {}), one) for code, one in given.items()}}
    return {code: one for code, one in merged.items() if one is not None}


def _over(ours: Mapping[str, Any], given: Any) -> Any:
    return {**ours, **given} if isinstance(given, Mapping) else given


def work_faults(survey: Survey, document: Document) -> list[Problem]:
    """Return what is wrong with the answers a study gives for its works: no such item, no such answer of the item."""
    streets = document.value.get("streets") if isinstance(document.value, Mapping) else None
    given = streets.get("works") if isinstance(streets, Mapping) else None
    problems = []
    for code, item, answer in _given(given):
        place = ("streets", "works", code, "after", item)
        if item not in survey.items:
            what = Text(f"没有调查项目“{item}”。", f"the survey has no item {item!r}.")
            problems.append(Problem(document.where(place), what, did_you_mean(item, survey.items)))
        elif _worth(survey.items[item], answer) is None:
            words = survey.items[item].words
            what = Text(f"“{item}”没有答案“{answer}”。", f"{item!r} has no answer {answer!r}.")
            hint = did_you_mean(str(answer), words) if words else Text("这一项目填数。", "It takes numbers.")
            problems.append(Problem(document.where(place), what, hint))
    return problems


def _given(works: Any) -> Iterable[tuple[str, str, Answer]]:
    for code, one in works.items() if isinstance(works, Mapping) else ():
        for item, answer in (one or {}).get("after", {}).items():
            yield code, item, answer


def _worth(item: SurveyItem, answer: Answer) -> float | None:
    if isinstance(answer, str):
        return item.words.get(answer)
    if item.words:
        return None
    return float(answer) if item.per_100_m else item.score(float(answer))
