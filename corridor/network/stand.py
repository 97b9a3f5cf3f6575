"""Points attached to a network that an edit is spliced into."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from corridor.network.attach import edges_near, feet
from corridor.network.model import Bools, Longs, Vertices, half_up
from corridor.network.skeleton import Skeleton
from corridor.network.splice import Spliced

# As `attach` leaves to be decided by whole decimetres.
_SLACK_M = 0.1


def stand(
    base: Skeleton, laid: Spliced, points: npt.NDArray[np.object_], *, tolerance_m: float
) -> tuple[Longs, Longs, Longs, Bools]:
    """Attach points as `corridor.network.attached` does to the network built of the edited streets.

    Parameters
    ----------
    base : Skeleton
    laid : Spliced
    points : array of Point or None
    tolerance_m : float
        As for `attach`.

    Returns
    -------
    edge, offset_dm, connector_dm : int64 arrays, shape (points,)
        Edges in the numbers of the edit; -1 where nothing is within tolerance.
    island : bool array, shape (points,)
    """
    edge, offset, connector = np.full(len(points), -1, np.int64), *np.zeros((2, len(points)), np.int64)
    tolerance_dm = int(half_up(np.array([tolerance_m * 10.0]))[0])
    for row in np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points))).tolist():
        near = _near(base, laid, points[row], tolerance_dm)
        along, gap, _ = feet(_vertices(base, laid, near), np.tile(shapely.get_coordinates(points[row]), (len(near), 1)), np.arange(len(near)))  # fmt: skip
        off = half_up(gap * 10.0)
        order = np.lexsort([half_up(gap * 1e6), ~laid.main[near]])
        fits = order[off[order] <= tolerance_dm]
        if len(fits):
            best = int(fits[0])
            edge[row], offset[row], connector[row] = near[best], along[best], off[best]
    return edge, offset, connector, ~laid.main[edge]


def _near(base: Skeleton, laid: Spliced, point: shapely.Point, tolerance_dm: int) -> Longs:
    """Return the edges within tolerance, and all that come, in the order a build gives them."""
    found: list[int] = []
    for main in (True, False):
        ids, tree = edges_near(base.network, main=main)
        if len(ids):
            found += ids[tree.query(point, predicate="dwithin", distance=tolerance_dm / 10 + _SLACK_M)].tolist()
    stay = sorted(set(found) - set(laid.edit.gone))
    names = base.edges["street_id"]
    keyed = [((names[edge], float(base.first[edge])), edge) for edge in stay]
    keyed += [
        ((piece.street, piece.first), laid.edit.edges + number)
        for number, piece in enumerate(laid.pieces)
        if not piece.through
    ]
    return np.array([edge for _, edge in sorted(keyed)], np.int64)


def _vertices(base: Skeleton, laid: Spliced, edges: Longs) -> Vertices:
    """Lay the vertices of some edges end to end."""
    known, count = base.vertices, laid.edit.edges
    parts = [
        (known.xy[known.start[edge] : known.start[edge + 1]], known.dm[known.start[edge] : known.start[edge + 1]])
        if edge < count
        else (laid.pieces[edge - count].xy, laid.pieces[edge - count].dm)
        for edge in edges.tolist()
    ]
    start = np.concatenate([[0], np.cumsum([len(dm) for _, dm in parts])]).astype(np.int64)
    if not parts:
        return Vertices(start, np.zeros((0, 2)), np.zeros(0, np.int64))
    return Vertices(start, np.concatenate([xy for xy, _ in parts]), np.concatenate([dm for _, dm in parts]))
