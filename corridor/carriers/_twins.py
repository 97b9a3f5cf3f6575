"""Records without a name, and records that look like the same one twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from corridor.carriers._notes import Notes, listed
from corridor.carriers._rows import Record
from corridor.carriers._vocabulary import Table, fold
from corridor.errors import Text


def note_twins(rows: Sequence[Record], data: dict[str, list[Any]], points: Any, table: Table, notes: Notes) -> None:
    """Point at records without a name, and at those that look the same (full-width letters count as plain ones)."""
    names = ("name",) if any(key[0] == "name" for key in table.keys) else table.keys[0]
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if data["name"][number] is None:
            notes.warn(
                "record-no-name",
                Text("没有名称。", "there is no name."),
                Text("请补上名称。", "Give it a name."),
                row=row.number,
            )
            continue
        groups[tuple(fold(str(data[name][number] or "")) for name in names)].append(number)
    for members in groups.values():
        if len(members) > 1:
            _note_group([rows[number] for number in members], data["name"][members[0]], points[members], notes)


def _note_group(rows: Sequence[Record], name: str, points: Any, notes: Notes) -> None:
    at = {(round(point.x, 5), round(point.y, 5)) if point is not None else None for point in points}
    zh, en = ("位置相同", "the same place") if len(at) == 1 else ("位置不同", "different places")
    if at == {None}:
        zh, en = "都没有坐标", "no coordinate"
    where = listed(row.number for row in rows[:10])
    notes.warn(
        "record-same-name",
        Text(
            f"第 {where.zh} 行名称相同（全角与半角视为相同），{zh}。",
            f"rows {where.en} have the same name (full-width counts as plain), {en}.",
        ),
        Text("如是同一条，请只留一条。", "If they are one, keep one."),
        row=rows[0].number,
        value=name,
    )
