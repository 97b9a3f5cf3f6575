"""Points of both sides as edits find them: by label, by edge, by what they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from corridor.access import _inputs, _pairs
from corridor.errors import NetworkError
from corridor.network.model import Longs

Spot = tuple[int, int, int]


@dataclass(frozen=True)
class Points:
    """Rows of an attach table: edge (-1: nowhere), offset and connector (dm), and the rows on each edge, ascending.

    `spots` has the three of each row together.
    """

    edge: Longs
    offset: Longs
    connector: Longs
    on_edge: dict[int, list[int]]
    labels: dict[Hashable, list[int]]
    spots: list[Spot]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Points:
        """Read an attach table."""
        edge = table["edge"].fillna(-1).to_numpy(dtype=np.int64)
        on_edge: dict[int, list[int]] = defaultdict(list)
        for row, number in enumerate(edge.tolist()):
            if number >= 0:
                on_edge[number].append(row)
        labels: dict[Hashable, list[int]] = defaultdict(list)
        for row, label in enumerate(table.index.tolist()):
            labels[label].append(row)
        offset, connector = (table[name].fillna(0).to_numpy(dtype=np.int64) for name in ("offset_dm", "connector_dm"))
        return cls(
            edge=edge,
            offset=offset,
            connector=connector,
            on_edge=dict(on_edge),
            labels=dict(labels),
            spots=list(zip(edge.tolist(), offset.tolist(), connector.tolist(), strict=True)),
        )

    def rows(self, label: Hashable) -> list[int]:
        """Return the rows of a label; an unknown one is refused."""
        if label not in self.labels:
            raise NetworkError.of(str(label), f"没有编号为“{label}”的点。", f"there is no point {label!r}.")
        return self.labels[label]

    def on(self, edge: int) -> list[int]:
        """Return the rows on an edge, ascending; none on an edge that is not of the baseline."""
        return self.on_edge.get(edge, [])

    def spot(self, row: int) -> Spot:
        """Return edge, offset and connector of a row."""
        return self.spots[row]


@dataclass(frozen=True)
class Things:
    """Opportunities as things counted once each, and the places they stand at; see `corridor.access._pairs.Things`.

    Attributes
    ----------
    categories : Index
    kind : dict
        Position of each category.
    category, thing, weight : int64 arrays
        By row of the table; thing -1 where it is not attached or not wanted.
    category_of, thing_of : lists
        The first two as they are looked up row by row.
    weighted : bool
        Weights are in thousandths; else each thing counts 1.
    key : list
        (source, category) of each thing; `of_key` the other way round.
    rows : list of lists
        Rows of each thing, ascending.
    place : int64 array
        By thing; `members` the other way round.
    """

    categories: pd.Index
    kind: dict[object, int]
    category: Longs
    thing: Longs
    weight: Longs
    weighted: bool
    key: list[tuple[Hashable, int]]
    of_key: dict[tuple[Hashable, int], int]
    rows: list[list[int]]
    place: Longs
    members: list[list[int]]

    @cached_property
    def category_of(self) -> list[int]:
        """Category of each row."""
        found: list[int] = self.category.tolist()
        return found

    @cached_property
    def thing_of(self) -> list[int]:
        """Thing of each row."""
        found: list[int] = self.thing.tolist()
        return found

    def load(self, thing: int) -> tuple[int, int]:
        """Return (category, weight) of a thing: the weight is that of its first row."""
        first = self.rows[thing][0]
        return self.category_of[first], int(self.weight[first])


def things(table: pd.DataFrame, by: str, categories: Sequence[object] | None, weight: str | None) -> Things:
    """Group opportunities into things and places."""
    names, category = _inputs.categories(table, by, categories)
    found, _, _ = _pairs.things(table, by, categories)
    key = list(zip(found.labels.tolist(), found.category.tolist(), strict=True))
    of_key = {pair: number for number, pair in enumerate(key)}
    source = table.get("source_id", table.index).tolist()
    attached = table["edge"].notna().tolist()
    rows: list[list[int]] = [[] for _ in key]
    thing = np.full(len(table), -1, np.int64)
    for row, pair in enumerate(zip(source, category.tolist(), strict=True)):
        if attached[row] and pair in of_key:
            thing[row] = of_key[pair]
            rows[of_key[pair]].append(row)
    members: list[list[int]] = [[] for _ in range(int(found.place.max(initial=-1)) + 1)]
    for number, place in enumerate(found.place.tolist()):
        members[place].append(number)
    value = np.ones(len(table), np.int64)
    if weight is not None:
        usable = thing >= 0
        value[usable] = _inputs.whole_weights(table[weight][usable], weight)
    return Things(
        categories=names,
        kind={name: number for number, name in enumerate(names)},
        category=category,
        thing=thing,
        weight=value,
        weighted=weight is not None,
        key=key,
        of_key=of_key,
        rows=rows,
        place=found.place,
        members=members,
    )
