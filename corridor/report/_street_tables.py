"""`streets.xlsx`: ranking, what it is made of, values and what they rest on, measures, survey, open space."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridor import schemas
from corridor.crs import to_wgs84
from corridor.errors import Text
from corridor.evaluation import notice_table
from corridor.report import _words
from corridor.report._files import write_bytes
from corridor.report._workbook import dictionary_sheet, table_sheet
from corridor.report._xlsx import Sheet, workbook_bytes
from corridor.streets import compass
from corridor.streets.names import names

if TYPE_CHECKING:
    import geopandas as gpd

    from corridor.evaluation import StreetStudy

FILE = "streets.xlsx"
# So fine that scores can be reckoned again from the sheets.
_FINE = 6
_DEGREES = 6
_UNITLESS = {"share", "count", "ratio", "class", "kinds"}

# A segment told from others, and its ranks beside it.
_ABOUT = ("street", "role", "order", "chainage_from_m", "chainage_to_m", "from_street", "to_street", "length_m")
_TITLES = (
    schemas.Column("title_zh", "string", "", "街段", "segment, as maps and reports call it, in Chinese"),
    schemas.Column("title_en", "string", "", "街段（英文）", "segment, as maps and reports call it, in English"),
)
RANKED = replace(
    schemas.STREET_RANKING,
    columns=(*_TITLES, *(schemas.SEGMENTS[name] for name in _ABOUT), *schemas.STREET_RANKING.columns),
)
GATES = replace(
    schemas.OPEN_SPACE_GATES,
    columns=(
        *schemas.OPEN_SPACE_GATES.columns,
        schemas.Column("lon", "float", "°", "经度（WGS84）", "longitude in WGS84"),
        schemas.Column("lat", "float", "°", "纬度（WGS84）", "latitude in WGS84"),
    ),
)
_SHEETS: dict[str, schemas.Table] = {
    "排序 ranking": RANKED,
    "得分构成 contributions": schemas.STREET_CONTRIBUTIONS,
    "指标说明 indicators": schemas.STREET_INDICATORS,
    "措施 measures": schemas.STREET_MEASURES,
    "稳定性 robustness": schemas.STREET_ROBUSTNESS,
    "调查 survey": schemas.SURVEY_VALUES,
    "照片 photos": schemas.SURVEY_PHOTOS,
    "公共空间覆盖 coverage": schemas.OPEN_SPACE_COVERAGE,
    "未覆盖街道 left_out_streets": schemas.OPEN_SPACE_STREETS,
    "未覆盖街段 left_out": schemas.OPEN_SPACE_LEFT_OUT,
    "增开的门 gates": GATES,
    "建筑公共空间 buildings": schemas.OPEN_SPACE_BUILDINGS,
    "提示 notices": schemas.NOTICES,
}


def write_workbook(streets: StreetStudy, path: Path) -> Path:
    """Write all sheets to `path`, whole or not at all. Raises `StudyError` when that is impossible."""
    return write_bytes(path, workbook_bytes(sheets(streets)))


def sheets(streets: StreetStudy) -> list[Sheet]:
    """Return the sheets in order."""
    frames = _frames(streets)
    fine = {"得分构成 contributions", "排序 ranking", "指标说明 indicators"}
    made = {
        name: table_sheet(name, table, frames[name], decimals=_FINE if name in fine else None)
        for name, table in _SHEETS.items()
    }
    first = ("排序 ranking", "得分构成 contributions")
    known = streets.values.loc[streets.compared]  # noqa: PD011  (a table)
    wide = [
        _wide(streets, "指标值 values", known, None),
        _wide(streets, "依据 basis", streets.basis.loc[streets.compared], "basis"),
    ]
    return [
        _note(streets),
        *(made[name] for name in first),
        *wide,
        *(sheet for name, sheet in made.items() if name not in first),
        dictionary_sheet(list(_SHEETS.values()), {table.name: f"{FILE}: {name}" for name, table in _SHEETS.items()}),
    ]


def ranked_segments(streets: StreetStudy) -> pd.DataFrame:
    """Return the compared segments with their ranks, the first rank first, those without a rank last."""
    table = streets.segments.segments.drop(columns="geometry").join(streets.ranking).loc[streets.compared]
    order = pd.DataFrame({"rank": table["rank"].astype("Float64").fillna(float("inf")), "id": table.index}, table.index)
    return pd.DataFrame(table.loc[order.sort_values(["rank", "id"]).index])


def titled(streets: StreetStudy, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table on segments with what each is called in both languages."""
    return frame.assign(**{f"title_{lang}": _titles(streets, frame.index, lang) for lang in ("zh", "en")})


def _titles(streets: StreetStudy, index: pd.Index, lang: str) -> list[str]:
    return [*names(streets.segments.segments, lang, streets.compared).titles(index).values()]


def _frames(streets: StreetStudy) -> dict[str, pd.DataFrame]:
    space = streets.open_space
    return {
        "排序 ranking": titled(streets, ranked_segments(streets)),
        "得分构成 contributions": streets.contributions,
        "指标说明 indicators": streets.indicators,
        "措施 measures": streets.measures,
        "稳定性 robustness": streets.robustness.reindex(columns=[c.name for c in schemas.STREET_ROBUSTNESS.columns]),
        "调查 survey": streets.survey.answers,
        "照片 photos": streets.survey.photos,
        "公共空间覆盖 coverage": space["coverage"],
        "未覆盖街道 left_out_streets": space["streets"],
        "未覆盖街段 left_out": space["left_out"],
        "增开的门 gates": _placed(space["gates"]),
        "建筑公共空间 buildings": space["buildings"],
        "提示 notices": notice_table(streets.all_notices),
    }


def _placed(gates: gpd.GeoDataFrame) -> pd.DataFrame:
    """Add longitude and latitude: what a workbook can hold of a point."""
    spots = to_wgs84(gates.geometry, "gates")
    return pd.DataFrame(gates).assign(lon=spots.x.round(_DEGREES), lat=spots.y.round(_DEGREES))


def headings(codes: Iterable[str], indicators: pd.DataFrame) -> dict[str, Text]:
    """Return what the columns of indicators are called, with side and unit."""
    about = indicators[["zh", "en", "unit"]].to_dict("index")
    return {code: _heading(code, about[code.partition(".")[0]]) for code in codes}


def _heading(code: str, row: dict[Hashable, Any]) -> Text:
    side, unit = code.partition(".")[2], row["unit"]
    zh, en = f"{row['zh']}", f"{row['en']}"
    if side:
        zh, en = f"{zh}（{'左侧' if side == 'left' else '右侧'}）", f"{en}, {side}"
    words = schemas.unit_words(unit)
    return Text(
        zh if unit in ("", "share", "ratio") else f"{zh}（{words.zh}）",
        en if unit in _UNITLESS else f"{en} ({words.en})",
    )


def _wide(streets: StreetStudy, name: str, frame: pd.DataFrame, words: str | None) -> Sheet:
    """Lay values or bases out, a row a segment and a column an indicator, and say which compass side is left."""
    indicators, compared = streets.indicators, streets.segments.segments.loc[frame.index]
    head = [
        "街段编号\nsegment_id",
        "街段\ntitle",
        "左侧是\nleft_is",
        *(f"{text.zh}\n{code}" for code, text in headings(frame.columns, indicators).items()),
    ]
    sides = [" ".join(compass.WORDS[one]) if one else None for one in compass.left_of(compared.geometry.to_numpy())]
    columns: list[list[Any]] = [frame.index.tolist(), _titles(streets, frame.index, "zh"), sides]
    for code in frame.columns:
        cells = frame[code].tolist()
        if words is not None:
            known = {one: _words.readable("street_basis", words, one) for one in set(frame[code].dropna())}
            cells = [known.get(cell, cell) if isinstance(cell, str) else cell for cell in cells]
        columns.append(cells)
    return Sheet(name, head, list(zip(*columns, strict=True)))


def _note(streets: StreetStudy) -> Sheet:
    """Say what was ranked, how, and what the numbers rest on."""
    rules, study = streets.rules, streets.study
    rows: list[tuple[Any, ...]] = [("名称 name", study.config.name.zh, study.config.name.en)]
    if study.config.schematic:
        rows.append(("示意样本 schematic sample", study.config.schematic.zh, study.config.schematic.en))
    parts = {"need": "需求", "potential": "潜力", "feasibility": "可行性"}
    zh = "＋".join(f"{rules.parts[part]:g}×{parts[part]}" for part in parts)  # type: ignore[index]
    en = " + ".join(f"{rules.parts[part]:g} × {part}" for part in parts)  # type: ignore[index]
    total = sum(rules.parts.values())
    scored = streets.ranking["rank"].notna().sum()
    rows += [
        ("街段 segments", len(streets.compared), f"{scored:,} 个有名次 ranked"),
        *(
            (f"{parts[part]}的权重 weight of {part}", rules.parts[part], None)  # type: ignore[index]
            for part in parts
        ),
        ("得分 score", f"（{zh}）÷{total:g}", f"({en}) ÷ {total:g}"),
        (
            "部分 part",
            "Σ权重×指标得分÷Σ权重，只算该街段已知且参与排序的指标，逐级保留三位小数",
            "Σ weight × score ÷ Σ weight over the ranked indicators known on the segment, rounded to 3 decimals",
        ),
        (
            "指标得分 score of an indicator",
            "（值－at_0）÷（at_100－at_0）×100，限于0–100，保留三位小数",
            "(value − at_0) ÷ (at_100 − at_0) × 100, within 0–100, rounded to 3 decimals",
        ),
        (
            "名次区间 interval of ranks",
            f"权重在1±{rules.spread:g}倍间抽样{streets.draws:,}次（种子{rules.seed}），取中间{rules.interval:.0%}，并含步速高低两端的名次",
            f"{streets.draws:,} draws of weights × 1 ± {rules.spread:g} (seed {rules.seed}), the middle {rules.interval:.0%}, "
            "with the ranks at both ends of the speed band",
        ),
        (
            "不参与排序 not ranked on",
            f"有数据的街段不足{rules.least_data:.0%}的指标；某部分已知权重不足{rules.least_weight:.0%}或短于{rules.least_length_m:g} m的街段",
            f"indicators with data on less than {rules.least_data:.0%}; segments with less than {rules.least_weight:.0%} of a "
            f"part's weight known or shorter than {rules.least_length_m:g} m",
        ),
        (
            "左、右 left, right",
            "沿里程（街段走向）的左、右；“左侧是”列写明方位",
            "as the chainage or the segment runs; the column left_is names the compass side",
        ),
        ("缺失 missing", "缺失留空，不作0计", "missing is empty, never 0"),
        ("许可 licence", "© OpenStreetMap contributors, ODbL 1.0", None),
    ]
    return Sheet("说明 note", ("项目 item", "内容", "content"), rows)
