"""What the page of a comparison tells of who gains and who loses by a scenario, in its language."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.report._format import pick
from corridor.report._gains import largest, places
from corridor.streets import compass

if TYPE_CHECKING:
    import pandas as pd

    from corridor.batch.scene import Scene
    from corridor.scenarios import Result

# Streets of one scenario on the page; the workbook has them all.
_MOST_STREETS = 10
# Of the renewal score, 0–100: less is not seen where it is told with one decimal.
_LEAST = 0.05
_SCORE = re.compile(r"streets\.(.+)\.score")


class Gains:
    """Tells of results, one after the other; `words` are the baseline's indicators."""

    def __init__(self, scene: Scene, words: pd.DataFrame, lang: str) -> None:
        self._english, self._lang = scene.english, lang
        self._before = words["value"].to_numpy(dtype=float, na_value=np.nan).tolist()
        number = {code: at for at, code in enumerate(words.index)}
        shape = {id_: at for at, id_ in enumerate(scene.segments.get("id", []))}
        # Of each segment: its shape, its name, the numbers of its score and of its rank.
        self._segments = [
            (shape[found[1]], _segment(str(words.at[code, lang])), at, number.get(f"streets.{found[1]}.rank"))
            for code, at in number.items()
            if (found := _SCORE.fullmatch(code)) and found[1] in shape
        ]

    def of(self, result: Result) -> dict[str, Any]:
        """Return who gains and who loses by street and side, the largest changes, and the segments that change."""
        streets = places(result, "street")
        return {
            "streets": [self._row(row, self._street(row["street"])) for row in streets[:_MOST_STREETS]],
            "more": len(streets) > _MOST_STREETS,
            "sides": [self._row(row, self._side(row["side"])) for row in places(result, "side")],
            "largest": [
                (
                    self._where(row["street"], row["side"]),
                    row["building_id"],
                    row["before"],
                    row["after"],
                    row["residents"] + row["workers"],
                )
                for row in largest(result)
            ],
            "segments": self._changed(result.value.tolist()),
        }

    @staticmethod
    def _row(row: dict[str, Any], name: str) -> tuple[Any, ...]:
        people = (row[f"residents_{verb}"] + row[f"workers_{verb}"] for verb in ("gain", "lose"))
        return name, *people, row["firms_gain"], row["firms_lose"], row["person_points"]

    def _changed(self, after: list[float]) -> list[tuple[Any, ...]]:
        before = self._before
        rows = [
            (shape, name, before[score], after[score], *(_rank(values, rank) for values in (before, after)))
            for shape, name, score, rank in self._segments
            if abs(after[score] - before[score]) >= _LEAST
        ]
        return sorted(rows, key=lambda row: (-abs(row[3] - row[2]), row[0]))

    def _street(self, name: str | None) -> str:
        if name is None:
            return pick(self._lang, "近旁无有名街道", "no named street near")
        return name if self._lang == "zh" else self._english.get(name, name)

    def _side(self, side: str | None) -> str:
        return self._street(None) if side is None else pick(self._lang, *compass.WORDS[side])

    def _where(self, street: str | None, side: str | None) -> str:
        if street is None or side is None:
            return self._street(street)
        named = self._street(street)
        return pick(self._lang, f"{named}{self._side(side)}", f"{named}, {self._side(side)}")


def _segment(indicator: str) -> str:
    """Return a segment's name from that of its score: “710 m处—延安西路：更新得分”."""
    found = re.fullmatch("(.+)(?:：|: ).+", indicator)
    return indicator if found is None else found[1]


def _rank(values: list[float], at: int | None) -> int | None:
    return None if at is None or math.isnan(values[at]) else int(values[at])
