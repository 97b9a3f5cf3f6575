"""`corridor streets`: which stretch of which street first, why, and with what."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
)
from corridor.cli._steps import on_its_network, write_streets
from corridor.errors import Text

if TYPE_CHECKING:
    import pandas as pd

    from corridor.evaluation import StreetStudy

_SHOWN = 15


def streets(
    path: StudyPath,
    output: Annotated[Path, typer.Option("-o", "--output", help="输出文件夹 · folder for the results")] = Path(
        "output"
    ),
    street: Annotated[
        str | None,
        typer.Option("--street", metavar="NAME", help="以此街道为主线 · take this street as the corridor"),
    ] = None,
    whole_network: Annotated[
        bool, typer.Option("--whole-network", help="排全部街道，不限主线与支路 · rank every street of the map")
    ] = False,
    draws: Annotated[
        int, typer.Option("--draws", min=0, max=100_000, help="权重抽样次数，0为不检验 · draws of weights; 0: none")
    ] = 1000,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="抽样种子 · seed of the draws, default that of the settings")
    ] = None,
    lang: LangOption = Lang.zh,
    as_json: JsonOption = False,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    """街道更新研究：街段指标、排序与措施 · Upgrade study of streets: indicators, ranking, measures by segment."""
    with job(lang):
        target = folder(output)
        kept = cache_folder(cache, no_cache=no_cache)
        footing = on_its_network(path, lang, kept, street)
        from corridor.evaluation import evaluate, street_study
        from corridor.maps import lay_ground

        ground = beside(lambda: lay_ground(evaluate(footing, only=(), cache=kept)))
        found = street_study(
            footing,
            draws=draws,
            seed=seed,
            whole_network=whole_network,
            progress=lambda text: say(lang, text),
            beside=beside,
        )
        say(lang, Text("绘地图，写街道研究", "Drawing the map, writing the study of streets"))
        written = write_streets(found, target, lang, ground)
        if as_json:
            sys.stdout.write(_json(found) + "\n")
        else:
            _print(found, written, lang)


def _json(found: StreetStudy) -> str:
    from corridor.report import ranked_segments

    table = ranked_segments(found).reset_index()
    return json.dumps(json.loads(table.to_json(orient="records")), ensure_ascii=False)


def _print(found: StreetStudy, written: list[Path], lang: Lang) -> None:
    from corridor.evaluation import notice_table
    from corridor.report import ranked_segments
    from corridor.streets.names import names

    console = Console()
    schematic = found.study.config.schematic
    if schematic is not None:
        console.print(schematic.in_(lang), style="yellow", markup=False, soft_wrap=True)
    ranked = ranked_segments(found)
    titles = names(found.segments.segments, lang.value, found.compared).titles(found.compared)
    console.print(_ranking(ranked, found, titles, lang))
    known = int(ranked["rank"].notna().sum())
    more = Text(
        f"共{len(ranked):,}个街段，{known:,}个有名次。", f"{len(ranked):,} segments in all, {known:,} of them ranked."
    )
    console.print(more.in_(lang))
    notices = notice_table(found.all_notices)
    print_notices(notices[notices["code"] != "schematic"], lang)
    for file in written:
        console.print(str(file), markup=False, highlight=False, soft_wrap=True)


def _ranking(ranked: pd.DataFrame, found: StreetStudy, titles: dict[str, str], lang: Lang) -> Table:
    """Lay out the first segments with their interval and first measure."""
    import pandas as pd

    from corridor.schemas import figure

    table = Table(box=None, pad_edge=False)
    # Figures keep their width; names share what a narrow terminal leaves.
    for head, justify, names in (
        (Text("名次", "rank"), "right", False),
        (Text("区间", "interval"), "left", False),
        (Text("街段", "segment"), "left", True),
        (Text("米", "m"), "right", False),
        (Text("优先度", "priority"), "right", False),
        (Text("首要措施", "first measure"), "left", True),
    ):
        table.add_column(
            head.in_(lang),
            justify=justify,  # type: ignore[arg-type]
            overflow="fold",
            no_wrap=not names,
            ratio=1 if names else None,
        )
    first = found.measures[found.measures["priority"] == 1].set_index("segment_id")[lang.value]
    for segment_id, row in ranked[ranked["rank"].notna()].head(_SHOWN).iterrows():
        interval = "—" if pd.isna(row["rank_low"]) else f"{row['rank_low']}–{row['rank_high']}"
        if not pd.isna(row["stable"]) and not row["stable"]:
            interval += Text(" 不稳", " unstable").in_(lang)
        table.add_row(
            str(row["rank"]),
            interval,
            titles[str(segment_id)],
            figure(row["length_m"]),
            figure(row["score"]),
            str(first.get(segment_id, "")),
        )
    return table
