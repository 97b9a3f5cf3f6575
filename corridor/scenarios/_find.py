"""What one edit means in a study: ids for names, metres for degrees, joints for the ends of new streets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from corridor import crs
from corridor.config import did_you_mean
from corridor.errors import Text
from corridor.indicators.place import by_rank
from corridor.network import Network, attached, piece_lengths_dm
from corridor.scenarios._edits import (
    AddAmenity,
    AddBuilding,
    AddCarrier,
    AddCrossing,
    AddFirms,
    AddOpenSpace,
    AddStation,
    AddStreet,
    ChangeAmenity,
    CloseGate,
    Edit,
    Move,
    OpenGate,
    Place,
    table_of,
)
from corridor.scenarios._edits_of_streets import ChangeStreet, RenewStreet
from corridor.scenarios._unfit import EditError, check_entrances, check_hours, check_speed
from corridor.study import StudyArea, near_names

NEAR_M = 60.0
"""How far `at` may lie from what it means, and the end of a new street from the street it joins."""
SHORTEST_M = 0.5
_CANDIDATES = 3


@dataclass(frozen=True)
class Joint:
    """Where a new street meets an old one: at a vertex of it (`node`), or between two (`node` is None)."""

    street_id: str
    position_dm: int
    node: int | None
    xy: tuple[float, float]


@dataclass(frozen=True)
class Target:
    """One edit in the terms of a study.

    Attributes
    ----------
    edit : Edit
    table : str
        The table it changes.
    ids : tuple of str
        The rows it changes; a street is often several.
    shape : geometry or None
        Metric: the place, line or outline of what is new or moves.
    joints : tuple of Joint
        Start and end of a new street.
    stretch : tuple of (street_id, from_dm, to_dm)
        The part of a street that is meant.
    moved_m : tuple of float
        How far start and end of a new street were moved to meet the network.
    doors : MultiPoint or None
        Metric: where it is entered from now on, the main entrance first; of a building that moves, where it was.
    """

    edit: Edit
    table: str
    ids: tuple[str, ...] = ()
    shape: BaseGeometry | None = None
    joints: tuple[Joint, ...] = ()
    stretch: tuple[tuple[str, int, int], ...] = ()
    moved_m: tuple[float, ...] = ()
    doors: shapely.MultiPoint | None = None


class Finder:
    """Looks things up in one study."""

    def __init__(self, study: StudyArea, network: Network) -> None:
        self._study, self._network = study, network
        self._codes = {category.code: category for category in study.categories}
        self._metric = crs.point_to_metric(study.crs)
        self._reach = study.extent.buffer(NEAR_M)
        shapely.prepare(self._reach)
        # Thousands of edits ask for the same tables and streets.
        self._rows: dict[str, gpd.GeoDataFrame] = {}
        self._ways: dict[str, tuple[np.ndarray, list[int], np.ndarray]] = {}
        self._edges = network.edges["street_id"].to_numpy(dtype=object), network.edges["from_dm"].to_numpy()

    def target(self, edit: Edit) -> Target:
        """Return what an edit means, or raise `EditError`."""
        found = self._target(edit)
        if edit.op == "move_building":
            return replace(found, doors=self._mapped_doors(found.ids[0]))
        entrances: tuple[Place, ...] = getattr(edit, "entrances", None) or ()
        if not entrances:
            return found
        points = [self._point(place) for place in entrances]
        for point in points:
            self._inside(point)
        shape = found.shape if found.shape is not None else getattr(self._study, found.table).geometry[found.ids[0]]
        check_entrances(points, shape, self._degrees)
        return replace(found, doors=shapely.MultiPoint(points))

    def _mapped_doors(self, building: str) -> shapely.MultiPoint | None:
        """Return the mapped entrances of a building, the main one first."""
        mapped = self._study.entrances[self._study.entrances["of"] == building]
        return None if mapped.empty else shapely.MultiPoint(by_rank(mapped).geometry.tolist())

    def _target(self, edit: Edit) -> Target:
        table = table_of(edit)
        if isinstance(edit, (AddStreet, AddCrossing)):
            return self._new_street(edit)
        if isinstance(edit, AddFirms):
            carrier = self._carrier(edit.into)
            return Target(edit, table, shape=self._study.carriers.geometry[carrier], ids=())
        if isinstance(edit, (AddOpenSpace, AddBuilding)):
            return Target(edit, table, shape=self._outline(edit))
        if isinstance(edit, (AddAmenity, ChangeAmenity)) and edit.category is not None:
            self._check_category(edit.category)
        if isinstance(edit, (OpenGate, CloseGate)) and edit.hours is not None:
            check_hours(edit.hours)
        if isinstance(edit, (AddCarrier, AddAmenity, AddStation)):
            return Target(edit, table, shape=self._inside(self._point(edit.at)))
        ids = self._existing(edit, table)
        if isinstance(edit, Move):
            if edit.into is not None:
                return Target(edit, table, ids, self._study.carriers.geometry[self._carrier(edit.into)])
            assert edit.to is not None  # noqa: S101  (by the model)
            return Target(edit, table, ids, self._inside(self._point(edit.to)))
        if table == "streets":
            return self._of_street(edit, ids)
        return Target(edit, table, ids)

    def _of_street(self, edit: Edit, ids: tuple[str, ...]) -> Target:
        stretch = self._stretch(edit, ids)
        if isinstance(edit, (ChangeStreet, RenewStreet)):
            meant = list(dict.fromkeys(part[0] for part in stretch)) or list(ids)
            check_speed(edit, self._study.streets["highway"].loc[meant])
        return Target(edit, table_of(edit), ids, stretch=stretch)

    def _shape(self, shape: BaseGeometry) -> BaseGeometry:
        return crs.to_metric(gpd.GeoSeries([shape], crs=4326), self._study.crs).iloc[0]

    def _point(self, place: Place) -> shapely.Point:
        longitude, latitude = place
        if not (-180 <= longitude <= 180 and -80 <= latitude <= 84):
            what = Text(f"{list(place)} 不是经纬度。", f"{list(place)} is no longitude and latitude.")
            raise EditError(what, Text("按 [经度, 纬度] 写。", "Write [longitude, latitude]."))
        x, y = self._metric(longitude, latitude)
        return shapely.Point(x, y) if np.isfinite([x, y]).all() else self._shape(shapely.Point(place))

    def _degrees(self, point: shapely.Point) -> tuple[float, float]:
        found = crs.to_wgs84(gpd.GeoSeries([point], crs=self._study.crs)).iloc[0]
        return found.x, found.y

    def _inside(self, shape: BaseGeometry) -> BaseGeometry:
        if not self._reach.contains(shape):
            away = shape.distance(self._study.extent)
            what = Text(
                f"位置不在地图资料范围内（相距 {away:,.0f} m）。", f"lies outside the map data ({away:,.0f} m away)."
            )
            raise EditError(
                what, Text("检查经纬度的次序与坐标系。", "Check the order of the coordinates and their datum.")
            )
        return shape

    def _outline(self, edit: AddOpenSpace | AddBuilding) -> BaseGeometry:
        if edit.outline is not None:
            for corner in edit.outline:
                self._point(corner)
            shape = self._shape(shapely.Polygon(edit.outline))
            if not shape.is_valid or shape.area < 1:
                raise EditError(
                    Text("outline 自相交或没有面积。", "the outline crosses itself or has no area."),
                    Text("按顺序沿边界写各角点。", "List the corners in order along the boundary."),
                )
            return self._inside(shape)
        assert edit.at is not None and edit.area_m2 is not None  # noqa: S101  (by the model)
        half = float(np.sqrt(edit.area_m2)) / 2
        centre = self._point(edit.at)
        return self._inside(shapely.box(centre.x - half, centre.y - half, centre.x + half, centre.y + half))

    def _check_category(self, code: str) -> None:
        if code not in self._codes:
            raise EditError(Text(f"没有类别“{code}”。", f"there is no category {code!r}."), self._near_category(code))
        if not self._codes[code].osm:
            hint = Text(
                "改用 add_carrier、add_station、add_open_space 或 add_building。",
                "Use add_carrier, add_station, add_open_space or add_building.",
            )
            raise EditError(
                Text(f"类别“{code}”的地点不是设施。", f"places of category {code!r} are not amenities."), hint
            )

    def _near_category(self, word: str) -> Text:
        """Return "did you mean …" for the categories whose last part or words are or hold what was written."""
        wanted = word.casefold().strip()
        said = {
            code: (code.rpartition(".")[2], one.zh.casefold(), one.en.casefold())
            for code, one in self._codes.items()
            if one.osm
        }
        same = [code for code, words in said.items() if wanted in words]
        held = [code for code, words in said.items() if any(wanted in word for word in words)]
        near = (same or held)[:_CANDIDATES]
        if not near:
            return did_you_mean(word, self._codes)
        zh = "或".join(f"“{code}”（{self._codes[code].zh}）" for code in near)
        en = " or ".join(f"{code!r} ({self._codes[code].en})" for code in near)
        return Text(f"是不是{zh}？", f"Did you mean {en}?")

    def called(self, table: str, row: str) -> Text:
        """Return what a row is called, with its id: the name it bears in the data where it has one."""
        rows = getattr(self._study, table)
        name = rows["name"].get(row) if "name" in rows else None
        return Text(f"“{name}”（{row}）", f"{name!r} ({row})") if isinstance(name, str) else Text(f"“{row}”", repr(row))

    def _carrier(self, word: str) -> str:
        carriers = self._study.carriers
        if word in carriers.index:
            return word
        named = carriers.index[carriers["name"] == word]
        if len(named) == 1:
            return str(named[0])
        raise self._unknown(word, [*carriers.index, *carriers["name"].dropna()], several=len(named))

    def _existing(self, edit: Edit, table: str) -> tuple[str, ...]:
        """Return the rows that id, name or at mean."""
        rows = self._candidates(edit, table)
        id_, name, at = (getattr(edit, key) for key in ("id", "name", "at"))
        if id_ is not None:
            if id_ not in rows.index:
                raise self._unknown(id_, rows.index)
            return (id_,)
        if at is not None:
            return (self._nearest(rows, self._point(at), table),)
        found = rows[rows["name"] == name] if "name" in rows else rows.iloc[:0]
        if found.empty:
            raise self._unknown(name, rows["name"].dropna().unique() if "name" in rows else [])
        if table == "streets":
            return self._one_street(name, found)
        if len(found) > 1:
            raise self._several(name, found)
        return (str(found.index[0]),)

    def _candidates(self, edit: Edit, table: str) -> gpd.GeoDataFrame:
        asked = "crossings" if edit.op == "remove_crossing" else table
        if asked not in self._rows:
            rows = getattr(self._study, table)
            if asked == "crossings":
                rows = rows[[json.loads(tags).get("footway") == "crossing" for tags in rows["tags"]]]
            self._rows[asked] = rows[rows["walk"] != "none"] if asked == "streets" else rows
        return self._rows[asked]

    def _one_street(self, name: str, rows: gpd.GeoDataFrame) -> tuple[str, ...]:
        """Return all ways of a street, which must hang together to within a block."""
        grown = rows.geometry.buffer(NEAR_M).union_all()
        if grown.geom_type != "Polygon":
            parts = len(grown.geoms)
            what = Text(f"有 {parts} 条不相连的“{name}”。", f"there are {parts} separate streets called {name!r}.")
            raise EditError(what, Text("用 id 或 at 指明是哪一条。", "Say which one by id or at."))
        return tuple(map(str, rows.index))

    def _nearest(self, rows: gpd.GeoDataFrame, point: shapely.Point, table: str) -> str:
        placed = rows[rows.geometry.notna()]
        away = placed.geometry.distance(point)
        order = pd.DataFrame({"away": away, "id": away.index.astype(str)}).sort_values(["away", "id"]).head(_CANDIDATES)
        if order.empty or order["away"].iloc[0] > NEAR_M:
            listed = "、".join(f"{row.id}（{row.away:,.0f} m）" for row in order.itertuples())
            listed_en = ", ".join(f"{row.id} ({row.away:,.0f} m)" for row in order.itertuples())
            what = Text(f"{NEAR_M:g} m 内没有{_NOUN[table].zh}。", f"no {_NOUN[table].en} within {NEAR_M:g} m.")
            raise EditError(what, Text(f"最近的：{listed or '无'}。", f"Nearest: {listed_en or 'none'}."))
        return str(order["id"].iloc[0])

    def _unknown(self, word: str, known: Iterable[str], several: int = 0) -> EditError:
        names = [str(name) for name in known]
        if several > 1:
            what = Text(f"有 {several} 个“{word}”。", f"there are {several} called {word!r}.")
            return EditError(what, Text("改用编号。", "Use the id."))
        near = near_names(word, [(name, "") for name in names], _CANDIDATES)
        what = Text(f"找不到“{word}”。", f"{word!r} is not in the study.")
        if near:
            return EditError(
                what, Text(f"是不是“{'”或“'.join(near)}”？", f"Did you mean {' or '.join(map(repr, near))}?")
            )
        return EditError(what, Text("用 id、name 或 at 指明。", "Say which one by id, name or at."))

    def _several(self, name: str, found: gpd.GeoDataFrame) -> EditError:
        ids = [str(id_) for id_ in sorted(found.index)[:_CANDIDATES]]
        what = Text(f"有 {len(found)} 个“{name}”。", f"there are {len(found)} called {name!r}.")
        return EditError(what, Text(f"用 id 指明：{'、'.join(ids)}…", f"Say which one by id: {', '.join(ids)}…"))

    def _new_street(self, edit: AddStreet | AddCrossing) -> Target:
        line = shapely.LineString([self._point(place) for place in edit.line])
        if line.length < SHORTEST_M:
            raise EditError(
                Text("新街道没有长度。", "the new street has no length."),
                Text("line 至少要有两个不同的点。", "The line needs two different places."),
            )
        self._inside(line)
        ends = shapely.points([line.coords[0], line.coords[-1]])
        edges, offsets, *_ = attached(self._network, ends, tolerance_m=NEAR_M)
        loose = np.flatnonzero(edges < 0)
        if len(loose):
            which = (("起点", "start"), ("终点", "end"))[loose[0]]
            what = Text(
                f"新街道的{which[0]}在 {NEAR_M:g} m 内碰不到可步行的街道。",
                f"the {which[1]} of the new street meets no walkable street within {NEAR_M:g} m.",
            )
            raise EditError(what, Text("把端点画到街道上。", "Draw the end on a street."))
        joints = tuple(self._joint(edge, offset) for edge, offset in zip(edges.tolist(), offsets.tolist(), strict=True))
        coordinates = [joints[0].xy, *list(line.coords)[1:-1], joints[1].xy]
        if joints[0] == joints[1] or shapely.LineString(coordinates).length < SHORTEST_M:
            raise EditError(Text("新街道两端接在同一点。", "both ends of the new street join at the same place."))
        moved = tuple(point.distance(shapely.Point(joint.xy)) for point, joint in zip(ends, joints, strict=True))
        return Target(edit, "streets", shape=shapely.LineString(coordinates), joints=joints, moved_m=moved)

    def _joint(self, edge: int, offset_dm: int) -> Joint:
        street, first = self._edges
        id_, position = street[edge], int(first[edge]) + offset_dm
        xy, nodes, dm = self._vertices(id_)
        at = int(np.searchsorted(dm, position))
        if dm[at] == position:
            return Joint(id_, position, nodes[at], (float(xy[at, 0]), float(xy[at, 1])))
        share = (position - dm[at - 1]) / (dm[at] - dm[at - 1])
        foot = xy[at - 1] + (xy[at] - xy[at - 1]) * share
        return Joint(id_, position, None, (float(foot[0]), float(foot[1])))

    def _vertices(self, street_id: str) -> tuple[np.ndarray, list[int], np.ndarray]:
        """Return coordinates, nodes and positions of a street's vertices, repeated nodes dropped as in the network."""
        if street_id not in self._ways:
            streets = self._study.streets
            at = streets.index.get_loc(street_id)
            xy, nodes = shapely.get_coordinates(streets.geometry.array[at]), list(streets["nodes"].array[at])
            keep = [i for i in range(len(nodes)) if i == 0 or nodes[i] != nodes[i - 1]]
            xy = xy[keep]
            dm = np.concatenate([[0], np.cumsum(piece_lengths_dm(xy))])
            self._ways[street_id] = xy, [nodes[i] for i in keep], dm
        return self._ways[street_id]

    def _stretch(self, edit: Edit, ids: tuple[str, ...]) -> tuple[tuple[str, int, int], ...]:
        """Return the part of each way between two places, or the whole of it."""
        whole = tuple((id_, 0, int(self._vertices(id_)[2][-1])) for id_ in ids)
        between = getattr(edit, "between", None)
        if between is None:
            return whole
        street = shapely.line_merge(shapely.union_all(self._study.streets.geometry[list(ids)].to_numpy()))
        parts = shapely.get_parts(street)
        ends = [self._point(place) for place in between]
        part = min(parts, key=lambda line: sum(line.distance(end) for end in ends))
        if any(part.distance(end) > NEAR_M for end in ends):
            what = Text(
                f"between 的端点离街道超过 {NEAR_M:g} m。",
                f"an end of between is more than {NEAR_M:g} m off the street.",
            )
            raise EditError(what)
        low, high = sorted(part.project(end) for end in ends)
        found = []
        for id_, _, length in whole:
            xy, _, dm = self._vertices(id_)
            if part.distance(shapely.Point(xy[0])) > SHORTEST_M:
                continue
            along = np.array([part.project(shapely.Point(vertex)) for vertex in xy])
            if along[0] > along[-1]:
                along, dm = along[::-1], dm[::-1]
            first, last = (int(np.floor(np.interp(metre, along, dm) + 0.5)) for metre in (low, high))
            first, last = sorted((min(max(first, 0), length), min(max(last, 0), length)))
            if first < last:
                found.append((id_, first, last))
        if not found:
            raise EditError(Text("between 两端是同一点。", "both ends of between are the same place."))
        return tuple(found)


_NOUN = {
    "carriers": Text("载体", "carrier"),
    "amenities": Text("设施", "amenity"),
    "stations": Text("服务站点", "station"),
    "firms": Text("企业", "firm"),
    "open_space": Text("公共空间", "open space"),
    "buildings": Text("建筑", "building"),
    "streets": Text("街道", "street"),
    "gates": Text("门", "gate"),
}
