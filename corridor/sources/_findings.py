"""Faults found in map data, gathered by kind, so that a planner reads one line for each kind with its elements."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Literal

from corridor.errors import Entry, Notice, Text

# So many elements are named in a notice; the rest are counted.
LISTED = 50


NOTHING_TO_DO = Text("", "")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: how grave, what it says (`{n}` is the count), what to do."""

    severity: Literal["W", "R"]
    what: Text
    action: Text = NOTHING_TO_DO


_IN_OSM = Text("可在OSM中改正。", "Mend it in OSM.")
_CLIPPED = Text("下载范围可再大一些。", "Take a larger extract.")
KINDS: dict[str, Kind] = {
    "osm-node-place": Kind(
        "W", Text("{n}个点没有有效坐标，未使用。", "{n} nodes have no valid coordinates and are left out."), _IN_OSM
    ),
    "osm-deleted": Kind("R", Text("跳过{n}个已删除的要素。", "{n} deleted elements skipped.")),
    "osm-versions": Kind(
        "R", Text("{n}个要素有多个版本，取最新版。", "{n} older versions of elements skipped; the newest is used.")
    ),
    "osm-missing-nodes": Kind(
        "W",
        Text(
            "{n}条线引用了文件中没有的点（常见于裁切边界），只用其余部分。",
            "{n} ways refer to nodes that the file lacks (usual at its border); their other parts are used.",
        ),
        _CLIPPED,
    ),
    "osm-missing-members": Kind(
        "W",
        Text("{n}个关系缺少成员（常见于裁切边界）。", "{n} relations lack members in the file (usual at its border)."),
        _CLIPPED,
    ),
    "osm-broken-ring": Kind(
        "W",
        Text("{n}个多边形关系的环不闭合，只用闭合部分。", "{n} multipolygons have open rings; closed ones are used."),
        _IN_OSM,
    ),
    "osm-degenerate": Kind(
        "R",
        Text("{n}个要素没有长度或面积，未使用。", "{n} elements have no length or no area and are left out."),
        _IN_OSM,
    ),
    "building-unclosed": Kind(
        "W",
        Text("{n}栋建筑轮廓不闭合，按首尾相连处理。", "{n} building outlines are open and were closed straight."),
        _IN_OSM,
    ),
    "polygon-repaired": Kind(
        "W",
        Text("{n}个自相交面已修复，面积变化超过1%。", "{n} invalid polygons repaired; their area changed by over 1 %."),
        _IN_OSM,
    ),
    "building-twice": Kind("R", Text("{n}栋建筑重复绘制，只用一次。", "{n} buildings are drawn twice; used once.")),
    "building-levels": Kind(
        "W",
        Text(
            "{n}栋建筑的层数无法采信，按缺失处理。", "{n} buildings have an unbelievable number of levels: taken as NA."
        ),
        _IN_OSM,
    ),
    "building-levels-mean": Kind(
        "R",
        Text("{n}栋建筑写有多个层数，取平均。", "{n} buildings name several numbers of levels; their mean is used."),
    ),
    "building-height": Kind(
        "W",
        Text("{n}栋建筑的高度无法采信，按缺失处理。", "{n} buildings have an unbelievable height: taken as NA."),
        _IN_OSM,
    ),
    "tag-cut": Kind("R", Text("{n}个标签过长，已截断。", "{n} tags are too long and were cut."), _IN_OSM),
    "no-walkable-street": Kind(
        "W",
        Text("资料里没有可步行的街道。", "the data hold 0 walkable streets."),
        Text("检查范围与文件。", "Check the extent and the file."),
    ),
    "layer-unusable": Kind(
        "W",
        Text("{n}行没有可用的几何，未使用。", "{n} rows have no usable geometry and are left out."),
        Text("请在图层中改正。", "Mend them in the layer."),
    ),
    "layer-twice": Kind("R", Text("{n}行几何完全重复，只用一次。", "{n} rows repeat a geometry; used once.")),
    "layer-value": Kind(
        "W", Text("{n}个单元格的值无法识别，按缺失处理。", "{n} cells hold no usable value: taken as NA.")
    ),
    "layer-crs": Kind(
        "W",
        Text(
            "声明的坐标系与文件自带的不同（{list}），以声明为准。",
            "the declared coordinate system differs from the file's own ({list}); the declared one is used.",
        ),
        Text("请核对哪一个正确。", "Check which one is right."),
    ),
    "layer-encoding": Kind("R", Text("文字编码识别为{list}。", "text encoding recognised as {list}.")),
}


@dataclass
class Findings:
    """A growing list of findings by kind."""

    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, code: str, where: str, value: str = "") -> None:
        """Note one finding of `code` at element or row `where`, with the faulty `value`."""
        self.found[code].append(f"{where} ({value[:60]})" if value else where)

    def notices(self, file: str) -> tuple[Notice, ...]:
        """Return one notice for each kind, in the order of `KINDS`."""
        return tuple(_notice(code, self.found[code], file) for code in KINDS if self.found.get(code))


def _notice(code: str, items: list[str], file: str) -> Notice:
    kind = KINDS[code]
    listed = "; ".join(items[:LISTED]) + ("; …" if len(items) > LISTED else "")
    what = Text(
        kind.what.zh.format(n=f"{len(items):,}", list=listed),
        kind.what.en.format(n=f"{len(items):,}", list=listed),
    )
    return Notice(code, kind.severity, what, kind.action, file=file, value=listed)


REASONS: dict[str, Text] = {
    "versions": Text("旧版本", "older version"),
    "deleted": Text("已删除", "deleted"),
    "place": Text("没有有效坐标", "no valid coordinates"),
    "outside": Text("在裁切范围之外", "outside the clip"),
    "unused": Text("没有用得到的标签", "carries no tag in use"),
    "short": Text("不足两个不同的点", "fewer than two distinct nodes"),
    "missing": Text("所需的点或成员都不在文件中", "its nodes or members are not in the file"),
    "degenerate": Text("没有面积", "has no area"),
    "open": Text("轮廓不闭合", "outline is not closed"),
    "point": Text("只有一个点，没有范围", "only a point, no extent"),
    "twice": Text("重复绘制", "drawn twice"),
    "no-place": Text("不是地点的关系", "a relation that is no place"),
    "no-geometry": Text("没有几何", "no geometry"),
    "kind": Text("几何类型不符", "geometry of the wrong kind"),
    "free": Text("不拦行人", "does not stop walkers"),
    "not-built": Text("未建或已拆", "not built or gone"),
}


@dataclass
class Tally:
    """Counts for one line of the account."""

    read: int = 0
    excluded: Counter[str] = field(default_factory=Counter)

    def drop(self, reason: str, count: int = 1) -> None:
        """Exclude `count` of what was read, for a reason of `REASONS`."""
        if count:
            self.excluded[reason] += count

    def entry(self, source: str, label: Text) -> Entry:
        """Return the line, its reasons in the order of `REASONS`."""
        reasons = tuple((REASONS[key], self.excluded[key]) for key in REASONS if self.excluded[key])
        return Entry(source, label, self.read, reasons)
