"""The bundled study from end to end: its map tells the truth in a real browser."""

import numpy as np
import pandas as pd
import pytest
from test_maps_browser import painted_share, score_classes

from corridor.maps import write_map

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def base(belt_evaluation):
    return belt_evaluation


@pytest.fixture
def opened(watched, base, tmp_path):
    page = watched.open(write_map(base, tmp_path / "map.html"))
    page.wait_for_function("window.corridor && window.corridor.ready")
    return watched


def test_every_building_is_painted_in_its_class_and_nothing_leaves_the_page(opened, base):
    # Near enough that a house is more than its outline: the pixel at its middle is then its own colour, unblended.
    opened.page.evaluate("() => corridor.map.setZoom(17, {animate: false})")
    opened.page.wait_for_timeout(500)
    share, count = painted_share(opened.page, base, score_classes(base.buildings["score_total"]))
    assert count > 200
    assert share >= 0.99
    assert opened.external == [] and opened.errors == []


READ_CARD = """id => {
  corridor.select(id);
  const card = document.getElementById('card'), text = (e) => e.textContent.trim();
  const rows = () => [...card.querySelectorAll('.cats tr[data-category]')].map((tr) => [...tr.cells].map(text));
  const closed = rows(), title = text(card.querySelector('.cats th')), lines = [...card.querySelectorAll('tr.g')].map(text);
  const more = text(card.querySelector('.more'));
  card.querySelector('.more').click();
  return {closed, title, lines, more, open: rows()};
}"""
# Half of the last decimal shown, and what the table's own rounding to 0.1 s may add.
SHOWN_MIN = 0.05 + 0.05 / 60


def number(text: str) -> int:
    return int("".join(filter(str.isdigit, text)))


def assert_rows_equal(rows: list[list[str]], walks: pd.DataFrame) -> None:
    """Assert that rows of a card (name, minutes, limit, mark) say what the access table says, and worst first."""
    order = []
    for name, minutes, limit, mark in rows:
        walk = walks.loc[name]
        assert limit == f"≤ {walk.tier_min}"
        assert (mark == "✓") == walk.met, name
        if np.isnan(walk.minutes):
            assert (minutes[0], mark) == ("＞", "—"), name
            order.append(np.inf)
            continue
        assert float(minutes) == pytest.approx(walk.minutes, abs=SHOWN_MIN), name
        if not walk.met:
            assert float(mark.removeprefix("+")) == pytest.approx(walk.minutes - walk.tier_min, abs=SHOWN_MIN), name
        order.append(walk.minutes / walk.tier_min if walk.met else walk.minutes - walk.tier_min)
    assert (np.diff([x for x in order if np.isfinite(x)]) <= SHOWN_MIN).all()
    assert sorted(order, key=np.isfinite) == order, "what is beyond reach comes first"


def test_three_cards_equal_the_access_table(opened, base):
    inside = base.buildings.index[base.buildings["in_area"]]
    names = base.category_table[["zh", "tier_min", "scored"]]
    for building in (inside[0], inside[len(inside) // 2], inside[-1]):
        walks = base.access[base.access["building_id"] == building].set_index("category").join(names)
        walks = walks[walks["scored"]].set_index("zh")
        walks["minutes"] = walks["walk_s"].to_numpy(dtype=float, na_value=np.nan) / 60
        walks["met"] = walks["met"].astype(bool)
        unmet = walks[~walks["met"]]
        assert len(unmet)

        card = opened.page.evaluate(READ_CARD, building)
        listed = [name for name, *_ in card["closed"]]
        borderline = unmet.drop(listed)  # raises for a row that is met
        assert len(set(listed)) == len(listed)
        assert ((borderline["minutes"] - borderline["tier_min"]) < SHOWN_MIN).all()
        assert all(any(name in line for line in card["lines"]) for name in borderline.index)
        assert_rows_equal(card["closed"], walks)
        assert number(card["title"]) == len(unmet)
        assert number(card["more"]) == walks["met"].sum()

        opened_rows = [row for row in card["open"] if row[0] not in listed]
        assert {name for name, *_ in opened_rows} == set(walks.index[walks["met"]])
        assert_rows_equal(opened_rows, walks)


def test_the_sample_says_that_it_is_one(opened):
    assert "示意样本" in opened.page.inner_text("body")
    opened.page.evaluate("() => corridor.setLang('en')")
    assert "Schematic sample" in opened.page.inner_text("body")


def test_the_study_suffers_from_no_edge(base):
    codes = set(base.notices["code"])
    assert "data-edge" not in codes and not any(code.startswith("partial-") for code in codes)
    assert not base.buildings.loc[base.buildings["in_area"], "near_edge"].any()
