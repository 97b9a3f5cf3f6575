"""The innovation chain of a whole study: the toy town's records by hand, what is missing, what is wrong, the belt."""

import json

import pandas as pd
import pytest
from chain_study import YAML, write_chain_study
from toy import write_study

import corridor
from corridor import schemas
from corridor.errors import StudyError

TABLES = {
    "places": schemas.INNOVATION_PLACES, "links": schemas.LINKS, "core_links": schemas.CORE_LINKS,
    "chain": schemas.CHAIN, "chain_coverage": schemas.CHAIN_COVERAGE, "ladder": schemas.LADDER,
    "service_coverage": schemas.SERVICE_COVERAGE, "event_coverage": schemas.EVENT_COVERAGE,
    "one_trip": schemas.ONE_TRIP, "groups": schemas.INNOVATION_GROUPS, "trails": schemas.TRAILS,
    "trail_stops": schemas.TRAIL_STOPS, "event_times": schemas.EVENT_TIMES, "group_coverage": schemas.INNOVATION_GROUP_COVERAGE,
}  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return corridor.evaluate(corridor.open_study(write_chain_study(tmp_path_factory.mktemp("chain"))))


@pytest.fixture(scope="module")
def found(base):
    return base.innovation


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_what_the_schema_says(base, found, name):
    frame, table = getattr(found, name), TABLES[name]
    table.check(frame)
    assert set(frame.columns) == {column.name for column in table.columns}
    assert len(frame) > 0


def test_places_by_hand(found):
    """C1 to C2 to C3 on one street: 95.4 m and 190.8 m; the institute 100 m up the lane from C2."""
    places = found.places
    assert places.index.tolist() == ["C1", "C2", "C3", "C4", "I1"]
    assert places["table"].tolist() == ["carriers"] * 4 + ["institutes"]
    assert places["stage"].tolist() == ["rd", "incubation", "industry", "industry", "rd"]
    assert places.loc["C1", "core_s"] == pytest.approx(95.4 / 80 * 60, abs=0.5) and places.loc["C2", "core_s"] == 0
    assert places.loc["C1", "n_5min"] == 3 and places.loc["C1", "weight_15min"] == 6000
    assert pd.isna(places.loc["C4", "off_belt"]) and not places.loc["C3", "off_belt"]
    assert places.loc["C1", "missing_stage"] == "transfer" and places.loc["C1", "n_stages_15min"] == 3


def test_links_of_the_one_without_a_place_are_missing(found):
    links = found.links.set_index(["origin", "destination"])
    assert links.loc[("C1", "C4"), ["cost_dm", "walk_s", "walk_m"]].isna().all()
    assert links.loc[("C1", "C4"), "link"] == 0 and pd.isna(links.loc[("C1", "I1"), "link"])
    assert found.core_links["destination"].tolist() == ["C1", "C3", "I1"]
    graph = found.graph()
    assert not graph.has_edge("C1", "C4") and graph.nodes["C4"]["x"] is None


def test_services_by_hand(found):
    """C1 is 48 m west of S1, S2 191 m east of it: 239 m. C3 starts at the other end: 48 m and 191 m."""
    trips = found.one_trip.set_index(["chain", "origin_id"])
    assert trips.loc[(1, "C1"), "walk_s"] == pytest.approx(238.5 / 80 * 60, abs=1)
    assert trips.loc[(1, "C1"), "stations"] == "S1; S2" and trips.loc[(1, "C3"), "stations"] == "S2; S1"
    assert bool(trips.loc[(1, "C1"), "within"]) and pd.isna(trips.loc[(1, "C4"), "within"])
    assert trips.loc[2, "walk_s"].isna().all(), "there is no quality station"
    cover = found.service_coverage.set_index(["type", "group", "minutes"])
    # F1 stands where its carrier does, F2 at its own place, F3 nowhere: counted, and reaching nothing.
    assert cover.loc[("ip", "firms", 5), ["count", "total"]].tolist() == [2.0, 3.0]
    assert cover.loc[("ip", "carriers", 5), "count"] == 4 and pd.isna(cover.loc[("quality", "firms", 5), "share"])


def test_chain_that_lacks_a_stage_is_never_whole(found):
    cover = found.chain_coverage.set_index(["stage", "group", "minutes"])
    assert found.chain_basis == "records"
    assert cover.loc[("rd", "buildings", 15), "share"] == 1.0
    assert cover.loc[["transfer", "all"], "share"].isna().all()
    assert found.chain["missing_stage"].tolist() == ["transfer", "transfer"]


def test_events_without_a_series_stand_for_themselves(found):
    assert set(found.event_coverage["series"]) == {"创新说", "夜校"}
    assert set(found.event_coverage["group"]) == {"firms", "residents"}


def test_trails_by_hand(found):
    trails = found.trails
    assert trails["order"].tolist() == ["exact", "given"] and trails["round"].tolist() == [False, True]
    assert trails.loc[1, "length_m"] == pytest.approx(286.2, abs=0.5)
    stops = found.trail_stops
    assert stops.loc[stops["trail"] == 1, "stop_id"].tolist() in (["C1", "C2", "C3"], ["C3", "C2", "C1"])
    assert stops.loc[stops["trail"] == 2, "stop_id"].tolist() == ["C1", "I1", "C1"]
    assert trails.geometry[2].length == pytest.approx(trails.loc[2, "length_m"], abs=1)
    assert trails["synthetic"].all(), "C1 is synthetic"


def test_a_trail_that_loses_a_stop_has_no_length_and_says_so(base):
    study = base.study
    moved = study.carriers.assign(name="双站")
    moved.loc["C1", "geometry"] = study.carriers.geometry["C2"]
    edited = study.replace(carriers=moved.drop("C3"))
    after = corridor.evaluate(edited, only=["innovation"], baseline=base)
    trails, stops = after.innovation.trails, after.innovation.trail_stops
    schemas.TRAILS.check(trails)
    schemas.TRAIL_STOPS.check(stops)
    assert trails.loc[1, ["walk_s", "length_m"]].isna().all() and trails.geometry[1] is None
    assert stops.loc[stops["trail"] == 1, "stop_id"].tolist() == ["C1", "C2"]
    assert stops.loc[stops["trail"] == 1, "walk_s"].isna().all()
    # The other trail goes on, through the place C1 has now.
    way = stops[stops["trail"] == 2]
    assert way["stop_id"].tolist() == ["C1", "I1", "C1"] and way["name"].tolist()[0] == "双站"
    assert trails.loc[2, "length_m"] < base.innovation.trails.loc[2, "length_m"]
    (row,) = after.notices[after.notices["code"] == "trail-lost-stop"].itertuples()
    assert row.value == "C3" and "短线" in row.what_zh and row.action_zh
    # Without the baseline the stop is simply wrong.
    with pytest.raises(StudyError, match="C3"):
        corridor.evaluate(edited, only=["innovation"])


def test_groups_by_hand(found):
    groups = found.groups.set_index(["table", "by", "group"])
    assert groups.loc[("carriers", "industry", "材料"), ["count", "floor_area_m2"]].tolist() == [3, 6500.0]
    assert groups.loc[("carriers", "industry", "芯片"), "count"] == 2
    assert groups.loc[("carriers", "owner", "科委"), "synthetic_share"] == 0.5
    assert groups.loc[("firms", "industry", "芯片"), "technology_share"] == 1.0


def test_coverage_by_group_adds_up_to_the_whole(found):
    table = found.group_coverage
    rows = table[(table["table"] == "firms") & (table["by"] == "industry") & (table["subject"] == "ip")]
    # F1 sits in C1, 47.7 m from S1; F2 at C3, 238 m: both within five minutes. F3 has no place and counts as not near.
    near = rows[rows["minutes"] == 5].set_index("group")
    assert near["count"].to_dict() == {"材料": 1.0, "芯片": 1.0} and near["total"].to_dict() == {
        "材料": 2.0,
        "芯片": 1.0,
    }
    assert near["share"].to_dict() == {"材料": 0.5, "芯片": 1.0}
    whole = found.service_coverage
    whole = whole[(whole["group"] == "firms") & (whole["type"] == "ip") & (whole["minutes"] == 5)].iloc[0]
    assert (near["count"].sum(), near["total"].sum()) == (whole["count"], whole["total"])
    # A type without any station is not known; C2 with two industries counts in both.
    assert table.loc[table["subject"] == "quality", "share"].isna().all()
    carriers = table[(table["table"] == "carriers") & (table["by"] == "industry") & (table["subject"] == "创新说")]
    assert carriers.drop_duplicates("group").set_index("group")["total"].fillna(0).to_dict() == {
        "材料": 3.0,
        "芯片": 2.0,
        pd.NA: 1.0,
    }


def test_notices_and_summary(base):
    assert "service-chain-incomplete" in set(base.notices["code"])
    found = json.loads(json.dumps(base.summary, allow_nan=False))["innovation"]
    assert found["places"] == 5 and found["places_not_connected"] == 1 and found["off_belt"] == []
    assert found["core"]["C2"]["within_15min"] == 3
    assert found["one_trip"][0]["chain"]["en"] == "Two stations" and found["one_trip"][0]["tested"] == 4


def test_same_study_same_tables(base, found):
    again = corridor.evaluate(base.study).innovation
    for name in TABLES:
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(found, name)), pd.DataFrame(getattr(again, name)))


def test_stops_that_are_not_there_are_told_together(tmp_path):
    yaml = YAML[: YAML.index("trails:")] + "trails:\n  - {name: x, stops: [C1, 孵化器x, C4, 双]}\n"
    twins = "编号,系列,名称,类别,经度,纬度\nE1,a,双,路演,121.4120,31.2100\nE2,b,双,夜校,121.4110,31.2109\n"
    study = corridor.open_study(write_chain_study(tmp_path / "s", yaml, events=twins))
    with pytest.raises(StudyError) as caught:
        corridor.evaluate(study)
    told = {problem.where: problem for problem in caught.value.problems}
    assert sorted(told) == [f"study.yaml: trails[0].stops[{n}]" for n in (1, 2, 3)]
    assert "孵化器" in told["study.yaml: trails[0].stops[1]"].hint.zh
    assert "has no coordinate" in told["study.yaml: trails[0].stops[2]"].what.en
    assert "E1 (events), E2 (events)" in told["study.yaml: trails[0].stops[3]"].hint.en


def test_a_study_without_records_has_empty_tables_and_the_chain_of_the_map(tmp_path):
    found = corridor.evaluate(corridor.open_study(write_study(tmp_path / "s"))).innovation
    assert found.chain_basis == "osm", "the office building stands for industry"
    for name in TABLES:
        TABLES[name].check(getattr(found, name))
    assert len(found.places) == len(found.links) == len(found.trails) == len(found.one_trip) == 0
    cover = found.chain_coverage.set_index(["stage", "group", "minutes"])
    assert cover.loc[("industry", "buildings", 15), "share"] == 1.0 and pd.isna(
        cover.loc[("rd", "buildings", 15), "share"]
    )
    assert found.service_coverage["share"].isna().all() and found.graph().number_of_nodes() == 0


@pytest.mark.parametrize(
    ("yaml", "told"),
    [
        ("linkage: {decay: {form: cubic}}", "linkage.decay.form"),
        ("service_chains: [{name: x, stations: [ip, ip]}]", "more than once"),
        ("trails: [{name: x, stops: [a]}]", "trails.0.stops"),
        ("trails: [{name: x, stops: [a, a]}]", "more than once"),
    ],
)
def test_settings_are_checked(tmp_path, yaml, told):
    folder = write_study(tmp_path / "s", yaml + "\n")
    with pytest.raises(corridor.errors.ConfigError) as caught:
        corridor.open_study(folder)
    assert told in caught.value.in_("en") and "study.yaml:3" in caught.value.in_("en")


@pytest.mark.slow
def test_a_record_of_which_little_is_known_stops_nothing(tmp_path):
    # The kind is no word of the list, so it has no stage; nothing else is known of it but the place.
    bare = (
        "名称,类别,核心,经度,纬度\n,博物馆,,121.4100,31.2100\n甲,孵化器,,121.4110,31.2100\n乙,园区,,121.4130,31.2100\n"
    )
    yaml = YAML[: YAML.index("trails:")]
    study = corridor.open_study(
        write_chain_study(tmp_path / "a", yaml, carriers=bare, stations="名称\n站\n", events="名称\n会\n")
    )
    found = corridor.evaluate(study, only=["innovation"]).innovation
    for name, table in TABLES.items():
        table.check(getattr(found, name))
    assert set(found.ladder["stage"]) == {"incubation", "rd"} and found.places["stage"].isna().sum() == 1
    assert found.service_coverage["share"].isna().all() and len(found.groups)


def test_the_belt_has_all_of_it(belt_evaluation):
    found = belt_evaluation.innovation
    assert all(len(getattr(found, name)) for name in TABLES)
    assert found.places["is_core"].sum() == 1 and found.places["synthetic"].any()
    walks = found.links.dropna(subset="walk_m")
    assert (walks["walk_m"] * 10 <= walks["cost_dm"] + 0.5).all(), "the shortest way is never longer"
    assert found.trails.geometry.notna().all() and (found.trails["order"] == "exact").all()


def test_check_tells_of_stops_too(tmp_path):
    from typer.testing import CliRunner

    from corridor.cli import app

    yaml = YAML[: YAML.index("trails:")] + "trails:\n  - {name: x, stops: [C1, C9]}\n"
    result = CliRunner().invoke(app, ["check", str(write_chain_study(tmp_path / "s", yaml)), "--lang", "en"])
    assert result.exit_code != 0 and "'C9' is in no table" in result.output


def test_a_part_left_out_has_empty_tables(base, found):
    part = corridor.evaluate(base.study, only={"isochrones"}).innovation
    for name, table in TABLES.items():
        frame = getattr(part, name)
        table.check(frame)
        assert len(frame) == 0 and set(frame.columns) == set(getattr(found, name).columns)
    alone = corridor.evaluate(base.study, only={"innovation"}).innovation
    pd.testing.assert_frame_equal(pd.DataFrame(alone.places), pd.DataFrame(found.places))
    pd.testing.assert_frame_equal(alone.chain_coverage, found.chain_coverage)
