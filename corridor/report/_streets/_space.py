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
# A share that may be higher by less than this is told without its interval.
_THIN = 0.005


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
            (
                _map.space_key("na"),
                story.say("不详（附近未绘，或与路网不连通）", "unknown: none mapped near, or not connected"),
            ),
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
    if nothing_mapped(story):
        return story.say(
            f"{number(story.streets.rules.mapped_within_m['open_space'])}{NBSP}m内未绘任何{number(LEAST_M2)}{NBSP}m²以上的"
            "公共空间，覆盖率无从判断。",
            f"No open space of {number(LEAST_M2)}{NBSP}m² or more is mapped within "
            f"{number(story.streets.rules.mapped_within_m['open_space'])}{NBSP}m of anybody: coverage cannot be told.",
        )
    bands = {who: interval(story, row) for who, row in known}
    told = story.say("、", " and ").join(
        story.say(
            f"{percent(row['share'])}%" + (f"（{bands[who]}）" if bands[who] else "") + f"的{_GROUPS[who][0]}",
            f"{percent(row['share'])}% of {_GROUPS[who][1].lower()}" + (f" ({bands[who]})" if bands[who] else ""),
        )
        for who, row in known
    )
    return story.say(
        f"研究范围内{told}步行{MINUTES}分钟内可到达{number(LEAST_M2)}{NBSP}m²以上的公共空间，{_aim(story, known)}。",
        f"In the study area {told} reach public open space of {number(LEAST_M2)}{NBSP}m² or more within {MINUTES} minutes' "
        f"walk: {_aim(story, known)}.",
    )


def interval(story: Story, row: Any) -> str:
    """Return how far a share may reach where the map is thin: 区间24.2–85.5%; "" where nearly all is known."""
    if missing(row["share"]) or float(row["share_high"]) - float(row["share"]) < _THIN:
        return ""
    return f"{story.say('区间', 'interval ')}{percent(row['share'])}–{percent(row['share_high'])}%"


def nothing_mapped(story: Story) -> bool:
    """Whether of nobody is known if open space is within reach."""
    rows = story.streets.open_space["coverage"]
    counted = rows[rows["share"].notna()]
    return bool(len(counted)) and all(_of_nobody_known(row) for row in counted.itertuples())


def _of_nobody_known(row: Any) -> bool:
    """Whether of none of a group is known if open space is within reach."""
    return not missing(row.share) and bool(row.share == 0 and row.share_high == 1)


def unmapped(story: Story) -> str:
    """Return of how many nobody knows, and why, as part of a sentence."""
    many = estimate(story.streets.open_space["coverage"]["unknown"].astype(float).sum())
    within = f"{number(story.streets.rules.mapped_within_m['open_space'])}{NBSP}m"
    return story.say(
        f"约{many}人{within}内未绘任何公共空间，有无不详",
        f"no open space is mapped within {within} of about {many} people",
    )


def _aim(story: Story, known: list[tuple[str, Any]]) -> str:
    """Return how coverage stands against the aim, as part of a sentence."""
    aim = number(AIM * 100)
    lost = estimate(sum(float(row["left_out"]) for _, row in known))
    doubt = [who for who, row in known if interval(story, row)]
    met = [row["met"] for _, row in known]
    if all(not missing(one) and bool(one) for one in met):
        return story.say(f"达到{aim}%的目标", f"the aim of {aim}% is met")
    if any(not missing(one) and not bool(one) for one in met):
        said = story.say(
            f"未达到{aim}%的目标，约{lost}人未覆盖", f"the aim of {aim}% is missed; about {lost} people are left out"
        )
    else:
        said = story.say(f"是否达到{aim}%的目标无从判断", f"whether the aim of {aim}% is met cannot be told")
    return f"{said}{story.say('；', '; ')}{unmapped(story)}" if doubt else said


def _coverage(story: Story, row: Any) -> dict[str, Any]:
    met = story.say("不详", "unknown") if not missing(row.share) else NONE
    if not missing(row.met):
        met = story.say("达标", "met") if row.met else story.say("未达标", "not met")
    return {
        "who": _GROUPS[row.group][story.lang != "zh"],
        "share": NONE if _of_nobody_known(row) else percent(row.share),
        "count": estimate(row.count),
        "total": estimate(row.total),
        "left_out": estimate(row.left_out),
        "unknown": estimate(row.unknown),
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
        "unknown": estimate(row.unknown),
        "share": percent(row.share_left_out),
    }


def _along(story: Story, segment: str) -> dict[str, str]:
    row = story.streets.open_space["left_out"].loc[segment]
    return {
        "name": story.names.title(segment),
        "residents": estimate(row["residents_left_out"]),
        "workers": estimate(row["workers_left_out"]),
        "unknown": estimate(row["unknown"]),
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
