"""What a map shows of a street study: segments by priority, what each score is made of, measures, photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor.maps.layers import wgs84
from corridor.maps.pack import Grid, encode, encode_text, whole
from corridor.maps.photos import thumbnails
from corridor.ranking import CLASSES, PARTS
from corridor.schemas import significant, unit_digits
from corridor.streets import compass
from corridor.streets.names import names

if TYPE_CHECKING:
    from corridor.errors import Notice
    from corridor.evaluation import StreetStudy

Section = dict[str, Any]
ROLES = ("corridor", "side", "other")
BASES = ("mapped", "survey", "estimate", "synthetic")
# Scores and points are packed in thousandths, as the ranking reckons them.
FINE = 1000
# Between the names of several streets that cross at one place (`corridor.streets`).
_AND = "、"


def section(found: StreetStudy, grid: Grid) -> tuple[Section, tuple[Notice, ...]]:
    """Return what `assets/streets.js` draws of a street study, and what became of its photos.

    Parameters
    ----------
    found : StreetStudy
    grid : Grid
        The map's drawing grid.

    Returns
    -------
    section : dict
        Columns of the compared segments in one order: the corridor from its start, then the others by id. Numbers that
        may be missing are stored one higher, with 0 for missing.
    notices : tuple of Notice
    """
    table = ordered(found)
    photos, notices = _photos(found, table.index)
    codes = [code for code in found.indicators.index if code in found.values]  # noqa: PD011
    return (
        {
            "weights": {part: float(weight) for part, weight in found.rules.parts.items()},
            "classWords": {lang: [words.in_(lang) for words in CLASSES] for lang in ("zh", "en")},
            "draws": int(found.draws),
            "interval": float(found.rules.interval),
            "unstable": found.rules.unstable_width(int(found.ranking["rank"].notna().sum())),
            "leastData": float(found.rules.least_data),
            "leastWeight": float(found.rules.least_weight),
            "leastLength": float(found.rules.least_length_m),
            "indicators": [_indicator(found.indicators.loc[code], code) for code in codes],
            "segments": _segments(found, table, grid),
            **_columns(found, table.index, codes),
            "measures": _measures(found, table.index),
            "photos": photos,
        },
        notices,
    )


def ordered(found: StreetStudy) -> pd.DataFrame:
    """Return the compared segments with their ranking: the corridor from its start, then the others by id."""
    frame = found.segments.segments.loc[found.compared]
    table = frame.join(found.ranking).sort_index()
    return table.sort_values("order", kind="stable", na_position="last")


def _segments(found: StreetStudy, table: pd.DataFrame, grid: Grid) -> Section:
    role = table["role"].map({name: n for n, name in enumerate(ROLES)}).to_numpy(dtype=np.int64)
    # As objects: a column without any known value keeps its type under `map`, and takes no number.
    stable = table["stable"].astype(object).map({True: 1, False: 2}).astype("Int64").fillna(0).to_numpy(dtype=np.int64)
    both = found.study.streets.dropna(subset=["name", "name_en"]).sort_values(["name", "name_en"])
    english = dict(zip(both["name"], both["name_en"], strict=True))
    shapes = wgs84(found.segments.segments.geometry.loc[table.index]).to_list()
    named = {lang: names(found.segments.segments, lang, found.compared) for lang in ("zh", "en")}
    return {
        "count": len(table),
        **grid.shapes(shapes),
        "id": encode_text(table.index.astype(str).tolist()),
        "title": [encode_text([*mine.titles(table.index).values()]) for mine in named.values()],
        "corners": [encode_text([mine.corners(one) for one in table.index]) for mine in named.values()],
        **{end: _crossing(table[f"{end}_street"], english) for end in ("from", "to")},
        "role": encode(role),
        "stable": encode(stable),
        "length": encode(_whole(table["length_m"], 10)),
        "chainage": [encode(_whole(table[f"chainage_{end}_m"], 10)) for end in ("from", "to")],
        "parts": [encode(_whole(table[part], FINE)) for part in PARTS],
        "score": encode(_whole(table["score"], FINE)),
        "known": encode(_whole(table["known_share"], 100)),
        **{
            name: encode(_whole(table[name], 1)) for name in ("order", "rank", "rank_low", "rank_high", "rank_corridor")
        },
    }


def _compass(left: str, side: str) -> str:
    """Return the compass side of a photo's side; "" for both, and on rings."""
    if not left or side not in ("left", "right"):
        return ""
    return left if side == "left" else compass.OPPOSITE[left]


def _crossing(column: pd.Series, english: dict[str, str]) -> list[str]:
    """Return the names of crossing streets in Chinese and English, each of several by its own name."""
    names = [text.split(_AND) if text else [] for text in column.astype("string").fillna("")]
    return [
        encode_text([_AND.join(mine) for mine in names]),
        encode_text([", ".join(english.get(name, name) for name in mine) for mine in names]),
    ]


def _whole(column: pd.Series, factor: int) -> NDArray[np.int64]:
    values = column.astype("Float64").to_numpy(dtype=float, na_value=np.nan) * factor
    return np.where(np.isnan(values), 0, whole(np.nan_to_num(values)) + 1)


def _indicator(row: pd.Series, code: str) -> Section:
    def number(name: str) -> float | None:
        return None if pd.isna(row[name]) else float(row[name])

    def words(name: str) -> dict[str, str]:
        return {lang: "" if pd.isna(row[f"{name}_{lang}"]) else str(row[f"{name}_{lang}"]) for lang in ("zh", "en")}

    unit = "" if pd.isna(row["unit"]) else str(row["unit"])
    return {
        "code": code,
        "name": {"zh": str(row["zh"]), "en": str(row["en"])},
        "unit": unit,
        "digits": unit_digits(unit, code),
        "part": None if pd.isna(row["part"]) else str(row["part"]),
        "weight": float(row["weight"]),
        "at": [number("at_0"), number("at_100")],
        "share": number("data_share"),
        "ranked": bool(row["ranked"]),
        "formula": words("formula"),
        "source": words("source"),
        "grade": str(row["grade"]),
    }


def _columns(found: StreetStudy, index: pd.Index, codes: list[str]) -> Section:
    """Return values with what they rest on, scores and points, a section an indicator.

    `basis` is 0 where there is no value. Scores and points come from the study's own table of contributions.
    """
    scored = _scored(found, index)
    none = np.zeros(len(index), np.int64)
    out: Section = {"values": [], "decimals": [], "basis": [], "scores": [], "points": []}
    number = {name: n for n, name in enumerate(BASES, start=1)}
    all_values, all_basis = found.values.reindex(index), found.basis.reindex(index)  # noqa: PD011  (a table)
    for code in codes:
        values = all_values[code].to_numpy(dtype=float, na_value=np.nan)
        basis = np.array([number.get(one, 0) for one in all_basis[code].tolist()], dtype=np.int64)
        known = ~np.isnan(values)
        # As they are told, so that the map shows the figure of the report: shares in percent, estimates to three digits.
        unit = str(found.indicators.at[code, "unit"])
        decimals = unit_digits(unit, code) + (2 if unit == "share" else 0)
        if unit == "persons":
            values = np.array([significant(value) for value in values.tolist()])
        scores, points = scored.get(code, (none, none))
        out["values"].append(encode(whole(np.nan_to_num(values), 10**decimals)))
        out["decimals"].append(decimals)
        out["basis"].append(encode(np.where(known, basis, 0)))
        out["scores"].append(encode(scores))
        out["points"].append(encode(points))
    return out


def _scored(found: StreetStudy, index: pd.Index) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return scores and points as `_whole` packs them, by code, on the segments' positions."""
    table = found.contributions
    row, (code, codes) = index.get_indexer(table["segment_id"]), pd.factorize(table["code"])
    out = np.zeros((2, len(codes), len(index)), np.int64)
    kept = row >= 0
    for which, name in enumerate(("score", "points")):
        out[which, code[kept], row[kept]] = _whole(table[name], FINE)[kept]
    return {str(one): (out[0, n], out[1, n]) for n, one in enumerate(codes)}


def _measures(found: StreetStudy, index: pd.Index) -> Section:
    """Return the measures by segment, the first first."""
    place = pd.Series(np.arange(len(index)), index=index)
    rows = found.measures[found.measures["segment_id"].isin(index)]
    rows = rows.assign(segment=rows["segment_id"].map(place)).sort_values(["segment", "priority"], kind="stable")
    return {
        "segment": encode(rows["segment"].to_numpy(dtype=np.int64)),
        **{name: encode_text(rows[name].astype(str).tolist()) for name in ("zh", "en", "because", "edit")},
    }


def _photos(found: StreetStudy, index: pd.Index) -> tuple[Section, tuple[Notice, ...]]:
    """Return the survey's photos as thumbnails, and which segment, item and side each shows."""
    config = found.study.config
    entry, rows = config.records.survey, found.survey.photos
    rows = rows[rows["segment_id"].isin(index)]
    if entry is None or rows.empty:
        return {"files": [], "rows": []}, ()
    uris, notices = thumbnails(config.resolve(entry.file).parent, rows["photo"].astype(str))
    files = {name: n for n, name in enumerate(uris)}
    place = {key: n for n, key in enumerate(index)}
    items = config.survey.items
    lines = found.segments.segments.geometry.loc[index].to_numpy()
    left = dict(zip(index, compass.left_of(lines), strict=True))
    shown = [
        {
            "segment": place[row.segment_id],
            "item": {"zh": items[row.item].name.zh, "en": items[row.item].name.en},
            "side": str(row.side),
            "compass": _compass(left[row.segment_id], str(row.side)),
            "date": "" if pd.isna(row.date) else row.date.strftime("%Y-%m-%d"),
            "file": files[row.photo],
        }
        for row in rows.itertuples()
        if row.photo in files
    ]
    return {"files": list(uris.values()), "rows": shown}, notices
