"""The bench: answers are compared, its table names the base, peers are stopped in time, the README takes its output."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(SCRIPTS))
    import bench.__main__ as program

    yield program
    sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def raced(bench):
    from bench import ours
    from bench.board import Board
    from bench.work import town

    board = Board(threads=1, title="600 nodes")
    work = town(600)
    return work.given, ours.run(work, board), board


def test_answers_agree_with_scipy_and_networkx(bench, raced):
    from bench import peers
    from bench.board import BASE, Board

    given, answers, mine = raced
    board = Board(threads=1, title="600 nodes", times=list(mine.times))
    peers.with_scipy(given, answers, board)
    peers.with_networkx(given, answers, board)
    remarks = [item.remark for item in board.times if item.who.startswith(("scipy", "networkx"))]
    assert len(remarks) == 7
    assert all(remark.startswith("every cell equal") for remark in remarks)
    ratios = {(row[0], row[1]): row[3] for row in board.rows()}
    assert ratios["W1", BASE] == ratios["W1 + W2", BASE] == "1 ×"
    assert ratios["W1 + W2", "scipy, from every origin"].endswith(" ×")
    assert [row[0] for row in board.rows()] == sorted(
        [row[0] for row in board.rows()], key=["W1", "W2", "W1 + W2"].index
    )
    table = bench.markdown("Title.", [board]).splitlines()
    assert table[0] == "Title."
    assert {line.count("|") for line in table[2:]} == {7}
    assert "| **600 nodes** | | | | | |" in table


def test_a_wrong_answer_shows(raced):
    from dataclasses import replace

    from bench import peers
    from bench.board import Board

    given, answers, _ = raced
    wrong = answers.counts.copy()
    wrong[0, 0, 0] += 1
    board = Board(threads=1)
    peers.with_scipy(given, replace(answers, counts=wrong), board)
    remark = next(item.remark for item in board.times if item.who == "scipy, from the opportunities")
    assert "of cells equal" in remark


def test_a_peer_in_its_own_process_tells_times_and_memory(raced):
    from bench import contest
    from bench.board import Board

    given, answers, _ = raced
    board = Board(threads=1)
    contest.run(["scipy"], given, answers, board, limit_s=60)
    assert [item.work for item in board.times] == ["W1", "W2", "W1 + W2", "W2", "W1 + W2"]
    assert all(item.remark.startswith("every cell equal") for item in board.times)
    assert all(item.peak_mb > 20 for item in board.times)


def test_a_peer_that_takes_too_long_is_stopped_and_the_table_says_so(raced):
    from bench import contest
    from bench.board import Board

    given, answers, mine = raced
    board = Board(threads=1, times=list(mine.times))
    contest.run(["scipy", "cityseer"], given, answers, board, limit_s=0.05)
    stopped = [row for row in board.rows() if row[2] == "> 0.05"]
    assert [row[1] for row in stopped] == ["scipy", "cityseer"]
    assert all(row[3] == "–" and "stopped after" in row[5] for row in stopped)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on processor time")
def test_time_is_that_of_the_processors(bench):
    from bench import contest

    told, fault = contest.within([sys.executable, "-c", "print('begun', flush=True)\nwhile True: pass"], 1, 1)
    assert (told, fault) == ("begun\n", "time")
    assert contest.within([sys.executable, "-c", "import time; time.sleep(1.5)"], 1, 1) == ("", None)


def test_a_peer_that_fails_is_told(bench):
    from bench import contest

    told, fault = contest.within([sys.executable, "-c", "print('so far'); raise SystemExit('no memory')"], 30, 1)
    assert (told.strip(), fault) == ("so far", "no memory")


def test_what_peers_are_given_comes_back_as_it_was(raced, tmp_path):
    from bench.given import Answers, Given

    for one, kind in zip(raced[:2], (Given, Answers), strict=True):
        one.save(tmp_path)
        back = kind.load(tmp_path)
        assert all(np.array_equal(getattr(back, name), getattr(one, name)) for name in kind.__annotations__)


def test_the_readme_takes_the_table_between_its_marks(bench, tmp_path):
    page = tmp_path / "README.md"
    page.write_text(f"前\n{bench.BEGIN}\nold\n{bench.END}\n后\n", encoding="utf-8")
    bench.pasted(page, "new | table")
    assert page.read_text(encoding="utf-8") == f"前\n{bench.BEGIN}\nnew | table\n{bench.END}\n后\n"
    readme = (SCRIPTS.parent / "README.md").read_text(encoding="utf-8")
    assert readme.count(bench.BEGIN) == readme.count(bench.END) == 1
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(SystemExit, match="no lines"):
        bench.pasted(page, "new")
    assert page.read_text(encoding="utf-8") == "no marks"


def test_help_and_unknown_peers():
    told = subprocess.run([sys.executable, SCRIPTS / "bench.py", "--help"], capture_output=True, text=True, check=True)
    assert "--markdown" in told.stdout
    for option, word in (("--peers", "peer: abacus"), ("--size", "size: abacus")):
        done = subprocess.run(
            [sys.executable, "-m", "bench", option, "abacus"], cwd=SCRIPTS, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert f"no such {word}" in done.stderr


def test_the_agpl_peer_is_never_imported_here():
    for path in [*SCRIPTS.glob("bench/*.py"), *SCRIPTS.parent.glob("corridor/**/*.py")]:
        if path.name != "cityseer_process.py":
            text = path.read_text(encoding="utf-8")
            assert "import cityseer" not in text
            assert "from cityseer" not in text
