"""Whatever a file holds: either our own error, or a table whose account closes."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corridor import carriers
from corridor.carriers import _places, _values
from corridor.carriers._vocabulary import vocabulary
from corridor.errors import RecordError

WORDS = vocabulary()
HEAD = [
    "编号",
    "名称",
    "类别",
    "核心",
    "建筑面积（平方米）",
    "入驻率",
    "企业数",
    "开业日期",
    "经度",
    "纬度",
    "坐标系",
    "联系电话",
]
ROW = ["001", "硅巷甲", "孵化器", "是", "12000", "85%", "12", "2023-01-05", "121.4180", "31.2159", "WGS84", "0"]
WORDS_OF_MESS = [
    "合计",
    "注：",
    "1e400",
    "NaN",
    "#REF!",
    "=1+1",
    "１２万",
    "121°25′30″",
    "名称",
    "经度",
    "45000",
    "1.23E+17",
    "𠮷",
    "👩\u200d🔬",
    "单位：亩",
]
MESS = st.sampled_from(["", *WORDS_OF_MESS, *"\",，\n\r\t;\x00\u202e-0'/(Edm%"])
SETTINGS = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def closes(data: bytes, name: str, table: str = "carriers") -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            records = carriers.read_records(path, table, datum=None, study_bbox=(121.3, 31.1, 121.5, 31.3))
        except RecordError as error:
            assert error.problems
            assert all(problem.where.startswith("carriers.") for problem in error.problems)
            assert all(problem.what.zh != problem.what.en for problem in error.problems)
            return
    entry = records.account.entries[0]
    assert entry.used == len(records.table) >= 0
    assert all(count > 0 for _, count in entry.excluded)
    assert records.table.index.is_unique
    assert records.table.crs.to_epsg() == 4326
    points = records.table.geometry.dropna()
    assert points.x.between(-180, 180).all()
    assert points.y.between(-90, 90).all()
    assert not (records.table["floor_area_m2"].dropna() <= 0).any()


@SETTINGS
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 11), MESS), max_size=6), st.sampled_from(["utf-8", "gb18030"])
)
@example([(0, 1, "𠮷")], "gb18030")
def test_messy_cells(changes: list[tuple[int, int, str]], encoding: str) -> None:
    rows = [[*HEAD], [*ROW], ["002", "硅巷乙", *ROW[2:]], ["003", "硅巷丙", *ROW[2:]]]
    for row, column, mess in changes:
        rows[row][column] += mess
    closes("\n".join(",".join(row) for row in rows).encode(encoding), "carriers.csv")


@SETTINGS
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255), st.sampled_from("icd")), min_size=1, max_size=8))
def test_mutated_bytes(changes: list[tuple[int, int, str]]) -> None:
    data = bytearray("\n".join(",".join(row) for row in [HEAD, ROW, ["002", "乙", *ROW[2:]]]).encode())
    for position, byte, how in changes:
        where = position % max(len(data), 1)
        if how == "i":
            data.insert(where, byte)
        elif how == "c" and data:
            data[where] = byte
        elif data:
            del data[where:]
    closes(bytes(data), "carriers.csv")


def good_book() -> bytes:
    book = openpyxl.Workbook()
    for row in [HEAD, ROW, ["002", "硅巷乙", *ROW[2:]]]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@SETTINGS
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=5), st.integers(0, 10))
def test_mutated_workbooks(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(good_book())
    for position, byte in changes:
        data[position % len(data)] = byte
    closes(bytes(data[: len(data) - cut**3]), "carriers.xlsx")


CELLS = st.one_of(
    st.none(), st.text(max_size=8), MESS, st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes()
)


@SETTINGS
@given(st.lists(st.lists(CELLS, max_size=12), max_size=8))
def test_any_workbook_below_a_header(rows: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    for row in rows:
        try:
            book.active.append(row)
        except (openpyxl.utils.exceptions.IllegalCharacterError, ValueError):
            continue
    out = io.BytesIO()
    book.save(out)
    closes(out.getvalue(), "carriers.xlsx")


@SETTINGS
@given(st.text(max_size=30))
def test_cell_readers_never_raise(text: str) -> None:
    first = _values.read_text(text).value
    assert first is None or _values.read_text(first).value == first, "cleaning twice is cleaning once"
    for units in WORDS.units.values():
        _values.read_quantity(text, units, None, "", WORDS)
    _values.read_count(text, WORDS)
    _values.read_share(text, None)
    _values.read_date(text)
    _values.read_tags(text)
    _values.read_word(text, "carrier_kind", WORDS)
    _places.read_angle(text)
    _places.read_pair(text)


@SETTINGS
@given(st.integers(1, 10**9))
def test_areas_survive_being_written(tenths: int) -> None:
    value = tenths / 10
    for text in (f"{value}", f"{value:,} 平方米", f"{value}㎡"):
        assert _values.read_quantity(text, WORDS.units["area"], None, "", WORDS).value == pytest.approx(value)
    read = _values.read_quantity(f"{value / 10_000!r}万平方米", WORDS.units["area"], None, "", WORDS)
    assert read.value == pytest.approx(value)
