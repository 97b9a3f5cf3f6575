"""The life circle of an evaluation: scores of buildings, coverage of people, and the long table of walks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor import access
from corridor.errors import Text
from corridor.evaluation import _walks
from corridor.evaluation._footing import Footing
from corridor.evaluation._walks import COUNTED_MIN, DM_PER_M, Walks
from corridor.indicators import life_circle
from corridor.indicators.people import LEVELS, SUFFIX
from corridor.study import StudyArea


@dataclass(frozen=True)
class LifeCircle:
    """Walks from every building, the categories as the data hold them, scored buildings, who is covered."""

    walks: Walks
    categories: pd.DataFrame
    buildings: gpd.GeoDataFrame
    coverage: pd.DataFrame


def life_circle_of(
    footing: Footing, say: Callable[[Text], None], before: pd.Series | None = None, *, asked: bool
) -> LifeCircle:
    """Walk from every building to every category and score it; if not asked for, scores are missing and no row else.

    `before` tells which categories a scenario's baseline has data of; see `categories`.
    """
    study, origins, opportunities = footing.study, footing.origins, footing.opportunities
    if asked:
        say(Text("计算步行距离", "Computing walking distances"))
    walks = _walks.walks(study, footing.network, origins, opportunities) if asked else _walks.no_walks(study, origins)
    if asked:
        say(Text("计算得分与覆盖", "Scoring and coverage"))
    table = categories(study, opportunities, before)
    table["scored"] &= asked
    buildings = _scored(study, footing.buildings, walks, table)
    covered = coverage(study, buildings, walks.cost_dm, table["has_data"])
    rows = len(walks.cost_dm) if asked else 0
    return LifeCircle(walks.head(rows), table, buildings, covered.head(len(covered) if asked else 0))


def categories(study: StudyArea, opportunities: gpd.GeoDataFrame, before: pd.Series | None = None) -> pd.DataFrame:
    """Return the categories as the data hold them.

    A category without any place is one nothing is known of, and not scored. In a scenario (`before`: bool by category, what
    the baseline has data of) one whose last place is taken away is known to be out of reach, and scores are made of what
    they are made of in the baseline: else closing the last of a kind would lift them.
    """
    attached = opportunities[opportunities["edge"].notna()]
    counts = attached.groupby("category")["source_id"].nunique()
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
    counted = table["has_data"]
    if before is not None:
        counted = before.reindex(table.index)
        table["has_data"] |= counted
    table["scored"] = counted & (table["weight"] > 0)
    if not study.config.score.score_incomplete:
        table["scored"] &= ~table["incomplete"]
    return table


def has_data(study: StudyArea, opportunities: gpd.GeoDataFrame) -> pd.Series:
    """Return which categories have any place on the network (bool by category)."""
    codes = [category.code for category in study.categories]
    found = pd.Index(codes).isin(opportunities["category"][opportunities["edge"].notna()].unique())
    return pd.Series(found, index=pd.Index(codes, name="category", dtype="string"))


def _scored(
    study: StudyArea, buildings: gpd.GeoDataFrame, walks: Walks, category_table: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Join the scores over the speed band, in the place of any that are there."""
    counting = list(category_table.index[category_table["scored"]])
    weights = study.config.score.kind_weights
    speeds = study.config.walker.speed_m_min
    tables = []
    for level in LEVELS:
        share = life_circle.contribution(walks.cost_dm[counting], study.categories, getattr(speeds, level))
        found = life_circle.scores(share, study.categories, weights).where(walks.connected)
        tables.append(found if level == "middle" else found[["score_total"]].add_suffix(f"_{level}"))
    met = life_circle.met(walks.cost_dm[counting], study.categories, speeds.middle)
    scores = pd.concat(tables, axis=1).assign(n_met=met.sum(axis=1).astype("int64"), n_scored=len(counting))
    return buildings.drop(columns=scores.columns, errors="ignore").join(scores)


def coverage(study: StudyArea, buildings: gpd.GeoDataFrame, cost_dm: pd.DataFrame, has_data: pd.Series) -> pd.DataFrame:
    """Coverage of the area and of the corridor; a category without data has no share."""
    speeds = study.config.walker.speed_m_min
    met = {level: life_circle.met(cost_dm, study.categories, getattr(speeds, level)) for level in LEVELS}
    out = coverage_by_place(buildings, met)
    unknown = ~out["category"].map(has_data).astype(bool)
    out.loc[unknown, ["share", "share_low", "share_high"]] = pd.NA
    out["count"] = out["count"].astype("Float64").mask(unknown)
    return out


def coverage_by_place(buildings: gpd.GeoDataFrame, met: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return who is covered in the area and along the corridor; `met` by level of speed."""
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
    return pd.concat(parts, ignore_index=True)


def long_table(study: StudyArea, walks: Walks, has_data: pd.Series) -> pd.DataFrame:
    """Lay the two matrices out as one long table, sorted by building and category.

    Where the study has no data of a category nothing is known: all values are NA. Where there are data and
    none is in reach, the walks are NA and `met` is false.
    """
    speed = study.config.walker.speed_m_min.middle
    cost_dm, counts = walks.cost_dm, walks.counts
    codes = list(cost_dm.columns)
    cost = cost_dm.to_numpy(dtype=float, na_value=np.nan)
    length = walks.length_dm.to_numpy(dtype=float, na_value=np.nan)
    metres = np.array([np.nan if c.tier_m is None else c.tier_m for c in study.categories], dtype=float)
    reached = life_circle.met(cost_dm, study.categories, speed).to_numpy()
    share = life_circle.contribution(cost_dm, study.categories, speed).to_numpy()
    within = pd.array((length / DM_PER_M <= metres).ravel(), dtype="boolean")
    within[np.broadcast_to(np.isnan(metres), cost.shape).ravel()] = pd.NA
    rows = len(cost_dm)
    unknown = np.tile(~has_data[codes].to_numpy(), rows)
    within[unknown] = pd.NA
    walk_s = access.at_speed(cost_dm, speed).to_numpy(dtype=float, na_value=np.nan)
    return pd.DataFrame(
        {
            "building_id": pd.Categorical.from_codes(
                np.repeat(np.arange(rows), len(codes)), cost_dm.index.astype(object)
            ),
            "category": pd.Categorical.from_codes(np.tile(np.arange(len(codes)), rows), codes),
            "walk_s": _nullable(walk_s),
            "walk_m": _nullable(length / DM_PER_M),
            **{f"n_{m}min": _count(counts.xs(m, axis=1, level="cutoff_dm")[codes], unknown) for m in COUNTED_MIN},
            "met": pd.arrays.BooleanArray(reached.ravel(), unknown),
            "within_m": within,
            "m": pd.arrays.FloatingArray(share.ravel(), unknown),
        }
    )


def _count(counts: pd.DataFrame, unknown: np.ndarray) -> pd.arrays.IntegerArray:
    flat = counts.to_numpy(dtype=float, na_value=np.nan).ravel()
    missing = np.isnan(flat) | unknown
    return pd.arrays.IntegerArray(np.where(missing, 0, flat).astype("int64"), missing)


def _nullable(values: np.ndarray) -> pd.arrays.FloatingArray:
    flat = values.ravel()
    missing = np.isnan(flat)
    return pd.arrays.FloatingArray(np.where(missing, 0.0, flat), missing)
