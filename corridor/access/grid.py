"""A grid of hexagons over an area, to ask for results anywhere."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from corridor.errors import CrsError, NetworkError

_MOST_CELLS = 2_000_000


def hexagons(area: BaseGeometry, cell_m: float, *, crs: Any) -> gpd.GeoDataFrame:
    """Cover an area with hexagons: those whose centre lies in it.

    The grid is laid from the origin of the CRS, so the same cell has the same id whatever the area.

    Parameters
    ----------
    area : Polygon or MultiPolygon
        In `crs`, such as `study.area`.
    cell_m : float
        Distance between the centres of neighbours, metres; a cell has √3/2 × cell_m² of area.
    crs : anything pyproj understands
        Projected, in metres, such as `study.crs`.

    Returns
    -------
    GeoDataFrame
        Index `cell_id` ("hex/<cell_m>/<column>/<row>"), sorted by row and column; `centre` (Point, a second
        geometry: what `corridor.network.attach` takes) and `geometry` (Polygon).

    Raises
    ------
    CrsError
        The CRS is not projected in metres.
    NetworkError
        `cell_m` is not above 0, or the cells would be more than two million.

    Examples
    --------
    Cells of 100 m measure 8,660 m².
    """
    system = CRS(crs)
    if not system.is_projected or system.axis_info[0].unit_conversion_factor != 1.0:
        raise CrsError.of(
            "hexagons",
            f"坐标系{system.to_string()}不是以米计的投影坐标系。",
            f"{system.to_string()} is not a projected system in metres.",
        )
    west, south, east, north = area.bounds if not area.is_empty else (0.0, 0.0, 0.0, 0.0)
    if not (np.isfinite(cell_m) and cell_m > 0) or (east - west) * (north - south) / cell_m**2 > _MOST_CELLS:
        raise NetworkError.of(
            "hexagons",
            f"格距{cell_m}应大于0，且格数不超过{_MOST_CELLS:,}。",
            f"cells of {cell_m} m: must be above 0, and no more than {_MOST_CELLS:,} cells.",
        )
    step = cell_m * np.sqrt(3) / 2
    row = np.arange(np.floor(south / step), np.ceil(north / step) + 1, dtype=np.int64)
    column = np.arange(np.floor(west / cell_m) - 1, np.ceil(east / cell_m) + 1, dtype=np.int64)
    row, column = (grid.ravel() for grid in np.meshgrid(row, column, indexing="ij"))
    # Every other row is shifted by half a cell.
    x, y = (column + (row % 2) / 2) * cell_m, row * step
    shapely.prepare(area)
    inside = shapely.intersects_xy(area, x, y)
    x, y, row, column = x[inside], y[inside], row[inside], column[inside]
    angle = np.deg2rad(30 + 60 * np.arange(7) % 360)
    ring = cell_m / np.sqrt(3) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    corners = np.stack([x, y], axis=1)[:, None, :] + ring
    ids = [f"hex/{cell_m:g}/{c}/{r}" for c, r in zip(column.tolist(), row.tolist(), strict=True)]
    return gpd.GeoDataFrame(
        {"centre": gpd.GeoSeries(shapely.points(x, y), crs=system)},
        geometry=shapely.polygons(corners),
        crs=system,
    ).set_index(pd.Index(ids, name="cell_id", dtype="string"))
