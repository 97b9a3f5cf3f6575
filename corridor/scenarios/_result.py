"""What a scenario changes: its indicators, its buildings, and who gains or loses by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.errors import Text
from corridor.scenarios._figures import Floats
from corridor.scenarios._indicators import nullable

CHANGES = ("before", "after", "change", "residents", "workers")
_KEPT = tuple(name for name in CHANGES if name != "change")


class Buildings(NamedTuple):
    """Buildings whose score changes, that come or that go, sorted by id: the columns of `Result.changes` (`CHANGES`)."""

    ids: Sequence[str]
    columns: Mapping[str, Floats]
    street: Sequence[str | None]
    side: Sequence[str | None]


@dataclass(frozen=True, eq=False)
class Result:
    """One scenario, evaluated; its tables are made when they are asked for.

    Attributes
    ----------
    id : str
        The scenario's.
    names : tuple of Text
    cost : float or None
        In 10,000 yuan; None where no edit carries one.
    words : DataFrame
        The baseline's indicators; with `value`, the scenario's, those of the scenario.
    value : float array
    buildings : Buildings
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
    words: pd.DataFrame
    value: Floats
    buildings: Buildings
    gain: dict[str, Any]
    nodes_settled: int
    nodes_full: int
    seconds: float

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """The indicators as a table."""
        return indicator_table(self.words, self.value)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The buildings that change as a table."""
        return change_table(self.buildings)

    def moved(self, before: Floats) -> npt.NDArray[np.int64]:
        """Return the numbers of the indicators that change from `before`, get a value or lose it."""
        return np.flatnonzero(~((before == self.value) | (np.isnan(before) & np.isnan(self.value))))

    def rows(self) -> list[dict[str, Any]]:
        """Return the result as rows that JSON can hold: the scenario, its indicators, its buildings, the latter as columns.

        Indicators that stay as they were are not listed, and of none the words: `from_rows` takes both from a
        baseline's table.
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
        other = self.moved(baseline_of(self.words))
        codes = self.words.index.to_numpy(dtype=object)[other].tolist()
        ids, columns, street, side = self.buildings
        return [
            head,
            {"row": "indicators", "code": codes, "value": _plain(self.value[other])},
            {
                "row": "buildings",
                "building_id": list(ids),
                **{name: _plain(columns[name]) for name in _KEPT},
                "street": _words(street),
                "side": _words(side),
            },
        ]

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
        return Reader(words).result(rows)


class Reader:
    """Makes results from their rows, thousands of one study; `words` and `before` are the baseline's indicators."""

    def __init__(self, words: pd.DataFrame) -> None:
        self.words, self.before = words, baseline_of(words)
        self._number = {code: number for number, code in enumerate(words.index)}

    def result(self, rows: Iterable[Mapping[str, Any]]) -> Result:
        """Return a result, see `Result.from_rows`."""
        part = {row["row"]: row for row in rows}
        head, told, table = part["scenario"], part["indicators"], part["buildings"]
        value = self.before.copy()
        value[[self._number[code] for code in told["code"]]] = _numbers(told["value"])
        columns = {name: _numbers(table[name]) for name in _KEPT}
        columns["change"] = columns["after"] - columns["before"]
        return Result(
            id=head["id"],
            names=tuple(Text(zh, en) for zh, en in head["names"]),
            cost=head["cost"],
            words=self.words,
            value=value,
            buildings=Buildings(table["building_id"], columns, table["street"], table["side"]),
            gain=head["gain"],
            nodes_settled=head["nodes_settled"],
            nodes_full=head["nodes_full"],
            seconds=0.0,
        )


def _words(values: Sequence[str | None]) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in values]


def _plain(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def _numbers(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _holding_none(value: Any) -> Any:
    """Return a value with None where numbers are missing, all the way down."""
    if isinstance(value, dict):
        return {key: _holding_none(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_holding_none(part) for part in value]
    return None if value is None or value != value else value


def baseline_of(words: pd.DataFrame) -> Floats:
    """Return the baseline's values from a table of its indicators, or of a scenario's."""
    known: Floats = words["baseline" if "baseline" in words else "value"].to_numpy(dtype=float, na_value=np.nan)
    return known


def indicator_table(words: pd.DataFrame, value: Floats) -> pd.DataFrame:
    """Return the indicators of a scenario: words and baseline from a table, the values beside them."""
    before = baseline_of(words)
    columns = {name: words[name].array for name in ("group", "zh", "en", "unit")}
    numbers = {"baseline": nullable(before), "value": nullable(value), "change": nullable(value - before)}
    return pd.DataFrame({**columns, **numbers}, index=words.index, copy=False)


def change_table(buildings: Buildings) -> pd.DataFrame:
    """Return the buildings that change as the table of `Result.changes`."""
    ids, columns, *where = buildings
    street, side = (np.array(_words(names), dtype=object) for names in where)
    return pd.DataFrame(
        {**{name: nullable(columns[name]) for name in CHANGES}, "street": street, "side": side},
        index=pd.Index(np.array(ids, dtype=object), name="building_id", dtype=object),
        copy=False,
    )
