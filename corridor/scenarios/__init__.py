"""What-if scenarios: typed edits on an unchanging baseline.

>>> from corridor.scenarios import scenario
>>> scenario("北门开放", {"op": "open_gate", "at": [121.4180, 31.2159]}).name.zh
'北门开放'
"""

from corridor.scenarios._apply import apply
from corridor.scenarios._edits import EDITS, Edit
from corridor.scenarios._evaluate import Baseline
from corridor.scenarios._file import (
    Misread,
    Reading,
    Scenario,
    content_of,
    kept_scenario,
    read_files,
    read_scenarios,
    scenario,
)
from corridor.scenarios._indicators import indicators_of
from corridor.scenarios._notes import notes
from corridor.scenarios._resolve import Resolved, Resolver, Target, check, check_files, resolve
from corridor.scenarios._result import Reader, Result
from corridor.scenarios._streets import Streets, asked_for

__all__ = [
    "EDITS",
    "Baseline",
    "Edit",
    "Misread",
    "Reader",
    "Reading",
    "Resolved",
    "Resolver",
    "Result",
    "Scenario",
    "Streets",
    "Target",
    "apply",
    "asked_for",
    "check",
    "check_files",
    "content_of",
    "indicators_of",
    "kept_scenario",
    "notes",
    "read_files",
    "read_scenarios",
    "resolve",
    "scenario",
]
