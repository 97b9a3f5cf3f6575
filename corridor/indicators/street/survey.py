"""The street survey laid onto segments: which answers hold where, the newest first, by side and for the whole."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor.config import SurveyItem
from corridor.errors import Notice, Text
from corridor.schemas import SURVEY_PHOTOS, SURVEY_VALUES
from corridor.streets import Segments, compass
from corridor.streets.works import COUNTED
from corridor.study import StudyArea

SIDES = ("left", "right")
WHOLE = "whole"
# A tape along a curved kerb does not end where the axis does.
SLACK_M = 5.0
Span = tuple[float, float]


@dataclass(frozen=True)
class PlacedSurvey:
    """A survey on segments.

    Attributes
    ----------
    answers : DataFrame
        Schema SURVEY_VALUES: one row a segment, item and side.
    photos : DataFrame
        Schema SURVEY_PHOTOS: which photo files show which segment.
    notices : tuple of Notice
        Answers on places that do not exist, each with file and row.
    """

    answers: pd.DataFrame
    photos: pd.DataFrame
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class _Piece:
    """One answer on one segment: where along it, on which side, how old."""

    segment_id: str
    span: Span
    side: str
    item: str
    score: float
    density: float
    date: pd.Timestamp
    photo: str | None
    synthetic: bool
    row: int


def placed(segments: Segments, study: StudyArea) -> PlacedSurvey:
    """Lay the study's survey onto its segments.

    A row belongs to its `segment_id`; else to the stretch of the corridor between its chainages; else to all
    segments of its street. Where answers to one item overlap on one side the newest holds; those of one day are
    averaged by length. A row of both sides holds for each (counts: for the whole).

    - Scores: mean over the length surveyed; of the whole, over both sides.
    - Counts: on 100 m of street; the whole is left plus right, and missing where one side is. A side is worth what
      the whole would be if both were like it.

    Parameters
    ----------
    segments : Segments
    study : StudyArea
        `survey` and the scales `config.survey.items`.

    Returns
    -------
    PlacedSurvey
    """
    entry = study.config.records.survey
    finder = _Finder(segments, "" if entry is None else entry.file)
    pieces = [piece for row in study.survey.sort_values("row").reset_index().to_dict("records") for piece in _pieces(row, finder)]  # fmt: skip
    items = study.config.survey.items
    groups: dict[tuple[str, str], list[_Piece]] = {}
    for piece in pieces:
        groups.setdefault((piece.segment_id, piece.item), []).append(piece)
    rows = [
        row for (segment_id, item), group in groups.items() for row in _values(segment_id, items[item], group, finder)
    ]
    _tell_contradictions(groups, items, finder)
    shown = {(p.segment_id, p.item, p.side, str(p.photo), p.date) for p in pieces if p.photo is not None}
    return PlacedSurvey(_value_table(rows), _photo_table(shown), tuple(finder.notices))


def asked(segments: Segments, study: StudyArea) -> gpd.GeoDataFrame:
    """Return all that `placed` looks at of segments: facts of the corridor's, and of those that the survey names."""
    table = segments.segments
    wanted = table["role"].eq("corridor") | table["street"].isin(study.survey["street"].dropna())
    wanted |= table.index.isin(study.survey["segment_id"].dropna())
    names = ["street", "role", "chainage_from_m", "chainage_to_m", "length_m", "geometry"]
    return gpd.GeoDataFrame(table.loc[wanted.fillna(False).astype(bool), names])


def as_facts(answers: pd.DataFrame, segments: Segments) -> pd.DataFrame:
    """Return what the survey counted as numbers of things on each segment, as `corridor.streets.facts` takes them.

    Parameters
    ----------
    answers : DataFrame
        Schema SURVEY_VALUES.
    segments : Segments

    Returns
    -------
    DataFrame
        `segment_id`, `side` (None: the whole), `item` (a column of facts), `value`.
    """
    rows = answers[(answers["side"] == WHOLE) & answers["item"].isin(list(COUNTED)) & answers["per_100m"].notna()]
    length = segments.segments["length_m"].reindex(rows["segment_id"]).to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "segment_id": rows["segment_id"].astype(object),
            "side": None,
            "item": rows["item"].map(COUNTED).astype(object),
            "value": rows["per_100m"].to_numpy(dtype=float) * length / 100.0,
        }
    )


class _Finder:
    """Finds the stretches a survey row speaks of, and notes those that do not exist."""

    def __init__(self, segments: Segments, file: str) -> None:
        table = segments.segments
        start = table["chainage_from_m"].fillna(0.0).to_numpy(dtype=float)
        end = table["chainage_to_m"].fillna(table["length_m"]).to_numpy(dtype=float)
        self.spans: dict[str, Span] = dict(
            zip(table.index, zip(start.tolist(), end.tolist(), strict=True), strict=True)
        )
        self.by_street: dict[str, list[str]] = {}
        for segment_id, street in zip(table.index, table["street"].astype(object), strict=True):
            if isinstance(street, str):
                self.by_street.setdefault(street, []).append(segment_id)
        corridor = table[table["role"] == "corridor"]
        self.corridor: list[str] = list(corridor.index)
        self.names: set[str] = set("、".join(corridor["street"].dropna().unique()).split("、")) - {""}
        for name in self.names & set(self.by_street):
            self.by_street[name] = [one for one in self.by_street[name] if one in set(self.corridor)]
        self.length_m = max((self.spans[one][1] for one in self.corridor), default=0.0)
        bearing = map(tuple, compass.bearings(table.geometry.to_numpy()).tolist())
        self.bearing: dict[str, tuple[float, float]] = dict(zip(table.index, bearing, strict=True))
        self.file = file
        self.notices: list[Notice] = []

    @property
    def range(self) -> Text:
        """Where the corridor runs, as a sentence."""
        if not self.corridor:
            return Text("本研究没有主线，请按街段编号填写。", "The study has no corridor; give segment ids.")
        title = "、".join(sorted(self.names))
        return Text(
            f"主线“{title}”的里程为 0–{self.length_m:,.0f} m。",
            f"The chainage of the corridor {title} runs from 0 to {self.length_m:,.0f} m.",
        )

    def find(self, row: dict[str, Any]) -> list[tuple[str, Span]]:
        """Return the segments of a row with the part of each it covers."""
        segment_id, street = row["segment_id"], row["street"]
        low, high = (float("nan") if pd.isna(row[key]) else float(row[key]) for key in ("from_m", "to_m"))
        ranged = not (np.isnan(low) or np.isnan(high))
        if np.isnan(low) != np.isnan(high):
            what = Text("起点、终点里程只填了一个。", "only one end of the stretch is given.")
            return self._lost(row, "终点里程" if np.isnan(high) else "起点里程", "", what)
        if isinstance(segment_id, str):
            return self._of_segment(row, segment_id, (min(low, high), max(low, high)) if ranged else None)
        if ranged and (not isinstance(street, str) or street in self.names):
            return self._along(row, min(low, high), max(low, high))
        if isinstance(street, str) and not ranged:
            if street in self.by_street:
                return [(one, self.spans[one]) for one in self.by_street[street]]
            return self._lost(row, "街道", street, Text(f"没有街道“{street}”。", f"there is no street {street!r}."))
        if isinstance(street, str):
            what = Text(f"“{street}”不是主线，没有里程。", f"{street!r} is not the corridor and has no chainage.")
            return self._lost(row, "街道", street, what)
        return self._lost(row, "街段编号", "", Text("没有写明在哪里。", "it does not say where."))

    def _of_segment(self, row: dict[str, Any], segment_id: str, part: Span | None) -> list[tuple[str, Span]]:
        if segment_id not in self.spans:
            what = Text(f"没有街段 {segment_id}。", f"there is no segment {segment_id}.")
            return self._lost(row, "街段编号", segment_id, what)
        whole = self.spans[segment_id]
        if part is None:
            return [(segment_id, whole)]
        cut = (max(part[0], whole[0]), min(part[1], whole[1]))
        if cut[1] <= cut[0]:
            what = Text(
                f"里程 {part[0]:,.0f}–{part[1]:,.0f} m 不在街段 {segment_id}（{whole[0]:,.0f}–{whole[1]:,.0f} m）内。",
                f"chainage {part[0]:,.0f} to {part[1]:,.0f} m is not on the segment {segment_id} "
                f"({whole[0]:,.0f} to {whole[1]:,.0f} m).",
            )
            return self._lost(row, "起点里程", f"{part[0]:g}–{part[1]:g}", what)
        return [(segment_id, cut)]

    def _along(self, row: dict[str, Any], low: float, high: float) -> list[tuple[str, Span]]:
        spans = ((one, (max(low, self.spans[one][0]), min(high, self.spans[one][1]))) for one in self.corridor)
        found = [(one, span) for one, span in spans if span[1] > span[0]]
        given = f"{low:g}–{high:g}"
        if low == high:
            what = Text(f"起点与终点里程都是 {low:,.0f} m，没有长度。", f"both ends are at {low:,.0f} m: no length.")
            return self._lost(row, "终点里程", given, what)
        if not found:
            what = Text(
                f"里程 {low:,.0f}–{high:,.0f} m 不在主线上（主线之外或中断处）。",
                f"chainage {low:,.0f} to {high:,.0f} m is not on the corridor (beyond it, or in a gap of it).",
            )
            return self._lost(row, "起点里程", given, what)
        if low < -SLACK_M or high > self.length_m + SLACK_M:
            what = Text(
                f"里程 {low:,.0f}–{high:,.0f} m 超出主线，只用主线上的部分。",
                f"chainage {low:,.0f} to {high:,.0f} m reaches beyond the corridor; the part on it is used.",
            )
            self._note(row, "survey-beyond", "终点里程", given, what)
        return found

    def side(self, row: dict[str, Any], segment_id: str) -> str | None:
        """Return left, right or both; None for a compass side that this street does not have."""
        side = row["side"]
        if not isinstance(side, str) or side in ("both", *SIDES):
            return side if isinstance(side, str) else "both"
        return compass.side_of(self.bearing[segment_id], side)

    def lost_side(self, row: dict[str, Any], segment_id: str) -> None:
        """Note a compass side that the street does not have, and those it has."""
        zh, en = compass.WORDS[row["side"]]
        has = [one for one in compass.WORDS if compass.side_of(self.bearing[segment_id], one) is not None]
        told = Text(
            "、".join(compass.WORDS[one][0] for one in has) or "左侧或右侧", ", ".join(has) or "left and right only"
        )
        what = Text(
            f"街段 {segment_id} 顺着该方向走，没有{zh}；可填：{told.zh}。",
            f"the segment {segment_id} runs that way itself and has no {en} side; it has: {told.en}.",
        )
        self._lost(row, "侧", str(row["side"]), what)

    def _lost(self, row: dict[str, Any], column: str, value: str, what: Text) -> list[tuple[str, Span]]:
        self._note(row, "survey-place", column, value, what)
        return []

    def _note(self, row: dict[str, Any], code: str, column: str, value: str, what: Text) -> None:
        zh = f"第 {row['row']} 行：{what.zh}{self.range.zh}"
        en = f"row {row['row']}: {what.en} {self.range.en}"
        action = Text("请改正该行；没有位置的答案不计入。", "Correct the row; answers without a place are not used.")
        if code == "survey-beyond":
            action = Text("请核对起点、终点里程。", "Check both ends of the stretch.")
        sheet = row.get("sheet")
        told = sheet if isinstance(sheet, str) else ""
        self.notices.append(Notice(code, "W", Text(zh, en), action, self.file, told, int(row["row"]), column, value))


def _pieces(row: dict[str, Any], finder: _Finder) -> Iterable[_Piece]:
    found = finder.find(row)
    length = sum(span[1] - span[0] for _, span in found)
    if not (pd.isna(row["from_m"]) or pd.isna(row["to_m"])):
        # What was counted was counted on the whole stretch, also where it reaches beyond.
        length = max(length, abs(float(row["to_m"]) - float(row["from_m"])))
    amount = float("nan") if pd.isna(row["amount"]) else float(row["amount"])
    out = []
    for segment_id, span in found:
        side = finder.side(row, segment_id)
        if side is None:
            finder.lost_side(row, segment_id)
            return []
        out.append(
            _Piece(
                segment_id=segment_id,
                span=span,
                side=side,
                item=row["item"],
                score=float("nan") if pd.isna(row["score"]) else float(row["score"]),
                density=100.0 * amount / length if length > 0 else float("nan"),
                date=pd.Timestamp.min if pd.isna(row["date"]) else pd.Timestamp(row["date"]),
                photo=row["photo"] if isinstance(row["photo"], str) else None,
                synthetic=bool(row["synthetic"]),
                row=int(row["row"]),
            )
        )
    return out


def _tell_contradictions(groups: dict[tuple[str, str], list[_Piece]], items: Any, finder: _Finder) -> None:
    """Note answers of one day on one place and side that differ: they are averaged, and someone should look."""
    told: set[tuple[str, tuple[int, ...]]] = set()
    for (segment_id, item), group in groups.items():
        rows = tuple(sorted({p.row for a, b in itertools.combinations(group, 2) if _contradict(a, b, items[item]) for p in (a, b)}))  # fmt: skip
        if not rows or (item, rows) in told:
            continue
        told.add((item, rows))
        listed, name = ", ".join(map(str, rows)), items[item].name
        what = Text(
            f"街段 {segment_id} 的“{name.zh}”同一天同一侧有不同答案（第 {listed.replace(', ', '、')} 行）；按长度取平均。",
            f"rows {listed} answer {name.en} on one side of segment {segment_id} differently on one day; "
            "their mean by length is used.",
        )
        action = Text("请核对，只留正确的一行。", "Check them, and keep the row that is right.")
        finder.notices.append(
            Notice("survey-contradiction", "W", what, action, finder.file, "", rows[0], "取值", listed)
        )


def _contradict(one: _Piece, other: _Piece, item: SurveyItem) -> bool:
    sides = {one.side, other.side}
    beside = len(sides) == 1 or ("both" in sides and not item.per_100_m)
    overlap = min(one.span[1], other.span[1]) - max(one.span[0], other.span[0])
    a, b = (one.density, other.density) if item.per_100_m else (one.score, other.score)
    return one.row != other.row and one.date == other.date and beside and overlap > SLACK_M and not np.isclose(a, b)


def _values(segment_id: str, item: SurveyItem, pieces: list[_Piece], finder: _Finder) -> list[dict[str, Any]]:
    """Return the rows of one segment and item: left, right, whole, as far as known."""
    start, end = finder.spans[segment_id]
    length = max(end - start, 1e-9)
    shared = () if item.per_100_m else ("both",)
    means = {side: _mean([p for p in pieces if p.side in (side, *shared)], item.per_100_m) for side in SIDES}
    known = {side: mean for side, mean in means.items() if mean is not None}
    whole = _mean([p for p in pieces if p.side == "both"], item.per_100_m)
    if item.per_100_m:
        if len(known) == len(SIDES):
            whole = (sum(m[0] for m in known.values()), min(m[1] for m in known.values()))
    elif known:
        weight = sum(m[1] for m in known.values())
        whole = (sum(m[0] * m[1] for m in known.values()) / weight, weight / len(SIDES))
    dates = [p.date for p in pieces if p.date is not pd.Timestamp.min]
    common = {
        "segment_id": segment_id,
        "item": pieces[0].item,
        "date": max(dates, default=pd.NaT),
        "synthetic": any(p.synthetic for p in pieces),
    }
    rows = []
    for side, mean in ((WHOLE, whole), *means.items()):
        if mean is None:
            continue
        value, surveyed = mean
        both_like_it = 1.0 if side == WHOLE else 2.0
        rows.append(
            common
            | {
                "side": side,
                "per_100m": value if item.per_100_m else float("nan"),
                "score": item.score(both_like_it * value) if item.per_100_m else value,
                "covered_share": min(surveyed / length, 1.0),
            }
        )
    return rows


def _mean(pieces: list[_Piece], counted: bool) -> tuple[float, float] | None:
    """Return (mean by length, metres surveyed) of one side's answers; older ones only where no newer one holds."""
    total = weight = 0.0
    taken: list[Span] = []
    for date in sorted({p.date for p in pieces}, reverse=True):
        same_day = [p for p in pieces if p.date == date]
        for piece in same_day:
            free = _free(piece.span, taken)
            total += (piece.density if counted else piece.score) * free
            weight += free
        taken += [p.span for p in same_day]
    if weight <= 0:
        return None
    return total / weight, _length(taken)


def _length(spans: list[Span]) -> float:
    """Return the metres that spans cover together."""
    total, reached = 0.0, float("-inf")
    for low, high in sorted(spans):
        total += max(high - max(low, reached), 0.0)
        reached = max(reached, high)
    return total


def _free(span: Span, taken: list[Span]) -> float:
    """Return the metres of a span that others leave."""
    inside = [(max(low, span[0]), min(high, span[1])) for low, high in taken if high > span[0] and low < span[1]]
    return span[1] - span[0] - _length(inside)


def _value_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    names = [column.name for column in SURVEY_VALUES.columns]
    table = pd.DataFrame(rows, columns=names).sort_values(["segment_id", "item", "side"], ignore_index=True)
    types = dict.fromkeys(("segment_id", "item", "side"), "string")
    types |= dict.fromkeys(("per_100m", "score", "covered_share"), "Float64")
    table["date"] = pd.to_datetime(table["date"]).astype("datetime64[s]")
    return table.astype({**types, "synthetic": "bool"})


def _photo_table(shown: set[tuple[str, str, str, str, pd.Timestamp]]) -> pd.DataFrame:
    names = [column.name for column in SURVEY_PHOTOS.columns]
    table = pd.DataFrame(sorted(shown, key=lambda row: tuple(map(str, row))), columns=names)
    date = pd.to_datetime(table["date"]).astype("datetime64[s]")
    table["date"] = date.where(table["date"] != pd.Timestamp.min)
    return table.astype(dict.fromkeys(("segment_id", "item", "side", "photo"), "string"))
