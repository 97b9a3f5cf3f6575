"""Entries of the settings that are known by several words: a code, a name in two languages, other names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from corridor.config._faults import SettingError
from corridor.errors import Text


class Called(Protocol):
    """What has a name and other names."""

    @property
    def name(self) -> Text:
        """Its name."""

    @property
    def names(self) -> tuple[str, ...]:
        """Other words for it."""


def words_of(entries: Mapping[str, Called]) -> Iterator[tuple[str, str]]:
    """Return (word without case, code) of everything that entries are called."""
    for code, entry in entries.items():
        for word in sorted({code, entry.name.zh, entry.name.en, *entry.names}):
            yield word.casefold(), code


def one_word_one_entry(entries: Mapping[str, Called]) -> None:
    """Refuse a word that stands for two entries.

    Raises
    ------
    SettingError
    """
    seen: dict[str, str] = {}
    for word, code in words_of(entries):
        other = seen.setdefault(word, code)
        if other != code:
            raise SettingError(f"“{word}”既指 {other} 又指 {code}。", f"{word!r} stands for both {other} and {code}.")
