"""Every table once: columns, units, meaning in Chinese and English, rules.

The same object checks data, writes the data dictionary and labels maps and reports.

>>> from corridor.schemas import ACCESS
>>> ACCESS.label("walk_m").zh
'步行距离（m）'
"""

from corridor.schemas._innovation import (
    CHAIN,
    CHAIN_COVERAGE,
    CORE_LINKS,
    EVENT_COVERAGE,
    INNOVATION,
    INNOVATION_GROUPS,
    INNOVATION_PLACES,
    LADDER,
    LINKS,
    ONE_TRIP,
    SERVICE_COVERAGE,
    TRAIL_STOPS,
    TRAILS,
)
from corridor.schemas._inputs import (
    AMENITIES,
    BARRIERS,
    BUILDINGS,
    CARRIERS,
    ENTRANCES,
    EVENTS,
    FIRMS,
    GATES,
    INPUTS,
    INSTITUTES,
    OPEN_SPACE,
    PLATFORMS,
    PROJECTS,
    RENEWALS,
    STATIONS,
    STREETS,
    WATER,
)
from corridor.schemas._matches import MATCHES, OFF_MAP
from corridor.schemas._outputs import (
    ACCESS,
    ACCOUNT,
    BUILDING_RESULTS,
    BY_TIME,
    CATEGORY_TABLE,
    COMPLETENESS,
    COVERAGE,
    ISOCHRONES,
    NOTICES,
    OPPORTUNITIES,
    OUTPUTS,
    SEGMENTS,
)
from corridor.schemas._scenarios import (
    SCENARIO_CHANGES,
    SCENARIO_INDICATORS,
    SCENARIO_RANKING,
    SCENARIO_STREETS,
    SCENARIO_TABLES,
)
from corridor.schemas._table import Column, Rule, Table, dictionary
from corridor.schemas._targets import TARGET_EVENTS, TARGET_READINGS, TARGET_SNAPSHOTS, TARGET_TABLES, TARGETS

__all__ = [
    "ACCESS",
    "ACCOUNT",
    "AMENITIES",
    "BARRIERS",
    "BUILDINGS",
    "BUILDING_RESULTS",
    "BY_TIME",
    "CARRIERS",
    "CATEGORY_TABLE",
    "CHAIN",
    "CHAIN_COVERAGE",
    "COMPLETENESS",
    "CORE_LINKS",
    "COVERAGE",
    "ENTRANCES",
    "EVENTS",
    "EVENT_COVERAGE",
    "FIRMS",
    "GATES",
    "INNOVATION",
    "INNOVATION_GROUPS",
    "INNOVATION_PLACES",
    "INPUTS",
    "INSTITUTES",
    "ISOCHRONES",
    "LADDER",
    "LINKS",
    "MATCHES",
    "NOTICES",
    "OFF_MAP",
    "ONE_TRIP",
    "OPEN_SPACE",
    "OPPORTUNITIES",
    "OUTPUTS",
    "PLATFORMS",
    "PROJECTS",
    "RENEWALS",
    "SCENARIO_CHANGES",
    "SCENARIO_INDICATORS",
    "SCENARIO_RANKING",
    "SCENARIO_STREETS",
    "SCENARIO_TABLES",
    "SEGMENTS",
    "SERVICE_COVERAGE",
    "STATIONS",
    "STREETS",
    "TABLES",
    "TARGETS",
    "TARGET_EVENTS",
    "TARGET_READINGS",
    "TARGET_SNAPSHOTS",
    "TARGET_TABLES",
    "TRAILS",
    "TRAIL_STOPS",
    "WATER",
    "Column",
    "Rule",
    "Table",
    "dictionary",
]

TABLES: dict[str, Table] = {
    table.name: table for table in (*INPUTS, *OUTPUTS, *INNOVATION, *TARGET_TABLES, MATCHES, OFF_MAP)
}
