"""The key figures of an evaluation as plain numbers."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from corridor.config import KINDS
from corridor.evaluation._notices import unattached
from corridor.indicators.people import LEVELS, SUFFIX
from corridor.study import StudyArea
from corridor.targets import Progress


def summary(
    study: StudyArea, buildings: gpd.GeoDataFrame, coverage: pd.DataFrame, category_table: pd.DataFrame
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
        "corridor_m": round(float(study.corridor.length.sum()), 1),
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
