"""The result store: nothing acknowledged is lost or done twice, and nothing is mixed."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import batch_work
import pytest

from corridor.batch import Outcome, Workers, store
from corridor.errors import BatchError, Problem, Text

ROOT = Path(__file__).resolve().parent.parent
MADE_FROM = {"study": "abc", "version": "1"}
TASKS = {f"t{number:03d}": number for number in range(60)}

COORDINATOR = """
import sys
from pathlib import Path
import batch_work
from corridor.batch import Workers, store
if __name__ == "__main__":
    folder = Path(sys.argv[1])
    tasks = {f"t{number:03d}": number for number in range(60)}
    with store.opened(folder, {"study": "abc", "version": "1"}) as results:
        print("open", flush=True)
        for outcome in store.resume(results, batch_work.slow_square, None, tasks, workers=Workers(processes=int(sys.argv[2]))):
            with (folder / "told.txt").open("a") as told:
                told.write(outcome.key + "\\n")
"""


def coordinate(folder: Path, processes: int = 0) -> subprocess.Popen:
    script = folder.parent / "coordinate.py"
    script.write_text(COORDINATOR, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    return subprocess.Popen(
        [sys.executable, str(script), str(folder), str(processes)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background, Ctrl-C is ignored and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def content(folder: Path) -> list:
    with store.opened(folder, MADE_FROM) as results:
        assert results.most_often() == 1
        return list(results.rows())


@pytest.mark.skipif(sys.platform == "win32", reason="kills with signals")
@pytest.mark.parametrize("processes", [0, 2])
def test_83_killed_again_and_again_nothing_told_is_lost_or_done_twice(tmp_path, processes):
    with store.opened(tmp_path / "whole", MADE_FROM) as results:
        assert all(not outcome.failed for outcome in store.resume(results, batch_work.slow_square, None, TASKS))
    folder = tmp_path / "killed"
    chance = random.Random(processes)
    kills = 0
    for _ in range(40):
        running = coordinate(folder, processes)
        running.stdout.readline()
        if kills:
            time.sleep(chance.uniform(0.0, 0.25 + 0.5 * processes))
        else:  # as soon as something is told: on a quick machine a later one might not live to be killed
            while not (folder / "told.txt").exists() and running.poll() is None:
                time.sleep(0.001)
        ended = running.poll()
        running.kill()
        running.communicate()
        told = (folder / "told.txt").read_text(encoding="utf-8").split() if (folder / "told.txt").exists() else []
        assert len(told) == len(set(told)), "nothing acknowledged runs twice"
        assert set(told) <= {key for key, _ in content(folder)}, "nothing acknowledged is lost"
        if ended == 0:
            break
        kills += 1
    assert ended == 0
    assert kills > 0
    assert content(folder) == content(tmp_path / "whole")


@pytest.mark.skipif(sys.platform == "win32", reason="kills with signals")
def test_84_an_interrupted_run_ends_at_once_and_can_go_on(tmp_path):
    running = coordinate(tmp_path / "batch", 2)
    running.stdout.readline()
    told = tmp_path / "batch" / "told.txt"
    while not told.exists():
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert running.returncode != 0
    assert not (tmp_path / "batch" / store.OWNER).exists()
    assert set(told.read_text(encoding="utf-8").split()) <= {key for key, _ in content(tmp_path / "batch")}


def test_87_one_run_at_a_time_and_a_dead_one_is_no_hindrance(tmp_path):
    with (
        store.opened(tmp_path, MADE_FROM),
        pytest.raises(BatchError, match=rf"in use by pid {os.getpid()} on .* since 20"),
        store.opened(tmp_path, MADE_FROM),
    ):
        pass
    with store.opened(tmp_path, MADE_FROM):
        pass
    running = coordinate(tmp_path / "batch")
    assert running.stdout.readline() == "open\n"
    with pytest.raises(BatchError, match=f"in use by pid {running.pid}"), store.opened(tmp_path / "batch", MADE_FROM):
        pass
    running.kill()
    running.communicate()
    assert (tmp_path / "batch" / store.OWNER).exists()
    with store.opened(tmp_path / "batch", MADE_FROM):
        pass


def test_86_other_inputs_are_not_mixed_and_what_differs_is_shown(tmp_path):
    with store.opened(tmp_path, MADE_FROM) as results:
        results.put(Outcome("a", [1]))
    with (
        pytest.raises(BatchError) as caught,
        store.opened(tmp_path, {"study": "xyz", "version": "1", "config": "new"}),
    ):
        pass
    said = caught.value.in_("en")
    assert "study:" not in said  # it follows from the rest
    assert "config: the store was made from (none), this run has new." in said
    assert "version:" not in said
    assert content(tmp_path) == [("a", [1])]


def test_86_a_run_that_ended_before_its_first_result_binds_nobody(tmp_path):
    other = {**MADE_FROM, "config": "new"}
    with store.opened(tmp_path, MADE_FROM) as results:
        results.write_note("scene", 1)
        results.put(Outcome("a", None, (Problem("a", Text("错", "wrong")),)))
    with store.opened(tmp_path, MADE_FROM) as results:
        assert results.noted("scene") and results.failures()
    store.check(tmp_path, other)
    with store.opened(tmp_path, other) as results:
        assert results.made_from() == other
        assert not results.noted("scene") and not results.failures()


def test_failed_tasks_are_kept_with_their_reasons_and_tried_again(tmp_path):
    why = (
        Problem("b", Text("没有这条街。", "no such street."), Text("请改名。", "Rename it.")),
        Problem("b", Text("二", "two")),
    )
    with store.opened(tmp_path, MADE_FROM) as results:
        results.put(Outcome("b", None, why))
        results.put(Outcome("a", {"名": [1.5, None, "x"]}))
        assert results.failures() == {"b": why}
        assert results.done() == {"a"}
    tasks = {"a": "a", "b": "b", "c": "user"}
    with store.opened(tmp_path, MADE_FROM) as results:
        ran = {outcome.key for outcome in store.resume(results, batch_work.picky, None, tasks)}
        assert ran == {"b", "c"}
        assert list(results.rows()) == [("a", {"名": [1.5, None, "x"]}), ("b", "b")]
        assert list(results.failures()) == ["c"]
        assert results.most_often() == 1


def test_any_number_of_workers_gives_the_same_store(tmp_path):
    found = []
    for number, workers in enumerate((Workers(), Workers(processes=2))):
        with store.opened(tmp_path / str(number), MADE_FROM) as results:
            list(store.resume(results, batch_work.slow_square, None, TASKS, workers=workers))
        found.append(content(tmp_path / str(number)))
    assert found[0] == found[1] == [(key, [task, task * task]) for key, task in TASKS.items()]


def test_nan_is_refused_rather_than_written(tmp_path):
    with store.opened(tmp_path, MADE_FROM) as results, pytest.raises(ValueError, match="JSON compliant"):
        results.put(Outcome("a", [float("nan")]))


def test_what_is_no_store_or_no_folder_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(BatchError, match=r"cannot be written \(.* GB free\)"),
        store.opened(tmp_path / "file", MADE_FROM),
    ):
        pass
    other = tmp_path / "other"
    other.mkdir()
    (other / store.NAME).write_bytes(b"not a database at all" * 99)
    with pytest.raises(BatchError, match="not a result store"), store.opened(other, MADE_FROM):
        pass
    later = tmp_path / "later"
    later.mkdir()
    base = sqlite3.connect(later / store.NAME)
    base.executescript("CREATE TABLE t (x); PRAGMA user_version = 9;")
    base.close()
    with pytest.raises(BatchError, match="layout 9"), store.opened(later, MADE_FROM):
        pass


def test_85_a_full_disk_leaves_what_was_written(tmp_path):
    with store.opened(tmp_path, MADE_FROM) as results:
        results.put(Outcome("a", [1]))
        results._base.execute("PRAGMA max_page_count = 6")
        with pytest.raises(BatchError, match="What was written before is intact"):
            for number in range(100):
                results.put(Outcome(f"b{number}", ["x" * 4000]))
    assert content(tmp_path)[0] == ("a", [1])
