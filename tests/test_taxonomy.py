"""Categories and the places that belong to them."""

import json
import time

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from corridor.config import KINDS, read_yaml
from corridor.errors import ConfigError, CrsError
from corridor.schemas import OPPORTUNITIES
from corridor.taxonomy import Condition, classify, read_categories

CRS = 32651
CATEGORIES = read_categories()
BY_CODE = {category.code: category for category in CATEGORIES}

# Code, minutes, in the order in which the life circle lists them.
TIERS = """
edu.kinder 5 edu.primary 10 edu.middle 15 child.care 10 health.station 10 health.center 15 health.pharmacy 10
elder.day 5 elder.canteen 10 food.market 10 food.super 10 food.conv 5 food.dining 5 culture.room 5 culture.center 15
sport.point 5 sport.hall 15 green.pocket 5 green.park 15 admin.service 15 mobility.bus 5 mobility.metro 10
institute 15 university 15 carrier.lab 15 carrier.poc 15 carrier.incubator 15 carrier.coworking 15
carrier.accelerator 15 carrier.park 15 office 15
station.business 15 station.fintech 15 station.ai 15 station.ip 15 station.quality 15 station.talent 15
station.finance 15 third.cafe 5 third.bookshop 10 third.meeting 10 event.venue 15 night.school 15 market.fair 15
exhibit 15 heritage 15
""".split()  # noqa: SIM905


def amenities(*rows, crs=CRS):
    """Make a table of (id, tags, x, y[, area])."""
    full = [(*row, None) if len(row) == 4 else row for row in rows]
    tags = [row[1] for row in full]
    return gpd.GeoDataFrame(
        {
            "name": pd.array([t.get("name", pd.NA) for t in tags], dtype="string"),
            "opening_hours": pd.array([t.get("opening_hours", pd.NA) for t in tags], dtype="string"),
            "area_m2": pd.array([row[4] for row in full], dtype="Float64"),
            "tags": pd.array([json.dumps(t, sort_keys=True, ensure_ascii=False) for t in tags], dtype="string"),
        },
        index=pd.Index([row[0] for row in full], name="amenity_id", dtype="string"),
        geometry=[Point(row[2], row[3]) for row in full],
        crs=crs,
    )


def codes(*tags):
    """Return the categories of places far from each other with these tags."""
    table = amenities(*((f"node/{n}", t, 1000.0 * n, 0) for n, t in enumerate(tags)))
    found = classify(CATEGORIES, amenities=table)
    return [sorted(found[found["source_id"] == i]["category"]) for i in table.index]


# ------------------------------------------------------------------------------------------------- the defaults


def test_the_46_categories_in_order_with_their_minutes():
    assert len(CATEGORIES) == 46
    assert [(c.code, c.tier_min) for c in CATEGORIES] == [
        (a, int(b)) for a, b in zip(TIERS[::2], TIERS[1::2], strict=True)
    ]
    assert [sum(c.kind == kind for c in CATEGORIES) for kind in KINDS] == [22, 9, 7, 8]


def test_metres_are_those_of_the_texts():
    metres = {c.code: c.tier_m for c in CATEGORIES if c.tier_m}
    assert metres == {
        "edu.kinder": 300, "edu.primary": 500, "edu.middle": 1000, "health.station": 500, "health.center": 1000,
        "elder.day": 300, "food.market": 500, "mobility.bus": 500, "mobility.metro": 800,
    }  # fmt: skip


def test_every_category_names_its_source_grade_and_places():
    for category in CATEGORIES:
        assert category.source.zh != category.source.en
        assert category.grade in "ABC" or (category.grade == "—" and category.kind != "LIFE")
        assert category.weight == 1
        assert category.osm or category.open_space or category.buildings or category.records
        assert category.incomplete == (category.note is not None)
    stages = {c.code: c.stage for c in CATEGORIES if c.kind == "WORK"}
    assert list(dict.fromkeys(stages.values())) == ["rd", "transfer", "incubation", "industry"]
    assert (BY_CODE["green.pocket"].min_area_m2, BY_CODE["green.park"].min_area_m2) == (400, 10_000)


# ------------------------------------------------------------------------------------------------- OSM tags


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"amenity": "kindergarten"}, ["edu.kinder"]),
        ({"amenity": "kindergarten", "name": "宝宝托育中心"}, ["child.care"]),
        ({"amenity": "school"}, []),
        ({"amenity": "school", "name": "长宁区适存小学"}, ["edu.primary"]),
        ({"amenity": "school", "name:zh": "适存小学", "name": "Shicun"}, ["edu.primary"]),
        ({"amenity": "school", "name": "复旦中学"}, ["edu.middle"]),
        ({"amenity": "school", "name": "市三女子高级中学"}, []),
        ({"amenity": "school", "name": "建青九年一贯制学校"}, ["edu.middle", "edu.primary"]),
        ({"amenity": "school", "isced:level": "1;2"}, ["edu.middle", "edu.primary"]),
        ({"amenity": "school", "isced:level": "3"}, []),
        ({"amenity": "school", "name": "CEIP Galicia"}, ["edu.primary"]),
        ({"amenity": "school", "name": "IES Mesa y López"}, ["edu.middle"]),
        ({"amenity": "school", "name": "Escuela de Series"}, []),
        ({"amenity": "clinic", "name": "新华街道社区卫生服务中心"}, ["health.center"]),
        ({"amenity": "clinic", "name": "Centro de Salud de Triana"}, ["health.center"]),
        ({"amenity": "clinic"}, ["health.station"]),
        ({"amenity": "hospital", "name": "华东医院"}, []),
        ({"amenity": "pharmacy", "healthcare": "pharmacy"}, ["health.pharmacy"]),
        ({"amenity": "social_facility", "social_facility": "day_care", "social_facility:for": "senior"}, ["elder.day"]),
        ({"amenity": "social_facility", "social_facility": "nursing_home", "social_facility:for": "senior"}, []),
        ({"amenity": "restaurant", "name": "新华社区食堂"}, ["elder.canteen", "food.dining"]),
        ({"amenity": "marketplace"}, ["food.market"]),
        ({"shop": "supermarket", "name": "法华菜市场"}, ["food.market"]),
        ({"shop": "supermarket"}, ["food.super"]),
        ({"shop": "convenience;tobacco"}, ["food.conv"]),
        ({"amenity": "community_centre", "name": "新华社区营造中心"}, ["culture.room"]),
        ({"amenity": "community_centre", "name": "街道社区文化活动中心"}, ["culture.center"]),
        ({"leisure": "pitch"}, ["sport.point"]),
        ({"leisure": "pitch", "access": "private"}, []),
        ({"leisure": "fitness_centre"}, ["sport.hall"]),
        ({"office": "government", "name": "新华路街道办事处"}, ["admin.service"]),
        ({"office": "government"}, []),
        ({"highway": "bus_stop"}, ["mobility.bus"]),
        ({"public_transport": "platform", "bus": "yes"}, ["mobility.bus"]),
        ({"public_transport": "platform", "bus": "no"}, []),
        ({"public_transport": "platform", "tram": "yes"}, []),
        ({"railway": "station", "station": "subway"}, ["mobility.metro"]),
        ({"railway": "station", "station": "miniature"}, []),
        ({"railway": "subway_entrance"}, ["mobility.metro"]),
        ({"amenity": "university"}, ["university"]),
        ({"office": "research"}, ["institute"]),
        ({"office": "company", "name": "数字硅巷孵化器"}, ["carrier.incubator"]),
        ({"landuse": "commercial", "name": "东华大学科技园"}, ["carrier.park"]),
        ({"landuse": "commercial"}, []),
        ({"amenity": "cafe"}, ["third.cafe"]),
        ({"shop": "books"}, ["third.bookshop"]),
        ({"amenity": "arts_centre"}, ["culture.center", "event.venue"]),
        ({"tourism": "museum", "historic": "yes"}, ["exhibit", "heritage"]),
        ({"historic": "no", "heritage": "no"}, []),
        ({"name": "飞乐夜校", "amenity": "school"}, ["night.school"]),
        ({"amenity": "bench"}, []),
        ({}, []),
    ],
)
def test_tags_tell_the_category(tags, expected):
    assert codes(tags) == [expected]


@pytest.mark.parametrize(
    ("condition", "good", "bad"),
    [
        ("a", ["a", "b;a", "b; a"], ["ab", "", None]),
        (["a", 1], ["1", "a"], ["2", None]),
        (True, ["yes", "x"], ["no", None]),
        ({"not": "a"}, ["b", None], ["a", "b;a"]),
        ({"contains": "ies"}, ["ies x", "the-ies"], ["series", None]),
        ({"contains": "小学"}, ["适存小学", "小学部"], ["中学", None]),
        ({"lacks": ["部"]}, ["a", None], ["小学部"]),
        ({"is": ["a", "b"], "not": "c"}, ["a", "b"], ["a;c", "c", None]),
        ({"present": True, "lacks": "x"}, ["y"], ["x", None]),
    ],
)
def test_conditions(condition, good, bad):
    rule = Condition.model_validate(condition)
    fits = rule.test()
    assert [fits(value) for value in good] == [True] * len(good)
    assert [fits(value) for value in bad] == [False] * len(bad)


# ------------------------------------------------------------------------------------------------- other sources


def polygons(index_name, rows, **columns):
    index = pd.Index([row[0] for row in rows], name=index_name, dtype="string")
    return gpd.GeoDataFrame(columns, index=index, geometry=[row[1] for row in rows], crs=CRS)


def test_open_space_counts_from_its_area_on_at_its_entrances():
    table = polygons(
        "open_space_id",
        [("way/1", box(0, 0, 200, 100)), ("way/2", box(300, 0, 320, 20)), ("way/3", box(400, 0, 410, 10)),
         ("way/4", box(500, 0, 900, 100)), ("way/5", box(0, 500, 100, 600))],
        name=pd.array(["华山绿地", pd.NA, pd.NA, "小区花园", "球场"], dtype="string"),
        kind=["park", "garden", "garden", "garden", "pitch"],
        area_m2=[20_000.0, 400.0, 100.0, 40_000.0, 10_000.0],
        walk=["public", "public", "public", "private", "public"],
    )  # fmt: skip
    doors = gpd.GeoDataFrame(
        {"source_id": ["way/1", "way/1", "way/2"]}, geometry=[Point(200, 50), Point(0, 50), Point(310, 0)], crs=CRS
    )
    found = classify(CATEGORIES, amenities=amenities(), open_space=table, access_points=doors)
    assert list(found.index) == [
        "green.pocket|way/1|1", "green.pocket|way/1|2", "green.pocket|way/2",
        "green.park|way/1|1", "green.park|way/1|2",
    ]  # fmt: skip
    assert [(p.x, p.y) for p in found.geometry.iloc[:3]] == [(0, 50), (200, 50), (310, 0)]
    OPPORTUNITIES.check(found, crs=CRS)
    closed = classify(CATEGORIES, amenities=amenities(), open_space=table, access_points=doors.iloc[:2])
    assert "way/2" not in set(closed["source_id"]), "a space without a way in does not count"


def test_office_buildings_count_at_their_mapped_entrances():
    table = polygons(
        "building_id",
        [("way/1", box(0, 0, 20, 20)), ("way/2", box(40, 0, 60, 20)), ("way/3", box(80, 0, 99, 20))],
        name=pd.array(["兆丰广场", pd.NA, pd.NA], dtype="string"),
        use=["office", "office", "residential"],
    )
    doors = gpd.GeoDataFrame(
        {"of": pd.array(["way/1", pd.NA], dtype="string")}, geometry=[Point(20, 10), Point(9, 9)], crs=CRS
    )
    found = classify(CATEGORIES, amenities=amenities(), buildings=table, entrances=doors)
    assert list(found.index) == ["office|way/1", "office|way/2"]
    assert found.geometry.iloc[0].equals(Point(20, 10))


def test_records_count_where_they_have_a_place():
    def records(letter, **columns):
        size = len(columns["geometry"])
        index = pd.Index([f"{letter}{n}" for n in range(1, size + 1)])
        return gpd.GeoDataFrame(columns, index=index, crs=CRS)

    carriers = records(
        "C", name=["院", "器", "无址"], kind=["institute", "incubator", "poc"], synthetic=[False, True, True],
        geometry=[Point(0, 0), Point(9, 9), None],
    )  # fmt: skip
    stations = records("S", name=["站"], type=["ai"], hours=["周一至周五"], geometry=[Point(5, 5)])
    events = records("E", name=["飞乐夜校"], category=["night.school"], hours=["19:00-21:00"], geometry=[Point(7, 7)])
    found = classify(CATEGORIES, amenities=amenities(), carriers=carriers, stations=stations, events=events)
    assert list(found.index) == ["institute|C1", "carrier.incubator|C2", "station.ai|S1", "night.school|E1"]
    assert found["synthetic"].tolist() == [False, True, False, False]
    assert found["opening_hours"].isna().tolist() == [True, True, False, False]
    assert set(found["source"]) == {"record"}


# ------------------------------------------------------------------------------------------------- duplicates


def test_one_place_mapped_several_times_counts_once():
    cafe = {"amenity": "cafe", "name": "Café A"}
    found = classify(
        CATEGORIES,
        amenities=amenities(
            ("node/10", cafe, 0, 0),
            ("node/9", cafe | {"name": "ＣＡＦÉ  a"}, 50, 0),
            ("way/99", cafe, 120, 0, 900.0),
            ("node/11", cafe, 180, 0),
            ("node/12", {"amenity": "cafe"}, 1, 0),
            ("node/13", {"amenity": "cafe"}, 2, 0),
            ("node/14", {"amenity": "restaurant", "name": "Café A"}, 0, 0),
        ),
    )
    # node/11 is 60 m from way/99, 43 m from its edge; node/9 is 70 m from it and stays, node/10 repeats node/9.
    assert sorted(found[found["category"] == "third.cafe"]["source_id"]) == ["node/12", "node/13", "node/9", "way/99"]
    assert list(found[found["category"] == "food.dining"]["source_id"]) == ["node/14"]


def test_a_node_inside_a_building_of_its_own_category_is_the_building():
    buildings = polygons(
        "building_id", [("way/1", box(0, 0, 100, 100))], name=pd.array(["上海影城"], dtype="string"), use=["civic"]
    )
    rows = [
        ("way/1", {"amenity": "cinema", "name": "上海影城"}, 50, 50, 10_000.0),
        ("node/1", {"amenity": "cinema"}, 90, 90),
        ("node/2", {"amenity": "cinema", "name": "小影院"}, 10, 10),
        ("node/3", {"amenity": "cafe"}, 20, 20),
        ("node/4", {"amenity": "cinema"}, 101, 50),
    ]
    found = classify(CATEGORIES, amenities=amenities(*rows), buildings=buildings)
    assert list(found["source_id"]) == ["node/3", "way/1", "node/2", "node/4"]


def test_records_win_over_osm():
    carriers = gpd.GeoDataFrame(
        {"name": ["东华大学"], "kind": ["university"]}, index=["C1"], geometry=[Point(30, 0)], crs=CRS
    )
    table = amenities(("way/5", {"amenity": "university", "name": "东华大学"}, 0, 0, 5000.0))
    assert list(classify(CATEGORIES, amenities=table, carriers=carriers).index) == ["university|C1"]


def test_order_of_rows_does_not_matter():
    rows = [(f"node/{n}", {"amenity": "cafe", "name": f"c{n % 2}"}, 20.0 * n, 0) for n in range(40)]
    one, other = (classify(CATEGORIES, amenities=amenities(*order)) for order in (rows, rows[::-1]))
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))
    assert 2 < len(one) < 40


def test_nothing_found_is_an_empty_table_of_the_same_shape():
    empty, full = (
        classify(CATEGORIES, amenities=amenities()),
        classify(CATEGORIES, amenities=amenities(("node/1", {"shop": "books"}, 0, 0))),
    )
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert empty.index.dtype == full.index.dtype
    OPPORTUNITIES.check(empty, crs=CRS)


def test_tables_not_in_one_metric_system_are_refused_all_at_once():
    table = amenities(("node/1", {"shop": "books"}, 0, 0), crs=4326)
    with pytest.raises(CrsError) as caught:
        classify(CATEGORIES, amenities=table, stations=amenities().set_crs(None, allow_override=True))
    assert [problem.where for problem in caught.value.problems] == ["amenities", "stations"]


def test_a_city_of_amenities_takes_seconds():
    kinds = [
        {"amenity": "restaurant"},
        {"shop": "convenience"},
        {"amenity": "bench"},
        {"amenity": "school", "name": "某小学"},
    ]
    table = amenities(
        *(
            (f"node/{n}", kinds[n % 4] | {"name": f"某{n // 3}小学"}, n % 1000 * 9.0, n // 1000 * 9.0)
            for n in range(32_000)
        )
    )
    start = time.process_time()
    found = classify(CATEGORIES, amenities=table)
    assert time.process_time() - start < 5
    assert found.groupby("category").size().to_dict() == {
        "edu.primary": 8_000,
        "food.conv": 8_000,
        "food.dining": 8_000,
    }


# ------------------------------------------------------------------------------------------------- a study's own file


@pytest.fixture
def own(tmp_path):
    def read(text):
        path = tmp_path / "categories.yaml"
        path.write_text(text)
        return read_categories(path)

    return read


def test_own_values_replace_add_and_switch_off(own):
    found = own(
        """
sources: {ours: {zh: 本区标准, en: district standard}}
categories:
  edu.kinder: {tier_min: 8, source: ours, grade: A}
  food.super: null
  pet.shop: {kind: LIFE, zh: 宠物店, en: pet shop, tier_min: 10, source: 自定, grade: C, osm: [{shop: pet}]}
""".replace("source: 自定", "source: {zh: 自定, en: own}")
    )
    assert len(found) == 46
    kinder = found[0]
    assert (kinder.tier_min, kinder.tier_m, kinder.source.en, kinder.grade) == (8, 300, "district standard", "A")
    assert kinder.osm == BY_CODE["edu.kinder"].osm
    assert "food.super" not in {c.code for c in found}
    assert found[-1].code == "pet.shop" and found[-1].weight == 1
    places = classify(found, amenities=amenities(("node/1", {"shop": "pet"}, 0, 0)))
    assert list(places.index) == ["pet.shop|node/1"]


def test_an_empty_own_file_of_categories_changes_nothing(own):
    assert own("categories:\n") == CATEGORIES


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("categories:\n  edu.kinder: {tier_mins: 8}\n", "2:16", "Did you mean 'tier_min'"),
        ("category: {}\n", "1:1", "Did you mean 'categories'"),
        ("categories:\n  x: {kind: LIFE}\n", "2:3", "is missing"),
        ("categories:\n  edu.kinder: {tier_min: 0}\n", "2:16", "not below 1"),
        ("categories:\n  edu.kinder: {weight: .nan}\n", "2:16", "finite"),
        ("categories:\n  edu.kinder: {kind: LIVE}\n", "2:16", "Did you mean 'LIFE'"),
        ("categories:\n  edu.kinder: {source: gb50181}\n", "2:16", "Did you mean 'gb50180'"),
        ("categories:\n  edu.kinder:\n    osm:\n      - {amenity: {contain: x}}\n", "4:20", "Did you mean 'contains'"),
        ("categories:\n  edu.kinder:\n    osm:\n      - {amenity: false}\n", "4:10", "must be a value, a list, true"),
        ("categories:\n  edu.kinder:\n    osm:\n      - {}\n", "4:9", "at least one item"),
        ("categories:\n  edu.kinder: {records: {carrier: {kind: lab}}}\n", "2:26", "one of"),
        ("categories:\n  edu.kinder: {buildings: [offices]}\n", "2:28", "Did you mean 'office'"),
        ("categories:\n  edu.kinder: 5\n", "2:3", "a mapping"),
        ("- edu.kinder\n", "1", "must hold categories"),
        ("categories: [a]\n", "1:1", "a mapping"),
    ],
)
def test_faults_of_an_own_file_carry_line_and_way_out(own, text, place, words):
    with pytest.raises(ConfigError) as caught:
        own(text)
    problem = caught.value.problems[0]
    assert problem.where.endswith(f"categories.yaml:{place}")
    assert words in problem.in_("en")
    assert problem.what.zh != problem.what.en


def test_all_faults_come_together(own):
    with pytest.raises(ConfigError) as caught:
        own("categories:\n  edu.kinder: {tier_mins: 8}\n  food.conv: {weight: -1}\n")
    assert len(caught.value.problems) == 2


def test_the_default_file_cites_only_sources_it_lists(tmp_path):
    from corridor.config import data_file

    content = read_yaml(data_file("categories.yaml")).value
    assert {values["source"] for values in content["categories"].values()} == set(content["sources"])


def test_real_extract_of_the_belt(shared):
    """The file's own counts (a partial extract): every pharmacy, café and restaurant becomes a place."""
    import osmium

    rows = []
    for node in osmium.FileProcessor(str(shared / "osm" / "xinhua_dingxi.osm"), osmium.osm.NODE):
        if node.tags:
            x, y = (node.location.lon - 121.42) * 95_000, (node.location.lat - 31.2) * 111_000
            rows.append((f"node/{node.id}", dict(node.tags), x, y))
    found = classify(CATEGORIES, amenities=amenities(*rows))["category"].value_counts()
    tagged = pd.Series([t.get("amenity") for _, t, *_ in rows]).value_counts()
    assert found["food.dining"] == tagged["restaurant"]
    assert found["third.cafe"] == tagged["cafe"]
    assert found["health.pharmacy"] == 1
