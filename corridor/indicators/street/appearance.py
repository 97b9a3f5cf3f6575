"""How a street looks: the survey's items on their scales."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from corridor.config import SurveyItem
from corridor.indicators.street.survey import SIDES, WHOLE, PlacedSurvey, placed
from corridor.streets import Facts, Segments
from corridor.streets.works import COUNTED, noted
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


def renewed(
    values: pd.DataFrame, basis: pd.DataFrame, segments: Segments, study: StudyArea, known: Facts
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put over the survey what a scenario's works bring, as estimates; nothing where it has none.

    Formula: of the part renewed, the better of the survey's points and those the works bring (`streets.works`); the
    rest of the segment keeps its own: old × (1 − share) + max(old, after) × share. What nobody surveyed becomes known:
    that works are done is known. Of an edit of one side that side changes, and the whole by half as much. Seats and
    lamps are counted as the facts of the street count them, over both sides. Source: grade C, as the table says.

    Parameters
    ----------
    values, basis : DataFrame
        Of `table`.
    segments : Segments
        On the index of `values`.
    study : StudyArea
        `streets`, with `edited` where a scenario left notes.
    known : Facts
        Of these segments, or of more.

    Returns
    -------
    values, basis : DataFrame
        The very same where no scenario left notes.
    """
    changes = list(noted(segments.parts, study.streets))
    if not changes:
        return values, basis
    values, basis = values.copy(), basis.copy()
    length, items = segments.segments["length_m"], study.config.survey.items
    for note, segment, share in changes:
        row = values.index[segment]
        for item, after in note.answers(study.config, segment, share * float(length.iloc[segment])).items():
            if item not in COUNTED:
                _improve(values, basis, row, f"{GROUP}_{item}", after, share, note.sides)
    for item, fact in COUNTED.items():
        if item not in items or not items[item].per_100_m:
            continue
        told = (known.basis[fact].reindex(values.index) == "estimate").fillna(False).to_numpy(dtype=bool)
        for row in values.index[told]:
            number = float(known.values.at[row, fact])  # noqa: PD011  (a table)
            points = items[item].score(100 * number / float(length[row]))
            _put(values, basis, row, [f"{GROUP}_{item}{end}" for end in ("", *(f".{side}" for side in SIDES))], points)
    return values, basis


def _improve(
    values: pd.DataFrame, basis: pd.DataFrame, row: str, code: str, after: float, share: float, sides: Sequence[str]
) -> None:
    """Raise what is worse than `after` on a share of a segment's sides, and the whole with them."""
    old = {end: values.at[row, f"{code}{end}"] for end in ("", *(f".{side}" for side in SIDES))}
    new = {
        f".{side}": after if pd.isna(old[f".{side}"]) else old[f".{side}"] + max(after - old[f".{side}"], 0.0) * share
        for side in sides
    }
    both = [new.get(f".{side}", old[f".{side}"]) for side in SIDES]
    whole = [value for value in both if not pd.isna(value)]
    if any(pd.isna(old[end]) for end in ("", *new)):
        new[""] = sum(whole) / len(whole)
    else:
        new[""] = old[""] + sum(value - old[end] for end, value in new.items()) / len(whole)
    for end, value in new.items():
        if pd.isna(old[end]) or value > old[end]:
            _put(values, basis, row, [f"{code}{end}"], value)


def _put(values: pd.DataFrame, basis: pd.DataFrame, row: str, codes: Iterable[str], value: float) -> None:
    for code in codes:
        values.at[row, code], basis.at[row, code] = value, "estimate"


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
