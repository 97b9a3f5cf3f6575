"""Which segment first: the ranking, how stable it is, what the scores are made of, what could be done."""

from __future__ import annotations

from typing import Any

import pandas as pd

from corridor.ranking import CLASSES
from corridor.report import _figures
from corridor.report._format import NONE, first_upper, missing, number, percent
from corridor.report._streets import _charts, _map
from corridor.report._streets._names import BASES, PARTS, bare, unit_head
from corridor.report._streets._parts import Story, interval

_MOST_SIDE, _MOST_ACTED = 8, 5


def legend(story: Story) -> list[dict[str, Any]]:
    """Return the classes of priority from high to low with the number of segments, then those without a rank."""
    compared = story.streets.ranking[story.streets.ranking.index.isin(story.streets.compared)]
    counts, unknown = _figures.class_counts(compared["score"])
    rows = [
        {"box": _map.priority_key(i), "name": _figures.CLASS_NAMES[i], "words": CLASSES[i].in_(story.lang),
         "count": number(counts[i])}
        for i in reversed(range(5))
    ]  # fmt: skip
    lost = {
        "box": _map.priority_key(-1),
        "name": story.say("未排序", "not ranked"),
        "words": "",
        "count": number(unknown),
    }
    shaky = int((~compared["stable"].fillna(True).astype(bool)).sum())
    loose = {
        "box": _map.priority_key(-2),
        "name": story.say("名次不稳", "not stable"),
        "words": "",
        "count": number(shaky),
    }
    return [*rows, lost, loose]


def table(story: Story) -> dict[str, Any]:
    """Return the ranking: the corridor's segments, highest rank first and those without one last, then side streets."""
    corridor = story.of_corridor(story.ranked)
    without = [one for one in story.corridor if one not in corridor.index]
    others = story.ranked[~story.ranked.index.isin(story.corridor)]
    return {
        "parts": [words[story.lang != "zh"] for part, words in PARTS.items() if part in story.weights],
        "corridor": [_row(story, str(one), row) for one, row in corridor.iterrows()],
        "others": [_row(story, str(one), row) for one, row in others.head(_MOST_SIDE).iterrows()],
        "without": [(story.names.title(one), number(story.table.at[one, "length_m"]), story.why_not_ranked(one)) for one in without],
        "ranked": number(len(story.ranked)),
        "others_ranked": number(len(others)),
    }  # fmt: skip


def _row(story: Story, segment: str, row: pd.Series) -> dict[str, Any]:
    shaky = not missing(row["stable"]) and not bool(row["stable"])
    return {
        "name": story.names.title(segment),
        "length": number(story.table.at[segment, "length_m"]),
        "score": number(row["score"]),
        "bars": _charts.part_bars(row, list(story.weights)),
        "rank": int(row["rank"]),
        "interval": interval(row),
        "shaky": shaky,
        "weakest": story.say("；", "; ").join(story.weakest(segment, 1)) or NONE,
    }


def whiskers(story: Story) -> Any:
    """Draw the intervals of the ranks; None where nothing is ranked or no weights were drawn."""
    known = story.ranked[story.ranked["rank_low"].notna()]
    if known.empty:
        return None
    corridor = story.of_corridor(known)
    others = known[~known.index.isin(story.corridor)].head(_MOST_SIDE)
    heads = (
        story.say(f"{story.road}主线", f"{story.road}, the corridor"),
        story.say("其他街段，名次在前者", "Other segments, first in rank")
        if story.corridor
        else story.say("名次在前的街段", "First in rank"),
    )
    blocks = [
        (head, [(_short(story.names.title(str(one)), story.lang), row) for one, row in rows.iterrows()])
        for head, rows in zip(heads, (corridor, others), strict=True)
        if len(rows)
    ]
    label = story.say("各街段的名次与区间", "Ranks of segments with their intervals")
    return _charts.whiskers(blocks, int(known["rank"].max()), label, story.lang)


def _short(name: str, lang: str) -> str:
    most = 22 if lang == "zh" else 44
    return name if len(name) <= most else f"{name[: most - 1]}…"


def composition(story: Story) -> dict[str, Any]:
    """Return how each score is put together: weight × part, summed up."""
    rows = []
    for segment in [str(one) for one in story.ranked.index if one in story.shown]:
        row = story.streets.ranking.loc[segment]
        known = {part: weight for part, weight in story.weights.items() if not missing(row[part])}
        whole = sum(known.values())
        cells = [
            (number(row[part], 1), number(known[part] / whole, 2), number(row[part] * known[part] / whole, 1))
            if part in known
            else (NONE, NONE, NONE)
            for part in story.weights
        ]
        rows.append(
            {
                "name": story.names.title(segment),
                "cells": cells,
                "sum": number(row["score"], 1),
                "score": number(row["score"]),
            }
        )
    return {"parts": [PARTS[part][story.lang != "zh"] for part in story.weights], "rows": rows}  # fmt: skip


def decomposition(story: Story) -> dict[str, Any] | None:
    """Return every indicator behind the score of the first segment, in the order of its points."""
    if story.first is None:
        return None
    found = story.streets.contributions
    mine = found[found["segment_id"] == story.first]
    most = float(mine["points"].max()) if len(mine) else 0.0
    parts = []
    for part, words in PARTS.items():
        rows = mine[mine["part"] == part]
        if len(rows):
            parts.append(
                {
                    "name": words[story.lang != "zh"],
                    "rows": [_contribution(story, row, most) for row in rows.itertuples()],
                    "sum": number(story.streets.ranking.at[story.first, part], 1),
                }
            )
    return {"title": story.names.sentence(story.first), "parts": parts}


def _contribution(story: Story, row: Any, most: float) -> dict[str, Any]:
    about = story.streets.indicators.loc[row.code]
    unit = str(about["unit"])
    return {
        "name": str(about[story.lang]),
        "value": bare(row.value, unit, str(row.code)),
        "unit": unit_head(unit, story.lang),
        "score": number(row.score),
        "weight": number(row.weight, 3),
        "points": number(row.points, 1),
        "bar": _charts.bar(row.points, most, _charts.PART_FILLS[row.part]),
        "basis": BASES.get(str(row.basis), (str(row.basis),) * 2)[story.lang != "zh"],
    }


def measures(story: Story) -> dict[str, Any] | None:
    """Return what is suggested for the first of the corridor's segments, with the edit that tests it."""
    found = story.streets.measures
    order = [str(one) for one in story.ranked.index if one in story.shown][:_MOST_ACTED]
    segments = []
    for segment in order:
        rows = found[found["segment_id"] == segment].sort_values("priority")
        if len(rows):
            segments.append(
                {"name": story.names.title(segment), "rows": [_measure(story, row) for row in rows.itertuples()]}
            )
    if not segments:
        return None
    return {"segments": segments, "all": number(len(found))}


def _measure(story: Story, row: Any) -> dict[str, str]:
    value = story.streets.values.at[row.segment_id, row.because]  # noqa: PD011  (a table)
    return {
        "what": str(row.zh if story.lang == "zh" else row.en),
        "why": first_upper(story.with_value(str(row.because), value)),
        "edit": str(row.edit).strip(),
    }


def stable_share(story: Story) -> tuple[int, int]:
    """Return how many of the corridor's ranked segments (without a corridor: of all) keep their rank, and of how many."""
    rows = story.of_corridor(story.ranked) if story.corridor else story.ranked
    known = rows[rows["stable"].notna()]
    return int(known["stable"].astype(bool).sum()), len(known)


def often_first(story: Story, segment: str) -> str:
    """Return the share of draws in which a segment is in the first quarter, in percent; "" without draws."""
    table = story.streets.robustness
    if segment not in table.index or missing(table.at[segment, "top_quarter_share"]):
        return ""
    return percent(table.at[segment, "top_quarter_share"])
