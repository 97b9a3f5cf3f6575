"""Settings: what is accepted, and what a planner is told about the rest."""

import datetime
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.config import USES, data_file, did_you_mean, read_config, read_yaml
from corridor.config import _yaml as yaml_room
from corridor.errors import ConfigError

GOOD = "name: 定西路\nosm: data.osm\n"


@pytest.fixture
def study(tmp_path):
    """Return a function that writes study.yaml (text or bytes) beside data.osm and reads it."""
    (tmp_path / "data.osm").write_text("<osm/>")

    def read(content, folder=tmp_path):
        data = content if isinstance(content, bytes) else content.encode()
        (folder / "study.yaml").write_bytes(data)
        return read_config(folder)

    return read


def told(study, content):
    with pytest.raises(ConfigError) as caught:
        study(content)
    for problem in caught.value.problems:
        assert "study.yaml" in problem.where
        assert problem.what.zh != problem.what.en
    return caught.value.problems


def the_one(study, content):
    (problem,) = told(study, content)
    return problem


def test_two_lines_are_a_study_with_all_defaults(study, tmp_path):
    config = study(GOOD)
    assert (config.name.zh, config.name.en) == ("定西路", "定西路")
    assert config.resolve(config.osm.file) == tmp_path / "data.osm"
    assert config.folder == tmp_path
    band = config.walker.speed_m_min
    assert (band.low, band.middle, band.high) == (60, 80, 90)
    assert (config.walker.gates, config.walker.snap_m, config.walker.steps_factor) == ("residents", 150, 2)
    assert config.score.kind_weights == dict.fromkeys(("LIFE", "WORK", "SERVICE", "EXCHANGE"), 1.0)
    assert config.isochrones.minutes == (5, 10, 15)
    assert set(config.people.levels) == set(USES)
    assert config.people.m2_per_person("other") is None


def test_the_whole_form_of_the_file(study, tmp_path):
    for name in ("boundary.geojson", "b.shp", "c.csv", "categories.yaml"):
        (tmp_path / name).write_text("")
    config = study("""
name: {zh: 定西路科创街区, en: Dingxi Road innovation belt}
schematic: {zh: 示意样例, en: schematic sample}
area: boundary.geojson
corridor: {names: [定西路], side_m: 120}
crs: EPSG:32651
osm: {file: data.osm, date: 2026-07-16}
layers: {buildings: {file: b.shp, crs: EPSG:4549, encoding: gb18030, columns: {levels: 层数, height_m: 高度}}}
records: {carriers: {file: c.csv, datum: gcj02}, stations: c.csv}
categories: categories.yaml
walker: {profile: elder, speed_m_min: {low: 40, middle: 45, high: 60}, gates: public}
people: {residential_m2: 30, office_m2: null, levels: {office: {small: 1, medium: 2, large: 30}}}
score: {kind_weights: {LIFE: 2, WORK: 0}, score_incomplete: true}
isochrones: {minutes: [15, 5], origins: carriers}
map: {review_no: 沪S(2026)001号, publisher: null}
""")
    assert config.osm.date == datetime.date(2026, 7, 16)
    assert config.layers.buildings.columns == {"levels": "层数", "height_m": "高度"}
    assert config.records.stations.file == "c.csv"
    assert config.walker.steps_factor == 3
    assert config.people.residential_m2.low == config.people.residential_m2.high == 30
    assert config.people.office_m2 is None
    assert config.people.levels["office"].of(5000) == 30
    assert config.people.levels["residential"].of(100) == 2
    assert config.score.kind_weights == {"LIFE": 2, "WORK": 0, "SERVICE": 1, "EXCHANGE": 1}
    assert config.isochrones.minutes == (5, 15)
    assert len(config.files()) == 6


def test_bom_windows_line_ends_and_a_file_path_are_fine(study, tmp_path):
    plain = study(GOOD)
    assert study(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()) == plain
    assert read_config(tmp_path / "study.yaml").name.zh == "定西路"


def test_config_is_frozen_pickles_and_hashes_by_content(study, tmp_path):
    config = study(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        config.crs = "EPSG:4326"
    again = pickle.loads(pickle.dumps(config))
    assert again == config and again.folder == config.folder
    other = tmp_path / "moved"
    other.mkdir()
    (other / "data.osm").write_text("")
    assert study("# comment\n" + GOOD, other).hash == config.hash
    assert study(GOOD + "walker: {snap_m: 151}\n").hash != config.hash


def test_a_missing_file_or_folder_is_one_clear_error(tmp_path):
    for path in (tmp_path, tmp_path / "no.yaml", tmp_path / "a" / "b"):
        with pytest.raises(ConfigError, match="no such file") as caught:
            read_config(path)
        assert len(caught.value.problems) == 1


def test_files_named_and_not_there_are_told_together_with_their_lines(study):
    found = told(study, "name: a\nosm: no.pbf\narea: b.geojson\nrecords:\n  firms: {file: f.xlsx}\n")
    assert [p.where.split("study.yaml:")[1] for p in found] == ["3:1", "2:1", "5:11"]
    assert "f.xlsx" in found[2].what.zh


# Fault catalogue, rows 70 to 75: content, line:column, what the message has to say.
FAULTS = {
    "70 tab": (GOOD + "walker:\n\tsnap_m: 5\n", "4:1", "tab"),
    "70 tab after spaces": (GOOD + "walker:\n  snap_m: 5\n \tgates: open\n", "5:2", "tab"),
    "70 full-width colon, first line": ("name：定西路\nosm: data.osm\n", "1:5", "full-width"),
    "70 full-width colon, in between": ("name: a\nosm：data.osm\ncrs: auto\n", "2:4", "full-width"),
    "70 full-width colon, nested at the end": (GOOD + "walker:\n  snap_m：5\n", "3:1", "mapping"),
    "70 bracket open": (GOOD + "isochrones: {minutes: [5, 10}\n", "3:29", "do not match"),
    "70 bracket open to the end": (GOOD + "isochrones: {minutes: [5, 10]\n", "3:13", "bracket"),
    "70 quote open": (GOOD + 'crs: "auto\n', "3:6", "quotation mark"),
    "70 two colons": ("name: a: b\nosm: data.osm\n", "1:8", "colon"),
    "70 indentation": ("name: a\n osm: data.osm\n", "2:5", "colon too many"),
    "70 outdented": (GOOD + "walker:\n    snap_m: 5\n  gates: open\n", "5:3", "does not match"),
    "70 at sign": ("name: @a\nosm: data.osm\n", "1:7", "quotes"),
    "70 control character": ("name: a\x07\nosm: data.osm\n", "1:8", "U+0007"),
    "70 second document": (GOOD + "---\nname: b\n", "3:1", "second"),
    "70 yaml 1.1": ("%YAML 1.1\n---\n" + GOOD, "2:1", "YAML 1.2"),
    "70 empty": ("# nothing\n", "1", "empty"),
    "70 a list": ("- name\n", "1", "mapping"),
    "71 unknown key": (GOOD + "walker: {snap_m: 100, gate: open}\n", "3:23", "unknown key 'walker.gate'"),
    "71 duplicate key": ("name: a\nosm: data.osm\nname: b\n", "3:1", "already on line 1"),
    "71 missing": ("osm: data.osm\n", "1", "'name' is missing"),
    "72 python object": (GOOD + "crs: !!python/object/apply:os.system [touch x]\n", "3:6", "nothing was executed"),
    "72 python name as key": (GOOD + "? !!python/name:os.system x\n: 1\n", "3:3", "not allowed"),
    "73 time for a number": (GOOD + "walker: {snap_m: 12:30}\n", "3:10", "a number, not the text '12:30'"),
    "73 no for a number": (GOOD + "walker: {snap_m: no}\n", "3:10", "a number, not the text 'no'"),
    "73 nan": (GOOD + "walker: {snap_m: .nan}\n", "3:10", "finite"),
    "73 inf": (GOOD + "walker: {snap_m: .inf}\n", "3:10", "finite"),
    "73 quoted number": (GOOD + 'walker: {snap_m: "5"}\n', "3:10", "the text '5'"),
    "73 true for a number": (GOOD + "walker: {snap_m: true}\n", "3:10", "not true"),
    "73 yes for true": (GOOD + "score: {score_incomplete: yes}\n", "3:9", "true or false"),
    "73 number for text": ("name: a\nosm: {file: 2023}\n", "2:7", "text, not 2023"),
    "73 number for a date": ("name: a\nosm: {file: data.osm, date: 20260716}\n", "2:23", "date"),
    "73 text for a date": ("name: a\nosm: {file: data.osm, date: July}\n", "2:23", "date such as"),
    "73 list for a mapping": (GOOD + "walker: [1]\n", "3:1", "a mapping of keys to values, not a list of 1"),
    "73 empty number": (GOOD + "walker: {snap_m: }\n", "3:10", "not empty"),
    "73 choice": (GOOD + "walker: {gates: opened}\n", "3:10", "one of"),
    "73 fraction of a minute": (GOOD + "isochrones: {minutes: [7.5]}\n", "3:24", "whole number"),
    "74 speed 0": (GOOD + "walker: {speed_m_min: 0}\n", "3:10", "not below 10"),
    "74 speed negative": (GOOD + "walker: {speed_m_min: {low: -1, middle: 80, high: 90}}\n", "3:24", "not below 10"),
    "74 speed in m/h": (GOOD + "walker: {speed_m_min: {low: 60, middle: 80, high: 4000}}\n", "3:45", "not above 200"),
    "74 band falling": (GOOD + "walker: {speed_m_min: {low: 90, middle: 80, high: 60}}\n", "3:10", "low <= middle"),
    "74 minutes 0": (GOOD + "isochrones: {minutes: [0]}\n", "3:24", "not below 1"),
    "74 minutes 1e9": (GOOD + "isochrones: {minutes: [1000000000]}\n", "3:24", "not above 120"),
    "74 no minutes": (GOOD + "isochrones: {minutes: []}\n", "3:14", "one to six"),
    "74 weight nan": (GOOD + "score: {kind_weights: {LIFE: .nan}}\n", "3:24", "finite"),
    "74 weight negative": (GOOD + "score: {kind_weights: {LIFE: -1}}\n", "3:24", "not below 0"),
    "74 weights all 0": (
        GOOD + "score: {kind_weights: {LIFE: 0, WORK: 0, SERVICE: 0, EXCHANGE: 0}}\n", "3:9", "above 0",
    ),
    "74 unknown kind": (GOOD + "score: {kind_weights: {LIVE: 1}}\n", "3:24", "one of"),
    "74 bbox order": (GOOD + "area: {bbox: [31.19, 121.40, 31.22, 121.43]}\n", "3:1", "[west, south, east, north]"),
    "74 area twice": (GOOD + "area: {bbox: [1, 2, 3, 4], file: a}\n", "3:1", "one of the two"),
    "74 unknown profile": (GOOD + "walker: {profile: elders}\n", "3:1", "Did you mean 'elder'"),
    "75 nesting": (GOOD + "crs: " + "[" * 100_000 + "\n", "3:45", "40 levels"),
    "75 nesting of blocks": (GOOD + "crs: \n" + "- " * 100_000 + "\n", None, "40 levels"),
    "75 alias bomb": (
        GOOD + "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)), None, "aliases counted",
    ),
    "75 alias to itself": (GOOD + "crs: &a [*a]\n", "3:10", "no finished anchor"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_catalogue(study, fault):
    content, place, words = FAULTS[fault]
    problem = the_one(study, content)
    if place is not None:
        assert problem.where.endswith(f"study.yaml:{place}")
    assert words in problem.in_("en")


def test_nothing_of_a_hostile_file_was_executed(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    the_one(study, GOOD + "crs: !!python/object/apply:os.system [touch executed]\n")
    assert not (tmp_path / "executed").exists()


def test_bytes_that_are_not_utf8_are_named(study):
    problem = the_one(study, GOOD.encode("gb18030"))
    assert problem.where.endswith("study.yaml:1") and "byte 6" in problem.what.en


def test_a_file_beyond_the_size_of_settings_is_not_read(study, monkeypatch):
    monkeypatch.setattr(yaml_room.Path, "read_bytes", lambda self: pytest.fail("was read"))
    problem = the_one(study, GOOD + "#" * yaml_room.MAX_BYTES)
    assert "bytes" in problem.what.en


def test_all_problems_come_together_in_the_order_of_the_file(study):
    found = told(study, "nmae: a\nwalker: {snap_m: no, gates: opn}\nisochrones: {minutes: [0, 5, x]}\ncrs: 5\n")
    assert [p.where.split("study.yaml:")[1] for p in found[2:]] == ["1:1", "2:10", "2:22", "3:24", "3:30", "4:1"]
    assert {"'name' is missing.", "'osm' is missing."} == {p.what.en for p in found[:2]}
    assert found[2].hint.zh == "是不是“name”？"
    assert found[4].hint.en == "Did you mean 'open'?"


def test_the_line_is_shown_where_yaml_breaks(study):
    assert "The line: name: a: b" in the_one(study, "name: a: b\n").in_("en")


def test_yaml_1_2_scalars(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "a: [010, 1e3, 12:30, no, 0x1F, 0o17, ~, True, 1_000, 2026-07-16, .5, +1, '5', !!str 7]\nno: &x 1\nb: *x\n"
    )
    assert read_yaml(path).value == {
        "a": [10, 1000.0, "12:30", "no", 31, 15, None, True, "1_000", "2026-07-16", 0.5, 1, "5", "7"],
        "no": 1,
        "b": 1,
    }


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_give_a_document_or_our_own_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(data)
    try:
        read_yaml(path)
    except ConfigError as error:
        assert error.problems


@given(st.data())
def test_good_settings_with_one_character_changed_are_read_or_refused(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    (folder / "data.osm").write_text("")
    text = (
        GOOD
        + "walker: {profile: elder, snap_m: 100}\nisochrones:\n  minutes: [5, 10]\nscore: {kind_weights: {LIFE: 2}}\n"
    )
    at = data.draw(st.integers(0, len(text) - 1))
    path = folder / "mutated.yaml"
    path.write_text(text[:at] + data.draw(st.sampled_from("：:\t-[]{}#&*!|>'\"%@` \n9x")) + text[at + 1 :])
    try:
        read_config(path)
    except ConfigError as error:
        assert all("mutated.yaml" in problem.where for problem in error.problems)


def test_hints_name_near_words_or_all_of_them():
    assert did_you_mean("walkr", ["walker", "osm"]).en == "Did you mean 'walker'?"
    assert did_you_mean("zzz", ["walker", "osm"]).zh == "可用：walker、osm。"


def test_walking_profiles_slow_down_from_adult_to_wheelchair():
    profiles = read_yaml(data_file("walkers.yaml")).value
    assert [profiles[who]["speed_m_min"]["middle"] for who in ("adult", "child", "elder", "wheelchair")] == [
        80,
        60,
        50,
        40,
    ]


@pytest.mark.parametrize(
    ("written", "datum"),
    [
        ("GCJ-02", "gcj02"), ("gcj-02", "gcj02"), ("火星坐标", "gcj02"), ("高德", "gcj02"), ("ＧＣＪ０２", "gcj02"),
        ("WGS-84", "wgs84"), ("WGS 84", "wgs84"), ("GPS", "wgs84"), ("百度", "bd09"), ("BD-09", "bd09"),
        ("国家2000", "cgcs2000"), ("CGCS2000", "cgcs2000"),
    ],
)  # fmt: skip
def test_a_datum_is_known_by_its_usual_names(study, tmp_path, written, datum):
    (tmp_path / "c.csv").write_text("名称\n")
    config = study(f"{GOOD}records: {{carriers: {{file: c.csv, datum: {written}}}}}\n")
    assert config.records.carriers.datum == datum


def test_a_datum_nobody_knows_is_refused_with_the_known_ones(study, tmp_path):
    (tmp_path / "c.csv").write_text("名称\n")
    problem = the_one(study, f"{GOOD}records: {{carriers: {{file: c.csv, datum: mars}}}}\n")
    assert "study.yaml:3" in problem.where and "gcj02" in problem.in_("zh")


LONG = (
    '{"scenarios": [{"name": "一", "edits": [{"op": "x", "at": [1.5, -2e3]}]}, {"name": "b", "edits": []}]}',
    "scenarios:  # kept\n- {name: 北门开放, edits: [{op: open_gate, at: [121.4, 31.2]}]}\n- name: 'it''s'\n  edits:\n    - op: no\n      id: 010\n",
    "a: plain text\n  over two lines\nb: \"\\u4e2d\\n\"\n😀: ~\nc: [a:b, 'x: y', {k: }]\n",
    "a:\n- - 1\n  - 2\n-\n",
)


@pytest.mark.parametrize("text", LONG)
def test_a_long_file_reads_the_same_with_either_parser(text, monkeypatch):
    pytest.importorskip("yaml")
    monkeypatch.setattr(yaml_room, "_LONG", 0)
    fast, slow = yaml_room._parsed_fast(text, "f"), yaml_room._parsed(text, "f")
    assert fast is not None
    assert (fast.value, fast.marks, fast.documents) == (slow.value, slow.marks, slow.documents)


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "a: !!str 1\n", "a: |\n  b\n", "%YAML 1.2\n---\na: 1\n", "a:\t1\n", "a: 1\na: 2\n", "a: [\n", "a: 1\n---\nb: 2\n"])  # fmt: skip
def test_what_needs_care_or_is_wrong_is_left_to_the_parser_of_yaml_1_2(text, monkeypatch):
    monkeypatch.setattr(yaml_room, "_LONG", 0)
    assert yaml_room._parsed_fast(text, "f") is None
