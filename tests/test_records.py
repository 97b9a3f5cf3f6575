"""Records read right: columns, units, dates, datums, ids, and the same table whichever way it came."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from corridor import carriers, crs
from corridor.carriers import _places, _values
from corridor.carriers._vocabulary import fold, vocabulary
from corridor.errors import RecordError

WORDS = vocabulary()
HEADER = ["编号", "名称", "类别", "核心", "建筑面积（平方米）", "企业数", "开业日期", "经度", "纬度", "地址"]
ROWS = [
    ["001", "硅酸盐研究所", "科研院所", "是", "12000", "0", "1959-01-01", "121.4180", "31.2159", "定西路1295号"],
    ["002", "数字硅巷孵化器", "孵化器", "是", "8000.5", "32", "2025-09-01", "121.4181", "31.2160", "定西路1295号1号楼"],
    ["003", "𠮷㙍空间 NO.1", "概念验证", "否", "", "", "", "121.4187", "31.2147", ""],
]
BOX = (121.39, 31.18, 121.45, 31.24)


def text_of(rows: list[list[str]], separator: str = ",") -> str:
    return "".join(separator.join(row) + "\n" for row in rows)


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8", separator: str = ",") -> Path:
    path.write_bytes(text_of(rows, separator).encode(encoding))
    return path


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([None if cell == "" else cell for cell in row])
    book.save(path)
    return path


def test_columns_and_datum(tmp_path: Path) -> None:
    table = carriers.read_records(write(tmp_path / "a.csv", [HEADER, *ROWS]), "carriers", datum="wgs84").table
    assert table.index.name == "carrier_id"
    assert list(table.index) == ["001", "002", "003"]
    assert table.crs.to_epsg() == 4326
    assert list(table["kind"]) == ["institute", "incubator", "poc"]
    assert list(table["stage"]) == ["rd", "incubation", "transfer"]
    assert list(table["is_core"]) == [True, True, False]
    assert table["is_core"].dtype == bool
    assert table.loc["002", "floor_area_m2"] == 8000.5
    assert table.loc["001", "firms"] == 0
    assert pd.isna(table.loc["003", "firms"])
    assert table.loc["002", "opened"] == pd.Timestamp("2025-09-01")
    assert (table.geometry["001"].x, table.geometry["001"].y) == (121.4180, 31.2159)
    assert not table["synthetic"].any()


@pytest.mark.parametrize(("datum", "lon", "lat"), [("gcj02", 121.423556, 31.210046), ("wgs84", 121.418914, 31.211896)])
def test_dingxi_999_is_one_place(tmp_path: Path, datum: str, lon: float, lat: float) -> None:
    path = write(tmp_path / "a.csv", [["名称", "经度", "纬度"], ["定西路999号", str(lon), str(lat)]])
    point = carriers.read_records(path, "carriers", datum=datum).table.geometry.iloc[0]
    assert point.x == pytest.approx(121.418914, abs=2e-6)
    assert point.y == pytest.approx(31.211896, abs=2e-6)


def test_datum_row_by_row_overrules_the_file(tmp_path: Path) -> None:
    lon, lat = crs.wgs84_to_bd09(121.4189, 31.2119)
    rows = [
        ["名称", "经度", "纬度", "坐标系"],
        ["甲", f"{lon:.9f}", f"{lat:.9f}", "百度"],
        ["乙", "121.4189", "31.2119", "GPS"],
        ["丙", "121.423556", "31.210046", ""],
    ]
    records = carriers.read_records(write(tmp_path / "a.csv", rows), "carriers", datum="gcj02")
    table = records.table.set_index("name")
    assert table.geometry["甲"].distance(shapely.Point(121.4189, 31.2119)) < 1e-8
    assert table.geometry["乙"].equals(shapely.Point(121.4189, 31.2119))
    assert table.geometry["丙"].distance(shapely.Point(121.418914, 31.211896)) < 2e-6
    assert list(table.loc[["甲", "乙", "丙"], "datum"]) == ["bd09", "wgs84", "gcj02"]
    assert not records.notices


@pytest.mark.parametrize("separator", [",", ";", "\t", "，", "；"])
def test_five_separators(tmp_path: Path, separator: str) -> None:
    expected = carriers.read_records(write(tmp_path / "a.csv", [HEADER, *ROWS]), "carriers", datum="gcj02").table
    path = write(tmp_path / "b.csv", [HEADER, *ROWS], separator=separator)
    assert_geodataframe_equal(carriers.read_records(path, "carriers", datum="gcj02").table, expected)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be-bom"])
def test_five_encodings_and_xlsx_give_equal_tables(tmp_path: Path, encoding: str) -> None:
    typed = [[row[0], *[_cell(text) for text in row[1:]]] for row in ROWS]
    expected = carriers.read_records(workbook(tmp_path / "a.xlsx", [HEADER, *typed]), "carriers", datum="gcj02")
    text = text_of([HEADER, *ROWS])
    data = b"\xfe\xff" + text.encode("utf-16-be") if encoding == "utf-16-be-bom" else text.encode(encoding)
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    records = carriers.read_records(path, "carriers", datum="gcj02")
    assert_geodataframe_equal(records.table, expected.table)
    assert [entry.read for entry in records.account.entries] == [entry.read for entry in expected.account.entries]
    assert records.provenance["encoding"] in {"utf-8", "utf-8-sig", "gb18030", "utf-16"}


def _cell(text: str) -> object:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def test_ids_from_content_do_not_depend_on_order(tmp_path: Path) -> None:
    rows = [row[1:] for row in ROWS] + [["NO.1创新空间", "众创空间", "", "", "", "", "", "", "甲路1号"]] * 2
    one = carriers.read_records(write(tmp_path / "a.csv", [HEADER[1:], *rows]), "carriers", datum="wgs84").table
    two = carriers.read_records(write(tmp_path / "b.csv", [HEADER[1:], *rows[::-1]]), "carriers", datum="wgs84").table
    assert_geodataframe_equal(one, two)
    assert one.index.is_unique
    assert all(one.index.str.startswith("carrier-"))
    edited = [[*row[:3], "99999", *row[4:]] for row in rows]
    after = carriers.read_records(write(tmp_path / "c.csv", [HEADER[1:], *edited]), "carriers", datum="wgs84").table
    unique = [name for name in one["name"] if name != "NO.1创新空间"]
    for name in unique:
        assert list(after.index[after["name"] == name]) == list(one.index[one["name"] == name]), (
            "an edit is no new record"
        )


@pytest.mark.parametrize("table", carriers.TABLES)
def test_every_table_reads_by_its_chinese_and_english_headers(tmp_path: Path, table: str) -> None:
    spec = WORDS.tables[table]
    columns = [column for column in spec.columns.values() if column.type not in {"lonlat", "datum"}]
    cells = {
        "lon": "121.42",
        "lat": "31.21",
        "area": "100平方米",
        "money": "5万元",
        "length": "10",
        "date": "2026-01-05",
    }
    cells |= {"count": "3", "share": "50%", "bool": "是", "number": "1"}
    row = [
        WORDS.listed[column.words][0] if column.words else cells.get(column.type, f"值{number}")
        for number, column in enumerate(columns)
    ]
    frames = []
    for lang in ("zh", "en"):
        path = write(tmp_path / f"{lang}.csv", [[column.label.in_(lang) for column in columns], row])
        records = carriers.read_records(path, table, datum="wgs84")
        assert not [notice for notice in records.notices if notice.severity == "W"]
        frames.append(records.table)
    assert_geodataframe_equal(*frames)
    nulls = frames[0].drop(columns=["datum"], errors="ignore").isna().any()
    assert not nulls.drop("geometry").any()
    empty = carriers.empty(table)
    assert list(empty.columns) == list(frames[0].columns)
    assert list(empty.dtypes) == list(frames[0].dtypes)
    assert empty.index.name == frames[0].index.name == spec.id


def test_the_vocabulary_is_unambiguous() -> None:
    for table in WORDS.tables.values():
        claimed: dict[str, str] = {}
        for column in table.columns.values():
            for alias in {fold(name) for name in (column.name, column.label.zh, column.label.en, *column.aliases)}:
                assert claimed.setdefault(alias, column.name) == column.name, (table.name, alias)
        assert not set(table.aliases) & WORDS.ignored_headers, table.name
        for alias in table.aliases:
            assert not any(word in alias for word in WORDS.private_contains), (table.name, alias)
        for key in table.keys:
            assert set(key) <= set(table.columns)
    raw_kinds = set(WORDS.words["carrier_kind"].values())
    assert set(WORDS.stage_of_kind) == raw_kinds
    assert set(WORDS.stage_of_kind.values()) <= set(WORDS.words["stage"].values())
    assert tuple(WORDS.tables) == (*carriers.TABLES, carriers.SURVEY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("１２，０００", 12000.0),
        ("12,000.5", 12000.5),
        ("1.2万平方米", 12000.0),
        ("1.2 万㎡", 12000.0),
        ("1.2万", 12000.0),
        ("30亩", 20000.0),
        ("2公顷", 20000.0),
        ("500 m²", 500.0),
        ("约500平米", 500.0),
        ("0.5km2", 500000.0),
        ("+5e3", 5000.0),
        ("300-500", None),
        ("500以上", None),
        ("3万余平方米", None),
        ("500余平方米", 500.0),
        ("12 acres", None),
        ("1e400", None),
        ("1,2", None),
        ("many", None),
    ],
)
def test_areas(text: str, expected: float | None) -> None:
    value = _values.read_quantity(text, WORDS.units["area"], None, "", WORDS)
    assert value.value == (pytest.approx(expected) if expected is not None else None)
    assert (value.fault is None) == (expected is not None)


@pytest.mark.parametrize(
    ("cell", "factor", "expected"), [("1.2万", 10000.0, 12000), ("1.2", 10000.0, 12000), ("3千", 10000.0, 3000)]
)
def test_wan_counts_once(cell: str, factor: float, expected: float) -> None:
    assert _values.read_quantity(cell, WORDS.units["area"], factor, "万平方米", WORDS).value == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-01-05", "2023-01-05"),
        ("2023/1/5", "2023-01-05"),
        ("2023.1.5", "2023-01-05"),
        ("２０２３年１月５日", "2023-01-05"),
        ("二〇二三年五月", "2023-05-01"),
        ("2023年5月", "2023-05-01"),
        ("2023年", "2023-01-01"),
        ("20230105", "2023-01-05"),
        ("2023-01-05 08:30:00", "2023-01-05"),
        ("45000", "2023-03-15"),
        ("2023-13-05", None),
        ("2023-02-30", None),
        ("5/1/2023", None),
        ("2023年上半年", None),
        ("0023-01-01", None),
    ],
)
def test_dates(text: str, expected: str | None) -> None:
    value = _values.read_date(text).value
    assert (value.isoformat() if value else None) == expected


def test_dates_of_the_1904_system() -> None:
    assert _values.read_date("43538", epoch_1904=True).value == dt.date(2023, 3, 15)


@pytest.mark.parametrize(
    ("text", "degrees", "axis"),
    [
        ("121.42", 121.42, ""),
        ("E121.42", 121.42, "lon"),
        ("31.21N", 31.21, "lat"),
        ("121°25′30″", 121.425, ""),
        ("121°25'30\"E", 121.425, "lon"),
        ("１２１度２５分３０秒", 121.425, ""),
        ("121° 25′ 30.0″", 121.425, ""),
        ("北纬31.21", 31.21, "lat"),
        ("121.42°", 121.42, ""),
        ("-15.43", -15.43, ""),
        ("15.43W", -15.43, "lon"),
    ],
)
def test_angles(text: str, degrees: float, axis: str) -> None:
    value = _places.read_angle(text)
    assert value is not None
    assert value[0] == pytest.approx(degrees, abs=1e-12)
    assert value[1] == axis


@pytest.mark.parametrize("text", ["121°75′30″", "abc", "", "121.4.2", "E121W", "--3"])
def test_no_angles(text: str) -> None:
    assert _places.read_angle(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "121.42,31.21",
        "121.42，31.21",
        "31.21,121.42",
        "(121.42 31.21)",
        "E121.42 N31.21",
        "N31.21、E121.42",
        "121.42/31.21",
        "POINT (121.42 31.21)",
    ],
)
def test_both_coordinates_in_one_cell(text: str) -> None:
    assert _places.read_pair(text) == (121.42, 31.21)


@pytest.mark.parametrize(
    ("text", "expected"), [("85%", 0.85), ("0.85", 0.85), ("85", 0.85), ("1", 1.0), ("130%", None), ("大半", None)]
)
def test_shares(text: str, expected: float | None) -> None:
    assert _values.read_share(text, None).value == (pytest.approx(expected) if expected else None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("科技企业孵化器", "incubator"),
        ("市级科技企业孵化器", "incubator"),
        ("Incubator", "incubator"),
        ("大学科技园", "park"),
        ("孵化器/加速器", None),
        ("商铺", None),
    ],
)
def test_kinds(text: str, code: str | None) -> None:
    assert _values.read_word(text, "carrier_kind", WORDS).value == code


def test_text_keeps_rare_characters_and_emoji() -> None:
    family = "👨\u200d👩\u200d👧 𠮷㙍 NULL"
    assert _values.read_text(family) == _values.Value(family)
    assert _values.read_text("ab\u200bc\u202ed\x07").value == "abcd"


def test_evidence_tells_the_datum() -> None:
    rng = np.random.default_rng(7)
    along = np.linspace(31.2033, 31.2192, 40)
    street = shapely.LineString([(121.4178 + 0.0005 * np.sin(9 * y), y) for y in along])
    streets = gpd.GeoDataFrame(geometry=[street], crs=4326)
    spots = [street.interpolate(share, normalized=True) for share in rng.random(25)]
    x, y = np.array([spot.x for spot in spots]), np.array([spot.y for spot in spots])
    written = {"wgs84": (x, y), "gcj02": crs.wgs84_to_gcj02(x, y), "bd09": crs.wgs84_to_bd09(x, y)}
    for datum, (lon, lat) in written.items():
        evidence = carriers.datum_evidence(lon, lat, streets)
        assert evidence["median_m"].idxmin() == datum
        assert evidence.loc[datum, "median_m"] < 1
        assert evidence.loc[datum, "within_50_m"] == 1
        assert list(evidence["points"]) == [25, 25, 25]
    nothing = carriers.datum_evidence([np.nan], [np.nan], streets)
    assert nothing["median_m"].isna().all()


def test_private_columns_go_unless_listed(tmp_path: Path) -> None:
    header = ["名称", "联系人", "联系电话（手机）", "Contact E-mail", "身份证号", "内部代号", "经度", "纬度"]
    row = ["甲", "某某", "00000000000", "a@example.org", "000000", "X", "121.42", "31.21"]
    path = write(tmp_path / "a.csv", [header, row])
    records = carriers.read_records(path, "carriers", datum="wgs84")
    everything = records.table.to_csv() + repr(records.notices) + repr(records.account)
    assert not [secret for secret in ("某某", "00000000000", "example.org") if secret in everything]
    columns = next(entry for entry in records.account.entries if entry.source == "carriers.columns")
    assert columns.read == 8
    assert columns.used == 3
    assert {reason.en: count for reason, count in columns.excluded} == {
        "private columns, dropped": 4,
        "columns not known, not used": 1,
    }
    kept = carriers.read_records(path, "carriers", datum="wgs84", keep=["联系人"]).table
    assert kept["联系人"].iloc[0] == "某某"
    assert "联系电话（手机）" not in kept


def test_wrong_arguments_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [HEADER, *ROWS])
    with pytest.raises(RecordError, match="no table 'carrier'"):
        carriers.read_records(path, "carrier", datum=None)
    with pytest.raises(RecordError, match="no datum"):
        carriers.read_records(path, "carriers", datum="beijing54")
    with pytest.raises(RecordError, match="no such file"):
        carriers.read_records(tmp_path / "b.csv", "carriers", datum=None)
    with pytest.raises(RecordError, match="no encoding"):
        carriers.read_records(path, "carriers", datum=None, encoding="utf-9")


def test_the_template_reads_back(tmp_path: Path) -> None:
    path = carriers.write_template(tmp_path / "空表.xlsx")
    again = carriers.write_template(tmp_path / "again.xlsx")
    assert path.read_bytes() == again.read_bytes()
    for table in carriers.TABLES:
        records = carriers.read_records(path, table, datum="wgs84")
        assert len(records.table) == records.account.entries[0].read == 0
        assert [notice.code for notice in records.notices if notice.severity == "W"] == ["record-no-rows"]
    book = openpyxl.load_workbook(path)
    assert book["词表"].sheet_state == "hidden"
    lists = book["科创载体"].data_validations.dataValidation
    kinds = next(rule for rule in lists if "C2" in rule.cells)
    column = kinds.formula1.split("$")[1]
    assert [cell.value for cell in book["词表"][column] if cell.value] == list(WORDS.listed["carrier_kind"])
    book["科创载体"]["A2"], book["科创载体"]["B2"], book["科创载体"]["C2"] = "007", "甲", "实验室"
    book.save(path)
    filled = carriers.read_records(path, "carriers", datum="wgs84").table
    assert list(filled.index) == ["007"]
    assert filled["kind"].iloc[0] == "lab"


def test_the_empty_workbook_prints_on_one_page_across(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(carriers.write_template(tmp_path / "空表.xlsx"))
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToWidth == 1
            assert sheet.print_title_rows == "$1:$1" and sheet.page_setup.orientation == "landscape"


def test_a_second_table_in_the_sheet_is_never_read_as_records(tmp_path: Path) -> None:
    both = [
        ["名称", "类别", "建筑面积(㎡)", "经度", "纬度"], ["A园", "园区", 1000, 121.418, 31.2159], [None], ["二、企业名录"],
        ["企业名称", "行业", "信用代码", "从业人数"], ["甲公司", "AI", "91310105MA1FW0000X", 20], ["合计", None, None, 20],
    ]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", both)
    found = carriers.read_records(path, "carriers", datum="wgs84")
    assert found.table["name"].tolist() == ["A园"]
    (told,) = [notice for notice in found.notices if notice.severity == "W"]
    assert (told.code, told.row) == ("record-other-table", 5) and "企业名称" in told.value and told.action.zh
    account = found.account.entries[0]
    assert account.read == 6 and dict((reason.zh, n) for reason, n in account.excluded) == {
        "空行": 1, "分组标题行": 1, "同一工作表中的另一张表": 3,
    }  # fmt: skip
    # Asked for the firms, the same sheet gives the lower table.
    firms = carriers.read_records(path, "firms", datum="wgs84").table
    assert firms["name"].tolist() == ["甲公司"] and firms["staff"].tolist() == [20]


def test_a_record_whose_words_are_names_of_columns_stays_a_record(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["名称", "类别", "主管部门", "地址"], ["企业", "园区", "区科委", "定西路1号"], ["项目", "平台", "科技企业", "定西路2号"]])  # fmt: skip
    assert len(carriers.read_records(path, "carriers", datum="wgs84").table) == 2


@pytest.mark.parametrize(
    ("cells", "expected", "code"),
    [
        # Cells in per cent format are stored as fractions, whatever the header says.
        (["0.63", "0.5", "1"], [0.63, 0.5, 1.0], "record-fractions"),
        (["63", "0.5", "1"], [0.63, 0.005, 0.01], "record-value"),
        (["63%", "50", "85"], [0.63, 0.5, 0.85], None),
    ],
)
def test_per_cent_and_fractions(tmp_path: Path, cells: list[str], expected: list[float], code: str | None) -> None:
    rows = [["名称", "入驻率（%）"], *([f"园{n}", cell] for n, cell in enumerate(cells))]
    found = carriers.read_records(write(tmp_path / "a.csv", rows), "carriers", datum="wgs84")
    assert found.table.sort_values("name")["occupancy"].tolist() == pytest.approx(expected)
    told = {notice.code for notice in found.notices if notice.severity == "W" and notice.column}
    assert {*told} - {"record-place"} == ({code} if code else set())


def test_the_unit_of_the_whole_table_may_stand_among_others(tmp_path: Path) -> None:
    rows = [["载体情况表", "单位：万平方米、家"], ["名称", "建筑面积"], ["甲园", "1.2"]]
    found = carriers.read_records(write(tmp_path / "a.csv", rows), "carriers", datum="wgs84")
    assert found.table["floor_area_m2"].tolist() == [12000.0]


def test_what_is_no_workbook_of_ours_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(RecordError, match="OpenDocument"):
        carriers.read_records(path, "carriers", datum=None)


def test_the_template_says_why_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"end in \.xlsx"):
        carriers.write_template(tmp_path / "a.csv")
    with pytest.raises(RecordError, match="cannot write"):
        carriers.write_template(tmp_path / "missing" / "a.xlsx")
    with pytest.raises(RecordError, match="no table"):
        carriers.write_template(tmp_path / "a.xlsx", ["carrier"])
    assert not list(tmp_path.iterdir())


def test_the_dictionary_covers_the_table() -> None:
    for table in carriers.TABLES:
        meanings = carriers.dictionary(table)
        columns = set(carriers.empty(table).columns) - {"geometry"}
        assert columns <= set(meanings.index)
        assert (meanings["zh"].str.len() > 0).all()
    assert carriers.dictionary("carriers").loc["floor_area_m2", "unit"] == "平方米"


def awful(workbook_path: Path) -> Path:
    """Make what an office really sends: a cover, a title, merged headers, twenty kinds of mess in one sheet."""
    book = openpyxl.Workbook()
    book.active.title = "封面"
    book.active["A1"] = "长宁区科创载体台账（2026年二季度）"
    sheet = book.create_sheet("载体台账")
    rows: list[list[object]] = [
        ["长宁区科创载体一览表"],
        ["填报单位：某部门", None, None, None, "单位：万平方米"],
        [
            "序号",
            "载体\n名称",
            "载体类别",
            "面  积",
            None,
            "开业时间",
            "坐标（高德）",
            None,
            "联系人",
            "联系电话",
            "备注",
        ],
        [None, None, None, "总面积", "可租面积（㎡）", None, "经  度", "纬  度", None, None, None],
        ["一、市级载体"],
        [1, "硅巷甲", "市级科技企业孵化器", "１．２", 9000, dt.date(2023, 1, 5), 121.4235, 31.21, "某某", "000", "好"],
        [2, "硅巷乙\u202e", None, "8,000㎡", 6000, "2023年5月", "121°25′24.6″", "31°12′36″", "某某", "000", None],
        [3, "NA", "产业园区", "30亩", "约500", 45000, 31.21, 121.4235, "某某", "000", None],
        [None, "小计", None, "=SUM(D6:D8)", None, None, None, None, None, None, None],
        [],
        [4, "硅巷丁", "园区", "=1+1", "暂无", "2023-13-05", "121.4236，31.2101", None, None, None, None],
        [5, "ＮＡ", "奶茶店", 12000, 700, "2023.1", None, None, "某某", "000", None],
        [6, "张江某园", "大学科技园", "2公顷", 21000, None, 121.6, 31.2, None, None, None],
        ["序号", "载体名称", "载体类别", "总面积", "可租面积", "开业时间", "经度", "纬度", None, None, None],
        [7, "硅巷戊", "实验室", 0.5, 100, "二〇二四年三月", 0, 0, None, None, None],
        ["合计", None, None, 9.9, None, None, None, None, None, None, None],
        ["注：面积以产证为准"],
        ["填表人：某某", None, None, "审核：某某"],
    ]
    for row in rows:
        sheet.append(row)
    for area in ("A1:K1", "D3:E3", "G3:H3", "A3:A4", "B3:B4", "C3:C4", "F3:F4", "I3:I4", "J3:J4", "K3:K4", "C6:C7"):
        sheet.merge_cells(area)
    sheet.row_dimensions[13].hidden = True
    book.create_sheet("旧表").sheet_state = "hidden"
    book.save(workbook_path)
    return workbook_path


def test_an_awful_workbook_is_used_or_accounted_for(tmp_path: Path) -> None:
    records = carriers.read_records(awful(tmp_path / "台账.xlsx"), "carriers", datum=None, study_bbox=BOX)
    table = records.table.set_index("name")
    rows, columns = records.account.entries
    assert (rows.read, rows.used) == (14, 7)
    assert {reason.en: count for reason, count in rows.excluded} == {
        "blank rows": 1,
        "footnotes": 2,
        "group headings": 1,
        "repeated headers": 1,
        "subtotal rows": 2,
    }
    assert (columns.read, columns.used) == (11, 7)
    areas = table["floor_area_m2"]
    assert areas[["硅巷甲", "硅巷乙", "NA", "张江某园", "硅巷戊"]].tolist() == [12000, 8000, 20000, 20000, 5000]
    assert areas[["硅巷丁", "ＮＡ"]].isna().all()
    assert table["kind"].fillna("?")[["硅巷甲", "硅巷乙", "NA", "ＮＡ", "张江某园"]].tolist() == [
        "incubator", "incubator", "park", "?", "park"
    ]  # fmt: skip
    assert table["usable_area_m2"]["NA"] == 500
    assert table["opened"]["NA"] == pd.Timestamp("2023-03-15")
    assert table["opened"]["硅巷戊"] == pd.Timestamp("2024-03-01")
    assert set(table.index[table.geometry.isna()]) == {"ＮＡ", "硅巷戊"}
    assert (table["datum"].dropna() == "gcj02").all()
    assert table.geometry["NA"].distance(table.geometry["硅巷甲"]) < 1e-9
    codes = {notice.code for notice in records.notices}
    assert codes >= {
        "record-area", "record-formula", "record-header", "record-hidden-rows", "record-merged", "record-mended",
        "record-outside", "record-place", "record-private", "record-same-name", "record-sheet", "record-swapped",
        "record-value",
    }  # fmt: skip
    shown = repr(records.notices) + repr(records.account) + table.to_csv()
    assert "某某" not in shown
    assert "某部门" not in shown
