"""Results of a batch on disk: a task is done when its row is there.

One SQLite file (WAL) in the batch's folder, written by the coordinator only. Each row is committed before anybody is
told of it, so a kill at any moment loses nothing that was acknowledged. A batch that is run again goes on where it
stopped; if its inputs have changed since, it says which and refuses to mix.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from corridor.batch._executors import Progress, run
from corridor.batch._held import Outcome
from corridor.batch._origins import differences
from corridor.batch._workers import Workers
from corridor.errors import BatchError, Problem, Text

T = TypeVar("T")

NAME = "results.sqlite"
LOCK = "results.lock"
OWNER = "results.owner.json"
_LAYOUT = 3
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE result (
    key TEXT PRIMARY KEY,
    rows TEXT,                          -- JSON; NULL: failed
    problems TEXT NOT NULL,             -- JSON list of [where, zh, en, hint zh, hint en]
    times INTEGER NOT NULL DEFAULT 1    -- how often it was acknowledged as done; more than 1 would be a fault
) WITHOUT ROWID;
"""


class Store:
    """Results by key. Made by `opened`."""

    def __init__(self, base: sqlite3.Connection, path: Path) -> None:
        self._base = base
        self._path = path

    def done(self) -> set[str]:
        """Return the keys whose rows are there; a failed task is not done."""
        return {key for (key,) in self._base.execute("SELECT key FROM result WHERE rows IS NOT NULL")}

    def put(self, outcome: Outcome[Any]) -> None:
        """Keep what came of a task; when this returns, it is on disk. Rows must be JSON (no NaN)."""
        rows = None if outcome.failed else _json(outcome.rows)
        problems = [
            [p.where, p.what.zh, p.what.en, *((p.hint.zh, p.hint.en) if p.hint else ("", ""))] for p in outcome.problems
        ]
        try:
            with self._base:
                self._base.execute(
                    "INSERT INTO result (key, rows, problems) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
                    "times = times + (rows IS NOT NULL), rows = coalesce(excluded.rows, rows), "
                    "problems = excluded.problems",
                    (outcome.key, rows, _json(problems)),
                )
        except sqlite3.OperationalError as error:
            raise _cannot_write(self._path, error) from error

    def rows(self) -> Iterator[tuple[str, Any]]:
        """Yield (key, rows) of what is done, by key."""
        for key, rows in self._base.execute("SELECT key, rows FROM result WHERE rows IS NOT NULL ORDER BY key"):
            yield key, json.loads(rows)

    def parts(self, number: int) -> Iterator[tuple[str, Any]]:
        """Yield (key, one of its rows by number) of what is done, by key; tasks whose rows are no list are left out."""
        asked = "SELECT key, json_extract(rows, ?) FROM result WHERE rows LIKE '[%' ORDER BY key"
        for key, part in self._base.execute(asked, (f"$[{number}]",)):
            yield key, None if part is None else json.loads(part)

    def get(self, key: str) -> Any:
        """Return the rows of a task, None where it is not done."""
        found = self._base.execute("SELECT rows FROM result WHERE key = ?", (key,)).fetchone()
        return None if found is None or found[0] is None else json.loads(found[0])

    def made_from(self) -> dict[str, str]:
        """Return what the results depend on."""
        return _made_from(self._base)

    def write_note(self, name: str, value: Any) -> None:
        """Keep a JSON value beside the results, in place of an older one of that name."""
        try:
            with self._base:
                self._base.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, _json(value)))
        except sqlite3.OperationalError as error:
            raise _cannot_write(self._path, error) from error

    def note(self, name: str) -> Any:
        """Return a value kept beside the results, None where there is none."""
        found = self._base.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return None if found is None else json.loads(found[0])

    def noted(self, name: str) -> bool:
        """Tell whether a value of this name is kept."""
        return self._base.execute("SELECT 1 FROM note WHERE name = ?", (name,)).fetchone() is not None

    def failures(self) -> dict[str, tuple[Problem, ...]]:
        """Return the problems of what failed, by key."""
        found = self._base.execute("SELECT key, problems FROM result WHERE rows IS NULL ORDER BY key")
        return {key: tuple(_problem(*parts) for parts in json.loads(problems)) for key, problems in found}

    def most_often(self) -> int:
        """Return how often the most acknowledged task was; 1, or 0 for an empty store."""
        (times,) = self._base.execute("SELECT coalesce(max(times), 0) FROM result WHERE rows IS NOT NULL").fetchone()
        return int(times)


@contextmanager
def opened(folder: Path, made_from: Mapping[str, str]) -> Iterator[Store]:
    """Open the result store of a batch, for one run at a time.

    Parameters
    ----------
    folder : Path
        Created where missing. On a local disk: SQLite's log does not work on network drives.
    made_from : mapping of str to str
        What the results depend on: fingerprints of inputs and settings, version. Kept with a new store; one that
        holds a result must have been made from the same.

    Yields
    ------
    Store

    Raises
    ------
    BatchError
        Another run uses the folder; the store was made from something else, or is no store; the folder cannot be
        written.
    """
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    _check_links(folder)
    with _locked(folder):
        base = _connected(path)
        try:
            _check(base, path, dict(made_from))
            yield Store(base, path)
        finally:
            base.close()


def check(folder: Path, made_from: Mapping[str, str], later: Collection[str] = ()) -> None:
    """Refuse a folder before the work that comes ahead of `opened`; a folder without a store is left as it is.

    Parameters
    ----------
    folder : Path
    made_from : mapping of str to str
        As for `opened`, as far as it is known yet.
    later : collection of str
        Names that become known later.

    Raises
    ------
    BatchError
        Another run uses the folder; the store was made from something else; the folder cannot be written.
    """
    if not (folder / NAME).is_file():
        return
    _check_links(folder)
    with _locked(folder), closing(_connected(folder / NAME)) as base:
        was = _made_from(base) if _holds_any(base) else {}
    if was:
        _check_same(folder / NAME, was, made_from, (was.keys() | made_from.keys()).difference(later))


def _check_links(folder: Path) -> None:
    for name in (NAME, LOCK, OWNER):
        if (folder / name).is_symlink():
            raise BatchError.of(
                str(folder / name),
                "是符号链接，不写到别处去。",
                "is a symbolic link; nothing is written through it.",
                "请移走它，或换一个文件夹。",
                "Move it away, or take another folder.",
            )


@contextmanager
def reading(folder: Path) -> Iterator[Store]:
    """Open a result store to read only; a run may write to it meanwhile.

    Raises
    ------
    BatchError
        There is no store of this version in the folder.
    """
    path = folder / NAME
    if not path.is_file():
        raise BatchError.of(
            str(path),
            "没有结果库。",
            "there is no result store.",
            "请先运行 corridor scenarios run。",
            "Run corridor scenarios run first.",
        )
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        (layout,) = base.execute("PRAGMA user_version").fetchone()
        if layout != _LAYOUT:
            raise sqlite3.DatabaseError(f"layout {layout}")
        yield Store(base, path)
    except sqlite3.DatabaseError as error:
        raise _no_store(path, error) from error
    finally:
        base.close()


class _Left(Generic[T]):
    """Tasks to do: counted now, each taken when its turn comes."""

    def __init__(self, keys: Sequence[str], tasks: Mapping[str, T]) -> None:
        self._keys, self._tasks = keys, tasks

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return ((key, self._tasks[key]) for key in self._keys)


def resume(
    store: Store,
    work: Callable[[Any, T], Any],
    payload: object,
    tasks: Mapping[str, T],
    *,
    workers: Workers | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Outcome[Any]]:
    """Do the tasks that are not done yet; each is on disk before it is handed out.

    Parameters
    ----------
    store : Store
    work, payload, tasks, workers, progress
        As for `corridor.batch.run`; rows must be JSON. Failed tasks are tried again.
    """
    done = store.done()
    left = _Left([key for key in tasks if key not in done], tasks)
    for outcome in run(work, payload, left, workers=workers, progress=progress):
        store.put(outcome)
        yield outcome


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock.

    It is the system's lock on a file (through SQLite, which does so on every system), so it goes with the process
    that holds it, however that ends: there is no stale lock to clear away.
    """
    try:
        lock = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            lock.close()
            if "locked" in str(error):
                raise _in_use(folder) from error
            raise
    except sqlite3.Error as error:
        raise _cannot_write(folder, error) from error
    try:
        note = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat("T", "seconds")}
        (folder / OWNER).write_text(json.dumps(note), encoding="utf-8")
        yield
    finally:
        (folder / OWNER).unlink(missing_ok=True)
        lock.close()


def _in_use(folder: Path) -> BatchError:
    try:
        note = json.loads((folder / OWNER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        note = {"pid": "?", "host": "?", "since": "?"}
    return BatchError.of(
        str(folder),
        f"此文件夹正由另一次运行使用：进程{note['pid']}（{note['host']}），自{note['since']}起。",
        f"this folder is in use by pid {note['pid']} on {note['host']} since {note['since']}.",
        "请等它结束，或换一个文件夹。",
        "Wait until it ends, or take another folder.",
    )


def _connected(path: Path) -> sqlite3.Connection:
    """Return the connection to a store, new or old."""
    fresh = not path.exists() or path.stat().st_size == 0
    base = sqlite3.connect(path, timeout=30)
    try:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = NORMAL")
        (layout,) = base.execute("PRAGMA user_version").fetchone()
        tables = base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if fresh or (layout == 0 and not tables):
            base.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_LAYOUT}; COMMIT;")
        elif layout != _LAYOUT:
            raise sqlite3.DatabaseError(f"layout {layout}")
    except sqlite3.OperationalError as error:
        base.close()
        raise _cannot_write(path, error) from error
    except sqlite3.DatabaseError as error:
        base.close()
        raise _no_store(path, error) from error
    return base


def _no_store(path: Path, error: Exception) -> BatchError:
    return BatchError.of(
        str(path),
        f"不是本版本的结果库：{error}。",
        f"not a result store of this version: {error}.",
        "请换一个文件夹，或移走此文件。",
        "Take another folder, or move the file away.",
    )


def _holds_any(base: sqlite3.Connection) -> bool:
    return base.execute("SELECT 1 FROM result WHERE rows IS NOT NULL LIMIT 1").fetchone() is not None


def _made_from(base: sqlite3.Connection) -> dict[str, str]:
    return dict(base.execute("SELECT name, value FROM meta"))


def _check(base: sqlite3.Connection, path: Path, made_from: dict[str, str]) -> None:
    """Keep what a new store is made from; refuse one made from something else, showing what differs."""
    kept = _made_from(base)
    if _holds_any(base):
        _check_same(path, kept, made_from, kept.keys() | made_from.keys())
    elif kept != made_from:
        # A run that ended before its first result has nothing that could be mixed.
        try:
            with base:
                for table in ("meta", "note", "result"):
                    base.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
                base.executemany("INSERT INTO meta VALUES (?, ?)", sorted(made_from.items()))
        except sqlite3.OperationalError as error:
            raise _cannot_write(path, error) from error


def _check_same(path: Path, kept: Mapping[str, str], made_from: Mapping[str, str], names: Iterable[str]) -> None:
    """Refuse a store of which a named part is not the same, showing what differs."""
    problems = [
        Problem(
            f"{path}: {other.name}",
            Text(
                f"结果库按{other.before.zh}算出，现在是{other.now.zh}。",
                f"the store was made from {other.before.en}, this run has {other.now.en}.",
            )
            if other.file is None
            else Text(
                f"算出结果库之后，文件{other.file}的内容变了。",
                f"the file {other.file} is another than the one the store was made from.",
            ),
            Text("请换一个文件夹，或恢复原来的资料与设定。", "Take another folder, or go back to the former inputs."),
        )
        for other in differences(kept, made_from, set(names))
    ]
    if problems:
        raise BatchError(problems)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _problem(where: str, zh: str, en: str, hint_zh: str, hint_en: str) -> Problem:
    return Problem(where, Text(zh, en), Text(hint_zh, hint_en) if hint_en else None)


def _cannot_write(path: Path, error: Exception) -> BatchError:
    there = next((folder for folder in (path, *path.parents) if folder.is_dir()), Path.cwd())
    free = shutil.disk_usage(there).free / 2**30
    return BatchError.of(
        str(path),
        f"无法写入（剩余空间{free:.1f} GB）：{error}。已写入的结果仍然完好。",
        f"cannot be written ({free:.1f} GB free): {error}. What was written before is intact.",
        "请检查权限与磁盘空间，然后重新运行。",
        "Look at permissions and disk space, then run again.",
    )
