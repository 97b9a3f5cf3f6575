"""The street study of an evaluation: segments, what is known of them, which comes first, why, and with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

import pandas as pd

from corridor.config import StreetRanking, defaults, did_you_mean
from corridor.errors import Notice, Problem, StudyError, Text
from corridor.evaluation._measures import measures
from corridor.evaluation._street_ranks import Ranks, finished, with_none_left
from corridor.evaluation._street_work import Again, Made, Roadside, Work, as_before
from corridor.indicators.street import appearance, survey
from corridor.network import build_network
from corridor.streets import Segments, build_segments
from corridor.streets.mapped import Mapped
from corridor.study import StudyArea

if TYPE_CHECKING:
    from corridor.evaluation import Footing

Say = Callable[[Text], None]
T = TypeVar("T")
DRAWS = 1000


class Beside(Protocol):
    """Starts work somewhere and returns what waits for it."""

    def __call__(self, work: Callable[[], T], /) -> Callable[[], T]: ...


def deferred(work: Callable[[], T], /) -> Callable[[], T]:
    """Leave work until its result is asked for."""
    return work


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
        Of the streets; `all_notices` has those of the study as well.
    roadside : Roadside
        What lies beside the segments, as the indicators counted it.
    mapped : Mapped
        What the study has on its map, of a scenario its baseline: where a count of none is one.
    made : mapping
        Steps of it with what they were made of, for scenarios of the same study.
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
    roadside: Roadside = field(repr=False)
    mapped: Mapped = field(default_factory=Mapped, repr=False)
    made: Mapping[str, Made] = field(default_factory=dict, repr=False)

    @property
    def all_notices(self) -> tuple[Notice, ...]:
        """What its reader should know: the notices of the study's own reading, then those of its streets."""
        return (*self.study.notices, *self.notices)


def street_study(
    evaluation: Footing,
    *,
    draws: int = DRAWS,
    seed: int | None = None,
    whole_network: bool = False,
    baseline: StreetStudy | None = None,
    full: bool = True,
    progress: Say | None = None,
    beside: Beside = deferred,
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
        Of the study before a scenario's edits: its scales hold, and what was ranked on, so that scores compare. What it
        made of the very same tables and network is not made again.
    full : bool
        Measure open space, explain the scores and suggest measures as well; without it these tables have no row
        (`open_space` is empty).
    progress : callable, optional
        Called with a sentence at the start of each step.
    beside : callable, optional
        Starts work on another processor and returns what waits for its result; by default all is done here. What is
        made there is not kept for scenarios.

    Returns
    -------
    StreetStudy

    Raises
    ------
    StudyError
        No corridor is named and `whole_network` is False; the corridor is too short or is several streets; a weight
        or a measure of `streets` in study.yaml names an indicator that does not exist.
    """
    say = progress or (lambda _: None)
    study, rules = evaluation.study, evaluation.study.config.streets
    if seed is not None:
        rules = rules.model_copy(update={"seed": seed})
    say(Text("划分街段", "Cutting streets into segments"))
    again = Again({} if baseline is None else baseline.made)
    # A network that is the same has the same streets, one with other gates often; what a scenario notes of them beside
    # is told by their facts.
    segments = again(
        "segments",
        (evaluation.network, study.config, study.corridor),
        lambda: as_before(build_segments(study, evaluation.network), again.before("segments")),
    )
    compared = _compared(segments, study, whole_network=whole_network)
    rows = _indicator_rows(study)
    say(Text("计算街段指标", "Computing the indicators of segments"))
    work = Work.of(evaluation, segments, compared, again, None if baseline is None else baseline.mapped)
    walking = beside(lambda: work.walked(banded=draws > 0, full=full))
    looked = work.looked()
    walked = walking()
    values, basis = work.indicators(looked, walked)
    if baseline is not None:
        values, basis = with_none_left(values, basis, baseline.values, baseline.basis)
    before = None if baseline is None else (baseline.indicators, baseline.values)  # noqa: PD011
    ranks = Ranks.of(rows, values, basis, segments, rules, before, explained=full)
    ranked, robust = ranks.table, pd.DataFrame(index=compared[:0])
    suggested = measures(
        study,
        evaluation.network,
        work.segments,
        ranks.contributions,
        values,
        looked.known,
        lambda: work.uses(looked),
        ranks.indicators,
        rules.measures,
    )
    if draws > 0:
        what = (
            f"检验名次的稳定性（权重抽样{draws:,}次）",
            f"Testing how stable the ranks are ({draws:,} draws of weights)",
        )
        say(Text(*what))
        ranked, robust = ranks.stability({name: walked.at_speed(name) for name in ("slow", "fast")}, draws)
    return StreetStudy(
        study=study,
        segments=segments,
        compared=compared,
        values=values.reindex(segments.segments.index),
        basis=basis.reindex(segments.segments.index),
        indicators=ranks.indicators,
        open_space=walked.open_space,
        survey=looked.survey,
        ranking=finished(ranked, segments),
        contributions=ranks.contributions,
        measures=suggested,
        robustness=robust,
        rules=rules,
        draws=draws,
        roadside=Roadside(work.segments, looked.seen, looked.known, evaluation.opportunities),
        mapped=looked.mapped,
        made=again.made,
        notices=(*segments.notices, *looked.survey.notices, *ranks.notices()),
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


def _indicator_rows(study: StudyArea) -> pd.DataFrame:
    """Return the indicators on `code`: those of street_indicators.yaml and the items a study adds to its survey.

    Raises
    ------
    StudyError
        `streets` of study.yaml names what is no indicator.
    """
    groups = defaults("street_indicators.yaml")
    rows = [{"sided": False, **row, "group": group} for group, mine in groups.items() for row in mine]
    items = study.config.survey.items
    gone = {f"appearance_{item}" for item in defaults("survey.yaml") if item not in items}
    rows = [row for row in rows if row["code"] not in gone]
    rows += appearance.further_indicators(items, {row["code"] for row in rows})
    rules, config = study.config.streets, study.config
    within = {kind: f"{metres:g}" for kind, metres in rules.mapped_within_m.items()}
    told = {f"formula_{lang}": [row[f"formula_{lang}"].format(**within) for row in rows] for lang in ("zh", "en")}
    table = pd.DataFrame(rows).assign(**told).set_index("code")
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
