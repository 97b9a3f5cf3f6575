"""The strip profile: a long picture of the corridor along its chainage, with tracks that line up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.errors import Notice, StudyError
from corridor.indicators.street import edge
from corridor.report._canvas import Canvas, Point
from corridor.report._files import failure, replacing
from corridor.report._format import missing, number
from corridor.report._labels import text_width
from corridor.report._symbols import CARRIER_BARS, STATION_MARKS
from corridor.streets import Facts, Look, Segments, facts, look
from corridor.streets.sides import SIDES, beside, first_hits

if TYPE_CHECKING:
    from corridor.study import StudyArea

INK, INK_2, INK_3, RULE, RULE_2 = "#1B2733", "#4A5763", "#5F6B76", "#D5D6D1", "#B9BDBC"
LAND, BUILDING, BUILDING_LINE, STREET, CASE = "#F7F6F2", "#E3E1DA", "#C4C1B7", "#FFFFFF", "#D2D1CA"
GREEN, GREEN_LINE, ACCENT, WORK, SERVICE, BAD = "#E1EAD3", "#B7C7A0", "#B3261E", "#173A73", "#A2548F", "#9A3412"
PRIORITY = ("#EADFC2", "#E8BE74", "#D5853A", "#AB4A1E", "#6A1F14")
ACTIVE, PLAIN, GROUND, WALL, TREE = "#C9772F", "#D9D4C7", "#9CBF7E", "#5B6670", "#5C9447"
# The norm's spacing of streets (grade B): longer stretches without a crossing are drawn heavy.
CROSSING_NORM_M = 200.0
PLAN_M = 60.0
LABEL_PX, MARGIN_PX, LEAST_PX = 112.0, 22.0, 1080.0
LEAST_PX_A_M = 0.42
WIDTH_STEP_M = 20.0
FLOWS = ("flow", "betweenness")


class Streets(Protocol):
    """As much of a street study as the picture needs; `ranking` on `segment_id` with `score`, or None."""

    study: StudyArea
    segments: Segments
    values: pd.DataFrame
    ranking: pd.DataFrame | None


@dataclass(frozen=True)
class _Corridor:
    """What lies along the corridor, in metres of chainage."""

    study: StudyArea
    frame: gpd.GeoDataFrame
    axis: shapely.LineString
    others: gpd.GeoDataFrame
    numbers: pd.DataFrame
    score: pd.Series | None
    seen: Look
    known: Facts
    facts: pd.DataFrame

    @property
    def length(self) -> float:
        return float(self.axis.length)

    @property
    def start(self) -> np.ndarray[Any, Any]:
        return self.frame["chainage_from_m"].to_numpy(dtype=float)

    @property
    def end(self) -> np.ndarray[Any, Any]:
        return self.frame["chainage_to_m"].to_numpy(dtype=float)


@dataclass
class _Sheet:
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
    return _drawn(streets, lang).svg(_label(streets, lang))


def write_strip(streets: Streets, folder: Path, lang: str = "zh") -> tuple[tuple[Path, ...], tuple[Notice, ...]]:
    """Write `strip.svg`, `strip.png` (300 dpi) and `strip.pdf` into a folder.

    Returns
    -------
    files : tuple of Path
    notices : tuple of Notice
        One where no Chinese font is installed.
    """
    canvas = _drawn(streets, lang)
    files = tuple(folder / f"strip.{ending}" for ending in ("svg", "png", "pdf"))
    notices: tuple[Notice, ...] = ()
    for path in files:
        try:
            with replacing(path) as place:
                if path.suffix == ".svg":
                    place.write_text(canvas.svg(_label(streets, lang)), encoding="utf-8")
                else:
                    notices = canvas.write(place, path.suffix[1:])
        except OSError as fault:
            raise failure(path, fault) from fault
    return files, notices


def _label(streets: Streets, lang: str) -> str:
    name = _name(streets.segments.segments, lang)
    return f"{name}纵断面图" if lang == "zh" else f"Strip profile of {name}"


def _name(frame: gpd.GeoDataFrame, lang: str) -> str:
    first = frame[frame["role"] == "corridor"].iloc[0]
    english = lang == "en" and not missing(first["street_en"])
    return str(first["street_en"] if english else first["street"])


def _named(road: _Corridor, names: Any, lang: str) -> str:
    """Return the names of crossing streets in a language, as far as the map has them; "" for none."""
    if missing(names):
        return ""
    if lang == "zh":
        return str(names)
    known = road.others.dropna(subset=["street", "street_en"]).drop_duplicates("street")
    english = dict(zip(known["street"], known["street_en"], strict=True))
    return ", ".join(str(english.get(name, name)) for name in str(names).split("、"))


def _gathered(streets: Streets) -> _Corridor:
    """Keep of a street study what lies along the corridor."""
    whole, study = streets.segments, streets.study
    on_axis = (whole.segments["role"] == "corridor").to_numpy(dtype=bool)
    if whole.axis is None or not on_axis.any():
        raise StudyError.of(
            "corridor",
            "没有指定主线，无法绘制纵断面图。",
            "no corridor is named, so there is no strip to draw.",
            "在study.yaml里写明：corridor: {names: [街名]}。",
            "Name it in study.yaml: corridor: {names: [street]}.",
        )
    rows = np.flatnonzero(on_axis)
    frame = whole.segments.iloc[rows]
    place = pd.Series(np.arange(len(rows)), index=rows)
    parts = whole.parts[whole.parts["segment"].isin(rows)]
    parts = parts.assign(segment=place.reindex(parts["segment"]).to_numpy())
    own = replace(whole, segments=frame, parts=parts)
    score = None if streets.ranking is None else streets.ranking["score"].reindex(frame.index)
    near = whole.segments.geometry.intersects(whole.axis.buffer(PLAN_M))
    values = streets.values.reindex(frame.index)  # noqa: PD011  (a table)
    known = facts(own, study)
    return _Corridor(
        study=study,
        frame=frame,
        axis=whole.axis,
        others=whole.segments[near & ~on_axis],
        numbers=values,
        score=score,
        seen=look(frame, study.buildings, study.barriers),
        known=known,
        facts=_counted(known.values, values, frame["length_m"]),
    )


def _counted(known: pd.DataFrame, values: pd.DataFrame, length_m: pd.Series) -> pd.DataFrame:
    """Return the facts, with what a survey counted on 100 m where the map tells nothing."""
    out = known.copy()
    for name in ("trees", "seats", "lamps"):
        if f"{name}_per_100m" in values:
            out[name] = out[name].fillna((values[f"{name}_per_100m"].astype("Float64") * length_m / 100).round())
    return out


def _drawn(streets: Streets, lang: str) -> Canvas:
    road = _gathered(streets)
    scale = max(LEAST_PX / road.length, LEAST_PX_A_M)
    right = LABEL_PX + road.length * scale
    sheet = _Sheet(Canvas(right + MARGIN_PX, 0, lang), lang, scale, right, 92.0, [])
    if road.study.config.schematic is not None:
        _note(sheet)
    names_y = sheet.y - 6
    for track in _tracks(road):
        track(sheet, road)
    bottom = sheet.y
    sheet.canvas.line(MARGIN_PX - 10, bottom, right, bottom, RULE, 0.8)
    _scale_line(sheet, road, bottom)
    _cross_streets(sheet, road, names_y, bottom)
    _title(sheet, road)
    sheet.canvas.height = sheet.y + 30
    _source(sheet)
    return sheet.canvas


def _tracks(road: _Corridor) -> list[Callable[[_Sheet, _Corridor], None]]:
    tracks = [_plan]
    if road.score is not None:
        tracks.append(_priority)
    tracks += [_frontage, _width, _crossings]
    if _flow_code(road) is not None:
        tracks.append(_flow)
    return [*tracks, _trees, _gates, _carriers]


# -- head and foot


def _title(sheet: _Sheet, road: _Corridor) -> None:
    name = _name(road.frame, sheet.lang)
    start, end = (
        _named(road, names, sheet.lang)
        for names in (road.frame["from_street"].iloc[0], road.frame["to_street"].iloc[-1])
    )
    ends = f"{start} → {end}{sheet.say('，', '; ')}" if start and end else ""
    title = sheet.say(f"{name}纵断面图", f"Strip profile of {name}")
    heading = _compass(road.axis)
    note = sheet.say(
        f"{ends}{number(road.length)} m；平面沿里程拉直，{heading[0]}",
        f"{ends}{number(road.length)} m; plan straightened along the chainage, {heading[1]}",
    )
    sheet.canvas.text(MARGIN_PX - 10, 30, title, 17, bold=True)
    sheet.canvas.text(MARGIN_PX + text_width(title, 17) + 4, 30, note, 11.5, colour=INK_2)
    _legend(sheet)


def _compass(axis: shapely.LineString) -> tuple[str, str]:
    """Say which way the strip runs and which side lies above."""
    (x0, y0), (x1, y1) = axis.coords[0], axis.coords[-1]
    if abs(y1 - y0) >= abs(x1 - x0):
        return "自南向北，西侧在上", "south to north, west side above"
    return "自西向东，北侧在上", "west to east, north side above"


def _legend(sheet: _Sheet) -> None:
    keys = [
        (ACTIVE, "活跃界面", "active front"), ("wall", "围墙", "wall"), (PLAIN, "一般建筑", "other building"),
        (GROUND, "绿地", "green"), ("", "无建筑", "no building"), ("na", "无资料", "no data"),
    ]  # fmt: skip
    x = sheet.right - sum(text_width(sheet.say(zh, en), 10) + 34 for _, zh, en in keys)
    y = 44.0
    for colour, zh, en in keys:
        _front(sheet, x, y, 18, 10, colour)
        sheet.canvas.text(x + 22, y + 9, sheet.say(zh, en), 10)
        x += text_width(sheet.say(zh, en), 10) + 34


def _note(sheet: _Sheet) -> None:
    words = sheet.say(
        "示意样本：沿街数值为生成，不得作为决策依据",
        "Schematic sample: figures along the street are generated. Not for decisions",
    )
    sheet.canvas.rect(MARGIN_PX - 10, 40, text_width(words, 10.5) + 18, 18, "#FBF3DC")
    sheet.canvas.rect(MARGIN_PX - 10, 40, 3, 18, "#C79A2E")
    sheet.canvas.text(MARGIN_PX, 53, words, 10.5, colour="#5C4308")


def _source(sheet: _Sheet) -> None:
    words = sheet.say(
        "资料来源：© OpenStreetMap contributors（ODbL 1.0）及区级台账。",
        "Source: © OpenStreetMap contributors (ODbL 1.0) and the district's records.",
    )
    sheet.canvas.text(MARGIN_PX - 10, sheet.y + 20, words, 9.5, colour=INK_3)


def _scale_line(sheet: _Sheet, road: _Corridor, top: float) -> None:
    canvas = sheet.canvas
    step = next(s for s in (100, 200, 500, 1000, 2000) if s * sheet.scale >= 36)
    canvas.line(sheet.x(0), top + 4, sheet.right, top + 4, INK, 1.0)
    for metres in range(0, int(road.length) + 1, step):
        labelled = metres % (2 * step) == 0
        canvas.line(sheet.x(metres), top + 4, sheet.x(metres), top + (10 if labelled else 7), INK, 1.0)
        if labelled and road.length - metres > 0.4 * step:
            canvas.text(sheet.x(metres), top + 22, number(metres), 10, anchor="middle", colour=INK_2)
    canvas.text(sheet.right, top + 22, sheet.say("里程 m", "chainage, m"), 10, anchor="end", colour=INK_2)
    sheet.y = top + 26


def _cross_streets(sheet: _Sheet, road: _Corridor, y: float, bottom: float) -> None:
    """Draw the streets that cross as dotted lines through all tracks, their names on top."""
    free = -np.inf
    stops = [(road.start[0], road.frame["from_street"].iloc[0])]
    stops += list(zip(road.end.tolist(), road.frame["to_street"], strict=True))
    for chainage, names in stops:
        name = _named(road, names, sheet.lang)
        x = sheet.x(chainage)
        sheet.canvas.line(x, y + 6, x, bottom, INK_3, 0.6, dash=(1.2, 2.4))
        if not name:
            continue
        width = text_width(name, 11)
        left = min(max(x - width / 2, LABEL_PX - 10), sheet.right - width)
        if left > free + 6:
            sheet.canvas.text(left, y, name, 11, bold=True)
            free = left + width


# -- tracks


def _plan(sheet: _Sheet, road: _Corridor) -> None:
    """The plan, straightened to the chainage: every place goes to its chainage and its distance from the axis."""
    height = 2 * PLAN_M * sheet.scale + 8
    heading = _compass(road.axis)
    top = sheet.open(height + 4, ("平面", heading[0][-4:]), ("Plan", heading[1].split(", ")[1]))
    middle = top + 2 + height / 2
    sheet.canvas.rect(sheet.x(0), top + 2, road.length * sheet.scale, height, LAND)
    band = road.axis.buffer(PLAN_M, cap_style="flat")

    def unrolled(shapes: Iterable[Any]) -> list[list[list[Point]]]:
        return [_unrolled(shape, road.axis, sheet, middle) for shape in shapes]

    space = road.study.open_space
    for rings in unrolled(_clipped(space.geometry[space["walk"] == "public"], band)):
        sheet.canvas.area(rings, GREEN, line=GREEN_LINE, stroke=0.6)
    lines = unrolled(_clipped(road.others.geometry, band))
    for colour, width in ((CASE, 5.0), (STREET, 3.6)):
        for runs in lines:
            sheet.canvas.lines(runs, colour, width)
    for rings in unrolled(_clipped(road.study.buildings.geometry, band)):
        sheet.canvas.area(rings, BUILDING, line=BUILDING_LINE, stroke=0.5)
    classes = _score_classes(road)
    for row, (low, high) in enumerate(zip(road.start, road.end, strict=True)):
        x, width = sheet.x(low) + 0.8, (high - low) * sheet.scale - 1.6
        if classes is not None and classes[row] < 0:
            sheet.canvas.missing(x, middle - 3.5, width, 7)
        fill = ACCENT if classes is None else None if classes[row] < 0 else PRIORITY[classes[row]]
        sheet.canvas.rect(x, middle - 3.5, width, 7, fill, line=INK, stroke=0.5)


def _clipped(shapes: gpd.GeoSeries, band: Any) -> list[Any]:
    near = shapes[shapes.intersects(band)]
    cut = shapely.intersection(near.to_numpy(), band)
    parts = shapely.get_parts(shapely.segmentize(cut, 5.0))
    return [part for part in parts if part.length > 1]


def _unrolled(shape: Any, axis: shapely.LineString, sheet: _Sheet, middle: float) -> list[list[Point]]:
    """Return the rings or the line of a shape as (chainage, distance to the left) on the sheet."""
    lines = shapely.get_rings(shape) if shapely.get_dimensions(shape) == 2 else [shape]
    runs = []
    for line in lines:
        xy = shapely.get_coordinates(line)
        points = shapely.points(xy)
        at = shapely.line_locate_point(axis, points)
        away = shapely.distance(axis, points)
        foot = shapely.get_coordinates(shapely.line_interpolate_point(axis, at))
        on = np.clip(at + 0.5, 0, axis.length)
        step = shapely.get_coordinates(shapely.line_interpolate_point(axis, on)) - shapely.get_coordinates(
            shapely.line_interpolate_point(axis, np.clip(at - 0.5, 0, axis.length))
        )
        left = np.sign(step[:, 0] * (xy[:, 1] - foot[:, 1]) - step[:, 1] * (xy[:, 0] - foot[:, 0]))
        runs.append(list(zip(sheet.x(at).tolist(), (middle - left * away * sheet.scale).tolist(), strict=True)))
    return runs


def _score_classes(road: _Corridor) -> list[int] | None:
    if road.score is None:
        return None
    return [-1 if missing(score) else int(min(float(score) // 20, 4)) for score in road.score]


def _priority(sheet: _Sheet, road: _Corridor) -> None:
    top = sheet.open(30, ("更新优先度", "0–100"), ("Priority", "0–100"))
    classes = _score_classes(road) or []
    assert road.score is not None  # noqa: S101  (the track is left out without scores)
    for row, (low, high) in enumerate(zip(road.start, road.end, strict=True)):
        x, width = sheet.x(low) + 0.8, (high - low) * sheet.scale - 1.6
        name = f"D{row + 1}"
        if classes[row] < 0:
            sheet.canvas.missing(x, top + 5, width, 20)
            _fitting(sheet, x, width, top + 19, (f"{name} {sheet.say('资料缺失', 'no data')}", name), INK, halo=True)
            continue
        sheet.canvas.rect(x, top + 5, width, 20, PRIORITY[classes[row]], line=INK, stroke=0.5)
        colour = "#FFFFFF" if classes[row] > 2 else INK
        _fitting(
            sheet, x, width, top + 19, (f"{name}  {number(road.score.iloc[row])}", number(road.score.iloc[row])), colour
        )


def _fitting(
    sheet: _Sheet, x: float, width: float, y: float, words: Iterable[str], colour: str, *, halo: bool = False
) -> None:
    """Write the first of several wordings that fits."""
    for text in words:
        if text_width(text, 11) < width - 2:
            sheet.canvas.text(x + width / 2, y, text, 11, anchor="middle", colour=colour, bold=True, halo=halo)
            return


def _frontage(sheet: _Sheet, road: _Corridor) -> None:
    heading = _compass(road.axis)
    sides = ("西 / 东", "west / east") if "西侧" in heading[0] else ("北 / 南", "north / south")
    top = sheet.open(38, ("沿街界面", sides[0]), ("Frontage", sides[1]))
    kinds = _front_kinds(road)
    at = road.seen.at
    half = (road.end - road.start)[at.segment] / np.diff(at.first)[at.segment] / 2
    chainage = road.start[at.segment] + at.at_m
    for side in (0, 1):
        y = top + 5 + side * 15
        for low, high in _runs(kinds[side]):
            x = sheet.x(chainage[low] - half[low])
            _front(sheet, x, y, sheet.x(chainage[high - 1] + half[high - 1]) - x, 12, kinds[side][low])


def _front(sheet: _Sheet, x: float, y: float, width: float, height: float, kind: str) -> None:
    if kind == "na":
        sheet.canvas.missing(x, y, width, height)
    elif kind == "wall":
        sheet.canvas.rect(x, y, width, height, "#E9EBED")
        sheet.canvas.hatch(x, y, width, height, WALL, 2.2, step=6)
    elif kind:
        sheet.canvas.rect(x, y, width, height, kind)
    else:
        sheet.canvas.rect(x, y, width, height, "#FFFFFF", line=RULE, stroke=0.6)


def _front_kinds(road: _Corridor) -> list[list[str]]:
    """Return by side and station what stands there: active front, wall, green, other building, nothing, unknown."""
    study, seen = road.study, road.seen
    nobody = study.amenities.iloc[:0].assign(category="", source="", source_id="")
    found = edge.on_street(road.frame, seen, edge.places(study.amenities, nobody))
    lively = edge.lively(seen, found, (study.buildings["use"] == "commercial").to_numpy(dtype=bool, na_value=False))
    space = study.open_space.geometry[study.open_space["walk"] == "public"].to_numpy()
    green = first_hits(seen.at, space).distance_m
    out = []
    for side in (0, 1):
        face = np.nan_to_num(seen.faces.distance_m[side], nan=np.inf)
        wall = np.nan_to_num(seen.walls.distance_m[side], nan=np.inf)
        ground = np.nan_to_num(green[side], nan=np.inf)
        kinds = np.where(np.isinf(face), "", PLAIN).astype(object)
        kinds[ground < face] = GROUND
        kinds[(wall < face) & (wall <= ground)] = "wall"
        kinds[lively[side]] = ACTIVE
        kinds[~seen.mapped & (kinds == "")] = "na"
        out.append(kinds.tolist())
    return out


def _runs(values: list[str]) -> list[tuple[int, int]]:
    """Return (first, stop) of each run of equal values."""
    stops = [i for i in range(1, len(values)) if values[i] != values[i - 1]]
    return list(zip([0, *stops], [*stops, len(values)], strict=True)) if values else []


def _width(sheet: _Sheet, road: _Corridor) -> None:
    top = sheet.open(62, ("街宽 / 人行道宽", "m"), ("Width", "and footway, m"))
    low, most, height = top + 56, 60.0, 48.0

    def y(metres: Any) -> Any:
        return low - np.minimum(metres, most) / most * height

    for metres in (0, 20, 40, 60):
        sheet.canvas.line(sheet.x(0), y(metres), sheet.right, y(metres), RULE, 0.5)
        sheet.canvas.text(LABEL_PX - 5, y(metres) + 3.5, f"{metres}", 9.5, anchor="end", colour=INK_3)
    chainage, across = _widths(road)
    for first, stop in _runs([str(np.isnan(metres)) for metres in across]):
        if not np.isnan(across[first]):
            ends = [chainage[first] - WIDTH_STEP_M / 2, *chainage[first:stop], chainage[stop - 1] + WIDTH_STEP_M / 2]
            levels = [across[first], *across[first:stop], across[stop - 1]]
            points = list(zip(sheet.x(np.array(ends)).tolist(), y(np.array(levels)).tolist(), strict=True))
            sheet.canvas.lines([points], INK, 1.4)
    at = road.seen.at
    place = road.start[at.segment] + at.at_m
    half = (road.end - road.start)[at.segment] / np.diff(at.first)[at.segment] / 2
    for first, stop in _runs([str(mapped) for mapped in road.seen.mapped]):
        if not road.seen.mapped[first]:
            x = sheet.x(place[first] - half[first])
            sheet.canvas.missing(x, y(most), sheet.x(place[stop - 1] + half[stop - 1]) - x, height - 12)
    footway = road.facts["footway_m"]
    for row, metres in enumerate(footway):
        x, stop = sheet.x(road.start[row]), sheet.x(road.end[row])
        if missing(metres):
            sheet.canvas.missing(x + 1, low - 9, stop - x - 2, 9)
        else:
            sheet.canvas.line(x, float(y(float(metres))), stop, float(y(float(metres))), WORK, 1.6, dash=(4, 2.5))
            sheet.canvas.text(
                (x + stop) / 2,
                float(y(float(metres))) - 3,
                number(metres, 1),
                9.5,
                anchor="middle",
                colour=WORK,
                halo=True,
            )
    if footway.isna().all():
        middle = sheet.x(road.length / 2)
        sheet.canvas.text(
            middle, low - 1, sheet.say("人行道宽无资料", "footway width: no data"), 9.5, anchor="middle", halo=True
        )


def _widths(road: _Corridor) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return (chainage, mean width between frontages there) every 20 m; NaN where one side is open."""
    at = road.seen.at
    across = road.seen.faces.distance_m.sum(axis=0)
    chainage = road.start[at.segment] + at.at_m
    count = max(1, int(np.ceil(road.length / WIDTH_STEP_M)))
    cell = np.minimum(chainage / WIDTH_STEP_M, count - 1).astype(np.int64)
    known = ~np.isnan(across)
    total = np.bincount(cell[known], weights=across[known], minlength=count)
    number_ = np.bincount(cell[known], minlength=count)
    mean = np.divide(total, number_, out=np.full(count, np.nan), where=number_ > 0)
    return (np.arange(count) + 0.5) * WIDTH_STEP_M, mean


def _crossings(sheet: _Sheet, road: _Corridor) -> None:
    norm = number(CROSSING_NORM_M)
    top = sheet.open(38, ("过街间距", f"m；宜 ≤ {norm}"), ("Crossings", f"gaps, m; norm ≤ {norm}"))
    y = top + 25
    table = road.known.crossings
    if road.facts["crossings"].isna().all():
        return _no_data(sheet, road, top + 6, 26)
    stops = np.sort(road.start[table["segment"].to_numpy(dtype=np.int64)] + table["at_m"].to_numpy(dtype=float))
    stops = stops[np.append(True, np.diff(stops) > 15.0)] if len(stops) else stops
    sheet.canvas.line(sheet.x(0), y, sheet.right, y, INK_3, 0.8)
    ends = np.unique(np.concatenate([[0.0], stops, [road.length]]))
    for low, high in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        long = high - low > CROSSING_NORM_M
        if long:
            sheet.canvas.rect(sheet.x(low) + 4, y - 2, (high - low) * sheet.scale - 8, 4, BAD)
        words = f"{number(high - low)} m" if long else number(high - low)
        if text_width(words, 10.5) < (high - low) * sheet.scale - 8:
            middle = sheet.x((low + high) / 2)
            sheet.canvas.text(
                middle, y - 7, words, 12 if long else 10.5, anchor="middle", colour=BAD if long else INK_2, bold=long
            )
    for stop in stops.tolist():
        for shift in (-2.4, 0.0, 2.4):
            sheet.canvas.line(sheet.x(stop) + shift, y - 6, sheet.x(stop) + shift, y + 6, INK, 1.3)
    return None


def _no_data(sheet: _Sheet, road: _Corridor, y: float, height: float) -> None:
    """Hatch a whole track and say why."""
    width = road.length * sheet.scale
    sheet.canvas.missing(sheet.x(0), y, width, height)
    sheet.canvas.text(
        sheet.x(0) + width / 2, y + height / 2 + 4, sheet.say("无资料", "no data"), 11, anchor="middle", halo=True
    )


def _flow_code(road: _Corridor) -> str | None:
    return next((code for code in road.numbers.columns if any(word in code for word in FLOWS)), None)


def _flow(sheet: _Sheet, road: _Corridor) -> None:
    top = sheet.open(50, ("步行流量潜力", "相对值"), ("Walking flow", "potential, relative"))
    flow = road.numbers[_flow_code(road)]
    if flow.isna().all():
        return _no_data(sheet, road, top + 5, 40)
    most = max(float(flow.max()), 1e-9)
    for row, value in enumerate(flow):
        x, width = sheet.x(road.start[row]), (road.end[row] - road.start[row]) * sheet.scale
        if missing(value):
            sheet.canvas.missing(x, top + 5, width, 40)
        else:
            height = 40 * float(value) / most
            sheet.canvas.rect(x, top + 46 - height, width, height, "#A8CCE2", line=WORK, stroke=0.8)
    return None


def _trees(sheet: _Sheet, road: _Corridor) -> None:
    """Trees, seats and lamps where they stand; a surveyed number without places is written."""
    top = sheet.open(52, ("树木 / 座椅 / 路灯", "自上而下"), ("Trees, seats", "lamps, downwards"))
    for line, (kind, name, colour) in enumerate(
        (("tree", "trees", TREE), ("seat", "seats", INK), ("lamp", "lamps", "#B98A00"))
    ):
        y = top + 6 + line * 15
        furniture = road.study.furniture
        near = beside(road.frame, furniture.geometry[furniture["kind"] == kind], 20.0)
        chainage = road.start[near["segment"].to_numpy(dtype=np.int64)] + near["at_m"].to_numpy(dtype=float)
        for row, value in enumerate(road.facts[name]):
            x, width = sheet.x(road.start[row]), (road.end[row] - road.start[row]) * sheet.scale
            mine = chainage[near["segment"].to_numpy() == row]
            if missing(value):
                sheet.canvas.missing(x + 1, y, width - 2, 10)
            elif not len(mine):
                sheet.canvas.text(x + width / 2, y + 9, number(value), 10, anchor="middle", colour=INK_2)
            for at in mine.tolist():
                if kind == "seat":
                    sheet.canvas.rect(sheet.x(at) - 2.5, y + 2.5, 5, 5, colour)
                else:
                    sheet.canvas.dot(sheet.x(at), y + 5, 2.6, colour)


def _gates(sheet: _Sheet, road: _Corridor) -> None:
    top = sheet.open(36, ("院门", "开口为公共"), ("Gates", "gap: public"))
    if road.facts["gates"].isna().all():
        return _no_data(sheet, road, top + 5, 26)
    gates = road.known.gates
    for side in (0, 1):
        y = top + 11 + side * 14
        sheet.canvas.line(sheet.x(0), y, sheet.right, y, RULE, 0.6)
        mine = gates[(gates["side"] == SIDES[side]).fillna(False)]
        passage = road.study.gates["passage"]
        for segment, at, public, label in zip(
            mine["segment"], mine["at_m"], mine["public"], mine["point"], strict=True
        ):
            kind = "open" if public else str(passage[label])
            _gate_mark(sheet, sheet.x(road.start[int(segment)] + float(at)), y, kind)
    return None


def _gate_mark(sheet: _Sheet, x: float, y: float, kind: str) -> None:
    """Two posts: a gap is open to the public, a dot for residents only, a bar shut."""
    canvas = sheet.canvas
    canvas.rect(x - 8, y - 5.5, 16, 11, "#FFFFFF")
    for post in (-3.2, 3.2):
        canvas.line(x + post, y - 5, x + post, y + 5, INK, 1.5)
        canvas.line(x + post, y, x + post * 2.4, y, INK, 1.8)
    if kind == "residents":
        canvas.dot(x, y, 1.7, INK)
    elif kind == "shut":
        canvas.line(x - 3.2, y, x + 3.2, y, INK, 1.8)


def _carriers(sheet: _Sheet, road: _Corridor) -> None:
    reach = float(road.study.config.corridor.side_m) if road.study.config.corridor is not None else 100.0
    top = sheet.open(
        40, ("载体与站点", f"主线两侧{number(reach)} m内"), ("Carriers, stations", f"within {number(reach)} m")
    )
    if road.study.carriers.empty and road.study.stations.empty:
        return _no_data(sheet, road, top + 6, 28)
    found: list[tuple[float, int, Any, bool]] = []
    for rank, table in enumerate((road.study.carriers, road.study.stations)):
        near = beside(road.frame, table.geometry, reach)
        for segment, at, label in zip(near["segment"], near["at_m"], near["point"], strict=True):
            found.append((float(road.start[int(segment)] + at), rank, table.loc[label], rank == 1))
    free = [-np.inf, -np.inf]
    for chainage, _, record, is_station in sorted(found, key=lambda one: (one[0], one[1], str(one[2].name))):
        x = sheet.x(chainage)
        row = 0 if x - free[0] >= 17 else 1
        x = max(x, free[row] + 17)
        free[row] = x
        if is_station:
            _station_mark(sheet, x, top + 11 + 17 * row, str(record["type"]))
        else:
            core = not missing(record["is_core"]) and bool(record["is_core"])
            _carrier_mark(sheet, x, top + 11 + 17 * row, str(record["kind"]), core=core)
    return None


def _station_mark(sheet: _Sheet, x: float, y: float, kind: str) -> None:
    sheet.canvas.area([[(x, y - 8), (x + 8, y), (x, y + 8), (x - 8, y)]], SERVICE, line="#FFFFFF", stroke=0.8)
    mark = STATION_MARKS.get(kind)
    if mark:
        sheet.canvas.text(
            x, y + 3, mark[0] if sheet.lang == "zh" else mark[1], 8, anchor="middle", colour="#FFFFFF", bold=True
        )


def _carrier_mark(sheet: _Sheet, x: float, y: float, kind: str, *, core: bool) -> None:
    canvas = sheet.canvas
    if kind in ("institute", "university") and not core:
        ring = [(x + 8 * np.sin(a), y - 8 * np.cos(a)) for a in np.arange(6) * np.pi / 3]
        canvas.area([ring], WORK, line="#FFFFFF", stroke=0.8)
        canvas.text(x, y + 3.2, sheet.say("研", "R"), 8.5, anchor="middle", colour="#FFFFFF", bold=True)
        return
    canvas.rect(x - 7, y - 7, 14, 14, WORK, line="#FFFFFF" if not core else WORK, stroke=0.8)
    if core:
        canvas.rect(x - 9, y - 9, 18, 18, None, line=WORK, stroke=1.2)
        turn = -np.pi / 2 + np.arange(10) * np.pi / 5
        size = np.where(np.arange(10) % 2 == 0, 5.6, 2.3)
        canvas.area(
            [list(zip((x + size * np.cos(turn)).tolist(), (y + size * np.sin(turn)).tolist(), strict=True))], "#FFFFFF"
        )
        return
    filled = CARRIER_BARS.get(kind, 4)
    for bar in range(4):
        height = 3.0 + 2.0 * bar
        canvas.rect(x - 5.2 + bar * 2.8, y + 5 - height, 1.9, height, "#FFFFFF" if bar < filled else "#6C82A6")
