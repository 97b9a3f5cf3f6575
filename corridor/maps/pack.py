"""Numbers and shapes packed small enough for a page: differences, varints, deflate, base64.

A *section* is a list of integers. Written: each value minus the one before it, zigzag-coded (0, -1, 1, -2 …
become 0, 1, 2, 3 …), as little-endian base-128 varints, deflated, in base64. `assets/data.js` reads it back.

Positions are pixels of the Web Mercator grid at zoom 20 (0.128 m at Shanghai), the grid Leaflet draws on,
counted from the north-west corner of the data. They are for drawing only: nothing is measured on them.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

GRID_ZOOM = 20
WORLD = 256 * 2**GRID_ZOOM
# Mercator runs to infinity at the poles; Leaflet cuts it here as well.
MAX_LATITUDE = 85.051128779807

Ints = NDArray[np.int64]


def encode(values: Sequence[int] | Ints) -> str:
    """Return a section's text.

    Parameters
    ----------
    values : sequence of int
        Differences between neighbours must fit 34 bits.
    """
    flat = np.asarray(values, dtype=np.int64).ravel()
    steps = np.diff(flat, prepend=np.int64(0))
    codes = np.where(steps < 0, -2 * steps - 1, 2 * steps).astype(np.uint64)
    return _text(_varints(codes))


def whole(values: NDArray[np.float64], factor: float = 1.0) -> Ints:
    """Return numbers times a factor as whole ones, halves up as they are written (tables have six decimals at most)."""
    scaled: NDArray[np.float64] = np.round(np.abs(values) * factor, 6)
    return np.asarray(np.sign(values) * np.floor(scaled + 0.5), dtype=np.int64)


def encode_text(lines: Sequence[str]) -> str:
    """Return texts as one deflated section, a line each; line breaks inside a text become spaces."""
    return _text("\n".join(" ".join(line.splitlines()) for line in lines).encode("utf-8"))


def _varints(codes: NDArray[np.uint64]) -> bytes:
    sizes = np.ones(len(codes), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        sizes += codes >= np.uint64(1) << np.uint64(bits)
    starts = np.cumsum(sizes) - sizes
    out = np.zeros(int(sizes.sum()), dtype=np.uint8)
    for place in range(5):
        has = sizes > place
        septet = (codes[has] >> np.uint64(7 * place)) & np.uint64(0x7F)
        more = (sizes[has] > place + 1).astype(np.uint8) << 7
        out[starts[has] + place] = septet.astype(np.uint8) | more
    return out.tobytes()


def _text(raw: bytes) -> str:
    return base64.b64encode(zlib.compress(raw, 9)).decode("ascii")


@dataclass(frozen=True)
class Grid:
    """The drawing grid: zoom-20 Web Mercator pixels, counted from `left`, `top` of the world."""

    left: int
    top: int

    @classmethod
    def around(cls, bounds: tuple[float, float, float, float]) -> Grid:
        """Return the grid whose corner is the north-west of `bounds` (west, south, east, north in degrees)."""
        west, _, _, north = bounds
        x, y = _world(np.array([[west, north]]))[0]
        return cls(math.floor(x), math.floor(y))

    def xy(self, lonlat: NDArray[np.float64]) -> Ints:
        """Return grid positions of an (n, 2) array of degrees."""
        return (np.rint(_world(lonlat)) - (self.left, self.top)).astype(np.int64)

    def points(self, table: gpd.GeoSeries) -> dict[str, str]:
        """Return sections `x`, `y` of point geometries in WGS84."""
        xy = self.xy(shapely.get_coordinates(table.array))
        return {"x": encode(xy[:, 0]), "y": encode(xy[:, 1])}

    def shapes(self, geometries: Sequence[BaseGeometry]) -> dict[str, str]:
        """Return lines or polygons in WGS84 as sections.

        Returns
        -------
        dict
            `rings`: count of rings (or lines) of each shape; `sizes`: count of points of each ring; `x`, `y`.
            Polygon rings are open (the last point is not repeated) and fill by the even-odd rule.
        """
        polygons = all(geometry.geom_type in ("Polygon", "MultiPolygon") for geometry in geometries)
        array = np.asarray(geometries, dtype=object)
        parts, owners = shapely.get_parts(array, return_index=True)
        if polygons:
            parts, inner = shapely.get_rings(parts, return_index=True)
            owners = owners[inner]
        coordinates, ring = shapely.get_coordinates(parts, return_index=True)
        if polygons and len(ring):
            closing = np.append(ring[1:] != ring[:-1], True)
            coordinates, ring = coordinates[~closing], ring[~closing]
        xy = self.xy(coordinates)
        return {
            "rings": encode(np.bincount(owners, minlength=len(array))),
            "sizes": encode(np.bincount(ring, minlength=len(parts))),
            "x": encode(xy[:, 0]),
            "y": encode(xy[:, 1]),
        }


def _world(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return world pixels of degrees (EPSG:3857's formula, scaled to the grid)."""
    lon = lonlat[:, 0]
    sine = np.sin(np.radians(np.clip(lonlat[:, 1], -MAX_LATITUDE, MAX_LATITUDE)))
    x = (lon / 360 + 0.5) * WORLD
    y = (0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * WORLD
    return np.column_stack([x, y])


def hilbert_order(table: gpd.GeoSeries) -> Ints:
    """Return positions that put neighbours beside each other, which halves what the differences take."""
    if table.empty:
        return np.zeros(0, dtype=np.int64)
    distance = table.hilbert_distance(level=16).to_numpy()
    return np.argsort(distance, kind="stable").astype(np.int64)
