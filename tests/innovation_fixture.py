"""An innovation chain without anything in it, for evaluations that are made up for what draws."""

import geopandas as gpd
import pandas as pd

from corridor import schemas
from corridor.evaluation import Innovation

DTYPES = {"string": "string", "int": "Int64", "float": "Float64", "bool": "bool"}


def empty_table(table, crs):
    columns = {c.name: pd.array([], dtype=DTYPES[c.dtype]) for c in table.columns if c.name != "geometry"}
    frame = pd.DataFrame(columns)
    if table.index is not None:
        frame.index = pd.Index([], name=table.index.name, dtype="object")
    if "geometry" in [c.name for c in table.columns]:
        return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], index=frame.index, crs=crs))
    return frame


def no_innovation(crs):
    return Innovation(
        places=empty_table(schemas.INNOVATION_PLACES, crs),
        links=empty_table(schemas.LINKS, crs),
        core_links=empty_table(schemas.CORE_LINKS, crs),
        chain=empty_table(schemas.CHAIN, crs),
        chain_coverage=empty_table(schemas.CHAIN_COVERAGE, crs),
        chain_basis="none",
        ladder=empty_table(schemas.LADDER, crs),
        service_coverage=empty_table(schemas.SERVICE_COVERAGE, crs),
        event_coverage=empty_table(schemas.EVENT_COVERAGE, crs),
        one_trip=empty_table(schemas.ONE_TRIP, crs),
        groups=empty_table(schemas.INNOVATION_GROUPS, crs),
        trails=empty_table(schemas.TRAILS, crs),
        trail_stops=empty_table(schemas.TRAIL_STOPS, crs),
    )
