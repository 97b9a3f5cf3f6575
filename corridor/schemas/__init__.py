"""Every table once: columns, units, meaning in Chinese and English, rules.

The same object checks data, writes the data dictionary and labels maps and reports.

>>> from corridor.schemas import ACCESS
>>> ACCESS.label("walk_m").zh
'步行距离（m）'
"""

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
    SURVEY,
    WATER,
)
from corridor.schemas._matches import MATCHES, OFF_MAP
from corridor.schemas._outputs import (
    ACCESS,
    ACCOUNT,
    BUILDING_RESULTS,
    CATEGORY_TABLE,
    COMPLETENESS,
    COVERAGE,
    ISOCHRONES,
    NOTICES,
    OPPORTUNITIES,
    OUTPUTS,
    SEGMENTS,
    SURVEY_PHOTOS,
    SURVEY_VALUES,
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
    "CARRIERS",
    "CATEGORY_TABLE",
    "COMPLETENESS",
    "COVERAGE",
    "ENTRANCES",
    "EVENTS",
    "FIRMS",
    "GATES",
    "INPUTS",
    "INSTITUTES",
    "ISOCHRONES",
    "MATCHES",
    "NOTICES",
    "OFF_MAP",
    "OPEN_SPACE",
    "OPPORTUNITIES",
    "OUTPUTS",
    "PLATFORMS",
    "PROJECTS",
    "RENEWALS",
    "SEGMENTS",
    "STATIONS",
    "STREETS",
    "SURVEY",
    "SURVEY_PHOTOS",
    "SURVEY_VALUES",
    "TABLES",
    "TARGETS",
    "TARGET_EVENTS",
    "TARGET_READINGS",
    "TARGET_SNAPSHOTS",
    "TARGET_TABLES",
    "WATER",
    "Column",
    "Rule",
    "Table",
    "dictionary",
]

TABLES: dict[str, Table] = {table.name: table for table in (*INPUTS, *OUTPUTS, *TARGET_TABLES, MATCHES, OFF_MAP)}
