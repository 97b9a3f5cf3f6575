"""Who gains and who loses by a scenario, from the buildings whose overall score changes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from corridor.batch.scenarios import Batch, Entry
    from corridor.batch.scene import Scene
    from corridor.scenarios import Result

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


class Ground:
    """What all scenarios are measured against: who lives and works in the area."""

    def __init__(self, scene: Scene) -> None:
        table = scene.buildings
        inside = [i for i, counted in enumerate(table["in_area"]) if counted]
        self.inside = {table["id"][i] for i in inside}
        self.known = dict(zip(table["id"], range(len(table["id"])), strict=True))
        self.persons = math.fsum((table["residents"][i] or 0.0) + (table["workers"][i] or 0.0) for i in inside)

    def counted(self, result: Result) -> pd.DataFrame:
        """Return the changes of buildings of the area that stand both before and after, with `step` and `persons`."""
        changes = result.changes
        both = changes[changes["before"].notna() & changes["after"].notna()]
        both = both[both.index.isin(self.inside)]
        people = {name: both[name].fillna(0).astype("float64") for name in ("residents", "workers")}
        step = both["after"].astype("float64") - both["before"].astype("float64")
        return both.assign(**people, step=step, persons=people["residents"] + people["workers"])


def ranking(batch: Batch, ground: Ground) -> list[Line]:
    """Return all scenarios, the best first, equal ones in the order of the files; those without a result last."""
    results = batch.results()
    lines = []
    for entry in batch.scenarios:
        if entry.failed:
            lines.append(Line(entry, None, None, None, {}))
            continue
        changes = ground.counted(next(results))
        points = math.fsum(changes["step"] * changes["persons"])
        mean = points / ground.persons if ground.persons else math.fsum(changes["step"]) / max(len(ground.inside), 1)
        lines.append(Line(entry, 0, points, mean, who(changes)))
    done = sorted((line for line in lines if line.mean is not None), key=lambda line: -(line.mean or 0.0))
    first = {line.mean: number for number, line in reversed(list(enumerate(done, 1)))}
    # Equal changes share a rank.
    ranked = [Line(line.entry, first[line.mean], line.points, line.mean, line.who) for line in done]
    return [*ranked, *(line for line in lines if line.mean is None)]


def who(changes: pd.DataFrame) -> dict[str, float]:
    """Count who gains and who loses."""
    counts: dict[str, float] = {}
    for verb, rows in (("gain", changes[changes["step"] > 0]), ("lose", changes[changes["step"] < 0])):
        counts[f"buildings_{verb}"] = len(rows)
        counts[f"residents_{verb}"] = math.fsum(rows["residents"])
        counts[f"workers_{verb}"] = math.fsum(rows["workers"])
    return counts


def streets(result: Result, ground: Ground) -> Iterator[dict[str, Any]]:
    """Yield a row a street, the one with the largest change first."""
    changes = ground.counted(result)
    street = changes["street"].astype("object").where(changes["street"].notna(), "")
    rows = []
    for name, part in changes.groupby(street.to_numpy(), sort=True):
        points = math.fsum(part["step"] * part["persons"])
        rows.append((abs(points), {"street": name or None, **who(part), "person_points": points}))
    yield from (row for _, row in sorted(rows, key=lambda pair: -pair[0]))


def change_class(step: float) -> int:
    """Return the class of a change of score: -3 … 3; inside ±1 it is 0, and edges belong to the outer class."""
    size = int(np.searchsorted([1.0, 5.0, 10.0], abs(round(step, 9)), side="right"))
    return size if step > 0 else -size
