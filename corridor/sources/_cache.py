"""Whole Overpass answers kept from earlier, for when the network fails."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from pathlib import Path
from typing import Any

FORMAT = "corridor-overpass-cache"
VERSION = 1


def put(folder: Path, query: str, answers: list[dict[str, Any]]) -> None:
    """Keep the answers to `query`. Written beside and moved into place: of two processes one wins, both whole."""
    folder.mkdir(parents=True, exist_ok=True)
    payload = json.dumps(answers, ensure_ascii=False, sort_keys=True)
    date = min((str(a.get("osm3s", {}).get("timestamp_osm_base", "")) for a in answers), default="")
    entry = {
        "format": FORMAT,
        "version": VERSION,
        "query": query,
        "osm_date": date,
        "sha256": hashlib.sha256(payload.encode()).hexdigest(),
        "answers": payload,
    }
    handle, name = tempfile.mkstemp(prefix=".new-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(gzip.compress(json.dumps(entry, ensure_ascii=False).encode(), mtime=0))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path_of(folder, query))
    finally:
        Path(name).unlink(missing_ok=True)


def get(folder: Path, query: str) -> list[dict[str, Any]] | None:
    """Return the kept answers to `query`; None when there are none, or the file is torn, foreign or of old."""
    try:
        entry = json.loads(gzip.decompress(path_of(folder, query).read_bytes()))
        payload = str(entry["answers"])
        known = (entry["format"], entry["version"], entry["query"]) == (FORMAT, VERSION, query)
        whole = hashlib.sha256(payload.encode()).hexdigest() == entry["sha256"]
        answers = json.loads(payload)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
        return None
    return answers if known and whole and isinstance(answers, list) else None


def path_of(folder: Path, query: str) -> Path:
    """Return where the answers to `query` are kept."""
    return folder / f"{hashlib.sha256(query.encode()).hexdigest()[:32]}.json.gz"
