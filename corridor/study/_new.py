"""A study folder for any other place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from corridor import sources, taxonomy
from corridor.config import StudyConfig
from corridor.errors import Notice, StudyError, Text
from corridor.study._area import margin_m
from corridor.study._corridor import no_such_street
from corridor.study._extent import check_streets, grown

_NEW_STUDY = """\
# 研究设置。改完后先 corridor check，再 corridor study。
# Settings of the study. After a change run `corridor check`, then `corridor study`.
name: {{zh: {name}, en: {name}}}

# 研究范围：只有范围内的建筑计入结果。The area: only buildings inside count.
area: area.geojson

# 地图资料，研究范围四周各留 {margin} m。Map data, {margin} m beyond the area on every side.
osm: osm

# 主线街道，名称须与OSM一致；side_m 为两侧各计入的米数。
# The main street, named as in OSM; side_m metres on each side belong to it.
{corridor}

# 台账（CSV或XLSX）；datum 为坐标基准：wgs84、gcj02、bd09、cgcs2000。
# District records (CSV or XLSX); datum is what their coordinates are in.
# records:
#   carriers: {{file: carriers.xlsx, datum: gcj02}}
#   stations: {{file: stations.csv, datum: wgs84}}

# 谁在走：profile 见 corridor/data/walkers.yaml；gates 为 residents、public 或 open。
# Who walks: profiles are in corridor/data/walkers.yaml; gates are residents, public or open.
# walker: {{profile: adult, gates: residents}}
"""


def new_study(
    folder: str | Path,
    *,
    bbox: tuple[float, float, float, float] | None = None,
    boundary: str | Path | None = None,
    osm: str | Path | None = None,
    name: str | None = None,
    corridor: str | None = None,
    overpass_url: str | None = None,
    progress: Callable[[Text], None] | None = None,
) -> tuple[Path, tuple[Notice, ...]]:
    """Write a study folder for any place, ready to run: `study.yaml`, `area.geojson` and a snapshot in `osm`.

    The map data reach `margin_m` around the area, with the default walker and categories. `study.yaml` is written
    last: a folder without one is not finished and may be written again.

    Parameters
    ----------
    folder : str or Path
        New, or without a `study.yaml`.
    bbox : (west, south, east, north), optional
        WGS84 degrees.
    boundary : str or Path, optional
        A file of polygons in a declared coordinate system; exactly one of `bbox` and `boundary` is given.
    osm : str or Path, optional
        A local OSM file to clip; without it, Overpass is asked.
    name : str, optional
        Of the study, default that of the folder.
    corridor : str, optional
        Name of the corridor's street. Where the data have no such street it is written as a comment, with a notice.
    overpass_url : str, optional
        Another Overpass server than OSMnx's own.
    progress : callable, optional
        Told each step as a `Text`.

    Returns
    -------
    path of study.yaml, notices

    Raises
    ------
    SourceError, CrsError, StudyError
        The area is none, the data are not there, or something would be overwritten.
    """
    folder = Path(folder)
    area, notices = _asked_area(bbox, boundary)
    _check_free(folder, boundary)
    defaults = StudyConfig.model_validate({"name": "-", "osm": "osm"})
    margin = margin_m(defaults, taxonomy.read_categories(None))
    extract = sources.fetch(
        boundary=grown(area, margin), source=osm, overpass_url=overpass_url, progress=progress or (lambda _: None)
    )
    check_streets(extract.streets, Path(osm).name if osm is not None else str(extract.provenance["file"]))
    title = (name or "").strip() or folder.resolve().name or "study"
    found = corridor is not None and bool(extract.streets["name"].eq(corridor).any())
    if corridor is not None and not found:
        problem = no_such_street(corridor, extract.streets, extract.notices, "study.yaml")
        notices.append(Notice("no-street", "W", problem.what, problem.hint or Text("", ""), file="study.yaml"))
    sources.write_snapshot(extract, folder / "osm")
    outline = folder / "area.geojson"
    if not outline.exists():
        feature = {"type": "Feature", "properties": {"name": title}, "geometry": shapely.geometry.mapping(area)}
        collection = {"type": "FeatureCollection", "features": [feature]}
        outline.write_text(json.dumps(collection, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    path = folder / "study.yaml"
    street = json.dumps(corridor if corridor is not None else "路名", ensure_ascii=False)
    text = _NEW_STUDY.format(
        name=json.dumps(title, ensure_ascii=False),
        margin=f"{margin:,.0f}",
        corridor=f"{'' if found else '# '}corridor: {{names: [{street}], side_m: 100}}",
    )
    path.write_text(text, encoding="utf-8", newline="\n")
    return path, (*notices, *extract.notices)


def _asked_area(
    bbox: tuple[float, float, float, float] | None, boundary: str | Path | None
) -> tuple[BaseGeometry, list[Notice]]:
    if boundary is not None and bbox is None:
        return sources.read_boundary(Path(boundary))
    if bbox is None or boundary is not None:
        raise StudyError.of(
            "init",
            "请在 --bbox 与 --boundary 中给出一项，且只给一项。",
            "give exactly one of --bbox and --boundary.",
        )
    west, south, east, north = bbox
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise StudyError.of(
            f"--bbox {','.join(f'{number:g}' for number in bbox)}",
            "不是有效的经纬度范围。",
            "is no valid extent in degrees.",
            "顺序为 西,南,东,北。",
            "The order is west,south,east,north.",
        )
    return shapely.box(west, south, east, north), []


def _check_free(folder: Path, boundary: str | Path | None) -> None:
    """Refuse to write over a study, or over a boundary that is not the one given."""
    for name in ("study.yaml", "area.geojson"):
        path = folder / name
        if not path.exists() or (name == "area.geojson" and boundary is not None and path.samefile(boundary)):
            continue
        raise StudyError.of(
            str(path),
            "已经存在，不会覆盖。",
            "exists already and is not overwritten.",
            "换一个文件夹，或先移走它。",
            "Name another folder, or move the file away first.",
        )
