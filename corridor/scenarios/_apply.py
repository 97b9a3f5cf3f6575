"""Edits made: a study in, the edited study out. The tables are those of the study; nothing of it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from corridor.scenarios._edits import Move, Remove
from corridor.scenarios._facts import facts_of, moved_shape, new_rows, order_of
from corridor.scenarios._resolve import Resolved, Target
from corridor.scenarios._tables import with_rows
from corridor.scenarios._ways import edited_ways
from corridor.study import StudyArea


def apply(study: StudyArea, resolved: Resolved) -> StudyArea:
    """Return the study as it would be with a scenario's edits made.

    Edits are made in a fixed order (what is new, then moves and changes, then what goes), so the order in which
    a file lists edits that can all be made does not matter.

    Parameters
    ----------
    study : StudyArea
    resolved : Resolved

    Returns
    -------
    StudyArea
        Tables no edit touches are the very same objects.
    """
    tables: dict[str, gpd.GeoDataFrame] = {}
    for target in sorted(resolved.targets, key=order_of):
        tables[target.table] = _made(target, tables.get(target.table, getattr(study, target.table)), study)
    if "carriers" not in tables and any(t.table == "firms" for t in resolved.targets):
        tables["carriers"] = _firm_counts(study.carriers, study.firms, tables["firms"])
    return study.replace(**tables) if tables else study


def _made(target: Target, table: gpd.GeoDataFrame, study: StudyArea) -> gpd.GeoDataFrame:
    edit = target.edit
    if target.table in ("streets", "gates"):
        return edited_ways(target, table)
    if isinstance(edit, Remove):
        return table.drop(index=list(target.ids))
    if isinstance(edit, Move):
        return _moved(target, table, study)
    if new := new_rows(target, study):
        return with_rows(table, new)
    return _set(table, dict.fromkeys(target.ids, facts_of(target, study)))


def _set(table: gpd.GeoDataFrame, rows: Mapping[str, Mapping[str, Any]]) -> gpd.GeoDataFrame:
    """Set cells of rows, by id and column."""
    out = table.copy()
    for id_, facts in rows.items():
        for column, value in facts.items():
            if column not in out:
                out[column] = pd.Series(pd.NA, index=out.index, dtype=object)
            out.at[id_, column] = value
    return out


def _moved(target: Target, table: gpd.GeoDataFrame, study: StudyArea) -> gpd.GeoDataFrame:
    return _set(table, {id_: moved_shape(target, table.geometry[id_], study) for id_ in target.ids})


def _firm_counts(carriers: gpd.GeoDataFrame, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Let the carriers' own counts of firms follow firms that come, go or move."""
    change = after["carrier_id"].value_counts().sub(before["carrier_id"].value_counts(), fill_value=0)
    change = change[change != 0]
    out = carriers.copy()
    for id_, number in change.items():
        if id_ in out.index and pd.notna(out.at[id_, "firms"]):
            out.at[id_, "firms"] = max(0, out.at[id_, "firms"] + number)
    return out
