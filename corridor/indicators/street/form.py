"""The form of a street: length, width between frontages, openness, height-to-width, continuity of the frontage."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.indicators.street._columns import both, tables
from corridor.streets.segments import Segments
from corridor.streets.sides import Floats, Look, fronting, look

if TYPE_CHECKING:
    from corridor.config import People
    from corridor.study import StudyArea

# momepy's defaults: ticks of 50 m across the street, one every 10 m.
TICK_M = 50.0
EVERY_M = 10.0
# A vertex so near to the line of its neighbours is none.
STRAIGHT_M = 0.01
# Both frontages must be met on this share of a segment to tell its width.
LEAST_SHARE = 0.2
SETBACK_M = 5.0
STOREY_M = 3.0
LEAST_WIDTH_M = 2.0
# A building of unknown height has between half and one and a half times the storeys usual for its use and size.
LOW, HIGH = 0.5, 1.5
# Who answers for a street: the more traffic of the city it carries, the more have to agree. 5 is the highest.
CLASS = MappingProxyType(
    {
        **dict.fromkeys(("trunk", "motorway"), 5.0),
        "primary": 4.0,
        "secondary": 3.0,
        "tertiary": 2.0,
    }
)


def table(
    segments: Segments, study: StudyArea, *, looked: Look | None = None, setback_m: float = SETBACK_M
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (values, basis) of the group `form` on `segment_id`.

    Parameters
    ----------
    segments : Segments
    study : StudyArea
    looked : Look, optional
        As `streets.look` returns it, where it is at hand.
    setback_m : float
        How far behind the building line a face still counts as standing on it.

    Returns
    -------
    values, basis : DataFrame
        `length_m`, `street_class`, `frontage_width_m`, `openness`, `height_to_width` with `_low` and `_high`, `frontage_continuity`
        with `.left` and `.right`.
    """
    frame = segments.segments
    seen = looked or look(frame, study.buildings, study.barriers)
    told = "mapped" if study.config.schematic is None else "synthetic"
    heights = height_range(study.buildings, study.config.people)
    # Ticks stand between vertices: one on a straight line, such as a crossing's, must not move them.
    straight = frame.set_geometry(frame.geometry.simplify(STRAIGHT_M))
    profiles = profile(straight, study.buildings, heights[["low", "high"]], tick_length=TICK_M, distance=EVERY_M)
    ratio = profiles[["hw_ratio_low", "hw_ratio_high"]].set_axis(["low", "high"], axis=1)
    sides = [np.where(seen.known, side, np.nan) for side in continuity(seen, setback_m)]
    why = np.where(_unknown_faces(seen, heights["known"]), "estimate", told)
    return tables(
        frame.index,
        {
            "length_m": (frame["length_m"], told),
            "street_class": (street_class(frame["highway"]), told),
            "frontage_width_m": (width(seen), told),
            "openness": (profiles["openness"].where(seen.known), told),
            "height_to_width": (ratio.mean(axis=1), why),
            "height_to_width_low": (ratio["low"], why),
            "height_to_width_high": (ratio["high"], why),
            "frontage_continuity": (both(*sides), told),
            "frontage_continuity.left": (sides[0], told),
            "frontage_continuity.right": (sides[1], told),
        },
    )


def street_class(highway: pd.Series) -> Floats:
    """Class of a street by its OSM highway: 5 trunk, 4 primary, 3 secondary, 2 tertiary, 1 all others (links as theirs)."""
    kind = highway.astype(object).str.removesuffix("_link")
    return kind.map(CLASS).fillna(1.0).to_numpy(dtype=float)


def profile(
    lines: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    heights: pd.DataFrame | None = None,
    *,
    tick_length: float = TICK_M,
    distance: float = EVERY_M,
) -> pd.DataFrame:
    """Width, openness and height-to-width of streets after Araldi and Fusco (2019), with the definitions of momepy.

    momepy's `street_profile` takes seconds to import and compile, for every run; this is the same in numpy, and a test
    holds it against momepy.

    Parameters
    ----------
    lines, buildings : GeoDataFrame
        Metric CRS. A building of several parts is taken part by part.
    heights : DataFrame, optional
        Metres, on the index of `buildings`; a ratio is told for each column.
    tick_length, distance : float
        Length of a tick across the street, and one tick at least every so many metres.

    Returns
    -------
    DataFrame
        On the index of `lines`: `width` (m; half a tick for a side where nothing is met), `openness` (share of ticks'
        sides that meet nothing), `hw_ratio_<column>`: mean over the ticks' sides of the lowest building met ÷ width.
        Width and ratio are NaN where no building is met, or the street runs through one (less than 2 m).

    References
    ----------
    Araldi, A., Fusco, G. (2019), Environment and Planning B 46(7). Fleischmann, M. (2019), momepy, JOSS 4(43).
    """
    levels = [] if heights is None else list(heights.columns)
    shapes, owner = shapely.get_parts(buildings.geometry.to_numpy(), return_index=True)
    columns = ["width", "openness", *(f"hw_ratio_{level}" for level in levels)]
    out = pd.DataFrame(np.nan, index=lines.index, columns=columns)
    if not len(shapes) or lines.empty:
        return out
    points, street, drawn = _ticks(lines.geometry.to_numpy(), tick_length, distance)
    tick, shape = shapely.STRtree(shapes).query(drawn, predicate="intersects")
    gap = shapely.distance(shapely.intersection(drawn[tick], shapes[shape]), shapely.points(points[tick // 2]))
    away = np.full(len(drawn), np.inf)
    # A tick of no length inside a building has no intersection that GEOS tells: it stands in it.
    np.minimum.at(away, tick, np.where(np.isnan(gap), 0.0, gap))
    away[np.isinf(away)] = np.nan
    sides = [_mean_by(street, away[side::2], len(lines)) for side in (0, 1)]
    out["width"] = sum(np.where(np.isnan(side), tick_length / 2, side) for side in sides)
    ticks = np.bincount(street, minlength=len(lines)) * 2
    met = np.bincount(np.repeat(street, 2)[~np.isnan(away)], minlength=len(lines))
    out["openness"] = (ticks - met) / ticks
    for level in levels:
        lowest = np.full(len(drawn), np.inf)
        np.minimum.at(lowest, tick, heights[level].to_numpy(dtype=float)[owner[shape]])  # type: ignore[index]
        lowest[np.isinf(lowest)] = np.nan
        out[f"hw_ratio_{level}"] = _mean_by(np.repeat(street, 2), lowest, len(lines)) / np.where(
            out["width"] > 0, out["width"], np.nan
        )
    # Nothing met: no width. A street that runs through a building has none either.
    measured = out["openness"].lt(1) & out["width"].gt(LEAST_WIDTH_M)
    known = [column for column in columns if column != "openness"]
    out[known] = out[known].where(measured)
    return out


def _ticks(geometry: np.ndarray, tick_length: float, distance: float) -> tuple[Floats, np.ndarray, np.ndarray]:
    """Return (points, the line of each, ticks: left and right of each point, square to the piece that begins there).

    As momepy has it the two ends of a line have ticks of no length.
    """
    points, street = shapely.get_coordinates(shapely.segmentize(geometry, distance), return_index=True)
    step = np.diff(points, axis=0, append=points[-1:])
    size = np.hypot(step[:, 0], step[:, 1])
    inner = np.zeros(len(points), dtype=bool)
    inner[1:-1] = (street[1:-1] == street[:-2]) & (street[1:-1] == street[2:])
    inner &= size > 0
    left = np.zeros_like(points)
    left[inner] = np.stack([-step[inner, 1], step[inner, 0]], axis=1) / size[inner, None] * tick_length / 2
    ends = np.stack([points + left, points, points - left, points], axis=1)
    return points, street, shapely.linestrings(ends.reshape(-1, 2, 2))


def _mean_by(street: np.ndarray, values: Floats, count: int) -> Floats:
    """Return the mean of the known values of each street; NaN without one."""
    known = ~np.isnan(values)
    total = np.bincount(street[known], weights=values[known], minlength=count)
    number = np.bincount(street[known], minlength=count)
    return np.divide(total, number, out=np.full(count, np.nan), where=number > 0)


def height_range(buildings: gpd.GeoDataFrame, rules: People) -> pd.DataFrame:
    """Return the height of buildings in metres: `low`, `high`, and whether it is `known`.

    Mapped height, else mapped storeys × 3.0 m, else half to one and a half times the storeys usual for use and size
    (`people.levels`, grade C) × 3.0 m.
    """
    footprint = buildings.geometry.area.to_numpy()
    use = buildings["use"].astype("string").fillna("unknown").to_numpy(dtype=object)
    usual = np.ones(len(buildings))
    for kind, levels in rules.levels.items():
        rows = use == kind
        usual[rows] = [levels.of(area) for area in footprint[rows]]
    height = buildings["height_m"].to_numpy(dtype=float, na_value=np.nan)
    storeys = buildings["levels"].to_numpy(dtype=float, na_value=np.nan)
    height = np.where(np.isnan(height), storeys * STOREY_M, height)
    known = ~np.isnan(height)
    low = np.where(known, height, np.maximum(usual * LOW, 1.0) * STOREY_M)
    high = np.where(known, height, np.maximum(usual * HIGH, 1.0) * STOREY_M)
    return pd.DataFrame({"low": low, "high": high, "known": known}, index=buildings.index)


def width(seen: Look) -> Floats:
    """Width between frontages in metres: mean of left + right where both faces are met, on a fifth of the length at least."""
    across = seen.faces.distance_m.sum(axis=0)
    share = seen.at.mean((~np.isnan(across)).astype(float))
    return np.where(share >= LEAST_SHARE, seen.at.mean(across), np.nan)


def continuity(seen: Look, setback_m: float) -> tuple[Floats, Floats]:
    """贴线率 of the left and right side: share of the length whose first face stands on the building line.

    The line is where a fifth of the side's faces stand nearer; a face counts up to `setback_m` behind it. 0 where a
    side has no face, NaN where it has too few (one or two) to tell a line.
    """
    on_line = fronting(seen.at, seen.faces, setback_m=setback_m)
    sides = []
    for side in (0, 1):
        share = seen.at.mean(on_line[side].astype(float))
        met = seen.at.mean((~np.isnan(seen.faces.distance_m[side])).astype(float))
        sides.append(np.where(np.isnan(seen.line_m[side]) & (met > 0), np.nan, share))
    return sides[0], sides[1]


def _unknown_faces(seen: Look, known: pd.Series) -> np.ndarray:
    """Return which segments are faced by a building of unknown height."""
    unknown = np.append(~known.to_numpy(dtype=bool), False)[seen.faces.row].any(axis=0)
    return np.asarray(seen.at.mean(unknown.astype(float)) > 0)
