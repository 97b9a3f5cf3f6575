"""The life circle by the clock: what is known to be open, known to be closed, and not known, at given moments.

Hours that are missing or not understood are unknown: the share of people covered lies between what the places known
to be open give and what it would be if every unknown place were open. Both are shown, nothing is guessed.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import numpy as np
import pandas as pd

from corridor import hours

COUNTS = ("n_open", "n_closed", "n_unknown")


def states(
    opening_hours: pd.Series,
    moments: Mapping[str, datetime.datetime],
    *,
    lonlat: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Tell what is open at each moment.

    Parameters
    ----------
    opening_hours : Series of str
        OSM's syntax or Chinese; NA where not known.
    moments : mapping of str to datetime
        Local time.
    lonlat : (float, float), optional
        Where the places are, WGS84 degrees; for holidays and the hours of the sun.

    Returns
    -------
    DataFrame of boolean
        On the same index, a column a moment; NA: unknown.
    """
    found = {name: hours.is_open(opening_hours, at, lonlat=lonlat) for name, at in moments.items()}
    return pd.DataFrame(found, index=opening_hours.index)


def counts(opportunities: pd.DataFrame, is_open: pd.Series) -> pd.DataFrame:
    """Count places of each category that are open, closed and unknown.

    Parameters
    ----------
    opportunities : DataFrame
        With `category` and `source_id`; a place with several entrances counts once.
    is_open : Series of boolean
        On the same index.

    Returns
    -------
    DataFrame of int64
        On `category` (those that occur, sorted): `n_open`, `n_closed`, `n_unknown`.
    """
    first = ~opportunities.duplicated(["category", "source_id"]).to_numpy()
    code, names = pd.factorize(opportunities["category"].to_numpy(dtype=object)[first], sort=True)
    opened = is_open.fillna(False).to_numpy(dtype=bool)[first]
    unknown = is_open.isna().to_numpy(dtype=bool)[first]
    state = np.where(unknown, 2, np.where(opened, 0, 1))
    table = np.bincount(code * 3 + state, minlength=3 * len(names)).reshape(-1, 3)
    return pd.DataFrame(table.astype("int64"), index=pd.Index(names, name="category"), columns=list(COUNTS))
