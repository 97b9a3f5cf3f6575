"""Life at the edge of a street: active frontage, mix of uses, opening at night, vacancy."""

from __future__ import annotations

import datetime
import json
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor import hours
from corridor.indicators.street._columns import both, plain, tables, told_where
from corridor.network.model import ragged_ranges
from corridor.streets.facts import Facts, facts
from corridor.streets.mapped import Mapped
from corridor.streets.segments import Segments
from corridor.streets.sides import REACH_M, SIDES, Floats, Look, beside, fronting, look

if TYPE_CHECKING:
    from corridor.study import StudyArea

# A place is on the street up to this far behind its building line; without a line, up to this far from the middle.
DEPTH_M = 12.0
NO_LINE_M = 20.0
# A shop's front: what a place mapped as a point stands for on each side of it.
FRONT_M = 5.0
SETBACK_M = 5.0
# A Wednesday evening of term, no holiday.
NIGHT = datetime.datetime(2026, 5, 13, 21, 0)
USES = ("shop", "food", "culture", "carrier")
_AMENITY = MappingProxyType(
    {
        **dict.fromkeys(
            ("restaurant", "cafe", "fast_food", "bar", "pub", "food_court", "ice_cream", "biergarten", "canteen"),
            "food",
        ),
        **dict.fromkeys(("pharmacy", "bank", "marketplace", "post_office", "bureau_de_change"), "shop"),
        **dict.fromkeys(
            ("library", "theatre", "cinema", "arts_centre", "community_centre", "exhibition_centre", "public_bookcase"),
            "culture",
        ),
    }
)
_TOURISM = MappingProxyType(dict.fromkeys(("museum", "gallery", "artwork"), "culture"))
_CARRIERS = ("carrier.", "institute", "university")
_VACANT = frozenset(("vacant", "empty"))


def table(
    segments: Segments,
    study: StudyArea,
    opportunities: gpd.GeoDataFrame,
    *,
    looked: Look | None = None,
    known: Facts | None = None,
    shops: gpd.GeoDataFrame | None = None,
    mapped: Mapped | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (values, basis) of the group `edge` on `segment_id`.

    Parameters
    ----------
    segments : Segments
    study : StudyArea
    opportunities : GeoDataFrame
        Of the evaluation: `category`, `source`, `source_id`, points (carriers at their entrances).
    looked, known : Look, Facts, optional
        As `streets.look` and `streets.facts` return them, where they are at hand.
    shops : GeoDataFrame, optional
        As `amenities_of_streets` returns them, where they are at hand.
    mapped : Mapped, optional
        What the baseline of a scenario has on its map.

    Returns
    -------
    values, basis : DataFrame
        `active` with `.left` and `.right`, `use_mix`, `open_at_night`, `vacancy`.
    """
    frame = segments.segments
    seen = looked or look(frame, study.buildings, study.barriers)
    facts_ = known or facts(segments, study, mapped=mapped)
    told = "mapped" if study.config.schematic is None else "synthetic"
    every = places(amenities_of_streets(study.amenities) if shops is None else shops, opportunities)
    found = on_street(frame, seen, every)
    share = active(seen, found, retail(study.buildings))
    near = (mapped or Mapped()).near(frame, "fronts", fronts(every, study.buildings), study.config)
    near |= (share > 0).any(axis=0)
    share = np.where(near, share, np.nan)
    share, changed = _edited(share, facts_.frontage)
    why = [np.where(changed[side], "estimate", told_where(near, told)) for side in (0, 1)]
    mix = use_mix(frame, found, facts_.frontage)
    empty, empty_why = vacancy(frame, found, facts_, told)
    return tables(
        frame.index,
        {
            "active": (both(*share), np.where(changed.any(axis=0), "estimate", told_where(near, told))),
            "active.left": (share[0], why[0]),
            "active.right": (share[1], why[1]),
            "use_mix": (mix, np.where(changed.any(axis=0), "estimate", told).astype(object)),
            "open_at_night": (open_at_night(frame, found), told),
            "vacancy": (empty, empty_why),
        },
    )


def retail(buildings: gpd.GeoDataFrame) -> np.ndarray:
    """Return which buildings are for shops."""
    return (buildings["use"] == "commercial").to_numpy(dtype=bool, na_value=False)


def fronts(every: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> np.ndarray:
    """Return the shapes of what makes a front active: places, as `places` returns them, and buildings for shops."""
    return np.concatenate([every.geometry.to_numpy(), buildings.geometry.to_numpy()[retail(buildings)]])


def amenities_of_streets(amenities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the amenities that enliven a street: points with `use` ("shop", "food", "culture"), `hours`, `vacant`.

    Shops, places to eat and culture by their OSM tags (any shop or craft counts, whatever its category).
    """
    tags = [json.loads(text) for text in amenities["tags"]]
    use = np.array([_use_of(one) for one in tags], dtype=object)
    vacant = np.array([one.get("shop") in _VACANT or "disused:shop" in one for one in tags], dtype=bool)
    own = pd.notna(use)
    return gpd.GeoDataFrame(
        {
            "use": pd.array(use[own], dtype="string"),
            "hours": pd.array(amenities["opening_hours"][own], dtype="string"),
            "vacant": vacant[own],
        },
        index=amenities.index[own],
        geometry=amenities.geometry.to_numpy()[own],
        crs=amenities.crs,
    )


def places(amenities: gpd.GeoDataFrame, opportunities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what enlivens a street: points with `use` ("shop", "food", "culture", "carrier"), `vacant`, `hours`.

    Those of `amenities_of_streets`, and carriers and institutes from the district's records, at their entrances.
    """
    carriers = opportunities[
        (opportunities["source"] == "record") & opportunities["category"].str.startswith(_CARRIERS).fillna(False)
    ]
    carriers = carriers.drop_duplicates(["source_id", "geometry"])
    return gpd.GeoDataFrame(
        {
            "use": pd.array([*amenities["use"], *["carrier"] * len(carriers)], dtype="string"),
            "hours": pd.array([*amenities["hours"], *[pd.NA] * len(carriers)], dtype="string"),
            "vacant": np.concatenate([amenities["vacant"].to_numpy(), np.zeros(len(carriers), bool)]),
        },
        index=[*amenities.index, *carriers["source_id"].astype(str) + "#" + carriers.index.astype(str)],
        geometry=np.concatenate([amenities.geometry.to_numpy(), carriers.geometry.to_numpy()]),
        crs=amenities.crs,
    )


def _use_of(tags: dict[str, str]) -> str | None:
    if tags.get("shop", "no") != "no" or tags.get("craft", "no") != "no" or "disused:shop" in tags:
        return "shop"
    return _AMENITY.get(tags.get("amenity", "")) or _TOURISM.get(tags.get("tourism", ""))


def on_street(frame: gpd.GeoDataFrame, seen: Look, found: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the places that stand on a segment's front.

    Returns
    -------
    DataFrame
        As `sides.beside`, with `use` and `vacant`: those not farther than 12 m behind their side's building line (20 m
        from the middle where no line is known).
    """
    near = beside(frame, found.geometry, REACH_M + DEPTH_M)
    side = (near["side"] == "right").fillna(False).to_numpy(dtype=bool).astype(np.int64)
    line = seen.line_m[side, near["segment"].to_numpy(dtype=np.int64)]
    limit = np.where(np.isnan(line), NO_LINE_M, line + DEPTH_M)
    kept = near[near["offset_m"].to_numpy() <= limit]
    facts_ = found.drop(columns=found.geometry.name)
    return kept.join(facts_[~facts_.index.duplicated()], on="point").reset_index(drop=True)


def active(seen: Look, found: pd.DataFrame, retail: np.ndarray) -> Floats:
    """Share of each side's length with an active front, 0–1; shape (2, N). See `lively`."""
    fronts = lively(seen, found, retail)
    return np.stack([seen.at.mean(fronts[side].astype(float)) for side in (0, 1)])


def lively(seen: Look, found: pd.DataFrame, retail: np.ndarray) -> np.ndarray:
    """Return at which stations a side's front is active; shape (2, S).

    A place stands for 5 m on each side of it; a building for shops and services for its face within 5 m of the
    building line. What is vacant is not active.
    """
    at = seen.at
    row = seen.faces.row
    fronts = fronting(at, seen.faces, setback_m=SETBACK_M) & np.append(retail, False)[row]
    count = np.diff(at.first)
    step = np.zeros(len(count))
    last = at.at_m[at.first[1:] - 1] if len(count) else np.zeros(0)
    step = np.where(count > 0, last * 2 / np.maximum(2 * count - 1, 1), 1.0)
    open_ = found[~found["vacant"].astype(bool)]
    segment = open_["segment"].to_numpy(dtype=np.int64)
    place = open_["at_m"].to_numpy(dtype=float)
    stride = np.where(step[segment] > 0, step[segment], 1.0)
    low = np.clip(np.ceil((place - FRONT_M) / stride - 0.5), 0, count[segment] - 1).astype(np.int64)
    high = np.clip(np.floor((place + FRONT_M) / stride - 0.5), low, count[segment] - 1).astype(np.int64)
    rows = ragged_ranges(at.first[segment] + low, high - low + 1)
    which = np.repeat((open_["side"] == "right").fillna(False).to_numpy(dtype=bool).astype(np.int64), high - low + 1)
    fronts[which, rows] = True
    return fronts


def _edited(share: Floats, frontage: pd.DataFrame) -> tuple[Floats, np.ndarray]:
    """Put what a scenario makes of frontages over the shares; return them and which sides changed.

    A new use never leaves less of a side active than there was; what is closed takes its share of that.
    """
    out, changed = share.copy(), np.zeros(share.shape, bool)
    for row in frontage.itertuples():
        side = SIDES.index(row.side)
        old = out[side, row.segment]
        base = 0.0 if np.isnan(old) else old
        new = base * (1 - row.share) if row.use == "closed" else max(row.share, base)
        out[side, row.segment] = base * (1 - row.part) + new * row.part
        changed[side, row.segment] = True
    return out, changed


def use_mix(frame: gpd.GeoDataFrame, found: pd.DataFrame, frontage: pd.DataFrame) -> Floats:
    """Mix of uses as Hill number of order 1, exp(−Σ p ln p) over shop, food, culture, carrier: 1 to 4 kinds.

    A scenario's new front counts one place for every 10 m. NaN where a segment has no place: beside a new front too,
    for what else is there nobody knows.

    References
    ----------
    Hill, M. O. (1973), Diversity and evenness, Ecology 54(2).
    """
    number = _counted(frame, found)
    known = number.sum(axis=1) > 0
    length = frame.geometry.length.to_numpy()
    for row in frontage.itertuples():
        if row.use in USES:
            number[row.segment] = with_front(number[row.segment], row.use, length[row.segment], row.part, row.share)
    return np.where(known, hill(number), np.nan)


def uses_of(frame: gpd.GeoDataFrame, seen: Look, every: gpd.GeoDataFrame) -> Floats:
    """Count the places on each segment's front that are not vacant, by use; shape (N, uses).

    Parameters
    ----------
    frame : GeoDataFrame
        Segments.
    seen : Look
    every : GeoDataFrame
        Of `places`.
    """
    return _counted(frame, on_street(frame, seen, every))


def _counted(frame: gpd.GeoDataFrame, found: pd.DataFrame) -> Floats:
    number = np.zeros((len(frame), len(USES)))
    open_ = found[~found["vacant"].astype(bool)]
    column = pd.Categorical(open_["use"], categories=list(USES)).codes
    np.add.at(number, (open_["segment"].to_numpy(dtype=np.int64), column), 1.0)
    return number


def with_front(number: Floats, use: str, length_m: float, part: float, share: float) -> Floats:
    """Return the places of a segment by use with a scenario's new front: one for every 10 m."""
    out = number.copy()
    out[USES.index(use)] += length_m * part * share / (2 * FRONT_M)
    return out


def hill(number: Floats) -> Floats:
    """Return the Hill number of order 1 of counts by use, shape (N, uses); 1 without any."""
    total = number.sum(axis=1)
    share = number / np.where(total > 0, total, 1.0)[:, None]
    return np.asarray(np.exp(-(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=1)))


def filled(part: float, share: float) -> float:
    """Return what is left of vacancy when a new front takes up a share of a part of one side."""
    return 1 - part * share / len(SIDES)


def open_at_night(frame: gpd.GeoDataFrame, found: pd.DataFrame) -> Floats:
    """Share of the places with known hours that are open on a Wednesday at 21:00. NaN where no hours are known."""
    state = hours.is_open(found["hours"], NIGHT)
    known = state.notna().to_numpy(dtype=bool)
    segment = found["segment"].to_numpy(dtype=np.int64)[known]
    number = np.bincount(segment, minlength=len(frame))
    lit = np.bincount(segment, weights=state[known].to_numpy(dtype=float), minlength=len(frame))
    return np.divide(lit, number, out=np.full(len(frame), np.nan), where=number > 0)


def vacancy(frame: gpd.GeoDataFrame, found: pd.DataFrame, known: Facts, told: str) -> tuple[Floats, np.ndarray]:
    """Share of shops and places to eat that stand empty; the survey's figure, else where a vacant one is mapped.

    A scenario's new front takes up its share of what is empty on its side.
    """
    units = found[found["use"].isin(("shop", "food"))]
    segment = units["segment"].to_numpy(dtype=np.int64)
    total = np.bincount(segment, minlength=len(frame)).astype(float)
    empty = np.bincount(segment, weights=units["vacant"].to_numpy(dtype=float), minlength=len(frame))
    share = np.divide(empty, total, out=np.full(len(frame), np.nan), where=empty > 0)
    surveyed = plain(known.values["vacancy"])  # noqa: PD011
    own = ~np.isnan(surveyed)
    share, why = np.where(own, surveyed, share), np.where(own, "survey", told).astype(object)
    for row in known.frontage.itertuples():
        if row.use != "closed" and share[row.segment] > 0:
            share[row.segment] *= filled(row.part, row.share)
            why[row.segment] = "estimate"
    return share, why
