"""A small generated town as an `Evaluation`: the shape reports and tables are made from, without running the engine.

Walks are straight lines × 1.25 at 80 m/min, so every share and score of the fixture follows from its own coordinates.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from innovation_fixture import no_innovation
from pyproj import CRS
from shapely.geometry import LineString, Point, Polygon, box

from corridor import schemas
from corridor.config import Linkage, People, Walker
from corridor.errors import Text

X0, Y0 = 349_400.0, 3_454_300.0
SPEED = {"low": 60.0, "middle": 80.0, "high": 90.0}
EVIL = "<img src=x onerror=alert(1)>"
GCJ = "gcj02"

# code, kind, zh, en, minutes, metres, clause, grade, number of places, incomplete in OSM
CATEGORIES = [
    ("edu.kinder", "LIFE", "幼儿园", "Kindergarten", 5, 300, "GB 50180-2018附录", "C", 3, False),
    ("food.market", "LIFE", "菜场", "Food market", 10, 500, "GB 50180-2018附录", "C", 4, False),
    ("food.conv", "LIFE", "便利店", "Convenience store", 5, None, "本项目设定", "—", 9, True),
    ("green.pocket", "LIFE", "公共空间≥400m²", "Public space ≥ 400 m²", 5, 400, "上海总规2017–2035", "C", 3, False),
    ("mobility.metro", "LIFE", "轨道", "Metro", 10, 800, "GB 50180-2018附录", "C", 3, False),
    ("elder.day", "LIFE", "日间照料", "Elder day care", 5, 300, "GB 50180-2018附录", "C", 0, False),
    ("carrier.poc", "WORK", "概念验证", "Proof of concept", 15, None, "本项目设定", "—", 1, False),
    ("carrier.incubator", "WORK", "孵化器", "Incubator", 15, None, "本项目设定", "—", 2, False),
    ("institute", "WORK", "科研院所", "Institute", 15, None, "本项目设定", "—", 2, False),
    ("station.business", "SERVICE", "营商", "Business service", 10, None, "本项目设定", "—", 2, False),
    ("station.ip", "SERVICE", "知识产权", "Intellectual property", 10, None, "本项目设定", "—", 1, False),
    ("third.cafe", "EXCHANGE", "咖啡", "Café", 5, None, "本项目设定", "—", 4, False),
    ("market.fair", "EXCHANGE", "市集", "Fair", 15, None, "本项目设定", "—", 1, False),
]
NS = ["凯旋路", "安西路", "种德路", "定西路", "利西路", "番禺路", "江苏路"]
EW = ["新华路", "法华镇路", "延安西路", "昭化路", "武夷路", "安化路", "长宁路"]
KINDS = ("LIFE", "WORK", "SERVICE", "EXCHANGE")


def _streets(crs: CRS) -> gpd.GeoDataFrame:
    t = np.linspace(-1250, 1250, 26)
    rows = []
    for i, name in enumerate(NS):
        x = X0 - 960 + 320 * i + 40 * np.sin(t / 500 + i)
        rows.append((name, ["secondary", "residential", "residential", "tertiary"][i % 4], x, Y0 + t, False))
    for i, name in enumerate(EW):
        y = Y0 - 900 + 300 * i + 45 * np.sin(t / 600 + i)
        rows.append((name, "primary" if name in ("延安西路", "长宁路") else "residential", X0 + t, y, False))
        if name == "延安西路":
            rows.append(("延安高架路", "motorway", X0 + t, y, True))
    for i in range(40):
        x, y = X0 - 1100 + 55 * i, Y0 - 760 + 300 * (i % 6)
        rows.append((f"{100 + i}弄", "service", np.array([x, x + 10]), np.array([y - 100, y + 90]), False))
    return gpd.GeoDataFrame(
        {
            "osm_id": pd.array(range(1, len(rows) + 1), dtype="Int64"),
            "name": [r[0] for r in rows],
            "name_en": pd.array([pd.NA] * len(rows), dtype="string"),
            "highway": [r[1] for r in rows],
            "layer": np.array([1 if r[4] else 0 for r in rows], dtype="int8"),
            "bridge": [r[4] for r in rows],
            "tunnel": False,
            "steps": False,
            "ramp": False,
            "crossing": pd.array([pd.NA] * len(rows), dtype="string"),
            "walk": ["none" if r[4] else "public" for r in rows],
            "why_not": pd.array([pd.NA] * len(rows), dtype="string"),
            "oneway_foot": np.zeros(len(rows), dtype="int8"),
            "tags": "{}",
            "nodes": [list(range(len(r[2]))) for r in rows],
            "signals": [[] for _ in rows],
            "crossings": [[] for _ in rows],
        },
        index=pd.Index([f"way/{i + 1}" for i in range(len(rows))], name="street_id"),
        geometry=[LineString(np.column_stack([r[2], r[3]])) for r in rows],
        crs=crs,
    )


def _buildings(crs: CRS, streets: gpd.GeoDataFrame, area: Polygon, corridor: Any, n: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(7)
    spacing = np.sqrt(2300 * 2300 / n)
    xs, ys = np.meshgrid(np.arange(X0 - 1150, X0 + 1150, spacing * 1.5), np.arange(Y0 - 1150, Y0 + 1150, spacing / 1.5))
    xs, ys = xs.ravel() + rng.uniform(-3, 3, xs.size), ys.ravel() + rng.uniform(-2, 2, ys.size)
    w, h = spacing * rng.uniform(0.7, 1.25, xs.size), spacing * rng.uniform(0.25, 0.45, xs.size)
    shapes = shapely.box(xs - w / 2, ys - h / 2, xs + w / 2, ys + h / 2)
    clear = shapely.distance(shapes, shapely.union_all(streets[streets["highway"] != "service"].geometry)) > 9
    shapes = shapes[clear]
    centre = shapely.centroid(shapes)
    m = len(shapes)
    near = streets[streets["name"].isin(EW)]
    place = near["name"].to_numpy()[
        np.argmin([shapely.distance(line, centre) for line in near.geometry.to_numpy()], axis=0)
    ]
    north = np.array(
        [
            shapely.get_y(c) > near.geometry[near["name"] == p].iloc[0].interpolate(0.5, normalized=True).y
            for c, p in zip(centre, place, strict=True)
        ]
    )
    use = rng.choice(["residential", "office", "unknown"], m, p=[0.6, 0.15, 0.25])
    footprint = shapely.area(shapes)
    floor = footprint * rng.integers(3, 8, m)
    residents = np.where(use != "office", floor / 40, 0.0)
    workers = np.where(use != "residential", floor / 25, 0.0)
    frame = gpd.GeoDataFrame(
        {
            "name": pd.array([EVIL if i == 3 else ("=SUM(A1)" if i == 4 else pd.NA) for i in range(m)], dtype="string"),
            "building": "yes",
            "use": use,
            "levels": pd.array([pd.NA] * m, dtype="Float64"),
            "height_m": pd.array([pd.NA] * m, dtype="Float64"),
            "street": pd.array([pd.NA] * m, dtype="string"),
            "housenumber": pd.array([pd.NA] * m, dtype="string"),
            "tags": '{"contact:phone": "021-555"}',
            "contact": "someone",
            "in_area": shapely.contains(area, centre),
            "on_corridor": shapely.distance(centre, corridor) <= 100,
            "connected": np.arange(m) % 97 != 0,
            "near_edge": False,
            "street_name": place,
            "place_zh": [f"{p}{'北侧' if n else '南侧'}" for p, n in zip(place, north, strict=True)],
            "place_en": [f"{'north' if n else 'south'} side of {p}" for p, n in zip(place, north, strict=True)],
            "footprint_m2": footprint,
            "floor_area_m2": floor.astype(float),
            "floor_area_assumed": True,
            "people_assumed": np.arange(m) % 4 != 0,
        },
        index=pd.Index([f"way/{1_000_000 + i}" for i in range(m)], name="building_id"),
        geometry=shapes,
        crs=crs,
    )
    for group, people in (("residents", residents), ("workers", workers)):
        frame[group] = people
        frame[f"{group}_low"], frame[f"{group}_high"] = people * 0.75, people * 1.3
    return frame


def _opportunities(crs: CRS) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(11)
    rows = []
    for code, _, zh, _, _, _, _, _, count, _ in CATEGORIES:
        spread = 350 if code.split(".")[0] in ("carrier", "institute") else 950
        for i in range(count):
            x, y = X0 + rng.uniform(-spread, spread), Y0 + rng.uniform(-spread, spread)
            rows.append((f"{code}|node/{len(rows)}", code, f"node/{len(rows)}", f"{zh}{i + 1}", Point(x, y)))
    return gpd.GeoDataFrame(
        {
            "category": [r[1] for r in rows],
            "source_id": [r[2] for r in rows],
            "source": "osm",
            "name": [r[3] for r in rows],
            "weight": 1.0,
            "opening_hours": pd.array([pd.NA] * len(rows), dtype="string"),
            "synthetic": True,
        },
        index=pd.Index([r[0] for r in rows], name="opportunity_id"),
        geometry=[r[4] for r in rows],
        crs=crs,
    )


def _category_table() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "code": code, "kind": kind, "zh": zh, "en": en, "tier_min": minutes, "tier_m": metres, "grade": grade,
                "source_zh": clause, "source_en": clause, "clause_zh": "", "clause_en": "", "weight": 1.0,
                "n_opportunities": count, "stage": pd.NA,
                "has_data": count > 0, "scored": count > 0 and not incomplete, "incomplete": incomplete,
            }
            for code, kind, zh, en, minutes, metres, clause, grade, count, incomplete in CATEGORIES
        ]
    ).set_index("code").rename_axis("category").astype({"tier_m": "Int64", "stage": "string"})  # fmt: skip


def _access(
    buildings: gpd.GeoDataFrame, opportunities: gpd.GeoDataFrame, table: pd.DataFrame, speed: float
) -> pd.DataFrame:
    centre = shapely.centroid(buildings.geometry.to_numpy())
    xy = shapely.get_coordinates(centre)
    frames = []
    for code, category in table[table["has_data"]].iterrows():
        to = shapely.get_coordinates(opportunities.geometry[opportunities["category"] == code].to_numpy())
        walk_m = 1.25 * np.sqrt(((xy[:, None] - to[None]) ** 2).sum(axis=2)).min(axis=1)
        walk_s = walk_m / speed * 60
        tier_s = category["tier_min"] * 60
        frame = pd.DataFrame(
            {
                "building_id": buildings.index,
                "category": code,
                "walk_s": pd.array(walk_s, dtype="Float64"),
                "walk_m": pd.array(walk_m, dtype="Float64"),
                **{f"n_{m}min": pd.array((walk_s <= m * 60).astype(int), dtype="Int64") for m in (5, 10, 15)},
                "met": pd.array(walk_s <= tier_s, dtype="boolean"),
                "within_m": pd.array(
                    walk_m <= category["tier_m"] if pd.notna(category["tier_m"]) else [pd.NA] * len(xy), dtype="boolean"
                ),
                "m": pd.array(np.clip(2 - walk_s / tier_s, 0, 1), dtype="Float64"),
            }
        )
        loose = ~buildings["connected"].to_numpy()
        frame.loc[loose, ["walk_s", "walk_m"]] = pd.NA
        frame.loc[loose, ["met", "m"]] = [False, 0.0]
        frame.loc[loose & frame["within_m"].notna(), "within_m"] = False
        frames.append(frame)
    long = pd.concat(frames).sort_values(["building_id", "category"]).reset_index(drop=True)
    return long.astype({"building_id": "category", "category": "category"})


def _scores(access: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    rows = access.astype({"building_id": object, "category": object}).join(table[["kind", "scored"]], on="category")
    rows = rows[rows["scored"]]
    kinds = rows.groupby(["building_id", "kind"])["m"].mean().unstack() * 100
    out = pd.DataFrame({f"score_{k.lower()}": kinds[k].astype("Float64") for k in KINDS})
    out["score_total"] = out.mean(axis=1).astype("Float64")
    return out


def _coverage(buildings: gpd.GeoDataFrame, by_speed: dict[str, pd.DataFrame], table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for place, column in (("area", "in_area"), ("corridor", "on_corridor")):
        ids = buildings.index[buildings[column]]
        for code in table.index[table["has_data"]]:
            met = {
                k: a[a["category"] == code].set_index("building_id")["met"].loc[ids].fillna(False)
                for k, a in by_speed.items()
            }
            for group in ("buildings", "residents", "workers"):
                weight = pd.Series(1.0, ids) if group == "buildings" else buildings.loc[ids, group]
                share = {k: float((weight * v.astype(float)).sum() / weight.sum()) for k, v in met.items()}
                rows.append(
                    (place, code, group, share["middle"], share["low"], share["high"],
                     share["middle"] * weight.sum(), weight.sum())
                )  # fmt: skip
    names = ["place", "category", "group", "share", "share_low", "share_high", "count", "total"]
    return pd.DataFrame(rows, columns=names)


def _by_time(coverage: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Two moments: every business station is open at the first, one of two at the second; one café of four is known."""
    rows = []
    for number, (moment, zh, en) in enumerate((("noon", "中午", "noon"), ("night", "夜里", "night"))):
        part = coverage[["place", "category", "group"]].copy()
        places = part["category"].map(table["n_opportunities"]).astype("int64")
        told = part["category"].map({"station.business": 2, "third.cafe": 1}).fillna(0).astype("int64")
        part["n_open"] = (told - number * (told > 0)).astype("int64")
        part["n_closed"] = told - part["n_open"]
        part["n_unknown"] = places - told
        for name, factor in (("share", 0.5 * (part["n_open"] > 0)), ("possible", 1.0)):
            for suffix in ("", "_low", "_high"):
                part[f"{name}{suffix}"] = (coverage[f"share{suffix}"] * factor).astype("Float64")
        rows.append(part.assign(moment=moment, moment_zh=zh, moment_en=en, at="2026-05-13 12:00"))
    return pd.concat(rows, ignore_index=True)


def _records(crs: CRS, opportunities: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    kind = {
        "carrier.poc": ("poc", "transfer"),
        "carrier.incubator": ("incubator", "incubation"),
        "institute": ("institute", "rd"),
    }
    c = opportunities[opportunities["category"].isin(kind)]
    carriers = gpd.GeoDataFrame(
        {
            "name": c["name"].to_list(),
            "kind": [kind[code][0] for code in c["category"]],
            "stage": [kind[code][1] for code in c["category"]],
            "is_core": [
                code == "carrier.incubator" and n.endswith("1")
                for code, n in zip(c["category"], c["name"], strict=True)
            ],
            "level": pd.array([pd.NA] * len(c), dtype="string"),
            "address": "@定西路1295号",
            "floor_area_m2": pd.array([3200.5] * len(c), dtype="Float64"),
            "usable_area_m2": pd.array([pd.NA] * len(c), dtype="Float64"),
            "firms": pd.array([12] * len(c), dtype="Int64"),
            "opened": pd.to_datetime(["2026-03-01"] * len(c)),
            "uncertainty_m": pd.array([150.0] * len(c), dtype="Float64"),
            "datum": GCJ,
            "source": "载体.csv",
            "synthetic": True,
            "phone": "13800000000",
        },
        index=pd.Index([f"00{i}2345678901234567" for i in range(len(c))], name="carrier_id"),
        geometry=c.geometry.to_list(),
        crs=crs,
    )
    s = opportunities[opportunities["category"].str.startswith("station.")]
    stations = gpd.GeoDataFrame(
        {
            "name": s["name"].to_list(),
            "type": s["category"].str.removeprefix("station.").to_list(),
            "address": "定西路",
            "hours": "周一至周五 9:00-17:00",
            "capacity": pd.array([pd.NA] * len(s), dtype="Float64"),
            "uncertainty_m": pd.array([50.0] * len(s), dtype="Float64"),
            "source": "站点.csv",
            "synthetic": True,
        },
        index=pd.Index([f"S{i}" for i in range(len(s))], name="station_id"),
        geometry=s.geometry.to_list(),
        crs=crs,
    )
    return carriers, stations


def _isochrones(crs: CRS, carriers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    core = carriers[carriers["is_core"]]
    rows = [(i, m, g.buffer(m * 80 / 1.25, quad_segs=6)) for i, g in core.geometry.items() for m in (5, 10, 15)]
    return gpd.GeoDataFrame(
        {"origin": [r[0] for r in rows], "minutes": [r[1] for r in rows], "area_m2": [r[2].area for r in rows]},
        geometry=[r[2] for r in rows],
        crs=crs,
    )


def _layer(crs: CRS, index: str, rows: list[tuple[str, dict[str, Any], Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        pd.DataFrame([r[1] for r in rows], index=pd.Index([r[0] for r in rows], name=index)),
        geometry=[r[2] for r in rows],
        crs=crs,
    )


def _study(crs: CRS, streets: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, area: Polygon, n: SimpleNamespace) -> Any:
    config = SimpleNamespace(
        name=Text("定西路科创街区", "Dingxi Road innovation belt"),
        schematic=Text(
            "97%的建筑与全部设施为生成；不得作为决策依据",
            "97% of buildings and all facilities are generated; not for decisions",
        ),
        corridor=SimpleNamespace(names=("定西路",), file=None, side_m=100.0),
        records=SimpleNamespace(carriers=SimpleNamespace(datum=GCJ)),
        walker=Walker.model_validate({}),
        people=People.model_validate({}),
        score=SimpleNamespace(kind_weights=dict.fromkeys(KINDS, 1.0), score_incomplete=False),
        linkage=Linkage(),
        service_chains=(),
        map=SimpleNamespace(review_no=None, publisher=None),
        hash="c0ffee" * 10 + "c0ff",
        folder="/home/somebody/secret/study",
    )
    park = box(X0 - 600, Y0 - 250, X0 - 450, Y0 - 60)
    canal = LineString([(X0 - 1200, Y0 + 1100), (X0, Y0 + 1040), (X0 + 1200, Y0 + 1120)]).buffer(25)
    rail = LineString([(X0 - 1020, Y0 - 1200), (X0 - 1040, Y0), (X0 - 1000, Y0 + 1200)])
    gate = {"node_id": 1, "barrier": "gate", "passage": "residents", "name": "院门", "tags": "{}"}
    green = {"name": "天山公园", "kind": "park", "area_m2": park.area, "walk": "public", "tags": "{}"}
    line = {"name": "3号线", "kind": "rail", "bridge": True, "tunnel": False, "layer": 1, "tags": "{}"}
    provenance = {
        "osm": {
            "kind": "pbf",
            "file": "town.osm.pbf",
            "sha256": "ab" * 32,
            "osm_date": "2026-07-16",
            "counts": {"ways": 5},
        },
        "records": {"carriers": {"file": "载体.csv", "sha256": "cd" * 32, "path": "/home/somebody/载体.csv"}},
    }
    return SimpleNamespace(
        config=config, crs=crs, area=area, extent=area.buffer(1300, quad_segs=2), corridor=n.corridor, streets=streets,
        gates=_layer(crs, "gate_id", [("node/1", gate, Point(X0 + 50, Y0 + 60))]),
        buildings=buildings, amenities=_empty(schemas.AMENITIES, crs),
        open_space=_layer(crs, "open_space_id", [("way/9", green, park)]),
        water=_layer(crs, "water_id", [("way/8", {"name": "苏州河", "kind": "area"}, canal)]),
        barriers=_layer(crs, "barrier_id", [("way/7", line, rail)]),
        carriers=n.carriers, stations=n.stations,
        firms=_empty(schemas.FIRMS, crs), events=_empty(schemas.EVENTS, crs),
        institutes=_empty(schemas.INSTITUTES, crs), platforms=_empty(schemas.PLATFORMS, crs),
        matches=pd.DataFrame(columns=[c.name for c in schemas.MATCHES.columns]),
        off_map=pd.DataFrame(columns=[c.name for c in schemas.OFF_MAP.columns]),
        projects=_empty(schemas.PROJECTS, crs), renewals=_empty(schemas.RENEWALS, crs), survey=_empty(schemas.SURVEY, crs),
        provenance=provenance, fingerprint="f" * 16,
    )  # fmt: skip


def _empty(table: schemas.Table, crs: CRS) -> gpd.GeoDataFrame:
    types = {"string": "string", "bool": "boolean", "float": "Float64", "int": "Int64"}
    index = pd.Index([], name=table.index.name, dtype="string")
    frame = pd.DataFrame(
        {c.name: pd.Series([], dtype=types.get(c.dtype, "datetime64[ns]")) for c in table.columns[:-1]}, index
    )
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], index=index, crs=crs))


def _whole(frame: gpd.GeoDataFrame, table: schemas.Table) -> gpd.GeoDataFrame:
    """Return the records with every column of their table; what the town does not tell is missing."""
    empty = _empty(table, frame.crs)
    new = {c: pd.Series(pd.NA, frame.index).astype(empty[c].dtype) for c in empty.columns if c not in frame}
    return frame.assign(**new)


def _account() -> pd.DataFrame:
    rows = [
        ("buildings", "建筑", "Buildings", 1210, 1200, "几何无效", "invalid geometry"),
        ("carriers", "科创载体", "Carriers", 8, 5, "没有坐标", "no coordinates"),
    ]
    names = ["source", "zh", "en", "read", "used", "reason_zh", "reason_en"]
    frame = pd.DataFrame(rows, columns=names)
    frame.insert(5, "excluded", frame["read"] - frame["used"])
    return frame


def _notices() -> pd.DataFrame:
    names = [column.name for column in schemas.NOTICES.columns]
    rows = [
        (
            "area.unit",
            "W",
            "载体.csv",
            "",
            14,
            "面积",
            "=1+1",
            "面积无法识别",
            "area not understood",
            "改为数字",
            "give a number",
        ),
        (
            "coord.missing",
            "W",
            "载体.csv",
            "",
            15,
            "经度",
            "-121.4",
            "没有坐标",
            "no coordinates",
            "补充坐标",
            "add coordinates",
        ),
        ("osm.way.cut", "R", "town.osm.pbf", "", pd.NA, "", EVIL, "道路在边界处截断", "way cut at the border", "", ""),
    ]
    return pd.DataFrame(rows, columns=names).astype({"row": "Int64"})


def _completeness() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("buildings", "建筑轮廓", "Building outlines", 0.42, "有建筑的格", "cells with a building"),
            ("levels", "建筑层数", "Building levels", 0.031, "有层数的建筑", "buildings with levels"),
            ("use", "建筑用途", "Building use", 0.75, "用途明确的建筑", "buildings with a known use"),
            ("people", "人口资料", "Population data", None, "未提供", "not supplied"),
        ],
        columns=["item", "zh", "en", "share", "basis_zh", "basis_en"],
    ).set_index("item")


def make_evaluation(n_buildings: int = 1500) -> Any:
    """Build the town and evaluate it."""
    crs = CRS.from_epsg(32651)
    streets = _streets(crs)
    line = streets.geometry[streets["name"] == "定西路"].iloc[0]
    area = Polygon(
        [(X0 - 930, Y0 - 600), (X0 + 900, Y0 - 560), (X0 + 940, Y0 + 860), (X0 - 200, Y0 + 900), (X0 - 960, Y0 + 700)]
    )
    corridor = gpd.GeoDataFrame({"name": ["定西路"]}, geometry=[line.intersection(area.buffer(150))], crs=crs)
    buildings = _buildings(crs, streets, area, corridor.geometry.iloc[0], n_buildings)
    opportunities = _opportunities(crs)
    table = _category_table()
    by_speed = {k: _access(buildings, opportunities, table, v) for k, v in SPEED.items()}
    scores = {k: _scores(a, table).reindex(buildings.index)[buildings["connected"]] for k, a in by_speed.items()}
    result = buildings.drop(columns=["tags"]).join(scores["middle"])
    result["score_total_low"], result["score_total_high"] = scores["low"]["score_total"], scores["high"]["score_total"]
    met = by_speed["middle"].astype({"building_id": object, "category": object}).join(table["scored"], on="category")
    result["n_met"] = met[met["scored"]].groupby("building_id")["met"].sum().astype("Int64")
    result["n_met"] = result["n_met"].fillna(0).astype("int64")
    result["n_scored"] = int(table["scored"].sum())
    carriers, stations = _records(crs, opportunities)
    carriers, stations = _whole(carriers, schemas.CARRIERS), _whole(stations, schemas.STATIONS)
    parts = SimpleNamespace(corridor=corridor, opportunities=opportunities, carriers=carriers, stations=stations)
    categories = tuple(
        SimpleNamespace(code=c[0], kind=c[1], zh=c[2], en=c[3], tier_min=c[4], tier_m=c[5], clause=c[6], grade=c[7])
        for c in CATEGORIES
    )
    inside = result[result["in_area"]]
    return SimpleNamespace(
        study=_study(crs, streets, buildings, area, parts),
        categories=categories,
        category_table=table,
        opportunities=opportunities,
        access=by_speed["middle"],
        buildings=result,
        coverage=_coverage(result, by_speed, table),
        by_time=_by_time(_coverage(result, by_speed, table), table),
        isochrones=_isochrones(crs, carriers),
        innovation=no_innovation(crs),
        completeness=_completeness(),
        parts=frozenset(("life_circle", "by_time", "isochrones")),
        account=_account(),
        notices=_notices(),
        summary={
            "corridor_m": float(corridor.length.sum()),
            "median_score": float(inside["score_total"].median()),
            "nothing": float("nan"),
        },
        targets=None,
    )
