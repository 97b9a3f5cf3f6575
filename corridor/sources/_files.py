"""OSM files of any format to an `Extract`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from corridor.errors import SourceError
from corridor.sources import _kept
from corridor.sources._elements import Elements
from corridor.sources._extract import Extract
from corridor.sources._formats import Format, sha256, sniff
from corridor.sources._gather import Gatherer
from corridor.sources._overpass_json import read_json
from corridor.sources._pbf import read_pbf
from corridor.sources._tables import build_tables
from corridor.sources._xml import read_xml

_READERS: dict[Format, tuple[str, Callable[[Path, Gatherer], None]]] = {
    "pbf": ("osm-pbf", read_pbf),
    "xml": ("osm-xml", read_xml),
    "json": ("overpass-json", read_json),
}


def read_osm(path: str | Path, *, clip: BaseGeometry | None = None, cache: str | Path | None = None) -> Extract:
    """Read an OSM file: ``.osm`` (also packed as gz, bz2, xz), ``.osm.pbf`` or Overpass JSON, told by its content.

    Parameters
    ----------
    path : str or Path
    clip : Polygon or MultiPolygon, optional
        In WGS84. Nodes inside are kept, ways with a node inside are kept whole, relations with a member inside.
        The file is read once and takes some 15 MB of memory for each MB of PBF, besides what is kept.
    cache : str or Path, optional
        Folder that keeps what was read, by content: the same file and clip are not parsed again. The result is the
        same with and without; a folder that cannot be written keeps nothing.

    Returns
    -------
    Extract

    Raises
    ------
    SourceError
        The file is missing, empty, damaged, a bomb, or something else than OSM data, which the message names.
    """
    path = Path(path)
    kind, read = _READERS[sniff(path)]
    digest = sha256(path)
    kept = None if cache is None else (Path(cache), _kept.key_of(digest, path.name, clip))
    found = None if kept is None else _kept.get(*kept)
    if found is not None:
        return found
    gatherer = Gatherer(clip=clip)
    read(path, gatherer)
    if gatherer.count == 0:
        raise SourceError.of(
            str(path),
            "文件里没有任何要素。",
            "the file holds no elements.",
            "请检查下载范围。",
            "Check the extent that was downloaded.",
        )
    extract = extract_of(gatherer.finish(path.name), kind=kind, file=path.name, sha256=digest, clip=clip)
    if kept is not None:
        _kept.put(*kept, extract)
    return extract


def extract_of(elements: Elements, *, kind: str, file: str, clip: BaseGeometry | None, **facts: Any) -> Extract:
    """Build the tables of `elements` and put their provenance with them."""
    tables, notices, account = build_tables(elements, file)
    provenance = {
        "kind": kind,
        "file": file,
        **facts,
        "osm_date": elements.date,
        "bbox": None if elements.bbox is None else list(elements.bbox),
        "clip": None if clip is None else list(clip.bounds),
        "counts": {name: len(table) for name, table in tables.items()},
    }
    return Extract(
        **tables,
        notices=elements.notices + notices,
        account=elements.account + account,
        provenance=provenance,
    )
