"""The open spaces that the street study counts, as scenarios change them: where one enters those of 400 m² or more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd
import shapely

from corridor.access.incremental import Opportunity
from corridor.evaluation import Footing
from corridor.indicators import open_space
from corridor.scenarios._classified import Point, Points
from corridor.scenarios._roads import Roads
from corridor.scenarios._rows import Row, missing
from corridor.scenarios._state import Edits
from corridor.study import StudyArea

OPEN = "open"
"""Column of the walks to open space."""


class Grounds:
    """The open spaces of a baseline that count, by id.

    Attributes
    ----------
    entrances : DataFrame
        Where they are entered, as goals of the column `OPEN`.
    """

    def __init__(self, study: StudyArea, base: Footing) -> None:
        doors = open_space.doors(study, base.place, base.ways_in)
        xy = shapely.get_coordinates(doors["point"].to_numpy())
        self._doors: dict[str, dict[Point, str]] = defaultdict(dict)
        labels = []
        for number, (source, (x, y)) in enumerate(zip(doors["source_id"], xy.tolist(), strict=True)):
            labels.append(f"{OPEN}|{source}|{number}")
            self._doors[str(source)][x, y] = labels[-1]
        self.entrances = doors[["edge", "offset_dm", "connector_dm", "source_id"]].set_axis(
            pd.Index(labels, dtype=object)
        )
        self.entrances = self.entrances.assign(category=OPEN)
        self._counts = frozenset(open_space.spaces(study).index)

    def edited(self, rows: Mapping[str, Row | None], ways_in: Points, roads: Roads, edits: Edits) -> None:
        """Gather the entrances that go and come.

        Parameters
        ----------
        rows : mapping
            Open spaces touched, by id, as they are after the edit; None for those that go.
        ways_in : mapping
            Where open spaces are entered that are touched or entered otherwise.
        roads : Roads
        edits : Edits
            Takes what goes and comes.
        """
        for id_, points in sorted(ways_in.items()):
            known = self._doors.get(id_, {})
            counts = _counts(rows[id_]) if id_ in rows else id_ in self._counts
            now = {*points} if counts else set()
            edits.goals_removed += [label for point, label in known.items() if point not in now]
            new = sorted(now - known.keys())
            spots = roads.stand(shapely.points(new), islands=True) if new else []
            for number, spot in enumerate(spots):
                edits.goals_added.append(Opportunity(f"+{OPEN}|{id_}|{number}", OPEN, *spot, id_))


def _counts(row: Row | None) -> bool:
    """Tell whether a space counts; see `corridor.indicators.open_space.spaces`."""
    if row is None or missing(row["area_m2"]):
        return False
    return row["kind"] in open_space.KINDS and row["walk"] == "public" and bool(row["area_m2"] >= open_space.LEAST_M2)
