"""What one thread writes on while it repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridor.access.incremental._asked import COUNTS
from corridor.access.incremental._family import Family, Workbench, bench
from corridor.access.incremental._streets import Relaid

if TYPE_CHECKING:
    from corridor._kernel.change import Bench, Scene

SPARE_STATES, SPARE_ARCS, SPARE_OWNERS = 64, 512, 64


class Benches:
    """What one thread writes on."""

    def __init__(self, kept: dict[str, Family], states: int, arcs: int, owners: int, shape: tuple[int, int]) -> None:
        self.states, self.arcs, self.owners = states, arcs, owners
        self.roads = {name: Workbench(kept[name].base, states, arcs) for name in kept if name != COUNTS}
        if COUNTS in kept:
            self.roads[COUNTS] = self.roads.get("cost") or Workbench(kept[COUNTS].base, states, arcs)
        self.space: dict[str, tuple[Bench, Scene]] = {
            name: bench(one, states, arcs, owners) for name, one in kept.items()
        }
        self.total = np.zeros((owners, *shape), np.int64)

    def laid(self, relaid: dict[str, Relaid]) -> list[tuple[Workbench, Relaid]]:
        """Return the street edit of each state graph with its workbench, once."""
        return list({id(self.roads[name]): (self.roads[name], one) for name, one in relaid.items()}.values())
