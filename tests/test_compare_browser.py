"""The comparison page in a real browser: no request, no error, hostile names inert, the divider moves."""

from __future__ import annotations

import pickle

import openpyxl
import pytest
import scenario_work
from toy import write_study

import corridor
from corridor import report
from corridor.batch import scenarios as batch
from corridor.scenarios import scenario

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    "{{7*7}} ${7*7} `x` 'y' \"z\"",
    "<!--<svg onload=alert(1)>",
    "javascript:alert(1)",
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The comparison in both languages, and the batch."""
    folder = write_study(tmp_path_factory.mktemp("compare") / "town")
    study = corridor.open_study(folder)
    quick = scenario_work.Builder(pickle.loads(pickle.dumps(corridor.evaluate(study))))
    listed = [
        scenario(name, {"op": "add_station", "type": "ip", "at": [121.4101 + n * 1e-5, 31.21]})
        for n, name in enumerate((*HOSTILE, "plain"))
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "Baseline", quick)
        found = batch.run_batch(study, *listed, folder=folder / "out")
    for lang in ("zh", "en"):
        report.write_comparison(found, folder / lang, lang=lang)
    return folder, found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_are_shown_and_do_nothing(pages, watched, lang):
    page = watched.open(pages[0] / lang / "compare.html")
    page.wait_for_function("() => window.corridor.ready")
    shown = page.locator(".rank button span").all_text_contents()
    assert sorted(shown) == sorted((*HOSTILE, "plain"))
    assert page.title() == ("情景比较 · 玩具镇" if lang == "zh" else "Scenarios compared · Toy town")
    assert page.locator("main img, main script").count() == 0
    assert page.evaluate("() => document.querySelectorAll('script').length") == 5
    assert watched.external == [] and watched.errors == []
    assert len(watched.requests) == 1


def test_one_ranks_by_any_indicator_that_changes(pages, watched):
    page = watched.open(pages[0] / "en" / "compare.html")
    page.wait_for_function("() => window.corridor.ready")
    changes = [result.indicators.loc["score.median", "change"] for result in pages[1].results()]
    page.locator(".by select").select_option(label="indicator (points)")
    shown = page.locator(".rank tbody td:nth-child(4)").all_text_contents()
    order = sorted(changes, reverse=True)
    assert [float(text.strip("▲▼ ").replace("\u2212", "-").replace(",", "")) for text in shown] == pytest.approx(
        order, abs=0.06
    )
    assert page.locator(".small figcaption b").first.text_content() == shown[0]
    assert watched.errors == []


def test_the_divider_shows_one_state_on_each_side(pages, watched):
    page = watched.open(pages[0] / "en" / "compare.html")
    page.wait_for_function("() => window.corridor.ready")
    assert page.locator(".small figure").count() == len(HOSTILE) + 1

    def picture() -> str:
        return page.evaluate("() => document.querySelector('.stage canvas').toDataURL()")

    page.locator("#pick-b select").select_option("0")
    before = picture()
    page.locator("#pick-b select").select_option("-1")
    assert picture() != before, "today on both sides"
    assert page.locator(".tag.b").text_content() == "Today"
    page.locator(".rank button").nth(0).click()
    assert picture() == before
    page.get_by_role("button", name="Overall score").click()
    assert "Overall score" in page.locator("#legend b").text_content()
    page.locator(".slide input").evaluate("(node) => { node.value = 900; node.dispatchEvent(new Event('input')); }")
    page.wait_for_timeout(100)
    assert page.locator(".stage .rule").evaluate("(node) => node.style.getPropertyValue('--at')") == "90%"
    assert watched.errors == []


def test_the_page_says_who_gains_and_how_far_it_is(pages, watched):
    """One building of ten residents and five workers; its street has an English name."""
    page = watched.open(pages[0] / "en" / "compare.html")
    page.wait_for_function("() => window.corridor.ready")
    first = page.evaluate("() => window.corridor.data.scenarios[0]")
    assert page.locator("#who h2").text_content().endswith(first["name"])
    result = pages[1].result(first["id"])
    points = f"+{result.gain['points']:,.0f}"
    cards = {card.locator("h3").text_content(): card for card in page.locator("#who .card").all()}
    assert cards["In all"].locator("tbody tr").nth(1).text_content() == "Residents100"
    for title, name in (("By street", "Main Road"), ("By side of the street", "north")):
        assert cards[title].locator("tbody td").all_text_contents() == [name, "15", "0", "0 / 0", points]
    assert "way/201" in cards["The ten largest changes"].text_content()
    page.locator("#pick-b select").select_option("-1")
    assert page.locator("#who table").count() == 0, "today nobody gains"
    length, unit = page.locator(".stage .scale").text_content().split(" ")
    assert unit == "m" and length.lstrip("125").strip("0") == ""
    assert page.locator(".stage svg.north use").get_attribute("href") == "#s-north-en"
    assert watched.errors == []


def test_person_points_are_one_number_in_result_workbook_and_ranking(pages):
    book = openpyxl.load_workbook(pages[0] / "zh" / "scenarios.xlsx")

    def rows(sheet):
        head, *lines = book[sheet].iter_rows(values_only=True)
        return [dict(zip((name.split("\n")[-1] for name in head), line, strict=True)) for line in lines]

    told = {row["scenario_id"]: row for row in rows("排序 ranking")}
    for result in pages[1].results():
        points = result.gain["points"]
        people = result.changes["residents"] + result.changes["workers"]
        assert points == pytest.approx((result.changes["change"] * people).sum())
        assert told[result.id]["person_points"] == pytest.approx(points, rel=0.005)
        for sheet, column, name in (
            ("街道得失 streets", "street", "Main Road"),
            ("各侧得失 sides", "side", "北侧 north"),
        ):
            (row,) = [row for row in rows(sheet) if row["scenario_id"] == result.id]
            assert row[column] == name and row["person_points"] == told[result.id]["person_points"]
        (row,) = [row for row in rows("最大变化 largest") if row["scenario_id"] == result.id]
        assert (row["building_id"], row["residents"], row["workers"]) == ("way/201", 10, 5)
        assert row["change"] == pytest.approx(result.changes["change"].iloc[0], abs=0.05)
