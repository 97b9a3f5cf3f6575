"""The innovation chain as sheets of `tables.xlsx` and layers of `buildings.gpkg`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from corridor import schemas
from corridor.report._qgis import Rule, fill, line, marker
from corridor.schemas import Table

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation, Innovation

# Where each table is written.
WHERE = {
    "innovation_places": "tables.xlsx: linkage; buildings.gpkg: linkage",
    "links": "tables.xlsx: links",
    "core_links": "buildings.gpkg: core_links",
    "chain": "buildings.gpkg: chain",
    "chain_coverage": "tables.xlsx: chain coverage",
    "ladder": "tables.xlsx: ladder",
    "service_coverage": "tables.xlsx: service coverage",
    "event_coverage": "tables.xlsx: event coverage",
    "event_times": "tables.xlsx: event times",
    "one_trip": "tables.xlsx: one trip",
    "innovation_groups": "tables.xlsx: groups",
    "innovation_group_coverage": "tables.xlsx: group coverage",
    "trails": "tables.xlsx: trails; buildings.gpkg: trails",
    "trail_stops": "tables.xlsx: trail stops; buildings.gpkg: trail_stops",
}


def sheets(innovation: Innovation) -> list[tuple[str, Table, pd.DataFrame]]:
    """Return the sheets in order: name, schema, rows. Tables without a row are left out."""
    found = [
        ("载体联系 linkage", schemas.INNOVATION_PLACES, innovation.places),
        ("联系明细 links", schemas.LINKS, innovation.links),
        ("创新链 chain coverage", schemas.CHAIN_COVERAGE, innovation.chain_coverage),
        ("梯度衔接 ladder", schemas.LADDER, innovation.ladder),
        ("服务覆盖 service coverage", schemas.SERVICE_COVERAGE, innovation.service_coverage),
        ("活动覆盖 event coverage", schemas.EVENT_COVERAGE, innovation.event_coverage),
        ("活动时段 event times", schemas.EVENT_TIMES, innovation.event_times),
        ("一次办 one trip", schemas.ONE_TRIP, innovation.one_trip),
        ("分组 groups", schemas.INNOVATION_GROUPS, innovation.groups),
        ("分组覆盖 group coverage", schemas.INNOVATION_GROUP_COVERAGE, innovation.group_coverage),
        ("线路 trails", schemas.TRAILS, innovation.trails),
        ("线路站点 trail stops", schemas.TRAIL_STOPS, innovation.trail_stops),
    ]
    return [(name, table, frame) for name, table, frame in found if len(frame)]


def layers(evaluation: Evaluation) -> dict[str, tuple[gpd.GeoDataFrame, str, Table]]:
    """Return the layers by name: rows, kind of geometry, schema. Layers without a row are left out."""
    found = evaluation.innovation
    outlines = evaluation.buildings.geometry
    chain = gpd.GeoDataFrame(found.chain, geometry=outlines.reindex(found.chain.index), crs=outlines.crs)
    layers: dict[str, tuple[gpd.GeoDataFrame, str, Table]] = {
        "linkage": (found.places, "point", schemas.INNOVATION_PLACES),
        "core_links": (found.core_links, "line", schemas.CORE_LINKS),
        "chain": (chain, "polygon", schemas.CHAIN),
        "trails": (found.trails, "line", schemas.TRAILS),
        "trail_stops": (found.trail_stops, "point", schemas.TRAIL_STOPS),
    }
    return {name: layer for name, layer in layers.items() if len(layer[0])}


def styles(evaluation: Evaluation) -> list[tuple[str, str, list[Rule]]]:
    """Return layer, style name and rules for QGIS of the layers there are."""
    near = [("#1E4577", 1.0), ("#36799F", 0.7), ("#66ABB2", 0.5)]
    limits = ['"walk_s" <= 300', '"walk_s" > 300 AND "walk_s" <= 600', '"walk_s" > 600 AND "walk_s" <= 900']
    names = ["5分钟以内", "5–10分钟", "10–15分钟"]
    chain = ("#F6E3A8", "#AFD3B8", "#66ABB2", "#36799F", "#1E4577")
    found = [
        ("linkage", "载体联系", [
            Rule("核心载体", '"is_core"', marker("star", "#173A73", 6)),
            Rule("离带", '"off_belt"', marker("square", "#9A3412", 4)),
            Rule("载体院所", "ELSE", marker("square", "#173A73", 4)),
        ]),
        ("core_links", "核心载体联系线", [
            *(Rule(name, limit, line(*look)) for name, limit, look in zip(names, limits, near, strict=True)),
            Rule("15分钟以上", "ELSE", line("#98A2AA", 0.3)),
        ]),
        ("chain", "15分钟内创新链阶段数", [
            Rule(f"{n}个阶段", f'"n_stages_15min" = {n}', fill(chain[n], "#1B2733")) for n in reversed(range(5))
        ]),
        ("trails", "微旅游线路", [Rule("线路", "", line("#AE5300", 0.9))]),
        ("trail_stops", "线路站点", [Rule("站点", "", marker("circle", "#AE5300", 2.6))]),
    ]  # fmt: skip
    have = layers(evaluation)
    return [style for style in found if style[0] in have]
