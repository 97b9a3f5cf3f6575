"""`corridor init`: a study folder for any place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from corridor.cli._console import Lang, LangOption, OverpassOption, box, job, say
from corridor.errors import Text


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
    overpass: OverpassOption = None,
    lang: LangOption = Lang.zh,
) -> None:
    """为任何地方建一个可直接计算的研究文件夹 · Write a study folder for any place, ready to run."""
    with job(lang):
        from corridor.study import new_study

        path, notices = new_study(
            folder,
            bbox=box(bbox),
            boundary=boundary,
            osm=osm,
            name=name,
            corridor=corridor,
            overpass_url=overpass,
            progress=lambda text: say(lang, text),
        )
        for notice in notices:
            if notice.severity == "W":
                say(lang, Text(f"{notice.what.zh}{notice.action.zh}", f"{notice.what.en} {notice.action.en}"))
        Console().print(str(path), markup=False, highlight=False, soft_wrap=True)
        say(lang, Text(f"下一步：corridor check {folder}", f"Next: corridor check {folder}"))
