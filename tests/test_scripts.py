"""The two commands on machines that lack something, and their whole life on a toy project that needs no network.

The toy is a package `corridor` without requirements that builds itself, so that real environments are
made and real installations run, in seconds.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STARTERS = ("_setup.py", "study.py", "test.py")

TOY_PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "corridor"
version = "1"
"""
TOY_BACKEND = """
import zipfile
from pathlib import Path

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    info, name = "corridor-1.dist-info/", "Name: corridor\\nVersion: 1\\n"
    with zipfile.ZipFile(Path(wheel_directory) / "corridor-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("corridor.pth", str(Path.cwd()))
        wheel.writestr(info + "METADATA", f"Metadata-Version: 2.1\\n{name}Provides-Extra: test\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return "corridor-1-py3-none-any.whl"
"""
TOY_PROGRAM = """
import sys
from pathlib import Path
print("called with", sys.argv[1:])
folder = Path(sys.argv[sys.argv.index("-o") + 1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "map.html").write_text("<p>map</p>")
"""


def bare_machine(folder: Path, **more: str) -> dict[str, str]:
    """Environment variables of a machine without uv, without a network and without settings for pip."""
    folder.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("PIP_", "UV_", "PYTHON"))}
    dead = "http://127.0.0.1:9"
    return {
        **kept,
        "PATH": str(folder),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "0",
        "HTTPS_PROXY": dead,
        "HTTP_PROXY": dead,
        "NO_PROXY": "",
        **more,
    }


def run(
    project: Path, *arguments: str, before: str = "", script: str = "study.py", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a script of `project` on the bare machine, after the Python lines `before`."""
    path = project / "scripts" / script
    code = (
        f"import sys; sys.path.insert(0, {str(path.parent)!r}); sys.argv = {[str(path), *arguments]!r}\n{before}\n"
        f"import runpy; runpy.run_path({str(path)!r}, run_name='__main__')"
    )
    return subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-c", code],
        cwd=project,
        env=bare_machine(project.parent / "nothing", **{"PYTHONIOENCODING": "utf-8", **variables}),
        capture_output=True,
        encoding=variables.get("PYTHONIOENCODING", "utf-8"),
        check=False,
    )


def copy_scripts(project: Path) -> Path:
    (project / "scripts").mkdir(parents=True)
    for name in STARTERS:
        shutil.copy(ROOT / "scripts" / name, project / "scripts")
    return project


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """The project as far as an installation reads it, without an environment."""
    project = copy_scripts(tmp_path / "project")
    for name in ("pyproject.toml", "constraints.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project)
    return project


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Lines of Python after which `python -m venv` is done by copying an environment that it made once."""
    folder = tmp_path_factory.mktemp("made") / ".venv"
    subprocess.run([getattr(sys, "_base_executable", sys.executable), "-m", "venv", folder], check=True)
    return (
        "import shutil, _setup\n"
        "def logged(command, logged=_setup._logged):\n"
        "    if command[1:3] != ['-m', 'venv']:\n"
        "        return logged(command)\n"
        f"    shutil.copytree({str(folder)!r}, command[3], symlinks=True)\n"
        "    return 0\n"
        "_setup._logged = logged\n"
    )


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A project named corridor that installs without any download."""
    project = copy_scripts(tmp_path / "toy 项目")  # a space and Chinese, as on a planner's desktop
    (project / "pyproject.toml").write_text(TOY_PROJECT, encoding="utf-8")
    (project / "constraints.txt").write_text("# none\n", encoding="utf-8")
    (project / "backend.py").write_text(TOY_BACKEND, encoding="utf-8")
    (project / "corridor").mkdir()
    (project / "corridor" / "__init__.py").touch()
    (project / "corridor" / "__main__.py").write_text(TOY_PROGRAM, encoding="utf-8")
    return project


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The only line on stderr of a script that gave up, beside the one that announces the work."""
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if "Preparing the environment" not in line]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize("name", STARTERS)
def test_starters_are_old_syntax_and_standard_library(name):
    tree = ast.parse((ROOT / "scripts" / name).read_text(encoding="utf-8"), feature_version=(3, 7))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "__future__" not in imported  # `annotations` came with 3.7
    assert {module.split(".")[0] for module in imported} <= set(sys.stdlib_module_names) | {"_setup"}
    assert not any(isinstance(node, ast.NamedExpr) for node in ast.walk(tree))


@pytest.mark.parametrize("script", ["study.py", "test.py"])
def test_old_python_is_told_so(real, script):
    line = one_line(run(real, before="sys.version_info = (3, 9, 1)", script=script))
    assert "需要 Python 3.11" in line
    assert "this is 3.9.1" in line
    assert not (real / ".venv").exists()


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_console_that_lacks_signs(real, encoding):
    line = one_line(run(real, before="sys.version_info = (3, 9, 1)", PYTHONIOENCODING=encoding))
    assert "Python 3.11 or newer is needed" in line


def test_python_without_pip(real):
    hidden = (
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'ensurepip' else find(name, *more)"
    )
    line = one_line(run(real, before=hidden))
    assert "ensurepip" in line
    assert "python3-venv" in line
    assert not (real / ".venv").exists()


def test_help_installs_nothing(real):
    for script in ("study.py", "test.py"):
        done = run(real, "--help", script=script)
        assert done.returncode == 0
        assert f"scripts/{script}" in done.stdout
    assert not (real / ".venv").exists()


@pytest.mark.parametrize("options", ["-o x", "--output x", "--output=x", "-ox", "--lang en -o x"])
def test_output_folder_is_read_as_the_command_line_reads_it(options, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import study

    assert study._output(options.split()) == Path("x")
    assert study._output(["--only", "map"]) is None
    assert study._output([]) is None


@pytest.mark.slow
def test_first_run_without_network_leaves_nothing(real, made):
    line = one_line(run(real, before=made))
    assert "首次运行需要网络" in line
    assert "the first run needs a network" in line
    assert not (real / ".venv").exists()


@pytest.mark.slow(15)
def test_life_of_an_environment(toy, made):
    """The first environment is made in earnest, those that take its place are copies."""
    log, stamp = toy / "build" / "install.log", toy / ".venv" / "corridor.json"
    first = run(toy, "my study/study.yaml", "--lang", "en")
    assert first.returncode == 0, first.stderr + log.read_text(encoding="utf-8", errors="replace")
    page = toy / "output" / "my study" / "map.html"
    assert f"['study', 'my study/study.yaml', '--lang', 'en', '-o', '{page.parent}']" in first.stdout
    assert first.stdout.strip().endswith(str(page))

    installed = log.stat().st_mtime_ns
    start = time.perf_counter()
    again = run(toy, "-o", "elsewhere")
    assert time.perf_counter() - start < 2  # the start itself and the toy's own work, on a busy machine
    assert str(toy / "geodata" / "dingxi") in again.stdout
    assert again.stdout.strip().endswith(str(toy / "elsewhere" / "map.html"))
    assert log.stat().st_mtime_ns == installed

    # Another set of requirements is installed into the same environment; extras once asked for stay.
    (toy / "constraints.txt").write_text("# changed\n", encoding="utf-8")
    extra = "import _setup; _setup.ready(['test'])"
    assert run(toy, before=extra).returncode == 0
    assert log.stat().st_mtime_ns != installed
    assert json.loads(stamp.read_text(encoding="utf-8"))["extras"] == ["test"]
    installed = log.stat().st_mtime_ns
    assert run(toy).returncode == 0
    assert log.stat().st_mtime_ns == installed

    # Another Python needs another environment; where that fails the old one is back, and good.
    other = "sys.version_info = (3, 99, 0); "
    assert run(toy, before=made + other + "_setup._install = lambda *_: 1 / 0").returncode == 1
    installed = log.stat().st_mtime_ns
    assert run(toy).returncode == 0
    assert log.stat().st_mtime_ns == installed
    assert not (toy / ".venv.old").exists()

    # A moved checkout, where the old environment points to the wrong place, gets a new one.
    moved = toy.rename(toy.with_name("moved"))
    assert run(moved, before=made).returncode == 0
    assert json.loads((moved / ".venv" / "corridor.json").read_text(encoding="utf-8"))["root"] == str(moved)


@pytest.mark.slow
def test_killed_installation_is_mended(toy, made):
    killed = made + "import os; _setup._install = lambda *_: os._exit(9)"
    assert run(toy, before=killed).returncode == 9
    assert (toy / ".venv").is_dir()
    assert run(toy).returncode == 0
    # Killed earlier still: there is a folder, but no Python in it.
    shutil.rmtree(toy / ".venv")
    (toy / ".venv" / "lib").mkdir(parents=True)
    assert run(toy, before=made).returncode == 0


@pytest.mark.slow
def test_failing_installation_says_why(toy, made):
    (toy / "backend.py").write_text("raise RuntimeError('error: the toy is broken')\n", encoding="utf-8")
    line = one_line(run(toy, before=made))
    assert "安装失败" in line
    assert "the toy is broken" in line
    assert not (toy / ".venv").exists()
