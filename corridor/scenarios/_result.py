"""What a scenario changes: its indicators, its buildings, and who gains or loses by it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.errors import Text
from corridor.scenarios._indicators import Floats, nullable

CHANGES = ("before", "after", "change", "residents", "workers")


@dataclass(frozen=True)
class Result:
    """One scenario, evaluated.

    Attributes
    ----------
    id : str
        The scenario's.
    names : tuple of Text
    cost : float or None
        In 10,000 yuan; None where no edit carries one.
    indicators : DataFrame
        On `code`: `group`, `zh`, `en`, `unit`, `baseline`, `value`, `change` (Float64; NA where either is missing).
        The same rows in the same order in every scenario of a study.
    changes : DataFrame
        On `building_id`, buildings of the study area whose total score changes, and those that come or go: `before`,
        `after`, `change` (Float64), `residents`, `workers` (persons in the building, after the edits), `street`,
        `side` (nearest named street and side of it; None where none is near). Sorted by id.
    gain : dict
        `gain` and `lose`: how many `buildings`, `residents`, `workers`, `firms`; `by_street` and `by_side` the same,
        by name; `largest`: the ten largest changes; `points`: sum of change × residents; `per_cost`: that by cost.
    nodes_settled, nodes_full : int
        States of the searches taken from a queue, and how many a full recompute takes; 0 where it was one.
    seconds : float
        Time it took; no part of what is compared or kept.
    """

    id: str
    names: tuple[Text, ...]
    cost: float | None
    indicators: pd.DataFrame
    changes: pd.DataFrame
    gain: dict[str, Any]
    nodes_settled: int
    nodes_full: int
    seconds: float

    def rows(self) -> list[dict[str, Any]]:
        """Return the result as rows that JSON can hold: one of the scenario, then indicators, then buildings.

        The words of the indicators are not repeated: `from_rows` takes them from a baseline's table.
        """
        head = {
            "row": "scenario",
            "id": self.id,
            "names": [[name.zh, name.en] for name in self.names],
            "cost": self.cost,
            "gain": _holding_none(self.gain),
            "nodes_settled": self.nodes_settled,
            "nodes_full": self.nodes_full,
        }
        indicators = [
            {"row": "indicator", "code": code, "value": value}
            for code, value in zip(self.indicators.index, _plain(self.indicators["value"]), strict=True)
        ]
        columns = {name: _plain(self.changes[name]) for name in CHANGES}
        places = {name: _words(self.changes[name]) for name in ("street", "side")}
        buildings = [
            {"row": "building", "building_id": id_, **dict(zip((*columns, *places), values, strict=True))}
            for id_, *values in zip(self.changes.index, *columns.values(), *places.values(), strict=True)
        ]
        return [head, *indicators, *buildings]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], words: pd.DataFrame) -> Result:
        """Return a result from its rows and the words of the indicators.

        Parameters
        ----------
        rows : iterable of mapping
            As `rows` returns them, also after JSON.
        words : DataFrame
            The baseline's indicators (`Baseline.indicators`, or `indicators` of any result of the study).
        """
        head: Mapping[str, Any] = {}
        values: dict[str, float | None] = {}
        changed: list[Mapping[str, Any]] = []
        for row in rows:
            if row["row"] == "scenario":
                head = row
            elif row["row"] == "indicator":
                values[row["code"]] = row["value"]
            else:
                changed.append(row)
        value = np.array([np.nan if values[code] is None else values[code] for code in words.index], dtype=np.float64)
        table = {name: [row[name] for row in changed] for name in ("building_id", *CHANGES, "street", "side")}
        return cls(
            id=head["id"],
            names=tuple(Text(zh, en) for zh, en in head["names"]),
            cost=head["cost"],
            indicators=indicator_table(words, value),
            changes=change_table(
                table["building_id"],
                {name: np.array([np.nan if v is None else v for v in table[name]], dtype=np.float64) for name in CHANGES},
                table["street"],
                table["side"],
            ),
            gain=json.loads(json.dumps(head["gain"])),
            nodes_settled=head["nodes_settled"],
            nodes_full=head["nodes_full"],
            seconds=0.0,
        )  # fmt: skip


def _plain(values: pd.Series) -> list[float | None]:
    return [None if np.isnan(v) else v for v in values.to_numpy(dtype=float, na_value=np.nan).tolist()]


def _words(values: pd.Series) -> list[str | None]:
    return [None if missing else str(value) for value, missing in zip(values, values.isna(), strict=True)]


def _holding_none(value: Any) -> Any:
    """Return a value with None where numbers are missing, all the way down."""
    if isinstance(value, dict):
        return {key: _holding_none(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_holding_none(part) for part in value]
    return None if value is None or pd.isna(value) else value


def indicator_table(words: pd.DataFrame, value: Floats) -> pd.DataFrame:
    """Return the indicators of a scenario: words and baseline from a table, the values beside them."""
    known = "baseline" if "baseline" in words else "value"
    before = words[known].to_numpy(dtype=float, na_value=np.nan)
    columns = {name: words[name].array for name in ("group", "zh", "en", "unit")}
    numbers = {"baseline": nullable(before), "value": nullable(value), "change": nullable(value - before)}
    return pd.DataFrame({**columns, **numbers}, index=words.index, copy=False)


def change_table(
    ids: Sequence[str] | npt.NDArray[np.object_], columns: Mapping[str, Floats], street: Any, side: Any
) -> pd.DataFrame:
    """Return the buildings that change as the table of `Result.changes`."""

    def words(values: Any) -> npt.NDArray[np.object_]:
        return np.array([value if isinstance(value, str) else None for value in values], dtype=object)

    return pd.DataFrame(
        {**{name: nullable(columns[name]) for name in CHANGES}, "street": words(street), "side": words(side)},
        index=pd.Index(np.array(ids, dtype=object), name="building_id", dtype=object),
        copy=False,
    )
