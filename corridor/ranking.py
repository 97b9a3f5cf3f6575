"""Which street segment first: need × potential × feasibility, each 0–100, decomposable and tested for stability.

Everything is reckoned in whole numbers, scores in thousandths and weights in millionths: no result depends on the order
of rows, on threads or on how the draws are cut into batches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor.config import StreetRanking
from corridor.errors import Text

PARTS = ("need", "potential", "feasibility")
# Classes of priority, 0–20 first: what map, report and layers call them.
CLASSES = (
    Text("低", "lowest"),
    Text("较低", "low"),
    Text("一般", "medium"),
    Text("优先", "high"),
    Text("最优先", "first"),
)
Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
_CONTRIBUTIONS = {
    **dict.fromkeys(("segment_id", "part", "code"), "string"),
    **dict.fromkeys(("value", "score", "weight", "points"), "Float64"),
    "basis": "string",
}
_FINE = 1000
_WEIGHT_FINE = 1_000_000
# Draws reckoned at a time: so many segments × draws are held in memory.
_AT_ONCE = 400_000


@dataclass(frozen=True)
class Draws:
    """How stable ranks are under other weights.

    Attributes
    ----------
    low, high : int64 arrays
        Ends of the interval of ranks by segment; 0 where a segment is not ranked.
    top_quarter, top_5 : float arrays
        Share of the draws in which a segment is in the first quarter, among the first five; NaN where not ranked.
    """

    low: Longs
    high: Longs
    top_quarter: Floats
    top_5: Floats


def indicator_table(
    indicators: pd.DataFrame, values: pd.DataFrame, compared: pd.Index, judged: pd.Index, rules: StreetRanking
) -> pd.DataFrame:
    """Add to the indicators how they are scored and whether they are ranked on.

    Parameters
    ----------
    indicators : DataFrame
        On `code`: `part`, `weight`.
    values : DataFrame
        On `segment_id` × code.
    compared : Index
        Segments that are compared: relative scales are taken from them.
    judged : Index
        Segments on which an indicator must have data.
    rules : StreetRanking

    Returns
    -------
    DataFrame
        With `weight` (the study's over ours), `at_0`, `at_100` (values worth 0 and 100; NA without a scale),
        `data_share` (of the judged segments with a value), `ranked` (bool).
    """
    out = indicators.copy()
    own = pd.Series(rules.weights, dtype=float)
    out["weight"] = own.reindex(out.index).fillna(out["weight"].astype(float))
    ends = [_ends(rules, code, values.get(code), compared) for code in out.index]
    out["at_0"] = pd.array([end[0] for end in ends], dtype="Float64")
    out["at_100"] = pd.array([end[1] for end in ends], dtype="Float64")
    known = values.reindex(judged).notna().mean().reindex(out.index).fillna(0.0)
    out["data_share"] = known.astype("Float64")
    out["ranked"] = (
        out["part"].isin(PARTS) & (out["weight"] > 0) & out["at_0"].notna() & (known >= rules.least_data) & (known > 0)
    ).astype(bool)
    return out


def rescaled(table: pd.DataFrame, values: pd.DataFrame, rules: StreetRanking) -> pd.DataFrame:
    """Take relative scales anew from other values (of all compared segments); what is ranked on stays."""
    ends = {name: table[name].array.copy() for name in ("at_0", "at_100")}
    for row in np.flatnonzero(table["ranked"].to_numpy(dtype=bool)):
        code = table.index[row]
        scale = rules.scales.get(code)
        if scale is not None and scale.relative is not None:
            low, high = _ends(rules, code, values.get(code), values.index)
            if low is not None:
                ends["at_0"][row], ends["at_100"][row] = low, high
    return table.assign(**ends)


def _ends(
    rules: StreetRanking, code: str, values: pd.Series | None, compared: pd.Index
) -> tuple[float | None, float | None]:
    """Return the values worth 0 and 100; a survey item without a scale of its own has a score already."""
    scale = rules.scales.get(code)
    if scale is None:
        return (100.0, 0.0) if code.startswith("appearance_") else (None, None)
    if scale.relative is None:
        return scale.at_0, scale.at_100
    known = np.zeros(0) if values is None else values.reindex(compared).dropna().to_numpy(dtype=float)
    if not len(known):
        return None, None
    high = float(np.quantile(known, scale.relative, method="inverted_cdf"))
    high = float(known.max()) if high == scale.at_0 else high
    return (scale.at_0, high) if high != scale.at_0 else (None, None)


def indicator_scores(values: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Score every ranked indicator on every segment.

    Formula: (value − at_0) ÷ (at_100 − at_0) × 100, held within 0 and 100, to the thousandth (halves up).

    Returns
    -------
    DataFrame of Int64
        Thousandths of a point on `segment_id` × code, codes in order; NA where the value is.
    """
    ranked = indicators.index[indicators["ranked"]]
    low, high = (
        dict(zip(ranked, indicators.loc[ranked, name].to_numpy(dtype=float, na_value=np.nan), strict=True))
        for name in ("at_0", "at_100")
    )
    out = {}
    for code in sorted(ranked):
        whole = thousandths(values[code].to_numpy(dtype=float, na_value=np.nan), low[code], high[code])
        lost = np.isnan(whole)
        out[code] = pd.arrays.IntegerArray(np.where(lost, 0, whole).astype(np.int64), lost)
    return pd.DataFrame(out, index=values.index)


def thousandths(values: Floats, at_0: float, at_100: float) -> Floats:
    """Return the scores of values in whole thousandths, halves up; see `indicator_scores`."""
    share = np.clip((values - at_0) / (at_100 - at_0), 0.0, 1.0)
    return np.floor(share * 100 * _FINE + 0.5)


@dataclass(frozen=True)
class _Sheet:
    """Scores and base weights as whole numbers: `score` and `known` (segments × codes), `part` of each code."""

    codes: tuple[str, ...]
    part: Longs
    score: Floats
    known: Floats
    weight: Longs
    parts: Longs
    enough: NDArray[np.bool_]


def _sheet(scores: pd.DataFrame, indicators: pd.DataFrame, rules: StreetRanking, allowed: pd.Series) -> _Sheet:
    codes = tuple(scores.columns)
    part = np.array([PARTS.index(indicators.at[code, "part"]) for code in codes], dtype=np.int64)
    known = scores.notna().to_numpy(dtype=float).reshape(len(scores), len(codes))
    score = scores.to_numpy(dtype=float, na_value=0.0).reshape(len(scores), len(codes))
    weight = np.array([_whole(indicators.at[code, "weight"]) for code in codes], dtype=np.int64)
    parts = np.array([_whole(rules.parts.get(name, 0.0)) for name in PARTS], dtype=np.int64)  # type: ignore[call-overload]
    enough = allowed.to_numpy(dtype=bool).copy()
    for number in range(len(PARTS)):
        mine = part == number
        total = weight[mine].sum()
        if parts[number] and total:
            enough &= known[:, mine] @ weight[mine] >= rules.least_weight * total - 0.5
            enough &= known[:, mine].any(axis=1)
    # A part without any indicator to rank on tells nothing: the others share its weight.
    parts = np.where([(part == number).any() for number in range(len(PARTS))], parts, 0)
    return _Sheet(codes, part, score, known, weight, parts, enough & (parts.sum() > 0))


def _whole(weight: Any) -> int:
    return int(np.floor(float(weight) * _WEIGHT_FINE + 0.5))


def _means(total: Floats, weight: Floats) -> Floats:
    """Return weighted means rounded to whole thousandths, halves up; NaN without weight."""
    out = np.full(total.shape, np.nan)
    np.divide(total, weight, out=out, where=weight > 0)
    return np.floor(out + 0.5)


def _scored(sheet: _Sheet, weight: Floats, parts: Floats) -> tuple[list[Floats], Floats]:
    """Return the parts and the score in thousandths, segments × draws, for weights (draws × codes; draws × parts).

    All products are whole numbers below 2^53, so sums are exact in any order.
    """
    found = []
    total = np.zeros((len(sheet.score), len(weight)))
    shared = np.zeros_like(total)
    for number in range(len(PARTS)):
        mine = sheet.part == number
        share = weight[:, mine].T
        one = _means(sheet.score[:, mine] @ share, sheet.known[:, mine] @ share)
        found.append(one)
        own = parts[:, number][None, :]
        has = ~np.isnan(one)
        total += np.where(has, one, 0.0) * own
        shared += np.where(has, own, 0.0)
    return found, _means(total, shared)


def ranks(score: Floats) -> Longs:
    """Return 1 for the highest score of each column, equal scores sharing the better rank; 0 where the score is NaN."""
    order = np.argsort(-score, axis=0, kind="stable")  # NaN last
    best = np.take_along_axis(score, order, axis=0)
    fresh = np.ones(score.shape, dtype=bool)
    fresh[1:] = best[1:] != best[:-1]
    rank = np.maximum.accumulate(np.where(fresh, np.arange(1, len(score) + 1)[:, None], 0), axis=0)
    out = np.empty(score.shape, dtype=np.int64)
    np.put_along_axis(out, order, np.where(np.isnan(best), 0, rank), axis=0)
    return out


def ranking_table(
    scores: pd.DataFrame, indicators: pd.DataFrame, rules: StreetRanking, allowed: pd.Series
) -> pd.DataFrame:
    """Rank segments.

    - a part = Σ weight × score ÷ Σ weight over its ranked indicators that are known on the segment
    - score = Σ weight × part ÷ Σ weight over need, potential and feasibility (a part with no indicator is left out)

    each rounded to the thousandth of a point, halves up. A segment is ranked where it is `allowed`, and of every part
    `least_weight` of the weight is known. Equal scores share the better rank.

    Parameters
    ----------
    scores : DataFrame
        Of `indicator_scores`.
    indicators : DataFrame
        Of `indicator_table`.
    rules : StreetRanking
    allowed : Series of bool
        On `segment_id`: segments that take part.

    Returns
    -------
    DataFrame
        On `segment_id`: `need`, `potential`, `feasibility`, `score` (Float64, 0–100), `rank` (Int64),
        `known_share` (weight known of all ranked weight, by part weights).
    """
    sheet = _sheet(scores, indicators, rules, allowed)
    found, score = _scored(sheet, sheet.weight[None, :].astype(float), sheet.parts[None, :].astype(float))
    out = pd.DataFrame(index=scores.index)
    for name, one in zip(PARTS, found, strict=True):
        out[name] = _points(np.where(allowed.to_numpy(dtype=bool), one[:, 0], np.nan))
    kept = np.where(sheet.enough, score[:, 0], np.nan)
    out["score"] = _points(kept)
    rank = ranks(kept[:, None])[:, 0]
    out["rank"] = pd.array(np.where(rank > 0, rank, -1), dtype="Int64")
    out["rank"] = out["rank"].mask(out["rank"] < 0)
    out["known_share"] = pd.array(_known_share(sheet), dtype="Float64")
    return out


def _points(thousandths: Floats) -> pd.Series:
    values = pd.array(thousandths / _FINE, dtype="Float64")
    values[np.isnan(thousandths)] = pd.NA
    return values


def _known_share(sheet: _Sheet) -> Floats:
    share = np.zeros(len(sheet.score))
    for number, own in enumerate(sheet.parts):
        mine = sheet.part == number
        total = sheet.weight[mine].sum()
        if own and total:
            share += own / sheet.parts.sum() * (sheet.known[:, mine] @ sheet.weight[mine]) / total
    return np.round(share, 6)


def contribution_table(
    scores: pd.DataFrame, values: pd.DataFrame, basis: pd.DataFrame, indicators: pd.DataFrame, allowed: pd.Series
) -> pd.DataFrame:
    """Lay out what every part is made of: one row a segment and known ranked indicator.

    Returns
    -------
    DataFrame
        `segment_id`, `part`, `code`, `value`, `score` (0–100), `weight` (normalised: the weights of a part's known
        indicators sum up to 1), `points` (weight × score; a part's points sum up to it, to the thousandth),
        `basis`; sorted by segment, part (need, potential, feasibility), points (most first), code.
    """
    mine = scores[allowed.reindex(scores.index).to_numpy(dtype=bool)]
    long = mine.reset_index(names="segment_id").melt("segment_id", var_name="code", value_name="thousandths")
    long = long[long["thousandths"].notna()]
    at = (values.index.get_indexer(long["segment_id"]), values.columns.get_indexer(long["code"]))
    out = pd.DataFrame(
        {
            "segment_id": long["segment_id"].astype("string"),
            "part": indicators["part"].reindex(long["code"]).astype("string").to_numpy(),
            "code": long["code"].astype("string"),
            "value": pd.array(values.to_numpy(dtype=float, na_value=np.nan)[at], dtype="Float64"),
            "score": (long["thousandths"].astype("Float64") / _FINE),
            "weight": indicators["weight"].reindex(long["code"]).to_numpy(dtype=float),
        }
    )
    out["basis"] = pd.array(basis.reindex(columns=values.columns).to_numpy(dtype=object)[at], dtype="string")
    total = out.groupby(["segment_id", "part"])["weight"].transform("sum")
    out["weight"] = (out["weight"] / total).astype("Float64")
    out["points"] = out["weight"] * out["score"]
    order = pd.DataFrame(
        {
            "segment_id": out["segment_id"],
            "part": out["part"].map({name: number for number, name in enumerate(PARTS)}),
            "points": -out["points"].round(6),
            "code": out["code"],
        }
    )
    rows = order.sort_values(["segment_id", "part", "points", "code"], kind="stable").index
    return out.loc[rows, list(_CONTRIBUTIONS)].reset_index(drop=True)


def no_contributions() -> pd.DataFrame:
    """Return a table of contributions without a row."""
    return pd.DataFrame({name: pd.array([], dtype=dtype) for name, dtype in _CONTRIBUTIONS.items()})


def draw(
    scores: pd.DataFrame, indicators: pd.DataFrame, rules: StreetRanking, allowed: pd.Series, count: int, seed: int
) -> Draws:
    """Rank again under drawn weights: every weight of a part and of an indicator × a number from 1 ± spread, evenly.

    Draws belong to codes, not to segments: they are the same whatever segments there are and in whatever order.

    Parameters
    ----------
    scores, indicators, rules, allowed
        As in `ranking_table`.
    count : int
        At least 1.
    seed : int

    Returns
    -------
    Draws
    """
    sheet = _sheet(scores, indicators, rules, allowed)
    generator = np.random.default_rng(seed)
    spread = round(rules.spread * _FINE)
    factors = generator.integers(
        _FINE - spread, _FINE + spread, size=(count, len(PARTS) + len(sheet.codes)), endpoint=True
    )
    weight = (sheet.weight[None, :] // _FINE * factors[:, len(PARTS) :]).astype(float)
    parts = (sheet.parts[None, :] // _FINE * factors[:, : len(PARTS)]).astype(float)
    number = int(sheet.enough.sum())
    step = max(1, _AT_ONCE // max(len(scores), 1))
    found = np.zeros((len(scores), count), dtype=np.int32)
    for first in range(0, count, step):
        rows = slice(first, first + step)
        _, score = _scored(sheet, weight[rows], parts[rows])
        score[~sheet.enough] = np.nan
        found[:, rows] = ranks(score)
    outside = (1 - rules.interval) / 2
    low = np.zeros(len(scores), dtype=np.int64)
    high = low.copy()
    mine = found[sheet.enough]
    if len(mine):
        low[sheet.enough] = np.quantile(mine, outside, axis=1, method="inverted_cdf")
        high[sheet.enough] = np.quantile(mine, 1 - outside, axis=1, method="inverted_cdf")

    def share(first: int) -> Floats:
        return np.where(sheet.enough, (found <= first).mean(axis=1), np.nan)

    return Draws(low, high, share(max(1, number // 4)), share(5))


def stability(
    table: pd.DataFrame, draws: Draws, speeds: Mapping[str, pd.Series], rules: StreetRanking
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put rank intervals beside ranks.

    Parameters
    ----------
    table : DataFrame
        Of `ranking_table`.
    draws : Draws
    speeds : mapping of str to Series
        Ranks at other walking speeds ("slow", "fast").
    rules : StreetRanking

    Returns
    -------
    ranking : DataFrame
        With `rank_low`, `rank_high` (Int64: the interval of the draws, widened to the rank itself and the ranks at the
        other speeds) and `stable` (boolean): see `rules.unstable_width`.
    robustness : DataFrame
        On `segment_id`: `top_quarter_share`, `top_5_share`, `draw_low`, `draw_high`, and `rank_<speed>`.
    """
    known = table["rank"].notna()
    ends = [pd.Series(end, index=table.index).astype("Int64").where(known) for end in (draws.low, draws.high)]
    all_low = pd.DataFrame({"own": table["rank"], "draws": ends[0], **speeds}).min(axis=1)
    all_high = pd.DataFrame({"own": table["rank"], "draws": ends[1], **speeds}).max(axis=1)
    out = table.assign(rank_low=all_low.astype("Int64").where(known), rank_high=all_high.astype("Int64").where(known))
    width = out["rank_high"] - out["rank_low"]
    out["stable"] = (width < rules.unstable_width(int(known.sum()))).astype("boolean").where(known)
    robust = pd.DataFrame(
        {
            "top_quarter_share": pd.array(np.round(draws.top_quarter, 6), dtype="Float64"),
            "top_5_share": pd.array(np.round(draws.top_5, 6), dtype="Float64"),
            "draw_low": ends[0],
            "draw_high": ends[1],
            **{f"rank_{name}": found for name, found in speeds.items()},
        },
        index=table.index,
    )
    shares = ["top_quarter_share", "top_5_share"]
    robust[shares] = robust[shares].where(known, pd.NA)
    return out, robust
