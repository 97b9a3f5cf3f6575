"""What of the points is another after an edit: who moved, who is gone, who came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field

from corridor.access._inputs import WEIGHT_UNIT
from corridor.access.incremental._points import Points, Spot, Things
from corridor.access.incremental.edit import Edit
from corridor.errors import NetworkError
from corridor.network.edits import StreetEdit


@dataclass(frozen=True)
class Goal:
    """A point of an opportunity that came or moved: where it is, its category, and its thing (None: counted anew)."""

    spot: Spot
    category: int
    thing: int | None


@dataclass(frozen=True)
class Anew:
    """A thing that lost or won a door, as it is now."""

    category: int
    doors: tuple[Spot, ...]
    weight: int


@dataclass
class World:
    """What of the points is another after the edit.

    Attributes
    ----------
    goals_gone : set of int
        Rows of the opportunities' table that are no longer where they were.
    goals : list of Goal
        Points that came or moved, with those of `anew`.
    things_gone : list of int
        Things to be taken away as they were.
    anew : list of Anew
        Things to be counted anew.
    owners : dict of int to list of Spot
        All points, after the edit, of the owners that are read elsewhere.
    """

    goals_gone: set[int] = field(default_factory=set)
    goals: list[Goal] = field(default_factory=list)
    things_gone: list[int] = field(default_factory=list)
    anew: list[Anew] = field(default_factory=list)
    owners: dict[int, list[Spot]] = field(default_factory=dict)


@dataclass(frozen=True)
class Owners:
    """Labels of the owners in order, and the owner of each row of their table."""

    labels: list[Hashable]
    number: dict[Hashable, int]
    of_row: list[int]


def world(
    edit: Edit, homes: Points, owners: Owners, numbers: dict[Hashable, int], goals: Points, things: Things
) -> World:
    """Find all points that an edit touches.

    Parameters
    ----------
    numbers : dict
        Owners that come, by label.
    """
    found = World()
    gone_edges = edit.streets.gone if edit.streets is not None else ()
    removed = {row for label in edit.opportunities_removed for row in goals.rows(label)}
    edges = {*gone_edges, *(goals.spot(row)[0] for row in removed)}
    moved = {row for edge in gone_edges for row in goals.on(edge)} - removed
    found.goals_gone = {row for row in removed | moved if things.thing_of[row] >= 0}
    lost = {things.thing_of[row] for row in removed if things.thing_of[row] >= 0}
    spots = [
        (things.thing_of[row], now(edit.streets, goals.spot(row))) for row in sorted(moved) if things.thing_of[row] >= 0
    ]
    lost |= {thing for thing, spot in spots if spot is None}
    stayed = [(thing, spot) for thing, spot in spots if spot is not None]
    won: dict[tuple[Hashable, int], list[tuple[Spot, int]]] = defaultdict(list)
    for record in edit.opportunities_added:
        kind = things.kind.get(record.category, -1)
        at = None if record.edge is None else now(edit.streets, (record.edge, record.offset_dm, record.connector_dm))
        if kind >= 0 and at is not None:
            source = record.label if record.source is None else record.source
            won[source, kind].append((at, whole(record.weight) if things.weighted else 1))
            edges.add(at[0])
    lost |= {things.of_key[key] for key in won if key in things.of_key}
    found.goals = [Goal(spot, things.load(thing)[0], thing) for thing, spot in stayed if thing not in lost]
    found.things_gone = sorted(lost)
    _count_anew(found, edit, removed, won, goals, things)
    # Who stands beside a door of such a thing reads it along the edge.
    edges |= {spot[0] for thing in found.anew for spot in thing.doors}
    _gather_owners(found, edit, homes, owners, numbers, edges)
    return found


def _count_anew(
    found: World,
    edit: Edit,
    removed: set[int],
    won: dict[tuple[Hashable, int], list[tuple[Spot, int]]],
    goals: Points,
    things: Things,
) -> None:
    """Gather the doors of things that lost or won one, and of new things."""
    for thing in found.things_gone:
        doors = []
        for row in things.rows[thing]:
            spot = None if row in removed else now(edit.streets, goals.spot(row))
            if spot is not None:
                doors.append((spot, int(things.weight[row])))
            # Its point may stay, but it is seen through the thing that is counted anew.
            found.goals_gone.add(row)
        _add(found, things.load(thing)[0], doors + won.pop(things.key[thing], []))
    for (_, kind), doors in won.items():
        _add(found, kind, doors)


def now(streets: StreetEdit | None, spot: Spot) -> Spot | None:
    """Return where a point is after the edit of the streets, None if nowhere."""
    if streets is None or spot[0] < 0:
        return spot if spot[0] >= 0 else None
    at = streets.found_again(spot[0], spot[1])
    return None if at is None else (at[0], at[1], spot[2])


def whole(weight: float) -> int:
    """Return a weight in whole thousandths, halves up."""
    if not 0 <= weight < 1e12:
        raise NetworkError.of(
            "weight", f"权重{weight}不是0至1e12之间的数。", f"weight {weight} is not a number from 0 to 1e12."
        )
    return int(weight * WEIGHT_UNIT + 0.5)


def _add(found: World, category: int, doors: list[tuple[Spot, int]]) -> None:
    if doors:
        found.anew.append(Anew(category, tuple(spot for spot, _ in doors), doors[0][1]))
        found.goals += [Goal(spot, category, None) for spot, _ in doors]


def _gather_owners(
    found: World, edit: Edit, homes: Points, owners: Owners, numbers: dict[Hashable, int], edges: set[int]
) -> None:
    """Gather the points of owners that move, or that stand on an edge where something changes."""
    removed = {row for label in edit.origins_removed for row in homes.rows(label)}
    which = {owners.of_row[row] for row in removed}
    which |= {owners.of_row[row] for edge in edges for row in homes.on(edge)}
    which |= {numbers[record.label] for record in edit.origins_added}
    for number in sorted(which):
        rows = homes.labels[owners.labels[number]] if number < len(owners.labels) else ()
        spots = [now(edit.streets, homes.spot(row)) for row in rows if row not in removed]
        found.owners[number] = [spot for spot in spots if spot is not None]
    for record in edit.origins_added:
        spot = None if record.edge is None else now(edit.streets, (record.edge, record.offset_dm, record.connector_dm))
        if spot is not None:
            found.owners[numbers[record.label]].append(spot)
