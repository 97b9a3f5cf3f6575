"""Command line: each command parses, calls one function and prints one table. A command is one module."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from corridor import __version__
from corridor.cli import _check, _fetch, _init, _scenarios, _streets, _study, _targets, _template
from corridor.cli._console import GroupLangOption
from corridor.cli._usage import Commands, speak

__all__ = ["app", "main"]

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="步行创新街区规划工具 · Planning toolkit for walkable innovation districts.",
)
# name, function, examples; in the order of the help.
_COMMANDS = (
    ("study", _study.study, ("corridor study geodata/dingxi -o output", "corridor study my/study.yaml --lang en --only map")),
    ("check", _check.check, ("corridor check geodata/dingxi",)),
    ("fetch", _fetch.fetch, (
        "corridor fetch --bbox 121.40,31.19,121.44,31.23 -o my/osm",
        "corridor fetch --boundary area.geojson --from shanghai.osm.pbf -o my/osm",
    )),
    ("init", _init.init, (
        "corridor init my --bbox 121.40,31.19,121.44,31.23 --corridor 定西路",
        "corridor init my --boundary area.geojson --osm shanghai.osm.pbf",
    )),
    ("streets", _streets.streets, (
        "corridor streets geodata/dingxi -o output", "corridor streets my --street 新华路 -o output",
    )),
    ("targets", _targets.targets, ("corridor targets geodata/dingxi --as-of 2026-06-30", "corridor targets my -o output")),
    ("template", _template.template, (
        "corridor template -o records.xlsx", "corridor template -o firms.xlsx --table firms",
        "corridor template --survey --study my -o survey.xlsx",
    )),
)  # fmt: skip
for _name, _function, _examples in _COMMANDS:
    app.command(_name, epilog="例 · Examples:  " + "   ·   ".join(_examples))(_function)
app.add_typer(_scenarios.app, name="scenarios")


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="版本 · version")] = False,
    lang: GroupLangOption = None,
) -> None:
    speak(context, lang)
    if version:
        sys.stdout.write(f"corridor {__version__}\n")
        raise typer.Exit


def main() -> None:
    """Entry point of the `corridor` command."""
    # A run makes many small objects and lets go of few: looking for cycles less often saves a twentieth of its time.
    gc.set_threshold(200_000, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        # A Chinese Windows console is GBK: a character it lacks must not end the run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    finally:
        # All that lives now is let go of with the process: nobody need look for cycles in it once more.
        gc.freeze()
