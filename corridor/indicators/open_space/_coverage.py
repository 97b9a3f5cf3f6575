"""How many people have public open space within the walk, and how much of it there is a head."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor import access
from corridor.access.decay import Step
from corridor.indicators import place, weighted
from corridor.indicators.open_space._reach import GROUPS, Reach
from corridor.network import Placer
from corridor.study import StudyArea

AIM = 0.9


def covered(reached: NDArray[np.bool_], heads: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the share of people with open space within the walk, their number, and all people; the share NaN of nobody.

    Parameters
    ----------
    reached : bool array
        By building on the network.
    heads : float array
        The people of each.
    """
    total, count = weighted.whole(heads), float(weighted.sums(reached[:, None], heads)[0])
    return count / total if total > 0 else np.nan, count, total


def coverage(found: Reach) -> pd.DataFrame:
    """Measure the share of residents and of workers with public open space within the walk.

    share = Σ people of buildings within reach / Σ people of buildings on the network. The aim is 90 %. Of people without
    any open space mapped near them nobody knows: with all of them covered the share would be `share_high`.

    Returns
    -------
    DataFrame
        Schema OPEN_SPACE_COVERAGE. The share is NA where nobody is counted; whether the aim is reached where it lies
        between the two shares.
    """
    rows = []
    for group in GROUPS:
        on = found.connected.to_numpy(dtype=bool)
        heads = found.people[group].to_numpy(dtype=float)[on]
        reached, unknown, left_out = (
            rows_.to_numpy(dtype=bool)[on] for rows_ in (found.walk_dm.notna(), found.unknown, found.left_out)
        )
        low, count, total = covered(reached, heads)
        high = covered(reached | unknown, heads)[0]
        met = bool(low >= AIM) if low >= AIM or high < AIM else pd.NA
        _, lost, _ = covered(left_out, heads)
        _, perhaps, _ = covered(unknown, heads)
        rows.append((group, low, high, count, total, lost, perhaps, AIM, met))
    numbers = dict.fromkeys(("share", "share_high", "count", "total", "left_out", "unknown", "aim"), "Float64")
    table = pd.DataFrame(rows, columns=["group", *numbers, "met"])
    return table.astype({"group": "string", "met": "boolean", **numbers})


def supply(
    study: StudyArea,
    attach: Placer,
    buildings: gpd.GeoDataFrame,
    found: Reach,
    *,
    origins: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Share out the area of open space among the people in reach: two-step floating catchment (Luo and Wang 2003).

    R(space) = usable area / Σ people within the walk; m² a head (building) = Σ R over the spaces within the walk. People
    outside the reporting area use the spaces as well and are counted. `origins` as for `reach`.

    Returns
    -------
    DataFrame
        Schema OPEN_SPACE_BUILDINGS on `building_id` of the reporting area.
    """
    everybody = attach(place.doors(buildings, study.entrances)) if origins is None else origins.loc[buildings.index]
    demand = buildings[list(GROUPS)].sum(axis=1)
    head = access.floating_catchment(
        attach.network,
        everybody,
        found.doors,
        Step(found.cutoff_dm / 10),
        demand=demand,
        supply="capacity_m2",
        cutoff_dm=found.cutoff_dm,
        by="kind",
        categories=["all"],
    )["all"]
    known = found.connected & ~found.unknown
    return pd.DataFrame(
        {
            "residents": found.people["residents"].astype("Float64"),
            "workers": found.people["workers"].astype("Float64"),
            "walk_m": found.walk_dm.astype("Float64") / 10,
            "left_out": found.left_out.astype("boolean").where(known),
            "m2_per_person": head.reindex(found.people.index).astype("Float64").where(known).round(3),
        },
        index=found.people.index,
    )


def per_head(homes: pd.DataFrame) -> float:
    """Return the m² a head of the people counted, a mean over them; NaN where nobody is.

    Parameters
    ----------
    homes : DataFrame
        Of `supply`.
    """
    people = (homes["residents"] + homes["workers"]).to_numpy(dtype=float)
    area = homes["m2_per_person"].to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(area) & (people > 0)
    total = people[known].sum()
    return float((area[known] * people[known]).sum() / total) if total else np.nan
