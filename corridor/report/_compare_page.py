"""`compare.html`: the scenarios ranked, small maps of gain and loss, and two of them side by side on one map."""

from __future__ import annotations

import html
import math
from importlib import resources
from string import Template
from typing import TYPE_CHECKING, Any

import shapely

import corridor
from corridor.maps.offline import closed, island, policy
from corridor.maps.pack import Grid, encode
from corridor.report._basemap import WIDTHS, street_class
from corridor.report._choices import Choices
from corridor.report._compare_gains import Gains
from corridor.report._format import missing
from corridor.report._gains import WHO, Ground, Line, change_classes

if TYPE_CHECKING:
    from corridor.batch.scenarios import Batch
    from corridor.batch.scene import Scene
    from corridor.scenarios import Result

# Of more scenarios than this only the best and the worst are drawn; the workbook ranks them all.
_MOST_SHOWN, _WORST_SHOWN = 120, 20
_METRES = 2 * math.pi * 6_378_137 / 2**28  # one unit of the grid at the equator
_MARGIN = 0.04  # of the area's extent, drawn around it
_FAILED_SHOWN = 50

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("情景比较", "Scenarios compared"),
    "ranking": ("排序", "Ranking"),
    "rule": (
        "按研究范围内居民与就业者的人均综合得分变化（0–100分）",
        "By the change of the overall score (0–100), mean over the residents and workers of the study area",
    ),
    "rule_by": (
        "按所选指标较现状的变化，有利者在前；不分利弊的指标，大者在前",
        "By the change of the chosen indicator from today, the better first; the larger where neither way is better",
    ),
    "by": ("排序指标", "Rank by"),
    "overall": ("综合得分（人均变化）", "Overall score (mean change)"),
    "by_cost": ("每万元效益（人·分）", "Gain per cost (person-points)"),
    "value": ("变化", "Change"),
    "cannot": ("无数值", "no value"),
    "scenario": ("情景", "Scenario"),
    "change": ("人均变化", "Mean change"),
    "gain": ("受益人数", "People who gain"),
    "lose": ("受损人数", "People who lose"),
    "cost": ("费用（万元）", "Cost (10,000 yuan)"),
    "per_cost": ("人·分/万元", "Person-points per 10,000 yuan"),
    "today": ("现状", "Today"),
    "left": ("左", "Left"),
    "right": ("右", "Right"),
    "colour": ("着色", "Colour"),
    "by_change": ("较现状变化", "Change from today"),
    "by_score": ("综合得分", "Overall score"),
    "swipe": ("左右对比", "Before and after"),
    "divider": ("分隔线位置，左右方向键移动", "Divider; move with the arrow keys"),
    "who": ("谁受益，谁受损", "Who gains, who loses"),
    "who_note": (
        "受益、受损按综合得分升降；企业按到四个环节与各类站点的步行合计。人·分＝得分变化×（居民＋就业者）",
        "By the overall score going up or down; firms by their walks to the four stages and the stations together. "
        "Person-points: change of the score × (residents + workers)",
    ),
    "who_none": ("在右侧选一个情景", "Choose a scenario on the right"),
    "nobody": ("没有建筑或企业受影响", "No building and no firm is touched"),
    "all": ("合计", "In all"),
    "up": ("受益", "gain"),
    "down": ("受损", "lose"),
    "of_buildings": ("建筑（栋）", "Buildings"),
    "of_residents": ("居民（人）", "Residents"),
    "of_workers": ("就业者（人）", "Workers"),
    "of_firms": ("企业（家）", "Firms"),
    "by_street": ("按街道", "By street"),
    "by_side": ("按街道侧", "By side of the street"),
    "street": ("街道", "Street"),
    "side": ("侧", "Side"),
    "people_up": ("受益（人）", "People who gain"),
    "people_down": ("受损（人）", "People who lose"),
    "firms_both": ("企业（益/损）", "Firms (+/−)"),
    "points": ("人·分", "Person-points"),
    "largest": ("变化最大的建筑", "The ten largest changes"),
    "building": ("建筑", "Building"),
    "score": ("综合得分", "Overall score"),
    "people": ("人", "People"),
    "segments": ("得分变化的街段", "Segments whose renewal score changes"),
    "segment": ("街段", "Segment"),
    "renewal": ("更新得分", "Renewal score"),
    "place": ("名次", "Rank"),
    "more": ("其余见 scenarios.xlsx", "the others are in scenarios.xlsx"),
    "small": ("各情景得失", "Gain and loss"),
    "small_note": ("同一范围、同一分级；带斜线为受损", "Same extent and classes; losses are hatched"),
    "no_data": ("无资料", "no data"),
    "same": ("±1以内", "within ±1"),
    "buildings": ("栋", "buildings"),
    "failed": ("未能计算", "Could not be computed"),
    "also": ("又名", "also"),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "home": ("全图", "Whole area"),
    "map_label": ("建筑的综合得分或其变化，数字见排序表", "Overall score of buildings or its change; the numbers are in the ranking"),
    "none": ("没有可比较的情景", "There is no scenario to compare"),
    "legend_change": ("综合得分变化，分", "Change of the overall score, points"),
    "legend_score": ("综合得分，0–100", "Overall score, 0–100"),
}  # fmt: skip
_NOSCRIPT = (
    "本页需要浏览器执行脚本；排序表见 scenarios.xlsx。",
    "This page needs scripts; the ranking is in scenarios.xlsx.",
)


def page(batch: Batch, lines: list[Line], ground: Ground, lang: str) -> str:
    """Return the page as one HTML document in `lang` ("zh" or "en")."""
    data = {
        "lang": lang,
        "words": {key: _pick(words, lang) for key, words in _WORDS.items()},
        **_drawn(batch, lines, ground, lang),
    }
    assets = resources.files("corridor.report") / "assets"
    maps = resources.files("corridor.maps")
    scripts = [
        closed(text, "script")
        for text in (
            (maps / "vendor" / "fflate.js").read_text("utf-8"),
            (maps / "assets" / "data.js").read_text("utf-8"),
            (maps / "assets" / "dom.js").read_text("utf-8"),
            (assets / "compare.js").read_text("utf-8"),
        )
    ]
    styles = [(maps / "assets" / "tokens.css").read_text("utf-8"), (assets / "compare.css").read_text("utf-8")]
    return Template((assets / "compare.html").read_text("utf-8")).substitute(
        lang="zh-CN" if lang == "zh" else "en",
        policy=policy(scripts, styles),
        title=html.escape(f"{_pick(_WORDS['title'], lang)} · {batch.scene.name[lang]}"),
        heading=html.escape(_pick(_WORDS["title"], lang)),
        study=html.escape(batch.scene.name[lang]),
        noscript=html.escape(_pick(_NOSCRIPT, lang)),
        schematic=_schematic(batch.scene, lang),
        foot=html.escape(_foot(batch.scene, lang)),
        styles="\n".join(f"<style>{text}</style>" for text in styles),
        sprite=(maps / "assets" / "symbols.svg").read_text("utf-8"),
        data=island(data),
        scripts="\n".join(f"<script>{text}</script>" for text in scripts),
    )


def _pick(words: tuple[str, str], lang: str) -> str:
    return words[0] if lang == "zh" else words[1]


def _schematic(scene: Scene, lang: str) -> str:
    if scene.schematic is None:
        return ""
    return f'<p class="note" role="note">{html.escape(scene.schematic[lang])}</p>'


def _foot(scene: Scene, lang: str) -> str:
    parts = []
    if scene.osm_date:
        parts.append(_pick((f"资料日期 {scene.osm_date[:10]}", f"Data of {scene.osm_date[:10]}"), lang))
    parts.append(_pick(("© OpenStreetMap contributors（ODbL 1.0）", "© OpenStreetMap contributors (ODbL 1.0)"), lang))
    parts.append(_pick(("审图号：＿＿＿＿（公开前送审）", "Map review no.: ____ (required before publication)"), lang))
    parts.append(f"corridor {corridor.__version__} · {scene.fingerprint[:12]}")
    return "　".join(parts) if lang == "zh" else " · ".join(parts)


def _part(lines: list[Line], lang: str) -> str:
    """Say which scenarios the page holds where it does not hold all."""
    shown, done = len(_shown(lines)), sum(not line.entry.failed for line in lines)
    if shown == done:
        return ""
    best = shown - _WORST_SHOWN
    return _pick(
        (
            f"共 {done:,} 个情景，本页只列综合得分排序的前 {best:,} 与后 {_WORST_SHOWN:,} 个，换指标排序也只比较这些；"
            "全部情景见 scenarios.xlsx 与 scenarios.parquet。",
            f"Of {done:,} scenarios this page holds the best {best:,} and the last {_WORST_SHOWN:,} by the overall score, "
            "and ranks only these by other indicators; all are in scenarios.xlsx and scenarios.parquet.",
        ),
        lang,
    )


def _shown(lines: list[Line]) -> list[Line]:
    done = [line for line in lines if not line.entry.failed]
    return done if len(done) <= _MOST_SHOWN else [*done[: _MOST_SHOWN - _WORST_SHOWN], *done[-_WORST_SHOWN:]]


def _drawn(batch: Batch, lines: list[Line], ground: Ground, lang: str) -> dict[str, Any]:
    """Return the ground in grid positions and every shown scenario's changes on it."""
    scene = batch.scene
    area = _geometries(scene.area)
    west, south, east, north = shapely.total_bounds(area)
    across, down = _MARGIN * (east - west), _MARGIN * (north - south)
    frame = shapely.box(west - across, south - down, east + across, north + down)
    grid = Grid.around(frame.bounds)
    corners = grid.xy(shapely.get_coordinates(frame)[:4])
    outlines = _geometries(scene.buildings["shape"])
    seen = [i for i, shape in enumerate(outlines) if shape.intersects(frame)]
    place = {scene.buildings["id"][i]: number for number, i in enumerate(seen)}
    shown = {line.entry.id: line for line in _shown(lines)}
    choices, told = Choices(batch.words, lang), Gains(batch.scene, batch.words, lang)
    changes = {}
    for result in batch.results(shown):
        changes[result.id] = {**_changes(result, place, ground), **told.of(result)}
        choices.add(result)
    return {
        "size": [int(corners[:, 0].max()), int(corners[:, 1].max())],
        "buildings": {
            **grid.shapes([outlines[i] for i in seen]),
            "score": encode([_tenths(scene.buildings["score"][i]) for i in seen]),
            "inside": encode([int(scene.buildings["in_area"][i]) for i in seen]),
        },
        "streets": _streets(scene, grid, frame),
        "area": grid.shapes(area),
        "corridor": grid.shapes(_geometries(scene.corridor)),
        "green": grid.shapes(_clipped(scene.open_space, frame)),
        "water": grid.shapes(_clipped(scene.water, frame)),
        "part": _part(lines, lang),
        "indicators": choices.told(list(shown)),
        "scenarios": [{**_row(line, lang), **changes[line.entry.id]} for line in shown.values()],
        "metres": _METRES * math.cos(math.radians((south + north) / 2)),
        "segments": grid.shapes(_geometries(scene.segments.get("shape", []))),
        "failed": [
            {"name": line.entry.names[0].in_(lang), "why": [problem.in_(lang) for problem in line.entry.problems]}
            for line in lines
            if line.entry.failed
        ][:_FAILED_SHOWN],
    }


def _row(line: Line, lang: str) -> dict[str, Any]:
    first, *others = line.entry.names
    return {
        "id": line.entry.id,
        "rank": line.rank,
        "name": first.in_(lang),
        "also": [name.in_(lang) for name in others],
        "mean": round(line.mean or 0.0, 4),
        "who": {name: round(line.who[name]) for name in WHO},
        "cost": line.entry.cost,
        "per_cost": line.per_cost,
    }


def _changes(result: Result, place: dict[str, int], ground: Ground) -> dict[str, Any]:
    """Return which drawn buildings change: number, score after in tenths (0: none), class of the change (3: none)."""
    ids, columns, *_ = result.buildings
    rows = sorted(
        (place[id_], after, before)
        for id_, after, before in zip(ids, columns["after"].tolist(), columns["before"].tolist(), strict=True)
        if id_ in place and id_ in ground.inside
    )
    # A building that comes or goes has no change of its score.
    steps = [0.0 if math.isnan(after - before) else after - before for _, after, before in rows]
    return {
        "at": encode([number for number, _, _ in rows]),
        "after": encode([_tenths(after) for _, after, _ in rows]),
        "cls": encode([3 + size for size in change_classes(steps)]),
    }


def _tenths(score: Any) -> int:
    """Return a score in tenths plus 1; 0 where there is none. Floored, so that a class edge is kept."""
    return 0 if missing(score) else int(float(score) * 10 + 1e-9) + 1


def _streets(scene: Scene, grid: Grid, frame: Any) -> dict[str, Any]:
    shapes = _geometries(scene.streets["shape"])
    widths = list(WIDTHS)
    kept = [
        (widths.index(name), shape)
        for shape, highway in zip(shapes, scene.streets["highway"], strict=True)
        if (name := street_class(highway)) in WIDTHS and name != "path" and shape.intersects(frame)
    ]
    return {**grid.shapes([shape for _, shape in kept]), "cls": encode([number for number, _ in kept])}


def _geometries(texts: list[str]) -> list[Any]:
    return list(shapely.from_wkb(texts)) if texts else []


def _clipped(texts: list[str], frame: Any) -> list[Any]:
    found = [shapely.intersection(shape, frame) for shape in _geometries(texts) if shape.intersects(frame)]
    return [part for shape in found for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
