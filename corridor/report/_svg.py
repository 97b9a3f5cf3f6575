"""Small SVG drawings that stand alone: literal colours, no references outside, the same bytes every time.

Lengths are CSS pixels (1/96 inch). Geometry is written in whole tenths of a pixel, 0.026 mm on paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from markupsafe import Markup, escape

MM = 96 / 25.4
INK = "#1B2733"
FONTS = {
    "zh": "Noto Sans SC,Noto Sans CJK SC,Source Han Sans SC,PingFang SC,Microsoft YaHei,WenQuanYi Micro Hei,SimHei,"
    "sans-serif",
    "en": "Segoe UI,Helvetica Neue,Arial,Noto Sans,Liberation Sans,Noto Sans CJK SC,Microsoft YaHei,sans-serif",
}


@dataclass(frozen=True)
class Frame:
    """A rectangle of ground on paper: `width` × `height` px, `scale` px a metre, centred on `centre` (metric CRS)."""

    width: float
    height: float
    scale: float
    centre: tuple[float, float]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Ground covered (west, south, east, north) in metres."""
        x, y = self.centre
        dx, dy = self.width / self.scale / 2, self.height / self.scale / 2
        return x - dx, y - dy, x + dx, y + dy

    def place(self, coordinates: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return paper positions (px, y down) of ground coordinates, shape (n, 2)."""
        west, _, _, north = self.bounds
        return (coordinates - (west, north)) * (self.scale, -self.scale)

    def visible(self, geometries: Any) -> np.ndarray[Any, Any]:
        """Return which geometries touch the frame, as a boolean array."""
        west, south, east, north = shapely.bounds(geometries).reshape(-1, 4).T
        w, s, e, n = self.bounds
        touching: np.ndarray[Any, Any] = (west <= e) & (east >= w) & (south <= n) & (north >= s)
        return touching

    def clip(self, geometries: Any, margin_px: float = 20) -> np.ndarray[Any, Any]:
        """Cut geometries to the frame and a little more, so that cut edges stay out of sight; drops empty ones."""
        m = margin_px / self.scale
        west, south, east, north = self.bounds
        cut = shapely.clip_by_rect(np.asarray(geometries, dtype=object), west - m, south - m, east + m, north + m)
        kept: np.ndarray[Any, Any] = cut[~shapely.is_empty(cut)]
        return kept


def _pieces(geometries: Any) -> tuple[np.ndarray[Any, Any], bool]:
    """Return lines or rings of any geometries, and whether they close."""
    parts = shapely.get_parts(shapely.get_parts(np.asarray(geometries, dtype=object)))
    dimension = shapely.get_dimensions(parts)
    if len(parts) and dimension.max() == 2:
        return shapely.get_rings(parts[dimension == 2]), True
    return parts[dimension == 1], False


def path_data(geometries: Any, frame: Frame) -> str:
    """Return one path (`d`) in tenths of a pixel for all lines, or all rings, of the geometries."""
    lines, closed = _pieces(geometries)
    return "".join(_line_paths(lines, frame, closed=closed))


def paths(polygons: Any, frame: Frame) -> list[str]:
    """Return a path for each polygon or multipolygon: all its rings."""
    parts, owner = shapely.get_parts(np.asarray(polygons, dtype=object), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    out = [""] * len(polygons)
    for number, path in zip(owner[part].tolist(), _line_paths(rings, frame, closed=True), strict=True):
        out[number] += path
    return out


def _line_paths(lines: np.ndarray[Any, Any], frame: Frame, *, closed: bool) -> list[str]:
    """Return a path for each line or ring; "" for one that shrinks to a point."""
    if not len(lines):
        return []
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    points = np.rint(frame.place(coordinates) * 10).astype(np.int64)
    steps = np.diff(points, axis=0, prepend=points[:1])
    first = np.diff(owner, prepend=-1) > 0
    first_of = np.flatnonzero(first)
    ends = np.append(first_of[1:], len(points))
    moves = (steps != 0).any(axis=1) & ~first
    if closed:
        moves[ends - 1] = False  # "z" draws the way back
    words = list(map(str, steps[moves].ravel().tolist()))
    stops = (2 * np.cumsum(moves)[ends - 1]).tolist()
    out, start, end = [], 0, "z" if closed else ""
    for (x, y), stop in zip(points[first_of].tolist(), stops, strict=True):
        out.append(f"M{x} {y}l{' '.join(words[start:stop])}{end}".replace(" -", "-") if stop > start else "")
        start = stop
    return out


def attributes(**values: object) -> str:
    """Return escaped attributes; underscores become hyphens and None is left out."""
    return "".join(f' {k.rstrip("_").replace("_", "-")}="{escape(str(v))}"' for k, v in values.items() if v is not None)


def plain(value: float) -> str:
    """Return a number with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


@dataclass
class Drawing:
    """Collects the marks of one SVG, bottom to top."""

    frame: Frame
    lang: str
    marks: list[str] = field(default_factory=list)

    def area(
        self,
        geometries: Any,
        fill: str,
        *,
        line: str | None = None,
        width: float = 0,
        line_opacity: float | None = None,
    ) -> None:
        """Fill polygons, outlined (`width` in px) where a `line` colour is given."""
        outline = {"stroke": line, "stroke_width": _tenths(width), "stroke_opacity": line_opacity} if line else {}
        self._path(path_data(geometries, self.frame), fill=fill, **outline)

    def outlines(
        self, pieces: Iterable[str], fill: str, *, line: str | None, width: float, line_opacity: float | None = None
    ) -> None:
        """Fill polygons as `area` does, given by their `paths`."""
        outline = {"stroke": line, "stroke_width": _tenths(width), "stroke_opacity": line_opacity} if line else {}
        self._path("".join(pieces), fill=fill, **outline)

    def lines(self, geometries: Any, colour: str, width: float, *, dash: Iterable[float] = (), cap: str | None = None,
              opacity: float | None = None) -> None:  # fmt: skip
        """Stroke lines or outlines; `width` and `dash` in px."""
        self.stroke(path_data(geometries, self.frame), colour, width, dash=dash, cap=cap, opacity=opacity)

    def stroke(self, data: str, colour: str, width: float, *, dash: Iterable[float] = (), cap: str | None = None,
               opacity: float | None = None) -> None:  # fmt: skip
        """Stroke as `lines` does what `path_data` made: several strokes of one line need it only once."""
        self._path(data, fill="none", stroke=colour, stroke_width=_tenths(width),
                   stroke_dasharray=" ".join(_tenths(d) for d in dash) or None, stroke_linecap=cap,
                   stroke_linejoin="round", stroke_opacity=opacity)  # fmt: skip

    def veil(self, hole: Any, colour: str, opacity: float) -> None:
        """Cover the frame except the polygons of `hole`."""
        w, h = round(self.frame.width * 10), round(self.frame.height * 10)
        data = f"M0 0H{w}V{h}H0z{path_data(hole, self.frame)}"
        self._path(data, fill=colour, fill_opacity=opacity, fill_rule="evenodd")

    def _path(self, data: str, **style: object) -> None:
        if data:
            self.marks.append(f'<path transform="scale(.1)" d="{data}"{attributes(**style)}/>')

    def text(self, x: float, y: float, words: str, size: float, *, anchor: str = "middle", colour: str = INK,
             bold: bool = False, halo: float = 3.2, turn: float = 0) -> None:  # fmt: skip
        """Write `words` with their baseline at (x, y) px; the halo is a second text underneath."""
        style = attributes(
            x=plain(x),
            y=plain(y),
            font_size=plain(size),
            text_anchor=None if anchor == "start" else anchor,
            font_weight=700 if bold else None,
            transform=f"rotate({plain(turn)} {plain(x)} {plain(y)})" if turn else None,
        )
        content = escape(words)
        if halo:
            stroke = attributes(
                fill="#fff", stroke="#fff", stroke_width=plain(halo), stroke_linejoin="round", aria_hidden="true"
            )
            self.marks.append(f"<text{style}{stroke}>{content}</text>")
        self.marks.append(f"<text{style}{attributes(fill=colour)}>{content}</text>")

    def lead(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw the thin line that ties a mark or a name to its place, on a white one."""
        way = f'd="M{plain(x)} {plain(y)}L{plain(to_x)} {plain(to_y)}"'
        self.marks.append(
            f'<path {way} stroke="#fff" stroke-width="2.6"/><path {way} stroke="{INK}" stroke-width=".9"/>'
        )

    def put(self, markup: str) -> None:
        """Add ready SVG made by this package."""
        self.marks.append(markup)

    def svg(self, label: str, *, definitions: str = "") -> Markup:
        """Return the whole drawing with `label` for readers who cannot see it."""
        return wrap(
            "".join(self.marks),
            self.frame.width,
            self.frame.height,
            label=label,
            lang=self.lang,
            definitions=definitions,
        )


def wrap(
    content: str, width: float, height: float, *, label: str = "", lang: str = "zh", definitions: str = ""
) -> Markup:
    """Return an SVG of `width` × `height` px; without `label` it is decoration and hidden from screen readers."""
    named = attributes(role="img", aria_label=label, font_family=FONTS[lang]) if label else ' aria-hidden="true"'
    defs = f"<defs>{definitions}</defs>" if definitions else ""
    size = f'width="{plain(width)}" height="{plain(height)}" viewBox="0 0 {plain(width)} {plain(height)}"'
    return Markup(f'<svg xmlns="http://www.w3.org/2000/svg" {size}{named}>{defs}{content}</svg>')  # noqa: S704


def hatch(name: str) -> str:
    """Return the one pattern that means "no data", under an id of its own."""
    return (
        f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" fill="#EFEEE9"/><path d="M0 0V6" stroke="#7C838A" stroke-width="1.4"/></pattern>'
    )


def points(geometries: Any, frame: Frame) -> Iterator[tuple[float, float]]:
    """Yield paper positions of points."""
    yield from (tuple(p) for p in frame.place(shapely.get_coordinates(geometries)).tolist())


def _tenths(width: float) -> str:
    return plain(width * 10)
