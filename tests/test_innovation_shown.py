"""The innovation chain as it is shown: map, report and tables of the toy town, with names that would like to be code."""

import openpyxl
import pyogrio
import pytest
from chain_study import CARRIERS, YAML, write_chain_study

import corridor
from corridor.maps import write_map
from corridor.report import write_report, write_tables
from corridor.report._innovation import section

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    carriers = CARRIERS.replace("C1,实验室,", f"C1,{HOSTILE},")
    yaml = YAML.replace("zh: 环线", f"zh: '{HOSTILE}'")
    folder = write_chain_study(tmp_path_factory.mktemp("shown"), yaml, carriers=carriers)
    return corridor.evaluate(corridor.open_study(folder))


@pytest.fixture(scope="module")
def tables(evaluation, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    write_tables(evaluation, folder)
    return folder


def test_sheets_and_layers(evaluation, tables):
    found = evaluation.innovation
    book = openpyxl.load_workbook(tables / "tables.xlsx", read_only=True)
    rows = {
        "载体联系 linkage": found.places, "联系明细 links": found.links, "创新链 chain coverage": found.chain_coverage, "梯度衔接 ladder": found.ladder,
        "服务覆盖 service coverage": found.service_coverage, "活动覆盖 event coverage": found.event_coverage,
        "一次办 one trip": found.one_trip, "分组 groups": found.groups, "线路 trails": found.trails, "线路站点 trail stops": found.trail_stops,
    }  # fmt: skip
    for name, frame in rows.items():
        assert sum(1 for _ in book[name].iter_rows()) == len(frame) + 1, name
    known = {(row[1], row[2]) for row in book["数据字典 dictionary"].iter_rows(min_row=2, values_only=True)}
    assert {("links", "walk_s"), ("chain", "missing_stage"), ("trails", "length_m")} <= known
    for layer, frame in (("linkage", found.places), ("core_links", found.core_links), ("chain", found.chain),
                         ("trails", found.trails), ("trail_stops", found.trail_stops)):  # fmt: skip
        assert pyogrio.read_info(tables / "buildings.gpkg", layer=layer)["features"] == len(frame)
    styled = set(
        pyogrio.read_dataframe(tables / "buildings.gpkg", layer="layer_styles", read_geometry=False)["f_table_name"]
    )
    assert {"linkage", "core_links", "chain", "trails", "trail_stops"} <= styled


def test_report_says_what_the_tables_hold(evaluation, tmp_path):
    shown = section(evaluation, "zh")
    assert [row["name"] for row in shown["core"]["rows"]][-1] == "无坐标载体", "the one without a place comes last"
    assert shown["core"]["rows"][-1]["minutes"] == "—" and shown["synthetic"]
    assert [row["count"] for row in shown["services"]] == ["0", "0", "1", "1", "0", "0", "0"]
    assert shown["trips"][0]["within"] == "4 / 4" and len(shown["trips"]) == 2, "the second chain cannot be tested"
    for lang, words in (
        ("zh", ("创新链与服务", "含示意数据", "梯度衔接")),
        ("en", ("Innovation chain", "holds synthetic data", "Ladder")),
    ):
        page = write_report(evaluation, tmp_path / f"{lang}.html", lang=lang).files[0].read_text("utf-8")
        assert all(word in page for word in words)
        assert HOSTILE not in page and "&lt;img src=x" in page


def test_a_study_without_records_has_no_section(tmp_path):
    from toy import write_study

    evaluation = corridor.evaluate(corridor.open_study(write_study(tmp_path / "s")))
    assert section(evaluation, "zh") is None
    assert "创新链与服务" not in write_report(evaluation, tmp_path / "r.html").files[0].read_text("utf-8")


@pytest.mark.browser
def test_map_shows_links_chain_and_trails(evaluation, watched, tmp_path):
    page = watched.open(write_map(evaluation, tmp_path / "map.html"))
    page.wait_for_function("() => window.corridor && window.corridor.ready")
    assert page.evaluate("['links', 'trails'].map((n) => Boolean(corridor.state.shown[n]))") == [False, False], (
        "off at first"
    )

    def painted(pane):
        page.wait_for_timeout(100)
        return page.evaluate(
            """(pane) => Array.from(corridor.map.getPane(pane).querySelectorAll('canvas')).some((c) =>
            c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v))""",
            pane,
        )

    for layer in ("links", "trails"):
        assert not painted(layer)
        page.evaluate("(layer) => corridor.show(layer, true)", layer)
        assert painted(layer)
    page.evaluate("corridor.setLayer('chain')")
    legend = page.inner_text("#legend")
    assert "创新链阶段" in legend and "3个阶段" in legend and "短线" in legend
    assert page.evaluate("corridor.buildings.counts('chain')") == [0, 0, 0, 0, 2, 0]
    page.evaluate("corridor.select('way/201')")
    assert "15分钟内3 / 4个阶段，断在转化" in page.inner_text("#card")
    links = {row["to"]: row for row in page.evaluate("corridor.data.innovation.links.rows")}
    walks = evaluation.innovation.links.set_index(["origin", "destination"])
    assert links["C1"]["seconds"] == walks.loc[("C2", "C1"), "walk_s"]
    facts = page.evaluate("corridor.extra.facts('C3')")
    assert facts == [["距孵化器", f"{links['C3']['seconds'] / 60:.1f}分钟，191\u00a0m"]]
    page.evaluate("corridor.setLang('en')")
    assert "Stages of the chain" in page.inner_text("#panel") and "breaks at transfer" in page.inner_text("#card")
    assert watched.errors == [] and watched.external == []
