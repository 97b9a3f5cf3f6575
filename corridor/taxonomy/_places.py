"""Places: which rows of the study's tables belong to which category."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from corridor.errors import CrsError, Problem, Text
from corridor.taxonomy._categories import Category, Condition
from corridor.taxonomy._rows import NAME_KEYS, plain

SAME_PLACE_M = 50.0
DOORS = "doors"
"""Column of what a scenario gives entrances of its own: MultiPoint, the main entrance first; NA for all else."""
Mask = NDArray[np.bool_]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
_NOTHING = np.zeros(0, np.int64)
_COLUMNS = ("category", "source_id", "source", "name", "weight", "opening_hours", "synthetic")


def classify(
    categories: Sequence[Category],
    *,
    amenities: gpd.GeoDataFrame,
    open_space: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    entrances: gpd.GeoDataFrame | None = None,
    access_points: gpd.GeoDataFrame | None = None,
    carriers: gpd.GeoDataFrame | None = None,
    stations: gpd.GeoDataFrame | None = None,
    events: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the places that count for each category.

    One source may serve several categories. An amenity counts where one of the category's `osm` alternatives fits
    its tags and it is no smaller than `min_area_m2`; an open space by kind and area, if the public may enter; a
    building by use, at its mapped entrances; a record by its columns, if it has a place. What a scenario gives
    entrances (`doors`) counts at each of them.

    Duplicates: of the places of one category that bear the same name (case, width and spaces aside) and lie within
    50 m of each other, areas counted from their edge as if they were round, only the first is kept: records before
    OSM, relations before ways before nodes, then by id. A node without a name, or with the name of the building, that
    lies inside a building which serves the same category is the same place as the building. Places without a name
    are otherwise all kept.

    Parameters
    ----------
    categories : sequence of Category
    amenities, open_space, buildings, entrances, carriers, stations, events : GeoDataFrame
        Tables as in `corridor.schemas`, in one metric CRS.
    access_points : GeoDataFrame, optional
        Where open spaces are entered: column `source_id` (the open space's id), Point. A space it does not list
        cannot be entered and does not count. Without the table spaces stand at their representative point.

    Returns
    -------
    GeoDataFrame
        In the CRS of `amenities`, sorted by category (in the order given) and source. Index `opportunity_id`
        "category|source" or, where a source has several points, "category|source|n". Columns `category`,
        `source_id`, `source` ("osm" or "record"), `name`, `weight` (1.0), `opening_hours`, `synthetic`, Point.

    Raises
    ------
    CrsError
        The tables are not in one projected CRS.
    """
    _check_crs(
        dict(
            amenities=amenities,
            open_space=open_space,
            buildings=buildings,
            entrances=entrances,
            access_points=access_points,
            carriers=carriers,
            stations=stations,
            events=events,
        )
    )
    # Reading tags is most of the work: a table that none of the categories looks at is left out.
    tables: list[_Table] = []
    if any(category.osm for category in categories):
        tables.append(_OfAmenities(amenities))
    if open_space is not None and any(category.open_space for category in categories):
        tables.append(_OfOpenSpace(open_space, access_points))
    if buildings is not None:
        tables.append(_OfBuildings(categories, buildings, entrances))
    records = (("carriers", carriers), ("stations", stations), ("events", events))
    asked = {name for category in categories for name in category.records}
    tables += [_OfRecords(name, table) for name, table in records if table is not None and name in asked]
    first = np.cumsum([0, *(len(table.places) for table in tables)])
    found = [[begin + table.rows(c) for begin, table in zip(first, tables, strict=False)] for c in categories]
    order = np.repeat(np.arange(len(categories)), [sum(map(len, rows)) for rows in found])
    if not len(order):
        return _finish(None, amenities.crs)
    rows = np.concatenate([rows for of_category in found for rows in of_category])
    codes = np.array([category.code for category in categories], dtype=object)
    places = pd.concat([table.places for table in tables if len(table.places)], ignore_index=True).take(rows)
    places = places.reset_index(drop=True).assign(category=codes[order], order=order)
    return _finish(places[~_duplicates(places, buildings)], amenities.crs)


def concerned(categories: Sequence[Category], tables: Collection[str]) -> tuple[Category, ...]:
    """Return the categories that other rows in some tables can give or take a place; of the others `classify` says the same.

    Parameters
    ----------
    categories : sequence of Category
    tables : collection of str
        Names of arguments of `classify`. Buildings concern all: one may hold the node that is its duplicate.
    """
    looks: dict[str, Callable[[Category], object]] = {
        "amenities": lambda category: category.osm,
        "open_space": lambda category: category.open_space,
        "access_points": lambda category: category.open_space,
        "buildings": lambda _: True,
        "entrances": lambda category: category.buildings,
        "carriers": lambda category: "carriers" in category.records,
        "stations": lambda category: "stations" in category.records,
        "events": lambda category: "events" in category.records,
    }
    return tuple(category for category in categories if any(looks[table](category) for table in tables))


def given_doors(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the entrances that a scenario gives things, by row: `of`, the thing's id, and Points, main entrances first."""
    given = table[DOORS].dropna() if DOORS in table else pd.Series([], index=table.index[:0], dtype=object)
    points, row = shapely.get_parts(given.to_numpy(dtype=object), return_index=True)
    return gpd.GeoDataFrame({"of": given.index.to_numpy(dtype=object)[row]}, geometry=points, crs=table.crs)


def _check_crs(tables: Mapping[str, gpd.GeoDataFrame | None]) -> None:
    first = tables["amenities"]
    assert first is not None  # noqa: S101  the signature says so; this tells the type checker
    problems = []
    for name, table in tables.items():
        if table is None:
            continue
        if table.crs is None or not table.crs.is_projected or table.crs != first.crs:
            crs = "—" if table.crs is None else table.crs.to_string()
            what = Text(
                f"坐标系是 {crs}；归类要求所有表在同一投影坐标系中。",
                f"is in {crs}; classifying asks for all tables in one projected system.",
            )
            problems.append(Problem(name, what))
    if problems:
        raise CrsError(problems)


class _Tags:
    """The tags of a table, case folded, with postings of key and value so that a rule looks at few rows."""

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        texts = table["tags"].fillna("").str.casefold().to_numpy(dtype=object)
        self._rows: list[dict[str, str]] = [json.loads(text) if text else {} for text in texts]
        self._by_value: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_key: dict[str, list[int]] = defaultdict(list)
        for position, row in enumerate(self._rows):
            names = [row[key] for key in NAME_KEYS if key in row]
            if names:
                # `name` in a rule means any of the names.
                row["name"] = " | ".join(names)
            for key, value in row.items():
                self._by_key[key].append(position)
                for part in value.split(";") if ";" in value else (value,):
                    self._by_value[key, part.strip()].append(position)

    def matching(self, rules: Iterable[dict[str, Condition]]) -> list[int]:
        """Return the sorted positions of rows that fit one of the alternatives."""
        hits: set[int] = set()
        for rule in rules:
            candidates, rest = self._candidates(rule)
            left = candidates
            for key, condition in rest.items():
                fits = condition.test()
                left = [position for position in left if fits(self._rows[position].get(key))]
            hits.update(left)
        return sorted(hits)

    def _candidates(self, rule: dict[str, Condition]) -> tuple[Iterable[int], dict[str, Condition]]:
        """Return the rows that the rule's rarest tag leaves, and the conditions still to be looked at."""
        best: Iterable[int] = range(len(self._rows))
        size, rest = len(self._rows) + 1, rule
        for key, condition in rule.items():
            if not condition.required:
                continue
            exact = condition.only_values and key != "name"
            lists = (
                [self._by_value.get((key, word), []) for word in condition.is_]
                if exact
                else [self._by_key.get(key, [])]
            )
            count = sum(map(len, lists))
            if count < size:
                best, size = {position for positions in lists for position in positions}, count
                rest = {other: c for other, c in rule.items() if not (exact and other == key)}
        return best, rest


def _places(table: gpd.GeoDataFrame, points: Any, source: str, hours: str | None, area_m2: Any = 0.0) -> pd.DataFrame:
    """Return rows of `table` as places: one column per fact, geometry as a plain column of points."""
    missing = pd.Series(pd.NA, index=table.index, dtype="string")
    return pd.DataFrame(
        {
            "source_id": table.index.astype(str),
            "source": source,
            "name": table.get("name", missing).astype("string").to_numpy(),
            "opening_hours": table.get(hours, missing).astype("string").to_numpy(),
            "synthetic": table["synthetic"].fillna(False).astype(bool).to_numpy() if "synthetic" in table else False,
            "radius_m": np.sqrt(np.nan_to_num(np.asarray(area_m2, dtype=float)) / np.pi),
            "geometry": np.asarray(points, dtype=object),
        }
    )


class _Table(Protocol):
    """The rows of a table as places, made once; each category takes its own."""

    places: pd.DataFrame

    def rows(self, category: Category) -> Longs:
        """Return the places of a category, as positions in `places`."""


class _OfAmenities:
    """The amenities, by their tags and size."""

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        self._tags = _Tags(table)
        self._area = table["area_m2"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        places = _places(table, table.geometry.to_numpy(), "osm", "opening_hours", self._area)
        self.places, self._owner = _at_points(places, given_doors(table), "of")

    def rows(self, category: Category) -> Longs:
        rows = np.array(self._tags.matching(category.osm), dtype=np.int64)
        if category.min_area_m2 is not None:
            rows = rows[self._area[rows] >= category.min_area_m2]
        return np.flatnonzero(np.isin(self._owner, rows))


class _OfOpenSpace:
    """The open spaces at their ways in, by kind and size."""

    def __init__(self, table: gpd.GeoDataFrame, access_points: gpd.GeoDataFrame | None) -> None:
        places = _places(table, table.geometry.representative_point().to_numpy(), "osm", None, table["area_m2"])
        self.places, owner = _at_points(places, access_points, "source_id")
        is_open = table["walk"] == "public"
        if access_points is not None:
            # A space that lists no way in cannot be entered: its middle is no door.
            is_open &= table.index.isin(access_points["source_id"].unique())
        self._kind, self._area, self._open = (
            table["kind"].iloc[owner],
            table["area_m2"].iloc[owner],
            is_open.iloc[owner],
        )

    def rows(self, category: Category) -> Longs:
        if not category.open_space:
            return _NOTHING
        fits = self._open & self._kind.isin(category.open_space) & (self._area >= (category.min_area_m2 or 0))
        return np.flatnonzero(fits.to_numpy(dtype=bool, na_value=False))


class _OfBuildings:
    """The buildings at their entrances, by use and footprint."""

    def __init__(
        self, categories: Sequence[Category], table: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame | None
    ) -> None:
        table = table[table["use"].isin([use for category in categories for use in category.buildings])]
        area = table.geometry.area
        places = _places(table, table.geometry.representative_point().to_numpy(), "osm", None, area)
        given = given_doors(table)
        if entrances is not None and len(given):
            entrances = entrances[~entrances["of"].isin(given["of"])]
        mapped, of_mapped = _at_points(places, entrances, "of")
        self.places, of_given = _at_points(mapped, given, "of")
        owner = of_mapped[of_given]
        self._use, self._area = table["use"].iloc[owner], area.to_numpy()[owner]

    def rows(self, category: Category) -> Longs:
        if not category.buildings:
            return _NOTHING
        fits = self._use.isin(category.buildings).to_numpy(dtype=bool, na_value=False)
        return np.flatnonzero(fits & (self._area >= (category.min_area_m2 or 0)))


class _OfRecords:
    """A table of records, by their columns."""

    def __init__(self, name: str, table: gpd.GeoDataFrame) -> None:
        self._name, self._table = name, table
        self._placed = (~(table.geometry.isna() | table.geometry.is_empty)).to_numpy()
        places = _places(table, table.geometry.to_numpy(), "record", "hours")
        self.places, self._owner = _at_points(places, given_doors(table), "of")

    def rows(self, category: Category) -> Longs:
        rule = category.records.get(self._name)  # type: ignore[call-overload]
        if not rule or any(column not in self._table for column in rule):
            return _NOTHING
        wanted = self._placed.copy()
        for column, values in rule.items():
            wanted &= self._table[column].isin(values).to_numpy(dtype=bool)
        return np.flatnonzero(wanted[self._owner])


def _at_points(places: pd.DataFrame, points: gpd.GeoDataFrame | None, owner: str) -> tuple[pd.DataFrame, Longs]:
    """Return the places with one row for each of their points, and the place of each; without any it stays where it is."""
    every = np.arange(len(places))
    if points is None or points.empty:
        return places, every
    listed = pd.DataFrame({"source_id": points[owner].astype("string"), "at": points.geometry.to_numpy()})
    listed["source_id"] = listed["source_id"].astype(object)
    joined = places.assign(row=every).merge(listed.dropna(), on="source_id", how="left")
    joined["geometry"] = joined["at"].where(joined["at"].notna(), joined["geometry"])
    return joined.drop(columns=["at", "row"]), joined["row"].to_numpy(dtype=np.int64)


def _duplicates(places: pd.DataFrame, buildings: gpd.GeoDataFrame | None) -> Mask:
    """Return which places repeat another one, by the rule in `classify`."""
    places = places.assign(key=_plain(places["name"]), rank=_rank(places))
    drop = _inside_own_building(places, buildings)
    named = places[(places["key"] != "") & ~drop]
    several = named.groupby(["category", "key"], sort=False)["source_id"].transform("nunique") > 1
    named = named[several].sort_values("rank", kind="stable")
    group = named.groupby(["category", "key"], sort=False).ngroup().to_numpy()
    source = pd.factorize(named["source_id"])[0]
    xy, radius = shapely.get_coordinates(named["geometry"].to_numpy()), named["radius_m"].to_numpy()
    rows = np.argsort(group, kind="stable")
    for members in np.split(rows, np.flatnonzero(np.diff(group[rows])) + 1) if len(rows) else ():
        repeated = repeats(xy[members], radius[members], source[members])
        drop[named.index.to_numpy()[members[repeated]]] = True
    return drop


def repeats(xy: Floats, radius: Floats, source: Longs) -> Mask:
    """Return which rows of one category and name, best first, belong to a source near one that is kept."""
    gap = np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)) - radius[:, None] - radius[None, :]
    kept = np.zeros(len(xy), dtype=bool)
    for number in pd.unique(source):
        rows = source == number
        kept[rows] = not (gap[rows][:, kept] <= SAME_PLACE_M).any()
    return ~kept


def _inside_own_building(places: pd.DataFrame, buildings: gpd.GeoDataFrame | None) -> Mask:
    inside = np.zeros(len(places), dtype=bool)
    if buildings is None:
        return inside
    outlines = places[places["source_id"].isin(buildings.index)]
    nodes = places[places["source_id"].str.startswith("node/")]
    if outlines.empty or nodes.empty:
        return inside
    polygons = buildings.geometry.loc[outlines["source_id"]].to_numpy()
    node, outline = shapely.STRtree(polygons).query(nodes["geometry"].to_numpy(), predicate="within")
    one, other = nodes.iloc[node], outlines.iloc[outline]
    same = (one["category"].to_numpy() == other["category"].to_numpy()) & (
        (one["key"].to_numpy() == "") | (one["key"].to_numpy() == other["key"].to_numpy())
    )
    inside[one.index[same]] = True
    return inside


def _plain(names: pd.Series) -> list[str]:
    """Return names without what makes no difference: width, case, spaces; "" for none."""
    return [plain(name) for name in names.to_numpy(dtype=object)]


def _rank(places: pd.DataFrame) -> Longs:
    """Return each row's rank among duplicates: records, relations, ways, nodes; then by id, numbers as numbers."""
    kind = places["source_id"].str.split("/").str[0].map({"relation": 1, "way": 2}).fillna(3).astype(int)
    kind = kind.where(places["source"] != "record", 0)
    ordered = pd.DataFrame({"kind": kind, "length": places["source_id"].str.len(), "id": places["source_id"]})
    rank = np.empty(len(places), dtype=np.int64)
    rank[ordered.sort_values(["kind", "length", "id"]).index] = np.arange(len(places))
    return rank


def _finish(places: pd.DataFrame | None, crs: Any) -> gpd.GeoDataFrame:
    if places is None:
        places = _places(gpd.GeoDataFrame({"name": []}, geometry=[]), [], "osm", None).assign(category="", order=0)
    xy = shapely.get_coordinates(places["geometry"].to_numpy())
    places = places.assign(x=xy[:, 0], y=xy[:, 1], length=places["source_id"].str.len(), weight=1.0)
    places = places.drop_duplicates(["order", "source_id", "x", "y"])
    places = places.sort_values(["order", "source", "length", "source_id", "x", "y"], kind="stable")
    by_source = places.groupby(["order", "source_id"], sort=False)["x"]
    number, count = by_source.cumcount() + 1, by_source.transform("size")
    ids = places["category"] + "|" + places["source_id"]
    ids = ids.where(count == 1, ids + "|" + number.astype(str))
    frame = places[list(_COLUMNS)].astype(
        {"category": "string", "source_id": "string", "source": "string", "name": "string", "opening_hours": "string",
         "weight": float, "synthetic": bool}
    )  # fmt: skip
    frame.index = pd.Index(ids.astype("string"), name="opportunity_id")
    return gpd.GeoDataFrame(frame, geometry=places["geometry"].to_numpy(), crs=crs)
