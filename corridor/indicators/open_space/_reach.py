"""Which public open space counts, and who walks to which."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from corridor import access
from corridor.indicators import place, public_space
from corridor.indicators.coverage import limits_dm
from corridor.network import Placer
from corridor.streets.mapped import Mapped
from corridor.study import StudyArea

# Shanghai's guide of 2016 counts public open space from 400 m² on, within 5 minutes' walk, and aims at 90 %.
KINDS = ("park", "garden", "square", "playground", "nature")
LEAST_M2 = 400.0
MINUTES = 5
GROUPS = ("residents", "workers")


@dataclass(frozen=True)
class Reach:
    """Who walks to which open space.

    Attributes
    ----------
    people : DataFrame
        On `building_id` of the reporting area: `residents`, `workers`.
    origins : DataFrame
        Their doors as `attach` returns them.
    doors : DataFrame
        Entrances of the spaces, attached, with `source_id`, `area_m2`, `kind` ("all").
    walk_dm : Series
        On `building_id`: decimetres to the nearest entrance, NA beyond the cutoff.
    connected : Series of bool
        Buildings that are on the network; of others nothing is known.
    mapped : Series of bool
        Buildings that have an open space on the map within `streets.mapped_within_m`.
    cutoff_dm : int
    """

    people: pd.DataFrame
    origins: pd.DataFrame
    doors: pd.DataFrame
    walk_dm: pd.Series
    connected: pd.Series
    mapped: pd.Series
    cutoff_dm: int

    @property
    def without(self) -> pd.Series:
        """Which buildings have no open space of the map within reach; bool on `building_id`."""
        return self.connected & self.walk_dm.isna()

    @property
    def left_out(self) -> pd.Series:
        """Which of these are known to have none: open space is mapped near them, but too far to walk."""
        return self.without & self.mapped

    @property
    def unknown(self) -> pd.Series:
        """Which of these have none mapped near them at all: nobody knows."""
        return self.without & ~self.mapped


def spaces(study: StudyArea) -> gpd.GeoDataFrame:
    """Return the open spaces that count: parks, gardens, squares, playgrounds and nature of 400 m² or more, public."""
    table = study.open_space
    return table[table["kind"].isin(KINDS) & (table["walk"] == "public") & (table["area_m2"] >= LEAST_M2)]


def doors(study: StudyArea, attach: Placer, entrances: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """Return the entrances of the open spaces that count, attached to the network.

    Parameters
    ----------
    study : StudyArea
    attach : Placer
    entrances : GeoDataFrame, optional
        Of all open spaces, as `public_space.entrances` returns them, where they are at hand.

    Returns
    -------
    DataFrame
        As `attach` returns it, with `source_id`, `area_m2` (of the space), `capacity_m2` (what of it people can use:
        all, unless a scenario says otherwise), `kind` ("all") and `point`, where it is. Spaces without any way in have no row.
    """
    chosen = spaces(study)
    if entrances is None:
        found = public_space.entrances(chosen, study.streets, study.gates, study.barriers)
    else:
        # How one space is entered does not depend on the others.
        found = entrances[entrances["source_id"].isin(chosen.index)].reset_index(drop=True)
    attached = attach(found.geometry)
    return attached.assign(
        source_id=found["source_id"],
        area_m2=chosen["area_m2"].reindex(found["source_id"]).to_numpy(),
        capacity_m2=_capacity(chosen).reindex(found["source_id"]).to_numpy(),
        kind="all",
        point=found.geometry.to_numpy(),
    )


def _capacity(chosen: gpd.GeoDataFrame) -> pd.Series:
    area = chosen["area_m2"].astype(float)
    return (
        pd.to_numeric(chosen["capacity_m2"]).astype("Float64").fillna(area).astype(float)
        if "capacity_m2" in chosen
        else area
    )


def reach(
    study: StudyArea,
    attach: Placer,
    buildings: gpd.GeoDataFrame,
    *,
    minutes: int = MINUTES,
    ways_in: pd.DataFrame | None = None,
    origins: pd.DataFrame | None = None,
    mapped: Mapped | None = None,
) -> Reach:
    """Walk from every building of the reporting area to its nearest open space.

    Parameters
    ----------
    study : StudyArea
    attach : Placer
        Of the network walked on.
    buildings : GeoDataFrame
        With `residents`, `workers`, `in_area`.
    minutes : int
        At the middle speed.
    ways_in : DataFrame, optional
        As `doors` returns them, where they are at hand.
    origins : DataFrame, optional
        Doors of all buildings as `attach` returns them, where they are at hand.
    mapped : Mapped, optional
        What the baseline of a scenario has on its map.
    """
    mine = buildings[buildings["in_area"].astype(bool)]
    cutoff = cutoff_dm(study, minutes)
    origins = attach(place.doors(mine, study.entrances)) if origins is None else origins.loc[mine.index]
    ways_in = doors(study, attach) if ways_in is None else ways_in
    found = access.nearest(attach.network, origins, ways_in, cutoff_dm=cutoff, by="kind", categories=["all"])
    connected = origins["edge"].notna() & ~origins["island"].fillna(True).astype(bool)
    walk = found["all"].where(connected)
    near = (mapped or Mapped()).near(mine, "open_space", spaces(study).geometry.to_numpy(), study.config)
    near_ = pd.Series(near, index=mine.index)
    return Reach(mine[list(GROUPS)], origins, ways_in, walk, connected, near_, cutoff)


def cutoff_dm(study: StudyArea, minutes: int = MINUTES) -> int:
    """Return how far one walks to open space: so many minutes at the middle speed."""
    return limits_dm(study.config.walker.speed_m_min.middle, (minutes,))[minutes]
