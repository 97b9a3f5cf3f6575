"""The service chains of an evaluation: the shortest walk to one station of each type."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import pandas as pd

from corridor.evaluation._innovation._who import Who
from corridor.evaluation._trails import FARTHEST_DM, Walker
from corridor.indicators import coverage, linkage, services
from corridor.study import StudyArea


def trips(
    study: StudyArea,
    walker: Walker,
    stations: pd.DataFrame,
    who: Who,
    records: gpd.GeoDataFrame,
    before: Collection[str] = (),
) -> pd.DataFrame:
    """Return every service chain from every place and every firm; `before` are the types that a scenario's baseline has."""
    at = stations[stations["edge"].notna() & stations["type"].notna()]
    between = linkage.matrix(walker.network, at, at, cutoff_dm=FARTHEST_DM)
    # Both tables in one search; their ids may be the same, so they are told apart by position.
    both = pd.concat([who.places, who.firms]).reset_index(drop=True)
    to_all = linkage.matrix(walker.network, both, at, cutoff_dm=FARTHEST_DM)
    asks_back = any(asked.back for asked in study.config.service_chains)
    from_all = linkage.matrix(walker.network, at, both, cutoff_dm=FARTHEST_DM).T if asks_back else to_all
    split = len(who.places)
    parts = []
    for table, rows, table_at, names in (
        ("carriers", slice(split), who.places, records["name"]),
        ("firms", slice(split, None), who.firms, study.firms["name"]),
    ):
        there, home = to_all.iloc[rows].set_axis(table_at.index), from_all.iloc[rows].set_axis(table_at.index)
        for number, asked in enumerate(study.config.service_chains, start=1):
            found = services.one_trip(there, between, home, at["type"], asked.stations, back=asked.back)
            limit = coverage.limits_dm(walker.speed, (asked.minutes,))[asked.minutes]
            within = (found["cost_dm"] <= limit).fillna(False).astype("boolean")
            unknown = found["cost_dm"].isna()
            if services.taken_away(asked.stations, set(at["type"]), before):
                unknown = table_at["edge"].isna()
            parts.append(
                pd.DataFrame(
                    {
                        "chain": number,
                        "chain_zh": asked.name.zh,
                        "chain_en": asked.name.en,
                        "table": table,
                        "origin_id": pd.array(found.index, dtype="string"),
                        "name": names.reindex(found.index).astype("string").to_numpy(),
                        "walk_s": coverage.walk_s(found["cost_dm"], walker.speed).to_numpy(),
                        # Off the network, or no station of a type: nothing is known, which is not "too far". Where a
                        # scenario took the last of a type away, it is.
                        "within": within.mask(unknown).to_numpy(),
                        "stations": found["stations"].to_numpy(),
                    }
                )
            )
    columns = {
        "chain": "int64", **dict.fromkeys(("chain_zh", "chain_en", "table", "origin_id", "name"), "string"),
        "walk_s": "Float64", "within": "boolean", "stations": "string",
    }  # fmt: skip
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
    return whole.astype(columns)
