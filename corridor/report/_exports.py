"""Tables as they leave the house: only columns with a name and a meaning in `corridor.schemas`, in plain types.

What a district keeps besides, contacts and telephone numbers among it, is no column of a schema and so never leaves.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor.schemas import Table

# Raw tags and node lists repeat the source, and tags may hold telephone numbers.
LEFT_OUT = {"tags", "nodes", "signals", "crossings"}
# As objects: a name is looked up at every column.
_TYPES: dict[str, Any] = {
    "string": pd.StringDtype(), "int": pd.Int64Dtype(), "bool": pd.BooleanDtype(), "float": np.dtype("float64"),
}  # fmt: skip


def columns(table: Table) -> list[str]:
    """Return the names of a table's columns that are written, its index first, its geometry left out."""
    return [c.name for c in table.all_columns if c.name not in LEFT_OUT and c.name != "geometry"]


def plain_columns(frame: pd.DataFrame, table: Table) -> dict[str, pd.Series]:
    """Return the written columns of a frame in plain types, rows numbered from 0 where the table has no index.

    Text becomes `string`, whole numbers `Int64`, other numbers float64 with NaN, truth values `boolean`, dates
    `datetime64`. A column that the frame lacks is left out.
    """
    # As a plain frame: a GeoDataFrame looks for its geometry at every column that is taken.
    named = pd.DataFrame(frame).reset_index(drop=table.index is None)
    out: dict[str, pd.Series] = {}
    for name in columns(table):
        if name not in named:
            continue
        dtype, values = table[name].dtype, named[name]
        wanted = _TYPES.get(dtype, _TYPES["string"])
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.astype(object)
        if dtype == "date":
            values = pd.to_datetime(values)
        elif values.dtype != wanted:
            values = values.astype(wanted)
        out[name] = values
    return out


def plain(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return `plain_columns` as a frame."""
    return pd.DataFrame(plain_columns(frame, table))


def spatial(frame: gpd.GeoDataFrame, table: Table) -> gpd.GeoDataFrame:
    """Return `plain` with the geometry."""
    return gpd.GeoDataFrame(plain(frame, table), geometry=frame.geometry.to_numpy(), crs=frame.crs)
