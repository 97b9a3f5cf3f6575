"""The study area: boundary, corridor, tables and their provenance, in one metric CRS, unchangeable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from corridor import __version__, carriers, crs, sources, taxonomy
from corridor.config import StudyConfig, read_config
from corridor.errors import Account, Notice, Problem, StudyError, Text

if TYPE_CHECKING:
    from pyproj import CRS

SOURCE_TABLES = ("streets", "gates", "entrances", "buildings", "amenities", "open_space", "barriers", "water")
RECORD_TABLES = ("carriers", "institutes", "platforms", "stations", "firms", "events")
# Below this share of the area the data cannot carry a study.
LEAST_COVERED = 0.5


@dataclass(frozen=True)
class StudyArea:
    """Everything a study rests on.

    Geometries are in `crs` (metres). Tables are those of `corridor.schemas`; `area` is what is counted,
    `extent` the hull of the street data, `corridor` the lines of the corridor's streets. `fingerprint` is
    a hash over inputs, config and version: equal fingerprints give equal results.
    """

    config: StudyConfig
    categories: tuple[taxonomy.Category, ...]
    crs: CRS
    area: BaseGeometry
    extent: BaseGeometry
    corridor: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    amenities: gpd.GeoDataFrame
    open_space: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    carriers: gpd.GeoDataFrame
    institutes: gpd.GeoDataFrame
    platforms: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    firms: gpd.GeoDataFrame
    events: gpd.GeoDataFrame
    notices: tuple[Notice, ...]
    account: Account
    provenance: dict[str, Any]
    fingerprint: str

    @property
    def margin_m(self) -> float:
        """Metres of data needed around the area: twice the longest tier at the fastest speed, plus snapping."""
        return margin_m(self.config, self.categories)

    def replace(self, **tables: Any) -> StudyArea:
        """Return a copy with some parts replaced; nothing of this one changes."""
        return replace(self, **tables)


def open_study(path: str | Path) -> StudyArea:
    """Read a study: its config, map data and records.

    Parameters
    ----------
    path : str or Path
        `study.yaml`, or the folder that holds it.

    Returns
    -------
    StudyArea

    Raises
    ------
    ConfigError, SourceError, RecordError, CrsError, StudyError
        With every fault found in the step.
    """
    config = read_config(Path(path))
    categories = taxonomy.read_categories(config.resolve(config.categories) if config.categories else None)
    area_wgs, area_notices = _read_area(config)
    clip = _grown(area_wgs, margin_m(config, categories)) if area_wgs is not None else None
    extract = _read_extract(config, clip)
    notices = [*area_notices, *extract.notices]
    tables, layer_notices, account = _with_layers(
        config, {name: getattr(extract, name) for name in SOURCE_TABLES}, extract.account
    )
    _check_streets(tables["streets"], config.osm.file)
    centre = (area_wgs if area_wgs is not None else _hull(tables["streets"])).centroid
    metric = (
        crs.metric_crs(centre.x, centre.y)
        if config.crs == "auto"
        else crs.check_metric(config.crs, (centre.x, centre.y), "study.yaml: crs")
    )
    records, record_notices, record_account = _read_records(config, tables["streets"])
    notices += [*layer_notices, *record_notices]
    metric_tables = {name: crs.to_metric(table, metric) for name, table in {**tables, **records}.items()}
    extent = _hull(metric_tables["streets"])
    area = crs.to_metric(gpd.GeoSeries([area_wgs], crs=4326), metric).iloc[0] if area_wgs is not None else extent
    notices += _check_extent(config, area, extent, margin_m(config, categories), given=area_wgs is not None)
    corridor, corridor_notices = _corridor(config, metric_tables["streets"], extent, metric)
    notices += corridor_notices
    buildings = metric_tables["buildings"]
    inside = buildings.geometry.representative_point().within(area)
    if not inside.any():
        raise _no_buildings(config, len(buildings))
    metric_tables["buildings"] = buildings.assign(in_area=inside)
    provenance = {
        **_inputs(config, extract.provenance),
        "config_sha256": config.hash,
        "crs": metric.to_string(),
        "corridor_version": __version__,
    }
    return StudyArea(
        config=config,
        categories=categories,
        crs=metric,
        area=area,
        extent=extent,
        corridor=corridor,
        **metric_tables,
        notices=tuple(notices),
        account=account + record_account,
        provenance=provenance,
        fingerprint=_fingerprint(provenance),
    )


def new_study(
    folder: str | Path,
    *,
    bbox: tuple[float, float, float, float] | None = None,
    boundary: str | Path | None = None,
    osm: str | Path | None = None,
    name: str | None = None,
    corridor: str | None = None,
    progress: Callable[[Text], None] | None = None,
) -> tuple[Path, tuple[Notice, ...]]:
    """Write a study folder for any place, ready to run: `study.yaml`, `area.geojson` and a snapshot in `osm`.

    The map data reach `margin_m` around the area, with the default walker and categories. `study.yaml` is written
    last: a folder without one is not finished and may be written again.

    Parameters
    ----------
    folder : str or Path
        New, or without a `study.yaml`.
    bbox : (west, south, east, north), optional
        WGS84 degrees.
    boundary : str or Path, optional
        A file of polygons in a declared coordinate system; exactly one of `bbox` and `boundary` is given.
    osm : str or Path, optional
        A local OSM file to clip; without it, Overpass is asked.
    name : str, optional
        Of the study, default that of the folder.
    corridor : str, optional
        Name of the corridor's street. Where the data have no such street it is written as a comment, with a notice.
    progress : callable, optional
        Told each step as a `Text`.

    Returns
    -------
    path of study.yaml, notices

    Raises
    ------
    SourceError, CrsError, StudyError
        The area is none, the data are not there, or something would be overwritten.
    """
    folder = Path(folder)
    area, notices = _asked_area(bbox, boundary)
    _check_free(folder, boundary)
    defaults = StudyConfig.model_validate({"name": "-", "osm": "osm"})
    margin = margin_m(defaults, taxonomy.read_categories(None))
    extract = sources.fetch(boundary=_grown(area, margin), source=osm, progress=progress or (lambda _: None))
    _check_streets(extract.streets, Path(osm).name if osm is not None else str(extract.provenance["file"]))
    title = (name or "").strip() or folder.resolve().name or "study"
    known = sorted(set(extract.streets["name"].dropna()))
    found = corridor is not None and corridor in known
    if corridor is not None and not found:
        problem = _no_such_street(corridor, known)
        notices.append(Notice("no-street", "W", problem.what, problem.hint or Text("", ""), file="study.yaml"))
    sources.write_snapshot(extract, folder / "osm")
    outline = folder / "area.geojson"
    if not outline.exists():
        feature = {"type": "Feature", "properties": {"name": title}, "geometry": shapely.geometry.mapping(area)}
        collection = {"type": "FeatureCollection", "features": [feature]}
        outline.write_text(json.dumps(collection, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    path = folder / "study.yaml"
    street = json.dumps(corridor if corridor is not None else "路名", ensure_ascii=False)
    text = _NEW_STUDY.format(
        name=json.dumps(title, ensure_ascii=False),
        margin=f"{margin:,.0f}",
        corridor=f"{'' if found else '# '}corridor: {{names: [{street}], side_m: 100}}",
    )
    path.write_text(text, encoding="utf-8", newline="\n")
    return path, (*notices, *extract.notices)


_NEW_STUDY = """\
# 研究设置。改完后先 corridor check，再 corridor study。
# Settings of the study. After a change run `corridor check`, then `corridor study`.
name: {{zh: {name}, en: {name}}}

# 研究范围：只有范围内的建筑计入结果。The area: only buildings inside count.
area: area.geojson

# 地图资料，研究范围四周各留 {margin} m。Map data, {margin} m beyond the area on every side.
osm: osm

# 主线街道，名称须与OSM一致；side_m 为两侧各计入的米数。
# The main street, named as in OSM; side_m metres on each side belong to it.
{corridor}

# 台账（CSV或XLSX）；datum 为坐标基准：wgs84、gcj02、bd09、cgcs2000。
# District records (CSV or XLSX); datum is what their coordinates are in.
# records:
#   carriers: {{file: carriers.xlsx, datum: gcj02}}
#   stations: {{file: stations.csv, datum: wgs84}}

# 谁在走：profile 见 corridor/data/walkers.yaml；gates 为 residents、public 或 open。
# Who walks: profiles are in corridor/data/walkers.yaml; gates are residents, public or open.
# walker: {{profile: adult, gates: residents}}
"""


def _asked_area(
    bbox: tuple[float, float, float, float] | None, boundary: str | Path | None
) -> tuple[BaseGeometry, list[Notice]]:
    if boundary is not None and bbox is None:
        return _read_boundary(Path(boundary))
    if bbox is None or boundary is not None:
        raise StudyError.of(
            "init",
            "请在 --bbox 与 --boundary 中给出一项，且只给一项。",
            "give exactly one of --bbox and --boundary.",
        )
    west, south, east, north = bbox
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise StudyError.of(
            f"--bbox {','.join(f'{number:g}' for number in bbox)}",
            "不是有效的经纬度范围。",
            "is no valid extent in degrees.",
            "顺序为 西,南,东,北。",
            "The order is west,south,east,north.",
        )
    return shapely.box(west, south, east, north), []


def _check_free(folder: Path, boundary: str | Path | None) -> None:
    """Refuse to write over a study, or over a boundary that is not the one given."""
    for name in ("study.yaml", "area.geojson"):
        path = folder / name
        if not path.exists() or (name == "area.geojson" and boundary is not None and path.samefile(boundary)):
            continue
        raise StudyError.of(
            str(path),
            "已经存在，不会覆盖。",
            "exists already and is not overwritten.",
            "换一个文件夹，或先移走它。",
            "Name another folder, or move the file away first.",
        )


def margin_m(config: StudyConfig, categories: Sequence[taxonomy.Category]) -> float:
    """Return the metres of data that the farthest-reaching measure needs around the area.

    A contribution falls to 0 at twice the tier, so twice the longest tier at the fastest speed, plus the
    snapping tolerance.
    """
    longest = max((c.tier_min for c in categories), default=15)
    return 2 * longest * config.walker.speed_m_min.high + config.walker.snap_m


def _read_area(config: StudyConfig) -> tuple[BaseGeometry | None, list[Notice]]:
    """Return the reporting area in WGS84, or None where the study names none."""
    if config.area is None:
        return None, []
    if config.area.bbox is not None:
        return shapely.box(*config.area.bbox), []
    return _read_boundary(config.resolve(str(config.area.file)))


def _read_boundary(path: Path) -> tuple[BaseGeometry, list[Notice]]:
    """Return the polygons of a file as one area in WGS84, with a notice where their outline crosses itself."""
    shapes = crs.to_wgs84(_read_shapes(path, Text("边界", "boundary")), path.name).geometry
    polygons = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon"]) & ~shapes.is_empty].force_2d()
    if polygons.empty:
        raise StudyError.of(
            str(path), "边界里没有面。", "holds no polygon.", "画一个面作为研究范围。", "Draw the area as a polygon."
        )
    parts = shapely.get_parts(shapely.get_parts(polygons.make_valid().to_numpy()))
    area = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    if area.area == 0:
        raise StudyError.of(
            str(path),
            "边界的面积为0：各点在一条线上或重合。",
            "encloses no area: its points lie on one line or in one place.",
            "画一个有面积的面作为研究范围。",
            "Draw the area as a polygon that encloses something.",
        )
    crossed = polygons[~polygons.is_valid]
    if crossed.empty:
        return area, []
    where = shapely.is_valid_reason(crossed.iloc[0])
    what = Text(
        f"{len(crossed)}个边界面自相交（{where}），已拆成不相交的面。",
        f"{len(crossed)} boundary polygons cross themselves ({where}); they were split into parts that do not.",
    )
    action = Text("在地图上核对研究范围。", "Check the area on the map.")
    return area, [Notice("area-crossed", "W", what, action, file=path.name, value=where)]


def _read_shapes(path: Path, kind: Text) -> gpd.GeoDataFrame:
    """Read a file of geometries of any format, or say that it is none."""
    try:
        frame = gpd.read_file(path)
        named = "" if isinstance(frame, gpd.GeoDataFrame) else "no geometry"
    except Exception as error:  # pyogrio raises its own tree for every driver
        named = type(error).__name__
    if named:
        raise StudyError.of(
            str(path),
            f"不是可读的{kind.zh}文件。",
            f"is not a readable {kind.en} file ({named}).",
            "用GeoJSON、GeoPackage或SHP。",
            "Use GeoJSON, GeoPackage or SHP.",
        )
    return frame


def _grown(area: BaseGeometry, margin: float) -> BaseGeometry:
    """Grow a WGS84 area by metres, measured in a metric CRS of its own."""
    centre = area.centroid
    local = crs.metric_crs(centre.x, centre.y)
    grown = crs.to_metric(gpd.GeoSeries([area], crs=4326), local).buffer(margin)
    return crs.to_wgs84(grown).iloc[0]


def _hull(streets: gpd.GeoDataFrame) -> BaseGeometry:
    return shapely.convex_hull(shapely.geometrycollections(streets.geometry.to_numpy()))


def _read_extract(config: StudyConfig, clip: BaseGeometry | None) -> sources.Extract:
    path = config.resolve(config.osm.file)
    if path.is_dir():
        return sources.read_snapshot(path)
    return sources.read_osm(path, clip=clip)


def _record_entries(config: StudyConfig) -> dict[str, Any]:
    return {name: entry for name in RECORD_TABLES if (entry := getattr(config.records, name)) is not None}


def _layer_entries(config: StudyConfig) -> dict[sources.LayerTable, Any]:
    names: tuple[sources.LayerTable, ...] = ("buildings", "streets", "open_space")
    return {name: entry for name in names if (entry := getattr(config.layers, name)) is not None}


def _with_layers(
    config: StudyConfig, tables: dict[str, gpd.GeoDataFrame], account: Account
) -> tuple[dict[str, gpd.GeoDataFrame], list[Notice], Account]:
    """Put the planner's own layers in the place of the OSM tables of the same name, and account for both."""
    notices: list[Notice] = []
    out = dict(tables)
    for name, entry in _layer_entries(config).items():
        layer = sources.read_layer(
            config.resolve(entry.file), name, crs=entry.crs, columns=entry.columns, encoding=entry.encoding
        )
        # The estimate writes `residents` and `workers`; what the planner counted stays beside it.
        out[name] = layer.table.rename(columns={"residents": "residents_given", "workers": "workers_given"})
        notices += layer.notices
        account = _set_aside(account, name) + layer.account
    return out, notices, account


def _set_aside(account: Account, source: str) -> Account:
    """Count every row of a source as excluded: a layer of the planner stands in its place."""
    why = Text("由自有图层代替", "replaced by the planner's own layer")
    return Account(
        tuple(
            replace(entry, excluded=(*entry.excluded, (why, entry.used))) if entry.source == source else entry
            for entry in account.entries
        )
    )


def _read_records(
    config: StudyConfig, streets: gpd.GeoDataFrame
) -> tuple[dict[str, gpd.GeoDataFrame], list[Notice], Account]:
    extent = _hull(streets)
    tables: dict[str, gpd.GeoDataFrame] = {name: carriers.empty(name) for name in RECORD_TABLES}
    notices: list[Notice] = []
    account = Account()
    for name, entry in _record_entries(config).items():
        records = carriers.read_records(
            config.resolve(entry.file),
            name,
            datum=entry.datum,
            sheet=entry.sheet,
            encoding=entry.encoding,
            study_bbox=extent.bounds,
            streets=streets,
        )
        tables[name] = records.table
        notices += records.notices
        account += records.account
    return tables, notices, account


def _check_streets(streets: gpd.GeoDataFrame, file: str) -> None:
    if (streets["walk"] != "none").any():
        return
    raise StudyError.of(
        file,
        f"没有一条可步行的街道（共读到{len(streets)}条街道）。",
        f"0 walkable streets ({len(streets)} streets read).",
        "检查文件与范围是否对应；范围在别处、或下载时只取了建筑，都会如此。",
        "Check that file and area belong together, and that streets were downloaded.",
    )


def _no_buildings(config: StudyConfig, read: int) -> StudyError:
    own = config.layers.buildings
    return StudyError.of(
        config.osm.file if own is None else own.file,
        f"研究范围内没有建筑（共读到{read:,}栋）。",
        f"0 buildings in the study area ({read:,} read).",
        "检查文件与范围是否对应，以及下载时是否取了建筑。",
        "Check that file and area belong together, and that buildings were downloaded.",
    )


def _check_extent(
    config: StudyConfig, area: BaseGeometry, extent: BaseGeometry, margin: float, *, given: bool
) -> list[Notice]:
    """Refuse data that cover too little of the area; say so where they end before the margin does."""
    # Less than a metre wide on average: a parallel of latitude bends by decimetres in a projection.
    if 2 * area.area < area.length:
        raise StudyError.of(
            config.osm.file,
            "全部街道在一条线上，围不出研究范围。",
            "all streets lie on one line, which encloses no study area.",
            "在study.yaml里给出area，或取更大范围的资料。",
            "Give an `area` in study.yaml, or fetch data for a larger extent.",
        )
    covered = area.intersection(extent).area / area.area
    if covered < LEAST_COVERED:
        raise StudyError.of(
            str(config.osm.file),
            f"资料只覆盖研究范围的{covered:.0%}。",
            f"the data cover only {covered:.0%} of the study area.",
            "换用覆盖研究范围及其余量的资料，或缩小范围。",
            "Take data that cover the area and its margin, or make the area smaller.",
        )
    wanted = area.buffer(margin)
    share = wanted.intersection(extent).area / wanted.area
    if share >= 0.995:
        return []
    what = Text(
        f"研究范围四周应有{margin:,.0f} m资料，现覆盖{share:.0%}；靠近资料边界的建筑得分可能偏低。",
        f"data should reach {margin:,.0f} m around the area and cover {share:.0%} of that; "
        "buildings near the edge of the data may score too low.",
    )
    action = (
        Text("下载更大范围的资料。", "Fetch data for a larger extent.")
        if given
        else Text("在study.yaml里给出area，使四周留有余量。", "Give an `area` in study.yaml that leaves a margin.")
    )
    return [Notice("data-edge", "W", what, action, file=config.resolve(config.osm.file).name, value=f"{share:.3f}")]


def _corridor(
    config: StudyConfig, streets: gpd.GeoDataFrame, extent: BaseGeometry, metric: CRS
) -> tuple[gpd.GeoDataFrame, list[Notice]]:
    """Return the corridor's street lines, from a drawn line or by name; empty where the study names none."""
    if config.corridor is None:
        return streets.iloc[:0], []
    if config.corridor.file is not None:
        lines, notices = _drawn_lines(config.resolve(config.corridor.file), extent, metric)
        name = config.corridor.names[0] if config.corridor.names else ""
        return gpd.GeoDataFrame({"name": name}, lines.index, geometry=lines), notices
    names = list(config.corridor.names)
    found = streets[streets["name"].isin(names) & (streets["walk"] != "none")]
    missing = [name for name in names if name not in set(found["name"])]
    if missing:
        known = sorted(set(streets["name"].dropna()))
        raise StudyError([_no_such_street(name, known) for name in missing])
    return found, []


def _drawn_lines(path: Path, extent: BaseGeometry, metric: CRS) -> tuple[gpd.GeoSeries, list[Notice]]:
    """Read the lines of a file; what is no line is dropped with a notice."""
    shapes = _read_shapes(path, Text("主线", "corridor")).geometry
    kept = shapes[shapes.geom_type.isin(["LineString", "MultiLineString"]) & ~shapes.is_empty].force_2d()
    if kept.empty:
        raise StudyError.of(
            str(path), "主线文件里没有线。", "holds no line.", "把主线画成线。", "Draw the corridor as a line."
        )
    lines = crs.to_metric(kept, metric, path.name)
    if not lines.intersects(extent).any():
        raise StudyError.of(
            str(path),
            "主线不在地图资料的范围内。",
            "lies outside the map data.",
            "检查主线的坐标系，以及资料是否对应。",
            "Check the coordinate system of the line, and that the data belong to it.",
        )
    dropped = len(shapes) - len(kept)
    if not dropped:
        return lines, []
    what = Text(
        f"{dropped}个要素没有几何或不是线，未用作主线。",
        f"{dropped} features have no geometry or are no lines, and are not part of the corridor.",
    )
    return lines, [Notice("corridor-dropped", "W", what, file=path.name, value=str(dropped))]


def _no_such_street(name: str, known: list[str]) -> Problem:
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    zh = f"相近的有：{'、'.join(near)}。" if near else "资料里没有相近的街名。"
    en = f"Near names: {', '.join(near)}." if near else "The data hold no similar name."
    return Problem(
        "study.yaml: corridor.names", Text(f"没有名为“{name}”的街道。", f"no street is named '{name}'."), Text(zh, en)
    )


def _dated(provenance: dict[str, Any], config: StudyConfig) -> dict[str, Any]:
    """Take the date of the data from the study where the file names none."""
    if provenance.get("osm_date") or config.osm.date is None:
        return provenance
    return {**provenance, "osm_date": config.osm.date.isoformat()}


def _inputs(config: StudyConfig, osm: dict[str, Any]) -> dict[str, Any]:
    """Return every file the settings name, with its checksum and without its folder."""
    facts: dict[str, Any] = {"osm": _dated(osm, config), "records": {}, "layers": {}}
    for place, name in config.files().items():
        path = config.resolve(name)
        group, key = str(place[0]), str(place[1]) if len(place) > 1 else ""
        if group == "osm":
            # The reader has hashed a file; of a snapshot it tells the source, not what lies in the folder now.
            if path.is_dir():
                facts["osm"] = {**facts["osm"], "snapshot": _file_facts(path)["files"]}
        elif group in {"records", "layers"}:
            facts[group][key] = _file_facts(path)
        else:
            facts[group] = _file_facts(path)
    return facts


def _file_facts(path: Path) -> dict[str, Any]:
    """Return name and checksum of a file; of a folder those of its files, of a shapefile also its companions'."""
    if path.is_dir():
        inside = sorted(part for part in path.rglob("*") if part.is_file())
        return {"file": path.name, "files": {part.relative_to(path).as_posix(): _file_facts(part) for part in inside}}
    facts: dict[str, Any] = {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    if path.suffix.lower() == ".shp":
        beside = sorted(
            part
            for part in path.parent.iterdir()
            if part.stem == path.stem and part.suffix.lower() in {".dbf", ".prj", ".cpg"} and part.is_file()
        )
        facts |= {part.suffix.lower().lstrip("."): _file_facts(part) for part in beside}
    return facts


def _fingerprint(provenance: dict[str, Any]) -> str:
    text = json.dumps(provenance, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
