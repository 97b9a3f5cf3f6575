"""The quiet ground under every figure: green, water, streets, rail. Grey or thin whatever carries no data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from corridor.report._svg import Drawing, path_data

if TYPE_CHECKING:
    from corridor.study import StudyArea

LAND, INK_LINE, ACCENT = "#FFFFFF", "#2B3A4A", "#B3261E"
_REFERENCE = 0.5  # px a metre at which the widths below hold (zoom 16)
_THINNEST = 0.45  # px; narrower lines are left out

# Width in px at zoom 16, from wide to narrow; a street missing here is drawn as a path.
WIDTHS = {
    "primary": 8.0,
    "secondary": 7.0,
    "tertiary": 6.0,
    "residential": 4.2,
    "pedestrian": 3.6,
    "service": 1.8,
    "path": 0.8,
}
_ELEVATED = 5.0
_CLASS = {
    "trunk": "primary",
    "trunk_link": "primary",
    "primary_link": "primary",
    "secondary_link": "secondary",
    "tertiary_link": "tertiary",
    "unclassified": "residential",
    "living_street": "residential",
    "road": "residential",
    "busway": "service",
}


def street_class(highway: str | None) -> str:
    """Return the drawing class of a street at ground level by its tag."""
    tag = highway or "path"
    return _CLASS.get(tag, tag if tag in WIDTHS else "path")


def street_classes(streets: pd.DataFrame) -> pd.Series:
    """Return each street's drawing class, "elevated" and "none" (tunnels, planned) included; index kept."""
    highway = streets["highway"].astype("string").fillna("path")
    known = highway.map({tag: street_class(tag) for tag in highway.unique()}).astype("string")
    fast = highway.isin(["motorway", "motorway_link"])
    raised = fast | (highway.isin(["trunk", "trunk_link"]) & (streets["bridge"].astype(bool) | (streets["layer"] > 0)))
    known = known.mask(raised, "elevated")
    unseen = streets["tunnel"].astype(bool) | highway.isin(
        ["construction", "proposed", "platform", "corridor", "elevator"]
    )
    return known.mask(unseen, "none")


def growth(scale: float) -> float:
    """Return how much wider than at zoom 16 a street is drawn at `scale` px a metre."""
    return float((scale / _REFERENCE) ** 0.85)


def _lines(drawing: Drawing, geometries: Any) -> np.ndarray[Any, Any]:
    """Return lines cut to the frame and rid of vertices that paper cannot show."""
    values = np.asarray(geometries, dtype=object)
    seen = values[drawing.frame.visible(values)] if len(values) else values
    return drawing.frame.clip(shapely.simplify(seen, 0.1 / drawing.frame.scale, preserve_topology=False))


def draw_ground(drawing: Drawing, study: StudyArea) -> None:
    """Draw land, open space, water and all streets at ground level."""
    frame = drawing.frame
    drawing.put(f'<rect width="{frame.width:.1f}" height="{frame.height:.1f}" fill="{LAND}"/>')
    drawing.area(frame.clip(study.open_space.geometry.to_numpy()), "#E1EAD3", line="#B7C7A0", width=0.5)
    water = study.water
    drawing.area(frame.clip(water.geometry[water["kind"] == "area"].to_numpy()), "#D3E3EC", line="#9DBBCB", width=0.5)
    drawing.lines(frame.clip(water.geometry[water["kind"] == "line"].to_numpy()), "#9DBBCB", 0.9)
    grow = growth(frame.scale)
    classes = street_classes(study.streets)
    passes = []
    for name, width in reversed(WIDTHS.items()):
        if width * grow >= _THINNEST:
            lines = _lines(drawing, study.streets.geometry[classes == name].to_numpy())
            passes.append((name, width * grow, path_data(lines, frame)))
    for name, width, path in passes:
        if name == "path":
            drawing.stroke(path, "#CFCDC4", width, dash=(2, 1.6))
        else:
            drawing.stroke(path, "#D2D1CA", width + 1.1)
    for name, width, path in passes:
        if name != "path":
            drawing.stroke(path, "#FFFFFF", width, cap="round")


def draw_above(drawing: Drawing, study: StudyArea) -> None:
    """Draw what passes above the buildings: elevated roads and rail."""
    grow = growth(drawing.frame.scale)
    raised = study.streets.geometry[street_classes(study.streets) == "elevated"]
    elevated = path_data(_lines(drawing, raised.to_numpy()), drawing.frame)
    for colour, width in (("#A9AAA5", _ELEVATED * grow + 1.1), ("#EFEEE9", _ELEVATED * grow), ("#A9AAA5", 0.6)):
        drawing.stroke(elevated, colour, width)
    barriers = study.barriers
    rail = barriers[(barriers["kind"] == "rail") & ~barriers["tunnel"].astype(bool)]
    tracks = path_data(_lines(drawing, rail.geometry.to_numpy()), drawing.frame)
    drawing.stroke(tracks, "#858C93", 2.6 * min(1.0, grow * 1.6))
    drawing.stroke(tracks, "#FFFFFF", 1.5 * min(1.0, grow * 1.6), dash=(5, 5))
