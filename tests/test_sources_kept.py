"""Extracts kept from earlier runs: the same as read anew, thrown away when unfit, never in the way."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile

import pytest
import shapely
import sources_town as town
from conftest import ROOT
from pandas.testing import assert_frame_equal
from toy import write_study

from corridor import kept
from corridor.sources import TABLES, _files, _kept, read_osm
from corridor.study import open_study


@pytest.fixture
def file(tmp_path):
    return town.write_pbf(tmp_path / "镇.osm.pbf")


def entries(folder):
    return sorted(folder.glob(f"*{_kept.KIND.ending}"))


def assert_same(one, other):
    for name in TABLES:
        assert_frame_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).crs == getattr(other, name).crs
    assert [list(map(type, nodes)) for nodes in one.streets["nodes"]] == [
        list(map(type, nodes)) for nodes in other.streets["nodes"]
    ]
    assert (one.notices, one.account, one.provenance) == (other.notices, other.account, other.provenance)


@pytest.mark.parametrize("part", ["all", "clipped", "one street"])
def test_kept_is_the_same_as_read_anew(tmp_path, file, part, monkeypatch):
    clip = shapely.box(*town.at(0.9, 0.4), *town.at(1.6, 0.6)) if part == "clipped" else None
    if part == "one street":  # seven empty tables keep their types
        nodes = {1: town.NODES[1], 4: town.NODES[4]}
        town.write_pbf(file, nodes=nodes, ways={1: ([1, 4], {"highway": "path"})}, relations={})
    read = read_osm(file, clip=clip)
    assert_same(read_osm(file, clip=clip, cache=tmp_path / "deep" / "kept"), read)
    assert len(entries(tmp_path / "deep" / "kept")) == 1
    monkeypatch.setattr(_files, "Gatherer", None)  # parsing would fail
    assert_same(read_osm(file, clip=clip, cache=tmp_path / "deep" / "kept"), read)


def torn(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def changed(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)


def rewritten(**facts):
    def spoil(path):
        with zipfile.ZipFile(path) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
        manifest = json.loads(parts[kept.MANIFEST]) | facts
        parts[kept.MANIFEST] = json.dumps(manifest).encode()
        with zipfile.ZipFile(path, "w") as packed:
            for name, data in parts.items():
                packed.writestr(name, data)

    return spoil


def other_table(path):
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts["streets.arrow"] = parts["water.arrow"]
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in parts.items():
            packed.writestr(name, data)


SPOILT = {
    "empty": lambda path: path.write_bytes(b""),
    "torn": torn,
    "a bit changed": changed,
    "text": lambda path: path.write_text("not ours"),
    "a pickle": lambda path: path.write_bytes(b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix."),
    "another format": rewritten(format="corridor-snapshot"),
    "an older version": rewritten(version=0),
    "of another file": rewritten(key="0" * 64),
    "without an account": rewritten(facts={"account": None}),
    "another table": other_table,
}


@pytest.mark.parametrize("how", SPOILT)
def test_an_unfit_entry_is_thrown_away_and_made_again(tmp_path, file, how):
    read = read_osm(file, cache=tmp_path / "kept")
    (entry,) = entries(tmp_path / "kept")
    whole = entry.read_bytes()
    SPOILT[how](entry)
    assert entry.read_bytes() != whole
    key = _kept.key_of(read.provenance["sha256"], file.name, None)
    spoilt = entry.read_bytes()
    assert _kept.get(tmp_path / "kept", key) is None and not entry.exists()
    entry.write_bytes(spoilt)
    assert_same(read_osm(file, cache=tmp_path / "kept"), read)
    assert _kept.get(tmp_path / "kept", key) is not None


def test_the_key_names_all_that_decides(tmp_path, monkeypatch):
    box = shapely.box(0, 0, 1, 1)
    facts = [("a", "x.osm", None), ("b", "x.osm", None), ("a", "y.osm", None), ("a", "x.osm", box)]
    keys = [_kept.key_of(*fact) for fact in facts]
    for name, value in (("__version__", "9"), ("code_of", lambda _: "9"), ("libraries_of", lambda _: ["9"])):
        with monkeypatch.context() as patch:
            patch.setattr(kept, name, value)
            keys.append(_kept.key_of(*facts[0]))
    assert len(set(keys)) == len(keys)
    assert _kept.key_of(*facts[0]) == keys[0]


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path, file):
    (tmp_path / "file").write_text("in the way")
    assert_same(read_osm(file, cache=tmp_path / "file" / "kept"), read_osm(file))
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_full_disk_keeps_nothing_and_leaves_nothing(tmp_path, file, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept.os, "fsync", full)
    assert_same(read_osm(file, cache=tmp_path / "kept"), read_osm(file))
    assert list((tmp_path / "kept").iterdir()) == []


def test_two_processes_fill_one_cache(tmp_path, file):
    code = (
        "import sys; from corridor.sources import read_osm; "
        "print(*(len(read_osm(sys.argv[1], cache=sys.argv[2]).streets) for _ in range(3)))"
    )
    command = [sys.executable, "-c", code, str(file), str(tmp_path / "kept")]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    count = len(read_osm(file).streets)
    assert [process.communicate(timeout=120)[0].split() for process in both] == [[str(count)] * 3] * 2
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [entries(tmp_path / "kept")[0].name]


def test_what_was_used_longest_ago_goes_first(tmp_path, file, monkeypatch):
    folder = tmp_path / "kept"
    read = read_osm(file)
    size = 0
    for number in range(3):
        assert _kept.put(folder, f"{number}" * 64, read)
        path = _kept.KIND.path(folder, f"{number}" * 64)
        size = path.stat().st_size
        kept.os.utime(path, (1000 + number, 1000 + number))
    assert _kept.get(folder, "0" * 64) is not None  # used now
    monkeypatch.setattr(kept, "MOST_BYTES", 3 * size + 10)
    assert _kept.put(folder, "3" * 64, read)
    assert [path.name[0] for path in entries(folder)] == ["0", "2", "3"]


def test_a_study_is_the_same_with_and_without(tmp_path):
    folder = write_study(tmp_path, "corridor: {names: [Main Road]}\n")
    studies = [open_study(folder), *(open_study(folder, cache=tmp_path / "kept") for _ in range(2))]
    assert len(entries(tmp_path / "kept")) == 1
    for study in studies[1:]:
        assert study.fingerprint == studies[0].fingerprint
        assert (study.notices, study.account) == (studies[0].notices, studies[0].account)
        for name in TABLES:
            assert_frame_equal(getattr(study, name), getattr(studies[0], name))
