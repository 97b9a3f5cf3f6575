"""Tracks of what the street is like: fronts, widths, crossings, flow, trees."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from corridor.evaluation.strip import (
    CROSSING_NORM_M,
    WIDTH_STEP_M,
    Road,
    crossing_stops,
    furniture_places,
    runs,
    unmapped,
    widths,
)
from corridor.report._format import missing, number
from corridor.report._labels import text_width
from corridor.report._strip._sheet import BAD, INK, INK_2, INK_3, LABEL_PX, RULE, WORK, Sheet

WALL, TREE = "#5B6670", "#5C9447"
FRONTS = {"active": "#C9772F", "plain": "#D9D4C7", "green": "#9CBF7E"}


def frontage(sheet: Sheet, road: Road) -> None:
    """What stands along each side."""
    top = sheet.open(38, ("沿街界面", road.sides[0]), ("Frontage", road.sides[1]))
    for row in road.fronts.itertuples():
        x = sheet.x(row.from_m)
        front(sheet, x, top + 5 + row.side * 15, sheet.x(row.to_m) - x, 12, row.kind)


def front(sheet: Sheet, x: float, y: float, width: float, height: float, kind: str) -> None:
    """Draw one stretch of front."""
    if kind == "unknown":
        sheet.canvas.missing(x, y, width, height)
    elif kind == "wall":
        sheet.canvas.rect(x, y, width, height, "#E9EBED")
        sheet.canvas.hatch(x, y, width, height, WALL, 2.2, step=6)
    elif kind == "none":
        sheet.canvas.rect(x, y, width, height, "#FFFFFF", line=RULE, stroke=0.6)
    else:
        sheet.canvas.rect(x, y, width, height, FRONTS[kind])


def width(sheet: Sheet, road: Road) -> None:
    """The width between frontages, and of the footway."""
    top = sheet.open(62, ("街宽 / 人行道宽", "m"), ("Width", "and footway, m"))
    low, most, height = top + 56, 60.0, 48.0

    def y(metres: Any) -> Any:
        return low - np.minimum(metres, most) / most * height

    for metres in (0, 20, 40, 60):
        sheet.canvas.line(sheet.x(0), y(metres), sheet.right, y(metres), RULE, 0.5)
        sheet.canvas.text(LABEL_PX - 5, y(metres) + 3.5, f"{metres}", 9.5, anchor="end", colour=INK_3)
    chainage, across = widths(road)
    for first, stop in runs([str(np.isnan(metres)) for metres in across]):
        if not np.isnan(across[first]):
            ends = [chainage[first] - WIDTH_STEP_M / 2, *chainage[first:stop], chainage[stop - 1] + WIDTH_STEP_M / 2]
            levels = [across[first], *across[first:stop], across[stop - 1]]
            points = list(zip(sheet.x(np.array(ends)).tolist(), y(np.array(levels)).tolist(), strict=True))
            sheet.canvas.lines([points], INK, 1.4)
    for first_m, last_m in unmapped(road):
        sheet.canvas.missing(sheet.x(first_m), y(most), sheet.x(last_m) - sheet.x(first_m), height - 12)
    footway = road.facts["footway_m"]
    for row, metres in enumerate(footway):
        x, stop = sheet.x(road.start[row]), sheet.x(road.end[row])
        if missing(metres):
            sheet.canvas.missing(x + 1, low - 9, stop - x - 2, 9)
        else:
            sheet.canvas.line(x, float(y(float(metres))), stop, float(y(float(metres))), WORK, 1.6, dash=(4, 2.5))
            sheet.canvas.text(
                (x + stop) / 2,
                float(y(float(metres))) - 3,
                number(metres, 1),
                9.5,
                anchor="middle",
                colour=WORK,
                halo=True,
            )
    if footway.isna().all():
        low_m, high_m = max(road.stretches, key=lambda ends: ends[1] - ends[0])
        middle = sheet.x((low_m + high_m) / 2)
        sheet.canvas.text(
            middle, low - 1, sheet.say("人行道宽无资料", "footway width: no data"), 9.5, anchor="middle", halo=True
        )


def crossings(sheet: Sheet, road: Road) -> None:
    """Crossings and the gaps between them; those beyond the norm heavy."""
    norm = number(CROSSING_NORM_M)
    top = sheet.open(38, ("过街间距", f"m；宜 ≤ {norm}"), ("Crossings", f"gaps, m; norm ≤ {norm}"))
    y = top + 25
    stops = crossing_stops(road)
    if stops is None:
        return sheet.no_data(road.stretches, top + 6, 26)
    for low, high in road.stretches:
        sheet.canvas.line(sheet.x(low), y, sheet.x(high), y, INK_3, 0.8)
    for low, high in _between_crossings(road, stops):
        long = high - low > CROSSING_NORM_M
        if long:
            sheet.canvas.rect(sheet.x(low) + 4, y - 2, (high - low) * sheet.scale - 8, 4, BAD)
        words = f"{number(high - low)} m" if long else number(high - low)
        if text_width(words, 10.5) < (high - low) * sheet.scale - 8:
            middle = sheet.x((low + high) / 2)
            sheet.canvas.text(
                middle, y - 7, words, 12 if long else 10.5, anchor="middle", colour=BAD if long else INK_2, bold=long
            )
    for stop in stops.tolist():
        for shift in (-2.4, 0.0, 2.4):
            sheet.canvas.line(sheet.x(stop) + shift, y - 6, sheet.x(stop) + shift, y + 6, INK, 1.3)
    return None


def _between_crossings(road: Road, stops: Any) -> Iterator[tuple[float, float]]:
    """Yield the stretches (from, to in chainage) between crossings, and between them and where the corridor breaks off."""
    for low, high in road.stretches:
        ends = np.unique([low, *stops[(stops > low) & (stops < high)], high]).tolist()
        yield from itertools.pairwise(ends)


def flow(sheet: Sheet, road: Road) -> None:
    """How many walk here, against the busiest segment."""
    top = sheet.open(50, ("步行流量潜力", "相对值"), ("Walking flow", "potential, relative"))
    flow = road.numbers[road.flow]
    if flow.isna().all():
        return sheet.no_data(road.stretches, top + 5, 40)
    most = max(float(flow.max()), 1e-9)
    for row, value in enumerate(flow):
        x, width = sheet.x(road.start[row]), (road.end[row] - road.start[row]) * sheet.scale
        if missing(value):
            sheet.canvas.missing(x, top + 5, width, 40)
        else:
            height = 40 * float(value) / most
            sheet.canvas.rect(x, top + 46 - height, width, height, "#A8CCE2", line=WORK, stroke=0.8)
    return None


def trees(sheet: Sheet, road: Road) -> None:
    """Trees, seats and lamps where they stand; a surveyed number without places is written."""
    top = sheet.open(52, ("树木 / 座椅 / 路灯", "自上而下"), ("Trees, seats", "lamps, downwards"))
    for line, (name, colour) in enumerate((("trees", TREE), ("seats", INK), ("lamps", "#B98A00"))):
        y = top + 6 + line * 15
        places = furniture_places(road, name)
        for row, value in enumerate(road.facts[name]):
            x, width = sheet.x(road.start[row]), (road.end[row] - road.start[row]) * sheet.scale
            mine = places.loc[places["segment"] == row, "chainage_m"]
            if missing(value):
                sheet.canvas.missing(x + 1, y, width - 2, 10)
            elif not len(mine):
                sheet.canvas.text(x + width / 2, y + 9, number(value), 10, anchor="middle", colour=INK_2)
            for at in mine:
                if name == "seats":
                    sheet.canvas.rect(sheet.x(at) - 2.5, y + 2.5, 5, 5, colour)
                else:
                    sheet.canvas.dot(sheet.x(at), y + 5, 2.6, colour)
