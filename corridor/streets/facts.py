"""Facts of segments: what map tags say of a street, over them the survey, over that what a scenario makes of it.

Every value comes with its basis: "mapped" (a tag or a mapped point), "survey", "estimate" (what a scenario assumes) or
"synthetic" (mapped in a schematic study). What nobody mapped is missing: no tag says that a street has no seats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor.config import StudyConfig
from corridor.streets.mapped import Mapped
from corridor.streets.segments import Segments
from corridor.streets.sides import BAND_M, SIDES, Stations, beside, first_hits, stations, ticks
from corridor.streets.works import COUNTED, Note, noted
from corridor.study import StudyArea

_SIDED = ("footway", "footway_m", "gates")
_NUMBERED = ("trees", "seats", "lamps")
COLUMNS = (
    "width_m", "footway", "footway.left", "footway.right", "footway_m", "footway_m.left", "footway_m.right", "lit",
    "trees", "seats", "lamps", "crossings", "gates", "gates.left", "gates.right", "steps", "vacancy",
    "speed_kmh",
)  # fmt: skip
# One crossing is often mapped twice: a node on each carriageway, a way across both.
SAME_CROSSING_M = 15.0
# A crossing is the street's own within this distance of its line: it may lie on the other carriageway.
CROSSING_M = 25.0
GATE_M = 30.0
_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:m|米)?\s*")
# Kilometres an hour, as maxspeed has it; words such as CN:urban tell no number.
_SPEED = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?\s*")
_MILE_KM = 1.609344
_FASTEST_KMH = 200.0
_YES = frozenset(("yes", "24/7", "sunset-sunrise", "automatic", "limited", "interval", "designated", "separate"))
_NO = frozenset(("no", "none", "disused"))
ON_FOOT = frozenset(("pedestrian", "footway", "path", "steps"))
_SIDEWALK = {"both": (1, 1), "yes": (1, 1), "separate": (1, 1), "left": (1, 0), "right": (0, 1)}
_WAY_COLUMNS = (
    "width_m",
    "footway.left",
    "footway.right",
    "footway_m.left",
    "footway_m.right",
    "lit",
    "steps",
    "speed_kmh",
)


@dataclass(frozen=True)
class Facts:
    """What is known of each segment.

    Attributes
    ----------
    values : DataFrame of Float64
        On `segment_id`; columns `COLUMNS`: metres (`width_m` of the carriageway, `footway_m`), shares of the length
        (`footway`, `lit`, `steps`, the survey's `vacancy` of shops), `speed_kmh` of the traffic, numbers (`trees`, `seats`, `lamps`, `crossings`,
        and `gates` open to the public).
    basis : DataFrame of string
        Of the same shape.
    crossings : DataFrame
        `segment` (position), `at_m` (from its start), each crossing once a segment, in order.
    gates : DataFrame
        `point` (gate_id), `segment`, `at_m`, `offset_m`, `side` (NA on the line itself), `public` (bool).
    frontage : DataFrame
        What a scenario makes of frontages: `segment`, `side` ("left", "right"), `part` (share of the segment's
        length concerned), `use` ("shop", "food", "culture", "carrier", "closed", or NA), `share` (of that part).
    crossed : frozenset of str
        Streets whose crossings count as known, by name, or by segment where they have none.
    furniture : DataFrame
        Trees, seats and lamps of the map: `name` (their column), `segment`, `at_m`.
    """

    values: pd.DataFrame
    basis: pd.DataFrame
    crossings: pd.DataFrame
    gates: pd.DataFrame
    frontage: pd.DataFrame
    crossed: frozenset[str]
    furniture: pd.DataFrame

    def only(self, index: pd.Index) -> Facts:
        """Return the facts of some segments, in the order of `index`; what belongs to the others belongs to none."""
        rows = self.values.index.get_indexer(index)
        place = pd.Series(np.arange(len(rows)), index=rows)

        def kept(table: pd.DataFrame) -> pd.DataFrame:
            mine = table[table["segment"].isin(rows)]
            return mine.assign(segment=place.reindex(mine["segment"]).to_numpy(dtype=np.int64)).reset_index(drop=True)

        return replace(
            self,
            values=self.values.iloc[rows],
            basis=self.basis.iloc[rows],
            **{name: kept(getattr(self, name)) for name in ("crossings", "gates", "frontage", "furniture")},
        )


def facts(
    segments: Segments, study: StudyArea, *, survey: pd.DataFrame | None = None, mapped: Mapped | None = None
) -> Facts:
    """Gather the facts of all segments.

    Parameters
    ----------
    segments : Segments
    study : StudyArea
        `streets` (with `edited` where a scenario left notes), `gates`, `furniture`.
    survey : DataFrame, optional
        `segment_id`, `side` ("left", "right"; NA or "both" for the whole), `item` (a column's name without the
        side), `value`. The last of several values of one item and place counts; other items are left to others.
    mapped : Mapped, optional
        What the baseline of a scenario has on its map.

    Returns
    -------
    Facts

    Notes
    -----
    Lengths and shares are means over the segment's edges, weighted by length, of those whose tags tell. Points belong
    to the nearest segment within 20 m. A street's crossings count as known where one is mapped anywhere on the
    street, and one within 15 m of a corner counts half, for it serves two segments; trees, seats and lamps are known only where
    one is mapped on the segment, gates where one is mapped within `streets.mapped_within_m` or stands on the segment. In a
    scenario what was mapped is known to be gone. A scenario's trees and seats are those of its
    whole stretch, spread evenly; the rest of a segment keeps its own. A stretch that is lit has at least the lamps that
    `streets.works` of the settings says; words of a renewal count only where they are better than what is there.
    """
    table = segments.segments
    values = pd.DataFrame(np.nan, index=table.index, columns=list(COLUMNS))
    _from_tags(values, segments.parts, study.streets)
    _from_footways(values, study.streets, stations(table.geometry))
    furniture = _from_points(values, table, study.furniture)
    before = mapped or Mapped()
    crossings = _crossings(table, study)
    crossed = _count_crossings(values, table, crossings, before)
    gates = _gates(table, study.gates)
    _count_gates(values, gates, before.near(table, "gates", study.gates.geometry.to_numpy(), study.config))
    told = "mapped" if study.config.schematic is None else "synthetic"
    basis = pd.DataFrame(told, values.index, values.columns, dtype=object).where(values.notna(), None)
    if survey is not None:
        _from_survey(values, basis, survey)
    frontage = _from_edits(values, basis, segments, study)
    _whole(values, basis)
    numbers, why = values.astype("Float64"), basis.astype("string")
    return Facts(numbers, why, crossings, gates, frontage, crossed, furniture)


def _whole(values: pd.DataFrame, basis: pd.DataFrame) -> None:
    """Set what both sides are together: the mean of footways."""
    for name in ("footway", "footway_m"):
        sides = values[[f"{name}.{side}" for side in SIDES]]
        known = sides.notna().any(axis=1)
        values[name] = values[name].where(~known, sides.mean(axis=1))
        first = basis[f"{name}.left"].where(basis[f"{name}.left"].notna(), basis[f"{name}.right"])
        basis[name] = basis[name].where(~known, first)


# -- tags of the streets' ways


def _from_tags(values: pd.DataFrame, parts: pd.DataFrame, streets: gpd.GeoDataFrame) -> None:
    """Average what tags say over the edges of each segment, by length."""
    if parts.empty:
        return
    ids = pd.unique(parts["street_id"])
    rows = [_way_facts(json.loads(text)) for text in streets["tags"].reindex(ids).fillna("{}")]
    told = (
        pd.DataFrame(rows, index=ids, columns=list(_WAY_COLUMNS), dtype=float)
        .loc[parts["street_id"]]
        .to_numpy(copy=True)
    )
    back = ~parts["along"].to_numpy(dtype=bool)
    for left, right in ((1, 2), (3, 4)):
        told[np.ix_(back, [left, right])] = told[np.ix_(back, [right, left])]
    segment, weight = parts["segment"].to_numpy(dtype=np.int64), parts["length_dm"].to_numpy(dtype=float)
    for number, name in enumerate(_WAY_COLUMNS):
        known = ~np.isnan(told[:, number]) & (weight > 0)
        total = np.bincount(segment[known], weights=(told[:, number] * weight)[known], minlength=len(values))
        length = np.bincount(segment[known], weights=weight[known], minlength=len(values))
        values[name] = np.divide(total, length, out=np.full(len(values), np.nan), where=length > 0)


def _way_facts(tags: Mapping[str, str]) -> tuple[float, ...]:
    """Return `_WAY_COLUMNS` of one way, in its own direction; NaN where no tag tells."""
    on_foot = tags.get("highway") in ON_FOOT
    width = _metres(tags.get("width"))
    sides = (1.0, 1.0) if on_foot else _sidewalks(tags)
    each = [
        width if on_foot else _first(tags, f"sidewalk:{side}:width", "sidewalk:both:width", "sidewalk:width")
        for side in SIDES
    ]
    return width, *sides, *each, _flag(tags.get("lit")), float(tags.get("highway") == "steps"), _speed(tags, on_foot)


def _speed(tags: Mapping[str, str], on_foot: bool) -> float:
    """Return how fast traffic may go; on a way for walkers alone there is none."""
    match = None if on_foot else _SPEED.fullmatch(tags.get("maxspeed", "").casefold())
    speed = float(match[1]) * (_MILE_KM if match[2] == "mph" else 1) if match else np.nan
    return speed if 0 < speed <= _FASTEST_KMH else np.nan


def _sidewalks(tags: Mapping[str, str]) -> tuple[float, float]:
    """Return whether there is a footway left and right (1, 0, NaN)."""
    whole = tags.get("sidewalk", "")
    found: list[float] = [np.nan, np.nan]
    if whole in _SIDEWALK:
        found = [float(side) for side in _SIDEWALK[whole]]
        # Of one carriageway of two: the other side is another way's to tell.
        if tags.get("oneway") == "yes":
            found = [side or np.nan for side in found]
    elif whole in _NO:
        found = [0.0, 0.0]
    for number, side in enumerate(SIDES):
        own = _flag(tags.get(f"sidewalk:{side}", tags.get("sidewalk:both")))
        found[number] = found[number] if np.isnan(own) else own
    return found[0], found[1]


def _flag(text: str | None) -> float:
    return 1.0 if text in _YES else 0.0 if text in _NO else np.nan


def _metres(text: str | None) -> float:
    match = _NUMBER.fullmatch(text or "")
    return float(match.group(1).replace(",", ".")) if match else np.nan


def _first(tags: Mapping[str, str], *keys: str) -> float:
    return next((metres for key in keys if not np.isnan(metres := _metres(tags.get(key)))), np.nan)


def footways(streets: gpd.GeoDataFrame, value: str) -> gpd.GeoDataFrame:
    """Return the walkable ways with `footway=value`: those beside a street ("sidewalk") or across it ("crossing")."""
    likely = streets[streets["tags"].str.contains(f'"{value}"', regex=False).fillna(False).astype(bool)]
    is_so = [json.loads(text).get("footway") == value for text in likely["tags"]]
    return likely[np.array(is_so, dtype=bool) & (likely["walk"] != "none").to_numpy(dtype=bool)]


def _from_footways(values: pd.DataFrame, streets: gpd.GeoDataFrame, at: Stations) -> None:
    """Find footways that are mapped as lines of their own, where no tag of the street tells."""
    own = footways(streets, "sidewalk")
    if own.empty:
        return
    hits = first_hits(at, own.geometry.to_numpy(), ticks(at, BAND_M))
    width = np.array([_metres(json.loads(text).get("width")) for text in own["tags"]] + [np.nan])
    for number, side in enumerate(SIDES):
        met = hits.row[number] >= 0
        share = at.mean(met.astype(float))
        share[share == 0] = np.nan
        for name, found in (("footway", share), ("footway_m", at.mean(width[hits.row[number]]))):
            column = f"{name}.{side}"
            values[column] = values[column].where(values[column].notna(), found)


# -- points beside the line


def _from_points(values: pd.DataFrame, table: gpd.GeoDataFrame, furniture: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count trees, seats and lamps; return where each stands."""
    found = []
    for kind, name in (("tree", "trees"), ("seat", "seats"), ("lamp", "lamps")):
        near = beside(table, furniture.geometry[furniture["kind"] == kind], BAND_M)
        number = np.bincount(near["segment"].to_numpy(dtype=np.int64), minlength=len(table)).astype(float)
        values[name] = np.where(number > 0, number, np.nan)
        found.append(near[["segment", "at_m"]].assign(name=name))
    return pd.concat(found, ignore_index=True)


def _crossings(table: gpd.GeoDataFrame, study: StudyArea) -> pd.DataFrame:
    ways = footways(study.streets, "crossing").geometry
    middles = gpd.GeoSeries(ways.interpolate(0.5, normalized=True), crs=table.crs)
    nodes = study.furniture.geometry[study.furniture["kind"] == "crossing"]
    points = pd.concat([nodes, middles]) if len(middles) else nodes
    near = beside(table, points, CROSSING_M, at_corners=True)
    gap = near.groupby("segment")["at_m"].diff()
    group = (gap.isna() | (gap > SAME_CROSSING_M)).cumsum()
    merged = near.groupby(group, sort=True).agg(segment=("segment", "first"), at_m=("at_m", "mean"))
    return merged.reset_index(drop=True)


def _count_crossings(
    values: pd.DataFrame, table: gpd.GeoDataFrame, crossings: pd.DataFrame, before: Mapped
) -> frozenset[str]:
    """Set the numbers of crossings; return the streets on which they are known."""
    segment = crossings["segment"].to_numpy(dtype=np.int64)
    at, length = crossings["at_m"].to_numpy(dtype=float), table.geometry.length.to_numpy()[segment]
    corner = (at < SAME_CROSSING_M) | (at > length - SAME_CROSSING_M)
    number = np.bincount(segment, weights=np.where(corner, 0.5, 1.0), minlength=len(table))
    street = table["street"].astype(object).where(table["street"].notna(), table.index.to_series()).to_numpy()
    crossed = before.crossed | frozenset(street[segment].astype(str).tolist())
    known = np.isin(street, sorted(crossed))
    values["crossings"] = np.where(known, number, np.nan)
    return crossed


def _gates(table: gpd.GeoDataFrame, gates: gpd.GeoDataFrame) -> pd.DataFrame:
    near = beside(table, gates.geometry, GATE_M)
    is_open = gates["passage"] == "open"
    if "opened" in gates:
        is_open |= gates["opened"].fillna("") == "public"
        is_open &= ~gates["closed"].astype(bool)
    return near.assign(public=is_open.reindex(near["point"]).to_numpy(dtype=bool))


def _count_gates(values: pd.DataFrame, gates: pd.DataFrame, mapped: np.ndarray) -> None:
    known = mapped.copy()
    known[gates["segment"].to_numpy(dtype=np.int64)] = True
    total = np.zeros(len(values))
    for side in SIDES:
        rows = gates.loc[(gates["side"] == side).fillna(False) & gates["public"], "segment"].to_numpy(dtype=np.int64)
        number = np.bincount(rows, minlength=len(values)).astype(float)
        total += number
        values[f"gates.{side}"] = np.where(known, number, np.nan)
    values["gates"] = np.where(known, total, np.nan)


# -- survey and scenario


def _from_survey(values: pd.DataFrame, basis: pd.DataFrame, survey: pd.DataFrame) -> None:
    """Set what was surveyed; a value for the whole of a sided item holds for both sides."""
    number = pd.to_numeric(survey["value"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    rows = values.index.get_indexer(survey["segment_id"])
    told: dict[str, dict[int, float]] = {}
    for row, side, item, value in zip(rows.tolist(), survey["side"], survey["item"], number.tolist(), strict=True):
        if row < 0 or item not in COLUMNS or np.isnan(value):
            continue
        one = [side] if side in SIDES else list(SIDES)
        names = [f"{item}.{each}" for each in one] if item in _SIDED else [item]
        if item == "gates" and side not in SIDES:
            names = ["gates"]
        for name in names:
            told.setdefault(name, {})[row] = value
    for name, found in told.items():
        numbers, why = values[name].to_numpy(copy=True), basis[name].to_numpy(dtype=object, copy=True)
        numbers[[*found]], why[[*found]] = [*found.values()], "survey"
        values[name], basis[name] = numbers, why


def _from_edits(values: pd.DataFrame, basis: pd.DataFrame, segments: Segments, study: StudyArea) -> pd.DataFrame:
    """Put a scenario's notes over all else; return what they say of frontages."""
    front: list[tuple[int, str, float, str | None, float]] = []
    for note, segment, share in noted(segments.parts, study.streets):
        row = values.index[segment]
        metres = share * float(segments.segments["length_m"].iloc[segment])
        on_foot = segments.segments["highway"].iloc[segment] in ON_FOOT
        for name, value, only_better in _facts_of(note, study.config, segment, metres):
            if on_foot and name == "speed_kmh":
                continue
            old = values.at[row, name]
            if name in _NUMBERED:
                kept = 0.0 if np.isnan(old) else old
                value = max(value, kept * share) if only_better else value
                new = value + kept * (1 - share)
            else:
                value = max(value, old) if only_better and not np.isnan(old) else value
                new = value if np.isnan(old) else old * (1 - share) + value * share
            if not (only_better and new == old):
                values.at[row, name], basis.at[row, name] = new, "estimate"
        front += [(segment, side, share, use, part) for side, use, part in _frontage_of(note, study.config)]
    return pd.DataFrame(front, columns=["segment", "side", "part", "use", "share"])


def _facts_of(note: Note, config: StudyConfig, segment: int, metres: float) -> list[tuple[str, float, bool]]:
    """Return what a note says of a segment: column, value on the part concerned, whether it counts only where better.

    Columns of `_NUMBERED` are numbers of things on that part, which is so many metres long.
    """
    given, least = note.facts, note.at_least(config)
    out = []
    if "width_m" in given:
        out.append(("width_m", float(given["width_m"]), False))
    if "speed_kmh" in given:
        out.append(("speed_kmh", float(given["speed_kmh"]), False))
    if "footway_m" in given or "footway_m" in least:
        width = float(given.get("footway_m", least.get("footway_m", 0.0)))
        for side in note.sides:
            out += [(f"footway_m.{side}", width, "footway_m" in least), (f"footway.{side}", 1.0, False)]
    share = note.overlap[segment] / note.stretch_dm
    out += [(name, float(given[name]) * share, False) for name in _NUMBERED if name in given]
    out += [(name, least[name] * metres / 100, True) for name in _NUMBERED if name in least]
    lit = note.lit(config)
    if lit is not None:
        out.append(("lit", float(lit), False))
    if lit is False:
        out.append(("lamps", 0.0, False))
    answers = note.answers(config, segment, metres)
    counted = [(item, name) for item, name in COUNTED.items() if item in answers and name not in given]
    out += [(name, answers[item] * metres / 100, True) for item, name in counted if config.survey.items[item].per_100_m]
    return out


def _frontage_of(note: Note, config: StudyConfig) -> list[tuple[str, str | None, float]]:
    """Return (side, use, share) of a note."""
    share = note.facts.get("active_share", note.at_least(config).get("active_share"))
    if share is not None:
        return [(side, None, float(share)) for side in note.sides]
    given = note.facts.get("frontage")
    if not given:
        return []
    sides = SIDES if given["side"] == "both" else (given["side"],)
    return [(side, given["use"], float(given["share"])) for side in sides]
