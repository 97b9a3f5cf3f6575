"""The holder of everything a study rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from corridor import matching, taxonomy
from corridor.config import StudyConfig
from corridor.errors import Account, Notice

if TYPE_CHECKING:
    from pyproj import CRS

# Records that belong on the map.
PLACED_TABLES = ("carriers", "institutes", "stations", "events")


@dataclass(frozen=True)
class StudyArea:
    """Everything a study rests on.

    Geometries are in `crs` (metres). Tables are those of `corridor.schemas`; `area` is what is counted,
    `extent` the hull of the street data, `corridor` the lines of the corridor's streets. `fingerprint` is
    a hash over inputs, config and version: equal fingerprints give equal results.
    `lost_rows`: by table and id, the row of its file in which a record without a coordinate stands.
    """

    config: StudyConfig
    categories: tuple[taxonomy.Category, ...]
    crs: CRS
    area: BaseGeometry
    extent: BaseGeometry
    corridor: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    amenities: gpd.GeoDataFrame
    open_space: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    furniture: gpd.GeoDataFrame
    carriers: gpd.GeoDataFrame
    institutes: gpd.GeoDataFrame
    platforms: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    firms: gpd.GeoDataFrame
    projects: gpd.GeoDataFrame
    events: gpd.GeoDataFrame
    renewals: gpd.GeoDataFrame
    survey: gpd.GeoDataFrame
    matches: pd.DataFrame
    notices: tuple[Notice, ...]
    account: Account
    provenance: dict[str, Any]
    fingerprint: str
    lost_rows: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def margin_m(self) -> float:
        """Metres of data needed around the area: twice the longest tier at the fastest speed, plus snapping."""
        return margin_m(self.config, self.categories)

    @property
    def off_map(self) -> pd.DataFrame:
        """Records that belong on the map and have no coordinate: `table`, `record_id`, `name`, `address`, `row`."""
        return matching.off_map({name: getattr(self, name) for name in PLACED_TABLES}, self.lost_rows)

    def replace(self, **tables: Any) -> StudyArea:
        """Return a copy with some parts replaced; nothing of this one changes."""
        return replace(self, **tables)


def margin_m(config: StudyConfig, categories: Sequence[taxonomy.Category]) -> float:
    """Return the metres of data that the farthest-reaching measure needs around the area.

    A contribution falls to 0 at twice the tier, so twice the longest tier at the fastest speed, plus the
    snapping tolerance.
    """
    longest = max((c.tier_min for c in categories), default=15)
    return 2 * longest * config.walker.speed_m_min.high + config.walker.snap_m
