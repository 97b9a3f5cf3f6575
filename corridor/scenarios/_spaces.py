"""Where open spaces are entered that an edit touches: only what is near them is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.indicators import public_space
from corridor.scenarios._classified import Points, points_by
from corridor.scenarios._rows import Row
from corridor.study import StudyArea

NEAR_M = 2 * public_space.OPEN_EDGE_REACH_M
"""Beyond this no street, gate or wall has a say in how a space is entered."""
_STREETS = ("walk", "bridge", "tunnel", "layer", "added", "geometry")


class Surroundings:
    """The streets, gates and walls of a study, found by place."""

    def __init__(self, study: StudyArea) -> None:
        streets = study.streets
        self._crs = study.crs
        self._tables = {
            "streets": streets[[name for name in _STREETS if name in streets]],
            "gates": study.gates,
            "barriers": study.barriers,
        }
        self._trees = {name: shapely.STRtree(table.geometry.to_numpy()) for name, table in self._tables.items()}

    def ways_into(self, spaces: Mapping[str, Row | None]) -> Points:
        """Return where open spaces are entered; nowhere where they go."""
        shapes: dict[str, Any] = {id_: row["geometry"] for id_, row in spaces.items() if row is not None}
        found: dict[str, Any] = dict.fromkeys(spaces, ())
        if shapes:
            outlines = np.array(list(shapes.values()), dtype=object)
            table = gpd.GeoDataFrame(index=pd.Index(list(shapes), dtype=object), geometry=outlines, crs=self._crs)
            near = {name: self._near(name, outlines) for name in self._tables}
            ways = public_space.entrances(table, **near)
            found |= points_by(ways["source_id"], ways.geometry.to_numpy())
        return found

    def _near(self, name: str, outlines: np.ndarray) -> gpd.GeoDataFrame:
        rows = self._trees[name].query(outlines, predicate="dwithin", distance=NEAR_M)[1]
        return self._tables[name].iloc[np.unique(rows)]
