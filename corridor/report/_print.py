"""A drawing of plain marks on paper: as PNG and PDF by matplotlib, mark by mark, without an artist for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from matplotlib.text import Text as Label
from matplotlib.transforms import Affine2D
from PIL import Image

from corridor.errors import Notice, Text
from corridor.report._canvas import HALO_PX, Canvas, Shape, Words

PX_PER_INCH = 96.0
PRINT_DPI = 300
_POINTS_A_PX = 72 / PX_PER_INCH
_ALIGNED: dict[str, Literal["left", "center", "right"]] = {"start": "left", "middle": "center", "end": "right"}
# Of 9: half the time of the usual 6 for a file a sixth larger.
_COMPRESSION = 3
_FAMILIES = {
    "zh": ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
           "WenQuanYi Micro Hei", "SimHei", "Noto Sans CJK JP"),
    "en": ("Segoe UI", "Helvetica Neue", "Arial", "Noto Sans", "Liberation Sans", "DejaVu Sans"),
}  # fmt: skip


def save(canvas: Canvas, path: Path, kind: str) -> tuple[Notice, ...]:
    """Write a drawing as "png" (300 dpi) or "pdf"; tell where no Chinese font is installed."""
    size = (canvas.width / PX_PER_INCH, canvas.height / PX_PER_INCH)
    figure = Figure(figsize=size, dpi=PRINT_DPI, facecolor="white")
    sheet = FigureCanvasAgg(figure)
    font, notices = _font(canvas.lang)
    figure.add_artist(_Marks(canvas, font, figure))
    # No date and no version: the same picture, the same bytes.
    with mpl.rc_context({"pdf.fonttype": 3, "path.simplify": False}):
        if kind == "png":
            sheet.draw()  # type: ignore[no-untyped-call]
            pixels = np.asarray(sheet.buffer_rgba())  # type: ignore[no-untyped-call]
            picture = Image.fromarray(pixels).convert("RGB")  # paper lets nothing through
            picture.save(path, "png", dpi=(PRINT_DPI, PRINT_DPI), compress_level=_COMPRESSION)
        else:
            stamp = dict.fromkeys(("CreationDate", "Creator", "Producer"))
            figure.savefig(path, format=kind, dpi=PRINT_DPI, metadata=stamp)
    return notices


class _Marks(Artist):
    """All marks of a drawing, drawn in their order."""

    def __init__(self, canvas: Canvas, font: list[str], figure: Figure) -> None:
        super().__init__()
        self._canvas, self._font, self._sheet = canvas, font, figure

    def draw(self, renderer: Any) -> None:
        """Draw every mark; y runs downward in a drawing and upward on paper."""
        canvas = self._canvas
        size = self._sheet.dpi / PX_PER_INCH
        place = Affine2D().scale(size, -size).translate(0, canvas.height * size)
        for mark in canvas.marks:
            if isinstance(mark, Words):
                self._words(mark, place).draw(renderer)
            else:
                _draw_shape(renderer, mark, place)

    def _words(self, mark: Words, place: Affine2D) -> Label:
        x, y = place.transform((mark.x, mark.y))
        label = Label(
            x,
            y,
            mark.words.replace("$", r"\$"),
            fontsize=mark.size * _POINTS_A_PX,
            family=self._font,
            weight="bold" if mark.bold else "normal",
            color=mark.colour,
            horizontalalignment=_ALIGNED[mark.anchor],
            verticalalignment="baseline",
        )
        label.set_figure(self._sheet)
        if mark.halo:
            label.set_path_effects([withStroke(linewidth=HALO_PX * _POINTS_A_PX, foreground="#fff")])
        return label


def _draw_shape(renderer: Any, mark: Shape, place: Affine2D) -> None:
    points = [point for run in mark.runs for point in ((*run, run[0]) if mark.closed else run)]
    codes: list[int] = []
    for run in mark.runs:
        codes += [int(Outline.MOVETO)] + [int(Outline.LINETO)] * (len(run) - 1)
        if mark.closed:
            codes.append(int(Outline.CLOSEPOLY))
    pen = renderer.new_gc()
    pen.set_linewidth(mark.width * _POINTS_A_PX if mark.line else 0)
    if mark.line:
        pen.set_foreground(to_rgb(mark.line))
    if mark.dash:
        pen.set_dashes(0, [part * _POINTS_A_PX for part in mark.dash])
    if mark.opacity < 1:
        pen.set_alpha(mark.opacity)
    pen.set_joinstyle("miter")
    renderer.draw_path(pen, Outline(points, codes), place, to_rgba(mark.fill, mark.opacity) if mark.fill else None)
    pen.restore()


def _font(lang: str) -> tuple[list[str], tuple[Notice, ...]]:
    """Return the first fonts of the style that are installed; a notice where none of the Chinese ones is."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    chinese = [name for name in _FAMILIES["zh"] if name in known][:1]
    latin = [name for name in _FAMILIES["en"] if name in known][:1]
    families = (chinese + latin if lang == "zh" else latin + chinese) or ["DejaVu Sans"]
    if chinese:
        return families, ()
    what = Text(
        "未找到中文字体，纵断面图的PNG与PDF中汉字显示为方框；SVG不受影响。",
        "No Chinese font was found: Chinese text shows as boxes in the strip's PNG and PDF; the SVG is not concerned.",
    )
    hint = Text("安装思源黑体（Noto Sans CJK SC）后重试。", "Install Noto Sans CJK SC and run again.")
    return families, (Notice("strip.fonts", "W", what, hint),)
