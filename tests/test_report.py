"""The report says what the tables say, in both languages, and runs nothing."""

from __future__ import annotations

import base64
import copy
import hashlib
import re
import sys
import zlib
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from report_fixture import EVIL, make_evaluation

from corridor import schemas
from corridor.errors import Text
from corridor.report import _along, _content, _findings, _measures, _page, write_report

LANGUAGES = ("zh", "en")
_OFFLINE = re.compile(r"http://www\.w3\.org/2000/svg")


@pytest.fixture(scope="module")
def evaluation():
    return make_evaluation(400)


@pytest.fixture(scope="module")
def pages(evaluation):
    return {lang: _page.render(evaluation, lang) for lang in LANGUAGES}


class _Elements(HTMLParser):
    """Every element with its attributes, and all text outside the style sheet."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.words, self._open = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self._open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def _changed(evaluation, **parts):
    """Return the evaluation with other parts; its study is a copy that may be changed."""
    other = copy.copy(evaluation)
    other.study = copy.copy(evaluation.study)
    other.study.config = copy.copy(evaluation.study.config)
    for name, value in parts.items():
        setattr(other, name, value)
    return other


def test_the_town_has_the_shape_of_an_evaluation(evaluation):
    study = evaluation.study
    for frame, table in [
        (evaluation.buildings, schemas.BUILDING_RESULTS), (evaluation.access, schemas.ACCESS),
        (evaluation.coverage, schemas.COVERAGE), (evaluation.category_table, schemas.CATEGORY_TABLE),
        (evaluation.by_time, schemas.BY_TIME), (evaluation.isochrones, schemas.ISOCHRONES), (evaluation.account, schemas.ACCOUNT),
        (evaluation.notices, schemas.NOTICES), (evaluation.opportunities, schemas.OPPORTUNITIES),
        (study.streets, schemas.STREETS), (study.carriers, schemas.CARRIERS), (study.stations, schemas.STATIONS),
        (study.open_space, schemas.OPEN_SPACE), (study.water, schemas.WATER), (study.barriers, schemas.BARRIERS),
    ]:  # fmt: skip
        table.check(frame)


def test_gaps_along_the_corridor_add_up_by_side_and_by_stretch(evaluation):
    parts = _along.along(evaluation)
    found = _measures.gaps_beside(evaluation, (parts.side, parts.stretch))
    homes = evaluation.buildings[evaluation.buildings["on_corridor"].astype(bool)]
    sides, stretches = ["east", "west"], [part for part in found.without.columns if not isinstance(part, str)]
    assert parts.upright and set(parts.side) == set(sides) and 2 <= len(stretches) <= len(parts.ends)
    for code in found.without.index:
        walks = evaluation.access[evaluation.access["category"] == code].set_index("building_id")["met"]
        met = walks.reindex(homes.index).fillna(False).astype(bool)
        lacking = homes["residents"].astype(float).fillna(0)[~met].sum()
        assert found.without.loc[code, sides].sum() == pytest.approx(lacking)
        assert found.without.loc[code, stretches].sum() == pytest.approx(lacking)
    line = evaluation.study.corridor.geometry.union_all()
    for key, point in homes.geometry.representative_point().items():
        foot = line.interpolate(line.project(point)) if line.geom_type == "LineString" else None
        assert foot is None or (point.x >= foot.x) == (parts.side[key] == "east")
    north = homes.geometry.representative_point().y.groupby(parts.stretch).mean()
    assert north.is_monotonic_decreasing, "stretches run from north to south"


@pytest.mark.parametrize(("lang", "words"), [("zh", ("东侧", "西侧", "两侧比较")), ("en", ("East side", "west side"))])
def test_the_page_says_what_is_missing_along_the_corridor(evaluation, pages, lang, words):
    text = _Elements(pages[lang]).text
    assert all(word in text or word.title() in text or word.capitalize() in text for word in words)
    bare = _changed(evaluation, buildings=evaluation.buildings.assign(on_corridor=False))
    page = _Elements(_page.render(bare, lang)).text
    assert not any(word in page for word in ("东侧", "East side"))
    numbers = [int(n) for n in re.findall(r"(?:表|Table )(\d+)(?= |[^\d])", page)]
    assert sorted(set(numbers)) == list(range(1, max(numbers) + 1)), "tables are numbered without a gap"


def test_a_schematic_note_is_not_headed_twice(evaluation):
    other = _changed(evaluation)
    other.study.config.schematic = Text("示意样本：街道为真。", "Schematic sample: streets are real.")
    for lang, title, note in (("zh", "示意样本", "街道为真。"), ("en", "Schematic sample", "Streets are real.")):
        text = _Elements(_page.render(other, lang)).text
        assert f"{title} {note}" in text and f"{title}：" not in text and f"{title}:" not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_fetches_nothing_and_runs_nothing(pages, lang):
    found = _Elements(pages[lang])
    assert not {"script", "img", "iframe", "object", "embed", "link", "form", "base"} & {
        tag for tag, _ in found.elements
    }
    for tag, attributes in found.elements:
        assert not [a for a in attributes if a.startswith("on") or a in ("style", "src", "href", "xlink:href")], tag
    assert "://" not in _OFFLINE.sub("", pages[lang])
    assert not re.search(r"@import|url\((?!#)", pages[lang])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_policy_allows_the_one_style_sheet_and_nothing_else(pages, lang):
    style = re.search(r"<style>(.*?)</style>", pages[lang], re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(a["content"] for tag, a in _Elements(pages[lang]).elements if a.get("http-equiv"))
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "script-src" not in policy and "unsafe" not in policy


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_text_in_every_field_is_shown_and_inert(evaluation, lang):
    bad = f'{EVIL}"}}</style><script>alert(2)</script>{{{{ 7*7 }}}}'
    other = _changed(evaluation)
    table = evaluation.category_table.assign(zh=bad, en=bad, source_zh=bad, source_en=bad, clause_zh=bad, clause_en=bad)
    other.category_table = table
    other.buildings = evaluation.buildings.assign(street_name=bad)
    other.account = evaluation.account.assign(zh=bad, en=bad, reason_zh=bad, reason_en=bad)
    other.notices = evaluation.notices.assign(
        **dict.fromkeys(["code", "file", "sheet", "column", "what_zh", "what_en"], bad)
    )
    other.completeness = evaluation.completeness.assign(zh=bad, en=bad, basis_zh=bad, basis_en=bad)
    study = other.study
    study.config.name = study.config.schematic = Text(bad, bad)
    study.config.map = SimpleNamespace(review_no=bad, publisher=bad)
    study.provenance = {"osm": {"file": bad, "sha256": bad, "osm_date": bad}}
    study.streets = study.streets.assign(name="<b>", name_en="<b>")
    study.carriers = study.carriers.assign(name="<b>x</b>")
    page = _page.render(other, lang)
    found = _Elements(page)
    assert not {"script", "img", "b"} & {tag for tag, a in found.elements if tag != "b"}
    assert EVIL in found.text and "{{ 7*7 }}" in found.text and "<b>x</b>" in found.text
    # The name also stands in the style sheet (page margins): it must not end the sheet or the string.
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL).group(1)
    assert "alert(1)" not in style and style.count("{") == style.count("}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_evaluation_gives_the_same_page(evaluation, pages, lang):
    assert _page.render(evaluation, lang) == pages[lang]


def test_the_lead_states_the_medians_of_the_tables(evaluation, pages):
    inside = evaluation.buildings[evaluation.buildings["in_area"]]
    along = evaluation.buildings[evaluation.buildings["on_corridor"]]
    lead = _findings.lead(evaluation, "zh")
    assert (
        f"{inside['score_total'].notna().sum():,}栋建筑的综合得分中位数为{inside['score_total'].median():.0f}分" in lead
    )
    assert f"两侧100\u00a0m内为{along['score_total'].median():.0f}分" in lead
    assert f"综合得分中位数为{inside['score_total_low'].median():.0f}分" in lead
    text = _Elements(pages["en"]).text.replace("\u00a0", " ")
    assert f"is {inside['score_total'].median():.0f} of 100" in text


def test_the_lowest_coverage_comes_first_and_carries_its_share(evaluation):
    rows = evaluation.coverage
    rows = rows[(rows["place"] == "area") & (rows["group"] == "residents")].sort_values("share", kind="stable")
    lowest = _content.lowest(evaluation, "zh")
    assert [r["residents"] for r in lowest] == [f"{s * 100:.1f}" for s in rows["share"].head(8)]
    first = evaluation.category_table.loc[rows["category"].iloc[0]]
    assert lowest[0]["name"] == first["zh"] and lowest[0]["grade"] == first["grade"]


def test_gaps_are_counted_building_by_building(evaluation):
    found = _measures.gaps(evaluation)
    homes = evaluation.buildings[evaluation.buildings["in_area"]]
    met = {(r.building_id, r.category): bool(r.met) for r in evaluation.access.itertuples()}
    for code in found.without.index[:3]:
        for street in found.without.columns:
            there = homes[homes["street_name"] == street]
            without = sum(b.residents for b in there.itertuples() if not met[b.Index, code])
            assert found.without.loc[code, street] == pytest.approx(without)
            assert found.total[street] == pytest.approx(there["residents"].sum())


def test_gaps_agree_with_the_coverage(evaluation):
    codes = _measures.worst_first(evaluation)
    found = _measures.gaps(evaluation, categories=len(codes), places=1000)
    share = _measures.coverage(evaluation, "area", "residents")["share"]
    for code in codes:
        assert 1 - found.without.loc[code].sum() / found.total.sum() == pytest.approx(share[code])


def test_the_radius_column_counts_metres_and_not_minutes(evaluation):
    share = _measures.within_metres(evaluation, "residents")
    homes = evaluation.buildings[evaluation.buildings["in_area"]]["residents"]
    rows = evaluation.access[evaluation.access["category"] == "food.market"].set_index("building_id")
    near = [b for b in homes.index if pd.notna(rows.loc[b, "walk_m"]) and rows.loc[b, "walk_m"] <= 500]
    assert share["food.market"] == pytest.approx(homes[near].sum() / homes.sum())
    assert pd.isna(share["third.cafe"])


def test_the_legend_counts_every_building_of_the_area_once(evaluation):
    rows, (_, unknown) = _content.legend(evaluation)
    inside = evaluation.buildings[evaluation.buildings["in_area"]]
    assert sum(int(r[3].replace(",", "")) for r in rows) + int(unknown) == len(inside)
    assert int(unknown) == (~inside["connected"]).sum()


def test_key_figures_carry_value_and_band(evaluation):
    figures = _content.key_figures(evaluation, "zh")
    assert len(figures) == 4
    row = evaluation.coverage.set_index(["place", "group", "category"]).loc[("area", "workers", "carrier.incubator")]
    assert figures[1].value == f"{row['share'] * 100:.1f}"
    assert f"{row['share_low'] * 100:.1f}–{row['share_high'] * 100:.1f}" in figures[1].how


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_has_no_data_is_named_and_not_rated(pages, evaluation, lang):
    text = _Elements(pages[lang]).text
    name = evaluation.category_table.loc["elder.day", lang]
    assert (f"资料中没有{name}，未评价" if lang == "zh" else f"hold no {name}: not rated") in text
    assert ("无资料，未评价" if lang == "zh" else "No data, not rated") in text


def test_holes_in_the_data_are_said_on_the_first_page(evaluation):
    assert "资料不全：建筑轮廓42.0%（口径见“资料完整程度”表），得分与覆盖率可能偏低。" in _findings.points(
        evaluation, "zh"
    )
    whole = _changed(evaluation, completeness=evaluation.completeness.assign(share=1.0))
    assert not [p for p in _findings.points(whole, "en") if "holes" in p]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_schematic_data_are_stamped_and_only_then(pages, evaluation, lang):
    stamp = {"zh": "示意样本", "en": "Schematic sample"}[lang]
    assert evaluation.study.config.schematic.in_(lang) in _Elements(pages[lang]).text
    other = _changed(evaluation)
    other.study.config.schematic = None
    assert stamp.lower() not in _Elements(_page.render(other, lang)).text.lower()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_account_and_provenance_are_printed(pages, evaluation, lang):
    text = _Elements(pages[lang]).text
    for row in evaluation.account.itertuples():
        assert f"{row.read:,} {row.used:,} {row.excluded:,}" in text
    for piece in (evaluation.study.config.hash, "town.osm.pbf", "载体.csv", "GCJ-02", "2026-07-16", "OpenStreetMap"):
        assert piece in text
    assert "/home/" not in pages[lang]


def test_a_repeated_source_of_the_account_shows_its_totals_once(evaluation):
    other = _changed(evaluation, account=pd.concat([evaluation.account.iloc[[0]]] * 2, ignore_index=True))
    first, second = _content.account(other.account, "zh")
    assert first["read"] == "1,210" and (second["name"], second["read"], second["used"]) == ("", "", "")
    assert second["excluded"] == "10"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_bare_study_still_makes_a_report(evaluation, lang):
    """No corridor, no records, nobody living there, no level known: plain words, no traceback."""
    other = _changed(evaluation, isochrones=evaluation.isochrones.iloc[:0], notices=evaluation.notices.iloc[:0])
    nobody = {f"{g}{s}": 0.0 for g in ("residents", "workers") for s in ("", "_low", "_high")}
    other.buildings = evaluation.buildings.assign(on_corridor=False, street_name=pd.NA, **nobody)
    coverage = evaluation.coverage[evaluation.coverage["place"] == "area"].copy()
    people = coverage["group"] != "buildings"
    coverage.loc[people, ["share", "share_low", "share_high"]] = np.nan
    coverage.loc[people, ["count", "total"]] = 0.0
    other.coverage = coverage
    study = other.study
    study.config.corridor = None
    study.corridor, study.carriers, study.stations = (
        t.iloc[:0] for t in (study.corridor, study.carriers, study.stations)
    )
    text = _Elements(_page.render(other, lang)).text
    assert "nan" not in text.lower().replace("finance", "") and "None" not in text and "<NA>" not in text
    assert ("没有可按地点统计的资料" if lang == "zh" else "No data that could be counted by place") in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_scored_is_said(evaluation, lang):
    other = _changed(evaluation)
    columns = [c for c in evaluation.buildings if c.startswith("score_")]
    other.buildings = evaluation.buildings.assign(
        **dict.fromkeys(columns, pd.array([pd.NA] * len(evaluation.buildings), "Float64"))
    )
    assert _findings.lead(other, lang).startswith({"zh": "研究范围内没有可计分", "en": "No building"}[lang])
    assert len(_page.render(other, lang)) > 10_000


def test_english_pages_hold_no_chinese_sentence(pages):
    text = _Elements(pages["en"]).text
    for name in ("定西路", "载体"):
        assert name in text  # names of places and files stay as they are
    assert not re.search("[，。；、（]|分钟|研究范围|覆盖率", text.replace("GB 50180-2018附录", ""))


def test_without_weasyprint_the_html_is_written_and_the_way_out_told(evaluation, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    written = write_report(evaluation, tmp_path / "report.pdf", lang="en")
    assert [f.name for f in written.files] == ["report.html"]
    (notice,) = written.notices
    assert notice.code == "report.pdf.unavailable" and '-e ".[pdf]"' in notice.action.zh and "PDF" in notice.what.en


def test_a_missing_pango_is_told_apart(evaluation, tmp_path, monkeypatch):
    class Broken:
        def __getattr__(self, name):
            raise OSError("cannot load library 'libpango'")

    monkeypatch.setitem(sys.modules, "weasyprint", Broken())
    written = write_report(evaluation, tmp_path / "report.html", pdf=True)
    assert "Pango" in written.notices[0].what.zh and (tmp_path / "report.html").exists()


@pytest.mark.slow
def test_the_pdf_has_pages_with_text(evaluation, tmp_path):
    pytest.importorskip("weasyprint")
    written = write_report(evaluation, tmp_path / "report.html", lang="en", pdf=True)
    content = (tmp_path / "report.pdf").read_bytes()
    assert [f.suffix for f in written.files] == [".html", ".pdf"]
    assert content.startswith(b"%PDF")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    objects = b"".join(zlib.decompressobj().decompress(s) for s in streams if s.startswith(b"x"))
    assert max(int(n) for n in re.findall(rb"/Count (\d+)", objects + content)) >= 4


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_browser_shows_the_page_without_network_or_errors(pages, watched, tmp_path, lang):
    path = tmp_path / f"report.{lang}.html"
    path.write_text(pages[lang], encoding="utf-8")
    page = watched.open(path)
    assert watched.external == [] and watched.errors == []
    # The style sheet was let through by the policy, and nothing sticks out of the sheet.
    assert page.evaluate("getComputedStyle(document.querySelector('.kf b')).fontWeight") == "700"
    wide = page.evaluate(
        """() => { const right = document.querySelector('.sheet').getBoundingClientRect().right;
        return [...document.querySelectorAll('table, .frame, .kf, p')]
            .filter(e => e.getBoundingClientRect().right > right).length; }"""
    )
    assert wide == 0
    frames = page.evaluate("[...document.querySelectorAll('.frame svg')].map(e => e.getBoundingClientRect().width)")
    assert len(frames) == 5 and min(frames) > 100
