"""`corridor scenarios run` and `merge`: rows 76 to 93 of the table of faults, and the same bytes from every crew."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import scenario_work
from toy import write_study
from typer.testing import CliRunner

import corridor
from corridor import report
from corridor.batch import _book, store
from corridor.batch import scenarios as batch
from corridor.cli import app
from corridor.errors import ConfigError
from corridor.report import _compare_tables
from corridor.report._compare_tables import slug
from corridor.scenarios import read_files, scenario

ROOT = Path(__file__).resolve().parent.parent
OUTPUTS = ("compare.html", "scenarios.parquet", "scenarios.xlsx")
ROWS = range(76, 94)
STATION = "{op: add_station, type: ip, at: [121.411, 31.21]}"


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    """The toy town and its evaluation, pickled for processes of their own."""
    folder = write_study(tmp_path_factory.mktemp("town") / "镇 one")
    evaluation = corridor.evaluate(corridor.open_study(folder))
    (folder.parent / "evaluation.pickle").write_bytes(pickle.dumps(evaluation))
    return folder, evaluation


@pytest.fixture
def study(town, tmp_path):
    """A copy of the town that a test may change."""
    return Path(shutil.copytree(town[0], tmp_path / "study"))


@pytest.fixture
def quick(town, monkeypatch):
    """Scenarios answer at once."""
    monkeypatch.setattr(batch, "Baseline", scenario_work.Builder(town[1]))


def listed(*items: str) -> str:
    return "scenarios:\n" + "".join(f"- {item}\n" for item in items)


def stations(count: int, name: str = "s") -> str:
    """Scenarios that differ in where a station is put."""
    return listed(*(f"{{name: {name} {n}, edits: [{{op: add_station, type: ip, at: [{121.4101 + n * 1e-5:.5f}, 31.21]}}]}}" for n in range(count)))  # fmt: skip


def written(study: Path, text: str) -> Path:
    path = study / "scenarios.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["scenarios", "run", *map(str, words), "--lang", "en"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def started(town: tuple, *words: object, **environment: str) -> subprocess.Popen:
    folder = town[0].parent
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    return subprocess.Popen(
        [sys.executable, "-c", "import scenario_work; scenario_work.main()", str(folder / "evaluation.pickle"),
         "scenarios", "run", *map(str, words), "--lang", "en"],
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )  # fmt: skip


def kept(folder: Path) -> dict:
    with store.reading(folder) as found:
        assert found.most_often() <= 1, "nothing acknowledged ran twice"
        return dict(found.rows())


def until(there: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def some_done(folder: Path, count: int = 3) -> Callable[[], bool]:
    def there() -> bool:
        try:
            with store.reading(folder) as found:
                return len(found.done()) >= count
        except corridor.CorridorError:
            return False

    return there


def outputs(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in OUTPUTS}


def ranking(folder: Path) -> pd.DataFrame:
    table = pd.read_excel(folder / "scenarios.xlsx", sheet_name="排序 ranking", engine="openpyxl")
    return table.set_axis([str(name).split("\n")[-1] for name in table.columns], axis=1)


@dataclass(frozen=True)
class Case:
    """One call of the command: what is asked, how it ends, what is said, and what lies in the folder afterwards.

    `done`: results in the store; None where there must be no folder at all.
    """

    row: int
    name: str
    scenarios: str
    code: int
    said: tuple[str, ...]
    done: int | None
    options: tuple[str, ...] = ()


GOOD = f"{{name: good, edits: [{STATION}]}}"
LOST = "{name: lost, edits: [{op: close_street, name: Main Raod}]}"
LOST_TOO = "{name: lost too, edits: [{op: remove_amenity, name: Nowhere}]}"
CASES = [
    Case(76, "what is not in the study, all at once, before anything runs", listed(GOOD, LOST, LOST_TOO), 2, ("Main Raod", "Did you mean 'Main Road'", "Nowhere"), None),
    Case(76, "with --keep-going the rest runs", listed(GOOD, LOST, LOST_TOO), 3, ("1 scenarios have results, 2 failed", "Did you mean 'Main Road'"), 1, ("--keep-going",)),
    Case(76, "a slip of writing hides nothing, and nothing runs", listed(GOOD, LOST, "{name: slip, edits: [{op: open_gat, id: x}]}"), 2, ("Main Raod", "open_gate"), None),
    Case(76, "with --keep-going a slip of writing fails alone", listed(GOOD, LOST, "{name: slip, edits: [{op: open_gat, id: x}]}"), 3, ("1 scenarios have results, 2 failed", "slip", "open_gate"), 1, ("--keep-going",)),
    Case(77, "edits that contradict each other", listed("{name: both, edits: [{op: close_street, name: North Lane}, {op: change_street, name: North Lane, lighting: true}]}"), 2, ("close_street", "change_street", "contradict"), None),
    Case(77, "the same scenario twice is one with both names", listed(GOOD, GOOD.replace("good", "also good")), 0, ("1 scenarios have results",), 1),
    Case(80, "a new street of no length", listed("{name: dot, edits: [{op: add_street, line: [[121.411, 31.21], [121.411, 31.21]]}]}"), 2, ("no length",), None),
    Case(80, "a new street outside the data", listed("{name: far, edits: [{op: add_street, line: [[121.5, 31.21], [121.51, 31.21]]}]}"), 2, ("outside the map data",), None),
    Case(80, "a new street a few metres off the network", listed("{name: near, edits: [{op: add_street, line: [[121.4120, 31.21004], [121.4110, 31.21098]]}]}"), 0, ("1 scenarios", "its start moved 4.4 m, its end 0.0 m"), 1),
    Case(82, "one that is not possible among many", stations(20) + f"- {LOST}\n", 2, ("Main Raod",), None),
    Case(82, "one that is not possible among many, going on", stations(20) + f"- {LOST}\n", 3, ("20 scenarios have results, 1 failed",), 20, ("--keep-going",)),
    Case(89, "a task that breaks off", listed(GOOD, f"{{name: a bug, edits: [{STATION}, {STATION.replace('ip', 'ai')}]}}"), 3, ("1 failed", "ZeroDivisionError"), 1),
    Case(93, "more scenarios than can be asked for", listed("{name: all, choose: 6, of: [" + ", ".join("{edits: [{op: open_gate, at: [121.41, 31.21]}]}" for _ in range(60)) + "]}"), 2, ("200,000", "split the file"), None),
    Case(93, "a share that is none", listed(GOOD), 2, ("a share of 2.0 is not between 0 and 1",), None, ("--verify", "2")),
    Case(93, "a part that is none", listed(GOOD), 2, ("must be written i/n",), None, ("--shard", "half")),
    Case(93, "a part beyond the last", listed(GOOD), 2, ("there is no part 3/2",), None, ("--shard", "3/2")),
    Case(90, "a time limit without a process to end", listed(GOOD), 2, ("a process of its own",), None, ("--task-limit", "1")),
    Case(90, "two crews at once", listed(GOOD), 2, ("choose one of",), None, ("--workers", "2", "--dask", "tcp://127.0.0.1:1")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row} {case.name}")
def test_case(case, study, tmp_path, quick):
    code, said = run(written(study, case.scenarios), "-o", tmp_path / "out", *case.options)
    assert code == case.code, said
    for words in case.said:
        assert words in said
    if case.done is None:
        assert not (tmp_path / "out").exists()
        return
    assert len(kept(tmp_path / "out")) == case.done
    table = ranking(tmp_path / "out")
    assert table["status"].str.endswith("done").sum() == case.done
    assert (table["status"].str.endswith("failed") == table["why_en"].notna()).all()
    assert table["rank"].isna().sum() == (case.code == 3) * (len(table) - case.done)


def test_76_a_file_that_is_no_yaml_stops_no_other(study, tmp_path, quick):
    """One in GBK, one that is a picture, an empty one, one that does not parse: told, and the good file runs."""
    good = written(study, listed(GOOD))
    unread = {
        "gbk.yaml": "scenarios:\n- {name: 北门}".encode("gbk"),
        "picture.yaml": b"\x89PNG\r\n\x1a\n\x00\x00",
        "empty.yaml": b"",
        "torn.yaml": b"scenarios:\n- {name: a, edits: [\n",
    }
    for name, content in unread.items():
        (study / name).write_bytes(content)
    files = [good, *(study / name for name in unread)]
    code, said = run(*files, "-o", tmp_path / "none")
    assert code == 2 and not (tmp_path / "none").exists()
    for words in ("gbk.yaml:2: byte", "picture.yaml:1", "empty.yaml:1: the file is empty", "torn.yaml:3:1"):
        assert words in said
    code, said = run(*files, "-o", tmp_path / "out", "--keep-going")
    assert code == 3 and "1 scenarios have results, 4 failed" in said and "file gbk.yaml" in said
    table = ranking(tmp_path / "out")
    assert len(kept(tmp_path / "out")) == 1 and table["status"].str.endswith("failed").sum() == 4
    # Of files none of which can be read there is nothing to run.
    code, said = run(*files[1:], "-o", tmp_path / "nothing", "--keep-going")
    assert code == 2 and not (tmp_path / "nothing").exists() and "gbk.yaml:2" in said


def test_76_a_scenario_made_in_python_runs_beside_a_file_that_cannot_be_read(study, tmp_path, quick):
    torn, made = study / "torn.yaml", scenario("made", {"op": "add_station", "type": "ip", "at": [121.4101, 31.21]})
    torn.write_text("scenarios:\n- {name: a, edits: [\n", encoding="utf-8")
    area = corridor.open_study(study)
    with pytest.raises(ConfigError, match=r"torn\.yaml:3:1"):
        corridor.run_batch(area, torn, made, folder=tmp_path / "out")
    found = corridor.run_batch(area, torn, made, folder=tmp_path / "out", keep_going=True)
    assert [one.failed for one in found.scenarios] == [True, False]


def test_76_a_batch_with_unreadable_files_goes_on_from_another_folder(study, tmp_path, quick, monkeypatch):
    """What is told of a file by its name and content, not by the way to it; of two alike both faults are told."""
    good, twin = written(study, listed(GOOD)), study / "twin"
    twin.mkdir()
    for torn in (study / "torn.yaml", twin / "torn.yaml"):
        torn.write_text("scenarios:\n- {name: a, edits: [\n", encoding="utf-8")
    area, out = corridor.open_study(study), tmp_path / "out"
    found = corridor.run_batch(area, good, study / "torn.yaml", study / "gone.yaml", folder=out, keep_going=True)
    assert [one.failed for one in found.scenarios] == [False, True, True]
    before = kept(out)
    monkeypatch.chdir(study)
    again = corridor.run_batch(area, "scenarios.yaml", "torn.yaml", "gone.yaml", folder=out, keep_going=True)
    assert again.scenarios == found.scenarios and kept(out) == before
    _, unread = read_files("scenarios.yaml", "torn.yaml", "twin/torn.yaml", "torn.yaml").entries
    assert unread.id == found.scenarios[1].id and len({problem.where for problem in unread.problems}) == 2


def test_every_row_has_a_test():
    named = {int(row) for name in globals() if name.startswith("test_") for row in re.findall(r"\d\d", name)}
    assert set(ROWS) <= named | {case.row for case in CASES}


def test_78_79_empty_is_the_baseline_and_nothing_reachable_is_a_result(study, tmp_path):
    """Evaluated in earnest: an empty scenario, one that closes every street, one that takes every facility away."""
    text = listed(
        "{name: empty}",
        "{name: closed, edits: [{op: close_street, name: Main Road}, {op: close_street, name: North Lane}]}",
        "{name: taken, edits: [{op: remove_amenity, name: Sunrise}]}",
    )
    code, said = run(written(study, text), "-o", tmp_path / "out", "--verify", "1")
    assert code == 0, said
    assert "Verified 3 scenarios" in said and "all equal" in said
    assert "have no value (NA)" in said and "in “taken”" in said and "NA is not 0" in said
    results = {one.names[0].en: one for one in batch.read_batch(tmp_path / "out").results()}
    empty = results["empty"]
    assert empty.changes.empty
    assert empty.indicators["value"].equals(empty.indicators["baseline"].rename("value"))
    assert (empty.indicators["change"].dropna() == 0).all()
    for name in ("closed", "taken"):
        table = results[name].indicators
        assert table.index.equals(empty.indicators.index)
        assert ((table["value"].dropna() >= 0) & (table["value"].dropna() <= 100)).all()
    taken = results["taken"].indicators.loc["coverage.area.residents.edu.kinder"]
    assert taken["value"] == 0 and taken["change"] == -taken["baseline"] < 0
    walk = results["taken"].indicators.loc["access.edu.kinder.median_s"]
    assert pd.isna(walk["value"]) and pd.isna(walk["change"]) and walk["baseline"] > 0
    page = (tmp_path / "out" / "compare.html").read_text(encoding="utf-8")
    assert "NaN" not in page.partition('id="corridor-data">')[2].partition("</script>")[0]


def test_81_names_make_safe_files_and_stay_what_they_are(study, tmp_path, quick):
    hostile = ["../../x", "/etc/x", "CON", "a/b", "长" * 100, "-rf", "A", "a", ".", "=1+1", "\\u0007bell", "a:b*c?"]
    items = [
        f'{{name: "{name}", edits: [{{op: add_station, type: ip, at: [{121.4101 + n * 1e-5:.5f}, 31.21]}}]}}'
        for n, name in enumerate(hostile)
    ]
    code, said = run(written(study, listed(*items)), "-o", tmp_path / "out", "--detail")
    assert code == 0, said
    made = sorted((tmp_path / "out" / "detail").iterdir())
    assert len(made) == len(hostile) == len({path.name.casefold() for path in made})
    for path in made:
        assert re.fullmatch(r"s-?[\w\u4e00-\u9fff-]*-[0-9a-f]{12}\.xlsx", path.name)
        assert len(path.name.encode()) < 100
    assert {path.name for path in tmp_path.iterdir()} == {"out", "study"}
    assert {"../../x", "CON", "-rf", "=1+1"} <= set(ranking(tmp_path / "out")["en"])
    assert slug("") == slug("///") == "s"
    cells = openpyxl.load_workbook(tmp_path / "out" / "scenarios.xlsx")["排序 ranking"].iter_rows()
    assert all(cell.data_type != "f" for row in cells for cell in row)


@pytest.mark.slow(13)
@pytest.mark.skipif(sys.platform == "win32", reason="kills with signals")
def test_83_killed_again_and_again_the_outputs_are_those_of_one_run(town, study, tmp_path, quick):
    path = written(study, stations(40, "slow"))
    assert run(path, "-o", tmp_path / "whole")[0] == 0
    folder = tmp_path / "killed"
    for count in (2, 20):
        running = started(town, path, "-o", folder)
        until(some_done(folder, count))
        running.kill()
        running.communicate()
        before = kept(folder)
        assert len(before) >= count
    code, said = run(path, "-o", folder)
    assert code == 0 and f"{len(before)} are there already, {40 - len(before)} to go" in said
    assert kept(folder) == kept(tmp_path / "whole")
    assert outputs(folder) == outputs(tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.parametrize(("sent", "code", "workers"), [(signal.SIGINT, 130, 0), (signal.SIGTERM, 143, 2)])
def test_84_an_interrupted_run_says_how_to_go_on(town, study, tmp_path, sent, code, workers, quick):
    path = written(study, stations(200, "slow"))
    folder = tmp_path / "out"
    running = started(town, path, "-o", folder, "--workers", workers)
    until(some_done(folder))
    running.send_signal(sent)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == code, said
    done = len(kept(folder))
    assert f"The {done} done are kept" in said and "run the same command again" in said
    assert "Traceback" not in said
    assert not (folder / store.OWNER).exists() and not (folder / "compare.html").exists()
    shutil.copytree(folder, tmp_path / "copy")
    assert 3 <= done < 200


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.parametrize("pause_s", [0.003, 0.15])
def test_84_ctrl_c_pressed_again_and_again_ends_the_run_all_the_same(town, study, tmp_path, pause_s, quick):
    """As from a terminal: every process of the group has it, and the second comes while the first is answered."""
    folder = tmp_path / "out"
    running = started(town, written(study, stations(200, "slow")), "-o", folder, "--workers", 2)
    until(some_done(folder))
    for _ in range(8):
        os.killpg(running.pid, signal.SIGINT)
        time.sleep(pause_s)
    said, _ = running.communicate(timeout=30)
    assert running.returncode == 130, said
    assert f"The {len(kept(folder))} done are kept" in said and "Traceback" not in said


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
def test_85_a_full_disk_leaves_what_was_there(town, study, tmp_path, quick, monkeypatch):
    path = written(study, stations(3))
    folder = tmp_path / "out"
    assert run(path, "-o", folder)[0] == 0
    before = outputs(folder)
    written(study, stations(20))
    for number in range(len(OUTPUTS)):
        calls = []

        def full(handle: int, calls: list = calls, number: int = number) -> None:
            calls.append(1)
            if len(calls) > 2 * number:
                raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("corridor.report._files.os.fsync", full)
            code, said = run(path, "-o", folder)
        assert code == 2 and "disk is full" in said and "MB free" in said and str(folder) in said
    assert outputs(folder)["scenarios.parquet"] == before["scenarios.parquet"]
    assert not list(folder.glob(".*"))
    assert run(path, "-o", folder)[0] == 0
    running = started(town, path, "-o", tmp_path / "small", LARGEST_FILE="40000")
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 2, said
    assert "cannot be written" in said and "GB free" in said and "Traceback" not in said
    assert run(path, "-o", tmp_path / "small")[0] == 0
    assert outputs(tmp_path / "small") == outputs(folder)


def test_86_what_was_made_from_something_else_is_not_mixed(study, tmp_path, quick, monkeypatch):
    path = written(study, stations(3))
    folder = tmp_path / "out"
    assert run(path, "-o", folder)[0] == 0
    before, made = kept(folder), outputs(folder)
    with monkeypatch.context() as patch:
        patch.setattr(batch, "__version__", "9.9")
        code, said = run(path, "-o", folder)
        assert code == 2 and "corridor: the store was made from" in said and "this run has 9.9" in said
        # It is told before the scenarios are read.
        assert run(written(study, "scenarios: [\n"), "-o", folder) == (code, said)
        written(study, stations(3))
    config = (study / "study.yaml").read_text(encoding="utf-8")
    (study / "study.yaml").write_text(f"{config}walker: {{speed_m_min: 70}}\n", encoding="utf-8")
    code, said = run(path, "-o", folder)
    assert code == 2 and "results.sqlite: config.walker.speed_m_min" in said and "osm" not in said
    assert "the store was made from" in said and "this run has 70" in said
    (study / "study.yaml").write_text(config, encoding="utf-8")
    town = (study / "town.osm").read_text(encoding="utf-8")
    (study / "town.osm").write_text(town.replace("Sunrise", "Sunset"), encoding="utf-8")
    code, said = run(path, "-o", folder, "--lang", "en")
    assert code == 2 and "the file town.osm is another than the one the store was made from" in said
    assert "config" not in said
    assert kept(folder) == before and outputs(folder) == made


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills with signals")
def test_87_two_runs_in_one_folder(town, study, tmp_path, quick):
    path = written(study, stations(300, "slow"))
    folder = tmp_path / "out"
    running = started(town, path, "-o", folder)
    until(some_done(folder))
    code, said = run(path, "-o", folder)
    assert code == 2 and re.search(rf"in use by pid {running.pid} on \S+ since 20", said)
    running.kill()
    running.communicate()
    assert (folder / store.OWNER).exists()
    small = written(study, stations(2, "slow"))
    assert run(small, "-o", folder)[0] == 0
    assert not (folder / store.OWNER).exists()


def test_88_a_file_a_link_or_somebody_elses_files_are_left_alone(study, tmp_path, quick):
    path = written(study, stations(2))
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    code, said = run(path, "-o", taken)
    assert code == 2 and "is not a folder" in said and taken.read_text(encoding="utf-8") == "mine"
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "scenarios.xlsx").write_text("mine", encoding="utf-8")
    code, said = run(path, "-o", foreign)
    assert code == 2 and "no result store: scenarios.xlsx" in said
    assert [one.name for one in foreign.iterdir()] == ["scenarios.xlsx"]
    linked, elsewhere = tmp_path / "linked", tmp_path / "elsewhere"
    linked.mkdir()
    elsewhere.mkdir()
    (linked / store.NAME).symlink_to(elsewhere / "db")
    code, said = run(path, "-o", linked)
    assert code == 2 and "symbolic link" in said and not list(elsewhere.iterdir())
    (linked / store.NAME).unlink()
    (linked / "detail").symlink_to(elsewhere)
    code, said = run(path, "-o", linked, "--detail")
    assert code == 2 and not list(elsewhere.iterdir())
    (linked / "detail").unlink()
    assert run(path, "-o", linked)[0] == 0
    before = {one.name: one.read_bytes() for one in linked.iterdir() if one.is_file()}
    (tmp_path / "link").symlink_to(linked)
    code, said = run(path, "-o", tmp_path / "link")
    assert code == 2 and "is a symbolic link to" in said and str(linked) in said
    assert before == {one.name: one.read_bytes() for one in linked.iterdir() if one.is_file()}
    (linked / "scenarios.xlsx").unlink()
    (linked / "scenarios.xlsx").symlink_to(elsewhere / "out.xlsx")
    assert run(path, "-o", linked)[0] == 0
    assert not (linked / "scenarios.xlsx").is_symlink() and not list(elsewhere.iterdir())


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs permissions")
def test_88_a_folder_that_cannot_be_written(study, tmp_path, quick, monkeypatch):
    path = written(study, stations(2))
    closed = tmp_path / "closed"
    closed.mkdir()
    if os.geteuid() == 0:
        # Root may write everywhere, so the system's answer is put in its place.
        monkeypatch.setattr(
            Path, "mkdir", lambda *_, **__: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
        )
    else:
        closed.chmod(0o500)
    code, said = run(path, "-o", closed / "out", "--no-cache")
    monkeypatch.undo()
    closed.chmod(0o700)
    assert code == 2 and "cannot be written" in said and "Permission denied" in said
    assert not list(closed.iterdir())


@pytest.mark.slow(13)
def test_89_90_a_worker_that_dies_or_hangs_costs_its_own_scenario_only(study, tmp_path, quick):
    items = [f"{{name: {name}, edits: [{{op: add_station, type: ip, at: [{121.4101 + n * 1e-5:.5f}, 31.21]}}]}}"
             for n, name in enumerate(["a", "die", "b", "hang", "c", "d"])]  # fmt: skip
    code, said = run(written(study, listed(*items)), "-o", tmp_path / "out", "--workers", 2, "--task-limit", 2)
    assert code == 3, said
    assert "Failed  die" in said and "died twice" in said
    assert "Failed  hang" in said and "took longer than the limit of 2 s" in said
    table = ranking(tmp_path / "out").set_index("en")
    assert set(table.index[table["status"].str.endswith("failed")]) == {"die", "hang"}
    assert len(kept(tmp_path / "out")) == 4


@pytest.mark.slow
def test_91_neither_clock_nor_locale_nor_seed_nor_workers_change_a_byte(town, study, tmp_path, quick):
    path = written(study, stations(12))
    assert run(path, "-o", tmp_path / "here")[0] == 0
    running = started(town, path, "-o", tmp_path / "there", "--workers", 2,
                      TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="7", PYTHONUTF8="0")  # fmt: skip
    said, _ = running.communicate(timeout=120)
    assert running.returncode == 0, said
    assert outputs(tmp_path / "here") == outputs(tmp_path / "there")


@pytest.mark.slow
def test_92_no_home_no_temporary_folder_and_a_path_of_any_letters(town, study, tmp_path):
    path = written(study, stations(3))
    out = tmp_path / "结果 with spaces"
    nowhere = str(tmp_path / "nowhere")
    running = started(town, path, "-o", out, HOME=nowhere, TMPDIR=nowhere, XDG_CACHE_HOME=f"{nowhere}/cache")
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said
    assert set(OUTPUTS) <= {one.name for one in out.iterdir()}


def test_shards_merged_are_the_whole(study, tmp_path, quick):
    path = written(study, stations(20) + f"- {LOST}\n")
    options = ("--keep-going", "--verify", "0.3")
    assert run(path, "-o", tmp_path / "whole", *options)[0] == 3
    parts = [tmp_path / f"part{number}" for number in (1, 2, 3)]
    for number, folder in enumerate(parts, 1):
        assert run(path, "-o", folder, *options, "--shard", f"{number}/3")[0] == 3
        assert not (folder / "compare.html").exists()

    def merge(*folders: Path) -> tuple[int, str]:
        done = CliRunner().invoke(
            app, ["scenarios", "merge", *map(str, folders), "-o", str(tmp_path / "merged"), "--lang", "en"]
        )
        return done.exit_code, done.output

    code, said = merge(*parts[:2])
    assert code == 2 and "have no result yet" in said and not (tmp_path / "merged" / "compare.html").exists()
    code, said = merge(*parts)
    assert code == 3, said
    assert outputs(tmp_path / "merged") == outputs(tmp_path / "whole")
    assert merge(tmp_path / "nothing")[0] == 2
    other = Path(shutil.copytree(study, tmp_path / "other"))
    (other / "study.yaml").write_text(
        (study / "study.yaml").read_text(encoding="utf-8") + "walker: {speed_m_min: 70}\n", encoding="utf-8"
    )
    assert run(other / "scenarios.yaml", "-o", tmp_path / "foreign", *options, "--shard", "1/3")[0] == 3
    code, said = merge(parts[0], tmp_path / "foreign")
    assert code == 2 and "config.walker.speed_m_min" in said and "differs from" in said


def test_a_batch_that_goes_on_takes_its_list_from_the_store(study, tmp_path, quick, monkeypatch):
    path = written(study, stations(6) + f"- {LOST}\n")
    assert run(path, "-o", tmp_path / "whole", "--keep-going")[0] == 3
    path = written(study, stations(6))
    assert run(path, "-o", tmp_path / "whole")[0] == 0
    shutil.copytree(tmp_path / "whole", tmp_path / "half")
    with sqlite3.connect(tmp_path / "half" / store.NAME) as base:
        base.execute("DELETE FROM result WHERE key IN (SELECT key FROM result LIMIT 3)")
    base.close()
    shutil.copytree(tmp_path / "half", tmp_path / "torn")
    monkeypatch.setattr(_book, "read_files", None)  # whoever reads the files again breaks off
    code, said = run(path, "-o", tmp_path / "half")
    assert code == 0 and "3 are there already, 3 to go" in said
    assert outputs(tmp_path / "half") == outputs(tmp_path / "whole")
    with sqlite3.connect(tmp_path / "torn" / store.NAME) as base:
        base.execute("UPDATE note SET value = replace(value, '121.41', '121.40') WHERE name = 'book'")
    base.close()
    code, said = run(path, "-o", tmp_path / "torn")
    assert code == 2 and "the list of scenarios in the store was changed" in said
    assert len(kept(tmp_path / "torn")) == 3


def test_a_wrong_answer_is_found_and_told(study, tmp_path, quick):
    items = listed(
        f"{{name: wrong, edits: [{STATION}]}}",
        "{name: right, edits: [{op: add_station, type: ai, at: [121.411, 31.21]}]}",
    )
    code, said = run(written(study, items), "-o", tmp_path / "out", "--verify", "1")
    assert code == 3
    assert "NOT EQUAL" in said and ".value[score.median]" in said and ".after[way/201]: 50.0 != 51.0" in said
    assert "Nodes settled 6, in full 120" in said


@pytest.mark.slow
def test_the_same_bytes_from_dask_though_a_worker_is_killed_while_it_holds_a_task(study, tmp_path, quick, monkeypatch):
    distributed = pytest.importorskip("distributed")
    path = written(study, stations(12) + "- " + GOOD.replace("good", "once") + "\n")
    died = tmp_path / "died"
    monkeypatch.setenv("ONCE", str(died))
    died.touch()
    assert run(path, "-o", tmp_path / "here")[0] == 0
    died.unlink()
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, worker_dashboard_address=None
    ) as cluster:
        assert run(path, "-o", tmp_path / "there", "--dask", cluster.scheduler_address)[0] == 0
    assert died.exists() and len(kept(tmp_path / "there")) == 13
    assert outputs(tmp_path / "here") == outputs(tmp_path / "there")
    code, said = run(path, "-o", tmp_path / "none", "--dask-scheduler-file", tmp_path / "none.json")
    assert code == 2 and "no such Dask scheduler file" in said and not (tmp_path / "none").exists()


def test_the_tables_are_those_of_the_schemas(study, tmp_path, quick):
    assert run(written(study, stations(5)), "-o", tmp_path / "out")[0] == 0
    table = corridor_table()
    found = pq.read_table(tmp_path / "out" / "scenarios.parquet")
    assert found.column_names == [column.name for column in table.all_columns]
    frame = found.to_pandas()
    table.check(frame)
    assert len(frame) == 5 * len(scenario_work.CODES)
    done = ranking(tmp_path / "out")
    assert done["rank"].tolist() == sorted(done["rank"]) and done["points_mean"].is_monotonic_decreasing


def test_the_long_sheets_hold_the_best_scenarios_whole_and_say_so(study, tmp_path, quick, monkeypatch):
    assert run(written(study, stations(5)), "-o", tmp_path / "out")[0] == 0
    monkeypatch.setattr(_compare_tables, "_MOST_ROWS", 3)
    report.write_comparison(batch.read_batch(tmp_path / "out"), tmp_path / "short")
    best = ranking(tmp_path / "out")["scenario_id"].tolist()[:3]
    for name in ("指标变化 indicators", "街道得失 streets"):
        sheet = pd.read_excel(tmp_path / "short" / "scenarios.xlsx", sheet_name=name, engine="openpyxl")
        column = next(column for column in sheet.columns if str(column).endswith("scenario_id"))
        assert sheet[column].tolist() == best
    assert ranking(tmp_path / "short").equals(ranking(tmp_path / "out"))
    note = openpyxl.load_workbook(tmp_path / "short" / "scenarios.xlsx")["说明 note"]
    said = {row[0]: row[1] for row in note.iter_rows(values_only=True)}["行数 rows"]
    assert "只列排序最前的 3 个" in said and "end at 3 rows and hold the 3 ranked best" in said
    assert (tmp_path / "short" / "scenarios.parquet").read_bytes() == (
        tmp_path / "out" / "scenarios.parquet"
    ).read_bytes()


def corridor_table():
    from corridor.schemas import SCENARIO_INDICATORS

    return SCENARIO_INDICATORS


def test_five_lines_of_python(study, tmp_path, quick):
    path = written(study, stations(4))
    opened = corridor.open_study(study)
    found = corridor.run_batch(opened, path)
    assert [entry.names[0].en for entry in found.scenarios] == ["s 0", "s 1", "s 2", "s 3"]
    assert len(list(found.results())) == 4
    assert found.result(found.scenarios[2].id).names[0].en == "s 2"
    page = corridor.show(found, lang="en")
    assert "Scenarios compared" in page.text and "srcdoc" in page._repr_html_()
    folder = found.folder
    del found
    assert not folder.exists()
    with pytest.raises(corridor.CorridorError, match="there is no scenario"):
        corridor.run_batch(opened)
