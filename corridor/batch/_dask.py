"""A Dask cluster as a crew of workers. Loaded only when one is asked for (extra `cluster`)."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from corridor.batch import _held
from corridor.batch._held import Parcel
from corridor.errors import BatchError, Problem, Text

if TYPE_CHECKING:
    from distributed import Client, Worker

try:
    from distributed import Client as _Client
    from distributed import KilledWorker
    from distributed.diagnostics.plugin import WorkerPlugin
except ImportError as missing:
    raise BatchError.of(
        "workers.dask",
        "未安装 Dask。",
        "Dask is not installed.",
        '请在项目文件夹中运行 python -m pip install -c constraints.txt -e ".[cluster]"。',
        'In the project\'s folder, run python -m pip install -c constraints.txt -e ".[cluster]".',
    ) from missing

# Tasks kept open: enough to keep some hundred workers busy, and to make an adaptive cluster grow.
_WINDOW = 256


class Shared(WorkerPlugin):
    """Gives every worker the payload: those of now, those that join later, those that come back from the dead."""

    def __init__(self, parcel: Parcel) -> None:
        self.parcel = parcel
        self.name = f"corridor-{parcel.fingerprint}"

    def setup(self, worker: Worker) -> None:  # noqa: ARG002  # the plugin's signature
        """Open the parcel; a fault is kept and told by the first task."""
        _held.take(self.parcel)

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002  # the plugin's signature
        """Free the memory."""
        _held.drop(self.parcel.fingerprint)


class Cluster:
    """A connection to a running scheduler whose workers hold the payload."""

    executor: Executor
    window = _WINDOW

    def __init__(self, address: str | None, scheduler_file: Path | None, parcel: Parcel, connect_s: float) -> None:
        self._where = address or str(scheduler_file)
        self._client = self._connected(address, scheduler_file, connect_s)
        self._plugin = Shared(parcel)
        try:
            self._client.wait_for_workers(1, timeout=connect_s)
        except TimeoutError as error:
            self._client.close()
            raise BatchError.of(
                self._where,
                f"调度器在{connect_s:g}秒内没有工作进程。",
                f"no worker joined the scheduler within {connect_s:g} s.",
                "请启动 dask worker，或稍后再试。",
                "Start a dask worker, or try again later.",
            ) from error
        try:
            self._client.register_plugin(self._plugin, name=self._plugin.name)
        except Exception as error:
            self._client.close()
            raise BatchError.of(
                self._where,
                f"无法把共享数据交给工作进程：{type(error).__name__}：{error}",
                f"the workers cannot take the shared input: {type(error).__name__}: {error}",
                "请在所有机器上安装同一版本的 corridor。",
                "Install the same version of corridor on all machines.",
            ) from error
        self.executor = self._client.get_executor(pure=False, retries=0)
        # Every worker is asked, not just one: each may run another version.
        answers = self._client.run(_held.ready, parcel.fingerprint)
        problems = {
            Problem(f"{worker}", problem.what, problem.hint) for worker, found in answers.items() for problem in found
        }
        if problems:
            self.close(at_once=True)
            raise BatchError(sorted(problems, key=lambda problem: problem.where))

    def _connected(self, address: str | None, scheduler_file: Path | None, connect_s: float) -> Client:
        """Return a client, or say that nobody answers."""
        try:
            return _Client(
                address, scheduler_file=scheduler_file and str(scheduler_file), timeout=connect_s, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise BatchError.of(
                self._where,
                f"连接不上 Dask 调度器（等待{connect_s:g}秒）：{error}",
                f"the Dask scheduler cannot be reached within {connect_s:g} s: {error}",
                "请检查地址、端口与防火墙，以及调度器是否在运行。",
                "Check the address, the port, the firewall, and that the scheduler runs.",
            ) from error

    def lost(self, error: BaseException) -> bool:
        return isinstance(error, KilledWorker)

    def check(self, quiet_s: float) -> None:  # noqa: ARG002  (a cluster's own timeouts say so)
        if self._client.status != "running":
            raise BatchError(
                Problem(
                    self._where,
                    Text("与 Dask 调度器的连接已断开。", "the connection to the Dask scheduler is lost."),
                    Text("已完成的结果不受影响；请重新运行。", "What is done is kept; run again."),
                )
            )

    def renew(self) -> None:
        """Dask brings its workers back itself, and the plugin gives them the payload."""

    def overran(self) -> bool:
        """Nobody tells how a worker of a cluster died."""
        return True

    def close(self, *, at_once: bool) -> None:
        if self._client.status == "running":
            self.executor.shutdown(wait=not at_once)
            self._client.unregister_worker_plugin(name=self._plugin.name)
        self._client.close()
