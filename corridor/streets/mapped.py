"""Where somebody mapped a kind of thing: only there does a count of none say that there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from corridor.config import MappedKind, StudyConfig
from corridor.streets.sides import near_any

UNMAPPED = "unmapped"
"""The basis of a value that is missing because nobody mapped such a thing near the segment."""


@dataclass(frozen=True, eq=False)
class Mapped:
    """What a scenario's baseline has on its map; nothing of a study that is none's scenario.

    A scenario adds to a street, it does not survey one: where nothing was mapped, one planned thing says nothing of what
    else is there, and where the last one is taken away it is known to be gone.

    Attributes
    ----------
    shapes : mapping of str to array
        Things by kind: those of `streets.mapped_within_m` of the settings, and "shelters", "firms", "carriers".
    crossed : frozenset of str
        Streets of which a crossing is mapped, by name, or by segment where they have none.
    """

    shapes: Mapping[str, NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    crossed: frozenset[str] = frozenset()

    def near(
        self, frame: gpd.GeoDataFrame, kind: MappedKind, own: NDArray[Any], config: StudyConfig
    ) -> NDArray[np.bool_]:
        """Return on which rows a kind of thing is known.

        Parameters
        ----------
        frame : GeoDataFrame
            Segments, or whatever else lies on the map.
        kind : MappedKind
        own : array
            Things of the study itself, which count if there is no baseline.
        config : StudyConfig
            Says within how many metres.
        """
        return near_any(frame, self.shapes.get(kind, own), config.streets.mapped_within_m[kind])
