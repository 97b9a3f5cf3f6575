"""The command line as a planner meets it: exit codes, messages in both languages, nothing half written."""

import errno
import json
import os
import re
import subprocess
import sys

import pytest
import typer
from conftest import ROOT
from pyogrio.errors import DataSourceError
from shapely.geometry import box, mapping
from toy import write_study
from typer.testing import CliRunner

from corridor.cli import _console, _usage, app


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which has imported everything already."""
    done = CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def run_anew(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, as a planner does."""
    return subprocess.run(
        [sys.executable, "-m", "corridor", *map(str, arguments)],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, encoding="utf-8", timeout=300,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = write_study(tmp_path_factory.mktemp("cli"), "corridor: {names: [Main Road]}\n")
    done = run_anew(
        "study", folder, "-o", folder / "out", PYTHONHASHSEED="1", TZ="America/Los_Angeles", LC_ALL="C.UTF-8"
    )
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
    # Another process, another hash seed, another time zone, another locale: none of them may show.
    other = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    done = run_anew("study", folder.parent, "-o", again, **other)
    assert done.returncode == 0, done.stderr
    different = [path.name for path in folder.iterdir() if path.read_bytes() != (again / path.name).read_bytes()]
    assert different == []


def test_same_bytes_with_and_without_what_was_kept(written, tmp_path):
    folder, _ = written
    kept = tmp_path / "kept"
    done = run("check", folder.parent, "--cache", kept)
    assert done.returncode == 0 and len(list(kept.iterdir())) == 1, done.stderr
    for name, option in (("kept", ("--cache", kept)), ("anew", ("--no-cache",))):
        done = run("study", folder.parent, "-o", tmp_path / name / "out", "--only", "tables", *option)
        assert done.returncode == 0, done.stderr
        names = [path.name for path in (tmp_path / name / "out").iterdir()]
        assert "access.parquet" in names
        assert [n for n in names if (folder / n).read_bytes() != (tmp_path / name / "out" / n).read_bytes()] == []


@pytest.mark.parametrize("home", ["a file", "none"])
def test_a_home_that_cannot_be_written_is_no_fault(tmp_path, home):
    folder = write_study(tmp_path / "study")
    (tmp_path / "file").write_text("in the way")
    places = {
        name: str(tmp_path / "file" / "home") for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE")
    }
    done = run_anew("check", folder, **(places if home == "a file" else dict.fromkeys(places, "")))
    assert done.returncode == 0, done.stderr


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
    "no such street": ("corridor: {names: [Main Raod]}\n", None, ["study.yaml:3:", "Main Raod", "Main Road"]),
    "no such street, on a line of its own": (
        "corridor:\n  names:\n    - Main Road\n    - Main Raod\n",
        None,
        ["study.yaml:6:"],
    ),
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
    # What `faults` catches is the same in this process; one fault shows what a process of its own ends with.
    command = run_anew if fault == "unknown key" else run
    done = command("study", folder, "-o", tmp_path / "out", "--lang", lang)
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


def test_init_writes_a_study_that_runs(tmp_path):
    town = write_study(tmp_path / "town") / "town.osm"
    extent = "121.4102,31.21,121.4126,31.2103"
    for folder in ("one", "two"):
        options = ("--bbox", extent, "--osm", town, "--name", "镇: 1", "--corridor", "Main Road")
        done = run("init", tmp_path / folder, *options)
        assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["area.geojson", "osm", "study.yaml"]
    one, two = (tmp_path / folder / "study.yaml" for folder in ("one", "two"))
    assert one.read_bytes() == two.read_bytes() and "2,850 m" in one.read_text("utf-8")
    done = run("check", tmp_path / "one", "--lang", "en")
    assert done.returncode == 0 and "Ready: 2 buildings" in done.stdout, done.stderr
    done = run("study", tmp_path / "one", "-o", tmp_path / "out", "--only", "tables")
    assert done.returncode == 0 and "镇: 1" in done.stdout, done.stderr
    done = run("init", tmp_path / "one", "--bbox", extent, "--osm", town, "--lang", "en")
    assert done.returncode == 2 and "study.yaml: exists already" in done.stderr
    assert one.read_bytes() == two.read_bytes()


def test_init_takes_a_boundary_in_the_folder_and_names_near_streets(tmp_path):
    town = write_study(tmp_path / "town") / "town.osm"
    (tmp_path / "my").mkdir()
    area = tmp_path / "my" / "area.geojson"
    area.write_text(json.dumps(mapping(box(121.4102, 31.21, 121.4126, 31.2103))))
    done = run("init", tmp_path / "my", "--boundary", area, "--osm", town, "--corridor", "Main Raod", "--lang", "en")
    assert done.returncode == 0 and "Near names: Main Road" in done.stderr
    done = run("check", tmp_path / "my", "--lang", "en")
    assert done.returncode == 0 and "Ready: 2 buildings" in done.stdout, done.stderr


@pytest.mark.parametrize(
    "where", [(), ("--bbox", "31.2,121.4,31.3,121.5"), ("--bbox", "1,1,2,2"), ("--boundary", "no.geojson")]
)
def test_init_without_a_place_or_data_writes_nothing(tmp_path, where):
    town = write_study(tmp_path / "town") / "town.osm"
    done = run("init", tmp_path / "my", *where, "--osm", town)
    assert done.returncode == 2 and "错误" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "my").exists()


def test_fetch_outside_the_file_is_an_error(tmp_path):
    town = write_study(tmp_path) / "town.osm"
    done = run("fetch", "--bbox", "1,1,2,2", "--from", town, "-o", tmp_path / "osm", "--lang", "en")
    assert done.returncode == 2 and "town.osm: nothing is mapped in 1,1,2,2" in done.stderr
    assert not (tmp_path / "osm").exists()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "map.html"), "map.html"),
        (PermissionError(errno.EACCES, "Permission denied", "tables.xlsx"), "Permission denied"),
        (DataSourceError("buildings.gpkg: database or disk is full"), "database or disk is full"),
        (MemoryError(), "memory: ran out"),
    ],
)
def test_faults_of_the_system_are_one_line(capsys, fault, said):
    with pytest.raises(typer.Exit) as left, _console.faults(_console.Lang.en):
        raise fault
    assert left.value.exit_code == 2
    assert said in capsys.readouterr().err


def test_a_town_where_nobody_lives_has_a_table_all_the_same(tmp_path):
    folder = write_study(tmp_path)
    text = (folder / "town.osm").read_text("utf-8").replace('v="apartments"', 'v="office"')
    (folder / "town.osm").write_text(text, encoding="utf-8")
    done = run("study", folder, "-o", tmp_path / "out", "--only", "map")
    assert done.returncode == 0 and "—" in done.stdout, done.stderr


COMMANDS = ("study", "check", "fetch", "init", "streets", "targets", "template", "scenarios check", "scenarios run", "scenarios merge")  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_and_every_sentence_whole_in_both_languages(command):
    done = CliRunner().invoke(app, [*command.split(), "--help"])
    assert done.exit_code == 0 and f"    corridor {command} " in done.output
    assert "…" not in done.output and "..." not in re.sub(r"FILE\.\.\.|DIR\.\.\.|\}\.\.\.", "", done.output)
    options = re.split(r"\n(?=  -)", done.output.partition("Options:")[2].partition("\n\n")[0])[1:]
    assert len(options) > 2
    for option in (" ".join(text.split()) for text in options):
        assert " · " in option, option


def test_the_list_of_commands_has_every_sentence_whole():
    listed = CliRunner().invoke(app, ["--help"]).output.partition("Commands:")[2]
    assert "..." not in listed and all(f"  {command.split()[0]} " in listed for command in COMMANDS)


USAGE = {
    "no such command": (("studdy",), "没有命令“studdy”", "No such command 'studdy'"),
    "no such option": (("study", "--foo", "x"), "没有选项“--foo”", "No such option: --foo"),
    "nothing to study": (("study",), "缺少“STUDY.yaml”", "Missing argument 'STUDY.yaml'"),
    "no such language": (
        ("study", "--lang", "fr", "x"),
        "“--lang”的值无效。可用：zh、en。",
        "'fr' is not one of 'zh', 'en'",
    ),
}


@pytest.mark.parametrize("fault", USAGE)
def test_faults_of_usage_are_told_in_both_languages(fault):
    arguments, zh, en = USAGE[fault]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2 and zh in done.output and en in done.output
    assert len(done.output.splitlines()) == 2


@pytest.mark.parametrize(("lang", "shown", "hidden"), [("en", "Missing argument", "缺少"), ("zh", "缺少", "Missing")])
@pytest.mark.parametrize("before", [True, False])
def test_a_language_asked_for_is_the_only_one(monkeypatch, lang, shown, hidden, before):
    arguments = ["--lang", lang, "study"] if before else ["study", "--lang", lang]
    monkeypatch.setattr(sys, "argv", ["corridor", *arguments])
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2 and shown in done.output and hidden not in done.output


def test_help_is_explained_in_the_language_asked_for():
    said = [
        CliRunner().invoke(app, ["scenarios", "run", "--help", *lang]).output
        for lang in (["--lang", "zh"], ["--lang", "en"], [])
    ]
    told = [line.split("--help")[1].strip() for text in said for line in text.splitlines() if "  --help" in line]
    assert told == ["显示本说明", "show this help and exit", "显示本说明 · show this help and exit"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help", "--lang", "en"), ("--lang", "en", "study", "--help"), ("init", "--help", "--lang=en"),
        ("scenarios", "--lang", "en", "--help"), ("scenarios", "--lang=en", "check", "--help"), ("--lang", "en", "scenarios", "--help"),
    ],
)  # fmt: skip
def test_help_speaks_one_language_when_asked(arguments):
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert not re.search("[\u4e00-\u9fff]", re.sub("定西路", "", done.output))
    both = CliRunner().invoke(app, [word for word in arguments if not word.startswith("--lang") and word != "en"])
    assert re.search("[\u4e00-\u9fff]", both.output), "help in both languages stays for the next who asks for none"


@pytest.mark.parametrize(
    "words",
    ["--lang en check nowhere", "scenarios --lang en check nowhere", "--lang zh scenarios --lang=en check nowhere"],
)
def test_a_language_before_the_command_reaches_it(words):
    done = CliRunner().invoke(app, words.split())
    assert done.exit_code == 2 and "there is no such file" in done.output


def test_asked_reads_both_spellings():
    assert _usage.asked(["study", "--lang=en"]) == _usage.asked(["--lang", "en"]) == "en"
    assert _usage.asked(["study", "--lang"]) is None and _usage.asked(["--lang", "fr"]) is None


@pytest.mark.parametrize("command", ["fetch", "init"])
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nope.osm", None, "文件不存在。 请检查文件名与路径。"),
        ("cut.osm.pbf", b"\x00\x00\x00\x0e\x0a\x09OSMHeader\x18\x20", "cut.osm.pbf"),
        ("page.osm", b"<!DOCTYPE html><title>404</title>", "page.osm"),
        ("empty.osm", b"", "文件是空的"),
    ],
)
def test_a_broken_file_is_one_clear_line(tmp_path, command, name, content, said):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    there = ["-o", tmp_path / "new", "--from", file] if command == "fetch" else [tmp_path / "new", "--osm", file]
    done = CliRunner().invoke(app, [command, *map(str, there), "--bbox", "121.40,31.19,121.44,31.23"])
    assert done.exit_code == 2 and said in done.output and "study.yaml" not in done.output, done.output
    assert not (tmp_path / "new").exists()
