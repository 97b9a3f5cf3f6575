"""Where the tasks of a batch run: a choice, checked before anything starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corridor.errors import BatchError, Problem, Text


@dataclass(frozen=True)
class Workers:
    """Where tasks run. Results do not depend on it.

    Attributes
    ----------
    processes : int
        Processes on this machine; 0: in this very process, one task after the other.
    dask : str, optional
        Address of a running Dask scheduler, such as "tcp://10.0.0.1:8786".
    scheduler_file : Path, optional
        The file a Dask scheduler wrote its address to (`dask scheduler --scheduler-file`).
    task_s : float, optional
        Longest time for one task; whoever takes longer is ended and listed. Needs processes or a cluster.
    connect_s : float
        How long to wait for a scheduler and its first worker.
    """

    processes: int = 0
    dask: str | None = None
    scheduler_file: Path | None = None
    task_s: float | None = None
    connect_s: float = 30.0

    def __post_init__(self) -> None:
        problems = []
        if sum((self.processes > 0, self.dask is not None, self.scheduler_file is not None)) > 1:
            problems.append(
                Problem(
                    "workers",
                    Text(
                        "进程数、Dask 地址、Dask 调度文件只能选一种。",
                        "choose one of processes, a Dask address and a Dask scheduler file.",
                    ),
                )
            )
        if self.scheduler_file is not None and not self.scheduler_file.is_file():
            problems.append(
                Problem(
                    str(self.scheduler_file),
                    Text("找不到 Dask 调度文件。", "there is no such Dask scheduler file."),
                    Text(
                        "请先运行 dask scheduler --scheduler-file，且两边看得到同一文件夹。",
                        "Run dask scheduler --scheduler-file first, in a folder both sides see.",
                    ),
                )
            )
        if not 0 <= self.processes <= 1024:
            problems.append(
                Problem(
                    "workers.processes",
                    Text(f"进程数{self.processes}不在0至1024之间。", f"{self.processes} is not between 0 and 1024."),
                )
            )
        if self.task_s is not None and not self.task_s > 0:
            problems.append(
                Problem("workers.task_s", Text(f"时限{self.task_s}须大于0秒。", f"{self.task_s} must be above 0 s."))
            )
        if self.task_s is not None and self.here:
            problems.append(
                Problem(
                    "workers.task_s",
                    Text(
                        "单个任务的时限只能用于独立进程或集群。",
                        "a time limit for each task needs a process of its own or a cluster.",
                    ),
                    Text("请把进程数设为1或以上。", "Ask for one process or more."),
                )
            )
        if problems:
            raise BatchError(problems)

    @property
    def here(self) -> bool:
        """Whether tasks run in this very process."""
        return self.processes == 0 and self.dask is None and self.scheduler_file is None
