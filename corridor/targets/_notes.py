"""What a planner should look at before quoting a figure."""

from __future__ import annotations

import pandas as pd

from corridor.config import Targets
from corridor.errors import Notice, Text

_MOST = 12


def notices(settings: Targets, table: pd.DataFrame, events: pd.DataFrame) -> tuple[Notice, ...]:
    """Return notices on missing records, dates, evidence, on doubles, and on invented records."""
    out: list[Notice] = []
    for key, target in settings.items.items():
        row, own = table.loc[key], events[events["target"] == key]
        name = target.name
        if row["status"] == "no_data":
            what = Text(
                f"目标“{name.zh}”没有台账（{target.table}），未计。",
                f"target “{name.en}”: no records ({target.table}); not counted.",
            )
            out.append(
                _notice(
                    "target-no-data",
                    what,
                    Text("在 study.yaml 的 records 中加上该表。", "Add the table to records in study.yaml."),
                )
            )
            continue
        out += _on_records(name, own)
    return (*out, *_on_synthetic(settings, events[events["counted"] & events["synthetic"].astype(bool)]))


def _on_synthetic(settings: Targets, invented: pd.DataFrame) -> list[Notice]:
    """Say which figures rest on invented records, all in one."""
    keys = [key for key in settings.items if (invented["target"] == key).any()]
    if not keys:
        return []
    names = [settings.items[key].name for key in keys]
    what = Text(
        f"目标{''.join(f'“{name.zh}”' for name in names)}计入了示意（虚构）记录{len(invented)}条，不是实际进展。",
        f"{len(invented)} invented records count towards {', '.join(f'“{name.en}”' for name in names)}: "
        "no real progress.",
    )
    action = Text("换成真实台账后再引用。", "Put real records in their place before quoting.")
    return [_notice("target-synthetic", what, action, _some(invented["record_id"]))]


def _on_records(name: Text, own: pd.DataFrame) -> list[Notice]:
    counted = own[own["counted"]]
    checks = (
        (
            "target-no-evidence",
            counted[counted["evidence"].isna()],
            Text("条计入的记录没有依据", "records that count have no evidence"),
            Text(
                "补上依据（文号、合同、备案）后再引用。", "Add evidence (document, contract) before quoting the figure."
            ),
        ),
        (
            "target-double",
            own[own["why"] == "double"],
            Text("条记录与已计入的重复，未计", "records double one that counts; left out"),
            Text(
                "核对，只留一条；如不是同一条，写清地址或信用代码。",
                "Keep one; if they differ, give address or credit code.",
            ),
        ),
        (
            "target-same-address",
            own[own["same_address"].notna()],
            Text(
                "条计入的记录与另一条同地址，可能部分算了两次",
                "records that count share an address with another; part may be counted twice",
            ),
            Text("核对是否包含在另一条之内。", "Check whether one is part of the other."),
        ),
        (
            "target-undated",
            own[own["date"].isna()],
            Text("条记录没有日期", "records have no date"),
            Text("补上日期；“新增”口径下没有日期的不计。", "Add the date; without one a record does not count as new."),
        ),
        (
            "target-no-value",
            own[own["why"] == "no_value"],
            Text("条记录没有数值，未计", "records have no value; not counted"),
            Text("补上数值。", "Add the value."),
        ),
    )
    return [
        _notice(
            code,
            Text(f"目标“{name.zh}”：{len(rows)}{what.zh}。", f"target “{name.en}”: {len(rows)} {what.en}."),
            action,
            _some(rows["record_id"]),
        )
        for code, rows, what, action in checks
        if len(rows)
    ]


def _notice(code: str, what: Text, action: Text, value: str = "") -> Notice:
    return Notice(code, "W", what, action, value=value)


def _some(ids: pd.Series) -> str:
    listed = "; ".join(ids.astype(str).head(_MOST))
    return f"{listed}; …" if len(ids) > _MOST else listed
