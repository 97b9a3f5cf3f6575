"""Tables against the words they promise."""

import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from corridor import config, schemas
from corridor.errors import StudyError
from corridor.schemas import BUILDINGS, GATES, TABLES, Column, Rule, Table, dictionary


def gates(**changes):
    data = {
        "node_id": [1, 2],
        "barrier": ["gate", "wicket_gate"],
        "passage": ["open", "shut"],
        "name": pd.array(["南门", pd.NA], dtype="string"),
        "tags": ["{}", "{}"],
    }
    index = pd.Index(["node/1", "node/2"], name="gate_id")
    return gpd.GeoDataFrame(data | changes, index=index, geometry=[Point(0, 0), Point(1, 1)], crs=32651)


def problems(table, frame, **options):
    with pytest.raises(StudyError) as caught:
        table.check(frame, **options)
    return {problem.where: problem.what for problem in caught.value.problems}


def test_a_good_table_passes_with_further_columns():
    GATES.check(gates(extra=[1, 2]), crs="EPSG:32651")


def test_every_fault_is_told_at_once_the_coordinate_system_first():
    frame = gates(passage=["open", "ajar"], node_id=["a", "b"], tags=[None, "{}"]).drop(columns="barrier")
    frame = frame.set_crs(None, allow_override=True)
    frame.index = pd.Index(["node/1", "node/1"], name="gate_id")
    found = problems(GATES, frame)
    assert next(iter(found)) == "gates"
    assert "no coordinate system" in found["gates"].en
    assert "node/1" in found["gates.gate_id"].en
    assert "missing" in found["gates.barrier"].en
    assert found["gates.node_id"].zh.startswith("应为整数")
    assert "ajar" in found["gates.passage"].en and "open | residents | shut" in found["gates.passage"].zh
    assert "1 rows have no value: node/1" in found["gates.tags"].en
    assert len(found) == 6


def test_the_wrong_system_index_name_and_geometry_are_told():
    frame = gates().rename_axis("id")
    frame.geometry = [Point(0, 0), LineString([(0, 0), (1, 1)])]
    found = problems(GATES, frame, crs="EPSG:4326")
    assert "EPSG:32651" in found["gates"].en and "EPSG:4326" in found["gates"].zh
    assert "'id'" in found["gates.gate_id"].en
    assert "point" in found["gates.geometry"].en


@pytest.mark.parametrize("value", [-1.0, 101.0, float("inf")])
def test_ranges_hold_and_missing_values_are_not_out_of_range(value):
    table = Table("t", "表", "table", (Column("score", "float", "", "得分", "score", True, Rule(low=0, high=100)),))
    table.check(pd.DataFrame({"score": pd.array([0, None, 100], dtype="Float64")}))
    found = problems(table, pd.DataFrame({"score": pd.array([0, None, value], dtype="Float64")}))
    assert str(value) in found["t.score"].en and "rows 2" in found["t.score"].en


def test_empty_tables_pass():
    BUILDINGS.check(
        gpd.GeoDataFrame(
            {c.name: pd.Series(dtype="string") for c in BUILDINGS.columns if c.dtype == "string"}
            | {"levels": pd.Series(dtype="Float64"), "height_m": pd.Series(dtype="Float64")},
            index=pd.Index([], name="building_id"),
            geometry=[],
            crs=4326,
        )
    )


def test_the_check_leaves_the_frame_as_it_is():
    frame = gates()
    before = frame.copy()
    GATES.check(frame)
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_uses_and_kinds_are_those_of_the_settings():
    assert BUILDINGS["use"].rule.values == config.USES
    assert schemas.CATEGORY_TABLE["kind"].rule.values == config.KINDS


def test_every_column_of_every_table_is_in_the_dictionary_in_both_languages():
    found = dictionary(TABLES.values())
    assert found.groupby("table").size().to_dict() == {name: len(table.all_columns) for name, table in TABLES.items()}
    assert not found.duplicated(["table", "column"]).any()
    assert (found[["zh", "en", "type"]] != "").all(axis=None)
    assert found["zh"].str.contains("[\u4e00-\u9fff]").all()
    walk = found[(found["table"] == "access") & (found["column"] == "walk_s")].iloc[0]
    assert (walk["unit"], walk["rule"], walk["missing_allowed"]) == ("s", "0 ≤ x", True)


def test_labels_carry_the_unit():
    assert schemas.ACCESS.label("walk_s").en == "walking time to the nearest at the profile's speed (s)"
    assert schemas.COVERAGE.label("share").zh == "覆盖率"
    with pytest.raises(KeyError):
        schemas.ACCESS["walk"]


def test_pandera_loads_only_when_a_table_is_checked():
    code = "import sys, corridor.schemas; sys.exit('pandera' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_polygons_of_both_kinds_pass():
    table = Table("t", "表", "table", (Column("geometry", "polygon", "", "范围", "outline"),))
    parts = gpd.GeoSeries([box(0, 0, 1, 1), box(0, 0, 1, 1).union(box(2, 2, 3, 3))], crs=32651)
    table.check(gpd.GeoDataFrame(geometry=parts))
