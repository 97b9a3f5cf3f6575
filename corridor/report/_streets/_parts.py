"""What the study of streets is made from: the shape its report needs, and the questions asked of it more than once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridor.report._format import missing, pick
from corridor.report._streets._names import PARTS, shown
from corridor.streets.names import Names, names

if TYPE_CHECKING:
    from corridor.evaluation import StreetStudy
    from corridor.study import StudyArea


@dataclass(frozen=True, eq=False)
class Story:
    """A street study in one language, with what several sections ask of it; each thing is found once.

    Attributes
    ----------
    streets : StreetStudy
    lang : {"zh", "en"}
    """

    streets: StreetStudy
    lang: str

    @property
    def study(self) -> StudyArea:
        """The study itself."""
        return self.streets.study

    def say(self, zh: str, en: str) -> str:
        """Return the words of the language."""
        return pick(self.lang, zh, en)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Segments."""
        return self.streets.segments.segments

    @cached_property
    def names(self) -> Names:
        """Names of the segments."""
        return names(self.table, self.lang, self.streets.compared)

    @cached_property
    def corridor(self) -> list[str]:
        """Ids of the corridor's segments in their order; empty without a corridor."""
        mine = self.table[self.table["role"] == "corridor"]
        return [str(one) for one in mine.sort_values("order").index]

    @cached_property
    def road(self) -> str:
        """The corridor's name; "" without a corridor."""
        return self.names.street(self.table.at[self.corridor[0], "street"]) if self.corridor else ""

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The segments that have a rank, first first."""
        table = self.streets.ranking
        known = table[table["rank"].notna()]
        order = pd.DataFrame({"rank": known["rank"].astype(int), "id": known.index.astype(str)}, index=known.index)
        return known.loc[order.sort_values(["rank", "id"]).index]

    @cached_property
    def first(self) -> str | None:
        """The corridor's segment of the highest rank, or without a corridor the first of all; None where none is."""
        mine = self.of_corridor(self.ranked) if self.corridor else self.ranked
        return None if mine.empty else str(mine.index[0])

    def of_corridor(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a table on segments that lie on the corridor, in the table's order."""
        return table[table.index.isin(self.corridor)]

    @cached_property
    def shown(self) -> list[str]:
        """Segments that tables show one by one: the corridor's, or without one the ten of the highest rank."""
        return self.corridor or [str(one) for one in self.ranked.index[:10]]

    @cached_property
    def weights(self) -> dict[str, float]:
        """Weights of the parts that are ranked on, so that they sum up to 1."""
        used = set(self.streets.indicators.loc[self.streets.indicators["ranked"].astype(bool), "part"])
        own = {part: float(weight) for part, weight in self.streets.rules.parts.items() if part in used}
        total = sum(own.values())
        return {part: own[part] / total for part in PARTS if part in own} if total else {}

    def weakest(self, segment: str, count: int = 1) -> list[str]:
        """Return what a segment needs most, each with its value: 最长无过街路段299 m."""
        return [self.with_value(code, value) for code, value in self._needs.get(segment, ())[:count]]

    @cached_property
    def _needs(self) -> dict[str, list[tuple[str, Any]]]:
        """(code, value) of what every segment needs, most points first."""
        rows = self.streets.contributions
        rows = rows[(rows["part"] == "need") & (rows["score"] > 0)]
        order = rows.assign(by=-rows["points"].round(6)).sort_values(["segment_id", "by", "code"])
        out: dict[str, list[tuple[str, Any]]] = {}
        for segment, code, value in zip(
            *(order[name].tolist() for name in ("segment_id", "code", "value")), strict=True
        ):
            out.setdefault(segment, []).append((code, value))
        return out

    @cached_property
    def words(self) -> dict[str, tuple[str, str]]:
        """Name and unit of every indicator."""
        about = self.streets.indicators
        names = about["zh"] if self.lang == "zh" else about["en"].str.lower()
        return dict(zip(about.index, zip(names.astype(str), about["unit"].astype(str), strict=True), strict=True))

    @cached_property
    def grid(self) -> dict[str, dict[str, Any]]:
        """Values of the segments shown, by code and segment."""
        values = self.streets.values.reindex(self.shown)  # noqa: PD011  (a table)
        return {str(code): dict(zip(values.index, values[code].tolist(), strict=True)) for code in values}

    @cached_property
    def rests_on(self) -> dict[str, list[Any]]:
        """What the values of the segments shown rest on, by code, in their order; missing where there is no value."""
        basis = self.streets.basis.reindex(self.shown)
        return {str(code): basis[code].tolist() for code in basis}

    def with_value(self, code: str, value: Any) -> str:
        """Return an indicator's name with a value."""
        name, unit = self.words[code]
        text = shown(value, unit, self.lang, code)
        return f"{name}{text}" if self.lang == "zh" else f"{name} {text}"

    def why_not_ranked(self, segment: str) -> str:
        """Say why a segment has no rank."""
        length = float(self.table.at[segment, "length_m"])
        if length < self.streets.rules.least_length_m:
            return self.say("过短，不参与排序", "too short to be ranked")
        codes = self.streets.indicators.index[self.streets.indicators["ranked"].astype(bool)]
        if not len(codes):
            return self.say("没有可用于排序的指标", "no indicator to rank on")
        values = self.streets.values.reindex(index=[segment], columns=codes)  # noqa: PD011  (a table)
        lost = int(values.isna().to_numpy().sum())
        return self.say(
            f"资料缺失：{len(codes)}项指标中{lost}项无资料，不参与排序",
            f"data missing: {lost} of {len(codes)} indicators; not ranked",
        )


def interval(row: pd.Series) -> str:
    """Return a rank's interval: 3–7; one number where it does not move."""
    low, high = row["rank_low"], row["rank_high"]
    if missing(low) or missing(high):
        return "—"
    return f"{int(low)}" if low == high else f"{int(low)}–{int(high)}"
