"""What a map draws, taken from an evaluation: buildings, base, areas, symbols, as sections of integers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from corridor.crs import to_wgs84
from corridor.errors import Text
from corridor.indicators.groups import TAGS
from corridor.maps.pack import Grid, encode, encode_text, hilbert_order
from corridor.schemas import CARRIER_BARS, STATION_MARKS

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

Section = dict[str, Any]
SCORES = ("score_total", "score_life", "score_work", "score_service", "score_exchange")
PEOPLE = ("residents", "residents_low", "residents_high", "workers", "workers_low", "workers_high")

# Classes of drawn streets; `assets/base.js` holds width and look of each under the same number.
STREET_CLASS = {
    "motorway": 1, "motorway_link": 1, "trunk": 1, "trunk_link": 1, "primary": 1, "primary_link": 1,
    "secondary": 2, "secondary_link": 2, "tertiary": 3, "tertiary_link": 3,
    "residential": 4, "unclassified": 4, "road": 4,
    "pedestrian": 5, "living_street": 5,
    "service": 6, "track": 6, "construction": 6,
    "footway": 7, "path": 7, "cycleway": 7, "bridleway": 7, "corridor": 7,
    "steps": 8,
}  # fmt: skip
ELEVATED = 9
ELEVATED_FROM = ("motorway", "motorway_link", "trunk", "trunk_link")
# A name needs this many metres of street to be set; the longest few pieces of a street are tried.
LABEL_LEAST_M = 45.0
LABEL_PIECES = 4
# Isochrones are smoothed for drawing only: out, then back in a little further.
SMOOTH_OUT_M, SMOOTH_IN_M = 110.0, 125.0


def wgs84(table: Any) -> Any:
    """Return a table or series in degrees, the only coordinates a page knows."""
    return to_wgs84(table, "map")


def drawing_grid(evaluation: Evaluation) -> Grid:
    """Return the grid that starts at the north-west corner of everything drawn."""
    study = evaluation.study
    shapes = gpd.GeoSeries([study.extent, study.area], crs=study.crs)
    west, south, east, north = wgs84(shapes).total_bounds
    return Grid.around((west, south, east, north))


def limit_dm(tier_min: float, speed_m_min: float) -> int:
    """Return the largest cost in decimetres that is within a tier, decided without rounding."""
    return int(Fraction(str(tier_min)) * Fraction(str(speed_m_min)) * 10)


def categories(evaluation: Evaluation) -> list[Section]:
    """Return the categories in order, each with its column in the walk matrix (-1 without data)."""
    speed = evaluation.study.config.walker.speed_m_min.middle
    columns = {code: n for n, code in enumerate(_with_data(evaluation))}
    table = evaluation.category_table
    rows: list[Any] = list(table.itertuples(index=False))
    return [
        {
            "code": code,
            "kind": row.kind,
            "name": {"zh": row.zh, "en": row.en},
            "minutes": float(row.tier_min),
            "metres": None if pd.isna(row.tier_m) else int(row.tier_m),
            "limit": limit_dm(row.tier_min, speed),
            "grade": row.grade,
            "source": {
                "zh": _basis(row.source_zh, row.clause_zh, "，"),
                "en": _basis(row.source_en, row.clause_en, ", "),
            },
            "weight": float(row.weight),
            "count": int(row.n_opportunities),
            "data": bool(row.has_data),
            "scored": bool(row.scored),
            "incomplete": bool(row.incomplete),
            "column": columns.get(code, -1),
        }
        for code, row in zip(table.index, rows, strict=True)
    ]


def _basis(source: str, clause: str, comma: str) -> str:
    """Return source and clause as one phrase, the clause only where it adds something."""
    return comma.join(part for part in ((source,) if clause in source else (source, clause)) if part)


def _with_data(evaluation: Evaluation) -> list[str]:
    table = evaluation.category_table
    if "life_circle" not in evaluation.parts:
        return []
    return [code for code in table.index[table["has_data"]] if code in evaluation.cost_dm.columns]


def buildings(evaluation: Evaluation, grid: Grid) -> Section:
    """Return outlines, scores, walks and facts of all buildings, neighbours beside each other.

    Numbers that may be missing are stored one higher, with 0 for missing. Scores are tenths rounded down, so
    that neither a class nor a rounded figure can change by packing. Walks are decimetres of cost, a section a
    category; detours are cost minus length.
    """
    table = wgs84(evaluation.buildings.geometry)
    order = hilbert_order(table)
    frame = evaluation.buildings.iloc[order]
    places = list(zip(frame["place_zh"].fillna(""), frame["place_en"].fillna(""), strict=True))
    known = {place: n for n, place in enumerate(dict.fromkeys(places))}
    uses = sorted(frame["use"].unique())
    cost = _matrix(evaluation.cost_dm, frame.index, _with_data(evaluation))
    length = _matrix(evaluation.length_dm, frame.index, _with_data(evaluation))
    return {
        "count": len(frame),
        "uses": uses,
        **grid.shapes(table.iloc[order].to_list()),
        "id": encode_text(frame.index.astype(str).tolist()),
        "name": encode_text(frame["name"].fillna("").astype(str).tolist()),
        "use": encode(frame["use"].map({use: n for n, use in enumerate(uses)}).to_numpy()),
        "place": encode([known[place] for place in places]),
        "places": encode_text([text for place in known for text in place]),
        "levels": encode(_or_missing(frame["levels"], 10)),
        "flags": encode(_flags(frame)),
        "people": {name: encode(_or_missing(frame[name], 1)) for name in PEOPLE},
        "scores": [encode(_or_missing(frame[name], 10, down=True)) for name in SCORES],
        "band": [encode(_or_missing(frame[f"score_total_{end}"], 10, down=True)) for end in ("low", "high")],
        "walks": [encode(column) for column in np.where(cost < 0, 0, cost + 1).T],
        "detours": [encode(column) for column in np.where(cost < 0, 0, cost - length).T],
    }


def _matrix(frame: pd.DataFrame, index: pd.Index, codes: list[str]) -> NDArray[np.int64]:
    return frame.reindex(index=index, columns=codes).astype("Int64").fillna(-1).to_numpy(dtype=np.int64)


def _or_missing(column: pd.Series, factor: int, *, down: bool = False) -> NDArray[np.int64]:
    values = pd.to_numeric(column).astype("Float64").to_numpy(dtype=float, na_value=np.nan) * factor
    # The small addition undoes binary noise below a whole tenth (59.999… for 60) and nothing else.
    whole = np.floor(values + 1e-6) if down else np.rint(values)
    return np.where(np.isnan(values), 0, whole + 1).astype(np.int64)


def _flags(frame: pd.DataFrame) -> NDArray[np.int64]:
    bits = ("in_area", "on_corridor", "connected", "floor_area_assumed", "near_edge")
    columns = [frame[name].fillna(False).to_numpy(dtype=np.int64) << n for n, name in enumerate(bits)]
    flags: NDArray[np.int64] = np.bitwise_or.reduce(np.vstack(columns), axis=0)
    return flags


def opportunities(evaluation: Evaluation, grid: Grid) -> Section:
    """Return where the opportunities of each category are, in the order of the category table."""
    table = evaluation.opportunities
    numbers = {code: n for n, code in enumerate(evaluation.category_table.index)}
    table = table[table["category"].isin(list(numbers)) & table.geometry.notna()]
    number = table["category"].map(numbers).to_numpy(dtype=np.int64)
    order = np.argsort(number, kind="stable")
    table = table.iloc[order]
    return {
        "category": encode(number[order]),
        "name": encode_text(table["name"].fillna("").astype(str).tolist()),
        **grid.points(wgs84(table.geometry)),
    }


def base(evaluation: Evaluation, grid: Grid) -> Section:
    """Return the drawn ground: green, water, streets, rail, gates, street names."""
    study = evaluation.study
    water = study.water
    rail = study.barriers[(study.barriers["kind"] == "rail") & ~study.barriers["tunnel"].fillna(False).astype(bool)]
    return {
        "green": _shapes(study.open_space, grid),
        "greenNames": _green_names(study.open_space, grid),
        "water": _shapes(water[water["kind"] == "area"], grid),
        "stream": _shapes(water[water["kind"] == "line"], grid),
        "streets": _streets(study.streets, grid),
        "rail": _shapes(rail, grid),
        "gates": {
            "passage": encode(study.gates["passage"].map({"open": 0, "residents": 1, "shut": 2}).to_numpy()),
            **grid.points(wgs84(study.gates.geometry)),
        },
        "names": _street_names(study.streets, _corridor_names(study.corridor), grid),
        "corridor": _shapes(_merged(study.corridor), grid),
    }


def _shapes(table: gpd.GeoDataFrame, grid: Grid) -> Section:
    drawn = table.geometry[~(table.geometry.isna() | table.geometry.is_empty)]
    return grid.shapes(wgs84(drawn).to_list())


def _merged(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    line = shapely.line_merge(table.geometry.union_all()) if len(table) else shapely.MultiLineString()
    return gpd.GeoDataFrame(geometry=[line], crs=table.crs)


def _streets(streets: gpd.GeoDataFrame, grid: Grid) -> Section:
    number = streets["highway"].map(STREET_CLASS)
    raised = streets["bridge"].fillna(False).astype(bool) | (streets["layer"].fillna(0) > 0)
    number = number.mask(streets["highway"].isin(ELEVATED_FROM) & raised, ELEVATED)
    drawn = number.notna() & ~streets["tunnel"].fillna(False).astype(bool)
    return {"class": encode(number[drawn].to_numpy(dtype=np.int64)), **_shapes(streets[drawn], grid)}


def _green_names(green: gpd.GeoDataFrame, grid: Grid) -> Section:
    named = green[green["name"].notna() & (green["area_m2"] >= 3000)].sort_values("area_m2", ascending=False)
    english = [str(json.loads(tags).get("name:en", "")) for tags in named["tags"].fillna("{}")]
    return {
        "name": encode_text(named["name"].astype(str).tolist()),
        "nameEn": encode_text(english),
        "area": encode(named["area_m2"].round().to_numpy(dtype=np.int64)),
        **grid.points(wgs84(named.geometry.representative_point())),
    }


def _corridor_names(corridor: gpd.GeoDataFrame) -> set[str]:
    return set(corridor["name"].dropna().astype(str)) if "name" in corridor else set()


def _street_names(streets: gpd.GeoDataFrame, corridor: set[str], grid: Grid) -> Section:
    """Return the longest unbroken pieces of every named street, main streets first, the corridor before all."""
    number = streets["highway"].map(STREET_CLASS)
    raised = streets["bridge"].fillna(False).astype(bool) & streets["highway"].isin(ELEVATED_FROM)
    named = streets[streets["name"].notna() & (number <= 6) & ~raised].assign(number=number)
    rows: list[tuple[int, str, str, Any]] = []
    # Plain arrays: a GeoDataFrame for each of a city's thousands of names costs more than the merging.
    geometry, english, number = (named[column].to_numpy() for column in ("geometry", "name_en", "number"))
    for name, members in sorted(named.reset_index(drop=True).groupby("name", sort=True).indices.items()):
        merged = shapely.line_merge(shapely.union_all(geometry[members]))
        pieces = sorted(shapely.get_parts(merged), key=lambda piece: -piece.length)[:LABEL_PIECES]
        known = [text for text in english[members] if isinstance(text, str)]
        rank = 0 if str(name) in corridor else int(number[members].min())
        rows += [
            (rank, str(name), known[0] if known else "", piece.simplify(1.5))
            for piece in pieces
            if piece.length >= LABEL_LEAST_M
        ]
    rows.sort(key=lambda row: (row[0], -row[3].length, row[1]))
    lines = gpd.GeoSeries([row[3] for row in rows], crs=streets.crs)
    return {
        "class": encode([row[0] for row in rows]),
        "zh": encode_text([row[1] for row in rows]),
        "en": encode_text([row[2] or row[1] for row in rows]),
        **grid.shapes(wgs84(lines).to_list()),
    }


def areas(evaluation: Evaluation, grid: Grid) -> Section:
    """Return the study area, the extent of the data and the isochrones, one outline each per limit.

    `rim` is the line beyond which the margin of data is cut short, `short` the part of the area beyond it; they
    are there only when that concerns a building of the area.
    """
    study = evaluation.study
    table = evaluation.isochrones
    minutes = sorted(int(value) for value in table["minutes"].unique())
    cut = evaluation.buildings["near_edge"] & evaluation.buildings["in_area"]
    rim = study.extent.buffer(-study.margin_m) if cut.any() else shapely.Polygon()
    short = study.area.difference(rim) if cut.any() else shapely.Polygon()
    outlines = [_smooth(table.geometry[table["minutes"] == value]) for value in minutes]
    return {
        "study": grid.shapes(wgs84(gpd.GeoSeries([study.area], crs=study.crs)).to_list()),
        "extent": grid.shapes(wgs84(gpd.GeoSeries([study.extent], crs=study.crs)).to_list()),
        "rim": grid.shapes([] if rim.is_empty else wgs84(gpd.GeoSeries([rim], crs=study.crs)).to_list()),
        "short": grid.shapes([] if short.is_empty else wgs84(gpd.GeoSeries([short], crs=study.crs)).to_list()),
        "minutes": minutes,
        "isochrones": grid.shapes(wgs84(gpd.GeoSeries(outlines, crs=study.crs)).to_list()),
    }


def _smooth(shapes: gpd.GeoSeries) -> Any:
    joined = shapes.union_all()
    smooth = joined.buffer(SMOOTH_OUT_M).buffer(-SMOOTH_IN_M).simplify(2)
    return joined if smooth.is_empty else smooth


def symbols(evaluation: Evaluation) -> list[Section]:
    """Return carriers, stations, metro stops and events as symbols with the facts of their popups."""
    study = evaluation.study
    found = [
        *_carriers(study.carriers),
        *_carriers(study.institutes),
        *_stations(study.stations),
        *_metro(study.amenities),
        *_events(study.events),
    ]
    if not found:
        return []
    spots = wgs84(gpd.GeoSeries([spot for spot, _ in found], crs=study.crs))
    return [{**symbol, "at": [round(p.y, 6), round(p.x, 6)]} for p, (_, symbol) in zip(spots, found, strict=True)]


def _placed(table: gpd.GeoDataFrame) -> Iterable[tuple[str, Any, dict[str, Any]]]:
    for (key, row), spot in zip(table.iterrows(), table.geometry, strict=True):
        if spot is not None and not spot.is_empty:
            yield str(key), spot, {name: value for name, value in row.items() if not _missing(value)}


def _missing(value: Any) -> bool:
    return pd.api.types.is_scalar(value) and bool(pd.isna(value))


def _facts(row: dict[str, Any], names: tuple[str, ...]) -> list[list[str]]:
    """Return the listed facts only: whatever else a district's file holds stays out of the page."""
    return [[name, _plain(row[name])] for name in names if name in row]


def _plain(value: Any) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y-%m-%d"))
    return str(value)


def _groups(row: dict[str, Any]) -> list[list[str]]:
    """Return the words by which records are told apart: industry, policy tags, department."""
    return [
        [name, word.strip()]
        for name in ("industry", "policies", "owner")
        for word in str(row.get(name, "")).split(TAGS)
        if word.strip()
    ]


def _carriers(table: gpd.GeoDataFrame) -> Iterable[tuple[Any, Section]]:
    for key, spot, row in _placed(table):
        kind = str(row.get("kind", "office"))
        sign = "institute" if kind in ("institute", "university") else f"carrier-{CARRIER_BARS.get(kind, 4)}"
        yield (
            spot,
            {
                "id": key,
                "layer": "institutes" if sign == "institute" else "carriers",
                "sign": "core" if row.get("is_core") else sign,
                "name": str(row.get("name", key)),
                "kind": kind,
                "uncertainty": float(row.get("uncertainty_m", 0)),
                "synthetic": bool(row.get("synthetic", False)),
                "facts": _facts(row, ("stage", "level", "address", "floor_area_m2", "firms", "opened", "source")),
                "groups": _groups(row),
            },
        )


def _stations(table: gpd.GeoDataFrame) -> Iterable[tuple[Any, Section]]:
    for key, spot, row in _placed(table):
        kind = str(row.get("type", ""))
        mark = STATION_MARKS.get(kind, Text("", ""))
        yield (
            spot,
            {
                "id": key,
                "layer": "stations",
                "sign": "station",
                "character": {"zh": mark.zh, "en": mark.en},
                "name": str(row.get("name", key)),
                "kind": kind,
                "uncertainty": float(row.get("uncertainty_m", 0)),
                "synthetic": bool(row.get("synthetic", False)),
                "facts": _facts(row, ("address", "hours", "capacity", "source")),
                "groups": _groups(row),
            },
        )


def _metro(amenities: gpd.GeoDataFrame) -> Iterable[tuple[Any, Section]]:
    """Yield one symbol a station: the extract may hold a point for each line that stops there."""
    seen: set[str] = set()
    for key, spot, row in _placed(amenities[amenities["tags"].str.contains('"railway"', regex=False, na=False)]):
        tags = json.loads(row["tags"])
        name = str(row.get("name", "")).removesuffix("站")
        if tags.get("railway") not in ("station", "halt") or not name or name in seen:
            continue
        seen.add(name)
        yield (
            spot,
            {
                "id": key,
                "layer": "metro",
                "sign": "metro",
                "name": name,
                "nameEn": str(row.get("name_en", "")),
                "kind": "metro",
                "uncertainty": 0.0,
                "synthetic": False,
                "facts": [],
            },
        )


def _events(table: gpd.GeoDataFrame) -> Iterable[tuple[Any, Section]]:
    for key, spot, row in _placed(table):
        yield (
            spot,
            {
                "id": key,
                "layer": "exchange",
                "sign": "exchange",
                "name": str(row.get("name", key)),
                "kind": "event",
                "uncertainty": 0.0,
                "synthetic": bool(row.get("synthetic", False)),
                "facts": _facts(row, ("series", "venue", "period", "hours")),
            },
        )
