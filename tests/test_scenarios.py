"""Scenario files: what they say, what they mean in a study, and every fault told at once."""

import dataclasses
import json
import re

import geopandas as gpd
import pytest
import shapely
from toy import write_study
from typer.testing import CliRunner

import corridor
from corridor.cli import app
from corridor.errors import ConfigError
from corridor.indicators import place
from corridor.network import build_network
from corridor.scenarios import apply, check, read_scenarios, resolve, scenario

GATE = (
    '<node id="41" version="1" lon="121.4120" lat="31.2100"><tag k="barrier" v="gate"/><tag k="name" v="东门"/></node>'
)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """The toy town, its network, and its folder."""
    folder = write_study(tmp_path_factory.mktemp("town"))
    study = corridor.open_study(folder)
    return study, build_network(study.streets, study.gates), folder


def written(folder, text, name="scenarios.yaml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_bundled_scenarios_are_possible_and_recognisable(belt, belt_study):
    study = belt_study
    scenarios = read_scenarios(belt / "scenarios.yaml")
    resolved = check(study, build_network(study.streets, study.gates), scenarios)
    assert len(resolved) >= 8
    ops = {edit.op for one in scenarios for edit in one.edits}
    assert {"open_gate", "add_station", "renew_street", "add_open_space", "add_street", "close_street", "add_carrier", "add_building"} <= ops  # fmt: skip
    assert all(re.search("[\u4e00-\u9fff]", one.name.zh) and one.name.en.isascii() for one in scenarios)
    edited = {one.scenario.name.en: apply(study, one) for one in resolved}
    assert len(edited["A new incubator"].carriers) == len(study.carriers) + 1
    assert edited["Lixi Road closed for works"].streets["closed"].notna().sum() == 1
    park = edited["Pocket park on Anhua Road"].open_space
    assert park["area_m2"].sum() == pytest.approx(study.open_space["area_m2"].sum() + 900)
    housing = edited["Talent housing with a canteen"].buildings
    new = housing.loc[housing.index.difference(study.buildings.index)]
    assert new["use"].tolist() == ["residential"] and new["in_area"].all()


def test_equal_edits_are_one_scenario_with_both_names(tmp_path):
    one = "- {op: add_station, type: ip, at: [121.411, 31.21]}"
    path = written(tmp_path, f"scenarios:\n- name: a\n  edits: [{one[2:]}]\n- name: b\n  edits: [{one[2:]}]\n")
    (found,) = read_scenarios(path)
    assert [name.zh for name in found.names] == ["a", "b"]
    assert found.id == scenario("c", {"op": "add_station", "type": "ip", "at": [121.411, 31.21]}).id


def test_json_is_read_like_yaml(tmp_path):
    content = {"scenarios": [{"name": "a", "edits": [{"op": "close_gate", "name": "东门"}]}]}
    path = written(tmp_path, json.dumps(content, ensure_ascii=False), "s.json")
    assert read_scenarios(path)[0].edits[0].name == "东门"


def test_sweeps(tmp_path):
    options = "".join(f"    - {{edits: [{{op: remove_station, id: S{n}}}]}}\n" for n in range(5))
    text = (
        "scenarios:\n"
        "- name: m\n  matrix: {t: [ip, ai], c: [1, 2, 3]}\n"
        "  edits: [{op: add_station, type: '${t}', capacity: '${c}', at: [121.411, 31.21]}]\n"
        f"- name: c\n  choose: 2\n  of:\n{options}"
        f"- name: d\n  draw: {{n: 7, seed: 3, k: [1, 2]}}\n  of:\n{options}"
    )
    found = read_scenarios(written(tmp_path, text))
    by_name = [one.name.zh[0] for one in found]
    assert by_name.count("m") == 6 and by_name.count("c") == 10
    assert {one.edits[0].capacity for one in found[:6]} == {1.0, 2.0, 3.0}
    drawn = [one for one in found if any(name.zh.startswith("d") for name in one.names)]
    assert len(drawn) == 7
    assert [one.id for one in read_scenarios(written(tmp_path, text))] == [one.id for one in found]


def test_values_of_a_sweep_bear_their_names(tmp_path):
    text = (
        "scenarios:\n- name: {zh: 设站, en: Station}\n"
        "  matrix:\n    t: [{name: {zh: 知识产权, en: IP}, value: ip}, ai]\n"
        "    p: [{name: {zh: 路口, en: corner}, value: [121.411, 31.21]}, [121.412, 31.21]]\n"
        "  edits: [{op: add_station, type: '${t}', at: '${p}'}]\n"
    )
    found = read_scenarios(written(tmp_path, text))
    assert [one.name.zh for one in found] == [
        "设站：知识产权、路口",
        "设站：知识产权、p 2",
        "设站：t=ai、路口",
        "设站：t=ai、p 2",
    ]
    assert found[0].name.en == "Station: IP, corner" and found[0].edits[0].at == (121.411, 31.21)
    with pytest.raises(ConfigError, match="value"):
        read_scenarios(
            written(
                tmp_path,
                "scenarios:\n- name: a\n  matrix: {t: [{name: x, valu: ip}]}\n  edits: [{op: add_station, type: '${t}', at: [121.411, 31.21]}]\n",
            )
        )


FAULTS = {
    "unknown op": ("[{op: open_gat, id: x}]", ":3:", "open_gate"),
    "no op": ("[{id: x}]", ":3:", "op"),
    "unknown key": ("[{op: open_gate, idd: x}]", ":3:", "idd"),
    "wrong type": ("[{op: add_station, type: ipp, at: [121.411, 31.21]}]", ":3:", "ip"),
    "two ways to say which": ("[{op: open_gate, id: x, name: y}]", ":3:", "id, name, at"),
    "nothing to change": ("[{op: change_station, id: x}]", ":3:", "capacity"),
    "a speed limit on foot": ("[{op: add_street, line: [[121.411, 31.21], [121.412, 31.21]], speed_kmh: 30}]", ":3:", "footway"),
    "a speed limit on what becomes a footway": ("[{op: change_street, name: North Lane, highway: footway, speed_kmh: 30}]", ":3:", "footway"),
    "unknown id": ("[{op: close_street, id: way/1010}]", ":3:", "way/101"),
    "unknown street": ("[{op: close_street, name: Mein Road}]", ":3:", "Main Road"),
    "unknown category": ("[{op: add_amenity, category: food.konv, at: [121.411, 31.21]}]", ":3:", "food.conv"),
    "category of another kind": ("[{op: add_amenity, category: station.ip, at: [121.411, 31.21]}]", ":3:", "add_station"),
    "swapped coordinates": ("[{op: add_station, type: ip, at: [31.21, 121.411]}]", ":3:", "longitude"),
    "far outside": ("[{op: add_station, type: ip, at: [120.0, 31.21]}]", ":3:", "outside the map data"),
    "street of no length": ("[{op: add_street, line: [[121.411, 31.21], [121.411, 31.21]]}]", ":3:", "no length"),
    "street joined to nothing": ("[{op: add_street, line: [[121.4118, 31.2106], [121.4119, 31.2107]]}]", ":3:", "meets no walkable street"),
    "nothing near": ("[{op: open_gate, at: [121.4115, 31.21]}]", ":3:", "within 60 m"),
    "contradiction": ("[{op: close_street, id: way/101}, {op: change_street, id: way/101, trees: 3}]", ":3:", "contradict"),
    "slot without value": ("[{op: open_gate, id: '${g}'}]", ":3:", "${g}"),
    "carrier nowhere": ("[{op: add_firms, into: Nowhere}]", ":3:", "Nowhere"),
    "hours nobody understands": ("[{op: open_gate, name: 东门, hours: 看门人在时}]", ":3:", "06:00-22:00"),
    "entrance elsewhere": ("[{op: add_building, use: office, at: [121.411, 31.21], area_m2: 200, entrances: [[121.4111, 31.21], [121.4118, 31.21]]}]", ":3:", "entrance 2 lies"),
    "entrance and place exchanged": ("[{op: add_building, use: office, at: [121.411, 31.21], area_m2: 200, entrances: [[31.21, 121.411]]}]", ":3:", "longitude"),
    "no entrance at all": ("[{op: add_amenity, category: food.conv, at: [121.411, 31.21], entrances: []}]", ":3:", "entrances"),
    "misspelt field": ("[{op: change_building, id: way/201, entrance: [[121.41, 31.21]]}]", ":3:", "entrances"),
    "crossed outline": ("[{op: add_open_space, kind: park, outline: [[121.411, 31.21], [121.412, 31.2101], [121.412, 31.21], [121.411, 31.2101]]}]", ":3:", "crosses itself"),
}  # fmt: skip


def test_a_building_that_moves_takes_its_mapped_entrances_along(town):
    study, network, _ = town
    house = study.buildings.geometry["way/201"].representative_point()
    doors = [shapely.Point(house.x + 3, house.y + 9), shapely.Point(house.x - 5, house.y)]
    mapped = gpd.GeoDataFrame(
        {"node_id": [7, 8], "kind": ["yes", "main"], "of": "way/201"}, geometry=doors, crs=study.crs, index=["node/7", "node/8"]
    )  # fmt: skip
    study = study.replace(entrances=mapped.rename_axis(study.entrances.index.name))
    (one,) = check(study, network, [scenario("s", {"op": "move_building", "id": "way/201", "to": [121.4118, 31.2102]})])
    before, after = (place.doors(one.buildings, one.entrances)["way/201"] for one in (study, apply(study, one)))
    moved = [
        now - then
        for then, now in zip(
            study.buildings.geometry["way/201"].centroid.coords[0],
            apply(study, one).buildings.geometry["way/201"].centroid.coords[0],
            strict=True,
        )
    ]
    assert (before.x, before.y) == (doors[1].x, doors[1].y)
    assert (after.x - before.x, after.y - before.y) == pytest.approx(moved) and abs(moved[0]) > 10


@pytest.mark.parametrize("fault", FAULTS)
def test_row_76_a_fault_is_told_with_its_place_and_what_to_do(town, tmp_path, fault):
    edits, where, word = FAULTS[fault]
    path = written(tmp_path, f"scenarios:\n- name: a\n  edits: {edits}\n")
    done = CliRunner().invoke(app, ["scenarios", "check", str(path), "--study", str(town[2]), "--lang", "en"])
    assert done.exit_code == 2, done.output
    assert f"{path}{where}" in done.output
    assert word in done.output
    assert "Traceback" not in done.output


def test_row_76_all_faults_of_all_scenarios_together(town, tmp_path):
    text = "scenarios:\n" + "".join(f"- name: s{n}\n  edits: [{{op: close_street, id: way/{n}}}]\n" for n in range(4))
    study, network, _ = town
    with pytest.raises(ConfigError) as raised:
        check(study, network, read_scenarios(written(tmp_path, text)))
    assert len(raised.value.problems) == 4
    good = scenario("good", {"op": "close_street", "name": "Main Road"})
    bad = scenario("bad", {"op": "close_street", "name": "Nowhere"})
    resolved, problems = resolve(study, network, [good, bad])
    assert [one.scenario.name.en for one in resolved] == ["good"]
    assert list(problems) == [bad.id]


MANY = """scenarios:
- name: a
  edits: [{op: close_street, id: way/1010}]
- name: b
  edits: [{op: open_gat, id: x}, {op: remove_station, id: S99}]
- name: c
  choose: 9
  of: [{edits: [{op: close_street, name: Mein Road}]}]
- name: d
  matrix: {t: [ip]}
  edits: [{op: add_station, type: '${u}', at: [121.411, 31.21]}, {op: add_firms, into: Nowhere}]
- name: e
  edits: [{op: add_station, type: ip, at: [.nan, 31.21]}]
- edits: [{op: change_amenity, name: Nothing, category: food.conv}]
- name: g
  edits: [{op: close_street, name: Main Road}]
"""
MANY_TOLD = {3: "way/101", 5: "open_gate", 6: "choose", 8: "Main Road", 10: "t", 11: "Nowhere", 13: "at", 14: "name"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_row_76_one_fault_hides_no_other(town, tmp_path, lang):
    path, broken = written(tmp_path, MANY), written(tmp_path, "scenarios: [", "broken.yaml")
    done = CliRunner().invoke(app, ["scenarios", "check", str(path), str(broken), "--study", str(town[2]), "--lang", lang])  # fmt: skip
    assert done.exit_code == 2, done.output
    lines = [line for line in done.output.splitlines() if line.startswith(("错误", "Error"))]
    for number, word in MANY_TOLD.items():
        assert any(f"{path}:{number}:" in line and word in line for line in lines), (number, done.output)
    assert any("S99" in line for line in lines) and any("Nothing" in line for line in lines)
    assert any(str(broken) in line for line in lines)
    assert len(lines) == len(set(lines))


NEAR = {
    "part of a record's name": ("{op: add_firms, into: 某某}", "“Carrier 某某楼”", "'Carrier 某某楼'"),
    "last part of a category": ("{op: add_amenity, category: cafe, at: [121.411, 31.21]}", "“third.cafe”（", "'third.cafe' ("),
    "category in Chinese": ("{op: add_amenity, category: 咖啡, at: [121.411, 31.21]}", "“third.cafe”（", "'third.cafe' ("),
    "street of another kind": ("{op: close_street, name: Main Avenue}", "“Main Road", "'Main Road"),
}  # fmt: skip


@pytest.mark.parametrize("near", NEAR)
def test_near_candidates_are_told(town, tmp_path, near):
    edit, zh, en = NEAR[near]
    study, network, _ = town
    carriers = study.carriers.reindex(["C1"]).assign(name="Carrier 某某楼")
    with pytest.raises(ConfigError) as raised:
        check(
            dataclasses.replace(study, carriers=carriers),
            network,
            read_scenarios(written(tmp_path, f"scenarios:\n- name: a\n  edits: [{edit}]\n")),
        )
    (problem,) = raised.value.problems
    assert zh in problem.hint.zh and en in problem.hint.en


def test_a_contradiction_names_the_street_though_its_id_was_written(town):
    study, network, _ = town
    row = study.streets.index[study.streets["name"] == "Main Road"][0]
    both = scenario("both", {"op": "close_street", "id": row}, {"op": "change_street", "id": row, "trees": 3})
    with pytest.raises(ConfigError) as raised:
        check(study, network, [both])
    (problem,) = raised.value.problems
    assert f"“Main Road”（{row}）" in problem.what.zh and f"'Main Road' ({row})" in problem.what.en


def test_commuting_edits_in_any_order_make_the_same_study(town):
    study, network, _ = town
    edits = [
        {"op": "add_street", "line": [[121.4105, 31.21], [121.4105, 31.2108], [121.411, 31.2108]]},
        {"op": "add_street", "line": [[121.4105, 31.21], [121.4108, 31.2106], [121.411, 31.2106]]},
        {"op": "close_street", "name": "North Lane"},
        {"op": "add_amenity", "category": "food.conv", "at": [121.4125, 31.21]},
    ]
    one, other = (apply(study, check(study, network, [scenario("s", *order)])[0]) for order in (edits, edits[::-1]))
    for table in ("streets", "amenities"):
        left, right = getattr(one, table).sort_index(), getattr(other, table).sort_index()
        assert left.index.tolist() == right.index.tolist()
        assert left.drop(columns="geometry").astype(str).equals(right.drop(columns="geometry").astype(str))
        assert shapely.equals_exact(left.geometry.to_numpy(), right.geometry.to_numpy()).all()


def test_a_study_is_not_changed_and_untouched_tables_are_the_same(town):
    study, network, _ = town
    before = study.streets.copy()
    (found,) = check(study, network, [scenario("s", {"op": "close_street", "name": "Main Road"})])
    edited = apply(study, found)
    assert edited.buildings is study.buildings
    assert study.streets.equals(before) and "closed" not in study.streets
    assert apply(study, check(study, network, [scenario("nothing")])[0]) is study


def test_two_new_streets_that_join_at_one_place_meet(town):
    study, network, _ = town
    lines = ([[121.4105, 31.21], [121.4106, 31.2104]], [[121.4105, 31.21], [121.4104, 31.2104]])
    # Their far ends join the same street again, so only the shared joint matters here.
    (found,) = check(study, network, [scenario("s", *({"op": "add_street", "line": line} for line in lines))])
    starts = {target.joints[0] for target in found.targets}
    assert len(starts) == 1
    new = apply(study, found).streets.filter(like="scenario/", axis=0)
    assert len({nodes[0] for nodes in new["nodes"]}) == 1
