"""Where names go on a printed map: nothing overlaps, Chinese street names stand upright along their street."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import shapely
from shapely.geometry import LineString

from corridor.report._svg import INK, Drawing

_HAN = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_WIDEST_LINE = 10  # em
_MOST_LINES = 2

Box = tuple[float, float, float, float]


@dataclass
class Space:
    """Boxes already taken (left, top, right, bottom in px) inside a frame."""

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)

    def free(self, boxes: Iterable[Box], edge: float = 4) -> bool:
        """Return whether all boxes lie inside the frame and touch nothing."""
        return all(
            left >= edge
            and top >= edge
            and right <= self.width - edge
            and bottom <= self.height - edge
            and not any(left < t[2] and right > t[0] and top < t[3] and bottom > t[1] for t in self.taken)
            for left, top, right, bottom in boxes
        )

    def take(self, boxes: Iterable[Box]) -> None:
        """Mark boxes as taken."""
        self.taken.extend(boxes)


def text_width(words: str, size: float) -> float:
    """Return the width of a text in px: Han characters are one em, others little more than half."""
    return sum(size if _HAN.match(c) else size * 0.58 for c in words)


def wrapped(name: str) -> list[str]:
    """Break a long name over two lines; an empty list says that it is too long for the map."""
    width = text_width(name, 1)
    if width <= _WIDEST_LINE:
        return [name]
    if width > _WIDEST_LINE * _MOST_LINES:
        return []
    units = list(name) if _HAN.search(name) else re.findall(r"\S+\s*", name)
    # Chinese breaks anywhere but after an opening or before a closing mark.
    breaks = [i for i in range(1, len(units)) if units[i - 1] not in "（《“(" and units[i] not in "）》”)，、"]
    best = min(breaks, key=lambda i: abs(text_width("".join(units[:i]), 1) - width / 2), default=0)
    return ["".join(units[:best]).strip(), "".join(units[best:]).strip()] if best else []


def name_symbol(
    drawing: Drawing,
    space: Space,
    x: float,
    y: float,
    reach: float,
    name: str,
    *,
    size: float,
    bold: bool,
    led: bool = False,
) -> bool:
    """Write a symbol's name beside it, where there is room; returns whether there was.

    Tried are right, left, below, above and aslant. With `led`, the name may stand farther off at the end of a line:
    for what the map must name.
    """
    lines = wrapped(name)
    if not lines:
        return False
    width, height = max(text_width(line, size) for line in lines), size * 1.15 * len(lines)
    spots = _spots_beside(x, y, reach + 2, height)
    close = len(spots)
    if led:
        spots += _spots_afar(x, y, reach, height)
    for i, (at, top, anchor) in enumerate(spots):
        left = {"start": at, "end": at - width, "middle": at - width / 2}[anchor]
        box = (left - 1, top, left + width + 1, top + height)
        if space.free([box]):
            space.take([box])
            if i >= close:
                drawing.lead(x + (reach if anchor == "start" else -reach), y, at, top + height / 2)
            for j, line in enumerate(lines):
                drawing.text(at, top + size * (0.95 + 1.15 * j), line, size, anchor=anchor, bold=bold)
            return True
    return False


_Spots = list[tuple[float, float, str]]  # x, top, anchor


def _spots_beside(x: float, y: float, gap: float, height: float) -> _Spots:
    aslant = [
        (x + side * gap * 0.8, y + rise, side) for rise in (-gap - height * 0.8, gap - height * 0.2) for side in (1, -1)
    ]
    return [
        (x + gap, y - height / 2, "start"),
        (x - gap, y - height / 2, "end"),
        (x, y + gap, "middle"),
        (x, y - gap - height, "middle"),
        *((at, top, "start" if side > 0 else "end") for at, top, side in aslant),
    ]


def _spots_afar(x: float, y: float, reach: float, height: float) -> _Spots:
    rises = (0, -24, 24, -48, 48)
    return [
        (x + side * (reach + away), y + rise - height / 2, "start" if side > 0 else "end")
        for away in (16, 36, 60, 90)
        for rise in rises
        for side in (1, -1)
    ]


def name_street(drawing: Drawing, space: Space, line: LineString, name: str, *, size: float, pitch: float,
                colour: str, bold: bool = False, halo: float = 3.2) -> bool:  # fmt: skip
    """Write a street's name along `line` (px): Chinese upright character by character, others turned with it."""
    upright = bool(_HAN.search(name))
    need = size * pitch * (len(name) - 1) if upright else text_width(name, size)
    if line.length < need + size or (len(name) > 12 and upright):
        return False
    for fraction in (0.5, 0.3, 0.7, 0.15, 0.85):
        start = (line.length - need) * fraction
        if upright:
            done = _upright(drawing, space, line, name, start, size, size * pitch, colour, bold, halo)
        else:
            done = _turned(drawing, space, line, name, start, need, size, colour, bold, halo)
        if done:
            return True
    return False


def _upright(drawing: Drawing, space: Space, line: LineString, name: str, start: float, size: float, step: float,
             colour: str, bold: bool, halo: float) -> bool:  # fmt: skip
    spots = shapely.get_coordinates([line.interpolate(start + i * step) for i in range(len(name))]).tolist()
    dx, dy = spots[-1][0] - spots[0][0], spots[-1][1] - spots[0][1]
    if (dx if abs(dx) > abs(dy) else dy) < 0:
        spots.reverse()
    half = size * 0.6
    boxes = [(x - half, y - half, x + half, y + half) for x, y in spots]
    if not space.free(boxes):
        return False
    space.take(boxes)
    for (x, y), character in zip(spots, name, strict=True):
        drawing.text(x, y + size * 0.36, character, size, colour=colour, bold=bold, halo=halo)
    return True


def _turned(drawing: Drawing, space: Space, line: LineString, name: str, start: float, need: float, size: float,
            colour: str, bold: bool, halo: float) -> bool:  # fmt: skip
    (x0, y0), (x1, y1) = shapely.get_coordinates([line.interpolate(start), line.interpolate(start + need)]).tolist()
    chord = math.hypot(x1 - x0, y1 - y0)
    if chord < need * 0.96:  # a bend: the straight text would leave the street
        return False
    if x1 < x0:
        x0, y0, x1, y1 = x1, y1, x0, y0
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    # A slanting text is covered by a chain of small boxes rather than by its bounding box.
    parts = max(1, math.ceil(need / size))
    boxes = [
        (cx - size * 0.6, cy - size * 0.6, cx + size * 0.6, cy + size * 0.6)
        for cx, cy in ((x0 + (x1 - x0) * i / parts, y0 + (y1 - y0) * i / parts) for i in range(parts + 1))
    ]
    if not space.free(boxes):
        return False
    space.take(boxes)
    turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
    drawing.text(x, y + size * 0.35, name, size, colour=colour, bold=bold, halo=halo, turn=turn)
    return True


def name_line(
    drawing: Drawing, space: Space, spots: Iterable[tuple[float, float]], words: str, *, size: float, colour: str = INK
) -> bool:
    """Write `words` on the first spot (px) with room; used for isochrones, which carry their label on the line."""
    width = text_width(words, size)
    for x, y in spots:
        box = (x - width / 2 - 2, y - size * 0.7, x + width / 2 + 2, y + size * 0.7)
        if space.free([box], edge=10):
            space.take([box])
            drawing.text(x, y + size * 0.36, words, size, colour=colour, bold=True, halo=4)
            return True
    return False
