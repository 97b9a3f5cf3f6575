"""Work beside one's own: the same result whoever does it, faults raised where they belong, a lost child made good."""

import os
import signal
import sys
import time

import pytest

from corridor.cli import _beside
from corridor.errors import StudyError

forks = pytest.mark.skipif(sys.platform != "linux", reason="a child is only forked on Linux")


@pytest.fixture(params=[False, pytest.param(True, marks=forks)])
def forked(request, monkeypatch):
    monkeypatch.setattr(_beside, "_can_fork", lambda: request.param)
    return request.param


def test_the_result_comes_back_from_wherever_it_was_made(forked):
    home = os.getpid()
    made, pid = _beside.beside(lambda: ("a table", os.getpid()))()
    assert made == "a table"
    assert (pid != home) == forked


def test_a_fault_is_raised_as_it_was(forked):
    def work():
        raise StudyError.of("out/report.html", "写不进去。", "cannot be written.")

    with pytest.raises(StudyError, match=r"cannot be written") as caught:
        _beside.beside(work)()
    assert caught.value.problems[0].where == "out/report.html"


def test_what_is_held_here_comes_back_as_itself(forked):
    held = [object(), ["a study"]]
    found = _beside.beside(lambda: {"study": held[1], "streets": [held[1], "new"]}, held=held)()
    assert found == {"study": ["a study"], "streets": [["a study"], "new"]}
    assert found["study"] is found["streets"][0] is held[1]


def test_what_cannot_be_sent_is_made_here(forked, capfd):
    home = os.getpid()
    made = _beside.beside(lambda: (lambda: os.getpid(),))()
    assert made[0]() == home
    assert capfd.readouterr().err == ""


def test_whether_there_is_anything_to_wait_for(forked):
    go = os.pipe()
    work = _beside.beside(lambda: os.read(go[0], 1))
    assert work.done() != forked
    os.write(go[1], b"x")
    assert work() == b"x"


@forks
def test_a_child_that_is_killed_or_hangs_is_made_good(monkeypatch):
    monkeypatch.setattr(_beside, "_can_fork", lambda: True)
    home = os.getpid()

    def killed():
        if os.getpid() != home:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done here"

    def hangs():
        while os.getpid() != home:
            time.sleep(1)
        return "done here"

    assert _beside.beside(killed)() == "done here"
    monkeypatch.setattr(_beside, "_PATIENCE_S", 0.1)
    assert _beside.beside(hangs)() == "done here"
