"""`buildings.gpkg`: every layer of the study and its results, with QGIS styles inside, the same bytes every time."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from corridor import schemas
from corridor.report import _files, _innovation_tables, _qgis
from corridor.report._exports import spatial

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation
    from corridor.study import StudyArea

# GDAL would write the time of day into the file.
_DATE = "2000-01-01T00:00:00.000Z"
_MULTI = {"polygon": "MultiPolygon", "line": "MultiLineString", "point": "Point"}
_LAYER_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""


Layers = Mapping[str, tuple[gpd.GeoDataFrame, str, schemas.Table | None]]
"""Rows, kind of geometry and schema of each layer, by name."""
Styles = Iterable[tuple[str, str, Sequence[_qgis.Rule]]]
"""Layer, style name and rules; the first style of a layer is its default."""


def write_geopackage(evaluation: Evaluation, path: Path) -> Path:
    """Write the layers and styles of an evaluation to `path`, whole or not at all.

    Parameters
    ----------
    evaluation : Evaluation
    path : Path

    Returns
    -------
    Path

    Raises
    ------
    StudyError
        When the file cannot be written.
    """
    schematic = evaluation.study.config.schematic
    styles = [*_qgis.styles(evaluation), *_innovation_tables.styles(evaluation)]
    return write_layers(path, layers(evaluation), styles, schematic.zh if schematic else "")


def write_layers(path: Path, found: Layers, styles: Styles, about: str) -> Path:
    """Write layers with their styles to `path`, whole or not at all; `about` is said of each layer.

    Raises
    ------
    StudyError
        When the file cannot be written.
    """
    with _files.replacing(path) as draft:
        try:
            with _draft_options():
                for name, (frame, geometry, _) in found.items():
                    _write_layer(draft, name, frame, geometry, about)
            _add_styles(draft, styles, {name: table for name, (_, _, table) in found.items()})
            _forget_changes(draft)
        except (
            pyogrio.errors.DataSourceError,
            pyogrio.errors.DataLayerError,
            pyogrio.errors.FeatureError,
            sqlite3.Error,
            OSError,
        ) as fault:
            raise _files.failure(path, fault) from fault
    return path


def layers(evaluation: Evaluation) -> dict[str, tuple[gpd.GeoDataFrame, str, schemas.Table | None]]:
    """Return the layers by name: rows, kind of geometry, schema."""
    study = evaluation.study
    water = study.water
    found = {
        "buildings": (evaluation.buildings, "polygon", schemas.BUILDING_RESULTS),
        "streets": (study.streets, "line", schemas.STREETS),
        "carriers": (study.carriers, "point", schemas.CARRIERS),
        "institutes": (study.institutes, "point", schemas.INSTITUTES),
        "platforms": (study.platforms, "point", schemas.PLATFORMS),
        "stations": (study.stations, "point", schemas.STATIONS),
        "firms": (study.firms, "point", schemas.FIRMS),
        "projects": (study.projects, "point", schemas.PROJECTS),
        "events": (study.events, "point", schemas.EVENTS),
        "opportunities": (evaluation.opportunities, "point", schemas.OPPORTUNITIES),
        "isochrones": (evaluation.isochrones, "polygon", schemas.ISOCHRONES),
        "gates": (study.gates, "point", schemas.GATES),
        "open_space": (study.open_space, "polygon", schemas.OPEN_SPACE),
        "water": (water[water["kind"] == "area"], "polygon", schemas.WATER),
        "water_lines": (water[water["kind"] == "line"], "line", schemas.WATER),
        "barriers": (study.barriers, "line", schemas.BARRIERS),
        **_innovation_tables.layers(evaluation),
    }
    out: dict[str, tuple[gpd.GeoDataFrame, str, schemas.Table | None]] = {
        name: (spatial(frame, table), geometry, table) for name, (frame, geometry, table) in found.items()
    }
    out["corridor"] = (_corridor(study), "line", None)
    out["area"] = (_areas(study), "polygon", None)
    return out


def _corridor(study: StudyArea) -> gpd.GeoDataFrame:
    lines = study.corridor.geometry
    names = study.corridor["name"].astype("string") if "name" in study.corridor else ""
    return gpd.GeoDataFrame({"name": names, "length_m": lines.length}, geometry=lines, crs=study.crs).reset_index(
        drop=True
    )


def _areas(study: StudyArea) -> gpd.GeoDataFrame:
    """Return the study area; whether its data are schematic stands beside it."""
    schematic = study.config.schematic
    return gpd.GeoDataFrame(
        {
            "name_zh": [study.config.name.zh],
            "name_en": [study.config.name.en],
            "schematic_zh": [schematic.zh if schematic else ""],
            "schematic_en": [schematic.en if schematic else ""],
            "area_m2": [study.area.area],
        },
        geometry=[study.area],
        crs=study.crs,
    )


def _write_layer(path: Path, name: str, frame: gpd.GeoDataFrame, geometry: str, about: str) -> None:
    pyogrio.write_dataframe(
        frame.set_geometry(_multi(frame.geometry.to_numpy(), geometry), crs=frame.crs),
        path,
        layer=name,
        driver="GPKG",
        geometry_type=_MULTI[geometry],
        append=path.exists(),
        use_arrow=True,
        layer_options={"GEOMETRY_NAME": "geom", "FID": "fid", "DESCRIPTION": about},
    )


def _multi(shapes: Any, geometry: str) -> np.ndarray[Any, Any]:
    """Return single shapes as multi shapes of one member, so that a layer holds one type; points stay as they are."""
    out = np.array(shapes, dtype=object)
    makers: dict[str, tuple[int, Any]] = {"polygon": (3, shapely.multipolygons), "line": (1, shapely.multilinestrings)}
    if geometry in makers:
        type_id, make = makers[geometry]
        single = shapely.get_type_id(out) == type_id
        if single.any():
            out[single] = make(out[single], indices=np.arange(single.sum()))
    return out


@contextlib.contextmanager
def _draft_options() -> Iterator[None]:
    # The draft is flushed as a whole before it becomes the file, and thrown away when it fails: SQLite need neither
    # wait for the disk at every layer nor keep a journal.
    wanted = {"OGR_CURRENT_DATE": _DATE, "OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_JOURNAL": "OFF"}
    before = {name: pyogrio.get_gdal_config_option(name) for name in wanted}
    pyogrio.set_gdal_config_options(wanted)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _forget_changes(path: Path) -> None:
    """Set SQLite's counter of changes, and the one that says for which change the header holds, to 1.

    GDAL takes one transaction more or less, by what ran before in the process; readers need only that the two are equal.
    """
    with path.open("r+b") as file:
        for place in (24, 92):
            file.seek(place)
            file.write((1).to_bytes(4, "big"))


def _add_styles(path: Path, styles: Styles, tables: Mapping[str, schemas.Table | None]) -> None:
    seen: set[str] = set()
    rows = []
    for layer, name, rules in styles:
        if not rules:
            continue
        rows.append((layer, name, _qgis.qml(rules, tables[layer]), layer not in seen))
        seen.add(layer)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(_LAYER_STYLES)
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
            (_DATE,),
        )
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description, owner, update_time) "
            "VALUES ('', '', ?, 'geom', ?, ?, '', ?, '', '', ?)",
            [(layer, name, qml, default, _DATE) for layer, name, qml, default in rows],
        )
