"""A record file opened: the sheet that holds the table, and its header."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corridor.carriers import _text
from corridor.carriers._grid import Sheet, check_size, is_workbook
from corridor.carriers._header import Header, choose, find_header
from corridor.carriers._notes import Notes, listed
from corridor.carriers._vocabulary import Table, Vocabulary
from corridor.carriers._workbook import read_workbook
from corridor.errors import Text


@dataclass(frozen=True, slots=True)
class Opened:
    """The sheet that holds a table, with its header; `encoding` is that of delimited text, None for a workbook."""

    sheet: Sheet
    header: Header
    encoding: str | None

    @property
    def delimited(self) -> bool:
        """Whether the file is delimited text."""
        return self.encoding is not None

    @property
    def rows(self) -> int:
        """How many rows stand below the header."""
        return len(self.sheet.rows) - self.header.body


def open_table(
    source: Path, data: bytes, spec: Table, words: Vocabulary, notes: Notes, *, sheet: str | None, encoding: str | None
) -> Opened:
    """Find the table in a file's bytes; what was chosen without being asked for is noted.

    Raises
    ------
    RecordError
        Neither delimited text nor a workbook, damaged, too large, or without one sheet that holds the table.
    """
    if is_workbook(data, source):
        sheets, used = read_workbook(data, notes.file), None
    else:
        sheets, used = _delimited(data, spec, words, notes, encoding)
    chosen, header = choose(sheets, sheet, spec, words, notes)
    _note_sheet(chosen, sheets, sheet, notes)
    _note_header(header, notes)
    return Opened(chosen, header, used)


def _delimited(
    data: bytes, spec: Table, words: Vocabulary, notes: Notes, encoding: str | None
) -> tuple[list[Sheet], str]:
    """Return delimited text as one sheet, split by the separator under which the header is found best."""
    where = notes.file
    decoded = _text.decode(data, where, encoding)
    candidates = _text.delimiters_in(decoded.text)
    ranked = []
    for order, delimiter in enumerate(candidates):
        header = find_header(_text.head_rows(decoded.text, delimiter), spec, words)
        ranked.append((header.score(spec) if header else (False, 0, 0, 0), -order, delimiter))
    delimiter = max(ranked)[2]
    if decoded.encoding not in {"utf-8", "utf-8-sig"}:
        notes.count(
            "record-encoding",
            Text(f"文件编码为 {decoded.encoding.upper()}。", f"the file is in {decoded.encoding.upper()}."),
        )
    if delimiter != ",":
        shown = {"\t": "Tab"}.get(delimiter, delimiter)
        notes.count("record-separator", Text(f"分隔符为“{shown}”。", f"the separator is “{shown}”."))
    rows = _text.split(decoded.text, delimiter, where)
    check_size(len(rows), max((len(row) for row in rows), default=0), where)
    return [Sheet("", rows)], decoded.encoding


def _note_sheet(chosen: Sheet, sheets: list[Sheet], wanted: str | None, notes: Notes) -> None:
    if chosen.hidden:
        notes.warn(
            "record-hidden-sheet",
            Text("只有这张隐藏的工作表像是要读的表，已读入。", "only this hidden sheet holds the table; it was read."),
            Text("请核对是否应使用隐藏的工作表。", "Check whether a hidden sheet should be used."),
        )
    elif wanted is None and len(sheets) > 1:
        others = listed(sheet.name for sheet in sheets if sheet is not chosen)
        notes.count(
            "record-sheet",
            Text(
                f"工作簿有多张表，读取“{chosen.name}”；未读：{others.zh}。",
                f"sheet “{chosen.name}” was read; not read: {others.en}.",
            ),
        )


def _note_header(header: Header, notes: Notes) -> None:
    if header.body > 1:
        notes.count(
            "record-header",
            Text(
                f"表头在第 {header.row + 1}–{header.body} 行。"
                if header.levels > 1
                else f"表头在第 {header.body} 行。",
                f"the header is in rows {header.row + 1}–{header.body}."
                if header.levels > 1
                else f"the header is in row {header.body}.",
            ),
            row=header.row + 1,
        )
