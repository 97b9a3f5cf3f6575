"""What edits make of single rows: the same as `apply`, without a table being copied for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from corridor.scenarios._apply import facts_of, moved_shape, new_rows, order_of
from corridor.scenarios._edits import Move, Remove
from corridor.scenarios._resolve import Target
from corridor.study import StudyArea

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[str, Row | None]]
"""By table and id: a row as it is after an edit, None where it goes."""


def missing(value: Any) -> bool:
    """Tell whether a cell is empty."""
    return value is None or value is pd.NA or value != value


def rows_after(study: StudyArea, targets: Sequence[Target]) -> dict[str, dict[str, Row | None]]:
    """Return the rows that edits touch as they are afterwards; of the carriers also those whose firms are counted anew.

    Parameters
    ----------
    study : StudyArea
    targets : sequence of Target
        Of edits of rows: not of streets or gates.

    Returns
    -------
    dict
        By table and id; None for a row that goes.
    """
    found: dict[str, dict[str, Row | None]] = {}
    for target in sorted(targets, key=order_of):
        rows = found.setdefault(target.table, {})
        table = getattr(study, target.table)
        if isinstance(target.edit, Remove):
            rows.update(dict.fromkeys(target.ids))
        elif new := new_rows(target, study):
            empty = dict.fromkeys(table.columns)
            rows.update({id_: {**empty, **row} for id_, row in new.items()})
        else:
            for id_ in target.ids:
                row = rows.get(id_) or _row(table, id_)
                rows[id_] = {**row, **_facts(target, row, study)}
    if "firms" in found and "carriers" not in found:
        found["carriers"] = _counted(study, found["firms"])
    return found


def _row(table: pd.DataFrame, id_: str) -> Row:
    place = table.index.get_loc(id_)
    return {name: table[name].array[place] for name in table.columns}


def _facts(target: Target, row: Row, study: StudyArea) -> dict[str, Any]:
    if isinstance(target.edit, Move):
        return moved_shape(target, row["geometry"], study)
    return facts_of(target, study)


def _counted(study: StudyArea, firms: Mapping[str, Row | None]) -> dict[str, Row | None]:
    """Return the carriers whose own counts of firms follow firms that come, go or move."""
    change: dict[str, int] = {}
    for id_, row in firms.items():
        before = study.firms["carrier_id"].array[study.firms.index.get_loc(id_)] if id_ in study.firms.index else None
        after = None if row is None else row["carrier_id"]
        for home, step in ((before, -1), (after, 1)):
            if not missing(home):
                change[str(home)] = change.get(str(home), 0) + step
    found: dict[str, Row | None] = {}
    for home, step in change.items():
        if step and home in study.carriers.index:
            row = _row(study.carriers, home)
            if not missing(row["firms"]):
                found[home] = {**row, "firms": max(0, row["firms"] + step)}
    return found
