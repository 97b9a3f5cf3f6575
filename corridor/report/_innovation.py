"""The innovation chain in the report: linkage of the core carrier, stages, services, events, trails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from corridor.report import _event_times, _mapsheet, _symbols
from corridor.report._basemap import ACCENT, draw_above, draw_ground
from corridor.report._format import NBSP, NONE, first_upper, listing, missing, number, percent, pick
from corridor.report._once import once
from corridor.report._svg import INK, MM, Drawing, Frame, plain, wrap
from corridor.report._words import WORDS
from corridor.schemas import STAGE_WORDS, STATION_WORDS

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

STAGES = {code: (words.zh, first_upper(words.en)) for code, words in STAGE_WORDS.items()}
STATIONS = {code: (words.zh, first_upper(words.en)) for code, words in STATION_WORDS.items()}
GROUPS = {
    "residents": ("居民", "Residents"),
    "workers": ("就业者", "Workers"),
    "carriers": ("载体院所", "Carriers"),
    "firms": ("企业", "Firms"),
}
_BY = {
    "industry": ("产业方向", "Industry"),
    "policies": ("政策标签", "Policy tag"),
    "owner": ("主管部门", "Department"),
}
_WHOSE = {"carriers": ("载体院所", "Carriers and institutes"), "firms": ("企业", "Firms")}
_FORMS = {
    "step": ("{m}分钟以内全计", "counts whole up to {m} min"),
    "linear": ("随步行时间直线衰减，{m}分钟降为零", "falls in a line to nothing at {m} min"),
    "exponential": ("随步行时间指数衰减，{m}分钟降到37%", "falls exponentially, to 37 % at {m} min"),
    "gaussian": ("随步行时间高斯衰减，{m}分钟降到61%", "falls as a Gaussian, to 61 % at {m} min"),
}
# Upper limit of minutes, colour and width (px) of a link on the figure; the last is for all beyond.
_LINKS = ((5, "#1E4577", 2.2), (10, "#36799F", 1.6), (15, "#66ABB2", 1.2), (None, "#98A2AA", 0.8))
_TRAIL_COLOURS = ("#AE5300", "#0F7A5A", "#A2548F", "#173A73")
_MOST_ROWS = 30
_FIGURE_MM = 87.0


def section(evaluation: Evaluation, lang: str) -> dict[str, Any] | None:
    """Return all that the section of the report shows, or None for a study without carriers, institutes and stations."""
    found = evaluation.innovation
    if not len(found.places) and not len(evaluation.study.stations) and not len(found.trails):
        return None
    return {
        "lead": _lead(evaluation, lang),
        "synthetic": bool(found.places["synthetic"].any() or evaluation.study.stations["synthetic"].any()),
        "figures": _maps(evaluation, lang),
        "link_key": _link_key(lang),
        "core": _core(evaluation, lang),
        "linkage_note": _linkage_note(evaluation, lang),
        "groups": [names[lang != "zh"] for names in GROUPS.values()],
        "chain": _matrix(found.chain_coverage, "stage", STAGES, tuple(GROUPS), lang),
        "chain_note": _chain_note(evaluation, lang),
        "ladder": _ladder(evaluation, lang),
        "services": _services(evaluation, lang),
        "trips": _trips(evaluation, lang),
        "trip_note": _trip_note(evaluation, lang),
        "events": _events(evaluation, lang),
        "event_moments": _event_times.moments(evaluation, lang),
        "by_group": _by_group(evaluation, lang),
        "trails": _trails(evaluation, lang),
    }


def _minutes(seconds: Any) -> str:
    return NONE if missing(seconds) else number(float(seconds) / 60, 1)


def _name(evaluation: Evaluation, key: str) -> str:
    value = evaluation.innovation.places["name"].get(key)
    return str(key) if value is None or missing(value) else str(value)


def _cores(evaluation: Evaluation) -> list[str]:
    places = evaluation.innovation.places
    return [str(key) for key in places.index[places["is_core"].astype(bool)]]


def _lead(evaluation: Evaluation, lang: str) -> list[str]:
    """Return sentences with a place and a number; none that the data do not bear."""
    found = evaluation.innovation
    out = []
    unit = _weight_unit(evaluation, lang)
    for key in _cores(evaluation)[:2]:
        row = found.places.loc[key]
        if missing(row["off_belt"]):
            continue
        total, near = number(row["weight_15min"]), int(row["n_15min"])
        out.append(
            pick(
                lang,
                f"{_name(evaluation, key)}步行15分钟内有{near}处载体与院所，其中规模已知者合计{total}{unit}。",
                f"{_name(evaluation, key)} has {near} carriers and institutes within 15 minutes on foot, those of known "
                f"size together {total}{unit}.",
            )
        )
    off = found.places.index[found.places["off_belt"].fillna(False).astype(bool)]
    if found.places["off_belt"].notna().any():
        belt = evaluation.study.config.linkage.belt_min
        names = listing((_name(evaluation, str(key)) for key in off[:6]), lang)
        out.append(
            pick(
                lang,
                f"离主线与核心载体都超过{belt}分钟的有{len(off)}处{f'：{names}' if len(off) else ''}。",
                f"{len(off)} lie more than {belt} minutes from both the corridor and the core carrier"
                f"{f': {names}' if len(off) else ''}.",
            )
        )
    whole = found.chain_coverage
    row = whole[(whole["stage"] == "all") & (whole["group"] == "workers") & (whole["minutes"] == 15)]
    if len(row) and not missing(row["share"].iloc[0]):
        share = percent(row["share"].iloc[0])
        out.append(
            pick(
                lang,
                f"{share}%的就业者在15分钟内四个阶段都能走到。",
                f"{share}% of workers reach all four stages within 15 minutes.",
            )
        )
    return out


def _weight_unit(evaluation: Evaluation, lang: str) -> str:
    if evaluation.study.config.linkage.weight == "floor_area":
        return f"{NBSP}m²"
    return pick(lang, "家企业", " firms")


def _core(evaluation: Evaluation, lang: str) -> dict[str, Any] | None:
    """Return the walks from the first core carrier, nearest first."""
    cores = _cores(evaluation)
    if not cores:
        return None
    found, key = evaluation.innovation, cores[0]
    links = found.links[found.links["origin"] == key].set_index("destination")
    order = links["cost_dm"].astype("Float64").fillna(np.inf).sort_values(kind="stable").index
    rows = []
    for other in order[:_MOST_ROWS]:
        place, link = found.places.loc[other], links.loc[other]
        shape, _ = _symbols.carrier(str(place["kind"]), bool(place["is_core"]))
        stage = STAGES.get(str(place["stage"]))
        rows.append(
            {
                "icon": _symbols.icon(shape, 2.9),
                "name": _name(evaluation, str(other)),
                "stage": stage[lang != "zh"] if stage else NONE,
                "area": number(place["floor_area_m2"]),
                "firms": number(place["firms"]),
                "minutes": _minutes(link["walk_s"]),
                "metres": number(link["walk_m"]),
                "link": number(link["link"]),
                "off": not missing(place["off_belt"]) and bool(place["off_belt"]),
                "uncertain": number(place["uncertainty_m"]) if _uncertain(place) else "",
            }
        )
    return {"name": _name(evaluation, key), "rows": rows, "more": max(0, len(order) - _MOST_ROWS)}


def _uncertain(place: pd.Series) -> bool:
    return not missing(place["uncertainty_m"]) and float(place["uncertainty_m"]) >= 200


def _linkage_note(evaluation: Evaluation, lang: str) -> str:
    rule = evaluation.study.config.linkage
    form = _FORMS[rule.decay.form][lang != "zh"].format(m=f"{rule.decay.minutes:g}")
    weight = pick(lang, *(("建筑面积", "floor area") if rule.weight == "floor_area" else ("企业数", "firms")))
    lost = int(evaluation.innovation.places["off_belt"].isna().sum())
    off = pick(lang, f"；{lost}处不在步行网络上", f"; {lost} are not on the walking network") if lost else ""
    return pick(
        lang,
        f"联系强度为对方{weight}，{form}；对方{weight}未知者记“—”。"
        f"±为坐标误差，200{NBSP}m以上者位置为示意，分钟数只作参考{off}。",
        f"Link: the other's {weight}, {form}; “—” where it is not known. "
        f"±: uncertainty of the coordinate; from 200{NBSP}m on the minutes are indicative only{off}.",
    )


def _matrix(
    table: pd.DataFrame, subject: str, names: dict[str, tuple[str, str]], groups: tuple[str, ...], lang: str
) -> list[dict[str, Any]]:
    """Return a row for each subject: percent within 5, 10 and 15 minutes, group by group."""
    cells = table.set_index([subject, "group", "minutes"])["share"].to_dict()
    minutes = sorted({int(m) for m in table["minutes"]})
    order = [key for key in names if key in set(table[subject])] if names else list(dict.fromkeys(table[subject]))
    return [
        {
            "key": key,
            "name": names[key][lang != "zh"] if names else str(key),
            "cells": [percent(cells.get((key, group, m), pd.NA)) for group in groups for m in minutes],
        }
        for key in order
    ]


def _chain_note(evaluation: Evaluation, lang: str) -> str:
    """Say what counts as a stage, and where the chain breaks for how many buildings of the area."""
    found = evaluation.innovation
    basis = {
        "records": ("阶段按台账中的载体与院所", "Stages by the carriers and institutes of the records"),
        "osm": (
            "台账没有阶段，按地图资料中的高校、办公等场所",
            "No stages in the records: universities, offices of the map data",
        ),
        "none": ("资料中没有任何阶段的场所", "The data hold no place of any stage"),
    }[found.chain_basis][lang != "zh"]
    inside = evaluation.buildings["in_area"] & evaluation.buildings["connected"]
    lacking = found.chain.loc[inside[inside].index.intersection(found.chain.index), "missing_stage"]
    counts = [(stage, int((lacking == stage).sum())) for stage in list(STAGES)[:4]]
    told = [(STAGES[stage], count) for stage, count in counts if count]
    if not told:
        return basis + pick(lang, "。", ".")
    zh = "、".join(f"{names[0]}{number(count)}栋" for names, count in told)
    en = ", ".join(f"{names[1].lower()} {number(count)}" for names, count in told)
    return pick(
        lang,
        f"{basis}。研究范围内{number(len(lacking))}栋已接入建筑中，15分钟内首先断在：{zh}。",
        f"{basis}. Of {number(len(lacking))} connected buildings of the area the chain breaks first, within 15 minutes, at: {en}.",
    )


def _ladder(evaluation: Evaluation, lang: str) -> list[dict[str, str]]:
    """Return the walk from every carrier to the next stage, the longest first, those without one at the top."""
    table = evaluation.innovation.ladder
    table = table[table["step"] == 1]
    order = table["walk_s"].astype("Float64").fillna(np.inf).sort_values(ascending=False, kind="stable").index
    return [
        {
            "name": str(row["name"]),
            "stage": STAGES[row["stage"]][lang != "zh"],
            "next": STAGES[row["next_stage"]][lang != "zh"],
            "nearest": NONE if missing(row["next_name"]) else str(row["next_name"]),
            "minutes": _minutes(row["walk_s"]),
            "metres": number(row["walk_m"]),
        }
        for _, row in table.loc[order[:_MOST_ROWS]].iterrows()
    ]


def _services(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    table = evaluation.innovation.service_coverage
    rows = _matrix(table, "type", STATIONS, ("firms", "carriers", "workers"), lang)
    counts = table.drop_duplicates("type").set_index("type")["n_places"]
    return [{**row, "count": number(counts[row["key"]])} for row in rows]


def _trips(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    """Return a row for each service chain and whose walk it is: how many within the limit, shortest and longest."""
    table = evaluation.innovation.one_trip
    rows = []
    for n, asked in enumerate(evaluation.study.config.service_chains, start=1):
        for whose, names in _WHOSE.items():
            walks = table[(table["chain"] == n) & (table["table"] == whose) & table["walk_s"].notna()]
            if walks.empty:
                continue
            best = walks.loc[walks["walk_s"].astype(float).idxmin()]
            rows.append(
                {
                    "chain": asked.name.in_(lang),
                    "whose": names[lang != "zh"],
                    "limit": asked.minutes,
                    "within": f"{int(walks['within'].sum())} / {len(walks)}",
                    "shortest": _minutes(walks["walk_s"].min()),
                    "median": _minutes(walks["walk_s"].astype(float).median()),
                    "longest": _minutes(walks["walk_s"].max()),
                    "best": str(best["name"]),
                }
            )
    return rows


def _trip_note(evaluation: Evaluation, lang: str) -> list[str]:
    """Return, for each chain, its stations and the walk from the core carrier."""
    study, table = evaluation.study, evaluation.innovation.one_trip
    out = []
    for n, asked in enumerate(study.config.service_chains, start=1):
        types = listing((STATIONS[name][lang != "zh"] for name in asked.stations), lang)
        way = pick(lang, "含返程", "there and back") if asked.back else pick(lang, "不含返程", "one way")
        text = pick(
            lang, f"{asked.name.zh}：{types}，次序不限，{way}。", f"{asked.name.en}: {types}, in any order, {way}."
        )
        for key in _cores(evaluation)[:1]:
            row = table[(table["chain"] == n) & (table["origin_id"] == key)]
            if len(row) and not missing(row["walk_s"].iloc[0]):
                stops = [
                    str(study.stations["name"].get(stop, stop)) for stop in str(row["stations"].iloc[0]).split("; ")
                ]
                minutes = _minutes(row["walk_s"].iloc[0])
                text += pick(
                    lang,
                    f"自{_name(evaluation, key)}最短{minutes}分钟：{' → '.join(stops)}。",
                    f" From {_name(evaluation, key)} {minutes} minutes at the least: {' → '.join(stops)}.",
                )
        out.append(text)
    return out


def _events(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    table = evaluation.innovation.event_coverage
    rows = _matrix(table, "series", {}, ("firms", "residents"), lang)
    counts = table.drop_duplicates("series").set_index("series")["n_places"]
    times = _event_times.of_series(evaluation, lang)
    return [
        {**row, "count": number(counts[row["key"]]), "times": times.get(row["key"], [])} for row in rows[:_MOST_ROWS]
    ]


def _by_group(evaluation: Evaluation, lang: str) -> list[dict[str, str]]:
    return [
        {
            "whose": _WHOSE[row["table"]][lang != "zh"],
            "by": _BY[row["by"]][lang != "zh"],
            "group": pick(lang, "未填", "not given") if missing(row["group"]) else str(row["group"]),
            "count": number(row["count"]),
            "area": number(row["floor_area_m2"]),
            "technology": percent(row["technology_share"]),
            "chain": percent(row["chain_share"]),
            "trip": percent(row["one_trip_share"]),
        }
        for _, row in evaluation.innovation.groups.head(2 * _MOST_ROWS).iterrows()
    ]


def _trails(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    found = evaluation.innovation
    orders = WORDS["trails", "order"]
    out = []
    for (key, row), colour in zip(found.trails.iterrows(), _trail_colours(len(found.trails)), strict=True):
        stops = found.trail_stops[found.trail_stops["trail"] == key]
        way = [
            str(stop["name"]) if missing(stop["walk_s"]) else f"{_minutes(stop['walk_s'])} → {stop['name']}"
            for _, stop in stops.iterrows()
        ]
        out.append(
            {
                "key": _line_key(colour),
                "name": str(row[f"name_{lang}"]),
                "order": orders[row["order"]][lang != "zh"],
                "round": bool(row["round"]),
                "stops": number(row["n_stops"]),
                "minutes": _minutes(row["walk_s"]),
                "metres": number(row["length_m"]),
                "way": way,
            }
        )
    return out


def _trail_colours(count: int) -> list[str]:
    return [_TRAIL_COLOURS[n % len(_TRAIL_COLOURS)] for n in range(count)]


def _line_key(colour: str, width: float = 2.8, dash: str = "") -> Markup:
    style = f' stroke-dasharray="{dash}"' if dash else ""
    return wrap(f'<path d="M0 7h14" stroke="{colour}" stroke-width="{width}"{style}/>', 3.7 * MM, 3.7 * MM)


def _link_key(lang: str) -> list[tuple[Markup, str]]:
    words = []
    low = 0
    for limit, colour, width in _LINKS:
        text = (
            pick(lang, f"{low}–{limit}分钟", f"{low}–{limit} min") if limit else pick(lang, "15分钟以上", "over 15 min")
        )
        words.append((_line_key(colour, width * 1.4), text))
        low = limit or low
    return words


def _maps(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    """Draw the links from the core carriers, and the trails: two small maps of the same extent."""
    found, study = evaluation.innovation, evaluation.study
    shown = [study.area, *study.corridor.geometry.to_numpy(), *found.core_links.geometry.to_numpy()]
    large, _ = _mapsheet.fit(shapely.union_all([*shown, *found.trails.geometry.dropna().to_numpy()]).envelope)
    ratio = _FIGURE_MM / _mapsheet.WIDTH_MM
    frame = Frame(large.width * ratio, large.height * ratio, large.scale * ratio, large.centre)
    out = []
    if len(found.core_links):
        label = pick(lang, "核心载体到各载体院所的步行联系", "Walks from the core carrier to carriers and institutes")
        out.append({"title": label, "svg": _link_map(evaluation, frame, lang, label), "kind": "links"})
    if found.trails.geometry.notna().any():
        label = pick(lang, "微旅游线路", "Walking trails")
        out.append({"title": label, "svg": _trail_map(evaluation, frame, lang, label), "kind": "trails"})
    return out


def _ground(evaluation: Evaluation, frame: Frame, lang: str) -> Drawing:
    """Return a drawing that begins with the ground, the same for both maps and in any language."""
    return Drawing(frame, lang, list(once(evaluation, "innovation ground", lambda: _wordless(evaluation, frame))))


def _wordless(evaluation: Evaluation, frame: Frame) -> list[str]:
    """Draw streets, study area and corridor; buildings, which carry no data here, in the grey of the base map."""
    study = evaluation.study
    drawing = Drawing(frame, "zh")
    draw_ground(drawing, study)
    shapes = evaluation.buildings.geometry.to_numpy()
    drawing.area(shapes[frame.visible(shapes)], "#E3E1DA")
    draw_above(drawing, study)
    drawing.lines([study.area], INK, 1.1, dash=(7, 2, 1.3, 2))
    drawing.lines(study.corridor.geometry.to_numpy(), "#FFFFFF", 3.2, cap="round")
    drawing.lines(study.corridor.geometry.to_numpy(), ACCENT, 1.7, cap="round")
    return drawing.marks


def _link_map(evaluation: Evaluation, frame: Frame, lang: str, label: str) -> Markup:
    found = evaluation.innovation
    drawing = _ground(evaluation, frame, lang)
    minutes = found.core_links["walk_s"].astype(float) / 60
    low = 0.0
    classes = []
    for limit, colour, width in _LINKS:
        high = float(limit or np.inf)
        first = minutes >= low if low == 0 else minutes > low
        classes.append((found.core_links.geometry[first & (minutes <= high)].to_numpy(), colour, width))
        low = high
    for lines, _, width in reversed(classes):
        drawing.lines(lines, "#FFFFFF", width + 1.4)
    for lines, colour, width in reversed(classes):
        drawing.lines(lines, colour, width)
    placed = found.places[found.places.geometry.notna()]
    order = placed["is_core"].astype(int).sort_values(kind="stable").index
    for key in order:
        place = placed.loc[key]
        shape, size = _symbols.carrier(str(place["kind"]), bool(place["is_core"]))
        (x, y), *_ = frame.place(shapely.get_coordinates(place.geometry)).tolist()
        drawing.put(_symbols.placed(shape, x, y, _symbols.SIZES[size] * 0.62))
    return drawing.svg(label)


def _trail_map(evaluation: Evaluation, frame: Frame, lang: str, label: str) -> Markup:
    found = evaluation.innovation
    drawing = _ground(evaluation, frame, lang)
    trails = found.trails[found.trails.geometry.notna()]
    colours = dict(zip(found.trails.index, _trail_colours(len(found.trails)), strict=True))
    for number_, (key, line) in enumerate(trails.geometry.items()):
        drawing.lines([line], "#FFFFFF", 4.2, cap="round")
        drawing.lines(
            [line], colours[key], 2.4 - 0.5 * min(number_, 2), cap="round", dash=() if number_ == 0 else (5, 3)
        )
    stops = found.trail_stops[found.trail_stops["trail"].isin(trails.index)]
    # The stop a round trail returns to keeps its first number.
    stops = stops[~stops.duplicated(["trail", "stop_id"])]
    places = frame.place(shapely.get_coordinates(stops.geometry.to_numpy())).tolist()
    for stop, (x, y) in zip(stops.itertuples(), places, strict=True):
        drawing.put(
            f'<circle cx="{plain(x)}" cy="{plain(y)}" r="5.6" fill="{colours[stop.trail]}" stroke="#fff" '
            f'stroke-width="1.2"/>'
        )
        drawing.text(x, y + 2.7, str(stop.rank), 7.6, colour="#fff", bold=True, halo=0)
    return drawing.svg(label)
