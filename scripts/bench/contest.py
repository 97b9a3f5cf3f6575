"""Every peer in a process of its own, stopped when its time is over."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from bench.board import Board, Time
from bench.given import Answers, Given
from bench.peers import FAR, cells

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_PATIENCE = 6
# The slowest work of each, which is missing where it was stopped.
_HARDEST = {"scipy": "W1 + W2", "networkx": "W2", "pandana": "W1 + W2", "cityseer": "W1 + W2"}


def run(names: list[str], given: Given, ours: Answers, board: Board, limit_s: float) -> None:
    """Run peers one after another; what each got done within `limit_s` (wall seconds) stands on the board."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given.save(folder)
        ours.save(folder)
        for peer in names:
            if peer == "cityseer":
                with_cityseer(folder, given, ours, board, limit_s)
                continue
            command = [sys.executable, "-m", "bench.peer_process", peer, name, str(board.threads)]
            told, fault = within(command, limit_s, board.threads)
            # Libraries print lines of their own.
            times = [Time(**json.loads(line)) for line in told.splitlines() if line.startswith('{"work"')]
            for item in times:
                board.add(item)
            _excuse(peer, [item.work for item in times], fault, board, limit_s)


def with_cityseer(folder: Path, given: Given, ours: Answers, board: Board, limit_s: float) -> None:
    """Run cityseer (AGPL): it is handed coordinates and links in files and hands numbers back."""
    asked, got = folder / "given.npz", folder / "got.npz"
    np.savez(asked, xy=given.xy, links=np.c_[given.u, given.v], goal=given.goal, category=given.category)
    script = Path(__file__).with_name("cityseer_process.py")
    _, fault = within([sys.executable, str(script), str(asked), str(got)], limit_s, board.threads)
    done = []
    if fault is None:
        with np.load(got) as answer:
            near, total, cpu, wall, peak = (answer[name] for name in ("nearest", "counts", "cpu", "wall", "peak_mb"))
        ours_m = np.where(ours.nearest == FAR, np.nan, ours.nearest / 10)
        same = (np.isnan(near) & np.isnan(ours_m)) | (np.abs(near - ours_m) < 1.0)
        remark = f"nearest {same.mean():.2%} within 1 m, counts {cells(total, ours.counts)} (its own float lengths)"
        seconds = float(cpu if board.threads == 1 else wall)
        board.note("W1 + W2", "cityseer, both in one call", seconds, remark, peak=int(peak))
        done = ["W1 + W2"]
    _excuse("cityseer", done, fault, board, limit_s)


def within(command: list[str], limit_s: float, threads: int) -> tuple[str, str | None]:
    """Run a program; return what it printed and why it did not come to its end: None, "time" or its last words.

    Its time is that of its processors, so that a busy machine does not count as slow work; where a system cannot
    limit that (Windows), it is the wall's. Nothing runs longer than `_PATIENCE` times its time.
    """
    paths = [str(Path(__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads), "PYTHONPATH": os.pathsep.join(paths)}
    wall_s = limit_s if resource is None else limit_s * _PATIENCE
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=wall_s,
            check=False,
            preexec_fn=None if resource is None else partial(_limit, max(1, round(limit_s * threads))),
        )
    except subprocess.TimeoutExpired as late:
        told = late.stdout or b""
        told = told.decode("utf-8") if isinstance(told, bytes) else told
        return _whole_lines(told), "time"
    if resource is not None and done.returncode == -signal.SIGXCPU:
        return _whole_lines(done.stdout), "time"
    last = (done.stderr.strip().splitlines() or ["?"])[-1]
    return done.stdout, last if done.returncode else None


def _limit(seconds: int) -> None:
    """Let the system stop this process after so many seconds of its processors."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))


def _whole_lines(text: str) -> str:
    """Return what was printed without a last line that is only half written."""
    return text[: text.rfind("\n") + 1]


def _excuse(peer: str, done: list[str], fault: str | None, board: Board, limit_s: float) -> None:
    """Put a peer that did not come to its end on the board."""
    if fault == "time":
        so_far = f"after {', '.join(done)}" if done else "while it prepared its network"
        remark = f"stopped after {limit_s:,.0f} s, {so_far}"
        board.add(Time(_HARDEST[peer], peer, limit_s, remark, stopped=True))
    elif fault is not None:
        board.skip(f"{peer} failed: {fault}")
