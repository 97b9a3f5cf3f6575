"""The indicators of an evaluation as one table: a row an indicator, the same rows in every scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from corridor.errors import Text
from corridor.evaluation import Evaluation
from corridor.indicators import open_space
from corridor.scenarios._figures import (
    FAR,
    SCORES,
    Floats,
    linkage_values,
    people_values,
    score_values,
    walk_values,
)
from corridor.schemas import STAGE_WORDS, STATION_WORDS
from corridor.taxonomy import Category

_GROUPS = {
    "buildings": Text("建筑", "buildings"), "residents": Text("居民", "residents"), "workers": Text("就业者", "workers"),
    "carriers": Text("载体", "carriers"), "firms": Text("企业", "firms"),
}  # fmt: skip
_PLACES = {"area": Text("研究范围", "study area"), "corridor": Text("街道两侧", "along the corridor")}
_KIND_NAMES = {
    "life": Text("生活", "life"), "work": Text("工作", "work"), "service": Text("服务", "service"),
    "exchange": Text("交流", "exchange"),
}  # fmt: skip


class Meaning(NamedTuple):
    """What an indicator is called, in what group, in what unit (a key of `corridor.schemas.UNITS`, or both words)."""

    group: str
    zh: str
    en: str
    unit: str


class Indicator(NamedTuple):
    """An indicator and its value; NaN is missing."""

    code: str
    meaning: Meaning
    value: float


def indicators_of(evaluation: Evaluation) -> pd.DataFrame:
    """Return the indicators of an evaluation.

    Parameters
    ----------
    evaluation : Evaluation
        With the life circle and the innovation chain.

    Returns
    -------
    DataFrame
        On `code`: `group`, `zh`, `en`, `unit` (as in `corridor.schemas.UNITS`), `value` (Float64; NA where nothing is known).
        Shares are 0–1 and, of chains and services, within 15 minutes; walks are in seconds.
    """
    return indicator_table_of(indicators(evaluation))


def indicator_table_of(rows: Sequence[Indicator]) -> pd.DataFrame:
    """Return indicators as the table of `indicators_of`."""
    values = np.array([row.value for row in rows], dtype=np.float64)
    table = pd.DataFrame(
        [row.meaning for row in rows],
        index=pd.Index([row.code for row in rows], name="code", dtype=object),
        columns=list(Meaning._fields),
        dtype=object,
    )
    return table.assign(value=nullable(values))


def indicator_rows_of(table: pd.DataFrame) -> list[Indicator]:
    """Return the table of `indicators_of` as indicators again."""
    words = table[list(Meaning._fields)].itertuples(index=False, name=None)
    values = table["value"].to_numpy(dtype=float, na_value=np.nan).tolist()
    return [Indicator(code, Meaning(*row), value) for code, row, value in zip(table.index, words, values, strict=True)]


def nullable(values: Floats) -> pd.arrays.FloatingArray:
    """Return numbers as Float64, NaN as NA."""
    missing = np.isnan(values)
    return pd.arrays.FloatingArray(np.where(missing, 0.0, values), missing)


def indicators(evaluation: Evaluation) -> list[Indicator]:
    """Return all indicators of an evaluation, in their order."""
    return [
        *_scores(evaluation),
        *_people(evaluation),
        *_coverage(evaluation),
        *_by_time(evaluation),
        *_walks(evaluation),
        *_open_space(evaluation),
        *_linkage(evaluation),
        *_shares(evaluation),
        *_one_trip(evaluation),
        *_targets(evaluation),
    ]


def _scores(evaluation: Evaluation) -> list[Indicator]:
    buildings = evaluation.buildings
    values = score_values(
        scores_of(buildings),
        buildings["residents"].to_numpy(dtype=float),
        buildings["in_area"].to_numpy(dtype=bool),
        buildings["on_corridor"].to_numpy(dtype=bool),
    )
    names = [
        ("median", Text("总分中位数", "median total score")),
        *((k, Text(f"{t.zh}得分中位数", f"median {t.en} score")) for k, t in _KIND_NAMES.items()),
        ("median_low", Text("总分中位数（慢速步行）", "median total score, slow walk")),
        ("median_high", Text("总分中位数（快速步行）", "median total score, fast walk")),
        ("median_corridor", Text("街道两侧总分中位数", "median total score along the corridor")),
        ("mean", Text("总分平均值", "mean total score")),
        ("mean_residents", Text("居民平均总分", "mean total score of residents")),
    ]
    return [
        Indicator(f"score.{code}", Meaning("score", text.zh, text.en, "0–100"), float(value))
        for (code, text), value in zip(names, values, strict=True)
    ]


def scores_of(buildings: pd.DataFrame) -> Floats:
    """Return the scores of buildings as one array, NaN where there is none; rows as in `SCORES`."""
    return np.stack([buildings[name].to_numpy(dtype=float, na_value=np.nan) for name in SCORES])


def _people(evaluation: Evaluation) -> list[Indicator]:
    buildings = evaluation.buildings
    values = people_values(
        buildings["residents"].to_numpy(dtype=float),
        buildings["workers"].to_numpy(dtype=float),
        buildings["in_area"].to_numpy(dtype=bool),
        buildings["connected"].to_numpy(dtype=bool),
    )
    names = [
        ("buildings", Text("建筑数", "buildings"), "buildings"),
        ("connected", Text("接入步行网络的建筑数", "buildings connected on foot"), "buildings"),
        ("residents", Text("居民（估计）", "residents (estimate)"), "persons"),
        ("workers", Text("就业者（估计）", "workers (estimate)"), "persons"),
    ]
    return [
        Indicator(f"people.{code}", Meaning("people", text.zh, text.en, unit), float(value))
        for (code, text, unit), value in zip(names, values, strict=True)
    ]


def _coverage(evaluation: Evaluation) -> list[Indicator]:
    table = evaluation.coverage
    named = {category.code: category for category in evaluation.categories}
    values = table["share"].to_numpy(dtype=float, na_value=np.nan)
    found = []
    for place, code, group, value in zip(table["place"], table["category"], table["group"], values, strict=True):
        category, where, who = named[code], _PLACES[place], _GROUPS[group]
        meaning = Meaning(
            "coverage",
            f"{where.zh}：{category.tier_min:g}分钟内可达{category.zh}的{who.zh}占比",
            f"{where.en}: share of {who.en} with {category.en} within {category.tier_min:g} min",
            "share",
        )
        found.append(Indicator(f"coverage.{place}.{group}.{code}", meaning, float(value)))
    return found


def _by_time(evaluation: Evaluation) -> list[Indicator]:
    """Return who of the area's residents has what open at the moments: moments × (open, perhaps open) × categories."""
    table = evaluation.by_time
    table = table[(table["place"] == "area") & (table["group"] == "residents")]
    named = {category.code: category for category in evaluation.categories}
    found = []
    for moment, rows in table.groupby("moment", sort=False):
        for column, code, zh, en in (
            ("share", "open", "开放中的", "open"),
            ("possible", "possible", "可能开放的", "perhaps open"),
        ):
            values = rows[column].to_numpy(dtype=float, na_value=np.nan)
            for category, at_zh, at_en, value in zip(
                rows["category"], rows["moment_zh"], rows["moment_en"], values, strict=True
            ):
                of = named[category]
                meaning = Meaning(
                    "by_time",
                    f"{at_zh}：{of.tier_min:g}分钟内可达{zh}{of.zh}的居民占比",
                    f"{at_en}: share of residents with {of.en} {en} within {of.tier_min:g} min",
                    "share",
                )
                found.append(Indicator(f"by_time.{moment}.{category}.{code}", meaning, float(value)))
    return found


def _place_of(category: Category) -> str:
    """Return what a place of a category is called in Chinese: 知识产权 is served at a 知识产权服务点."""
    return f"{category.zh.removesuffix('服务')}服务点" if category.code.startswith("station.") else category.zh


def _walks(evaluation: Evaluation) -> list[Indicator]:
    inside = evaluation.buildings["in_area"].to_numpy(dtype=bool)
    cost = evaluation.cost_dm.to_numpy(dtype=float, na_value=float(FAR))[inside].astype(np.int32)
    values = walk_values(np.ascontiguousarray(cost.T), evaluation.study.config.walker.speed_m_min.middle)
    return [
        Indicator(
            f"access.{category.code}.median_s",
            Meaning(
                "access",
                f"到最近的{_place_of(category)}的步行时间中位数",
                f"median walk to the nearest {category.en}",
                "s",
            ),
            float(value),
        )
        for category, value in zip(evaluation.categories, values, strict=True)
    ]


def _open_space(evaluation: Evaluation) -> list[Indicator]:
    """Return who has open space at hand, as the street study counts it."""
    study, place = evaluation.study, evaluation.place
    ways_in = open_space.doors(study, place, evaluation.ways_in)
    found = open_space.reach(study, place, evaluation.buildings, ways_in=ways_in, origins=evaluation.origins)
    table = open_space.coverage(found).set_index("group")
    minutes, least = open_space.MINUTES, f"{open_space.LEAST_M2:g}"
    out = []
    for who in open_space.GROUPS:
        of, row = _GROUPS[who], table.loc[who]
        out += [
            Indicator(
                f"open_space.{who}",
                Meaning(
                    "open_space",
                    f"{minutes}分钟内可达{least} m²以上公共空间的{of.zh}占比",
                    f"share of {of.en} with public open space of {least} m² or more within {minutes} min",
                    "share",
                ),
                np.nan if pd.isna(row["share"]) else float(row["share"]),
            ),
            Indicator(
                f"open_space.{who}_without",
                Meaning(
                    "open_space",
                    f"{minutes}分钟内走不到图上任何{least} m²以上公共空间的{of.zh}（估计）",
                    f"{of.en} without any mapped public open space of {least} m² or more within {minutes} min (estimate)",
                    "persons",
                ),
                float(row["total"] - row["count"]),
            ),
        ]
    return out


def _linkage(evaluation: Evaluation) -> list[Indicator]:
    places = evaluation.innovation.places
    by_area = evaluation.study.config.linkage.weight == "floor_area"
    unit = "m²" if by_area else ""
    values = linkage_values(
        places["is_core"].to_numpy(dtype=bool),
        places["reach"].to_numpy(dtype=float, na_value=0.0),
        places["n_15min"].to_numpy(dtype=float),
        places["off_belt"].to_numpy(dtype=float, na_value=np.nan),
        places["n_stages_15min"].to_numpy(dtype=float),
    )
    names = [
        ("core_reach", Text("核心载体可达的加权规模", "weighted size in reach of the core carriers"), unit),
        (
            "core_within_15min",
            Text("核心载体15分钟内的载体与院所数", "places within 15 min of the core carriers"),
            "places",
        ),
        ("reach", Text("各载体可达的加权规模之和", "weighted size in reach of all places"), unit),
        ("within_15min", Text("15分钟内的载体对数", "pairs of places within 15 min"), "pairs"),
        ("off_belt", Text("带外载体与院所数", "places off the belt"), "places"),
        (
            "stages",
            Text("载体15分钟内的创新环节数（平均）", "stages of the chain within 15 min of a place, mean"),
            "stages",
        ),
    ]
    return [
        Indicator(f"linkage.{code}", Meaning("linkage", text.zh, text.en, unit), float(value))
        for (code, text, unit), value in zip(names, values, strict=True)
    ]


def _shares(evaluation: Evaluation) -> list[Indicator]:
    found = evaluation.innovation
    out = []
    for group, table, subject, named in (
        ("chain", found.chain_coverage, "stage", _stage),
        ("services", found.service_coverage, "type", _station),
        ("events", found.event_coverage, "series", _series),
    ):
        rows = table[table["minutes"] == table["minutes"].max()]
        values = rows["share"].to_numpy(dtype=float, na_value=np.nan)
        for key, who, value in zip(rows[subject], rows["group"], values, strict=True):
            text, people = named(key), _GROUPS[who]
            meaning = Meaning(
                group,
                f"15分钟内{text.zh}的{people.zh}占比",
                f"share of {people.en} with {text.en} within 15 min",
                "share",
            )
            out.append(Indicator(f"{group}.{key}.{who}", meaning, float(value)))
    return out


def _stage(key: str) -> Text:
    text = STAGE_WORDS.get(key, Text(key, key))
    return text if key == "all" else Text(f"可达{text.zh}环节载体", f"a place of {text.en}")


def _station(key: str) -> Text:
    text = STATION_WORDS.get(key, Text(key, key))
    named = f"{text.zh}站" if text.zh.endswith("服务") else f"{text.zh}服务站"
    return Text(f"可达{named}", f"a station of {text.en}")


def _series(key: str) -> Text:
    return Text(f"可达“{key}”活动场地", f"a venue of “{key}”")


def _one_trip(evaluation: Evaluation) -> list[Indicator]:
    trips = evaluation.innovation.one_trip
    out = []
    for number, asked in enumerate(evaluation.study.config.service_chains, start=1):
        rows = trips[trips["chain"] == number]
        within = rows["within"].dropna().to_numpy(dtype=bool)
        share = int(within.sum()) / len(within) if len(within) else np.nan
        shortest = float(rows["walk_s"].min()) if rows["walk_s"].notna().any() else np.nan
        zh, en = asked.name.zh, asked.name.en
        minutes = asked.minutes
        out += [
            Indicator(
                f"one_trip.{number}.share",
                Meaning("one_trip", f"{minutes}分钟内办成“{zh}”的载体与企业占比", f"share of places and firms that make “{en}” within {minutes} min", "share"),
                share,
            ),
            Indicator(
                f"one_trip.{number}.shortest_s",
                Meaning("one_trip", f"办成“{zh}”的最短步行时间", f"shortest walk for “{en}”", "s"),
                shortest,
            ),
        ]  # fmt: skip
    return out


def _targets(evaluation: Evaluation) -> list[Indicator]:
    return [] if evaluation.targets is None else target_rows(evaluation.targets.table)


def target_rows(table: pd.DataFrame) -> list[Indicator]:
    """Return what is achieved of each target."""
    achieved = table["achieved"].to_numpy(dtype=float, na_value=np.nan)
    units = [zh if zh == en else f"{zh} {en}" for zh, en in zip(table["unit_zh"], table["unit_en"], strict=True)]
    words = zip(table.index, table["zh"], table["en"], units, achieved, strict=True)
    return [
        Indicator(f"targets.{key}", Meaning("targets", f"{zh}（已实现）", f"{en} (achieved)", unit), float(value))
        for key, zh, en, unit, value in words
    ]
