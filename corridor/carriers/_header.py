"""Where a table's header is, and which of its columns is which."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from corridor.carriers._grid import Cells, Sheet
from corridor.carriers._notes import Notes, letters, listed
from corridor.carriers._vocabulary import Column, Table, Vocabulary, fold
from corridor.errors import Text

# Title, remarks and unit lines rarely take more than this.
_SEARCHED_ROWS = 40
_MOST_LEVELS = 3
_FEWEST_NAMES = 3
_BRACKETS = re.compile(r"[(\[【〔<]([^)\]】〕>]*)[)\]】〕>]")

UNUSED = Text("不认识的列，未采用", "columns not known, not used")
PRIVATE = Text("涉及个人信息的列，已丢弃", "private columns, dropped")
IGNORED = Text("序号、备注等列，未采用", "numbering and remark columns, not used")

Score = tuple[bool, int, int, int]


@dataclass(frozen=True, slots=True)
class HeaderColumn:
    """One column of a file: its header as written, and what it turned out to be.

    `role` is "field" (then `column` is set), "private", "ignored", "unknown" or "blank". `factor` is the unit the
    header states, relative to the base unit; `unit` its words, also when they are not known. `datum` is a datum
    named in the header.
    """

    position: int
    text: str
    role: str
    column: Column | None = None
    unit: str = ""
    factor: float | None = None
    datum: str = ""


@dataclass(frozen=True)
class Header:
    """The header found: its first row, how many rows it takes (both 0-based), and its columns."""

    row: int
    levels: int
    columns: tuple[HeaderColumn, ...]

    @cached_property
    def fields(self) -> tuple[HeaderColumn, ...]:
        """Columns of the table."""
        return tuple(column for column in self.columns if column.role == "field")

    @cached_property
    def titles(self) -> dict[int, frozenset[str]]:
        """Folded texts of each field's header, by position: what a repeated header is known by."""
        return {column.position: frozenset(map(fold, column.text.split(" / "))) for column in self.fields}

    @property
    def body(self) -> int:
        """First row of data (0-based)."""
        return self.row + self.levels

    def score(self, table: Table) -> Score:
        """Rank of this header: required columns there, fields found, other columns known, few rows."""
        found = {column.column.name for column in self.fields if column.column}
        required = all(column.name in found for column in table.required)
        known = sum(column.role in {"private", "ignored"} for column in self.columns)
        return required, len(found), known, -self.levels


def find_header(rows: Sequence[Cells], table: Table, words: Vocabulary) -> Header | None:
    """Return the rows that look most like the header of `table`: most columns recognised, fewest rows, first.

    Headers of one to three rows are tried; a merged cell of an upper row counts for the cells under it. None when
    nothing looks like a header (one column is enough only when the table has no other).
    """
    best: tuple[Score, Header] | None = None
    filled = [number for number, row in enumerate(rows[: _SEARCHED_ROWS * 2]) if any(cell.strip() for cell in row)]
    widest = max(map(len, rows[: _SEARCHED_ROWS * 2 + _MOST_LEVELS]), default=0)
    for start in filled[:_SEARCHED_ROWS]:
        if best is not None and best[0] >= (True, widest, 0, -1):
            break  # one row that names a field in every column: no other can name more
        for levels in range(1, _MOST_LEVELS + 1):
            if start + levels > len(rows):
                break
            header = _read(rows[start : start + levels], start, table, words)
            rank = header.score(table)
            if best is None or rank > best[0]:
                best = (rank, header)
    if best is None:
        return None
    (required, fields, *_), header = best
    lonely = sum(column.role != "blank" for column in header.columns) == 1
    if fields < 2 and not (required and lonely):
        return None
    return replace(header, columns=tuple(replace(c, position=at) for at, c in enumerate(header.columns)))


def _read(rows: Sequence[Cells], start: int, table: Table, words: Vocabulary) -> Header:
    """Read some rows as a header; where its columns stand is left open, as only the best header needs it."""
    width = max(len(row) for row in rows)
    own = [[" ".join(cell.split()) for cell in (*row, *[""] * (width - len(row)))] for row in rows]
    spread = [*(_filled_right(row) for row in own[:-1]), own[-1]]
    columns = []
    for position in range(width):
        # A column without a lowest cell is merged downwards: a text spread from the left belongs to the neighbour.
        levels = spread if own[-1][position] else own
        stack = dict.fromkeys(level[position] for level in levels)
        columns.append(_named(tuple(filter(None, stack)), table, words))
    return Header(start, len(rows), tuple(columns))


def _filled_right(row: list[str]) -> list[str]:
    """Spread an upper header cell over the blank cells to its right, as a merged cell covers them."""
    filled: list[str] = []
    for cell in row:
        filled.append(cell or (filled[-1] if filled else ""))
    return filled


# One stack of cells is met several times: under each separator tried, and again when the sheet is chosen.
@lru_cache(maxsize=8_192)
def _named(texts: tuple[str, ...], table: Table, words: Vocabulary) -> HeaderColumn:
    """Return the column that a stack of header cells, upper first, stands for; its position is left 0."""
    position = 0
    if not texts:
        return HeaderColumn(position, "", "blank")
    shown = " / ".join(texts)
    if any(_is_private(text, words) for text in texts[-2:]):
        return HeaderColumn(position, shown, "private")
    for candidate in _candidates(texts, words):
        found = _match(candidate, texts, table, words)
        if found:
            column, unit, factor, datum = found
            return HeaderColumn(position, shown, "field", column, unit, factor, datum)
    ignored = fold(_BRACKETS.sub("", unicodedata.normalize("NFKC", texts[-1]))) in words.ignored_headers
    return HeaderColumn(position, shown, "ignored" if ignored else "unknown")


def _candidates(texts: Sequence[str], words: Vocabulary) -> list[str]:
    """Return what a column may be called: upper and lower text together, the lower, the upper over a mere 数量."""
    lower = texts[-1]
    if len(texts) == 1:
        return [lower]
    upper = texts[-2]
    candidates = [upper + lower, lower + upper, lower]
    if fold(_BRACKETS.sub("", unicodedata.normalize("NFKC", lower))) in words.neutral_headers:
        candidates.append(upper)
    return candidates


@lru_cache(maxsize=8_192)
def _is_private(text: str, words: Vocabulary) -> bool:
    folded = fold(text)
    latin = re.split(r"[^a-z]+", unicodedata.normalize("NFKC", text).casefold())
    return any(word in folded for word in words.private_contains) or any(word in words.private_words for word in latin)


def _match(
    text: str, stack: Sequence[str], table: Table, words: Vocabulary
) -> tuple[Column, str, float | None, str] | None:
    plain = unicodedata.normalize("NFKC", text)
    bare = fold(_BRACKETS.sub("", plain))
    for name in (bare, fold(plain)):
        if name in table.aliases:
            column = table.columns[table.aliases[name]]
            stated = [
                part.strip() for level in stack for part in _BRACKETS.findall(unicodedata.normalize("NFKC", level))
            ]
            unit, factor = _stated_unit(column, stated, name, words)
            return column, unit, factor, _stated_datum(column, stated, words)
    found = table.with_unit.get(bare)
    return (*found, "") if found else None


def _stated_unit(column: Column, stated: list[str], name: str, words: Vocabulary) -> tuple[str, float | None]:
    """Return the unit in a header's brackets: its words, and its factor where the unit is known."""
    if column.type == "share":
        return ("%", 0.01) if any("%" in part or "百分" in part for part in stated) else ("", None)
    units = words.units.get(column.type)
    if units is None:
        return "", None
    for part in stated:
        folded = fold(part).removeprefix(fold("单位"))
        if folded in units.factors:
            return part, units.factors[folded]
        if folded in words.foreign_units:
            return part, None
        inside = [name for name in units.factors if len(name) > 1 and name in folded]
        if inside:
            return part, units.factors[max(inside, key=len)]
    if fold(column.name) == name and column.type in {"area", "length", "money"}:
        return units.base, 1.0
    return "", None


def _stated_datum(column: Column, stated: list[str], words: Vocabulary) -> str:
    if column.type not in {"lon", "lat", "lonlat"}:
        return ""
    return next((words.words["datum"][fold(part)] for part in stated if fold(part) in words.words["datum"]), "")


def is_other_header(cells: Cells, words: Vocabulary) -> bool:
    """Whether a row below the header is itself the header of a table: three names of columns or more, and little else."""
    texts = [text for cell in cells if (text := cell.strip())]
    if len(texts) < _FEWEST_NAMES:
        return False
    names = sum(_is_column_name(text, words) for text in texts)
    return names >= _FEWEST_NAMES and names * 5 >= len(texts) * 4


@lru_cache(maxsize=8_192)
def _is_column_name(text: str, words: Vocabulary) -> bool:
    bare = fold(_BRACKETS.sub("", unicodedata.normalize("NFKC", text)))
    known = any(bare in table.aliases or bare in table.with_unit for table in words.tables.values())
    return known or bare in words.ignored_headers


_TABLE_UNIT = re.compile(r"单位\s*:\s*([^\s;)）]+)")


def _with_table_unit(header: Header, sheet: Sheet, words: Vocabulary) -> Header:
    """Apply a line such as 单位：万平方米 above the header to columns that state no unit of their own."""
    above = unicodedata.normalize("NFKC", " ".join(cell for row in sheet.rows[: header.row] for cell in row))
    stated = {fold(unit): unit for units in _TABLE_UNIT.findall(above) for unit in re.split("[、,]", units)}
    columns = []
    for column in header.columns:
        units = words.units.get(column.column.type) if column.column and not column.unit else None
        unit = next((name for name in stated if units and name in units.factors), None)
        if units and unit:
            column = replace(column, unit=stated[unit], factor=units.factors[unit])
        columns.append(column)
    return replace(header, columns=tuple(columns))


def choose(
    sheets: Sequence[Sheet], wanted: str | None, table: Table, words: Vocabulary, notes: Notes
) -> tuple[Sheet, Header]:
    """Return the sheet that holds the table and its header.

    A sheet named for the table wins, then the better header; hidden sheets only when no other will do.

    Raises
    ------
    RecordError
        No sheet of the wanted name, no header in any sheet (found and expected names are listed), a tie, or
        columns that cannot be told apart.
    """
    if wanted is not None:
        sheets = [sheet for sheet in sheets if sheet.name == wanted] or _no_such_sheet(sheets, wanted, notes)
    ranked = []
    for sheet in sheets:
        header = find_header(sheet.rows, table, words)
        if header is not None and header.score(table)[0]:
            rank = (not sheet.hidden, fold(sheet.name) in table.sheets, header.score(table))
            ranked.append((rank, sheet, header))
    if not ranked:
        _no_header(sheets, table, words, notes)
    top = max(rank for rank, _, _ in ranked)
    best = [(sheet, header) for rank, sheet, header in ranked if rank == top]
    if len(best) > 1:
        _tie([sheet.name for sheet, _ in best], notes)
    notes.stop_if_failed()
    sheet, header = best[0]
    notes.sheet = sheet.name
    _check_doubles(header, notes)
    notes.stop_if_failed()
    return sheet, _with_table_unit(header, sheet, words)


def _no_such_sheet(sheets: Sequence[Sheet], wanted: str, notes: Notes) -> list[Sheet]:
    names = listed([sheet.name for sheet in sheets] or ["—"])
    notes.fail(
        Text(
            f"没有名为“{wanted}”的工作表；现有：{names.zh}。", f"no sheet is named “{wanted}”; there are: {names.en}."
        ),
        Text("请在 study.yaml 中改正 sheet。", "Correct `sheet` in study.yaml."),
    )
    notes.stop_if_failed()
    return []


def _tie(names: list[str], notes: Notes) -> None:
    all_names = listed(names)
    notes.fail(
        Text(
            f"有 {len(names)} 张工作表都像是要读的表：{all_names.zh}。",
            f"{len(names)} sheets fit equally well: {all_names.en}.",
        ),
        Text("请在 study.yaml 中写明 sheet。", "State `sheet` in study.yaml."),
    )


def _no_header(sheets: Sequence[Sheet], table: Table, words: Vocabulary, notes: Notes) -> None:
    expected = [
        f"{column.label.zh} / {column.name}{' *' if column.required else ''}" for column in table.columns.values()
    ]
    for sheet in sheets:
        notes.sheet = sheet.name
        rows = [row for row in sheet.rows[:_SEARCHED_ROWS] if any(cell.strip() for cell in row)]
        header = find_header(sheet.rows, table, words)
        seen = (
            [column.text for column in header.columns if column.text]
            if header
            else [cell.strip() for cell in max(rows, key=lambda row: sum(map(bool, row)), default=())]
        )
        found = ", ".join(text[:20] for text in seen if text)[:300] or "—"
        notes.fail(
            Text(
                f"找不到“{table.label.zh}”表的表头。读到的：{found}。需要的（* 必需）：{'、'.join(expected)}。",
                f"no header of the table “{table.name}”. Found: {found}. Expected (* required): {', '.join(expected)}.",
            ),
            Text(
                "请把列名改成上面之一；如果文字是乱码，请写明 encoding。",
                "Name the columns as above; if the text is garbled, state `encoding`.",
            ),
        )
    if not sheets:
        notes.fail(
            Text("工作簿里没有工作表。", "the workbook holds no sheet."), Text("请检查文件。", "Check the file.")
        )
    notes.stop_if_failed()


def _check_doubles(header: Header, notes: Notes) -> None:
    """Refuse two columns of one name, or two that mean the same: which one counts is the planner's to say."""
    seen: dict[str, HeaderColumn] = {}
    for column in header.columns:
        if column.role in {"blank", "private", "ignored"}:
            continue
        key = column.column.name if column.column else fold(column.text)
        if key not in seen:
            seen[key] = column
            continue
        first = seen[key]
        places = f"{letters(first.position)}“{first.text}”", f"{letters(column.position)}“{column.text}”"
        same = fold(first.text) == fold(column.text)
        notes.fail(
            Text(
                f"{'列名重复' if same else '两列含义相同'}：{places[0]} 与 {places[1]}。",
                f"{'duplicate column name' if same else 'two columns mean the same'}: {places[0]} and {places[1]}.",
            ),
            Text("请改名或删去其中一列。", "Rename or delete one of them."),
            row=header.body,
            position=column.position,
        )
