"""The strip profile: one picture in three kinds of file."""

from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest
from shapely import LineString
from street_fixture import nothing_near, town

from corridor.errors import StudyError
from corridor.indicators.street import edge
from corridor.maps import strip
from corridor.report import _canvas, _print
from corridor.report._strip import drawn_svg, gathered, strip_svg, write_strip
from corridor.streets import facts, look

SVG = "{http://www.w3.org/2000/svg}"


def ranked(schematic=None, corridor=("Main",), score=(84, None)):
    study, _, segments = town(schematic=schematic, corridor=corridor)
    values, _ = edge.table(segments, study, nothing_near(study.amenities))
    ids = segments.segments.index[segments.segments["role"] == "corridor"]
    ranking = pd.DataFrame({"score": pd.array(score, dtype="Float64")}, index=ids) if len(ids) else None
    seen, known = look(segments.segments, study.buildings, study.barriers), facts(segments, study)
    roadside = SimpleNamespace(segments=segments, seen=seen, known=known, opportunities=nothing_near(study.amenities))
    return SimpleNamespace(
        study=study, segments=segments, values=values.assign(flow_800=2.0), ranking=ranking, roadside=roadside
    )


def words(svg):
    return {"".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")}


def test_what_stands_on_the_strip():
    said = words(strip_svg(ranked()))
    assert {
        "Main纵断面图",
        "Cross Street",
        "平面",
        "更新优先度",
        "沿街界面",
        "过街间距",
        "步行流量潜力",
        "院门",
    } <= said
    assert "D1  84" in said and "D2 资料缺失" in said
    assert {"30", "70", "200"} <= said  # between crossings, in metres; 200 is the norm, not above it
    assert "300 m；平面沿里程拉直，自南向北，西侧在上" in said
    assert not any("示意" in text for text in said)
    # Every figure: whose data, of which day, the review's number, and north, which lies to the right here.
    source = next(text for text in said if text.startswith("资料来源："))
    assert "© OpenStreetMap contributors（ODbL 1.0），资料日期2026-05-01；坐标系WGS 84 / UTM zone 51N。" in source
    assert "北" in said and any(text.startswith("审图号：") for text in said)


def test_english_and_the_note_of_a_sample():
    said = words(strip_svg(ranked(schematic=object()), "en"))
    assert (
        "Strip profile of Main" in said
        and "Schematic sample: figures along the street are generated. Not for decisions" in said
    )


def test_a_short_street_is_drawn_no_higher_than_wide():
    road = replace(gathered(ranked()), axis=LineString([(0, 0), (0, 28)]))
    drawn = ElementTree.fromstring(drawn_svg(road, "zh"))
    assert float(drawn.get("height")) < float(drawn.get("width"))


def test_tracks_without_data_are_left_out_or_hatched():
    streets = ranked()
    streets.ranking = None
    streets.values = streets.values.drop(columns="flow_800")
    streets.study.gates = streets.study.gates.iloc[:0]
    streets.study.carriers, streets.study.stations = streets.study.carriers.iloc[:0], streets.study.stations.iloc[:0]
    streets.roadside.known = facts(streets.segments, streets.study)
    said = words(strip_svg(streets))
    assert not {"更新优先度", "步行流量潜力"} & said
    assert "无资料" in said and "院门" in said


def test_it_stands_alone_and_is_the_same_every_time():
    svg = strip_svg(ranked())
    assert svg == strip_svg(ranked())
    root = ElementTree.fromstring(svg)
    assert not any(name.endswith("href") for element in root.iter() for name in element.attrib)
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "defs", "rect", "path", "text")
    }
    assert "nan" not in svg.lower()


def test_names_are_text_not_markup():
    streets = ranked()
    streets.segments.segments["street"] = "<b>&Main"
    assert "<b>&Main纵断面图" in words(strip_svg(streets))


def test_files_at_print_quality(tmp_path):
    files, notices = write_strip(ranked(), tmp_path)
    assert [path.name for path in files] == ["strip.svg", "strip.png", "strip.pdf"]
    assert all(notice.code == "strip.fonts" for notice in notices)
    png = (tmp_path / "strip.png").read_bytes()
    width = int.from_bytes(png[16:20], "big")
    assert png.startswith(b"\x89PNG") and width > 3500  # 300 dots an inch
    pdf = (tmp_path / "strip.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and b"CreationDate" not in pdf
    write_strip(ranked(), tmp_path / "")
    assert (tmp_path / "strip.png").read_bytes() == png and (tmp_path / "strip.pdf").read_bytes() == pdf


def test_without_a_chinese_font_one_notice(monkeypatch, tmp_path):
    from matplotlib import font_manager

    latin = [font for font in font_manager.fontManager.ttflist if font.name == "DejaVu Sans"]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", latin)
    canvas = _canvas.Canvas(40, 20, "zh")
    canvas.text(2, 12, "abc", 8)
    notices = _print.save(canvas, tmp_path / "x.png", "png")
    assert [notice.code for notice in notices] == ["strip.fonts"]


def test_a_study_without_a_corridor_is_refused():
    with pytest.raises(StudyError, match="no corridor is named"):
        strip_svg(ranked(corridor=()))


def test_a_ring_has_left_and_right_and_no_north():
    found = ranked()
    road = replace(gathered(found), axis=LineString([(0, 0), (75, 0), (75, 75), (0, 75), (0, 0)]))
    assert road.sides == ("左 / 右", "left / right")
    shown = strip.section(found, road)
    assert shown["bearing"] is None
    assert shown["sides"] == {"zh": ["左", "右"], "en": ["left", "right"]}
    assert shown["way"]["zh"] == "按里程方向，左侧在上"
    told = words(drawn_svg(road, "zh"))
    assert {"左侧在上", "左 / 右"} <= told and "北" not in told
