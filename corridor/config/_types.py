"""Types of single settings: numbers, words, wordings, minutes, dates."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, Strict

from corridor.config._faults import SettingError
from corridor.errors import Text

Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Share = Annotated[Number, Field(ge=0, le=1)]
Weight = Annotated[Number, Field(ge=0, le=1000)]
Flag = Annotated[bool, Strict()]
Word = Annotated[str, Field(min_length=1)]
Minutes = Annotated[int, Strict(), Field(ge=1, le=120)]


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
