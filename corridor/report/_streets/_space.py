"""Public open space in the study of streets: how many reach it, how much there is, who is left out, what a gate would do."""

from __future__ import annotations

import json
from typing import Any

from corridor.indicators.open_space import AIM, LEAST_M2, MINUTES, per_head
from corridor.report._format import NBSP, NONE, estimate, missing, number, percent
from corridor.report._streets import _map
from corridor.report._streets._parts import Story

_GROUPS = {"residents": ("居民", "Residents"), "workers": ("就业者", "Workers")}
_MOST_STREETS = 10


def section(story: Story) -> dict[str, Any] | None:
    """Return what the template pours out; None where nobody is counted."""
    tables = story.streets.open_space
    if tables["coverage"]["total"].astype(float).sum() <= 0:
        return None
    drawn = _map.open_space_map(story)
    return {
        "lead": lead(story),
        "coverage": [_coverage(story, row) for row in tables["coverage"].itertuples()],
        "aim": number(AIM * 100),
        "minutes": MINUTES,
        "least": f"{number(LEAST_M2)}{NBSP}m²",
        "map": drawn.svg,
        "scale": f"1:{number(drawn.denominator)}",
        "key": [
            (_map.space_key("reached"), story.say("可达", "within reach")),
            (_map.space_key("left_out"), story.say("未覆盖", "left out")),
            (_map.space_key("na"), story.say("与路网不连通", "not connected")),
            (_map.space_key("gate"), story.say("建议增开的门", "place for a gate")),
        ],
        "streets": [_street(story, row) for row in tables["streets"].head(_MOST_STREETS).itertuples()],
        "along": [_along(story, segment) for segment in story.corridor if segment in tables["left_out"].index],
        "gates": [_gate(story, at, row) for at, row in enumerate(_map.best_gates(story).itertuples(), 1)],
        "head": _per_head(story),
    }


def lead(story: Story) -> str:
    """Return coverage against the aim in a sentence."""
    rows = story.streets.open_space["coverage"].set_index("group")
    known = [(who, rows.loc[who]) for who in _GROUPS if who in rows.index and not missing(rows.at[who, "share"])]
    if not known:
        return ""
    told = story.say("、", " and ").join(
        story.say(
            f"{percent(row['share'])}%的{_GROUPS[who][0]}", f"{percent(row['share'])}% of {_GROUPS[who][1].lower()}"
        )
        for who, row in known
    )
    lost = estimate(sum(float(row["left_out"]) for _, row in known))
    met = all(bool(row["met"]) for _, row in known)
    aim = number(AIM * 100)
    return story.say(
        f"研究范围内{told}步行{MINUTES}分钟内可到达{number(LEAST_M2)}{NBSP}m²以上的公共空间，"
        + (f"达到{aim}%的目标。" if met else f"未达到{aim}%的目标，约{lost}人未覆盖。"),
        f"In the study area {told} reach public open space of {number(LEAST_M2)}{NBSP}m² or more within {MINUTES} minutes' "
        "walk: "
        + (f"the aim of {aim}% is met." if met else f"the aim of {aim}% is missed; about {lost} people are left out."),
    )


def _coverage(story: Story, row: Any) -> dict[str, Any]:
    met = NONE if missing(row.met) else story.say("达标", "met") if row.met else story.say("未达标", "not met")
    return {
        "who": _GROUPS[row.group][story.lang != "zh"],
        "share": percent(row.share),
        "count": estimate(row.count),
        "total": estimate(row.total),
        "left_out": estimate(row.left_out),
        "met": met,
        "bad": not missing(row.met) and not row.met,
    }


def _per_head(story: Story) -> str:
    """Return how much open space there is a head, over the people counted."""
    homes = story.streets.open_space["buildings"]
    people = (homes["residents"] + homes["workers"]).astype(float)
    area = homes["m2_per_person"].astype(float)
    known = area.notna() & (people > 0)
    if not known.any():
        return ""
    mean = per_head(homes)
    none = float(people[known & (area == 0)].sum() / people[known].sum())
    return story.say(
        f"按两步移动搜索法，人均可达公共空间{number(mean, 1)}{NBSP}m²；{percent(none)}%的人为零。",
        f"By two-step floating catchment there are {number(mean, 1)}{NBSP}m² a head; {percent(none)}% of people have none.",
    )


def _street(story: Story, row: Any) -> dict[str, str]:
    return {
        "name": story.names.street(row.street),
        "residents": estimate(row.residents_left_out),
        "workers": estimate(row.workers_left_out),
        "share": percent(row.share_left_out),
    }


def _along(story: Story, segment: str) -> dict[str, str]:
    row = story.streets.open_space["left_out"].loc[segment]
    return {
        "name": story.names.title(segment),
        "residents": estimate(row["residents_left_out"]),
        "workers": estimate(row["workers_left_out"]),
        "share": percent(row["share_left_out"]),
        "head": number(row["m2_per_person"], 1),
    }


def ground_name(story: Story, id_: str) -> str:
    """Return what an open space is called in the language, as far as the map knows it; "" without a name."""
    row = story.study.open_space.loc[id_]
    if missing(row["name"]):
        return ""
    english = json.loads(row["tags"]).get("name:en") if story.lang == "en" else None
    return str(english or row["name"])


def _gate(story: Story, at: int, row: Any) -> dict[str, str]:
    changes = {"more": ("增开一处门", "one more gate"), "first": ("首次向公众开放", "first gate open to the public")}
    total = story.streets.open_space["coverage"]
    share = float(row.people) / max(float(total["total"].astype(float).sum()), 1e-9)
    return {
        "at": str(at),
        "name": ground_name(story, row.source_id) or story.say("未命名绿地", "unnamed ground"),
        "id": str(row.source_id),
        "change": changes[row.change][story.lang != "zh"],
        "area": number(row.area_m2),
        "residents": estimate(row.residents),
        "workers": estimate(row.workers),
        "gain": number(share * 100, 1),
    }
