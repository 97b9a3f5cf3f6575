"""Binary files of tables: written whole or not at all, read back only when whole, and kept from run to run.

A file is one ZIP of Arrow tables and a manifest with the hash of each; nothing in it is ever executed. As an entry of
a cache it is named by what it was made from: the content of the input, the choices, the code that makes it and the
libraries it rests on. An entry that is torn, foreign or of another version is thrown away and made again; one that
cannot be written is not kept; what was used longest ago goes first when a folder holds too much.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from corridor import __version__
from corridor.errors import Notice, Text

T = TypeVar("T")
Tables = Mapping[str, pa.Table]
Facts = Mapping[str, Any]

MANIFEST = "manifest.json"
# Of a folder, all kinds together.
MOST_BYTES = 2 << 30
ENDINGS = (".extract", ".network")
# What reading a file that is not whole, not ours or of another version may raise.
UNFIT = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError, RuntimeError,
         zipfile.BadZipFile, pa.ArrowException)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    format : str
        What the manifest calls it.
    version : int
        Of the layout of tables and facts.
    ending : str
        One of `ENDINGS`.
    rooms : tuple of str
        Files and folders of the package whose code decides what is made of the same input.
    libraries : tuple of str
        Distributions that do.
    """

    format: str
    version: int
    ending: str
    rooms: tuple[str, ...]
    libraries: tuple[str, ...]

    def key(self, *facts: object) -> str:
        """Return the name of what is made from `facts` (JSON) under this code and these libraries."""
        made = [self.format, self.version, __version__, code_of(self.rooms), libraries_of(self.libraries), *facts]
        return hashlib.sha256(json.dumps(made).encode()).hexdigest()

    def path(self, folder: Path, key: str) -> Path:
        """Return where an entry is kept."""
        return folder / f"{key[:40]}{self.ending}"


def get(folder: Path, kind: Kind, key: str, unpack: Callable[[Tables, Facts], T]) -> T | None:
    """Return what is kept under `key`; None where there is nothing, and what is not whole is thrown away."""
    path = kind.path(folder, key)
    try:
        found = unpack(*read(path, kind, key))
        with contextlib.suppress(OSError):
            os.utime(path)  # last used
    except FileNotFoundError:
        return None
    except UNFIT:
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    return found


def put(folder: Path, kind: Kind, key: str, tables: Tables, facts: Facts) -> bool:
    """Keep tables and facts and return whether that worked; of two processes one wins, both whole."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(kind.path(folder, key), kind, tables, facts, key)
        _prune(folder)
    except OSError:
        return False
    return True


def read(path: Path, kind: Kind, key: str | None = None) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """Return the tables and the facts of a file; one of `UNFIT` where it is not whole, or not of the kind or key."""
    with zipfile.ZipFile(path) as packed:
        manifest = json.loads(packed.read(MANIFEST))
        if (manifest["format"], manifest["version"]) != (kind.format, kind.version):
            raise ValueError(MANIFEST)
        if key is not None and manifest["key"] != key:
            raise ValueError(key)
        return {name: _table(packed, name, sha256) for name, sha256 in manifest["sha256"].items()}, manifest["facts"]


def write(path: Path, kind: Kind, tables: Tables, facts: Facts, key: str = "") -> None:
    """Write a file beside its place and move it there; OSError where that cannot be."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        digests = {}
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
                for table, content in tables.items():
                    data = _packed(content)
                    digests[table] = hashlib.sha256(data).hexdigest()
                    packed.writestr(zipfile.ZipInfo(f"{table}.arrow"), data)  # without the time of day
                manifest = {
                    "format": kind.format,
                    "version": kind.version,
                    "key": key,
                    "sha256": digests,
                    "facts": facts,
                }
                packed.writestr(zipfile.ZipInfo(MANIFEST), json.dumps(manifest, ensure_ascii=False))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def notices_of(written: list[dict[str, Any]]) -> tuple[Notice, ...]:
    """Return notices that were written as JSON."""
    return tuple(Notice(**{**one, "what": Text(**one["what"]), "action": Text(**one["action"])}) for one in written)


@lru_cache
def code_of(rooms: tuple[str, ...]) -> str:
    """Return a hash of the code of some files and folders of the package."""
    digest = hashlib.sha256()
    for room in rooms:
        place = Path(__file__).parent / room
        for path in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@lru_cache
def libraries_of(names: tuple[str, ...]) -> list[str]:
    """Return the versions of distributions, and of the geometry library below shapely."""
    import shapely

    return [*map(version, names), shapely.geos_version_string]


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _table(packed: zipfile.ZipFile, name: str, sha256: str) -> pa.Table:
    data = packed.read(f"{name}.arrow")
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(name)
    return pa.ipc.open_file(pa.BufferReader(data)).read_all()


def _prune(folder: Path) -> None:
    """Let go of what was used longest ago, beyond `MOST_BYTES`."""
    entries = sorted(
        (
            (facts.st_mtime_ns, facts.st_size, path)
            for ending in ENDINGS
            for path in folder.glob(f"*{ending}")
            for facts in [path.stat()]
        ),
        reverse=True,
    )
    total = 0
    for _, size, path in entries:
        total += size
        if total > MOST_BYTES:
            path.unlink(missing_ok=True)
