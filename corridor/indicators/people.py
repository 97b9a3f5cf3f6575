"""Residents and workers of a building, estimated from its floor area with a low, middle and high figure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

BAND = ("low", "middle", "high")
_SUFFIX = {"low": "_low", "middle": "", "high": "_high"}


@cache
def default_rules() -> dict[str, Any]:
    """Return the bundled rates (`corridor/data/people.yaml`): m² per person, shares, default levels."""
    from ruamel.yaml import YAML

    text = files("corridor.data").joinpath("people.yaml").read_text(encoding="utf-8")
    rules: dict[str, Any] = YAML(typ="safe").load(text)
    return rules


def floor_area(buildings: gpd.GeoDataFrame, rules: Mapping[str, Any]) -> pd.DataFrame:
    """Gross floor area = footprint × levels, with default levels where none are mapped.

    Parameters
    ----------
    buildings : GeoDataFrame
        In a metric CRS, with `use` and `levels`.
    rules : mapping
        `levels` of `people.yaml`: per use a `small` and a `large` default.

    Returns
    -------
    DataFrame
        On the index of `buildings`: `footprint_m2`, `floor_area_m2` (m²), `floor_area_assumed`
        (bool: levels are a default).
    """
    footprint = buildings.geometry.area
    defaults = rules["levels"]
    use = buildings["use"].astype("string").fillna("unknown")
    use = use.where(use.isin([key for key in defaults if key != "large_from_m2"]), "other")
    small = use.map({key: value["small"] for key, value in defaults.items() if key != "large_from_m2"})
    large = use.map({key: value["large"] for key, value in defaults.items() if key != "large_from_m2"})
    assumed_levels = large.where(footprint >= defaults["large_from_m2"], small).astype(float)
    levels = buildings["levels"].astype("Float64").astype(float)
    known = levels.notna() & (levels > 0)
    return pd.DataFrame(
        {
            "footprint_m2": footprint,
            "floor_area_m2": footprint * levels.where(known, assumed_levels),
            "floor_area_assumed": ~known,
        },
        index=buildings.index,
    )


def people(buildings: gpd.GeoDataFrame, rules: Mapping[str, Any]) -> pd.DataFrame:
    """Residents and workers from floor area; a table the planner gave wins.

    Parameters
    ----------
    buildings : GeoDataFrame
        With `use`, `footprint_m2`, `floor_area_m2`, and where the planner has them `residents_given`,
        `workers_given` (persons).
    rules : mapping
        `people.yaml`: `m2_per_resident`, `m2_per_worker`, `residential_share`, `rest_use`.

    Returns
    -------
    DataFrame
        On the index of `buildings`: `residents_low`, `residents`, `residents_high`, the same for `workers`
        (persons, fractions kept so that sums are right), `people_assumed` (bool: rests on assumed
        use or levels).

    Notes
    -----
    persons = floor area × share of that use / m² per person. Rates are grade C.
    """
    use = buildings["use"].astype("string").fillna("unknown")
    area = buildings["floor_area_m2"].where(buildings["footprint_m2"] >= rules["smallest_m2"], 0.0)
    share = use.map(rules["residential_share"]).fillna(0.0).astype(float)
    worker_use = use.replace(rules["rest_use"])
    worker_use = worker_use.where(worker_use.isin(list(rules["m2_per_worker"])), "other")
    out = pd.DataFrame(index=buildings.index)
    for level in BAND:
        out[f"residents{_SUFFIX[level]}"] = area * share / rules["m2_per_resident"][level]
    for level in BAND:
        rate = worker_use.map({key: value[level] for key, value in rules["m2_per_worker"].items()}).astype(float)
        out[f"workers{_SUFFIX[level]}"] = area * (1.0 - share) / rate
    given = np.zeros(len(buildings), dtype=bool)
    for group in ("residents", "workers"):
        if f"{group}_given" in buildings:
            value = buildings[f"{group}_given"].astype("Float64").astype(float)
            known = value.notna().to_numpy()
            for level in BAND:
                column = f"{group}{_SUFFIX[level]}"
                out[column] = value.where(known, out[column])
            given |= known
    out["people_assumed"] = (buildings["floor_area_assumed"] | use.eq("unknown")) & ~given
    return out
