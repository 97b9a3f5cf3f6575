"""The ground of a page: what it shows of an evaluation, whatever its streets are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from corridor.maps import groups, innovation, layers
from corridor.maps.content import content
from corridor.maps.pack import Grid

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation


@dataclass(frozen=True)
class Ground:
    """What a page shows of an evaluation alone; it can be laid before the streets are studied.

    Attributes
    ----------
    parts : frozenset of str
        Of the evaluation.
    grid : Grid
    notices : DataFrame
        Of the evaluation.
    data : dict
        Sections of the page's data.
    folium : tuple of str
        Head, body and script of the folium map.
    """

    parts: frozenset[str]
    grid: Grid
    notices: pd.DataFrame
    data: dict[str, Any]
    folium: tuple[str, str, str]


def lay_ground(evaluation: Evaluation) -> Ground:
    """Lay the ground of a page, for `write_map`."""
    grid = layers.drawing_grid(evaluation)
    data = {
        "grid": {"left": grid.left, "top": grid.top},
        "content": content(evaluation),
        "categories": layers.categories(evaluation),
        "buildings": layers.buildings(evaluation, grid),
        "opportunities": layers.opportunities(evaluation, grid),
        "base": layers.base(evaluation, grid),
        "areas": layers.areas(evaluation, grid),
        "symbols": layers.symbols(evaluation),
        "innovation": innovation.section(evaluation, grid),
        "groups": groups.section(evaluation),
        "offMap": groups.off_map(evaluation),
    }
    return Ground(evaluation.parts, grid, evaluation.notices, data, _folium_parts(evaluation))


def _folium_parts(evaluation: Evaluation) -> tuple[str, str, str]:
    """Return head, body and script of the folium map, with folium's random ids numbered in order."""
    import folium

    study = evaluation.study
    spot = layers.wgs84(gpd.GeoSeries([study.area.centroid], crs=study.crs)).iloc[0]
    figure: Any = folium.Map(
        location=[round(spot.y, 6), round(spot.x, 6)],
        zoom_start=16,
        minZoom=11,
        maxZoom=19,
        tiles=None,
        zoom_control=False,
        attributionControl=False,
        zoomAnimation=False,
        fadeAnimation=False,
        markerZoomAnimation=False,
        inertia=False,
    ).get_root()
    figure.render()
    return _numbered((figure.header.render(), figure.html.render(), figure.script.render()))


def _numbered(parts: tuple[str, str, str]) -> tuple[str, str, str]:
    found = dict.fromkeys(re.findall(r"\b[0-9a-z_]+_([0-9a-f]{32})\b", "".join(parts)))
    for number, random_id in enumerate(found):
        parts = tuple(part.replace(random_id, str(number)) for part in parts)  # type: ignore[assignment]
    return parts
