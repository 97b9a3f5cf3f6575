"""What an evaluation has to say beside its numbers: its account, its notices, who is off the network."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from corridor.errors import Account, Entry, Notice, Text
from corridor.study import StudyArea

# Below this share of street cells with a building or a facility the map is drawn in part only.
LEAST_MAPPED = 0.5


def attachment_notices(buildings: gpd.GeoDataFrame, opportunities: gpd.GeoDataFrame, study: StudyArea) -> list[Notice]:
    """Say which buildings and facilities are off the network, and which lie near the edge of the data."""
    out = []
    inside = buildings[buildings["in_area"]]
    loose = inside[~inside["connected"]]
    if len(loose):
        lost = unattached(buildings)
        what = Text(
            f"研究范围内{len(loose):,}栋建筑（{lost['buildings']:.1%}；居民{_percent(lost['residents'])}，"
            f"就业者{_percent(lost['workers'])}）在{study.config.walker.snap_m:.0f} m内没有与主网相连的步行道路，未计分。",
            f"{len(loose):,} buildings in the area ({lost['buildings']:.1%}; residents {_percent(lost['residents'])}, "
            f"workers {_percent(lost['workers'])}) have no walkable street of the main network within "
            f"{study.config.walker.snap_m:.0f} m and carry no score.",
        )
        action = Text("补测院内道路或检查院门。", "Map the inner paths or check the gates.")
        out.append(Notice("building-not-connected", "W", what, action, value=_some(loose.index)))
    rim = inside.index[inside["near_edge"]]
    if len(rim):
        what = Text(
            f"研究范围内{len(rim):,}栋建筑离资料边界不足{study.margin_m:,.0f} m，得分可能偏低。",
            f"{len(rim):,} buildings in the area lie within {study.margin_m:,.0f} m of the edge of the data; "
            "their scores may be too low.",
        )
        action = Text("下载更大范围的资料。", "Fetch data for a larger extent.")
        out.append(Notice("building-near-edge", "W", what, action, value=_some(rim)))
    reached = opportunities.groupby("source_id")["edge"].count()
    far = reached.index[reached == 0]
    if len(far):
        what = Text(
            f"{len(far):,}处设施离步行道路过远，未计入。",
            f"{len(far):,} facilities lie too far from any walkable street; not counted.",
        )
        action = Text("核对位置。", "Check their position.")
        out.append(Notice("facility-not-connected", "W", what, action, value=_some(far)))
    return out


def closed_space_notices(study: StudyArea, ways_in: gpd.GeoDataFrame) -> list[Notice]:
    """Say which public open spaces in the data have no way in that the data show; they do not count."""
    public = study.open_space.index[study.open_space["walk"] == "public"]
    closed = public[~public.isin(ways_in["source_id"])]
    if closed.empty:
        return []
    what = Text(
        f"{len(closed):,}处开放空间没有可进入的门、路口或敞开的边，未计入。",
        f"Open spaces without an open gate, path or open edge to enter by: {len(closed):,}; not counted.",
    )
    action = Text("补测院门或园路。", "Map their gates or paths.")
    return [Notice("open-space-no-way-in", "W", what, action, value=_some(closed))]


def unattached(buildings: gpd.GeoDataFrame) -> dict[str, float | None]:
    """Return the share (0–1) of the area's buildings, residents and workers off the main network; None without any.

    Parameters
    ----------
    buildings : GeoDataFrame
        Evaluated buildings.
    """
    inside = buildings[buildings["in_area"]]
    loose = ~inside["connected"].astype(bool)

    def share(weight: pd.Series) -> float | None:
        return round(float(weight[loose].sum() / weight.sum()), 6) if weight.sum() else None

    ones = pd.Series(1.0, index=inside.index)
    return {"buildings": share(ones), "residents": share(inside["residents"]), "workers": share(inside["workers"])}


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def _some(ids: pd.Index, most: int = 20) -> str:
    listed = "; ".join(str(value) for value in ids[:most])
    return f"{listed}; …" if len(ids) > most else listed


def schematic_notice(study: StudyArea) -> list[Notice]:
    """Let every table of notices open with the word that the data are a sample."""
    text = study.config.schematic
    action = Text("换成真实资料后再用于决策。", "Put real data in its place before deciding.")
    return [Notice("schematic", "W", text, action)] if text else []


def partial_notices(completeness: pd.DataFrame) -> list[Notice]:
    """Warn where buildings or facilities are plainly mapped in part only: counts and shares then mean little."""
    out = []
    for item in ("buildings", "amenities"):
        row = completeness.loc[item]
        if pd.isna(row["share"]) or row["share"] >= LEAST_MAPPED:
            continue
        what = Text(
            f"{row['zh']}不全：{row['basis_zh']}只占{row['share']:.0%}。数量与覆盖率不可引用。",
            f"{row['en']} are partial: {row['basis_en']}: {row['share']:.0%}. Do not quote counts or coverage.",
        )
        action = Text("补齐资料后重算。", "Complete the data and run again.")
        out.append(Notice(f"partial-{item}", "W", what, action, value=f"{row['share']:.3f}"))
    return out


def account_table(account: Account) -> pd.DataFrame:
    """Lay the account out: a row for each source and reason of exclusion."""

    def row(entry: Entry, reason: Text, count: int) -> dict[str, Any]:
        return {
            "source": entry.source, "zh": entry.label.zh, "en": entry.label.en, "read": entry.read, "used": entry.used,
            "excluded": count, "reason_zh": reason.zh, "reason_en": reason.en,
        }  # fmt: skip

    rows = [
        row(entry, reason, count)
        for entry in account.entries
        for reason, count in (entry.excluded or ((Text("", ""), 0),))
    ]
    columns = ["source", "zh", "en", "read", "used", "excluded", "reason_zh", "reason_en"]
    return pd.DataFrame(rows, columns=columns)


def notice_table(notices: tuple[Notice, ...]) -> pd.DataFrame:
    """Lay the notices out, one a row, in the order they came up."""
    columns = [
        "code",
        "severity",
        "file",
        "sheet",
        "row",
        "column",
        "value",
        "what_zh",
        "what_en",
        "action_zh",
        "action_en",
    ]
    rows = [
        (n.code, n.severity, n.file, n.sheet, n.row, n.column, n.value, n.what.zh, n.what.en, n.action.zh, n.action.en)
        for n in notices
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame["row"] = frame["row"].astype("Int64")
    return frame
