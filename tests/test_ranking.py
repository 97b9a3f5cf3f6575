"""Ranking street segments: numbers worked by hand, and what must hold for any."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor import ranking
from corridor.config import StreetRanking
from corridor.errors import ConfigError

CODES = {
    "active": "need", "walled": "need", "seats_per_100m": "need",
    "flow_800": "potential", "people_5min": "potential", "frontage_width_m": "feasibility",
}  # fmt: skip


def rules(**given_):
    return StreetRanking.model_validate({"least_weight": 0.0, "least_data": 0.0, **given_})


def indicators(**weights):
    rows = {code: {"part": part, "weight": weights.get(code, 1.0)} for code, part in CODES.items()}
    return pd.DataFrame(rows).T.infer_objects().rename_axis("code")


def table(rows):
    """Values of segments a, b … by code; None is missing."""
    index = pd.Index([f"seg/{letter}" for letter in "abcdefghijklmnop"[: len(rows)]], name="segment_id", dtype="string")
    return pd.DataFrame(rows, index=index, columns=list(CODES)).astype("Float64")


def ranked(values, how=None, weights=None):
    how = how or rules()
    shown = ranking.indicator_table(indicators(**(weights or {})), values, values.index, values.index, how)
    scores = ranking.indicator_scores(values, shown)
    allowed = pd.Series(True, index=values.index)
    return ranking.ranking_table(scores, shown, how, allowed), shown, scores, allowed


def test_two_segments_on_paper():
    # Need: active 0.3 of 0 … 0.6 lacks half: 50; walled 0.6: 100; no seats: 100. Mean with weights 2, 1, 1: 75.
    # Potential: flow 800 of at most 800: 100; 50 of 100 people: 50; mean 75. Feasibility: 26 m of 12 … 40: 50.
    # Score: 0.40 x 75 + 0.35 x 75 + 0.25 x 50 = 68.75.
    values = table([[0.3, 0.6, 0, 800, 50, 26], [0.6, 0, 4, 400, 100, 40]])
    found, shown, scores, allowed = ranked(values, weights={"active": 2.0})
    assert found.loc["seg/a", ["need", "potential", "feasibility", "score"]].tolist() == [75.0, 75.0, 50.0, 68.75]
    # Need 0; potential (50 + 100) / 2; feasibility 100: 0.35 x 75 + 25.
    assert found.loc["seg/b", ["need", "potential", "feasibility", "score"]].tolist() == [0.0, 75.0, 100.0, 51.25]
    assert found["rank"].tolist() == [1, 2]
    made = ranking.contribution_table(scores, values, values.notna().replace({True: "mapped"}), shown, allowed)
    a = made[made["segment_id"] == "seg/a"]
    assert a[["part", "code", "points"]].values.tolist()[:3] == [
        ["need", "active", 25.0], ["need", "seats_per_100m", 25.0], ["need", "walled", 25.0],
    ]  # fmt: skip
    assert a.groupby("part")["points"].sum().to_dict() == {"need": 75.0, "potential": 75.0, "feasibility": 50.0}


def test_missing_is_left_out_and_never_zero():
    whole = table([[0.3, 0.6, 0, 800, 50, 26], [0.3, None, None, 800, 50, 26]])
    found, *_ = ranked(whole)
    assert found["need"].tolist() == [pytest.approx(250 / 3, abs=6e-4), 50.0]
    assert found["known_share"].tolist() == [1.0, pytest.approx(0.4 / 3 + 0.6, abs=1e-6)]
    # Too little of a part's weight known: no rank, whatever the rest.
    strict, *_ = ranked(whole, rules(least_weight=0.5))
    assert strict["rank"].tolist() == [1, pd.NA] and pd.isna(strict.loc["seg/b", "score"])


def test_an_indicator_with_too_little_data_is_shown_and_not_ranked_on():
    values = table([[0.3, 0.6, 0, 800, 50, 26], [0.3, None, 2, 400, 20, 26], [0.1, None, 2, 300, 10, 26]])
    found, shown, scores, _ = ranked(values, rules(least_data=0.5))
    assert shown.loc["walled", "data_share"] == pytest.approx(1 / 3) and not shown.loc["walled", "ranked"]
    assert "walled" not in scores
    without, *_ = ranked(values.assign(walled=pd.NA), rules(least_data=0.5))
    pd.testing.assert_frame_equal(found, without)


def test_all_weight_in_one_indicator_is_that_indicator():
    values = table([[0.3, 0.6, 0, 800, 50, 26], [0.0, 0, 4, 400, 100, 40]])
    alone = dict.fromkeys(CODES, 0.0) | {"active": 1.0}
    found, shown, scores, _ = ranked(values, rules(parts={"need": 1.0, "potential": 0.0, "feasibility": 0.0}), alone)
    assert list(scores) == ["active"] and shown["ranked"].sum() == 1
    assert found["score"].tolist() == [50.0, 100.0] and found["potential"].isna().all()
    # Without any indicator of the other parts they take no share, whatever their weight.
    same, *_ = ranked(values, rules(), alone)
    assert same["score"].tolist() == [50.0, 100.0]


def test_equal_scores_share_the_better_rank():
    values = table([[0.3, 0.6, 0, 800, 50, 26]] * 2 + [[0.6, 0, 4, 0, 0, 12]])
    found, *_ = ranked(values)
    assert found["rank"].tolist() == [1, 1, 3]


def test_a_segment_best_in_all_is_stable_and_two_that_trade_places_are_not():
    best = [0.0, 0.6, 0, 1000, 1000, 40]
    # Five segments that are each the other's equal in sum: need high where potential is low.
    trading = [[0.6 * k / 5, 0.3, 2, 200 + 150 * k, 200 + 130 * k, 26] for k in range(6)]
    values = table([best, *trading])
    how = rules(unstable_ranks=3, unstable_share=0.1, spread=0.9)
    found, shown, scores, allowed = ranked(values, how)
    drawn = ranking.draw(scores, shown, how, allowed, 400, 1)
    out, robust = ranking.stability(found, drawn, {}, how)
    assert out.loc["seg/a", ["rank", "rank_low", "rank_high"]].tolist() == [1, 1, 1] and out.loc["seg/a", "stable"]
    assert not out.loc[out.index[1:], "stable"].all()
    assert robust.loc["seg/a", "top_5_share"] == 1.0
    # A rank at another speed widens the interval.
    slow = found["rank"].where(found.index != "seg/a", 7)
    wider, _ = ranking.stability(found, drawn, {"slow": slow.astype("Int64")}, how)
    assert wider.loc["seg/a", "rank_high"] == 7 and not wider.loc["seg/a", "stable"]


def test_intervals_belong_to_a_seed():
    generator = np.random.default_rng(3)
    values = table(generator.uniform(0, 1, (12, 6)) * [0.6, 0.6, 4, 800, 100, 40])
    _, shown, scores, allowed = ranked(values)
    one, again, other = (ranking.draw(scores, shown, rules(), allowed, 300, seed) for seed in (5, 5, 6))
    assert np.array_equal(one.low, again.low) and np.array_equal(one.top_5, again.top_5)
    assert not np.array_equal(one.top_5, other.top_5)


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=6, max_size=6), min_size=2, max_size=9),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_changes_nothing(rows, random):
    values = table(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    mixed = values.iloc[order]
    results = []
    for one in (values, mixed):
        found, shown, scores, allowed = ranked(one)
        out, robust = ranking.stability(found, ranking.draw(scores, shown, rules(), allowed, 60, 9), {}, rules())
        results.append((out.sort_index(), robust.sort_index()))
    pd.testing.assert_frame_equal(results[0][0], results[1][0])
    pd.testing.assert_frame_equal(results[0][1], results[1][1])


@settings(max_examples=25)
@given(st.lists(st.lists(st.floats(0, 60), min_size=6, max_size=6), min_size=2, max_size=6), st.integers(0, 5))
def test_a_worse_value_never_lowers_need(rows, which):
    values = table(rows)
    worse = values.copy()
    worse.iloc[which % len(rows), 0] = 0.0
    before, after = (ranked(one)[0]["need"] for one in (values, worse))
    assert (after >= before).all()


def test_settings_name_the_fault(tmp_path):
    from corridor.config import read_config

    (tmp_path / "town.osm").write_text("")
    head = "name: Town\nosm: town.osm\n"
    for text, told in (
        ("streets: {parts: {need: 0, potential: 0, feasibility: 0}}", "at least one weight of parts"),
        ("streets: {scales: {active: {at_0: 1}}}", "one of the two"),
        ("streets: {parts: {wish: 1}}", "parts"),
        ("streets: {measures: {seats: {zh: 座椅, en: seats, because: [active], edit: {seats: 3}}}}", "needs an op"),
        ("streets: {sprad: 1}", "spread"),
    ):
        (tmp_path / "study.yaml").write_text(head + text + "\n", encoding="utf-8")
        with pytest.raises(ConfigError, match=told):
            read_config(tmp_path)
    (tmp_path / "study.yaml").write_text(head + "streets: {weights: {active: 3}, measures: {gate: null}}\n", encoding="utf-8")
    made = read_config(tmp_path).streets
    assert made.weights == {"active": 3.0} and "gate" not in made.measures and "seats" in made.measures
