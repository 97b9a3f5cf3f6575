"""The command line as a planner meets it: exit codes, messages in both languages, nothing half written."""

import json
import subprocess
import sys

import pytest
from conftest import ROOT
from toy import write_study


def run(*arguments: object, cwd=ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "corridor", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=300,
    )  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = write_study(tmp_path_factory.mktemp("cli"), "corridor: {names: [Main Road]}\n")
    done = run("study", folder, "-o", folder / "out")
    assert done.returncode == 0, done.stderr
    return folder / "out", done


def test_study_writes_everything_and_says_where(written):
    folder, done = written
    names = {path.name for path in folder.iterdir()}
    wanted = {"map.html", "report.zh.html", "report.en.html", "buildings.gpkg", "access.parquet", "summary.json",
              "tables.xlsx", "notices.csv", "provenance.json"}  # fmt: skip
    assert wanted <= names
    assert "map.html" in done.stdout and "综合得分中位数" in done.stdout
    assert "用时" in done.stderr


def test_same_input_same_bytes(written, tmp_path):
    folder, _ = written
    again = tmp_path / "again"
    assert run("study", folder.parent, "-o", again).returncode == 0
    different = [path.name for path in folder.iterdir() if path.read_bytes() != (again / path.name).read_bytes()]
    assert different == []


def test_only_picks_parts(tmp_path):
    folder = write_study(tmp_path)
    done = run("study", folder, "-o", tmp_path / "out", "--only", "map", "--lang", "en", "--json")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["map.html"]
    assert json.loads(done.stdout)["name"]["en"] == "Toy town"


def test_check_prints_the_account_and_computes_nothing(tmp_path):
    done = run("check", write_study(tmp_path), "--lang", "en")
    assert done.returncode == 0, done.stderr
    for word in ("read = used + excluded", "buildings", "Completeness", "Building levels", "Ready: 2 buildings"):
        assert word in done.stdout
    assert not (tmp_path / "output").exists()


FAULTS = {
    "unknown key": ("walkr: {}\n", None, ["study.yaml:3", "walkr", "walker"]),
    "speed of nought": ("walker: {speed_m_min: 0}\n", None, ["speed_m_min"]),
    "no such street": ("corridor: {names: [Main Raod]}\n", None, ["Main Raod", "Main Road"]),
    "not osm": ("", "hello, I am no map", ["town.osm"]),
    "truncated": ("", '<?xml version="1.0"?><osm version="0.6"><node id="1" lon="1" lat=', ["town.osm"]),
    "nothing to walk on": (
        "",
        '<?xml version="1.0"?><osm version="0.6"><node id="1" version="1" lon="121.4" lat="31.2"/></osm>',
        ["town.osm"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bad_input_is_one_clear_error(tmp_path, fault, lang):
    yaml, osm, named = FAULTS[fault]
    folder = write_study(tmp_path, yaml)
    if osm is not None:
        (folder / "town.osm").write_text(osm, encoding="utf-8")
    done = run("study", folder, "-o", tmp_path / "out", "--lang", lang)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert ("错误" if lang == "zh" else "Error") in done.stderr
    for word in named:
        assert word in done.stderr
    assert not any((tmp_path / "out").glob("*")), "nothing is written"


def test_output_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    done = run("study", write_study(tmp_path), "-o", tmp_path / "out")
    assert done.returncode == 2 and "不是文件夹" in done.stderr
    assert (tmp_path / "out").read_text() == "mine"


def test_fetch_clips_a_local_file_into_a_snapshot(tmp_path):
    folder = write_study(tmp_path)
    done = run(
        "fetch", "--bbox", "121.4095,31.2095,121.4135,31.2115", "--from", folder / "town.osm", "-o", tmp_path / "osm"
    )
    assert done.returncode == 0, done.stderr
    (folder / "study.yaml").write_text("name: Toy\nosm: osm\n", encoding="utf-8")
    done = run("check", folder, "--lang", "en")
    assert done.returncode == 0 and "Ready: 2 buildings" in done.stdout


@pytest.mark.parametrize("command", ["study", "check", "fetch"])
def test_help_has_an_example(command):
    done = run(command, "--help")
    assert done.returncode == 0 and "corridor " + command in " ".join(done.stdout.split())
