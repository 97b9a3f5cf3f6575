"""The innovation chain as sheets of `tables.xlsx` and layers of `buildings.gpkg`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from corridor import schemas
from corridor.schemas import Table

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation, Innovation

# Where each table is written.
WHERE = {
    "innovation_places": "tables.xlsx: linkage; buildings.gpkg: linkage",
    "links": "tables.xlsx: links",
    "core_links": "buildings.gpkg: core_links",
    "chain": "buildings.gpkg: chain",
    "chain_coverage": "tables.xlsx: chain coverage",
    "ladder": "tables.xlsx: ladder",
    "service_coverage": "tables.xlsx: service coverage",
    "event_coverage": "tables.xlsx: event coverage",
    "one_trip": "tables.xlsx: one trip",
    "innovation_groups": "tables.xlsx: groups",
    "trails": "tables.xlsx: trails; buildings.gpkg: trails",
    "trail_stops": "tables.xlsx: trail stops",
}


def sheets(innovation: Innovation) -> list[tuple[str, Table, pd.DataFrame]]:
    """Return the sheets in order: name, schema, rows. Tables without a row are left out."""
    found = [
        ("linkage", schemas.INNOVATION_PLACES, innovation.places),
        ("links", schemas.LINKS, innovation.links),
        ("chain coverage", schemas.CHAIN_COVERAGE, innovation.chain_coverage),
        ("ladder", schemas.LADDER, innovation.ladder),
        ("service coverage", schemas.SERVICE_COVERAGE, innovation.service_coverage),
        ("event coverage", schemas.EVENT_COVERAGE, innovation.event_coverage),
        ("one trip", schemas.ONE_TRIP, innovation.one_trip),
        ("groups", schemas.INNOVATION_GROUPS, innovation.groups),
        ("trails", schemas.TRAILS, innovation.trails),
        ("trail stops", schemas.TRAIL_STOPS, innovation.trail_stops),
    ]
    return [(name, table, frame) for name, table, frame in found if len(frame)]


def layers(evaluation: Evaluation) -> dict[str, tuple[gpd.GeoDataFrame, str, Table]]:
    """Return the layers by name: rows, kind of geometry, schema. Layers without a row are left out."""
    found = evaluation.innovation
    outlines = evaluation.buildings.geometry
    chain = gpd.GeoDataFrame(found.chain, geometry=outlines.reindex(found.chain.index), crs=outlines.crs)
    layers: dict[str, tuple[gpd.GeoDataFrame, str, Table]] = {
        "linkage": (found.places, "point", schemas.INNOVATION_PLACES),
        "core_links": (found.core_links, "line", schemas.CORE_LINKS),
        "chain": (chain, "polygon", schemas.CHAIN),
        "trails": (found.trails, "line", schemas.TRAILS),
    }
    return {name: layer for name, layer in layers.items() if len(layer[0])}
