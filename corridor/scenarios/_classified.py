"""What an edit does to the places one walks to: only the rows are classified anew that it can touch."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor import taxonomy
from corridor.evaluation import _walks
from corridor.study import StudyArea

_OSM = ("amenities", "open_space", "buildings")
_RECORDS = ("carriers", "institutes", "stations", "events")
Row = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """Opportunities that go (their ids) and that come (as `taxonomy.classify` returns them)."""

    gone: tuple[str, ...]
    came: gpd.GeoDataFrame


class Classifier:
    """Knows which rows of a study can be duplicates of which.

    Two places are the same where they share a category and a name, or where one is a node inside the outline of the
    other (`taxonomy.classify`). So a change of one row concerns the rows of its name, old and new, the buildings it
    stands in, the nodes inside it, and the same of these.
    """

    def __init__(self, study: StudyArea, ways_in: gpd.GeoDataFrame) -> None:
        self._study, self._ways_in = study, ways_in
        self._key: dict[Row, str] = {}
        self._of_key: dict[str, list[Row]] = defaultdict(list)
        for name in (*_OSM, *_RECORDS):
            table = getattr(study, name)
            for id_, word in zip(table.index, _plain(table), strict=True):
                if word:
                    self._key[name, id_] = word
                    self._of_key[word].append((name, id_))
        nodes = study.amenities[study.amenities.index.astype(str).str.startswith("node/")]
        self._nodes, self._outlines = nodes.geometry, study.buildings.geometry
        self._node_tree = shapely.STRtree(nodes.geometry.to_numpy())
        self._outline_tree = shapely.STRtree(self._outlines.to_numpy())

    def change(
        self,
        edited: Mapping[str, gpd.GeoDataFrame],
        touched: Mapping[str, set[str]],
        categories: tuple[taxonomy.Category, ...],
        ways_in: gpd.GeoDataFrame,
    ) -> Change:
        """Return what becomes of the opportunities.

        Parameters
        ----------
        edited : mapping
            By table, the rows touched as they are after the edit (rows that go are not among them); records whole.
        touched : mapping
            By table, the ids of rows that go, come or change.
        categories : tuple of Category
        ways_in : GeoDataFrame
            All ways into open spaces, after the edit.
        """
        rows = self._concerned(edited, touched)
        before = self._tables(rows)
        after = {
            name: _merged(before[name], edited[name], touched.get(name, set())) if name in edited or name in touched else before[name]
            for name in _OSM
        }  # fmt: skip
        records = {name: edited.get(name, getattr(self._study, name)) for name in _RECORDS}
        old_records = {name: getattr(self._study, name) for name in _RECORDS}
        wanted = {name: {id_ for other, id_ in rows if other == name} for name in _RECORDS}
        seen: list[tuple[str, gpd.GeoDataFrame]] = [*before.items(), *after.items()]
        for tables in (old_records, records):
            seen += [
                ("carriers" if name == "institutes" else name, table[table.index.isin(wanted[name])])
                for name, table in tables.items()
                if wanted[name]
            ]
        chosen = _looked_at(categories, seen)
        one = self._classified(chosen, before, old_records, self._ways_in)
        other = self._classified(chosen, after, records, ways_in)
        return _difference(one, other)

    def _concerned(self, edited: Mapping[str, gpd.GeoDataFrame], touched: Mapping[str, set[str]]) -> set[Row]:
        todo: list[Row] = [(name, id_) for name, ids in touched.items() for id_ in ids]
        rows: set[Row] = set()
        words: set[str] = set()
        for name, table in edited.items():
            if name not in (*_OSM, *_RECORDS):
                continue
            table = table[table.index.isin(touched.get(name, set()))]
            words.update(filter(None, _plain(table)))
            if name == "amenities":
                todo += [("buildings", id_) for id_ in self._around(table.geometry)]
            if name == "buildings":
                todo += [("amenities", id_) for id_ in self._inside(table.geometry)]
        todo += [row for word in words for row in self._of_key.get(word, ())]
        while todo:
            row = todo.pop()
            if row in rows:
                continue
            rows.add(row)
            name, id_ = row
            todo += self._of_key.get(self._key.get(row, ""), ())
            if name == "amenities" and id_ in self._nodes.index:
                todo += [("buildings", other) for other in self._around(self._nodes.loc[[id_]])]
            if name == "buildings" and id_ in self._outlines.index:
                todo += [("amenities", other) for other in self._inside(self._outlines.loc[[id_]])]
        return rows

    def _around(self, points: gpd.GeoSeries) -> Iterable[str]:
        found = self._outline_tree.query(points.to_numpy(), predicate="within")[1] if len(points) else []
        return self._outlines.index[np.unique(found).astype(int)]

    def _inside(self, outlines: gpd.GeoSeries) -> Iterable[str]:
        found = self._node_tree.query(outlines.to_numpy(), predicate="contains")[1] if len(outlines) else []
        return self._nodes.index[np.unique(found).astype(int)]

    def _tables(self, rows: set[Row]) -> dict[str, gpd.GeoDataFrame]:
        wanted = {name: [id_ for other, id_ in rows if other == name] for name in _OSM}
        tables = {}
        for name in _OSM:
            table = getattr(self._study, name)
            at = table.index.get_indexer(pd.Index(wanted[name], dtype=table.index.dtype))
            tables[name] = table.iloc[np.sort(at[at >= 0])]
        return tables

    def _classified(
        self,
        categories: list[taxonomy.Category],
        osm: Mapping[str, gpd.GeoDataFrame],
        records: Mapping[str, gpd.GeoDataFrame],
        ways_in: gpd.GeoDataFrame,
    ) -> gpd.GeoDataFrame:
        doors = self._study.entrances
        return taxonomy.classify(
            categories,
            **osm,
            entrances=doors[doors["of"].isin(osm["buildings"].index)],
            carriers=_walks.with_institutes(records["carriers"], records["institutes"]),
            stations=records["stations"],
            events=records["events"],
            access_points=ways_in[ways_in["source_id"].isin(osm["open_space"].index)],
        )


def _looked_at(
    categories: tuple[taxonomy.Category, ...], seen: list[tuple[str, gpd.GeoDataFrame]]
) -> list[taxonomy.Category]:
    """Return the categories that may take one of the rows seen; more than do, never fewer."""
    kinds: dict[str, set[str]] = {"open_space": set(), "buildings": set()}
    keys: list[set[str]] = []
    records: list[tuple[str, gpd.GeoDataFrame]] = []
    for name, table in seen:
        if name == "amenities":
            keys += [{key.casefold() for key in json.loads(tags)} for tags in table["tags"].dropna() if tags]
        elif name in kinds:
            kinds[name] |= set(table["kind" if name == "open_space" else "use"].dropna())
        elif len(table):
            records.append((name, table))

    def takes(category: taxonomy.Category) -> bool:
        # `name` in a rule means any of the names.
        asked = [{k for k, c in rule.items() if c.required and k != "name"} for rule in category.osm]
        return bool(
            kinds["open_space"] & set(category.open_space)
            or kinds["buildings"] & set(category.buildings)
            or any(one <= of_row for one in asked for of_row in keys)
            or any(_fits(table, category.records.get(name)) for name, table in records)  # type: ignore[call-overload]
        )

    return [category for category in categories if takes(category)]


def _fits(table: gpd.GeoDataFrame, rule: Mapping[str, Any] | None) -> bool:
    """Whether each column that a rule of records asks for holds one of its words somewhere."""
    return (
        rule is not None
        and bool(rule)
        and all(column in table and table[column].isin(words).any() for column, words in rule.items())
    )


def _merged(before: gpd.GeoDataFrame, rows: gpd.GeoDataFrame | None, touched: set[str]) -> gpd.GeoDataFrame:
    kept = before[~before.index.isin(touched)]
    if rows is None or rows.empty:
        return kept
    rows = rows[rows.index.isin(touched)]
    return pd.concat([kept, rows]) if len(kept) else rows


def _plain(table: gpd.GeoDataFrame) -> list[str]:
    names = table["name"].to_numpy(dtype=object) if "name" in table else [None] * len(table)
    return ["".join(unicodedata.normalize("NFKC", n).casefold().split()) if isinstance(n, str) else "" for n in names]


def _difference(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> Change:
    def keys(table: gpd.GeoDataFrame) -> list[tuple[Any, ...]]:
        xy = shapely.get_coordinates(table.geometry.to_numpy())
        columns = (table.index, table["category"], table["source_id"], xy[:, 0], xy[:, 1])
        return list(zip(*(list(column) for column in columns), strict=True))

    one, other = keys(before), keys(after)
    old, new = set(one), set(other)
    came = np.array([key not in old for key in other], dtype=bool)
    return Change(tuple(key[0] for key in one if key not in new), after[came])
