"""What scenarios change: a baseline that is evaluated once, and the result of each scenario beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from corridor.errors import Text
from corridor.evaluation import Evaluation, evaluate
from corridor.scenarios._apply import apply
from corridor.scenarios._resolve import Resolved
from corridor.study import StudyArea

_COLUMNS = ("group", "zh", "en", "unit", "baseline", "value", "change")
_CHANGES = ("before", "after", "residents", "workers", "street", "side")
_SCORES = {
    "score.median": ("score_total", "综合得分中位数", "Median overall score"),
    "score.life": ("score_life", "生活得分中位数", "Median LIFE score"),
    "score.work": ("score_work", "工作得分中位数", "Median WORK score"),
    "score.service": ("score_service", "服务得分中位数", "Median SERVICE score"),
    "score.exchange": ("score_exchange", "交流得分中位数", "Median EXCHANGE score"),
}
_GROUPS = {"residents": ("居民", "residents"), "workers": ("就业者", "workers")}


@dataclass(frozen=True)
class Result:
    """What one scenario changes.

    Attributes
    ----------
    id : str
    names : tuple of Text
    cost : float or None
        In 10,000 yuan.
    indicators : DataFrame
        On `code`: `group`, `zh`, `en`, `unit`, `baseline`, `value`, `change`.
    changes : DataFrame
        On `building_id`, buildings whose overall score changes: `before`, `after`, `residents`, `workers`, `street`,
        `side`.
    gain : dict
        Who gains and who loses.
    nodes_settled, nodes_full : int
        Nodes that the searches settled, and those of a full recompute.
    """

    id: str
    names: tuple[Text, ...]
    cost: float | None
    indicators: pd.DataFrame
    changes: pd.DataFrame
    gain: dict[str, Any]
    nodes_settled: int = 0
    nodes_full: int = 0
    seconds: float = 0.0

    def rows(self) -> list[dict[str, Any]]:
        """Return the result as rows of plain values, ready for JSON; no time of day, no duration."""
        head = {
            "id": self.id,
            "names": [[name.zh, name.en] for name in self.names],
            "cost": self.cost,
            "gain": self.gain,
            "nodes_settled": self.nodes_settled,
            "nodes_full": self.nodes_full,
        }
        return [head, *_rows("code", self.indicators), *_rows("building_id", self.changes)]

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[str, Any]]) -> Result:
        """Return the result that `rows` were made from."""
        head, *rest = rows
        return cls(
            id=head["id"],
            names=tuple(Text(zh, en) for zh, en in head["names"]),
            cost=head["cost"],
            indicators=_frame("code", _COLUMNS, [row for row in rest if "code" in row]),
            changes=_frame("building_id", _CHANGES, [row for row in rest if "building_id" in row]),
            gain=head["gain"],
            nodes_settled=head["nodes_settled"],
            nodes_full=head["nodes_full"],
        )


@dataclass(frozen=True)
class Baseline:
    """A study evaluated once, ready for scenarios. Travels once to every worker."""

    evaluation: Evaluation

    @classmethod
    def build(cls, study: StudyArea, *, progress: Callable[[Text], None] | None = None) -> Baseline:
        """Evaluate the study as it is."""
        return cls(evaluate(study, progress=progress))

    def run(self, resolved: Resolved) -> Result:
        """Evaluate a scenario."""
        return self.run_full(resolved)

    def run_full(self, resolved: Resolved) -> Result:
        """Evaluate a scenario by evaluating the whole edited study."""
        before = self.evaluation
        after = evaluate(apply(before.study, resolved), baseline=before)
        indicators = pd.DataFrame(_indicators(before, after), columns=["code", *_COLUMNS]).set_index("code")
        changes = _changed(before.buildings, after.buildings)
        nodes = len(after.network.nodes)
        return Result(
            id=resolved.scenario.id,
            names=resolved.scenario.names,
            cost=resolved.scenario.cost,
            indicators=indicators,
            changes=changes,
            gain=_gain(changes),
            nodes_settled=nodes,
            nodes_full=nodes,
        )


def _indicators(before: Evaluation, after: Evaluation) -> Iterator[tuple[Any, ...]]:
    for code, (column, zh, en) in _SCORES.items():
        pair = [_median(one.buildings, column) for one in (before, after)]
        yield code, "score", zh, en, "0–100", *_change(*pair)
    keys = ["place", "group", "category"]
    old, new = (one.coverage.set_index(keys)["share"] for one in (before, after))
    names = before.category_table
    for key in old.index:
        place, group, category = key
        if place != "area" or group not in _GROUPS:
            continue
        zh, en = (
            f"{names.loc[category, lang]}：{_GROUPS[group][0]}"
            if lang == "zh"
            else f"{names.loc[category, lang]}: {_GROUPS[group][1]}"
            for lang in ("zh", "en")
        )
        pair = [_plain(old.get(key)), _plain(new.get(key))]
        yield f"coverage.{place}.{group}.{category}", "coverage", zh, en, "share", *_change(*pair)


def _median(buildings: pd.DataFrame, column: str) -> float | None:
    value = buildings.loc[buildings["in_area"].astype(bool), column].astype("Float64").median()
    return _plain(value)


def _change(before: float | None, after: float | None) -> tuple[float | None, float | None, float | None]:
    return before, after, None if before is None or after is None else after - before


def _plain(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    ids = before.index.union(after.index)
    both = pd.DataFrame(
        {
            "before": before["score_total"].reindex(ids).astype("Float64"),
            "after": after["score_total"].reindex(ids).astype("Float64"),
        },
        index=ids,
    )
    same = (both["before"] == both["after"]).fillna(False) | (both["before"].isna() & both["after"].isna())
    facts = pd.concat([after, before.loc[before.index.difference(after.index)]])
    for name in ("residents", "workers"):
        both[name] = facts[name].reindex(ids).astype("Float64")
    both["street"] = facts["street_name"].reindex(ids).astype("string")
    both["side"] = facts["place_zh"].reindex(ids).astype("string")
    both.index.name = "building_id"
    return both.loc[~same.astype(bool), list(_CHANGES)]


def _gain(changes: pd.DataFrame) -> dict[str, Any]:
    step = changes["after"] - changes["before"]
    return {
        word: {
            "buildings": int(rows.sum()),
            "residents": float(changes.loc[rows, "residents"].sum()),
            "workers": float(changes.loc[rows, "workers"].sum()),
        }
        for word, rows in (("gain", (step > 0).fillna(False)), ("lose", (step < 0).fillna(False)))
    }


def _rows(index: str, table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = list(table.columns)
    plain = table.astype(object).where(table.notna(), None)
    return [
        {index: key, **dict(zip(columns, values, strict=True))}
        for key, values in zip(table.index, plain.itertuples(index=False, name=None), strict=True)
    ]


def _frame(index: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=[index, *columns]).set_index(index)
    for name in ("baseline", "value", "change", "before", "after", "residents", "workers"):
        if name in table:
            table[name] = table[name].astype("Float64")
    return table
