"""The street survey: read as offices keep it, scored, laid onto segments, and its workbook."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from PIL import Image
from test_streets import built, grid_streets

from corridor import carriers
from corridor.config import StreetRanking, Survey
from corridor.errors import ConfigError, RecordError
from corridor.indicators.street import appearance
from corridor.indicators.street.survey import placed
from corridor.maps import photos
from corridor.schemas import SURVEY, SURVEY_PHOTOS, SURVEY_VALUES
from corridor.streets import compass

HEAD = "街段编号,街道,起点里程（米）,终点里程（米）,侧,项目,取值,调查日期,照片,调查员代号,示意"
ITEMS = Survey.model_validate({}).items


def read(folder: Path, *rows: str, items=ITEMS):
    """Read rows below the usual header: (table, notices, account)."""
    path = folder / "survey.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8-sig")
    records = carriers.read_records(path, "survey", datum=None)
    assert not [notice for notice in records.notices if notice.severity == "W"], records.notices
    return carriers.answered(records.table, records.account, items, path, "")


def on_main(folder: Path, *rows: str, items=ITEMS):
    """Lay rows onto the toy's Main: segments 0–107.5, 107.5–250, 250–400 m northward."""
    found, _ = built(grid_streets())
    table = read(folder, *rows, items=items)[0]
    config = SimpleNamespace(survey=SimpleNamespace(items=items), records=SimpleNamespace(survey=SimpleNamespace(file="survey.csv")))  # fmt: skip
    study = SimpleNamespace(survey=table, config=config)
    return placed(found, study), found, study


def score(survey, segments, number: int, item: str, side: str = "whole"):
    main = segments.segments.index[segments.segments["order"] == number][0]
    rows = survey.answers.set_index(["segment_id", "item", "side"])
    return rows.loc[(main, item, side)] if (main, item, side) in rows.index else None


def test_answers_on_their_scales(tmp_path):
    table, notices, account = read(
        tmp_path,
        ",Main,0,100,左,店招,3,2026-05-01,,A01,",
        ",Main,0,100,右侧,架空线,少量,2026年5月2日,,A01,",
        ",Main,0,100,两侧,路灯,４盏,,,A01,",
        ",Main,0,100,,座椅,,,,A01,",
        ",Main,0,100,,喷泉,好,,,A01,",
        ",Main,0,100,,立面,很好,,,A01,",
        ",Main,0,100,,铺装,7,,,A01,",
        ",Main,0,100,,垃圾,整洁,,,某某某,",
    )
    SURVEY.check(table)
    by_item = table.set_index("item")
    assert by_item.loc["signs", "score"] == 50 and by_item.loc["signs", "side"] == "left"
    assert by_item.loc["wires", "score"] == 60
    assert by_item.loc["lighting", "amount"] == 4 and pd.isna(by_item.loc["lighting", "score"])
    assert "paving" not in by_item.index, "a slip of the pen does not make a street perfect"
    told = {(notice.code, notice.row) for notice in notices}
    assert told == {("survey-item", 6), ("survey-value", 7), ("survey-value", 8), ("survey-private", 9)}
    assert pd.isna(by_item.loc["litter", "surveyor"]) and "某某某" not in str(notices)
    entry = next(entry for entry in account.entries if entry.source == "survey")
    assert (entry.read, entry.used) == (8, 4)
    assert {reason.en: count for reason, count in entry.excluded} == {
        "no value filled in": 1, "item without a scale": 1, "value not understood": 1, "value off the scale": 1,
    }  # fmt: skip


FAULTY = [
    (",Main,0,100,左,店招,3,,,,,米", "survey-value", "取值", "3", "value not understood",
     ("“店招”：单位“米”不对，应为“分”。", "survey.items"), ("the unit is points, not 米.", "survey.items")),
    (",Main,0,100,左,店招,9,,,,", "survey-value", "取值", "9", "value off the scale",
     ("“店招”：9 超出标尺 1–5。", "worst、best"), ("shop signs: 9 is outside the scale 1 to 5.", "left out")),
    (",Main,0,100,上侧,店招,3,,,,", "record-value", "侧", "上侧", "place or side not understood",
     ("左侧", "该行不计入"), ("左侧", "the row is left out")),
    (",Main,0,一百多,左,店招,3,,,,", "record-value", "终点里程（米）", "一百多", "place or side not understood",
     ("", "该行不计入"), ("", "the row is left out")),
    (",Main,300,200,左,店招,3,,,,", "survey-range", "起点里程", "300–200", "chainage runs backwards",
     ("起点里程 300 m 大于终点里程 200 m", "该行不计入"), ("begins at 300 m", "the row is left out")),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTY, ids=lambda fault: fault[3])
def test_what_cannot_be_true_is_left_out_with_one_notice(tmp_path, fault):
    row, code, column, value, reason, zh, en = fault
    path = tmp_path / "survey.csv"
    path.write_text(
        "\n".join([f"{HEAD},单位", row.ljust(len(row) + 11 - row.count(","), ","), ",Main,0,100,右,店招,3,,,,,"])
        + "\n",
        encoding="utf-8-sig",
    )
    records = carriers.read_records(path, "survey", datum=None)
    table, more, account = carriers.answered(records.table, records.account, ITEMS, path, "表一")
    assert table["side"].tolist() == ["right"]
    (notice,) = (one for one in (*records.notices, *more) if one.severity == "W")
    assert (notice.code, notice.file, notice.row, notice.column, notice.value) == (code, path.name, 2, column, value)
    assert notice.sheet == ("表一" if code.startswith("survey") else "")
    for words, what, action in ((zh, notice.what.zh, notice.action.zh), (en, notice.what.en, notice.action.en)):
        assert words[0] in what and words[1] in action
    entry = next(entry for entry in account.entries if entry.source == "survey")
    assert (entry.read, entry.used) == (2, 1) and [one.en for one, _ in entry.excluded] == [reason]


def test_newest_holds_where_answers_overlap_and_metres_weigh(tmp_path):
    # first segment: 0–107.5 m. Left, 2025: all 5 (100 points). Left, 2026: 0–43 m is 1 (0 points).
    survey, found, _ = on_main(
        tmp_path,
        ",Main,0,107.5,左侧,店招,5,2025-05-01,,,",
        ",Main,0,43,左侧,店招,1,2026-05-01,,,",
        ",Main,0,107.5,右侧,店招,3,2026-05-01,,,",
    )
    SURVEY_VALUES.check(survey.answers)
    assert score(survey, found, 1, "signs", "left")["score"] == pytest.approx(100 * 64.5 / 107.5)
    assert score(survey, found, 1, "signs", "right")["score"] == 50
    assert score(survey, found, 1, "signs")["score"] == pytest.approx((60 + 50) / 2)
    assert score(survey, found, 1, "signs")["date"] == pd.Timestamp("2026-05-01")
    assert score(survey, found, 2, "signs") is None


def test_two_halves_walked_on_two_days_are_both_used(tmp_path):
    survey, found, _ = on_main(
        tmp_path, ",Main,250,325,左侧,铺装,1,2026-05-01,,,", ",Main,325,400,左侧,铺装,5,2026-05-02,,,"
    )
    row = score(survey, found, 3, "paving", "left")
    assert row["score"] == 50 and row["covered_share"] == 1
    assert score(survey, found, 3, "paving")["covered_share"] == 0.5


def test_counts_are_shared_out_by_length(tmp_path):
    # 6 seats left on 250–400 m: 4 on 100 m; 3 right: 2 on 100 m; 6 on 100 m in all, full marks from 4 on.
    survey, found, _ = on_main(tmp_path, ",Main,250,400,左侧,座椅,6,,,,", ",Main,250,400,右侧,座椅,3,,,,")
    whole = score(survey, found, 3, "seats")
    assert whole["per_100m"] == pytest.approx(6) and whole["score"] == 100
    assert score(survey, found, 3, "seats", "right")["score"] == 100  # 2 a side would be 4 in all
    # one side only: the whole is not known
    survey, found, _ = on_main(tmp_path, ",Main,250,400,左侧,座椅,6,,,,")
    assert score(survey, found, 3, "seats") is None


def test_a_range_over_two_segments_goes_to_each(tmp_path):
    survey, found, _ = on_main(tmp_path, ",,200,300,两侧,照明,5,,,,")
    for number, share in ((2, 50 / 142), (3, 50 / 150)):
        row = score(survey, found, number, "lighting")
        assert row["per_100m"] == pytest.approx(5) and row["covered_share"] == pytest.approx(share)


def test_compass_sides_and_side_streets(tmp_path):
    survey, found, _ = on_main(
        tmp_path, ",Main,0,50,西侧,店招,5,,,,", ",Lane,,,北侧,店招,3,,,,", ",Lane,,,西侧,立面,3,,,,"
    )
    assert score(survey, found, 1, "signs", "left")["score"] == 100
    lane = found.segments.index[found.segments["street"] == "Lane"][0]
    rows = survey.answers.set_index(["segment_id", "item", "side"])
    assert rows.loc[(lane, "signs", "left"), "score"] == 50
    assert [(notice.code, notice.row, notice.column) for notice in survey.notices] == [("survey-place", 4, "侧")]
    assert "没有西侧；可填：北侧、南侧" in survey.notices[0].what.zh


def test_compass_sides_by_the_bearing_of_each_street():
    lines = np.array([shapely.LineString([(0, 0), end]) for end in ((0, 9), (0, -9), (9, 1), (-9, 1), (5, 5), (0, 0))])
    assert compass.left_of(lines) == ["west", "east", "north", "south", "west", ""]
    north, _, east, _, diagonal, ring = map(tuple, compass.bearings(lines).tolist())
    sides = {one: [compass.side_of(b, one) for b in (north, east, diagonal, ring)] for one in compass.WORDS}
    assert sides == {
        "west": ["left", None, "left", None], "east": ["right", None, "right", None],
        "north": [None, "left", "left", None], "south": [None, "right", "right", None],
    }  # fmt: skip
    assert compass.words_of("west", "right") == ("东侧", "east") and compass.words_of("", "right") == ("右侧", "right")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",Main,500,600,左侧,店招,3,,,,", "0–400 m"),
        (",Main,90,90,左侧,店招,3,,,,", "0–400 m"),
        (",Lane,0,50,左侧,店招,3,,,,", "不是主线"),
        (",Nowhere,,,左侧,店招,3,,,,", "没有街道"),
        ("seg/none,,,,左侧,店招,3,,,,", "没有街段 seg/none"),
        (",,,,左侧,店招,3,,,,", "没有写明在哪里"),
        (",Main,20,,左侧,店招,3,,,,", "只填了一个"),
    ],
)
def test_a_place_that_does_not_exist_is_told_with_file_and_row(tmp_path, row, told):
    survey, _, _ = on_main(tmp_path, row)
    (notice,) = survey.notices
    assert (notice.file, notice.row, notice.code) == ("survey.csv", 2, "survey-place")
    assert told in notice.what.zh and "0–400 m" in notice.what.zh and "0 to 400 m" in notice.what.en
    assert survey.answers.empty


def test_beyond_the_end_the_rest_is_used_and_told(tmp_path):
    survey, found, _ = on_main(tmp_path, ",Main,380,480,两侧,座椅,10,,,,")
    assert [notice.code for notice in survey.notices] == ["survey-beyond"]
    assert score(survey, found, 3, "seats")["per_100m"] == pytest.approx(10)


def test_appearance_has_every_item_with_its_basis(tmp_path):
    _, found, study = on_main(tmp_path, ",Main,0,100,左侧,店招,3,,,,是", ",Main,0,100,左侧,铺装,3,,,,")
    values, basis = appearance.table(found, study)
    assert values.index.equals(found.segments.index) and basis.columns.equals(values.columns)
    first = found.segments.index[found.segments["order"] == 1][0]
    assert values.loc[first, "appearance_signs.left"] == 50 and pd.isna(values.loc[first, "appearance_signs.right"])
    assert basis.loc[first, "appearance_signs"] == "synthetic" and basis.loc[first, "appearance_paving"] == "survey"
    assert values.notna().eq(basis.notna()).all().all()


def renewed(folder: Path, note: dict, *rows: str):
    """Return (values, basis) of Main's first segment after a scenario renewed 53.7 m of its 100 m of way."""
    found, segments, study = on_main(folder, *rows)
    streets = grid_streets()
    marks = [((0, 537, json.dumps(note)),) if name == "way/0000" else None for name in streets.index]
    study.streets = streets.assign(edited=pd.Series(marks, index=streets.index, dtype=object))
    study.config.streets = StreetRanking.model_validate({})
    values, basis = appearance.table(segments, study, survey=found)
    index = values.index
    facts = SimpleNamespace(
        values=pd.DataFrame({"seats": 4.3, "lamps": np.nan}, index=index),
        basis=pd.DataFrame({"seats": "estimate", "lamps": None}, index=index, dtype="string"),
    )
    after = appearance.renewed(values, basis, segments, study, facts)
    first = segments.segments.index[segments.segments["order"] == 1][0]
    return after[0].loc[first], after[1].loc[first]


ASKED = (
    ",Main,0,107,左,立面,2,,,,",
    ",Main,0,107,右,立面,5,,,,",
    ",Main,0,107,,围墙,无围墙,,,,",
    ",Main,0,107,,停放,较乱,,,,",
)


def test_works_replace_what_is_worse_and_make_known_what_nobody_asked(tmp_path):
    words = {"measures": ["立面", "围墙", "Parking", "盲道"], "seats": 3}
    values, basis = renewed(tmp_path, words, *ASKED)
    # Facades: 2 is worth 25 and becomes 75 on that part of the left side; 5 on the right is better than what works bring.
    share = 0.537
    left = 25 + 50 * share
    assert values[["appearance_facade.left", "appearance_facade.right", "appearance_facade"]].tolist() == [
        pytest.approx(left), 100, pytest.approx((left + 100) / 2)
    ]  # fmt: skip
    assert basis["appearance_facade.left"] == "estimate" and basis["appearance_facade.right"] == "survey"
    assert (values["appearance_wall"], basis["appearance_wall"]) == (100, "survey")
    assert values["appearance_parking"] == pytest.approx(40 + 60 * share)
    assert (values["appearance_tactile"], basis["appearance_tactile"]) == (100, "estimate")
    # Seats are counted as the facts of the street have them: 4.3 on 108 m, and four on 100 m are full marks.
    assert values["appearance_seats"] == pytest.approx(100 * 4.3 / 1.08 / 4) and basis["appearance_seats"] == "estimate"
    assert pd.isna(values["appearance_lighting"]) and pd.isna(values["appearance_signs"])


def test_works_on_one_side_change_that_side(tmp_path):
    values, basis = renewed(tmp_path, {"measures": ["立面", "盲道"], "side": "left"}, *ASKED)
    assert values["appearance_facade.left"] > 25 and values["appearance_facade.right"] == 100
    assert values["appearance_tactile.left"] == values["appearance_tactile"] == 100
    assert pd.isna(values["appearance_tactile.right"])
    values, basis = renewed(tmp_path, {"measures": ["立面"], "side": "right"}, *ASKED)
    assert set(basis[[name for name in basis.index if "facade" in name]]) == {"survey"}


def test_fewer_trees_than_the_table_means_are_worth_less(tmp_path):
    """Twenty trees on 100 m make the greenery a 4 (75 points): here five on 53.7 % of 108 m."""
    values, _ = renewed(tmp_path, {"trees": 5}, *ASKED)
    assert values["appearance_greenery"] == pytest.approx(75 * 5 / (0.537 * 1.08) / 20, rel=1e-6)


def test_items_of_a_study():
    items = Survey.model_validate(
        {
            "items": {
                "wires": None,
                "signs": {"words": {"好": 100, "差": 0}},
                "noise": {"name": "噪声", "worst": 75, "best": 45},
            }
        }
    ).items
    assert "wires" not in items and items["signs"].worst is None
    assert items["noise"].score(60) == 50 and items["noise"].score(90) == 0
    for wrong in (
        {"noise": {"name": "噪声"}},
        {"noise": {"name": "噪声", "worst": 1, "best": 1}},
        {"x": {"name": "店招", "worst": 0, "best": 1}},
    ):
        with pytest.raises(ValueError, match=r"one of the two|must differ|stands for both"):
            Survey.model_validate({"items": wrong})


def test_settings_name_the_fault(tmp_path):
    from corridor.config import read_config

    (tmp_path / "a.osm").write_text("<osm/>")
    (tmp_path / "study.yaml").write_text(
        "name: x\nosm: a.osm\nsurvey: {items: {signs: {beste: 3}}}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="beste"):
        read_config(tmp_path)


def test_works_of_a_study_go_over_ours_and_their_faults_are_told(tmp_path):
    from corridor.config import read_config

    def told(works: str, survey: str = "{}"):
        (tmp_path / "a.osm").write_text("<osm/>")
        text = f"name: x\nosm: a.osm\nsurvey: {survey}\nstreets:\n  works: {works}\n"
        (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
        return read_config(tmp_path)

    config = told("{wires: {after: {wires: 较多}}, mural: {name: 墙绘, after: {facade: 5}}, poles: null}")
    assert config.streets.work("架空线入地").answers(config.survey) == {"wires": 25}
    assert config.streets.work("墙绘").answers(config.survey) == {"facade": 100}
    assert config.streets.work("合杆") is None and config.streets.work(" Wires under ground ") is not None
    # An item that the study's survey has on another scale, or not at all: what we say of it is left out.
    config = told("{}", "{items: {wires: {words: {有: 0, 无: 100}}, facade: null}}")
    assert config.streets.work("架空线入地").answers(config.survey) == {}
    assert config.streets.work("立面").answers(config.survey) == {}
    for works, fault in (
        ("{mural: {name: 墙绘, after: {facades: 5}}}", r"study.yaml:5.*facades.*Did you mean 'facade'"),
        ("{wires: {after: {wires: 已入土}}}", r"study.yaml:5.*已入土.*Did you mean '已入地'"),
        ("{facade: {after: {facade: 好}}}", "It takes numbers"),
        ("{mural: {name: 墙绘}}", "give after or field"),
        ("{mural: {name: 墙绘, field: seats}}", "amount goes together"),
        ("{mural: {name: 立面, after: {facade: 5}}}", "stands for both"),
        ("{wires: {afters: {}}}", "Did you mean 'after'"),
    ):
        with pytest.raises(ConfigError, match=fault):
            told(works)


def test_the_workbook_reads_back(tmp_path):
    found, _ = built(grid_streets())
    path = carriers.write_survey_template(tmp_path / "survey.xlsx", found.segments, ITEMS)
    assert path.read_bytes() == carriers.write_survey_template(tmp_path / "b.xlsx", found.segments, ITEMS).read_bytes()
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet.max_row == 1 + 3 * 2 * len(ITEMS)
    assert {str(rule.sqref).split(":")[0] for rule in sheet.data_validations.dataValidation} >= {"A2", "E2", "F2"}
    blank = carriers.read_records(path, "survey", datum=None)
    table, notices, account = carriers.answered(blank.table, blank.account, ITEMS, path, "街道调查")
    assert table.empty and not notices
    assert next(entry for entry in account.entries if entry.source == "survey").used == 0
    for number in range(2, sheet.max_row + 1):
        item = next(item for item in ITEMS.values() if item.name.zh == sheet[f"F{number}"].value)
        sheet[f"G{number}"] = next(iter(item.words)) if item.words else item.best
    book.save(path)
    full = carriers.read_records(path, "survey", datum=None)
    assert full.provenance["sheet"] == "街道调查"
    table, notices, _ = carriers.answered(full.table, full.account, ITEMS, path, "街道调查")
    assert len(table) == 3 * 2 * len(ITEMS) and not notices
    assert set(table["segment_id"]) == set(found.segments.index[found.segments["role"] == "corridor"])


def test_photos_stay_in_their_folder(tmp_path):
    folder = tmp_path / "survey"
    folder.mkdir()
    Image.new("RGB", (30, 20)).save(tmp_path / "outside.jpg")
    Image.new("RGB", (30, 20)).save(folder / "here.jpg")
    table, notices, _ = read(
        folder, ",Main,0,10,,店招,3,,here.jpg,,", ",Main,0,20,,店招,3,,../outside.jpg,,", ",Main,0,30,,店招,3,,gone.png,,"
    )  # fmt: skip
    assert table["photo"].dropna().tolist() == ["here.jpg"]
    assert [notice.row for notice in notices] == [3, 4]


def test_thumbnails_are_small_upright_and_tell_nothing_of_the_camera(tmp_path):
    noise = Image.effect_noise((1600, 900), 90).convert("RGB")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    noise.save(tmp_path / "a.jpg", exif=exif)
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    uris, notices = photos.thumbnails(tmp_path, ["a.jpg", "b.jpg"])
    data = base64.b64decode(uris["a.jpg"].removeprefix("data:image/jpeg;base64,"))
    assert len(data) <= photos.MOST_BYTES and b"a camera" not in data
    with Image.open(io.BytesIO(data)) as small:
        assert small.height == photos.MOST_PX > small.width and not small.getexif()
    assert [notice.file for notice in notices] == ["b.jpg"]


def test_photos_of_segments(tmp_path):
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg")
    survey, found, _ = on_main(tmp_path, ",Main,100,120,左侧,店招,3,2026-05-01,a.jpg,,")
    SURVEY_PHOTOS.check(survey.photos)
    assert set(survey.photos["segment_id"]) == set(found.segments.index[found.segments["order"] <= 2])


def test_template_through_the_command_reads_back_in_check(tmp_path):
    from toy import write_study
    from typer.testing import CliRunner

    from corridor.cli import app

    study = write_study(tmp_path)
    bare = CliRunner().invoke(app, ["template", "--survey", "-o", str(tmp_path / "s.xlsx")])
    assert bare.exit_code == 2 and "--study" in bare.output
    done = CliRunner().invoke(
        app, ["template", "--survey", "-o", str(tmp_path / "s.xlsx"), "--study", str(study), "--no-cache"]
    )
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    book.active["G2"], book.active["G3"] = 4, 9
    book.save(tmp_path / "s.xlsx")
    text = (tmp_path / "study.yaml").read_text("utf-8")
    (tmp_path / "study.yaml").write_text(text + "records: {survey: {file: s.xlsx}}\n", encoding="utf-8")
    checked = CliRunner().invoke(app, ["check", str(study), "--no-cache", "--lang", "en"])
    assert checked.exit_code == 0, checked.output
    assert "no value filled in" in checked.output and "outside the scale 1 to 5" in checked.output
    assert "value off the scale" in checked.output


def test_a_workbook_nobody_could_fill_in_is_refused(tmp_path, monkeypatch):
    found, _ = built(grid_streets())
    monkeypatch.setattr("corridor.carriers._survey_template.MOST_ROWS", 2)
    with pytest.raises(RecordError, match=r"more than 2.*Name the street"):
        carriers.write_survey_template(tmp_path / "s.xlsx", found.segments, ITEMS)
    assert not list(tmp_path.iterdir())


def test_answers_of_one_day_that_contradict_are_told(tmp_path):
    survey, _, _ = on_main(
        tmp_path, ",Main,0,100,左侧,店招,2,2026-05-01,,,", ",Main,0,100,左侧,店招,4,2026-05-01,,,",
        ",Main,0,100,右侧,店招,3,2026-05-01,,,", ",Main,0,100,左侧,店招,5,2026-04-01,,,",
    )  # fmt: skip
    (told,) = survey.notices
    assert (told.code, told.row, told.value) == ("survey-contradiction", 2, "2, 3")


def test_a_broken_photo_and_half_a_lamp_are_told_by_row(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff junk")
    table, notices, _ = read(tmp_path, ",Main,0,10,,店招,3,,broken.jpg,,", ",Main,0,20,,照明,2.5,,,,")
    assert [(notice.code, notice.row) for notice in notices] == [("survey-photo", 2), ("survey-value", 3)]
    assert len(table) == 1 and table["photo"].isna().all()


def test_a_date_long_after_the_others_is_told_by_row(tmp_path):
    row = ",Main,0,100,左,店招,3,{},,A01,"
    _, notices, _ = read(tmp_path, row.format("2026-05-01"), row.format("2062-05-01"), row.format("2026-06-01"))
    (told,) = notices
    assert (told.code, told.row, told.value) == ("survey-date", 3, "2062-05-01")
    assert "晚36年" in told.what.zh and "36 years after" in told.what.en
    assert read(tmp_path, row.format("2026-05-01"), row.format(""))[1] == ()
