"""Where a building stands, in words: the nearest named street and the side of it."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridor.taxonomy import given_doors

# 1295号, 345弄, 345弄12号, 12, 12A.
_NUMBER = re.compile(r"(?=.)(?:(\d+)弄)?(?:(\d+[A-Za-z]?(?:-\d+)?)号?)?")
_HAN = re.compile(r"[\u4e00-\u9fff]")
Longs = npt.NDArray[np.int64]
SIDES = np.array(["east", "north", "west", "south"], dtype=object)
_SIDES_ZH = np.array(["东侧", "北侧", "西侧", "南侧"], dtype=object)
_SIDES_EN = np.array(["east side of", "north side of", "west side of", "south side of"], dtype=object)


def doors(buildings: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the point at which each building is left: its first main entrance where mapped, else a point inside.

    Parameters
    ----------
    buildings, entrances : GeoDataFrame
        Metric CRS. Entrances that a scenario gives a building (`doors`, MultiPoint) stand for those mapped.

    Returns
    -------
    GeoSeries
        Points on the buildings' index.
    """
    points = buildings.geometry.representative_point()
    mapped = main_entrances(entrances[buildings.index.get_indexer(entrances["of"]) >= 0])
    points.loc[mapped.index] = mapped
    given = given_doors(buildings).drop_duplicates("of").set_index("of").geometry
    points.loc[given.index] = given
    return points


def main_entrances(entrances: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the first main entrance of each building that has one mapped, on the buildings' ids."""
    return by_rank(entrances).drop_duplicates("of").dropna(subset="of").set_index("of").geometry


def by_rank(entrances: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return entrances by what they open, main ones first."""
    rank = entrances["kind"].map({"main": 0, "yes": 1}).fillna(2)
    return entrances.assign(rank=rank).sort_values(["of", "rank", "node_id"])


def place(buildings: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, *, within_m: float = 150.0) -> pd.DataFrame:
    """Name each building's place by the nearest named street and the side it lies on.

    Parameters
    ----------
    buildings : GeoDataFrame
        Metric CRS; `street` and `housenumber` win where mapped.
    streets : GeoDataFrame
        Metric CRS, with `name` and `name_en`.
    within_m : float
        A street farther away gives no name.

    Returns
    -------
    DataFrame
        On the buildings' index: `street_name` (string, NA where none is near), `place_zh`, `place_en`
        (string; empty where none is near).
    """
    named = streets[streets["name"].notna()]
    points = buildings.geometry.representative_point()
    street = pd.Series(pd.NA, index=buildings.index, dtype="string")
    zh = pd.Series("", index=buildings.index, dtype="string")
    en = pd.Series("", index=buildings.index, dtype="string")
    rows, lines, side = StreetSides(streets, within_m=within_m).nearest(points.to_numpy())
    if len(rows):
        name = named["name"].to_numpy(dtype=object)[lines]
        name_en = named["name_en"].fillna(named["name"]).to_numpy(dtype=object)[lines]
        street.iloc[rows] = name
        zh.iloc[rows] = name + _SIDES_ZH[side]
        en.iloc[rows] = _SIDES_EN[side] + " " + name_en
    given = buildings["street"].notna() & buildings["housenumber"].notna()
    english = english_names(streets)
    plates = list(buildings.loc[given, ["street", "housenumber"]].itertuples(index=False, name=None))
    zh[given] = [_address(on, number) for on, number in plates]
    en[given] = [_address_en(on, number, english.get(on)) for on, number in plates]
    return pd.DataFrame(
        {
            "street_name": street.where(~given, buildings["street"]),
            "place_zh": zh,
            "place_en": en,
        }
    ).astype("string")


def english_names(streets: pd.DataFrame) -> dict[str, str]:
    """Return the English names of streets by their names, as far as the map has them; of several the first."""
    known = streets[streets["name"].notna() & streets["name_en"].notna()].drop_duplicates("name")
    return dict(zip(known["name"].astype(str), known["name_en"].astype(str), strict=True))


class StreetSides:
    """Names the nearest named street of points, and the side of it they lie on.

    Parameters
    ----------
    streets : GeoDataFrame
        Metric CRS, with `name`.
    within_m : float
        A street farther away gives no name.
    """

    def __init__(self, streets: gpd.GeoDataFrame, *, within_m: float = 150.0) -> None:
        named = streets[streets["name"].notna()]
        self._lines, self._within = named.geometry.to_numpy(), within_m
        self._names = named["name"].to_numpy(dtype=object)
        # The tree holds the straight pieces of the lines: of those it measures few, of whole lines every vertex.
        pieces, self._line_of = _pieces(self._lines)
        self._tree = shapely.STRtree(pieces)

    def of(self, points: gpd.GeoSeries) -> pd.DataFrame:
        """Return `street` and `side` ("east", "north", "west" or "south"), objects on the points' index; None: none near."""
        street, side = self.named(points.to_numpy())
        return pd.DataFrame({"street": street, "side": side}, index=points.index, dtype=object)

    def named(self, points: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
        """Return `street` and `side` as `of` does, of points or None."""
        street, side = np.full((2, len(points)), None, dtype=object)
        rows, lines, quarter = self.nearest(points)
        street[rows], side[rows] = self._names[lines], SIDES[quarter]
        return street, side

    def nearest(self, points: npt.NDArray[np.object_]) -> tuple[Longs, Longs, Longs]:
        """Return the points that have a named street near, the number of it among those named, and their side of it.

        Of equally near streets the first counts.
        """
        usable = np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points)))
        row, piece = self._tree.query_nearest(points[usable], max_distance=self._within, all_matches=True)
        line = self._line_of[piece]
        order = np.lexsort([line, row])
        found, first = np.unique(row[order], return_index=True)
        rows, lines = usable[found], line[order][first]
        return rows, lines, _side(points[rows], self._lines[lines])


def _address(street: str, number: str) -> str:
    return f"{street}{number}" if _HAN.search(street) else f"{street} {number}"


def _address_en(street: str, number: str, street_en: str | None) -> str:
    """Return an address in English; one in Chinese script that has no full translation stays as it is, never half."""
    found = _NUMBER.fullmatch(number.strip())
    if street_en is None or found is None:
        return _address(street, number) if _HAN.search(street + number) else f"{number} {street_en or street}"
    lane, house = found.groups()
    if lane is None:
        return f"{house} {street_en}"
    return f"{f'No. {house}, ' if house else ''}Lane {lane}, {street_en}"


def _pieces(lines: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], Longs]:
    """Return the straight pieces of lines, and the line of each."""
    parts, line = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    starts = np.flatnonzero(part[1:] == part[:-1])
    return shapely.linestrings(np.stack([xy[starts], xy[starts + 1]], axis=1)), line[part[starts]]


def _side(points: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Quarter of the compass in which each point lies as seen from its line: 0 east, 1 north, 2 west, 3 south."""
    foot = shapely.line_interpolate_point(lines, shapely.line_locate_point(lines, points))
    angle = np.arctan2(shapely.get_y(points) - shapely.get_y(foot), shapely.get_x(points) - shapely.get_x(foot))
    quarter: np.ndarray = np.floor((angle + np.pi / 4) / (np.pi / 2)).astype(int) % 4
    return quarter
