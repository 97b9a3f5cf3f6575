"""Files appear whole or not at all: written beside their place, flushed to the disk, then moved over the old one."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from corridor.errors import Problem, StudyError, Text

_HINTS = {
    errno.EACCES: Text(
        "没有写入权限，或文件正在Excel、QGIS中打开。请关闭后重试，或换一个文件夹。",
        "No permission, or the file is open in Excel or QGIS. Close it, or choose another folder.",
    ),
    errno.EROFS: Text("此磁盘为只读，请换一个文件夹。", "The disk is read-only; choose another folder."),
    errno.ENOTDIR: Text(
        "路径中有一段是文件而不是文件夹，请换一个输出文件夹。",
        "A part of the path is a file, not a folder; choose another output folder.",
    ),
    errno.EISDIR: Text(
        "此处已有同名文件夹，请换一个文件名。", "A folder of this name is in the way; choose another name."
    ),
    errno.ENAMETOOLONG: Text("文件名过长，请缩短。", "The file name is too long; shorten it."),
}
_HINTS[errno.EPERM] = _HINTS[errno.EACCES]
_HINTS[errno.EEXIST] = _HINTS[errno.ENOTDIR]


def failure(path: Path, fault: Exception) -> StudyError:
    """Say which file could not be written, why, and what to do."""
    code = fault.errno if isinstance(fault, OSError) else None
    if code in (errno.ENOSPC, errno.EDQUOT) or "disk is full" in str(fault):
        free = _free_megabytes(path)
        hint = Text(
            f"磁盘已满（剩余{free} MB），请清出空间后重试；原有文件未改动。",
            f"The disk is full ({free} MB free); make room and run again. The old file is unharmed.",
        )
    else:
        hint = _HINTS.get(code or 0, Text("请检查此文件夹能否写入。", "Check that this folder can be written to."))
    reason = (fault.strerror if isinstance(fault, OSError) else None) or str(fault)
    what = Text(f"无法写入（{reason}）。", f"cannot be written ({reason}).")
    return StudyError(Problem(str(path), what, hint))


def _free_megabytes(path: Path) -> int:
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    return shutil.disk_usage(folder).free // 1_000_000


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to; on success it becomes `path`, on any fault `path` stays as it was.

    Parameters
    ----------
    path : Path
        The file to make or replace. Its folder is made when missing.

    Yields
    ------
    Path
        A name beside `path` with the same ending.

    Raises
    ------
    StudyError
        When the disk, a permission or the path forbids it; names the file and what to do.
    """
    # The process id keeps two runs apart; a hidden name keeps half-written files out of folder listings.
    draft = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        yield draft
        with draft.open("rb+") as handle:
            os.fsync(handle.fileno())
        draft.replace(path)
        _sync_folder(path.parent)
    except OSError as fault:
        raise failure(path, fault) from fault
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> Path:
    """Write `content` to `path`, whole or not at all; returns `path`. Raises as `replacing`."""
    with replacing(path) as draft:
        draft.write_bytes(content)
    return path


def _sync_folder(folder: Path) -> None:
    # Windows cannot open folders; its rename is durable without it.
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
