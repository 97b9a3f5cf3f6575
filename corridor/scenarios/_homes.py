"""Buildings of a scenario: those an edit touches, with the facts that indicators take from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridor.access.incremental import Origin
from corridor.indicators import people
from corridor.indicators.place import main_entrances
from corridor.scenarios._roads import Roads
from corridor.scenarios._rows import Row, missing
from corridor.scenarios._state import Homes, State
from corridor.study import StudyArea


class HomeBook:
    """The buildings of a study as edits need them; `scope` are those that indicators look at."""

    def __init__(self, study: StudyArea, scope: pd.Index) -> None:
        self._study = study
        self._scope = frozenset(scope)
        self._order = {id_: n for n, id_ in enumerate(study.buildings.index)}
        named = study.config.corridor
        self._band = None if named is None else study.corridor.geometry.union_all().buffer(named.side_m)
        self._doors = main_entrances(study.entrances).to_dict()
        self.nobody = study.buildings.geometry.iloc[:0]

    def edited(self, rows: Mapping[str, Row | None], roads: Roads) -> tuple[Homes, gpd.GeoSeries]:
        """Return the buildings touched, evaluated as far as their own facts go, and the outlines of those that come.

        Parameters
        ----------
        rows : mapping
            By id, the buildings touched as they are after the edit; None for those that go.
        """
        if not rows:
            return Homes((), (), None, frozenset()), self.nobody
        table = self._facts({id_: row for id_, row in rows.items() if row is not None})
        doors = [self._doors.get(id_, point) for id_, point in zip(table.index, table["inside"], strict=True)]
        points = np.array(doors, dtype=object)
        # Buildings stand on an island too, but are not connected there.
        here, main = (roads.stand(points, islands=islands) for islands in (True, False))
        homes = Homes(
            tuple(f"b|{id_}" for id_ in sorted(self._scope & rows.keys())),
            tuple(Origin(f"b|{id_}", *spot) for id_, spot in zip(table.index, here, strict=True)),
            table.assign(joined=[spot[0] is not None for spot in main]),
            frozenset(rows),
        )
        return homes, table.geometry[[id_ not in self._order for id_ in table.index]]

    def _facts(self, rows: Mapping[str, Row]) -> gpd.GeoDataFrame:
        """Return the buildings of the scope with their people, and the point inside them."""
        known = self._study.buildings
        index = pd.Index(sorted(rows), dtype=object)
        columns: dict[str, Any] = {}
        for name in ("use", "levels", "in_area", "residents_given", "workers_given"):
            values = [rows[id_].get(name) for id_ in index]
            if name in known:
                columns[name] = pd.array([None if missing(value) else value for value in values], known[name].dtype)
            elif not all(map(missing, values)):
                columns[name] = pd.array([None if missing(value) else value for value in values], "Float64")
        table = gpd.GeoDataFrame(columns, index=index, geometry=[rows[id_]["geometry"] for id_ in index], crs=known.crs)
        inside = table.geometry.representative_point().to_numpy()
        along = shapely.within(inside, self._band) if self._band is not None else np.zeros(len(table), bool)
        rules = self._study.config.people
        floor = people.floor_area(table, rules)
        heads = people.people(table.assign(**floor), rules)
        table = table.assign(inside=inside, along=along, residents=heads["residents"], workers=heads["workers"])
        return table[table["in_area"].to_numpy(dtype=bool) | along]

    def joined(self, base: State, state: State, homes: Homes) -> tuple[State, npt.NDArray[np.bool_]]:
        """Return a state with the buildings touched in it, in the order of the study, those that come last.

        Returns
        -------
        State
            Its buildings' own facts; walks and scores are still those of `state`.
        bool array
            Which rows are touched.
        """
        table = homes.rows
        assert table is not None  # noqa: S101
        came = set(table.index)
        kept = [id_ for id_ in base.ids.tolist() if id_ not in homes.ids or id_ in came]
        order = [*kept, *(id_ for id_ in table.index if id_ not in self._scope)]
        order.sort(key=lambda id_: self._order.get(id_, len(self._order)))
        place = {id_: n for n, id_ in enumerate(base.ids.tolist())}
        old = np.array([place.get(id_, -1) for id_ in order], np.int64)
        fresh = np.array([id_ in came for id_ in order], dtype=bool)
        new = table.loc[[id_ for id_ in order if id_ in came]]

        def with_new(before: npt.NDArray[Any], column: str) -> npt.NDArray[Any]:
            value = before[np.maximum(old, 0)]
            value[fresh] = new[column].to_numpy(dtype=object).astype(before.dtype)
            return value

        return replace(
            state,
            ids=np.array(order, dtype=object),
            inside=with_new(base.inside, "in_area"),
            along=with_new(base.along, "along"),
            connected=with_new(state.connected, "joined"),
            residents=with_new(base.residents, "residents"),
            workers=with_new(base.workers, "workers"),
        ), fresh
