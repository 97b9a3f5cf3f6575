"""Head and foot of the strip: title, key of colours, cross streets, chainage, source."""

from __future__ import annotations

import numpy as np

from corridor.evaluation.strip import Road
from corridor.report._format import number
from corridor.report._labels import text_width
from corridor.report._paper import attribution, review
from corridor.report._strip._sheet import INK, INK_2, INK_3, LABEL_PX, MARGIN_PX, Sheet
from corridor.report._strip._tracks import front


def heading(road: Road, lang: str) -> str:
    """Return what the picture is called."""
    name = road.name(lang)
    return f"{name}纵断面图" if lang == "zh" else f"Strip profile of {name}"


def title(sheet: Sheet, road: Road) -> None:
    """Write what the picture is, where the corridor begins and ends, and the key of colours."""
    start, end = (
        road.named(names, sheet.lang) for names in (road.frame["from_street"].iloc[0], road.frame["to_street"].iloc[-1])
    )
    ends = f"{start} → {end}{sheet.say('，', '; ')}" if start and end else ""
    name = heading(road, sheet.lang)
    way = road.compass
    about = sheet.say(
        f"{ends}{number(road.length)} m；平面沿里程拉直，{way[0]}",
        f"{ends}{number(road.length)} m; plan straightened along the chainage, {way[1]}",
    )
    sheet.canvas.text(MARGIN_PX - 10, 30, name, 17, bold=True)
    sheet.canvas.text(MARGIN_PX + text_width(name, 17) + 4, 30, about, 11.5, colour=INK_2)
    _legend(sheet)


def _legend(sheet: Sheet) -> None:
    keys = [
        ("active", "活跃界面", "active front"), ("wall", "围墙", "wall"), ("plain", "一般建筑", "other building"),
        ("green", "绿地", "green"), ("none", "无建筑", "no building"), ("unknown", "无资料", "no data"),
    ]  # fmt: skip
    x = sheet.right - sum(text_width(sheet.say(zh, en), 10) + 34 for _, zh, en in keys)
    y = 44.0
    for kind, zh, en in keys:
        front(sheet, x, y, 18, 10, kind)
        sheet.canvas.text(x + 22, y + 9, sheet.say(zh, en), 10)
        x += text_width(sheet.say(zh, en), 10) + 34


def note(sheet: Sheet) -> None:
    """Say that the data are a sample."""
    words = sheet.say(
        "示意样本：沿街数值为生成，不得作为决策依据",
        "Schematic sample: figures along the street are generated. Not for decisions",
    )
    sheet.canvas.rect(MARGIN_PX - 10, 40, text_width(words, 10.5) + 18, 18, "#FBF3DC")
    sheet.canvas.rect(MARGIN_PX - 10, 40, 3, 18, "#C79A2E")
    sheet.canvas.text(MARGIN_PX, 53, words, 10.5, colour="#5C4308")


def source(sheet: Sheet, road: Road) -> None:
    """Write whose data these are and of which day, and the number of the map's review."""
    words = sheet.say("资料来源：", "Source: ") + attribution(road.study, sheet.lang)
    if len(road.study.carriers) or len(road.study.stations):
        words += sheet.say("载体与站点取自区级台账。", " Carriers and stations: the district's records.")
    sheet.canvas.text(MARGIN_PX - 10, sheet.y + 20, words, 9.5, colour=INK_3)
    sheet.canvas.text(sheet.right, sheet.y + 20, review(road.study, sheet.lang), 9.5, anchor="end", colour=INK_3)


def scale_line(sheet: Sheet, road: Road, top: float) -> None:
    """Draw the chainage under all tracks."""
    canvas = sheet.canvas
    step = next(s for s in (100, 200, 500, 1000, 2000) if s * sheet.scale >= 36)
    canvas.line(sheet.x(0), top + 4, sheet.right, top + 4, INK, 1.0)
    for metres in range(0, int(road.length) + 1, step):
        labelled = metres % (2 * step) == 0
        canvas.line(sheet.x(metres), top + 4, sheet.x(metres), top + (10 if labelled else 7), INK, 1.0)
        if labelled and road.length - metres > 0.4 * step:
            canvas.text(sheet.x(metres), top + 22, number(metres), 10, anchor="middle", colour=INK_2)
    canvas.text(sheet.right, top + 22, sheet.say("里程 m", "chainage, m"), 10, anchor="end", colour=INK_2)
    sheet.y = top + 26


def cross_streets(sheet: Sheet, road: Road, y: float, bottom: float) -> None:
    """Draw the streets that cross as dotted lines through all tracks, their names on top."""
    free = -np.inf
    stops = [(road.start[0], road.frame["from_street"].iloc[0])]
    stops += list(zip(road.end.tolist(), road.frame["to_street"], strict=True))
    for chainage, names in stops:
        name = road.named(names, sheet.lang)
        x = sheet.x(chainage)
        sheet.canvas.line(x, y + 6, x, bottom, INK_3, 0.6, dash=(1.2, 2.4))
        if not name:
            continue
        width = text_width(name, 11)
        left = min(max(x - width / 2, LABEL_PX - 10), sheet.right - width)
        if left > free + 6:
            sheet.canvas.text(left, y, name, 11, bold=True)
            free = left + width
