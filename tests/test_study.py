"""A study opened: area, corridor, extent, provenance, and what is refused."""

import json

import pytest
from shapely.geometry import box, mapping
from toy import write_study

import corridor
import corridor.study
from corridor.errors import ConfigError, SourceError, StudyError


def test_opens_with_one_metric_crs_and_an_account_that_closes(tmp_path):
    study = corridor.open_study(write_study(tmp_path, "corridor: {names: [Main Road]}\n"))
    assert study.crs.to_epsg() == 32651
    assert study.corridor.index.tolist() == ["way/101"]
    used = {name: len(getattr(study, name)) for name in ("streets", "buildings", "amenities", "open_space", "water")}
    study.account.check(used)
    assert study.buildings["in_area"].all()
    assert study.margin_m == 2 * 15 * 90 + 150


def test_missing_street_lists_near_names(tmp_path):
    with pytest.raises(StudyError) as caught:
        corridor.open_study(write_study(tmp_path, "corridor: {names: [Main Raod]}\n"))
    assert "Main Road" in caught.value.in_("en") and "没有名为“Main Raod”的街道" in caught.value.in_("zh")


def test_data_that_cover_less_than_half_of_the_area_are_refused(tmp_path):
    (tmp_path / "area.geojson").write_text(json.dumps(mapping(box(121.40, 31.20, 121.45, 31.23))))
    with pytest.raises(StudyError, match="cover only"):
        corridor.open_study(write_study(tmp_path, "area: area.geojson\n"))


def test_data_that_end_before_the_margin_are_noted(tmp_path):
    study = corridor.open_study(write_study(tmp_path))
    assert "data-edge" in {notice.code for notice in study.notices}


def test_a_boundary_without_polygon_is_refused(tmp_path):
    (tmp_path / "area.geojson").write_text('{"type":"Point","coordinates":[121.41,31.21]}')
    with pytest.raises(StudyError, match="holds no polygon"):
        corridor.open_study(write_study(tmp_path, "area: area.geojson\n"))
    (tmp_path / "area.geojson").write_text("not a boundary")
    with pytest.raises(StudyError, match="not a readable boundary"):
        corridor.open_study(write_study(tmp_path, "area: area.geojson\n"))


def test_swapped_degrees_and_web_mercator_are_refused(tmp_path):
    with pytest.raises(corridor.CorridorError, match=r"1\.1\d"):
        corridor.open_study(write_study(tmp_path, "crs: EPSG:3857\n"))


def test_equal_inputs_have_equal_fingerprints(tmp_path):
    one = corridor.open_study(write_study(tmp_path / "one"))
    two = corridor.open_study(write_study(tmp_path / "two"))
    other = corridor.open_study(write_study(tmp_path / "three", kinder="Moonrise"))
    assert one.fingerprint == two.fingerprint != other.fingerprint


def test_replace_leaves_the_original_alone(tmp_path):
    study = corridor.open_study(write_study(tmp_path))
    fewer = study.replace(amenities=study.amenities.iloc[:0])
    assert len(study.amenities) == 1 and len(fewer.amenities) == 0


def test_missing_study_and_missing_osm_file(tmp_path):
    with pytest.raises(ConfigError):
        corridor.open_study(tmp_path / "nowhere")
    folder = write_study(tmp_path)
    (folder / "town.osm").unlink()
    with pytest.raises((ConfigError, SourceError)):
        corridor.open_study(folder)


LINE = '{"type":"LineString","coordinates":[[121.409,31.21],[121.4145,31.21]]}'


def collection(*geometries: str) -> str:
    features = ",".join(f'{{"type":"Feature","properties":{{}},"geometry":{text}}}' for text in geometries)
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


def test_a_boundary_on_one_line_is_refused_and_a_crossed_one_is_noted(tmp_path):
    folder = write_study(tmp_path, "area: area.geojson\n")
    flat = [[121.41, 31.21], [121.411, 31.21], [121.412, 31.21], [121.41, 31.21]]
    (folder / "area.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [flat]}))
    with pytest.raises(StudyError, match="encloses no area"):
        corridor.open_study(folder)
    bow = [[121.4102, 31.21], [121.4126, 31.2103], [121.4126, 31.21], [121.4102, 31.2103], [121.4102, 31.21]]
    (folder / "area.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [bow]}))
    study = corridor.open_study(folder)
    assert study.area.geom_type == "MultiPolygon"
    assert "area-crossed" in {notice.code for notice in study.notices}


def test_streets_on_one_line_need_an_area(tmp_path):
    folder = write_study(tmp_path)
    text = (folder / "town.osm").read_text("utf-8")
    (folder / "town.osm").write_text(text.replace('lat="31.211"', 'lat="31.21"'), encoding="utf-8")
    with pytest.raises(StudyError, match=r"one line|encloses no|cover only"):
        corridor.open_study(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a line", "not a readable corridor"),
        ('{"type":"Point","coordinates":[10,50]}', "holds no line"),
        (collection("null"), "holds no line|not a readable"),
        (LINE.replace("31.21", "31.3"), "outside the map data"),
    ],
)
def test_a_corridor_file_without_a_line_in_the_data_is_refused(tmp_path, content, said):
    folder = write_study(tmp_path, "corridor: {file: line.geojson}\n")
    (folder / "line.geojson").write_text(content)
    with pytest.raises(StudyError, match=said):
        corridor.open_study(folder)


def test_a_corridor_file_keeps_its_lines(tmp_path):
    folder = write_study(tmp_path, "corridor: {file: line.geojson, names: [Axis]}\n")
    (folder / "line.geojson").write_text(collection(LINE, "null", '{"type":"Point","coordinates":[121.41,31.21]}'))
    study = corridor.open_study(folder)
    assert study.corridor["name"].tolist() == ["Axis"] and study.corridor.geom_type.tolist() == ["LineString"]
    assert [notice.value for notice in study.notices if notice.code == "corridor-dropped"] == ["2"]


def test_the_fingerprint_covers_boundary_corridor_and_categories(tmp_path):
    folder = write_study(tmp_path, "area: area.geojson\ncorridor: {file: line.geojson}\ncategories: categories.yaml\n")
    (folder / "line.geojson").write_text(LINE)
    (folder / "categories.yaml").write_text("categories: {edu.kinder: {tier_min: 5}}\n")
    (folder / "area.geojson").write_text(json.dumps(mapping(box(121.4102, 31.21, 121.4126, 31.2103))))
    prints = {corridor.open_study(folder).fingerprint}
    (folder / "categories.yaml").write_text("categories: {edu.kinder: {tier_min: 10}}\n")
    prints.add(corridor.open_study(folder).fingerprint)
    (folder / "line.geojson").write_text(LINE.replace("121.409", "121.4095"))
    prints.add(corridor.open_study(folder).fingerprint)
    (folder / "area.geojson").write_text(json.dumps(mapping(box(121.4102, 31.21, 121.4126, 31.21025))))
    study = corridor.open_study(folder)
    prints.add(study.fingerprint)
    assert len(prints) == 4
    assert str(tmp_path) not in json.dumps(study.provenance)


def test_provenance_hashes_a_snapshot_and_what_belongs_to_a_shapefile(tmp_path):
    import geopandas as gpd

    town = write_study(tmp_path / "town") / "town.osm"
    corridor.study.new_study(tmp_path / "my", bbox=(121.4102, 31.21, 121.4126, 31.2103), osm=town)
    assert "streets.parquet" in corridor.open_study(tmp_path / "my").provenance["osm"]["snapshot"]
    folder = write_study(tmp_path / "shp", "area: area.shp\n")
    gpd.GeoDataFrame(geometry=[box(121.4102, 31.21, 121.4126, 31.2103)], crs=4326).to_file(folder / "area.shp")
    assert {"sha256", "dbf", "prj", "cpg"} <= set(corridor.open_study(folder).provenance["area"])


def test_an_area_without_buildings_is_refused(tmp_path):
    folder = write_study(tmp_path, "area: {bbox: [121.4108, 31.21, 121.4118, 31.2103]}\n")
    with pytest.raises(StudyError, match=r"0 buildings in the study area \(2 read\)"):
        corridor.open_study(folder)


def test_rows_are_the_same_cell_by_cell():
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry import Point

    def table(ids, **columns):
        points = [Point(place, 0) for place in columns.pop("at")]
        return gpd.GeoDataFrame(columns, index=list(ids), geometry=points, crs=32651)

    facts = {"use": pd.array(["a", None, "c"], "string"), "levels": [1.0, float("nan"), 3.0]}
    before = table("xyz", at=[1, 2, 3], **facts)
    same_rows = corridor.study.same_rows
    assert same_rows(before, before).tolist() == [0, 1, 2]
    # Two empty cells are the same, and so is a place of the same coordinates.
    assert same_rows(before, table("xyz", at=[1, 2, 3], **facts)).tolist() == [0, 1, 2]
    assert same_rows(before, before.iloc[[2, 0]]).tolist() == [2, 0]
    moved = table("xyz", at=[1, 2, 4], **facts)
    assert same_rows(before, moved).tolist() == [0, 1, -1]
    assert same_rows(before, before.rename({"y": "new"})).tolist() == [0, -1, 2]
    assert same_rows(before, before.assign(levels=[1.0, 2.0, 3.0])).tolist() == [0, -1, 2]
    # A column that only one table has counts as empty in the other.
    named = before.assign(given=pd.Series([pd.NA, 5, pd.NA], index=before.index, dtype=object))
    assert same_rows(before, named).tolist() == same_rows(named, before).tolist() == [0, -1, 2]
    assert same_rows(named, named.copy()).tolist() == [0, 1, 2]
