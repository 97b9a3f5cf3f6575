"""Public open space: covered, left out, shared out, and one more gate; worked by hand on `street_world`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from street_world import PEOPLE, points, world

from corridor import access, schemas
from corridor.indicators import open_space, people
from corridor.indicators.street import appearance
from corridor.indicators.street.survey import placed
from corridor.network import Placer, build_network
from corridor.streets import build_segments


@pytest.fixture(scope="module")
def street():
    return world()


@pytest.fixture(scope="module")
def tables(street):
    study, network, segments, buildings = street
    return open_space.tables(segments, study, network, buildings)


def test_tables_are_as_declared(tables):
    for name in ("coverage", "buildings", "left_out", "streets", "gates"):
        schemas.TABLES[f"open_space_{name}"].check(tables[name])


def test_walks_to_the_gate(tables):
    # A: 10 off the street, 200 to the lane, 100 along it; B: 10 + 140 + 100; C: 10 + 70 + 150 + 100; D: 60 + 250 + 100
    assert tables["buildings"]["walk_m"].tolist()[:3] == [310, 250, 330]
    assert tables["buildings"]["left_out"].tolist() == [False, False, False, True]


def test_coverage_of_residents_and_workers(tables):
    rows = tables["coverage"].set_index("group")
    assert rows.loc["residents", "share"] == pytest.approx(30 / 38) and rows.loc["residents", "left_out"] == 8
    assert rows.loc["workers", "share"] == 1
    assert rows["met"].tolist() == [False, True]


def test_supply_is_shared_among_those_in_reach(tables):
    # 900 m² for A, B and C: 60 people
    assert tables["buildings"]["m2_per_person"].tolist() == [15, 15, 15, 0]


def test_of_a_space_that_can_be_used_in_part_only_that_is_shared_out(street):
    study, network, segments, buildings = street
    half = study.open_space.assign(capacity_m2=pd.array([450.0] * len(study.open_space), "Float64"))
    tables = open_space.tables(segments, type(study)(**{**vars(study), "open_space": half}), network, buildings)
    assert tables["buildings"]["m2_per_person"].tolist() == [7.5, 7.5, 7.5, 0]
    # D works and lives alone and has none.
    people_ = (tables["buildings"]["residents"] + tables["buildings"]["workers"]).astype(float)
    assert open_space.per_head(tables["buildings"]) == pytest.approx(7.5 * people_.iloc[:3].sum() / people_.sum())


def test_who_is_left_out_and_where(tables, street):
    segments = street[2]
    first = tables["left_out"].iloc[0]
    assert segments.segments.loc[tables["left_out"].index[0], "order"] == 1
    assert (first["residents"], first["residents_left_out"], first["share_left_out"]) == (18, 8, pytest.approx(8 / 18))
    assert first["m2_per_person"] == pytest.approx(10 * 15 / 18, abs=1e-3)
    main = tables["streets"].set_index("street").loc["Main"]
    assert (main["residents"], main["residents_left_out"]) == (38, 8)
    assert tables["left_out"][["residents", "workers"]].sum().tolist() == [38, 30]


def test_one_more_gate_equals_evaluating_again_with_it(tables, street):
    study, network, _, buildings = street
    gates = tables["gates"]
    best = gates.iloc[0]
    assert best["source_id"] == "garden" and best["change"] == "first"
    assert (best["residents"], best["workers"], best["people"]) == (8, 0, 8)
    assert gates["best"].sum() == gates["source_id"].nunique()
    before = open_space.coverage(open_space.reach(study, Placer(network, 150.0), buildings)).set_index("group")["count"]
    for point, gain in zip(gates.geometry, gates["residents"], strict=True):
        opened, *_ = world(
            open_space=study.open_space.assign(walk="public"),
            gates=points("gate_id", {"new": (point.x, point.y)}, passage="open", barrier="gate"),
        )
        after = open_space.coverage(open_space.reach(opened, Placer(network, 150.0), buildings)).set_index("group")[
            "count"
        ]
        assert after["residents"] - before["residents"] == gain


def test_candidates_are_on_the_fence_near_a_street_and_not_beside_a_gate(street):
    study, network, *_ = street
    found = open_space.candidates(study, open_space.doors(study, Placer(network, 150)))
    streets = study.streets.geometry.union_all()
    shapes = study.open_space.geometry
    for one, point in zip(found["source_id"], found.geometry, strict=True):
        assert shapes[one].boundary.distance(point) < 0.01 and streets.distance(point) <= open_space.GATE_STREET_M
    # of the park's fence only (115, 270) and its like are 25 m from the lane and more than 20 m from the gate
    park = found[found["source_id"] == "park"]
    assert set(park["change"]) == {"more"} and {(p.x, p.y) for p in park.geometry} == {(115.0, 270.0)}
    assert set(found.loc[found["source_id"] == "garden", "change"]) == {"first"}
    assert shapely.distance(shapes["garden"], streets) == 20


def test_no_open_space_at_all(street):
    study, network, segments, buildings = street
    bare, *_ = world(open_space=study.open_space.iloc[:0])
    found = open_space.tables(segments, bare, network, buildings)
    assert found["coverage"]["count"].tolist() == [0, 0] and found["gates"].empty
    assert found["buildings"]["left_out"].all()
    for name, table in found.items():
        schemas.TABLES[f"open_space_{name}"].check(table)


def test_small_and_private_spaces_do_not_count(street):
    study = street[0]
    small, *_ = world(open_space=study.open_space.assign(area_m2=[399.0, 625.0]))
    assert open_space.spaces(study).index.tolist() == ["park"] and open_space.spaces(small).empty


def test_a_building_off_the_network_is_not_counted(street):
    study, network, segments, buildings = street
    far = buildings.copy()
    far.loc["D", "geometry"] = shapely.box(5000, 5000, 5010, 5010)
    found = open_space.tables(segments, study, network, far)
    assert found["coverage"]["total"].tolist() == [30, 30]
    assert pd.isna(found["buildings"].loc["D", "left_out"]) and pd.isna(found["buildings"].loc["D", "m2_per_person"])
    assert sum(row[2] for row in PEOPLE.values()) == 38


def test_shares_and_people_stay_in_bounds_whatever_the_fractions():
    """Where all who are not covered are unknown, nobody is left out: not minus a rounding."""
    rng = np.random.default_rng(7)
    for _ in range(60):
        index = pd.RangeIndex(40).astype(str).rename("building_id")
        people = pd.DataFrame(rng.uniform(0, 300, (40, 2)), index=index, columns=list(open_space.GROUPS))
        walk = pd.Series(rng.uniform(0, 4000, 40), index=index).where(rng.random(40) < 0.5)
        yes, no = pd.Series(True, index=index), pd.Series(False, index=index)
        origins = pd.DataFrame(index=index)
        found = open_space.Reach(people, origins, origins, walk, yes, no, 4000)
        table = open_space.coverage(found)
        schemas.TABLES["open_space_coverage"].check(table)
        assert table["left_out"].tolist() == [0, 0] and table["share_high"].tolist() == [1, 1]


@pytest.mark.slow
def test_the_belt(belt_study):
    study = belt_study
    network = build_network(study.streets, study.gates, **study.config.walker.network())
    buildings = study.buildings.join(people.floor_area(study.buildings, study.config.people))
    buildings = buildings.join(people.people(buildings, study.config.people))
    place = Placer(network, study.config.walker.snap_m)
    found = open_space.reach(study, place, buildings)
    gates = open_space.gates(study, place, found)
    before = open_space.coverage(found)["count"].sum()
    for number in (0, 5, len(gates) - 1):
        gate = gates.iloc[[number]]
        new = place(gate.geometry).assign(kind="all", source_id=gate["source_id"], area_m2=gate["area_m2"])
        walk = access.nearest(
            network,
            found.origins,
            pd.concat([found.doors, new]),
            cutoff_dm=found.cutoff_dm,
            by="kind",
            categories=["all"],
        )["all"]
        after = open_space.coverage(replace(found, walk_dm=walk.where(found.connected)))["count"].sum()
        assert after - before == pytest.approx(gate["people"].iloc[0], abs=1e-6)
    segments = build_segments(study, network)
    survey = placed(segments, study)
    assert not survey.notices and len(survey.photos) == 1
    schemas.SURVEY.check(study.survey)
    values, basis = appearance.table(segments, study)
    corridor = segments.segments.index[segments.segments["role"] == "corridor"]
    whole = [code for code in values if "." not in code]
    assert values.loc[corridor, whole].notna().all().all()
    assert set(basis.loc[corridor, whole].stack()) == {"synthetic"}
