"""How long it takes: walks in decimetres as seconds, at one speed or over a speed band.

The search knows no speed: walk_s = cost / speed, so a slower walker needs no new search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from corridor.errors import NetworkError

if TYPE_CHECKING:
    from corridor.config import Band

Costs = TypeVar("Costs", pd.Series, pd.DataFrame)
DM_PER_M = 10.0
SECONDS_PER_MINUTE = 60.0


def at_speed(cost_dm: Costs, speed_m_min: float) -> Costs:
    """Return walks as seconds at one speed.

    walk_s = cost_dm / 10 / speed × 60, rounded to a tenth of a second.

    Parameters
    ----------
    cost_dm : Series or DataFrame
        Walks in decimetres of any number type, NA where there is none: `nearest`, `proximity`, a column `walk_dm`.
    speed_m_min : float
        Metres a minute, above 0.

    Returns
    -------
    Series or DataFrame of Float64
        Same index and columns; NA stays NA.

    Raises
    ------
    NetworkError
        The speed is not above 0.

    Examples
    --------
    800 m at 80 m a minute: 600 s.
    """
    if not (np.isfinite(speed_m_min) and speed_m_min > 0):
        raise NetworkError.of(
            "speed_m_min", f"步速{speed_m_min}不是大于0的数。", f"speed {speed_m_min} is not a number above 0."
        )
    walks = np.asarray(cost_dm.to_numpy(dtype=float, na_value=np.nan))
    seconds = np.round(walks / DM_PER_M / speed_m_min * SECONDS_PER_MINUTE, 1)
    if isinstance(cost_dm, pd.Series):
        return pd.Series(_nullable(seconds), index=cost_dm.index, name=cost_dm.name)
    columns = dict(enumerate(map(_nullable, seconds.T)))
    return pd.DataFrame(columns, index=cost_dm.index).set_axis(cost_dm.columns, axis=1)


def times(cost_dm: Costs, speeds: Band) -> pd.DataFrame:
    """Return walks as seconds over a speed band.

    Parameters
    ----------
    cost_dm : Series or DataFrame
        As for `at_speed`.
    speeds : Band
        With `low`, `middle`, `high` in metres a minute, such as `study.config.walker.speed_m_min`.

    Returns
    -------
    DataFrame of Float64
        `walk_s` (at the middle speed), `walk_s_fast` (at the high speed, the shortest), `walk_s_slow` (at the low
        speed, the longest). From a Series on its index; from a DataFrame on (index, column), row by row.

    Examples
    --------
    720 m at 60, 80 and 90 m a minute: 540 s, between 480 s and 720 s.
    """
    table = cost_dm if isinstance(cost_dm, pd.Series) else _long(cost_dm)
    named = {"walk_s": speeds.middle, "walk_s_fast": speeds.high, "walk_s_slow": speeds.low}
    return pd.DataFrame({name: at_speed(table, speed) for name, speed in named.items()}, index=table.index)


def _long(cost_dm: pd.DataFrame) -> pd.Series:
    """Lay a table out as one Series, all columns of the first row first."""
    rows = cost_dm.index.rename(cost_dm.index.name or "origin")
    columns = cost_dm.columns.rename(cost_dm.columns.name or "category")
    index = pd.MultiIndex.from_product([rows, columns])
    return pd.Series(cost_dm.to_numpy(dtype=float, na_value=np.nan).ravel(), index=index)


def _nullable(values: np.ndarray) -> pd.arrays.FloatingArray:
    missing = np.isnan(values)
    return pd.arrays.FloatingArray(np.where(missing, 0.0, values), missing)
