"""The plan straightened to the chainage, and the priority of each segment under it."""

from __future__ import annotations

import itertools
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from corridor.report._canvas import Point
from corridor.report._format import number
from corridor.report._strip._road import PLAN_M, Road
from corridor.report._strip._sheet import ACCENT, INK, Sheet

LAND, BUILDING, BUILDING_LINE, STREET, CASE = "#F7F6F2", "#E3E1DA", "#C4C1B7", "#FFFFFF", "#D2D1CA"
GREEN, GREEN_LINE = "#E1EAD3", "#B7C7A0"
PRIORITY = ("#EADFC2", "#E8BE74", "#D5853A", "#AB4A1E", "#6A1F14")


def plan(sheet: Sheet, road: Road) -> None:
    """The plan, straightened to the chainage: every place goes to its chainage and its distance from the axis."""
    height = 2 * PLAN_M * sheet.scale + 8
    heading = road.compass
    top = sheet.open(height + 4, ("平面", heading[0][-4:]), ("Plan", heading[1].split(", ")[1]))
    middle = top + 2 + height / 2
    sheet.canvas.rect(sheet.x(0), top + 2, road.length * sheet.scale, height, LAND)
    band = road.axis.buffer(PLAN_M, cap_style="flat")

    def unrolled(shapes: gpd.GeoSeries) -> list[list[list[Point]]]:
        return _unrolled(_clipped(shapes, band), road.axis, sheet, middle)

    space = road.study.open_space
    for rings in unrolled(space.geometry[space["walk"] == "public"]):
        sheet.canvas.area(rings, GREEN, line=GREEN_LINE, stroke=0.6)
    lines = unrolled(road.others.geometry)
    for colour, width in ((CASE, 5.0), (STREET, 3.6)):
        for runs in lines:
            sheet.canvas.lines(runs, colour, width)
    for rings in unrolled(road.study.buildings.geometry):
        sheet.canvas.area(rings, BUILDING, line=BUILDING_LINE, stroke=0.5)
    classes = road.classes
    for row, (low, high) in enumerate(zip(road.start, road.end, strict=True)):
        x, width = sheet.x(low) + 0.8, (high - low) * sheet.scale - 1.6
        if classes is not None and classes[row] < 0:
            sheet.canvas.missing(x, middle - 3.5, width, 7)
        fill = ACCENT if classes is None else None if classes[row] < 0 else PRIORITY[classes[row]]
        sheet.canvas.rect(x, middle - 3.5, width, 7, fill, line=INK, stroke=0.5)


def _clipped(shapes: gpd.GeoSeries, band: Any) -> list[Any]:
    near = shapes[shapes.intersects(band)]
    cut = shapely.intersection(near.to_numpy(), band)
    parts = shapely.get_parts(shapely.segmentize(cut, 5.0))
    return [part for part in parts if part.length > 1]


def _unrolled(shapes: list[Any], axis: shapely.LineString, sheet: Sheet, middle: float) -> list[list[list[Point]]]:
    """Return the rings or the line of each shape as (chainage, distance to the left) on the sheet."""
    parts = [[*shapely.get_rings(shape)] if shapely.get_dimensions(shape) == 2 else [shape] for shape in shapes]
    lines = np.array([line for mine in parts for line in mine], dtype=object)
    if not len(lines):
        return []
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    points = shapely.points(xy)
    at = shapely.line_locate_point(axis, points)
    away = shapely.distance(axis, points)
    foot, ahead, behind = (
        shapely.get_coordinates(shapely.line_interpolate_point(axis, np.clip(at + step, 0, axis.length)))
        for step in (0.0, 0.5, -0.5)
    )
    step = ahead - behind
    left = np.sign(step[:, 0] * (xy[:, 1] - foot[:, 1]) - step[:, 1] * (xy[:, 0] - foot[:, 0]))
    places = list(zip(sheet.x(at).tolist(), (middle - left * away * sheet.scale).tolist(), strict=True))
    stops = np.searchsorted(owner, np.arange(len(lines) + 1)).tolist()
    runs = iter([places[low:high] for low, high in itertools.pairwise(stops)])
    return [[next(runs) for _ in mine] for mine in parts]


def priority(sheet: Sheet, road: Road) -> None:
    """The score of each segment."""
    top = sheet.open(30, ("更新优先度", "0–100"), ("Priority", "0–100"))
    classes = road.classes or []
    assert road.score is not None  # noqa: S101  (the track is left out without scores)
    for row, (low, high) in enumerate(zip(road.start, road.end, strict=True)):
        x, width = sheet.x(low) + 0.8, (high - low) * sheet.scale - 1.6
        name = f"D{row + 1}"
        if classes[row] < 0:
            sheet.canvas.missing(x, top + 5, width, 20)
            sheet.fitting(x, width, top + 19, (f"{name} {sheet.say('资料缺失', 'no data')}", name), INK, halo=True)
            continue
        sheet.canvas.rect(x, top + 5, width, 20, PRIORITY[classes[row]], line=INK, stroke=0.5)
        colour = "#FFFFFF" if classes[row] > 2 else INK
        sheet.fitting(
            x, width, top + 19, (f"{name}  {number(road.score.iloc[row])}", number(road.score.iloc[row])), colour
        )
