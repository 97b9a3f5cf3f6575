"""`corridor scenarios`: what-if scenarios of a study."""

from __future__ import annotations

import math
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from corridor.cli._console import (
    STOPPED,
    CacheOption,
    GroupLangOption,
    Lang,
    LangOption,
    NoCacheOption,
    cache_folder,
    cost,
    faults,
    refuse_link,
    say,
)
from corridor.cli._steps import SCENARIOS_NEXT, opened
from corridor.cli._usage import speak
from corridor.errors import BatchError, ConfigError, Text

if TYPE_CHECKING:
    from corridor.batch import Progress
    from corridor.batch.scenarios import Batch

SOME_FAILED = 3
TERMINATED = 143
# How often progress is told: on a terminal in one line that changes, elsewhere in lines of their own.
_LINE_S, _LOG_S = 0.5, 10.0
# Ctrl-C pressed several times within this is one wish to end.
_ONE_WISH_S = 2.0

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="情景推演 · What-if scenarios.")


@app.callback()
def _group(context: typer.Context, lang: GroupLangOption = None) -> None:
    speak(context, lang)


Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="情景文件（YAML或JSON） · scenario files")]
StudyOption = Annotated[
    Path | None,
    typer.Option(
        "--study", metavar="STUDY.yaml", help="研究，默认与情景文件同一文件夹 · default: beside the first file"
    ),
]


@app.command(epilog="例 · Example:  corridor scenarios check geodata/dingxi/scenarios.yaml")
def check(
    files: Files,
    study: StudyOption = None,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
    lang: LangOption = Lang.zh,
) -> None:
    """核对情景文件，不作计算 · Check scenario files against a study; compute nothing."""
    with faults(lang):
        from corridor.network import build_network
        from corridor.scenarios import check_files, notes, read_files
        from corridor.study import open_study

        reading = read_files(*files)
        if reading.problems:
            raise ConfigError(reading.problems)
        say(lang, Text("读入研究资料", "Reading the study"))
        kept = cache_folder(cache, no_cache=no_cache)
        area = open_study(study or files[0].parent, cache=kept)
        network = build_network(area.streets, area.gates, **area.config.walker.network(), cache=kept)
        resolved = check_files(area, network, reading)
        told, scenarios = notes(resolved, area.config), [one.scenario for one in resolved]
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
        for notice in told:
            say(
                lang,
                Text(
                    f"{notice.file} {notice.what.zh}{notice.action.zh}",
                    f"{notice.file} {notice.what.en} {notice.action.en}",
                ),
            )
        console.print(
            Text(f"{len(scenarios):,} 个情景，都可以计算。", f"{len(scenarios):,} scenarios, all ready to run.").in_(
                lang
            )
        )


OutputOption = Annotated[
    Path, typer.Option("-o", "--output", metavar="DIR", help="结果文件夹 · folder for the results")
]
DetailOption = Annotated[
    bool, typer.Option("--detail", help="每个情景另存一份逐栋变化 · also write the buildings each scenario changes")
]


@app.command(
    epilog="例 · Examples:  corridor scenarios run geodata/dingxi/scenarios.yaml --workers 2 -o runs   ·   "
    "corridor scenarios run my/scenarios.yaml --study my --dask tcp://10.0.0.1:8786 --verify 0.01 -o runs   ·   "
    "corridor scenarios run my/scenarios.yaml --shard 1/4 -o part1"
)
def run(
    files: Files,
    output: OutputOption,
    study: StudyOption = None,
    workers: Annotated[
        int,
        typer.Option("--workers", metavar="N", help="本机进程数，0为不另开进程 · processes here, 0: none of their own"),
    ] = 0,
    dask: Annotated[
        str | None, typer.Option("--dask", metavar="ADDRESS", help="Dask调度器地址 · address of a Dask scheduler")
    ] = None,
    dask_file: Annotated[
        Path | None,
        typer.Option("--dask-scheduler-file", metavar="FILE", help="Dask调度文件 · file that a Dask scheduler wrote"),
    ] = None,
    verify: Annotated[
        float,
        typer.Option(
            "--verify",
            metavar="SHARE",
            help="另作全量重算并逐项核对的比例，0至1 · share also computed anew and compared, 0 to 1",
        ),
    ] = 0.0,
    keep_going: Annotated[
        bool,
        typer.Option(
            "--keep-going", help="有误的情景记为失败，其余照算 · mark scenarios at fault as failed, run the rest"
        ),
    ] = False,
    task_limit: Annotated[
        float | None,
        typer.Option("--task-limit", metavar="S", help="单个情景的时限，秒 · longest time for one scenario, seconds"),
    ] = None,
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="i/n", help="只算n份中的第i份 · run only part i of n")
    ] = None,
    streets: Annotated[
        bool | None,
        typer.Option(
            "--streets/--no-streets",
            help="计算街道指标与排序，默认在有街道更新情景时计算 · also street indicators and ranking; default: where a scenario renews a street",
        ),
    ] = None,
    detail: DetailOption = False,
    lang: LangOption = Lang.zh,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    """推演情景，中断后再次运行即续算 · Run scenarios; run again to go on where it stopped."""
    with faults(lang), _stoppable(lang, output):
        from corridor.batch import Workers

        started = time.perf_counter()
        part = _part(shard)
        crew = Workers(processes=workers, dask=dask, scheduler_file=dask_file, task_s=task_limit)
        _check_output(output)
        kept = cache_folder(cache, no_cache=no_cache)
        area = opened(study or files[0].parent, lang, kept, following=SCENARIOS_NEXT)
        from corridor.batch.scenarios import run_batch

        batch = run_batch(
            area,
            *files,
            folder=output,
            workers=crew,
            verify=verify,
            keep_going=keep_going,
            shard=part,
            streets=streets,
            cache=kept,
            progress=_told(lang),
            say=lambda text: say(lang, text),
        )
        if part is None:
            _write(batch, output, lang, detail=detail)
        else:
            say(
                lang,
                Text("各份算完后运行 corridor scenarios merge", "When all parts are done: corridor scenarios merge"),
            )
        _end(batch, lang, started)


@app.command(epilog="例 · Example:  corridor scenarios merge part1 part2 part3 part4 -o runs")
def merge(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="各份的文件夹 · folders of the parts")],
    output: OutputOption,
    detail: DetailOption = False,
    lang: LangOption = Lang.zh,
) -> None:
    """合并 --shard 分开算的各份 · Put the parts of --shard together."""
    with faults(lang), _stoppable(lang, output):
        from corridor.batch.scenarios import merge as merge_batches

        started = time.perf_counter()
        _check_output(output)
        batch = merge_batches(*folders, into=output)
        _write(batch, output, lang, detail=detail)
        _end(batch, lang, started)


class _TerminatedError(KeyboardInterrupt):
    """The system asked this process to end (SIGTERM)."""


@contextmanager
def _stoppable(lang: Lang, output: Path) -> Iterator[None]:
    """End on Ctrl-C and SIGTERM in good order: what is acknowledged is on disk, and what to do next is said.

    Whoever presses again at once interrupts neither the ending nor its words, and not the end of the process after it.
    """
    last = -math.inf

    def stop(number: int, _: object) -> None:
        nonlocal last
        again = time.monotonic() - last < _ONE_WISH_S
        last = time.monotonic()
        if not again:
            raise KeyboardInterrupt if number == signal.SIGINT else _TerminatedError

    # A job in the background was started with Ctrl-C ignored; so it stays.
    found = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before: dict[signal.Signals, Any] = {number: was for number, was in found.items() if was != signal.SIG_IGN}
    _answer(dict.fromkeys(before, stop))
    try:
        yield
    except KeyboardInterrupt as stopped:
        before = dict.fromkeys(before, signal.SIG_IGN)
        _answer(before)
        sys.stderr.write(f"\n{_kept(output).in_(lang)}\n")
        raise typer.Exit(TERMINATED if isinstance(stopped, _TerminatedError) else STOPPED) from None
    finally:
        _answer(before)


def _answer(answers: Mapping[signal.Signals, Any]) -> None:
    for number, answer in answers.items():
        signal.signal(number, answer)


def _kept(output: Path) -> Text:
    """Return what is said where a run was stopped."""
    from corridor.batch import store

    if not (output / store.NAME).is_file():
        return Text("已中断，还没有结果。", "Stopped before there was any result.")
    with store.reading(output) as kept:
        done = len(kept.done())
    return Text(
        f"已中断。已完成的 {done:,} 项留在 {output}，再次运行同一命令即可续算。",
        f"Stopped. The {done:,} done are kept in {output}; run the same command again to go on.",
    )


def _part(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if found is None:
        raise BatchError.of(
            f"--shard {text}", "应写成 i/n。", "must be written i/n.", "例：--shard 1/4", "Example: --shard 1/4"
        )
    return int(found[1]), int(found[2])


def _check_output(output: Path) -> None:
    """Refuse a folder whose files of our names are not ours."""
    from corridor.batch import store

    refuse_link(output)
    if output.exists() and not output.is_dir():
        raise BatchError.of(
            str(output), "不是文件夹。", "is not a folder.", "换一个输出位置。", "Choose another place for the output."
        )
    if not output.exists() or (output / store.NAME).exists():
        return
    # Imports take seconds, and are mostly made beside the reading.
    from corridor.report import COMPARISON_FILES

    taken = [name for name in COMPARISON_FILES if (output / name).exists()]
    if taken:
        raise BatchError.of(
            str(output),
            f"已有同名文件，但没有结果库：{'、'.join(taken)}。",
            f"holds files of these names, but no result store: {', '.join(taken)}.",
            "请换一个文件夹，或移走这些文件。",
            "Take another folder, or move the files away.",
        )


def _told(lang: Lang) -> Callable[[Progress], None]:
    """Return what tells progress: done, rate, time to go."""
    terminal = sys.stderr.isatty()
    told = time.monotonic()

    def tell(now: Progress) -> None:
        nonlocal told
        ended = now.done + now.failed
        if ended != now.total and time.monotonic() - told < (_LINE_S if terminal else _LOG_S):
            return
        told = time.monotonic()
        left = now.remaining_s
        text = Text(
            f"{ended:,} / {now.total:,}　每秒 {now.per_s:.2f}　剩余 {_clock(left)}"
            + (f"　失败 {now.failed:,}" if now.failed else ""),
            f"{ended:,} / {now.total:,}  {now.per_s:.2f} a second  {_clock(left)} to go"
            + (f"  {now.failed:,} failed" if now.failed else ""),
        ).in_(lang)
        sys.stderr.write(
            f"\r{text}   " if terminal and ended != now.total else f"\r{text}\n" if terminal else f"{text}\n"
        )
        sys.stderr.flush()

    return tell


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _write(batch: Batch, output: Path, lang: Lang, *, detail: bool) -> None:
    from corridor import report

    say(lang, Text("写比较结果", "Writing the comparison"))
    done = report.write_comparison(batch, output, lang=lang.value, detail=detail)
    console = Console()
    for path in done.files[:3]:
        console.print(str(path), markup=False, highlight=False, soft_wrap=True)


def _end(batch: Batch, lang: Lang, started: float) -> None:
    """Print what failed and what was verified, and leave with 3 where anything did."""
    failed = [entry for entry in batch.scenarios if entry.failed]
    console = Console()

    def line(text: Text, **style: Any) -> None:
        console.print(text.in_(lang), markup=False, highlight=False, soft_wrap=True, **style)

    good = len(batch.scenarios) - len(failed)
    line(Text(f"{good:,} 个情景已有结果", f"{good:,} scenarios have results") if not failed else Text(
        f"{good:,} 个情景已有结果，{len(failed):,} 个失败", f"{good:,} scenarios have results, {len(failed):,} failed"
    ))  # fmt: skip
    for entry in failed:
        for problem in entry.problems:
            sys.stderr.write(f"{Text('失败', 'Failed').in_(lang)}  {entry.names[0].in_(lang)}  {problem.in_(lang)}\n")
    if lost := batch.without_value():
        (entry, codes), count = lost[0], len({code for _, codes in lost for code in codes})
        label = batch.words.loc[codes[0]]
        line(
            Text(
                f"{len(lost):,} 个情景中有 {count:,} 项指标没有数值（NA），如“{entry.names[0].zh}”的“{label['zh']}”："
                "所计的对象已一个不剩。NA 不是 0。",
                f"In {len(lost):,} scenarios {count:,} indicators have no value (NA), such as “{label['en']}” "
                f"in “{entry.names[0].en}”: nothing is left of what they count. NA is not 0.",
            )
        )
    checked = batch.verified
    if checked is not None:
        line(
            Text(
                f"核对 {checked.scenarios:,} 个情景、{checked.cells:,} 个数值：{'全部相等' if not checked.different else '有不符'}。"
                f"节点 {checked.nodes_settled:,} 对全量 {checked.nodes_full:,}。",
                f"Verified {checked.scenarios:,} scenarios, {checked.cells:,} values: "
                f"{'all equal' if not checked.different else 'NOT EQUAL'}. "
                f"Nodes settled {checked.nodes_settled:,}, in full {checked.nodes_full:,}.",
            )
        )
        for cell in checked.different:
            sys.stderr.write(f"{Text('不符', 'Not equal').in_(lang)}  {cell}\n")
    say(lang, Text(*cost(time.perf_counter() - started)))
    if failed or (checked is not None and checked.different):
        raise typer.Exit(SOME_FAILED)
