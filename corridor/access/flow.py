"""Who walks where: trips laid onto their shortest walks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from corridor.access import _inputs, _passages, _workers
from corridor.errors import NetworkError
from corridor.network import Network
from corridor.network.model import Impedance, Longs
from corridor.network.points import places
from corridor.network.states import state_graph

if TYPE_CHECKING:
    from corridor._kernel.flow import Legs

# Trips to all goals together stay exact in a double, all flow together in 63 bits.
_TRIP_BITS = 51
_FLOW_BITS = 61
# Origins searched at a time by one worker.
_BATCH = 512


def betweenness(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame | None = None,
    *,
    radius_dm: int,
    origin_weight: str | None = None,
    opportunity_weight: str | None = None,
    trips: Literal["product", "shared"] = "product",
    impedance: Impedance = "cost",
    threads: int | None = None,
) -> pd.Series:
    """Count the shortest walks along every street, from every origin to every opportunity within a radius.

    B(e) = sum over origins o and opportunities p with d(o, p) at most the radius of T(o, p) s(o, p, e), where
    s is the mean, over all equally short walks from o to p, of the share of the length of e that the walk covers
    (Freeman 1977; ties and accumulation after Brandes 2001). The trips T(o, p) are

    - "product": w(o) w(p). With no weights each pair is one trip.
    - "shared": w(o) w(p) / sum of w(p') over the opportunities p' in reach of o. Every origin makes w(o) trips in
      all, or none where nothing is in reach.

    Points attach along edges, so a street walked over a third of its length counts a third. Both directions are
    trips: from A to B and from B to A make two. A walk of exactly the radius counts. What lies beyond the data is
    missing: data must reach one radius beyond the area asked about.

    Parameters
    ----------
    network : Network
        Its gates policy holds: under `residents` no walk leads through a compound.
    origins, opportunities : DataFrame
        As `attach` returns them; rows of `origins` that share a label and rows of `opportunities` that share a
        `source_id` (else a label) are one place with several doors. Without `opportunities` walks lead from every
        origin to every other.
    radius_dm : int
        Longest walk, whole decimetres, inclusive.
    origin_weight, opportunity_weight : str, optional
        Columns with people, floor area or firms, to a thousandth; of several doors the first row's. Without
        `opportunities` both are columns of `origins`.
    trips : {"product", "shared"}
        How many trips a pair makes.
    impedance : {"cost", "length"}
        As for `nearest`. A street of no cost is walked, but of two equally long walks the one with fewer of them
        is taken.
    threads : int, optional
        Searches at a time; default one per processor. The result does not depend on it, bit for bit.

    Returns
    -------
    Series
        Float64 on the index of `network.edges`: trips (product of the weights' units, or the unit of
        `origin_weight`). 0: nobody's shortest walk. A part of a trip
        is rounded at 2^-50 of what all pairs together could make.

    Raises
    ------
    NetworkError
        The radius is not a whole number from 0 on, weights are not numbers or sum up to too much.

    Examples
    --------
    Three homes A, B, C along one street in this order, AB and BC an edge each: two trips A-B and two A-C cross AB,
    so both edges have 4 within a radius that joins A and C, and 2 within one that does not.
    """
    found = betweenness_within(
        network,
        origins,
        opportunities,
        radii_dm=[radius_dm],
        origin_weight=origin_weight,
        opportunity_weight=opportunity_weight,
        trips=trips,
        impedance=impedance,
        threads=threads,
    )
    return found[radius_dm].rename("betweenness")


def betweenness_within(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame | None = None,
    *,
    radii_dm: Sequence[int],
    origin_weight: str | None = None,
    opportunity_weight: str | None = None,
    trips: Literal["product", "shared"] = "product",
    impedance: Impedance = "cost",
    threads: int | None = None,
) -> pd.DataFrame:
    """Count what `betweenness` counts within several radii, by one search from each origin.

    Parameters
    ----------
    radii_dm : sequence of int
        In any order, at least one; one given twice counts once. The others as for `betweenness`.

    Returns
    -------
    DataFrame
        Float64 on the index of `network.edges`, a column for each radius in the order given: what `betweenness` gives,
        bit for bit.

    Raises
    ------
    NetworkError
        As `betweenness`, or without a radius.
    """
    check_trips(
        origins,
        opportunities,
        radii_dm=radii_dm,
        origin_weight=origin_weight,
        opportunity_weight=opportunity_weight,
        impedance=impedance,
        threads=threads,
    )
    # 800.0 is 800.
    radii = list(dict.fromkeys(int(radius) for radius in radii_dm))
    asked = trips_between(
        network,
        origins,
        opportunities,
        radius_dm=max(radii),
        origin_weight=origin_weight,
        opportunity_weight=opportunity_weight,
        trips=trips,
        impedance=impedance,
    )
    total = laid(network, asked, nearer_dm=sorted(radii)[:-1], threads=threads)
    flows = {
        radius: asked.flow(column, network.edges.index) for radius, column in zip(sorted(radii), total, strict=True)
    }
    return pd.DataFrame({radius: flows[radius] for radius in radii}, index=network.edges.index)


def check_trips(
    origins: pd.DataFrame,
    opportunities: pd.DataFrame | None,
    *,
    radii_dm: Sequence[int],
    origin_weight: str | None = None,
    opportunity_weight: str | None = None,
    impedance: Impedance = "cost",
    threads: int | None = None,
) -> None:
    """Refuse a request for betweenness that cannot be answered."""
    if not len(radii_dm):
        raise NetworkError.of("radii_dm", "没有给出半径。", "no radius is given.", "至少给一个。", "Give at least one.")
    _inputs.check(
        origins,
        opportunities,
        walks_dm={"radius_dm": radii_dm},
        impedance=impedance,
        threads=threads,
        columns=(opportunity_weight,),
        origin_columns=(origin_weight, opportunity_weight if opportunities is None else None),
    )


@dataclass(frozen=True)
class Trips:
    """Who makes how many trips to where, in whole numbers that the whole city decides.

    Attributes
    ----------
    homes, goals : DataFrame
        What `attach` returns and `owner`: the number of the origin or the goal.
    produced, drawn : int64 arrays
        Weights of origins and goals.
    itself : int64 array
        The goal that is the origin itself, -1 where none is.
    radius_dm, impedance
        As for `betweenness`.
    shared : bool
        Whether an origin's trips are shared out among the goals in reach.
    scale : int
        See `corridor.access._passages`.
    fine, unit : int
        Bits by which `drawn` and the flow are shifted.
    produced_unit, drawn_unit : int
        What a weight of 1 is in whole numbers.
    """

    homes: pd.DataFrame
    goals: pd.DataFrame
    produced: Longs
    drawn: Longs
    itself: Longs
    radius_dm: int
    impedance: Impedance
    shared: bool
    scale: int
    fine: int
    unit: int
    produced_unit: int
    drawn_unit: int

    def part(self, homes: pd.DataFrame, goals: pd.DataFrame) -> Trips:
        """Return the trips of some origins to the goals they may reach, numbered anew; units stay as they are."""
        origin, home = np.unique(homes["owner"].to_numpy(dtype=np.int64), return_inverse=True)
        target, goal = np.unique(goals["owner"].to_numpy(dtype=np.int64), return_inverse=True)
        at = np.minimum(np.searchsorted(target, self.itself[origin]), max(len(target) - 1, 0))
        met = np.isin(self.itself[origin], target)
        return replace(
            self,
            homes=homes.assign(owner=home),
            goals=goals.assign(owner=goal),
            produced=self.produced[origin],
            drawn=self.drawn[target],
            itself=np.where(met, at, -1),
        )

    def flow(self, total: Longs, edges: pd.Index) -> pd.Series:
        """Return sums by edge as `betweenness` returns them."""
        flow = np.ldexp(total.astype(np.float64), -self.unit) / self.produced_unit
        if not self.shared:
            flow = np.ldexp(flow, -self.fine) / self.drawn_unit
        return pd.Series(flow, index=edges, name="betweenness").astype("Float64")


def trips_between(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame | None,
    *,
    radius_dm: int,
    origin_weight: str | None = None,
    opportunity_weight: str | None = None,
    trips: Literal["product", "shared"] = "product",
    impedance: Impedance = "cost",
) -> Trips:
    """Number origins and goals, read their weights and settle the fixed point; arguments as for `betweenness`."""
    who = _inputs.owners(origins.index)
    produced, produced_unit = _inputs.owner_weights(origins, origin_weight, who)
    if opportunities is None:
        goals, what, itself = origins, who, np.arange(len(who.labels))
    else:
        goals, what = opportunities, _inputs.owners(opportunities.get("source_id", opportunities.index))
        itself = np.full(len(who.labels), -1)
    drawn, drawn_unit = _inputs.owner_weights(goals, opportunity_weight, what)
    for weights in (produced, drawn):
        _inputs.check_sum(float(weights.sum()), "betweenness", 2.0**_TRIP_BITS)
    fine = _TRIP_BITS - _bits(drawn)
    return Trips(
        homes=_owned(origins, who),
        goals=_owned(goals, what),
        produced=produced,
        drawn=drawn,
        itself=itself,
        radius_dm=int(radius_dm),
        impedance=impedance,
        shared=trips == "shared",
        scale=_passages.scale_of(state_graph(network, impedance=impedance).weight == 0),
        fine=fine,
        unit=_FLOW_BITS - _bits(produced) - (_bits(drawn) + fine if trips == "product" else 0),
        produced_unit=produced_unit,
        drawn_unit=drawn_unit,
    )


def laid(network: Network, asked: Trips, *, nearer_dm: Sequence[int] = (), threads: int | None = None) -> Longs:
    """Lay trips onto the edges of a network, or of a tile that holds all their walks.

    Parameters
    ----------
    nearer_dm : sequence of int, ascending
        Shorter radii within which they are laid as well.

    Returns
    -------
    int64 array, shape (radii, E)
        By radius, ascending. Units of `asked.unit`: whole numbers, each part of a trip rounded by itself, so tiles add up in any order.
    """
    found = _passages.passages(network, asked.impedance, asked.scale)
    homes, goals = (
        places(network, found.graph, table, table["owner"].to_numpy(dtype=np.int64))
        for table in (asked.homes, asked.goals)
    )
    starts = _passages.first_pieces(found, homes)
    rank = _inputs.along_the_curve(starts.key, starts.other, len(asked.produced))
    return _laid(
        found,
        (
            _legs(starts, len(asked.produced)),
            _legs(_passages.last_pieces(found, goals), found.graph.size),
            _legs(_passages.direct_pieces(found, homes, goals), len(asked.produced)),
        ),
        np.argsort(rank, kind="stable")[: len(np.unique(starts.key))],
        asked,
        (*nearer_dm, asked.radius_dm),
        edges=len(network.edges),
        threads=threads,
    )


def _owned(table: pd.DataFrame, who: _inputs.Owners) -> pd.DataFrame:
    """Return attached points with the number of whom they belong to; those of nobody are left out."""
    rows = np.flatnonzero((who.of_row >= 0) & table["edge"].notna().to_numpy(dtype=bool))
    return table[["edge", "offset_dm", "connector_dm"]].iloc[rows].assign(owner=who.of_row[rows])


def flow_by(network: Network, flow: pd.Series, by: str | pd.Series = "street_id") -> pd.DataFrame:
    """Sum up the flow of edges by street, or by any other grouping of them.

    Parameters
    ----------
    network : Network
    flow : Series
        On the index of `network.edges`, as `betweenness` gives it.
    by : str or Series
        A column of `network.edges`, or a Series on their index (segments); edges without a group are left out.

    Returns
    -------
    DataFrame
        Index: the groups, sorted; Float64 columns `length_m`, `walked_m` (sum of flow × length: metres walked by
        all together), `mean` (`walked_m` / `length_m`; NA where the length is 0), `most` (the busiest edge).

    Examples
    --------
    A street of 100 m with flow 4 and 300 m with flow 8: 2,800 m walked, on average 7, at most 8.
    """
    length = network.edges["length_dm"].astype("Float64") / 10
    table = pd.DataFrame({"length_m": length, "walked_m": flow * length, "most": flow})
    key = network.edges[by] if isinstance(by, str) else by
    sums = table.groupby(key, sort=True).agg({"length_m": "sum", "walked_m": "sum", "most": "max"})
    mean = (sums["walked_m"] / sums["length_m"].where(sums["length_m"] > 0)).astype("Float64")
    return sums.assign(mean=mean)[["length_m", "walked_m", "mean", "most"]]


def _bits(weights: Longs) -> int:
    """Return how many bits the sum of the weights takes."""
    return int(weights.sum()).bit_length()


def _legs(pieces: _passages.Pieces, count: int) -> Legs:
    """Sort pieces by key into rows."""
    from corridor._kernel.flow import Legs

    order = np.lexsort([pieces.edge, pieces.cost, pieces.other, pieces.key])
    first = np.searchsorted(pieces.key[order], np.arange(count + 1)).astype(np.int64)
    other, cost, edge = (column[order].astype(np.int32) for column in (pieces.other, pieces.cost, pieces.edge))
    return Legs(first, other, cost, edge, pieces.share[order])


def _laid(
    found: _passages.Passages,
    legs: tuple[Legs, Legs, Legs],
    rows: Longs,
    asked: Trips,
    radii_dm: Sequence[int],
    *,
    edges: int,
    threads: int | None,
) -> Longs:
    """Lay all trips in batches of origins; whole numbers, so any order gives the same."""
    from corridor._kernel import flow as kernel

    graph = kernel.Passages(found.first, found.arcs)
    furthest = np.array(radii_dm, np.int64) * found.scale + found.scale - 1
    trips = asked.drawn << asked.fine
    factor = np.ldexp(asked.produced.astype(np.float64), asked.unit)

    def lay(mine: Longs, low: int, high: int) -> None:
        kernel.lay_trips(graph, *legs, rows[low:high], asked.itself, furthest, trips, factor, asked.shared, mine)

    parts = _workers.each_batch(lay, len(rows), _BATCH, threads, lambda: np.zeros((len(furthest), edges), np.int64))
    return _workers.joined(parts)
