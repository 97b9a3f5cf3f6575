"""Where open spaces are entered that an edit touches: only what is near them is looked at."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.indicators import public_space
from corridor.scenarios._classified import Point, Points, points_by
from corridor.scenarios._rows import Row
from corridor.study import StudyArea

NEAR_M = 2 * public_space.OPEN_EDGE_REACH_M
"""Beyond this no street, gate or wall has a say in how a space is entered."""
# Outlines whose ways in are kept.
_OUTLINES = 2_000
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
        self._known: dict[bytes, tuple[Point, ...]] = {}
        self._trees = {name: shapely.STRtree(table.geometry.to_numpy()) for name, table in self._tables.items()}

    def ways_into(self, spaces: Mapping[str, Row | None]) -> Points:
        """Return where open spaces are entered; nowhere where they go. An outline is looked at once."""
        keys = {id_: row["geometry"].wkb for id_, row in spaces.items() if row is not None}
        new = {keys[id_]: spaces[id_]["geometry"] for id_ in keys if keys[id_] not in self._known}  # type: ignore[index]
        if new:
            if len(self._known) > _OUTLINES:
                self._known = {key: ways for key, ways in self._known.items() if key in keys.values()}
            outlines = np.array(list(new.values()), dtype=object)
            names = pd.Index(map(str, range(len(new))), dtype=object)
            table = gpd.GeoDataFrame(index=names, geometry=outlines, crs=self._crs)
            found = public_space.entrances(table, **{name: self._near(name, outlines) for name in self._tables})
            ways = points_by(found["source_id"], found.geometry.to_numpy())
            self._known |= {key: ways.get(name, ()) for key, name in zip(new, names, strict=True)}
        return {id_: self._known[keys[id_]] if id_ in keys else () for id_ in spaces}

    def _near(self, name: str, outlines: np.ndarray) -> gpd.GeoDataFrame:
        rows = self._trees[name].query(outlines, predicate="dwithin", distance=NEAR_M)[1]
        return self._tables[name].iloc[np.unique(rows)]
