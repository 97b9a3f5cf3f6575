"""What the filter by industry, policy and department shows: reach of the chosen places, and what the tables say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridor import carriers
from corridor.evaluation import GroupReach, firm_points, group_reach
from corridor.maps.layers import wgs84
from corridor.maps.pack import encode, hilbert_order

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

Section = dict[str, Any]
# Groups with most places are packed first; together they may take this much of a page.
MOST_BYTES = 2_000_000
FACTS = ("count", "floor_area_m2", "off_belt_share", "chain_share", "one_trip_share", "synthetic_share")
PLACED = ("carriers", "institutes", "stations", "events")
CARRIED = ("platforms", "firms", "projects")
# A list is read by people; all are in tables.xlsx.
MOST_OFF_MAP = 300


def section(evaluation: Evaluation) -> list[Section]:
    """Return every group with its reach, coverage and counts; nothing where the innovation chain was not measured."""
    if "innovation" not in evaluation.parts:
        return []
    found = group_reach(evaluation)
    columns = _packed(evaluation, found)
    tables = _tables(evaluation)
    shares = {
        key: [_number(share) for share in part.sort_values("minutes")["share"]]
        for key, part in found.coverage.groupby(["number", "base"], sort=False)
    }
    rows: list[Any] = list(found.groups.itertuples())
    return [
        {
            "by": row.by,
            "group": row.group,
            "places": int(row.n_places),
            "walks": columns.get(row.Index),
            "coverage": {base: shares[row.Index, base] for base in ("buildings", "residents", "workers")},
            "tables": tables.get((row.by, row.group), {}),
        }
        for row in rows
    ]


def _packed(evaluation: Evaluation, found: GroupReach) -> dict[int, str]:
    """Return tenths of a minute + 1 by group (0: out of reach), in the order of the page's buildings.

    A started tenth counts whole, so that no walk falls into a better class than its decimetres say.
    """
    order = hilbert_order(wgs84(evaluation.buildings.geometry))
    cost = found.cost_dm.loc[evaluation.buildings.index[order]]
    speed = float(evaluation.study.config.walker.speed_m_min.middle)
    out: dict[int, str] = {}
    room = MOST_BYTES
    for number in found.groups.sort_values(["n_places", "by", "group"], ascending=[False, True, True]).index:
        if not found.groups.at[number, "n_places"]:
            continue
        dm = cost[number].to_numpy(dtype=float, na_value=np.nan)
        tenths = np.ceil(dm / speed - 1e-9)
        text = encode(np.where(np.isnan(tenths), 0, tenths + 1).astype(np.int64))
        if len(text) > room:
            break
        room -= len(text)
        out[int(number)] = text
    return out


def _tables(evaluation: Evaluation) -> dict[tuple[str, str], dict[str, Section]]:
    """Return the counts of carriers and firms by group, as the evaluation has them."""
    out: dict[tuple[str, str], dict[str, Section]] = {}
    table = evaluation.innovation.groups
    for row in table[table["group"].notna()].to_dict("records"):
        facts = {name: _number(row[name]) for name in FACTS}
        out.setdefault((row["by"], row["group"]), {})[row["table"]] = facts
    return out


def off_map(evaluation: Evaluation) -> Section:
    """Return the records that no place on the map stands for, and how many stand where their carrier does.

    Returns
    -------
    dict
        `rows`: table, kind, name, id, file, row (None: not known), reason ("none": no usable coordinate; "carrier": none, and no carrier with
        one), `synthetic`; `total`; `carried`: count of records shown by their carrier only, by table.
    """
    study = evaluation.study
    rows: list[Section] = []
    carried: dict[str, int] = {}
    for name in (*PLACED, *CARRIED):
        table = getattr(study, name, None)
        if table is None or table.empty:
            continue
        own = table.geometry.notna() & ~table.geometry.is_empty
        lost = ~own
        if name in CARRIED:
            at = firm_points(table, study.carriers)
            lost = at.isna()
            carried[name] = int((~lost & ~own).sum())
        rows += _lost(study, name, table[lost.to_numpy()])
    labels = {name: carriers.label(name) for name in (*PLACED, *CARRIED)}
    return {
        "rows": rows[:MOST_OFF_MAP],
        "total": len(rows),
        "carried": {name: count for name, count in carried.items() if count},
        "labels": {name: {"zh": label.zh, "en": label.en} for name, label in labels.items()},
    }


def _lost(study: Any, name: str, table: pd.DataFrame) -> list[Section]:
    entry = getattr(getattr(study.config, "records", None), name, None)
    rows = getattr(study, "lost_rows", {}).get(name, {})
    return [
        {
            "table": name,
            "kind": _text(row.get("type" if name == "stations" else "kind")),
            "name": _text(row.get("name")) or _text(row.get("series")) or str(key),
            "id": str(key),
            "file": "" if entry is None else str(entry.file).replace("\\", "/").rsplit("/", 1)[-1],
            "row": rows.get(str(key)),
            "reason": "carrier" if name in CARRIED else "none",
            "synthetic": bool(row.get("synthetic", False)),
        }
        for key, row in table.iterrows()
    ]


def _text(value: Any) -> str:
    return "" if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)) else str(value)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
