"""The corridor: its street by name, or a line the planner drew."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from corridor import crs, sources
from corridor.config import StudyConfig
from corridor.errors import Notice, Problem, StudyError, Text
from corridor.study._near import near_names, street_names

if TYPE_CHECKING:
    from pyproj import CRS

    from corridor.study._area import StudyArea


def corridor(
    config: StudyConfig, streets: gpd.GeoDataFrame, extent: BaseGeometry, metric: CRS, told: Sequence[Notice]
) -> tuple[gpd.GeoDataFrame, list[Notice]]:
    """Return the corridor's street lines, from a drawn line or by name; empty where the study names none.

    `told` are the notices of reading the map: they know streets that were left out.
    """
    if config.corridor is None:
        return streets.iloc[:0], []
    if config.corridor.file is not None:
        lines, notices = _drawn_lines(config.resolve(config.corridor.file), extent, metric)
        name = config.corridor.names[0] if config.corridor.names else ""
        return gpd.GeoDataFrame({"name": name}, lines.index, geometry=lines), notices
    names = list(config.corridor.names)
    found = streets[streets["name"].isin(names) & (streets["walk"] != "none")]
    missing = [name for name in names if name not in set(found["name"])]
    if missing:
        raise StudyError(
            [
                no_such_street(name, streets, told, config.where("corridor", "names", names.index(name)))
                for name in missing
            ]
        )
    return found, []


def with_corridor(study: StudyArea, name: str, where: str) -> StudyArea:
    """Return the study with a street of its map as its corridor.

    Parameters
    ----------
    study : StudyArea
    name : str
        As the map has it, in either language.
    where : str
        What to call the choice in a fault.

    Raises
    ------
    StudyError
        No walkable street has the name, with the nearest names there are.
    """
    streets = study.streets[study.streets["walk"] != "none"]
    own = streets["name"].eq(name).fillna(False).astype(bool)
    english = streets["name_en"].astype("string").str.casefold().eq(name.casefold()).fillna(False).astype(bool)
    names = [name] if own.any() else sorted(set(streets.loc[english, "name"].dropna()))
    if not names:
        raise StudyError(no_such_street(name, study.streets, study.notices, where))
    config = study.config.with_corridor(tuple(names), where)
    found = streets[streets["name"].isin(names)]
    # Another corridor, another result: the fingerprint must not be the old one.
    print_ = hashlib.sha256(f"{study.fingerprint}|corridor|{'|'.join(names)}".encode()).hexdigest()
    return study.replace(config=config, corridor=found, fingerprint=print_[: len(study.fingerprint)])


def _drawn_lines(path: Path, extent: BaseGeometry, metric: CRS) -> tuple[gpd.GeoSeries, list[Notice]]:
    """Read the lines of a file; what is no line is dropped with a notice."""
    shapes = sources.read_shapes(path, Text("主线", "corridor")).geometry
    kept = shapes[shapes.geom_type.isin(["LineString", "MultiLineString"]) & (shapely.length(shapes) > 0)].force_2d()
    if kept.empty:
        raise StudyError.of(
            str(path),
            "主线文件里没有有长度的线。",
            "holds no line that has a length.",
            "把主线画成线。",
            "Draw the corridor as a line.",
        )
    lines = crs.to_metric(kept, metric, path.name)
    if not lines.intersects(extent).any():
        raise StudyError.of(
            str(path),
            "主线不在地图资料的范围内。",
            "lies outside the map data.",
            "检查主线的坐标系，以及资料是否对应。",
            "Check the coordinate system of the line, and that the data belong to it.",
        )
    dropped = len(shapes) - len(kept)
    if not dropped:
        return lines, []
    what = Text(
        f"{dropped:,}个要素没有几何、没有长度或不是线，未用作主线。",
        f"{dropped:,} features have no geometry, no length or are no lines, and are not part of the corridor.",
    )
    return lines, [Notice("corridor-dropped", "W", what, file=path.name, value=str(dropped))]


def no_such_street(name: str, streets: gpd.GeoDataFrame, told: Sequence[Notice], where: str) -> Problem:
    """Return what to say of a street that none of a map bears the name of."""
    same = streets[streets["name"].eq(name).fillna(False).astype(bool)]
    if len(same):
        kinds = sorted(set(same["highway"].astype(str)))
        what = Text(
            f"“{name}”在资料里只有不供步行的道路（{'、'.join(kinds)}）。",
            f"of '{name}' the data hold only ways that are not for walking ({', '.join(kinds)}).",
        )
        hint = Text(
            "改选可步行的街道，或在原图上补画旁边的步道。",
            "Choose a street that can be walked, or map the footway beside it.",
        )
        return Problem(where, what, hint)
    short = [way for notice in told if notice.code == "osm-degenerate" for way in _named(name, notice.value)]
    if short:
        what = Text(
            f"“{name}”在资料里没有长度（{'、'.join(short)}）。",
            f"'{name}' has no length in the data ({', '.join(short)}).",
        )
        return Problem(
            where,
            what,
            Text(
                "在原图上改正它的节点，或画一条主线：corridor: {file: …}。",
                "Mend its nodes on the map, or draw a line: corridor: {file: ...}.",
            ),
        )
    near = near_names(name, street_names(streets))
    zh = f"相近的有：{'、'.join(near)}。" if near else "资料里没有相近的街名。"
    en = f"Near names: {', '.join(near)}." if near else "The data hold no similar name."
    longest = [] if near else _longest(streets)
    if longest:
        zh += f"最长的街道有：{'、'.join(longest)}。"
        en += f" The longest streets there are: {', '.join(longest)}."
    what = Text(f"没有名为“{name}”的街道。", f"no street is named '{name}'.")
    return Problem(where, what, Text(zh, en))


def _named(name: str, listed: str) -> list[str]:
    """Return the elements of that name among those a notice lists: way/1 (Elm Road); way/2."""
    return re.findall(rf"(\S+) \({re.escape(name)}\)(?:;|$)", listed)


def _longest(streets: gpd.GeoDataFrame, most: int = 5) -> list[str]:
    """Return the names of the longest streets that can be walked, so that one sees which place the data are of."""
    named = streets[(streets["walk"] != "none") & streets["name"].notna()]
    length = named.geometry.length.groupby(named["name"].astype(str)).sum().round(1)
    return sorted(length.index, key=lambda name: (-length[name], name))[:most]
