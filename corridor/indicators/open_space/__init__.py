"""Public open space: who reaches it, how much there is a head, who is left out, and what one more gate would change."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from corridor.indicators.open_space._coverage import AIM, coverage, covered, per_head, supply
from corridor.indicators.open_space._gates import GATE_STREET_M, candidates, gates
from corridor.indicators.open_space._left_out import left_out, left_out_by_street
from corridor.indicators.open_space._reach import (
    GROUPS,
    KINDS,
    LEAST_M2,
    MINUTES,
    Reach,
    cutoff_dm,
    doors,
    reach,
    spaces,
)
from corridor.network import Network, Placer
from corridor.streets import Segments
from corridor.streets.mapped import Mapped
from corridor.study import StudyArea

__all__ = [
    "AIM",
    "GATE_STREET_M",
    "GROUPS",
    "KINDS",
    "LEAST_M2",
    "MINUTES",
    "Reach",
    "candidates",
    "coverage",
    "covered",
    "cutoff_dm",
    "doors",
    "gates",
    "left_out",
    "left_out_by_street",
    "per_head",
    "reach",
    "spaces",
    "supply",
    "tables",
]


def tables(
    segments: Segments,
    study: StudyArea,
    network: Network,
    buildings: gpd.GeoDataFrame,
    *,
    placer: Placer | None = None,
    ways_in: pd.DataFrame | None = None,
    mapped: Mapped | None = None,
) -> dict[str, pd.DataFrame]:
    """Return everything about open space as tables; `ways_in` and `mapped` as for `reach`.

    Returns
    -------
    dict
        `coverage`, `buildings`, `left_out` (by segment), `streets`, `gates`, as declared in `corridor.schemas`.
    """
    attach = placer or Placer(network, study.config.walker.snap_m)
    found = reach(study, attach, buildings, ways_in=ways_in, mapped=mapped)
    homes = supply(study, attach, buildings, found)
    by_segment = left_out(found, homes, segments)
    return {
        "coverage": coverage(found),
        "buildings": homes,
        "left_out": by_segment,
        "streets": left_out_by_street(by_segment),
        "gates": gates(study, attach, found),
    }
