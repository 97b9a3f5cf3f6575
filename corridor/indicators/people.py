"""Residents and workers of a building, estimated from its floor area with a low, middle and high figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.indicators.weighted import Floats

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
    area, mapped = floors(footprint, _use(buildings), buildings["levels"].to_numpy(dtype=float, na_value=np.nan), rules)
    return pd.DataFrame(
        {"footprint_m2": footprint, "floor_area_m2": area, "floor_area_assumed": ~mapped},
        index=buildings.index,
    )


def _use(buildings: pd.DataFrame) -> npt.NDArray[np.object_]:
    use: npt.NDArray[np.object_] = buildings["use"].astype("string").fillna("unknown").to_numpy(dtype=object)
    return use


def floors(
    footprint_m2: Floats, use: npt.NDArray[np.object_], levels: Floats, rules: People
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return gross floor areas (m²) and whether their levels are mapped; `levels` NaN where they are not."""
    assumed = np.ones(len(footprint_m2))
    for kind in rules.levels.keys() & set(use):
        rows = use == kind
        assumed[rows] = [rules.levels[kind].of(area) for area in footprint_m2[rows]]
    mapped = levels > 0
    return footprint_m2 * np.where(mapped, levels, assumed), mapped


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
    given = {
        group: buildings[f"{group}_given"].to_numpy(dtype=float, na_value=np.nan)
        if f"{group}_given" in buildings
        else np.full(len(buildings), np.nan)
        for group in ("residents", "workers")
    }
    use = _use(buildings)
    out, estimated = heads(use, buildings["floor_area_m2"].to_numpy(dtype=float), given, rules)
    assumed = buildings["floor_area_assumed"].to_numpy(dtype=bool) | (use == "unknown")
    return pd.DataFrame({**out, "people_assumed": assumed & estimated}, index=buildings.index)


def heads(
    use: npt.NDArray[np.object_], floor_area_m2: Floats, given: Mapping[str, Floats], rules: People
) -> tuple[dict[str, Floats], npt.NDArray[np.bool_]]:
    """Return the columns of `people`, and where some are estimated; `given` by "residents" and "workers", else NaN."""
    share = {"residential": 1.0, "unknown": rules.unknown_residential_share}
    lived = np.array([share.get(kind, 0.0) for kind in use], np.float64)
    out: dict[str, Floats] = {}
    for level in LEVELS:
        out[f"residents{SUFFIX[level]}"] = floor_area_m2 * lived * _per_m2(rules, "residential", level)
    for level in LEVELS:
        rates = {kind: _per_m2(rules, kind, level) for kind in rules.levels.keys() & set(use)}
        out[f"workers{SUFFIX[level]}"] = (
            floor_area_m2 * (1.0 - lived) * np.array([rates.get(kind, 0.0) for kind in use])
        )
    estimated = np.zeros(len(use), dtype=bool)
    for group, value in given.items():
        known = ~np.isnan(value)
        estimated |= ~known & (out[group] > 0)
        for level in LEVELS:
            column = f"{group}{SUFFIX[level]}"
            out[column] = np.where(known, value, out[column])
    return out, estimated


def _per_m2(rules: People, use: str, level: str) -> float:
    """Persons per m² of floor area; 0 where nobody is counted."""
    band = rules.m2_per_person(use)  # type: ignore[arg-type]
    return 0.0 if band is None else 1.0 / getattr(band, _RATE[level])
