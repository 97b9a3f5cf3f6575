"""The comparison page in a real browser: no request, no error, hostile names inert, the divider moves."""

from __future__ import annotations

import pickle

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
