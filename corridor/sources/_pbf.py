"""`.osm.pbf`, read with pyosmium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corridor.errors import SourceError
from corridor.sources._gather import Gatherer

# Real extracts take 5 to 10 bytes an element. A file that unpacks to far more elements is a bomb.
MOST_PER_BYTE = 4
FREE_ELEMENTS = 1_000_000


def read_pbf(path: Path, gatherer: Gatherer) -> None:
    """Feed a file's elements to `gatherer`, nodes first where the file promises that order.

    Raises
    ------
    SourceError
        Truncated, damaged, or holding far more elements than its size can.
    """
    import osmium

    limit = FREE_ELEMENTS + MOST_PER_BYTE * path.stat().st_size
    try:
        processor = osmium.FileProcessor(str(path))
        _read_header(processor.header, gatherer)
        for number, element in enumerate(processor):
            _take(element, gatherer)
            if number > limit:
                raise SourceError.of(
                    str(path),
                    f"解出超过 {limit:,} 个要素，与文件大小不符，已停止读取。",
                    f"holds over {limit:,} elements, more than a file of this size can; reading stopped.",
                    "请检查文件来源。",
                    "Check where the file comes from.",
                )
    except (RuntimeError, ValueError, OSError) as error:
        raise SourceError.of(
            str(path),
            f"PBF 不完整或已损坏（{error}）。",
            f"the PBF is truncated or damaged ({error}).",
            "请重新下载。",
            "Download it again.",
        ) from None


def _read_header(header: Any, gatherer: Gatherer) -> None:
    gatherer.nodes_first = header.get("sorting") == "Type_then_ID"
    gatherer.date = header.get("osmosis_replication_timestamp") or None
    box = header.box()
    if box.valid():
        gatherer.bbox = (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)


def _take(element: Any, gatherer: Gatherer) -> None:
    id_, version = element.id, element.version
    if element.is_node():
        if not element.visible:
            gatherer.deleted("node", id_, version)
            return
        location = element.location
        tags = element.tags
        gatherer.node(id_, location.x, location.y, dict(tags) if tags else None, version)
    elif not element.visible:
        gatherer.deleted("way" if element.is_way() else "relation", id_, version)
    elif element.is_way():
        gatherer.way(id_, [node.ref for node in element.nodes], dict(element.tags), version)
        _note_date(element, gatherer)
    else:
        members = [(_KINDS.get(m.type, ""), m.ref, m.role) for m in element.members]
        gatherer.relation(id_, members, dict(element.tags), version)


_KINDS = {"n": "node", "w": "way", "r": "relation"}


def _note_date(element: Any, gatherer: Gatherer) -> None:
    if gatherer.date is None and element.timestamp.year > 1970:
        gatherer.newest = max(gatherer.newest, element.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ"))
