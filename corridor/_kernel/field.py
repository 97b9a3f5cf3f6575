"""Distance to a set of segments on a square grid."""

from __future__ import annotations

import numpy as np

from corridor._kernel._jit import jit
from corridor._kernel.arrays import Floats


@jit
def lower_field(field: Floats, segments: Floats, x0: float, y0: float, cell: float, radius: float) -> None:
    """Lower `field` to the distance from each grid point to the nearest of `segments`, where that is below `radius`.

    Only the grid points within `radius` of a segment's bounding box are visited: O(segments × (radius / cell)^2)
    for short segments. A field lowered step by step equals one lowered at once.

    Parameters
    ----------
    field : float64 array, shape (ny, nx)
        Changed in place; start with `radius` everywhere.
    segments : float64 array, shape (S, 4)
        x, y of both ends.
    x0, y0, cell, radius : float
        Place of field[0, 0], spacing and largest distance of interest (m).
    """
    ny, nx = field.shape
    for i in range(len(segments)):
        ax, ay, bx, by = segments[i, 0], segments[i, 1], segments[i, 2], segments[i, 3]
        dx, dy = bx - ax, by - ay
        square = dx * dx + dy * dy
        left = max(0, int(np.ceil((min(ax, bx) - radius - x0) / cell)))
        right = min(nx - 1, int(np.floor((max(ax, bx) + radius - x0) / cell)))
        low = max(0, int(np.ceil((min(ay, by) - radius - y0) / cell)))
        high = min(ny - 1, int(np.floor((max(ay, by) + radius - y0) / cell)))
        for row in range(low, high + 1):
            py = y0 + row * cell - ay
            for column in range(left, right + 1):
                px = x0 + column * cell - ax
                t = 0.0
                if square > 0.0:
                    t = min(1.0, max(0.0, (px * dx + py * dy) / square))
                ex, ey = px - t * dx, py - t * dy
                d = ex * ex + ey * ey
                if d < field[row, column] * field[row, column]:
                    field[row, column] = np.sqrt(d)
