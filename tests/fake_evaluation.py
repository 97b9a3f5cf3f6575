"""An evaluation of a generated town, in the shape of `corridor.evaluation.Evaluation`, for tests of what draws.

Distances are three times the city-block metres from building to opportunity, so that every number on a page can be
checked against the tables here. Streets form a jittered net, blocks are filled with rows of houses.
"""

from __future__ import annotations

import json
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from innovation_fixture import no_innovation
from pyproj import CRS, Transformer
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from corridor import schemas
from corridor.config import Linkage
from corridor.errors import Notice, Text

METRIC = CRS.from_epsg(32651)
X0, Y0 = Transformer.from_crs(4326, METRIC, always_xy=True).transform(121.4185, 31.2125)
CATEGORIES = [
    # code, kind, zh, en, minutes, metres, grade, has data, scored
    ("food.market", "LIFE", "菜场", "Wet market", 10, 500, "C", True, True),
    ("food.conv", "LIFE", "便利店", "Convenience store", 5, None, "—", True, True),
    ("edu.kinder", "LIFE", "幼儿园", "Kindergarten", 5, 300, "C", True, True),
    ("green.pocket", "LIFE", "公共空间≥400 m²", "Public space ≥ 400 m²", 5, None, "C", True, True),
    ("mobility.metro", "LIFE", "轨道站", "Metro station", 10, 800, "C", True, True),
    ("elder.day", "LIFE", "日间照料", "Elder day care", 5, 300, "C", True, False),
    ("health.center", "LIFE", "社区卫生服务中心", "Health centre", 15, 1000, "B", False, False),
    ("institute", "WORK", "科研院所", "Institute", 15, None, "—", True, True),
    ("carrier.incubator", "WORK", "孵化器", "Incubator", 15, None, "—", True, True),
    ("office", "WORK", "商务楼宇", "Office building", 15, None, "—", True, True),
    ("station.ip", "SERVICE", "知识产权", "IP station", 15, None, "—", True, True),
    ("station.talent", "SERVICE", "人才", "Talent station", 15, None, "—", True, True),
    ("third.cafe", "EXCHANGE", "咖啡", "Café", 5, None, "—", True, True),
    ("market.fair", "EXCHANGE", "市集", "Fair", 15, None, "—", True, True),
]
NAMES = [
    "长宁路",
    "宣化路",
    "安化路",
    "利西路",
    "武夷路",
    "昭化路",
    "延安西路",
    "法华镇路",
    "新华路",
    "平武路",
    "牛桥浜路",
    "安顺路",
]
NAMES_NS = ["凯旋路", "种德桥路", "镇宁路", "安西路", "番禺路", "东诸安浜路", "江苏路", "幸福路"]
RANK = ["secondary", "residential", "residential", "tertiary", "primary"]


def make(buildings: int = 600, *, seed: int = 7, names: dict[str, str] | None = None, more: int = 0) -> SimpleNamespace:
    """Return the evaluation of a town of about `buildings` buildings.

    `names` replaces texts by field, `more` adds that many life categories.
    """
    names = names or {}
    kinds = [
        *CATEGORIES,
        *((f"more.{n}", "LIFE", f"类别{n}", f"More {n}", 10, None, "—", True, True) for n in range(more)),
    ]
    rng = np.random.default_rng(seed)
    half = 130 * max(3, round(np.sqrt(buildings / 26) / 2))
    streets, barriers = _streets(half, rng, names.get("street"))
    houses = _houses(half, buildings, rng, names)
    area = box(X0 - half * 0.72, Y0 - half * 0.7, X0 + half * 0.72, Y0 + half * 0.72)
    houses["in_area"] = houses.geometry.representative_point().within(area)
    opportunities = _opportunities(kinds, half, rng, names)
    table = _category_table(kinds, names)
    cost, length = _distances(houses, opportunities, table, rng)
    access = _access(cost, length, table)
    houses = _scored(houses, access, table, area)
    study = _study(streets, barriers, houses, opportunities, area, half, names)
    return SimpleNamespace(
        study=study,
        network=None,
        categories=(),
        category_table=table,
        opportunities=opportunities,
        access=access,
        cost_dm=cost,
        length_dm=length,
        buildings=houses,
        coverage=_coverage(houses, access, table),
        parts=frozenset(("life_circle", "by_time", "isochrones")),
        isochrones=_isochrones(study.carriers),
        innovation=no_innovation(METRIC),
        completeness=_completeness(),
        account=_account(len(houses)),
        notices=_notices(names),
        summary={"corridor_m": float(study.corridor.length.sum())},
    )


def _line(points):
    return LineString([(X0 + x, Y0 + y) for x, y in points])


def _streets(half, rng, name):
    step = 130.0
    lines, rows = [], []
    ticks = np.arange(-half, half + 1, step)
    shift = rng.uniform(-16, 16, (len(ticks), len(ticks), 2))
    for i, y in enumerate(ticks):
        points = [(x + shift[i, j, 0], y + shift[i, j, 1]) for j, x in enumerate(ticks)]
        lines.append(_line(points))
        rows.append((name or NAMES[i % len(NAMES)], RANK[i % len(RANK)], 0, False))
    for j, x in enumerate(ticks):
        points = [(x + shift[i, j, 0], y + shift[i, j, 1]) for i, y in enumerate(ticks)]
        street = "定西路" if j == len(ticks) // 2 else NAMES_NS[j % len(NAMES_NS)]
        lines.append(_line(points))
        rows.append((name or street, RANK[(j + 2) % len(RANK)], 0, False))
        if j + 1 < len(ticks):
            lines.append(_line([(x + 65, -half), (x + 60, half)]))
            rows.append((pd.NA, "footway" if j % 2 else "service", 0, False))
    lines.append(_line([(-half, -120), (0, -90), (half, 20)]))
    rows.append(("延安高架路", "motorway", 1, True))
    table = gpd.GeoDataFrame(
        rows,
        columns=["name", "highway", "layer", "bridge"],
        geometry=lines,
        crs=METRIC,
        index=pd.Index([f"way/{n}" for n in range(1, len(lines) + 1)], name="street_id"),
    )
    table = table.assign(
        osm_id=range(1, len(lines) + 1),
        name_en="Street",
        tunnel=False,
        steps=False,
        walk="public",
        oneway_foot=0,
        tags="{}",
    )
    rail = gpd.GeoDataFrame(
        {"kind": ["rail"], "name": ["3号线"], "bridge": [True], "tunnel": [False], "layer": [1], "tags": ["{}"]},
        geometry=[_line([(-half * 0.62, -half), (-half * 0.6, 0), (-half * 0.66, half)])],
        crs=METRIC,
        index=pd.Index(["way/9001"], name="barrier_id"),
    )
    return table, rail


def _houses(half, count, rng, names):
    cells = int(np.ceil(np.sqrt(count)))
    pitch = 2 * half / cells
    column, row = np.meshgrid(np.arange(cells), np.arange(cells))
    x = -half + (column.ravel() + 0.5) * pitch + rng.uniform(-0.05, 0.05, cells**2) * pitch
    y = -half + (row.ravel() + 0.5) * pitch + rng.uniform(-0.05, 0.05, cells**2) * pitch
    x, y = x[:count], y[:count]
    w, h = rng.uniform(0.55, 0.8, count) * pitch / 2, rng.uniform(0.22, 0.4, count) * pitch / 2
    turn = rng.normal(0.08, 0.06, count)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    local = corners[None, :, :] * np.stack([w, h], axis=1)[:, None, :]
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    px = X0 + x[:, None] + local[..., 0] * cos - local[..., 1] * sin
    py = Y0 + y[:, None] + local[..., 0] * sin + local[..., 1] * cos
    shapes = shapely.polygons(np.stack([px, py], axis=2))
    # One with a courtyard, one of two parts: the fill rule and the hit test must hold for both.
    shapes[0] = shapes[0].difference(shapes[0].buffer(-pitch * 0.06))
    shapes[1] = MultiPolygon([shapes[1], shapely.affinity.translate(shapes[1], 0, pitch * 0.4)])
    frame = gpd.GeoDataFrame(
        {
            "name": pd.array([pd.NA] * count, dtype="string"),
            "building": "yes",
            "use": rng.choice(["residential", "office", "commercial", "unknown"], count, p=[0.6, 0.2, 0.1, 0.1]),
            "levels": pd.array(rng.integers(1, 20, count).astype(float), dtype="Float64"),
            "tags": "{}",
        },
        geometry=shapes,
        crs=METRIC,
        index=pd.Index([f"way/{100000 + n}" for n in range(count)], name="building_id"),
    )
    frame.loc[frame.index[::3], "levels"] = pd.NA
    frame.loc[frame.index[0], "name"] = names.get("building", "数字硅巷")
    frame["connected"] = np.arange(count) % 41 != 5
    frame["place_zh"] = names.get("place", "昭化路北侧")
    frame["place_en"] = names.get("place", "north side of Zhaohua Rd")
    return frame


def _opportunities(kinds, half, rng, names):
    rows = []
    for code, *_rest, has_data, _ in kinds:
        if not has_data:
            continue
        for n in range({"food.conv": 14, "third.cafe": 10, "green.pocket": 8}.get(code, 2)):
            spot = Point(X0 + rng.uniform(-half, half) * 0.9, Y0 + rng.uniform(-half, half) * 0.9)
            rows.append((f"{code}|node/{n + 1}", code, names.get("amenity", f"{code} {n + 1}"), spot))
    ids, codes, texts, spots = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"category": codes, "source_id": ids, "source": "osm", "name": texts, "weight": 1.0, "synthetic": True},
        geometry=list(spots),
        crs=METRIC,
        index=pd.Index(ids, name="opportunity_id"),
    )


def _category_table(kinds, names):
    rows = [
        {
            "code": code,
            "kind": kind,
            "zh": zh,
            "en": en,
            "tier_min": minutes,
            "tier_m": metres,
            "grade": grade,
            "source_zh": "GB 50180-2018 附录",
            "source_en": "GB 50180-2018 appendix",
            "clause_zh": "",
            "clause_en": "",
            "weight": 1.0,
            "n_opportunities": 2 * has_data,
            "has_data": has_data,
            "scored": scored,
            "incomplete": not scored,
        }
        for code, kind, zh, en, minutes, metres, grade, has_data, scored in kinds
    ]
    table = pd.DataFrame(rows).set_index("code")
    table["tier_m"] = table["tier_m"].astype("Int64")
    if "category" in names:
        table.loc["food.market", ["zh", "en"]] = names["category"]
    return table


def _distances(houses, opportunities, table, rng):
    spots = shapely.get_coordinates(houses.geometry.representative_point().array)
    cost = {}
    for code in table.index[table.has_data]:
        places = shapely.get_coordinates(opportunities[opportunities.category == code].geometry.array)
        # Three times as far as the crow walks, so that a small town shows all classes.
        metres = 3 * np.abs(spots[:, None, :] - places[None, :, :]).sum(axis=2).min(axis=1)
        cost[code] = pd.array(np.rint(metres * 10).astype(int), dtype="Int32")
    frame = pd.DataFrame(cost, index=houses.index)
    frame[~houses["connected"]] = pd.NA
    frame.iloc[3, 0] = pd.NA
    # Nothing is searched beyond half an hour at the fastest speed.
    frame = frame.mask(frame > 27000)
    detour = pd.Series(np.where(np.arange(len(frame)) % 9 == 0, 120, 0), index=frame.index).astype("Int32")
    length = frame.sub(detour, axis=0).clip(lower=0).astype("Int32")
    # A building exactly at the limit of its tier is met.
    if len(frame) > 20:
        frame.iloc[10, 1] = 5 * 80 * 10
        frame.iloc[11, 1] = 5 * 80 * 10 + 1
    return frame, length


def _access(cost, length, table):
    frame = cost.melt(ignore_index=False, var_name="category", value_name="cost").reset_index()
    metres = length.melt(ignore_index=False, value_name="length")["length"].to_numpy()
    tier = frame["category"].map(table["tier_min"])
    radius = frame["category"].map(table["tier_m"])
    frame["walk_s"] = frame["cost"].astype("Float64") / 10 / (80 / 60)
    frame["walk_m"] = pd.array(metres, dtype="Float64") / 10
    frame["met"] = (frame["cost"] <= tier * 800).fillna(False).astype("boolean")
    frame["within_m"] = (frame["walk_m"] <= radius).astype("boolean")
    frame["m"] = (2 - frame["walk_s"] / (tier * 60)).clip(0, 1).fillna(0.0)
    return frame.drop(columns="cost").sort_values(["building_id", "category"]).reset_index(drop=True)


def _scored(houses, access, table, area):
    wide = access.pivot(index="building_id", columns="category", values="m").reindex(houses.index)
    kinds = {}
    for kind in ("LIFE", "WORK", "SERVICE", "EXCHANGE"):
        codes = table.index[(table.kind == kind) & table.scored]
        kinds[f"score_{kind.lower()}"] = (100 * wide[codes].mean(axis=1)).astype("Float64")
    houses = houses.assign(**kinds)
    houses["score_total"] = houses[list(kinds)].mean(axis=1).astype("Float64")
    houses["score_total_low"] = (houses["score_total"] - 8).clip(lower=0)
    houses["score_total_high"] = (houses["score_total"] + 3).clip(upper=100)
    scores = [c for c in houses if c.startswith("score_")]
    houses.loc[~houses["connected"], scores] = pd.NA
    scored = access[access.category.isin(table.index[table.scored])]
    houses["n_met"] = scored.groupby("building_id")["met"].sum().reindex(houses.index).astype("Int32")
    houses["n_scored"] = int(table.scored.sum())
    houses["near_edge"] = houses.geometry.representative_point().y > Y0 + 600
    houses["on_corridor"] = houses.geometry.distance(_line([(0, -400), (0, 400)])) < 100
    houses["footprint_m2"] = houses.area
    houses["floor_area_m2"] = houses.area * houses["levels"].fillna(6).astype(float)
    houses["floor_area_assumed"] = houses["levels"].isna()
    for group, per in (("residents", 35.0), ("workers", 25.0)):
        houses[group] = houses["floor_area_m2"] / per
        houses[f"{group}_low"] = houses[group] * 0.8
        houses[f"{group}_high"] = houses[group] * 1.25
    return houses


def _study(streets, barriers, houses, opportunities, area, half, names):
    def spots(points):
        return [Point(X0 + x, Y0 + y) for x, y in points]

    carriers = gpd.GeoDataFrame(
        {
            "name": [
                names.get("carrier", "硅酸盐所1号楼"),
                "微系统所",
                "新微智谷",
                "德必易园",
                "No.1创新空间",
                "云上载体",
            ],
            "kind": ["incubator", "institute", "park", "accelerator", "poc", "coworking"],
            "stage": ["incubation", "rd", "industry", "industry", "transfer", "incubation"],
            "is_core": [True, False, False, False, False, False],
            "address": [names.get("address", "定西路1295号"), "长宁路865号", pd.NA, pd.NA, pd.NA, pd.NA],
            "floor_area_m2": pd.array([12000, pd.NA, 30000, pd.NA, pd.NA, pd.NA], dtype="Float64"),
            "firms": pd.array([35, pd.NA, 60, pd.NA, pd.NA, pd.NA], dtype="Int64"),
            "uncertainty_m": pd.array([150, 150, 100, 50, 400, pd.NA], dtype="Float64"),
            "datum": "wgs84",
            "source": "district list",
            "industry": [names.get("industry", "电子材料"), "电子材料; 前沿新材料", "工业互联网", pd.NA, pd.NA, pd.NA],
            "owner": pd.NA,
            "synthetic": True,
        },
        geometry=[*spots([(-20, 60), (-210, 240), (-40, 230), (-170, 110), (30, 10)]), None],
        crs=METRIC,
        index=pd.Index([f"c{n}" for n in range(1, 7)], name="carrier_id"),
    )
    kinds = ["business", "fintech", "ai", "ip", "quality", "talent", "finance"]
    stations = gpd.GeoDataFrame(
        {
            "name": [names.get("station", f"{kind}工作站") for kind in kinds],
            "type": kinds,
            "address": pd.NA,
            "hours": "周一至周五 9:00–17:00",
            "capacity": pd.array([pd.NA] * 7, dtype="Int64"),
            "uncertainty_m": 200.0,
            "source": "district list",
            "synthetic": True,
        },
        geometry=spots([(5, 120), (8, 116), (90, 200), (220, 190), (-160, 60), (110, -30), (-200, 160)]),
        crs=METRIC,
        index=pd.Index([f"s{n}" for n in range(1, 8)], name="station_id"),
    )
    events = gpd.GeoDataFrame(
        {
            "series": ["飞乐夜校", "科创市集"],
            "name": [names.get("event", "夜校公开课"), "周末市集"],
            "venue": ["会客厅", "广场"],
            "period": ["2026春", "2026春"],
            "hours": ["19:00", "周六"],
            "category": ["night.school", "market.fair"],
            "synthetic": True,
        },
        geometry=spots([(70, 60), (120, -120)]),
        crs=METRIC,
        index=pd.Index(["e1", "e2"], name="event_id"),
    )
    green = gpd.GeoDataFrame(
        {
            "name": [names.get("park", "华山绿地"), pd.NA],
            "kind": ["park", "garden"],
            "area_m2": [40000.0, 900.0],
            "walk": "public",
            "tags": "{}",
        },
        geometry=[box(X0 + 150, Y0 - 330, X0 + 330, Y0 - 180), box(X0 - 60, Y0 - 60, X0 - 30, Y0 - 30)],
        crs=METRIC,
        index=pd.Index(["way/7001", "way/7002"], name="open_space_id"),
    )
    river = _line([(-half, half * 0.93), (0, half * 0.86), (half, half * 0.95)])
    water = gpd.GeoDataFrame(
        {"name": ["苏州河", pd.NA], "kind": ["area", "line"]},
        geometry=[river.buffer(25), _line([(200, 0), (260, 300)])],
        crs=METRIC,
        index=pd.Index(["way/8001", "way/8002"], name="water_id"),
    )
    gates = gpd.GeoDataFrame(
        {"node_id": [1, 2, 3], "barrier": "gate", "passage": ["open", "residents", "shut"], "name": pd.NA},
        geometry=spots([(65, 65), (65, -65), (-65, 65)]),
        crs=METRIC,
        index=pd.Index(["node/1", "node/2", "node/3"]),
    )
    metro = {"railway": "station", "station": "subway"}
    amenities = gpd.GeoDataFrame(
        {"name": [names.get("metro", "中山公园")], "name_en": ["Zhongshan Park"], "tags": [json.dumps(metro)]},
        geometry=spots([(-250, 180)]),
        crs=METRIC,
        index=pd.Index(["node/501"], name="amenity_id"),
    )
    corridor = streets[streets.name == names.get("street", "定西路")].head(1)
    speeds = SimpleNamespace(low=60.0, middle=80.0, high=90.0)
    title = names.get("title", "定西路科创街区")
    schematic = Text(
        "街道取自OpenStreetMap；建筑与全部设施由程序生成，不得作为决策依据。",
        "streets from OpenStreetMap; buildings and all facilities generated. Not for decisions.",
    )
    config = SimpleNamespace(
        name=Text(title, names.get("title", "Dingxi Road innovation belt")),
        schematic=schematic,
        walker=SimpleNamespace(profile="adult", speed_m_min=speeds, steps_factor=2.0, gates="residents", snap_m=150),
        score=SimpleNamespace(
            kind_weights={"LIFE": 1.0, "WORK": 1.0, "SERVICE": 1.0, "EXCHANGE": 1.0}, score_incomplete=False
        ),
        isochrones=SimpleNamespace(minutes=(5, 10, 15)),
        linkage=Linkage(),
        service_chains=(),
        map=SimpleNamespace(review_no=None, publisher=None),
        hash="0" * 64,
    )
    return SimpleNamespace(
        config=config,
        crs=METRIC,
        area=area,
        extent=box(X0 - half, Y0 - half, X0 + half, Y0 + half),
        margin_m=150.0,
        corridor=corridor,
        streets=streets,
        gates=gates,
        buildings=houses,
        amenities=amenities,
        open_space=green,
        barriers=barriers,
        water=water,
        carriers=carriers,
        institutes=carriers.iloc[:0],
        stations=stations,
        events=events,
        provenance={
            "osm": {
                "kind": "osm",
                "file": names.get("file", "town.osm"),
                "sha256": "ab" * 32,
                "osm_date": "2026-07-16",
            },
            "crs": "EPSG:32651",
        },
        fingerprint="f" * 64,
    )


def _coverage(houses, access, table):
    rows = []
    wide = access.pivot(index="building_id", columns="category", values="met").reindex(houses.index).astype(bool)
    for place, mask in (("area", houses["in_area"]), ("corridor", houses["on_corridor"])):
        for code in table.index[table.has_data]:
            for group in ("buildings", "residents", "workers"):
                weight = pd.Series(1.0, index=houses.index) if group == "buildings" else houses[group]
                weight = weight[mask].astype(float)
                count, total = float((weight * wide.loc[mask, code]).sum()), float(weight.sum())
                share = count / total if total else float("nan")
                rows.append((place, code, group, share, share * 0.95, min(1, share * 1.03), count, total))
    columns = ["place", "category", "group", "share", "share_low", "share_high", "count", "total"]
    return pd.DataFrame(rows, columns=columns)


def _isochrones(carriers):
    core = carriers[carriers.is_core]
    rows = []
    for origin, spot in core.geometry.items():
        for minutes in (5, 10, 15):
            angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
            radius = minutes * 55 * (1 + 0.12 * np.cos(4 * angle) + 0.05 * np.cos(9 * angle))
            shape = Polygon(np.column_stack([spot.x + radius * np.cos(angle), spot.y + radius * np.sin(angle)]))
            rows.append((origin, minutes, shape.area, shape))
    columns = ["origin", "minutes", "area_m2", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=METRIC)


def _completeness():
    rows = [
        ("streets", "街道", "Streets", 0.86),
        ("buildings", "建筑轮廓", "Building outlines", 0.03),
        ("amenities", "设施点", "Amenities", 0.09),
        ("levels", "建筑层数", "Building levels", 0.004),
        ("hours", "开放时间", "Opening hours", pd.NA),
    ]
    table = pd.DataFrame(rows, columns=["item", "zh", "en", "share"])
    return table.assign(basis_zh="实有与估计总数之比", basis_en="present over estimated total")


def _account(count):
    return pd.DataFrame(
        [("buildings", "建筑", "Buildings", count + 3, count, 3, "面积为零", "zero area")],
        columns=["source", "zh", "en", "read", "used", "excluded", "reason_zh", "reason_en"],
    )


def _notices(names):
    notice = Notice("levels", "W", Text("层数无法识别", "levels cannot be read"), Text("改为数字", "use a number"))
    return pd.DataFrame(
        [
            (
                notice.code,
                notice.severity,
                names.get("file", "town.osm"),
                "",
                14,
                "levels",
                names.get("value", "约三"),
                notice.what.zh,
                notice.what.en,
                notice.action.zh,
                notice.action.en,
            )
        ],
        columns=[column.name for column in schemas.NOTICES.columns],
    )
