"""Street indicators and the ranking of segments in scenarios, on request: computed anew where an edit can touch them.

They rest on nearly everything a study holds, so the streets of an edited study are studied again, by the scales of the
baseline so that scores compare; values of indicators are told as means along the corridor, scores and ranks of every
segment that is compared, and beside them the open space a head; what rests on nothing that changes is taken from the baseline's study. What only the
district's records of no place say (hours and capacity of a station, the industry of a firm) is not looked at along a
street and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridor.errors import Text
from corridor.evaluation import Footing, StreetStudy, edited_footing, street_study
from corridor.indicators import open_space
from corridor.scenarios._apply import apply
from corridor.scenarios._figures import Floats
from corridor.scenarios._indicators import Indicator, Meaning
from corridor.scenarios._resolve import Resolved
from corridor.streets.names import names
from corridor.study import StudyArea

if TYPE_CHECKING:
    import geopandas as gpd

_SCORES = {
    "score": Text("更新得分", "renewal score"),
    "need": Text("需求分", "need"),
    "potential": Text("潜力分", "potential"),
    "feasibility": Text("可行性分", "feasibility"),
}
# What is told of every segment that is compared.
_OF_SEGMENT = {**_SCORES, "rank": Text("名次", "rank")}
_POINTS = "0–100"
_HEAD = Meaning(
    "streets",
    "人均可达公共空间（两步移动搜索）",
    "public open space a head within reach, two-step floating catchment",
    "m²",
)
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
        listed = frame.loc[self.study.compared].sort_values(["order"], kind="stable", na_position="last").index
        self._listed: pd.Index = listed
        zh, en = (names(frame, lang, listed) for lang in ("zh", "en"))
        both = zip(zh.titles(listed).values(), en.titles(listed).values(), strict=True)
        self._named = [Text(*words) for words in both]
        self._head = self._m2_per_person(base)
        self.value = self._values(self.study, self._head)

    @property
    def told(self) -> gpd.GeoDataFrame:
        """The segments that scenarios tell of."""
        return self.study.segments.segments.loc[self.study.compared]

    def indicators(self) -> list[Indicator]:
        """Return the indicators of the streets as they are."""
        return [Indicator(code, meaning, float(v)) for (code, meaning), v in zip(self._rows(), self.value, strict=True)]

    def run(self, resolved: Resolved) -> Floats:
        """Return the values of a scenario."""
        made = self._edited(resolved)
        if made is None:
            return self.value
        study = self._studied(made)
        return self._values(study, self._head_after(made, study))

    def edited(self, resolved: Resolved) -> StreetStudy:
        """Return the street study of a scenario, by the scales of the baseline and without draws."""
        made = self._edited(resolved)
        return self.study if made is None else self._studied(made)

    def _edited(self, resolved: Resolved) -> Footing | None:
        """Return the edited study; None where nothing along a street looks at what is edited."""
        ops = {target.edit.op for target in resolved.targets}
        if ops.issubset(_UNSEEN):
            return None
        study = apply(self._base.study, resolved)
        return edited_footing(self._base, study, walked=not ops.isdisjoint(_WALKED))

    def _studied(self, after: Footing) -> StreetStudy:
        return street_study(after, draws=0, full=False, baseline=self.study)

    def of(self, after: Footing) -> Floats:
        """Return the values of an edited study, all of them made anew: what `run` is checked against."""
        scales = replace(self.study, made={})
        found = street_study(after, draws=0, full=False, baseline=scales)
        return self._values(found, self._m2_per_person(after))

    def _head_after(self, after: Footing, study: StreetStudy) -> float:
        """Return the open space a head, that of the baseline where nothing is another that it rests on."""
        base = self._base
        same = ("network", "origins", "buildings", "ways_in")
        untouched = all(getattr(after, name) is getattr(base, name) for name in same)
        if untouched and after.study.open_space is base.study.open_space:
            return self._head
        return self._m2_per_person(after, study.made["doors"][1])

    def _m2_per_person(self, footing: Footing, ways_in: pd.DataFrame | None = None) -> float:
        """Return the open space a head; `ways_in` are the doors of the spaces, where they are at hand."""
        study, place, buildings = footing.study, footing.place, footing.buildings
        if ways_in is None:
            ways_in = open_space.doors(study, place, footing.ways_in)
        found = open_space.reach(
            study, place, buildings, ways_in=ways_in, origins=footing.origins, mapped=self.study.mapped
        )
        return open_space.per_head(open_space.supply(study, place, buildings, found, origins=footing.origins))

    def _rows(self) -> list[tuple[str, Meaning]]:
        table = self.study.indicators
        rows = [
            (
                f"streets.{code}",
                Meaning("streets", f"主线平均：{zh}", f"mean along the corridor: {en}", str(unit or "")),
            )
            for code, zh, en, unit in zip(table.index, table["zh"], table["en"], table["unit"], strict=True)
            if code in self.study.values  # noqa: PD011  (a table)
        ]
        rows += [
            (f"streets.{name}", _meaning(Text("主线平均", "mean along the corridor"), name, text))
            for name, text in _SCORES.items()
        ]
        rows.append(("streets.open_space.m2_per_person", _HEAD))
        return rows + [
            (f"streets.{id_}.{name}", _meaning(where, name, text))
            for id_, where in zip(self._listed, self._named, strict=True)
            for name, text in _OF_SEGMENT.items()
        ]

    def _values(self, study: StreetStudy, m2_per_person: float) -> Floats:
        frame, table = study.segments.segments, self.study.indicators
        mine = frame.index[frame["role"] == "corridor"]
        length = frame.loc[mine, "length_m"].to_numpy(dtype=float)
        codes = [code for code in table.index if code in self.study.values]  # noqa: PD011  (a table)
        columns = [
            *study.values.reindex(index=mine, columns=codes).to_numpy(dtype=float, na_value=np.nan).T,  # noqa: PD011
            *study.ranking[list(_SCORES)].reindex(mine).to_numpy(dtype=float, na_value=np.nan).T,
        ]
        means = [_mean(column, length) for column in columns]
        own = study.ranking[list(_OF_SEGMENT)].reindex(self._listed)
        return np.array([*means, m2_per_person, *own.to_numpy(dtype=float, na_value=np.nan).ravel()], dtype=np.float64)


def _meaning(where: Text, name: str, text: Text) -> Meaning:
    unit = "" if name == "rank" else _POINTS
    return Meaning("streets", f"{where.zh}：{text.zh}", f"{where.en}: {text.en}", unit)


def _mean(values: Floats, length: Floats) -> float:
    """Return the mean by length of what is known."""
    known = ~np.isnan(values)
    total = length[known].sum()
    return float((values[known] * length[known]).sum() / total) if total else np.nan


def asked_for(study: StudyArea, ops: Iterable[str]) -> bool:
    """Whether some of these kinds of edits change what only the indicators of the study's corridor can tell."""
    return study.config.corridor is not None and not set(ops).isdisjoint(_SEEN_HERE)
