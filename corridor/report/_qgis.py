"""QGIS styles (QML) with the classes and colours of the maps; QGIS finds them in the GeoPackage's `layer_styles`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from corridor.report._basemap import ACCENT, INK_LINE
from corridor.report._figures import CLASS_NAMES, SCORE_COLOURS
from corridor.report._svg import INK
from corridor.schemas import Table

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

_KIND_COLOURS = {"LIFE": "#0F7A5A", "WORK": "#173A73", "SERVICE": "#A2548F", "EXCHANGE": "#AE5300"}
_KIND_SHAPES = {"LIFE": "circle", "WORK": "square", "SERVICE": "diamond", "EXCHANGE": "triangle"}
_KIND_ZH = {"LIFE": "生活", "WORK": "工作", "SERVICE": "服务", "EXCHANGE": "交流"}
SCORES = {
    "score_total": "综合得分",
    "score_life": "生活得分",
    "score_work": "工作得分",
    "score_service": "服务得分",
    "score_exchange": "交流得分",
}


@dataclass(frozen=True)
class Rule:
    """One class of a legend: its label, the filter that picks its features ("ELSE" for the rest), its symbol."""

    label: str
    filter: str
    symbol: ET.Element


def _colour(colour: str, alpha: int = 255) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + f",{alpha}"


def _symbol(type_: str, class_: str, properties: dict[str, str]) -> ET.Element:
    symbol = ET.Element("symbol", {"type": type_, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"})
    layer = ET.SubElement(symbol, "layer", {"class": class_, "enabled": "1", "locked": "0", "pass": "0"})
    for key, value in properties.items():
        ET.SubElement(layer, "prop", {"k": key, "v": value})
    return symbol


def fill(colour: str, line: str, width_mm: float = 0.1, *, style: str = "solid", alpha: int = 255) -> ET.Element:
    """Return a polygon symbol; `style` is a brush of QGIS ("solid", "b_diagonal", "no")."""
    return _symbol("fill", "SimpleFill", {
        "color": _colour(colour, alpha), "style": style, "outline_color": _colour(line, 133), "outline_style": "solid",
        "outline_width": f"{width_mm}", "outline_width_unit": "MM",
    })  # fmt: skip


def line(colour: str, width_mm: float, dash_mm: Sequence[float] = ()) -> ET.Element:
    """Return a line symbol."""
    return _symbol("line", "SimpleLine", {
        "line_color": _colour(colour), "line_width": f"{width_mm}", "line_width_unit": "MM", "line_style": "solid",
        "capstyle": "round", "joinstyle": "round", "use_customdash": "1" if dash_mm else "0",
        "customdash": ";".join(f"{d:g}" for d in dash_mm) or "5;2", "customdash_unit": "MM",
    })  # fmt: skip


def marker(shape: str, colour: str, size_mm: float) -> ET.Element:
    """Return a point symbol with a white keyline."""
    return _symbol("marker", "SimpleMarker", {
        "name": shape, "color": _colour(colour), "outline_color": _colour("#FFFFFF"), "outline_width": "0.3",
        "outline_width_unit": "MM", "size": f"{size_mm}", "size_unit": "MM",
    })  # fmt: skip


def qml(rules: Sequence[Rule], table: Table | None) -> str:
    """Return a style document: a rule for each class, and the columns' Chinese names as aliases."""
    root = ET.Element("qgis", {"version": "3.22.0", "styleCategories": "Symbology|Fields"})
    renderer = ET.SubElement(root, "renderer-v2", {"type": "RuleRenderer", "forceraster": "0", "symbollevels": "0"})
    tree = ET.SubElement(renderer, "rules", {"key": "{rules}"})
    symbols = ET.SubElement(renderer, "symbols")
    for i, rule in enumerate(rules):
        wanted = {"filter": rule.filter} if rule.filter else {}
        ET.SubElement(tree, "rule", {"key": f"{{rule-{i}}}", "symbol": str(i), "label": rule.label, **wanted})
        rule.symbol.set("name", str(i))
        symbols.append(rule.symbol)
    if table is not None:
        aliases = ET.SubElement(root, "aliases")
        for i, column in enumerate(c for c in table.all_columns if c.name != "geometry"):
            ET.SubElement(aliases, "alias", {"field": column.name, "index": str(i), "name": column.label.zh})
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode")


def score_rules(column: str) -> list[Rule]:
    """Return the five fixed classes, high to low, and the hatch of no data; an edge belongs to the upper class."""
    rules = []
    for i in reversed(range(5)):
        upper = f'"{column}" < {20 * i + 20}' if i < 4 else f'"{column}" <= 100'
        rules.append(Rule(CLASS_NAMES[i], f'"{column}" >= {20 * i} AND {upper}', fill(SCORE_COLOURS[i], INK)))
    return [*rules, Rule("无资料", "ELSE", fill("#7C838A", "#7C838A", style="b_diagonal"))]


def kind_rules(codes_by_kind: dict[str, list[str]]) -> list[Rule]:
    """Return a rule for the opportunities of each kind."""
    return [
        Rule(_KIND_ZH[kind], f'"category" IN ({", ".join(map(_quoted, codes))})',
             marker(_KIND_SHAPES[kind], _KIND_COLOURS[kind], 2.2))
        for kind, codes in codes_by_kind.items()
        if codes
    ]  # fmt: skip


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def styles(evaluation: Evaluation) -> list[tuple[str, str, list[Rule]]]:
    """Return layer, style name and rules of every style; the first of a layer is its default."""
    table = evaluation.category_table
    codes = {kind: table.index[table["kind"] == kind].tolist() for kind in _KIND_ZH}
    minutes = sorted(set(evaluation.isochrones["minutes"].tolist()))
    dashes = ((1.0, 1.5), (3.5, 1.5), ())
    institute = "\"kind\" IN ('institute', 'university')"
    work, service = _KIND_COLOURS["WORK"], _KIND_COLOURS["SERVICE"]
    return [
        *(("buildings", name, score_rules(column)) for column, name in SCORES.items()),
        ("streets", "街道", [
            Rule("主要街道", "\"highway\" IN ('primary', 'secondary', 'tertiary')", line("#B9BDBC", 0.8)),
            Rule("不可步行", "\"walk\" = 'none'", line("#A9AAA5", 0.6, (2, 1))),
            Rule("其他街道", "ELSE", line("#D2D1CA", 0.4)),
        ]),
        ("corridor", "主线", [Rule("主线", "", line(ACCENT, 1.2))]),
        ("area", "研究范围", [Rule("研究范围", "", fill("#FFFFFF", INK, 0.7, style="no"))]),
        ("isochrones", "等时圈", [
            Rule(f"{m}分钟", f'"minutes" = {m}', _outline(dashes[min(i, 2)])) for i, m in enumerate(minutes)
        ]),
        ("carriers", "科创载体", [
            Rule("核心载体", '"is_core"', marker("star", work, 6)),
            Rule("科研院所", f'NOT "is_core" AND {institute}', marker("hexagon", work, 4.5)),
            Rule("科创载体", "ELSE", marker("square", work, 4)),
        ]),
        ("stations", "服务站点", [Rule("服务站点", "", marker("diamond", service, 4.5))]),
        ("opportunities", "可达设施", kind_rules(codes)),
        ("open_space", "公共空间", [Rule("公共空间", "", fill("#E1EAD3", "#B7C7A0"))]),
        ("water", "水面", [Rule("水面", "", fill("#D3E3EC", "#9DBBCB"))]),
        ("water_lines", "水系", [Rule("水系", "", line("#9DBBCB", 0.4))]),
        ("barriers", "阻隔", [
            Rule("轨道", "\"kind\" = 'rail'", line("#858C93", 0.8)),
            Rule("围墙围栏", "ELSE", line("#858C93", 0.25)),
        ]),
        ("gates", "院门", [Rule("院门", "", marker("cross", INK, 2.2))]),
    ]  # fmt: skip


def _outline(dash_mm: Sequence[float]) -> ET.Element:
    """Return an unfilled polygon drawn by its outline."""
    symbol = line(INK_LINE, 0.4, dash_mm)
    symbol.set("type", "fill")
    return symbol
