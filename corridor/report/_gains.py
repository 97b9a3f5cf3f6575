"""Who gains and who loses by a scenario, from the buildings whose overall score changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from corridor.batch.scenarios import Batch, Entry
    from corridor.batch.scene import Scene
    from corridor.scenarios import Result

Floats = npt.NDArray[np.float64]
WHO = tuple(f"{what}_{verb}" for verb in ("gain", "lose") for what in ("buildings", "residents", "workers"))


@dataclass(frozen=True)
class Line:
    """One scenario of the ranking.

    Attributes
    ----------
    entry : Entry
    rank : int or None
        None where there is no result.
    points : float or None
        Change of the overall score times persons, summed over the area.
    mean : float or None
        The same for each resident and worker of the area.
    who : dict
        Counts by the names of `WHO`.
    """

    entry: Entry
    rank: int | None
    points: float | None
    mean: float | None
    who: dict[str, float]

    @property
    def per_cost(self) -> float | None:
        """Person-points for 10,000 yuan; None without a cost."""
        cost = self.entry.cost
        return None if self.points is None or not cost else self.points / cost


@dataclass(frozen=True)
class Changed:
    """Buildings whose score changes, as arrays: nearest street (None: none is near), change of the score, persons."""

    street: list[str | None]
    step: Floats
    residents: Floats
    workers: Floats

    @property
    def points(self) -> Floats:
        """Change of the score times persons."""
        return self.step * (self.residents + self.workers)

    def part(self, rows: npt.NDArray[Any]) -> Changed:
        """Return some of the buildings, by a mask."""
        street = [name for name, kept in zip(self.street, rows.tolist(), strict=True) if kept]
        return Changed(street, self.step[rows], self.residents[rows], self.workers[rows])


class Ground:
    """What all scenarios are measured against: who lives and works in the area."""

    def __init__(self, scene: Scene) -> None:
        table = scene.buildings
        inside = [i for i, counted in enumerate(table["in_area"]) if counted]
        self.inside = {table["id"][i] for i in inside}
        self.persons = math.fsum((table["residents"][i] or 0.0) + (table["workers"][i] or 0.0) for i in inside)

    def counted(self, result: Result) -> Changed:
        """Return the changes of buildings of the area that stand both before and after."""
        ids, columns, street, _ = result.buildings
        step = columns["after"] - columns["before"]
        named = [name if isinstance(name, str) else None for name in street]
        # Persons that are not known are none.
        found = Changed(named, step, np.nan_to_num(columns["residents"]), np.nan_to_num(columns["workers"]))
        return found.part(np.array([id_ in self.inside for id_ in ids], dtype=bool) & ~np.isnan(step))


def ranking(batch: Batch, ground: Ground, also: Callable[[Result, Changed], None] | None = None) -> list[Line]:
    """Return all scenarios, the best first, equal ones in the order of the files; those without a result last.

    `also` is called with every result on the way, so that results are read once.
    """
    results = batch.results()
    lines = []
    for entry in batch.scenarios:
        if entry.failed:
            lines.append(Line(entry, None, None, None, {}))
            continue
        result = next(results)
        changed = ground.counted(result)
        points = math.fsum(changed.points.tolist())
        total = math.fsum(changed.step.tolist())
        mean = points / ground.persons if ground.persons else total / max(len(ground.inside), 1)
        lines.append(Line(entry, 0, points, mean, who(changed)))
        if also is not None:
            also(result, changed)
    done = sorted((line for line in lines if line.mean is not None), key=lambda line: -(line.mean or 0.0))
    # Equal changes share a rank.
    first = {line.mean: number for number, line in reversed(list(enumerate(done, 1)))}
    ranked = [Line(line.entry, first[line.mean], line.points, line.mean, line.who) for line in done]
    return [*ranked, *(line for line in lines if line.mean is None)]


def who(changed: Changed) -> dict[str, float]:
    """Count who gains and who loses."""
    counts: dict[str, float] = {}
    for verb, rows in (("gain", changed.step > 0), ("lose", changed.step < 0)):
        counts[f"buildings_{verb}"] = int(np.count_nonzero(rows))
        counts[f"residents_{verb}"] = math.fsum(changed.residents[rows].tolist())
        counts[f"workers_{verb}"] = math.fsum(changed.workers[rows].tolist())
    return counts


def streets(changed: Changed) -> list[dict[str, Any]]:
    """Return a row a street, the one with the largest change first."""
    names = sorted({name or "" for name in changed.street})
    number = {name: n for n, name in enumerate(names)}
    at = np.array([number[name or ""] for name in changed.street], dtype=np.int64)
    order = np.argsort(at, kind="stable")
    ends = np.searchsorted(at[order], range(len(names)), side="right").tolist()
    rows = []
    for name, start, end in zip(names, [0, *ends], ends, strict=False):
        part = order[start:end]
        mine = Changed([], changed.step[part], changed.residents[part], changed.workers[part])
        points = math.fsum(mine.points.tolist())
        rows.append((abs(points), {"street": name or None, **who(mine), "person_points": points}))
    return [row for _, row in sorted(rows, key=lambda pair: -pair[0])]


def change_classes(steps: list[float]) -> list[int]:
    """Return the classes of changes of score: -3 … 3; inside ±1 it is 0, and edges belong to the outer class."""
    sizes = np.searchsorted([1.0, 5.0, 10.0], [abs(round(step, 9)) for step in steps], side="right").tolist()
    return [size if step > 0 else -size for size, step in zip(sizes, steps, strict=True)]
