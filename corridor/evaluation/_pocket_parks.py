"""Where a pocket park could stand beside a street: with room between buildings, and entered from that street."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from corridor.indicators import public_space
from corridor.network import Network, attach
from corridor.streets import Segments
from corridor.streets.sides import Floats
from corridor.study import StudyArea

# Beside the street, on either side; nearer to it only where no other place will do.
_OFFSETS_M = (25.0, -25.0, 35.0, -35.0, 17.0, -17.0)
_NEAR_M = 20.0
_SHARES = (0.5, 0.3, 0.7, 0.1, 0.9)
_ROOM_M = 20.0
Place = tuple[float, float]


def pocket_parks(
    study: StudyArea, network: Network, segments: Segments, rows: Collection[int], area_m2: float
) -> dict[int, Place]:
    """Return the middle of a square of so many m² beside each segment; none where no such square is entered from it.

    Of the places with a way in from the segment's own street the one that is farthest from any building, up to 20 m.

    Parameters
    ----------
    study : StudyArea
    network : Network
    segments : Segments
    rows : collection of int
        Positions of segments.
    area_m2 : float
    """
    lines = segments.segments.geometry.to_numpy()
    spots = _spots({row: lines[row] for row in sorted(rows)})
    spots["room"] = _room(study, spots)
    spots = spots.sort_values(["row", "near", "room"], ascending=[True, True, False], kind="stable")
    out: dict[int, Place] = {}
    # Most often the first will do.
    first = ~spots["row"].duplicated()
    for some in (first, ~first):
        left = spots[some & ~spots["row"].isin(list(out))]
        best = left[_entered(study, network, segments, left, area_m2)].drop_duplicates("row")
        out |= dict(zip(best["row"].tolist(), zip(best["x"].tolist(), best["y"].tolist(), strict=True), strict=True))
    return out


def _spots(lines: dict[int, shapely.LineString]) -> pd.DataFrame:
    found = []
    for row, line in lines.items():
        for share in _SHARES:
            at = share * line.length
            one, other = (shapely.get_coordinates(line.interpolate(max(at + step, 0)))[0] for step in (-1.0, 1.0))
            step = other - one
            left = np.array([-step[1], step[0]]) / (float(np.hypot(*step)) or 1.0)
            found += [(row, abs(away) < _NEAR_M, *((one + other) / 2 + left * away)) for away in _OFFSETS_M]
    return pd.DataFrame(found, columns=["row", "near", "x", "y"])


def _room(study: StudyArea, spots: pd.DataFrame) -> Floats:
    """Return the metres to the nearest building, up to 20, to the centimetre."""
    room = np.full(len(spots), _ROOM_M)
    if len(study.buildings) and len(spots):
        (point, _), away = shapely.STRtree(study.buildings.geometry.to_numpy()).query_nearest(
            shapely.points(spots["x"], spots["y"]), max_distance=_ROOM_M, return_distance=True, all_matches=False
        )
        room[point] = away
    return np.round(room, 2)


def _entered(
    study: StudyArea, network: Network, segments: Segments, spots: pd.DataFrame, area_m2: float
) -> NDArray[np.bool_]:
    """Return which squares have an entrance that leads onto an edge of their own segment."""
    half = float(np.sqrt(area_m2)) / 2
    x, y = (spots[name].to_numpy(dtype=float) for name in ("x", "y"))
    ids = pd.Index([f"{number:09d}" for number in range(len(spots))], dtype="string")
    squares = gpd.GeoDataFrame(index=ids, geometry=shapely.box(x - half, y - half, x + half, y + half), crs=study.crs)
    found = public_space.entrances(squares, study.streets, study.gates, study.barriers)
    stand = attach(network, gpd.GeoSeries(found.geometry, crs=study.crs), tolerance_m=study.config.walker.snap_m)
    square = ids.get_indexer(found["source_id"])
    owner = segments.parts["segment"].reindex(stand["edge"].fillna(-1)).to_numpy(dtype=float, na_value=np.nan)
    out = np.zeros(len(spots), dtype=bool)
    out[square[owner == spots["row"].to_numpy()[square]]] = True
    return out
