"""The study of streets on paper: first form of 《…沿线公共空间和市容景观更新提升研究》, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from corridor.evaluation import account_table, notice_table
from corridor.report import _content, _paper
from corridor.report._format import NBSP, NONE, missing, number, pick
from corridor.report._streets import _findings, _map, _ranking, _space, _values
from corridor.report._streets._names import PARTS
from corridor.report._streets._parts import Story
from corridor.report._strip import drawn_svg, gathered

if TYPE_CHECKING:
    from corridor.config import MappedKind
    from corridor.evaluation import StreetStudy
    from corridor.report._strip import Road

__all__ = ["render", "summary"]


def render(streets: StreetStudy, lang: str, road: Road | None = None) -> str:
    """Return the study of streets as one HTML document in `lang` ("zh" or "en").

    `road` is what the strip shows (`_strip.gathered`), where it is at hand.
    """
    part = pick(lang, "街道更新提升 · 第一版", "Street upgrade · first form")
    story = Story(streets, lang)
    if story.corridor and road is None:
        road = gathered(streets)
    return _paper.render("streets.html.j2", streets.study, lang, part, _context(story, road))


def summary(streets: StreetStudy, lang: str) -> dict[str, Any]:
    """Return the short section on streets in the report of a study: finding, map, the corridor's ranking."""
    story = Story(streets, lang)
    return {
        "lead": _findings.lead(story),
        "figure": _map.priority_map(story),
        "legend": _ranking.legend(story),
        "ranking": _ranking.table(story),
        "weights_line": _weights_line(story),
        "road": story.road,
    }


def _context(story: Story, road: Road | None) -> dict[str, Any]:
    streets, lang = story.streets, story.lang
    return {
        "title": "".join(_title(story)),
        "phrases": _title(story),
        "subtitle": _subtitle(story),
        "lead": _findings.lead(story),
        "key_figures": _findings.key_figures(story),
        "points": _findings.points(story),
        "figure": _map.priority_map(story),
        "legend": _ranking.legend(story),
        "weights_line": _weights_line(story),
        "strip": None if road is None else Markup(drawn_svg(road, lang)),  # noqa: S704 - made by this package
        "road": story.road,
        "facts": _facts(story),
        "quality": _values.quality(story),
        "segments": _values.segments(story),
        "side_streets": _values.side_streets(story),
        "ranking": _ranking.table(story),
        "whiskers": _ranking.whiskers(story),
        "draws": number(streets.draws),
        "composition": _ranking.composition(story),
        "decomposition": _ranking.decomposition(story),
        "measures": _ranking.measures(story),
        "space": _space.section(story),
        "matrix": _values.matrix(story),
        "formulas": _values.formulas(story),
        "method": _method(story),
        "limits": _findings.limits(story),
        "notices_in": "streets.xlsx",
        "command": "corridor streets study.yaml -o output",
        "account": _content.account(account_table(streets.study.account), lang),
        "notices": _content.notices(notice_table(streets.all_notices), lang),
    }


def _title(story: Story) -> tuple[str, str]:
    """Return the title in two phrases: a line breaks between them."""
    if story.lang == "zh":
        return f"{story.road}沿线公共空间和市容景观" if story.road else "街道公共空间和市容景观", "更新提升研究"
    along = f"streetscape along {story.road}" if story.road else "streetscape"
    return "Upgrading public space and ", along


def _subtitle(story: Story) -> str:
    if not story.corridor:
        return story.say(
            f"第一版　{number(len(story.ranked))}个街段参评", f"First form · {number(len(story.ranked))} segments rated"
        )
    length, count = f"{number(story.streets.segments.corridor_m)}{NBSP}m", number(len(story.corridor))
    return story.say(f"第一版　主线{length}，{count}个街段", f"First form · corridor of {length} in {count} segments")


def _facts(story: Story) -> list[tuple[str, str]]:
    """Return what was asked, of which streets, on which data."""
    streets, study = story.streets, story.study
    survey = study.survey
    dates = survey["date"].dropna() if "date" in survey else survey.index[:0]
    when = (
        ""
        if not len(dates)
        else story.say(
            f"，{min(dates):%Y-%m-%d}至{max(dates):%Y-%m-%d}", f", {min(dates):%Y-%m-%d} to {max(dates):%Y-%m-%d}"
        )
    )
    compared = story.table[story.table.index.isin(streets.compared)]
    return [
        (story.say("要回答的问题", "The question"), story.say(
            "哪条街的哪一段应先更新，为什么，用什么措施", "Which stretch of which street should be upgraded first, why, and with what")),
        (story.say("评价对象", "What is rated"), story.say(
            f"{number(len(compared))}个街段，共{number(compared['length_m'].sum())}{NBSP}m；街段以与其他公共街道的路口为界",
            f"{number(len(compared))} segments, {number(compared['length_m'].sum())}{NBSP}m; a segment runs between junctions with other public streets")),
        (story.say("踏勘记录", "Field survey"), story.say(
            f"{number(len(survey))}条{when}" if len(survey) else "无：市容各项无资料",
            f"{number(len(survey))} answers{when}" if len(survey) else "none: nothing is known of the appearance")),
        (story.say("建筑", "Buildings"), story.say(f"{number(len(study.buildings))}栋", number(len(study.buildings)))),
        (story.say("坐标系", "Coordinate system"), str(study.crs.name)),
    ]  # fmt: skip


def _weights_line(story: Story) -> str:
    """Return the formula of the score as the legend shows it."""
    return (
        " + ".join(
            f"{weight:.2f}{NBSP}{PARTS[part][story.lang != 'zh'].lower()}" for part, weight in story.weights.items()
        )
        or NONE
    )


def _mapped(story: Story) -> str:
    """Return in a sentence where a count of none is one."""
    names: dict[MappedKind, tuple[str, str]] = {
        "open_space": ("公共空间", "open space"),
        "toilets": ("公厕", "toilets"),
        "gates": ("门", "gates"),
        "walls": ("围墙、栅栏、绿篱", "walls, fences and hedges"),
        "fronts": ("商店、餐饮、文化、载体", "shops, food, culture and carriers"),
    }
    within = story.streets.rules.mapped_within_m
    gap = story.say("", " ")
    told = [f"{words[story.lang != 'zh']}{gap}{number(within[kind])}{NBSP}m" for kind, words in names.items()]
    return story.say(
        f"零与缺：街段附近绘有同类事物的，数得零才是零；否则是无人绘过，记为缺，依据栏写“附近未绘”。距离取{'，'.join(told)}（study.yaml的streets.mapped_within_m）。"
        "座椅、行道树、路灯、遮蔽处以街段上绘有为准。情景中新增一处，只使走得到它的街段有值；拆去最后一处，则为零。",
        f"None or missing: a count of none is none where a thing of the kind is mapped near the segment; elsewhere nobody "
        f"mapped it, the value is missing and rests on “none mapped near”. Near is {', '.join(told)} (streets.mapped_within_m in study.yaml). Seats, trees, lamps "
        "and shelters have to be mapped on the segment itself. What a scenario adds gives a value to the segments that "
        "reach it; where it takes the last one away there is none.",
    )


def _method(story: Story) -> list[str]:
    """Return in sentences how ranks and their intervals come about."""
    rules = story.streets.rules
    spread, middle = number(float(rules.spread) * 100), number(float(rules.interval) * 100)
    least, weight = number(float(rules.least_data) * 100), number(float(rules.least_weight) * 100)
    band = story.study.config.walker.speed_m_min
    speeds = "–".join(f"{float(value):g}" for value in (band.low, band.high) if not missing(value))
    return [
        story.say(
            f"指标在主线（无主线时为全部）街段中有资料者不足{least}%的，只列出，不参与排序；某部分已知指标的权重不足{weight}%的街段、"
            f"短于{number(rules.least_length_m)}{NBSP}m的街段不排序。缺资料一律记为缺，从不记零。",
            f"An indicator with data on less than {least}% of the corridor's segments (without a corridor: of all) is shown and not "
            f"ranked on; a segment with less than {weight}% of a part's weight known, or shorter than {number(rules.least_length_m)}{NBSP}m, "
            "has no rank. Missing is missing, never zero.",
        ),
        _mapped(story),
        story.say(
            f"稳定性：各部分与各指标的权重分别乘以1±{spread}%内的随机数，重排{number(story.streets.draws)}次（种子{rules.seed}）；"
            f"再以步速{speeds}{NBSP}m/min重排。名次区间取抽样中间的{middle}%，并含高低步速的名次。区间达到{rules.unstable_ranks}名"
            f"且达到参评数的{number(float(rules.unstable_share) * 100)}%的，记为不稳定。",
            f"Stability: every weight is multiplied by a number drawn from 1 ± {spread}% and all are ranked again, "
            f"{number(story.streets.draws)} times (seed {rules.seed}), then at walking speeds of {speeds}{NBSP}m/min. The interval "
            f"holds the middle {middle}% of the draws and the ranks at both speeds. A rank whose interval spans {rules.unstable_ranks} "
            f"ranks or more and {number(float(rules.unstable_share) * 100)}% of all ranked is not stable.",
        ),
    ]
