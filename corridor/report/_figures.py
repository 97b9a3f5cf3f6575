"""Figures of the report: the map of scores with the core carriers' isochrones, and its four small sisters."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from corridor.report import _labels, _mapsheet, _symbols
from corridor.report._basemap import ACCENT, INK_LINE, LAND, draw_above, draw_ground
from corridor.report._format import missing
from corridor.report._once import once
from corridor.report._svg import INK, MM, Drawing, Frame, hatch, paths, plain, wrap

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation
    from corridor.study import StudyArea

SCORE_COLOURS = ("#F6E3A8", "#AFD3B8", "#66ABB2", "#36799F", "#1E4577")
CLASS_NAMES = ("0–20", "20–40", "40–60", "60–80", "80–100")
SMALL_WIDTH_MM = 42.5
_STUDY_DASH = (14.0, 4.0, 2.6, 4.0)
_ISO_STYLES = ((1.5, (2, 3)), (1.5, (7, 3)), (1.7, ()))


@dataclass(frozen=True)
class Figure:
    """A drawing, the scale it has on paper (1:`denominator`), and how many symbols found no room."""

    svg: Markup
    denominator: int
    crowded: int = 0


def score_classes(scores: pd.Series) -> np.ndarray[Any, Any]:
    """Return 0–4 for the five fixed classes and -1 for no data; an edge belongs to the upper class."""
    values = scores.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    classes: np.ndarray[Any, Any] = np.clip(np.nan_to_num(values, nan=-20.0) // 20, -1, 4).astype(int)
    return classes


def class_counts(scores: pd.Series) -> tuple[list[int], int]:
    """Return the number of buildings in each class, low to high, and the number without data."""
    classes = score_classes(scores)
    return [int((classes == i).sum()) for i in range(5)], int((classes == -1).sum())


def building_paths(buildings: Any, frame: Frame) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return which buildings the frame shows, and the path of each of those."""
    shapes = buildings.geometry.to_numpy()
    seen = frame.visible(shapes)
    return seen, np.array(paths(shapes[seen], frame), dtype=object)


def _draw_buildings(
    drawing: Drawing, scores: pd.Series, pieces: np.ndarray[Any, Any], width: float, pattern: str
) -> None:
    """Draw buildings given by the paths of their outlines, coloured by score."""
    classes = score_classes(scores)
    for i, colour in enumerate(SCORE_COLOURS):
        # Dark fills hold by themselves; on small maps their hairlines would only blacken the page.
        small = width < 0.2
        line = INK if not small or i < 2 else None
        drawing.outlines(pieces[classes == i], colour, line=line, width=width, line_opacity=0.25 if small else 0.52)
    drawing.outlines(pieces[classes == -1], f"url(#{pattern})", line="#7C838A", width=width)


def _core_isochrones(evaluation: Evaluation) -> dict[int, Any]:
    """Return one outline by minutes: the union over the core carriers, smoothed for drawing only."""
    table = evaluation.isochrones
    out = {}
    for minutes in sorted(set(table["minutes"].tolist())):
        union = shapely.union_all(table.geometry[table["minutes"] == minutes].to_numpy())
        outline = union.buffer(60, quad_segs=4).buffer(-75, quad_segs=4).buffer(15, quad_segs=4)
        if not outline.is_empty:
            out[int(minutes)] = outline
    return out


def _draw_isochrones(drawing: Drawing, outlines: dict[int, Any]) -> None:
    for outline, (width, dash) in zip(outlines.values(), _ISO_STYLES[-len(outlines) :], strict=False):
        drawing.lines([outline], "#FFFFFF", width * 0.8 + 2, opacity=0.85)
        drawing.lines([outline], INK_LINE, width * 0.8, dash=dash)


def _draw_study(drawing: Drawing, study: StudyArea, weight: float) -> None:
    drawing.lines([study.area], "#FFFFFF", 5.5 * weight, opacity=0.8)
    drawing.lines([study.area], INK, 2.6 * weight, dash=[d * weight for d in _STUDY_DASH])
    lines = study.corridor.geometry.to_numpy()
    drawing.lines(lines, "#FFFFFF", 9 * weight * 0.86, cap="round")
    drawing.lines(lines, ACCENT, 4.4 * weight * 0.86, cap="round")


@dataclass(frozen=True)
class _Mark:
    """A symbol to place: rank (lower first), size class, shape, station type, name."""

    rank: int
    size: str
    shape: str
    type_: str
    name: str
    x: float
    y: float


_Spot = tuple[_Mark, float, float, float]  # mark, x, y, half its size


def _marks(evaluation: Evaluation, frame: Frame, lang: str) -> list[_Mark]:
    study = evaluation.study
    marks = []
    carriers = study.carriers[~(study.carriers.geometry.isna() | study.carriers.geometry.is_empty)]
    for record, (x, y) in zip(carriers.itertuples(), _places(carriers, frame), strict=True):
        shape, size = _symbols.carrier(str(record.kind), not missing(record.is_core) and bool(record.is_core))
        marks.append(_Mark({"core": 0, "institute": 1, "carrier": 4}[size], size, shape, "", _name(record.name), x, y))
    stops = _metro(evaluation)
    english = study.amenities["name_en"].dropna().to_dict() if lang == "en" else {}
    for record, (x, y) in zip(stops.itertuples(), _places(stops, frame), strict=True):
        name = english.get(record.source_id, record.name)
        marks.append(_Mark(2, "metro", "s-metro", "", _name(name).removesuffix(" Station"), x, y))
    stations = study.stations[~(study.stations.geometry.isna() | study.stations.geometry.is_empty)]
    for record, (x, y) in zip(stations.itertuples(), _places(stations, frame), strict=True):
        marks.append(_Mark(3, "station", "s-station", str(record.type), "", x, y))
    inside = [m for m in marks if 8 <= m.x <= frame.width - 8 and 8 <= m.y <= frame.height - 8]
    return sorted(inside, key=lambda m: (m.rank, m.name, m.x, m.y))


def _metro(evaluation: Evaluation) -> Any:
    """Return one point a metro station: stations where the source maps them, else named entrances."""
    stops = evaluation.opportunities[evaluation.opportunities["category"] == "mobility.metro"]
    tags = evaluation.study.amenities["tags"].reindex(stops["source_id"]).fillna("{}")
    station = np.array([json.loads(t).get("railway") in ("station", "halt") for t in tags], dtype=bool)
    stops = stops[station] if station.any() else stops
    return stops[stops["name"].notna()].drop_duplicates("name")


def _places(table: Any, frame: Frame) -> list[tuple[float, float]]:
    return [(x, y) for x, y in frame.place(shapely.get_coordinates(table.geometry.to_numpy())).tolist()]


def _name(value: Any) -> str:
    return "" if missing(value) else str(value)


def _draw_symbols(drawing: Drawing, space: _labels.Space, marks: list[_Mark]) -> list[_Spot]:
    """Draw the symbols, moved apart by at most 14 px; return where those that found room stand."""
    spots: list[_Spot] = []
    shifts = [
        (0, 0),
        *((r * dx, r * dy) for r, dx, dy in itertools.product((8, 14), (1, -1, 0), (1, -1, 0)) if dx or dy),
    ]
    for mark in marks:
        half = _symbols.SIZES[mark.size] / 2
        for dx, dy in shifts:
            x, y = mark.x + dx, mark.y + dy
            box = (x - half, y - half, x + half, y + half)
            if space.free([box], edge=1):
                space.take([box])
                spots.append((mark, x, y, half))
                break
    for mark, x, y, _ in spots:
        if (x, y) != (mark.x, mark.y):
            drawing.lead(mark.x, mark.y, x, y)
    for mark, x, y, half in spots:
        if mark.size == "station":
            drawing.put(_symbols.station(mark.type_, x, y, half * 2, drawing.lang))
        else:
            drawing.put(_symbols.placed(mark.shape, x, y, half * 2))
    return spots


def _draw_names(
    drawing: Drawing, space: _labels.Space, evaluation: Evaluation, outlines: dict[int, Any], spots: list[_Spot]
) -> None:
    """Write names where there is room: isochrones, corridor, symbols, streets, open space."""
    frame, study, lang = drawing.frame, evaluation.study, drawing.lang
    for i, (minutes, outline) in enumerate(outlines.items()):
        # Each label in a part of the line of its own, so that the three do not crowd one spot.
        middle = frame.width * (0.62 - 0.1 * i)
        corners = frame.place(shapely.get_coordinates(outline.boundary)).tolist()
        corners.sort(key=lambda p, x=middle: (abs(p[0] - x), p[1]))
        words = f"{minutes}分钟" if lang == "zh" else f"{minutes} min"
        _labels.name_line(drawing, space, [(x, y) for x, y in corners], words, size=9.0, colour=INK_LINE)
    named = once(evaluation, "streets worth naming", lambda: _mapsheet.worth_naming(study, frame))
    streets = _mapsheet.in_language(named, lang)
    _mapsheet.name_streets(drawing, space, [s for s in streets if s[0] == 0])
    for mark, x, y, half in spots:
        if mark.name:
            _labels.name_symbol(drawing, space, x, y, half, mark.name, size=9.2, bold=mark.rank < 3, led=mark.rank == 0)
    _mapsheet.name_streets(drawing, space, [s for s in streets if s[0] > 0])
    green = study.open_space[
        study.open_space["name"].notna() & (study.open_space["area_m2"] >= max(3000, 60 / frame.scale**2))
    ]
    green = green[frame.visible(green.geometry.to_numpy())].sort_values(["area_m2", "name"], ascending=False)
    for name, (x, y) in zip(
        green["name"], _places(green.set_geometry(green.representative_point()), frame), strict=True
    ):
        width = _labels.text_width(str(name), 8.6)
        box = (x - width / 2, y - 6, x + width / 2, y + 6)
        if space.free([box]):
            space.take([box])
            drawing.text(x, y + 3, str(name), 8.6, colour="#48633A")


def score_map(evaluation: Evaluation, lang: str) -> Figure:
    """Draw figure 1: buildings by overall score, isochrones of the core carriers, study area, corridor and symbols."""
    study = evaluation.study
    shown = shapely.union_all([study.area, *study.corridor.geometry.to_numpy()])
    frame, denominator = _mapsheet.fit(shown)
    outlines = once(evaluation, "outlines", lambda: _core_isochrones(evaluation))
    drawing = Drawing(frame, lang, list(once(evaluation, "score map", lambda: _wordless(evaluation, frame, outlines))))
    space = _labels.Space(frame.width, frame.height)
    _mapsheet.scale_bar(drawing, space)
    _mapsheet.north(drawing, space)
    marks = _marks(evaluation, frame, lang)
    top = Drawing(frame, lang)
    spots = _draw_symbols(top, space, marks)
    _draw_names(top, space, evaluation, outlines, spots)
    drawing.marks.extend(top.marks)
    label = (
        "建筑综合得分与核心载体等时圈"
        if lang == "zh"
        else "Overall score of buildings, isochrones of the core carriers"
    )
    return Figure(drawing.svg(label, definitions=hatch("na-map")), denominator, len(marks) - len(spots))


def _wordless(evaluation: Evaluation, frame: Frame, outlines: dict[int, Any]) -> list[str]:
    """Return the marks of figure 1 below its words, which no language changes."""
    study, drawing = evaluation.study, Drawing(frame, "zh")
    draw_ground(drawing, study)
    seen, pieces = building_paths(evaluation.buildings, frame)
    _draw_buildings(drawing, evaluation.buildings["score_total"][seen], pieces, min(0.5, frame.scale * 1.4), "na-map")
    draw_above(drawing, study)
    if outlines:
        drawing.veil([max(outlines.items())[1]], LAND, 0.58)
        _draw_isochrones(drawing, outlines)
    _draw_study(drawing, study, 0.72)
    return drawing.marks


def kind_maps(evaluation: Evaluation, labels: dict[str, str], lang: str) -> dict[str, Markup]:
    """Draw the small maps of figure 2, by kind: the same extent and classes, no names, no symbols.

    `labels` holds the kinds and what each map is called for readers who cannot see it.
    """
    study = evaluation.study
    large, _ = _mapsheet.fit(shapely.union_all([study.area, *study.corridor.geometry.to_numpy()]))
    ratio = SMALL_WIDTH_MM / _mapsheet.WIDTH_MM
    frame = Frame(large.width * ratio, large.height * ratio, large.scale * ratio, large.centre)
    marks = once(evaluation, "kind maps", lambda: _kind_marks(evaluation, frame, list(labels)))
    return {
        kind: Drawing(frame, lang, marks[kind]).svg(label, definitions=hatch(_kind_hatch(kind)))
        for kind, label in labels.items()
    }


def _kind_hatch(kind: str) -> str:
    return f"na-{kind.lower()}"


def _kind_marks(evaluation: Evaluation, frame: Frame, kinds: list[str]) -> dict[str, list[str]]:
    """Return the marks of each small map; ground and outlines are drawn once for all."""
    study = evaluation.study
    below, above = Drawing(frame, "zh"), Drawing(frame, "zh")
    draw_ground(below, study)
    draw_above(above, study)
    _draw_study(above, study, 0.38)
    seen, pieces = building_paths(evaluation.buildings, frame)
    out = {}
    for kind in kinds:
        drawing = Drawing(frame, "zh")
        scores = evaluation.buildings[f"score_{kind.lower()}"][seen]
        _draw_buildings(drawing, scores, pieces, 0.15, _kind_hatch(kind))
        out[kind] = [*below.marks, *drawing.marks, *above.marks]
    return out


def swatch(index: int) -> Markup:
    """Return the legend's box of a score class, or of "no data" for -1."""
    fill, line = ("url(#na-key)", "#7C838A") if index < 0 else (SCORE_COLOURS[index], "#6B7278")
    box = f'<rect x=".5" y=".5" width="21.7" height="12.6" fill="{fill}" stroke="{line}" stroke-width=".8"/>'
    return wrap(box, 6 * MM, 3.6 * MM, definitions=hatch("na-key") if index < 0 else "")


def count_bar(count: int, most: int) -> Markup:
    """Return the legend's bar for a class's count."""
    width = 22 * MM
    return wrap(f'<rect width="{plain(width * count / max(most, 1))}" height="5.7" fill="#B9BDBC"/>', width, 1.5 * MM)


def line_key(name: str) -> Markup:
    """Return the legend's sample of a line: "corridor", "area" or "iso"."""
    marks = {
        "corridor": f'<path d="M0 7h14" stroke="{ACCENT}" stroke-width="2.8"/>',
        "area": f'<path d="M0 7h14" stroke="{INK}" stroke-width="1.8" stroke-dasharray="5 1.7 1.2 1.7"/>',
        "iso": "".join(
            f'<path d="M0 {y}h14" stroke="{INK_LINE}" stroke-width="1.3"{dash}/>'
            for y, dash in ((3, ' stroke-dasharray="1.2 1.8"'), (7, ' stroke-dasharray="4 1.8"'), (11, ""))
        ),
    }
    return wrap(marks[name], 3.7 * MM, 3.7 * MM)


def share_bars(first: Any, second: Any) -> Markup:
    """Return two thin bars, black over grey, of shares 0–1; a missing one is hatched over its whole length."""
    marks = ['<path d="M0 8.5H100" stroke="#B9BDBC" stroke-width=".7"/>']
    for y, share, colour in ((1.0, first, INK), (4.6, second, "#98A2AA")):
        if missing(share):
            marks.append(f'<rect y="{y}" width="100" height="3" fill="url(#na-bar)"/>')
        else:
            marks.append(f'<rect y="{y}" width="{plain(float(share) * 100)}" height="3" fill="{colour}"/>')
    marks.append('<path d="M50 0v9M100 0v9" stroke="#B9BDBC" stroke-width=".6"/>')
    return wrap("".join(marks), 101, 9, definitions=hatch("na-bar") if missing(first) or missing(second) else "")
