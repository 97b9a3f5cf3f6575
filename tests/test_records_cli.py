"""Rows A1–A35 as a planner meets them: `corridor check` on a study that names the faulty table.

The faults are those of `test_records_faults`. Looked at here: the exit code, that the message names file, sheet, row
and column, and that read = used + excluded. Also a workbook with twenty kinds of mess, and private columns.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from test_records import awful
from test_records_faults import FAULTS, Fault
from toy import write_study
from typer.testing import CliRunner

from corridor.cli import app

# Streets around the places the faults lie at, so that "outside" means what it means on the belt.
CORNERS = ((121.39, 31.18), (121.45, 31.18), (121.45, 31.24), (121.39, 31.24))
RING = (
    "".join(f'<node id="9{i}" version="1" lon="{x}" lat="{y}"/>' for i, (x, y) in enumerate(CORNERS))
    + '<way id="900" version="1">'
    + "".join(f'<nd ref="9{i}"/>' for i in (0, 1, 2, 3, 0))
    + '<tag k="highway" v="residential"/><tag k="name" v="Ring"/></way>'
)
# Not a matter of the command line: a caller in Python who gives no extent.
LEFT_OUT = {"swapped, no box"}
# More of a row and outcome say nothing new about the command line, and each takes a quarter of a second.
MOST = 1


@pytest.fixture(scope="module", autouse=True)
def _categories_once():
    """Read the default categories once: they are the same in every study here, and half of a reading's time."""
    from corridor import taxonomy

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taxonomy, "read_categories", lru_cache(taxonomy.read_categories))
        yield


def chosen() -> list[Fault]:
    """Return at most `MOST` faults of each outcome of each row of the catalogue."""
    rows: dict[tuple[int, str], list[Fault]] = defaultdict(list)
    for fault in FAULTS:
        if fault.case not in LEFT_OUT and len(rows[fault.number, fault.outcome]) < MOST:
            rows[fault.number, fault.outcome].append(fault)
    return [fault for faults in rows.values() for fault in faults]


def study_of(folder: Path, file: Path, table: str = "carriers", **options: Any) -> Path:
    entry = {"file": file.name, "datum": "wgs84"} | {key: value for key, value in options.items() if value != "box"}
    entry = {key: value for key, value in entry.items() if value is not None and key != "study_bbox"}
    return write_study(folder, f"records: {{{table}: {json.dumps(entry, ensure_ascii=False)}}}\n", extra=RING)


def check(folder: Path, *options: str) -> Any:
    return CliRunner().invoke(app, ["check", str(folder), "--lang", "en", *options])


def closes(account: list[dict[str, Any]]) -> dict[str, tuple[int, int, int]]:
    """Assert that the account closes; return read, used and excluded by source."""
    totals: dict[str, list[int]] = {}
    for row in account:
        found = totals.setdefault(row["source"], [row["read"], row["used"], 0])
        found[2] += row["excluded"]
    assert all(read == used + excluded for read, used, excluded in totals.values()), totals
    return {source: (read, used, excluded) for source, (read, used, excluded) in totals.items()}


@pytest.mark.parametrize("fault", chosen(), ids=lambda fault: f"A{fault.number}-{fault.outcome}-{fault.case}")
def test_check_tells_the_fault(fault: Fault, tmp_path: Path) -> None:
    file = fault.make(tmp_path)
    done = check(study_of(tmp_path, file, **fault.options), "--json")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    if fault.outcome == "E":
        assert done.exit_code == 2
        told = [line for line in done.stderr.splitlines() if line.startswith("Error  carriers.")]
        assert told and not done.stdout
        assert [line for line in told if all(word in line for word in fault.says)] or all(
            word in done.stderr for word in fault.says
        ), done.stderr
        return
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    sources = closes(result["account"])
    assert sources["carriers"][1] >= 1
    notices = [n for n in result["notices"] if n["code"].startswith("record-")]
    warnings = [n for n in notices if n["severity"] == "W"]
    assert all(n["file"] == file.name for n in notices)
    if fault.outcome == "R":
        assert not warnings
        return
    lines = [
        f"{n['file']} {n['sheet']} row {n['row']} {n['column']} {n['value']} {n['what_en']} {n['what_zh']}"
        for n in warnings
    ]
    assert [line for line in lines if all(word in line for word in fault.says)], lines
    assert all(n["action_zh"] and n["action_en"] for n in warnings)


def test_every_row_of_the_catalogue_is_met_through_the_command() -> None:
    met = {(fault.number, fault.outcome) for fault in chosen()}
    assert {number for number, _ in met} == set(range(1, 36))
    assert met == {(fault.number, fault.outcome) for fault in FAULTS}


def test_the_printed_check_names_file_sheet_row_and_column(tmp_path: Path) -> None:
    file = awful(tmp_path / "台账.xlsx")
    done = check(study_of(tmp_path, file, datum=None))
    assert done.exit_code == 0, done.output
    line = next(line for line in done.stdout.splitlines() if "2023-13-05" in line or "no such day" in line)
    assert line.startswith("Note  台账.xlsx 载体台账 11 开业时间  ")
    chinese = CliRunner().invoke(app, ["check", str(tmp_path), "--lang", "zh"])
    assert "没有这一天" in chinese.stdout and "请核对该单元格" in chinese.stdout


# One row each, and what the mess in it is. Read through the command: every row is used or counted with its reason.
HEADER = [
    ["长宁区科创载体、楼宇一览表（内部资料）"],
    ["填报单位：某科", None, None, None, None, None, "单位：万平方米", None, None, "截至2026.6.30"],
    ["序号", "载体编码", "载 体\n名 称", "类 型", "级别", "面  积", None, "出租率", "启用时间", "位  置", None, None, "联系人", "手机", "备 注"],
    [None, None, None, None, None, "总建筑面积", "可租面积（㎡）", "（%）", None, "详细地址", "经 度", "纬  度", None, None, None],
]  # fmt: skip
MESS: list[tuple[str, list[Any]]] = [
    ("group heading", ["一、孵化器"]),
    ("full-width digits, serial date", [1, "001", "硅巷甲", "市级科技企业孵化器", "市级", "１．２", "９，０００", 85, 45000, "定西路１２９５号", "121.4180", "31.2159", "某某", "x", "好"]),
    ("unit in the cell, DMS", [2, "002", "硅巷乙", "众创空间", "区级", "8000㎡", 6000, "72%", "2023年5月", "武夷路305号", "121°25′4.8″", "31°12′57.2″", "某某", "x", None]),
    ("a name like NA, swapped coordinates, 亩", [3, "003", "NA", "产业园区", None, "30亩", "约500", 0.9, dt.date(2020, 2, 3), None, 31.2147, 121.4187, None, None, None]),
    ("subtotal", [None, None, "小  计", None, None, "=SUM(F6:F8)", None, None, None, None, None, None, None, None, None]),
    ("blank", []),
    ("rounded long id, formula without a value", [4, 310105197001011234, "硅巷丁", "加速器", "区", "=1+1", "暂无", None, "2023-13-05", "安化路492号", "121.4157，31.2171", None, None, None, None]),
    ("unknown kind, twin by width, no place", [5, "005", "ＮＡ", "奶茶店", "街道级", 12000, 700, "101%", "2023.1", None, None, None, "某某", "x", None]),
    ("hectares, outside the data", [6, "006", "张江某园", "大学科技园", "国家级", "2公顷", 21000, None, None, "张江", 121.6, 31.2, None, None, None]),
    ("repeated header", ["序号", "载体编码", "载体名称", "类型", "级别", "总建筑面积", "可租面积", None, "启用时间", "详细地址", "经度", "纬度", "联系人", "手机", "备注"]),
    ("zero coordinates, Chinese date", [7, "007", "硅巷戊", "实验室", None, 0.5, 100, None, "二〇二四年三月", None, 0, 0, None, None, None]),
    ("rare characters, emoji, override", [8, "008", "𠮷㙍👩\u200d🔬\u202e空间", "概念验证", None, 0.3, 100, None, "2024/7/1", None, "E121.4183", "N31.2155", None, None, None]),
    ("area absurd, letters for digits", [9, "009", "硅巷庚", "园区", None, 9000, "一千", None, None, None, 121.419, 31.2126, None, None, None]),
    ("error value, negative area", [10, "010", "硅巷辛", "写字楼", None, -1, "#REF!", None, None, None, 121.4191, 31.2120, None, None, None]),
    ("the same place for both", [11, "011", "硅巷壬", "园区", None, 1, 100, None, None, None, 121.4, 121.4, None, None, None]),
    ("no id, half a coordinate", [12, None, "硅巷癸", "园区", None, 1, 100, None, None, None, 121.4181, None, None, None, None]),
    ("formula as a name, markup", [13, "013", "<b onclick=x>园</b>", "园区", None, "1.5万", 100, None, None, "=cmd()", 121.4182, 31.2140, None, None, None]),
    ("twin of the first", [14, "014", "硅巷甲", "孵化器", None, 1.2, 9000, None, None, None, 121.4180, 31.2159, None, None, None]),
    ("nothing but a number", [15, None, None, None, None, None, None, None, None, None, None, None, None, None, None]),
    ("no name", [16, "016", None, "园区", None, 1, 100, None, None, None, 121.4182, 31.2141, None, None, None]),
    ("foreign unit", [17, "017", "硅巷子", "园区", None, "120坪", 100, None, None, None, 121.4183, 31.2142, None, None, None]),
    ("total", ["合计", None, "22家", None, None, 9.9, None, None, None, None, None, None, None, None, None]),
    ("footnote", ["注：面积以产证为准。"]),
    ("sign-off", ["填表人：某某", None, None, None, "审核：某某"]),
]  # fmt: skip


def messy(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "封面"
    book.active["A1"] = "2026年上半年台账"
    sheet = book.create_sheet("载体")
    for row in [*HEADER, *(cells for _, cells in MESS)]:
        sheet.append([None if cell == "" else cell for cell in row])
    for area in ("A1:O1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:E4", "F3:G3", "I3:I4", "J3:L3", "M3:M4", "N3:N4"):
        sheet.merge_cells(area)
    sheet.row_dimensions[8].hidden = True
    book.create_sheet("旧表").sheet_state = "hidden"
    book.save(path)
    return path


def test_twenty_kinds_of_mess_are_used_or_accounted_for(tmp_path: Path) -> None:
    assert len(MESS) >= 20 and len({kind for kind, _ in MESS}) == len(MESS)
    folder = study_of(tmp_path, messy(tmp_path / "台账.xlsx"))
    done = check(folder, "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    read, used, excluded = closes(result["account"])["carriers"]
    assert (read, used, excluded) == (len(MESS), 16, len(MESS) - 16)
    reasons = {row["reason_en"]: row["excluded"] for row in result["account"] if row["source"] == "carriers"}
    assert reasons == {
        "blank rows": 1, "footnotes": 2, "group headings": 1, "repeated headers": 1, "subtotal rows": 2,
        "rows without any usable cell": 1,
    }  # fmt: skip
    notices = result["notices"]
    assert {n["code"] for n in notices} >= {
        "record-area", "record-formula", "record-header", "record-hidden-rows", "record-mended", "record-no-id",
        "record-no-name", "record-outside", "record-place", "record-private", "record-same-name", "record-sheet",
        "record-swapped", "record-value",
    }  # fmt: skip
    # Every cell of doubt is told with its row and its column, as the spreadsheet counts.
    first = len(HEADER) + 1
    told = {(n["row"], n["column"].split(" / ")[-1]) for n in notices if n["code"] in {"record-value", "record-area"}}
    rows = {kind: first + number for number, (kind, _) in enumerate(MESS)}
    assert (rows["foreign unit"], "总建筑面积") in told
    assert (rows["error value, negative area"], "总建筑面积") in told
    assert (rows["rounded long id, formula without a value"], "启用时间") in told
    import corridor

    table = corridor.open_study(folder).carriers
    assert len(table) == used
    assert table["floor_area_m2"].dropna().to_dict() == pytest.approx(
        {"001": 12000, "002": 8000, "003": 20000, "006": 20000, "007": 5000, "008": 3000, "013": 15000, "014": 12000,
         "011": 10000, "016": 10000, table.index[table["name"] == "硅巷癸"][0]: 10000}
    )  # fmt: skip
    assert table.loc["008", "name"] == "𠮷㙍👩\u200d🔬空间" and table.loc["013", "name"] == "<b onclick=x>园</b>"
    assert set(table.index[table.geometry.isna()]) >= {"005", "007", "011"}


def test_a_datum_nobody_states_is_shown_with_its_evidence_and_not_guessed(tmp_path: Path) -> None:
    from corridor import crs

    # Two places on Main Road, written as a Chinese map service gives them.
    places = [tuple(map(float, crs.wgs84_to_gcj02(lon, 31.2100))) for lon in (121.4110, 121.4125)]
    rows = [f"0{n},园{n},园区,{lon:.6f},{lat:.6f}\n" for n, (lon, lat) in enumerate(places)]
    (tmp_path / "carriers.csv").write_text("编号,名称,类别,经度,纬度\n" + "".join(rows), encoding="utf-8")
    folder = study_of(tmp_path, tmp_path / "carriers.csv", datum=None)
    notices = json.loads(check(folder, "--json").stdout)["notices"]
    (told,) = [n for n in notices if n["code"] == "record-datum"]
    metres = {name: int(value) for name, value in re.findall(r"(wgs84|gcj02|bd09) (\d+) m", told["what_en"])}
    assert metres["gcj02"] == 0 and metres["wgs84"] > 100 and metres["bd09"] > 100
    assert "gcj02" in told["action_zh"] and told["severity"] == "W"
    import corridor

    table = corridor.open_study(folder).carriers
    there = crs.to_wgs84(table).geometry
    assert [(round(p.x, 6), round(p.y, 6)) for p in there] == [(round(x, 6), round(y, 6)) for x, y in places]
    assert (table["uncertainty_m"] > 400).all()


def test_the_template_filled_in_is_a_study_of_every_table(tmp_path: Path) -> None:
    from corridor import carriers

    path = tmp_path / "台账.xlsx"
    done = CliRunner().invoke(app, ["template", "-o", str(path)])
    assert done.exit_code == 0 and "renewals" in done.stdout and "街区更新项目" in done.stdout
    book = openpyxl.load_workbook(path)
    assert {"数据字典", "词表"} < set(book.sheetnames) and len(book.sheetnames) == len(carriers.TABLES) + 2
    given: dict[str, dict[str, Any]] = {}
    for table in carriers.TABLES:
        meanings = carriers.dictionary(table)
        sheet = book[carriers.label(table).zh]
        heads = {str(cell.value).split("（")[0]: cell.column for cell in sheet[1]}
        row = {}
        for name, column in meanings.iterrows():
            if column["type"] == "lonlat":
                continue
            word = column["words"].split("、")[0]
            value = {"lon": 121.411, "lat": 31.21, "date": dt.date(2026, 5, 6), "count": 3, "share": 0.5}.get(
                column["type"], 12 if column["type"] in {"area", "length", "money"} else word or f"{table[:-1]} {name}"
            )
            sheet.cell(2, heads[column["zh"]], value)
            row[str(name)] = value
        given[table] = row
    book.save(path)
    entries = "".join(f"  {table}: {{file: 台账.xlsx, datum: wgs84}}\n" for table in carriers.TABLES)
    folder = write_study(tmp_path, f"records:\n{entries}", extra=RING)
    checked = check(folder, "--json")
    assert checked.exit_code == 0, checked.output
    result = json.loads(checked.stdout)
    sources = closes(result["account"])
    assert all(sources[table] == (1, 1, 0) for table in carriers.TABLES)
    assert all(sources[f"{table}.columns"][2] == 0 for table in carriers.TABLES)
    import corridor

    study = corridor.open_study(folder)
    for table in carriers.TABLES:
        record = getattr(study, table).reset_index().iloc[0]
        empty = [name for name in given[table] if name not in {"lon", "lat"} and pd.isna(record[name])]
        assert empty == [], table
    wrong = CliRunner().invoke(app, ["template", "-o", str(tmp_path / "a.csv"), "--lang", "en"])
    assert wrong.exit_code == 2 and "must end in .xlsx" in wrong.output
    assert "下拉词表" in CliRunner().invoke(app, ["template", "--help"]).stdout
