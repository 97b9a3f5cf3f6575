"""Both sides of a street, seen from stations along it: what one meets first to the left and to the right.

::

         left tick                 x  first building on the left, 12 m away
             |                   __|__
    ---------o---------o---------o---------   segment, stations every 5 m, from its start to its end
             |                     |
        right tick                 (nothing within reach: missing)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from corridor.network.model import ragged_ranges
from corridor.study import same_rows

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")

STEP_M = 5.0
REACH_M = 40.0
# The building line of a side: a fifth of its faces stand nearer than this, so that one that juts out decides nothing.
LINE_SHARE = 0.2
# Nearer than this a point stands on the line, on neither side.
ON_LINE_M = 0.01
# Fewer faces than this tell no line.
LEAST_FACES = 3


@dataclass(frozen=True)
class Stations:
    """Stations along segments: each stands for an equal share of its segment.

    Attributes
    ----------
    first : int64 array, shape (N + 1,)
        Segment n owns stations first[n] … first[n + 1] - 1, in the order of its line.
    segment : int64 array, shape (S,)
    at_m : float array, shape (S,)
        Metres from the segment's start.
    xy, along : float arrays, shape (S, 2)
        Place and unit direction.
    """

    first: Longs
    segment: Longs
    at_m: Floats
    xy: Floats
    along: Floats

    def mean(self, values: Floats) -> Floats:
        """Return the mean of known values (NaN: unknown) by segment; NaN where none is known."""
        known = ~np.isnan(values)
        count = len(self.first) - 1
        total = np.bincount(self.segment[known], weights=values[known], minlength=count)
        number = np.bincount(self.segment[known], minlength=count)
        return np.asarray(np.divide(total, number, out=np.full(count, np.nan), where=number > 0))


@dataclass(frozen=True)
class Hits:
    """What each station meets first on each side, in metres; NaN and -1 where nothing is within reach.

    Attributes
    ----------
    distance_m : float array, shape (2, S)
        Left, right.
    row : int64 array, shape (2, S)
        Position of the shape met.
    """

    distance_m: Floats
    row: Longs


def stations(lines: gpd.GeoSeries, step_m: float = STEP_M) -> Stations:
    """Place stations along lines, at most `step_m` apart and half a step from the ends.

    Parameters
    ----------
    lines : GeoSeries of LineString
        Metric CRS.
    step_m : float

    Returns
    -------
    Stations
    """
    geometry = lines.to_numpy()
    length = shapely.length(geometry)
    count = np.maximum(np.ceil(length / step_m), 1).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(count)])
    segment = np.repeat(np.arange(len(geometry)), count)
    number = np.arange(len(segment)) - first[segment]
    at = (number + 0.5) * (length / count)[segment]
    xy, along = _placed(geometry, segment, at)
    return Stations(first, segment, at, xy, along)


def _placed(geometry: NDArray[Any], segment: Longs, at: Floats) -> tuple[Floats, Floats]:
    """Return place and direction at metres along lines."""
    if not len(segment):
        return np.zeros((0, 2)), np.zeros((0, 2))
    vertices, owner = shapely.get_coordinates(geometry, return_index=True)
    step = np.diff(vertices, axis=0, append=vertices[-1:])
    piece = np.hypot(step[:, 0], step[:, 1])
    start = np.searchsorted(owner, np.arange(len(geometry)))
    stop = np.searchsorted(owner, np.arange(len(geometry)), side="right")
    # Added up line by line: a place on a line must not depend on the others.
    run = np.zeros(len(piece))
    for low, high in zip(start.tolist(), stop.tolist(), strict=True):
        np.cumsum(piece[low : high - 1], out=run[low + 1 : high])
    on = _piece_at(run, start[segment], stop[segment], at)
    length = np.where(piece[on] > 0, piece[on], 1.0)
    along = step[on] / length[:, None]
    along[piece[on] == 0] = (0.0, 1.0)
    return vertices[on] + along * (at - run[on])[:, None], along


def _piece_at(run: Floats, start: Longs, stop: Longs, at: Floats) -> Longs:
    """Return the piece of its line on which each place lies: the last one that begins at or before it."""
    low, high = start.copy(), np.maximum(stop - 2, start)
    while (low < high).any():
        middle = (low + high + 1) // 2
        before = run[middle] <= at
        low, high = np.where(before, middle, low), np.where(before, high, middle - 1)
    return low


@dataclass(frozen=True)
class Ticks:
    """Lines square to the street from each station, all to the left first, then all to the right."""

    origins: Floats
    lines: NDArray[Any]
    tree: shapely.STRtree


def ticks(at: Stations, reach_m: float) -> Ticks:
    """Draw the ticks of stations."""
    left = np.stack([-at.along[:, 1], at.along[:, 0]], axis=1) * reach_m
    origins = np.concatenate([at.xy, at.xy])
    ends = np.concatenate([at.xy + left, at.xy - left])
    lines = shapely.linestrings(np.stack([origins, ends], axis=1))
    return Ticks(origins, lines, shapely.STRtree(lines))


def first_hits(at: Stations, shapes: NDArray[Any], drawn: Ticks | None = None) -> Hits:
    """Look left and right from every station, square to the street, for the first of some shapes.

    Parameters
    ----------
    at : Stations
    shapes : array of geometry
        Buildings, walls, footways.
    drawn : Ticks, optional
        The stations' ticks; without them 40 m to each side.

    Returns
    -------
    Hits
        Of shapes equally far the first.
    """
    count = len(at.segment)
    distance = np.full(2 * count, np.nan)
    row = np.full(2 * count, -1, dtype=np.int64)
    if not count or not len(shapes):
        return Hits(distance.reshape(2, count), row.reshape(2, count))
    own = drawn or ticks(at, REACH_M)
    shape, tick = own.tree.query(shapes, predicate="intersects")
    met = shapely.intersection(own.lines[tick], shapes[shape])
    gap = shapely.distance(shapely.points(own.origins[tick]), met)
    order = np.lexsort([shape, gap, tick])
    tick, shape, gap = tick[order], shape[order], gap[order]
    fresh = np.ones(len(tick), bool)
    fresh[1:] = tick[1:] != tick[:-1]
    distance[tick[fresh]], row[tick[fresh]] = gap[fresh], shape[fresh]
    return Hits(distance.reshape(2, count), row.reshape(2, count))


def building_line_m(at: Stations, hits: Hits) -> Floats:
    """Return how far from the middle each side's building line stands; shape (2, N).

    The distance nearer than which a fifth of the faces met stand; NaN with fewer than three faces.
    """
    count = len(at.first) - 1
    out = np.full((2, count), np.nan)
    for side in (0, 1):
        known = np.flatnonzero(~np.isnan(hits.distance_m[side]))
        order = known[np.lexsort([hits.distance_m[side][known], at.segment[known]])]
        number = np.bincount(at.segment[order], minlength=count)
        first = np.concatenate([[0], np.cumsum(number)[:-1]])
        enough = number >= LEAST_FACES
        pick = first[enough] + np.floor(LINE_SHARE * (number[enough] - 1)).astype(np.int64)
        out[side, enough] = hits.distance_m[side][order[pick]]
    return out


def beside(
    segments: gpd.GeoDataFrame, points: gpd.GeoSeries, within_m: float, *, at_corners: bool = False
) -> pd.DataFrame:
    """Place points beside their nearest segment.

    Parameters
    ----------
    segments : GeoDataFrame
        On `segment_id`, LineStrings.
    points : GeoSeries
        Metric CRS; missing ones are left out.
    within_m : float
        A point farther from every segment is left out.
    at_corners : bool
        A point as far from several segments, as at a corner, belongs to each of them; otherwise to the first by id.

    Returns
    -------
    DataFrame
        One row a point and segment: `point` (its label), `segment` (int64, position), `at_m` (from the segment's
        start), `offset_m`, `side` ("left", "right"; NA on the line itself), sorted by segment, place, point.
    """
    known = points[~(points.isna() | points.is_empty)]
    columns = ["point", "segment", "at_m", "offset_m", "side"]
    if known.empty or segments.empty:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns}).astype(
            {"segment": "int64", "at_m": float, "offset_m": float, "side": "string"}
        )
    geometry = known.to_numpy()
    lines = segments.geometry.to_numpy()
    point, segment = shapely.STRtree(lines).query_nearest(geometry, max_distance=within_m, all_matches=True)
    if not at_corners:
        by_id = np.empty(len(segments), np.int64)
        by_id[np.argsort(segments.index.to_numpy(dtype=object))] = np.arange(len(segments))
        order = np.lexsort([by_id[segment], point])
        point, segment = point[order], segment[order]
        fresh = np.ones(len(point), bool)
        fresh[1:] = point[1:] != point[:-1]
        point, segment = point[fresh], segment[fresh]
    at = shapely.line_locate_point(lines[segment], geometry[point])
    offset = shapely.distance(lines[segment], geometry[point])
    foot, along = _placed(lines, segment, at)
    away = shapely.get_coordinates(geometry[point]) - foot
    cross = along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0]
    side = np.where(cross > 0, "left", "right").astype(object)
    side[offset < ON_LINE_M] = None
    out = pd.DataFrame(
        {
            "point": known.index.to_numpy()[point],
            "segment": segment.astype(np.int64),
            "at_m": at,
            "offset_m": offset,
            "side": pd.array(side, dtype="string"),
        }
    )
    return out.sort_values(["segment", "at_m", "point"], kind="stable", ignore_index=True)


def fronting(at: Stations, hits: Hits, *, setback_m: float) -> NDArray[np.bool_]:
    """Return where a face stands on its side's building line or at most `setback_m` behind it; shape (2, S)."""
    line = building_line_m(at, hits)[:, at.segment]
    return np.asarray(hits.distance_m <= line + setback_m)


def near_any(segments: gpd.GeoDataFrame, shapes: NDArray[Any], within_m: float) -> NDArray[np.bool_]:
    """Return which segments have any of the shapes within a distance: where a kind of thing is mapped at all."""
    out = np.zeros(len(segments), dtype=bool)
    if len(shapes) and len(segments):
        out[shapely.STRtree(shapes).query(segments.geometry.to_numpy(), predicate="dwithin", distance=within_m)[0]] = (
            True
        )
    return out


# A band this wide on each side of a street's middle holds what belongs to it: trees, seats, lamps, gates.
BAND_M = 20.0
WALLS = ("wall", "fence", "hedge")
# In a town a building stands this near; where none does, nobody mapped them.
BUILT_WITHIN_M = 75.0
# What is farther from a street takes no part in what is seen along it.
SIGHT_M = 80.0


@dataclass(frozen=True)
class Look:
    """What lies on both sides of all segments; made once, read by all indicators.

    Attributes
    ----------
    at : Stations
    faces, walls : Hits
        The first building; the first wall, fence or hedge (rows are positions in `buildings` and `barriers`).
    line_m : float array, shape (2, N)
        Building line of each side, metres from the middle.
    mapped : bool array, shape (S,)
        Whether any building is mapped within 75 m: elsewhere an empty side tells nothing.
    """

    at: Stations
    faces: Hits
    walls: Hits
    line_m: Floats
    mapped: NDArray[np.bool_]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Segments with buildings mapped along half of their length and more."""
        return np.asarray(self.at.mean(self.mapped.astype(float)) >= 0.5)

    def only(self, rows: Longs) -> Look:
        """Return what is seen along some of the lines."""
        return _chosen(self, self, rows)


class Sight(NamedTuple):
    """Lines that are looked along, and what is looked at."""

    lines: NDArray[Any]
    buildings: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame


@dataclass(frozen=True)
class Seen:
    """What was seen before, for lines that see the same again.

    Attributes
    ----------
    look : Look
        Of the lines before; what it meets is numbered as in the tables of now.
    row : int64 array
        The row there of each line of now, -1 for one that is new or has something else in sight.
    """

    look: Look
    row: Longs

    @classmethod
    def of(cls, look: Look, before: Sight, now: Sight) -> Seen:
        """Tell which lines see the same again: they are there to the bit, and nothing near came, went or is another."""
        known = {key: row for row, key in enumerate(shapely.to_wkb(before.lines))}
        row = np.array([known.get(key, -1) for key in shapely.to_wkb(now.lines)], dtype=np.int64)
        others = [_others(before.buildings, now.buildings), _others(before.barriers, now.barriers)]
        tree = shapely.STRtree(np.concatenate(others))
        row[tree.query(now.lines, predicate="dwithin", distance=SIGHT_M)[0]] = -1
        faces, walls = (
            replace(hits, row=np.append(after.index.get_indexer(first.index), -1)[hits.row])
            for hits, first, after in (
                (look.faces, before.buildings, now.buildings),
                (look.walls, before.barriers, now.barriers),
            )
        )
        return cls(replace(look, faces=faces, walls=walls), row)


def _others(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> NDArray[Any]:
    """Return the shapes of what is not the same in two tables."""
    row = same_rows(before, after)
    kept = np.zeros(len(before), dtype=bool)
    kept[row[row >= 0]] = True
    if (np.diff(row[row >= 0]) < 0).any():
        # Of things equally far the first is met: in another order nothing is as it was.
        kept[:], row[:] = False, -1
    return np.concatenate([before.geometry.to_numpy()[~kept], after.geometry.to_numpy()[row < 0]])


def look(
    segments: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    before: Seen | None = None,
) -> Look:
    """Look along all segments at buildings and walls.

    Parameters
    ----------
    segments : GeoDataFrame
        `Segments.segments`.
    buildings, barriers : GeoDataFrame
        Of the study, in the same metric CRS; `barriers` with `kind`.
    before : Seen, optional
        What was seen of these segments before; those that see the same again are not looked along.
    """
    if before is None:
        return _look(stations(segments.geometry), buildings, barriers)
    new = before.row < 0
    fresh = _look(stations(segments.geometry[new]), buildings, barriers)
    row = before.row.copy()
    row[new] = len(before.look.at.first) - 1 + np.arange(int(new.sum()))
    return _chosen(before.look, fresh, row)


def _look(at: Stations, buildings: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> Look:
    drawn = ticks(at, REACH_M)
    faces = first_hits(at, buildings.geometry.to_numpy(), drawn)
    is_wall = barriers["kind"].isin(WALLS).to_numpy(dtype=bool)
    lines = barriers.geometry.to_numpy().copy()
    lines[~is_wall] = None
    walls = first_hits(at, lines, drawn)
    mapped = np.zeros(len(at.segment), dtype=bool)
    if len(buildings) and len(mapped):
        tree = shapely.STRtree(buildings.geometry.to_numpy())
        mapped[tree.query(shapely.points(at.xy), predicate="dwithin", distance=BUILT_WITHIN_M)[0]] = True
    return Look(at, faces, walls, building_line_m(at, faces), mapped)


def _chosen(one: Look, other: Look, row: Longs) -> Look:
    """Return what is seen along some lines of two looks, numbered through; shape (lines,)."""
    number = np.concatenate([np.diff(look.at.first) for look in (one, other)])
    begin = np.concatenate([one.at.first[:-1], one.at.first[-1] + other.at.first[:-1]])
    rows = ragged_ranges(begin[row], number[row])

    def both(pick: Callable[[Look], NDArray[Any]], axis: int = 0) -> NDArray[Any]:
        return np.take(np.concatenate([pick(one), pick(other)], axis=axis), rows, axis=axis)

    at = Stations(
        first=np.concatenate([[0], np.cumsum(number[row])]),
        segment=np.repeat(np.arange(len(row)), number[row]),
        at_m=both(lambda look: look.at.at_m),
        xy=both(lambda look: look.at.xy),
        along=both(lambda look: look.at.along),
    )
    return Look(
        at=at,
        faces=Hits(both(lambda look: look.faces.distance_m, 1), both(lambda look: look.faces.row, 1)),
        walls=Hits(both(lambda look: look.walls.distance_m, 1), both(lambda look: look.walls.row, 1)),
        line_m=np.concatenate([one.line_m, other.line_m], axis=1)[:, row],
        mapped=both(lambda look: look.mapped),
    )
