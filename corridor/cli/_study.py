"""`corridor study`: the main job."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from corridor.cli._beside import beside
from corridor.cli._console import (
    CacheOption,
    JsonOption,
    Lang,
    LangOption,
    NoCacheOption,
    StudyPath,
    cache_folder,
    folder,
    job,
    print_notices,
    say,
    told,
)
from corridor.cli._steps import on_its_network, write_streets
from corridor.errors import Language, StudyError, Text

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation, Footing, StreetStudy


class Part(StrEnum):
    """An output of `corridor study`."""

    map = "map"
    report = "report"
    tables = "tables"
    streets = "streets"


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
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    """评估一个研究范围：地图、报告、表格 · Evaluate a study: map, report, tables."""
    with job(lang):
        target, parts = folder(output), set(only or Part)
        kept = cache_folder(cache, no_cache=no_cache)
        footing = on_its_network(path, lang, kept)
        evaluation, written = _evaluated(footing, target, parts, lang, kept, pdf=pdf)
        if as_json:
            sys.stdout.write(json.dumps(evaluation.summary, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n")
        else:
            _print_study(evaluation, written, lang)


def _evaluated(
    footing: Footing, folder: Path, parts: set[Part], lang: Lang, cache: Path | None, *, pdf: bool
) -> tuple[Evaluation, list[Path]]:
    """Evaluate a study and write the chosen parts; return also the files a planner opens first.

    Streets need no evaluation, tables no streets and the map no report: what takes as long goes on beside. Nothing is
    written before the evaluation is there.
    """
    from corridor import maps, report
    from corridor.evaluation import evaluate, street_study

    study, studied = footing.study, None
    if Part.streets in parts and study.config.corridor is not None:
        studied = beside(lambda: street_study(footing, progress=lambda text: say(lang, text)), held=(study,))
    evaluation = evaluate(footing, cache=cache, progress=lambda text: say(lang, text))
    written: list[Path] = []
    tables = reports = None
    if Part.tables in parts:
        say(lang, Text("写表格", "Writing tables"))
        tables = beside(lambda: report.write_tables(evaluation, folder))
    streets = None if studied is None else _unless_impossible(studied, lang)
    if Part.report in parts:
        say(lang, Text("写报告", "Writing the reports"))
        paths: dict[Language, Path] = {"zh": folder / "report.zh.html", "en": folder / "report.en.html"}
        reports = beside(lambda: report.write_reports(evaluation, paths, pdf=pdf, streets=streets))
    if Part.map in parts:
        say(lang, Text("绘地图", "Drawing the map"))
        written.append(maps.write_map(evaluation, folder / "map.html", lang=lang.value, street_study=streets))
    if streets is not None:
        say(lang, Text("写街道研究", "Writing the study of streets"))
        written += write_streets(streets, folder, lang)
    if tables is not None:
        tables()
    if reports is not None:
        written += told(reports(), lang)
    return evaluation, written


def _unless_impossible(studied: Callable[[], StreetStudy], lang: Lang) -> StreetStudy | None:
    """Return the study of streets; None where what the corridor names cannot be studied, which is said."""
    try:
        return studied()
    except StudyError as error:
        for problem in error.problems:
            what = problem.in_(lang)
            say(lang, Text(f"街道研究没有完成：{what}", f"The study of streets was not made: {what}"))
        return None


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
    print_notices(notices[(notices["severity"] == "W") & (notices["code"] != "schematic")], lang)
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
