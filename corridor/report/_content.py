"""What the report says, section by section, as plain rows for the template. Numbers come from `_measures` alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from corridor.config import KINDS, USES
from corridor.report import _along, _figures, _findings, _measures, _paper, _symbols
from corridor.report._format import (
    NBSP,
    NONE,
    after_title,
    band,
    estimate,
    first_upper,
    limit,
    missing,
    number,
    percent,
    percent_band,
    pick,
    speed,
)
from corridor.report._once import once

if TYPE_CHECKING:
    import pandas as pd

    from corridor.evaluation import Evaluation

# Key figures in the order of what a life circle of innovation is about; those without data give way to the next.
_KEY_CATEGORIES = (
    ("workers", "carrier.incubator"),
    ("residents", "mobility.metro"),
    ("residents", "green.pocket"),
    ("residents", "health.station"),
    ("residents", "food.market"),
    ("workers", "food.dining"),
    ("residents", "green.park"),
)
USE_NAMES = {
    "residential": ("居住", "residential"),
    "office": ("办公", "office"),
    "commercial": ("商业", "commercial"),
    "education": ("教育", "education"),
    "health": ("医疗", "health"),
    "industrial": ("工业", "industrial"),
    "hotel": ("旅馆", "hotel"),
    "civic": ("公共管理", "civic"),
    "religious": ("宗教", "religious"),
    "other": ("其他", "other"),
    "unknown": ("未知", "unknown"),
}
GATES = {
    "residents": ("居民门禁：小区只进出，不穿行", "gates for residents: compounds are entered and left, never crossed"),
    "public": ("只走公共道路", "public ways only"),
    "open": ("门禁全部视为开放", "all gates taken as open"),
}


SEVERITIES = {"W": ("留意", "Note"), "R": ("已处理", "Mended")}


@dataclass(frozen=True)
class KeyFigure:
    """One of the four figures at the top: value, unit, what it is, how and how sure."""

    value: str
    unit: str
    what: str
    how: str


def key_figures(evaluation: Evaluation, lang: str) -> list[KeyFigure]:
    """Return the median score and three shares of people, each with its band."""
    speeds = evaluation.study.config.walker.speed_m_min
    low, high = (_measures.median(evaluation, "area", f"score_total_{end}") for end in ("low", "high"))
    pace = f"{speed(speeds.low)}–{speed(speeds.high)}{NBSP}m/min"
    first = KeyFigure(
        number(_measures.median(evaluation, "area", "score_total")),
        "/ 100",
        pick(lang, "综合得分中位数", "Median overall score"),
        pick(lang, f"步速{pace}：{band(low, high)}", f"at {pace}: {band(low, high)}"),
    )
    shares = [_share_figure(evaluation, group, code, lang) for group, code in _key_shares(evaluation)]
    return [first, *shares]


def _key_shares(evaluation: Evaluation) -> list[tuple[str, str]]:
    main = _measures.people_group(evaluation)
    usual = [(g, c) for g, c in _KEY_CATEGORIES if _known(evaluation, g, c)]
    spare = [(main, c) for c in _measures.worst_first(evaluation) if (main, c) not in usual]
    return [*usual, *spare][:3]


def _known(evaluation: Evaluation, group: str, code: str) -> bool:
    rows = _measures.coverage(evaluation, "area", group)
    return code in rows.index and not missing(rows.loc[code, "share"])


def _share_figure(evaluation: Evaluation, group: str, code: str, lang: str) -> KeyFigure:
    row = _measures.coverage(evaluation, "area", group).loc[code]
    category = _measures.categories(evaluation)[code]
    who, what, minutes = _findings.group_name(group, lang), category[lang], category["tier_min"]
    title = pick(lang, f"{who}{minutes}分钟到达{what}", f"{who} within {minutes}{NBSP}min: {what}")
    bounds = percent_band(row["share_low"], row["share_high"])
    if group == "buildings":
        how = pick(lang, f"按建筑栋数，区间{bounds}", f"of buildings, {bounds}")
    else:
        how = pick(lang, f"按建筑面积估算，区间{bounds}", f"from floor area, {bounds}")
    return KeyFigure(percent(row["share"]), "%", first_upper(title), how)


def legend(evaluation: Evaluation) -> tuple[list[tuple[Markup, str, Markup, str]], tuple[Markup, str]]:
    """Return the rows of the legend, high to low, and the row without data; counts are of the study area."""
    counts, unknown = _figures.class_counts(_measures.buildings_of(evaluation, "area")["score_total"])
    rows = [
        (_figures.swatch(i), _figures.CLASS_NAMES[i], _figures.count_bar(counts[i], max(counts)), number(counts[i]))
        for i in reversed(range(5))
    ]
    return rows, (_figures.swatch(-1), number(unknown))


def basis(evaluation: Evaluation, code: str, lang: str) -> str:
    """Return a category's source and clause as one phrase."""
    row = _measures.categories(evaluation)[code]
    source, clause = ("" if missing(row[name]) else str(row[name]) for name in (f"source_{lang}", f"clause_{lang}"))
    parts = [source] if clause in source else [source, clause]
    return pick(lang, "，", ", ").join(p for p in parts if p) or NONE


def lowest(evaluation: Evaluation, lang: str, count: int = 8) -> list[dict[str, Any]]:
    """Return table 1: the categories of lowest coverage, worst first."""
    residents = _measures.coverage(evaluation, "area", "residents")
    workers = _measures.coverage(evaluation, "area", "workers")
    rows = []
    for code in _measures.worst_first(evaluation, count):
        category = _measures.categories(evaluation)[code]
        shares = [t["share"].get(code) for t in (residents, workers)]
        rows.append(
            {
                "icon": _symbols.icon(_symbols.KIND_SYMBOLS[category["kind"]], 2.9),
                "name": first_upper(category[lang]),
                "flag": bool(category["incomplete"]),
                "limit": limit(category["tier_min"], category["tier_m"], lang),
                "basis": category[f"source_{lang}"],
                "grade": category["grade"],
                "residents": percent(shares[0]),
                "workers": percent(shares[1]),
                "bars": _figures.share_bars(*shares),
            }
        )
    return rows


def coverage_table(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    """Return the full coverage table, kind by kind: share and band by category, group and place."""
    tables = {
        (place, group): _measures.coverage_rows(evaluation, place, group)
        for place in ("area", "corridor")
        for group in ("residents", "workers", "buildings")
    }
    metres = _measures.within_metres(evaluation, _measures.people_group(evaluation))
    kinds = []
    for kind in KINDS:
        rows = []
        for code, category in _measures.categories(evaluation).items():
            if category["kind"] != kind:
                continue
            rows.append(
                {
                    "name": first_upper(category[lang]),
                    "flag": bool(category["incomplete"]),
                    "has_data": bool(category["has_data"]),
                    "limit": limit(category["tier_min"], category["tier_m"], lang),
                    "cells": [_cell(t, code) for t in tables.values()],
                    "metres": percent(metres[code]) if category["has_data"] else NONE,
                }
            )
        kinds.append(
            {
                "icon": _symbols.icon(_symbols.KIND_SYMBOLS[kind], 2.9),
                "name": _findings.kind_name(kind, lang),
                "rows": rows,
            }
        )
    return [k for k in kinds if k["rows"]]


def _cell(table: Mapping[Any, Mapping[Any, Any]], code: Any) -> tuple[str, str]:
    row = table.get(code)
    if row is None or missing(row["share"]):
        return NONE, ""
    return percent(row["share"]), percent_band(row["share_low"], row["share_high"])


def by_time(evaluation: Evaluation, lang: str) -> dict[str, Any] | None:
    """Return the coverage by moment: what is known to be open, and with the unknown counted as open."""
    group = _measures.people_group(evaluation)
    table = _measures.by_time(evaluation, group)
    known, places = _measures.hours_known(evaluation)
    if evaluation.by_time.empty:
        return None
    moments = list(dict.fromkeys(evaluation.by_time["moment"]))
    names = evaluation.by_time.drop_duplicates("moment").set_index("moment")
    cells = {(row.moment, row.category): row for row in table.itertuples()}
    return {
        "who": _findings.group_name(group, lang),
        "moments": [(names.loc[m, f"moment_{lang}"], names.loc[m, "at"]) for m in moments],
        "known": number(known),
        "places": number(places),
        "rows": [
            {
                "name": _findings.category_name(evaluation, str(code), lang),
                "limit": limit(_measures.categories(evaluation)[str(code)]["tier_min"], None, lang),
                "cells": [_time_cell(cells[m, code], lang) for m in moments],
            }
            for code in dict.fromkeys(table["category"])
        ],
    }


def _time_cell(row: Any, lang: str) -> tuple[str, str]:
    """Return the share covered, from known open to possibly open, and how many places are open."""
    least, most = percent(row.share), percent(row.possible)
    places = row.n_open + row.n_closed + row.n_unknown
    unknown = ""
    if row.n_unknown:
        unknown = pick(lang, f"，不详{number(row.n_unknown)}", f", {number(row.n_unknown)} unknown")
    opened = pick(lang, f"开放{number(row.n_open)}/{number(places)}", f"{number(row.n_open)} of {number(places)} open")
    return (least if least == most else f"{least}–{most}"), opened + unknown


def score_table(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    """Return median, middle half, class counts of the total and the four kinds, for area and corridor."""
    rows = []
    for name in ("total", *(k.lower() for k in KINDS)):
        column = f"score_{name}"
        counts, unknown = _figures.class_counts(_measures.buildings_of(evaluation, "area")[column])
        label = pick(lang, "综合", "Overall") if name == "total" else _findings.kind_name(name.upper(), lang)
        icon = Markup("") if name == "total" else _symbols.icon(_symbols.KIND_SYMBOLS[name.upper()], 2.9)
        rows.append(
            {
                "icon": icon,
                "name": label,
                "area": number(_measures.median(evaluation, "area", column)),
                "area_half": band(*_measures.middle_half(evaluation, "area", column)),
                "corridor": number(_measures.median(evaluation, "corridor", column)),
                "corridor_half": band(*_measures.middle_half(evaluation, "corridor", column)),
                "counts": [number(c) for c in reversed(counts)],
                "unknown": number(unknown),
            }
        )
    return rows


def gap_table(evaluation: Evaluation, lang: str) -> dict[str, Any] | None:
    """Return the matrix of worst categories by streets: share and number of people without."""
    found = _measures.gaps(evaluation)
    if found is None:
        return None
    places = [_findings.street_name(evaluation.study, street, lang) for street in found.without.columns]
    return _gap_rows(evaluation, found, places, lang)


def corridor_gap_table(evaluation: Evaluation, lang: str) -> dict[str, Any] | None:
    """Return the matrix of worst categories by side and stretch of the corridor, and what it says in a sentence."""
    parts = _along.along(evaluation)
    if parts is None:
        return None
    found = once(evaluation, "gaps beside", lambda: _measures.gaps_beside(evaluation, (parts.side, parts.stretch)))
    if found is None:
        return None
    places = [_findings.part_name(evaluation.study, parts, part, lang) for part in found.without.columns]
    table = _gap_rows(evaluation, found, places, lang)
    sides = sum(isinstance(part, str) for part in found.without.columns)
    return {**table, "sides": sides, "stretches": len(places) - sides,
            "says": _findings.corridor_gap(evaluation, parts, found, lang)}  # fmt: skip


def _gap_rows(evaluation: Evaluation, found: _measures.Gaps, places: list[str], lang: str) -> dict[str, Any]:
    rows = [
        {
            "name": first_upper(_findings.category_name(evaluation, str(code), lang)),
            "limit": limit(_measures.categories(evaluation)[str(code)]["tier_min"], None, lang),
            "cells": [
                (percent(lack / total) if total else NONE, estimate(lack))
                for lack, total in zip(row, found.total, strict=True)
            ],
        }
        for code, row in found.without.iterrows()
    ]
    return {
        "who": _findings.group_name(found.group, lang),
        "places": places,
        "totals": [estimate(t) for t in found.total],
        "rows": rows,
    }


def extent_facts(evaluation: Evaluation, lang: str) -> list[tuple[str, str]]:
    """Return what the study area is and how much it holds."""
    study = evaluation.study
    homes = _measures.buildings_of(evaluation, "area")
    assumed = percent(_measures.assumed_share(evaluation, "residents"))
    facts = [
        (pick(lang, "研究范围", "Study area"), f"{number(study.area.area / 1e6, 2)}{NBSP}km²"),
        (pick(lang, "建筑", "Buildings"), pick(lang, f"{number(len(homes))}栋", number(len(homes)))),
        *((_findings.group_name(g, lang).capitalize(), _people(evaluation, g, lang)) for g in ("residents", "workers")),
        (
            pick(lang, "人口依据", "People rest on"),
            pick(lang, f"{assumed}%的居民落在层数或用途为假设值的建筑内",
                  f"{assumed}% of residents stand in buildings whose levels or use are assumed"),
        ),
        (
            pick(lang, "资料范围", "Data extent"),
            f"{number(study.extent.area / 1e6, 2)}{NBSP}km²"
            + pick(lang, "（含余量，范围外设施计入可达）", " (with margin; facilities beyond the area count)"),
        ),
        (pick(lang, "坐标系", "Coordinate system"), _crs_name(study.crs)),
    ]  # fmt: skip
    if study.config.corridor and len(study.corridor):
        length = number(evaluation.summary["corridor_m"])
        side = number(study.config.corridor.side_m)
        text = pick(lang, f"{length}{NBSP}m，两侧各{side}{NBSP}m", f"{length}{NBSP}m, {side}{NBSP}m on each side")
        facts.insert(1, (_findings.corridor_name(study, lang), text))
    return facts


def _people(evaluation: Evaluation, group: str, lang: str) -> str:
    middle, low, high = (estimate(v) for v in _measures.people_total(evaluation, group))
    return pick(lang, f"约{middle}人，区间{low}–{high}", f"about {middle}, between {low} and {high}")


def _crs_name(crs: Any) -> str:
    code = crs.to_epsg()
    return f"{crs.name} (EPSG:{code})" if code else str(crs.name)


def completeness(evaluation: Evaluation, lang: str) -> list[tuple[str, str, str]]:
    """Return how complete each item of the data is, and of what."""
    return [
        (str(row[lang]), NONE if missing(row["share"]) else f"{percent(row['share'])}%", str(row[f"basis_{lang}"]))
        for _, row in evaluation.completeness.iterrows()
    ]


def sources(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    """Return every category with its limit, basis, grade, weight, number of facilities, and whether it is scored."""
    rows = []
    for code, category in _measures.categories(evaluation).items():
        state = pick(lang, "计分", "scored")
        if not category["has_data"]:
            state = pick(lang, "无资料，不计分", "no data, not scored")
        elif not category["scored"]:
            state = pick(lang, "资料不完整，不计分", "incomplete, not scored")
        rows.append(
            {
                "icon": _symbols.icon(_symbols.KIND_SYMBOLS[category["kind"]], 2.9),
                "name": first_upper(category[lang]),
                "code": code,
                "limit": limit(category["tier_min"], category["tier_m"], lang),
                "basis": basis(evaluation, str(code), lang),
                "grade": category["grade"],
                "weight": f"{category['weight']:g}",
                "count": number(category["n_opportunities"]),
                "state": state,
            }
        )
    return rows


def people_rows(evaluation: Evaluation, lang: str) -> list[tuple[str, str, str]]:
    """Return the assumptions on people: use, floor area per person with its band, storeys assumed by footprint."""
    people = evaluation.study.config.people
    rows = []
    for use in USES:
        per = people.m2_per_person(use)
        levels = people.levels.get(use)
        area = pick(lang, "不计", "none") if per is None else f"{per.middle:g} ({per.low:g}–{per.high:g})"
        storeys = NONE if levels is None else f"{levels.small:g} / {levels.medium:g} / {levels.large:g}"
        rows.append((first_upper(USE_NAMES[use][lang != "zh"]), area, storeys))
    return rows


def account(table: pd.DataFrame, lang: str) -> list[dict[str, str]]:
    """Return the account: read = used + excluded, with reasons."""
    rows, before = [], None
    for _, row in table.iterrows():
        repeated = row["source"] == before
        before = row["source"]
        reason = row[f"reason_{lang}"]
        rows.append(
            {
                "name": "" if repeated else first_upper(str(row[lang])),
                "read": "" if repeated else number(row["read"]),
                "used": "" if repeated else number(row["used"]),
                "excluded": number(row["excluded"]),
                "reason": NONE if missing(reason) or not str(reason) else str(reason),
            }
        )
    return rows


def notices(table: pd.DataFrame, lang: str) -> list[dict[str, str]]:
    """Return the notices by code: how many, the first one, what to do; warnings first."""
    rows = []
    for (severity, code), group in table.groupby(["severity", "code"], sort=True):
        first = group.iloc[0]
        where = [str(first[c]) for c in ("file", "sheet") if not missing(first[c]) and str(first[c])]
        if not missing(first["row"]):
            where.append(pick(lang, f"第{int(first['row'])}行", f"row {int(first['row'])}"))
        if not missing(first["column"]) and str(first["column"]):
            where.append(str(first["column"]))
        action = first[f"action_{lang}"]
        rows.append(
            {
                "severity": SEVERITIES[severity][lang != "zh"],
                "code": str(code),
                "count": number(len(group)),
                "where": pick(lang, "，", ", ").join(where),
                "what": after_title(str(first[f"what_{lang}"]), pick(lang, *_paper.SCHEMATIC)),
                "action": "" if missing(action) else str(action),
            }
        )
    return sorted(rows, key=lambda r: r["severity"] != SEVERITIES["W"][lang != "zh"])
