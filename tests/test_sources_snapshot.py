"""Snapshots: whole or not at all, and only our own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sources_town as town
from pandas.testing import assert_frame_equal

from corridor.errors import SourceError
from corridor.sources import TABLES, read_osm, read_snapshot, write_snapshot

FILES = {"provenance.json", *(f"{name}.parquet" for name in TABLES)}


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return read_osm(town.write_xml(tmp_path_factory.mktemp("town") / "a.osm"))


def test_round_trip_keeps_everything(extract, tmp_path):
    folder = write_snapshot(extract, tmp_path / "deep" / "快照 1")
    assert {path.name for path in folder.iterdir()} == FILES
    again = read_snapshot(folder)
    for name in TABLES:
        assert_frame_equal(getattr(again, name), getattr(extract, name))
    assert (again.notices, again.account, again.provenance) == (extract.notices, extract.account, extract.provenance)


def test_empty_tables_keep_their_types(tmp_path):
    nodes = {1: town.NODES[1], 4: town.NODES[4]}
    extract = read_osm(
        town.write_xml(tmp_path / "a.osm", nodes=nodes, ways={1: ([1, 4], {"highway": "path"})}, relations={})
    )
    again = read_snapshot(write_snapshot(extract, tmp_path / "s"))
    for name in TABLES:
        assert_frame_equal(getattr(again, name), getattr(extract, name))


def test_same_bytes(extract, tmp_path):
    a, b = write_snapshot(extract, tmp_path / "a"), write_snapshot(extract, tmp_path / "b")
    assert all((a / name).read_bytes() == (b / name).read_bytes() for name in FILES)


def test_an_older_snapshot_is_replaced_and_nothing_is_left_beside(extract, tmp_path):
    (tmp_path / "s").mkdir()
    for _ in range(2):
        write_snapshot(extract, tmp_path / "s")
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


@pytest.mark.parametrize("foreign", ["study.yaml", "provenance.json"])
def test_a_folder_with_something_else_is_left_alone(extract, tmp_path, foreign):
    (tmp_path / foreign).write_text("mine")
    with pytest.raises(SourceError, match="not overwritten"):
        write_snapshot(extract, tmp_path)
    assert (tmp_path / foreign).read_text() == "mine"


def test_a_file_in_the_way(extract, tmp_path):
    (tmp_path / "s").write_text("mine")
    with pytest.raises(SourceError, match="a file of that name"):
        write_snapshot(extract, tmp_path / "s")


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("how", ["gone", "empty", "torn", "foreign"])
def test_torn_and_foreign_files_are_refused(extract, tmp_path, name, how):
    path = write_snapshot(extract, tmp_path / "s") / name
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "torn": data[: len(data) // 2], "foreign": b'{"a": 1}'}[how])
    with pytest.raises(SourceError, match=r"unfit.*corridor fetch") as caught:
        read_snapshot(tmp_path / "s")
    assert name in str(caught.value)


def test_another_version_is_refused(extract, tmp_path):
    path = write_snapshot(extract, tmp_path / "s") / "provenance.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**index, "version": 99}))
    with pytest.raises(SourceError, match="version 99"):
        read_snapshot(tmp_path / "s")


def test_an_ordinary_folder_is_no_snapshot(tmp_path):
    with pytest.raises(SourceError, match="has no provenance"):
        read_snapshot(tmp_path)


def test_two_writers_at_once_leave_one_whole_snapshot(extract, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write_snapshot, extract, tmp_path / "s") for _ in range(6)]:
            done.result()
    assert_frame_equal(read_snapshot(tmp_path / "s").streets, extract.streets)
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_a_full_disk_leaves_the_older_snapshot(extract, tmp_path, monkeypatch):
    folder = write_snapshot(extract, tmp_path / "s")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SourceError, match="No space left"):
        write_snapshot(extract, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


@pytest.mark.slow
def test_killed_while_writing_leaves_a_whole_snapshot_or_none(extract, tmp_path):
    town.write_xml(tmp_path / "a.osm")
    code = (
        "import sys; from corridor.sources import read_osm, write_snapshot\n"
        "extract = read_osm(sys.argv[1]); print('ready', flush=True)\n"
        "while True: write_snapshot(extract, sys.argv[2])\n"
    )
    root = Path(__file__).parent.parent
    for pause in (0.02, 0.05, 0.11, 0.23):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "a.osm"), str(tmp_path / "s")], stdout=subprocess.PIPE, cwd=root
        )
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        time.sleep(pause)
        process.kill()
        process.wait()
        process.stdout.close()
        if (tmp_path / "s").exists():
            assert_frame_equal(read_snapshot(tmp_path / "s").streets, extract.streets)
