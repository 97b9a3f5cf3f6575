"""The house from outside: layers are kept, `import corridor` is light, and every public name is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import corridor

ROOT = Path(__file__).resolve().parent.parent


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_layers_are_kept():
    command = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    assert "0 broken" in python(command)


def test_what_is_imported_loads_no_more_than_it_needs():
    """`import corridor` loads itself; the whole house loads nothing that only some outputs are drawn or fetched with."""
    code = (
        "import json, sys; before = set(sys.modules); names = lambda: "
        "sorted({name.split('.')[0] for name in set(sys.modules) - before}); "
        "import corridor, corridor.errors; print(json.dumps(names())); "
        "import corridor.cli, corridor.report; print(json.dumps(names()))"
    )
    first, all_of_it = (set(json.loads(line)) for line in python(code).splitlines())
    assert first - set(sys.stdlib_module_names) == {"corridor"}
    assert {"pandas", "geopandas"} <= all_of_it
    assert not all_of_it & {"matplotlib", "folium", "networkx", "osmnx", "requests", "PIL", "numba", "scipy"}


def test_import_corridor_is_quick():
    code = "import time; start = time.perf_counter(); import corridor; print(time.perf_counter() - start)"
    assert min(float(python(code)) for _ in range(3)) < 0.3


@pytest.mark.parametrize("name", corridor.__all__)
def test_public_name_is_there(name):
    assert getattr(corridor, name) is not None
    assert name in dir(corridor)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_thing"):
        corridor.no_such_thing  # noqa: B018
