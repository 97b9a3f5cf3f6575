"""What every source gives: eight tables of one shape, with notices, account and provenance."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from corridor.errors import Account, Notice, Text

# Column types by table; the first name is the index. Geometry comes last and is not listed.
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "streets": (
        "street_id",
        {
            "osm_id": "Int64",
            "name": "string",
            "name_en": "string",
            "highway": "string",
            "layer": "int8",
            "bridge": "bool",
            "tunnel": "bool",
            "steps": "bool",
            "walk": "string",
            "why_not": "string",
            "oneway_foot": "int8",
            "tags": "string",
            "nodes": "object",
        },
    ),
    "gates": (
        "gate_id",
        {"node_id": "int64", "barrier": "string", "passage": "string", "name": "string", "tags": "string"},
    ),
    "entrances": ("entrance_id", {"node_id": "int64", "kind": "string", "of": "string"}),
    "buildings": (
        "building_id",
        {
            "name": "string",
            "building": "string",
            "use": "string",
            "levels": "Float64",
            "height_m": "Float64",
            "street": "string",
            "housenumber": "string",
            "tags": "string",
        },
    ),
    "amenities": (
        "amenity_id",
        {"name": "string", "name_en": "string", "opening_hours": "string", "area_m2": "Float64", "tags": "string"},
    ),
    "open_space": (
        "open_space_id",
        {"name": "string", "kind": "string", "area_m2": "float64", "walk": "string", "tags": "string"},
    ),
    "barriers": (
        "barrier_id",
        {"kind": "string", "name": "string", "bridge": "bool", "tunnel": "bool", "layer": "int8", "tags": "string"},
    ),
    "water": ("water_id", {"name": "string", "kind": "string"}),
}
TABLE_LABELS = {
    "streets": Text("街道", "streets"),
    "gates": Text("门禁", "gates"),
    "entrances": Text("建筑出入口", "building entrances"),
    "buildings": Text("建筑", "buildings"),
    "amenities": Text("设施", "amenities"),
    "open_space": Text("开放空间", "open space"),
    "barriers": Text("屏障", "barriers"),
    "water": Text("水体", "water"),
}


@dataclass(frozen=True)
class Extract:
    """The tables of one source, in WGS84 and sorted by index.

    Attributes
    ----------
    streets, gates, entrances, buildings, amenities, open_space, barriers, water : GeoDataFrame
        Columns and types as in `TABLES`. `streets.nodes` and the `node_id` of gates and entrances are made from
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
    notices: tuple[Notice, ...]
    account: Account
    provenance: dict[str, Any]

    @property
    def tables(self) -> dict[str, gpd.GeoDataFrame]:
        """The eight tables by name."""
        return {name: getattr(self, name) for name in TABLES}


def frame(table: str, rows: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    """Return rows as a table of `TABLES`: typed columns, sorted by index, EPSG:4326.

    Parameters
    ----------
    table : str
    rows : sequence of mappings
        Each with ``id``, ``geometry`` and any of the table's columns; what a row lacks is NA.
    """
    index_name, columns = TABLES[table]
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    data = {name: _column([row.get(name) for row in ordered], dtype) for name, dtype in columns.items()}
    index = pd.Index([row["id"] for row in ordered], dtype="string", name=index_name)
    geometry = gpd.GeoSeries([row["geometry"] for row in ordered], index=index, crs=4326)
    typed = {name: pd.Series(values, index=index) for name, values in data.items()}
    return gpd.GeoDataFrame(typed, index=index, geometry=geometry, crs=4326)


def _column(values: list[Any], dtype: str) -> Any:
    return pd.Series(values, dtype=cast(Any, dtype)).array


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
