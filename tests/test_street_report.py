"""The study of streets on paper: what it says is what the tables say, and missing stays missing."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest
from toy import garden, write_study

import corridor
from corridor.errors import StudyError
from corridor.evaluation import evaluate, street_study
from corridor.report import _page, _streets, write_street_report, write_strip
from corridor.report._format import number
from corridor.report._once import remembering
from corridor.report._streets import _charts, _findings, _ranking, _space, _values
from corridor.report._streets._names import bare, shown
from corridor.report._streets._parts import Story
from corridor.schemas import figure
from corridor.streets.names import names

EVIL = "<img src=x onerror=alert(1)>"
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    # 190 m east of the street: near enough to tell that there is none at hand.
    folder = write_study(tmp_path_factory.mktemp("streets"), "corridor: {names: [Main Road]}\n", extra=garden(121.4150))
    found = evaluate(corridor.open_study(folder))
    return found, street_study(found, draws=40)


@pytest.fixture(scope="module")
def streets(made):
    return made[1]


@pytest.fixture(scope="module")
def unranked(made):
    """The same town where every segment is too short to be ranked."""
    config = made[0].study.config
    rules = config.streets.model_copy(update={"least_length_m": 5000.0})
    study = made[0].study.replace(config=config.model_copy(update={"streets": rules}))
    return street_study(replace(made[0], study=study), draws=1)


@pytest.fixture(scope="module")
def pages(streets):
    return {lang: _streets.render(streets, lang) for lang in LANGUAGES}


def text_of(page):
    plain = html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))
    return re.sub(r"[ \n]+", " ", plain)


def test_the_first_sentence_names_the_corridors_first_segment(streets, pages):
    ranking = streets.ranking[streets.ranking["rank_corridor"] == 1]
    row = ranking.iloc[0]
    code = f"D{int(streets.segments.segments.at[ranking.index[0], 'order'])}"
    lead = {lang: _findings.lead(Story(streets, lang)) for lang in LANGUAGES}
    assert lead["zh"].startswith(f"主线上最应先更新的是{code}段（")
    assert f"优先度{number(row['score'])}分" in lead["zh"] and f"列第{int(row['rank'])}名" in lead["zh"]
    assert f"rank {int(row['rank'])} of {int(streets.ranking['rank'].notna().sum())}" in lead["en"]
    assert all(lead[lang] in text_of(pages[lang]) for lang in LANGUAGES)


def test_scores_can_be_added_up_by_hand(streets):
    table = _ranking.composition(Story(streets, "en"))
    assert table["rows"]
    for row in table["rows"]:
        points = [float(cell[2]) for cell in row["cells"] if cell[2] != "—"]
        assert sum(points) == pytest.approx(float(row["sum"]), abs=0.16)  # each rounded to a tenth
        assert sum(float(cell[1]) for cell in row["cells"] if cell[1] != "—") == pytest.approx(1, abs=0.011)
    items = _ranking.decomposition(Story(streets, "en"))
    for part in items["parts"]:
        assert sum(float(row["points"]) for row in part["rows"]) == pytest.approx(float(part["sum"]), abs=0.5)


def test_the_corridors_first_weakness_is_the_need_of_most_points(streets):
    story = Story(streets, "en")
    rows = streets.contributions
    rows = rows[(rows["segment_id"] == story.first) & (rows["part"] == "need")]
    top = rows.loc[rows["points"].astype(float).idxmax(), "code"]
    assert story.weakest(story.first)[0].startswith(streets.indicators.at[top, "en"].lower())


def test_missing_is_hatched_and_never_a_figure(streets):
    table = _values.matrix(Story(streets, "zh"))
    columns = Story(streets, "zh").shown
    cells = {row["name"]: row["cells"] for group in table["groups"] for row in group["rows"]}
    bare_rows = "".join(group["without"] for group in table["groups"])
    for code, about in streets.indicators.iterrows():
        known = streets.values[code].reindex(columns).notna().tolist() if code in streets.values else [False]
        if not any(known):
            assert about["zh"] in bare_rows and about["zh"] not in cells
            continue
        assert [not str(cell).startswith("<svg") for cell in cells[about["zh"]]] == known


def test_shares_of_the_quality_bars_are_those_of_the_basis(streets):
    story = Story(streets, "en")
    found = _values.quality(story)
    codes = [code for code in streets.indicators.index if code in streets.basis]
    rests = streets.basis.loc[story.shown, codes]
    known = (rests.notna() & rests.ne("unmapped")).to_numpy().mean()
    assert found["known"] == f"{known * 100:.1f}"


def test_rings_stand_at_their_ranks(streets):
    story = Story(streets, "en")
    svg = str(_ranking.whiskers(story))
    circles = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', svg)]
    order = [*story.of_corridor(story.ranked)["rank"], *story.ranked[~story.ranked.index.isin(story.corridor)]["rank"]]
    ranks = pd.Series([int(rank) for rank in order[: len(circles)]], dtype=float)
    assert len(circles) == len(story.ranked)
    assert ranks.corr(pd.Series(circles)) == pytest.approx(1)


def test_bars_of_an_interval_span_it_and_a_loose_one_is_hollow():
    row = {"rank_low": 2, "rank": 3, "rank_high": 6}
    fixed = _charts.whiskers([("", [("a", pd.Series({**row, "stable": True}))])], 11, "x", "en")
    loose = _charts.whiskers([("", [("a", pd.Series({**row, "stable": False}))])], 11, "x", "en")
    line = re.search(r'M([\d.]+) [\d.]+L([\d.]+) [\d.]+" stroke="#1B2733" stroke-width="3.2"', str(fixed))
    ring = re.search(r'<circle cx="([\d.]+)"', str(fixed))
    low, high, at = float(line[1]), float(line[2]), float(ring[1])
    assert (at - low) / (high - low) == pytest.approx(1 / 4, abs=0.01)
    assert 'stroke="#FFFFFF" stroke-width="1.8"' in str(loose) and 'stroke-width="3.2"' not in str(loose)
    assert "3 (2–6)" in str(fixed)


def test_every_measure_shown_carries_the_edit_that_tests_it(streets, pages):
    found = _ranking.measures(Story(streets, "zh"))
    edits = {str(edit).strip() for edit in streets.measures["edit"]}
    shown_edits = [row["edit"] for segment in found["segments"] for row in segment["rows"]]
    assert shown_edits and set(shown_edits) <= edits
    assert all(edit in text_of(pages["zh"]) for edit in shown_edits)


def test_open_space_is_told_against_the_aim(streets):
    story = Story(streets, "zh")
    coverage = streets.open_space["coverage"].set_index("group")
    assert f"{float(coverage.at['residents', 'share']) * 100:.1f}%的居民" in _space.lead(story)
    assert ("未达到90%的目标" in _space.lead(story)) != bool(coverage["met"].all())
    assert "区间" not in _space.lead(story)


def test_thin_data_are_told_where_the_number_is(streets):
    rows = {"share": [0.2, 0.5], "share_high": [0.95, 0.6], "left_out": [10.0, 400.0], "unknown": [150.0, 100.0], "met": [pd.NA, False]}  # fmt: skip
    table = pd.DataFrame({"group": ["residents", "workers"], "aim": 0.9, **rows})
    thin = replace(streets, open_space={**streets.open_space, "coverage": table})
    said = _space.lead(Story(thin, "zh"))
    assert "20.0%（区间20.0–95.0%）的居民、50.0%（区间50.0–60.0%）的就业者" in said
    assert "未达到90%的目标，约410人未覆盖；约250人500\xa0m内未绘任何公共空间，有无不详" in said
    figure = _findings.key_figures(Story(thin, "en"))[2]
    assert figure.value == "20.0" and figure.how.startswith("interval 20.0–95.0%; aim 90%")
    blank = table.assign(share=0.0, share_high=1.0, met=pd.NA)
    thin = replace(streets, open_space={**streets.open_space, "coverage": blank})
    assert "无从判断" in _space.lead(Story(thin, "zh")) and "%" not in _space.lead(Story(thin, "zh"))
    assert _findings.key_figures(Story(thin, "zh"))[2].value == "—"
    assert "需求的" in _findings.lead(Story(streets, "zh")) and "名次只宜用来安排踏勘" in _findings.lead(
        Story(streets, "zh")
    )


def test_an_open_space_has_its_english_name_where_the_map_has_one(streets):
    grounds = streets.study.open_space.iloc[:0].assign(
        name=["中山公园", None], tags=['{"name:en": "Zhongshan Park"}', "{}"]
    )
    study = SimpleNamespace(study=SimpleNamespace(open_space=grounds))
    told = {lang: [_space.ground_name(Story(study, lang), one) for one in grounds.index] for lang in ("zh", "en")}
    assert told == {"zh": ["中山公园", ""], "en": ["Zhongshan Park", ""]}


def test_nothing_ranked_is_said_and_no_number_is_made_up(unranked):
    assert unranked.ranking["rank"].isna().all()
    for lang, words in (("zh", "没有街段可以排序"), ("en", "No segment can be ranked")):
        story = Story(unranked, lang)
        assert words in _findings.lead(story)
        assert _ranking.whiskers(story) is None and _ranking.decomposition(story) is None
        assert _ranking.table(story)["corridor"] == [] and len(_ranking.table(story)["without"]) == len(story.corridor)
        said = text_of(_streets.render(unranked, lang))
        assert words in said and "nan" not in said.lower().split()


def test_a_study_of_all_streets_needs_no_corridor(streets):
    table = streets.segments.segments.assign(role="other", order=pd.NA, chainage_from_m=pd.NA, chainage_to_m=pd.NA)
    free = replace(streets, segments=replace(streets.segments, segments=table, axis=None))
    story = Story(free, "zh")
    assert _findings.lead(story).startswith("最应先更新的是") and "主线" not in _findings.lead(story)
    page = _streets.render(free, "en")
    assert "Upgrading public space and streetscape" in text_of(page) and "strip profile" not in text_of(page)
    with pytest.raises(StudyError, match="no corridor is named"):
        write_strip(free, "nowhere")


def test_without_draws_there_is_no_interval(streets):
    none = streets.ranking.assign(rank_low=pd.NA, rank_high=pd.NA, stable=pd.NA)
    still = replace(streets, ranking=none, robustness=streets.robustness.iloc[:0], draws=0)
    assert _ranking.whiskers(Story(still, "zh")) is None
    assert "权重随机变动" not in _findings.lead(Story(still, "zh"))
    _streets.render(still, "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_fetches_nothing_runs_nothing_and_is_the_same_every_time(streets, pages, lang):
    page = pages[lang]
    assert _streets.render(streets, lang) == page
    assert "<script" not in page and " style=" not in page and "href=" not in page.replace("xlink", "")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page


def test_english_pages_hold_no_chinese_sentence(pages):
    assert not re.findall(r"[\u4e00-\u9fff]{4,}", text_of(pages["en"]))


def test_hostile_names_are_text(made):
    found, streets = made
    table = streets.segments.segments.assign(street=EVIL, from_street=EVIL, to_street=EVIL)
    hostile = replace(streets, segments=replace(streets.segments, segments=table))
    for page in (*(_streets.render(hostile, lang) for lang in LANGUAGES), _page.render(found, "zh", hostile)):
        assert EVIL not in page and "&lt;img src=x" in page


def test_the_report_of_a_study_has_a_section_on_streets_only_when_they_were_studied(made):
    found, streets = made
    evaluation = remembering(found)
    without, with_ = _page.render(evaluation, "zh"), _page.render(evaluation, "zh", streets)
    assert "沿线街道更新" in text_of(with_) and "沿线街道更新" not in text_of(without)
    assert _findings.lead(Story(streets, "zh")) in text_of(with_)


def test_files(streets, tmp_path):
    pages = write_street_report(streets, tmp_path)
    assert [path.name for path in pages.files] == ["streets.zh.html", "streets.en.html"]
    assert write_street_report(streets, tmp_path / "zh", langs=("zh",)).files == (tmp_path / "zh" / "streets.zh.html",)
    strip = write_strip(streets, tmp_path, kinds=["svg"])
    assert [path.name for path in strip.files] == ["strip.svg"]
    said = {"".join(text.itertext()) for text in ElementTree.parse(tmp_path / "strip.svg").iter()}
    assert "Main Road纵断面图" in said


def test_segments_are_called_by_their_corners():
    table = pd.DataFrame(
        {
            "street": ["定西路", "定西路", "武夷路", pd.NA],
            "street_en": ["Dingxi Road", "Dingxi Road", "Wuyi Road", pd.NA],
            "order": pd.array([1, 2, pd.NA, pd.NA], dtype="Int64"),
            "from_street": ["定西路 710 弄", pd.NA, "定西路", pd.NA],
            "to_street": ["武夷路、安化路", pd.NA, pd.NA, pd.NA],
            "chainage_from_m": pd.array([0.0, 187.4, pd.NA, pd.NA], dtype="Float64"),
            "chainage_to_m": pd.array([187.4, 1234.0, pd.NA, pd.NA], dtype="Float64"),
            "length_m": [187.4, 1046.6, 40.0, 50.0],
        },
        index=list("abcd"),
    )
    zh, en = names(table, "zh"), names(table, "en")
    assert zh.title("a") == "D1　710弄—武夷路、安化路" and en.title("b") == "D2 187\u00a0m – 1,234\u00a0m"
    assert zh.title("c") == "武夷路（定西路一端）" and en.title("c") == "Wuyi Road (by Dingxi Road)"
    assert zh.title("d") == "未命名街道" and zh.sentence("a") == "D1段（710弄—武夷路、安化路）"


@pytest.mark.parametrize(
    ("value", "unit", "code", "zh", "column"),
    [
        (0.624, "share", "walled", "62%", "62"),
        (299.4, "m", "crossing_gap_m", "299\u00a0m", "299"),
        (2.25, "m", "footway_m", "2.3\u00a0m", "2.3"),
        (5237.0, "persons", "flow_800", "5,240人", "5,240"),
        (0.0, "per 100 m", "seats_per_100m", "0.0", "0.0"),
        (7.83, "ratio", "detour", "7.83倍", "7.83"),
        (None, "share", "lit", "—", "—"),
    ],
)
def test_values_carry_their_unit(value, unit, code, zh, column):
    assert (shown(value, unit, "zh", code), bare(value, unit, code)) == (zh, column)


def test_a_browser_shows_both_pages_without_network_or_errors(pages, watched, tmp_path):
    for lang in LANGUAGES:
        path = tmp_path / f"{lang}.html"
        path.write_text(pages[lang], encoding="utf-8")
        watched.page.goto(path.as_uri())
        assert watched.page.locator("h1").bounding_box()["x"] >= watched.page.locator(".rh").bounding_box()["x"] - 1
    assert watched.errors == [] and all(url.startswith("file:") for url in watched.requests)


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (0.25, 1, "0.3"),
        (0.45, 0, "0"),
        (0.575 * 100, 0, "58"),
        (-0.575 * 100, 0, "-58"),
        (1234.5, 0, "1,235"),
        (0.1 + 0.2, 1, "0.3"),
    ],
)
def test_halves_are_rounded_up_as_they_are_written(value, decimals, written):
    """A share times 100 is 57.49999999999999 in binary and 57.5 in the workbook: the map and the report say 58."""
    assert figure(value, decimals) == written
