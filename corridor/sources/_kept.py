"""Extracts kept from earlier runs, so that an unchanged file is not parsed, clipped and classified again.

An entry is one ZIP of Arrow tables and a manifest, named by what it was made from: the bytes and name of the OSM file,
the clip, this package's code and the libraries that shape the tables. Nothing in it is ever executed. An entry that is
torn, foreign or of another version is thrown away and made again; one that cannot be written is not kept.

Why the extract and not the network. What takes long is to parse and classify: 2 to 3 s for the bundled belt, 17 s for
Las Palmas (22,599 buildings), where reading the belt's entry takes 0.15 s. Building the network takes 0.05 s and 0.29 s
(CPU seconds of a busy machine, `scripts/bench.py --real`), and reading one back would still cost a fifth of that for the
geometry alone, besides a hash of what it was made from: the streets, the gates, the policy, the walker's factors and the
waits, each of which a planner changes from run to run. At 100,000 nodes it is 1.2 s of a study that takes minutes.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import zipfile
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from corridor import __version__
from corridor.crs import WGS84
from corridor.sources._extract import TABLES, Extract
from corridor.sources._snapshot import account_of, conform, notices_of

FORMAT = "corridor-extract"
VERSION = 1
ENDING = ".extract"
MANIFEST = "manifest.json"
MOST_BYTES = 2 << 30
# Rooms whose code decides what a file becomes.
_ROOMS = ("sources", "schemas", "crs.py", "errors.py")


def key_of(sha256: str, file: str, clip: BaseGeometry | None) -> str:
    """Return the name of what a file, clipped, becomes under this code."""
    area = "" if clip is None else shapely.to_wkb(clip).hex()
    facts = [FORMAT, VERSION, __version__, _code(), _libraries(), sha256, file, area]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def path_of(folder: Path, key: str) -> Path:
    """Return where an entry is kept."""
    return folder / f"{key[:40]}{ENDING}"


def get(folder: Path, key: str) -> Extract | None:
    """Return the extract kept under `key`; None where there is none, and one that is not whole is thrown away."""
    path = path_of(folder, key)
    try:
        with zipfile.ZipFile(path) as packed:
            manifest = json.loads(packed.read(MANIFEST))
            if (manifest["format"], manifest["version"], manifest["key"]) != (FORMAT, VERSION, key):
                raise ValueError(MANIFEST)
            tables = {name: _table(packed, name, manifest["sha256"][name]) for name in TABLES}
        extract = Extract(
            **tables,
            notices=notices_of(manifest["notices"]),
            account=account_of(manifest["account"]),
            provenance=manifest["provenance"],
        )
        with contextlib.suppress(OSError):
            os.utime(path)  # last used
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError,
            RuntimeError, zipfile.BadZipFile, pa.ArrowException):  # fmt: skip
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    return extract


def put(folder: Path, key: str, extract: Extract) -> bool:
    """Keep an extract and return whether that worked; of two processes one wins, both whole."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                _write(file, key, extract)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path_of(folder, key))
        finally:
            Path(name).unlink(missing_ok=True)
        _prune(folder)
    except OSError:
        return False
    return True


def _write(file: io.BufferedWriter, key: str, extract: Extract) -> None:
    digests = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        for name, table in extract.tables.items():
            data = _packed(table)
            digests[name] = hashlib.sha256(data).hexdigest()
            packed.writestr(f"{name}.arrow", data)
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "key": key,
            "sha256": digests,
            "provenance": extract.provenance,
            "account": [asdict(entry) for entry in extract.account.entries],
            "notices": [asdict(notice) for notice in extract.notices],
        }
        packed.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False))


def _packed(table: gpd.GeoDataFrame) -> bytes:
    """Return a table as an Arrow file, geometry as WKB."""
    plain = pd.DataFrame(table).assign(geometry=shapely.to_wkb(table.geometry.to_numpy()))
    arrow = pa.Table.from_pandas(plain, preserve_index=True)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, arrow.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(arrow)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _table(packed: zipfile.ZipFile, name: str, sha256: str) -> gpd.GeoDataFrame:
    data = packed.read(f"{name}.arrow")
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(name)
    table = pa.ipc.open_file(pa.BufferReader(data)).read_all().to_pandas()
    return conform(
        name, gpd.GeoDataFrame(table).set_geometry(shapely.from_wkb(table["geometry"].to_numpy()), crs=WGS84)
    )


def _prune(folder: Path) -> None:
    """Let go of what was used longest ago, beyond `MOST_BYTES`."""
    entries = sorted(
        ((facts.st_mtime_ns, facts.st_size, path) for path in folder.glob(f"*{ENDING}") for facts in [path.stat()]),
        reverse=True,
    )
    total = 0
    for _, size, path in entries:
        total += size
        if total > MOST_BYTES:
            path.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _code() -> str:
    """Return a hash of the code that turns a file into an extract."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in _ROOMS:
        place = root / room
        for path in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _libraries() -> list[str]:
    return [
        version("osmium"),
        np.__version__,
        pd.__version__,
        gpd.__version__,
        shapely.__version__,
        shapely.geos_version_string,
    ]
