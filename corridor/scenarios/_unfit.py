"""What is wrong with one edit: hours nobody understands, entrances that lie elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from corridor.errors import Text
from corridor.hours import is_understood
from corridor.scenarios._edits_of_streets import ChangeStreet, RenewStreet
from corridor.streets.facts import ON_FOOT

ENTRANCE_M = 60.0
"""How far an entrance may lie from the outline it leads into."""
ENTRANCE_OF_POINT_M = 300.0
"""How far it may lie from something known by one point: a campus has its gates a block away from its address."""


class EditError(Exception):
    """What is wrong with one edit, before it is known where it stands."""

    def __init__(self, what: Text, hint: Text | None = None) -> None:
        super().__init__(what.en)
        self.what, self.hint = what, hint


def check_hours(text: str) -> None:
    """Refuse hours of a gate that nobody understands: it would stand open at all hours, and nobody would know."""
    if not bool(is_understood(pd.Series([text], dtype="string")).iloc[0]):
        raise EditError(
            Text(f"看不懂开放时间“{text}”。", f"the hours {text!r} are not understood."),
            Text("例：每天 6:00-22:00，或 Mo-Su 06:00-22:00。", "Like “Mo-Su 06:00-22:00” or “每天 6:00-22:00”."),
        )


def check_speed(edit: ChangeStreet | RenewStreet, ways: pd.Series) -> None:
    """Refuse a speed of traffic where all ways meant are for walkers alone, and stay so.

    Parameters
    ----------
    edit : ChangeStreet or RenewStreet
    ways : Series of str
        The OSM highway of each.
    """
    if edit.speed_kmh is None or edit.highway is not None or not ways.isin(ON_FOOT).all():
        return
    kinds = sorted(set(ways))
    raise EditError(
        Text(
            f"这里只供步行（{'、'.join(kinds)}），没有车行限速。",
            f"only walkers come here ({', '.join(kinds)}); nobody drives.",
        ),
        Text(
            "去掉 speed_kmh；若要通车，同时写 highway，如 living_street。",
            "Leave speed_kmh out; to let traffic in give highway with it, such as living_street.",
        ),
    )


def check_entrances(
    points: list[shapely.Point], shape: BaseGeometry | None, degrees: Callable[[shapely.Point], tuple[float, float]]
) -> None:
    """Refuse entrances that lie too far from what they lead into.

    Parameters
    ----------
    points : list of Point
    shape : geometry or None
        What they lead into; where that has no place nothing can be said.
    degrees : callable
        Returns longitude and latitude of a point.
    """
    if shape is None or shape.is_empty:
        return
    limit = ENTRANCE_OF_POINT_M if shape.geom_type == "Point" else ENTRANCE_M
    for number, point in enumerate(points, start=1):
        away = point.distance(shape)
        if away > limit:
            longitude, latitude = degrees(shapely.ops.nearest_points(shape, point)[0])
            raise EditError(
                Text(
                    f"entrances 的第 {number} 个入口离它 {away:,.0f} m（至多 {limit:g} m）。",
                    f"entrance {number} lies {away:,.0f} m from it (at most {limit:g} m).",
                ),
                Text(
                    f"它离入口最近处是 [{longitude:.5f}, {latitude:.5f}]。检查经纬度的次序与坐标系。",
                    f"The nearest place of it is [{longitude:.5f}, {latitude:.5f}]. Check the order of the coordinates and their datum.",
                ),
            )
