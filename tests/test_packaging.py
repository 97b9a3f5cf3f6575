"""What installs the project says one thing: pyproject.toml, environment.yml, constraints.txt, README.md."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from rattler import MatchSpec
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# Where conda-forge names a package otherwise.
CONDA_NAMES = {"osmium": "pyosmium", "matplotlib": "matplotlib-base", "pandera[geopandas]": "pandera-geopandas"}
# Not on conda-forge: `pip install -e .` at the end of the environment brings it.
PIP_ONLY = {"opening-hours-py"}


def conda_line(line: str) -> str:
    """Return one requirement of pyproject.toml as conda writes it."""
    requirement = Requirement(line)
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    name = CONDA_NAMES.get(requirement.name + extras, requirement.name)
    return f"{name} {requirement.specifier}".strip()


def conda_lines() -> list[str]:
    """Return the packages of environment.yml without the pip section."""
    environment = YAML(typ="safe").load(ROOT / "environment.yml")
    return [line for line in environment["dependencies"] if isinstance(line, str)]


def test_conda_environment_is_pyproject():
    wanted = [conda_line(line) for line in PROJECT["dependencies"] + EXTRAS["notebook"]]
    wanted = [line for line in wanted if line.split()[0] not in PIP_ONLY]
    assert conda_lines() == [f"python {PROJECT['requires-python']}", "pip", *wanted]


def test_conda_lines_are_conda_grammar():
    for line in conda_lines():
        spec = MatchSpec(line)
        assert spec.name.normalized == line.split()[0]
        assert (spec.version or "") == line.partition(" ")[2]


@pytest.mark.parametrize("line", PROJECT["dependencies"])
def test_installed_version_satisfies_conda_line(line):
    bounds = SpecifierSet(str(MatchSpec(conda_line(line)).version))
    assert bounds.contains(version(Requirement(line).name))
    assert not bounds.contains("0.0.1")


def test_conda_environment_installs_the_project():
    environment = YAML(typ="safe").load(ROOT / "environment.yml")
    assert environment["channels"] == ["conda-forge"]
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


def test_extras():
    assert set(EXTRAS) == {"pdf", "cluster", "notebook", "test", "bench"}


def test_constraints_pin_every_requirement_within_its_bounds():
    pins: dict[str, list[Requirement]] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)  # an option such as an index address does not parse
            assert pin.url is None
            assert str(pin.specifier).startswith("==")
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    for line in PROJECT["dependencies"] + [line for extra in EXTRAS.values() for line in extra]:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        assert name in pins, f"run the command in constraints.txt: {line} is new"
        for pin in pins[name]:
            assert requirement.specifier.contains(str(pin.specifier).removeprefix("=="))


def quoted(text: str) -> str:
    """Return what a Markdown text shows as code: fenced blocks and inline spans."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    return "\n".join([*blocks, *spans])


def test_readme_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#:\s]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_readme_scripts_exist():
    scripts = re.findall(r"scripts/\w+\.py", quoted(README))
    assert {"scripts/study.py", "scripts/test.py"} <= set(scripts)
    assert [name for name in scripts if not (ROOT / name).is_file()] == []


def readme_commands() -> dict[str, set[str]]:
    """Return the `corridor` commands the README quotes, with the options it gives them."""
    found: dict[str, set[str]] = {}
    for line in quoted(README).splitlines():
        command = re.match(r"(?:\$ )?(?:python3? -m )?corridor (scenarios \w+|\w+)(.*)", line)
        if command and command[1] not in ("import", "as"):
            found.setdefault(command[1], set()).update(re.findall(r"(?<=\s)--?[a-z][\w-]*", command[2].split("#")[0]))
    return found


def test_readme_commands_exist():
    commands = readme_commands()
    assert "study" in commands
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    for command, options in commands.items():
        asked = [sys.executable, "-m", "corridor", *command.split(), "--help"]
        done = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, f"corridor {command}: {done.stderr}"
        known = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", done.stdout))
        assert options <= known, f"corridor {command}"
