"""What the README tells a planner to type is run here, in both languages, on a toy town."""

from __future__ import annotations

import re
import shlex
import textwrap
import tomllib

from conftest import ROOT
from toy import garden, write_study
from typer.testing import CliRunner

from corridor.cli import app
from corridor.config import read_config
from corridor.scenarios import EDITS, read_scenarios

README = (ROOT / "README.md").read_text(encoding="utf-8")
ZH, EN = README.split("\n## English\n")
SCENARIOS = "scenarios: [{name: IP, edits: [{op: add_station, type: ip, at: [121.411, 31.21]}]}]"
EXTENT = "121.4102,31.21,121.4126,31.2103"


def blocks(text: str, language: str = "") -> list[str]:
    """Return the fenced blocks of a language, without the indent of a list."""
    found, opened = [], None
    for line in text.splitlines():
        fence = re.fullmatch(r" *```(\w*)", line)
        if fence and opened is None:
            opened = (fence[1], [])
        elif fence:
            found.append((opened[0], textwrap.dedent("\n".join(opened[1])) + "\n"))
            opened = None
        elif opened:
            opened[1].append(line)
    return [block for name, block in found if name == language]


def commands(text: str) -> list[str]:
    return [line for block in blocks(text) for line in block.splitlines() if line.strip()]


def test_every_corridor_command_runs_in_order(tmp_path, monkeypatch):
    """The English ones are the same with `--lang en`: see the next test."""
    # With a garden that no street leads to: without any, nobody knows and nothing is suggested.
    town = write_study(tmp_path / "town", extra=garden(121.4150)) / "town.osm"
    monkeypatch.chdir(tmp_path)
    ran = []
    for line in commands(ZH):
        if not line.startswith("corridor "):
            continue
        words = shlex.split(line)[1:]
        if words[0] == "init":
            # The README asks the network for Shanghai; here the toy town answers from its file.
            words = [EXTENT if re.fullmatch(r"[\d.,]{20,}", word) else word for word in words]
            words = ["Main Road" if word == "定西路" else word for word in words] + ["--osm", str(town)]
        if words[0] == "scenarios":
            (tmp_path / "my" / "scenarios.yaml").write_text(SCENARIOS, encoding="utf-8")
            words = ["0" if word == "2" else word for word in words]  # processes are tested elsewhere
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, f"{line}\n{done.output}"
        ran.append(words[0])
    assert ran == ["init", "check", "study", "template", "template", "targets", "scenarios", "scenarios"]
    made = {path.name for path in (tmp_path / "output").iterdir()}
    for text in (ZH, EN):
        table = text[text.index("| `map.html`") :].partition("\n\n")[0]
        assert set(re.findall(r"`([\w.]+\.(?:html|gpkg|xlsx|yaml|parquet|json|csv|svg|png|pdf))`", table)) == made


def test_both_languages_give_the_same_commands():
    plain = [[line.replace(" --lang en", "") for line in commands(text)] for text in (ZH, EN)]
    assert plain[0] == plain[1]


def test_the_settings_shown_are_settings(tmp_path):
    yaml = blocks(ZH, "yaml")[0]
    for name in ("osm", "area.geojson", "载体.xlsx"):
        (tmp_path / name).write_text("")
    (tmp_path / "study.yaml").write_text(yaml, encoding="utf-8")
    config = read_config(tmp_path)
    assert config.records.carriers.datum == "gcj02" and config.corridor.names == ("定西路",)


def test_the_edits_shown_are_edits_and_every_field_is_named(tmp_path):
    """In both languages the same examples, each one that is read, and in the table every field there is."""
    (zh,), (en,) = blocks(ZH, "yaml")[1:], blocks(EN, "yaml")
    file = tmp_path / "scenarios.yaml"
    for text in (zh, en):
        file.write_text(f"scenarios:\n- name: shown\n  edits:\n{textwrap.indent(text, '  ')}", encoding="utf-8")
        assert {edit.op for edit in read_scenarios(file)[0].edits} == {
            "open_gate", "change_carrier", "add_open_space", "change_street"
        }  # fmt: skip
    which = {"op", "cost", "id", "name", "at", "to"}
    fields = {field.alias or name for kind in EDITS.values() for name, field in kind.model_fields.items()} - which
    for text in (ZH, EN):
        table = "\n".join(line for line in text.splitlines() if line.startswith("| "))
        assert fields - set(re.findall(r"`(\w+)(?:: \w+)?`", table)) == set()


def test_the_lines_of_python_are_those_of_the_notebook():
    (code,) = blocks(ZH, "python")
    notebook = (ROOT / "notebooks" / "01_first_look.ipynb").read_text(encoding="utf-8")
    for line in ("import corridor", "corridor.evaluate(study)", "corridor.show(base)"):
        assert line in code and line in notebook
    compile(code, "README.md", "exec")


def test_the_extras_to_install_exist():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r'pip install -c (\S+) -e "\.\[(\w+)\]"', README)
    assert {extra for _, extra in named} == {"pdf", "notebook", "cluster"} <= set(project["optional-dependencies"])
    assert all((ROOT / file).is_file() for file, _ in named)
