"""Tables of a comparison: Parquet of every indicator, a workbook for planners, a workbook a scenario on request."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridor import schemas
from corridor.errors import StudyError
from corridor.report._exports import plain
from corridor.report._files import replacing, write_bytes
from corridor.report._gains import WHO, Changed, Line, streets
from corridor.report._tables import arrow_schema
from corridor.report._xlsx import Sheet, workbook_bytes

if TYPE_CHECKING:
    from corridor.batch.scenarios import Batch
    from corridor.batch.scene import Scene
    from corridor.scenarios import Result

# Scenarios in one row group: what is in memory at a time.
_GROUP = 200
# Rows of one sheet: Excel ends at 1,048,576, and is slow long before.
_MOST_ROWS = 100_000
_STATUS = {"done": "已完成 done", "failed": "失败 failed"}
_SLUG_BYTES = 60


def write_parquet(batch: Batch, path: Path) -> Path:
    """Write every indicator of every scenario, a few hundred scenarios at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = schemas.SCENARIO_INDICATORS
    schematic = batch.scene.schematic
    note = {f"schematic_{lang}": schematic[lang] for lang in ("zh", "en")} if schematic else {}
    schema = arrow_schema(table, note)
    with replacing(path) as draft, pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        part: list[pd.DataFrame] = []

        def flush() -> None:
            written = plain(pd.concat(part), table)
            arrays = [pa.Array.from_pandas(written[field.name], type=field.type) for field in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            part.clear()

        for result in batch.results():
            part.append(_indicators(result))
            if len(part) == _GROUP:
                flush()
        if part:
            flush()
    return path


def _indicators(result: Result) -> pd.DataFrame:
    return result.indicators.reset_index().assign(scenario_id=result.id)


class Gathered:
    """Rows of the workbook, taken from each result as it is read."""

    def __init__(self) -> None:
        self.indicators: list[pd.DataFrame] = []
        self.streets: list[dict[str, Any]] = []
        self.named: dict[str, tuple[str, str]] = {}
        self._rows = 0

    def add(self, result: Result, changed: list[Changed]) -> None:
        """Take the rows of one result, as long as the sheets have room."""
        table = result.indicators
        if not self.named:
            self.named = {code: (zh, en) for code, zh, en in zip(table.index, table["zh"], table["en"], strict=True)}
        if self._rows <= _MOST_ROWS:
            change = table["change"].to_numpy(dtype=float, na_value=np.nan)
            known = table["baseline"].notna().to_numpy() | table["value"].notna().to_numpy()
            moved = table[np.where(np.isnan(change), known, change != 0)]
            self.indicators.append(_named(result, moved))
            self._rows += len(moved)
        if len(self.streets) <= _MOST_ROWS:
            head = {"zh": result.names[0].zh, "en": result.names[0].en, "scenario_id": result.id}
            self.streets += [{**head, **row} for row in streets(changed)]


def _named(result: Result, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.reset_index().assign(scenario_id=result.id, scenario=result.names[0].zh)


def write_workbook(batch: Batch, lines: list[Line], gathered: Gathered, path: Path) -> Path:
    """Write ranking, indicators that change, gains and losses by street, and the data dictionary."""
    ranked = pd.DataFrame([_ranking_row(line) for line in lines])
    sheets = [
        Sheet("说明 note", ("项目 item", "内容 text"), _note(batch.scene, lines)),
        _sheet("排序 ranking", schemas.SCENARIO_RANKING, ranked),
        _indicator_sheet(gathered.indicators),
        _sheet("街道得失 streets", schemas.SCENARIO_STREETS, pd.DataFrame(gathered.streets).head(_MOST_ROWS)),
        Sheet(
            "指标 codes",
            ("指标代码 code", "指标", "indicator"),
            [(code, zh, en) for code, (zh, en) in gathered.named.items()],
        ),
        _dictionary(),
    ]
    return write_bytes(path, workbook_bytes(sheets))


def write_details(batch: Batch, folder: Path) -> tuple[Path, ...]:
    """Write a workbook a scenario into `folder`: its indicators and every building it changes."""
    if folder.is_symlink():
        raise StudyError.of(
            str(folder),
            "是符号链接，不写到别处去。",
            "is a symbolic link; nothing is written through it.",
            "请移走它。",
            "Move it away.",
        )
    return tuple(
        write_bytes(
            folder / f"{slug(result.names[0].zh)}-{result.id}.xlsx",
            workbook_bytes(
                [
                    Sheet(
                        "说明 note",
                        ("项目 item", "内容 text"),
                        [("情景 scenario", name.zh) for name in result.names] + _about(batch.scene),
                    ),
                    _indicator_sheet(
                        [result.indicators.reset_index().assign(scenario_id=result.id, scenario=result.names[0].zh)]
                    ),
                    _sheet("逐栋变化 changes", schemas.SCENARIO_CHANGES, result.changes),
                ]
            ),
        )
        for result in batch.results()
    )


def slug(name: str) -> str:
    """Return a name made safe as a part of a file's name on every system.

    Letters, digits and Chinese characters stay, everything else becomes "-"; at most 60 bytes. It is never empty and
    never the name of a device; what follows it in a file's name keeps equal ones apart.
    """
    plain_name = unicodedata.normalize("NFKC", name)
    kept = "".join(c if c.isalnum() else "-" for c in plain_name).strip("-")
    kept = "-".join(part for part in kept.split("-") if part)
    short = kept.encode("utf-8")[:_SLUG_BYTES].decode("utf-8", "ignore").strip("-")
    return f"s-{short}" if short else "s"


def _ranking_row(line: Line) -> dict[str, Any]:
    entry = line.entry
    row: dict[str, Any] = {
        "rank": line.rank,
        "zh": "、".join(name.zh for name in entry.names),
        "en": ", ".join(name.en for name in entry.names),
        "scenario_id": entry.id,
        "status": "failed" if entry.failed else "done",
        "points_mean": line.mean,
        **{name: line.who.get(name) for name in WHO},
        "cost": entry.cost,
        "points_per_cost": line.per_cost,
    }
    for lang in ("zh", "en"):
        row[f"why_{lang}"] = " ".join(problem.in_(lang) for problem in entry.problems) or None
    return row


def _indicator_sheet(parts: list[pd.DataFrame]) -> Sheet:
    head = ("情景\nscenario", "情景编号\nscenario_id", "指标代码\ncode", "指标", "indicator", "单位\nunit", "现状\nbaseline", "情景\nvalue", "变化\nchange")  # fmt: skip
    columns = ["scenario", "scenario_id", "code", "zh", "en", "unit", "baseline", "value", "change"]
    table = pd.concat(parts)[columns].head(_MOST_ROWS) if parts else pd.DataFrame(columns=columns)
    for name in ("baseline", "value", "change"):
        table[name] = table[name].astype("Float64").round(6)
    return Sheet("指标变化 indicators", head, list(table.astype(object).itertuples(index=False, name=None)))


def _sheet(name: str, table: schemas.Table, frame: pd.DataFrame) -> Sheet:
    wanted = [column.name for column in table.all_columns]
    if frame.empty:
        frame = pd.DataFrame(columns=wanted)
        frame = frame.set_index(table.index.name) if table.index is not None else frame
    written = plain(frame, table)
    for column in written.columns:
        if table[column].dtype == "float":
            written[column] = written[column].round(4 if column == "points_mean" else 2)
        if column == "status":
            written[column] = written[column].map(_STATUS).astype("string")
    head = tuple(f"{table.label(c).zh}\n{c}" for c in written.columns)
    return Sheet(name, head, list(written.astype(object).itertuples(index=False, name=None)))


def _about(scene: Scene) -> list[tuple[str, str]]:
    rows = [("研究 study", f"{scene.name['zh']} · {scene.name['en']}")]
    if scene.schematic:
        rows.append(("注意 note", f"{scene.schematic['zh']} {scene.schematic['en']}"))
    rows.append(("资料指纹 fingerprint", scene.fingerprint))
    rows.append(("许可 licence", "© OpenStreetMap contributors, ODbL 1.0"))
    return rows


def _note(scene: Scene, lines: list[Line]) -> list[tuple[str, str]]:
    failed = sum(line.entry.failed for line in lines)
    return [
        *_about(scene),
        ("情景 scenarios", f"{len(lines):,}（失败 failed {failed:,}）"),
        (
            "排序 ranking",
            "按研究范围内居民与就业者的人均综合得分变化 "
            "by the change of the overall score, mean over residents and workers of the study area",
        ),
        (
            "行数 rows",
            f"“指标变化”“街道得失”各至多 {_MOST_ROWS:,} 行，全部指标见 scenarios.parquet "
            f"the sheets of indicators and streets end at {_MOST_ROWS:,} rows; all indicators are in scenarios.parquet",
        ),
    ]


def _dictionary() -> Sheet:
    table = schemas.dictionary(schemas.SCENARIO_TABLES)
    table["missing_allowed"] = table["missing_allowed"].map({True: "是 yes", False: "否 no"})
    head = ("表 table", "列 column", "类型 type", "单位 unit", "含义", "meaning", "可缺 missing allowed", "规则 rule")
    return Sheet("数据字典 dictionary", head, list(table.itertuples(index=False, name=None)))
