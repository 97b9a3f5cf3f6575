"""Map symbols for paper: the shapes of the maps' sprite, copied in place: PDF makers follow no references."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from importlib import resources

from markupsafe import Markup, escape

from corridor.report._svg import FONTS, MM, plain, wrap
from corridor.schemas import CARRIER_BARS, STATION_MARKS

KIND_SYMBOLS = {"LIFE": "s-life", "WORK": "s-work", "SERVICE": "s-service", "EXCHANGE": "s-exchange"}
# Width on the page of one symbol, px.
SIZES = {"core": 5.9 * MM, "institute": 5.0 * MM, "metro": 4.5 * MM, "station": 4.4 * MM, "carrier": 4.2 * MM}


@dataclass(frozen=True)
class Symbol:
    """One shape: its box (units of its own) and its SVG marks."""

    box: tuple[float, float]
    marks: str


@functools.cache
def sprite() -> dict[str, Symbol]:
    """Return the shapes by id ("s-core", …), as the maps draw them."""
    text = (resources.files("corridor") / "maps" / "assets" / "symbols.svg").read_text("utf-8")
    found = re.findall(r'<symbol id="([\w-]+)" viewBox="0 0 ([\d.]+) ([\d.]+)">(.*?)</symbol>', text, re.DOTALL)
    return {name: Symbol((float(w), float(h)), marks) for name, w, h, marks in found}


def placed(name: str, x: float, y: float, size: float) -> str:
    """Return the symbol's marks with its box centred on (x, y), `size` px wide."""
    symbol = sprite()[name]
    scale = size / symbol.box[0]
    left, top = x - size / 2, y - symbol.box[1] * scale / 2
    return f'<g transform="translate({plain(left)} {plain(top)}) scale({scale:.4f})">{symbol.marks}</g>'


def station(kind: str, x: float, y: float, size: float, lang: str) -> str:
    """Return a station's diamond with its character; a plain diamond under 3.5 mm, where none can be read."""
    mark = STATION_MARKS.get(kind)
    if mark is None or size < 3.5 * MM:
        return placed("s-station", x, y, size)
    letter, height = escape(mark.zh if lang == "zh" else mark.en), size * 0.5
    return placed("s-station", x, y, size) + (
        f'<text x="{plain(x)}" y="{plain(y + height * 0.36)}" font-size="{plain(height)}" font-weight="700" '
        f'font-family="{FONTS[lang]}" text-anchor="middle" fill="#fff">{letter}</text>'
    )


def carrier(kind: str, is_core: bool) -> tuple[str, str]:
    """Return a carrier's symbol id and its class of size."""
    if is_core:
        return "s-core", "core"
    if kind in ("institute", "university"):
        return "s-institute", "institute"
    return f"s-carrier-{CARRIER_BARS.get(kind, 4)}", "carrier"


def icon(name: str, millimetres: float = 3.7) -> Markup:
    """Return a symbol as a small picture for legends and tables."""
    size = millimetres * MM
    return wrap(placed(name, size / 2, size / 2, size), size, size)
