"""Scenarios drawn for the benchmark: every kind of edit on a study, and combinations of them, no two alike."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import shapely

from corridor.network import Network
from corridor.scenarios import EDITS, Resolved, Resolver, scenario
from corridor.study import StudyArea

Raw = dict[str, Any]
# Of ten scenarios six are one edit, the others two to four.
_SIZES = (1, 1, 1, 1, 1, 1, 2, 2, 3, 4)
_CATEGORIES = ("food.conv", "elder.canteen", "edu.kinder", "health.pharmacy", "food.market")
_TYPES = ("business", "fintech", "ai", "ip", "quality", "talent", "finance")
_HOURS = ("Mo-Fr 09:00-18:00", "Mo-Su 07:00-22:00", "24/7")


def drawn(study: StudyArea, network: Network, count: int, seed: int = 7) -> tuple[Resolved, ...]:
    """Draw different scenarios that are possible; the kinds of edits take turns.

    Parameters
    ----------
    study : StudyArea
    network : Network
        The study's own.
    count : int
    seed : int
    """
    rng = random.Random(seed)
    edits = _Draw(study, rng)
    resolver = Resolver(study, network)
    kinds = [kind for kind in EDITS if edits.can(kind)]
    found: dict[str, Resolved] = {}
    turn = 0
    while len(found) < count:
        size = rng.choice(_SIZES)
        one = scenario(f"s{turn}", *(edits.of(kinds[(turn + n * 7) % len(kinds)]) for n in range(size)))
        turn += 1
        if one.id not in found:
            resolved, problems = resolver.one(one)
            if not problems:
                found[one.id] = resolved
    return tuple(found.values())


def as_file(resolved: tuple[Resolved, ...]) -> str:
    """Return scenarios as a file."""
    rows = [
        {
            "name": one.scenario.name.zh,
            "edits": [edit.model_dump(mode="json", by_alias=True, exclude_none=True) for edit in one.scenario.edits],
        }
        for one in resolved
    ]
    return "scenarios:\n" + "".join(f"- {json.dumps(row, ensure_ascii=False)}\n" for row in rows)


class _Draw:
    """What of a study edits are drawn from."""

    def __init__(self, study: StudyArea, rng: random.Random) -> None:
        self._rng = rng
        box = study.area.buffer(-100)
        points = study.amenities[study.amenities.within(box)].geometry.to_crs(4326)
        self._spots = [(p.x, p.y) for p in points if p.geom_type == "Point"]
        codes = {c.code for c in study.categories if c.osm}
        self._categories = [code for code in _CATEGORIES if code in codes]
        streets = study.streets[(study.streets["walk"] == "public") & study.streets.within(study.area)]
        crossing = streets["tags"].map(lambda tags: json.loads(tags).get("footway") == "crossing")
        self._ids = {
            "carrier": study.carriers.index[study.carriers.geometry.notna()],
            "amenity": study.amenities.index[study.amenities.within(box)],
            "station": study.stations.index,
            "firms": study.firms.index,
            "open_space": study.open_space.index[study.open_space.within(study.area)],
            "building": study.buildings.index[study.buildings["in_area"]],
            "street": streets.index[~crossing],
            "crossing": streets.index[crossing],
            "gate": study.gates.index[study.gates.within(study.area)],
        }
        self._ids = {noun: sorted(map(str, ids)) for noun, ids in self._ids.items()}
        self._places = [
            shapely.get_coordinates(line)[0].tolist() for line in streets.geometry.to_crs(4326) if line is not None
        ]
        self._carriers = [str(id_) for id_ in study.carriers.index]

    def can(self, op: str) -> bool:
        """Whether the study has anything an edit of this kind could change.

        Around Dingxi Road no way is mapped as a crossing, so `remove_crossing` is never drawn there; in the network it
        is the closing of a street, which `close_street` times.
        """
        verb, _, noun = op.partition("_")
        return verb in ("add",) or noun == "frontage" or bool(self._ids.get(noun, ()))

    def of(self, op: str) -> Raw:
        """Return one edit."""
        verb, _, noun = op.partition("_")
        if verb == "add":
            return {"op": op, **self._new()[noun]()}
        if noun == "frontage" or noun == "street":
            noun = "street"
        edit = {"op": op, "id": self._rng.choice(self._ids[noun])}
        if verb == "move":
            return edit | ({"into": self._rng.choice(self._carriers)} if noun == "firms" else {"to": self._spot()})
        if verb in ("change", "renew"):
            return edit | self._facts()[op]()
        return edit

    def _spot(self) -> list[float]:
        x, y = self._rng.choice(self._spots)
        return [round(x + self._rng.uniform(-8e-4, 8e-4), 6), round(y + self._rng.uniform(-8e-4, 8e-4), 6)]

    def _line(self) -> list[list[float]]:
        """Return a line between two places of streets 30 to 250 m apart."""
        while True:
            one, other = self._rng.sample(self._places, 2)
            if 3e-4 < abs(one[0] - other[0]) + abs(one[1] - other[1]) < 2.5e-3:
                return [[round(value, 6) for value in place] for place in (one, other)]

    def _new(self) -> dict[str, Callable[[], Raw]]:
        rng = self._rng
        return {
            "carrier": lambda: {"name": "新载体", "kind": rng.choice(["incubator", "accelerator", "lab"]), "at": self._spot(), "floor_area_m2": rng.randint(500, 9000)},
            "amenity": lambda: {"category": rng.choice(self._categories), "at": self._spot(), "opening_hours": rng.choice(_HOURS)},
            "station": lambda: {"type": rng.choice(_TYPES), "at": self._spot()},
            "firms": lambda: {"into": rng.choice(self._carriers), "count": rng.randint(1, 40), "technology": rng.random() < 0.5},
            "open_space": lambda: {"kind": rng.choice(["garden", "park", "square"]), "at": self._spot(), "area_m2": rng.randint(300, 9000)},
            "building": lambda: {"use": "residential", "at": self._spot(), "area_m2": rng.randint(200, 1500), "residents": rng.randint(10, 400)},
            "street": lambda: {"line": self._line()},
            "crossing": lambda: {"line": self._line(), "wait_s": float(rng.randint(0, 60))},
        }  # fmt: skip

    def _facts(self) -> dict[str, Callable[[], Raw]]:
        rng = self._rng
        street = lambda: {  # noqa: E731
            "trees": rng.randint(1, 200),
            "seats": rng.randint(0, 60),
            "footway_m": rng.randint(15, 60) / 10,
        }
        return {
            "change_carrier": lambda: {"floor_area_m2": rng.randint(500, 20_000), "kind": rng.choice(["lab", "park", "incubator"])},
            "change_amenity": lambda: {"category": rng.choice(self._categories), "opening_hours": rng.choice(_HOURS)},
            "change_station": lambda: {"type": rng.choice(_TYPES), "capacity": float(rng.randint(10, 500))},
            "change_firms": lambda: {"technology": rng.random() < 0.5, "staff": rng.randint(1, 900)},
            "change_open_space": lambda: {"kind": rng.choice(["garden", "park", "square"]), "walk": rng.choice(["public", "private"])},
            "change_building": lambda: {"use": rng.choice(["office", "residential"]), "residents": rng.randint(0, 400), "workers": rng.randint(0, 400)},
            "change_street": street,
            "renew_street": street,
            "change_frontage": lambda: {"side": rng.choice(["left", "right"]), "use": rng.choice(["shop", "food", "culture"]), "share": rng.randint(1, 10) / 10},
        }  # fmt: skip
