"""The bench: its answers are checked against ours, its table names the base, and it refuses what it does not know."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import bench.__main__ as program

    return program


def test_answers_agree_with_scipy_and_networkx(bench, capsys):
    from bench import ours, peers
    from bench.board import BASE, Board
    from bench.work import town

    board = Board(threads=1)
    work = town(600)
    answers = ours.run(work, board)
    peers.with_scipy(work, answers, board)
    peers.with_networkx(work, answers, board)
    peers.all_origins(board)
    remarks = [item.remark for item in board.times if item.who.startswith(("scipy", "networkx")) and item.remark]
    assert len(remarks) == 5
    assert all(remark.startswith("every cell equal") for remark in remarks)
    ratios = {(row[0], row[1]): row[3] for row in board.rows()}
    assert ratios["W1", BASE] == ratios["W1 + W2", BASE] == "1 ×"
    assert ("W1 + W2", "scipy, from every origin") in ratios
    bench.print_table("Title.", board, markdown=True)
    printed = capsys.readouterr().out
    assert "|---|---|--:|--:|---|" in printed


def test_a_wrong_answer_shows(bench):
    from bench import ours, peers
    from bench.board import Board
    from bench.work import town

    board = Board(threads=1)
    work = town(600)
    answers = ours.run(work, board)
    answers.counts[0, 0, 0] += 1
    peers.with_scipy(work, answers, board)
    remark = next(item.remark for item in board.times if item.who == "scipy, from the opportunities")
    assert "of cells equal" in remark


def test_help_and_unknown_peers():
    told = subprocess.run([sys.executable, SCRIPTS / "bench.py", "--help"], capture_output=True, text=True, check=True)
    assert "--markdown" in told.stdout
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--peers", "abacus"], cwd=SCRIPTS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no such peer: abacus" in done.stderr


def test_the_agpl_peer_is_never_imported_here():
    for path in [*SCRIPTS.glob("bench/*.py"), *SCRIPTS.parent.glob("corridor/**/*.py")]:
        if path.name != "cityseer_process.py":
            text = path.read_text(encoding="utf-8")
            assert "import cityseer" not in text
            assert "from cityseer" not in text
