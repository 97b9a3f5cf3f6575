"""One study evaluated: the toy by hand, then properties that hold for every study."""

import numpy as np
import pandas as pd
import pytest
from toy import write_study

import corridor


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = write_study(tmp_path_factory.mktemp("toy"), "corridor: {names: [Main Road]}\n")
    return corridor.evaluate(corridor.open_study(folder))


def test_walk_by_hand(base):
    """Home to kindergarten: off the street, along it, off it again; each measured in the metric CRS."""
    home = base.buildings.geometry["way/201"].representative_point()
    kinder = base.study.amenities.geometry.iloc[0]
    street = base.study.streets.geometry["way/101"]
    along = abs(street.project(kinder) - street.project(home))
    expected = home.distance(street) + along + kinder.distance(street)
    row = base.access.set_index(["building_id", "category"]).loc[("way/201", "edu.kinder")]
    assert row["walk_m"] == pytest.approx(expected, abs=0.3)
    assert row["walk_s"] == pytest.approx(row["walk_m"] / 80 * 60, abs=0.05)
    assert row["met"] and row["within_m"] and row["m"] == 1.0


def test_scores_only_what_has_data(base):
    table = base.category_table
    assert table.index[table["scored"]].tolist() == ["edu.kinder", "office"]
    assert base.buildings["score_life"].tolist() == [100.0, 100.0]
    assert base.buildings["score_service"].isna().all()


def test_no_data_is_missing_not_false(base):
    rows = base.access[base.access["category"] == "food.market"]
    assert rows[["walk_s", "walk_m", "met", "within_m", "m"]].isna().all(axis=None)
    share = base.coverage[base.coverage["category"] == "food.market"]["share"]
    assert share.isna().all()


def test_access_is_one_row_a_building_and_category(base):
    assert len(base.access) == len(base.buildings) * len(base.categories)
    assert not base.access.duplicated(["building_id", "category"]).any()


def test_people_and_place(base):
    home = base.buildings.loc["way/201"]
    assert home["floor_area_m2"] == pytest.approx(6 * home["footprint_m2"])
    assert home["residents"] == pytest.approx(home["floor_area_m2"] / 36)
    assert home["place_en"] == "north side of Main Road"


def test_summary_is_plain_and_complete(base):
    import json

    text = json.dumps(base.summary, allow_nan=False)
    assert json.loads(text)["buildings"] == 2
    assert base.summary["score_median_low"] <= base.summary["score_median"] <= base.summary["score_median_high"]


def test_partial_data_are_said_to_be_partial(base):
    assert base.notices["code"].str.startswith("partial-").any() or base.completeness.loc["buildings", "share"] >= 0.5


@pytest.mark.slow
def test_xinhua_runs_and_says_that_it_is_partial(shared, tmp_path):
    (tmp_path / "study.yaml").write_text(
        f"name: Xinhua\nosm: {(shared / 'osm' / 'xinhua_dingxi.osm').as_posix()}\ncorridor: {{names: [定西路]}}\n",
        encoding="utf-8",
    )
    found = corridor.evaluate(corridor.open_study(tmp_path))
    assert {"partial-buildings", "partial-amenities"} <= set(found.notices["code"])
    scored = found.buildings["score_total"].dropna()
    assert len(scored) > 200 and scored.between(0, 100).all()
    order = found.buildings[["score_total_low", "score_total", "score_total_high"]].dropna().to_numpy(dtype=float)
    assert (np.diff(order, axis=1) >= -1e-9).all(), "faster walkers never score less"
    direct = found.length_dm.to_numpy(dtype=float, na_value=np.nan)
    cost = found.cost_dm.to_numpy(dtype=float, na_value=np.nan)
    assert not (direct > cost).any(), "the shortest way is never longer than the way of least cost"
    assert np.array_equal(
        np.isnan(found.buildings["score_total"].to_numpy(dtype=float, na_value=np.nan)), ~found.buildings["connected"]
    )


def test_same_study_same_bytes(base, tmp_path):
    again = corridor.evaluate(base.study)
    pd.testing.assert_frame_equal(base.access, again.access)
    pd.testing.assert_frame_equal(pd.DataFrame(base.buildings), pd.DataFrame(again.buildings))


def test_row_50_the_score_under_every_gates_policy(tmp_path):
    """A town without gates or private ways: all three policies say the same; its own is the score that is reported."""
    base = corridor.evaluate(corridor.open_study(write_study(tmp_path / "town")))
    found = base.summary["score_median_by_gates"]
    assert set(found) == {"residents", "public", "open"}
    assert set(found.values()) == {base.summary["score_median"]}
