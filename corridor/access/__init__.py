"""Walking access: one measure, one function; attach tables in, tables out.

Every measure searches on whole decimetres, up to an inclusive cutoff, from one attach table to another
(`corridor.network.attach`). Rows that share an index label are one origin with several doors: the shortest walk
from any of them counts.
"""

from corridor.access import decay
from corridor.access.catchment import floating_catchment
from corridor.access.flow import betweenness, betweenness_within, flow_by
from corridor.access.grid import hexagons
from corridor.access.limits import Estimate, estimate
from corridor.access.reach import nearest
from corridor.access.routes import routes
from corridor.access.sums import cumulative, gravity, hill, mixed_use
from corridor.access.tables import k_nearest, proximity, travel_table
from corridor.access.times import at_speed, times

__all__ = [
    "Estimate",
    "at_speed",
    "betweenness",
    "betweenness_within",
    "cumulative",
    "decay",
    "estimate",
    "floating_catchment",
    "flow_by",
    "gravity",
    "hexagons",
    "hill",
    "k_nearest",
    "mixed_use",
    "nearest",
    "proximity",
    "routes",
    "times",
    "travel_table",
]
