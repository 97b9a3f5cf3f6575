"""Footways and light as tags of the streets: as planned on main streets, drawn by lot on lanes, with gaps as in OSM."""

from __future__ import annotations

import random
from itertools import pairwise

from dingxi import plan
from dingxi.shapes import XY, dice
from dingxi.town import Tags, Town, Way

LANES = ("residential", "living_street", "service")
REAL = "OpenStreetMap, rounded; footways and light schematic"


def pave(town: Town) -> None:
    """Tag the streets of the facts as `plan.FOOTWAYS` says, and some of the lanes of the reporting area."""
    for index, way in enumerate(town.streets):
        name = way.tags.get("name", "")
        if name in plan.FOOTWAYS:
            _as_planned(way, plan.FOOTWAYS[name], town)
        elif not name and way.line.distance(town.reporting) < 1:
            way.tags = way.tags | _lane(way.highway, dice("footway", index))


def _as_planned(way: Way, stretches: tuple[plan.Footways, ...], town: Town) -> None:
    """Tag the first stretch on the way itself; each further one starts where the one before ends."""
    own = way.tags | {"source": REAL}
    way.tags = own | _tags(stretches[0])
    way.cuts = [(_corner(way, one.until, town), own | _tags(further)) for one, further in pairwise(stretches)]


def _corner(way: Way, street: str, town: Town) -> XY:
    crossing = {p for other in town.streets if other.tags.get("name") == street for p in other.points}
    return next(p for p in way.points if p in crossing)


def _tags(stretch: plan.Footways) -> Tags:
    found: Tags = {"lit": stretch.lit} if stretch.lit else {}
    left, right = stretch.left_m, stretch.right_m
    if left is None or right is None:
        return found
    found["sidewalk"] = {(True, True): "both", (True, False): "left", (False, True): "right"}.get(
        (left > 0, right > 0), "no"
    )
    if left == right > 0:
        return found | {"sidewalk:both:width": f"{left:g}"}
    widths = {"left": left, "right": right}
    return found | {f"sidewalk:{side}:width": f"{width:g}" for side, width in widths.items() if width > 0}


def _lane(highway: str, rng: random.Random) -> Tags:
    """Draw the tags of a lane: a quarter has none, and few that are for cars and walkers alike have footways."""
    lit = rng.choices(("yes", "no", ""), (6, 1, 3))[0]
    mapped, width = rng.random() < 0.75, rng.choice((1.2, 1.5, 1.5, 2.0))
    sides = rng.choices(
        ((width, width), (0.0, width), (0.0, 0.0)), (5, 2, 3) if highway == "residential" else (0, 1, 9)
    )[0]
    left, right = sides if mapped and highway in LANES else (None, None)
    return _tags(plan.Footways(left, right, lit))
