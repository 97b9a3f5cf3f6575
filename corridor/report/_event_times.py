"""The events of the report by the clock: how often each series is held, what is open at the study's moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor.report._format import NBSP, NONE
from corridor.report._words import WORDS

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation


def moments(evaluation: Evaluation, lang: str) -> list[str]:
    """Return the names of the moments, none where there are no events."""
    table = evaluation.innovation.event_times.drop_duplicates("moment")
    return [str(name) for name in table[f"moment_{lang}"]]


def of_series(evaluation: Evaluation, lang: str) -> dict[str, list[str]]:
    """Return of each series how often it is held, and at each moment how many of its events are open."""
    table = evaluation.innovation.event_times
    words = WORDS["event_times", "state"]
    comma = "、" if lang == "zh" else ", "
    out = {}
    for series, rows in table.groupby(table["series"].fillna(table["name"]), sort=False):
        read = rows.drop_duplicates("event_id")
        told = read[f"period_{lang}"].fillna(read["period"]).dropna()
        cells = [comma.join(dict.fromkeys(told.astype(str))) or NONE]
        for _, at in rows.groupby("moment", sort=False):
            states = at["state"].value_counts()
            found = [(word, int(states[key])) for key, word in words.items() if key in states]
            cells.append(
                found[0][0][lang != "zh"]
                if len(found) == 1
                else comma.join(f"{word[lang != 'zh']}{NBSP}{count}" for word, count in found)
            )
        out[str(series)] = cells
    return out
