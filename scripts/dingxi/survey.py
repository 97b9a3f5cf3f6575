"""The street survey of the sample: invented answers along Dingxi Road, and one picture drawn here."""

from __future__ import annotations

import csv
import struct
import zlib
from pathlib import Path
from typing import Any

from dingxi.shapes import dice

Row = dict[str, Any]
STREET = "定西路"
LENGTH = 1785
STRETCH = 150
PICTURE = "survey-a.png"
# What the answers are drawn from, the worse first; counts are for 150 m of one side.
MARKS = ("店招", "立面", "铺装", "绿化")
WORDS = {
    "架空线": ("密集", "较多", "少量", "已入地"),
    "围墙": ("连续实墙", "部分实墙", "通透", "无围墙"),
    "盲道": ("没有", "被占用", "间断", "连续"),
    "停放": ("占用步道", "较乱", "有序"),
    "垃圾": ("暴露", "少量", "整洁"),
    "施工": ("可通行", "无施工", "无施工", "无施工"),
}
COUNTS = {"座椅": (0, 4), "照明": (1, 5)}
UNITS = {"座椅": "处", "照明": "盏"}
# Parts of the road that were not walked, so that the sample has what real surveys have: gaps.
MISSED = ((1500, 1650, "右侧"),)
# Side streets, walked as a whole.
SIDE_STREETS = ("武夷路", "新华路", "法华镇路", "安化路")
INVENTED = "示意数据，虚构"
_PALETTE = ((207, 225, 236), (214, 190, 160), (176, 148, 120), (92, 92, 96), (200, 200, 196), (88, 140, 84), (120, 88, 60))  # fmt: skip
_WIDE, _HIGH = 120, 80


def write_survey(folder: Path) -> None:
    """Write survey.csv in UTF-8 with BOM, and the picture one of its rows names."""
    rows = [*_along(), *_beside()]
    with (folder / "survey.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (folder / PICTURE).write_bytes(_picture())


def _along() -> list[Row]:
    rows = []
    for start in range(0, LENGTH, STRETCH):
        end = min(start + STRETCH, LENGTH)
        for side in ("左侧", "右侧"):
            if (start, end, side) in MISSED:
                continue
            for item, value in _answers(start, side).items():
                rows.append(_row(STREET, start, end, side, item, value, start))
        toilet = "开放" if start in (450, 1200) else "没有"
        rows.append(_row(STREET, start, end, "两侧", "公厕", toilet, start))
    rows[0]["照片"] = PICTURE
    return rows


def _answers(start: int, side: str) -> dict[str, Any]:
    """Answers of one stretch: around the same quality, which changes along the road."""
    rng = dice("survey", start, side)
    quality = min(max(0.35 + 0.3 * (start / LENGTH) + rng.uniform(-0.25, 0.25), 0.0), 0.999)

    def near(count: int) -> int:
        return min(max(int((quality + rng.uniform(-0.35, 0.35)) * count), 0), count - 1)

    marks = {item: 1 + near(5) for item in MARKS}
    words = {item: known[near(len(known))] for item, known in WORDS.items()}
    counts = {item: low + near(high - low + 1) for item, (low, high) in COUNTS.items()}
    return {**marks, **words, **counts}


def _beside() -> list[Row]:
    rows = []
    for street in SIDE_STREETS:
        rng = dice("survey", street)
        answers = {item: rng.randint(2, 5) for item in MARKS} | {"架空线": rng.choice(WORDS["架空线"])}
        answers |= {item: rng.choice(WORDS[item][:2]) for item in ("围墙", "停放")}
        rows += [_row(street, "", "", "两侧", item, value, 30) for item, value in answers.items()]
    return rows


def _row(street: str, start: int | str, end: int | str, side: str, item: str, value: Any, seed: int) -> Row:
    return {
        "街道": street, "起点里程（米）": start, "终点里程（米）": end, "侧": side, "项目": item, "取值": value,
        "单位": UNITS.get(item, "分" if item in MARKS else ""), "调查日期": f"2026-05-{11 + seed // 450:02d}", "照片": "",
        "调查员代号": f"A{1 + seed // 900:02d}", "来源": INVENTED, "示意": "是",
    }  # fmt: skip


def _picture() -> bytes:
    """Return a street drawn in flat colours as PNG; stored, not compressed, so that the bytes are the same anywhere."""
    rows = []
    for y in range(_HIGH):
        line = bytearray(_WIDE)
        for x in range(_WIDE):
            colour = 0 if y < 28 - 10 * (x < 50) else 1 if x < 50 else 2
            if y >= 58:
                colour = 4 if y < 68 else 3
            if y < 58 and (x - 84) ** 2 + (y - 34) ** 2 < 150:
                colour = 5
            if 83 <= x <= 85 and 44 <= y < 60:
                colour = 6
            line[x] = colour
        rows.append(b"\x00" + bytes(line))
    palette = b"".join(bytes(rgb) for rgb in _PALETTE)
    header = struct.pack(">IIBBBBB", _WIDE, _HIGH, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(b"".join(rows), 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
