"""Scenarios evaluated: a baseline once, then each scenario against it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.evaluation import Evaluation, Footing, StreetStudy, build_footing, evaluate, firm_points
from corridor.indicators import coverage
from corridor.indicators.place import SIDES, StreetSides
from corridor.scenarios._apply import apply
from corridor.scenarios._figures import Floats
from corridor.scenarios._gain import Heads, Map, Moved, Side, changed, gains
from corridor.scenarios._incremental import Incremental, Unsupported
from corridor.scenarios._indicators import indicator_rows_of, indicator_table_of, indicators
from corridor.scenarios._resolve import Resolved
from corridor.scenarios._result import Result
from corridor.scenarios._state import State
from corridor.scenarios._streets import Streets
from corridor.study import StudyArea


@dataclass(frozen=True, eq=False)
class Baseline:
    """A study as it is, ready for scenarios.

    Attributes
    ----------
    evaluation : Evaluation or Footing
        Of the study without edits; a footing where its indicators were known.
    indicators : DataFrame
        On `code`: `group`, `zh`, `en`, `unit`, `value`; see `corridor.scenarios.indicators_of`.
    """

    evaluation: Footing
    indicators: pd.DataFrame
    _heads: Heads
    _sides: StreetSides
    _places: Map
    _firms: dict[str, Side]
    _firm_walks: dict[str, int]
    _walks: Incremental
    _streets: Streets | None = None

    @classmethod
    def build(
        cls,
        study: StudyArea,
        evaluation: Footing | None = None,
        *,
        streets: bool | StreetStudy = False,
        known: pd.DataFrame | None = None,
        cache: str | Path | None = None,
    ) -> Baseline:
        """Evaluate a study, or take an evaluation of it, and prepare for scenarios.

        Parameters
        ----------
        study : StudyArea
        evaluation : Evaluation or Footing, optional
            Of this study; one that is not whole is evaluated where the indicators are not known.
        streets : bool or StreetStudy, optional
            Whether street indicators and the ranking of segments are among the indicators, or the baseline's own
            without draws. They take a second or two a scenario; without them one takes milliseconds.
        cache : str or Path, optional
            Folder that keeps networks already built, as for `corridor.network.build_network`.
        known : DataFrame, optional
            The indicators of this baseline where they are known: with them nothing is evaluated.
        """
        base = evaluation or build_footing(study, cache=cache)
        if known is None:
            whole = base if isinstance(base, Evaluation) else evaluate(base, cache=cache)
            base, rows = whole, indicators(whole)
        else:
            rows = indicator_rows_of(known[known["group"] != "streets"])
        walked = study.streets[study.streets["walk"] != "none"]
        sides = StreetSides(walked)
        along = Streets(base, streets if isinstance(streets, StreetStudy) else None) if streets else None
        walks = Incremental(base, rows)
        heads = heads_in(walks.state, walks.state)
        places = _listed(sides, base.buildings.geometry.representative_point())
        return cls(
            evaluation=base,
            indicators=indicator_table_of([*rows, *(along.indicators() if along else ())]),
            _heads=heads,
            _sides=sides,
            _places=Map.of(walked["name"].dropna(), SIDES, places, heads.ids),
            _firms=_listed(sides, firm_points(study.firms, study.carriers)),
            _firm_walks=walks.firm_walks(walks.state),
            _walks=walks,
            _streets=along,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Search tables do not travel between processes; they are made again where needed.
        streets = False if self._streets is None else self._streets.study
        build = partial(type(self).build, streets=streets, known=self.indicators)
        return build, (self.evaluation.study, self.evaluation)

    @property
    def study(self) -> StudyArea:
        """The study without edits."""
        return self.evaluation.study

    @property
    def segments(self) -> gpd.GeoDataFrame | None:
        """The segments whose scores are among the indicators; None without street indicators."""
        return None if self._streets is None else self._streets.told

    def run(self, resolved: Resolved) -> Result:
        """Evaluate a scenario by what it changes; equal to `run_full` in everything but the time it takes.

        Which parts are repaired and which are computed anew where touched: `corridor.scenarios._incremental`.
        """
        start = time.perf_counter()
        try:
            found = self._walks.run(resolved)
        except Unsupported:
            return self.run_full(resolved)
        state = found.state
        heads = self._heads if state is self._walks.state else heads_in(state, self._walks.state)
        walks = self._firm_walks if found.firm_walks is None else found.firm_walks
        value = found.value if self._streets is None else np.append(found.value, self._streets.run(resolved))
        return self._result(resolved, value, heads, found.new, walks, found.settled, found.full, start)

    def run_full(self, resolved: Resolved) -> Result:
        """Evaluate a scenario by evaluating the whole edited study: the plain way that `run` is checked against."""
        start = time.perf_counter()
        after = evaluate(apply(self.study, resolved), baseline=self.evaluation)
        values = {row.code: row.value for row in indicators(after)}
        known = self.indicators.index[self.indicators["group"] != "streets"]
        value = np.array([values.get(code, np.nan) for code in known], dtype=np.float64)
        if self._streets is not None:
            value = np.append(value, self._streets.of(after))
        new = after.buildings.geometry[after.buildings.index.difference(self.evaluation.buildings.index)].to_dict()
        return self._result(resolved, value, heads_of(after).found_in(self._heads), new, firm_walks(after), 0, 0, start)

    def _result(
        self,
        resolved: Resolved,
        value: Floats,
        heads: Heads,
        new: Mapping[str, Any],
        walks: Mapping[str, int],
        settled: int,
        full: int,
        start: float,
    ) -> Result:
        """Put a result together; `new` holds the outlines of buildings that come."""
        came: Mapping[str, Side] = {}
        if new:
            points = shapely.point_on_surface(np.array(list(new.values()), dtype=object))
            came = dict(zip(new, zip(*self._sides.named(points), strict=True), strict=True))
        changes, at = changed(self._heads, heads, self._places, came)
        cost = resolved.scenario.cost
        return Result(
            id=resolved.scenario.id,
            names=resolved.scenario.names,
            cost=cost,
            words=self.indicators,
            value=value,
            buildings=changes,
            gain=gains(changes, at, self._moved(walks), self._places, cost),
            nodes_settled=settled,
            nodes_full=full,
            seconds=time.perf_counter() - start,
        )

    def _moved(self, walks: Mapping[str, int]) -> Moved:
        """Return the firms, there before and after, whose walks change."""
        before = self._firm_walks
        ids = []
        if walks is not before:
            ids = [id_ for id_ in before if id_ in walks and walks[id_] != before[id_]]
        change = np.array([walks[id_] - before[id_] for id_ in ids], np.float64)
        return Moved(change, self._places.where([self._firms[id_] for id_ in ids]))


def _listed(sides: StreetSides, points: gpd.GeoSeries) -> dict[str, Side]:
    """Return street and side of points by their ids."""
    found = sides.of(points)
    ids, street, side = (column.to_numpy(dtype=object) for column in (found.index, found["street"], found["side"]))
    return dict(zip(ids, zip(street, side, strict=True), strict=True))


def heads_in(state: State, base: State) -> Heads:
    """Return the buildings of the study area, from what indicators are computed from."""
    inside, row = state.inside, None
    if state.ids is not base.ids:
        among = np.where(base.inside, np.cumsum(base.inside) - 1, -1)
        row = np.where(state.old < 0, -1, among[state.old])[inside]
    return Heads(state.ids[inside], state.scores[0, inside], state.residents[inside], state.workers[inside], row)


def heads_of(evaluation: Evaluation) -> Heads:
    """Return the buildings of the study area."""
    inside = evaluation.buildings[evaluation.buildings["in_area"]]
    return Heads(
        inside.index.to_numpy(dtype=object),
        inside["score_total"].to_numpy(dtype=float, na_value=np.nan),
        inside["residents"].to_numpy(dtype=float),
        inside["workers"].to_numpy(dtype=float),
    )


def near_dm(study: StudyArea) -> int:
    """Return how far the chain and the services are searched: twice 15 minutes at the fastest speed."""
    return int(2 * coverage.MINUTES[-1] * study.config.walker.speed_m_min.high * coverage.DM_PER_M)


def firm_walks(evaluation: Evaluation) -> dict[str, int]:
    """Return each firm's walks to stages and stations, added up; what is out of reach counts as the longest walk."""
    walks = evaluation.innovation.firm_walks
    far = float(near_dm(evaluation.study))
    total = walks.to_numpy(dtype=float, na_value=far).sum(axis=1)
    return dict(zip(walks.index, total.astype(np.int64).tolist(), strict=True))
