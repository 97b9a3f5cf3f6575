"""What a table is: columns with unit, meaning and rule, and the check of a frame against them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from corridor.errors import Problem, StudyError, Text

if TYPE_CHECKING:
    import geopandas as gpd

Dtype = Literal["string", "bool", "int", "float", "date", "list", "point", "line", "polygon", "area_or_line"]
_POINT, _LINES, _POLYGONS = {0}, {1, 5}, {3, 6}
# Geometry types by shapely's numbers.
GEOMETRY: dict[str, set[int]] = {
    "point": _POINT, "line": _LINES, "polygon": _POLYGONS, "area_or_line": _LINES | _POLYGONS,
}  # fmt: skip
_DTYPE_ZH = {
    "string": "文本", "bool": "是否", "int": "整数", "float": "数字", "date": "日期", "list": "列表",
    "point": "点", "line": "线", "polygon": "面", "area_or_line": "面或线",
}  # fmt: skip
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """What values are allowed: one of `values`, or numbers from `low` to `high` (both included)."""

    values: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.values:
            return " | ".join(map(str, self.values))
        low = "" if self.low is None else f"{self.low:g} ≤ "
        high = "" if self.high is None else f" ≤ {self.high:g}"
        return f"{low}x{high}"

    def holds(self, values: pd.Series) -> pd.Series:
        """Return which of the values, none of them missing, are allowed."""
        if self.values:
            return values.isin(self.values)
        good = pd.Series(True, index=values.index)
        if self.low is not None:
            good &= values.astype(float) >= self.low
        if self.high is not None:
            good &= values.astype(float) <= self.high
        return good


SHARE = Rule(low=0, high=1)
SCORE = Rule(low=0, high=100)
COUNT = Rule(low=0)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, type, unit, meaning in Chinese and English, whether values may be missing, and the rule."""

    name: str
    dtype: Dtype
    unit: str
    zh: str
    en: str
    nullable: bool = False
    rule: Rule | None = None

    @property
    def label(self) -> Text:
        """Meaning with the unit, as a heading of a table or a map."""
        unit = {"share": "", "": ""}.get(self.unit, self.unit)
        return Text(f"{self.zh}（{unit}）", f"{self.en} ({unit})") if unit else Text(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, meaning, columns, and the column that is its index (None: rows are numbered)."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    index: Column | None = None

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The columns, the index first."""
        return self.columns if self.index is None else (self.index, *self.columns)

    def __getitem__(self, name: str) -> Column:
        found = {column.name: column for column in self.all_columns}
        return found[name]

    def label(self, name: str) -> Text:
        """Return the heading of a column."""
        return self[name].label

    def check(self, frame: pd.DataFrame | gpd.GeoDataFrame, *, crs: Any = None) -> None:
        """Check a frame against the table; further columns are allowed.

        Parameters
        ----------
        frame : DataFrame or GeoDataFrame
        crs : anything pyproj understands, optional
            What the geometry has to be in. Without it any declared system will do.

        Raises
        ------
        StudyError
            With every fault: the coordinate system first, then index, missing columns, types, missing values and
            rules, each with the first rows concerned and how many there are.
        """
        problems = [*self._crs_problems(frame, crs), *self._index_problems(frame), *self._column_problems(frame)]
        if problems:
            raise StudyError(problems)

    def _crs_problems(self, frame: Any, crs: Any) -> list[Problem]:
        import pyproj

        if not any(column.dtype in GEOMETRY for column in self.columns) or "geometry" not in frame:
            return []
        found = getattr(frame, "crs", None)
        if found is None:
            return [Problem(self.name, Text("没有声明坐标系。", "no coordinate system is declared."))]
        if crs is not None and pyproj.CRS(crs) != found:
            wanted = pyproj.CRS(crs).to_string()
            what = Text(
                f"坐标系是 {found.to_string()}，应为 {wanted}。", f"is in {found.to_string()}, not in {wanted}."
            )
            return [Problem(self.name, what)]
        return []

    def _index_problems(self, frame: pd.DataFrame) -> list[Problem]:
        if self.index is None:
            return []
        where = f"{self.name}.{self.index.name}"
        problems = []
        if frame.index.name != self.index.name:
            what = Text(f"索引名是“{frame.index.name}”。", f"the index is named {frame.index.name!r}.")
            problems.append(Problem(where, what))
        twice = frame.index[frame.index.duplicated()].unique()
        if len(twice):
            problems.append(
                Problem(where, Text(f"索引重复：{_listed(twice)}。", f"repeated in the index: {_listed(twice)}."))
            )
        return problems

    def _column_problems(self, frame: pd.DataFrame) -> list[Problem]:
        import pandera.pandas as pa

        checks = {column.name: _pandera_column(pa, column) for column in self.columns}
        try:
            # Positions instead of labels: repeated labels are told above, and must not hide other faults.
            pa.DataFrameSchema(checks).validate(pd.DataFrame(frame).reset_index(drop=True), lazy=True)
        except pa.errors.SchemaErrors as errors:
            return [self._told(frame, error) for error in errors.schema_errors]
        return []

    def _told(self, frame: pd.DataFrame, error: Any) -> Problem:
        if error.reason_code.name == "COLUMN_NOT_IN_DATAFRAME":
            name = str(error.failure_cases)
            return Problem(f"{self.name}.{name}", Text("缺少该列。", "the column is missing."))
        column = self[error.schema.name]
        where = f"{self.name}.{column.name}"
        if error.check is not None and getattr(error.check, "name", "") == "type":
            found = frame[column.name].dtype
            return Problem(
                where, Text(f"应为{_DTYPE_ZH[column.dtype]}，实际是 {found}。", f"must be {column.dtype}, not {found}.")
            )
        rows = np.unique(pd.Series(error.failure_cases["index"]).dropna().to_numpy(dtype=np.int64))
        labels = _listed(frame.index[rows])
        if error.reason_code.name == "SERIES_CONTAINS_NULLS":
            return Problem(where, Text(f"{len(rows)} 行缺值：{labels}。", f"{len(rows)} rows have no value: {labels}."))
        values = _listed(pd.unique(frame[column.name].iloc[rows]))
        what = Text(
            f"{len(rows)} 行不合规则（{column.rule}）：{values}；行 {labels}。",
            f"{len(rows)} rows break the rule ({column.rule}): {values}; rows {labels}.",
        )
        return Problem(where, what)


def _listed(values: Iterable[Any]) -> str:
    items = [str(value)[:60] for value in values]
    return ", ".join(items[:_SHOWN]) + (" …" if len(items) > _SHOWN else "")


def _pandera_column(pa: Any, column: Column) -> Any:
    checks = [pa.Check(lambda values: _is_type(values, column.dtype), name="type", ignore_na=False)]
    if column.rule is not None:
        checks.append(pa.Check(_rule_check(column), name="rule", ignore_na=False))
    return pa.Column(None, checks=checks, nullable=column.nullable, required=True)


def _rule_check(column: Column) -> Callable[[pd.Series], pd.Series]:
    rule = column.rule

    def check(values: pd.Series) -> pd.Series:
        good = pd.Series(True, index=values.index)
        known = values[values.notna()]
        if rule is not None and _is_type(values, column.dtype):
            good.loc[known.index] = rule.holds(known).astype(bool)
        return good

    return check


def _is_type(values: pd.Series, dtype: Dtype) -> bool:
    types = pd.api.types
    known = values.dropna()
    if dtype in GEOMETRY:
        return str(values.dtype) == "geometry" and set(shapely.get_type_id(np.asarray(known))) <= GEOMETRY[dtype]
    if dtype == "string":
        plain = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else known
        return types.is_string_dtype(values.dtype) or all(isinstance(value, str) for value in plain)
    if dtype == "bool":
        return bool(types.is_bool_dtype(values.dtype))
    if dtype == "int":
        return bool(types.is_integer_dtype(values.dtype))
    if dtype == "float":
        return bool(types.is_float_dtype(values.dtype) or types.is_integer_dtype(values.dtype))
    if dtype == "date":
        return bool(types.is_datetime64_any_dtype(values.dtype)) or all(hasattr(value, "year") for value in known)
    return all(hasattr(value, "__len__") and not isinstance(value, str) for value in known)


def dictionary(tables: Iterable[Table]) -> pd.DataFrame:
    """Return the data dictionary of tables: one row a column, the index first.

    Returns
    -------
    DataFrame
        Columns `table`, `column`, `type`, `unit`, `zh`, `en`, `missing_allowed` (bool), `rule`.
    """
    rows = [
        (
            table.name,
            column.name,
            column.dtype,
            column.unit,
            column.zh,
            column.en,
            column.nullable,
            str(column.rule or ""),
        )
        for table in tables
        for column in table.all_columns
    ]
    return pd.DataFrame(rows, columns=["table", "column", "type", "unit", "zh", "en", "missing_allowed", "rule"])
