"""The seam: the same rows here, from a pool and from a Dask cluster, whatever happens to the workers."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import batch_work
import pytest

from corridor.batch import Workers, _executors, _held, _pool, run, run_all
from corridor.errors import BatchError

TASKS = {f"t{number:02d}": number for number in range(20)}
POOL = Workers(processes=2)


@pytest.fixture(scope="module")
def cluster():
    """A real cluster of two worker processes."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, worker_dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.fixture(params=["fork", "spawn"])
def start(request, monkeypatch):
    """Workers are copies of this process, or started afresh as on systems that cannot copy."""
    if request.param == "spawn":
        monkeypatch.setattr(_executors, "_copies", lambda: False)
    elif not _executors._copies():
        pytest.skip("workers are copied only on Linux, and only while no other thread is at work in this process")
    return request.param


def test_rows_are_those_of_one_process_and_in_the_order_of_the_keys():
    backwards = dict(reversed(TASKS.items()))
    here = run_all(batch_work.add, 100, backwards)
    assert list(here.items()) == [(key, 100 + task) for key, task in TASKS.items()]
    seen = []
    assert list(run_all(batch_work.add, 100, backwards, workers=POOL, progress=seen.append).items()) == list(
        here.items()
    )
    assert [step.done for step in seen] == list(range(1, 21))
    assert seen[-1].total == 20
    assert seen[-1].remaining_s == 0


def test_the_payload_travels_once_to_every_worker_and_no_worker_is_left_behind(start):
    found = run_all(batch_work.who, [1, 2, 3], {str(n): 0.02 for n in range(16)}, workers=POOL)
    places = {}
    for process, payload in found.values():
        places.setdefault(process, set()).add(payload)
    assert os.getpid() not in places
    assert 1 <= len(places) <= 2
    assert all(len(objects) == 1 for objects in places.values())
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("workers", [Workers(), POOL], ids=["here", "pool"])
def test_a_task_that_fails_is_listed_and_the_others_go_on(workers):
    tasks = {task: task for task in ("a", "user", "b", "bug", "c")}
    found = {outcome.key: outcome for outcome in run(batch_work.picky, None, tasks, workers=workers)}
    assert [key for key in sorted(found) if not found[key].failed] == ["a", "b", "c"]
    assert found["user"].problems[0].where == "scenarios.yaml:3"
    assert found["user"].problems[0].in_("zh") == "scenarios.yaml:3：没有这条街。"
    assert "ZeroDivisionError: no reason" in found["bug"].problems[0].in_("en")
    with pytest.raises(BatchError) as caught:
        run_all(batch_work.picky, None, tasks, workers=workers)
    assert [problem.where for problem in caught.value.problems] == ["bug", "scenarios.yaml:3"]


def test_only_the_task_that_kills_or_outlasts_its_worker_fails(start):
    tasks = {task: task for task in ("a", "die", "b", "hang", "lambda", "c", "d", "e")}
    begun = time.monotonic()
    workers = Workers(processes=2, task_s=1.0)
    found = {outcome.key: outcome for outcome in run(batch_work.picky, None, tasks, workers=workers)}
    assert found.keys() == tasks.keys()
    assert sorted(key for key in found if not found[key].failed) == ["a", "b", "c", "d", "e"]
    assert "died twice" in str(found["die"].problems[0].what)
    assert "longer than the limit of 1 s" in str(found["hang"].problems[0].what)
    assert found["lambda"].failed
    assert time.monotonic() - begun < 60


def test_what_was_handed_out_is_never_done_twice(tmp_path):
    """A worker dies once in the middle: every task ends, and only those that were open ran again."""
    tasks = {task: task for task in (*map(str, range(10)), "die once", *map(str, range(10, 20)))}
    handed_out = []
    at_death = None
    for outcome in run(batch_work.note, tmp_path, tasks.items(), workers=POOL):
        assert not outcome.failed
        handed_out.append(outcome.key)
        ran = Counter((tmp_path / "log.txt").read_text(encoding="utf-8").split("\n"))
        if at_death is None and (tmp_path / "die once.died").exists():
            at_death = set(handed_out)
    assert sorted(handed_out) == sorted(tasks)
    again = {task for task, count in ran.items() if count > 1}
    assert not again & (at_death - {handed_out[-1]} if at_death else set())
    assert len(again) <= POOL.processes * 2


@pytest.mark.skipif(sys.platform == "win32", reason="stops with a signal")
def test_a_worker_that_is_stopped_and_hears_no_time_limit_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(_pool, "_GRACE_S", 0.5)
    tasks = {task: task for task in ("a", "stop once", "b", "c")}
    assert run_all(batch_work.note, tmp_path, tasks, workers=Workers(processes=2, task_s=0.5)) == dict(
        sorted(tasks.items())
    )
    assert (tmp_path / "stop once.died").exists()


def test_stopping_early_ends_busy_workers_at_once():
    begun = time.monotonic()
    tasks = {"a": "a", **{f"h{n}": "hang" for n in range(6)}}
    for outcome in run(batch_work.picky, None, tasks, workers=POOL):
        assert outcome.key == "a"
        break
    # The generator is closed here; nothing waits for the thousand seconds.
    assert time.monotonic() - begun < 30
    assert not multiprocessing.active_children()


@pytest.mark.skipif(sys.platform == "win32", reason="kills with signals")
def test_workers_end_with_a_coordinator_that_is_killed(tmp_path):
    code = (
        "import sys, pathlib; sys.path.insert(0, 'tests'); import batch_work\n"
        "from corridor.batch import Workers, run\n"
        "if __name__ == '__main__':\n"
        "    for outcome in run(batch_work.who, None, {str(n): (0, 1000)[n > 1] for n in range(4)},"
        " workers=Workers(processes=2)):\n"
        "        print(outcome.rows[0], flush=True)\n"
    )
    script = tmp_path / "coordinate.py"
    script.write_text(code, encoding="utf-8")
    root = Path(__file__).resolve().parent.parent
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"}
    running = subprocess.Popen([sys.executable, str(script)], cwd=root, env=environment, stdout=subprocess.PIPE)
    workers = {int(running.stdout.readline()) for _ in range(2)}
    running.kill()
    running.wait()
    running.stdout.close()
    for _ in range(100):
        if not any(alive(pid) for pid in workers):
            return
        time.sleep(0.1)
    pytest.fail("workers outlive their coordinator")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Nobody may have collected it yet.
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"


def test_the_worker_checks_what_it_is_given():
    parcel = _held.Parcel.of([1, 2])
    assert parcel.opened() == [1, 2]
    with pytest.raises(BatchError, match="damaged"):
        _held.Parcel(parcel.data + b"x", parcel.fingerprint, parcel.version).opened()
    with pytest.raises(BatchError, match=r"the worker runs corridor .*, the coordinator 0\.0"):
        _held.Parcel(parcel.data, parcel.fingerprint, "0.0").opened()
    with pytest.raises(BatchError, match="does not hold"):
        _held.held("nothing")


def test_workers_that_cannot_read_the_payload_say_why(monkeypatch):
    monkeypatch.setattr(_executors, "_copies", lambda: False)
    with pytest.raises(BatchError, match="cannot read the shared input: ValueError: this machine lacks a library"):
        run_all(batch_work.add, batch_work.Damaged(), TASKS, workers=POOL)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"processes": 2, "dask": "tcp://x:1"}, "choose one"),
        ({"processes": -1}, "-1 is not between 0 and 1024"),
        ({"processes": 1, "task_s": 0}, "must be above 0"),
        ({"task_s": 5}, "needs a process of its own"),
    ],
)
def test_impossible_choices_are_refused(choice, message):
    with pytest.raises(BatchError, match=message) as caught:
        Workers(**choice)
    assert caught.value.in_("zh") != caught.value.in_("en")


def test_a_scheduler_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BatchError, match=r"tcp://127\.0\.0\.1:9: the Dask scheduler cannot be reached"):
        run_all(batch_work.add, 1, TASKS, workers=Workers(dask="tcp://127.0.0.1:9", connect_s=1))
    with pytest.raises(BatchError, match="no such Dask scheduler file"):
        run_all(batch_work.add, 1, TASKS, workers=Workers(scheduler_file=tmp_path / "none.json"))


@pytest.mark.slow
def test_a_cluster_gives_the_same_rows(cluster, tmp_path):
    there = Workers(dask=cluster.scheduler_address)
    assert run_all(batch_work.add, 100, TASKS, workers=there) == run_all(batch_work.add, 100, TASKS)
    found = run_all(batch_work.who, [1], {str(n): 0.02 for n in range(16)}, workers=there)
    assert os.getpid() not in {process for process, _ in found.values()}
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": cluster.scheduler_address}), encoding="utf-8")
    assert run_all(batch_work.add, 1, TASKS, workers=Workers(scheduler_file=file))["t05"] == 6


@pytest.mark.slow
def test_a_cluster_survives_the_death_of_a_worker_that_holds_a_task(cluster, tmp_path):
    tasks = {task: task for task in (*map(str, range(10)), "die once", *map(str, range(10, 20)))}
    found = run_all(batch_work.note, tmp_path, tasks, workers=Workers(dask=cluster.scheduler_address))
    assert found == {key: tasks[key] for key in sorted(tasks)}
    assert (tmp_path / "die once.died").exists()


@pytest.mark.slow
def test_a_cluster_gives_up_only_the_task_that_outlasts_its_limit(cluster):
    tasks = {task: task for task in ("a", "hang", "b", "c")}
    # Dask tries a task on four workers before it gives up; one will do here.
    cluster.scheduler.allowed_failures = 0
    there = Workers(dask=cluster.scheduler_address, task_s=0.5)
    found = {outcome.key: outcome for outcome in run(batch_work.picky, None, tasks, workers=there)}
    assert sorted(key for key in found if not found[key].failed) == ["a", "b", "c"]
    assert "longer than the limit" in str(found["hang"].problems[0].what)


def test_nobody_is_copied_while_another_thread_is_at_work():
    held = threading.Event()
    other = threading.Thread(target=held.wait)
    other.start()
    assert not _executors._copies()
    held.set()
    other.join()


def test_ctrl_c_reaches_the_coordinator_only():
    before = signal.getsignal(signal.SIGINT)
    assert run_all(batch_work.who, None, {"a": 0.0}, workers=Workers(processes=1))
    assert signal.getsignal(signal.SIGINT) is before
