"""`corridor template`: an empty workbook for the district's records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corridor.cli._console import CacheOption, Lang, LangOption, NoCacheOption, cache_folder, faults, say
from corridor.errors import StudyError, Text


def template(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE.xlsx", help="空白台账 · the empty workbook to write")
    ],
    tables: Annotated[
        list[str] | None,
        typer.Option(
            "--table", metavar="NAME", help="只要其中几张表，如 carriers · only these tables (repeat for several)"
        ),
    ] = None,
    survey: Annotated[
        bool,
        typer.Option(
            "--survey", help="街道调查表，按研究的街段列好 · the street survey, rows for the study's segments"
        ),
    ] = False,
    study: Annotated[
        Path | None,
        typer.Option("--study", metavar="STUDY.yaml", help="调查表所属的研究 · the study the survey is for"),
    ] = None,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
    lang: LangOption = Lang.zh,
) -> None:
    """写一本空白台账：各表、下拉词表与数据字典 · Write an empty workbook: tables, lists to choose from, dictionary."""
    with faults(lang):
        from corridor import carriers

        if survey:
            _survey(output, study, cache_folder(cache, no_cache=no_cache), lang)
            return

        path = carriers.write_template(output, carriers.TABLES if tables is None else tables)
        table = Table(box=None, pad_edge=False)
        for head in (Text("表", "table"), Text("study.yaml 中的名称", "name in study.yaml"), Text("列数", "columns")):
            table.add_column(head.in_(lang), justify="right" if head.en == "columns" else "left")
        for name in carriers.TABLES:
            if tables is None or name in tables:
                table.add_row(carriers.label(name).in_(lang), name, str(len(carriers.dictionary(name))))
        Console().print(table)
        Console().print(str(path), markup=False, highlight=False, soft_wrap=True)
        say(
            lang,
            Text(
                f"填好后在 study.yaml 写明，例如 records: {{carriers: {{file: {path.name}, datum: gcj02}}}}",
                f"Once filled in, name it in study.yaml, such as records: {{carriers: {{file: {path.name}, datum: gcj02}}}}",
            ),
        )


def _survey(output: Path, study: Path | None, cache: Path | None, lang: Lang) -> None:
    """Write the survey workbook of a study's segments."""
    if study is None:
        raise StudyError.of(
            "--survey",
            "要按街段列表，须写明研究。",
            "the rows are the study's own segments, so it must be named.",
            "例如：--study geodata/dingxi。",
            "For example: --study geodata/dingxi.",
        )
    from corridor import carriers
    from corridor.network import build_network
    from corridor.streets import build_segments
    from corridor.study import open_study

    opened = open_study(study, cache=cache)
    network = build_network(opened.streets, opened.gates, **opened.config.walker.network(), cache=cache)
    segments = build_segments(opened, network).segments
    path = carriers.write_survey_template(output, segments, opened.config.survey.items)
    Console().print(str(path), markup=False, highlight=False, soft_wrap=True)
    count = int((segments["role"] == "corridor").sum()) or len(segments)
    say(
        lang,
        Text(
            f"{count:,}个街段，{len(opened.config.survey.items)}个项目。填好后在 study.yaml 写明 records: {{survey: {{file: {path.name}}}}}",
            f"{count:,} segments, {len(opened.config.survey.items)} items. Once filled in, name it in study.yaml: records: {{survey: {{file: {path.name}}}}}",
        ),
    )
