"""All tables of an evaluation, each in the format its readers open first."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridor import schemas
from corridor.errors import Text
from corridor.report._exports import plain
from corridor.report._files import write_bytes
from corridor.report._geopackage import write_geopackage
from corridor.report._provenance import provenance, without_folders
from corridor.report._workbook import write_workbook
from corridor.report._xlsx import looks_like_formula
from corridor.schemas import Table

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

_ARROW = {"string": "string", "float": "float64", "int": "int64", "bool": "bool"}


def write_all(evaluation: Evaluation, folder: Path) -> tuple[Path, ...]:
    """Write every table into `folder`; returns the files."""
    return (
        write_geopackage(evaluation, folder / "buildings.gpkg"),
        write_bytes(folder / "access.parquet", _access_bytes(evaluation)),
        write_bytes(folder / "summary.json", json_bytes(evaluation.summary)),
        write_workbook(evaluation, folder / "tables.xlsx"),
        write_bytes(folder / "notices.csv", csv_bytes(_notices(evaluation), schemas.NOTICES)),
        write_bytes(folder / "provenance.json", json_bytes(provenance(evaluation))),
    )


def _notices(evaluation: Evaluation) -> pd.DataFrame:
    table: pd.DataFrame = evaluation.notices
    return table.assign(file=[without_folders(f) for f in table["file"]])


def _access_bytes(evaluation: Evaluation) -> bytes:
    schematic = evaluation.study.config.schematic
    note = {"schematic_zh": schematic.zh, "schematic_en": schematic.en} if schematic else {}
    return parquet_bytes(evaluation.access, schemas.ACCESS, note)


def parquet_bytes(frame: pd.DataFrame, table: Table, note: Mapping[str, str]) -> bytes:
    """Return a Parquet file whose columns carry their unit and meaning as metadata, and the file `note`; nothing else.

    pandas would add its version and the index's shape; the file is to be the same wherever it is made.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = plain(frame, table)
    schema = arrow_schema(table, note, written.columns)
    arrays = [pa.Array.from_pandas(written[field.name], type=field.type) for field in schema]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), buffer, compression="zstd")
    return buffer.getvalue()


def arrow_schema(table: Table, note: Mapping[str, str], columns: Iterable[str] | None = None) -> Any:
    """Return the Arrow schema of a table: unit and meaning beside each column, the file's `note`."""
    import pyarrow as pa

    names = [column.name for column in table.all_columns] if columns is None else columns
    about = {"table": table.name, "zh": table.zh, "en": table.en, **note}
    return pa.schema([_field(pa, table, name) for name in names], metadata=about)


def _field(pa: Any, table: Table, name: str) -> Any:
    column = table[name]
    kind = pa.type_for_alias(_ARROW[column.dtype])
    return pa.field(name, kind, metadata={"unit": column.unit, "zh": column.zh, "en": column.en})


def json_bytes(content: Any) -> bytes:
    """Return readable JSON; what is not a number is null, never NaN."""
    text = json.dumps(_plain_json(content), ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return (text + "\n").encode("utf-8")


def _plain_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain_json(v) for v in value]
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, np.generic):
        value = value.item()
    if pd.isna(value) or (isinstance(value, float) and math.isinf(value)):
        return None
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def csv_bytes(frame: pd.DataFrame, table: Table) -> bytes:
    """Return CSV for Excel (UTF-8 with mark, CRLF); text that a spreadsheet could run gets a leading apostrophe."""
    written = plain(frame, table)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(written.columns)
    for row in written.astype(object).itertuples(index=False, name=None):
        writer.writerow([_csv_cell(v) for v in row])
    return buffer.getvalue().encode("utf-8-sig")


def _csv_cell(value: Any) -> str:
    if not isinstance(value, str):
        return "" if pd.isna(value) else str(value)
    return f"'{value}" if looks_like_formula(value) else value
