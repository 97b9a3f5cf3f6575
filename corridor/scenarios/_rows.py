"""What edits make of single rows: the same as `apply`, without a table being copied for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.scenarios._edits import Move, Remove
from corridor.scenarios._facts import facts_of, moved_shape, new_rows, order_of
from corridor.scenarios._resolve import Target
from corridor.study import StudyArea
from corridor.taxonomy import plain

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[str, Row | None]]
"""By table and id: a row as it is after an edit, None where it goes."""


def missing(value: Any) -> bool:
    """Tell whether a cell is empty."""
    return value is None or value is pd.NA or value != value


class Table:
    """A table as columns of objects, by id."""

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        self.at = {str(id_): place for place, id_ in enumerate(table.index.to_numpy(dtype=object))}
        self._columns: dict[str, npt.NDArray[np.object_]] = {
            name: table[name].to_numpy(dtype=object) for name in table.columns
        }
        names = self._columns.get("name", np.full(len(table), None, dtype=object))
        self.names = [plain(str(name)) if not missing(name) else "" for name in names]

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._columns)

    def __getitem__(self, id_: str) -> Row:
        place = self.at[id_]
        return {name: column[place] for name, column in self._columns.items()}

    def row(self, id_: str) -> Row | None:
        """Return a row, None where there is none of this id."""
        return self[id_] if id_ in self.at else None


class Tables(dict[str, Table]):
    """The tables of a study by name, each laid out when first asked for."""

    def __init__(self, study: StudyArea) -> None:
        super().__init__()
        self._study = study

    def __missing__(self, name: str) -> Table:
        self[name] = Table(getattr(self._study, name))
        return self[name]


def rows_after(study: StudyArea, tables: Tables, targets: Sequence[Target]) -> dict[str, dict[str, Row | None]]:
    """Return the rows that edits touch as they are afterwards; of the carriers also those whose firms are counted anew.

    Parameters
    ----------
    study : StudyArea
    tables : Tables
        Of the study.
    targets : sequence of Target
        Of edits of rows: not of streets or gates.

    Returns
    -------
    dict
        By table and id; None for a row that goes.
    """
    found: dict[str, dict[str, Row | None]] = {}
    for target in targets if len(targets) == 1 else sorted(targets, key=order_of):
        rows = found.setdefault(target.table, {})
        table = tables[target.table]
        if isinstance(target.edit, Remove):
            rows.update(dict.fromkeys(target.ids))
        elif new := new_rows(target, study):
            empty = dict.fromkeys(table.columns)
            rows.update({id_: {**empty, **row} for id_, row in new.items()})
        else:
            for id_ in target.ids:
                row = rows.get(id_) or table[id_]
                rows[id_] = {**row, **_facts(target, row, study)}
    if "firms" in found and "carriers" not in found:
        found["carriers"] = _counted(tables, found["firms"])
    return found


def _facts(target: Target, row: Row, study: StudyArea) -> dict[str, Any]:
    if isinstance(target.edit, Move):
        return moved_shape(target, row["geometry"], study)
    return facts_of(target, study)


def _counted(tables: Tables, firms: Mapping[str, Row | None]) -> dict[str, Row | None]:
    """Return the carriers whose own counts of firms follow firms that come, go or move."""
    change: dict[str, int] = {}
    for id_, row in firms.items():
        known = tables["firms"].row(id_)
        before = None if known is None else known["carrier_id"]
        after = None if row is None else row["carrier_id"]
        for home, step in ((before, -1), (after, 1)):
            if not missing(home):
                change[str(home)] = change.get(str(home), 0) + step
    found: dict[str, Row | None] = {}
    for home, step in change.items():
        row = tables["carriers"].row(home) if step else None
        if row is not None and not missing(row["firms"]):
            found[home] = {**row, "firms": max(0, row["firms"] + step)}
    return found
