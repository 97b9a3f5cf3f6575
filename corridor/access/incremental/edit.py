"""What a scenario changes, as plain records: points that come and go, and streets."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from corridor.network.edits import StreetEdit


class Opportunity(NamedTuple):
    """One row of an opportunities' attach table; `edge` None: not attached.

    `edge` is a number of the edited network: old ones as they were, new ones from `StreetEdit.edges` on. A point on an
    old edge that goes is found again on its parts. `source` is the row's `source_id` (default: its label): rows of
    one source and category are one opportunity with several doors. `weight` as in the table's weight column.
    """

    label: Hashable
    category: object
    edge: int | None
    offset_dm: int
    connector_dm: int
    source: Hashable = None
    weight: float = 1.0


class Origin(NamedTuple):
    """One row of an origins' attach table; rows of one label are one origin with several doors."""

    label: Hashable
    edge: int | None
    offset_dm: int
    connector_dm: int


@dataclass(frozen=True)
class Edit:
    """All changes of one scenario, together. To move a point, remove its label and add it anew.

    Attributes
    ----------
    streets : StreetEdit, optional
    opportunities_removed : tuple of labels
        Labels of the baseline's opportunities table.
    opportunities_added : tuple of Opportunity
    origins_removed : tuple of labels
    origins_added : tuple of Origin
    """

    streets: StreetEdit | None = None
    opportunities_removed: tuple[Hashable, ...] = ()
    opportunities_added: tuple[Opportunity, ...] = ()
    origins_removed: tuple[Hashable, ...] = ()
    origins_added: tuple[Origin, ...] = ()


def opportunities_of(table: pd.DataFrame, by: str = "category", weight: str | None = None) -> tuple[Opportunity, ...]:
    """Return the rows of an opportunities' attach table as records."""
    source = table.get("source_id", table.index)
    value = table[weight] if weight is not None else [1.0] * len(table)
    rows = zip(
        table.index, table[by], table["edge"], table["offset_dm"], table["connector_dm"], source, value, strict=True
    )
    return tuple(
        Opportunity(label, kind, None, 0, 0, owner, amount)
        if pd.isna(edge)
        else Opportunity(label, kind, int(edge), int(offset), int(connector), owner, amount)
        for label, kind, edge, offset, connector, owner, amount in rows
    )


def origins_of(table: pd.DataFrame) -> tuple[Origin, ...]:
    """Return the rows of an origins' attach table as records."""
    rows = zip(table.index, table["edge"], table["offset_dm"], table["connector_dm"], strict=True)
    return tuple(
        Origin(label, None, 0, 0) if pd.isna(edge) else Origin(label, int(edge), int(offset), int(connector))
        for label, edge, offset, connector in rows
    )
