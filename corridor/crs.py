"""Coordinate systems: the one room that reprojects.

A study is measured in one metric system, chosen here and checked once. Chinese map services shift their
coordinates: GCJ-02 by several hundred metres, BD-09 by about a kilometre, in a way no projection library knows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, TypeVar, cast

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

from corridor.errors import CrsError, Problem, Text

Datum = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]
DATUMS: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09", "cgcs2000")
WGS84 = pyproj.CRS.from_epsg(4326)
SCALE_TOLERANCE = 0.002

Frame = TypeVar("Frame")
Floats = NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]


def metric_crs(lon: float, lat: float) -> pyproj.CRS:
    """Return the UTM zone (WGS84) of a place.

    Parameters
    ----------
    lon, lat : float
        WGS84 degrees; latitudes between -80 and 84.

    Raises
    ------
    CrsError
        The place lies outside the zones, which is what swapped longitude and latitude look like in China.

    Examples
    --------
    >>> metric_crs(121.4189, 31.2119).to_epsg()
    32651
    """
    if not (-180 <= lon <= 180 and -80 <= lat <= 84):
        raise CrsError.of(
            f"lon {lon:g}, lat {lat:g}",
            "该位置没有对应的 UTM 投影带。",
            "no UTM zone covers this place.",
            "请检查经度与纬度是否写反。",
            "Check whether longitude and latitude are swapped.",
        )
    zone = min(int((lon + 180) // 6) + 1, 60)
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def parse_crs(value: Any, where: str = "crs") -> pyproj.CRS:
    """Return `value` (EPSG code, WKT, `pyproj.CRS`) as a CRS; `CrsError` naming `where` when it is none."""
    try:
        return pyproj.CRS.from_user_input(value)
    except pyproj.exceptions.CRSError:
        raise CrsError.of(
            where,
            f"无法识别坐标系“{value}”。",
            f"{str(value)!r} is no coordinate system.",
            "请写成 EPSG 代码，例如 EPSG:32651 或 EPSG:4549。",
            "Write an EPSG code such as EPSG:32651 or EPSG:4549.",
        ) from None


def scale_at(crs: pyproj.CRS, centre: tuple[float, float]) -> float:
    """Return how long a true metre measures in `crs` at `centre`: the worse of the meridian and the parallel.

    Parameters
    ----------
    crs : pyproj.CRS
        A projected system.
    centre : (float, float)
        Longitude and latitude in degrees.

    Returns
    -------
    float
        1.0 is true to scale; `inf` where the system is not defined.
    """
    factors = pyproj.Proj(crs).get_factors(*centre, errcheck=False)
    scales = (factors.meridional_scale, factors.parallel_scale)
    if not all(math.isfinite(scale) and scale > 0 for scale in scales):
        return math.inf
    return float(max(scales, key=lambda scale: abs(scale - 1)))


def check_metric(crs: Any, centre: tuple[float, float], where: str = "crs") -> pyproj.CRS:
    """Return `crs` parsed if it measures true metres at `centre`: projected, in metres, scale within 0.2 %.

    Parameters
    ----------
    crs : anything pyproj understands
        The candidate.
    centre : (float, float)
        Longitude and latitude (WGS84 degrees) of the study's centre.
    where : str
        What the error names.

    Raises
    ------
    CrsError
        With the factor by which lengths would be wrong. EPSG:3857 is refused everywhere, also at the equator.
    """
    parsed = parse_crs(crs, where)
    name = _name(parsed)
    use = _name(metric_crs(*centre))
    hint = Text(f"请改用 {use}，或写 crs: auto。", f"Use {use}, or write crs: auto.")
    if not parsed.is_projected:
        what = Text(
            f"{name} 不是投影坐标系，不能量算长度。", f"{name} is not projected; lengths cannot be measured in it."
        )
        raise CrsError(Problem(where, what, hint))
    if any(axis.unit_conversion_factor != 1.0 for axis in parsed.axis_info[:2]):
        unit = parsed.axis_info[0].unit_name
        raise CrsError(
            Problem(where, Text(f"{name} 的单位是 {unit}，不是米。", f"{name} counts in {unit}, not in metres."), hint)
        )
    scale = scale_at(parsed, centre)
    if parsed.to_epsg() == 3857 or abs(scale - 1) > SCALE_TOLERANCE:
        what = Text(
            f"{name} 在研究区中心把 1 米量成 {scale:.3f} 米，误差超过 0.2 %。",
            f"{name} measures a true metre as {scale:.3f} at the study's centre, beyond the tolerance of 0.2 %.",
        )
        raise CrsError(Problem(where, what, hint))
    return parsed


def declare(frame: Frame, crs: Any, where: str = "crs") -> tuple[Frame, str | None]:
    """Return a frame whose coordinates are read as given in `crs`, whatever it says itself; nothing moves.

    Returns
    -------
    frame, str or None
        The frame, and the name of its own system where that is another one.

    Raises
    ------
    CrsError
        `crs` is no coordinate system.
    """
    declared, own = parse_crs(crs, where), cast(Any, frame).crs
    differs = own is not None and not _same_system(own, declared)
    return cast(Frame, cast(Any, frame).set_crs(declared, allow_override=True)), str(own.name) if differs else None


def _same_system(a: pyproj.CRS, b: pyproj.CRS) -> bool:
    # The WKT in .prj files is ESRI's and never equal to EPSG's, but close enough to name its code.
    return bool(a.equals(b, ignore_axis_order=True) or (a.to_epsg(20) and a.to_epsg(20) == b.to_epsg(20)))


def to_metric(frame: Frame, crs: Any, where: str = "layer") -> Frame:
    """Return a GeoDataFrame or GeoSeries in `crs`, index and missing geometries kept.

    Raises
    ------
    CrsError
        `frame` has no CRS, or coordinates fall outside what `crs` can hold (swapped longitude and latitude).
    """
    return cast(Frame, _project(frame, parse_crs(crs, where), where))


def point_to_metric(crs: Any) -> Callable[[float, float], tuple[float, float]]:
    """Return what turns WGS84 longitude and latitude into metres in `crs`: one place as `to_metric` has it, for many calls.

    A place that `crs` cannot hold becomes infinite.
    """
    turned = pyproj.Transformer.from_crs(WGS84, parse_crs(crs, "study"), always_xy=True)

    def metric(longitude: float, latitude: float) -> tuple[float, float]:
        x, y = turned.transform(longitude, latitude)
        return float(x), float(y)

    return metric


def to_wgs84(frame: Frame, where: str = "layer") -> Frame:
    """Return a GeoDataFrame or GeoSeries in EPSG:4326 (longitude first), index and missing geometries kept.

    Raises
    ------
    CrsError
        `frame` has no CRS, or its coordinates do not fit the CRS it claims.
    """
    return cast(Frame, _project(frame, WGS84, where))


def _project(frame: Any, crs: pyproj.CRS, where: str) -> Any:
    if frame.crs is None:
        raise CrsError.of(
            where,
            "没有声明坐标系。",
            "no coordinate system is declared.",
            "请在 study.yaml 中为该图层写明 crs，例如 crs: EPSG:4549。",
            "Declare it for this layer in study.yaml, such as crs: EPSG:4549.",
        )
    before = pyproj.CRS(frame.crs)
    if before.is_geographic:
        _check_degrees(frame, before, where)
    projected = frame.to_crs(crs)
    bounds = projected.geometry.bounds.to_numpy()
    present = ~(projected.geometry.isna() | projected.geometry.is_empty).to_numpy()
    lost = present & ~np.isfinite(bounds).all(axis=1)
    if lost.any():
        _refuse(frame, lost, before, where)
    return projected


def _check_degrees(frame: Any, crs: pyproj.CRS, where: str) -> None:
    bounds = frame.geometry.bounds.to_numpy()
    # 360 and not 180: data that cross the antimeridian may count on past it.
    with np.errstate(invalid="ignore"):
        outside = (np.abs(bounds[:, [0, 2]]) > 360).any(axis=1) | (np.abs(bounds[:, [1, 3]]) > 90).any(axis=1)
    if outside.any():
        _refuse(frame, outside, crs, where)


def _refuse(frame: Any, bad: NDArray[np.bool_], crs: pyproj.CRS, where: str) -> None:
    first = int(np.flatnonzero(bad)[0])
    x, y = frame.geometry.bounds.to_numpy()[first, :2]
    raise CrsError.of(
        f"{where} [{frame.index[first]}]",
        f"坐标 ({x:g}, {y:g}) 不可能属于 {_name(crs)}；共 {int(bad.sum())} 条。",
        f"coordinates ({x:g}, {y:g}) cannot be in {_name(crs)}; {int(bad.sum())} rows in all.",
        "请检查经度与纬度是否写反，以及声明的坐标系是否正确。",
        "Check whether longitude and latitude are swapped, and whether the declared system is right.",
    )


def _name(crs: pyproj.CRS) -> str:
    epsg = crs.to_epsg()
    return f"EPSG:{epsg}" if epsg else str(crs.name)


# ---------------------------------------------------------------------------------------------------------------
# GCJ-02 and BD-09. Formulas as published in many places since 2013 (for one: the `eviltransform` project); constants
# of the Krassovsky ellipsoid. Checked against two independent packages in the tests.

_AXIS = 6378245.0
_EE = 0.00669342162296594323
_BD_PI = math.pi * 3000.0 / 180.0
# The published rectangle within which coordinates are shifted: west, east, south, north.
_CHINA = (72.004, 137.8347, 0.8293, 55.8271)
# Each pass shrinks the error about fifty-fold: five reach 1e-6 m over China but for the kink of the formula at 105°E.
_PASSES = 7


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift WGS84 degrees to GCJ-02 (Gaode, Tencent); places outside China are left alone."""
    return _forward(_gcj_shift, lon, lat)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Undo `wgs84_to_gcj02`, to better than 1e-6 m in China but for a strip as wide as the shift along its border."""
    return _inverse(_gcj_shift, lon, lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift GCJ-02 degrees to BD-09 (Baidu); places outside China are left alone."""
    return _forward(_bd_shift, lon, lat)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Undo `gcj02_to_bd09`, to better than 1e-6 m in China but for a strip as wide as the shift along its border."""
    return _inverse(_bd_shift, lon, lat)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift WGS84 degrees to BD-09 (Baidu); places outside China are left alone."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Undo `wgs84_to_bd09`."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def to_wgs84_from(lon: ArrayLike, lat: ArrayLike, datum: str) -> tuple[Floats, Floats]:
    """Return WGS84 degrees of coordinates given in a declared datum.

    Parameters
    ----------
    lon, lat : array-like of float, degrees
        Broadcast against each other; NaN stays NaN.
    datum : {"wgs84", "gcj02", "bd09", "cgcs2000"}
        CGCS2000 goes through pyproj (EPSG:4490); it and WGS84 agree within a few centimetres.

    Raises
    ------
    CrsError
        The datum is none of these.

    Examples
    --------
    >>> lon, lat = to_wgs84_from(121.423556, 31.210046, "gcj02")
    >>> float(lon.round(6)), float(lat.round(6))
    (121.418914, 31.211896)
    """
    x, y = _arrays(lon, lat)
    if datum == "wgs84":
        return x.copy(), y.copy()
    if datum == "gcj02":
        return gcj02_to_wgs84(x, y)
    if datum == "bd09":
        return bd09_to_wgs84(x, y)
    if datum == "cgcs2000":
        u, v = pyproj.Transformer.from_crs(4490, WGS84, always_xy=True).transform(x, y)
        lost = np.isnan(x) | np.isnan(y)
        return np.where(lost, np.nan, u), np.where(lost, np.nan, v)
    raise CrsError.of(
        "datum",
        f"不认识坐标基准“{datum}”。",
        f"unknown datum {datum!r}.",
        "可用：" + "、".join(DATUMS) + "。",
        "Known: " + ", ".join(DATUMS) + ".",
    )


def _forward(shift: Shift, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    x, y = _arrays(lon, lat)
    inside, u, v = _in_china(x, y)
    dx, dy = shift(u, v)
    return np.where(inside, u + dx, x), np.where(inside, v + dy, y)


def _inverse(shift: Shift, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    x, y = _arrays(lon, lat)
    inside, goal_x, goal_y = _in_china(x, y)
    u, v = goal_x, goal_y
    for _ in range(_PASSES):
        dx, dy = shift(u, v)
        u, v = goal_x - dx, goal_y - dy
    return np.where(inside, u, x), np.where(inside, v, y)


def _arrays(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    return x, y


def _in_china(x: Floats, y: Floats) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return which places are in China, and the places with all others moved to where the formulas are tame."""
    west, east, south, north = _CHINA
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return inside, np.where(inside, x, 110.0), np.where(inside, y, 35.0)


def _gcj_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return what GCJ-02 adds to WGS84, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = 20.0 * np.sin(6.0 * x * math.pi) + 20.0 * np.sin(2.0 * x * math.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + (common + 20.0 * np.sin(y * math.pi) + 40.0 * np.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north = north + (160.0 * np.sin(y / 12.0 * math.pi) + 320.0 * np.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + (common + 20.0 * np.sin(x * math.pi) + 40.0 * np.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east = east + (150.0 * np.sin(x / 12.0 * math.pi) + 300.0 * np.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    meridian = _AXIS * (1.0 - _EE) / (magic * np.sqrt(magic))
    parallel = _AXIS / np.sqrt(magic) * np.cos(phi)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def _bd_shift(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return what BD-09 adds to GCJ-02, in degrees."""
    radius = np.hypot(x, y) + 2e-5 * np.sin(y * _BD_PI)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _BD_PI)
    return radius * np.cos(angle) + 0.0065 - x, radius * np.sin(angle) + 0.006 - y
