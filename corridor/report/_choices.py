"""The indicators by which scenarios can be ranked: those that some scenario changes, with every scenario's change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridor.schemas import unit_words

if TYPE_CHECKING:
    from corridor.scenarios import Result

_GROUPS = {
    "score": ("得分", "Scores"), "people": ("人口", "People"), "coverage": ("覆盖", "Coverage"),
    "by_time": ("分时段覆盖", "Coverage by time of day"),
    "access": ("步行时间", "Walks"), "open_space": ("公共空间", "Open space"), "linkage": ("链接", "Linkage"),
    "chain": ("创新链", "Innovation chain"), "services": ("服务", "Services"), "events": ("活动", "Events"),
    "one_trip": ("一次办成", "One trip"), "targets": ("年度目标", "Aims of the year"), "streets": ("街道", "Streets"),
}  # fmt: skip
# Codes that end so are better when smaller. Of streets neither way is said to be better, but that needs are met: a
# renewal that does good makes its street less urgent, as does one that takes away whom it would serve.
_SMALLER = ("_s", ".off_belt", ".need", "_without")
_LARGER = ("streets.open_space.m2_per_person",)
# Significant digits of a change as the page holds it.
_DIGITS = 6


class Choices:
    """Gathers the changes of indicators, a result at a time."""

    def __init__(self, words: pd.DataFrame, lang: str) -> None:
        self._words, self._lang = words, lang
        self._change: dict[str, np.ndarray] = {}

    def add(self, result: Result) -> None:
        """Take the changes of a result."""
        self._change[result.id] = result.indicators["change"].to_numpy(dtype=float, na_value=np.nan)

    def told(self, ids: list[str]) -> list[dict[str, Any]]:
        """Return the indicators that change in some scenario, in their order: names, unit, the change of each of `ids`."""
        if not ids:
            return []
        table = np.array([self._change[id_] for id_ in ids])
        # The rank of one street among a hundred moves with all the others: it is in the tables, not among the choices.
        choice = np.array([not str(code).endswith(".rank") for code in self._words.index], dtype=bool)
        moved = np.flatnonzero((np.nan_to_num(table) != 0).any(axis=0) & choice)
        pick = 0 if self._lang == "zh" else 1
        out = []
        for column in moved.tolist():
            row = self._words.iloc[column]
            group = _GROUPS.get(row["group"], (row["group"], row["group"]))[pick]
            steps = [None if np.isnan(v) else float(f"{v:.{_DIGITS}g}") for v in table[:, column].tolist()]
            out.append(
                {
                    "group": group,
                    "name": row[self._lang],
                    "unit": _unit(row["unit"], self._lang),
                    "percent": row["unit"] == "share",
                    "better": _better(str(self._words.index[column])),
                    "change": steps,
                }
            )
        return out


def _better(code: str) -> int:
    """Return 1 where more is better, -1 where less is, 0 where neither is said."""
    if code.endswith(_SMALLER):
        return -1
    return 0 if code.startswith("streets.") and code not in _LARGER else 1


def _unit(unit: object, lang: str) -> str:
    """Return a unit as the page shows it: shares in percentage points."""
    text = "" if unit is None or unit is pd.NA else str(unit)
    if text == "share":
        return "个百分点" if lang == "zh" else "pp"
    return {"0–100": "分" if lang == "zh" else "points"}.get(text, unit_words(text).in_(lang))
