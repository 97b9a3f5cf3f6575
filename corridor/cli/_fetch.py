"""`corridor fetch`: OSM data into a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corridor.cli._console import Lang, LangOption, OverpassOption, box, folder, job, say
from corridor.errors import Text


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
    overpass: OverpassOption = None,
    lang: LangOption = Lang.zh,
) -> None:
    """取OSM资料，存为快照 · Save a snapshot of OSM data."""
    with job(lang):
        from corridor import sources

        extract = sources.fetch(
            bbox=box(bbox),
            boundary=boundary,
            place=place,
            source=source,
            overpass_url=overpass,
            offline=offline,
            cache=cache,
            progress=lambda text: say(lang, text),
        )
        sources.write_snapshot(extract, folder(output))
        table = Table(box=None, pad_edge=False)
        table.add_column(Text("表", "table").in_(lang))
        table.add_column(Text("行数", "rows").in_(lang), justify="right")
        for name, count in extract.provenance["counts"].items():
            table.add_row(name, f"{count:,}")
        Console().print(table)
        say(lang, Text(f"快照已存：{output}", f"Snapshot written: {output}"))
