"""What a map says beside the picture: key figures, assumptions, completeness, method, sources, account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from corridor import __version__
from corridor.errors import Notice
from corridor.evaluation import notice_table, unattached

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

Pair = dict[str, str]
# The figures a planner asks for first; the first category of the list that has data is shown.
WORKERS_REACH = ("carrier.incubator", "carrier.accelerator", "carrier.park", "institute", "office")
RESIDENTS_REACH = ("mobility.metro", "mobility.bus", "green.pocket", "food.market")
# A page is read by people: beyond this many the rest is in notices.csv, and the page says so.
MOST_NOTICES = 200
# Where more of the area's buildings than this have no way to the network, the page says so on top.
MOST_UNATTACHED = 0.05


def pair(text: Any) -> Pair:
    """Return a text of a study (a `Text`, or one string for both languages) as zh and en."""
    if text is None:
        return {"zh": "", "en": ""}
    if isinstance(text, str):
        return {"zh": text, "en": text}
    return {"zh": text.zh, "en": text.en}


def content(evaluation: Evaluation) -> dict[str, Any]:
    """Return all texts and small tables of the page as plain JSON values, but for its notices (`noticed`)."""
    study = evaluation.study
    config = study.config
    osm = study.provenance.get("osm", {})
    return {
        "title": pair(config.name),
        "schematic": pair(config.schematic),
        "areaKm2": round(study.area.area / 1e6, 2),
        "osmDate": (_optional(osm.get("osm_date")) or "")[:10],
        "crs": {"zh": study.crs.name, "en": study.crs.name},
        "reviewNo": _optional(config.map.review_no),
        "publisher": _optional(config.map.publisher),
        "walker": {
            "low": float(config.walker.speed_m_min.low),
            "middle": float(config.walker.speed_m_min.middle),
            "high": float(config.walker.speed_m_min.high),
            "gates": str(config.walker.gates),
            "steps": config.walker.steps_factor,
            "snap": float(config.walker.snap_m),
        },
        "kindWeights": {kind: float(weight) for kind, weight in config.score.kind_weights.items()},
        "reachMinutes": 2 * int(evaluation.category_table["tier_min"].max()),
        "unattached": _unattached(evaluation),
        "marginM": round(study.margin_m),
        "nearEdge": int((evaluation.buildings["near_edge"] & evaluation.buildings["in_area"]).sum()),
        "figures": _figures(evaluation),
        "coverage": _coverage(evaluation),
        "completeness": _completeness(evaluation),
        "account": _account(evaluation),
        "provenance": _provenance(evaluation),
    }


def _optional(value: Any) -> str | None:
    return None if value is None or value is pd.NA else str(value)


def _rows(table: pd.DataFrame) -> list[Any]:
    return list(table.itertuples(index=False))


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _unattached(evaluation: Evaluation) -> dict[str, Any] | None:
    """Return what the page's top must say where too many buildings or people are off the network."""
    inside = evaluation.buildings[evaluation.buildings["in_area"]]
    shares = unattached(evaluation.buildings)
    if max(share or 0.0 for share in shares.values()) <= MOST_UNATTACHED:
        return None
    return {"count": int((~inside["connected"].astype(bool)).sum()), "total": len(inside)}


def _figures(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return at most four key figures of the reporting area, each with its band."""
    inside = evaluation.buildings[evaluation.buildings["in_area"]]
    found: list[dict[str, Any]] = [
        {
            "what": "median",
            "value": _number(inside["score_total"].median()),
            "low": _number(inside["score_total_low"].median()),
            "high": _number(inside["score_total_high"].median()),
        }
    ]
    table = evaluation.category_table
    with_data, scored = set(table.index[table["has_data"]]), set(table.index[table["scored"]])
    shares: dict[str, dict[str, dict[str, Any]]] = {}
    for row in _rows(evaluation.coverage):
        if row.place == "area" and row.category in with_data and not pd.isna(row.share):
            shares.setdefault(row.group, {})[row.category] = {
                "category": row.category,
                "value": _number(row.share),
                "low": _number(row.share_low),
                "high": _number(row.share_high),
            }
    for group, codes in (("workers", WORKERS_REACH), ("residents", RESIDENTS_REACH)):
        known = shares.get(group, {})
        found += [{"what": group, **known[code]} for code in codes if code in known][:1]
    gaps = [share for code, share in shares.get("buildings", {}).items() if code in scored]
    found += [{"what": "gap", **share} for share in sorted(gaps, key=lambda share: share["value"])[:1]]
    return [figure for figure in found if figure["value"] is not None]


def _coverage(evaluation: Evaluation) -> dict[str, dict[str, dict[str, float | None]]]:
    """Return place -> category -> group -> share."""
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for row in _rows(evaluation.coverage):
        found.setdefault(row.place, {}).setdefault(row.category, {})[row.group] = _number(row.share)
    return found


def _completeness(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "name": {"zh": row.zh, "en": row.en},
            "share": _number(row.share),
            "basis": {"zh": row.basis_zh, "en": row.basis_en},
        }
        for row in _rows(evaluation.completeness)
    ]


def _account(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "name": {"zh": row.zh, "en": row.en},
            "read": int(row.read),
            "used": int(row.used),
            "excluded": int(row.excluded),
            "reason": {"zh": _optional(row.reason_zh) or "", "en": _optional(row.reason_en) or ""},
        }
        for row in _rows(evaluation.account)
    ]


def noticed(table: pd.DataFrame, more: tuple[Notice, ...] = ()) -> dict[str, Any]:
    """Return the notices of an evaluation, after `more` beside them, as plain JSON values."""
    if more:
        table = pd.concat([notice_table(more), table], ignore_index=True)
    rows = [
        {
            "severity": row.severity,
            "where": " ".join(_optional(part) or "" for part in (row.file, row.sheet, row.row, row.column)).split(),
            "value": _optional(row.value) or "",
            "what": {"zh": row.what_zh, "en": row.what_en},
            "action": {"zh": row.action_zh, "en": row.action_en},
        }
        for row in _rows(table.head(MOST_NOTICES))
    ]
    return {"total": len(table), "rows": rows}


def _provenance(evaluation: Evaluation) -> list[list[str]]:
    """Return the origin of the data as rows of (key, value); nested keys are joined by a point."""
    study = evaluation.study
    rows = [["corridor", __version__], ["fingerprint", str(study.fingerprint)], ["crs", study.crs.to_string()]]
    # Said above already; each thing once.
    said = {"corridor_version", "crs"}
    return rows + sorted(_flat("", {key: value for key, value in study.provenance.items() if key not in said}))


def _flat(prefix: str, value: Any) -> list[list[str]]:
    if isinstance(value, dict):
        return [row for key in sorted(value) for row in _flat(f"{prefix}.{key}" if prefix else str(key), value[key])]
    return [] if value is None else [[prefix, str(value)]]
