"""Extracts kept from earlier runs, so that an unchanged file is not parsed, clipped and classified again.

An entry (`corridor.kept`) is named by what it was made from: the bytes and name of the OSM file, the clip, this
package's code and the libraries that shape the tables. The network built of an extract is kept apart from it
(`corridor.network.saved`): a planner changes gates and walkers from run to run, the file once a month.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from corridor import kept
from corridor.crs import WGS84
from corridor.sources._extract import TABLES, Extract
from corridor.sources._snapshot import account_of, conform

KIND = kept.Kind(
    format="corridor-extract",
    version=2,
    ending=".extract",
    rooms=("sources", "schemas", "crs.py", "errors.py", "kept.py"),
    libraries=("osmium", "numpy", "pandas", "geopandas", "shapely", "pyarrow"),
)


def key_of(sha256: str, file: str, clip: BaseGeometry | None) -> str:
    """Return the name of what a file, clipped, becomes under this code."""
    return KIND.key(sha256, file, "" if clip is None else shapely.to_wkb(clip).hex())


def get(folder: Path, key: str) -> Extract | None:
    """Return the extract kept under `key`; None where there is none, and one that is not whole is thrown away."""
    return kept.get(folder, KIND, key, _unpacked)


def put(folder: Path, key: str, extract: Extract) -> bool:
    """Keep an extract and return whether that worked."""
    facts = {
        "provenance": extract.provenance,
        "account": [asdict(entry) for entry in extract.account.entries],
        "notices": [asdict(notice) for notice in extract.notices],
    }
    return kept.put(folder, KIND, key, {name: _packed(table) for name, table in extract.tables.items()}, facts)


def _unpacked(tables: kept.Tables, facts: kept.Facts) -> Extract:
    return Extract(
        **{name: _table(name, tables[name]) for name in TABLES},
        notices=kept.notices_of(facts["notices"]),
        account=account_of(facts["account"]),
        provenance=facts["provenance"],
    )


def _packed(table: gpd.GeoDataFrame) -> pa.Table:
    """Return a table in Arrow, geometry as WKB."""
    plain = pd.DataFrame(table).assign(geometry=shapely.to_wkb(table.geometry.to_numpy()))
    return pa.Table.from_pandas(plain, preserve_index=True)


def _table(name: str, arrow: pa.Table) -> gpd.GeoDataFrame:
    table = arrow.to_pandas()
    return conform(
        name, gpd.GeoDataFrame(table).set_geometry(shapely.from_wkb(table["geometry"].to_numpy()), crs=WGS84)
    )
