"""Scenario files: YAML or JSON in, scenarios out; sweeps become one scenario for each of their members."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from corridor.config import (
    Document,
    Model,
    SettingError,
    Wording,
    did_you_mean,
    problems_of,
    read_yaml,
    validate,
)
from corridor.errors import ConfigError, Problem, Text
from corridor.scenarios._edits import EDITS, Edit

MOST_SCENARIOS = 200_000
_SLOT = re.compile(r"\$\{([^{}]+)\}")
_ID_LENGTH = 12


@dataclass(frozen=True)
class Scenario:
    """Edits to be made together.

    Attributes
    ----------
    id : str
        Hash of the edits: equal edits are one scenario, whatever it is called.
    names : tuple of Text
        What it is called; several where a file gives the same edits twice.
    edits : tuple of Edit
        In the order of the file.
    where : tuple of str
        file:line of each edit.
    """

    id: str
    names: tuple[Text, ...]
    edits: tuple[Edit, ...]
    where: tuple[str, ...]

    @property
    def name(self) -> Text:
        """Its first name."""
        return self.names[0]

    @property
    def cost(self) -> float | None:
        """Cost of all edits in 10,000 yuan; None where no edit carries one."""
        known = [edit.cost for edit in self.edits if edit.cost is not None]
        return math.fsum(known) if known else None


class _Draw(Model):
    n: Annotated[int, Field(strict=True, ge=1, le=MOST_SCENARIOS)]
    seed: Annotated[int, Field(strict=True)]
    k: tuple[Annotated[int, Field(strict=True, ge=1)], Annotated[int, Field(strict=True, ge=1)]] = (1, 3)


class _Named(Model):
    """A value of a sweep with what it is called."""

    name: Wording
    value: Any


class _Option(Model):
    name: Wording | None = None
    edits: Annotated[list[dict[str, Any]], Field(min_length=1)]


class _Entry(Model):
    """One item of a scenario file, as written."""

    name: Wording
    edits: list[dict[str, Any]] = Field(default_factory=list)
    matrix: dict[str, Annotated[list[_Named | Any], Field(min_length=1)]] | None = None
    choose: Annotated[int, Field(strict=True, ge=1)] | None = None
    draw: _Draw | None = None
    of: list[_Option] | None = None

    @model_validator(mode="after")
    def _one_sweep(self) -> Self:
        sweeps = [name for name in ("matrix", "choose", "draw") if getattr(self, name) is not None]
        if len(sweeps) > 1:
            raise SettingError(f"{'、'.join(sweeps)} 只能有一个。", f"only one of {', '.join(sweeps)} may stand here.")
        if (self.of is not None) != (sweeps in (["choose"], ["draw"])):
            raise SettingError("choose 或 draw 要与 of 同写。", "choose or draw goes together with of.")
        most = len(self.of or ())
        if self.choose is not None and self.choose > most:
            raise SettingError(f"choose 大于候选数 {most}。", f"choose is more than the {most} candidates.")
        if self.draw is not None and not self.draw.k[0] <= self.draw.k[1] <= most:
            raise SettingError(f"draw.k 应为不超过候选数 {most} 的范围。", f"draw.k must rise and stay within {most}.")
        return self


class _Book(Model):
    scenarios: Annotated[list[_Entry], Field(min_length=1)]


@dataclass(frozen=True)
class _Draft:
    """A scenario before its edits are validated: raw edits, each with its key path in the document."""

    name: Text
    edits: tuple[tuple[dict[str, Any], tuple[str | int, ...]], ...]


def read_scenarios(*paths: str | Path) -> tuple[Scenario, ...]:
    """Read scenario files.

    Parameters
    ----------
    *paths : str or Path
        YAML or JSON, each with a list `scenarios`.

    Returns
    -------
    tuple of Scenario
        In the order of the files, each content once.

    Raises
    ------
    ConfigError
        With every fault of every file, by file:line:column.
    """
    problems: list[Problem] = []
    found: dict[str, Scenario] = {}
    for path in paths:
        try:
            document = read_yaml(path)
            book = validate(_Book, document)
        except ConfigError as error:
            problems += error.problems
            continue
        for scenario in _scenarios(book, document, problems):
            known = found.get(scenario.id)
            names = scenario.names if known is None else tuple(dict.fromkeys((*known.names, *scenario.names)))
            found[scenario.id] = Scenario(scenario.id, names, scenario.edits, scenario.where)
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    return tuple(found.values())


def scenario(name: str | Text, *edits: dict[str, Any] | Edit) -> Scenario:
    """Build one scenario in Python.

    Parameters
    ----------
    name : str or Text
    *edits : dict or Edit
        As in a file: `{"op": "open_gate", "name": "北门"}`.

    Raises
    ------
    ConfigError
        With every fault of the edits.
    """
    text = name if isinstance(name, Text) else Text(name, name)
    document = Document(str(text), {}, {})
    problems: list[Problem] = []
    raw = tuple((edit.model_dump(by_alias=True, exclude_none=True) if isinstance(edit, Edit) else edit, ("edits", i))
                for i, edit in enumerate(edits))  # fmt: skip
    made = _validated(_Draft(text, raw), document, problems)
    if made is None:
        raise ConfigError(problems)
    return made


def kept_scenario(id_: str, names: Sequence[Sequence[str]], edits: Sequence[str]) -> Scenario:
    """Return a scenario from what a store keeps of it.

    Parameters
    ----------
    id_ : str
    names : sequence of (zh, en)
    edits : sequence of str
        The edits as JSON, in order.

    Raises
    ------
    ConfigError
        The edits are not those of the id.
    """
    raw = [json.loads(edit) for edit in edits]
    found = tuple(EDITS[edit["op"]].model_validate(edit) for edit in raw if edit.get("op") in EDITS)
    if _id_of(found) != id_:
        raise ConfigError.of(
            id_,
            "结果库中的情景清单已被改动。",
            "the list of scenarios in the store was changed.",
            "请换一个文件夹重新运行。",
            "Run again in another folder.",
        )
    return Scenario(id_, tuple(Text(zh, en) for zh, en in names), found, (id_,) * len(found))


def _scenarios(book: _Book, document: Document, problems: list[Problem]) -> Iterator[Scenario]:
    count = 0
    for number, entry in enumerate(book.scenarios):
        # Counted before anything is expanded: subsets soon run into the millions.
        count += _size(entry)
        if count > MOST_SCENARIOS:
            raise ConfigError.of(
                document.where(("scenarios", number)),
                f"展开后有 {count:,} 个情景，超过 {MOST_SCENARIOS:,} 个。",
                f"expands to {count:,} scenarios, more than {MOST_SCENARIOS:,}.",
                "请缩小组合，或分成几个文件。",
                "Make the sweep smaller, or split the file.",
            )
    for number, entry in enumerate(book.scenarios):
        for draft in _drafts(entry, ("scenarios", number), document, problems):
            made = _validated(draft, document, problems)
            if made is not None:
                yield made


def _size(entry: _Entry) -> int:
    """Return how many scenarios an item of the file becomes, at most."""
    if entry.matrix is not None:
        return math.prod(len(values) for values in entry.matrix.values())
    if entry.choose is not None:
        return math.comb(len(entry.of or ()), entry.choose)
    return 1 if entry.draw is None else entry.draw.n


def _drafts(
    entry: _Entry, place: tuple[str | int, ...], document: Document, problems: list[Problem]
) -> Iterator[_Draft]:
    """Expand one item of the file."""
    common = tuple((edit, (*place, "edits", i)) for i, edit in enumerate(entry.edits))
    if entry.matrix is not None:
        yield from _matrix(entry, common, place, document, problems)
    elif entry.of is not None:
        for picked in _picks(entry):
            chosen = [entry.of[i] for i in picked]
            label = [option.name or Text(str(i + 1), str(i + 1)) for i, option in zip(picked, chosen, strict=True)]
            edits = tuple(
                (edit, (*place, "of", i, "edits", j))
                for i, option in zip(picked, chosen, strict=True)
                for j, edit in enumerate(option.edits)
            )
            yield _Draft(_joined(entry.name, label), common + edits)
    else:
        _check_slots(entry.edits, set(), place, document, problems)
        yield _Draft(entry.name, common)


def _picks(entry: _Entry) -> Iterator[tuple[int, ...]]:
    """Return the chosen candidates: all subsets of a size, or seeded draws without repeats."""
    count = len(entry.of or ())
    if entry.choose is not None:
        yield from itertools.combinations(range(count), entry.choose)
        return
    assert entry.draw is not None  # noqa: S101  (one of the two, by the model)
    low, high = entry.draw.k
    possible = sum(math.comb(count, k) for k in range(low, high + 1))
    generator = random.Random(entry.draw.seed)  # noqa: S311
    seen: set[tuple[int, ...]] = set()
    while len(seen) < min(entry.draw.n, possible):
        pick = tuple(sorted(generator.sample(range(count), generator.randint(low, high))))
        if pick not in seen:
            seen.add(pick)
            yield pick


def _matrix(
    entry: _Entry,
    common: tuple[tuple[dict[str, Any], tuple[str | int, ...]], ...],
    place: tuple[str | int, ...],
    document: Document,
    problems: list[Problem],
) -> Iterator[_Draft]:
    assert entry.matrix is not None  # noqa: S101
    if not _check_slots(entry.edits, set(entry.matrix), place, document, problems):
        return
    choices = [
        [
            (_label(key, number, value), value.value if isinstance(value, _Named) else value)
            for number, value in enumerate(values, 1)
        ]
        for key, values in entry.matrix.items()
    ]
    for chosen in itertools.product(*choices):
        label = [text for text, _ in chosen]
        given = dict(zip(entry.matrix, (value for _, value in chosen), strict=True))
        yield _Draft(_joined(entry.name, label), tuple((_filled(edit, given), at) for edit, at in common))


def _label(key: str, number: int, value: Any) -> Text:
    """Return what a value of a sweep is called: its name, itself, or of a place or list without a name its number."""
    if isinstance(value, _Named):
        return value.name
    shown = f"{key} {number}" if isinstance(value, (list, dict)) else f"{key}={value}"
    return Text(shown, shown)


def _joined(name: Text, labels: list[Text]) -> Text:
    return Text(f"{name.zh}：{'、'.join(t.zh for t in labels)}", f"{name.en}: {', '.join(t.en for t in labels)}")


def _slots(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _SLOT.findall(value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _slots(part)
    elif isinstance(value, list):
        for part in value:
            yield from _slots(part)


def _check_slots(
    edits: list[dict[str, Any]],
    known: set[str],
    place: tuple[str | int, ...],
    document: Document,
    problems: list[Problem],
) -> bool:
    """Tell slots that no key of the matrix fills, and keys of the matrix that no slot uses."""
    used = set(_slots(edits))
    for slot in sorted(used - known):
        what = Text(f"“${{{slot}}}”没有取值。", f"nothing fills ${{{slot}}}.")
        problems.append(
            Problem(document.where((*place, "edits")), what, did_you_mean(slot, sorted(known)) if known else None)
        )
    for key in sorted(known - used):
        what = Text(f"matrix 的“{key}”没有用到。", f"{key!r} of the matrix is not used.")
        hint = Text(f"在 edits 中写 ${{{key}}}。", f"Write ${{{key}}} in the edits.")
        problems.append(Problem(document.where((*place, "matrix", key)), what, hint))
    return used == known


def _filled(value: Any, given: dict[str, Any]) -> Any:
    """Put values into slots; a slot that is the whole text keeps the type of its value."""
    if isinstance(value, str):
        whole = _SLOT.fullmatch(value)
        return given[whole[1]] if whole else _SLOT.sub(lambda found: str(given[found[1]]), value)
    if isinstance(value, dict):
        return {key: _filled(part, given) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, given) for part in value]
    return value


def _validated(draft: _Draft, document: Document, problems: list[Problem]) -> Scenario | None:
    edits, where = [], []
    before = len(problems)
    for raw, place in draft.edits:
        op = raw.get("op")
        if not isinstance(op, str) or op not in EDITS:
            what = (
                Text("每项改动要写 op。", "every edit needs an op.")
                if op is None
                else Text(f"不认识的 op“{op}”。", f"unknown op {str(op)!r}.")
            )
            problems.append(Problem(document.where((*place, "op")), what, did_you_mean(str(op or ""), EDITS)))
            continue
        try:
            edits.append(EDITS[op].model_validate(raw))
            where.append(document.where(place))
        except ValidationError as error:
            problems += problems_of(error, EDITS[op], document, place)
    if len(problems) > before:
        return None
    return Scenario(_id_of(edits), (draft.name,), tuple(edits), tuple(where))


def _id_of(edits: Iterable[Edit]) -> str:
    """Return the hash of edits."""
    content = [edit.model_dump(mode="json", by_alias=True, exclude_none=True) for edit in edits]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]
