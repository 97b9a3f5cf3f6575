"""What a record file is when opened: sheets of text cells at their places, whatever the format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corridor.carriers._notes import fault
from corridor.errors import RecordError

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 256

Cells = tuple[str, ...]
Area = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells as text, row by row from the first row of the file.

    `flaws` names cells without a usable value: "formula" (never computed) or the spreadsheet's own error such as
    "#REF!". `merged` holds the first and last cell of merged areas. Rows and columns count from 0.
    """

    name: str
    rows: Sequence[Cells]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    flaws: Mapping[tuple[int, int], str] = field(default_factory=dict)
    merged: tuple[Area, ...] = ()
    epoch_1904: bool = False


# First bytes -> what the file is, and what to do about it.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "PDF 文件", "a PDF"),
    (b"\x89PNG", "PNG 图片", "a PNG picture"),
    (b"\xff\xd8\xff", "JPEG 图片", "a JPEG picture"),
    (b"Rar!", "RAR 压缩包", "a RAR archive"),
    (b"7z\xbc\xaf", "7z 压缩包", "a 7z archive"),
    (b"\x1f\x8b", "gzip 压缩包", "a gzip archive"),
    (b"SQLite format 3", "SQLite / GeoPackage 数据库", "an SQLite or GeoPackage database"),
    (b"PAR1", "Parquet 文件", "a Parquet file"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE = ("请在表格软件中打开，另存为 .xlsx。", "Open it in a spreadsheet program and save it as .xlsx.")


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes; `RecordError` when it is missing, unreadable, empty or too large."""
    where = path.name
    if not path.is_file():
        raise fault(
            where,
            f"找不到文件：{path}",
            f"no such file: {path}",
            "请检查 study.yaml 中的文件名。",
            "Check the file name in study.yaml.",
        )
    size = path.stat().st_size
    if size == 0:
        raise fault(
            where,
            "文件是空的（0 字节）。",
            "the file is empty (0 bytes).",
            "请重新导出该文件。",
            "Export the file again.",
        )
    if size > MAX_BYTES:
        raise fault(
            where,
            f"文件有 {size:,} 字节，超过上限 {MAX_BYTES:,}。",
            f"the file has {size:,} bytes, more than {MAX_BYTES:,}.",
            "请只保留需要的行和列。",
            "Keep only the rows and columns that are needed.",
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise fault(
            where,
            f"无法读取：{error.strerror}",
            f"cannot be read: {error.strerror}",
            "请检查权限，或关闭占用它的程序。",
            "Check the permissions, or close the program that holds it.",
        ) from None


def is_workbook(data: bytes, path: Path) -> bool:
    """Tell XLSX from delimited text by the bytes; `RecordError` saying what it really is when it is neither.

    A file whose name and content disagree is refused: it may be an export gone wrong.
    """
    named_workbook = path.suffix.lower() in {".xlsx", ".xlsm"}
    if data.startswith(b"PK\x03\x04"):
        if b"application/vnd.oasis.opendocument" in data[:128]:
            zh, en = "OpenDocument 文件（.ods）", "an OpenDocument file (.ods)"
            raise fault(path.name, f"文件实际是{zh}。", f"the file is really {en}.", *_SAVE)
        if not named_workbook:
            raise _really(path, "XLSX 工作簿或 ZIP 压缩包", "an XLSX workbook or a ZIP archive", "xlsx")
        return True
    if data.startswith(_OLE):
        raise _ole(data, path)
    for magic, zh, en in _MAGIC:
        if data.startswith(magic):
            raise fault(path.name, f"文件实际是{zh}。", f"the file is really {en}.", *_SAVE)
    start = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").replace(b"\0", b"").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head")):
        raise fault(path.name, "文件实际是网页（HTML）表格。", "the file is really an HTML page.", *_SAVE)
    if start.startswith(b"<?xml"):
        raise fault(
            path.name,
            "文件实际是 XML（例如 Excel 2003 XML 表格）。",
            "the file is really XML (such as an Excel 2003 XML sheet).",
            *_SAVE,
        )
    if named_workbook:
        raise _really(path, "文本（CSV）", "delimited text (CSV)", "csv")
    return False


def _really(path: Path, zh: str, en: str, suffix: str) -> RecordError:
    return fault(
        path.name,
        f"扩展名是 {path.suffix or '（无）'}，内容实际是{zh}。",
        f"the name ends in {path.suffix or '(nothing)'}, the content is really {en}.",
        f"请核对文件；如内容无误，把扩展名改为 .{suffix}。",
        f"Check the file; if its content is right, rename it to .{suffix}.",
    )


def _ole(data: bytes, path: Path) -> RecordError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return fault(
            path.name,
            "工作簿有密码保护，无法读取。",
            "the workbook is password-protected.",
            "请取消密码后另存。",
            "Remove the password and save it again.",
        )
    return fault(
        path.name, "文件实际是旧版 Excel（.xls）。", "the file is really an old Excel workbook (.xls).", *_SAVE
    )


def check_size(rows: int, columns: int, where: str) -> None:
    """Refuse tables no district keeps: they are accidents, and cost memory before anyone sees why."""
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise fault(
            where,
            f"表格有 {rows:,} 行、{columns:,} 列，超过上限（{MAX_ROWS:,} 行、{MAX_COLUMNS} 列）。",
            f"the table has {rows:,} rows and {columns:,} columns; the limits are {MAX_ROWS:,} and {MAX_COLUMNS}.",
            "请删去多余的行列（常见于远处误填的单元格）。",
            "Delete what is not needed (often a cell filled far away by mistake).",
        )
