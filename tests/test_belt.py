"""The bundled study from end to end: its map tells the truth in a real browser."""

import numpy as np
import pytest
from test_maps_browser import painted_share, score_classes

import corridor
from corridor.maps import write_map

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def base():
    from conftest import ROOT

    return corridor.evaluate(corridor.open_study(ROOT / "geodata" / "dingxi"))


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


def test_three_cards_equal_the_access_table(opened, base):
    unmet = base.access[base.access["met"].eq(False) & base.access["walk_s"].notna()]
    inside = base.buildings.index[base.buildings["in_area"]]
    names = base.category_table["zh"]
    for building in (inside[0], inside[len(inside) // 2], inside[-1]):
        opened.page.evaluate("id => corridor.select(id)", building)
        card = opened.page.inner_text("#card")
        rows = unmet[unmet["building_id"] == building]
        scored = rows[rows["category"].map(base.category_table["scored"]).astype(bool)]
        assert len(scored)
        for row in scored.itertuples():
            assert names[row.category] in card, (building, row.category)
        worst = scored.assign(minutes=np.round(scored["walk_s"].astype(float) / 60, 1))
        excess = worst["minutes"] - worst["category"].map(base.category_table["tier_min"]).astype(float)
        assert f"{worst.loc[excess.idxmax(), 'minutes']:.1f}" in card


def test_the_sample_says_that_it_is_one(opened):
    assert "示意样本" in opened.page.inner_text("body")
    opened.page.evaluate("() => corridor.setLang('en')")
    assert "Schematic sample" in opened.page.inner_text("body")


def test_the_study_suffers_from_no_edge(base):
    codes = set(base.notices["code"])
    assert "data-edge" not in codes and not any(code.startswith("partial-") for code in codes)
    assert not base.buildings.loc[base.buildings["in_area"], "near_edge"].any()
