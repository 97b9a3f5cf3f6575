"""Which compass side of a street lies to its left: planners say the west side, not the left one."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

Compass = Literal["west", "east", "north", "south"]
# Chinese and English.
WORDS = {"west": ("西侧", "west"), "east": ("东侧", "east"), "north": ("北侧", "north"), "south": ("南侧", "south")}
OPPOSITE = {"west": "east", "east": "west", "north": "south", "south": "north"}
_TOWARD = {"west": (-1.0, 0.0), "east": (1.0, 0.0), "north": (0.0, 1.0), "south": (0.0, -1.0)}
# A street that runs within 22.5° of a direction has no side there.
_ASIDE = float(np.sin(np.pi / 8))


def bearings(lines: NDArray[Any]) -> NDArray[np.float64]:
    """Return the unit direction of lines from their start to their end; (0, 0) for rings; shape (N, 2)."""
    step = np.subtract(*(shapely.get_coordinates(shapely.get_point(lines, end)) for end in (-1, 0)))
    size = np.hypot(step[:, 0], step[:, 1])[:, None]
    return np.asarray(np.divide(step, size, out=np.zeros_like(step), where=size > 0))


def left_of(lines: NDArray[Any]) -> list[str]:
    """Return the compass side left of each line, by where it runs mostly: "west" of one northward; "" for rings."""
    out = []
    for x, y in bearings(lines).tolist():
        if x == y == 0:
            out.append("")
        elif abs(y) >= abs(x):
            out.append("west" if y > 0 else "east")
        else:
            out.append("north" if x > 0 else "south")
    return out


def words_of(left: str, side: str) -> tuple[str, str]:
    """Return what a side ("left", "right") is called, in Chinese and English, where `left` lies as `left_of` says."""
    if not left:
        return ("左侧", "left") if side == "left" else ("右侧", "right")
    return WORDS[left if side == "left" else OPPOSITE[left]]


def side_of(bearing: tuple[float, float], compass: str) -> Literal["left", "right"] | None:
    """Return which side of a street a compass side is; None where the street runs that way itself, or is a ring.

    A street that runs north-east has its north and its west side on the left.
    """
    (x, y), (to_x, to_y) = bearing, _TOWARD[compass]
    across = x * to_y - y * to_x
    if abs(across) < _ASIDE:
        return None
    return "left" if across > 0 else "right"
