"""How a street looks: the survey's items on their scales."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from corridor.config import SurveyItem
from corridor.indicators.street.survey import SIDES, WHOLE, PlacedSurvey, placed
from corridor.streets import Segments
from corridor.study import StudyArea

GROUP = "appearance"


def table(
    segments: Segments, study: StudyArea, *, survey: PlacedSurvey | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every item of the survey, 0–100, and what it rests on.

    Parameters
    ----------
    segments : Segments
    study : StudyArea
    survey : PlacedSurvey, optional
        As `survey.placed` returns it, where it is at hand; it may hold more segments.

    Returns
    -------
    values : DataFrame
        On `segment_id`: `appearance_<item>` and its `.left` and `.right`, Float64 from 0 to 100; NA: not surveyed.
    basis : DataFrame
        The same shape: "survey", "synthetic" or NA.
    """
    answers = (survey or placed(segments, study)).answers
    codes = [
        f"{GROUP}_{item}" if side == WHOLE else f"{GROUP}_{item}.{side}"
        for item in study.config.survey.items
        for side in (WHOLE, *SIDES)
    ]
    code = answers["side"].map({WHOLE: "", **{side: f".{side}" for side in SIDES}})
    rows = answers.assign(code=f"{GROUP}_" + answers["item"] + code, basis=rests_on(answers))
    index = segments.segments.index
    wide = {name: rows.pivot_table(name, "segment_id", "code", aggfunc="first") for name in ("score", "basis")}
    return (
        wide["score"].reindex(index=index, columns=codes).astype("Float64"),
        wide["basis"].reindex(index=index, columns=codes).astype("string"),
    )


def score(survey: pd.DataFrame, segments: Segments, item: str, side: str = WHOLE) -> pd.Series:
    """Return one item's score on segments.

    Formula: the mean, by metres surveyed, of what the answers are worth on the item's scale (0–100); counts are taken
    for 100 m of street first. Source: the scales of `survey.items` (grade C).

    Parameters
    ----------
    survey : DataFrame
        Schema SURVEY_VALUES.
    segments : Segments
    item : str
    side : {"whole", "left", "right"}

    Returns
    -------
    Series
        Float64 on `segment_id`, 0–100; NA: not surveyed.
    """
    rows = survey[(survey["item"] == item) & (survey["side"] == side)].set_index("segment_id")
    return rows["score"].reindex(segments.segments.index).astype("Float64")


def rests_on(survey: pd.DataFrame) -> pd.Series:
    """Return what each row of a survey rests on: "survey", or "synthetic" where it is invented for the sample."""
    return survey["synthetic"].map({True: "synthetic", False: "survey"}).astype("string")


def further_indicators(items: Mapping[str, SurveyItem], known: Collection[str]) -> list[dict[str, object]]:
    """Return the rows of `street_indicators.yaml` for items that a study adds.

    Parameters
    ----------
    items : dict of code to SurveyItem
    known : collection of str
        Codes that have a row.

    Returns
    -------
    list of dict
        With the keys of the file. They are shown; a study that wants them ranked gives them a row of its own.
    """
    return [
        {
            "code": f"{GROUP}_{key}", "sided": True, "group": GROUP, "zh": item.name.zh, "en": item.name.en, "unit": "0–100",
            "better": "high", "part": None, "weight": 0,
            "formula_zh": "调查答案按标尺换算为0–100，按已调查长度平均", "formula_en": "answers on their scale, 0–100, averaged over the length surveyed",
            "source_zh": "本研究的标尺（survey.items）", "source_en": "the study's own scale (survey.items)", "grade": "—",
        }
        for key, item in items.items()
        if f"{GROUP}_{key}" not in known
    ]  # fmt: skip
