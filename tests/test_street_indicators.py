"""Indicators of a street, worked by hand on the town of `street_fixture`."""

import json
import sys
from copy import copy
from importlib import resources

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from street_fixture import nothing_near, town
from worlds import CRS, gate_table, street_table

from corridor.indicators.street import edge, form, walking
from corridor.network import build_network
from corridor.streets import Seen, Sight, build_segments, facts, look
from corridor.streets.sides import beside, first_hits, stations

GROUPS = ("form", "walking", "edge")


def tables(study, network, segments):
    parts = [
        form.table(segments, study),
        walking.table(segments, study, network),
        edge.table(segments, study, nothing_near(study.amenities)),
    ]
    return pd.concat([part[0] for part in parts], axis=1), pd.concat([part[1] for part in parts], axis=1)


@pytest.fixture(scope="module")
def laid():
    """The town, laid out once for those who leave it as it is."""
    return town()


@pytest.fixture(scope="module")
def toy(laid):
    values, basis = tables(*laid)
    return values, basis, laid[2]


def block(table, segments, order):
    return table.loc[segments.segments.index[segments.segments["order"].eq(order).fillna(False)][0]]


def test_the_first_block_as_on_paper(toy):
    values, basis, segments = toy
    one = block(values, segments, 1)
    assert one["length_m"] == 100
    assert one["frontage_width_m"] == pytest.approx((10 * 22 + 5 * 28) / 15)
    # A stands on the line, B six metres behind it, nothing from 75 m on.
    assert one["frontage_continuity.left"] == 0.5
    assert one["frontage_continuity.right"] == 1.0
    assert one["frontage_continuity"] == 0.75
    assert one["walled.left"] == 0.25 and one["walled.right"] == 0
    assert (one["footway.left"], one["footway.right"], one["footway"]) == (0, 1, 0.5)
    assert one["footway_m.right"] == 3 and one["footway_m"] == 3 and pd.isna(one["footway_m.left"])
    assert one["crossings_per_100m"] == 1.5  # one at 30 m, half of the one at the corner
    assert one["crossing_gap_m"] == 70
    assert one["block_m"] == 60  # the service way joins at 40 m
    assert one["permeability"] == 1
    assert one["steps"] == 0 and one["barriers"] == 0
    # The service way is no side of Main: 20 m to the crossing at 30 and back.
    assert one["detour"] == pytest.approx(1 + 2 * 20 / 30)
    assert one["active.left"] == 0.15 and one["active.right"] == 0.1 and one["active"] == 0.125
    assert one["use_mix"] == pytest.approx(np.exp(-(2 / 3 * np.log(2 / 3) + 1 / 3 * np.log(1 / 3))), abs=1e-6)
    told = block(basis, segments, 1)
    assert told["frontage_width_m"] == "mapped" and told["detour"] == "estimate"


def test_the_second_block_and_what_is_not_known(toy):
    values, basis, segments = toy
    two = block(values, segments, 2)
    assert two["footway.left"] == 1 and two["footway.right"] == 0  # its way runs southward: right is west
    assert two["crossing_gap_m"] == 200
    assert two["detour"] == pytest.approx(1 + 2 * 100 / 30) and block(basis, segments, 2)["detour"] == "estimate"
    assert values["vacancy"].isna().all() and values["open_at_night"].isna().all()
    # No building is mapped along most of it: nothing is said of its front.
    for code in ("frontage_continuity", "openness", "frontage_width_m", "height_to_width"):
        assert pd.isna(two[code])
    assert basis.notna().equals(values.notna())


def test_the_way_across_is_exact_between_mapped_footways_and_a_crossing_ends_no_block():
    sides = [
        {"stops": [(10 + way, x, 0), (20 + way, x, 80), (30 + way, x, 100)], "highway": "footway"}
        for way, x in enumerate((-8, 8))
    ]
    across = {"stops": [(20, -8, 80), (8, 0, 80), (21, 8, 80)], "highway": "footway"}
    tags = {f"way/{4 + number:04d}": {"footway": "sidewalk"} for number in range(2)} | {
        "way/0006": {"footway": "crossing"}
    }
    study, network, segments = town(tags=tags, more=[*sides, across])
    values, basis = tables(study, network, segments)
    one = block(values, segments, 1)
    # 7 m to the footway, 30 m along it from 50 to 80, 16 m across, back and 7 m; by the crossing at 30 nothing leads.
    assert one["detour"] == pytest.approx(90 / 30) and block(basis, segments, 1)["detour"] == "mapped"
    assert one["block_m"] == 60 and one["crossing_gap_m"] == 50


def test_a_block_without_a_crossing_looks_along_the_corridor_and_a_side_street_to_its_own():
    study, network, segments = town()
    far = study.furniture.geometry.y.ne(100) | study.furniture["kind"].ne("crossing")
    study.furniture = study.furniture[far]
    values, _ = tables(study, network, segments)
    # The crossing at 30 is the corridor's; its ends count as crossings: 100 m from the middle of the second block.
    assert block(values, segments, 2)["detour"] == pytest.approx(1 + 2 * 100 / 30)
    study, network, segments = town(corridor=("Cross Street",))
    study.furniture = study.furniture[far.to_numpy()]
    values, _ = tables(study, network, segments)
    main = segments.segments[segments.segments["street"].eq("Main").fillna(False)]
    north = main.index[main.geometry.centroid.y > 100]
    # As the crow flies from (0, 200) to the crossing at (0, 30).
    assert values.loc[north, "detour"].tolist() == [pytest.approx(1 + 2 * 170 / 30)]


def test_a_vertex_on_a_straight_street_changes_nothing_of_its_form():
    study, _, segments = town()
    more = segments.segments.geometry.apply(
        lambda line: shapely.LineString([*line.coords[:1], *(line.interpolate(at).coords[0] for at in (33, 36)), *line.coords[1:]])
        if len(line.coords) == 2 else line
    )  # fmt: skip
    plain, cut = (form.profile(
        lines.to_frame("geometry").set_geometry("geometry"), study.buildings
    ) for lines in (segments.segments.geometry, more))  # fmt: skip
    assert not plain.equals(cut)  # the ticks of momepy stand anew at every vertex
    whole, _ = form.table(segments, study)
    split, _ = form.table(type(segments)(**{**vars(segments), "segments": segments.segments.set_geometry(more)}), study)
    codes = ["openness", "height_to_width"]
    pd.testing.assert_frame_equal(whole[codes], split[codes])


def test_facts_of_points_are_missing_where_none_is_mapped():
    study, _, segments = town()
    known = facts(segments, study)
    one, two = (block(known.values, segments, order) for order in (1, 2))
    assert one["trees"] == 4 and pd.isna(two["trees"])
    assert pd.isna(one["seats"])
    assert one["lit"] == 1 and pd.isna(two["lit"])
    gates = known.gates.set_index("point")
    assert gates["side"].tolist() == ["left", "right"] and gates["public"].tolist() == [False, True]


def test_the_survey_goes_over_the_tags():
    study, _, segments = town()
    first = segments.segments.index[0]
    rows = [(first, "left", "footway_m", 2.5), (first, None, "seats", 0), (first, "both", "unknown item", 1)]
    survey = pd.DataFrame(rows, columns=["segment_id", "side", "item", "value"])
    known = facts(segments, study, survey=survey)
    assert known.values.at[first, "footway_m.left"] == 2.5 and known.values.at[first, "footway_m"] == 2.75
    assert known.values.at[first, "seats"] == 0  # counted, none
    assert known.basis.at[first, "seats"] == "survey" and known.basis.at[first, "trees"] == "mapped"


def test_open_at_night_counts_only_known_hours():
    study, network, segments = town()
    hours = ["Mo-Fr 08:00-18:00", None, "11:00-23:00"]
    study.amenities["opening_hours"] = pd.array(hours, dtype="string")
    values, _ = tables(study, network, segments)
    assert block(values, segments, 1)["open_at_night"] == 0.5


def test_a_vacant_shop_is_not_active():
    study, _, segments = town()
    study.amenities["tags"] = ['{"shop":"vacant"}', '{"shop":"books"}', '{"amenity":"restaurant"}']
    values, _ = edge.table(segments, study, nothing_near(study.amenities))
    one = block(values, segments, 1)
    assert one["active.left"] == 0.1 and one["vacancy"] == pytest.approx(1 / 3, abs=1e-6)


def test_a_scenario_goes_over_all():
    half = json.dumps({"trees": 10, "footway_m": 4.0})
    shops = json.dumps({"frontage": {"side": "left", "use": "shop", "share": 0.8}})
    study, _, segments = town(edited={"way/0000": ((0, 500, half), (0, 1000, shops))})
    known = facts(segments, study)
    first = segments.segments.index[0]
    assert known.values.at[first, "trees"] == 12  # ten on one half, the other half keeps two of its four
    assert known.values.at[first, "footway_m.right"] == 3.5 and known.values.at[first, "footway_m.left"] == 4
    values, basis = edge.table(segments, study, nothing_near(study.amenities))
    assert values.at[first, "active.left"] == 0.8 and basis.at[first, "active.left"] == "estimate"
    assert values.at[first, "active.right"] == 0.1 and basis.at[first, "active.right"] == "mapped"
    shut = json.dumps({"frontage": {"side": "both", "use": "closed", "share": 1.0}})
    study, _, segments = town(edited={"way/0000": ((0, 1000, shut),)})
    assert edge.table(segments, study, nothing_near(study.amenities))[0].at[first, "active"] == 0


def test_words_of_a_renewal_count_where_they_are_better():
    """The first block is 100 m long: half of it is renewed, on the other half everything stays."""
    works = json.dumps({"measures": ["智慧灯杆", "行道树", "步道拓宽", "底层商业", "nobody knows"], "side": "right"})
    study, _, segments = town(edited={"way/0000": ((0, 500, works),)})
    known = facts(segments, study)
    one = known.values.iloc[0]
    # Five lamps and twenty trees on 100 m; two of the four trees that stand stay on the other half.
    assert (one["lit"], one["lamps"], one["trees"]) == (1, 2.5, 12)
    # Right is 3 m wide already, left is none of the edit's.
    assert one["footway_m.right"] == 3 and known.basis.iloc[0]["footway_m.right"] == "mapped"
    values, basis = edge.table(segments, study, nothing_near(study.amenities))
    assert values.iloc[0]["active.right"] == pytest.approx(0.1 * 0.5 + 0.6 * 0.5)
    assert values.iloc[0]["active.left"] == 0.15 and basis.iloc[0]["active.left"] == "mapped"


def test_a_note_on_two_ways_of_a_street_is_one_edit():
    note = json.dumps({"seats": 6})
    study, _, segments = town(edited={"way/0000": ((0, 1000, note),), "way/0001": ((0, 2000, note),)})
    seats = facts(segments, study).values["seats"]
    assert seats[segments.segments["role"] == "corridor"].tolist() == [2, 4]


def test_heights_missing_give_a_range_that_says_so():
    study, _, segments = town()
    values, basis = form.table(segments, study)
    one = values.iloc[0]
    assert one["height_to_width_low"] < one["height_to_width"] < one["height_to_width_high"]
    assert basis.iloc[0]["height_to_width"] == "estimate"
    study, _, segments = town(levels=[2.0, 2.0, 2.0])
    values, basis = form.table(segments, study)
    assert values.iloc[0]["height_to_width_low"] == values.iloc[0]["height_to_width_high"]
    assert basis.iloc[0]["height_to_width"] == "mapped"


def test_no_buildings_at_all():
    study, network, segments = town()
    study.buildings = study.buildings.iloc[:0]
    values, _ = tables(study, network, segments)
    for code in ("frontage_continuity", "openness", "frontage_width_m", "height_to_width"):
        assert values[code].isna().all()
    assert values["length_m"].notna().all()


def test_nothing_mapped_is_missing_not_zero():
    study, network, segments = town(tags={"way/0000": {}, "way/0001": {}})
    for name in ("gates", "furniture", "barriers", "amenities"):
        setattr(study, name, getattr(study, name).iloc[:0])
    values, _ = tables(study, network, segments)
    for code in ("footway", "crossings_per_100m", "crossing_gap_m", "permeability", "walled", "active", "use_mix"):
        assert values[code].isna().all(), code


def test_a_street_that_is_a_loop_has_indicators():
    ring = [(1, 0, 0), (2, 100, 0), (3, 100, 100), (4, 0, 100), (1, 0, 0)]
    streets = street_table([{"stops": ring, "name": "Ring"}, {"stops": [(1, 0, 0), (9, -80, 0)], "name": "Way in"}])
    study, _, _ = town()
    study.streets = streets.assign(tags="{}", name_en=None)
    study.corridor = study.streets[study.streets["name"] == "Ring"]
    study.config.corridor.names = ["Ring"]
    network = build_network(streets, gate_table({}))
    segments = build_segments(study, network)
    values, _ = tables(study, network, segments)
    assert values["length_m"].gt(0).all()
    assert segments.edges.notna().any()


def test_a_crossing_mapped_twice_is_one():
    study, _, segments = town(tags={"way/0003": {"footway": "crossing"}})  # its middle is 15 m off, 10 m from the node
    crossings = facts(segments, study).crossings
    assert crossings.loc[crossings["segment"] == 0, "at_m"].tolist() == [35.0, 100.0]


def test_sides_and_first_hits():
    lines = gpd.GeoSeries([shapely.LineString([(0, 0), (10, 0)])], crs=CRS)
    at = stations(lines, 5.0)
    assert at.at_m.tolist() == [2.5, 7.5]
    hits = first_hits(at, np.array([shapely.box(0, 8, 5, 9), shapely.box(0, 3, 5, 4), shapely.box(6, -9, 9, -7)]))
    assert hits.distance_m[0].tolist()[0] == 3 and np.isnan(hits.distance_m[0][1])
    assert hits.distance_m[1].tolist()[1] == 7 and hits.row[:, 0].tolist() == [1, -1]
    frame = gpd.GeoDataFrame(index=["s"], geometry=lines.to_numpy(), crs=CRS)
    near = beside(frame, gpd.GeoSeries({"a": shapely.Point(3, 2), "b": shapely.Point(3, -2)}, crs=CRS), 5.0)
    assert dict(zip(near["point"], near["side"], strict=True)) == {"a": "left", "b": "right"}


@settings(max_examples=15, deadline=None)
@given(buildings=st.permutations(range(3)), furniture=st.permutations(range(6)))
def test_the_order_of_rows_changes_nothing(laid, toy, buildings, furniture):
    study, network, segments = copy(laid[0]), *laid[1:]
    study.buildings = study.buildings.iloc[buildings]
    study.furniture = study.furniture.iloc[furniture]
    after, _ = tables(study, network, segments)
    pd.testing.assert_frame_equal(toy[0], after)


def test_inputs_stay_as_they_were():
    study, network, segments = town()
    kept = {name: getattr(study, name).copy() for name in ("streets", "buildings", "gates", "furniture", "amenities")}
    tables(study, network, segments)
    for name, table in kept.items():
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(study, name)), pd.DataFrame(table))


def test_every_indicator_is_described(toy):
    values, _, _ = toy
    text = (resources.files("corridor.data") / "street_indicators.yaml").read_text("utf-8")
    described = YAML(typ="safe").load(text)
    codes = set()
    for group in GROUPS:
        for row in described[group]:
            assert set(row) - {"sided"} == {
                "code", "zh", "en", "unit", "better", "part", "weight", "formula_zh", "formula_en", "source_zh",
                "source_en", "grade",
            }  # fmt: skip
            codes |= {row["code"]} | ({f"{row['code']}.left", f"{row['code']}.right"} if row.get("sided") else set())
    assert codes == set(values.columns)


def test_momepy_on_its_own_town(monkeypatch):
    """Our street profile is momepy's: on the town of its examples, street by street."""
    import momepy

    # As momepy runs without numba: compiling takes a hundred times longer than the town does.
    theirs = sys.modules[momepy.street_profile.__module__]
    for name, function in vars(theirs).copy().items():
        monkeypatch.setattr(theirs, name, getattr(function, "py_func", function))
    path = momepy.datasets.get_path("bubenec")
    buildings, streets = gpd.read_file(path, layer="buildings"), gpd.read_file(path, layer="streets")
    height = pd.Series(np.linspace(10.0, 30.0, 144), index=buildings.index)
    found = form.profile(streets, buildings, pd.DataFrame({"h": height}), tick_length=50, distance=1)
    assert found["openness"].mean() == pytest.approx(0.7186966927475066, rel=1e-12)
    theirs = momepy.street_profile(streets, buildings, distance=1, tick_length=50, height=height)
    # Where nothing is met momepy tells the tick's length; we tell nothing.
    measured = theirs["openness"].lt(1)
    assert measured.sum() > 20
    assert found["openness"].to_numpy() == pytest.approx(theirs["openness"].to_numpy())
    assert found.loc[measured, "width"].to_numpy() == pytest.approx(theirs.loc[measured, "width"].to_numpy())
    assert found.loc[measured, "hw_ratio_h"].to_numpy() == pytest.approx(theirs.loc[measured, "hw_ratio"].to_numpy())
    assert found.loc[~measured, ["width", "hw_ratio_h"]].isna().all(axis=None)


@pytest.mark.slow
def test_the_belt(belt_study):
    from corridor.network import build_network

    study = belt_study
    network = build_network(study.streets, study.gates, gates_policy=study.config.walker.gates)
    segments = build_segments(study, network)
    seen, known = look(segments.segments, study.buildings, study.barriers), facts(segments, study)
    values, basis = walking.table(segments, study, network, looked=seen, known=known)
    corridor_rows = segments.segments["role"] == "corridor"
    assert corridor_rows.sum() >= 8
    assert values.loc[corridor_rows, "crossing_gap_m"].between(100, 700).all()
    assert values["footway"].dropna().between(0, 1).all()
    assert set(basis.stack().dropna()) <= {"synthetic", "estimate", "unmapped"}


@pytest.mark.parametrize("known", [[], [1], [0, 2], [2, 1, 0]])
@pytest.mark.parametrize("edit", ["none", "removed", "added", "moved", "reversed"])
def test_what_was_seen_of_lines_that_stay_is_what_would_be_seen(known, edit):
    """Whatever lines were looked along before and in whatever order, and whatever building came or went: the same to the bit."""
    study, _, segments = town()
    frame, barriers = segments.segments, study.barriers
    buildings = {
        "none": lambda table: table,
        "removed": lambda table: table.iloc[1:],
        "added": lambda table: pd.concat([table, table.iloc[:1].translate(3, 40).to_frame("geometry").set_index([["new"]])]),
        "moved": lambda table: table.set_geometry([table.geometry.iloc[0], *table.geometry.iloc[1:].translate(1, 0)]),
        "reversed": lambda table: table.iloc[::-1],
    }[edit](study.buildings)  # fmt: skip
    lines = frame.geometry.to_numpy()
    then = look(frame.iloc[known], study.buildings, barriers)
    before = Seen.of(then, Sight(lines[known], study.buildings, barriers), Sight(lines, buildings, barriers))
    one, other = look(frame, buildings, barriers), look(frame, buildings, barriers, before=before)
    if edit == "none":
        assert sorted(before.row[before.row >= 0]) == list(range(len(known)))
    for hits in ("faces", "walls"):
        for name in ("distance_m", "row"):
            np.testing.assert_array_equal(getattr(getattr(one, hits), name), getattr(getattr(other, hits), name))
    for name in ("first", "segment", "at_m", "xy", "along"):
        np.testing.assert_array_equal(getattr(one.at, name), getattr(other.at, name))
    np.testing.assert_array_equal(one.line_m, other.line_m)
    np.testing.assert_array_equal(one.mapped, other.mapped)
