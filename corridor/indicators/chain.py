"""The innovation chain 研发 → 转化 → 孵化 → 产业化: which stages are near, where it breaks, and the ladder onwards."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridor.access import nearest
from corridor.indicators.coverage import MINUTES, limits_dm, walk_m, walk_s
from corridor.network import Network

STAGES = ("rd", "transfer", "incubation", "industry")


def stage_walks(network: Network, origins: pd.DataFrame, places: pd.DataFrame, *, cutoff_dm: int) -> pd.DataFrame:
    """Measure the walk from every origin to the nearest place of each stage.

    Parameters
    ----------
    network : Network
    origins, places : DataFrame
        As `attach` returns them; `places` with `stage` (one of `STAGES`; others and missing ones are left out).
    cutoff_dm : int
        Longest walk, inclusive.

    Returns
    -------
    DataFrame
        Origins × `STAGES`, Int32 decimetres; NA where none is in reach. A place of a stage reaches it at the cost of
        stepping out and in again, so walks start from 0 only where it stands on a street.
    """
    return nearest(network, origins, places, cutoff_dm=cutoff_dm, by="stage", categories=STAGES).astype("Int32")


def coverage(cost_dm: pd.DataFrame, *, speed_m_min: float) -> pd.DataFrame:
    """Tell which stages are near every origin and where the chain breaks.

    Parameters
    ----------
    cost_dm : DataFrame of Int32
        Origins × `STAGES`.
    speed_m_min : float

    Returns
    -------
    DataFrame
        On the same index: `rd_s`, `transfer_s`, `incubation_s`, `industry_s` (Float64, NA beyond the search);
        `n_stages_5min`, `n_stages_10min`, `n_stages_15min` (int64, 0–4); `missing_stage` (string): the first stage, in
        the order of the chain, that is not within 15 minutes; NA where all four are.
    """
    out = pd.DataFrame({f"{stage}_s": walk_s(cost_dm[stage], speed_m_min) for stage in STAGES}, index=cost_dm.index)
    values = cost_dm[list(STAGES)].to_numpy(dtype=float, na_value=np.nan)
    for minutes, limit in limits_dm(speed_m_min).items():
        out[f"n_stages_{minutes}min"] = (values <= limit).sum(axis=1).astype("int64")
    lacking = ~(values <= limits_dm(speed_m_min)[MINUTES[-1]])
    first = np.array(STAGES, dtype=object)[lacking.argmax(axis=1)]
    out["missing_stage"] = pd.array(np.where(lacking.any(axis=1), first, None), dtype="string")
    return out


def whole_chain(cost_dm: pd.DataFrame) -> pd.Series:
    """Return the walk to the farthest of the four nearest stages (Int32, dm): within it the chain is whole; NA: never."""
    return cost_dm[list(STAGES)].astype("Int32").max(axis=1, skipna=False).rename("all").astype("Int32")


def ladder(places: pd.DataFrame, cost_dm: pd.DataFrame, length_dm: pd.DataFrame, *, speed_m_min: float) -> pd.DataFrame:
    """List, for every carrier, the nearest place of each later stage of the chain.

    Parameters
    ----------
    places : DataFrame
        With `name` and `stage`.
    cost_dm, length_dm : DataFrame of Int32
        Places × places.
    speed_m_min : float

    Returns
    -------
    DataFrame
        `place_id`, `name`, `stage`, `step` (1: the next stage, 2: the one after it …), `next_stage`, `next_id`,
        `next_name`, `walk_s`, `walk_m`; by place and step. Of equally near places the first by id. Where no place of a
        stage can be reached its row is there, without a place. A place of no stage, or of the last, has no row.
    """
    order = {stage: n for n, stage in enumerate(STAGES)}
    stage = places["stage"].fillna("")
    ids, names, stages = (values.to_numpy(dtype=object) for values in (places.index, places["name"], stage))
    cost = cost_dm.to_numpy(dtype=float, na_value=np.inf)
    by_id = sorted(range(len(ids)), key=lambda i: ids[i])
    of_stage = {stage: [i for i in by_id if stages[i] == stage] for stage in STAGES}
    rows = []
    for i in range(len(ids)):
        onward = STAGES[order[stages[i]] + 1 :] if stages[i] in order else ()
        for step, later in enumerate(onward, start=1):
            nearest_one = min(of_stage[later], key=lambda j, i=i: cost[i, j], default=None)  # type: ignore[misc]
            found = nearest_one if nearest_one is not None and np.isfinite(cost[i, nearest_one]) else None
            rows.append(
                {
                    "place_id": ids[i],
                    "name": names[i],
                    "stage": stages[i],
                    "step": step,
                    "next_stage": later,
                    "next_id": None if found is None else ids[found],
                    "next_name": None if found is None else names[found],
                    "cost_dm": None if found is None else cost_dm.iloc[i, found],
                    "length_dm": None if found is None else length_dm.iloc[i, found],
                }
            )
    columns = {
        **dict.fromkeys(("place_id", "name", "stage"), "string"), "step": "int64",
        **dict.fromkeys(("next_stage", "next_id", "next_name"), "string"), "cost_dm": "Int64", "length_dm": "Int64",
    }  # fmt: skip
    out = pd.DataFrame(rows, columns=list(columns)).astype(columns)
    out["walk_s"] = walk_s(out["cost_dm"], speed_m_min)
    out["walk_m"] = walk_m(out["length_dm"])
    return out.drop(columns=["cost_dm", "length_dm"])
