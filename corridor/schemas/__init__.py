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
    FURNITURE,
    GATES,
    INPUTS,
    OPEN_SPACE,
    STATIONS,
    STREETS,
    WATER,
)
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
)
from corridor.schemas._table import Column, Rule, Table, dictionary

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
    "FURNITURE",
    "GATES",
    "INPUTS",
    "ISOCHRONES",
    "NOTICES",
    "OPEN_SPACE",
    "OPPORTUNITIES",
    "OUTPUTS",
    "SEGMENTS",
    "STATIONS",
    "STREETS",
    "TABLES",
    "WATER",
    "Column",
    "Rule",
    "Table",
    "dictionary",
]

TABLES: dict[str, Table] = {table.name: table for table in (*INPUTS, *OUTPUTS)}
