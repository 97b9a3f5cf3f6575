"""Overpass JSON: with node ids (``out body``) or with coordinates only (``out geom``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corridor.errors import SourceError
from corridor.sources._formats import open_bounded
from corridor.sources._gather import Gatherer
from corridor.sources._xml import partial, place

MOST_JSON = 2 << 30


def read_json(path: Path, gatherer: Gatherer) -> None:
    """Feed a file's elements to `gatherer`.

    Raises
    ------
    SourceError
        No JSON, another JSON than Overpass's, or an answer its server calls partial.
    """
    with open_bounded(path) as stream:
        data = b"".join(_limited(stream.chunks(), str(path)))
    take_answer(parse(data, str(path)), gatherer, str(path))


def _limited(chunks: Iterable[bytes], where: str) -> Iterable[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > MOST_JSON:
            raise SourceError.of(
                where,
                "JSON 超过 2 GB。",
                "the JSON is larger than 2 GB.",
                "请改用 .osm.pbf。",
                "Take an .osm.pbf instead.",
            )
        yield chunk


def parse(data: bytes, where: str) -> Mapping[str, Any]:
    """Return an Overpass answer from its bytes; `SourceError` names what it is instead."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError) as error:
        shown = data[:80].decode("utf-8", errors="replace")
        raise SourceError.of(
            where,
            f"不是完整的 Overpass JSON（{error}），开头为：{shown}",
            f"is not whole Overpass JSON ({error}); it begins: {shown}",
            "请重新下载。",
            "Download it again.",
        ) from None
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        kind = answer.get("type") if isinstance(answer, dict) else type(answer).__name__
        raise SourceError.of(
            where,
            f"是 JSON（{kind}），但不是 Overpass 的结果。",
            f"is JSON ({kind}) but no Overpass answer.",
            "GeoJSON 图层请写在 study.yaml 的 layers 里。",
            "Name GeoJSON layers under `layers` in study.yaml.",
        )
    if answer.get("remark"):
        raise partial(where, str(answer["remark"]))
    return answer


def take_answer(answer: Mapping[str, Any], gatherer: Gatherer, where: str) -> None:
    """Feed one parsed answer to `gatherer`."""
    about = answer.get("osm3s")
    if isinstance(about, dict) and about.get("timestamp_osm_base"):
        date = str(about["timestamp_osm_base"])
        # Of several answers the oldest date is the one that can be promised.
        gatherer.date = min(gatherer.date or date, date)
    for number, element in enumerate(answer["elements"]):
        try:
            _take(element, gatherer)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise SourceError.of(
                f"{where} elements[{number}]",
                f"不是有效的 OSM 要素（{error!r}）。",
                f"is no valid OSM element ({error!r}).",
                "请重新下载。",
                "Download it again.",
            ) from None


def _take(element: Mapping[str, Any], gatherer: Gatherer) -> None:
    kind = element["type"]
    if kind not in {"node", "way", "relation"}:
        return  # areas, timelines and counts stand beside the elements
    id_, version = _id(element["id"]), int(element.get("version", 0))
    tags = {str(key): str(text) for key, text in element.get("tags", {}).items()}
    gatherer.newest = max(gatherer.newest, str(element.get("timestamp", "")))
    if element.get("visible") is False:
        gatherer.deleted(kind, id_, version)
    elif kind == "node":
        spot = place(element.get("lon"), element.get("lat"))
        if spot is None:
            gatherer.unplaced_node(id_, f"lat={element.get('lat')}, lon={element.get('lon')}")
        else:
            gatherer.node(id_, *spot, tags, version)
    elif kind == "way":
        refs = element.get("nodes")
        gatherer.way(id_, None if refs is None else [_id(ref) for ref in refs], tags, version, _places(element))
    else:
        members = [(str(m["type"]), _id(m["ref"]), str(m.get("role", ""))) for m in element.get("members", [])]
        gatherer.relation(id_, members, tags, version)
        for member in element.get("members", []):
            _borrow(member, gatherer)


def _borrow(member: Mapping[str, Any], gatherer: Gatherer) -> None:
    """Take the geometry that ``out geom`` repeats inside a relation."""
    if member["type"] == "way" and "geometry" in member:
        gatherer.way(_id(member["ref"]), None, None, places=_places(member), borrowed=True)
    elif member["type"] == "node":
        spot = place(member.get("lon"), member.get("lat"))
        if spot is not None:
            gatherer.borrowed_node(_id(member["ref"]), *spot)


def _places(element: Mapping[str, Any]) -> list[tuple[int, int] | None] | None:
    geometry = element.get("geometry")
    if geometry is None:
        return None
    return [None if spot is None else place(spot.get("lon"), spot.get("lat")) for spot in geometry]


def _id(number: Any) -> int:
    id_ = int(number)
    if not -(1 << 59) < id_ < 1 << 59:
        raise ValueError(f"id {id_}")
    return id_
