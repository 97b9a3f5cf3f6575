"""What lies along the corridor, in metres of chainage: all that the tracks of a strip profile show.

Report and map draw it; nothing here knows of pixels or colours.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.errors import StudyError
from corridor.indicators.street import edge
from corridor.indicators.street.walking import crossings_on, stretches
from corridor.streets import Facts, Look, Segments
from corridor.streets.sides import SIDES, beside, first_hits

if TYPE_CHECKING:
    from corridor.evaluation._street_work import Roadside
    from corridor.study import StudyArea

PLAN_M = 60.0
# Of a short street the plan is narrower, so that the picture does not stand higher than it is wide.
PLAN_SHARE = 0.28
WIDTH_STEP_M = 20.0
FLOWS = ("flow", "betweenness")
# The norm's spacing of streets (grade B): longer stretches without a crossing are drawn heavy.
CROSSING_NORM_M = 200.0


class Streets(Protocol):
    """As much of a street study as the picture needs."""

    @property
    def study(self) -> StudyArea:
        """The study itself."""

    @property
    def segments(self) -> Segments:
        """Its streets in blocks."""

    @property
    def values(self) -> pd.DataFrame:
        """Indicators, on `segment_id`."""

    @property
    def roadside(self) -> Roadside:
        """What lies beside them."""

    @property
    def ranking(self) -> pd.DataFrame | None:
        """On `segment_id` with `score`; None before anything is ranked."""


@dataclass(frozen=True, eq=False)
class Road:
    """What lies along the corridor, in metres of chainage."""

    study: StudyArea
    frame: gpd.GeoDataFrame
    axis: shapely.LineString
    others: gpd.GeoDataFrame
    numbers: pd.DataFrame
    score: pd.Series | None
    seen: Look
    known: Facts
    lively: np.ndarray[Any, Any]

    @property
    def length(self) -> float:
        """The corridor's length in metres: where its chainage ends."""
        return float(self.end[-1])

    @property
    def facts(self) -> pd.DataFrame:
        """What is known of each segment, the survey's counts among it."""
        return self.known.values  # noqa: PD011  (a table)

    @property
    def plan_m(self) -> float:
        """How far to each side of the axis a plan looks, in metres."""
        return min(PLAN_M, PLAN_SHARE * self.length)

    @property
    def start(self) -> np.ndarray[Any, Any]:
        """Where each segment begins, in metres of chainage."""
        return self.frame["chainage_from_m"].to_numpy(dtype=float)

    @property
    def end(self) -> np.ndarray[Any, Any]:
        """Where each segment ends."""
        return self.frame["chainage_to_m"].to_numpy(dtype=float)

    @property
    def stretches(self) -> list[tuple[float, float]]:
        """Where the corridor runs unbroken (from, to in chainage)."""
        return [(float(low), float(high)) for low, high in stretches(self.frame)]

    @property
    def bearing(self) -> float:
        """Which way the strip's right end lies, in degrees from north, clockwise, 0 to 360."""
        (x0, y0), (x1, y1) = self.axis.coords[0], self.axis.coords[-1]
        return float(np.degrees(np.arctan2(x1 - x0, y1 - y0))) % 360

    def name(self, lang: str) -> str:
        """Return the corridor's name in a language, as far as the map has it."""
        first = self.frame.iloc[0]
        english = lang == "en" and not pd.isna(first["street_en"])
        return str(first["street_en"] if english else first["street"])

    def named(self, names: Any, lang: str) -> str:
        """Return the names of crossing streets in a language, as far as the map has them; "" for none."""
        if pd.isna(names):
            return ""
        if lang == "zh":
            return str(names)
        return ", ".join(str(self._english.get(name, name)) for name in str(names).split("、"))

    @cached_property
    def _english(self) -> dict[str, str]:
        known = self.others.dropna(subset=["street", "street_en"]).drop_duplicates("street")
        return dict(zip(known["street"], known["street_en"], strict=True))

    @cached_property
    def fronts(self) -> pd.DataFrame:
        """What stands along each side: see `fronts`."""
        return fronts(self)

    @cached_property
    def plan(self) -> dict[str, list[list[np.ndarray[Any, Any]]]]:
        """What the straightened plan shows: see `plan_parts`."""
        return plan_parts(self, self.plan_m)

    @property
    def compass(self) -> tuple[str, str]:
        """Which way the strip runs and which side lies above."""
        if self.axis.is_closed:
            return "按里程方向，左侧在上", "in the direction of chainage, left side above"
        (x0, y0), (x1, y1) = self.axis.coords[0], self.axis.coords[-1]
        if abs(y1 - y0) >= abs(x1 - x0):
            return "自南向北，西侧在上", "south to north, west side above"
        return "自西向东，北侧在上", "west to east, north side above"

    @property
    def sides(self) -> tuple[str, str]:
        """The side above and the side below."""
        if self.axis.is_closed:
            return "左 / 右", "left / right"
        return ("西 / 东", "west / east") if "西侧" in self.compass[0] else ("北 / 南", "north / south")

    @property
    def classes(self) -> list[int] | None:
        """Class of the score by segment, 0–4, -1 where not ranked; None before anything is ranked."""
        if self.score is None:
            return None
        return [-1 if pd.isna(score) else int(min(float(score) // 20, 4)) for score in self.score]

    @property
    def flow(self) -> str | None:
        """The indicator that tells the walking flow."""
        return next((code for code in self.numbers.columns if any(word in code for word in FLOWS)), None)


def has_corridor(segments: Segments) -> bool:
    """Return whether there is a corridor to draw."""
    return segments.axis is not None and bool((segments.segments["role"] == "corridor").any())


def gathered(streets: Streets) -> Road:
    """Keep of a street study what lies along the corridor.

    Raises
    ------
    StudyError
        The study names no corridor.
    """
    whole, study = streets.segments, streets.study
    on_axis = (whole.segments["role"] == "corridor").to_numpy(dtype=bool)
    if whole.axis is None or not has_corridor(whole):
        raise StudyError.of(
            "corridor",
            "没有指定主线，无法绘制纵断面图。",
            "no corridor is named, so there is no strip to draw.",
            "在study.yaml里写明：corridor: {names: [街名]}。",
            "Name it in study.yaml: corridor: {names: [street]}.",
        )
    rows = np.flatnonzero(on_axis)
    frame = whole.segments.iloc[rows]
    score = None if streets.ranking is None else streets.ranking["score"].reindex(frame.index)
    near = whole.segments.geometry.intersects(whole.axis.buffer(PLAN_M))
    beside_ = streets.roadside
    around = beside_.segments.segments
    mine = around.index.get_indexer(frame.index)
    return Road(
        study=study,
        frame=frame,
        axis=whole.axis,
        others=whole.segments[near & ~on_axis],
        numbers=streets.values.reindex(frame.index),  # noqa: PD011  (a table)
        score=score,
        seen=beside_.seen.only(mine),
        known=beside_.known.only(frame.index),
        lively=_lively(study, beside_)[:, np.isin(beside_.seen.at.segment, mine)],
    )


def _lively(study: StudyArea, beside_: Roadside) -> np.ndarray[Any, Any]:
    """Return at which stations of all segments a side's front is active, as the indicator has it; shape (2, S)."""
    every = edge.places(edge.amenities_of_streets(study.amenities), beside_.opportunities)
    found = edge.on_street(beside_.segments.segments, beside_.seen, every)
    return edge.lively(beside_.seen, found, edge.retail(study.buildings))


def fronts(road: Road) -> pd.DataFrame:
    """Return what stands along each side, stretch by stretch.

    Returns
    -------
    DataFrame
        `side` (0 left, 1 right), `from_m`, `to_m` (chainage), `kind`: "active", "wall", "green", "plain" (another
        building), "none" (no building), "unknown".
    """
    low, high = _lanes(road)
    rows = [
        (side, float(low[first]), float(high[stop - 1]), kinds[first])
        for side, kinds in enumerate(_front_kinds(road))
        for first, stop in runs(kinds)
    ]
    return pd.DataFrame(rows, columns=["side", "from_m", "to_m", "kind"])


def _lanes(road: Road) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the chainage at which each station's stretch begins and ends."""
    at = road.seen.at
    half = (road.end - road.start)[at.segment] / np.diff(at.first)[at.segment] / 2
    middle = road.start[at.segment] + at.at_m
    return middle - half, middle + half


def _front_kinds(road: Road) -> list[list[str]]:
    """Return by side and station what stands there."""
    study, seen = road.study, road.seen
    space = study.open_space.geometry[study.open_space["walk"] == "public"].to_numpy()
    green = first_hits(seen.at, space).distance_m
    out = []
    for side in (0, 1):
        face = np.nan_to_num(seen.faces.distance_m[side], nan=np.inf)
        wall = np.nan_to_num(seen.walls.distance_m[side], nan=np.inf)
        ground = np.nan_to_num(green[side], nan=np.inf)
        kinds = np.where(np.isinf(face), "none", "plain").astype(object)
        kinds[ground < face] = "green"
        kinds[(wall < face) & (wall <= ground)] = "wall"
        kinds[road.lively[side]] = "active"
        kinds[~seen.mapped & (kinds == "none")] = "unknown"
        out.append(kinds.tolist())
    return out


def runs(values: list[str]) -> list[tuple[int, int]]:
    """Return (first, stop) of each run of equal values."""
    stops = [i for i in range(1, len(values)) if values[i] != values[i - 1]]
    return list(zip([0, *stops], [*stops, len(values)], strict=True)) if values else []


def widths(road: Road) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return (chainage, mean width between frontages there) every 20 m; NaN where one side is open."""
    at = road.seen.at
    across = road.seen.faces.distance_m.sum(axis=0)
    chainage = road.start[at.segment] + at.at_m
    count = max(1, int(np.ceil(road.length / WIDTH_STEP_M)))
    cell = np.minimum(chainage / WIDTH_STEP_M, count - 1).astype(np.int64)
    known = ~np.isnan(across)
    total = np.bincount(cell[known], weights=across[known], minlength=count)
    number_ = np.bincount(cell[known], minlength=count)
    mean = np.divide(total, number_, out=np.full(count, np.nan), where=number_ > 0)
    return (np.arange(count) + 0.5) * WIDTH_STEP_M, mean


def unmapped(road: Road) -> list[tuple[float, float]]:
    """Return the stretches (from, to in chainage) along which nobody mapped buildings."""
    low, high = _lanes(road)
    known = road.seen.mapped
    return [(float(low[a]), float(high[b - 1])) for a, b in runs([str(is_so) for is_so in known]) if not known[a]]


def crossing_stops(road: Road) -> np.ndarray[Any, Any] | None:
    """Return the chainage of each crossing, one mapped twice once; None where nobody mapped them."""
    if road.facts["crossings"].isna().all():
        return None
    return crossings_on(road.frame, road.known.crossings)


def gate_places(road: Road) -> pd.DataFrame | None:
    """Return the gates: `chainage_m`, `side` (0, 1), `kind` ("open", "residents", "shut"); None: nobody mapped them."""
    if road.facts["gates"].isna().all():
        return None
    gates = road.known.gates[road.known.gates["side"].isin(SIDES).fillna(False)]
    passage = road.study.gates["passage"].reindex(gates["point"]).astype(str).to_numpy()
    public = gates["public"].to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "chainage_m": road.start[gates["segment"].to_numpy(dtype=np.int64)] + gates["at_m"].to_numpy(dtype=float),
            "side": gates["side"].map({name: n for n, name in enumerate(SIDES)}).to_numpy(dtype=np.int64),
            "kind": np.where(public, "open", passage),
        }
    )


def furniture_places(road: Road, name: str) -> pd.DataFrame:
    """Return where the corridor's "trees", "seats" or "lamps" stand: `segment`, `chainage_m`.

    Only on segments whose number is that of the map: where a survey counted others, nobody knows where they stand.
    """
    found = road.known.furniture[road.known.furniture["name"] == name]
    segment = found["segment"].to_numpy(dtype=np.int64)
    number = road.facts[name].to_numpy(dtype=float, na_value=np.nan)
    same = np.bincount(segment, minlength=len(number)) == number
    chainage = np.minimum(road.start[segment] + found["at_m"].to_numpy(dtype=float), road.length)
    return pd.DataFrame({"segment": segment, "chainage_m": chainage})[same[segment]].reset_index(drop=True)


def record_reach_m(road: Road) -> float:
    """Return how far from the corridor a carrier or station may lie to be shown with it."""
    return float(road.study.config.corridor.side_m) if road.study.config.corridor is not None else 100.0


def record_places(road: Road) -> pd.DataFrame | None:
    """Return carriers and service stations near the corridor: `chainage_m`, `station` (bool), `id`; None: no records."""
    if road.study.carriers.empty and road.study.stations.empty:
        return None
    found = []
    for is_station, table in ((False, road.study.carriers), (True, road.study.stations)):
        near = beside(road.frame, table.geometry, record_reach_m(road))
        chainage = road.start[near["segment"].to_numpy(dtype=np.int64)] + near["at_m"].to_numpy(dtype=float)
        found.append(pd.DataFrame({"chainage_m": chainage, "station": is_station, "id": near["point"].astype(str)}))
    return pd.concat(found, ignore_index=True).sort_values(["chainage_m", "station", "id"], ignore_index=True)


def clipped(shapes: gpd.GeoSeries, band: Any) -> list[Any]:
    """Return the parts of shapes within a band along the corridor, in pieces short enough to be bent."""
    near = shapes[shapes.intersects(band)]
    cut = shapely.intersection(near.to_numpy(), band)
    parts = shapely.get_parts(shapely.segmentize(cut, 5.0))
    return [part for part in parts if part.length > 1]


def unrolled(shapes: list[Any], axis: shapely.LineString) -> list[list[np.ndarray[Any, Any]]]:
    """Return of each shape the rings, or the line, as (n, 2) arrays of chainage and distance to the left, in metres."""
    parts = [[*shapely.get_rings(shape)] if shapely.get_dimensions(shape) == 2 else [shape] for shape in shapes]
    lines = np.array([line for mine in parts for line in mine], dtype=object)
    if not len(lines):
        return []
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    points = shapely.points(xy)
    at = shapely.line_locate_point(axis, points)
    away = shapely.distance(axis, points)
    foot, ahead, behind = (
        shapely.get_coordinates(shapely.line_interpolate_point(axis, np.clip(at + step, 0, axis.length)))
        for step in (0.0, 0.5, -0.5)
    )
    step = ahead - behind
    left = np.sign(step[:, 0] * (xy[:, 1] - foot[:, 1]) - step[:, 1] * (xy[:, 0] - foot[:, 0]))
    places = np.column_stack([at, left * away])
    stops = np.searchsorted(owner, np.arange(len(lines) + 1)).tolist()
    runs_ = iter([places[low:high] for low, high in itertools.pairwise(stops)])
    return [[next(runs_) for _ in mine] for mine in parts]


def plan_parts(road: Road, reach_m: float) -> dict[str, list[list[np.ndarray[Any, Any]]]]:
    """Return what the straightened plan shows ("green", "streets", "buildings"), each shape as its unrolled lines."""
    band = road.axis.buffer(reach_m, cap_style="flat")
    space = road.study.open_space
    shapes = {
        "green": clipped(space.geometry[space["walk"] == "public"], band),
        "streets": clipped(road.others.geometry, band),
        "buildings": clipped(road.study.buildings.geometry, band),
    }
    return {name: unrolled(mine, road.axis) for name, mine in shapes.items()}
