"""Linkage of carriers and institutes: the walks between them, what each has in reach, and who is off the belt."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.access import decay as decays
from corridor.access import nearest
from corridor.indicators.coverage import limits_dm, walk_m, walk_s
from corridor.network import Network
from corridor.network.model import Floats, Impedance, Longs

if TYPE_CHECKING:
    import networkx as nx

    from corridor.config import DecayRule

# A drawn corridor rarely lies on the mapped street better than this.
DRAWN_M = 15.0
_THOUSANDTHS = 1000


def decay(rule: DecayRule, speed_m_min: float) -> decays.Decay:
    """Return a rule in minutes as a decay over the metres that a walk costs at a speed."""
    metres = rule.minutes * speed_m_min
    forms: dict[str, decays.Decay] = {
        "step": decays.Step(metres),
        "linear": decays.Linear(metres),
        "exponential": decays.Exponential(1.0 / metres),
        "gaussian": decays.Gaussian(metres),
    }
    return forms[rule.form]


def matrix(
    network: Network,
    origins: pd.DataFrame,
    places: pd.DataFrame,
    *,
    cutoff_dm: int,
    impedance: Impedance = "cost",
) -> pd.DataFrame:
    """Measure the walk from every origin to every place.

    Parameters
    ----------
    network, cutoff_dm, impedance
        As for `corridor.access.nearest`.
    origins, places : DataFrame
        As `attach` returns them, on their ids.

    Returns
    -------
    DataFrame
        Origins × place ids, Int32 (dm); NA where unattached or beyond the cutoff.
    """
    ids = list(places.index)
    numbered = places.assign(_place=np.arange(len(ids)))
    found = nearest(
        network, origins, numbered, cutoff_dm=cutoff_dm, by="_place", impedance=impedance, categories=range(len(ids))
    )
    return found.astype("Int32").set_axis(pd.Index(ids, name="destination", dtype="object"), axis=1)


def links(
    cost_dm: pd.DataFrame, length_dm: pd.DataFrame, weight: pd.Series, *, decay: decays.Decay, speed_m_min: float
) -> pd.DataFrame:
    """List the walk between every two places, and what the one is worth to the other.

    link(o, d) = weight(d) × f(walk(o, d)), f in units of 2^-24 and weights in thousandths: a sum of links does not
    depend on its order.

    Parameters
    ----------
    cost_dm, length_dm : DataFrame of Int32
        Places × places: cheapest walk, shortest walk.
    weight : Series
        Floor area (m²) or firms of each place; NA where it is not known.
    decay : callable
        On metres of cost.
    speed_m_min : float

    Returns
    -------
    DataFrame
        `origin`, `destination`, `cost_dm` (Int64), `walk_s`, `walk_m`, `decay` (0–1), `link` (in the weight's unit); all
        ordered pairs of two different places, in the order of the index. Unreachable: NA, decay and link 0. Weight not
        known: link NA.
    """
    ids = cost_dm.index.to_numpy(dtype=object)
    origin, destination = (
        part.ravel() for part in np.meshgrid(np.arange(len(ids)), np.arange(len(ids)), indexing="ij")
    )
    apart = origin != destination
    origin, destination = origin[apart], destination[apart]
    cost = cost_dm.to_numpy(dtype=float, na_value=np.nan)[origin, destination]
    length = length_dm.to_numpy(dtype=float, na_value=np.nan)[origin, destination]
    near = ~np.isnan(cost)
    table = decays.fixed_point(decay, int(np.nanmax(cost, initial=0)))
    factor = np.zeros(len(cost), np.int64)
    factor[near] = table[cost[near].astype(np.int64)]
    known = weight.reindex(cost_dm.index).to_numpy(dtype=float, na_value=np.nan)[destination]
    lost = np.isnan(known)
    thousandths = whole(known)
    out = pd.DataFrame(
        {
            "origin": pd.array(ids[origin], dtype="string"),
            "destination": pd.array(ids[destination], dtype="string"),
            "cost_dm": pd.arrays.IntegerArray(np.where(near, cost, 0).astype(np.int64), ~near),
        }
    )
    out["walk_s"] = walk_s(out["cost_dm"], speed_m_min)
    out["walk_m"] = walk_m(pd.Series(pd.arrays.FloatingArray(np.where(near, length, 0.0), ~near)))
    out["decay"] = factor / decays.FIXED_POINT
    out["link"] = pd.arrays.FloatingArray(worth(thousandths, factor), lost)
    return out


def worth(thousandths: Longs, factor: Longs) -> Floats:
    """Return what places are worth from afar: their weight (thousandths) times a decay (units of 2^-24)."""
    # Whole numbers below 2^63 up to the one division: the value is the same on every machine.
    found: Floats = thousandths * factor / (decays.FIXED_POINT * _THOUSANDTHS)
    return found


def whole(weight: Floats) -> Longs:
    """Return weights in whole thousandths, halves up; none where it is not known."""
    found: Longs = np.floor(np.where(np.isnan(weight), 0.0, weight) * _THOUSANDTHS + 0.5).astype(np.int64)
    return found


def reached(cost_dm: Longs, weight: Floats, factor: Longs) -> Floats:
    """Sum up what each place has in reach of the others: `reach` of the function of that name, of arrays.

    Parameters
    ----------
    cost_dm : int array, shape (places, places)
        Beyond the length of `factor` where unreachable.
    weight : float array, shape (places,)
        NaN where it is not known.
    factor : int64 array
        Decay by decimetre, in units of 2^-24.
    """
    near = cost_dm < len(factor)
    far = np.where(near, factor[np.where(near, cost_dm, 0)], 0)
    np.fill_diagonal(far, 0)
    total: Floats = np.rint(worth(whole(weight)[None, :], far) * _THOUSANDTHS).astype(np.int64).sum(axis=1)
    return total / _THOUSANDTHS


def reach(links: pd.DataFrame, places: pd.Index, weight: pd.Series, *, speed_m_min: float) -> pd.DataFrame:
    """Sum up what each place has in reach of the others.

    Parameters
    ----------
    links : DataFrame
        As `links` returns them.
    places : Index
        All places, also those without a link.
    weight : Series
        As for `links`.
    speed_m_min : float

    Returns
    -------
    DataFrame
        On `places`: `n_5min`, `n_10min`, `n_15min` (other places within), `weight_15min` (their known weight within 15
        minutes, Float64) and `reach` (Σ link over the places whose weight is known; Hansen 1959).
    """
    out = pd.DataFrame(index=places)
    cost = links["cost_dm"].to_numpy(dtype=float, na_value=np.nan)
    origin = places.get_indexer(pd.Index(links["origin"].astype(object)))
    limits = limits_dm(speed_m_min)
    for minutes, limit in limits.items():
        out[f"n_{minutes}min"] = np.bincount(origin[cost <= limit], minlength=len(places)).astype("int64")
    held = weight.reindex(links["destination"].astype(object)).to_numpy(dtype=float, na_value=0.0)
    within = cost <= limits[max(limits)]
    held_near = np.zeros(len(places), np.int64)
    np.add.at(held_near, origin[within], whole(held[within]))
    out["weight_15min"] = pd.array(held_near / _THOUSANDTHS, dtype="Float64")
    fixed = np.rint(links["link"].to_numpy(dtype=float, na_value=0.0) * _THOUSANDTHS).astype(np.int64)
    total = np.zeros(len(places), np.int64)
    np.add.at(total, origin, fixed)
    out["reach"] = pd.array(total / _THOUSANDTHS, dtype="Float64")
    return out


def corridor_walks(network: Network, places: pd.DataFrame, corridor: gpd.GeoDataFrame, *, cutoff_dm: int) -> pd.Series:
    """Measure the walk from every place to the nearest point of the corridor.

    The corridor is the network's edges of its streets; where it is a drawn line, the edges of which at least half lies
    within 15 m of it. Whoever stands on one of them walks its connector only.

    Returns
    -------
    Series of Int32
        Decimetres, on the places' index; NA where none is in reach or the study names no corridor.
    """
    edges = corridor_edges(network, corridor)
    if not len(edges):
        return pd.Series(pd.NA, index=places.index, dtype="Int32")
    length = network.edges["length_dm"].to_numpy()[edges]
    ends = pd.DataFrame(
        {
            "edge": pd.array(np.tile(edges, 2), dtype="Int64"),
            "offset_dm": pd.array(np.concatenate([np.zeros(len(edges)), length]), dtype="Int32"),
            "connector_dm": pd.array(np.zeros(2 * len(edges)), dtype="Int32"),
            "_corridor": 0,
        }
    )
    walk = nearest(network, places, ends, cutoff_dm=cutoff_dm, by="_corridor")[0].astype("Int32")
    return walk.mask(places["edge"].isin(edges).to_numpy(dtype=bool), places["connector_dm"]).astype("Int32")


def corridor_edges(network: Network, corridor: gpd.GeoDataFrame) -> np.ndarray:
    """Return the edges of the corridor: of its streets, or those of which half lies within 15 m of a drawn line."""
    if corridor.empty:
        return np.zeros(0, np.int64)
    named = network.edges["street_id"].isin(corridor.index).to_numpy(dtype=bool)
    if not named.any():
        named = drawn_along(network.edges.geometry.to_numpy(), corridor)
    found: np.ndarray = np.flatnonzero(named)
    return found


def drawn_along(lines: np.ndarray, corridor: gpd.GeoDataFrame) -> np.ndarray:
    """Return the lines of which half lies within 15 m of a drawn corridor."""
    band = shapely.union_all(corridor.geometry.to_numpy()).buffer(DRAWN_M)
    near: np.ndarray = shapely.intersects(lines, band)
    inside = shapely.length(shapely.intersection(lines[near], band))
    near[near] = inside * 2 >= shapely.length(lines[near])
    return near


def belt(
    to_core_dm: pd.Series, to_corridor_dm: pd.Series, attached: pd.Series, *, belt_min: int, speed_m_min: float
) -> pd.DataFrame:
    """Tell which places are off the belt: farther than `belt_min` minutes both from the corridor and from any core carrier.

    Parameters
    ----------
    to_core_dm, to_corridor_dm : Series of Int32
        Walks to the nearest core carrier and to the corridor; NA out of reach.
    attached : Series of bool
        Whether the place stands on the main network; of others nothing is known.
    belt_min : int
        Minutes, inclusive.
    speed_m_min : float

    Returns
    -------
    DataFrame
        `core_s`, `corridor_s` (Float64, s), `off_belt` (boolean; NA where the place is not on the network, or the study
        has neither core carrier nor corridor).
    """
    limit = limits_dm(speed_m_min, (belt_min,))[belt_min]
    near = (to_core_dm <= limit).fillna(False).to_numpy(bool) | (to_corridor_dm <= limit).fillna(False).to_numpy(bool)
    nothing_to_reach = to_core_dm.isna().all() and to_corridor_dm.isna().all()
    unknown = ~attached.to_numpy(dtype=bool) | nothing_to_reach
    return pd.DataFrame(
        {
            "core_s": walk_s(to_core_dm, speed_m_min),
            "corridor_s": walk_s(to_corridor_dm, speed_m_min),
            "off_belt": pd.arrays.BooleanArray(~near, unknown),
        },
        index=to_core_dm.index,
    )


def lines(places: gpd.GeoDataFrame, links: pd.DataFrame, origins: Collection[str]) -> gpd.GeoDataFrame:
    """Return the links from some places as straight lines, for maps and GIS; unreachable places have none.

    Returns
    -------
    GeoDataFrame
        `origin`, `destination`, `walk_s`, `walk_m`, `link`, LineString; RangeIndex.
    """
    wanted = links[links["origin"].isin(list(origins)) & links["cost_dm"].notna()].reset_index(drop=True)
    points = places.geometry
    geometry = [
        shapely.LineString([points[row.origin], points[row.destination]]) for row in wanted.itertuples(index=False)
    ]
    columns = ["origin", "destination", "walk_s", "walk_m", "link"]
    return gpd.GeoDataFrame(wanted[columns], geometry=geometry, crs=places.crs)


def linkage_graph(places: gpd.GeoDataFrame, links: pd.DataFrame) -> nx.DiGraph[str]:
    """Return places and links as a networkx graph.

    Nodes are the ids with `name`, `kind`, `stage`, `is_core`, `x`, `y` (metres in `graph["crs"]`; missing: None); an edge
    runs from each place to every other it can walk to, with `cost_dm`, `walk_s`, `walk_m`, `decay` and `link`
    (None where the weight is not known). For networkx, `weight="cost_dm"` makes near places near, `weight="link"` makes
    strong links strong.
    """
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph(crs=places.crs)
    for key, row in places.iterrows():
        spot = row.geometry
        known = {name: None if pd.isna(row[name]) else row[name] for name in ("name", "kind", "stage", "is_core")}
        graph.add_node(
            str(key), **known, x=spot.x if spot is not None else None, y=spot.y if spot is not None else None
        )
    for row in links[links["cost_dm"].notna()].itertuples(index=False):
        graph.add_edge(
            row.origin,
            row.destination,
            cost_dm=int(row.cost_dm),
            walk_s=float(row.walk_s),
            walk_m=float(row.walk_m),
            decay=float(row.decay),
            link=None if pd.isna(row.link) else float(row.link),
        )
    return graph
