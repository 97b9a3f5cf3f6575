"""A street of two blocks whose numbers can be worked on paper.

::

    y 300   end                              lanes of 5 m: stations at 2.5, 7.5 … 97.5
      |                                      second way is drawn from north to south
    y 100   x===== Cross Street =====        crossing at the corner (0, 100)
      |  w                                   wall 8 m west, y 75 … 100
     75  w |
      |    |B (16 m west, y 50 … 75)
     50    |           restaurant (14, 50)   east: C, 12 m away, y 0 … 100
      |  A (10 m west, y 0 … 50)  service way to (30, 40)
     30    crossing (0, 30)
     10    shops (-12, 10) and (-12, 13)     trees at y 20, 40, 60, 80, 5 m east
      0
"""

import json
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pyproj
import shapely
from worlds import CRS, gate_table, street_table

from corridor.config import People, StreetRanking, Survey
from corridor.network import build_network
from corridor.streets import build_segments

RULES, SURVEY = StreetRanking.model_validate({}), Survey.model_validate({})


def points(rows, **columns):
    index = pd.Index([f"p/{i}" for i in range(len(rows))], dtype="string")
    return gpd.GeoDataFrame(columns, index=index, geometry=[shapely.Point(*row) for row in rows], crs=CRS)


def ways(tags=None, edited=None, more=()):
    tags = {"way/0000": {"sidewalk": "right", "sidewalk:right:width": "3", "lit": "yes"},
            "way/0001": {"sidewalk": "right"}} | (tags or {})  # fmt: skip
    table = street_table(
        [
            {"stops": [(1, 0, 0), (2, 0, 40), (8, 0, 80), (3, 0, 100)], "name": "Main"},
            {"stops": [(4, 0, 300), (3, 0, 100)], "name": "Main"},
            {"stops": [(5, -150, 100), (3, 0, 100), (6, 150, 100)], "name": "Cross Street"},
            {"stops": [(2, 0, 40), (7, 30, 40)], "highway": "service"},
            *more,
        ]
    )
    table["tags"] = [json.dumps({"highway": h} | tags.get(i, {})) for i, h in table["highway"].items()]
    if edited:
        table["edited"] = pd.Series([edited.get(i) for i in table.index], index=table.index, dtype=object)
    return table.assign(name_en=None, bridge=False, tunnel=False, layer=0)


def buildings(levels=None):
    boxes = [(-20, 0, -10, 50), (-26, 50, -16, 75), (12, 0, 22, 100)]
    return gpd.GeoDataFrame(
        {
            "use": pd.array(["residential"] * 3, dtype="string"),
            "levels": pd.array(levels or [pd.NA] * 3, dtype="Float64"),
            "height_m": pd.array([pd.NA] * 3, dtype="Float64"),
        },
        index=pd.Index(["b/A", "b/B", "b/C"], name="building_id", dtype="string"),
        geometry=[shapely.box(*box) for box in boxes],
        crs=CRS,
    )


def town(*, edited=None, levels=None, tags=None, corridor=("Main",), schematic=None, more=()):
    """Return (study, network, segments); `more` ways are those from way/0004 on."""
    streets = ways(tags, edited, more)
    gates = points([(10, 60), (-10, 20)], passage=["open", "residents"])
    gates["node_id"] = [901, 902]
    furniture = points(
        [(0, 100), (0, 30), (5, 20), (5, 40), (5, 60), (5, 80)], kind=["crossing"] * 2 + ["tree"] * 4, tags="{}"
    )
    barriers = gpd.GeoDataFrame({"kind": ["wall"]}, geometry=[shapely.LineString([(-8, 75), (-8, 100)])], crs=CRS)
    amenities = points(
        [(-12, 10), (-12, 13), (14, 50)],
        opening_hours=pd.array([pd.NA] * 3, dtype="string"),
        tags=['{"shop":"bakery"}', '{"shop":"books"}', '{"amenity":"restaurant"}'],
    )
    space = gpd.GeoDataFrame({"walk": ["public"]}, geometry=[shapely.box(-30, 150, -12, 200)], crs=CRS)
    carriers = points([(14, 70)], kind=["lab"], is_core=[False], name=["Lab"])
    named = SimpleNamespace(names=list(corridor), file=None, side_m=100.0) if corridor else None
    study = SimpleNamespace(
        crs=pyproj.CRS(CRS),
        provenance={"osm": {"sha256": "0", "osm_date": "2026-05-01T00:00:00Z"}},
        streets=streets,
        gates=gates,
        furniture=furniture,
        barriers=barriers,
        amenities=amenities,
        buildings=buildings(levels),
        open_space=space,
        carriers=carriers,
        stations=points([(-14, 160)], type=["ip"]),
        corridor=streets[streets["name"].isin(corridor)],
        config=SimpleNamespace(
            schematic=schematic,
            people=People(),
            corridor=named,
            where=lambda *_: "study.yaml",
            streets=RULES,
            survey=SURVEY,
            map=SimpleNamespace(review_no=None),
        ),
    )
    network = build_network(streets, gate_table({}))
    return study, network, build_segments(study, network)


def nothing_near(amenities):
    """Return an empty table of opportunities."""
    return amenities.iloc[:0].assign(category=pd.Series(dtype="string"), source="osm", source_id="")
