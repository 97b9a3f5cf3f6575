"""What a walk from a segment reaches, and tables of values beside what they rest on."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
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


def placer_of(study: StudyArea, network: Network, given: Placer | None) -> Placer:
    """Return what attaches points: the one given (a scenario's keeps everybody's place), else a fresh one."""
    return given or Placer(network, study.config.walker.snap_m)


def cutoff_dm(study: StudyArea, minutes: int = MINUTES) -> int:
    """Return how far one walks in some minutes at the middle speed, in whole decimetres."""
    return limits_dm(study.config.walker.speed_m_min.middle, (minutes,))[minutes]


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
    things: pd.DataFrame,
    cutoff: int,
    index: pd.Index,
    weight: str | None = None,
) -> pd.Series:
    """Count things within a walk of segments, or add up a column of theirs.

    Returns
    -------
    Series
        Float64 on `index`; NA where a segment is not attached.
    """
    found = access.cumulative(
        network, origins, things.assign(kind="all"), cutoffs_dm=[cutoff], by="kind", weight=weight, categories=["all"]
    )
    return found[("all", cutoff)].astype("Float64").reindex(index)


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
