"""Streets by name as a scenario would take them: which stretch of one can be told by its two ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from corridor.study import StudyArea

# A scenario finds a street's stretch by points within 60 m of it.
NEAR_M = 55.0
SHORTEST_M = 1.0


def walkable_ways(study: StudyArea) -> dict[str, list[shapely.LineString]]:
    """Return the walkable ways of every name."""
    streets = study.streets[study.streets["walk"] != "none"]
    out: dict[str, list[shapely.LineString]] = {}
    for name, line in zip(streets["name"].to_numpy(dtype=object), streets.geometry.to_numpy(), strict=True):
        if isinstance(name, str):
            out.setdefault(name, []).append(line)
    return out


@dataclass(frozen=True)
class NamedStreet:
    """All ways of a name, as a scenario would take them: one street, or several in different places.

    `spans` are the ways of each part, as metres along it; None where one lies on it only with its start (a ring that
    others cut), for then a stretch of it cannot be told.
    """

    whole: bool
    parts: tuple[shapely.LineString, ...]
    spans: tuple[tuple[tuple[float, float], ...] | None, ...]

    @classmethod
    def of(cls, ways: list[shapely.LineString]) -> NamedStreet:
        """Gather the ways of one name."""
        lines = np.array(ways, dtype=object)
        grown = shapely.union_all(shapely.buffer(lines, NEAR_M))
        parts = tuple(shapely.get_parts(shapely.line_merge(shapely.union_all(lines))))
        return cls(grown.geom_type == "Polygon", parts, tuple(cls._spans(part, lines) for part in parts))

    @staticmethod
    def _spans(part: shapely.LineString, lines: np.ndarray[Any, Any]) -> tuple[tuple[float, float], ...] | None:
        out = []
        for line in lines:
            points = shapely.points(shapely.get_coordinates(line))
            away = shapely.distance(part, points)
            if away[0] > SHORTEST_M / 2:
                continue
            along = shapely.line_locate_point(part, points)
            step = np.diff(along)
            if part.is_ring or away.max() > SHORTEST_M / 2 or not ((step >= 0).all() or (step <= 0).all()):
                return None
            out.append((float(along.min()), float(along.max())))
        return tuple(out)

    def has(self, ends: np.ndarray[Any, Any]) -> bool:
        """Whether one run of the street passes both ends of a segment."""
        if not self.whole or not self.parts:
            return False
        points = [shapely.Point(end) for end in ends]
        away = [sum(line.distance(point) for point in points) for line in self.parts]
        part, spans = self.parts[int(np.argmin(away))], self.spans[int(np.argmin(away))]
        if spans is None or any(part.distance(point) > NEAR_M / 3 for point in points):
            return False
        low, high = sorted(part.project(point) for point in points)
        return any(min(end, high) - max(start, low) > SHORTEST_M for start, end in spans)
