"""A study opened: area, corridor, extent, provenance, and what is refused."""

import json

import pytest
from shapely.geometry import box, mapping
from toy import write_study

import corridor
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
