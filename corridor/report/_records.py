"""The report's tables on records: which building each one is, and which are not on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor import carriers
from corridor.report._format import NBSP, NONE, missing, number
from corridor.report._words import WORDS

if TYPE_CHECKING:
    import pandas as pd

    from corridor.study import StudyArea

# More rows than these are for the workbook.
_MOST = 30
_OPEN = ("check", "rival", "none")


def section(study: StudyArea, lang: str) -> dict[str, Any] | None:
    """Return what the template pours out; None where there are no records of buildings and none off the map."""
    matches, lost = study.matches, study.off_map
    if matches.empty and lost.empty:
        return None
    first = matches[matches["rank"].fillna(1) == 1]
    open_ = first[first["verdict"].isin(_OPEN)].sort_values(
        ["confidence", "record_id"], ascending=[False, True], na_position="last", kind="stable"
    )
    return {
        "summary": _summary(first["verdict"], len(lost), study, lang),
        "open": [_row(row, lang) for row in open_.head(_MOST).itertuples()],
        "open_more": max(len(open_) - _MOST, 0),
        "lost": [_lost(row, lang) for row in lost.head(_MOST).itertuples()],
        "lost_more": max(len(lost) - _MOST, 0),
    }


def _summary(verdicts: pd.Series, lost: int, study: StudyArea, lang: str) -> str:
    least = f"{study.config.matching.threshold:g}"
    count = verdicts.value_counts()
    housed, matched = int(count.get("carrier", 0)), int(count.get("matched", 0))
    compared = len(verdicts) - housed - int(count.get("off_map", 0))
    if lang == "zh":
        return (
            f"{compared}条有坐标的台账记录按距离、地址、名称与建筑轮廓比较，{matched}条对应（置信度不低于{least}），"
            f"其余不合并，列出待核对。{f'另有{housed}条记录随所在载体。' if housed else ''}"
            f"{f'{lost}条记录没有坐标，未上图。' if lost else ''}"
        )
    return (
        f"{compared} records with a coordinate were compared with building footprints by distance, address and "
        f"name: {matched} matched (confidence {least} or more); the others are not merged but listed. "
        f"{f'{housed} more stand where their carrier does. ' if housed else ''}"
        f"{f'{lost} records have no coordinate and are not on the map.' if lost else ''}"
    )


def _row(row: Any, lang: str) -> dict[str, str]:
    return {
        "id": row.record_id,
        "name": NONE if missing(row.name) else row.name,
        "building": NONE if missing(row.building_id) else (row.building_id if missing(row.building) else row.building),
        "distance": NONE if missing(row.distance_m) else f"{number(row.distance_m)}{NBSP}m",
        "confidence": number(row.confidence, 2),
        "verdict": WORDS["matches", "verdict"][row.verdict][lang != "zh"],
        "why": row.why_zh if lang == "zh" else row.why_en,
    }


def _lost(row: Any, lang: str) -> dict[str, str]:
    return {
        "table": carriers.label(row.table).in_(lang),
        "id": row.record_id,
        "name": NONE if missing(row.name) else row.name,
        "address": NONE if missing(row.address) else row.address,
    }
