"""The key figures of an evaluation as plain numbers."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from corridor.config import KINDS
from corridor.evaluation._innovation import Innovation
from corridor.evaluation._notices import unattached
from corridor.indicators.people import LEVELS, SUFFIX
from corridor.network import Network
from corridor.streets import corridor_length_m
from corridor.study import StudyArea
from corridor.targets import Progress


def summary(
    study: StudyArea,
    network: Network,
    buildings: gpd.GeoDataFrame,
    coverage: pd.DataFrame,
    category_table: pd.DataFrame,
    innovation: Innovation,
) -> dict[str, Any]:
    """Gather the key figures as plain numbers; missing is None."""
    inside = buildings[buildings["in_area"]]
    heads = inside["residents"] + inside["workers"]
    kinds = {kind: _median(inside[f"score_{kind.lower()}"]) for kind in KINDS}
    speeds = study.config.walker.speed_m_min
    return {
        "name": {"zh": study.config.name.zh, "en": study.config.name.en},
        "schematic": study.config.schematic is not None,
        "area_km2": round(study.area.area / 1e6, 4),
        "corridor_m": corridor_length_m(study, network),
        "buildings": len(inside),
        "buildings_scored": int(inside["score_total"].notna().sum()),
        "score_median": _median(inside["score_total"]),
        "score_median_low": _median(inside["score_total_low"]),
        "score_median_high": _median(inside["score_total_high"]),
        "score_median_corridor": _median(buildings.loc[buildings["on_corridor"], "score_total"]),
        "score_median_by_kind": kinds,
        "speed_m_min": {level: float(getattr(speeds, level)) for level in LEVELS},
        "gates": study.config.walker.gates,
        "residents": _people(inside, "residents"),
        "workers": _people(inside, "workers"),
        "people_assumed_share": round(float(heads[inside["people_assumed"]].sum() / heads.sum()), 4)
        if heads.sum()
        else None,
        "unattached": unattached(buildings),
        "categories_scored": int(category_table["scored"].sum()),
        "categories": len(category_table),
        "coverage": _coverage_summary(coverage),
        "innovation": _innovation_summary(innovation),
        "osm_date": study.provenance["osm"].get("osm_date"),
        "crs": study.provenance["crs"],
        "fingerprint": study.fingerprint,
    }


def targets(progress: Progress | None) -> dict[str, dict[str, Any]]:
    """Return aim, achieved, status and day of each target; empty where the study has none."""
    if progress is None:
        return {}
    return {
        str(key): {
            "aim": float(row["aim"]),
            "achieved": None if pd.isna(row["achieved"]) else float(row["achieved"]),
            "status": str(row["status"]),
            "synthetic_records": None if pd.isna(row["synthetic"]) else int(row["synthetic"]),
            "as_of": progress.as_of.isoformat(),
        }
        for key, row in progress.table.iterrows()
    }


def _median(values: pd.Series) -> float | None:
    known = values.dropna()
    return round(float(known.median()), 1) if len(known) else None


def _people(buildings: pd.DataFrame, group: str) -> dict[str, int]:
    return {level: round(float(buildings[f"{group}{SUFFIX[level]}"].sum())) for level in LEVELS}


def _coverage_summary(coverage: pd.DataFrame) -> dict[str, dict[str, dict[str, float | None]]]:
    out: dict[str, dict[str, dict[str, float | None]]] = {}
    for row in coverage.itertuples():
        share = None if pd.isna(row.share) else round(float(row.share), 4)
        out.setdefault(row.place, {}).setdefault(row.category, {})[row.group] = share
    return out


def _innovation_summary(found: Innovation) -> dict[str, Any]:
    """Gather the figures of the innovation chain; shares are those within 15 minutes."""
    places = found.places
    core = places[places["is_core"]]
    return {
        "places": len(places),
        "places_synthetic": int(places["synthetic"].sum()),
        "places_not_connected": int(places["off_belt"].isna().sum()),
        "off_belt": sorted(places.index[places["off_belt"].fillna(False).astype(bool)]),
        "core": {
            str(key): {"within_15min": int(row["n_15min"]), "weight_15min": _plain(row["weight_15min"], 1),
                       "reach": _plain(row["reach"], 1)}
            for key, row in core.iterrows()
        },
        "chain_basis": found.chain_basis,
        "chain_15min": _shares_15(found.chain_coverage, "stage"),
        "services_15min": _shares_15(found.service_coverage, "type"),
        "events_15min": _shares_15(found.event_coverage, "series"),
        "one_trip": [
            {"chain": {"zh": zh, "en": en}, "table": table, "within": int(rows["within"].fillna(False).sum()),
             "tested": int(rows["within"].notna().sum()), "total": len(rows), "shortest_s": _plain(rows["walk_s"].min(), 1)}
            for (_, zh, en, table), rows in found.one_trip.groupby(["chain", "chain_zh", "chain_en", "table"], sort=True)
        ],
        "trails": [
            {"name": {"zh": row.name_zh, "en": row.name_en}, "stops": int(row.n_stops), "order": row.order,
             "walk_s": _plain(row.walk_s, 1), "length_m": _plain(row.length_m, 1)}
            for row in found.trails.itertuples()
        ],
    }  # fmt: skip


def _shares_15(table: pd.DataFrame, subject: str) -> dict[str, dict[str, float | None]]:
    out: dict[str, dict[str, float | None]] = {}
    for row in table[table["minutes"] == table["minutes"].max()].itertuples():
        out.setdefault(str(getattr(row, subject)), {})[row.group] = _plain(row.share, 4)
    return out


def _plain(value: Any, decimals: int) -> float | None:
    return None if pd.isna(value) else round(float(value), decimals)
