"""Findings of the study of streets: the key finding first, four figures, and what the study cannot tell."""

from __future__ import annotations

import pandas as pd

from corridor.report._content import KeyFigure
from corridor.report._format import NBSP, listing, missing, number, percent
from corridor.report._streets import _ranking, _space, _values
from corridor.report._streets._parts import Story, interval

# With less than this share of the weight of need known, the lead says so.
_THIN = 1 / 3


def lead(story: Story) -> str:
    """Return the key finding: which segment first, why, how sure, and how open space stands."""
    parts = [_first(story), _thin(story), _next(story), _stable(story), _space.lead(story)]
    return story.say("", " ").join(part for part in parts if part)


def _first(story: Story) -> str:
    segment = story.first
    if segment is None:
        ranked = int(story.streets.indicators["ranked"].astype(bool).sum())
        return story.say(
            f"资料不足，没有街段可以排序：{len(story.streets.indicators)}项指标中仅{ranked}项资料够用。"
            "先踏勘或补画地图，再作比较。",
            f"No segment can be ranked: of {len(story.streets.indicators)} indicators {ranked} have enough data. Survey "
            "the streets or complete the map first.",
        )
    row = story.ranked.loc[segment]
    weakest = story.weakest(segment, 3)
    why = story.say("、", ", ").join(weakest)
    place = story.names.sentence(segment)
    length = f"{number(story.table.at[segment, 'length_m'])}{NBSP}m"
    rank = "" if missing(row["rank_low"]) else story.say(f"，区间{interval(row)}", f", interval {interval(row)}")
    among = number(len(story.ranked))
    whose = (
        story.say("主线上最应先更新的是", "On the corridor, ") if story.corridor else story.say("最应先更新的是", "")
    )
    return story.say(
        f"{whose}{place}，长{length}：优先度{number(row['score'])}分，在{among}个参评街段中列第{int(row['rank'])}名{rank}；"
        + (f"短板是{why}。" if why else ""),
        f"{whose}{place}, {length} long, should be upgraded first: priority {number(row['score'])} of 100, rank "
        f"{int(row['rank'])} of {among}{rank}. " + (f"Its weak points: {why}." if why else ""),
    )


def _thin(story: Story) -> str:
    """Say that need rests on little, where fewer than a third of its weight has enough data."""
    table = story.streets.indicators
    weight = table["weight"].astype(float).where(table["part"] == "need", 0.0)
    asked, ranked = table[weight > 0], table[(weight > 0) & table["ranked"].astype(bool)]
    if story.first is None or weight[ranked.index].sum() >= _THIN * weight.sum():
        return ""
    which = listing([str(one)[:1].lower() + str(one)[1:] for one in ranked[story.lang]], story.lang)
    zh, en = (f"（{which}）", f" ({which})") if which else ("", "")
    return story.say(
        f"资料单薄：需求的{len(asked)}项指标中只有{len(ranked)}项资料够用{zh}，名次只宜用来安排踏勘。",
        f"The data are thin: there are enough of them for {len(ranked)} of the {len(asked)} indicators of need{en}; "
        "use the ranks to plan a survey, not to decide.",
    )


def _next(story: Story) -> str:
    rows = story.of_corridor(story.ranked) if story.corridor else story.ranked
    following = [str(one) for one in rows.index[1:3]]
    if not following:
        return ""
    told = listing(
        [
            f"{story.names.code(one) or story.names.title(one)}"
            + story.say(
                f"（{story.names.corners(one)}，{number(rows.at[one, 'score'])}分）" if story.names.code(one) else "",
                f" ({story.names.corners(one)}, {number(rows.at[one, 'score'])})" if story.names.code(one) else "",
            )
            for one in following
        ],
        story.lang,
    )
    return story.say(f"其次为{told}。", f"Next come {told}.")


def _stable(story: Story) -> str:
    steady, known = _ranking.stable_share(story)
    if not known:
        return ""
    draws = number(story.streets.draws)
    what = story.say("主线" if story.corridor else "", "corridor's " if story.corridor else "")
    few = steady < known / 2
    return story.say(
        f"权重随机变动{draws}次并改变步速后，{what}{known}个有名次的街段中{f'{steady}个' if steady else '没有一个'}名次稳定"
        + ("：差距不大的街段宜先补测，再定先后。" if few else "。"),
        f"Under {draws} draws of weights and at other walking speeds {steady or 'none'} of the {what}{known} ranked segments "
        + ("keep their rank: survey those that lie close together before deciding." if few else "keep their rank."),
    )


def key_figures(story: Story) -> list[KeyFigure]:
    """Return the four figures at the top."""
    return [_score_figure(story), _stable_figure(story), _cover_figure(story), _data_figure(story)]


def _score_figure(story: Story) -> KeyFigure:
    segment = story.first
    if segment is None:
        return KeyFigure(
            "—", "", story.say("没有街段可以排序", "No segment can be ranked"), story.say("资料不足", "too little data")
        )
    row = story.ranked.loc[segment]
    name = story.names.title(segment).replace("　", " ")
    return KeyFigure(
        number(row["score"]),
        "/ 100",
        name,
        story.say(f"第{int(row['rank'])}名，区间{interval(row)}", f"rank {int(row['rank'])}, interval {interval(row)}"),
    )


def _stable_figure(story: Story) -> KeyFigure:
    steady, known = _ranking.stable_share(story)
    what = story.say(
        "主线街段名次稳定" if story.corridor else "街段名次稳定",
        "Corridor segments with a stable rank" if story.corridor else "Segments with a stable rank",
    )
    return KeyFigure(
        f"{steady}",
        f"/ {known}",
        what,
        story.say(f"{number(story.streets.draws)}次权重抽样与步速高低两端", f"{number(story.streets.draws)} draws of weights, both ends of the speed band"),
    )  # fmt: skip


def _cover_figure(story: Story) -> KeyFigure:
    table = story.streets.open_space["coverage"].set_index("group")
    row = table.loc["residents"] if "residents" in table.index else pd.Series({"share": None, "aim": None})
    doubt = _space.interval(story, row)
    aim = (
        ""
        if missing(row["aim"])
        else story.say(
            f"目标{number(float(row['aim']) * 100)}%（等级B）", f"aim {number(float(row['aim']) * 100)}% (grade B)"
        )
    )
    if _space.nothing_mapped(story):
        row, doubt = row.where(row.index != "share"), story.say("附近未绘公共空间", "none mapped near")
    return KeyFigure(
        percent(row["share"]),
        "" if missing(row["share"]) else "%",
        story.say("居民5分钟到达公共空间", f"Residents within 5{NBSP}min of open space"),
        f"{doubt}{story.say('，', '; ')}{aim}" if doubt else aim,
    )


def _data_figure(story: Story) -> KeyFigure:
    found = _values.quality(story)
    return KeyFigure(
        found["known"],
        "%",
        story.say("所需指标值中有资料的", "Indicator values with data"),
        story.say(f"{found['indicators']}项指标，{len(story.shown)}个街段", f"{found['indicators']} indicators, {len(story.shown)} segments"),
    )  # fmt: skip


def points(story: Story) -> list[str]:
    """Return what stands beside the map: findings with a place and a number."""
    out = []
    others = story.ranked[~story.ranked.index.isin(story.corridor)]
    if story.corridor and len(others):
        best = str(others.index[0])
        out.append(
            story.say(
                f"支路中{story.names.title(best)}名次最前：第{int(others.iloc[0]['rank'])}名，{number(others.iloc[0]['score'])}分。",
                f"Of the side streets {story.names.title(best)} comes first: rank {int(others.iloc[0]['rank'])}, {number(others.iloc[0]['score'])}.",
            )
        )
    if story.first is not None and (share := _ranking.often_first(story, story.first)):
        name = story.names.code(story.first) or story.names.title(story.first)
        out.append(
            story.say(
                f"{name}在{share}%的权重抽样中居前四分之一。",
                f"{name} is in the first quarter in {share}% of the draws.",
            )
        )
    lost = _values.not_ranked(story)
    if lost:
        shown = listing(lost[:3], story.lang)
        out.append(
            story.say(
                f"{len(lost)}项指标资料不足，未参与排序，如{shown}。",
                f"{len(lost)} indicators have too little data to be ranked on, such as {shown}.",
            )
        )
    gates = story.streets.open_space["gates"]
    if len(gates):
        best = gates.iloc[0]
        name = _space.ground_name(story, best["source_id"]) or story.say("未命名绿地", "an unnamed ground")
        out.append(
            story.say(f"{name}增开一处门，可多覆盖约{number(round(float(best['people']), -1))}人。", f"One more gate of {name} would bring open space to about {number(round(float(best['people']), -1))} more people.")
        )  # fmt: skip
    return out


def limits(story: Story) -> list[str]:
    """Return what a reader must not take from the study."""
    out = []
    if story.study.config.schematic is not None:
        out.append(story.say(
            "本次资料为示意样本：街道位置取自公开地图，沿街建筑、设施、踏勘与人口由程序生成。名次只用于演示方法，不得作为决策依据。",
            "The data are a schematic sample: streets stand where a public map has them; buildings, facilities, survey and people are generated. The ranks show the method and decide nothing.",
        ))  # fmt: skip
    lost = _values.not_ranked(story)
    if lost:
        out.append(story.say(
            f"下列指标资料不足，只列出、不参与排序；补测后名次会变：{listing(lost, 'zh')}。",
            f"Too little is known of these indicators; they are shown and not ranked on, and ranks will move once they are surveyed: {listing(lost, 'en')}.",
        ))  # fmt: skip
    out += [
        story.say(
            "人口与岗位由建筑面积推算，步行流潜力由其推算的出行分配得到，不是实测人流；定案前宜在前几名街段分时段计数。",
            "People and jobs are estimated from floor area; flow potential shares out their walks and is no count. Count walkers on the first segments before deciding.",
        ),
        story.say(
            "可行性只看街宽与道路等级等地图可得之事；管线、产权、交通组织、资金未计入，须另行会商。",
            "Feasibility looks only at what a map tells, such as width and class of street; pipes, ownership, traffic and money are not in it.",
        ),
        story.say(
            "0–100的换算端点与各部分权重为工作取值（等级C），可在study.yaml的streets中改；名次区间说明改动的影响。",
            "The ends of the 0–100 scales and the weights are working values (grade C), to be changed under streets in study.yaml; the intervals tell how much hangs on them.",
        ),
        story.say(
            "建议措施由短板规则表生成，说明可以检验什么，不是设计；效果以情景推演与现场为准。",
            "Suggested measures come from a table of rules: they say what to test and are no design. What they bring is for a scenario and the site to show.",
        ),
    ]  # fmt: skip
    return out
