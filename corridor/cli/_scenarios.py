"""`corridor scenarios`: what-if scenarios of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corridor.cli._console import Lang, LangOption, faults, say
from corridor.errors import Text

app = typer.Typer(no_args_is_help=True, help="情景推演 · What-if scenarios.")
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="情景文件（YAML或JSON）· scenario files")]
StudyOption = Annotated[
    Path | None,
    typer.Option(
        "--study", metavar="STUDY.yaml", help="研究，默认与情景文件同一文件夹 · default: beside the first file"
    ),
]


@app.command(epilog="例 · Example:  corridor scenarios check geodata/dingxi/scenarios.yaml")
def check(files: Files, study: StudyOption = None, lang: LangOption = Lang.zh) -> None:
    """核对情景文件，不作计算 · Check scenario files against a study; compute nothing."""
    with faults(lang):
        from corridor.network import build_network
        from corridor.scenarios import check as check_scenarios
        from corridor.scenarios import read_scenarios
        from corridor.study import open_study

        scenarios = read_scenarios(*files)
        say(lang, Text("读入研究资料", "Reading the study"))
        opened = open_study(study or files[0].parent)
        network = build_network(opened.streets, opened.gates, **opened.config.walker.network())
        check_scenarios(opened, network, scenarios)
        table = Table(box=None, pad_edge=False)
        for head, justify in (
            (Text("编号", "id"), "left"),
            (Text("情景", "scenario"), "left"),
            (Text("改动", "edits"), "right"),
            (Text("费用（万元）", "cost (10,000 yuan)"), "right"),
        ):
            table.add_column(head.in_(lang), justify=justify)  # type: ignore[arg-type]
        for one in scenarios:
            cost = "—" if one.cost is None else f"{one.cost:,.0f}"
            table.add_row(one.id, one.name.in_(lang), str(len(one.edits)), cost)
        console = Console()
        console.print(table)
        console.print(
            Text(f"{len(scenarios):,} 个情景，都可以计算。", f"{len(scenarios):,} scenarios, all ready to run.").in_(
                lang
            )
        )
