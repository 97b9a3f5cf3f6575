"""How far it is: the nearest opportunity of each category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridor.access import _inputs, _workers
from corridor.network import Network
from corridor.network.model import Impedance, Ints, Longs
from corridor.network.points import Ends, places, reads, same_edge, seeds
from corridor.network.states import StateGraph, state_graph


def nearest(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    *,
    cutoff_dm: int,
    by: str = "category",
    impedance: Impedance = "cost",
    categories: Sequence[object] | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """Measure the walk from every origin to its nearest opportunity of each category.

    d(o, c) = min over opportunities p of category c of connector(o) + walk(o, p) + connector(p), where walk is the
    cheapest walk along the network that the gates policy allows; both on one edge: the direct way or the way
    around, whichever is shorter. A walk of exactly the cutoff counts.

    Parameters
    ----------
    network : Network
    origins, opportunities : DataFrame
        As `attach` returns them; `opportunities` with a column `by`.
    cutoff_dm : int
        Longest walk, whole decimetres, inclusive.
    by : str
        Column that holds the category.
    impedance : {"cost", "length"}
        Add up `cost_dm` (steps count more) or `length_dm`.
    categories : sequence, optional
        The columns of the result in order; default: a categorical column's categories, else the sorted values.
    threads : int, optional
        Searches at a time; default one per processor. The result does not depend on it.

    Returns
    -------
    DataFrame
        Index: the distinct labels of `origins` in order; one Int32 column (dm) a category. NA: unattached, or
        nothing of the category within the cutoff.

    Examples
    --------
    On a street of 100 m with a shop 30 m from its west end, a home 10 m from that end and 5 m off the street walks
    5 + 20 m: 250 dm.
    """
    _inputs.check(
        origins,
        opportunities,
        walks_dm={"cutoff_dm": [cutoff_dm]},
        impedance=impedance,
        threads=threads,
        columns=(by,),
    )
    names, category = _inputs.categories(opportunities, by, categories)
    who = _inputs.owners(origins.index)
    plan = prepare(network, origins, who.of_row, opportunities, category, len(names), impedance)
    found = search(plan, len(who.labels), int(cutoff_dm), threads)

    from corridor._kernel.arrays import FAR

    columns = {name: pd.arrays.IntegerArray(d, d == FAR) for name, d in zip(names, found, strict=True)}
    return pd.DataFrame(columns, index=who.labels, columns=names)


@dataclass(frozen=True)
class Plan:
    """A search for the nearest, ready to run: rows of `start` and `direct` are categories, of `read` states."""

    graph: StateGraph
    start: Ends
    read: Ends
    direct: Ends


def prepare(
    network: Network,
    origins: pd.DataFrame,
    origin: Longs,
    opportunities: pd.DataFrame,
    category: Longs,
    count: int,
    impedance: Impedance,
) -> Plan:
    """Lay the tables onto the state graph; `origin` and `category` tell whom each row belongs to (-1: nobody)."""
    graph = state_graph(network, impedance=impedance, backward=True)
    goals = places(network, graph, opportunities[category >= 0], category[category >= 0])
    homes = places(network, graph, origins, origin)
    return Plan(graph, seeds(graph, goals, count), reads(graph, homes), same_edge(graph, goals, homes, count))


def search(plan: Plan, origins: int, cutoff: int, threads: int | None) -> Ints:
    """Return each origin's distance to the nearest goal of each category, `FAR` where none is in reach.

    Shape (categories, origins).
    """
    from corridor._kernel import lanes
    from corridor._kernel.arrays import FAR, Graph, Rows

    graph = Graph(plan.graph.first, plan.graph.arcs)
    start, read, direct = Rows(*plan.start), Rows(*plan.read), Rows(*plan.direct)
    count = len(start.first) - 1
    found = np.full((count, origins), FAR, np.int32)
    # As many categories at a time as a register holds, or fewer so that every thread has some.
    step = min(lanes.LANES, -(-count // _workers.workers(threads, count)))

    def some(_: None, low: int, high: int) -> None:
        found[low:high] = lanes.nearest(graph, start, low, high, read, direct, cutoff, origins)

    if count:
        _workers.each_batch(some, count, step, threads, lambda: None)
    return found
