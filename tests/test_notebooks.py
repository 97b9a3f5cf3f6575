"""Every notebook runs from top to bottom on a copy of the project's data, and is committed without outputs."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def name(path: Path) -> str:
    return path.name


@pytest.fixture
def kernels(tmp_path: Path) -> KernelSpecManager:
    """A kernel list of one: the Python that runs the tests, whatever else the machine has registered."""
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return KernelSpecManager(kernel_dirs=[str(folder.parent)])


@pytest.fixture
def ipython(tmp_path: Path, kept: Path) -> Path:
    """A folder without history or start-up files of the user's; what one notebook reads of the map serves the next."""
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "kept.py"
    startup.parent.mkdir(parents=True)
    startup.write_text(
        "import functools, corridor\n"
        f"corridor.open_study = functools.partial(corridor.open_study, cache={str(kept)!r})\n"
        "del functools, corridor\n",
        encoding="utf-8",
    )
    return tmp_path / "ipython"


def test_there_are_notebooks():
    assert "01_first_look.ipynb" in map(name, NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_notebook_is_clean(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.slow(12)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_notebook_runs(path, tmp_path, kernels, ipython, monkeypatch):
    copy = tmp_path / "project"
    shutil.copytree(ROOT / "notebooks", copy / "notebooks")
    shutil.copytree(ROOT / "geodata", copy / "geodata")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(ipython))
    notebook = nbformat.read(copy / "notebooks" / path.name, as_version=4)
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=kernels)
    NotebookClient(
        notebook, km=manager, timeout=300, resources={"metadata": {"path": str(copy / "notebooks")}}
    ).execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("text/html" in output.get("data", {}) for output in shown)
