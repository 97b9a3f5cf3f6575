"""Reading a study: config, map data, planner's layers, records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from corridor import __version__, carriers, crs, matching, sources, taxonomy
from corridor.config import StudyConfig, read_config
from corridor.errors import Account, Notice, StudyError, Text
from corridor.study._area import PLACED_TABLES, StudyArea, margin_m
from corridor.study._corridor import corridor
from corridor.study._extent import check_extent, check_streets, grown, hull, read_area
from corridor.study._provenance import fingerprint_of, inputs

RECORD_TABLES = (*carriers.TABLES, carriers.SURVEY)
# Records that have a place: all but the renewal projects, which are stretches of a street.
MATCHED_TABLES = ("carriers", "institutes", "platforms", "stations", "firms", "projects", "events")


def open_study(path: str | Path, *, cache: str | Path | None = None) -> StudyArea:
    """Read a study: its config, map data and records.

    Parameters
    ----------
    path : str or Path
        `study.yaml`, or the folder that holds it.
    cache : str or Path, optional
        Folder that keeps what was read from OSM files, by content; see `corridor.sources.read_osm`.

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
    area_wgs, area_notices = read_area(config)
    clip = grown(area_wgs, margin_m(config, categories)) if area_wgs is not None else None
    extract = _read_extract(config, clip, cache)
    notices = [*area_notices, *extract.notices]
    tables, layer_notices, account = _with_layers(
        config, {name: getattr(extract, name) for name in sources.TABLES}, extract.account
    )
    check_streets(tables["streets"], config.osm.file)
    centre = (area_wgs if area_wgs is not None else hull(tables["streets"])).centroid
    metric = (
        crs.metric_crs(centre.x, centre.y)
        if config.crs == "auto"
        else crs.check_metric(config.crs, (centre.x, centre.y), "study.yaml: crs")
    )
    records, record_notices, record_account, lost_rows = _read_records(config, tables["streets"])
    notices += [*layer_notices, *record_notices]
    metric_tables = {name: crs.to_metric(table, metric) for name, table in {**tables, **records}.items()}
    extent = hull(metric_tables["streets"])
    area = crs.to_metric(gpd.GeoSeries([area_wgs], crs=crs.WGS84), metric).iloc[0] if area_wgs is not None else extent
    notices += check_extent(config, area, extent, margin_m(config, categories), given=area_wgs is not None)
    lines, corridor_notices = corridor(config, metric_tables["streets"], extent, metric, notices)
    notices += corridor_notices
    buildings = metric_tables["buildings"]
    inside = buildings.geometry.representative_point().within(area)
    if not inside.any():
        raise _no_buildings(config, len(buildings))
    metric_tables["buildings"] = buildings.assign(in_area=inside)
    matches = matching.match(
        {name: metric_tables[name] for name in MATCHED_TABLES},
        buildings,
        threshold=config.matching.threshold,
        clear=config.matching.clear,
    )
    metric_tables |= {name: matching.matched(metric_tables[name], name, matches) for name in MATCHED_TABLES}
    notices += matching.notices(matches, matching.off_map({name: metric_tables[name] for name in PLACED_TABLES}))
    notices += matching.unknown_carriers({name: metric_tables[name] for name in MATCHED_TABLES})
    provenance = {
        **inputs(config, extract.provenance),
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
        corridor=lines,
        **metric_tables,
        matches=matches,
        notices=tuple(notices),
        account=account + record_account,
        provenance=provenance,
        fingerprint=fingerprint_of(provenance),
        lost_rows=lost_rows,
    )


def _read_extract(config: StudyConfig, clip: BaseGeometry | None, cache: str | Path | None) -> sources.Extract:
    path = config.resolve(config.osm.file)
    if path.is_dir():
        return sources.read_snapshot(path)
    return sources.read_osm(path, clip=clip, cache=cache)


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
) -> tuple[dict[str, gpd.GeoDataFrame], list[Notice], Account, dict[str, dict[str, int]]]:
    extent = hull(streets)
    lost: dict[str, dict[str, int]] = {}
    found: dict[str, gpd.GeoDataFrame] = {}
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
            keep=entry.keep,
        )
        table, more, entries = records.table, tuple[Notice, ...](), records.account
        if name == carriers.SURVEY:
            sheet = records.provenance["sheet"] or ""
            table, more, entries = carriers.answered(
                table, entries, config.survey.items, config.resolve(entry.file), sheet
            )
        found[name] = table
        lost[name] = records.lost_rows
        notices += [*records.notices, *more]
        account += entries
    tables = {name: found[name] if name in found else _empty(name) for name in RECORD_TABLES}
    return tables, notices, account, lost


def _no_buildings(config: StudyConfig, read: int) -> StudyError:
    own = config.layers.buildings
    return StudyError.of(
        config.osm.file if own is None else own.file,
        f"研究范围内没有建筑（共读到{read:,}栋）。",
        f"0 buildings in the study area ({read:,} read).",
        "检查文件与范围是否对应，以及下载时是否取了建筑。",
        "Check that file and area belong together, and that buildings were downloaded.",
    )


def _empty(name: str) -> gpd.GeoDataFrame:
    """Return a table of records without a row."""
    table = carriers.empty(name)
    if name != carriers.SURVEY:
        return table
    return table.assign(amount=pd.array([], dtype="Float64"), score=pd.array([], dtype="Float64"))
