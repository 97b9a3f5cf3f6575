"""Snapshots: a folder with a GeoParquet file for each table and `provenance.json`."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa

from corridor.errors import Account, CorridorError, Entry, SourceError, Text
from corridor.kept import notices_of
from corridor.sources._extract import SCHEMAS, TABLES, Extract, typed
from corridor.sources._formats import sha256

FORMAT = "corridor-snapshot"
VERSION = 2
INDEX_FILE = "provenance.json"
_FILES = frozenset((INDEX_FILE, *(f"{name}.parquet" for name in TABLES)))
_FETCH_AGAIN = ("请用 corridor fetch 重新生成。", "Make it again with `corridor fetch`.")


def write_snapshot(extract: Extract, folder: str | Path) -> Path:
    """Write an extract as a snapshot folder, whole or not at all.

    Everything is written beside the folder first and moved into place at once, so that a reader never sees half
    of it. An older snapshot is replaced; a folder with anything else in it is left alone.

    Parameters
    ----------
    extract : Extract
    folder : str or Path
        New, empty, or an older snapshot.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SourceError
        The folder holds other files, or cannot be written.
    """
    folder = Path(folder)
    _check_replaceable(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _write_into(extract, new)
            _swap(new, folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise SourceError.of(
            str(folder),
            f"无法写入快照（{error.strerror}）。",
            f"the snapshot cannot be written ({error.strerror}).",
            "请检查磁盘空间与权限。",
            "Check disk space and permissions.",
        ) from None
    return folder


def read_snapshot(folder: str | Path) -> Extract:
    """Read a snapshot folder.

    Raises
    ------
    SourceError
        It is no snapshot, of another version, or a file is missing or differs from what was written.
    """
    folder = Path(folder)
    index = _read_index(folder)
    tables = {name: _read_table(folder, name, index["files"]) for name in TABLES}
    try:
        notices = notices_of(index["notices"])
        account = account_of(index["account"])
        provenance = dict(index["provenance"])
    except (KeyError, TypeError, ValueError) as error:
        raise _unfit(folder / INDEX_FILE, f"缺少 {error}", f"lacks {error}") from None
    return Extract(**tables, notices=notices, account=account, provenance=provenance)


def is_snapshot(folder: Path) -> bool:
    """Return whether a folder claims to be a snapshot."""
    try:
        index = json.loads((folder / INDEX_FILE).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(index, dict) and index.get("format") == FORMAT


def _check_replaceable(folder: Path) -> None:
    if folder.is_dir():
        foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in _FILES)
        ours = not any(folder.iterdir()) or is_snapshot(folder)
        if ours and not foreign:
            return
        what = "、".join(foreign[:3]) or INDEX_FILE, ", ".join(foreign[:3]) or INDEX_FILE
    elif not folder.exists():
        return
    else:
        what = "同名文件", "a file of that name"
    raise SourceError.of(
        str(folder),
        f"文件夹里有别的内容（{what[0]}），不会覆盖。",
        f"holds something else ({what[1]}), which is not overwritten.",
        "请换一个新的文件夹。",
        "Name a new folder.",
    )


def _write_into(extract: Extract, folder: Path) -> None:
    files = {}
    for name, table in extract.tables.items():
        path = folder / f"{name}.parquet"
        table.to_parquet(path, compression="zstd")
        _sync(path)
        files[path.name] = sha256(path)
    index = {
        "format": FORMAT,
        "version": VERSION,
        "licence": "© OpenStreetMap contributors, ODbL 1.0",
        "provenance": extract.provenance,
        "files": files,
        "account": [asdict(entry) for entry in extract.account.entries],
        "notices": [asdict(notice) for notice in extract.notices],
    }
    text = json.dumps(index, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    path = folder / INDEX_FILE
    path.write_text(text, encoding="utf-8")
    _sync(path)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _swap(new: Path, folder: Path) -> None:
    """Move `new` to `folder`, an older snapshot out of the way. Another process may do the same: one wins."""
    new.chmod(0o755)  # temporary folders are private
    for _ in range(20):
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
        try:
            if folder.exists():
                folder.replace(old / "was")
            new.rename(folder)
        except OSError:
            # The folder came or went in between: look again, and put nothing half away.
            if (old / "was").exists() and not folder.exists():
                (old / "was").rename(folder)
            continue
        else:
            return
        finally:
            shutil.rmtree(old, ignore_errors=True)
    raise OSError(None, "the folder keeps changing")


def _read_index(folder: Path) -> dict[str, Any]:
    path = folder / INDEX_FILE
    if not path.is_file():
        raise _unfit(folder, f"没有 {INDEX_FILE}", f"has no {INDEX_FILE}")
    try:
        index = json.loads(path.read_bytes())
    except ValueError as error:
        raise _unfit(path, "不是完整的 JSON", f"is no whole JSON: {error}") from None
    if not isinstance(index, dict) or index.get("format") != FORMAT or not isinstance(index.get("files"), dict):
        raise _unfit(path, "不是本工具的快照", "was not written by this toolkit")
    if index.get("version") != VERSION:
        found = index.get("version")
        raise _unfit(path, f"版本是 {found}，应为 {VERSION}", f"is of version {found}, not {VERSION}")
    return index


def _read_table(folder: Path, name: str, files: dict[str, str]) -> gpd.GeoDataFrame:
    path = folder / f"{name}.parquet"
    if not path.is_file():
        raise _unfit(path, "文件缺失", "is missing")
    if sha256(path) != files.get(path.name):
        raise _unfit(path, "内容与写入时不同", "differs from what was written")
    try:
        table = gpd.read_parquet(path)
    except (ValueError, KeyError, OSError, pa.ArrowException) as error:
        raise _unfit(path, "不是可读的 GeoParquet", f"is no readable GeoParquet ({error})") from None
    return conform(name, table)


def conform(name: str, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring back the column types that Parquet does not tell apart."""
    schema = SCHEMAS[name]
    present = [(column, dtype) for column, dtype in typed(schema) if column.name in table.columns]
    out = table.astype({column.name: dtype for column, dtype in present if column.dtype != "list"})
    for column, _ in present:
        if column.dtype == "list":
            out[column.name] = [np.asarray(values, dtype=np.int64).tolist() for values in out[column.name]]
    out.index = out.index.astype("string").rename(schema.index.name if schema.index else None)
    return out


def account_of(written: list[dict[str, Any]]) -> Account:
    """Return an account that was written as JSON."""
    return Account(tuple(_entry(entry) for entry in written))


def _entry(entry: dict[str, Any]) -> Entry:
    excluded = tuple((Text(**reason), int(count)) for reason, count in entry["excluded"])
    return Entry(entry["source"], Text(**entry["label"]), entry["read"], excluded)


def _unfit(path: Path, zh: str, en: str) -> CorridorError:
    return SourceError.of(str(path), f"快照不可用：{zh}。", f"the snapshot is unfit: it {en}.", *_FETCH_AGAIN)
