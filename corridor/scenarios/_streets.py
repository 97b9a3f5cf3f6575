"""Street indicators and the ranking of segments in scenarios, on request: computed anew where an edit can touch them.

They rest on nearly everything a study holds, so the streets of an edited study are studied again, by the scales of the
baseline so that scores compare; what rests on nothing that changes is taken from the baseline's study. What only the
district's records of no place say (hours and capacity of a station, the industry of a firm) is not looked at along a
street and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from corridor.errors import Text
from corridor.evaluation import Footing, StreetStudy, edited_footing, street_study
from corridor.scenarios._apply import apply
from corridor.scenarios._figures import Floats
from corridor.scenarios._indicators import Indicator, Meaning
from corridor.scenarios._resolve import Resolved
from corridor.study import StudyArea

_SCORES = {
    "score": Text("更新得分", "renewal score"),
    "need": Text("需求分", "need"),
    "potential": Text("潜力分", "potential"),
    "feasibility": Text("可行性分", "feasibility"),
}
# Edits of facts that nothing along a street looks at.
_UNSEEN = ("change_firms", "change_station")
# Edits that nothing but a street tells.
_SEEN_HERE = ("change_street", "change_frontage", "renew_street")
# Edits that change how one walks.
_WALKED = ("add_street", "add_crossing", "close_street", "remove_crossing", "open_gate", "close_gate")


class Streets:
    """The streets of a baseline, studied once."""

    def __init__(self, base: Footing, study: StreetStudy | None = None) -> None:
        self._base = base
        self.study = street_study(base, draws=0, full=False) if study is None else study
        frame = self.study.segments.segments
        mine = frame[frame["role"] == "corridor"].sort_values("order")
        self._corridor = mine.index
        named = mine[["from_street", "to_street"]].astype(object).fillna("—")
        self._named = [Text(f"{one}至{other}段", f"{one} to {other}") for one, other in named.to_numpy().tolist()]
        self.value = self._values(self.study)

    def indicators(self) -> list[Indicator]:
        """Return the indicators of the streets as they are."""
        return [Indicator(code, meaning, float(v)) for (code, meaning), v in zip(self._rows(), self.value, strict=True)]

    def run(self, resolved: Resolved) -> Floats:
        """Return the values of a scenario."""
        ops = {target.edit.op for target in resolved.targets}
        if ops.issubset(_UNSEEN):
            return self.value
        study = apply(self._base.study, resolved)
        return self.of(edited_footing(self._base, study, walked=not ops.isdisjoint(_WALKED)))

    def of(self, after: Footing) -> Floats:
        """Return the values of an edited study."""
        return self._values(street_study(after, draws=0, full=False, baseline=self.study))

    def _rows(self) -> list[tuple[str, Meaning]]:
        table = self.study.indicators
        rows = [
            (
                f"streets.{code}",
                Meaning("streets", f"主线平均：{zh}", f"mean along the corridor: {en}", str(unit or "")),
            )
            for code, zh, en, unit in zip(table.index, table["zh"], table["en"], table["unit"], strict=True)
            if code in self.study.values
        ]
        rows += [
            (f"streets.{name}", Meaning("streets", f"主线平均：{text.zh}", f"mean along the corridor: {text.en}", ""))
            for name, text in _SCORES.items()
        ]
        for id_, text in zip(self._corridor, self._named, strict=True):
            rows += [
                (f"streets.{id_}.score", Meaning("streets", f"{text.zh}：更新得分", f"{text.en}: renewal score", "")),
                (f"streets.{id_}.rank", Meaning("streets", f"{text.zh}：名次", f"{text.en}: rank", "")),
            ]
        return rows

    def _values(self, study: StreetStudy) -> Floats:
        frame, table = study.segments.segments, self.study.indicators
        mine = frame.index[frame["role"] == "corridor"]
        length = frame.loc[mine, "length_m"].to_numpy(dtype=float)
        codes = [code for code in table.index if code in self.study.values]
        columns = [
            *study.values.reindex(index=mine, columns=codes).to_numpy(dtype=float, na_value=np.nan).T,
            *study.ranking[list(_SCORES)].reindex(mine).to_numpy(dtype=float, na_value=np.nan).T,
        ]
        means = [_mean(column, length) for column in columns]
        own = study.ranking[["score", "rank"]].reindex(self._corridor)
        return np.array([*means, *own.to_numpy(dtype=float, na_value=np.nan).ravel()], dtype=np.float64)


def _mean(values: Floats, length: Floats) -> float:
    """Return the mean by length of what is known."""
    known = ~np.isnan(values)
    total = length[known].sum()
    return float((values[known] * length[known]).sum() / total) if total else np.nan


def asked_for(study: StudyArea, ops: Iterable[str]) -> bool:
    """Whether some of these kinds of edits change what only the indicators of the study's corridor can tell."""
    return study.config.corridor is not None and not set(ops).isdisjoint(_SEEN_HERE)
