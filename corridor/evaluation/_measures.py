"""Suggested measures: what a segment lacks most, what could be done about it, and the scenario edit that tests it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor import crs, ranking
from corridor.config import MeasureRule
from corridor.evaluation._named_streets import SHORTEST_M, NamedStreet, walkable_ways
from corridor.evaluation._pocket_parks import Place, pocket_parks
from corridor.indicators.street import edge
from corridor.indicators.street.walking import crossings_along
from corridor.network import Network
from corridor.schemas import figure
from corridor.streets import Facts, Segments, compass
from corridor.streets.sides import Floats
from corridor.study import StudyArea

COLUMNS = ("segment_id", "measure", "zh", "en", "because", "priority", "edit")
_SIDES = ("left", "right")
# A crossing keeps off the corners, where there mostly is one.
_CORNER_M = 15.0
# Carriageways at least this far apart are crossed from one to the other; a street drawn as one line over 3 m of itself.
_APART_M, _TICK_M, _ALONG_M = 8.0, 30.0, 1.5
_DEGREES = 7


def measures(
    study: StudyArea,
    network: Network,
    segments: Segments,
    contributions: pd.DataFrame,
    values: pd.DataFrame,
    known: Facts,
    uses: Callable[[], Floats],
    indicators: pd.DataFrame,
    rules: Mapping[str, MeasureRule],
) -> pd.DataFrame:
    """Suggest measures where what they mend scores high in need.

    Parameters
    ----------
    study : StudyArea
    network : Network
    segments : Segments
        Those that `known` is about.
    contributions : DataFrame
        Of `corridor.ranking.contribution_table`.
    values : DataFrame
        On `segment_id` × code, with the sides.
    known : Facts
    uses : callable
        Returns places by use, shape (segments, uses), as `corridor.indicators.street.edge.uses_of` does.
    indicators : DataFrame
        Of `corridor.ranking.indicator_table`: how values are scored.
    rules : mapping of str to MeasureRule

    Returns
    -------
    DataFrame
        Schema STREET_MEASURES. Of a rule's indicators the one with most points is the reason; the first priority is
        the measure whose reason has most points. An indicator whose score the measure would leave as it is is no reason
        for it, and measures that nothing on the segment can take (no gate to open) are left out.
    """
    needs = _needs(contributions, segments.segments.index)
    if not needs:
        return _table([])
    maker = _Maker(study, network, segments, values, known, uses(), indicators)
    asked = []
    for segment_id, (score, points) in needs.items():
        for number, (code, rule) in enumerate(rules.items()):
            low = [one for one in rule.because if score.get(one, -1) >= rule.from_score]
            low = [one for one in low if maker.mends(segment_id, rule, one)]
            if low:
                because = max(low, key=lambda one: (round(points[one], 6), -rule.because.index(one)))
                asked.append((segment_id, -round(points[because], 6), number, code, because))
    maker.look_for_parks([(segment_id, rules[code]) for segment_id, *_, code, _ in asked])
    found: dict[str, list[tuple[Any, ...]]] = {segment_id: [] for segment_id in needs}
    for segment_id, *order, code, because in asked:
        made = maker.edit(segment_id, rules[code], because)
        if made is not None:
            found[segment_id].append((*order, code, because, *made))
    drafts = [
        (segment_id, place, *draft[2:])
        for segment_id, own in found.items()
        for place, draft in enumerate(sorted(own, key=lambda d: d[:2]), 1)
    ]
    degrees = maker.degrees()
    out = [
        (segment_id, code, rules[code].zh.format(**words), rules[code].en.format(**words), because, place,
         _yaml(edit, degrees))
        for segment_id, place, code, because, edit, words in drafts
    ]  # fmt: skip
    return _table(out)


def _table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({name: "Int64" if name == "priority" else "string" for name in COLUMNS})


def _needs(contributions: pd.DataFrame, index: pd.Index) -> dict[str, tuple[dict[str, float], dict[str, float]]]:
    """Return scores and points of need by code, of each segment that has any, by id."""
    need = contributions[(contributions["part"] == "need") & contributions["segment_id"].isin(index)]
    columns = [need[name].to_numpy(dtype=object) for name in ("segment_id", "code")]
    columns += [need[name].to_numpy(dtype=float, na_value=np.nan) for name in ("score", "points")]
    out: dict[str, tuple[dict[str, float], dict[str, float]]] = {}
    for segment_id, code, score, points in zip(*(column.tolist() for column in columns), strict=True):
        scores, all_points = out.setdefault(segment_id, ({}, {}))
        scores[code], all_points[code] = score, points
    return dict(sorted(out.items()))


def _area_m2(rule: MeasureRule) -> float:
    return float(rule.edit.get("area_m2", 0.0))


@dataclass(frozen=True)
class _Spot:
    """A place, as its number among all places of all edits."""

    number: int


def _yaml(edit: Mapping[str, Any], degrees: list[list[float]]) -> str:
    """Return an edit as YAML on one line."""

    def plain(value: Any) -> Any:
        if isinstance(value, _Spot):
            return degrees[value.number]
        return [plain(one) for one in value] if isinstance(value, list) else value

    return (
        "{" + ", ".join(f"{key}: {json.dumps(plain(value), ensure_ascii=False)}" for key, value in edit.items()) + "}"
    )


class _Part(NamedTuple):
    """An edge of a segment."""

    street_id: str
    name: Any
    from_dm: int
    length_dm: int
    edge: int


@dataclass
class _Maker:
    """Makes the edits of segments; gathers their places, to turn them into degrees all at once."""

    study: StudyArea
    network: Network
    segments: Segments
    values: pd.DataFrame
    known: Facts
    uses: Floats
    indicators: pd.DataFrame
    places: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        frame = self.segments.segments
        self._row = dict(zip(frame.index, range(len(frame)), strict=True))
        self._line = frame.geometry.to_numpy()
        self._left = compass.left_of(self._line)
        self._from = frame["chainage_from_m"].to_numpy(dtype=float, na_value=np.nan)
        parts = self.segments.parts
        names = self.study.streets["name"].reindex(parts["street_id"]).to_numpy(dtype=object)
        whole = (parts["segment"], parts["street_id"], names, parts["from_dm"], parts["length_dm"], parts.index)
        self._parts: dict[int, list[_Part]] = {}
        for segment, *part in zip(*(list(column) for column in whole), strict=True):
            self._parts.setdefault(segment, []).append(_Part(*part))
        self._crossings: dict[int, list[float]] = {}
        for segment, at in zip(list(self.known.crossings["segment"]), list(self.known.crossings["at_m"]), strict=True):
            self._crossings.setdefault(segment, []).append(at)
        self._stops = crossings_along(frame, self.known.crossings)
        self._gates = self._nearest_shut()
        self._numbers = {
            name: self.known.values[name].to_numpy(dtype=float, na_value=np.nan)  # noqa: PD011
            for name in self.known.values  # noqa: PD011
        }
        self._edges = self.network.edges.geometry.to_numpy()
        self._main = self.network.edges["component"].to_numpy() == 0
        self._streets: dict[str, NamedStreet] = {}
        self._sides: dict[str, dict[str, dict[str, float]]] = {}
        self._ways = walkable_ways(self.study)
        self._parks: dict[tuple[int, float], Place] = {}

    def _nearest_shut(self) -> dict[int, str]:
        """Return the shut gate nearest to the middle of each segment that has one."""
        shut = self.known.gates[~self.known.gates["public"].astype(bool)]
        segment = shut["segment"].to_numpy(dtype=np.int64)
        middle = shapely.length(self._line)[segment] / 2
        away = np.round(np.abs(shut["at_m"].to_numpy(dtype=float) - middle), 3)
        gates = sorted(zip(segment.tolist(), away.tolist(), shut["point"].astype(str).tolist(), strict=True), reverse=True)  # fmt: skip
        return {row: gate for row, _, gate in gates}

    def degrees(self) -> list[list[float]]:
        """Return all places in WGS84, [longitude, latitude]."""
        points = gpd.GeoSeries([shapely.Point(place) for place in self.places], crs=self.study.crs)
        if points.empty:
            return []
        spots = crs.to_wgs84(points, "measures")
        return [[round(x, _DEGREES), round(y, _DEGREES)] for x, y in zip(spots.x, spots.y, strict=True)]

    def look_for_parks(self, asked: list[tuple[str, MeasureRule]]) -> None:
        """Find the places of all open spaces at once."""
        rows: dict[float, set[int]] = {}
        for segment_id, rule in asked:
            if rule.edit["op"] == "add_open_space":
                rows.setdefault(_area_m2(rule), set()).add(self._row[segment_id])
        for area_m2, some in rows.items():
            places = pocket_parks(self.study, self.network, self.segments, some, area_m2)
            self._parks |= {(row, area_m2): spot for row, spot in places.items()}

    def mends(self, segment_id: str, rule: MeasureRule, code: str) -> bool:
        """Whether a measure lowers the score of an indicator, where that can be told beforehand.

        A score stays where the value is still beyond what is worth 100, and a mix of uses where a use comes that is
        there already.
        """
        row, edit = self._row[segment_id], rule.edit
        if edit["op"] == "add_crossing" and code == "crossing_gap_m":
            after = self._gap_with_crossing(row)
        elif edit["op"] == "change_frontage" and code == "vacancy":
            after = float(self.values.at[segment_id, code]) * edge.filled(1.0, edit.get("share", 1.0))
        elif edit["op"] == "change_frontage" and code == "use_mix" and edit["use"] in edge.USES:
            number = edge.with_front(self.uses[row], edit["use"], self._line[row].length, 1.0, edit.get("share", 1.0))
            after = float(edge.hill(number[None, :])[0])
        else:
            return True
        before = float(self.values.at[segment_id, code])
        return bool(np.diff(ranking.thousandths(np.array([before, after]), *self._scale(code)))[0] < 0)

    def _scale(self, code: str) -> tuple[float, float]:
        return float(self.indicators.at[code, "at_0"]), float(self.indicators.at[code, "at_100"])

    def edit(self, segment_id: str, rule: MeasureRule, because: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return (edit, words for the sentence), or None where the segment cannot take it."""
        row = self._row[segment_id]
        op = rule.edit["op"]
        facts = {key: value for key, value in rule.edit.items() if key != "op"}
        if op == "add_crossing":
            return self._crossing(row, facts)
        if op == "open_gate":
            return self._gate(row, facts)
        if op == "add_open_space":
            spot = self._parks.get((row, _area_m2(rule)))
            return None if spot is None else ({"op": op, **facts, "at": self._spot(*spot)}, {})
        found = self._stretch(row)
        if found is None:
            return None
        where, metres = found
        words: dict[str, Any] = {}
        for name in rule.per_100m:
            facts[name] = words["n"] = self._count(row, name, float(facts[name]) * metres / 100)
        if op == "change_frontage":
            facts["side"] = side = self._weaker(segment_id, because)
            words["side_zh"], words["side_en"] = compass.words_of(self._left[row], side)
        return {"op": op, **where, **facts}, words

    def _spot(self, x: float, y: float) -> _Spot:
        self.places.append((x, y))
        return _Spot(len(self.places) - 1)

    def _count(self, row: int, name: str, wanted: float) -> int:
        """Return a number of things, whole and never fewer than are there."""
        there = float(self._numbers[name][row]) if name in self._numbers else math.nan
        return max(math.ceil(wanted - 1e-9), 1, 0 if math.isnan(there) else math.ceil(there))

    def _weaker(self, segment_id: str, because: str) -> str:
        code = because if f"{because}.left" in self.values else "active"
        if code not in self._sides:
            self._sides[code] = {
                side: dict(
                    zip(
                        self.values.index,
                        self.values[f"{code}.{side}"].to_numpy(dtype=float, na_value=np.nan),
                        strict=True,
                    )
                )
                for side in _SIDES
            }
        left, right = (self._sides[code][side][segment_id] for side in _SIDES)
        return "right" if not math.isnan(right) and (math.isnan(left) or right < left) else "left"

    def _gate(self, row: int, facts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the edit of the shut gate nearest to the middle."""
        gate = self._gates.get(row)
        return None if gate is None else ({"op": "open_gate", "id": gate, **facts}, {})

    def _crossing(self, row: int, facts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return a crossing in the middle of the longest stretch without one, on the segment that holds it."""
        line = self._line[row]
        if line.length < 2 * _ALONG_M + SHORTEST_M:
            return None
        at = self._middle_of_longest(self._stops_of(row))
        if not 0 <= at < line.length:
            return None
        at = self._place_along(row, at)
        ends = self._across(row, at)
        if ends is None:
            return None
        start = self._from[row]
        metres = at if np.isnan(start) else at + start
        words = {
            "where_zh": f"{'距起点' if np.isnan(start) else '里程'}{figure(metres)} m处",
            "where_en": f"{figure(metres)} m from the start of the segment"
            if np.isnan(start)
            else f"chainage {figure(metres)} m",
        }
        return {"op": "add_crossing", "line": [self._spot(*end) for end in ends], **facts}, words

    def _gap_with_crossing(self, row: int) -> float:
        """Return the longest stretch without a crossing that would be left if there were one more."""
        stops = self._stops_of(row)
        at = self._place_along(row, self._middle_of_longest(stops))
        return float(np.diff(np.sort(np.append(stops, at))).max())

    def _place_along(self, row: int, at: float) -> float:
        """Keep a place on the segment off its corners."""
        edge_m = min(_CORNER_M, self._line[row].length / 2)
        return min(max(at, edge_m), self._line[row].length - edge_m)

    @staticmethod
    def _middle_of_longest(stops: Floats) -> float:
        gap = int(np.argmax(np.round(np.diff(stops), 3)))
        return float(stops[gap] + stops[gap + 1]) / 2

    def _stops_of(self, row: int) -> Floats:
        """Return the ends of stretches without a crossing that touch a segment, in metres from its start, ascending.

        On the corridor a stretch runs from segment to segment: of all it touches one crossing answers for it.
        """
        length, start = self._line[row].length, self._from[row]
        if np.isnan(start):
            stops = np.unique(np.clip([0.0, *self._crossings.get(row, ()), length], 0, length))
        else:
            stops = self._stops - start
            touched = np.flatnonzero((stops[1:] > 0.5) & (stops[:-1] < length - 0.5))
            stops = stops[touched[0] : touched[-1] + 2]
        return stops

    def _across(self, row: int, at: float) -> list[tuple[float, float]] | None:
        """Return both ends of a crossing: on the two outer carriageways, or 3 m of a street drawn as one line.

        Both lie on edges of the segment that hang together with the main network: elsewhere nothing attaches.
        """
        number = self.network.edges.index.get_indexer([part.edge for part in self._parts.get(row, ())])
        own = self._edges[number[self._main[number]]]
        if not len(own):
            return None
        low, high = (
            shapely.get_coordinates(self._line[row].interpolate(at + step))[0] for step in (-_ALONG_M, _ALONG_M)
        )
        middle, along = (low + high) / 2, high - low
        aside = np.array([-along[1], along[0]]) / (float(np.hypot(*along)) or 1.0) * _TICK_M
        hits = shapely.intersection(own, shapely.LineString([middle + aside, middle - aside]))
        spots = shapely.get_coordinates(hits)
        if len(spots) > 1:
            offset = ((spots - middle) * aside).sum(axis=1)
            first, last = spots[int(np.argmax(offset))], spots[int(np.argmin(offset))]
            if float(np.hypot(*(first - last))) >= _APART_M:
                return [tuple(first), tuple(last)]
        nearest = own[int(np.argmin(np.round(shapely.distance(own, shapely.Point(middle)), 3)))]
        if nearest.length < 2 * _ALONG_M + SHORTEST_M:
            return None
        place = min(max(nearest.project(shapely.Point(middle)), _ALONG_M), nearest.length - _ALONG_M)
        return [tuple(nearest.interpolate(place + step).coords[0]) for step in (-_ALONG_M, _ALONG_M)]

    def _stretch(self, row: int) -> tuple[dict[str, Any], float] | None:
        """Say which stretch of which street the segment is: by its name between its ends, else by its longest way.

        Returns
        -------
        (fields of the edit, metres), or None
        """
        parts = self._parts.get(row)
        if parts is None:
            return None
        named: dict[str, int] = {}
        for part in parts:
            if isinstance(part.name, str):
                named[part.name] = named.get(part.name, 0) + part.length_dm
        if named:
            name = min(named, key=lambda one: (-named[one], one))
            if name not in self._streets:
                self._streets[name] = NamedStreet.of(self._ways[name])
            ends = shapely.get_coordinates(self._line[row])[[0, -1]]
            if self._streets[name].has(ends):
                return {"name": name, "between": [self._spot(*end) for end in ends]}, float(self._line[row].length)
        return self._way(parts)

    def _way(self, parts: list[_Part]) -> tuple[dict[str, Any], float]:
        """Return the longest of a segment's ways, by its id, between the ends of its part; a ring is taken whole."""
        length: dict[str, int] = {}
        for part in parts:
            length[part.street_id] = length.get(part.street_id, 0) + part.length_dm
        way = min(length, key=lambda one: (-length[one], one))
        mine = [part for part in parts if part.street_id == way]
        low, high = min(part.from_dm for part in mine) / 10, max(part.from_dm + part.length_dm for part in mine) / 10
        line = self.study.streets.geometry[way]
        ends = [shapely.get_coordinates(line.interpolate(at))[0] for at in (low, high)]
        if line.is_ring or float(np.hypot(*(ends[1] - ends[0]))) < SHORTEST_M:
            return {"id": way}, float(line.length)
        return {"id": way, "between": [self._spot(*end) for end in ends]}, high - low
