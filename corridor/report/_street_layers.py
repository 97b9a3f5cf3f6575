"""`streets.gpkg`: segments coloured by priority, suggested measures, gates that would serve more people; styled for QGIS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geopandas as gpd

from corridor import schemas
from corridor.ranking import CLASSES
from corridor.report import _qgis
from corridor.report._exports import spatial
from corridor.report._geopackage import Layers, write_layers
from corridor.report._street_tables import RANKED, headings, titled
from corridor.report._streets._map import PRIORITY

if TYPE_CHECKING:
    from corridor.evaluation import StreetStudy

_NO_DATA, _PLAIN = "#7C838A", "#D2D1CA"
_SCORES = {"score": "更新优先度", "need": "需求", "potential": "潜力", "feasibility": "可行性"}


def write_geopackage(streets: StreetStudy, path: Path) -> Path:
    """Write the layers with their styles to `path`, whole or not at all. Raises `StudyError` when that is impossible."""
    schematic = streets.study.config.schematic
    return write_layers(path, _layers(streets), _styles(), schematic.zh if schematic else "")


def _layers(streets: StreetStudy) -> Layers:
    frame = streets.segments.segments
    schema = _segment_schema(streets)
    values = streets.values.reindex(columns=_codes(streets))
    table = frame.join(streets.ranking).join(values).join(titled(streets, frame.loc[streets.compared, []]))
    ranked = gpd.GeoDataFrame(table, geometry="geometry", crs=frame.crs)
    lines = frame[["geometry"]].reindex(streets.measures["segment_id"])
    measures = gpd.GeoDataFrame(streets.measures.copy(), geometry=lines.geometry.to_numpy(), crs=frame.crs)
    gates = streets.open_space["gates"]
    return {
        "segments": (spatial(ranked, schema), "line", schema),
        "measures": (spatial(measures, schemas.STREET_MEASURES), "line", schemas.STREET_MEASURES),
        "open_space_gates": (spatial(gates, schemas.OPEN_SPACE_GATES), "point", schemas.OPEN_SPACE_GATES),
    }


def _codes(streets: StreetStudy) -> list[str]:
    """Return the indicators without their sides: the columns a planner filters by."""
    return [code for code in streets.values.columns if "." not in code and code != "length_m"]


def _segment_schema(streets: StreetStudy) -> schemas.Table:
    """Return the schema of the layer: segment, ranks, then every indicator."""
    columns = [
        schemas.Column(code, "float", "", name.zh, name.en, True)
        for code, name in headings(_codes(streets), streets.indicators).items()
    ]
    return schemas.Table("segments", "街段", "street segments", (*RANKED.columns, *columns), RANKED.index)


def _styles() -> list[tuple[str, str, list[_qgis.Rule]]]:
    return [
        *(("segments", name, _priority_rules(column)) for column, name in _SCORES.items()),
        ("measures", "建议措施", [_qgis.Rule("首项措施", '"priority" = 1', _qgis.line("#B3261E", 0.5, (1.5, 1.0)))]),
        ("open_space_gates", "增开一处门", [
            _qgis.Rule("该空间最佳位置", '"best"', _qgis.marker("cross", "#0F7A5A", 3.0)),
            _qgis.Rule("其他位置", "ELSE", _qgis.marker("cross", _NO_DATA, 1.6)),
        ]),
    ]  # fmt: skip


def _priority_rules(column: str) -> list[_qgis.Rule]:
    """Return the five fixed classes, high to low, wider the higher; compared but unknown dashed; all other streets thin."""
    rules = []
    for i in reversed(range(5)):
        upper = f'"{column}" < {20 * i + 20}' if i < 4 else f'"{column}" <= 100'
        rules.append(
            _qgis.Rule(f"{20 * i}–{20 * i + 20} {CLASSES[i].zh}", f'"{column}" >= {20 * i} AND {upper}', _cased(i))
        )
    no_data = f'"{column}" IS NULL AND "role" <> \'other\''
    return [
        *rules,
        _qgis.Rule("资料缺失，不参与排序", no_data, _qgis.line(_NO_DATA, 0.6, (1.0, 1.0))),
        _qgis.Rule("其他街道", "ELSE", _qgis.line(_PLAIN, 0.35)),
    ]


def _cased(number: int) -> ET.Element:
    """Return a line of a class with a dark casing under it, so that the palest class is seen on white."""
    width = 0.8 + 0.3 * number
    symbol = _qgis.line("#1B2733", width + 0.25)
    symbol.append(_qgis.line(PRIORITY[number], width)[0])
    return symbol
