"""What every source gives: nine tables of one shape, with notices, account and provenance."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from corridor import schemas
from corridor.crs import WGS84
from corridor.errors import Account, Notice

SCHEMAS: dict[str, schemas.Table] = {
    table.name: table
    for table in (
        schemas.STREETS,
        schemas.GATES,
        schemas.ENTRANCES,
        schemas.BUILDINGS,
        schemas.AMENITIES,
        schemas.OPEN_SPACE,
        schemas.BARRIERS,
        schemas.WATER,
        schemas.FURNITURE,
    )
}
TABLES = tuple(SCHEMAS)
_DTYPES = {"string": ("string", "string"), "bool": ("bool", "boolean"), "list": ("object", "object")}
_DTYPES |= {"int": ("int64", "Int64"), "float": ("float64", "Float64")}
_SMALL = frozenset(("layer", "oneway_foot"))


@dataclass(frozen=True)
class Extract:
    """The tables of one source, in WGS84 and sorted by index.

    Attributes
    ----------
    streets, gates, entrances, buildings, amenities, open_space, barriers, water, furniture : GeoDataFrame
        As described in `corridor.schemas`. `streets.nodes` and the `node_id` of gates and entrances are made from
        coordinates (see `corridor.sources._elements`), so that they are equal whichever way the data came.
    notices : tuple of Notice
    account : Account
        Elements read by kind (``osm.node``, ``osm.way``, ``osm.relation``) and rows by table.
    provenance : dict
        ``kind, file, sha256, osm_date, bbox, counts``, plain JSON values.
    """

    streets: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    amenities: gpd.GeoDataFrame
    open_space: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    furniture: gpd.GeoDataFrame
    notices: tuple[Notice, ...]
    account: Account
    provenance: dict[str, Any]

    @property
    def tables(self) -> dict[str, gpd.GeoDataFrame]:
        """The nine tables by name."""
        return {name: getattr(self, name) for name in TABLES}


def frame(table: str, rows: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    """Return rows as one of `TABLES`: typed columns, sorted by index, EPSG:4326.

    Parameters
    ----------
    table : str
    rows : sequence of mappings
        Each with ``id``, ``geometry`` and any of the table's columns; what a row lacks is NA.
    """
    schema = SCHEMAS[table]
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    index = pd.Index([row["id"] for row in ordered], dtype="string", name=schema.index.name if schema.index else None)
    columns = {
        column.name: pd.Series([_cell(row, column) for row in ordered], index=index, dtype=dtype)
        for column, dtype in typed(schema)
    }
    geometry = gpd.GeoSeries([row["geometry"] for row in ordered], index=index, crs=WGS84)
    return gpd.GeoDataFrame(columns, index=index, geometry=geometry, crs=WGS84)


def _cell(row: Mapping[str, Any], column: schemas.Column) -> Any:
    value = row.get(column.name)
    if value is not None or column.nullable:
        return value
    return [] if column.dtype == "list" else None


def typed(schema: schemas.Table) -> list[tuple[schemas.Column, str]]:
    """Return the columns of a table but for its geometry, each with its dtype."""
    return [
        (column, "int8" if column.name in _SMALL else _DTYPES[column.dtype][column.nullable])
        for column in schema.columns
        if column.dtype in _DTYPES
    ]


def json_tags(tags: Mapping[str, str]) -> str:
    """Return tags as JSON with sorted keys, raw as mapped."""
    return json.dumps(dict(tags), sort_keys=True, ensure_ascii=False)


def clean(text: str | None) -> str | None:
    """Return a name fit for display: no control, direction or zero-width characters, single spaces; None if empty.

    The raw text stays in the column `tags`.
    """
    if not text:
        return None
    kept = "".join(" " if c in "\t\r\n" else c for c in text if c in "\t\r\n" or unicodedata.category(c)[0] != "C")
    return " ".join(kept.split()) or None
