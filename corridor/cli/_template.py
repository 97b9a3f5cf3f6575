"""`corridor template`: an empty workbook for the district's records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corridor.cli._console import Lang, LangOption, faults, say
from corridor.errors import Text


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
    lang: LangOption = Lang.zh,
) -> None:
    """写一本空白台账：各表、下拉词表与数据字典 · Write an empty workbook: tables, lists to choose from, dictionary."""
    with faults(lang):
        from corridor import carriers

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
