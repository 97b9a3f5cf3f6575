"""What results are made from, by name, and where two of them differ: the setting, the file."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from corridor.errors import Text

# So many differences are told one by one, so much of a value.
_SHOWN = 8
_LONGEST = 40
_NONE = Text("（无）", "(none)")


class Difference(NamedTuple):
    """One name, and what stands there in the one and in the other; `file` is the file whose content it tells of."""

    name: str
    before: Text
    now: Text
    file: str | None


def plain(value: Any) -> str:
    """Return settings or facts of files as text that `differences` can look into."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def differences(before: Mapping[str, str], now: Mapping[str, str], names: Collection[str]) -> list[Difference]:
    """Return where two origins differ, of settings and files each by itself; no more than a planner reads.

    Parameters
    ----------
    before, now : mapping of str to str
        Values are texts, or JSON objects as `plain` writes them.
    names : collection of str
        Those to look at.
    """
    found: list[Difference] = []
    other = sorted(name for name in names if before.get(name) != now.get(name))
    # The study's fingerprint follows from the rest.
    for name in [name for name in other if name != "study"] or other:
        one, two = (_leaves(name, origin.get(name)) for origin in (before, now))
        files = {**one, **two}
        for key in sorted(one.keys() | two.keys()):
            if one.get(key) != two.get(key):
                stem, _, last = key.rpartition(".")
                file = files.get(f"{stem}.file") if last == "sha256" else None
                found.append(Difference(stem if file else key, _shown(one.get(key)), _shown(two.get(key)), file))
    return found[:_SHOWN]


def _leaves(name: str, text: str | None) -> dict[str, str]:
    """Return the single values of a JSON object by their dotted names; of any other text itself."""
    if text is None:
        return {}
    try:
        value = json.loads(text) if text.startswith("{") else text
    except ValueError:
        value = text
    return dict(_flat(name, value))


def _flat(name: str, value: Any) -> Sequence[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [leaf for key, inner in value.items() for leaf in _flat(f"{name}.{key}", inner)]
    return [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))]


def _shown(value: str | None) -> Text:
    if value is None:
        return _NONE
    short = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
    return Text(short, short)
