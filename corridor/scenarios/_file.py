"""Scenario files: YAML or JSON in, scenarios out; sweeps become one scenario for each of their members."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from corridor.config import (
    Document,
    Model,
    did_you_mean,
    problems_of,
    read_yaml,
    validate,
)
from corridor.errors import ConfigError, Problem, Text
from corridor.scenarios._edits import EDITS, Edit
from corridor.scenarios._sweeps import MOST_SCENARIOS, Draft, Place, Sweep, drafts, size, slot_faults, slots

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


@dataclass(frozen=True)
class Misread:
    """A scenario that is not written as it must be.

    Attributes
    ----------
    id : str
        Hash of its name and of what was written.
    name : Text
    problems : tuple of Problem
    rest : Scenario
        The edits of it that could be read, so that what is wrong with them can be told as well.
    """

    id: str
    name: Text
    problems: tuple[Problem, ...]
    rest: Scenario


@dataclass(frozen=True)
class Reading:
    """What scenario files hold.

    Attributes
    ----------
    entries : tuple of Scenario or Misread
        In the order of the files, each content once. A file that could not be read or holds no list of scenarios
        stands as one.
    problems : tuple of Problem
        Of the files, where none of them could be read.
    """

    entries: tuple[Scenario | Misread, ...]
    problems: tuple[Problem, ...]


class _Book(Model):
    scenarios: Annotated[list[Any], Field(min_length=1)]


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
    reading = read_files(*paths)
    problems = [*reading.problems]
    scenarios: list[Scenario] = []
    for one in reading.entries:
        if isinstance(one, Misread):
            problems += one.problems
        else:
            scenarios.append(one)
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    return tuple(scenarios)


def read_files(*paths: str | Path) -> Reading:
    """Read scenario files without stopping at what is wrong: one fault hides no other scenario, nor one file another.

    A file that cannot be read at all stands as one scenario that is not written as it must be.
    """
    problems: list[Problem] = []
    found: dict[str, Scenario | Misread] = {}
    readable = 0
    for path in paths:
        try:
            document = read_yaml(path)
            book = list(_scenarios(validate(_Book, document), document))
            readable += 1
            for one in book:
                known = found.get(one.id)
                if isinstance(one, Misread) or not isinstance(known, Scenario):
                    found.setdefault(one.id, one)
                else:
                    names = tuple(dict.fromkeys((*known.names, *one.names)))
                    found[one.id] = Scenario(one.id, names, one.edits, one.where)
        except ConfigError as error:
            problems += error.problems
            unread = _unread(Path(path), error.problems)
            known = found.get(unread.id)
            if isinstance(known, Misread):
                # The same name and content in another folder: one fault does not hide the other.
                unread = replace(unread, problems=tuple(dict.fromkeys((*known.problems, *unread.problems))))
            found[unread.id] = unread
    return Reading(tuple(found.values()), () if readable else tuple(problems))


def content_of(path: str | Path) -> bytes:
    """Return what tells a scenario file apart wherever it lies: its content, of one that cannot be opened its name."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return f"file {Path(path).name}".encode()


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
    raw = tuple((edit.model_dump(by_alias=True, exclude_none=True) if isinstance(edit, Edit) else edit, ("edits", i))
                for i, edit in enumerate(edits))  # fmt: skip
    made = _validated(Draft(text, raw), document)
    if isinstance(made, Misread):
        raise ConfigError(made.problems)
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


def _scenarios(book: _Book, document: Document) -> Iterator[Scenario | Misread]:
    entries = [_entry(raw, ("scenarios", number), document) for number, raw in enumerate(book.scenarios)]
    count = 0
    for number, entry in enumerate(entries):
        # Counted before anything is expanded: subsets soon run into the millions.
        count += 1 if isinstance(entry, Misread) else size(entry)
        if count > MOST_SCENARIOS:
            raise ConfigError.of(
                document.where(("scenarios", number)),
                f"展开后有 {count:,} 个情景，超过 {MOST_SCENARIOS:,} 个。",
                f"expands to {count:,} scenarios, more than {MOST_SCENARIOS:,}.",
                "请缩小组合，或分成几个文件。",
                "Make the sweep smaller, or split the file.",
            )
    for number, entry in enumerate(entries):
        place: Place = ("scenarios", number)
        if isinstance(entry, Misread):
            yield entry
        elif faults := slot_faults(entry, place, document):
            raw = book.scenarios[number]
            yield _misread(entry.name, raw, *_with_alone(entry.name, raw, place, document, faults))
        else:
            for draft in drafts(entry, place):
                yield _validated(draft, document)


def _entry(raw: Any, place: Place, document: Document) -> Sweep | Misread:
    """Return one item of a file as it must be, or what is wrong with it and with those of its edits that stand alone."""
    try:
        return Sweep.model_validate(raw)
    except ValidationError as error:
        faults = problems_of(error, Sweep, document, place)
    number = int(place[1]) + 1
    written = raw if isinstance(raw, dict) else {}
    given = written.get("name")
    words = (given.get("zh"), given.get("en")) if isinstance(given, dict) else (given, given)
    zh, en = (word if isinstance(word, str) else None for word in words)
    name = Text(zh or en or f"第 {number} 个情景", en or zh or f"scenario {number}")
    return _misread(name, raw, *_with_alone(name, written, place, document, faults))


def _with_alone(
    name: Text, written: dict[str, Any], place: Place, document: Document, faults: list[Problem]
) -> tuple[list[Problem], Scenario]:
    """Return the faults of an item with those of its edits that need no slot filled, and these edits."""
    lists: list[tuple[Any, Place]] = [(written.get("edits"), (*place, "edits"))]
    options = written.get("of")
    for number, option in enumerate(options if isinstance(options, list) else ()):
        if isinstance(option, dict):
            lists.append((option.get("edits"), (*place, "of", number, "edits")))
    edits = tuple(
        (edit, (*at, number))
        for some, at in lists
        if isinstance(some, list)
        for number, edit in enumerate(some)
        if isinstance(edit, dict) and not any(slots(edit))
    )
    found = _validated(Draft(name, edits), document)
    return ([*faults, *found.problems], found.rest) if isinstance(found, Misread) else (faults, found)


def _unread(path: Path, faults: Iterable[Problem]) -> Misread:
    """Return a file that cannot be read as one scenario at fault."""
    name = Text(f"文件 {path.name}", f"file {path.name}")
    content = hashlib.sha256(content_of(path)).hexdigest()
    return _misread(name, content, faults, Scenario(_id_of(()), (name,), (), ()))


def _misread(name: Text, raw: Any, faults: Iterable[Problem], rest: Scenario) -> Misread:
    text = json.dumps([name.zh, name.en, raw], sort_keys=True, ensure_ascii=False, default=str)
    id_ = hashlib.sha256(f"misread {text}".encode()).hexdigest()[:_ID_LENGTH]
    return Misread(id_, name, tuple(dict.fromkeys(faults)), rest)


def _validated(draft: Draft, document: Document) -> Scenario | Misread:
    edits, where = [], []
    problems: list[Problem] = []
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
    found = Scenario(_id_of(edits), (draft.name,), tuple(edits), tuple(where))
    return _misread(draft.name, [raw for raw, _ in draft.edits], problems, found) if problems else found


def _id_of(edits: Iterable[Edit]) -> str:
    """Return the hash of edits."""
    content = [edit.model_dump(mode="json", by_alias=True, exclude_none=True) for edit in edits]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]
