"""Where a building stands along the corridor: on which side of it, and in which stretch between two cross streets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from corridor.report import _measures
from corridor.report._once import once

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation
    from corridor.study import StudyArea

_RANK = {"trunk": 0, "primary": 1, "secondary": 2, "tertiary": 3, "residential": 4, "unclassified": 4, "living_street": 4,
         "pedestrian": 4}  # fmt: skip
_LEAST_M, _MOST_STRETCHES = 200.0, 6
_AT_CROSSING_M, _AT_END_M = 12.0, 60.0


@dataclass(frozen=True)
class Along:
    """Sides and stretches of the corridor.

    Attributes
    ----------
    side : Series of str
        On the ids of the buildings beside the corridor: "east" or "west" of a street that runs more north than east,
        otherwise "north" or "south".
    stretch : Series of int
        On the same ids; 0 is the northern or western end.
    ends : tuple of (str or None, str or None)
        For each stretch the cross streets at its ends; None where the corridor itself ends.
    upright : bool
        Whether the corridor runs more north than east.
    """

    side: pd.Series
    stretch: pd.Series
    ends: tuple[tuple[str | None, str | None], ...]
    upright: bool


def along(evaluation: Evaluation) -> Along | None:
    """Place the buildings beside the corridor; None where there is no corridor or nothing beside it."""
    return once(evaluation, "along", lambda: _along(evaluation))


def _along(evaluation: Evaluation) -> Along | None:
    beside = _measures.buildings_of(evaluation, "corridor")
    study = evaluation.study
    if beside.empty or not len(study.corridor):
        return None
    line = shapely.union_all(study.corridor.geometry.to_numpy())
    west, south, east, north = line.bounds
    upright = north - south >= east - west
    points = beside.geometry.representative_point().to_numpy()
    feet = shapely.get_point(shapely.shortest_line(np.broadcast_to(line, len(points)), points), 0)
    off = shapely.get_x(points) - shapely.get_x(feet) if upright else shapely.get_y(points) - shapely.get_y(feet)
    sides = ("east", "west") if upright else ("north", "south")
    start, end = (-north, -south) if upright else (west, east)
    cuts, first, last = _cuts(_crossings(study, line, upright=upright), start, end)
    at = [place for place, _ in cuts]
    names = [first, *(name for _, name in cuts), last]
    return Along(
        side=pd.Series(np.where(off >= 0, *sides), index=beside.index),
        stretch=pd.Series(np.searchsorted(at, _chainage(feet, upright=upright), side="right"), index=beside.index),
        ends=tuple(pairwise(names)),
        upright=upright,
    )


def _chainage(points: np.ndarray, *, upright: bool) -> np.ndarray:
    """Metres southwards (or eastwards): enough to order what lies along one street, however it bends."""
    values: np.ndarray = -shapely.get_y(points) if upright else shapely.get_x(points)
    return values


def _crossings(study: StudyArea, line: shapely.Geometry, *, upright: bool) -> list[tuple[int, float, str]]:
    """Return rank of class, place and name of the named streets that meet the corridor, main streets first."""
    own = set(study.corridor["name"].dropna())
    streets = study.streets[study.streets["highway"].isin(list(_RANK)) & (study.streets["walk"] != "none")]
    streets = streets[streets["name"].notna() & ~streets["name"].isin(list(own))]
    near = line.buffer(_AT_CROSSING_M)
    met = streets[streets.intersects(near)]
    if met.empty:
        return []
    places = _chainage(shapely.centroid(shapely.intersection(met.geometry.to_numpy(), near)), upright=upright)
    table = pd.DataFrame({"name": met["name"].astype(object).to_numpy(), "place": places,
                          "rank": met["highway"].map(_RANK).to_numpy()})  # fmt: skip
    found = table.groupby("name").agg(rank=("rank", "min"), place=("place", "median"))
    return sorted((int(row["rank"]), float(row["place"]), str(name)) for name, row in found.iterrows())


def _cuts(
    crossings: list[tuple[int, float, str]], start: float, end: float
) -> tuple[list[tuple[float, str]], str | None, str | None]:
    """Choose the cross streets that part the corridor into stretches of a readable length, and those at its ends."""
    least = max(_LEAST_M, (end - start) / _MOST_STRETCHES)
    chosen: list[tuple[float, str]] = []
    for _, place, name in crossings:
        if min(place - start, end - place, *(abs(place - at) for at, _ in chosen)) >= least:
            chosen.append((place, name))
    first, last = (
        next((name for _, place, name in crossings if abs(place - edge) <= _AT_END_M), None) for edge in (start, end)
    )
    return sorted(chosen), first, last
