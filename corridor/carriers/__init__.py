"""District records as offices really keep them: carriers, institutes, stations, firms, projects, events.

`read_records` turns one CSV or XLSX into one table in WGS84. The way of a cell::

    file ─ _grid, _text, _workbook ─► sheets of text cells at their places
         ─ _opened, _header ───────► which sheet and which columns (synonyms and units from data/records.yaml)
         ─ _rows ──────────────────► which rows are records; the others counted by reason
         ─ _values, _places ───────► typed values, points in WGS84
         ─ _tables ────────────────► one GeoDataFrame, ids, twins

What stops the reading is a `RecordError` with all faults found; everything else is a `Notice`, and the account closes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from corridor import crs
from corridor.carriers import _header, _tables, _template
from corridor.carriers._grid import read_bytes
from corridor.carriers._header import Header, HeaderColumn
from corridor.carriers._notes import Notes, fault, listed
from corridor.carriers._opened import Opened, open_table
from corridor.carriers._places import datum_evidence
from corridor.carriers._rows import records
from corridor.carriers._survey import answered
from corridor.carriers._survey_template import write_survey_template
from corridor.carriers._vocabulary import Table, Vocabulary, fold, vocabulary
from corridor.errors import Account, Entry, Notice, Text

__all__ = [
    "SURVEY",
    "TABLES",
    "Records",
    "answered",
    "datum_evidence",
    "dictionary",
    "empty",
    "fold",
    "label",
    "read_records",
    "write_survey_template",
    "write_template",
]

TABLES = ("carriers", "institutes", "platforms", "stations", "firms", "projects", "events", "renewals")
# Read like the others, but of streets: its answers are scored by the study's own scales.
SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class Records:
    """One record file read.

    `table` is in WGS84 (EPSG:4326), sorted by its index (`carrier_id`, `station_id`, …); records without a usable
    coordinate have no geometry. `provenance` holds kind, file, sha256, encoding, sheet, header_row, datum.
    `lost_rows`: the row of the file in which each record without a coordinate stands.
    """

    table: gpd.GeoDataFrame
    notices: tuple[Notice, ...]
    account: Account
    provenance: dict[str, Any]
    lost_rows: dict[str, int]


def read_records(
    path: str | Path,
    table: str,
    *,
    datum: str | None,
    sheet: str | None = None,
    encoding: str | None = None,
    study_bbox: tuple[float, float, float, float] | None = None,
    streets: gpd.GeoDataFrame | None = None,
    keep: Collection[str] = (),
) -> Records:
    """Read one table of records from CSV or XLSX.

    Parameters
    ----------
    path : path
        `.csv`, `.txt` or `.tsv` in UTF-8, UTF-16 or GB18030, or `.xlsx`.
    table : str
        One of `TABLES`, or `SURVEY`; its columns stand in `corridor/data/records.yaml`.
    datum : {"wgs84", "gcj02", "bd09", "cgcs2000"} or None
        What the file's coordinates are given in; a column 坐标系 overrules it row by row. None: what the header
        says, else the coordinates are used as written, with a notice, and `uncertainty_m` (m) is how far the
        readings lie apart.
    sheet, encoding : str, optional
        Where they cannot be found out.
    study_bbox : (west, south, east, north), optional
        Extent of the study's data in WGS84 degrees: tells swapped coordinates and records outside.
    streets : GeoDataFrame, optional
        Lines with a CRS, for the evidence shown when the datum is not declared.
    keep : collection of str
        Headers of private columns to keep as text; all others are dropped.

    Raises
    ------
    RecordError
        With every fault that stops the reading, each naming file, sheet, row, column and what to do.
    """
    source = Path(path)
    where = source.name
    words = vocabulary()
    spec = _spec(table, words, where)
    _check_datum(datum, where)
    notes = Notes(where)
    data = read_bytes(source)
    found = open_table(source, data, spec, words, notes, sheet=sheet, encoding=encoding)
    header = found.header
    rows = records(found.sheet, header, words, notes, delimited=found.delimited)
    if not rows:
        _note_empty(header, notes)
    kept = _kept(header, keep)
    open_columns = frozenset(column.text for column in header.columns if _is_listed(column.text, keep))
    reading = _tables.Reading(found.sheet, header, spec, words, notes, datum, study_bbox, open_columns)
    frame, numbers = _tables.build(rows, reading, kept)
    notes.stop_if_failed()
    _note_datum(frame, notes, streets)
    account = Account((_row_entry(table, spec, found, notes), _column_entry(table, spec, header, kept, notes)))
    account.check({table: len(frame)})
    provenance = {
        "kind": table,
        "file": where,
        "sha256": hashlib.sha256(data).hexdigest(),
        "encoding": found.encoding,
        "sheet": found.sheet.name or None,
        "header_row": header.row + 1,
        "datum": datum,
    }
    lost = frame.index[frame.geometry.isna() | frame.geometry.is_empty]
    return Records(frame, notes.notices(), account, provenance, {key: numbers[key] for key in lost.astype(str)})


def empty(table: str) -> gpd.GeoDataFrame:
    """Return the table named `table` without a row: its index, columns and dtypes, in WGS84."""
    return _tables.empty(_spec(table, vocabulary(), table))


def label(table: str) -> Text:
    """Return the name of a table in both languages."""
    return _spec(table, vocabulary(), table).label


def dictionary(table: str) -> pd.DataFrame:
    """Return what each column of a table means: index `column`; `zh, en, type, unit, required, words, names`."""
    return _template.dictionary(_spec(table, vocabulary(), table), vocabulary())


def write_template(path: str | Path, tables: Collection[str] = TABLES) -> Path:
    """Write an empty workbook for `tables` (in the order of `TABLES`) and return its path.

    One sheet per table with lists to choose from, a data dictionary and the words; filled in, each sheet is read by
    `read_records`. An existing file is replaced.

    Raises
    ------
    RecordError
        The name does not end in .xlsx, its folder is missing or cannot be written, or a table is not known.
    """
    target = Path(path)
    words = vocabulary()
    for table in tables:
        _spec(table, words, target.name)
    if target.suffix.lower() != ".xlsx":
        raise fault(
            target.name,
            "文件名应以 .xlsx 结尾。",
            "the name must end in .xlsx.",
            "请改用 .xlsx。",
            "Use a name ending in .xlsx.",
        )
    try:
        _template.write(target, [words.tables[name] for name in TABLES if name in tables], words)
    except OSError as error:
        raise fault(
            target.name,
            f"无法写入 {target.parent}：{error.strerror}",
            f"cannot write into {target.parent}: {error.strerror}",
            "请检查文件夹是否存在、可写，以及文件是否正被打开。",
            "Check that the folder exists and can be written, and that the file is not open.",
        ) from None
    return target


def _spec(table: str, words: Vocabulary, where: str) -> Table:
    if table not in words.tables:
        names = ", ".join(words.tables)
        raise fault(
            where, f"没有“{table}”这种表。", f"there is no table {table!r}.", f"可用：{names}。", f"Use: {names}."
        )
    return words.tables[table]


def _check_datum(datum: str | None, where: str) -> None:
    if datum is not None and datum not in crs.DATUMS:
        raise fault(
            where,
            f"不认识的坐标系“{datum}”。",
            f"{datum!r} is no datum.",
            f"可用：{'、'.join(crs.DATUMS)}。",
            f"Use one of {', '.join(crs.DATUMS)}.",
        )


def _note_empty(header: Header, notes: Notes) -> None:
    notes.warn(
        "record-no-rows",
        Text("表头下没有记录。", "there is no record below the header."),
        Text("请核对文件与工作表是否对。", "Check that this is the right file and sheet."),
        row=header.body,
    )


def _kept(header: Header, keep: Collection[str]) -> list[HeaderColumn]:
    return [column for column in header.columns if column.role == "private" and _is_listed(column.text, keep)]


def _is_listed(text: str, keep: Collection[str]) -> bool:
    """Whether a header, or one level of it, is one of those the study lists."""
    wanted = {fold(name) for name in keep}
    return bool(wanted & {fold(text), *map(fold, text.split(" / "))})


def _row_entry(table: str, spec: Table, found: Opened, notes: Notes) -> Entry:
    """Return the account of the file's rows."""
    label = Text(f"{spec.label.zh}（{notes.file}）", f"{spec.label.en} ({notes.file})")
    return notes.entry(table, label, found.rows)


def _column_entry(table: str, spec: Table, header: Header, kept: list[HeaderColumn], notes: Notes) -> Entry:
    """Return the account of the file's columns; say which were dropped and which were not known."""
    present = [column for column in header.columns if column.role != "blank"]
    by_role = {
        role: [column for column in present if column.role == role and column not in kept]
        for role in ("private", "ignored", "unknown")
    }
    for code, role in (("record-private", "private"), ("record-unknown-column", "unknown")):
        columns = by_role[role]
        if columns:
            reason = _header.PRIVATE if role == "private" else _header.UNUSED
            names = listed(column.text for column in columns)
            notes.count(code, Text(f"{reason.zh}：{names.zh}。", f"{reason.en}: {names.en}."), row=header.body)
    reasons = (_header.PRIVATE, _header.IGNORED, _header.UNUSED)
    counts = [len(by_role[role]) for role in ("private", "ignored", "unknown")]
    excluded = tuple((reason, count) for reason, count in zip(reasons, counts, strict=True) if count)
    label = Text(f"{spec.label.zh}的列（{notes.file}）", f"columns of {spec.label.en} ({notes.file})")
    return Entry(f"{table}.columns", label, len(present), excluded)


def _note_datum(frame: gpd.GeoDataFrame, notes: Notes, streets: gpd.GeoDataFrame | None) -> None:
    """Warn of places whose datum nobody declared, with the distances to streets under three readings."""
    undeclared = frame[frame.geometry.notna()]
    if "datum" not in undeclared or not (undeclared := undeclared[undeclared["datum"].isna()]).shape[0]:
        return
    apart = float(undeclared["uncertainty_m"].max())
    zh, en = "", ""
    if streets is not None and len(streets):
        evidence = datum_evidence(undeclared.geometry.x, undeclared.geometry.y, streets)["median_m"]
        if all(math.isfinite(value) for value in evidence):
            listed = ", ".join(f"{name} {value:.0f} m" for name, value in evidence.items())
            zh = f"按三种坐标系读，到最近街道的中位距离：{listed}。"
            en = f" Median distance to the nearest street under three readings: {listed}."
    notes.warn(
        "record-datum",
        Text(
            f"没有声明坐标系，{len(undeclared)} 个点按原值使用；三种坐标系的位置最多相差 {apart:,.0f} m。{zh}",
            f"no datum is declared; {len(undeclared)} points are used as written. The three readings lie up to "
            f"{apart:,.0f} m apart.{en}",
        ),
        Text(
            "请向提供者确认，并在 study.yaml 中写明 datum：wgs84、gcj02 或 bd09。",
            "Ask who made the file, and state `datum` in study.yaml: wgs84, gcj02 or bd09.",
        ),
    )
