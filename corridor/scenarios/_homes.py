"""Buildings of a scenario: those an edit touches, with the facts that indicators take from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridor.access.incremental import Origin
from corridor.indicators import people
from corridor.indicators.place import main_entrances
from corridor.scenarios._crowd import crowds_of
from corridor.scenarios._figures import Floats
from corridor.scenarios._roads import Roads
from corridor.scenarios._rows import Row, missing
from corridor.scenarios._state import HomeRows, Homes, Longs, State
from corridor.study import StudyArea
from corridor.taxonomy import DOORS


class HomeBook:
    """The buildings of a study as edits need them; `scope` are those that indicators look at."""

    def __init__(self, study: StudyArea, scope: pd.Index) -> None:
        self._study = study
        self._place = {id_: n for n, id_ in enumerate(scope.to_numpy(dtype=object))}
        self._order = {id_: n for n, id_ in enumerate(study.buildings.index.to_numpy(dtype=object))}
        named = study.config.corridor
        self._band = None if named is None else study.corridor.geometry.union_all().buffer(named.side_m)
        self._doors = main_entrances(study.entrances).to_dict()
        self._rank = np.array([self._order[id_] for id_ in self._place], np.int64)

    def edited(self, rows: Mapping[str, Row | None], roads: Roads) -> Homes:
        """Return the buildings touched, evaluated as far as their own facts go.

        Parameters
        ----------
        rows : mapping
            By id, the buildings touched as they are after the edit; None for those that go.
        """
        if not rows:
            return Homes((), (), None, frozenset(), {})
        ids = sorted(id_ for id_, row in rows.items() if row is not None)
        stay: list[Row] = [row for id_ in ids if (row := rows[id_]) is not None]
        shapes = np.array([row["geometry"] for row in stay], dtype=object)
        points = shapely.point_on_surface(shapes)
        along = shapely.within(points, self._band) if self._band is not None else np.zeros(len(ids), bool)
        inside = np.array([bool(row["in_area"]) for row in stay], dtype=bool)
        mine = np.flatnonzero(inside | along)
        listed = [ids[n] for n in mine]
        doors = np.array([self._door(ids[n], stay[n], points[n]) for n in mine], dtype=object)
        # Buildings stand on an island too, but are not connected there.
        here, main = (roads.stand(doors, islands=islands) for islands in (True, False))
        joined = np.array([spot[0] is not None for spot in main], dtype=bool)
        residents, workers = self._people([stay[n] for n in mine], shapes[mine])
        return Homes(
            tuple(f"b|{id_}" for id_ in sorted(rows) if id_ in self._place),
            tuple(Origin(f"b|{id_}", *spot) for id_, spot in zip(listed, here, strict=True)),
            HomeRows(listed, inside[mine], along[mine], joined, residents, workers),
            frozenset(rows),
            {id_: rows[id_]["geometry"] for id_ in listed if id_ not in self._order},  # type: ignore[index]
        )

    def _door(self, id_: str, row: Row, inside: Any) -> Any:
        """Return the point at which a building is left; see `corridor.indicators.place.doors`."""
        given: Any = row.get(DOORS)
        return self._doors.get(id_, inside) if missing(given) else given.geoms[0]

    def _people(self, rows: list[Row], shapes: npt.NDArray[np.object_]) -> tuple[Floats, Floats]:
        """Return residents and workers of buildings."""
        rules = self._study.config.people
        use = np.array(["unknown" if missing(row.get("use")) else str(row["use"]) for row in rows], dtype=object)
        area, _ = people.floors(shapely.area(shapes), use, _numbers(rows, "levels"), rules)
        given = {group: _numbers(rows, f"{group}_given") for group in ("residents", "workers")}
        heads, _ = people.heads(use, area, given, rules)
        return heads["residents"], heads["workers"]

    def joined(self, base: State, state: State, homes: Homes) -> tuple[State, Longs]:
        """Return a state with the buildings touched in it, in the order of the study, those that come last.

        Returns
        -------
        State
            Its buildings' own facts; walks and scores are still those of `state`.
        int64 array
            Each building's row in `base`, -1 for those that come.
        """
        table = homes.rows
        assert table is not None  # noqa: S101
        place = self._place
        came = set(table.ids)
        keep = np.ones(len(self._rank), bool)
        keep[[place[id_] for id_ in homes.ids if id_ in place and id_ not in came]] = False
        new = [n for n, id_ in enumerate(table.ids) if id_ not in place]
        rank = [self._order.get(table.ids[n], len(self._order)) for n in new]
        order = np.argsort(np.concatenate([self._rank[keep], np.array(rank, np.int64)]), kind="stable")
        old = np.concatenate([np.flatnonzero(keep), np.full(len(new), -1)])[order]
        where = np.empty(len(order), np.int64)
        where[order] = np.arange(len(order))
        to = np.full(len(table.ids), -1, np.int64)
        to[new] = where[len(order) - len(new) :]
        known = [n for n, id_ in enumerate(table.ids) if id_ in place]
        to[known] = np.searchsorted(np.maximum.accumulate(old), [place[table.ids[n]] for n in known])

        def with_new(before: npt.NDArray[Any], values: Any) -> npt.NDArray[Any]:
            value = before[np.maximum(old, 0)]
            value[to] = values
            return value

        inside, along = with_new(base.inside, table.inside), with_new(base.along, table.along)
        residents, workers = with_new(base.residents, table.residents), with_new(base.workers, table.workers)
        return replace(
            state,
            ids=with_new(base.ids, table.ids),
            old=old,
            inside=inside,
            along=along,
            connected=with_new(state.connected, table.joined),
            residents=residents,
            workers=workers,
            crowds=crowds_of(inside, along, residents, workers),
        ), old


def _numbers(rows: list[Row], name: str) -> Floats:
    return np.array([np.nan if missing(row.get(name)) else float(row[name]) for row in rows], np.float64)
