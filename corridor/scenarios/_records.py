"""Records of a scenario: carriers, institutes, firms, stations and events, and what their edits mean for the walks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor.access.incremental import Opportunity, Origin
from corridor.evaluation import _innovation, firm_points
from corridor.indicators import chain
from corridor.scenarios._roads import Roads
from corridor.scenarios._rows import Row, Rows, missing
from corridor.scenarios._state import KINDS, Edits, Records, Spot, Unsupported, word
from corridor.study import StudyArea

# What a kind of record is walked to as: the first part of the labels of its goals.
_GOALS = {"places": "stage", "stations": "type", "events": "series"}
# Rows kept free for places that come.
SPARE = 64


@dataclass(frozen=True)
class Edited:
    """Records after an edit, and what that means for both tables of walks; `renamed` leads labels to spare columns."""

    records: Records
    access: Edits
    between: Edits
    renamed: dict[str, str]


class RecordBook:
    """The records of a baseline, by id.

    Parameters
    ----------
    study : StudyArea
    spots : dict of dict
        By kind and id: where each stands.
    columns : collection of str
        What is walked to: "stage:…", "type:…", "series:…".
    """

    def __init__(self, study: StudyArea, spots: dict[str, dict[str, Spot]], columns: frozenset[str]) -> None:
        self._study, self._columns = study, columns
        self._back = any(asked.back for asked in study.config.service_chains)
        self._weight = "floor_area_m2" if study.config.linkage.weight == "floor_area" else "firms"
        places = _innovation.places_of(study)
        self.places = places
        self._words: dict[str, dict[str, str | None]] = {
            "places": {str(id_): word(value) for id_, value in places["stage"].items()},
            "stations": {str(id_): word(value) for id_, value in study.stations["type"].items()},
            "events": {str(id_): word(value) for id_, value in series(study).items()},
        }
        self._core = dict(zip(places.index, places["is_core"].tolist(), strict=True))
        size = places[self._weight].to_numpy(dtype=float, na_value=np.nan)
        self._size = dict(zip(places.index, size.tolist(), strict=True))
        self.points = {
            "places": _points(places.geometry),
            "firms": _points(firm_points(study.firms, study.carriers)),
            "stations": _points(study.stations.geometry),
        }
        self._at_home: dict[str, list[str]] = defaultdict(list)
        for id_, home, shape in zip(study.firms.index, study.firms["carrier_id"], study.firms.geometry, strict=True):
            if not missing(home) and (shape is None or shape.is_empty):
                self._at_home[home].append(id_)
        self.base = Records(
            list(places.index),
            list(self._words["places"].values()),
            places["is_core"].to_numpy(dtype=bool),
            size,
            list(study.firms.index),
            list(study.stations.index),
            list(self._words["stations"].values()),
            spots,
        )

    def edited(self, rows: Rows, roads: Roads) -> Edited:
        """Return the records after an edit.

        Raises
        ------
        Unsupported
            More places come than there are columns kept free, or an institute would change its name.
        """
        touched = self._touched(rows)
        access, between = Edits(), Edits()
        renamed: dict[str, str] = {}
        if not touched and roads.spots is self.base.spots:
            return Edited(self.base, access, between, renamed)
        spots = {kind: dict(of) for kind, of in roads.spots.items()}
        found = Edited(self._records(rows, touched, spots), access, between, renamed)
        for kind in KINDS:
            points = touched.get(kind, {})
            moving = self._stand(kind, points, roads)
            spots[kind].update(moving)
            for id_, point in points.items():
                if point is GONE:
                    del spots[kind][id_]
            moved = roads.moved.get(kind, frozenset())
            for id_ in sorted({*points, *moved}):
                same = id_ in self.base.spots[kind] and id_ in spots[kind] and id_ not in moved and id_ not in moving
                self._recategorised(access, kind, id_, spots[kind].get(id_), rows, same=same)
                if not same:
                    self._replaced(kind, id_, spots[kind].get(id_), found)
        return replace(found, records=self.base) if self._are_those_before(found.records) else found

    def _are_those_before(self, records: Records) -> bool:
        """Tell whether records are the baseline's, of which nothing is another that anybody walks or counts by."""
        base = self.base
        return (
            records.stage is base.stage
            and (records.firms, records.stations, records.types) == (base.firms, base.stations, base.types)
            and records.spots == base.spots
        )

    def _replaced(self, kind: str, id_: str, now: Spot | None, found: Edited) -> None:
        """Let a record leave where it stood, and stand where it does now."""
        label = f"{KINDS[kind]}|{id_}"
        known = id_ in self.base.spots[kind]
        if known:
            self._leave(kind, label, found.access, found.between)
        if now is not None:
            column = self._column(label, found, known=known) if self._is_goal(kind) else label
            self._arrive(kind, label, now, column, found)

    def _column(self, label: str, found: Edited, *, known: bool) -> str:
        """Return the column a record is walked to in: a spare one, as its own is for where it stood.

        A search from where it stands is less than taking back all that rests on where it stood; nobody reads that.
        """
        if len(found.renamed) < SPARE:
            found.renamed[label] = f"+{len(found.renamed)}"
            return found.renamed[label]
        if not known:
            raise Unsupported
        found.between.goals_removed.append(label)
        return label

    def _touched(self, rows: Rows) -> dict[str, dict[str, Any]]:
        """Return the points of the records touched, by kind and id; `GONE` for those that go."""
        found: dict[str, dict[str, Any]] = {}
        if carriers := rows.get("carriers"):
            if set(carriers) & set(self._study.institutes.index):
                raise Unsupported
            found["places"] = {id_: GONE if row is None else row["geometry"] for id_, row in carriers.items()}
        if stations := rows.get("stations"):
            found["stations"] = {id_: GONE if row is None else row["geometry"] for id_, row in stations.items()}
        firms: dict[str, Any] = {
            id_: GONE if row is None else self._sits(row, rows) for id_, row in rows.get("firms", {}).items()
        }
        for home, row in rows.get("carriers", {}).items():
            for id_ in self._at_home.get(home, ()):
                firms.setdefault(id_, None if row is None else row["geometry"])
        if firms:
            found["firms"] = firms
        return found

    def _sits(self, firm: Row, rows: Rows) -> Any:
        """Return where a firm sits: its own coordinate, else that of its carrier."""
        own, home = firm["geometry"], firm["carrier_id"]
        if not missing(own) and not own.is_empty:
            return own
        if missing(home):
            return None
        if home in rows.get("carriers", {}):
            row = rows["carriers"][home]
            return None if row is None else row["geometry"]
        return self._study.carriers.geometry.get(home)

    def _stand(self, kind: str, points: dict[str, Any], roads: Roads) -> dict[str, Spot]:
        """Attach the records that come or move."""
        before = self.points.get(kind, {})
        moving = {
            id_: point for id_, point in points.items() if point is not GONE and not _same(point, before.get(id_))
        }
        if not moving:
            return {}
        shapes = np.array([None if missing(point) else point for point in moving.values()], dtype=object)
        at = roads.stand(shapes, islands=False)
        return dict(zip(moving, at, strict=True))

    def _leave(self, kind: str, label: str, access: Edits, between: Edits) -> None:
        if kind in ("places", "firms"):
            access.origins_removed.append(label)
        if kind != "events":
            between.origins_removed.append(label)

    def _arrive(self, kind: str, label: str, spot: Spot, column: str, found: Edited) -> None:
        """Let a record stand somewhere, under a column of its own where it is walked to."""
        if kind in ("places", "firms"):
            found.access.origins_added.append(Origin(label, *spot))
        if kind != "events":
            found.between.origins_added.append(Origin(label, *spot))
        if self._is_goal(kind):
            found.between.goals_added.append(Opportunity(label, column, *spot))

    def _is_goal(self, kind: str) -> bool:
        return kind in ("places", "stations") or (kind == "firms" and self._back)

    def _recategorised(self, access: Edits, kind: str, id_: str, now: Spot | None, rows: Rows, *, same: bool) -> None:
        """Take away and add the goals of stages, types and series that moved, came, went or are another kind."""
        if kind not in _GOALS:
            return
        name = _GOALS[kind]
        before = self._words[kind].get(id_)
        after = self._word(kind, id_, rows)
        if same and before == after:
            return
        if id_ in self._words[kind] and f"{name}:{before}" in self._columns:
            access.goals_removed.append(f"{name}|{id_}")
        if now is not None and f"{name}:{after}" in self._columns:
            access.goals_added.append(Opportunity(f"{name}|{id_}", f"{name}:{after}", *now))

    def _word(self, kind: str, id_: str, rows: Rows) -> str | None:
        """Return the stage, type or series of a record after the edit."""
        table = rows.get({"places": "carriers"}.get(kind, kind), {})
        if id_ not in table:
            return self._words[kind].get(id_)
        row = table[id_]
        return None if row is None else word(row["stage" if kind == "places" else "type"])

    def _records(self, rows: Rows, touched: dict[str, dict[str, Any]], spots: dict[str, dict[str, Spot]]) -> Records:
        base = self.base
        base, carriers = self.base, rows.get("carriers", {})
        ids, firms, stations = (
            _kept(before, touched.get(kind, {}))
            for before, kind in ((base.ids, "places"), (base.firms, "firms"), (base.stations, "stations"))
        )
        types = [self._word("stations", id_, rows) for id_ in stations] if "stations" in touched else base.types
        if not carriers:
            return replace(base, firms=firms, stations=stations, types=types, spots=spots)
        ids = sorted(ids)
        core = [self._core[i] if i not in carriers else _true(carriers[i], "is_core") for i in ids]
        size = [self._size[i] if i not in carriers else _number(carriers[i], self._weight) for i in ids]
        return Records(
            ids,
            [self._word("places", id_, rows) for id_ in ids],
            np.array(core, dtype=bool),
            np.array(size, dtype=np.float64),
            firms,
            stations,
            types,
            spots,
        )


class _Gone:
    """Marks a record that goes."""


GONE = _Gone()


def series(study: StudyArea) -> pd.Series:
    """Return the series of each event, its name where it has none."""
    return study.events["series"].fillna(study.events["name"]).astype("string")


def stages_on(records: Records) -> frozenset[str]:
    """Return the stages that records on the network have."""
    on = records.attached("places", records.ids).tolist()
    return frozenset(s for s, here in zip(records.stage, on, strict=True) if here and s in chain.STAGES)


def _points(points: gpd.GeoSeries) -> dict[str, Any]:
    return dict(zip(points.index, points.to_numpy(), strict=True))


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    empty = [missing(point) or point.is_empty for point in (one, other)]
    return all(empty) or (not any(empty) and one.wkb == other.wkb)


def _kept(before: list[str], points: dict[str, Any]) -> list[str]:
    """Return ids without those that go; those that come follow."""
    if not points:
        return before
    known = set(before)
    return [id_ for id_ in before if points.get(id_) is not GONE] + [
        id_ for id_, point in points.items() if point is not GONE and id_ not in known
    ]


def _true(row: Row | None, name: str) -> bool:
    return row is not None and not missing(row[name]) and bool(row[name])


def _number(row: Row | None, name: str) -> float:
    return np.nan if row is None or missing(row[name]) else float(row[name])
