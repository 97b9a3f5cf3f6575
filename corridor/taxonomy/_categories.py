"""Categories: the model, and reading the defaults with a study's changes on top."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from corridor.config import (
    Document,
    Flag,
    Grade,
    Kind,
    Model,
    SettingError,
    Use,
    Weight,
    Word,
    Wording,
    did_you_mean,
    problems_of,
    read_data,
    read_yaml,
)
from corridor.errors import ConfigError, Problem, Text

Stage = Literal["rd", "transfer", "incubation", "industry"]
OpenSpaceKind = Literal["park", "garden", "square", "playground", "nature", "pitch", "grass"]
RecordTable = Literal["carriers", "stations", "events"]
_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")


def _words(value: Any) -> Any:
    """Accept one word, or a list; a number is meant as the text it looks like."""
    items = value if isinstance(value, list) else [value]
    return tuple(str(item) if isinstance(item, (int, float)) and not isinstance(item, bool) else item for item in items)


def _folded(value: Any) -> Any:
    words = _words(value)
    return tuple(word.casefold() if isinstance(word, str) else word for word in words)


class Condition(Model):
    """What one tag must be like; parts left out do not matter.

    `is_`: one of these values. `contains`: one of these parts. `lacks`: none of these parts. `not_`: none of these
    values. Without `is_` and `contains` a missing tag satisfies the condition, unless `present` is true.
    """

    model_config = ConfigDict(populate_by_name=True)

    is_: tuple[Word, ...] = Field(default=(), alias="is")
    contains: tuple[Word, ...] = ()
    lacks: tuple[Word, ...] = ()
    not_: tuple[Word, ...] = Field(default=(), alias="not")
    present: Flag = False

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if value is True:
            return {"present": True, "not": ("no",)}
        if isinstance(value, dict):
            return {key: _folded(part) if key != "present" else part for key, part in value.items()}
        if isinstance(value, (str, int, float, list)) and not isinstance(value, bool):
            return {"is": _folded(value)}
        raise SettingError(
            "应为一个值、列表、true，或 {contains: …, lacks: …, is: …, not: …}。",
            "must be a value, a list, true, or {contains: ..., lacks: ..., is: ..., not: ...}.",
        )

    @property
    def required(self) -> bool:
        """Whether the tag has to be there."""
        return self.present or bool(self.is_ or self.contains)

    @property
    def only_values(self) -> bool:
        """Whether the condition is no more than a choice of values."""
        return bool(self.is_) and not (self.contains or self.lacks or self.not_)

    def test(self) -> Callable[[str | None], bool]:
        """Return the test of a tag's value, case folded (None: no such tag), with its patterns compiled."""
        wanted, unwanted = frozenset(self.is_), frozenset(self.not_)
        contains = _any_part(self.contains) if self.contains else None
        lacks = _any_part(self.lacks) if self.lacks else None
        absent = not self.required

        def fits(value: str | None) -> bool:
            if value is None:
                return absent
            if wanted or unwanted:
                values = {part.strip() for part in value.split(";")}
                if (wanted and values.isdisjoint(wanted)) or not values.isdisjoint(unwanted):
                    return False
            return (contains is None or contains(value) is not None) and (lacks is None or lacks(value) is None)

        return fits


def _any_part(parts: Iterable[str]) -> Callable[[str], re.Match[str] | None]:
    """Return the search for one of the parts."""
    # Chinese does not separate words; elsewhere "ies" must not be found in "companies".
    words = (re.escape(p) if _CHINESE.search(p) else rf"(?<![^\W_]){re.escape(p)}(?![^\W_])" for p in parts)
    return re.compile("|".join(words)).search


def _folded_keys(value: Any) -> Any:
    return {str(key).casefold(): condition for key, condition in value.items()} if isinstance(value, dict) else value


Rule = Annotated[dict[Word, Condition], BeforeValidator(_folded_keys), Field(min_length=1)]


class Category(Model):
    """One kind of place the life circle asks for.

    `tier_min` minutes (and `tier_m` metres, where a text gives them) are the category's tier, `source`, `clause` and
    `grade` say whose and how well known; `osm`, `open_space`, `buildings` and `records` say which places count.
    """

    code: Word
    kind: Kind
    zh: Word
    en: Word
    tier_min: Annotated[int, Field(ge=1, le=120)]
    tier_m: Annotated[int, Field(ge=1, le=20_000)] | None = None
    source: Wording
    clause: Wording = Text("", "")
    grade: Grade
    weight: Weight = 1.0
    stage: Stage | None = None
    osm: tuple[Rule, ...] = ()
    open_space: tuple[OpenSpaceKind, ...] = ()
    min_area_m2: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    buildings: tuple[Use, ...] = ()
    records: dict[RecordTable, dict[Word, tuple[Word, ...]]] = Field(default_factory=dict)
    incomplete: Flag = False
    note: Wording | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_records(cls, value: Any) -> Any:
        records = value.get("records") if isinstance(value, dict) else None
        if not isinstance(records, dict):
            return value
        listed = {
            table: {column: _words(words) for column, words in rule.items()} if isinstance(rule, dict) else rule
            for table, rule in records.items()
        }
        return {**value, "records": listed}

    @property
    def label(self) -> Text:
        """The category's name in both languages."""
        return Text(self.zh, self.en)


def read_categories(path: str | Path | None = None) -> tuple[Category, ...]:
    """Read the categories: the defaults of the package, changed by a study's own file.

    Parameters
    ----------
    path : path, optional
        A file with `categories:` (and `sources:`) as in `corridor/data/categories.yaml`. Values given for a known
        code replace the default's, new codes are added at the end, `code: null` switches a category off.

    Returns
    -------
    tuple of Category
        In the files' order.

    Raises
    ------
    ConfigError
        Every fault with file:line.
    """
    default = read_data("categories.yaml")
    own = read_yaml(path) if path is not None else None
    raw: dict[str, Any] = dict(default.value["categories"])
    sources: dict[str, Any] = dict(default.value["sources"])
    if own is not None:
        _check_shape(own)
        sources |= own.value.get("sources") or {}
        for code, values in (own.value.get("categories") or {}).items():
            raw[code] = {**(raw.get(code) or {}), **values} if isinstance(values, dict) else values
    problems: list[Problem] = []
    categories = []
    for code, values in raw.items():
        document = own if own is not None and ("categories", code) in own.marks else default
        try:
            if values is not None:
                categories.append(_category(code, values, sources))
        except ValidationError as error:
            problems += problems_of(error, Category, document, ("categories", code))
        except SettingError as error:
            problems.append(Problem(document.where(("categories", code, "source")), error.text))
    if problems:
        raise ConfigError(problems)
    return tuple(categories)


def categories_from(frame: pd.DataFrame) -> tuple[Category, ...]:
    """Take categories from a table instead of a file.

    Parameters
    ----------
    frame : DataFrame
        Index: the codes. Columns as in `corridor/data/categories.yaml`: `kind`, `zh`, `en`, `tier_min`, `source`,
        `grade`, and where wanted `tier_m`, `weight`, `stage`, `osm`, `open_space`, `buildings`, `records`, `incomplete`
        …; missing cells take the default. `source` is a text, `osm` a list of rules.

    Returns
    -------
    tuple of Category
        In the table's order.

    Raises
    ------
    ConfigError
        Every fault with the code and the column; a code that stands twice.
    """
    problems = [
        Problem(f"categories: {code}", Text("代码重复。", "the code stands twice."))
        for code in frame.index[frame.index.duplicated()].unique()
    ]
    found = []
    for code, row in zip(frame.index, frame.to_dict("records"), strict=True):
        values = {str(name): value for name, value in row.items() if not _missing(value)}
        try:
            found.append(Category.model_validate({**values, "code": str(code)}))
        except ValidationError as error:
            told = problems_of(error, Category, Document("categories", values, {(name,): (0, 0) for name in values}))
            problems += [Problem(f"categories: {code}", problem.what, problem.hint) for problem in told]
    if problems:
        raise ConfigError(problems)
    return tuple(found)


def _missing(value: Any) -> bool:
    return value is None or (not isinstance(value, (list, tuple, dict, Text)) and bool(pd.isna(value)))


def _check_shape(document: Document) -> None:
    if not isinstance(document.value, dict):
        raise ConfigError.of(
            document.where(()),
            "应为 categories: 下面的一组类别。",
            "must hold categories under the key categories.",
        )
    problems = []
    for key, value in document.value.items():
        if key not in ("sources", "categories"):
            what = Text(f"不认识的键“{key}”。", f"unknown key {key!r}.")
            problems.append(Problem(document.where((key,)), what, did_you_mean(key, ("sources", "categories"))))
        elif not isinstance(value, (dict, type(None))):
            what = Text(f"“{key}”应为一组“键: 值”。", f"{key!r} must be a mapping of keys to values.")
            problems.append(Problem(document.where((key,)), what))
    if problems:
        raise ConfigError(problems)


def _category(code: str, values: Any, sources: Mapping[str, Any]) -> Category:
    if not isinstance(values, dict):
        return Category.model_validate(values)
    source = values.get("source")
    if isinstance(source, str):
        if source not in sources:
            hint = did_you_mean(source, sources)
            raise SettingError(f"没有来源“{source}”。{hint.zh}", f"there is no source {source!r}. {hint.en}")
        values = {**values, "source": sources[source]}
    return Category.model_validate({**values, "code": code})
