"""What every map of the reports has: a frame at a round scale, a scale bar, the north arrow, names of streets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from corridor.report import _labels, _symbols
from corridor.report._basemap import ACCENT, street_classes
from corridor.report._format import missing, number
from corridor.report._svg import INK, MM, Drawing, Frame, plain

if TYPE_CHECKING:
    from corridor.study import StudyArea

WIDTH_MM = 122.0
# A figure as high as the first leaves room for table 1 on the page; a tall area may take the second.
_LEAST_MM, _PAGE_MM, _TALL_MM = 70.0, 82.0, 124.0
_DENOMINATORS = [m * 10**n for n in range(2, 6) for m in (10, 12.5, 15, 20, 25, 30, 40, 50, 60, 75, 80)]

Street = tuple[int, str, Any]


def fit(area: Any, *, tall_mm: float = _TALL_MM) -> tuple[Frame, int]:
    """Return the frame that shows `area` at the largest round scale, and that scale's denominator.

    A tall area gets a taller frame, of at most `tall_mm`, where that enlarges it by a quarter or more.
    """
    west, south, east, north = area.bounds

    def denominator(most_mm: float) -> float:
        metres_a_mm = max((east - west) / (WIDTH_MM - 4), (north - south) / (most_mm - 4))
        return float(next(d for d in _DENOMINATORS if metres_a_mm * 1000 <= d))

    most, tall = denominator(_PAGE_MM), denominator(tall_mm)
    chosen, limit = (tall, tall_mm) if tall <= 0.8 * most else (most, _PAGE_MM)
    height = min(max((north - south) * 1000 / chosen + 4, _LEAST_MM), limit)
    centre = ((west + east) / 2, (south + north) / 2)
    return Frame(WIDTH_MM * MM, height * MM, 1000 * MM / chosen, centre), int(chosen)


def worth_naming(study: StudyArea, frame: Frame) -> list[tuple[int, str, str, Any]]:
    """Return rank, name, English name (the name itself where none is mapped) and lines of streets, by name."""
    streets = study.streets.assign(draw=street_classes(study.streets))
    streets = streets[
        streets["name"].notna() & streets["draw"].isin(["primary", "secondary", "tertiary", "residential"])
    ]
    if frame.scale < 0.12:
        streets = streets[streets["draw"] != "residential"]
    rank = {"primary": 1, "secondary": 2, "tertiary": 3, "residential": 4}
    corridor = set(study.config.corridor.names) if study.config.corridor else set()
    lines, classes = streets.geometry.to_numpy(), streets["draw"].to_numpy(dtype=object)
    english = streets["name_en"].to_numpy(dtype=object)
    found = []
    for name, rows in sorted(streets.groupby("name", sort=True).indices.items()):
        first = 0 if name in corridor else min(rank[c] for c in classes[rows])
        mapped = [word for word in english[rows] if not missing(word)]
        found.append((first, str(name), str(mapped[0]) if mapped else str(name), lines[rows]))
    return found


def in_language(named: list[tuple[int, str, str, Any]], lang: str) -> list[Street]:
    """Return rank, name and lines of the streets of `worth_naming` in a language, in the order to write them."""
    found = [(rank, name if lang == "zh" else english, lines) for rank, name, english, lines in named]
    return sorted(found, key=lambda street: street[:2])


def name_streets(drawing: Drawing, space: _labels.Space, streets: list[Street]) -> None:
    """Write each street's name once, the corridor's twice; the corridor's closes up where it finds no room."""
    for order, name, lines in streets:
        size, colour = (11.3, 10.2, 9.8, 9.2, 8.7)[order], ACCENT if order == 0 else "#3B4752"
        written = 0
        for pitch in (2.6, 1.7, 1.15) if order == 0 else (2.1 if order < 3 else 1.55,):
            for line in _on_paper(lines, drawing.frame):
                written += _labels.name_street(
                    drawing, space, line, name, size=size, pitch=pitch, colour=colour, bold=order < 2,
                    halo=4.5 if order == 0 else 3.2,
                )  # fmt: skip
                if written == (2 if order == 0 else 1):
                    break
            if written:
                break


def _on_paper(lines: Any, frame: Frame) -> list[Any]:
    """Return a street's pieces joined, cut to the frame, in px, longest first."""
    west, south, east, north = frame.bounds
    joined = shapely.line_merge(shapely.union_all(lines))
    pieces = shapely.get_parts(shapely.clip_by_rect(joined, west, south, east, north))
    parts = [p for p in pieces if p.geom_type == "LineString" and not p.is_empty]
    drawn = [shapely.transform(shapely.simplify(p, 1.0), frame.place) for p in parts]
    return sorted(drawn, key=lambda p: (-p.length, p.bounds))


def scale_bar(drawing: Drawing, space: _labels.Space) -> None:
    """Draw the scale bar at the bottom left."""
    frame = drawing.frame
    unit = max(u * 10**n for n in range(1, 5) for u in (1, 2, 2.5, 5) if 4 * u * 10**n * frame.scale <= 120)
    ends = [0, unit, 2 * unit, 4 * unit]
    left, top = 14.0, frame.height - 14.0
    words = "米" if drawing.lang == "zh" else "m"
    width = ends[-1] * frame.scale + 42
    drawing.put(
        f'<rect x="5" y="{plain(top - 15)}" width="{plain(width)}" height="24" fill="#fff" fill-opacity=".92"/>'
    )
    for i in range(3):
        x, w = left + ends[i] * frame.scale, (ends[i + 1] - ends[i]) * frame.scale
        drawing.put(f'<rect x="{plain(x)}" y="{plain(top)}" width="{plain(w)}" height="4" '
                    f'fill="{"#fff" if i % 2 else INK}" stroke="{INK}" stroke-width=".8"/>')  # fmt: skip
    for end in ends if unit * frame.scale > 22 else (ends[0], ends[2], ends[3]):
        drawing.text(left + end * frame.scale, top - 3.5, number(end), 8.7, halo=0)
    behind = left + ends[-1] * frame.scale + _labels.text_width(number(ends[-1]), 8.7) / 2 + 3
    drawing.text(behind, top - 3.5, words, 8.7, anchor="start", halo=0)
    space.take([(0, top - 17, 8 + width, frame.height)])


def north(drawing: Drawing, space: _labels.Space) -> None:
    """Draw the north arrow at the top right."""
    width, height = 7.4 * MM, 10.4 * MM
    x, y = drawing.frame.width - width - 5, 5.0
    drawing.put(
        f'<rect x="{plain(x)}" y="{y}" width="{plain(width)}" height="{plain(height)}" fill="#fff" fill-opacity=".92"/>'
    )
    arrow = _symbols.placed("s-north", x + width / 2, y + height / 2, 6.0 * MM)
    drawing.put(arrow if drawing.lang == "zh" else arrow.replace("北", "N"))
    space.take([(x - 2, 0, drawing.frame.width, y + height + 2)])
