"""The package's YAML files of defaults, parsed once."""

from __future__ import annotations

import json
import shutil

import pytest
from conftest import ROOT

from corridor.config import _yaml, parsed_data, read_data, read_yaml

DATA = ROOT / "corridor" / "data"


def test_parsed_defaults_are_of_today():
    fresh = parsed_data(DATA.glob("*.yaml"))
    assert (DATA / "parsed.json").read_text("utf-8") == fresh, "run: python scripts/parse_defaults.py"


@pytest.mark.parametrize("name", [path.name for path in DATA.glob("*.yaml")])
def test_parsed_is_what_the_yaml_says(name, monkeypatch):
    expected = read_yaml(DATA / name)
    monkeypatch.setattr(_yaml, "_parse", None)  # parsing would fail
    assert read_data(name) == expected


def test_a_file_changed_since_is_parsed(tmp_path):
    for name in ("walkers.yaml", "parsed.json"):
        shutil.copy(DATA / name, tmp_path)
    assert json.loads((tmp_path / "parsed.json").read_bytes())["walkers.yaml"]
    path = tmp_path / "walkers.yaml"
    path.write_text(path.read_text("utf-8").replace("steps_factor: 2.0", "steps_factor: 7.0"), encoding="utf-8")
    assert _yaml.read_data(path, tmp_path / "parsed.json").value["adult"]["steps_factor"] == 7.0
    assert _yaml.read_data(path, tmp_path / "none.json") == read_yaml(path)
