"""Evaluation: every indicator of one study, its tables and its account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor import access, isochrones, taxonomy
from corridor.config import KINDS
from corridor.errors import Account, Entry, Notice, Text
from corridor.indicators import completeness as completeness_
from corridor.indicators import life_circle, people, place, public_space
from corridor.indicators.people import LEVELS, SUFFIX
from corridor.network import Network, attach, build_network
from corridor.study import StudyArea

SECONDS_PER_MINUTE = 60.0
DM_PER_M = 10.0
# Below this share of street cells with a building or a facility the map is drawn in part only.
LEAST_MAPPED = 0.5
Progress = Callable[[Text], None]


@dataclass(frozen=True)
class Evaluation:
    """All indicators of one study.

    Attributes
    ----------
    study, network : StudyArea, Network
        What was evaluated, and the network it was walked on.
    categories : tuple of Category
        In the order of the categories' file.
    category_table : DataFrame
        On `category`: names, tier, source, grade, weight, `n_opportunities`, `has_data`, `scored`, `incomplete`.
    opportunities : GeoDataFrame
        Classified places with where they attach to the network.
    cost_dm, length_dm : DataFrame of Int32
        Buildings × categories, decimetres to the nearest; NA where unreachable within twice the tier at the
        fastest speed.
    access : DataFrame
        Long form of the same: `building_id`, `category`, `walk_s`, `walk_m`, `met`, `within_m`, `m`.
    buildings : GeoDataFrame
        With people, scores and place.
    coverage : DataFrame
        `place`, `category`, `group`, `share`, `share_low`, `share_high`, `count`, `total`.
    isochrones : GeoDataFrame
        `origin`, `minutes`, `area_m2`, polygon.
    completeness, account, notices : DataFrame
        How complete the data are; read = used + excluded; what to look at.
    summary : dict
        The key figures as plain numbers, ready for JSON.
    """

    study: StudyArea
    network: Network
    categories: tuple[taxonomy.Category, ...]
    category_table: pd.DataFrame
    opportunities: gpd.GeoDataFrame
    cost_dm: pd.DataFrame
    length_dm: pd.DataFrame
    access: pd.DataFrame
    buildings: gpd.GeoDataFrame
    coverage: pd.DataFrame
    isochrones: gpd.GeoDataFrame
    completeness: pd.DataFrame
    account: pd.DataFrame
    notices: pd.DataFrame
    summary: dict[str, Any]


def evaluate(study: StudyArea, *, progress: Progress | None = None) -> Evaluation:
    """Compute every indicator of a study.

    Parameters
    ----------
    study : StudyArea
    progress : callable, optional
        Called with a sentence at the start of each step.

    Returns
    -------
    Evaluation

    Raises
    ------
    NetworkError
        If nothing in the data can be walked on.
    """
    say = progress or (lambda _: None)
    walker = study.config.walker
    say(Text("建立步行网络", "Building the walking network"))
    network = build_network(study.streets, study.gates, gates_policy=walker.gates, steps_factor=walker.steps_factor)
    say(Text("归类设施", "Classifying facilities"))
    opportunities = _opportunities(study, network)
    say(Text("连接建筑", "Attaching buildings"))
    origins = attach(network, _doors(study), tolerance_m=walker.snap_m)
    say(Text("计算步行距离", "Computing walking distances"))
    cost_dm = _nearest(study, network, origins, opportunities, "cost")
    length_dm = _nearest(study, network, origins, opportunities, "length")
    say(Text("计算得分与覆盖", "Scoring and coverage"))
    category_table = _category_table(study, opportunities)
    buildings = _buildings(study, origins, cost_dm, category_table)
    coverage = _coverage(study, buildings, cost_dm, category_table["has_data"])
    say(Text("计算等时圈", "Computing isochrones"))
    rings = _isochrones(study, network)
    completeness = data_completeness(study, buildings, category_table["has_data"])
    notices = (
        *_schematic_notice(study),
        *study.notices,
        *network.notices,
        *_attachment_notices(buildings, opportunities, study),
        *_partial_notices(completeness),
    )
    return Evaluation(
        study=study,
        network=network,
        categories=study.categories,
        category_table=category_table,
        opportunities=opportunities,
        cost_dm=cost_dm,
        length_dm=length_dm,
        access=_long(study, cost_dm, length_dm, category_table["has_data"]),
        buildings=buildings,
        coverage=coverage,
        isochrones=rings,
        completeness=completeness,
        account=account_table(study.account),
        notices=notice_table(notices),
        summary=_summary(study, buildings, coverage, category_table),
    )


def data_completeness(
    study: StudyArea, buildings: gpd.GeoDataFrame | None = None, category_has_data: pd.Series | None = None
) -> pd.DataFrame:
    """Measure how complete a study's data are; before an evaluation only what the data alone tell.

    Parameters
    ----------
    study : StudyArea
    buildings : GeoDataFrame, optional
        Evaluated buildings, default those of the study.
    category_has_data : Series of bool, optional
        On category codes.

    Returns
    -------
    DataFrame
        See `corridor.indicators.completeness.completeness`.
    """
    return completeness_.completeness(
        area=study.area,
        wanted=study.area.buffer(study.margin_m),
        extent=study.extent,
        streets=study.streets,
        amenities=study.amenities,
        entrances=study.entrances,
        buildings=study.buildings if buildings is None else buildings,
        category_has_data=category_has_data,
    )


def _opportunities(study: StudyArea, network: Network) -> gpd.GeoDataFrame:
    """Classify everything one can walk to, and attach it to the network."""
    found = taxonomy.classify(
        study.categories,
        amenities=study.amenities,
        open_space=study.open_space,
        buildings=study.buildings,
        entrances=study.entrances,
        carriers=study.carriers,
        stations=study.stations,
        events=study.events,
        access_points=public_space.entrances(study.open_space, study.streets, study.gates),
    )
    return found.join(attach(network, found.geometry, tolerance_m=study.config.walker.snap_m))


def _doors(study: StudyArea) -> gpd.GeoSeries:
    """Return the point at which each building is left: its first main entrance where mapped, else a point inside."""
    doors = study.buildings.geometry.representative_point()
    mapped = study.entrances[study.entrances["of"].isin(study.buildings.index)]
    rank = mapped["kind"].map({"main": 0, "yes": 1}).fillna(2)
    mapped = mapped.assign(rank=rank).sort_values(["of", "rank", "node_id"]).drop_duplicates("of").set_index("of")
    doors.loc[mapped.index] = mapped.geometry
    return doors


def _nearest(
    study: StudyArea,
    network: Network,
    origins: pd.DataFrame,
    opportunities: gpd.GeoDataFrame,
    impedance: Literal["cost", "length"],
) -> pd.DataFrame:
    """Distance to the nearest opportunity of each category, one search cutoff for all."""
    fastest = life_circle.tier_dm(study.categories, study.config.walker.speed_m_min.high)
    found = access.nearest(
        network, origins, opportunities, cutoff_dm=2 * int(fastest.max()), by="category", impedance=impedance
    )
    return found.reindex(columns=[c.code for c in study.categories]).astype("Int32")


def _category_table(study: StudyArea, opportunities: gpd.GeoDataFrame) -> pd.DataFrame:
    counts = opportunities.groupby("category")["source_id"].nunique()
    codes = [c.code for c in study.categories]
    table = pd.DataFrame(
        {
            "kind": [c.kind for c in study.categories],
            "zh": [c.zh for c in study.categories],
            "en": [c.en for c in study.categories],
            "tier_min": [c.tier_min for c in study.categories],
            "tier_m": pd.array([c.tier_m for c in study.categories], dtype="Int64"),
            "source_zh": [c.source.zh for c in study.categories],
            "source_en": [c.source.en for c in study.categories],
            "clause_zh": [c.clause.zh for c in study.categories],
            "clause_en": [c.clause.en for c in study.categories],
            "grade": [c.grade for c in study.categories],
            "weight": [float(c.weight) for c in study.categories],
            "stage": pd.array([c.stage for c in study.categories], dtype="string"),
            "n_opportunities": counts.reindex(codes).fillna(0).astype("int64").to_numpy(),
            "incomplete": [c.incomplete for c in study.categories],
        },
        index=pd.Index(codes, name="category", dtype="string"),
    )
    table["has_data"] = table["n_opportunities"] > 0
    table["scored"] = table["has_data"] & (table["weight"] > 0)
    if not study.config.score.score_incomplete:
        table["scored"] &= ~table["incomplete"]
    return table


def _buildings(
    study: StudyArea, origins: pd.DataFrame, cost_dm: pd.DataFrame, category_table: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Join what is known of each building: place, people, scores over the speed band."""
    out = study.buildings.copy()
    rules = study.config.people
    named = study.config.corridor
    band = study.corridor.geometry.union_all().buffer(named.side_m) if named is not None else None
    inside = out.geometry.representative_point()
    out["on_corridor"] = inside.within(band) if band is not None else False
    out["connected"] = origins["edge"].notna() & ~origins["island"]
    out["near_edge"] = inside.distance(study.extent.boundary) < study.margin_m
    out = out.join(place.place(out, study.streets[study.streets["walk"] != "none"]))
    out = out.join(people.floor_area(out, rules))
    out = out.join(people.people(out, rules))
    scored = list(category_table.index[category_table["scored"]])
    weights = study.config.score.kind_weights
    speeds = study.config.walker.speed_m_min
    for level in LEVELS:
        share = life_circle.contribution(cost_dm[scored], study.categories, getattr(speeds, level))
        found = life_circle.scores(share, study.categories, weights).where(out["connected"])
        out = out.join(
            found if level == "middle" else found[["score_total"]].rename(columns=lambda c, s=level: f"{c}_{s}")
        )
    met = life_circle.met(cost_dm[scored], study.categories, speeds.middle)
    out["n_met"] = met.sum(axis=1).astype("int64")
    out["n_scored"] = len(scored)
    return out


def _coverage(
    study: StudyArea, buildings: gpd.GeoDataFrame, cost_dm: pd.DataFrame, has_data: pd.Series
) -> pd.DataFrame:
    """Coverage of the area and of the corridor; a category without data has no share."""
    speeds = study.config.walker.speed_m_min
    met = {level: life_circle.met(cost_dm, study.categories, getattr(speeds, level)) for level in LEVELS}
    heads = {
        level: pd.DataFrame(
            {
                "buildings": 1.0,
                "residents": buildings[f"residents{SUFFIX[level]}"],
                "workers": buildings[f"workers{SUFFIX[level]}"],
            },
            index=buildings.index,
        )
        for level in LEVELS
    }
    parts = []
    for name, rows in (("area", buildings["in_area"]), ("corridor", buildings["on_corridor"])):
        part = life_circle.coverage(met, heads, rows)
        part.insert(0, "place", name)
        parts.append(part)
    out = pd.concat(parts, ignore_index=True)
    unknown = ~out["category"].map(has_data).astype(bool)
    out.loc[unknown, ["share", "share_low", "share_high"]] = pd.NA
    out["count"] = out["count"].astype("Float64").mask(unknown)
    return out


def _isochrones(study: StudyArea, network: Network) -> gpd.GeoDataFrame:
    """Isochrones of the core carriers, or of all of them where the study says so."""
    core = study.carriers[study.carriers.geometry.notna()]
    if study.config.isochrones.origins == "core":
        core = core[core["is_core"].fillna(False).astype(bool)]
    origins = attach(network, core.geometry, tolerance_m=study.config.walker.snap_m)
    return isochrones.isochrones(
        network,
        origins[origins["edge"].notna()],
        minutes=tuple(study.config.isochrones.minutes),
        speed_m_min=study.config.walker.speed_m_min.middle,
    )


def _long(study: StudyArea, cost_dm: pd.DataFrame, length_dm: pd.DataFrame, has_data: pd.Series) -> pd.DataFrame:
    """Lay the two matrices out as one long table, sorted by building and category.

    Where the study has no data of a category nothing is known: all values are NA. Where there are data and
    none is in reach, the walks are NA and `met` is false.
    """
    speed = study.config.walker.speed_m_min.middle
    codes = list(cost_dm.columns)
    cost = cost_dm.to_numpy(dtype=float, na_value=np.nan)
    length = length_dm.to_numpy(dtype=float, na_value=np.nan)
    metres = np.array([np.nan if c.tier_m is None else c.tier_m for c in study.categories], dtype=float)
    reached = life_circle.met(cost_dm, study.categories, speed).to_numpy()
    share = life_circle.contribution(cost_dm, study.categories, speed).to_numpy()
    within = pd.array((length / DM_PER_M <= metres).ravel(), dtype="boolean")
    within[np.broadcast_to(np.isnan(metres), cost.shape).ravel()] = pd.NA
    rows = len(cost_dm)
    unknown = np.tile(~has_data[codes].to_numpy(), rows)
    within[unknown] = pd.NA
    walk_s = np.round(cost / DM_PER_M / speed * SECONDS_PER_MINUTE, 1)
    return pd.DataFrame(
        {
            "building_id": pd.Categorical.from_codes(
                np.repeat(np.arange(rows), len(codes)), cost_dm.index.astype(object)
            ),
            "category": pd.Categorical.from_codes(np.tile(np.arange(len(codes)), rows), codes),
            "walk_s": _nullable(walk_s),
            "walk_m": _nullable(length / DM_PER_M),
            "met": pd.arrays.BooleanArray(reached.ravel(), unknown),
            "within_m": within,
            "m": pd.arrays.FloatingArray(share.ravel(), unknown),
        }
    )


def _nullable(values: np.ndarray) -> pd.arrays.FloatingArray:
    flat = values.ravel()
    missing = np.isnan(flat)
    return pd.arrays.FloatingArray(np.where(missing, 0.0, flat), missing)


def _attachment_notices(buildings: gpd.GeoDataFrame, opportunities: gpd.GeoDataFrame, study: StudyArea) -> list[Notice]:
    out = []
    loose = int((~buildings["connected"] & buildings["in_area"]).sum())
    if loose:
        out.append(
            Notice(
                "building-not-connected",
                "W",
                Text(
                    f"研究范围内{loose}栋建筑{study.config.walker.snap_m:.0f} m内没有与主网相连的步行道路，未计分。",
                    f"{loose} buildings in the area have no walkable street of the main network within "
                    f"{study.config.walker.snap_m:.0f} m and carry no score.",
                ),
                Text("补测院内道路或检查院门。", "Map the inner paths or check the gates."),
                value=str(loose),
            )
        )
    lost = opportunities[opportunities["edge"].isna()]
    if len(lost):
        out.append(
            Notice(
                "facility-not-connected",
                "W",
                Text(
                    f"{len(lost)}处设施离步行道路过远，未计入。",
                    f"{len(lost)} facilities lie too far from any walkable street; not counted.",
                ),
                Text("核对位置。", "Check their position."),
                value="; ".join(lost["source_id"].astype(str).head(5)),
            )
        )
    return out


def _schematic_notice(study: StudyArea) -> list[Notice]:
    """Let every table of notices open with the word that the data are a sample."""
    text = study.config.schematic
    action = Text("换成真实资料后再用于决策。", "Put real data in its place before deciding.")
    return [Notice("schematic", "W", text, action)] if text else []


def _partial_notices(completeness: pd.DataFrame) -> list[Notice]:
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


def _summary(
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
        "categories_scored": int(category_table["scored"].sum()),
        "categories": len(category_table),
        "coverage": _coverage_summary(coverage),
        "osm_date": study.provenance["osm"].get("osm_date"),
        "crs": study.provenance["crs"],
        "fingerprint": study.fingerprint,
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
