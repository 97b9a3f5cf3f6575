"""`corridor check`: read everything, compute nothing."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

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
    print_notices,
)
from corridor.errors import Text

if TYPE_CHECKING:
    import pandas as pd

    from corridor.study import StudyArea


def check(
    path: StudyPath,
    lang: LangOption = Lang.zh,
    as_json: JsonOption = False,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    """读入全部资料，列出问题与完整度，不作计算 · Read everything, list faults and completeness, compute nothing."""
    with faults(lang):
        from corridor.evaluation import account_table, data_completeness, notice_table, trail_stops, unplaced_survey
        from corridor.study import open_study

        opened = open_study(path, cache=cache_folder(cache, no_cache=no_cache))
        trail_stops(opened)
        account = account_table(opened.account)
        notices = notice_table((*opened.notices, *unplaced_survey(opened)))
        if as_json:
            result = {
                "account": json.loads(account.to_json(orient="records")),
                "notices": json.loads(notices.to_json(orient="records")),
            }
            sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
            return
        _print_check(opened, account, notices, lang)
        _print_completeness(data_completeness(opened), lang)


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
    print_notices(notices, lang)
    verdict = Text(
        f"可以计算：{len(opened.buildings):,}栋建筑，{len(opened.streets):,}条街道。",
        f"Ready: {len(opened.buildings):,} buildings, {len(opened.streets):,} streets.",
    )
    console.print(verdict.in_(lang))


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
