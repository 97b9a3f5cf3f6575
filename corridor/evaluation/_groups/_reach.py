"""How near everybody is to the places of one industry, policy tag or department."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from corridor.access import nearest
from corridor.evaluation._groups._tables import GROUPINGS
from corridor.evaluation._trails import Walker
from corridor.indicators import coverage
from corridor.indicators.groups import members

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation
    from corridor.study import StudyArea

# The places that are filtered: what a map shows as a symbol and a record gives a group.
GROUPED_TABLES = ("carriers", "institutes", "stations")


@dataclass(frozen=True)
class GroupReach:
    """Walks to the places of each group.

    Attributes
    ----------
    groups : DataFrame
        RangeIndex, sorted by grouping and word: `by` ("industry", "policies", "owner"), `group` (the word), `n_places`
        (carriers, institutes and stations that attach to the network).
    cost_dm : DataFrame of Int32
        Buildings × the rows of `groups`: decimetres to the nearest place; NA out of reach.
    coverage : DataFrame
        `number` (row of `groups`), `base` ("buildings", "residents", "workers"), `minutes`, `share`, `count`, `total`.
    """

    groups: pd.DataFrame
    cost_dm: pd.DataFrame
    coverage: pd.DataFrame


def group_reach(evaluation: Evaluation) -> GroupReach:
    """Measure the walk from every building to the nearest place of each industry, policy tag and department.

    d(b, g) = the cheapest walk from building b to a carrier, institute or station whose record names g, on the
    evaluation's own network and attachment. Shares are those of the study area.

    Parameters
    ----------
    evaluation : Evaluation

    Returns
    -------
    GroupReach
        Without a row where no record names a group.
    """
    study = evaluation.study
    walker = Walker.of(study, evaluation.place)
    rows = grouped_places(study)
    groups = pd.DataFrame(sorted(set(zip(rows["by"], rows["group"], strict=True))), columns=["by", "group"])
    numbers = {(row.by, row.group): n for n, row in enumerate(groups.itertuples())}
    rows["number"] = [numbers[key] for key in zip(rows["by"], rows["group"], strict=True)]
    at = walker.attached(rows.geometry).assign(number=rows["number"].to_numpy())
    at = at[at["edge"].notna()]
    counts = at["number"].value_counts().reindex(range(len(groups))).fillna(0)
    groups["n_places"] = counts.astype("int64").to_numpy()
    connected = evaluation.buildings["connected"]
    origins = evaluation.origins.assign(edge=evaluation.origins["edge"].where(connected))
    cost = nearest(
        walker.network, origins, at, cutoff_dm=walker.near_dm, by="number", categories=list(range(len(groups)))
    ).astype("Int32")
    return GroupReach(groups, cost, _coverage(evaluation, cost, set(at["number"]), walker.speed))


def grouped_places(study: StudyArea) -> gpd.GeoDataFrame:
    """Return one row a place and word: `by`, `group`, Point; places without a coordinate are left out."""
    parts = []
    for name in GROUPED_TABLES:
        table = getattr(study, name)
        table = table[table.geometry.notna() & ~table.geometry.is_empty]
        for by in GROUPINGS:
            if by not in table:
                continue
            rows = members(table[by]).dropna(subset=["group"])
            spots = table.geometry.to_numpy()[rows["row"].to_numpy()]
            words = rows["group"].to_numpy(dtype=object)
            parts.append(pd.DataFrame({"by": by, "group": words, "geometry": spots}))
    columns = {"by": "object", "group": "object", "geometry": "object"}
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns)).astype(columns)
    return gpd.GeoDataFrame(whole.drop_duplicates(ignore_index=True), geometry="geometry", crs=study.crs)


def _coverage(evaluation: Evaluation, cost: pd.DataFrame, known: set[int], speed: float) -> pd.DataFrame:
    inside = evaluation.buildings[evaluation.buildings["in_area"]]
    parts = []
    for base in ("buildings", "residents", "workers"):
        weight = pd.Series(1.0, index=inside.index) if base == "buildings" else inside[base]
        part = coverage.shares(cost.loc[inside.index], weight, speed_m_min=speed, subject="number", known=known)
        part.insert(1, "base", base)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
