"""The report's page: content poured into the template, one style, no script, nothing fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from corridor.config import KINDS
from corridor.report import (
    _content,
    _figures,
    _findings,
    _innovation,
    _measures,
    _paper,
    _records,
    _streets,
    _symbols,
    _targets,
)
from corridor.report._format import NBSP, number, percent, pick, speed

if TYPE_CHECKING:
    from corridor.config import Walker
    from corridor.evaluation import Evaluation, StreetStudy


def render(evaluation: Evaluation, lang: str, streets: StreetStudy | None = None) -> str:
    """Return the whole report as one HTML document in `lang` ("zh" or "en"); with `streets`, also a section on them."""
    part = pick(lang, "现状评估 · 数据部分", "Assessment of today · data part")
    return _paper.render(
        "report.html.j2",
        evaluation.study,
        lang,
        part,
        {**_context(evaluation, lang), "streets": None if streets is None else _streets.summary(streets, lang)},
    )


def _context(evaluation: Evaluation, lang: str) -> dict[str, Any]:
    study = evaluation.study
    rows, without = _content.legend(evaluation)
    figure = _figures.score_map(evaluation, lang)
    gaps = _content.gap_table(evaluation, lang)
    return {
        "title": pick(lang, "“15分钟创新生活圈”初步方案", "Preliminary plan of the 15-minute innovation life circle"),
        "subtitle": _subtitle(evaluation, lang),
        "notices_in": "notices.csv",
        "command": "corridor study study.yaml -o output",
        "lead": _findings.lead(evaluation, lang),
        "points": _findings.points(evaluation, lang),
        "key_figures": _content.key_figures(evaluation, lang),
        "figure": figure,
        "figure_title": _figure_title(evaluation, lang),
        "figure_note": _figure_note(evaluation, figure, lang),
        "legend": rows,
        "legend_na": without,
        "symbols": _symbol_key(evaluation, lang),
        "small": _small_maps(evaluation, lang),
        "lowest": _content.lowest(evaluation, lang),
        "people_note": _people_note(evaluation, lang),
        "facts": _content.extent_facts(evaluation, lang),
        "completeness": _content.completeness(evaluation, lang),
        "by_time": _content.by_time(evaluation, lang),
        "coverage": _content.coverage_table(evaluation, lang),
        "metres_group": _findings.group_name(_measures.people_group(evaluation), lang),
        "has_corridor": bool(len(_measures.buildings_of(evaluation, "corridor"))),
        "corridor_name": _along(evaluation, lang),
        "scores": _content.score_table(evaluation, lang),
        "class_names": list(reversed(_figures.CLASS_NAMES)),
        "speed_note": _speed_note(evaluation, lang),
        "gaps": gaps,
        "gap_head": [("r w", place) for place in gaps["places"]] if gaps else [],
        "along": _content.corridor_gap_table(evaluation, lang),
        "method_walk": _method(evaluation, lang),
        "method_gates": _gates_note(evaluation, lang),
        "total_formula": _total_formula(evaluation, lang),
        "people_rows": _content.people_rows(evaluation, lang),
        "people_source": _people_source(evaluation, lang),
        "sources": _content.sources(evaluation, lang),
        "chain": _innovation.section(evaluation, lang),
        "account": _content.account(evaluation.account, lang),
        "notices": _content.notices(evaluation.notices, lang),
        "records": _records.section(study, lang),
        "targets": _targets.section(evaluation.targets, lang),
    }


def _subtitle(evaluation: Evaluation, lang: str) -> str:
    study = evaluation.study
    area = f"{number(study.area.area / 1e6, 2)}{NBSP}km²"
    text = pick(lang, f"第一部分　研究范围现状：{area}", f"Part one · the study area today: {area}")
    if len(study.corridor) and study.config.corridor:
        length = f"{number(study.corridor.geometry.length.sum())}{NBSP}m"
        name = _findings.corridor_name(study, lang)
        text += pick(lang, f"，{name}{length}", f", {name} {length}")
    return text


def _along(evaluation: Evaluation, lang: str) -> str:
    corridor_ = evaluation.study.config.corridor
    if corridor_ is None:
        return ""
    name = _findings.corridor_name(evaluation.study, lang)
    side = f"{number(corridor_.side_m)}{NBSP}m"
    return pick(lang, f"{name}两侧{side}", f"{side} beside {name}")


def _figure_title(evaluation: Evaluation, lang: str) -> str:
    if len(evaluation.isochrones):
        return pick(
            lang, "建筑综合得分与核心载体等时圈", "Overall score of buildings and isochrones of the core carriers"
        )
    return pick(lang, "建筑综合得分", "Overall score of buildings")


def _figure_note(evaluation: Evaluation, figure: _figures.Figure, lang: str) -> str:
    walker = evaluation.study.config.walker
    pace = f"{speed(walker.speed_m_min.middle)}{NBSP}m/min"
    gates = _content.GATES[walker.gates][lang != "zh"]
    parts = [pick(lang, f"步行{pace}，{gates}", f"walking {pace}; {gates}"), f"1:{number(figure.denominator)}"]
    if figure.crowded:
        parts.append(
            pick(lang, f"另有{figure.crowded}处因重叠未画", f"symbols left out for lack of room: {figure.crowded}")
        )
    if evaluation.study.config.schematic:
        parts.append(pick(lang, "示意样本", "schematic sample"))
    return pick(lang, "；", "; ").join(parts)


def _symbol_key(evaluation: Evaluation, lang: str) -> list[tuple[Markup, str]]:
    """Return the key of symbols and lines that this study's map can show."""
    study = evaluation.study
    kinds = set(study.carriers["kind"].dropna())
    core = study.carriers["is_core"].fillna(False).astype(bool).any()
    stops = (evaluation.opportunities["category"] == "mobility.metro").any()
    rows = [
        (core, _symbols.icon, "s-core", "核心载体", "Core carrier"),
        (bool(kinds & {"institute", "university"}), _symbols.icon, "s-institute", "科研院所", "Institute"),
        (bool(kinds - {"institute", "university"}), _symbols.icon, "s-work", "科创载体", "Carrier"),
        (bool(len(study.stations)), _symbols.icon, "s-service", "服务站点", "Service station"),
        (stops, _symbols.icon, "s-metro", "轨道站", "Metro"),
        (bool(len(study.corridor)), _figures.line_key, "corridor", "主线", "Corridor"),
        (True, _figures.line_key, "area", "研究范围", "Study area"),
        (bool(len(evaluation.isochrones)), _figures.line_key, "iso", *_iso_words(evaluation)),
    ]
    return [(draw(name), pick(lang, zh, en)) for shown, draw, name, zh, en in rows if shown]


def _iso_words(evaluation: Evaluation) -> tuple[str, str]:
    minutes = [str(m) for m in sorted(set(evaluation.isochrones["minutes"].tolist()))]
    return f"{'、'.join(minutes)}分", f"{', '.join(minutes)} min"


def _small_maps(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    names = {kind: _findings.kind_name(kind, lang) for kind in KINDS}
    labels: dict[str, str] = {kind: pick(lang, f"{name}得分", f"{name} score") for kind, name in names.items()}
    drawn = _figures.kind_maps(evaluation, labels, lang)
    out = []
    for kind, name in names.items():
        median = _measures.median(evaluation, "area", f"score_{kind.lower()}")
        known = pick(lang, f"{number(median)}{NBSP}分", number(median))
        out.append(
            {
                "icon": _symbols.icon(_symbols.KIND_SYMBOLS[kind], 3.6),
                "name": name,
                "median": pick(lang, "无资料", "no data") if median is None else known,
                "svg": drawn[kind],
            }
        )
    return out


def _people_note(evaluation: Evaluation, lang: str) -> str:
    shares = [percent(_measures.assumed_share(evaluation, g)) for g in ("residents", "workers")]
    return pick(
        lang,
        f"居民、就业者由建筑面积推算，其中{shares[0]}%的居民、{shares[1]}%的就业者依据假设的层数或用途。",
        f"Residents and workers are estimated from floor area; {shares[0]}% of residents and {shares[1]}% of workers "
        f"rest on assumed levels or use.",
    )


def _people_source(evaluation: Evaluation, lang: str) -> str:
    people = evaluation.study.config.people
    share = f"{people.unknown_residential_share * 100:g}%"
    source = people.source.in_(lang)
    return pick(
        lang,
        f"居住用途推算居民，其余推算就业者；"
        f"用途未知的建筑以{share}的建筑面积计居民，其余计就业者。"
        f"依据：{source}（等级{people.grade}）。",
        f"Residential use gives residents, all other use workers; of a building of unknown use {share} of the floor "
        f"area counts for residents, the rest for workers. Source: {source} (grade {people.grade}).",
    )


def _speed_note(evaluation: Evaluation, lang: str) -> str:
    speeds = evaluation.study.config.walker.speed_m_min
    low, high = (number(_measures.median(evaluation, "area", f"score_total_{end}")) for end in ("low", "high"))
    slow, fast = (f"{speed(v)}{NBSP}m/min" for v in (speeds.low, speeds.high))
    return pick(
        lang,
        f"研究范围综合得分中位数：步速{slow}时{low}，{fast}时{high}。各级含下限不含上限，100计入80–100。",
        f"Median overall score of the study area: {low} at {slow}, {high} at {fast}. "
        f"A class includes its lower edge; 100 belongs to 80–100.",
    )


def _method(evaluation: Evaluation, lang: str) -> str:
    walker = evaluation.study.config.walker
    speeds, gates = walker.speed_m_min, _content.GATES[walker.gates][lang != "zh"]
    pace, reach = f"{speed(speeds.middle)}{NBSP}m/min", f"{number(walker.snap_m)}{NBSP}m"
    between = f"{speed(speeds.low)}–{speed(speeds.high)}{NBSP}m/min"
    steps = _costs(walker, lang)
    who = walker.name.zh if lang == "zh" else walker.name.en
    return pick(
        lang,
        f"步行路网由街道资料按步行规则建立，距离以整数分米计，建筑与设施沿最近的可行街道接入（不超过{reach}）。"
        f"每栋建筑到每个类别最近一处的步行时间按{who}{pace}计，区间为{between}；{steps}；{gates}。"
        f"与步行网络不连通的建筑不计分，在覆盖率中计为未达标。",
        f"The walking network follows from the street data by rules for walkers; lengths are whole decimetres, and "
        f"buildings and facilities attach along the nearest admissible street (at most {reach}). The walk from each "
        f"building to the nearest place of each category is timed for the walker “{who}” at {pace}, with a band of "
        f"{between}; {steps}; {gates}. Buildings that are not connected have no score and count as not met in "
        f"the coverage.",
    )


def _gates_note(evaluation: Evaluation, lang: str) -> str:
    """Say what the score would be if the gates were otherwise: the least certain thing about the data."""
    medians = evaluation.summary.get("score_median_by_gates", {})
    named = [(_content.GATES[policy][lang != "zh"], value) for policy, value in medians.items() if value is not None]
    if len(named) < 2:
        return ""
    listed = pick(lang, "；", "; ").join(
        f"{what.partition('：')[0].partition(':')[0]}{NBSP}{number(value, 1)}" for what, value in named
    )
    return pick(
        lang,
        f"门禁资料的不确定性：综合得分中位数按不同门禁规则为：{listed}。",
        f"How much hangs on the gates: the median overall score under each rule is {listed}.",
    )


def _costs(walker: Walker, lang: str) -> str:
    """Say what steps, waits and classes of street cost this walker, and how far the walker goes."""
    parts = [pick(lang, "台阶不可通行（有坡道者除外）", "steps cannot be walked but where they have a ramp")]
    if walker.steps_factor is not None:
        factor = f"{walker.steps_factor:g}"
        parts = [pick(lang, f"台阶按长度的{factor}倍计", f"steps count {factor} times their length")]
    if walker.signals_wait_s or walker.crossing_wait_s:
        lit, plain = (f"{value:g}{NBSP}s" for value in (walker.signals_wait_s, walker.crossing_wait_s))
        parts.append(
            pick(
                lang,
                f"过街等候：信号灯处{lit}，无信号灯处{plain}",
                f"waits at crossings: {lit} at signals, {plain} elsewhere",
            )
        )
    if walker.class_factors:
        listed = pick(lang, "、", ", ").join(f"{name} × {value:g}" for name, value in walker.class_factors.items())
        parts.append(pick(lang, f"街道感知系数：{listed}", f"perceived length by class of street: {listed}"))
    if walker.longest_walk_min is not None:
        most = f"{walker.longest_walk_min:g}"
        parts.append(pick(lang, f"步行不超过{most}分钟", f"no walk longer than {most}{NBSP}min counts"))
    return pick(lang, "；", "; ").join(parts)


def _total_formula(evaluation: Evaluation, lang: str) -> str:
    weights = evaluation.study.config.score.kind_weights
    terms = " + ".join(f"{weights[k]:g}×{_findings.kind_name(k, lang)}" for k in KINDS)
    total = sum(weights[k] for k in KINDS)
    tail = pick(lang, "（没有资料的类不计入分子分母）", " (a kind without data is left out above and below)")
    return f"({terms}) / {total:g}{tail}"
