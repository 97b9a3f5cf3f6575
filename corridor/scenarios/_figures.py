"""The figures of the indicators from arrays: the full evaluation and scenarios take them from here, to the last bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corridor.config import KINDS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
FAR = np.int32(2**31 - 1)
SCORES = ("score_total", *(f"score_{kind.lower()}" for kind in KINDS), "score_total_low", "score_total_high")
"""Scores of buildings, in the order of the columns of `score_values`."""


def score_values(scores: Floats, residents: Floats, inside: Bools, along: Bools) -> Floats:
    """Return medians, means and those of the corridor, as `_scores` of `_indicators` lists them.

    Parameters
    ----------
    scores : float array, shape (len(SCORES), buildings)
        NaN where a building has no score.
    residents : float array, shape (buildings,)
    inside, along : bool arrays, shape (buildings,)
        In the study area; along the corridor.
    """
    in_area = np.compress(inside, scores, axis=1)
    known = ~np.isnan(in_area[0])
    total, heads = in_area[0, known], residents[inside][known]
    mean = float(total.mean()) if len(total) else np.nan
    felt = float((total * heads).sum() / heads.sum()) if heads.sum() else np.nan
    return np.array([*_medians(in_area, known), _median(scores[0, along]), mean, felt], dtype=np.float64)


def _medians(rows: Floats, known: Bools) -> list[float]:
    """Return the median of what is known in each row; `known` is where the first is."""
    if (np.isnan(rows) == ~known).all():
        return _middle(np.compress(known, rows, axis=1))
    return [_median(row) for row in rows]


def _median(values: Floats) -> float:
    return _middle(values[None, ~np.isnan(values)])[0]


def _middle(rows: Floats) -> list[float]:
    """Return the median of each row, of an even number the mean of the middle two."""
    count = rows.shape[1]
    if not count:
        return [np.nan] * len(rows)
    low, high = (count - 1) // 2, count // 2
    parted = np.partition(rows, (low, high), axis=1)
    found: list[float] = ((parted[:, low] + parted[:, high]) / 2).tolist()
    return found


def people_values(residents: Floats, workers: Floats, inside: Bools, connected: Bools) -> Floats:
    """Return who is in the study area, as `_people` lists it."""
    return np.array(
        [inside.sum(), (inside & connected).sum(), residents[inside].sum(), workers[inside].sum()], dtype=np.float64
    )


def walk_values(cost_dm: npt.NDArray[np.int32], speed_m_min: float) -> Floats:
    """Return the median walk of each category in seconds; buildings without one count as farther than all.

    Parameters
    ----------
    cost_dm : int32 array, shape (categories, buildings)
        2^31 - 1 where nothing is in reach. Missing where the middle building has none.
    """
    count = cost_dm.shape[1]
    if not count:
        return np.full(len(cost_dm), np.nan)
    middle = (count - 1) // 2
    value = np.partition(cost_dm, middle, axis=1)[:, middle]
    return np.where(value == FAR, np.nan, np.round(value / 10.0 / speed_m_min * 60.0, 1))


def linkage_values(core: Bools, reach: Floats, near: Floats, off_belt: Floats, stages: Floats) -> Floats:
    """Return what core carriers have in reach, all places' reach, and how many are off the belt.

    Parameters
    ----------
    core : bool array, shape (places,)
    reach, near, off_belt, stages : float arrays, shape (places,)
        Weight in reach, places and stages within 15 minutes, 1 for those off the belt (NaN: not known).
    """
    known = ~np.isnan(off_belt)
    return np.array(
        [
            reach[core].sum(),
            near[core].sum(),
            reach.sum(),
            near.sum(),
            off_belt[known].sum() if known.any() else np.nan,
            stages.mean() if len(core) else np.nan,
        ]
    )


def trip_values(cost_dm: npt.NDArray[np.int64], limit_dm: int, speed_m_min: float) -> tuple[float, float]:
    """Return the share of those that can be tested that make a chain in time, and the shortest walk (s).

    Parameters
    ----------
    cost_dm : int64 array
        Shortest trips of those that can be tested.
    """
    if not len(cost_dm):
        return np.nan, np.nan
    share = int((cost_dm <= limit_dm).sum()) / len(cost_dm)
    return share, float(np.round(cost_dm.min() / 10.0 / speed_m_min * 60.0, 1))
