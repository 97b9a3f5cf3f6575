"""What a file really is, told by its content, and its bytes unpacked within limits."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from corridor.errors import SourceError

Format = Literal["pbf", "xml", "json"]

CHUNK = 1 << 20
# OSM as XML packs to a fifteenth or thirtieth; a bomb to a thousandth and less.
MOST_RATIO = 150
RATIO_COUNTS_FROM = 50 << 20
MOST_UNPACKED = 8 << 30
_OPENERS: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}

# First bytes of what people give by mistake, with its name in zh and en and what to do.
_USE_LAYER = ("作为图层请写在 study.yaml 的 layers 里。", "Name it under `layers` in study.yaml.")
_EXTRACT = ("请给出 .osm、.osm.pbf 或 Overpass JSON 文件。", "Give a .osm, .osm.pbf or Overpass JSON file.")
_MISTAKEN: tuple[tuple[bytes, str, str, tuple[str, str]], ...] = (
    (b"PK\x03\x04", "ZIP 压缩包（或 XLSX）", "a ZIP archive (or XLSX)", ("请先解压。", "Unpack it first.")),
    (b"7z\xbc\xaf", "7z 压缩包", "a 7z archive", ("请先解压。", "Unpack it first.")),
    (b"Rar!", "RAR 压缩包", "a RAR archive", ("请先解压。", "Unpack it first.")),
    (b"SQLite format 3", "GeoPackage 或其他 SQLite 文件", "a GeoPackage or another SQLite file", _USE_LAYER),
    (b"\x00\x00\x27\x0a", "SHP 文件", "a shapefile", _USE_LAYER),
    (b"PAR1", "Parquet 表", "a Parquet table", ("请给出快照文件夹。", "Give the folder of the snapshot.")),
    (b"%PDF", "PDF 文件", "a PDF", _EXTRACT),
    (
        b"\xff\xe0",
        "o5m 文件",
        "an o5m file",
        ("请用 osmconvert 转成 .osm.pbf。", "Convert it to .osm.pbf with osmconvert."),
    ),
    (b"\x1a", "矢量瓦片（Mapbox Vector Tile）", "a vector tile (Mapbox Vector Tile)", _EXTRACT),
    (
        b"version https://git-lfs",
        "Git LFS 指针文件",
        "a Git LFS pointer",
        ("请先运行 git lfs pull。", "Run `git lfs pull` first."),
    ),
)
_HTML = (b"<!doctype html", b"<html")


class Bounded:
    """A readable stream that ends with `SourceError` when it unpacks beyond the limits.

    Parameters
    ----------
    stream : file object
        The unpacked bytes.
    packed : int
        Bytes on disk.
    where : str
        What the error names.
    """

    def __init__(self, stream: BinaryIO, packed: int, where: str) -> None:
        self._stream, self._packed, self._where, self._done = stream, packed, where, 0

    def __enter__(self) -> Bounded:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        try:
            data = self._stream.read(size)
        except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
            raise SourceError.of(
                self._where,
                "压缩文件不完整或已损坏。",
                f"the compressed file is truncated or damaged ({error}).",
                "请重新下载。",
                "Download it again.",
            ) from None
        self._done += len(data)
        too_dense = self._done > RATIO_COUNTS_FROM and self._done > MOST_RATIO * self._packed
        if too_dense or self._done > MOST_UNPACKED:
            raise SourceError.of(
                self._where,
                f"解压后超过 {self._done >> 20} MB，而文件只有 {self._packed:,} 字节：不像地图数据，已停止读取。",
                f"unpacks to more than {self._done >> 20} MB from {self._packed:,} bytes: "
                "not what map data do, so reading stopped.",
                "请检查文件来源；确为真实数据时请先自行解压。",
                "Check where the file comes from; if it is real, unpack it yourself first.",
            )
        return data

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes piece by piece."""
        while data := self.read(CHUNK):
            yield data


def open_bounded(path: Path) -> Bounded:
    """Open a file, unpacking gzip, bzip2 and xz by content."""
    with path.open("rb") as file:
        head = file.read(6)
    opener = next((open_ for magic, open_ in _OPENERS.items() if head.startswith(magic)), None)
    stream = cast(BinaryIO, opener(path, "rb") if opener else path.open("rb"))
    return Bounded(stream, path.stat().st_size, str(path))


def sniff(path: Path) -> Format:
    """Return what a file is.

    Raises
    ------
    SourceError
        It is missing, empty, or no OSM data; the message names what it is.
    """
    if path.is_dir():
        raise SourceError.of(
            str(path),
            "是文件夹，不是 OSM 文件。",
            "is a folder, not an OSM file.",
            "快照文件夹可直接写在 study.yaml 的 osm。",
            "The folder of a snapshot can stand under `osm` in study.yaml.",
        )
    if not path.is_file():
        raise SourceError.of(
            str(path),
            "文件不存在。",
            "file does not exist.",
            "请检查文件名与路径。",
            "Check the name and the path.",
        )
    with path.open("rb") as file:
        packed = file.read(6)
    with open_bounded(path) as stream:
        head = stream.read(4096)
    if not head.strip(b"\x00 \t\r\n"):
        raise SourceError.of(str(path), "文件是空的。", "the file is empty.", "请重新下载。", "Download it again.")
    if head[4:15] == b"\x0a\x09OSMHeader":
        if any(packed.startswith(magic) for magic in _OPENERS):
            raise SourceError.of(
                str(path), "PBF 被再次压缩。", "is a PBF compressed once more.", "请先解压。", "Unpack it first."
            )
        return "pbf"
    return _text_format(path, head)


def _text_format(path: Path, head: bytes) -> Format:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="replace").encode("utf-8", errors="replace").lstrip()
    if text.lower().startswith(_HTML):
        shown = text[:80].decode("utf-8", errors="replace")
        raise SourceError.of(
            str(path), f"是网页而不是地图数据：{shown}", f"is a web page, not map data: {shown}", *_EXTRACT
        )
    if text.startswith(b"<"):
        return "xml"
    if text.startswith((b"{", b"[")):
        return "json"
    for magic, zh, en, (hint_zh, hint_en) in _MISTAKEN:
        if head.startswith(magic):
            raise SourceError.of(str(path), f"是{zh}，不是 OSM 数据。", f"is {en}, not OSM data.", hint_zh, hint_en)
    shown = ascii(head[:24].decode("latin-1"))
    raise SourceError.of(
        str(path), f"不是 OSM 数据，开头为 {shown}。", f"is not OSM data; it begins with {shown}.", *_EXTRACT
    )


def sha256(path: Path) -> str:
    """Return the hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
