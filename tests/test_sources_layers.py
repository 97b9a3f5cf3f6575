"""Planners' own layers: any declared system, Chinese text, into the shape of the OSM tables."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pandas.testing import assert_frame_equal

from corridor import schemas
from corridor.errors import CrsError, SourceError
from corridor.sources import Layer, read_layer

X, Y = 540_000.0, 3_453_000.0  # EPSG:32651, by 定西路


def square(column: float, row: float, size: float = 20.0) -> shapely.Polygon:
    return shapely.box(X + 30 * column, Y + 30 * row, X + 30 * column + size, Y + 30 * row + size)


def buildings(**columns) -> gpd.GeoDataFrame:
    data = {"层数": [6.0, 20.0, np.nan], "用途": ["住宅", "科研办公", "商业"], "名称": ["𠮷祥里", "上生新所", None]}
    return gpd.GeoDataFrame(data | columns, geometry=[square(0, 0), square(1, 0), square(0, 1)], crs="EPSG:32651")


MAPPING = {"levels": "层数", "use": "用途", "name": "名称"}


def check(layer: Layer, name: str) -> Layer:
    schemas.TABLES[name].check(layer.table, crs=4326)
    assert layer.table.index.is_unique and layer.table.index.is_monotonic_increasing
    layer.account.check({f"layer.{name}": len(layer.table)})
    return layer


def codes(layer: Layer) -> dict[str, str]:
    return {notice.code: notice.value for notice in layer.notices}


@pytest.mark.parametrize("system", ["EPSG:32651", "EPSG:4549", "EPSG:4490", "EPSG:4326", "EPSG:3857"])
def test_any_declared_system_gives_the_same_places(tmp_path, system):
    frame = buildings()
    frame.to_crs(system).to_file(tmp_path / "a.gpkg")
    table = check(read_layer(tmp_path / "a.gpkg", "buildings", columns=MAPPING), "buildings").table
    assert sorted(table.use) == ["commercial", "office", "residential"]
    there = table.to_crs(32651).geometry.centroid
    wanted = frame.geometry.centroid
    assert there.apply(lambda point: wanted.distance(point).min() < 0.05).all()


@pytest.mark.parametrize(("encoding", "given", "cpg"), [
    ("UTF-8", None, True), ("UTF-8", None, False), ("GB18030", None, True),
    ("GB18030", None, False), ("GB18030", "GB18030", False), ("GB18030", "gbk", False),
])  # fmt: skip
def test_shapefile_text_in_every_encoding(tmp_path, encoding, given, cpg):
    frame = buildings(名称=["番禺里", "上生新所", "长宁路"])
    frame.to_file(tmp_path / "建筑.shp", encoding=encoding)
    if not cpg:
        (tmp_path / "建筑.cpg").unlink()
    layer = check(read_layer(tmp_path / "建筑.shp", "buildings", columns=MAPPING, encoding=given), "buildings")
    assert set(layer.table.name) == {"番禺里", "上生新所", "长宁路"}
    assert ("layer-encoding" in codes(layer)) is (given is None and not cpg)


def test_shapefile_in_neither_encoding(tmp_path):
    buildings(名称=["abc", "def", "ghi"]).to_file(tmp_path / "a.shp", encoding="UTF-8")
    (tmp_path / "a.cpg").unlink()
    path = tmp_path / "a.dbf"
    path.write_bytes(path.read_bytes().replace(b"abc", b"\xff\xff\xff"))
    with pytest.raises(SourceError, match="neither UTF-8 nor GB18030"):
        read_layer(tmp_path / "a.shp", "buildings")


def test_geojson_with_people_and_own_column_names(tmp_path):
    frame = buildings(residents=[120, None, 0], workers=["1,200", "-3", "x"]).to_crs(4326)
    frame.to_file(tmp_path / "a.geojson")
    layer = check(read_layer(tmp_path / "a.geojson", "buildings", columns={"levels": "层数"}), "buildings")
    assert sorted(layer.table.residents.fillna(-1)) == [-1, 0, 120]
    assert layer.table.workers.dropna().to_list() == [1200]
    assert codes(layer)["layer-value"] == "2 workers (-3); 3 workers (x)"
    assert set(layer.table.use) == {"unknown"}


def test_ids_do_not_depend_on_the_order_of_rows(tmp_path):
    frame = buildings()
    frame.to_file(tmp_path / "a.gpkg")
    frame.iloc[::-1].to_file(tmp_path / "b.gpkg")
    a, b = (read_layer(tmp_path / name, "buildings", columns=MAPPING).table for name in ("a.gpkg", "b.gpkg"))
    assert_frame_equal(a, b)


def test_missing_system_is_an_error(tmp_path):
    buildings().to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(CrsError):
        read_layer(tmp_path / "a.shp", "buildings")
    assert len(check(read_layer(tmp_path / "a.shp", "buildings", crs="EPSG:32651"), "buildings").table) == 3


def test_declared_system_wins_over_the_files_own_and_is_told(tmp_path):
    buildings().to_file(tmp_path / "a.gpkg")
    assert "layer-crs" not in codes(read_layer(tmp_path / "a.gpkg", "buildings", crs="EPSG:32651"))
    assert "layer-crs" in codes(read_layer(tmp_path / "a.gpkg", "buildings", crs="EPSG:4549"))
    with pytest.raises(CrsError):
        read_layer(tmp_path / "a.gpkg", "buildings", crs="EPSG:4326")
    with pytest.raises(CrsError):
        read_layer(tmp_path / "a.gpkg", "buildings", crs="Shanghai grid")


def test_bad_rows_are_told_and_the_account_closes(tmp_path):
    bow_tie = shapely.Polygon([(X, Y), (X + 20, Y + 20), (X + 20, Y), (X, Y + 20)])
    shapes = [square(0, 0), None, shapely.Point(X, Y), square(0, 0), bow_tie, square(2, 2)]
    frame = gpd.GeoDataFrame({"用途": ["住宅", "", "", "", "怪", "住宅"]}, geometry=shapes, crs=32651)
    frame.to_file(tmp_path / "a.gpkg")
    layer = check(read_layer(tmp_path / "a.gpkg", "buildings", columns={"use": "用途"}), "buildings")
    assert len(layer.table) == 3
    told = codes(layer)
    assert told["layer-unusable"] == "2; 3" and told["layer-twice"] == "4"
    assert told["polygon-repaired"] == "5" and told["layer-value"] == "5 use (怪)"


def test_unknown_columns_are_listed(tmp_path):
    buildings().to_file(tmp_path / "a.gpkg")
    with pytest.raises(SourceError) as caught:
        read_layer(tmp_path / "a.gpkg", "buildings", columns={"levels": "层", "colour": "名称"})
    assert "层数" in str(caught.value) and "colour" in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04", b"SQLite format 3\x00"])
def test_unreadable_files(tmp_path, data):
    path = tmp_path / "a.gpkg"
    path.write_bytes(data)
    with pytest.raises(SourceError, match="readable layer"):
        read_layer(path, "buildings")
    with pytest.raises(SourceError, match="does not exist"):
        read_layer(tmp_path / "b.gpkg", "buildings")


def test_a_layer_of_the_wrong_kind(tmp_path):
    gpd.GeoDataFrame(geometry=[shapely.Point(X, Y)], crs=32651).to_file(tmp_path / "a.gpkg")
    with pytest.raises(SourceError, match="has to hold polygons"):
        read_layer(tmp_path / "a.gpkg", "buildings")


def test_the_right_layer_of_several_is_taken(tmp_path):
    path = tmp_path / "plan.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.Point(X, Y)], crs=32651).to_file(path, layer="points")
    buildings().to_file(path, layer="a")
    assert len(read_layer(path, "buildings").table) == 3
    buildings().iloc[:1].to_file(path, layer="b")
    with pytest.raises(SourceError, match="several layers"):
        read_layer(path, "buildings")
    buildings().iloc[:2].to_file(path, layer="buildings")
    assert len(read_layer(path, "buildings").table) == 2


def test_streets_meet_at_equal_places_on_equal_layers(tmp_path):
    def line(*places: tuple[float, float]) -> shapely.LineString:
        return shapely.LineString([(X + x, Y + y) for x, y in places])

    shapes = [
        line((0, 50), (50, 50), (100, 50)),
        line((50, 0), (50, 50), (50, 100)),
        shapely.MultiLineString([line((50, 0), (50, 50), (50, 100)), line((100, 50), (100, 90))]),
        line((0, 0), (0, 0)),
    ]
    data = {"道路名": ["定西路", "番禺路", "高架", "点"], "等级": ["次干路", "街坊路", "快速路", "支路"],
            "层": [0, 0, 1, 0], "通行": ["公共", "内部道路", "", ""]}  # fmt: skip
    gpd.GeoDataFrame(data, geometry=shapes, crs=32651).to_file(tmp_path / "a.gpkg")
    columns = {"name": "道路名", "highway": "等级", "layer": "层", "access": "通行"}
    layer = check(read_layer(tmp_path / "a.gpkg", "streets", columns=columns), "streets")
    rows = layer.table.reset_index().set_index("name")
    assert rows.walk.to_dict() == {"定西路": "public", "番禺路": "private", "高架": "none"}
    nodes = {name: list(group) for name, group in rows.nodes.groupby(level=0)}
    ground, lane = nodes["定西路"][0], nodes["番禺路"][0]
    assert ground[1] == lane[1]
    assert all(ground[1] not in part for part in nodes["高架"])
    assert any(ground[2] in part for part in nodes["高架"])  # its ramp ends there
    assert layer.table.osm_id.isna().all() and sum(id_.endswith("#2") for id_ in layer.table.index) == 1


def test_open_space(tmp_path):
    frame = gpd.GeoDataFrame(
        {"类别": ["街头绿地", "广场", ""], "名": ["a", "b", "c"]},
        geometry=[square(0, 0), square(1, 1), square(2, 2, 40)],
        crs=32651,
    )
    frame.to_file(tmp_path / "a.gpkg")
    layer = check(read_layer(tmp_path / "a.gpkg", "open_space", columns={"kind": "类别", "name": "名"}), "open_space")
    by_name = layer.table.set_index("name")
    assert by_name.kind.to_dict() == {"a": "park", "b": "square", "c": "park"}
    assert by_name.area_m2["c"] == pytest.approx(1600, rel=2e-3)
