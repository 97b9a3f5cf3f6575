"""Who reaches what: the pairs of origins and places of opportunities behind every sum.

Opportunities at one place are searched once. The search starts from whichever side is fewer; the pairs come out
the same. They are made in batches along the Hilbert curve, so that memory stays bounded and neighbours share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from corridor.access import _inputs, _workers
from corridor.network import Network
from corridor.network.model import Bools, Impedance, Longs
from corridor.network.points import Ends, places, reads, same_edge, seeds
from corridor.network.states import StateGraph, state_graph

if TYPE_CHECKING:
    from corridor._kernel.arrays import Loads, Pairs

T = TypeVar("T")

# Rows searched at a time: a few million pairs, some tens of megabytes.
_BATCH = 2048


@dataclass(frozen=True)
class Things:
    """Attached opportunities as things to be counted once each, however many doors they have.

    A thing is a `source_id` (where the table has that column, else a row) in one category.

    Attributes
    ----------
    labels : Index
        `source_id` or index label of each thing.
    category, place, row : int64 arrays, shape (len(labels),)
        Position in `categories`; place (things with the same doors share one); first row in the table.
    categories : Index
    """

    labels: pd.Index
    category: Longs
    place: Longs
    row: Longs
    categories: pd.Index


@dataclass(frozen=True)
class Plan:
    """Everything a search for pairs needs; row r of the pairs is place r.

    Places and origins are numbered along the Hilbert curve: what is near in town is near in memory. `seat` is the
    number of each of `origins`, `attached` whether it is on the network at all.
    """

    graph: StateGraph
    origins: pd.Index
    seat: Longs
    attached: Bools
    things: Things
    from_origins: bool
    start: Ends
    read: Ends
    direct: Ends
    places: int

    @property
    def rows(self) -> int:
        """Searches to make."""
        return len(self.start.first) - 1


def plan(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    *,
    by: str,
    categories: Sequence[object] | None,
    impedance: Impedance,
) -> Plan:
    """Group opportunities into places, choose the side to search from, and prepare it."""
    who = _inputs.owners(origins.index)
    found, door, place = things(opportunities, by, categories)
    count = int(place.max(initial=-1)) + 1
    from_origins = len(who.labels) < count
    graph = state_graph(network, impedance=impedance, backward=not from_origins)
    homes = places(network, graph, origins, who.of_row)
    goals = places(network, graph, opportunities.iloc[door], place)
    rank = _inputs.along_the_curve(goals.owner, graph.seed[0, goals.edge], count)
    seat = _inputs.along_the_curve(homes.owner, graph.seed[0, homes.edge], len(who.labels))
    attached = np.zeros(len(who.labels), bool)
    attached[homes.owner] = True
    goals, homes = replace(goals, owner=rank[goals.owner]), replace(homes, owner=seat[homes.owner])
    found = replace(found, place=rank[found.place])
    source, target, rows = (homes, goals, len(who.labels)) if from_origins else (goals, homes, count)
    return Plan(
        graph=graph,
        origins=who.labels,
        seat=seat,
        attached=attached,
        things=found,
        from_origins=from_origins,
        start=seeds(graph, source, rows),
        read=reads(graph, target),
        direct=same_edge(graph, source, target, rows),
        places=count,
    )


def things(opportunities: pd.DataFrame, by: str, categories: Sequence[object] | None) -> tuple[Things, Longs, Longs]:
    """Find things and places; also return row and place of each door of each place."""
    names, category = _inputs.categories(opportunities, by, categories)
    source, labels = pd.factorize(opportunities.get("source_id", opportunities.index))
    usable = np.flatnonzero(opportunities["edge"].notna().to_numpy(dtype=bool) & (category >= 0) & (source >= 0))
    codes, first, thing = np.unique(
        source[usable] * max(len(names), 1) + category[usable], return_index=True, return_inverse=True
    )
    where = opportunities[["edge", "offset_dm", "connector_dm"]].iloc[usable].to_numpy(dtype=np.int64)
    _, spot = np.unique(where, axis=0, return_inverse=True)
    # A thing with one door shares its place with all others there; one with several has a place of its own.
    door, door_row = np.unique(np.stack([thing, spot.reshape(-1)], axis=1), axis=0, return_index=True)
    alone = np.bincount(door[:, 0], minlength=len(codes))[door[:, 0]] == 1
    _, place = np.unique(np.where(alone, door[:, 1], len(usable) + door[:, 0]), return_inverse=True)
    of_thing = np.empty(len(codes), np.int64)
    of_thing[door[:, 0]] = place
    _, one = np.unique(np.stack([place, door[:, 1]], axis=1), axis=0, return_index=True)
    found = Things(
        labels=pd.Index(labels, name="opportunity").take(source[usable[first]]),
        category=category[usable[first]],
        place=of_thing,
        row=usable[first],
        categories=names,
    )
    return found, usable[door_row[one]], place[one]


def loads(found: Things, opportunities: pd.DataFrame, weight: str | None) -> Loads:
    """Return what each place holds of each category: things counted, or their weights in thousandths.

    The weight of a thing with several doors is that of its first row.
    """
    if weight is None:
        return summed(found, np.ones(len(found.labels), np.int64))
    return summed(found, _inputs.whole_weights(opportunities[weight].iloc[found.row], weight))


def summed(found: Things, value: Longs) -> Loads:
    """Sum up a whole number of each thing by place and category."""
    from corridor._kernel.arrays import Loads

    key = found.place * max(len(found.categories), 1) + found.category
    unique, inverse = np.unique(key, return_inverse=True)
    total = np.zeros(len(unique), np.int64)
    np.add.at(total, inverse, value)
    place, category = np.divmod(unique, max(len(found.categories), 1))
    first = np.searchsorted(place, np.arange(int(found.place.max(initial=-1)) + 2)).astype(np.int64)
    return Loads(first, category.astype(np.int32), total)


def each_batch(
    plan_: Plan, cutoff: int, threads: int | None, start: Callable[[], T], use: Callable[[T, int, Pairs], None]
) -> list[T]:
    """Search in batches; every worker hands its pairs to `use` with an accumulator of its own.

    Parameters
    ----------
    start : callable
        Makes a worker's accumulator.
    use : callable
        Called with (accumulator, first place of the batch, pairs by place).

    Returns
    -------
    list
        The accumulators, one a worker; which worker did what depends on chance.
    """
    from corridor._kernel import search, sums
    from corridor._kernel.arrays import Graph, Rows

    graph = Graph(plan_.graph.first, plan_.graph.arcs)
    rows, read, direct = Rows(*plan_.start), Rows(*plan_.read), Rows(*plan_.direct)
    owners = plan_.places if plan_.from_origins else len(plan_.origins)

    def work(mine: T, low: int, high: int) -> None:
        pairs = search.reached(graph, rows, low, high, read, direct, cutoff, owners)
        if plan_.from_origins:
            use(mine, 0, sums.turned(pairs, low, plan_.places))
        else:
            use(mine, low, pairs)

    return _workers.each_batch(work, plan_.rows, _BATCH, threads, start)


def into(plan_: Plan, cutoff: int, threads: int | None, out: T, use: Callable[[T, int, Pairs], None]) -> T:
    """Search in batches; all workers hand their pairs to `use` with one accumulator that has a row for each seat.

    Neighbours along the Hilbert curve write on neighbouring rows: two workers seldom want the same stretch, and where
    they do one waits. Sums of whole numbers come out the same, in the memory of one accumulator.
    """
    spans = _workers.Spans()

    def guarded(_: None, low: int, pairs: Pairs) -> None:
        if len(pairs.owner):
            with spans.hold(int(pairs.owner.min()), int(pairs.owner.max())):
                use(out, low, pairs)

    each_batch(plan_, cutoff, threads, lambda: None, guarded)
    return out


def all_pairs(plan_: Plan, cutoff: int, threads: int | None) -> tuple[Longs, Longs, Longs]:
    """Return all pairs as (origin, place, distance), sorted by origin and place."""

    def keep(mine: list[tuple[int, Pairs]], low: int, pairs: Pairs) -> None:
        mine.append((low, pairs))

    none: list[tuple[int, Pairs]] = []
    found = [batch for part in each_batch(plan_, cutoff, threads, none.copy, keep) for batch in part]
    if not found:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    origin = np.concatenate([pairs.owner for _, pairs in found]).astype(np.int64)
    distance = np.concatenate([pairs.distance for _, pairs in found]).astype(np.int64)
    place = np.concatenate(
        [np.repeat(low + np.arange(len(pairs.first) - 1), np.diff(pairs.first)) for low, pairs in found]
    )
    label = np.empty(len(plan_.origins), np.int64)
    label[plan_.seat] = np.arange(len(label))
    origin = label[origin]
    order = np.lexsort([place, origin])
    return origin[order], place[order], distance[order]
