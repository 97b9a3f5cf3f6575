"""The numbers a report speaks of, taken from an evaluation's tables and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

KINDS = ("LIFE", "WORK", "SERVICE", "EXCHANGE")
PLACES = {"area": "in_area", "corridor": "on_corridor"}
_FEWEST = 10  # buildings; a place with fewer is not named as best or worst


def buildings_of(evaluation: Any, place: str) -> pd.DataFrame:
    """Return the buildings of a place ("area" or "corridor")."""
    table: pd.DataFrame = evaluation.buildings
    return table[table[PLACES[place]].astype(bool)]


def median(evaluation: Any, place: str, column: str) -> float | None:
    """Return the median of a score column over the connected buildings of a place; None when there is none."""
    values = buildings_of(evaluation, place)[column].dropna().astype(float)
    return float(values.median()) if len(values) else None


def middle_half(evaluation: Any, place: str, column: str) -> tuple[float, float] | tuple[None, None]:
    """Return the quartiles (25 %, 75 %) of a score column over a place."""
    values = buildings_of(evaluation, place)[column].dropna().astype(float)
    return (float(values.quantile(0.25)), float(values.quantile(0.75))) if len(values) else (None, None)


def coverage(evaluation: Any, place: str, group: str) -> pd.DataFrame:
    """Return the coverage rows of a place and group, indexed by category in the categories' order."""
    table = evaluation.coverage
    rows = table[(table["place"] == place) & (table["group"] == group)].set_index("category")
    order = [code for code in evaluation.category_table.index if code in rows.index]
    return rows.loc[order]


def people_group(evaluation: Any) -> str:
    """Return whom coverage is counted in: residents, or buildings where nobody lives."""
    rows = coverage(evaluation, "area", "residents")
    return "residents" if len(rows) and rows["total"].fillna(0).max() > 0 else "buildings"


def worst_first(evaluation: Any, count: int | None = None) -> list[str]:
    """Return category codes with data, lowest coverage of residents first."""
    rows = coverage(evaluation, "area", people_group(evaluation))
    table = evaluation.category_table
    rows = rows[rows["share"].notna() & table["has_data"].reindex(rows.index).astype(bool)]
    ordered = rows.assign(rank=range(len(rows))).sort_values(["share", "rank"]).index.tolist()
    return ordered[:count]


def assumed_share(evaluation: Any, group: str) -> float | None:
    """Return the share (0–1) of the area's people whose floor area is assumed, not mapped."""
    rows = buildings_of(evaluation, "area")
    people = rows[group].astype(float).fillna(0)
    total = float(people.sum())
    return float(people[rows["floor_area_assumed"].astype(bool)].sum()) / total if total else None


def people_total(evaluation: Any, group: str) -> tuple[float, float, float]:
    """Return the area's people: middle, low, high."""
    rows = buildings_of(evaluation, "area")
    middle, low, high = (float(rows[c].astype(float).sum()) for c in (group, f"{group}_low", f"{group}_high"))
    return middle, low, high


def within_metres(evaluation: Any, group: str) -> pd.Series:
    """Return the share (0–1) of the area's people within each category's metres; NA for categories without a radius.

    Counted over connected buildings, as the coverage by minutes is.
    """
    rows = _area_access(evaluation, group)
    radius = evaluation.category_table["tier_m"]
    rows = rows[rows["category"].isin(radius.index[radius.notna()])]
    reached = rows["weight"].where(rows["within_m"].fillna(False).astype(bool), 0.0)
    totals = rows.groupby("category")["weight"].sum()
    share = reached.groupby(rows["category"]).sum() / totals.where(totals > 0)
    return share.reindex(evaluation.category_table.index)


def _area_access(evaluation: Any, group: str) -> pd.DataFrame:
    """Return the access rows of the area's connected buildings with what each building weighs and where it stands.

    A walk that was not measured there is one beyond the cutoff: not reachable, not unknown.
    """
    homes = buildings_of(evaluation, "area")
    homes = homes[homes["connected"].astype(bool)]
    weight = pd.Series(1.0, homes.index) if group == "buildings" else homes[group].astype(float).fillna(0)
    described = pd.DataFrame({"weight": weight, "place_zh": homes["place_zh"], "place_en": homes["place_en"]})
    return evaluation.access.join(described, on="building_id", how="inner")  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Gaps:
    """Who goes without, by category (rows, worst first) and place (columns, most people without first).

    `without` counts people (or buildings) of a place whose walk to the category exceeds its tier; `total` is
    everybody of that place whose buildings are connected; `group` says what is counted.
    """

    group: str
    without: pd.DataFrame
    total: pd.Series


def gaps(evaluation: Any, lang: str, *, categories: int = 8, places: int = 7) -> Gaps | None:
    """Count who goes without what and where, for the worst categories; None when no place is known."""
    group = people_group(evaluation)
    codes = worst_first(evaluation, categories)
    rows = _area_access(evaluation, group)
    rows = rows[rows["category"].isin(codes)]
    place = rows[f"place_{lang}"]
    rows = rows[place.notna()].assign(place=place)
    if rows.empty:
        return None
    lacking = rows["weight"].where(~rows["met"].fillna(False).astype(bool), 0.0)
    table = lacking.groupby([rows["category"], rows["place"]]).sum().unstack("place").reindex(codes).fillna(0.0)
    total = rows.drop_duplicates("building_id").groupby("place")["weight"].sum()
    chosen = table.sum().sort_index().sort_values(ascending=False, kind="stable").index[:places]
    return Gaps(group, table[chosen], total.reindex(chosen))


def place_scores(evaluation: Any, lang: str) -> pd.DataFrame:
    """Return median overall score and number of scored buildings by place, highest first; small places are left out."""
    rows = buildings_of(evaluation, "area")
    rows = rows[rows["score_total"].notna() & rows[f"place_{lang}"].notna()]
    scores = rows["score_total"].astype(float).groupby(rows[f"place_{lang}"])
    table = pd.DataFrame({"median": scores.median(), "count": scores.size()})
    table = table[table["count"] >= _FEWEST].rename_axis("place").reset_index()
    return table.sort_values(["median", "place"], ascending=[False, True], ignore_index=True)


def inputs(provenance: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every input file named in a study's provenance, wherever it stands: those that carry a `sha256`."""
    found: list[dict[str, Any]] = []

    def walk(role: str, node: Any) -> None:
        if not isinstance(node, Mapping):
            return
        if "sha256" in node:
            found.append({"role": role, **{k: v for k, v in node.items() if not isinstance(v, Mapping)}})
        for key, value in node.items():
            walk(f"{role}.{key}" if role else str(key), value)

    walk("", provenance)
    return sorted(found, key=lambda item: str(item["role"]))
