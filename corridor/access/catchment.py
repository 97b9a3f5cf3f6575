"""Who shares what with whom: floating catchments, in two steps that tiles of a city can take as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridor.access import _inputs, _pairs, _workers
from corridor.access.decay import FIXED_POINT, Decay, fixed_point
from corridor.access.sums import table_of
from corridor.network import Network
from corridor.network.model import Impedance, Longs, ragged_ranges

if TYPE_CHECKING:
    from corridor._kernel.arrays import Loads


def floating_catchment(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    decay: Decay,
    *,
    demand: pd.Series,
    supply: str,
    cutoff_dm: int,
    by: str = "category",
    impedance: Impedance = "cost",
    categories: Sequence[object] | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """Share out supply among the demand in reach, by category: two-step floating catchment areas.

    R(p) = S(p) / sum over origins o of D(o) f(d(o, p)), then A(o) = sum over opportunities p of R(p) f(d(o, p)).
    With `Step` this is 2SFCA (Luo and Wang 2003), with `Zones` E2SFCA (Luo and Qi 2009). A supply without any
    demand in reach serves nobody. Sum over origins of D(o) A(o) = sum of the supply that has demand in reach.

    Parameters
    ----------
    network, origins, opportunities, decay, by, impedance, categories, threads
        As for `gravity`.
    demand : Series
        On the distinct labels of `origins`: people, to a thousandth.
    supply : str
        Column of `opportunities`: places, beds, floor area, to a thousandth.
    cutoff_dm : int
        Radius of the catchments, whole decimetres, inclusive. Data must reach twice as far beyond the area.

    Returns
    -------
    DataFrame
        Index: the distinct labels of `origins`; one Float64 column a category: supply per head. NA: not attached.

    Examples
    --------
    A clinic of 10 places, 4 people at one home and 1 at another, all within reach: 2 places a head at both.
    """
    _inputs.check(
        origins,
        opportunities,
        walks_dm={"cutoff_dm": [cutoff_dm]},
        impedance=impedance,
        threads=threads,
        columns=(by, supply),
    )
    cutoff = int(cutoff_dm)
    factor = fixed_point(decay, cutoff)
    plan = _pairs.plan(network, origins, opportunities, by=by, categories=categories, impedance=impedance)
    loads = _pairs.loads(plan.things, opportunities, supply)
    heads = whole_heads(demand, plan.origins)
    shares, shift = shared_out(loads, _asked(plan, cutoff, factor, heads, threads))
    return _handed_out(plan, cutoff, factor, shares, shift, plan.things.categories, threads)


@dataclass(frozen=True)
class Supplies:
    """What the places of a city hold, for tiles that see some of them.

    Attributes
    ----------
    doors : DataFrame
        What `attach` returns and `source_id`, the place: one row for each door of each place.
    loads : Loads
        Supply of each place by category.
    categories : Index
    """

    doors: pd.DataFrame
    loads: Loads
    categories: pd.Index

    def entries(self, shares: Loads) -> pd.DataFrame:
        """Return the doors once for each category that their place shares something out of: `category`, `share`."""
        place = self.doors["source_id"].to_numpy(dtype=np.int64)
        count = np.diff(shares.first)[place]
        entry = ragged_ranges(shares.first[:-1][place], count)
        rows = self.doors.iloc[np.repeat(np.arange(len(place)), count)]
        return rows.assign(category=shares.category[entry], share=shares.weight[entry])


def supplies(
    opportunities: pd.DataFrame, supply: str, *, by: str = "category", categories: Sequence[object] | None = None
) -> Supplies:
    """Group opportunities into places as `floating_catchment` does.

    Parameters
    ----------
    opportunities, supply, by, categories
        As for `floating_catchment`.
    """
    things, door, place = _pairs.things(opportunities, by, categories)
    rows = opportunities[["edge", "offset_dm", "connector_dm"]].iloc[door]
    return Supplies(rows.assign(source_id=place), _pairs.loads(things, opportunities, supply), things.categories)


def whole_heads(demand: pd.Series, labels: pd.Index) -> Longs:
    """Return the people of each origin in whole thousandths; too many are refused."""
    heads = _inputs.whole_weights(demand.reindex(labels), "demand")
    _inputs.check_sum(float(heads.sum()) * FIXED_POINT, "demand")
    return heads


def demand_by_place(
    network: Network, origins: pd.DataFrame, doors: pd.DataFrame, decay: Decay, *, cutoff_dm: int, impedance: Impedance
) -> pd.Series:
    """Sum up what a tile's origins ask of each place in reach: whole numbers, so tiles add up in any order.

    Parameters
    ----------
    origins : DataFrame
        With `heads`, as `whole_heads` gives it.
    doors : DataFrame
        Those of `Supplies` on this network.

    Returns
    -------
    Series of int64
        On the places.
    """
    plan = _pairs.plan(network, origins, doors.assign(category=0), by="category", categories=[0], impedance=impedance)
    heads = origins["heads"].groupby(level=0, sort=False).first().reindex(plan.origins).to_numpy(dtype=np.int64)
    asked = _asked(plan, cutoff_dm, fixed_point(decay, cutoff_dm), heads, 1)
    return pd.Series(asked[plan.things.place], index=plan.things.labels)


def shared_out(loads: Loads, asked: Longs) -> tuple[Loads, int]:
    """Return each place's supply for a head in reach, in a fixed point, and how many bits that is shifted.

    Parameters
    ----------
    loads : Loads
        Supply by place, of the whole city: the fixed point is as fine as its largest sum leaves room for.
    asked : int64 array, shape (places,)
        Decayed demand in reach of each place.
    """
    place = np.repeat(np.arange(len(loads.first) - 1), np.diff(loads.first))
    served = asked[place] > 0
    ratio = np.divide(loads.weight * float(FIXED_POINT), asked[place], out=np.zeros(len(place)), where=served)
    shift = 37 - int(np.ceil(np.log2(max(ratio.max(initial=0.0) * max(len(ratio), 1), 1e-9))))
    return loads._replace(weight=np.floor(np.ldexp(ratio, shift) + 0.5).astype(np.int64)), shift


def served(
    network: Network,
    origins: pd.DataFrame,
    entries: pd.DataFrame,
    decay: Decay,
    *,
    cutoff_dm: int,
    impedance: Impedance,
    shift: int,
    categories: pd.Index,
) -> pd.DataFrame:
    """Return what a tile's origins get of the shares in reach, as `floating_catchment` returns it.

    Parameters
    ----------
    entries : DataFrame
        `Supplies.entries` on this network.
    """
    wanted = range(len(categories))
    plan = _pairs.plan(network, origins, entries, by="category", categories=wanted, impedance=impedance)
    shares = _pairs.summed(plan.things, entries["share"].to_numpy(dtype=np.int64)[plan.things.row])
    return _handed_out(plan, cutoff_dm, fixed_point(decay, cutoff_dm), shares, shift, categories, 1)


def _asked(plan: _pairs.Plan, cutoff: int, factor: Longs, heads: Longs, threads: int | None) -> Longs:
    """Sum up the decayed demand in reach of each place; `heads` as `plan.origins`."""
    from corridor._kernel import sums

    at_seat = np.empty(len(heads), np.int64)
    at_seat[plan.seat] = heads
    return _workers.joined(
        _pairs.each_batch(
            plan,
            cutoff,
            threads,
            lambda: np.zeros(plan.places, np.int64),
            lambda out, low, pairs: sums.demand_in_reach(pairs, low, factor, at_seat, out),
        )
    )


def _handed_out(
    plan: _pairs.Plan, cutoff: int, factor: Longs, shares: Loads, shift: int, names: pd.Index, threads: int | None
) -> pd.DataFrame:
    """Sum up the decayed shares in reach of each origin."""
    from corridor._kernel import sums

    found = _pairs.into(
        plan,
        cutoff,
        threads,
        np.zeros((len(plan.origins), len(names)), np.int64),
        lambda out, low, pairs: sums.sum_decayed(pairs, low, factor, shares, out),
    )
    return table_of(plan, np.ldexp(found / FIXED_POINT, -shift), names)
