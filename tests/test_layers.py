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


def test_import_corridor_loads_nothing_but_itself():
    loaded = json.loads(
        python(
            "import json, sys; before = set(sys.modules); import corridor, corridor.errors; "
            "print(json.dumps(sorted({name.split('.')[0] for name in set(sys.modules) - before})))"
        )
    )
    assert set(loaded) - set(sys.stdlib_module_names) == {"corridor"}


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
