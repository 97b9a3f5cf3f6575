"""Where a study is: its area, the data around it, and whether the one covers the other."""

from __future__ import annotations

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from corridor import crs, sources
from corridor.config import StudyConfig
from corridor.errors import Notice, StudyError, Text

# Below this share of the area the data cannot carry a study.
LEAST_COVERED = 0.5


def read_area(config: StudyConfig) -> tuple[BaseGeometry | None, list[Notice]]:
    """Return the reporting area in WGS84, or None where the study names none."""
    if config.area is None:
        return None, []
    if config.area.bbox is not None:
        return shapely.box(*config.area.bbox), []
    return sources.read_boundary(config.resolve(str(config.area.file)))


def grown(area: BaseGeometry, margin: float) -> BaseGeometry:
    """Grow a WGS84 area by metres, measured in a metric CRS of its own."""
    centre = area.centroid
    local = crs.metric_crs(centre.x, centre.y)
    grown = crs.to_metric(gpd.GeoSeries([area], crs=crs.WGS84), local).buffer(margin)
    return crs.to_wgs84(grown).iloc[0]


def hull(streets: gpd.GeoDataFrame) -> BaseGeometry:
    return shapely.convex_hull(shapely.geometrycollections(streets.geometry.to_numpy()))


def check_extent(
    config: StudyConfig, area: BaseGeometry, extent: BaseGeometry, margin: float, *, given: bool
) -> list[Notice]:
    """Refuse data that cover too little of the area; say so where they end before the margin does."""
    # Less than a metre wide on average: a parallel of latitude bends by decimetres in a projection.
    if 2 * area.area < area.length:
        raise StudyError.of(
            config.osm.file,
            "全部街道在一条线上，围不出研究范围。",
            "all streets lie on one line, which encloses no study area.",
            "在study.yaml里给出area，或取更大范围的资料。",
            "Give an `area` in study.yaml, or fetch data for a larger extent.",
        )
    covered = area.intersection(extent).area / area.area
    if covered < LEAST_COVERED:
        raise StudyError.of(
            str(config.osm.file),
            f"资料只覆盖研究范围的{covered:.0%}。",
            f"the data cover only {covered:.0%} of the study area.",
            "换用覆盖研究范围及其余量的资料，或缩小范围。",
            "Take data that cover the area and its margin, or make the area smaller.",
        )
    wanted = area.buffer(margin)
    share = wanted.intersection(extent).area / wanted.area
    if share >= 0.995:
        return []
    what = Text(
        f"研究范围四周应有{margin:,.0f} m资料，现覆盖{share:.0%}；靠近资料边界的建筑得分可能偏低。",
        f"data should reach {margin:,.0f} m around the area and cover {share:.0%} of that; "
        "buildings near the edge of the data may score too low.",
    )
    action = (
        Text("下载更大范围的资料。", "Fetch data for a larger extent.")
        if given
        else Text("在study.yaml里给出area，使四周留有余量。", "Give an `area` in study.yaml that leaves a margin.")
    )
    return [Notice("data-edge", "W", what, action, file=config.resolve(config.osm.file).name, value=f"{share:.3f}")]


def check_streets(streets: gpd.GeoDataFrame, file: str) -> None:
    if (streets["walk"] != "none").any():
        return
    raise StudyError.of(
        file,
        f"没有一条可步行的街道（共读到{len(streets)}条街道）。",
        f"0 walkable streets ({len(streets)} streets read).",
        "检查文件与范围是否对应；范围在别处、或下载时只取了建筑，都会如此。",
        "Check that file and area belong together, and that streets were downloaded.",
    )
