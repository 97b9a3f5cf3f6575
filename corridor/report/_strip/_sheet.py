"""The sheet the strip is drawn on: colours, and where metres and words lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from corridor.report._canvas import Canvas
from corridor.report._labels import text_width

INK, INK_2, INK_3, RULE = "#1B2733", "#4A5763", "#5F6B76", "#D5D6D1"
ACCENT, WORK, SERVICE, BAD = "#B3261E", "#173A73", "#A2548F", "#9A3412"
LABEL_PX, MARGIN_PX = 112.0, 22.0


@dataclass
class Sheet:
    """The canvas, and where metres lie on it; `y` is where the next track begins."""

    canvas: Canvas
    lang: str
    scale: float
    right: float
    y: float
    tops: list[float]

    def x(self, chainage: Any) -> Any:
        """Return the place across of a chainage."""
        return LABEL_PX + chainage * self.scale

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def open(self, height: float, zh: tuple[str, str], en: tuple[str, str]) -> float:
        """Begin a track with its name and what it shows; return its top."""
        name, note = zh if self.lang == "zh" else en
        top = self.y
        self.canvas.line(MARGIN_PX - 10, top, self.right, top, RULE, 0.8)
        self.canvas.text(MARGIN_PX - 10, top + 14, name, 11.5, bold=True)
        if note:
            self.canvas.text(MARGIN_PX - 10, top + 27, note, 9.5, colour=INK_3)
        self.tops.append(top)
        self.y = top + height
        return top

    def fitting(
        self, x: float, width: float, y: float, words: Iterable[str], colour: str, *, halo: bool = False
    ) -> None:
        """Write the first of several wordings that fits."""
        for text in words:
            if text_width(text, 11) < width - 2:
                self.canvas.text(x + width / 2, y, text, 11, anchor="middle", colour=colour, bold=True, halo=halo)
                return

    def no_data(self, stretches: Iterable[tuple[float, float]], y: float, height: float) -> None:
        """Hatch a whole track, as far as there is a street, and say why."""
        words = self.say("无资料", "no data")
        for low, high in stretches:
            x, width = self.x(low), (high - low) * self.scale
            self.canvas.missing(x, y, width, height)
            if text_width(words, 11) < width:
                self.canvas.text(x + width / 2, y + height / 2 + 4, words, 11, anchor="middle", halo=True)
