"""Findings: sentences with a place and a number, written from the tables. None is written that the data do not bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor.config import KINDS
from corridor.report import _measures
from corridor.report._format import estimate, limit, listing, missing, number, percent, speed

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation
    from corridor.report._along import Along
    from corridor.study import StudyArea

KIND_NAMES = {
    "LIFE": ("生活", "Life"),
    "WORK": ("工作", "Work"),
    "SERVICE": ("服务", "Service"),
    "EXCHANGE": ("交流", "Exchange"),
}
GROUP_NAMES = {
    "residents": ("居民", "residents"),
    "workers": ("就业者", "workers"),
    "buildings": ("建筑", "buildings"),
}


# Items of the completeness whose gaps lower scores, and the share from which they are taken as whole.
_HOLES = ("extent", "buildings", "amenities")
_WHOLE = 0.8


def kind_name(kind: str, lang: str) -> str:
    """Return a kind's name."""
    return KIND_NAMES[kind][lang != "zh"]


def group_name(group: str, lang: str) -> str:
    """Return the name of whom is counted."""
    return GROUP_NAMES[group][lang != "zh"]


def category_name(evaluation: Evaluation, code: str, lang: str) -> str:
    """Return a category's name."""
    return str(_measures.categories(evaluation)[code][lang])


def street_name(study: StudyArea, name: str, lang: str) -> str:
    """Return a street's name, in English where the map knows it."""
    if lang == "zh":
        return name
    known = study.streets["name_en"][study.streets["name"] == name].dropna()
    return str(known.iloc[0]) if len(known) else name


def corridor_name(study: StudyArea, lang: str) -> str:
    """Return the corridor's name, or "the corridor" when the study gives none."""
    names = list(study.config.corridor.names) if study.config.corridor else []
    if not names:
        return "主线" if lang == "zh" else "the corridor"
    return listing([street_name(study, n, lang) for n in names], lang) + ("主线" if lang == "zh" else "")


_SIDES = {"east": ("东侧", "East side"), "west": ("西侧", "West side"), "north": ("北侧", "North side"),
          "south": ("南侧", "South side")}  # fmt: skip


def part_name(study: StudyArea, parts: Along, part: str | int, lang: str) -> str:
    """Return the name of a side, or of a stretch by the cross streets at its ends."""
    if isinstance(part, str):
        return _SIDES[part][lang != "zh"]
    first, last = parts.ends[part]
    edges = (
        (("北端", "North end"), ("南端", "South end"))
        if parts.upright
        else (("西端", "West end"), ("东端", "East end"))
    )
    a, b = (
        edge[lang != "zh"] if name is None else street_name(study, name, lang)
        for name, edge in zip((first, last), edges, strict=True)
    )
    return f"{a}—{b}" if lang == "zh" else f"{a} – {b}"


def corridor_gap(evaluation: Evaluation, parts: Along, found: _measures.Gaps, lang: str) -> str:
    """Return what is missing most along the corridor: how many, on which side, in which stretch."""
    sides = [part for part in found.without.columns if isinstance(part, str)]
    stretches = [part for part in found.without.columns if not isinstance(part, str)]
    lacking, everybody = found.without[sides].sum(axis=1), float(found.total[sides].sum())
    if not everybody or lacking.max() <= 0:
        return ""
    code = str(lacking.idxmax())
    side, stretch = (found.without.loc[code, part].idxmax() for part in (sides, stretches))
    who, what = group_name(found.group, lang), category_name(evaluation, code, lang)
    reach = limit(_measures.categories(evaluation)[code]["tier_min"], None, lang)
    count, there = estimate(lacking[code]), (estimate(found.without.loc[code, part]) for part in (side, stretch))
    share, (on_side, on_stretch) = percent(lacking[code] / everybody), there
    names = [part_name(evaluation.study, parts, part, lang) for part in (side, stretch)]
    corridor, metres = corridor_name(evaluation.study, lang), number(evaluation.study.config.corridor.side_m)  # type: ignore[union-attr]
    if lang == "zh":
        unit = "栋" if found.group == "buildings" else "人"
        return (
            f"{corridor}两侧{metres}\u00a0m内最缺的是{what}：约{count}{unit}（该处{who}的{share}%）{reach}内到不了；"
            f"两侧比较以{names[0]}为多（约{on_side}{unit}），分段比较以{names[1]}为多（约{on_stretch}{unit}）。"
        )
    return (
        f"Within {metres}\u00a0m of {corridor} {what} is missing most: about {count} {who} ({share}% of those there) do "
        f"not reach one within {reach}. Of the two sides the {names[0].lower()} lacks more (about {on_side}); of the "
        f"stretches {names[1]} (about {on_stretch})."
    )


def lead(evaluation: Evaluation, lang: str) -> str:
    """Return the opening paragraph: scores of area and corridor, the kinds, the lowest coverage, the slow walker."""
    return ("" if lang == "zh" else " ").join(
        s
        for s in (
            _medians(evaluation, lang),
            _kinds(evaluation, lang),
            _lowest(evaluation, lang),
            _slow(evaluation, lang),
        )
        if s
    )


def _medians(evaluation: Evaluation, lang: str) -> str:
    area = _measures.median(evaluation, "area", "score_total")
    if area is None:
        return "研究范围内没有可计分的建筑。" if lang == "zh" else "No building of the study area could be scored."
    counted = int(_measures.buildings_of(evaluation, "area")["score_total"].notna().sum())
    along = _measures.median(evaluation, "corridor", "score_total")
    zh = f"研究范围内{number(counted)}栋建筑的综合得分中位数为{number(area)}分"
    en = (
        f"The median overall score of the {number(counted)} buildings scored in the study area is {number(area)} of 100"
    )
    corridor = evaluation.study.config.corridor
    if along is None or corridor is None:
        return f"{zh}。" if lang == "zh" else f"{en}."
    name, side = corridor_name(evaluation.study, lang), number(corridor.side_m)
    if lang == "zh":
        return f"{zh}，{name}两侧{side}\u00a0m内为{number(along)}分。"
    return f"{en}, and {number(along)} within {side}\u00a0m of {name}."


def _kinds(evaluation: Evaluation, lang: str) -> str:
    scores = {k: _measures.median(evaluation, "area", f"score_{k.lower()}") for k in KINDS}
    known = sorted(((v, k) for k, v in scores.items() if v is not None), key=lambda item: (-item[0], item[1]))
    if len(known) < 2 or number(known[0][0]) == number(known[-1][0]):
        return ""
    (top, best), (low, worst) = known[0], known[-1]
    if lang == "zh":
        return (
            f"各类中{kind_name(best, lang)}最高（{number(top)}分），{kind_name(worst, lang)}最低（{number(low)}分）。"
        )
    return f"{kind_name(best, lang)} scores highest ({number(top)}), {kind_name(worst, lang)} lowest ({number(low)})."


def _lowest(evaluation: Evaluation, lang: str) -> str:
    group = _measures.people_group(evaluation)
    share = _measures.coverage(evaluation, "area", group)["share"].astype(float)
    codes = _measures.worst_first(evaluation)
    if not codes:
        return ""
    under = int((share[codes] < 0.5).sum())
    who = group_name(group, lang)
    opening, closing = ("（", "）") if lang == "zh" else (" (", ")")
    items = [f"{category_name(evaluation, c, lang)}{opening}{percent(share[c])}%{closing}" for c in codes[:3]]
    if lang == "zh":
        return (
            f"有资料的{len(codes)}个类别中，{under}个类别在标准时间内可达的{who}不足一半，"
            f"最低的是{listing(items, lang)}。"
        )
    return (
        f"Of the {len(codes)} categories with data, {under} are within the standard time of less than half of the "
        f"{who}; lowest are {listing(items, lang)}."
    )


def _slow(evaluation: Evaluation, lang: str) -> str:
    slow = _measures.median(evaluation, "area", "score_total_low")
    if slow is None:
        return ""
    pace = speed(evaluation.study.config.walker.speed_m_min.low)
    if lang == "zh":
        return f"以慢速步行（{pace}\u00a0m/min）计，综合得分中位数为{number(slow)}分。"
    return f"For a slow walker ({pace}\u00a0m/min) the median is {number(slow)}."


def points(evaluation: Evaluation, lang: str) -> list[str]:
    """Return short findings, each with a place and a number."""
    found = [
        _best_and_worst(evaluation, lang),
        _largest_gap(evaluation, lang),
        _no_data(evaluation, lang),
        _cut_off(evaluation, lang),
        _incomplete(evaluation, lang),
    ]
    return [f for f in found if f]


def _best_and_worst(evaluation: Evaluation, lang: str) -> str:
    table = _measures.street_scores(evaluation)
    if len(table) < 2:
        return ""
    best, worst = (table.iloc[i] for i in (0, -1))
    names = [street_name(evaluation.study, row["street"], lang) for row in (best, worst)]
    counts, scores = ([number(row[c]) for row in (best, worst)] for c in ("count", "median"))
    if lang == "zh":
        return (
            f"{names[0]}沿线得分最高（{counts[0]}栋建筑中位数{scores[0]}分），"
            f"{names[1]}沿线最低（{counts[1]}栋，{scores[1]}分）。"
        )
    return (
        f"Scores are highest along {names[0]} (median {scores[0]} over {counts[0]} buildings) "
        f"and lowest along {names[1]} ({scores[1]}, {counts[1]} buildings)."
    )


def _largest_gap(evaluation: Evaluation, lang: str) -> str:
    found = _measures.gaps(evaluation)
    if found is None or found.without.to_numpy().max() <= 0:
        return ""
    row, column = divmod(int(found.without.to_numpy().argmax()), found.without.shape[1])
    code, street = str(found.without.index[row]), str(found.without.columns[column])
    count, total = found.without.to_numpy()[row, column], found.total.to_numpy()[column]
    who, what = group_name(found.group, lang), category_name(evaluation, code, lang)
    where = street_name(evaluation.study, street, lang)
    reach = limit(_measures.categories(evaluation)[code]["tier_min"], None, lang)
    if lang == "zh":
        unit = "栋" if found.group == "buildings" else "人"
        share = f"该处{who}的{percent(count / total)}%"
        return f"缺口最大的是{where}沿线的{what}：约{estimate(count)}{unit}（{share}）{reach}内到不了。"
    return (
        f"The largest single gap is {what} along {where}: about {estimate(count)} {who} "
        f"({percent(count / total)}% of those there) do not reach one within {reach}."
    )


def _no_data(evaluation: Evaluation, lang: str) -> str:
    table = evaluation.category_table
    none = [str(name) for name in table.loc[~table["has_data"].astype(bool), lang]]
    if not none:
        return ""
    shown, more = listing(none[:4], lang), len(none) - 4
    if lang == "zh":
        rest = f"等{len(none)}类" if more > 0 else ""
        return f"资料中没有{shown}{rest}，未评价；没有资料不等于没有设施。"
    rest = f" and {more} more" if more > 0 else ""
    return f"The data hold no {shown}{rest}: not rated. No data does not mean no facility."


def _cut_off(evaluation: Evaluation, lang: str) -> str:
    rows = _measures.buildings_of(evaluation, "area")
    count = int((~rows["connected"].astype(bool)).sum())
    if missing(count) or count == 0:
        return ""
    if lang == "zh":
        return f"{number(count)}栋建筑与步行网络不连通，未计分。"
    return f"{number(count)} buildings are not connected to the walking network and have no score."


def _incomplete(evaluation: Evaluation, lang: str) -> str:
    """Say so when the data themselves have holes: what is not mapped looks like what is not there."""
    table = evaluation.completeness
    table = table[table.index.isin(_HOLES) & (table["share"].astype("Float64") < _WHOLE).fillna(False).astype(bool)]
    if table.empty:
        return ""
    items = listing(
        (f"{row[lang]}{'' if lang == 'zh' else ' '}{percent(row['share'])}%" for _, row in table.iterrows()), lang
    )
    if lang == "zh":
        return f"资料不全：{items}（口径见“资料完整程度”表），得分与覆盖率可能偏低。"
    return f"The data have holes ({items}; the table of completeness says of what): scores and coverage may be too low."
