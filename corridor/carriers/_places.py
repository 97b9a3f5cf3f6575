"""Coordinates as districts write them, to WGS84: read, doubted, shifted, swapped back only on evidence."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from corridor import crs
from corridor.carriers._notes import Notes
from corridor.carriers._values import plain
from corridor.carriers._vocabulary import Vocabulary
from corridor.errors import Text

Box = tuple[float, float, float, float]

_MARKS = str.maketrans(
    {"°": "d", "º": "d", "˚": "d", "度": "d", "分": "m", "秒": "s", "′": "m", "’": "m", "‘": "m", "'": "m"}
)
_ANGLE = re.compile(
    r"(?P<head>[NSEW])?(?P<sign>[+-])?(?P<deg>\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
    r"(?:d(?:(?P<min>\d+(?:\.\d+)?)m(?:(?P<sec>\d+(?:\.\d+)?)s)?)?)?(?P<tail>[NSEW])?",
    re.IGNORECASE,
)
_AXES = {"北纬": "N", "南纬": "S", "东经": "E", "西经": "W", "经度": "", "纬度": ""}
_CHECK_CELL = Text(
    "请核对坐标；该记录保留在表中，但不上图。", "Check the coordinate; the record stays in the tables, not on the map."
)
# Values people fill in where they have none.
_PLACEHOLDERS = {0.0, -1.0, 1.0, 99.0, 999.0, 9999.0, -999.0, -9999.0}
_DEGREES_PER_METRE = 1 / 111_320.0


@dataclass(frozen=True, slots=True)
class Cell:
    """The coordinate cells of one record, with the row and the header that messages name."""

    row: int
    lon: str
    lat: str
    both: str
    datum: str | None
    column: str

    @property
    def shown(self) -> str:
        """The cells as written."""
        return self.both or ", ".join(filter(None, [self.lon, self.lat]))


def read_angle(text: str) -> tuple[float, str] | None:
    """Return degrees and the axis the text itself names ("lon", "lat" or ""); None when it is no angle.

    Understands 121.42, E121.42, 121°25′30″, 121度25分30秒, 北纬31.2.
    """
    body = text.replace("″", "s").replace("”", "s").replace("“", "s").replace('"', "s").translate(_MARKS)
    body = plain(body).replace("mm", "s").replace("−", "-")
    for word, letter in _AXES.items():
        body = body.replace(word, letter)
    found = _ANGLE.fullmatch(re.sub(r"\s+", "", body).strip(":"))
    if found is None:
        return None
    minutes, seconds = float(found["min"] or 0), float(found["sec"] or 0)
    if minutes >= 60 or seconds >= 60 or (found["head"] and found["tail"]):
        return None
    value = float(found["deg"]) + minutes / 60 + seconds / 3600
    letter = (found["head"] or found["tail"] or "").upper()
    if found["sign"] == "-" or letter in {"S", "W"}:
        value = -value
    return value, {"E": "lon", "W": "lon", "N": "lat", "S": "lat"}.get(letter, "")


def read_pair(text: str) -> tuple[float, float] | None:
    """Return longitude and latitude written in one cell, in the order the letters or the sizes tell, else lon first."""
    body = unicodedata.normalize("NFKC", text).strip()
    body = re.sub(r"^point\s*(?=\()", "", body, flags=re.IGNORECASE).strip("()[]")
    for separator in (",", ";", "、", "/", "|", r"\s+"):
        parts = re.split(rf"\s*{re.escape(separator) if len(separator) == 1 else separator}\s*", body)
        angles = [read_angle(part) for part in parts]
        if len(parts) == 2 and angles[0] and angles[1]:
            (first, axis), (second, other) = angles[0], angles[1]
            if axis == "lat" or other == "lon" or (not axis and not other and abs(first) <= 90 < abs(second) <= 180):
                return second, first
            return first, second
    return None


def _parse(cell: Cell) -> tuple[float, float, Text | None]:
    """Return longitude, latitude (NaN where missing) and what is wrong."""
    nowhere = math.nan
    lon_text, lat_text = cell.lon, cell.lat
    pair_text = cell.both or (lon_text if not lat_text else lat_text if not lon_text else "")
    if pair_text and (pair := read_pair(pair_text)):
        return *pair, None
    if cell.both:
        return nowhere, nowhere, Text("无法识别坐标。", "the coordinate cannot be read.")
    if not lon_text and not lat_text:
        return nowhere, nowhere, Text("没有坐标。", "there is no coordinate.")
    if not lon_text or not lat_text:
        return nowhere, nowhere, Text("只有经度或只有纬度。", "only one of longitude and latitude is given.")
    if any(plain(text).casefold().lstrip("+-") in {"nan", "inf", "infinity"} for text in (lon_text, lat_text)):
        return nowhere, nowhere, Text("坐标不是有限数。", "the coordinate is not a finite number.")
    lon, lat = read_angle(lon_text), read_angle(lat_text)
    if lon is None or lat is None:
        return nowhere, nowhere, Text("无法识别坐标。", "the coordinate cannot be read.")
    if lon[1] == "lat" and lat[1] == "lon":
        lon, lat = lat, lon
    return lon[0], lat[0], None


def _doubt(lon: float, lat: float) -> Text | None:
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return Text("坐标不是有限数。", "the coordinate is not a finite number.")
    if lon == lat or (lon in _PLACEHOLDERS and lat in _PLACEHOLDERS):
        return Text(
            "经纬度相同或是占位数字，不是真实位置。", "longitude and latitude are equal or placeholders, no real place."
        )
    return None


def _grid_guess(lon: float, lat: float, words: Vocabulary) -> str | None:
    if max(abs(lon), abs(lat)) <= 1000 or min(abs(lon), abs(lat)) <= 200:
        return None
    for grid in words.grids:
        for x, y in ((lon, lat), (lat, lon)):
            if grid.x[0] <= x <= grid.x[1] and grid.y[0] <= y <= grid.y[1]:
                return grid.guess
    return None


def places(
    cells: Sequence[Cell], notes: Notes, words: Vocabulary, *, box: Box | None, expected: bool
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return a WGS84 point (or None) per record, and the uncertainty in metres an undeclared datum brings.

    Coordinates are swapped back only where the swapped place lies within `box` (west, south, east, north in WGS84
    degrees) and the written one does not. Metres in the place of degrees are noted as faults that stop the reading.
    """
    count = len(cells)
    lon, lat = np.full(count, np.nan), np.full(count, np.nan)
    for number, cell in enumerate(cells):
        x, y, wrong = _parse(cell)
        wrong = wrong or _doubt(x, y)
        guess = None if wrong else _grid_guess(x, y, words)
        if guess:
            notes.fail(
                Text(
                    f"坐标 {x:g}, {y:g} 不是经纬度，而是以米计的平面坐标，可能是 {guess}。",
                    f"{x:g}, {y:g} are not degrees but metres of a grid, probably {guess}.",
                ),
                Text("请换算为经纬度后再提交。", "Convert them to longitude and latitude."),
                row=cell.row,
                column=cell.column,
            )
        elif wrong is None and (abs(x) > 180 or abs(y) > 180):
            wrong = Text("坐标超出经纬度范围。", "the coordinate is outside the range of degrees.")
        if wrong:
            if cell.shown or expected:
                notes.warn("record-place", wrong, _CHECK_CELL, row=cell.row, column=cell.column, value=cell.shown)
        else:
            lon[number], lat[number] = x, y
    return _located(cells, lon, lat, notes, box)


def _located(
    cells: Sequence[Cell], lon: NDArray[np.float64], lat: NDArray[np.float64], notes: Notes, box: Box | None
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    datums = np.array([cell.datum or "wgs84" for cell in cells], dtype=object)
    x, y = _shift(lon, lat, datums)
    swapped_x, swapped_y = _shift(lat, lon, datums)
    given = ~np.isnan(lon)
    inside = _within(x, y, box)
    swap = given & ~inside & _within(swapped_x, swapped_y, box) if box else np.zeros(len(cells), dtype=bool)
    x, y = np.where(swap, swapped_x, x), np.where(swap, swapped_y, y)
    impossible = given & ~swap & (np.abs(y) > 90)
    for number, cell in enumerate(cells):
        if not given[number]:
            continue
        if swap[number]:
            notes.count(
                "record-swapped",
                Text(
                    "经纬度写反，已换回（换回后落在研究范围内，原样则不在）。",
                    "longitude and latitude were swapped; put right.",
                ),
                row=cell.row,
                column=cell.column,
                value=cell.shown,
            )
        elif impossible[number]:
            what = Text("纬度超过 90°，经纬度可能写反。", "the latitude is above 90°; perhaps swapped.")
            notes.warn("record-swapped", what, _CHECK_CELL, row=cell.row, column=cell.column, value=cell.shown)
        elif box and not inside[number]:
            notes.warn(
                "record-outside",
                Text(
                    "位置在研究资料范围之外；保留，不计入覆盖。",
                    "outside the study's data; kept, not counted in coverage.",
                ),
                Text("请核对坐标与坐标系。", "Check the coordinate and its datum."),
                row=cell.row,
                column=cell.column,
                value=cell.shown,
            )
    usable = given & ~impossible
    points = np.full(len(cells), None, dtype=object)
    points[usable] = shapely.points(x[usable], y[usable])
    undeclared = usable & np.array([cell.datum is None for cell in cells], dtype=bool)
    doubt = np.full(len(cells), np.nan)
    doubt[undeclared] = _spread(x[undeclared], y[undeclared])
    return points, doubt


def _shift(
    lon: NDArray[np.float64], lat: NDArray[np.float64], datums: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = lon.copy(), lat.copy()
    for datum in crs.DATUMS:
        # A latitude above 90 is a swapped pair: no datum shift is defined there.
        chosen = (datums == datum) & (np.abs(lat) <= 90)
        if chosen.any():
            x[chosen], y[chosen] = crs.to_wgs84_from(lon[chosen], lat[chosen], datum)
    return x, y


def _within(x: NDArray[np.float64], y: NDArray[np.float64], box: Box | None) -> NDArray[np.bool_]:
    if box is None:
        return np.ones(len(x), dtype=bool)
    west, south, east, north = box
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _spread(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far apart (m) the places are that one written coordinate means under the three datums."""
    farthest = np.zeros(len(x))
    for datum in ("gcj02", "bd09"):
        lon, lat = crs.to_wgs84_from(x, y, datum)
        away = np.hypot((lon - x) * np.cos(np.radians(y)), lat - y) / _DEGREES_PER_METRE
        farthest = np.maximum(farthest, away)
    return farthest


def datum_evidence(lon: ArrayLike, lat: ArrayLike, streets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Compare three readings of coordinates without a datum by how near the points come to streets.

    Parameters
    ----------
    lon, lat : array-like of float, degrees
        As written in the file; NaN is left out.
    streets : GeoDataFrame
        Lines in any declared CRS, such as `Extract.streets`.

    Returns
    -------
    DataFrame
        Index `datum` ("wgs84", "gcj02", "bd09"); `points` (int), `median_m` (float, distance to the nearest
        street), `within_50_m` (share, 0–1). The reading with the smallest median is the likeliest, no more.
    """
    x, y = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    given = (np.abs(x) <= 180) & (np.abs(y) <= 80)
    x, y = x[given], y[given]
    rows = []
    lines = streets.geometry[~(streets.geometry.isna() | streets.geometry.is_empty)]
    if len(x) and len(lines):
        metric = crs.metric_crs(float(np.median(x)), float(np.median(y)))
        tree = shapely.STRtree(crs.to_metric(gpd.GeoSeries(lines), metric).to_numpy())
    for datum in ("wgs84", "gcj02", "bd09"):
        distances = np.array([], dtype=float)
        if len(x) and len(lines):
            points = gpd.GeoSeries(gpd.points_from_xy(*crs.to_wgs84_from(x, y, datum)), crs=crs.WGS84)
            _, distances = tree.query_nearest(
                crs.to_metric(points, metric).to_numpy(), return_distance=True, all_matches=False
            )
        rows.append(
            {
                "datum": datum,
                "points": len(distances),
                "median_m": float(np.median(distances)) if len(distances) else math.nan,
                "within_50_m": float((distances <= 50).mean()) if len(distances) else math.nan,
            }
        )
    return pd.DataFrame(rows).set_index("datum")
