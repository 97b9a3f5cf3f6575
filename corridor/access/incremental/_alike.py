"""Categories that stand at the very same points share a row: they are searched once, and apart once an edit parts them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from corridor.network.model import Ints, Longs


class Goals(NamedTuple):
    """Opportunities' points, one a row of their table: where they attach (-1: nowhere), and their row of the table kept."""

    edge: Longs
    offset: Longs
    connector: Longs
    row: Longs


@dataclass(frozen=True)
class Alike:
    """Rows that are searched for the categories.

    Attributes
    ----------
    row : int64 array, shape (categories,)
        The row in which each category is searched.
    members : list of lists
        The categories of each row, ascending.
    """

    row: Longs
    members: list[list[int]]

    @cached_property
    def rows(self) -> list[int]:
        """The row of each category as a list."""
        found: list[int] = self.row.tolist()
        return found

    @cached_property
    def _listed(self) -> tuple[Longs, Longs, Ints]:
        return _end_to_end(self.members)

    def apart(self, walks: Ints, parted: list[list[int]], place: Ints, gone: Longs) -> tuple[Ints, Ints, Ints]:
        """Return walks to rows as walks to categories: who walks, the category and the walk after.

        Parameters
        ----------
        walks : int32 array, shape (W, 4)
            Owner, row, walk before and after; a row from the number of rows on names one of `parted`.
        parted : list of lists
            Categories that an edit parts from others of their row.
        place : int32 array
            Where each owner stands in the tables; those beyond keep their numbers.
        gone : int64 array
            Owners that are left out.
        """
        from corridor._kernel import walks as kernel

        count, first, flat = self._listed
        if parted:
            more, after, categories = _end_to_end(parted)
            count, first = np.concatenate([count, more]), np.concatenate([first, len(flat) + after])
            flat = np.concatenate([flat, categories])
        return kernel.apart(walks, count, first, flat, place, gone)


def _end_to_end(lists: list[list[int]]) -> tuple[Longs, Longs, Ints]:
    """Return how long each list is, where it begins, and all of them end to end."""
    count = np.array([len(listed) for listed in lists], np.int64)
    return count, np.cumsum(count) - count, np.array([one for listed in lists for one in listed], np.int32)


def alike(goals: Goals, categories: int) -> Alike:
    """Find the categories whose opportunities stand at the very same points."""
    spots: list[list[tuple[int, int, int]]] = [[] for _ in range(categories)]
    usable = (goals.edge >= 0) & (goals.row >= 0)
    rows = (column[usable].tolist() for column in (goals.row, goals.edge, goals.offset, goals.connector))
    for category, *spot in zip(*rows, strict=True):
        spots[category].append(tuple(spot))
    members: dict[tuple[tuple[int, int, int], ...], list[int]] = defaultdict(list)
    for category, listed in enumerate(spots):
        members[tuple(sorted(listed))].append(category)
    row = np.empty(categories, np.int64)
    for number, found in enumerate(members.values()):
        row[found] = number
    return Alike(row, list(members.values()))
