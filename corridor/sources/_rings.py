"""Areas from rings: closed ways, and multipolygon relations whose rings are pieced together from ways.

All readers build areas here from the same elements, so that the same data give the same polygons.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from corridor.sources._elements import Floats, Ints, Way

Ring = tuple[Ints, Floats]
_GEOD = pyproj.Geod(ellps="WGS84")


def rings_of(ways: Sequence[Way]) -> tuple[list[Ring], list[int]]:
    """Piece ways together end to end.

    Parameters
    ----------
    ways : sequence of Way
        The member ways of a multipolygon, in its order; roles are not needed.

    Returns
    -------
    rings : list of (keys, lonlat)
        Closed rings: the first node is the last.
    left : list of int
        Ids of the ways that belong to no ring.
    """
    rings: list[Ring] = []
    left: list[int] = []
    waiting = {way.id: (keys, lonlat) for way in ways for keys, lonlat in way.parts()[:1] if _whole(way)}
    left += [way.id for way in ways if way.id not in waiting]
    ends: dict[int, list[int]] = {}
    for id_, (keys, _) in waiting.items():
        for end in {int(keys[0]), int(keys[-1])}:
            ends.setdefault(end, []).append(id_)
    while waiting:
        first = next(iter(waiting))
        used, pieces = [first], [waiting.pop(first)]
        begin, end = int(pieces[0][0][0]), int(pieces[0][0][-1])
        while begin != end:
            following = next((id_ for id_ in ends[end] if id_ in waiting), None)
            if following is None:
                break
            keys, lonlat = waiting.pop(following)
            if int(keys[0]) != end:
                keys, lonlat = keys[::-1], lonlat[::-1]
            used.append(following)
            pieces.append((keys[1:], lonlat[1:]))
            end = int(keys[-1])
        if begin == end:
            rings.append((np.concatenate([p[0] for p in pieces]), np.concatenate([p[1] for p in pieces])))
        else:
            left += used
    return rings, left


def _whole(way: Way) -> bool:
    return bool((way.keys != 0).all()) and len(way.parts()) == 1


def area_of(rings: Sequence[Floats]) -> tuple[BaseGeometry | None, bool]:
    """Return the area that rings enclose, every second nesting being a hole, and whether it had to be repaired.

    Parameters
    ----------
    rings : sequence of (n, 2) arrays
        Closed; rings without an area are left out.

    Returns
    -------
    area : Polygon, MultiPolygon or None
        Valid; None when nothing has an area.
    repaired : bool
        A ring crossed itself and the repair changed its area by more than 1 %.
    """
    polygons, repaired = [], False
    for ring in rings:
        if len(ring) < 4:
            continue
        drawn = shapely.Polygon(ring)
        valid = drawn if drawn.is_valid else polygonal(shapely.make_valid(drawn))
        if valid is None or valid.area == 0:
            continue
        repaired |= abs(valid.area - drawn.area) > 0.01 * valid.area
        polygons.append(valid)
    if len(polygons) < 2:
        return (polygons[0] if polygons else None), repaired
    polygons.sort(key=lambda polygon: (-polygon.area, polygon.wkb))
    whole = polygons[0]
    for polygon in polygons[1:]:
        whole = whole.symmetric_difference(polygon)
    return polygonal(shapely.make_valid(whole)), repaired


def polygonal(geometry: BaseGeometry) -> BaseGeometry | None:
    """Return the polygons in a geometry as one, None when it has none."""
    if geometry.geom_type in {"Polygon", "MultiPolygon"}:
        return None if geometry.is_empty else geometry
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in {"Polygon", "MultiPolygon"}]
    if not parts:
        return None
    merged = shapely.union_all(parts)
    return None if merged.is_empty else merged


def geodesic_area_m2(area: BaseGeometry) -> float:
    """Return the area on the WGS84 ellipsoid in m² (Karney 2013, through pyproj), holes taken off."""
    total = 0.0
    for polygon in shapely.get_parts(area):
        for sign, ring in ((1, polygon.exterior), *((-1, hole) for hole in polygon.interiors)):
            lon, lat = np.asarray(ring.coords).T[:2]
            total += sign * abs(_GEOD.polygon_area_perimeter(lon, lat)[0])
    return total
