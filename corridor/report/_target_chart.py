"""The chart of the year's targets: one small panel each, steps as they happened against the line of the year."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup, escape

from corridor.report._format import bare, number
from corridor.report._svg import INK, attributes, plain, wrap

if TYPE_CHECKING:
    from corridor.targets import Progress

_GREY, _LINE, _BAR, _BAR_SOFT = "#4A5763", "#B9BDBC", "#173A73", "#DFE6F2"
_OK, _BAD = "#1E6B4A", "#9A3412"
_COLUMNS, _WIDTH, _HEIGHT, _GAP = 3, 213, 146, 16
_LEFT, _TOP, _BOTTOM = 4, 44, 20
_MONTHS = {"zh": ("1月", "4月", "7月", "10月"), "en": ("Jan", "Apr", "Jul", "Oct")}


def chart(progress: Progress, states: dict[str, str], lang: str) -> Markup:
    """Return all panels as one drawing.

    Parameters
    ----------
    progress : Progress
    states : dict of target to str
        The verdict written in each panel.
    lang : {"zh", "en"}
    """
    keys = list(progress.table.index)
    marks = [_key(lang)]
    for place, key in enumerate(keys):
        x = (place % _COLUMNS) * (_WIDTH + _GAP)
        y = 22 + (place // _COLUMNS) * (_HEIGHT + _GAP)
        marks.append(f'<g transform="translate({x} {y})">{_panel(progress, key, states[key], lang)}</g>')
    rows = -(-len(keys) // _COLUMNS)
    width, height = _COLUMNS * _WIDTH + (_COLUMNS - 1) * _GAP, 22 + rows * (_HEIGHT + _GAP) - _GAP
    label = "年度目标进展" if lang == "zh" else "Progress of the year's targets"
    return wrap("".join(marks), width, height, label=label, lang=lang)


def _text(x: float, y: float, words: str, size: float, colour: str = INK, anchor: str = "", bold: bool = False) -> str:
    style = attributes(
        x=plain(x), y=plain(y), font_size=plain(size), fill=colour, text_anchor=anchor or None,
        font_weight=700 if bold else None,
    )  # fmt: skip
    return f"<text{style}>{escape(words)}</text>"


def _key(lang: str) -> str:
    """Name the three lines once, above the panels."""
    names = ("累计完成", "按天应完成", "目标值") if lang == "zh" else ("achieved", "due by the day", "aim")
    at, out = 4.0, []
    for name, style in zip(names, (_ACHIEVED, _DUE, _AIM), strict=True):
        out.append(f'<path d="M{plain(at)} 8h20"{style}/>')
        out.append(_text(at + 25, 11.5, name, 9.5, _GREY))
        at += 25 + 10 * len(name) * (1 if lang == "zh" else 0.55) + 18
    return "".join(out)


_ACHIEVED = attributes(fill="none", stroke=_BAR, stroke_width=2)
_DUE = attributes(fill="none", stroke=_GREY, stroke_width=1.2, stroke_dasharray="4 3")
_AIM = attributes(fill="none", stroke=INK, stroke_width=1)


def _panel(progress: Progress, key: str, state: str, lang: str) -> str:
    row = progress.table.loc[key]
    done = row["status"] in {"reached", "early", "on_pace"}
    out = [
        _text(0, 10, str(row[lang]), 10.5, bold=True),
        _text(_WIDTH, 10, ("✓ " if row["status"] == "reached" else "") + state, 10, _OK if done else _BAD, "end"),
    ]
    target = progress.settings.items[key]
    if target.measure != "exists":
        out.append(_text(0, 27, _figures(row, lang), 10.5))
    if target.measure == "exists" or row["status"] == "no_data":
        out.append(_yes_or_no(row, lang))
        return "".join(out)
    return "".join(out) + _curve(progress, key, row, lang)


def _figures(row: Any, lang: str) -> str:
    aim = ("＞" if lang == "zh" else "> ") if row["compare"] == "above" else ("≥" if lang == "zh" else "≥ ")
    word = "目标" if lang == "zh" else "aim"
    return (
        f"{number(row['achieved'])}　{word}{aim if lang == 'zh' else ' ' + aim}{bare(row['aim'])} {row[f'unit_{lang}']}"
    )


def _yes_or_no(row: Any, lang: str) -> str:
    """Draw a box, filled when there is one; hatched where nothing is known."""
    y, height = 22, _HEIGHT - 22 - _BOTTOM
    known = row["status"] != "no_data"
    yes = bool(known and row["achieved"] > 0)
    words = {True: ("有", "yes"), False: ("尚无", "not yet")}[yes] if known else ("无台账", "no records")
    fill = (_BAR if yes else "#fff") if known else "#EFEEE9"
    box = attributes(x=0, y=y, width=_WIDTH, height=height, fill=fill, stroke=_LINE, stroke_width=1)
    return f"<rect{box}/>" + _text(
        _WIDTH / 2, y + height / 2 + 4, words[lang != "zh"], 11, "#fff" if yes else _GREY, "middle"
    )


def _curve(progress: Progress, key: str, row: Any, lang: str) -> str:
    target = progress.settings.items[key]
    first, last = datetime.date(target.year, 1, 1), datetime.date(target.year, 12, 31)
    days = (last - first).days + 1
    base = _HEIGHT - _BOTTOM
    top = max(target.aim, float(row["achieved"])) * 1.08

    def x(day: datetime.date) -> float:
        return (min(max((day - first).days, 0), days) / days) * _WIDTH

    def y(value: float) -> float:
        return base - value / top * (base - _TOP)

    steps = _steps(progress, key, first)
    now = min(progress.as_of, last)
    out = []
    for month, name in zip((1, 4, 7, 10), _MONTHS[lang], strict=True):
        at = x(datetime.date(target.year, month, 1))
        out.append(f'<path d="M{plain(at)} {_TOP}V{base}" stroke="{_LINE}" stroke-width=".5"/>')
        out.append(_text(at, base + 12, name, 8.5, _GREY))
    if progress.as_of >= first:
        way, fill = [f"M0 {plain(y(steps[0][1]))}"], [f"M0 {base}V{plain(y(steps[0][1]))}"]
        for day, value in steps[1:]:
            part = f"H{plain(x(day))}V{plain(y(value))}"
            way.append(part)
            fill.append(part)
        end = plain(x(now + datetime.timedelta(days=1)))
        out.append(f'<path d="{"".join(fill)}H{end}V{base}z" fill="{_BAR_SOFT}"/>')
        out.append(f'<path d="M0 {plain(y(steps[0][1]))}L{_WIDTH} {plain(y(target.aim))}"{_DUE}/>')
        out.append(f'<path d="{"".join(way)}H{end}"{_ACHIEVED}/>')
        out.append(f'<path d="M{end} {_TOP - 4}V{base}" stroke="{INK}" stroke-width=".8" stroke-dasharray="1.5 2"/>')
    else:
        out.append(f'<path d="M0 {plain(y(steps[0][1]))}L{_WIDTH} {plain(y(target.aim))}"{_DUE}/>')
    out.append(f'<path d="M0 {plain(y(target.aim))}H{_WIDTH}"{_AIM}/>')
    out.append(f'<path d="M0 {base}H{_WIDTH}" stroke="{INK}" stroke-width=".6"/>')
    return "".join(out)


def _steps(progress: Progress, key: str, first: datetime.date) -> list[tuple[datetime.date, float]]:
    """Return the days on which the figure rose and what it rose to, opening with the turn of the year."""
    events = progress.events
    own = events[(events["target"] == key) & events["counted"]]
    before = own["date"].isna() | (own["date"] < pd.Timestamp(first))
    value = float(own.loc[before, "value"].sum())
    steps = [(first, value)]
    for day, added in own[~before].groupby("date", sort=True)["value"].sum().items():
        value += float(added)
        steps.append((pd.Timestamp(str(day)).date(), value))
    return steps
