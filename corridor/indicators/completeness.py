"""How complete the data are: shares that can be counted in the data themselves, no guesses about the world."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from corridor.errors import Text

CELL_M = 200.0


@dataclass(frozen=True)
class _Item:
    label: Text
    basis: Text


_ITEMS = {
    "extent": _Item(
        Text("资料范围", "Data extent"),
        Text("研究范围加余量落在街道资料凸包内的面积", "area with margin inside the hull of the street data"),
    ),
    "buildings": _Item(
        Text("建筑轮廓", "Building outlines"),
        Text("有街道的200 m格中有建筑的格", "200 m cells with streets that hold a building"),
    ),
    "amenities": _Item(
        Text("设施点", "Facilities"),
        Text("有街道的200 m格中有设施的格", "200 m cells with streets that hold a facility"),
    ),
    "categories": _Item(
        Text("有资料的类别", "Categories with data"),
        Text("至少有一处设施的类别", "categories with at least one facility"),
    ),
    "use": _Item(Text("建筑用途", "Building use"), Text("用途已知的建筑", "buildings of known use")),
    "levels": _Item(Text("建筑层数", "Building levels"), Text("层数已知的建筑", "buildings with known levels")),
    "entrances": _Item(
        Text("建筑出入口", "Building entrances"), Text("出入口已测绘的建筑", "buildings with a mapped entrance")
    ),
    "people": _Item(
        Text("人口依据", "Basis of people"),
        Text("不靠假定用途或层数的居民与就业者", "residents and workers not resting on assumed use or levels"),
    ),
    "connected": _Item(
        Text("步行接入", "Connected on foot"), Text("接入步行网络的建筑", "buildings attached to the walking network")
    ),
}


def completeness(
    *,
    area: BaseGeometry,
    wanted: BaseGeometry,
    extent: BaseGeometry,
    streets: gpd.GeoDataFrame,
    amenities: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    category_has_data: pd.Series | None = None,
) -> pd.DataFrame:
    """Measure the completeness of a study's data within its area.

    Parameters
    ----------
    area, wanted, extent : shapely polygon
        Reporting area; the same with the data margin; hull of the street data. Metric CRS.
    streets, amenities, entrances : GeoDataFrame
        Source tables, metric CRS.
    buildings : GeoDataFrame
        With `in_area`, `use`, `levels`; once evaluated also `connected`, `people_assumed`, `residents`, `workers`,
        and only then the shares that rest on them are given.
    category_has_data : Series of bool, optional
        On category codes.

    Returns
    -------
    DataFrame
        On `item`: `zh`, `en`, `share` (0–1, NA where there is nothing to count), `basis_zh`, `basis_en`.
    """
    inside = buildings[buildings["in_area"]]
    streets_in = _cells(streets[streets["walk"] != "none"].geometry, area)
    shares = {
        "extent": wanted.intersection(extent).area / wanted.area,
        "buildings": _share_of_cells(streets_in, _cells(inside.geometry.representative_point(), area)),
        "amenities": _share_of_cells(streets_in, _cells(amenities.geometry, area)),
        "use": _mean(inside["use"].ne("unknown")),
        "levels": _mean(inside["levels"].notna()),
        "entrances": _mean(inside.index.isin(entrances["of"].dropna())),
    }
    if category_has_data is not None:
        shares["categories"] = _mean(category_has_data)
    if "connected" in inside:
        heads = inside["residents"] + inside["workers"]
        shares["people"] = 1 - heads[inside["people_assumed"]].sum() / heads.sum() if heads.sum() else np.nan
        shares["connected"] = _mean(inside["connected"])
    return pd.DataFrame(
        {
            "zh": [_ITEMS[key].label.zh for key in shares],
            "en": [_ITEMS[key].label.en for key in shares],
            "share": pd.array([_rounded(value) for value in shares.values()], dtype="Float64"),
            "basis_zh": [_ITEMS[key].basis.zh for key in shares],
            "basis_en": [_ITEMS[key].basis.en for key in shares],
        },
        index=pd.Index(list(shares), name="item", dtype="string"),
    )


def _mean(values: pd.Series | np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else np.nan


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def _cells(geometry: gpd.GeoSeries, area: BaseGeometry) -> set[tuple[int, int]]:
    """Return the 200 m cells, counted from the CRS's origin, that the geometries' vertices inside the area fall in."""
    # Long straight pieces would jump over cells: no piece is longer than half a cell.
    points = shapely.get_coordinates(shapely.segmentize(geometry.to_numpy(), CELL_M / 2))
    shapely.prepare(area)
    points = points[shapely.contains_xy(area, points)] if len(points) else points
    return set(map(tuple, np.floor(points / CELL_M).astype(int).tolist()))


def _share_of_cells(base: set[tuple[int, int]], found: set[tuple[int, int]]) -> float:
    return len(base & found) / len(base) if base else np.nan
