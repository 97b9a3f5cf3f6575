"""The numbers a report speaks of, taken from an evaluation's tables and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridor.report._once import once

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

PLACES = {"area": "in_area", "corridor": "on_corridor"}
_FEWEST = 10  # buildings; a place with fewer is not named as best or worst


def buildings_of(evaluation: Evaluation, place: str) -> pd.DataFrame:
    """Return the buildings of a place ("area" or "corridor")."""
    table: pd.DataFrame = evaluation.buildings
    return once(evaluation, ("buildings", place), lambda: table[table[PLACES[place]].astype(bool)])


def _known(evaluation: Evaluation, place: str, column: str) -> pd.Series:
    return once(
        evaluation, ("known", place, column), lambda: buildings_of(evaluation, place)[column].dropna().astype(float)
    )


def median(evaluation: Evaluation, place: str, column: str) -> float | None:
    """Return the median of a score column over the connected buildings of a place; None when there is none."""
    values = _known(evaluation, place, column)
    return float(values.median()) if len(values) else None


def middle_half(evaluation: Evaluation, place: str, column: str) -> tuple[float, float] | tuple[None, None]:
    """Return the quartiles (25 %, 75 %) of a score column over a place."""
    values = _known(evaluation, place, column)
    return (float(values.quantile(0.25)), float(values.quantile(0.75))) if len(values) else (None, None)


def coverage(evaluation: Evaluation, place: str, group: str) -> pd.DataFrame:
    """Return the coverage rows of a place and group, indexed by category in the categories' order."""
    return once(evaluation, ("coverage", place, group), lambda: _coverage(evaluation, place, group))


def _coverage(evaluation: Evaluation, place: str, group: str) -> pd.DataFrame:
    table = evaluation.coverage
    rows = table[(table["place"] == place) & (table["group"] == group)].set_index("category")
    order = [code for code in evaluation.category_table.index if code in rows.index]
    found: pd.DataFrame = rows.loc[order]
    return found


def coverage_rows(evaluation: Evaluation, place: str, group: str) -> dict[str, dict[str, Any]]:
    """Return the rows of `coverage` by category."""
    rows = coverage(evaluation, place, group)
    return once(evaluation, ("coverage rows", place, group), lambda: rows.to_dict("index"))


def categories(evaluation: Evaluation) -> dict[str, dict[str, Any]]:
    """Return the facts of each category by its code, in the categories' order."""
    return once(evaluation, "categories", lambda: evaluation.category_table.to_dict("index"))


def by_time(evaluation: Evaluation, group: str) -> pd.DataFrame:
    """Return the area's rows by moment of a group, for the categories of which any place has known hours."""
    table = evaluation.by_time
    rows = table[(table["place"] == "area") & (table["group"] == group)]
    told = (rows["n_open"] + rows["n_closed"]).groupby(rows["category"]).max()
    found: pd.DataFrame = rows[rows["category"].isin(told.index[told > 0])]
    return found


def hours_known(evaluation: Evaluation) -> tuple[int, int]:
    """Return how many places of the categories have known hours at the first moment, and how many there are."""
    table = evaluation.by_time
    first = table[(table["place"] == "area") & (table["group"] == "buildings")]
    first = first[first["moment"] == first["moment"].iloc[0]] if len(first) else first
    known = int((first["n_open"] + first["n_closed"]).sum())
    return known, known + int(first["n_unknown"].sum())


def people_group(evaluation: Evaluation) -> str:
    """Return whom coverage is counted in: residents, or buildings where nobody lives."""
    rows = coverage(evaluation, "area", "residents")
    return "residents" if len(rows) and rows["total"].fillna(0).max() > 0 else "buildings"


def worst_first(evaluation: Evaluation, count: int | None = None, place: str = "area") -> list[str]:
    """Return category codes with data, lowest coverage of a place's residents first."""
    return once(evaluation, ("worst first", place), lambda: _worst_first(evaluation, place))[:count]


def _worst_first(evaluation: Evaluation, place: str) -> list[str]:
    rows = coverage(evaluation, place, people_group(evaluation))
    table = evaluation.category_table
    rows = rows[rows["share"].notna() & table["has_data"].reindex(rows.index).astype(bool)]
    ordered = rows.assign(rank=range(len(rows))).sort_values(["share", "rank"]).index
    return [str(code) for code in ordered]


def assumed_share(evaluation: Evaluation, group: str) -> float | None:
    """Return the share (0–1) of the area's people who rest on an assumed use or assumed levels."""
    rows = buildings_of(evaluation, "area")
    people = rows[group].astype(float).fillna(0)
    total = float(people.sum())
    return float(people[rows["people_assumed"].astype(bool)].sum()) / total if total else None


def people_total(evaluation: Evaluation, group: str) -> tuple[float, float, float]:
    """Return the area's people: middle, low, high."""
    rows = buildings_of(evaluation, "area")
    middle, low, high = (float(rows[c].astype(float).sum()) for c in (group, f"{group}_low", f"{group}_high"))
    return middle, low, high


def within_metres(evaluation: Evaluation, group: str) -> pd.Series:
    """Return the share (0–1) of the area's people within each category's metres; NA for categories without a radius."""
    return once(evaluation, ("within metres", group), lambda: _within_metres(evaluation, group))


def _within_metres(evaluation: Evaluation, group: str) -> pd.Series:
    radius = evaluation.category_table["tier_m"]
    rows = _access(evaluation, "area", group, radius.index[radius.notna()].tolist())
    reached = rows["weight"].where(rows["within_m"].fillna(False).astype(bool), 0.0)
    totals = rows["weight"].groupby(rows["category"]).sum()
    share = reached.groupby(rows["category"]).sum() / totals.where(totals > 0)
    return share.reindex(evaluation.category_table.index)


def _access(evaluation: Evaluation, place: str, group: str, codes: list[str]) -> pd.DataFrame:
    """Return the access rows of a place's buildings and some categories, with what each building weighs.

    As in the coverage, all buildings of the place count; what cannot be reached is not met.
    """
    homes = buildings_of(evaluation, place)
    weight = pd.Series(1.0, homes.index) if group == "buildings" else homes[group].astype(float).fillna(0)
    rows: pd.DataFrame = evaluation.access[evaluation.access["category"].isin(codes)]
    rows = rows.assign(
        building_id=rows["building_id"].astype(object),
        category=rows["category"].astype(object),
    )
    rows = rows[rows["building_id"].isin(homes.index)]
    return rows.assign(weight=rows["building_id"].map(weight).astype(float))


@dataclass(frozen=True)
class Gaps:
    """Who goes without, by category (rows, worst first) and street (columns, most people without first).

    `without` counts people (or buildings) beside a street whose walk to the category exceeds its tier; `total` is
    everybody there; `group` says what is counted.
    """

    group: str
    without: pd.DataFrame
    total: pd.Series


def gaps(evaluation: Evaluation, *, categories: int = 8, places: int = 7) -> Gaps | None:
    """Count who goes without what and where, for the worst categories; None when no street is known."""
    return once(evaluation, ("gaps", categories, places), lambda: _gaps(evaluation, categories, places))


def _gaps(evaluation: Evaluation, categories: int, places: int) -> Gaps | None:
    group = people_group(evaluation)
    codes = worst_first(evaluation, categories)
    street = evaluation.buildings["street_name"].astype(object)
    table, total = _lacking(_access(evaluation, "area", group, codes), street[street.notna() & (street != "")])
    if table.empty:
        return None
    table = table.reindex(codes)
    chosen = table.sum().sort_index().sort_values(ascending=False, kind="stable").index[:places]
    return Gaps(group, table[chosen], total.reindex(chosen))


def gaps_beside(evaluation: Evaluation, parts: Sequence[pd.Series], *, categories: int = 8) -> Gaps | None:
    """Count who goes without what beside the corridor, for the categories that are worst there.

    `parts` are ways of dividing its buildings, each a Series of labels on their ids; the columns are the labels of
    the first, sorted, then of the second, and so on. None when nothing beside the corridor could be rated.
    """
    group = people_group(evaluation)
    codes = worst_first(evaluation, categories, "corridor")
    rows = _access(evaluation, "corridor", group, codes)
    found = [_lacking(rows, part) for part in parts]
    if not codes or any(table.empty for table, _ in found):
        return None
    return Gaps(
        group, pd.concat([table for table, _ in found], axis=1).reindex(codes), pd.concat([total for _, total in found])
    )


def _lacking(rows: pd.DataFrame, where: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Return the weight that goes without (categories × places) and the whole weight of each place."""
    rows = rows.assign(where=rows["building_id"].map(where))
    rows = rows[rows["where"].notna()]
    rows = rows.assign(lacking=rows["weight"].where(~rows["met"].fillna(False).astype(bool), 0.0))
    table = rows.pivot_table(index="category", columns="where", values="lacking", aggfunc="sum", fill_value=0.0)
    return table, rows.drop_duplicates("building_id").groupby("where")["weight"].sum()


def street_scores(evaluation: Evaluation) -> pd.DataFrame:
    """Return `street`, median overall score and number of scored buildings beside it, highest first.

    Streets with few buildings are left out.
    """
    return once(evaluation, "street scores", lambda: _street_scores(evaluation))


def _street_scores(evaluation: Evaluation) -> pd.DataFrame:
    rows = buildings_of(evaluation, "area")
    rows = rows[rows["score_total"].notna() & rows["street_name"].notna() & (rows["street_name"] != "")]
    scores = rows["score_total"].astype(float).groupby(rows["street_name"].astype(object))
    table = pd.DataFrame({"median": scores.median(), "count": scores.size()})
    table = table[table["count"] >= _FEWEST].rename_axis("street").reset_index()
    return table.sort_values(["median", "street"], ascending=[False, True], ignore_index=True)


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
