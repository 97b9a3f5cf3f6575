"""Every walk by itself: travel tables and the k nearest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from corridor.access import _inputs, _pairs, limits
from corridor.network import Network
from corridor.network.model import Impedance, Longs, ragged_ranges


def travel_table(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    *,
    cutoff_dm: int,
    impedance: Impedance = "cost",
    threads: int | None = None,
) -> pd.DataFrame:
    """List the walk from every origin to every opportunity within the cutoff.

    Parameters
    ----------
    network, origins, impedance, threads
        As for `nearest`.
    opportunities : DataFrame
        As `attach` returns it. Rows that share a `source_id` are one opportunity.
    cutoff_dm : int
        Longest walk, whole decimetres, inclusive.

    Returns
    -------
    DataFrame
        One row for each pair in reach: `origin`, `opportunity` (its `source_id`, else its index label), `walk_dm`
        (int64), in the order of the two tables.

    Raises
    ------
    BatchError
        The table would not fit into memory; see `corridor.access.limits`.

    Examples
    --------
    A home 10 m and a shop 40 m from the west end of one street, the shop 5 m off it: one row, 350 dm.
    """
    _inputs.check(origins, opportunities, walks_dm={"cutoff_dm": [cutoff_dm]}, impedance=impedance, threads=threads)
    limits.check_fits("travel_table", network, origins, opportunities, cutoff_dm=int(cutoff_dm), impedance=impedance)
    every = opportunities.assign(_all=0)
    plan = _pairs.plan(network, origins, every, by="_all", categories=None, impedance=impedance)
    origin, thing, distance = _by_thing(plan, *_pairs.all_pairs(plan, int(cutoff_dm), threads))
    order = np.lexsort([thing, origin])
    return pd.DataFrame(
        {
            "origin": plan.origins.take(origin[order]),
            "opportunity": plan.things.labels.take(thing[order]),
            "walk_dm": distance[order],
        }
    )


def k_nearest(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    *,
    k: int,
    cutoff_dm: int,
    by: str = "category",
    impedance: Impedance = "cost",
    categories: Sequence[object] | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """List the k nearest opportunities of each category for every origin.

    Parameters
    ----------
    network, origins, opportunities, cutoff_dm, by, impedance, categories, threads
        As for `cumulative`.
    k : int
        How many; fewer are listed where fewer are in reach.

    Returns
    -------
    DataFrame
        Columns `origin`, the category under the name `by`, `rank` (from 1), `opportunity`, `walk_dm`; by origin,
        category and rank. Equal walks go by the label of the opportunity.

    Examples
    --------
    Shops at 100, 200 and 600 m, k = 2 and a cutoff of 5,000 dm: rank 1 at 1,000 dm, rank 2 at 2,000 dm.
    """
    _inputs.check(
        origins,
        opportunities,
        walks_dm={"cutoff_dm": [cutoff_dm]},
        impedance=impedance,
        threads=threads,
        columns=(by,),
        k=k,
    )
    limits.check_fits("k_nearest", network, origins, opportunities, cutoff_dm=int(cutoff_dm), impedance=impedance)
    plan = _pairs.plan(network, origins, opportunities, by=by, categories=categories, impedance=impedance)
    things = plan.things
    origin, thing, distance = _by_thing(plan, *_pairs.all_pairs(plan, int(cutoff_dm), threads))
    kind = things.category[thing]
    by_label = np.empty(len(things.labels), np.int64)
    by_label[things.labels.argsort()] = np.arange(len(things.labels))
    order = np.lexsort([by_label[thing], distance, kind, origin])
    origin, thing, distance, kind = origin[order], thing[order], distance[order], kind[order]
    fresh = np.ones(len(origin), bool)
    fresh[1:] = (origin[1:] != origin[:-1]) | (kind[1:] != kind[:-1])
    start = np.flatnonzero(fresh)
    rank = np.arange(len(origin)) - np.repeat(start, np.diff(np.append(start, len(origin)))) + 1
    near = rank <= k
    return pd.DataFrame(
        {
            "origin": plan.origins.take(origin[near]),
            by: things.categories.take(kind[near]),
            "rank": rank[near],
            "opportunity": things.labels.take(thing[near]),
            "walk_dm": distance[near],
        }
    )


def proximity(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    *,
    k: int,
    cutoff_dm: int,
    by: str = "category",
    impedance: Impedance = "cost",
    categories: Sequence[object] | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """Average the walks to the k nearest opportunities of each category (proximity, Bruno et al. 2024).

    Parameters
    ----------
    network, origins, opportunities, k, cutoff_dm, by, impedance, categories, threads
        As for `k_nearest`.

    Returns
    -------
    DataFrame
        Index: the distinct labels of `origins`; one Float64 column (dm) a category. NA: fewer than k in reach.

    Examples
    --------
    Shops at 100, 200 and 600 m, k = 2: 1,500 dm.
    """
    near = k_nearest(
        network,
        origins,
        opportunities,
        k=k,
        cutoff_dm=cutoff_dm,
        by=by,
        impedance=impedance,
        categories=categories,
        threads=threads,
    )
    names, _ = _inputs.categories(opportunities, by, categories)
    labels = _inputs.owners(origins.index).labels
    group = near.groupby(["origin", by], observed=True)["walk_dm"].agg(["sum", "size"])
    full = (group.loc[group["size"] == k, "sum"] / k).reset_index(name="walk_dm")
    table = full.pivot_table(index="origin", columns=by, values="walk_dm", observed=True)
    return table.reindex(index=labels, columns=names).astype("Float64")


def _by_thing(plan: _pairs.Plan, origin: Longs, place: Longs, distance: Longs) -> tuple[Longs, Longs, Longs]:
    """Turn pairs of origins and places into pairs of origins and things."""
    members = np.argsort(plan.things.place, kind="stable")
    count = np.bincount(plan.things.place, minlength=plan.places)
    first = np.concatenate([[0], np.cumsum(count)])
    thing = members[ragged_ranges(first[place], count[place])]
    return np.repeat(origin, count[place]), thing, np.repeat(distance, count[place])
