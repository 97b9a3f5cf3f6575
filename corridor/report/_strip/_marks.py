"""Tracks of single things as symbols: gates, carriers and service stations."""

from __future__ import annotations

import numpy as np

from corridor.evaluation.strip import Road, gate_places, record_places, record_reach_m
from corridor.report._format import missing, number
from corridor.report._strip._sheet import INK, RULE, SERVICE, WORK, Sheet
from corridor.schemas import CARRIER_BARS, STATION_MARKS


def gates(sheet: Sheet, road: Road) -> None:
    """Gates by side."""
    top = sheet.open(36, ("院门", f"{road.sides[0]}；开口为公共"), ("Gates", f"{road.sides[1]}; gap: public"))
    gates = gate_places(road)
    if gates is None:
        return sheet.no_data(road.stretches, top + 5, 26)
    for side in (0, 1):
        sheet.canvas.line(sheet.x(0), top + 11 + side * 14, sheet.right, top + 11 + side * 14, RULE, 0.6)
    for chainage, side, kind in zip(gates["chainage_m"], gates["side"], gates["kind"], strict=True):
        _gate_mark(sheet, sheet.x(float(chainage)), top + 11 + int(side) * 14, str(kind))
    return None


def _gate_mark(sheet: Sheet, x: float, y: float, kind: str) -> None:
    """Two posts: a gap is open to the public, a dot for residents only, a bar shut."""
    canvas = sheet.canvas
    canvas.rect(x - 8, y - 5.5, 16, 11, "#FFFFFF")
    for post in (-3.2, 3.2):
        canvas.line(x + post, y - 5, x + post, y + 5, INK, 1.5)
        canvas.line(x + post, y, x + post * 2.4, y, INK, 1.8)
    if kind == "residents":
        canvas.dot(x, y, 1.7, INK)
    elif kind == "shut":
        canvas.line(x - 3.2, y, x + 3.2, y, INK, 1.8)


def carriers(sheet: Sheet, road: Road) -> None:
    """Carriers and service stations near the corridor."""
    reach = number(record_reach_m(road))
    top = sheet.open(40, ("载体与站点", f"主线两侧{reach} m内"), ("Carriers, stations", f"within {reach} m"))
    places = record_places(road)
    if places is None:
        return sheet.no_data(road.stretches, top + 6, 28)
    free = [-np.inf, -np.inf]
    for chainage, is_station, key in zip(places["chainage_m"], places["station"], places["id"], strict=True):
        record = (road.study.stations if is_station else road.study.carriers).loc[key]
        x = sheet.x(float(chainage))
        row = 0 if x - free[0] >= 17 else 1
        x = max(x, free[row] + 17)
        free[row] = x
        if is_station:
            _station_mark(sheet, x, top + 11 + 17 * row, str(record["type"]))
        else:
            core = not missing(record["is_core"]) and bool(record["is_core"])
            _carrier_mark(sheet, x, top + 11 + 17 * row, str(record["kind"]), core=core)
    return None


def _station_mark(sheet: Sheet, x: float, y: float, kind: str) -> None:
    sheet.canvas.area([[(x, y - 8), (x + 8, y), (x, y + 8), (x - 8, y)]], SERVICE, line="#FFFFFF", stroke=0.8)
    mark = STATION_MARKS.get(kind)
    if mark:
        sheet.canvas.text(x, y + 3, sheet.say(mark.zh, mark.en), 8, anchor="middle", colour="#FFFFFF", bold=True)


def _carrier_mark(sheet: Sheet, x: float, y: float, kind: str, *, core: bool) -> None:
    canvas = sheet.canvas
    if kind in ("institute", "university") and not core:
        ring = [(x + 8 * np.sin(a), y - 8 * np.cos(a)) for a in np.arange(6) * np.pi / 3]
        canvas.area([ring], WORK, line="#FFFFFF", stroke=0.8)
        canvas.text(x, y + 3.2, sheet.say("研", "R"), 8.5, anchor="middle", colour="#FFFFFF", bold=True)
        return
    canvas.rect(x - 7, y - 7, 14, 14, WORK, line="#FFFFFF" if not core else WORK, stroke=0.8)
    if core:
        canvas.rect(x - 9, y - 9, 18, 18, None, line=WORK, stroke=1.2)
        turn = -np.pi / 2 + np.arange(10) * np.pi / 5
        size = np.where(np.arange(10) % 2 == 0, 5.6, 2.3)
        canvas.area(
            [list(zip((x + size * np.cos(turn)).tolist(), (y + size * np.sin(turn)).tolist(), strict=True))], "#FFFFFF"
        )
        return
    filled = CARRIER_BARS.get(kind, 4)
    for bar in range(4):
        height = 3.0 + 2.0 * bar
        canvas.rect(x - 5.2 + bar * 2.8, y + 5 - height, 1.9, height, "#FFFFFF" if bar < filled else "#6C82A6")
