"""`fetch`: map data of a place, live or from a file at hand."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import shapely
from shapely.geometry.base import BaseGeometry

from corridor.errors import CorridorError, Notice, Problem, SourceError, Text
from corridor.sources import _cache
from corridor.sources._boundary import read_boundary
from corridor.sources._extract import Extract
from corridor.sources._files import extract_of, read_osm
from corridor.sources._gather import Gatherer
from corridor.sources._overpass_json import take_answer
from corridor.sources._overpass_live import Limits, Progress, download, locate

OVERPASS = "https://overpass-api.de/api"
Box = tuple[float, float, float, float]


def _silent(_: Text) -> None:
    """Show no progress."""


def fetch(
    *,
    bbox: Box | None = None,
    boundary: str | Path | BaseGeometry | None = None,
    place: str | None = None,
    source: str | Path | None = None,
    overpass_url: str | None = None,
    nominatim_url: str | None = None,
    offline: bool = False,
    cache: str | Path | None = None,
    limits: Limits | None = None,
    progress: Progress = _silent,
) -> Extract:
    """Get the map data of one area, given as exactly one of `bbox`, `boundary`, `place`.

    Parameters
    ----------
    bbox : (west, south, east, north), optional
        WGS84 degrees.
    boundary : str, Path or polygon, optional
        A file of polygons in a declared coordinate system, or a polygon in WGS84.
    place : str, optional
        A name, or an OSM id such as ``relation/123``, looked up with Nominatim.
    source : str or Path, optional
        A local OSM file to clip instead of asking Overpass.
    overpass_url, nominatim_url : str, optional
        Other servers than OSMnx's own.
    offline : bool
        Open no connection: only `source`, or what `cache` kept, will do.
    cache : str or Path, optional
        Folder that keeps whole answers; used when the network fails, with a notice.
    limits : Limits, optional
        Attempts, seconds and bytes at most.
    progress : callable
        Told each step as a `Text`.

    Returns
    -------
    Extract

    Raises
    ------
    SourceError
        No such place or several; no connection; an answer that is partial, empty or no OSM data.
    StudyError
        The boundary file is none, or encloses no area.
    CrsError
        The boundary file declares no coordinate system.
    """
    limits = limits or Limits()
    area, noted = _area(bbox, boundary, place, nominatim_url, offline, limits, progress)
    if source is not None:
        progress(Text(f"读取 {source}", f"reading {source}"))
        clipped = read_osm(source, clip=area)
        if all(table.empty for table in clipped.tables.values()):
            raise _nothing(area, Path(source).name)
        return replace(clipped, notices=(*noted, *clipped.notices))
    kept = None if cache is None else Path(cache)
    answers, notices = _answers(area, overpass_url, offline, kept, limits, progress)
    host = urlparse(overpass_url or OVERPASS).netloc
    gatherer = Gatherer(clip=area)
    for answer in answers:
        take_answer(answer, gatherer, host)
    if gatherer.count == 0:
        raise _nothing(area, host)
    text = json.dumps([answer["elements"] for answer in answers], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    extract = extract_of(gatherer.finish(host), kind="overpass-live", file=host, sha256=digest, clip=area)
    return replace(extract, notices=(*noted, *notices, *extract.notices))


def _answers(
    area: BaseGeometry, url: str | None, offline: bool, cache: Path | None, limits: Limits, progress: Progress
) -> tuple[list[dict[str, Any]], tuple[Notice, ...]]:
    """Return Overpass's answers, from the network or, where that fails, as kept from earlier."""
    query = f"{url or OVERPASS} {area.bounds}"
    try:
        if offline:
            raise _no_network("Overpass")
        answers = download(area, url, limits, progress)
    except SourceError as error:
        answers_kept = None if cache is None else _cache.get(cache, query)
        if answers_kept is None:
            raise
        date = min((str(a.get("osm3s", {}).get("timestamp_osm_base", "")) for a in answers_kept), default="")
        what = Text(f"没有连上服务器，改用以前的数据（{date}）。", f"no connection: data kept from {date} are used.")
        return answers_kept, (Notice("osm-kept", "W", what, file=error.problems[0].where, value=date),)
    if cache is not None and any(answer["elements"] for answer in answers):
        _cache.put(cache, query, answers)
    return answers, ()


def _area(
    bbox: Box | None,
    boundary: str | Path | BaseGeometry | None,
    place: str | None,
    url: str | None,
    offline: bool,
    limits: Limits,
    progress: Progress,
) -> tuple[BaseGeometry, list[Notice]]:
    if sum(given is not None for given in (bbox, boundary, place)) != 1:
        raise SourceError.of(
            "fetch",
            "请在 bbox、boundary、place 中给出一项，且只给一项。",
            "give exactly one of bbox, boundary and place.",
        )
    if bbox is not None:
        return _box(bbox), []
    if place is not None:
        if offline:
            raise _no_network("Nominatim")
        return locate(place, url, limits, progress), []
    area, notices = (boundary, []) if isinstance(boundary, BaseGeometry) else read_boundary(Path(str(boundary)))
    _box(area.bounds)
    return area, notices


def _box(bbox: Box) -> BaseGeometry:
    west, south, east, north = bbox
    swapped = -90 <= west <= 90 and -90 <= east <= 90 and (abs(south) > 90 or abs(north) > 90)
    if -180 <= west < east <= 180 and -90 <= south < north <= 90:
        return shapely.box(west, south, east, north)
    if swapped:
        hint = Text("经度与纬度似乎写反了。", "Longitude and latitude seem to be swapped.")
    elif west > east:
        hint = Text("跨越 180° 经线的范围请分成两块。", "An area across the 180th meridian has to be cut in two.")
    else:
        hint = Text("顺序为 西,南,东,北。", "The order is west,south,east,north.")
    shown = ",".join(f"{number:g}" for number in bbox)
    raise SourceError(Problem(f"bbox {shown}", Text("不是有效的经纬度范围。", "is no valid extent in degrees."), hint))


def _no_network(service: str) -> CorridorError:
    return SourceError.of(
        service,
        "已要求离线，不会联网。",
        "offline was asked for, so no connection is made.",
        "请用 --from 给出本地 OSM 文件。",
        "Give a local OSM file with --from.",
    )


def _nothing(area: BaseGeometry, host: str) -> CorridorError:
    bounds = ",".join(f"{number:g}" for number in area.bounds)
    return SourceError.of(
        host,
        f"范围 {bounds} 内没有任何要素。",
        f"nothing is mapped in {bounds}.",
        "请检查范围是否写对。",
        "Check that the extent is right.",
    )
