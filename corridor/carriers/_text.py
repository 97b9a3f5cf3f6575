"""Bytes to rows of text: the encoding is proved, never replaced; quotes and field counts are checked."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from corridor.carriers._notes import fault
from corridor.errors import RecordError, Text

DELIMITERS = (",", ";", "\t", "，", "；")
MAX_CELL = 32_767
_LINE_END = re.compile(r"\r\n|\r|\n")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAVE_AS = Text(
    "请在表格软件中打开核对，另存为“CSV UTF-8”，或在 study.yaml 中写明 encoding。",
    "Open and check it in a spreadsheet program and save it as “CSV UTF-8”, or state `encoding` in study.yaml.",
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the encoding it proved to be in."""

    text: str
    encoding: str


def decode(data: bytes, where: str, encoding: str | None = None) -> Decoded:
    """Decode strictly: the declared encoding, else byte order mark, else UTF-8, else GB18030.

    Raises
    ------
    RecordError
        Naming the byte offset and the row of the first byte that does not fit.
    """
    if encoding is not None:
        return _declared(data, where, encoding)
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _strict(data, where, name)
    if wide := _unmarked_utf16(data[:4000]):
        return _strict(data, where, wide)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data):
            raise _bad_byte(data, where, "UTF-8", error.start) from None
    return _strict(data, where, "gb18030")


def _unmarked_utf16(head: bytes) -> str | None:
    """Return the UTF-16 variant of text without a mark: its Latin letters and digits leave zeros on one side."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if even + odd < len(head) // 20:
        return None
    if even <= odd // 20:
        return "utf-16-le"
    return "utf-16-be" if odd <= even // 20 else None


def _declared(data: bytes, where: str, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise fault(
            where,
            f"没有名为“{encoding}”的编码。",
            f"{encoding!r} is no encoding.",
            "请写 utf-8、gb18030 或 utf-16。",
            "Write utf-8, gb18030 or utf-16.",
        ) from None
    return _strict(data, where, "utf-8-sig" if name == "utf-8" else name)


def _strict(data: bytes, where: str, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding).removeprefix("\ufeff"), encoding)
    except UnicodeDecodeError as error:
        raise _bad_byte(data, where, encoding.upper(), error.start) from None


def _bad_byte(data: bytes, where: str, encoding: str, offset: int) -> RecordError:
    row = data[:offset].count(b"\n") + 1
    what = Text(
        f"第 {row} 行、字节 {offset}（0x{data[offset]:02X}）不是有效的 {encoding}；文件可能混用了两种编码或已损坏。",
        f"row {row}, byte {offset} (0x{data[offset]:02X}) is not valid {encoding}; "
        "the file mixes two encodings or is damaged.",
    )
    return fault(where, what.zh, what.en, _SAVE_AS.zh, _SAVE_AS.en)


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether a text that is not strict UTF-8 was meant to be: GB18030 would accept much of it as wrong characters.

    A line of two or more Chinese characters in valid UTF-8 does not arise by chance in GB18030.
    """
    chinese = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
    for line in data.split(b"\n"):
        text = line.decode("utf-8", errors="surrogateescape")
        bad = sum(1 for char in text if "\udc80" <= char <= "\udcff")
        good = len(chinese.findall(text))
        if good >= 2 and good > bad:
            return True
    return False


def delimiters_in(text: str) -> list[str]:
    """Return the separators that occur in the first lines of `text`; a comma where there is none."""
    head = text[:20_000]
    return [delimiter for delimiter in DELIMITERS if delimiter in head] or [","]


def head_rows(text: str, delimiter: str, lines: int = 60) -> list[tuple[str, ...]]:
    """Split the first lines leniently, for finding the header before the separator is known."""
    head = "\n".join(_LINE_END.split(text, maxsplit=lines)[:lines])
    try:
        return [tuple(row) for row in csv.reader(io.StringIO(head), delimiter=delimiter)]
    except csv.Error:
        return []


def split(text: str, delimiter: str, where: str) -> list[tuple[str, ...]]:
    """Split `text` into rows of fields by RFC 4180, strictly.

    Raises
    ------
    RecordError
        A quote that is never closed, or that swallows rows: naming the line on which it *opens*. A field longer
        than a spreadsheet cell can be.
    """
    rows: list[tuple[str, ...]] = []
    opened = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            row = tuple(_unwrapped(cell) for cell in cells)
            if reader.line_num - opened > 2 and _swallowed(row, delimiter):
                raise _open_quote(where, _opening_line(text, delimiter, opened))
            _check_cells(row, where, len(rows) + 1)
            rows.append(row)
            opened = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise _giant(where, opened) from None
        raise _open_quote(where, _opening_line(text, delimiter, opened)) from None
    return rows


def _unwrapped(cell: str) -> str:
    # Exports write ="001" so that a spreadsheet keeps the zeros.
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 3 else cell


def _swallowed(row: tuple[str, ...], delimiter: str) -> bool:
    # A cell may hold a few lines of prose; lines that look like rows of the table are rows.
    expected = max(1, (len(row) - 1) // 2)
    return any(sum(line.count(delimiter) >= expected for line in cell.split("\n")) >= 3 for cell in row)


def _opening_line(text: str, delimiter: str, first: int) -> int:
    """Return the line, from `first` on, on which a quoted field opens that does not close on it."""
    opening = re.compile(rf'(?:^|{re.escape(delimiter)})"')
    for number, line in _lines_from(text, first):
        if line.count('"') % 2 and opening.search(line):
            return number
    return first


def _lines_from(text: str, first: int) -> Iterator[tuple[int, str]]:
    lines = _LINE_END.split(text)
    return ((number, lines[number - 1]) for number in range(first, len(lines) + 1))


def _open_quote(where: str, line: int) -> RecordError:
    return fault(
        f"{where} · {line}",
        f"第 {line} 行开始的引号没有正确闭合，后面的行被并入同一格。",
        f"line {line}: a quote opens here and is not closed properly, so the rows after it run into one cell.",
        "请补上或删去该行的引号。",
        "Close or delete the quote on that line.",
    )


def _check_cells(row: tuple[str, ...], where: str, number: int) -> None:
    if any(len(cell) > MAX_CELL for cell in row):
        raise _giant(where, number)


def _giant(where: str, row: int) -> RecordError:
    return fault(
        where,
        f"第 {row} 行有一格超过 {MAX_CELL} 个字符。",
        f"row {row}: a cell holds more than {MAX_CELL} characters.",
        "请检查该行的引号，或删去多余的文字。",
        "Check the quotes of that row, or shorten the text.",
    )
