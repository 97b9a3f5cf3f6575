"""The innovation chain by industry, policy tag and department."""

from corridor.evaluation._groups._coverage import empty, group_coverage
from corridor.evaluation._groups._reach import GroupReach, group_reach
from corridor.evaluation._groups._tables import groups

__all__ = ["GroupReach", "empty", "group_coverage", "group_reach", "groups"]
