"""A drawing kept as plain marks, so that the same picture becomes SVG, PNG and PDF without a browser.

Lengths are CSS pixels (1/96 inch), y down; colours are literal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from corridor.report._svg import INK, attributes, plain, wrap

HATCH_PX = 6.0
HALO_PX = 2.4

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """A path of straight pieces: rings or lines."""

    runs: tuple[tuple[Point, ...], ...]
    closed: bool
    fill: str | None
    line: str | None
    width: float
    dash: tuple[float, ...]
    opacity: float


@dataclass(frozen=True)
class Words:
    x: float
    y: float
    words: str
    size: float
    anchor: str
    colour: str
    bold: bool
    halo: bool


@dataclass
class Canvas:
    """Marks of one picture, bottom to top."""

    width: float
    height: float
    lang: str
    marks: list[Shape | Words] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, fill: str | None, *, line: str | None = None,
             stroke: float = 0.6, opacity: float = 1.0) -> None:  # fmt: skip
        """Fill a rectangle."""
        if width > 0 and height > 0:
            ring = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
            self.marks.append(Shape((ring,), True, fill, line, stroke if line else 0.0, (), opacity))

    def area(self, rings: Sequence[Sequence[Point]], fill: str | None, *, line: str | None = None, stroke: float = 0.5,
             opacity: float = 1.0) -> None:  # fmt: skip
        """Fill rings; where they lie in each other, odd ones are holes."""
        runs = tuple(tuple((float(x), float(y)) for x, y in ring) for ring in rings if len(ring) > 2)
        if runs:
            self.marks.append(Shape(runs, True, fill, line, stroke if line else 0.0, (), opacity))

    def lines(self, runs: Sequence[Sequence[Point]], colour: str, width: float, *, dash: Sequence[float] = (),
              opacity: float = 1.0) -> None:  # fmt: skip
        """Stroke lines."""
        kept = tuple(tuple((float(x), float(y)) for x, y in run) for run in runs if len(run) > 1)
        if kept:
            self.marks.append(Shape(kept, False, None, colour, width, tuple(dash), opacity))

    def line(self, x: float, y: float, to_x: float, to_y: float, colour: str, width: float,
             dash: Sequence[float] = ()) -> None:  # fmt: skip
        """Stroke one straight line."""
        self.lines([[(x, y), (to_x, to_y)]], colour, width, dash=dash)

    def dot(
        self, x: float, y: float, radius: float, fill: str, *, line: str | None = None, stroke: float = 0.0
    ) -> None:
        """Fill a small circle, drawn with 24 corners."""
        turn = np.arange(24) * (2 * np.pi / 24)
        ring = list(zip((x + radius * np.cos(turn)).tolist(), (y + radius * np.sin(turn)).tolist(), strict=True))
        self.area([ring], fill, line=line, stroke=stroke)

    def missing(self, x: float, y: float, width: float, height: float) -> None:
        """Hatch a rectangle: no data."""
        self.rect(x, y, width, height, "#EFEEE9")
        self.hatch(x, y, width, height, "#7C838A", 0.8)

    def hatch(self, x: float, y: float, width: float, height: float, colour: str, stroke: float,
              step: float = HATCH_PX) -> None:  # fmt: skip
        """Draw lines at 45° through a rectangle, in step with all other hatches of the picture."""
        if width <= 0 or height <= 0:
            return
        low, high = x + y, x + y + width + height
        runs = []
        for c in np.arange(np.ceil(low / step) * step, high, step).tolist():  # x + y = c
            left, right = max(x, c - y - height), min(x + width, c - y)
            if right > left:
                runs.append([(left, c - left), (right, c - right)])
        self.lines(runs, colour, stroke)

    def text(self, x: float, y: float, words: str, size: float, *, anchor: str = "start", colour: str = INK,
             bold: bool = False, halo: bool = False) -> None:  # fmt: skip
        """Write words with their baseline at (x, y)."""
        if words:
            self.marks.append(Words(x, y, words, size, anchor, colour, bold, halo))

    def svg(self, label: str) -> str:
        """Return the picture as a stand-alone SVG."""
        body = "".join(_svg_words(m) if isinstance(m, Words) else _svg_shape(m) for m in self.marks)
        ground = f'<rect width="{plain(self.width)}" height="{plain(self.height)}" fill="#fff"/>'
        return str(wrap(ground + body, self.width, self.height, label=label, lang=self.lang))


def _svg_shape(mark: Shape) -> str:
    data = "".join(
        "M" + "L".join(f"{plain(x)} {plain(y)}" for x, y in run) + ("z" if mark.closed else "") for run in mark.runs
    )
    style = attributes(
        fill=mark.fill or "none",
        fill_rule="evenodd" if mark.closed and len(mark.runs) > 1 else None,
        stroke=mark.line,
        stroke_width=plain(mark.width) if mark.line else None,
        stroke_dasharray=" ".join(map(plain, mark.dash)) or None,
        opacity=plain(mark.opacity) if mark.opacity < 1 else None,
    )
    return f'<path d="{data}"{style}/>'


def _svg_words(mark: Words) -> str:
    from markupsafe import escape

    style = attributes(
        x=plain(mark.x),
        y=plain(mark.y),
        font_size=plain(mark.size),
        text_anchor=None if mark.anchor == "start" else mark.anchor,
        font_weight=700 if mark.bold else None,
    )
    content = escape(mark.words)
    under = ""
    if mark.halo:
        halo = attributes(
            fill="#fff", stroke="#fff", stroke_width=plain(HALO_PX), stroke_linejoin="round", aria_hidden="true"
        )
        under = f"<text{style}{halo}>{content}</text>"
    return f"{under}<text{style}{attributes(fill=mark.colour)}>{content}</text>"
