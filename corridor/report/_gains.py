"""Who gains and who loses by a scenario, from the buildings whose overall score changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridor.report._format import missing

if TYPE_CHECKING:
    from corridor.batch.scenarios import Batch, Entry
    from corridor.batch.scene import Scene
    from corridor.scenarios import Result

_NUMBERS = ("before", "after", "residents", "workers")
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


class Changed(NamedTuple):
    """A building whose score changes."""

    street: str | None
    step: float
    residents: float
    workers: float

    @property
    def points(self) -> float:
        """Change of the score times persons."""
        return self.step * (self.residents + self.workers)


class Ground:
    """What all scenarios are measured against: who lives and works in the area."""

    def __init__(self, scene: Scene) -> None:
        table = scene.buildings
        inside = [i for i, counted in enumerate(table["in_area"]) if counted]
        self.inside = {table["id"][i] for i in inside}
        self.persons = math.fsum((table["residents"][i] or 0.0) + (table["workers"][i] or 0.0) for i in inside)

    def counted(self, result: Result) -> list[Changed]:
        """Return the changes of buildings of the area that stand both before and after."""
        table = result.changes
        columns = [table[name].to_numpy(dtype=float, na_value=np.nan).tolist() for name in _NUMBERS]
        streets = [None if missing(name) else str(name) for name in table["street"]]
        return [
            Changed(street, after - before, _or_zero(residents), _or_zero(workers))
            for id_, street, before, after, residents, workers in zip(table.index, streets, *columns, strict=True)
            if id_ in self.inside and not math.isnan(after - before)
        ]


def ranking(batch: Batch, ground: Ground, also: Callable[[Result, list[Changed]], None] | None = None) -> list[Line]:
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
        points = math.fsum(one.points for one in changed)
        total = math.fsum(one.step for one in changed)
        mean = points / ground.persons if ground.persons else total / max(len(ground.inside), 1)
        lines.append(Line(entry, 0, points, mean, who(changed)))
        if also is not None:
            also(result, changed)
    done = sorted((line for line in lines if line.mean is not None), key=lambda line: -(line.mean or 0.0))
    # Equal changes share a rank.
    first = {line.mean: number for number, line in reversed(list(enumerate(done, 1)))}
    ranked = [Line(line.entry, first[line.mean], line.points, line.mean, line.who) for line in done]
    return [*ranked, *(line for line in lines if line.mean is None)]


def who(changed: list[Changed]) -> dict[str, float]:
    """Count who gains and who loses."""
    counts: dict[str, float] = {}
    for verb, sign in (("gain", 1), ("lose", -1)):
        rows = [one for one in changed if one.step * sign > 0]
        counts[f"buildings_{verb}"] = len(rows)
        counts[f"residents_{verb}"] = math.fsum(one.residents for one in rows)
        counts[f"workers_{verb}"] = math.fsum(one.workers for one in rows)
    return counts


def streets(changed: list[Changed]) -> list[dict[str, Any]]:
    """Return a row a street, the one with the largest change first."""
    by_street: dict[str, list[Changed]] = {}
    for one in changed:
        by_street.setdefault(one.street or "", []).append(one)
    rows = []
    for name in sorted(by_street):
        part = by_street[name]
        points = math.fsum(one.points for one in part)
        rows.append((abs(points), {"street": name or None, **who(part), "person_points": points}))
    return [row for _, row in sorted(rows, key=lambda pair: -pair[0])]


def _or_zero(count: float) -> float:
    return 0.0 if math.isnan(count) else count


def change_class(step: float) -> int:
    """Return the class of a change of score: -3 … 3; inside ±1 it is 0, and edges belong to the outer class."""
    size = int(np.searchsorted([1.0, 5.0, 10.0], abs(round(step, 9)), side="right"))
    return size if step > 0 else -size
