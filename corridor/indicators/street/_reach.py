"""What a walk from a segment reaches, and tables of values beside what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor import access
from corridor.indicators.coverage import limits_dm
from corridor.indicators.street._columns import plain, tables
from corridor.network import Network, Placer
from corridor.streets import Segments
from corridor.study import StudyArea

MINUTES = 5
_FROM = (0.0, 0.5, 1.0)
# Kinds of things: their attached rows, and the column to add up (None: count them).
Things = dict[str, tuple[pd.DataFrame, str | None]]
_PLACE = ["edge", "offset_dm", "connector_dm"]


def placer_of(study: StudyArea, network: Network, given: Placer | None) -> Placer:
    """Return what attaches points: the one given (a scenario's keeps everybody's place), else a fresh one."""
    return given or Placer(network, study.config.walker.snap_m)


def cutoffs_dm(study: StudyArea, speeds: Sequence[float] | None, minutes: int = MINUTES) -> list[int]:
    """Return how far one walks in some minutes at each speed (without any: the middle one), in whole decimetres."""
    walked = [study.config.walker.speed_m_min.middle] if speeds is None else speeds
    return [limits_dm(speed, (minutes,))[minutes] for speed in walked]


def doors(segments: Segments, placer: Placer) -> pd.DataFrame:
    """Attach each segment at its start, middle and end; a walk begins at whichever is nearest.

    Returns
    -------
    DataFrame
        As `attach` gives it, three rows a label of `segment_id`.
    """
    lines = segments.segments.geometry
    parts = [
        gpd.GeoSeries(
            shapely.line_interpolate_point(lines.to_numpy(), at, normalized=True), index=lines.index, crs=lines.crs
        )
        for at in _FROM
    ]
    return placer(pd.concat(parts))


def within(
    network: Network,
    origins: pd.DataFrame,
    things: Things,
    cutoffs: Sequence[int],
    index: pd.Index,
) -> dict[tuple[str, int], pd.Series]:
    """Count several kinds of things within walks of segments, or add up a column of theirs, all by one search.

    Parameters
    ----------
    things : dict
        See `Things`; a `source_id` of several rows counts once.
    cutoffs : sequence of int
        Decimetres.

    Returns
    -------
    dict
        (kind, cutoff) to Float64 on `index`; NA where a segment is not attached.
    """
    rows = [
        table[_PLACE].assign(
            source_id=np.asarray(table.get("source_id", table.index), dtype=object),
            kind=kind,
            weight=1.0 if weight is None else table[weight].to_numpy(dtype=float),
        )
        for kind, (table, weight) in things.items()
    ]
    found = access.cumulative(
        network,
        origins,
        pd.concat(rows, ignore_index=True),
        cutoffs_dm=sorted(set(cutoffs)),
        by="kind",
        weight="weight",
        categories=list(things),
    )
    return {(str(kind), int(cutoff)): found[(kind, cutoff)].reindex(index) for kind, cutoff in found.columns}


def missing(index: pd.Index) -> pd.Series:
    """Return a column without a value."""
    return pd.Series(pd.NA, index=index, dtype="Float64")


def told(study: StudyArea) -> str:
    """Return what mapped data rest on: in a schematic study they are invented."""
    return "mapped" if study.config.schematic is None else "synthetic"


def side_by_side(
    index: pd.Index, found: Mapping[str, tuple[pd.Series, str | pd.Series]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (values, basis) of indicators given as code: (values, basis of all or of each), all put on one index."""
    return tables(
        index,
        {
            code: (plain(series.reindex(index).astype("Float64")), why if isinstance(why, str) else why.reindex(index))
            for code, (series, why) in found.items()
        },
    )


def per_100m(number: pd.Series, segments: Segments) -> pd.Series:
    """Return a number of things on each segment as a number on 100 m; NA on segments of no length."""
    length = segments.segments["length_m"].astype("Float64")
    return 100.0 * number.astype("Float64") / length.where(length > 0)


def mean_flow(flow: pd.Series, segments: Segments, network: Network) -> pd.Series:
    """Return how much flow passes an average point of each segment.

    Formula: Σ flow × length / Σ length over the segment's edges, times its number of carriageways (the length of its
    edges in lengths of its line, rounded): carriageways of one street add up. NA on segments without an edge.
    """
    metres = network.edges["length_dm"].astype("Float64") / 10
    sums = pd.DataFrame({"walked": flow * metres, "metres": metres}).groupby(segments.edges).sum()
    sums = sums.reindex(segments.segments.index).astype("Float64")
    line = segments.segments["length_m"].astype("Float64")
    carriageways = (sums["metres"] / line.where(line > 0)).round().clip(lower=1)
    return sums["walked"] / sums["metres"].where(sums["metres"] > 0) * carriageways
