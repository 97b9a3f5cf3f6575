"""Buildings on a parcel: one function for each kind of use."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.affinity import rotate

from dingxi import rows as r
from dingxi.compounds import Yard, branches, enclose, gate, has_shops, lead, meets, spine, yard
from dingxi.shapes import along, box, clear, dice, grid, largest, outline
from dingxi.streets import SCHEMATIC
from dingxi.town import Area, Building, Parcel, Tags, Town, Way

SHOP_STRIP_M = 12.0


def build(town: Town) -> None:
    """Build on every parcel of the town."""
    for parcel in town.parcels:
        FILLERS[parcel.kind](town, parcel)


def add(town: Town, shapes: list[Polygon], kind: str, tags: Tags | None = None) -> list[Building]:
    """Add buildings given in the town's frame."""
    built = []
    for shape in shapes:
        ring = outline(shape)
        holes = [[grid(p) for p in hole.coords] for hole in shape.interiors]
        built.append(Building(Polygon(ring, holes), dict(tags or {}), kind))
    town.buildings += built
    return built


def placed(yard_: Yard, shapes: list[Polygon], kind: str, tags: Tags | None = None) -> list[Building]:
    """Add buildings given in a yard's turned frame."""
    return add(yard_.town, [largest(yard_.outward(s)) for s in shapes], kind, tags)


def shops(town: Town, parcel: Parcel, yard_: Yard) -> None:
    """Line the parcel's shopping streets with shops, clear of the gates."""
    sides = [line for line, i in parcel.front if has_shops(town, i) and line.length > 20]
    ground = parcel.shape.difference(yard_.ground.buffer(0.6))
    keep = [LineString(yard_.outward(p).coords) for p in yard_.paths]
    if sides and isinstance(ground, Polygon | MultiPolygon):
        add(town, r.frontage(sides, ground, keep, (8.0, 10.6), yard_.rng), "shop")


def resident_gate(rng: random.Random) -> tuple[Tags, Tags]:
    """Tags of a compound's gate, and of the paths behind it: most are for residents, some open."""
    private: Tags = {"access": "private"}
    return rng.choices(
        [
            (private, private),
            ({"access": "yes"}, {}),
            ({}, {}),
            ({"foot": "yes", "access": "private"}, {"foot": "permissive", "access": "private"}),
        ],
        [70, 12, 10, 8],
    )[0]


def _gates(yard_: Yard, door: Tags, second: float) -> None:
    """One gate, on a quiet street where there is one, and maybe a second elsewhere."""
    rng, parcel, town = yard_.rng, yard_.parcel, yard_.town
    quiet = sorted(
        range(len(parcel.front)), key=lambda i: (has_shops(town, parcel.front[i][1]), -parcel.front[i][0].length)
    )
    order = quiet if rng.random() < 0.6 else list(range(len(parcel.front)))
    made = 0
    for wanted in (1, 2):
        if wanted == 2 and rng.random() > second:
            return
        for front in order:
            tags = door if made == 0 else rng.choices((door, {"access": "private"}, {"access": "no"}), (66, 31, 3))[0]
            if made < wanted and any(gate(yard_, front, rng.uniform(0.2, 0.8), tags) for _ in range(4)):
                made += 1
        if not made:
            return


def homes(pattern: r.Pattern, kind: str) -> Callable[[Town, Parcel], None]:
    """Walled compound of parallel slabs with a gate, an inner road and footpaths between the rows."""

    def fill(town: Town, parcel: Parcel) -> None:
        yard_ = yard(town, parcel, strip=SHOP_STRIP_M)
        door, yard_.access = resident_gate(yard_.rng)
        enclose(yard_, "wall")
        if parcel.kind == "island":
            yard_.access = {}
        else:
            _gates(yard_, door, 0.32)
        road = spine(yard_) if yard_.entries or parcel.kind == "island" else None
        slabs, gaps = r.rows(yard_.free(4.0, 3.4), pattern, yard_.rng)
        placed(yard_, slabs, kind)
        if road:
            _loose_ends(yard_, road[0])
            branches(yard_, *road, gaps, 0.9 if parcel.kind == "island" else 0.42)
        shops(town, parcel, yard_)

    return fill


def _loose_ends(yard_: Yard, road: Way) -> None:
    """Lead a second gate's path to the inner road where no building stands between."""
    for entry, _ in yard_.entries[1:]:
        start = yard_.world([entry, entry])[0]
        end = min(road.points, key=lambda p: Point(p).distance(Point(start)))
        line = LineString([start, end])
        target = yard_.inward(Point(end))
        inside = yard_.ground.buffer(-1.5).contains(line) and not meets(
            yard_, entry, along((target.x, target.y), entry, 1)
        )
        if line.length > 4 and inside and clear(line, [b.shape for b in yard_.town.buildings[-60:]], 1.5):
            yard_.town.paths.append(Way([start, end], {"highway": "footway"} | yard_.access | SCHEMATIC))


def towers(town: Town, parcel: Parcel) -> None:
    """Walled compound of point towers around a garden."""
    yard_ = yard(town, parcel, strip=SHOP_STRIP_M)
    door, yard_.access = resident_gate(yard_.rng)
    enclose(yard_, "wall")
    _gates(yard_, door, 0.25)
    if yard_.entries:
        spine(yard_, keep=16)
    rng = yard_.rng
    shapes = r.points(yard_.free(5, 3.6), (20, 28), rng.uniform(10, 17), ("cross", "notch", "cross"), rng)
    placed(yard_, shapes, "tower")
    if len(shapes) < 2:
        built = [yard_.inward(b.shape) for b in town.buildings[-1:]] if shapes else []
        slabs, _ = r.rows(yard_.free(4, 3.4), r.MIXED, rng)
        placed(yard_, [s for s in slabs if clear(s, built, 9)], "mixed")
    shops(town, parcel, yard_)


def lanes(town: Town, parcel: Parcel) -> None:
    """里弄: dense rows of small houses off an alley; the gateway is mostly open."""
    yard_ = yard(town, parcel, strip=SHOP_STRIP_M if parcel.shape.area > 3000 else 0)
    if yard_.rng.random() < 0.65:
        enclose(yard_, "wall", inset_m=0.5)
    door: Tags = {} if yard_.rng.random() < 0.75 else {"access": "private"}
    yard_.access = dict(door)
    _gates(yard_, door, 0.4)
    road = spine(yard_, keep=3) if yard_.entries else None
    houses, gaps = r.rows(yard_.free(1.6, 2.2), r.LANE, yard_.rng)
    placed(yard_, houses, "lane")
    if road:
        branches(yard_, *road, gaps, 0.0)
    shops(town, parcel, yard_)


def villas(town: Town, parcel: Parcel) -> None:
    """Garden houses, each by itself, behind walls."""
    yard_ = yard(town, parcel, strip=0)
    yard_.access = {"access": "private"}
    enclose(yard_, "wall")
    _gates(yard_, {"access": "private"}, 0.0)
    if yard_.entries:
        spine(yard_)
    placed(yard_, r.points(yard_.free(3.5, 3), (11, 18), 7, ("bar", "ell", "notch"), yard_.rng), "villa")


def shop_corner(town: Town, parcel: Parcel) -> None:
    """Small corner: shops on all its street sides."""
    add(
        town,
        r.frontage([line for line, _ in parcel.front], parcel.shape, [], (8.5, 12), dice("corner", parcel.name)),
        "shop",
    )


def offices(town: Town, parcel: Parcel, kind: str = "office") -> None:
    """Office towers on podiums, open forecourt."""
    yard_ = yard(town, parcel)
    room = largest(yard_.free(7, 3))
    rng = yard_.rng
    named: Tags = {"name": parcel.name} if not parcel.name[0].isdigit() else {}
    shapes = r.points(
        room, (34, 50) if parcel.shape.area > 5000 else (26, 36), 12, ("bar", "notch", "ell", "cross"), rng
    )[:4]
    built = placed(yard_, shapes, kind)
    if built:
        built[0].tags.update(named)
        for one in built[:2]:
            _door(one, parcel)


def _door(building: Building, parcel: Parcel) -> None:
    """Put the main entrance in the middle of the edge nearest to the parcel's first street side."""
    side = parcel.front[0][0] if parcel.front else parcel.shape.exterior
    ring = outline(building.shape)
    edges = [LineString(e) for e in pairwise(ring) if LineString(e).length > 5]
    best = min(edges, key=lambda e: (round(e.interpolate(0.5, normalized=True).distance(side), 1), e.bounds))
    building.doors.append((grid(best.interpolate(0.5, normalized=True).coords[0]), {"entrance": "main"} | SCHEMATIC))


def mall(town: Town, parcel: Parcel) -> None:
    """One large building with a court, and its forecourt."""
    yard_ = yard(town, parcel)
    room = largest(yard_.free(8, 3))
    west, south, east, north = room.bounds
    w, h = (east - west) * 0.62, (north - south) * 0.62
    shape = _fit(room, w, h)
    if not shape.is_empty:
        x0, y0, x1, y1 = shape.bounds
        if min(x1 - x0, y1 - y0) > 44:
            shape = shape.difference(
                box(x0 + 0.38 * (x1 - x0), y0 + 0.36 * (y1 - y0), x0 + 0.6 * (x1 - x0), y0 + 0.6 * (y1 - y0))
            )
        for one in placed(yard_, [largest(shape)], "mall"):
            _door(one, parcel)
    shops(town, parcel, yard_)


def _fit(room: Polygon, w: float, h: float) -> Polygon:
    """Largest rectangle of a size's proportions about the room's middle."""
    middle = room.representative_point()
    for _ in range(24):
        shape = box(middle.x - w / 2, middle.y - h / 2, middle.x + w / 2, middle.y + h / 2)
        if room.contains(shape):
            return shape
        w, h = w * 0.93, h * 0.93
    return Polygon()


def single(kind: str, share: float) -> Callable[[Town, Parcel], None]:
    """One building on an open parcel: market hall, clinic, hotel, culture centre."""

    def fill(town: Town, parcel: Parcel) -> None:
        yard_ = yard(town, parcel)
        room = largest(yard_.free(5, 3))
        west, south, east, north = room.bounds
        shape = _fit(room, min(70, (east - west) * share), min(48, (north - south) * share))
        if not shape.is_empty:
            for one in placed(yard_, [shape], kind):
                _door(one, parcel)

    return fill


def school(town: Town, parcel: Parcel) -> None:
    """School: classrooms on the north side, a pitch to the south, a fence with one gate."""
    yard_ = yard(town, parcel)
    enclose(yard_, "fence")
    yard_.access = {"access": "private"}
    _gates(yard_, {"access": "private"}, 0.0)
    room = yard_.free(5, 4)
    middle = largest(room)
    west, south, east, north = middle.bounds
    small = parcel.kind == "kinder"
    split = south + (north - south) * (0.36 if small else 0.48)
    upper = room.intersection(box(west, split, east, north))
    slabs, _ = r.rows(upper, r.Pattern((12, 15), (14, 18), (28, 62), (8, 12), jog=0.6), yard_.rng)
    placed(yard_, slabs[: 2 if small else 5], "kinder" if small else "school")
    pitch = _fit(
        largest(room.intersection(box(west, south, east, split - 4))), (east - west) * 0.9, (split - south) * 0.9
    )
    if pitch.area > 250:
        tags = {"leisure": "playground"} if small else {"leisure": "pitch", "sport": "athletics", "surface": "tartan"}
        town.areas.append(
            Area(Polygon(outline(largest(yard_.outward(pitch)))), tags | {"access": "private"} | SCHEMATIC)
        )
    name = {"primary": "小学", "middle": "中学", "kinder": "幼儿园"}[parcel.kind]
    tags = {"amenity": "kindergarten" if small else "school", "name": f"示意{name}{_rank(town, parcel)}"}
    town.areas.append(Area(Polygon(outline(yard_.ground.buffer(-0.3))), tags | SCHEMATIC))


def _rank(town: Town, parcel: Parcel) -> int:
    return 1 + [p.name for p in town.parcels if p.kind == parcel.kind].index(parcel.name)


def campus(pattern: r.Pattern, kind: str, door: Tags, inside: Tags) -> Callable[[Town, Parcel], None]:
    """Large ground with few gates: university, institute, renewed works."""

    def fill(town: Town, parcel: Parcel) -> None:
        yard_ = yard(town, parcel)
        enclose(yard_, "fence" if kind != "works" else "wall")
        yard_.access = dict(inside)
        for i in range(min(3, len(parcel.front))):
            any(gate(yard_, i, s, door) for s in (0.5, 0.35, 0.65, 0.2, 0.8))
        road = spine(yard_) if yard_.entries else None
        slabs, gaps = r.rows(yard_.free(6, 4), pattern, yard_.rng)
        built = placed(yard_, [_court(s, yard_.rng) for s in slabs], kind)
        for one in built[:2]:
            _door(one, parcel)
        if road:
            _loose_ends(yard_, road[0])
            branches(yard_, *road, gaps, 0.8)

    return fill


def _court(slab: Polygon, rng: random.Random) -> Polygon:
    """Give a slab a courtyard where it is large enough."""
    x0, y0, x1, y1 = slab.bounds
    if min(x1 - x0, y1 - y0) < 17 or rng.random() > 0.5:
        return slab
    return largest(slab.difference(box(x0 + 5.5, y0 + 5.5, x0 + 5.5 + (x1 - x0 - 11) * 0.6, y1 - 5.5)))


def park(town: Town, parcel: Parcel) -> None:
    """Park behind a fence with few gates: a round path, paths to it, a pond."""
    yard_ = yard(town, parcel)
    big = parcel.shape.area > 1e5
    enclose(yard_, "fence")
    for i in range(len(parcel.front)):
        if len(yard_.entries) < (4 if big else 3):
            any(gate(yard_, i, s, {"access": "yes"}, highway="footway", depth=9) for s in (0.5, 0.3, 0.7))
    round_ = largest(yard_.turned.buffer(-32 if big else -26)).simplify(5)
    way = lead(yard_, [*round_.exterior.coords], {"highway": "footway"})
    for entry, _ in yard_.entries:
        start = yard_.world([entry, entry])[0]
        near = way.line.interpolate(way.line.project(Point(start)))
        foot = way.add(way.spot((near.x, near.y), 4))
        town.paths.append(Way([start, foot], {"highway": "footway"} | SCHEMATIC))
    axis = round_.centroid
    pond = Point(axis.x + 10, axis.y).buffer(34 if big else 20, quad_segs=5)
    pond = largest(rotate(pond.intersection(round_.buffer(-10)), 20))
    town.areas.append(
        Area(Polygon(outline(largest(yard_.outward(pond)))), {"natural": "water", "water": "pond"} | SCHEMATIC)
    )
    tags = {"leisure": "park", "name": parcel.name}
    town.areas.append(
        Area(Polygon(outline(parcel.shape)), tags | {"source": "OpenStreetMap, rounded; outline schematic"})
    )
    if big:
        placed(
            yard_,
            r.points(round_.difference(pond.buffer(20)), (14, 22), 150, ("bar", "ell"), yard_.rng)[:6],
            "pavilion",
        )


def pocket(town: Town, parcel: Parcel) -> None:
    """Pocket park, open to its streets."""
    tags = {
        "leisure": "garden" if parcel.shape.area < 1500 else "park",
        "name": f"示意{'口袋公园' if parcel.shape.area < 1e4 else '公园'}{_rank(town, parcel)}",
    }
    town.areas.append(Area(Polygon(outline(parcel.shape)), tags | SCHEMATIC))
    yard_ = yard(town, parcel)
    for i in range(min(2, len(parcel.front))):
        gate(yard_, i, 0.5, {}, highway="footway", depth=6)


def green(town: Town, parcel: Parcel) -> None:
    """Leftover ground: grass."""
    town.areas.append(Area(Polygon(outline(parcel.shape)), {"landuse": "grass"} | SCHEMATIC))


def far(town: Town, parcel: Parcel) -> None:
    """Sparse building far out: now and then an office, a shopping centre or a few slabs."""
    rng = dice("far", parcel.name)
    pick = rng.random()
    if pick > 0.96 and parcel.front:
        town.areas.append(Area(Polygon(outline(parcel.shape)), {"leisure": "park"} | SCHEMATIC))
        return
    yard_ = yard(town, parcel)
    room = yard_.free(9, 3)
    if pick < 0.24 and parcel.front:
        side = yard_.inward(parcel.front[0][0])
        shapes = r.points(largest(room.intersection(side.buffer(70))), (30, 46), 26, ("bar", "notch", "ell"), rng)
        placed(yard_, shapes[:: max(1, len(shapes) // 2)][:2], "office")
    elif pick < 0.34:
        slabs, _ = r.rows(room, r.SLAB, rng)
        placed(yard_, slabs[::7][:3], "slab")


FILLERS: dict[str, Callable[[Town, Parcel], None]] = {
    "slab": homes(r.SLAB, "slab"),
    "island": homes(r.SLAB, "slab"),
    "mixed": homes(r.MIXED, "mixed"),
    "tower": towers,
    "lane": lanes,
    "villa": villas,
    "shops": shop_corner,
    "office": offices,
    "mall": mall,
    "market": single("market", 0.75),
    "health": single("clinic", 0.62),
    "culture": single("culture", 0.62),
    "hotel": single("hotel", 0.6),
    "hospital": campus(r.CAMPUS, "hospital", {"access": "yes"}, {}),
    "primary": school,
    "middle": school,
    "kinder": school,
    "campus": campus(r.CAMPUS, "university", {"access": "yes"}, {}),
    "institute": campus(
        r.CAMPUS, "institute", {"access": "private", "foot": "yes"}, {"access": "private", "foot": "permissive"}
    ),
    "quarter": campus(r.WORKS, "works", {"access": "yes"}, {}),
    "park": park,
    "commons": pocket,
    "pocket": pocket,
    "green": green,
    "far": far,
}
