"""The events of the report by the clock: how often each series is held, what is open at the study's moments."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from corridor.report._format import NBSP, NONE, missing
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
    told: dict[str, dict[str, None]] = {}
    counts: dict[str, dict[str, Counter[str]]] = {}
    seen: set[tuple[str, str]] = set()
    columns = (
        table["series"].fillna(table["name"]), table["event_id"], table["moment"], table["state"],
        table[f"period_{lang}"].fillna(table["period"]),
    )  # fmt: skip
    for series, event, moment, state, period in zip(*(column.tolist() for column in columns), strict=True):
        if missing(series):
            continue
        counts.setdefault(series, {}).setdefault(moment, Counter())[state] += 1
        if (series, event) not in seen and not missing(period):
            told.setdefault(series, {})[str(period)] = None
        seen.add((series, event))
    out = {}
    for series, by_moment in counts.items():
        cells = [comma.join(told.get(series, ())) or NONE]
        for states in by_moment.values():
            found = [(word[lang != "zh"], states[key]) for key, word in words.items() if key in states]
            cells.append(found[0][0] if len(found) == 1 else comma.join(f"{word}{NBSP}{n}" for word, n in found))
        out[str(series)] = cells
    return out
