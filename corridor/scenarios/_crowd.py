"""Who is counted in a share: some of the buildings or records, each as one or as the people in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from corridor.indicators import weighted
from corridor.scenarios._figures import Bools, Floats


class Crowd(NamedTuple):
    """Which rows count (all where None), what each counts, and the whole of that."""

    rows: Bools | None
    heads: Floats
    whole: float

    @classmethod
    def of(cls, rows: Bools, heads: Floats) -> Crowd:
        """Count some rows."""
        chosen = None if rows.all() else rows
        mine = heads if chosen is None else heads[chosen]
        return cls(chosen, mine, weighted.whole(mine))

    def shares(self, met: Bools) -> Floats:
        """Return the share for which each row of `met`, (what is met, all rows), is true; NaN where there is nobody."""
        mine = met if self.rows is None else np.compress(self.rows, met, axis=1)
        return weighted.shares_of(mine, self.heads, self.whole)


Crowds = Mapping[tuple[str, str], Crowd]
"""By place ("inside" the study area, "along" its corridor) and who: buildings, residents, workers; in this order."""


def crowds_of(inside: Bools, along: Bools, residents: Floats, workers: Floats) -> Crowds:
    """Return who is counted of buildings."""
    return {
        (place, who): Crowd.of(rows, heads)
        for place, rows in (("inside", inside), ("along", along))
        for who, heads in (("buildings", np.ones(len(inside))), ("residents", residents), ("workers", workers))
    }
