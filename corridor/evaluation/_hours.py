"""The life circle by the clock: coverage at the study's moments, by what is known to be open and by what may be."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from corridor import access, hours
from corridor.errors import Notice, Text
from corridor.evaluation import _circle, _events
from corridor.evaluation._walks import Walks
from corridor.indicators import by_time as by_time_
from corridor.indicators import life_circle
from corridor.indicators.people import LEVELS
from corridor.network import Network
from corridor.network.model import Longs
from corridor.schemas import BY_TIME
from corridor.study import StudyArea

_SHARES = ("share", "share_low", "share_high")
_SHOWN = 5
# Numbers of the sets that need no search.
_ALL, _NONE = -1, -2


def by_time(
    study: StudyArea,
    network: Network,
    origins: pd.DataFrame,
    opportunities: gpd.GeoDataFrame,
    walks: Walks,
    buildings: gpd.GeoDataFrame,
    coverage: pd.DataFrame,
) -> pd.DataFrame:
    """Return the coverage by moment, place, group and category, as `corridor.schemas.BY_TIME` says.

    An event counts as open only on days it is held; see `corridor.hours.is_held`. A category none of whose places has known hours keeps the coverage it has without a clock as what is possible.
    """
    attached = opportunities[opportunities["edge"].notna()]
    moments = {name: moment.at for name, moment in study.config.moments.items()}
    open_at = by_time_.states(attached["opening_hours"], moments, lonlat=centre(study))
    open_at = _events.with_periods(attached, open_at, study)
    sets = _Sets.of(attached, open_at)
    covered = _covered(study, network, origins, attached, sets, walks, buildings, coverage)
    parts = []
    for name, moment in study.config.moments.items():
        table = coverage[["place", "category", "group"]].copy()
        counted = by_time_.counts(attached, open_at[name]).reindex(table["category"]).fillna(0).astype("int64")
        table[list(by_time_.COUNTS)] = counted.to_numpy()
        for kind in ("share", "possible"):
            number = table["category"].map(sets.numbers[name, kind])
            wanted = pd.MultiIndex.from_arrays([table["place"], number, table["group"]])
            found = covered.reindex(wanted).set_axis(table.index)
            for column in _SHARES:
                # A set of all places of a category has the coverage that the category has without a clock.
                value = found[column].where(number != _ALL, coverage[column])
                table[column.replace("share", kind)] = value.where(number.notna() & (number != _NONE), 0.0).where(
                    coverage[column].notna()
                )
        table.insert(0, "at", f"{moment.at:%Y-%m-%d %H:%M}")
        table.insert(0, "moment_en", moment.name.en)
        table.insert(0, "moment_zh", moment.name.zh)
        table.insert(0, "moment", name)
        parts.append(table)
    return pd.concat(parts, ignore_index=True) if parts else empty()


def empty() -> pd.DataFrame:
    """Return the table without a row."""
    types = {"string": "object", "int": "int64", "float": "Float64"}
    return pd.DataFrame({c.name: pd.Series(dtype=types[c.dtype]) for c in BY_TIME.columns})


def notices(opportunities: gpd.GeoDataFrame) -> list[Notice]:
    """Say which opening hours were not understood; they count as unknown."""
    given = opportunities.drop_duplicates("source_id")["opening_hours"].dropna()
    unread = given[~hours.is_understood(given)]
    if unread.empty:
        return []
    what = Text(
        f"{len(unread)}处设施的开放时间无法解读，按不详处理。",
        f"the opening hours of {len(unread)} facilities were not understood; they count as unknown.",
    )
    action = Text("改写成“周一至周五 9:00-17:30”这样的文字。", "Write them like “Mo-Fr 09:00-17:30”.")
    shown = "; ".join(str(text) for text in unread.unique()[:_SHOWN])
    return [Notice("hours-not-understood", "W", what, action, column="opening_hours", value=shown)]


def centre(study: StudyArea) -> tuple[float, float]:
    """Return the middle of the area in WGS84 degrees."""
    centre = study.area.centroid
    lon, lat = Transformer.from_crs(study.crs, 4326, always_xy=True).transform(centre.x, centre.y)
    return float(lon), float(lat)


@dataclass(frozen=True)
class _Sets:
    """The different sets of places that count at some moment: each is searched once, however many moments share it.

    Attributes
    ----------
    rows : list of int64 arrays
        Positions of the places of each set.
    category : list of str
        The category of each set.
    numbers : dict
        By (moment, "share" | "possible"): category → number of the set, `_ALL` or `_NONE`.
    """

    rows: list[Longs]
    category: list[str]
    numbers: dict[tuple[str, str], dict[str, int]]

    @classmethod
    def of(cls, opportunities: gpd.GeoDataFrame, open_at: pd.DataFrame) -> _Sets:
        of_category = opportunities.groupby("category", sort=True).indices
        rows: list[Longs] = []
        category: list[str] = []
        numbers: dict[tuple[str, str], dict[str, int]] = {}
        seen: dict[tuple[str, bytes], int] = {}
        for moment in open_at:
            for kind, unknown in (("share", False), ("possible", True)):
                counted = open_at[moment].fillna(unknown).to_numpy(dtype=bool)
                mine = numbers[str(moment), kind] = {}
                for code, positions in of_category.items():
                    mask = counted[positions]
                    if mask.all() or not mask.any():
                        mine[code] = _ALL if mask.all() else _NONE
                        continue
                    key = (str(code), mask.tobytes())
                    if key not in seen:
                        seen[key] = len(rows)
                        rows.append(np.asarray(positions[mask], np.int64))
                        category.append(str(code))
                    mine[code] = seen[key]
        return cls(rows, category, numbers)


def _covered(
    study: StudyArea,
    network: Network,
    origins: pd.DataFrame,
    opportunities: gpd.GeoDataFrame,
    sets: _Sets,
    walks: Walks,
    buildings: gpd.GeoDataFrame,
    coverage: pd.DataFrame,
) -> pd.DataFrame:
    """Return `share`, `share_low`, `share_high` on (place, number of the set, group)."""
    keys = ["place", "category", "group"]
    if not sets.rows:
        return coverage.head(0).astype({"category": "int64"}).set_index(keys)[list(_SHARES)]
    walker = study.config.walker
    every = opportunities[["edge", "offset_dm", "connector_dm"]].iloc[np.concatenate(sets.rows)]
    number = np.repeat(np.arange(len(sets.rows)), [len(positions) for positions in sets.rows])
    furthest = int(life_circle.tier_dm(study.categories, walker.speed_m_min.high).max())
    cost = access.nearest(
        network,
        origins,
        every.assign(set=number),
        cutoff_dm=furthest if walker.longest_dm is None else min(furthest, walker.longest_dm),
        by="set",
        categories=range(len(sets.rows)),
    ).where(walks.connected)
    cost = cost.set_axis(sets.category, axis=1)
    met = {
        level: life_circle.met(cost, study.categories, getattr(walker.speed_m_min, level)).set_axis(
            range(len(sets.rows)), axis=1
        )
        for level in LEVELS
    }
    return _circle.coverage_by_place(buildings, met).set_index(keys)[list(_SHARES)]
