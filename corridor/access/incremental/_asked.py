"""What a baseline is asked: who walks, in what order they are kept, and the searches from what they walk to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridor.access import _inputs
from corridor.access.decay import Decay, fixed_point
from corridor.access.incremental._alike import Alike, Goals, alike
from corridor.access.incremental._family import Family, family
from corridor.access.incremental._points import Points, Things
from corridor.access.incremental._streets import Base
from corridor.access.incremental._world import Owners
from corridor.network import Network
from corridor.network.model import Bools, Impedance, Ints, Longs
from corridor.network.points import places
from corridor.network.states import hilbert

COUNTS = "counts"
"""Name of the family of the counts; the others bear those of their impedance."""


@dataclass(frozen=True)
class Walkers:
    """Origins, numbered along the Hilbert curve: neighbours change together.

    Attributes
    ----------
    table : DataFrame
        As `attach` returns it.
    labels : Index
        One each, in the order of the tables.
    rank, place : arrays
        Number of each label, and the other way round.
    attached : bool array
        By number: whether it is on the network.
    of_row : int64 array
        Number of the origin of each row of the table.
    owners : Owners
    """

    table: pd.DataFrame
    labels: pd.Index
    rank: Longs
    place: Ints
    attached: Bools
    of_row: Longs
    owners: Owners


def walkers(network: Network, origins: pd.DataFrame) -> Walkers:
    """Number the origins."""
    who = _inputs.owners(origins.index)
    order = along_the_curve(network, origins, who)
    rank = np.argsort(order)
    of_row = rank[who.of_row]
    attached = np.zeros(len(who.labels), bool)
    attached[of_row[origins["edge"].notna().to_numpy(dtype=bool)]] = True
    owners = Owners(who.labels[order].tolist(), dict(zip(who.labels, rank.tolist(), strict=True)), of_row.tolist())
    return Walkers(origins, who.labels, rank, order.astype(np.int32), attached, of_row, owners)


@dataclass(frozen=True)
class Asked:
    """Searches from what is walked to, for those who walk."""

    network: Network
    who: Walkers
    goals: Points
    things: Things
    threads: int | None

    def by_category(self, impedance: Impedance, cutoff: int) -> Family:
        """Search from each category; categories that stand at the same points once."""
        where = self._goals(np.where(self.things.thing >= 0, self.things.category, -1))
        return self._family(impedance, where, alike(where, len(self.things.categories)), cutoff)

    def by_place(self, cutoff: int) -> Family:
        """Search from each place."""
        things = self.things
        place = np.where(things.thing >= 0, things.place[things.thing], -1) if len(things.key) else -1
        rows = len(things.members)
        each = Alike(np.arange(rows), [[row] for row in range(rows)])
        return self._family("cost", self._goals(place), each, cutoff)

    def _goals(self, row: Longs | int) -> Goals:
        at = self.goals
        return Goals(at.edge, at.offset, at.connector, np.broadcast_to(row, at.edge.shape).astype(np.int64))

    def _family(self, impedance: Impedance, where: Goals, shared: Alike, cutoff: int) -> Family:
        base = Base.of(self.network, impedance)
        homes = places(self.network, base.graph, self.who.table, self.who.of_row)
        return family(base, where, homes, len(self.who.labels), shared, cutoff, self.threads)


def along_the_curve(network: Network, origins: pd.DataFrame, who: _inputs.Owners) -> Longs:
    """Return the owners in the order of the Hilbert curve; those that are not attached come last."""
    nodes = len(network.nodes)
    place = np.empty(nodes, np.int64)
    place[np.argsort(hilbert(network.nodes[["x_m", "y_m"]].to_numpy()), kind="stable")] = np.arange(nodes)
    best = np.full(len(who.labels), nodes, np.int64)
    on = origins["edge"].notna().to_numpy(dtype=bool)
    edge = origins["edge"][on].to_numpy(dtype=np.int64)
    np.minimum.at(best, who.of_row[on], place[network.edges["u"].to_numpy()[edge]])
    return np.argsort(best, kind="stable")


def worth_of(cutoffs: tuple[int, ...], decay: Decay | None) -> Longs:
    """Return what a unit adds to each sum at each distance; the last row (out of reach) is zero."""
    furthest = max(cutoffs, default=0)
    distance = np.arange(furthest + 2)
    columns = [(distance <= cutoff).astype(np.int64) for cutoff in cutoffs]
    if decay is not None and cutoffs:
        columns.append(np.append(fixed_point(decay, furthest), 0))
    worth = np.stack(columns, axis=1) if columns else np.zeros((len(distance), 0), np.int64)
    worth[-1] = 0
    return np.ascontiguousarray(worth)


def loads(grouped: Things) -> tuple[Longs, Ints, Longs]:
    """Return what each place holds: first, category, weight."""
    first = np.zeros(len(grouped.members) + 1, np.int64)
    category: list[int] = []
    weight: list[int] = []
    for place, members in enumerate(grouped.members):
        for thing in members:
            kind, value = grouped.load(thing)
            category.append(kind)
            weight.append(value)
        first[place + 1] = len(category)
    return first, np.array(category, np.int32), np.array(weight, np.int64)
