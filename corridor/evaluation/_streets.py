"""The street study of an evaluation: segments, what is known of them, which comes first, why, and with what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from corridor import ranking, schemas
from corridor.config import SpeedBand, StreetRanking, defaults, did_you_mean, read_data
from corridor.errors import Notice, Problem, StudyError, Text
from corridor.evaluation._measures import measures
from corridor.indicators import open_space
from corridor.indicators.street import appearance, edge, form, pull, stay, survey, walking
from corridor.network import build_network
from corridor.streets import Facts, Look, Segments, build_segments, facts, look
from corridor.study import StudyArea

if TYPE_CHECKING:
    from corridor.evaluation import Footing

Say = Callable[[Text], None]
DRAWS = 1000


@dataclass(frozen=True)
class StreetStudy:
    """What a study says of its streets.

    Attributes
    ----------
    study : StudyArea
    segments : Segments
        All of them.
    compared : Index
        Segments that are looked at and ranked: the corridor and its side streets, or with `whole_network` all.
    values, basis : DataFrame
        On `segment_id` (all segments) × code: Float64, and what each value rests on ("mapped", "survey", "estimate",
        "synthetic"). NA where unknown, and on segments that are not compared.
    indicators : DataFrame
        On `code`: names, unit, formula, source, `part`, `weight`, `at_0`, `at_100`, `data_share`, `ranked`.
    open_space : dict of DataFrame
        See `corridor.indicators.open_space.tables`.
    survey : PlacedSurvey
        The survey on the segments, and its photos.
    ranking : DataFrame
        Schema STREET_RANKING on `segment_id` (all segments): score = Σ weight × part ÷ Σ weight over need, potential and
        feasibility; rank, interval, stability.
    contributions : DataFrame
        Schema STREET_CONTRIBUTIONS: what every part is made of.
    measures : DataFrame
        Schema STREET_MEASURES: what could be done, why, and the scenario edit that tests it.
    robustness : DataFrame
        Schema STREET_ROBUSTNESS on `segment_id`; without a row where no draws were asked for.
    rules : StreetRanking
        Weights and thresholds it was ranked with.
    draws : int
        Number of weight draws.
    notices : tuple of Notice
    """

    study: StudyArea
    segments: Segments
    compared: pd.Index
    values: pd.DataFrame
    basis: pd.DataFrame
    indicators: pd.DataFrame
    open_space: dict[str, pd.DataFrame]
    survey: survey.PlacedSurvey
    ranking: pd.DataFrame
    contributions: pd.DataFrame
    measures: pd.DataFrame
    robustness: pd.DataFrame
    rules: StreetRanking
    draws: int
    notices: tuple[Notice, ...]


def street_study(
    evaluation: Footing,
    *,
    draws: int = DRAWS,
    seed: int | None = None,
    whole_network: bool = False,
    baseline: StreetStudy | None = None,
    full: bool = True,
    progress: Say | None = None,
) -> StreetStudy:
    """Study the streets of an evaluation: indicators, ranking with its stability, measures.

    Parameters
    ----------
    evaluation : Footing
        Such as an evaluation, any parts of it; `network`, `place`, `opportunities` and `buildings` are used.
    draws : int
        Draws of weights for the stability of ranks; 0 leaves it out (`rank_low`, `rank_high`, `stable` are then NA).
    seed : int, optional
        Of the draws; default that of the settings.
    whole_network : bool
        Rank every street, not only the corridor and its side streets.
    baseline : StreetStudy, optional
        Of the study before a scenario's edits: its scales hold, and what was ranked on, so that scores compare.
    full : bool
        Measure open space and suggest measures as well; without it these tables have no row (`open_space` is empty).
    progress : callable, optional
        Called with a sentence at the start of each step.

    Returns
    -------
    StreetStudy

    Raises
    ------
    StudyError
        No corridor is named and `whole_network` is False; the corridor has no length or is several streets; a weight
        or a measure of `streets` in study.yaml names an indicator that does not exist.
    """
    say = progress or (lambda _: None)
    study, network = evaluation.study, evaluation.network
    rules = study.config.streets
    if seed is not None:
        rules = rules.model_copy(update={"seed": seed})
    say(Text("划分街段", "Cutting streets into segments"))
    segments = build_segments(study, network)
    compared = _compared(segments, study, whole_network=whole_network)
    rows = _indicator_rows(study)
    say(Text("计算街段指标", "Computing the indicators of segments"))
    work = _Work.of(evaluation, segments, compared)
    values, basis = work.indicators()
    judged = _judged(segments, compared)
    table = ranking.indicator_table(rows, values, compared, judged, rules)
    if baseline is not None:
        kept = ["at_0", "at_100", "ranked"]
        table[kept] = baseline.indicators[kept].reindex(table.index)
    allowed = _allowed(segments, compared, rules)
    scores = ranking.indicator_scores(values, table)
    ranked = ranking.ranking_table(scores, table, rules, allowed)
    contributions = ranking.contribution_table(scores, values, basis, table, allowed)
    spaces: dict[str, pd.DataFrame] = {}
    if full:
        say(Text("计算公共空间覆盖", "Measuring open space"))
        spaces = open_space.tables(segments, study, network, evaluation.buildings, placer=evaluation.place)
    suggested = measures(
        study,
        network,
        work.segments,
        contributions.head(len(contributions) if full else 0),
        values,
        work.known,
        rules.measures,
    )
    ranked, robust = _stability(work, ranked, values, table, allowed, rules, draws, say)
    return StreetStudy(
        study=study,
        segments=segments,
        compared=compared,
        values=values.reindex(segments.segments.index),
        basis=basis.reindex(segments.segments.index),
        indicators=table,
        open_space=spaces,
        survey=work.survey,
        ranking=_finished(ranked, segments),
        contributions=contributions,
        measures=suggested,
        robustness=robust,
        rules=rules,
        draws=draws,
        notices=(*segments.notices, *work.survey.notices, *_told(table, ranked, compared)),
    )


def unplaced_survey(study: StudyArea) -> tuple[Notice, ...]:
    """Say which rows of the survey stand on places that do not exist; nothing in a study without a survey.

    A corridor that cannot be cut into segments is told as a notice as well: no row can then be placed.
    """
    if study.survey.empty:
        return ()
    network = build_network(study.streets, study.gates, **study.config.walker.network())
    try:
        segments = build_segments(study, network)
    except StudyError as error:
        return tuple(
            Notice("survey-no-corridor", "W", problem.what, problem.hint or Text("", ""), value=problem.where)
            for problem in error.problems
        )
    return survey.placed(segments, study).notices


def _compared(segments: Segments, study: StudyArea, *, whole_network: bool) -> pd.Index:
    frame = segments.segments
    if whole_network:
        return frame.index
    if segments.axis is None:
        raise StudyError.of(
            study.config.file.name,
            "没有指定主线。",
            "no corridor is named.",
            "写 corridor: {names: [街名]}，或用 --street 指定街道，或用 --whole-network 排全部街道。",
            "Give corridor: {names: [street]}, or name a street with --street, or rank all with --whole-network.",
        )
    return frame.index[frame["role"].isin(["corridor", "side"])]


def _judged(segments: Segments, compared: pd.Index) -> pd.Index:
    """Return the segments on which an indicator must have data: the corridor's, where there is one."""
    corridor = segments.segments.index[segments.segments["role"] == "corridor"]
    return corridor if len(corridor) else compared


def _allowed(segments: Segments, compared: pd.Index, rules: StreetRanking) -> pd.Series:
    return segments.segments["length_m"].reindex(compared) >= rules.least_length_m


def _indicator_rows(study: StudyArea) -> pd.DataFrame:
    """Return the indicators on `code`: those of street_indicators.yaml and the items a study adds to its survey.

    Raises
    ------
    StudyError
        `streets` of study.yaml names what is no indicator.
    """
    groups = read_data("street_indicators.yaml").value
    rows = [{"sided": False, **row, "group": group} for group, mine in groups.items() for row in mine]
    items = study.config.survey.items
    gone = {f"appearance_{item}" for item in defaults("survey.yaml") if item not in items}
    rows = [row for row in rows if row["code"] not in gone]
    rows += appearance.further_indicators(items, {row["code"] for row in rows})
    table = pd.DataFrame(rows).set_index("code")
    rules, config = study.config.streets, study.config
    named = {
        "weights": list(rules.weights),
        "scales": [code for code in rules.scales if code not in defaults("street_ranking.yaml")["scales"]],
    }
    problems = [
        Problem(
            config.where("streets", key, code),
            Text(f"没有指标“{code}”。", f"there is no indicator {code!r}."),
            did_you_mean(code, table.index),
        )
        for key, codes in named.items()
        for code in codes
        if code not in table.index
    ]
    if problems:
        raise StudyError(problems)
    return table


# Places belong to the nearest street within 52 m: streets this near to a compared one can take them from it.
_CONTEXT_M = 110.0


@dataclass(frozen=True)
class _Work:
    """What the indicators of one street study share.

    `segments` are the compared ones and those that decide what belongs to them: neighbours and streets of their names.
    """

    evaluation: Footing
    segments: Segments
    compared: pd.Index
    seen: Look
    known: Facts
    survey: survey.PlacedSurvey
    ways_in: pd.DataFrame
    points: pd.DataFrame

    @classmethod
    def of(cls, evaluation: Footing, whole: Segments, compared: pd.Index) -> _Work:
        """Look along the streets once."""
        study = evaluation.study
        segments = whole.only(_context(whole, compared))
        placed = survey.placed(whole, study)
        known = facts(segments, study, survey=survey.as_facts(placed.answers, whole))
        if len(study.survey) and bool(study.survey["synthetic"].all()):
            known = replace(known, basis=known.basis.replace("survey", "synthetic"))
        return cls(
            evaluation=evaluation,
            segments=segments,
            compared=compared,
            seen=look(segments.segments, study.buildings, study.barriers),
            known=known,
            survey=placed,
            ways_in=open_space.doors(study, evaluation.place),
            points=evaluation.origins,
        )

    def indicators(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return (values, basis) of all groups on the compared segments."""
        given, study, network = self.evaluation, self.evaluation.study, self.evaluation.network
        around, mine = self.segments, self.segments.only(self.compared)
        seen, known = self.seen, self.known
        tables = [
            form.table(around, study, looked=seen),
            walking.table(around, study, network, looked=seen, known=known),
            edge.table(around, study, given.opportunities, looked=seen, known=known),
            stay.table(
                around, study, network, given.opportunities, placer=given.place, known=known, ways_in=self.ways_in
            ),
            pull.table(
                mine, study, network, given.buildings, given.opportunities, placer=given.place, points=self.points
            ),
            appearance.table(mine, study, survey=self.survey),
        ]
        values = pd.concat([values.reindex(self.compared) for values, _ in tables], axis=1)
        basis = pd.concat([basis.reindex(self.compared) for _, basis in tables], axis=1)
        return values, basis

    def at_speed(self, speed: float) -> pd.DataFrame:
        """Return the indicators that a walking speed changes, at another one."""
        given = self.evaluation
        walker = given.study.config.walker
        slower = walker.model_copy(update={"speed_m_min": SpeedBand(low=speed, middle=speed, high=speed)})
        study = given.study.replace(config=given.study.config.model_copy(update={"walker": slower}))
        mine = self.segments.only(self.compared)
        stayed, _ = stay.at_hand(mine, study, given.network, placer=given.place, ways_in=self.ways_in)
        pulled, _ = pull.at_hand(mine, study, given.network, given.buildings, placer=given.place, points=self.points)
        return pd.concat([stayed, pulled], axis=1).reindex(self.compared)


def _context(whole: Segments, compared: pd.Index) -> pd.Index:
    frame = whole.segments
    if len(compared) == len(frame):
        return frame.index
    mine = frame.loc[compared]
    near = shapely.STRtree(mine.geometry.to_numpy()).query(
        frame.geometry.to_numpy(), predicate="dwithin", distance=_CONTEXT_M
    )[0]
    names = frame["street"].isin(mine["street"].dropna())
    kept = names.to_numpy(dtype=bool, na_value=False) | frame.index.isin(compared)
    kept[near] = True
    return frame.index[kept]


def _stability(
    work: _Work,
    ranked: pd.DataFrame,
    values: pd.DataFrame,
    table: pd.DataFrame,
    allowed: pd.Series,
    rules: StreetRanking,
    draws: int,
    say: Say,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put rank intervals beside ranks: under drawn weights, and at both ends of the speed band."""
    if draws < 1:
        none = pd.Series(pd.NA, index=ranked.index)
        unknown = {
            "rank_low": none.astype("Int64"),
            "rank_high": none.astype("Int64"),
            "stable": none.astype("boolean"),
        }
        return ranked.assign(**unknown), pd.DataFrame(index=ranked.index[:0])
    say(
        Text(
            f"检验名次的稳定性（权重抽样{draws:,}次）", f"Testing how stable the ranks are ({draws:,} draws of weights)"
        )
    )
    drawn = ranking.draw(ranking.indicator_scores(values, table), table, rules, allowed, draws, rules.seed)
    band = work.evaluation.study.config.walker.speed_m_min
    speeds = {}
    for name, speed in (("slow", band.low), ("fast", band.high)):
        own = values.copy()
        if speed != band.middle:
            changed = work.at_speed(speed)
            own[list(changed.columns)] = changed
        again = ranking.rescaled(table, own, rules)
        scores = ranking.indicator_scores(own, again)
        speeds[name] = ranking.ranking_table(scores, again, rules, allowed)["rank"]
    return ranking.stability(ranked, drawn, speeds, rules)


def _finished(ranked: pd.DataFrame, segments: Segments) -> pd.DataFrame:
    """Return the ranking of all segments, sorted by id, with the rank among the corridor's own."""
    frame = segments.segments
    score = ranked["score"].where(frame["role"].reindex(ranked.index) == "corridor")
    own = score.rank(method="min", ascending=False).astype("Int64")
    out = ranked.assign(rank_corridor=own).reindex(frame.index)
    names = [column.name for column in schemas.STREET_RANKING.columns]
    return out[names].sort_index()


def _told(table: pd.DataFrame, ranked: pd.DataFrame, compared: pd.Index) -> list[Notice]:
    """Say which indicators are not ranked on for want of data, and how many segments have no rank."""
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
            f"{len(compared):,}个街段中{none:,}个资料不足或过短，没有名次。",
            f"{none:,} of {len(compared):,} segments have too little data or are too short, and no rank.",
        )
        out.append(Notice("street-segments-unranked", "W", what, value=str(none)))
    return out
