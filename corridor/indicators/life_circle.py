"""The 15-minute innovation life circle: what is met, the four scores, and who is covered.

For a building and a category the contribution `m` is 1 within the tier and falls in a line to 0 at twice
the tier. A kind's score is 100 × Σ w·m / Σ w over the categories that are scored in the study; the total
is the weighted mean of the kinds that have a score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridor.config import KINDS
from corridor.indicators import weighted
from corridor.indicators.weighted import Floats

if TYPE_CHECKING:
    from corridor.config import Kind
    from corridor.taxonomy import Category

DM_PER_M = 10


def tier_dm(categories: Sequence[Category], speed_m_min: float) -> pd.Series:
    """Distance walked within each category's tier, in whole decimetres (rounded down).

    Parameters
    ----------
    categories : sequence of Category
        With `tier_min` (minutes).
    speed_m_min : float
        Metres a minute.

    Returns
    -------
    Series of int64
        On the categories' codes.
    """
    return pd.Series(
        {c.code: int(np.floor(c.tier_min * speed_m_min * DM_PER_M + 1e-9)) for c in categories}, dtype="int64"
    )


def met(cost_dm: pd.DataFrame, categories: Sequence[Category], speed_m_min: float) -> pd.DataFrame:
    """Whether each category is reached within its tier; the limit itself counts.

    Parameters
    ----------
    cost_dm : DataFrame of Int32
        Buildings × category codes: walking cost in decimetres, NA where unreachable.
    categories : sequence of Category
    speed_m_min : float

    Returns
    -------
    DataFrame of bool
        Same index and columns; unreachable is False.
    """
    limit = tier_dm(categories, speed_m_min)[list(cost_dm.columns)]
    values = _as_float(cost_dm)
    return pd.DataFrame(values <= limit.to_numpy(), index=cost_dm.index, columns=cost_dm.columns)


def contribution(cost_dm: pd.DataFrame, categories: Sequence[Category], speed_m_min: float) -> pd.DataFrame:
    """Contribution `m` of each category: 1 within the tier, in a line to 0 at twice the tier.

    Parameters
    ----------
    cost_dm : DataFrame of Int32
        Buildings × category codes (dm), NA where unreachable.
    categories : sequence of Category
    speed_m_min : float

    Returns
    -------
    DataFrame of float64
        Same index and columns, 0–1; unreachable is 0.
    """
    limit = tier_dm(categories, speed_m_min)[list(cost_dm.columns)].to_numpy(dtype=float)
    return pd.DataFrame(falling(_as_float(cost_dm), limit), index=cost_dm.index, columns=cost_dm.columns)


def falling(cost_dm: Floats, limit_dm: Floats) -> Floats:
    """Return 1 up to each column's limit, in a line to 0 at twice the limit; NaN (unreachable) is 0."""
    share: Floats = np.nan_to_num(np.clip((2 * limit_dm - cost_dm) / limit_dm, 0.0, 1.0), nan=0.0)
    return share


def scores(
    contributions: pd.DataFrame, categories: Sequence[Category], kind_weights: Mapping[Kind, float]
) -> pd.DataFrame:
    """Scores of the four kinds and the total, 0–100.

    Parameters
    ----------
    contributions : DataFrame of float64
        Buildings × codes of the categories that are *scored*; others must not be among the columns.
    categories : sequence of Category
        With `kind` and `weight`.
    kind_weights : mapping of str to float
        Weight of each kind in the total.

    Returns
    -------
    DataFrame of Float64
        On the buildings' index: `score_total`, `score_life`, `score_work`, `score_service`, `score_exchange`.
        A kind without a scored category is NA and does not enter the total.
    """
    columns = score_columns(contributions.to_numpy(), list(contributions.columns), categories, kind_weights)
    names = ["score_total", *(f"score_{name.lower()}" for name in KINDS)]
    missing = np.isnan(columns)
    values = np.where(missing, 0.0, columns)
    return pd.DataFrame(
        {name: pd.arrays.FloatingArray(values[:, n].copy(), missing[:, n].copy()) for n, name in enumerate(names)},
        index=contributions.index,
    )


def score_columns(
    contributions: Floats, codes: Sequence[str], categories: Sequence[Category], kind_weights: Mapping[Kind, float]
) -> Floats:
    """Return the total and the scores of the four kinds, (buildings, 5); NaN where there is none. See `scores`."""
    weight = {c.code: c.weight for c in categories}
    kind = {c.code: c.kind for c in categories}
    out = np.full((len(contributions), 1 + len(KINDS)), np.nan)
    for number, name in enumerate(KINDS, start=1):
        chosen = [n for n, code in enumerate(codes) if kind[code] == name]
        weights = np.array([weight[codes[n]] for n in chosen], dtype=float)
        out[:, number] = kind_score(contributions[:, chosen], weights)
    out[:, 0] = total_score(list(out[:, 1:].T), kind_weights)
    return out


def kind_score(contributions: Floats, weights: Floats) -> Floats:
    """Return the score of one kind from its categories, (buildings,); NaN where none of them weighs anything."""
    if not len(weights) or weights.sum() == 0:
        return np.full(len(contributions), np.nan)
    score: Floats = 100.0 * weighted.totals(contributions, weights) / weights.sum()
    return score


def total_score(kinds: Sequence[Floats], kind_weights: Mapping[Kind, float]) -> Floats:
    """Return the weighted mean of the four kinds that have a score, in the order of `KINDS`; (buildings,)."""
    total, total_weight = np.zeros(len(kinds[0])), 0.0
    for name, score in zip(KINDS, kinds, strict=True):
        # A kind without a category has no score at any building.
        if len(score) and not np.isnan(score[0]):
            total += kind_weights[name] * score
            total_weight += kind_weights[name]
    return total / total_weight if total_weight else np.full(len(total), np.nan)


def coverage(
    met_by_level: Mapping[str, pd.DataFrame], people_by_level: Mapping[str, pd.DataFrame], rows: pd.Series
) -> pd.DataFrame:
    """Share of buildings, residents and workers within the tier, by category.

    Parameters
    ----------
    met_by_level : mapping
        `low`, `middle`, `high` walking speed → buildings × categories, bool.
    people_by_level : mapping
        `low`, `middle`, `high` estimate → DataFrame with `buildings` (1 each), `residents`, `workers`.
    rows : Series of bool
        Which buildings count.

    Returns
    -------
    DataFrame
        Long: `category`, `group`, `share` (0–1, middle speed and middle estimate; NA where the group is
        empty), `share_low`, `share_high` (smallest and largest over speeds and estimates), `count`, `total`.
    """
    chosen = {level: frame[rows.to_numpy()] for level, frame in met_by_level.items()}
    people = {level: frame[rows.to_numpy()] for level, frame in people_by_level.items()}
    parts = []
    for group in ("buildings", "residents", "workers"):
        weights = {level: frame[group].to_numpy(dtype=float) for level, frame in people.items()}
        reached = {speed: frame.to_numpy() for speed, frame in chosen.items()}
        shares = [weighted.shares(one, weight) for one in reached.values() for weight in weights.values()]
        middle = weighted.shares(reached["middle"], weights["middle"])
        total = weights["middle"].sum()
        parts.append(
            pd.DataFrame(
                {
                    "category": chosen["middle"].columns,
                    "group": group,
                    "share": pd.array(middle, dtype="Float64"),
                    "share_low": pd.array(np.min(shares, axis=0), dtype="Float64"),
                    "share_high": pd.array(np.max(shares, axis=0), dtype="Float64"),
                    "count": weighted.sums(reached["middle"], weights["middle"]),
                    "total": total,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _as_float(cost_dm: pd.DataFrame) -> np.ndarray:
    values: np.ndarray = cost_dm.to_numpy(dtype=float, na_value=np.nan)
    return values
