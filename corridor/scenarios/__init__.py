"""What-if scenarios: typed edits on an unchanging baseline."""

from corridor.scenarios._edits import EDITS, Edit
from corridor.scenarios._file import Scenario, read_scenarios, scenario

__all__ = ["EDITS", "Edit", "Scenario", "read_scenarios", "scenario"]
