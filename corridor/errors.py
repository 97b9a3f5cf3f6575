"""What can go wrong, told in a planner's words.

::

    CorridorError              every fault a user can mend; carries `problems`
    ├── ConfigError            study.yaml, categories.yaml, scenarios.yaml
    ├── SourceError            OSM files, snapshots, layers, live Overpass
    ├── RecordError            carriers, stations, firms, events
    ├── CrsError               missing, unfit or contradicting coordinate systems
    ├── StudyError             boundary, corridor, extent, output folder
    ├── NetworkError           nothing to walk on
    └── BatchError             workers, clusters, result stores, requests that cannot fit

All problems of one step are gathered and raised together. What does not stop the work is a `Notice`;
what was read and not used stands in an `Account`, which must close: read = used + excluded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Self

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Chinese and in English; `str()` gives English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en

    def in_(self, lang: str) -> str:
        """Return the sentence in `lang` ("zh" or "en")."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it is (file:line, sheet, row, column), what it is, what to do."""

    where: str
    what: Text
    hint: Text | None = None

    def in_(self, lang: str) -> str:
        """Return the problem as one line in `lang`."""
        hint = f" {self.hint.in_(lang)}" if self.hint else ""
        colon = "：" if lang == "zh" else ": "
        return f"{self.where}{colon}{self.what.in_(lang)}{hint}"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a planner should know that did not stop the work.

    `severity` is "W" (kept, look at it) or "R" (recovered, nothing to do). `row` counts as the
    user's program shows it (the first line of a file is 1).
    """

    code: str
    severity: Literal["W", "R"]
    what: Text
    action: Text = field(default=Text("", ""))
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""


class CorridorError(Exception):
    """Base of all faults; `problems` lists every one found in the step, in order.

    Parameters
    ----------
    problems : Problem or iterable of Problem
        What was found. A plain message becomes a problem through `of`.
    """

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.in_("en"))

    @classmethod
    def of(cls, where: str, zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Self:
        """Build the error from one problem given as plain strings."""
        hint = Text(hint_zh, hint_en) if hint_en else None
        return cls(Problem(where, Text(zh, en), hint))

    def __reduce__(self) -> tuple[type[CorridorError], tuple[tuple[Problem, ...]]]:
        # Errors travel from worker processes; the default pickles the message instead of the problems.
        return type(self), (self.problems,)

    def in_(self, lang: str) -> str:
        """Return all problems in `lang`, one line each."""
        return "\n".join(problem.in_(lang) for problem in self.problems)


class ConfigError(CorridorError):
    """A setting is unknown, missing, of the wrong type or out of range."""


class SourceError(CorridorError):
    """A map source cannot be read, or holds nothing to work with."""


class RecordError(CorridorError):
    """A district record file cannot be read safely."""


class CrsError(CorridorError):
    """A coordinate system is missing, unfit for measuring, or contradicts the data."""


class StudyError(CorridorError):
    """The parts of a study do not fit together, or its output has no place."""


class NetworkError(CorridorError):
    """There is nothing to walk on."""


class BatchError(CorridorError):
    """Work cannot be shared out, does not fit, or its result store is not to be used."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an account: `read` rows of `source`, of which `excluded` by reason."""

    source: str
    label: Text
    read: int
    excluded: tuple[tuple[Text, int], ...] = ()

    @property
    def used(self) -> int:
        """Rows used: read minus everything excluded."""
        return self.read - sum(count for _, count in self.excluded)


@dataclass(frozen=True, slots=True)
class Account:
    """What was read = what is used + what is excluded, by source and reason."""

    entries: tuple[Entry, ...] = ()

    def __add__(self, other: Account) -> Account:
        return Account(self.entries + other.entries)

    def check(self, used: dict[str, int]) -> None:
        """Raise `StudyError` where the rows really used differ from read minus excluded.

        Parameters
        ----------
        used : dict of str to int
            Rows in use, by `Entry.source`.
        """
        problems = [
            Problem(
                entry.source,
                Text(
                    f"账目不平：读入{entry.read}，计入使用{entry.used}，实际使用{used[entry.source]}。",
                    f"account does not close: read {entry.read}, accounted as used {entry.used}, "
                    f"in use {used[entry.source]}.",
                ),
            )
            for entry in self.entries
            if entry.source in used and used[entry.source] != entry.used
        ]
        if problems:
            raise StudyError(problems)
