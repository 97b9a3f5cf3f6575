"""What every command shares: its options, how faults end it, what it says while it works."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from corridor.errors import CorridorError, Problem, StudyError, Text

if TYPE_CHECKING:
    import pandas as pd

    from corridor.report import Written

INPUT_FAULT = 2
STOPPED = 130


class Lang(StrEnum):
    """Language of messages, maps and reports."""

    zh = "zh"
    en = "en"


StudyPath = Annotated[
    Path, typer.Argument(metavar="STUDY.yaml", help="study.yaml 或其文件夹 · study.yaml or its folder")
]
LangOption = Annotated[Lang, typer.Option("--lang", help="语言 · language of messages, map and report")]
GroupLangOption = Annotated[
    Lang | None, typer.Option("--lang", help="语言，写在命令前后均可 · language, before or after the command")
]
OverpassOption = Annotated[
    str | None,
    typer.Option("--overpass", metavar="URL", help="另用的Overpass服务器 · another Overpass server, such as a mirror"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="结果以JSON印到标准输出 · print the result as JSON on stdout")]
CacheOption = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        help="留存已读地图资料与路网的文件夹 · folder that keeps map data and networks already made",
    ),
]
NoCacheOption = Annotated[bool, typer.Option("--no-cache", help="每次重新读入 · keep nothing, read everything anew")]


def cache_folder(given: Path | None, *, no_cache: bool) -> Path | None:
    """Return the folder that keeps what was read: the one given, else the system's place for such; None for none.

    Where it lies changes no result.
    """
    if no_cache:
        return None
    if given is not None:
        return given
    try:
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Caches"
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # a user without a home
        return None
    return base / "corridor"


@contextmanager
def faults(lang: Lang) -> Iterator[None]:
    """Print the problems of a fault one a line and leave with the exit code of its kind."""
    try:
        yield
    except CorridorError as error:
        _end(lang, *error.problems)
    except BrokenPipeError:  # the reader of our output left, as `| head` does: click ends quietly
        raise
    except OSError as error:
        _end(lang, _system_fault(error))
    except RuntimeError as error:
        # A full or locked disk under a GeoPackage comes from GDAL, in words of its own.
        if not type(error).__module__.startswith("pyogrio"):
            raise
        _end(lang, _system_fault(OSError(str(error))))
    except MemoryError:
        _end(
            lang,
            Problem(
                Text("内存", "memory").in_(lang),
                Text("内存不够，计算没有完成。", "ran out; the work was not finished."),
                Text("缩小范围，或关闭其他程序。", "Make the area smaller, or close other programs."),
            ),
        )
    except KeyboardInterrupt:
        sys.stderr.write(Text("已中断。\n", "Stopped.\n").in_(lang))
        raise typer.Exit(STOPPED) from None


def _end(lang: Lang, *problems: Problem) -> NoReturn:
    head = Text("错误", "Error").in_(lang)
    for problem in problems:
        sys.stderr.write(f"{head}  {problem.in_(lang)}\n")
    raise typer.Exit(INPUT_FAULT) from None


def _system_fault(error: OSError) -> Problem:
    """Tell a full disk, a locked file or a missing permission by the file's name and the system's words."""
    reason = error.strerror or str(error) or type(error).__name__
    return Problem(
        str(error.filename or error.filename2 or "corridor"),
        Text(f"系统不能读写（{reason}）。", f"the system cannot read or write it ({reason})."),
        Text(
            "检查磁盘空间与权限；文件若在别的程序里打开，先关闭。",
            "Check free space and permission; close the file where another program has it open.",
        ),
    )


def say(lang: Lang, text: Text) -> None:
    sys.stderr.write(f"{text.in_(lang)}\n")
    sys.stderr.flush()


@contextmanager
def job(lang: Lang) -> Iterator[None]:
    """Do what takes a while: faults are told, and at the end what it cost."""
    with faults(lang), _unhurried_collector():
        started = time.perf_counter()
        yield
        say(lang, Text(*cost(time.perf_counter() - started)))


@contextmanager
def _unhurried_collector() -> Iterator[None]:
    """Look for cycles rarely: a run makes many objects and few cycles, and its tables make every look a long one."""
    usual = gc.get_threshold()
    gc.set_threshold(1_000_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def told(written: Written, lang: Lang) -> tuple[Path, ...]:
    """Say what a planner should know of files that were written; return them."""
    for notice in written.notices:
        say(lang, Text(f"{notice.what.zh}{notice.action.zh}", f"{notice.what.en} {notice.action.en}"))
    return written.files


def refuse_link(path: Path) -> None:
    """Refuse an output folder that is a symbolic link: what it leads to may be somebody else's."""
    if path.is_symlink():
        target = os.path.realpath(path)
        raise StudyError.of(
            str(path),
            f"是指向 {target} 的符号链接，不从链接写出去。",
            f"is a symbolic link to {target}; nothing is written through a link.",
            f"如确要写在那里，请用 -o {target}。",
            f"If it is to be there, give -o {target}.",
        )


def folder(path: Path) -> Path:
    """Make the output folder, or say why it cannot be one."""
    refuse_link(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise StudyError.of(
            str(path), "不是文件夹。", "is not a folder.", "换一个输出位置。", "Choose another place for the output."
        ) from None
    except OSError as error:
        raise StudyError.of(
            str(path),
            f"不能建立文件夹（{error.strerror}）。",
            f"cannot be made ({error.strerror}).",
            "检查权限与磁盘空间。",
            "Check permission and free space.",
        ) from None
    return path


def box(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError:
        raise StudyError.of(
            f"--bbox {text}",
            "不是四个数。",
            "is not four numbers.",
            "例：121.40,31.19,121.44,31.23",
            "Example: 121.40,31.19,121.44,31.23",
        ) from None
    return west, south, east, north


def print_notices(notices: pd.DataFrame, lang: Lang) -> None:
    """Print what a planner should look at, one notice a line."""
    import pandas as pd

    console = Console()
    severity = {"W": Text("留意", "Note"), "R": Text("已处理", "Mended")}
    for row in notices.itertuples():
        line = "" if pd.isna(row.row) else str(row.row)
        place = " ".join(part for part in (row.file, row.sheet, line, row.column) if part)
        words = (severity[row.severity].in_(lang), place, getattr(row, f"what_{lang}"), getattr(row, f"action_{lang}"))
        console.print("  ".join(word for word in words if word), markup=False, highlight=False, soft_wrap=True)


def cost(seconds: float) -> tuple[str, str]:
    """Time and peak memory of this run, as two sentences."""
    memory = _peak_mb()
    zh = f"用时 {seconds:.1f} s" + (f"，内存峰值 {memory:,.0f} MB" if memory else "")
    en = f"Took {seconds:.1f} s" + (f", peak memory {memory:,.0f} MB" if memory else "")
    return zh, en


def _peak_mb() -> float | None:
    try:
        import resource
    except ImportError:  # Windows keeps no such count
        return None
    peak: float = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)
