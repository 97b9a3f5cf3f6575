"""Indicators segment by segment, what they rest on, and how each is reckoned."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from corridor.report._format import NBSP, NONE, first_upper, missing, number, percent
from corridor.report._streets import _charts
from corridor.report._streets._names import BASES, GROUPS, PARTS, bare, unit_head
from corridor.report._streets._parts import Story
from corridor.report._words import WORDS
from corridor.streets.mapped import UNMAPPED
from corridor.streets.segments import CATCHMENT_M

_MOST_COLUMNS = 12


def matrix(story: Story) -> dict[str, Any]:
    """Return every indicator on every segment shown, by group; values nobody knows are hatched."""
    columns = story.shown[:_MOST_COLUMNS]
    heads = [story.names.code(one) or str(place) for place, one in enumerate(columns, 1)]
    groups = []
    for group, mine in story.streets.indicators.groupby("group", sort=False):
        rows = [_row(story, str(code), about, columns) for code, about in mine.iterrows()]
        name = GROUPS.get(str(group), (str(group),) * 2)[story.lang != "zh"]
        full = [row for row in rows if row["cells"] is not None]
        bare_ = story.say("、", ", ").join(row["name"] for row in rows if row["cells"] is None)
        groups.append({"name": name, "rows": full, "without": bare_})
    return {"heads": heads, "groups": groups, "left_out": len(story.shown) - len(columns)}


def _row(story: Story, code: str, about: pd.Series, columns: list[str]) -> dict[str, Any]:
    unit = str(about["unit"])
    mine = story.grid.get(code, {})
    found = [mine.get(one) for one in columns]
    known = any(not missing(value) for value in found)
    return {
        "name": first_upper(str(about[story.lang])),
        "unit": unit_head(unit, story.lang),
        "cells": [_charts.blank() if missing(value) else bare(value, unit, code) for value in found] if known else None,
        "basis": _basis(story, code, len(columns)),
        "ranked": bool(about["ranked"]),
    }


def _basis(story: Story, code: str, count: int) -> str:
    found = {str(why) for why in story.rests_on.get(code, ())[:count] if not missing(why)}
    words = (WORDS["street_basis", "basis"][key] for key in (*BASES, UNMAPPED) if key in found)
    return story.say("、", ", ").join(word[story.lang != "zh"] for word in words) or NONE


def quality(story: Story) -> dict[str, Any]:
    """Return what the values of each group rest on, as shares of all values asked for."""
    segments = story.shown
    rows, every = [], Counter[str]()
    asked = 0
    for group, mine in story.streets.indicators.groupby("group", sort=False):
        codes = [code for code in mine.index if code in story.rests_on]
        counts = Counter(str(why) for code in codes for why in story.rests_on[code] if why in BASES)
        size = max(len(codes) * len(segments), 1)
        asked += len(codes) * len(segments)
        every += counts
        found = {name: counts[name] / size for name in BASES}
        lost = max(0.0, 1 - sum(found.values()))
        rows.append(
            {
                "name": GROUPS.get(str(group), (str(group),) * 2)[story.lang != "zh"],
                "count": len(codes),
                "known": percent(1 - lost),
                "bar": _charts.shares(found, lost),
            }
        )
    known = every.total() / asked if asked else 0.0
    used = [name for name in BASES if every[name] > 0]
    key = [(_charts.share_key(name), BASES[name][story.lang != "zh"]) for name in used]
    key.append((_charts.share_key("missing"), story.say("无资料", "no data")))
    return {"rows": rows, "known": percent(known), "key": key, "indicators": len(story.streets.indicators)}


def not_ranked(story: Story) -> list[str]:
    """Return the names of indicators that would be ranked on if they had data."""
    table = story.streets.indicators
    lost = table[table["part"].notna() & (table["weight"].astype(float) > 0) & ~table["ranked"].astype(bool)]
    return [str(name) if story.lang == "zh" else str(name).lower() for name in lost[story.lang]]


def formulas(story: Story) -> list[dict[str, Any]]:
    """Return formula, source, scale and weight of every indicator, by group."""
    groups = []
    for group, mine in story.streets.indicators.groupby("group", sort=False):
        rows = [_formula(story, str(code), about) for code, about in mine.iterrows()]
        rows = [_as_above(row, before, story) for row, before in zip(rows, [None, *rows], strict=False)]
        groups.append({"name": GROUPS.get(str(group), (str(group),) * 2)[story.lang != "zh"], "rows": rows})
    return groups


def _as_above(row: dict[str, str], before: dict[str, str] | None, story: Story) -> dict[str, str]:
    """Return a row without repeating formula and source of the row before it."""
    if before is None or any(row[name] != before[name] for name in ("formula", "source")):
        return row
    same = story.say("同上", "as above")
    return {**row, "formula": same, "source": same}


def _formula(story: Story, code: str, about: pd.Series) -> dict[str, str]:
    part = about["part"]
    fed = "" if missing(part) or not float(about["weight"]) else PARTS[str(part)][story.lang != "zh"]
    ends = [about["at_0"], about["at_100"]]
    scale = NONE
    if fed and not any(missing(end) for end in ends):
        scale = "→".join(_end(end, str(about["unit"])) for end in ends)
    return {
        "name": first_upper(str(about[story.lang])),
        "code": code,
        "unit": unit_head(str(about["unit"]), story.lang),
        "formula": str(about[f"formula_{story.lang}"]),
        "source": str(about[f"source_{story.lang}"]),
        "grade": str(about["grade"]),
        "part": fed or NONE,
        "weight": f"{float(about['weight']):g}" if fed else NONE,
        "scale": scale,
        "data": percent(about["data_share"]),
        "ranked": story.say("是", "yes") if bool(about["ranked"]) else story.say("否", "no"),
    }


def _end(value: Any, unit: str) -> str:
    if unit == "share":
        return f"{number(float(value) * 100)}%"
    text = number(value, 1).rstrip("0").rstrip(".")
    return text if abs(float(value)) < 1000 else number(value)


def segments(story: Story) -> list[dict[str, Any]]:
    """Return the corridor's segments in their order: chainage, length, class and what they look like."""
    columns = ("frontage_width_m", "active", "walled", "crossing_gap_m", "trees_per_100m")
    about = story.streets.indicators
    rows = []
    for segment in story.corridor:
        row = story.table.loc[segment]
        cells: list[Any] = []
        for code in columns:
            value = story.grid.get(code, {}).get(segment)
            cells.append(_charts.blank() if missing(value) else bare(value, str(about.at[code, "unit"]), code))
        rows.append(
            {
                "code": story.names.code(segment),
                "corners": story.names.corners(segment),
                "chainage": f"{number(row['chainage_from_m'])}–{number(row['chainage_to_m'])}",
                "length": number(row["length_m"]),
                "cells": cells,
            }
        )
    return rows


def side_streets(story: Story) -> str:
    """Return how many side streets there are and how long, in a sentence; "" without a corridor."""
    mine = story.table[story.table["role"] == "side"]
    if not story.corridor or mine.empty:
        return ""
    length, named = number(mine["length_m"].sum()), mine["street"].nunique()
    reach = f"{number(CATCHMENT_M)}{NBSP}m"
    return story.say(
        f"主线{reach}步行范围内另有{number(len(mine))}个街段（{number(named)}条有名街道，共{length}{NBSP}m）一并参评。",
        f"{number(len(mine))} segments within {reach} on foot of the corridor ({number(named)} named streets, {length}{NBSP}m) "
        "are rated as well.",
    )
