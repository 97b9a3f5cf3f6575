"""The defaults that come with the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from corridor.config._yaml import Document
from corridor.config._yaml import read_data as _read_data


def data_file(name: str) -> Path:
    """Return the path of a file of defaults that comes with the package."""
    return Path(__file__).resolve().parent.parent / "data" / name


def read_data(name: str) -> Document:
    """Read a YAML file of defaults that comes with the package."""
    return _read_data(data_file(name), data_file("parsed.json"))


@cache
def defaults(name: str) -> dict[str, Any]:
    """Return the content of a file of defaults."""
    content: dict[str, Any] = read_data(name).value
    return content
