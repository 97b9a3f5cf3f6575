"""Who gains and who loses by scenarios, as their results count it, in the order of what they bring."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from corridor.batch.scenarios import Batch, Entry
    from corridor.batch.scene import Scene
    from corridor.scenarios import Result

Floats = npt.NDArray[np.float64]
_WHAT = ("buildings", "residents", "workers", "firms")
WHO = tuple(f"{what}_{verb}" for verb in ("gain", "lose") for what in _WHAT)


@dataclass(frozen=True)
class Line:
    """One scenario of the ranking.

    Attributes
    ----------
    entry : Entry
    rank : int or None
        None where there is no result.
    points : float or None
        Person-points: change of the overall score times residents and workers, summed over the area.
    mean : float or None
        The same for each resident and worker of the area.
    who : dict
        Counts by the names of `WHO`.
    per_cost : float or None
        Person-points for 10,000 yuan; None without a cost.
    """

    entry: Entry
    rank: int | None
    points: float | None
    mean: float | None
    who: dict[str, float]
    per_cost: float | None


class Ground:
    """What all scenarios are measured against: who lives and works in the area."""

    def __init__(self, scene: Scene) -> None:
        table = scene.buildings
        inside = [i for i, counted in enumerate(table["in_area"]) if counted]
        self.inside = {table["id"][i] for i in inside}
        self.persons = math.fsum((table["residents"][i] or 0.0) + (table["workers"][i] or 0.0) for i in inside)


def ranking(batch: Batch, ground: Ground, also: Callable[[Result], None] | None = None) -> list[Line]:
    """Return all scenarios, the best first, equal ones in the order of the files; those without a result last.

    `also` is called with every result on the way, so that results are read once.
    """
    results = batch.results()
    lines = []
    for entry in batch.scenarios:
        if entry.failed:
            lines.append(Line(entry, None, None, None, {}, None))
            continue
        result = next(results)
        points = result.gain["points"]
        lines.append(Line(entry, 0, points, _mean(result, ground), who(result.gain), result.gain["per_cost"]))
        if also is not None:
            also(result)
    done = sorted((line for line in lines if line.mean is not None), key=lambda line: -(line.mean or 0.0))
    # Equal changes share a rank.
    first = {line.mean: number for number, line in reversed(list(enumerate(done, 1)))}
    ranked = [replace(line, rank=first[line.mean]) for line in done]
    return [*ranked, *(line for line in lines if line.mean is None)]


def _mean(result: Result, ground: Ground) -> float:
    """Return the change of the score of each resident and worker; of each building where nobody is counted."""
    if ground.persons:
        return float(result.gain["points"]) / ground.persons
    return float(np.nansum(result.buildings.columns["change"])) / max(len(ground.inside), 1)


def who(counted: Mapping[str, Any]) -> dict[str, float]:
    """Return who gains and who loses by the names of `WHO`."""
    return {f"{what}_{verb}": counted[verb][what] for verb in ("gain", "lose") for what in _WHAT}


def places(result: Result, by: str) -> list[dict[str, Any]]:
    """Return a row a "street" or a "side", the one with the largest change first; None: no named street is near."""
    found = sorted(result.gain[f"by_{by}"].items(), key=lambda one: (-abs(one[1]["points"]), one[0]))
    return [{by: name or None, **who(part), "person_points": part["points"]} for name, part in found]


def largest(result: Result) -> list[dict[str, Any]]:
    """Return the ten largest changes, a row a building."""
    return [{"place": place, **row} for place, row in enumerate(result.gain["largest"], 1)]


def change_classes(steps: list[float]) -> list[int]:
    """Return the classes of changes of score: -3 … 3; inside ±1 it is 0, and edges belong to the outer class."""
    sizes = np.searchsorted([1.0, 5.0, 10.0], [abs(round(step, 9)) for step in steps], side="right").tolist()
    return [size if step > 0 else -size for size, step in zip(sizes, steps, strict=True)]
