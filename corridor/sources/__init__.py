"""Map data from wherever they are: OSM files, Overpass answers, live Overpass, snapshots, planners' own layers.

All give tables of one shape (`Extract`), in WGS84, and the same elements give the same tables.
"""

from corridor.sources._extract import TABLES, Extract
from corridor.sources._files import read_osm

__all__ = ["TABLES", "Extract", "read_osm"]
