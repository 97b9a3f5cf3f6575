"""A small writer of XLSX workbooks: typed cells, text that can never run, the same bytes every time, and fast.

openpyxl would do, but takes half a minute for a city's buildings and stamps the time of day into the file.
"""

from __future__ import annotations

import datetime
import io
import math
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pandas as pd

# What Excel would take for a formula, in both widths. A leading space does not protect, so it is not trusted.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x0041_ as the letter A
_LONGEST = 32_767
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
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(sheets) + 1)), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
        **{f"xl/worksheets/sheet{i}.xml": _sheet(sheet) for i, sheet in enumerate(sheets, 1)},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, text.encode("utf-8"))
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


def _sheet(sheet: Sheet) -> str:
    letters, first = [_letters(i) for i in range(len(sheet.head))], sheet.rows[:500]
    widths = "".join(
        f'<col min="{i}" max="{i}" width="{_width(heading, [row[i - 1] for row in first])}" customWidth="1"/>'
        for i, heading in enumerate(sheet.head, 1)
    )
    head = "".join(_text(f"{letter}1", heading, _HEAD) for letter, heading in zip(letters, sheet.head, strict=True))
    lines = [f'<row r="1">{head}</row>']
    for number, row in enumerate(sheet.rows, 2):
        cells = "".join([_cell(f"{letter}{number}", value) for letter, value in zip(letters, row, strict=True)])
        lines.append(f'<row r="{number}">{cells}</row>')
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
        "</sheetView></sheetViews>"
        f"<cols>{widths}</cols><sheetData>{''.join(lines)}</sheetData></worksheet>"
    )


def _cell(reference: str, value: Any) -> str:
    kind = type(value)
    if kind is float:
        return f'<c r="{reference}"><v>{value!r}</v></c>' if math.isfinite(value) else ""
    if kind is int:
        return f'<c r="{reference}"><v>{value}</v></c>'
    if isinstance(value, str):
        return _text(reference, value, _QUOTED if _FORMULA.match(value) else _PLAIN)
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


def _text(reference: str, text: str, style: int) -> str:
    clean = _ESCAPE_LIKE.sub("_x005F_", _CONTROL.sub("", text))
    if len(clean) > _LONGEST:
        clean = clean[: _LONGEST - 1] + "…"
    content = escape(clean, {"\r": "&#13;"})
    return f'<c r="{reference}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{content}</t></is></c>'


def _letters(index: int) -> str:
    name, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def _width(heading: str, values: Sequence[Any]) -> int:
    def length(value: Any) -> int:
        text = str(value)[:_WIDEST]
        return len(text) if text.isascii() else sum(2 if ord(c) > 0x2E7F else 1 for c in text)

    known = [v for v in values if not pd.isna(v)]
    longest = max(length(v) for v in [*heading.split("\n"), *known])
    return min(max(longest + 2, _NARROWEST), _WIDEST)
