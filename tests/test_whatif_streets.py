"""Street indicators and the ranking of segments in scenarios: on request, equal to the full evaluation."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import yaml
from pandas.testing import assert_frame_equal
from whatif_town import write_town

import corridor
from corridor.errors import ConfigError
from corridor.evaluation import evaluate
from corridor.evaluation._walks import opportunities
from corridor.indicators import open_space
from corridor.scenarios import EDITS as EDITS_OF
from corridor.scenarios import Baseline, apply, asked_for, check, notes, scenario

BOOK = yaml.safe_load((Path(__file__).parent / "whatif_edits.yaml").read_text(encoding="utf-8"))

LANE = {"op": "renew_street", "name": "North Lane", "trees": 9, "seats": 4, "footway_m": 3.0, "lighting": True}
EDITS = (
    LANE,
    {"op": "change_frontage", "name": "North Lane", "side": "left", "use": "shop", "share": 0.5},
    {"op": "open_gate", "name": "西门"},
    {"op": "add_firms", "into": "C1", "count": 3},
    {"op": "add_street", "line": [[121.4112, 31.21], [121.4112, 31.2109], [121.4110, 31.2109]]},
)
CHANGED = {
    "streets.trees_per_100m", "streets.seats_per_100m", "streets.footway_m", "streets.lit", "streets.active",
    "streets.firms_5min", "streets.flow_800", "streets.score", "streets.need",
}  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The town, ready for scenarios with its streets."""
    return Baseline.build(corridor.open_study(write_town(tmp_path_factory.mktemp("streets"))), streets=True)


def resolved(base, *edits):
    return check(base.study, base.evaluation.network, [scenario("s", *edits)])[0]


def values(result):
    table = result.indicators
    mine = table[table["group"] == "streets"]
    return mine.index, *(mine[name].to_numpy(dtype=float, na_value=np.nan) for name in ("baseline", "value"))


def test_the_street_follows_its_edits_and_equals_the_full_evaluation(base):
    one = resolved(base, *EDITS)
    codes, before, after = values(base.run(one))
    moved = set(codes[~((before == after) | (np.isnan(before) & np.isnan(after)))])
    assert not CHANGED - moved
    np.testing.assert_array_equal(after, values(base.run_full(one))[2])


def test_rows_of_the_streets_are_the_same_in_every_scenario_and_travel(base):
    codes, before, after = values(base.run(resolved(base)))
    np.testing.assert_array_equal(before, after)
    assert {"streets.score", "streets.need"} <= set(codes) and any(code.endswith(".rank") for code in codes)
    quick = base.run(resolved(base, {"op": "change_firms", "id": "F1", "technology": False}))
    np.testing.assert_array_equal(values(quick)[2], before)
    again = pickle.loads(pickle.dumps(base))
    assert again.indicators.equals(base.indicators)


def named(base, *edits):
    """Return the codes that change by some edits, and their change."""
    codes, before, after = values(base.run(resolved(base, *edits)))
    other = ~((before == after) | (np.isnan(before) & np.isnan(after)))
    return dict(zip(codes[other], after[other], strict=True))


def test_a_renewal_of_a_side_street_shows_there(base):
    table = base._streets.study.segments.segments
    side = table.index[(table["role"] == "side") & (table["street"] == "Main Road")]
    moved = named(base, {"op": "renew_street", "name": "Main Road", "measures": ["架空线入地", "底层商业"], "seats": 9})
    assert {f"streets.{one}.{part}" for one in side for part in ("score", "need")} <= set(moved)
    words = base.indicators.loc[[f"streets.{one}.need" for one in side]]
    assert (
        words["zh"].str.match("Main Road（.+）：需求分").all()
        and words["en"].str.match(r"Main Road \(.+\): need").all()
    )
    ranked = base._streets.study.ranking.loc[base._streets.study.compared]
    for part in ("score", "need", "potential", "feasibility", "rank"):
        today = base.indicators["value"][[f"streets.{one}.{part}" for one in ranked.index]]
        np.testing.assert_array_equal(*(x.to_numpy(dtype=float, na_value=np.nan) for x in (today, ranked[part])))


def test_every_word_of_a_renewal_moves_what_it_is_for(base):
    works = base.study.config.streets.works
    assert set(BOOK["works"]) == set(works)
    for code, row in BOOK["works"].items():
        assert base.study.config.streets.work(row["word"]) == works[code]
    rows = [*BOOK["works"].values(), *BOOK["fields"]]
    codes = base.indicators.index[base.indicators["group"] == "streets"]
    for group in apart(rows):
        edit = {"op": "renew_street", "name": "North Lane", "measures": [row["word"] for row in group if "word" in row]}
        for row in group:
            edit |= row.get("edit", {})
        after = base._streets.run(resolved(base, edit))
        moved = codes[~((after == base._streets.value) | (np.isnan(after) & np.isnan(base._streets.value)))]
        assert {f"streets.{code}" for row in group for code in row["moves"]} <= set(moved), edit


def apart(rows):
    """Return groups of rows none of which moves what another of its group moves, so that each has to do it itself."""
    groups = []
    for row in rows:
        free = (one for one in groups if not any(set(row["moves"]) & set(other["moves"]) for other in one))
        group = next(free, None)
        if group is None:
            groups.append([row])
        else:
            group.append(row)
    return groups


def test_a_renewal_of_one_side_and_of_words_alone_equals_the_full_evaluation(base):
    edits = (
        {"op": "renew_street", "name": "North Lane", "measures": ["店招", "行道树"], "side": "left"},
        {"op": "renew_street", "name": "North Lane", "measures": ["架空线入地", "照明"], "trees": 4},
        {"op": "renew_street", "name": "Main Road", "measures": ["铺装"]},
    )
    one, other = resolved(base, *edits), resolved(base, *edits[::-1])
    np.testing.assert_array_equal(values(base.run(one))[2], values(base.run_full(one))[2])
    np.testing.assert_array_equal(values(base.run(one))[2], values(base.run(other))[2])
    again, once = (named(base, *[edits[0]] * number) for number in (2, 1))
    assert again == once


def test_a_word_in_no_table_is_told_with_the_words_there_are(base):
    one = resolved(base, {"op": "renew_street", "name": "North Lane", "measures": ["架空线入土", "照明", "喷泉"]})
    first, second = notes([one], base.study.config)
    assert first.value == "架空线入土" and "是不是“架空线入地”？" in first.action.zh and "立面" in first.action.zh
    assert second.value == "喷泉" and "Known measures: wires under ground, " in second.action.en
    assert "changes no indicator" in second.what.en and first.file == one.scenario.where[0]


def test_streets_are_asked_for_where_only_they_can_tell(base):
    assert asked_for(base.study, {LANE["op"]})
    assert not asked_for(base.study, {"close_street"})


def test_every_kind_of_edit_is_seen_along_the_street_or_there_is_a_reason(base):
    cannot = {op for row in BOOK["no_street"] for op in row["ops"] if len(row["why"]) > 20}
    assert set(BOOK["streets"]) == set(EDITS_OF) - cannot
    before = base._streets.value
    unmoved = [
        op
        for op, edits in BOOK["streets"].items()
        if np.array_equal(base._streets.run(resolved(base, *edits)), before, equal_nan=True)
    ]
    assert unmoved == []
    for op in cannot:
        assert np.array_equal(base._streets.run(resolved(base, *BOOK["edits"][op][0])), before, equal_nan=True)


@pytest.mark.parametrize(
    "ops",
    [
        ("add_amenity",),
        ("change_building", "add_building"),
        ("remove_building", "add_street"),
        ("renew_street", "move_firms", "add_open_space"),
    ],
)
def test_what_is_taken_from_the_baseline_is_what_it_would_be(base, ops):
    one = resolved(base, *(edit for op in ops for edit in BOOK["streets"][op]))
    after = evaluate(apply(base.study, one), only=(), baseline=base.evaluation)
    np.testing.assert_array_equal(base._streets.run(one), base._streets.of(after))


def test_places_classified_again_are_those_of_the_edited_study(base):
    """The categories that look at no table an edit changes are right to be left alone."""
    for op in ("add_amenity", "remove_building", "add_open_space", "move_carrier", "remove_station", "close_street"):
        after = base._streets._edited(resolved(base, *BOOK["edits"][op][0]))
        assert after.opportunities is not base.evaluation.opportunities, op
        assert_frame_equal(after.opportunities, opportunities(after.study, after.place, after.ways_in))


def test_the_last_of_a_kind_leaves_none_and_not_nobody_knows(base):
    spaces = [{"op": "remove_open_space", "name": name} for name in ("草坪", "树林", "广场", "绿地")]
    shops = [{"op": "remove_amenity", "name": name} for name in ("社区食堂", "夜店", "药店")]
    codes = base.indicators.index[base.indicators["group"] == "streets"]
    told = dict(zip(codes, base._streets.run(resolved(base, *spaces, *shops)), strict=True))
    assert told["streets.open_spaces_5min"] == told["streets.open_space_m2_5min"] == 0
    assert told["streets.active"] >= 0
    assert told["streets.open_space.m2_per_person"] == 0


def test_no_speed_of_traffic_where_nobody_drives(base):
    way = {"op": "change_street", "id": "way/103", "speed_kmh": 30}
    with pytest.raises(ConfigError, match=r"only walkers come here \(footway\)"):
        resolved(base, way)
    with pytest.raises(ConfigError, match="nobody drives on a steps"):
        resolved(base, way | {"highway": "steps"})
    assert resolved(base, way | {"highway": "living_street"})
    assert "streets.traffic_kmh" in named(base, {"op": "renew_street", "name": "North Lane", "speed_kmh": 30})


def test_closing_never_improves_a_segment(base):
    """Whatever more is taken away, no segment has less need, and what the last of a kind leaves is none and not NA."""
    study = last = base._streets.study
    listed = study.compared
    shops, spaces, carriers = (
        [{"op": f"remove_{noun}", "id": one} for one in table.index]
        for noun, table in (
            ("amenity", base.study.amenities), ("open_space", base.study.open_space), ("carrier", base.study.carriers)
        )
    )  # fmt: skip
    lost = set()
    for edits in (shops[:1], shops, [*shops, *spaces], [*shops, *spaces, *carriers]):
        after = base._streets.edited(resolved(base, *edits))
        before, now = (one.ranking.loc[listed, "need"].to_numpy(dtype=float) for one in (last, after))
        last = after
        assert not (now < before).any(), edits
        assert (np.isnan(now) == np.isnan(before)).all() and after.ranking["rank"].notna().equals(
            study.ranking["rank"].notna()
        )
        gone = study.values.loc[listed].notna() & after.values.loc[listed].isna()
        lost |= set(gone.columns[gone.any()])
    # A walk to what is no more has no length; what is counted or shared out is none.
    assert lost == {"open_space_walk_m"}
    before, now = (one.values.loc[listed, ["use_mix", "open_at_night", "chain_share"]] for one in (study, after))
    assert now.notna().equals(before.notna()) and ((now == 0) & (before > 0)).any().all()


def test_open_space_is_the_figure_of_the_street_study(base):
    """One name, one number: the share, who is left out and the supply a head, today and with a park that is half water."""
    park = {"op": "add_open_space", "kind": "park", "at": [121.4103, 31.2097], "area_m2": 2500, "capacity_m2": 1250}
    one = resolved(base, park)
    after, told = evaluate(apply(base.study, one), only=(), baseline=base.evaluation), base.run(one).indicators["value"]
    for of, values_ in ((base.evaluation, base.indicators["value"]), (after, told)):
        tables = open_space.tables(
            base._streets.study.segments,
            of.study,
            of.network,
            of.buildings,
            placer=of.place,
            mapped=base._streets.study.mapped,
        )
        covered = tables["coverage"].set_index("group")
        for who in ("residents", "workers"):
            assert values_[f"open_space.{who}"] == covered.loc[who, "share"]
            assert values_[f"open_space.{who}_without"] == covered.loc[who, "total"] - covered.loc[who, "count"]
        assert values_["streets.open_space.m2_per_person"] == open_space.per_head(tables["buildings"])
    assert told["open_space.residents"] > base.indicators.loc["open_space.residents", "value"]
