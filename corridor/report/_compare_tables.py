"""Tables of a comparison: Parquet of every indicator, a workbook for planners, a workbook a scenario on request."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor import schemas
from corridor.errors import StudyError
from corridor.report._exports import plain
from corridor.report._files import replacing, write_bytes
from corridor.report._gains import WHO, Floats, Line, largest, places
from corridor.report._tables import arrow_schema
from corridor.report._xlsx import Sheet, workbook_bytes
from corridor.schemas import significant, unit_words
from corridor.streets import compass

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
_GAIN_SHEETS = {
    "街道得失 streets": schemas.SCENARIO_STREETS,
    "各侧得失 sides": schemas.SCENARIO_SIDES,
    "最大变化 largest": schemas.SCENARIO_LARGEST,
}
_SIDES = {side: " ".join(words) for side, words in compass.WORDS.items()}
# Persons in buildings are estimates, and so is what is reckoned with them.
_ESTIMATES = {
    schemas.SCENARIO_RANKING[name].unit
    for name in ("points_mean", "residents_gain", "person_points", "points_per_cost")
}
_ROUGH = {"persons", "m²"}
_SCORE_DECIMALS = 1


@contextmanager
def parquet(batch: Batch, path: Path) -> Iterator[Callable[[Result], None]]:
    """Give what takes the results of a batch, one after the other, into a Parquet file of all their indicators.

    All results of a batch have the same indicators in the same order, so that only the numbers differ: the other columns
    are made once, for a few hundred scenarios, which are in memory and written at a time.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = schemas.SCENARIO_INDICATORS
    schematic = batch.scene.schematic
    note = {f"schematic_{lang}": schematic[lang] for lang in ("zh", "en")} if schematic else {}
    schema = arrow_schema(table, note)
    count, before = len(batch.words), batch.words["value"].to_numpy(dtype=float, na_value=np.nan)
    words = batch.words.reset_index()
    same = {name: pa.array(np.tile(words[name].to_numpy(dtype=object), _GROUP), pa.string(), from_pandas=True)
            for name in ("code", "group", "unit")}  # fmt: skip
    same["baseline"] = pa.array(np.tile(before, _GROUP), from_pandas=True)
    with replacing(path) as draft, pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        ids: list[str] = []
        values: list[Floats] = []

        def flush() -> None:
            value = np.array(values)
            other = {
                "scenario_id": pa.array(ids, pa.string()).take(pa.array(np.repeat(np.arange(len(ids)), count))),
                "value": pa.array(value.ravel(), from_pandas=True),
                "change": pa.array((value - before).ravel(), from_pandas=True),
            }
            columns = {name: whole.slice(0, value.size) for name, whole in same.items()} | other
            writer.write_table(pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema))
            ids.clear()
            values.clear()

        def take(result: Result) -> None:
            ids.append(result.id)
            values.append(result.value)
            if len(ids) == _GROUP:
                flush()

        yield take
        if ids:
            flush()


class Room:
    """How many rows each scenario would take on the longer of the sheets that hold several of it, counted on the way.

    `before` are the indicators as they are today.
    """

    def __init__(self, batch: Batch) -> None:
        self.before = batch.words["value"].to_numpy(dtype=float, na_value=np.nan)
        self.rows: dict[str, int] = {}

    def add(self, result: Result) -> None:
        """Count the rows of one result."""
        gain = result.gain
        self.rows[result.id] = max(len(result.moved(self.before)), len(gain["by_street"]), len(gain["largest"]))


def _fitting(lines: list[Line], rows: dict[str, int]) -> list[str]:
    """Return the scenarios, best first, that the long sheets have room for, each whole."""
    ids = [line.entry.id for line in lines if not line.entry.failed]
    total = np.cumsum([rows[id_] for id_ in ids], dtype=np.int64)
    return ids[: int(np.searchsorted(total, _MOST_ROWS, side="right"))]


def write_workbook(batch: Batch, lines: list[Line], room: Room, path: Path) -> Path:
    """Write ranking, indicators that change, gains and losses by street and side, largest changes, data dictionary."""
    ranked = pd.DataFrame([_ranking_row(line) for line in lines])
    best = _fitting(lines, room.rows)
    indicators: dict[str, _Part] = {}
    whose: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for result in batch.results(set(best)):
        indicators[result.id] = _Part.of(result, result.moved(room.before))
        whose[result.id] = _gain_rows(result)
    done = sum(not line.entry.failed for line in lines)
    sheets = [
        Sheet("说明 note", ("项目 item", "内容 text"), _note(batch.scene, lines, len(best), done)),
        _sheet("排序 ranking", schemas.SCENARIO_RANKING, ranked),
        _indicator_sheet(batch.words, [indicators[id_] for id_ in best]),
        *(
            _sheet(name, table, pd.DataFrame([row for id_ in best for row in whose[id_][name]]))
            for name, table in _GAIN_SHEETS.items()
        ),
        Sheet(
            "指标 codes",
            ("指标代码 code", "指标", "indicator"),
            list(batch.words[["zh", "en"]].itertuples(name=None)),
        ),
        _dictionary(),
    ]
    return write_bytes(path, workbook_bytes(sheets))


def _gain_rows(result: Result) -> dict[str, list[dict[str, Any]]]:
    head = {"zh": result.names[0].zh, "en": result.names[0].en, "scenario_id": result.id}
    rows = (places(result, "street"), places(result, "side"), largest(result))
    return {name: [{**head, **row} for row in part] for name, part in zip(_GAIN_SHEETS, rows, strict=True)}


class _Part(NamedTuple):
    """Some indicators of one scenario, by their numbers."""

    id: str
    name: str
    number: npt.NDArray[np.int64]
    value: Floats

    @classmethod
    def of(cls, result: Result, number: npt.NDArray[np.int64]) -> _Part:
        return cls(result.id, result.names[0].zh, number, result.value[number])


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
                    _indicator_sheet(batch.words, [_Part.of(result, np.arange(len(batch.words)))]),
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
        "person_points": line.points,
        "points_per_cost": line.per_cost,
    }
    for lang in ("zh", "en"):
        row[f"why_{lang}"] = " ".join(problem.in_(lang) for problem in entry.problems) or None
    return row


def _indicator_sheet(words: pd.DataFrame, parts: Sequence[_Part]) -> Sheet:
    head = ("情景\nscenario", "情景编号\nscenario_id", "指标代码\ncode", "指标", "indicator", "单位\nunit", "现状\nbaseline", "情景\nvalue", "变化\nchange")  # fmt: skip
    number = np.concatenate([part.number for part in parts]) if parts else np.zeros(0, np.int64)
    value = np.concatenate([part.value for part in parts]) if parts else np.zeros(0)
    told = words.reset_index()[["code", "zh", "en", "unit"]].astype(object)
    rough = told["unit"].isin(_ROUGH).to_numpy()[number].tolist()
    told["unit"] = [_both(unit) for unit in told["unit"]]
    named = told.to_numpy()[number]
    before = words["value"].to_numpy(dtype=float, na_value=np.nan)[number]
    numbers = [_readable(column, rough) for column in (before, value, value - before)]
    whose = [(part.name, part.id) for part in parts for _ in range(len(part.number))]
    rows = [(*who, *row, *told) for who, row, *told in zip(whose, named.tolist(), *numbers, strict=True)]
    return Sheet("指标变化 indicators", head, rows)


def _both(unit: object) -> str:
    words = unit_words("" if unit is None or unit is pd.NA else str(unit))
    return words.zh if words.zh == words.en else f"{words.zh} {words.en}"


def _readable(column: Floats, rough: list[bool]) -> list[float]:
    """Return numbers as a reader takes them: estimates with three significant digits; all are whole in the Parquet."""
    return [significant(v) if told else v for v, told in zip(np.round(column, 6).tolist(), rough, strict=True)]


def _sheet(name: str, table: schemas.Table, frame: pd.DataFrame) -> Sheet:
    wanted = [column.name for column in table.all_columns]
    if frame.empty:
        frame = pd.DataFrame(columns=wanted)
        frame = frame.set_index(table.index.name) if table.index is not None else frame
    written = plain(frame, table)
    for column in written.columns:
        if table[column].unit in _ESTIMATES:
            written[column] = written[column].map(significant, na_action="ignore")
        elif table[column].dtype == "float":
            written[column] = written[column].round(_SCORE_DECIMALS)
        if column == "side":
            written[column] = written[column].map(_SIDES).astype("string")
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


def _note(scene: Scene, lines: list[Line], best: int, done: int) -> list[tuple[str, str]]:
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
            "人·分 person-points",
            "综合得分变化×（居民＋就业者），逐栋相加；企业到四个环节与各类站点的步行合计缩短为受益 "
            "change of the overall score times residents and workers, summed over buildings; "
            "a firm gains where its walks to the four stages and the stations, together, become shorter",
        ),
        (
            "精度 precision",
            "估计值取三位有效数字；原值见 scenarios.parquet estimates have three significant digits; scenarios.parquet holds them whole",
        ),
        ("行数 rows", " ".join(_held(best, done))),
    ]


def _held(best: int, done: int) -> tuple[str, str]:
    """Say of how many scenarios the long sheets tell."""
    if best == done:
        return (
            "各表均含全部情景；全部指标（含不变者）见 scenarios.parquet。",
            "Every sheet holds all scenarios; all indicators, also those that stay, are in scenarios.parquet.",
        )
    return (
        f"{done:,} 个有结果的情景都在“排序”表；“指标变化”和各得失表每表至多 {_MOST_ROWS:,} 行，只列排序最前的 {best:,} 个。"
        "全部情景的全部指标见 scenarios.parquet。",
        f"The ranking holds all {done:,} scenarios with a result; the sheets of indicators, gains and losses end at "
        f"{_MOST_ROWS:,} rows and hold the {best:,} ranked best. All indicators of all scenarios are in scenarios.parquet.",
    )


def _dictionary() -> Sheet:
    table = schemas.dictionary(schemas.SCENARIO_TABLES)
    table["missing_allowed"] = table["missing_allowed"].map({True: "是 yes", False: "否 no"})
    head = ("表 table", "列 column", "类型 type", "单位 unit", "含义", "meaning", "可缺 missing allowed", "规则 rule")
    return Sheet("数据字典 dictionary", head, list(table.itertuples(index=False, name=None)))
