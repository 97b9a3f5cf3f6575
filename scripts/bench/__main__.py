"""Parse, run, print: see `bench`."""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.board import Board

SIZES = ("5k", "100k", "1m")
PEERS = ("scipy", "networkx", "pandana", "cityseer")
ROOT = Path(__file__).resolve().parent.parent.parent
CITY = ROOT.parent / "shared" / "osm" / "las_palmas.osm.pbf"
# Seconds a peer may take. What prepares 100k nodes for a minute would need hours at ten times that.
LIMITS_S = {"5k": 150.0, "100k": 150.0, "1m": 60.0}
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


def main() -> None:
    """Run what was asked for."""
    options = asked()
    # Before any library starts its own threads.
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    if options.scenarios is not None:
        from bench import scenarios

        scenarios.run(options.scenarios)
        return
    if options.measures is not None:
        from bench import measures

        sys.exit(min(measures.run(options.measures), 1))
    started = time.perf_counter()
    print(heading(options.peers, options.threads), flush=True)
    boards = races(options)
    minutes = (time.perf_counter() - started) / 60
    about = f"{heading(options.peers, options.threads)} {minutes:.0f} minutes in all."
    text = markdown(about, boards) if options.markdown or options.write_readme else plain(about, boards)
    print("\n" + text)
    if options.write_readme:
        pasted(ROOT / "README.md", text)


def asked() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench.py", description="Measure the engine against its peers.")
    parser.add_argument("--size", default=",".join(SIZES), help=f"nodes of the network, of {', '.join(SIZES)}")
    parser.add_argument("--peers", default=",".join(PEERS), help="comma-separated; those not installed are skipped")
    parser.add_argument("--threads", type=int, default=1, help="for us and for every peer that can")
    parser.add_argument("--limit", type=float, metavar="SECONDS", help=f"when a peer is stopped, default {LIMITS_S}")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the toys' networks there, built once")
    parser.add_argument("--markdown", action="store_true", help="print the table of ratios as Markdown")
    parser.add_argument("--write-readme", action="store_true", help="put that table into README.md")
    parser.add_argument(
        "--real", nargs="?", const=CITY, type=Path, metavar="FILE", help="an OSM extract instead of the toys"
    )
    parser.add_argument(
        "--scenarios", nargs="?", type=int, const=10_000, metavar="N", help="what-if scenarios on the bundled study"
    )
    parser.add_argument(
        "--measures",
        nargs="?",
        type=int,
        const=1,
        metavar="N",
        help="suggested measures of the bundled study, one of N",
    )
    options = parser.parse_args()
    for name, known in (("size", SIZES), ("peers", PEERS)):
        chosen = [one for one in getattr(options, name).split(",") if one]
        unknown = sorted(set(chosen) - set(known))
        if unknown:
            parser.error(f"no such {name.removesuffix('s')}: {', '.join(unknown)}; there are {', '.join(known)}")
        setattr(options, name, chosen)
    if options.real is not None:
        options.real = CITY if str(options.real) == "las_palmas" else options.real
        if not options.real.is_file():
            parser.error(f"no file {options.real}")
        options.size = []
    elif options.size == list(SIZES) and CITY.is_file():
        options.real = CITY
    return options


def races(options: argparse.Namespace) -> list[Board]:
    """Run all works on all networks; one board each."""
    from bench import real
    from bench.board import Board

    boards = []
    for size in options.size:
        boards.append(race(size, options, Board(options.threads)))
    if options.real is not None:
        board = Board(options.threads, options.real.name)
        real.run(options.real, board)
        boards.append(board)
    return boards


def race(size: str, options: argparse.Namespace, board: Board) -> Board:
    """Run all works on one toy; return its board."""
    from bench import contest, isochrones, ours, w3
    from bench.work import SIZES as TARGETS
    from bench.work import town
    from corridor.network import bare

    seconds, work = board.clock(lambda: town(TARGETS[size], cache=options.cache), 1)
    if size == "1m":
        work = replace(work, network=bare(work.network))
    board.title = f"{work.n:,} nodes, {len(work.u):,} links"
    print(f"\n{board.title}, built in {seconds:.1f} s", flush=True)
    answers = ours.run(work, board)
    for name in options.peers:
        if version(name) is None:
            board.skip(f"{name} is not installed")
    installed = [name for name in options.peers if version(name)]
    contest.run(installed, work.given, answers, board, options.limit or LIMITS_S[size])
    if size != "1m":
        w3.run(work, board)
    if size == "5k":
        isochrones.run(work.network, work.origins, board, recipes=4)
    return board


def version(name: str) -> str | None:
    """Return the installed version of a package; nothing is imported."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def heading(names: list[str], threads: int) -> str:
    """Say when, where and with what this was measured."""
    found = [f"{name} {version(name)}" for name in ("numpy", "numba", *names) if version(name)]
    clock = "CPU seconds of one thread" if threads == 1 else f"wall seconds, {threads} threads"
    today = datetime.datetime.now(tz=datetime.UTC).date()
    machine = f"{platform.machine()}, {os.cpu_count()} processors"
    return f"{today}, {clock}; {machine}, Python {platform.python_version()}, {', '.join(found)}."


def markdown(about: str, boards: list[Board]) -> str:
    """Lay times and ratios out as one Markdown table."""
    lines = [about, "", "| work | who | s | ratio | MB | answers |", "|---|---|--:|--:|--:|---|"]
    for board in boards:
        lines.append(f"| **{board.title}** | | | | | |")
        last = ""
        for work, *cells in board.rows():
            lines.append(f"| {' | '.join(['' if work == last else work, *cells])} |")
            last = work
    return "\n".join([*lines, *_skipped(boards)])


def plain(about: str, boards: list[Board]) -> str:
    """Lay times and ratios out for a terminal."""
    lines = [about]
    for board in boards:
        lines += ["", board.title]
        for work, who, seconds, ratio, memory, remark in board.rows():
            lines.append(f"  {work:<9} {who:<40} {seconds:>10} s {ratio:>10} {memory:>7}  {remark}".rstrip())
    return "\n".join([*lines, *_skipped(boards)])


def _skipped(boards: list[Board]) -> list[str]:
    skipped = list(dict.fromkeys(line for board in boards for line in board.skipped))
    return ["", *skipped] if skipped else []


def pasted(path: Path, text: str) -> None:
    """Put a table between the marks of a file that stands ready for it."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        sys.exit(f"{path.name}: no lines {BEGIN} and {END} to put the table between")
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
