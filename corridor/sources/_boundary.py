"""Boundaries: the polygons of a planner's file as one area."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from corridor import crs
from corridor.errors import Notice, StudyError, Text


def read_boundary(path: Path) -> tuple[BaseGeometry, list[Notice]]:
    """Return the polygons of a file as one area in WGS84, with a notice where their outline crosses itself."""
    shapes = crs.to_wgs84(read_shapes(path, Text("边界", "boundary")), path.name).geometry
    polygons = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon"]) & ~shapes.is_empty].force_2d()
    if polygons.empty:
        raise StudyError.of(
            str(path), "边界里没有面。", "holds no polygon.", "画一个面作为研究范围。", "Draw the area as a polygon."
        )
    parts = shapely.get_parts(shapely.get_parts(polygons.make_valid().to_numpy()))
    area = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    if area.area == 0:
        raise StudyError.of(
            str(path),
            "边界的面积为0：各点在一条线上或重合。",
            "encloses no area: its points lie on one line or in one place.",
            "画一个有面积的面作为研究范围。",
            "Draw the area as a polygon that encloses something.",
        )
    crossed = polygons[~polygons.is_valid]
    if crossed.empty:
        return area, []
    where = shapely.is_valid_reason(crossed.iloc[0])
    what = Text(
        f"{len(crossed)}个边界面自相交（{where}），已拆成不相交的面。",
        f"{len(crossed)} boundary polygons cross themselves ({where}); they were split into parts that do not.",
    )
    action = Text("在地图上核对研究范围。", "Check the area on the map.")
    return area, [Notice("area-crossed", "W", what, action, file=path.name, value=where)]


def read_shapes(path: Path, kind: Text) -> gpd.GeoDataFrame:
    """Read a file of geometries of any format, or say that it is none."""
    try:
        frame = gpd.read_file(path)
        named = "" if isinstance(frame, gpd.GeoDataFrame) else "no geometry"
    except Exception as error:  # pyogrio raises its own tree for every driver
        named = type(error).__name__
    if named:
        raise StudyError.of(
            str(path),
            f"不是可读的{kind.zh}文件。",
            f"is not a readable {kind.en} file ({named}).",
            "用GeoJSON、GeoPackage或SHP。",
            "Use GeoJSON, GeoPackage or SHP.",
        )
    return frame
