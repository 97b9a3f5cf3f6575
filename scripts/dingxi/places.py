"""Shops, services, stops and stations: points with tags in OSM's manner, at a realistic density."""

from __future__ import annotations

import random
from dataclasses import dataclass

from shapely import LineString, Point

from dingxi import plan
from dingxi.facts import Facts, Plane
from dingxi.parcels import HOMES
from dingxi.shapes import XY, beside, dice, grid
from dingxi.streets import SCHEMATIC
from dingxi.town import HALF_WIDTH, KERB, Building, Parcel, Place, Tags, Town

# what a shop unit holds: (share, tags, word in its name); no word: mostly unnamed
TRADES: list[tuple[float, Tags, str]] = [
    (15, {"amenity": "restaurant"}, "餐厅"),
    (8, {"amenity": "fast_food"}, "小吃"),
    (2.3, {"amenity": "cafe"}, "咖啡"),
    (3.3, {"shop": "convenience"}, "便利店"),
    (0.55, {"amenity": "pharmacy"}, "药房"),
    (0.3, {"shop": "supermarket"}, "超市"),
    (8, {"shop": "clothes"}, ""),
    (6, {"shop": "hairdresser"}, "美发"),
    (4, {"shop": "bakery"}, "面包房"),
    (4, {"shop": "greengrocer"}, "果蔬"),
    (2.5, {"amenity": "bank"}, "银行网点"),
    (2, {"shop": "mobile_phone"}, ""),
    (4, {"office": "estate_agent"}, "房产"),
    (2.5, {"shop": "laundry"}, ""),
    (1.5, {"shop": "florist"}, "花店"),
    (1.5, {"shop": "optician"}, "眼镜"),
    (1.5, {"amenity": "bar"}, ""),
    (1.5, {"shop": "hardware"}, "五金"),
    (0.1, {"leisure": "fitness_centre"}, "健身"),
    (0.12, {"shop": "books"}, "书店"),
    (36, {}, ""),
]
# Of the units that hold nothing mapped so many stand empty; OSM writes it in two ways.
VACANT = 0.2
EMPTY: tuple[Tags, ...] = ({"shop": "vacant"}, {"shop": "vacant"}, {"disused:shop": "clothes"})
SHOP_M = 5.0  # middle of a shop behind the building line
FIRST = "和福新兴安永乐源春江海云南北东西老小大金玉宝顺德明清雅"
SECOND = "记园味里坊居堂轩家缘庭舍角岸巷弄口桥村泉林叶"


@dataclass(frozen=True)
class Service:
    """A service spread over the belt: wanted number, distance between two in metres, share of far blocks with one."""

    tags: Tags
    name: str
    count: int
    apart_m: float
    far: float
    inside: bool = False  # in the compound, not at its street side


SERVICES = (
    Service({"amenity": "clinic", "healthcare": "clinic"}, "社区卫生服务站", 11, 430, 0.07),
    Service(
        {"amenity": "social_facility", "social_facility": "day_care", "social_facility:for": "senior"},
        "日间照料中心",
        12,
        390,
        0.07,
    ),
    Service({"amenity": "restaurant"}, "社区食堂", 8, 520, 0.05),
    Service({"amenity": "community_centre"}, "文化活动室", 13, 370, 0.09),
    Service({"amenity": "childcare"}, "托育园", 7, 520, 0.05),
    Service({"leisure": "fitness_station"}, "", 34, 190, 0.12, inside=True),
    Service({"amenity": "library"}, "社区图书馆", 2, 1100, 0.015),
    Service({"amenity": "townhall"}, "社区事务受理服务中心", 2, 1200, 0.02),
    Service({"shop": "supermarket"}, "超市", 3, 800, 0.1),
    Service({"shop": "books"}, "书店", 1, 900, 0.01),
    Service({"amenity": "post_office"}, "邮政支局", 3, 900, 0.02),
    Service({"leisure": "sports_centre"}, "健身中心", 1, 900, 0.03),
    Service({"tourism": "museum"}, "展览馆", 0, 450, 0.003),
    Service({"historic": "building", "heritage": "4"}, "历史建筑", 0, 420, 0.003),
)
FAR_TRADES: list[tuple[float, Tags, str]] = [
    (1.1, {"amenity": "restaurant"}, "餐厅"),
    (0.5, {"amenity": "fast_food"}, "小吃"),
    (0.75, {"shop": "convenience"}, "便利店"),
    (0.16, {"amenity": "pharmacy"}, "药房"),
    (0.22, {"amenity": "cafe"}, "咖啡"),
    (0.12, {"amenity": "bank"}, "银行网点"),
    (0.14, {"amenity": "kindergarten"}, "幼儿园"),
    (0.07, {"amenity": "school"}, "小学"),
    (0.045, {"amenity": "school"}, "中学"),
    (0.06, {"amenity": "marketplace"}, "菜场"),
    (0.02, {"amenity": "clinic", "healthcare": "centre"}, "社区卫生服务中心"),
    (0.06, {"leisure": "fitness_centre"}, "健身"),
    (0.015, {"amenity": "community_centre"}, "社区文化活动中心"),
]


def furnish(town: Town, facts: Facts) -> None:
    """Put all places into the town."""
    plane = Plane(*facts["origin"])
    for service in facts["services"]:
        tags = service["tags"] | {"name": service["name"], "source": "public notice"}
        if "address" in service:
            tags |= {"addr:street": service["address"][0], "addr:housenumber": service["address"][1]}
        town.places.append(Place(plane.xy(service["at"]), tags))
    _metro(town, facts, plane)
    _buses(town)
    vacant = _trades(town)
    for service in SERVICES:
        _spread(town, service)
    _far(town)
    town.places += vacant
    for street, at, side in plan.VACANT:
        way = town.street(street)
        spot = beside(way.line, at, side * (HALF_WIDTH[way.highway] + SHOP_M))
        town.places.append(Place(spot, EMPTY[0] | SCHEMATIC))


def _metro(town: Town, facts: Facts, plane: Plane) -> None:
    known = [(s["name"], s["en"], plane.xy(s["at"])) for s in facts["metro"]]
    outer = [(name, f"Schematic Station {i}", at) for i, (name, at) in enumerate(plan.OUTER_STATIONS, 1)]
    for name, english, at in known + outer:
        real = {"source": "OpenStreetMap, rounded"} if (name, english, at) in known else SCHEMATIC
        tags = {"railway": "station", "station": "subway", "subway": "yes", "public_transport": "station"}
        town.places.append(Place(at, tags | {"name": name, "name:en": english} | real))
        corners = sorted(
            (Point(at).distance(Point(p)), p) for i in town.near(Point(at), 120) for p in town.streets[i].points
        )
        taken: list[XY] = []
        for distance, corner in corners:
            spot = grid((corner[0] + 9, corner[1] + 12))
            if 25 < distance < 150 and all(Point(spot).distance(Point(t)) > 55 for t in taken):
                taken.append(spot)
        for number, spot in enumerate(taken[:4], 1):
            town.places.append(Place(spot, {"railway": "subway_entrance", "name": f"{name}站{number}号口"} | SCHEMATIC))


def _buses(town: Town) -> None:
    stops: list[Point] = []
    for index, way in enumerate(town.streets):
        if way.highway not in ("primary", "secondary", "tertiary") or way.line.length < 150:
            continue
        near = way.line.distance(town.reporting) < 400
        every = 400 if near else 500
        rng = dice("bus", index)
        at, side = rng.uniform(60, 200), 1
        while at < way.line.length - 40:
            stop = Point(beside(way.line, at, HALF_WIDTH[way.highway] * KERB * side))
            if all(stop.distance(other) > 210 for other in stops) and town.extent.contains(stop):
                stops.append(stop)
                tags = {"highway": "bus_stop", "public_transport": "platform", "bus": "yes"}
                label = {"name": f"{way.tags['name']}（示意站{len(stops)}）"} if "name" in way.tags else {}
                town.places.append(Place((stop.x, stop.y), tags | label | SCHEMATIC))
            at, side = at + every * rng.uniform(0.8, 1.2), -side


def _trades(town: Town) -> list[Place]:
    """Fill the shops; return the units that stand empty."""
    vacant = []
    shares = [share for share, _, _ in TRADES]
    for number, building in enumerate(b for b in town.buildings if b.kind in ("shop", "mall")):
        rng = dice("trade", number)
        box = building.shape.minimum_rotated_rectangle
        long_side = max(
            LineString(e).length for e in zip(box.exterior.coords, list(box.exterior.coords)[1:], strict=False)
        )
        for unit in range(max(1, min(4, round(long_side / 19)))):
            _, tags, word = rng.choices(TRADES, shares)[0]
            if tags:
                town.places.append(Place(_inside(building, unit, rng), tags | _called(word, rng) | SCHEMATIC))
            elif (lot := dice("vacant", number, unit)).random() < VACANT:
                vacant.append(Place(_inside(building, unit, lot), lot.choice(EMPTY) | SCHEMATIC))
    return vacant


def _called(word: str, rng: random.Random) -> Tags:
    """Invent a name, or none, as in OSM."""
    return {"name": rng.choice(FIRST) + rng.choice(SECOND) + word} if word and rng.random() < 0.62 else {}


def _inside(building: Building, unit: int, rng: random.Random) -> XY:
    ring = building.shape.exterior
    middle = building.shape.representative_point()
    edge = ring.interpolate((0.13 + 0.23 * unit + rng.uniform(-0.03, 0.03)) % 1.0, normalized=True)
    return grid((middle.x + (edge.x - middle.x) * 0.7, middle.y + (edge.y - middle.y) * 0.7))


def _spread(town: Town, service: Service) -> None:
    fitting = [p for p in town.parcels if p.kind in HOMES and p.front and p.distance < 450]
    dice("service", service.name, *service.tags.values()).shuffle(fitting)
    spots: list[Point] = []
    for parcel in fitting:
        spot = Point(_at_front(parcel, 0.4) if not service.inside else grid(parcel.centre.coords[0]))
        if len(spots) < service.count and all(spot.distance(s) > service.apart_m for s in spots):
            spots.append(spot)
    for number, spot in enumerate(spots, 1):
        name = {"name": f"示意{service.name}{number}"} if service.name else {}
        town.places.append(Place((spot.x, spot.y), service.tags | name | SCHEMATIC))


def _at_front(parcel: Parcel, share: float) -> XY:
    """Point six metres behind a parcel's first street side."""
    spot = parcel.front[0][0].interpolate(share, normalized=True)
    inner = parcel.centre
    reach = min(1.0, 6.0 / max(spot.distance(inner), 1.0))
    return grid((spot.x + (inner.x - spot.x) * reach, spot.y + (inner.y - spot.y) * reach))


def _far(town: Town) -> None:
    """Everyday places beyond the built-up belt, so that no one near its rim is undercounted."""
    for parcel in town.parcels:
        if parcel.kind != "far" or not parcel.front:
            continue
        rng = dice("far places", parcel.name)
        wanted = [(share, tags, word, True) for share, tags, word in FAR_TRADES]
        wanted += [(s.far, s.tags, s.name, False) for s in SERVICES]
        for share, tags, word, trade in wanted:
            for _ in range(int(share) + (rng.random() < share % 1)):
                side = rng.randrange(len(parcel.front))
                turned = Parcel(parcel.shape, parcel.name, front=parcel.front[side:])
                name = _called(word, rng) if trade and "school" not in tags.values() else {}
                if not name and (not trade or tags.get("amenity") in ("school", "kindergarten", "clinic")):
                    name = {"name": f"示意{word}{parcel.name}"} if word else {}
                town.places.append(Place(_at_front(turned, rng.uniform(0.05, 0.95)), tags | name | SCHEMATIC))
