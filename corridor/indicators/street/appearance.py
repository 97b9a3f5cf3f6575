"""How a street looks: the survey's items on their scales."""

from __future__ import annotations

import pandas as pd

from corridor.indicators.street.survey import SIDES, WHOLE, placed
from corridor.streets import Segments
from corridor.study import StudyArea

GROUP = "appearance"


def table(segments: Segments, study: StudyArea) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every item of the survey, 0–100, and what it rests on.

    Parameters
    ----------
    segments : Segments
    study : StudyArea

    Returns
    -------
    values : DataFrame
        On `segment_id`: `appearance.<item>` and its `.left` and `.right`, Float64 from 0 to 100; NA: not surveyed.
    basis : DataFrame
        The same shape: "survey", "synthetic" or NA.
    """
    survey = placed(segments, study).answers
    values, basis = {}, {}
    for item in study.config.survey.items:
        for side in (WHOLE, *SIDES):
            code = f"{GROUP}.{item}" if side == WHOLE else f"{GROUP}.{item}.{side}"
            values[code] = score(survey, segments, item, side)
            basis[code] = rests_on(survey, segments, item, side)
    return pd.DataFrame(values), pd.DataFrame(basis)


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


def per_100m(survey: pd.DataFrame, segments: Segments, item: str) -> pd.Series:
    """Return how many an item counts on 100 m of street; NA: not counted on both sides."""
    rows = survey[(survey["item"] == item) & (survey["side"] == WHOLE)].set_index("segment_id")
    return rows["per_100m"].reindex(segments.segments.index).astype("Float64")


def rests_on(survey: pd.DataFrame, segments: Segments, item: str, side: str = WHOLE) -> pd.Series:
    """Return what an item's values rest on: "survey", "synthetic" (invented for the sample), or NA."""
    rows = survey[(survey["item"] == item) & (survey["side"] == side)].set_index("segment_id")
    kind = rows["synthetic"].map({True: "synthetic", False: "survey"}).astype("string")
    return kind.reindex(segments.segments.index).astype("string")
