"""An empty workbook to fill in: a sheet per table, lists to choose from, a data dictionary. It reads back."""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from corridor.carriers._notes import letters
from corridor.carriers._vocabulary import Column, Table, Vocabulary

DICTIONARY = "数据字典"
LISTS = "词表"
# Rows that carry formats and lists: more than any district has in one table of these kinds.
_ROWS = 2000
_UNITS = {"area": "平方米", "length": "米", "money": "元", "lon": "度", "lat": "度"}
_TYPES = {
    "id": "文字（编号，不会被改写）",
    "code": "文字（编号，不会被改写）",
    "text": "文字",
    "tags": "若干词，用顿号隔开",
    "word": "从词表中选",
    "datum": "从词表中选",
    "bool": "是 / 否",
    "count": "整数",
    "area": "数",
    "length": "数",
    "money": "数",
    "share": "百分比",
    "date": "日期，如 2026-06-30",
    "lon": "经度（小数）",
    "lat": "纬度（小数）",
}
_FORMATS = {"date": "yyyy-mm-dd", "share": "0%", "id": "@", "code": "@", "text": "@", "tags": "@"}


def dictionary(table: Table, words: Vocabulary) -> pd.DataFrame:
    """Return what each column of `table` means: index `column`; `zh, en, type, unit, required, words, names`."""
    rows = [
        {
            "column": column.name,
            "zh": column.label.zh,
            "en": column.label.en,
            "type": column.type,
            "unit": _UNITS.get(column.type, ""),
            "required": column.required,
            "words": "、".join(_choices(column, words)),
            "names": "、".join(column.aliases),
        }
        for column in table.columns.values()
    ]
    return pd.DataFrame(rows).set_index("column")


def write(path: Path, tables: Sequence[Table], words: Vocabulary) -> None:
    """Write the workbook; the same bytes each time, and never half a file."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    lists = _Lists()
    for table in tables:
        _table_sheet(book.create_sheet(table.label.zh), table, words, lists)
    _dictionary_sheet(book.create_sheet(DICTIONARY), tables, words)
    _list_sheet(book.create_sheet(LISTS), lists)
    out = io.BytesIO()
    book.save(out)
    _replace(path, _timeless(out.getvalue()))


class _Lists:
    """The lists of the workbook, each in a column of one hidden sheet: longer than a validation rule may hold."""

    def __init__(self) -> None:
        self.columns: list[tuple[str, ...]] = []

    def reference(self, choices: tuple[str, ...]) -> str:
        """Return the cell range that holds `choices`."""
        if choices not in self.columns:
            self.columns.append(choices)
        column = letters(self.columns.index(choices))
        return f"{LISTS}!${column}$1:${column}${len(choices)}"


def _choices(column: Column, words: Vocabulary) -> tuple[str, ...]:
    if column.type == "bool":
        return ("是", "否")
    vocabulary = column.words or ("datum" if column.type == "datum" else "")
    return words.listed[vocabulary] if vocabulary else ()


def _table_sheet(sheet: Any, table: Table, words: Vocabulary, lists: _Lists) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    columns = [column for column in table.columns.values() if column.type not in ("lonlat", "row")]
    for position, column in enumerate(columns):
        letter = letters(position)
        unit = _UNITS.get(column.type, "") if column.type in {"area", "length", "money"} else ""
        head = sheet[f"{letter}1"]
        head.value = f"{column.label.zh}（{unit}）" if unit else column.label.zh
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="FFE8D9B5" if column.required else "FFEDEDED")
        head.comment = Comment(
            f"{column.label.en}\n{_TYPES[column.type]}{'（必填）' if column.required else ''}", "corridor"
        )
        # A Chinese letter takes two.
        sheet.column_dimensions[letter].width = max(28 if column.required else 14, 2 * len(head.value) + 2)
        if column.type in _FORMATS:
            sheet.column_dimensions[letter].number_format = _FORMATS[column.type]
        choices = _choices(column, words)
        if choices:
            rule = DataValidation(type="list", formula1=lists.reference(choices), allow_blank=True)
            rule.add(f"{letter}2:{letter}{_ROWS}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"
    fit_to_paper(sheet, "A3")


def fit_to_paper(sheet: Any, paper: Literal["A3", "A4"]) -> None:
    """Print a sheet as wide as one page across, its header on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3 if paper == "A3" else sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _dictionary_sheet(sheet: Any, tables: Sequence[Table], words: Vocabulary) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.append(["表", "列名", "英文列名", "英文含义", "填写方式", "计量单位", "必填", "可选词", "也可写作"])
    for table in tables:
        meanings = dictionary(table, words)
        for name, row in meanings.iterrows():
            required = "是" if row["required"] else ""
            cells = [
                table.label.zh,
                row["zh"],
                name,
                row["en"],
                _TYPES.get(row["type"], "经度,纬度"),
                row["unit"],
                required,
            ]
            sheet.append([*cells, row["words"], row["names"]])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFGHI", (16, 18, 18, 30, 24, 10, 6, 64, 110), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "A2"
    fit_to_paper(sheet, "A3")


def _list_sheet(sheet: Any, lists: _Lists) -> None:
    for position, choices in enumerate(lists.columns):
        for number, choice in enumerate(choices, start=1):
            sheet[f"{letters(position)}{number}"] = choice
    sheet.sheet_state = "hidden"


def _timeless(data: bytes) -> bytes:
    """Return the workbook without the time of writing: same input, same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _replace(path: Path, data: bytes) -> None:
    """Write by way of a temporary file beside `path`, so that a killed run leaves the old file or the new."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
