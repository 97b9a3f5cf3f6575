"""Buildings of a scenario: those an edit touches, with the facts that indicators take from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.access.incremental import Origin
from corridor.indicators import people
from corridor.indicators.place import doors
from corridor.scenarios._apply import apply
from corridor.scenarios._file import Scenario
from corridor.scenarios._resolve import Resolved, Target
from corridor.scenarios._roads import Roads
from corridor.scenarios._state import Homes, State
from corridor.study import StudyArea

_NOBODY = Scenario("", (), (), ())


class HomeBook:
    """The buildings of a study as edits need them; `scope` are those that indicators look at."""

    def __init__(self, study: StudyArea, scope: pd.Index) -> None:
        self._study = study
        self._scope = frozenset(scope)
        self._order = {id_: n for n, id_ in enumerate(study.buildings.index)}
        named = study.config.corridor
        self._band = None if named is None else study.corridor.geometry.union_all().buffer(named.side_m)
        self.nobody = study.buildings.geometry.iloc[:0]

    def edited(self, targets: tuple[Target, ...], roads: Roads) -> tuple[Homes, gpd.GeoSeries]:
        """Return the buildings touched, evaluated as far as their own facts go, and the outlines of those that come."""
        study = self._study
        mine = tuple(target for target in targets if target.table == "buildings")
        if not mine:
            return Homes((), (), None, frozenset()), self.nobody
        ids = {id_ for target in mine for id_ in target.ids}
        small = study.buildings.loc[sorted(ids)]
        rows = apply(study.replace(buildings=small), Resolved(_NOBODY, mine)).buildings
        ids |= set(rows.index)
        rules = study.config.people
        inside = rows.geometry.representative_point()
        along = inside.within(self._band) if self._band is not None else pd.Series(False, index=rows.index)
        rows = rows.join(people.floor_area(rows, rules))
        rows = rows.join(people.people(rows, rules)).assign(along=along)
        rows = rows[rows["in_area"].astype(bool) | rows["along"]]
        points = doors(rows, study.entrances)
        # Buildings stand on the network where it is one, and on an island too, but are not connected there.
        here, main = (roads.stand(points, islands=islands) for islands in (True, False))
        homes = Homes(
            tuple(f"b|{id_}" for id_ in sorted(self._scope & ids)),
            tuple(Origin(f"b|{id_}", *spot) for id_, spot in zip(rows.index, here, strict=True)),
            rows.assign(joined=[spot[0] is not None for spot in main]),
            frozenset(ids),
        )
        return homes, rows.geometry[[id_ not in self._order for id_ in rows.index]]

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
