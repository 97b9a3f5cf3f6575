"""Rows A1–A35 of the catalogue of faults: how each is made, what must come of it, what the message must name.

Outcomes: E stops with a `RecordError`, W keeps the row and warns, R recovers without a warning.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from corridor import carriers
from corridor.carriers import Records
from corridor.errors import RecordError

BOX = (121.39, 31.18, 121.45, 31.24)
HEAD = ["编号", "名称", "类别", "建筑面积（平方米）", "经度", "纬度"]
ONE = ["001", "硅巷甲", "孵化器", "12000", "121.4180", "31.2159"]
TWO = ["002", "硅巷乙", "园区", "8000", "121.4187", "31.2147"]
GOOD = [HEAD, ONE, TWO]
Rows = list[list[Any]]


@dataclass(frozen=True)
class Fault:
    """One way to make a fault of the catalogue."""

    number: int
    case: str
    make: Callable[[Path], Path]
    outcome: str
    says: tuple[str, ...] = ()
    check: Callable[[Records], object] | None = None
    options: dict[str, Any] = field(default_factory=dict)


def text(rows: Rows, separator: str = ",") -> str:
    return "".join(separator.join(row) + "\n" for row in rows)


def csv(rows: Rows | str, encoding: str = "utf-8", separator: str = ",") -> Callable[[Path], Path]:
    content = rows if isinstance(rows, str) else text(rows, separator)
    return raw(content.encode(encoding))


def raw(data: bytes, name: str = "carriers.csv") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return make


def book(*sheets: tuple[str, Rows], touch: Callable[[Any], object] | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    if touch:
        touch(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def xlsx(*sheets: tuple[str, Rows], touch: Callable[[Any], object] | None = None) -> Callable[[Path], Path]:
    return raw(book(*sheets, touch=touch), "carriers.xlsx")


def repacked(change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> Callable[[Path], Path]:
    """Make a workbook some of whose parts are changed."""
    out = io.BytesIO()
    good = io.BytesIO(book(("载体", GOOD)))
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return raw(out.getvalue(), "carriers.xlsx")


def with_cell(position: int, value: str) -> Rows:
    """Return the good rows with one cell of the first record replaced."""
    return [HEAD, [*ONE[:position], value, *ONE[position + 1 :]], TWO]


def spot(lon: str, lat: str) -> Callable[[Path], Path]:
    """Make the good rows with the first record elsewhere."""
    return csv([HEAD, [*ONE[:4], lon, lat], TWO])


def area(header: str, cell: str) -> Callable[[Path], Path]:
    """Make one record with another area under another header."""
    return csv([[*HEAD[:3], header, *HEAD[4:]], [*ONE[:3], cell, *ONE[4:]]])


def more(header: str, one: Any, two: Any = "") -> Rows:
    """Return the good rows with one column more."""
    return [[*HEAD, header], [*ONE, one], [*TWO, two]]


def m2(expected: float | None, row: str = "001") -> Callable[[Records], object]:
    return value("floor_area_m2", expected, row)


def opened(day: str | None) -> Callable[[Records], object]:
    def check(records: Records) -> None:
        assert str(records.table.loc["001", "opened"]) == (f"{day} 00:00:00" if day else "NaT")

    return check


def value(column: str, expected: Any, row: str = "001") -> Callable[[Records], object]:
    def check(records: Records) -> None:
        found = records.table.loc[row, column]
        assert pd.isna(found) if expected is None else found == pytest.approx(expected), found

    return check


def names(*expected: str) -> Callable[[Records], object]:
    def check(records: Records) -> None:
        assert sorted(records.table["name"].dropna()) == sorted(expected)

    return check


def off_map(records: Records) -> None:
    assert len(records.table) == 2
    assert records.table.geometry.notna().sum() == 1


def at(lon: float, lat: float, row: str = "001") -> Callable[[Records], object]:
    def check(records: Records) -> None:
        point = records.table.geometry[row]
        assert (point.x, point.y) == (pytest.approx(lon, abs=2e-6), pytest.approx(lat, abs=2e-6))

    return check


def excluded(**expected: int) -> Callable[[Records], object]:
    def check(records: Records) -> None:
        entry = records.account.entries[0]
        counts = {reason.en.split()[0]: count for reason, count in entry.excluded}
        assert counts == expected
        assert entry.used == len(records.table) == 2

    return check


def both_good(records: Records) -> None:
    assert list(records.table["name"]) == ["硅巷甲", "硅巷乙"]
    assert list(records.table["floor_area_m2"]) == [12000, 8000]
    assert records.table.geometry.notna().all()


def hide_sheet(workbook: Any) -> None:
    workbook["载体"].sheet_state = "hidden"


def hide_row(workbook: Any) -> None:
    workbook["载体"].row_dimensions[2].hidden = True


def since_1904(workbook: Any) -> None:
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904


def formula(text_: str, address: str = "D2") -> Callable[[Any], object]:
    def touch(workbook: Any) -> None:
        cell = workbook["载体"][address]
        cell.value = text_
        if text_.startswith("#"):
            cell.data_type = "e"

    return touch


def merged_header(workbook: Any) -> None:
    sheet = workbook["载体"]
    for area in ("A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2"):
        sheet.merge_cells(area)


def far_cell(address: str) -> Callable[[Any], object]:
    return lambda workbook: workbook["载体"].__setitem__(address, "x")


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def with_entities(part: str, declaration: bytes) -> Callable[[Path], Path]:
    def change(name: str, data: bytes) -> bytes:
        return declaration + data.split(b"?>", 1)[-1] if name == part else data

    return repacked(change)


TWO_LEVEL = [
    ["长宁区科创载体一览表", "", "", "", "", ""],
    ["编号", "名称", "类别", "建筑面积（平方米）", "坐标", ""],
    ["", "", "", "", "经度", "纬度"],
    ONE,
    TWO,
]
SUBTOTALS = [
    HEAD,
    ONE,
    ["", "小计", "", "12000", "", ""],
    ["", "", "", "", "", ""],
    TWO,
    ["合  计", "", "2家", "20000", "", ""],
    ["注：面积含地下部分", "", "", "", "", ""],
    ["填表人：某某", "", "审核人：某某", "", "", ""],
    HEAD,
]
STATES_OUTSIDE = ["001", "张江某园", "园区", "12000", "121.60", "31.20"]
BYTES = text(GOOD).encode()
BAD_BYTE = text(GOOD).encode().replace("硅巷乙".encode(), "硅巷".encode() + b"\xff\xfe")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
COMPRESSIBLE = {"xl/media/a.bin": b"\0" * 40_000_000}

FAULTS = [
    Fault(
        1,
        "GB18030",
        csv([HEAD, ["001", "𠮷㙍空间", *ONE[2:]], TWO], "gb18030"),
        "R",
        ("GB18030",),
        names("𠮷㙍空间", "硅巷乙"),
    ),
    Fault(2, "UTF-8 with BOM", csv(GOOD, "utf-8-sig"), "R", (), both_good),
    Fault(3, "UTF-16 with BOM", csv(text(GOOD, "\t"), "utf-16"), "R", ("UTF-16",), both_good),
    Fault(3, "UTF-16 without BOM", csv(text(GOOD, "\t"), "utf-16-le"), "R", ("UTF-16-LE",), both_good),
    Fault(3, "UTF-16 cut in a character", raw(text(GOOD).encode("utf-16")[:-1]), "E", ("byte", "UTF-16")),
    Fault(4, "one bad byte", raw(BAD_BYTE), "E", ("row 3", f"byte {BAD_BYTE.index(0xFF)}", "0xFF")),
    Fault(
        4,
        "two encodings",
        raw(text([HEAD, ONE]).encode() + text([TWO]).encode("gb18030")),
        "E",
        ("row 3", "byte", "UTF-8"),
    ),
    Fault(4, "not as declared", csv(GOOD, "gb18030"), "E", ("row 1", "byte 0"), options={"encoding": "utf-8"}),
    Fault(5, "semicolon", csv(GOOD, separator=";"), "R", ("separator", ";"), both_good),
    Fault(5, "tab", csv(GOOD, separator="\t"), "R", ("Tab",), both_good),
    Fault(5, "full-width comma", csv(GOOD, separator="，"), "R", ("，",), both_good),
    Fault(5, "another separator", csv(GOOD, separator="^"), "E", ("no header", "编号^名称")),
    Fault(5, "a line that names it", csv("sep=;\r" + text(GOOD, ";").replace("\n", "\r")), "R", (";",), both_good),
    Fault(6, "title and two levels", xlsx(("载体", TWO_LEVEL), touch=merged_header), "R", ("rows 2–3",), both_good),
    Fault(6, "two levels in CSV", csv(TWO_LEVEL), "R", ("rows 2–3",), both_good),
    Fault(6, "no header", csv([ONE, TWO]), "E", ("no header", "硅巷甲", "name *", "Expected")),
    Fault(6, "no name column", csv([HEAD[:1] + HEAD[2:], ONE[:1] + ONE[2:]]), "E", ("Found: 编号, 类别", "name *")),
    Fault(
        7,
        "synonyms",
        csv([["ID", "载体名称", "类 型", '"建筑面积\n(㎡)"', " Lng ", "Y坐标"], ONE, TWO]),
        "R",
        (),
        both_good,
    ),
    Fault(7, "two that mean the same", csv([[*HEAD, "lng"], [*ONE, "1"]]), "E", ("E“经度”", "G“lng”", "mean the same")),
    Fault(8, "duplicate name", csv([[*HEAD, "名称"], [*ONE, "x"]]), "E", ("duplicate", "B“名称”", "G“名称”")),
    Fault(8, "duplicate unknown", csv([[*HEAD, "代号X", "代号X"], [*ONE, "", ""]]), "E", ("duplicate", "G“", "H“")),
    Fault(9, "too many fields", csv([HEAD, ONE, [*TWO[:3], "8", *TWO[3:]]]), "E", ("row 3", "7 fields", "header 6")),
    Fault(9, "thousands unquoted", csv([HEAD, ONE, ["2", "乙", "园区", "8", "000", "121.4", ""]]), "E", ("row 3",)),
    Fault(10, "too few fields", csv([HEAD, ONE[:3], TWO]), "W", ("row 2", "3 fields"), off_map),
    Fault(
        11,
        "unclosed quote",
        csv(text([HEAD, ONE]) + '002,"硅巷乙,园区,1,1,1\n' + text([[f"{n}", *ONE[1:]] for n in range(500)])),
        "E",
        ("line 3", "quote"),
    ),
    Fault(
        11,
        "quote closed 500 rows later",
        csv(text([HEAD, ONE]) + '002,"乙,a,1,1,1\n' + text([[f"{n}", *ONE[1:]] for n in range(500)]) + 'x",a,b,1,1,\n'),
        "E",
        ("line 3", "quote"),
    ),
    Fault(
        12, "subtotals and footnotes", csv(SUBTOTALS), "R", (), excluded(subtotal=2, blank=1, footnotes=2, repeated=1)
    ),
    Fault(
        12,
        "the same in XLSX",
        xlsx(("载体", SUBTOTALS)),
        "R",
        (),
        excluded(subtotal=2, blank=1, footnotes=2, repeated=1),
    ),
    Fault(
        12,
        "a firm called 合计",
        csv([HEAD, [ONE[0], "合计信息公司", *ONE[2:]], TWO]),
        "R",
        (),
        names("合计信息公司", "硅巷乙"),
    ),
    Fault(12, "group heading", csv([HEAD, ["一、市级", *[""] * 5], ONE, TWO]), "R", (), excluded(group=1)),
    Fault(13, "full-width digits", csv(with_cell(3, "１２，５００")), "R", ("full-width",), m2(12500)),
    Fault(13, "thousands", csv(with_cell(3, '"12,500.5"')), "R", (), m2(12500.5)),
    Fault(13, "trailing unit", csv(more("企业数", "32家", "5")), "R", (), value("firms", 32)),
    Fault(14, "unit in the header", area("建筑面积（亩）", "30"), "R", (), m2(20000)),
    Fault(14, "unit behind the header", area("建筑面积/万平方米", "1.2"), "R", (), m2(12000)),
    Fault(
        14,
        "unit above the table",
        csv([["单位：公顷"], [*HEAD[:3], "建筑面积", *HEAD[4:]], [*ONE[:3], "1.2", *ONE[4:]]]),
        "R",
        (),
        m2(12000),
    ),
    Fault(14, "unit in the cell", area("面积", "1.2万㎡"), "R", (), m2(12000)),
    Fault(14, "no unit at all", area("面积", "12000"), "W", ("no", "unit", "面积"), m2(12000)),
    Fault(14, "conflict", csv(with_cell(3, "1.2万平方米")), "W", ("row 2", "建筑面积", "differs"), m2(12000)),
    Fault(14, "unknown unit", csv(with_cell(3, "12坪")), "W", ("row 2", "坪"), m2(None)),
    Fault(14, "unknown unit in the header", area("建筑面积（坪）", "12000"), "W", ("坪",), m2(None)),
    Fault(14, "a remark is no unit", area("建筑面积（平方米，含地下）", "1200（自报）"), "R", (), m2(1200)),
    Fault(15, "zero", csv(with_cell(3, "0")), "W", ("row 2", "above 0"), m2(None)),
    Fault(15, "万 twice", area("建筑面积（万平方米）", "12000"), "W", ("row 2", "24.0 times", "12,000 m²"), m2(None)),
    Fault(
        15,
        "usable above floor",
        csv(more("可用面积（平方米）", "24000", "1")),
        "W",
        ("row 2", "2.00 times"),
        value("usable_area_m2", 24000),
    ),
    Fault(
        15,
        "far from the rest",
        csv([HEAD, *[[f"0{n}", f"甲{n}", "园区", "2000000" if n == 1 else "1500", *ONE[4:]] for n in range(1, 7)]]),
        "W",
        ("row 2", "1,333-fold"),
        m2(2e6, "01"),
    ),
    Fault(16, "no coordinate", spot("", ""), "W", ("row 2", "no coordinate"), off_map),
    Fault(16, "only one", csv([HEAD, [*ONE[:5], ""], TWO]), "W", ("row 2", "only one", "121.4180"), off_map),
    Fault(16, "no columns", csv([row[:4] for row in GOOD]), "W", ("no coordinate columns",)),
    Fault(
        17, "swapped, seen by the box", spot("31.2159", "121.4180"), "R", ("swapped", "row 2"), at(121.4180, 31.2159)
    ),
    Fault(17, "swapped, no box", spot("31.2159", "121.4180"), "W", ("row 2", "swapped"), off_map, {"study_bbox": None}),
    Fault(17, "swapped but elsewhere", spot("40.1", "116.4"), "W", ("row 2", "swapped"), off_map),
    Fault(18, "DMS", spot("121°25′04.8″", "31°12′57.24″"), "R", (), at(121.418, 31.2159)),
    Fault(18, "letters", spot("E121.418", "N31.2159"), "R", (), at(121.418, 31.2159)),
    Fault(
        18,
        "one cell",
        csv([["编号", "名称", "经纬度"], ["001", "甲", '"31.2159，121.4180"']]),
        "R",
        (),
        at(121.418, 31.2159),
    ),
    Fault(
        18, "one cell under 经度", csv([HEAD, [*ONE[:4], '"121.4180,31.2159"', ""], TWO]), "R", (), at(121.418, 31.2159)
    ),
    Fault(19, "declared", spot("121.423556", "31.210046"), "R", (), at(121.418914, 31.211896), {"datum": "gcj02"}),
    Fault(
        19,
        "in the header",
        csv([[*HEAD[:4], "经度（GCJ-02）", "纬度（GCJ-02）"], [*ONE[:4], "121.423556", "31.210046"], TWO]),
        "R",
        (),
        at(121.418914, 31.211896),
        {"datum": None},
    ),
    Fault(
        19,
        "header against study",
        csv([[*HEAD[:4], "经度（高德）", "纬度（高德）"], ONE, TWO]),
        "W",
        ("gcj02", "wgs84"),
        at(121.418, 31.2159),
    ),
    Fault(19, "undeclared", csv(GOOD), "W", ("no datum", "2 points", "m apart"), at(121.418, 31.2159), {"datum": None}),
    Fault(20, "EPSG:4549", spot("635000", "3455000"), "E", ("row 2", "EPSG:4549", "经度")),
    Fault(20, "northing first", spot("3455000.12", "635000.5"), "E", ("row 2", "EPSG:4549")),
    Fault(20, "city grid", spot("-4500", "-1200"), "E", ("row 2", "city grid")),
    Fault(20, "web mercator", spot("13516000", "3662000"), "E", ("row 2", "EPSG:3857")),
    Fault(21, "zeros", spot("0", "0"), "W", ("row 2", "placeholders"), off_map),
    Fault(21, "999", spot("999", "-1"), "W", ("row 2", "placeholders"), off_map),
    Fault(21, "both the same", spot("121.4", "121.4"), "W", ("row 2", "equal"), off_map),
    Fault(21, "decimal point lost", spot("121418000", "31215900"), "W", ("row 2", "range"), off_map),
    Fault(22, "inf", spot("inf", "31.2"), "W", ("row 2", "finite"), off_map),
    Fault(22, "1e400", spot("1e400", "31.2"), "W", ("row 2", "finite"), off_map),
    Fault(22, "NaN", spot("NaN", "31.2"), "W", ("row 2", "finite"), off_map),
    Fault(22, "overflowing area", csv(with_cell(3, "1e400")), "W", ("row 2", "infinite"), m2(None)),
    Fault(23, "outside", csv([HEAD, STATES_OUTSIDE, TWO]), "W", ("row 2", "outside"), at(121.60, 31.20)),
    Fault(24, "same name, same place", csv([HEAD, ONE, ["002", "硅巷甲", *ONE[2:]]]), "W", ("rows 2, 3", "same place")),
    Fault(
        24, "same name elsewhere", csv([HEAD, ONE, ["002", "硅巷甲", *TWO[2:]]]), "W", ("rows 2, 3", "different places")
    ),
    Fault(
        24,
        "full-width twin",
        csv([HEAD, ["001", "NO.1空间", *ONE[2:]], ["002", "ＮＯ．１空间", *TWO[2:]]]),
        "W",
        ("rows 2, 3",),
    ),
    Fault(25, "duplicate ids", csv([HEAD, ONE, ["001", *TWO[1:]]]), "E", ("row 3", "“001”", "rows 2, 3", "编号")),
    Fault(
        26,
        "leading zeros, long ids",
        csv([HEAD, ["000123456789012345678", *ONE[1:]], TWO]),
        "R",
        (),
        value("name", "硅巷甲", "000123456789012345678"),
    ),
    Fault(
        26,
        "already rounded",
        csv([HEAD, ["1.23E+17", *ONE[1:]], ["1.23E+17", *TWO[1:]]]),
        "W",
        ("row 2", "编号", "1.23E+17", "rounded"),
        names("硅巷甲", "硅巷乙"),
    ),
    Fault(
        26,
        "number above 15 digits",
        xlsx(("载体", [HEAD, [310105197001011234, *ONE[1:]], TWO])),
        "W",
        ("row 2", "rounded"),
    ),
    Fault(26, "text in an export", csv([HEAD, ['="007"', *ONE[1:]], TWO]), "R", (), at(121.418, 31.2159, "007")),
    Fault(27, "forms", csv(more("开业日期", "2023/1/5", "2023年5月")), "R", (), opened("2023-01-05")),
    Fault(27, "serial", csv(more("开业日期", "45000")), "R", ("serial",), opened("2023-03-15")),
    Fault(
        27, "1904", xlsx(("载体", more("开业日期", 43538)), touch=since_1904), "R", ("serial",), opened("2023-03-15")
    ),
    Fault(
        27, "13th month", csv(more("开业日期", "2023-13-05")), "W", ("row 2", "开业日期", "2023-13-05"), opened(None)
    ),
    Fault(27, "October or January", csv(more("开业日期", "2023.1")), "W", ("row 2", "2023.1", "October"), opened(None)),
    Fault(
        28,
        "names like NA",
        csv([HEAD, *[[f"0{n}", name, *ONE[2:]] for n, name in enumerate(("NA", "null", "None", "TRUE"))]]),
        "R",
        (),
        names("NA", "null", "None", "TRUE"),
    ),
    Fault(
        29,
        "formula without a value",
        xlsx(("载体", GOOD), touch=formula("=1+1")),
        "W",
        ("row 2", "D2", "formula", "建筑面积"),
        m2(None),
    ),
    Fault(29, "#REF!", xlsx(("载体", GOOD), touch=formula("#REF!")), "W", ("row 2", "D2", "#REF!"), m2(None)),
    Fault(
        29,
        "#N/A as the name",
        xlsx(("载体", GOOD), touch=formula("#N/A", "B2")),
        "W",
        ("row 2", "B2", "#N/A"),
        value("name", None),
    ),
    Fault(29, "in CSV", csv(with_cell(3, "#DIV/0!")), "W", ("row 2", "#DIV/0!"), m2(None)),
    Fault(
        30, "cover first", xlsx(("封面", [["科创载体"], ["2026年"]]), ("数据", GOOD)), "R", ("数据", "封面"), both_good
    ),
    Fault(
        30,
        "hidden table",
        xlsx(("封面", [["说明"]]), ("载体", GOOD), touch=hide_sheet),
        "W",
        ("hidden", "载体"),
        both_good,
    ),
    Fault(30, "hidden twin", xlsx(("载体", GOOD), ("数据", GOOD), touch=hide_sheet), "R", ("数据",), both_good),
    Fault(30, "hidden rows", xlsx(("载体", GOOD), touch=hide_row), "W", ("1 rows are hidden",), both_good),
    Fault(30, "tie", xlsx(("2025", GOOD), ("2026", GOOD)), "E", ("2025, 2026", "sheet")),
    Fault(30, "tie settled", xlsx(("2025", GOOD), ("2026", GOOD)), "R", (), both_good, {"sheet": "2026"}),
    Fault(30, "no such sheet", xlsx(("2025", GOOD)), "E", ("2027", "2025"), options={"sheet": "2027"}),
    Fault(31, "CSV named xlsx", raw(BYTES, "carriers.xlsx"), "E", (".xlsx", "delimited text")),
    Fault(31, "XLSX named csv", raw(book(("载体", GOOD))), "E", (".csv", "XLSX")),
    Fault(31, "HTML", raw(b"\xef\xbb\xbf<html><table><tr><td>1", "carriers.xlsx"), "E", ("HTML",)),
    Fault(31, "xls", raw(OLE, "carriers.xlsx"), "E", (".xls", "old Excel")),
    Fault(31, "password", raw(OLE + "EncryptedPackage".encode("utf-16-le"), "carriers.xlsx"), "E", ("password",)),
    Fault(31, "truncated", raw(book(("载体", GOOD))[:-200], "carriers.xlsx"), "E", ("truncated",)),
    Fault(
        31,
        "torn inside",
        raw(book(("载体", GOOD)).replace(b"PK\x01\x02", b"PK\x09\x09"), "carriers.xlsx"),
        "E",
        ("damaged",),
    ),
    Fault(31, "empty", raw(b""), "E", ("0 bytes",)),
    Fault(31, "a plain ZIP", repacked(lambda name, data: data[:0]), "E", ("damaged",)),
    Fault(31, "PDF", raw(b"%PDF-1.7"), "E", ("PDF",)),
    Fault(32, "far row", xlsx(("载体", GOOD), touch=far_cell("B1048576")), "E", ("B1048576", "200,000")),
    Fault(32, "far column", xlsx(("载体", GOOD), touch=far_cell("XFD3")), "E", ("XFD3", "256")),
    Fault(32, "wide and deep", xlsx(("载体", GOOD), touch=far_cell("IV150000")), "E", ("IV150000", "5,000,000")),
    Fault(32, "giant cell", csv(with_cell(1, "字" * 40_000)), "E", ("row 2", "32767")),
    Fault(
        32,
        "giant cell in XLSX",
        repacked(lambda name, data: data.replace("硅巷甲".encode(), ("字" * 40_000).encode())),
        "E",
        ("B2", "32767"),
    ),
    Fault(32, "many columns", csv([["名称", *[f"c{n}" for n in range(300)]], ["甲"]]), "E", ("256",)),
    Fault(32, "many rows", csv("名称,经度,纬度\n" + "甲,1,2\n" * 200_001), "E", ("200,000",)),
    Fault(32, "zip bomb", repacked(lambda name, data: data, COMPRESSIBLE), "E", ("unpacks", "ratio")),
    Fault(33, "entity bomb", with_entities("xl/worksheets/sheet1.xml", ENTITY), "E", ("entities",)),
    Fault(33, "external entity", with_entities("xl/workbook.xml", EXTERNAL), "E", ("entities",)),
    Fault(33, "in a side part", with_entities("xl/styles.xml", ENTITY), "E", ("entities", "styles")),
    Fault(
        34,
        "bidi override",
        csv(with_cell(1, "硅\u202e巷\u200b甲")),
        "W",
        ("row 2", "名称", r"硅\u202e巷\u200b甲"),
        names("硅巷甲", "硅巷乙"),
    ),
    Fault(
        34, "controls", csv(with_cell(1, "硅巷\x00\x07甲")), "W", ("row 2", r"\u0000\u0007"), names("硅巷甲", "硅巷乙")
    ),
    Fault(
        35,
        "rare and long",
        csv(with_cell(1, "𠮷㙍👩\u200d🔬" + "长" * 200)),
        "R",
        (),
        names("𠮷㙍👩\u200d🔬" + "长" * 200, "硅巷乙"),
    ),
    Fault(35, "in XLSX", xlsx(("载体", with_cell(1, "𠮷㙍👩\u200d🔬"))), "R", (), names("𠮷㙍👩\u200d🔬", "硅巷乙")),
]


def read(fault: Fault, folder: Path) -> Records:
    options = {"datum": "wgs84", "study_bbox": BOX, **fault.options}
    return carriers.read_records(fault.make(folder), "carriers", **options)


def told(notice: Any) -> str:
    return f"{notice.file} {notice.sheet} row {notice.row} {notice.column} {notice.value} {notice.what.en}"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"A{fault.number}-{fault.case}")
def test_fault(fault: Fault, tmp_path: Path) -> None:
    if fault.outcome == "E":
        with pytest.raises(RecordError) as caught:
            read(fault, tmp_path)
        lines = caught.value.in_("en")
        assert all(problem.where.startswith("carriers.") for problem in caught.value.problems)
        assert all(problem.hint for problem in caught.value.problems)
        assert re.search("[\u4e00-\u9fff]", caught.value.in_("zh"))
        assert not [fragment for fragment in fault.says if fragment not in lines], lines
        return
    records = read(fault, tmp_path)
    warnings = [told(notice) for notice in records.notices if notice.severity == "W"]
    if fault.outcome == "R":
        assert not warnings
    everything = "\n".join(warnings if fault.outcome == "W" else map(told, records.notices))
    one_notice = [line for line in everything.split("\n") if all(fragment in line for fragment in fault.says)]
    assert one_notice or not fault.says, everything
    records.account.check({"carriers": len(records.table)})
    if fault.check:
        fault.check(records)


def test_every_row_of_the_catalogue_has_a_test() -> None:
    assert {fault.number for fault in FAULTS} == set(range(1, 36))
    outcomes = {number: {fault.outcome for fault in FAULTS if fault.number == number} for number in range(1, 36)}
    promised = {1: "R", 2: "R", 3: "RE", 4: "E", 5: "RE", 6: "RE", 7: "RE", 8: "E", 9: "E", 10: "W", 11: "E", 12: "R"}
    promised |= {13: "R", 14: "RW", 15: "W", 16: "W", 17: "RW", 18: "R", 19: "RW", 20: "E", 21: "W", 22: "W", 23: "W"}
    promised |= {24: "W", 25: "E", 26: "RW", 27: "RW", 28: "R", 29: "W", 30: "RWE", 31: "E", 32: "E", 33: "E"}
    promised |= {34: "W", 35: "R"}
    assert outcomes == {number: set(letters) for number, letters in promised.items()}


def test_faults_are_told_all_at_once(tmp_path: Path) -> None:
    rows = [HEAD, ONE, ["001", *TWO[1:4], "635000", "3455000"], [*TWO, "extra"]]
    with pytest.raises(RecordError) as caught:
        carriers.read_records(csv(rows)(tmp_path), "carriers", datum="wgs84")
    assert len(caught.value.problems) == 3
    many = [HEAD, *[[f"{n}", *ONE[1:], "x"] for n in range(100)], *[[f"a{n}", *ONE[1:]] for n in range(101)]]
    with pytest.raises(RecordError, match="80 more") as caught:
        carriers.read_records(csv(many)(tmp_path), "carriers", datum="wgs84")
    assert len(caught.value.problems) == 21
