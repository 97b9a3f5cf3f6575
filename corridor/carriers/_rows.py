"""Which rows of a sheet are records, and which are blank, subtotals, footnotes, headings."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corridor.carriers._grid import Cells, Sheet
from corridor.carriers._header import Header, is_other_header
from corridor.carriers._notes import Notes
from corridor.carriers._values import plain
from corridor.carriers._vocabulary import Vocabulary, fold
from corridor.errors import Text

BLANK = Text("空行", "blank rows")
SUBTOTAL = Text("合计、小计行", "subtotal rows")
FOOTNOTE = Text("附注、落款行", "footnotes")
HEADING = Text("分组标题行", "group headings")
REPEATED = Text("重复的表头", "repeated headers")
OTHER = Text("同一工作表中的另一张表", "another table in the same sheet")
EMPTY = Text("没有可用内容的行", "rows without any usable cell")

_HEADING = re.compile(r"[(（]?[一二三四五六七八九十]+[、)）.．]")
_IDENTIFYING = frozenset({"id", "lon", "lat", "lonlat"})


@dataclass(frozen=True, slots=True)
class Record:
    """One row used: its number in the file (the first is 1) and its cells, as wide as the header."""

    number: int
    cells: Cells


def records(sheet: Sheet, header: Header, words: Vocabulary, notes: Notes, *, delimited: bool) -> list[Record]:
    """Return the records below the header; every other row is counted with its reason.

    In delimited text a row with more fields than the header is a fault (its values would shift), one with fewer is
    worth a look.
    """
    width = len(header.columns)
    body = list(enumerate(sheet.rows[header.body :], start=header.body))
    # Some exports end every row, but not the header, with a separator.
    usual = Counter(len(cells) for _, cells in body if any(cells)).most_common(1)
    allowed = max(width, usual[0][0]) if usual else width
    out: list[Record] = []
    other = False
    for number, cells in body:
        reason = _reason(cells, number, sheet, header, words)
        if not other and reason is None and is_other_header(cells, words):
            other = True
            _note_other(number + 1, cells, notes)
        if other and reason is not BLANK:
            reason = OTHER
        if reason is not None:
            notes.exclude(reason)
            continue
        if delimited:
            _check_width(cells, number, header, allowed, notes)
        out.append(Record(number + 1, (*cells[:width], *[""] * (width - len(cells)))))
    hidden = sum(record.number - 1 in sheet.hidden_rows for record in out)
    if hidden:
        notes.warn(
            "record-hidden-rows",
            Text(f"有 {hidden} 行被隐藏，也已读入。", f"{hidden} rows are hidden and were read as well."),
            Text("如不应计入，请删除这些行。", "Delete them if they should not count."),
        )
    return _filled_down(out, sheet, header, notes)


def _note_other(row: int, cells: Cells, notes: Notes) -> None:
    notes.warn(
        "record-other-table",
        Text(f"从第 {row} 行起是另一张表，没有读入。", f"another table begins in row {row}; it was not read."),
        Text(
            "请把它移到单独的工作表或文件；如是同一张表，请统一列名。",
            "Move it to a sheet or file of its own; if it is the same table, give it the same header.",
        ),
        row=row,
        value="、".join(cell.strip() for cell in cells if cell.strip()),
    )


def _check_width(cells: Cells, number: int, header: Header, allowed: int, notes: Notes) -> None:
    width = len(header.columns)
    if len(cells) > allowed or any(cell.strip() for cell in cells[width:]):
        notes.fail(
            Text(
                f"该行有 {len(cells)} 个字段，表头只有 {width} 个；后面的值会错位。",
                f"the row has {len(cells)} fields, the header {width}; its values would shift.",
            ),
            Text(
                "请给含分隔符的文字加引号，或删去多余的分隔符。",
                "Quote text that holds a separator, or delete the extra one.",
            ),
            row=number + 1,
        )
    elif len(cells) < width:
        notes.warn(
            "record-short-row",
            Text(
                f"该行只有 {len(cells)} 个字段，表头有 {width} 个；缺的按空值。",
                f"the row has {len(cells)} fields, the header {width}; the rest is taken as missing.",
            ),
            Text("请核对该行。", "Check the row."),
            row=number + 1,
        )


def _reason(cells: Cells, number: int, sheet: Sheet, header: Header, words: Vocabulary) -> Text | None:
    """Return why a row is no record, None when it is one."""
    filled = [cell for cell in cells if cell.strip()]
    flawed = any((number, column.position) in sheet.flaws for column in header.fields)
    if not filled:
        return EMPTY if flawed and not header.fields else None if flawed else BLANK
    values = {
        column.position: cells[column.position].strip()
        for column in header.fields
        if column.position < len(cells) and cells[column.position].strip()
    }
    if _is_footnote(filled, len(header.fields), words):
        return FOOTNOTE
    if len(filled) == 1 and _HEADING.match(filled[0].strip()):
        return HEADING
    if not values and not flawed:
        return EMPTY
    if _is_repeated(values, header):
        return REPEATED
    if _is_subtotal(filled[0], values, header, words):
        return SUBTOTAL
    return None


def _is_footnote(filled: Sequence[str], fields: int, words: Vocabulary) -> bool:
    first = unicodedata.normalize("NFKC", filled[0]).strip()
    if len(filled) == 1 and (first.startswith(words.footnote_marks) or (fields > 2 and first.endswith(("。", ";")))):
        return True
    return words.footnote.match(first) is not None


def _is_repeated(values: dict[int, str], header: Header) -> bool:
    same = sum(fold(value) in header.titles[position] for position, value in values.items())
    return same >= 2 and same * 2 > len(values)


def _is_subtotal(first: str, values: dict[int, str], header: Header, words: Vocabulary) -> bool:
    """Whether the first cell or the name ends in 合计 and the like, and nothing identifies the row as a record."""
    types = {column.position: column.column for column in header.fields if column.column}
    if any(
        types[position].type in _IDENTIFYING and plain(value) not in words.missing for position, value in values.items()
    ):
        id_only = all(
            types[position].type != "id" or _ends_in(value, words.subtotals) for position, value in values.items()
        )
        if not id_only or any(types[position].type in {"lon", "lat", "lonlat"} for position in values):
            return False
    name = next((value for position, value in values.items() if types[position].required), "")
    return any(_ends_in(text, words.subtotals) for text in (first, name))


def _ends_in(text: str, endings: tuple[str, ...]) -> bool:
    bare = fold(re.sub(r"[(（].*", "", text))
    return any(bare == word or (not word.isascii() and bare.endswith(word)) for word in endings)


def _filled_down(records: list[Record], sheet: Sheet, header: Header, notes: Notes) -> list[Record]:
    """Give every row of a merged cell its value, but for ids and names, which belong to one record."""
    values: dict[tuple[int, int], str] = {}
    fillable = {
        column.position: column for column in header.fields if column.column and _may_repeat(column.column.type)
    }
    for (top, left), (bottom, _) in sheet.merged:
        if left in fillable and top >= header.body and bottom > top and left < len(sheet.rows[top]):
            values |= {(row, left): sheet.rows[top][left] for row in range(top + 1, bottom + 1)}
    out = []
    for record in records:
        cells = list(record.cells)
        for position, column in fillable.items():
            text = values.get((record.number - 1, position))
            if text and not cells[position].strip():
                cells[position] = text
                notes.count(
                    "record-merged",
                    Text("合并单元格的值已填入其各行。", "the value of a merged cell was given to each of its rows."),
                    row=record.number,
                    column=column.text,
                )
        out.append(Record(record.number, tuple(cells)))
    return out


def _may_repeat(column_type: str) -> bool:
    return column_type in {"word", "text", "tags", "date", "bool", "datum"}
