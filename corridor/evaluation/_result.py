"""The result of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from corridor import taxonomy
from corridor.evaluation._footing import Footing
from corridor.evaluation._innovation import Innovation
from corridor.targets import Progress


@dataclass(frozen=True)
class Evaluation(Footing):
    """All indicators of one study, and what they stand on: see also `Footing`.

    Attributes
    ----------
    categories : tuple of Category
        In the order of the categories' file.
    category_table : DataFrame
        On `category`: names, tier, source, grade, weight, `n_opportunities`, `has_data`, `scored`, `incomplete`.
    cost_dm, length_dm : DataFrame of Int32
        Buildings × categories, decimetres to the nearest; NA where unreachable within twice the tier at the
        fastest speed.
    access : DataFrame
        Long form of the same: `building_id`, `category`, `walk_s`, `walk_m`, `met`, `within_m`, `m`.
    coverage : DataFrame
        `place`, `category`, `group`, `share`, `share_low`, `share_high`, `count`, `total`.
    by_time : DataFrame
        The same by moment: `share` counts places known to be open, `possible` those whose hours are unknown too.
    isochrones : GeoDataFrame
        `origin`, `minutes`, `area_m2`, polygon.
    innovation : Innovation
        Linkage of carriers, chain coverage, services, events, trails.
    completeness, account, notices : DataFrame
        How complete the data are; read = used + excluded; what to look at.
    parts : frozenset of str
        What was computed: see `only` of `evaluate`.
    summary : dict
        The key figures as plain numbers, ready for JSON.
    targets : Progress or None
        The aims of the year and what is achieved; None where the study has none.
    """

    categories: tuple[taxonomy.Category, ...]
    category_table: pd.DataFrame
    cost_dm: pd.DataFrame
    length_dm: pd.DataFrame
    access: pd.DataFrame
    coverage: pd.DataFrame
    by_time: pd.DataFrame
    isochrones: gpd.GeoDataFrame
    innovation: Innovation
    completeness: pd.DataFrame
    parts: frozenset[str]
    account: pd.DataFrame
    notices: pd.DataFrame
    summary: dict[str, Any]
    targets: Progress | None = None
