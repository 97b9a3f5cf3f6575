"""Residents and workers of a building, estimated from its floor area with a low, middle and high figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from corridor.config import People

LEVELS = ("low", "middle", "high")
# Little floor area a person means many people: the low estimate divides by the high rate.
_RATE = {"low": "high", "middle": "middle", "high": "low"}
SUFFIX = {"low": "_low", "middle": "", "high": "_high"}


def floor_area(buildings: gpd.GeoDataFrame, rules: People) -> pd.DataFrame:
    """Gross floor area = footprint × levels, with default levels by use and size where none are mapped.

    Parameters
    ----------
    buildings : GeoDataFrame
        In a metric CRS, with `use` and `levels`.
    rules : People
        `people:` of study.yaml over `corridor/data/people.yaml`.

    Returns
    -------
    DataFrame
        On the index of `buildings`: `footprint_m2`, `floor_area_m2` (m²), `floor_area_assumed`
        (bool: the levels are a default).
    """
    footprint = buildings.geometry.area.to_numpy()
    use = buildings["use"].astype("string").fillna("unknown").to_numpy(dtype=object)
    assumed = np.ones(len(buildings))
    for kind, levels in rules.levels.items():
        rows = use == kind
        assumed[rows] = [levels.of(area) for area in footprint[rows]]
    known = buildings["levels"].to_numpy(dtype=float, na_value=np.nan)
    mapped = known > 0
    return pd.DataFrame(
        {
            "footprint_m2": footprint,
            "floor_area_m2": footprint * np.where(mapped, known, assumed),
            "floor_area_assumed": ~mapped,
        },
        index=buildings.index,
    )


def people(buildings: gpd.GeoDataFrame, rules: People) -> pd.DataFrame:
    """Residents and workers from floor area; a table the planner gave wins.

    Parameters
    ----------
    buildings : GeoDataFrame
        With `use`, `floor_area_m2`, `floor_area_assumed`, and where the planner has them `residents_given`,
        `workers_given` (persons).
    rules : People
        Floor area per resident (residential) and per worker (any other use), each low, middle and high.

    Returns
    -------
    DataFrame
        On the index of `buildings`: `residents_low`, `residents`, `residents_high`, the same for `workers`
        (persons; fractions kept so that sums are right), `people_assumed` (bool: an
        estimate among them rests on assumed use or levels).

    Notes
    -----
    persons = floor area × share of that use / m² per person. The rates are grade C.
    """
    use = buildings["use"].astype("string").fillna("unknown").to_numpy(dtype=object)
    share = {"residential": 1.0, "unknown": rules.unknown_residential_share}
    lived = np.array([share.get(kind, 0.0) for kind in use], np.float64)
    area = buildings["floor_area_m2"].to_numpy(dtype=float)
    out: dict[str, np.ndarray] = {}
    for level in LEVELS:
        out[f"residents{SUFFIX[level]}"] = area * lived * _per_m2(rules, "residential", level)
    for level in LEVELS:
        rates = {kind: _per_m2(rules, kind, level) for kind in rules.levels}
        out[f"workers{SUFFIX[level]}"] = area * (1.0 - lived) * np.array([rates.get(kind, 0.0) for kind in use])
    estimated = np.zeros(len(buildings), dtype=bool)
    for group in ("residents", "workers"):
        value = np.full(len(buildings), np.nan)
        if f"{group}_given" in buildings:
            value = buildings[f"{group}_given"].to_numpy(dtype=float, na_value=np.nan)
        known = ~np.isnan(value)
        estimated |= ~known & (out[group] > 0)
        for level in LEVELS:
            column = f"{group}{SUFFIX[level]}"
            out[column] = np.where(known, value, out[column])
    assumed = buildings["floor_area_assumed"].to_numpy(dtype=bool) | (use == "unknown")
    return pd.DataFrame({**out, "people_assumed": assumed & estimated}, index=buildings.index)


def _per_m2(rules: People, use: str, level: str) -> float:
    """Persons per m² of floor area; 0 where nobody is counted."""
    band = rules.m2_per_person(use)  # type: ignore[arg-type]
    return 0.0 if band is None else 1.0 / getattr(band, _RATE[level])
