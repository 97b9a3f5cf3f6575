"""How far it is: the nearest opportunity of each category."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from corridor.access import _inputs
from corridor.network import Network
from corridor.network.model import Impedance, Ints
from corridor.network.points import reads, same_edge, seeds


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
    cutoff = _inputs.check_cutoff(cutoff_dm)
    who = _inputs.owners(origins.index)
    names, category = _inputs.categories(opportunities, by, categories)
    search = _inputs.setting(network, opportunities, category, origins, who.of_row, impedance=impedance, backward=True)
    start = seeds(search.graph, search.sources, len(names))
    read = reads(search.graph, search.points)
    direct = same_edge(search.graph, search.sources, search.points, len(names))

    from corridor._kernel import search as kernel
    from corridor._kernel.arrays import FAR, Graph, Rows

    graph = Graph(search.graph.first, search.graph.arcs)

    def one(row: int) -> Ints:
        return kernel.nearest(graph, Rows(*start), row, Rows(*read), Rows(*direct), cutoff, len(who.labels))

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        found = list(pool.map(one, range(len(names))))
    columns = {name: pd.arrays.IntegerArray(d, d == FAR) for name, d in zip(names, found, strict=True)}
    return pd.DataFrame(columns, index=who.labels, columns=names)
