"""What a scenario makes of streets: the notes that its edits leave on them, and what the works these name bring.

A field of an edit (`seats: 9`) says what is there afterwards. A word of a renewal's `measures` promises works: what they
bring is in `streets.works` of the settings, and it replaces only what is worse. A renewal known to be done makes known
what nobody surveyed: all of it is an estimate.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor.config import StudyConfig, Work
from corridor.streets.sides import SIDES

# Counts of the survey that are facts of a street.
COUNTED = MappingProxyType({"seats": "seats", "lighting": "lamps"})
_NUMBERS = ("trees", "seats")


@dataclass(frozen=True)
class Note:
    """What one edit says of a stretch of a street.

    Attributes
    ----------
    facts : mapping
        Fields of the edit as written, and `measures`.
    overlap : dict of int to float
        Decimetres of each segment (its position) that it holds for.
    stretch_dm : float
        Length of the whole stretch.
    """

    facts: Mapping[str, Any]
    overlap: Mapping[int, float]
    stretch_dm: float

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides it is about."""
        side = self.facts.get("side")
        return SIDES if side in (None, "both") else (str(side),)

    def works(self, config: StudyConfig) -> list[Work]:
        """Return the works that its words stand for and its fields amount to, each once."""
        table = config.streets.works.values()
        named = [config.streets.work(word) for word in self.facts.get("measures", ())]
        return [work for work in table if work in named or (work.field is not None and self.facts.get(work.field))]

    def at_least(self, config: StudyConfig) -> dict[str, float]:
        """Return what its words mean for fields that it does not give: trees and seats on 100 m, metres, shares."""
        return {
            work.field: work.amount
            for work in self.works(config)
            if work.field is not None and work.amount is not None and work.field not in self.facts
        }

    def lit(self, config: StudyConfig) -> bool | None:
        """Whether it lights the street; None where it says nothing of that."""
        if "lighting" in self.facts:
            return bool(self.facts["lighting"])
        return True if any(work.field == "lighting" for work in self.works(config)) else None

    def answers(self, config: StudyConfig, segment: int, metres: float) -> dict[str, float]:
        """Return what a survey of a segment would find, by item: points from 0 to 100; of counts the number on 100 m.

        Parameters
        ----------
        config : StudyConfig
        segment : int
            One of `overlap`.
        metres : float
            How much of the segment's own length is concerned.
        """
        found: dict[str, float] = {}
        for work in self.works(config):
            done = self._done(work, self.overlap[segment] / self.stretch_dm, metres)
            for item, worth in work.answers(config.survey).items():
                found[item] = max(found.get(item, 0.0), worth * done)
        return found

    def _done(self, work: Work, share: float, metres: float) -> float:
        """Return how far works are done, 0 to 1: a smaller number than they mean counts in proportion."""
        if work.field is None or work.field not in self.facts or work.amount is None:
            return 1.0
        given = float(self.facts[work.field])
        if work.field in _NUMBERS:
            given = given * share * 100 / metres if metres > 0 else 0.0
        return min(given / work.amount, 1.0)


def notes(parts: pd.DataFrame, streets: gpd.GeoDataFrame) -> list[Note]:
    """Return what a scenario notes of streets, each note once, in a fixed order.

    Parameters
    ----------
    parts : DataFrame
        Of `Segments`.
    streets : GeoDataFrame
        With `edited` where a scenario left notes: (from_dm, to_dm, facts as JSON) on each way.
    """
    if "edited" not in streets:
        return []
    known = streets[streets["edited"].notna()]
    found: dict[tuple[str, str], tuple[dict[int, float], list[int]]] = {}
    for id_, name, marks in zip(known.index, known["name"], known["edited"], strict=True):
        mine = parts[parts["street_id"] == id_]
        for low, high, text in marks:
            # One edit of a street leaves the same note on each of its ways.
            overlap, stretch = found.setdefault((text, id_ if pd.isna(name) else name), ({}, []))
            stretch.append(high - low)
            shared = np.minimum(mine["from_dm"] + mine["length_dm"], high) - np.maximum(mine["from_dm"], low)
            for segment, dm in zip(mine["segment"], shared, strict=True):
                if dm > 0:
                    overlap[int(segment)] = overlap.get(int(segment), 0.0) + float(dm)
    return [Note(json.loads(text), overlap, float(sum(dm))) for (text, _), (overlap, dm) in sorted(found.items())]


def noted(parts: pd.DataFrame, streets: gpd.GeoDataFrame) -> Iterator[tuple[Note, int, float]]:
    """Return (note, position of a segment, share of the segment's length it holds for), in the order of `notes`."""
    found = notes(parts, streets)
    length = parts.groupby("segment")["length_dm"].sum() if found else pd.Series(dtype=float)
    for note in found:
        for segment, dm in note.overlap.items():
            yield note, segment, min(1.0, dm / float(length[segment]))
