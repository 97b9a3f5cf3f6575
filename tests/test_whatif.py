"""Scenarios evaluated by what they change: equal to the full evaluation, and as a planner would expect."""

import json
import pickle
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from whatif_town import write_town

import corridor
from corridor.evaluation import Evaluation
from corridor.scenarios import Baseline, Result, apply, check, indicators_of, read_scenarios, scenario

CLOSED = {"op": "close_street", "name": "Main Road"}
HOUSE = {"op": "add_building", "use": "residential", "at": [121.4118, 31.2102], "area_m2": 200, "residents": 50}
# Edits that can be made together in any choice: no two of one thing.
ADD = (
    {"op": "add_carrier", "name": "q", "kind": "poc", "floor_area_m2": 900, "at": [121.4118, 31.21]},
    {"op": "add_amenity", "category": "food.conv", "at": [121.4125, 31.21]},
    {"op": "add_station", "type": "quality", "at": [121.4125, 31.21]},
    {"op": "add_firms", "into": "C1", "count": 3},
    {"op": "add_open_space", "kind": "park", "at": [121.4103, 31.2097], "area_m2": 2500},
    {"op": "add_street", "line": [[121.4112, 31.21], [121.4124, 31.2104], [121.4130, 31.2102]]},
    {"op": "add_crossing", "line": [[121.4112, 31.2100], [121.4112, 31.2090]], "wait_s": 20},
    {"op": "open_gate", "name": "中门"},
    {"op": "open_gate", "name": "园门"},
    {"op": "open_gate", "name": "西门", "hours": "Mo-Su 06:00-19:00"},
    {
        "op": "add_open_space",
        "kind": "garden",
        "at": [121.4116, 31.2094],
        "area_m2": 900,
        "entrances": [[121.4118, 31.2094]],
    },
    HOUSE,
)
CLOSE = (
    CLOSED,
    {"op": "close_gate", "name": "东门"},
    {"op": "remove_crossing", "id": "way/103"},
    {"op": "remove_amenity", "name": "社区食堂"},
    {"op": "remove_open_space", "name": "广场"},
    {"op": "remove_building", "id": "way/204"},
)
MOVE = (
    {"op": "move_station", "id": "S1", "to": [121.4129, 31.2101]},
    {"op": "move_carrier", "id": "C3", "to": [121.4111, 31.2101]},
    {"op": "move_firms", "id": "F3", "into": "C2"},
    {"op": "move_building", "id": "way/202", "to": [121.4112, 31.2106]},
    {"op": "move_amenity", "name": "夜店", "to": [121.4101, 31.2101]},
    {"op": "change_open_space", "name": "草坪", "kind": "square"},
    {"op": "change_carrier", "id": "C2", "entrances": [[121.4119, 31.2096], [121.4130, 31.2101]]},
    {"op": "change_building", "id": "way/203", "entrances": [[121.4119, 31.2093]]},
    {"op": "change_amenity", "name": "药店", "entrances": [[121.4086, 31.2099], [121.4085, 31.2105]]},
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The town, ready for scenarios."""
    return Baseline.build(corridor.open_study(write_town(tmp_path_factory.mktemp("whatif"))))


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


def test_the_empty_scenario_is_the_baseline(base):
    for result in (base.run(resolved(base)), base.run_full(resolved(base))):
        assert result.indicators["value"].equals(base.indicators["value"])
        assert (result.indicators["change"].fillna(0) == 0).all() and result.changes.empty
    assert indicators_of(base.evaluation).equals(base.indicators)


def test_rows_travel_as_json(base):
    result = base.run(resolved(base, CLOSED, HOUSE))
    again = Result.from_rows(json.loads(json.dumps(result.rows(), allow_nan=False)), base.indicators)
    assert_same(again, result)
    assert (again.id, again.names, again.cost) == (result.id, result.names, result.cost)


def test_a_baseline_travels_to_workers(base):
    one = resolved(base, CLOSED)
    assert_same(pickle.loads(pickle.dumps(base)).run(one), base.run(one))


def test_a_baseline_is_built_from_its_indicators(base):
    """A batch that goes on does not evaluate the study again."""
    again = Baseline.build(base.study, known=base.indicators)
    assert again.indicators.equals(base.indicators) and not isinstance(again.evaluation, Evaluation)
    for one in (resolved(base, CLOSED, HOUSE), resolved(base, *MOVE)):
        assert_same(again.run(one), base.run(one))


def test_people_a_planner_gives_are_used(base):
    before = base.indicators.loc["people.residents", "value"]
    added = base.run(resolved(base, HOUSE))
    assert added.indicators.loc["people.residents", "value"] == before + 50
    changed = base.run(resolved(base, {"op": "change_building", "id": "way/201", "residents": 7}))
    own = base.evaluation.buildings.loc["way/201", "residents"]
    assert changed.indicators.loc["people.residents", "value"] == pytest.approx(before - own + 7)


def test_who_loses_by_a_closed_street(base):
    """The inn b6 loses the green beyond the crossing: one of five things of life, and life is a quarter of the score."""
    result = base.run(resolved(base, {"op": "close_street", "id": "way/110", "cost": 10}))
    assert result.changes.index.tolist() == ["way/206"] and result.changes["change"].tolist() == [-5.0]
    assert result.gain["lose"]["buildings"] == 1 and result.gain["gain"]["buildings"] == 0
    assert list(result.gain["by_street"]) == ["West Road"] and list(result.gain["by_side"]) == ["north"]
    people = result.changes[["residents", "workers"]].sum().sum()
    assert result.gain["points"] == -5.0 * people and result.gain["per_cost"] == -5.0 * people / 10
    assert result.gain["by_street"]["West Road"]["points"] == result.gain["by_side"]["north"]["points"] == -5.0 * people
    assert [row["building_id"] for row in result.gain["largest"]] == ["way/206"]


BETTER = ("score.", "coverage.", "open_space.residents", "open_space.workers")


def better(codes):
    """Return which indicators are the better the higher they are."""
    return codes.str.startswith(BETTER) & ~codes.str.endswith("_without")


def rises(one, other):
    """Whether no score and no share falls from one result to the other; missing before or after is told by neither."""
    before, after = (r.indicators["value"][better(r.indicators.index)] for r in (one, other))
    return bool(((after - before).dropna() >= 0).all())


def told(result):
    """Return all that a result holds, as bytes, but its names and how it was found."""
    head, *rows = result.rows()
    return json.dumps([{key: head[key] for key in ("cost", "gain")}, *rows], ensure_ascii=False).encode()


class Planner(RuleBasedStateMachine):
    """Adds, closes, moves and takes back; what a choice of edits gives does not depend on what ran before it."""

    base: Baseline

    def __init__(self):
        super().__init__()
        self.made: list[dict] = []
        self.seen = [told(self.run())]

    def run(self, full=False):
        one = resolved(self.base, *self.made)
        return self.base.run_full(one) if full else self.base.run(one)

    def make(self, edit):
        if edit not in self.made:
            self.made.append(edit)
            self.seen.append(told(self.run()))

    @rule(edit=st.sampled_from(ADD))
    def add(self, edit):
        self.make(edit)

    @rule(edit=st.sampled_from(CLOSE))
    def close(self, edit):
        self.make(edit)

    @rule(edit=st.sampled_from(MOVE))
    def move(self, edit):
        self.make(edit)

    @precondition(lambda self: self.made)
    @rule()
    def undo(self):
        self.made.pop()
        self.seen.pop()
        assert told(self.run()) == self.seen[-1]

    def teardown(self):
        result = self.run()
        assert_same(result, self.run(full=True))
        assert told(self.run_shuffled()) == told(result)
        self.made.clear()
        assert told(self.run()) == self.seen[0]

    def run_shuffled(self):
        return self.base.run(resolved(self.base, *self.made[::-1]))


def test_adding_closing_moving_and_undoing_in_any_order_equals_the_full_evaluation(base):
    machine = type("Here", (Planner,), {"base": base})
    run_state_machine_as_test(machine, settings=settings(max_examples=3, stateful_step_count=6, deadline=None))


# Whoever brings people changes what shares are shares of.
GOOD = (
    *(edit for edit in ADD if edit["op"] not in ("add_building", "add_firms")),
    {"op": "add_street", "line": [[121.4121, 31.21], [121.4124, 31.2103], [121.4128, 31.21]]},
    {"op": "add_carrier", "name": "q", "kind": "lab", "at": [121.4128, 31.21]},
)
BAD = tuple(edit for edit in CLOSE if edit["op"] != "remove_building")


@settings(max_examples=4)
@given(st.sets(st.sampled_from(range(len(GOOD))), min_size=1), st.sets(st.sampled_from(range(len(BAD))), min_size=1))
def test_adding_never_worsens_and_closing_never_improves(base, good, bad):
    """The second street crosses a lawn that lies open along its edge: who stepped in there still does."""
    today = base.run(resolved(base))
    more = base.run(resolved(base, *(GOOD[n] for n in sorted(good))))
    both = base.run(resolved(base, *(GOOD[n] for n in sorted(good)), *(BAD[n] for n in sorted(bad))))
    assert rises(today, more) and rises(both, more)
    assert rises(base.run(resolved(base, *(BAD[n] for n in sorted(bad)))), today)


def removals(study):
    """Return the edits that leave nothing to walk to."""
    kinds = {"amenity": "amenities", "open_space": "open_space", "station": "stations", "carrier": "carriers"}
    return {
        kind: [{"op": f"remove_{kind}", "id": str(id_)} for id_ in getattr(study, table).index]
        for kind, table in kinds.items()
    }


@pytest.mark.parametrize("kind", ["station", "carrier", "amenity", "all"])
def test_the_last_of_a_kind_taken_away_leaves_none_in_reach_and_lifts_no_score(base, kind):
    """What the baseline has data of is known to be gone; it is no gap in the data."""
    gone = removals(base.study)
    edits = [edit for name in gone if kind in (name, "all") for edit in gone[name]]
    result = base.run(resolved(base, *edits))
    assert_same(result, base.run_full(resolved(base, *edits)))
    before, after = base.indicators["value"], result.indicators["value"]
    shares = before.index.str.match(r"coverage|by_time|open_space|services|one_trip\.\d+\.share") & before.notna()
    assert after[shares].notna().all()
    assert not result.gain["gain"]["buildings"] and not result.gain["gain"]["firms"]
    assert (after[better(before.index)] <= before[better(before.index)]).dropna().all()
    edited = corridor.evaluate(apply(base.study, resolved(base, *edits)), baseline=base.evaluation).category_table
    emptied = edited.index[edited["has_data"] & (edited["n_opportunities"] == 0)]
    assert len(emptied) and edited["scored"].equals(base.evaluation.category_table["scored"])
    kinds = product(("area", "corridor"), ("residents", "workers"), emptied)
    of_emptied = {f"coverage.{place}.{who}.{code}" for place, who, code in kinds}
    assert (after[shares & before.index.isin(of_emptied)] == 0).all()
    if kind in ("station", "all"):
        assert (after[shares & before.index.str.match("services|one_trip")] == 0).all()


def test_the_first_of_a_kind_is_in_reach_and_lowers_no_score(base):
    """A category that the baseline has no data of is not scored in its scenarios either; its own shares tell."""
    today = base.run(resolved(base))
    lacking = base.evaluation.category_table.index[~base.evaluation.category_table["has_data"]]
    assert len(lacking)
    for code in lacking[:3]:
        edit = {"op": "add_amenity", "category": code, "at": [121.4125, 31.21]}
        result = base.run(resolved(base, edit))
        assert_same(result, base.run_full(resolved(base, edit)))
        assert rises(today, result) and result.changes.empty
        assert result.indicators.loc[f"coverage.area.residents.{code}", "value"] > 0


def test_a_trail_says_which_of_its_stops_a_scenario_takes_away(base):
    after = corridor.evaluate(apply(base.study, resolved(base, {"op": "remove_carrier", "id": "C3"})), baseline=base.evaluation)  # fmt: skip
    lost = after.notices[after.notices["code"] == "trail-lost-stop"]
    assert lost["value"].tolist() == ["C3"] and lost["what_en"].str.contains("Short").all()
    trails = after.innovation.trails
    assert trails["walk_s"].isna().tolist() == [True, False] and trails.geometry.isna().tolist() == [True, False]


@pytest.mark.slow(40)
def test_all_bundled_scenarios_equal_the_full_evaluation(belt, belt_study, belt_evaluation):
    study, found = belt_study, Baseline.build(belt_study, belt_evaluation)
    seen = set()
    for one in check(study, found.evaluation.network, read_scenarios(belt / "scenarios.yaml")):
        kinds = tuple(target.edit.op for target in one.targets)
        # Of a sweep the first member stands for all.
        if kinds in seen:
            continue
        seen.add(kinds)
        result = found.run(one)
        assert_same(result, found.run_full(one))
        assert result.nodes_settled * 20 < result.nodes_full
    far = study.amenities.to_crs(4326).geometry.loc[study.amenities.distance(study.area).idxmax()]
    edit = {"op": "add_amenity", "category": "food.conv", "at": [far.x, far.y]}
    unreached = found.run(resolved(found, edit))
    assert unreached.indicators["value"].equals(found.indicators["value"]) and unreached.changes.empty
