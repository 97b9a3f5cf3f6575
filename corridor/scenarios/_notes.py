"""What a planner should know of scenarios before they run: where a new street was moved to meet the network."""

from __future__ import annotations

from collections.abc import Iterable

from corridor.errors import Notice, Text
from corridor.scenarios._resolve import Resolved

# Ends that miss a street by less are taken to be drawn on it.
_SAID_FROM_M = 1.0


def notes(resolved: Iterable[Resolved]) -> list[Notice]:
    """Return a notice for each new street whose ends were moved onto a street by a metre or more."""
    found = []
    for one in resolved:
        for number, target in enumerate(one.targets):
            if max(target.moved_m, default=0.0) < _SAID_FROM_M:
                continue
            start, end = target.moved_m
            name = one.scenario.name
            what = Text(
                f"情景“{name.zh}”的新街道已接到街道上：起点移动 {start:.1f} m，终点移动 {end:.1f} m。",
                f"the new street of “{name.en}” was joined to the network: its start moved {start:.1f} m, its end {end:.1f} m.",
            )
            action = Text(
                "如应接到别处，把端点画到那条街道上。", "Draw the end on another street if that one is meant."
            )
            found.append(Notice("street-snapped", "R", what, action, file=one.scenario.where[number]))
    return found
