"""`corridor targets`: how far the aims of the year are."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from corridor.cli._console import (
    CacheOption,
    JsonOption,
    Lang,
    LangOption,
    NoCacheOption,
    StudyPath,
    cache_folder,
    faults,
    folder,
    print_notices,
    say,
)
from corridor.errors import StudyError, Text

if TYPE_CHECKING:
    from corridor.targets import Progress


def targets(
    path: StudyPath,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="截至哪一天，默认今天 · day of the count, default today"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="另存表格与图的文件夹 · folder for targets.xlsx and the chart"),
    ] = None,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
    lang: LangOption = Lang.zh,
    as_json: JsonOption = False,
) -> None:
    """年度目标：已完成、应完成、依据与疑点 · Targets of the year: achieved, due, evidence and doubts."""
    with faults(lang):
        day = _day(as_of)
        from corridor.evaluation import notice_table
        from corridor.report import write_targets
        from corridor.study import open_study
        from corridor.targets import read_targets, track_study

        study = open_study(path, cache=cache_folder(cache, no_cache=no_cache))
        settings = read_targets(study.config, default=True)
        progress = track_study(study, settings, as_of=day)
        if progress is None:  # never with the default settings
            return
        schematic = study.config.schematic
        if as_json:
            result = json.loads(progress.table.reset_index().to_json(orient="records", date_format="iso"))
            sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        else:
            if schematic:
                Console().print(schematic.in_(lang), style="yellow", markup=False, soft_wrap=True)
            if study.config.targets is None:
                say(
                    lang,
                    Text(
                        "study.yaml 没有写 targets，按答复中的五项。", "study.yaml names no targets: the letter's five."
                    ),
                )
            _print_day(day, today=as_of is None, given=settings.as_of if settings else None, lang=lang)
            _print(progress, lang)
            print_notices(notice_table(progress.notices), lang)
        if output is not None:
            written = write_targets(
                progress, folder(output), lang=lang.value, about=schematic.in_(lang) if schematic else ""
            )
            for file in written.files:
                say(lang, Text(str(file), str(file)))


def _day(text: str | None) -> datetime.date:
    if text is None:
        return datetime.date.today()
    try:
        return datetime.datetime.strptime(text.strip().replace("/", "-").replace(".", "-"), "%Y-%m-%d").date()
    except ValueError:
        raise StudyError.of(
            f"--as-of {text}",
            "不是日期。",
            "is no date.",
            "写成 2026-06-30。",
            "Write it as 2026-06-30.",
        ) from None


def _print_day(day: datetime.date, *, today: bool, given: datetime.date | None, lang: Lang) -> None:
    zh, en = f"截至 {day}", f"As of {day}"
    if today:
        zh, en = f"{zh}（今天）", f"{en} (today)"
        if given is not None and given != day:
            zh += f"；study.yaml 写的是 {given}，corridor study 用该日"
            en += f"; study.yaml says {given}, which `corridor study` uses"
    Console().print(Text(zh, en).in_(lang), markup=False, highlight=False, soft_wrap=True)


_HEADS = (
    ("name", Text("目标", "target"), "left"),
    ("aim", Text("目标值", "aim"), "left"),
    ("achieved", Text("已完成", "achieved"), "right"),
    ("due", Text("按天应完成", "due by day"), "right"),
    ("due_quarter", Text("按季应完成", "by quarter"), "right"),
    ("state", Text("状态", "state"), "left"),
)


def _print(progress: Progress, lang: Lang) -> None:
    from corridor.report import target_rows

    words: dict[str, Any] = target_rows(progress, lang.value)
    table = Table(box=None, pad_edge=False)
    for _, head, justify in _HEADS:
        table.add_column(head.in_(lang), justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in words.get("rows", ()):
        table.add_row(*(str(row[name]) for name, _, _ in _HEADS))
    console = Console()
    console.print(table)
    colon, stop = ("：", "；") if lang is Lang.zh else (": ", "; ")
    heads = {
        "owner": Text("责任部门", "department"), "used": Text("口径", "rule"), "open": Text("待明确", "left open"),
        "others": Text("其他口径", "other readings"), "doubt": Text("疑点", "in doubt"),
    }  # fmt: skip
    for row, rule in zip(words.get("rows", ()), words.get("rules", ()), strict=True):
        facts = {**row, **rule, "others": stop.join(rule["others"])}
        said = [
            head.in_(lang) + colon + str(facts[name]).rstrip("。.")
            for name, head in heads.items()
            if facts[name] not in {"", "—"}
        ]
        console.print(f"{row['name']}　{stop.join(said)}", markup=False, highlight=False, soft_wrap=True)
