"""A street with a park at the end of its lane, small enough to work on paper.

::

        (0,400)
          |  B (10,390) 20 residents
        (0,250)---- Lane ----(100,250)[ Park, 900 m², x 100-130, y 240-270 ]
          |
   ---- Wide Road, y 115 ----
   C --- Wide Road, y 100 ----          C (-70,90) 30 workers
          |
          |  A (10,50) 10 residents
        (0,0) [Garden, private, 625 m², x 20-45, y -12.5-12.5]  D (60,0) 8 residents

Segments of Main: 0-107.5, 107.5-250, 250-400 m. Five minutes are 400 m.
"""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from test_streets import grid_streets
from worlds import CRS

from corridor import carriers
from corridor.config import StreetRanking, Survey
from corridor.network import build_network
from corridor.streets import build_segments

PEOPLE = {"A": (10.0, 50.0, 10.0, 0.0), "B": (10.0, 390.0, 20.0, 0.0), "C": (-70.0, 90.0, 0.0, 30.0), "D": (60.0, 0.0, 8.0, 0.0)}  # fmt: skip
PARK, GARDEN = shapely.box(100, 240, 130, 270), shapely.box(20, -12.5, 45, 12.5)


def layer(index_name, rows, **columns):
    """Make a table from {id: geometry} with the same columns for all."""
    index = pd.Index(pd.array(list(rows), dtype="string"), name=index_name)
    frame = pd.DataFrame({key: pd.array([value] * len(rows)) for key, value in columns.items()}, index=index)
    return gpd.GeoDataFrame(frame, geometry=list(rows.values()), crs=CRS)


def points(index_name, rows, **columns):
    return layer(index_name, {key: shapely.Point(xy) for key, xy in rows.items()}, **columns)


def world(**changes):
    """Return (study, network, segments, buildings); changes replace tables of the study."""
    streets = grid_streets().assign(name_en=None, bridge=False, tunnel=False, layer=0, tags="{}")
    homes = {key: shapely.box(x - 5, y - 5, x + 5, y + 5) for key, (x, y, _, _) in PEOPLE.items()}
    buildings = layer("building_id", homes, use="residential").assign(
        residents=[row[2] for row in PEOPLE.values()], workers=[row[3] for row in PEOPLE.values()], in_area=True
    )
    spaces = layer("open_space_id", {"park": PARK, "garden": GARDEN}, tags="{}", name=None).assign(
        kind=["park", "garden"], area_m2=[900.0, 625.0], walk=["public", "private"]
    )
    speed = SimpleNamespace(low=60.0, middle=80.0, high=100.0)
    study = SimpleNamespace(
        crs=CRS,
        streets=streets,
        corridor=streets[streets["name"] == "Main"],
        gates=points("gate_id", {}, passage="open", barrier="gate").astype({"passage": "string"}),
        barriers=layer("barrier_id", {}, kind="wall").astype({"kind": "string"}),
        entrances=points("entrance_id", {}, of="", kind="main", node_id=1),
        buildings=buildings.drop(columns=["residents", "workers"]),
        open_space=spaces,
        amenities=points("amenity_id", {"wc": (5, 200)}, tags='{"amenity": "toilets"}', name=None),
        furniture=points("furniture_id", {"s1": (5, 300), "s2": (5, 350)}, kind="seat", tags="{}"),
        carriers=points("carrier_id", {}, kind="incubator").astype({"kind": "string"}),
        institutes=points("institute_id", {}, kind="institute"),
        firms=points("firm_id", {}, carrier_id=""),
        survey=carriers.empty("survey").assign(amount=pd.array([], "Float64"), score=pd.array([], "Float64")),
        config=SimpleNamespace(
            schematic=None,
            corridor=SimpleNamespace(names=("Main",), file=None),
            where=lambda *_: "study.yaml",
            walker=SimpleNamespace(speed_m_min=speed, snap_m=150.0),
            survey=Survey.model_validate({}),
            records=SimpleNamespace(survey=None),
            streets=StreetRanking.model_validate({}),
        ),
    )
    vars(study).update(changes)
    network = build_network(study.streets, points("gate_id", {}, passage="open", node_id=1))
    return study, network, build_segments(study, network), buildings


def of_main(segments, series):
    """Return the values of Main's three segments in order."""
    main = segments.segments[segments.segments["role"] == "corridor"].sort_values("order")
    return [None if pd.isna(value) else float(np.round(value, 6)) for value in series.reindex(main.index)]
