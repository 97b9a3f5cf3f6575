"""Which categories one row belongs to: the rules of `classify`, asked row by row."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from corridor.taxonomy._categories import Category

NAME_KEYS = ("name", "name:zh", "name:en", "official_name", "alt_name", "short_name")
"""Tags that hold a name: `name` in a rule means any of them."""
_Tests = list[tuple[str, Callable[[str | None], bool]]]


def plain(name: object) -> str:
    """Return a name without what makes no difference: width, case, spaces; "" for none."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split()) if isinstance(name, str) else ""


def rank(source_id: str, *, record: bool) -> tuple[int, int, str]:
    """Return the place of a source among duplicates: records, relations, ways, nodes; then ids, numbers as numbers."""
    kind = {"relation": 1, "way": 2}.get(source_id.split("/")[0], 3)
    return 0 if record else kind, len(source_id), source_id


class RowRules:
    """The rules of some categories, ready to be asked about single rows.

    Parameters
    ----------
    categories : sequence of Category
        Answers are positions in it.
    """

    def __init__(self, categories: Sequence[Category]) -> None:
        self._categories = tuple(categories)
        self._records: dict[str, list[tuple[int, Mapping[str, Sequence[str]]]]] = defaultdict(list)
        for number, category in enumerate(self._categories):
            for table, rule in category.records.items():
                self._records[table].append((number, rule))
        # Each alternative under one of the tags it cannot do without; "" holds those that can do without all.
        self._under: dict[str, list[tuple[int, _Tests]]] = defaultdict(list)
        for number, category in enumerate(self._categories):
            for alternative in category.osm:
                tests = [(key, condition.test()) for key, condition in alternative.items()]
                needed = [key for key, condition in alternative.items() if condition.required]
                self._under[next((key for key in needed if key != "name"), needed[0] if needed else "")].append(
                    (number, tests)
                )

    def _large_enough(self, number: int, area_m2: float) -> bool:
        least = self._categories[number].min_area_m2
        return least is None or area_m2 >= least

    def of_tags(self, tags: str | None, area_m2: float) -> list[int]:
        """Return the categories of an amenity by its tags (JSON) and area (NaN: not known)."""
        row = json.loads(tags.casefold()) if tags else {}
        names = [row[key] for key in NAME_KEYS if key in row]
        if names:
            row["name"] = " | ".join(names)
        found = {
            number
            for key in ("", *row)
            for number, tests in self._under.get(key, ())
            if all(fits(row.get(other)) for other, fits in tests)
        }
        return sorted(number for number in found if self._large_enough(number, area_m2))

    def of_space(self, kind: object, area_m2: float) -> list[int]:
        """Return the categories of an open space that the public may enter."""
        return [
            number
            for number, category in enumerate(self._categories)
            if kind in category.open_space and area_m2 >= (category.min_area_m2 or 0)
        ]

    def of_building(self, use: object, area_m2: float) -> list[int]:
        """Return the categories of a building by use and footprint."""
        return [
            number
            for number, category in enumerate(self._categories)
            if use in category.buildings and self._large_enough(number, area_m2)
        ]

    def of_record(self, table: str, row: Mapping[str, object]) -> list[int]:
        """Return the categories of a record ("carriers", "stations" or "events") by its columns."""
        return [
            number
            for number, rule in self._records.get(table, ())
            if all(row.get(column) in values for column, values in rule.items())
        ]
