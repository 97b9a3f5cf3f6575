"""Who is within a walk of some minutes: shares of anything counted, of anything one walks to."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from corridor.indicators import weighted

MINUTES = (5, 10, 15)
DM_PER_M = 10.0
SECONDS_PER_MINUTE = 60.0


def limits_dm(speed_m_min: float, minutes: tuple[int, ...] = MINUTES) -> dict[int, int]:
    """Return the whole decimetres walked within each number of minutes (rounded down; the limit itself counts).

    `limits_dm(80)` is {5: 4000, 10: 8000, 15: 12000}.
    """
    return {m: int(np.floor(m * speed_m_min * DM_PER_M + 1e-9)) for m in minutes}


def walk_s(cost_dm: pd.Series, speed_m_min: float) -> pd.Series:
    """Return walking times in seconds with one decimal, as the life circle rounds them; NA stays NA."""
    return (cost_dm.astype("Float64") / DM_PER_M / speed_m_min * SECONDS_PER_MINUTE).round(1)


def walk_m(length_dm: pd.Series) -> pd.Series:
    """Return decimetres as metres; NA stays NA."""
    return length_dm.astype("Float64") / DM_PER_M


def shares(
    cost_dm: pd.DataFrame,
    weight: pd.Series,
    *,
    speed_m_min: float,
    subject: str,
    known: Collection[object] | None = None,
    minutes: tuple[int, ...] = MINUTES,
) -> pd.DataFrame:
    """Measure the share of a weight that has each subject within each number of minutes.

    share(c, m) = Σ weight(o) over origins o with cost(o, c) ≤ m minutes / Σ weight(o).

    Parameters
    ----------
    cost_dm : DataFrame of Int32
        Origins × subjects (station types, stages, series): decimetres to the nearest, NA where out of reach.
    weight : Series
        On the same index: persons, firms, 1 for the buildings themselves; NA counts nothing.
    speed_m_min : float
    subject : str
        Name of the column that will hold the subjects.
    known : collection, optional
        Subjects of which the study has any place at all; of others nothing is known and the share is NA.
    minutes : tuple of int

    Returns
    -------
    DataFrame
        Long, in the order of the columns and of `minutes`: the subject, `minutes`, `share` (0–1; NA where the weight
        sums to nothing or the subject is not known), `count`, `total`.
    """
    values = cost_dm.to_numpy(dtype=float, na_value=np.nan)
    heads = weight.reindex(cost_dm.index).to_numpy(dtype=float, na_value=0.0)
    total = weighted.sums(np.ones((len(heads), 1), bool), heads)[0]
    limits = limits_dm(speed_m_min, minutes)
    # Subjects × minutes.
    count = np.stack([weighted.sums(values <= limit, heads) for limit in limits.values()], axis=1)
    absent = np.array([known is not None and column not in known for column in cost_dm.columns], dtype=bool)
    missing = np.repeat(absent, len(limits))
    share = np.minimum(count / total, 1.0).ravel() if total else np.full(count.size, np.nan)
    unknown = missing | np.isnan(share)
    return pd.DataFrame(
        {
            subject: np.repeat(cost_dm.columns.to_numpy(dtype=object), len(limits)),
            "minutes": np.tile(np.array(list(limits), dtype=np.int64), len(cost_dm.columns)),
            "share": pd.arrays.FloatingArray(np.where(unknown, 0.0, share), unknown),
            "count": pd.arrays.FloatingArray(np.where(missing, 0.0, count.ravel()), missing),
            "total": np.full(count.size, total),
        }
    )
