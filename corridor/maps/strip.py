"""The strip profile under the map's street page: what lies along the corridor, as sections of integers.

Lengths and chainages are decimetres; numbers that may be missing are stored one higher, with 0 for missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridor.evaluation import strip
from corridor.maps.pack import encode, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corridor.evaluation import StreetStudy

Section = dict[str, Any]
# `assets/striptracks.js` holds colour and name of each under the same number.
FRONTS = ("none", "unknown", "plain", "active", "wall", "green")
GATES = ("open", "residents", "shut")
FURNITURE = ("trees", "seats", "lamps")
# The strip under a map is low: the plan keeps what stands on the corridor, not what lies behind it.
PLAN_M = 45.0
DM = 10.0
FLOW_STEPS = 1000.0


def section(found: StreetStudy, road: strip.Road | None = None) -> Section | None:
    """Return what `assets/strip.js` draws: the corridor's segments in order, and what lies beside them.

    Parameters
    ----------
    found : StreetStudy
    road : Road, optional
        Of the same study, where it is at hand.

    Returns
    -------
    dict or None
        None without a corridor.
    """
    if not strip.has_corridor(found.segments):
        return None
    road = road or strip.gathered(found)
    return {
        "name": {lang: road.name(lang) for lang in ("zh", "en")},
        "way": dict(zip(("zh", "en"), road.compass, strict=True)),
        "bearing": None if road.axis.is_closed else round(road.bearing) % 360,
        "sides": {lang: words.split(" / ") for lang, words in zip(("zh", "en"), road.sides, strict=True)},
        "length": round(road.length * DM),
        "at": [_dm(road.start), _dm(road.end)],
        "plan": {name: _shapes(shapes) for name, shapes in strip.plan_parts(road, PLAN_M).items()},
        "fronts": _fronts(road),
        **_widths(road),
        "norm": strip.CROSSING_NORM_M,
        "crossings": _crossings(road),
        "flow": _flow(road),
        "furniture": [_furniture(road, name) for name in FURNITURE],
        "gates": _gates(road),
        "records": _records(road),
    }


def _dm(metres: NDArray[Any] | pd.Series | Sequence[float]) -> str:
    return encode(whole(np.asarray(metres, dtype=float), DM))


def _or_missing(values: NDArray[Any] | pd.Series, factor: float) -> str:
    """Return numbers one higher, 0 where missing."""
    known = pd.Series(values).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return encode(np.where(np.isnan(known), 0, whole(np.nan_to_num(known), factor) + 1))


def _shapes(shapes: list[list[NDArray[Any]]]) -> Section:
    """Return unrolled shapes as the sections `corridor.shapes` reads: chainage and distance to the left."""
    rings = [ring for shape in shapes for ring in shape]
    xy = np.rint(np.concatenate(rings) * DM).astype(np.int64) if rings else np.zeros((0, 2), dtype=np.int64)
    return {
        "rings": encode([len(shape) for shape in shapes]),
        "sizes": encode([len(ring) for ring in rings]),
        "x": encode(xy[:, 0]),
        "y": encode(xy[:, 1]),
    }


def _fronts(road: strip.Road) -> Section:
    table = road.fronts
    return {
        "side": encode(table["side"].to_numpy(dtype=np.int64)),
        "from": _dm(table["from_m"]),
        "to": _dm(table["to_m"]),
        "kind": encode(table["kind"].map({name: n for n, name in enumerate(FRONTS)}).to_numpy(dtype=np.int64)),
    }


def _widths(road: strip.Road) -> Section:
    """Return the width between fronts every 20 m, where nobody mapped buildings, and the footway of each segment."""
    _, across = strip.widths(road)
    blank = strip.unmapped(road)
    return {
        "widthStep": strip.WIDTH_STEP_M,
        "width": _or_missing(across, DM),
        "unmapped": [_dm([low for low, _ in blank]), _dm([high for _, high in blank])],
        "footway": _or_missing(road.facts["footway_m"], DM),
    }


def _crossings(road: strip.Road) -> str | None:
    stops = strip.crossing_stops(road)
    return None if stops is None else _dm(stops)


def _flow(road: strip.Road) -> str | None:
    """Return the walking flow against the busiest segment; None where it is no indicator of the study."""
    if road.flow is None:
        return None
    flow = road.numbers[road.flow].astype("Float64")
    most = max(float(flow.max()), 1e-9) if flow.notna().any() else 1.0
    return _or_missing(flow / most, FLOW_STEPS)


def _furniture(road: strip.Road, name: str) -> Section:
    """Return how many stand on each segment, and where each mapped one stands."""
    places = strip.furniture_places(road, name)
    return {
        "name": name,
        "count": _or_missing(road.facts[name], 1.0),
        "segment": encode(places["segment"].to_numpy(dtype=np.int64)),
        "at": _dm(places["chainage_m"]),
    }


def _gates(road: strip.Road) -> Section | None:
    table = strip.gate_places(road)
    if table is None:
        return None
    number = {name: n for n, name in enumerate(GATES)}
    return {
        "at": _dm(table["chainage_m"]),
        "side": encode(table["side"].to_numpy(dtype=np.int64)),
        "kind": encode(table["kind"].map(number).to_numpy(dtype=np.int64)),
    }


def _records(road: strip.Road) -> Section | None:
    """Return carriers and stations by their ids: the map's own symbols tell their sign and name."""
    table = strip.record_places(road)
    if table is None:
        return None
    return {"reach": strip.record_reach_m(road), "at": _dm(table["chainage_m"]), "ids": table["id"].tolist()}
