"""Maps of the study of streets: which segment first, and who lives without open space near."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from markupsafe import Markup

from corridor.report import _labels, _mapsheet
from corridor.report._basemap import ACCENT, draw_above, draw_ground, growth
from corridor.report._figures import Figure, score_classes
from corridor.report._format import missing, number
from corridor.report._streets._parts import Story
from corridor.report._svg import INK, MM, Drawing, Frame, hatch, path_data, plain, wrap

# The priority ramp of looks.md, low to high.
PRIORITY = ("#EADFC2", "#E8BE74", "#D5853A", "#AB4A1E", "#6A1F14")
_GREY, _GREY_LINE, _NA, _NA_LINE = "#E3E1DA", "#C4C1B7", "#EFEEE9", "#7C838A"
_REACHED, _LEFT_OUT = "#A8CCE2", "#C9802F"
_BESIDE_M = 60.0
_TALL_MM = 150.0
_MOST_GATES = 5


def _frame_of(story: Story) -> tuple[Frame, int]:
    """Return the frame that shows all segments looked at, and its scale."""
    table = story.table.loc[story.table.index.isin(story.streets.compared)]
    shapes = table.geometry.to_numpy() if len(table) else np.array([story.study.area])
    return _mapsheet.fit(shapely.union_all(shapes).envelope.buffer(_BESIDE_M), tall_mm=_TALL_MM)


def _ground(story: Story, frame: Frame) -> Drawing:
    drawing = Drawing(frame, story.lang)
    draw_ground(drawing, story.study)
    return drawing


def _buildings(story: Story, frame: Frame) -> np.ndarray[Any, Any]:
    shapes = story.study.buildings.geometry.to_numpy()
    return shapes[frame.visible(shapes)] if len(shapes) else shapes


def priority_map(story: Story) -> Figure:
    """Draw the segments by priority: colour and width say it, white dashes where the rank is not stable."""
    frame, denominator = _frame_of(story)
    drawing = _ground(story, frame)
    drawing.area(_buildings(story, frame), _GREY, line=_GREY_LINE, width=0.3)
    draw_above(drawing, story.study)
    ranking = story.streets.ranking
    ranking = ranking[ranking.index.isin(story.streets.compared)]
    on_corridor = ranking.index.isin(story.corridor)
    for mine in (~on_corridor, on_corridor):
        _draw_segments(drawing, story, ranking[mine], wide=mine is on_corridor)
    space = _labels.Space(frame.width, frame.height)
    _mapsheet.scale_bar(drawing, space)
    _mapsheet.north(drawing, space)
    _tags(drawing, space, story)
    named = _mapsheet.worth_naming(story.study, frame)
    streets = [(rank, name, lines) for rank, name, lines in _mapsheet.in_language(named, story.lang)]
    _mapsheet.name_streets(drawing, space, [(max(rank, 1), name, lines) for rank, name, lines in streets])
    label = story.say("街段更新优先度图", "Map of upgrade priority by street segment")
    return Figure(drawing.svg(label), denominator)


def _draw_segments(drawing: Drawing, story: Story, rows: Any, *, wide: bool) -> None:
    """Draw segments, low classes first, so that high ones lie on top."""
    grow = max(0.55, growth(drawing.frame.scale))
    classes = score_classes(rows["score"])
    stable = rows["stable"].fillna(True).to_numpy(dtype=bool)
    shapes = story.table.geometry.reindex(rows.index).to_numpy()
    for number_ in range(-1, 5):
        width = ((4 + 1.5 * (number_ + 1)) if wide else (1.6 + 1.05 * (number_ + 1))) * grow
        for steady in (True, False):
            path = path_data(drawing.frame.clip(shapes[(classes == number_) & (stable == steady)]), drawing.frame)
            if wide:
                drawing.stroke(path, "#FFFFFF", width + 3.4)
            drawing.stroke(path, INK if number_ >= 0 else _NA_LINE, width + 0.9, opacity=0.55)
            drawing.stroke(path, PRIORITY[number_] if number_ >= 0 else _NA, width)
            if number_ < 0:
                drawing.stroke(path, _NA_LINE, width, dash=(1, 2.6))
            elif not steady:
                drawing.stroke(path, "#FFFFFF", max(0.9, width * 0.3), dash=(4, 5))


def _tags(drawing: Drawing, space: _labels.Space, story: Story) -> None:
    """Write number and score beside each of the corridor's segments."""
    score = story.streets.ranking["score"]
    lines = story.table.geometry
    taken = (
        shapely.union_all(shapely.transform(lines.reindex(story.corridor).to_numpy(), drawing.frame.place))
        if story.corridor
        else None
    )
    for segment in story.corridor:
        value = score.get(segment)
        words = story.names.code(segment) + ("" if missing(value) else f"  {number(value)}")
        width, height = _labels.text_width(words, 9.2) + 7, 13.0
        middle = drawing.frame.place(shapely.get_coordinates(lines[segment].interpolate(0.5, normalized=True)))[0]
        for away in (12, 20, 30, 44):
            spots = [(middle[0] + away, middle[1] - height / 2), (middle[0] - away - width, middle[1] - height / 2)]
            free = [
                (x, y)
                for x, y in spots
                if space.free([(x, y, x + width, y + height)])
                and not shapely.box(x, y, x + width, y + height).intersects(taken)
            ]
            if free:
                _tag(drawing, space, free[0], (width, height), middle, words)
                break


def _tag(
    drawing: Drawing, space: _labels.Space, at: tuple[float, float], size: tuple[float, float], to: Any, words: str
) -> None:
    (x, y), (width, height) = at, size
    space.take([(x - 2, y - 2, x + width + 2, y + height + 2)])
    drawing.lead(to[0], to[1], x if x > to[0] else x + width, y + height / 2)
    drawing.put(
        f'<rect x="{plain(x)}" y="{plain(y)}" width="{plain(width)}" height="{plain(height)}" rx="1.5" fill="#fff" '
        f'stroke="{INK}" stroke-width=".7"/>'
    )
    drawing.text(x + width / 2, y + 9.8, words, 9.2, bold=True, halo=0)


def priority_key(number_: int) -> Markup:
    """Return the legend's sample of a class of priority; -1: not ranked, -2: rank not stable."""
    width = 2.2 + 1.3 * (number_ + 1) if number_ >= -1 else 6.5
    y = 1.8 * MM
    line = f'<path d="M0 {plain(y)}h{plain(6 * MM)}" stroke='
    fill = PRIORITY[number_] if number_ >= 0 else PRIORITY[2] if number_ == -2 else _NA
    marks = f'{line}"{INK if number_ != -1 else _NA_LINE}" stroke-width="{plain(width + 1)}" stroke-opacity=".55"/>'
    marks += f'{line}"{fill}" stroke-width="{plain(width)}"/>'
    if number_ == -1:
        marks += f'{line}"{_NA_LINE}" stroke-width="{plain(width)}" stroke-dasharray="1 2.6"/>'
    if number_ == -2:
        marks += f'{line}"#fff" stroke-width="1.8" stroke-dasharray="4 4"/>'
    return wrap(marks, 6 * MM, 3.6 * MM)


def open_space_map(story: Story) -> Figure:
    """Draw the buildings that have open space within the walk and those that have not, and the best new gates."""
    frame, denominator = _frame_of(story)
    drawing = _ground(story, frame)
    homes = story.streets.open_space["buildings"]
    shapes = story.study.buildings.geometry.reindex(homes.index)
    seen = frame.visible(shapes.to_numpy())
    lost = homes["left_out"].to_numpy(dtype=object)
    for value, fill in ((False, _REACHED), (True, _LEFT_OUT)):
        mine = np.array([not missing(one) and bool(one) is value for one in lost], dtype=bool)
        drawing.area(shapes.to_numpy()[seen & mine], fill, line=INK, width=0.3, line_opacity=0.5)
    unknown = np.array([missing(one) for one in lost], dtype=bool)
    drawing.area(shapes.to_numpy()[seen & unknown], "url(#na-space)", line=_NA_LINE, width=0.4)
    draw_above(drawing, story.study)
    drawing.lines(frame.clip(story.table.geometry.reindex(story.corridor).to_numpy()), ACCENT, 2.2, cap="round")
    space = _labels.Space(frame.width, frame.height)
    _mapsheet.scale_bar(drawing, space)
    _mapsheet.north(drawing, space)
    for at, (x, y) in enumerate(
        frame.place(shapely.get_coordinates(best_gates(story).geometry.to_numpy())).tolist(), 1
    ):
        if 8 < x < frame.width - 8 and 8 < y < frame.height - 8:
            space.take([(x - 8, y - 8, x + 8, y + 8)])
            drawing.put(
                f'<circle cx="{plain(x)}" cy="{plain(y)}" r="6.6" fill="#fff" stroke="{ACCENT}" stroke-width="1.5"/>'
            )
            drawing.text(x, y + 3.2, str(at), 8.7, bold=True, halo=0)
    named = _mapsheet.in_language(_mapsheet.worth_naming(story.study, frame), story.lang)
    _mapsheet.name_streets(drawing, space, named)
    label = story.say("5分钟步行范围内有无公共空间", "Buildings with and without open space within 5 minutes' walk")
    return Figure(drawing.svg(label, definitions=hatch("na-space")), denominator)


def best_gates(story: Story) -> Any:
    """Return the best place for a gate of each space, most people first."""
    gates = story.streets.open_space["gates"]
    return gates[gates["best"].astype(bool)].head(_MOST_GATES)


def space_key(fill: str) -> Markup:
    """Return the legend's box: "reached", "left_out", "na" or "gate"."""
    if fill == "gate":
        return wrap(
            f'<circle cx="7" cy="7" r="5.6" fill="#fff" stroke="{ACCENT}" stroke-width="1.5"/>', 6 * MM, 3.7 * MM
        )
    colour = {"reached": _REACHED, "left_out": _LEFT_OUT, "na": "url(#na-space-key)"}[fill]
    box = f'<rect x=".5" y=".5" width="21.7" height="12.6" fill="{colour}" stroke="#6B7278" stroke-width=".8"/>'
    return wrap(box, 6 * MM, 3.6 * MM, definitions=hatch("na-space-key") if fill == "na" else "")
