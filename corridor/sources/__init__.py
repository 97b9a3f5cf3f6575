"""Map data from wherever they are: OSM files, Overpass answers, live Overpass, snapshots, planners' own layers.

All give tables of one shape (`Extract`), in WGS84, and the same elements give the same tables.
"""

from corridor.sources._boundary import read_boundary, read_shapes
from corridor.sources._extract import TABLES, Extract
from corridor.sources._fetch import fetch
from corridor.sources._files import read_osm
from corridor.sources._layers import Layer, LayerTable, read_layer
from corridor.sources._overpass_live import Limits
from corridor.sources._snapshot import is_snapshot, read_snapshot, write_snapshot

__all__ = [
    "TABLES",
    "Extract",
    "Layer",
    "LayerTable",
    "Limits",
    "fetch",
    "is_snapshot",
    "read_boundary",
    "read_layer",
    "read_osm",
    "read_shapes",
    "read_snapshot",
    "write_snapshot",
]
