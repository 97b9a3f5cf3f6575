"""Who is left out of public open space, and on which street."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from corridor.indicators.open_space._reach import GROUPS, Reach
from corridor.streets import Segments

# A lane's people are those of the named street this near to it.
NAMED_M = 200.0
# Sums of estimated people differ by so little for rounding alone.
_NOBODY = 1e-6


def left_out(found: Reach, homes: pd.DataFrame, segments: Segments) -> pd.DataFrame:
    """Say where those live and work who have no open space within the walk.

    A building counts on the named street its door attaches to; doors on lanes and in compounds on the nearest segment
    with a name within 200 m, else on the nearest of all.

    Parameters
    ----------
    found : Reach
    homes : DataFrame
        Of `supply`.
    segments : Segments

    Returns
    -------
    DataFrame
        Schema OPEN_SPACE_LEFT_OUT on `segment_id`: segments with anybody on them, most people left out first. Shares
        are those of the people of whom it is known.
    """
    at = _segment_of(found, segments)
    table = pd.DataFrame({"segment_id": at, "left": found.left_out})
    for group in GROUPS:
        table[group] = found.people[group].where(found.connected, 0.0)
        table[f"{group}_left_out"] = table[group].where(table["left"], 0.0)
    table["unknown"] = table[list(GROUPS)].sum(axis=1).where(found.unknown, 0.0)
    people = found.people.sum(axis=1)
    table["weighted"] = homes["m2_per_person"].astype(float).fillna(0.0) * people
    table["weight"] = people.where(homes["m2_per_person"].notna(), 0.0)
    sums = table[table["segment_id"].notna()].groupby("segment_id").sum(numeric_only=True)
    sums = sums[(sums["residents"] + sums["workers"]) > 0]
    sums["m2_per_person"] = (sums["weighted"] / sums["weight"].where(sums["weight"] > 0)).round(3)
    sums["share_left_out"] = _share_left_out(sums)
    sums["street"] = segments.segments["street"].reindex(sums.index).astype("string")
    sums["total_left_out"] = sums["residents_left_out"] + sums["workers_left_out"]
    sums.index = sums.index.astype("string").rename("segment_id")
    order = sums.assign(id=sums.index).sort_values(["total_left_out", "id"], ascending=[False, True]).index
    names = [
        "street",
        *GROUPS,
        *(f"{group}_left_out" for group in GROUPS),
        "unknown",
        "share_left_out",
        "m2_per_person",
    ]
    return sums.loc[order, names].astype({name: "Float64" for name in names[1:]})


def _share_left_out(sums: pd.DataFrame) -> pd.Series:
    """Return the share of people left out among those of whom it is known."""
    lost = sums[[f"{group}_left_out" for group in GROUPS]].sum(axis=1).astype(float)
    known = sums[list(GROUPS)].sum(axis=1).astype(float) - sums["unknown"].astype(float)
    return (lost / known.where(known > _NOBODY)).clip(upper=1.0).astype("Float64")


def left_out_by_street(by_segment: pd.DataFrame) -> pd.DataFrame:
    """Add up `left_out` by street; segments of streets without a name together as one row without a street.

    Returns
    -------
    DataFrame
        Schema OPEN_SPACE_STREETS, most people left out first.
    """
    counted = [*GROUPS, *(f"{group}_left_out" for group in GROUPS), "unknown"]
    sums = by_segment.groupby("street", dropna=False)[counted].sum().reset_index()
    total = sums[[f"{group}_left_out" for group in GROUPS]].sum(axis=1)
    sums["share_left_out"] = _share_left_out(sums)
    return (
        sums.assign(total=total)
        .sort_values(["total", "street"], ascending=[False, True], ignore_index=True)
        .drop(columns="total")
        .astype({"street": "string"})
    )


def _segment_of(found: Reach, segments: Segments) -> pd.Series:
    """Return the segment each building counts on."""
    table = segments.segments
    edge = found.origins["edge"]
    known = edge.notna()
    at = pd.Series(pd.NA, index=found.origins.index, dtype="string")
    at[known] = segments.edges.astype("string").to_numpy()[edge[known].astype("int64")]
    named = table[table["street"].notna()]
    for part, within_m in ((named, NAMED_M), (table, np.inf)):
        lost = found.connected & ~at.isin(named.index if part is named else table.index)
        if not lost.any() or part.empty:
            continue
        feet = shapely.points(found.origins.loc[lost, ["x_m", "y_m"]].to_numpy(dtype=float))
        (foot, near), _ = shapely.STRtree(part.geometry.to_numpy()).query_nearest(
            feet, max_distance=None if np.isinf(within_m) else within_m, return_distance=True, all_matches=False
        )
        at.loc[at.index[lost.to_numpy()][foot]] = part.index.to_numpy()[near]
    return at
