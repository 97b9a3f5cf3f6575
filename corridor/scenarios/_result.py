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

LARGEST = 10
"""How many of the largest changes are listed."""
_CHANGES = ("before", "after", "change", "residents", "workers")


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
        columns = {name: _plain(self.changes[name]) for name in _CHANGES}
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
        table = {name: [row[name] for row in changed] for name in ("building_id", *_CHANGES, "street", "side")}
        return cls(
            id=head["id"],
            names=tuple(Text(zh, en) for zh, en in head["names"]),
            cost=head["cost"],
            indicators=indicator_table(words, value),
            changes=_change_table(
                table["building_id"],
                {name: np.array([np.nan if v is None else v for v in table[name]], dtype=np.float64) for name in _CHANGES},
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
    table = words[["group", "zh", "en", "unit"]].copy(deep=False)
    table["baseline"], table["value"] = nullable(before), nullable(value)
    table["change"] = nullable(value - before)
    return table


@dataclass(frozen=True)
class Heads:
    """Buildings of the study area as gains are counted: total score (NaN: none) and people."""

    ids: npt.NDArray[np.object_]
    score: Floats
    residents: Floats
    workers: Floats


def changed(before: Heads, after: Heads, places: pd.DataFrame) -> pd.DataFrame:
    """Return the buildings whose score changes, that come or that go.

    Parameters
    ----------
    before, after : Heads
    places : DataFrame
        `street`, `side` on the ids of both.
    """
    same = len(before.ids) == len(after.ids) and (before.ids is after.ids or bool((before.ids == after.ids).all()))
    if same:
        ids, one, other = before.ids, before.score, after.score
        residents, workers = after.residents, after.workers
        rows = np.flatnonzero(~((one == other) | (np.isnan(one) & np.isnan(other))))
    else:
        index, later = pd.Index(before.ids), pd.Index(after.ids)
        union = index.append(later[~later.isin(index)])
        at, to = index.get_indexer(union), later.get_indexer(union)
        ids = union.to_numpy(dtype=object)
        one, other = (np.where(place >= 0, heads.score[place], np.nan) for place, heads in ((at, before), (to, after)))
        residents, workers = (
            np.where(to >= 0, getattr(after, who)[to], getattr(before, who)[at]) for who in ("residents", "workers")
        )
        equal = (one == other) | (np.isnan(one) & np.isnan(other))
        rows = np.flatnonzero(~equal | (at < 0) | (to < 0))
    rows = rows[np.argsort(ids[rows].astype(str), kind="stable")]
    columns = {
        "before": one[rows], "after": other[rows], "change": other[rows] - one[rows],
        "residents": residents[rows], "workers": workers[rows],
    }  # fmt: skip
    found = places.reindex(ids[rows]) if len(rows) else places.iloc[:0]
    return _change_table(ids[rows], columns, found["street"], found["side"])


def _change_table(
    ids: Sequence[str] | npt.NDArray[np.object_], columns: Mapping[str, Floats], street: Any, side: Any
) -> pd.DataFrame:
    def words(values: Any) -> npt.NDArray[np.object_]:
        return np.array([None if pd.isna(v) else str(v) for v in values], dtype=object)

    return pd.DataFrame(
        {**{name: nullable(columns[name]) for name in _CHANGES}, "street": words(street), "side": words(side)},
        index=pd.Index(list(ids), name="building_id", dtype=object),
    )


def gains(changes: pd.DataFrame, firms: pd.DataFrame, cost: float | None) -> dict[str, Any]:
    """Count who gains and who loses.

    Parameters
    ----------
    changes : DataFrame
        As `changed` returns it; a building without a score before or after neither gains nor loses.
    firms : DataFrame
        `change` (decimetres of its walks to the four stages and the station types, together; negative is nearer),
        `street`, `side`; only firms whose walks change.
    cost : float or None
    """
    change = changes["change"].to_numpy(dtype=float, na_value=np.nan)
    rows = list(
        zip(
            change.tolist(),
            changes["residents"].to_numpy(dtype=float).tolist(),
            changes["workers"].to_numpy(dtype=float).tolist(),
            changes["street"].tolist(),
            changes["side"].tolist(),
            strict=True,
        )
    )
    # A firm gains where its walks become shorter.
    walks = list(zip((-firms["change"]).tolist(), firms["street"].tolist(), firms["side"].tolist(), strict=True))
    known = ~np.isnan(change)
    points = float((change[known] * changes["residents"].to_numpy(dtype=float)[known]).sum())
    order = sorted(np.flatnonzero(known).tolist(), key=lambda i: (-abs(change[i]), changes.index[i]))[:LARGEST]
    return {
        **_by(rows, walks, None).get("", _nobody()),
        "by_street": _by(rows, walks, 0),
        "by_side": _by(rows, walks, 1),
        "largest": [
            {
                "building_id": changes.index[i],
                **{name: float(changes[name].iloc[i]) for name in _CHANGES},
                "street": changes["street"].iloc[i],
                "side": changes["side"].iloc[i],
            }
            for i in order
        ],
        "points": points,
        "per_cost": points / cost if cost else None,
    }


def _nobody() -> dict[str, dict[str, float]]:
    none: dict[str, float] = {"buildings": 0, "residents": 0.0, "workers": 0.0, "firms": 0}
    return {"gain": {**none}, "lose": {**none}}


def _by(
    rows: Sequence[tuple[Any, ...]], firms: Sequence[tuple[Any, ...]], which: int | None
) -> dict[str, dict[str, dict[str, float]]]:
    """Count gains and losses by street (0), by side (1), or together (None) under ""."""
    out: dict[str, dict[str, dict[str, float]]] = {}

    def counted(value: float, place: tuple[Any, ...]) -> dict[str, float] | None:
        key = "" if which is None else place[which]
        # A missing street is None, or NaN once pandas has handled it.
        if not isinstance(key, str) or value == 0 or np.isnan(value):
            return None
        return out.setdefault(key, _nobody())["gain" if value > 0 else "lose"]

    for value, residents, workers, *place in rows:
        if (found := counted(value, tuple(place))) is not None:
            found["buildings"] += 1
            found["residents"] += residents
            found["workers"] += workers
    for value, *place in firms:
        if (found := counted(value, tuple(place))) is not None:
            found["firms"] += 1
    return {key: out[key] for key in sorted(out)}
