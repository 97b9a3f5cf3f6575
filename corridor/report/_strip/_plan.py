"""The plan straightened to the chainage, and the priority of each segment under it."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.evaluation.strip import Road
from corridor.report._canvas import Point
from corridor.report._format import number
from corridor.report._strip._sheet import ACCENT, INK, Sheet

LAND, BUILDING, BUILDING_LINE, STREET, CASE = "#F7F6F2", "#E3E1DA", "#C4C1B7", "#FFFFFF", "#D2D1CA"
GREEN, GREEN_LINE = "#E1EAD3", "#B7C7A0"
PRIORITY = ("#EADFC2", "#E8BE74", "#D5853A", "#AB4A1E", "#6A1F14")


def plan(sheet: Sheet, road: Road) -> None:
    """The plan, straightened to the chainage: every place goes to its chainage and its distance from the axis."""
    height = 2 * road.plan_m * sheet.scale + 8
    heading = road.compass
    top = sheet.open(height + 4, ("平面", heading[0][-4:]), ("Plan", heading[1].split(", ")[1]))
    middle = top + 2 + height / 2
    sheet.canvas.rect(sheet.x(0), top + 2, road.length * sheet.scale, height, LAND)
    parts = {name: [_on_sheet(sheet, lines, middle) for lines in shapes] for name, shapes in road.plan.items()}
    for rings in parts["green"]:
        sheet.canvas.area(rings, GREEN, line=GREEN_LINE, stroke=0.6)
    for colour, width in ((CASE, 5.0), (STREET, 3.6)):
        for runs in parts["streets"]:
            sheet.canvas.lines(runs, colour, width)
    for rings in parts["buildings"]:
        sheet.canvas.area(rings, BUILDING, line=BUILDING_LINE, stroke=0.5)
    classes = road.classes
    for row, (low, high) in enumerate(zip(road.start, road.end, strict=True)):
        x, width = sheet.x(low) + 0.8, (high - low) * sheet.scale - 1.6
        if classes is not None and classes[row] < 0:
            sheet.canvas.missing(x, middle - 3.5, width, 7)
        fill = ACCENT if classes is None else None if classes[row] < 0 else PRIORITY[classes[row]]
        sheet.canvas.rect(x, middle - 3.5, width, 7, fill, line=INK, stroke=0.5)
    # A ring has no one direction in which north lies.
    if not road.axis.is_closed:
        _north(sheet, road, top + 20)


def _north(sheet: Sheet, road: Road, y: float) -> None:
    """Draw the north arrow in the corner of the plan, turned with it."""
    x = sheet.right - 18
    turn = np.radians(90.0 - road.bearing)
    arrow = np.array([(0.0, -14.0), (5.2, 9.0), (0.0, 5.4), (-5.2, 9.0)])
    along = arrow @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + (x, y)
    ring = list(map(tuple, along.tolist()))
    sheet.canvas.dot(x, y, 16.5, "#FFFFFF")
    sheet.canvas.area([ring], "#FFFFFF", line=INK, stroke=0.9)
    sheet.canvas.area([[ring[0], ring[2], ring[3]]], INK, line=INK, stroke=0.5)
    sheet.canvas.text(x - 20, y + 4, sheet.say("北", "N"), 11, anchor="end", bold=True, halo=True)


def _on_sheet(sheet: Sheet, lines: list[np.ndarray[Any, Any]], middle: float) -> list[list[Point]]:
    """Return lines of (chainage, distance to the left) as places on the sheet."""
    return [
        list(zip(sheet.x(xy[:, 0]).tolist(), (middle - xy[:, 1] * sheet.scale).tolist(), strict=True)) for xy in lines
    ]


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
