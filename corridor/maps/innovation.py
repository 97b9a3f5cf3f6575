"""The innovation chain on the map: links of the core carriers, stages near each building, trails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from corridor.indicators.chain import STAGES
from corridor.maps.layers import wgs84
from corridor.maps.pack import Grid, encode, hilbert_order

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

Section = dict[str, Any]


def section(evaluation: Evaluation, grid: Grid) -> Section:
    """Return what `assets/chain.js` draws; empty parts where the study has nothing to show."""
    return {
        "links": _links(evaluation, grid),
        "chain": _chain(evaluation),
        "trails": _trails(evaluation, grid),
        "belt": int(evaluation.study.config.linkage.belt_min),
        "basis": evaluation.innovation.chain_basis,
    }


def _links(evaluation: Evaluation, grid: Grid) -> Section:
    """Return one straight line a link, nearest first, and to whom it leads in how many seconds."""
    found = evaluation.innovation
    lines = found.core_links.sort_values(["walk_s", "origin", "destination"], ignore_index=True)
    names = found.places["name"].astype(object)
    return {
        **grid.shapes(wgs84(lines.geometry).to_list()),
        "rows": [
            {
                "from": str(row.origin),
                "fromName": _text(names.get(row.origin), row.origin),
                "to": str(row.destination),
                "seconds": float(row.walk_s),
                "metres": float(row.walk_m),
            }
            for row in lines.itertuples()
        ],
        "off": sorted(str(key) for key in found.places.index[found.places["off_belt"].fillna(False).astype(bool)]),
    }


def _chain(evaluation: Evaluation) -> Section | None:
    """Return, for each building in the order of the page, stages within 15 minutes + 1 and the first missing + 1."""
    found = evaluation.innovation
    if found.chain_basis == "none":
        return None
    order = hilbert_order(wgs84(evaluation.buildings.geometry))
    frame = found.chain.reindex(evaluation.buildings.index[order])
    connected = evaluation.buildings["connected"].to_numpy(dtype=bool)[order]
    number = {stage: n for n, stage in enumerate(STAGES, start=1)}
    stages = frame["n_stages_15min"].to_numpy(dtype=np.int64) + 1
    lacking = frame["missing_stage"].map(number).fillna(0).to_numpy(dtype=np.int64)
    return {"stages": encode(np.where(connected, stages, 0)), "missing": encode(np.where(connected, lacking, 0))}


def _trails(evaluation: Evaluation, grid: Grid) -> Section:
    """Return the lines of the trails that can be walked, and their stops in order."""
    found = evaluation.innovation
    trails = found.trails[found.trails.geometry.notna()]
    rows = []
    for key, row in trails.iterrows():
        stops = found.trail_stops[found.trail_stops["trail"] == key]
        stops = stops[~stops["stop_id"].duplicated()]
        rows.append(
            {
                "name": {"zh": str(row["name_zh"]), "en": str(row["name_en"])},
                "seconds": float(row["walk_s"]),
                "metres": float(row["length_m"]),
                "stops": [_text(name, stop) for name, stop in zip(stops["name"], stops["stop_id"], strict=True)],
                **grid.points(wgs84(stops.geometry)),
            }
        )
    lines = wgs84(trails.geometry).to_list()
    return {**grid.shapes(lines if lines else [shapely.LineString()][:0]), "rows": rows}


def _text(value: Any, otherwise: Any) -> str:
    return str(otherwise) if value is None or pd.isna(value) else str(value)
