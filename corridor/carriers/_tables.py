"""Records to a table: typed columns, places, ids, and what looks like the same record twice."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor import crs
from corridor.carriers import _private, _values
from corridor.carriers._grid import Sheet
from corridor.carriers._header import Header, HeaderColumn
from corridor.carriers._notes import Notes, letters, listed
from corridor.carriers._places import Box, Cell, places
from corridor.carriers._rows import Record
from corridor.carriers._twins import note_twins
from corridor.carriers._values import Value
from corridor.carriers._vocabulary import Column, Table, Vocabulary, fold
from corridor.errors import Text

# Cells that are used to find the place and do not stand in the table themselves.
_PLACE_CELLS = frozenset({"lon", "lat", "lonlat"})
_FREE_TEXT = frozenset({"id", "text", "code", "tags"})
_REPEATING = frozenset({"word", "bool", "datum", "date", "share"})
_CHECK = Text("请核对该单元格。", "Check the cell.")
_LEFT_OUT = Text("请核对该单元格；该值按缺失处理。", "Check the cell; its value is taken as missing.")
_ROW_LEFT_OUT = Text("请改正该单元格；该行不计入。", "Correct the cell; the row is left out.")
_UNUSABLE = Text("位置或侧别读不懂", "place or side not understood")
# Values so far from the rest of their column are a matter of units.
_FAR_FROM_MEDIAN = 1000

_DTYPES = {
    "bool": "boolean",
    "count": "Int64",
    "area": "Float64",
    "length": "Float64",
    "money": "Float64",
    "number": "Float64",
    "share": "Float64",
    "date": "datetime64[s]",
    "row": "Int64",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rows are read with."""

    sheet: Sheet
    header: Header
    table: Table
    words: Vocabulary
    notes: Notes
    datum: str | None
    box: Box | None
    kept: frozenset[str] = frozenset()


def build(
    rows: Sequence[Record], reading: Reading, kept: Sequence[HeaderColumn] = ()
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Return the records as a GeoDataFrame in WGS84, sorted by id, and the row of the file each stands in.

    `kept` are private columns the study lists by name; they stay as text under their own header. Faults that stop
    the reading are noted, not raised.
    """
    table = reading.table
    columns = {column.column.name: column for column in reading.header.fields if column.column}
    data: dict[str, list[Any]] = {
        name: _cells(rows, columns[name], reading) if name in columns else [None] * len(rows)
        for name, column in table.columns.items()
        if name not in _PLACE_CELLS and column.type != "row"
    }
    _derive(data, table, reading.words)
    geometry: Any = np.full(len(rows), None, dtype=object)
    if table.place != "none":
        geometry = _locate(rows, data, columns, reading)
    _check_areas(rows, data, columns, reading)
    ids = _ids(rows, data, columns, reading)
    if "name" in data:
        note_twins(rows, data, geometry, table, reading.notes)
    data |= {name: [row.number for row in rows] for name, column in table.columns.items() if column.type == "row"}
    frame = pd.DataFrame(
        {name: _series(values, table.columns[name]) for name, values in data.items() if name != table.id}
    )
    for column in kept:
        frame[column.text] = pd.array([row.cells[column.position].strip() or None for row in rows], dtype="string")
    frame.index = pd.Index(pd.array(ids, dtype="string"), name=table.id)
    out = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(geometry, index=frame.index, crs=crs.WGS84))
    if reading.notes.unusable:
        usable = [row.number not in reading.notes.unusable for row in rows]
        for _ in range(len(rows) - sum(usable)):
            reading.notes.exclude(_UNUSABLE)
        out = out[usable]
    return out.sort_index(), {str(key): row.number for key, row in zip(ids, rows, strict=True)}


def empty(table: Table) -> gpd.GeoDataFrame:
    """Return the table without a row, all columns typed."""
    names = [name for name in table.columns if name not in _PLACE_CELLS and name != table.id]
    frame = pd.DataFrame({name: _series([], table.columns[name]) for name in names})
    frame.index = pd.Index(pd.array([], dtype="string"), name=table.id)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], index=frame.index, crs=crs.WGS84))


def _series(values: list[Any], column: Column) -> Any:
    dtype = _DTYPES.get(column.type, "string")
    if column.type == "date":
        return pd.Series([pd.NaT if value is None else pd.Timestamp(value) for value in values], dtype=dtype)
    if column.default is not None:
        values = [column.default if value is None else value for value in values]
        return pd.Series(values, dtype="bool" if column.type == "bool" else dtype)
    cells: Any = [pd.NA if value is None else value for value in values]
    return pd.Series(cells, dtype=cast(Any, dtype))


def _cells(rows: Sequence[Record], column: HeaderColumn, reading: Reading) -> list[Any]:
    if column.column and column.column.type == "share" and column.factor is not None:
        column = _as_fractions(rows, column, reading)
    reader = _reader(column, reading)
    if column.column and column.column.type in _REPEATING:
        reader = lru_cache(maxsize=1024)(reader)
    return [_cell(row, column, reader, reading) for row in rows]


def _as_fractions(rows: Sequence[Record], column: HeaderColumn, reading: Reading) -> HeaderColumn:
    """Take a column headed % whose numbers are all at most 1 for fractions, as cells in per cent format are stored."""
    numbers = [_values.read_number(row.cells[column.position]) for row in rows]
    found = [number for number in numbers if number is not None]
    if not found or max(found) > 1 or max(found) == 0:
        return column
    reading.notes.count(
        "record-fractions",
        Text(
            "列名写的是百分数，各值都不大于 1，按比例读（0.63 即 63%）。",
            "the header says per cent, all values are at most 1: read as fractions (0.63 is 63%).",
        ),
        Text("请核对；如是百分之零点几，请写上 %。", "Check; if they are fractions of a per cent, write the % sign."),
        severity="W",
        column=column.text,
    )
    return replace(column, factor=None)


def _cell(row: Record, column: HeaderColumn, reader: Callable[[str], Value], reading: Reading) -> Any:
    text = row.cells[column.position]
    notes = reading.notes
    flaw = reading.sheet.flaws.get((row.number - 1, column.position))
    if flaw is None and text.strip() in reading.words.excel_errors:
        flaw = text.strip()
    if flaw is not None:
        address = f"{letters(column.position)}{row.number}"
        zh, en = ("公式没有计算结果", "holds a formula without a result")
        if flaw != "formula":
            zh, en = f"是错误值 {flaw}", f"holds the error {flaw}"
        lost = Text("该值按缺失处理。", "the value is taken as missing.")
        if column.column and column.column.decides:
            lost = Text("该行不计入。", "the row is left out.")
            notes.unusable.add(row.number)
        notes.warn(
            "record-formula",
            Text(f"单元格 {address} {zh}。", f"cell {address} {en}."),
            Text(f"请在表格软件中打开、重算并保存；{lost.zh}", f"Open, recalculate and save it; {lost.en}"),
            row=row.number,
            column=column.text,
            value=flaw,
        )
        return None
    if not text.strip() or (
        column.column and column.column.type not in _FREE_TEXT and _values.is_missing(text, reading.words)
    ):
        return None
    value = reader(text)
    if column.column and column.column.type in _FREE_TEXT - {"code"} and isinstance(value.value, str):
        value = _without_private(value, row, column, reading)
    if value.fault is not None:
        action = _LEFT_OUT if value.value is None else _CHECK
        if value.value is None and column.column and column.column.decides:
            action = _ROW_LEFT_OUT
            notes.unusable.add(row.number)
        notes.warn("record-value", value.fault, action, row=row.number, column=column.text, value=text)
    elif value.mended is not None:
        notes.count("record-mended", value.mended, row=row.number, column=column.text, value=text)
    return value.value


def _without_private(value: Value, row: Record, column: HeaderColumn, reading: Reading) -> Value:
    """Take telephone numbers, identity numbers and contacts out of a cell, unless the study keeps the column."""
    clean = _private.masked(value.value)
    if clean == value.value or column.text in reading.kept:
        return value
    reading.notes.count(
        "record-private-cell",
        Text(
            "单元格里有电话、证件号、邮箱或联系人，已去掉。",
            "a cell holds a telephone or identity number, an address of mail or a contact; taken out.",
        ),
        Text("请从该列移走个人信息。", "Move personal data out of this column."),
        severity="W",
        row=row.number,
        column=column.text,
    )
    alone = column.column is not None and column.column.type == "id"
    rest = None if alone or not clean.replace(_private.MASK, "").strip() else clean
    return Value(rest, value.fault, value.mended)


def _reader(column: HeaderColumn, reading: Reading) -> Callable[[str], Value]:
    """Return the function that reads the cells of one column."""
    words, field = reading.words, column.column
    kind = field.type if field else "text"
    if kind in words.units and kind != "count":
        units = words.units[kind]
        if kind in {"area", "money"} and not column.unit:
            return _unstated(column, reading)
        return lambda text: _values.read_quantity(text, units, column.factor, column.unit, words)
    readers: dict[str, Callable[[str], Value]] = {
        "id": _values.read_id,
        "code": _values.read_id,
        "tags": _values.read_tags,
        "count": lambda text: _values.read_count(text, words),
        "share": lambda text: _values.read_share(text, column.factor),
        "bool": lambda text: _values.read_bool(text, words),
        "word": lambda text: _values.read_word(text, field.words if field else "", words),
        "datum": lambda text: _values.read_word(text, "datum", words),
        "date": lambda text: _values.read_date(text, epoch_1904=reading.sheet.epoch_1904),
    }
    return readers.get(kind, _values.read_text)


def _unstated(column: HeaderColumn, reading: Reading) -> Callable[[str], Value]:
    """Read quantities where the header states no unit, and say once that the base unit was taken."""
    units = reading.words.units[column.column.type if column.column else "area"]

    def read(text: str) -> Value:
        value = _values.read_quantity(text, units, None, "", reading.words)
        if value.value is not None and _values.read_number(text) is not None:
            reading.notes.count(
                "record-no-unit",
                Text(
                    f"列名和单元格都没有单位，按{units.base}读。",
                    f"neither header nor cell states a unit; {units.base} taken.",
                ),
                Text(
                    "请在列名中写明单位，例如“建筑面积（平方米）”。",
                    "State the unit in the header, such as 建筑面积（平方米）.",
                ),
                severity="W",
                column=column.text,
                value=text,
            )
        return value

    return read


def _derive(data: dict[str, list[Any]], table: Table, words: Vocabulary) -> None:
    """Give a carrier the stage its kind stands for where the file names none."""
    if "stage" not in data or "kind" not in data or table.columns["stage"].words != "stage":
        return
    default = table.columns["kind"].default
    data["stage"] = [
        stage or words.stage_of_kind.get(kind or default)
        for stage, kind in zip(data["stage"], data["kind"], strict=True)
    ]


def _locate(
    rows: Sequence[Record], data: dict[str, list[Any]], columns: dict[str, HeaderColumn], reading: Reading
) -> Any:
    table, notes = reading.table, reading.notes
    given = [columns[name] for name in ("lon", "lat", "lonlat") if name in columns]
    if not given:
        data["datum"] = [None] * len(rows)
        if table.place == "expected" and rows:
            notes.warn(
                "record-no-place",
                Text("没有经纬度列，所有记录都不上图。", "there are no coordinate columns; no record is on the map."),
                Text("请加上“经度”“纬度”两列。", "Add the columns 经度 and 纬度."),
            )
        return np.full(len(rows), None, dtype=object)
    label = " / ".join(column.text for column in given)
    stated = _file_datum(given, reading)
    data["datum"] = [own or stated for own in data["datum"]]

    def text(row: Record, name: str) -> str:
        column = columns.get(name)
        cell = row.cells[column.position].strip() if column else ""
        return "" if _values.is_missing(cell, reading.words) and cell.casefold() != "nan" else cell

    cells = [
        Cell(row.number, text(row, "lon"), text(row, "lat"), text(row, "lonlat"), datum, label)
        for row, datum in zip(rows, data["datum"], strict=True)
    ]
    points, doubt = places(cells, notes, reading.words, box=reading.box, expected=table.place == "expected")
    data["uncertainty_m"] = [
        _larger(known, None if np.isnan(more) else round(float(more), 1))
        for known, more in zip(data["uncertainty_m"], doubt, strict=True)
    ]
    data["datum"] = [None if point is None else datum for point, datum in zip(points, data["datum"], strict=True)]
    return points


def _larger(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _file_datum(given: Sequence[HeaderColumn], reading: Reading) -> str | None:
    """Return the datum of the file: as declared in the study, else as its own headers say."""
    named = sorted({column.datum for column in given if column.datum})
    if reading.datum is not None:
        if named and named != [reading.datum]:
            reading.notes.warn(
                "record-datum-conflict",
                Text(
                    f"列名写的坐标系是 {named[0]}，study.yaml 声明的是 {reading.datum}；按声明的读。",
                    f"the header says {named[0]}, study.yaml {reading.datum}; the latter is used.",
                ),
                Text("请核对，并改正其中之一。", "Check, and correct one of them."),
                column=given[0].text,
            )
        return reading.datum
    return named[0] if len(named) == 1 else None


def _check_areas(
    rows: Sequence[Record], data: dict[str, list[Any]], columns: dict[str, HeaderColumn], reading: Reading
) -> None:
    """Take absurd areas as missing; point at those far from the rest, and at parts larger than the whole."""
    areas = [name for name, column in reading.table.columns.items() if column.type == "area" and name in columns]
    for name in areas:
        for number, value in enumerate(data[name]):
            why = None if value is None else _values.areas_out_of_range(value, reading.words.area_max_m2)
            if why is not None:
                data[name][number] = None
                _warn_area(rows[number], columns[name], why, _LEFT_OUT, reading)
        known = [value for value in data[name] if value is not None]
        median = float(np.median(known)) if len(known) >= 5 else 0.0
        for number, value in enumerate(data[name]):
            ratio = max(value / median, median / value) if value and median else 0.0
            if ratio >= _FAR_FROM_MEDIAN:
                why = Text(
                    f"面积与该列中位数 {median:,.0f} 平方米相差 {ratio:,.0f} 倍，单位可能有误。",
                    f"the area differs {ratio:,.0f}-fold from the median of {median:,.0f} m²; is its unit right?",
                )
                _warn_area(rows[number], columns[name], why, _CHECK, reading)
    for name in areas:
        if name == "floor_area_m2" or "floor_area_m2" not in areas:
            continue
        for number, (part, whole) in enumerate(zip(data[name], data["floor_area_m2"], strict=True)):
            if part is not None and whole is not None and part > whole:
                why = Text(
                    f"面积是建筑面积的 {part / whole:.2f} 倍。", f"the area is {part / whole:.2f} times the floor area."
                )
                _warn_area(rows[number], columns[name], why, _CHECK, reading)


def _warn_area(row: Record, column: HeaderColumn, why: Text, action: Text, reading: Reading) -> None:
    value = row.cells[column.position]
    reading.notes.warn("record-area", why, action, row=row.number, column=column.text, value=value)


def _ids(
    rows: Sequence[Record], data: dict[str, list[Any]], columns: dict[str, HeaderColumn], reading: Reading
) -> list[str]:
    """Return one id per record: the file's own, else one made from content, whatever the order of the rows."""
    table, notes = reading.table, reading.notes
    given = data.pop(table.id)
    places_of: dict[str, list[int]] = defaultdict(list)
    for row, value in zip(rows, given, strict=True):
        if value is not None:
            places_of[value].append(row.number)
    column = columns.get(table.id)
    for value, numbers in places_of.items():
        if len(numbers) > 1:
            where = listed(numbers[:10])
            notes.fail(
                Text(
                    f"编号“{value}”重复，出现在第 {where.zh} 行。",
                    f"the id “{value}” occurs {len(numbers)} times, in rows {where.en}.",
                ),
                Text("请给每条记录一个不同的编号。", "Give each record an id of its own."),
                row=numbers[1],
                position=column.position if column else None,
                column=column.text if column else "",
            )
    made = _content_ids(data, given, table)
    taken = set(places_of)
    for row, own in zip(rows, given, strict=True):
        if own is None and column is not None:
            notes.count(
                "record-no-id",
                Text("没有编号，已按内容生成固定编号。", "no id; a stable one was made from the content."),
                row=row.number,
                column=column.text,
            )
    return [
        own if own is not None else (new if new not in taken else f"{new}-0")
        for own, new in zip(given, made, strict=True)
    ]


def _content_ids(data: dict[str, list[Any]], given: list[Any], table: Table) -> list[str]:
    """Hash the key columns; the whole record where keys agree; number only records that agree in everything."""
    prefix = table.id.removesuffix("_id")
    count = len(given)
    keys = [_digest(_key(data, number, table)) for number in range(count)]
    repeated = {
        key
        for key, times in Counter(key for key, own in zip(keys, given, strict=True) if own is None).items()
        if times > 1
    }
    whole = [
        _digest([data[name][number] for name in sorted(data)]) if keys[number] in repeated else keys[number]
        for number in range(count)
    ]
    seen: Counter[str] = Counter()
    out = []
    for number in range(count):
        if given[number] is None:
            seen[whole[number]] += 1
        times = seen[whole[number]]
        out.append(f"{prefix}-{whole[number]}" + (f"-{times}" if times > 1 else ""))
    return out


def _key(data: dict[str, list[Any]], number: int, table: Table) -> list[Any]:
    for names in table.keys:
        values = [data[name][number] for name in names]
        if values[0] is not None:
            return [fold(str(value)) if value is not None else "" for value in values]
    return [data[name][number] for name in sorted(data)]


def _digest(values: Sequence[Any]) -> str:
    text = "\x1f".join(value.isoformat() if isinstance(value, dt.date) else str(value) for value in values)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
