"""What lies along the corridor, in metres of chainage: all that the tracks of the strip show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.errors import StudyError
from corridor.indicators.street import edge
from corridor.report._format import missing
from corridor.streets import Facts, Look, Segments, facts, look
from corridor.streets.sides import first_hits

if TYPE_CHECKING:
    from corridor.study import StudyArea

PLAN_M = 60.0
WIDTH_STEP_M = 20.0
FLOWS = ("flow", "betweenness")
ACTIVE, PLAIN, GROUND = "#C9772F", "#D9D4C7", "#9CBF7E"


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
    facts: pd.DataFrame

    @cached_property
    def fronts(self) -> list[list[str]]:
        """What stands along each side, by station."""
        return front_kinds(self)

    @property
    def length(self) -> float:
        return float(self.axis.length)

    @property
    def start(self) -> np.ndarray[Any, Any]:
        return self.frame["chainage_from_m"].to_numpy(dtype=float)

    @property
    def end(self) -> np.ndarray[Any, Any]:
        return self.frame["chainage_to_m"].to_numpy(dtype=float)

    def name(self, lang: str) -> str:
        """Return the corridor's name in a language, as far as the map has it."""
        first = self.frame.iloc[0]
        english = lang == "en" and not missing(first["street_en"])
        return str(first["street_en"] if english else first["street"])

    def named(self, names: Any, lang: str) -> str:
        """Return the names of crossing streets in a language, as far as the map has them; "" for none."""
        if missing(names):
            return ""
        if lang == "zh":
            return str(names)
        return ", ".join(str(self._english.get(name, name)) for name in str(names).split("、"))

    @cached_property
    def _english(self) -> dict[str, str]:
        known = self.others.dropna(subset=["street", "street_en"]).drop_duplicates("street")
        return dict(zip(known["street"], known["street_en"], strict=True))

    @property
    def compass(self) -> tuple[str, str]:
        """Which way the strip runs and which side lies above."""
        (x0, y0), (x1, y1) = self.axis.coords[0], self.axis.coords[-1]
        if abs(y1 - y0) >= abs(x1 - x0):
            return "自南向北，西侧在上", "south to north, west side above"
        return "自西向东，北侧在上", "west to east, north side above"

    @property
    def sides(self) -> tuple[str, str]:
        """The side above and the side below."""
        return ("西 / 东", "west / east") if "西侧" in self.compass[0] else ("北 / 南", "north / south")

    @property
    def classes(self) -> list[int] | None:
        """Class of the score by segment, 0–4, -1 where not ranked; None before anything is ranked."""
        if self.score is None:
            return None
        return [-1 if missing(score) else int(min(float(score) // 20, 4)) for score in self.score]

    @property
    def flow(self) -> str | None:
        """The indicator that tells the walking flow."""
        return next((code for code in self.numbers.columns if any(word in code for word in FLOWS)), None)


def gathered(streets: Streets) -> Road:
    """Keep of a street study what lies along the corridor."""
    whole, study = streets.segments, streets.study
    on_axis = (whole.segments["role"] == "corridor").to_numpy(dtype=bool)
    if whole.axis is None or not on_axis.any():
        raise StudyError.of(
            "corridor",
            "没有指定主线，无法绘制纵断面图。",
            "no corridor is named, so there is no strip to draw.",
            "在study.yaml里写明：corridor: {names: [街名]}。",
            "Name it in study.yaml: corridor: {names: [street]}.",
        )
    rows = np.flatnonzero(on_axis)
    frame = whole.segments.iloc[rows]
    place = pd.Series(np.arange(len(rows)), index=rows)
    parts = whole.parts[whole.parts["segment"].isin(rows)]
    parts = parts.assign(segment=place.reindex(parts["segment"]).to_numpy())
    own = replace(whole, segments=frame, parts=parts)
    score = None if streets.ranking is None else streets.ranking["score"].reindex(frame.index)
    near = whole.segments.geometry.intersects(whole.axis.buffer(PLAN_M))
    values = streets.values.reindex(frame.index)  # noqa: PD011  (a table)
    known = facts(own, study)
    return Road(
        study=study,
        frame=frame,
        axis=whole.axis,
        others=whole.segments[near & ~on_axis],
        numbers=values,
        score=score,
        seen=look(frame, study.buildings, study.barriers),
        known=known,
        facts=_counted(known.values, values, frame["length_m"]),
    )


def _counted(known: pd.DataFrame, values: pd.DataFrame, length_m: pd.Series) -> pd.DataFrame:
    """Return the facts, with what a survey counted on 100 m where the map tells nothing."""
    out = known.copy()
    for name in ("trees", "seats", "lamps"):
        if f"{name}_per_100m" in values:
            out[name] = out[name].fillna((values[f"{name}_per_100m"].astype("Float64") * length_m / 100).round())
    return out


def front_kinds(road: Road) -> list[list[str]]:
    """Return by side and station what stands there: active front, wall, green, other building, nothing, unknown."""
    study, seen = road.study, road.seen
    nobody = study.amenities.iloc[:0].assign(category="", source="", source_id="")
    found = edge.on_street(road.frame, seen, edge.places(study.amenities, nobody))
    lively = edge.lively(seen, found, (study.buildings["use"] == "commercial").to_numpy(dtype=bool, na_value=False))
    space = study.open_space.geometry[study.open_space["walk"] == "public"].to_numpy()
    green = first_hits(seen.at, space).distance_m
    out = []
    for side in (0, 1):
        face = np.nan_to_num(seen.faces.distance_m[side], nan=np.inf)
        wall = np.nan_to_num(seen.walls.distance_m[side], nan=np.inf)
        ground = np.nan_to_num(green[side], nan=np.inf)
        kinds = np.where(np.isinf(face), "", PLAIN).astype(object)
        kinds[ground < face] = GROUND
        kinds[(wall < face) & (wall <= ground)] = "wall"
        kinds[lively[side]] = ACTIVE
        kinds[~seen.mapped & (kinds == "")] = "na"
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
