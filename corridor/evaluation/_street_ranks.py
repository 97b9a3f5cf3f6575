"""Which segment of a study comes first: the ranking of one street study, and how far it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridor import ranking, schemas
from corridor.config import StreetRanking
from corridor.errors import Notice, Text
from corridor.streets import Segments

# What a baseline's indicators hand on to those of a scenario.
_KEPT = ["at_0", "at_100", "ranked"]
# Of nothing there is none: no kind of use, no place open at night, no walk between carriers and institutes.
_NONE_LEFT = ("use_mix", "open_at_night", "chain_share")
# Of nothing there is no share either: what was told of it stands.
_AS_IT_WAS = ("vacancy",)
# The worst score of a part, in thousandths: need is most where most is lacking.
_WORST = {"need": 100_000, "potential": 0, "feasibility": 0}


def with_none_left(
    values: pd.DataFrame, basis: pd.DataFrame, before: pd.DataFrame, why: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (values, basis) of a scenario in which what the baseline knew and edits took away is known to be gone.

    Nobody knowing and nothing being left are not the same: that of which there is none is none. A walk to what is out of
    reach stays missing; how it is scored: see `Ranks.of`.

    Parameters
    ----------
    values, basis : DataFrame
        Of the scenario.
    before, why : DataFrame
        Of its baseline.
    """
    told, reasons = values.copy(), basis.copy()
    for code in (*_NONE_LEFT, *_AS_IT_WAS):
        was = before[code].reindex(values.index)
        gone = (values[code].isna() & was.notna()).to_numpy(dtype=bool)
        told.loc[gone, code] = was[gone] if code in _AS_IT_WAS else 0.0
        reasons.loc[gone, code] = why[code].reindex(values.index)[gone]
    return told, reasons


def _none_left(scores: pd.DataFrame, indicators: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return scores in which an indicator that the baseline knew on a segment, and that is lost there, counts as worst.

    So that nothing taken away makes a score better by being left out of a mean.
    """
    was = ranking.indicator_scores(before.reindex(scores.index), indicators)
    lost = scores.isna().to_numpy() & was.notna().to_numpy()
    told = scores.copy()
    for column in np.flatnonzero(lost.any(axis=0)):
        code = scores.columns[column]
        told.loc[lost[:, column], code] = _WORST[indicators.at[code, "part"]]
    return told


@dataclass(frozen=True)
class Ranks:
    """A ranking with what it is made of.

    Attributes
    ----------
    rules : StreetRanking
    values : DataFrame
        On `segment_id` (those compared) × code.
    indicators : DataFrame
        Of `ranking.indicator_table`.
    scores : DataFrame
        Of `ranking.indicator_scores`.
    allowed : Series of bool
        Segments long enough to take part.
    table : DataFrame
        Of `ranking.ranking_table`, with `rank_low`, `rank_high` and `stable`, not known yet.
    contributions : DataFrame
        Of `ranking.contribution_table`.
    """

    rules: StreetRanking
    values: pd.DataFrame
    indicators: pd.DataFrame
    scores: pd.DataFrame
    allowed: pd.Series
    table: pd.DataFrame
    contributions: pd.DataFrame

    @classmethod
    def of(
        cls,
        rows: pd.DataFrame,
        values: pd.DataFrame,
        basis: pd.DataFrame,
        segments: Segments,
        rules: StreetRanking,
        baseline: tuple[pd.DataFrame, pd.DataFrame] | None = None,
        *,
        explained: bool = True,
    ) -> Ranks:
        """Rank the segments of `values` on the indicators of `rows`.

        Of a baseline (indicators, values) the scales hold, and an indicator that it knew on a segment and that is lost
        there scores as badly as can be. What scores are made of is left out if it need not be `explained`.
        """
        indicators = ranking.indicator_table(rows, values, values.index, _judged(segments, values.index), rules)
        if baseline is not None:
            indicators[_KEPT] = baseline[0][_KEPT].reindex(indicators.index)
        allowed = segments.segments["length_m"].reindex(values.index) >= rules.least_length_m
        scores = ranking.indicator_scores(values, indicators)
        if baseline is not None:
            scores = _none_left(scores, indicators, baseline[1])
        table = ranking.ranking_table(scores, indicators, rules, allowed)
        unknown = pd.Series(pd.NA, index=table.index)
        table = table.assign(
            rank_low=unknown.astype("Int64"), rank_high=unknown.astype("Int64"), stable=unknown.astype("boolean")
        )
        contributions = ranking.no_contributions()
        if explained:
            contributions = ranking.contribution_table(scores, values, basis, indicators, allowed)
        return cls(rules, values, indicators, scores, allowed, table, contributions)

    def stability(self, at_speeds: Mapping[str, pd.DataFrame], draws: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Put rank intervals beside ranks: under drawn weights, and at other walking speeds.

        Parameters
        ----------
        at_speeds : mapping
            What a walking speed changes of `values`, by the name of the speed; without a column where nothing.
        draws : int
            At least 1.

        Returns
        -------
        ranking, robustness : DataFrame
            Of `ranking.stability`.
        """
        drawn = ranking.draw(self.scores, self.indicators, self.rules, self.allowed, draws, self.rules.seed)
        speeds = {}
        for name, changed in at_speeds.items():
            own = self.values.assign(**{str(code): changed[code] for code in changed})
            again = ranking.rescaled(self.indicators, own, self.rules)
            scores = ranking.indicator_scores(own, again)
            speeds[name] = ranking.ranking_table(scores, again, self.rules, self.allowed)["rank"]
        return ranking.stability(self.table, drawn, speeds, self.rules)

    def notices(self) -> list[Notice]:
        """Say which indicators are not ranked on for want of data, and how many segments have no rank."""
        table, ranked = self.indicators, self.table
        out = []
        lost = table[table["part"].notna() & (table["weight"] > 0) & ~table["ranked"]]
        if len(lost):
            what = Text(
                f"{len(lost)}项指标资料不足，只列出，不参与排序：{'、'.join(lost['zh'])}。",
                f"{len(lost)} indicators have too little data; they are shown and not ranked on: {', '.join(lost['en'])}.",
            )
            action = Text("踏勘补测，或补画地图。", "Survey them, or complete the map.")
            out.append(Notice("street-indicators-unranked", "W", what, action, value="; ".join(lost.index)))
        none = int(ranked["rank"].isna().sum())
        if none:
            what = Text(
                f"{len(ranked):,}个街段中{none:,}个资料不足或过短，没有名次。",
                f"{none:,} of {len(ranked):,} segments have too little data or are too short, and no rank.",
            )
            out.append(Notice("street-segments-unranked", "W", what, value=str(none)))
        return out


def _judged(segments: Segments, compared: pd.Index) -> pd.Index:
    """Return the segments on which an indicator must have data: the corridor's, where there is one."""
    corridor = segments.segments.index[segments.segments["role"] == "corridor"]
    return corridor if len(corridor) else compared


def finished(ranked: pd.DataFrame, segments: Segments) -> pd.DataFrame:
    """Return the ranking of all segments, sorted by id, with the rank among the corridor's own."""
    frame = segments.segments
    score = ranked["score"].where(frame["role"].reindex(ranked.index) == "corridor")
    own = score.rank(method="min", ascending=False).astype("Int64")
    out = ranked.assign(rank_corridor=own).reindex(frame.index)
    names = [column.name for column in schemas.STREET_RANKING.columns]
    return out[names].sort_index()
