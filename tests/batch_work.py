"""Tasks for workers: they are imported by name in every worker process."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from corridor.errors import StudyError


def add(payload: int, task: int) -> int:
    return payload + task


def who(payload: object, task: float) -> tuple[int, int]:
    """Tell the process and the payload's identity in it."""
    time.sleep(task)
    return os.getpid(), id(payload)


def picky(payload: object, task: str) -> str:
    if task == "user":
        raise StudyError.of("scenarios.yaml:3", "没有这条街。", "there is no such street.")
    if task == "bug":
        raise ZeroDivisionError("no reason")
    if task == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "hang":
        time.sleep(1000)
    if task == "lambda":
        return lambda: None  # cannot travel back
    return task


def note(folder: Path, task: str) -> str:
    """Write down that the task ran to its end; "die once" kills its worker the first time, "stop once" stops it."""
    mark = folder / f"{task}.died"
    if task == "die once" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "stop once" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(0.02)
    with (folder / "log.txt").open("a", encoding="utf-8") as log:
        log.write(f"{task}\n")
    return task


class Damaged:
    """A payload that cannot be unpacked."""

    def __reduce__(self):
        return _broken, ()


def _broken():
    raise ValueError("this machine lacks a library")


def slow_square(payload: object, task: int) -> list[int]:
    time.sleep(0.01)
    return [task, task * task]
