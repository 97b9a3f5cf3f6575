"""Where open spaces are entered that an edit touches: only what is near them is looked at, in arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from corridor.indicators import public_space
from corridor.indicators.public_space import GATE_M, OPEN_EDGE_REACH_M, OPEN_EDGE_STEP_M, WALLED_M, WALLS
from corridor.scenarios._classified import Point, Points, doors_of
from corridor.scenarios._rows import Row
from corridor.scenarios._state import Bools
from corridor.study import StudyArea

NEAR_M = 2 * OPEN_EDGE_REACH_M
"""Beyond this no street, gate or wall has a say in how a space is entered."""
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The streets, gates and walls of a study, found by place, and what edits do to them.

    The rule is that of `corridor.indicators.public_space.entrances`, asked space by space.

    Attributes
    ----------
    lines, public, level, added : arrays by street
        Lines; which are public, lead in by crossing a boundary, and are a scenario's.
    gates, was_open, is_open : arrays by gate
        Points; which were open to the public, and are.
    gate : dict
        Row of each gate's id.
    walls : array of lines
    new : tuple of LineString
        Public streets that come.
    """

    lines: Shapes
    public: Bools
    level: Bools
    added: Bools
    gates: Shapes
    was_open: Bools
    is_open: Bools
    gate: dict[str, int]
    walls: Shapes
    new: tuple[shapely.LineString, ...]
    _trees: tuple[shapely.STRtree, shapely.STRtree, shapely.STRtree]

    @classmethod
    def of(cls, study: StudyArea) -> Surroundings:
        """Lay out a study."""
        streets, gates, barriers = study.streets, study.gates, study.barriers
        lines, points = streets.geometry.to_numpy(), gates.geometry.to_numpy()
        walls = barriers.geometry.to_numpy()[barriers["kind"].isin(WALLS).to_numpy(dtype=bool)]
        passes = (streets["bridge"] | streets["tunnel"] | (streets["layer"] != 0)).to_numpy(dtype=bool)
        came = streets["added"].fillna(False).to_numpy(dtype=bool) if "added" in streets else np.zeros(len(lines), bool)
        was_open, is_open = (one.to_numpy(dtype=bool) for one in public_space.open_gates(gates))
        return cls(
            lines=lines,
            public=(streets["walk"] == "public").to_numpy(dtype=bool),
            level=~passes,
            added=came,
            gates=points,
            was_open=was_open,
            is_open=is_open,
            gate={str(id_): row for row, id_ in enumerate(gates.index)},
            walls=walls,
            new=(),
            _trees=(shapely.STRtree(lines), shapely.STRtree(points), shapely.STRtree(walls)),
        )

    def edited(self, new: Iterable[shapely.LineString], opened: Iterable[str], shut: Iterable[str]) -> Surroundings:
        """Return the surroundings with streets that come, and gates by id that open to the public or shut."""
        is_open = self.is_open.copy()
        is_open[[self.gate[id_] for id_ in opened]] = True
        is_open[[self.gate[id_] for id_ in shut]] = False
        return replace(self, new=tuple(new), is_open=is_open)

    def ways_into(self, spaces: Mapping[str, Row | None]) -> Points:
        """Return where open spaces are entered; nowhere where they go."""
        return {id_: () if row is None else self._ways(row["geometry"], doors_of(row)) for id_, row in spaces.items()}

    def _ways(self, space: Any, own: tuple[Point, ...]) -> tuple[Point, ...]:
        """Return where one space is entered, in order; `own` are the gates that a scenario gives it."""
        boundary = space.boundary
        near = self._trees[1].query(boundary, predicate="dwithin", distance=GATE_M)
        closed = near[~self.was_open[near]]
        crossing = self._trees[0].query(boundary, predicate="intersects")
        crossing = crossing[self.public[crossing]]
        old, came = crossing[~self.added[crossing]], crossing[self.added[crossing]]
        crossed = self._across(space, boundary, self.lines[old], self.level[old], closed)
        gated = bool(own) or bool(self.was_open[near].any())
        found = {(x, y) for x, y in shapely.get_coordinates(self.gates[near[self.is_open[near]]]).tolist()} | {*own}
        found |= set() if gated else crossed
        lines = np.array([*self.lines[came], *self.new], dtype=object)
        level = np.append(self.level[came], np.ones(len(self.new), bool))
        touch = shapely.intersects(boundary, lines) if len(lines) else np.zeros(0, bool)
        found |= self._across(space, boundary, lines[touch], level[touch], near[~self.is_open[near]])
        if not (gated or crossed or len(closed)):
            found |= self._open_edge(boundary)
        return tuple(sorted(found))

    def _across(
        self, space: Any, boundary: Any, lines: Shapes, level: Bools, barred: npt.NDArray[np.int64]
    ) -> set[Point]:
        """Return where lines that lead in cross a boundary, away from gates that bar the way."""
        if not len(lines):
            return set()
        leads_in = level.copy()
        above = np.flatnonzero(~level)
        if len(above):
            leads_in[above] = shapely.intersects(shapely.extract_unique_points(lines[above]), space)
        # A path running along the boundary meets it in a line: its ends are where one can turn in.
        xy = np.round(shapely.get_coordinates(shapely.intersection(boundary, lines[leads_in])), 2)
        if len(xy) and len(barred):
            points = shapely.points(xy)
            xy = xy[~shapely.dwithin(points[:, None], self.gates[barred][None, :], GATE_M).any(axis=1)]
        return {(x, y) for x, y in xy.tolist()}

    def _open_edge(self, boundary: Any) -> set[Point]:
        """Return points along an edge that lies open to a street."""
        lines = self._trees[0].query(boundary, predicate="dwithin", distance=NEAR_M)
        streets = [*self.lines[lines[self.public[lines] & self.level[lines]]], *self.new]
        if not streets:
            return set()
        xy = np.round(shapely.get_coordinates(shapely.segmentize(boundary, OPEN_EDGE_STEP_M)), 2)
        points = shapely.points(xy)
        open_ = _within(points, np.array(streets, dtype=object), OPEN_EDGE_REACH_M)
        walls = self.walls[self._trees[2].query(boundary, predicate="dwithin", distance=NEAR_M)]
        open_ &= ~_within(points, walls, WALLED_M)
        return {(x, y) for x, y in xy[open_].tolist()}


def _within(points: Shapes, lines: Shapes, distance: float) -> Bools:
    """Return which points lie within a distance of any of the lines."""
    out = np.zeros(len(points), bool)
    out[shapely.STRtree(lines).query(points, predicate="dwithin", distance=distance)[0]] = True
    return out
