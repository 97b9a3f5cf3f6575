"""A small writer of XLSX workbooks: typed cells, text that can never run, the same bytes every time, and fast.

openpyxl would do, but takes half a minute for a city's buildings and stamps the time of day into the file.
"""

from __future__ import annotations

import datetime
import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pandas as pd

# What Excel would take for a formula, in both widths. A leading space does not protect, so it is not trusted.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x0041_ as the letter A
_BROAD = re.compile("[\u2e80-\U0010ffff]")
_LONGEST = 32_767
# Rows that decide how wide a column is, and rows that are made at a time.
_LOOKED_AT, _ROWS = 500, 5_000
_WIDEST, _NARROWEST = 60, 8
_DAY_ZERO = datetime.date(1899, 12, 30)
_PLAIN, _HEAD, _DATE, _QUOTED, _WHOLE, _LARGE = 0, 1, 2, 3, 4, 5

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="#,##0.0"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    '<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class Sheet:
    """One sheet: name, headings, rows of str, numbers, bool, dates or missing values."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]


def looks_like_formula(text: str) -> bool:
    """Return whether a spreadsheet could run `text`; a plain number such as -5 is none."""
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text.strip())


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return the bytes of a workbook: bold frozen headings, fitting widths.

    Numbers stay numbers, negative ones too; all text is text, however it starts. Missing and infinite values are empty.
    """
    texts = _Texts()
    parts: dict[str, Iterable[str]] = {
        "[Content_Types].xml": [_content_types(len(sheets))],
        "_rels/.rels": [_relations([("officeDocument", "xl/workbook.xml")])],
        "xl/workbook.xml": [_workbook(sheets)],
        "xl/_rels/workbook.xml.rels": [
            _relations(
                [
                    *(("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(sheets) + 1)),
                    ("styles", "styles.xml"),
                ]
            )
        ],
        "xl/styles.xml": [_STYLES],
        **{f"xl/worksheets/sheet{i}.xml": _sheet(sheet, texts) for i, sheet in enumerate(sheets, 1)},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            with archive.open(entry, "w") as part:
                for piece in pieces:
                    part.write(piece.encode("utf-8"))
    return buffer.getvalue()


def _content_types(count: int) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for i in range(1, count + 1)
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{sheets}'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _workbook(sheets: Sequence[Sheet]) -> str:
    rows = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{i}" r:id="rId{i}"/>' for i, sheet in enumerate(sheets, 1)
    )
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{rows}</sheets></workbook>'


class _Texts:
    """The texts of one workbook: most stand in many cells, and each is made fit for a cell once."""

    def __init__(self) -> None:
        self._cells: dict[str, str] = {}
        self._lengths: dict[str, int] = {}

    def cell(self, text: str) -> str:
        """Return what follows the reference in a cell with this text."""
        cell = self._cells.get(text)
        if cell is None:
            cell = self._cells[text] = _text(text, _QUOTED if _FORMULA.match(text) else _PLAIN)
        return cell

    def length(self, text: str) -> int:
        """Return how wide a text is in narrow letters, up to the widest column: a Chinese character takes two."""
        length = self._lengths.get(text)
        if length is None:
            shown = text[:_WIDEST]
            length = self._lengths[text] = len(shown) + (0 if shown.isascii() else len(_BROAD.findall(shown)))
        return length


def _sheet(sheet: Sheet, texts: _Texts) -> Iterator[str]:
    """Yield the XML of a sheet, some thousand rows at a time: of a long one the whole takes half a gigabyte."""
    letters = [_letters(i) for i in range(len(sheet.head))]
    first = list(zip(*sheet.rows[:_LOOKED_AT], strict=True)) or [()] * len(letters)
    widths = "".join(
        f'<col min="{i}" max="{i}" width="{_width(heading, values, texts)}" customWidth="1"/>'
        for i, (heading, values) in enumerate(zip(sheet.head, first, strict=True), 1)
    )
    head = "".join(f'<c r="{letter}1"{_text(text, _HEAD)}' for letter, text in zip(letters, sheet.head, strict=True))
    yield (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
        "</sheetView></sheetViews>"
        f'<cols>{widths}</cols><sheetData><row r="1">{head}</row>'
    )
    for start in range(0, len(sheet.rows), _ROWS):
        columns = zip(*sheet.rows[start : start + _ROWS], strict=True)
        cells = [_column(letter, start + 2, values, texts) for letter, values in zip(letters, columns, strict=True)]
        rows = enumerate(zip(*cells, strict=True), start + 2)
        yield "".join(f'<row r="{number}">{"".join(row)}</row>' for number, row in rows)
    yield "</sheetData></worksheet>"


def _column(letter: str, first: int, values: Sequence[Any], texts: _Texts) -> list[str]:
    """Return cells of a column, from row `first` on; a missing one is empty."""
    cells = []
    for number, value in enumerate(values, first):
        kind = type(value)
        if kind is str:
            cells.append(f'<c r="{letter}{number}"{texts.cell(value)}')
        elif kind is float:
            cells.append(f'<c r="{letter}{number}"><v>{value!r}</v></c>' if math.isfinite(value) else "")
        elif kind is int:
            cells.append(f'<c r="{letter}{number}"><v>{value}</v></c>')
        elif value is pd.NA or value is None:
            cells.append("")
        else:
            cells.append(_cell(f"{letter}{number}", value, texts))
    return cells


def _cell(reference: str, value: Any, texts: _Texts) -> str:
    """Return a cell of a rarer type."""
    if isinstance(value, str):
        return f'<c r="{reference}"{texts.cell(str(value))}'
    if pd.isna(value) or value in (math.inf, -math.inf):
        return ""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime.date):
        day = value.date() if isinstance(value, datetime.datetime) else value
        return f'<c r="{reference}" s="{_DATE}"><v>{(day - _DAY_ZERO).days}</v></c>'
    if isinstance(value, int):
        return f'<c r="{reference}" s="{_WHOLE}"><v>{value!r}</v></c>'
    style = f' s="{_LARGE}"' if abs(value) >= 1000 else ""
    return f'<c r="{reference}"{style}><v>{value!r}</v></c>'


def _text(text: str, style: int) -> str:
    clean = _ESCAPE_LIKE.sub("_x005F_", _CONTROL.sub("", text))
    if len(clean) > _LONGEST:
        clean = clean[: _LONGEST - 1] + "…"
    content = escape(clean, {"\r": "&#13;"})
    return f' s="{style}" t="inlineStr"><is><t xml:space="preserve">{content}</t></is></c>'


def _letters(index: int) -> str:
    name, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def _width(heading: str, values: Sequence[Any], texts: _Texts) -> int:
    longest = max(map(texts.length, heading.split("\n")))
    for value in values:
        if type(value) is str:
            longest = max(longest, texts.length(value))
        elif value is not pd.NA and value is not None and value == value:  # what is missing equals nothing
            longest = max(longest, len(str(value)[:_WIDEST]))
    return min(max(longest + 2, _NARROWEST), _WIDEST)
