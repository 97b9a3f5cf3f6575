"""Small readers shared by the settings: wordings, dates, and the defaults that come with the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from corridor.config._faults import SettingError
from corridor.config._yaml import Document
from corridor.config._yaml import read_data as _read_data
from corridor.errors import Text


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


def _wording(value: Any) -> Any:
    """Accept one string for both languages, or {zh, en}."""
    if isinstance(value, str) and value.strip():
        return Text(value, value)
    if isinstance(value, dict) and set(value) == {"zh", "en"} and all(isinstance(v, str) for v in value.values()):
        return Text(value["zh"], value["en"])
    if isinstance(value, Text):
        return value
    raise SettingError("应为一段文本，或 {zh: …, en: …}。", "must be one text, or {zh: ..., en: ...}.")


Wording = Annotated[Text, BeforeValidator(_wording)]


def date_text(value: Any) -> Any:
    """Refuse a bare number, which pydantic would take for seconds since 1970."""
    if isinstance(value, (int, float)):
        raise SettingError("应为日期，如 2026-07-16。", "must be a date such as 2026-07-16.")
    return value
