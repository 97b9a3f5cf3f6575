"""Tables: whole, equal on every run, safe to open, true to the evaluation, and silent about private columns."""

from __future__ import annotations

import csv
import datetime
import errno
import io
import json
import math
import os
import sqlite3
import time
import zipfile
from xml.etree import ElementTree as ET

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_fixture import EVIL, make_evaluation

from corridor import report, schemas
from corridor.errors import StudyError, Text
from corridor.report import _files, _provenance, _qgis, _tables, _workbook, _xlsx, write_report, write_tables
from corridor.report._xlsx import Sheet, looks_like_formula, workbook_bytes

NAMES = {"buildings.gpkg", "access.parquet", "summary.json", "tables.xlsx", "notices.csv", "provenance.json"}
SHEETS = ["概要 summary", "覆盖率 coverage", "按时段 by_time", "类别 categories", "建筑 buildings", "载体 carriers",
          "站点 stations", "账目 account", "提示 notices", "数据字典 dictionary"]  # fmt: skip
TABLES = ["coverage", "by_time", "category_table", "building_results", "carriers", "stations", "account", "notices"]
# What the town's tables hold and no file may: see tests/report_fixture.py.
PRIVATE = ("13800000000", "someone", "021-555", "/home/somebody", "secret")


@pytest.fixture(scope="module")
def evaluation():
    return make_evaluation(400)


@pytest.fixture(scope="module")
def folder(evaluation, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    assert {f.name for f in write_tables(evaluation, folder).files} == NAMES
    return folder


def test_a_second_run_gives_the_same_bytes(evaluation, folder, tmp_path):
    time.sleep(1.1)  # GeoPackage and XLSX would hold the time of day, in seconds
    write_tables(evaluation, tmp_path)
    for name in sorted(NAMES):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name
    assert {f.name for f in tmp_path.iterdir()} == NAMES


def test_private_columns_and_paths_of_the_machine_leave_the_house_nowhere(folder):
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    cells = [str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row]
    content = "\n".join(cells).encode() + b"".join(
        (folder / name).read_bytes() for name in NAMES - {"tables.xlsx", "access.parquet"}
    )
    for secret in PRIVATE:
        assert secret.encode() not in content, secret
    assert "定西路1295号".encode() in content  # the search does find what is there


# GeoPackage


def test_layers_hold_the_tables(evaluation, folder):
    study, path = evaluation.study, folder / "buildings.gpkg"
    wanted = {
        "buildings": evaluation.buildings, "streets": study.streets, "carriers": study.carriers,
        "stations": study.stations, "opportunities": evaluation.opportunities, "isochrones": evaluation.isochrones,
        "open_space": study.open_space, "water": study.water, "barriers": study.barriers, "gates": study.gates,
        "corridor": study.corridor, "firms": study.firms, "events": study.events,
    }  # fmt: skip
    for name, table in wanted.items():
        found = gpd.read_file(path, layer=name)
        assert len(found) == len(table) and found.crs == study.crs, name
        assert found.geometry.area.sum() == pytest.approx(table.geometry.area.sum())
    area = gpd.read_file(path, layer="area").iloc[0]
    assert area["schematic_zh"] == study.config.schematic.zh and area.geometry.area == pytest.approx(study.area.area)


def test_buildings_carry_scores_and_missing_ones_are_null(evaluation, folder):
    found = gpd.read_file(folder / "buildings.gpkg", layer="buildings").set_index("building_id")
    wanted = evaluation.buildings["score_total"]
    assert found["score_total"].isna().equals(wanted.isna().set_axis(found.index))
    assert found["score_total"].dropna().tolist() == pytest.approx(wanted.dropna().tolist())
    assert EVIL in set(found["name"]) and "=SUM(A1)" in set(found["name"])


def test_qgis_finds_one_default_style_for_every_layer(folder):
    with sqlite3.connect(folder / "buildings.gpkg") as database:
        rows = database.execute("SELECT f_table_name, useAsDefault, styleQML FROM layer_styles").fetchall()
        listed = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents"))
    layers = {name for name, kind in listed.items() if kind == "features"}
    defaults = [name for name, default, _ in rows if default]
    assert len(defaults) == len(set(defaults)) and layers - set(defaults) <= {
        "firms", "events", "institutes", "platforms", "projects",
    }  # fmt: skip
    assert listed["layer_styles"] == "attributes"
    for _, _, qml in rows:
        root = ET.fromstring(qml.split("\n", 1)[1])
        names = {s.get("name") for s in root.iter("symbol")}
        assert {r.get("symbol") for r in root.iter("rule")} == names


def test_the_classes_of_a_style_share_no_score_and_leave_none_out():
    rules = _qgis.score_rules("score_total")
    with sqlite3.connect(":memory:") as database:
        for score in [0, 10, 19.99, 20, 39.9, 40, 60, 79.99, 80, 99, 100]:
            hits = [
                rule.label
                for rule in rules[:-1]
                if database.execute(f"SELECT {rule.filter} FROM (SELECT ? AS score_total)", (score,)).fetchone()[0]
            ]
            low, high = map(int, hits[0].split("–"))
            assert len(hits) == 1 and low <= score <= high and (score < high or score == 100)
    assert rules[-1].filter == "ELSE" and rules[-1].label == "无资料"


def test_the_clock_of_gdal_is_given_back(evaluation, tmp_path):
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2001-01-01T00:00:00Z"})
    try:
        write_tables(evaluation, tmp_path)
        assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == "2001-01-01T00:00:00Z"
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


# Parquet, JSON


def test_parquet_is_the_access_table_with_units_and_meanings(evaluation, folder):
    table = pq.read_table(folder / "access.parquet")
    found, wanted = table.to_pandas(), evaluation.access
    assert found["building_id"].tolist() == wanted["building_id"].astype(str).tolist()
    for column in ("walk_s", "walk_m", "m"):
        pd.testing.assert_series_equal(found[column], wanted[column].astype("float64"), check_names=False)
    assert found["within_m"].isna().sum() == wanted["within_m"].isna().sum() > 0
    assert set(table.schema.metadata) == {b"table", b"zh", b"en", b"schematic_zh", b"schematic_en"}
    for field in table.schema:
        column = schemas.ACCESS[field.name]
        assert field.metadata[b"unit"].decode() == column.unit and field.metadata[b"zh"].decode() == column.zh


def test_json_holds_null_for_what_is_no_number(folder):
    summary = json.loads((folder / "summary.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert summary["nothing"] is None and summary["median_score"] > 0
    odd = {"a": [float("inf"), pd.NA, pd.NaT, 1.5], "b": Text("甲", "a"), "c": datetime.date(2026, 7, 16), "d": True}
    found = json.loads(_tables.json_bytes(odd), parse_constant=pytest.fail)
    assert found == {"a": [None, None, None, 1.5], "b": {"zh": "甲", "en": "a"}, "c": "2026-07-16", "d": True}


def test_provenance_names_inputs_settings_and_versions(evaluation, folder):
    found = json.loads((folder / "provenance.json").read_text("utf-8"))
    assert found["inputs"]["osm"]["sha256"] == "ab" * 32 and found["inputs"]["osm"]["osm_date"] == "2026-07-16"
    assert found["config_sha256"] == evaluation.study.config.hash and found["crs"] == "EPSG:32651"
    assert {"corridor", "python", "geopandas", "numpy"} <= set(found["versions"])
    assert found["schematic"] is True


def test_paths_are_cut_on_every_system():
    given = {"a": "/home/x/y.csv", "b": [r"C:\data\z.xlsx", r"\\server\share\s.gpkg"], "c": "rel/t.csv", "d": 3}
    assert _provenance.without_folders(given) == {"a": "y.csv", "b": ["z.xlsx", "s.gpkg"], "c": "rel/t.csv", "d": 3}


# XLSX and CSV


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "＋1", "－a", "＠x"]
)
def test_text_that_could_run_is_text(text):
    assert looks_like_formula(text)
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([Sheet("a", ("h",), [(text,)])])))
    cell = book["a"]["A2"]
    assert cell.data_type == "s" and cell.quotePrefix
    if "\r" not in text:  # a reader may normalise line ends
        assert cell.value == text
    frame = pd.DataFrame({"code": [text]})
    (_, row) = list(csv.reader(io.StringIO(_tables.csv_bytes(frame, schemas.NOTICES).decode("utf-8-sig"))))
    assert row == [f"'{text}"]


@pytest.mark.parametrize("number", ["-121.4", "+5", "-1e3", "-.5"])
def test_a_number_with_a_sign_stays_as_it_is_in_csv(number):
    frame = pd.DataFrame({"code": [number]})
    assert _tables.csv_bytes(frame, schemas.NOTICES).decode("utf-8-sig").splitlines()[1] == number


def test_cells_keep_their_types():
    long = "00123456789012345678"
    day = datetime.date(2026, 3, 1)
    row = (-5, -0.25, long, True, day, None, math.inf, float("nan"), "a\x00\x0bb", "_x0041_", "x" * 40_000, "𠮷\n😀")
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([Sheet("a", [str(i) for i in range(len(row))], [row])])))
    found = [c.value for c in book["a"][2]]
    assert found[:4] == [-5, -0.25, long, True] and found[4].date() == day and found[5:8] == [None] * 3
    assert found[8] == "ab" and len(found[10]) == 32_767 and found[11] == "𠮷\n😀"
    assert "_x005F_x0041_" in _sheet_xml([("_x0041_",)])


def _sheet_xml(rows):
    content = workbook_bytes([Sheet("a", ("h",), rows)])
    return zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()


@settings(max_examples=25)
@given(st.lists(st.one_of(st.text(max_size=30), st.integers(-(10**9), 10**9), st.booleans()), min_size=1, max_size=30))
def test_any_cells_make_a_workbook_that_opens(values):
    content = workbook_bytes([Sheet("a", [f"h{i}" for i in range(len(values))], [values])])
    ET.fromstring(_sheet_xml([(v,) for v in values]))
    row = next(
        openpyxl.load_workbook(io.BytesIO(content), read_only=True)["a"].iter_rows(min_row=2, values_only=True), ()
    )
    assert [v for v in row if isinstance(v, int)] == [v for v in values if isinstance(v, int)]


def test_sheets_are_what_planners_were_promised(evaluation, folder):
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    assert book.sheetnames == SHEETS
    assert all(sheet.freeze_panes == "B2" for sheet in book)
    reported = evaluation.buildings["in_area"] | evaluation.buildings["on_corridor"]
    assert book["建筑 buildings"].max_row == reported.sum() + 1
    assert book["覆盖率 coverage"].max_row == len(evaluation.coverage) + 1
    assert book["载体 carriers"]["A2"].value == evaluation.study.carriers.index[0]


def rows_of(folder, sheet):
    """Rows of a sheet as dicts by column name."""
    head, *rows = openpyxl.load_workbook(folder / "tables.xlsx")[sheet].iter_rows(values_only=True)
    return [dict(zip([name.split("\n")[1] for name in head], row, strict=True)) for row in rows]


def test_sheets_read_without_knowing_a_code(evaluation, folder):
    coverage = rows_of(folder, "覆盖率 coverage")
    names = evaluation.category_table
    for found, wanted in zip(coverage, evaluation.coverage.itertuples(), strict=True):
        assert found["category_zh"] == names.loc[wanted.category, "zh"]
        assert found["category_en"] == names.loc[wanted.category, "en"]
    assert {row["place"] for row in coverage} == {"研究范围 study area", "主线沿线 along the corridor"}
    assert {row["group"] for row in coverage} == {"居民 residents", "就业者 workers", "建筑 buildings"}
    assert {row["kind"] for row in rows_of(folder, "类别 categories")} >= {"生活 Life", "工作 Work"}
    buildings = rows_of(folder, "建筑 buildings")
    assert {row["in_area"] for row in buildings} <= {"是 yes", "否 no"}
    assert not [value for row in buildings for value in row.values() if isinstance(value, bool)]
    assert {row["severity"] for row in rows_of(folder, "提示 notices")} <= {"留意 Note", "已处理 Mended"}


def test_carriers_have_places_in_degrees(evaluation, folder):
    wanted = evaluation.study.carriers.to_crs(4326).geometry
    for row in rows_of(folder, "载体 carriers"):
        point = wanted[row["carrier_id"]]
        if point is None or point.is_empty:
            assert row["lon"] is None and row["lat"] is None
        else:
            assert (row["lon"], row["lat"]) == (pytest.approx(point.x, abs=2e-6), pytest.approx(point.y, abs=2e-6))


def test_the_dictionary_explains_every_column_that_is_written(folder):
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    known = {(row[1], row[2]) for row in book["数据字典 dictionary"].iter_rows(min_row=2, values_only=True)}
    for sheet, table in zip(SHEETS[1:-1], TABLES, strict=True):  # fmt: skip
        for cell in book[sheet][1]:
            assert (table, cell.value.split("\n")[1]) in known
    named = {"buildings": "building_results", "water_lines": "water"}
    for layer, *_ in pyogrio.list_layers(folder / "buildings.gpkg"):
        if layer not in ("area", "corridor", "layer_styles"):
            for column in pyogrio.read_info(folder / "buildings.gpkg", layer=layer)["fields"]:
                assert (named.get(layer, layer), column) in known, (layer, column)


def test_key_figures_of_the_summary_are_those_of_the_tables(evaluation):
    rows = {row[0]: row for row in _workbook.sheets(evaluation)[0].rows}
    inside = evaluation.buildings[evaluation.buildings["in_area"]]
    score = rows["综合得分中位数 median overall score"]
    assert score[1] == round(inside["score_total"].median(), 1)
    assert score[2] <= score[1] <= score[3]
    assert rows["居民 residents"][1] == round(inside["residents"].sum())
    assert any("示意" in name for name in rows)


def test_notices_open_in_excel_and_run_nothing(folder):
    content = (folder / "notices.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [r["value"] for r in rows] == ["'=1+1", "-121.4", EVIL]
    assert rows[0]["row"] == "14" and rows[2]["row"] == ""


# Files


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_says_what_to_do(tmp_path, monkeypatch, step):
    path = tmp_path / "a.json"
    _files.write_bytes(path, b"old")

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = {"write": "pathlib.Path.write_bytes", "fsync": "os.fsync", "replace": "pathlib.Path.replace"}[step]
    monkeypatch.setattr(target, full)
    with pytest.raises(StudyError) as caught:
        _files.write_bytes(path, b"new")
    (problem,) = caught.value.problems
    assert problem.where == str(path) and "磁盘已满" in problem.hint.zh and "MB free" in problem.hint.en
    assert path.read_bytes() == b"old" and [f.name for f in tmp_path.iterdir()] == ["a.json"]


def test_a_full_disk_inside_the_geopackage_is_told_the_same_way(evaluation, tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(StudyError, match=r"disk is full") as caught:
        write_tables(evaluation, tmp_path)
    assert caught.value.problems[0].where.endswith("buildings.gpkg") and list(tmp_path.iterdir()) == []


def test_a_path_that_cannot_be_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StudyError) as caught:
        _files.write_bytes(tmp_path / "file" / "report.html", b"x")
    assert "report.html" in caught.value.problems[0].where and "文件夹" in caught.value.problems[0].hint.zh
    (tmp_path / "report.html").mkdir()
    with pytest.raises(StudyError) as caught:
        _files.write_bytes(tmp_path / "report.html", b"x")
    assert "同名文件夹" in caught.value.problems[0].hint.zh
    assert sorted(f.name for f in tmp_path.iterdir()) == ["file", "report.html"]


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(evaluation, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StudyError, match="permission"):
        write_report(evaluation, tmp_path / "report.html")


def test_permission_denied_says_to_close_the_file(tmp_path, monkeypatch):
    def locked(*_args, **_kwargs):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("pathlib.Path.replace", locked)
    with pytest.raises(StudyError) as caught:
        _files.write_bytes(tmp_path / "tables.xlsx", b"x")
    assert "Excel" in caught.value.problems[0].hint.zh and list(tmp_path.iterdir()) == []


def test_paths_with_chinese_and_spaces_work(evaluation, tmp_path):
    written = write_tables(evaluation, tmp_path / "结果 一")
    assert all(f.exists() for f in written.files)


def test_a_table_to_be_looked_at():
    links = pd.DataFrame({
        "origin": ["C1", "C2"], "walk_s": pd.array([90.0, pd.NA], dtype="Float64"), "decay": [0.5, 0.0],
        "link": pd.array([12345.6, pd.NA], dtype="Float64"), "mine": ["x", "y"],
    })  # fmt: skip
    shown = report.readable(links, schemas.LINKS)
    assert shown.to_dict("list") == {
        "起点编号": ["C1", "C2"], "步行时间（分钟）": ["1.5", "—"], "衰减": ["0.50", "0"], "联系强度": ["12,346", "—"],
        "mine": ["x", "y"],
    }  # fmt: skip
    trips = pd.DataFrame({"chain_zh": ["一件事"], "chain_en": ["One"], "table": ["firms"], "within": [pd.NA]})
    assert report.readable(trips, schemas.ONE_TRIP).to_dict("list") == {
        "服务链": ["一件事"],
        "台账": ["企业"],
        "在限时内": ["—"],
    }
    english = report.readable(trips, schemas.ONE_TRIP, "en")
    assert list(english.columns) == ["chain in English", "whose walk", "within the chain's minutes; missing: not known"]
    dates = pd.DataFrame({"counts": ["new"], "date": ["arrived; registered"], "default": [True]})
    assert report.readable(dates, schemas.TARGET_READINGS).to_numpy().tolist() == [
        ["本年新增", "入驻日期；注册日期", "是"]
    ]
    stages = pd.DataFrame({"stage": ["all"], "share": [0.5]})
    assert report.readable(stages, schemas.CHAIN_COVERAGE).to_numpy().tolist() == [["四阶段齐备", "50.0"]]


def test_a_long_sheet_is_the_same_however_many_rows_are_made_at_a_time(monkeypatch):
    rows = [(f"路 {n}", n, n / 3, None) for n in range(7)]
    whole = workbook_bytes([Sheet("a", tuple("wxyz"), rows), Sheet("b", ("h",), [])])
    monkeypatch.setattr(_xlsx, "_ROWS", 3)
    pieces = workbook_bytes([Sheet("a", tuple("wxyz"), rows), Sheet("b", ("h",), [])])
    contents = []
    for content in (whole, pieces):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            contents.append({name: book.read(name) for name in book.namelist()})
    assert contents[0] == contents[1]
    sheet = openpyxl.load_workbook(io.BytesIO(pieces))["a"]
    assert list(sheet.iter_rows(min_row=2, values_only=True)) == [(*row[:3], None) for row in rows]
