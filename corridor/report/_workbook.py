"""`tables.xlsx` for planners: key figures, coverage, categories, buildings, carriers, account, notices, dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridor import schemas
from corridor.carriers import fold
from corridor.config import KINDS
from corridor.crs import to_wgs84
from corridor.report import _content, _findings, _innovation_tables, _measures, _paper, _words
from corridor.report._exports import LEFT_OUT, plain_columns
from corridor.report._files import write_bytes
from corridor.report._format import after_title
from corridor.report._once import remembering
from corridor.report._xlsx import Sheet, workbook_bytes

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation
    from corridor.study import StudyArea
    from corridor.targets import Progress

# Sheets of records that are written where there are any.
_RECORDS = {
    "institutes": "院所", "platforms": "平台", "stations": "站点", "firms": "企业", "projects": "项目", "events": "活动",
    "renewals": "更新",
}  # fmt: skip
# Where each table of the schemas is written.
_WHERE = {
    "coverage": "tables.xlsx: 覆盖率 coverage",
    "by_time": "tables.xlsx: 按时段 by_time",
    "category_table": "tables.xlsx: 类别 categories",
    "building_results": "tables.xlsx: 建筑 buildings; buildings.gpkg: buildings",
    "carriers": "tables.xlsx: 载体 carriers; buildings.gpkg: carriers",
    **{
        name: f"tables.xlsx: {zh} {name}; buildings.gpkg: {name}" if name != "renewals" else f"tables.xlsx: {zh} {name}"
        for name, zh in _RECORDS.items()
    },
    "matches": "tables.xlsx: 对应 matches",
    "off_map": "tables.xlsx: 未上图 off_map",
    "targets": "tables.xlsx: 目标 targets",
    "target_snapshots": "tables.xlsx: 目标按月按季 snapshots",
    "target_events": "tables.xlsx: 目标记录 records",
    "target_readings": "tables.xlsx: 目标口径 readings",
    "account": "tables.xlsx: 账目 account",
    "notices": "tables.xlsx: 提示 notices; notices.csv",
    "access": "access.parquet",
    **{
        name: f"buildings.gpkg: {name}"
        for name in (
            "streets",
            "opportunities",
            "isochrones",
            "gates",
            "open_space",
            "barriers",
        )
    },
    "water": "buildings.gpkg: water, water_lines",
    **_innovation_tables.WHERE,
}
# What the workbook holds besides: names beside codes, and places a navigator or a web map understands.
_NAMES = (
    schemas.Column("category_zh", "string", "", "类别名（中文）", "category in Chinese (xlsx only)"),
    schemas.Column("category_en", "string", "", "类别名（英文）", "category in English (xlsx only)"),
)
_LON_LAT = (
    schemas.Column("lon", "float", "°", "经度，WGS84", "longitude in WGS84 (xlsx only)", True),
    schemas.Column("lat", "float", "°", "纬度，WGS84", "latitude in WGS84 (xlsx only)", True),
)
# Which building a record is, from the audit table.
_BUILDING = tuple(
    replace(schemas.MATCHES[name], name=written, zh=zh, en=f"{en} (xlsx only)")
    for name, written, zh, en in (
        ("building_id", "building_id", "对应建筑编号", "building it is"),
        ("building", "building", "对应建筑名称", "name of that building"),
        ("verdict", "building_verdict", "建筑对应结论", "verdict on the building"),
        ("confidence", "building_confidence", "建筑对应置信度", "confidence of the likeliest building"),
        ("why_zh", "building_why_zh", "建筑对应理由（中文）", "why, in Chinese"),
        ("why_en", "building_why_en", "建筑对应理由（英文）", "why, in English"),
    )
)


def _named(table: schemas.Table) -> schemas.Table:
    """Return a table with the names of its categories beside their codes."""
    at = table.columns.index(table["category"]) + 1
    return replace(table, columns=(*table.columns[:at], *_NAMES, *table.columns[at:]))


_COVERAGE, _BY_TIME = _named(schemas.COVERAGE), _named(schemas.BY_TIME)
_PLACED = {
    name: replace(schemas.TABLES[name], columns=(*schemas.TABLES[name].columns, *_LON_LAT, *_BUILDING))
    for name in ("carriers", *_RECORDS)
    if name != "renewals"
}
_SHEETS = {table.name: table for table in (_COVERAGE, _BY_TIME, *_PLACED.values())}
_WRITTEN = [_SHEETS.get(name, schemas.TABLES[name]) for name in _WHERE]
_DECIMALS = {"share": 4, "°": 6, "m": 1, "m²": 1, "s": 1, "0–100": 1, "人 persons": 1}


def write_workbook(evaluation: Evaluation, path: Path) -> Path:
    """Write all sheets to `path`, whole or not at all. Raises `StudyError` when that is impossible."""
    return write_bytes(path, workbook_bytes(sheets(evaluation)))


def sheets(evaluation: Evaluation) -> list[Sheet]:
    """Return the sheets in order."""
    study, reported = evaluation.study, evaluation.buildings
    reported = reported[reported["in_area"].astype(bool) | reported["on_corridor"].astype(bool)]
    tables = _tables(evaluation, reported, study)
    return [
        Sheet(
            "概要 summary",
            ("项目 item", "数值 value", "低 low", "高 high", "说明 note"),
            _summary(remembering(evaluation)),
        ),
        *(table_sheet(name, table, frame, _kept(study, table.name)) for name, table, frame in tables),
        dictionary_sheet(_WRITTEN, _WHERE),
    ]


def _tables(
    evaluation: Evaluation, reported: pd.DataFrame, study: StudyArea
) -> list[tuple[str, schemas.Table, pd.DataFrame]]:
    return [
        ("覆盖率 coverage", _COVERAGE, _with_names(evaluation, evaluation.coverage)),
        ("按时段 by_time", _BY_TIME, _with_names(evaluation, evaluation.by_time)),
        ("类别 categories", schemas.CATEGORY_TABLE, evaluation.category_table),
        ("建筑 buildings", schemas.BUILDING_RESULTS, reported),
        ("载体 carriers", _SHEETS["carriers"], _with_places(study, "carriers")),
        *(
            (f"{zh} {name}", _SHEETS.get(name, schemas.TABLES[name]), _with_places(study, name))
            for name, zh in _RECORDS.items()
            if len(getattr(study, name))
        ),
        *([("对应 matches", schemas.MATCHES, study.matches)] if len(study.matches) else []),
        *([("未上图 off_map", schemas.OFF_MAP, study.off_map)] if len(study.off_map) else []),
        *targets_tables(evaluation.targets),
        *_innovation_tables.sheets(evaluation.innovation),
        ("账目 account", schemas.ACCOUNT, evaluation.account),
        ("提示 notices", schemas.NOTICES, evaluation.notices),
    ]


def _with_names(evaluation: Evaluation, table: pd.DataFrame) -> pd.DataFrame:
    names = evaluation.category_table
    return table.assign(**{f"category_{lang}": table["category"].map(names[lang]) for lang in ("zh", "en")})


def _with_places(study: StudyArea, name: str) -> pd.DataFrame:
    """Return records with their places in degrees and the building each one is; what has no place has none."""
    table = getattr(study, name)
    if name not in _PLACED:
        return pd.DataFrame(table)
    spots = to_wgs84(table.geometry, name)
    found = study.matches[(study.matches["table"] == name) & (study.matches["rank"].fillna(1) == 1)]
    found = found.set_index("record_id").reindex(table.index.astype("string")).set_axis(table.index)
    sure = found["verdict"].isin(["matched", "carrier"])
    facts = {written.name: found[written.name.removeprefix("building_")] for written in _BUILDING[2:]}
    facts |= {key: found[key].where(sure) for key in ("building_id", "building")}
    return pd.DataFrame(table).assign(lon=spots.x, lat=spots.y, **facts)


def targets_tables(progress: Progress | None) -> list[tuple[str, schemas.Table, pd.DataFrame]]:
    """Return the sheets on the targets of the year; none where the study has none."""
    if progress is None:
        return []
    return [
        ("目标 targets", schemas.TARGETS, progress.table),
        ("目标按月按季 snapshots", schemas.TARGET_SNAPSHOTS, progress.snapshots),
        ("目标记录 records", schemas.TARGET_EVENTS, progress.events),
        ("目标口径 readings", schemas.TARGET_READINGS, progress.readings),
    ]


def write_targets_workbook(progress: Progress, path: Path, about: str) -> Path:
    """Write the sheets on the targets alone, with a line on what they rest on and what their columns mean."""
    tables = targets_tables(progress)
    note = Sheet("说明 note", ("说明 note",), [(about,)])
    words = dictionary_sheet([table for _, table, _ in tables], _WHERE)
    return write_bytes(path, workbook_bytes([note, *(table_sheet(*table) for table in tables), words]))


def dictionary_sheet(tables: list[schemas.Table], where: Mapping[str, str]) -> Sheet:
    """Return the meaning of every column written, in this file and in the others; `where` by the table's name."""
    table = schemas.dictionary(tables)
    table = table[~table["column"].isin(LEFT_OUT | {"geometry"})]
    table.insert(0, "where", [where[name] for name in table["table"]])
    codes = [_words.legend(*key) for key in zip(table["table"], table["column"], strict=True)]
    table["rule"] = [code or rule for code, rule in zip(codes, table["rule"], strict=True)]
    table["missing_allowed"] = table["missing_allowed"].map({True: _words.YES, False: _words.NO})
    head = (
        "所在 where",
        "表 table",
        "列 column",
        "类型 type",
        "单位 unit",
        "含义",
        "meaning",
        "可缺 missing allowed",
        "规则 rule",
    )
    return Sheet("数据字典 dictionary", head, list(table.itertuples(index=False, name=None)))


def _kept(study: StudyArea, name: str) -> tuple[str, ...]:
    """Return the private columns that the study lists by name for a table of records, as this table writes them."""
    entry = getattr(study.config.records, name, None)
    wanted = {fold(header) for header in getattr(entry, "keep", ())}
    if not wanted:
        return ()
    known = {column.name for column in schemas.TABLES[name].all_columns}
    columns = [str(column) for column in getattr(study, name).columns if column not in known]
    return tuple(column for column in columns if wanted & {fold(column), *map(fold, column.split(" / "))})


def table_sheet(
    name: str, table: schemas.Table, frame: pd.DataFrame, kept: tuple[str, ...] = (), *, decimals: int | None = None
) -> Sheet:
    """Return a table as a sheet: headings in Chinese over the column's name; numbers to as many decimals as their unit has.

    `decimals` holds for all numbers instead, where a reader is to reckon with them.
    """
    written = plain_columns(frame, table)
    head = (*(f"{table.label(column).zh}\n{column}" for column in written), *kept)
    columns = [_cells(values, table, column, decimals) for column, values in written.items()]
    columns += [frame[column].astype("string").tolist() for column in kept]
    return Sheet(name, head, list(zip(*columns, strict=True)))


def _cells(values: pd.Series, table: schemas.Table, column: str, decimals: int | None) -> list[Any]:
    """Return the cells of a column: numbers rounded as their unit asks, codes and truth values in words."""
    if table[column].dtype == "float":
        return values.round(_DECIMALS.get(table[column].unit, 3) if decimals is None else decimals).tolist()
    cells = values.tolist()
    if table[column].dtype == "bool":
        words = {True: _words.YES, False: _words.NO}
    elif (table.name, column) in _words.WORDS:
        words = {code: _words.readable(table.name, column, str(code)) for code in values.dropna().unique()}
    else:
        return cells
    return [words.get(cell, cell) for cell in cells]


def _summary(evaluation: Evaluation) -> list[tuple[Any, ...]]:
    """Return the key figures, each with band, unit and base."""
    study = evaluation.study
    rows: list[tuple[Any, ...]] = [("名称 name", study.config.name.zh, None, None, study.config.name.en)]
    if study.config.schematic:
        zh, en = (
            after_title(study.config.schematic.in_(lang), _paper.SCHEMATIC[lang == "en"]) for lang in ("zh", "en")
        )
        rows.append(("示意样本 schematic sample", zh, None, None, en))
    low, high = (_measures.median(evaluation, "area", f"score_total_{end}") for end in ("low", "high"))
    score = _measures.median(evaluation, "area", "score_total")
    rows += [
        ("研究范围 study area", round(study.area.area / 1e6, 4), None, None, "km²"),
        ("建筑 buildings", len(_measures.buildings_of(evaluation, "area")), None, None, "研究范围内 in the study area"),
        (
            "综合得分中位数 median overall score",
            _rounded(score),
            _rounded(low),
            _rounded(high),
            "0–100；步速区间 speed band",
        ),
    ]
    for kind in KINDS:
        value = _measures.median(evaluation, "area", f"score_{kind.lower()}")
        name = f"{_findings.kind_name(kind, 'zh')}得分中位数 median score {kind}"
        rows.append((name, _rounded(value), None, None, "0–100"))
    for group in ("residents", "workers"):
        middle, least, most = (round(v) for v in _measures.people_total(evaluation, group))
        assumed = _measures.assumed_share(evaluation, group)
        share = "—" if assumed is None else f"{assumed:.1%}"
        note = f"人；{share}依据假设的层数或用途 persons; {share} rest on assumed levels or use"
        rows.append((" ".join(_findings.GROUP_NAMES[group]), middle, least, most, note))
    rows.append(("坐标系 CRS", study.crs.to_string(), None, None, None))
    rows.append(("门禁 gates", _content.GATES[study.config.walker.gates][0], None, None, study.config.walker.gates))
    rows.append(("设定校验值 settings sha256", study.config.hash, None, None, None))
    rows.append(("许可 licence", "© OpenStreetMap contributors, ODbL 1.0", None, None, None))
    return rows


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
