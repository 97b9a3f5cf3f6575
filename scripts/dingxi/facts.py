"""The facts file, and the plane the town is drawn on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dingxi.shapes import XY, grid

Facts = dict[str, Any]

_SEMI_MAJOR_M = 6378137.0
_ECCENTRICITY_2 = 0.00669437999014


def read_facts(path: Path) -> Facts:
    """Read `facts.yaml`."""
    return dict(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Plane:
    """Metres east and north of an origin on the WGS84 ellipsoid (errors under 1 in 1,000 within 6 km)."""

    lon: float
    lat: float

    @property
    def _scale(self) -> tuple[float, float]:
        sine = math.sin(math.radians(self.lat))
        bend = math.sqrt(1 - _ECCENTRICITY_2 * sine * sine)
        north = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_2) / bend**3
        east = _SEMI_MAJOR_M / bend * math.cos(math.radians(self.lat))
        return math.radians(1) * east, math.radians(1) * north

    def xy(self, lonlat: list[float]) -> XY:
        """Plane coordinates of a longitude and latitude, in whole centimetres."""
        east, north = self._scale
        return grid(((lonlat[0] - self.lon) * east, (lonlat[1] - self.lat) * north))

    def lonlat(self, xy: XY) -> XY:
        """Longitude and latitude, seven decimals."""
        east, north = self._scale
        return (round(self.lon + xy[0] / east, 7), round(self.lat + xy[1] / north, 7))
