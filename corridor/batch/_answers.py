"""What a worker does with one scenario: its rows, or both ways of computing it compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from corridor.scenarios import Baseline, Resolved

CHECK = "check "
"""Keys of checks begin so; those of scenarios are hexadecimal."""
# What two ways to the same result need not have in common.
_OF_THE_WAY = {"nodes_settled", "nodes_full", "seconds"}
# Columns that name the others' cells.
_KEYS = ("code", "building_id")
_SHOWN = 5
_MISSING = object()


@dataclass(frozen=True)
class Task:
    """One scenario to run, or to run both ways and compare."""

    resolved: Resolved
    kind: Literal["run", "check"] = "run"


def answer(baseline: Baseline, task: Task) -> Any:
    """Do one task: the rows of a scenario, or what comes of computing it both ways."""
    result = baseline.run(task.resolved)
    if task.kind == "run":
        return result.rows()
    full = baseline.run_full(task.resolved)
    one, other = (dict(_cells(found.rows())) for found in (result, full))
    different = [
        f"{path}: {one.get(path)!r} != {other.get(path)!r}"
        for path in sorted(one.keys() | other.keys())
        if one.get(path, _MISSING) != other.get(path, _MISSING)
    ]
    return {
        "cells": len(one.keys() | other.keys()),
        "different": len(different),
        "shown": different[:_SHOWN],
        "nodes_settled": int(result.nodes_settled),
        "nodes_full": int(result.nodes_full),
        "digest": digest(result.rows()),
    }


def _cells(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every single value of nested rows with its path; those of tables by the name of their row."""
    if isinstance(value, Mapping) and (
        named := next((value[k] for k in _KEYS if isinstance(value.get(k), list)), None)
    ):
        for name in value.keys() - _OF_THE_WAY:
            column = value[name] if isinstance(value[name], list) else []
            for key, part in zip(named, column, strict=bool(column)):
                yield f"{path}.{name}[{key}]", part
    elif isinstance(value, Mapping):
        for name in value:
            if name not in _OF_THE_WAY:
                yield from _cells(value[name], f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            key = part.get("row", part.get("building_id")) if isinstance(part, Mapping) else None
            yield from _cells(part, f"{path}[{key or number}]")
    else:
        yield path, value


def digest(rows: Any) -> str:
    """Return the hash of a result, whichever way it was made."""
    cells = sorted((path, repr(value)) for path, value in _cells(json.loads(json.dumps(rows))))
    return hashlib.sha256(repr(cells).encode()).hexdigest()
