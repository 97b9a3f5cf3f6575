"""The list of a batch: which scenarios there are, in what order, and what is wrong with them.

The store keeps it. A batch that goes on with the same files of the same study takes its list from there and neither
reads nor checks anything again: it was checked as a whole before the first of its scenarios ran.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.batch import store
from corridor.batch._answers import CHECK, Task
from corridor.errors import BatchError, ConfigError, Problem, Text
from corridor.scenarios import Misread, Reading, Resolver, Scenario, content_of, kept_scenario, notes, read_files

BOOK, SCENE, WORDS = "book", "scene", "indicators"
"""Notes of a store: the list, what it is drawn on, the indicators of the study as it is."""
_SOURCE, _TOLD = "source", "told"
_SHOWN = 5


@dataclass(frozen=True)
class Book:
    """The scenarios of a batch.

    Attributes
    ----------
    rows : list of dict
        As the store keeps them: `id`, `names`, `cost`, `edits` (JSON, in order), `problems`.
    source : str
        Hash of the files and scenarios it was read from.
    told : tuple of Text
        What a planner should know of them.
    known : dict
        By id, the scenarios that were read just now; the others come from their rows when their turn comes.
    """

    rows: list[dict[str, Any]]
    source: str
    told: tuple[Text, ...]
    known: Mapping[str, Scenario]

    @property
    def ops(self) -> set[str]:
        """The kinds of edits that occur."""
        return {json.loads(edit)["op"] for row in self.rows for edit in row["edits"]}

    @property
    def possible(self) -> list[str]:
        """The scenarios that can run, in order."""
        return [row["id"] for row in self.rows if not row["problems"]]

    def write(self, kept: store.Store) -> None:
        """Keep the list in a store, unless it is there."""
        if kept.note(_SOURCE) != self.source or not kept.noted(BOOK):
            kept.write_note(BOOK, self.rows)
            kept.write_note(_TOLD, [[text.zh, text.en] for text in self.told])
            # Last: with the source the rest is known to be whole.
            kept.write_note(_SOURCE, self.source)


class Queue(Mapping[str, Task]):
    """Tasks by key, in order; each is resolved when its turn comes.

    Parameters
    ----------
    book : Book
    resolver : Resolver
    keys : sequence of str
        Ids of scenarios, and with `CHECK` before them those to compute both ways.
    """

    def __init__(self, book: Book, resolver: Resolver, keys: Sequence[str]) -> None:
        self._book, self._resolver, self._keys = book, resolver, dict.fromkeys(keys)
        self._rows = {row["id"]: row for row in book.rows}

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, key: str) -> Task:
        id_ = key.removeprefix(CHECK)
        row = self._rows[id_]
        scenario = self._book.known.get(id_) or kept_scenario(id_, row["names"], row["edits"])
        resolved, problems = self._resolver.one(scenario)
        if problems:
            raise ConfigError(problems)
        return Task(resolved, "check" if key.startswith(CHECK) else "run")


def kept_book(folder: Path, source: str, made: Mapping[str, str]) -> Book | None:
    """Return the list that a folder holds, None where it has none of this source and study without a problem."""
    try:
        with store.reading(folder) as kept:
            was = kept.made_from()
            rows, told = kept.note(BOOK), kept.note(_TOLD)
            same = kept.note(_SOURCE) == source and all(was.get(name) == value for name, value in made.items())
    except BatchError:
        # Nothing is there yet, or no store of ours: whoever opens it to write says so.
        return None
    if not same or rows is None or any(row["problems"] for row in rows):
        return None
    return Book(rows, source, tuple(Text(zh, en) for zh, en in told or ()), {})


def read_book(scenarios: Sequence[str | Path | Scenario], source: str, resolver: Resolver) -> Book:
    """Read the scenarios, each content once, and find out which are possible.

    Raises
    ------
    ConfigError
        No file can be read.
    """
    reading = _listed(scenarios)
    possible, rows = [], []
    for one in reading.entries:
        if isinstance(one, Misread):
            rows.append(_row(one.rest, resolver.misread(one)) | {"id": one.id, "cost": None})
            continue
        resolved, problems = resolver.one(one)
        rows.append(_row(one, problems))
        if not problems:
            possible.append(resolved)
    if reading.problems:
        raise ConfigError(dict.fromkeys((*reading.problems, *problems_in(rows))))
    said = notes(possible, resolver.config)[:_SHOWN]
    told = tuple(Text(f"{notice.what.zh}{notice.action.zh}", f"{notice.what.en} {notice.action.en}") for notice in said)
    return Book(rows, source, told, {one.scenario.id: one.scenario for one in possible})


def problems_in(rows: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """Return what is wrong with the scenarios of a list."""
    return [problem(*parts) for row in rows for parts in row["problems"]]


def problem(where: str, zh: str, en: str, hint_zh: str, hint_en: str) -> Problem:
    """Return a problem as the store has it."""
    return Problem(where, Text(zh, en), Text(hint_zh, hint_en) if hint_en else None)


def source_of(scenarios: Sequence[str | Path | Scenario]) -> str:
    """Return the hash of scenario files, by content, and of scenarios made in Python."""
    if not scenarios:
        raise BatchError.of("scenarios", "没有情景。", "there is no scenario.")
    found = hashlib.sha256()
    for one in scenarios:
        if isinstance(one, Scenario):
            part = f"{one.id} {[(name.zh, name.en) for name in one.names]!r}".encode()
        else:
            # A file that is not there is told by whoever reads it.
            part = content_of(one)
        found.update(hashlib.sha256(part).digest())
    return found.hexdigest()


def _listed(scenarios: Sequence[str | Path | Scenario]) -> Reading:
    """Return the scenarios in order, each content once; with one made in Python no unreadable file stops the rest."""
    made = [one for one in scenarios if isinstance(one, Scenario)]
    reading = read_files(*(one for one in scenarios if not isinstance(one, Scenario)))
    found: dict[str, Scenario | Misread] = {one.id: one for one in (*reading.entries, *made)}
    return Reading(tuple(found.values()), () if made else reading.problems)


def _row(one: Scenario, problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "id": one.id,
        "names": [[name.zh, name.en] for name in one.names],
        "cost": one.cost,
        "edits": [
            json.dumps(
                edit.model_dump(mode="json", by_alias=True, exclude_none=True), ensure_ascii=False, sort_keys=True
            )
            for edit in one.edits
        ],
        "problems": [_told(problem) for problem in problems],
    }


def _told(problem: Problem) -> list[str]:
    hint = (problem.hint.zh, problem.hint.en) if problem.hint else ("", "")
    return [problem.where, problem.what.zh, problem.what.en, *hint]
