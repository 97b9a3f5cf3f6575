"""Attached points on an edited network: whoever has a place keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridor.network.attach import attach, check_points
from corridor.network.model import Bools, Longs, Network


@dataclass
class Placer:
    """Attaches points to one network and remembers where; on an edited network, who had a place keeps it.

    Parameters
    ----------
    network : Network
    tolerance_m : float
        As for `attach`.
    before : Placer, optional
        Of the network as it was. A point it attached keeps its place (`transfer`); others are attached anew.
    """

    network: Network
    tolerance_m: float
    before: Placer | None = None
    # The places of all points asked for, and the row of each.
    _found: pd.DataFrame | None = field(default=None, repr=False)
    _row: dict[bytes | None, int] = field(default_factory=dict, repr=False)

    def again(self) -> Placer:
        """Return one that attaches as this one does, and remembers by itself who asks for a place from now on."""
        return replace(self, _row=dict(self._row))

    def asked(self, points: npt.NDArray[np.object_]) -> Bools:
        """Return which points were asked for before; shape (points,)."""
        return self._known(shapely.to_wkb(points))

    def __call__(self, points: gpd.GeoSeries) -> pd.DataFrame:
        """Return the attach table of points, on their index."""
        check_points(self.network, points)
        keys = shapely.to_wkb(points.to_numpy())
        new = {key: n for n, key in enumerate(keys) if key not in self._row}
        if new or self._found is None:
            anew = self._attached(points.iloc[list(new.values())], np.array(list(new), dtype=object))
            self._row.update(zip(new, range(len(self._row), len(self._row) + len(new)), strict=True))
            self._found = anew if self._found is None else pd.concat([self._found, anew])
        return self._found.take([self._row[key] for key in keys]).set_axis(points.index)

    def _known(self, keys: npt.NDArray[np.object_]) -> Bools:
        return np.array([key in self._row for key in keys], dtype=bool)

    def _attached(self, points: gpd.GeoSeries, keys: npt.NDArray[np.object_]) -> pd.DataFrame:
        """Return where points stand that were not asked for yet."""
        if self.before is None:
            return attach(self.network, points, tolerance_m=self.tolerance_m)
        known = self.before._known(keys)
        kept = transfer(self.before(points[known]), self.before.network, self.network)
        parts = (kept, attach(self.network, points[~known], tolerance_m=self.tolerance_m))
        order = np.argsort(np.concatenate([np.flatnonzero(known), np.flatnonzero(~known)]), kind="stable")
        return pd.concat(parts).iloc[order]


def transfer(points: pd.DataFrame, old: Network, new: Network) -> pd.DataFrame:
    """Return an attach table of one network as it reads on an edited one.

    A point keeps its place on its street (street and position in decimetres), so an edit elsewhere never moves it:
    a new street is walked from where it joins, and cutting a street changes no distance.

    Parameters
    ----------
    points : DataFrame
        As `attach` returns it for `old`; more columns may follow.
    old, new : Network
        Of the same streets, `new` with more cuts, other gates or closed stretches.

    Returns
    -------
    DataFrame
        Same index and columns; `edge`, `offset_dm` and `island` renewed. A place whose street is no longer part of
        the network is unattached.
    """
    out = points.copy()
    rows = np.flatnonzero(points["edge"].notna().to_numpy(dtype=bool))
    before = points["edge"].to_numpy(dtype=np.int64, na_value=-1)[rows]
    place = (
        old.edges["from_dm"].to_numpy(dtype=np.int64)[before]
        + points["offset_dm"].to_numpy(dtype=np.int64, na_value=0)[rows]
    )
    edge = _edges_at(old, new, before, place)
    missing = np.ones(len(points), bool)
    missing[rows] = edge < 0
    found, offset = np.zeros((2, len(points)), np.int64)
    found[rows], offset[rows] = edge, place - new.edges["from_dm"].to_numpy(dtype=np.int64)[edge]
    component = new.edges["component"].to_numpy()
    out["edge"] = pd.arrays.IntegerArray(np.where(missing, -1, found), missing)
    out["offset_dm"] = pd.arrays.IntegerArray(np.where(missing, 0, offset).astype(np.int32), missing)
    out["connector_dm"] = points["connector_dm"].mask(missing)
    out["island"] = pd.arrays.BooleanArray(component[found] > 0, missing)
    return out


def _edges_at(old: Network, new: Network, before: Longs, place: Longs) -> Longs:
    """Return the edge of `new` that holds each place and lies within the old edge; -1 where there is none."""
    ids, streets, rank, low, high, order, span = new.derived("along", lambda: _along_streets(new))
    key = rank[order] * span + low[order]
    named = old.edges["street_id"].to_numpy(dtype=object)[before]
    at = np.searchsorted(streets, named)
    known = (at < len(streets)) & (streets[np.minimum(at, len(streets) - 1)] == named)
    first = old.edges["from_dm"].to_numpy(dtype=np.int64)[before]
    last = first + old.edges["length_dm"].to_numpy(dtype=np.int64)[before]
    # The far end of an edge belongs to it, not to the next one: a gate may stand between the two.
    inner = np.where((place == last) & (last > first), place - 1, place)
    found = np.searchsorted(key, at * span + inner, side="right") - 1
    edge = order[np.maximum(found, 0)]
    fits = known & (found >= 0) & (rank[edge] == at) & (low[edge] >= first) & (high[edge] <= last)
    fits &= (low[edge] <= place) & (place <= high[edge])
    return np.where(fits, ids[edge], -1)


def _along_streets(network: Network) -> tuple[Longs, npt.NDArray[np.object_], Longs, Longs, Longs, Longs, int]:
    """Return the edges that places attach to, all streets, and of each edge: street, first and last place, order."""
    ids = np.flatnonzero(~network.edges["through"].to_numpy(dtype=bool))
    streets, rank = np.unique(network.edges["street_id"].to_numpy(dtype=object)[ids], return_inverse=True)
    low = network.edges["from_dm"].to_numpy(dtype=np.int64)[ids]
    high = low + network.edges["length_dm"].to_numpy(dtype=np.int64)[ids]
    return ids, streets, rank, low, high, np.lexsort([high, low, rank]), int(high.max(initial=0)) + 1
