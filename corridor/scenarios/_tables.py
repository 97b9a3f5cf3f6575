"""Rows that come, put into a table."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd


def with_rows(table: gpd.GeoDataFrame, rows: dict[str, dict[str, Any]]) -> gpd.GeoDataFrame:
    """Append rows, sorted in by id as every table is; columns not given are missing."""
    out = table.reindex(table.index.append(pd.Index(list(rows), dtype=table.index.dtype)))
    for id_, row in rows.items():
        for column, value in row.items():
            if column not in out:
                out[column] = pd.Series(pd.NA, index=out.index, dtype=object)
            out.at[id_, column] = value
    for column, dtype in table.dtypes.items():
        if column != table.geometry.name:
            out[column] = out[column].fillna(False).astype(dtype) if dtype == np.bool_ else out[column].astype(dtype)
    return gpd.GeoDataFrame(out, geometry=table.geometry.name, crs=table.crs).rename_axis(index=table.index.name)
