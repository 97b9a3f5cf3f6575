"""Indicators on a toy whose numbers a reader can work on paper.

Speed 80 m/min, so 5 minutes are 4,000 dm and 10 minutes 8,000 dm.

    building   kinder (LIFE, 5 min)   super (LIFE, 10 min, weight 3)   cafe (EXCHANGE, 5 min)
    b1           4,000 dm: met, m=1     8,001 dm: not met                 unreachable
    b2           6,000 dm: m=0.5        4,000 dm: m=1                     0 dm: m=1
"""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box

from corridor.config import People
from corridor.indicators import completeness, life_circle, people, place, public_space

CRS = "EPSG:32651"
CATEGORIES = (
    SimpleNamespace(code="edu.kinder", kind="LIFE", tier_min=5, tier_m=300, weight=1.0),
    SimpleNamespace(code="food.super", kind="LIFE", tier_min=10, tier_m=None, weight=3.0),
    SimpleNamespace(code="third.cafe", kind="EXCHANGE", tier_min=5, tier_m=None, weight=1.0),
)
WEIGHTS = {"LIFE": 1.0, "WORK": 1.0, "SERVICE": 1.0, "EXCHANGE": 1.0}


@pytest.fixture
def cost() -> pd.DataFrame:
    return pd.DataFrame(
        {"edu.kinder": [4000, 6000], "food.super": [8001, 4000], "third.cafe": [pd.NA, 0]},
        index=pd.Index(["b1", "b2"], name="building_id"),
        dtype="Int32",
    )


def test_limit_counts_and_one_decimetre_more_does_not(cost):
    met = life_circle.met(cost, CATEGORIES, 80)
    assert met.loc["b1"].tolist() == [True, False, False]
    assert met.loc["b2"].tolist() == [False, True, True]


def test_contribution_falls_in_a_line_to_twice_the_tier(cost):
    m = life_circle.contribution(cost, CATEGORIES, 80)
    assert m.loc["b1"].tolist() == [1.0, (16000 - 8001) / 8000, 0.0]
    assert m.loc["b2"].tolist() == [0.5, 1.0, 1.0]


def test_scores_by_hand(cost):
    m = life_circle.contribution(cost, CATEGORIES, 80)
    scores = life_circle.scores(m, CATEGORIES, WEIGHTS)
    # b2: LIFE = 100 × (1 × 0.5 + 3 × 1) / 4 = 87.5, EXCHANGE = 100; total = (87.5 + 100) / 2
    assert scores.loc["b2", "score_life"] == 87.5
    assert scores.loc["b2", "score_exchange"] == 100.0
    assert scores.loc["b2", "score_total"] == 93.75
    assert scores["score_work"].isna().all(), "a kind without a scored category is missing, not zero"


def test_faster_walkers_never_score_less(cost):
    slow, fast = (life_circle.contribution(cost, CATEGORIES, speed) for speed in (60, 90))
    assert (fast.to_numpy() >= slow.to_numpy()).all()


def test_coverage_weights_people_and_keeps_the_band(cost):
    met = {level: life_circle.met(cost, CATEGORIES, v) for level, v in (("low", 60), ("middle", 80), ("high", 90))}
    heads = pd.DataFrame({"buildings": 1.0, "residents": [30.0, 10.0], "workers": [0.0, 0.0]}, index=cost.index)
    found = life_circle.coverage(dict(met), dict.fromkeys(met, heads), pd.Series([True, True], index=cost.index))
    rows = found.set_index(["category", "group"])
    assert rows.loc[("edu.kinder", "residents"), "share"] == 0.75
    assert rows.loc[("edu.kinder", "residents"), "share_low"] == 0.0, "at 60 m/min 5 minutes are 3,000 dm"
    assert rows.loc[("edu.kinder", "buildings"), "count"] == 1
    assert pd.isna(rows.loc[("edu.kinder", "workers"), "share"]), "no workers: no share, not zero"


def buildings(**columns) -> gpd.GeoDataFrame:
    size = len(columns["geometry"])
    base = {"use": "residential", "levels": pd.NA, "street": pd.NA, "housenumber": pd.NA, "in_area": True}
    frame = gpd.GeoDataFrame({**base, **columns}, crs=CRS, index=pd.Index([f"way/{i}" for i in range(size)]))
    return frame.astype({"levels": "Float64", "street": "string", "housenumber": "string", "use": "string"})


RULES = People.model_validate({})


def test_people_by_hand():
    town = buildings(
        geometry=[box(0, 0, 10, 30), box(0, 0, 10, 30), box(0, 0, 10, 30)],
        use=["office", "unknown", "other"],
        levels=[6, pd.NA, 2],
    )
    town = town.join(people.floor_area(town, RULES))
    assert town["floor_area_m2"].tolist() == [1800.0, 1500.0, 600.0], "unknown, 300 m²: five storeys assumed"
    assert town["floor_area_assumed"].tolist() == [False, True, False]
    heads = people.people(town, RULES)
    assert heads.loc["way/0", "workers"] == 100.0 and heads.loc["way/0", "residents"] == 0.0
    assert heads.loc["way/1", "residents"] == pytest.approx(1500 * 0.7 / 36)
    assert heads.loc["way/1", "workers"] == pytest.approx(1500 * 0.3 / 32)
    assert heads.loc["way/2", ["residents", "workers"]].tolist() == [0.0, 0.0]
    assert heads["people_assumed"].tolist() == [False, True, False]
    for group in ("residents", "workers"):
        assert (heads[f"{group}_low"] <= heads[group]).all() and (heads[group] <= heads[f"{group}_high"]).all()


def test_a_given_population_wins():
    town = buildings(geometry=[box(0, 0, 10, 30)], residents_given=pd.array([42], dtype="Int64"))
    town = town.join(people.floor_area(town, RULES))
    heads = people.people(town, RULES)
    assert heads[["residents_low", "residents", "residents_high"]].iloc[0].tolist() == [42.0] * 3
    assert not heads["people_assumed"].any()


def test_place_names_the_side_of_the_nearest_street():
    streets = gpd.GeoDataFrame(
        {
            "name": pd.array(["昭化路", pd.NA], dtype="string"),
            "name_en": pd.array(["Zhaohua Rd", pd.NA], dtype="string"),
        },
        geometry=[LineString([(0, 0), (100, 0)]), LineString([(0, 50), (100, 50)])],
        crs=CRS,
    )
    town = buildings(geometry=[box(40, 20, 60, 30), box(40, -30, 60, -20), box(0, 900, 9, 909), box(110, -5, 120, 5)])
    found = place.place(town, streets)
    assert found["place_zh"].tolist() == ["昭化路北侧", "昭化路南侧", "", "昭化路东侧"]
    assert found["place_en"].iloc[0] == "north side of Zhaohua Rd"
    assert pd.isna(found["street_name"].iloc[2])


@pytest.mark.parametrize(
    ("street", "number", "zh", "en"),
    [
        ("昭化路", "12号", "昭化路12号", "12 Zhaohua Rd"),
        ("昭化路", "12A", "昭化路12A", "12A Zhaohua Rd"),
        ("昭化路", "345弄", "昭化路345弄", "Lane 345, Zhaohua Rd"),
        ("昭化路", "345弄12号", "昭化路345弄12号", "No. 12, Lane 345, Zhaohua Rd"),
        ("昭化路", "甲12号楼", "昭化路甲12号楼", "昭化路甲12号楼"),
        ("无名路", "12号", "无名路12号", "无名路12号"),
        ("Main Road", "12", "Main Road 12", "12 Main Road"),
    ],
)
def test_an_address_is_never_half_translated(street, number, zh, en):
    streets = gpd.GeoDataFrame(
        {"name": pd.array(["昭化路"], dtype="string"), "name_en": pd.array(["Zhaohua Rd"], dtype="string")},
        geometry=[LineString([(0, 0), (100, 0)])],
        crs=CRS,
    )
    found = place.place(buildings(geometry=[box(40, 20, 60, 30)], street=[street], housenumber=[number]), streets)
    assert (found["place_zh"].iloc[0], found["place_en"].iloc[0]) == (zh, en)


def open_spaces() -> gpd.GeoDataFrame:
    shapes = {"fenced": box(0, 0, 100, 100), "crossed": box(200, 0, 300, 100), "open": box(400, 0, 430, 30)}
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=pd.Index(list(shapes), name="open_space_id"), crs=CRS)


def ways(*lines, **columns) -> gpd.GeoDataFrame:
    ground = {"walk": "public", "bridge": False, "tunnel": False, "layer": 0}
    return gpd.GeoDataFrame({**ground, **columns}, index=range(len(lines)), geometry=[*map(LineString, lines)], crs=CRS)


def gates_at(**passages) -> gpd.GeoDataFrame:
    spots = [(how, Point(spot)) for how, at in passages.items() for spot in at]
    return gpd.GeoDataFrame({"passage": [how for how, _ in spots]}, geometry=[p for _, p in spots], crs=CRS)


def test_entrances_prefer_gates_then_paths_then_the_open_edge():
    streets = ways(
        [(50, -20), (50, 50)],
        [(250, -20), (250, 120)],
        [(410, -5), (440, -5)],
        walk=["public", "public", "private"],
    )
    gates = gates_at(open=[(0, 50)], shut=[(100, 50)])
    found = public_space.entrances(open_spaces(), streets, gates)
    assert found.loc[found["source_id"] == "fenced", "geometry"].tolist() == [Point(0, 50)]
    assert found.loc[found["source_id"] == "crossed", "geometry"].tolist() == [Point(250, 0), Point(250, 100)]
    assert "open" not in set(found["source_id"]), "a private path opens no square"
    opened = public_space.entrances(open_spaces(), streets.assign(walk="public"), gates)
    edge = opened[opened["source_id"] == "open"]
    assert set(edge["how"]) == {"edge"} and (edge.geometry.y <= 25).all()


@pytest.mark.parametrize("column", [{"bridge": True}, {"tunnel": True}, {"layer": 2}, {"layer": -1}])
def test_a_street_above_or_below_a_space_is_no_way_in_unless_it_lands_there(column):
    square = open_spaces().loc[["crossed"]]
    over = ways([(250, -20), (250, 120)], **column)
    assert public_space.entrances(square, over, gates_at()).empty, "nor does the open edge under it count"
    for landing in ((250, 50), (250, 0)):
        lands = ways([(250, -20), landing, (250, 120)], **column)
        found = public_space.entrances(square, lands, gates_at())
        assert found.geometry.tolist() == [Point(250, 0), Point(250, 100)]


@pytest.mark.parametrize("passage", ["shut", "residents"])
def test_a_space_whose_gates_are_all_closed_is_not_entered_over_its_fence(passage):
    square = open_spaces().loc[["open"]]
    street = ways([(400, -5), (430, -5)])
    assert set(public_space.entrances(square, street, gates_at())["how"]) == {"edge"}
    closed = gates_at(**{passage: [(415, 0)]})
    assert public_space.entrances(square, street, closed).empty
    through = ways([(400, -5), (430, -5)], [(415, -5), (415, 10)])
    assert public_space.entrances(square, through, closed).empty, "the path ends at the gate"
    beside = ways([(400, -5), (430, -5)], [(405, -5), (405, 10)])
    assert public_space.entrances(square, beside, closed).geometry.tolist() == [Point(405, 0)]


def test_an_open_edge_is_not_open_along_a_wall():
    square = open_spaces().loc[["open"]]
    street = ways([(400, -5), (430, -5)])
    south = LineString([(395, -1), (435, -1)])
    for kind in ("wall", "fence", "hedge"):
        wall = gpd.GeoDataFrame({"kind": [kind]}, geometry=[south], crs=CRS)
        found = public_space.entrances(square, street, gates_at(), wall)
        assert len(found) and (found.geometry.y > 2).all(), "the sides are open"
        round_it = wall.set_geometry([box(400, 0, 430, 30).exterior], crs=CRS)
        assert public_space.entrances(square, street, gates_at(), round_it).empty
    rail = gpd.GeoDataFrame({"kind": ["rail"]}, geometry=[south], crs=CRS)
    free = public_space.entrances(square, street, gates_at())
    pd.testing.assert_frame_equal(public_space.entrances(square, street, gates_at(), rail), free)
    pd.testing.assert_frame_equal(public_space.entrances(square, street, gates_at(), rail.iloc[:0]), free)


NEW_WAYS = (
    [(405, -5), (405, 10)],
    [(200, 50), (180, 50)],
    [(50, -20), (50, 50)],
    [(432, 5), (432, 25)],
    [(250, 40), (320, 40)],
)


@settings(max_examples=10)
@given(
    st.sets(st.sampled_from(range(len(NEW_WAYS)))), st.sets(st.sampled_from(range(len(NEW_WAYS)))),
    st.lists(st.sampled_from(["", "public", "residents"]), min_size=3, max_size=3), st.sets(st.integers(0, 2)),
)  # fmt: skip
def test_adding_takes_no_entrance_and_closing_gives_none(some, more, opened, shut):
    """A path across a lawn that lay open along its edge, a gate opened beside others, a gate shut: each only adds or only takes."""
    old = ways([(400, -5), (430, -5)], [(250, -20), (250, 120)])
    gates = gates_at(open=[(0, 50)], shut=[(100, 50)], residents=[(300, 20)])

    def entered(new: set[int], opened: list[str], shut: set[int]) -> set[tuple]:
        streets = pd.concat([old, ways(*(NEW_WAYS[n] for n in sorted(new)), added=True)]) if new else old
        edited = gates.assign(opened=[how or pd.NA for how in opened], closed=[n in shut for n in range(3)])
        found = public_space.entrances(open_spaces(), streets, edited)
        assert not found.duplicated(["source_id", "geometry"]).any()
        return set(zip(found["source_id"], found.geometry.x, found.geometry.y, strict=True))

    plain = entered(set(), [""] * 3, set())
    assert plain == {(i, p.x, p.y) for i, p in zip(*public_space.entrances(open_spaces(), old, gates)[["source_id", "geometry"]].to_numpy().T, strict=True)}  # fmt: skip
    assert plain <= entered(some, [""] * 3, set()) <= entered(some | more, opened, set())
    assert entered(some, opened, shut) <= entered(some, opened, set())
    if 0 in some:
        assert {("open", 405, 0), ("open", 400, 0)} <= entered(some, opened, shut), "the path, and still the edge"


def test_completeness_counts_what_is_there():
    area = box(0, 0, 400, 400)
    town = buildings(geometry=[box(10, 10, 20, 20)], use=["unknown"], levels=[3])
    empty = gpd.GeoDataFrame({"of": pd.array([], dtype="string")}, geometry=[], crs=CRS)
    streets = gpd.GeoDataFrame({"walk": ["public"]}, geometry=[LineString([(0, 100), (399, 100)])], crs=CRS)
    found = completeness.completeness(
        area=area,
        wanted=box(0, 0, 400, 800),
        extent=area,
        streets=streets,
        amenities=empty,
        entrances=empty,
        buildings=town,
    )["share"]
    assert found["extent"] == 0.5
    assert found["buildings"] == 0.5, "one of the two street cells holds a building"
    assert found["amenities"] == 0 and found["levels"] == 1 and found["use"] == 0
    assert "connected" not in found.index, "not asked before the evaluation"


def test_nothing_passed_in_is_changed(cost):
    before = cost.copy()
    life_circle.scores(life_circle.contribution(cost, CATEGORIES, 80), CATEGORIES, WEIGHTS)
    pd.testing.assert_frame_equal(cost, before)
    spaces = open_spaces()
    assert isinstance(spaces.geometry.iloc[0], Polygon) and np.isfinite(spaces.area).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=5), max_size=6))
def test_the_nearest_street_is_the_first_of_the_nearest_lines(corners):
    lines = [LineString(xy) for xy in corners]
    streets = gpd.GeoDataFrame({"name": [f"s{n}" for n in range(len(lines))]}, geometry=lines, crs=32651)
    points = np.array([Point(x, y) for x in range(-1, 8, 2) for y in range(-1, 8, 2)], dtype=object)
    rows, found, _ = place.StreetSides(streets, within_m=2.0).nearest(points)
    away = shapely.distance(points[:, None], np.array([*lines, None], dtype=object)[None, :-1])
    near = [n for n in range(len(points)) if len(lines) and away[n].min() <= 2.0]
    assert rows.tolist() == near
    assert found.tolist() == [int(np.argmin(away[n])) for n in near]
