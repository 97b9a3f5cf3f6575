"""Command line: each command parses, calls one function and prints one table."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from corridor import __version__
from corridor.errors import CorridorError, Problem, StudyError, Text

if TYPE_CHECKING:
    import pandas as pd

    from corridor.evaluation import Evaluation
    from corridor.study import StudyArea

INPUT_FAULT = 2
STOPPED = 130


class Lang(StrEnum):
    """Language of messages, maps and reports."""

    zh = "zh"
    en = "en"


class Part(StrEnum):
    """An output of `corridor study`."""

    map = "map"
    report = "report"
    tables = "tables"


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="步行创新街区规划工具 · Planning toolkit for walkable innovation districts.",
)
StudyPath = Annotated[
    Path, typer.Argument(metavar="STUDY.yaml", help="study.yaml 或其文件夹 · study.yaml or its folder")
]
LangOption = Annotated[Lang, typer.Option("--lang", help="语言 · language of messages, map and report")]
JsonOption = Annotated[bool, typer.Option("--json", help="结果以JSON印到标准输出 · print the result as JSON on stdout")]


@app.command(
    epilog="例 · Examples:  corridor study geodata/dingxi -o output   ·   "
    "corridor study my/study.yaml --lang en --only map"
)
def study(
    path: StudyPath,
    output: Annotated[Path, typer.Option("-o", "--output", help="输出文件夹 · folder for the results")] = Path(
        "output"
    ),
    lang: LangOption = Lang.zh,
    only: Annotated[
        list[Part] | None, typer.Option("--only", help="只要其中几项 · only these parts (repeat for several)")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="报告另存PDF · also write the report as PDF")] = False,
    as_json: JsonOption = False,
) -> None:
    """评估一个研究范围：地图、报告、表格 · Evaluate a study: map, report, tables."""
    with _faults(lang):
        started = time.perf_counter()
        folder = _folder(output)
        evaluation = _evaluate(path, lang)
        written = _write(evaluation, folder, set(only or Part), lang, pdf=pdf)
        if as_json:
            sys.stdout.write(json.dumps(evaluation.summary, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n")
        else:
            _print_study(evaluation, written, lang)
        _say(lang, Text(*_cost(time.perf_counter() - started)))


@app.command(epilog="例 · Example:  corridor check geodata/dingxi")
def check(path: StudyPath, lang: LangOption = Lang.zh, as_json: JsonOption = False) -> None:
    """读入全部资料，列出问题与完整度，不作计算 · Read everything, list faults and completeness, compute nothing."""
    with _faults(lang):
        from corridor.evaluation import account_table, data_completeness, notice_table
        from corridor.study import open_study

        opened = open_study(path)
        account, notices = account_table(opened.account), notice_table(opened.notices)
        if as_json:
            result = {
                "account": json.loads(account.to_json(orient="records")),
                "notices": json.loads(notices.to_json(orient="records")),
            }
            sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
            return
        _print_check(opened, account, notices, lang)
        _print_completeness(data_completeness(opened), lang)


@app.command(
    epilog="例 · Examples:  corridor fetch --bbox 121.40,31.19,121.44,31.23 -o my/osm   ·   "
    "corridor fetch --boundary area.geojson --from shanghai.osm.pbf -o my/osm"
)
def fetch(
    output: Annotated[Path, typer.Option("-o", "--output", help="快照文件夹 · folder of the snapshot")],
    bbox: Annotated[str | None, typer.Option(metavar="W,S,E,N", help="经纬度范围 · lon/lat box")] = None,
    boundary: Annotated[Path | None, typer.Option(help="边界文件 · boundary file")] = None,
    place: Annotated[str | None, typer.Option(metavar="NAME", help="地名 · name of a place")] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="本地OSM文件 · local OSM file instead of Overpass"),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="不开任何网络连接 · open no connection")] = False,
    cache: Annotated[
        Path | None, typer.Option(help="留存网络应答的文件夹，断网时可用 · folder that keeps answers")
    ] = None,
    lang: LangOption = Lang.zh,
) -> None:
    """取OSM资料，存为快照 · Save a snapshot of OSM data."""
    with _faults(lang):
        started = time.perf_counter()
        from corridor import sources

        extract = sources.fetch(
            bbox=_box(bbox),
            boundary=boundary,
            place=place,
            source=source,
            offline=offline,
            cache=cache,
            progress=lambda text: _say(lang, text),
        )
        sources.write_snapshot(extract, _folder(output))
        table = Table(box=None, pad_edge=False)
        table.add_column(Text("表", "table").in_(lang))
        table.add_column(Text("行数", "rows").in_(lang), justify="right")
        for name, count in extract.provenance["counts"].items():
            table.add_row(name, f"{count:,}")
        Console().print(table)
        _say(lang, Text(f"快照已存：{output}", f"Snapshot written: {output}"))
        _say(lang, Text(*_cost(time.perf_counter() - started)))


@app.command(
    epilog="例 · Examples:  corridor init my --bbox 121.40,31.19,121.44,31.23 --corridor 定西路   ·   "
    "corridor init my --boundary area.geojson --osm shanghai.osm.pbf"
)
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新的研究文件夹 · folder of the new study")],
    bbox: Annotated[str | None, typer.Option(metavar="W,S,E,N", help="经纬度范围 · lon/lat box")] = None,
    boundary: Annotated[Path | None, typer.Option(help="边界文件 · boundary file")] = None,
    osm: Annotated[
        Path | None,
        typer.Option("--osm", metavar="FILE", help="本地OSM文件，从中裁出；不写则联网 · local OSM file to clip"),
    ] = None,
    name: Annotated[str | None, typer.Option(help="研究名称 · name of the study")] = None,
    corridor: Annotated[str | None, typer.Option(metavar="NAME", help="主线街道 · name of the main street")] = None,
    lang: LangOption = Lang.zh,
) -> None:
    """为任何地方建一个可直接计算的研究文件夹 · Write a study folder for any place, ready to run."""
    with _faults(lang):
        started = time.perf_counter()
        from corridor.study import new_study

        path, notices = new_study(
            folder,
            bbox=_box(bbox),
            boundary=boundary,
            osm=osm,
            name=name,
            corridor=corridor,
            progress=lambda text: _say(lang, text),
        )
        for notice in notices:
            if notice.severity == "W":
                _say(lang, Text(f"{notice.what.zh}{notice.action.zh}", f"{notice.what.en} {notice.action.en}"))
        Console().print(str(path), markup=False, highlight=False, soft_wrap=True)
        _say(lang, Text(f"下一步：corridor check {folder}", f"Next: corridor check {folder}"))
        _say(lang, Text(*_cost(time.perf_counter() - started)))


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="版本 · version")] = False) -> None:
    if version:
        sys.stdout.write(f"corridor {__version__}\n")
        raise typer.Exit


def main() -> None:
    """Entry point of the `corridor` command."""
    for stream in (sys.stdout, sys.stderr):
        # A Chinese Windows console is GBK: a character it lacks must not end the run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()


@contextmanager
def _faults(lang: Lang) -> Iterator[None]:
    """Print the problems of a fault one a line and leave with the exit code of its kind."""
    try:
        yield
    except CorridorError as error:
        _end(lang, *error.problems)
    except BrokenPipeError:  # the reader of our output left, as `| head` does: click ends quietly
        raise
    except OSError as error:
        _end(lang, _system_fault(error))
    except MemoryError:
        _end(
            lang,
            Problem(
                Text("内存", "memory").in_(lang),
                Text("内存不够，计算没有完成。", "ran out; the work was not finished."),
                Text("缩小范围，或关闭其他程序。", "Make the area smaller, or close other programs."),
            ),
        )
    except KeyboardInterrupt:
        sys.stderr.write(Text("已中断。\n", "Stopped.\n").in_(lang))
        raise typer.Exit(STOPPED) from None


def _end(lang: Lang, *problems: Problem) -> NoReturn:
    head = Text("错误", "Error").in_(lang)
    for problem in problems:
        sys.stderr.write(f"{head}  {problem.in_(lang)}\n")
    raise typer.Exit(INPUT_FAULT) from None


def _system_fault(error: OSError) -> Problem:
    """Tell a full disk, a locked file or a missing permission by the file's name and the system's words."""
    reason = error.strerror or str(error) or type(error).__name__
    return Problem(
        str(error.filename or error.filename2 or "corridor"),
        Text(f"系统不能读写（{reason}）。", f"the system cannot read or write it ({reason})."),
        Text(
            "检查磁盘空间与权限；文件若在别的程序里打开，先关闭。",
            "Check free space and permission; close the file where another program has it open.",
        ),
    )


def _say(lang: Lang, text: Text) -> None:
    sys.stderr.write(f"{text.in_(lang)}\n")
    sys.stderr.flush()


def _folder(path: Path) -> Path:
    """Make the output folder, or say why it cannot be one."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise StudyError.of(
            str(path), "不是文件夹。", "is not a folder.", "换一个输出位置。", "Choose another place for the output."
        ) from None
    except OSError as error:
        raise StudyError.of(
            str(path),
            f"不能建立文件夹（{error.strerror}）。",
            f"cannot be made ({error.strerror}).",
            "检查权限与磁盘空间。",
            "Check permission and free space.",
        ) from None
    return path


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError:
        raise StudyError.of(
            f"--bbox {text}",
            "不是四个数。",
            "is not four numbers.",
            "例：121.40,31.19,121.44,31.23",
            "Example: 121.40,31.19,121.44,31.23",
        ) from None
    return west, south, east, north


def _evaluate(path: Path, lang: Lang) -> Evaluation:
    _say(lang, Text(f"读入 {path}", f"Reading {path}"))
    from corridor.evaluation import evaluate
    from corridor.study import open_study

    return evaluate(open_study(path), progress=lambda text: _say(lang, text))


def _write(evaluation: Evaluation, folder: Path, parts: set[Part], lang: Lang, *, pdf: bool) -> list[Path]:
    """Write the chosen parts; return the files a planner opens first."""
    from corridor import maps, report

    written: list[Path] = []
    if Part.map in parts:
        _say(lang, Text("绘地图", "Drawing the map"))
        written.append(maps.write_map(evaluation, folder / "map.html", lang=lang.value))
    if Part.report in parts:
        _say(lang, Text("写报告", "Writing the reports"))
        for language in Lang:
            done = report.write_report(evaluation, folder / f"report.{language}.html", lang=language.value, pdf=pdf)
            written += done.files
            for notice in done.notices:
                _say(lang, Text(f"{notice.what.zh}{notice.action.zh}", f"{notice.what.en} {notice.action.en}"))
    if Part.tables in parts:
        _say(lang, Text("写表格", "Writing tables"))
        report.write_tables(evaluation, folder)
    return written


def _print_study(evaluation: Evaluation, written: list[Path], lang: Lang) -> None:
    console = Console()
    summary = evaluation.summary
    name = summary["name"][lang.value]
    if summary["schematic"]:
        console.print(evaluation.study.config.schematic.in_(lang.value), style="yellow", markup=False, soft_wrap=True)  # type: ignore[union-attr]
    table = Table(title=name, title_justify="left", box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for label, value in _figures(summary, lang):
        table.add_row(label, value)
    console.print(table)
    console.print(_worst(evaluation, lang))
    notices = evaluation.notices
    _print_notices(notices[(notices["severity"] == "W") & (notices["code"] != "schematic")], lang)
    for path in written:
        console.print(str(path), markup=False, highlight=False, soft_wrap=True)


def _figures(summary: dict[str, Any], lang: Lang) -> Iterator[tuple[str, str]]:
    def number(value: float | None) -> str:
        # Half up, as the map and the report round; Python would print 74 for 74.5.
        return "—" if value is None else f"{math.floor(value + 0.5):,}"

    yield Text("研究范围", "Study area").in_(lang), f"{summary['area_km2']:.2f} km²"
    yield (
        Text("建筑（计分）", "Buildings (scored)").in_(lang),
        f"{summary['buildings']:,} ({summary['buildings_scored']:,})",
    )
    band = f"{number(summary['score_median_low'])}–{number(summary['score_median_high'])}"
    yield Text("综合得分中位数", "Median overall score").in_(lang), f"{number(summary['score_median'])} ({band})"
    kinds = {
        "LIFE": Text("生活", "Life"),
        "WORK": Text("工作", "Work"),
        "SERVICE": Text("服务", "Service"),
        "EXCHANGE": Text("交流", "Exchange"),
    }
    for kind, label in kinds.items():
        yield f"  {label.in_(lang)}", number(summary["score_median_by_kind"][kind])
    for group, label in (
        ("residents", Text("居民（估）", "Residents (est.)")),
        ("workers", Text("就业者（估）", "Workers (est.)")),
    ):
        value = summary[group]
        yield label.in_(lang), f"{value['middle']:,} ({value['low']:,}–{value['high']:,})"


def _worst(evaluation: Evaluation, lang: Lang, rows: int = 6) -> Table:
    """Lay out the categories with data that the fewest residents reach."""
    import pandas as pd

    area = evaluation.coverage[evaluation.coverage["place"] == "area"]
    groups = ["residents", "workers"]
    # A group nobody belongs to has no share anywhere, and the pivot leaves it out.
    shares = area.pivot_table(index="category", columns="group", values="share", observed=True)
    shares = shares.reindex(columns=groups).astype("Float64")
    table = Table(box=None, pad_edge=False)
    table.add_column(Text("覆盖最低的类别", "Least covered categories").in_(lang))
    table.add_column(Text("居民", "residents").in_(lang), justify="right")
    table.add_column(Text("就业者", "workers").in_(lang), justify="right")
    known = evaluation.category_table[evaluation.category_table["has_data"]]
    order = shares.reindex(known.index).sort_values("residents", kind="stable").head(rows)
    for code, share in order.iterrows():
        table.add_row(
            str(known.loc[code, lang.value]),
            *("—" if pd.isna(share[group]) else f"{share[group]:.1%}" for group in groups),
        )
    return table


def _print_check(opened: StudyArea, account: pd.DataFrame, notices: pd.DataFrame, lang: Lang) -> None:
    console = Console()
    table = Table(
        title=Text("账目：读入＝使用＋排除", "Account: read = used + excluded").in_(lang),
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for head in (
        Text("来源", "source"),
        Text("读入", "read"),
        Text("使用", "used"),
        Text("排除", "excluded"),
        Text("原因", "reason"),
    ):
        table.add_column(head.in_(lang), justify="left" if head.en in {"source", "reason"} else "right")
    for row in account.itertuples():
        table.add_row(
            getattr(row, lang.value),
            f"{row.read:,}",
            f"{row.used:,}",
            f"{row.excluded:,}",
            getattr(row, f"reason_{lang.value}"),
        )
    console.print(table)
    _print_notices(notices, lang)
    verdict = Text(
        f"可以计算：{len(opened.buildings):,}栋建筑，{len(opened.streets):,}条街道。",
        f"Ready: {len(opened.buildings):,} buildings, {len(opened.streets):,} streets.",
    )
    console.print(verdict.in_(lang))


def _print_notices(notices: pd.DataFrame, lang: Lang) -> None:
    """Print what a planner should look at, one notice a line."""
    import pandas as pd

    console = Console()
    severity = {"W": Text("留意", "Note"), "R": Text("已处理", "Mended")}
    for row in notices.itertuples():
        line = "" if pd.isna(row.row) else str(row.row)
        place = " ".join(part for part in (row.file, row.sheet, line, row.column) if part)
        words = (severity[row.severity].in_(lang), place, getattr(row, f"what_{lang}"), getattr(row, f"action_{lang}"))
        console.print("  ".join(word for word in words if word), markup=False, highlight=False, soft_wrap=True)


def _print_completeness(completeness: pd.DataFrame, lang: Lang) -> None:
    table = Table(
        title=Text("资料完整度", "Completeness of the data").in_(lang), title_justify="left", box=None, pad_edge=False
    )
    for head, justify in (
        (Text("项目", "item"), "left"),
        (Text("占比", "share"), "right"),
        (Text("怎么算", "counted as"), "left"),
    ):
        table.add_column(head.in_(lang), justify=justify)  # type: ignore[arg-type]
    for row in completeness.itertuples():
        share = f"{row.share:.1%}" if isinstance(row.share, float) else "—"
        table.add_row(getattr(row, lang.value), share, getattr(row, f"basis_{lang.value}"))
    Console().print(table)


def _cost(seconds: float) -> tuple[str, str]:
    """Time and peak memory of this run, as two sentences."""
    memory = _peak_mb()
    zh = f"用时 {seconds:.1f} s" + (f"，内存峰值 {memory:,.0f} MB" if memory else "")
    en = f"Took {seconds:.1f} s" + (f", peak memory {memory:,.0f} MB" if memory else "")
    return zh, en


def _peak_mb() -> float | None:
    try:
        import resource
    except ImportError:  # Windows keeps no such count
        return None
    peak: float = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)
