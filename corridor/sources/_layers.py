"""Planners' own layers (SHP, GeoPackage, GeoJSON) in the shape of the OSM tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from corridor import crs as systems
from corridor.errors import Account, CorridorError, Notice, SourceError, Text
from corridor.sources import _rules
from corridor.sources._elements import UNIT
from corridor.sources._extract import SCHEMAS, clean, frame, json_tags
from corridor.sources._findings import Findings, Tally
from corridor.sources._gather import Gatherer
from corridor.sources._rings import geodesic_area_m2, polygonal
from corridor.sources._tables import build_tables

LayerTable = Literal["buildings", "streets", "open_space"]
# What a planner's column may give, by table.
COLUMNS: dict[str, tuple[str, ...]] = {
    "buildings": ("name", "use", "levels", "height_m", "residents", "workers", "street", "housenumber"),
    "streets": ("name", "highway", "layer", "access"),
    "open_space": ("name", "kind"),
}
_KINDS = {"buildings": "Polygon", "open_space": "Polygon", "streets": "LineString"}
_PEOPLE = ("residents", "workers")


@dataclass(frozen=True)
class Layer:
    """A planner's layer: `table` in WGS84, with the columns of the OSM table of that name."""

    table: gpd.GeoDataFrame
    notices: tuple[Notice, ...]
    account: Account


def read_layer(
    path: str | Path,
    table: LayerTable,
    *,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Layer:
    """Read a planner's own layer.

    Parameters
    ----------
    path : str or Path
        SHP, GeoPackage, GeoJSON or what else GDAL reads.
    table : {"buildings", "streets", "open_space"}
    crs : str, optional
        The coordinate system, where the file names none or a wrong one.
    columns : mapping, optional
        Our column name to the layer's. Columns already of our name need none. Buildings may give ``residents`` and
        ``workers``, which then are columns of the result.
    encoding : str, optional
        Of a shapefile's attributes; by default its ``.cpg``, else UTF-8 where that fits, else GB18030.

    Returns
    -------
    Layer
        Rows with an id made from their geometry, so that it does not depend on their order.

    Raises
    ------
    SourceError
        The file cannot be read, lacks a named column, or holds nothing of the right kind.
    CrsError
        No coordinate system is declared, or the coordinates cannot be in it.
    """
    path = Path(path)
    findings = Findings()
    raw = _read(path, table, encoding, findings)
    raw = _with_crs(raw, crs, path, findings)
    named = _named_columns(raw, table, columns or {}, path)
    geometry = systems.to_wgs84(raw.geometry, path.name).force_2d()
    rows = _Rows(table, findings)
    for number, shape in enumerate(geometry):
        values = {name: _text(column.iloc[number]) for name, column in named.items()}
        rows.add(number + 1, shape, values)
    if not rows.kept:
        raise SourceError.of(
            str(path),
            "没有可用的要素。",
            "holds no usable feature.",
            f"该图层应为{'线' if table == 'streets' else '面'}。",
            f"The layer has to hold {'lines' if table == 'streets' else 'polygons'}.",
        )
    return rows.layer(path.name, [name for name in _PEOPLE if name in named])


def _read(path: Path, table: str, encoding: str | None, findings: Findings) -> gpd.GeoDataFrame:
    if not path.exists():
        raise SourceError.of(
            str(path),
            "文件不存在。",
            "file does not exist.",
            "请检查 study.yaml 的 layers。",
            "Check `layers` in study.yaml.",
        )
    if encoding is None and path.suffix.lower() == ".shp":
        encoding = _detect_encoding(path, findings)
    try:
        layer = _choose_layer(path, table)
        return gpd.read_file(path, layer=layer, encoding=encoding)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, LookupError) as error:
        raise SourceError.of(
            str(path),
            f"不是可读的图层（{error}）。",
            f"is no readable layer ({error}).",
            "请用 SHP（连同 .shx、.dbf）、GeoPackage 或 GeoJSON。",
            "Use SHP (with its .shx and .dbf), GeoPackage or GeoJSON.",
        ) from None


def _choose_layer(path: Path, table: str) -> str | None:
    """Return the layer to read: the only one, or the only one of the right kind, or the one of the table's name."""
    layers = {str(name): str(kind) for name, kind in pyogrio.list_layers(path)}
    if len(layers) <= 1:
        return None
    if table in layers:
        return table
    fitting = [name for name, kind in layers.items() if _KINDS[table] in kind]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(layers)
    raise SourceError.of(
        str(path),
        f"含有多个图层（{listed}），不知用哪一个。",
        f"holds several layers ({listed}); which one is meant is unclear.",
        f"请只留一个，或把它命名为 {table}。",
        f"Keep one, or name it {table}.",
    )


def _detect_encoding(path: Path, findings: Findings) -> str | None:
    """Return the encoding of a shapefile without a ``.cpg``."""
    siblings = {entry.suffix.lower(): entry for entry in path.parent.glob(f"{path.stem}.*")}
    if ".cpg" in siblings or ".dbf" not in siblings:
        return None
    data = siblings[".dbf"].read_bytes()
    header = int.from_bytes(data[8:10], "little")
    for encoding in ("utf-8", "gb18030"):
        try:
            (data[32:header] + data[header:]).decode(encoding)
        except UnicodeDecodeError:
            continue
        if not data.isascii():
            findings.add("layer-encoding", encoding)
        return encoding
    raise SourceError.of(
        str(siblings[".dbf"]),
        "文字编码既不是 UTF-8 也不是 GB18030。",
        "the text is neither UTF-8 nor GB18030.",
        "请在 study.yaml 里写明 encoding。",
        "Name its `encoding` in study.yaml.",
    )


def _with_crs(raw: gpd.GeoDataFrame, crs: str | None, path: Path, findings: Findings) -> gpd.GeoDataFrame:
    if not isinstance(raw, gpd.GeoDataFrame):
        raise SourceError.of(str(path), "没有几何列。", "has no geometry.", "请给出地图图层。", "Give a map layer.")
    if crs is None:
        return raw  # `to_wgs84` refuses a layer without a system
    declared, own = systems.declare(raw, crs, f"{path.name}: crs")
    if own is not None:
        findings.add("layer-crs", f"{crs} ≠ {own}")
    return declared


def _named_columns(
    raw: gpd.GeoDataFrame, table: str, columns: Mapping[str, str], path: Path
) -> dict[str, pd.Series[Any]]:
    wanted = {name: name for name in COLUMNS[table] if name in raw.columns} | dict(columns)
    unknown = [name for name in wanted if name not in COLUMNS[table]]
    missing = [name for name in wanted.values() if name not in raw.columns]
    problems = [
        CorridorError.of(
            f"{path.name}: columns",
            f"{table} 没有“{name}”这一项，可用：{'、'.join(COLUMNS[table])}。",
            f"{table} take no {name!r}; known: {', '.join(COLUMNS[table])}.",
        ).problems[0]
        for name in unknown
    ] + [_no_such_column(name, [str(column) for column in raw.columns], path) for name in missing]
    if problems:
        raise SourceError(problems)
    return {name: raw[theirs] for name, theirs in wanted.items()}


def _no_such_column(name: str, present: list[str], path: Path) -> Any:
    near = get_close_matches(name, present, n=3, cutoff=0.4) or [c for c in present if c != "geometry"][:20]
    return CorridorError.of(
        f"{path.name}: columns",
        f"没有“{name}”列。",
        f"has no column {name!r}.",
        f"文件中有：{'、'.join(near)}。",
        f"It has: {', '.join(near)}.",
    ).problems[0]


def _text(value: Any) -> str:
    """Return a cell as text; whole numbers without a point, missing as ""."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


@dataclass
class _Rows:
    """Rows of a layer as they come, judged one by one."""

    table: str
    findings: Findings
    tally: Tally = field(default_factory=Tally)
    kept: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._seen: set[bytes] = set()

    def add(self, number: int, shape: BaseGeometry | None, values: dict[str, str]) -> None:
        """Take the feature `number`, counted from 1."""
        self.tally.read += 1
        if shape is None or shape.is_empty:
            self._drop(number, "no-geometry")
            return
        fitting = _lines(shape) if self.table == "streets" else self._polygons(number, shape)
        if fitting is None:
            self._drop(number, "kind")
            return
        rounded = shapely.transform(fitting, lambda lonlat: np.rint(lonlat * UNIT) / UNIT)
        drawn = rounded.normalize().wkb
        if drawn in self._seen:
            self.findings.add("layer-twice", f"{number}")
            self.tally.drop("twice")
            return
        self._seen.add(drawn)
        id_ = f"{self.table}/{hashlib.sha256(drawn).hexdigest()[:12]}"
        make: dict[str, Callable[..., dict[str, Any]]] = {"buildings": self._building, "open_space": self._open_space}
        columns = make[self.table](number, values, fitting) if self.table in make else {"values": values}
        self.kept.append({"id": id_, "geometry": fitting, "number": number, **columns})

    def layer(self, file: str, people: list[str]) -> Layer:
        """Return everything taken."""
        label = Text(SCHEMAS[self.table].zh, SCHEMAS[self.table].en)
        source = f"layer.{self.table}"
        if self.table == "streets":
            return self._streets(file, source, label)
        table = frame(self.table, self.kept)
        for name in people:
            by_id = {row["id"]: row[name] for row in self.kept}
            table[name] = pd.Series([by_id[id_] for id_ in table.index], index=table.index, dtype="Float64")
        return Layer(table, self.findings.notices(file), Account((self.tally.entry(source, label),)))

    def _drop(self, number: int, reason: str) -> None:
        self.findings.add("layer-unusable", f"{number}")
        self.tally.drop(reason)

    def _polygons(self, number: int, shape: BaseGeometry) -> BaseGeometry | None:
        if shape.is_valid:
            return polygonal(shape)
        valid = polygonal(shapely.make_valid(shape))
        if valid is not None and abs(valid.area - shape.area) > 0.01 * valid.area:
            self.findings.add("polygon-repaired", f"{number}")
        return valid

    def _building(self, number: int, values: dict[str, str], _: BaseGeometry) -> dict[str, Any]:
        return {
            "name": clean(values.get("name")),
            "building": "yes",
            "use": self._parsed(number, values, "use", _rules.layer_use) or "unknown",
            "levels": self._parsed(number, values, "levels", _rules.levels),
            "height_m": self._parsed(number, values, "height_m", _rules.height_m),
            "residents": self._parsed(number, values, "residents", _count),
            "workers": self._parsed(number, values, "workers", _count),
            "street": clean(values.get("street")),
            "housenumber": clean(values.get("housenumber")),
            "tags": json_tags({}),
        }

    def _open_space(self, number: int, values: dict[str, str], shape: BaseGeometry) -> dict[str, Any]:
        def kind(text: str) -> str | None:
            return _rules.layer_word(text, _rules.OPEN_SPACE_KINDS, _rules.LAYER_OPEN_SPACE)

        return {
            "name": clean(values.get("name")),
            "kind": self._parsed(number, values, "kind", kind) or "park",
            "area_m2": geodesic_area_m2(shape),
            "walk": "public",
            "tags": json_tags({}),
        }

    def _parsed(self, number: int, values: dict[str, str], name: str, parse: Callable[[str], Any]) -> Any:
        text = values.get(name, "")
        if not text:
            return None
        value = parse(text)
        if value is None:
            self.findings.add("layer-value", f"{number} {name}", text)
        return value

    def _streets(self, file: str, source: str, label: Text) -> Layer:
        """Give the lines to the gatherer as ways without node ids: equal places meet, on equal layers."""
        gatherer, ids, number = Gatherer(), {}, 0
        for row in sorted(self.kept, key=lambda row: str(row["id"])):
            for n, line in enumerate(shapely.get_parts(row["geometry"])):
                number += 1
                places = [(round(x * UNIT), round(y * UNIT)) for x, y in line.coords]
                gatherer.way(number, None, self._street_tags(row), places=places)
                ids[f"way/{number}"] = row["id"] if n == 0 else f"{row['id']}#{n + 1}"
        tables, notices, _ = build_tables(gatherer.finish(file), file)
        # Lines of several parts count as so many rows, here as in OSM ways cut by their border.
        self.tally.read += number - len(self.kept)
        self.tally.drop("short", number - len(tables["streets"]))
        table = tables["streets"].rename(index=ids).sort_index()
        table["osm_id"] = pd.array([pd.NA] * len(table), dtype="Int64")
        return Layer(table, (*self.findings.notices(file), *notices), Account((self.tally.entry(source, label),)))

    def _street_tags(self, row: dict[str, Any]) -> dict[str, str]:
        values, number = row["values"], row["number"]

        def highway(text: str) -> str | None:
            own = _rules.BY_CONSENT | _rules.NEVER | _rules.WALKABLE
            return _rules.layer_word(text, own, _rules.LAYER_HIGHWAY)

        def access(text: str) -> str | None:
            own = _rules.FOOT_ALLOWS | _rules.ACCESS_PRIVATE | _rules.ACCESS_FORBIDS
            return _rules.layer_word(text, own, _rules.LAYER_ACCESS)

        tags = {
            "name": values.get("name"),
            "highway": self._parsed(number, values, "highway", highway) or "unclassified",
            "layer": values.get("layer"),
            "access": self._parsed(number, values, "access", access),
        }
        return {key: text for key, text in tags.items() if text}


def _lines(shape: BaseGeometry) -> BaseGeometry | None:
    parts: list[BaseGeometry] = [
        part for part in shapely.get_parts(shape) if part.geom_type in {"LineString", "LinearRing"}
    ]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiLineString(parts)


def _count(text: str) -> float | None:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return None
    return number if 0 <= number < 1e7 else None
