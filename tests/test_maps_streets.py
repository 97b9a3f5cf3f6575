"""The street pages of the map: what they hold is the street study, and they show it."""

import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from street_town import write_town
from test_maps import decode
from test_strip import ranked

from corridor.errors import StudyError
from corridor.evaluation import evaluate, street_study
from corridor.evaluation.strip import gathered
from corridor.maps import lay_ground, street_map, streets, strip, write_map
from corridor.maps.layers import drawing_grid
from corridor.report._streets._names import bare
from corridor.streets.names import names
from corridor.study import open_study

HOSTILE = "</script><img src=x onerror=alert(1)>"
WAYS = (
    ("Main", ((0, 0), (0, 150), (0, 300), (0, 450))),
    (HOSTILE.replace("/", "&"), ((-200, 150), (0, 150), (200, 150))),
    ("Second", ((-200, 300), (0, 300), (200, 300), (210, 300))),
    ("Far", ((200, 150), (200, 300), (200, 600))),
)
SURVEY = """街道,起点里程（米）,终点里程（米）,侧,项目,取值,调查日期,照片
Main,0,150,左侧,店招,2,2026-05-01,a.png
Main,0,150,左侧,立面,1,2026-05-01,gone.png
"""
YAML = "records: {survey: {file: survey.csv}}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = write_town(tmp_path_factory.mktemp("streets"), WAYS, yaml=YAML)
    (folder / "survey.csv").write_text(SURVEY, encoding="utf-8")
    Image.new("RGB", (900, 600), (200, 40, 40)).save(folder / "a.png")
    # It begins as a picture does and breaks off: seen only when it is to be shown.
    (folder / "gone.png").write_bytes((folder / "a.png").read_bytes()[:200])
    whole = evaluate(open_study(folder), only=("life_circle", "isochrones"))
    # As `corridor streets` has it, which asks for nothing but the network.
    return replace(whole, parts=frozenset()), street_study(whole, draws=40)


@pytest.fixture(scope="module")
def section(made):
    return streets.section(made[1], drawing_grid(made[0]))


def less(text, factor):
    return [None if value == 0 else (value - 1) / factor for value in decode(text)]


def given(column, digits=6):
    return [None if value is None or value != value else round(float(value), digits) for value in column.astype(object).where(column.notna(), None)]  # fmt: skip


def test_the_page_holds_ranking_and_contributions_to_the_thousandth(made, section):
    found, (data, _) = made[1], section
    table = streets.ordered(found)
    assert set(table.index) == set(found.compared)
    assert list(table["role"][: int((table["role"] == "corridor").sum())]) == ["corridor"] * 3
    assert less(data["segments"]["score"], 1000) == given(table["score"])
    for n, part in enumerate(("need", "potential", "feasibility")):
        assert less(data["segments"]["parts"][n], 1000) == given(table[part])
    for name in ("rank", "rank_low", "rank_high", "rank_corridor"):
        assert less(data["segments"][name], 1) == given(table[name])
    points = found.contributions.pivot(index="segment_id", columns="code", values="points").reindex(table.index)
    for n, indicator in enumerate(data["indicators"]):
        code, basis = indicator["code"], decode(data["basis"][n])
        values = [
            v / 10 ** data["decimals"][n] if b else None for v, b in zip(decode(data["values"][n]), basis, strict=True)
        ]
        unit, expected = indicator["unit"], given(found.values[code].reindex(table.index))
        for value, wanted in zip(values, expected, strict=True):
            assert (value is None) == (wanted is None)
            # The very figure of the report.
            told = value if unit != "share" or value is None else value * 100
            assert value is None or f"{told:,.{indicator['digits']}f}" == bare(wanted, unit, code)
        wanted = given(points[code]) if code in points else [None] * len(table)
        for shown, exact in zip(less(data["points"][n], 1000), wanted, strict=True):
            assert shown is exact is None or abs(shown - exact) <= 0.00051
    assert sum(p is not None for text in data["points"] for p in less(text, 1000)) == len(found.contributions) > 0


def test_photos_are_thumbnails_and_a_lost_one_is_told(section):
    data, notices = section
    assert [row["item"]["zh"] for row in data["photos"]["rows"]] == ["店招"]
    assert data["photos"]["files"][0].startswith("data:image/jpeg;base64,")
    assert [notice.file for notice in notices] == ["gone.png"]


def test_measures_are_those_of_the_study(made, section):
    found, (data, _) = made[1], section
    assert len(decode(data["measures"]["segment"])) == len(found.measures)


def test_a_map_without_the_life_circle_needs_a_street_study(made, tmp_path):
    evaluation, found = made
    with pytest.raises(StudyError):
        write_map(evaluation, tmp_path / "map.html")
    first = write_map(evaluation, tmp_path / "map.html", street_study=found).read_bytes()
    assert street_map(evaluation, found).text.encode() == first
    ground, road = lay_ground(evaluation), gathered(found)
    assert write_map(ground, tmp_path / "map.html", street_study=found, road=road).read_bytes() == first
    with pytest.raises(StudyError):
        write_map(ground, tmp_path / "map.html")
    assert b"<img src=x" not in first


def titles(found, lang):
    return names(found.segments.segments, lang, found.compared).titles(found.compared)


def painted(page):
    """Return how many pixels of the window bear each colour of the ramp."""
    ramp = ["#EADFC2", "#E8BE74", "#D5853A", "#AB4A1E", "#6A1F14"]
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).reshape(-1, 3).astype(int)
    return [int((np.abs(pixels - [int(c[n : n + 2], 16) for n in (1, 3, 5)]).max(axis=1) <= 2).sum()) for c in ramp]


@pytest.mark.browser
def test_segments_cards_and_keys(made, watched, tmp_path):
    evaluation, found = made
    page = watched.open(write_map(evaluation, tmp_path / "map.html", street_study=found))
    page.wait_for_function("() => window.corridor && window.corridor.ready")
    table = streets.ordered(found)
    # The pages are all the page has, the corridor comes worst first, and the classes painted are those of the scores.
    assert page.eval_on_selector_all("#tabs a", "all => all.map(a => a.textContent)") == ["街道更新", "数据与方法"]
    classes = {min(4, int(score // 20)) for score in table["score"].dropna()}
    shown = painted(page)
    assert all(shown[c] > 0 for c in classes)
    assert page.evaluate("corridor.streets.ranked()") == int(table["rank"].notna().sum())
    listed = page.eval_on_selector_all("#panel .ranks:first-of-type button > i", "all => all.map(e => e.textContent)")
    own = table[table["role"] == "corridor"].sort_values("rank", kind="stable")
    assert listed[:3] == [f"{score:.0f}" for score in own["score"]]
    # Brackets walk the corridor; the card adds up.
    page.focus(".leaflet-container")
    page.keyboard.press("]")
    assert page.evaluate("corridor.streets.id(corridor.state.segment)") == table.index[0]
    shares = [float(t) for t in page.eval_on_selector_all("#card .parts td.r", "all => all.map(e => e.textContent)")]
    assert sum(shares[:3]) == pytest.approx(shares[3], abs=0.16)
    assert shares[3] == round(float(table["score"].iloc[0]) + 1e-9, 1)
    for part in page.query_selector_all("#card .made .more"):
        part.evaluate("e => e.click()")
    for key in ("need", "potential", "feasibility"):
        more = page.query_selector(f"#card [data-fold={key}][aria-expanded=false]")
        if more:
            more.click()
    points = dict(
        page.eval_on_selector_all(
            "#card .made tr[data-code]", "all => all.map(r => [r.dataset.code, r.cells[3].textContent])"
        )
    )
    mine = found.contributions[found.contributions["segment_id"] == table.index[0]].set_index("code")["points"]
    assert {code: f"{value:.1f}" for code, value in mine.items()}.keys() == points.keys()
    assert all(float(points[code]) == pytest.approx(value, abs=0.0501) for code, value in mine.items())
    card = page.inner_text("#card")
    assert "店招 · 西侧 · 2026-05-01" in card and page.inner_text("#card h3") == titles(found, "zh")[table.index[0]]
    assert page.eval_on_selector("#card img", "e => e.naturalWidth") == 240
    page.keyboard.press("Escape")
    assert page.is_hidden("#card") and page.evaluate("corridor.state.segment") == -1
    # Text from the data stays text, in both languages and on the sheet.
    hostile = list(table["street"]).index(WAYS[1][0])
    page.evaluate("n => { corridor.selectSegment(n); corridor.setLang('en'); corridor.openTab('sheet'); }", hostile)
    assert "<img src=x" in page.text_content("#card h3")
    sheet = page.inner_text("#sheet")
    assert "Ranking of street segments" in sheet and "Indicators of segments" in sheet
    assert watched.errors == [] and watched.external == []


@pytest.mark.browser
def test_streets_and_buildings_never_carry_colour_together(made, watched, tmp_path):
    evaluation, found = made
    whole = replace(evaluation, parts=frozenset({"life_circle", "isochrones"}))
    path = write_map(whole, tmp_path / "map.html", street_study=found)
    page = watched.open(path)
    page.wait_for_function("() => window.corridor && window.corridor.ready")
    assert page.evaluate("corridor.state.layer") == "total", "off at first"
    before = painted(page)
    page.click("#tabs a >> nth=1")
    page.wait_for_timeout(100)
    assert sum(painted(page)) > sum(before) and "更新优先度" in page.inner_text("#legend")
    assert page.evaluate("corridor.state.shown.isochrones") is False
    page.click("#tabs a >> nth=0")
    assert page.evaluate("[corridor.state.layer, corridor.state.shown.isochrones]") == ["total", True]
    assert "综合得分" in page.inner_text("#legend")
    opened = json.loads(re.search(r'id="corridor-data">(.*?)</script>', path.read_text("utf-8"), re.S)[1])
    assert opened["opens"] == "circle"
    page.set_viewport_size({"width": 420, "height": 800})
    page.click("#tabs a >> nth=1")
    page.click("#drawer")
    page.click("#panel .ranks button >> nth=0")
    assert page.is_hidden("#panel") and page.is_visible("#card")
    assert watched.errors == [] and watched.external == []


def test_the_strip_holds_what_the_picture_shows():
    """The town of two blocks (street_fixture), whose places are worked on paper."""
    data = strip.section(ranked())
    assert (data["name"]["zh"], data["length"], data["bearing"]) == ("Main", 3000, 0)
    assert [decode(text) for text in data["at"]] == [[0, 1000], [1000, 3000]]
    assert decode(data["crossings"]) == [300, 1000]
    trees = data["furniture"][0]
    assert trees["name"] == "trees" and decode(trees["at"]) == [200, 400, 600, 800]
    assert decode(trees["count"]) == [5, 0], "counted on the first block, nobody counted on the second"
    fronts = zip(*(decode(data["fronts"][name]) for name in ("side", "from", "to", "kind")), strict=True)
    kinds = [(side, low, high, strip.FRONTS[kind]) for side, low, high, kind in fronts if high <= 1000]
    assert (0, 750, 1000, "wall") in kinds and kinds[0][:2] == (0, 0) and {side for side, *_ in kinds} == {0, 1}
    # House B ends 38 m from the far front: at least 26 m of sight between A and C, 34 m less the walls.
    widths = [None if v == 0 else (v - 1) / 10 for v in decode(data["width"])]
    assert widths[0] == 22.0 and widths[-1] is None
    assert decode(data["flow"]) == [1001, 1001]
    houses = data["plan"]["buildings"]
    assert len(decode(houses["rings"])) == 3 and min(decode(houses["y"])) == -220 and max(decode(houses["y"])) == 260
    assert strip.section(ranked(corridor=())) is None


@pytest.mark.browser
def test_strip_and_map_point_at_each_other(made, watched, tmp_path):
    evaluation, found = made
    page = watched.open(write_map(evaluation, tmp_path / "map.html", street_study=found, lang="en"))
    page.wait_for_function("() => window.corridor && window.corridor.ready")
    on = "[corridor.state.segment, corridor.state.pointed].map(corridor.streets.number)"
    assert page.inner_text("#strip h2") == "Strip profile of Main" and page.locator("#strip .cell").count() == 3
    # The mouse: strip to map, map to strip.
    page.hover("#strip .cell >> nth=1")
    assert page.evaluate(on) == ["", "D2"] and page.locator("#pointed path").count() == 2
    page.click("#strip .cell >> nth=1")
    own = list(titles(found, "en")[one] for one in streets.ordered(found).index[:3])
    assert page.evaluate(on) == ["D2", "D2"] and page.inner_text("#card h3") == own[1]
    x, y = page.evaluate(
        "(() => { const S = corridor.streets, p = corridor.toScreen(...S.middle(S.corridor[0])),"
        " box = corridor.map.getContainer().getBoundingClientRect(); return [p.x + box.left, p.y + box.top]; })()"
    )
    page.mouse.move(x + 1, y)
    page.wait_for_function("() => document.querySelector('#strip .band.now')")
    assert page.evaluate(on) == ["D2", "D1"] and page.inner_text("#stripnow").startswith(own[0])
    # The keys: one stop for tab, arrows between, Enter selects, what is selected is pressed.
    page.focus("#strip .cell[tabindex='0']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.evaluate(on) == ["D3", "D3"] and page.locator("#strip .cell[tabindex='0']").count() == 1
    assert page.get_attribute("#strip .cell >> nth=2", "aria-pressed") == "true"
    assert "priority" in page.get_attribute("#strip .cell >> nth=2", "aria-label")
    # Text of the data stays text; a narrow page scrolls the strip, not itself; folded it gives its room to the map.
    assert "<img src=x" in page.text_content("#strip") and page.locator("#strip img").count() == 0
    before = page.evaluate("corridor.map.getSize().y")
    page.click("#striphead button")
    assert page.is_hidden("#stripbody") and page.evaluate("corridor.map.getSize().y") > before + 100
    page.click("#striphead button")
    page.set_viewport_size({"width": 420, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    # The foot keeps the number of the review, whole, on a line of its own.
    review = page.locator("#foot .sp").bounding_box()
    assert page.inner_text("#foot .sp").startswith("Map review no.") and review["x"] + review["width"] <= 420
    assert page.evaluate("(e => e.scrollHeight <= e.clientHeight)(document.getElementById('foot'))")
    assert page.evaluate("(e => e.scrollWidth > e.clientWidth)(document.getElementById('striptracks'))")
    page.click("#tabs a >> nth=1")
    assert page.is_hidden("#strip")
    assert watched.errors == [] and watched.external == []


# Every corner of some segments that lies beyond the window, or under something that lies on the map.
HIDDEN = """list => list.flatMap(i => corridor.streets.points(i).flat()).filter(([x, y]) => {
  const p = corridor.toScreen(x, y), box = corridor.map.getContainer().getBoundingClientRect();
  const top = document.elementFromPoint(p.x + box.left, p.y + box.top);
  return !top || !corridor.map.getContainer().contains(top);
}).length"""


@pytest.mark.browser
def test_the_whole_corridor_is_seen_and_the_card_hides_no_segment(made, watched, tmp_path):
    evaluation, found = made
    page = watched.open(write_map(evaluation, tmp_path / "map.html", street_study=found))
    page.wait_for_function("() => window.corridor && window.corridor.ready")
    every = page.evaluate("corridor.streets.corridor")
    zooms = []
    for width, height in ((1600, 1000), (1440, 900), (420, 900)):
        page.set_viewport_size({"width": width, "height": height})
        # The window tells of its size a frame later.
        page.wait_for_function(f"() => window.innerWidth === {width} && corridor.map.getSize().x <= {width}")
        page.wait_for_timeout(60)
        assert page.evaluate(HIDDEN, every) == 0, width
        zooms.append(page.evaluate("corridor.map.getZoom()"))
    assert zooms == sorted(zooms, reverse=True) and any(zoom % 1 for zoom in zooms), "as large as it goes"
    for segment in every:
        page.evaluate("i => corridor.selectSegment(i)", segment)
        assert page.is_visible("#card") and page.evaluate(HIDDEN, [segment]) == 0
    page.evaluate("corridor.map.setZoom(17, { animate: false })")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_timeout(60)
    assert page.evaluate("corridor.map.getZoom()") == 17, "a reader who has moved on stays there"
    assert watched.errors == [] and watched.external == []
