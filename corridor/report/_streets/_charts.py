"""Charts of the study of streets: intervals of ranks, parts of scores, what values rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from corridor.report._format import missing, number
from corridor.report._svg import INK, MM, hatch, plain, wrap

INK_2, INK_3, RULE = "#4A5763", "#5F6B76", "#D5D6D1"
# Parts from dark to light, so that a grey print keeps them apart.
PART_FILLS = {"need": "#4A5763", "potential": "#98A2AA", "feasibility": "#CDD2D5"}
BASIS_FILLS = {"mapped": "#3B4752", "survey": "#7F8A93", "estimate": "#C3C9CD", "synthetic": "#E9D9A6"}
_WIDTH = 178 * MM
_ROW = 13.6


def _text(x: float, y: float, words: str, size: float = 10.2, *, anchor: str = "start", bold: bool = False,
          colour: str = INK) -> str:  # fmt: skip
    weight = ' font-weight="700"' if bold else ""
    end = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{plain(x)}" y="{plain(y)}" font-size="{size}" fill="{colour}"{end}{weight}>{escape(words)}</text>'


def _line(x: float, y: float, to_x: float, to_y: float, colour: str, width: float) -> str:
    return f'<path d="M{plain(x)} {plain(y)}L{plain(to_x)} {plain(to_y)}" stroke="{colour}" stroke-width="{plain(width)}"/>'


def _rect(x: float, y: float, width: float, height: float, fill: str, line: str = "") -> str:
    edge = f' stroke="{line}" stroke-width=".6"' if line else ""
    return (
        f'<rect x="{plain(x)}" y="{plain(y)}" width="{plain(max(width, 0))}" height="{plain(height)}" '
        f'fill="{fill}"{edge}/>'
    )


def whiskers(blocks: Sequence[tuple[str, Sequence[tuple[str, pd.Series]]]], most: int, label: str, lang: str) -> Markup:
    """Draw ranks with their intervals: a ring at the rank, a line over the interval, pale where it is not stable.

    Parameters
    ----------
    blocks : sequence of (heading, rows)
        Rows are (name of the segment, its row of the ranking).
    most : int
        The last rank there is: the axis ends there.
    label : str
        For readers who cannot see it.
    lang : {"zh", "en"}
    """
    left, right = 66 * MM, _WIDTH - 26 * MM
    step = (right - left) / max(most - 1, 1)
    marks, y = [], 6.0
    top = y
    for heading, rows in blocks:
        marks.append(_text(0, y + 10, heading, 9.6, bold=True, colour=INK_2))
        y += _ROW
        for name, row in rows:
            middle = y + 6.8
            marks.append(_text(0, middle + 3.5, name))
            marks.append(_line(left, middle, right, middle, RULE, 0.6))
            marks += _whisker(row, left, step, middle)
            low, high = int(row["rank_low"]), int(row["rank_high"])
            between = "" if low == high else f"（{low}–{high}）" if lang == "zh" else f" ({low}–{high})"
            marks.append(_text(right + 9, middle + 3.5, f"{int(row['rank'])}{between}"))
            y += _ROW
        y += 4
    ticks = _ticks(most)
    axis = [_line(left + (t - 1) * step, top + _ROW - 3, left + (t - 1) * step, y, "#E9EAE6", 0.6) for t in ticks]
    foot = [_text(left + (t - 1) * step, y + 11, str(t), 9.2, anchor="middle", colour=INK_3) for t in ticks]
    words = ("名次", "rank") if lang == "zh" else ("rank", "rank")
    foot.append(_text(right + 9, y + 11, words[0], 9.2, colour=INK_3))
    return wrap("".join([*axis, *marks, *foot]), _WIDTH, y + 16, label=label, lang=lang)


def _whisker(row: pd.Series, left: float, step: float, y: float) -> list[str]:
    low, at, high = (left + (int(row[name]) - 1) * step for name in ("rank_low", "rank", "rank_high"))
    steady = missing(row["stable"]) or bool(row["stable"])
    if steady:
        bar = [_line(low, y, high, y, INK, 3.2)]
    else:
        bar = [_line(low, y, high, y, INK, 3.4), _line(low + 0.8, y, high - 0.8, y, "#FFFFFF", 1.8)]
    return [*bar, f'<circle cx="{plain(at)}" cy="{plain(y)}" r="3.9" fill="#fff" stroke="{INK}" stroke-width="1.8"/>']


def _ticks(most: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000) if most / s <= 12)
    return [1, *(t for t in range(step, most + 1, step) if t > 1)]


def part_bars(row: pd.Series, parts: Sequence[str]) -> Markup:
    """Draw the parts of one segment as small bars with their numbers; hatched where a part is not known."""
    marks, width = [], 13 * MM
    lost = False
    for place, part in enumerate(parts):
        x, value = place * (width + 6), row[part]
        if missing(value):
            lost = True
            marks.append(_rect(x, 1.5, width, 9, "url(#na-part)"))
            continue
        marks.append(_rect(x, 1.5, width * float(value) / 100, 9, PART_FILLS[part]))
        marks.append(_line(x + width, 1.5, x + width, 10.5, RULE, 0.8))
        inside = float(value) >= 40
        at, anchor = (
            (x + width * float(value) / 100 - 2, "end") if inside else (x + width * float(value) / 100 + 2, "start")
        )
        marks.append(
            _text(at, 9.2, number(value), 8.6, anchor=anchor, colour="#FFFFFF" if inside and part == "need" else INK)
        )
    return wrap("".join(marks), len(parts) * (width + 6), 12, definitions=hatch("na-part") if lost else "")


def bar(points: Any, most: float, fill: str) -> Markup:
    """Draw one bar of a decomposition, of `most` points in full."""
    width = 30 * MM
    return wrap(_rect(0, 1.5, width * float(points) / max(most, 1e-9), 6, fill), width, 9)


def shares(found: Mapping[str, float], lost: float) -> Markup:
    """Draw what values rest on as one bar of shares (0–1), hatched for what is missing."""
    width, x, marks = 62 * MM, 0.0, []
    for name, fill in BASIS_FILLS.items():
        part = width * found.get(name, 0.0)
        if part > 0:
            marks.append(_rect(x, 1.5, part, 8, fill, "#FFFFFF"))
        x += part
    if lost > 0:
        marks.append(_rect(x, 1.5, width * lost, 8, "url(#na-share)", "#7C838A"))
    return wrap("".join(marks), width + 1, 11, definitions=hatch("na-share") if lost > 0 else "")


def share_key(name: str) -> Markup:
    """Return the legend's box of a basis, or of "missing"."""
    fill = BASIS_FILLS.get(name, "url(#na-basis)")
    return wrap(
        _rect(0.5, 1, 13, 8, fill, "#7C838A"), 15, 10, definitions="" if name in BASIS_FILLS else hatch("na-basis")
    )


def blank() -> Markup:
    """Return the small hatch that stands in a table for a value nobody knows."""
    lines = "".join(f"M{x} 9L{x + 8} 1" for x in range(-4, 20, 4))
    marks = f'<rect x=".5" y=".5" width="19" height="8.6" fill="#EFEEE9"/><path d="{lines}" stroke="#7C838A" stroke-width=".9"/>'
    return wrap(marks, 20, 9.6)
