"""Staying and pull: worked by hand on the street of `street_world`."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from street_world import of_main, points, world
from test_survey import read

from corridor.config import StreetRanking, read_data
from corridor.indicators import open_space
from corridor.indicators.street import _reach, appearance, pull, stay
from corridor.network import Placer, attach
from corridor.streets.mapped import Mapped


@pytest.fixture(scope="module")
def street():
    return world()


def test_open_space_is_walked_to_by_its_entrance(street):
    study, network, segments, _ = street
    values, basis = stay.table(segments, study, network, None)
    # from 0-108: its end, 142 m to the lane, 100 m along it; the other two begin or end at the lane
    assert of_main(segments, values["open_space_walk_m"]) == [242, 100.0, 100.0]
    assert of_main(segments, values["open_spaces_5min"]) == [1, 1, 1]
    assert of_main(segments, values["open_space_m2_5min"]) == [900, 900, 900]
    assert set(basis["open_space_walk_m"]) == {"mapped"}
    assert of_main(segments, values["toilets_5min"]) == [1, 1, 1]
    assert values["trees_per_100m"].isna().all() and basis["trees_per_100m"].isna().all()
    assert values.notna().eq(basis.notna()).all().all()


def test_nothing_mapped_is_missing_and_not_none():
    nowhere = points("amenity_id", {}, tags="{}", name=None).astype({"tags": "string"})
    study, network, segments, _ = world(amenities=nowhere)
    values, _ = stay.table(segments, study, network, None)
    assert values["toilets_5min"].isna().all() and values["shelters_per_100m"].isna().all()


def slow_street(**within):
    """The street walked at 20 m/min (five minutes are 100 m), with other distances of what is mapped."""
    study, network, segments, buildings = world()
    study.config.walker.speed_m_min.middle = 20.0
    study.config.streets = StreetRanking.model_validate({"mapped_within_m": within})
    return study, network, segments, buildings


def hand(segments, study, network, mapped=None):
    """Return what is told of open space and toilets on Main's segments, with its basis."""
    values, basis = stay.at_hand(segments, study, network, mapped=mapped)[0]
    main = segments.segments.index[segments.segments["order"].notna()]
    return {code: of_main(segments, values[code]) for code in values}, basis.loc[main].to_dict("list")


def test_a_count_of_none_is_none_only_where_something_is_mapped_near():
    # The park lies 100 m off the lane's corner and √(100² + 132²) = 165.60 m off the first segment's end.
    study, network, segments, _ = slow_street(open_space=165.7, toilets=91)
    values, basis = hand(segments, study, network)
    assert values["open_space_walk_m"] == [242, 100.0, 100.0] and values["open_space_m2_5min"] == [0, 900, 900]
    # The toilet at y 200 is 92 m off it: on foot 92 m too, so that it is counted although nothing is "near".
    assert values["toilets_5min"] == [1, 1, 1] and set(basis["toilets_5min"]) == {"mapped"}
    study, network, segments, _ = slow_street(open_space=165.5)
    values, basis = hand(segments, study, network)
    assert values["open_space_walk_m"] == [None, 100.0, 100.0] and values["open_space_m2_5min"] == [None, 900, 900]
    assert values["open_spaces_5min"] == [None, 1, 1] and basis["open_spaces_5min"] == ["unmapped", "mapped", "mapped"]


def test_a_scenario_s_first_tells_of_who_reaches_it_and_its_last_leaves_none():
    study, network, segments, _ = slow_street(open_space=500)
    first = Mapped({"open_space": study.open_space.geometry.to_numpy()[:0]})
    assert hand(segments, study, network, first)[0]["open_spaces_5min"] == [None, 1, 1]
    last = Mapped({"open_space": study.open_space.geometry.to_numpy(), "toilets": study.amenities.geometry.to_numpy()})
    study.open_space, study.amenities = study.open_space.iloc[:0], study.amenities.iloc[:0]
    values, basis = hand(segments, study, network, last)
    assert values["open_spaces_5min"] == values["open_space_m2_5min"] == values["toilets_5min"] == [0, 0, 0]
    assert set(basis["toilets_5min"]) == {"mapped"}
    values, _ = hand(segments, study, network)
    assert values["open_spaces_5min"] == values["toilets_5min"] == [None, None, None]


def test_who_lives_where_nobody_mapped_open_space_is_not_left_out():
    # A √(85² + 185²) = 204, B √(85² + 115²) = 143, D √(35² + 235²) = 238 m off the park with 10, 20 and 8 residents, C
    # √(165² + 145²) = 220 m with 30 workers: for all of them too far to walk.
    study, network, _, buildings = slow_street(open_space=210)
    rows = open_space.coverage(open_space.reach(study, Placer(network, 150.0), buildings)).set_index("group")
    assert rows.loc["residents", ["count", "left_out", "unknown", "total"]].tolist() == [0, 30, 8, 38]
    assert rows.loc["residents", ["share", "share_high"]].tolist() == [0, pytest.approx(8 / 38)]
    assert not rows.loc["residents", "met"]
    assert rows.loc["workers", ["left_out", "unknown", "share_high"]].tolist() == [0, 30, 1]
    assert pd.isna(rows.loc["workers", "met"])


def test_the_survey_comes_before_the_map(street, tmp_path):
    study, network, segments, _ = street
    values, basis = stay.table(segments, study, network, None)
    assert of_main(segments, values["seats_per_100m"]) == [None, None, pytest.approx(2 / 1.5)]
    counted = read(tmp_path, ",Main,250,400,左侧,座椅,6,,,,", ",Main,250,400,右侧,座椅,3,,,,")[0]
    surveyed = SimpleNamespace(**{**vars(study), "survey": counted})
    surveyed.config = SimpleNamespace(**vars(study.config))
    surveyed.config.records = SimpleNamespace(survey=SimpleNamespace(file="survey.csv"))
    values, basis = stay.table(segments, surveyed, network, None)
    assert of_main(segments, values["seats_per_100m"]) == [None, None, 6.0]
    third = segments.segments.index[segments.segments["order"] == 3][0]
    assert basis.loc[third, "seats_per_100m"] == "survey"


def placed_at(network, rows, **columns):
    return attach(network, points("id", rows).geometry).assign(**columns)


def test_flow_of_one_house_and_one_goal(street):
    _, network, segments, _ = street
    people = placed_at(network, {"h": (0, 50)}, people=10.0)
    goals = placed_at(network, {"g": (0, 350)}, source_id="g", draw=1.0)
    # 10 people walk from 50 to 350: half of the edge 0-100, all of 100-250, 100 of 150 m; the 15 m between the
    # carriageways of Wide Road are the second segment's
    found = pull.flow(segments, network, people, goals, [299, 800])
    assert [of_main(segments, one) for one in found] == [[0, 0, 0], [5, 10, pytest.approx(1000 / 150, abs=1e-3)]]


def test_kinds_of_goals_draw_alike(street):
    _, network, *_ = street
    people = placed_at(network, {"A": (0, 50), "B": (0, 60)}, people=[10.0, 30.0])
    carriers = placed_at(network, {"c": (0, 300)})
    other = placed_at(network, {"x": (0, 10), "y": (0, 20), "m1": (0, 30), "m2": (0, 35)})
    other = other.assign(category=["food", "food", pull.METRO, pull.METRO], source_id=["x", "y", "m", "m"])
    found = pull.attractions(people, carriers, other)
    once = found[~found.index.duplicated()]
    assert once.groupby(once.index.str[0])["draw"].sum().tolist() == [1e6, 1e6, 1e6, 1e6]
    assert once.loc["0|B", "draw"] == 750_000 and len(found) == 2 + 1 + 2 + 2
    assert pull.attractions(people[:0], carriers[:0], other[:0]).empty


def test_share_of_walks_to_institutes(street):
    _, network, segments, _ = street
    carriers = placed_at(network, {"c1": (0, 50), "c2": (0, 200)})
    institutes = placed_at(network, {"i": (0, 350)})
    found, none = pull.chain_share(segments, network, carriers, institutes, (24_000, 100))
    assert of_main(segments, found) == [
        0.25, pytest.approx((150 + 50) / 150 / 2, abs=1e-5), pytest.approx(200 / 150 / 2, abs=1e-5),
    ]  # fmt: skip
    assert none.isna().all()


def test_people_firms_and_carriers_at_hand():
    carriers = points("carrier_id", {"c1": (0, 390)}, kind="incubator").astype({"kind": "string"})
    firms = points("firm_id", {"f1": (0, 10)}, carrier_id=None)
    firms = pd.concat([firms, points("firm_id", {"f2": (0, 0)}, carrier_id="c1")])
    firms.loc["f2", "geometry"] = None
    study, network, segments, buildings = world(carriers=carriers, firms=firms)
    none = pd.DataFrame(columns=["edge", "offset_dm", "connector_dm", "category", "source_id"])
    values, basis = pull.table(segments, study, network, buildings, none)
    assert of_main(segments, values["carriers_5min"]) == [1, 1, 1]  # 282.5 m from 107.5
    # f1 at 10 m, f2 at its carrier; from 250 (the nearest end of the third) 240 and 140 m
    assert of_main(segments, values["firms_5min"]) == [2, 2, 2]
    # D is 60 m off the street's start: 310 m from 250, 167.5 from 107.5
    assert of_main(segments, values["people_5min"]) == [68, 68, 68]
    assert set(basis["people_5min"].dropna()) == {"estimate"} and basis["chain_share"].isna().all()


def test_every_indicator_has_its_row(street):
    study, network, segments, buildings = street
    none = pd.DataFrame(columns=["edge", "offset_dm", "connector_dm", "category", "source_id"])
    rows = read_data("street_indicators.yaml").value
    for group, (values, _) in {
        "stay": stay.table(segments, study, network, none),
        "pull": pull.table(segments, study, network, buildings, none),
        "appearance": appearance.table(segments, study),
    }.items():
        listed = {row["code"] for row in rows[group]}
        sided = {row["code"] for row in rows[group] if row.get("sided")}
        assert set(values) == listed | {f"{code}.{side}" for code in sided for side in ("left", "right")}
    further = appearance.further_indicators(study.config.survey.items, {row["code"] for row in rows["appearance"][1:]})
    assert [row["code"] for row in further] == ["appearance_signs"] and set(further[0]) >= set(rows["appearance"][0])


def test_two_carriageways_add_up():
    from test_streets import built
    from worlds import street_table

    streets = street_table(
        [
            {"stops": [(1, 0, 0), (2, 0, 300)], "name": "Main"},
            {"stops": [(11, 12, 300), (12, 12, 0)], "name": "Main"},
            {"stops": [(1, 0, 0), (12, 12, 0)], "name": "Cross"},
            {"stops": [(2, 0, 300), (11, 12, 300), (50, 200, 300)], "name": "Top"},
        ]
    )
    segments, network = built(streets)
    flow = pd.Series(0.0, index=network.edges.index).mask(network.edges["name"] == "Main", 4.0)
    found = _reach.mean_flow(flow, segments, network)
    main = segments.segments.index[segments.segments["role"] == "corridor"]
    assert found[main].tolist() == [8.0]


def test_where_no_building_is_mapped_people_are_unknown():
    study, network, segments, buildings = world()
    far = buildings.assign(geometry=buildings.geometry.translate(9000))
    none = pd.DataFrame(columns=["edge", "offset_dm", "connector_dm", "category", "source_id"])
    values, _ = pull.table(segments, study, network, far, none)
    assert values[["people_5min", "flow_800", "flow_1200"]].isna().all().all()


def test_a_scenario_s_seats_come_before_the_map(street):
    study, network, segments, _ = street
    # way 1 is Main from 115 to 400 m; nine seats on its last 150 m
    notes = [() if name != "way/0001" else ((1350, 2850, '{"seats": 9}'),) for name in study.streets.index]
    edited = SimpleNamespace(**{**vars(study), "streets": study.streets.assign(edited=notes)})
    values, basis = stay.table(segments, edited, network, None)
    assert of_main(segments, values["seats_per_100m"]) == [None, None, 6.0]
    third = segments.segments.index[segments.segments["order"] == 3][0]
    assert basis.loc[third, "seats_per_100m"] == "estimate"
