"""Map pages without a browser: packing, policy, inlining, equal bytes."""

import base64
import hashlib
import html
import json
import re
import zlib
from types import SimpleNamespace

import fake_evaluation
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from corridor.errors import CorridorError
from corridor.maps import layers, page, show, write_map
from corridor.maps.content import content
from corridor.maps.pack import Grid, encode, encode_text, hilbert_order

HOSTILE = "</script><img src=x onerror=alert(1)>`${alert(1)}`\\\u2028"


@pytest.fixture(scope="module")
def evaluation():
    return fake_evaluation.make(120)


@pytest.fixture(scope="module")
def text(evaluation):
    return show(evaluation).text


def decode(section):
    raw = zlib.decompress(base64.b64decode(section))
    values, code, shift, last = [], 0, 0, 0
    for byte in raw:
        code |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            last += -(code + 1) // 2 if code % 2 else code // 2
            values.append(last)
            code = shift = 0
    return values


def texts(section):
    return zlib.decompress(base64.b64decode(section)).decode().split("\n")


def island(text):
    return json.loads(re.search(r'<script type="application/json" id="corridor-data">(.*?)</script>', text, re.S)[1])


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=60))
def test_a_section_holds_what_was_put_in(values):
    assert decode(encode(values)) == values


def test_small_steps_take_one_byte_each():
    assert len(zlib.decompress(base64.b64decode(encode(list(range(1000)))))) == 1000


def test_texts_keep_one_line_each():
    assert texts(encode_text(["a\nb", "", "路"])) == ["a b", "", "路"]


def test_grid_is_leaflets_pixel_grid_at_zoom_20():
    east, north = Transformer.from_crs(4326, 3857, always_xy=True).transform(121.4185, 31.2125)
    half = 20037508.342789244
    expected = [round((half + east) / (2 * half) * 256 * 2**20), round((half - north) / (2 * half) * 256 * 2**20)]
    assert list(Grid(0, 0).xy(np.array([[121.4185, 31.2125]]))[0]) == expected


def test_polygon_rings_are_open_and_holes_are_kept():
    square = shapely.box(121.0, 31.0, 121.001, 31.001)
    holed = square.difference(shapely.box(121.0003, 31.0003, 121.0006, 31.0006))
    packed = Grid.around((121.0, 31.0, 121.001, 31.001)).shapes([square, holed])
    assert decode(packed["rings"]) == [1, 2]
    assert decode(packed["sizes"]) == [4, 4, 4]
    assert min(decode(packed["x"])) >= 0
    assert min(decode(packed["y"])) >= -1


def test_neighbours_are_packed_beside_each_other():
    points = gpd.GeoSeries(gpd.points_from_xy([0, 10, 0.1], [0, 10, 0.1]))
    order = list(hilbert_order(points))
    assert abs(order.index(0) - order.index(2)) == 1


def test_scores_are_rounded_down_so_that_no_class_changes():
    column = pd.Series([19.96, 20.0, 59.9999999999, 100.0, pd.NA], dtype="Float64")
    assert list(layers._or_missing(column, 10, down=True)) == [200, 201, 601, 1001, 0]


@pytest.mark.parametrize(("minutes", "speed", "expected"), [(5, 80, 4000), (15, 66.6, 9990), (10, 33.33, 3333)])
def test_limit_of_a_tier_is_exact(minutes, speed, expected):
    assert layers.limit_dm(minutes, speed) == expected


def test_packed_walks_decide_met_as_the_evaluation_does(evaluation):
    packed = layers.buildings(evaluation, layers.drawing_grid(evaluation))
    ids = zlib.decompress(base64.b64decode(packed["id"])).decode().split("\n")
    access = evaluation.access.set_index(["building_id", "category"])
    checked = 0
    for category in layers.categories(evaluation):
        if category["column"] < 0:
            continue
        walks, detours = decode(packed["walks"][category["column"]]), decode(packed["detours"][category["column"]])
        for building, walk, detour in zip(ids, walks, detours, strict=True):
            row = access.loc[(building, category["code"])]
            assert bool(row["met"]) == (walk > 0 and walk - 1 <= category["limit"])
            assert pd.isna(row["walk_m"]) if walk == 0 else row["walk_m"] == (walk - 1 - detour) / 10
            checked += 1
    assert checked > 1000


def test_equal_evaluations_give_equal_bytes(tmp_path):
    first = write_map(fake_evaluation.make(60), tmp_path / "a.html").read_bytes()
    second = write_map(fake_evaluation.make(60), tmp_path / "deep" / "b.html").read_bytes()
    assert first == second


def test_nothing_passed_in_is_changed(evaluation):
    before = evaluation.buildings.copy()
    show(evaluation)
    pd.testing.assert_frame_equal(pd.DataFrame(before), pd.DataFrame(evaluation.buildings))


def test_page_names_no_address_outside(text):
    markup = re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    assert re.findall(r'(?:src|href|action)\s*=\s*"(?!#)[^"]*"', markup) == []
    assert "@import" not in text
    assert not re.search(r"url\((?!data:|#)", text)


def test_policy_names_every_script_and_style_and_no_other(text):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        named = re.search(rf"{directive} ([^;]+)", policy)[1].split()
        bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S)
        hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(b.encode()).digest()).decode()}'" for b in bodies]
        assert named == hashes
        assert len(bodies) > 2
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_style_attributes_and_no_event_attributes(text):
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.S)
    assert not re.search(r"<[^>]+\s(style|on\w+)\s*=", markup)


def test_random_ids_of_folium_are_numbered(text):
    assert 'id="map_0"' in text
    assert not re.search(r"_[0-9a-f]{32}\b", text)


def test_hostile_texts_stay_data():
    fields = ("title", "carrier", "building", "place", "street", "park", "amenity", "metro", "station", "event", "file")
    hostile = fake_evaluation.make(30, names=dict.fromkeys((*fields, "category", "address", "value"), HOSTILE))
    text = show(hostile).text
    assert HOSTILE not in text
    assert "<img" not in text
    data = island(text)
    assert data["content"]["title"]["zh"] == HOSTILE
    assert data["categories"][0]["name"]["en"] == HOSTILE


def test_missing_numbers_are_null_and_never_nan(evaluation):
    found = content(evaluation)
    assert found["completeness"][-1]["share"] is None
    assert "NaN" not in json.dumps(island(show(evaluation).text), allow_nan=True)


def test_only_listed_columns_of_records_reach_the_page(evaluation):
    carriers = evaluation.study.carriers.assign(contact="张三 13800000000")
    study = type(evaluation.study)(**{**vars(evaluation.study), "carriers": carriers})
    shown = show(type(evaluation)(**{**vars(evaluation), "study": study})).text
    assert "13800000000" not in shown


def test_a_record_without_a_place_is_left_off_the_map(evaluation):
    ids = [symbol["id"] for symbol in layers.symbols(evaluation)]
    assert "c1" in ids
    assert "c6" not in ids


def test_parks_bear_their_english_names_where_the_map_has_them(evaluation):
    green = evaluation.study.open_space.assign(name=["华山绿地", "街心花园"], area_m2=5000.0, tags=['{"name:en": "Huashan Park"}', pd.NA])  # fmt: skip
    study = SimpleNamespace(**{**vars(evaluation.study), "open_space": green})
    names = layers.base(SimpleNamespace(study=study), layers.drawing_grid(evaluation))["greenNames"]
    assert [texts(names[key]) for key in ("name", "nameEn")] == [["华山绿地", "街心花园"], ["Huashan Park", ""]]


def test_an_unknown_library_is_an_error():
    with pytest.raises(CorridorError, match="not vendored"):
        page._inline_head('<script src="https://example.org/other.js"></script>')


def test_vendored_files_are_those_of_the_manifest():
    manifest = json.loads((page.VENDOR / "manifest.json").read_text("utf-8"))
    files = {path.name for path in page.VENDOR.iterdir()} - {"manifest.json"}
    assert files == set(manifest)
    for name, entry in manifest.items():
        assert hashlib.sha256((page.VENDOR / name).read_bytes()).hexdigest() == entry["sha256"], name
        assert entry["version"]
        assert entry["licence"]


def test_language_is_checked(evaluation, tmp_path):
    with pytest.raises(CorridorError) as caught:
        write_map(evaluation, tmp_path / "map.html", lang="fr")
    assert "fr" in caught.value.in_("zh")
    assert not (tmp_path / "map.html").exists()


def test_both_languages_hold_the_same_wording():
    source = (page.ASSETS / "i18n.js").read_text("utf-8")
    zh, en = source.split("    en: {", 1)
    key = re.compile(r"(?<=[\s{,])(\w+): '")
    assert set(key.findall(zh)) == set(key.findall(en.split("const C", 1)[0]))


def test_notebook_cell_holds_the_same_page(evaluation):
    cell = show(evaluation, lang="en")
    frame = cell._repr_html_()
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', frame)[1]) == cell.text
    assert 'sandbox="allow-scripts allow-modals"' in frame
