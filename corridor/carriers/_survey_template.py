"""The workbook a surveyor takes along: a row for every segment, side and item, with the answers to choose from."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from corridor.carriers._notes import fault, letters
from corridor.carriers._template import _list_sheet, _Lists, _replace, _timeless, fit_to_paper
from corridor.carriers._vocabulary import vocabulary
from corridor.config import SurveyItem
from corridor.errors import Text

SCALES = "项目与标尺"
PLACES = "街段"
_COLUMNS = ("segment_id", "street", "from_m", "to_m", "side", "item", "value", "unit", "date", "photo", "surveyor")
_WIDTHS = (18, 14, 12, 12, 8, 12, 14, 8, 14, 22, 12)
_SIDES = ("左侧", "右侧")
_SPARE_ROWS = 500
# More than this nobody walks with a sheet in hand: without a corridor a city has hundreds of thousands.
MOST_ROWS = 20_000
_NOTE = "里程自起点量起，沿里程方向左手为左侧。起止里程只填部分街段时改写；照片放在本文件旁边；调查员只填代号。"


def write_survey_template(path: str | Path, segments: pd.DataFrame, items: Mapping[str, SurveyItem]) -> Path:
    """Write the survey workbook of a study's own segments and return its path.

    The first sheet holds a row for every segment of the corridor, each side, each item, answers left blank; lists of
    answers where the item has words, limits where it has numbers. Further rows may be added below. It reads back as
    the table `survey`: rows left blank are counted as not filled in.

    Parameters
    ----------
    path : path
        Ends in .xlsx; an existing file is replaced.
    segments : DataFrame
        Schema SEGMENTS. Without a corridor all segments get rows.
    items : dict of code to SurveyItem

    Raises
    ------
    RecordError
        The name does not end in .xlsx, its folder is missing or cannot be written, or there would be more than 20,000 rows.
    """
    from openpyxl import Workbook

    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise fault(
            target.name, "文件名应以 .xlsx 结尾。", "the name must end in .xlsx.", "请改用 .xlsx。", "Use a name ending in .xlsx."
        )  # fmt: skip
    corridor = segments[segments["role"] == "corridor"]
    rows = corridor if len(corridor) else segments
    count = len(rows) * len(_SIDES) * len(items)
    if count > MOST_ROWS:
        raise fault(
            target.name, f"{len(rows):,}个街段将有{count:,}行，超过{MOST_ROWS:,}行。",
            f"{len(rows):,} segments would make {count:,} rows, more than {MOST_ROWS:,}.",
            "在 study.yaml 的 corridor 中写明要调查的街道。", "Name the street to survey under corridor in study.yaml.",
        )  # fmt: skip
    book, lists = Workbook(), _Lists()
    _form(book.active, rows, items, lists)
    _scales(book.create_sheet(SCALES), items)
    _places(book.create_sheet(PLACES), segments)
    _list_sheet(book.create_sheet("词表"), lists)
    out = io.BytesIO()
    book.save(out)
    try:
        _replace(target, _timeless(out.getvalue()))
    except OSError as error:
        raise fault(
            target.name, f"无法写入 {target.parent}：{error.strerror}", f"cannot write into {target.parent}: {error.strerror}",
            "请检查文件夹是否存在、可写，以及文件是否正被打开。", "Check that the folder exists and can be written, and that the file is not open.",
        ) from None  # fmt: skip
    return target


def _form(sheet: Any, rows: pd.DataFrame, items: Mapping[str, SurveyItem], lists: _Lists) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    words = vocabulary()
    table = words.tables["survey"]
    sheet.title = table.label.zh
    _head(
        sheet,
        [table.columns[name].label.zh + ("（米）" if name in ("from_m", "to_m") else "") for name in _COLUMNS],
        _WIDTHS,
    )
    sheet["A1"].comment = _comment(_NOTE)
    answers: dict[str, list[str]] = {}
    for segment_id, row in zip(rows.index, rows.to_dict("records"), strict=True):
        for key, item in items.items():
            for side in _SIDES:
                at = sheet.max_row + 1
                place = [row["street"], row["chainage_from_m"], row["chainage_to_m"]]
                sheet.append([segment_id, *(None if pd.isna(v) else v for v in place), side, item.name.zh, None, item.unit.zh or None])  # fmt: skip
                answers.setdefault(key, []).append(f"G{at}")
    last = sheet.max_row + _SPARE_ROWS
    for letter, choices in (
        ("A", tuple(rows.index)),
        ("E", words.listed["survey_side"]),
        ("F", tuple(item.name.zh for item in items.values())),
    ):
        rule = DataValidation(type="list", formula1=lists.reference(choices), allow_blank=True)
        rule.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(rule)
    for key, cells in answers.items():
        rule = _rule(items[key], lists)
        for cell in cells:
            rule.add(cell)
        sheet.add_data_validation(rule)
    sheet.auto_filter.ref = f"A1:{letters(len(_COLUMNS) - 1)}{sheet.max_row}"
    for number in range(2, sheet.max_row + 1):
        sheet[f"I{number}"].number_format = "yyyy-mm-dd"
    sheet.column_dimensions["I"].number_format = "yyyy-mm-dd"


def _rule(item: SurveyItem, lists: _Lists) -> Any:
    """Return what may stand in the answer's cell: one of the words, or a number on the scale."""
    from openpyxl.worksheet.datavalidation import DataValidation

    if item.words:
        return DataValidation(type="list", formula1=lists.reference(tuple(item.words)), allow_blank=True)
    assert item.worst is not None and item.best is not None  # noqa: S101  (no words: the model has both)
    if item.per_100_m:
        rule = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    else:
        low, high = sorted((item.worst, item.best))
        rule = DataValidation(
            type="decimal", operator="between", formula1=f"{low:g}", formula2=f"{high:g}", allow_blank=True
        )
    rule.errorTitle, rule.error = item.name.zh, scale(item).zh
    return rule


def scale(item: SurveyItem) -> Text:
    """Return the scale of an item as a sentence."""
    if item.words:
        listed_ = [f"{word}={score:g}" for word, score in item.words.items()]
        return Text("、".join(listed_), ", ".join(listed_))
    zh, en = ("每百米", " on 100 m") if item.per_100_m else ("", "")
    return Text(
        f"{zh}{item.worst:g}{item.unit.zh}=0，{zh}{item.best:g}{item.unit.zh}=100",
        f"{item.worst:g} {item.unit.en}{en} = 0, {item.best:g} {item.unit.en}{en} = 100",
    )


def _scales(sheet: Any, items: Mapping[str, SurveyItem]) -> None:
    _head(sheet, ["调查项目名", "英文名", "计量", "标尺与得分", "观察要点", "也可写作"], (14, 18, 8, 46, 46, 30))
    for item in items.values():
        sheet.append([item.name.zh, item.name.en, item.unit.zh, scale(item).zh, item.meaning.zh, "、".join(item.names)])


def _places(sheet: Any, segments: pd.DataFrame) -> None:
    _head(
        sheet,
        ["街段号", "街道名", "位置", "次序", "自（米）", "至（米）", "自何路", "至何路", "长（米）"],
        (18, 16, 8, 6, 10, 10, 18, 18, 10),
    )
    role = {"corridor": "主线", "side": "支路", "other": "其他"}
    named = segments[segments["street"].notna() & (segments["role"] != "other")]
    for segment_id, row in zip(named.index, named.to_dict("records"), strict=True):
        values = [row[name] for name in ("order", "chainage_from_m", "chainage_to_m", "from_street", "to_street", "length_m")]  # fmt: skip
        sheet.append([segment_id, row["street"], role[row["role"]], *(None if pd.isna(v) else v for v in values)])


def _head(sheet: Any, titles: list[str], widths: tuple[int, ...]) -> None:
    from openpyxl.styles import Font, PatternFill

    sheet.append(titles)
    for position, width in enumerate(widths):
        cell = sheet[f"{letters(position)}1"]
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFEDEDED")
        sheet.column_dimensions[letters(position)].width = width
    sheet.freeze_panes = "A2"
    fit_to_paper(sheet, "A4")


def _comment(text: str) -> Any:
    from openpyxl.comments import Comment

    return Comment(text, "corridor", height=120, width=320)
