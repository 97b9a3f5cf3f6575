"""Parse, run, print: see `bench`."""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.board import Board

SIZES = ("5k", "100k", "1m")
PEERS = ("scipy", "networkx", "pandana", "cityseer")
CITY = "../shared/osm/las_palmas.osm.pbf"


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="bench.py", description="Measure the engine against its peers.")
    parser.add_argument("--size", choices=SIZES, default="5k", help="nodes of the network")
    parser.add_argument("--peers", default=",".join(PEERS), help="comma-separated; those not installed are skipped")
    parser.add_argument("--threads", type=int, default=1, help="for us and for every peer that can")
    parser.add_argument("--markdown", action="store_true", help="print the table of ratios as Markdown")
    parser.add_argument("--real", nargs="?", const=CITY, metavar="FILE", help="an OSM extract instead of the toy")
    parser.add_argument(
        "--scenarios", nargs="?", type=int, const=10_000, metavar="N", help="what-if scenarios on the bundled study"
    )
    options = parser.parse_args()
    names = [name for name in options.peers.split(",") if name]
    unknown = sorted(set(names) - set(PEERS))
    if unknown:
        parser.error(f"no such peer: {', '.join(unknown)}; there are {', '.join(PEERS)}")
    # Before any library starts its own threads.
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    if options.scenarios is not None:
        from bench import scenarios

        scenarios.run(options.scenarios)
        return
    from bench import board as boards

    board = boards.Board(options.threads)
    if options.real is not None:
        path = Path(CITY if options.real == "las_palmas" else options.real)
        if not path.is_file():
            parser.error(f"no file {path}")
        from bench import real

        print(heading([], board))
        real.run(path, board)
        return
    print(heading(names, board), flush=True)
    nodes = race(options.size, names, board)
    print_table(f"{nodes:,} nodes. {heading(names, board)}", board, markdown=options.markdown)


def race(size: str, names: list[str], board: Board) -> int:
    """Run all works; return the number of nodes."""
    from bench import isochrones, ours, peers, w3
    from bench.work import SIZES as TARGETS
    from bench.work import town

    seconds, work = board.clock(lambda: town(TARGETS[size]), 1)
    print(f"  built {work.n:,} nodes, {len(work.u):,} edges in {seconds:.2f} s", flush=True)
    answers = ours.run(work, board)
    for name in names:
        if version(name) is None:
            board.skip(f"{name} is not installed")
        else:
            peers.PEERS[name](work, answers, board)
    peers.all_origins(board)
    if work.n <= 200_000:
        w3.run(work, board)
    isochrones.run(work, board)
    return work.n


def version(name: str) -> str | None:
    """Return the installed version of a package; nothing is imported."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def heading(names: list[str], board: Board) -> str:
    """Say when, where and with what this was measured."""
    found = [f"{name} {version(name)}" for name in ("numpy", "numba", *names) if version(name)]
    clock = "CPU seconds, one thread" if board.threads == 1 else f"wall seconds, {board.threads} threads"
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return f"{today}, {clock}; Python {platform.python_version()}, {platform.machine()}, {', '.join(found)}."


def print_table(title: str, board: Board, *, markdown: bool) -> None:
    """Print times and ratios, the base first in each work."""
    rows = sorted(board.rows(), key=lambda row: row[0])
    peaks = [item.peak_mb for item in board.times if item.peak_mb]
    print()
    print(f"{title} Peak memory of W1 and W2 with the network: {max(peaks, default=0):,} MB.")
    print()
    if markdown:
        print("| | | s | ratio | answers |\n|---|---|--:|--:|---|")
        for row in rows:
            print("| " + " | ".join(row) + " |")
    else:
        for work, who, seconds, ratio, remark in rows:
            print(f"  {work:<8} {who:<42} {seconds:>12} s {ratio:>12}  {remark}")
    for line in board.skipped:
        print(f"\n{line}" if markdown else f"  {line}")


if __name__ == "__main__":
    sys.exit(main())
