"""Scenarios evaluated by what they change: equal to the full evaluation, and as a planner would expect."""

import json
import pickle

import numpy as np
import pytest
from chain_study import write_chain_study
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corridor
from corridor.network import build_network
from corridor.network.difference import difference
from corridor.scenarios import Baseline, Result, apply, check, indicators_of, read_scenarios, scenario
from corridor.scenarios._closing import Closing

EDITS = {
    "add_carrier": {"op": "add_carrier", "name": "q", "kind": "poc", "floor_area_m2": 900, "at": [121.4118, 31.21]},
    "remove_carrier": {"op": "remove_carrier", "id": "C4"},
    "move_carrier": {"op": "move_carrier", "id": "C4", "to": [121.4112, 31.2101]},
    "change_carrier": {"op": "change_carrier", "id": "C2", "stage": "transfer", "floor_area_m2": 9000},
    "add_amenity": {"op": "add_amenity", "category": "food.conv", "at": [121.4125, 31.21]},
    "remove_amenity": {"op": "remove_amenity", "at": [121.4115, 31.2101]},
    "move_amenity": {"op": "move_amenity", "at": [121.4115, 31.2101], "to": [121.4101, 31.2101]},
    "change_amenity": {"op": "change_amenity", "at": [121.4115, 31.2101], "category": "food.conv"},
    "add_station": {"op": "add_station", "type": "quality", "at": [121.4125, 31.21]},
    "remove_station": {"op": "remove_station", "id": "S1"},
    "move_station": {"op": "move_station", "id": "S1", "to": [121.4129, 31.2101]},
    "change_station": {"op": "change_station", "id": "S1", "type": "talent"},
    "add_firms": {"op": "add_firms", "into": "C1", "count": 3},
    "remove_firms": {"op": "remove_firms", "id": "F3"},
    "move_firms": {"op": "move_firms", "id": "F3", "into": "C1"},
    "change_firms": {"op": "change_firms", "id": "F1", "industry": "材料"},
    "add_open_space": {"op": "add_open_space", "kind": "park", "at": [121.4123, 31.2103], "area_m2": 6000},
    "add_building": {"op": "add_building", "use": "residential", "at": [121.4118, 31.2102], "area_m2": 200, "residents": 50},
    "remove_building": {"op": "remove_building", "id": "way/201"},
    "move_building": {"op": "move_building", "id": "way/202", "to": [121.4112, 31.2106]},
    "change_building": {"op": "change_building", "id": "way/202", "workers": 5},
    "add_street": {"op": "add_street", "line": [[121.4105, 31.21], [121.4108, 31.2106], [121.411, 31.2109]]},
    "close_street": {"op": "close_street", "name": "Main Road"},
    "renew_street": {"op": "renew_street", "name": "Main Road", "trees": 9},
    "add_crossing": {"op": "add_crossing", "line": [[121.4105, 31.21], [121.411, 31.2106]]},
}  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The toy town with records, ready for scenarios."""
    return Baseline.build(corridor.open_study(write_chain_study(tmp_path_factory.mktemp("whatif"))))


def resolved(base, *edits, name="s"):
    return check(base.study, base.evaluation.network, [scenario(name, *edits)])[0]


def assert_same(one: Result, other: Result):
    """Every indicator, every changed building and every gain, to the last bit."""
    left, right = (r.indicators["value"].to_numpy(dtype=float, na_value=np.nan) for r in (one, other))
    differ = one.indicators.index[~((left == right) | (np.isnan(left) & np.isnan(right)))].tolist()
    assert differ == []
    assert one.indicators.equals(other.indicators)
    assert one.changes.equals(other.changes)
    assert one.gain == other.gain


@pytest.mark.parametrize("op", EDITS)
def test_every_edit_equals_the_full_evaluation(base, op):
    one = resolved(base, EDITS[op])
    assert_same(base.run(one), base.run_full(one))


def test_the_empty_scenario_is_the_baseline(base):
    for result in (base.run(resolved(base)), base.run_full(resolved(base))):
        assert result.indicators["value"].equals(base.indicators["value"])
        assert (result.indicators["change"].fillna(0) == 0).all() and result.changes.empty
    assert indicators_of(base.evaluation).equals(base.indicators)


def test_rows_travel_as_json(base):
    result = base.run(resolved(base, EDITS["close_street"], EDITS["add_building"]))
    again = Result.from_rows(json.loads(json.dumps(result.rows(), allow_nan=False)), base.indicators)
    assert_same(again, result)
    assert (again.id, again.names, again.cost) == (result.id, result.names, result.cost)


def test_a_baseline_travels_to_workers(base):
    one = resolved(base, EDITS["close_street"])
    assert_same(pickle.loads(pickle.dumps(base)).run(one), base.run(one))


def test_people_a_planner_gives_are_used(base):
    before = base.indicators.loc["people.residents", "value"]
    added = base.run(resolved(base, EDITS["add_building"]))
    assert added.indicators.loc["people.residents", "value"] == before + 50
    changed = base.run(resolved(base, {"op": "change_building", "id": "way/201", "residents": 7}))
    assert changed.indicators.loc["people.residents", "value"] == 7


def test_who_loses_by_a_closed_street(base):
    """Home and office each lose 5 points: the park, at the far end, is out of reach of the one, the lab of the other."""
    result = base.run(resolved(base, {**EDITS["close_street"], "cost": 10}))
    assert result.changes["change"].tolist() == [-5.0, -5.0]
    assert result.gain["lose"]["buildings"] == 2 and result.gain["gain"]["buildings"] == 0
    assert list(result.gain["by_street"]) == ["Main Road"] and "north" in result.gain["by_side"]
    residents = result.changes["residents"].sum()
    assert result.gain["points"] == -5.0 * residents and result.gain["per_cost"] == -5.0 * residents / 10
    assert [row["building_id"] for row in result.gain["largest"]] == ["way/201", "way/202"]


ADDS = [EDITS[op] for op in ("add_carrier", "add_amenity", "add_station", "add_street", "add_open_space")]
OTHERS = [EDITS[op] for op in ("close_street", "move_station", "remove_amenity", "add_building", "move_carrier", "add_firms")]  # fmt: skip
BETTER = ("score.", "coverage.")


def rises(result, sign):
    change = result.indicators["change"]
    mine = change[change.index.str.startswith(BETTER)].dropna() * sign
    return (mine >= 0).all()


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(ADDS + OTHERS), max_size=4, unique_by=lambda edit: edit["op"]), st.randoms())
def test_any_edits_in_any_order_equal_the_full_evaluation(base, edits, rng):
    shuffled = rng.sample(edits, len(edits))
    one = resolved(base, *edits)
    result = base.run(one)
    assert_same(result, base.run_full(one))
    assert_same(base.run(resolved(base, *shuffled)), result)
    # Undo: whatever ran, the next empty scenario is the baseline.
    assert base.run(resolved(base)).indicators["value"].equals(base.indicators["value"])


def test_adding_where_there_was_something_never_worsens(base):
    """Streets, stations and carriers of kinds the town has: a new kind would be scored anew, and may lower a score."""
    edits = (
        {"op": "add_street", "line": [[121.4105, 31.21], [121.4108, 31.2106], [121.411, 31.2109]]},
        {"op": "add_station", "type": "ip", "at": [121.4125, 31.21]},
        {"op": "add_carrier", "name": "q", "kind": "lab", "at": [121.4128, 31.21]},
    )
    for number in range(1, len(edits) + 1):
        assert rises(base.run(resolved(base, *edits[:number])), 1)


def test_closing_never_improves(base):
    for edit in ({"op": "close_street", "name": "Main Road"}, {"op": "close_street", "name": "North Lane"}):
        assert rises(base.run(resolved(base, edit)), -1)


@pytest.mark.slow
def test_all_bundled_scenarios_equal_the_full_evaluation(belt):
    study = corridor.open_study(belt)
    found = Baseline.build(study)
    seen = set()
    for one in check(study, found.evaluation.network, read_scenarios(belt / "scenarios.yaml")):
        kinds = tuple(target.edit.op for target in one.targets)
        # Of a sweep the first member stands for all.
        if kinds in seen and not kinds[0].startswith("renew"):
            continue
        seen.add(kinds)
        result = found.run(one)
        assert_same(result, found.run_full(one))
        assert result.nodes_settled * 20 < result.nodes_full
    far = study.amenities.to_crs(4326).geometry.loc[study.amenities.distance(study.area).idxmax()]
    edit = {"op": "add_amenity", "category": "food.conv", "at": [far.x, far.y]}
    unreached = found.run(resolved(found, edit))
    assert unreached.indicators["value"].equals(found.indicators["value"]) and unreached.changes.empty


def test_closing_whole_edges_needs_no_new_network(base):
    """The edit is that between the two networks; a stretch that ends inside an edge is none of it."""
    network = base.evaluation.network
    closing = Closing(network)
    streets = base.study.streets
    for id_ in streets.index[streets["walk"] != "none"]:
        one = resolved(base, {"op": "close_street", "id": id_})
        after = apply(base.study, one)
        built = build_network(after.streets, after.gates, **after.config.walker.network())
        edit, whole = closing.edit(one.targets), difference(network, built)[0]
        assert edit is not None and (edit.gone, edit.added, edit.spots) == (whole.gone, whole.added, whole.spots)
        for edge in edit.gone:
            for offset in range(0, int(network.edges["length_dm"].iloc[edge]) + 1, 7):
                assert edit.found_again(edge, offset) == whole.found_again(edge, offset)
    part = {"op": "close_street", "name": "Main Road", "between": [[121.4112, 31.2101], [121.4113, 31.2101]]}
    assert closing.edit(resolved(base, part).targets) is None
    assert_same(base.run(resolved(base, part)), base.run_full(resolved(base, part)))
