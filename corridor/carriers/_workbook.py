"""XLSX: checked as an archive and as XML before a parser may see it, then read by calamine."""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from corridor.carriers._grid import MAX_COLUMNS, MAX_ROWS, Area, Cells, Sheet
from corridor.carriers._notes import fault, letters
from corridor.carriers._text import MAX_CELL
from corridor.errors import RecordError

MAX_UNZIPPED = 50_000_000
MAX_RATIO = 100
# Small parts compress well without meaning harm.
_RATIO_FROM = 1_000_000
# Calamine and Python hold the full rectangle up to the last cell.
MAX_CELLS = 5_000_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(slots=True)
class _Scan:
    """What the XML of one sheet says that calamine does not pass on."""

    last_row: int = 0
    last_column: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    flaws: dict[tuple[int, int], str] = field(default_factory=dict)


def read_workbook(data: bytes, where: str) -> list[Sheet]:
    """Return the sheets of an XLSX.

    Raises
    ------
    RecordError
        No workbook inside, damaged or truncated, unpacks to too much, XML with entities, or a cell far outside.
    """
    parts = _unpack(data, where)
    if "xl/workbook.xml" not in parts:
        raise _not_a_workbook(parts, where)
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")) and not name.startswith("xl/worksheets/sheet"):
            for element in _elements(content, f"{where} · {name}"):
                element.clear()
    paths, epoch_1904 = _sheet_paths(parts, where)
    scans = {name: _scan(parts[path], f"{where} · {name}") for name, path in paths.items() if path in parts}
    return _cells(data, where, scans, epoch_1904)


def _unpack(data: bytes, where: str) -> dict[str, bytes]:
    """Return the archive's parts: read through Python's zip reader, which holds them to size and checksum."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _refuse_bomb(infos, where)
            if len({info.filename.casefold() for info in infos}) != len(infos):
                raise zipfile.BadZipFile("the same part twice")
            return {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise fault(
            where,
            f"工作簿已损坏或不完整（{error}）。",
            f"the workbook is damaged or truncated ({error}).",
            "请重新导出或重新传送该文件。",
            "Export or send the file again.",
        ) from None


def _refuse_bomb(infos: list[zipfile.ZipInfo], where: str) -> None:
    total = sum(info.file_size for info in infos)
    packed = max(sum(info.compress_size for info in infos), 1)
    if total > MAX_UNZIPPED or (total > _RATIO_FROM and total > MAX_RATIO * packed):
        raise fault(
            where,
            f"解压后有 {total:,} 字节（压缩比 {total / packed:.0f}），超过上限。",
            f"it unpacks to {total:,} bytes (ratio {total / packed:.0f}), more than allowed.",
            "请复制需要的单元格到新工作簿。",
            "Copy the cells that are needed into a new workbook.",
        )
    if any(info.flag_bits & 1 for info in infos):
        raise fault(
            where,
            "压缩包有密码保护。",
            "the archive is password-protected.",
            "请取消密码后另存。",
            "Remove the password and save it again.",
        )


def _not_a_workbook(parts: dict[str, bytes], where: str) -> RecordError:
    if any(name.startswith("word/") for name in parts):
        zh, en = "Word 文档", "a Word document"
    elif parts.get("mimetype", b"").startswith(b"application/vnd.oasis"):
        zh, en = "OpenDocument 文件（.ods）", "an OpenDocument file (.ods)"
    elif "xl/workbook.bin" in parts:
        zh, en = "二进制工作簿（.xlsb）", "a binary workbook (.xlsb)"
    else:
        zh, en = "普通 ZIP 压缩包", "a plain ZIP archive"
    return fault(
        where,
        f"文件实际是{zh}，里面没有工作簿。",
        f"the file is really {en}; there is no workbook in it.",
        "请在表格软件中打开，另存为 .xlsx。",
        "Open it in a spreadsheet program and save it as .xlsx.",
    )


def _elements(content: bytes, where: str) -> Iterator[Element]:
    """Yield the elements of one XML part as they close; entities and DTDs are refused."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    try:
        for _, element in iterparse(io.BytesIO(content), events=("end",), forbid_dtd=True):
            yield element
    except DefusedXmlException:
        raise fault(
            where,
            "XML 中有实体或 DTD 声明（可能是攻击），已拒绝。",
            "its XML declares entities or a DTD (perhaps an attack) and is refused.",
            "请不要使用该文件；如需数据，请复制到新工作簿。",
            "Do not use the file; if its data are needed, copy them into a new workbook.",
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        raise fault(
            where,
            f"XML 已损坏（{error}）。",
            f"its XML is damaged ({error}).",
            "请重新导出该文件。",
            "Export the file again.",
        ) from None


def _sheet_paths(parts: dict[str, bytes], where: str) -> tuple[dict[str, str], bool]:
    """Return sheet name -> part, and whether dates count from 1904."""
    targets: dict[str, str] = {}
    for element in _elements(parts.get("xl/_rels/workbook.xml.rels", b"<x/>"), where):
        if target := element.get("Target"):
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[element.get("Id", "")] = path
    paths: dict[str, str] = {}
    epoch_1904 = False
    for element in _elements(parts["xl/workbook.xml"], where):
        if _local(element) == "workbookPr":
            epoch_1904 = element.get("date1904", "0") in {"1", "true"}
        elif _local(element) == "sheet":
            relation = next((value for key, value in element.items() if key.endswith("}id")), "")
            paths[element.get("name", "")] = targets.get(relation, "")
    return paths, epoch_1904


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _scan(content: bytes, where: str) -> _Scan:
    scan = _Scan()
    row = column = -1
    pending: list[tuple[int, str, bool, str]] = []
    last_row = -1
    for element in _elements(content, where):
        tag = _local(element)
        if tag == "c":
            column = _column_of(element.get("r", ""), column)
            has_formula, value = _content(element)
            pending.append((column, element.get("t", ""), has_formula, value))
        elif tag == "row":
            row = int(element.get("r", "0")) - 1 if element.get("r", "").isdigit() else last_row + 1
            last_row, column = row, -1
            if element.get("hidden") in {"1", "true"}:
                scan.hidden_rows.add(row)
            for position, kind, has_formula, value in pending:
                _note_cell(scan, row, position, kind, has_formula, value, where)
            pending.clear()
            element.clear()
    if (scan.last_row + 1) * (scan.last_column + 1) > MAX_CELLS:
        corner = f"{letters(scan.last_column)}{scan.last_row + 1}"
        raise fault(
            where,
            f"工作表一直到 {corner}，超过 {MAX_CELLS:,} 格。",
            f"the sheet reaches to {corner}: more than {MAX_CELLS:,} cells.",
            "请删去远处的行列后保存。",
            "Delete the rows and columns far away and save.",
        )
    return scan


def _content(cell: Element) -> tuple[bool, str]:
    """Return whether a cell holds a formula, and its value as written (inline text included)."""
    has_formula, value = False, ""
    for child in cell.iter():
        tag = _local(child)
        has_formula = has_formula or tag == "f"
        if tag in {"v", "t"} and child.text:
            value += child.text
    return has_formula, value


def _column_of(reference: str, previous: int) -> int:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        return previous + 1
    position = 0
    for letter in found[1]:
        position = position * 26 + ord(letter) - 64
    return position - 1


def _note_cell(scan: _Scan, row: int, column: int, kind: str, has_formula: bool, value: str, where: str) -> None:
    if not value and not has_formula:
        return
    if row >= MAX_ROWS or column >= MAX_COLUMNS:
        raise fault(
            f"{where} · {letters(column)}{row + 1}",
            f"远处的单元格 {letters(column)}{row + 1} 有内容，超过上限（{MAX_ROWS:,} 行、{MAX_COLUMNS} 列）。",
            f"cell {letters(column)}{row + 1} far away is filled; the limits are {MAX_ROWS:,} rows "
            f"and {MAX_COLUMNS} columns.",
            "请删除该单元格所在的行或列后保存。",
            "Delete that row or column and save.",
        )
    if len(value) > MAX_CELL:
        raise fault(
            f"{where} · {letters(column)}{row + 1}",
            f"单元格 {letters(column)}{row + 1} 超过 {MAX_CELL} 个字符。",
            f"cell {letters(column)}{row + 1} holds more than {MAX_CELL} characters.",
            "请缩短文字。",
            "Shorten the text.",
        )
    scan.last_row, scan.last_column = max(scan.last_row, row), max(scan.last_column, column)
    if kind == "e":
        scan.flaws[row, column] = value
    elif has_formula and not value and kind != "str":
        scan.flaws[row, column] = "formula"


def _cells(data: bytes, where: str, scans: dict[str, _Scan], epoch_1904: bool) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_object(io.BytesIO(data))
        sheets = []
        for meta in workbook.sheets_metadata:
            if meta.typ != SheetTypeEnum.WorkSheet or meta.name not in scans:
                continue
            sheet = workbook.get_sheet_by_name(meta.name)
            scan = scans[meta.name]
            sheets.append(
                Sheet(
                    name=meta.name,
                    rows=_rows(sheet.to_python(skip_empty_area=False), f"{where} · {meta.name}"),
                    hidden=meta.visible != SheetVisibleEnum.Visible,
                    hidden_rows=frozenset(scan.hidden_rows),
                    flaws=scan.flaws,
                    merged=_areas(sheet.merged_cell_ranges),
                    epoch_1904=epoch_1904,
                )
            )
    except CalamineError as error:
        raise fault(
            where,
            f"工作簿无法读取（{error}）。",
            f"the workbook cannot be read ({error}).",
            "请在表格软件中打开并重新保存。",
            "Open it in a spreadsheet program and save it again.",
        ) from None
    return sheets


def _areas(ranges: Any) -> tuple[Area, ...]:
    return tuple(((first[0], first[1]), (last[0], last[1])) for first, last in ranges or ())


def _rows(rows: list[list[Any]], where: str) -> list[Cells]:
    cells = [tuple(_text(value) for value in row) for row in rows]
    for number, row in enumerate(cells, start=1):
        for position, text in enumerate(row):
            if len(text) > MAX_CELL:
                address = f"{letters(position)}{number}"
                raise fault(
                    f"{where} · {address}",
                    f"单元格 {address} 超过 {MAX_CELL} 个字符。",
                    f"cell {address} holds more than {MAX_CELL} characters.",
                    "请缩短文字。",
                    "Shorten the text.",
                )
    return cells


def _text(value: Any) -> str:
    """Return a cell as the text a CSV of the same table would hold."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
