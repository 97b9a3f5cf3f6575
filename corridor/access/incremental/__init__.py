"""What-if edits of walking access, exactly: `Baseline.build` once, then `update` for each scenario."""

from corridor.access.incremental._tables import Tables
from corridor.access.incremental.baseline import Baseline
from corridor.access.incremental.delta import Cells, Delta
from corridor.access.incremental.edit import Edit, Opportunity, Origin, opportunities_of, origins_of

__all__ = [
    "Baseline",
    "Cells",
    "Delta",
    "Edit",
    "Opportunity",
    "Origin",
    "Tables",
    "opportunities_of",
    "origins_of",
]
