"""The strip profile: a long picture of the corridor along its chainage, with tracks that line up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from corridor.errors import Notice
from corridor.evaluation.strip import Road, Streets, gathered
from corridor.report._canvas import Canvas
from corridor.report._files import failure, replacing
from corridor.report._strip import _frame, _marks, _plan, _tracks
from corridor.report._strip._sheet import LABEL_PX, MARGIN_PX, RULE, Sheet

__all__ = ["KINDS", "Road", "drawn_svg", "gathered", "strip_svg", "write_strip"]

KINDS = ("svg", "png", "pdf")
LEAST_PX, LEAST_PX_A_M = 1080.0, 0.42


def strip_svg(streets: Streets, lang: str = "zh") -> str:
    """Return the strip profile as a stand-alone SVG.

    Parameters
    ----------
    streets : StreetStudy
        With `study`, `segments`, `values` and `ranking` (None before anything is ranked).
    lang : {"zh", "en"}

    Returns
    -------
    str

    Raises
    ------
    StudyError
        The study names no corridor.
    """
    return drawn_svg(gathered(streets), lang)


def drawn_svg(road: Road, lang: str) -> str:
    """Return the strip profile of a road as a stand-alone SVG."""
    return _drawn(road, lang).svg(_frame.heading(road, lang))


def write_strip(
    streets: Streets, folder: Path, lang: str = "zh", kinds: Sequence[str] = KINDS, road: Road | None = None
) -> tuple[tuple[Path, ...], tuple[Notice, ...]]:
    """Write `strip.svg`, `strip.png` (300 dpi) and `strip.pdf`, or some of them, into a folder; `road` is what they show, where it is at hand.

    Returns
    -------
    files : tuple of Path
    notices : tuple of Notice
        One where no Chinese font is installed.
    """
    road = road or gathered(streets)
    canvas = _drawn(road, lang)
    files = tuple(folder / f"strip.{ending}" for ending in kinds)
    notices: tuple[Notice, ...] = ()
    for path in files:
        try:
            with replacing(path) as place:
                if path.suffix == ".svg":
                    place.write_text(canvas.svg(_frame.heading(road, lang)), encoding="utf-8")
                else:
                    from corridor.report._print import save

                    notices = save(canvas, place, path.suffix[1:])
        except OSError as fault:
            raise failure(path, fault) from fault
    return files, notices


def _drawn(road: Road, lang: str) -> Canvas:
    scale = max(LEAST_PX / road.length, LEAST_PX_A_M)
    right = LABEL_PX + road.length * scale
    sheet = Sheet(Canvas(right + MARGIN_PX, 0, lang), lang, scale, right, 92.0, [])
    if road.study.config.schematic is not None:
        _frame.note(sheet)
    names_y = sheet.y - 6
    for track in _tracks_of(road):
        track(sheet, road)
    bottom = sheet.y
    sheet.canvas.line(MARGIN_PX - 10, bottom, right, bottom, RULE, 0.8)
    _frame.scale_line(sheet, road, bottom)
    _frame.cross_streets(sheet, road, names_y, bottom)
    _frame.title(sheet, road)
    sheet.canvas.height = sheet.y + 30
    _frame.source(sheet, road)
    return sheet.canvas


def _tracks_of(road: Road) -> list[Callable[[Sheet, Road], None]]:
    """Return the tracks from top to bottom; those of nothing known are left out."""
    found: list[tuple[bool, Callable[[Sheet, Road], None]]] = [
        (True, _plan.plan),
        (road.score is not None, _plan.priority),
        (True, _tracks.frontage),
        (True, _tracks.width),
        (True, _tracks.crossings),
        (road.flow is not None, _tracks.flow),
        (True, _tracks.trees),
        (True, _marks.gates),
        (True, _marks.carriers),
    ]
    return [track for shown, track in found if shown]
