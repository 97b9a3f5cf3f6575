"""What is private in a district's file reaches no output, whatever column it stands in, unless the study lists it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from toy import write_study
from typer.testing import CliRunner

from corridor import carriers
from corridor.carriers._private import MASK, masked
from corridor.cli import app

# Eight zeros, in pieces where `test_style` would take them for real, and an identity number nobody can have: born in
# 1900, with the check digit that belongs to it.
PHONE, LAND, IDENTITY, MAIL = "13800000000", "(021) 62009999", "110101190001010014", "somebody@example.org"
PERSON = "测甲乙"
SPACED = "138-" + "0000-0000"
PLANTED = (PHONE, SPACED, "62009999", IDENTITY, MAIL, PERSON)
TABLES = {
    "carriers": ("编号,名称,类别,地址,运营主体,来源,经度,纬度", "C1,甲园,园区,{text},{text},{text},121.4112,31.2101"),
    "institutes": ("编号,名称,地址,研究方向,经度,纬度", "I1,甲所,{text},{text},121.4114,31.2101"),
    "platforms": ("编号,平台名称,状态,依据", "P1,平台甲,建成,{text}"),
    "stations": ("编号,名称,类型,地址,开放时间,经度,纬度", "S1,站甲,营商,{text},{text},121.4116,31.2101"),
    "firms": ("编号,企业名称,行业,科技企业,入驻日期,地址,依据", "F1,企甲,{text},是,2026-02-01,{text},{text}"),
    "projects": ("编号,项目名称,合作单位,签约日期,进展,依据", "X1,项甲,{text},2026-03-01,签约,{text}"),
    "events": ("编号,系列,名称,类别,场地,开放时间,经度,纬度", "E1,系列,事甲,夜校,{text},{text},121.4118,31.2101"),
    "renewals": ("编号,名称,街道,更新内容,依据", "R1,更甲,Main Road,{text},{text}"),
}


def check_digit(first: str) -> str:
    """Return the check digit of an identity number, by GB 11643."""
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    return "10X98765432"[sum(w * int(d) for w, d in zip(weights, first, strict=True)) % 11]


def town(folder: Path, keep: str = "") -> Path:
    """Write a study of every table, with private columns and private text in every free cell."""
    entries = []
    hidden = f"甲楼 联系人：{PERSON} 电话 {PHONE}、{SPACED}；{LAND} / {MAIL} / {IDENTITY}"
    for name, (head, row) in TABLES.items():
        header = f"{head},联系人,联系电话,身份证号码,邮箱,乱列"
        cells = f"{row.format(text=hidden)},{PERSON},{PHONE},{IDENTITY},{MAIL},{PHONE}"
        # A wrong date quotes the cell in its notice.
        (folder / f"{name}.csv").write_text(f"{header}\n{cells}\n", encoding="utf-8")
        entries.append(f"  {name}: {{file: {name}.csv, datum: wgs84{keep if name == 'carriers' else ''}}}")
    return write_study(folder, "records:\n" + "\n".join(entries) + "\ntargets: {as_of: 2026-06-30}\n")


def everything(folder: Path) -> str:
    """Return all that was written as text: archives unpacked, tables printed, the rest as bytes."""
    parts = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                parts += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
        elif path.suffix == ".parquet":
            parts.append(pd.read_parquet(path).to_csv())
        else:
            data = path.read_bytes()
            parts += [data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace")]
    return "\n".join(parts)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = town(tmp_path_factory.mktemp("private"))
    done = CliRunner().invoke(app, ["study", str(folder), "-o", str(folder / "out")])
    assert done.exit_code == 0, done.output
    aims = CliRunner().invoke(app, ["targets", str(folder), "--as-of", "2026-06-30", "-o", str(folder / "out")])
    assert aims.exit_code == 0, aims.output
    return folder, done.output + aims.output


def test_nothing_private_is_written_or_printed(outputs) -> None:
    folder, printed = outputs
    names = {path.name for path in (folder / "out").iterdir()}
    assert {"map.html", "report.zh.html", "tables.xlsx", "buildings.gpkg", "notices.csv", "targets.xlsx"} <= names
    written = everything(folder / "out")
    # The records themselves are there, so the search can find something.
    assert all(word in written for word in ("甲园", "站甲", "事甲", "企甲", "项甲"))
    assert [word for word in PLANTED if word in written] == []
    assert [word for word in PLANTED if word in printed] == []
    assert "涉及个人信息的列，已丢弃" in printed + written and "已去掉" in printed


def test_a_column_listed_by_name_is_written_to_the_tables_alone(tmp_path) -> None:
    folder = town(tmp_path, ", keep: [联系人]")
    done = CliRunner().invoke(app, ["study", str(folder), "-o", str(folder / "out"), "--only", "tables"])
    assert done.exit_code == 0, done.output
    sheet = openpyxl.load_workbook(folder / "out" / "tables.xlsx")["载体 carriers"]
    head, row = sheet.iter_rows(values_only=True)
    assert row[head.index("联系人")] == PERSON
    written = everything(folder / "out")
    assert [word for word in PLANTED if word in written] == [PERSON]


def test_an_id_that_is_an_identity_number_is_none(tmp_path) -> None:
    (tmp_path / "firms.csv").write_text(f"编号,企业名称\n{IDENTITY},甲\nF2,乙\n", encoding="utf-8")
    records = carriers.read_records(tmp_path / "firms.csv", "firms", datum=None)
    assert IDENTITY not in repr(records) and "F2" in records.table.index and len(records.table) == 2


@pytest.mark.parametrize("text", [PHONE, "+86 138 " + "0000 0000", "１３８００００００００", LAND, "021-" + "62009999-12", IDENTITY, MAIL,
                                  "电话：00000000", f"联系人: {PERSON}", "Tel. 6200 0000", "QQ 10000000",
                                  "联系人王某", "经办人 张某某", "身份证号：110101199001010013", "护照E12345678"])  # fmt: skip
def test_private_text_is_taken_out(text: str) -> None:
    assert IDENTITY[-1] == check_digit(IDENTITY[:17])
    assert masked(text) == MASK
    assert masked(f"甲楼，{text}") == f"甲楼,{MASK}"


@pytest.mark.parametrize("text", ["定西路1295号1号楼", "Mo-Fr 09:00-17:30", "合同 2026-01-0012", "91310000MA1FL00000", "710弄",
                                  "110101190001010013", "沪科〔2026〕12号", "20260630", "负责人才服务", "联系人才服务站", "联系人张江科学城", "证件齐全", "12,500.5", "A13800000000B"])  # fmt: skip
def test_other_text_stays_as_it_is(text: str) -> None:
    assert masked(text) == text
