"""Who is counted in a share: some of the buildings or records, each as one or as the people in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from corridor.indicators import weighted
from corridor.scenarios._figures import Bools, Floats


class Crowd(NamedTuple):
    """Which rows count (all where None), what each counts (one where None), and the whole of that."""

    rows: Bools | None
    heads: Floats | None
    whole: float

    @classmethod
    def of(cls, rows: Bools, heads: Floats) -> Crowd:
        """Count some rows."""
        chosen = None if rows.all() else rows
        mine = heads if chosen is None else heads[chosen]
        return cls(chosen, None if (mine == 1).all() else mine, weighted.whole(mine))

    def shares(self, met: Bools) -> Floats:
        """Return the share for which each row of `met`, (what is met, all rows), is true; NaN where there is nobody."""
        mine = met if self.rows is None else np.compress(self.rows, met, axis=1)
        if self.heads is not None or not self.whole:
            return weighted.shares_of(mine, np.zeros(0) if self.heads is None else self.heads, self.whole)
        # Counted, which is what adding up ones comes to.
        share: Floats = np.count_nonzero(mine, axis=1) / self.whole
        return share


Crowds = Mapping[tuple[str, str], Crowd]
"""By place ("inside" the study area, "along" its corridor) and who: buildings, residents, workers; in this order."""


def crowds_of(inside: Bools, along: Bools, residents: Floats, workers: Floats) -> Crowds:
    """Return who is counted of buildings."""
    return {
        (place, who): Crowd.of(rows, heads)
        for place, rows in (("inside", inside), ("along", along))
        for who, heads in (("buildings", np.ones(len(inside))), ("residents", residents), ("workers", workers))
    }
