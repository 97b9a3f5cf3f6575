"""Figures: geometry lands where it belongs, classes are fixed, labels keep apart."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from report_fixture import make_evaluation
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from corridor.report import _figures, _labels, _mapsheet, _symbols
from corridor.report._basemap import street_classes
from corridor.report._svg import Drawing, Frame, path_data

FRAME = Frame(400, 300, 0.25, (1000.0, 2000.0))


@pytest.fixture(scope="module")
def evaluation():
    return make_evaluation(400)


def _rings(data: str) -> list[np.ndarray]:
    """Read a path back to absolute positions in px."""
    out = []
    for part in filter(None, data.split("M")):
        numbers = [int(n) for n in re.findall(r"-?\d+", part)]
        steps = np.array(numbers).reshape(-1, 2)
        out.append(np.cumsum(steps, axis=0) / 10)
    return out


@given(st.lists(st.tuples(st.floats(300, 1700), st.floats(1500, 2500)), min_size=2, max_size=12))
def test_a_line_is_drawn_within_a_twentieth_of_a_pixel(points):
    line = LineString(points)
    drawn = _rings(path_data([line], FRAME))
    wanted = np.rint(FRAME.place(np.array(points)) * 10) / 10
    kept = wanted[np.append(True, (np.diff(wanted, axis=0) != 0).any(axis=1))]
    if len(kept) == 1:
        assert drawn == []  # nothing of it can be seen
    else:
        np.testing.assert_allclose(drawn[0], kept, atol=1e-9)


def test_polygons_close_and_keep_their_holes():
    holed = Polygon([(900, 1900), (1100, 1900), (1100, 2100), (900, 2100)], [[(950, 1950), (1050, 1950), (1000, 2050)]])
    data = path_data([MultiPolygon([holed, box(1200, 1900, 1300, 2000)])], FRAME)
    assert data.count("M") == data.count("z") == 3
    areas = [abs(Polygon(ring).area) / FRAME.scale**2 for ring in _rings(data)]
    assert sorted(areas) == pytest.approx([5_000, 10_000, 40_000])


def test_empty_and_invisible_geometries_draw_nothing():
    assert path_data([], FRAME) == "" and path_data([Polygon()], FRAME) == ""
    assert not FRAME.visible(np.array([box(9_000, 9_000, 9_100, 9_100)])).any()


def test_class_edges_belong_to_the_upper_class():
    scores = pd.Series([0, 19.999, 20, 40, 60, 79.9, 80, 100, pd.NA], dtype="Float64")
    assert _figures.score_classes(scores).tolist() == [0, 0, 1, 2, 3, 3, 4, 4, -1]
    assert _figures.class_counts(scores) == ([2, 1, 1, 2, 2], 1)


@given(st.floats(200, 60_000), st.floats(0.2, 5))
def test_the_frame_shows_the_whole_area_at_a_round_scale(width, ratio):
    area = box(0, 0, width, width * ratio)
    frame, denominator = _mapsheet.fit(area)
    assert shapely.box(*frame.bounds).contains(area)
    assert denominator % 50 == 0 and frame.scale == pytest.approx(96 / 0.0254 / denominator)


def test_streets_are_classed_by_what_a_walker_sees():
    table = pd.DataFrame(
        {
            "highway": [
                "motorway",
                "trunk",
                "trunk",
                "tertiary_link",
                "primary",
                "footway",
                "construction",
                "elevator",
            ],
            "bridge": [False, True, False, False, False, False, False, False],
            "layer": [0, 0, 0, 0, 0, 0, 0, 0],
            "tunnel": [False, False, False, False, True, False, False, False],
        }
    )
    wanted = ["elevated", "elevated", "primary", "tertiary", "none", "path", "none", "none"]
    assert street_classes(table).tolist() == wanted


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_figures_are_complete_svg_that_stand_alone(evaluation, lang):
    figure = _figures.score_map(evaluation, lang)
    small = _figures.kind_maps(evaluation, {"LIFE": "x"}, lang)["LIFE"]
    for svg in (figure.svg, small):
        root = ET.fromstring(svg)
        ids = {e.get("id") for e in root.iter() if e.get("id")}
        assert set(re.findall(r"url\(#([\w-]+)\)", svg)) <= ids
        assert "var(" not in svg and "<use" not in svg and "href" not in svg
    assert "定" in figure.svg and "孵化器1" in figure.svg
    assert ("北" in figure.svg) == (lang == "zh")


def test_every_building_in_the_frame_is_drawn_in_the_colour_of_its_class(evaluation):
    figure = _figures.score_map(evaluation, "zh")
    shown, _ = _mapsheet.fit(shapely.union_all([evaluation.study.area, *evaluation.study.corridor.geometry]))
    seen = evaluation.buildings[shown.visible(evaluation.buildings.geometry.to_numpy())]
    classes = _figures.score_classes(seen["score_total"])
    for i, colour in enumerate([*_figures.SCORE_COLOURS, "url(#na-map)"]):
        wanted = int((classes == (i if i < 5 else -1)).sum())
        found = re.findall(rf'd="([^"]*)" fill="{re.escape(colour)}"', figure.svg)
        assert sum(d.count("M") for d in found) == wanted


def test_the_maps_symbols_are_all_there():
    names = set(_symbols.sprite())
    wanted = {"s-core", "s-institute", "s-station", "s-metro", "s-north", *_symbols.KIND_SYMBOLS.values()}
    assert wanted | {f"s-carrier-{i}" for i in range(1, 5)} <= names


def test_stations_lose_their_character_when_too_small():
    assert "商" in _symbols.station("business", 10, 10, 20, "zh")
    assert "<text" not in _symbols.station("business", 10, 10, 12, "zh")
    assert "<text" not in _symbols.station("<unknown>", 10, 10, 20, "zh")


def test_labels_never_overlap_and_stay_inside():
    space, drawing = _labels.Space(400, 300), Drawing(FRAME, "zh")
    placed = [
        _labels.name_symbol(drawing, space, 30.0 + 7 * i, 150 + (i % 5), 6, "科创载体", size=9, bold=False)
        for i in range(40)
    ]
    assert 0 < sum(placed) < 40
    boxes = shapely.box(*np.array(space.taken).T)
    assert shapely.union_all(boxes).area == pytest.approx(shapely.area(boxes).sum())
    assert shapely.box(0, 0, 400, 300).contains(shapely.union_all(boxes))


def test_chinese_street_names_stand_upright_and_read_downwards():
    drawing, space = Drawing(FRAME, "zh"), _labels.Space(400, 300)
    upwards = LineString([(200, 280), (200, 20)])
    assert _labels.name_street(drawing, space, upwards, "定西路", size=10, pitch=2, colour="#000", halo=0)
    heights = [float(y) for y in re.findall(r' y="([\d.]+)"', "".join(drawing.marks))]
    assert heights == sorted(heights) and "rotate" not in "".join(drawing.marks)


def test_latin_street_names_turn_with_the_street_and_never_upside_down():
    drawing, space = Drawing(FRAME, "en"), _labels.Space(400, 300)
    leftwards = LineString([(380, 50), (20, 250)])
    assert _labels.name_street(drawing, space, leftwards, "Dingxi Road", size=10, pitch=2, colour="#000")
    (turn,) = {float(t) for t in re.findall(r"rotate\((-?[\d.]+)", "".join(drawing.marks))}
    assert -90 <= turn <= 90 and turn == pytest.approx(np.degrees(np.arctan2(-200, 360)), abs=0.1)


def test_long_names_break_in_two_and_longer_ones_stay_off_the_map():
    assert _labels.wrapped("硅酸盐所1号楼") == ["硅酸盐所1号楼"]
    first, second = _labels.wrapped("中国科学院上海硅酸盐研究所")
    assert first + second == "中国科学院上海硅酸盐研究所" and abs(len(first) - len(second)) <= 1
    assert _labels.wrapped("数字硅巷孵化器（硅酸盐所1号楼）") == ["数字硅巷孵化器", "（硅酸盐所1号楼）"]
    assert _labels.wrapped("长" * 30) == []
