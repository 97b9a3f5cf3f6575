"""OSM XML (`.osm`, Overpass XML), read as a stream."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

from corridor.errors import CorridorError, SourceError
from corridor.sources._elements import UNIT
from corridor.sources._formats import open_bounded
from corridor.sources._gather import Gatherer

_DOWNLOAD = ("请重新下载。", "Download it again.")


def read_xml(path: Path, gatherer: Gatherer) -> None:
    """Feed a file's elements to `gatherer`.

    Raises
    ------
    SourceError
        Truncated or malformed XML, a document type or entities, another root than ``osm``, or a server's remark
        that the answer is partial.
    """
    reader = _Reader(gatherer, str(path))
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    # Entities are how a small file grows to gigabytes or reads other files; OSM has none, nor a document type.
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    try:
        with open_bounded(path) as stream:
            for chunk in stream.chunks():
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code) or "?"
        raise SourceError.of(
            f"{path}:{error.lineno}",
            f"XML 不完整或有错（{reason}）。",
            f"the XML is truncated or malformed ({reason}).",
            *_DOWNLOAD,
        ) from None


class _Reader:
    """Turns XML events into elements."""

    def __init__(self, gatherer: Gatherer, where: str) -> None:
        self._gather, self._where = gatherer, where
        self._depth = 0
        self._element: dict[str, str] = {}
        self._kind = ""
        self._tags: dict[str, str] = {}
        self._refs: list[int] = []
        self._places: list[tuple[int, int] | None] = []
        self._members: list[tuple[str, int, str]] = []
        self._remark: list[str] | None = None
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "tag": self._tag,
            "nd": self._nd,
            "member": self._member,
            "bounds": self._bounds,
            "meta": self._meta,
        }

    def refuse_doctype(self, *_: object) -> None:
        raise SourceError.of(
            self._where,
            "含有文档类型或实体声明，OSM 文件里不应有，已拒绝读取。",
            "declares a document type or entities, which OSM files never do; refused.",
            "请检查文件来源。",
            "Check where the file comes from.",
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._root(name, attributes)
        elif name in {"node", "way", "relation"} and self._depth == 2:
            self._kind, self._element = name, attributes
            self._tags, self._refs, self._places, self._members = {}, [], [], []
        elif name == "remark":
            self._remark = []
        elif name in self._starts:
            self._starts[name](attributes)

    def text(self, data: str) -> None:
        if self._remark is not None:
            self._remark.append(data)

    def end(self, name: str) -> None:
        self._depth -= 1
        if name == self._kind and self._depth == 1:
            self._finish()
            self._kind = ""
        elif name == "remark":
            raise partial(self._where, "".join(self._remark or []))

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name != "osm":
            raise SourceError.of(
                self._where,
                f"是 <{name}> 文档，不是 OSM 数据。",
                f"is a <{name}> document, not OSM data.",
                "请给出 .osm、.osm.pbf 或 Overpass JSON 文件。",
                "Give a .osm, .osm.pbf or Overpass JSON file.",
            )
        self._gather.date = attributes.get("timestamp") or attributes.get("osm_base")

    def _bounds(self, attributes: dict[str, str]) -> None:
        try:
            west, south, east, north = (float(attributes[key]) for key in ("minlon", "minlat", "maxlon", "maxlat"))
        except (KeyError, ValueError):
            return
        self._gather.bbox = (west, south, east, north)

    def _meta(self, attributes: dict[str, str]) -> None:
        self._gather.date = attributes.get("osm_base", self._gather.date)

    def _tag(self, attributes: dict[str, str]) -> None:
        if "k" in attributes:
            self._tags[attributes["k"]] = attributes.get("v", "")

    def _nd(self, attributes: dict[str, str]) -> None:
        if "ref" in attributes:
            self._refs.append(self._number(attributes, "ref"))
        self._places.append(place(attributes.get("lon"), attributes.get("lat")))

    def _member(self, attributes: dict[str, str]) -> None:
        self._members.append((attributes.get("type", ""), self._number(attributes, "ref"), attributes.get("role", "")))

    def _number(self, attributes: dict[str, str], key: str, default: int | None = None) -> int:
        text = attributes.get(key)
        try:
            number = default if text is None else int(text)
        except ValueError:
            number = None
        if number is None or not -(1 << 59) < number < 1 << 59:
            raise SourceError.of(
                f"{self._where} <{self._kind}>",
                f"属性 {key}=“{text}”不是编号。",
                f"attribute {key}={text!r} is no id.",
                *_DOWNLOAD,
            )
        return number

    def _finish(self) -> None:
        gather, attributes = self._gather, self._element
        id_ = self._number(attributes, "id")
        version = max(0, min(self._number(attributes, "version", 0), (1 << 31) - 1))
        if attributes.get("visible") == "false" or attributes.get("action") == "delete":
            gather.deleted(self._kind, id_, version)
            return
        gather.newest = max(gather.newest, attributes.get("timestamp", ""))
        if self._kind == "relation":
            gather.relation(id_, self._members, self._tags, version)
        elif self._kind == "way":
            whole = len(self._refs) == len(self._places)
            gather.way(id_, self._refs if whole else None, self._tags, version, self._places)
        else:
            spot = place(attributes.get("lon"), attributes.get("lat"))
            if spot is None:
                gather.unplaced_node(id_, f"lat={attributes.get('lat')}, lon={attributes.get('lon')}")
            else:
                gather.node(id_, *spot, self._tags, version)


def place(lon: object, lat: object) -> tuple[int, int] | None:
    """Return a place in whole 1e-7 degrees, None where a coordinate is missing or no finite number."""
    try:
        x, y = float(lon), float(lat)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    # Far outside the globe the whole number would not fit; the gatherer judges what does.
    if not (math.isfinite(x) and math.isfinite(y) and abs(x) < 1e6 and abs(y) < 1e6):
        return None
    return round(x * UNIT), round(y * UNIT)


def partial(where: str, remark: str) -> CorridorError:
    """Return the error for an answer that its server calls partial."""
    shown = " ".join(remark.split())[:200]
    return SourceError.of(
        where,
        f"Overpass 说明结果不完整：{shown}",
        f"Overpass remarks that the answer is partial: {shown}",
        "请缩小范围或稍后重新下载。",
        "Take a smaller extent or download again later.",
    )
