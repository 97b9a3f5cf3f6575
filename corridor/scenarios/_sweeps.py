"""Sweeps: one item of a scenario file that stands for one scenario, or for many by matrix, choose or draw."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from corridor.config import Document, Model, SettingError, Wording, did_you_mean
from corridor.errors import Problem, Text

Place = tuple[str | int, ...]
"""A key path in a document."""
MOST_SCENARIOS = 200_000
_SLOT = re.compile(r"\$\{([^{}]+)\}")


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


class Sweep(Model):
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


@dataclass(frozen=True)
class Draft:
    """A scenario before its edits are validated: raw edits, each with its key path in the document."""

    name: Text
    edits: tuple[tuple[dict[str, Any], Place], ...]


def size(entry: Sweep) -> int:
    """Return how many scenarios an item of the file becomes, at most."""
    if entry.matrix is not None:
        return math.prod(len(values) for values in entry.matrix.values())
    if entry.choose is not None:
        return math.comb(len(entry.of or ()), entry.choose)
    return 1 if entry.draw is None else entry.draw.n


def drafts(entry: Sweep, place: Place) -> Iterator[Draft]:
    """Expand one item of the file."""
    common = tuple((edit, (*place, "edits", i)) for i, edit in enumerate(entry.edits))
    if entry.matrix is not None:
        yield from _matrix(entry, common)
    elif entry.of is not None:
        for picked in _picks(entry):
            chosen = [entry.of[i] for i in picked]
            label = [option.name or Text(str(i + 1), str(i + 1)) for i, option in zip(picked, chosen, strict=True)]
            edits = tuple(
                (edit, (*place, "of", i, "edits", j))
                for i, option in zip(picked, chosen, strict=True)
                for j, edit in enumerate(option.edits)
            )
            yield Draft(_joined(entry.name, label), common + edits)
    else:
        yield Draft(entry.name, common)


def _picks(entry: Sweep) -> Iterator[tuple[int, ...]]:
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


def _matrix(entry: Sweep, common: tuple[tuple[dict[str, Any], Place], ...]) -> Iterator[Draft]:
    assert entry.matrix is not None  # noqa: S101
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
        yield Draft(_joined(entry.name, label), tuple((_filled(edit, given), at) for edit, at in common))


def _label(key: str, number: int, value: Any) -> Text:
    """Return what a value of a sweep is called: its name, itself, or of a place or list without a name its number."""
    if isinstance(value, _Named):
        return value.name
    shown = f"{key} {number}" if isinstance(value, (list, dict)) else f"{key}={value}"
    return Text(shown, shown)


def _joined(name: Text, labels: list[Text]) -> Text:
    return Text(f"{name.zh}：{'、'.join(t.zh for t in labels)}", f"{name.en}: {', '.join(t.en for t in labels)}")


def slots(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _SLOT.findall(value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from slots(part)
    elif isinstance(value, list):
        for part in value:
            yield from slots(part)


def slot_faults(entry: Sweep, place: Place, document: Document) -> list[Problem]:
    """Tell slots that no key of the matrix fills, and keys of the matrix that no slot uses."""
    if entry.matrix is None and entry.of is not None:
        return []
    used, known = set(slots(entry.edits)), set(entry.matrix or ())
    problems = []
    for slot in sorted(used - known):
        what = Text(f"“${{{slot}}}”没有取值。", f"nothing fills ${{{slot}}}.")
        problems.append(
            Problem(document.where((*place, "edits")), what, did_you_mean(slot, sorted(known)) if known else None)
        )
    for key in sorted(known - used):
        what = Text(f"matrix 的“{key}”没有用到。", f"{key!r} of the matrix is not used.")
        hint = Text(f"在 edits 中写 ${{{key}}}。", f"Write ${{{key}}} in the edits.")
        problems.append(Problem(document.where((*place, "matrix", key)), what, hint))
    return problems


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
