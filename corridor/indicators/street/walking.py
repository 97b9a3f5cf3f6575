"""Walking along and across a street: footways, crossings, blocks, gates, walls, steps, the way to the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor import access
from corridor.indicators.street._columns import both, plain, tables, told_where
from corridor.network import Network, attach
from corridor.streets.facts import SAME_CROSSING_M, Facts, facts, footways
from corridor.streets.mapped import Mapped
from corridor.streets.segments import Segments
from corridor.streets.sides import WALLS, Floats, Look, look

if TYPE_CHECKING:
    from corridor.study import StudyArea

# From footway to footway and a little more: two places opposite each other are so far apart.
OPPOSITE_M = 30.0
# Ways of the two sides lie at least this far from each other; nearer, the street is drawn as one line.
APART_M = 8.0
# Nobody walks farther to reach the other side of a street; beyond, the way is not told.
FARTHEST_ACROSS_M = 1200.0
ON_LINE_M = 1.0
# Parts of the corridor farther apart than this are no one stretch.
_JOINED_M = 0.5


def table(
    segments: Segments,
    study: StudyArea,
    network: Network,
    *,
    looked: Look | None = None,
    known: Facts | None = None,
    mapped: Mapped | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (values, basis) of the group `walking` on `segment_id`.

    Parameters
    ----------
    segments : Segments
    study : StudyArea
    network : Network
        The one the segments were cut from.
    looked, known : Look, Facts, optional
        As `streets.look` and `streets.facts` return them, where they are at hand.
    mapped : Mapped, optional
        What the baseline of a scenario has on its map.

    Returns
    -------
    values, basis : DataFrame
        `footway` and `footway_m`, `walled` (each with `.left` and `.right`), `crossings_per_100m`, `crossing_gap_m`,
        `block_m`, `permeability`, `steps`, `traffic_kmh`, `barriers`, `detour`.
    """
    frame = segments.segments
    seen = looked or look(frame, study.buildings, study.barriers)
    facts_ = known or facts(segments, study, mapped=mapped)
    told = "mapped" if study.config.schematic is None else "synthetic"
    numbers = facts_.values  # noqa: PD011  (a table)
    seen_walls = (mapped or Mapped()).near(frame, "walls", walls_of(study.barriers), study.config)
    walls = walled(seen, seen_walls)
    of_walls = told_where(seen_walls, told)
    gated = told_where(numbers["gates"].notna().to_numpy(dtype=bool), facts_.basis["gates"])
    across, why = detour(segments, study, network, facts_)
    found = {
        code: (plain(numbers[code]), facts_.basis[code])
        for name in ("footway", "footway_m")
        for code in (name, f"{name}.left", f"{name}.right")
    }
    length = frame["length_m"].to_numpy(dtype=float)
    return tables(
        frame.index,
        found
        | {
            "crossings_per_100m": (_per_100m(numbers["crossings"], length), facts_.basis["crossings"]),
            "crossing_gap_m": (crossing_gap_m(segments, facts_), told),
            "block_m": (block_m(segments, network, study.streets), told),
            "permeability": (_per_100m(numbers["gates"], length), gated),
            "walled": (both(*walls), of_walls),
            "walled.left": (walls[0], of_walls),
            "walled.right": (walls[1], of_walls),
            "steps": (plain(numbers["steps"]), facts_.basis["steps"]),
            "traffic_kmh": (plain(numbers["speed_kmh"]), facts_.basis["speed_kmh"]),
            "barriers": (barriers(segments, facts_, network), told),
            "detour": (across, why),
        },
    )


def _per_100m(number: pd.Series, length: Floats) -> Floats:
    return np.divide(plain(number) * 100.0, length, out=np.full(len(length), np.nan), where=length > 0)


def crossing_gap_m(segments: Segments, known: Facts) -> Floats:
    """Longest stretch without a crossing that touches the segment, in metres.

    On the corridor a stretch runs from crossing to crossing, whatever segments it passes; on other streets it ends
    at the segment's own ends. Where the corridor begins, breaks off and ends counts as a crossing. NaN where no crossing
    of the street is mapped.
    """
    frame = segments.segments
    length = frame["length_m"].to_numpy(dtype=float)
    start, end = (frame[f"chainage_{one}_m"].to_numpy(dtype=float, na_value=np.nan) for one in ("from", "to"))
    on_axis = ~np.isnan(start)
    at = known.crossings["at_m"].to_numpy(dtype=float)
    owner = known.crossings["segment"].to_numpy(dtype=np.int64)
    out = np.full(len(frame), np.nan)
    stops = crossings_along(frame, known.crossings)
    gaps = np.diff(stops)
    for row in np.flatnonzero(on_axis):
        touching = (stops[1:] > start[row] + 0.5) & (stops[:-1] < end[row] - 0.5)
        out[row] = gaps[touching].max(initial=0.0)
    off = np.flatnonzero(~on_axis)
    stop = np.concatenate([at[~on_axis[owner]], np.zeros(len(off)), length[off]])
    whose = np.concatenate([owner[~on_axis[owner]], off, off])
    out[off] = _longest_gap(whose, np.clip(stop, 0.0, length[whose]), len(frame))[off]
    return np.where(known.values["crossings"].notna(), out, np.nan)  # noqa: PD011


def crossings_on(frame: gpd.GeoDataFrame, crossings: pd.DataFrame) -> Floats:
    """Chainage of the crossings on the corridor in whole metres, ascending, each once also where two segments share it.

    Parameters
    ----------
    frame : GeoDataFrame
        Of `Segments`.
    crossings : DataFrame
        Of `Facts`, on these segments.
    """
    start = frame["chainage_from_m"].to_numpy(dtype=float, na_value=np.nan)
    at = start[crossings["segment"].to_numpy(dtype=np.int64)] + crossings["at_m"].to_numpy(dtype=float)
    at = np.sort(at[~np.isnan(at)])
    if not len(at):
        return at
    one = np.cumsum(np.append(False, np.diff(at) > SAME_CROSSING_M))
    middle: Floats = np.floor(np.bincount(one, weights=at) / np.bincount(one) + 0.5)
    return np.minimum(middle, np.nanmax(frame["chainage_to_m"].to_numpy(dtype=float, na_value=np.nan)))


def crossings_along(frame: gpd.GeoDataFrame, crossings: pd.DataFrame) -> Floats:
    """Chainage of `crossings_on` the corridor with the ends of its `stretches`; empty without a corridor."""
    stops: Floats = np.unique(np.concatenate([stretches(frame).ravel(), crossings_on(frame, crossings)]))
    return stops


def stretches(frame: gpd.GeoDataFrame) -> Floats:
    """Chainage (from, to) of the corridor's unbroken stretches, ascending; several where it has gaps.

    Parameters
    ----------
    frame : GeoDataFrame
        Of `Segments`.

    Returns
    -------
    float array, shape (S, 2)
        In metres.
    """
    ends = frame[["chainage_from_m", "chainage_to_m"]].to_numpy(dtype=float, na_value=np.nan)
    ends = ends[~np.isnan(ends[:, 0])]
    ends = ends[np.argsort(ends[:, 0], kind="stable")]
    broken = np.flatnonzero(ends[1:, 0] - ends[:-1, 1] > _JOINED_M)
    return np.stack([ends[np.append(0, broken + 1), 0], ends[np.append(broken, -1), 1]], axis=1) if len(ends) else ends


def _longest_gap(owner: np.ndarray, at: Floats, count: int) -> Floats:
    """Return the largest step between neighbouring places of each owner; 0 without two."""
    order = np.lexsort([at, owner])
    owner, at = owner[order], at[order]
    same = owner[1:] == owner[:-1]
    out = np.zeros(count)
    np.maximum.at(out, owner[1:][same], np.diff(at)[same])
    return out


def block_m(segments: Segments, network: Network, streets: gpd.GeoDataFrame) -> Floats:
    """Longest stretch of a segment that no public way joins, in metres: lanes and passages count as well as streets.

    A crossing leads nowhere but across, and does not end a block.
    """
    frame, parts = segments.segments, segments.parts
    edges = network.edges
    owner = np.full(len(edges), -1, dtype=np.int64)
    owner[edges.index.get_indexer(parts.index)] = parts["segment"].to_numpy(dtype=np.int64)
    across = edges["street_id"].isin(footways(streets, "crossing").index).to_numpy(dtype=bool)
    public = ~edges["private"].to_numpy(dtype=bool) & (~across | (owner >= 0))
    ends = edges[["u", "v"]].to_numpy(dtype=np.int64)
    node, whose = ends[public].T.ravel(), np.tile(owner[public], 2)
    pairs = np.unique(np.stack([node, whose], axis=1), axis=0)
    shared = np.bincount(pairs[:, 0], minlength=len(network.nodes)) > 1
    mine = pairs[(pairs[:, 1] >= 0) & shared[pairs[:, 0]]]
    lines = frame.geometry.to_numpy()
    at = shapely.line_locate_point(lines[mine[:, 1]], network.nodes.geometry.to_numpy()[mine[:, 0]])
    # The length that is told, so that a block as long as its segment is told alike.
    rows, length = np.arange(len(frame)), frame["length_m"].to_numpy(dtype=float)
    stop = np.concatenate([np.minimum(at, length[mine[:, 1]]), np.zeros(len(frame)), length])
    return _longest_gap(np.concatenate([mine[:, 1], rows, rows]), stop, len(frame))


def walls_of(barriers: gpd.GeoDataFrame) -> np.ndarray:
    """Return the shapes of walls, fences and hedges."""
    shapes: np.ndarray = barriers.geometry.to_numpy()[barriers["kind"].isin(WALLS).to_numpy(dtype=bool)]
    return shapes


def walled(seen: Look, known: np.ndarray) -> tuple[Floats, Floats]:
    """Share of the left and right side where a wall, fence or hedge stands before any building.

    NaN where walls are not `known`: none is mapped near.
    """
    before = seen.walls.distance_m < np.where(np.isnan(seen.faces.distance_m), np.inf, seen.faces.distance_m)
    sides = [np.where(known, seen.at.mean(before[side].astype(float)), np.nan) for side in (0, 1)]
    return sides[0], sides[1]


def barriers(segments: Segments, known: Facts, network: Network) -> Floats:
    """Number of gates not open to the public that stand on the segment, and of its stretches closed to walkers.

    NaN where no gate is mapped near and nothing is closed.
    """
    count = len(segments.segments)
    gates = known.gates
    standing = gates[(gates["offset_m"] <= ON_LINE_M) & ~gates["public"]]
    number = np.bincount(standing["segment"].to_numpy(dtype=np.int64), minlength=count).astype(float)
    shut = segments.parts[network.edges["closed"].reindex(segments.parts.index).to_numpy(dtype=bool)]
    closed = np.bincount(shut["segment"].to_numpy(dtype=np.int64), minlength=count)
    mapped = known.values["gates"].notna().to_numpy(dtype=bool)  # noqa: PD011
    return np.where(mapped | (closed > 0), number + closed, np.nan)


def detour(segments: Segments, study: StudyArea, network: Network, known: Facts) -> tuple[Floats, np.ndarray]:
    """Walk between two places opposite each other, 15 m left and right of the segment's middle, ÷ their 30 m.

    Exact on the network where the two places attach to the two sides of the street itself, at least 8 m apart: its two
    carriageways, or footways mapped on both sides. A street drawn as one line tells nothing of its two sides, and a lane
    beside it is no side of it; there the way to the nearest crossing and back stands for it, 1 + 2 × distance to the
    crossing ÷ 30 m, as an estimate. NaN without either, and beyond 1,200 m.

    Returns
    -------
    values, basis : arrays, shape (N,)
    """
    frame = segments.segments
    lines = frame.geometry.to_numpy()
    length = shapely.length(lines)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.minimum(length / 2 + 1, length)))
    xy = shapely.get_coordinates(middle)
    along = ahead - xy
    size = np.hypot(along[:, 0], along[:, 1])
    fine = size > 0
    along[fine] /= size[fine, None]
    aside = np.stack([-along[:, 1], along[:, 0]], axis=1) * (OPPOSITE_M / 2)
    left, right = (
        attach(
            network,
            gpd.GeoSeries(shapely.points(xy + way * aside), index=frame.index, crs=frame.crs),
            tolerance_m=OPPOSITE_M / 2,
        )
        for way in (1, -1)
    )
    apart = fine & _two_sides(segments, study, network, left, right)
    walk = np.full(len(frame), np.nan)
    if apart.any():
        cutoff = int(FARTHEST_ACROSS_M * 10)
        found = access.travel_table(network, left[apart], right[apart], cutoff_dm=cutoff, impedance="length")
        own = found[found["origin"] == found["opportunity"]].set_index("origin")["walk_dm"]
        walk = own.reindex(frame.index).to_numpy(dtype=float, na_value=np.nan) / 10.0
    there_and_back = 2 * _to_crossing_m(frame, known)
    there_and_back[there_and_back > FARTHEST_ACROSS_M] = np.nan
    ratio = np.where(apart, walk / OPPOSITE_M, 1 + there_and_back / OPPOSITE_M)
    told = "mapped" if study.config.schematic is None else "synthetic"
    return np.where(fine, np.maximum(ratio, 1.0), np.nan), np.where(apart, told, "estimate").astype(object)


def _two_sides(
    segments: Segments, study: StudyArea, network: Network, left: pd.DataFrame, right: pd.DataFrame
) -> np.ndarray:
    """Return where two places attach to the two carriageways of their street, or to footways of both its sides."""
    edges, parts = network.edges, segments.parts
    gap = np.hypot(left["x_m"] - right["x_m"], left["y_m"] - right["y_m"]).to_numpy(dtype=float)
    one, other = (place["edge"].fillna(-1).to_numpy(dtype=np.int64) for place in (left, right))
    # Row -1: not attached.
    owner = np.full(len(edges) + 1, -1, dtype=np.int64)
    owner[edges.index.get_indexer(parts.index)] = parts["segment"].to_numpy(dtype=np.int64)
    footway = np.append(edges["street_id"].isin(footways(study.streets, "sidewalk").index).to_numpy(dtype=bool), False)
    private = np.append(edges["private"].to_numpy(dtype=bool), True)
    rows = np.arange(len(left))
    both_own = (owner[one] == rows) & (owner[other] == rows)
    public = ~private[one] & ~private[other]
    sides: np.ndarray = (gap >= APART_M) & (one != other) & public & (both_own | (footway[one] & footway[other]))
    return sides


def _to_crossing_m(frame: gpd.GeoDataFrame, known: Facts) -> Floats:
    """Return metres from each segment's middle to the nearest crossing of its street; NaN where none is mapped.

    Along the segment, along the corridor from segment to segment (its ends count as crossings), and as the crow flies
    to those on other segments of another street.
    """
    lines = frame.geometry.to_numpy()
    length = frame.geometry.length.to_numpy()
    owner = known.crossings["segment"].to_numpy(dtype=np.int64)
    at = known.crossings["at_m"].to_numpy(dtype=float)
    out = np.full(len(frame), np.inf)
    np.minimum.at(out, owner, np.abs(at - length[owner] / 2))
    start = frame["chainage_from_m"].to_numpy(dtype=float, na_value=np.nan)
    on_axis = ~np.isnan(start)
    if on_axis.any():
        stops = crossings_along(frame, known.crossings)
        out[on_axis] = np.abs((start + length / 2)[on_axis, None] - stops).min(axis=1)
    street = frame["street"].astype(object).where(frame["street"].notna(), None).to_numpy()
    spots = shapely.line_interpolate_point(lines[owner], at)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    for name in {street[row] for row in owner.tolist()} - {None}:
        mine = np.flatnonzero((street == name) & ~on_axis)
        if len(mine):
            near = shapely.STRtree(spots[street[owner] == name])
            away = shapely.distance(middle[mine], near.geometries[near.nearest(middle[mine])])
            out[mine] = np.where(np.isinf(out[mine]), away, out[mine])
    return np.where(known.values["crossings"].notna() & np.isfinite(out), out, np.nan)  # noqa: PD011
