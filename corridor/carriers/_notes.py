"""Collecting what is wrong with a file: all faults at once, repairs counted once per column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from corridor.carriers._private import masked
from corridor.errors import Entry, Notice, Problem, RecordError, Text

# More lines than this help nobody; the last line says how many were left out.
_MOST_PROBLEMS = 20


def letters(position: int) -> str:
    """Return a column's letters as spreadsheets show them: 0 is A, 26 is AA."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def listed(items: Iterable[object]) -> Text:
    """Return `items` as a list in each language."""
    texts = [str(item) for item in items]
    return Text("、".join(texts), ", ".join(texts))


def shown(value: str, most: int = 60) -> str:
    """Return a raw cell fit for a message: invisible characters spelt out, long ones cut."""
    text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in value)
    return text if len(text) <= most else text[:most] + "…"


@dataclass(slots=True)
class Notes:
    """Notices, problems and exclusions of one file while it is being read."""

    file: str
    sheet: str = ""
    _notices: list[Notice] = field(default_factory=list)
    _counted: dict[tuple[str, str, str], tuple[Notice, int]] = field(default_factory=dict)
    _problems: list[Problem] = field(default_factory=list)
    _excluded: Counter[Text] = field(default_factory=Counter)
    unusable: set[int] = field(default_factory=set)
    """Rows of the file that cannot be used though they are records."""

    def warn(
        self, code: str, what: Text, action: Text, *, row: int | None = None, column: str = "", value: str = ""
    ) -> None:
        """Note what the planner should look at; one notice each."""
        self._notices.append(self._notice(code, "W", what, action, row, column, value))

    def count(
        self,
        code: str,
        what: Text,
        action: Text | None = None,
        *,
        severity: Literal["W", "R"] = "R",
        row: int | None = None,
        column: str = "",
        value: str = "",
    ) -> None:
        """Note a thing that repeats down a column: the first place is kept, the rest are counted."""
        key = (code, column, what.en)
        first, seen = self._counted.get(key, (None, 0))
        if first is None:
            first = self._notice(code, severity, what, action or Text("", ""), row, column, value)
        self._counted[key] = (first, seen + 1)

    def fail(
        self, what: Text, hint: Text, *, row: int | None = None, position: int | None = None, column: str = ""
    ) -> None:
        """Note a fault that stops the reading, once all faults of this step are known."""
        zh = (f"第 {row} 行" if row else "") + (f"“{column}”列" if column else "")
        en = " ".join(filter(None, [f"row {row}" if row else "", f"column “{column}”" if column else ""]))
        if zh:
            what = Text(f"{zh}：{what.zh}", f"{en}: {what.en}")
        self._problems.append(Problem(self.where(row, position), what, hint))

    def where(self, row: int | None = None, position: int | None = None) -> str:
        """Return file, sheet and cell as one address."""
        cell = (letters(position) if position is not None else "") + (str(row) if row else "")
        return " · ".join(part for part in (self.file, self.sheet, cell) if part)

    def exclude(self, reason: Text) -> None:
        """Count one row that is read and not used."""
        self._excluded[reason] += 1

    def stop_if_failed(self) -> None:
        """Raise `RecordError` with every problem noted so far."""
        if not self._problems:
            return
        problems, rest = self._problems[:_MOST_PROBLEMS], len(self._problems) - _MOST_PROBLEMS
        if rest > 0:
            problems.append(Problem(self.where(), Text(f"另有 {rest} 处同类问题。", f"and {rest} more such faults.")))
        raise RecordError(problems)

    def notices(self) -> tuple[Notice, ...]:
        """Return all notices, by row."""
        counted = [
            notice
            if number == 1
            else replace(
                notice, what=Text(f"{notice.what.zh}（共 {number} 处）", f"{notice.what.en} ({number} in all)")
            )
            for notice, number in self._counted.values()
        ]
        return tuple(sorted([*self._notices, *counted], key=lambda notice: (notice.row or 0, notice.code)))

    def entry(self, source: str, label: Text, read: int) -> Entry:
        """Return the line of the account for the rows of this file."""
        return Entry(source, label, read, tuple(sorted(self._excluded.items(), key=lambda item: item[0].en)))

    def _notice(
        self, code: str, severity: Literal["W", "R"], what: Text, action: Text, row: int | None, column: str, value: str
    ) -> Notice:
        return Notice(
            code,
            severity,
            what,
            action,
            file=self.file,
            sheet=self.sheet,
            row=row,
            column=column,
            value=shown(masked(value)),
        )


def fault(where: str, zh: str, en: str, hint_zh: str, hint_en: str) -> RecordError:
    """Return the error of one problem, to be raised."""
    return RecordError(Problem(where, Text(zh, en), Text(hint_zh, hint_en)))
